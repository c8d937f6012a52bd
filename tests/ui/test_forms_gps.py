"""The GPS panel, with receivers that the test plays and with real ones on loopback."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from surveyapp.domain.records import Value
from surveyapp.errors import BadInput
from surveyapp.positioning.fix import Fix, Satellite
from surveyapp.positioning.gate import Gate
from surveyapp.positioning.replay import ReplaySource
from surveyapp.positioning.source import PositionSource
from surveyapp.positioning.sources import SerialPort, source_from_text
from surveyapp.ui.forms.gps_panel import GpsPanel
from surveyapp.ui.forms.gps_source import GpsSourceChooser
from surveyapp.ui.forms.gps_words import (
    accuracy_words,
    age_words,
    badge,
    satellite_label,
    satellite_words,
)
from surveyapp.ui.forms.sighting_form import SightingForm
from surveyapp.ui.forms.sky_view import SignalBars, SkyPlot

LEFT = Qt.MouseButton.LeftButton
SKY = (
    Satellite("GPS", 2, 12.0, 40.0, 31.0, used=True),
    Satellite("Galileo", 7, 55.0, 250.0, 44.0, used=True),
    Satellite("BeiDou", 33, None, None, None, used=False),
)


def a_fix(**changes: object) -> Fix:
    fix = Fix(
        source="serial:COM4@9600",
        quality="dgps",
        longitude=74.61545,
        latitude=36.30703,
        elevation_m=2438.5,
        time_utc=dt.datetime(2026, 11, 24, 4, 30, tzinfo=dt.UTC),
        mode=3,
        satellites_used=9,
        hdop=0.8,
        accuracy_m=3.1,
        accuracy_source="gst",
        received_monotonic=time.monotonic(),
        satellites=SKY,
    )
    return replace(fix, **changes)  # type: ignore[arg-type]


class PlayedSource(PositionSource):
    """Gives, on its own thread as a receiver does, the fixes that a test hands it."""

    def __init__(self, text: str = "serial:COM4@9600") -> None:
        super().__init__(text)
        self._next: list[Fix] = []
        self._called = threading.Condition()

    def play(self, *fixes: Fix) -> None:
        with self._called:
            self._next += fixes
            self._called.notify()

    def stop(self) -> None:
        self._stopping.set()
        with self._called:
            self._called.notify()
        super().stop()

    def _run(self) -> None:
        self._tell("waiting", f"{self.text} is connected; waiting for the receiver.")
        while not self._stopping.is_set():
            with self._called:
                self._called.wait_for(lambda: self._next or self._stopping.is_set())
                fixes, self._next = self._next, []
            self._give(fixes)


@pytest.fixture
def source() -> PlayedSource:
    return PlayedSource()


@pytest.fixture
def panel(qtbot: QtBot, source: PlayedSource) -> Iterator[GpsPanel]:
    made = GpsPanel(make_source=lambda _text: source, list_ports=list)
    qtbot.addWidget(made)
    made.resize(420, 640)
    made.show()
    yield made
    made.shutdown()


def play(qtbot: QtBot, panel: GpsPanel, source: PlayedSource, *fixes: Fix) -> None:
    with qtbot.waitSignals([panel.fixChanged] * len(fixes)):
        source.play(*fixes)


def offered(qtbot: QtBot, panel: GpsPanel) -> dict[str, Value]:
    with qtbot.waitSignal(panel.positionOffered) as signal:
        qtbot.mouseClick(panel.use_button, LEFT)
    facts = signal.args[0]
    assert isinstance(facts, dict)
    return facts


# --- connecting --------------------------------------------------------------------------------------


def test_without_a_receiver_nothing_can_be_used_and_it_says_why(qtbot: QtBot, panel: GpsPanel) -> None:
    assert not panel.use_button.isEnabled()
    assert panel.reason.text() == "No GPS is connected."
    assert panel.readout.badge.text == "Not connected"
    with qtbot.assertNotEmitted(panel.positionOffered):
        panel.offer()


def test_a_receiver_is_connected_shown_and_used(qtbot: QtBot, panel: GpsPanel, source: PlayedSource) -> None:
    panel.set_source("serial:COM4@4800")
    with qtbot.waitSignal(panel.sourceChosen) as chosen:
        qtbot.mouseClick(panel.connect_button, LEFT)
    assert chosen.args == ["serial:COM4@9600"]
    assert panel.connect_button.text() == "Disconnect"
    play(qtbot, panel, source, a_fix())
    assert panel.readout.badge.text == "Live"
    assert panel.readout.position.text() == "36.307030° N, 74.615450° E"
    told = {name: label.text() for name, label in panel.readout.facts.items()}
    assert told == {
        "Accuracy": "±3.1 m",
        "Age": "just now",
        "Fix": "DGPS or SBAS, 3D",
        "Satellites": "9 used",
        "HDOP": "0.8",
        "Elevation": "2438 m",
        "Receiver time": "24 Nov 2026, 09:30 PKT",
    }
    facts = offered(qtbot, panel)
    assert (facts["position_source"], facts["accuracy_m"], facts["satellites"]) == ("gps", 3.1, 9)


def test_disconnecting_forgets_the_position_and_ends_the_thread(
    qtbot: QtBot, panel: GpsPanel, source: PlayedSource
) -> None:
    panel.connect_source("x")
    play(qtbot, panel, source, a_fix())
    with qtbot.waitSignals([panel.fixChanged, panel.readyChanged]):
        qtbot.mouseClick(panel.connect_button, LEFT)
    assert panel.fix is None
    assert not panel.use_button.isEnabled()
    panel.shutdown()
    assert not source.running


def test_a_fix_that_was_under_way_when_it_was_disconnected_is_dropped(
    qtbot: QtBot, panel: GpsPanel, source: PlayedSource
) -> None:
    panel.connect_source("x")
    play(qtbot, panel, source, a_fix())
    link = panel.link
    generation = link._generation
    panel.disconnect_source()
    with qtbot.assertNotEmitted(link.fixArrived, wait=50):
        link._fix.emit(generation, a_fix())


def test_text_that_names_no_source_is_told_in_a_sentence(qtbot: QtBot) -> None:
    def refuse(text: str) -> PositionSource:
        raise BadInput(f"{text!r} is no position source.")

    panel = GpsPanel(make_source=refuse, list_ports=list)
    qtbot.addWidget(panel)
    panel.connect_source("nonsense")
    assert not panel.connected
    assert panel.status.text() == "'nonsense' is no position source."
    assert panel.status.tone == "danger"


def test_a_receiver_that_is_not_there_is_told_and_the_window_stays_alive(qtbot: QtBot) -> None:
    panel = GpsPanel(list_ports=list)
    qtbot.addWidget(panel)
    panel.connect_source("serial:/dev/no-such-receiver@9600")
    qtbot.waitUntil(lambda: panel.readout.badge.text == "Not available")
    assert "/dev/no-such-receiver" in panel.status.text()
    assert panel.status.tone == "danger"
    panel.shutdown()


# --- what a fix is worth -----------------------------------------------------------------------------


def test_a_receiver_without_a_fix_gives_no_position(qtbot: QtBot, panel: GpsPanel, source: PlayedSource) -> None:
    panel.connect_source("x")
    play(qtbot, panel, source, a_fix(quality="none", longitude=None, latitude=None, accuracy_m=None))
    assert panel.readout.badge.text == "No fix"
    assert not panel.use_button.isEnabled()
    assert panel.reason.text() == "The receiver has no fix yet; wait under open sky."


def test_a_fix_grows_stale_and_is_no_longer_given(qtbot: QtBot, panel: GpsPanel, source: PlayedSource) -> None:
    panel.connect_source("x")
    play(qtbot, panel, source, a_fix())
    assert panel.ready
    panel._fix = a_fix(received_monotonic=time.monotonic() - 60)
    with qtbot.waitSignal(panel.readyChanged) as changed:
        panel._tick()
    assert changed.args[0] is False
    assert "60 s old" in changed.args[1]
    assert panel.readout.badge.text == "Stale: too old to be here"
    assert panel.readout.facts["Age"].text() == "1 min"
    with qtbot.assertNotEmitted(panel.positionOffered):
        panel.offer()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": "replay:walk.nmea"}, "Recorded log, not live"),
        ({"quality": "simulated"}, "Simulated, no measurement"),
        ({"quality": "manual"}, "Simulated, no measurement"),
    ],
)
def test_what_is_not_live_is_badged_and_never_recorded_as_gps(
    qtbot: QtBot, panel: GpsPanel, source: PlayedSource, changes: dict[str, object], words: str
) -> None:
    panel.connect_source("x")
    play(qtbot, panel, source, a_fix(**changes))
    assert panel.readout.badge.text == words
    assert offered(qtbot, panel)["position_source"] == "imported"


def test_an_office_may_warn_or_block(qtbot: QtBot, panel: GpsPanel, source: PlayedSource) -> None:
    panel.connect_source("x")
    play(qtbot, panel, source, a_fix(accuracy_m=24.0))
    panel.set_gate(Gate(max_accuracy_m=10))
    assert panel.use_button.isEnabled()
    assert panel.reason.text() == "The accuracy is 24.0 m; 10 m is asked."
    assert panel.reason.tone == "warning"
    panel.set_gate(Gate(max_accuracy_m=10, blocks=True))
    assert not panel.use_button.isEnabled()
    assert panel.use_button.toolTip() == "The accuracy is 24.0 m; 10 m is asked."


def test_words_for_what_is_not_known() -> None:
    assert accuracy_words(a_fix(accuracy_m=None, accuracy_source=None)) == "unknown"
    assert accuracy_words(a_fix(accuracy_m=7.1, accuracy_source="hdop-estimate")) == ("about 7 m, guessed from HDOP")
    assert age_words(a_fix(received_monotonic=None)) == "unknown"
    assert age_words(a_fix(received_monotonic=100.0), now=104.2) == "4 s"
    assert satellite_words(a_fix(satellites=(), satellites_used=None)) == "unknown"
    assert satellite_words(a_fix(satellites_used=None)) == "2 used of 3 in view"
    assert satellite_label("Galileo", 7) == "E07"
    assert satellite_label("?", 7) == "?07"
    assert badge(None, "fix") == ("No fix", "warning")
    assert badge(a_fix(), "reconnecting") == ("Connection lost", "danger")


# --- averaging ---------------------------------------------------------------------------------------


def test_an_average_is_taken_shown_live_and_used(qtbot: QtBot, panel: GpsPanel, source: PlayedSource) -> None:
    panel.connect_source("x")
    start = a_fix()
    play(qtbot, panel, source, start)
    qtbot.mouseClick(panel.average_button, LEFT)
    assert panel.use_button.text() == "Use the average"
    assert not panel.use_button.isEnabled()
    assert panel.average_label.text() == "1 of 10 fixes · spread 0.0 m · ±3.1 m"
    assert panel.reason.text().startswith("Only 1 of 10 fixes")
    assert start.time_utc is not None
    assert start.longitude is not None
    fixes = [
        a_fix(
            longitude=start.longitude + (i - 6) * 2e-6,
            time_utc=start.time_utc + dt.timedelta(seconds=i),
        )
        for i in range(1, 12)
    ]
    fixes[5] = replace(fixes[5], longitude=start.longitude + 0.01)
    play(qtbot, panel, source, *fixes)
    assert "11 of 10 fixes" in panel.average_label.text()
    assert "1 left out" in panel.average_label.text()
    facts = offered(qtbot, panel)
    assert (facts["position_source"], facts["samples_averaged"]) == ("gps-averaged", 11)
    assert facts["longitude"] == pytest.approx(start.longitude, abs=2e-5)
    assert not panel.average_button.isChecked()
    assert panel.use_button.text() == "Use this position"


# --- real sources ------------------------------------------------------------------------------------


def test_a_recorded_log_is_replayed_to_its_end(qtbot: QtBot, cases_dir: Path) -> None:
    log = cases_dir / "nmea" / "bu353s4.log"
    panel = GpsPanel(make_source=lambda _text: ReplaySource(log, speed=0), list_ports=list)
    qtbot.addWidget(panel)
    panel.show()
    panel.connect_source(f"replay:{log}")
    qtbot.waitUntil(lambda: "was played to its end" in panel.status.text())
    assert panel.fix is not None
    assert panel.readout.badge.text == "Recorded log, not live"
    assert offered(qtbot, panel)["position_source"] == "imported"
    panel.shutdown()


def test_a_log_that_is_none_is_told_in_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    log = tmp_path / "photo.jpg"
    log.write_bytes(bytes(range(256)) * 40)
    panel = GpsPanel(list_ports=list)
    qtbot.addWidget(panel)
    panel.connect_source(f"replay:{log}")
    qtbot.waitUntil(lambda: panel.readout.badge.text == "No positions")
    assert "photo.jpg" in panel.status.text()
    panel.shutdown()


def test_sentences_over_tcp_reach_the_form(qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        panel = GpsPanel(list_ports=list)
        form = SightingForm()
        for widget in (panel, form):
            qtbot.addWidget(widget)
            widget.show()
        form.gpsRequested.connect(panel.offer)
        panel.positionOffered.connect(form.use_gps_position)
        panel.readyChanged.connect(form.set_gps_ready)
        panel.chooser.kind.setCurrentIndex(panel.chooser.kind.findData("tcp"))
        qtbot.keyClicks(panel.chooser.address("tcp"), f"127.0.0.1:{server.getsockname()[1]}")
        qtbot.keyClick(panel.chooser.address("tcp"), Qt.Key.Key_Return)
        receiver, _address = server.accept()
        with receiver:
            for second in ("00", "01"):
                body = f"GPGGA,0430{second}.00,3618.4218,N,07436.9270,E,1,09,0.8,2438.5,M,-36.0,M,,"
                checksum = 0
                for character in body.encode():
                    checksum ^= character
                receiver.sendall(f"${body}*{checksum:02X}\r\n".encode())
            qtbot.waitUntil(lambda: panel.ready)
            assert panel.readout.badge.text == "Live"
            qtbot.mouseClick(form.position_box.gps_button, LEFT)
            values = form.values()
            assert values["position_source"] == "gps"
            assert values["satellites"] == 9
            assert values["accuracy_m"] is None
            assert form.position_box.position == pytest.approx((74.615450, 36.307030))
        panel.shutdown()


# --- choosing and painting ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "serial:COM4@4800",
        "gpsd://localhost:2947",
        "tcp://192.168.43.1:50000",
        "udp://:10110",
        "replay:walk.nmea",
    ],
)
def test_a_remembered_source_is_shown_and_read_back(qtbot: QtBot, text: str) -> None:
    chooser = GpsSourceChooser(list)
    qtbot.addWidget(chooser)
    chooser.set_text(text)
    assert chooser.text() == text
    assert source_from_text(chooser.text()).text == text


def test_ports_are_listed_and_a_receiver_is_found_in_another_port(qtbot: QtBot, tmp_path: Path) -> None:
    ports = [SerialPort("COM7", "u-blox 7", "1546:01A7"), SerialPort("COM1", "Communications Port", "")]
    chooser = GpsSourceChooser(lambda: ports, lambda: tmp_path / "walk.nmea")
    qtbot.addWidget(chooser)
    chooser.set_text("serial:COM4@4800#1546:01A7")
    chooser.show()
    assert chooser.text() == "serial:COM7@4800#1546:01A7"
    ports.clear()
    qtbot.mouseClick(chooser.refresh_button, LEFT)
    assert chooser.port.count() == 0
    chooser.kind.setCurrentIndex(chooser.kind.findData("replay"))
    assert chooser.text() == ""
    qtbot.mouseClick(chooser.log_button, LEFT)
    assert chooser.text() == f"replay:{tmp_path / 'walk.nmea'}"


@pytest.mark.parametrize("kind", [SkyPlot, SignalBars])
@pytest.mark.parametrize(
    "satellites", [(), SKY, tuple(Satellite("GPS", n, n % 90, n * 9.0, 30.0, used=True) for n in range(60))]
)
def test_the_sky_is_painted_whatever_is_in_it(
    qtbot: QtBot, kind: type[SkyPlot | SignalBars], satellites: tuple[Satellite, ...]
) -> None:
    view = kind()
    qtbot.addWidget(view)
    view.resize(200, 160)
    empty = view.grab().toImage()
    view.show_satellites(satellites)
    painted = view.grab().toImage()
    assert (painted == empty) == (not satellites)
    assert painted.format() != QImage.Format.Format_Invalid
    assert view.accessibleDescription().endswith(f"of {len(satellites)} in view")
