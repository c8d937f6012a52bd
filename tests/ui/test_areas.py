"""Areas drawn and typed, and estimates made in the window: by pressing keys and the mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from surveyapp.domain.changes import ChangeSet, insert
from surveyapp.domain.estimate_rules import CATEGORIES, NON_COMPLIANT
from surveyapp.domain.estimation import constant, stated
from surveyapp.domain.records import Record
from surveyapp.geo.extents import area_m2, outline_hex
from surveyapp.services.estimates import simulate
from surveyapp.services.session import Session
from surveyapp.ui import theme
from surveyapp.ui.area_controller import AreaController
from surveyapp.ui.area_panel import AreaPanel
from surveyapp.ui.dialogs.estimate import EstimateDialog
from surveyapp.ui.histogram import Histogram, figure_text
from surveyapp.ui.prompts import ScriptedPrompts
from tests.helpers.surveys import uuid_of
from tests.ui.conftest import Desk
from tests.unit.test_estimation import model

LEFT = Qt.MouseButton.LeftButton
CORNERS = "34.77N 72.36E\n34°46'12\"N 72°22'12\"E\n34.78N 72.37E\n34.78, 72.36"
AREA = uuid_of(90)


def write(widget: QWidget, text: str) -> None:
    for character in text:
        key = Qt.Key.Key_Return if character == "\n" else 0
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, character))


def controller(desk: Desk) -> AreaController:
    return next(part for part in desk.window.parts if isinstance(part, AreaController))


def panel(desk: Desk) -> AreaPanel:
    return controller(desk).panel


def press(desk: Desk, button: QWidget) -> None:
    desk.qtbot.mouseClick(button, LEFT)
    desk.settle()


def saved(path: Path, layer: str = "area") -> list[Record]:
    with Session.open(path, read_only=True) as session:
        return list(session.file.records(layer))


def corners_typed(desk: Desk, text: str) -> None:
    shown = panel(desk).form
    shown.corners.setFocus()
    write(shown.corners, text)
    shown.look()
    panel(desk)._look()


@pytest.fixture
def with_area(survey_file: Path) -> Path:
    """An area with three bulk samples of emerald (15 ct of 12 t) at its first sighting, one of a finer screen."""
    with Session.open(survey_file) as session:
        at = next(r for r in session.file.records("sighting") if r.get("locality") == "Fizagat")
        x, y = at.position or (0, 0)
        outline = outline_hex([(x - 0.005, y - 0.005), (x + 0.005, y - 0.005), (x + 0.005, y + 0.005),
                               (x - 0.005, y + 0.005)])
        made = [insert("area", {"name": "Fizagat north", "kind": "prospect", "geom": outline}, uuid=AREA)]
        for number, (carats, tonnes, screen) in enumerate(((2, 4, 2), (3, 3, 2), (10, 5, 2))):
            made.append(insert("sample", {
                "sighting_uuid": at.uuid, "sample_id": f"B-{number}", "sample_type": "bulk", "weight_g": tonnes * 1e6,
                "recovered_ct": float(carats), "bottom_screen_mm": float(screen)}, uuid=uuid_of(70 + number)))
        session.apply(ChangeSet(tuple(made), "area"))
    return survey_file


# --- areas -------------------------------------------------------------------------------------------


def test_an_area_is_typed_saved_shown_on_the_map_and_undone(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.trigger("area.add")
    shown = panel(desk)
    assert desk.window.desk.side.currentWidget() is shown
    assert shown.state.text() == "No areas yet"
    assert not shown.save_button.isEnabled()
    name = shown.form.body.editor("name").input()
    assert name.hasFocus()
    write(name, "Fizagat north")
    assert "Draw the outline" in shown.form.outline_words.text()
    corners_typed(desk, "34.77N 72.36E\n34.77N up the hill")
    assert "Corner in line 2" in shown.form.outline_words.text()
    assert not shown.save_button.isEnabled()
    shown.form.corners.clear()
    corners_typed(desk, CORNERS)
    assert shown.form.outline_words.text().startswith("4 corners, 1.0")
    press(desk, shown.save_button)
    (area,) = saved(survey_file)
    assert area.get("name") == "Fizagat north"
    assert area_m2(area.get("geom")) == pytest.approx(1.015e6, rel=0.01)
    assert shown.chosen is not None
    assert shown.chosen.uuid == area.uuid
    assert "Fizagat north" in shown.tree.topLevelItem(0).text(0)
    assert [one.name for one in desk.window.canvas.scene.outlines if one.kind == "area"] == ["Fizagat north"]
    write(shown.form.body.editor("holder").input(), "Gul Khan")
    press(desk, shown.save_button)
    (after,) = saved(survey_file)
    assert after.get("holder") == "Gul Khan"
    assert after.get("geom") == area.get("geom"), "the outline stays to the last digit"
    press(desk, shown.show_button)
    west, _south, east, _north = desk.window.canvas.view.bounds
    assert east - west < 0.2
    desk.trigger("edit.undo")
    desk.trigger("edit.undo")
    assert saved(survey_file) == []
    assert shown.tree.topLevelItemCount() == 0
    assert not [one for one in desk.window.canvas.scene.outlines if one.kind == "area"]


def test_an_outline_is_drawn_on_the_map(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    shown, canvas = panel(desk), desk.window.canvas
    places = [QPoint(100, 100), QPoint(220, 110), QPoint(200, 220), QPoint(110, 200)]

    def drawn(count: int) -> None:
        for place in places[:count]:
            desk.qtbot.mouseClick(canvas, LEFT, pos=place)

    for finish in ("enter", "double-click", "button"):
        desk.trigger("area.draw")
        assert canvas.tool.name == "measure"
        drawn(4)
        if finish == "enter":
            desk.qtbot.keyClick(canvas, Qt.Key.Key_Return)
        elif finish == "double-click":
            desk.qtbot.mouseDClick(canvas, LEFT, pos=places[-1])
        else:
            assert shown.form.draw_button.text() == "Outline is done"
            desk.qtbot.mouseClick(shown.form.draw_button, LEFT)
        desk.qtbot.waitUntil(lambda: canvas.tool.name == "pan")
        assert shown.form.outline_words.text().startswith("4 corners"), finish
        assert shown.form.draw_button.text() == "Draw on the map"
        expected = [canvas.view.lonlat(place.x(), place.y()) for place in places]
        typed = shown.form.typed().corners
        assert typed is not None
        assert list(typed) == [pytest.approx(corner, abs=1e-9) for corner in expected]
    write(shown.form.body.editor("name").input(), "Drawn")
    press(desk, shown.save_button)
    assert [area.get("name") for area in saved(survey_file)] == ["Drawn"]
    desk.trigger("area.add")
    desk.trigger("area.draw")
    drawn(2)
    desk.qtbot.keyClick(canvas, Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: "at least three corners" in desk.window.desk.toast.text.text())
    assert shown.content() is None
    desk.qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool.name == "pan"
    desk.window.action_set["map.measure"].trigger()
    drawn(4)
    desk.qtbot.keyClick(canvas, Qt.Key.Key_Return)
    desk.settle()
    assert shown.content() is None, "a line that is measured is no outline"


def test_what_was_typed_of_an_area_is_there_after_a_crash(make_desk: Callable[[], Desk], survey_file: Path) -> None:
    desk = make_desk()
    desk.open(survey_file)
    desk.trigger("area.add")
    write(panel(desk).form.body.editor("name").input(), "Half typed")
    corners_typed(desk, "34.77N 72.36E")
    controller(desk).drafts.write()
    desk.settle()
    desk.window.survey.close()
    desk.settle()
    again = make_desk()
    again.open(survey_file)
    content = panel(again).content()
    assert content is not None
    assert content["raws"]["name"] == "Half typed"
    assert content["corners"] == "34.77N 72.36E"
    assert "typed and not saved" in again.window.desk.toast.text.text()


def test_an_area_goes_with_its_estimates_and_nothing_changes_in_a_survey_for_reading_only(
    desk: Desk, with_area: Path
) -> None:
    with Session.open(with_area) as session:
        session.apply(ChangeSet((insert("estimate", {"area_uuid": AREA, "gem": "emerald"}, uuid=uuid_of(60)),), "e"))
    desk.open(with_area)
    shown = panel(desk)
    shown.tree.setCurrentItem(shown.tree.topLevelItem(0))
    press(desk, shown.delete_button)
    assert saved(with_area) == saved(with_area, "estimate") == []
    desk.trigger("edit.undo")
    assert len(saved(with_area, "estimate")) == 1
    assert shown.tree.topLevelItem(0).childCount() == 1
    desk.window.survey.close()
    desk.settle()
    with_area.chmod(0o444)
    desk.open(with_area)
    if desk.window.survey.writable:  # root may write to anything
        desk.window.survey._take("", lambda: Session.open(with_area, read_only=True))
        desk.settle()
    shown.choose(AREA)
    assert "reading only" in shown.state.text()
    for button in (shown.new_button, shown.estimate_button, shown.delete_button, shown.save_button):
        assert not button.isEnabled()
    assert not desk.window.action_set["area.add"].isEnabled()


# --- estimates ---------------------------------------------------------------------------------------


def opened(desk: Desk) -> EstimateDialog:
    """The dialog of a new estimate of the area."""
    panel(desk).choose(AREA)
    desk.trigger("estimate.add")
    dialog = controller(desk).estimating.dialog
    assert isinstance(dialog, EstimateDialog)
    return dialog


def typed(dialog: EstimateDialog, name: str, *numbers: str) -> None:
    row = dialog.inputs.rows[name]
    for edit, number in zip(row.edits, numbers, strict=False):
        edit.clear()
        write(edit, number)


def fill(dialog: EstimateDialog) -> None:
    for name, number in (("thickness_m", "2"), ("mineralised", "0.1"), ("density_t_m3", "2.5"), ("recovery", "0.9")):
        typed(dialog, name, number)


def test_an_estimate_is_worked_out_from_inputs_and_bulk_samples_and_saved(desk: Desk, with_area: Path) -> None:
    desk.open(with_area)
    dialog = opened(desk)
    assert dialog.gem == "emerald", "the gem that was seen there"
    fill(dialog)
    dialog.look()
    assert not dialog.main_button.isEnabled()
    assert "Grade" in dialog.trouble.text()
    press(desk, dialog.inputs.samples_button)
    assert dialog.inputs.rows["grade_ct_t"].kind == "bootstrap"
    assert dialog.inputs.screen_edit.text() == "2"
    dialog.look()
    assert sum(dialog.histogram.counts) > 9_900
    assert "best" in dialog.figures_label.text()
    assert dialog.categories.category == NON_COMPLIANT
    assert "Competent person" in dialog.categories.lacking["indicated-mineral-resource"]
    dialog.facts.set_raws({"method": "Bulk samples", "estimator": "Shah Zaman", "source": "Report 12",
                           "size_distribution": "2-5 mm 80 %", "price_basis": "4 USD/ct"})
    for category in CATEGORIES:
        button = dialog.categories.buttons[category]
        button.setFocus()
        desk.qtbot.keyClick(button, Qt.Key.Key_Space)
        assert dialog.categories.category == category
    dialog.categories.buttons["indicated-mineral-resource"].click()
    assert set(dialog.categories.lacking) == {"probable-ore-reserves", "proved-ore-reserves"}
    assert dialog.trouble.text() == ""
    press(desk, dialog.main_button)
    desk.gone(dialog)
    (record,) = saved(with_area, "estimate")
    assert (record.get("gem"), record.get("category")) == ("emerald", "indicated-mineral-resource")
    # 1.018 km² × 2 m × 0.1 × 2.5 t/m³ = 509,000 t; of 1.25 ct/t with 0.9 recovered 573,000 ct, give or take the chance
    # of three samples.
    assert record.get("tonnage_t") == pytest.approx(509_000, rel=0.01)
    assert record.get("best_ct") == pytest.approx(573_000, rel=0.15)
    assert uuid_of(70) in str(record.get("model"))
    assert "Indicated Mineral Resource" in panel(desk).facts_heading.text()
    assert "low" in panel(desk).facts_figures.text()
    assert "the same figures" in panel(desk).facts_again.text()


def test_what_is_wrong_stands_beside_its_input_and_nothing_typed_is_lost(
    desk: Desk, with_area: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(with_area)
    dialog = opened(desk)
    row = dialog.inputs.rows["thickness_m"]
    typed(dialog, "thickness_m", "2,5")
    row.shape.setCurrentIndex(row.shape.findData("triangular"))
    assert [edit.text() for edit in row.edits[:3]] == ["", "2,5", ""], "one value is the most likely one"
    typed(dialog, "thickness_m", "۱", "2", "x")
    dialog.look()
    assert "not a number" in row.message.text()
    typed(dialog, "thickness_m", "3", "2", "1")
    dialog.look()
    assert "must be below the most" in row.message.text()
    recovery = dialog.inputs.rows["recovery"]
    assert recovery.shape.findData("lognormal") < 0, "a share has an end"
    typed(dialog, "recovery", "90")
    dialog.look()
    assert "cannot be above 1" in recovery.message.text()
    row.shape.setCurrentIndex(row.shape.findData("constant"))
    fill(dialog)
    typed(dialog, "grade_ct_t", "0.5")
    dialog.look()
    assert "without its bottom screen" in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    prompts.will_answer(None)
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    write(dialog.inputs.screen_edit, "2")
    desk.qtbot.mouseClick(dialog.categories.buttons["measured-mineral-resource"], LEFT)
    assert "saved as not compliant" in dialog.trouble.text()
    assert "Price basis" in dialog.trouble.text()
    press(desk, dialog.main_button)
    (record,) = saved(with_area, "estimate")
    assert record.get("category") == NON_COMPLIANT
    assert "Saved as not compliant" in desk.window.desk.toast.text.text()


def test_samples_of_two_screens_are_offered_one_by_one_and_figures_of_a_report_are_typed(
    desk: Desk, with_area: Path, prompts: ScriptedPrompts
) -> None:
    with Session.open(with_area) as session:
        at = next(r for r in session.file.records("sighting") if r.get("locality") == "Fizagat")
        extra = {"sighting_uuid": at.uuid, "sample_id": "B-9", "sample_type": "bulk", "weight_g": 2e6,
                 "recovered_ct": 7.0, "bottom_screen_mm": 1.0}
        session.apply(ChangeSet((insert("sample", extra, uuid=uuid_of(79)),), "sample"))
    desk.open(with_area)
    dialog = opened(desk)
    press(desk, dialog.inputs.samples_button)
    assert dialog.inputs.rows["grade_ct_t"].kind == "constant"
    assert dialog.inputs.grade_from == ()
    buttons = [b for b in dialog.inputs.offers.findChildren(QPushButton) if not b.isHidden()]
    assert [button.text().split(":")[0] for button in buttons] == [
        "1 sample, 2 t, 7 ct above 1 mm", "3 samples, 12 t, 15 ct above 2 mm"]
    press(desk, buttons[0])
    assert dialog.inputs.grade_from == (uuid_of(79),)
    assert dialog.inputs.rows["grade_ct_t"].edits[0].text() == "3.5"
    assert dialog.inputs.screen_edit.text() == "1"
    desk.qtbot.mouseClick(dialog.from_report, LEFT)
    for name, number in (("low_ct", "100"), ("best_ct", "90"), ("high_ct", "300")):
        write(dialog.typed.editor(name).input(), number)
    dialog.look()
    assert "out of order" in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    dialog.typed.set_raws({"best_ct": "200"})
    dialog.look()
    press(desk, dialog.main_button)
    desk.gone(dialog)
    (record,) = saved(with_area, "estimate")
    assert (record.get("low_ct"), record.get("best_ct"), record.get("model")) == (100, 200, None)
    shown = panel(desk)
    shown.tree.setCurrentItem(shown.tree.topLevelItem(0).child(0))
    desk.qtbot.keyClick(shown.tree, Qt.Key.Key_Return)
    desk.settle()
    again = controller(desk).estimating.dialog
    assert again is not None
    assert not again.simulated
    assert again.typed.raws()["high_ct"] == "300"
    again.typed.set_raws({"high_ct": "400"})
    prompts.will_answer("drop")
    again.reject()
    desk.gone(again)
    press(desk, shown.delete_button)
    assert saved(with_area, "estimate") == []
    assert len(saved(with_area)) == 1


def test_what_was_typed_of_an_estimate_is_there_after_a_crash(
    make_desk: Callable[[], Desk], with_area: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    desk = make_desk()
    desk.open(with_area)
    dialog = opened(desk)
    kept = tmp_path / "drafts" / "estimates"
    desk.qtbot.wait(600)
    assert not kept.exists(), "nothing was typed yet"
    fill(dialog)
    press(desk, dialog.inputs.samples_button)
    row = dialog.inputs.rows["thickness_m"]
    row.shape.setCurrentIndex(row.shape.findData("triangular"))
    typed(dialog, "thickness_m", "1", "x")
    dialog.facts.set_raws({"estimator": "Shah Zaman"})
    dialog.categories.buttons["indicated-mineral-resource"].click()
    stood = dialog._content()
    desk.qtbot.waitUntil(lambda: len(list(kept.glob("*.draft"))) == 1)
    desk.window.survey.close()
    desk.settle()
    desk.gone(dialog)
    again = make_desk()
    again.open(with_area)
    assert "Estimate of" in again.window.desk.toast.text.text()
    back = opened(again)
    assert back._content() == stood
    assert back.inputs.rows["grade_ct_t"].kind == "bootstrap"
    assert "not a number" in back.trouble.text()
    typed(back, "thickness_m", "1", "2", "3")
    back.look()
    press(again, back.main_button)
    again.gone(back)
    assert [record.get("estimator") for record in saved(with_area, "estimate")] == ["Shah Zaman"]
    assert not list(kept.glob("*.draft"))
    after = opened(again)
    assert after.facts.raws()["estimator"] == "", "what was saved is not typed again"
    write(after.facts.editor("estimator").input(), "G")
    again.qtbot.waitUntil(lambda: controller(again).estimating.drafts.of(f"new-area {AREA}") is not None)
    prompts.will_answer("drop")
    after.reject()
    again.settle()
    assert controller(again).estimating.drafts.of(f"new-area {AREA}") is None and not list(kept.glob("*.draft"))


# --- the drawing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (0.4567, "0.457"), (12.345, "12.3"), (999.6, "1,000"),
                                              (118_600, "119,000"), (2.5e9, "2,500,000,000")])
def test_figures_are_told_with_three_digits(number: float, text: str) -> None:
    assert figure_text(number) == text


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_histogram_is_seen_in_every_theme(qtbot: QtBot, name: str) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, theme.THEMES[name])
    drawn = Histogram()
    qtbot.addWidget(drawn)
    drawn.resize(360, 170)
    empty = drawn.grab().toImage()
    for grade in (constant(0.4), stated("lognormal", mean=1, sd=2)):
        done = simulate(model(grade_ct_t=grade))
        assert done.figures is not None
        drawn.show_outcomes(done.carats, done.figures)
        assert "best" in drawn.accessibleDescription()
        picture = drawn.grab().toImage()
        differs = sum(picture.pixel(x, y) != empty.pixel(x, y) for x in range(0, 360, 3) for y in range(0, 170, 3))
        assert differs > 60
    theme.apply(application, theme.LIGHT)
