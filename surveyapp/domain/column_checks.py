"""What :func:`surveyapp.domain.template.check_with` finds in sightings, for a hundred thousand of them at once.

A column has few different values, or values that are alike: each is looked at once, and only where one is no good are
its rows looked at. What is found is the same, in the same order, as record by record; a property test holds them
together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from surveyapp.domain.fields import BLOB, CODE, DATETIME, GEOMETRY, INTEGER, NOTES, REAL, REF, SIGHTING, TEXT, Field
from surveyapp.domain.records import Record, Value, moment_of
from surveyapp.domain.template import TEAM, outside_list
from surveyapp.domain.validation import (
    ERROR,
    HIGHEST_M,
    SIGHTING_FACTS,
    WARNING,
    Issue,
    check_sighting,
    check_value,
    is_excused,
    is_needed,
    odd_characters,
    trouble_code,
)
from surveyapp.words import tr

Columns = Mapping[str, list[Any]]
_Found = list[tuple[int, int, Issue]]
"""(rank of the record, place within it, issue)."""


def check_columns(columns: Columns, asked: Sequence[Field], now: datetime | None = None) -> Iterator[Issue]:
    """Findings about sightings, sorted by uuid. ``columns``: lists of one length by field name, with ``uuid``,
    ``longitude`` and ``latitude`` (degrees); a field that is not among them is empty in all. ``asked``: the fields as
    the office's template makes them."""
    uuids = columns["uuid"]
    rank = [0] * len(uuids)
    for place, row in enumerate(sorted(range(len(uuids)), key=uuids.__getitem__)):
        rank[row] = place
    found: _Found = []
    _unplaced(columns, rank, found)
    moments: dict[object, datetime | None] = {}
    for number, field in enumerate(asked):
        _check_field(columns, field, number, rank, found, moments)
    _check_facts(columns, rank, found, len(asked), now or datetime.now(UTC), moments)
    for number, field in enumerate(asked):
        _check_choice(columns, field, len(asked) + 1 + number, rank, found)
    found.sort(key=itemgetter(0, 1))
    return (issue for _rank, _place, issue in found)


def _unplaced(columns: Columns, rank: list[int], found: _Found) -> None:
    if None not in columns["longitude"]:
        return
    told = tr("{layer} has no position; give it one.", layer=tr(SIGHTING.title))
    for row, longitude in enumerate(columns["longitude"]):
        if longitude is None:
            found.append((rank[row], -1, _issue(ERROR, "no-geometry", columns["uuid"][row], GEOMETRY, told, 1)))


def _check_field(columns: Columns, field: Field, place: int, rank: list[int], found: _Found,
                 moments: dict[object, datetime | None]) -> None:
    uuids = columns["uuid"]
    column = columns.get(field.name)
    distinct = set(column) if column is not None else {None}
    bad = _bad(field, distinct, moments)
    if bad and column is not None:
        for row, value in enumerate(column):
            if value in bad and (told := check_value(field, value)):
                code = trouble_code(field, value)
                found.append((rank[row], place, _issue(ERROR, code, uuids[row], field.name, told, 1)))
    odd = {value for value in distinct if odd_characters(field, value)} if field.kind in (TEXT, NOTES) else set()
    for row, value in enumerate(column or ()) if odd else ():
        if value in odd:
            told = tr("{field} holds characters that cannot be seen; take them out.", field=tr(field.title))
            found.append((rank[row], place, _issue(WARNING, "odd-characters", uuids[row], field.name, told, 2)))
    if None not in distinct or not is_needed(field):
        return
    severity, told = ERROR if field.level == 1 else WARNING, tr("{field} is empty; fill it in.", field=tr(field.title))
    presence = columns["presence"] if is_excused(SIGHTING.name, field.name, {"presence": "absent"}) else None
    for row in range(len(uuids)) if column is None else (row for row, value in enumerate(column) if value is None):
        if presence is None or presence[row] != "absent":
            issue = _issue(severity, "missing", uuids[row], field.name, told, field.level)
            found.append((rank[row], place, issue))


def _bad(field: Field, distinct: set[Value], moments: dict[object, datetime | None]) -> set[Value]:
    """Those of some values that the field may not take: every bad one is among them."""
    if field.kind in (BLOB, NOTES, REF):
        return set()  # any text is good, and what is no text is kept as text
    if field.kind == TEXT:
        return {value for value in distinct if value is not None and not isinstance(value, str)}
    if field.kind in (REAL, INTEGER):
        low, high = field.minimum, field.maximum
        return {value for value in distinct if value is not None and not (
            isinstance(value, int | float) and (low is None or value >= low) and (high is None or value <= high)
            and value - value == 0 and (field.kind == REAL or value == int(value)))}
    if field.kind == DATETIME:
        moments |= {value: moment_of(value) for value in distinct}
        return {value for value in distinct if value is not None and moments[value] is None}
    return {value for value in distinct if check_value(field, value)}


def _check_choice(columns: Columns, field: Field, place: int, rank: list[int], found: _Found) -> None:
    column = columns.get(field.name)
    if column is None or field.kind != CODE:
        return
    outside = {value: told for value in set(column) if (told := outside_list(field, value))}
    for row, value in enumerate(column) if outside else ():
        if value in outside:
            issue = _issue(WARNING, "outside-list", columns["uuid"][row], field.name, outside[value], TEAM)
            found.append((rank[row], place, issue))


def _check_facts(columns: Columns, rank: list[int], found: _Found, place: int, now: datetime,
                 moments: Mapping[object, datetime | None]) -> None:
    """What the facts of a sighting say of each other, of those that look odd at a glance."""
    soon = now + timedelta(days=1)
    late = {value for value, moment in moments.items() if moment is not None and moment > soon}
    names = (*SIGHTING_FACTS, "longitude", "latitude")
    empty = [None] * len(rank)
    rows = zip(*(columns.get(name, empty) for name in names), strict=True)
    for row, (observed, source, accuracy, elevation, carats, *_more, longitude, latitude) in enumerate(rows):
        outside = longitude is not None and not (60 <= longitude <= 78.5 and 23 <= latitude <= 37.5)
        tapped = accuracy is not None and source in ("typed", "map-tap")
        high = isinstance(elevation, int | float) and elevation > HIGHEST_M
        if outside or tapped or high or carats is not None or observed in late:
            values = {name: columns.get(name, empty)[row] for name in SIGHTING_FACTS}
            record = Record(SIGHTING.name, columns["uuid"][row], values)
            position = None if longitude is None else (longitude, latitude)
            found.extend((rank[row], place, issue) for issue in check_sighting(record, position, now))


def _issue(severity: str, code: str, uuid: str, field: str, message: str, level: int) -> Issue:
    return Issue(severity, code, SIGHTING.name, uuid, field, message, level)
