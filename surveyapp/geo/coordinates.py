"""Positions as people type them, brought to WGS 84 without claiming more than was typed.

:func:`parse_position` is what ``surveyapp add --at`` and the form call. It takes degrees in any of the usual
spellings and scripts, UTM, MGRS, the Lambert grids of Pakistan, any EPSG system, and readings on a
toposheet. Plain degrees need neither pyproj nor shapely, as the command line must start at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from surveyapp.errors import BadPosition
from surveyapp.geo.angles import parse_angles
from surveyapp.geo.crs import KALIANPUR_1962, WGS84, crs_text, is_geographic, label_of, to_wgs84
from surveyapp.geo.grids import (
    grid_notation,
    grid_pair,
    is_grid_pair,
    read_epsg,
    read_lambert,
    read_utm,
)
from surveyapp.geo.mgrs import from_mgrs, mgrs_digits
from surveyapp.geo.notations import describe, format_position
from surveyapp.geo.places import GENERALISATION_M, in_pakistan
from surveyapp.geo.position_text import plain_text, quoted
from surveyapp.geo.reading import Reading, angle_reading
from surveyapp.geo.toposheets import read_toposheet, toposheet_at
from surveyapp.words import tr

__all__ = ["ParsedPosition", "describe", "format_position", "parse_position", "toposheet_at"]

COARSE_M = 100.0
"""A position whose typed digits leave more than this open gets a warning."""

_K1962_CODES = (KALIANPUR_1962, "EPSG:24311", "EPSG:24312", "EPSG:24313", "EPSG:24376", "EPSG:24377")

_NAME = r"(?<![A-Z])(?:KAL(?:I|Y|IY)ANPUR|K)[ .(-]*"
_DATUMS = (
    (re.compile(rf"{_NAME}(?:19)?62(?!\d)[ ,;:]*"), KALIANPUR_1962),
    (re.compile(rf"{_NAME}(?:18)?80(?!\d)[ ,;:]*"), "1880"),
    (re.compile(r"(?<![A-Z])WGS[ -]?(?:19)?84(?!\d)[ ,;:]*"), WGS84),
)
_UNCLEAR_DATUM = re.compile(r"(?<![A-Z])(?:KAL(?:I|Y|IY)ANPUR|EVEREST)")
_MGRS_WORD = re.compile(r"^(?:MGRS|USNG)[ :]*")
_LINK_PAIR = re.compile(
    r"[=:@/](-?\d{1,2}\.\d+)(?:,|%2C|/|&mlon=)(?:%20|\+)?(-?\d{1,3}\.\d+)(?![\d.])", re.IGNORECASE | re.ASCII
)
_GEO_PAIR = re.compile(r"\s*geo:(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)", re.IGNORECASE | re.ASCII)
_MAX_LINK = 2000


@dataclass(frozen=True)
class ParsedPosition:
    """A typed position in WGS 84.

    ``resolution_m`` is how far rounding to the digits typed may have moved it, along the worse axis.
    ``transformation_accuracy_m`` is the published accuracy of the datum shift: 0 where none was needed,
    ``None`` where it is not known. Neither is an accuracy of the position itself: that nobody stated.
    """

    longitude: float
    latitude: float
    crs: str
    notation: str
    text: str
    resolution_m: float
    transformation_accuracy_m: float | None
    warnings: list[str] = field(default_factory=list, hash=False)

    @property
    def transformation_accuracy_known(self) -> bool:
        """Whether the datum shift has a published accuracy."""
        return self.transformation_accuracy_m is not None


def parse_position(text: str, *, prefer: str | None = None) -> ParsedPosition:
    """Read a typed position; raises ``BadPosition`` with one sentence, and perhaps a ``suggestion``.

    ``prefer`` is the EPSG code of the system that numbers without a named system are in (WGS 84 if not
    given). Two bare numbers are latitude, then longitude; after an EPSG code, x, then y. If that lies
    outside Pakistan while the swapped pair lies inside, it is refused with the swap as the suggestion.
    """
    shown = text
    if "://" in text or text.strip().lower().startswith("geo:"):
        text = _from_link(text)
    reading = _read(plain_text(text), shown, prefer)
    return _finished(reading, shown)


def _read(plain: str, shown: str, prefer: str | None) -> Reading:
    reading = read_epsg(plain, shown)
    if reading is not None:
        return reading
    datum, rest = _datum_of(plain, shown)
    rest = rest or plain
    mgrs = _MGRS_WORD.sub("", rest)
    if mgrs_digits(mgrs) is not None or mgrs != rest:
        return _mgrs_reading(mgrs, shown, datum)
    preferred = crs_text(prefer) if prefer else WGS84
    assumed = datum or (KALIANPUR_1962 if preferred in _K1962_CODES else "")
    return (
        _sheet_reading(rest, shown, datum)
        or read_lambert(rest, shown, datum)
        or read_utm(rest, shown, assumed)
        or _plain_reading(rest, shown, datum, preferred)
    )


def _plain_reading(rest: str, shown: str, datum: str, preferred: str) -> Reading:
    """Numbers that name no grid: degrees, or metres in the preferred system."""
    projected = not is_geographic(preferred)
    if is_grid_pair(rest) and not _is_packed(rest):
        if not projected:
            raise BadPosition(
                tr(
                    "{quoted} cannot be degrees; if it is a grid position, put its zone before it, as "
                    "in 43N 258000 3850000.",
                    quoted=quoted(shown),
                )
            )
        return grid_pair(rest, shown).reading(preferred, grid_notation(preferred), f"{preferred} ")
    if datum == "1880":
        return angle_reading(parse_angles(rest, shown=shown), "EPSG:4243", shown)
    crs = datum or (_base_datum(preferred) if projected else preferred)
    prefix = "" if crs == WGS84 else "K1962 " if crs == KALIANPUR_1962 else f"{crs} "
    return angle_reading(parse_angles(rest, shown=shown), crs, shown, prefix=prefix)


def _is_packed(rest: str) -> bool:
    """Whether two long numbers are degrees, minutes and seconds run together (344621N 0722139E)."""
    try:
        pair = parse_angles(rest)
    except BadPosition:
        return False
    return len(pair.latitude.parts) > 1 and len(pair.longitude.parts) > 1


def _base_datum(projected: str) -> str:
    return KALIANPUR_1962 if projected in _K1962_CODES else WGS84


def _sheet_reading(rest: str, shown: str, datum: str) -> Reading | None:
    reading = read_toposheet(rest, shown)
    if reading is not None and datum not in ("", KALIANPUR_1962):
        raise BadPosition(
            tr(
                "{quoted} names another datum than the sheet's, Kalianpur 1962; leave one of them out.",
                quoted=quoted(shown),
            )
        )
    return reading


def _mgrs_reading(mgrs: str, shown: str, datum: str) -> Reading:
    if datum not in ("", WGS84):
        raise BadPosition(tr("{quoted} mixes MGRS, which is on WGS 84 here, with another datum.", quoted=quoted(shown)))
    crs, easting, northing, size = from_mgrs(mgrs, shown)
    return Reading(crs, easting, northing, size / 2, size / 2, "MGRS")


def _datum_of(plain: str, shown: str) -> tuple[str, str]:
    """The datum that plain text names (a code, "1880", or empty), and the text without its name."""
    for pattern, datum in _DATUMS:
        found = pattern.search(plain)
        if found is not None:
            return datum, f"{plain[: found.start()]} {plain[found.end() :]}".strip(" ,;:()")
    if _UNCLEAR_DATUM.search(plain):
        raise BadPosition(
            tr("{quoted} does not say which Kalianpur datum; write K1962 if the map says 1962.", quoted=quoted(shown))
        )
    return "", plain


def _from_link(text: str) -> str:
    """Latitude and longitude from a link to a web map, or a ``geo:`` link (RFC 5870)."""
    found = _LINK_PAIR.search(text[:_MAX_LINK]) or _GEO_PAIR.match(text)
    if found is None:
        raise BadPosition(
            tr("{quoted} is a link without a position in it; open it and type the coordinates.", quoted=quoted(text))
        )
    return f"{found[1]}, {found[2]}"


def _finished(reading: Reading, shown: str) -> ParsedPosition:
    if reading.fault:
        _suggest_swap(reading, shown)
        raise BadPosition(reading.fault)
    try:
        longitude, latitude, accuracy = to_wgs84(reading.crs, reading.x, reading.y)
    except BadPosition:
        _suggest_swap(reading, shown)
        raise
    inside = in_pakistan(longitude, latitude, tolerance_m=GENERALISATION_M)
    if not inside:
        _suggest_swap(reading, shown)
    resolution = reading.resolution_m(latitude)
    warnings = list(reading.warnings)
    if not inside:
        warnings.append(
            tr("{latitude:.4f}, {longitude:.4f} lies outside Pakistan.", latitude=latitude, longitude=longitude)
        )
    if accuracy is None:
        warnings.append(
            tr("The accuracy of the shift from {system} to WGS 84 is unknown.", system=label_of(reading.crs))
        )
    if resolution > COARSE_M:
        warnings.append(tr("The digits typed fix it only to within about {rounded}.", rounded=_rounded(resolution)))
    return ParsedPosition(
        longitude, latitude, reading.crs, reading.notation, shown, resolution, accuracy, warnings
    )


def _suggest_swap(reading: Reading, shown: str) -> None:
    """Raise ``BadPosition`` with the swapped text when that, and only that, lies in Pakistan."""
    if not reading.swapped:
        return
    try:
        longitude, latitude, _accuracy = to_wgs84(reading.crs, reading.y, reading.x)
    except BadPosition:
        return
    if not in_pakistan(longitude, latitude, tolerance_m=GENERALISATION_M):
        return
    first, second = reading.order
    values = {"latitude": reading.y, "northing": reading.y, "longitude": reading.x, "easting": reading.x}
    raise BadPosition(
        tr(
            "{shown} read as {first} {values:.10g}, {second} {second_value:.10g} lies outside "
            "Pakistan; swapped it lies inside: did you mean {swapped}?",
            shown=shown.strip(),
            first=first,
            values=values[first],
            second=second,
            second_value=values[second],
            swapped=reading.swapped,
        ),
        reading.swapped,
    )


def _rounded(metres: float) -> str:
    """Two figures are enough: "560 m", "5.6 km", "56 km"."""
    rounded = float(f"{metres:.2g}")
    return f"{rounded / 1000:g} km" if rounded >= 1000 else f"{rounded:g} m"
