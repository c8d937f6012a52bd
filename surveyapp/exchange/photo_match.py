"""Which sighting a photo belongs to: by where and when the camera says that it was taken. Pure, and deterministic.

A photo's own position comes first; without one, where its moment lies along a track that was walked; without
either, time alone. What is not clear (two sightings as near as each other, place and time that disagree) is
proposed and marked as unsure, for a person to decide.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from surveyapp.domain.records import PAKISTAN, moment_of
from surveyapp.geo.measure import METRES_PER_DEGREE, haversine_m

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CAMERA_ZONE = PAKISTAN
"""Cameras write no time zone; theirs is taken for Pakistan's."""
REACH_M = 100.0
"""A photo belongs to no sighting farther away than this (and than three times the sighting's accuracy)."""
LATE_S = 2 * 3600.0
"""A photo of the right place that was taken longer before or after than this is unsure."""
BY_TIME_S = 1800.0
"""By time alone a photo belongs to no sighting that was observed longer before or after than this."""
GAP_S = 300.0
"""Between points of a track that are farther apart in time than this nobody knows where the camera was."""
BURST_M, BURST_S = 15.0, 600.0
"""Photos this near to each other in place and time are of one thing."""
_CANDIDATES = 6
"""So many sightings are offered for a photo."""
_WITHIN_REACH = 500
"""So many are weighed where they lie close together, such as the pits of one working."""
_FAR_M = 5000.0
_CLOCKS_AGREE_S = 120.0


@dataclass(frozen=True, slots=True)
class Shot:
    """What a camera says of one photo. ``key`` is the caller's name for it; degrees of WGS 84; ``taken_at`` is by
    the GPS clock, ``camera_time`` as the camera's own clock showed it (without a zone)."""

    key: str
    longitude: float | None = None
    latitude: float | None = None
    taken_at: datetime | None = None
    camera_time: datetime | None = None

    def moment(self, ahead_s: float = 0.0) -> datetime | None:
        """When it was taken, if the camera's own clock was ``ahead_s`` seconds ahead. The GPS clock is right."""
        if self.taken_at is not None:
            return self.taken_at
        if self.camera_time is None:
            return None
        return self.camera_time.replace(tzinfo=CAMERA_ZONE).astimezone(UTC) - timedelta(seconds=ahead_s)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sighting that a photo may belong to: metres from it, and seconds that it was taken after it."""

    uuid: str
    distance_m: float | None
    span_s: float | None


@dataclass(frozen=True, slots=True)
class Match:
    """``proposed``: the sighting, ``None`` if none is near; ``sure`` if nothing speaks against it. ``how``:
    ``position``, ``track`` (named by ``track``), ``time``, or empty where the photo says neither place nor time.
    ``candidates``: the likely ones, the best first."""

    key: str
    proposed: str | None
    sure: bool
    how: str
    candidates: tuple[Candidate, ...] = ()
    track: str = ""


@dataclass(frozen=True, slots=True)
class Stops:
    """Sightings as columns: degrees, metres, and seconds since 1970; NaN where unknown."""

    uuids: Sequence[str]
    longitudes: Floats
    latitudes: Floats
    accuracies_m: Floats
    observed_s: Floats


@dataclass(frozen=True, slots=True)
class Walk:
    """A track with the moments of its points, in order: seconds since 1970, degrees."""

    name: str
    seconds: Floats
    longitudes: Floats
    latitudes: Floats


def stops_of(columns: Mapping[str, Sequence[Any]]) -> Stops:
    """From the columns ``uuid``, ``longitude``, ``latitude``, ``accuracy_m`` and ``observed_at``."""
    return Stops(
        list(columns["uuid"]),
        _floats(columns["longitude"]),
        _floats(columns["latitude"]),
        _floats(columns["accuracy_m"]),
        _floats([_seconds(moment_of(text)) for text in columns["observed_at"]]),
    )


def walk_of(name: str, started_at: object, points: object) -> Walk | None:
    """A track from its fields ``started_at`` and ``points`` (``[[seconds, longitude, latitude, …], …]``); ``None``
    if it does not say when its points were passed."""
    start = moment_of(started_at)
    try:
        told = json.loads(points) if isinstance(points, str) else []
        rows = [(float(p[0]), float(p[1]), float(p[2])) for p in told if p[0] is not None]
    except (ValueError, TypeError, IndexError, KeyError):
        return None  # another program wrote something of its own into the field
    if start is None or not rows or not all(math.isfinite(number) for row in rows for number in row):
        return None
    rows.sort()
    seconds, longitudes, latitudes = (_floats(column) for column in zip(*rows, strict=True))
    return Walk(name, seconds + start.timestamp(), longitudes, latitudes)


def clock_ahead_s(shots: Sequence[Shot]) -> tuple[float, int] | None:
    """(seconds that the camera's clock is ahead, number of photos that say so), from photos that have both its
    time and the GPS clock's; ``None`` where none has, or where they disagree by more than two minutes."""
    ahead = [
        (shot.camera_time.replace(tzinfo=CAMERA_ZONE) - shot.taken_at).total_seconds()
        for shot in shots
        if shot.camera_time is not None and shot.taken_at is not None
    ]
    if not ahead:
        return None
    middle = median(ahead)
    if median(abs(one - middle) for one in ahead) > _CLOCKS_AGREE_S:
        return None
    return round(middle), len(ahead)


def match(shots: Sequence[Shot], stops: Stops, walks: Sequence[Walk], ahead_s: float = 0.0) -> list[Match]:
    """For each photo, in their order, the sighting that it belongs to; ``ahead_s`` as :meth:`Shot.moment` takes."""
    return [_match_one(shot, stops, walks, ahead_s) for shot in shots]


def bursts(shots: Sequence[Shot], ahead_s: float = 0.0) -> list[list[int]]:
    """Places of those photos that have a position, in groups: photos that were taken of one thing, within 15 m and ten
    minutes of the first of them. The first of a group is the one that was taken first."""
    placed = [
        (shot.moment(ahead_s), at, (shot.longitude, shot.latitude))
        for at, shot in enumerate(shots)
        if shot.longitude is not None and shot.latitude is not None
    ]
    placed.sort(key=lambda one: (one[0] is None, one[0].timestamp() if one[0] else 0.0, one[1]))
    groups: list[tuple[datetime | None, tuple[float, float], list[int]]] = []
    for moment, at, place in placed:
        for start, where, group in groups:
            if (
                moment is not None
                and start is not None
                and (moment - start).total_seconds() <= BURST_S
                and haversine_m(*where, *place) <= BURST_M
            ):
                group.append(at)
                break
        else:
            groups.append((moment, place, [at]))
    return [group for _moment, _place, group in groups]


def _match_one(shot: Shot, stops: Stops, walks: Sequence[Walk], ahead_s: float) -> Match:
    import numpy as np

    moment, track = shot.moment(ahead_s), ""
    at = None if shot.longitude is None or shot.latitude is None else (shot.longitude, shot.latitude)
    if at is None and moment is not None:
        at, track = _along(walks, moment.timestamp())
    how = "" if at is None and moment is None else "time" if at is None else "track" if track else "position"
    if not how or not len(stops.uuids):
        return Match(shot.key, None, False, how, (), track)
    spans = np.full(len(stops.uuids), np.nan) if moment is None else moment.timestamp() - stops.observed_s
    if at is None:
        near = [_candidate(stops, row, None, spans) for row in _least(np.abs(spans), BY_TIME_S)]
        return Match(shot.key, near[0].uuid if near else None, _clear_in_time(near), how, tuple(near), track)
    metres = _metres(stops, *at)
    reach = np.fmax(REACH_M, 3 * stops.accuracies_m)
    rows = _least(np.where(metres <= reach, metres, np.nan), math.inf, _WITHIN_REACH)
    if not rows:
        others = [_candidate(stops, row, metres, spans) for row in _least(metres, _FAR_M)]
        return Match(shot.key, None, False, how, tuple(others), track)
    return _by_place(shot.key, [_candidate(stops, row, metres, spans) for row in rows], how, track)


def _by_place(key: str, near: list[Candidate], how: str, track: str) -> Match:
    """Of the sightings within reach, the nearest first; of those equally near the one seen nearer in time."""
    near = sorted(near, key=lambda one: (one.distance_m or 0.0, _span(one), one.uuid))
    in_time = [one for one in near if one.span_s is not None and abs(one.span_s) <= LATE_S]
    ordered = in_time + [one for one in near if one not in in_time]
    first = ordered[0]
    if len(near) == 1:
        sure = first.span_s is None or bool(in_time)
    elif len(in_time) == 1:
        sure = True
    elif in_time:
        soonest = min(in_time, key=lambda one: (_span(one), one.uuid))
        sure = first is soonest and (_clear_in_place(in_time) or _clear_in_time(in_time))
    else:
        sure = _clear_in_place(near) and all(one.span_s is None for one in near)
    return Match(key, first.uuid, sure, how, tuple(ordered[:_CANDIDATES]), track)


def _span(one: Candidate) -> float:
    return math.inf if one.span_s is None else abs(one.span_s)


def _clear_in_place(near: Sequence[Candidate]) -> bool:
    metres = sorted(one.distance_m or 0.0 for one in near)
    return len(metres) < 2 or metres[1] > 2 * metres[0] + 10


def _clear_in_time(near: Sequence[Candidate]) -> bool:
    spans = sorted(abs(one.span_s) for one in near if one.span_s is not None)
    return bool(spans) and (len(spans) < 2 or spans[1] > 2 * spans[0] + 300)


def _along(walks: Sequence[Walk], seconds: float) -> tuple[tuple[float, float] | None, str]:
    """(where that moment lies along a track, its name); none where several tracks say different things."""
    found = [(place, walk.name) for walk in walks if (place := _place_on(walk, seconds)) is not None]
    if not found or any(haversine_m(*found[0][0], *place) > REACH_M for place, _name in found[1:]):
        return None, ""
    return found[0][0], found[0][1] or "?"


def _place_on(walk: Walk, seconds: float) -> tuple[float, float] | None:
    import numpy as np

    times = walk.seconds
    after = int(np.searchsorted(times, seconds))
    before = max(after - 1, 0)
    after = min(after, len(times) - 1)
    start, end = float(times[before]), float(times[after])
    if seconds < start - GAP_S / 2 or seconds > end + GAP_S / 2 or end - start > GAP_S:
        return None
    share = 0.0 if end <= start else min(max((seconds - start) / (end - start), 0.0), 1.0)
    longitude = float(walk.longitudes[before] + share * (walk.longitudes[after] - walk.longitudes[before]))
    latitude = float(walk.latitudes[before] + share * (walk.latitudes[after] - walk.latitudes[before]))
    return longitude, latitude


def _metres(stops: Stops, longitude: float, latitude: float) -> Floats:
    """Distances on the plane around the photo, good to 1 % where it matters (within some kilometres)."""
    import numpy as np

    east = (stops.longitudes - longitude) * (METRES_PER_DEGREE * math.cos(math.radians(latitude)))
    metres: Floats = np.hypot(east, (stops.latitudes - latitude) * METRES_PER_DEGREE)
    return metres


def _least(measures: Floats, limit: float, most: int = _CANDIDATES) -> list[int]:
    """Places of the smallest measures up to ``limit``, the smallest first, those alike in their order; no NaN."""
    import numpy as np

    rows = np.flatnonzero(measures <= limit)
    return [int(row) for row in rows[np.argsort(measures[rows], kind="stable")][:most]]


def _candidate(stops: Stops, row: int, metres: Floats | None, spans: Floats) -> Candidate:
    distance = None if metres is None else float(metres[row])
    span = float(spans[row])
    return Candidate(
        stops.uuids[row],
        None if distance is None or math.isnan(distance) else distance,
        None if math.isnan(span) else span,
    )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _floats(values: Sequence[Any]) -> Floats:
    import numpy as np

    return np.array([math.nan if value is None else float(value) for value in values], dtype=np.float64)
