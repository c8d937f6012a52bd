"""What a source says anew of a record that was imported from it before: field by field, against what it said then.

A record may have been edited here since. So what the source says now is compared with what it said when it was
imported (its revisions say that), not with the record as it stands: only what the *source* changed is offered, and a
field that both changed stays ours and is said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS
from surveyapp.domain.geometry import point_of
from surveyapp.domain.merge import Revision
from surveyapp.domain.records import Record, Value

IMPORT = "import"
"""Initiator of the revisions that an import makes."""
_SAME_PLACE_DEG = 1e-7
"""About 1 cm: text in a file and bytes in another differ by less."""


@dataclass(frozen=True, slots=True)
class Differences:
    """``changed``: what the source says otherwise than before, as it would become. ``disputed``: fields that were
    changed both here and in the source, with what the source says."""

    changed: Mapping[str, Value] = field(default_factory=dict)
    disputed: Mapping[str, Value] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changed or self.disputed)


def differs(here: Record, values: Mapping[str, Value], said: Collection[str]) -> bool:
    """Whether a record is other than a source says, in what the source says."""
    return any(not same(name, here.values.get(name), values.get(name)) for name in said)


def differences(
    here: Record, told: Mapping[str, Value], filled: Mapping[str, Value], said: Collection[str],
    history: Sequence[Revision],
) -> Differences:  # fmt: skip
    """What the source changed. ``told``: what its row says, ``filled``: with defaults for what it leaves open.
    ``said``: fields that the source speaks of; ``history``: revisions of the record."""
    before = _as_imported(history)
    changed: dict[str, Value] = {}
    disputed: dict[str, Value] = {}
    for name in said:
        ours, theirs = here.values.get(name), filled.get(name)
        if same(name, ours, theirs):
            continue
        if before is None:
            # The record came another way; that a cell is empty need not mean that somebody emptied it.
            if told.get(name) is not None:
                changed[name] = theirs
        elif not same(name, before.get(name), theirs):
            (changed if same(name, ours, before.get(name)) else disputed)[name] = theirs
    if GEOMETRY in changed:
        changed |= {name: told.get(name) for name in POSITION_FACTS}
    return Differences(changed, disputed)


def _as_imported(history: Sequence[Revision]) -> dict[str, Value] | None:
    """What the source said of each field when it was taken from it last; ``None`` where nothing was."""
    found: dict[str, Value] | None = None
    for revision in history:
        if revision.initiator != IMPORT or revision.body is None:
            continue
        if revision.changed is None or found is None:
            found = dict(revision.body)
        else:
            found |= {name: revision.body.get(name) for name in revision.changed}
    return found


def same(name: str, one: Value, other: Value) -> bool:
    """Whether two values of a field are the same."""
    if one == other:
        return True
    if name != GEOMETRY:
        return False
    here, there = point_of(one), point_of(other)
    if here is None or there is None:
        return False
    return all(abs(a - b) <= _SAME_PLACE_DEG for a, b in zip(here, there, strict=True))
