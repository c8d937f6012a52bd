"""Review: decisions taken in, statuses moved, remarks shown and answered.

What a decision means and writes is :mod:`surveyapp.domain.reviewing`'s. Here it is looked up what each file holds, and
everything of one file of decisions is written in one transaction, as one step of undo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from surveyapp.domain import changes, reviewing
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import LAYER_BY_NAME, SIGHTING
from surveyapp.domain.likeness import pair_id
from surveyapp.domain.lineage import REVIEW, with_ancestors
from surveyapp.domain.merge import Conflict, Revision, record_state
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record, Value, new_uuid, utc_text
from surveyapp.domain.reviewing import (
    DECIDED,
    DRAFT,
    RECEIVED,
    SAME_AS,
    STATUS,
    SUBMITTED,
    Decision,
    Decisions,
    Hand,
)
from surveyapp.domain.template import EMPTY, Template
from surveyapp.domain.validation import Issue
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadInput, Refused
from surveyapp.services import review_outcomes as outcomes
from surveyapp.services import templates
from surveyapp.services.review_outcomes import Outcome, Report
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import ntr, tr

_PAIRS = "likely_duplicate"


# --- decisions ---------------------------------------------------------------------------------------


def take_in(session: Session, decisions: Decisions, *, apply_changed: bool | Collection[str] = False,
            dry_run: bool = False, progress: Progress | None = None) -> Report:
    """Take a reviewer's decisions in, in one transaction that undo takes back whole.

    A decision on a record that changed since is kept, and does not move the status, unless ``apply_changed`` (for all,
    or for the reviews of these uuids); so does, with it, one that was taken back. Nothing is written where a decision
    is known already. Raises ``Refused`` where the file may only be read, and then nothing is written.
    """
    plan = _Plan(session, decisions, apply_changed)
    given = decisions.decisions
    found: dict[int, Outcome] = {}
    # By time, whatever their order in the file, so that what comes of them is the same everywhere.
    for number, place in enumerate(sorted(range(len(given)), key=lambda at: plan.moment(given[at]))):
        if number % 100 == 0 and progress is not None:
            progress.step(number, len(given), tr("reading decisions"))
        found[place] = plan.taken(given[place])
    if plan.made and not dry_run:
        label = ntr("Take in {n} decision by {reviewer}", "Take in {n} decisions by {reviewer}", len(plan.made_of),
                    reviewer=decisions.reviewer)
        session.add_revisions(plan.made, label)
    return Report(decisions.reviewer, decisions.title, tuple(found[place] for place in range(len(given))), dry_run)


def decisions_for(session: Session, uuids: Iterable[str], verdict: str, reason: str = "", *, field: str = "",
                  same_as: str = "", layer: str = SIGHTING.name) -> Decisions:
    """Decisions of the session's author on records as they stand now, for :func:`take_in`. Raises ``BadInput`` for a
    record that is not there, or a verdict without what it needs."""
    if verdict not in reviewing.VERDICTS or (verdict == SAME_AS) != bool(same_as):
        raise BadInput(tr("Say accepted, has-issues or rejected; or same-as with the other sighting."))
    made, now = [], utc_text()
    for uuid in dict.fromkeys(uuids):
        heads = record_state(session.file.revisions(layer, uuid)).heads
        if not heads or session.file.get(layer, uuid) is None:
            raise BadInput(tr("There is no {layer} {uuid} in {name}.", layer=tr(LAYER_BY_NAME[layer].title).lower(),
                              uuid=uuid, name=session.file.path.name))
        if uuid == same_as:
            raise BadInput(tr("A sighting is the same as itself; choose another one."))
        made.append(Decision(layer, uuid, "+".join(heads), verdict, field, reason.strip(), same_as, now))
    surveys = tuple(survey.uuid for survey in session.file.surveys())
    return Decisions(session.author, tuple(made), surveys, session.title, now, now)


@dataclass(slots=True)
class _Plan:
    """What a file of decisions comes to in this survey. Reads only; ``made`` is to be written, ``made_of`` are the
    reviews that it is of. Histories are kept as they will be, because a file may have several decisions on a record."""

    session: Session
    decisions: Decisions
    apply_changed: bool | Collection[str]
    made: list[Revision] = field(default_factory=list)
    made_of: set[str] = field(default_factory=set)
    _histories: dict[tuple[str, str], list[Revision]] = field(default_factory=dict)
    _last: dict[str, str] = field(default_factory=dict)
    _templates: dict[str, Template] = field(default_factory=dict)
    _change_set: str = ""
    _again: str = field(default_factory=new_uuid)

    def __post_init__(self) -> None:
        self._templates = templates.all_of(self.session.file)[0]
        self._change_set = self.decisions.change_set
        deciding = [one for one in self.decisions.decisions if one.layer == SIGHTING.name and one.verdict in DECIDED]
        self._last = {one.record: self.moment(one)[1] for one in sorted(deciding, key=self.moment)}

    def moment(self, decision: Decision) -> tuple[str, str]:
        """When it was made, and the uuid of its review."""
        return decision.decided_at, reviewing.review_uuid(decision, self.decisions.reviewer)

    def _applies(self, review: str) -> bool:
        """Whether a decision counts although its record changed since or it was taken back."""
        return self.apply_changed if isinstance(self.apply_changed, bool) else review in self.apply_changed

    def taken(self, decision: Decision) -> Outcome:
        """Decide what becomes of it, and note down what has to be written."""
        review = reviewing.review_uuid(decision, self.decisions.reviewer)
        known = self._known(decision.layer, decision.record)
        then, now = reviewing.seen(known, decision.heads), record_state(known).body
        told = Outcome("", decision, review, caption=_caption(decision.layer, now or then or {}))
        if amiss := self._amiss(told, known, then, now):
            return amiss
        assert then is not None
        assert now is not None
        past = self._known("review", review)
        present = record_state(past).body is not None
        if past and not present and not self._applies(review):
            return replace(told, kind=outcomes.TAKEN_BACK,
                           message=tr("Apply decisions on changed records to take it in again."))
        again = bool(past) and (not present or self._again in {r.change_set for r in past})
        hand = Hand(self.decisions.reviewer, decision.decided_at, review,
                    self._again if again else self._change_set, self.session.device)
        told = replace(told, changed=reviewing.differing(then, now))
        if not present:
            self._write(reviewing.review_upon(past, decision, hand))
        if decision.layer != SIGHTING.name:
            return self._noted(told, present)
        if decision.verdict == SAME_AS:
            return self._linked(told, hand, present)
        return self._moved(told, known, hand, present)

    def _amiss(self, told: Outcome, known: Sequence[Revision], then: Mapping[str, Value] | None,
               now: Mapping[str, Value] | None) -> Outcome | None:
        """Why nothing can be written of it."""
        decision = told.decision
        if not known and self.decisions.surveys and not set(self.decisions.surveys) & set(self._templates):
            return replace(told, kind=outcomes.OTHER_SURVEY,
                           message=tr("Its survey is not in this file: {title}.", title=self.decisions.title or "?"))
        if not known:
            return replace(told, kind=outcomes.NOT_KNOWN,
                           message=tr("The record is not in this file; merge the package that it comes from first."))
        if now is None:
            return replace(told, kind=outcomes.DELETED)
        if then is None:
            return replace(told, kind=outcomes.NOT_KNOWN,
                           message=tr("This file does not have the version that the reviewer saw; merge the package "
                                      "that it comes from first."))
        if decision.verdict == SAME_AS and record_state(self._known(SIGHTING.name, decision.same_as)).body is None:
            return replace(told, kind=outcomes.NO_SUCH, message=tr("It is said to be the same as {uuid}.",
                                                                  uuid=decision.same_as))
        return None

    def _noted(self, told: Outcome, present: bool) -> Outcome:
        return replace(told, kind=outcomes.KNOWN if present else outcomes.NOTED)

    def _linked(self, told: Outcome, hand: Hand, present: bool) -> Outcome:
        decision = told.decision
        pair = pair_id(decision.record, decision.same_as)
        known = self._known(_PAIRS, pair)
        if reviewing.applied(known, hand.review):
            return self._noted(told, present)
        if not self._write(reviewing.pair_upon(known, decision, hand)):
            return self._noted(told, present)
        return self._disputed(replace(told, kind=outcomes.LINKED), _PAIRS, pair, "decision")

    def _moved(self, told: Outcome, known: Sequence[Revision], hand: Hand, present: bool) -> Outcome:
        decision = told.decision
        if self._last.get(decision.record) != hand.review or reviewing.applied(known, hand.review):
            return self._noted(told, present)
        if reviewing.overtaken(known, hand):
            return replace(told, kind=outcomes.KNOWN if present else outcomes.OVERTAKEN)
        move = reviewing.status_upon(known, decision, hand)
        by_id = {r.revision: r for r in known}
        before = (record_state(with_ancestors(move.parents, by_id)).body or {}).get(STATUS) or DRAFT
        template = self._template(move)
        if not reviewing.may_move(template, hand.reviewer, before, decision.verdict):
            return replace(told, kind=outcomes.KNOWN if present else outcomes.REFUSED,
                           message=reviewing.who_may(template, decision.verdict))
        told = replace(told, not_submitted=before == DRAFT)
        if told.changed and not self._applies(told.review):
            names = tr(", ").join(reviewing.field_label(decision.layer, name) for name in told.changed)
            return replace(told, kind=outcomes.KNOWN if present else outcomes.STALE,
                           message=tr("Changed since: {fields}.", fields=names))
        label, stood = VOCABULARIES[STATUS].label, (record_state(known).body or {}).get(STATUS)
        if not self._write(move):
            return self._noted(told, present)
        if stood == decision.verdict:  # one more voice, which counts where another one says otherwise
            told = replace(told, kind=outcomes.NOTED, message=tr("It is so already."))
        else:
            told = replace(told, kind=outcomes.MOVED, moved=(str(before), decision.verdict),
                           message=tr("It was: {status}.", status=label(before)))
        return self._disputed(told, decision.layer, decision.record, STATUS)

    def _disputed(self, told: Outcome, layer: str, record: str, name: str) -> Outcome:
        """With the conflict that is open now, where there is one."""
        found = next((c for c in record_state(self._known(layer, record)).conflicts if c.field == name), None)
        if found is None:
            return told
        return replace(told, conflict=found.conflict,
                       message=f"{told.message} {_disagreement(found, self.decisions.reviewer)}".strip())

    def _template(self, move: Revision) -> Template:
        named = (move.body or {}).get("survey_uuid")
        if named is None and len(self._templates) == 1:
            return next(iter(self._templates.values()))
        return self._templates.get(str(named), EMPTY)

    def _known(self, layer: str, record: str) -> list[Revision]:
        key = (layer, record)
        if key not in self._histories:
            self._histories[key] = self.session.file.revisions(layer, record)
        return self._histories[key]

    def _write(self, revision: Revision) -> bool:
        """Note down that it has to be written; whether it has to."""
        known = self._known(revision.layer, revision.record)
        if any(r.revision == revision.revision for r in known):
            return False
        known.append(revision)
        self.made.append(revision)
        self.made_of.add((revision.initiator or "").removeprefix(REVIEW))
        return True


def _caption(layer: str, body: Mapping[str, Value]) -> str:
    """What people call a record: its caption, or a sighting's gem."""
    definition = LAYER_BY_NAME[layer]
    record = Record(layer, "", body)
    names = [definition.caption, "gem"] if layer == SIGHTING.name else [definition.caption]
    return next((text for name in names if name and (text := record.text(name))), "")


def _disagreement(conflict: Conflict, reviewer: str) -> str:
    others = sorted({str(v.author or tr("Somebody unknown")) for v in conflict.values} - {reviewer})
    return tr("{others} decided otherwise, so there is a conflict to decide.",
              others=tr(", ").join(others) or reviewer)


# --- the steps of the work ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of statuses: uuids that moved, and (uuid, why) of those that did not."""

    moved: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()


def submit(session: Session, uuids: Iterable[str] | None = None) -> Moved:
    """Submit sightings for review, in one change set: those named (drafts, and again what has issues), or every
    draft."""
    return _move(session, uuids, (DRAFT,), SUBMITTED, lambda n: ntr("Submit {n} sighting", "Submit {n} sightings", n))


def receive(session: Session, uuids: Iterable[str] | None = None) -> Moved:
    """Mark sightings as received by the office, in one change set: those named, or all that were submitted."""
    return _move(session, uuids, (SUBMITTED,), RECEIVED,
                 lambda n: ntr("Mark {n} sighting as received", "Mark {n} sightings as received", n))


def _move(session: Session, uuids: Iterable[str] | None, usual: Sequence[str], status: str,
          label: Callable[[int], str]) -> Moved:
    if uuids is None:
        columns = session.file.columns(SIGHTING.name, ["uuid", STATUS])
        uuids = [u for u, was in zip(columns["uuid"], columns[STATUS], strict=True) if (was or DRAFT) in usual]
    asked = templates.all_of(session.file)[0]
    made, refused = [], []
    for record in session.file.records(SIGHTING.name, uuids):
        why = _refusal(session, record, status, asked)
        if why is not None:
            refused.append((record.uuid, why))
        elif (record.get(STATUS) or DRAFT) != status:
            made.append(changes.update(SIGHTING.name, record.uuid, {STATUS: status}, record.values))
    if made:
        session.apply(ChangeSet(tuple(made), label(len(made))), "status")
    return Moved(tuple(change.uuid for change in made), tuple(refused))


def check_edit(session: Session, records: Iterable[Record], values: Mapping[str, Value]) -> None:
    """Raises ``Refused`` where an edit gives a sighting a status that it may not get, or not by this author."""
    if STATUS not in values:
        return
    asked = templates.all_of(session.file)[0]
    for record in records:
        why = _refusal(session, record, values[STATUS], asked) if record.layer == SIGHTING.name else None
        if why is not None:
            raise Refused(why)


def move_refusal(session: Session, record: Record, status: Value) -> str | None:
    """Why the session's author may not give a sighting this status, in one sentence; ``None`` where that is fine."""
    return _refusal(session, record, status, templates.all_of(session.file)[0])


def _refusal(session: Session, record: Record, status: Value, asked: Mapping[str, Template]) -> str | None:
    named = record.get("survey_uuid")
    only = next(iter(asked.values())) if len(asked) == 1 else EMPTY
    template = only if named is None else asked.get(str(named), EMPTY)
    own = False
    if (status or DRAFT) == DRAFT:
        first = next(iter(session.file.revisions(SIGHTING.name, record.uuid)), None)
        known = (record.get("observer"), first.author if first else None)
        own = any(reviewing.same_person(session.author, name) for name in known)
    return reviewing.refusal(template, session.author, record.get(STATUS), status, own=own)


def standing(file: SurveyFile) -> dict[str, int]:
    """How many sightings have each status, in the order of the work; codes that are no status come last. An empty
    status counts as a draft."""
    counts = Counter(str(value or DRAFT) for value in file.columns(SIGHTING.name, [STATUS])[STATUS])
    codes = VOCABULARIES[STATUS].codes
    return {code: counts[code] for code in [*codes, *sorted(set(counts) - set(codes))]}


def status_issues(file: SurveyFile) -> Iterator[Issue]:
    """Sightings whose status was given by somebody whom their office does not let give it, in another program or
    before the office said so."""
    asked = {uuid: template for uuid, template in templates.all_of(file)[0].items() if template.may}
    if not asked:
        return
    columns = file.columns(SIGHTING.name, ["uuid", STATUS, "survey_uuid"])
    only = next(iter(asked)) if len(file.surveys()) == 1 else ""
    for uuid, status, named in zip(*columns.values(), strict=True):
        template = asked.get(str(named or only))
        if template is None or (status or DRAFT) not in template.may:
            continue
        issue = reviewing.status_issue(file.revisions(SIGHTING.name, uuid), template)
        if issue is not None:
            yield issue


# --- remarks and answers -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remark:
    """A decision as it is shown beside its record. ``changed_since``: whether the record says something else by now
    than what the reviewer saw (the status apart); ``None`` where this file does not have that version."""

    review: str
    layer: str
    record: str
    verdict: str
    field_name: str
    field_label: str
    reason: str
    reviewer: str
    decided_at: str
    answer: str
    same_as: str
    changed_since: bool | None


def remarks(source: Session | SurveyFile, record: str) -> list[Remark]:
    """What reviewers said of a record, newest first."""
    file = source.file if isinstance(source, Session) else source
    found = [_remark(file, review) for review in file.children("review", "record", record)]
    return sorted(found, key=lambda one: (one.decided_at, one.review), reverse=True)


def _remark(file: SurveyFile, review: Record) -> Remark:
    def text(name: str) -> str:
        return str(review.get(name) or "")

    layer, record = text("record_layer") or SIGHTING.name, text("record_uuid")
    known = file.revisions(layer, record)
    then = reviewing.seen(known, Decision(layer, record, text("revision_seen"), "").heads)
    now = record_state(known).body
    return Remark(
        review.uuid, layer, record, text("verdict"), text("field_name"),
        reviewing.field_label(layer, text("field_name")), text("reason"), text("reviewer"), text("decided_at"),
        text("answer"), text("same_as_uuid"),
        None if then is None else now is None or bool(reviewing.differing(then, now)),
    )


def answer(session: Session, review: str, text: str) -> bool:
    """Answer what a reviewer said; an empty text takes the answer away. Returns whether anything changed. Raises
    ``BadInput`` where there is no such review."""
    record = session.file.get("review", review)
    if record is None:
        raise BadInput(tr("There is no review {uuid} in {name}.", uuid=review, name=session.file.path.name))
    wanted = text.replace("\x00", "").strip() or None
    if record.get("answer") == wanted:
        return False
    change = changes.update("review", review, {"answer": wanted}, record.values)
    session.apply(ChangeSet((change,), tr("Answer a reviewer")), "answer")
    return True
