"""A real gpsd that reads a receiver on a pseudo-terminal, on loopback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import time as dt_time
from datetime import timedelta
from pathlib import Path

import pytest

from surveyapp.positioning.facts import position_facts
from surveyapp.positioning.fix import Fix
from surveyapp.positioning.gpsd import GpsdSource
from surveyapp.positioning.sources import NmeaTcpSource, read_log
from tests.unit.positioning_heard import FAST, PATIENCE_S, running

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="only on systems with pseudo-terminals")


class Gpsd:
    """gpsd in the foreground, and the master side of the terminal that it reads."""

    def __init__(self, program: str, control: Path | None = None) -> None:
        import tty

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        # Without a receiver gpsd insists on a control socket, by which one could be named later.
        device = [os.ttyname(self._slave)] if control is None else ["-F", str(control)]
        self._process = subprocess.Popen(
            [program, "-N", "-n", "-S", str(self.port), *device],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_it_listens()

    def _wait_until_it_listens(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            assert self._process.poll() is None, "gpsd ended by itself"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("gpsd does not listen")

    def say(self, data: bytes) -> None:
        os.write(self.master, data)

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def close(self) -> None:
        self.end()
        os.close(self.master)
        os.close(self._slave)


@pytest.fixture
def gpsd_program(require_program: Callable[..., str]) -> str:
    return require_program("gpsd")


@pytest.fixture
def gpsd(gpsd_program: str) -> Iterator[Gpsd]:
    daemon = Gpsd(gpsd_program)
    yield daemon
    daemon.close()


def time_of(fix: Fix) -> dt_time:
    assert fix.time_utc is not None
    return fix.time_utc.time()


def bursts(log: Path) -> list[bytes]:
    """The log cut before each GGA, as the receiver sent it second by second."""
    head, *rest = log.read_bytes().split(b"$GPGGA")
    return [b"$GPGGA" + each for each in rest] if head else []


def test_fixes_by_gpsd_are_those_of_the_log(gpsd: Gpsd, cases_dir: Path) -> None:
    log = cases_dir / "nmea" / "bu353s4.log"
    of_log = {time_of(fix): fix for fix in read_log(log)}
    with running(GpsdSource("127.0.0.1", gpsd.port, FAST)) as heard:
        heard.until(lambda: any(status.state == "waiting" for status in heard.statuses))
        for burst in bursts(log):
            given = len(heard.fixes)
            gpsd.say(burst)
            # gpsd needs a few bursts until it has settled on protocol and speed; later each gives a report.
            heard.waits(lambda given=given: len(heard.fixes) > given, 0.5)  # type: ignore[misc]
        heard.until(lambda: sum(fix.has_position and fix.time_utc is not None for fix in heard.fixes) >= 10)
    found = [fix for fix in heard.fixes if fix.has_position and fix.time_utc is not None]
    for fix in found:
        same = of_log[time_of(fix)]
        assert fix.longitude == pytest.approx(same.longitude, abs=2e-9)
        assert fix.latitude == pytest.approx(same.latitude, abs=2e-9)
        assert fix.elevation_m == pytest.approx(same.elevation_m, abs=1e-3)
        assert (fix.quality, fix.mode) == ("autonomous", 3)
        assert fix.source == f"gpsd://127.0.0.1:{gpsd.port}"
        # A date before gpsd's own release is taken for a week rollover of the receiver, and 1024 weeks added.
        assert fix.time_utc is not None
        assert same.time_utc is not None
        assert (fix.time_utc - same.time_utc) % timedelta(weeks=1024) == timedelta(0)
    last = found[-1]
    assert last.hdop == of_log[time_of(last)].hdop
    assert last.satellites_used in (7, 8)
    assert {each.prn for each in last.satellites if each.used} >= {1, 6, 17, 20, 26, 28, 30}
    assert last.is_live(1.0, now=last.received_monotonic)
    # This receiver states no accuracy; gpsd's own guess from HDOP is called a guess and not recorded.
    assert last.accuracy_m == pytest.approx(20.9)
    assert last.accuracy_source == "hdop-estimate"
    facts = position_facts(last, now=last.received_monotonic)
    assert (facts["position_source"], facts["accuracy_m"]) == ("gps", None)


def test_gpsd_that_ends_is_found_again(gpsd_program: str, cases_dir: Path) -> None:
    daemon = Gpsd(gpsd_program)
    try:
        with running(GpsdSource("127.0.0.1", daemon.port, FAST)) as heard:
            heard.until(lambda: any(status.state == "waiting" for status in heard.statuses))
            daemon.end()
            heard.until(lambda: heard.statuses[-1].state == "unavailable")
            assert heard.statuses[-1].message == (
                f"Nothing listens at 127.0.0.1:{daemon.port}; start gpsd there, or mend the port."
            )
    finally:
        daemon.close()


def test_gpsd_without_a_receiver_says_so(gpsd_program: str, tmp_path: Path) -> None:
    daemon = Gpsd(gpsd_program, tmp_path / "control")
    try:
        with running(GpsdSource("127.0.0.1", daemon.port, FAST)) as heard:
            heard.until(lambda: any(status.state == "trouble" for status in heard.statuses))
            assert heard.statuses[-1].message == (
                f"gpsd://127.0.0.1:{daemon.port} runs but has no receiver; plug it in, or name its port when "
                "starting gpsd."
            )
    finally:
        daemon.close()


def test_gpsd_asked_as_an_nmea_server_says_what_to_do(gpsd: Gpsd) -> None:
    # Asked for NMEA, gpsd greets in JSON and then waits; a hundred greetings are enough to be sure.
    with socket.create_connection(("127.0.0.1", gpsd.port), timeout=PATIENCE_S) as connection:
        greeting = connection.recv(4096)
    assert json.loads(greeting)["class"] == "VERSION"
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = NmeaTcpSource("127.0.0.1", server.getsockname()[1], FAST)
        with running(source) as heard, server.accept()[0] as connection:
            connection.sendall(greeting * 100)
            heard.until(lambda: any(status.state == "trouble" for status in heard.statuses))
            assert "connect with gpsd://host:port instead of tcp://" in heard.statuses[-1].message
