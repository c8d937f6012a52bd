"""Estimates added up: by hand, never across gems or categories, traced to their records, and no ground twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from surveyapp.domain.changes import ChangeSet, insert
from surveyapp.domain.estimate_rules import NON_COMPLIANT
from surveyapp.domain.estimation import Model, constant, stated
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.errors import BadInput
from surveyapp.geo.extents import outline_hex
from surveyapp.services.estimates import new_model, save_estimate
from surveyapp.services.rollup import WORDS, roll_up
from surveyapp.services.session import Session
from tests.helpers.surveys import sighting, survey_with, uuid_of

SWAT, HUNZA = (72.36, 34.77), (74.60, 36.31)
WHOLE: dict[str, Value] = {
    "gem": "ruby", "method": "Bulk samples and Monte Carlo", "estimated_on": "2026-10-01",
    "estimator": "Shah Zaman, PEC", "source": "Report 12 of 2026", "size_distribution": "2-5 mm 80 %",
    "price_basis": "4 USD/ct, valued 2026-09", "category": "indicated-mineral-resource",
    "low_ct": 5_000.0, "best_ct": 10_000.0, "high_ct": 20_000.0, "tonnage_t": 50_000.0,
}


def outline(longitude: float, latitude: float, size: float = 0.01) -> str:
    return outline_hex([(longitude, latitude), (longitude + size, latitude), (longitude + size, latitude + size),
                        (longitude, latitude + size)])


def area(number: int, at: tuple[float, float], name: str, **values: Value) -> Any:
    return insert("area", {"name": name, "kind": "prospect", "geom": outline(*at), **values}, uuid=uuid_of(number))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    path = survey_with(tmp_path / "nation.gpkg", [
        area(91, SWAT, "Mingora"), area(92, (SWAT[0] + 0.02, SWAT[1]), "Shamozai"), area(93, HUNZA, "Aliabad"),
        sighting(1, geom=point_hex(SWAT[0] + 0.001, SWAT[1] + 0.001), deposit_name="Swat belt", district="Swat",
                 total_carats=1e9, processed_t=1.0),
        sighting(2, geom=point_hex(SWAT[0] + 0.021, SWAT[1] + 0.001), deposit_name="Swat belt", district="Swat"),
    ])
    with Session.open(path, author="Zarmina") as opened:
        yield opened


def put(session: Session, number: int, on: int, **values: Value) -> str:
    made = insert("estimate", {**WHOLE, "area_uuid": uuid_of(on), **values}, uuid=uuid_of(number))
    session.apply(ChangeSet((made,), "estimate"))
    return made.uuid


def test_sums_worked_by_hand_name_what_they_rest_on(session: Session) -> None:
    # 5,000 + 1,000 = 6,000; 10,000 + 3,000 = 13,000; 20,000 + 8,000 = 28,000 ct; 50,000 + 7,000 t.
    put(session, 1, 91)
    put(session, 2, 92, low_ct=1_000.0, best_ct=3_000.0, high_ct=8_000.0, tonnage_t=7_000.0)
    put(session, 3, 93)
    hunza, swat = roll_up(session.file).rows
    assert (hunza.place, hunza.place_label) == ("PK-GB", "Gilgit-Baltistan")
    assert (swat.place, swat.place_label) == ("PK-KP", "Khyber Pakhtunkhwa")
    assert (swat.low_ct, swat.best_ct, swat.high_ct, swat.tonnage_t) == (6_000, 13_000, 28_000, 57_000)
    assert set(swat.estimates) == {uuid_of(1), uuid_of(2)}
    assert set(swat.area_uuids) == {uuid_of(91), uuid_of(92)}
    assert (swat.areas, swat.independent, swat.not_added) == (2, None, ())
    assert sum(row.best_ct for row in roll_up(session.file, "nation").rows) == 23_000


@pytest.mark.parametrize(
    ("by", "places"),
    [("deposit", {"Swat belt", "Aliabad"}), ("district", {"Swat", ""}), ("province", {"PK-KP", "PK-GB"}),
     ("nation", {""})],
)
def test_places_are_those_that_the_records_say(session: Session, by: str, places: set[str]) -> None:
    for number, on in ((1, 91), (2, 92), (3, 93)):
        put(session, number, on)
    told = roll_up(session.file, by)
    assert {row.place for row in told.rows} == places
    assert sorted(uuid for row in told.rows for uuid in row.estimates) == [uuid_of(1), uuid_of(2), uuid_of(3)]


def test_gems_and_categories_are_never_added_together(session: Session) -> None:
    put(session, 1, 91)
    put(session, 2, 92, gem="emerald")
    put(session, 3, 93, category="inferred-mineral-resource")
    put(session, 4, 92, category="measured-mineral-resource", estimator=None)
    put(session, 5, 92, category="measured-mineral-resource", price_basis=None)
    told = roll_up(session.file, "nation")
    assert [(row.gem, row.category, row.estimates) for row in told.rows] == [
        ("emerald", "indicated-mineral-resource", (uuid_of(2),)),
        ("ruby", NON_COMPLIANT, (uuid_of(5),)),
        ("ruby", "inferred-mineral-resource", (uuid_of(3),)),
        ("ruby", "indicated-mineral-resource", (uuid_of(1),)),
    ]
    assert [left.uuid for left in told.left_out] == [uuid_of(4)]
    assert "Competent person" in told.left_out[0].reason
    assert all(row.best_ct == 10_000 for row in told.rows), "the billion carats of a sighting are nowhere"


def test_only_the_latest_of_an_area_gem_and_category_counts(session: Session) -> None:
    put(session, 1, 91, estimated_on="2025-01-01", best_ct=6_000.0)
    put(session, 2, 91)
    put(session, 3, 91, estimated_on="2026-11-01", category="inferred-mineral-resource")
    told = roll_up(session.file)
    assert [row.estimates for row in told.rows] == [(uuid_of(3),), (uuid_of(2),)]
    (gone,) = told.superseded
    assert (gone.uuid, gone.by_uuid, gone.area, gone.estimated_on) == (uuid_of(1), uuid_of(2), "Mingora", "2025-01-01")


def test_ground_that_two_areas_share_is_listed_and_not_added(session: Session) -> None:
    session.apply(ChangeSet((area(94, (SWAT[0] + 0.005, SWAT[1]), "Mingora east"),), "area"))
    put(session, 1, 91)
    put(session, 2, 94)
    put(session, 3, 92, best_ct=7_000.0)
    put(session, 4, 94, category="inferred-mineral-resource")
    put(session, 5, 94, gem="emerald")
    told = roll_up(session.file)
    indicated = next(row for row in told.rows if row.gem == "ruby" and row.category.startswith("indicated"))
    assert (indicated.best_ct, indicated.estimates) == (7_000, (uuid_of(3),))
    assert set(indicated.not_added) == {uuid_of(1), uuid_of(2)}
    apart = {frozenset(one.estimates): one for one in told.overlaps}
    assert set(apart) == {frozenset({uuid_of(1), uuid_of(2)}), frozenset({uuid_of(1), uuid_of(4)})}
    same = apart[frozenset({uuid_of(1), uuid_of(2)})]
    assert not same.summed
    assert "Neither is added" in same.sentence
    # Half of 0.01° by 0.01° at 34.775° N: 0.5 × 1,109.36 m × 915.41 m.
    assert same.overlap_m2 == pytest.approx(0.5 * 1109.4 * 915.4, rel=1e-3)
    assert apart[frozenset({uuid_of(1), uuid_of(4)})].summed
    inferred = next(row for row in told.rows if row.category.startswith("inferred"))
    assert inferred.estimates == (uuid_of(4),)


def test_outlines_that_touch_or_were_drawn_a_hair_apart_do_not_overlap(session: Session) -> None:
    session.apply(ChangeSet((area(94, (SWAT[0] + 0.01, SWAT[1]), "beside"),
                             area(95, (SWAT[0], SWAT[1] + 0.009999), "a hair")), "areas"))
    for number, on in ((1, 91), (2, 94), (3, 95)):
        put(session, number, on)
    told = roll_up(session.file)
    assert told.overlaps == ()
    assert told.rows[0].areas == 3


def test_what_has_no_area_outline_or_figures_is_left_out_with_its_reason(session: Session) -> None:
    session.apply(ChangeSet((insert("area", {"name": "nowhere"}, uuid=uuid_of(96)),), "area"))
    put(session, 1, 99)
    put(session, 2, 96)
    put(session, 3, 91, best_ct=None)
    put(session, 4, 92, category="exploration-result")
    told = roll_up(session.file)
    assert told.rows == ()
    assert {left.uuid: left.reason.split(",")[0] for left in told.left_out} == {
        uuid_of(1): "Its area is not in the file.", uuid_of(2): "Its area has no outline",
        uuid_of(3): "It cannot be added to others",
        uuid_of(4): "An exploration result has no tonnage and grade that could be added up.",
    }


def test_a_range_that_one_estimate_does_not_state_is_not_stated_of_the_sum(session: Session) -> None:
    put(session, 1, 91)
    put(session, 2, 92, low_ct=None, high_ct=None, tonnage_t=None)
    (row,) = roll_up(session.file).rows
    assert (row.low_ct, row.best_ct, row.high_ct, row.tonnage_t) == (None, 20_000, None, None)


def model_of(session: Session, on: int, seed: int) -> Model:
    known = session.file.get("area", uuid_of(on))
    assert known is not None
    return new_model(known, {
        "extent_m2": constant(100_000), "thickness_m": constant(2), "mineralised": constant(0.1),
        "density_t_m3": constant(2.5), "recovery": constant(1), "grade_ct_t": stated("lognormal", mean=1, sd=0.5),
    }, bottom_screen_mm=2.0, seed=seed)


def test_a_simulated_sum_is_narrower_and_two_estimates_of_one_seed_are_drawn_apart(session: Session) -> None:
    # 50,000 t of lognormal grade with mean 1: each has a mean of 50,000 ct and a variance of (25,000 ct)². Two that
    # are independent have a standard deviation of √2 · 25,000, two that rise and fall together 2 · 25,000.
    for on in (91, 92):
        save_estimate(session, uuid_of(on), WHOLE, model=model_of(session, on, seed=1))
    (row,) = roll_up(session.file).rows
    assert row.independent is not None
    assert row.low_ct is not None
    assert row.high_ct is not None
    assert row.independent.mean_ct == pytest.approx(100_000, rel=0.02)
    assert row.low_ct < row.independent.low_ct < row.independent.best_ct < row.independent.high_ct < row.high_ct
    assert roll_up(session.file).rows == (row,), "the same figures every time"
    narrower = (row.independent.high_ct - row.independent.low_ct) / (row.high_ct - row.low_ct)
    assert narrower == pytest.approx(2**-0.5, rel=0.06)


def test_no_sum_is_simulated_where_a_model_does_not_give_the_figures(session: Session) -> None:
    for on in (91, 92):
        save_estimate(session, uuid_of(on), WHOLE, model=model_of(session, on, seed=on))
    record = next(iter(session.file.records("estimate")))
    forged = insert("estimate", {**record.values, "area_uuid": uuid_of(93), "best_ct": 46_000.0}, uuid=uuid_of(8))
    bad = {**record.values, "area_uuid": uuid_of(93), "model": "{}", "gem": "topaz"}
    session.apply(ChangeSet((forged, insert("estimate", bad, uuid=uuid_of(9))), "from outside"))
    rows = roll_up(session.file, "nation").rows
    assert [(row.gem, row.areas, row.independent) for row in rows] == [("ruby", 3, None), ("topaz", 1, None)]


def test_another_way_of_adding_up_is_refused_and_the_words_are_whole(session: Session) -> None:
    with pytest.raises(BadInput, match="cannot be added up by 'valley'"):
        roll_up(session.file, "valley")
    assert roll_up(session.file).rows == ()
    assert all(sentence.endswith(".") for sentence in WORDS.values())
