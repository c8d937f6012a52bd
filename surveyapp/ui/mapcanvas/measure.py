"""Distance, bearing and area on the WGS 84 ellipsoid. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

LonLat = tuple[float, float]
_LONG_LEG_M = 50_000.0
"""A leg longer than this is drawn as the curve that it is: a geodesic is not straight in Mercator."""


@cache
def _geod() -> Any:
    from pyproj import Geod  # late: the map opens without it

    return Geod(ellps="WGS84")


@dataclass(frozen=True)
class Leg:
    """From one point to the next: geodesic length in metres, true bearing at its start in degrees, 0–360."""

    length_m: float
    bearing_deg: float


def leg(start: LonLat, end: LonLat) -> Leg:
    """The leg between two positions (longitude, latitude in degrees)."""
    forward, _, length = _geod().inv(*start, *end)
    return Leg(float(length), float(forward) % 360)


def legs(points: list[LonLat]) -> list[Leg]:
    """The legs of a line."""
    return [leg(start, end) for start, end in pairwise(points)]


def enclosed_m2(points: list[LonLat]) -> float:
    """Area in square metres of the polygon with these corners, in either direction; 0 for fewer than 3."""
    if len(points) < 3:
        return 0.0
    area, _ = _geod().polygon_area_perimeter(*zip(*points, strict=True))
    return abs(float(area))


def along(points: list[LonLat]) -> list[LonLat]:
    """The line with points put in so that long legs follow the geodesic."""
    line: list[LonLat] = points[:1]
    for start, end in pairwise(points):
        between = int(leg(start, end).length_m // _LONG_LEG_M)
        if between:
            line += _geod().npts(*start, *end, between)
        line.append(end)
    return line
