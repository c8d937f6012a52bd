"""Geometry of a source row, brought to what our layers hold: points, lines and polygons of one part, 2D."""

from __future__ import annotations

import struct
from typing import Any

from surveyapp.domain.geometry import point_of
from surveyapp.errors import BadPosition
from surveyapp.exchange.importers.source import LINESTRING, POINT, POLYGON
from surveyapp.geo.crs import WGS84, to_wgs84, to_wgs84_arrays
from surveyapp.words import tr

_FAMILY = {
    "Point": POINT,
    "MultiPoint": POINT,
    "LineString": LINESTRING,
    "LinearRing": LINESTRING,
    "MultiLineString": LINESTRING,
    "Polygon": POLYGON,
    "MultiPolygon": POLYGON,
}
_POINT_XY = struct.Struct("<BIdd")


def hex_of_xy(x: float, y: float) -> str:
    """WKB hex of a point in any reference system (no check of the range)."""
    return _POINT_XY.pack(1, 1, x, y).hex().upper()


def hex_of_shape(shape: Any) -> str | None:
    """WKB hex, little-endian and 2D, of a shapely geometry; ``None`` if it is empty."""
    import shapely

    if shape is None or shape.is_empty:
        return None
    return str(shapely.to_wkb(shapely.force_2d(shape), hex=True, byte_order=1))


def hex_of_wkb(wkb: bytes) -> tuple[str | None, float | None]:
    """(2D WKB hex or ``None`` if empty, height of a point or ``None``) of WKB as other software writes it.

    Raises ``BadPosition`` for damaged WKB and for kinds that have no simple equivalent (curves).
    """
    if len(wkb) == 21 and wkb[:5] == b"\x01\x01\x00\x00\x00":
        x, y = struct.unpack_from("<dd", wkb, 5)
        return (None if x != x or y != y else wkb.hex().upper()), None
    shape = shape_of_wkb(wkb)
    height = None
    if shape.geom_type == "Point" and shape.has_z and not shape.is_empty:
        height = float(shape.z)
    return hex_of_shape(shape), height


def shape_of_wkb(wkb: bytes | str) -> Any:
    """Shapely geometry of WKB bytes or hex; raises ``BadPosition``."""
    import shapely

    try:
        return shapely.from_wkb(wkb)
    except (shapely.errors.ShapelyError, ValueError) as error:
        raise BadPosition(
            tr("Its geometry is damaged or of a kind that cannot be taken ({reason}).", reason=_first_line(error))
        ) from None


def shape_of_wkt(text: str) -> Any:
    """Shapely geometry of WKT, or EWKT with its SRID left out; raises ``BadPosition``."""
    import shapely

    if text.upper().startswith("SRID="):
        text = text.partition(";")[2]
    try:
        return shapely.from_wkt(text)
    except (shapely.errors.ShapelyError, ValueError) as error:
        raise BadPosition(tr("Its WKT cannot be read ({reason}).", reason=_first_line(error))) from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["unknown reason"])[0]


def family_of(geometry_type: str) -> str:
    """POINT, LINESTRING or POLYGON of a geometry type's name (any case, Multi and Z too), else empty."""
    words = geometry_type.upper().removeprefix("MULTI")
    return next((kind for kind in (POINT, LINESTRING, POLYGON) if words.startswith(kind)), "")


def family_of_hex(wkb_hex: str) -> str:
    """The family of a geometry, or empty for collections."""
    if wkb_hex.startswith("0101000000"):
        return POINT
    return _FAMILY.get(shape_of_wkb(wkb_hex).geom_type, "")


def parts_on_earth(wkb_hex: str, crs: str, wanted: str) -> list[str]:
    """Simple geometries of the wanted family in WGS 84 (WKB hex), one for each part of the source's.

    Raises ``BadPosition`` with the reason when it cannot be had. A sighting is one place, so several points
    are refused rather than split: amounts would be counted once for each.
    """
    if (xy := point_of(wkb_hex)) is not None and wanted == POINT:
        longitude, latitude, _accuracy = to_wgs84(crs, *xy)
        return [hex_of_xy(longitude, latitude)]
    shape = shape_of_wkb(wkb_hex)
    family = _FAMILY.get(shape.geom_type, "")
    if family != wanted:
        raise BadPosition(
            tr(
                "Its geometry is a {geom_type}, and this layer takes a {wanted}.",
                geom_type=shape.geom_type,
                wanted=wanted.lower(),
            )
        )
    parts = [part for part in getattr(shape, "geoms", [shape]) if not part.is_empty]
    if not parts:
        raise BadPosition(tr("It has no position: its geometry is empty."))
    if wanted == POINT and len(parts) > 1:
        raise BadPosition(
            tr("It has {count} points, and one record is one place; give each a row of its own.", count=len(parts))
        )
    return [_on_earth(part, crs, wanted) for part in parts]


def _on_earth(part: Any, crs: str, wanted: str) -> str:
    import numpy as np
    import shapely

    if wanted == LINESTRING and part.geom_type == "LinearRing":
        part = shapely.LineString(part.coords)
    xy = shapely.get_coordinates(part)
    longitudes, latitudes, _accuracy = to_wgs84_arrays(crs, xy[:, 0], xy[:, 1])
    if np.isnan(longitudes).any():
        raise BadPosition(tr("Part of its geometry lies nowhere on Earth, or where no shift to WGS 84 is known."))
    if crs != WGS84:
        part = shapely.set_coordinates(shapely.force_2d(part), np.column_stack([longitudes, latitudes]))
    if wanted == LINESTRING and len(np.unique(xy, axis=0)) < 2:
        raise BadPosition(tr("Its line has fewer than two different points."))
    if wanted == POLYGON and part.area == 0:
        raise BadPosition(tr("Its polygon has no area."))
    made = hex_of_shape(part)
    assert made is not None
    return made
