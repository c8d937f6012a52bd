"""Checking a survey in levels: 1 it opens and is sound, 2 complete for the team, 3 ready for the national layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surveyapp.domain.fields import LAYERS, REF, SIGHTING, Field, Layer
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record
from surveyapp.domain.template import EMPTY, Template, check_with, fields_of
from surveyapp.domain.validation import ERROR, WARNING, Issue, check_record
from surveyapp.errors import BadInput
from surveyapp.services import templates
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import ntr, tr

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
        yield Issue(ERROR, "integrity", "", None, None, tr("The file is damaged: {finding}.", finding=finding))
    for name, uuid, message in file.unrecorded():
        yield Issue(ERROR, "unrecorded", name, uuid, None, message)
    for number, layer in enumerate(LAYERS):
        progress.step(number, len(LAYERS), tr("checking {layer}", layer=tr(layer.plural).lower()))
        yield from _sightings(file) if layer is SIGHTING else _records(file, layer)
        for field in layer.fields:
            if field.kind == REF and field.refers:
                for uuid in file.orphans(layer.name, field.name, field.refers):
                    told = tr("{layer} refers to a {other} that is not in the file.", layer=tr(layer.title),
                              other=field.refers)
                    yield Issue(WARNING, "orphan", layer.name, uuid, field.name, told, 2)
    yield from _templates(file)
    yield from _same_sample_ids(file)
    for conflict in file.conflicts():
        told = ntr("{field} has {n} value from different people; decide which holds.",
                   "{field} has {n} values from different people; decide which holds.", len(conflict.values),
                   field=conflict.field)
        yield Issue(ERROR, "conflict", conflict.layer, conflict.record, conflict.field, told, 3)
    for row in file.rejected():
        told = tr("A row of {layer} could not be merged: {reason}.", layer=row["layer"], reason=row["reason"])
        yield Issue(WARNING, "rejected", str(row["layer"]), None, None, told, 3)


def _records(file: SurveyFile, layer: Layer) -> Iterator[Issue]:
    for record in file.records(layer.name):
        yield from check_record(record)


def _sightings(file: SurveyFile) -> Iterator[Issue]:
    """Each by what its own survey's office asks for. Where a file has several surveys, each says of which it is."""
    asked = {uuid: (template, fields_of(SIGHTING, template)) for uuid, template in templates.all_of(file)[0].items()}
    usual: tuple[Template, tuple[Field, ...]] = (EMPTY, SIGHTING.fields)
    for record in file.records(SIGHTING.name):
        template, fields = asked.get(_survey_of(record, asked), usual)
        yield from check_with(record, template, asked=fields)
        if len(asked) > 1 and record.get("survey_uuid") is None:
            told = tr("The sighting belongs to none of the surveys in the file; choose its project.")
            yield Issue(WARNING, "no-survey", SIGHTING.name, record.uuid, "survey_uuid", told, 2)


def _survey_of(record: Record, surveys: Mapping[str, object]) -> str:
    """The survey whose office a sighting answers to: its own, or the only one there is."""
    named = record.get("survey_uuid")
    return str(named) if named is not None or len(surveys) != 1 else next(iter(surveys))


def _templates(file: SurveyFile) -> Iterator[Issue]:
    for survey in file.surveys():
        try:
            templates.of_survey(survey)
        except BadInput as error:
            yield Issue(ERROR, "bad-template", "survey", survey.uuid, "template", str(error), 2)


def _same_sample_ids(file: SurveyFile) -> Iterator[Issue]:
    samples = [(r.uuid, r.get("sample_id")) for r in file.records("sample")]
    counts = Counter(name for _, name in samples if name)
    for uuid, name in samples:
        if name and counts[name] > 1:
            told = ntr("Sample ID {name} stands on {n} sample; give each its own.",
                       "Sample ID {name} stands on {n} samples; give each its own.", counts[name], name=name)
            yield Issue(WARNING, "same-sample-id", "sample", uuid, "sample_id", told, 2)
