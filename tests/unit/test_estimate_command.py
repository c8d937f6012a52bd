"""``surveyapp estimate``: figures from a model file or typed, its category, and one line for bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from surveyapp.app import run
from surveyapp.domain.changes import insert
from surveyapp.geo.extents import outline_hex
from surveyapp.storage.gpkg import SurveyFile
from tests.helpers.surveys import survey_with, uuid_of

AREA = uuid_of(90)
FACTS = {
    "method": "Monte Carlo", "estimated_on": "2026-10-01", "estimator": "Shah Zaman", "source": "Report 12",
    "size_distribution": "2-5 mm 80 %", "price_basis": "4 USD/ct", "category": "inferred-mineral-resource",
}
INPUTS = {
    "thickness_m": {"kind": "constant", "value": 2}, "mineralised": {"kind": "constant", "value": 0.25},
    "density_t_m3": {"kind": "constant", "value": 2.5}, "grade_ct_t": {"kind": "uniform", "low": 0.2, "high": 0.6},
    "recovery": {"kind": "constant", "value": 0.5}, "extent_m2": {"kind": "constant", "value": 40_000},
}
Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    outline = outline_hex([(72.0, 34.0), (72.01, 34.0), (72.01, 34.01), (72.0, 34.01)])
    return survey_with(tmp_path / "swat.gpkg", [insert("area", {"name": "Mingora", "geom": outline}, uuid=AREA)])


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def command(*arguments: object) -> tuple[int, str, str]:
        status = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def sets(**more: str) -> list[str]:
    return [part for name, value in {**FACTS, **more}.items() for part in ("--set", f"{name}={value}")]


def model(tmp_path: Path, **more: object) -> Path:
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"inputs": INPUTS, "bottom_screen_mm": 2, "seed": 7, **more}), encoding="utf-8")
    return path


def test_an_estimate_is_worked_out_from_the_inputs_in_a_file(file: Path, tmp_path: Path, ask: Ask) -> None:
    status, out, err = ask("estimate", file, AREA, "--gem", "ruby", "--model", model(tmp_path), *sets(), "--json")
    assert (status, err) == (0, "")
    told = json.loads(out)
    # 40,000 m² × 2 m × 0.25 × 2.5 t/m³ = 50,000 t; × 0.5 recovered: P50 of 0.4 ct/t is 10,000 ct.
    assert told["tonnage_t"] == 50_000
    assert told["best_ct"] == pytest.approx(10_000, rel=0.02)
    assert (told["category"], told["lowered"], told["gem"]) == ("inferred-mineral-resource", None, "ruby")
    kept = json.loads(told["model"])
    assert (kept["seed"], kept["draws"], kept["area_m2"]) == (7, 10_000, pytest.approx(1_024_694.9))
    again = ask("estimate", file, AREA, "--gem", "ruby", "--model", model(tmp_path, area_m2=5), *sets(), "--json")
    assert json.loads(again[1])["low_ct"] == told["low_ct"]


def test_a_category_that_is_lowered_is_told_and_counts_as_a_finding(file: Path, tmp_path: Path, ask: Ask) -> None:
    status, out, err = ask("estimate", file, AREA, "--gem", "ruby", "--model", model(tmp_path), *sets(price_basis=""))
    assert (status, err) == (1, "")
    assert "Saved as not compliant" in out
    assert "Price basis" in out
    assert "Best (P50) (ct): " in out
    typed = ask("estimate", file, AREA, "--gem", "ruby", *sets(best_ct="10,5"))
    assert typed[0] == 0
    with SurveyFile.open(file, read_only=True) as opened:
        assert {record.get("category") for record in opened.records("estimate")} == {
            "non-compliant-resource-estimate", "inferred-mineral-resource"}


def test_bad_input_is_one_line_and_writes_nothing(file: Path, tmp_path: Path, ask: Ask) -> None:
    nothing = tmp_path / "nothing.json"
    text = tmp_path / "text.json"
    text.write_text("up the hill", encoding="utf-8")
    lists = tmp_path / "list.json"
    lists.write_text("[]", encoding="utf-8")
    for arguments, said in (
        ([AREA[:-1] + "1", "--gem", "ruby"], "There is no area"),
        ([AREA, "--gem", "ruby", "--model", nothing], "cannot be read"),
        ([AREA, "--gem", "ruby", "--model", text], "is not JSON"),
        ([AREA, "--gem", "ruby", "--model", lists], 'has no "inputs"'),
        ([AREA, "--gem", "ruby", "--model", model(tmp_path, draws=3)], "number of draws"),
        ([AREA, "--gem", "ruby", "--set", "grade_ct_t=2"], "without its bottom screen"),
        ([AREA, "--gem", "ruby", "--set", "size=2"], "has no field"),
        ([AREA, "--gem", "?!"], "not in the list"),
    ):
        status, out, err = ask("estimate", file, *arguments)
        assert (status, out) == (2, ""), said
        assert err.startswith("error: ")
        assert err.count("\n") == 1
        assert said in err
    with SurveyFile.open(file, read_only=True) as opened:
        assert opened.count("estimate") == 0
