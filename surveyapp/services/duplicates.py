"""Likely-same deposits: pairs of sightings to ask people about, and what they answered.

What is suggested is computed from the sightings and the answers whenever somebody asks, and stored nowhere. The layer
``likely_duplicate`` holds answers only, one record a pair, whose uuid follows from the pair. So two offices that
give the same answer write the same, a merge needs no rule of its own, and two answers that differ are an ordinary
conflict on ``decision``. Until that is decided, the pair is not asked about again and links nothing.
Two different reasons for the same answer are a conflict on ``reason``, like any other text.

Who answered and when is in the history, like everything that is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from surveyapp.domain import changes, likeness
from surveyapp.domain.changes import Change, ChangeSet
from surveyapp.domain.fields import LIKELY_DUPLICATE
from surveyapp.domain.likeness import NOT_THE_SAME, SAME_DEPOSIT, Answer, Links, Pair, Seen
from surveyapp.domain.merge import WITHDRAW, Conflict, Revision
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadInput, Refused
from surveyapp.geo.measure import distance_m
from surveyapp.services import conflicts
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

_LAYER = LIKELY_DUPLICATE.name
_ANSWERS = VOCABULARIES["same_deposit"]
_SHORT = {"same": SAME_DEPOSIT}
"""What may be typed for an answer besides its code and its label."""

_TELLING = 8
"""Characters of an id with which no two begin by chance."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A pair that was answered. ``pair`` is the uuid of the record, ``first`` and ``second`` are sorted.

    ``decided_by`` and ``decided_at`` (UTC) are who first gave the answer that stands, ``None`` where the history does
    not know. ``disputed``: offices answered differently, and ``decision`` stands only until that is decided.
    """

    pair: str
    first: str
    second: str
    decision: str
    reason: str
    decided_by: str | None
    decided_at: str | None
    disputed: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """A record of the layer that says something of two sightings."""

    uuid: str
    first: str
    second: str
    decision: str
    reason: str | None


def suggestions(source: Session | SurveyFile, progress: Progress | None = None) -> list[Pair]:
    """Pairs that nobody has answered, best first; the rules are :mod:`surveyapp.domain.likeness`'s."""
    file = _file(source)
    return likeness.suggest(_seen(file), _answers(file), distance_m=distance_m, progress=progress)


def decided(source: Session | SurveyFile) -> list[Decided]:
    """Answered pairs, sorted by their sightings."""
    file = _file(source)
    disputes = _disputes(file)
    return [_decided(file, row, row.uuid in disputes) for row in _rows(file)]


def deposits(source: Session | SurveyFile) -> list[tuple[str, ...]]:
    """The sightings of each deposit that answers have linked from two or more, sorted. A sighting that was deleted
    since still links the others, and is not named."""
    file = _file(source)
    here = set(file.columns("sighting", ["uuid"])["uuid"])
    groups = (tuple(name for name in names if name in here) for names in Links(_answers(file)).deposits())
    return [group for group in groups if len(group) > 1]


def decide(session: Session, pair: Pair | Decided, decision: str, reason: str = "") -> ChangeSet:
    """Answer a pair, or answer it anew; see :func:`decide_many`."""
    return decide_many(session, [(pair, decision)], reason)


def decide_many(session: Session, decisions: Sequence[tuple[Pair | Decided, str]], reason: str = "") -> ChangeSet:
    """Answer pairs (``same-deposit`` or ``not-the-same``) in one change set, which undo takes back whole.

    Where the answer stands already, nothing is written. Raises ``BadInput`` for another answer, and ``Refused`` when a
    sighting is gone or offices disagree about the pair, which is decided as the conflict that it is.
    """
    disputes = _disputes(session.file)
    made = [
        change for pair, decision in {pair.pair: (pair, decision) for pair, decision in decisions}.values()
        if (change := _change(session.file, pair, answer_meant(decision), reason, disputes)) is not None
    ]
    change_set = ChangeSet(tuple(made), _label(made))
    return session.apply(change_set, "duplicates") if made else change_set


def find(session: Session, text: str) -> Pair | Decided:
    """The pair, answered or waiting, whose id begins with ``text``; raises ``BadInput`` if none or several do."""
    return _only(session.file, _beginning(session.file, text), text)


def resolve(session: Session, text: str, *, take: str | None = None, side: str | None = None) -> None:
    """Decide what ``text`` names, as the command line does: an open conflict, or a likely-same pair, answered or not.

    Raises ``BadInput`` for a short text with which both begin, because an answer to the one must not be taken for a
    value of the other.
    """
    conflicting = bool(text) and any(c.conflict.startswith(text) for c in session.file.conflicts())
    pairs = [] if conflicting and len(text) >= _TELLING else _beginning(session.file, text)
    if conflicting and pairs:
        raise BadInput(
            tr("Both a conflict and a likely-same pair begin with {text!r}; give more of the id.", text=text)
        )
    if not pairs:
        conflicts.resolve(session, text, take=take, side=side)
        return
    if take is None or side is not None:
        raise BadInput(tr("A likely-same pair has no sides; say --take same or --take not-the-same."))
    pair, answer = _only(session.file, pairs, text), answer_meant(take)
    dispute = _disputes(session.file).get(pair.pair)
    if dispute is not None:
        conflicts.resolve(session, dispute.conflict, take=answer)
    else:
        decide(session, pair, answer)


def answer_meant(text: str) -> str:
    """The code of the answer that a person means; raises ``BadInput`` if it is none."""
    word = text.strip()
    term = _ANSWERS.find(_SHORT.get(word.casefold(), word))
    if term is None:
        raise BadInput(
            tr("{text!r} does not say if the two are the same deposit; say same or not-the-same.", text=text)
        )
    return term.code


def as_dicts(source: Session | SurveyFile, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Pairs as ``conflicts --duplicates --json`` prints them, with both sightings."""
    file = _file(source)
    records = {r.uuid: r for r in file.records("sighting", {name for p in pairs for name in (p.first, p.second)})}
    return [
        {
            "pair": pair.pair, "first": pair.first, "second": pair.second, "gem": records[pair.first].get("gem"),
            "distance_m": round(pair.distance_m, 2), "reach_m": round(pair.reach_m, 2), "reasons": list(pair.reasons),
            "sightings": [_told(records[pair.first]), _told(records[pair.second])],
        }
        for pair in pairs
    ]


def lines(told: Iterable[Mapping[str, Any]]) -> list[str]:
    """Pairs of :func:`as_dicts` as lines for people."""
    found = []
    for pair in told:
        found.append(f"{pair['pair']}  {pair['distance_m']:.1f} m apart, {pair['reach_m']:.1f} m allowed; "
                     + "; ".join(pair["reasons"]))
        for sighting in pair["sightings"]:
            place = f"{sighting['latitude']:.5f} {sighting['longitude']:.5f}"
            about = (sighting["locality"], sighting["observer"], sighting["observed_at"])
            found.append("  ".join(["", sighting["uuid"], place, *(str(a) for a in about if a)]))
    return found


def reminder(count: int, file: object) -> str:
    """How many pairs wait, and how to see them."""
    waits = "1 likely-same deposit waits" if count == 1 else f"{count:,} likely-same deposits wait"
    return f"{waits} for an answer; 'surveyapp conflicts {file} --duplicates' lists what to decide."


def _file(source: Session | SurveyFile) -> SurveyFile:
    return source.file if isinstance(source, Session) else source


def _seen(file: SurveyFile) -> Iterable[Seen]:
    columns = file.columns("sighting", [f.name for f in fields(Seen)])
    return (Seen(*row) for row in zip(*columns.values(), strict=True) if row[0])


def _disputes(file: SurveyFile) -> dict[str, Conflict]:
    """Open conflicts about an answer, by the uuid of its record."""
    return {c.record: c for c in file.conflicts() if c.layer == _LAYER and c.field == "decision"}


def _beginning(file: SurveyFile, text: str) -> list[Pair | Decided]:
    """Pairs whose id begins with ``text``, the answered ones first. A whole id of an answered one is not looked for
    among those that wait."""
    begins = text.strip().lower()
    if not begins:
        return []
    disputes = _disputes(file)
    rows = [row for row in _rows(file) if row.uuid.startswith(begins)]
    found: list[Pair | Decided] = [_decided(file, row, row.uuid in disputes) for row in rows]
    if not any(row.uuid == begins for row in rows):
        found += [pair for pair in suggestions(file) if pair.pair.startswith(begins)]
    return found


def _only(file: SurveyFile, found: Sequence[Pair | Decided], text: str) -> Pair | Decided:
    if len(found) != 1:
        why = "Several likely-same pairs begin with" if found else "There is no likely-same pair"
        raise BadInput(
            tr(
                "{why} {text!r} in {name}; 'surveyapp conflicts --duplicates' lists those that wait.",
                why=why,
                text=text,
                name=file.path.name,
            )
        )
    return found[0]


def _rows(file: SurveyFile) -> list[_Row]:
    """What the layer says, one row a pair. Other programs may have added rows of their own: the record whose uuid
    follows from the pair goes first, and next to it a "not the same", because that links nothing."""
    columns = file.columns(_LAYER, ["uuid", "first_uuid", "second_uuid", "decision", "reason"])
    best: dict[tuple[str, str], tuple[tuple[bool, bool, str], _Row]] = {}
    for uuid, one, other, decision, reason in zip(*columns.values(), strict=True):
        if not (uuid and one and other) or _ANSWERS.term(decision) is None:
            continue
        first, second = sorted((str(one), str(other)))
        rank = (uuid == likeness.pair_id(first, second), decision == NOT_THE_SAME, uuid)
        known = best.get((first, second))
        if known is None or rank > known[0]:
            best[first, second] = rank, _Row(uuid, first, second, decision, reason)
    return [row for _, (_, row) in sorted(best.items())]


def _answers(file: SurveyFile) -> list[Answer]:
    disputes = _disputes(file)
    return [Answer(row.first, row.second, "" if row.uuid in disputes else row.decision) for row in _rows(file)]


def _decided(file: SurveyFile, row: _Row, disputed: bool) -> Decided:
    said = _said_by(file.history(row.uuid), row.decision)
    return Decided(row.uuid, row.first, row.second, row.decision, str(row.reason or ""),
                   said.author if said else None, said.at if said else None, disputed)


def _said_by(known: Sequence[Revision], decision: str) -> Revision | None:
    """The revision that gave the answer; the earliest, where several did that had not seen each other."""
    by_id = {r.revision: r for r in known}
    wrote = [r for r in known if r.operation != WITHDRAW and r.body and (r.changed is None or "decision" in r.changed)]
    seen: set[str] = set()
    waiting = [parent for r in wrote for parent in r.parents]
    while waiting:
        name = waiting.pop()
        if name in by_id and name not in seen:
            seen.add(name)
            waiting += by_id[name].parents
    said = [r for r in wrote if r.revision not in seen and (r.body or {}).get("decision") == decision]
    return min(said, key=lambda r: (r.at or "", r.revision), default=None)


def _change(file: SurveyFile, pair: Pair | Decided, decision: str, reason: str,
            disputes: Mapping[str, Conflict]) -> Change | None:
    """What saves an answer; ``None`` if it stands already."""
    if pair.pair in disputes:
        raise Refused(
            tr(
                "Offices answered the pair {pair} differently; decide conflict {conflict}, nothing was saved.",
                pair=pair.pair,
                conflict=disputes[pair.pair].conflict,
            )
        )
    record = file.get(_LAYER, pair.pair)
    if record is not None:
        wanted = {"decision": decision, "reason": reason or None}
        if record.get("decision") == decision and (not reason or record.get("reason") == reason):
            return None
        return changes.update(_LAYER, pair.pair, wanted, record.values)
    here = {r.uuid for r in file.records("sighting", (pair.first, pair.second))}
    for uuid in (pair.first, pair.second):
        if uuid not in here:
            raise Refused(
                tr("Sighting {uuid} is not in {name} any more; nothing was saved.", uuid=uuid, name=file.path.name)
            )
    return changes.insert(_LAYER, {"first_uuid": pair.first, "second_uuid": pair.second, "decision": decision,
                                   "reason": reason or None}, uuid=pair.pair)


def _label(made: Sequence[Change]) -> str:
    if len(made) != 1:
        return f"Answer {len(made)} likely-same pairs"
    same = made[0].values["decision"] == SAME_DEPOSIT
    return tr("Link two sightings of one deposit") if same else tr("Tell two deposits apart")


def _told(record: Record) -> dict[str, Any]:
    """What ``--json`` tells of a sighting."""
    longitude, latitude = record.position or (None, None)
    about = ("accuracy_m", "position_source", "host_rock", "locality", "observer", "observed_at")
    return {"uuid": record.uuid, "longitude": longitude, "latitude": latitude, **{n: record.get(n) for n in about}}
