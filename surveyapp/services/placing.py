"""Working out provinces and districts again, once an office changed its boundaries.

What a person chose is never overwritten. A province or district counts as chosen by hand when it differs from what the
boundaries gave that the sighting names. Where those are at hand they are asked; where they are not, the history tells
what was filled in together with their name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Value
from surveyapp.services.session import Session
from surveyapp.services.where import in_use
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.geo.boundaries import Boundaries

SOURCE = "boundary_source"
PLACES = ("province", "district")
_COLUMNS = ("uuid", "longitude", "latitude", *PLACES, SOURCE)
_STEP = 2000


@dataclass(frozen=True, slots=True)
class Moved:
    """One field that the boundaries in use say otherwise."""

    uuid: str
    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """``moved``: the fields that change; ``confirmed``: sightings that stay as they are and name the new boundaries;
    ``by_hand``: fields that differ and are left, as a person chose them; ``outside``: sightings that no area of the
    boundaries holds, which are left too."""

    source: str
    moved: tuple[Moved, ...]
    confirmed: int
    by_hand: tuple[Moved, ...]
    outside: int

    @property
    def sightings(self) -> int:
        """How many sightings get another province or district."""
        return len({one.uuid for one in self.moved})

    def lines(self) -> list[str]:
        """What came of it, in sentences."""
        told = [ntr("{n} sighting gets another province or district, by {source}.",
                    "{n} sightings get another province or district, by {source}.", self.sightings,
                    source=self.source)]
        if self.confirmed:
            told.append(ntr("{n} sighting stays as it is, and names these boundaries.",
                            "{n} sightings stay as they are, and name these boundaries.", self.confirmed))
        if self.by_hand:
            told.append(ntr("{n} field that a person chose is left as it is.",
                            "{n} fields that a person chose are left as they are.", len(self.by_hand)))
        if self.outside:
            told.append(ntr("{n} sighting lies in no area of these boundaries, and is left as it is.",
                            "{n} sightings lie in no area of these boundaries, and are left as they are.",
                            self.outside))
        return told

    def as_dict(self) -> dict[str, Any]:
        """As ``places --json`` prints it."""
        def shown(fields: Sequence[Moved]) -> list[dict[str, Any]]:
            return [{"uuid": one.uuid, "field": one.field, "before": one.before, "after": one.after} for one in fields]

        return {
            "boundary_source": self.source, "sightings": self.sightings, "changed": shown(self.moved),
            "confirmed": self.confirmed, "by_hand": shown(self.by_hand), "outside": self.outside,
        }  # fmt: skip


def sourced(values: Mapping[str, Value], facts: Mapping[str, Value]) -> Value:
    """What ``boundary_source`` is of a sighting that has these values where the boundaries gave these facts: their name
    where it has what they say, and nothing where a person chose otherwise."""
    agrees = all(values.get(name) == facts[name] for name in PLACES if facts.get(name) is not None)
    return facts.get(SOURCE) if agrees else None


def work_out_again(
    session: Session, boundaries: Boundaries | None = None, *, dry_run: bool = False, progress: Progress | None = None
) -> WorkedOut:
    """Give every sighting the province and district that the boundaries (those in use) say, in one change set."""
    boundaries, progress = boundaries or in_use(), progress or Progress()
    rows = session.file.columns(SIGHTING.name, _COLUMNS)
    gave = _Gave(session.file, boundaries)
    places = facts_of_many(boundaries, rows["longitude"], rows["latitude"])
    before = facts_of_many(gave.built_in, rows["longitude"], rows["latitude"])
    moved: list[Moved] = []
    by_hand: list[Moved] = []
    made: list[changes.Change] = []
    confirmed = outside = 0
    for row, (uuid, facts) in enumerate(zip(rows["uuid"], places, strict=True)):
        if row % _STEP == 0:
            progress.step(row, len(places), tr("working out places"))
        if facts is None:
            continue
        if all(facts.get(name) is None for name in PLACES):
            outside += 1
            continue
        has = {name: rows[name][row] for name in (*PLACES, SOURCE)}
        new, chosen = _differences(uuid, has, facts, gave, before[row] or {})
        moved += new
        by_hand += chosen
        values: dict[str, Value] = {one.field: one.after for one in new}
        # A layer without districts cannot answer for one that another layer gave.
        answers = has[SOURCE] is None or has["district"] is None or "district" in facts
        if not chosen and answers and has[SOURCE] != boundaries.label:
            values[SOURCE] = boundaries.label
            confirmed += not new
        if values:
            made.append(changes.update(SIGHTING.name, uuid, values, has))
    if made and not dry_run:
        session.apply(ChangeSet(tuple(made), tr("Work out places again")), initiator="places")
    progress.step(len(places), len(places), tr("working out places"))
    return WorkedOut(boundaries.label, tuple(moved), confirmed, tuple(by_hand), outside)


def facts_of_many(
    boundaries: Boundaries, longitudes: Sequence[float | None], latitudes: Sequence[float | None]
) -> list[dict[str, Value] | None]:
    """Province (code), district and the boundaries' name of each point; ``None`` without a position."""
    points = [(n, x, y) for n, (x, y) in enumerate(zip(longitudes, latitudes, strict=True)) if None not in (x, y)]
    xs, ys = [float(x or 0) for _n, x, _y in points], [float(y or 0) for _n, _x, y in points]
    provinces = boundaries.province_index.holding(xs, ys)
    districts = boundaries.district_index.holding(xs, ys)
    found: list[dict[str, Value] | None] = [None] * len(longitudes)
    for (n, _x, _y), province, district in zip(points, provinces, districts, strict=True):
        found[n] = place_of(boundaries, province.code if province else None, district.name if district else None)
    return found


def place_of(boundaries: Boundaries, province: str | None, district: str | None) -> dict[str, Value]:
    """The facts that boundaries give of a place. A layer without districts says nothing about them."""
    facts: dict[str, Value] = {"province": province}
    if boundaries.districts:
        facts["district"] = district
    known = province is not None or district is not None
    return facts | {SOURCE: boundaries.label if known else None}


def _differences(
    uuid: str, has: Mapping[str, Value], facts: Mapping[str, Value], gave: _Gave, before: Mapping[str, Value]
) -> tuple[list[Moved], list[Moved]]:
    """(fields that the program may change, fields that a person chose)."""
    new: list[Moved] = []
    chosen: list[Moved] = []
    for name in PLACES:
        after = facts.get(name)
        if after is None or has[name] == after:
            continue
        hand = has[name] is not None and has[name] != gave.value(uuid, name, has[SOURCE], before, facts)
        (chosen if hand else new).append(Moved(uuid, name, has[name], after))
    return new, chosen


class _Gave:
    """What the boundaries gave that a sighting names."""

    def __init__(self, file: SurveyFile, boundaries: Boundaries) -> None:
        from surveyapp.geo.boundaries import built_in

        self._file, self._label, self.built_in = file, boundaries.label, built_in()

    def value(
        self, uuid: str, name: str, source: Value, before: Mapping[str, Value], facts: Mapping[str, Value]
    ) -> Value:
        """A sighting that names none is of before there was more than the built-in ones."""
        if source is None or source == self.built_in.label:
            return before.get(name)
        if source == self._label:
            return facts.get(name)
        known: Value = None
        last: Value = None
        for revision in self._file.history(uuid):
            body = revision.body or {}
            if body.get(SOURCE) == source and last != source:
                known = body.get(name)
            last = body.get(SOURCE)
        return known
