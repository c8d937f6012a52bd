"""The office's template in the window: shown, loaded, used, and followed by the form."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from surveyapp.domain.changes import ChangeSet, update
from surveyapp.domain.template import EMPTY
from surveyapp.domain.template_text import parse_template
from surveyapp.services import templates
from surveyapp.services.merging import merge
from surveyapp.services.recording import add_sighting, assigned, new_survey
from surveyapp.services.session import Session
from surveyapp.ui.dialogs.template import TemplateDialog
from surveyapp.ui.forms.survey_editor import SurveyEditor
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
ASKS = {
    "surveyapp_template": 1,
    "name": "Swat emerald belt",
    "hide": ["district"],
    "require": {"locality": "team"},
    "fields": [{"name": "x_mine", "title": "Mine", "group": "Where"}],
}


@pytest.fixture
def office_file(tmp_path: Path) -> Path:
    path = tmp_path / "office.json"
    path.write_text(json.dumps(ASKS), encoding="utf-8")
    return path


def write(widget: QWidget, text: str) -> None:
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def dialog_of(desk: Desk) -> TemplateDialog:
    desk.trigger("survey.template")
    found = desk.window.findChild(TemplateDialog)
    assert isinstance(found, TemplateDialog)
    return found


def line(desk: Desk, name: str) -> QLineEdit:
    widget = desk.window.form.body.editor(name).input()
    assert isinstance(widget, QLineEdit)
    return widget


def test_an_offices_file_is_loaded_used_and_taken_back(
    desk: Desk, survey_file: Path, office_file: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    dialog = dialog_of(desk)
    assert dialog.template == EMPTY
    prompts.will_answer(office_file)
    desk.qtbot.mouseClick(dialog.load, LEFT)
    assert dialog.name.text() == "Swat emerald belt"
    assert "Fields of its own: Mine." in dialog.told.text()
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    desk.gone(dialog)
    form = desk.window.form
    assert form.template == parse_template(json.dumps(ASKS))
    assert not form.body.rows["district"].isVisible()
    assert desk.window.survey.facts is not None
    assert desk.window.survey.facts.template == form.template

    desk.trigger("sighting.new")
    desk.qtbot.mouseClick(form.body.editor("gem").buttons["ruby"], LEFT)  # type: ignore[attr-defined]
    write(line(desk, "x_mine"), "کان 3")
    desk.qtbot.keyClicks(form.position_box.line, "34.7725N 72.3608E")
    desk.trigger("form.save")
    uuid = desk.window.survey.selection.current
    assert uuid is not None
    assert not form.dirty
    assert line(desk, "x_mine").text() == "کان 3"
    line(desk, "x_mine").setText("")
    write(line(desk, "x_mine"), "4")
    desk.trigger("form.save")
    desk.trigger("edit.undo")
    assert line(desk, "x_mine").text() == "کان 3"
    desk.trigger("edit.undo")
    desk.trigger("edit.undo")
    assert form.template == EMPTY, "taking the template is a step like any other"
    assert "x_mine" not in form.body.rows
    desk.trigger("edit.redo")
    assert "x_mine" in form.body.rows


def test_ticks_and_needs_are_set_in_the_dialog_and_written_to_a_file(
    desk: Desk, survey_file: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    dialog = dialog_of(desk)
    assert dialog.main_button.isEnabled()
    fields = dialog.fields
    fields.items["clarity"].setCheckState(0, Qt.CheckState.Unchecked)
    assert "Give the template a name" in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    write(dialog.name, "سوات")
    needs = fields.needs["colour"]
    needs.setCurrentIndex(needs.findData("team"))
    fields.needs["locality"].setCurrentIndex(1)
    fields.items["locality"].setCheckState(0, Qt.CheckState.Unchecked)
    assert fields.needs["locality"].currentIndex() == 0, "what is not shown is needed of nobody"
    assert not fields.needs["locality"].isEnabled()
    out = tmp_path / "ours.json"
    prompts.will_answer(out)
    desk.qtbot.mouseClick(dialog.save, LEFT)
    kept = templates.read(out)
    assert (kept.name, kept.hidden, kept.required) == ("سوات", {"clarity", "locality"}, {"colour": 2})
    assert not fields.items["gem"].flags() & Qt.ItemFlag.ItemIsUserCheckable
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert desk.window.form.template == kept
    assert desk.window.form.body.rows["colour"].need.text() == "needed"


def test_a_file_that_is_no_template_is_told_and_changes_nothing(
    desk: Desk, survey_file: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    dialog = dialog_of(desk)
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[1, 2]", encoding="utf-8")
    prompts.will_answer(wrong)
    desk.qtbot.mouseClick(dialog.load, LEFT)
    assert "no template of SurveyApp" in prompts.said[-1]
    assert dialog.template == EMPTY
    desk.qtbot.mouseClick(dialog.example, LEFT)
    assert dialog.template.extra
    desk.qtbot.mouseClick(dialog.clear, LEFT)
    assert dialog.template == EMPTY
    desk.qtbot.mouseClick(dialog.cancel_button, LEFT)
    desk.gone(dialog)
    assert desk.window.form.template == EMPTY


def test_a_survey_for_reading_shows_its_template_and_changes_none(desk: Desk, survey_file: Path) -> None:
    with Session.open(survey_file) as session:
        templates.use(session, parse_template(json.dumps(ASKS)))
    with closing(sqlite3.connect(survey_file)) as connection, connection:
        connection.execute("UPDATE survey SET schema_version = 99")
    desk.open(survey_file)
    assert not desk.window.survey.writable
    assert desk.window.form.template.name == "Swat emerald belt"
    dialog = dialog_of(desk)
    assert dialog.name.text() == "Swat emerald belt"
    assert not dialog.main_button.isEnabled()
    assert not dialog.fields.items["notes"].flags() & Qt.ItemFlag.ItemIsUserCheckable
    dialog.tabs.setCurrentWidget(dialog.lists)
    dialog.lists.choose("host_rock")
    assert not dialog.lists.terms.item(0).flags() & Qt.ItemFlag.ItemIsUserCheckable
    assert not dialog.lists.all_button.isEnabled()
    assert not dialog.fields.needs["notes"].isEnabled()
    assert dialog.positions.editors["gps", "max_hdop"].isReadOnly()  # type: ignore[attr-defined]
    dialog.reject()


def test_a_template_that_cannot_be_read_is_told_once(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts
) -> None:
    with Session.open(survey_file) as session:
        survey = session.file.surveys()[0]
        session.apply(ChangeSet((update("survey", survey.uuid, {"template": "{"}),), "broken"))
    desk.open(survey_file)
    desk.trigger("edit.next")
    assert [said for said in prompts.said if "is not JSON" in said] == prompts.said
    assert len(prompts.said) == 1


def test_each_sighting_of_a_merged_file_goes_by_its_own_office(desk: Desk, survey_file: Path, tmp_path: Path) -> None:
    with Session.open(survey_file) as session:
        templates.use(session, parse_template(json.dumps(ASKS)))
        swat = session.survey_uuid
    with new_survey(tmp_path / "hunza.gpkg", "Hunza rubies", team="Hunza", surveyor="Gul") as session:
        ruby = add_sighting(session, assigned("sighting", {"gem": "ruby", "at": "36.3N 74.6E"}))
        hunza = session.survey_uuid
    merge(tmp_path / "all.gpkg", [survey_file, tmp_path / "hunza.gpkg"])
    desk.open(tmp_path / "all.gpkg")
    form, selection = desk.window.form, desk.window.survey.selection
    selection.set([ruby], "test")
    desk.settle()
    assert form.body.editor("survey_uuid").value() == hunza
    assert "x_mine" not in form.body.rows
    other = next(u for u in desk.window.survey.roster.uuids if u != ruby)
    selection.set([other], "test")
    desk.settle()
    assert form.body.editor("survey_uuid").value() == swat
    assert "x_mine" in form.body.rows

    desk.trigger("sighting.new")
    assert form.values()["survey_uuid"] is None
    assert "Project" in form.footer.state.whole
    desk.qtbot.mouseClick(form.body.editor("gem").buttons["topaz"], LEFT)  # type: ignore[attr-defined]
    editor = form.body.editor("survey_uuid")
    assert isinstance(editor, SurveyEditor)
    editor.set_raw(str(swat))
    editor.changed.emit()
    assert "x_mine" in form.body.rows, "the form asks what the chosen project asks"
    assert form.values()["gem"] == "topaz"
    desk.qtbot.keyClicks(form.position_box.line, "34.7725N 72.3608E")
    desk.trigger("form.save")
    uuid = selection.current
    assert uuid is not None
    with Session.open(tmp_path / "all.gpkg") as session:
        record = session.file.get("sighting", uuid)
        assert record is not None
        assert record.get("survey_uuid") == swat

    dialog = dialog_of(desk)
    assert dialog.survey is None
    dialog._surveys.setCurrentIndex(dialog._surveys.findData(swat))
    dialog._surveys.activated.emit(1)
    assert dialog.name.text() == "Swat emerald belt"
    desk.qtbot.mouseClick(dialog.clear, LEFT)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert "x_mine" not in form.body.rows
