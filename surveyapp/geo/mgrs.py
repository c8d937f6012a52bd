"""UTM zones and the Military Grid Reference System, on WGS 84.

Zones, bands, and the letters of the 100 km squares follow DMA Technical Manual 8358.1, chapters 2 and 3
(the lettering for WGS 84). The projection itself is pyproj's. Polar regions (UPS) are left out.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from surveyapp.errors import BadPosition
from surveyapp.geo.crs import from_wgs84, to_wgs84
from surveyapp.geo.position_text import quoted
from surveyapp.words import tr

BANDS = "CDEFGHJKLMNPQRSTUVWX"
"""Bands of 8 degrees of latitude from 80°S; the last, X, has 12."""

SOUTH_LIMIT, NORTH_LIMIT = -80.0, 84.0

_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
"""Letters of 100 km squares from 100 km east, for zones 1, 2, 3; then they repeat."""

_ROWS = "ABCDEFGHJKLMNPQRSTUV"
"""Letters of 100 km squares from the equator in odd zones; even zones start at F."""

_SQUARE = 100_000.0
_ROW_CYCLE = 2_000_000.0
_SLACK_DEG = 0.05
"""How far a reference may lie outside its band or zone: edges cut through squares, and readings round."""

_MGRS = re.compile(r"(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])(\d*)")


@dataclass(frozen=True)
class Utm:
    """A place in UTM on WGS 84; ``band`` is the letter of its latitude, metres are unrounded."""

    zone: int
    band: str
    easting: float
    northing: float


def utm_zone(longitude: float, latitude: float) -> int:
    """UTM zone of a point in degrees, with the wider zones of Norway and Svalbard."""
    zone = int((longitude + 180.0) // 6.0) % 60 + 1
    if 56.0 <= latitude < 64.0 and 3.0 <= longitude < 12.0:
        return 32
    if latitude >= 72.0:
        for west, east, wide in ((0.0, 9.0, 31), (9.0, 21.0, 33), (21.0, 33.0, 35), (33.0, 42.0, 37)):
            if west <= longitude < east:
                return wide
    return zone


def utm_band(latitude: float) -> str:
    """Letter of the latitude band; raises ``BadPosition`` beyond 80°S and 84°N."""
    if not SOUTH_LIMIT <= latitude <= NORTH_LIMIT:
        raise BadPosition(tr("Latitude {latitude:g} lies outside UTM, which ends at 80°S and 84°N.", latitude=latitude))
    return BANDS[min(19, int(latitude // 8.0) + 10)]


def band_limits(band: str) -> tuple[float, float]:
    """(south, north) of a latitude band in degrees."""
    south = SOUTH_LIMIT + 8.0 * BANDS.index(band)
    return south, NORTH_LIMIT if band == "X" else south + 8.0


def utm_code(zone: int, *, north: bool) -> str:
    """EPSG code of a WGS 84 UTM zone."""
    return f"EPSG:{(32600 if north else 32700) + zone}"


def to_utm(longitude: float, latitude: float) -> Utm:
    """WGS 84 degrees to UTM in the point's own zone; raises ``BadPosition`` near the poles."""
    if abs(latitude) < 1e-8:
        latitude = 0.0  # 1 mm south of the equator the northing would be 10 000 km, which has no square.
    band = utm_band(latitude)
    zone = utm_zone(longitude, latitude)
    easting, northing, _accuracy = from_wgs84(utm_code(zone, north=latitude >= 0), longitude, latitude)
    return Utm(zone, band, easting, northing)


def to_mgrs(longitude: float, latitude: float, digits: int = 5) -> str:
    """Grid reference such as "43SBU 58393 50713"; ``digits`` 1 to 5 of each number (5 is 1 m).

    Metres are cut, not rounded, as the reference names the square that holds the point.
    """
    utm = to_utm(longitude, latitude)
    column, row = math.floor(utm.easting / _SQUARE), math.floor(utm.northing / _SQUARE)
    letters = _COLUMNS[(utm.zone - 1) % 3][column - 1] + _ROWS[(row + _row_shift(utm.zone)) % 20]
    east, north = (math.floor(value % _SQUARE / 10 ** (5 - digits)) for value in (utm.easting, utm.northing))
    return f"{utm.zone}{utm.band}{letters} {east:0{digits}d} {north:0{digits}d}"


def mgrs_digits(plain: str) -> int | None:
    """Number of digits of each coordinate if plain text has the form of a grid reference, else ``None``."""
    found = _MGRS.fullmatch("".join(plain.split()))
    return None if found is None else len(found[5]) // 2


def from_mgrs(plain: str, shown: str = "") -> tuple[str, float, float, float]:
    """(EPSG code of the UTM zone, easting, northing, size of the square in metres) of a grid reference.

    The point is the middle of the square, which is what is least wrong. Raises ``BadPosition`` for a
    reference that names no place. Messages quote ``shown``, the text as typed.
    """
    shown = shown or plain
    found = _MGRS.fullmatch("".join(plain.split()))
    if found is None:
        raise BadPosition(
            tr("{quoted} is not a grid reference; write it like 43SBU 58393 50713.", quoted=quoted(shown))
        )
    zone, band, column, row, numbers = int(found[1]), found[2], found[3], found[4], found[5]
    if not 1 <= zone <= 60:
        raise BadPosition(tr("{quoted} names zone {zone}; UTM zones go from 1 to 60.", quoted=quoted(shown), zone=zone))
    if not 2 <= len(numbers) <= 10 or len(numbers) % 2:
        raise BadPosition(
            tr(
                "{quoted} needs the same number of digits for easting and northing, one to five of each.",
                quoted=quoted(shown),
            )
        )
    columns = _COLUMNS[(zone - 1) % 3]
    if column not in columns:
        raise BadPosition(
            tr(
                "{quoted} names square {column}{row}, which zone {zone} does not have.",
                quoted=quoted(shown),
                column=column,
                row=row,
                zone=zone,
            )
        )
    half = len(numbers) // 2
    size = 10.0 ** (5 - half)
    easting = (columns.index(column) + 1) * _SQUARE + (int(numbers[:half]) + 0.5) * size
    within = ((_ROWS.index(row) - _row_shift(zone)) % 20) * _SQUARE + (int(numbers[half:]) + 0.5) * size
    code = utm_code(zone, north=band >= "N")
    for cycle in range(5):
        northing = within + cycle * _ROW_CYCLE
        if _lies_in(code, easting, northing, zone, band, size):
            return code, easting, northing, size
    raise BadPosition(
        tr(
            "{quoted} names no place: square {column}{row} does not lie in {zone}{band}.",
            quoted=quoted(shown),
            column=column,
            row=row,
            zone=zone,
            band=band,
        )
    )


def _row_shift(zone: int) -> int:
    return 0 if zone % 2 else 5


def _lies_in(code: str, easting: float, northing: float, zone: int, band: str, size: float) -> bool:
    """Whether a point lies in its zone and band, but for the slack."""
    try:
        longitude, latitude, _accuracy = to_wgs84(code, easting, northing)
    except BadPosition:
        return False
    slack = _SLACK_DEG + size / 100_000.0
    south, north = band_limits(band)
    if not south - slack <= latitude <= north + slack:
        return False
    slack_x = slack / max(0.05, math.cos(math.radians(latitude)))
    return any(
        utm_zone((x + 180.0) % 360.0 - 180.0, y) == zone
        for x in (longitude - slack_x, longitude, longitude + slack_x)
        for y in (latitude - slack, latitude, latitude + slack)
    )
