"""How good the records are, for the survey report: accuracy, completeness, check levels, what is open, what is there
of photos and samples."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

from surveyapp.domain.fields import DATETIME, GEOMETRY, LAYER_BY_NAME, SIGHTING, Field
from surveyapp.domain.merge import DELETED, Conflict
from surveyapp.domain.records import Record, Value, moment_of
from surveyapp.domain.template import Template, fields_of
from surveyapp.domain.validation import ERROR, Issue, check_record
from surveyapp.exchange.report.facts import (
    Accuracy,
    Bin,
    Disagreement,
    FieldFill,
    IssueGroup,
    LevelRow,
    Named,
    Opinion,
    Photos,
    Samples,
)
from surveyapp.exchange.report.phrases import moment_words
from surveyapp.services.checking import LEVELS, CheckResult
from surveyapp.services.conflicts import shown, side_name
from surveyapp.services.survey_report_field import Columns, is_absence, text_of
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

EDGES_M = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""Where the bins of the accuracies end: equal steps on a logarithmic scale, nearly."""

NAMED_ISSUES, NAMED_A_GROUP = 200, 12
"""Findings that the report names by their record, all together and of one kind."""


# --- accuracy and completeness -----------------------------------------------------------------------


def accuracy(values: Iterable[Value]) -> Accuracy:
    """Stated accuracies in metres by bins (each up to and with its upper end); all else is unknown."""
    stated, unknown = [], 0
    for value in values:
        if isinstance(value, int | float) and value >= 0:
            stated.append(float(value))
        else:
            unknown += 1
    bins = [Bin(low, high, 0) for low, high in pairwise(EDGES_M)] + [Bin(EDGES_M[-1], None, 0)]
    counts = Counter(next((n for n, one in enumerate(bins) if one.high_m is not None and value <= one.high_m),
                          len(bins) - 1) for value in stated)
    if not stated:
        return Accuracy((), unknown, None)
    told = tuple(Bin(one.low_m, one.high_m, counts[n]) for n, one in enumerate(bins)
                 if min(counts) <= n <= max(counts))
    return Accuracy(told, unknown, median(stated))


def completeness(columns: Columns, templates: Mapping[str, Template]) -> tuple[FieldFill, ...]:
    """Of each field that some office asks for: of how many sightings it is asked, and how many have it filled. An
    absence is not asked for what it cannot have."""
    asked: Counter[tuple[int, str]] = Counter()
    filled: Counter[tuple[int, str]] = Counter()
    titles: dict[str, str] = {}
    offices = {survey: fields_of(SIGHTING, template) for survey, template in templates.items()}
    only = next(iter(offices)) if len(offices) == 1 else None
    owners = [uuid if uuid in offices else only for uuid in columns["survey_uuid"]]
    rows = Counter(zip(owners, map(is_absence, columns["presence"]), strict=True))
    for (owner, absent), count in rows.items():
        for known in _asked(offices.get(owner or "", SIGHTING.fields), absent=absent):
            if known.name not in columns:
                continue
            titles[known.name] = known.title
            key = (known.level, known.name)
            asked[key] += count
            filled[key] += sum(
                value is not None and value != "" and (whose, is_absence(presence)) == (owner, absent)
                for value, whose, presence in zip(columns[known.name], owners, columns["presence"], strict=True)
            )
    order = {name: place for place, name in enumerate(titles)}
    return tuple(
        FieldFill(name, titles[name], level, asked[level, name], filled[level, name])
        for level, name in sorted(asked, key=lambda key: (key[0], order[key[1]]))
    )


def _asked(fields: Sequence[Field], *, absent: bool) -> list[Field]:
    """The fields that the check asks of an absence, or of a find: those that it misses in an empty one."""
    empty = Record(SIGHTING.name, "", {"presence": "absent" if absent else "present"})
    missed = {issue.field for issue in check_record(empty, asked=fields) if issue.code == "missing"}
    return [known for known in fields if known.name in missed or (known.name == "presence" and known.level)]


def level_rows(result: CheckResult) -> tuple[LevelRow, ...]:
    """Each check level with what stands against it."""
    counted = Counter((issue.level, issue.severity == ERROR) for issue in result.issues)
    return tuple(
        LevelRow(level, level <= result.level, counted[level, True], counted[level, False]) for level in sorted(LEVELS)
    )


# --- what is open ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    message: str
    count: int = 0
    varied: bool = False
    records: list[str] = field(default_factory=list)


def issue_groups(file: SurveyFile, issues: Iterable[Issue]) -> tuple[IssueGroup, ...]:
    """Findings of one kind together, the gravest first; of each kind the first records by name, in all no more than
    :data:`NAMED_ISSUES`."""
    groups: dict[tuple[bool, int, str, str, str], _Group] = {}
    for issue in issues:
        key = (issue.severity != ERROR, issue.level, issue.layer, issue.field or "", issue.code)
        group = groups.setdefault(key, _Group(issue.message))
        group.count += 1
        group.varied = group.varied or issue.message != group.message
        if issue.record and len(group.records) < NAMED_A_GROUP:
            group.records.append(issue.record)
    ordered = sorted(groups.items(), key=lambda item: (item[0][:2], -item[1].count, item[0]))
    room = NAMED_ISSUES
    told = []
    for (not_error, level, layer, name, code), group in ordered:
        records = group.records[:room]
        room -= len(records)
        named = tuple(_named(file, layer, records))
        told.append(IssueGroup(
            "warning" if not_error else ERROR, level, layer, name, code, group.message, group.varied, group.count,
            named, group.count - len(named),
        ))
    return tuple(told)


def _named(file: SurveyFile, layer: str, uuids: Sequence[str]) -> list[Named]:
    found = {record.uuid: record for record in file.records(layer, uuids)} if layer in LAYER_BY_NAME else {}
    return [Named(uuid, caption_of(layer, uuid, found.get(uuid))) for uuid in uuids]


def caption_of(layer_name: str, uuid: str, record: Record | None) -> str:
    """What a record is called in lists: its gem and its name, else its layer and the start of its uuid."""
    layer = LAYER_BY_NAME.get(layer_name)
    if layer is None:
        return uuid[:8]
    words = [record.text(name) for name in ("gem", layer.caption) if name and layer.field(name)] if record else []
    return " · ".join(word for word in words if word) or f"{tr(layer.title)} {uuid[:8]}"


def disagreements(file: SurveyFile) -> tuple[Disagreement, ...]:
    """The open conflicts in words."""
    told = []
    for conflict in file.conflicts():
        record = file.get(conflict.layer, conflict.record)
        named = Named(conflict.record, caption_of(conflict.layer, conflict.record, record))
        opinions = tuple(
            Opinion(side_name(n), value_words(conflict, one.value), text_of(one.author), text_of(one.at),
                    one.value == conflict.chosen and isinstance(one.value, str) == isinstance(conflict.chosen, str))
            for n, one in enumerate(conflict.values)
        )
        told.append(Disagreement(named, conflict.layer, field_label(conflict),
                                 value_words(conflict, conflict.ancestor), opinions))
    return tuple(told)


def field_label(conflict: Conflict) -> str:
    """What the disputed field is called."""
    if conflict.field == DELETED:
        return tr("Deleted or kept")
    layer = LAYER_BY_NAME[conflict.layer]
    if conflict.field == GEOMETRY:
        return tr("Position") if layer.geometry == "POINT" else tr("Shape")
    found = layer.field(conflict.field)
    return tr(found.title) if found else conflict.field


def value_words(conflict: Conflict, value: Value) -> str:
    """A value as a person reads it: the label of a code, a number with its unit, Pakistan time, a position in degrees;
    empty for none."""
    if conflict.field == DELETED:
        return tr("deleted") if value else tr("kept")
    if value is None or value == "":
        return ""
    if conflict.field == GEOMETRY:
        point = shown(conflict, value)
        return str(point) if point != value else tr("a line or area")
    found = LAYER_BY_NAME[conflict.layer].field(conflict.field)
    if found is not None and found.vocabulary is not None:
        return found.vocabulary.label(value)
    if found is not None and found.kind == DATETIME and moment_of(value) is not None:
        return moment_words(value)
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return f"{text} {found.unit}" if found is not None and found.unit else text


# --- photos and samples ------------------------------------------------------------------------------


def photos(file: SurveyFile, columns: Columns) -> Photos:
    """Photos against the sightings and certificates that they say they are of."""
    held = file.columns("photo", ["uuid", "sighting_uuid", "certificate_uuid", "sketch_of", "sha256"])
    sightings, certificates = set(columns["uuid"]), _uuids(file, "certificate")
    of_sighting = [uuid in sightings for uuid in held["sighting_uuid"]]
    of_certificate = [uuid in certificates for uuid in held["certificate_uuid"]]
    hashes = [one for one in held["sha256"] if one]
    with_photo = {uuid for uuid in held["sighting_uuid"] if uuid}
    finds = [uuid for uuid, presence in zip(columns["uuid"], columns["presence"], strict=True)
             if not is_absence(presence)]
    pictured = sum(uuid in with_photo for uuid in finds)
    return Photos(
        total=len(of_sighting), of_sightings=sum(of_sighting), of_certificates=sum(of_certificate),
        sketches=sum(one is not None for one in held["sketch_of"]),
        astray=sum(not (one or other) for one, other in zip(of_sighting, of_certificate, strict=True)),
        same=len(hashes) - len(set(hashes)), finds_with=pictured, finds_without=len(finds) - pictured,
    )


def samples(file: SurveyFile, columns: Columns) -> Samples:
    """Samples against sightings, handovers and certificates."""
    held = file.columns("sample", ["uuid", "sighting_uuid", "sample_id", "sample_type"])
    sightings, own = set(columns["uuid"]), set(held["uuid"])
    names = [text_of(name) for name in held["sample_id"]]
    uses = Counter(names)
    handed: list[Any] = file.columns("custody", ["sample_uuid"])["sample_uuid"]
    certified: list[Any] = file.columns("certificate", ["sample_uuid"])["sample_uuid"]
    types: dict[str, int] = defaultdict(int)
    for code in held["sample_type"]:
        types[text_of(code)] += 1
    found = sum(uuid in sightings for uuid in held["sighting_uuid"])
    return Samples(
        total=len(own), types=dict(types), of_sightings=found, astray=len(own) - found, nameless=uses[""],
        same_name=sum(uses[name] > 1 for name in names if name), handed_over=len(own & set(handed)),
        handovers=len(handed), certified=len(own & set(certified)), certificates=len(certified),
    )


def _uuids(file: SurveyFile, layer: str) -> set[str]:
    return set(file.columns(layer, ["uuid"])["uuid"])
