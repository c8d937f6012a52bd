"""A photo to draw on: strokes, lines, arrows, words and a scale bar, each taken back by undo."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from surveyapp.ui import theme
from surveyapp.ui.forms.images import picture, toned

PEN, LINE, ARROW, TEXT, SCALE = "pen", "line", "arrow", "text", "scale"
MOST_PX = 2400
"""Longest side of a sketch; the photo itself is kept as large as it is."""
_LEAST_PX = 6.0
"""Shorter lines on the screen are slips of the hand."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing drawn, in pixels of the picture. ``width``: of its lines, as a share of the picture's longer side."""

    kind: str
    points: tuple[tuple[float, float], ...]
    colour: str
    width: float
    text: str = ""


@dataclass(slots=True)
class Sketch:
    """What was drawn, in order, and what was taken back and can be drawn again."""

    marks: list[Mark] = field(default_factory=list)
    undone: list[Mark] = field(default_factory=list)

    def plain(self) -> list[list[Any]]:
        """The marks as plain data, to be kept."""
        return [[one.kind, [list(point) for point in one.points], one.colour, one.width, one.text]
                for one in self.marks]

    def restore(self, marks: Iterable[Sequence[Any]]) -> None:
        """Put back what :meth:`plain` gave."""
        self.marks = [Mark(kind, tuple((x, y) for x, y in points), colour, width, text)
                      for kind, points, colour, width, text in marks]
        self.undone.clear()

    def add(self, mark: Mark) -> None:
        self.marks.append(mark)
        self.undone.clear()

    def undo(self) -> None:
        if self.marks:
            self.undone.append(self.marks.pop())

    def redo(self) -> None:
        if self.undone:
            self.marks.append(self.undone.pop())


def draw(painter: QPainter, mark: Mark, longest: float) -> None:
    """Draw a mark on a picture whose longer side is ``longest`` px: in its colour, on an edge that shows on any
    ground."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = max(mark.width * longest, 1.0)
    ground = "#ffffff" if QColor(mark.colour).lightnessF() < 0.6 else "#000000"
    path = _path(mark, width)
    for colour, stroke in ((ground, width * 1.8), (mark.colour, width)):
        pen = QPen(QColor(colour), stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        if mark.kind == ARROW:
            painter.setBrush(QColor(colour))
            painter.drawPolygon(_head(mark, width))
    if mark.text:
        _draw_words(painter, mark, width, ground, max(round(longest * 0.012 + width * 4), 8))


def _path(mark: Mark, width: float) -> QPainterPath:
    path = QPainterPath()
    if mark.kind == TEXT:
        return path
    points = [QPointF(*point) for point in mark.points]
    path.moveTo(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if len(points) == 1:
        path.lineTo(points[0] + QPointF(0.01, 0))  # a dot
    if mark.kind == SCALE:
        across = _across(points[0], points[-1]) * (width * 2.5)
        for end in (points[0], points[-1]):
            path.moveTo(end - across)
            path.lineTo(end + across)
    return path


def _across(start: QPointF, end: QPointF) -> QPointF:
    """Unit vector across a line."""
    length = math.hypot(end.x() - start.x(), end.y() - start.y()) or 1.0
    return QPointF(-(end.y() - start.y()) / length, (end.x() - start.x()) / length)


def _head(mark: Mark, width: float) -> QPolygonF:
    start, end = QPointF(*mark.points[0]), QPointF(*mark.points[-1])
    across = _across(start, end)
    along = QPointF(across.y(), -across.x())
    back = end - along * (width * 5)
    return QPolygonF([end, back + across * (width * 2.4), back - across * (width * 2.4)])


def _draw_words(painter: QPainter, mark: Mark, width: float, ground: str, high_px: int) -> None:
    font = QFont(painter.font())
    font.setPixelSize(high_px)
    font.setBold(True)
    painter.setFont(font)
    size = painter.fontMetrics().boundingRect(mark.text).size()
    if mark.kind == SCALE:
        (x1, y1), (x2, y2) = mark.points[0], mark.points[-1]
        corner = QPointF((x1 + x2) / 2 - size.width() / 2, (y1 + y2) / 2 - size.height() - width * 3)
    else:
        corner = QPointF(*mark.points[0])
    path = QPainterPath()
    path.addText(QPointF(corner.x(), corner.y() + painter.fontMetrics().ascent()), font, mark.text)
    painter.setPen(QPen(QColor(ground), high_px * 0.16, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                        Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.fillPath(path, QColor(mark.colour))


class SketchCanvas(QWidget):
    """The picture with what is drawn on it. ``changed`` when something was drawn or taken back; ``wordsWanted`` when a
    tool that writes was used without words."""

    changed = Signal()
    wordsWanted = Signal()

    def __init__(self, data: bytes | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.base = picture(data, QSize(MOST_PX, MOST_PX))
        self.sketch = Sketch()
        self.tool, self.colour, self.width_share, self.words = PEN, "#e02020", 0.004, ""
        self._now: Mark | None = None
        self.setMinimumSize(320, 240)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def rendered(self) -> QImage:
        """The picture with everything drawn on it, without what lay behind a transparent one."""
        made = QImage(self.base.size(), QImage.Format.Format_RGB32)
        made.fill(QColor("#ffffff"))
        painter = QPainter(made)
        painter.drawImage(0, 0, self.base)
        for mark in self.sketch.marks:
            draw(painter, mark, self._longest)
        painter.end()
        return made

    def undo(self) -> None:
        self.sketch.undo()
        self._tell()

    def redo(self) -> None:
        self.sketch.redo()
        self._tell()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.tool in (TEXT, SCALE) and not self.words.strip():
            self.wordsWanted.emit()
            return
        point = self._on_picture(event.position())
        words = self.words.strip() if self.tool in (TEXT, SCALE) else ""
        points = (point,) if self.tool in (PEN, TEXT) else (point, point)
        self._now = Mark(self.tool, points, self.colour, self.width_share, words)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._now is None:
            return
        point = self._on_picture(event.position())
        match self._now.kind:
            case "pen":
                points = (*self._now.points, point)
            case "text":
                points = (point,)
            case _:
                points = (self._now.points[0], point)
        self._now = replace(self._now, points=points)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        mark, self._now = self._now, None
        if mark is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if mark.kind in (PEN, TEXT) or math.dist(mark.points[0], mark.points[1]) * self._scale >= _LEAST_PX:
            self.sketch.add(mark)
        self._tell()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.current().window))
        if self.base.isNull():
            return
        shown = QImage(self._place.size().toSize() * self.devicePixelRatioF(), QImage.Format.Format_RGB32)
        shown.fill(QColor("#ffffff"))
        over = QPainter(shown)
        over.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        over.scale(shown.width() / self.base.width(), shown.height() / self.base.height())
        over.drawImage(0, 0, self.base)
        for mark in (*self.sketch.marks, *([self._now] if self._now else [])):
            draw(over, mark, self._longest)
        over.end()
        painter.drawImage(self._place, toned(shown))

    @property
    def _longest(self) -> float:
        return float(max(self.base.width(), self.base.height(), 1))

    @property
    def _scale(self) -> float:
        """Pixels of the widget for one of the picture."""
        return min(self.width() / max(self.base.width(), 1), self.height() / max(self.base.height(), 1))

    @property
    def _place(self) -> QRectF:
        wide, high = self.base.width() * self._scale, self.base.height() * self._scale
        return QRectF((self.width() - wide) / 2, (self.height() - high) / 2, max(wide, 1), max(high, 1))

    def _on_picture(self, at: QPointF) -> tuple[float, float]:
        """A place of the widget in pixels of the picture, kept within it."""
        place = self._place
        turned = QTransform().scale(1 / self._scale, 1 / self._scale).map(at - place.topLeft())
        return (
            min(max(turned.x(), 0.0), float(self.base.width())),
            min(max(turned.y(), 0.0), float(self.base.height())),
        )

    def _tell(self) -> None:
        self.update()
        self.changed.emit()
