"""What is asked of a position, by oneself and by the office, and what the survey has round about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.template import Template
from surveyapp.domain.template_text import template_text
from surveyapp.positioning.fix import monotonic
from surveyapp.positioning.gate import Gate
from surveyapp.services.session import Session
from surveyapp.services.where import in_use
from surveyapp.settings import Settings
from surveyapp.ui.dialogs.gps_rules import GpsRulesDialog, PositionChoices
from surveyapp.ui.layers_controller import LayersController
from surveyapp.ui.position_controller import PositionController
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk
from tests.ui.test_forms_gps import PlayedSource, a_fix


def ask_rules(desk: Desk) -> GpsRulesDialog:
    desk.trigger("gps.rules")
    dialog = desk.window.findChild(GpsRulesDialog)
    assert isinstance(dialog, GpsRulesDialog)
    return dialog


def use_template(path: Path, template: Template) -> None:
    with Session.open(path) as session:
        (survey,) = session.file.surveys()
        session.apply(ChangeSet((changes.update("survey", survey.uuid, {"template": template_text(template)}),), "x"))


def with_area(path: Path, box: tuple[float, float, float, float], **values: str) -> None:
    with Session.open(path) as session:
        shape = shapely.to_wkb(shapely.box(*box), hex=True, byte_order=1)
        session.apply(ChangeSet((changes.insert("area", {GEOMETRY: shape, **values}),), "x"))


def type_position(desk: Desk, text: str) -> str:
    box = desk.window.form.position_box
    box.line.clear()
    desk.qtbot.keyClicks(box.line, text)
    return box.readout.notes.text()


def the_rest_is_quiet(desk: Desk) -> None:
    """A form that was typed into would ask when the window closes."""
    desk.window.form.load(None, {})


# --- rules -------------------------------------------------------------------------------------------


def test_the_gate_starts_with_what_the_settings_say(make_desk: Callable[[], Desk], settings: Settings) -> None:
    settings["gps.rules"] = {"max_accuracy_m": 25, "blocks": True}
    assert make_desk().window.gps.panel.gate == Gate(max_accuracy_m=25, blocks=True)


def test_a_setting_that_is_no_rule_is_said_and_asks_nothing(
    make_desk: Callable[[], Desk], settings: Settings, prompts: ScriptedPrompts
) -> None:
    settings["gps.rules"] = {"accuracy": 25}
    desk = make_desk()
    desk.qtbot.waitUntil(lambda: bool(prompts.said))
    assert "There is no position rule 'accuracy'" in prompts.said[0]
    assert desk.window.gps.panel.gate == Gate()


def test_rules_are_set_in_a_dialog_and_kept(desk: Desk, settings: Settings) -> None:
    dialog = ask_rules(desk)
    dialog.editor("max_accuracy_m").setText("5")
    dialog.editor("max_hdop").setText("2,5")
    dialog.editor("min_mode").setCurrentIndex(2)
    dialog.editor("blocks").setCurrentIndex(1)
    dialog.track_distance.setText("10")
    dialog.main_button.click()
    desk.settle()
    assert settings["gps.rules"] == {"max_accuracy_m": 5, "max_hdop": 2.5, "min_mode": 3, "blocks": True}
    assert settings["track.distance_m"] == 10
    assert desk.window.gps.panel.gate == Gate(max_accuracy_m=5, max_hdop=2.5, min_mode=3, blocks=True)


@pytest.mark.parametrize(
    ("rule", "text", "told"),
    [
        ("max_accuracy_m", "five", "“five” is no number"),
        ("max_hdop", "-1", "max_hdop takes a number above 0"),
        ("min_samples", "2.5", "min_samples takes a whole number"),
    ],
)
def test_what_is_no_rule_cannot_be_accepted(desk: Desk, rule: str, text: str, told: str) -> None:
    dialog = ask_rules(desk)
    dialog.editor(rule).setText(text)
    assert told in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    dialog.editor(rule).clear()
    assert dialog.main_button.isEnabled()
    dialog.reject()
    desk.gone(dialog)


def test_the_offices_rules_go_first_and_are_locked(desk: Desk, settings: Settings, survey_file: Path) -> None:
    use_template(survey_file, Template(name="Office", gate={"max_accuracy_m": 3, "max_age_s": 30, "blocks": True}))
    desk.open(survey_file)
    panel = desk.window.gps.panel
    assert panel.gate == Gate(max_accuracy_m=3, max_age_s=30, blocks=True)
    dialog = ask_rules(desk)
    assert not dialog.editor("max_accuracy_m").isEnabled()
    assert dialog.editor("max_hdop").isEnabled()
    dialog.editor("max_hdop").setText("4")
    dialog.main_button.click()
    desk.settle()
    assert panel.gate == Gate(max_accuracy_m=3, max_age_s=30, max_hdop=4, blocks=True)
    assert settings["gps.rules"] == {"max_accuracy_m": 10, "max_hdop": 4}
    desk.trigger("survey.close")
    assert panel.gate == Gate(max_accuracy_m=10, max_hdop=4)


def test_a_fix_that_the_office_still_allows_is_not_called_stale(desk: Desk, survey_file: Path) -> None:
    use_template(survey_file, Template(name="Office", gate={"max_age_s": 30}))
    desk.open(survey_file)
    panel, source = desk.window.gps.panel, PlayedSource()
    panel._make_source = lambda _text: source
    panel.connect_source("x")
    with desk.qtbot.waitSignal(panel.fixChanged):
        source.play(a_fix(received_monotonic=monotonic() - 20))
    assert panel.readout.badge.text == "Live"
    assert panel.use_button.isEnabled()
    panel.set_gate(Gate())
    assert panel.readout.badge.text.startswith("Stale")


def test_the_commands_do_what_the_buttons_do(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    panel, source = desk.window.gps.panel, PlayedSource()
    panel._make_source = lambda _text: source
    desk.trigger("gps.average")
    assert panel.reason.text() == "No GPS is connected."
    panel.set_source("gpsd://localhost:2947")
    desk.trigger("gps.connect")
    with desk.qtbot.waitSignal(panel.fixChanged):
        source.play(a_fix(received_monotonic=monotonic()))
    desk.trigger("gps.average")
    assert panel.average_button.isChecked()
    desk.trigger("gps.average")
    desk.trigger("gps.use")
    assert desk.window.form.position_box.facts()["position_source"] == "gps"
    desk.trigger("gps.connect")
    assert not panel.connected
    the_rest_is_quiet(desk)


def test_the_receiver_is_connected_at_the_start_if_one_wants_it(
    make_desk: Callable[[], Desk], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.update({"gps.source": "gpsd://localhost:2947", "gps.connect_at_start": True})
    asked: list[str] = []
    monkeypatch.setattr(PositionController, "_connect_again", lambda self: asked.append(self._settings["gps.source"]))
    desk = make_desk()
    desk.qtbot.waitUntil(lambda: asked == ["gpsd://localhost:2947"])


# --- what the survey has there -----------------------------------------------------------------------


def test_a_position_on_top_of_another_sighting_is_pointed_out_and_shown(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    notes = type_position(desk, "34.77252N 72.3608E")
    assert notes == "Another sighting is 2 m away: Emerald, Fizagat, 3 May 2026, 11:10."
    box = desk.window.form.position_box
    assert box.readout.show_button.isVisibleTo(box.readout)
    box.readout.show_button.click()
    assert desk.window.canvas.view.bounds[0] == pytest.approx(72.3608, abs=0.05)
    assert type_position(desk, "34.7729N 72.3608E") == ""
    assert not box.readout.show_button.isVisibleTo(box.readout)
    the_rest_is_quiet(desk)


def test_a_sighting_is_not_on_top_of_itself(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    uuid = desk.window.survey.roster.uuids[0]
    desk.window.survey.selection.set([uuid], "test")
    desk.settle()
    assert desk.window.form.uuid == uuid
    assert desk.window.form.position_box.readout.notes.text() == ""


def test_a_position_outside_the_surveys_areas_is_pointed_out(desk: Desk, survey_file: Path) -> None:
    with_area(survey_file, (72.30, 34.70, 72.40, 34.80), name="Licence 7", kind="licence")
    with_area(survey_file, (73.0, 34.0, 73.1, 34.1), name="Old pit", kind="worked")
    desk.open(survey_file)
    assert type_position(desk, "34.7500N 72.3500E") == ""
    told = type_position(desk, "34.8500N 72.3500E")
    assert told == "5.6 km outside the areas of this survey; the nearest is Licence 7."
    assert "outside the areas" in type_position(desk, "34.0500N 73.0500E")
    the_rest_is_quiet(desk)


def test_a_survey_without_areas_has_no_outside(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    assert type_position(desk, "34.8500N 72.3500E") == ""
    the_rest_is_quiet(desk)


def test_the_district_comes_from_the_offices_map_alone(desk: Desk, survey_file: Path, tmp_path: Path) -> None:
    square = [[72, 34], [73, 34], [73, 35], [72, 35], [72, 34]]
    feature = {"type": "Feature", "properties": {"DISTRICT": "Swat"},
               "geometry": {"type": "Polygon", "coordinates": [square]}}
    path = tmp_path / "districts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    desk.open(survey_file)
    type_position(desk, "34.8500N 72.3500E")
    box = desk.window.form.position_box
    assert "district" not in box.place
    assert box.readout.place.text() == "Khyber Pakhtunkhwa · sheet 43 B/5 · 8 km from Mingora (Swat)"
    dialog = ask_rules(desk)
    dialog.boundaries.set_path(survey_file)
    assert "no polygons that say" in dialog.trouble.text()
    dialog.boundaries.set_path(path)
    assert not dialog.trouble.text()
    dialog.boundary_accuracy.setText("-1")
    assert "0 or more" in dialog.trouble.text()
    dialog.boundary_accuracy.setText("50")
    assert "1 district; good to 50 m" in dialog.boundary_words.text()
    dialog.main_button.click()
    desk.settle()
    assert box.place["district"] == "Swat"
    assert box.readout.place.text().startswith("Khyber Pakhtunkhwa · Swat · sheet")
    assert desk.window.form.body.editor("district").raw() == ""
    the_rest_is_quiet(desk)


def office_map(folder: Path) -> Path:
    features = [
        {"type": "Feature", "properties": {"kind": kind, "name": name, "name_ur": "سوات"}, "geometry": {
            "type": "Polygon", "coordinates": [[[w, 34], [e, 34], [e, 35], [w, 35], [w, 34]]]}}
        for kind, name, w, e in (("district", "Swat", 72, 72.4), ("district", "Shangla", 72.4, 73),
                                 ("protected", "Park", 72.395, 72.5))
    ]  # fmt: skip
    path = folder / "office.geojson"
    content = {"type": "FeatureCollection", "name": "Office", "version": "2026-03", "accuracy_m": 200}
    path.write_text(json.dumps({**content, "features": features}), "utf-8")
    return path


def test_the_card_says_how_sure_a_place_is_and_what_it_lies_in(
    make_desk: Callable[[], Desk], settings: Settings, survey_file: Path, tmp_path: Path
) -> None:
    settings["files.boundaries"] = str(office_map(tmp_path))
    with_area(survey_file, (72.30, 34.80, 72.45, 34.90), name="Licence 7", kind="licence")
    with_area(survey_file, (72.35, 34.80, 72.45, 34.90), name="Licence 8", kind="licence")
    desk = make_desk()
    desk.open(survey_file)
    box = desk.window.form.position_box
    desk.qtbot.waitUntil(lambda: in_use().label == "Office 2026-03")
    notes = type_position(desk, "34.8500N 72.3990E")
    assert box.place["district"] == "Swat"
    assert box.readout.doubt.text() == (
        "Swat, or Shangla (boundary 91 m away, position of unknown accuracy, boundary ±200 m)"
    )
    assert notes == "Here licences overlap: Licence 7 and Licence 8. It lies in the protected area Park."
    assert type_position(desk, "34.8500N 72.3250E") == ""
    assert not box.readout.doubt.isVisibleTo(box.readout)
    the_rest_is_quiet(desk)


def test_places_are_worked_out_again_by_asking(
    desk: Desk, settings: Settings, survey_file: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    dialog = ask_rules(desk)
    dialog.boundaries.set_path(office_map(tmp_path))
    assert dialog.boundary_words.text() == (
        "Office 2026-03: 2 districts, 1 protected area; good to 200 m"
    )
    dialog.show_boundaries.setChecked(True)
    dialog.main_button.click()
    desk.settle()
    assert settings["files.boundaries"] == str(tmp_path / "office.geojson")
    layers = desk.window.findChild(LayersController)
    desk.qtbot.waitUntil(lambda: [layer.path.name for layer in layers.layers] == ["office.geojson"])
    before = [roster_value(desk, uuid, "district") for uuid in desk.window.survey.roster.uuids]
    prompts.will_answer("again")
    desk.trigger("places.again")
    desk.qtbot.waitUntil(lambda: "by Office 2026-03" in "".join(prompts.said))
    desk.settle()
    after = [roster_value(desk, uuid, "district") for uuid in desk.window.survey.roster.uuids]
    assert after != before
    assert {"Swat", "Shangla"} & set(after)
    desk.trigger("edit.undo")
    desk.settle()
    assert [roster_value(desk, uuid, "district") for uuid in desk.window.survey.roster.uuids] == before


def roster_value(desk: Desk, uuid: str, name: str) -> object:
    return desk.window.survey.roster.value(uuid, name)


def test_rules_that_no_editor_shows_are_kept(qtbot: object, prompts: ScriptedPrompts) -> None:
    del qtbot
    dialog = GpsRulesDialog(PositionChoices({"max_accuracy_m": 7}), {"max_accuracy_m": 3}, prompts)
    assert dialog.choices().rules == {"max_accuracy_m": 7}
    dialog.deleteLater()
