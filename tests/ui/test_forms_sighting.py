"""The sighting form, used as a person does: typing, clicking, keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from surveyapp.domain.fields import GEOMETRY, LAYERS, POSITION_FACTS, SIGHTING
from surveyapp.domain.geometry import point_hex, point_of
from surveyapp.domain.records import Record, Value
from surveyapp.domain.template import EMPTY
from surveyapp.domain.template_text import parse_template
from surveyapp.errors import BadInput
from surveyapp.ui.forms.code_editor import ButtonsEditor, ListEditor
from surveyapp.ui.forms.draft import Draft
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.editors import make_editor
from surveyapp.ui.forms.gem_chooser import GemEditor
from surveyapp.ui.forms.moment_editor import MomentEditor
from surveyapp.ui.forms.sighting_form import SightingForm
from surveyapp.ui.forms.survey_editor import SurveyEditor
from surveyapp.ui.forms.text_editors import LineEditor

NOW = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
LEFT = Qt.MouseButton.LeftButton
GPS: dict[str, Value] = {
    "longitude": 74.61545,
    "latitude": 36.30703,
    "position_source": "gps",
    "accuracy_m": 3.1,
    "fix_quality": "dgps",
    "satellites": 14,
    "hdop": 0.8,
    "elevation_m": 2438.5,
    "position_text": "receiver serial:COM4@9600",
    "position_crs": "EPSG:4326",
    "observed_at": "2026-11-24T04:31:00.000Z",
}
STORED: dict[str, Value] = {
    GEOMETRY: point_hex(72.360812345678, 34.772512345678),
    "gem": "emerald",
    "presence": "present",
    "locality": "Mingora",
    "occurrence_type": "occurrence",
    "expression": "vein",
    "position_source": "gps-averaged",
    "accuracy_m": 2.75,
    "samples_averaged": 30,
    "position_text": "receiver gpsd://localhost:2947",
    "position_crs": "EPSG:4326",
    "elevation_m": 984.2,
    "province": "PK-KP",
    "toposheet": "43 B/5",
    "largest_mm": 12.345678901,
    "observed_at": "2026-11-24T04:30:07.089Z",
    "observer": "Amina Khan",
    "review_status": "draft",
    "notes": "سبز پتھر\n\nsecond line  ",
    "colour_of_others": "a column that another program added",
}


@pytest.fixture
def form(qtbot: QtBot) -> SightingForm:
    made = SightingForm(observer="Amina Khan", now=lambda: NOW)
    qtbot.addWidget(made)
    made.resize(420, 700)
    made.show()
    return made


@pytest.fixture
def stored() -> Record:
    return Record("sighting", "11111111-1111-4111-8111-111111111111", dict(STORED))


def write(widget: QWidget, text: str) -> None:
    """Type text of any script; QTest's own keys are ASCII only."""
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def line_of(form: SightingForm, name: str) -> QLineEdit:
    editor = form.body.editor(name)
    line = editor.combo.lineEdit() if isinstance(editor, ListEditor) else editor.input()
    assert isinstance(line, QLineEdit)
    return line


def gems(form: SightingForm) -> GemEditor:
    editor = form.body.editor("gem")
    assert isinstance(editor, GemEditor)
    return editor


# --- the whole way -----------------------------------------------------------------------------------


def test_a_sighting_is_written_down_and_asked_to_be_saved(qtbot: QtBot, form: SightingForm) -> None:
    qtbot.mouseClick(gems(form).buttons["emerald"], LEFT)
    qtbot.keyClicks(line_of(form, "locality"), "Gujar Kili")
    qtbot.keyClicks(line_of(form, "expression"), "float")
    write(form.body.editor("notes").input(), "سبز پتھر، چھوٹا")
    qtbot.keyClicks(form.position_box.line, "34.92039N 72.63265E")
    form.body.sections["Host and deposit"].set_open(True)
    qtbot.keyClicks(line_of(form, "host_rock"), "listwaenite")
    form.body.sections["Amount"].set_open(True)
    write(line_of(form, "largest_mm"), "۱۲٫۵")
    with qtbot.waitSignal(form.saveRequested) as asked:
        qtbot.mouseClick(form.footer.save_button, LEFT)
    values, record = asked.args
    assert record is None
    assert point_of(values[GEOMETRY]) == pytest.approx((72.63265, 34.92039))
    assert values == {
        **values,
        "gem": "emerald",
        "presence": "present",
        "locality": "Gujar Kili",
        "expression": "float",
        "notes": "سبز پتھر، چھوٹا",
        "occurrence_type": "occurrence",
        "host_rock": "metasomatic_rock",
        "largest_mm": 12.5,
        "position_source": "typed",
        "position_text": "34.92039N 72.63265E",
        "province": "PK-KP",
        "toposheet": "43 B/9",
        "observer": "Amina Khan",
        "observed_at": "2026-11-24T04:30:00.000Z",
        "review_status": "draft",
    }
    assert None not in values.values()
    assert "accuracy_m" not in values


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier),
    ],
)
def test_the_keyboard_saves_from_any_field(
    qtbot: QtBot, form: SightingForm, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    form.use_map_position(72.36, 34.77)
    form.activateWindow()
    notes = form.body.editor("notes").input()
    notes.setFocus()
    qtbot.waitUntil(notes.hasFocus)
    with qtbot.waitSignal(form.saveRequested):
        qtbot.keyClick(notes, key, modifier)


def test_a_save_without_a_position_goes_to_the_position_and_asks_nothing(qtbot: QtBot, form: SightingForm) -> None:
    form.body.sections["Where"].set_open(False)
    form.activateWindow()
    with qtbot.assertNotEmitted(form.saveRequested):
        qtbot.mouseClick(form.footer.save_button, LEFT)
    assert form.body.sections["Where"].is_open
    qtbot.waitUntil(form.position_box.line.hasFocus)
    assert form.position_box.message.text() == "No position yet: type one, use GPS or tap the map."
    assert form.footer.state.whole == "To mend before saving: Position"


def test_a_number_that_is_none_holds_the_save_back_beside_its_field(qtbot: QtBot, form: SightingForm) -> None:
    form.use_map_position(72.36, 34.77)
    qtbot.keyClicks(line_of(form, "elevation_m"), "9 hundred")
    row = form.body.rows["elevation_m"]
    assert row.message.isVisible()
    assert "is not a number" in row.message.text()
    assert line_of(form, "elevation_m").property("invalid")
    with qtbot.assertNotEmitted(form.saveRequested):
        assert not form.try_save()
    with pytest.raises(BadInput, match="Elevation"):
        form.values()
    line_of(form, "elevation_m").clear()
    qtbot.keyClicks(line_of(form, "elevation_m"), "900")
    assert not row.message.isVisible()
    assert form.values()["elevation_m"] == 900.0


# --- records -----------------------------------------------------------------------------------------


def test_a_record_that_is_only_looked_at_has_no_changes(form: SightingForm, stored: Record) -> None:
    form.load(stored)
    assert form.changes() == {}
    assert not form.dirty
    assert {name: form.values()[name] for name in STORED if SIGHTING.field(name)} == {
        name: value for name, value in STORED.items() if SIGHTING.field(name)
    }


@pytest.mark.parametrize(
    "odd",
    [
        {"gem": "Emerald (Panjshir)", "expression": "Vein in rock", "presence": "maybe"},
        {"largest_mm": "twelve", "observed_at": "24/11/2026", "stone_count": 3.5},
        {"accuracy_m": -4.0, "hdop": "good", GEOMETRY: None},
    ],
)
def test_what_other_programs_wrote_is_shown_and_not_changed_by_looking(
    form: SightingForm, stored: Record, odd: dict[str, Value]
) -> None:
    record = Record("sighting", stored.uuid, {**STORED, **odd})
    form.load(record)
    assert form.changes() == {}
    assert form.try_save()


def test_only_what_was_changed_is_saved(qtbot: QtBot, form: SightingForm, stored: Record) -> None:
    form.load(stored)
    with qtbot.waitSignal(form.dirtyChanged) as dirty:
        qtbot.keyClicks(line_of(form, "colour"), "green")
    assert dirty.args == [True]
    with qtbot.waitSignal(form.saveRequested) as asked:
        form.try_save()
    assert asked.args == [{"colour": "green"}, stored]


def test_changing_back_is_no_change(qtbot: QtBot, form: SightingForm, stored: Record) -> None:
    form.load(stored)
    line = line_of(form, "locality")
    qtbot.keyClick(line, Qt.Key.Key_End)
    qtbot.keyClicks(line, "x")
    assert form.dirty
    with qtbot.waitSignal(form.dirtyChanged) as dirty:
        qtbot.keyClick(line, Qt.Key.Key_Backspace)
    assert dirty.args == [False]
    assert form.changes() == {}


def test_a_moved_point_takes_its_gps_facts_and_elevation_with_it(form: SightingForm, stored: Record) -> None:
    form.load(stored)
    form.use_map_position(74.61545, 36.30703)
    changes = form.changes()
    assert point_of(changes[GEOMETRY]) == pytest.approx((74.61545, 36.30703))
    assert {name: changes[name] for name in POSITION_FACTS} == {
        **dict.fromkeys(POSITION_FACTS),
        "position_source": "map-tap",
        "position_crs": "EPSG:4326",
    }
    assert changes["elevation_m"] is None
    assert (changes["province"], changes["toposheet"]) == ("PK-GB", "42 L/11")


def test_an_elevation_typed_by_hand_stays_when_the_point_moves(qtbot: QtBot, form: SightingForm) -> None:
    form.use_gps_position(GPS)
    assert form.values()["elevation_m"] == 2438.5
    line_of(form, "elevation_m").clear()
    qtbot.keyClicks(line_of(form, "elevation_m"), "2400")
    form.use_map_position(74.6, 36.3)
    assert form.values()["elevation_m"] == 2400.0


def test_a_province_that_a_person_chose_stays_and_is_questioned(qtbot: QtBot, form: SightingForm) -> None:
    form.use_map_position(72.36, 34.77)
    line_of(form, "province").selectAll()
    qtbot.keyClicks(line_of(form, "province"), "gilgit")
    form.use_map_position(72.37, 34.78)
    assert form.values()["province"] == "PK-GB"
    row = form.body.rows["province"]
    assert row.message.text() == "The position lies in Khyber Pakhtunkhwa."
    qtbot.mouseClick(row.fix_button, LEFT)
    assert form.values()["province"] == "PK-KP"
    assert not row.message.isVisible()


def test_gps_sets_the_time_of_a_new_sighting_until_someone_types_one(qtbot: QtBot, form: SightingForm) -> None:
    form.use_gps_position(GPS)
    assert form.values()["observed_at"] == "2026-11-24T04:31:00.000Z"
    line_of(form, "observed_at").selectAll()
    qtbot.keyClicks(line_of(form, "observed_at"), "2026-11-20 08:00")
    form.use_gps_position({**GPS, "observed_at": "2026-11-24T05:00:00.000Z"})
    assert form.values()["observed_at"] == "2026-11-20T03:00:00.000Z"


def test_the_map_is_told_where_the_forms_point_is(qtbot: QtBot, form: SightingForm, stored: Record) -> None:
    with qtbot.waitSignal(form.positionPicked) as picked:
        form.load(stored)
    assert picked.args[0] == pytest.approx((72.360812345678, 34.772512345678))
    with qtbot.waitSignal(form.positionPicked) as picked:
        form.position_box.line.clear()
        qtbot.keyClicks(form.position_box.line, " ")
    assert picked.args == [None]


# --- gems and terms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code"), [("zamurrud", "emerald"), ("یاقوت", "ruby"), ("ياقوت", "ruby"), ("زمرد", "emerald")]
)
def test_a_gem_is_found_by_its_local_name_and_return_takes_it(
    qtbot: QtBot, form: SightingForm, typed: str, code: str
) -> None:
    chooser = gems(form)
    write(chooser.search, typed)
    assert chooser.shown_codes()[0] == code
    qtbot.keyClick(chooser.search, Qt.Key.Key_Return)
    assert form.values()["gem"] == code
    assert chooser.search.text() == ""
    assert len(chooser.shown_codes()) == 9


def test_a_stone_that_is_in_no_list_can_be_taken(qtbot: QtBot, form: SightingForm) -> None:
    chooser = gems(form)
    qtbot.keyClicks(chooser.search, "Kunzite")
    assert chooser.shown_codes() == []
    qtbot.mouseClick(chooser._other, LEFT)
    assert form.values()["gem"] == "kunzite"
    assert chooser.buttons["kunzite"].isChecked()
    form.load(None)
    assert form.values()["gem"] is None


def test_host_rocks_of_the_gem_are_one_press_away(qtbot: QtBot, form: SightingForm) -> None:
    form.body.sections["Host and deposit"].set_open(True)
    qtbot.mouseClick(gems(form).buttons["ruby"], LEFT)
    host = form.body.editor("host_rock")
    assert isinstance(host, ListEditor)
    chip = next(c for c in host.findChildren(QWidget) if c.property("text") == "Marble" and c.isVisible())
    qtbot.mouseClick(chip, LEFT)
    assert form.values()["host_rock"] == "marble"


def test_typing_in_a_list_narrows_it_and_a_click_takes_the_term(qtbot: QtBot, form: SightingForm) -> None:
    form.body.sections["Host and deposit"].set_open(True)
    line = line_of(form, "host_rock")
    line.setFocus()
    qtbot.keyClicks(line, "dun")
    popup = line.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    shown = popup.model()
    assert [shown.index(row, 0).data() for row in range(shown.rowCount())] == ["Peridotite"]
    qtbot.mouseClick(popup.viewport(), LEFT, pos=popup.visualRect(popup.model().index(0, 0)).center())
    assert form.values()["host_rock"] == "peridotite"
    assert line.text() == "Peridotite"


def test_a_word_that_is_in_no_list_is_told_with_where_to_put_it(qtbot: QtBot, form: SightingForm) -> None:
    form.use_map_position(72.36, 34.77)
    form.body.sections["Host and deposit"].set_open(True)
    qtbot.keyClicks(line_of(form, "host_rock"), "talc-carbonate schist")
    assert "words of your own into host_rock_text" in form.body.rows["host_rock"].message.text()
    assert not form.try_save()


def test_buttons_take_back_what_has_no_default(qtbot: QtBot, form: SightingForm) -> None:
    confidence, presence = form.body.editor("confidence"), form.body.editor("presence")
    assert isinstance(confidence, ButtonsEditor)
    assert isinstance(presence, ButtonsEditor)
    qtbot.mouseClick(confidence.button("certain"), LEFT)
    assert confidence.value() == "certain"
    qtbot.mouseClick(confidence.button("certain"), LEFT)
    assert confidence.value() is None
    qtbot.mouseClick(presence.button("present"), LEFT)
    assert presence.value() == "present"


def test_the_wheel_scrolls_the_form_and_changes_no_value(form: SightingForm, stored: Record) -> None:
    form.load(stored)
    editor = form.body.editor("expression")
    assert isinstance(editor, ListEditor)
    down = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor.combo, down)
    assert not down.isAccepted()
    assert form.changes() == {}


# --- absence, pins, help -----------------------------------------------------------------------------


def test_an_absence_asks_for_the_gps_position_and_says_what_it_lacks(qtbot: QtBot, form: SightingForm) -> None:
    with qtbot.waitSignal(form.absenceRequested):
        qtbot.mouseClick(form.footer.absent_button, LEFT)
    assert form.mark_absent() == GEOMETRY
    form.set_gps_ready(True)
    form.gpsRequested.connect(lambda: form.use_gps_position(GPS))
    assert form.mark_absent() == "gem"
    qtbot.mouseClick(gems(form).buttons["ruby"], LEFT)
    assert form.mark_absent() is None
    values = form.values()
    assert (values["presence"], values["position_source"]) == ("absent", "gps")
    assert form.dirty


def test_absence_keeps_a_position_that_is_there(qtbot: QtBot, form: SightingForm) -> None:
    form.set_gps_ready(True)
    form.use_map_position(72.36, 34.77)
    with qtbot.assertNotEmitted(form.gpsRequested):
        form.mark_absent()
    assert form.values()["position_source"] == "map-tap"


def test_an_absence_leaves_out_what_was_pinned_of_a_find(qtbot: QtBot) -> None:
    sticky = {"expression": "vein", "confidence": "certain", "host_rock": "schist", "gem": "ruby"}
    form = SightingForm(sticky=sticky, pinned=sticky, now=lambda: NOW)
    qtbot.addWidget(form)
    form.body.editor("confidence").set_raw("possible")
    form.mark_absent()
    values = form.values()
    assert (values["gem"], values["host_rock"], values["expression"]) == ("ruby", "schist", None)
    assert values["confidence"] == "possible", "what a person chose is theirs to mend"


def test_the_pin_of_the_field_that_the_keyboard_is_in_has_a_shortcut(qtbot: QtBot, form: SightingForm) -> None:
    assert form.toggle_pin() is None, "the keyboard was in no field yet"
    form.activateWindow()
    line = line_of(form, "expression")
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    with qtbot.waitSignal(form.rememberRequested) as remembered:
        assert form.toggle_pin() == "Expression"
    assert remembered.args[1] == ["expression"]
    assert form.body.rows["expression"].pin.isChecked()
    form.footer.save_button.setFocus()
    assert form.toggle_pin() == "Expression", "the field before counts, as when the palette took the keyboard"
    assert not form.body.rows["expression"].pin.isChecked()
    notes = form.body.editor("notes").input()
    notes.setFocus()
    qtbot.waitUntil(notes.hasFocus)
    assert form.toggle_pin() is None


def test_a_pinned_value_is_filled_in_again_and_the_others_are_offered(qtbot: QtBot, form: SightingForm) -> None:
    form.use_map_position(72.36, 34.77)
    qtbot.mouseClick(gems(form).buttons["ruby"], LEFT)
    qtbot.keyClicks(line_of(form, "district"), "Swat")
    with qtbot.waitSignal(form.rememberRequested) as remembered:
        qtbot.mouseClick(form.body.rows["gem"].pin, LEFT)
    assert remembered.args[1] == ["gem"]
    with qtbot.waitSignal(form.rememberRequested) as remembered:
        form.try_save()
    assert remembered.args[0]["district"] == "Swat"
    form.load(None)
    assert form.values()["gem"] == "ruby"
    assert form.values()["district"] is None
    qtbot.mouseClick(form.body.rows["district"].last_button, LEFT)
    assert form.values()["district"] == "Swat"


def test_what_was_remembered_in_another_session_is_there(qtbot: QtBot) -> None:
    form = SightingForm(sticky={"gem": "peridot", "observer": "Bilal"}, pinned=["gem", "observer"])
    qtbot.addWidget(form)
    assert form.values()["gem"] == "peridot"
    assert form.values()["observer"] == "Bilal"
    assert form.body.rows["gem"].pin.isChecked()


def test_help_on_the_field_stands_below_while_the_keyboard_is_in_it(qtbot: QtBot, form: SightingForm) -> None:
    form.activateWindow()
    line = line_of(form, "locality")
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    field = SIGHTING.field("locality")
    assert field is not None
    assert form.footer.help.text() == field.help


def test_return_goes_on_and_tab_leaves_the_notes(qtbot: QtBot, form: SightingForm) -> None:
    form.activateWindow()
    line = line_of(form, "locality")
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert not line.hasFocus()
    notes = form.body.editor("notes").input()
    notes.setFocus()
    qtbot.keyClick(notes, Qt.Key.Key_Tab)
    assert not notes.hasFocus()
    assert form.body.editor("notes").value() is None


def test_tab_walks_through_the_open_fields_in_the_order_of_the_table(qtbot: QtBot, form: SightingForm) -> None:
    for section in form.body.sections.values():
        section.set_open(True)
    form.activateWindow()
    gems(form).search.setFocus()
    qtbot.waitUntil(gems(form).search.hasFocus)
    seen: list[str] = []
    form.body.focused.connect(lambda field: seen.append(field.name) if field else None)
    for _ in range(120):
        QApplication.focusWidget().focusNextPrevChild(True)
    visited = list(dict.fromkeys(seen))
    expected = [name for name in form.body.rows if name != "gem"]
    assert [name for name in visited if name in expected][: len(expected)] == expected


def test_cancel_asks_in_place_only_when_something_would_be_lost(qtbot: QtBot, form: SightingForm) -> None:
    with qtbot.waitSignal(form.cancelled):
        qtbot.mouseClick(form.footer.cancel_button, LEFT)
    qtbot.keyClicks(line_of(form, "locality"), "Mingora")
    with qtbot.assertNotEmitted(form.cancelled):
        qtbot.mouseClick(form.footer.cancel_button, LEFT)
        qtbot.mouseClick(form.footer.keep_button, LEFT)
    assert form.values()["locality"] == "Mingora"
    qtbot.mouseClick(form.footer.cancel_button, LEFT)
    with qtbot.waitSignal(form.cancelled):
        qtbot.mouseClick(form.footer.discard_button, LEFT)


# --- drafts ------------------------------------------------------------------------------------------


def test_a_half_filled_form_comes_back_with_text_that_is_no_value(qtbot: QtBot, form: SightingForm) -> None:
    form.load(None, {"survey_uuid": "s-1"})
    qtbot.mouseClick(gems(form).buttons["ruby"], LEFT)
    qtbot.keyClicks(line_of(form, "locality"), "Chumar Bakhoor")
    qtbot.keyClicks(line_of(form, "elevation_m"), "4,2,")
    qtbot.keyClicks(form.position_box.line, "36.3N 74")
    assert form.draft_caption() == "Ruby, Chumar Bakhoor"
    other = SightingForm(now=lambda: NOW)
    qtbot.addWidget(other)
    other.load(None)
    other.restore(form.draft(), form.uuid)
    assert other.uuid == form.uuid
    assert other.draft() == form.draft()
    assert other.dirty
    assert line_of(other, "elevation_m").text() == "4,2,"
    line_of(other, "elevation_m").clear()
    qtbot.keyClicks(line_of(other, "elevation_m"), "4200")
    other.use_map_position(74.6, 36.3)
    assert other.values()["survey_uuid"] == "s-1"


def test_a_draft_of_a_record_saves_only_its_changes(qtbot: QtBot, form: SightingForm, stored: Record) -> None:
    form.load(stored)
    qtbot.keyClicks(line_of(form, "colour"), "green")
    kept = form.draft()
    form.load(stored)
    assert form.changes() == {}
    form.restore(kept)
    assert form.changes() == {"colour": "green"}


def test_the_banner_asks_about_a_draft(qtbot: QtBot, form: SightingForm) -> None:
    draft = Draft("swat.gpkg", "u-1", True, "2026-11-24T04:30:00.000Z", "Ruby", {})
    form.draft_banner.offer(draft)
    assert form.draft_banner.isVisible()
    with qtbot.waitSignal(form.draft_banner.continueWanted) as wanted:
        qtbot.mouseClick(form.draft_banner.continue_button, LEFT)
    assert wanted.args == [draft]
    assert not form.draft_banner.isVisible()
    form.draft_banner.offer(draft)
    with qtbot.waitSignal(form.draft_banner.discardWanted):
        qtbot.mouseClick(form.draft_banner.discard_button, LEFT)


# --- editors -----------------------------------------------------------------------------------------


def _round_trip(make: Callable[[], Editor], value: Value) -> Value:
    editor = make()
    editor.set_value(value)
    raw = editor.raw()
    editor.set_value(None)
    editor.set_raw(raw)
    return editor.value()


def test_every_field_of_every_layer_has_an_editor_that_gives_back_what_it_shows(qtbot: QtBot) -> None:
    examples: dict[str, Value] = {
        "text": "متن text",
        "notes": "one\ntwo",
        "integer": 7,
        "real": 0.5,
        "datetime": "2026-11-24T04:30:00.000Z",
        "date": "2026-11-24",
        "ref": "11111111-1111-4111-8111-111111111111",
    }
    for layer in LAYERS:
        for field in layer.fields:
            if not field.group:
                continue
            editor = make_editor(field)
            qtbot.addWidget(editor)
            value = field.vocabulary.codes[-1] if field.vocabulary else examples[field.kind]
            assert _round_trip(lambda made=editor: made, value) == value, f"{layer.name}.{field.name}"


def test_now_and_the_words_below_a_time(qtbot: QtBot, form: SightingForm) -> None:
    form.body.sections["Record"].set_open(True)
    moment = form.body.editor("observed_at")
    assert isinstance(moment, MomentEditor)
    assert moment.understood.text() == "Tuesday 24 November 2026, 09:30 Pakistan time (04:30 UTC)"
    moment.line.selectAll()
    qtbot.keyClicks(moment.line, "20/11/2026 18:00")
    assert moment.understood.text().startswith("Friday 20 November 2026, 18:00")
    qtbot.mouseClick(moment.now_button, LEFT)
    assert form.values()["observed_at"] == "2026-11-24T04:30:00.000Z"


def test_the_calendar_changes_the_day_and_keeps_the_time(qtbot: QtBot, form: SightingForm) -> None:
    form.body.sections["Record"].set_open(True)
    moment = form.body.editor("observed_at")
    assert isinstance(moment, MomentEditor)
    qtbot.mouseClick(moment.calendar_button, LEFT)
    day = moment._popup.calendar.selectedDate().addDays(-2)
    moment._popup.calendar.activated.emit(day)
    assert form.values()["observed_at"] == "2026-11-22T04:30:00.000Z"


def test_urdu_starts_at_the_right_of_a_line(form: SightingForm) -> None:
    editor = form.body.editor("locality")
    assert isinstance(editor, LineEditor)
    write(editor.line, "منگورہ")
    assert editor.line.layoutDirection() == Qt.LayoutDirection.RightToLeft
    editor.line.clear()
    write(editor.line, "Mingora")
    assert editor.line.layoutDirection() == Qt.LayoutDirection.LeftToRight


def test_sections_say_what_is_in_them_and_mark_what_is_wrong(form: SightingForm, stored: Record) -> None:
    form.load(Record("sighting", stored.uuid, {**STORED, "total_carats": 12.5, "processed_t": 3.0}))
    heading = form.body.sections["Amount"].heading
    assert "12.5 ct" in heading.summary
    assert "3 t" in heading.summary
    assert heading.mark == "warning"
    assert form.body.rows["bottom_screen_mm"].message.text().startswith("Carats and processed amount")


def test_a_very_long_name_takes_two_lines_of_the_heading(form: SightingForm, stored: Record) -> None:
    name = "the third gallery below the old working of the village council " * 6
    form.load(Record("sighting", stored.uuid, {**STORED, "locality": name}))
    title = form._title
    assert title.height() <= 2 * title.fontMetrics().lineSpacing() + 4
    assert title.text().endswith("…")
    assert title.toolTip().endswith("village council")
    form.load(stored)
    assert title.text() == "Emerald · Mingora"
    assert title.toolTip() == ""


# --- what an office asks -----------------------------------------------------------------------------

ASKS = parse_template(
    """{"surveyapp_template": 1, "name": "Swat", "hide": ["district", "abundance", "stone_count", "largest_mm",
    "total_carats", "processed_t", "processed_m3", "bottom_screen_mm"], "require": {"locality": "team"},
    "defaults": {"host_rock": "talc-rock", "x_level": 3},
    "vocabularies": {"gem": {"only": ["emerald", "topaz"], "add": [{"code": "kunzite", "label": "Kunzite",
    "synonyms": ["کنزائٹ"]}]}, "host_rock": {"only": ["schist"], "add": [{"code": "talc-rock", "label": "Talc rock"}]}},
    "fields": [{"name": "x_mine", "title": "Mine", "group": "Host and deposit", "keep": true},
    {"name": "x_level", "title": "Level", "kind": "integer", "unit": "m", "minimum": 0, "maximum": 9},
    {"name": "x_lease", "title": "Lease", "kind": "code",
    "terms": [{"code": "state", "label": "State"}, {"code": "own", "label": "Own"}]}]}"""
)


def test_the_form_asks_what_the_office_asks(qtbot: QtBot, form: SightingForm) -> None:
    form.ask_for(ASKS)
    assert not form.dirty
    assert not form.body.rows["district"].isVisible()
    assert form.body.sections["Amount"].isHidden(), "nothing of it is shown"
    assert list(form.body.sections)[-1] == "Of the office"
    assert gems(form).shown_codes() == ["emerald", "topaz", "kunzite"]
    write(gems(form).search, "کنزائٹ")
    qtbot.keyClick(gems(form).search, Qt.Key.Key_Return)
    form.use_map_position(72.36, 34.77)
    form.body.sections["Of the office"].set_open(True)
    lease = form.body.editor("x_lease")
    assert isinstance(lease, ButtonsEditor)
    qtbot.mouseClick(lease.button("own"), LEFT)
    assert "Locality" in form.footer.state.whole
    qtbot.keyClicks(line_of(form, "x_mine"), "Gujar Kili 3")
    with qtbot.waitSignal(form.saveRequested) as asked:
        form.try_save()
    values = asked.args[0]
    assert (values["gem"], values["host_rock"], values["x_level"]) == ("kunzite", "talc-rock", 3)
    assert (values["x_mine"], values["x_lease"]) == ("Gujar Kili 3", "own")
    form.load(None)
    assert form.body.rows["x_mine"].last_button.text() == "↺ Gujar Kili 3"


def test_what_is_filled_is_never_hidden_and_a_list_refuses_nothing(form: SightingForm, stored: Record) -> None:
    form.ask_for(ASKS)
    form.load(Record("sighting", stored.uuid, {**STORED, "district": "Swat", "gem": "ruby", "host_rock": "marble"}))
    assert form.body.rows["district"].isVisible()
    assert gems(form).buttons["ruby"].isChecked()
    assert line_of(form, "host_rock").text() == "Marble"
    assert form.changes() == {}
    form.body.sections["Host and deposit"].set_open(True)
    assert "not among the terms" in form.body.rows["host_rock"].message.text()
    form.load(stored)
    assert not form.body.rows["district"].isVisible()
    form.go_to("district")
    assert form.body.rows["district"].isVisible(), "one that is still needed can be gone to"


def test_what_stands_in_the_form_stays_when_the_office_asks_something_else(qtbot: QtBot, form: SightingForm) -> None:
    qtbot.keyClicks(line_of(form, "locality"), "Mingora")
    qtbot.keyClicks(form.position_box.line, "34.7725N 72.3608E")
    uuid = form.uuid
    form.ask_for(ASKS)
    assert form.dirty
    assert form.uuid == uuid
    assert line_of(form, "locality").text() == "Mingora"
    assert form.position_box.position == pytest.approx((72.3608, 34.7725))
    form.ask_for(EMPTY)
    assert "x_mine" not in form.body.rows
    assert line_of(form, "locality").text() == "Mingora"


def test_a_default_that_was_emptied_is_said_to_be_empty(qtbot: QtBot, form: SightingForm) -> None:
    form.ask_for(ASKS)
    form.use_map_position(72.36, 34.77)
    line_of(form, "host_rock").clear()
    assert form.changes()["host_rock"] is None


def test_the_project_is_chosen_where_there_are_several(qtbot: QtBot, form: SightingForm) -> None:
    assert "survey_uuid" not in form.body.rows
    form.ask_for(EMPTY, {"s-1": "Swat"})
    assert "survey_uuid" not in form.body.rows, "there is only one it can belong to"
    form.ask_for(EMPTY, {"s-1": "Swat", "s-2": "Hunza"})
    row = form.body.rows["survey_uuid"]
    assert next(iter(form.body.rows)) == "survey_uuid"
    assert row.label.text() == "Project"
    assert isinstance(row.editor, SurveyEditor)
    assert "Project" in form.footer.state.whole
    with qtbot.waitSignal(form.projectChosen) as chosen:
        qtbot.keyClick(row.editor.combo, Qt.Key.Key_Down)
        row.editor.combo.activated.emit(0)
    assert chosen.args == ["s-1"]
    form.use_map_position(72.36, 34.77)
    assert form.changes()["survey_uuid"] == "s-1"
    form.try_save()
    form.load(None)
    assert form.body.rows["survey_uuid"].last_button.text() == "↺ Swat"
    row.pin.click()
    form.load(None)
    assert form.values()["survey_uuid"] == "s-1"


def test_a_project_of_another_file_is_not_filled_in(qtbot: QtBot) -> None:
    form = SightingForm(sticky={"survey_uuid": "s-9"}, pinned=["survey_uuid"], now=lambda: NOW)
    qtbot.addWidget(form)
    form.ask_for(EMPTY, {"s-1": "Swat", "s-2": "Hunza"})
    assert form.values()["survey_uuid"] is None
    form.load(Record("sighting", "u-1", {"survey_uuid": "s-9"}))
    assert form.body.editor("survey_uuid").value() == "s-9", "what a record says stays"
    assert form.changes() == {}


def test_the_form_fits_a_narrow_panel_on_a_low_screen(form: SightingForm) -> None:
    assert form.minimumSizeHint().width() <= 420
    assert form.minimumSizeHint().height() <= 500
    assert form.body.minimumSizeHint().width() <= 400
