"""What an estimate may be called, what UNFC says to it, and that saving and checking hold to the rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.changes import ChangeSet, insert
from surveyapp.domain.estimate_rules import (
    CATEGORIES,
    NON_COMPLIANT,
    RESERVES,
    RESOURCES,
    category_reasons,
    compliant_category,
    is_named,
    rule_issues,
    why_not_added,
)
from surveyapp.domain.estimation import Model, constant, stated
from surveyapp.domain.records import Record, Value
from surveyapp.domain.unfc import EXPECTED_UNFC, parse_unfc
from surveyapp.errors import BadInput, Refused
from surveyapp.geo.extents import outline_hex
from surveyapp.services import areas, estimates
from surveyapp.services.session import Session
from tests.helpers.surveys import survey_with, uuid_of

TODAY = date(2026, 11, 24)
WHOLE: dict[str, Value] = {
    "area_uuid": uuid_of(90), "gem": "ruby", "method": "Bulk samples and Monte Carlo", "estimated_on": "2026-10-01",
    "estimator": "Shah Zaman, PEC", "source": "Report 12 of 2026", "size_distribution": "2-5 mm 80 %, above 20 %",
    "price_basis": "4 USD/ct, parcel valued 2026-09 by an independent valuer", "low_ct": 5_000.0, "best_ct": 10_000.0,
    "high_ct": 20_000.0, "tonnage_t": 50_000.0, "grade_ct_t": 0.4, "recovery": 0.5, "bottom_screen_mm": 2.0,
}
SQUARE = ((72.0, 34.0), (72.01, 34.0), (72.01, 34.01), (72.0, 34.01))


def estimate(category: str | None = "indicated-mineral-resource", number: int = 1, **values: Value) -> Record:
    return Record("estimate", uuid_of(number), {**WHOLE, "category": category, **values})


def codes(record: Record, others: list[Record] | None = None) -> list[str]:
    return [issue.code for issue in rule_issues(record, others, today=TODAY)]


# --- the rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("category", RESOURCES)
def test_a_whole_estimate_may_be_called_what_it_claims(category: str) -> None:
    record = estimate(category)
    assert codes(record, []) == []
    assert compliant_category(record, []) == category
    assert why_not_added(record) == ""


@pytest.mark.parametrize(
    ("field", "code"),
    [("method", "category-no-method"), ("estimated_on", "category-no-date"), ("source", "category-no-source"),
     ("estimator", "category-no-estimator"), ("size_distribution", "category-no-sizes"),
     ("price_basis", "category-no-price"), ("best_ct", "category-no-figures")],
)
@pytest.mark.parametrize("category", [*RESOURCES, *RESERVES])
def test_no_category_without_what_it_rests_on(category: str, field: str, code: str) -> None:
    record = estimate(category, **{field: None})
    found = [issue for issue in rule_issues(record, today=TODAY) if issue.code == code]
    assert [(issue.field, issue.severity, issue.level) for issue in found] == [(field, "error", 3)]
    assert compliant_category(record) == NON_COMPLIANT
    assert category_reasons(record)[category]


@pytest.mark.parametrize("category", [NON_COMPLIANT, "exploration-result", None, "possible-reserve"])
def test_the_two_lowest_categories_ask_for_nothing(category: str | None) -> None:
    bare = Record("estimate", uuid_of(1), {"gem": "ruby", "area_uuid": uuid_of(90), "category": category})
    assert codes(bare, []) == []
    known = "exploration-result" if category == "exploration-result" else NON_COMPLIANT
    assert compliant_category(bare) == known


@pytest.mark.parametrize(
    ("reserve", "resource", "allowed"),
    [
        ("probable-ore-reserves", "indicated-mineral-resource", True),
        ("probable-ore-reserves", "measured-mineral-resource", True),
        ("probable-ore-reserves", "inferred-mineral-resource", False),
        ("proved-ore-reserves", "measured-mineral-resource", True),
        ("proved-ore-reserves", "indicated-mineral-resource", False),
    ],
)
def test_a_reserve_is_part_of_its_resource(reserve: str, resource: str, allowed: bool) -> None:
    record = estimate(reserve)
    assert (compliant_category(record, [estimate(resource, 2)]) == reserve) is allowed
    assert "category-no-resource" in codes(record, [])
    assert "category-no-resource" in codes(record, [estimate(resource, 2, gem="topaz")])
    assert "category-no-resource" in codes(record, [estimate(resource, 2, area_uuid=uuid_of(91))])
    assert "category-no-resource" in codes(record, [estimate(resource, 2, estimator=None)])
    assert "category-no-resource" not in codes(record), "nobody asked what else there is"
    assert "category-no-recovery" in codes(estimate(reserve, recovery=None), [estimate(resource, 2)])


def test_figures_out_of_order_and_a_grade_without_its_screen_are_contradictions() -> None:
    assert codes(estimate(low_ct=11_000.0, tonnage_t=None), []) == ["figures-order"]
    assert codes(estimate(high_ct=9_000.0), []) == ["figures-order", "figures-apart"]
    assert codes(estimate(best_ct=None, low_ct=30_000.0), []) == [
        "category-no-figures", "figures-order", "figures-apart"]
    assert codes(estimate(bottom_screen_mm=None), []) == ["grade-no-screen"]
    assert codes(estimate(bottom_screen_mm=0.0), []) == ["grade-no-screen"]


def test_what_looks_odd_is_a_warning() -> None:
    odd = estimate(estimated_on="2026-11-25", tonnage_t=500_000.0, unfc="E1;F1;G1")
    found = list(rule_issues(odd, [], today=TODAY))
    assert {issue.code for issue in found} == {"estimate-future", "figures-apart", "unfc-unexpected"}
    assert {issue.severity for issue in found} == {"warning"}
    assert compliant_category(odd) == "indicated-mineral-resource"
    told = next(issue.message for issue in found if issue.code == "unfc-unexpected")
    assert "E2;F2;G2 is expected of Indicated Mineral Resource" in told


@pytest.mark.parametrize("name", ["Zarmina", "گل خان", "S. Zaman (PEC 1234)", "Li"])
def test_a_name_of_any_script_names_somebody(name: str) -> None:
    assert is_named(name)


@pytest.mark.parametrize("name", [None, "", "  ", "unknown", "N/A", "n.a.", "TBD", "-", "?", "x", "None", "12"])
def test_what_people_write_for_nobody_names_nobody(name: str | None) -> None:
    assert not is_named(name)


def test_the_chooser_is_told_of_every_category_why_not() -> None:
    reasons = category_reasons(estimate(price_basis=None, estimator=None), [])
    assert tuple(reasons) == CATEGORIES
    assert reasons[NON_COMPLIANT] == reasons["exploration-result"] == ()
    assert len(reasons["inferred-mineral-resource"]) == 2
    assert "it must be part of a compliant Measured Mineral Resource" in reasons["proved-ore-reserves"][-1]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"category": "exploration-result"}, "exploration result"),
        ({"category": None}, "no category"),
        ({"gem": None}, "which gem"),
        ({"estimator": "unknown", "method": None}, "Method, Competent person"),
        ({"best_ct": None}, "Best (P50)"),
        ({"low_ct": 99_999.0}, "contradicts itself"),
    ],
)
def test_what_is_not_added_says_why(values: dict[str, Value], said: str) -> None:
    assert said in why_not_added(estimate(**{"category": NON_COMPLIANT, **values}))


# --- UNFC --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept", "named"),
    [
        ("E1;F1;G1", "E1;F1;G1", "Viable Projects"),
        ("e2 f2 g3", "E2;F2;G3", "Potentially Viable Projects"),
        ("E3F2G1", "E3;F2;G1", "Non-Viable Projects"),
        ("E1.1; F1.2; G1+G2", "E1.1;F1.2;G1+2", "Viable Projects"),
        ("334", "E3;F3;G4", "Prospective Projects"),
        ("E3;F4;G2", "E3;F4;G2", "Remaining products not developed from identified projects"),
        ("E3;F4;G4", "E3;F4;G4", "Remaining products not developed from prospective projects"),
        ("E1;F3;G1", "E1;F3;G1", ""),
    ],
)
def test_a_unfc_class_is_read_and_named(text: str, kept: str, named: str) -> None:
    found = parse_unfc(text)
    assert (found.text, found.class_name) == (kept, named)
    assert parse_unfc(kept) == found


@pytest.mark.parametrize(
    "text", ["", "E4;F1;G1", "E1;F5;G1", "E1;F1;G5", "E1;F1", "E1;F1;G", "411", "proved", "G1;F1;E1"]
)
def test_what_is_no_unfc_class_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="UNFC class"):
        parse_unfc(text)
    assert "unfc-bad" in codes(estimate(unfc=text), [])


def test_the_bridge_covers_every_category_that_claims_something() -> None:
    assert set(EXPECTED_UNFC) == set(CATEGORIES) - {NON_COMPLIANT}
    for category, expected in EXPECTED_UNFC.items():
        assert parse_unfc(expected).class_name
        assert "unfc-unexpected" not in codes(estimate(category, unfc=expected))
    assert "unfc-unexpected" not in codes(estimate("proved-ore-reserves", unfc="E1.1;F1.3;G1"))


@given(text=st.text(max_size=20) | st.from_regex(r"E\d(\.\d)?[;, ]?F\d(\.\d)?[;, ]?G\d(\+G?\d)*", fullmatch=True))
def test_reading_a_unfc_class_fails_in_one_way_only(text: str) -> None:
    try:
        found = parse_unfc(text)
    except BadInput:
        return
    assert parse_unfc(found.text) == found


# --- saving ------------------------------------------------------------------------------------------


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    area = insert("area", {"name": "Nangimali", "geom": outline_hex(SQUARE)}, uuid=uuid_of(90))
    with Session.open(survey_with(tmp_path / "swat.gpkg", [area]), author="Zarmina") as opened:
        yield opened


def facts(**values: Value) -> dict[str, Value]:
    return {**WHOLE, "category": "indicated-mineral-resource", **values}


def model_of(session: Session) -> Model:
    area = session.file.get("area", uuid_of(90))
    assert area is not None
    return estimates.new_model(area, {
        "thickness_m": stated("triangular", low=1, mode=2, high=4), "mineralised": constant(0.2),
        "density_t_m3": constant(2.7), "grade_ct_t": constant(0.4), "recovery": constant(0.9),
    }, bottom_screen_mm=2.0, seed=7)


def test_an_estimate_is_saved_with_the_figures_of_its_model_and_works_out_again(session: Session) -> None:
    saved = estimates.save_estimate(session, uuid_of(90), facts(best_ct=1.0), model=model_of(session))
    (one,) = estimates.listed(session, uuid_of(90))
    record = one.record
    assert (saved.category, saved.lowered) == ("indicated-mineral-resource", "")
    assert one.category == saved.category
    # 1,024,694.9 m² × mean 7/3 m × 0.2 × 2.7 t/m³ is 1,291,116 t; the mean of 10,000 draws is within 1 % of it.
    assert record.get("tonnage_t") == pytest.approx(1_291_116, rel=0.01)
    assert record.get("best_ct") != 1.0
    again = estimates.reproduce(record)
    assert again is not None
    assert again.same
    assert json.loads(str(record.get("model")))["area_m2"] == pytest.approx(1_024_694.9)
    session.undo()
    assert estimates.listed(session) == []


def test_a_category_that_is_not_allowed_is_lowered_and_the_answer_says_why(session: Session) -> None:
    saved = estimates.save_estimate(session, uuid_of(90), facts(price_basis=None, estimator="unknown"))
    assert saved.category == NON_COMPLIANT
    assert saved.lowered.startswith("Saved as not compliant with a reporting code. Indicated Mineral Resource without")
    assert "Price basis" in saved.lowered
    record = session.file.get("estimate", saved.uuid)
    assert record is not None
    assert record.get("category") == NON_COMPLIANT
    whole = estimates.save_estimate(session, uuid_of(90), facts(), record=record)
    assert (whole.uuid, whole.category, whole.lowered) == (saved.uuid, "indicated-mineral-resource", "")
    reserve = estimates.save_estimate(session, uuid_of(90), facts(category="probable-ore-reserves"))
    assert reserve.category == "probable-ore-reserves"
    proved = estimates.save_estimate(session, uuid_of(90), facts(category="proved-ore-reserves"))
    assert "must be part of a compliant Measured" in proved.lowered


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"low_ct": 99_999.0}, "out of order"),
        ({"bottom_screen_mm": None}, "without its bottom screen"),
        ({"unfc": "proved"}, "is no triple"),
        ({"gem": None}, "which gem"),
        ({"recovery": 1.5}, "out of range"),
        ({"category": "possible"}, "not in the list"),
    ],
)
def test_what_contradicts_itself_is_not_saved(session: Session, values: dict[str, Value], said: str) -> None:
    with pytest.raises((Refused, BadInput), match=said):
        estimates.save_estimate(session, uuid_of(90), facts(**values))
    assert session.file.count("estimate") == 0


def test_an_estimate_needs_an_area_in_the_file_and_a_model_without_faults(session: Session) -> None:
    with pytest.raises(Refused, match="not in the file"):
        estimates.save_estimate(session, uuid_of(91), facts())
    bad = replace(model_of(session), draws=1)
    with pytest.raises(BadInput, match="number of draws"):
        estimates.save_estimate(session, uuid_of(90), facts(), model=bad)
    assert session.file.count("estimate") == 0


def test_figures_that_are_typed_over_those_of_a_model_drop_it(session: Session) -> None:
    saved = estimates.save_estimate(session, uuid_of(90), facts(), model=model_of(session))
    record = session.file.get("estimate", saved.uuid)
    assert record is not None
    estimates.save_estimate(session, uuid_of(90), {"notes": "seen"}, record=record)
    kept = session.file.get("estimate", saved.uuid)
    assert kept is not None
    assert kept.get("model") is not None
    estimates.save_estimate(session, uuid_of(90), {"high_ct": 9e9}, record=kept)
    typed = session.file.get("estimate", saved.uuid)
    assert typed is not None
    assert typed.get("model") is None
    assert estimates.reproduce(typed) is None


# --- what check is told ------------------------------------------------------------------------------


def test_check_hears_of_models_that_do_not_hold_outlines_that_changed_and_ground_shared(session: Session) -> None:
    good = estimates.save_estimate(session, uuid_of(90), facts(), model=model_of(session)).uuid
    assert list(estimates.estimate_issues(session.file)) == []
    record = session.file.get("estimate", good)
    assert record is not None
    forged = {**record.values, "best_ct": 1e6, "high_ct": 2e6}
    bad = {**record.values, "model": "{}"}
    other = areas.add_area(session, {"name": "Naril"}, [(x + 0.005, y) for x, y in SQUARE])
    elsewhere = {**record.values, "area_uuid": other}
    session.apply(ChangeSet((
        insert("estimate", forged, uuid=uuid_of(2)), insert("estimate", bad, uuid=uuid_of(3)),
        insert("estimate", elsewhere, uuid=uuid_of(4)),
    ), "from outside"))
    area = session.file.get("area", other)
    assert area is not None
    areas.edit_area(session, area, {"name": "Naril"}, [(x + 0.005, y) for x, y in SQUARE[:3]])
    found = [(i.code, i.record, i.severity) for i in estimates.estimate_issues(session.file)]
    assert ("model-not-reproduced", uuid_of(2), "error") in found
    assert ("model-bad", uuid_of(3), "error") in found
    assert ("extent-changed", uuid_of(4), "warning") in found
    assert [code for code, _uuid, _severity in found].count("overlap") == 1
    told = next(i.message for i in estimates.estimate_issues(session.file) if i.code == "model-not-reproduced")
    assert "Best (P50): the model gives" in told
    assert "the record says 1,000,000" in told


# --- areas -------------------------------------------------------------------------------------------


def test_corners_in_any_notation_make_an_area_with_undo(session: Session) -> None:
    corners = areas.parse_corners("34.9 N 74.4 E\n\n34°54'00\"N 74°25'00\"E\n43S 0354700 3864600\n")
    assert len(corners) == 3
    uuid = areas.add_area(session, {"name": "Chitta Katha", "kind": "prospect"}, corners)
    made = session.file.get("area", uuid)
    assert made is not None
    assert made.get("survey_uuid") == session.survey_uuid
    with pytest.raises(BadInput, match="Corner in line 2"):
        areas.parse_corners("34.9N 74.4E\nup the hill")
    with pytest.raises(BadInput, match="has no name"):
        areas.add_area(session, {"name": " "}, corners)
    again = areas.parse_corners(areas.corners_text(corners))
    assert again == [pytest.approx(corner, abs=1e-6) for corner in corners]


def test_an_area_goes_with_its_estimates_and_comes_back_with_them(session: Session) -> None:
    estimates.save_estimate(session, uuid_of(90), facts())
    (known,) = areas.surveyed(session)
    assert known.area_m2 == pytest.approx(1_024_694.9, rel=1e-6)
    assert len(known.estimates) == 1
    areas.delete_area(session, known.record)
    assert areas.surveyed(session) == []
    assert session.file.count("estimate") == 0
    session.undo()
    (back,) = areas.surveyed(session)
    assert len(back.estimates) == 1
