"""The guided first survey, done as a beginner does it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from surveyapp.services import demo
from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.ui.dialogs.new_survey import NewSurveyDialog
from surveyapp.ui.dialogs.preview_choice import PreviewChoiceDialog
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.ui.tour.overlay import place_beside
from surveyapp.ui.tour.steps import PLACE, Seen, steps
from surveyapp.ui.tour.tour import TourController
from tests.ui.conftest import Desk


class Pupil:
    """Somebody who does what the card says."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.qtbot = desk, desk.qtbot
        (self.tour,) = (part for part in desk.window.parts if isinstance(part, TourController))
        self.tour._praise.setInterval(1)
        self.tour._timer.setInterval(20)

    @property
    def step(self) -> str:
        return self.tour.step.name if self.tour.step is not None else ""

    def begin(self) -> None:
        self.desk.trigger("app.tour")
        assert self.step == "select"

    def come_to(self, step: str) -> None:
        self.qtbot.waitUntil(lambda: self.step == step)
        self.desk.settle()

    def skip_to(self, step: str) -> None:
        while self.step != step:
            assert self.tour.overlay is not None
            self.tour.overlay.card.skip_button.click()
        self.desk.settle()


@pytest.fixture
def pupil(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pupil:
    folder = tmp_path / "samples"
    folder.mkdir()
    monkeypatch.setattr(demo, "_own_folder", lambda: folder)
    return Pupil(desk)


def test_ten_steps_lead_from_looking_to_handing_on(pupil: Pupil, settings: Settings) -> None:
    window, qtbot = pupil.desk.window, pupil.qtbot
    assert window.start.findChild(QPushButton, "start_app.tour") is not None
    pupil.begin()
    overlay = pupil.tour.overlay
    assert overlay is not None
    assert overlay.isVisible()
    assert overlay.card.count.text() == "Step 1 of 10"
    sightings = len(window.survey.roster)
    window.table.step(1)
    pupil.come_to("map")
    window.canvas.zoom_by(1.5)
    pupil.come_to("new")
    pupil.desk.trigger("sighting.new")
    pupil.come_to("gem")
    chooser = QApplication.focusWidget()
    assert chooser is not None
    qtbot.keyClicks(chooser, "zamurrud")
    qtbot.keyClick(chooser, Qt.Key.Key_Return)
    pupil.come_to("place")
    qtbot.keyClicks(window.form.position_box.line, PLACE)
    assert window.form.position_box.readout.notes.text() == ""
    pupil.come_to("host")
    window.form.body.editor("host_rock").set_value("schist")
    pupil.come_to("save")
    assert window.form.try_save()
    pupil.come_to("find")
    assert len(window.survey.roster) == sightings + 1
    qtbot.keyClicks(window.table.search, "emerald")
    pupil.come_to("check")
    assert window.table.search.text() == ""
    pupil.desk.trigger("survey.check")
    pupil.come_to("preview")
    assert settings["tour.done"] is False
    pupil.desk.trigger("survey.preview")
    dialog = window.findChild(PreviewChoiceDialog)
    assert isinstance(dialog, PreviewChoiceDialog)
    qtbot.wait(100)
    assert pupil.step == "preview"  # the dialog is finished first
    dialog.reject()
    qtbot.waitUntil(lambda: pupil.step == "")
    assert settings["tour.done"] is True
    assert overlay.card.title.text() == "You can survey now"
    overlay.card.main_button.click()
    assert pupil.tour.overlay is None
    new = window.findChild(NewSurveyDialog)
    assert isinstance(new, NewSurveyDialog)
    new.reject()


def test_each_step_points_at_something_in_view(pupil: Pupil) -> None:
    pupil.begin()
    overlay = pupil.tour.overlay
    assert overlay is not None
    for step in steps():
        pupil.skip_to(step.name)
        overlay.follow()
        assert not overlay.hole.isEmpty(), step.name
        card = overlay.card.geometry()
        assert pupil.desk.window.rect().contains(card), step.name
        if step.name != "map":
            assert not card.intersects(overlay.hole), step.name


def test_it_is_left_at_any_time_and_what_was_saved_stays(pupil: Pupil, settings: Settings) -> None:
    pupil.begin()
    path = pupil.desk.window.survey.path
    assert path is not None
    pupil.skip_to("save")
    pupil.desk.trigger("app.tour")
    assert pupil.tour.overlay is None
    assert pupil.desk.window.survey.path == path
    assert settings["tour.done"] is False
    pupil.desk.trigger("app.tour")
    assert pupil.step == "select"
    pupil.desk.trigger("survey.close")
    assert pupil.tour.overlay is None
    with Session.open(path, read_only=True) as session:
        assert session.file.count("sighting") > 0


def test_another_survey_ends_it(pupil: Pupil, survey_file: Path) -> None:
    pupil.begin()
    pupil.desk.open(survey_file)
    assert pupil.tour.overlay is None


def test_an_unsaved_form_is_asked_about_first(pupil: Pupil, survey_file: Path, prompts: ScriptedPrompts) -> None:
    pupil.desk.open(survey_file)
    pupil.qtbot.keyClicks(pupil.desk.window.form.position_box.line, PLACE)
    prompts.will_answer(None)
    pupil.desk.trigger("app.tour")
    assert pupil.tour.overlay is None
    assert pupil.desk.window.survey.path == survey_file
    pupil.desk.window.form.load(None, {})


def test_the_overlay_lets_the_mouse_through_and_follows_the_window(pupil: Pupil) -> None:
    pupil.begin()
    overlay, window = pupil.tour.overlay, pupil.desk.window
    assert overlay is not None
    table = window.table.view.viewport()
    assert window.childAt(table.mapTo(window, QPoint(30, 20))) is table
    window.resize(1100, 700)
    assert overlay.geometry() == window.rect()


def test_nothing_done_is_no_step_done() -> None:
    for step in steps():
        same = Seen(record="x", gem="ruby", host="schist", searched="a", checked=True)
        if step.name not in ("new", "place", "preview"):
            assert not step.done(same, same), step.name


@pytest.mark.parametrize(
    "hole",
    [
        QRect(0, 80, 400, 620), QRect(900, 100, 440, 600), QRect(300, 40, 80, 40), QRect(600, 600, 300, 90),
        QRect(0, 0, 1366, 740), QRect(),
    ],
)  # fmt: skip
def test_the_card_stays_in_the_window(hole: QRect) -> None:
    room, card = QRect(0, 0, 1366, 740), QSize(360, 160)
    place = QRect(place_beside(hole, card, room), card)
    assert room.contains(place)
    if hole.width() < 1000:
        assert not place.intersects(hole)
