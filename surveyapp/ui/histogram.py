"""The outcomes of a simulation as bars, with low, best and high drawn through them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from surveyapp.ui import theme
from surveyapp.ui.forms.look import mixed
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.domain.estimation import Figures

_BARS = 40
_TAIL = 0.995
"""Outcomes above this share of all are not drawn: the tail of a lognormal would press the rest together."""


def figure_text(number: float) -> str:
    """A figure as people read it: three digits, and no more than they carry."""
    if not number:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(number))))
    size = float(f"{number:.3g}")
    return f"{size:,.{digits}f}" if digits else f"{size:,.0f}"


class Histogram(QWidget):
    """Carats of every draw. Nothing is drawn while the model has faults; then ``say`` tells what is missing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = np.zeros(0)
        self._edges = np.zeros(0)
        self._figures: Figures | None = None
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.say(tr("Fill in the inputs to see what comes out."))

    @property
    def counts(self) -> list[int]:
        """How many draws each bar stands for."""
        return [int(count) for count in self._counts]

    def show_outcomes(self, carats: Any, figures: Figures) -> None:
        """Draw the outcomes (numpy array in order of size) with their low, best and high."""
        self._figures, self._words = figures, ""
        low, high = float(carats[0]), float(carats[min(len(carats) - 1, int(_TAIL * len(carats)))])
        if high <= low:
            low, high = low - max(abs(low), 1) * 0.5, low + max(abs(low), 1) * 0.5
        self._counts, self._edges = np.histogram(carats, bins=_BARS, range=(low, high))
        told = tr("Low {low}, best {best}, high {high} carats", low=figure_text(figures.low_ct),
                  best=figure_text(figures.best_ct), high=figure_text(figures.high_ct))
        self.setAccessibleName(tr("Outcomes of the simulation"))
        self.setAccessibleDescription(told)
        self.update()

    def say(self, words: str) -> None:
        """Draw nothing, and say why."""
        self._figures, self._words = None, words
        self._counts = np.zeros(0)
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 170)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 150)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # numbers grow to the right in every language
        colours = theme.current()
        metrics = painter.fontMetrics()
        frame = QRectF(self.rect()).adjusted(8, metrics.height() + 8, -8, -metrics.height() - 8)
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.drawLine(frame.bottomLeft(), frame.bottomRight())
        if self._figures is None or not len(self._counts):
            painter.setPen(QColor(colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(frame, flags, self._words)
        else:
            self._paint_bars(painter, frame, colours)
            self._paint_lines(painter, frame, colours, self._figures)
            self._paint_axis(painter, frame, colours)
        painter.end()

    def _paint_bars(self, painter: QPainter, frame: QRectF, colours: theme.Colours) -> None:
        most = max(1, int(self._counts.max()))
        width = frame.width() / len(self._counts)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(colours.accent, colours.surface, 0.45))
        for place, count in enumerate(self._counts):
            height = frame.height() * int(count) / most
            painter.drawRect(QRectF(frame.left() + place * width, frame.bottom() - height, max(1.0, width - 1), height))

    def _paint_lines(self, painter: QPainter, frame: QRectF, colours: theme.Colours, figures: Figures) -> None:
        bold = QFont(painter.font())
        bold.setBold(True)
        taken = -math.inf
        for name, carats in ((tr("P90"), figures.low_ct), (tr("P50"), figures.best_ct), (tr("P10"), figures.high_ct)):
            x = self._x(frame, carats)
            painter.setPen(QPen(QColor(colours.text), 1.6))
            painter.drawLine(QPointF(x, frame.top() - 2), QPointF(x, frame.bottom()))
            painter.setFont(bold)
            width = painter.fontMetrics().horizontalAdvance(name)
            left = min(max(x - width / 2, taken + 6, frame.left()), frame.right() - width)
            painter.drawText(QPointF(left, frame.top() - 6), name)
            taken = left + width

    def _paint_axis(self, painter: QPainter, frame: QRectF, colours: theme.Colours) -> None:
        font = QFont(painter.font())
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        line = QRectF(frame.left(), frame.bottom() + 4, frame.width(), painter.fontMetrics().height() + 2)
        first, last = figure_text(float(self._edges[0])), figure_text(float(self._edges[-1]))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, first)
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, tr("carats"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, last)

    def _x(self, frame: QRectF, carats: float) -> float:
        low, high = float(self._edges[0]), float(self._edges[-1])
        return frame.left() + frame.width() * min(1.0, max(0.0, (carats - low) / (high - low)))
