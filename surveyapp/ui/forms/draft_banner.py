"""Asks whether a half-filled form that was kept should come back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from surveyapp.ui.forms.draft import Draft
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.ui.forms.moments import short
from surveyapp.words import ntr, tr


class DraftBanner(QFrame):
    """``continueWanted(Draft)`` or ``discardWanted(Draft)``, whichever is pressed."""

    continueWanted = Signal(object)
    discardWanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.draft: Draft | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(6)
        self._words = ToneLabel("", "warning", self)
        row = QHBoxLayout()
        self.discard_button = QPushButton(tr("Throw away"), self)
        self.continue_button = QPushButton(tr("Continue it"), self)
        self.continue_button.setProperty("role", "primary")
        for button in (self.discard_button, self.continue_button):
            button.setAutoDefault(False)
        row.addStretch(1)
        row.addWidget(self.discard_button)
        row.addWidget(self.continue_button)
        column.addWidget(self._words)
        column.addLayout(row)
        self.continue_button.clicked.connect(self.take_up)
        self.discard_button.clicked.connect(self.throw_away)
        self.hide()

    def offer(self, draft: Draft | None, waiting: int = 0) -> None:
        """Ask about a draft; ``None`` asks nothing. ``waiting`` others are asked about after it."""
        self.draft = draft
        self.setVisible(draft is not None)
        if draft is not None:
            self._words.say(_told(draft, waiting))

    def take_up(self) -> None:
        """Continue the draft that is asked about."""
        draft = self.draft
        self.offer(None)
        self.continueWanted.emit(draft)

    def throw_away(self) -> None:
        """Throw away the draft that is asked about."""
        draft = self.draft
        self.offer(None)
        self.discardWanted.emit(draft)


def _told(draft: Draft, waiting: int) -> str:
    what = f" ({draft.caption})" if draft.caption else ""
    kept = short(draft.kept_at)
    if draft.new:
        told = tr("A new sighting{what} was begun and not saved; kept {kept}.", what=what, kept=kept)
    else:
        told = tr("Changes to a sighting{what} were begun and not saved; kept {kept}.", what=what, kept=kept)
    if waiting:
        told += " " + ntr("{n} more waits after it.", "{n} more wait after it.", waiting)
    return told
