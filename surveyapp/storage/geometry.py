"""GeoPackage geometry blobs to and from the domain's WKB hex, and the ST_ functions that R-tree triggers call.

Blob: ``GP``, version 0, flags, srs_id, optional envelope, WKB (OGC 12-128r17, 2.1.3).
"""

from __future__ import annotations

import sqlite3
import struct
from typing import Any

_HEADER = struct.Struct("<2sBBi")
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_POINT_PREFIX = b"GP\x00\x01" + struct.pack("<i", 4326)
_XY = struct.Struct("<dd")
_WKB_POINT = b"\x01\x01\x00\x00\x00"


class NotAGeometry(ValueError):
    """Bytes that are no GeoPackage geometry, or not one that can be held (curves, Z that cannot be dropped)."""


def _split(blob: bytes) -> tuple[int, bytes]:
    """(flags, WKB) of a blob."""
    if len(blob) < 8 or blob[:2] != b"GP":
        raise NotAGeometry("not a GeoPackage geometry")
    kind = (blob[3] >> 1) & 7
    if kind > 4:
        raise NotAGeometry("bad envelope flag")
    return blob[3], blob[8 + _ENVELOPE_BYTES[kind]:]


def hex_of(blob: bytes | None) -> str | None:
    """WKB hex (little-endian, 2D) of a blob; ``None`` for no or an empty geometry.

    Z and M are dropped, since the layers are 2D. Raises ``NotAGeometry``.
    """
    if blob is None:
        return None
    if not isinstance(blob, bytes):
        raise NotAGeometry("not a GeoPackage geometry")
    flags, wkb = _split(blob)
    if len(wkb) == 21 and wkb[:5] == _WKB_POINT:
        x, y = struct.unpack_from("<dd", wkb, 5)
        return None if x != x or y != y else wkb.hex().upper()
    if flags & 0x10:
        return None
    geometry = _shape(wkb)
    if geometry.is_empty:
        return None
    import shapely

    return str(shapely.to_wkb(shapely.force_2d(geometry), hex=True, byte_order=1))


def _shape(wkb: bytes) -> Any:
    import shapely

    try:
        return shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError as error:
        raise NotAGeometry(f"damaged geometry ({error})") from None


def blob_of(wkb_hex: str | None) -> bytes | None:
    """Blob (srs 4326) of WKB hex; lines and polygons carry their envelope, points none, as GDAL writes them."""
    if wkb_hex is None:
        return None
    wkb = bytes.fromhex(wkb_hex)
    if wkb[:5] == _WKB_POINT:
        return _POINT_PREFIX + wkb
    x0, y0, x1, y1 = _shape(wkb).bounds
    return b"GP\x00\x03" + struct.pack("<i4d", 4326, x0, x1, y0, y1) + wkb


def bounds(blob: bytes | None) -> tuple[float, float, float, float] | None:
    """(min x, min y, max x, max y), or ``None`` when there is nothing to bound."""
    if blob is None:
        return None
    if len(blob) == 29 and blob[:4] == b"GP\x00\x01" and blob[8:13] == _WKB_POINT:  # a plain point, nearly always
        x, y = _XY.unpack_from(blob, 13)
        return None if x != x or y != y else (x, y, x, y)
    flags, wkb = _split(blob)
    if len(wkb) >= 21 and wkb[:1] == b"\x01" and wkb[1] == 1:
        x, y = struct.unpack_from("<dd", wkb, 5)
        return None if x != x or y != y else (x, y, x, y)
    if flags & 0x10:
        return None
    geometry = _shape(wkb)
    return None if geometry.is_empty else geometry.bounds


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the ST_ functions of GeoPackage's R-tree extension; every writer needs them."""

    def corner(index: int) -> Any:
        def value(blob: bytes | None) -> float | None:
            try:
                box = bounds(blob)
            except NotAGeometry:
                return None
            return None if box is None else box[index]

        return value

    def is_empty(blob: bytes | None) -> int | None:
        if blob is None:
            return None
        try:
            return int(bounds(blob) is None)
        except NotAGeometry:
            return 1

    for index, name in enumerate(("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY")):
        connection.create_function(name, 1, corner(index), deterministic=True)
    connection.create_function("ST_IsEmpty", 1, is_empty, deterministic=True)
