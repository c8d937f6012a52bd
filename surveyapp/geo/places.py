"""Which province a point lies in, and how near a boundary, by the basemap.

The basemap is generalised (:data:`GENERALISATION_M`), so near a boundary the answer is a suggestion:
show it as one, and let the surveyor choose. Coordinates are WGS 84 degrees, longitude first.

Single points are answered in plain Python: no library is imported for them, as the command line must
start at once. Many points (an import) go through shapely's tree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from surveyapp.geo.basemap import Basemap, Polygon, Province, Ring, basemap, basemap_geojson, load_basemap
from surveyapp.geo.measure import METRES_PER_DEGREE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "GENERALISATION_M",
    "Basemap",
    "area_at",
    "basemap",
    "basemap_geojson",
    "distance_to_boundary_m",
    "distance_to_edge_m",
    "in_pakistan",
    "load_basemap",
    "province_at",
    "provinces_at",
]

GENERALISATION_M = 5000.0
"""How far the built-in boundaries may be from the true ones; the Khunjerab Pass lies 3.5 km outside them."""


def province_at(longitude: float, latitude: float, source: Basemap | None = None) -> tuple[str, str] | None:
    """(ISO 3166-2 code, name) of the province or territory that holds a point, else ``None``."""
    found = area_at((source or basemap()).provinces, longitude, latitude)
    return (found.code, found.name) if found is not None else None


def area_at(areas: Sequence[Province], longitude: float, latitude: float) -> Province | None:
    """The first of these areas that holds a point, else ``None``."""
    return next((area for area in areas if _holds(area, longitude, latitude)), None)


def provinces_at(
    longitudes: ArrayLike, latitudes: ArrayLike, source: Basemap | None = None
) -> list[tuple[str, str] | None]:
    """:func:`province_at` for many points at once; the result is as long as the input."""
    import numpy as np
    import shapely

    found: list[tuple[str, str] | None] = [None] * int(np.size(longitudes))
    chosen = source or basemap()
    tree = _tree(chosen)
    if tree is None:
        return found
    points = shapely.points(np.asarray(longitudes, dtype=np.float64), np.asarray(latitudes, dtype=np.float64))
    rows, shapes = tree.query(np.atleast_1d(points), predicate="intersects")
    # From the last shape to the first, so that of two that touch a point the first one stays.
    for row, shape in sorted(zip(rows.tolist(), shapes.tolist(), strict=True), reverse=True):
        found[row] = (chosen.provinces[shape].code, chosen.provinces[shape].name)
    return found


def in_pakistan(
    longitude: float, latitude: float, source: Basemap | None = None, *, tolerance_m: float = 0.0
) -> bool:
    """Whether a point lies in one of the provinces, or no farther than the tolerance from one."""
    chosen = source or basemap()
    if not any(_near_box(province, longitude, latitude, tolerance_m) for province in chosen.provinces):
        return False
    if province_at(longitude, latitude, chosen) is not None:
        return True
    if tolerance_m <= 0:
        return False
    distance = distance_to_boundary_m(longitude, latitude, chosen)
    return distance is not None and distance <= tolerance_m


def distance_to_boundary_m(longitude: float, latitude: float, source: Basemap | None = None) -> float | None:
    """Metres from a point to the nearest edge of any province, good to 1 % within 100 km.

    ``None`` when the basemap has no provinces. Worked out on a plane around the point.
    """
    nearest = math.inf
    scale = math.cos(math.radians(latitude))
    for province in (source or basemap()).provinces:
        for polygon in province.polygons:
            for ring in polygon:
                nearest = min(nearest, _distance_to_ring(ring, longitude, latitude, scale))
    return None if nearest == math.inf else nearest * METRES_PER_DEGREE


def distance_to_edge_m(area: Province, longitude: float, latitude: float, *, within_m: float) -> float | None:
    """Metres from a point, inside or outside, to the nearest edge of one area; ``None`` beyond ``within_m``."""
    if not _near_box(area, longitude, latitude, within_m):
        return None
    scale = math.cos(math.radians(latitude))
    nearest = min(_distance_to_ring(ring, longitude, latitude, scale) for part in area.polygons for ring in part)
    metres = nearest * METRES_PER_DEGREE
    return metres if metres <= within_m else None


def _near_box(province: Province, longitude: float, latitude: float, margin_m: float) -> bool:
    west, south, east, north = province.box
    margin = margin_m / METRES_PER_DEGREE
    # Degrees of longitude are shorter, so that the margin must be more of them.
    margin_x = margin / max(0.1, math.cos(math.radians(min(89.0, abs(latitude)))))
    return west - margin_x <= longitude <= east + margin_x and south - margin <= latitude <= north + margin


def _holds(province: Province, longitude: float, latitude: float) -> bool:
    if not _near_box(province, longitude, latitude, 0.0):
        return False
    return any(_polygon_holds(polygon, longitude, latitude) for polygon in province.polygons)


def _polygon_holds(polygon: Polygon, x: float, y: float) -> bool:
    """Odd-even rule over the outer ring and the holes."""
    inside = False
    for ring in polygon:
        inside ^= _ring_holds(ring, x, y)
    return inside


def _ring_holds(ring: Ring, x: float, y: float) -> bool:
    """Ray casting (M. Shimrat, Algorithm 112, CACM 5 (1962), 434), half open so that a corner counts once."""
    inside = False
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
        x1, y1 = x2, y2
    return inside


def _distance_to_ring(ring: Ring, x: float, y: float, scale: float) -> float:
    """Distance in degrees of latitude from a point to a closed line."""
    nearest = math.inf
    x1, y1 = (ring[-1][0] - x) * scale, ring[-1][1] - y
    for lon, lat in ring:
        x2, y2 = (lon - x) * scale, lat - y
        dx, dy = x2 - x1, y2 - y1
        length = dx * dx + dy * dy
        along = 0.0 if length == 0 else min(1.0, max(0.0, -(x1 * dx + y1 * dy) / length))
        nearest = min(nearest, math.hypot(x1 + along * dx, y1 + along * dy))
        x1, y1 = x2, y2
    return nearest


@lru_cache(maxsize=4)
def _tree(source: Basemap) -> Any:
    """A shapely ``STRtree`` over the provinces, in their order; ``None`` without any."""
    import shapely

    shapes = [
        shapely.MultiPolygon([(polygon[0], polygon[1:]) for polygon in province.polygons])
        for province in source.provinces
    ]
    return shapely.STRtree(shapes) if shapes else None
