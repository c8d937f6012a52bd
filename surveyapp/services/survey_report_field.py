"""Field work in figures, for the survey report: what was found where, when, by whom, and how far they walked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from surveyapp.domain.gems import GEMS
from surveyapp.domain.records import PAKISTAN, Record, Value, moment_of
from surveyapp.exchange.report.facts import (
    DAY,
    MONTH,
    WEEK,
    YEAR,
    Effort,
    GemRow,
    ObserverRow,
    PlaceRow,
    TimeBin,
    Timeline,
)

if TYPE_CHECKING:
    from pyproj import Geod

Columns = Mapping[str, Sequence[Any]]

_DAYS_AT_MOST, _BINS_AT_MOST = 28, 80
"""A survey of up to four weeks is shown by day; more than 80 weeks by month, more than 80 months by year."""

_GEM_ORDER = {gem.code: place for place, gem in enumerate(GEMS)}


def text_of(value: Value) -> str:
    """A text without space around it; empty for nothing."""
    return str(value).strip() if value is not None else ""


def local_day(value: Value) -> date | None:
    """The day in Pakistan on which a stored time lies."""
    moment = moment_of(value)
    try:
        return moment.astimezone(PAKISTAN).date() if moment is not None else None
    except OverflowError:  # the last hours of the year 9999
        return None


def is_absence(presence: Value) -> bool:
    """Only what says so is an absence."""
    return presence == "absent"


# --- by gem and place --------------------------------------------------------------------------------


def gem_rows(columns: Columns) -> tuple[GemRow, ...]:
    """Sightings by gem, in the order of the table of gems, others by their code, unknown last."""
    counted: dict[str, Counter[bool]] = defaultdict(Counter)
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    for gem, presence, status in zip(columns["gem"], columns["presence"], columns["review_status"], strict=True):
        counted[text_of(gem)][is_absence(presence)] += 1
        statuses[text_of(gem)][text_of(status)] += 1
    return tuple(
        GemRow(gem, counted[gem][False], counted[gem][True], dict(statuses[gem]))
        for gem in sorted(counted, key=gem_key)
    )


def gem_key(gem: str) -> tuple[int, str]:
    """By which gems are sorted."""
    return (_GEM_ORDER.get(gem, len(_GEM_ORDER) + (not gem)), gem)


def place_rows(columns: Columns) -> tuple[PlaceRow, ...]:
    """Sightings by province and district, unknown ones last."""
    counted: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    gems: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    rows = zip(columns["province"], columns["district"], columns["presence"], columns["gem"], strict=True)
    for province, district, presence, gem in rows:
        place = (text_of(province), text_of(district))
        absent = is_absence(presence)
        counted[place][absent] += 1
        if not absent:
            gems[place][text_of(gem)] += 1
    return tuple(
        PlaceRow(*place, counted[place][False], counted[place][True],
                 {gem: gems[place][gem] for gem in sorted(gems[place], key=gem_key)})
        for place in sorted(counted, key=lambda one: (not one[0], one[0], not one[1], one[1]))
    )


# --- effort ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Work:
    days: set[date] = field(default_factory=set)
    tracks: int = 0
    metres: float = 0.0
    finds: int = 0
    absences: int = 0

    def row(self, observer: str, finds_of_walkers: int | None = None) -> ObserverRow:
        """``finds_of_walkers``: the finds that the rate is of, where some of them are by people without a track."""
        km = self.metres / 1000 if self.tracks else None
        finds = self.finds if finds_of_walkers is None else finds_of_walkers
        rate = finds / km * 10 if km else None
        first, last = (min(self.days), max(self.days)) if self.days else (None, None)
        return ObserverRow(observer, len(self.days), first, last, self.tracks, km, self.finds, self.absences, rate)


def effort(columns: Columns, days: Sequence[date | None], tracks: Iterable[Record]) -> Effort:
    """What each observer did (``days``: the local day of each sighting), the unknown one last, and all together."""
    work: dict[str, _Work] = defaultdict(_Work)
    whole = _Work()
    for observer, presence, day in zip(columns["observer"], columns["presence"], days, strict=True):
        for one in (work[text_of(observer)], whole):
            one.absences += is_absence(presence)
            one.finds += not is_absence(presence)
            if day is not None:
                one.days.add(day)
    shapeless = 0
    for track in tracks:
        metres = length_m(track.get("geom"))
        shapeless += metres is None
        ends = {day for name in ("started_at", "finished_at") if (day := local_day(track.get(name))) is not None}
        for one in (work[text_of(track.get("observer"))], whole):
            one.days |= ends
            if metres is not None:
                one.tracks += 1
                one.metres += metres
    names = sorted(work, key=lambda name: (not name, name.casefold(), name))
    walkers = sum(one.finds for one in work.values() if one.tracks)
    return Effort(tuple(work[name].row(name) for name in names), whole.row("", walkers), shapeless)


def length_m(wkb_hex: Value) -> float | None:
    """Length in metres of a line on the WGS 84 ellipsoid (Karney 2013, as pyproj has it); ``None`` for no line."""
    import shapely

    if not isinstance(wkb_hex, str):
        return None
    try:
        line = shapely.from_wkb(wkb_hex)
    except shapely.errors.ShapelyError:
        return None
    if line is None or line.is_empty or line.geom_type not in ("LineString", "MultiLineString"):
        return None
    return float(_geod().geometry_length(line))


@cache
def _geod() -> Geod:
    from pyproj import Geod

    return Geod(ellps="WGS84")


# --- time --------------------------------------------------------------------------------------------


def timeline(days: Sequence[date | None], presences: Sequence[Value]) -> Timeline:
    """Sightings by day, week (from Monday), month or year, whichever suits how long the work took."""
    dated = [day for day in days if day is not None]
    if not dated:
        return Timeline(WEEK, (), len(days))
    unit, first = _unit(min(dated), max(dated))
    counted: dict[date, Counter[bool]] = defaultdict(Counter)
    earlier = 0
    for day, presence in zip(days, presences, strict=True):
        if day is None:
            continue
        start = _start(day, unit)
        if start < first:
            earlier += 1
        else:
            counted[start][is_absence(presence)] += 1
    starts, last = [first], max(counted)
    while starts[-1] < last:
        starts.append(_next(starts[-1], unit))
    bins = tuple(TimeBin(start, counted[start][False], counted[start][True]) for start in starts)
    return Timeline(unit, bins, len(days) - len(dated), earlier)


def _unit(first: date, last: date) -> tuple[str, date]:
    """The unit, and where the first bin begins: years beyond the last 80 are left out."""
    if (last - first).days < _DAYS_AT_MOST:
        return DAY, first
    if (_start(last, WEEK) - _start(first, WEEK)).days < 7 * _BINS_AT_MOST:
        return WEEK, _start(first, WEEK)
    if (last.year - first.year) * 12 + last.month - first.month < _BINS_AT_MOST:
        return MONTH, _start(first, MONTH)
    return YEAR, date(max(first.year, last.year - _BINS_AT_MOST + 1), 1, 1)


def _start(day: date, unit: str) -> date:
    if unit == WEEK:
        return day - timedelta(days=min(day.weekday(), day.toordinal() - 1))
    if unit == MONTH:
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == YEAR else day


def _next(start: date, unit: str) -> date:
    if unit in (DAY, WEEK):
        return start + timedelta(days=1 if unit == DAY else 7)
    if unit == MONTH:
        return date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return date(start.year + 1, 1, 1)
