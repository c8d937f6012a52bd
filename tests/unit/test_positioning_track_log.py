"""Track logs survive being cut off anywhere."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.errors import BadFile, Refused
from surveyapp.positioning.fix import Fix
from surveyapp.positioning.track_log import TrackLog, TrackPoint, read_track

FIX = Fix(
    source="serial:/dev/ttyUSB0@9600",
    quality="autonomous",
    longitude=72.36,
    latitude=34.77,
    elevation_m=984.2,
    time_utc=datetime(2026, 5, 1, 12, tzinfo=UTC),
    accuracy_m=3.0,
    accuracy_source="gst",
    received_monotonic=1.0,
)


def at(longitude: float) -> Fix:
    return replace(FIX, longitude=longitude)


def longitudes(path: Path) -> list[list[float]]:
    return [[point.longitude for point in segment] for segment in read_track(path)]


def test_points_pauses_and_reopening_make_segments(tmp_path: Path) -> None:
    path = tmp_path / "walk.track"
    with TrackLog(path) as track:
        assert track.add(at(72.1))
        assert track.add(at(72.2))
        track.pause()
        assert track.paused
        assert not track.add(at(72.3))
        track.resume()
        assert track.add(at(72.4))
    with TrackLog(path) as track:
        assert track.add(at(72.5))
        assert track.segments() == read_track(path)
    assert longitudes(path) == [[72.1, 72.2], [72.4], [72.5]]


def test_a_point_keeps_its_facts(tmp_path: Path) -> None:
    with TrackLog(tmp_path / "walk.track") as track:
        track.add(FIX)
        assert track.segments() == [
            [
                TrackPoint(
                    72.36,
                    34.77,
                    984.2,
                    "2026-05-01T12:00:00.000Z",
                    3.0,
                    "autonomous",
                    "serial:/dev/ttyUSB0@9600",
                )
            ]
        ]


def test_rest_and_haste_are_skipped(tmp_path: Path) -> None:
    with TrackLog(tmp_path / "a.track", min_distance_m=5.0) as track:
        assert [track.add(at(value)) for value in (72.36, 72.36002, 72.3602)] == [True, False, True]
    with TrackLog(tmp_path / "b.track", min_interval_s=10.0) as track:
        assert [track.add(FIX, now=now) for now in (0.0, 9.0, 10.0)] == [True, False, True]


def test_fix_without_position_is_not_a_point(tmp_path: Path) -> None:
    with TrackLog(tmp_path / "walk.track") as track:
        assert not track.add(Fix(source="x"))
    assert read_track(tmp_path / "walk.track") == []


def _whole(tmp_path: Path) -> bytes:
    path = tmp_path / "whole.track"
    path.unlink(missing_ok=True)
    with TrackLog(path) as track:
        for step in range(3):
            track.add(at(72.1 + step))
    return path.read_bytes()


def test_cut_anywhere_it_reads_and_goes_on(tmp_path: Path) -> None:
    whole = _whole(tmp_path)
    path = tmp_path / "cut.track"
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        ends = whole[:length].count(b"\n")
        # A point whose line lacks nothing but its end is still a point to read.
        complete = [72.1, 73.1, 74.1][: max(0, ends - 1)]
        read = [value for segment in longitudes(path) for value in segment]
        assert read[: len(complete)] == complete
        assert len(read) <= len(complete) + 1
        with TrackLog(path) as track:
            track.add(at(79.0))
        assert [value for segment in longitudes(path) for value in segment] == [*complete, 79.0]


@given(st.binary(max_size=60))
def test_any_tail_leaves_the_points_before_it(tail: bytes) -> None:
    line = b'{"lon": 72.1, "lat": 34.7}\n'
    path = Path(os.environ["XDG_CACHE_HOME"]) / "tail.track"
    path.write_bytes(line + tail)
    assert longitudes(path)[0][0] == 72.1
    with TrackLog(path) as track:
        track.add(at(79.0))
    values = [value for segment in longitudes(path) for value in segment]
    assert (values[0], values[-1]) == (72.1, 79.0)


def test_killed_while_writing_every_acknowledged_point_is_there(tmp_path: Path) -> None:
    path = tmp_path / "walk.track"
    program = (
        "import sys\n"
        "from surveyapp.positioning.fix import Fix\n"
        "from surveyapp.positioning.track_log import TrackLog\n"
        "track = TrackLog(sys.argv[1])\n"
        "for step in range(100_000):\n"
        "    track.add(Fix(source='x', quality='dgps', longitude=60 + step / 1e4, latitude=34.0))\n"
        "    print(step, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 25:
                process.kill()
                break
        acknowledged = [25, *(int(line) for line in process.stdout)]
        process.wait(timeout=60)
    if os.name == "posix":
        assert process.returncode == -signal.SIGKILL
    (segment,) = read_track(path)
    assert len(segment) > acknowledged[-1]
    assert [point.longitude for point in segment] == [
        round(60 + step / 1e4, 8) for step in range(len(segment))
    ]


def test_full_disk_gives_one_sentence_and_keeps_the_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "walk.track"
    with TrackLog(path) as track:
        track.add(at(72.1))
        real = os.write

        def half(fd: int, data: bytes) -> int:
            if len(data) < 40:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(fd, data[:30])

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", half)
            with pytest.raises(BadFile, match=r"No space left on device.*the points before it are safe"):
                track.add(at(72.2))
        track.add(at(72.3))
    assert longitudes(path) == [[72.1, 72.3]]


def test_files_that_are_no_track_are_left_alone(tmp_path: Path) -> None:
    for name, content in (
        ("a.csv", b"gem,lon\nruby,72\n"),
        ("b.txt", b"notes"),
        ("c.json", b'[{"lon": 1}]\n'),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(BadFile, match="not a track log"):
            TrackLog(path)
        with pytest.raises(BadFile, match="not a track log"):
            read_track(path)
        assert path.read_bytes() == content


def test_bad_places_and_closed_logs_give_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="choose another place"):
        TrackLog(tmp_path / "no folder" / "walk.track")
    with pytest.raises(BadFile, match="choose a track log"):
        read_track(tmp_path / "none.track")
    track = TrackLog(tmp_path / "walk.track")
    track.close()
    track.close()
    with pytest.raises(Refused, match="closed"):
        track.add(FIX)
