"""What a file of decisions would do, row by row, and taking the chosen rows in: on the storage thread. No Qt."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from surveyapp.domain import changes
from surveyapp.domain import reviewing as rules
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, SIGHTING
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record
from surveyapp.domain.reviewing import SAME_AS, STATUS, SUBMITTED, Decision, Decisions, field_label
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadInput, Refused
from surveyapp.services import review_outcomes as kinds
from surveyapp.services import reviewing
from surveyapp.services.review_outcomes import Outcome, Report
from surveyapp.services.session import Session
from surveyapp.ui.forms.history_text import FieldChange, isolated, readable
from surveyapp.ui.itemmodels.places import caption
from surveyapp.words import mark, ntr, tr

STATES: dict[str, str] = {
    kinds.MOVED: mark("will be applied"),
    kinds.NOTED: mark("will be kept as words; the status stays"),
    kinds.LINKED: mark("will be linked as one deposit"),
    kinds.KNOWN: mark("already taken in"),
    kinds.OVERTAKEN: mark("will be kept as words; the same reviewer decided later"),
    kinds.STALE: mark("changed since the reviewer saw it"),
    kinds.REFUSED: mark("not allowed; will be kept as words"),
    kinds.TAKEN_BACK: mark("was taken in before, and taken back"),
    kinds.NOT_KNOWN: mark("not known here"),
    kinds.DELETED: mark("deleted since"),
    kinds.OTHER_SURVEY: mark("of another survey"),
    kinds.NO_SUCH: mark("the other sighting is not known here"),
}
"""What would come of a decision, in a few words."""

_LOOK_FIRST = (kinds.STALE, kinds.REFUSED, kinds.TAKEN_BACK, kinds.NOT_KNOWN, kinds.DELETED, kinds.OTHER_SURVEY,
               kinds.NO_SUCH)
_NOTHING = frozenset({kinds.KNOWN, kinds.NOT_KNOWN, kinds.DELETED, kinds.OTHER_SURVEY, kinds.NO_SUCH})
"""Of these nothing can be taken in."""


@dataclass(frozen=True, slots=True)
class Row:
    """One decision of a file and what would come of it. ``place``: its place in the file. ``outcome``: as it comes;
    ``if_applied``: where the person agrees to what changed since, or to take it in again (``None``: there is nothing to
    agree to). ``changes``: what the record said when the reviewer saw it, and says now."""

    place: int
    decision: Decision
    reviewer: str
    caption: str
    where: str
    outcome: Outcome
    if_applied: Outcome | None = None
    changes: tuple[FieldChange, ...] = ()

    @property
    def takeable(self) -> bool:
        """Whether anything can be taken in of it."""
        return self.outcome.kind not in _NOTHING

    @property
    def asks_to_apply(self) -> bool:
        """Whether a person may say that it is to be applied all the same."""
        return self.if_applied is not None

    @property
    def taken_back(self) -> bool:
        """Whether it was taken in before and taken back: there is nothing to take in but all of it again."""
        return self.outcome.kind == kinds.TAKEN_BACK

    @property
    def verdict(self) -> str:
        """The verdict, with the field that it is about."""
        told = VOCABULARIES["verdict"].label(self.decision.verdict)
        if not self.decision.field:
            return told
        return f"{told} ({field_label(self.decision.layer, self.decision.field)})"

    def coming(self, *, apply: bool) -> Outcome:
        """What would come of it."""
        return self.if_applied if apply and self.if_applied is not None else self.outcome

    def state(self, *, apply: bool = False) -> tuple[str, str]:
        """What would come of it in a few words, and the tone to tell it in."""
        coming = self.coming(apply=apply)
        if coming.conflict:
            return tr("opens a disagreement"), "danger"
        told = tr(STATES[coming.kind])
        if coming.kind == kinds.MOVED and coming.moved is not None:
            label = VOCABULARIES[STATUS].label
            old, new = (label(code) for code in coming.moved)
            told = tr("will be applied: {old} becomes {new}", old=old, new=new)
        if coming.kind in kinds.FINDINGS:
            return told, "warning"
        return told, "good" if coming.kind in (kinds.MOVED, kinds.LINKED) else "muted"

    def sentence(self, *, apply: bool = False) -> str:
        """What would come of it, as a sentence, with why."""
        coming = self.coming(apply=apply)
        if coming.kind == kinds.STALE:  # which fields changed is shown beside it
            return tr(
                "Changed since the reviewer saw it. Unless you apply it, it is kept as words and the status stays."
            )
        told, _tone = self.state(apply=apply)
        extra = [coming.message]
        if coming.not_submitted:
            extra.append(tr("It had not been submitted."))
        return " ".join([f"{told[:1].upper()}{told[1:]}.", *filter(None, extra)])


@dataclass(frozen=True, slots=True)
class Tried:
    """A file of decisions and its rows; those that a person should look at come first."""

    name: str
    decisions: Decisions
    rows: tuple[Row, ...]

    @property
    def heading(self) -> str:
        """Whose decisions, and of what."""
        count = len(self.rows)
        told = ntr("{n} decision by {reviewer}", "{n} decisions by {reviewer}", count, reviewer=self.decisions.reviewer)
        return f"{told} ({isolated(self.name)})"


def tried(session: Session, name: str, decisions: Decisions, progress: Progress | None = None) -> Tried:
    """What the decisions would do. Writes nothing, and works where the file may only be read."""
    dry = reviewing.take_in(session, decisions, dry_run=True, progress=progress)
    forced = reviewing.take_in(session, decisions, apply_changed=True, dry_run=True, progress=progress)
    rows = []
    for place, (outcome, other) in enumerate(zip(dry.outcomes, forced.outcomes, strict=True)):
        asks = outcome.kind in (kinds.STALE, kinds.TAKEN_BACK)
        rows.append(_row(session, place, decisions.reviewer, outcome, other if asks else None))
    return Tried(name, decisions, tuple(sorted(rows, key=_order)))


def _order(row: Row) -> tuple[int, int]:
    if row.outcome.conflict or row.outcome.kind in _LOOK_FIRST:
        return 0, row.place
    return (2 if row.outcome.kind == kinds.KNOWN else 1), row.place


def _row(session: Session, place: int, reviewer: str, outcome: Outcome, if_applied: Outcome | None) -> Row:
    made = outcome.decision
    record = session.file.get(made.layer, made.record)
    called = caption(session, made.layer, made.record)
    names = outcome.changed or (if_applied.changed if if_applied is not None else ())
    differ = _changes(session, made, record, names) if record is not None else ()
    return Row(place, made, reviewer, called, _where(record), outcome, if_applied, differ)


def _where(record: Record | None) -> str:
    """District and province, or the position."""
    if record is None or record.layer != SIGHTING.name:
        return ""
    named = [isolated(text) for name in ("district", "province") if (text := record.text(name))]
    if not named and record.position is not None:
        longitude, latitude = record.position
        return f"{latitude:.5f}, {longitude:.5f}"
    return tr(", ").join(named)


def _changes(session: Session, made: Decision, record: Record, names: Sequence[str]) -> tuple[FieldChange, ...]:
    then = rules.seen(session.file.revisions(made.layer, made.record), made.heads) or {}
    return tuple(
        FieldChange(name, _title(made.layer, name), readable(made.layer, name, then.get(name)),
                    readable(made.layer, name, record.get(name)))
        for name in names
    )


def _title(layer: str, name: str) -> str:
    if name == GEOMETRY:
        return tr("Position") if LAYER_BY_NAME[layer].geometry == "POINT" else tr("Line on the map")
    return field_label(layer, name)


# --- taking in ---------------------------------------------------------------------------------------


def take_chosen(
    session: Session,
    decisions: Decisions,
    chosen: Collection[int],
    applied: Collection[int],
    progress: Progress | None = None,
) -> Report:
    """Take in the decisions at the ``chosen`` places of a file, those of ``applied`` also where the record changed
    since or where they were taken back. One press of undo takes all of it back."""
    given = decisions.decisions
    all_the_same = {rules.review_uuid(given[place], decisions.reviewer) for place in applied}
    part = replace(decisions, decisions=tuple(given[place] for place in sorted(chosen)))
    return reviewing.take_in(session, part, apply_changed=all_the_same, progress=progress)


def told(report: Report) -> str:
    """What came of it, in one sentence."""
    words = report.count(kinds.NOTED) + report.count(kinds.OVERTAKEN)
    changed, refused = report.count(kinds.STALE), report.count(kinds.REFUSED)
    nothing = sum(report.count(kind) for kind in (kinds.TAKEN_BACK, *(_NOTHING - {kinds.KNOWN})))
    there, linked = report.count(kinds.KNOWN), report.count(kinds.LINKED)
    parts = [ntr("{n} status moved", "{n} statuses moved", report.count(kinds.MOVED))]
    for count, text in (
        (linked, ntr("{n} pair linked as one deposit", "{n} pairs linked as one deposit", linked)),
        (words, ntr("{n} kept as words", "{n} kept as words", words)),
        (changed, ntr("{n} kept as words because the record changed", "{n} kept as words because the record changed",
                      changed)),
        (refused, ntr("{n} kept as words because it is not allowed", "{n} kept as words because it is not allowed",
                      refused)),
        (there, ntr("{n} was there already", "{n} were there already", there)),
        (nothing, ntr("{n} could not be taken in", "{n} could not be taken in", nothing)),
        (len(report.conflicts), ntr("{n} disagreement is open", "{n} disagreements are open", len(report.conflicts))),
    ):
        if count:
            parts.append(text)
    return tr("From {reviewer}: {what}.", reviewer=isolated(report.reviewer), what=tr(", ").join(parts))


# --- verdicts by hand --------------------------------------------------------------------------------


def refusals(session: Session, uuids: Sequence[str], status: str) -> tuple[list[str], str]:
    """Which of these sightings the session's author may give a status, and why not of the first that is refused."""
    may, why = [], ""
    for record in session.file.records(SIGHTING.name, uuids):
        refusal = reviewing.move_refusal(session, record, status)
        if refusal is None:
            may.append(record.uuid)
        else:
            why = why or refusal
    return may, why


def give_verdict(session: Session, uuids: Sequence[str], verdict: str, reason: str, field: str) -> str:
    """Decide on sightings by hand, as the session's author; returns one sentence. Those that may not get the status are
    left out and counted."""
    may, why = refusals(session, uuids, verdict) if verdict != SAME_AS else (list(uuids), "")
    if not may:
        return why
    report = reviewing.take_in(session, reviewing.decisions_for(session, may, verdict, reason, field=field))
    left = len(uuids) - len(may)
    if not left:
        return told(report)
    rest = ntr("{n} sighting was left as it is: {why}", "{n} sightings were left as they are: {why}", left, why=why)
    return f"{told(report)} {rest}"


# --- remarks and their answers ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Open:
    """A reviewer's words on a sighting that ask for an answer. ``record``: the sighting's uuid."""

    review: str
    record: str
    caption: str
    verdict: str
    field: str
    reason: str
    reviewer: str
    decided_at: str


MANY = 50
"""Of more selected sightings than this it is found out only when it is asked for who may give them a status."""


def reasons(session: Session, uuids: Sequence[str], statuses: Mapping[str, str]) -> dict[str, str]:
    """Why none of these sightings may get the status of an action, by its id; of other actions nothing is said."""
    if not 0 < len(uuids) <= MANY:
        return {}
    records = list(session.file.records(SIGHTING.name, uuids))
    found = {}
    for action, status in statuses.items():
        whys = [reviewing.move_refusal(session, record, status) for record in records]
        if whys and all(whys):
            found[action] = str(whys[0])
        elif status in rules.STEPS and all(w or r.get(STATUS) == status for w, r in zip(whys, records, strict=True)):
            found[action] = tr("It is “{status}” already.", status=VOCABULARIES[STATUS].label(status))
    return found


def unanswered(session: Session) -> tuple[Open, ...]:
    """Remarks that nobody has answered, the newest first: all but acceptances without words, on sightings that are
    there."""
    columns = session.file.columns(
        "review", ["uuid", "record_layer", "record_uuid", "verdict", "field_name", "reason", "reviewer", "decided_at",
                   "answer"]
    )
    there = set(session.file.columns(SIGHTING.name, ["uuid"])["uuid"])
    found = []
    for review, layer, record, verdict, field, reason, who, when, answer in zip(*columns.values(), strict=True):
        wants = asks_for_answer(Record("review", review, {"verdict": verdict, "reason": reason, "answer": answer}))
        if wants and (layer or SIGHTING.name) == SIGHTING.name and record in there:
            found.append(Open(review, record, "", verdict or "", field or "", reason or "", who or "", when or ""))
    found.sort(key=lambda one: (one.decided_at, one.review), reverse=True)
    return tuple(replace(one, caption=caption(session, SIGHTING.name, one.record)) for one in found)


def deal_with(session: Session, uuid: str) -> str:
    """The geologist has mended what the reviewers said of a sighting: remarks without an answer get one, and the
    sighting is submitted again, in one step. Returns one sentence."""
    record = session.file.get(SIGHTING.name, uuid)
    if record is None:
        raise BadInput(tr("The sighting is not in the file any more."))
    why = reviewing.move_refusal(session, record, SUBMITTED)
    if why is not None:
        raise Refused(why)
    made = [
        changes.update("review", one.uuid, {"answer": tr("Dealt with.")}, one.values)
        for one in session.file.children("review", "record", uuid) if asks_for_answer(one)
    ]
    if record.get(STATUS) != SUBMITTED:
        made.append(changes.update(SIGHTING.name, uuid, {STATUS: SUBMITTED}, record.values))
    if made:
        session.apply(ChangeSet(tuple(made), tr("Dealt with; submit again")), "status")
    return tr("Dealt with, and submitted again.")


def asks_for_answer(review: Record) -> bool:
    """Whether a review has no answer and is more than an acceptance without words."""
    return not review.get("answer") and (review.get("verdict") != "accepted" or bool(review.get("reason")))
