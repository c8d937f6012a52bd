"""Editors of text and numbers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QTextOption
from PySide6.QtWidgets import QLineEdit, QTextEdit, QWidget

from surveyapp.domain.fields import DATE, INTEGER, REAL, Field
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.look import target_px, text_direction

KEEPS_RETURN = "keepsReturn"
"""Property of a line edit that does something of its own on Return."""


class LineEditor(Editor):
    """One line of text or a number. Numbers take Urdu digits and a decimal comma; the wheel does nothing,
    so that scrolling the form never changes a figure."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.line = QLineEdit(self)
        self.row_layout.addWidget(self.line)
        self.setFocusProxy(self.line)
        if field.kind == INTEGER:
            self.line.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        elif field.kind == REAL:
            self.line.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        elif field.kind == DATE:
            self.line.setPlaceholderText("2026-11-24")
        self.line.textEdited.connect(self._edited)

    def raw(self) -> str:
        return self.line.text()

    def set_raw(self, raw: str) -> None:
        if raw != self.line.text():
            self.line.setText(raw)
            self.line.setCursorPosition(0)
        self._turn(raw)

    def _edited(self, text: str) -> None:
        self._turn(text)
        self.changed.emit()

    def _turn(self, text: str) -> None:
        """Urdu starts at the right."""
        self.line.setLayoutDirection(text_direction(text))


class NotesEditor(Editor):
    """Several lines of text in any script; each paragraph runs the way its letters do. Tab goes on."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.area = QTextEdit(self)  # QPlainTextEdit does not put Urdu paragraphs to the right
        self.area.setAcceptRichText(False)
        self.area.setTabChangesFocus(True)
        lines = self.area.fontMetrics().lineSpacing() * 3 + 18
        self.area.setFixedHeight(max(lines, target_px() * 2))
        self.row_layout.addWidget(self.area)
        self.setFocusProxy(self.area)
        self.area.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.area.textChanged.connect(self.changed)

    def raw(self) -> str:
        return self.area.toPlainText()

    def set_raw(self, raw: str) -> None:
        if raw != self.area.toPlainText():
            blocked = self.area.blockSignals(True)
            self.area.setPlainText(raw)
            self.area.blockSignals(blocked)


class ReturnGoesOn(QObject):
    """Return in a one-line editor goes to the next one, as people expect of a form on a keypad."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
            and isinstance(watched, QLineEdit)
            and not watched.property(KEEPS_RETURN)
        ):
            watched.focusNextPrevChild(True)
            return True
        return super().eventFilter(watched, event)
