"""Editing many sightings together."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS
from surveyapp.domain.records import Record
from surveyapp.errors import BadInput
from surveyapp.ui.forms.bulk_edit import BulkEditDialog, bulk_fields
from surveyapp.ui.forms.gem_chooser import GemEditor

LEFT = Qt.MouseButton.LeftButton
RECORDS = [Record("sighting", f"u-{i}", {"gem": "ruby" if i else None, "district": f"D{i}"}) for i in range(7)]


@pytest.fixture
def dialog(qtbot: QtBot) -> BulkEditDialog:
    made = BulkEditDialog(RECORDS)
    qtbot.addWidget(made)
    made.show()
    return made


def choose(dialog: BulkEditDialog, name: str) -> None:
    place = dialog.choice.findData(name)
    dialog.choice.setCurrentIndex(place)
    dialog.choice.activated.emit(place)


def test_what_is_chosen_is_set_and_nothing_else(qtbot: QtBot, dialog: BulkEditDialog) -> None:
    assert not dialog.main_button.isEnabled()
    choose(dialog, "gem")
    gem = dialog.rows["gem"].editor
    assert isinstance(gem, GemEditor)
    qtbot.mouseClick(gem.buttons["spinel"], LEFT)
    choose(dialog, "district")
    line = dialog.rows["district"].editor.input()
    assert isinstance(line, QLineEdit)
    qtbot.keyClicks(line, "Hunza")
    assert dialog.choice.findData("district") == -1
    qtbot.mouseClick(dialog.main_button, LEFT)
    assert dialog.result()
    assert dialog.values() == {"gem": "spinel", "district": "Hunza"}


def test_what_stands_now_is_told_and_emptying_is_said_before(dialog: BulkEditDialog) -> None:
    row = dialog.add_field("gem")
    labels = [label.text() for label in row.parentWidget().findChildren(type(dialog.trouble))]
    assert "Now: 6 Ruby, 1 empty" in labels
    assert dialog.trouble.text() == "Will be emptied: Gem."
    assert dialog.main_button.isEnabled()
    other = dialog.add_field("district")
    told = [label.text() for label in other.parentWidget().findChildren(type(dialog.trouble))]
    assert "Now: 1 D0, 1 D1, 1 D2, 1 D3 and 3 other values" in told


def test_text_that_is_no_value_keeps_the_button_off(qtbot: QtBot, dialog: BulkEditDialog) -> None:
    line = dialog.add_field("largest_mm").editor.input()
    qtbot.keyClicks(line, "big")
    assert "is not a number" in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    with pytest.raises(BadInput):
        dialog.values()


def test_a_field_can_be_left_as_it_is_after_all(qtbot: QtBot, dialog: BulkEditDialog) -> None:
    row = dialog.add_field("district")
    leave = next(b for b in row.parentWidget().findChildren(QPushButton) if b.text() == "Leave as it is")
    qtbot.mouseClick(leave, LEFT)
    assert dialog.rows == {}
    assert dialog.choice.findData("district") > 0


def test_nothing_of_a_position_can_be_set_on_many() -> None:
    assert not {field.name for field in bulk_fields()} & {GEOMETRY, "elevation_m", "toposheet", *POSITION_FACTS}
