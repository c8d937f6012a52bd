"""The dialog for making a preview: for whom, where to, and with which map under the points."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from surveyapp.settings import Settings
from surveyapp.ui.dialogs.preview_choice import PreviewChoiceDialog
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk
from tests.unit.ground_files import swat_tiles


def _dialog(desk: Desk) -> PreviewChoiceDialog:
    desk.trigger("survey.preview")
    return desk.window.findChildren(PreviewChoiceDialog)[-1]


def _press(desk: Desk, dialog: PreviewChoiceDialog) -> None:
    desk.qtbot.mouseClick(dialog.main_button, Qt.MouseButton.LeftButton)
    desk.settle()


def test_a_map_lies_under_the_points_and_is_offered_again(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(desk.window.exchange, "show_preview", shown.append)
    tiles = swat_tiles(tmp_path / "swat.mbtiles", lambda z, _x, _y: (z * 20, 90, 90))
    target = tmp_path / "swat.html"
    desk.open(survey_file)

    dialog = _dialog(desk)
    assert dialog.target.path is not None and dialog.target.path.suffix == ".html"
    assert dialog.map.path is None and not dialog._form.isRowVisible(dialog.most_mb), "no map is chosen yet"
    assert "full precision" in dialog.audience_note.text()
    dialog.audience.setCurrentIndex(dialog.audience.findData("public"))
    assert "coarsened" in dialog.audience_note.text()
    dialog.target.set_path(target)
    prompts.will_answer([tiles])
    low = dialog.height()
    desk.qtbot.mouseClick(dialog.map.button, Qt.MouseButton.LeftButton)
    assert dialog.map.path == tiles and dialog._form.isRowVisible(dialog.most_mb)
    assert dialog.height() > low and dialog.target.height() >= dialog.target.sizeHint().height(), "nothing is squeezed"
    dialog.first.setCurrentIndex(dialog.first.findData(8))
    dialog.last.setCurrentIndex(dialog.last.findData(9))
    assert "510 m at zoom 8 and 250 m at zoom 9" in dialog.zoom_note.text()
    dialog.most_mb.setText("۵")
    _press(desk, dialog)
    assert shown == [target]
    assert re.search(r'id="tile-8-\d+-\d+">', target.read_text("utf-8"))
    kept = {name: settings[name] for name in ("preview.map", "preview.first_zoom", "preview.last_zoom",
                                              "preview.map_mb", "export.audience", "files.exports")}
    assert kept == {"preview.map": str(tiles), "preview.first_zoom": 8, "preview.last_zoom": 9, "preview.map_mb": 5,
                    "export.audience": "public", "files.exports": str(tmp_path)}

    again = _dialog(desk)
    assert again.map.path == tiles and again.most_mb.text() == "5"
    assert (again.first.currentData(), again.last.currentData()) == (8, 9)
    again.map.edit.clear()
    again.target.set_path(target)
    prompts.will_answer("replace")
    _press(desk, again)
    assert shown == [target] * 2 and 'id="tile-' not in target.read_text("utf-8")
    assert settings["preview.map"] == "" and settings["preview.last_zoom"] == 9


def test_what_cannot_be_is_said_before(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, settings: Settings, tmp_path: Path
) -> None:
    settings["preview.map"] = str(tmp_path / "gone.mbtiles")
    desk.open(survey_file)
    dialog = _dialog(desk)
    assert dialog.map.path is None, "a map that is not there any more is not offered"
    dialog.map.set_path(tmp_path / "gone.mbtiles")
    assert "There is no map file" in dialog.trouble.text() and dialog.wish is None
    dialog.map.set_path(survey_file)
    dialog.first.setCurrentIndex(dialog.first.findData(13))
    assert "smaller" in dialog.trouble.text()
    dialog.first.setCurrentIndex(dialog.first.findData(8))
    for text in ("", "0", "501", "2.5", "a lot"):
        dialog.most_mb.setText(text)
        assert "whole number from 1 to 500" in dialog.trouble.text() and not dialog.main_button.isEnabled(), text
    dialog.most_mb.setText("20")
    for path, told in ((tmp_path / "no" / "x.html", "no folder"), (tmp_path, "is a folder")):
        dialog.target.set_path(path)
        assert told in dialog.trouble.text()
    dialog.target.edit.clear()
    assert "Choose a file" in dialog.trouble.text()
    prompts.will_answer(tmp_path / "typed", None)
    desk.qtbot.mouseClick(dialog.target.button, Qt.MouseButton.LeftButton)
    assert dialog.target.path == tmp_path / "typed.html" and dialog.main_button.isEnabled()
    (tmp_path / "typed.html").write_text("x", "utf-8")
    _press(desk, dialog)
    assert dialog.isVisible() and "Replace it?" in prompts.said[-1]
    dialog.reject()
