"""The export dialog: which records, which layers, and what a format cannot hold."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from PySide6.QtCore import Qt

from surveyapp.ui.dialogs.export import ExportDialog
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk


def _dialog(desk: Desk, form: str, target: Path) -> ExportDialog:
    desk.trigger("survey.export")
    dialog = desk.window.findChildren(ExportDialog)[-1]
    dialog.format.setCurrentIndex(dialog.format.findData(form))
    dialog.target.set_path(target)
    return dialog


def _press(desk: Desk, dialog: ExportDialog) -> None:
    desk.qtbot.mouseClick(dialog.main_button, Qt.MouseButton.LeftButton)
    desk.settle()


def _localities(path: Path) -> set[str]:
    return {feature["properties"]["locality"] for feature in json.loads(path.read_text("utf-8"))["features"]}


def test_what_the_table_shows_or_what_is_selected_is_exported(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    desk.open(survey_file)
    dialog = _dialog(desk, "geojson", tmp_path / "every.geojson")
    assert not dialog._form.isRowVisible(dialog.which), "nothing is filtered or selected"
    _press(desk, dialog)
    assert len(_localities(tmp_path / "every.geojson")) == 3

    table = desk.window.table
    table.search.setText("fiza")
    table.find_now()
    desk.qtbot.waitUntil(lambda: table.model.rowCount() == 1)
    selected = [desk.window.survey.roster.uuids[2]]
    desk.window.survey.selection.set(selected, "window")
    for which, name in (("shown", "shown.geojson"), ("selected", "selected.geojson")):
        dialog = _dialog(desk, "geojson", tmp_path / name)
        place = dialog.which.findData(which)
        assert "(1)" in dialog.which.itemText(place)
        dialog.which.setCurrentIndex(place)
        _press(desk, dialog)
    assert _localities(tmp_path / "shown.geojson") == {"Fizagat"}
    (feature,) = json.loads((tmp_path / "selected.geojson").read_text("utf-8"))["features"]
    assert feature["id"] == selected[0]


def test_layers_are_chosen_and_losses_follow_the_format(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    desk.open(survey_file)
    dialog = _dialog(desk, "csv", tmp_path / "out.csv")
    assert "The history of the records stays in the survey." in dialog.format_note.text()
    dialog.layer.setCurrentIndex(dialog.layer.findData("some"))
    assert {"survey", "sighting"} <= set(dialog.layers.boxes)
    dialog.layers.boxes["sighting"].setChecked(False)
    assert dialog.trouble.text() == "Choose at least one layer."
    dialog.layers.boxes["survey"].setChecked(True)
    dialog.format.setCurrentIndex(dialog.format.findData("gpx"))
    assert not dialog.layers.boxes["survey"].isVisibleTo(dialog), "GPX has no word for it"
    dialog.format.setCurrentIndex(dialog.format.findData("csv"))
    dialog.target.set_path(tmp_path / "out.csv")
    _press(desk, dialog)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["name"] == "Swat emeralds"
    assert any("out_csv_README.txt" in line for line in prompts.said)
