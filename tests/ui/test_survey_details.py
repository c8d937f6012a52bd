"""What a survey is called and whose it is, changed in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from surveyapp.services.recording import new_survey
from surveyapp.services.session import Session
from surveyapp.storage.merging import merge
from surveyapp.ui.dialogs.survey_details import SurveyDetailsDialog
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


def opened(desk: Desk) -> SurveyDetailsDialog:
    desk.trigger("survey.details")
    dialog = next(one for one in desk.window.findChildren(SurveyDetailsDialog) if one.isVisible())
    assert isinstance(dialog, SurveyDetailsDialog)
    return dialog


def written(dialog: SurveyDetailsDialog, name: str, text: str) -> None:
    line = dialog.form.editor(name).input()
    line.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(line, text)


def test_a_survey_is_renamed_and_undo_takes_it_back(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    before = desk.window.survey.facts.title
    dialog = opened(desk)
    assert dialog.form.raws()["name"] == before
    assert not dialog.choice.isVisible(), "there is one survey"
    written(dialog, "name", " ")
    assert not dialog.main_button.isEnabled()
    assert "name" in dialog.trouble.text()
    written(dialog, "name", "Swat, autumn")
    written(dialog, "started_on", "31 February")
    assert not dialog.main_button.isEnabled()
    written(dialog, "started_on", "2026-09-01")
    written(dialog, "licence", "EL-7")
    prompts.will_answer(None)
    desk.qtbot.mouseClick(dialog.cancel_button, LEFT)
    assert dialog.isVisible(), "nothing typed is lost unasked"
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    desk.gone(dialog)
    assert desk.window.survey.facts.title == "Swat, autumn"
    with Session.open(survey_file, read_only=True) as session:
        (survey,) = session.file.surveys()
    assert (survey.get("started_on"), survey.get("licence")) == ("2026-09-01", "EL-7")
    desk.trigger("edit.undo")
    assert desk.window.survey.facts.title == before


def test_of_a_merged_file_one_survey_is_changed_at_a_time_and_a_crash_costs_nothing(
    make_desk: Callable[[], Desk], survey_file: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    new_survey(tmp_path / "b.gpkg", "Hunza", team="Hunza 1", surveyor="Gul").close()
    merged = tmp_path / "all.gpkg"
    merge(merged, [survey_file, tmp_path / "b.gpkg"], author="office")
    desk = make_desk()
    desk.open(merged)
    dialog = opened(desk)
    assert dialog.choice.isVisible()
    other = dialog.choice.findText("Hunza")
    written(dialog, "team", "Somebody")
    prompts.will_answer(None, "drop")
    for _answer in range(2):
        dialog.choice.setCurrentIndex(other)
        dialog.choice.activated.emit(other)
    assert dialog.form.raws()["team"] == "Hunza 1"
    written(dialog, "team", "Hunza 2")
    desk.window.survey.close()
    desk.settle()
    again = make_desk()
    again.open(merged)
    assert "Survey details" in again.window.desk.toast.text.text()
    back = opened(again)
    assert (back.form.raws()["name"], back.form.raws()["team"]) == ("Hunza", "Hunza 2")
    again.qtbot.mouseClick(back.main_button, LEFT)
    again.settle()
    with Session.open(merged, read_only=True) as session:
        teams = {str(survey.get("name")): survey.get("team") for survey in session.file.surveys()}
    assert teams["Hunza"] == "Hunza 2"
    assert "Somebody" not in teams.values()
    assert not list((tmp_path / "drafts" / "surveys").glob("*.draft"))


def test_a_survey_for_reading_only_is_shown(desk: Desk, survey_file: Path) -> None:
    with Session.open(survey_file, read_only=True) as session:
        name = session.title
    survey_file.chmod(0o444)
    desk.open(survey_file)
    if desk.window.survey.writable:  # root may write to anything
        desk.window.survey._take("", lambda: Session.open(survey_file, read_only=True))
        desk.settle()
    dialog = opened(desk)
    assert dialog.form.raws()["name"] == name
    assert not dialog.main_button.isVisible()
    dialog.reject()
    desk.gone(dialog)
