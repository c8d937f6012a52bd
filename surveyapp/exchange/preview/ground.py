"""The office's own map on the page: cut into tiles of the world's usual pyramid (EPSG:3857, 256 pixels, rows from the
north), around the survey, at the zooms that were asked for."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain.progress import Progress
from surveyapp.errors import BadInput
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.geo.ground.model import GroundSource, WorldBox

ZOOMS = (0, 19)
"""Least and most that can be asked for."""
_SIDE = 256  # px of a tile
_QUALITY = 72  # of WebP; lines and names of a topographic sheet stay readable
_MOST_TILES = 5000  # of all zooms; more would take minutes to cut, and no limit of size lets them in
_ROOM_DEG = 0.02  # around the survey, at least: 2 km
_ROOM_SHARE = 0.15  # around the survey, of its extent


@dataclass(frozen=True, slots=True)
class GroundTiles:
    """Pictures (WebP) by zoom, column and row. ``name`` and ``attribution`` say whose map it is; ``zooms`` are the
    first and the last."""

    name: str
    attribution: str
    zooms: tuple[int, int]
    pictures: dict[tuple[int, int, int], bytes] = field(default_factory=dict)


def cut_tiles(
    path: Path,
    zooms: tuple[int, int],
    longitudes: Sequence[Any],
    latitudes: Sequence[Any],
    limit_bytes: int,
    progress: Progress,
) -> GroundTiles:
    """Cut the map in a file (the first, if it holds several) for the places given in degrees (``None`` for none).

    Raises ``BadInput`` for zooms that make no sense, for a map of shapes, one that is nowhere near the places, or one
    that takes more than ``limit_bytes``; ``BadFile`` for a file that is no map; ``Cancelled``.
    """
    from surveyapp.geo.ground.opening import look, open_ground

    least, most = zooms
    if not ZOOMS[0] <= least <= most <= ZOOMS[1]:
        raise BadInput(
            tr(
                "Zooms {least} to {most} cannot be used; give two between 0 and 19, the smaller first.",
                least=least,
                most=most,
            )
        )
    entry = look(path)[0]
    if entry.kind not in ("tiles", "raster", "relief"):
        raise BadInput(
            tr(
                "{name} holds lines and areas, not a picture of the land; choose a raster MBTiles, GeoPackage or "
                "GeoTIFF.",
                name=path.name,
            )
        )
    source = open_ground(entry.to_layer(path))
    try:
        box = _around(longitudes, latitudes, source.box)
        if box is None:
            raise BadInput(tr("The map {name} shows no place of this survey; choose another.", name=path.name))
        made = GroundTiles(entry.title or path.stem, source.attribution, zooms)
        _cut(source, box, made, path, limit_bytes, progress)
    finally:
        source.close()
    return made


def _around(longitudes: Sequence[Any], latitudes: Sequence[Any], map_box: WorldBox) -> WorldBox | None:
    """World degrees of the survey with some room, as far as the map reaches; without any position, of the map."""
    from surveyapp.geo.ground.model import WORLD, meet, world_box

    places = [
        (x, y)
        for x, y in zip(longitudes, latitudes, strict=True)
        if isinstance(x, int | float) and isinstance(y, int | float) and math.isfinite(x) and math.isfinite(y)
    ]
    if not places:
        return meet(map_box, WORLD)
    xs, ys = zip(*places, strict=True)
    room_x = max(_ROOM_DEG, (max(xs) - min(xs)) * _ROOM_SHARE)
    room_y = max(_ROOM_DEG, (max(ys) - min(ys)) * _ROOM_SHARE)
    survey = world_box(min(xs) - room_x, min(ys) - room_y, max(xs) + room_x, max(ys) + room_y)
    return meet(survey, map_box)


def _cut(
    source: GroundSource, box: WorldBox, made: GroundTiles, path: Path, limit_bytes: int, progress: Progress
) -> None:
    least, most = made.zooms
    totals = list(accumulate(_count(box, zoom) for zoom in range(least, most + 1)))
    if totals[-1] > _MOST_TILES:
        fits = least - 1 + sum(total <= _MOST_TILES for total in totals)
        raise BadInput(_too_much(path, made.zooms, fits, limit_bytes))
    size = count = 0
    for zoom in range(least, most + 1):
        for column, row in _places(box, zoom):
            progress.step(count, totals[-1], tr("Cutting the map"))
            picture = _picture(source, zoom, column, row)
            count += 1
            size += len(picture)
            if size > limit_bytes:
                raise BadInput(_too_much(path, made.zooms, zoom - 1, limit_bytes))
            if picture:
                made.pictures[zoom, column, row] = picture
    if not made.pictures:
        raise BadInput(
            tr(
                "The map {name} has nothing at zooms {least} to {most} around this survey; choose other zooms.",
                name=path.name,
                least=least,
                most=most,
            )
        )


def _too_much(path: Path, zooms: tuple[int, int], fits: int, limit_bytes: int) -> str:
    least, most = zooms
    told = {"name": path.name, "least": least, "most": most, "mb": round(limit_bytes / 1e6)}
    if fits < least:
        return tr("The map {name} at zoom {least} takes more than the {mb} MB allowed; choose a smaller zoom.", **told)
    return tr(
        "The map {name} at zooms {least} to {most} takes more than the {mb} MB allowed; zooms {least} to {fits} fit.",
        fits=fits, **told,
    )  # fmt: skip


def _range(box: WorldBox, zoom: int) -> tuple[int, int, int, int]:
    """First and last column, first and last row of the tiles that meet a box."""
    from surveyapp.geo.ground.model import EDGE_DEG

    west, south, east, north = box
    size = 2 * EDGE_DEG / 2**zoom
    last = 2**zoom - 1
    first_column, first_row = math.floor((west + EDGE_DEG) / size), math.floor((EDGE_DEG - north) / size)
    last_column, last_row = math.ceil((east + EDGE_DEG) / size) - 1, math.ceil((EDGE_DEG - south) / size) - 1
    return max(first_column, 0), min(last_column, last), max(first_row, 0), min(last_row, last)


def _count(box: WorldBox, zoom: int) -> int:
    left, right, top, bottom = _range(box, zoom)
    return (right - left + 1) * (bottom - top + 1)


def _places(box: WorldBox, zoom: int) -> Iterator[tuple[int, int]]:
    left, right, top, bottom = _range(box, zoom)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            yield column, row


def _picture(source: GroundSource, zoom: int, column: int, row: int) -> bytes:
    """One tile; empty where the map shows nothing."""
    from PIL import Image

    from surveyapp.geo.ground.model import EDGE_DEG, GroundView, Picture

    size = 2 * EDGE_DEG / 2**zoom
    west, north = column * size - EDGE_DEG, EDGE_DEG - row * size
    drawn = source.draw(GroundView((west, north - size, west + size, north), _SIDE, _SIDE))
    if not isinstance(drawn, Picture) or not drawn.rgba[..., 3].any():
        return b""
    tile = Image.fromarray(drawn.rgba, "RGBA")
    if tile.size != (_SIDE, _SIDE):
        part, tile = tile, Image.new("RGBA", (_SIDE, _SIDE))
        corner = round((drawn.box[0] - west) / size * _SIDE), round((north - drawn.box[3]) / size * _SIDE)
        tile.paste(part, corner)
    out = io.BytesIO()
    tile.save(out, "WEBP", quality=_QUALITY, method=3)
    return out.getvalue()
