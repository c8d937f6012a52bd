"""The position box, used as a person does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.ui.forms.checks import BLOCKS, Finding
from surveyapp.ui.forms.position_box import PositionBox

GPS: dict[str, Value] = {
    "longitude": 74.61545,
    "latitude": 36.30703,
    "position_source": "gps",
    "accuracy_m": 3.1,
    "fix_quality": "dgps",
    "satellites": 14,
    "hdop": 0.8,
    "samples_averaged": None,
    "elevation_m": 2438.5,
    "position_text": "receiver serial:COM4@9600",
    "position_crs": "EPSG:4326",
    "observed_at": "2026-11-24T04:30:00.000Z",
}


@pytest.fixture
def box(qtbot: QtBot) -> PositionBox:
    made = PositionBox()
    qtbot.addWidget(made)
    made.show()
    return made


def write(widget: QWidget, text: str) -> None:
    """Type text of any script; QTest's own keys are ASCII only."""
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def kept(box: PositionBox) -> Mapping[str, Value]:
    return {name: value for name, value in box.facts().items() if value is not None}


def test_an_empty_box_has_no_point_and_no_trouble(box: PositionBox) -> None:
    assert kept(box) == {}
    assert box.trouble == ""
    assert not box.readout.isVisible()


@pytest.mark.parametrize(
    ("typed", "crs"),
    [
        ("34.7725N 72.3608E", "EPSG:4326"),
        ("34°46'21\"N 72°21'38.9\"E", "EPSG:4326"),
        ("34 46.35 N, 72 21.648 E", "EPSG:4326"),
        ("۳۴٫۷۷۲۵ ۷۲٫۳۶۰۸", "EPSG:4326"),
        ("43S 258474 3850988", "EPSG:32643"),
    ],
)
def test_what_people_write_is_shown_back_in_three_notations(box: PositionBox, typed: str, crs: str) -> None:
    write(box.line, typed)
    longitude, latitude = box.position or (0.0, 0.0)
    assert (longitude, latitude) == pytest.approx((72.3608, 34.7725), abs=5e-4)
    assert (kept(box)["position_source"], kept(box)["position_crs"]) == ("typed", crs)
    assert kept(box)["position_text"] == typed
    assert "accuracy_m" not in kept(box)
    names = [name.text() for name, text in box.readout.notations if text.text()]
    assert names == ["DD", "DMS", "UTM"]
    assert box.place == {"province": "PK-KP", "toposheet": "43 B/5"}
    assert "Khyber Pakhtunkhwa · sheet 43 B/5" in box.readout.place.text()
    assert box.readout.facts.text() == "Typed · accuracy unknown"


def test_text_that_is_no_position_is_told_softly_while_typing_and_loudly_after(qtbot: QtBot, box: PositionBox) -> None:
    qtbot.keyClicks(box.line, "34.7725N north of")
    assert box.trouble
    assert box.position is None
    box.tell(Finding(GEOMETRY, BLOCKS, box.trouble))
    assert (box.message.text(), box.message.tone) == (box.trouble, "muted")
    assert not box.line.property("invalid")
    qtbot.keyClick(box.line, Qt.Key.Key_Return)
    assert box.message.tone == "danger"
    assert box.line.property("invalid")


def test_swapped_axes_are_offered_the_right_way_round_in_one_press(qtbot: QtBot, box: PositionBox) -> None:
    qtbot.keyClicks(box.line, "72.3608, 34.7725")
    assert "outside Pakistan" in box.trouble
    box.tell(Finding(GEOMETRY, BLOCKS, box.trouble))
    assert box.swap_button.isVisible()
    with qtbot.waitSignal(box.changed):
        qtbot.mouseClick(box.swap_button, Qt.MouseButton.LeftButton)
    assert box.position == pytest.approx((72.3608, 34.7725))
    assert box.trouble == ""


def test_a_stored_point_with_swapped_axes_is_offered_the_swap_too(qtbot: QtBot, box: PositionBox) -> None:
    box.load({GEOMETRY: point_hex(34.7725, 72.3608), "position_source": "imported"})
    box.tell(None)
    assert "outside Pakistan" in box.readout.notes.text()
    qtbot.mouseClick(box.swap_button, Qt.MouseButton.LeftButton)
    assert box.position == pytest.approx((72.3608, 34.7725))
    assert kept(box)["position_source"] == "typed"


def test_a_datum_shift_of_unknown_accuracy_is_said_to_be_so(qtbot: QtBot, box: PositionBox) -> None:
    qtbot.keyClicks(box.line, "43 B/5 34 46.35N 72 21.65E")
    assert kept(box)["position_crs"] == "EPSG:4145"
    assert "is unknown" in box.readout.notes.text()
    stored = box.facts()
    box.load(stored)
    assert box.line.text() == "43 B/5 34 46.35N 72 21.65E"
    assert "is unknown" in box.readout.notes.text()
    assert box.facts() == stored


def test_gps_brings_its_facts_and_typing_takes_them_away(qtbot: QtBot, box: PositionBox) -> None:
    box.use_gps(GPS)
    assert box.position == (74.61545, 36.30703)
    assert kept(box)["accuracy_m"] == 3.1
    assert box.elevation_m == 2438.5
    assert "±3.1 m" in box.readout.facts.text()
    assert "COM4" in box.readout.origin.text()
    box.line.setFocus()
    box.line.setCursorPosition(2)
    qtbot.keyClick(box.line, Qt.Key.Key_Delete)
    qtbot.keyClicks(box.line, ".")
    box.line.setCursorPosition(6)
    qtbot.keyClicks(box.line, "5")
    assert kept(box)["position_source"] == "typed"
    assert set(kept(box)) == {GEOMETRY, "position_source", "position_text", "position_crs"}
    assert (box.elevation_m, box.left_elevation_m) == (None, 2438.5)


def test_a_slip_of_the_key_that_is_taken_back_costs_nothing(qtbot: QtBot, box: PositionBox) -> None:
    box.use_gps(GPS)
    before = box.facts()
    qtbot.keyClicks(box.line, "x")
    qtbot.keyClick(box.line, Qt.Key.Key_Home)
    assert kept(box).get("position_source") != "gps"
    qtbot.keyClick(box.line, Qt.Key.Key_Delete)
    assert box.facts() == before
    assert box.elevation_m == 2438.5


def test_a_recorded_position_brings_no_time(box: PositionBox) -> None:
    box.use_gps(GPS)
    assert box.observed_at == "2026-11-24T04:30:00.000Z"
    box.use_gps({**GPS, "position_source": "imported"})
    assert box.observed_at is None


def test_a_tap_on_the_map_has_no_accuracy(qtbot: QtBot, box: PositionBox) -> None:
    box.use_gps(GPS)
    with qtbot.waitSignal(box.changed):
        box.use_map(72.36, 34.77)
    assert kept(box) == {
        GEOMETRY: point_hex(72.36, 34.77),
        "position_source": "map-tap",
        "position_crs": "EPSG:4326",
    }
    assert (box.elevation_m, box.left_elevation_m) == (None, 2438.5)


def test_a_record_that_is_only_looked_at_stays_as_it_is(box: PositionBox) -> None:
    values: dict[str, Value] = {
        GEOMETRY: point_hex(72.360812345678, 34.772512345678),
        "position_source": "gps-averaged",
        "accuracy_m": 2.75,
        "samples_averaged": 30,
        "hdop": 0.9,
        "position_text": "receiver gpsd://localhost:2947",
    }
    box.load(values)
    assert {name: value for name, value in values.items() if name in (GEOMETRY, *POSITION_FACTS)} == kept(box)


def test_the_buttons_ask_for_gps_and_map_and_say_why_there_is_none(qtbot: QtBot, box: PositionBox) -> None:
    with qtbot.waitSignal(box.mapTapRequested):
        qtbot.mouseClick(box.map_button, Qt.MouseButton.LeftButton)
    box.set_gps_ready(False, "The receiver has no fix yet.")
    with qtbot.waitSignal(box.gpsRequested):
        qtbot.mouseClick(box.gps_button, Qt.MouseButton.LeftButton)
    assert box.message.text() == "The receiver has no fix yet."


def test_a_draft_brings_back_half_typed_text_and_the_point_before_it(qtbot: QtBot, box: PositionBox) -> None:
    box.use_gps(GPS)
    qtbot.keyClick(box.line, Qt.Key.Key_End)
    qtbot.keyClicks(box.line, "??")
    other = PositionBox()
    qtbot.addWidget(other)
    other.restore(box.draft())
    assert other.line.text() == box.line.text()
    assert other.trouble == box.trouble != ""
    for _ in range(2):
        qtbot.keyClick(other.line, Qt.Key.Key_End)
        qtbot.keyClick(other.line, Qt.Key.Key_Backspace)
    assert kept(other)["position_source"] == "gps"
    assert kept(other)["accuracy_m"] == 3.1
