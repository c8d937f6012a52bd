"""The bulk samples and processed parcels that a grade of an area may rest on, found in the survey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from surveyapp.domain.bulk_grade import BulkResult, LeftOut, by_screen, from_sample, from_sighting, without_doubles
from surveyapp.domain.fields import SAMPLE, SIGHTING
from surveyapp.domain.records import Record
from surveyapp.storage.gpkg import SurveyFile

BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Collected:
    """``results``: what gives a grade; ``left_out``: what lies there too and gives none, with the reason."""

    results: tuple[BulkResult, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def screens(self) -> dict[float, list[BulkResult]]:
        """Results by bottom screen in mm: those of different screens are never put together."""
        return by_screen(self.results)


def collected(
    file: SurveyFile,
    area: Record,
    gem: str,
    *,
    density_t_m3: float | None = None,
    chosen: Collection[str] | None = None,
) -> Collected:
    """Bulk samples of this gem whose sighting lies in the area, and the sightings there at which something was
    processed. ``chosen``: these uuids and no others, wherever they lie. ``density_t_m3``: of what was processed, for
    amounts in m³."""
    sightings = _sightings(file, area, gem, chosen)
    samples = _samples(file, sightings, chosen)
    found = [from_sample(sample) for sample in samples]
    for sighting in sightings.values():
        amounts = ("processed_t", "processed_m3", "total_carats")
        told = any(sighting.get(name) is not None for name in amounts)
        if told and (chosen is None or sighting.uuid in chosen):
            found.append(from_sighting(sighting, density_t_m3))
    parents = {sample.uuid: str(sample.get("sample_uuid") or sample.get("sighting_uuid") or "") for sample in samples}
    for sample in samples:  # a part counts beside its sighting as its whole does
        above = str(sample.get("sample_uuid") or "")
        if above and above not in parents:
            parents[above] = str(sample.get("sighting_uuid") or "")
    results, doubled = without_doubles([one for one in found if isinstance(one, BulkResult)], parents)
    left = [one for one in found if isinstance(one, LeftOut)] + doubled
    return Collected(tuple(results), tuple(sorted(left, key=lambda one: (one.name, one.uuid))))


def gems_inside(file: SurveyFile, area: Record) -> list[str]:
    """The gems that were seen in an area, the one that was seen most often first."""
    from surveyapp.geo.extents import inside

    columns = file.columns(SIGHTING.name, ["gem", "presence", "longitude", "latitude"])
    within = inside(area.get("geom"), columns["longitude"], columns["latitude"])
    rows = zip(columns["gem"], columns["presence"], within, strict=True)
    seen = Counter(str(gem) for gem, presence, lies in rows if lies and gem and presence != "absent")
    return [gem for gem, _count in sorted(seen.items(), key=lambda item: (-item[1], item[0]))]


def _sightings(file: SurveyFile, area: Record, gem: str, chosen: Collection[str] | None) -> dict[str, Record]:
    """Sightings of the gem in the area by uuid; with ``chosen``, every one that is chosen or has a chosen sample."""
    if chosen is not None:
        wanted = {*chosen, *(str(sample.get("sighting_uuid")) for sample in file.records(SAMPLE.name, chosen))}
        return {one.uuid: one for one in file.records(SIGHTING.name, wanted) if one.get("gem") == gem}
    from surveyapp.geo.extents import inside

    columns = file.columns(SIGHTING.name, ["uuid", "gem", "longitude", "latitude"])
    within = inside(area.get("geom"), columns["longitude"], columns["latitude"])
    wanted = {uuid for uuid, own, lies in zip(columns["uuid"], columns["gem"], within, strict=True)
              if lies and own == gem}
    return {one.uuid: one for one in file.records(SIGHTING.name, wanted)}


def _samples(file: SurveyFile, sightings: Collection[str], chosen: Collection[str] | None) -> list[Record]:
    """Bulk samples of those sightings, or those that are chosen."""
    if chosen is not None:
        found = list(file.records(SAMPLE.name, chosen))
    else:
        columns = file.columns(SAMPLE.name, ["uuid", "sighting_uuid", "sample_type"])
        rows = zip(columns["uuid"], columns["sighting_uuid"], columns["sample_type"], strict=True)
        found = list(file.records(SAMPLE.name, {u for u, at, kind in rows if kind == BULK and at in sightings}))
    return [one for one in found if one.get("sample_type") == BULK and one.get("sighting_uuid") in sightings]
