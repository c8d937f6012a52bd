"""The small dialogs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from surveyapp.ui.dialogs.about import AboutDialog
from surveyapp.ui.dialogs.new_survey import NewSurveyDialog, file_name
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


# --- small dialogs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Swat emeralds, spring 2026", "swat-emeralds-spring-2026.gpkg"),
        ("زمرد سوات", "زمرد-سوات.gpkg"),
        ("../../etc/passwd", "etc-passwd.gpkg"),
        ("...", "survey.gpkg"),
        ("CON: a/b\\c*?", "con-a-b-c.gpkg"),
    ],
)
def test_a_survey_gets_a_file_name_that_every_system_takes(name: str, file: str) -> None:
    assert file_name(name) == file


def test_a_new_survey_needs_a_name_a_surveyor_and_a_folder(qtbot: QtBot, tmp_path: Path) -> None:
    prompts = ScriptedPrompts()
    dialog = NewSurveyDialog(prompts, tmp_path, team="Hunza 2")
    qtbot.addWidget(dialog)
    assert dialog.details is None
    qtbot.keyClicks(dialog.name, "Hunza")
    assert dialog.details is None
    qtbot.keyClicks(dialog.surveyor, "Karim")
    details = dialog.details
    assert details is not None
    assert details.path == tmp_path / "hunza.gpkg"
    assert (details.team, details.surveyor, details.province) == ("Hunza 2", "Karim", None)
    (tmp_path / "hunza.gpkg").touch()
    qtbot.keyClicks(dialog.name, " ")
    assert "exists in that folder already" in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    other = tmp_path / "other"
    other.mkdir()
    prompts.will_answer(other)
    qtbot.mouseClick(dialog.folder.button, LEFT)
    assert dialog.details is not None
    dialog.folder.set_path(tmp_path / "nowhere")
    assert "There is no folder" in dialog.trouble.text()


def test_about_says_version_parts_and_places(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.trigger("app.about")
    dialog = desk.window.findChild(AboutDialog)
    words = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Qt 6" in words
    assert str(survey_file) in words
    assert "never a reserve" in words
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
