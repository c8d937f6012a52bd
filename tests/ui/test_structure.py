"""Measurements in the window: typed, read back by the compass, kept while unsaved, and drawn in the stereonet."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPixmap
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from surveyapp.domain.orientation import EQUAL_ANGLE, Line, Measure, Plane
from surveyapp.domain.records import Record
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadFile
from surveyapp.services.session import Session
from surveyapp.services.structures import Measured, add_orientation, measure_values
from surveyapp.settings import Settings
from surveyapp.ui import theme
from surveyapp.ui.compass_dial import CompassDial, describe, symbol
from surveyapp.ui.dialogs.stereonet import StereonetWindow, figures
from surveyapp.ui.mapcanvas.structures import StructureLayer, label_place, strokes
from surveyapp.ui.mapcanvas.styles import contrast
from surveyapp.ui.mapcanvas.viewport import Viewport
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.ui.stereonet import Plot, Stereonet, inks
from surveyapp.ui.structure_controller import StructureController
from surveyapp.ui.structure_panel import StructurePanel
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
MakeDesk = Callable[[], Desk]


def write(widget: QWidget, text: str) -> None:
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def controller(desk: Desk) -> StructureController:
    return next(part for part in desk.window.parts if isinstance(part, StructureController))


def panel(desk: Desk) -> StructurePanel:
    return controller(desk).panel


def choose(desk: Desk, row: int) -> str:
    uuid = desk.window.survey.roster.uuids[row]
    desk.window.survey.selection.set([uuid], "window")
    desk.settle()
    return str(uuid)


def saved(path: Path) -> list[Record]:
    with Session.open(path, read_only=True) as session:
        return list(session.file.records("orientation"))


def measured(measure: Measure, structure: str = "", uuid: str = "") -> Measured:
    values = {**measure_values(measure), "structure": structure or None}
    return Measured(Record("orientation", uuid or str(hash((measure, structure))), values), measure, "s", "Fizagat")


# --- the panel ---------------------------------------------------------------------------------------


def test_a_measurement_is_typed_read_back_saved_and_undone(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    uuid = choose(desk, 0)
    desk.trigger("structure.add")
    shown = panel(desk)
    assert desk.window.desk.side.currentWidget() is shown
    assert shown.edit.hasFocus()
    assert not shown.save_button.isEnabled()
    write(shown.edit, "225/30 SE")
    assert shown.dial.measure == Plane(45, 30)
    assert shown.meaning.text() == "Plane: strikes 045°, dips 30° towards 135°"
    assert "turned round to 045" in shown.how.text()
    shown.body.set_raws({"structure": "Foliation"})
    desk.qtbot.keyClick(shown.edit, Qt.Key.Key_Return)
    desk.settle()
    (record,) = saved(survey_file)
    assert record.get("sighting_uuid") == uuid
    assert (record.get("strike_deg"), record.get("dip_deg"), record.get("structure")) == (45.0, 30.0, "foliation")
    assert record.get("observer") == "Zarmina"
    assert shown.list.topLevelItemCount() == 1
    assert "045/30 SE" in shown.list.topLevelItem(0).text(0)
    assert shown.edit.text() == "", "ready for the next one"
    assert shown.body.editor("structure").raw() == "Foliation", "of the same structure"
    write(shown.edit, "050/32 SE")
    desk.qtbot.mouseClick(shown.save_button, LEFT)
    desk.settle()
    assert shown.state.text() == "2 measurements"
    desk.trigger("edit.undo")
    assert shown.list.topLevelItemCount() == 1
    assert len(saved(survey_file)) == 1


def test_what_contradicts_itself_cannot_be_saved_and_offers_what_would_do(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    shown = panel(desk)
    write(shown.edit, "045/30 NE")
    assert shown.dial.measure is None
    assert not shown.save_button.isEnabled()
    assert "dips SE or NW" in shown.how.text()
    offers = {b.text(): b for b in shown.findChildren(QPushButton) if "/" in b.text() and b.isVisibleTo(shown)}
    assert set(offers) == {"045/30 SE", "045/30 NW"}
    offers["045/30 NW"].click()
    assert shown.dial.measure == Plane(225, 30)
    assert shown.save_button.isEnabled()


def test_what_two_plain_numbers_mean_is_chosen_once_and_kept(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    shown = panel(desk)
    write(shown.edit, "135/30")
    assert shown.dial.measure == Plane(135, 30)
    shown.numbers.setCurrentIndex(1)
    shown.numbers.activated.emit(1)
    assert shown.dial.measure == Plane(45, 30)
    assert desk.window.settings["structure.numbers"] == "dip-direction"
    shown.line_button.click()
    assert shown.dial.measure == Line(135, 30)
    assert shown.numbers.isHidden()


def test_a_measurement_is_edited_and_deleted(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    shown = panel(desk)
    write(shown.edit, "30→135")
    shown.line_button.click()
    shown.save_button.click()
    desk.settle()
    assert saved(survey_file)[0].get("trend_deg") == 135.0
    shown.list.setCurrentItem(shown.list.topLevelItem(0))
    assert shown.edit.text() == "30→135"
    assert not shown.save_button.isEnabled(), "nothing was changed yet"
    shown.edit.selectAll()
    write(shown.edit, "32→140")
    shown.save_button.click()
    desk.settle()
    assert (saved(survey_file)[0].get("trend_deg"), saved(survey_file)[0].get("plunge_deg")) == (140.0, 32.0)
    shown.list.setCurrentItem(shown.list.topLevelItem(0))
    desk.qtbot.keyClick(shown.list, Qt.Key.Key_Delete)
    desk.settle()
    assert saved(survey_file) == []
    assert shown.list.topLevelItemCount() == 0
    desk.trigger("edit.undo")
    assert shown.list.topLevelItemCount() == 1


def test_what_is_typed_stays_at_its_sighting_and_comes_back_in_another_run(
    make_desk: MakeDesk, survey_file: Path, prompts: ScriptedPrompts
) -> None:
    desk = make_desk()
    desk.open(survey_file)
    first = choose(desk, 0)
    write(panel(desk).edit, "045/3")
    choose(desk, 1)
    assert panel(desk).edit.text() == ""
    assert "not saved; it waits" in desk.window.desk.toast.text.text()
    choose(desk, 0)
    assert panel(desk).edit.text() == "045/3"
    prompts.will_answer("keep")
    desk.window.close()
    again = make_desk()
    again.open(survey_file)
    assert "1 measurement was typed" in again.window.desk.toast.text.text()
    again.window.survey.selection.set([first], "window")
    again.settle()
    shown = panel(again)
    assert shown.edit.text() == "045/3"
    write(shown.edit, "0 SE")
    shown.save_button.click()
    again.settle()
    assert saved(survey_file)[0].get("dip_deg") == 30.0
    choose(again, 1)
    choose(again, 0)
    assert shown.edit.text() == "", "saved, so the draft is gone"
    assert not list((again.window.form_controller._drafts.folder / "structure").glob("*.draft"))


def test_closing_asks_about_what_is_typed_and_not_saved(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    shown = panel(desk)
    write(shown.edit, "045/3")
    prompts.will_answer(None)
    desk.trigger("survey.close")
    assert desk.window.survey.path == survey_file
    assert "You typed a measurement" in prompts.said[-1]
    write(shown.edit, "0 NE")  # contradicts itself
    prompts.will_answer("save")
    desk.trigger("survey.close")
    assert desk.window.survey.path == survey_file, "what cannot be saved is not left behind"
    assert desk.window.desk.side.currentWidget() is shown
    shown.edit.setText("045/30 SE")
    shown.edit.textEdited.emit("045/30 SE")
    prompts.will_answer("save")
    desk.trigger("survey.close")
    assert desk.window.survey.path is None
    assert len(saved(survey_file)) == 1
    desk.open(survey_file)
    choose(desk, 0)
    write(shown.edit, "1")
    prompts.will_answer("drop")
    desk.trigger("survey.close")
    desk.open(survey_file)
    choose(desk, 0)
    assert shown.edit.text() == ""


def test_the_keys_of_the_form_are_for_the_panel_that_the_keyboard_is_in(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    desk.trigger("structure.add")
    shown = panel(desk)
    write(shown.edit, "045/30 SE")
    desk.trigger("form.save")
    assert len(saved(survey_file)) == 1
    write(shown.edit, "1")
    desk.trigger("form.cancel")
    assert shown.edit.text() == ""


# --- the map -----------------------------------------------------------------------------------------


def test_measurements_stand_on_the_map_and_move_with_what_is_saved(desk: Desk, survey_file: Path) -> None:
    with Session.open(survey_file) as session:
        place = next(iter(session.file.records("sighting")))
        add_orientation(session, place.uuid, Plane(45, 30), {})
    desk.open(survey_file)
    canvas = desk.window.canvas
    layer = canvas.scene.structures
    assert layer.measures == [Plane(45, 30)]
    assert layer.in_view(replace(canvas.view, scale=50.0)) == [], "not from far away"
    canvas.zoom_to([place.uuid])
    ((x, y, _measure),) = layer.in_view(canvas.view)
    assert place.position is not None
    assert (x, y) == pytest.approx(canvas.view.pixel(*place.position), abs=0.01)
    drawn = canvas.grab().toImage()
    canvas.set_shown("structures", False)
    assert canvas.grab().toImage() != drawn
    canvas.set_shown("structures", True)
    assert canvas.grab().toImage() == drawn
    desk.window.survey.selection.set([place.uuid], "window")
    desk.trigger("sighting.delete")
    assert not canvas.scene.structures.measures
    desk.trigger("edit.undo")
    assert canvas.scene.structures.measures
    desk.trigger("survey.close")
    assert not canvas.scene.structures.measures


@pytest.mark.parametrize("strike", [0, 45, 200, 359.5])
def test_a_symbol_strikes_to_true_north_and_dips_to_the_right(strike: float) -> None:
    def azimuth(point: tuple[float, float]) -> float:
        return math.degrees(math.atan2(point[0], -point[1])) % 360

    line, tick = strokes(Plane(strike, 30), 20)
    assert azimuth(line[0]) == pytest.approx(strike, abs=1e-6)
    assert azimuth(line[1]) == pytest.approx((strike + 180) % 360, abs=1e-6)
    assert azimuth(tick[1]) == pytest.approx((strike + 90) % 360, abs=1e-6)
    assert tick[0] == (0, 0)
    assert azimuth(label_place(Plane(strike, 30), 20)) == pytest.approx((strike + 90) % 360, abs=1e-6)
    upright = strokes(Plane(strike, 90), 20)[1]
    assert upright[0] == pytest.approx((-upright[1][0], -upright[1][1]))
    flat = strokes(Plane(strike, 0), 20)[1]
    assert math.dist(*flat) == pytest.approx(40)
    shaft, head = strokes(Line(strike, 30), 20)
    assert azimuth(shaft[1]) == pytest.approx(strike, abs=1e-6)
    assert head[1] == shaft[1]


def test_too_many_measurements_are_no_help_to_anybody() -> None:
    view = Viewport(800, 600, 72.36, 34.8, 9000.0)
    lon, lat = view.lonlat(400, 300)
    assert len(StructureLayer([(lon, lat, Plane(1, 2))] * 220).in_view(view)) == 220
    assert StructureLayer([(lon, lat, Plane(1, 2))] * 221).in_view(view) == []
    assert StructureLayer([(lon + 5, lat, Plane(1, 2))] * 221).in_view(view) == []


def test_a_choice_in_the_list_does_not_throw_away_what_is_typed(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    shown = panel(desk)
    write(shown.edit, "045/30")
    shown.save_button.click()
    desk.settle()
    write(shown.edit, "1")
    shown.list.setCurrentItem(shown.list.topLevelItem(0))
    assert shown.edit.text() == "1"
    assert "first" in shown.how.text()
    assert not shown.list.selectedItems()
    shown.cancel_button.click()
    shown.list.setCurrentItem(shown.list.topLevelItem(0))
    assert shown.edit.text() == "045/30 SE"


def test_a_new_sighting_takes_no_measurement_before_it_is_saved(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.trigger("sighting.new")
    assert not panel(desk).entry.isEnabled()
    assert "Save the sighting first" in panel(desk).state.text()
    assert not desk.window.action_set["structure.add"].isEnabled()


def test_a_survey_for_reading_shows_what_was_measured_and_changes_nothing(
    desk: Desk, survey_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session.open(survey_file) as session:
        sighting = next(iter(session.file.records("sighting"))).uuid
        add_orientation(session, sighting, Plane(45, 30), {})
    # Whoever runs the tests may be root, to whom no file is read-only.
    monkeypatch.setattr("surveyapp.storage.connection.writable", lambda _path: False)
    desk.open(survey_file)
    desk.window.survey.selection.set([sighting], "window")
    desk.settle()
    shown = panel(desk)
    assert "reading only" in shown.state.text()
    shown.list.setCurrentItem(shown.list.topLevelItem(0))
    assert shown.dial.measure == Plane(45, 30)
    assert not shown.entry.isEnabled()
    assert not shown.save_button.isEnabled()
    desk.qtbot.keyClick(shown.list, Qt.Key.Key_Delete)
    desk.settle()
    assert len(saved(survey_file)) == 1


# --- the compass -------------------------------------------------------------------------------------


def painted(widget: QWidget, size: int = 150) -> QImage:
    widget.resize(size, size)
    picture = QPixmap(QSize(size, size))
    picture.fill(Qt.GlobalColor.transparent)
    widget.render(picture)
    return picture.toImage()


def accent_near(image: QImage, azimuth: float, share: float) -> bool:
    """Whether the ink of a measurement is at this place of the dial."""
    from surveyapp.ui.compass_dial import at

    centre = at(QPointF(75, 75), 60 * share, azimuth)
    ink = QColor(theme.current().accent)
    return any(
        abs(c.red() - ink.red()) + abs(c.green() - ink.green()) + abs(c.blue() - ink.blue()) < 40
        for dx in range(-2, 3)
        for dy in range(-2, 3)
        for c in (image.pixelColor(round(centre.x()) + dx, round(centre.y()) + dy),)
    )


@pytest.mark.parametrize("strike", [0, 45, 130, 225, 300])
def test_the_compass_draws_the_strike_both_ways_and_the_dip_to_its_right(qtbot: QtBot, strike: int) -> None:
    dial = CompassDial()
    qtbot.addWidget(dial)
    dial.show_measure(Plane(strike, 30))
    image = painted(dial)
    assert accent_near(image, strike, 0.7)
    assert accent_near(image, strike + 180, 0.7)
    assert accent_near(image, strike + 90, 0.2)
    assert not accent_near(image, strike - 90, 0.2)
    assert dial.accessibleDescription() == describe(Plane(strike, 30))


def test_the_compass_draws_a_line_one_way_and_an_empty_dial_for_nothing(qtbot: QtBot) -> None:
    dial = CompassDial()
    qtbot.addWidget(dial)
    dial.show_measure(Line(135, 20))
    image = painted(dial)
    assert accent_near(image, 135, 0.7)
    assert not accent_near(image, 315, 0.7)
    assert "plunges 20° towards 135°" in dial.accessibleDescription()
    dial.show_measure(None)
    assert not any(accent_near(painted(dial), azimuth, 0.7) for azimuth in range(0, 360, 15))
    assert not symbol(Plane(45, 30), "#000000").isNull()


# --- the stereonet -----------------------------------------------------------------------------------


def some() -> list[Measured]:
    return [
        *(measured(Plane(45 + n, 30 + n % 3), "foliation", f"p{n}") for n in range(6)),
        *(measured(Line(135, 28 + n), "lineation", f"l{n}") for n in range(4)),
    ]


@pytest.fixture
def net(qtbot: QtBot, settings: Settings, prompts: ScriptedPrompts) -> StereonetWindow:
    made = StereonetWindow(prompts, settings)
    qtbot.addWidget(made)
    made.fill(some(), "Swat emeralds")
    made.show()
    return made


def test_the_net_counts_sums_up_and_hides_structures(net: StereonetWindow) -> None:
    assert net.heading.text() == "10 measurements"
    assert [net.legend.item(i).text() for i in range(net.legend.count())] == ["Foliation (6)", "Lineation (4)"]
    told = net.figures.text().splitlines()
    assert len(told) == 2
    assert told[0].startswith("Foliation (6): mean 047.5/31 SE")
    net.legend.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert len(net.net.plot.measured) == 4
    assert len(net.figures.text().splitlines()) == 1
    net.means.setChecked(False)
    assert net.figures.text() == ""
    net.projection.setCurrentIndex(1)
    assert net.net.plot.net == EQUAL_ANGLE


def test_poles_of_a_fold_are_told_as_a_girdle() -> None:
    """Poles that lie every 20° along the plane 090/60: the fold axis is its pole."""
    from surveyapp.domain.orientation import great_circle, plane_of_pole, unproject

    around = [unproject(x * 0.9999, y * 0.9999) for x, y in great_circle(Plane(90, 60), step_deg=20)[:-1]]
    plot = Plot(tuple(measured(plane_of_pole(line), "bedding", str(n)) for n, line in enumerate(around) if line))
    assert figures(plot) == ["Bedding (9): along a great circle, axis 30→000"]


def test_a_point_is_clicked_stepped_to_and_leads_to_its_sighting(net: StereonetWindow, qtbot: QtBot) -> None:
    place = net.net.place_of("p3")
    assert place is not None
    qtbot.mouseClick(net.net, LEFT, pos=place.toPoint())
    assert net.net.plot.chosen == "p3"
    assert "strikes 048°" in net.one.text()
    assert net.go_button.isEnabled()
    with qtbot.waitSignal(net.sightingWanted) as asked:
        net.go_button.click()
    assert asked.args == ["s"]
    net.net.setFocus()
    qtbot.keyClick(net.net, Qt.Key.Key_Right)
    assert net.net.plot.chosen == "p4"
    with qtbot.waitSignal(net.sightingWanted):
        qtbot.keyClick(net.net, Qt.Key.Key_Return)
    qtbot.mouseClick(net.net, LEFT, pos=net.net.rect().topLeft() + QPointF(5, 5).toPoint())
    assert net.net.plot.chosen == ""
    assert not net.go_button.isEnabled()


def test_great_circles_can_be_clicked_where_they_are_drawn(qtbot: QtBot) -> None:
    shown = Stereonet()
    qtbot.addWidget(shown)
    shown.resize(500, 500)
    shown.show_plot(Plot((measured(Plane(0, 60), "joint", "j"),), poles=False, circles=True))
    from surveyapp.domain.orientation import project
    from surveyapp.ui.stereonet import _on

    dip = _on(shown._frame(), project(Line(90, 60))).toPoint()
    qtbot.mouseClick(shown, LEFT, pos=dip)
    assert shown.plot.chosen == "j"


def dark_pixels(image: QImage, step: int = 3) -> int:
    places = [(x, y) for x in range(0, image.width(), step) for y in range(0, image.height(), step)]
    return sum(image.pixelColor(x, y).lightness() < 120 for x, y in places)


def test_the_picture_for_a_report_is_dark_on_light_also_by_night(
    net: StereonetWindow, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, theme.NIGHT)
    try:
        prompts.will_answer(tmp_path / "net.png")
        net.save_button.click()
    finally:
        theme.apply(application, theme.LIGHT)
    image = QImage(str(tmp_path / "net.png"))
    assert image.pixelColor(5, 5) == QColor("white")
    assert dark_pixels(image, 8) > 300
    net.save_to(tmp_path / "net.pdf")
    document = QPdfDocument()
    document.load(str(tmp_path / "net.pdf"))
    assert document.pageCount() == 1
    assert document.getAllText(0).text().startswith("Swat emeralds")
    document.close()


def test_a_picture_that_cannot_be_written_is_told(
    net: StereonetWindow, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    for name in ("net.pdf", "net.png"):
        with pytest.raises(BadFile, match="cannot be written"):
            net.save_to(tmp_path / "nowhere" / name)
    prompts.will_answer(tmp_path / "nowhere" / "net.pdf")
    net.save_button.click()
    assert any("cannot be written" in said for said in prompts.said)


def test_the_net_of_the_window_follows_what_is_saved_and_undone(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    desk.trigger("structure.stereonet")
    net = controller(desk)._net
    assert net is not None
    assert "No measurements yet" in net.one.text()
    write(panel(desk).edit, "045/30 SE")
    panel(desk).save_button.click()
    desk.settle()
    assert net.heading.text() == "1 measurement"
    desk.trigger("edit.undo")
    assert net.heading.text() == "0 measurements"
    desk.trigger("edit.redo")
    choose(desk, 1)
    net.net._pick(net.net.plot.measured[0].record.uuid)
    net.go_button.click()
    desk.settle()
    assert desk.window.survey.selection.current == desk.window.survey.roster.uuids[0]
    desk.trigger("survey.close")
    desk.gone(net)
    assert controller(desk)._net is None


@pytest.mark.parametrize("colours", theme.THEMES.values(), ids=list(theme.THEMES))
def test_structures_are_told_apart_by_ink_or_mark_and_seen_on_their_ground(colours: theme.Colours) -> None:
    codes = VOCABULARIES["structure"].codes
    looks = [inks(code, colours) for code in codes]
    assert len({mark for _ink, mark in looks}) == len(codes)
    assert all(contrast(ink, colours.surface) >= 4.5 for ink, _mark in looks)
    assert inks("of another program", colours)[0] == colours.text
