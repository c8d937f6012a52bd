"""Filters in the window: put together, kept, and shown alike by table and map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from surveyapp.domain.fields import Field
from surveyapp.domain.filters import FILTER_FIELDS, Condition, Filter, filter_text
from surveyapp.settings import Settings
from surveyapp.ui.dialogs.condition_row import CodePicker, ConditionRow
from surveyapp.ui.dialogs.filters import FilterDialog
from surveyapp.ui.filter_bar import FilterBar
from surveyapp.ui.find_controller import FindController
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
EMERALD = Condition("gem", "is", ("emerald",))
ABSENT = Condition("presence", "is", ("absent",))


def controller(desk: Desk) -> FindController:
    return next(part for part in desk.window.parts if isinstance(part, FindController))


def on_map(desk: Desk) -> int:
    return desk.window.canvas.scene.layer.shown_count


def dialog_of(desk: Desk) -> FilterDialog:
    desk.trigger("edit.filters")
    dialog = desk.window.findChild(FilterDialog)
    assert isinstance(dialog, FilterDialog)
    return dialog


def choose(row: ConditionRow, field: str, operator: str) -> None:
    row.field.setCurrentIndex(row.field.findData(field))
    row.operator.setCurrentIndex(row.operator.findData(operator))


def tick(picker: CodePicker, *codes: str) -> None:
    for item in (picker.list.item(n) for n in range(picker.list.count())):
        item.setCheckState(
            Qt.CheckState.Checked if item.data(Qt.ItemDataRole.UserRole) in codes else Qt.CheckState.Unchecked
        )


# --- the dialog --------------------------------------------------------------------------------------


def test_a_filter_leaves_the_same_sightings_on_table_and_map(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    dialog = dialog_of(desk)
    (row,) = dialog.condition_rows
    choose(row, "gem", "is")
    tick(row.codes, "emerald")
    desk.qtbot.mouseClick(dialog.add, LEFT)
    second = dialog.condition_rows[1]
    choose(second, "presence", "is-not")
    tick(second.codes, "absent")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    assert desk.localities() == ["Fizagat"]
    assert on_map(desk) == 1
    assert desk.window.table.count.text() == "1 of 3 sightings"
    frame = desk.window.canvas.scene.points.frame(desk.window.canvas.view)
    assert "Filter on: 1 of 3 sightings." in desk.window.canvas.scene.notices(frame)
    assert desk.window.table.filter_button.isChecked()
    desk.trigger("edit.unfilter")
    assert len(desk.localities()) == 3
    assert on_map(desk) == 3
    assert not desk.window.table.filter_button.isChecked()


def test_words_are_shown_alike_too_and_a_new_sighting_joins_if_it_matches(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.window.table.search.setText("charbagh")
    desk.window.table.find_now()
    assert on_map(desk) == 1
    uuid = desk.window.survey.roster.uuids[0]
    desk.window.survey.detail(
        uuid, lambda detail: desk.window.survey.edit(detail.record, {"locality": "Upper Charbagh"})
    )
    desk.settle()
    assert sorted(desk.localities()) == ["Charbagh", "Upper Charbagh"]
    assert on_map(desk) == 2


def test_what_is_missing_in_a_condition_is_said_and_the_dialog_stays(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    dialog = dialog_of(desk)
    row = dialog.condition_rows[0]
    choose(row, "accuracy_m", "between")
    row.low.setText("nine")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    assert "is not a number" in dialog.trouble.text()
    assert dialog.isVisible()
    row.low.setText("۹,۵")
    row.high.setText("5")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    assert "swap the two" in dialog.trouble.text()
    row.high.clear()
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    assert desk.window.table.conditions == (Condition("accuracy_m", "between", (9.5, None)),)


def test_days_are_typed_as_people_write_them(qtbot: QtBot) -> None:
    row = ConditionRow()
    qtbot.addWidget(row)
    choose(row, "observed_at", "between")
    row.low.setText("3/5/2026")
    row.high.setText("5 May 2026")
    assert row.condition == Condition("observed_at", "between", ("2026-05-03", "2026-05-05"))


@pytest.mark.parametrize(
    "condition",
    [
        EMERALD,
        Condition("host_rock", "is-not", ("schist", "marble")),
        Condition("notes", "has", ("زمرد",)),
        Condition("accuracy_m", "between", (2.5, 10.0)),
        Condition("observed_at", "between", (None, "2026-05-03")),
        Condition("district", "empty"),
        Condition("position", "within", (70.0, 30.0, 75.0, 36.0)),
    ],
)
def test_a_row_gives_back_the_condition_that_it_shows(qtbot: QtBot, condition: Condition) -> None:
    row = ConditionRow(condition)
    qtbot.addWidget(row)
    assert row.condition == condition


def test_terms_are_found_by_typing_and_ticked_with_return(qtbot: QtBot) -> None:
    row = ConditionRow(Condition("host_rock", "is", ("schist",)))
    qtbot.addWidget(row)
    row.codes.search.setText("سنگ مرمر")
    shown = [item for item in row.codes._items() if not item.isHidden()]
    assert [item.text() for item in shown] == ["Marble"]
    row.codes.list.itemActivated.emit(shown[0])
    assert row.codes.codes == ("schist", "marble")
    assert row.codes.text() == "Schist or Marble"


# --- the lines under the search box ------------------------------------------------------------------


def test_conditions_are_taken_away_one_by_one(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    controller(desk).use(Filter("", "", (EMERALD, ABSENT)))
    assert desk.localities() == ["Charbagh"]
    gone = desk.window.table.bar.findChildren(QToolButton)
    desk.qtbot.mouseClick(gone[1], LEFT)
    assert sorted(desk.localities()) == ["Charbagh", "Fizagat"]
    assert desk.window.table.conditions == (EMERALD,)


def test_many_conditions_take_no_more_room_than_four(qtbot: QtBot) -> None:
    bar = FilterBar()
    qtbot.addWidget(bar)
    bar.show_conditions([Condition("notes", "has", (str(n),)) for n in range(7)])
    assert bar.layout().count() == 5
    bar.show_conditions([])
    assert bar.layout().count() == 0
    assert not bar.isVisible()


def test_only_what_the_map_shows(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.window.canvas.zoom_to([desk.window.survey.roster.uuids[1]])
    desk.trigger("edit.in_view")
    assert desk.localities() == ["Shamozai"]
    desk.window.canvas.fit_all()
    desk.trigger("edit.in_view")
    assert desk.localities() == ["Shamozai"], "what is hidden is not what the map shows"
    assert len(desk.window.table.conditions) == 1, "a second box takes the place of the first"


# --- saved filters -----------------------------------------------------------------------------------


def test_filters_are_kept_under_a_name_used_again_and_deleted(
    make_desk: Callable[[], Desk], survey_file: Path, settings: Settings
) -> None:
    newer = '{"name":"of a newer program","words":"","conditions":[["depth_of_pit","is","deep"]]}'
    settings["table.filters"] = [newer]
    desk = make_desk()
    desk.open(survey_file)
    dialog = dialog_of(desk)
    row = dialog.condition_rows[0]
    choose(row, "presence", "is")
    tick(row.codes, "absent")
    dialog.name.setText("Nothing & none")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.gone(dialog)
    assert filter_text(Filter("Nothing & none", "", (ABSENT,))) in settings["table.filters"]
    desk.trigger("edit.unfilter")

    menu = desk.window.table.filter_button.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    saved = menu.actions()[0]
    assert saved.text() == "Nothing && none"
    saved.trigger()
    assert desk.localities() == ["Charbagh"]
    menu.aboutToShow.emit()
    assert menu.actions()[0].isChecked()

    dialog = dialog_of(desk)
    dialog.saved.setCurrentIndex(1)
    dialog.saved.activated.emit(1)
    assert dialog.name.text() == "Nothing & none"
    assert [row.condition for row in dialog.condition_rows] == [ABSENT]
    desk.qtbot.mouseClick(dialog.delete, LEFT)
    assert settings["table.filters"] == [newer], "what cannot be read is kept as it is"
    assert not dialog.saved.isEnabled()
    dialog.reject()


def test_a_saved_filter_is_given_another_name(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    find = controller(desk)
    find.save(Filter("Absent", "", (ABSENT,)))
    find.save(Filter("Green", "green", (EMERALD,)))
    find.use(find.saved()[0])
    dialog = dialog_of(desk)
    assert not dialog.rename.isEnabled(), "none is chosen"
    dialog.saved.setCurrentIndex(1)
    dialog.saved.activated.emit(1)
    assert not dialog.rename.isEnabled(), "it has this name already"
    dialog.name.setText(" Green ")
    desk.qtbot.mouseClick(dialog.rename, LEFT)
    assert "already" in dialog.trouble.text()
    assert [one.name for one in find.saved()] == ["Absent", "Green"]
    dialog.name.setText(" Nothing there ")
    desk.qtbot.mouseClick(dialog.rename, LEFT)
    assert find.saved() == [Filter("Green", "green", (EMERALD,)), Filter("Nothing there", "", (ABSENT,))]
    assert dialog.saved.currentText() == "Nothing there"
    assert dialog.delete.isEnabled()
    assert not dialog.rename.isEnabled()
    dialog.reject()
    menu = desk.window.table.filter_button.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["Nothing there"]


def test_a_field_that_only_some_offices_have(qtbot: QtBot) -> None:
    pit = Field("x_pit", "integer", "Pit")
    known, other = Condition("x_pit", "between", (3, None), pit), Condition("x_adit", "is", ("old",))
    dialog = FilterDialog(Filter("", "", (known, other)), [], None, {**FILTER_FIELDS, "x_pit": pit})
    qtbot.addWidget(dialog)
    first, second = dialog.condition_rows
    assert first.field.currentText() == "Pit"
    assert not second.field.isEnabled()
    assert second.field.currentText() == "x_adit"
    first.low.setText("۵")
    choose(first, "x_pit", "between")
    first.low.setText("۵")
    qtbot.mouseClick(dialog.main_button, LEFT)
    assert dialog.wanted.conditions == (Condition("x_pit", "between", (5, None)), other)
    assert dialog.wanted.conditions[0].title == "Pit"


def test_a_filter_is_kept_with_its_words(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.window.table.search.setText("fizagat")
    desk.window.table.find_now()
    dialog = dialog_of(desk)
    choose(dialog.condition_rows[0], "notes", "filled")
    dialog.name.setText("Mine")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    assert controller(desk).saved() == [Filter("Mine", "fizagat", (Condition("notes", "filled"),))]
    assert desk.localities() == ["Fizagat"]
    assert desk.window.table.search.text() == "fizagat"


def test_another_survey_is_searched_for_the_same(desk: Desk, survey_file: Path, tmp_path: Path) -> None:
    desk.open(survey_file)
    controller(desk).use(Filter("", "", (ABSENT,)))
    desk.trigger("survey.close")
    desk.open(survey_file)
    assert desk.localities() == ["Charbagh"]
    assert on_map(desk) == 1


def test_who_is_sent_to_a_hidden_sighting_is_told(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    controller(desk).use(Filter("", "", (ABSENT,)))
    shown, hidden = desk.window.survey.roster.uuids[2], desk.window.survey.roster.uuids[0]
    desk.window.survey.selection.set([shown], "window")
    desk.settle()
    assert not desk.window.desk.toast.isVisible()
    desk.window.survey.selection.set([hidden], "window")
    assert "hides this sighting" in desk.window.desk.toast.text.text()
