"""Estimates added up by deposit, district, province or nation: never across gems or categories, never sightings.

Each figure names the estimates and areas that it rests on. Of several estimates of one area, gem and category only the
latest counts; where two areas share ground, neither is added; what does not state enough to be added is listed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from surveyapp.domain.estimate_rules import CATEGORIES, compliant_category, why_not_added
from surveyapp.domain.estimation import DRAWS, Model, rounded
from surveyapp.domain.estimation_text import parse_model
from surveyapp.domain.fields import AREA, ESTIMATE, GEOMETRY, SIGHTING
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadInput
from surveyapp.services.estimates import reproduce, siblings
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import mark, tr

if TYPE_CHECKING:
    from surveyapp.geo.basemap import Province

BY = ("deposit", "district", "province", "nation")

WORDS: dict[str, str] = {
    "arithmetic": mark("Low, best and high are the sums of the single P90, P50 and P10. The sums of low and of high "
                       "hold if all areas turn out low or high together (full dependence), so they are the widest "
                       "range."),
    "independent": mark("The simulated sum takes the areas to turn out independently of one another, so that high and "
                        "low ones make up for each other; it is the narrowest range. The truth lies between the two."),
    "categories": mark("Figures of different categories or gems are never added together."),
    "overlap": mark("Where two areas share ground, their estimates are listed and not added: the same ground must not "
                    "be counted twice."),
    "superseded": mark("Of several estimates of one area, gem and category only the latest counts."),
    "sightings": mark("Sightings are occurrences and are in none of these figures."),
}
"""What a reader has to be told beside the figures, in English: show it through ``tr``."""

_SLIVER = 0.001
"""Outlines that share less than this part of the smaller one touch along a line that was drawn twice."""


@dataclass(frozen=True, slots=True)
class Range:
    """A simulated sum: carats that 90, 50 and 10 % of the draws exceed, and their mean."""

    low_ct: float
    best_ct: float
    high_ct: float
    mean_ct: float


@dataclass(frozen=True, slots=True)
class RollUpRow:
    """Estimates of one gem and category at one place, added up; carats and tonnes, ``None`` where one of them does not
    state it. ``independent`` is ``None`` where an estimate has no model that gives its figures, and where only one is
    added. ``not_added``: estimates that belong here and overlap others of the row."""

    place: str
    place_label: str
    gem: str
    category: str
    areas: int
    tonnage_t: float | None
    low_ct: float | None
    best_ct: float
    high_ct: float | None
    independent: Range | None
    estimates: tuple[str, ...]
    area_uuids: tuple[str, ...]
    not_added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Superseded:
    """An estimate that a later one of the same area, gem and category took the place of."""

    uuid: str
    by_uuid: str
    area: str
    gem: str
    category: str
    estimated_on: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas that share ground and both have an estimate of the gem. ``summed``: their categories differ, so that
    each is added to others of its own."""

    gem: str
    estimates: tuple[str, str]
    areas: tuple[str, str]
    names: tuple[str, str]
    categories: tuple[str, str]
    overlap_m2: float
    summed: bool

    @property
    def sentence(self) -> str:
        one, other = self.names
        told = tr("{one} and {other} share {area} m².", one=one, other=other, area=f"{self.overlap_m2:,.0f}")
        if self.summed:
            return told + " " + tr("Their categories differ, so that they are not added together anyway.")
        return told + " " + tr("Neither is added, because the shared ground would count twice.")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An estimate that is in no sum, and why."""

    uuid: str
    area: str
    gem: str
    reason: str


@dataclass(frozen=True, slots=True)
class RollUp:
    """All of it. Each estimate of the file is once in ``rows`` (added or not), ``superseded`` or ``left_out``."""

    by: str
    rows: tuple[RollUpRow, ...]
    superseded: tuple[Superseded, ...]
    overlaps: tuple[Overlap, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Counted:
    """An estimate that counts, with what it may be called and where it lies."""

    record: Record
    area: Record
    category: str
    place: str
    place_label: str
    @property
    def row(self) -> tuple[str, str, str]:
        return self.place, str(self.record.get("gem")), self.category


def roll_up(
    file: SurveyFile, by: str = "province", *, districts: Sequence[Province] = (), progress: Progress | None = None
) -> RollUp:
    """Add the estimates of a file up by deposit, district, province or nation. ``districts``: the office's layer of
    districts (:func:`surveyapp.geo.boundaries.load_boundaries`); without it a district is what the sightings in an area
    say. Raises ``BadInput`` for another ``by``."""
    if by not in BY:
        raise BadInput(tr("Estimates cannot be added up by {by!r}; use one of {known}.", by=by, known=", ".join(BY)))
    progress = progress or Progress()
    known = list(file.records(ESTIMATE.name))
    areas = {area.uuid: area for area in file.records(AREA.name)}
    usable, left_out = _usable(known, areas)
    latest, superseded = _latest(usable, areas)
    places = _places(file, {area.uuid: area for _record, area, _category in latest}, by, districts)
    counted = [_Counted(record, area, category, *places[area.uuid]) for record, area, category in latest]
    overlaps = _overlaps(counted)
    apart = {uuid for one in overlaps if not one.summed for uuid in one.estimates}
    groups: dict[tuple[str, str, str], list[_Counted]] = {}
    for one in counted:
        groups.setdefault(one.row, []).append(one)
    rows = []
    for number, (_key, members) in enumerate(sorted(groups.items(), key=_order)):
        progress.step(number, len(groups), tr("adding estimates up"))
        rows.append(_row(members, apart))
    return RollUp(by, tuple(rows), tuple(superseded), tuple(overlaps), tuple(left_out))


# --- what counts -------------------------------------------------------------------------------------

_Usable = tuple[Record, Record, str]
"""An estimate, its area, and what it may be called."""


def _usable(known: Sequence[Record], areas: Mapping[str, Record]) -> tuple[list[_Usable], list[LeftOut]]:
    from surveyapp.geo.extents import area_m2

    by_area: dict[str, list[Record]] = {}
    for record in known:
        by_area.setdefault(str(record.get("area_uuid")), []).append(record)
    usable, left = [], []
    for record in known:
        area = areas.get(str(record.get("area_uuid")))
        if area is None:
            reason = tr("Its area is not in the file.")
        elif area_m2(area.get(GEOMETRY)) <= 0:
            reason = tr("Its area has no outline, so its extent is not known.")
        else:
            reason = why_not_added(record)
        if area is None or reason:
            left.append(LeftOut(record.uuid, _name(area), str(record.get("gem") or ""), reason))
        else:
            fellows = siblings(record, by_area[area.uuid])
            usable.append((record, area, compliant_category(record, fellows)))
    return usable, left


def _latest(usable: Iterable[_Usable], areas: Mapping[str, Record]) -> tuple[list[_Usable], list[Superseded]]:
    """The latest of each area, gem and category by its date (of one day: the greater uuid, on every computer)."""
    groups: dict[tuple[str, str, str], list[_Usable]] = {}
    for one in usable:
        groups.setdefault((one[1].uuid, str(one[0].get("gem")), one[2]), []).append(one)
    latest, gone = [], []
    for (area, gem, category), members in groups.items():
        *earlier, last = sorted(members, key=lambda one: (str(one[0].get("estimated_on") or ""), one[0].uuid))
        latest.append(last)
        gone += [Superseded(record.uuid, last[0].uuid, _name(areas[area]), gem, category,
                            str(record.get("estimated_on") or "")) for record, _area, _category in earlier]
    return latest, gone


def _overlaps(counted: Sequence[_Counted]) -> list[Overlap]:
    from surveyapp.geo.extents import area_m2, overlaps

    areas = list({one.area.uuid: one.area for one in counted}.values())
    on: dict[str, list[_Counted]] = {}
    for one in counted:
        on.setdefault(one.area.uuid, []).append(one)
    found = []
    for first, second, shared in overlaps([area.get(GEOMETRY) for area in areas]):
        smaller = min(area_m2(areas[place].get(GEOMETRY)) for place in (first, second))
        if shared < _SLIVER * smaller:
            continue
        for one in on[areas[first].uuid]:
            found += [_overlap(one, other, shared) for other in on[areas[second].uuid]
                      if one.record.get("gem") == other.record.get("gem")]
    return found


def _overlap(one: _Counted, other: _Counted, shared: float) -> Overlap:
    return Overlap(
        str(one.record.get("gem")), (one.record.uuid, other.record.uuid), (one.area.uuid, other.area.uuid),
        (_name(one.area), _name(other.area)), (one.category, other.category), shared,
        one.category != other.category,
    )


# --- where it lies -----------------------------------------------------------------------------------


def _places(
    file: SurveyFile, areas: Mapping[str, Record], by: str, districts: Sequence[Province]
) -> dict[str, tuple[str, str]]:
    """Place and its label by area. A province is that of the middle of the outline."""
    if by == "nation":
        return dict.fromkeys(areas, ("", ""))
    if by == "province":
        return {uuid: _province(area) for uuid, area in areas.items()}
    said = _said_inside(file, areas, "district" if by == "district" else "deposit_name")
    found = {}
    for uuid, area in areas.items():
        names = said[uuid]
        if by == "district":
            name = _district(area, districts) or (names[0] if len(names) == 1 else "")
        elif area.get("kind") == "deposit" or len(names) != 1:
            name = str(area.get("name") or "")
        else:
            name = names[0]
        found[uuid] = (name, name or tr("not known"))
    return found


def _province(area: Record) -> tuple[str, str]:
    from surveyapp.geo.extents import middle
    from surveyapp.geo.places import province_at

    at = middle(area.get(GEOMETRY))
    found = province_at(*at) if at else None
    return (found[0], VOCABULARIES["province"].label(found[0])) if found else ("", tr("not known"))


def _district(area: Record, districts: Sequence[Province]) -> str:
    from surveyapp.geo.districts import district_at
    from surveyapp.geo.extents import middle

    at = middle(area.get(GEOMETRY))
    return (district_at(*at, tuple(districts)) or "") if at and districts else ""


def _said_inside(file: SurveyFile, areas: Mapping[str, Record], field: str) -> dict[str, list[str]]:
    """What the sightings inside each area say in a field, each name once."""
    from surveyapp.geo.extents import inside

    columns = file.columns(SIGHTING.name, [field, "longitude", "latitude"])
    found = {}
    for uuid, area in areas.items():
        within = inside(area.get(GEOMETRY), columns["longitude"], columns["latitude"])
        found[uuid] = sorted({str(name).strip() for name, lies in zip(columns[field], within, strict=True)
                              if lies and name and str(name).strip()})
    return found


# --- adding up ---------------------------------------------------------------------------------------


def _row(members: Sequence[_Counted], apart: set[str]) -> RollUpRow:
    added = [one for one in members if one.record.uuid not in apart]
    first = members[0]
    return RollUpRow(
        first.place, first.place_label, str(first.record.get("gem")), first.category,
        areas=len({one.area.uuid for one in added}),
        tonnage_t=_sum(added, "tonnage_t"), low_ct=_sum(added, "low_ct"), best_ct=_sum(added, "best_ct") or 0.0,
        high_ct=_sum(added, "high_ct"),
        independent=_independent(added),
        estimates=tuple(one.record.uuid for one in added),
        area_uuids=tuple(dict.fromkeys(one.area.uuid for one in added)),
        not_added=tuple(one.record.uuid for one in members if one.record.uuid in apart),
    )


def _sum(added: Sequence[_Counted], field: str) -> float | None:
    """The sum of a field; ``None`` where an estimate does not state it, because the rest is not the whole."""
    known = [one.record.get(field) for one in added]
    numbers = [float(one) for one in known if isinstance(one, int | float)]
    return rounded(math.fsum(numbers)) if numbers and len(numbers) == len(known) else None


def _independent(added: Sequence[_Counted]) -> Range | None:
    """The sum drawn by drawing each model by itself. Two estimates that were made with one seed are drawn apart: by
    the same numbers they would rise and fall together."""
    models = [_model(one.record) for one in added]
    if len(models) < 2 or any(model is None for model in models):
        return None
    import numpy as np

    from surveyapp.geo import simulation

    total = np.zeros(DRAWS)
    for one, model in zip(added, models, strict=True):
        assert model is not None
        total = total + simulation.draw(model, apart=_apart(one.record.uuid), draws=DRAWS).carats
    return Range(*simulation.percentiles(total), rounded(float(np.mean(total))))


def _model(record: Record) -> Model | None:
    """The model of an estimate, where it gives the figures that the record has."""
    try:
        again = reproduce(record)
    except BadInput:
        return None
    return parse_model(record.get("model")) if again is not None and again.same else None


def _apart(uuid: str) -> int:
    try:
        return UUID(uuid).int
    except ValueError:  # another program's identity; any number that follows from it will do
        return int.from_bytes(uuid.encode(), "big") % 2**128


def _order(item: tuple[tuple[str, str, str], list[_Counted]]) -> tuple[bool, str, str, int]:
    (place, gem, category), members = item
    return not place, members[0].place_label.casefold(), gem, CATEGORIES.index(category)


def _name(area: Record | None) -> str:
    return str(area.get("name") or area.uuid) if area is not None else ""
