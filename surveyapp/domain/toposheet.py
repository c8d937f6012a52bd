"""Sheet numbers of the India and Pakistan topographic series ("43 B/5").

The index: sheets of 4° x 4° are numbered down columns from 40°N; each holds sixteen degree sheets A to
P, lettered down columns from the north-west corner; each of those holds sixteen 15-minute sheets 1 to 16,
numbered likewise, or four quadrants of 30 minutes (NW, NE, SW, SE).

The numbers of the 4° sheets below come from that one consistent pattern and from sheets that are well
known; no official index of the Survey of Pakistan was at hand to verify them. Show a sheet number as a
help for finding the map, not as proof of a position.

Coordinates are degrees **in the sheet's own datum** (Kalianpur 1962, EPSG:4145), whose edges lie some
100 m from the same degrees in WGS 84. :mod:`surveyapp.geo.toposheets` takes WGS 84. A point on the
edge of a sheet belongs to the sheet north or east of it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from surveyapp.errors import BadPosition
from surveyapp.words import tr

_FIRST_NUMBERS = {60: (28, 4), 64: (32, 4), 68: (37, 5), 72: (42, 5), 76: (51, 4)}
"""West edge of a column of 4° sheets to (number of its sheet at 36°-40°N, how many sheets it has)."""

_NORTH = 40
"""North edge of the index in degrees."""

_LETTERS = "ABCDEFGHIJKLMNOP"
_QUADRANTS = {"NW": (0, 0), "SW": (0, 1), "NE": (1, 0), "SE": (1, 1)}
"""Quadrant of a degree sheet to (column from the west, row from the north)."""

_SHEET = re.compile(
    r"\s*(?P<number>\d{2})\s*[-/]?\s*(?P<letter>[A-P])(?:\s*[-/]?\s*(?P<part>\d{1,2}|[NS][EW]))?\s*",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Sheet:
    """A map sheet: ``str(sheet)`` is "43 B/5", "53 M/SE" or, for a degree sheet, "43 B"."""

    number: int
    letter: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.number} {self.letter}/{self.part}" if self.part else f"{self.number} {self.letter}"


def sheet_number(longitude: float, latitude: float) -> str | None:
    """Number of the 15-minute sheet of a point in Kalianpur 1962 degrees; ``None`` outside 60-80°E, 20-40°N.

    >>> sheet_number(72.36, 34.77)
    '43 B/5'
    """
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return None
    east, north = math.floor(longitude), math.floor(latitude)
    row_of_four = (_NORTH - 1 - north) // 4
    first, count = _FIRST_NUMBERS.get(east // 4 * 4, (0, 0))
    if not 0 <= row_of_four < count:
        return None
    letter = _LETTERS[(east % 4) * 4 + (_NORTH - 1 - north) % 4]
    # Multiplying by 4 is exact in binary, so a point never falls into the wrong sheet by rounding.
    column, row = math.floor(longitude * 4) - east * 4, 3 - (math.floor(latitude * 4) - north * 4)
    return str(Sheet(first + row_of_four, letter, str(column * 4 + row + 1)))


def parse_sheet(text: str) -> Sheet:
    """A sheet from "43 B/5", "43B5", "43-B/5", "53 M/SE" or "43 B"; raises ``BadPosition``."""
    found = _SHEET.fullmatch(text)
    if found is None:
        raise BadPosition(tr("“{text}” is not a sheet number; write it like 43 B/5.", text=text.strip()[:40]))
    sheet = Sheet(int(found["number"]), found["letter"].upper(), _part(found["part"] or ""))
    if _corner(sheet.number) is None:
        raise BadPosition(
            tr("Sheet {sheet} is not in the index, which knows 4° sheets {known}.", sheet=sheet, known=_known_numbers())
        )
    if sheet.part.isdigit() and not 1 <= int(sheet.part) <= 16:
        raise BadPosition(tr("Sheet {sheet} does not exist: a degree sheet has 15-minute sheets 1 to 16.", sheet=sheet))
    return sheet


def sheet_bounds(sheet: str | Sheet) -> tuple[float, float, float, float]:
    """(west, south, east, north) of a sheet in Kalianpur 1962 degrees; raises ``BadPosition``.

    >>> sheet_bounds("43 B/5")
    (72.25, 34.75, 72.5, 35.0)
    """
    if isinstance(sheet, str):
        sheet = parse_sheet(sheet)
    corner = _corner(sheet.number)
    if corner is None:
        raise BadPosition(
            tr("Sheet {sheet} is not in the index, which knows 4° sheets {known}.", sheet=sheet, known=_known_numbers())
        )
    west, north = corner
    column, row = divmod(_LETTERS.index(sheet.letter), 4)
    west, north, size = west + column, north - row, 1.0
    if sheet.part in _QUADRANTS:
        column, row = _QUADRANTS[sheet.part]
        size = 0.5
    elif sheet.part:
        column, row = divmod(int(sheet.part) - 1, 4)
        size = 0.25
    else:
        column = row = 0
    west, north = west + column * size, north - row * size
    return west, north - size, west + size, north


def _part(text: str) -> str:
    return str(int(text)) if text.isdigit() else text.upper()


def _corner(number: int) -> tuple[float, float] | None:
    """(west, north) of a 4° sheet; ``None`` for a number that the index lacks."""
    for west, (first, count) in _FIRST_NUMBERS.items():
        if first <= number < first + count:
            return float(west), float(_NORTH - 4 * (number - first))
    return None


def _known_numbers() -> str:
    spans = [f"{first}–{first + count - 1}" for first, count in _FIRST_NUMBERS.values()]
    return f"{', '.join(spans[:-1])} and {spans[-1]}"
