"""The national report: estimates added up as the rules allow, each figure with the records that it rests on; where
finds were made for the looking that was done; and sightings as what they are, occurrences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from surveyapp.domain.estimate_rules import compliant_category
from surveyapp.domain.fields import AREA, ESTIMATE
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record
from surveyapp.errors import BadInput, Refused
from surveyapp.exchange.report.facts import SurveyFacts
from surveyapp.exchange.report.national_facts import (
    ADDED,
    LEFT_OUT,
    OVERLAPS,
    SUPERSEDED,
    Evidence,
    NationalFacts,
    SumRow,
    Surface,
)
from surveyapp.services import survey_report
from surveyapp.services.rollup import BY, WORDS, RollUp, RollUpRow, roll_up
from surveyapp.services.session import Session
from surveyapp.services.survey_report_field import gem_key, text_of
from surveyapp.services.where import in_use
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

FEWEST_FINDS, MOST_SURFACES = 3, 4
"""A picture is made of the gems that were found most, of which there are at least so many finds."""

_WIDEST_KERNEL_M = 64_000.0
_ORDER = ("nation", "province", "district", "deposit")


def made(session: Session, out: Path, progress: Progress | None = None) -> tuple[str, dict[str, Any]]:
    """(the page of a national report that is to go to ``out``, its figures for programs). Writes nothing."""
    from surveyapp.exchange.report.national_page import national_page

    survey_report.check_place(session, out)
    facts = gather(session, progress)
    return national_page(facts), as_dict(facts)


def as_dict(facts: NationalFacts) -> dict[str, Any]:
    """The figures for programs; the grids are left out."""
    return {
        "survey": survey_report.as_dict(facts.survey),
        "sums": {by: [asdict(row) for row in rows] for by, rows in facts.sums.items()},
        "evidence": [asdict(one) for one in facts.evidence],
        "overlaps": list(facts.overlaps),
        "surfaces": [
            {"gem": one.gem, "unit": one.unit, "crs": one.crs, "cell_m": one.cell_m,
             "looked_share": one.looked_share, "words": [*one.general, *one.words]} for one in facts.surfaces
        ],
    }


def gather(session: Session, progress: Progress | None = None) -> NationalFacts:
    """Everything that the report says."""
    progress = progress or Progress()
    file = session.file
    survey = survey_report.gather(session, progress)
    districts = in_use().districts
    sums = {by: roll_up(file, by, districts=districts, progress=progress) for by in sorted(BY, key=_ORDER.index)}
    evidence = _evidence(file, sums["nation"])
    refs = {one.uuid: one.ref for one in evidence}
    surfaces, missing = _surfaces(file, survey, progress)
    return NationalFacts(
        survey=survey,
        sums={by: tuple(_sum_row(row, refs) for row in told.rows) for by, told in sums.items()},
        evidence=evidence,
        overlaps=tuple(one.sentence for one in sums["nation"].overlaps),
        words=tuple(tr(words) for words in WORDS.values()),
        surfaces=surfaces, no_surface=missing,
    )


def _sum_row(row: RollUpRow, refs: Mapping[str, str]) -> SumRow:
    drawn = row.independent
    return SumRow(
        place=row.place_label, gem=row.gem, category=row.category, areas=row.areas, tonnage_t=row.tonnage_t,
        low_ct=row.low_ct, best_ct=row.best_ct, high_ct=row.high_ct,
        independent=None if drawn is None else (drawn.low_ct, drawn.best_ct, drawn.high_ct),
        refs=_named(row.estimates, refs), not_added=_named(row.not_added, refs),
    )


def _named(uuids: Iterable[str], refs: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted((refs[uuid] for uuid in uuids), key=lambda ref: int(ref[1:])))


# --- what it rests on --------------------------------------------------------------------------------


def _evidence(file: SurveyFile, nation: RollUp) -> tuple[Evidence, ...]:
    """Every estimate of the file once, with what became of it."""
    areas = {area.uuid: area for area in file.records(AREA.name)}
    known = list(file.records(ESTIMATE.name))
    fates: dict[str, tuple[str, str]] = {}
    for row in nation.rows:
        fates |= dict.fromkeys(row.estimates, (ADDED, ""))
        fates |= dict.fromkeys(row.not_added, (OVERLAPS, tr("Its area shares ground with another.")))
    for gone in nation.superseded:
        fates[gone.uuid] = (SUPERSEDED, tr("A later estimate of the same area, gem and category takes its place."))
    for left in nation.left_out:
        fates[left.uuid] = (LEFT_OUT, left.reason)

    def category_of(record: Record) -> str:
        fellows = [one for one in known if one.get("area_uuid") == record.get("area_uuid") and one is not record]
        return compliant_category(record, fellows)

    def name_of(record: Record) -> str:
        area = areas.get(str(record.get("area_uuid")))
        return text_of(area.get("name")) if area else ""

    ordered = sorted(known, key=lambda one: (
        gem_key(text_of(one.get("gem"))), category_of(one), name_of(one), text_of(one.get("estimated_on")), one.uuid))
    return tuple(
        _one(f"E{number}", record, name_of(record), category_of(record), fates.get(record.uuid, (LEFT_OUT, "")))
        for number, record in enumerate(ordered, start=1)
    )


def _one(ref: str, record: Record, area: str, category: str, fate: tuple[str, str]) -> Evidence:
    def number(name: str) -> float | None:
        value = record.get(name)
        return float(value) if isinstance(value, int | float) else None

    def text(name: str) -> str:
        return text_of(record.get(name))

    return Evidence(
        ref=ref, uuid=record.uuid, area=area, area_uuid=text("area_uuid"), gem=text("gem"), category=category,
        claimed=text("category"), unfc=text("unfc"), estimator=text("estimator"), estimated_on=text("estimated_on"),
        method=text("method"), source=text("source"), tonnage_t=number("tonnage_t"), low_ct=number("low_ct"),
        best_ct=number("best_ct"), high_ct=number("high_ct"), fate=fate[0], why=fate[1],
    )


# --- where finds were made ---------------------------------------------------------------------------


def _surfaces(file: SurveyFile, survey: SurveyFacts, progress: Progress) -> tuple[tuple[Surface, ...], tuple[str, ...]]:
    found = sorted((one for one in survey.gems if one.finds >= FEWEST_FINDS and one.gem), key=lambda one: -one.finds)
    made: list[Surface] = []
    missing: list[str] = []
    for one in found[:MOST_SURFACES]:
        try:
            made.append(_surface(file, one.gem, progress))
        except (Refused, BadInput) as error:
            missing.append(str(error))
    return tuple(made), tuple(missing)


def _surface(file: SurveyFile, gem: str, progress: Progress) -> Surface:
    """The picture of a gem. Where the ground is too wide for a fine grid, the kernel is made wider."""
    from surveyapp.services.prospectivity import prospectivity

    bandwidth = 2000.0
    while True:
        try:
            told = prospectivity(file, gem, bandwidth_m=bandwidth, progress=progress)
            break
        except BadInput:
            bandwidth *= 2
            if bandwidth > _WIDEST_KERNEL_M:
                raise
    first, *middle, last = told.words()  # what it is, how it was made, and what blank means
    return Surface(
        gem=gem, title=told.title(), unit=told.rate_unit(), general=(first, last), words=tuple(middle),
        values=told.rate, crs=told.crs,
        west=told.west, north=told.north, cell_m=told.cell_m, looked_share=told.looked_share,
    )
