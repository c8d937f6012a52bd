"""Dates and times as notebooks and spreadsheets write them, in ISO 8601 where they can only mean one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from surveyapp.errors import BadInput
from surveyapp.words import tr

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_NUMBERS = re.compile(r"(?P<first>\d{1,2})[/.-](?P<second_number>\d{1,2})[/.-](?P<year>\d{4})" + _TIME)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})" + _TIME)
_DAY_NAME = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<name>[A-Za-z]{3,9})\.?,?[\s-]+(?P<year>\d{4})" + _TIME
)
_NAME_DAY = re.compile(r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _TIME)
_OFFSET = re.compile(r"Z|[+-]\d{2}:\d{2}")

DAY_FIRST, MONTH_FIRST = "day first", "month first"


def order_of(texts: Iterable[str]) -> str | None:
    """Whether a column writes 31/12/2026 or 12/31/2026; ``None`` if no value tells, or they disagree."""
    found = set()
    for text in texts:
        numbers = _NUMBERS.fullmatch(text.strip())
        if numbers is not None:
            first, second = int(numbers["first"]), int(numbers["second_number"])
            if first > 12 >= second:
                found.add(DAY_FIRST)
            elif second > 12 >= first:
                found.add(MONTH_FIRST)
    return found.pop() if len(found) == 1 else None


def iso_text(text: str, order: str | None = None, utc_offset: str | None = None) -> str:
    """ISO 8601 of a date or time; what is not understood comes back as it is.

    Without ``order`` a date such as 3/4/2026 is not understood, because guessing would falsify it.
    ``utc_offset``, such as "+05:00", is added to times that have no zone.
    """
    stripped = text.strip()
    for form in (_YEAR_FIRST, _DAY_NAME, _NAME_DAY, _NUMBERS):
        if (found := form.fullmatch(stripped)) is not None:
            made = _made(found.groupdict(), order)
            return text if made is None else _with_zone(made, utc_offset)
    return _with_zone(stripped, utc_offset) if re.match(r"\d{4}-\d{2}-\d{2}.*\d{2}:\d{2}", stripped) else text


def has_zone(iso: str) -> bool:
    """Whether an ISO text says its zone (a date alone has no need)."""
    try:
        return ":" not in iso or datetime.fromisoformat(iso).tzinfo is not None
    except ValueError:
        return True


def check_offset(utc_offset: str | None) -> str | None:
    """The offset itself; raises ``BadInput`` if it is not such as "+05:00" or "Z"."""
    if utc_offset is None or _OFFSET.fullmatch(utc_offset):
        return utc_offset
    raise BadInput(tr("{utc_offset!r} is no offset from UTC; write it as +05:00.", utc_offset=utc_offset))


def _made(parts: dict[str, str | None], order: str | None) -> str | None:
    year, month, day = _day(parts, order)
    if not (year and month and day):
        return None
    iso = f"{year:04d}-{month:02d}-{day:02d}"
    if parts["hour"] is None:
        return iso
    hour, half = int(parts["hour"]), (parts["half"] or "").replace(".", "").casefold()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{iso}T{hour:02d}:{parts['minute']}:{parts['second'] or '00'}{parts['zone'] or ''}"


def _day(parts: dict[str, str | None], order: str | None) -> tuple[int, int, int]:
    """(year, month, day), with zeros where it cannot be told."""
    year = int(parts["year"] or 0)
    if (name := parts.get("name")) is not None:
        return year, _MONTHS.get(name.casefold(), 0), int(parts["day"] or 0)
    if (first := parts.get("first")) is None:
        return year, int(parts["month"] or 0), int(parts["day"] or 0)
    one, two = int(first), int(parts["second_number"] or 0)
    if one == two or order == MONTH_FIRST:
        return year, one, two
    return (year, two, one) if order == DAY_FIRST else (0, 0, 0)


def _with_zone(iso: str, utc_offset: str | None) -> str:
    return iso if utc_offset is None or has_zone(iso) else f"{iso}{utc_offset}"
