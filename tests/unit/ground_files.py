"""Small maps of every kind, made on the spot around Mingora."""

from __future__ import annotations

import gzip
import math
import sqlite3
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import rasterio
import shapely
from PIL import Image
from rasterio.transform import Affine

from surveyapp.geo.ground.model import DEGREE_M, GroundView, world_box

MINGORA = (72.36, 34.77)
SWAT = (72.0, 34.5, 72.8, 35.1)
"""West, south, east, north in degrees."""

Colour = tuple[int, int, int]


def view_of(west: float, south: float, east: float, north: float, width: int = 400) -> GroundView:
    """A view of bounds in degrees, with square pixels."""
    x0, y0, x1, y1 = world_box(west, south, east, north)
    return GroundView((x0, y0, x1, y1), width, max(1, round(width * (y1 - y0) / (x1 - x0))))


def around(lon: float, lat: float, metres: float, width: int = 200) -> GroundView:
    """A square view that is ``metres`` of EPSG:3857 wide."""
    x, y, _x, _y = world_box(lon, lat, lon, lat)
    half = metres / DEGREE_M / 2
    return GroundView((x - half, y - half, x + half, y + half), width, width)


def tile_of(zoom: int, lon: float, lat: float) -> tuple[int, int]:
    """Column and row from the north of the tile that holds a place (the well-known slippy map formula)."""
    count = 2**zoom
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * count
    return int((lon + 180) / 360 * count), int(row)


def tile_bytes(colour: Colour, kind: str = "PNG", side: int = 256) -> bytes:
    out = BytesIO()
    Image.new("RGB", (side, side), colour).save(out, kind)
    return out.getvalue()


def write_mbtiles(
    path: Path,
    tiles: dict[tuple[int, int, int], bytes],
    facts: dict[str, str] | None = None,
    from_north: bool = False,
) -> Path:
    """An MBTiles file of tiles by zoom, column and row from the north."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    database.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
    database.execute("CREATE UNIQUE INDEX place ON tiles (zoom_level, tile_column, tile_row)")
    database.executemany("INSERT INTO metadata VALUES (?, ?)", list((facts or {}).items()))
    database.executemany(
        "INSERT INTO tiles VALUES (?, ?, ?, ?)",
        [(z, x, y if from_north else 2**z - 1 - y, data) for (z, x, y), data in tiles.items()],
    )
    database.commit()
    database.close()
    return path


def swat_tiles(path: Path, colour_of: Callable[[int, int, int], Colour], kind: str = "PNG") -> Path:
    """Tiles of zoom 6 to 9 over Swat."""
    west, south, east, north = SWAT
    tiles = {}
    for zoom in range(6, 10):
        first, top = tile_of(zoom, west, north)
        last, bottom = tile_of(zoom, east, south)
        for column in range(first, last + 1):
            for row in range(top, bottom + 1):
                tiles[zoom, column, row] = tile_bytes(colour_of(zoom, column, row), kind)
    bounds = ",".join(map(str, SWAT))
    return write_mbtiles(path, tiles, {"name": "Swat", "bounds": bounds, "attribution": "<b>Survey</b> of Swat"})


def write_raster(path: Path, bands: np.ndarray, crs: Any, corner: Affine, **more: Any) -> Path:
    """A raster of bands (count, height, width); the driver is told by the suffix unless given."""
    drivers = {".tif": "GTiff", ".gpkg": "GPKG"}
    colormap = more.pop("colormap", None)
    unit = more.pop("unit", None)
    with rasterio.open(
        path,
        "w",
        driver=drivers[path.suffix],
        count=bands.shape[0],
        height=bands.shape[1],
        width=bands.shape[2],
        dtype=bands.dtype.name,
        crs=crs,
        transform=corner,
        **more,
    ) as file:
        file.write(bands)
        if colormap:
            file.write_colormap(1, colormap)
        if unit:
            file.units = (unit,)
    return path


def swat_corner(pixels: int) -> Affine:
    """Where a square raster of WGS 84 degrees, 0.6 degrees a side, has its pixels."""
    return Affine(0.6 / pixels, 0, SWAT[0], 0, -0.6 / pixels, SWAT[3])


def write_shapes(
    path: Path, shapes: list[shapely.Geometry], layer: str, crs: str = "EPSG:4326", **more: Any
) -> Path:
    """A layer of shapes; ``names`` are a column ``name``."""
    names = more.pop("names", [f"shape {number}" for number in range(len(shapes))])
    field = more.pop("field", "name")
    kinds = {shape.geom_type for shape in shapes}
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, object)),
        [np.array(names, object)],
        [field],
        layer=layer,
        crs=crs,
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        append=path.exists(),
        **more,
    )
    return path


def write_vector_tiles(path: Path) -> Path:
    """A road and a path across Swat, in zoom 6 to 10, in EPSG:3857."""
    west, south, east, north = (edge * DEGREE_M for edge in world_box(*SWAT))
    road = shapely.LineString([(west, south), (east, north)])
    path_line = shapely.LineString([(west, north), (east, south)])
    return write_shapes(
        path,
        [road, path_line],
        "transportation",
        "EPSG:3857",
        names=["primary", "path"],
        field="class",
        driver="MVT",
        dataset_options={"MINZOOM": "6", "MAXZOOM": "10", "FORMAT": "MBTILES"},
    )


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data)
