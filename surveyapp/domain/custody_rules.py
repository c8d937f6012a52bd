"""The chain of a sample: who held it, from the one who took it to the one who has it now, and where the chain breaks.

Handovers are written down as they happen and never changed; what was wrong is put right by another one (from and to
the same party where only the seal or the condition was written wrongly). A part that was split off has the chain of
its parent until then.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from surveyapp.domain.changes import INSERT, Change
from surveyapp.domain.fields import CUSTODY, SAMPLE
from surveyapp.domain.merge import DELETE, Revision
from surveyapp.domain.records import Record, moment_of
from surveyapp.domain.validation import WARNING, Issue
from surveyapp.errors import Refused
from surveyapp.words import tr

COLLECTED, HANDOVER, SPLIT = "collected", "handover", "split"
_LEVEL = 3
_TOLERANCE = timedelta(days=1)
"""So far in the future a time may lie: clocks of two offices differ."""
_SAME_HANDOVER = timedelta(hours=12)
"""Giver and taker each write the handover down; within this time it is one that was written down twice."""
_OFFICE = re.compile(r"\s*(?:[,،;(/·–—]|\s-\s)\s*")
_LETTERS = str.maketrans("يىكةۀه", "ییکہہہ")
"""Arabic letters as an Urdu keyboard writes them, so that one name typed on two keyboards is one name."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Where the chain breaks: ``code`` is that of the finding, ``field`` where it shows."""

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain. ``kind``: collected, handover or split (a part was split off). ``record``: the sample that
    was collected or split off, or the handover. ``sample``: whose step it is (``own`` is false for a parent's).
    ``at``: as the file keeps it. ``holder``: who has the sample after it. ``gaps``: between the step before and this.
    """

    kind: str
    record: Record
    sample: Record
    at: str
    holder: str
    own: bool
    gaps: tuple[Gap, ...] = ()


# --- parties -----------------------------------------------------------------------------------------


def same_party(one: object, other: object) -> bool:
    """Whether two texts name one party. They are "person" or "person, office"; a person alone is the same as that
    person with an office, and two offices have to agree. An unknown party is nobody's match."""
    first, second = _party(one), _party(other)
    if not first[0] or not second[0] or first[0] != second[0]:
        return False
    return not first[1] or not second[1] or first[1] == second[1]


def _party(text: object) -> tuple[str, str]:
    """(person, office), folded."""
    if not isinstance(text, str):
        return "", ""
    person, *office = _OFFICE.split(text.strip(), maxsplit=1)
    return _folded(person), _folded(office[0]) if office else ""


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    return "".join(c for c in plain if c.isalnum())


# --- the chain ---------------------------------------------------------------------------------------


def chain(
    sample: Record,
    samples: Mapping[str, Record],
    handovers: Mapping[str, Sequence[Record]],
    *,
    now: datetime | None = None,
) -> list[Step]:
    """The steps of a sample in the order of time, its parents' before it was split off among them.

    ``samples`` by uuid, ``handovers`` by the uuid of their sample, in any order. The result depends on what they say
    only. A handover without a time comes last.
    """
    moment = now or datetime.now(UTC)
    line = _line_of(sample, samples)
    steps: list[Step] = []
    for place, one in enumerate(line):
        ends = moment_of(line[place + 1].get("collected_at")) if place + 1 < len(line) else None
        own = place + 1 == len(line)
        steps = _begun(one, steps, own)
        rows = _in_order(handovers.get(one.uuid, ()))
        if not own:
            # Without a time of the split nobody can say what the parent went through before it.
            rows = [row for row in rows if ends is not None and _moment(row) is not None and _at_most(row, ends)]
        for number, row in enumerate(rows):
            steps.append(_handed(row, one, steps, rows[number + 1 :], own, moment))
    return steps


def _line_of(sample: Record, samples: Mapping[str, Record]) -> list[Record]:
    """The sample under its parents, the first ancestor first. A circle, which only another program can have written,
    ends where it closes."""
    line, seen = [sample], {sample.uuid}
    while (parent := samples.get(str(line[0].get("sample_uuid") or ""))) is not None and parent.uuid not in seen:
        seen.add(parent.uuid)
        line.insert(0, parent)
    return line


def _in_order(rows: Iterable[Record]) -> list[Record]:
    """By time; at the same time those first whose giver nobody of that time gave it to; those without a time last."""
    ordered = sorted(rows, key=lambda r: (_moment(r) is None, _moment(r) or datetime.min.replace(tzinfo=UTC), r.uuid))
    done: list[Record] = []
    while ordered:
        first = ordered[0]
        ties = [row for row in ordered if _moment(row) == _moment(first)]
        holder = str(done[-1].get("to_party") or "") if done else ""
        fitting = [row for row in ties if same_party(row.get("from_party"), holder)] or [
            row for row in ties
            if not any(same_party(row.get("from_party"), other.get("to_party")) for other in ties if other is not row)
        ]
        chosen = (fitting or ties)[0]
        done.append(chosen)
        ordered.remove(chosen)
    return done


def _moment(row: Record) -> datetime | None:
    return moment_of(row.get("handed_over_at"))


def _at_most(row: Record, moment: datetime) -> bool:
    at = _moment(row)
    return at is not None and at <= moment


def _begun(sample: Record, steps: list[Step], own: bool) -> list[Step]:
    """The steps with the one by which a sample begins: it was collected, or split off from the one before it."""
    collector, at = str(sample.get("collector") or ""), str(sample.get("collected_at") or "")
    before = [replace(step, own=False) for step in steps]
    if not steps:
        return [Step(COLLECTED, sample, sample, at, collector, own)]
    holder, gaps = steps[-1].holder, []
    if moment_of(at) is None:
        gaps.append(Gap("custody-split", "collected_at",
                        tr("It is not known when this part was split off, so what its parent went through before "
                           "cannot be told.")))
    if collector and holder and not same_party(collector, holder):
        gaps.append(Gap("custody-split", "collector",
                        tr("{who} split this part off, but {holder} held the sample.", who=collector, holder=holder)))
    lost = steps[-1].kind == HANDOVER and steps[-1].record.get("condition") == "lost"
    if lost:
        gaps.append(Gap("custody-lost", "collected_at", tr("The sample was lost before this part was split off.")))
    return [*before, Step(SPLIT, sample, sample, at, collector or holder, own, tuple(gaps))]


def _handed(row: Record, sample: Record, steps: Sequence[Step], later: Sequence[Record], own: bool,
            now: datetime) -> Step:
    gaps = [*_giver_gaps(row, steps, later), *_seal_gaps(row, steps), *_lost_gaps(steps),
            *_time_gaps(row, sample, now)]
    holder = str(row.get("to_party") or "")
    return Step(HANDOVER, row, sample, str(row.get("handed_over_at") or ""), holder, own, tuple(gaps))


def _giver_gaps(row: Record, steps: Sequence[Step], later: Sequence[Record]) -> Iterator[Gap]:
    giver, before = str(row.get("from_party") or ""), steps[-1]
    if not giver:
        yield Gap("custody-gap", "from_party", tr("Nobody is named who gave it away."))
    elif same_party(giver, before.holder):
        return
    elif _twice(row, before):
        yield Gap("custody-twice", "handed_over_at",
                  tr("This handover from {giver} to {taker} stands in the chain twice.", giver=giver,
                     taker=row.get("to_party")))
    elif not before.holder:
        yield Gap("custody-start" if before.kind != HANDOVER else "custody-gap", "from_party",
                  tr("{giver} gave it away, and it is not known who held it before.", giver=giver))
    elif before.kind != HANDOVER:
        yield Gap("custody-start", "from_party",
                  tr("{giver} gave it away first, but {holder} collected it; the handover between them is missing.",
                     giver=giver, holder=before.holder)
                  if before.kind == COLLECTED else
                  tr("{giver} gave it away first, but {holder} split it off; the handover between them is missing.",
                     giver=giver, holder=before.holder))
    elif _came_later(giver, before.holder, later):
        yield Gap("custody-order", "handed_over_at",
                  tr("{giver} got it only later than this; one of the times is wrong.", giver=giver))
    else:
        yield Gap("custody-gap", "from_party",
                  tr("{giver} gave it away, but {holder} held it last; the handover between them is missing.",
                     giver=giver, holder=before.holder))


def _twice(row: Record, before: Step) -> bool:
    """Whether giver and taker each wrote this handover down."""
    if before.kind != HANDOVER:
        return False
    first, second = _moment(before.record), _moment(row)
    close = first is not None and second is not None and abs(second - first) <= _SAME_HANDOVER
    return close and all(same_party(row.get(name), before.record.get(name)) for name in ("from_party", "to_party"))


def _came_later(giver: str, holder: str, later: Sequence[Record]) -> bool:
    """Whether one who held it gave it to this giver in a handover that is dated after this one."""
    return any(
        same_party(other.get("to_party"), giver) and same_party(other.get("from_party"), holder) for other in later
    )


def _seal_gaps(row: Record, steps: Sequence[Step]) -> Iterator[Gap]:
    seal = _folded(str(row.get("seal_number") or ""))
    if not seal or row.get("condition") == "opened":
        return
    for step in reversed(steps):
        if step.kind == SPLIT:
            return  # a part goes into a bag of its own
        before = str(step.record.get("seal_number") or "") if step.kind == HANDOVER else ""
        if step.kind == HANDOVER and step.record.get("condition") == "opened":
            return
        if before:
            corrects = same_party(row.get("from_party"), row.get("to_party")) and bool(row.get("notes"))
            if _folded(before) != seal and not corrects:
                yield Gap("custody-seal", "seal_number",
                          tr("The seal was {before} and is now {seal}, and nobody says that it was opened.",
                             before=before, seal=row.get("seal_number")))
            return


def _lost_gaps(steps: Sequence[Step]) -> Iterator[Gap]:
    before = steps[-1]
    if before.kind == HANDOVER and before.record.get("condition") == "lost":
        yield Gap("custody-lost", "condition", tr("It was lost at the handover before, and yet was handed on."))


def _time_gaps(row: Record, sample: Record, now: datetime) -> Iterator[Gap]:
    at, begun = _moment(row), moment_of(sample.get("collected_at"))
    if at is None:
        yield Gap("custody-time", "handed_over_at",
                  tr("It is not known when this was, so its place in the chain is not either."))
    elif begun is not None and at < begun:
        yield Gap("custody-time", "handed_over_at", tr("It was handed over before it was collected."))
    elif at > now + _TOLERANCE:
        yield Gap("custody-time", "handed_over_at", tr("The time of this handover lies in the future."))


# --- findings ----------------------------------------------------------------------------------------


def custody_issues(
    samples: Mapping[str, Record],
    handovers: Iterable[Record],
    history: Mapping[str, Sequence[Revision]] | None = None,
    *,
    now: datetime | None = None,
) -> Iterator[Issue]:
    """Findings about the chains of all samples, by sample; all are warnings at level 3.

    ``history``: the revisions of handovers that have more than one, those of deleted ones among them.
    """
    by_sample = of_samples(handovers)
    for uuid in sorted(samples):
        for step in chain(samples[uuid], samples, by_sample, now=now) if _has_chain(samples[uuid], by_sample) else ():
            for gap in step.gaps if step.own else ():
                yield Issue(WARNING, gap.code, step.record.layer, step.record.uuid, gap.field, gap.message, _LEVEL)
    for uuid, revisions in sorted((history or {}).items()):
        yield from edited_issues(uuid, revisions)


def of_samples(handovers: Iterable[Record]) -> dict[str, list[Record]]:
    """Handovers by the uuid of their sample."""
    found: dict[str, list[Record]] = {}
    for row in handovers:
        found.setdefault(str(row.get("sample_uuid") or ""), []).append(row)
    return found


def _has_chain(sample: Record, by_sample: Mapping[str, object]) -> bool:
    """Most samples were never handed on nor split: there is nothing to look at."""
    return sample.uuid in by_sample or sample.get("sample_uuid") is not None


def edited_issues(uuid: str, revisions: Sequence[Revision]) -> Iterator[Issue]:
    """A finding for each time that a handover was changed or deleted after it was written down, whoever did it."""
    for revision in edits(revisions):
        who = revision.author or tr("somebody")
        when = (revision.at or "")[:10] or tr("a day that is not known")
        if revision.operation == DELETE:
            told = tr("{who} deleted this handover on {when}; handovers are never taken out. Enter it again, or one "
                      "that says what is right.", who=who, when=when)
        else:
            names = ", ".join(sorted(_titles(revision)))
            told = tr("{who} changed this handover on {when} ({fields}); handovers are never changed. Add one that "
                      "says what is right.", who=who, when=when, fields=names)
        yield Issue(WARNING, "custody-edited", CUSTODY.name, uuid, None, told, _LEVEL)


def edits(revisions: Sequence[Revision]) -> list[Revision]:
    """The revisions that changed or deleted a handover, in the order given."""
    return [r for r in revisions if r.operation == DELETE or (r.operation != INSERT and r.changed)]


def _titles(revision: Revision) -> set[str]:
    known = {field.name: tr(field.title) for field in CUSTODY.fields}
    return {known.get(name, name) for name in revision.changed or ()}


def refuse_changes(changes: Iterable[Change]) -> None:
    """Raise ``Refused`` where one of the changes would alter or delete a handover."""
    if any(change.layer == CUSTODY.name and change.operation != INSERT for change in changes):
        raise Refused(never_changed())


def never_changed() -> str:
    """The sentence for whoever tries to."""
    return tr("A handover is never changed or deleted; add one that corrects it.")


def caption(sample: Record) -> str:
    """What a sample is called: its ID, or that it has none."""
    return str(sample.get(SAMPLE.caption) or tr("without ID"))
