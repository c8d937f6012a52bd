"""Outlines on the ellipsoid: their area, where they overlap, and what lies inside. Geometry is WKB hex, WGS 84."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surveyapp.errors import BadInput
from surveyapp.words import tr

if TYPE_CHECKING:
    from pyproj import Geod
    from shapely.geometry.base import BaseGeometry

FEWEST_CORNERS = 3


def shape_of(wkb_hex: object) -> BaseGeometry | None:
    """The polygon (or polygons) of an outline, made valid; ``None`` where there is none. Outside programs may have
    stored any geometry, or an outline that crosses itself."""
    import shapely

    if not isinstance(wkb_hex, str):
        return None
    try:
        shape = shapely.from_wkb(wkb_hex)
    except shapely.errors.ShapelyError:
        return None
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)


def area_m2(wkb_hex: object) -> float:
    """Area on the WGS 84 ellipsoid in m², holes taken off (Karney 2013, as pyproj has it); 0 without an outline."""
    return _area_m2(shape_of(wkb_hex))


def overlap_m2(one: object, other: object) -> float:
    """The area in m² that two outlines share. Edges are straight in degrees, as GeoPackage keeps them."""
    first, second = shape_of(one), shape_of(other)
    if first is None or second is None or not first.intersects(second):
        return 0.0
    return _area_m2(first.intersection(second))


def overlaps(outlines: Sequence[object]) -> list[tuple[int, int, float]]:
    """Pairs of outlines that share ground, by their places in the list, with the m² that they share."""
    import shapely

    known = [(place, shape) for place, one in enumerate(outlines) if (shape := shape_of(one)) is not None]
    if len(known) < 2:
        return []
    tree = shapely.STRtree([shape for _place, shape in known])
    left, right = tree.query([shape for _place, shape in known], predicate="intersects")
    found = []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        if a < b and (shared := _area_m2(known[a][1].intersection(known[b][1]))) > 0:
            found.append((known[a][0], known[b][0], shared))
    return sorted(found)


def middle(wkb_hex: object) -> tuple[float, float] | None:
    """A position (longitude, latitude) inside an outline, near its middle."""
    shape = shape_of(wkb_hex)
    if shape is None:
        return None
    point = shape.representative_point()
    return point.x, point.y


def inside(wkb_hex: object, longitude: Sequence[float | None], latitude: Sequence[float | None]) -> NDArray[np.bool_]:
    """Which of these positions lie in an outline or on its edge; one that is missing lies nowhere."""
    import shapely

    shape = shape_of(wkb_hex)
    x, y = np.asarray(longitude, float), np.asarray(latitude, float)
    if shape is None:
        return np.zeros(len(x), bool)
    known = np.isfinite(x) & np.isfinite(y)
    found = np.zeros(len(x), bool)
    shapely.prepare(shape)
    found[known] = shapely.intersects_xy(shape, x[known], y[known])
    return found


def outline_hex(corners: Sequence[tuple[float, float]]) -> str:
    """The outline with these corners (longitude, latitude in degrees), in order, joined at the ends.

    Raises ``BadInput`` for fewer than three different corners, an outline that crosses itself, or one without area.
    """
    import shapely

    ring = [corner for place, corner in enumerate(corners) if place == 0 or corner != corners[place - 1]]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    if len(set(ring)) < FEWEST_CORNERS:
        raise BadInput(tr("An outline has at least three different corners; add some."))
    shape = shapely.Polygon(ring)
    if not shape.is_valid:
        raise BadInput(tr("The outline crosses itself; give its corners in the order in which one walks round it."))
    if _area_m2(shape) <= 0:
        raise BadInput(tr("The corners lie on one line, so the outline has no area; mend one of them."))
    # Anticlockwise outside, as RFC 7946 and the simple features standard ask for.
    return str(shapely.to_wkb(shapely.geometry.polygon.orient(shape), hex=True, byte_order=1)).upper()


def corners_of(wkb_hex: object) -> list[tuple[float, float]]:
    """The corners (longitude, latitude) of an outline of one piece without holes; empty for any other."""
    shape: Any = shape_of(wkb_hex)
    if shape is None or shape.geom_type != "Polygon" or shape.interiors:
        return []
    return [(float(x), float(y)) for x, y in np.asarray(shape.exterior.coords)[:-1, :2]]


def _area_m2(shape: BaseGeometry | None) -> float:
    """Of the polygons in a geometry: what two outlines share may hold lines and points beside them."""
    if shape is None or shape.is_empty:
        return 0.0
    if shape.geom_type == "GeometryCollection" or shape.geom_type.startswith("Multi"):
        return sum(_area_m2(part) for part in shape.geoms)
    if shape.geom_type != "Polygon":
        return 0.0
    import shapely

    area, _perimeter = _geod().geometry_area_perimeter(shapely.geometry.polygon.orient(shape))
    return abs(float(area))


@cache
def _geod() -> Geod:
    from pyproj import Geod

    return Geod(ellps="WGS84")
