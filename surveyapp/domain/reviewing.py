"""What a reviewer's decision does: the record that keeps it, the revision that moves a sighting's status, and who may.

A decision was made on a record as it stood at the revisions that the reviewer saw. It is kept as a record of the layer
``review`` whose uuid follows from what it says, and it moves ``review_status`` by a revision made *upon the revisions
seen*, as if the reviewer had sat at the file. Everything else is the ordinary merge (:mod:`surveyapp.domain.merge`):
what the geologist edited meanwhile combines with it, and two reviewers who disagree are a conflict. The ids of these
revisions follow from what is in them, so that the same file of decisions is the same history in every office.

Two kinds of later moves do not stand against a decision, though the reviewer did not see them: the steps of the work
(submitted, received), and what the same reviewer had decided before.
"""

from __future__ import annotations

import hashlib
import json
import uuid as _uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.fields import LAYER_BY_NAME, SIGHTING
from surveyapp.domain.likeness import SAME_DEPOSIT, pair_id
from surveyapp.domain.lineage import REVIEW, with_ancestors
from surveyapp.domain.merge import (
    INSERT,
    RESOLVE,
    UPDATE,
    WITHDRAW,
    Revision,
    deterministic_revision,
    record_state,
)
from surveyapp.domain.records import Value
from surveyapp.domain.template import ANYONE, Template
from surveyapp.domain.validation import WARNING, Issue
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.words import tr

STATUS = "review_status"
DRAFT, SUBMITTED, RECEIVED, HAS_ISSUES, ACCEPTED, REJECTED = VOCABULARIES[STATUS].codes
SAME_AS = "same-as"
"""The verdict that gives no status: it says of two sightings that they are of one deposit."""

VERDICTS = VOCABULARIES["verdict"].codes
DECIDED = (HAS_ISSUES, ACCEPTED, REJECTED)
"""The verdicts that are statuses too."""

STEPS = (DRAFT, SUBMITTED, RECEIVED)
"""The statuses of the work before anybody decided."""

MOVES: dict[str, frozenset[str]] = {
    DRAFT: frozenset({SUBMITTED}),
    SUBMITTED: frozenset({RECEIVED, *DECIDED}),
    RECEIVED: frozenset(DECIDED),
    HAS_ISSUES: frozenset({SUBMITTED, RECEIVED, ACCEPTED, REJECTED}),
    ACCEPTED: frozenset({HAS_ISSUES, REJECTED}),
    REJECTED: frozenset({HAS_ISSUES, ACCEPTED}),
}
"""Where a status may go by an edit. Work goes forward: the geologist submits, the office receives, a reviewer decides
(also without the office having marked it received). What has issues is submitted again once it is mended. A decision
may be decided anew, and never falls back to a step of the work by itself. Besides, whoever observed or recorded a
sighting may make a draft of it again at any time, to work on it; an office that names who may give "draft" rules that
too. An empty status is a draft."""

_NAMESPACE = _uuid.UUID("6f1c7f4e-0c5a-5f0e-9a52-2d6b8a1f4c33")
"""Our own namespace for UUIDv5 (RFC 9562, 5.5). Never to be changed: every review hangs on it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as it was made on a page. ``revision``: the revision that was seen, or several joined with ``+``.
    ``field``: the field that it is about, empty for the whole record. ``decided_at``: UTC text."""

    layer: str
    record: str
    revision: str
    verdict: str
    field: str = ""
    reason: str = ""
    same_as: str = ""
    decided_at: str = ""

    @property
    def heads(self) -> tuple[str, ...]:
        """The revisions seen, sorted."""
        return tuple(sorted({name for name in self.revision.split("+") if name}))


@dataclass(frozen=True, slots=True)
class Decisions:
    """What one reviewer decided: a file of decisions. ``surveys``: uuids of those that the preview showed."""

    reviewer: str
    decisions: tuple[Decision, ...]
    surveys: tuple[str, ...] = ()
    title: str = ""
    built_at: str = ""
    saved_at: str = ""

    @property
    def change_set(self) -> str:
        """The change set of what this file writes. It follows from the decisions, whenever they were saved."""
        told = sorted(_told(one, self.reviewer) for one in self.decisions)
        return str(_uuid.uuid5(_NAMESPACE, _text(["decisions", self.reviewer, *told])))


def _told(decision: Decision, reviewer: str) -> list[str]:
    return [decision.layer, decision.record, "+".join(decision.heads), decision.verdict, decision.field,
            decision.reason, decision.same_as, reviewer, decision.decided_at]


def _text(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def review_uuid(decision: Decision, reviewer: str) -> str:
    """UUIDv5 of all that the decision says: the same decision is the same record, however often it arrives."""
    return str(_uuid.uuid5(_NAMESPACE, _text(["review", *_told(decision, reviewer)])))


def review_values(decision: Decision, reviewer: str) -> dict[str, Value]:
    """The fields of the review record, filled ones only."""
    told: dict[str, Value] = {
        "record_layer": decision.layer, "record_uuid": decision.record, "revision_seen": "+".join(decision.heads),
        "verdict": decision.verdict, "same_as_uuid": decision.same_as, "field_name": decision.field,
        "reason": decision.reason, "reviewer": reviewer, "decided_at": decision.decided_at,
    }
    return {name: value for name, value in told.items() if value}


# --- what was seen -----------------------------------------------------------------------------------


def seen(known: Iterable[Revision], heads: Iterable[str]) -> dict[str, Value] | None:
    """The record as it stood at these revisions; ``None`` where one of them is not among the ``known``, or the record
    was deleted then."""
    by_id = {r.revision: r for r in known}
    names = tuple(heads)
    if not names or any(name not in by_id for name in names):
        return None
    body = record_state(with_ancestors(names, by_id)).body
    return None if body is None else dict(body)


def differing(then: Mapping[str, Value], now: Mapping[str, Value]) -> tuple[str, ...]:
    """Names of the fields that changed, sorted. The status is left out: to move it is what a decision is for."""
    return tuple(sorted(n for n in {*then, *now} - {STATUS} if then.get(n) != now.get(n)))


# --- what a decision writes --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose decision it is, and where it is taken in. ``review``: uuid of its record."""

    reviewer: str
    decided_at: str
    review: str
    change_set: str
    device: str | None = None

    @property
    def initiator(self) -> str:
        return REVIEW + self.review


def status_upon(known: Sequence[Revision], decision: Decision, hand: Hand) -> Revision:
    """The revision that gives the sighting the status of the verdict, upon what the reviewer saw."""
    parents = _parents(known, decision.heads, hand)
    by_id = {r.revision: r for r in known}
    body = dict(record_state(with_ancestors(parents, by_id)).body or {}) | {STATUS: decision.verdict}
    return _made(SIGHTING.name, decision.record, parents, UPDATE, frozenset({STATUS}), body, hand)


def review_upon(known: Sequence[Revision], decision: Decision, hand: Hand) -> Revision:
    """The revision that keeps the decision as a record. ``known``: of that record, where it was taken back."""
    parents = record_state(known).heads
    return _made("review", hand.review, parents, INSERT, None, review_values(decision, hand.reviewer), hand)


def pair_upon(known: Sequence[Revision], decision: Decision, hand: Hand) -> Revision:
    """The revision that answers the pair of a ``same-as``. It has not seen other answers, so that another one is a
    conflict; one that was taken back is given anew. Why is in the review: told here too, it would differ between two
    reviewers who agree."""
    first, second = sorted((decision.record, decision.same_as))
    state = record_state(known)
    parents = state.heads if state.body is None else ()
    body: dict[str, Value] = {"first_uuid": first, "second_uuid": second, "decision": SAME_DEPOSIT}
    return _made("likely_duplicate", pair_id(first, second), parents, INSERT, None, body, hand)


def _made(layer: str, record: str, parents: tuple[str, ...], operation: str, changed: frozenset[str] | None,
          body: dict[str, Value], hand: Hand) -> Revision:
    told = [deterministic_revision(layer, record, parents, operation, changed, body), hand.initiator, hand.change_set,
            hand.reviewer, hand.decided_at]
    # All that the merge reads of a revision is in its id, so that no two revisions of one id can differ in it.
    name = hashlib.sha256(_text(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Revision(name, layer, record, parents, operation, changed, body, hand.reviewer, hand.device,
                    hand.decided_at, hand.change_set, hand.initiator)


def _parents(known: Sequence[Revision], heads: Iterable[str], hand: Hand) -> tuple[str, ...]:
    """What was seen, and upon it the moves that a decision overrules: steps of the work, and what the same reviewer
    had decided before."""
    by_id = {r.revision: r for r in known}
    upon = {r.revision for r in with_ancestors(heads, by_id)}
    moves = [r for r in known if r.revision not in upon and _overruled(r, hand)]
    grown = True
    while grown:
        more = {r.revision for r in moves if r.parents and upon.issuperset(p for p in r.parents if p in by_id)} - upon
        grown = bool(more)
        upon |= more
    covered = {parent for name in upon for parent in by_id[name].parents}
    return tuple(sorted(upon - covered))


def _overruled(revision: Revision, hand: Hand) -> bool:
    if revision.operation not in (UPDATE, RESOLVE) or revision.changed != frozenset({STATUS}) or not revision.body:
        return False
    own = _time_of(revision) < (hand.decided_at, hand.review) and _is_of(revision, hand.reviewer)
    return own or (revision.body.get(STATUS) or DRAFT) in STEPS


def _is_of(revision: Revision, reviewer: str) -> bool:
    return (revision.initiator or "").startswith(REVIEW) and same_person(revision.author, reviewer)


def _time_of(revision: Revision) -> tuple[str, str]:
    """When a decision was made, and its review to tell two of one moment apart."""
    return revision.at or "", (revision.initiator or "").removeprefix(REVIEW)


def stands(known: Iterable[Revision], revision: Revision) -> bool:
    """Whether what the revision wrote was not taken back by an undo."""
    undone = sum((r.initiator == f"undo:{revision.change_set}") - (r.initiator == f"redo:{revision.change_set}")
                 for r in known)
    return undone <= 0


def applied(known: Sequence[Revision], review: str) -> bool:
    """Whether a review moved this record already."""
    return any(r.initiator == REVIEW + review and stands(known, r) for r in known)


def overtaken(known: Sequence[Revision], hand: Hand) -> bool:
    """Whether the same reviewer decided later on this record."""
    return any(_is_of(r, hand.reviewer) and _time_of(r) > (hand.decided_at, hand.review) and stands(known, r)
               for r in known)


# --- who may -----------------------------------------------------------------------------------------


def may_move(template: Template, author: str | None, old: Value, new: Value) -> bool:
    """Whether the office lets this person give a sighting the status ``new``. Names are compared without regard to
    case and spaces around them."""
    names = template.may.get(str(new or DRAFT))
    if names is None or ANYONE in names or (old or DRAFT) == (new or DRAFT):
        return True
    return any(same_person(author, name) for name in names)


def refusal(template: Template, author: str | None, old: Value, new: Value, *, own: bool) -> str | None:
    """Why an edit may not move a status, in one sentence; ``None`` where it may. ``own``: the author observed or
    recorded the sighting."""
    was, wanted = str(old or DRAFT), str(new or DRAFT)
    if was == wanted:
        return None
    label = VOCABULARIES[STATUS].label
    if wanted == DRAFT and DRAFT not in template.may:
        return None if own else tr("Only who observed or recorded a sighting may make a draft of it again.")
    if wanted != DRAFT and wanted not in MOVES.get(was, (wanted,)):
        ways = tr(", ").join(label(code) for code in VOCABULARIES[STATUS].codes if code in MOVES[was])
        return tr("A sighting that is “{old}” cannot become “{new}”; from there it goes to: {ways}.",
                  old=label(was), new=label(wanted), ways=ways)
    if not may_move(template, author, was, wanted):
        return who_may(template, wanted)
    return None


def who_may(template: Template, status: str) -> str:
    """The sentence that names who may give a status."""
    names = tr(", ").join(template.may.get(status, ())) or tr("nobody")
    return tr("The office lets only these people give the status “{status}”: {names}.",
              status=VOCABULARIES[STATUS].label(status), names=names)


def same_person(a: Value, b: Value) -> bool:
    """Whether two names are of one person, without regard to case and spaces."""
    return bool(_plain(a)) and _plain(a) == _plain(b)


def _plain(name: Value) -> str:
    return " ".join(str(name or "").split()).casefold()


def status_issue(known: Sequence[Revision], template: Template) -> Issue | None:
    """The finding that the status of a sighting stands only on a move by somebody who may not make it (in another
    program, say); ``None`` where there is none. ``known``: the history of that sighting."""
    state = record_state(known)
    status = str((state.body or {}).get(STATUS) or DRAFT)
    if state.body is None or status not in template.may:
        return None
    gave = _gave(known, status)
    by_id = {r.revision: r for r in known}
    if not gave or any(may_move(template, r.author, _before(r, by_id), status) for r in gave):
        return None
    last = gave[-1]
    told = tr("{who} gave the status “{status}”. {rule}", who=last.author or tr("Somebody unknown"),
              status=VOCABULARIES[STATUS].label(status), rule=who_may(template, status))
    return Issue(WARNING, "status-not-allowed", SIGHTING.name, last.record, STATUS, told, 2)


def _gave(known: Sequence[Revision], status: str) -> list[Revision]:
    """The revisions that wrote this status and that no later writing of the status has seen. An undo and what was taken
    back write nothing of their own."""
    by_id = {r.revision: r for r in known}
    wrote = [r for r in known if r.operation != WITHDRAW and r.body is not None and stands(known, r)
             and (r.changed is None or STATUS in r.changed) and not (r.initiator or "").startswith(("undo:", "redo:"))]
    above = {a.revision for r in wrote for a in with_ancestors(r.parents, by_id)}
    return [r for r in wrote if r.revision not in above and ((r.body or {}).get(STATUS) or DRAFT) == status]


def _before(revision: Revision, by_id: Mapping[str, Revision]) -> Value:
    """The status that a revision moved on from. Who decides a conflict gives the status, whichever it takes."""
    if revision.operation == RESOLVE:
        return None
    return (record_state(with_ancestors(revision.parents, by_id)).body or {}).get(STATUS)


def field_label(layer: str, name: str) -> str:
    """A field's title, or its bare name where it is an office's own or none at all."""
    known = LAYER_BY_NAME[layer].field(name) if layer in LAYER_BY_NAME else None
    return known.label if known else name
