"""Moving over the map with mouse, keys and fingers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from surveyapp.ui.mapcanvas.canvas import MapCanvas
from tests.ui.mapcanvas_kit import NONE, SWAT, at, drag, shown_map

# ---- moving ---------------------------------------------------------------------------------------


def test_drag_pans_and_selects_nothing(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    start = at(canvas, "b")
    with qtbot.waitSignal(canvas.viewChanged), qtbot.assertNotEmitted(canvas.selectionChanged):
        drag(canvas, start, start + QPoint(30, 10), start + QPoint(60, 40))
    assert at(canvas, "b") == start + QPoint(60, 40)


def test_middle_button_pans_in_every_tool(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.set_tool("lasso")
    start = at(canvas, "b")
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, NONE, start)
    QTest.mouseMove(canvas, start + QPoint(25, -15))
    QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, NONE, start + QPoint(25, -15))
    assert at(canvas, "b") == start + QPoint(25, -15)


def test_wheel_zooms_about_the_pointer(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    place = at(canvas, "c")
    lonlat, scale = canvas.view.lonlat(place.x(), place.y()), canvas.view.scale
    here = QPointF(place)
    event = QWheelEvent(
        here, canvas.mapToGlobal(here), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)
    assert canvas.view.scale == pytest.approx(2 * scale)
    assert canvas.view.lonlat(place.x(), place.y()) == pytest.approx(lonlat, abs=1e-9)


def test_keys_move_and_zoom(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    fitted = canvas.view
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.view.x > fitted.x
    assert canvas.view.y > fitted.y
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.view.scale > fitted.scale
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.view == fitted


def test_keys_without_meaning_go_to_the_parent(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    view = canvas.view
    QTest.keyClick(canvas, Qt.Key.Key_F7)
    assert canvas.view == view


def touch_drag(canvas: MapCanvas, start: QPoint, end: QPoint) -> None:
    finger = QTest.createTouchDevice()
    QTest.touchEvent(canvas, finger).press(0, start, canvas).commit()
    QTest.touchEvent(canvas, finger).move(0, (start + end) / 2, canvas).commit()
    QTest.touchEvent(canvas, finger).move(0, end, canvas).commit()
    QTest.touchEvent(canvas, finger).release(0, end, canvas).commit()


def test_finger_pans(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    start = at(canvas, "b")
    touch_drag(canvas, start, start + QPoint(80, 40))
    assert at(canvas, "b") == start + QPoint(80, 40)
    assert canvas.selection == []


def test_finger_taps_near_a_point(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    near = at(canvas, "b") + QPoint(14, -12)  # further off than a mouse may be
    finger = QTest.createTouchDevice()
    QTest.touchEvent(canvas, finger).press(0, near, canvas).commit()
    QTest.touchEvent(canvas, finger).release(0, near, canvas).commit()
    assert canvas.selection == ["b"]


def test_two_fingers_pinch(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.set_selection(["a"])
    scale = canvas.view.scale
    middle = canvas.view.lonlat(400, 300)
    finger = QTest.createTouchDevice()
    QTest.touchEvent(canvas, finger).press(0, QPoint(350, 300), canvas).commit()
    QTest.touchEvent(canvas, finger).stationary(0).press(1, QPoint(450, 300), canvas).commit()
    QTest.touchEvent(canvas, finger).move(0, QPoint(300, 300), canvas).move(1, QPoint(500, 300), canvas).commit()
    QTest.touchEvent(canvas, finger).release(0, QPoint(300, 300), canvas).stationary(1).commit()
    QTest.touchEvent(canvas, finger).move(1, QPoint(520, 320), canvas).commit()
    QTest.touchEvent(canvas, finger).release(1, QPoint(520, 320), canvas).commit()
    assert canvas.view.scale == pytest.approx(2 * scale)
    assert canvas.view.lonlat(400, 300) == pytest.approx(middle, abs=1e-6)
    assert canvas.selection == ["a"]


def test_finger_held_down_asks_for_a_menu(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    finger = QTest.createTouchDevice()
    place = at(canvas, "b")
    with qtbot.waitSignal(canvas.contextRequested) as told:
        QTest.touchEvent(canvas, finger).press(0, place, canvas).commit()
    QTest.touchEvent(canvas, finger).release(0, place, canvas).commit()
    assert told.args[0] == "b"
    assert canvas.selection == []


def test_right_click_tells_what_and_where(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    place = at(canvas, "d")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, canvas.mapToGlobal(place))
    with qtbot.waitSignal(canvas.contextRequested) as told:
        QApplication.sendEvent(canvas, event)
    uuid, lon, lat, _ = told.args
    assert uuid == "d"
    assert (lon, lat) == pytest.approx(SWAT["d"][:2], abs=0.001)
