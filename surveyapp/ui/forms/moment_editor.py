"""A time: typed as people write it, shown back in words, kept in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtWidgets import QCalendarWidget, QFrame, QLineEdit, QVBoxLayout, QWidget

from surveyapp.domain.fields import Field
from surveyapp.domain.records import PAKISTAN, Value, moment_of, utc_text
from surveyapp.errors import BadInput
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.look import IconButton, ToneLabel, small_button
from surveyapp.ui.forms.moments import local_text, parse_local, spoken
from surveyapp.words import tr


class MomentEditor(Editor):
    """Local time in one line, with ``Now`` and a calendar, and below it what was understood.

    ``now`` can be set for tests.
    """

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        column = QWidget(self)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        self.line = QLineEdit(column)
        self.line.setPlaceholderText("2026-11-24 09:30")
        self.understood = ToneLabel("", "muted", column)
        rows.addWidget(self.line)
        rows.addWidget(self.understood)
        self.now_button = small_button(tr("Now"), tr("Set the time to this moment"))
        self.calendar_button = IconButton("calendar", tr("Choose the day"))
        self.row_layout.addWidget(column, 1)
        self.row_layout.addWidget(self.now_button, 0, Qt.AlignmentFlag.AlignTop)
        self.row_layout.addWidget(self.calendar_button, 0, Qt.AlignmentFlag.AlignTop)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(self._edited)
        self.now_button.clicked.connect(self.set_now)
        self.calendar_button.clicked.connect(self._open_calendar)

    def raw(self) -> str:
        return self.line.text()

    def set_raw(self, raw: str) -> None:
        if raw != self.line.text():
            self.line.setText(raw)
        self._say()

    def set_value(self, value: Value) -> None:
        super().set_value(value)
        self._say()  # the words of a value that was the same line as before

    def _show(self, value: Value) -> None:
        self.set_raw(local_text(value))

    def _read(self, raw: str) -> Value:
        return parse_local(raw, self.field.label, self.now())

    def _edited(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        try:
            words = spoken(self.value())
        except BadInput:
            words = ""
        self.understood.say(words)
        self.understood.setVisible(bool(words))

    def set_now(self) -> None:
        """Put this moment in."""
        self.set_value(utc_text(self.now()))
        self.changed.emit()

    def _open_calendar(self) -> None:
        self._popup = _Calendar(self._day(), self)
        self._popup.calendar.clicked.connect(self._take_day)
        self._popup.calendar.activated.connect(self._take_day)
        corner = self.calendar_button.mapToGlobal(QPoint(self.calendar_button.width(), 0))
        self._popup.show_at(corner, self.calendar_button.height())

    def _take_day(self, day: QDate) -> None:
        self._popup.close()
        clock = self._moment().astimezone(PAKISTAN).strftime("%H:%M")
        self.line.setText(f"{day.toString(Qt.DateFormat.ISODate)} {clock}")
        self._edited()
        self.line.setFocus()

    def _day(self) -> QDate:
        local = self._moment().astimezone(PAKISTAN)
        return QDate(local.year, local.month, local.day)

    def _moment(self) -> datetime:
        try:
            return moment_of(self.value()) or self.now()
        except BadInput:
            return self.now()


class _Calendar(QFrame):
    """A month in a popup; Escape closes it."""

    def __init__(self, day: QDate, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("card", True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.calendar = QCalendarWidget(self)
        self.calendar.setSelectedDate(day)
        self.calendar.setGridVisible(False)
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(6, 6, 6, 6)
        rows.addWidget(self.calendar)

    def show_at(self, right_top: QPoint, button_height: int) -> None:
        """Below a button whose right top corner is given, or above it where there is no room."""
        self.adjustSize()
        room = self.parentWidget().screen().availableGeometry()
        x = max(room.left(), right_top.x() - self.width())
        y = right_top.y() + button_height
        if y + self.height() > room.bottom():
            y = max(room.top(), right_top.y() - self.height())
        self.move(x, y)
        self.show()
        self.calendar.setFocus()
