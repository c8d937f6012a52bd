"""Servers, packets, logs played back, and the text that names a source."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.errors import BadInput, Unavailable
from surveyapp.positioning.fix import Fix
from surveyapp.positioning.nmea import NmeaReader
from surveyapp.positioning.nmea_write import nmea_sentences
from surveyapp.positioning.source import StreamSource
from surveyapp.positioning.sources import (
    GpsdSource,
    NmeaTcpSource,
    NmeaUdpSource,
    ReplaySource,
    source_from_text,
)
from tests.unit.positioning_heard import BURSTS, FAST, NOON, PATIENCE_S, running

# --- network -----------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_S)
        yield listening


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_tcp_reads_loses_and_comes_back(server: socket.socket) -> None:
    port = server.getsockname()[1]
    with running(NmeaTcpSource("127.0.0.1", port, FAST)) as heard:
        with server.accept()[0] as connection:
            connection.sendall(BURSTS[0][:50])
            connection.sendall(BURSTS[0][50:])
            heard.until(lambda: len(heard.positions) == 1)
        heard.until(lambda: "reconnecting" in heard.states)
        with server.accept()[0] as connection:
            connection.sendall(BURSTS[1])
            heard.until(lambda: len(heard.positions) == 2)
    assert heard.fixes[0].source == f"tcp://127.0.0.1:{port}"


class Scripted(StreamSource):
    """A connection that gives each piece of data after so many seconds of the clock, and then is gone."""

    def __init__(self, script: list[tuple[float, bytes]]) -> None:
        super().__init__("scripted", FAST)
        self.clock_s = 1000.0
        self._script = iter(script)
        self._opened = False

    def _open(self) -> Scripted:
        if self._opened:
            raise Unavailable("There is no more.")
        self._opened = True
        return self

    def _decoder(self) -> NmeaReader:
        return NmeaReader("scripted", clock=lambda: self.clock_s)

    def read(self) -> bytes | None:
        after_s, data = next(self._script, (0.0, None))
        self.clock_s += after_s
        return data

    def close(self) -> None:
        """Nothing to close."""


def test_what_came_before_the_computer_slept_is_not_taken_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Scripted(
        [
            (1.0, BURSTS[0]),
            (0.2, b""),
            (1.0, BURSTS[1][:60]),
            (8 * 3600.0, BURSTS[1][60:] + BURSTS[2]),
            (0.2, b""),
            (1.0, BURSTS[3]),
            (0.2, b""),
        ]
    )
    monkeypatch.setattr("surveyapp.positioning.source.monotonic", lambda: source.clock_s)
    with running(source) as heard:
        heard.until(lambda: "unavailable" in heard.states)
    assert heard.positions == pytest.approx([72.36, 72.3603])
    assert heard.states == ["connecting", "waiting", "fix", "reconnecting", "unavailable", "stopped"]


def test_tcp_that_nothing_listens_at() -> None:
    port = free_port()
    with running(NmeaTcpSource("127.0.0.1", port, FAST)) as heard:
        heard.until(lambda: "unavailable" in heard.states)
        assert heard.message("unavailable") == (
            f"Nothing listens at 127.0.0.1:{port}; start the NMEA server there, or mend the port."
        )


@pytest.mark.expects_network
def test_no_network_is_one_sentence() -> None:
    with running(NmeaTcpSource("192.0.2.1", 50000, FAST)) as heard:
        heard.until(lambda: "unavailable" in heard.states)
        assert "192.0.2.1:50000 cannot be reached" in heard.message("unavailable")


def test_udp_reads_packets() -> None:
    port = free_port(socket.SOCK_DGRAM)
    with (
        running(NmeaUdpSource(port, "127.0.0.1", FAST)) as heard,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        heard.until(lambda: "waiting" in heard.states)
        for burst in BURSTS:
            sender.sendto(burst, ("127.0.0.1", port))
        heard.until(lambda: len(heard.positions) == len(BURSTS))
    assert heard.positions == pytest.approx([72.36 + n / 1e4 for n in range(len(BURSTS))])


def test_udp_port_in_use_says_so() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with running(NmeaUdpSource(port, "127.0.0.1", FAST)) as heard:
            heard.until(lambda: "unavailable" in heard.states)
            assert f"UDP port {port} is in use by another program" in heard.message("unavailable")


def test_gpsd_that_does_not_run() -> None:
    port = free_port()
    with running(GpsdSource("127.0.0.1", port, FAST)) as heard:
        heard.until(lambda: "unavailable" in heard.states)
        assert heard.message("unavailable") == (
            f"Nothing listens at 127.0.0.1:{port}; start gpsd there, or mend the port."
        )


def test_nmea_at_a_gpsd_address_says_what_to_do(server: socket.socket) -> None:
    with (
        running(GpsdSource("127.0.0.1", server.getsockname()[1], FAST)) as heard,
        server.accept()[0] as connection,
    ):
        connection.sendall(BURSTS[0])
        heard.until(lambda: "trouble" in heard.states)
        assert "connect with tcp:// instead of gpsd://" in heard.message("trouble")


# --- recorded logs -----------------------------------------------------------------------------------


def test_replay_plays_a_log_and_is_never_live(tmp_path: Path) -> None:
    path = tmp_path / "walk.nmea"
    path.write_bytes(b"".join(BURSTS))
    with running(ReplaySource(path, speed=0)) as heard:
        heard.until(lambda: "finished" in heard.states)
    assert heard.positions == pytest.approx([72.36 + n / 1e4 for n in range(len(BURSTS))])
    assert {fix.source for fix in heard.fixes} == {"replay:walk.nmea"}
    assert not any(fix.is_live(1e9) for fix in heard.fixes)
    assert all(fix.age_s() is not None for fix in heard.fixes)
    assert heard.message("finished") == "walk.nmea was played to its end (6 positions)."


def test_replay_keeps_the_pace_of_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "walk.nmea"
    late = nmea_sentences(
        [
            Fix(
                source="x",
                quality="dgps",
                longitude=72.0,
                latitude=34.0,
                time_utc=NOON + dt.timedelta(hours=1),
            )
        ]
    )
    path.write_bytes(b"".join(BURSTS) + late.encode())
    source = ReplaySource(path, speed=2.0)
    pauses: list[float] = []

    def wait(pause_s: float) -> bool:
        pauses.append(pause_s)
        return False

    monkeypatch.setattr(source._stopping, "wait", wait)
    with running(source) as heard:
        heard.until(lambda: "finished" in heard.states)
    # A second each at twice the speed; the lunch hour is cut to five seconds.
    assert pauses == pytest.approx([0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 2.5])


def test_replay_stops_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "walk.nmea"
    path.write_bytes(b"".join(BURSTS))
    with running(ReplaySource(path, speed=0.001)) as heard:
        heard.until(lambda: len(heard.positions) == 1)
    assert heard.states[-1] == "stopped"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bu303-stillfix.log", "this is SiRF binary"),
        ("pygpsdata-nmeastartup.log", "no fix anywhere"),
        ("no-such.log", "cannot be read"),
    ],
)
def test_replay_of_what_gives_no_position(cases_dir: Path, name: str, words: str) -> None:
    with running(ReplaySource(cases_dir / "nmea" / name, speed=0)) as heard:
        heard.until(lambda: "trouble" in heard.states)
    assert words in heard.message("trouble")


# --- one line of text --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("serial:/dev/ttyUSB0@9600", "serial:/dev/ttyUSB0@9600"),
        ("serial:COM4", "serial:COM4@9600"),
        (" Serial:COM4@4800#067B:2303:77 ", "serial:COM4@4800#067B:2303:77"),
        ("gpsd://localhost:2947", "gpsd://localhost:2947"),
        ("gpsd://10.0.0.2", "gpsd://10.0.0.2:2947"),
        ("gpsd://", "gpsd://localhost:2947"),
        ("tcp://192.168.43.1:50000", "tcp://192.168.43.1:50000"),
        ("tcp://[::1]:50000", "tcp://[::1]:50000"),
        ("udp://:10110", "udp://:10110"),
        ("replay:logs/walk.nmea", "replay:logs/walk.nmea"),
    ],
)
def test_text_names_a_source_and_comes_back(text: str, kept: str) -> None:
    source = source_from_text(text)
    assert source.text == kept
    assert source_from_text(kept).text == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "COM4",
        "serial:",
        "serial:COM4@fast",
        "gpsd:localhost",
        "tcp://host",
        "tcp://:1",
        "tcp://host:70000",
        "tcp://host:0",
        "udp://",
        "udp://host",
        "replay:",
        "http://host:1",
        "tcp://host:1/path",
        "tcp://[::1:5",
    ],
)
def test_text_that_names_no_source(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        source_from_text(text)
    assert str(caught.value).endswith(".")


@given(st.text(max_size=40) | st.from_regex(r"(serial|gpsd|tcp|udp|replay):[/\[\]:@#a-z0-9.]{0,30}"))
def test_any_text_is_a_source_or_bad_input(text: str) -> None:
    try:
        source = source_from_text(text)
    except BadInput:
        return
    assert source_from_text(source.text).text == source.text


def test_a_source_starts_again_after_stop_but_not_twice(tmp_path: Path) -> None:
    path = tmp_path / "walk.nmea"
    path.write_bytes(b"".join(BURSTS))
    source = ReplaySource(path, speed=0)
    for _ in range(2):
        with running(source) as heard:
            with pytest.raises(RuntimeError, match="running already"):
                source.start(heard.on_fix, heard.on_status)
            heard.until(lambda: "finished" in heard.states)
        assert len(heard.positions) == len(BURSTS)
