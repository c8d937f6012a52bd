"""Tracks: from the log that is written while somebody walks to the ``track`` layer of the survey.

A log lies in the user's data until it is in the survey, so that a crash costs at most the point being written;
what was not finished is offered again when the survey is opened.
"""

from __future__ import annotations

import json
import secrets
import struct
import uuid as _uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import GEOMETRY, TRACK
from surveyapp.domain.records import Value, moment_of, utc_text
from surveyapp.errors import BadFile, Refused
from surveyapp.positioning.local_plane import LocalPlane
from surveyapp.positioning.track_log import Segments, TrackPoint, in_use, read_track
from surveyapp.services.session import Session
from surveyapp.words import tr

SUFFIX: Final = ".track"
_NO_SURVEY: Final = "no-survey"
_FAMILY: Final = _uuid.UUID("4f5d2a0e-6a5e-5d0b-9f0d-0c4b5c1f7a3d")
"""Namespace of the uuids that tracks get from the names of their logs: saved twice, they are there once."""


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """What there is to say of a walk. ``walked_s`` leaves pauses out and is ``None`` where the receiver knew no
    time."""

    points: int = 0
    parts: int = 0
    length_m: float = 0.0
    walked_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A log that no survey has taken in yet; ``begun`` is when it was opened first."""

    path: Path
    begun: datetime | None
    facts: TrackFacts


def facts_of(segments: Segments) -> TrackFacts:
    """Points, parts, length in metres along the ground plane, and seconds walked."""
    spans = [span for span in map(_span_s, segments) if span is not None]
    return TrackFacts(
        points=sum(map(len, segments)),
        parts=len(segments),
        length_m=sum(map(_length_m, segments)),
        walked_s=sum(spans) if spans else None,
    )


def step_m(one: TrackPoint, other: TrackPoint) -> float:
    """Metres between two points that follow one another."""
    x_m, y_m = LocalPlane(one.longitude, one.latitude).metres(other.longitude, other.latitude)
    return float((x_m * x_m + y_m * y_m) ** 0.5)


# --- logs --------------------------------------------------------------------------------------------


def survey_keys(session: Session) -> list[str]:
    """What logs of this file are known by: the uuids of its surveys, so that a file may be moved or merged."""
    return sorted(survey.uuid for survey in session.file.surveys()) or [_NO_SURVEY]


def new_log_path(folder: Path, key: str, now: datetime | None = None) -> Path:
    """Where the log of a walk that begins now goes; makes the folder. Raises ``BadFile`` if it cannot."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(tr(
            "The folder {folder} cannot be made ({reason}), so no track can be recorded.",
            folder=folder, reason=error.strerror,
        )) from None
    begun = (now or datetime.now(UTC)).astimezone(UTC)
    return folder / f"{key}_{begun:%Y%m%dT%H%M%SZ}_{secrets.token_hex(2)}{SUFFIX}"


def begun_at(path: Path) -> datetime | None:
    """When a log was begun, by its name."""
    parts = path.stem.split("_")
    try:
        return datetime.strptime(parts[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if len(parts) == 3 else None
    except ValueError:
        return None


def unfinished(folder: Path, keys: Sequence[str]) -> list[Unfinished]:
    """Logs of these surveys that are not in them yet and that no window writes to, the oldest first. One without
    a single point is removed; one that cannot be read is left where it is and left out."""
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if path.name.partition("_")[0] not in keys or in_use(path):
            continue
        try:
            segments = read_track(path)
        except BadFile:
            continue  # damaged beyond its points; the file stays for somebody who can mend it
        if segments:
            found.append(Unfinished(path, begun_at(path), facts_of(segments)))
        else:
            forget(path)
    return sorted(found, key=lambda one: (one.begun or datetime.min.replace(tzinfo=UTC), one.path.name))


def forget(path: Path) -> None:
    """Remove a log; raises ``Refused`` while a window writes to it, ``BadFile`` if the system will not."""
    if in_use(path):
        raise Refused(tr("The track {name} is being recorded in another window; finish it there.", name=path.name))
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise BadFile(tr(
            "The track log {path} cannot be removed ({reason}).", path=path, reason=error.strerror
        )) from None


# --- into the survey ---------------------------------------------------------------------------------


def track_values(segment: Sequence[TrackPoint], *, name: str, observer: str, survey_uuid: str | None,
                 ) -> dict[str, Value]:
    """Fields of a ``track`` record: one part of a walk of at least two points, and all that was measured."""
    times = [moment for moment in (moment_of(point.time_text) for point in segment) if moment is not None]
    return {
        GEOMETRY: line_hex(segment),
        "name": name,
        "observer": observer,
        "started_at": utc_text(times[0]) if times else None,
        "finished_at": utc_text(times[-1]) if times else None,
        "points": points_text(segment),
        "survey_uuid": survey_uuid,
    }


def line_hex(segment: Sequence[TrackPoint]) -> str:
    """WKB hex (little-endian, two dimensions) of a line, longitude first."""
    flat = [degree for point in segment for degree in (point.longitude, point.latitude)]
    return struct.pack(f"<BII{len(flat)}d", 1, 2, len(segment), *flat).hex().upper()


def points_text(segment: Sequence[TrackPoint]) -> str:
    """``[[seconds, longitude, latitude, elevation, accuracy], …]``: seconds since ``started_at``, degrees, metres;
    ``null`` where unknown."""
    times = [moment_of(point.time_text) for point in segment]
    start = next((moment for moment in times if moment is not None), None)
    told = [
        [
            None if start is None or moment is None else round((moment - start).total_seconds(), 3),
            point.longitude, point.latitude, point.elevation_m, point.accuracy_m,
        ]
        for point, moment in zip(segment, times, strict=True)
    ]
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


def take_in(session: Session, log: Path, name: str) -> list[str]:
    """Put a log into the survey, one ``track`` record for each part, in one change set; then remove the log.
    Returns the uuids. Parts that are there already (the program ended between the two steps) are left alone, and
    a part of a single point is no line. Raises ``Refused`` when nothing was walked."""
    segments = [segment for segment in read_track(log) if len(segment) > 1]
    if not segments:
        raise Refused(tr(
            "The track has fewer than two points, so there is no line to keep; walk on or throw it away."
        ))
    uuids = [str(_uuid.uuid5(_FAMILY, f"{log.stem}/{place}")) for place in range(len(segments))]
    made = []
    for place, (uuid, segment) in enumerate(zip(uuids, segments, strict=True), start=1):
        if session.file.get(TRACK.name, uuid) is None:
            title = name if len(segments) == 1 else f"{name} ({place}/{len(segments)})"
            values = track_values(segment, name=title, observer=session.author, survey_uuid=session.survey_uuid)
            made.append(changes.insert(TRACK.name, values, uuid=uuid))
    if made:
        session.apply(ChangeSet(tuple(made), tr("Add track")), "track")
    forget(log)
    return uuids


def _length_m(segment: Sequence[TrackPoint]) -> float:
    return sum(step_m(one, other) for one, other in pairwise(segment))


def _span_s(segment: Sequence[TrackPoint]) -> float | None:
    times = [moment for moment in (moment_of(point.time_text) for point in segment) if moment is not None]
    return (times[-1] - times[0]).total_seconds() if times else None
