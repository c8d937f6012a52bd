"""Positions on a toposheet: typed with the sheet's number, and the sheet of a WGS 84 point.

What is read on a sheet is in the sheet's datum, Kalianpur 1962.
"""

from __future__ import annotations

import re
from dataclasses import replace

from surveyapp.domain.toposheet import Sheet, parse_sheet, sheet_bounds, sheet_number
from surveyapp.errors import BadPosition
from surveyapp.geo.angles import Angle, AnglePair, parse_angles
from surveyapp.geo.crs import KALIANPUR_1962, from_wgs84, project, to_wgs84, unproject
from surveyapp.geo.grids import LAMBERT_I, LAMBERT_IIA, grid_pair, is_grid_pair
from surveyapp.geo.position_text import quoted
from surveyapp.geo.reading import Reading, angle_reading
from surveyapp.words import tr

_SHEET = re.compile(
    r"(?P<word>(?:(?:TOPO(?:GRAPHIC|GRAPHICAL)?[ -]?)?(?:SHEET|MAP)(?: NO\b\.?)?|TOPO)[ :]*)?"
    r"(?P<number>\d{2}) ?[-/]? ?(?P<letter>[A-P]) ?(?P<slash>[-/]?) ?(?P<part>\d{1,2}|[NS][EW])"
    r"(?=$|[ ,;:])[ ,;:]*(?P<rest>.*)"
)
_UNCLEAR_LETTERS = "DEMN"
"""Sheet letters that also mean degrees, minutes, east and north; they need the slash."""

_FIGURES = re.compile(r"(?:(?:GR|GRID|REF|REFERENCE)[ :.]*)*(?P<east>\d+)(?: (?P<north>\d+))?")
_SQUARE = 100_000.0
_ZONE_I = (28.0, 35.0 + 35.0 / 60.0)
"""Latitudes of Lambert zone I. South of it lies zone IIa; north of it zone 0, which has no way to WGS 84."""


def toposheet_at(longitude: float, latitude: float) -> str | None:
    """Number of the 15-minute sheet of a WGS 84 point; ``None`` beyond the reach of the datum or index."""
    try:
        x, y, _accuracy = from_wgs84(KALIANPUR_1962, longitude, latitude)
    except BadPosition:
        return None
    return sheet_number(x, y)


def sheet_box(text: str) -> tuple[str, tuple[float, float, float, float]] | None:
    """Number and (west, south, east, north) in WGS 84 degrees of a sheet that is named alone ("43 B/5", "sheet 43B");
    ``None`` for what names none, or lies beyond the reach of the datum."""
    named = re.sub(r"^\s*(?:topo(?:graphic)?\s*)?(?:sheet|map)?\s*(?:no\.?)?[\s:]*", "", text, flags=re.IGNORECASE)
    try:
        sheet = parse_sheet(named)
        west, south, east, north = sheet_bounds(sheet)
        corners = [to_wgs84(KALIANPUR_1962, x, y)[:2] for x in (west, east) for y in (south, north)]
    except BadPosition:
        return None
    longitudes, latitudes = zip(*corners, strict=True)
    return str(sheet), (min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def read_toposheet(plain: str, shown: str) -> Reading | None:
    """A position that starts with a sheet number, else ``None``.

    Taken: latitude and longitude ("43 B/5 34 46.35N 72 21.65E"), minutes alone ("43 B/5 46.35N 21.65E"),
    metres on the Lambert grid, and 6 to 10 figure references on it. Raises ``BadPosition`` for the rest,
    and for what does not lie on the sheet.
    """
    found = _SHEET.fullmatch(plain)
    if found is None or not _is_sheet(found):
        return None
    sheet = parse_sheet(f"{found['number']} {found['letter']}/{found['part']}")
    rest = found["rest"].strip(" ,;:")
    if not rest:
        raise BadPosition(
            tr(
                "{quoted} names a sheet, not a point; add the latitude and longitude read on it, such as {example}.",
                quoted=quoted(shown),
                example=_example(sheet),
            )
        )
    if (figures := _figures(rest)) is not None:
        return _figure_reading(sheet, *figures, shown)
    if is_grid_pair(rest):
        return _metre_reading(sheet, rest, shown)
    return _degree_reading(sheet, rest, shown)


def _figures(rest: str) -> tuple[str, str] | None:
    """Easting and northing of a 6, 8 or 10 figure reference, else ``None``."""
    found = _FIGURES.fullmatch(rest)
    if found is None:
        return None
    east, north = found["east"], found["north"]
    if north is None:
        east, north = east[: len(east) // 2], east[len(east) // 2 :]
    return (east, north) if len(east) == len(north) and 3 <= len(east) <= 5 else None


def _is_sheet(found: re.Match[str]) -> bool:
    clear = found["letter"] not in _UNCLEAR_LETTERS or found["slash"] == "/" or not found["rest"]
    return bool(found["word"]) or clear


def _example(sheet: Sheet) -> str:
    west, south, east, north = sheet_bounds(sheet)
    latitude, longitude = (south + north) / 2, (west + east) / 2
    degrees_y, degrees_x = int(latitude), int(longitude)
    minutes_y, minutes_x = (latitude - degrees_y) * 60, (longitude - degrees_x) * 60
    return f"{sheet} {degrees_y} {minutes_y:04.1f}N {degrees_x} {minutes_x:04.1f}E"


def _degree_reading(sheet: Sheet, rest: str, shown: str) -> Reading:
    pair = parse_angles(rest, shown=shown)
    for candidate in (pair, _with_degrees(pair, sheet)):
        if candidate is not None and _holds(sheet, candidate.longitude, candidate.latitude):
            # The sheet itself proves which number is which, so there is no swapping to guess at.
            reading = angle_reading(replace(candidate, explicit=True), KALIANPUR_1962, shown)
            return replace(reading, notation="toposheet")
    if not pair.explicit and _holds(sheet, pair.latitude, pair.longitude):
        better = f"{sheet} {pair.longitude.text}N {pair.latitude.text}E"
        raise BadPosition(
            tr(
                "{quoted} does not lie on sheet {sheet}, but swapped it does: did you mean {better}?",
                quoted=quoted(shown),
                sheet=sheet,
                better=better,
            ),
            better,
        )
    raise BadPosition(
        tr(
            "{quoted} does not lie on sheet {sheet}; check the sheet and the numbers.",
            quoted=quoted(shown),
            sheet=sheet,
        )
    )


def _with_degrees(pair: AnglePair, sheet: Sheet) -> AnglePair | None:
    """Minutes alone, completed by the degrees of the sheet, which lies within one degree; else ``None``."""
    west, south, _east, _north = sheet_bounds(sheet)
    completed = []
    for angle, degrees in ((pair.latitude, int(south)), (pair.longitude, int(west))):
        if angle.negative or angle.letter in ("S", "W") or len(angle.parts) > 2 or angle.parts[0] >= 60:
            return None
        if angle.first == 0 and "°" in angle.text:
            return None
        completed.append(replace(angle, parts=(float(degrees), *angle.parts), first=0))
    return replace(pair, latitude=completed[0], longitude=completed[1])


def _holds(sheet: Sheet, longitude: Angle, latitude: Angle) -> bool:
    """Whether a point lies on a sheet, give or take its rounding."""
    west, south, east, north = sheet_bounds(sheet)
    x, y = longitude.degrees, latitude.degrees
    return (
        west - longitude.half_step <= x <= east + longitude.half_step
        and south - latitude.half_step <= y <= north + latitude.half_step
    )


def _lambert_zone(sheet: Sheet, shown: str) -> str:
    _west, south, _east, north = sheet_bounds(sheet)
    if north <= _ZONE_I[0]:
        return LAMBERT_IIA
    if south < _ZONE_I[1]:
        return LAMBERT_I
    raise BadPosition(
        tr(
            "{quoted} cannot be used: the grid of sheet {sheet} is zone 0 on Kalianpur 1880, "
            "which has no known transformation to WGS 84; give the latitude and longitude read "
            "on the sheet.",
            quoted=quoted(shown),
            sheet=sheet,
        )
    )


def _metre_reading(sheet: Sheet, rest: str, shown: str) -> Reading:
    crs = _lambert_zone(sheet, shown)
    pair = grid_pair(rest, shown)
    if not _grid_holds(sheet, crs, pair.easting.value, pair.northing.value, 100.0):
        raise BadPosition(
            tr(
                "{quoted} does not lie on sheet {sheet} on its metre grid ({crs}); check the "
                "numbers, or give the latitude and longitude.",
                quoted=quoted(shown),
                sheet=sheet,
                crs=crs,
            )
        )
    return replace(pair.reading(crs, "toposheet", ""), swapped="", warnings=[_metre_warning(sheet)])


def _figure_reading(sheet: Sheet, east: str, north: str, shown: str) -> Reading:
    """A 6, 8 or 10 figure reference: the last digits of the metres, whose 100 km square the sheet tells."""
    crs = _lambert_zone(sheet, shown)
    size = 10.0 ** (5 - len(east))
    easting, northing = (int(east) + 0.5) * size, (int(north) + 0.5) * size
    west, south, right, top = sheet_bounds(sheet)
    corners = [project(crs, x, y) for x in (west, (west + right) / 2, right) for y in (south, top)]
    candidates = [
        (x, y)
        for x in _stepped(easting, [corner[0] for corner in corners])
        for y in _stepped(northing, [corner[1] for corner in corners])
        if _grid_holds(sheet, crs, x, y, size)
    ]
    if len(candidates) != 1:
        raise BadPosition(
            tr(
                "{quoted} does not lie on sheet {sheet} on its metre grid ({crs}); check the "
                "figures, or give the latitude and longitude.",
                quoted=quoted(shown),
                sheet=sheet,
                crs=crs,
            )
        )
    x, y = candidates[0]
    return Reading(crs, x, y, size / 2, size / 2, "toposheet", warnings=[_metre_warning(sheet)])


def _stepped(last_digits: float, around: list[float]) -> list[float]:
    """Values with the same last digits in the 100 km squares that a range touches."""
    first, last = int(min(around) // _SQUARE) - 1, int(max(around) // _SQUARE) + 1
    return [square * _SQUARE + last_digits for square in range(first, last + 1)]


def _grid_holds(sheet: Sheet, crs: str, x: float, y: float, slack_m: float) -> bool:
    longitude, latitude = unproject(crs, x, y)
    west, south, east, north = sheet_bounds(sheet)
    slack = slack_m / 90_000.0  # A degree of longitude is longer than that anywhere in Pakistan.
    if crs == LAMBERT_I and latitude > _ZONE_I[1] + slack:
        return False
    return west - slack <= longitude <= east + slack and south - slack <= latitude <= north + slack


def _metre_warning(sheet: Sheet) -> str:
    return tr(
        "Read on the metre grid; if the grid of your sheet {sheet} is in yards, this place is wrong.", sheet=sheet
    )
