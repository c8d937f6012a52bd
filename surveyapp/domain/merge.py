"""What a set of revisions says: a record's fields, and where people disagree.

A file's knowledge of a record is a set of immutable revisions, each naming its parents. Merging files is
the union of those sets; :func:`record_state` is a pure function of the set. Union is commutative,
associative and idempotent, so merging is, whatever the order, the route or the repetition, for records,
revisions and conflicts alike, and no clock is ever asked.

Each field is a multi-value register. A revision *writes* the fields it changed. A write is overruled by a
later write that had seen it (its revision is an ancestor). What is left are the *standing writes*:

- all of one value: that is the value;
- some still equal to the common ancestor's value: those sides did not change it in effect (an edit and
  its undo), and the others decide;
- otherwise a conflict. A provisional value is chosen by revision id (nothing to do with time or side);
  values are preferred to emptiness. Every standing value stays in the conflict until a revision that has
  seen them all writes the field (a resolution, or simply an edit).

Existence is one more such field: an insert writes it, a delete takes it away; edits that a delete had not
seen stand against it, and the record stays visible until someone decides.

A decision can be taken back (undo). That is a revision too: it writes nothing, and the revisions of the change
set that it names no longer write, so that what they had overruled stands again, in every office that learns of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS
from surveyapp.domain.records import Value

DELETED = "deleted"
"""Pseudo-field of existence: conflicts of an edit against a delete are listed under it."""

INSERT, UPDATE, DELETE, RESOLVE, WITHDRAW = "insert", "update", "delete", "resolve", "withdraw"


@dataclass(frozen=True, slots=True)
class Revision:
    """One row of the history.

    ``body``: the whole record after it, empty fields left out (``None`` for a delete). ``changed``: the fields it
    wrote; ``None`` means all that the body fills (an insert). Geometry is WKB hex. A withdrawal's ``initiator`` is
    ``undo:`` and the change set that it takes back, with what had repeated that.
    """

    revision: str
    layer: str
    record: str
    parents: tuple[str, ...]
    operation: str
    changed: frozenset[str] | None
    body: Mapping[str, Value] | None
    author: str | None = None
    device: str | None = None
    at: str | None = None
    change_set: str | None = None
    initiator: str | None = None


@dataclass(frozen=True, slots=True)
class ConflictValue:
    """One side of a conflict. ``author`` and ``at`` say who wrote it and when; ``revision`` is its revision."""

    value: Value
    author: str | None
    at: str | None
    revision: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """An open disagreement on one field of one record.

    ``values`` are in a fixed order: the first is side A, the second side B. Of a conflict on ``deleted`` the
    values are 1 (the delete) and 0 (the edit). ``chosen`` is the provisional value in the table.
    """

    conflict: str
    layer: str
    record: str
    field: str
    ancestor: Value
    values: tuple[ConflictValue, ...]
    chosen: Value


@dataclass(frozen=True, slots=True)
class RecordState:
    """``body`` is the record as it stands (``None``: deleted); ``heads`` are the revisions nobody built on."""

    body: Mapping[str, Value] | None
    heads: tuple[str, ...]
    conflicts: tuple[Conflict, ...] = ()


@dataclass(slots=True)
class _Graph:
    """Revisions of one record with, for each, the bit mask of its ancestors. ``silent``: those that write nothing,
    because they were withdrawn or are withdrawals."""

    revisions: Sequence[Revision]
    ancestors: list[int] = field(default_factory=list)
    heads: int = 0
    silent: int = 0


def _graph(revisions: Iterable[Revision]) -> _Graph:
    """Order parents before children. Parents that are not here (lost history) are as if never named."""
    by_id = {r.revision: r for r in revisions}
    ordered: list[Revision] = []
    state: dict[str, int] = {}
    for start in sorted(by_id):
        stack = [start]
        while stack:
            name = stack[-1]
            if state.get(name) == 2:
                stack.pop()
                continue
            waiting = [p for p in by_id[name].parents if p in by_id and p not in state]
            state[name] = 1
            if waiting:
                stack.extend(waiting)
                continue
            state[name] = 2
            ordered.append(by_id[name])
            stack.pop()
    place = {r.revision: i for i, r in enumerate(ordered)}
    graph = _Graph(ordered)
    seen = 0
    for i, revision in enumerate(ordered):
        mask = 0
        for parent in revision.parents:
            j = place.get(parent)
            if j is not None and j < i:
                mask |= graph.ancestors[j] | 1 << j
        graph.ancestors.append(mask)
        seen |= mask
    graph.heads = ((1 << len(ordered)) - 1) & ~seen
    graph.silent = _silent(graph)
    return graph


def _silent(graph: _Graph) -> int:
    mask = 0
    for i, revision in enumerate(graph.revisions):
        if revision.operation == WITHDRAW:
            mask |= 1 << i
            taken_back = (revision.initiator or "").partition(":")[2]
            for j in _bits(graph.ancestors[i]):
                if graph.revisions[j].change_set == taken_back or graph.revisions[j].initiator == f"redo:{taken_back}":
                    mask |= 1 << j
    return mask


def _bits(mask: int) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _maximal(graph: _Graph, mask: int) -> int:
    """Members of the mask that are no other member's ancestor."""
    covered = 0
    for i in _bits(mask):
        covered |= graph.ancestors[i]
    return mask & ~covered


def _writes(graph: _Graph) -> dict[str, int]:
    """For each field, the mask of the revisions that wrote it. A point that moved writes the facts of its
    position with it: an accuracy of one place must not end up on another."""
    names: set[str] = set()
    for revision in graph.revisions:
        names.update(revision.body or ())
        names.update(revision.changed or ())
    names.discard(DELETED)
    writes = dict.fromkeys(sorted(names), 0)
    for i, revision in enumerate(graph.revisions):
        bit = 1 << i
        if revision.operation == DELETE or graph.silent & bit:
            continue
        if revision.changed is not None:
            written: set[str] = set(revision.changed)
            if GEOMETRY in written and revision.layer == "sighting":
                written.update(POSITION_FACTS)
        elif revision.parents:
            written = names  # brought back after a delete: it says everything anew
        else:
            written = {name for name, value in (revision.body or {}).items() if value is not None}
        for name in written:
            if name in writes:
                writes[name] |= bit
    return writes


def _value(revision: Revision, name: str) -> Value:
    return (revision.body or {}).get(name)


def _rank(value: Value, revision: str) -> tuple[bool, str]:
    """Order in which a provisional value is chosen: filled before empty, then by revision id."""
    return value is not None, revision


def _same(a: Value, b: Value) -> bool:
    return a == b and isinstance(a, str) == isinstance(b, str)


def _ancestor_value(graph: _Graph, written: int, standing: int, name: str) -> Value:
    """Value that every standing write had seen last; empty when they share no past."""
    common = -1
    for i in _bits(standing):
        common &= graph.ancestors[i]
    base = _maximal(graph, written & common & ((1 << len(graph.revisions)) - 1))
    seen = [graph.revisions[i] for i in _bits(base)]
    best = max(seen, key=lambda r: _rank(_value(r, name), r.revision), default=None)
    return None if best is None else _value(best, name)


def conflict_id(layer: str, record: str, name: str, revisions: Iterable[str]) -> str:
    """The same disagreement has the same id in every office."""
    told = json.dumps([layer, record, name, sorted(revisions)])
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def _conflict(graph: _Graph, name: str, ancestor: Value, contenders: Sequence[tuple[int, Value]],
              chosen: Value) -> Conflict:
    first = graph.revisions[0]
    values = tuple(
        ConflictValue(value, graph.revisions[i].author, graph.revisions[i].at, graph.revisions[i].revision)
        for i, value in sorted(contenders, key=lambda c: graph.revisions[c[0]].revision)
    )
    return Conflict(
        conflict_id(first.layer, first.record, name, (v.revision for v in values)),
        first.layer, first.record, name, ancestor, values, chosen,
    )


def _existence(graph: _Graph) -> tuple[bool, Conflict | None]:
    """Whether the record stands, and the conflict of a delete with edits that it had not seen."""
    written = deletes = edits = 0
    for i, revision in enumerate(graph.revisions):
        if graph.silent >> i & 1:
            continue
        if revision.operation == DELETE:
            written |= 1 << i
            deletes |= 1 << i
        elif revision.operation == INSERT or DELETED in (revision.changed or ()):
            written |= 1 << i
        if revision.operation != DELETE:
            edits |= 1 << i
    standing = _maximal(graph, written)
    gone = standing & deletes
    if not gone:
        return True, None
    seen_by_deletes = 0
    for i in _bits(gone):
        seen_by_deletes |= graph.ancestors[i]
    unseen = _maximal(graph, edits & ~seen_by_deletes)
    if not unseen:
        return False, None
    contenders = [(i, 1) for i in _bits(gone)] + [(i, 0) for i in _bits(unseen)]
    return True, _conflict(graph, DELETED, 0, contenders, 0)


def record_state(revisions: Iterable[Revision]) -> RecordState:
    """The record that these revisions of it make, and its open conflicts. Pure and order-blind.

    Body keys are all fields that any revision fills; those that stand empty are left out.
    """
    graph = _graph(revisions)
    if not graph.revisions:
        return RecordState(None, ())
    heads = tuple(sorted(graph.revisions[i].revision for i in _bits(graph.heads)))
    if _is_line(graph):
        last = graph.revisions[-1]
        return RecordState(None if last.operation == DELETE else _filled(last.body or {}), heads)
    stands, dispute = _existence(graph)
    if not stands:
        return RecordState(None, heads)
    conflicts = [dispute] if dispute else []
    body: dict[str, Value] = {}
    writes = _writes(graph)
    leader: int | None = None  # revision whose point stands: facts of a position come from where its point does
    disputed = 0  # revisions that dispute the point
    for name in sorted(writes, key=lambda n: (n != GEOMETRY, n)):
        standing = _maximal(graph, writes[name])
        contenders = [(i, _value(graph.revisions[i], name)) for i in _bits(standing)]
        if not contenders:
            continue
        ancestor: Value = None
        if any(not _same(v, contenders[0][1]) for _, v in contenders):
            ancestor = _ancestor_value(graph, writes[name], standing, name)
            contenders = [c for c in contenders if not _same(c[1], ancestor)] or contenders
        differ = any(not _same(v, contenders[0][1]) for _, v in contenders)
        winner, value = max(contenders, key=lambda c: _rank(c[1], graph.revisions[c[0]].revision))
        if name == GEOMETRY:
            leader = winner
            disputed = sum(1 << i for i, _ in contenders) if differ else 0
        elif name in POSITION_FACTS and leader is not None and standing >> leader & 1:
            value = _value(graph.revisions[leader], name)
            differ = differ and bool(standing & ~disputed)  # else it is settled together with the point
        if differ:
            conflicts.append(_conflict(graph, name, ancestor, contenders, value))
        if value is not None:
            body[name] = value
    return RecordState(body, heads, tuple(sorted(conflicts, key=lambda c: c.field)))


def _is_line(graph: _Graph) -> bool:
    """One revision after the other, each having seen all before: nothing can be disputed."""
    return all(mask == (1 << i) - 1 for i, mask in enumerate(graph.ancestors))


def _filled(body: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in body.items() if value is not None}


def deterministic_revision(layer: str, record: str, parents: Iterable[str], operation: str,
                           changed: Iterable[str] | None, body: Mapping[str, Value] | None) -> str:
    """Id of a revision that the program infers (an edit made with the triggers gone), the same wherever it is
    inferred, so that the same package taken in twice or in two offices adds it once."""
    told = json.dumps(
        [layer, record, sorted(parents), operation, sorted(changed) if changed is not None else None,
         dict(sorted(body.items())) if body is not None else None],
        ensure_ascii=False,
    )
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
