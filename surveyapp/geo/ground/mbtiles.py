"""Raster tiles in an MBTiles file (MBTiles 1.3), read by SQLite and decoded by Pillow."""

from __future__ import annotations

import html
import math
import re
from collections import OrderedDict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from surveyapp.errors import BadFile
from surveyapp.geo.ground.database import connect, reading, rows
from surveyapp.geo.ground.model import EDGE_DEG, WORLD, GroundView, Picture, Shapes, WorldBox, meet, world_box
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    import sqlite3

    from PIL.Image import Image

_MOST_TILES = 240
"""Tiles to a picture; a view that needs more is too far out for the file."""
_KEPT_TILES = 320
"""Decoded tiles that are kept: 80 MB at 256 pixels a side."""
_ANCESTORS = 6
"""How many zoom levels up a tile that is missing is looked for."""
_SHARPEN = 0.3
"""Share of a zoom level from which the finer one is taken: text of a shrunk tile is easier to read than of a
stretched one."""

TileFormat = Literal["png", "jpg", "webp", "pbf", ""]


def tile_format(data: bytes) -> TileFormat:
    """What a tile is by its first bytes, whatever the file's metadata say; empty if nothing known.

    A vector tile is usually gzipped; bare it begins with the tag of field 3 (``layers``) of its message
    (Mapbox Vector Tile 2.1, section 4.1).
    """
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if data[:3] == b"\xff\xd8\xff":
        return "jpg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:2] == b"\x1f\x8b" or data[:1] == b"\x1a":
        return "pbf"
    return ""


def first_tile(database: sqlite3.Connection) -> bytes:
    """Some tile of the file; empty if it has none."""
    found = rows(database, "SELECT tile_data FROM tiles WHERE length(tile_data) > 0 LIMIT 1")
    return bytes(found[0][0]) if found else b""


def metadata(database: sqlite3.Connection) -> dict[str, str]:
    """The facts that the file states about itself."""
    return {str(name): str(value) for name, value in rows(database, "SELECT name, value FROM metadata")}


def plain_words(text: str) -> str:
    """An attribution without the HTML that the format allows in it."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", text)).split())


def stated_box(facts: dict[str, str]) -> WorldBox | None:
    """The box of the ``bounds`` (west, south, east, north in degrees); ``None`` if they make no sense."""
    try:
        west, south, east, north = (float(part) for part in facts.get("bounds", "").split(","))
    except ValueError:
        return None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return None
    return world_box(west, south, east, north)


class TileFile:
    """A raster MBTiles file. Raises ``BadFile`` when it is not one."""

    note = ""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: OrderedDict[tuple[int, int, int], Image | None] = OrderedDict()
        self._damaged: set[tuple[int, int, int]] = set()
        with reading(path):
            self._database = connect(path)
        try:
            with reading(path):
                self._measure()
        except BaseException:
            self._database.close()
            raise

    def _measure(self) -> None:
        facts = metadata(self._database)
        tile = self._decoded(first_tile(self._database))
        if tile is None:
            raise BadFile(tr("{file} has no tile that is a PNG, JPEG or WebP picture.", file=self._path.name))
        self._side = tile.width
        self.attribution = plain_words(facts.get("attribution", ""))
        # The specification counts rows from the south; files that say "xyz" count them from the north.
        self._from_north = facts.get("scheme", "").casefold() == "xyz"
        question = "SELECT (SELECT min(zoom_level) FROM tiles), (SELECT max(zoom_level) FROM tiles)"
        self._least, self._most = (int(zoom) for zoom in rows(self._database, question)[0])
        self.box = stated_box(facts) or self._box_of_tiles()

    def _box_of_tiles(self) -> WorldBox:
        extremes = "min(tile_column), max(tile_column), min(tile_row), max(tile_row)"
        question = f"SELECT {extremes} FROM tiles WHERE zoom_level=?"  # noqa: S608 (no part of it comes from outside)
        first, last, low, high = rows(self._database, question, (self._least,))[0]
        size = 2 * EDGE_DEG / 2**self._least
        south, north = (2**self._least - 1 - high, 2**self._least - 1 - low) if self._from_north else (low, high)
        return (
            first * size - EDGE_DEG,
            south * size - EDGE_DEG,
            (last + 1) * size - EDGE_DEG,
            (north + 1) * size - EDGE_DEG,
        )

    def close(self) -> None:
        self._kept.clear()
        self._database.close()

    def draw(self, view: GroundView) -> Picture | Shapes:
        """See :class:`.GroundSource`; a tile that is missing is taken from a coarser level."""
        part = view.within(WORLD)
        if part is None:
            return Shapes()
        zoom = self._zoom_for(part)
        if zoom is None:
            return Shapes(note=tr("Zoom in to see it.") if meet(view.box, self.box) else "")
        with reading(self._path):
            return self._picture(part, zoom)

    def _zoom_for(self, view: GroundView) -> int | None:
        wanted = math.log2(view.scale * 2 * EDGE_DEG / self._side)
        zoom = min(max(math.floor(wanted + 1 - _SHARPEN), self._least), self._most)
        while zoom >= self._least:
            first, last, top, bottom = _tile_range(view.box, zoom)
            if (last - first + 1) * (bottom - top + 1) <= _MOST_TILES:
                return zoom
            zoom -= 1
        return None

    def _picture(self, view: GroundView, zoom: int) -> Picture | Shapes:
        import numpy as np
        from PIL import Image

        side = self._side
        first, last, top, bottom = _tile_range(view.box, zoom)
        mosaic = Image.new("RGBA", ((last - first + 1) * side, (bottom - top + 1) * side))
        before = len(self._damaged)
        found = 0
        for row in range(top, bottom + 1):
            for column in range(first, last + 1):
                tile = self._tile_or_part(zoom, column, row)
                if tile is not None:
                    found += 1
                    mosaic.paste(tile, ((column - first) * side, (row - top) * side))
        if not found and len(self._damaged) == before:
            return Shapes()
        west, south, east, north = view.box
        cut = (
            max((_place(west, zoom) - first) * side, 0.0),
            max((_place(-north, zoom) - top) * side, 0.0),
            min((_place(east, zoom) - first) * side, mosaic.width),
            min((_place(-south, zoom) - top) * side, mosaic.height),
        )
        drawn = mosaic.resize((view.width, view.height), Image.Resampling.BILINEAR, box=cut)
        return Picture(np.asarray(drawn), view.box, self._trouble())

    def _trouble(self) -> str:
        count = len(self._damaged)
        return ntr("{n} tile cannot be read.", "{n} tiles cannot be read.", count) if count else ""

    def _tile_or_part(self, zoom: int, column: int, row: int) -> Image | None:
        """A tile; where the file has none, the part of a coarser one that covers it, enlarged."""
        from PIL import Image

        for up in range(min(zoom - self._least, _ANCESTORS) + 1):
            tile = self._tile(zoom - up, column >> up, row >> up)
            if tile is None:
                continue
            if not up:
                return tile
            share = self._side / 2**up
            left, upper = (column % 2**up) * share, (row % 2**up) * share
            size = self._side, self._side
            return tile.resize(size, Image.Resampling.BILINEAR, box=(left, upper, left + share, upper + share))
        return None

    def _tile(self, zoom: int, column: int, row: int) -> Image | None:
        place = zoom, column, row
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        question = "SELECT tile_data FROM tiles WHERE zoom_level=? AND tile_column=? AND tile_row=?"
        stored_row = row if self._from_north else 2**zoom - 1 - row
        found = rows(self._database, question, (zoom, column, stored_row))
        tile = self._decoded(bytes(found[0][0])) if found and found[0][0] else None
        if found and tile is None:
            self._damaged.add(place)
        self._kept[place] = tile
        if len(self._kept) > _KEPT_TILES:
            self._kept.popitem(last=False)
        return tile

    def _decoded(self, data: bytes) -> Image | None:
        """The picture in a tile; ``None`` if it holds none."""
        from PIL import Image

        if tile_format(data) not in ("png", "jpg", "webp"):
            return None
        try:
            with Image.open(BytesIO(data)) as opened:
                tile = opened.convert("RGBA")
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return None
        side = getattr(self, "_side", tile.width)
        return tile if tile.size == (side, side) else tile.resize((side, side))


def _place(degrees: float, zoom: int) -> float:
    """Number of the tile, with its fraction, in which a world coordinate lies (for rows: of its negative)."""
    return (degrees + EDGE_DEG) / (2 * EDGE_DEG) * float(2**zoom)


def _tile_range(box: WorldBox, zoom: int) -> tuple[int, int, int, int]:
    """First and last column, first and last row (from the north) of the tiles that meet a box."""
    west, south, east, north = box
    most = 2**zoom - 1
    first, last = math.floor(_place(west, zoom)), math.ceil(_place(east, zoom)) - 1
    top, bottom = math.floor(_place(-north, zoom)), math.ceil(_place(-south, zoom)) - 1
    first, top = min(max(first, 0), most), min(max(top, 0), most)
    return first, min(max(last, first), most), top, min(max(bottom, top), most)
