"""What the form does inside the window: absence in one press, its actions, and drafts that wait for each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.ui.forms import draft
from surveyapp.ui.forms.draft import DraftStore
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
GPS = {
    "longitude": 72.40, "latitude": 34.80, "position_source": "gps", "accuracy_m": 3.0, "fix_quality": "autonomous",
    "position_text": "receiver gpsd://localhost:2947", "position_crs": "EPSG:4326",
}


@pytest.fixture
def pinned(settings: Settings) -> None:
    settings.update({"form.sticky": {"gem": "emerald", "expression": "vein"}, "form.pinned": ["gem", "expression"]})


def with_gps(desk: Desk) -> None:
    desk.window.form.set_gps_ready(True)
    desk.window.form.gpsRequested.connect(lambda: desk.window.form.use_gps_position(GPS))


def first(desk: Desk) -> str:
    uuid = desk.window.survey.roster.uuids[0]
    desk.window.survey.selection.set([uuid], "test")
    desk.settle()
    return uuid


def test_an_absence_is_a_new_sighting_saved_by_one_press(pinned: None, desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    with_gps(desk)
    there = first(desk)
    before = set(desk.window.survey.roster.uuids)
    desk.qtbot.mouseClick(desk.window.form.footer.absent_button, LEFT)
    desk.settle()
    new = set(desk.window.survey.roster.uuids) - before
    assert len(new) == 1
    uuid = new.pop()
    roster = desk.window.survey.roster
    assert roster.value(there, "presence") == "present", "what was on show stays as it was"
    assert (roster.value(uuid, "presence"), roster.value(uuid, "gem")) == ("absent", "emerald")
    assert roster.position(uuid) == pytest.approx((72.40, 34.80))
    assert roster.value(uuid, "expression") is None
    assert roster.value(uuid, "observer") == "Zarmina"
    assert not desk.window.form.dirty
    desk.trigger("sighting.absent")
    assert len(roster.uuids) == len(before) + 2, "the next press is the next absence"
    desk.trigger("edit.undo")
    desk.trigger("edit.undo")
    assert set(roster.uuids) == before


def test_an_absence_that_lacks_something_goes_there_and_saves_nothing(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    first(desk)
    count = len(desk.window.survey.roster)
    desk.trigger("sighting.absent")
    form = desk.window.form
    assert form.record is None
    assert form.values()["presence"] == "absent"
    desk.qtbot.waitUntil(form.position_box.line.hasFocus)
    desk.qtbot.keyClicks(form.position_box.line, "34.80N 72.40E")
    desk.trigger("sighting.absent")
    desk.qtbot.waitUntil(form.body.editor("gem").input().hasFocus)
    assert len(desk.window.survey.roster) == count
    desk.qtbot.mouseClick(form.body.editor("gem").buttons["ruby"], LEFT)  # type: ignore[attr-defined]
    desk.trigger("sighting.absent")
    assert len(desk.window.survey.roster) == count + 1, "what was half filled became the absence"
    assert form.record is not None
    assert form.record.get("position_source") == "typed"


def test_an_absence_asks_before_it_leaves_what_is_unsaved(
    pinned: None, desk: Desk, survey_file: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    with_gps(desk)
    there = first(desk)
    desk.window.form.body.editor("locality").set_raw("Elsewhere")
    desk.window.form.body.edited.emit("locality")
    prompts.will_answer(None)
    desk.trigger("sighting.absent")
    assert desk.window.form.record is not None
    assert desk.window.form.record.uuid == there
    assert desk.window.form.values()["presence"] == "present"


def test_the_forms_actions_do_what_its_buttons_do(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    window, form = desk.window, desk.window.form
    desk.trigger("sighting.new")
    desk.trigger("form.save")
    desk.qtbot.waitUntil(form.position_box.line.hasFocus)
    desk.qtbot.keyClicks(form.position_box.line, "34.80N 72.40E")
    desk.trigger("form.missing")
    desk.qtbot.waitUntil(form.body.editor("gem").input().hasFocus)
    desk.trigger("form.pin")
    assert window.settings["form.pinned"] == ["gem"]
    desk.qtbot.mouseClick(form.body.editor("gem").buttons["ruby"], LEFT)  # type: ignore[attr-defined]
    window.activateWindow()
    notes = form.body.editor("notes").input()
    notes.setFocus()
    desk.qtbot.waitUntil(notes.hasFocus)
    desk.qtbot.keyClick(notes, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert len(window.survey.roster) == 4
    form.body.editor("locality").set_raw("x")
    form.body.edited.emit("locality")
    desk.trigger("form.cancel")
    desk.qtbot.mouseClick(form.footer.discard_button, LEFT)
    assert not form.dirty
    assert form.values()["locality"] is None


def test_drafts_are_offered_one_after_the_other(
    desk: Desk, survey_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session.open(survey_file) as session:
        holds = [survey.uuid for survey in session.file.surveys()]
    store = DraftStore(tmp_path / "drafts")
    moved = tmp_path / "before.gpkg"
    for number, path in enumerate((survey_file, moved, survey_file), 1):
        content = {"fields": {"locality": f"Place {number}"}, "position": {}}
        monkeypatch.setattr(draft, "utc_text", lambda number=number: f"2026-11-24T04:3{number}:00.000Z")
        store.save(path, f"u-{number}", content, new=True, caption=f"Place {number}", holds=holds)
    desk.open(survey_file)
    banner, form = desk.window.form.draft_banner, desk.window.form
    assert banner.draft is not None
    assert banner.draft.record == "u-3"
    assert "2 more wait" in banner._words.text()
    desk.qtbot.mouseClick(banner.discard_button, LEFT)
    desk.settle()
    assert banner.isVisible()
    assert banner.draft is not None
    assert banner.draft.record == "u-2", "the one that was begun before the file was moved"
    desk.qtbot.mouseClick(banner.continue_button, LEFT)
    assert form.values()["locality"] == "Place 2"
    assert not banner.isVisible(), "the last one waits until this one is done"
    desk.qtbot.keyClicks(form.position_box.line, "34.80N 72.40E")
    desk.trigger("form.save")
    desk.qtbot.waitUntil(banner.isVisible)
    assert banner.draft is not None
    assert banner.draft.record == "u-1"
    assert "more" not in banner._words.text()
    desk.qtbot.mouseClick(banner.discard_button, LEFT)
    desk.settle()
    assert store.drafts(survey_file, holds) == []
