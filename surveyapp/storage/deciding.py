"""Deciding conflicts, taking decisions back, and deciding them again.

A change upon a forked history settles what was open (see :mod:`surveyapp.domain.merge`), whether it was made in
the queue of conflicts or in the form. Writing the old values again would not take that back, as it would be one
more decision; a withdrawal does: what was overruled stands again, and the conflict is open under the same id.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from surveyapp.domain.changes import DELETE, INSERT, UPDATE, Change
from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.lineage import REVIEW, with_ancestors
from surveyapp.domain.merge import DELETED, RESOLVE, WITHDRAW, Revision, record_state
from surveyapp.domain.records import Value, new_uuid, utc_text
from surveyapp.errors import Refused
from surveyapp.storage import ddl, rows
from surveyapp.storage.extent import Boxes
from surveyapp.words import tr

Record = tuple[str, str]
"""Layer and uuid."""


@dataclass(slots=True)
class Hand:
    """Who writes in this transaction, and how a change of a row is applied in it. ``muted``: layers whose history
    triggers are off until the end of it, because their rows follow revisions that are written already."""

    connection: sqlite3.Connection
    author: str
    device: str
    change_set: str
    boxes: Boxes
    apply: Callable[[Change], Change]
    muted: set[str] = field(default_factory=set)

    def mute(self, layer: str) -> None:
        """No triggers any more for this layer: making them anew for each record would take longer than all else."""
        if layer not in self.muted:
            ddl.drop_triggers(self.connection, [LAYER_BY_NAME[layer]])
            self.muted.add(layer)

    def finish(self) -> None:
        """Triggers and extents as they should be."""
        ddl.make_triggers(self.connection, [LAYER_BY_NAME[layer] for layer in sorted(self.muted)])
        self.boxes.write(self.connection)

    def revision(self, layer: str, record: str, parents: tuple[str, ...], operation: str, changed: frozenset[str],
                 body: Mapping[str, Value] | None, initiator: str) -> Revision:
        return Revision(new_uuid().replace("-", ""), layer, record, parents, operation, changed, body, self.author,
                        self.device, utc_text(), self.change_set, initiator)


def settle(hand: Hand, layer: str, record: str, values: Mapping[str, Value], initiator: str) -> Change:
    """Make ``values`` hold, by a revision that has seen every side (``{"deleted": 1}`` deletes the record, ``0``
    keeps it). Returns what changed in the row, which may be nothing."""
    connection = hand.connection
    state = record_state(rows.revisions(connection, layer, record))
    body = dict(state.body or {})
    change = Change(UPDATE, layer, record, {}, {})
    if values.get(DELETED):
        change = hand.apply(Change(DELETE, layer, record, {}))
    else:
        same = {name for name, value in values.items() if name == DELETED or body.get(name) == value}
        if same:
            rows.insert_revision(connection, hand.revision(
                layer, record, state.heads, RESOLVE, frozenset(same), body, initiator))
        if len(same) < len(values):
            wanted = {name: value for name, value in values.items() if name != DELETED}
            change = hand.apply(Change(UPDATE, layer, record, wanted))
    rows.renew_conflicts(connection, layer, record)
    return change


def append(hand: Hand, layer: str, record: str, revisions: Sequence[Revision]) -> Change:
    """Add revisions that are made already to the history of a record, each upon what it names; those that the file has
    are passed over. Returns what changed in the row, which may be nothing."""
    known = rows.revisions(hand.connection, layer, record)
    have = {r.revision for r in known}
    fresh = [r for r in revisions if r.revision not in have]
    if not fresh:
        return Change(UPDATE, layer, record, {}, {})
    for revision in fresh:
        rows.insert_revision(hand.connection, revision)
    was, state = record_state(known), record_state([*known, *fresh])
    body = None if state.body is None else dict(state.body)
    _set_row(hand, layer, record, body)
    rows.write_conflicts(hand.connection, layer, record, state.conflicts)
    return _difference(layer, record, was.body, body)


def forked(connection: sqlite3.Connection, change_set: str) -> set[Record]:
    """Records that the change set changed upon a forked history, where it may have settled something, or beside what
    others wrote, where it may dispute something."""
    settled = set(connection.execute(
        "SELECT layer, record FROM revision WHERE change_set = ? AND operation <> 'withdraw' "
        "AND (operation = 'resolve' OR json_array_length(parents) > 1)", (change_set,)
    ))
    reviewed = connection.execute(
        "SELECT DISTINCT layer, record FROM revision WHERE change_set = ? AND substr(initiator, 1, ?) = ?",
        (change_set, len(REVIEW), REVIEW),
    ).fetchall()
    return settled | {
        (layer, record) for layer, record in reviewed if _beside(rows.revisions(connection, layer, record), change_set)
    }


def _beside(known: list[Revision], change_set: str) -> bool:
    """Whether a revision of the change set has neither seen another one nor been seen by it."""
    by_id = {r.revision: r for r in known}
    above = {name: {a.revision for a in with_ancestors(r.parents, by_id)} for name, r in by_id.items()}
    return any(
        one.revision != other and other not in above[one.revision] and one.revision not in above[other]
        for one in known if one.change_set == change_set
        for other in by_id
    )


def withdrawn(connection: sqlite3.Connection, change_set: str) -> set[Record]:
    """Records on which the change set was taken back by a withdrawal."""
    return set(connection.execute(
        "SELECT layer, record FROM revision WHERE operation = 'withdraw' AND initiator = ?", (f"undo:{change_set}",)
    ))


def withdraw(hand: Hand, layer: str, record: str, change_set: str) -> Change:
    """Take back what the change set wrote on this record. Returns what changed in the row. Raises ``Refused`` when
    the record says something else by now."""
    connection = hand.connection
    known = rows.revisions(connection, layer, record)
    was = record_state(known)
    told = _told(known, change_set)
    own = {r.revision for r in known if r.change_set == change_set or r.initiator == f"redo:{change_set}"}
    disputed = {c.field for c in was.conflicts if own & {v.revision for v in c.values}}
    if any(_standing(was.body, name) != value for name, value in told.items() if name not in disputed):
        raise Refused(
            tr(
                "{title} {record} was changed meanwhile; nothing was saved.",
                title=tr(LAYER_BY_NAME[layer].title),
                record=record,
            )
        )
    initiator = f"undo:{change_set}"
    taken_back = hand.revision(layer, record, was.heads, WITHDRAW, frozenset(told), None, initiator)
    state = record_state([*known, taken_back])
    body = None if state.body is None else dict(state.body)
    # The id stays: what the record is does not depend on the body of a withdrawal.
    told_whole = Revision(taken_back.revision, layer, record, was.heads, WITHDRAW, frozenset(told), body, hand.author,
                          hand.device, taken_back.at, hand.change_set, initiator)
    rows.insert_revision(connection, told_whole)
    _set_row(hand, layer, record, body)
    rows.write_conflicts(connection, layer, record, state.conflicts)
    return _difference(layer, record, was.body, body)


def repeat(hand: Hand, layer: str, record: str, change_set: str) -> Change:
    """Write again what a withdrawal took back. Raises ``Refused`` when someone went on from there."""
    known = rows.revisions(hand.connection, layer, record)
    decided = [r for r in known if r.change_set == change_set and (r.initiator or "").startswith(REVIEW)]
    if decided:  # it stands beside what others wrote, as it did
        initiator = f"redo:{change_set}"
        return append(hand, layer, record, [
            replace(r, revision=new_uuid().replace("-", ""), device=hand.device, change_set=hand.change_set,
                    initiator=initiator) for r in decided
        ])
    (*_, last) = (r for r in known if r.operation == WITHDRAW and r.initiator == f"undo:{change_set}")
    if record_state(known).heads != (last.revision,):
        raise Refused(
            tr(
                "{title} {record} was changed meanwhile; nothing was saved.",
                title=tr(LAYER_BY_NAME[layer].title),
                record=record,
            )
        )
    return settle(hand, layer, record, _told(known, change_set), f"redo:{change_set}")


def _told(known: list[Revision], change_set: str) -> dict[str, Value]:
    """What a change set wrote on a record; ``deleted`` among it where it decided on that."""
    told: dict[str, Value] = {}
    for revision in known:
        if revision.change_set != change_set:
            continue
        if revision.operation == DELETE:
            return {DELETED: 1}
        body = revision.body or {}
        names = revision.changed if revision.changed is not None else {*body, DELETED}
        told |= {name: 0 if name == DELETED else body.get(name) for name in names}
    return told


def _standing(body: Mapping[str, Value] | None, name: str) -> Value:
    if name == DELETED:
        return int(body is None)
    return (body or {}).get(name)


def _set_row(hand: Hand, layer: str, record: str, body: dict[str, Value] | None) -> None:
    """The row follows its history, which has the revision already: the triggers must not write another."""
    connection = hand.connection
    columns = ddl.columns_of(connection, layer)
    before = next(rows.select_records(connection, layer, columns, "WHERE uuid = ?", (record,)), None)
    hand.boxes.drop(layer, before.values.get(GEOMETRY) if before else None)
    hand.boxes.add(layer, (body or {}).get(GEOMETRY))
    hand.mute(layer)
    if layer == "photo":
        rows.keep_photo(connection, record)
    rows.set_row(connection, layer, record, columns, body)


def _difference(layer: str, record: str, before: Mapping[str, Value] | None,
                after: Mapping[str, Value] | None) -> Change:
    if after is None:
        return Change(DELETE, layer, record, {}, before)
    if before is None:
        return Change(INSERT, layer, record, after)
    names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
    return Change(UPDATE, layer, record, {n: after.get(n) for n in names}, {n: before.get(n) for n in names})
