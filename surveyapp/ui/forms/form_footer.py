"""What stays in view below the form: help on the field, what is still missing, and the buttons."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from surveyapp.ui import theme
from surveyapp.ui.forms.look import ElidedLabel, ToneLabel, small_button, target_px
from surveyapp.words import tr


class FormFooter(QFrame):
    """Signals: ``saveWanted``, ``absenceWanted``, ``cancelWanted`` (agreed to, where something would be
    lost), ``missingWanted`` (go to the next field that wants something)."""

    saveWanted = Signal()
    absenceWanted = Signal()
    cancelWanted = Signal()
    missingWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asks = False
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(2)
        self.help = ToneLabel("", "muted", self)
        font = self.help.font()
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.help.setFont(font)
        # Two lines always, so that nothing moves as the keyboard goes from field to field.
        self.help.setFixedHeight(2 * self.help.fontMetrics().lineSpacing())
        self.help.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.state = ElidedLabel(self)
        self.next_button = small_button(tr("Go there"), tr("Go to the next field that is still needed (F3)"), self)
        self._pages = QStackedWidget(self)
        self._pages.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._pages.addWidget(self._buttons())
        self._pages.addWidget(self._question())
        column.addWidget(self.help)
        told = QHBoxLayout()
        told.addWidget(self.state, 1)
        told.addWidget(self.next_button)
        column.addLayout(told)
        column.addWidget(self._pages)
        self.next_button.clicked.connect(self.missingWanted)
        self._follow_theme()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(theme.current().edge))
        painter.drawLine(0, 0, self.width(), 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._follow_theme()

    def _follow_theme(self) -> None:
        self.absent_button.setIcon(theme.icon("absent"))
        self._pages.setFixedHeight(target_px() + 2)

    def _buttons(self) -> QWidget:
        page = QWidget(self)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.absent_button = QPushButton(tr("Absent here"), page)
        self.absent_button.setToolTip(
            tr("You looked and found none: a new sighting with the pinned gem and the GPS position, saved at once (F6)")
        )
        self.cancel_button = QPushButton(tr("Cancel"), page)
        self.save_button = QPushButton(tr("Save"), page)
        self.save_button.setProperty("role", "primary")
        self.save_button.setToolTip(tr("Save (Ctrl+S or Ctrl+Return)"))
        for button in (self.absent_button, self.cancel_button, self.save_button):
            button.setAutoDefault(False)
        row.addWidget(self.absent_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.save_button)
        self.absent_button.clicked.connect(self.absenceWanted)
        self.cancel_button.clicked.connect(self.ask_to_cancel)
        self.save_button.clicked.connect(self.saveWanted)
        return page

    def _question(self) -> QWidget:
        page = QWidget(self)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.keep_button = QPushButton(tr("Keep editing"), page)
        self.discard_button = QPushButton(tr("Throw away"), page)
        for button in (self.keep_button, self.discard_button):
            button.setAutoDefault(False)
        row.addWidget(ToneLabel(tr("Throw away what you typed?"), "warning", page), 1)
        row.addWidget(self.discard_button)
        row.addWidget(self.keep_button)
        self.keep_button.clicked.connect(self.stop_asking)
        self.discard_button.clicked.connect(self._agreed)
        return page

    def set_dirty(self, dirty: bool) -> None:
        """Whether cancelling would lose something, and so has to be asked."""
        self._asks = dirty
        if not dirty:
            self.stop_asking()

    def set_state(self, text: str, tone: str, *, can_go: bool) -> None:
        """What is still missing; ``can_go`` if pressing it leads somewhere."""
        self.state.say(text, tone)
        self.next_button.setEnabled(can_go)

    def ask_to_cancel(self) -> None:
        """Cancel, after asking in place where something would be lost."""
        if not self._asks:
            self.cancelWanted.emit()
            return
        self._pages.setCurrentIndex(1)
        self.keep_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop_asking(self) -> None:
        self._pages.setCurrentIndex(0)

    def _agreed(self) -> None:
        self.stop_asking()
        self.cancelWanted.emit()
