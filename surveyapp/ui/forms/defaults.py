"""What a new sighting starts with. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS, SIGHTING, Field
from surveyapp.domain.records import Record, Value, utc_text

_OF_THE_PLACE = frozenset({GEOMETRY, *POSITION_FACTS, "elevation_m", "province", "toposheet"})
"""Holds for one position only."""
_OF_THE_VISIT = frozenset({"observed_at", "review_status"})


def new_values(
    defaults: Mapping[str, Value],
    sticky: Mapping[str, Value],
    pinned: Iterable[str],
    now: datetime,
    asked: Sequence[Field] = SIGHTING.fields,
) -> dict[str, Value]:
    """Values of a new sighting: the defaults of the fields, pinned last values, the time, and above all
    ``defaults``, which the caller knows best."""
    values: dict[str, Value] = {f.name: f.default for f in asked if f.default is not None}
    values["observed_at"] = utc_text(now)
    values.update({name: sticky[name] for name in pinned if sticky.get(name) is not None})
    values.update(defaults)
    return values


def duplicate_of(record: Record, asked: Sequence[Field] = SIGHTING.fields) -> dict[str, Value]:
    """Defaults for a sighting much like ``record``, somewhere else and at another time: everything but its
    position, the facts about it, its time and what reviewers said of it."""
    leave = _OF_THE_PLACE | _OF_THE_VISIT
    names = {known.name for known in asked}
    return {
        name: value
        for name, value in record.values.items()
        if name not in leave and value is not None and name in names
    }
