"""Filters of the table and the map: conditions on fields that a sighting has to meet, as data that can be kept.

A filter is plain: a name, words to search for, and conditions that must all hold. Its text form is JSON, so that
it can be kept among the settings.

A condition may be about a field of an office's own (``x_…``). What that field is, its title and its terms, only the
open survey knows: :meth:`Filter.known_by` tells the conditions. One that no survey has told is kept as it is; a
sighting without the field has nothing in it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from surveyapp.domain.fields import BLOB, CODE, DATE, DATETIME, INTEGER, NOTES, REAL, REF, SIGHTING, TEXT, Field
from surveyapp.domain.records import PAKISTAN, Value, utc_text
from surveyapp.domain.template import OWN
from surveyapp.errors import BadInput
from surveyapp.words import tr

IS, IS_NOT, HAS, BETWEEN, EMPTY, FILLED, WITHIN = "is", "is-not", "has", "between", "empty", "filled", "within"
OPERATORS: Mapping[str, tuple[str, ...]] = {
    CODE: (IS, IS_NOT, EMPTY, FILLED),
    TEXT: (HAS, EMPTY, FILLED),
    NOTES: (HAS, EMPTY, FILLED),
    INTEGER: (BETWEEN, EMPTY, FILLED),
    REAL: (BETWEEN, EMPTY, FILLED),
    DATE: (BETWEEN, EMPTY, FILLED),
    DATETIME: (BETWEEN, EMPTY, FILLED),
}
"""What may be asked of a field, by its kind."""

POSITION = "position"
"""The name that conditions give to the point of a sighting; it may only be asked to lie within a box."""

FILTER_FIELDS: dict[str, Field] = {f.name: f for f in SIGHTING.fields if f.kind not in (BLOB, REF)}
"""Fields that conditions may be about, besides :data:`POSITION` and those of an office's own."""

_EVERY_OPERATOR = tuple(dict.fromkeys(operator for known in OPERATORS.values() for operator in known))

_YEARS = (1800, 2999)
"""Days of other years are slips of the pen."""

Fold = Callable[[str], str]
Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. ``values`` depend on ``operator``:

    ``is``, ``is-not``: one or more codes; ``has``: the text to look for; ``between``: low and high, both
    included, either may be ``None`` (numbers, or days as ``2026-05-03``); ``empty``, ``filled``: nothing;
    ``within`` (of :data:`POSITION`): west, south, east, north in degrees, WGS 84. ``about`` is the field as the open
    survey has it; two conditions that differ in it alone are the same.
    """

    field: str
    operator: str
    values: tuple[Value, ...] = ()
    about: Field | None = dataclasses.field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.about is None and self.field in FILTER_FIELDS:
            object.__setattr__(self, "about", FILTER_FIELDS[self.field])
        _check(self)

    @property
    def title(self) -> str:
        """What the condition is about, in words."""
        if self.field == POSITION:
            return tr("Position")
        return self.about.label if self.about is not None else self.field

    def known_by(self, fields: Mapping[str, Field]) -> Condition:
        """The same condition with the field as a survey has it; as it is where the survey lacks the field, or has
        another of that name, of which this cannot be asked."""
        about = fields.get(self.field)
        try:
            return replace(self, about=about)
        except BadInput:
            return replace(self, about=None)


@dataclass(frozen=True, slots=True)
class Filter:
    """Words and conditions; a sighting has to meet all of them. Without any, everything does."""

    name: str = ""
    words: str = ""
    conditions: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words.strip() or self.conditions)

    def known_by(self, fields: Mapping[str, Field]) -> Filter:
        """The same filter, with the fields as a survey has them."""
        return replace(self, conditions=tuple(condition.known_by(fields) for condition in self.conditions))


# -- checking ---------------------------------------------------------------------------------------------


def _check(condition: Condition) -> None:
    """``BadInput`` with one sentence for a condition that makes no sense."""
    name, operator, values = condition.field, condition.operator, condition.values
    if name == POSITION:
        if operator != WITHIN or len(values) != 4 or not all(_is_number(value) for value in values):
            raise BadInput(tr("A condition on the position is a box: west, south, east and north in degrees."))
        return
    about = condition.about
    if about is None and not name.startswith(OWN):
        raise BadInput(tr("A filter asks for the field “{name}”, which sightings do not have.", name=name))
    title = name if about is None else tr(about.title)
    allowed = _EVERY_OPERATOR if about is None else OPERATORS[about.kind]
    if operator not in allowed:
        known = ", ".join(allowed)
        told = tr("{field} cannot be asked “{how}”; it can be {known}.", field=title, how=operator, known=known)
        raise BadInput(told)
    if operator in (EMPTY, FILLED) and values:
        raise BadInput(tr("Whether {field} is empty or filled in takes no value.", field=title))
    if operator in (IS, IS_NOT) and not (values and all(isinstance(value, str) for value in values)):
        raise BadInput(tr("Choose at least one value of {field}.", field=title))
    if operator == HAS and not (len(values) == 1 and isinstance(values[0], str) and values[0].strip()):
        raise BadInput(tr("Say what to look for in {field}.", field=title))
    if operator == BETWEEN:
        _check_range(_asked_of(condition), values)


def _asked_of(condition: Condition) -> Field:
    """The field of a condition; of one that no survey has told, what its values are: numbers or days."""
    if condition.about is not None:
        return condition.about
    texts = any(isinstance(value, str) for value in condition.values)
    return Field(condition.field, DATE if texts else REAL, condition.field)


def _check_range(about: Field, values: tuple[Value, ...]) -> None:
    if len(values) != 2 or values == (None, None):
        raise BadInput(tr("Give the lowest or the highest {field}, or both.", field=tr(about.title)))
    low, high = values
    for value in values:
        if value is None:
            continue
        if about.kind in (DATE, DATETIME):
            _day(value, about)
        elif not _is_number(value):
            told = tr("{field} is compared with numbers, not with “{value}”.", field=tr(about.title), value=value)
            raise BadInput(told)
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        raise BadInput(
            tr(
                "The lowest {field} ({low}) is above the highest ({high}); swap the two.",
                field=tr(about.title),
                low=low,
                high=high,
            )
        )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _day(value: Value, about: Field) -> date:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        day = None
    # Python reads other spellings too; only this one sorts as text.
    if day is None or day.isoformat() != value or not _YEARS[0] <= day.year <= _YEARS[1]:
        raise BadInput(
            tr(
                "{field} is compared with days such as 2026-05-03, not with “{value}”.",
                field=tr(about.title),
                value=value,
            )
        )
    return day


# -- asking -----------------------------------------------------------------------------------------------


def passing(
    conditions: Iterable[Condition],
    columns: Mapping[str, Sequence[Any]],
    rows: Iterable[int],
    fold: Fold = str.casefold,
) -> list[int]:
    """Those of ``rows`` that meet all conditions, in their order.

    ``columns`` holds the fields by name (a field that it lacks is empty in all of them), with ``longitude`` and
    ``latitude`` in degrees for the position;
    ``fold`` brings both sides of ``has`` into the form in which they are compared.
    """
    left = list(rows)
    for condition in conditions:
        if condition.field == POSITION:
            left = _rows_within(condition, columns, left)
        else:
            column, test = columns.get(condition.field), value_test(condition, fold)
            if column is not None:
                left = [row for row in left if test(column[row])]
            elif not test(None):
                left = []
    return left


def needed_columns(conditions: Iterable[Condition]) -> list[str]:
    """Names of the columns that :func:`passing` reads."""
    names: dict[str, None] = {}
    for condition in conditions:
        names.update(dict.fromkeys(("longitude", "latitude") if condition.field == POSITION else (condition.field,)))
    return list(names)


def value_test(condition: Condition, fold: Fold = str.casefold) -> Test:
    """Whether one value meets a condition that is not about the position."""
    operator, values = condition.operator, condition.values
    if operator == EMPTY:
        return lambda value: value is None or value == ""
    if operator == FILLED:
        return lambda value: value is not None and value != ""
    if operator == IS:
        chosen = frozenset(values)
        return lambda value: value in chosen
    if operator == IS_NOT:
        refused = frozenset(values)
        return lambda value: value not in refused
    if operator == HAS:
        wanted = fold(str(values[0]))
        return lambda value: value is not None and wanted in fold(str(value))
    return _range_test(_asked_of(condition), values)


def _range_test(about: Field, values: tuple[Value, ...]) -> Test:
    low, high = values
    if about.kind == DATETIME:
        # Times are kept in UTC as text of one length, which sorts as time does.
        first = utc_text(_midnight(_day(low, about))) if low is not None else ""
        after = utc_text(_midnight(_day(high, about) + timedelta(days=1))) if high is not None else "~"
        return lambda value: isinstance(value, str) and first <= value < after
    if about.kind == DATE:
        earliest, latest = str(low or ""), str(high or "~")
        return lambda value: isinstance(value, str) and earliest <= value <= latest
    # That they are numbers was seen when the condition was made.
    lowest: Any = float("-inf") if low is None else low
    highest: Any = float("inf") if high is None else high
    return lambda value: isinstance(value, int | float) and lowest <= value <= highest


def _midnight(day: date) -> datetime:
    # Days are days of Pakistan, as the form and the table show them.
    return datetime(day.year, day.month, day.day, tzinfo=PAKISTAN).astimezone(UTC)


def _rows_within(condition: Condition, columns: Mapping[str, Sequence[Any]], rows: list[int]) -> list[int]:
    west, south, east, north = condition.values
    lons, lats = columns.get("longitude"), columns.get("latitude")
    if lons is None or lats is None:
        return []
    return [
        row
        for row in rows
        if lons[row] is not None and lats[row] is not None and west <= lons[row] <= east and south <= lats[row] <= north
    ]


# -- words ------------------------------------------------------------------------------------------------


def condition_text(condition: Condition) -> str:
    """A condition as people read it: ``Gem: Emerald or Ruby``, ``Accuracy (m): 5 to 20``."""
    return tr("{field}: {what}", field=condition.title, what=_what(condition))


def _what(condition: Condition) -> str:
    operator, values = condition.operator, condition.values
    if operator == EMPTY:
        return tr("empty")
    if operator == FILLED:
        return tr("filled in")
    if operator == HAS:
        return tr("has “{text}”", text=values[0])
    if operator == WITHIN:
        return tr("in a part of the map")
    if operator == BETWEEN:
        low, high = values
        if low is None:
            return tr("at most {high}", high=_shown(high))
        if high is None:
            return tr("at least {low}", low=_shown(low))
        return tr("{low} to {high}", low=_shown(low), high=_shown(high))
    vocabulary = condition.about.vocabulary if condition.about is not None else None
    names = tr(" or ").join(vocabulary.label(value) if vocabulary is not None else str(value) for value in values)
    return names if operator == IS else tr("not {names}", names=names)


def _shown(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


# -- text form --------------------------------------------------------------------------------------------


def filter_text(wanted: Filter) -> str:
    """A filter as one line of JSON."""
    conditions = [[c.field, c.operator, *c.values] for c in wanted.conditions]
    return json.dumps({"name": wanted.name, "words": wanted.words, "conditions": conditions}, ensure_ascii=False)


def parse_filter(text: str) -> Filter:
    """The filter of :func:`filter_text`; ``BadInput`` with one sentence for anything else."""
    try:
        found = json.loads(text)
        conditions = tuple(_condition(parts) for parts in found["conditions"])
        return Filter(_text(found["name"]), _text(found["words"]), conditions)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(tr("The saved filter “{text}” cannot be read; make it anew.", text=text[:60])) from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("name and words are text")
    return value


def _condition(parts: Any) -> Condition:
    if not isinstance(parts, list) or not all(p is None or isinstance(p, str | int | float) for p in parts):
        raise TypeError("a condition is a list of plain values")
    name, operator, *values = parts
    if not (isinstance(name, str) and isinstance(operator, str)):
        raise TypeError("field and operator are text")
    return Condition(name, operator, tuple(values))
