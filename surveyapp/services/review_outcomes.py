"""What became of each decision that was taken in, for people and for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.reviewing import Decision, field_label
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.words import mark, ntr, tr

MOVED, NOTED, LINKED, KNOWN, OVERTAKEN = "moved", "noted", "linked", "known", "overtaken"
STALE, REFUSED, TAKEN_BACK = "stale", "refused", "taken-back"
NOT_KNOWN, DELETED, OTHER_SURVEY, NO_SUCH = "not-known", "deleted", "other-survey", "no-such-sighting"

KINDS: dict[str, str] = {
    MOVED: mark("Taken in, and the status moved"),
    NOTED: mark("Taken in as words; the status stays"),
    LINKED: mark("Taken in, and the two sightings linked as one deposit"),
    KNOWN: mark("Taken in before"),
    OVERTAKEN: mark("Taken in as words; the same reviewer decided later"),
    STALE: mark("Changed since the reviewer saw it; taken in as words, the status was not moved"),
    REFUSED: mark("The office does not let this reviewer give that status; taken in as words"),
    TAKEN_BACK: mark("Taken in before, and taken back since; nothing was written"),
    NOT_KNOWN: mark("Not known here; nothing was written"),
    DELETED: mark("Deleted since; nothing was written"),
    OTHER_SURVEY: mark("Of another survey; nothing was written"),
    NO_SUCH: mark("The same as a sighting that is not here; nothing was written"),
}
"""What may become of a decision, in the order in which it is told."""

FINDINGS = frozenset({STALE, REFUSED, TAKEN_BACK, NOT_KNOWN, DELETED, OTHER_SURVEY, NO_SUCH})
"""Those that a person has to look at."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one decision.

    ``review``: uuid of its record, which is there unless nothing was written. ``message``: a sentence with the details,
    or empty. ``caption``: what the record is called. ``moved``: the status before and after. ``conflict``: the open
    conflict that it made or joined. ``not_submitted``: the sighting was a draft. ``changed``: fields that differ from
    what the reviewer saw.
    """

    kind: str
    decision: Decision
    review: str
    message: str = ""
    caption: str = ""
    moved: tuple[str, str] | None = None
    conflict: str | None = None
    not_submitted: bool = False
    changed: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As ``review --json`` prints it."""
        before, after = self.moved or (None, None)
        made = self.decision
        return {
            "kind": self.kind, "layer": made.layer, "record": made.record, "caption": self.caption,
            "verdict": made.verdict, "field": made.field, "reason": made.reason, "same_as": made.same_as,
            "decided_at": made.decided_at, "review": self.review, "from": before, "to": after,
            "conflict": self.conflict, "not_submitted": self.not_submitted, "changed": list(self.changed),
            "message": self.message,
        }

    def line(self) -> str:
        """For people: which record, what was decided, and why it matters."""
        made = self.decision
        verdict = VOCABULARIES["verdict"].label(made.verdict)
        if made.field:
            verdict += f" ({field_label(made.layer, made.field)})"
        name = f"{self.caption} [{made.record}]" if self.caption else made.record
        told = [f"{tr(LAYER_BY_NAME[made.layer].title)} {name}: {verdict}.", self.message]
        if self.not_submitted:
            told.append(tr("It had not been submitted."))
        return " ".join(filter(None, told))


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file of decisions. ``dry_run``: what would have, nothing was written."""

    reviewer: str
    title: str
    outcomes: tuple[Outcome, ...]
    dry_run: bool = False

    def count(self, kind: str) -> int:
        return sum(outcome.kind == kind for outcome in self.outcomes)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Open conflicts that decisions made or joined, sorted."""
        return tuple(sorted({outcome.conflict for outcome in self.outcomes if outcome.conflict}))

    @property
    def findings(self) -> bool:
        """Whether there is anything that a person has to look at."""
        return bool(self.conflicts) or any(outcome.kind in FINDINGS for outcome in self.outcomes)

    def as_dict(self) -> dict[str, Any]:
        """As ``review --json`` prints it."""
        counts = Counter(outcome.kind for outcome in self.outcomes)
        return {
            "reviewer": self.reviewer, "title": self.title, "dry_run": self.dry_run,
            "counts": {kind: counts[kind] for kind in KINDS if counts[kind]}, "conflicts": list(self.conflicts),
            "outcomes": [outcome.as_dict() for outcome in self.outcomes],
        }

    def lines(self) -> list[str]:
        """For people: each group, and under it the decisions, but for those that were taken in before."""
        told = [ntr("{n} decision by {reviewer}.", "{n} decisions by {reviewer}.", len(self.outcomes),
                    reviewer=self.reviewer)]
        for kind, title in KINDS.items():
            group = [outcome for outcome in self.outcomes if outcome.kind == kind]
            if group:
                told.append(f"{tr(title)}: {len(group):,}")
                told += [f"  {outcome.line()}" for outcome in group if kind != KNOWN]
        if self.conflicts:
            told.append(ntr("{n} disagreement is open; decide it among the conflicts.",
                            "{n} disagreements are open; decide them among the conflicts.", len(self.conflicts)))
        if self.dry_run:
            told.append(tr("It was a dry run; nothing was written."))
        return told
