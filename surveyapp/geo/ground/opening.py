"""Which maps a file holds, and opening one of them.

Databases and TIFFs are told by how they begin, whatever they are called; the rest by their suffix.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from surveyapp.errors import BadFile
from surveyapp.geo.ground.database import connect, reading, rows, tables
from surveyapp.geo.ground.faults import gone
from surveyapp.geo.ground.layer import GroundKind, GroundLayer
from surveyapp.geo.ground.mbtiles import TileFile, first_tile, tile_format
from surveyapp.geo.ground.model import GroundSource
from surveyapp.geo.ground.raster import GRID_SUFFIXES, RasterFile, look_at
from surveyapp.geo.ground.vectors import ShapeFile, VectorTiles, layer_names
from surveyapp.words import tr

_SHAPES = (".geojson", ".json", ".shp", ".fgb", ".kml")
SUFFIXES = (".mbtiles", ".gpkg", ".tif", ".tiff", *GRID_SUFFIXES, *_SHAPES)
"""What files of maps are called: for asking and for dropping."""
_WHOLE = (".geojson", ".json", ".kml")
_LARGEST_WHOLE = 50_000_000
"""Bytes of a file that has to be read whole for every view."""
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
"""TIFF and BigTIFF, in both byte orders."""
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Entry:
    """One map that a file holds: what to call it, and of which kind it is."""

    kind: GroundKind
    title: str
    layer: str = ""
    one_band: bool = False

    def to_layer(self, path: Path) -> GroundLayer:
        """It as a layer of the map."""
        return GroundLayer(path, self.kind, self.title, self.layer, one_band=self.one_band)


def look(path: Path) -> list[Entry]:
    """The maps in a file, at least one; raises ``BadFile`` with one sentence if there is none to show.

    A file of one map is tried as well: what is wrong with it is said now and not when it is drawn.
    """
    start = _start_of(path)
    if start.startswith(_SQLITE):
        return _in_database(path)
    if start.startswith(_TIFF) or path.suffix.casefold() in GRID_SUFFIXES:
        return [_raster(path)]
    if path.suffix.casefold() in _SHAPES:
        return _in_shape_file(path)
    raise BadFile(
        tr(
            "{file} is no map that can be shown here; choose an MBTiles, GeoPackage, GeoTIFF, GeoJSON, "
            "Shapefile, FlatGeobuf or KML file.",
            file=path.name,
        )
    )


def open_ground(layer: GroundLayer) -> GroundSource:
    """Open a layer's file; raises ``BadFile`` if it is not there or cannot be shown."""
    _start_of(layer.path)
    if layer.kind == "tiles":
        return TileFile(layer.path)
    if layer.kind in ("vector-tiles", "shapes"):
        return VectorTiles(layer.path) if layer.kind == "vector-tiles" else ShapeFile(layer.path, layer.layer)
    return RasterFile(layer.path, layer.layer, relief=layer.kind == "relief")


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(32)
    except FileNotFoundError as problem:
        raise gone(path) from problem
    except OSError as problem:
        reason = problem.strerror or problem
        raise BadFile(tr("{file} cannot be read: {reason}.", file=path, reason=reason)) from problem
    if not start:
        raise BadFile(tr("{file} is empty; copy it again.", file=path.name))
    return start


def _in_database(path: Path) -> list[Entry]:
    with reading(path):
        database = connect(path)
        try:
            present = tables(database)
            if "gpkg_contents" in present:
                question = "SELECT table_name, data_type, identifier FROM gpkg_contents ORDER BY rowid"
                contents = rows(database, question)
            elif {"tiles", "metadata"} <= present:
                return [_of_tiles(path, first_tile(database))]
            else:
                raise BadFile(
                    tr("{file} is a database but neither MBTiles nor a GeoPackage.", file=path.name)
                )
        finally:
            database.close()
    entries = [
        entry
        for table, kind, title in contents
        for entry in _of_table(path, str(table), str(kind), str(title or table))
    ]
    if not entries:
        raise BadFile(tr("{file} is a GeoPackage without tiles and without shapes.", file=path.name))
    if len(entries) == 1:
        open_ground(entries[0].to_layer(path)).close()
    return entries


def _of_tiles(path: Path, tile: bytes) -> Entry:
    kind = tile_format(tile)
    if not tile:
        raise BadFile(tr("{file} holds no tiles; download or make it again.", file=path.name))
    if not kind:
        raise BadFile(
            tr("{file} holds tiles of an unknown kind; PNG, JPEG, WebP and vector tiles can be shown.", file=path.name)
        )
    entry = Entry("vector-tiles" if kind == "pbf" else "tiles", path.stem)
    open_ground(entry.to_layer(path)).close()
    return entry


def _of_table(path: Path, table: str, kind: str, title: str) -> list[Entry]:
    """The map in a table of a GeoPackage; none if the table holds something else."""
    if kind == "features":
        return [Entry("shapes", title, table)]
    if kind in ("tiles", "2d-gridded-coverage"):
        one_band, elevations = look_at(path, table)
        return [Entry("relief" if elevations else "picture", title, table, one_band)]
    return []


def _raster(path: Path) -> Entry:
    one_band, elevations = look_at(path)
    return Entry("relief" if elevations else "picture", path.stem, "", one_band)


def _in_shape_file(path: Path) -> list[Entry]:
    if path.suffix.casefold() in _WHOLE and path.stat().st_size > _LARGEST_WHOLE:
        raise BadFile(
            tr(
                "{file} is too large to be read at every move of the map; save it as a GeoPackage in QGIS.",
                file=path.name,
            )
        )
    names = layer_names(path)
    if not names:
        raise BadFile(tr("{file} holds no shapes.", file=path.name))
    if len(names) == 1:
        entry = Entry("shapes", path.stem)
        open_ground(entry.to_layer(path)).close()
        return [entry]
    return [Entry("shapes", name, name) for name in names]
