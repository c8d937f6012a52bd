"""Every write is a ChangeSet that says what changed; storage applies it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS
from surveyapp.domain.records import Value, new_uuid

INSERT, UPDATE, DELETE = "insert", "update", "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record.

    ``values``: what the fields become (insert: all that are filled; update: those that change; delete:
    empty). ``before``: what they were. Storage fills it in when it applies the change; where a caller
    gives it for an update or delete, storage refuses the change if the file meanwhile says otherwise.
    ``data``: a photo's bytes, on insert.
    """

    operation: str
    layer: str
    uuid: str
    values: Mapping[str, Value]
    before: Mapping[str, Value] | None = None
    data: bytes | None = None

    def inverted(self) -> Change:
        """The change that takes this one back; needs ``before`` as storage returned it."""
        before = dict(self.before or {})
        match self.operation:
            case "insert":
                return replace(self, operation=DELETE, values={}, before=dict(self.values), data=None)
            case "delete":
                return replace(self, operation=INSERT, values=before, before=None)
            case _:
                was = {name: before.get(name) for name in self.values}
                return replace(self, values=was, before=dict(self.values))


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Changes that belong together: applied, undone and redone as one. ``label`` is what undo menus show."""

    changes: tuple[Change, ...]
    label: str
    uuid: str = field(default_factory=new_uuid)

    def inverted(self) -> ChangeSet:
        return ChangeSet(tuple(c.inverted() for c in reversed(self.changes)), self.label)


def insert(layer: str, values: Mapping[str, Value], *, uuid: str | None = None, data: bytes | None = None) -> Change:
    """A new record; a uuid is made if none is given. Empty values are left out."""
    filled = {name: value for name, value in values.items() if value is not None}
    return Change(INSERT, layer, uuid or new_uuid(), filled, data=data)


def update(layer: str, uuid: str, values: Mapping[str, Value], before: Mapping[str, Value] | None = None) -> Change:
    """A change of the named fields. Moving the point clears the facts that held for the old position
    (accuracy, fix, satellites), unless the caller says what holds for the new one."""
    values = dict(values)
    if GEOMETRY in values and layer == "sighting":
        for name in POSITION_FACTS:
            values.setdefault(name, None)
    if before is not None:
        before = {name: before.get(name) for name in values}
    return Change(UPDATE, layer, uuid, values, before)


def delete(layer: str, uuid: str, before: Mapping[str, Value] | None = None) -> Change:
    """The record goes; its history stays."""
    return Change(DELETE, layer, uuid, {}, before)
