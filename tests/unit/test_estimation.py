"""Models of estimates: worked by hand, drawn the same everywhere, read without trust, and graded from bulk samples."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain import bulk_grade as bulk
from surveyapp.domain.bulk_grade import BulkResult
from surveyapp.domain.changes import Change, insert
from surveyapp.domain.estimation import (
    INPUT_BY_NAME,
    INPUTS,
    SHAPE_BY_KIND,
    Distribution,
    Model,
    bootstrap,
    constant,
    faults,
    faults_of,
    stated,
)
from surveyapp.domain.estimation_text import model_text, parse_model, read_model
from surveyapp.domain.records import Record
from surveyapp.errors import BadInput, Refused
from surveyapp.geo import simulation
from surveyapp.geo.extents import area_m2, corners_of, inside, outline_hex, overlap_m2, overlaps
from surveyapp.services.bulk_samples import collected
from surveyapp.services.estimates import figures_of, simulate
from surveyapp.storage.gpkg import SurveyFile
from tests.helpers.surveys import sighting, survey_with, uuid_of

SQUARE = ((72.0, 34.0), (72.01, 34.0), (72.01, 34.01), (72.0, 34.01))


def model(**inputs: Distribution) -> Model:
    """40,000 m² × 2 m × 0.25 × 2.5 t/m³ = 50,000 t; × 0.4 ct/t × 0.5 = 10,000 ct."""
    known = {
        "extent_m2": constant(40_000), "thickness_m": constant(2), "mineralised": constant(0.25),
        "density_t_m3": constant(2.5), "grade_ct_t": constant(0.4), "recovery": constant(0.5),
    }
    return Model(40_000, known | inputs, bottom_screen_mm=2)


# --- by hand -----------------------------------------------------------------------------------------


def test_constants_give_the_product_worked_by_hand() -> None:
    made = figures_of(model())
    assert made.tonnage_t == 50_000
    assert (made.low_ct, made.best_ct, made.high_ct, made.mean_ct) == (10_000,) * 4
    assert (made.grade_ct_t, made.recovery) == (0.4, 0.5)


def test_one_uniform_input_gives_its_own_percentiles() -> None:
    # Grade evenly between 0.2 and 0.6: its 10th, 50th and 90th percentiles are 0.24, 0.40 and 0.56 ct/t.
    # 50,000 t × 0.5 recovered is 25,000 t: 6,000, 10,000 and 14,000 ct.
    made = figures_of(model(grade_ct_t=stated("uniform", low=0.2, high=0.6)))
    assert made.low_ct == pytest.approx(6_000, rel=0.02)
    assert made.best_ct == pytest.approx(10_000, rel=0.02)
    assert made.high_ct == pytest.approx(14_000, rel=0.02)


def test_a_triangle_is_drawn_by_its_distribution_function() -> None:
    # Low 1, mode 2, high 4: (x-1)²/(3·1) up to the mode, so P90 (F = 0.1) is 1 + √0.3 = 1.5477;
    # above it 1 - (4-x)²/(3·2), so P50 is 4 - √3 = 2.2679 and P10 is 4 - √0.6 = 3.2254. Mean (1+2+4)/3.
    drawn = sampled(stated("triangular", low=1, mode=2, high=4))
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx([1.5477, 2.2679, 3.2254], rel=0.01)
    assert drawn.mean() == pytest.approx(7 / 3, rel=0.01)


def test_a_lognormal_has_the_mean_and_spread_that_were_stated() -> None:
    # Mean 2, sd 1: σ² = ln(1 + 1/4) = 0.22314, μ = ln 2 - σ²/2 = 0.58158, so the median is e^μ = 1.7889.
    drawn = sampled(stated("lognormal", mean=2, sd=1), 200_000)
    assert drawn.mean() == pytest.approx(2, rel=0.01)
    assert drawn.std() == pytest.approx(1, rel=0.02)
    assert np.median(drawn) == pytest.approx(1.7889, rel=0.01)


def test_a_lognormal_by_percentiles_gives_them_back_and_its_median_is_their_geometric_mean() -> None:
    drawn = sampled(stated("lognormal-p90-p10", p90=1, p10=9), 50_000)
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx([1, 3, 9], rel=0.03)


def test_the_product_of_lognormals_is_the_lognormal_that_algebra_says() -> None:
    # ln of the product is normal: means and variances add up. P90/P10 of grade 0.1/0.9 and thickness 1/4:
    # median of the product √0.09 · √4 = 0.3 · 2 = 0.6 times 40,000·0.25·2.5·0.5 = 12,500: 7,500 ct.
    made = figures_of(model(grade_ct_t=stated("lognormal-p90-p10", p90=0.1, p10=0.9),
                            thickness_m=stated("lognormal-p90-p10", p90=1, p10=4)))
    width = math.hypot(math.log(9), math.log(4))
    assert made.best_ct == pytest.approx(7_500, rel=0.03)
    assert math.log(made.high_ct / made.low_ct) == pytest.approx(width, rel=0.03)


@pytest.mark.parametrize(("low", "high"), [(1.8, 2.2), (2.5, 3.5), (0.5, 1.6), (-50, 50)])
def test_a_bell_curve_stays_within_its_limits_and_has_the_median_of_what_is_left(low: float, high: float) -> None:
    bell = NormalDist(2, 0.4)
    middle = bell.inv_cdf((bell.cdf(low) + bell.cdf(high)) / 2)
    drawn = sampled(stated("normal", mean=2, sd=0.4, low=low, high=high), 20_000)
    assert low <= drawn.min() <= drawn.max() <= high
    assert np.median(drawn) == pytest.approx(middle, abs=0.02)


def test_normal_deviates_are_those_of_the_standard_library() -> None:
    shares = np.array([1e-300, 1e-12, 0.001, 0.07, 0.08, 0.3, 0.7, 0.93, 0.9999, 1 - 1e-12])
    assert simulation.normal_deviates(shares) == pytest.approx([NormalDist().inv_cdf(p) for p in shares], rel=1e-13)


def test_bulk_samples_drawn_again_centre_on_all_carats_by_all_tonnes() -> None:
    # 2 + 3 + 10 ct of 4 + 3 + 5 t: 15 / 12 = 1.25 ct/t, within the grades of the poorest and the richest.
    drawn = sampled(bootstrap((2, 3, 10), (4, 3, 5)), 20_000)
    assert drawn.mean() == pytest.approx(1.25, rel=0.03)
    assert drawn.min() == pytest.approx(0.5)
    assert drawn.max() == pytest.approx(2.0)


def sampled(distribution: Distribution, count: int = 10_000) -> np.ndarray:
    assert not list(faults_of(distribution, "grade_ct_t")) or distribution.kind == "normal"
    return simulation.sample(distribution, np.random.PCG64(7), count)


# --- the same everywhere -----------------------------------------------------------------------------


def spread() -> Model:
    return model(
        thickness_m=stated("triangular", low=1, mode=2, high=4), mineralised=stated("uniform", low=0.1, high=0.3),
        density_t_m3=stated("normal", mean=2.7, sd=0.1, low=2.4, high=3), recovery=constant(0.8),
        grade_ct_t=stated("lognormal", mean=1.5, sd=1),
    )


def test_the_figures_of_a_seed_are_kept_for_good() -> None:
    # Written down once. If this fails, every estimate that was ever saved can no longer be worked out again.
    made = figures_of(spread())
    assert (made.low_ct, made.best_ct, made.high_ct) == (18_533.7, 46_386.6, 118_600.0)
    assert (made.tonnage_t, made.grade_ct_t, made.recovery) == (50_717.5, 1.50158, 0.8)


def test_another_seed_gives_others_and_stating_one_input_leaves_the_draws_of_the_rest() -> None:
    assert figures_of(replace(spread(), seed=2)) != figures_of(spread())
    surer = replace(spread(), inputs={**spread().inputs, "grade_ct_t": constant(1)})
    assert figures_of(surer).tonnage_t == figures_of(spread()).tonnage_t
    apart = simulation.draw(spread(), apart=5).carats
    assert abs(np.corrcoef(apart, simulation.draw(spread()).carats)[0, 1]) < 0.05


shares = st.floats(0, 1)
sizes = st.floats(1e-3, 1e6)


def ordered(count: int, values: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    return st.lists(values, min_size=count, max_size=count, unique=True).map(sorted)


def named(kind: str, *names: str) -> object:
    return lambda numbers: stated(kind, **dict(zip(names, numbers, strict=True)))


grades = st.one_of(
    sizes.map(constant),
    ordered(2, sizes).map(named("uniform", "low", "high")),
    ordered(3, sizes).map(named("triangular", "low", "mode", "high")),
    st.tuples(sizes, sizes).map(named("lognormal", "mean", "sd")),
    ordered(2, sizes).map(named("lognormal-p90-p10", "p90", "p10")),
    st.lists(st.tuples(st.floats(0, 1e5), sizes), min_size=3, max_size=6).map(
        lambda pairs: bootstrap(tuple(c for c, _t in pairs), tuple(t for _c, t in pairs))),
)
recoveries = st.one_of(shares.map(constant), ordered(2, shares).map(named("uniform", "low", "high")))


@given(grade=grades, recovery=recoveries, seed=st.integers(0, 2**53 - 1))
def test_figures_are_in_order_repeat_and_survive_json(grade: Distribution, recovery: Distribution, seed: int) -> None:
    made = Model(40_000, model(grade_ct_t=grade, recovery=recovery).inputs, 2, seed, 400, "1.0", (uuid_of(1),))
    if faults(made):  # a spread of more than a thousand times its mean
        assert simulate(made).figures is None
        return
    out = figures_of(made)
    assert 0 <= out.low_ct <= out.best_ct <= out.high_ct
    again = parse_model(model_text(made))
    assert again == made
    assert figures_of(again) == out
    assert model_text(again) == model_text(made)


# --- what may be stated ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "distribution", "said"),
    [
        ("recovery", stated("lognormal", mean=0.5, sd=0.1), "a share cannot"),
        ("recovery", constant(1.2), "cannot be above 1"),
        ("mineralised", stated("uniform", low=0.5, high=0.5), "must be below the most"),
        ("thickness_m", stated("triangular", low=1, mode=5, high=4), "must lie between"),
        ("thickness_m", stated("triangular", low=1, high=4), "Most likely is missing"),
        ("thickness_m", constant(-1), "cannot be below 0"),
        ("density_t_m3", constant(0), "must be above 0"),
        ("density_t_m3", constant(27), "cannot be above 10"),
        ("density_t_m3", stated("normal", mean=2.7, sd=0, low=2, high=3), "must be above 0"),
        ("density_t_m3", stated("normal", mean=2.7, sd=0.01, low=5, high=6), "nothing is left"),
        ("grade_ct_t", stated("lognormal", mean=0, sd=1), "mean of a lognormal"),
        ("grade_ct_t", stated("lognormal-p90-p10", p90=4, p10=2), "nine in ten exceed"),
        ("grade_ct_t", bootstrap((1, 2), (1, 2)), "2 samples make no distribution"),
        ("grade_ct_t", bootstrap((1, 2, 3), (1, 2)), "each sample needs both"),
        ("grade_ct_t", bootstrap((1, 2, 3), (1, 2, 0)), "more than 0 tonnes"),
        ("thickness_m", bootstrap((1, 2, 3), (1, 2, 3)), "only the grade"),
        ("grade_ct_t", Distribution("beta"), "no distribution 'beta'"),
        ("grade_ct_t", constant(1e300), "too large"),
        ("extent_m2", constant(50_000), "no larger than the outline"),
        ("extent_m2", stated("lognormal", mean=1, sd=1), "has no end"),
    ],
)
def test_each_fault_is_one_sentence_that_names_its_input(name: str, distribution: Distribution, said: str) -> None:
    found = faults(model(**{name: distribution}))
    assert [fault.where for fault in found] == [name]
    assert said in found[0].sentence
    assert found[0].sentence.startswith(INPUT_BY_NAME[name].title)
    with pytest.raises(BadInput) as raised:
        figures_of(model(**{name: distribution}))
    assert str(raised.value) == found[0].sentence


def test_what_is_missing_or_unknown_in_a_model_is_named() -> None:
    made = Model(40_000, {"luck": constant(1)}, seed=-1, draws=5, bottom_screen_mm=0)
    told = {fault.where for fault in faults(made)}
    assert told == {asked.name for asked in INPUTS} | {"luck", "seed", "draws", "bottom_screen_mm"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 2}, "version 2"),
        ({"version": True}, "version True"),
        ({"format": "x"}, "another program"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"draws": "many"}, "draws must be a whole number"),
        ({"area_m2": None}, "area_m2 must be a number"),
        ({"bottom_screen_mm": True}, "bottom_screen_mm must be a number"),
        ({"inputs": []}, 'no "inputs"'),
    ],
)
def test_a_model_that_says_it_otherwise_is_refused(change: dict[str, object], said: str) -> None:
    told = {**json.loads(model_text(spread())), **change}
    with pytest.raises(BadInput, match=said):
        parse_model(json.dumps(told))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ('{"kind":"constant","value":"2"}', "must be a number"),
        ('{"kind":"constant","value":true}', "must be a number"),
        ('{"kind":"constant","value":NaN}', "must be a number"),
        ('{"kind":"constant","value":1e999}', "must be a number"),
        (f'{{"kind":"constant","value":1{"0" * 400}}}', "must be a number"),
        ('{"kind":"constant","value":2,"sd":1}', "not sd"),
        ('{"value":2}', '"kind" must say'),
        ('{"kind":"bootstrap","carats":1,"tonnes":[1]}', "list of numbers"),
    ],
)
def test_nothing_but_numbers_is_taken_for_a_number(told: str, said: str) -> None:
    text = model_text(model()).replace('"thickness_m":{"kind":"constant","value":2.0}', f'"thickness_m":{told}')
    made, found = read_model(text)
    assert made is not None
    assert [fault.where for fault in found][:1] == ["thickness_m"]
    assert said in found[0].sentence


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([*SHAPE_BY_KIND]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["kind", "value", "low", "high", "mean", "sd", "carats", *INPUT_BY_NAME]), inner, max_size=4),
    max_leaves=12,
)


@given(text=st.text() | values.map(json.dumps) | st.fixed_dictionaries(
    {"format": st.just("surveyapp-estimate"), "version": st.just(1), "inputs": values, "seed": values,
     "draws": values, "area_m2": values}).map(json.dumps))
def test_no_text_makes_the_reader_fail_in_any_other_way(text: str) -> None:
    made, found = read_model(text)
    assert made is not None or found
    for fault in found:
        assert fault.sentence.strip()
        assert "\n" not in fault.sentence.replace(text, "")


def test_deep_nesting_and_no_text_at_all_are_no_model() -> None:
    for text in ("[" * 100_000, "", None, 5, "{", "[]", " " * 2_000_000 + "{}"):
        assert read_model(text)[0] is None


# --- grade from bulk samples -------------------------------------------------------------------------


def result(number: int, tonnes: float, carats: float, screen: float = 2.0, stones: int | None = None) -> BulkResult:
    return BulkResult(uuid_of(number), "sample", f"S-{number}", tonnes, carats, screen, stones)


def test_a_grade_worked_by_hand() -> None:
    # Σc = 2 + 3 + 10 = 15 ct, Σt = 4 + 3 + 5 = 12 t: R = 1.25 ct/t.
    # c - R·t: 2 - 5 = -3, 3 - 3.75 = -0.75, 10 - 6.25 = 3.75; squares 9 + 0.5625 + 14.0625 = 23.625.
    # Standard error √(3/2 · 23.625) / 12 = √35.4375 / 12 = 5.95294 / 12 = 0.496078.
    # Spread √(Σ t(g - R)² / Σt): g = 0.5, 1, 2: 4·0.5625 + 3·0.0625 + 5·0.5625 = 5.25; √(5.25 / 12) = 0.661438.
    made = bulk.grade_of([result(1, 4, 2, stones=9), result(2, 3, 3, stones=4), result(3, 5, 10, stones=21)])
    assert made.mean_ct_t == pytest.approx(1.25)
    assert made.error_ct_t == pytest.approx(0.496078, abs=1e-6)
    assert made.spread_ct_t == pytest.approx(0.661438, abs=1e-6)
    assert (made.count, made.stones, made.screen_mm) == (3, 34, 2.0)
    assert "3 samples" in made.words()
    assert bulk.spread_of(made) == bootstrap((2.0, 3.0, 10.0), (4.0, 3.0, 5.0))
    assert bulk.spread_of(made, "lognormal") == stated("lognormal", mean=1.25, sd=0.496078)
    assert bulk.spread_of(made, "normal")["low"] == 0
    assert bulk.value_of(made) == (constant(1.25), "")


def test_samples_of_different_screens_are_never_put_together() -> None:
    mixed = [result(1, 4, 2), result(2, 3, 3, screen=5), result(3, 5, 10)]
    with pytest.raises(Refused, match=r"screened at 2, 5 mm; a grade holds for one bottom screen"):
        bulk.grade_of(mixed)
    assert {screen: len(group) for screen, group in bulk.by_screen(mixed).items()} == {2.0: 2, 5.0: 1}


def test_fewer_than_three_samples_give_a_value_with_a_warning_and_no_distribution() -> None:
    made = bulk.grade_of([result(1, 4, 2), result(2, 3, 3)])
    assert made.error_ct_t is None
    with pytest.raises(Refused, match="at least 3"):
        bulk.spread_of(made)
    value, warning = bulk.value_of(made)
    assert value == constant(0.714286)
    assert "2 samples" in warning
    with pytest.raises(Refused, match="no bulk sample"):
        bulk.grade_of([])


def test_samples_of_one_grade_show_no_spread() -> None:
    with pytest.raises(Refused, match="all give the same grade"):
        bulk.spread_of(bulk.grade_of([result(n, n, 2 * n) for n in (1, 2, 3)]), "lognormal")


def record(layer: str, **values: object) -> Record:
    return Record(layer, uuid_of(1), values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"recovered_ct": 2.0, "bottom_screen_mm": 2.0}, "How much was processed"),
        ({"recovered_ct": 2.0, "bottom_screen_mm": 2.0, "weight_g": 0.0}, "How much was processed"),
        ({"weight_g": 5e6, "bottom_screen_mm": 2.0}, "write 0 if there were none"),
        ({"weight_g": 5e6, "recovered_ct": 2.0}, "bottom screen is not recorded"),
        ({"weight_g": 5e6, "recovered_ct": 2.0, "bottom_screen_mm": 0.0}, "bottom screen is not recorded"),
    ],
)
def test_what_gives_no_grade_says_why(values: dict[str, object], said: str) -> None:
    left = bulk.from_sample(record("sample", **values))
    assert isinstance(left, bulk.LeftOut)
    assert said in left.reason


def test_volumes_count_only_with_a_stated_density_and_an_absence_counts_as_nothing_found() -> None:
    washed = record("sighting", processed_m3=10.0, total_carats=9.0, bottom_screen_mm=2.0)
    left = bulk.from_sighting(washed)
    assert isinstance(left, bulk.LeftOut)
    assert "state the density" in left.reason
    made = bulk.from_sighting(washed, 1.8)
    assert isinstance(made, BulkResult)
    assert made.tonnes == pytest.approx(18)
    barren = bulk.from_sighting(record("sighting", presence="absent", processed_t=5.0, bottom_screen_mm=2.0))
    assert isinstance(barren, BulkResult)
    assert barren.carats == 0


# --- found in a survey -------------------------------------------------------------------------------


def bulk_sample(number: int, at: int, carats: float, tonnes: float, screen: float = 2.0, **more: object) -> Change:
    values = {"sighting_uuid": uuid_of(at), "sample_id": f"S-{number}", "sample_type": "bulk",
              "weight_g": tonnes * 1e6, "recovered_ct": carats, "bottom_screen_mm": screen, **more}
    return insert("sample", values, uuid=uuid_of(number))


@pytest.fixture
def swat(tmp_path: Path) -> Path:
    """Rubies at 72.01 to 72.05 E, 34 N, one of them an absence; the area ends at 72.045."""
    area = {"name": "Nangimali", "kind": "prospect",
            "geom": outline_hex([(72.0, 33.99), (72.045, 33.99), (72.045, 34.01), (72.0, 34.01)])}
    return survey_with(tmp_path / "swat.gpkg", [
        sighting(1), sighting(2, processed_t=7.0, total_carats=3.0, bottom_screen_mm=2.0),
        sighting(3, presence="absent", processed_m3=5.0, bottom_screen_mm=2.0), sighting(4, gem="topaz"),
        sighting(5), sighting(6),
        bulk_sample(11, 1, 2, 4), bulk_sample(12, 1, 3, 3, screen=5.0), bulk_sample(13, 4, 50, 1),
        bulk_sample(14, 5, 99, 1), bulk_sample(15, 1, 1, 2, sample_uuid=uuid_of(11)),
        bulk_sample(16, 2, 3, 7, sample_type="rock"), bulk_sample(17, 1, 1, 2, weight_g=None),
        insert("area", area, uuid=uuid_of(90)),
    ])


def test_only_samples_of_the_gem_inside_the_area_count_and_the_rest_is_told(swat: Path) -> None:
    with SurveyFile.open(swat, read_only=True) as file:
        area = file.get("area", uuid_of(90))
        assert area is not None
        found = collected(file, area, "ruby")
        dense = collected(file, area, "ruby", density_t_m3=2.0)
        chosen = collected(file, area, "ruby", chosen=[uuid_of(14), uuid_of(11)])
    assert {r.uuid for r in found.results} == {uuid_of(11), uuid_of(12), uuid_of(2)}
    assert {left.uuid: left.reason.split(";")[0].split(".")[0] for left in found.left_out} == {
        uuid_of(3): "It was measured in m³", uuid_of(15): "It is a part of a sample that is counted",
        uuid_of(17): "How much was processed is not recorded",
    }
    assert set(found.screens) == {2.0, 5.0}
    assert {r.uuid for r in dense.results} == {uuid_of(11), uuid_of(12), uuid_of(2), uuid_of(3)}
    assert {r.uuid for r in chosen.results} == {uuid_of(11), uuid_of(14)}


def test_a_sighting_is_left_out_beside_its_own_bulk_samples(tmp_path: Path) -> None:
    area = insert("area", {"name": "A", "geom": outline_hex([(72, 33.9), (72.1, 33.9), (72.1, 34.1), (72, 34.1)])},
                  uuid=uuid_of(90))
    path = survey_with(tmp_path / "a.gpkg", [
        sighting(1, processed_t=4.0, total_carats=2.0, bottom_screen_mm=2.0), bulk_sample(11, 1, 2, 4), area])
    with SurveyFile.open(path, read_only=True) as file:
        known = file.get("area", uuid_of(90))
        assert known is not None
        found = collected(file, known, "ruby")
    assert [r.uuid for r in found.results] == [uuid_of(11)]
    assert "count their stones again" in found.left_out[0].reason


# --- outlines ----------------------------------------------------------------------------------------


def test_an_area_is_that_of_the_ellipsoid() -> None:
    # At 34.005° N on WGS 84 the meridian's radius M is 6,355,390 m and that of the parallel, N·cos φ, 5,292,948 m;
    # 0.01° of them are 1,109.22 m and 923.79 m.
    size = area_m2(outline_hex(SQUARE))
    assert size == pytest.approx(1109.22 * 923.79, rel=1e-5)
    assert area_m2(None) == area_m2("00") == 0.0


def test_an_outline_is_refused_where_it_is_none() -> None:
    for corners, said in (
        (SQUARE[:2], "three different corners"), ((*SQUARE[:2], SQUARE[0]), "three different corners"),
        ((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]), "crosses itself"),
        (((72, 34), (72.1, 34), (72.2, 34)), "crosses itself|one line"),
    ):
        with pytest.raises(BadInput, match=said):
            outline_hex(corners)
    assert len(corners_of(outline_hex([*SQUARE, SQUARE[0]]))) == 4


def test_shared_ground_is_measured_and_an_edge_in_common_is_none() -> None:
    one = outline_hex(SQUARE)
    half = outline_hex([(x + 0.005, y) for x, y in SQUARE])
    beside = outline_hex([(x + 0.01, y) for x, y in SQUARE])
    assert overlap_m2(one, half) == pytest.approx(area_m2(one) / 2, rel=1e-6)
    assert overlap_m2(one, beside) == 0
    assert [(a, b) for a, b, _m2 in overlaps([one, None, half, beside])] == [(0, 2), (2, 3)]
    assert inside(one, [72.005, 72.02, None, 72.0], [34.005, 34.0, 34.0, 34.0]).tolist() == [True, False, False, True]


def test_low_best_and_high_part_the_outcomes_as_they_say() -> None:
    done = simulate(spread())
    assert done.figures is not None
    above = [float((done.carats > figure).mean()) for figure in
             (done.figures.low_ct, done.figures.best_ct, done.figures.high_ct)]
    assert above == pytest.approx([0.9, 0.5, 0.1], abs=0.001)
    assert all(a <= b for a, b in pairwise(done.carats[::500]))
