"""What reviewers said of a sighting, in its form: over the form of the whole record, beside a field of that field.

Each remark can be answered where it stands. A remark on what the record said before it was changed is greyed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from surveyapp.domain.reviewing import ACCEPTED, DRAFT, HAS_ISSUES, REJECTED
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.services.reviewing import Remark
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.forms.look import ToneLabel, small_button, text_direction
from surveyapp.ui.forms.moments import short
from surveyapp.words import ntr, tr

_TONES = {ACCEPTED: "good", HAS_ISSUES: "warning", REJECTED: "danger"}
_LINES = 3
_BANNER_PX = 240
"""The banner grows no higher than this; what has no room in it scrolls."""


def is_old(remark: Remark) -> bool:
    """Whether the record says something else by now, or what the reviewer saw is not known here."""
    return remark.changed_since is not False


class AnswerBox(QPlainTextEdit):
    """A few lines for an answer. Ctrl+Return saves it, Escape gives it up; Tab goes on."""

    saveWanted = Signal()
    cancelWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("answer")
        self.setTabChangesFocus(True)
        self.setAccessibleName(tr("Answer to the reviewer"))
        self.setPlaceholderText(tr("What you did about it, or why it stays"))
        self.setFixedHeight(_LINES * self.fontMetrics().lineSpacing() + 20)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        strong = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if strong and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_S):
            self.saveWanted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelWanted.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # These keys are the form's and the window's otherwise: they would save or cancel the form instead.
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.ShortcutOverride:
            strong = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_S)
            if event.key() == Qt.Key.Key_Escape or (strong and event.key() in keys):
                event.accept()
                return True
        return super().event(event)


class RemarkCard(QFrame):
    """One remark with its answer. ``answered(review, text)`` when an answer is to be saved; ``typed(review, text)``
    while it is typed (``None``: nothing is)."""

    answered = Signal(str, str)
    typed = Signal(str, object)

    def __init__(
        self, remark: Remark, typed: str | None, *, editable: bool, named: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("remark")
        self.setProperty("card", True)
        self.remark = remark
        old = is_old(remark)
        self.head = ToneLabel(_head(remark, named=named), "muted" if old else _TONES.get(remark.verdict, ""), self,
                              bold=True)
        self.reason = ToneLabel(remark.reason, "muted" if old else "", self)
        self.reason.setLayoutDirection(text_direction(remark.reason))
        self.reason.setVisible(bool(remark.reason))
        self.reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.age = ToneLabel(_age(remark), "muted", self)
        self.age.setVisible(old)
        self.answer = ToneLabel(tr("Answer: {text}", text=isolated(remark.answer)), "muted", self)
        self.answer.setVisible(bool(remark.answer))
        self.box = AnswerBox(self)
        self.box.hide()
        self.answer_button = small_button(tr("Change the answer") if remark.answer else tr("Answer…"), parent=self)
        self.answer_button.setObjectName("answer_button")
        self.answer_button.setVisible(editable and (remark.verdict != ACCEPTED or bool(remark.reason or remark.answer)))
        self.save_button = QPushButton(tr("Save the answer"), self)
        self.save_button.setObjectName("save_answer")
        self.save_button.setToolTip(tr("Save the answer (Ctrl+Return)"))
        self.cancel_button = small_button(tr("Cancel"), parent=self)
        for button in (self.save_button, self.cancel_button):
            button.setAutoDefault(False)
            button.hide()
        self._lay_out()
        self.answer_button.clicked.connect(self.open_box)
        self.save_button.clicked.connect(self._save)
        self.cancel_button.clicked.connect(self._give_up)
        self.box.saveWanted.connect(self._save)
        self.box.cancelWanted.connect(self._give_up)
        self.box.textChanged.connect(lambda: self.typed.emit(remark.review, self.box.toPlainText()))
        if typed is not None and editable:
            self._open(typed)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 8, 6)
        column.setSpacing(3)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addStretch(1)
        for button in (self.answer_button, self.cancel_button, self.save_button):
            row.addWidget(button)
        for part in (self.head, self.reason, self.age, self.answer, self.box):
            column.addWidget(part)
        column.addLayout(row)

    def open_box(self) -> None:
        """Let the person type an answer."""
        self._open(self.remark.answer)
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, text: str) -> None:
        blocked = self.box.blockSignals(True)
        self.box.setPlainText(text)
        self.box.blockSignals(blocked)
        self._show_box(True)

    def _show_box(self, shown: bool) -> None:
        for part in (self.box, self.save_button, self.cancel_button):
            part.setVisible(shown)
        self.answer_button.setVisible(not shown)
        self.answer.setVisible(not shown and bool(self.remark.answer))

    def _save(self) -> None:
        self.answered.emit(self.remark.review, self.box.toPlainText())

    def _give_up(self) -> None:
        self._show_box(False)
        self.typed.emit(self.remark.review, None)
        self.answer_button.setFocus(Qt.FocusReason.OtherFocusReason)


class Remarks(QWidget):
    """A column of remarks. Signals as those of :class:`RemarkCard`."""

    answered = Signal(str, str)
    typed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[RemarkCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 2)
        self._column.setSpacing(4)
        self.hide()

    def show_remarks(
        self, remarks: Sequence[Remark], typed: Mapping[str, str], *, editable: bool, named: Iterable[str] = ()
    ) -> None:
        """Show these; ``typed`` are answers that are being typed, by review; of those ``named`` the field is told."""
        told = set(named)
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        for remark in remarks:
            card = RemarkCard(remark, typed.get(remark.review), editable=editable, named=remark.review in told,
                              parent=self)
            card.answered.connect(self.answered)
            card.typed.connect(self.typed)
            self._column.addWidget(card)
            self.cards.append(card)
        self.setVisible(bool(remarks))


class RemarksBanner(QFrame):
    """Over the form: what was said of the whole record, how many fields have a remark, and one press that says that all
    is dealt with. ``fieldWanted(name)`` to go to a field; ``dealtWith()``; others as those of :class:`RemarkCard`."""

    answered = Signal(str, str)
    typed = Signal(str, object)
    fieldWanted = Signal(str)
    dealtWith = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("remarks")
        self._fields: list[str] = []
        self._at = -1
        self._status = ""
        self._dirty = False
        self.list = Remarks(self)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.list)
        self.more_button = small_button("", parent=self)
        self.more_button.setObjectName("older_remarks")
        self.more_button.setCheckable(True)
        self.field_button = small_button("", tr("Go to the next field with a remark"), self)
        self.field_button.setObjectName("next_remark")
        self.done_button = QPushButton(tr("Submit again"), self)
        self.done_button.setObjectName("dealt_with")
        self.done_button.setProperty("role", "primary")
        self.done_button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.more_button)
        row.addWidget(self.field_button)
        row.addStretch(1)
        row.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(4)
        column.addWidget(self.area)
        column.addLayout(row)
        self.list.installEventFilter(self)
        self.list.answered.connect(self.answered)
        self.list.typed.connect(self.typed)
        self.field_button.clicked.connect(self._next)
        self.done_button.clicked.connect(self.dealtWith)
        self.more_button.toggled.connect(lambda _on: self._fill())
        self._shown: tuple[list[Remark], dict[str, str], bool, set[str]] = ([], {}, False, set())
        self.hide()

    def show_remarks(
        self,
        whole: Sequence[Remark],
        fields: Sequence[str],
        status: str,
        typed: Mapping[str, str],
        *,
        editable: bool,
    ) -> None:
        """Remarks on the whole record, or on what has no row in the form; ``fields`` with a remark beside them."""
        named = {one.review for one in whole if one.field_name}
        self._shown = (list(whole), dict(typed), editable, named)
        self._fields = list(fields)
        self._status = status
        self.more_button.setVisible(len(whole) > 1)
        self.field_button.setVisible(bool(fields))
        self.field_button.setText(
            ntr("{n} at a field", "{n} at fields", len(fields))
        )
        self.done_button.setVisible(editable and status in (HAS_ISSUES, DRAFT))
        self.set_dirty(self._dirty)
        self.setVisible(bool(whole or fields))
        self._fill()

    def set_dirty(self, dirty: bool) -> None:
        """What stands unsaved in the form would not be submitted."""
        self._dirty = dirty
        self.done_button.setEnabled(not dirty)
        self.done_button.setToolTip(
            tr("Save the form first (Ctrl+S)") if dirty else
            tr("All is dealt with: remarks without an answer get “Dealt with.”, and the sighting is submitted again")
        )

    def _fill(self) -> None:
        remarks, typed, editable, named = self._shown
        everything = self.more_button.isChecked()
        first = [one for number, one in enumerate(remarks) if everything or number == 0 or one.review in typed]
        left = len(remarks) - len(first)
        self.more_button.setText(
            tr("Only the latest") if everything else ntr("{n} older", "{n} older", left)
        )
        self.list.show_remarks(first, typed, editable=editable, named=named)
        self.area.setVisible(bool(first))
        self._fit()

    def _fit(self) -> None:
        """As high as what it says, up to a limit: the form needs the room."""
        width = max(self.area.viewport().width(), 120)
        self.list.layout().activate()
        high = self.list.heightForWidth(width) if self.list.hasHeightForWidth() else self.list.sizeHint().height()
        self.area.setFixedHeight(min(high + 2, _BANNER_PX))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and event.type() == QEvent.Type.LayoutRequest:
            self._fit()  # a box for an answer was opened or closed
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _next(self) -> None:
        if self._fields:
            self._at = (self._at + 1) % len(self._fields)
            self.fieldWanted.emit(self._fields[self._at])


def _head(remark: Remark, *, named: bool) -> str:
    verdict = VOCABULARIES["verdict"].label(remark.verdict)
    if named and remark.field_label:
        verdict = tr("{field}: {what}", field=remark.field_label, what=verdict)
    who = isolated(remark.reviewer or tr("somebody unnamed"))
    return " · ".join(part for part in (verdict, who, short(remark.decided_at)) if part)


def _age(remark: Remark) -> str:
    if remark.changed_since is None:
        return tr("On a version that is not in this file.")
    return tr("The sighting was changed since this was said.")
