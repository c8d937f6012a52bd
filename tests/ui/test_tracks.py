"""Recording a track in the window, with a receiver that the test plays."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from surveyapp.positioning.fix import Fix, monotonic
from surveyapp.positioning.nmea_write import nmea_sentences
from surveyapp.positioning.track_log import TrackLog
from surveyapp.services import tracks
from surveyapp.services.session import Session
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.ui.track_controller import TrackController
from tests.ui.conftest import Desk
from tests.ui.test_forms_gps import PlayedSource, a_fix


class Walk:
    """A window whose receiver is walked eastwards, step by step of some 90 m."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.source, self.number = desk, PlayedSource(), 0
        self.panel = desk.window.gps.panel
        self.panel._make_source = lambda _text: self.source
        (self.controller,) = (part for part in desk.window.parts if isinstance(part, TrackController))
        self.recorder, self.strip = self.controller.recorder, self.controller.strip
        self.recorder.min_interval_s = 0.0  # the test plays fixes faster than a receiver gives them

    def connect(self) -> None:
        self.source = PlayedSource()
        self.panel.connect_source("serial:COM4@9600")

    def hear(self, fix: Fix) -> None:
        with self.desk.qtbot.waitSignal(self.panel.fixChanged):
            self.source.play(fix)

    def step(self, count: int = 1) -> None:
        for _step in range(count):
            self.number += 1
            fix = a_fix(
                longitude=72.36 + self.number * 0.001,
                latitude=34.77,
                time_utc=a_fix().time_utc + timedelta(seconds=10 * self.number),
                received_monotonic=monotonic(),
            )
            with self.desk.qtbot.waitSignal(self.recorder.wrote):
                self.source.play(fix)

    def points(self) -> list[int]:
        return [len(part) for part in self.recorder.segments]

    def logs(self) -> list[Path]:
        return sorted(self.controller.folder.glob("*.track"))


@pytest.fixture
def walk(desk: Desk, survey_file: Path) -> Walk:
    desk.open(survey_file)
    made = Walk(desk)
    made.connect()
    return made


def test_a_walk_is_recorded_paused_resumed_and_put_into_the_survey(walk: Walk, survey_file: Path) -> None:
    desk = walk.desk
    desk.trigger("track.record")
    assert desk.window.desk.side.currentWidget() is walk.panel
    walk.step(3)
    assert walk.strip.words.text() == "Recording the track: 183 m, 3 points"
    assert "Track 183 m" in desk.window.gps_label.text()
    desk.trigger("track.record")
    assert walk.strip.words.text().startswith("Track paused")
    assert walk.strip.record_button.text() == "Resume"
    walk.hear(a_fix(longitude=72.5, latitude=34.8, received_monotonic=monotonic()))
    desk.trigger("track.record")
    walk.step(2)
    assert walk.points() == [3, 2]
    desk.trigger("track.finish")
    assert not walk.recorder.recording
    assert walk.logs() == []
    with Session.open(survey_file, read_only=True) as session:
        found = list(session.file.records("track"))
    assert sorted(len(json.loads(str(track.get("points")))) for track in found) == [2, 3]
    assert {track.get("observer") for track in found} == {"Zarmina"}
    assert desk.window.canvas.scene.outlines
    assert len([one for one in desk.window.canvas.scene.outlines if one.kind == "track"]) == 2
    desk.trigger("edit.undo")
    assert [one for one in desk.window.canvas.scene.outlines if one.kind == "track"] == []


def test_the_way_walked_so_far_is_on_the_map(walk: Walk) -> None:
    walk.desk.trigger("track.record")
    walk.step(1)
    assert not walk.desk.window.canvas.scene.outlines
    walk.step(1)
    (line,) = walk.desk.window.canvas.scene.outlines
    assert line.path.elementCount() == 2
    walk.desk.window.survey.reload()
    walk.desk.settle()
    assert len(walk.desk.window.canvas.scene.outlines) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source": "replay:walk.nmea"}, "recorded log are no walk"),
        ({"quality": "simulated"}, "simulated or typed in"),
        ({"quality": "none", "longitude": None, "latitude": None}, "Waiting for a fix"),
        ({"received_monotonic": 0.0}, "Waiting for a fix"),
    ],
)
def test_what_no_receiver_measured_now_is_not_written(walk: Walk, changes: dict[str, object], told: str) -> None:
    walk.desk.trigger("track.record")
    walk.hear(replace(a_fix(received_monotonic=monotonic()), **changes))  # type: ignore[arg-type]
    assert told in walk.strip.words.text()
    walk.step()
    assert told not in walk.strip.words.text()
    assert walk.points() == [1]


def test_a_receiver_that_was_away_begins_another_part(walk: Walk) -> None:
    walk.desk.trigger("track.record")
    walk.step(2)
    walk.panel.disconnect_source()
    assert "connect a receiver" in walk.strip.words.text()
    walk.connect()
    walk.step(2)
    assert walk.points() == [2, 2]


def test_a_walk_that_was_not_finished_is_offered_again_and_kept(
    make_desk: Callable[[], Desk], survey_file: Path, tmp_path: Path
) -> None:
    log = _left_behind(survey_file, tmp_path)
    desk = make_desk()
    desk.open(survey_file)
    walk = Walk(desk)
    assert walk.strip.words.text().endswith("was not finished (20 s, 183 m, 3 points).")
    assert desk.window.desk.side.currentWidget() is walk.panel
    walk.strip.keep_button.click()
    desk.settle()
    assert not log.exists()
    assert walk.strip.record_button.isVisibleTo(walk.strip)
    with Session.open(survey_file, read_only=True) as session:
        assert session.file.count("track") == 1


def test_a_walk_that_was_not_finished_goes_on(
    make_desk: Callable[[], Desk], survey_file: Path, tmp_path: Path
) -> None:
    log = _left_behind(survey_file, tmp_path)
    desk = make_desk()
    desk.open(survey_file)
    walk = Walk(desk)
    walk.connect()
    walk.strip.continue_button.click()
    assert walk.recorder.path == log
    walk.step(2)
    assert walk.points() == [3, 2]
    desk.trigger("track.finish")
    with Session.open(survey_file, read_only=True) as session:
        assert session.file.count("track") == 2


def test_a_walk_is_thrown_away_only_after_a_question(
    make_desk: Callable[[], Desk], survey_file: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    log = _left_behind(survey_file, tmp_path)
    desk = make_desk()
    desk.open(survey_file)
    walk = Walk(desk)
    prompts.will_answer(None)
    walk.strip.drop_button.click()
    desk.settle()
    assert log.exists()
    prompts.will_answer("drop")
    walk.strip.drop_button.click()
    desk.settle()
    assert not log.exists()
    assert walk.strip.record_button.isVisibleTo(walk.strip)


def test_closing_the_survey_keeps_the_walk_for_the_next_time(walk: Walk, survey_file: Path, tmp_path: Path) -> None:
    desk = walk.desk
    desk.trigger("track.record")
    walk.step(3)
    desk.trigger("survey.close")
    assert not walk.recorder.recording
    assert desk.window.canvas.scene.outlines == []
    moved = tmp_path / "moved.gpkg"
    survey_file.rename(moved)
    desk.open(moved)
    assert "was not finished" in walk.strip.words.text()


def test_a_walk_of_one_point_is_no_track(walk: Walk, prompts: ScriptedPrompts) -> None:
    walk.desk.trigger("track.record")
    walk.step()
    prompts.will_answer(None)
    walk.desk.trigger("track.finish")
    assert walk.recorder.recording
    prompts.will_answer("drop")
    walk.desk.trigger("track.finish")
    assert walk.logs() == []


def test_a_log_that_cannot_be_made_is_said_in_a_sentence(walk: Walk, prompts: ScriptedPrompts) -> None:
    walk.controller.folder.parent.mkdir(parents=True, exist_ok=True)
    walk.controller.folder.touch()
    walk.desk.trigger("track.record")
    assert not walk.recorder.recording
    assert "no track can be recorded" in prompts.said[-1]


WINDOW = """
import sys
from pathlib import Path
from surveyapp.settings import Settings
from surveyapp.ui.application import make_application

application = make_application()
from surveyapp.ui.main_window import MainWindow
from surveyapp.ui.track_controller import TrackController

survey, drafts, port = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
window = MainWindow(Settings(None), drafts)
(tracks,) = (part for part in window.parts if isinstance(part, TrackController))
tracks.recorder.min_interval_s = 0.0
tracks.recorder.wrote.connect(lambda: print(tracks.recorder.facts.points, flush=True))

def begin():
    tracks.record()
    window.gps.panel.connect_source(f"tcp://127.0.0.1:{port}")

window.survey.opened.connect(lambda: window.survey.ask(lambda session: None, lambda _none: begin()))
window.survey.open(survey)
application.exec()
"""


@pytest.mark.skipif(os.name != "posix", reason="only on a system where a process can be killed so")
def test_a_window_that_is_killed_on_the_way_loses_no_point_that_it_showed(
    make_desk: Callable[[], Desk], survey_file: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        walker = threading.Thread(target=_walk_on, args=(server,), name="a receiver that walks")
        walker.start()
        command = [sys.executable, "-c", WINDOW, str(survey_file), str(tmp_path / "drafts")]
        with subprocess.Popen(
            [*command, str(server.getsockname()[1])],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            cwd=Path(__file__).parents[2],
        ) as window:
            assert window.stdout is not None
            shown = [int(window.stdout.readline()) for _point in range(5)]
            window.send_signal(signal.SIGKILL)
            shown += map(int, window.stdout.read().split())
        walker.join()
    desk = make_desk()
    desk.open(survey_file)
    walk = Walk(desk)
    assert "was not finished" in walk.strip.words.text()
    walk.strip.keep_button.click()
    desk.settle()
    with Session.open(survey_file, read_only=True) as session:
        (track,) = session.file.records("track")
    assert len(json.loads(str(track.get("points")))) >= shown[-1]


def _walk_on(server: socket.socket) -> None:
    """Sends NMEA of somebody who walks eastwards, until nobody listens any more."""
    connection, _address = server.accept()
    with connection:
        for number in range(100_000):
            moment = a_fix().time_utc + timedelta(seconds=number)
            fix = a_fix(longitude=72.36 + number * 0.001, latitude=34.77, time_utc=moment, satellites=())
            try:
                connection.sendall(nmea_sentences([fix]).encode())
            except OSError:
                return
            threading.Event().wait(0.02)


def _left_behind(survey_file: Path, tmp_path: Path) -> Path:
    """The log of a walk of three points, as a crash leaves it."""
    with Session.open(survey_file, read_only=True) as session:
        (key,) = tracks.survey_keys(session)
    path = tracks.new_log_path(tmp_path / "drafts" / "tracks", key)
    with TrackLog(path) as log:
        for number in range(3):
            log.add(
                a_fix(
                    longitude=72.36 + number * 0.001,
                    latitude=34.77,
                    time_utc=a_fix().time_utc + timedelta(seconds=10 * number),
                )
            )
    return path
