"""What each revision of a record changed, in words. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.fields import BLOB, DATETIME, GEOMETRY, LAYER_BY_NAME, Field
from surveyapp.domain.geometry import point_of
from surveyapp.domain.merge import DELETE, DELETED, INSERT, RESOLVE, WITHDRAW, Revision
from surveyapp.domain.records import Value, moment_of
from surveyapp.ui.forms.moments import short
from surveyapp.words import mark, ntr, tr

_INITIATORS = {
    "form": mark("form"),
    "table": mark("table"),
    "map": mark("map"),
    "undo": mark("undo"),
    "redo": mark("redo"),
    "merge": mark("merge"),
    "import": mark("import"),
    "cli": mark("command line"),
    "review": mark("review"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one revision; ``before`` and ``after`` are as a person reads them, empty for nothing."""

    name: str
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision as the history shows it. ``can_restore`` is false for a delete, which has no body, and
    for the revision that stands now."""

    revision: Revision
    what: str
    who: str
    when: str
    changes: tuple[FieldChange, ...]
    can_restore: bool
    stands: bool


def entries(revisions: Sequence[Revision], asked: Sequence[Field] = ()) -> list[Entry]:
    """History of one record, the latest first; children before parents where the times say otherwise. ``asked`` are the
    fields as the record's office makes them, with those of its own."""
    by_id = {revision.revision: revision for revision in revisions}
    parents = {parent for revision in revisions for parent in revision.parents}
    depth = _depths(by_id)
    ordered = sorted(revisions, key=lambda r: (depth[r.revision], r.at or "", r.revision), reverse=True)
    by_name = {field.name: field for field in asked}
    return [_entry(revision, by_id, revision.revision not in parents, by_name) for revision in ordered]


def _depths(by_id: Mapping[str, Revision]) -> dict[str, int]:
    """Length of each revision's longest line of ancestors. Without recursion, as a record may have thousands;
    a circle, which only damage can make, is cut where it closes."""
    known: dict[str, int] = {}
    for start in by_id:
        stack, on_path = [start], {start}
        while stack:
            name = stack[-1]
            parents = [p for p in by_id[name].parents if p in by_id]
            waiting = next((p for p in parents if p not in known and p not in on_path), None)
            if waiting is not None:
                on_path.add(waiting)
                stack.append(waiting)
                continue
            known[name] = 1 + max((known.get(p, 0) for p in parents), default=0)
            on_path.discard(stack.pop())
    return known


def _entry(
    revision: Revision, by_id: Mapping[str, Revision], stands: bool, asked: Mapping[str, Field]
) -> Entry:
    changes = changes_of(revision, by_id, asked)
    return Entry(
        revision,
        _what(revision, changes),
        revision.author or tr("somebody unnamed"),
        short(revision.at) if moment_of(revision.at) else tr("at an unknown time"),
        changes,
        can_restore=revision.body is not None and not stands,
        stands=stands,
    )


def _what(revision: Revision, changes: Sequence[FieldChange]) -> str:
    if revision.operation == INSERT:
        what = tr("created")
    elif revision.operation == DELETE:
        what = tr("deleted")
    elif revision.operation == RESOLVE:
        what = tr("resolved a disagreement")
    elif revision.operation == WITHDRAW:
        what = tr("took a decision back")
    elif len(revision.parents) > 1:
        what = tr("brought versions together")
    elif not changes:
        what = tr("saved without a change")
    else:
        what = ntr("changed {title}", "changed {n} fields", len(changes), title=changes[0].title)
    kind = (revision.initiator or "").partition(":")[0]
    by = tr(_INITIATORS[kind]) if kind in _INITIATORS else revision.initiator or tr("another program")
    return f"{what} · {by}"


def changes_of(
    revision: Revision, by_id: Mapping[str, Revision], asked: Mapping[str, Field] | None = None
) -> tuple[FieldChange, ...]:
    """Fields that differ from the parents, in the order of the field table, then the point, then others.

    Of a revision with several parents, what differs from any of them is told, with the parents' values. ``asked`` are
    fields as an office makes them, by name: its own have their title and terms there.
    """
    bodies = [by_id[p].body or {} for p in revision.parents if p in by_id] or [{}]
    after = revision.body or {}
    names = set(after).union(*bodies) - {DELETED}
    changed = [n for n in names if any(body.get(n) != after.get(n) for body in bodies)]
    layer = LAYER_BY_NAME.get(revision.layer)
    known = {**{field.name: field for field in layer}, **(asked or {})} if layer else {}
    order = {name: i for i, name in enumerate(dict.fromkeys((*layer.names, GEOMETRY, *known)))} if layer else {}
    found = []
    for name in sorted(changed, key=lambda n: (order.get(n, len(order)), n)):
        field = known.get(name)
        if field is not None and field.kind == BLOB:
            continue
        befores = dict.fromkeys(_readable(field, name, body.get(name)) for body in bodies)
        title = tr("Position") if name == GEOMETRY else tr(field.title) if field else name
        found.append(
            FieldChange(
                name,
                title,
                " / ".join(b for b in befores if b),
                _readable(field, name, after.get(name)),
            )
        )
    return tuple(found)


def readable(layer: str, name: str, value: Value) -> str:
    """A value as a person reads it: label of a code, number with unit, Pakistan time, latitude, longitude."""
    known = LAYER_BY_NAME.get(layer)
    return _readable(known.field(name) if known else None, name, value)


def _readable(field: Field | None, name: str, value: Value) -> str:
    if value is None:
        return ""
    if name == GEOMETRY:
        point = point_of(value)
        if point is None:
            return tr("a line or area")
        # A text to translate, because from right to left the two need marks that keep their order.
        return tr("{latitude}, {longitude}", latitude=f"{point[1]:.6f}", longitude=f"{point[0]:.6f}")
    return told_value(field, value)


def told_value(field: Field | None, value: Value) -> str:
    """A value as a person reads it, with the terms that an office added to the field (``None``: an unknown field)."""
    if value is None:
        return ""
    if field is not None and field.vocabulary is not None:
        return sentence_case(field.vocabulary.label(value))
    if field is not None and field.kind == DATETIME:
        return short(value)
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return f"{text} {field.unit}" if field is not None and field.unit else text


def sentence_case(label: str) -> str:
    """A label with a capital, as it stands by itself; CGI writes its labels in lower case."""
    return label[:1].upper() + label[1:]


def isolated(text: str) -> str:
    """Text that keeps its own direction (UAX 9, FSI): an Urdu name must not turn a date around."""
    return f"\u2068{text}\u2069"
