"""Words and numbers as reports show them, in the language of the program."""

from __future__ import annotations

from datetime import date

from surveyapp.domain.records import PAKISTAN, Value, moment_of
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.words import mark, tr

_MONTHS = (
    mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun"), mark("Jul"), mark("Aug"), mark("Sep"),
    mark("Oct"), mark("Nov"), mark("Dec"),
)


def month_name(month: int) -> str:
    """``Nov`` for 11."""
    return tr(_MONTHS[month - 1])


def day_words(day: date | None) -> str:
    """``24 Nov 2026``; empty for none."""
    return f"{day.day} {month_name(day.month)} {day.year}" if day is not None else ""


def date_words(text: str) -> str:
    """``24 Nov 2026`` for a stored date; what is none is shown as it is."""
    try:
        return day_words(date.fromisoformat(text)) if text else ""
    except ValueError:
        return text


def moment_words(value: Value) -> str:
    """``24 Nov 2026, 09:30`` in Pakistan time; what is no time is shown as it is."""
    moment = moment_of(value)
    if moment is None:
        return "" if value is None else str(value)
    local = moment.astimezone(PAKISTAN)
    return f"{day_words(local.date())}, {local:%H:%M}"


def label(vocabulary: str, code: str) -> str:
    """The label of a code, or that it is unknown."""
    return VOCABULARIES[vocabulary].label(code) if code else tr("unknown")


def known(text: str) -> str:
    """The text, or that it is unknown."""
    return text or tr("unknown")


def share(part: int, whole: int) -> str:
    """``12 %``: a share rounded so that neither nothing nor all is claimed where it is not so."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 1:
        return "< 1 %"
    if 99 < percent < 100:
        return "> 99 %"
    return f"{percent:.0f} %"


def figure(number: float) -> str:
    """A measured number with three significant digits and thousands apart."""
    if number == 0:
        return "0"
    size = abs(number)
    return f"{number:,.0f}" if size >= 100 else f"{number:.1f}" if size >= 10 else f"{number:.2g}" if size < 1 \
        else f"{number:.2f}"
