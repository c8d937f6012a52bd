"""The GPS receiver's side of the window: its panel, its mark on the map, and its position in the form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLabel

from surveyapp.domain.records import Value
from surveyapp.positioning.fix import Fix
from surveyapp.settings import Settings
from surveyapp.ui import theme
from surveyapp.ui.desk import Desk
from surveyapp.ui.forms.gps_panel import GpsPanel
from surveyapp.ui.forms.gps_words import accuracy_words, satellite_words
from surveyapp.ui.prompts import Prompts
from surveyapp.words import tr

_LOOK_MS = 1000
"""How often a fix is looked at again: one that grows old must not look fresh."""


class GpsController(QObject):
    """Ties a :class:`GpsPanel` to map, form and status bar (``label``)."""

    def __init__(self, desk: Desk, settings: Settings, prompts: Prompts, label: QLabel) -> None:
        super().__init__(desk)
        self._desk, self._settings, self._prompts, self._label = desk, settings, prompts, label
        self.panel = GpsPanel(choose_log=self._choose_log)
        self._note = ""
        desk.add_tab("gps", self.panel, tr("GPS"), "gps")
        if settings["gps.source"]:
            self.panel.set_source(settings["gps.source"])
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._show)
        self.panel.positionOffered.connect(self._use)
        self.panel.fixChanged.connect(self._take)
        self.panel.readyChanged.connect(desk.form.set_gps_ready)
        self.panel.sourceChosen.connect(self._remember)
        desk.form.gpsRequested.connect(self.panel.offer)
        desk.canvas.locateRequested.connect(lambda: desk.bring_up("gps"))
        self._show()

    def set_note(self, words: str) -> None:
        """Say something (the track that is recorded) beside the receiver's state in the status bar."""
        if words != self._note:
            self._note = words
            self._show()

    def shutdown(self) -> None:
        """Disconnect the receiver and end its thread."""
        self._timer.stop()
        self.panel.shutdown()

    def _use(self, facts: Mapping[str, Value]) -> None:
        if self._desk.form.isEnabled():
            self._desk.bring_up("form")
            self._desk.form.use_gps_position(facts)

    def _take(self, fix: Fix | None) -> None:
        if fix is None:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        self._show()

    def _show(self) -> None:
        fix = self.panel.fix
        if fix is None or not fix.has_position:
            self._desk.canvas.set_gps(None, None, None)
        else:
            stale = not fix.is_live(self.panel.gate.max_age_s)
            self._desk.canvas.set_gps(fix.longitude, fix.latitude, fix.accuracy_m, stale)
        self._label.setVisible(self.panel.connected or bool(self._note))
        told = self._words(fix) if self.panel.connected else ""
        self._label.setText("   ".join(words for words in (self._note, told) if words))
        live = fix is not None and fix.is_live(self.panel.gate.max_age_s)
        theme.set_role(self._label, "good" if live else "warning")

    def _words(self, fix: Fix | None) -> str:
        if fix is None or not fix.has_position:
            return tr("GPS: no fix")
        if fix.is_replay:
            return tr("GPS: recorded log, not live")
        if not fix.is_live(self.panel.gate.max_age_s):
            return tr("GPS: too old to be here")
        return tr(
            "GPS: {accuracy}, satellites {satellites}", accuracy=accuracy_words(fix), satellites=satellite_words(fix)
        )

    def _remember(self, text: str) -> None:
        self._settings["gps.source"] = text

    def _choose_log(self) -> Path | None:
        folder = Path(self._settings["files.folder"] or Path.home())
        chosen = self._prompts.open_files(
            tr("Recorded GPS log"), folder, tr("Recorded logs (*.nmea *.log *.txt);;All files (*)")
        )
        return chosen[0] if chosen else None
