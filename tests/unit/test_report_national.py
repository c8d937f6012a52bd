"""The national report: sums worked by hand, each traced to its records, and never across gems or categories."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from surveyapp import app
from surveyapp.domain.changes import insert
from surveyapp.domain.estimate_rules import NON_COMPLIANT
from surveyapp.domain.geometry import point_hex
from surveyapp.exchange.report.national_facts import (
    ADDED,
    LEFT_OUT,
    OVERLAPS,
    SUPERSEDED,
    Evidence,
    NationalFacts,
    Surface,
)
from surveyapp.exchange.report.national_page import national_page
from surveyapp.exchange.report.raster import STOPS, cropped, heat_figure, heat_png
from surveyapp.geo.extents import outline_hex
from surveyapp.services.national_report import as_dict, gather
from surveyapp.services.session import Session
from tests.helpers.report_pages import EVIL, Seen, seen, walk
from tests.helpers.surveys import empty_survey, survey_with, uuid_of

SWAT, HUNZA = (72.36, 34.77), (74.60, 36.31)
WHOLE: dict[str, Any] = {
    "gem": "ruby", "method": "Bulk samples", "estimated_on": "2026-10-01", "estimator": "Shah Zaman, PEC",
    "source": "Report 12 of 2026", "size_distribution": "2-5 mm 80 %", "price_basis": "4 USD/ct",
    "category": "indicated-mineral-resource", "low_ct": 5_000.0, "best_ct": 10_000.0, "high_ct": 20_000.0,
    "tonnage_t": 50_000.0, "recovery": 0.8,
}


def area(number: int, at: tuple[float, float], name: str) -> Any:
    x, y = at
    corners = [(x, y), (x + 0.01, y), (x + 0.01, y + 0.01), (x, y + 0.01)]
    return insert("area", {"name": name, "kind": "prospect", "geom": outline_hex(corners)}, uuid=uuid_of(number))


def estimate(number: int, on: int, **values: Any) -> Any:
    return insert("estimate", {**WHOLE, "area_uuid": uuid_of(on), **values}, uuid=uuid_of(number))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    near = (SWAT[0] + 0.02, SWAT[1])
    return survey_with(tmp_path_factory.mktemp("national") / "nation.gpkg", [
        area(91, SWAT, "Mingora"), area(92, near, "Shamozai"), area(93, HUNZA, "Aliabad"),
        area(94, (HUNZA[0] + 0.005, HUNZA[1]), EVIL),
        estimate(1, 91), estimate(2, 92, low_ct=1_000.0, best_ct=3_000.0, high_ct=8_000.0, tonnage_t=7_000.0),
        estimate(3, 91, category="probable-ore-reserves", low_ct=2_000.0, best_ct=4_000.0, high_ct=6_000.0),
        estimate(4, 91, estimated_on="2024-01-01", best_ct=9_000.0),
        estimate(5, 92, category="inferred-mineral-resource", price_basis=None, low_ct=None),
        estimate(6, 93), estimate(7, 94), estimate(8, 92, gem="emerald", estimator=None),
        *(seen(10 + n, gem="ruby", total_carats=1e9, geom=point_hex(SWAT[0] + n / 1000, SWAT[1])) for n in range(4)),
        walk(1, "Amina", "2026-05-04", SWAT, (SWAT[0] + 0.03, SWAT[1])),
    ])


@pytest.fixture(scope="module")
def facts(path: Path) -> NationalFacts:
    with Session.open(path, read_only=True) as session:
        return gather(session)


@pytest.fixture(scope="module")
def source(facts: NationalFacts) -> str:
    return national_page(facts)


def by_uuid(facts: NationalFacts) -> dict[str, Evidence]:
    return {one.uuid: one for one in facts.evidence}


def test_sums_are_those_worked_by_hand(facts: NationalFacts) -> None:
    told = by_uuid(facts)
    (swat,) = (one for one in facts.sums["province"]
               if one.place == "Khyber Pakhtunkhwa" and one.category == "indicated-mineral-resource")
    # 5,000 + 1,000, 10,000 + 3,000, 20,000 + 8,000 ct; 50,000 + 7,000 t. The older one of Mingora does not count.
    assert (swat.low_ct, swat.best_ct, swat.high_ct, swat.tonnage_t, swat.areas) == (6_000, 13_000, 28_000, 57_000, 2)
    assert set(swat.refs) == {told[uuid_of(1)].ref, told[uuid_of(2)].ref}
    (reserve,) = (one for one in facts.sums["nation"] if one.category == "probable-ore-reserves")
    assert (reserve.best_ct, reserve.refs) == (4_000, (told[uuid_of(3)].ref,))


def test_every_estimate_is_told_once_with_what_became_of_it(facts: NationalFacts) -> None:
    told = by_uuid(facts)
    assert set(told) == {uuid_of(n) for n in range(1, 9)}
    assert {n: told[uuid_of(n)].fate for n in range(1, 9)} == {
        1: ADDED, 2: ADDED, 3: ADDED, 4: SUPERSEDED, 5: ADDED, 6: OVERLAPS, 7: OVERLAPS, 8: LEFT_OUT,
    }
    assert told[uuid_of(5)].category == NON_COMPLIANT and told[uuid_of(5)].claimed == "inferred-mineral-resource"
    assert "Competent person" in told[uuid_of(8)].why
    assert all(one.why for one in facts.evidence if one.fate != ADDED)
    assert [one.ref for one in facts.evidence] == [f"E{n}" for n in range(1, 9)]
    assert len(facts.overlaps) == 1


def test_nothing_is_added_across_gems_or_categories(facts: NationalFacts) -> None:
    told = {one.ref: one for one in facts.evidence}
    for rows in facts.sums.values():
        for one in rows:
            assert {(told[ref].gem, told[ref].category) for ref in (*one.refs, *one.not_added)} == {
                (one.gem, one.category)}
    # Sightings with a billion carats each are in none of the sums.
    assert max(one.best_ct for rows in facts.sums.values() for one in rows) < 100_000


def test_reserves_resources_and_the_rest_stand_apart(source: str) -> None:
    told = Seen(source)
    sections = [one.partition("  ")[2] for one in told.words["h2"] if "  " in one]
    assert sections == ["Map", "Ore Reserves", "Mineral Resources", "Estimates that comply with no reporting code",
                        "Not added", "Occurrences", "Finds for the looking that was done", "Open disagreements",
                        "Appendix: the records"]
    assert "Sightings are occurrences. They are counted, never turned into carats or tonnes" in told.text
    assert "It is not the probability of a deposit" in told.text
    assert "claimed as Inferred Mineral Resource, which the record does not support" in told.text


def test_every_figure_leads_to_its_records(source: str, facts: NationalFacts) -> None:
    told = Seen(source)
    ids = {given["id"] for _tag, given in told.tags if given.get("id")}
    links = [given["href"] for given in told.all("a")]
    assert links and all(link is not None and link[1:] in ids for link in links)
    records = next(rows for caption, rows in told.tables.items() if "this report rests on" in caption)
    assert [row[0] for row in records[1:]] == [f"{one.ref}{one.uuid}{one.area_uuid}" for one in facts.evidence]
    whole = next(rows for caption, rows in told.tables.items() if caption == "In the whole file")
    assert whole[0][-1] == "Rests on"


def test_it_is_whole_and_asks_for_nothing(source: str) -> None:
    told = Seen(source)
    (policy,) = (given["content"] for given in told.all("meta") if given.get("http-equiv"))
    assert policy is not None and "img-src data:" in policy and "script" not in policy
    pictures = [given["href"] for given in told.all("image")]
    assert pictures and all(one is not None and one.startswith("data:image/png;base64,") for one in pictures)
    assert EVIL in told.text and "<script" not in source
    ids = [given["id"] for _tag, given in told.tags if given.get("id")]
    assert len(ids) == len(set(ids))


def test_finds_are_shown_for_the_looking_that_was_done(facts: NationalFacts) -> None:
    (surface,) = facts.surfaces
    assert (surface.gem, surface.crs) == ("ruby", "EPSG:32643")
    assert np.isfinite(surface.values).any() and 0 < surface.looked_share < 1
    assert any("4" in words for words in surface.words)


def test_an_empty_file_says_what_is_missing(tmp_path: Path) -> None:
    with Session.open(empty_survey(tmp_path / "empty.gpkg"), read_only=True) as session:
        told = Seen(national_page(gather(session)))
    for sentence in ("No estimate in the file supports an Ore Reserve.", "The file holds no estimates.",
                     "No estimate in the file supports a Mineral Resource.", "No gem has finds enough"):
        assert sentence in told.text


def test_a_grid_that_is_too_large_is_drawn_with_a_wider_kernel(tmp_path: Path) -> None:
    path = survey_with(tmp_path / "wide.gpkg", [
        seen(n, geom=point_hex(x, y)) for n, (x, y) in enumerate([(62.0, 25.0), (77.0, 36.5), (72.0, 34.0)], start=1)])
    with Session.open(path, read_only=True) as session:
        told = gather(session)
    (surface,) = told.surfaces
    assert surface.cell_m == 1000, "500 m is a quarter of the usual kernel"
    # A stop is 200 m of looking, and less than a kilometre is not enough.
    assert "too little looking to show anything" in Seen(national_page(told)).text


# --- the picture -------------------------------------------------------------------------------------


def surface(values: Any, **more: Any) -> Surface:
    return Surface("ruby", "title", "finds per km", ("general",), ("own",), np.array(values, float), "EPSG:32643",
                   400_000.0, 3_860_000.0, 500.0, 0.5, **more)


def test_the_picture_goes_from_light_to_dark_and_is_clear_where_nobody_looked() -> None:
    picture = Image.open(io.BytesIO(heat_png(np.array([[0.0, 5.0], [10.0, np.nan]]), 10.0)))
    assert picture.mode == "RGBA" and picture.size == (2, 2)
    first, last = STOPS[0], STOPS[-1]
    assert picture.getpixel((0, 0)) == (*bytes.fromhex(first[1:]), 255)
    assert picture.getpixel((0, 1)) == (*bytes.fromhex(last[1:]), 255)
    assert picture.getpixel((1, 1))[3] == 0
    grey = [sum(bytes.fromhex(stop[1:])) for stop in STOPS]
    assert grey == sorted(grey, reverse=True)


def test_a_large_grid_is_averaged_and_the_unknown_is_not_zero() -> None:
    values = np.full((2001, 1500), np.nan)
    values[:3, :3] = 6.0
    picture = Image.open(io.BytesIO(heat_png(values, 6.0)))
    assert picture.size == (500, 667)
    assert picture.getpixel((0, 0)) == (*bytes.fromhex(STOPS[-1][1:]), 255)
    assert picture.getpixel((499, 666))[3] == 0


def test_a_grid_that_is_mostly_empty_is_cut_to_its_finds() -> None:
    values = np.zeros((100, 200))
    values[50, 150] = 3.0
    cut = cropped(surface(values))
    assert cut.values.shape == (25, 25) and cut.values[12, 12] == 3.0
    assert (cut.west, cut.north) == (400_000 + 138 * 500, 3_860_000 - 38 * 500)
    full = surface(np.ones((10, 10)))
    assert cropped(full) is full


def test_nothing_looked_at_gives_no_picture() -> None:
    assert heat_figure(surface([[np.nan]]), "h") is None
    nothing = heat_figure(surface([[0.0, 0.0]]), "h")
    assert nothing is not None and not nothing.cropped
    told = Seen(nothing.svg)
    assert "title. From 0 to 0 finds per km; 50 % of the whole grid was looked at." in told.words["desc"]


def test_the_figures_are_json(facts: NationalFacts) -> None:
    told = json.loads(json.dumps(as_dict(facts)))
    assert {len(told["sums"][by]) for by in ("nation",)} == {len(facts.sums["nation"])}
    assert told["surfaces"][0]["unit"] and "values" not in told["surfaces"][0]


def test_the_command(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["report", str(path), str(tmp_path / "n.html"), "--national", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["evidence"][0]["ref"] == "E1"
    assert "National report" in (tmp_path / "n.html").read_text(encoding="utf-8")


def test_a_record_without_a_range_has_a_dash(facts: NationalFacts) -> None:
    lone = replace(facts.evidence[0], low_ct=None, high_ct=None, category="", claimed="", gem="")
    told = Seen(national_page(replace(facts, evidence=(lone, *facts.evidence[1:]))))
    records = next(rows for caption, rows in told.tables.items() if "this report rests on" in caption)
    assert records[1][3].startswith("–") and records[1][3].endswith("–")
