"""What lies on the glass of the map, and its tools."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from surveyapp.ui.mapcanvas.styles import rgb
from tests.ui.mapcanvas_kit import LEFT, NONE, PALETTE, SWAT, at, colour_at, drag, shown_map

# ---- the rest of the glass ------------------------------------------------------------------------


def test_buttons_are_as_large_as_a_fingertip_and_work(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    for button in canvas.buttons.all:
        assert min(button.width(), button.height()) >= 44
        assert button.accessibleName()
        assert button.toolTip()
        assert canvas.rect().contains(canvas.buttons.geometry())
    fitted = canvas.view
    QTest.mouseClick(canvas.buttons.zoom_in, LEFT)
    assert canvas.view.scale > fitted.scale
    QTest.mouseClick(canvas.buttons.zoom_out, LEFT)
    assert canvas.view.scale == pytest.approx(fitted.scale)
    canvas.drag_view(200, 0)
    QTest.mouseClick(canvas.buttons.fit, LEFT)
    assert canvas.view == fitted


def test_position_button_follows_until_the_map_is_dragged(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    with qtbot.waitSignal(canvas.locateRequested):
        QTest.mouseClick(canvas.buttons.locate, LEFT)
    canvas.set_gps(74.6, 36.3, 5.0)
    assert canvas.view.centre == pytest.approx((74.6, 36.3))
    canvas.set_gps(74.7, 36.4, 5.0)
    assert canvas.view.centre == pytest.approx((74.7, 36.4))
    canvas.set_gps(72.0, 33.0, 5.0, stale=True)  # an old fix is shown and not followed
    assert canvas.view.centre == pytest.approx((74.7, 36.4))
    drag(canvas, QPoint(400, 300), QPoint(430, 300), QPoint(450, 300))
    assert not canvas.buttons.locate.isChecked()
    canvas.set_gps(75.0, 36.0, 5.0)
    assert canvas.view.centre != pytest.approx((75.0, 36.0))


def test_stale_position_looks_different_and_unknown_accuracy_has_no_circle(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    pictures = []
    for accuracy, stale in ((None, False), (300.0, False), (300.0, True)):
        canvas.set_gps(72.39, 34.775, accuracy, stale)
        pictures.append(canvas.grab().toImage())
    canvas.set_gps(None, None, None)
    pictures.append(canvas.grab().toImage())
    for i, picture in enumerate(pictures):
        assert all(picture != other for other in pictures[:i])


def test_legend_hides_a_gem_and_folds(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.grab()
    legend = canvas.scene.paint_layout
    assert legend is not None
    row, box = next((row, box) for row, box in legend.rows if row.style.key == "ruby")
    assert row.count == 1
    QTest.mouseClick(canvas, LEFT, NONE, box.center().toPoint())
    assert colour_at(canvas, at(canvas, "b")) != rgb(PALETTE[1].colour)
    assert "Hidden: Ruby." in canvas.scene.notices(canvas.scene.points.frame(canvas.view))
    QTest.mouseClick(canvas, LEFT, NONE, box.center().toPoint())
    assert colour_at(canvas, at(canvas, "b")) == rgb(PALETTE[1].colour)
    QTest.mouseClick(canvas, LEFT, NONE, legend.head.center().toPoint())
    canvas.grab()
    folded = canvas.scene.paint_layout
    assert folded is not None
    assert not folded.is_open
    assert canvas.selection == []


def test_legend_folds_by_itself_where_it_would_cover_the_map(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.resize(340, 300)
    canvas.grab()
    assert canvas.scene.paint_layout is not None
    assert not canvas.scene.paint_layout.is_open


def test_right_to_left_swaps_sides(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    canvas.grab()
    assert canvas.scene.paint_layout is not None
    assert canvas.scene.paint_layout.box.left() > 450
    assert canvas.buttons.geometry().left() < 100


def test_tooltip_is_plain_text(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.set_tooltips(lambda key: f"{key} <b>5 < 6</b>\nsecond")
    place = at(canvas, "c")
    QApplication.sendEvent(canvas, QHelpEvent(QEvent.Type.ToolTip, place, canvas.mapToGlobal(place)))
    assert "&lt;b&gt;5 &lt; 6" in QToolTip.text()
    assert "<br>second" in QToolTip.text()
    nowhere = place + QPoint(60, 60)
    QApplication.sendEvent(canvas, QHelpEvent(QEvent.Type.ToolTip, nowhere, canvas.mapToGlobal(nowhere)))
    QToolTip.hideText()


def test_mouse_tells_where_it_is(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    place = at(canvas, "c")
    QTest.mouseMove(canvas, QPoint(5, 5))
    with qtbot.waitSignal(canvas.cursorMoved) as told:
        QTest.mouseMove(canvas, place)
    assert told.args == pytest.approx(list(canvas.view.lonlat(place.x(), place.y())))
    assert canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor


# ---- tools ----------------------------------------------------------------------------------------


def test_add_tool_tells_the_position_of_a_tap(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.set_tool("add")
    with qtbot.waitSignal(canvas.positionTapped) as told:
        QTest.mouseClick(canvas, LEFT, NONE, QPoint(321, 234))
    assert told.args == pytest.approx(list(canvas.view.lonlat(321, 234)), abs=1e-9)
    with qtbot.assertNotEmitted(canvas.positionTapped):
        drag(canvas, QPoint(300, 300), QPoint(330, 310), QPoint(350, 320))
    with qtbot.waitSignal(canvas.positionTapped) as told:
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert told.args == pytest.approx(list(canvas.view.centre), abs=1e-9)


def test_measure_tells_leg_total_and_area(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    told: list[str] = []
    canvas.measured.connect(told.append)
    canvas.set_tool("measure")
    scale = canvas.view.metres_per_pixel
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(300, 200))
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(400, 200))
    assert told[-1].endswith("at 090.0°")
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(400, 300))
    assert "at 180.0°" in told[-1]
    assert f"area {100 * 100 * scale * scale / 2 / 1e4:.0f}"[:8] in told[-1]
    canvas.grab()
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    assert told[-1].endswith("at 090.0°")
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert told[-1] == ""
    assert canvas.tool.name == "measure"


def test_measure_ends_with_a_double_click_and_starts_anew(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    told: list[str] = []
    canvas.measured.connect(told.append)
    canvas.set_tool("measure")
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(300, 200))
    QTest.mouseMove(canvas, QPoint(380, 200))
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(400, 200))
    QTest.mouseDClick(canvas, LEFT, NONE, QPoint(400, 200))
    done = told[-1]
    QTest.mouseMove(canvas, QPoint(500, 400))
    QApplication.processEvents()
    assert told[-1] == done
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(600, 300))
    assert told[-1] == ""


def test_unknown_tool_is_refused(qtbot: QtBot) -> None:
    with pytest.raises(ValueError, match="spade"):
        shown_map(qtbot).set_tool("spade")  # type: ignore[arg-type]


def test_go_to_marks_the_place(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.go_to(74.61545, 36.30703)
    assert canvas.view.centre == pytest.approx((74.61545, 36.30703))
    marked = canvas.grab().toImage()
    canvas.clear_mark()
    assert canvas.grab().toImage() != marked


def test_zoom_to_some(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.zoom_to(["b"])
    assert canvas.view.centre[1] == pytest.approx(SWAT["b"][1], abs=1e-6)
    before = canvas.view
    canvas.zoom_to(["nobody"])
    assert canvas.view == before


def test_tracks_areas_and_labels_are_drawn(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    line = np.array([(72.36, 34.775), (72.38, 34.78), (72.41, 34.77)])
    pictures = [canvas.grab().toImage()]
    canvas.set_tracks([("Traverse", line)])
    pictures.append(canvas.grab().toImage())
    canvas.set_areas([("Licence", np.concatenate([line, line[:1]]))])
    pictures.append(canvas.grab().toImage())
    canvas.set_labels(lambda key: f"S-{key}")
    pictures.append(canvas.grab().toImage())
    canvas.set_accuracy([(*SWAT["a"][:2], 150.0)])
    pictures.append(canvas.grab().toImage())
    for before, after in pairwise(pictures):
        assert before != after
    canvas.set_tracks([])
    assert [one.kind for one in canvas.scene.outlines] == ["area"]


def test_tracks_alone_are_fitted(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot, {})
    canvas.set_tracks([("Traverse", np.array([(74.0, 36.0), (74.1, 36.1)]))])
    west, south, east, north = canvas.view.bounds
    assert west < 74.0
    assert south < 36.0
    assert east > 74.1
    assert north > 36.1
