"""The GPS: connecting it, seeing what it is worth, and taking its position."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from surveyapp.errors import SurveyError
from surveyapp.positioning.averaging import Average, Averager
from surveyapp.positioning.facts import position_facts
from surveyapp.positioning.fix import Fix, monotonic
from surveyapp.positioning.gate import Gate
from surveyapp.positioning.source import PositionSource, SourceStatus, State
from surveyapp.positioning.sources import SerialPort, list_serial_ports, source_from_text
from surveyapp.ui import theme
from surveyapp.ui.forms.gps_link import GpsLink
from surveyapp.ui.forms.gps_readout import Describe, GpsReadout
from surveyapp.ui.forms.gps_source import GpsSourceChooser
from surveyapp.ui.forms.gps_words import average_words
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.words import tr

_TICK_MS = 500


class GpsPanel(QWidget):
    """``gate`` is what an office asks of a position. Call :meth:`shutdown` before the window goes.

    Signals:

    - ``positionOffered(dict)``: facts as ``positioning.facts.position_facts`` gives them, when a position is
      to be used.
    - ``fixChanged(object)``: every :class:`Fix` of the receiver, and ``None`` when it was disconnected.
    - ``readyChanged(bool, str)``: whether :meth:`offer` would give a position, and if not, why.
    - ``sourceChosen(str)``: text of a source that was connected, to be remembered.
    """

    positionOffered = Signal(object)
    fixChanged = Signal(object)
    readyChanged = Signal(bool, str)
    sourceChosen = Signal(str)

    def __init__(
        self,
        *,
        gate: Gate | None = None,
        describe: Describe | None = None,
        make_source: Callable[[str], PositionSource] = source_from_text,
        list_ports: Callable[[], Sequence[SerialPort]] = list_serial_ports,
        choose_log: Callable[[], Path | None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.gate = gate or Gate()
        self._make_source = make_source
        self._fix: Fix | None = None
        self._state: State | None = None
        self._averager: Averager | None = None
        self._ready: tuple[bool, str] = (False, "")
        self.link = GpsLink(self)
        self.chooser = GpsSourceChooser(list_ports, choose_log)
        self.readout = GpsReadout(describe or _describe)
        self._lay_out()
        self.link.fixArrived.connect(self._take_fix)
        self.link.statusArrived.connect(self._take_status)
        self.chooser.accepted.connect(self.toggle_connection)
        self.connect_button.clicked.connect(self.toggle_connection)
        self.use_button.clicked.connect(self.offer)
        self.average_button.toggled.connect(self._average)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._show()

    # --- what the window calls -------------------------------------------------------------------------

    @property
    def fix(self) -> Fix | None:
        """The latest fix of the receiver that is connected."""
        return self._fix

    @property
    def connected(self) -> bool:
        """Whether a source is connected, or trying to."""
        return self.link.source is not None

    @property
    def ready(self) -> bool:
        """Whether :meth:`offer` would give a position."""
        return self._ready[0]

    def set_source(self, text: str) -> None:
        """Show a source as settings kept it, without connecting it."""
        self.chooser.set_text(text)

    def set_gate(self, gate: Gate) -> None:
        """Ask this of positions from now on."""
        self.gate = gate
        self._tick()

    def connect_source(self, text: str) -> None:
        """Connect the source that ``text`` names, in place of what was connected."""
        self.disconnect_source()
        try:
            source = self._make_source(text)
        except SurveyError as error:
            self.status.say(str(error), "danger")
            return
        self._state = "connecting"
        self._timer.start()
        self.link.start(source)
        self.sourceChosen.emit(source.text)
        self._show()

    def disconnect_source(self) -> None:
        """Disconnect; the last position is gone with its receiver."""
        was = self.connected
        self.link.stop()
        self._timer.stop()
        self.average_button.setChecked(False)
        self._fix, self._state = None, None
        self.status.say("")
        self._show()
        if was:
            self.fixChanged.emit(None)

    def toggle_connection(self) -> None:
        """Connect what is chosen, or disconnect."""
        if self.connected:
            self.disconnect_source()
            return
        text = self.chooser.text()
        if text:
            self.connect_source(text)
        else:
            self.status.say(tr("Choose a port, an address or a log first."), "warning")

    def offer(self) -> None:
        """Give the position that there is now: the average while one is taken, else the latest fix. Where
        there is none that may be used, say why."""
        ready, why = self._ready_now()
        position = self._candidate()
        if not ready or position is None:
            self.reason.say(why, "warning")
            return
        try:
            facts = position_facts(position, max_age_s=self.gate.max_age_s)
        except SurveyError as error:
            self.reason.say(str(error), "warning")
            return
        self.average_button.setChecked(False)
        self.positionOffered.emit(facts)

    def average(self) -> None:
        """Begin to average fixes, or stop it."""
        if self.connected:
            self.average_button.toggle()
        else:
            self.reason.say(tr("No GPS is connected."), "warning")

    def add_strip(self, widget: QWidget) -> None:
        """Show a widget of the window's (the track) between what the receiver says and the buttons."""
        self._strips.addWidget(widget)

    def shutdown(self) -> None:
        """Disconnect, and wait until the receiver's thread has ended."""
        self.disconnect_source()
        self.link.shutdown()

    # --- inside ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        host = QWidget()
        column = QVBoxLayout(host)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(8)
        row = QHBoxLayout()
        self.connect_button = QPushButton(tr("Connect"), host)
        self.connect_button.setAutoDefault(False)
        self.status = ToneLabel("", "muted", host)
        row.addWidget(self.status, 1)
        row.addWidget(self.connect_button)
        column.addWidget(self.chooser)
        column.addLayout(row)
        column.addWidget(self.readout)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(host)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        self._strips = QVBoxLayout()
        self._strips.setContentsMargins(10, 4, 10, 0)
        outer.addLayout(self._strips)
        outer.addWidget(self._foot())

    def _foot(self) -> QWidget:
        """What must stay in view: the average, why a position cannot be used, and the buttons."""
        foot = QWidget(self)
        column = QVBoxLayout(foot)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(4)
        self.average_label = ToneLabel("", "", foot)
        self.reason = ToneLabel("", "muted", foot)
        self.average_button = QPushButton(tr("Average"), foot)
        self.average_button.setCheckable(True)
        self.average_button.setToolTip(tr("Average fixes while you stay in one place"))
        self.use_button = QPushButton(tr("Use this position"), foot)
        self.use_button.setProperty("role", "primary")
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.average_button, self.use_button):
            button.setAutoDefault(False)
            row.addWidget(button, 1)
        column.addWidget(self.average_label)
        column.addWidget(self.reason)
        column.addLayout(row)
        return foot

    def _take_fix(self, fix: Fix) -> None:
        self._fix = fix
        if self._averager is not None:
            self._averager.add(fix)
        self.readout.show_fix(fix, self._state, self.gate.max_age_s)
        self._show_use()
        self.fixChanged.emit(fix)

    def _take_status(self, status: SourceStatus) -> None:
        self._state = status.state
        bad = status.state in ("trouble", "unavailable", "reconnecting")
        self.status.say(status.message, "danger" if bad else "muted")
        self._tick()

    def _tick(self) -> None:
        self.readout.tick(self._fix, self._state, self.gate.max_age_s)
        self._show_use()

    def _average(self, on: bool) -> None:
        self._averager = Averager(self.gate.min_samples) if on else None
        fix = self._fix
        if self._averager is not None and fix is not None and not fix.is_stale(self.gate.max_age_s):
            self._averager.add(fix)
        self._show_use()

    def _candidate(self) -> Fix | Average | None:
        """The position that would be used."""
        if self._averager is None:
            return self._fix if self._fix is not None and self._fix.has_position else None
        return self._averager.current()

    def _ready_now(self) -> tuple[bool, str]:
        """(whether a position can be used, why not or what to know of it)."""
        if not self.connected:
            return False, tr("No GPS is connected.")
        position = self._candidate()
        if position is None:
            return False, tr("The receiver has no fix yet; wait under open sky.")
        if self._averager is not None and not self._averager.ready:
            try:
                self._averager.result()
            except SurveyError as error:
                return False, str(error)
        now = monotonic()  # not time.monotonic(), which stands still while the laptop sleeps
        reasons = self.gate.check(position, now=now)
        codes = {reason.code for reason in reasons}
        told = " ".join(reason.message for reason in reasons)
        blocked = self.gate.verdict(reasons) == "block" or "stale" in codes
        return not blocked, told

    def _show_use(self) -> None:
        ready, why = self._ready_now()
        self.use_button.setEnabled(ready)
        averages = self._averager is not None
        self.use_button.setText(tr("Use the average") if averages else tr("Use this position"))
        self.use_button.setToolTip("" if ready else why)
        self.reason.say(why, "warning" if ready and why else "muted")
        self.reason.setVisible(bool(why))
        self.average_button.setEnabled(self.connected)
        self.average_button.setText(tr("Stop averaging") if averages else tr("Average"))
        self.average_label.setVisible(averages)
        if self._averager is not None:
            self.average_label.say(average_words(self._averager.current(), self._averager.min_samples))
        if (ready, why) != self._ready:
            self._ready = (ready, why)
            self.readyChanged.emit(ready, why)

    def _show(self) -> None:
        self.connect_button.setText(tr("Disconnect") if self.connected else tr("Connect"))
        theme.set_role(self.connect_button, "" if self.connected else "primary")
        self.chooser.setVisible(not self.connected)
        self.readout.show_fix(self._fix, self._state, self.gate.max_age_s)
        self._show_use()


def _describe(longitude: float, latitude: float) -> Sequence[tuple[str, str]]:
    from surveyapp.geo.coordinates import describe

    return describe(longitude, latitude)
