"""Where the lines of the metre grid (UTM) and of the toposheets run in a view, and what they are called. No Qt.

UTM is on WGS 84, as GPS receivers show it. Toposheets have their edges on Kalianpur 1962, some 100 m from the
same degrees in WGS 84, and are drawn where they really lie.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from surveyapp.domain.toposheet import sheet_number
from surveyapp.errors import BadPosition
from surveyapp.geo.crs import KALIANPUR_1962, from_wgs84_arrays, to_wgs84_arrays
from surveyapp.ui.mapcanvas.viewport import Floats, Viewport

GridName = Literal["degrees", "utm", "sheets"]
GRIDS: tuple[GridName, ...] = ("degrees", "utm", "sheets")

_UTM_STEPS_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
_SPACING_PX = 110
"""Lines of the metre grid are at least this far apart."""
_PARTS = 12
"""Straight parts that a line of the metre grid is drawn with: at most half a pixel from the true one."""
_UTM_SOUTH, _UTM_NORTH = -80.0, 84.0
_FALSE_NORTHING_M = 10_000_000.0

_SHEET_SIZES_DEG = (0.25, 1.0, 4.0)
_SHEET_PX = 64
"""Sheets are drawn where they are at least this wide; else those of the next size."""
_INDEX = (60, 20, 80, 40)
"""West, south, east, north of the index of sheets, degrees."""


@dataclass(frozen=True)
class MetreLine:
    """A line of the metre grid: pixels (n, 2); ``west`` and ``east`` are the pixels of its zone's edges."""

    axis: Literal["easting", "northing"]
    metres: float
    label: str
    pixels: Floats
    west: float
    east: float


@dataclass(frozen=True)
class ZoneEdge:
    """The meridian between two UTM zones: its pixel, and the names of the zones on either side."""

    pixel: float
    west_zone: str
    east_zone: str


@dataclass(frozen=True)
class SheetCell:
    """A toposheet: its number and the pixels of its corners (5, 2), the first again at the end."""

    number: str
    corners: Floats


def utm_step_m(view: Viewport) -> int | None:
    """Distance between lines in metres; ``None`` where the widest lines would be too close."""
    wanted = _SPACING_PX * view.metres_per_pixel
    return next((step for step in _UTM_STEPS_M if step >= wanted), None)


def zone_edges(view: Viewport) -> list[ZoneEdge]:
    """The edges of UTM zones in view, while fewer than a dozen zones are."""
    west, south, east, north = view.bounds
    hemisphere = "N" if south + north >= 0 else "S"
    first, last = _zone_at(west), _zone_at(east)
    if last - first > 12:
        return []
    return [
        ZoneEdge(view.pixel(zone * 6.0 - 180.0, 0.0)[0], f"{zone}{hemisphere}", f"{zone + 1}{hemisphere}")
        for zone in range(first, last)
    ]


def metre_lines(view: Viewport) -> list[MetreLine]:
    """The lines of the UTM grid in view, zone by zone."""
    step = utm_step_m(view)
    if step is None:
        return []
    west, south, east, north = view.bounds
    south, north = max(south, _UTM_SOUTH), min(north, _UTM_NORTH)
    lines: list[MetreLine] = []
    for zone in range(_zone_at(west), _zone_at(east) + 1):
        left, right = max(west, zone * 6.0 - 186.0), min(east, zone * 6.0 - 180.0)
        for base, low, high in ((32700, south, min(north, 0.0)), (32600, max(south, 0.0), north)):
            if right > left and high > low:
                lines += _lines_of_zone(view, f"EPSG:{base + zone}", (left, low, right, high), step)
    return lines


def _zone_at(lon: float) -> int:
    return min(max(math.floor((lon + 180) / 6) + 1, 1), 60)


def _lines_of_zone(
    view: Viewport, crs: str, box: tuple[float, float, float, float], step: int
) -> list[MetreLine]:
    """Lines over a box (degrees) of one zone."""
    west, south, east, north = box
    # The outermost metres of a box lie on its edges or where the central meridian crosses them.
    along, side = np.linspace(west, east, _PARTS + 1), np.linspace(south, north, _PARTS + 1)
    lons = np.concatenate([along, along, np.full_like(side, west), np.full_like(side, east)])
    lats = np.concatenate([np.full_like(along, south), np.full_like(along, north), side, side])
    xs, ys, _ = from_wgs84_arrays(crs, lons, lats)
    if not np.isfinite(xs).any():
        return []
    x0, x1, y0, y1 = (float(v) for v in (np.nanmin(xs), np.nanmax(xs), np.nanmin(ys), np.nanmax(ys)))
    eastings, northings = _multiples(x0, x1, step), _multiples(y0, y1, step)
    along_x, along_y = np.linspace(x0, x1, _PARTS + 1), np.linspace(y0, y1, _PARTS + 1)
    all_x = np.concatenate([np.repeat(eastings, _PARTS + 1), np.tile(along_x, len(northings))])
    all_y = np.concatenate([np.tile(along_y, len(eastings)), np.repeat(northings, _PARTS + 1)])
    if not len(all_x):
        return []
    lon, lat, _ = to_wgs84_arrays(crs, all_x, all_y)
    px, py = view.pixels_of(lon, lat)
    pixels = np.stack([px, py], axis=1).reshape(-1, _PARTS + 1, 2)
    edges = view.pixel(west, 0)[0], view.pixel(east, 0)[0]
    named = [("easting", value) for value in eastings.tolist()] + [("northing", value) for value in northings.tolist()]
    return [
        MetreLine(axis, value, _metres_label(value, step), line[np.isfinite(line).all(axis=1)], *edges)  # type: ignore[arg-type]
        for (axis, value), line in zip(named, pixels, strict=True)
    ]


def _multiples(low: float, high: float, step: int) -> NDArray[np.float64]:
    return np.arange(math.ceil(low / step), math.floor(high / step) + 1, dtype=float) * step


def _metres_label(metres: float, step: int) -> str:
    """Kilometres of a line, with a decimal only where the lines need it: ``258``, ``258.5``."""
    return f"{metres / 1000:.0f}" if step % 1000 == 0 else f"{metres / 1000:.1f}"


def sheet_size_deg(view: Viewport) -> float | None:
    """Width of the sheets that a view shows: 0.25°, 1° or 4°; ``None`` where even these are too small."""
    return next((size for size in _SHEET_SIZES_DEG if size * view.scale >= _SHEET_PX), None)


def sheet_cells(view: Viewport) -> list[SheetCell]:
    """The toposheets in view that are in the index, where the datum shift to WGS 84 is known."""
    size = sheet_size_deg(view)
    if size is None:
        return []
    west, south, east, north = view.bounds
    # A sheet's edge lies up to some hundred metres from the same degrees in WGS 84: one cell more all round.
    columns = _cells(max(west, _INDEX[0]), min(east, _INDEX[2]), size)
    lines = _cells(max(south, _INDEX[1]), min(north, _INDEX[3]), size)
    numbered = [
        (column * size, line * size, number)
        for line in lines
        for column in columns
        if (number := _sheet_name(column * size, line * size, size))
    ]
    if not numbered:
        return []
    x = np.array([one[0] for one in numbered])[:, None] + np.array([0, size, size, 0, 0])
    y = np.array([one[1] for one in numbered])[:, None] + np.array([0, 0, size, size, 0])
    try:
        lon, lat, _ = to_wgs84_arrays(KALIANPUR_1962, x, y)
    except BadPosition:
        return []  # this PROJ knows no shift, and edges in the wrong place are worse than none
    px, py = view.pixels_of(lon, lat)
    corners = np.stack([px, py], axis=1).reshape(-1, 5, 2)
    known = np.isfinite(corners).all(axis=(1, 2))
    return [SheetCell(numbered[n][2], corners[n]) for n in np.flatnonzero(known)]


def _cells(low: float, high: float, size: float) -> range:
    return range(math.floor(low / size) - 1, math.floor(high / size) + 2)


def _sheet_name(west: float, south: float, size: float) -> str:
    """``43 B/5``, ``43 B`` or ``43`` for a sheet of that size; empty outside the index."""
    number = sheet_number(west + size / 2, south + size / 2) or ""
    if size >= 4:
        return number.partition(" ")[0]
    return number if size < 1 else number.partition("/")[0]
