"""Which columns a table of sightings can have, and how their values are told. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from surveyapp.domain.fields import BLOB, CODE, DATETIME, REAL, REF, SIGHTING, Field
from surveyapp.domain.records import Value
from surveyapp.domain.template import Template, fields_of
from surveyapp.ui.forms.moments import short

Fields = Mapping[str, Field]

PLACE = (
    Field("longitude", REAL, "Longitude", unit="°"),
    Field("latitude", REAL, "Latitude", unit="°"),
)
"""Columns that the point is shown as."""


def _shown(fields: Iterable[Field]) -> dict[str, Field]:
    return {field.name: field for field in (*fields, *PLACE) if field.kind not in (BLOB, REF)}


COLUMN_FIELDS: dict[str, Field] = _shown(SIGHTING.fields)
"""Every column that a table of sightings can show, whatever survey is open."""

_FIRST = ("gem", "locality", "observed_at", "review_status")
DEFAULT_COLUMNS: tuple[str, ...] = (
    *_FIRST,
    *(field.name for field in SIGHTING.fields if field.column and field.name not in _FIRST),
)
"""The columns that the table of fields shows at first; what tells sightings apart comes before the rest."""


def fields_for(template: Template, extra: Iterable[str]) -> dict[str, Field]:
    """The columns of one survey: with the office's terms, and with the fields of its own that have a column in the
    file (``extra``: those that the field table does not know)."""
    there = {*COLUMN_FIELDS, *extra}
    return _shown(field for field in fields_of(SIGHTING, template) if field.name in there)


def column_choice(names: Sequence[str], fields: Fields = COLUMN_FIELDS) -> list[str]:
    """The columns to show for what the settings say: those that exist, or the default ones."""
    known = [name for name in dict.fromkeys(names) if name in fields]
    return known or list(DEFAULT_COLUMNS)


def shown_text(field: Field, value: Value) -> str:
    """A value as a table shows it: the label of a code, a time in Pakistan time, a number without noise."""
    if value is None:
        return ""
    if field.kind == CODE and field.vocabulary is not None:
        return field.vocabulary.label(value)
    if field.kind == DATETIME:
        return short(value)
    if field.name in ("longitude", "latitude") and isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
