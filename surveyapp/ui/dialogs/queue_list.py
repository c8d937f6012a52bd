"""The list of a queue: two lines an item, as high as a fingertip, and a mark on what was skipped."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from surveyapp.ui import theme
from surveyapp.ui.itemmodels.queue import SECOND_LINE, SKIPPED
from surveyapp.ui.itemmodels.records import Index
from surveyapp.words import tr

_PAD_PX = 10


class TwoLines(QStyledItemDelegate):
    """What an item is in bold, under it more about it; ``skipped`` at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, max(2 * option.fontMetrics.lineSpacing() + 14, theme.row_height()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        view = option.widget
        view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, view)
        painter.save()
        room = option.rect.adjusted(_PAD_PX, 6, -_PAD_PX, -6)
        ink = option.palette.color(QPalette.ColorRole.Text)
        if index.data(SKIPPED):
            room.setRight(self._badge(painter, option, room) - 6)
        half = QRect(room.left(), room.top(), room.width(), room.height() // 2)
        _line(painter, half, str(index.data(SECOND_LINE)), option.font, ink, bold=True)
        faint = QColor(theme.current().muted)
        _line(painter, half.translated(0, half.height()), str(index.data()), option.font, faint, bold=False)
        painter.restore()

    def _badge(self, painter: QPainter, option: QStyleOptionViewItem, room: QRect) -> int:
        """Paints ``skipped``; returns its left edge."""
        colours = theme.current()
        font = QFont(option.font)
        font.setPointSizeF(font.pointSizeF() * 0.85)
        metrics = QFontMetrics(font)
        wide, high = metrics.horizontalAdvance(tr("skipped")) + 14, metrics.height() + 4
        box = QRectF(room.right() - wide, room.top() + 1, wide, high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.warning))
        painter.setBrush(QColor(colours.warning_soft))
        painter.drawRoundedRect(box, high / 2, high / 2)
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tr("skipped"))
        return round(box.left())


def _line(painter: QPainter, room: QRect, text: str, font: QFont, ink: QColor, *, bold: bool) -> None:
    chosen = QFont(font)
    chosen.setBold(bold)
    painter.setFont(chosen)
    painter.setPen(ink)
    shown = QFontMetrics(chosen).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class QueueList(QListView):
    """A list of one queue's model, all rows of one height, so that thousands cost nothing."""

    def __init__(self, model: QAbstractItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(TwoLines(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(200)

    def count(self) -> int:
        """How many are shown."""
        return self.model().rowCount()

    def current_row(self) -> int:
        """Row with the cursor; -1 for none."""
        return self.currentIndex().row()

    def set_current_row(self, row: int) -> None:
        """Put the cursor on a row and bring it into view."""
        index = self.model().index(row, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def keyboardSearch(self, search: str) -> None:
        """Letters are shortcuts here."""


class ActButton(QPushButton):
    """A button that Return presses when it has the focus, and only then: in a queue no button is the default one,
    for a Return too many must not decide anything."""

    def __init__(self, text: str, name: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setToolTip(tip)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
