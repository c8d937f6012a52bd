"""The window as a person uses it: typing and clicking, and looking at table, map and form."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from surveyapp.assets import sample_surveys
from surveyapp.services.recording import new_survey
from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.ui import theme
from surveyapp.ui.dialogs.columns import ColumnsDialog
from surveyapp.ui.dialogs.new_survey import NewSurveyDialog
from surveyapp.ui.forms.bulk_edit import BulkEditDialog
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
MakeDesk = Callable[[], Desk]


def write(widget: QWidget, text: str) -> None:
    """Type text of any script; QTest's own keys are ASCII only."""
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def field(desk: Desk, name: str) -> QLineEdit:
    widget = desk.window.form.body.editor(name).input()
    assert isinstance(widget, QLineEdit)
    return widget


def append(desk: Desk, name: str, text: str) -> None:
    """Type at the end of a field."""
    line = field(desk, name)
    desk.qtbot.keyClick(line, Qt.Key.Key_End)
    write(line, text)


def choose_gem(desk: Desk, code: str) -> None:
    desk.qtbot.mouseClick(desk.window.form.body.editor("gem").buttons[code], LEFT)  # type: ignore[attr-defined]


def save(desk: Desk) -> None:
    desk.qtbot.mouseClick(desk.window.form.footer.save_button, LEFT)
    desk.settle()


def add(desk: Desk, gem: str, at: str, locality: str) -> None:
    desk.trigger("sighting.new")
    choose_gem(desk, gem)
    write(field(desk, "locality"), locality)
    desk.qtbot.keyClicks(desk.window.form.position_box.line, at)
    save(desk)


def click_row(desk: Desk, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    view = desk.window.table.view
    place = view.visualRect(desk.window.table.model.index(row, 0)).center()
    desk.qtbot.mouseClick(view.viewport(), LEFT, modifier, place)
    desk.settle()


# --- the whole way -----------------------------------------------------------------------------------


def _make_survey(desk: Desk, name: str, file: str) -> None:
    window = desk.window
    assert window.stack.currentWidget() is window.start

    desk.qtbot.mouseClick(window.start.findChild(QWidget, "start_survey.new"), LEFT)
    dialog = window.findChild(NewSurveyDialog)
    assert dialog.team.text() == "Swat 1", "the last team is offered again"
    assert not dialog.main_button.isEnabled()
    write(dialog.name, name)
    assert dialog.file.text() == f"\u2066{file}\u2069"
    dialog.province.setCurrentIndex(dialog.province.findData("PK-KP"))
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()


def test_a_survey_from_nothing_to_reopened(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk()
    window = desk.window
    path = tmp_path / "swat-زمرد-2026.gpkg"
    _make_survey(desk, "Swat زمرد 2026", path.name)
    assert path.is_file()
    assert window.stack.currentWidget() is window.desk
    assert window.windowTitle() == "Swat زمرد 2026 — Swat 1 — SurveyApp"
    assert window.table.count.text() == "0 sightings"

    add(desk, "emerald", "34.7725N 72.3608E", "فضاگٹ")
    add(desk, "topaz", "34°17'24\"N 72°06'36\"E", "Katlang")
    assert desk.localities() == ["فضاگٹ", "Katlang"]
    assert len(window.canvas.scene.layer) == 2
    assert window.saved_label.text() == "All saved"
    assert window.counts_label.text().startswith("2 sightings")
    assert window.table.model.index(0, 0).data() == "Emerald"

    click_row(desk, 0)
    assert window.canvas.selection == list(window.survey.selection.uuids)
    line = field(desk, "locality")
    assert line.text() == "فضاگٹ"
    line.selectAll()
    write(line, "Fizagat mine")
    assert window.saved_label.text() == "Not saved yet: the form"
    save(desk)
    assert desk.localities() == ["Fizagat mine", "Katlang"]
    assert field(desk, "locality").text() == "Fizagat mine"
    assert not window.form.dirty

    window.activateWindow()
    window.table.view.setFocus()
    desk.qtbot.waitUntil(window.table.view.hasFocus)
    desk.qtbot.keyClick(window.table.view, Qt.Key.Key_Delete)
    desk.settle()
    assert desk.localities() == ["Katlang"]
    assert len(window.canvas.scene.layer) == 1
    desk.trigger("edit.undo")
    assert sorted(desk.localities()) == ["Fizagat mine", "Katlang"]
    desk.trigger("edit.undo")
    assert sorted(desk.localities()) == ["Katlang", "فضاگٹ"]
    desk.trigger("edit.redo")
    assert sorted(desk.localities()) == ["Fizagat mine", "Katlang"]
    assert window.close()

    again = make_desk()
    again.open(path)
    assert sorted(again.localities()) == ["Fizagat mine", "Katlang"]
    assert again.window.action_set["edit.undo"].isEnabled(), "undo survives the restart"
    again.trigger("edit.undo")
    assert sorted(again.localities()) == ["Katlang", "فضاگٹ"]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sighting").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()


def test_what_is_deleted_can_be_taken_back_by_the_toast(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    click_row(desk, 1)
    desk.trigger("sighting.delete")
    assert len(desk.localities()) == 2
    assert desk.window.desk.toast.isVisible()
    assert desk.window.desk.toast.text.text() == "Saved: Delete sighting"
    desk.qtbot.mouseClick(desk.window.desk.toast.button, LEFT)
    desk.settle()
    assert len(desk.localities()) == 3
    assert not desk.window.desk.toast.button.isVisible(), "an undo is not offered to be undone there"


def test_deleting_many_is_asked_about(desk: Desk, survey_file: Path, prompts: ScriptedPrompts) -> None:
    desk.open(survey_file)
    for n in range(4):
        add(desk, "ruby", f"36.3{n}N 74.6E", f"Hunza {n}")
    desk.trigger("edit.all")
    assert len(desk.window.survey.selection) == 7
    prompts.will_answer(None)
    desk.trigger("sighting.delete")
    assert len(desk.localities()) == 7
    assert "Delete 7 sightings" in prompts.said[-1]
    prompts.will_answer("delete")
    desk.trigger("sighting.delete")
    assert desk.localities() == []
    desk.trigger("edit.undo")
    assert len(desk.localities()) == 7, "taken back as one"


def test_a_field_of_several_sightings_is_set_at_once_and_taken_back_as_one(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    assert not desk.window.action_set["sighting.together"].isEnabled()
    desk.trigger("edit.all")
    desk.trigger("sighting.together")
    dialog = desk.window.findChild(BulkEditDialog)
    editor = dialog.add_field("district").editor.input()
    assert isinstance(editor, QLineEdit)
    write(editor, "سوات")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert desk.window.survey.roster.column("district") == ["سوات"] * 3
    desk.trigger("edit.undo")
    assert desk.window.survey.roster.column("district") == [None] * 3


# --- table, map and form are one selection -----------------------------------------------------------


def test_table_map_and_form_share_one_selection(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    window = desk.window
    click_row(desk, 2)
    uuid = window.table.model.uuid_at(2)
    assert window.canvas.selection == [uuid]
    assert window.form.record is not None
    assert window.form.record.uuid == uuid
    click_row(desk, 0, Qt.KeyboardModifier.ControlModifier)
    assert set(window.canvas.selection) == {uuid, window.table.model.uuid_at(0)}
    other = window.table.model.uuid_at(1)
    longitude, latitude = window.survey.roster.position(other) or (0.0, 0.0)
    x, y = window.canvas.view.pixel(longitude, latitude)
    desk.qtbot.mouseClick(window.canvas, LEFT, pos=window.canvas.rect().topLeft() + _point(x, y))
    desk.settle()
    assert window.survey.selection.uuids == (other,)
    assert [i.row() for i in window.table.view.selectionModel().selectedRows()] == [1]
    assert window.form.record.uuid == other
    desk.trigger("edit.next")
    assert window.survey.selection.uuids == (window.table.model.uuid_at(2),)
    desk.trigger("edit.previous")
    assert window.form.record is not None
    assert window.form.record.uuid == other


def _point(x: float, y: float) -> object:
    from PySide6.QtCore import QPoint

    return QPoint(round(x), round(y))


def test_the_search_box_leaves_what_matches_and_keeps_the_selection(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    click_row(desk, 1)
    desk.trigger("edit.find")
    assert desk.window.table.search.hasFocus()
    write(desk.window.table.search, "پکھراج")
    desk.qtbot.waitUntil(lambda: desk.window.table.model.rowCount() == 0 or desk.localities() == ["Shamozai"])
    desk.window.table.search.clear()
    write(desk.window.table.search, "pukhraj")
    desk.qtbot.waitUntil(lambda: desk.localities() == ["Shamozai"])
    assert desk.window.table.count.text() == "1 of 3 sightings"
    assert len(desk.window.table.view.selectionModel().selectedRows()) == 1
    desk.window.table.search.clear()
    desk.qtbot.waitUntil(lambda: len(desk.localities()) == 3)
    assert len(desk.window.survey.selection) == 1


def test_columns_are_chosen_and_remembered(make_desk: MakeDesk, survey_file: Path, settings: Settings) -> None:
    desk = make_desk()
    desk.open(survey_file)
    desk.trigger("view.columns")
    dialog = desk.window.findChild(ColumnsDialog)
    for row in range(dialog.list.count()):
        item = dialog.list.item(row)
        keep = item.data(Qt.ItemDataRole.UserRole) in ("gem", "locality", "notes")
        item.setCheckState(Qt.CheckState.Checked if keep else Qt.CheckState.Unchecked)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    assert desk.window.table.model.columns == ["gem", "locality", "notes"]
    assert settings["table.columns"] == ["gem", "locality", "notes"]
    assert make_desk().window.table.model.columns == ["gem", "locality", "notes"]


def test_clicking_a_heading_sorts_and_a_third_click_gives_the_order_of_the_file_back(
    desk: Desk, survey_file: Path
) -> None:
    desk.open(survey_file)
    before = desk.localities()
    header = desk.window.table.view.horizontalHeader()
    at = desk.window.table.model.columns.index("locality")
    place = header.rect().center()
    place.setX(header.sectionViewportPosition(at) + 20)
    desk.qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    assert desk.localities() == sorted(before)
    desk.qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    assert desk.localities() == sorted(before, reverse=True)
    desk.qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    assert desk.localities() == before


# --- positions ---------------------------------------------------------------------------------------


def test_a_tap_on_the_map_gives_the_form_its_position(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    window = desk.window
    desk.trigger("sighting.new")
    window.form.mapTapRequested.emit()
    assert window.action_set["map.add"].isChecked()
    window.canvas.positionTapped.emit(72.41, 34.81)
    assert window.form.position_box.position == pytest.approx((72.41, 34.81))
    assert window.action_set["map.pan"].isChecked()
    choose_gem(desk, "peridot")
    save(desk)
    uuid = window.survey.selection.current
    assert uuid is not None
    assert window.survey.roster.value(uuid, "position_source") == "map-tap"
    assert window.survey.roster.value(uuid, "accuracy_m") is None


# --- a form that is not saved ------------------------------------------------------------------------


def test_leaving_an_unsaved_form_asks_and_each_answer_does_what_it_says(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    click_row(desk, 0)
    first = desk.window.survey.selection.current
    append(desk, "locality", " west")
    prompts.will_answer(None)
    click_row(desk, 1)
    assert desk.window.survey.selection.current == first, "cancel stays"
    assert field(desk, "locality").text().endswith(" west")
    prompts.will_answer("save")
    click_row(desk, 1)
    assert desk.localities()[0] == "Fizagat west"
    assert desk.window.form.record is not None
    append(desk, "locality", " east")
    prompts.will_answer("drop")
    desk.trigger("sighting.new")
    assert "Shamozai" in desk.localities()
    assert not desk.window.form.dirty


def test_a_half_filled_form_comes_back_after_a_crash(make_desk: MakeDesk, survey_file: Path) -> None:
    desk = make_desk()
    desk.open(survey_file)
    desk.trigger("sighting.new")
    choose_gem(desk, "spinel")
    write(field(desk, "locality"), "عطا آباد")
    desk.window.form_controller.keep_draft()
    desk.settle()
    desk.window.end()  # the window is gone without a word, as after a crash

    again = make_desk()
    again.open(survey_file)
    banner = again.window.form.draft_banner
    assert banner.isVisible()
    again.qtbot.mouseClick(banner.continue_button, LEFT)
    assert field(again, "locality").text() == "عطا آباد"
    again.qtbot.keyClicks(again.window.form.position_box.line, "36.3071N 74.8612E")
    save(again)
    assert "عطا آباد" in again.localities()
    again.window.end()

    third = make_desk()
    third.open(survey_file)
    assert not third.window.form.draft_banner.isVisible(), "saved is saved"
    assert third.localities().count("عطا آباد") == 1


def test_a_draft_of_a_record_is_restored_over_it(make_desk: MakeDesk, survey_file: Path) -> None:
    desk = make_desk()
    desk.open(survey_file)
    click_row(desk, 1)
    append(desk, "locality", " adit 2")
    desk.window.end()
    again = make_desk()
    again.open(survey_file)
    again.qtbot.mouseClick(again.window.form.draft_banner.continue_button, LEFT)
    again.settle()
    assert field(again, "locality").text() == "Shamozai adit 2"
    assert again.window.form.dirty
    save(again)
    assert "Shamozai adit 2" in again.localities()


def test_closing_over_an_unsaved_form_asks_and_saves(desk: Desk, survey_file: Path, prompts: ScriptedPrompts) -> None:
    desk.open(survey_file)
    click_row(desk, 0)
    append(desk, "locality", "!")
    prompts.will_answer(None)
    assert not desk.window.close()
    prompts.will_answer("save")
    assert desk.window.close()
    with Session.open(survey_file) as session:
        assert "Fizagat!" in [record.get("locality") for record in session.file.records("sighting")]


def test_a_save_that_fails_says_so_and_loses_nothing(desk: Desk, survey_file: Path, prompts: ScriptedPrompts) -> None:
    desk.open(survey_file)
    click_row(desk, 0)
    append(desk, "locality", " north")
    moved = survey_file.with_name("unplugged.gpkg")
    survey_file.rename(moved)
    save(desk)
    assert "Not saved" in prompts.said[-1]
    assert "unplugged" in prompts.said[-1] or "gone" in prompts.said[-1]
    assert field(desk, "locality").text() == "Fizagat north"
    assert desk.window.form.dirty
    moved.rename(survey_file)
    save(desk)
    assert desk.localities()[0] == "Fizagat north"


# --- opening -----------------------------------------------------------------------------------------


def test_a_survey_that_may_only_be_read_says_so_and_offers_no_writing(desk: Desk, survey_file: Path) -> None:
    with sqlite3.connect(survey_file) as connection:
        connection.execute("UPDATE survey SET schema_version = 999")
    connection.close()
    desk.open(survey_file)
    window = desk.window
    assert window.desk.banner.isVisible()
    assert "newer SurveyApp" in window.desk.banner.text.text()
    assert window.saved_label.text() == "For reading only"
    click_row(desk, 0)
    assert not window.form.isEnabled()
    assert not window.action_set["sighting.delete"].isEnabled()
    assert window.action_set["survey.export"].isEnabled()


def test_a_read_only_folder_opens_for_reading(desk: Desk, survey_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever runs the tests may be root, to whom no folder is read-only.
    monkeypatch.setattr("surveyapp.storage.connection.writable", lambda _path: False)
    desk.open(survey_file)
    assert "cannot be written" in desk.window.desk.banner.text.text()
    assert not desk.window.action_set["sighting.new"].isEnabled()
    assert len(desk.localities()) == 3


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all, just words " * 40, b"SQLite format 3\x00" + b"\xff" * 4000]
)
def test_a_file_that_is_no_survey_is_refused_in_a_sentence_and_the_open_one_stays(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path, content: bytes
) -> None:
    desk.open(survey_file)
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(content)
    prompts.will_answer(bad)
    desk.trigger("survey.open")
    assert "bad.gpkg" in prompts.said[-1]
    assert desk.window.survey.path == survey_file
    assert len(desk.localities()) == 3
    assert bad.read_bytes() == content


def test_a_truncated_survey_is_refused_or_shown_but_never_changed(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    half = tmp_path / "half.gpkg"
    data = survey_file.read_bytes()
    half.write_bytes(data[: len(data) // 2])
    prompts.will_answer(half)
    desk.trigger("survey.open")
    assert desk.window.survey.path is None
    assert "half.gpkg" in prompts.said[-1]
    assert half.read_bytes() == data[: len(data) // 2]


def test_recent_surveys_are_offered_and_another_takes_the_place_of_the_open_one(
    desk: Desk, survey_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "hunza.gpkg"
    new_survey(other, "Hunza rubies", team="Hunza 2", surveyor="Karim").close()
    desk.open(survey_file)
    desk.trigger("survey.close")
    window = desk.window
    assert window.stack.currentWidget() is window.start
    assert window.windowTitle() == "SurveyApp"
    assert desk.localities() == []
    desk.open(other)
    assert window.windowTitle().startswith("Hunza rubies")
    desk.trigger("survey.close")
    recent = [button for button in window.start.recent_buttons if button.isVisible()]
    assert [button.toolTip() for button in recent[:2]] == [str(other), str(survey_file)]
    desk.qtbot.mouseClick(recent[1], LEFT)
    desk.settle()
    assert window.survey.path == survey_file


def test_two_surveys_opened_at_once_leave_the_last_and_close_the_first(desk: Desk, survey_file: Path) -> None:
    copy = survey_file.with_name("copy.gpkg")
    shutil.copy(survey_file, copy)
    desk.window.survey.open(survey_file)
    desk.window.survey.open(copy)
    desk.settle()
    assert desk.window.survey.path == copy
    click_row(desk, 0)
    desk.trigger("sighting.delete")
    assert len(desk.localities()) == 2
    with Session.open(survey_file) as session:
        assert session.file.count("sighting") == 3


# --- looks -------------------------------------------------------------------------------------------


def test_colours_and_touch_are_chosen_and_remembered(make_desk: MakeDesk, settings: Settings) -> None:
    desk = make_desk()
    desk.trigger("view.night")
    assert theme.current() is theme.NIGHT
    assert desk.window.canvas.scene.theme.name == "night"
    desk.trigger("view.touch")
    assert settings["appearance.touch"] is True
    assert desk.window.table.view.verticalHeader().defaultSectionSize() == 44
    assert desk.window.toolbar.height() >= 60
    again = make_desk()
    assert again.window.action_set["view.night"].isChecked()
    assert again.window.action_set["view.touch"].isChecked()
    again.trigger("view.touch")
    again.trigger("view.light")
    assert theme.current() is theme.LIGHT


def test_the_window_fits_the_small_screen(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.window.resize(1366, 740)
    QApplication.processEvents()
    assert desk.window.width() <= 1366
    assert desk.window.height() <= 740
    assert desk.window.minimumSizeHint().width() <= 1366
    for part in (desk.window.table, desk.window.canvas, desk.window.desk.side):
        assert part.width() >= 240


def test_the_colours_follow_the_system_until_one_chooses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.window.action_set["view.system"].isChecked()
    monkeypatch.setattr(theme, "system_theme", lambda: "dark")
    QApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.current() is theme.DARK
    assert desk.window.canvas.scene.theme.name == "dark"
    desk.trigger("view.light")
    QApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.current() is theme.LIGHT


# --- the sample --------------------------------------------------------------------------------------


def test_a_copy_of_the_sample_opens_and_the_sample_stays_as_it_is(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveyapp.services.demo._own_folder", lambda: tmp_path)
    original = sample_surveys() / "swat_emerald.gpkg"
    before = original.read_bytes()
    desk.qtbot.mouseClick(desk.window.start.findChild(QWidget, "start_survey.sample"), LEFT)
    desk.settle()
    assert desk.window.survey.path == tmp_path / "swat_emerald.gpkg"
    assert len(desk.localities()) > 5
    click_row(desk, 0)
    desk.trigger("sighting.delete")
    assert original.read_bytes() == before
