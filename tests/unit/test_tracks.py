"""From a track log to the survey: nothing that was measured is lost, and nothing is there twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.fields import GEOMETRY
from surveyapp.errors import BadFile, Refused
from surveyapp.positioning.fix import Fix
from surveyapp.positioning.track_log import TrackLog, TrackPoint
from surveyapp.services import tracks
from surveyapp.services.checking import check
from surveyapp.services.recording import new_survey
from surveyapp.services.session import Session

START = datetime(2026, 5, 1, 6, tzinfo=UTC)
FIX = Fix(
    source="serial:COM4@9600",
    quality="autonomous",
    longitude=72.36,
    latitude=34.77,
    elevation_m=984.2,
    time_utc=START,
    accuracy_m=3.0,
    accuracy_source="gst",
    received_monotonic=1.0,
)


def step(number: int) -> Fix:
    """A point some 91 m east of the one before, ten seconds after it."""
    return replace(FIX, longitude=72.36 + number * 0.001, time_utc=START + timedelta(seconds=10 * number))


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    path = tmp_path / "swat.gpkg"
    new_survey(path, "Swat", team="Team 1", surveyor="Zarmina").close()
    return path


def walked(folder: Path, key: str, parts: tuple[int, ...] = (3, 2)) -> Path:
    """A log with so many points in each part."""
    path = tracks.new_log_path(folder, key, START)
    number = 0
    with TrackLog(path) as log:
        for place, count in enumerate(parts):
            if place:
                log.pause()
                log.resume()
            for _point in range(count):
                log.add(step(number))
                number += 1
    return path


def test_each_part_of_a_walk_becomes_a_track_with_all_that_was_measured(survey: Path, tmp_path: Path) -> None:
    with Session.open(survey, author="Zarmina") as session:
        log = walked(tmp_path / "tracks", tracks.survey_keys(session)[0])
        uuids = tracks.take_in(session, log, "Ridge")
        first, second = (session.file.get("track", uuid) for uuid in uuids)
        assert first is not None
        assert second is not None
        assert (first.get("name"), second.get("name")) == ("Ridge (1/2)", "Ridge (2/2)")
        assert first.get("observer") == "Zarmina"
        assert first.get("survey_uuid") == session.survey_uuid
        assert (first.get("started_at"), first.get("finished_at")) == (
            "2026-05-01T06:00:00.000Z", "2026-05-01T06:00:20.000Z",
        )
        line = shapely.from_wkb(first.get(GEOMETRY))
        assert list(line.coords) == [(72.36, 34.77), (72.361, 34.77), (72.362, 34.77)]
        assert json.loads(str(first.get("points"))) == [
            [0.0, 72.36, 34.77, 984.2, 3.0], [10.0, 72.361, 34.77, 984.2, 3.0], [20.0, 72.362, 34.77, 984.2, 3.0],
        ]
        assert not [issue for issue in check(session.file).issues if issue.layer == "track"]
        assert session.undo_label == "Add track"
    assert not log.exists()


def test_a_walk_that_was_saved_and_not_yet_removed_is_not_there_twice(survey: Path, tmp_path: Path) -> None:
    with Session.open(survey) as session:
        log = walked(tmp_path, tracks.survey_keys(session)[0])
        content = log.read_bytes()
        first = tracks.take_in(session, log, "Ridge")
        log.write_bytes(content)  # as if the program had ended before it was removed
        assert tracks.take_in(session, log, "Ridge") == first
        assert session.file.count("track") == 2
        assert not log.exists()


def test_undo_takes_the_walk_back_and_redo_brings_it_again(survey: Path, tmp_path: Path) -> None:
    with Session.open(survey) as session:
        tracks.take_in(session, walked(tmp_path, "x"), "Ridge")
        session.undo()
        assert session.file.count("track") == 0
        session.redo()
        assert session.file.count("track") == 2


def test_a_point_is_no_line(survey: Path, tmp_path: Path) -> None:
    with Session.open(survey) as session:
        log = walked(tmp_path, "x", (1,))
        with pytest.raises(Refused, match="fewer than two points"):
            tracks.take_in(session, log, "Ridge")
        assert log.exists()
        lone = walked(tmp_path, "x", (2, 1))
        assert len(tracks.take_in(session, lone, "Ridge")) == 1


# --- logs that were not finished ---------------------------------------------------------------------


def test_only_this_surveys_walks_are_offered_the_oldest_first(tmp_path: Path) -> None:
    later = tracks.new_log_path(tmp_path, "mine", START + timedelta(days=1))
    with TrackLog(later) as log:
        log.add(step(0))
    earlier = walked(tmp_path, "mine")
    walked(tmp_path, "theirs")
    found = tracks.unfinished(tmp_path, ["mine", "other"])
    assert [one.path for one in found] == [earlier, later]
    assert found[0].begun == START
    facts = found[0].facts
    assert (facts.points, facts.parts, facts.walked_s) == (5, 2, 30.0)
    assert facts.length_m == pytest.approx(3 * 91.5, rel=0.01)


def test_an_empty_log_is_removed_a_damaged_one_stays_and_a_missing_folder_has_none(tmp_path: Path) -> None:
    empty = tracks.new_log_path(tmp_path, "mine")
    TrackLog(empty).close()
    damaged = tmp_path / "mine_20260501T060000Z_abcd.track"
    damaged.write_bytes(b"\x00\x01 no track at all\n")
    assert tracks.unfinished(tmp_path, ["mine"]) == []
    assert not empty.exists()
    assert damaged.exists()
    assert tracks.unfinished(tmp_path / "none", ["mine"]) == []


def test_a_walk_that_is_being_recorded_elsewhere_is_let_alone(tmp_path: Path) -> None:
    path = tracks.new_log_path(tmp_path, "mine")
    with TrackLog(path) as log:
        log.add(step(0))
        assert tracks.unfinished(tmp_path, ["mine"]) == []
        with pytest.raises(Refused, match="another window"):
            tracks.forget(path)
        with pytest.raises(Refused, match="another window"):
            TrackLog(path)
        log.add(step(1))
    assert tracks.unfinished(tmp_path, ["mine"])[0].facts.points == 2


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(BadFile, match=r"cannot be made .* no track can be recorded"):
        tracks.new_log_path(file / "tracks", "mine")


@pytest.mark.skipif(os.name != "posix", reason="only on a system where a process can be killed so")
def test_a_killed_recorder_leaves_its_walk_to_be_offered(tmp_path: Path) -> None:
    script = (
        "import sys; from tests.unit.test_tracks import TrackLog, step, tracks; from pathlib import Path\n"
        "log = TrackLog(tracks.new_log_path(Path(sys.argv[1]), 'mine'))\n"
        "for number in range(100000): log.add(step(number)); print(number, flush=True)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
    ) as walker:
        assert walker.stdout is not None
        acknowledged = [int(walker.stdout.readline()) for _line in range(5)][-1]
        walker.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, walker.stdout.read().split())])
    (found,) = tracks.unfinished(tmp_path, ["mine"])
    assert found.facts.points >= acknowledged + 1


# --- texts -------------------------------------------------------------------------------------------

_DEGREES = st.floats(-80, 80, allow_nan=False).filter(lambda value: value != 0)
_MAYBE = st.none() | st.floats(-1e4, 1e4, allow_nan=False)


@given(st.lists(st.tuples(_DEGREES, _DEGREES, _MAYBE, _MAYBE), min_size=2, max_size=20))
def test_line_and_points_hold_what_was_measured(measured: list[tuple[float, float, float, float]]) -> None:
    segment = [TrackPoint(lon, lat, height, None, accuracy) for lon, lat, height, accuracy in measured]
    line = shapely.from_wkb(tracks.line_hex(segment))
    assert list(line.coords) == [(lon, lat) for lon, lat, _height, _accuracy in measured]
    assert tracks.line_hex(segment) == shapely.to_wkb(line, hex=True, byte_order=1)
    assert json.loads(tracks.points_text(segment)) == [[None, *told] for told in measured]
