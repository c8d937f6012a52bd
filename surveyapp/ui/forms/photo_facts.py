"""How where and when a photo was taken compares with the sighting, in words. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.geometry import point_of
from surveyapp.domain.records import Record, Value, moment_of, utc_text
from surveyapp.errors import BadInput
from surveyapp.geo.measure import haversine_m
from surveyapp.ui.forms.moments import parse_local, short
from surveyapp.words import ntr, tr

FAR_M = 100.0
"""A photo from farther away than this (and than three times the sighting's accuracy) is flagged: phone and
handset together err by 20 m at worst under open sky, and no one photographs an outcrop from a hill away."""
LATE = timedelta(hours=2)
"""A photo taken longer before or after than this is flagged: it is likely of another stop."""

_COMPASS: tuple[Callable[[], str], ...] = (
    lambda: tr("N"), lambda: tr("NE"), lambda: tr("E"), lambda: tr("SE"), lambda: tr("S"), lambda: tr("SW"),
    lambda: tr("W"), lambda: tr("NW"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about a photo; ``flagged`` if a person should look at it."""

    text: str
    flagged: bool = False


def bearing_deg(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Initial great-circle bearing from ``here`` to ``there``, degrees clockwise from true north."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*here, *there))
    east = math.sin(lon2 - lon1) * math.cos(lat2)
    north = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(lon2 - lon1)
    return math.degrees(math.atan2(east, north)) % 360


def distance_words(metres: float) -> str:
    """``4 m``, ``350 m``, ``3.2 km``, ``120 km``."""
    if metres < 995:
        return tr("{metres} m", metres=f"{metres:.0f}")
    return tr("{km} km", km=f"{metres / 1000:.1f}" if metres < 99_950 else f"{metres / 1000:,.0f}")


def duration_words(span: timedelta) -> str:
    """``40 s``, ``5 min``, ``2 h 10 min``, ``3 days``, ``11 years``; the sign does not matter."""
    seconds = int(abs(span.total_seconds()))
    if seconds < 60:
        return tr("{seconds} s", seconds=seconds)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if minutes < 60:
        return tr("{minutes} min", minutes=minutes)
    if hours < 24:
        rest = minutes % 60
        return tr("{hours} h {minutes} min", hours=hours, minutes=rest) if rest else tr("{hours} h", hours=hours)
    if days < 730:
        return ntr("{n} day", "{n} days", days)
    return ntr("{n} year", "{n} years", days // 365)


def position_of(photo: Record) -> tuple[float, float] | None:
    """(longitude, latitude) that the camera wrote, or ``None``."""
    longitude, latitude = photo.get("exif_longitude"), photo.get("exif_latitude")
    if isinstance(longitude, int | float) and isinstance(latitude, int | float):
        return float(longitude), float(latitude)
    return None


def place_fact(photo: Record, sighting: Mapping[str, Value]) -> Fact:
    """Where the photo was taken, seen from the sighting (its values by field, the point under ``geom``)."""
    there, here = position_of(photo), point_of(sighting.get(GEOMETRY))
    if there is None:
        return Fact(tr("No position in the photo"))
    if here is None:
        return Fact(tr("Taken at {latitude}, {longitude}; the sighting has no position yet",
                       latitude=f"{there[1]:.5f}", longitude=f"{there[0]:.5f}"))
    metres = haversine_m(*here, *there)
    accuracy = sighting.get("accuracy_m")
    limit = max(FAR_M, 3 * accuracy) if isinstance(accuracy, int | float) else FAR_M
    if metres < 1:
        return Fact(tr("Taken at the sighting's position"))
    where = _COMPASS[round(bearing_deg(here, there) / 45) % 8]()
    told = tr("Taken {distance} {direction} of the sighting", distance=distance_words(metres), direction=where)
    return Fact(told, metres > limit)


def time_fact(photo: Record, sighting: Mapping[str, Value], ahead_s: float = 0.0) -> Fact:
    """When the photo was taken, seen from the sighting. The camera's own clock is named as such: it has no zone and is
    often wrong; ``ahead_s`` is how many seconds it is known to be ahead of Pakistan time."""
    taken, by_camera = photo.get("taken_at"), False
    moment, observed = moment_of(taken), moment_of(sighting.get("observed_at"))
    if moment is None:
        taken, by_camera = _camera_time(photo), True
        moment = moment_of(taken)
        if moment is not None and ahead_s:
            moment, by_camera = moment - timedelta(seconds=ahead_s), False
            taken = utc_text(moment)
    if moment is None:
        return Fact(tr("No time in the photo"))
    told, flagged = _span_told(moment, observed, taken)
    return Fact(tr("{what} by the camera's clock", what=told) if by_camera else told, flagged)


def _span_told(moment: datetime, observed: datetime | None, taken: Value) -> tuple[str, bool]:
    """(words, whether to flag it)."""
    if observed is None:
        return tr("Taken {moment}", moment=short(taken)), False
    span = moment - observed
    if abs(span) < timedelta(minutes=1):
        return tr("Taken at the time of the sighting"), False
    late = abs(span) > LATE
    if span > timedelta():
        return tr("Taken {span} after it", span=duration_words(span)), late
    return tr("Taken {span} before it", span=duration_words(span)), late


def _camera_time(photo: Record) -> Value:
    """The camera's clock as UTC text, read as Pakistan time; EXIF writes 2026:11:24 09:30:00."""
    text = str(photo.get("camera_time") or "")
    day, _, clock = text.partition(" ")
    try:
        return parse_local(f"{day.replace(':', '-')} {clock}", tr("Camera clock")) if text else None
    except BadInput:
        return None
