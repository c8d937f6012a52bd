"""The history of a record: who changed what, when, from what to what, and a way back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from surveyapp.domain.fields import Field
from surveyapp.domain.merge import Revision
from surveyapp.ui.forms.history_text import Entry, FieldChange, entries, isolated
from surveyapp.ui.forms.look import ToneLabel, small_button
from surveyapp.words import tr

_AT_ONCE = 25
"""Cards that are made at once; a record that was edited a thousand times must not make the window wait."""
_LONGEST = 160
"""Characters of a value that are shown; the tooltip has it whole."""


class HistoryPanel(QScrollArea):
    """``restoreRequested(Revision)`` when a version is wanted back. The caller saves it as a new change, so
    that nothing of the history is lost."""

    restoreRequested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._entries: list[Entry] = []
        self._shown = 0
        self._editable = True
        self.cards: list[HistoryCard] = []
        self._host = QWidget()
        self._column = QVBoxLayout(self._host)
        self._column.setContentsMargins(10, 8, 10, 8)
        self._column.setSpacing(8)
        self._nothing = ToneLabel(tr("Nothing is chosen, or it has not been saved yet."), "muted")
        self.older_button = QPushButton(tr("Show older versions"))
        self.older_button.setAutoDefault(False)
        self.older_button.clicked.connect(self._show_more)
        self._column.addWidget(self._nothing)
        self._column.addWidget(self.older_button)
        self._column.addStretch(1)
        self.setWidget(self._host)
        self.show_history(())

    def show_history(self, revisions: Sequence[Revision], asked: Sequence[Field] = ()) -> None:
        """Show the revisions of one record, the latest first; ``asked`` are its fields as its office makes them."""
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards, self._shown = [], 0
        self._entries = entries(revisions, asked)
        self._nothing.setVisible(not self._entries)
        self._show_more()
        self.verticalScrollBar().setValue(0)

    def set_editable(self, editable: bool) -> None:
        """Whether versions can be restored."""
        self._editable = editable
        for card in self.cards:
            card.set_editable(editable)

    def _show_more(self) -> None:
        for entry in self._entries[self._shown : self._shown + _AT_ONCE]:
            card = HistoryCard(entry, self._host)
            card.set_editable(self._editable)
            card.restoreWanted.connect(self.restoreRequested)
            self._column.insertWidget(len(self.cards), card)
            self.cards.append(card)
        self._shown = len(self.cards)
        left = len(self._entries) - self._shown
        self.older_button.setText(tr("Show older versions ({left})", left=left))
        self.older_button.setVisible(left > 0)


class HistoryCard(QFrame):
    """One revision. ``restoreWanted(Revision)`` by its button."""

    restoreWanted = Signal(object)

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.setProperty("card", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.addWidget(ToneLabel(f"{entry.when} · {isolated(entry.who)}", "", self, bold=True), 1)
        self.restore_button = small_button(tr("Restore"), tr("Bring this version back as a new change"), self)
        self.restore_button.clicked.connect(lambda: self.restoreWanted.emit(entry.revision))
        if entry.stands:
            head.addWidget(ToneLabel(tr("stands now"), "good", self, wrap=False))
        head.addWidget(self.restore_button)
        column.addLayout(head)
        column.addWidget(ToneLabel(entry.what, "muted", self))
        self.lines = [self._line(change) for change in entry.changes]
        for line in self.lines:
            column.addWidget(line)

    def set_editable(self, editable: bool) -> None:
        self.restore_button.setVisible(editable and self.entry.can_restore)

    def _line(self, change: FieldChange) -> ToneLabel:
        before, after = _short(change.before), _short(change.after)
        if self.entry.revision.parents:
            told = f"{change.title}: {before or tr('empty')} → {after or tr('empty')}"
        else:
            told = f"{change.title}: {after}"
        line = ToneLabel(told, "", self)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if max(len(change.before), len(change.after)) > _LONGEST:
            line.setToolTip(f"{change.before}\n→\n{change.after}")
        return line


def _short(text: str) -> str:
    return isolated(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…") if text else ""
