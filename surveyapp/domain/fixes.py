"""What mends a finding, where one press can: values for the fields of its record. Pure; nothing is written here.

A fix is offered only where the program knows better than the record says. What a person chose is never guessed at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.fields import BLOB, GEOMETRY, NOTES, SIGHTING
from surveyapp.domain.geometry import point_hex, point_of
from surveyapp.domain.records import Record, Value
from surveyapp.domain.validation import FOOT_M, Issue, parse_value, plain_text
from surveyapp.errors import BadInput
from surveyapp.words import tr


@dataclass(frozen=True, slots=True)
class Fix:
    """One press that mends a finding: what the button says, and the values that it sets. ``safe``: nothing is lost by
    it, so that many may be mended at once without looking at each."""

    text: str
    values: Mapping[str, Value]
    safe: bool = True


def _no_photos(_sighting: str) -> Sequence[Record]:
    return ()


def _no_id(_sample: Record) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a fix needs beside its record, as callables: ``place`` gives province, district and toposheet of a WGS 84
    point, ``mended`` an outline without crossings (WKB hex) or ``None``, ``photos`` the photos of a sighting,
    ``free_id`` an ID for a sample that no other has (``None``: it may keep its own). ``surveys`` are those of the
    file."""

    place: Callable[[float, float], Mapping[str, Value]]
    mended: Callable[[str], str | None]
    photos: Callable[[str], Sequence[Record]] = _no_photos
    free_id: Callable[[Record], str | None] = _no_id
    surveys: Sequence[Record] = field(default=())


def may_be_mended(issue: Issue) -> bool:
    """Whether it is worth looking for a fix: cheap, asked of every finding."""
    if issue.code == "missing":
        return issue.layer == SIGHTING.name and issue.field in _FILLED
    return issue.code in _FIXES and issue.record is not None


def fix_of(issue: Issue, record: Record, knowledge: Knowledge) -> Fix | None:
    """The fix of a finding about this record, or ``None``."""
    found = _FIXES.get(issue.code)
    return found(issue, record, knowledge) if found else None


def _clear(issue: Issue, _record: Record, _knowledge: Knowledge) -> Fix | None:
    return Fix(tr("Clear it"), {issue.field: None}) if issue.field else None


def _spelling(issue: Issue, record: Record, _knowledge: Knowledge) -> Fix | None:
    """A code written as its label or a synonym by another program has an obvious code."""
    known = record.definition.field(issue.field or "")
    if known is None or known.kind == BLOB:
        return None
    value = record.values.get(known.name)
    try:
        meant = parse_value(known, value)
    except BadInput:
        return None
    return Fix(tr("Use {value}", value=meant), {known.name: meant}) if meant != value else None


def _swap(_issue: Issue, record: Record, _knowledge: Knowledge) -> Fix | None:
    point = point_of(record.values.get(GEOMETRY))
    if point is None or record.layer != "sighting":
        return None
    longitude, latitude = point
    if not (60 <= latitude <= 78.5 and 23 <= longitude <= 37.5):
        return None
    return Fix(tr("Swap longitude and latitude"), {GEOMETRY: point_hex(latitude, longitude)}, safe=False)


def _from_position(issue: Issue, record: Record, knowledge: Knowledge) -> Fix | None:
    """Province, district and toposheet follow from the point."""
    point = point_of(record.values.get(GEOMETRY))
    if point is None or record.layer != "sighting" or issue.field not in ("province", "district", "toposheet"):
        return None
    value = knowledge.place(*point).get(issue.field)
    return None if value is None else Fix(
        tr("Use {value}", value=record_label(record, issue.field, value)), {issue.field: value},
        safe=record.values.get(issue.field) is None)


def record_label(record: Record, name: str, value: Value) -> str:
    """A value as people read it."""
    known = record.definition.field(name)
    return known.vocabulary.label(value) if known is not None and known.vocabulary else str(value)


def _missing(issue: Issue, record: Record, knowledge: Knowledge) -> Fix | None:
    if record.layer != SIGHTING.name:
        return None
    return _from_photo(issue, record, knowledge) if issue.field == "observed_at" else _from_position(
        issue, record, knowledge)


def _from_photo(issue: Issue, record: Record, knowledge: Knowledge) -> Fix | None:
    """When and where the camera says that the sighting's photos were taken; only what their EXIF facts agree on."""
    if record.layer != SIGHTING.name:
        return None
    photos = knowledge.photos(record.uuid)
    if issue.field == "observed_at":
        times = sorted(str(photo.get("taken_at")) for photo in photos if photo.get("taken_at"))
        return Fix(tr("Use the time of the photo"), {"observed_at": times[0]}, safe=False) if times else None
    places = set()
    for photo in photos:
        longitude, latitude = photo.get("exif_longitude"), photo.get("exif_latitude")
        if isinstance(longitude, int | float) and isinstance(latitude, int | float):
            places.add(point_hex(longitude, latitude))
    return Fix(tr("Use the position of the photo"), {GEOMETRY: places.pop(), "position_source": "photo"},
               safe=False) if len(places) == 1 else None


def _survey(_issue: Issue, record: Record, knowledge: Knowledge) -> Fix | None:
    """The only survey that the sighting can be of: led by its observer, else going on at its time."""
    led = [survey for survey in knowledge.surveys if record.get("observer") and (
        survey.get("lead") == record.get("observer"))]
    day = str(record.get("observed_at") or "")[:10]
    on = [survey for survey in knowledge.surveys if day and survey.get("started_on") and (
        str(survey.get("started_on")) <= day <= str(survey.get("finished_on") or "9999"))]
    for found in (led, on):
        if len(found) == 1:
            name = found[0].get("name") or found[0].uuid[:8]
            return Fix(tr("Put it into {survey}", survey=name), {"survey_uuid": found[0].uuid}, safe=False)
    return None


def _number_anew(_issue: Issue, record: Record, knowledge: Knowledge) -> Fix | None:
    """All but the first of the samples with one ID get another; what stands on the bag has to follow."""
    free = knowledge.free_id(record)
    return Fix(tr("Call it {id}", id=free), {"sample_id": free}, safe=False) if free else None


def _without_controls(issue: Issue, record: Record, _knowledge: Knowledge) -> Fix | None:
    known = record.definition.field(issue.field or "")
    value = record.values.get(issue.field or "")
    if not isinstance(value, str):
        return None
    many_lines = known is not None and known.kind == NOTES
    return Fix(tr("Take them out"), {str(issue.field): plain_text(value, many_lines=many_lines) or None})


def _feet(_issue: Issue, record: Record, _knowledge: Knowledge) -> Fix | None:
    """A height that nobody works at is most often one in feet."""
    value = record.values.get("elevation_m")
    if not isinstance(value, int | float):
        return None
    metres = round(value * FOOT_M, 1)
    return Fix(tr("It was feet: {metres} m", metres=f"{metres:g}"), {"elevation_m": metres}, safe=False)


def _outline(_issue: Issue, record: Record, knowledge: Knowledge) -> Fix | None:
    geometry = record.values.get(GEOMETRY)
    mended = knowledge.mended(geometry) if isinstance(geometry, str) else None
    return Fix(tr("Mend the outline"), {GEOMETRY: mended}, safe=False) if mended else None


_FILLED = ("province", "district", "toposheet", "observed_at")
"""Fields that can be filled in when they are empty."""

_FIXES: dict[str, Callable[[Issue, Record, Knowledge], Fix | None]] = {
    "false-accuracy": _clear,
    "bad-spelling": _spelling,
    "odd-characters": _without_controls,
    "outside-pakistan": _swap,
    "no-geometry": _from_photo,
    "no-survey": _survey,
    "same-sample-id": _number_anew,
    "missing": _missing,
    "province-elsewhere": _from_position,
    "district-elsewhere": _from_position,
    "toposheet-elsewhere": _from_position,
    "elevation-unlikely": _feet,
    "bad-outline": _outline,
}

MENDED = frozenset(_FIXES)
"""Codes of findings that one press mends, where the record gives what it takes."""
