"""Geometry as the domain holds it: upper-case hex of little-endian 2D WKB (x = longitude, y = latitude).

A string, so that it is compared, hashed and written to JSON like every other value. shapely is used
only for what is not a point.
"""

from __future__ import annotations

import math
import struct

from surveyapp.errors import BadPosition
from surveyapp.words import tr

_POINT = struct.Struct("<BIdd")


def point_hex(longitude: float, latitude: float) -> str:
    """WKB hex of a point, degrees; raises ``BadPosition`` when no such place exists."""
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise BadPosition(tr("The position is not a number; type the coordinates again."))
    if not -180 <= longitude <= 180 or not -90 <= latitude <= 90:
        raise BadPosition(
            tr(
                "Longitude {longitude:g}, latitude {latitude:g} is nowhere on Earth; longitude "
                "goes from -180 to 180 and latitude from -90 to 90.",
                longitude=longitude,
                latitude=latitude,
            )
        )
    return _POINT.pack(1, 1, longitude, latitude).hex().upper()


def point_of(wkb_hex: object) -> tuple[float, float] | None:
    """(longitude, latitude) of point WKB hex; ``None`` for no geometry or not a 2D point."""
    if not isinstance(wkb_hex, str) or len(wkb_hex) != 42 or not wkb_hex.startswith("0101000000"):
        return None
    _order, _kind, x, y = _POINT.unpack(bytes.fromhex(wkb_hex))
    return None if math.isnan(x) or math.isnan(y) else (x, y)
