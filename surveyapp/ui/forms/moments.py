"""Times as a person in the field writes and reads them: Pakistan time in, UTC kept. No Qt."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time

from surveyapp.domain.records import PAKISTAN, Value, moment_of, utc_text
from surveyapp.errors import BadInput
from surveyapp.words import tr

_DIGITS = {ord(d): str(i % 10) for i, d in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS_TOLD: tuple[Callable[[], str], ...] = (
    lambda: tr("January"), lambda: tr("February"), lambda: tr("March"), lambda: tr("April"), lambda: tr("May"),
    lambda: tr("June"), lambda: tr("July"), lambda: tr("August"), lambda: tr("September"), lambda: tr("October"),
    lambda: tr("November"), lambda: tr("December"),
)
_SHORT_MONTHS: tuple[Callable[[], str], ...] = (
    lambda: tr("Jan"), lambda: tr("Feb"), lambda: tr("Mar"), lambda: tr("Apr"), lambda: tr("May"), lambda: tr("Jun"),
    lambda: tr("Jul"), lambda: tr("Aug"), lambda: tr("Sep"), lambda: tr("Oct"), lambda: tr("Nov"), lambda: tr("Dec"),
)
_WEEKDAYS: tuple[Callable[[], str], ...] = (
    lambda: tr("Monday"), lambda: tr("Tuesday"), lambda: tr("Wednesday"), lambda: tr("Thursday"),
    lambda: tr("Friday"), lambda: tr("Saturday"), lambda: tr("Sunday"),
)

_ISO_DAY = re.compile(r"(?P<y>\d{4})[-/. ](?P<m>\d{1,2})[-/. ](?P<d>\d{1,2})")
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})")
_NAMED = re.compile(r"(?P<d>\d{1,2})[-. ]*(?P<name>[a-z]{3,9})[-., ]*(?P<y>\d{4})")
_CLOCK = re.compile(r"(?P<h>\d{1,2})[:.](?P<mi>\d{2})(?:[:.](?P<s>\d{2})(?:\.\d+)?)?\s*(?P<half>[ap]\.?m\.?)?")


def local_text(value: Value) -> str:
    """Stored UTC text as local time to the minute, with seconds where there are any; what is no time is
    shown as it is."""
    moment = moment_of(value)
    if moment is None:
        return "" if value is None else str(value)
    local = moment.astimezone(PAKISTAN)
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")


def spoken(value: Value) -> str:
    """``Tuesday 24 November 2026, 09:30 Pakistan time (04:30 UTC)``; empty for no time.

    The month is in words, so that nobody has to guess which number was the day. The UTC day is told where
    it is another.
    """
    moment = moment_of(value)
    if moment is None:
        return ""
    local = moment.astimezone(PAKISTAN)
    utc = moment.strftime("%H:%M UTC")
    if moment.date() != local.date():
        utc = f"{moment.day} {_MONTHS_TOLD[moment.month - 1]()}, {utc}"
    return tr("{weekday} {day}, {clock} Pakistan time ({utc})", weekday=_WEEKDAYS[local.weekday()](),
              day=long_day(local.date()), clock=f"{local:%H:%M}", utc=utc)


def short(value: Value) -> str:
    """``24 Nov 2026, 09:30`` in Pakistan time; what is no time is shown as it is."""
    moment = moment_of(value)
    if moment is None:
        return "" if value is None else str(value)
    local = moment.astimezone(PAKISTAN)
    return f"{local.day} {_SHORT_MONTHS[local.month - 1]()} {local.year}, {local:%H:%M}"


def long_day(day: date) -> str:
    """``24 November 2026``."""
    return f"{day.day} {_MONTHS_TOLD[day.month - 1]()} {day.year}"


def parse_local(text: str, title: str, now: datetime | None = None) -> Value:
    """UTC text of a local time as people write it.

    Takes ISO and day-first dates (24/11/2026: the Pakistani order), months by name, a time alone (today), a
    date alone (midnight), ``now``, Urdu digits; text with a zone or ``Z`` is taken in that zone. Raises
    ``BadInput`` with one sentence.
    """
    plain = " ".join(text.translate(_DIGITS).casefold().replace("،", " ").replace(",", " ").split())
    if not plain:
        return None
    now = (now or datetime.now(UTC)).astimezone(PAKISTAN)
    if plain == "now":
        return utc_text(now)
    zoned = _zoned(text.translate(_DIGITS).strip())
    if zoned is not None:
        return _kept(zoned, title, text)
    day, rest = _day(plain)
    clock = _clock(rest)
    if (day is None and clock is None) or clock is _WRONG or day is _NO_DAY:
        raise BadInput(tr("{field}: {given!r} is not a time; write it as 2026-11-24 09:30, or press Now.", field=title,
                          given=text.strip()))
    when = datetime.combine(day or now.date(), clock or time(), PAKISTAN)
    return _kept(when, title, text)


_WRONG = time(0, 0, 0, 1)
_NO_DAY = date(1, 1, 1)


def _kept(when: datetime, title: str, text: str) -> str:
    try:
        return utc_text(when)
    except OverflowError:
        raise BadInput(tr("{field}: {given!r} is outside the calendar; write it as 2026-11-24 09:30, or press Now.",
                          field=title, given=text.strip())) from None


def _zoned(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _day(plain: str) -> tuple[date | None, str]:
    """The date that ``plain`` begins with, and what follows; ``_NO_DAY`` for the 31st of February."""
    for pattern in (_ISO_DAY, _DAY_FIRST, _NAMED):
        match = pattern.match(plain)
        if match is None:
            continue
        named = match.groupdict().get("name")
        if named is not None and named[:3] not in _MONTHS:
            return _NO_DAY, ""
        month = int(match["m"]) if named is None else _MONTHS.index(named[:3]) + 1
        try:
            return date(int(match["y"]), month, int(match["d"])), plain[match.end() :].strip(" t")
        except ValueError:
            return _NO_DAY, ""
    return None, plain


def _clock(rest: str) -> time | None:
    if not rest:
        return None
    match = _CLOCK.fullmatch(rest)
    if match is None:
        return _WRONG
    hour = int(match["h"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return _WRONG
        hour = hour % 12 + (12 if match["half"].startswith("p") else 0)
    try:
        return time(hour, int(match["mi"]), int(match["s"] or 0))
    except ValueError:
        return _WRONG
