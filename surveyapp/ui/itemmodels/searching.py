"""What the search box looks for, and the text of a sighting that it looks in. No Qt.

A sighting's text has the words of all its fields, folded. Numbers and days stand in it as *marks*, which words cannot
hit: "4.5" is to find a width of 4.5 and of 4.52, and not every place whose longitude has 4.5 in its middle. A mark
begins where a number begins, so part of a day (2026-11) finds it, too.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from surveyapp.domain.fields import DATE, DATETIME, INTEGER, REAL, Field
from surveyapp.domain.records import PAKISTAN, Value, moment_of
from surveyapp.errors import SurveyError
from surveyapp.ui.forms.moments import parse_local, short
from surveyapp.ui.forms.search import folded, term_words
from surveyapp.ui.itemmodels.columns import Fields

_CHUNK = 1000
"""Records whose texts are made at once."""
_BEGIN, _END = "X", "Y"
_MARKS = str.maketrans("0123456789.-", "ABCDEFGHIJKL")
"""Capitals: folded text has none."""

_OTHER_DIGITS = re.compile(r"(?![0-9])\d|[\u066b\u066c\u2212]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_WITH_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
_STORED_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)
_TWO_NUMBERS = re.compile(r"\d.*[^\d.].*\d", re.ASCII | re.DOTALL)

_COARSE_M = 2000.0
"""A typed position that leaves more open than this is no place to look around."""
_NEAR_M = 25.0
"""Sightings this near to a typed position are found by it, however fine its digits are."""
_M_PER_DEGREE = 111_320.0
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

Alternatives = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What a typed text asks for: each of ``words`` (of which any spelling will do) in the text of a sighting, or
    else the day that the whole of it names. ``place`` is the text where it may be a position."""

    words: tuple[Alternatives, ...] = ()
    day: str = ""
    place: str = ""

    def __bool__(self) -> bool:
        return bool(self.words)

    def fits(self, text: str) -> bool:
        """Whether a sighting of this text is meant."""
        if self.day and self.day in text:
            return True
        return all(any(spelling in text for spelling in word) for word in self.words)


def latin_digits(text: str) -> str:
    """Text with the digits of every script, the Arabic decimal mark and the true minus as plain ones."""
    return text if text.isascii() else _OTHER_DIGITS.sub(_latin, text)


def _latin(found: re.Match[str]) -> str:
    character = found[0]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return {"\u066b": ".", "\u066c": "", "\u2212": "-"}[character]


# -- asking -----------------------------------------------------------------------------------------------


def query_of(text: str) -> Query:
    """What a typed text asks for."""
    plain = latin_digits(text)
    words = tuple(spellings for spellings in map(_spellings, plain.split()) if spellings)
    place = plain.strip() if _TWO_NUMBERS.search(plain) else ""
    return Query(words, _whole_day(plain) if len(words) > 1 else "", place)


def _spellings(word: str) -> Alternatives:
    """The forms in which a word, a number or a day may stand in the text of a sighting."""
    known = dict.fromkeys([folded(word), *_as_marks(word.strip("(),;°"))])
    return tuple(form for form in known if form)


def _as_marks(word: str) -> Iterator[str]:
    if _THOUSANDS.fullmatch(word):
        word = word.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(word):
        word = word.replace(",", ".")
    if _NUMBER.fullmatch(word):
        word = word.removeprefix("+")
        yield _begin_of(word)
        if "." in word and word.endswith("0"):
            yield _mark(word.rstrip("0").removesuffix("."))  # 4.50 is 4.5, which does not begin with it
    elif found := _DAY.fullmatch(word):
        year, month, day = found.groups()
        yield _begin_of(f"{year}-{int(month):02d}" + (f"-{int(day):02d}" if day else ""))
    elif found := _DAY_FIRST.fullmatch(word):
        day, month, year = found.groups()
        yield _begin_of(f"{year}-{int(month):02d}-{int(day):02d}")


def _whole_day(text: str) -> str:
    """The mark of a day written in several words, as 3 Nov 2026; empty for anything else."""
    if not _WITH_YEAR.search(text) or not any(character.isalpha() for character in text):
        return ""
    try:
        moment = moment_of(parse_local(text, ""))
    except SurveyError:
        return ""
    return "" if moment is None else _mark(moment.astimezone(PAKISTAN).date().isoformat())


def _begin_of(text: str) -> str:
    return _BEGIN + text.translate(_MARKS)


def _mark(text: str) -> str:
    return f"{_BEGIN}{text.translate(_MARKS)}{_END}"


def rows_near(place: str, longitudes: Sequence[Any], latitudes: Sequence[Any]) -> list[int]:
    """Rows that lie where a text says, in whatever notation; none where it names no position, or one too coarse."""
    from surveyapp.geo.coordinates import parse_position
    from surveyapp.geo.measure import distance_m

    try:
        at = parse_position(place)
    except SurveyError:
        return []
    if at.resolution_m > _COARSE_M:
        return []
    reach_m = max(at.resolution_m, _NEAR_M)
    high = reach_m / _M_PER_DEGREE * 1.01
    wide = high / max(math.cos(math.radians(at.latitude)), 1e-6)
    return [
        row
        for row, (x, y) in enumerate(zip(longitudes, latitudes, strict=True))
        if x is not None
        and y is not None
        and abs(y - at.latitude) <= high
        and abs(x - at.longitude) <= wide
        and distance_m(at.longitude, at.latitude, x, y) <= reach_m
    ]


# -- the text of a sighting ---------------------------------------------------------------------------------


def texts_of(columns: Mapping[str, Sequence[Any]], fields: Fields) -> Iterator[tuple[str, str]]:
    """The uuid and searched text of each record; ``columns`` has ``uuid`` and those of ``fields`` that hold
    anything."""
    filled = [field for name, field in fields.items() if any(value is not None for value in columns.get(name, ()))]
    uuids = columns["uuid"]
    for start in range(0, len(uuids), _CHUNK):
        some = slice(start, start + _CHUNK)
        parts = [_column_words(field, columns[field.name][some]) for field in filled]
        texts = map("\n".join, zip(*parts, strict=True)) if parts else [""] * len(uuids[some])
        yield from zip(uuids[some], texts, strict=True)


def text_of(values: Mapping[str, Value], fields: Fields) -> str:
    """The searched text of one record."""
    return "\n".join(search_words(field, values.get(name)) for name, field in fields.items())


def _column_words(field: Field, values: Sequence[Any]) -> list[str]:
    """Words of many values, each distinct one worked out once."""
    known = {value: search_words(field, value) for value in set(values)}
    return [known[value] for value in values]


def search_words(field: Field, value: Value) -> str:
    """What a value is found by."""
    if value is None:
        return ""
    if field.kind in (INTEGER, REAL) and isinstance(value, int | float):
        return _mark(f"{value:.6f}" if field.name in ("longitude", "latitude") else f"{value:.10g}")
    if field.kind in (DATE, DATETIME):
        # All moments of an hour are of one day, here as in UTC: Pakistan's hours begin when UTC's do.
        told = str(value)
        return _day_words(f"{told[:13]}:00Z" if _STORED_TIME.fullmatch(told) else told)
    vocabulary = field.vocabulary
    term = vocabulary.term(value) if vocabulary is not None else None
    words = term_words(term) if term is not None else (str(value),)
    return " ".join(folded(latin_digits(word)) for word in words)


@lru_cache(maxsize=4096)
def _day_words(told: str) -> str:
    """A day as a mark, with the name of its month in English and as the table shows it."""
    day = _date_of(told)
    if day is None:
        return folded(latin_digits(told))
    shown = short(f"{day.isoformat()}T00:00:00.000Z")
    names = " ".join(dict.fromkeys([_MONTHS[day.month - 1], *(folded(w) for w in shown.split() if w.isalpha())]))
    return f"{_mark(day.isoformat())} {names}"


def _date_of(told: str) -> date | None:
    if len(told) == 10:
        try:
            return date.fromisoformat(told)
        except ValueError:
            return None
    moment = moment_of(told)
    return None if moment is None else moment.astimezone(PAKISTAN).date()
