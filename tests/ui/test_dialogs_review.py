"""Checking a survey, deciding disagreements, and the small dialogs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.geometry import point_hex
from surveyapp.services.merging import merge
from surveyapp.services.session import Session
from surveyapp.ui.dialogs.about import AboutDialog
from surveyapp.ui.dialogs.disputes import DisputesDialog
from surveyapp.ui.dialogs.new_survey import NewSurveyDialog, file_name
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


# --- check -------------------------------------------------------------------------------------------


def test_a_check_lists_findings_and_a_double_click_goes_to_the_field(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.trigger("survey.check")
    panel = desk.window.check_panel
    assert desk.window.check_dock.isVisible()
    assert panel.verdict.text().startswith("Level 2: complete for the team")
    messages = [panel.model.index(row, 0).data() for row in range(panel.model.rowCount())]
    row = next(n for n, message in enumerate(messages) if message.startswith("District is empty"))
    assert panel.model.index(row, 1).data() in ("Emerald · Fizagat", "Topaz · Shamozai", "Emerald · Charbagh")
    place = panel.view.visualRect(panel.model.index(row, 0)).center()
    desk.qtbot.mouseClick(panel.view.viewport(), LEFT, pos=place)
    desk.qtbot.mouseDClick(panel.view.viewport(), LEFT, pos=place)
    desk.settle()
    assert desk.window.form.record is not None
    assert desk.window.form.record.uuid == panel.model.issue(row).record
    desk.qtbot.waitUntil(desk.window.form.body.editor("district").input().hasFocus)


def test_a_survey_that_lacks_nothing_is_ready(desk: Desk, survey_file: Path) -> None:
    with Session.open(survey_file) as session:
        made = [
            changes.update(
                "sighting",
                record.uuid,
                {
                    "district": "Swat",
                    "confidence": "certain",
                    "identification_method": "hand-lens",
                    "province": "PK-KP",
                },
            )
            for record in session.file.records("sighting")
        ]
        session.apply(ChangeSet(tuple(made), "Complete"))
    desk.open(survey_file)
    desk.trigger("survey.check")
    assert desk.window.check_panel.verdict.text() == "Level 3: ready for the national layer; nothing to mend."
    assert desk.window.check_panel.verdict.property("role") == "good"


# --- disagreements -----------------------------------------------------------------------------------


@pytest.fixture
def disputed(survey_file: Path, tmp_path: Path) -> Path:
    """Two teams disagree on a word, a code, a position, and on whether a record should be."""
    paths = []
    for team, locality, host, point, delete in (
        ("Amina", "Fizagat A", "migmatite", (72.36, 34.77), True),
        ("Bilal", "فضاگٹ B", "marble", (72.37, 34.78), False),
    ):
        path = tmp_path / f"{team}.gpkg"
        shutil.copy(survey_file, path)
        with Session.open(path, author=team) as session:
            by_name = {record.get("locality"): record for record in session.file.records("sighting")}
            made = [
                changes.update("sighting", by_name["Fizagat"].uuid, {"locality": locality}),
                changes.update(
                    "sighting",
                    by_name["Shamozai"].uuid,
                    {"host_rock": host, GEOMETRY: point_hex(*point), "position_source": "typed"},
                ),
                changes.delete("sighting", by_name["Charbagh"].uuid)
                if delete
                else changes.update("sighting", by_name["Charbagh"].uuid, {"notes": "go back"}),
            ]
            session.apply(ChangeSet(tuple(made), "Edit"))
        paths.append(path)
    out = tmp_path / "merged.gpkg"
    assert merge(out, paths, author="Office").conflicts == 4
    return out


def _queue(desk: Desk) -> DisputesDialog:
    desk.trigger("survey.conflicts")
    dialog = desk.window.findChild(DisputesDialog)
    assert isinstance(dialog, DisputesDialog)
    return dialog


def _go(queue: DisputesDialog, field: str) -> None:
    fields = [queue.list.item(n).text().split("\n")[1] for n in range(queue.list.count())]
    queue.list.setCurrentRow(fields.index(field))


def test_each_kind_of_disagreement_can_be_decided(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    assert queue.heading.text() == "4 to decide"

    _go(queue, "Locality")
    texts = [queue.findChild(QLabel, f"side_{letter}").text() for letter in "AB"]
    assert set(texts) == {"Fizagat A", "فضاگٹ B"}
    own = queue.findChild(QLineEdit, "own_value")
    desk.qtbot.keyClicks(own, "Fizagat")
    desk.qtbot.mouseClick(queue.findChild(QPushButton, "take_own"), LEFT)
    desk.settle()
    assert queue.heading.text() == "3 to decide"
    assert "Fizagat" in desk.localities()

    _go(queue, "Host rock")
    box = queue.findChild(QComboBox, "own_value")
    box.setCurrentIndex(box.findData("gneiss"))
    desk.qtbot.mouseClick(queue.findChild(QPushButton, "take_own"), LEFT)
    desk.settle()
    assert "gneiss" in desk.window.survey.roster.column("host_rock")

    _go(queue, "Position")
    desk.qtbot.keyClicks(queue.findChild(QLineEdit, "own_value"), "no place at all")
    desk.qtbot.mouseClick(queue.findChild(QPushButton, "take_own"), LEFT)
    desk.settle()
    assert queue.trouble.text(), "a value that cannot be taken is refused in a sentence"
    assert queue.list.count() == 2
    desk.qtbot.mouseClick(queue.findChild(QPushButton, "take_B"), LEFT)
    desk.settle()

    _go(queue, "Delete or keep")
    words = {queue.findChild(QLabel, f"side_{letter}").text(): letter for letter in "AB"}
    letter = words["Delete the record"]
    assert queue.findChild(QLineEdit, "own_value") is None
    desk.qtbot.mouseClick(queue.findChild(QPushButton, f"take_{letter}"), LEFT)
    desk.settle()
    assert queue.heading.text() == "No disagreements"
    assert len(desk.localities()) == 2
    desk.qtbot.mouseClick(queue.main_button, LEFT)
    with Session.open(disputed) as session:
        assert session.file.conflicts() == []


def test_a_decision_cannot_be_taken_twice_and_keys_work(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    with desk.qtbot.waitSignal(queue.decided):
        queue._take("A")
    assert not queue.panel.isEnabled()
    desk.settle()
    assert queue.list.count() == 3
    assert queue.panel.isEnabled()


def test_show_record_shows_it_in_the_window(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    wanted = queue.current
    assert wanted is not None
    queue.record_wanted.emit(wanted.conflict.record)
    desk.settle()
    assert desk.window.form.record is not None
    assert desk.window.form.record.uuid == wanted.conflict.record


def test_with_nothing_to_decide_the_queue_says_so(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    assert _queue(desk).heading.text() == "No disagreements"


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
