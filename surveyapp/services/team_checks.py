"""Level 2, beyond single records: is all that belongs together there, and does it fit?"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from surveyapp.domain.column_checks import Columns
from surveyapp.domain.fields import AREA, GEOMETRY, PHOTO, SIGHTING, TRACK
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import PAKISTAN, Record, moment_of
from surveyapp.domain.validation import ERROR, WARNING, Issue
from surveyapp.services.reviewing import remarks
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

SAME_SPOT_DEG = 1e-6
"""A tenth of a metre: nobody records two finds so near in the same minute, but a key that bounces does."""
SMALLEST_M2 = 1.0
"""Smaller than any pit: a slip of the finger, or corners typed alike."""
_COUNTRY = (60.0, 23.0, 78.5, 37.5)


def team_issues(file: SurveyFile, columns: Columns) -> Iterator[Issue]:
    """Outlines that are no polygons, times that do not fit the survey, sightings recorded twice, and remarks of
    reviewers that nobody answered. ``columns``: those of all sightings."""
    yield from _shapes(file)
    yield from _finished(file)
    yield from _survey_times(file, columns)
    yield from _recorded_twice(columns)
    yield from _unanswered(file, columns)


def changed_photos(file: SurveyFile, progress: Progress) -> Iterator[Issue]:
    """Photos whose bytes are not those of their hash."""
    held = file.columns(PHOTO.name, ["uuid", "sha256"])
    for number, (uuid, stated) in enumerate(zip(held["uuid"], held["sha256"], strict=True)):
        progress.step(number, len(held["uuid"]), tr("reading photos"))
        data = file.photo_data(uuid)
        if data and stated and hashlib.sha256(data).hexdigest() != stated:
            told = tr("The bytes of the photo are not those that were taken in; put the original in again.")
            yield Issue(ERROR, "photo-changed", PHOTO.name, uuid, "sha256", told, 1)


def _shapes(file: SurveyFile) -> Iterator[Issue]:
    if not (file.count(AREA.name) or file.count(TRACK.name)):
        return
    import shapely

    from surveyapp.geo.extents import area_m2

    for layer in (AREA, TRACK):
        for record in file.records(layer.name):
            geometry = record.values.get(GEOMETRY)
            if not isinstance(geometry, str):
                continue  # no-geometry says so
            shape = shapely.from_wkb(bytes.fromhex(geometry))
            if layer is AREA and not shape.is_valid:
                told = tr("The outline crosses itself; draw it anew or mend it.")
                yield Issue(WARNING, "bad-outline", layer.name, record.uuid, GEOMETRY, told, 2)
            elif layer is AREA and (size_m2 := area_m2(geometry)) < SMALLEST_M2:
                told = tr("The outline encloses {size} m², which is no area; draw it anew.", size=f"{size_m2:.2g}")
                yield Issue(WARNING, "tiny-outline", layer.name, record.uuid, GEOMETRY, told, 2)
            west, south, east, north = shape.bounds if not shape.is_empty else _COUNTRY
            if west < _COUNTRY[0] or south < _COUNTRY[1] or east > _COUNTRY[2] or north > _COUNTRY[3]:
                told = tr("The shape reaches outside Pakistan.")
                yield Issue(WARNING, "outside-pakistan", layer.name, record.uuid, GEOMETRY, told, 2)


def _finished(file: SurveyFile) -> Iterator[Issue]:
    for layer, start, end in (("survey", "started_on", "finished_on"), ("track", "started_at", "finished_at")):
        for record in file.records(layer):
            first, last = record.get(start), record.get(end)
            if first and last and str(last) < str(first):
                told = tr("It finished before it started; mend one of the two.")
                yield Issue(WARNING, "finished-before-start", layer, record.uuid, end, told, 2)


def _survey_times(file: SurveyFile, columns: Columns) -> Iterator[Issue]:
    surveys = {survey.uuid: survey for survey in file.surveys()}
    only = next(iter(surveys.values())) if len(surveys) == 1 else None
    known: dict[tuple[str, str], str] = {}
    for uuid, observed_at, survey_uuid in _rows(columns, "uuid", "observed_at", "survey_uuid"):
        survey = surveys.get(survey_uuid) or only
        if survey is None or not isinstance(observed_at, str):
            continue
        # All moments of one hour in UTC are of one day in Pakistan.
        hour = (survey.uuid, observed_at[:13] if observed_at.endswith("Z") else observed_at)
        if hour not in known:
            observed = moment_of(observed_at)
            known[hour] = "" if observed is None else _outside(survey, observed)
        if known[hour]:
            yield Issue(WARNING, "outside-survey-time", SIGHTING.name, uuid, "observed_at", known[hour], 2)


def _outside(survey: Record, observed: datetime) -> str:
    """Why a time does not fit a survey's days, which are days in Pakistan; a day's grace for who set out early."""
    day = observed.astimezone(PAKISTAN).date()
    started, finished = survey.get("started_on"), survey.get("finished_on")
    if started and (day + timedelta(days=1)).isoformat() < str(started):
        return tr("It was observed before the survey started; mend the date of one of the two.")
    if finished and (day - timedelta(days=1)).isoformat() > str(finished):
        return tr("It was observed after the survey finished; mend the date of one of the two.")
    return ""


def _recorded_twice(columns: Columns) -> Iterator[Issue]:
    seen: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    names = ("uuid", "gem", "longitude", "latitude", "observed_at", "survey_uuid")
    for uuid, gem, longitude, latitude, observed_at, survey in _rows(columns, *names):
        if longitude is None or not isinstance(observed_at, str):
            continue
        spot = (round(longitude / SAME_SPOT_DEG), round(latitude / SAME_SPOT_DEG))
        seen[(*spot, gem, observed_at[:16], survey)].append(uuid)
    for uuids in seen.values():
        for uuid in sorted(uuids)[1:]:
            told = tr("Another sighting of the same gem has the same spot and the same minute; delete one of them.")
            yield Issue(WARNING, "recorded-twice", SIGHTING.name, uuid, GEOMETRY, told, 2)


def _unanswered(file: SurveyFile, columns: Columns) -> Iterator[Issue]:
    for uuid, status in _rows(columns, "uuid", "review_status"):
        if status == "has-issues":
            waiting = [remark for remark in remarks(file, uuid) if remark.verdict == "has-issues" and not remark.answer]
            told = (tr("{reviewer} says that it needs work: {reason}", reviewer=waiting[0].reviewer,
                       reason=waiting[0].reason or tr("no reason given"))
                    if waiting else tr("A reviewer says that it needs work; mend it and submit it again."))
            yield Issue(WARNING, "needs-work", SIGHTING.name, uuid, "review_status", told, 2)


def _rows(columns: Columns, *names: str) -> Iterator[tuple[Any, ...]]:
    """Fields of every sighting."""
    return zip(*(columns[name] for name in names), strict=True)
