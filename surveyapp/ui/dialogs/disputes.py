"""The queue of disagreements: one after the other, what each side says, who said it and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.merge import DELETED, Conflict
from surveyapp.domain.records import Value
from surveyapp.ui.dialogs.base import Dialog, card, role_label
from surveyapp.ui.forms.history_text import readable
from surveyapp.ui.forms.moments import short


@dataclass(frozen=True, slots=True)
class Dispute:
    """An open conflict, and what its record is called."""

    conflict: Conflict
    caption: str

    @property
    def field(self) -> str:
        """Title of the field in dispute."""
        if self.conflict.field == GEOMETRY:
            return "Position"
        if self.conflict.field == DELETED:
            return "Delete or keep"
        field = LAYER_BY_NAME[self.conflict.layer].field(self.conflict.field)
        return field.label if field else self.conflict.field

    def words(self, value: Value) -> str:
        """A side's value as a person reads it."""
        if self.conflict.field == DELETED:
            return "Delete the record" if value else "Keep the record, with the edits"
        return readable(self.conflict.layer, self.conflict.field, value) or "nothing (left empty)"


class DisputesDialog(Dialog):
    """Stays open until one closes it. ``decided`` carries the conflict's id, and the letter of the side taken or
    the text typed instead (one of them empty); ``record_wanted`` the uuid of a record to show.
    """

    decided = Signal(str, str, str)
    record_wanted = Signal(str)

    def __init__(self, *, writable: bool, parent: QWidget | None = None) -> None:
        super().__init__(
            "Disagreements",
            "Nothing is lost: every version stays in the history, and what you decide here travels with the file.",
            "Close",
            parent,
        )
        self._writable = writable
        self._disputes: list[Dispute] = []
        self.cancel_button.hide()
        self.list = QListWidget()
        self.list.setObjectName("disputes")
        self.list.setAlternatingRowColors(True)
        self.list.setWordWrap(True)
        self.list.currentRowChanged.connect(self._show)
        self.panel = QScrollArea()
        self.panel.setWidgetResizable(True)
        self.panel.setFrameShape(QFrame.Shape.NoFrame)
        self._typed: QLineEdit | QComboBox | None = None
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.list)
        split.addWidget(self.panel)
        split.setStretchFactor(1, 1)
        split.setSizes([300, 560])
        split.setChildrenCollapsible(False)
        self.body.addWidget(split, 1)
        for letter in "ABCD":
            QShortcut(QKeySequence(f"Alt+{letter}"), self, lambda side=letter: self._take(side))
        self.resize(900, 560)
        self._show(-1)

    def fill(self, disputes: Sequence[Dispute]) -> None:
        """Show what is still open; one's place in the queue is kept."""
        here = self.list.currentRow()
        self._disputes = list(disputes)
        self.list.blockSignals(True)
        self.list.clear()
        for dispute in self._disputes:
            self.list.addItem(QListWidgetItem(f"{dispute.caption}\n{dispute.field}"))
        self.list.blockSignals(False)
        count = len(self._disputes)
        self.heading.setText("No disagreements" if not count else f"{count} to decide")
        self.complain("")
        row = min(max(here, 0), count - 1)
        self.list.setCurrentRow(row)
        self._show(row)

    @property
    def current(self) -> Dispute | None:
        """The disagreement on show."""
        row = self.list.currentRow()
        return self._disputes[row] if 0 <= row < len(self._disputes) else None

    def refuse(self, sentence: str) -> None:
        """Say why a decision was not taken."""
        self.complain(sentence, blocks=False)
        self.panel.setEnabled(True)

    def _show(self, row: int) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 4, 4, 4)
        column.setSpacing(10)
        self._typed = None
        if 0 <= row < len(self._disputes):
            self._describe(self._disputes[row], column)
        else:
            column.addWidget(role_label("Nothing is left to decide.", "muted"))
        column.addStretch(1)
        self.panel.setWidget(content)
        self.panel.setEnabled(True)

    def _describe(self, dispute: Dispute, column: QVBoxLayout) -> None:
        conflict = dispute.conflict
        top = QHBoxLayout()
        top.addWidget(role_label(f"{dispute.caption}: {dispute.field}", "heading"), 1)
        look = QPushButton("Show record")
        look.setProperty("role", "flat")
        look.clicked.connect(lambda: self.record_wanted.emit(conflict.record))
        top.addWidget(look)
        column.addLayout(top)
        if conflict.field != DELETED:
            was = readable(conflict.layer, conflict.field, conflict.ancestor) or "nothing"
            column.addWidget(role_label(f"Before they parted it was: {was}", "muted"))
        for number, side in enumerate(conflict.values):
            column.addWidget(self._side(dispute, number, side.value, side.author, side.at))
        if conflict.field != DELETED:
            column.addLayout(self._own(dispute))

    def _side(self, dispute: Dispute, number: int, value: Value, author: str | None, at: str | None) -> QFrame:
        letter = chr(ord("A") + number)
        frame = card()
        row = QHBoxLayout(frame)
        row.setContentsMargins(14, 10, 14, 10)
        words = QVBoxLayout()
        words.setSpacing(2)
        said = role_label(dispute.words(value), "heading")
        said.setObjectName(f"side_{letter}")
        words.addWidget(said)
        when = f", {short(at)}" if at else ""
        standing = "; shown for now" if value == dispute.conflict.chosen else ""
        words.addWidget(role_label(f"{author or 'somebody unnamed'}{when}{standing}", "muted"))
        row.addLayout(words, 1)
        take = QPushButton(f"Take {letter}")
        take.setObjectName(f"take_{letter}")
        take.setToolTip(f"Alt+{letter}")
        take.setEnabled(self._writable)
        take.clicked.connect(lambda: self._take(letter))
        row.addWidget(take)
        return frame

    def _own(self, dispute: Dispute) -> QHBoxLayout:
        """A value of one's own; of a coded field one of its terms."""
        field = LAYER_BY_NAME[dispute.conflict.layer].field(dispute.conflict.field)
        if field is not None and field.vocabulary is not None:
            box = QComboBox()
            box.addItem("Another value…", "")
            for term in field.vocabulary.terms:
                box.addItem(term.label, term.code)
            self._typed = box
        else:
            edit = QLineEdit()
            edit.setPlaceholderText("Another value")
            edit.returnPressed.connect(self._take_own)
            self._typed = edit
        self._typed.setObjectName("own_value")
        self._typed.setEnabled(self._writable)
        take = QPushButton("Take this")
        take.setObjectName("take_own")
        take.setEnabled(self._writable)
        take.clicked.connect(self._take_own)
        row = QHBoxLayout()
        row.addWidget(self._typed, 1)
        row.addWidget(take)
        return row

    def _take(self, letter: str) -> None:
        dispute = self.current
        if dispute is not None and self._writable and ord(letter) - ord("A") < len(dispute.conflict.values):
            self._decide(dispute, letter, "")

    def _take_own(self) -> None:
        dispute, typed = self.current, self._typed
        if dispute is None or typed is None:
            return
        text = typed.currentData() if isinstance(typed, QComboBox) else typed.text().strip()
        if not text:
            self.refuse("Type or choose the value first.")
            return
        self._decide(dispute, "", str(text))

    def _decide(self, dispute: Dispute, letter: str, text: str) -> None:
        self.panel.setEnabled(False)  # until the queue is filled again: no decision is taken twice
        self.decided.emit(dispute.conflict.conflict, letter, text)
