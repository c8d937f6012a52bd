"""A part of the form that opens and closes, and says in its heading what is in it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QStyle, QVBoxLayout, QWidget

from surveyapp.ui import theme
from surveyapp.ui.forms.look import mixed, target_px

_CHEVRON_X, _TEXT_X = 16, 32
_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""A window that opens gives its first widget the focus; a ring would then only look like a choice."""


class _Heading(QAbstractButton):
    """Chevron, title, what is filled in, and a mark when something is wrong inside."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._by_keyboard = False
        self.summary = ""
        self.mark = ""
        """Tone of the mark, empty for none."""

    def sizeHint(self) -> QSize:
        return QSize(120, target_px() + 4)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self.hasFocus() and self._by_keyboard
        painter.setPen(QPen(QColor(colours.accent), 2) if ring else Qt.PenStyle.NoPen)
        painter.setBrush(mixed(colours.raised, colours.window, 1.0 if self.underMouse() else 0.65))
        painter.drawRoundedRect(self.rect().adjusted(1, 2, -1, -2), 6, 6)
        self._draw_chevron(painter, mixed(colours.muted, colours.window, 1.0))
        bold = QFont(self.font())
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(mixed(colours.text, colours.window, 1.0))
        width = QFontMetrics(bold).horizontalAdvance(self.text())
        room = self._placed(QRect(_TEXT_X, 0, width + 4, self.height()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())
        right = self.width() - 10
        if self.mark:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(str(getattr(colours, self.mark)), colours.window, 1.0))
            painter.drawEllipse(self._placed(QRect(right - 8, self.height() // 2 - 4, 9, 9)))
            right -= 18
        if self.summary and not self.isChecked():
            self._draw_summary(painter, _TEXT_X + width + 14, right)

    def _draw_summary(self, painter: QPainter, left: int, right: int) -> None:
        painter.setFont(self.font())
        painter.setPen(mixed(theme.current().muted, theme.current().window, 1.0))
        room = self._placed(QRect(left, 0, max(0, right - left), self.height()))
        text = QFontMetrics(self.font()).elidedText(self.summary, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def _placed(self, room: QRect) -> QRect:
        """The room as it lies where one reads from right to left."""
        return QStyle.visualRect(self.layoutDirection(), self.rect(), room)

    def _draw_chevron(self, painter: QPainter, colour: QColor) -> None:
        middle = self.height() / 2
        turned = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        at, way = (self.width() - _CHEVRON_X, -1) if turned else (_CHEVRON_X, 1)
        points = [(-4, -2), (0, 2), (4, -2)] if self.isChecked() else [(-2, -4), (2, 0), (-2, 4)]
        painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(at + way * x, middle + y) for x, y in points]))


class Section(QFrame):
    """``title`` over ``body``; ``toggled(bool)`` when it opens or closes."""

    toggled = Signal(bool)

    def __init__(self, title: str, body: QWidget, *, is_open: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.body = title, body
        self.heading = _Heading(title, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(body)
        self.heading.setChecked(is_open)
        body.setVisible(is_open)
        self.heading.toggled.connect(self._show)

    @property
    def is_open(self) -> bool:
        return self.heading.isChecked()

    def set_open(self, is_open: bool) -> None:
        self.heading.setChecked(is_open)

    def set_summary(self, text: str) -> None:
        """What is filled in, shown while it is closed."""
        if text != self.heading.summary:
            self.heading.summary = text
            self.heading.setAccessibleDescription(text)
            self.heading.update()

    def set_mark(self, tone: str) -> None:
        """``danger`` or ``warning`` when something inside wants mending, empty for nothing."""
        if tone != self.heading.mark:
            self.heading.mark = tone
            self.heading.update()

    def _show(self, is_open: bool) -> None:
        self.body.setVisible(is_open)
        self.toggled.emit(is_open)
