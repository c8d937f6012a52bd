"""The track in the GPS panel: recording one, and what became of one that was not finished."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from surveyapp.services.tracks import TrackFacts, Unfinished
from surveyapp.ui.forms.look import ToneLabel, small_button
from surveyapp.ui.forms.track_words import track_words, unfinished_words
from surveyapp.words import tr


class TrackStrip(QFrame):
    """Shows one of: nothing recorded, a walk under way, a walk that waits for a decision.

    Signals: ``recordWanted`` (record, pause or go on, as it stands), ``finishWanted``; of an unfinished walk
    ``continueWanted``, ``keepWanted`` and ``dropWanted``.
    """

    recordWanted = Signal()
    finishWanted = Signal()
    continueWanted = Signal()
    keepWanted = Signal()
    dropWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setObjectName("track_strip")
        self.words = ToneLabel("", "muted", self)
        self.record_button = QPushButton(self)
        self.finish_button = QPushButton(self)
        self.drop_button = small_button("", parent=self)
        self.keep_button = QPushButton(self)
        self.continue_button = QPushButton(self)
        self.continue_button.setProperty("role", "primary")
        row = QHBoxLayout()
        row.setSpacing(8)
        for button, wanted in (
            (self.record_button, self.recordWanted),
            (self.finish_button, self.finishWanted),
            (self.drop_button, self.dropWanted),
            (self.keep_button, self.keepWanted),
            (self.continue_button, self.continueWanted),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(wanted)
            row.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self.words)
        column.addLayout(row)
        self.show_idle(can_record=False)

    def show_idle(self, *, can_record: bool) -> None:
        """Nothing is recorded."""
        self.words.say(tr("Record the way you walk; every point is on the disk at once."), "muted")
        self.record_button.setText(tr("Record track"))
        self.record_button.setEnabled(can_record)
        self._show(self.record_button)

    def show_walk(self, facts: TrackFacts, *, paused: bool, trouble: str = "") -> None:
        """A walk is under way; ``trouble`` says why nothing is written just now."""
        told = track_words(facts, paused=paused)
        self.words.say(f"{told}\n{trouble}" if trouble else told, "warning" if paused or trouble else "good")
        self.record_button.setText(tr("Resume") if paused else tr("Pause"))
        self.record_button.setEnabled(True)
        self.finish_button.setText(tr("Finish"))
        self._show(self.record_button, self.finish_button)

    def show_unfinished(self, log: Unfinished) -> None:
        """A walk was not finished when the program ended."""
        self.words.say(unfinished_words(log), "warning")
        self.drop_button.setText(tr("Throw away"))
        self.keep_button.setText(tr("Keep it"))
        self.keep_button.setToolTip(tr("Put the track into the survey as it is"))
        self.continue_button.setText(tr("Go on"))
        self.continue_button.setToolTip(tr("Go on recording this track, as a further part of it"))
        self._show(self.drop_button, self.keep_button, self.continue_button)

    def _show(self, *shown: QPushButton) -> None:
        buttons = (
            self.record_button, self.finish_button, self.drop_button, self.keep_button, self.continue_button,
        )
        for button in buttons:
            button.setVisible(button in shown)
