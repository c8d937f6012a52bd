"""Receivers on a serial port, played by pseudo-terminals."""

from __future__ import annotations

import datetime as dt
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from surveyapp.positioning import serial_port
from surveyapp.positioning.serial_port import SerialSource, list_serial_ports
from tests.unit.positioning_heard import BURSTS, FAST, NOON, PATIENCE_S, running

no_pty = pytest.mark.skipif(sys.platform == "win32", reason="only on systems with pseudo-terminals")


class Pty:
    """A pseudo-terminal as a serial receiver: the test writes to the master what the receiver says."""

    def __init__(self, link: Path) -> None:
        import tty

        self.master, slave = os.openpty()
        tty.setraw(slave)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        self._slave: int | None = slave
        self.link = link

    def say(self, data: bytes) -> None:
        os.write(self.master, data)

    def unplug(self) -> None:
        self.link.unlink(missing_ok=True)
        if self._slave is not None:
            os.close(self._slave)
            os.close(self.master)
            self._slave = None


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Pty]:
    pty = Pty(tmp_path / "ttyGPS")
    yield pty
    pty.unplug()


# --- serial ------------------------------------------------------------------------------------------


@no_pty
def test_serial_gives_fixes_of_each_burst_at_once(receiver: Pty) -> None:
    source = SerialSource(str(receiver.link), 4800, retry_delays_s=FAST)
    with running(source) as heard:
        heard.until(lambda: "waiting" in heard.states)
        for n, burst in enumerate(BURSTS, start=1):
            receiver.say(burst)
            # The next burst is not needed for the fix of this one: silence ends it.
            heard.until(lambda n=n: len(heard.positions) >= n)  # type: ignore[misc]
        fix = heard.fixes[-1]
        assert fix.source == f"serial:{receiver.link}@4800"
        assert fix.time_utc == NOON + dt.timedelta(seconds=5)
        assert fix.is_live(PATIENCE_S)
    assert heard.states == ["connecting", "waiting", "fix", "stopped"]


@no_pty
def test_serial_unplugged_and_plugged_in_again(receiver: Pty) -> None:
    with running(SerialSource(str(receiver.link), retry_delays_s=FAST)) as heard:
        heard.until(lambda: "waiting" in heard.states)
        receiver.say(BURSTS[0])
        heard.until(lambda: len(heard.positions) == 1)
        receiver.unplug()
        heard.until(lambda: "reconnecting" in heard.states and "unavailable" in heard.states)
        assert heard.message("unavailable") == (
            f"There is no port {receiver.link}; plug the receiver in, or choose another port."
        )
        again = Pty(receiver.link)
        try:
            heard.until(lambda: heard.states.count("waiting") == 2)
            again.say(BURSTS[1])
            heard.until(lambda: len(heard.positions) == 2)
        finally:
            again.unplug()


@no_pty
def test_serial_port_in_use_says_so(receiver: Pty) -> None:
    with running(SerialSource(str(receiver.link), retry_delays_s=FAST)) as first:
        first.until(lambda: "waiting" in first.states)
        with running(SerialSource(str(receiver.link), retry_delays_s=FAST)) as second:
            second.until(lambda: "unavailable" in second.states)
            assert "is in use by another program" in second.message("unavailable")


@no_pty
def test_binary_receiver_gets_one_sentence_and_nmea_after_all_is_taken(receiver: Pty) -> None:
    with running(SerialSource(str(receiver.link), retry_delays_s=FAST)) as heard:
        heard.until(lambda: "waiting" in heard.states)
        receiver.say(b"\xa0\xa2\x00\x29\x01\x02\xb0\xb3" * 300)
        heard.until(lambda: "trouble" in heard.states)
        assert heard.message("trouble").endswith(
            "this is SiRF binary, not NMEA sentences; switch the receiver to NMEA output."
        )
        receiver.say(BURSTS[0])
        heard.until(lambda: len(heard.positions) == 1)
    assert heard.states == ["connecting", "waiting", "trouble", "fix", "stopped"]


@no_pty
def test_silent_receiver_and_stop_do_not_hang(receiver: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveyapp.positioning.source.SILENCE_S", 0.1)
    source = SerialSource(str(receiver.link), 38400, retry_delays_s=FAST)
    with running(source) as heard:
        heard.until(lambda: len(heard.statuses) == 3)
        assert "is open but silent" in heard.message("waiting")
        assert "38400" in heard.message("waiting")
    source.stop()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            OSError(errno.ENOENT, "No such file or directory"),
            "There is no port /dev/ttyUSB9; plug the receiver in",
        ),
        (OSError(errno.EBUSY, "Device or resource busy"), "in use by another program"),
        (OSError(errno.EIO, "Input/output error"), "cannot be opened (Input/output error)"),
    ],
)
def test_why_a_port_cannot_be_opened(error: OSError, words: str) -> None:
    assert words in serial_port.why_closed("/dev/ttyUSB9", error)


@no_pty
def test_forbidden_port_names_the_group_to_join(receiver: Pty) -> None:
    port = str(receiver.link)
    message = serial_port.why_closed(port, PermissionError(errno.EACCES, "Permission denied"))
    assert f"add yourself to the group {Path(port).group()} (sudo usermod -aG" in message
    missing = serial_port.why_closed("/dev/ttyUSB9", PermissionError(errno.EACCES, "Permission denied"))
    assert "group dialout" in missing


def test_ports_are_listed_and_found_again_by_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    def port(device: str, vid: int | None = None, number: str | None = None) -> SimpleNamespace:
        return SimpleNamespace(
            device=device,
            description="n/a" if vid is None else "USB GPS",
            manufacturer=None if vid is None else "u-blox",
            vid=vid,
            pid=vid and 0x01A8,
            serial_number=number,
        )

    present = [port("/dev/ttyS0"), port("/dev/ttyACM1", 0x1546), port("/dev/ttyUSB0", 0x067B, "77")]
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: present)
    assert list_serial_ports() == [
        serial_port.SerialPort("/dev/ttyACM1", "u-blox USB GPS", "1546:01A8"),
        serial_port.SerialPort("/dev/ttyUSB0", "u-blox USB GPS", "067B:01A8:77"),
        serial_port.SerialPort("/dev/ttyS0", "", ""),
    ]
    assert serial_port.find_port("/dev/ttyACM0", "1546:01A8") == "/dev/ttyACM1"
    assert serial_port.find_port("/dev/ttyACM1", "1546:01A8") == "/dev/ttyACM1"
    assert serial_port.find_port("/dev/ttyACM0", "FFFF:0001") == "/dev/ttyACM0"
    assert serial_port.find_port("/dev/ttyS5", "") == "/dev/ttyS5"


def test_listing_the_ports_of_this_computer_works() -> None:
    assert all(port.device for port in list_serial_ports())
