"""Open conflicts, as people read them and decide them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, POSITION_FACTS
from surveyapp.domain.geometry import point_of
from surveyapp.domain.merge import DELETED, Conflict
from surveyapp.domain.records import Value, moment_of
from surveyapp.domain.validation import parse_value
from surveyapp.errors import BadInput
from surveyapp.services.recording import position_values
from surveyapp.services.session import Session
from surveyapp.words import tr


def shown(conflict: Conflict, value: Value) -> Value:
    """A side's value as people read it and may type it back: a point as ``34.7725N 72.3608E``."""
    if conflict.field == GEOMETRY:
        point = point_of(value)
        if point is None:
            return value
        longitude, latitude = point
        return (f"{abs(latitude)!r}{'N' if latitude >= 0 else 'S'} "
                f"{abs(longitude)!r}{'E' if longitude >= 0 else 'W'}")
    return value


def as_dict(conflict: Conflict) -> dict[str, Any]:
    """A conflict as ``conflicts --json`` prints it."""
    return {
        "conflict": conflict.conflict, "layer": conflict.layer, "record": conflict.record, "field": conflict.field,
        "ancestor": shown(conflict, conflict.ancestor), "chosen": shown(conflict, conflict.chosen),
        "values": [
            {"side": side_name(i), "value": shown(conflict, v.value), "author": v.author, "at": v.at,
             "revision": v.revision}
            for i, v in enumerate(conflict.values)
        ],
    }


def side_name(index: int) -> str:
    """A, B, C ... for the sides in their fixed order."""
    return chr(ord("A") + index) if index < 26 else f"side {index + 1}"


def find(session: Session, name: str) -> Conflict:
    """The open conflict whose id begins with ``name``; raises ``BadInput`` if none or several do."""
    found = [c for c in session.file.conflicts() if c.conflict.startswith(name)]
    if len(found) != 1 or not name:
        why = "There is no open conflict" if not found else "Several conflicts begin with"
        raise BadInput(
            tr(
                "{why} {name!r} in {file}; 'surveyapp conflicts' lists them.",
                why=why,
                name=name,
                file=session.file.path.name,
            )
        )
    return found[0]


def values_of_side(session: Session, conflict: Conflict, index: int) -> dict[str, Value]:
    """What deciding for a side sets; a point brings the facts of its position along."""
    if not 0 <= index < len(conflict.values):
        last = side_name(len(conflict.values) - 1)
        raise BadInput(
            tr(
                "Conflict {conflict} has no side {side}; its sides are A to {last}.",
                conflict=conflict.conflict,
                side=side_name(index),
                last=last,
            )
        )
    side = conflict.values[index]
    values: dict[str, Value] = {conflict.field: side.value}
    if conflict.layer == "sighting" and conflict.field == GEOMETRY:
        body = next((r.body for r in session.file.history(conflict.record) if r.revision == side.revision), None)
        values |= {name: (body or {}).get(name) for name in POSITION_FACTS}
    return values


def values_typed(conflict: Conflict, text: str) -> dict[str, Value]:
    """What deciding for a value of one's own sets; the text is parsed as the field's form would."""
    if conflict.field == DELETED:
        if text.strip().casefold() in ("1", "true", "yes", "delete", "deleted"):
            return {DELETED: 1}
        if text.strip().casefold() in ("0", "false", "no", "keep", "kept"):
            return {DELETED: 0}
        raise BadInput(
            tr("{text!r} does not say whether to delete the record; give 1 to delete or 0 to keep it.", text=text)
        )
    if conflict.field == GEOMETRY:
        return {n: v for n, v in position_values(text).items() if n == GEOMETRY or n in POSITION_FACTS}
    field = LAYER_BY_NAME[conflict.layer].field(conflict.field)
    return {conflict.field: parse_value(field, text) if field else text}


def resolve(session: Session, name: str, *, take: str | None = None, side: str | None = None) -> Conflict:
    """Decide an open conflict by a side's letter or by a value; returns the conflict decided."""
    if (take is None) == (side is None):
        raise BadInput(tr("Say either --take VALUE or --side A or B."))
    conflict = find(session, name)
    if side is not None:
        index = ord(side.strip().upper()) - ord("A") if len(side.strip()) == 1 else -1
        values = values_of_side(session, conflict, index)
    else:
        values = _side_or_typed(session, conflict, take or "")
    session.settle_conflicts([(conflict, values)])
    return conflict


def decide(session: Session, decisions: Sequence[tuple[Conflict, Mapping[str, Value]]]) -> int:
    """Decide many conflicts in one transaction and one step of undo. Each goes with the values that
    :func:`values_of_side` or :func:`values_typed` gave for it. Returns how many were decided."""
    session.settle_conflicts(decisions)
    return len(decisions)


def newest_side(conflict: Conflict) -> int | None:
    """Index of the side that was written last by its author's clock; ``None`` when a time is unknown or two are
    equal, because then nobody can say."""
    moments = [moment_of(side.at) for side in conflict.values]
    known = [moment for moment in moments if moment is not None]
    if len(known) < len(moments) or known.count(max(known)) > 1:
        return None
    return moments.index(max(known))


def side_of_author(conflict: Conflict, author: str) -> int | None:
    """Index of the one side that this author wrote; ``None`` when it is none or several."""
    found = [i for i, side in enumerate(conflict.values) if side.author == author]
    return found[0] if len(found) == 1 else None


def _side_or_typed(session: Session, conflict: Conflict, text: str) -> dict[str, Value]:
    """A value that is one of the sides' is that side (with a point, its facts); any other is typed."""
    for index, value in enumerate(conflict.values):
        if str(shown(conflict, value.value)) == text and conflict.field != DELETED:
            return values_of_side(session, conflict, index)
    return values_typed(conflict, text)
