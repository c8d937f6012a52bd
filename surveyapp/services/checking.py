"""Checking a survey in levels: 1 it opens and is sound, 2 complete for the team, 3 ready for the national layer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.column_checks import Columns, check_columns
from surveyapp.domain.fields import LAYERS, REF, SIGHTING, Layer
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record
from surveyapp.domain.template import EMPTY, Template, fields_of
from surveyapp.domain.validation import ERROR, WARNING, Issue, check_record
from surveyapp.errors import BadInput
from surveyapp.services import reviewing, templates
from surveyapp.services.national_checks import national_issues, positions_and_gems
from surveyapp.services.team_checks import changed_photos, team_issues
from surveyapp.services.where import place_issues
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import mark, ntr, tr

LEVELS = {1: mark("opens and is sound"), 2: mark("complete for the team"), 3: mark("ready for the national layer")}

LEVEL_WORDS = {
    0: mark("The file is not sound yet"),
    1: mark("Level 1: the file is sound; not complete for the team yet"),
    2: mark("Level 2: complete for the team; not ready for the national layer yet"),
    3: mark("Level 3: ready for the national layer"),
}

SOON = 5_000
"""Up to so many sightings a whole check is over in a blink."""
_OF_THE_FILE = frozenset({"integrity", "unrecorded", "photo-changed"})
"""What this program's own edits do not change."""
ALONE = frozenset({
    "no-geometry", "bad-value", "bad-spelling", "odd-characters", "missing", "outside-list", "future",
    "false-accuracy", "no-screen", "elevation-unlikely", "outside-pakistan", "no-survey", "gem-without-code",
    "accuracy-unknown", "accuracy-too-coarse", "province-elsewhere", "district-elsewhere", "either-district",
    "toposheet-elsewhere", "outside-licence", "in-protected-area", "boundary-older",
})
"""Codes of findings that follow from one sighting alone."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """``level``: the highest level at which nothing was found (0: not sound). ``partial``: some of it was found before
    the last edits (:func:`check_again`)."""

    level: int
    issues: tuple[Issue, ...]
    partial: bool = False

    @property
    def errors(self) -> int:
        return sum(issue.severity == ERROR for issue in self.issues)


def check(file: SurveyFile, progress: Progress | None = None) -> CheckResult:
    """Check the file and every record in it."""
    progress = progress or Progress()
    return _result([*_of_the_file(file, progress), *_of_records(file, progress)])


def check_again(file: SurveyFile, before: CheckResult, touched: Collection[str]) -> CheckResult:
    """Check after edits that this program made, which takes a blink: the file itself and the bytes of its photos are
    not read again. ``touched``: the sightings that were edited. In a large survey only they are looked at again, each
    by itself; what records say of one another stays as it was found (``partial``)."""
    if file.count(SIGHTING.name) <= SOON:
        kept = [issue for issue in before.issues if issue.code in _OF_THE_FILE]
        return _result([*kept, *_of_records(file, Progress())])
    asked = templates.all_of(file)[0]
    wanted = set(touched)
    there = list(file.records(SIGHTING.name, wanted))
    gone = wanted - {record.uuid for record in there}
    kept = [
        issue for issue in before.issues
        if issue.layer != SIGHTING.name or issue.record not in wanted or (
            issue.record not in gone and issue.code not in ALONE)
    ]
    columns = _columns_of(there, asked)
    anew = [*_sightings(columns, asked), *positions_and_gems(columns, asked), *place_issues(file, columns=columns)]
    known = set(kept)  # overlaps of licences are told again
    return _result([*kept, *(issue for issue in anew if issue not in known)], partial=True)


def _columns_of(records: Sequence[Record], asked: Mapping[str, Template]) -> Columns:
    names = [*SIGHTING.names, *(extra.name for template in asked.values() for extra in template.extra)]
    columns: dict[str, list[Any]] = {name: [record.get(name) for record in records] for name in names}
    positions = [record.position or (None, None) for record in records]
    return columns | {"uuid": [record.uuid for record in records], "longitude": [x for x, _y in positions],
                      "latitude": [y for _x, y in positions]}


def _result(issues: Iterable[Issue], *, partial: bool = False) -> CheckResult:
    found = tuple(issues)
    return CheckResult(min((issue.level - 1 for issue in found), default=3), found, partial)


def as_dict(result: CheckResult) -> dict[str, object]:
    """The result as ``check --json`` prints it."""
    names = ("severity", "code", "layer", "record", "field", "message", "level")
    return {"level": result.level, "issues": [{n: getattr(i, n) for n in names} for i in result.issues]}


def lines(result: CheckResult) -> Iterator[str]:
    """The result as the command line prints it."""
    for issue in result.issues:
        where = " ".join(str(part) for part in (issue.layer, issue.record, issue.field) if part)
        yield f"{issue.severity} (level {issue.level}) {where}: {issue.message}"
    yield f"level {result.level}: {LEVELS.get(result.level, 'not sound')}"


def _of_the_file(file: SurveyFile, progress: Progress) -> Iterator[Issue]:
    for finding in file.integrity():
        yield Issue(ERROR, "integrity", "", None, None, tr("The file is damaged: {finding}.", finding=finding))
    progress.step(0, len(LAYERS), tr("comparing the rows with their history"))
    for name, uuid, message in file.unrecorded():
        yield Issue(ERROR, "unrecorded", name, uuid, None, message)
    yield from changed_photos(file, progress)


def _of_records(file: SurveyFile, progress: Progress) -> Iterator[Issue]:
    asked = templates.all_of(file)[0]
    columns = sighting_columns(file, asked)
    for number, layer in enumerate(LAYERS):
        progress.step(number, len(LAYERS), tr("checking {layer}", layer=tr(layer.plural).lower()))
        yield from _sightings(columns, asked) if layer is SIGHTING else _records(file, layer)
        yield from _orphans(file, layer)
    progress.step(len(LAYERS), len(LAYERS), tr("checking what belongs together"))
    yield from _templates(file)
    yield from reviewing.status_issues(file)
    yield from _same_sample_ids(file)
    yield from team_issues(file, columns)
    yield from national_issues(file, columns, asked, progress)
    yield from _open_conflicts(file)
    for row in file.rejected():
        told = tr("A row of {layer} could not be merged: {reason}.", layer=row["layer"], reason=row["reason"])
        yield Issue(WARNING, "rejected", str(row["layer"]), None, None, told, 3)


def sighting_columns(file: SurveyFile, asked: Mapping[str, Template]) -> Columns:
    """What the checks read of all sightings, once: every field of the program's and of the offices' that the file has,
    ``uuid``, ``longitude`` and ``latitude``."""
    own = (extra.name for template in asked.values() for extra in template.extra)
    have = {*SIGHTING.names, *file.extra_columns(SIGHTING.name)}
    names = [name for name in dict.fromkeys((*SIGHTING.names, *own)) if name in have]
    return file.piece(SIGHTING.name, ("uuid", "longitude", "latitude", *names))


def _orphans(file: SurveyFile, layer: Layer) -> Iterator[Issue]:
    for field in layer.fields:
        if field.kind == REF and field.refers:
            for uuid in file.orphans(layer.name, field.name, field.refers):
                told = tr("{layer} refers to a {other} that is not in the file.", layer=tr(layer.title),
                          other=field.refers)
                yield Issue(WARNING, "orphan", layer.name, uuid, field.name, told, 2)


def _open_conflicts(file: SurveyFile) -> Iterator[Issue]:
    for conflict in file.conflicts():
        told = ntr("{field} has {n} value from different people; decide which holds.",
                   "{field} has {n} values from different people; decide which holds.", len(conflict.values),
                   field=conflict.field)
        yield Issue(ERROR, "conflict", conflict.layer, conflict.record, conflict.field, told, 3)


def _records(file: SurveyFile, layer: Layer) -> Iterator[Issue]:
    for record in file.records(layer.name):
        yield from check_record(record)


def _sightings(columns: Columns, asked: Mapping[str, Template]) -> Iterator[Issue]:
    """Each by what its own survey's office asks for. Where a file has several surveys, each says of which it is."""
    surveys = columns["survey_uuid"]
    only = next(iter(asked)) if len(asked) == 1 else ""
    groups: dict[str, list[int]] = defaultdict(list)
    for row, named in enumerate(surveys):
        groups[str(named) if named is not None else only].append(row)
    for survey, rows in sorted(groups.items()):
        fields = fields_of(SIGHTING, asked.get(survey, EMPTY))
        yield from check_columns(columns if len(groups) == 1 else _part(columns, rows), fields)
    for row, named in enumerate(surveys) if len(asked) > 1 else ():
        if named is None:
            told = tr("The sighting belongs to none of the surveys in the file; choose its project.")
            yield Issue(WARNING, "no-survey", SIGHTING.name, columns["uuid"][row], "survey_uuid", told, 2)


def _part(columns: Columns, rows: Sequence[int]) -> Columns:
    return {name: [column[row] for row in rows] for name, column in columns.items()}


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
