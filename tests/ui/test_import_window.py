"""The import dialog's questions: units, what was chosen before, what the source changed; and sightings from photos."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL.TiffImagePlugin import IFDRational
from PySide6.QtCore import Qt

from surveyapp.errors import Unavailable
from surveyapp.settings import Settings
from surveyapp.ui import import_controller
from surveyapp.ui.dialogs.import_source import ImportDialog
from surveyapp.ui.dialogs.photo_match import PhotoMatchDialog
from surveyapp.ui.photo_controller import PhotoController
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk
from tests.unit.test_exchange_photos import photo

LEFT = Qt.MouseButton.LeftButton
NOTEBOOK = "Station,Stone,Lat,Lon,Altitude (ft),Weight\nS-1,emerald,34.78,72.37,4200,12.5\nS-2,topaz,95,72.08,3900,3\n"


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "notebook.csv"
    path.write_text(NOTEBOOK, encoding="utf-8")
    return path


def opened(desk: Desk, prompts: ScriptedPrompts, source: Path) -> ImportDialog:
    prompts.will_answer(source)
    desk.trigger("survey.import")
    return next(dialog for dialog in desk.window.findChildren(ImportDialog) if dialog.isVisible())


def settled(desk: Desk, dialog: ImportDialog) -> None:
    desk.qtbot.waitUntil(lambda: not dialog._timer.isActive())
    desk.settle()


def choose(dialog: ImportDialog, column: str, field: str | None) -> None:
    row = next(row for row in range(dialog.mapping.rowCount()) if dialog.mapping.column(row) == column)
    box = dialog.mapping.box(row)
    box.setCurrentIndex(box.findData(field))


def done(desk: Desk, dialog: ImportDialog) -> None:
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()


def closed(desk: Desk, dialog: ImportDialog) -> None:
    dialog.close()
    desk.gone(dialog)


def weights(desk: Desk) -> list[object]:
    roster = desk.window.survey.roster
    return [roster.value(uuid, "total_carats") for uuid in roster.uuids if roster.value(uuid, "total_carats")]


def test_a_unit_is_asked_remembered_and_forgotten(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, notebook: Path, settings: Settings
) -> None:
    desk.open(survey_file)
    dialog = opened(desk, prompts, notebook)
    assert dialog.mapping.unit_box("Stone") is None
    feet = dialog.mapping.unit_box("Altitude (ft)")
    assert feet is not None
    assert feet.currentData() == "ft"
    choose(dialog, "Weight", "total_carats")
    settled(desk, dialog)
    assert dialog.trouble.text() == "Say which unit the column Weight is in."
    assert not dialog.main_button.isEnabled()
    box = dialog.mapping.unit_box("Weight")
    assert box is not None
    box.setCurrentIndex(box.findData("g"))
    settled(desk, dialog)
    assert dialog.lead.text() == "1 of 2 rows can come in as sightings."
    done(desk, dialog)
    assert weights(desk) == [62.5]
    closed(desk, dialog)
    assert len(settings["import.mappings"]) == 1

    again = opened(desk, prompts, notebook)
    assert again.remembered.isVisible()
    assert "for a file with the same columns" in again.remembered.text()
    same = again.mapping.unit_box("Weight")
    assert same is not None
    assert same.currentData() == "g"
    assert again.main_button.isEnabled(), "nothing is asked twice"
    desk.qtbot.mouseClick(again.forget, LEFT)
    settled(desk, again)
    assert settings["import.mappings"] == {}
    assert not again.remembered.isVisible()
    assert again.mapping.unit_box("Weight") is None, "guessed anew: the weight goes to the notes"


def test_what_the_source_changed_is_shown_and_taken_by_a_press(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, notebook: Path
) -> None:
    desk.open(survey_file)
    dialog = opened(desk, prompts, notebook)
    choose(dialog, "Station", "source_id")
    settled(desk, dialog)
    done(desk, dialog)
    closed(desk, dialog)
    notebook.write_text(NOTEBOOK.replace("4200", "4300"), encoding="utf-8")
    dialog = opened(desk, prompts, notebook)
    done(desk, dialog)
    assert "1 are in the survey with other values" in dialog.lead.text()
    assert dialog.tabs.currentWidget() is dialog.changed
    assert dialog.changed.item(0, 1).text() == "Elevation (m): 1280.16 m → 1310.64 m"
    assert dialog.take_changes.text() == "Take 1 change"
    desk.qtbot.mouseClick(dialog.take_changes, LEFT)
    desk.settle()
    assert dialog.lead.text() == "0 added, 1 changed, 0 there already, 1 not taken."
    assert not dialog.take_changes.isVisible()
    desk.trigger("edit.undo")
    roster = desk.window.survey.roster
    assert 1280.16 in [roster.value(uuid, "elevation_m") for uuid in roster.uuids]


def test_the_list_of_rows_not_taken_can_be_opened(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(import_controller, "open_in_browser", shown.append)
    desk.open(survey_file)
    dialog = opened(desk, prompts, notebook)
    done(desk, dialog)
    desk.qtbot.mouseClick(dialog.open_list, LEFT)
    assert shown == [survey_file.with_name("notebook.csv.rejected.csv")]

    def nothing(_path: Path) -> None:
        raise Unavailable("no program")

    monkeypatch.setattr(import_controller, "open_in_browser", nothing)
    desk.qtbot.mouseClick(dialog.open_list, LEFT)
    assert "notebook.csv.rejected.csv" in prompts.said[-1]


def shot(path: Path, longitude: float, latitude: float, model: str) -> Path:
    gps = {1: "N", 2: (IFDRational(round(latitude * 1e6), 1_000_000), 0, 0),
           3: "E", 4: (IFDRational(round(longitude * 1e6), 1_000_000), 0, 0)}
    path.write_bytes(photo(gps=gps, taken="2026:05:03 10:00:00", model=model))
    return path


def test_a_photo_without_a_sighting_makes_one_where_it_was_taken(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    far = [shot(tmp_path / f"{n}.jpg", 73 + n / 10, 35, f"camera {n}") for n in range(2)]
    desk.open(survey_file)
    prompts.will_answer(far[0])
    desk.trigger("survey.import")
    dialog = desk.window.findChild(PhotoMatchDialog)
    assert isinstance(dialog, PhotoMatchDialog), "a photo that is imported goes where photos find their sightings"
    closed(desk, dialog)  # type: ignore[arg-type]

    controller = desk.window.findChild(PhotoController)
    assert isinstance(controller, PhotoController)
    controller.match(far)
    desk.settle()
    dialog = next(d for d in desk.window.findChildren(PhotoMatchDialog) if d.isVisible())
    assert dialog.all_new.text() == "New sightings for 2 other photos"
    assert not dialog.gem.isVisible()
    desk.qtbot.mouseClick(dialog.all_new, LEFT)
    assert [one.path for one in dialog.new_here()] == far
    assert dialog.chosen() == []
    dialog.gem.setCurrentIndex(dialog.gem.findData("topaz"))
    dialog.table.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    assert [one.path for one in dialog.new_here()] == far[:1]
    assert dialog.main_button.text() == "Attach 1 photo"
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    roster = desk.window.survey.roster
    uuid = next(uuid for uuid in roster.uuids if roster.position(uuid) == (73.0, 35.0))
    assert (roster.value(uuid, "gem"), roster.value(uuid, "observed_at")) == ("topaz", "2026-05-03T05:00:00.000Z")
    desk.trigger("edit.undo")
    assert uuid not in list(roster.uuids)
