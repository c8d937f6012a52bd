"""Checking a survey in levels: 1 it opens and is sound, 2 complete for the team, 3 ready for the national layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from surveyapp.domain.fields import LAYERS, REF
from surveyapp.domain.progress import Progress
from surveyapp.domain.validation import ERROR, WARNING, Issue, check_record
from surveyapp.storage.gpkg import SurveyFile

LEVELS = {1: "opens and is sound", 2: "complete for the team", 3: "ready for the national layer"}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """``level``: the highest level at which nothing was found (0: not sound)."""

    level: int
    issues: tuple[Issue, ...]

    @property
    def errors(self) -> int:
        return sum(issue.severity == ERROR for issue in self.issues)


def check(file: SurveyFile, progress: Progress | None = None) -> CheckResult:
    """Check the file and every record in it."""
    issues = tuple(_issues(file, progress or Progress()))
    reached = 3
    for issue in issues:
        reached = min(reached, issue.level - 1)
    return CheckResult(reached, issues)


def _issues(file: SurveyFile, progress: Progress) -> Iterator[Issue]:
    for finding in file.integrity():
        yield Issue(ERROR, "integrity", "", None, None, f"The file is damaged: {finding}.")
    for name, uuid, message in file.unrecorded():
        yield Issue(ERROR, "unrecorded", name, uuid, None, message)
    for number, layer in enumerate(LAYERS):
        progress.step(number, len(LAYERS), f"checking {layer.plural.lower()}")
        for record in file.records(layer.name):
            yield from check_record(record)
        for field in layer.fields:
            if field.kind == REF and field.refers:
                for uuid in file.orphans(layer.name, field.name, field.refers):
                    yield Issue(WARNING, "orphan", layer.name, uuid, field.name,
                                f"{layer.title} refers to a {field.refers} that is not in the file.", 2)
    yield from _same_sample_ids(file)
    for conflict in file.conflicts():
        yield Issue(ERROR, "conflict", conflict.layer, conflict.record, conflict.field,
                    f"{conflict.field} has {len(conflict.values)} values from different people; decide which holds.", 3)
    for row in file.rejected():
        yield Issue(WARNING, "rejected", str(row["layer"]), None, None,
                    f"A row of {row['layer']} could not be merged: {row['reason']}.", 3)


def _same_sample_ids(file: SurveyFile) -> Iterator[Issue]:
    samples = [(r.uuid, r.get("sample_id")) for r in file.records("sample")]
    counts = Counter(name for _, name in samples if name)
    for uuid, name in samples:
        if name and counts[name] > 1:
            yield Issue(WARNING, "same-sample-id", "sample", uuid, "sample_id",
                        f"Sample ID {name} stands on {counts[name]} samples; give each its own.", 2)
