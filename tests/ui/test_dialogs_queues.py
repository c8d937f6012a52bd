"""Merging in the window, and the two queues for people: disagreements, and likely-same deposits."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.merge import Conflict, ConflictValue
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record, Value
from surveyapp.errors import Cancelled
from surveyapp.services import conflicts, duplicates
from surveyapp.services import merging as merging_service
from surveyapp.services.merging import merge
from surveyapp.services.recording import add_sighting, assigned, new_survey
from surveyapp.services.session import Session
from surveyapp.ui.dialogs.disputes import DisputesDialog
from surveyapp.ui.dialogs.merge import MergeDialog
from surveyapp.ui.dialogs.queue_page import QueuePage
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.itemmodels import pairs as pair_words
from surveyapp.ui.itemmodels.disputes import NEWEST, Dispute, by_author, by_side, plan
from surveyapp.ui.itemmodels.queue import SECOND_LINE, SKIPPED, QueueModel
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import SWAT, Desk

LEFT, ALT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
FIZAGAT, SHAMOZAI, CHARBAGH = "Fizagat", "Shamozai", "Charbagh"


# --- surveys with something to decide ----------------------------------------------------------------


def _by_locality(session: Session) -> dict[Value, Record]:
    return {record.get("locality"): record for record in session.file.records("sighting")}


@pytest.fixture
def disputed(survey_file: Path, tmp_path: Path) -> Path:
    """Two teams disagree on a word, a code, a position, a sample's weight, and on whether a record should be."""
    with Session.open(survey_file, author="Zarmina") as session:
        sample = {"sighting_uuid": _by_locality(session)[FIZAGAT].uuid, "sample_id": "SW-1", "weight_g": 1.0}
        session.apply(ChangeSet((changes.insert("sample", sample),), "Add sample"))
    paths = []
    for team, locality, host, point, accuracy, weight, delete in (
        ("Amina", "Fizagat A", "migmatite", (72.36, 34.77), 4.0, 2.5, True),
        ("Bilal", "فضاگٹ B", "marble", (72.37, 34.78), None, 3.5, False),
    ):
        path = tmp_path / f"{team}.gpkg"
        shutil.copy(survey_file, path)
        with Session.open(path, author=team) as session:
            found = _by_locality(session)
            moved = {GEOMETRY: point_hex(*point), "position_source": "gps", "accuracy_m": accuracy}
            made = [
                changes.update("sighting", found[FIZAGAT].uuid, {"locality": locality}),
                changes.update("sighting", found[SHAMOZAI].uuid, {"host_rock": host, **moved}),
                changes.update("sample", next(session.file.records("sample")).uuid, {"weight_g": weight}),
                changes.delete("sighting", found[CHARBAGH].uuid)
                if delete
                else changes.update("sighting", found[CHARBAGH].uuid, {"notes": "go back"}),
            ]
            session.apply(ChangeSet(tuple(made), "Edit"))
        paths.append(path)
    out = tmp_path / "merged.gpkg"
    assert merge(out, paths, author="Office").conflicts == 5
    return out


@pytest.fixture
def near(tmp_path: Path) -> Path:
    """Two teams at the same two pits, and a lone sighting; one of the sightings has a photo."""
    photo = tmp_path / "pit.jpg"
    Image.new("RGB", (600, 400), (20, 160, 60)).save(photo)
    paths = []
    for team, observer, shift, day in (("Swat 1", "Zarmina", 0.0, 3), ("Swat 2", "گل مینہ", 0.00005, 9)):
        path = tmp_path / f"{team}.gpkg"
        with new_survey(path, team, team=team, surveyor=observer, province="PK-KP") as session:
            for gem, latitude in (("emerald", 34.7725), ("topaz", 34.7810)):
                values = assigned(
                    "sighting",
                    {
                        **SWAT,
                        "gem": gem,
                        "observer": observer,
                        "observed_at": f"2026-05-0{day}T06:10:00Z",
                        "at": f"{latitude + shift}N 72.3608E",
                    },
                )
                values |= {"accuracy_m": 6.0, "position_source": "gps"}
                add_sighting(session, values, [photo] if gem == "emerald" and team == "Swat 1" else [])
            if team == "Swat 1":
                add_sighting(session, assigned("sighting", {**SWAT, "gem": "ruby", "at": "35.2N 72.5E"}))
        paths.append(path)
    out = tmp_path / "both.gpkg"
    merge(out, paths, author="Office")
    return out


def _queue(desk: Desk) -> DisputesDialog:
    desk.trigger("survey.conflicts")
    dialog = desk.window.findChild(DisputesDialog)
    assert isinstance(dialog, DisputesDialog)
    dialog.activateWindow()
    desk.qtbot.waitUntil(dialog.isActiveWindow)
    dialog.page.list.setFocus()
    return dialog


def _fields(queue: DisputesDialog) -> list[str]:
    return [dispute.field for dispute in queue.disputes.model.shown]


def _go(desk: Desk, queue: DisputesDialog, field: str) -> None:
    queue.disputes.list.set_current_row(_fields(queue).index(field))
    desk.settle()
    assert queue.disputes.ready


def _press(desk: Desk, parent: QWidget, name: str) -> None:
    button = parent.findChild(QPushButton, name)
    assert button.isVisible(), name
    desk.qtbot.mouseClick(button, LEFT)
    desk.settle()


def _text(parent: QWidget, name: str) -> str:
    label = parent.findChild(QLabel, name)
    return str(label.text()).replace("\u2068", "").replace("\u2069", "")


def _key(desk: Desk, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the focus is, as a person does."""
    target = QApplication.focusWidget()
    assert target is not None
    desk.qtbot.keyClick(target, key, modifier)
    desk.settle()


def _own(queue: DisputesDialog) -> QWidget:
    editor = queue.findChild(QWidget, "own_value")
    return editor.input() if isinstance(editor, Editor) else editor


def _said_by(queue: DisputesDialog, author: str) -> str:
    """Letter of an author's side of what is on show."""
    assert queue.current is not None
    return "AB"[[side.author for side in queue.current.conflict.values].index(author)]


# --- disagreements: what is shown --------------------------------------------------------------------


def test_a_disagreement_shows_field_record_ancestor_and_both_values_with_who_and_when(
    desk: Desk, disputed: Path
) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    assert queue.heading.text() == "5 to decide"
    assert queue.tabs.tabText(0) == "Disagreements (5)"
    _go(desk, queue, "Locality")
    assert _text(queue, "field_name") == "Locality"
    assert _text(queue, "record_name").startswith("Emerald · ")
    assert _text(queue, "ancestor") == "Before they parted it was: Fizagat"
    amina, bilal = _said_by(queue, "Amina"), _said_by(queue, "Bilal")
    assert _text(queue, f"side_{amina}") == "Fizagat A"
    assert _text(queue, f"side_{bilal}") == "فضاگٹ B"
    who = {name: _text(queue, f"who_{letter}") for name, letter in (("Amina", amina), ("Bilal", bilal))}
    assert who["Amina"].startswith("Amina, ")
    assert "20" in who["Amina"].split(", ")[1], "the day is told"
    assert "the newest" in who["Bilal"]
    assert "the newest" not in who["Amina"]
    assert sum("shown for now" in words for words in who.values()) == 1


def test_the_record_is_marked_on_a_small_map_with_its_place_in_words(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    _go(desk, queue, "Locality")
    page = queue.disputes
    (mark,) = page.place.map.marks
    assert (mark.longitude, mark.latitude) == pytest.approx((72.3608, 34.7725))
    x, y = page.place.map.view.pixel(mark.longitude, mark.latitude)
    assert page.place.map.rect().contains(round(x), round(y))
    assert page.place.map.scene.ground.basemap.polygons, "the outline map lies under it"
    assert "34.772500, 72.360800 · accuracy unknown" in _text(page.place, "place_words")
    assert "Khyber Pakhtunkhwa" in _text(page.place, "place_words")


def test_where_the_position_is_in_dispute_the_map_marks_each_side_and_the_distance(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    _go(desk, queue, "Position")
    small = queue.disputes.place.map
    assert [mark.letter for mark in small.marks] == ["A", "B"]
    amina = _said_by(queue, "Amina")
    places = {mark.letter: (mark.longitude, mark.latitude) for mark in small.marks}
    assert places[amina] == pytest.approx((72.36, 34.77))
    assert _text(queue.disputes.place, "place_words") == "A and B are 1.44 km apart"
    assert "good to 4 m" in _text(queue, f"who_{amina}")
    assert "accuracy unknown" in _text(queue, f"who_{_said_by(queue, 'Bilal')}")
    for mark in small.marks:
        x, y = small.view.pixel(mark.longitude, mark.latitude)
        assert small.rect().adjusted(20, 20, -20, -20).contains(round(x), round(y)), "both sides are in view"
    badge = QColor(small.scene.theme.text).rgb()
    image = small.grab().toImage()
    dark = sum(image.pixel(x, y) == badge for x in range(0, image.width(), 2) for y in range(0, image.height(), 2))
    one = small.marks[:1]
    small._marks = one
    image = small.grab().toImage()
    without = sum(image.pixel(x, y) == badge for x in range(0, image.width(), 2) for y in range(0, image.height(), 2))
    assert dark > without + 50, "the letters are painted on the map"


def test_a_sample_shows_the_place_of_its_sighting(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    _go(desk, queue, "Weight (g)")
    assert _text(queue, "record_name") == "Sample SW-1"
    (mark,) = queue.disputes.place.map.marks
    assert (mark.longitude, mark.latitude) == pytest.approx((72.3608, 34.7725))
    assert _text(queue.disputes.place, "place_words").startswith("Place of its sighting: 34.772500")
    _press(desk, queue, "show_record")
    assert desk.window.form.record is not None
    assert str(desk.window.form.record.get("locality")) in ("Fizagat A", "فضاگٹ B")


def test_a_record_without_a_place_says_so(desk: Desk, survey_file: Path, tmp_path: Path) -> None:
    with Session.open(survey_file) as session:
        lone = ChangeSet((changes.insert("sample", {"sample_id": "SW-9"}),), "Add")
        session.apply(lone)
    paths = []
    for team in ("Amina", "Bilal"):
        paths.append(tmp_path / f"{team}.gpkg")
        shutil.copy(survey_file, paths[-1])
        with Session.open(paths[-1], author=team) as session:
            uuid = lone.changes[0].uuid
            session.apply(ChangeSet((changes.update("sample", uuid, {"description": team}),), "Edit"))
    out = tmp_path / "out.gpkg"
    merge(out, paths)
    desk.open(out)
    queue = _queue(desk)
    assert queue.disputes.place.map.marks == ()
    words = _text(queue.disputes.place, "place_words")
    assert words == "This sample has no place of its own, and hangs on no record that has one."
    assert not queue.findChild(QPushButton, "show_record").isEnabled()


def test_the_map_is_for_looking_only(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    small = queue.disputes.place.map
    assert small.tool.name == "pan"
    assert small.buttons.locate.isHidden()
    _go(desk, queue, "Locality")
    before = small.view.scale
    desk.qtbot.mouseClick(small.buttons.zoom_in, LEFT)
    assert small.view.scale > before
    desk.qtbot.mouseClick(small.buttons.fit, LEFT)
    assert small.view.scale == pytest.approx(before)
    desk.window.appearance.set_theme("dark")
    assert small.scene.theme.name == "dark", "it follows the colours of the program"


# --- disagreements: deciding one ---------------------------------------------------------------------


def test_each_kind_of_disagreement_can_be_decided(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)

    _go(desk, queue, "Locality")
    own = _own(queue)
    assert isinstance(own, QLineEdit)
    assert own.text() in ("Fizagat A", "فضاگٹ B"), "it starts with what is shown for now, to be edited"
    own.selectAll()
    desk.qtbot.keyClicks(own, "Fizagat")
    _press(desk, queue, "take_own")
    assert queue.heading.text() == "4 to decide"
    assert "Fizagat" in desk.localities()

    _go(desk, queue, "Host rock")
    own = _own(queue)
    desk.qtbot.keyClick(own, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.keyClicks(own, "gneiss")
    _press(desk, queue, "take_own")
    assert "gneiss" in desk.window.survey.roster.column("host_rock"), "a code is chosen as in the form"

    _go(desk, queue, "Weight (g)")
    _press(desk, queue, "take_B")

    _go(desk, queue, "Position")
    own = _own(queue)
    assert isinstance(own, QLineEdit)
    own.selectAll()
    desk.qtbot.keyClicks(own, "no place at all")
    _press(desk, queue, "take_own")
    assert queue.trouble.text()
    assert "Position" in _fields(queue)
    _press(desk, queue, f"take_{_said_by(queue, 'Amina')}")

    _go(desk, queue, "Delete or keep")
    assert queue.findChild(QWidget, "own_value") is None
    words = {_text(queue, f"side_{letter}"): letter for letter in "AB"}
    _press(desk, queue, f"take_{words['Delete the record']}")
    assert queue.heading.text() == "No disagreements"
    assert _text(queue.disputes, "blank") == "Nothing is left to decide."
    assert len(desk.localities()) == 2
    desk.qtbot.mouseClick(queue.main_button, LEFT)
    with Session.open(disputed) as session:
        assert session.file.conflicts() == []
        moved = _by_locality(session)[SHAMOZAI]
        assert moved.position == pytest.approx((72.36, 34.77))
        assert moved.get("accuracy_m") == 4.0, "a side's position brings its own facts"


def test_a_number_is_typed_as_in_the_form_and_what_is_none_is_refused(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    _go(desk, queue, "Weight (g)")
    own = _own(queue)
    assert isinstance(own, QLineEdit)
    own.selectAll()
    desk.qtbot.keyClicks(own, "12,,5")
    _press(desk, queue, "take_own")
    assert "12,,5" in queue.trouble.text(), "a value that is none is refused in a sentence"
    own.clear()
    _press(desk, queue, "take_own")
    assert queue.trouble.text() == "Type or choose the value first."
    desk.qtbot.keyClicks(own, "3,25")
    desk.qtbot.keyClick(own, Qt.Key.Key_Return)
    desk.settle()
    assert "Weight (g)" not in _fields(queue)
    with Session.open(disputed) as session:
        assert next(session.file.records("sample")).get("weight_g") == 3.25


def test_a_position_typed_as_a_side_has_it_keeps_its_facts(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    _go(desk, queue, "Position")
    own = _own(queue)
    assert isinstance(own, QLineEdit)
    own.selectAll()
    desk.qtbot.keyClicks(own, "34.77N 72.36E")
    _press(desk, queue, "take_own")
    with Session.open(disputed) as session:
        assert _by_locality(session)[SHAMOZAI].get("accuracy_m") == 4.0


def test_a_decision_cannot_be_taken_twice_nor_before_it_is_on_show(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    told: list[Any] = []
    queue.disputes.settled.connect(told.append)
    desk.qtbot.keyClick(queue.disputes.list, Qt.Key.Key_A, ALT)
    desk.qtbot.keyClick(queue.disputes.list, Qt.Key.Key_A, ALT)
    assert len(told) == 1
    assert not queue.disputes.panel.isEnabled()
    desk.settle()
    assert queue.disputes.panel.isEnabled()
    assert queue.disputes.list.count() == 4
    queue.disputes.list.set_current_row(2)  # its details are still being read
    desk.qtbot.keyClick(queue.disputes.list, Qt.Key.Key_A, ALT)
    assert len(told) == 1
    desk.settle()


def test_what_somebody_else_settled_meanwhile_is_refused_in_a_sentence_and_leaves_the_queue(
    desk: Desk, disputed: Path
) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    _go(desk, queue, "Locality")
    with Session.open(disputed, author="Other office") as session:
        conflict = next(c for c in session.file.conflicts() if c.field == "locality")
        conflicts.decide(session, [(conflict, conflicts.values_of_side(session, conflict, 0))])
    _press(desk, queue, "take_B")
    assert "settled already" in queue.trouble.text()
    assert "Locality" not in _fields(queue)
    assert queue.heading.text() == "4 to decide"


def test_in_a_survey_for_reading_one_can_look_and_not_decide(desk: Desk, disputed: Path) -> None:
    desk.window.survey._take("Opening", lambda: Session.open(disputed, read_only=True))
    desk.settle()
    queue = _queue(desk)
    assert "reading only" in queue.lead.text()
    assert not queue.findChild(QPushButton, "take_A").isEnabled()
    _key(desk, Qt.Key.Key_A, ALT)
    assert queue.disputes.list.count() == 5
    assert not queue.disputes.many.isEnabled()


# --- disagreements: skip, undo, keys -----------------------------------------------------------------


def test_what_is_skipped_goes_to_the_end_is_marked_and_comes_back(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    first, second = _fields(queue)[:2]
    _key(desk, Qt.Key.Key_S)
    assert _fields(queue)[-1] == first
    assert queue.current is not None
    assert queue.current.field == second
    model = queue.disputes.model
    assert [model.index(row).data(SKIPPED) for row in range(5)] == [False] * 4 + [True]
    assert "skipped" in str(model.index(4).data(Qt.ItemDataRole.AccessibleTextRole))
    assert "comes back" in queue.news.text()
    _key(desk, Qt.Key.Key_S, ALT)
    assert _fields(queue)[-2:] == [first, second]
    for _ in range(3):
        _key(desk, Qt.Key.Key_A, ALT)
    assert _fields(queue) == [first, second], "a decision leaves what was skipped where it is"
    assert queue.current.field == first
    _press(desk, queue.disputes, "skip")
    assert _fields(queue) == [second, first]
    row = queue.disputes.list.visualRect(model.index(1))
    image = queue.disputes.list.viewport().grab(row).toImage()
    model._skipped.clear()
    assert image != queue.disputes.list.viewport().grab(row).toImage(), "the mark is painted"


def test_the_last_decisions_are_taken_back_one_by_one_by_button_and_key(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    assert not queue.undo_button.isEnabled()
    decided = []
    for _ in range(2):
        assert queue.current is not None
        decided.append((queue.current.key, queue.current.field))
        _key(desk, Qt.Key.Key_A, ALT)
    assert queue.news.text() == f"Decided: {decided[1][1]}."
    assert queue.undo_button.text() == f"Undo: {decided[1][1]}"
    assert queue.disputes.list.count() == 3
    _press(desk, queue, "undo_decision")
    assert queue.current is not None
    assert (queue.current.key, queue.current.field) == decided[1], "it waits again, under the same id, and is on show"
    assert queue.undo_button.text() == f"Undo: {decided[0][1]}"
    queue.disputes.list.setFocus()
    _key(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert queue.current.key == decided[0][0]
    assert queue.disputes.list.count() == 5
    assert not queue.undo_button.isEnabled()
    with Session.open(disputed) as session:
        assert len(session.file.conflicts()) == 5


def test_undo_in_the_queue_never_takes_back_what_was_done_elsewhere(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    _key(desk, Qt.Key.Key_A, ALT)
    assert queue.undo_button.isEnabled()
    uuid = desk.window.survey.roster.uuids[0]
    made = changes.update("sighting", uuid, {"colour": "green"})
    desk.window.survey.apply(ChangeSet((made,), "Edit sighting"))
    desk.settle()
    assert not queue.undo_button.isEnabled()
    _key(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    with Session.open(disputed) as session:
        record = session.file.get("sighting", uuid)
        assert record is not None
        assert record.get("colour") == "green"
        assert len(session.file.conflicts()) == 4


def test_an_edit_elsewhere_that_settles_a_disagreement_takes_it_out_of_the_queue(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    dispute = next(one for one in queue.disputes.model.items if one.field == "Locality")
    made = changes.update("sighting", dispute.conflict.record, {"locality": "Agreed by radio"})
    desk.window.survey.apply(ChangeSet((made,), "Edit sighting"))
    desk.settle()
    assert "Locality" not in _fields(queue)


def test_everything_is_done_by_keyboard_and_the_keys_are_told(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    assert queue.disputes.list.hasFocus()
    _key(desk, Qt.Key.Key_Down)
    assert queue.disputes.list.current_row() == 1
    _key(desk, Qt.Key.Key_Return)
    assert queue.isVisible(), "a Return too many neither decides nor closes"
    assert queue.disputes.list.count() == 5
    for word in ("↑ ↓", "Alt+A", "Alt+V", "Alt+S", "Ctrl+Z", "Alt+M"):
        assert word in queue.disputes.hint.text()
    assert "Alt+A" in queue.findChild(QPushButton, "take_A").toolTip()
    assert "Alt+S" in queue.disputes.skip_button.toolTip()
    assert "Ctrl+Z" in queue.undo_button.toolTip()
    assert "Alt+N" in queue.disputes.newest.toolTip()
    _go(desk, queue, "Locality")
    _key(desk, Qt.Key.Key_V, ALT)
    own = _own(queue)
    assert isinstance(own, QLineEdit)
    assert own.hasFocus()
    desk.qtbot.keyClicks(own, "Fizagat sahib")  # S is a letter here
    assert queue.disputes.list.count() == 5
    _key(desk, Qt.Key.Key_Return)
    assert queue.disputes.list.count() == 4
    assert queue.disputes.list.hasFocus(), "the keyboard goes back to the list"
    assert "Fizagat sahib" in desk.localities()
    _key(desk, Qt.Key.Key_M, ALT)
    assert queue.disputes.place.map.hasFocus()
    _key(desk, Qt.Key.Key_L, ALT)
    assert queue.disputes.list.hasFocus()
    _key(desk, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert queue.page is queue.pairs
    _key(desk, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert queue.page is queue.disputes


def test_tab_goes_through_the_page_as_one_reads_it(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    _go(desk, queue, "Locality")
    page = queue.disputes
    queue.tabs.tabBar().setFocus()
    wanted: Sequence[QWidget] = (
        *(page.field_filter, page.author_filter, page.layer_filter),
        *(page.newest, page.said_by, page.all_a, page.all_b, page.list),
        *(queue.findChild(QPushButton, name) for name in ("show_record", "take_A", "take_B")),
        *(_own(queue), queue.findChild(QPushButton, "take_own"), page.place.map),
    )
    for widget in wanted:
        _key(desk, Qt.Key.Key_Tab)
        assert widget.hasFocus(), widget.objectName()
    button = queue.findChild(QPushButton, "take_B")
    button.setFocus()
    _key(desk, Qt.Key.Key_Return)
    assert page.list.count() == 4, "Return presses the button that has the focus"


def test_with_large_targets_everything_can_be_hit_with_a_finger(desk: Desk, disputed: Path) -> None:
    desk.window.appearance.set_touch(True)
    desk.open(disputed)
    queue = _queue(desk)
    _go(desk, queue, "Locality")
    names = ("take_A", "take_B", "take_own", "skip", "many_newest", "many_A", "undo_decision", "show_record")
    for name in names:
        assert queue.findChild(QPushButton, name).height() >= 44, name
    for box in (queue.disputes.field_filter, queue.disputes.author_filter, queue.disputes.layer_filter):
        assert box.height() >= 44
    assert queue.disputes.list.sizeHintForRow(0) >= 44
    desk.window.appearance.set_touch(False)


def test_the_queue_fits_on_the_screen_of_the_field_laptops(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    assert queue.minimumSizeHint().width() <= 1366
    assert queue.minimumSizeHint().height() <= 700


def test_another_survey_closes_the_queue(desk: Desk, disputed: Path, survey_file: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    desk.trigger("survey.close")
    desk.gone(queue)
    assert desk.window.review._dialog is None


def test_with_nothing_to_decide_the_queue_says_so(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    queue = _queue(desk)
    assert queue.heading.text() == "No disagreements"
    assert _text(queue.disputes, "blank") == "Nothing is left to decide."
    assert queue.disputes.place.isHidden()


# --- disagreements: many at once ---------------------------------------------------------------------


def test_many_are_decided_by_field_and_newest_after_one_question_as_one_step(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    page = queue.disputes
    assert page.many.lead.text() == "Of the 5 shown:"
    assert page.newest.text() == "Take the newest (5)"
    page.field_filter.setCurrentIndex(page.field_filter.findData("Locality"))
    assert _fields(queue) == ["Locality"]
    assert page.many.lead.text() == "Of the 1 shown:"
    page.field_filter.setCurrentIndex(0)
    page.layer_filter.setCurrentIndex(page.layer_filter.findData("Samples"))
    assert _fields(queue) == ["Weight (g)"]
    page.layer_filter.setCurrentIndex(page.layer_filter.findData("Sightings"))
    assert len(_fields(queue)) == 4
    desk.settle()
    _press(desk, queue.page, "many_newest")
    assert page.many.asking
    assert page.many.question.text() == "Take the newest for all 4 shown?"
    assert page.many.yes.hasFocus()
    _press(desk, queue.page, "many_no")
    assert not page.many.asking
    _press(desk, queue.page, "many_newest")
    page.many.no.setFocus()
    _key(desk, Qt.Key.Key_Escape)
    assert not page.many.asking, "Esc leaves the question"
    assert queue.isVisible(), "and not the window"
    assert len(_fields(queue)) == 4
    _press(desk, queue.page, "many_newest")
    assert page.many.yes.text() == "Decide 4"
    _key(desk, Qt.Key.Key_Return)
    assert queue.heading.text() == "1 to decide"
    assert "فضاگٹ B" in desk.window.survey.roster.column("locality"), "Bilal wrote last"
    assert queue.undo_button.text() == "Undo: 4 disagreements"
    _press(desk, queue, "undo_decision")
    assert queue.heading.text() == "5 to decide", "one step of undo takes all of it back"


def test_many_are_decided_by_what_one_person_said(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    page = queue.disputes
    page._choose_person()
    texts = [action.text() for action in page.people.actions()]
    assert texts == ["Amina (5)", "Bilal (5)"]
    desk.qtbot.keyClick(page.people, Qt.Key.Key_Down)
    desk.qtbot.keyClick(page.people, Qt.Key.Key_Return)
    assert _text(page, "question") == "Take what Amina said for all 5 shown?"
    page.many.back()
    queue.activateWindow()
    page.author_filter.setCurrentIndex(page.author_filter.findData("Amina"))
    assert "Amina" in page.said_by.text()
    page.list.setFocus()
    desk.settle()
    _key(desk, Qt.Key.Key_P, ALT)
    _press(desk, queue.page, "many_yes")
    assert queue.heading.text() == "No disagreements"
    assert "Fizagat A" in desk.localities()
    assert len(desk.localities()) == 2, "she had deleted one"


def test_many_are_decided_for_one_side(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    queue = _queue(desk)
    chosen = {one.key: one.conflict.values[1].value for one in queue.disputes.model.items}
    _key(desk, Qt.Key.Key_B, ALT | SHIFT)
    assert queue.disputes.many.question.text() == "Take B for all 5 shown?"
    _press(desk, queue.page, "many_yes")
    assert queue.heading.text() == "No disagreements"
    assert chosen
    with Session.open(disputed) as session:
        assert session.file.conflicts() == []


def _conflict(number: int, *sides: tuple[str, str | None, str | None], field: str = "locality") -> Dispute:
    values = tuple(ConflictValue(value, who, at, f"r{number}{i}") for i, (value, who, at) in enumerate(sides))
    record = f"00000000-0000-4000-8000-{number:012d}"
    return Dispute(Conflict(f"c{number}", "sighting", record, field, None, values, values[0].value))


EARLY, LATE = "2026-05-01T00:00:00.000Z", "2026-05-02T00:00:00.000Z"


def test_it_is_told_how_many_cannot_be_decided_and_why(qtbot: QtBot) -> None:
    disputes = [
        _conflict(1, ("a", "Amina", EARLY), ("b", "Bilal", LATE)),
        _conflict(2, ("a", "Amina", EARLY), ("b", "Bilal", None)),
        _conflict(3, ("a", "Bilal", EARLY), ("b", "Gul", EARLY)),
        _conflict(4, ("a", "Gul", LATE), ("b", None, EARLY), ("c", "Amina", EARLY)),
    ]
    newest = plan(disputes, NEWEST)
    assert [(v.conflict.conflict, v.side) for v in newest.verdicts] == [("c1", 1), ("c4", 0)]
    assert newest.sentence == (
        "Take the newest for 2 of the 4 shown? 2 stay open: it is not known which value is the newest."
    )
    assert plan(disputes, by_side(2)).sentence == "Take C for 1 of the 4 shown? 3 stay open: there is no side C."
    said = plan(disputes, by_author("Amina"))
    assert [v.side for v in said.verdicts] == [0, 0, 2]
    assert said.left == 1
    dialog = DisputesDialog(writable=True)
    qtbot.addWidget(dialog)
    dialog.fill(disputes)
    assert dialog.disputes.newest.text() == "Take the newest (2)"
    dialog.fill(disputes[1:3])
    dialog.disputes.newest.click()
    assert dialog.disputes.many.question.text().startswith("None of the 2 shown can be decided like this")
    assert dialog.disputes.many.yes.isHidden()


def test_a_queue_of_thousands_reads_only_what_one_looks_at(qtbot: QtBot) -> None:
    asked: list[str] = []
    dialog = DisputesDialog(writable=True)
    qtbot.addWidget(dialog)
    dialog.disputes.model.captions_wanted.connect(asked.extend)
    dialog.fill([_conflict(n, ("a", "Amina", EARLY), ("b", "Bilal", LATE)) for n in range(5000)])
    dialog.show()
    qtbot.waitUntil(lambda: bool(asked))
    assert len(asked) < 40
    assert dialog.heading.text() == "5,000 to decide"
    view = dialog.disputes.list
    assert not view.findChildren(QLabel), "rows are painted, not made of widgets"
    view.set_current_row(4999)
    qtbot.waitUntil(lambda: "c4999" in asked)
    assert len(asked) < 80
    dialog.disputes.model.take_captions({"c4999": "Emerald · Fizagat"})
    assert view.model().index(4999, 0).data() == "Emerald · Fizagat"


def test_a_queue_keeps_ones_place_when_it_is_filled_again(qtbot: QtBot) -> None:
    model = QueueModel(lambda one: one.field, lambda one: one.key)
    disputes = [_conflict(n, ("a", "A", EARLY), ("b", "B", LATE)) for n in range(4)]
    model.fill(disputes)
    model.skip("c1")
    model.fill([one for one in disputes if one.key != "c0"])
    assert [one.key for one in model.shown] == ["c2", "c3", "c1"]
    assert model.skipped == 1
    model.fill(disputes[2:])
    assert model.skipped == 0
    model.narrow(lambda one: one.key == "c3")
    assert [one.key for one in model.shown] == ["c3"]
    assert model.row_of("c2") == -1
    dialog = DisputesDialog(writable=True)
    qtbot.addWidget(dialog)
    dialog.fill(disputes)
    dialog.disputes.list.set_current_row(2)
    dialog.fill(disputes[1:])
    assert dialog.current is not None
    assert dialog.current.key == "c2", "the same one"
    dialog.fill([disputes[0], disputes[3]])
    assert dialog.current.key == "c3", "what stands in its place"
    box = dialog.disputes.author_filter
    box.setCurrentIndex(box.findData("A"))
    dialog.fill(
        [_conflict(7, ("a", "Gul", EARLY), ("b", "Zar", LATE)), _conflict(8, ("a", "Gul", EARLY), ("b", "Z", LATE))]
    )
    assert dialog.disputes.list.count() == 2, "a filter on what is gone is taken off"


# --- likely-same deposits ----------------------------------------------------------------------------


def _pairs(desk: Desk, survey: Path) -> DisputesDialog:
    desk.open(survey)
    queue = _queue(desk)
    assert queue.page is queue.pairs, "there is nothing else to decide, so the pairs come up"
    return queue


def _gems(queue: DisputesDialog) -> list[str]:
    return [likely.gem for likely in queue.pairs.model.shown]


def _answers(path: Path) -> list[tuple[str, str]]:
    with Session.open(path, read_only=True) as session:
        return sorted((one.decision, one.reason) for one in duplicates.decided(session))


def test_a_pair_is_shown_side_by_side_with_distance_reasons_map_and_photo(desk: Desk, near: Path) -> None:
    queue = _pairs(desk, near)
    page = queue.pairs
    assert queue.heading.text() == "2 pairs to look at"
    assert queue.tabs.tabText(1) == "Likely the same (2)"
    page.list.set_current_row(_gems(queue).index("Emerald"))
    desk.settle()
    assert _text(page, "pair_name").startswith("Emerald, 5.5")
    assert "same gem" in _text(page, "reasons")
    said = {label.text().replace("\u2068", "").replace("\u2069", "") for label in page.panel.findChildren(QLabel)}
    titles = {"Gem", "Host rock", "Observer", "Observed at", "Position", "Accuracy", "Position from", "Notes"}
    assert titles <= said
    assert {"Zarmina", "گل مینہ", "6 m", "34.772500, 72.360800", SWAT["notes"]} <= said
    assert {"=", "≠"} <= said, "what agrees and what does not is marked"
    small = page.place.map
    assert [mark.letter for mark in small.marks] == ["A", "B"]
    assert [circle.accuracy_m for circle in small.scene.accuracy] == [6.0, 6.0]
    assert "apart" in _text(page.place, "place_words")
    for mark in small.marks:
        x, y = small.view.pixel(mark.longitude, mark.latitude)
        assert small.rect().contains(round(x), round(y))
    photos = [page.findChild(QLabel, f"photo_{letter}") for letter in "AB"]
    assert sorted(photo.isVisible() for photo in photos) == [False, True]
    shown = next(photo for photo in photos if photo.isVisible())
    assert shown.pixmap().width() == 220
    _press(desk, page, "show_A")
    assert desk.window.form.record is not None
    assert desk.window.form.record.uuid == page.current.pair.first


def test_pairs_are_answered_and_the_answers_are_remembered(desk: Desk, near: Path) -> None:
    queue = _pairs(desk, near)
    page = queue.pairs
    page.list.set_current_row(_gems(queue).index("Emerald"))
    desk.settle()
    desk.qtbot.keyClicks(page.reason, "same pit")
    _press(desk, page, "same-deposit")
    assert _gems(queue) == ["Topaz"]
    assert page.reason.text() == "", "the next pair has reasons of its own"
    assert queue.news.text() == "Decided: same deposit."
    page.list.setFocus()
    _key(desk, Qt.Key.Key_N, ALT)
    assert queue.heading.text() == "No likely-same deposits"
    assert "No two sightings look like the same deposit" in _text(page, "blank")
    assert page.list.isHidden()
    assert _answers(near) == [("not-the-same", ""), ("same-deposit", "same pit")]
    queue.close()
    desk.gone(queue)
    assert _queue(desk).pairs.model.items == [], "nobody is asked again"
    with Session.open(near) as session:
        assert session.file.count("sighting") == 5, "nothing is merged"


def test_answers_about_pairs_are_taken_back(desk: Desk, near: Path) -> None:
    queue = _pairs(desk, near)
    first = queue.pairs.current
    assert first is not None
    _key(desk, Qt.Key.Key_D, ALT)
    assert queue.undo_button.text() == "Undo: same deposit"
    queue.tabs.setCurrentIndex(0)
    desk.settle()
    _key(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert queue.page is queue.pairs, "one sees what was taken back"
    assert queue.pairs.current.key == first.key
    assert len(_gems(queue)) == 2
    assert _answers(near) == []


def test_all_pairs_shown_are_answered_at_once_as_one_step(desk: Desk, near: Path) -> None:
    queue = _pairs(desk, near)
    page = queue.pairs
    assert page.many.lead.text() == "All 2 shown:"
    page.gem_filter.setCurrentIndex(page.gem_filter.findData("Topaz"))
    assert _gems(queue) == ["Topaz"]
    assert page.many.lead.text() == "All 1 shown:"
    page.gem_filter.setCurrentIndex(0)
    page.people_filter.setCurrentIndex(page.people_filter.findData("Zarmina"))
    assert len(_gems(queue)) == 2
    desk.settle()
    _press(desk, page, "many_not_same")
    assert page.many.question.text() == "Answer “not the same” for all 2 pairs shown?"
    _press(desk, page, "many_yes")
    assert _answers(near) == [("not-the-same", "")] * 2
    assert queue.heading.text() == "No likely-same deposits"
    _press(desk, queue, "undo_decision")
    assert _answers(near) == []
    assert len(_gems(queue)) == 2


def test_a_pair_can_be_skipped(desk: Desk, near: Path) -> None:
    queue = _pairs(desk, near)
    first, second = _gems(queue)
    _key(desk, Qt.Key.Key_S)
    assert _gems(queue) == [second, first]
    for word in ("Alt+D", "Alt+N", "Alt+S", "Ctrl+Z"):
        assert word in queue.pairs.hint.text()
    assert "Alt+D" in queue.findChild(QPushButton, "same-deposit").toolTip()


def test_where_pairs_take_long_to_look_for_answered_ones_are_only_left_out(
    desk: Desk, near: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveyapp.ui.review_controller._SOON", 1)
    looked: list[int] = []
    looking = pair_words.waiting

    def counted(session: Session, progress: Any = None) -> Any:
        looked.append(1)
        return looking(session, progress)

    monkeypatch.setattr(pair_words, "waiting", counted)
    queue = _pairs(desk, near)
    assert len(looked) == 1
    _key(desk, Qt.Key.Key_D, ALT)
    assert len(_gems(queue)) == 1
    assert len(looked) == 1
    _key(desk, Qt.Key.Key_D, ALT)
    assert len(looked) == 2, "with none left it is looked for whatever the answers opened"
    assert queue.heading.text() == "No likely-same deposits"


def test_looking_for_pairs_that_is_stopped_says_so_and_begins_again(
    desk: Desk, disputed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise Cancelled("Cancelled; nothing was written.")

    monkeypatch.setattr(pair_words, "waiting", stopped)
    desk.open(disputed)
    queue = _queue(desk)
    queue.turn_to(pairs=True)
    desk.settle()
    assert _text(queue.pairs, "blank").startswith("Stopped;")
    monkeypatch.undo()
    queue.turn_to(pairs=False)
    queue.turn_to(pairs=True)
    desk.settle()
    assert queue.heading.text() == "No likely-same deposits"


def test_the_second_queue_opens_by_itself(desk: Desk, disputed: Path) -> None:
    desk.open(disputed)
    desk.window.review.compare()
    desk.settle()
    queue = desk.window.findChild(DisputesDialog)
    assert queue.page is queue.pairs
    assert queue.heading.text() == "No likely-same deposits"


def test_offices_that_answered_differently_see_both_sightings_in_the_queue_of_disagreements(
    desk: Desk, near: Path, tmp_path: Path
) -> None:
    paths = []
    for office, answer in (("District", "same-deposit"), ("Province", "not-the-same")):
        paths.append(tmp_path / f"{office}.gpkg")
        shutil.copy(near, paths[-1])
        with Session.open(paths[-1], author=office) as session:
            pair = duplicates.suggestions(session)[0]
            duplicates.decide(session, pair, answer)
    out = tmp_path / "nation.gpkg"
    merge(out, paths, author="Nation")
    desk.open(out)
    queue = _queue(desk)
    assert _fields(queue) == ["Decision"]
    assert [mark.letter for mark in queue.disputes.place.map.marks] == ["1", "2"]
    assert "1 and 2 are" in _text(queue.disputes.place, "place_words")
    assert {_text(queue, f"side_{letter}") for letter in "AB"} == {"The same deposit", "Not the same"}


# --- the merge dialog --------------------------------------------------------------------------------


@pytest.fixture
def two_teams(survey_file: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Copies of one survey; the second team added a column and a topaz beside the topaz of the first."""
    a, b = tmp_path / "stick" / "team_a.gpkg", tmp_path / "stick" / "فضاگٹ.gpkg"
    a.parent.mkdir()
    for path in (a, b):
        shutil.copy(survey_file, path)
    with Session.open(b, author="Bilal") as session:
        values = assigned("sighting", {**SWAT, "gem": "topaz", "observer": "Bilal", "at": "34.7811N 72.3702E"})
        add_sighting(session, values)
    raw = sqlite3.connect(b)
    raw.execute("ALTER TABLE sighting ADD COLUMN shaft_depth REAL")
    raw.close()
    return a, b


def _merging(desk: Desk, out: Path) -> MergeDialog:
    desk.trigger("survey.merge")
    dialog = desk.window.findChild(MergeDialog)
    assert isinstance(dialog, MergeDialog)
    dialog.out.set_path(out)
    return dialog


def _drop(dialog: QWidget, paths: Sequence[Path]) -> bool:
    """Drag files over the dialog and let go; whether it took them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where, copy = QPoint(100, 100), Qt.DropAction.CopyAction
    held, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, copy, data, held, none)
    enter.ignore()
    QApplication.sendEvent(dialog, enter)
    if enter.isAccepted():
        QApplication.sendEvent(dialog, QDropEvent(QPointF(where), copy, data, held, none))
    return enter.isAccepted()


def test_packages_are_dropped_singly_or_as_a_folder(desk: Desk, two_teams: tuple[Path, Path], tmp_path: Path) -> None:
    dialog = _merging(desk, tmp_path / "out.gpkg")
    assert dialog.hint.isVisible()
    assert "Drag survey files" in dialog.hint.text()
    assert not dialog.main_button.isEnabled()
    assert _drop(dialog, [two_teams[0]])
    assert dialog.inputs == [two_teams[0]]
    assert dialog.hint.isHidden()
    assert _drop(dialog, [two_teams[0].parent])
    assert dialog.inputs == [two_teams[0], two_teams[1]], "those of the folder come too, each once"
    note = tmp_path / "notes.txt"
    note.touch()
    assert _drop(dialog, [note])
    assert dialog.trouble.text() == "Only survey files (.gpkg) can be merged, not notes.txt."
    assert dialog.main_button.isEnabled(), "and what was there can be merged"
    data = QMimeData()
    data.setText("some words")
    enter = QDragEnterEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.ignore()
    QApplication.sendEvent(dialog, enter)
    assert not enter.isAccepted()


def test_the_dry_run_lists_each_package_with_notes_and_says_what_was_merged_before(
    desk: Desk, two_teams: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out.gpkg"
    merge(out, [two_teams[0]], author="Office")
    dialog = _merging(desk, out)
    _drop(dialog, two_teams)
    desk.qtbot.mouseClick(dialog.try_button, LEFT)
    desk.settle()
    assert [dialog.report.item(row, 0).data(SECOND_LINE) for row in range(2)] == ["team_a.gpkg", "فضاگٹ.gpkg"]
    more = [dialog.report.item(row, 0).text() for row in range(2)]
    assert more[0].startswith("merged before on ")
    assert "Swat 1" in more[0]
    assert "merged before" not in more[1]
    headings = [dialog.report.horizontalHeaderItem(column).text() for column in range(dialog.report.columnCount())]
    numbers = {heading: dialog.report.item(1, at).text() for at, heading in enumerate(headings) if at}
    assert numbers["New"] == "1"
    assert numbers["Same"] == "4"
    assert numbers["Conflicting"] == "0"
    assert "فضاگٹ.gpkg: Sighting has the further field shaft_depth; it was taken along." in dialog.notes.text()
    assert "would hold 4 sightings" in dialog.verdict.text()


def test_a_merge_shows_how_far_it_is_and_can_be_stopped(
    desk: Desk, two_teams: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(_out: Path, _inputs: Sequence[Path], *, progress: Progress, **_: object) -> None:
        progress.step(1, 4, "merging team_a.gpkg")
        assert go_on.wait(20)
        progress.step(2, 4, "merging the other")

    monkeypatch.setattr(merging_service, "merge", slow)
    dialog = _merging(desk, tmp_path / "out.gpkg")
    _drop(dialog, two_teams)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.qtbot.waitUntil(lambda: dialog.bar.maximum() == 4)
    assert dialog.bar.isVisible()
    assert dialog.bar.value() == 1
    assert dialog.verdict.text() == "Merging team_a.gpkg…"
    assert not dialog.main_button.isEnabled()
    assert not _drop(dialog, two_teams), "nothing is added meanwhile"
    assert dialog.cancel_button.text() == "Stop"
    desk.qtbot.mouseClick(dialog.cancel_button, LEFT)
    assert dialog.verdict.text() == "Stopping…"
    go_on.set()
    desk.settle()
    assert dialog.isVisible()
    assert dialog.trouble.text() == "Cancelled; nothing was written."
    assert dialog.bar.isHidden()
    assert dialog.main_button.isEnabled(), "one may try again"
    assert dialog.cancel_button.text() == "Cancel"
    desk.qtbot.mouseClick(dialog.cancel_button, LEFT)
    desk.gone(dialog)


def test_the_report_is_saved_to_read_and_for_programs(
    desk: Desk, two_teams: tuple[Path, Path], prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    dialog = _merging(desk, tmp_path / "out.gpkg")
    _drop(dialog, two_teams)
    assert not dialog.save_report.isEnabled(), "there is nothing to report yet"
    desk.qtbot.mouseClick(dialog.try_button, LEFT)
    desk.settle()
    prompts.will_answer(tmp_path / "dry")
    desk.qtbot.mouseClick(dialog.save_report, LEFT)
    desk.settle()
    assert "<html" in (tmp_path / "dry.html").read_text("utf-8")
    assert dialog.notes.text() == f"The report is written: {tmp_path / 'dry.html'}"
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    prompts.will_answer(tmp_path / "merge.json")
    desk.qtbot.mouseClick(dialog.save_report, LEFT)
    desk.settle()
    told = json.loads((tmp_path / "merge.json").read_text("utf-8"))
    assert told["dry_run"] is False
    assert len(told["packages"]) == 2
    prompts.will_answer(tmp_path / "nowhere" / "r.html")
    desk.qtbot.mouseClick(dialog.save_report, LEFT)
    desk.settle()
    assert "nowhere" in dialog.trouble.text()
    assert (tmp_path / "out.gpkg").exists(), "the merge stands all the same"
    assert dialog.main_button.isEnabled()


def test_after_a_merge_one_goes_straight_into_the_queue_that_has_something(
    desk: Desk, two_teams: tuple[Path, Path], tmp_path: Path
) -> None:
    dialog = _merging(desk, tmp_path / "out.gpkg")
    _drop(dialog, two_teams)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert dialog.main_button.hasFocus()
    desk.qtbot.keyClick(dialog.main_button, Qt.Key.Key_Return)
    desk.settle()
    queue = desk.window.findChild(DisputesDialog)
    assert queue.page is queue.pairs
    assert _gems(queue) == ["Topaz"]
    assert desk.window.survey.path == tmp_path / "out.gpkg"


def test_after_a_merge_with_nothing_to_decide_no_queue_comes_up(desk: Desk, survey_file: Path, tmp_path: Path) -> None:
    dialog = _merging(desk, tmp_path / "out.gpkg")
    _drop(dialog, [survey_file])
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert desk.window.survey.path == tmp_path / "out.gpkg"
    assert desk.window.findChild(DisputesDialog) is None


def test_both_pages_say_how_they_work() -> None:
    for page in QueuePage.__subclasses__():
        assert "↑ ↓" in page.keys
        assert "Ctrl+Z" in page.keys
