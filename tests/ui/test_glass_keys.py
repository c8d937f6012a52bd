"""The map without a mouse: its legend, following the receiver, and one sighting of those in view."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from tests.ui.conftest import Desk


def on_map(desk: Desk, key: Qt.Key) -> None:
    desk.qtbot.keyClick(desk.window.canvas, key)


def test_rows_of_the_legend_are_hidden_and_the_legend_folded_by_key(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    canvas = desk.window.canvas
    canvas.set_legend(shown=True, opened=True)
    bare = canvas.grab().toImage()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert canvas.scene.numbered
    assert canvas.grab().toImage() != bare
    labels = [row.style.label for row, _box in canvas.scene.paint_layout.rows]  # type: ignore[union-attr]
    on_map(desk, Qt.Key.Key_2)
    hidden = [row.style.label for row in canvas.scene.legend_rows() if row.hidden]
    assert hidden == [labels[1]]
    on_map(desk, Qt.Key.Key_2)
    on_map(desk, Qt.Key.Key_9)
    assert not canvas.scene.layer.hidden_styles
    canvas.grab()
    on_map(desk, Qt.Key.Key_L)
    canvas.grab()
    assert not canvas.scene.paint_layout.is_open  # type: ignore[union-attr]
    on_map(desk, Qt.Key.Key_L)
    canvas.grab()
    assert canvas.scene.paint_layout.is_open  # type: ignore[union-attr]
    desk.qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton)
    assert not canvas.scene.numbered
    desk.trigger("map.legend")
    canvas.grab()
    assert canvas.scene.paint_layout is None
    assert not desk.window.action_set["map.legend"].isChecked()
    assert "legend" in desk.window.settings["map.hidden"]
    desk.trigger("map.legend")
    assert desk.window.action_set["map.legend"].isChecked()


def test_sightings_in_view_are_chosen_by_key_from_the_top_down(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    canvas, selection, roster = desk.window.canvas, desk.window.survey.selection, desk.window.survey.roster
    canvas.setFocus()
    by_latitude = sorted(roster.uuids, key=lambda uuid: -(roster.position(uuid) or (0, 0))[1])
    seen = []
    for _ in range(4):
        on_map(desk, Qt.Key.Key_PageDown)
        desk.settle()
        seen.append(selection.current)
    assert seen == [*by_latitude, by_latitude[0]]
    on_map(desk, Qt.Key.Key_PageUp)
    assert selection.current == by_latitude[-1]
    longitude, latitude = roster.position(by_latitude[1]) or (0, 0)
    canvas.go_to(longitude + 0.0001, latitude)
    on_map(desk, Qt.Key.Key_Space)
    desk.settle()
    assert selection.uuids == (by_latitude[1],)
    desk.window.table.search.setFocus()
    desk.qtbot.keyClick(desk.window.table.search, Qt.Key.Key_L)
    assert desk.window.table.search.text() == "l", "the map's keys are the map's only while the keyboard is there"


def test_following_the_receiver_is_an_action_that_shows_what_is(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    canvas = desk.window.canvas
    canvas.set_gps(72.4, 34.8, 5.0)
    desk.trigger("map.follow")
    assert canvas.buttons.locate.isChecked()
    canvas.drag_view(30, 0)
    assert not desk.window.action_set["map.follow"].isChecked()
