"""What the form says beside its fields, and the fix it offers. No Qt.

The findings are the domain's (:func:`surveyapp.domain.template.check_with`); here come the fixes, and
what only makes sense while someone is still at the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS, SIGHTING, Field
from surveyapp.domain.fixes import Fix
from surveyapp.domain.records import Record, Value, utc_text
from surveyapp.domain.template import EMPTY, Template, check_with
from surveyapp.domain.validation import ERROR, Issue, parse_value
from surveyapp.errors import BadInput
from surveyapp.words import ntr, tr

BLOCKS, WARNS, NEEDED, NATIONAL = "blocks", "warns", "needed", "national"
"""How loud a finding is: keeps the save back; something is likely wrong; the team needs it; only the national
layer needs it."""

_AMOUNTS = ("stone_count", "largest_mm", "total_carats", "abundance")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about one field (``geom`` for the position)."""

    field: str
    loudness: str
    message: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the form knows beside its values: the time, who sits here, what the position says of its place,
    whether a position is required (a record that came without one may stay so), and what the office asks
    (``asked`` are its fields)."""

    now: datetime
    observer: Value = None
    place: Mapping[str, Value] = field(default_factory=dict)
    needs_position: bool = True
    template: Template = EMPTY
    asked: Sequence[Field] = SIGHTING.fields

    def field_named(self, name: str) -> Field | None:
        """The field as the office has it."""
        return next((known for known in self.asked if known.name == name), None)


def findings(uuid: str, values: Mapping[str, Value], around: Surroundings) -> list[Finding]:
    """Findings about a sighting's values, in the order of the field table, the loudest of a field first."""
    record = Record(SIGHTING.name, uuid, values)
    issues = check_with(record, around.template, now=around.now, asked=around.asked)
    found = [_finding(issue, values, around) for issue in issues]
    found += _absence(values)
    found += _place(values, around.place)
    order = {name: i for i, name in enumerate((GEOMETRY, *(known.name for known in around.asked)))}
    loud = {BLOCKS: 0, WARNS: 1, NEEDED: 2, NATIONAL: 3}
    return sorted(found, key=lambda f: (order.get(f.field, len(order)), loud[f.loudness]))


def _finding(issue: Issue, values: Mapping[str, Value], around: Surroundings) -> Finding:
    name = issue.field or GEOMETRY
    if issue.code == "no-geometry":
        loudness = BLOCKS if around.needs_position else WARNS
        return Finding(name, loudness, tr("No position yet: type one, use GPS or tap the map."))
    if issue.code == "missing":
        return Finding(name, NEEDED if issue.level <= 2 else NATIONAL, issue.message, _fill(name, around))
    fix = _FIXES.get(issue.code)
    loudness = BLOCKS if issue.severity == ERROR and issue.code not in ("bad-value", "bad-spelling") else WARNS
    return Finding(name, loudness, issue.message, fix(name, values, around) if fix else None)


def _fill(name: str, around: Surroundings) -> Fix | None:
    if name == "observed_at":
        return Fix(tr("Now"), {name: utc_text(around.now)})
    if name == "observer" and around.observer:
        return Fix(str(around.observer), {name: around.observer})
    if around.place.get(name) is not None:
        value = around.place[name]
        field_ = around.field_named(name)
        label = field_.vocabulary.label(value) if field_ and field_.vocabulary else str(value)
        return Fix(label, {name: value})
    return None


def _mend_value(name: str, values: Mapping[str, Value], around: Surroundings) -> Fix | None:
    """A code written as its label or a synonym by another program has an obvious code."""
    field_, value = around.field_named(name), values.get(name)
    try:
        meant = parse_value(field_, value) if field_ else None
    except BadInput:
        return Fix(tr("Clear"), {name: None})
    return Fix(tr("Mend"), {name: meant}) if meant != value else None


def _mend_future(name: str, _values: Mapping[str, Value], around: Surroundings) -> Fix:
    return Fix(tr("Now"), {name: utc_text(around.now)})


def _mend_accuracy(name: str, _values: Mapping[str, Value], _around: Surroundings) -> Fix:
    return Fix(tr("Clear it"), {name: None})


_FIXES = {
    "bad-value": _mend_value, "bad-spelling": _mend_value, "future": _mend_future, "false-accuracy": _mend_accuracy,
}


def _absence(values: Mapping[str, Value]) -> Iterator[Finding]:
    """An absence with stones is a slip of the finger on one of the two."""
    if values.get("presence") != "absent":
        return
    for name in _AMOUNTS:
        if values.get(name) not in (None, 0, 0.0):
            message = tr("Marked as none found, yet an amount is given; one of the two is wrong.")
            yield Finding(name, WARNS, message, Fix(tr("Mark as present"), {"presence": "present"}))


def _place(values: Mapping[str, Value], place: Mapping[str, Value]) -> Iterator[Finding]:
    """What the position says of its place against what stands in the form."""
    for name in ("province", "toposheet"):
        said, given = place.get(name), values.get(name)
        field_ = SIGHTING.field(name)
        if said is None or given is None or said == given or field_ is None:
            continue
        label = field_.vocabulary.label(said) if field_.vocabulary else str(said)
        told = tr("The position lies in {place}.", place=label)
        yield Finding(name, WARNS, told, Fix(tr("Use {value}", value=label), {name: said}))


def title_of(name: str, asked: Sequence[Field] = SIGHTING.fields) -> str:
    """What a person calls a field of the form."""
    known = next((field for field in asked if field.name == name), None)
    return tr("Position") if name in (GEOMETRY, *POSITION_FACTS) or known is None else tr(known.title)


def state_words(
    found: Sequence[Finding], *, wants_save: bool, asked: Sequence[Field] = SIGHTING.fields
) -> tuple[str, str]:
    """(sentence, tone) on how far a sighting is; ``wants_save`` once a save was tried."""
    blocking = [f for f in found if f.loudness == BLOCKS]
    needed = [f for f in found if f.loudness == NEEDED]
    national = [f for f in found if f.loudness == NATIONAL]
    if blocking and wants_save:
        return tr("To mend before saving: {fields}", fields=_titles(blocking, asked)), "danger"
    if blocking or needed:
        return tr("Still needed: {fields}", fields=_titles([*blocking, *needed], asked)), "warning"
    if national:
        return tr("Complete; for the national layer also: {fields}", fields=_titles(national, asked)), "muted"
    return tr("Complete, also for the national layer"), "good"


def _titles(found: Sequence[Finding], asked: Sequence[Field]) -> str:
    names = list(dict.fromkeys(title_of(f.field, asked) for f in found))
    told = tr(", ").join(names[:3])
    return ntr("{fields} and {n} more", "{fields} and {n} more", len(names) - 3, fields=told) if names[3:] else told
