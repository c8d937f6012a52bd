"""Selecting on the map with mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from surveyapp.ui.mapcanvas.canvas import MapCanvas
from tests.ui.mapcanvas_kit import CTRL, LEFT, NONE, SHIFT, SWAT, at, drag, heap, shown_map

# ---- selecting ------------------------------------------------------------------------------------


def test_click_selects_and_click_on_nothing_clears(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    with qtbot.waitSignal(canvas.selectionChanged) as told:
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, "b"))
    assert told.args == [["b"]]
    with qtbot.waitSignal(canvas.selectionChanged) as told:
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, "b") + QPoint(40, 30))
    assert told.args == [[]]


def test_ctrl_click_adds_and_takes_away(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    for key, expected in (("c", ["c"]), ("a", ["a", "c"]), ("c", ["a"])):
        QTest.mouseClick(canvas, LEFT, CTRL, at(canvas, key))
        assert canvas.selection == expected


def test_clicking_again_goes_down_the_stack(qtbot: QtBot) -> None:
    place = SWAT["b"][:2]
    canvas = shown_map(qtbot, {**SWAT, "under": (*place, 0), "over": (*place, 2)})
    chosen = []
    for _ in range(4):
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, "b"))
        chosen += canvas.selection
    assert chosen == ["over", "under", "b", "over"]


def test_set_selection_tells_nobody(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    with qtbot.assertNotEmitted(canvas.selectionChanged):
        canvas.set_selection(["d", "a", "not there"])
    assert canvas.selection == ["a", "d"]


def test_selection_is_seen(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    before = canvas.grab().toImage()
    canvas.set_selection(["a"])
    after = canvas.grab().toImage()
    around = QRect(at(canvas, "a") - QPoint(14, 14), at(canvas, "a") + QPoint(14, 14))
    assert before.copy(around) != after.copy(around)
    accent = QImage(1, 1, QImage.Format.Format_RGB32)
    accent.fill(canvas.scene.theme.accent)
    colours = {
        after.pixel(x, y) for x in range(around.left(), around.right()) for y in range(around.top(), around.bottom())
    }
    assert accent.pixel(0, 0) in colours


def test_box_with_shift_and_with_the_select_tool(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    b, c = at(canvas, "b"), at(canvas, "c")
    corners = (QPoint(b.x() - 15, min(b.y(), c.y()) - 15), QPoint(c.x() + 15, max(b.y(), c.y()) + 15))
    view = canvas.view
    drag(canvas, *corners, held=SHIFT)
    assert canvas.selection == ["b", "c"]
    assert canvas.view == view
    canvas.set_tool("select")
    a = at(canvas, "a")
    drag(canvas, a - QPoint(15, 15), a + QPoint(15, 15))
    assert canvas.selection == ["a"]
    drag(canvas, *corners, held=CTRL)
    assert canvas.selection == ["a", "b", "c"]


def test_lasso(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.set_tool("lasso")
    a, d = at(canvas, "a"), at(canvas, "d")
    # Round a and d, below b and c.
    low = max(a.y(), d.y()) + 20
    c = at(canvas, "c")
    line = [a + QPoint(-20, -15), a + QPoint(20, -15), QPoint(c.x(), low - 5), d + QPoint(-15, -15)]
    line += [d + QPoint(20, -15), QPoint(d.x() + 20, low), QPoint(a.x() - 20, low)]
    drag(canvas, *line)
    assert canvas.selection == ["a", "d"]


def test_double_click_opens_a_sighting_or_zooms(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    with qtbot.waitSignal(canvas.sightingActivated) as told:
        QTest.mouseDClick(canvas, LEFT, NONE, at(canvas, "c"))
    assert told.args == ["c"]
    scale = canvas.view.scale
    with qtbot.assertNotEmitted(canvas.sightingActivated):
        QTest.mouseDClick(canvas, LEFT, NONE, at(canvas, "c") + QPoint(50, 40))
    assert canvas.view.scale == pytest.approx(2 * scale)


def test_enter_opens_the_only_selected(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.set_selection(["c"])
    with qtbot.waitSignal(canvas.sightingActivated) as told:
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert told.args == ["c"]


def group_place(canvas: MapCanvas) -> QPoint:
    groups = canvas.scene.points.frame(canvas.view).groups
    x, y = canvas.view.to_pixels(float(groups.x[0]), float(groups.y[0]))
    return QPoint(round(x), round(y))


def test_click_on_a_group_zooms_in_until_points_part(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot, {**heap(60, spread=0.001), "far": (70.0, 30.0, 0)})
    for _ in range(12):
        if not canvas.aggregated:
            break
        scale = canvas.view.scale
        QTest.mouseClick(canvas, LEFT, NONE, group_place(canvas))
        QTest.mouseDClick(canvas, LEFT, NONE, QPoint(450, 300))  # the second half of an eager double click
        assert canvas.view.scale > scale
    assert not canvas.aggregated
    assert canvas.selection == []


def test_click_on_a_heap_in_one_spot_selects_all_of_it(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot, heap(50))
    assert canvas.aggregated
    QTest.mouseClick(canvas, LEFT, NONE, group_place(canvas))
    if not canvas.selection:
        QTest.mouseClick(canvas, LEFT, NONE, group_place(canvas))
    assert canvas.selection == list(heap(50))
    QTest.mouseClick(canvas, LEFT, CTRL, group_place(canvas))
    assert canvas.selection == []


def test_points_inside_a_group_are_not_hit_unless_lifted_out(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot, heap(50))
    place = at(canvas, "h0")
    assert canvas.scene.points.hits(canvas.view, place.x(), place.y(), 5) == []
    canvas.set_selection(["h7"])
    canvas.grab()
    assert canvas.scene.points.hits(canvas.view, place.x(), place.y(), 5) == ["h7"]


def test_escape_leaves_the_tool_then_clears(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.set_selection(["a"])
    canvas.set_tool("lasso")
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert (canvas.tool.name, canvas.selection) == ("pan", ["a"])
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.selection == []
