"""Draws what a tool shows over the map."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from surveyapp.ui.mapcanvas import chrome
from surveyapp.ui.mapcanvas.graticule import area_text, distance_text
from surveyapp.ui.mapcanvas.ground import paint_halo_text
from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.tools import Drawing, Measured
from surveyapp.words import tr


def measured_text(measured: Measured) -> str:
    """A measurement in words, for the map and the status bar."""
    text = tr(
        "{length} at {bearing}°", length=distance_text(measured.leg_m), bearing=f"{measured.bearing_deg:05.1f}"
    )
    if measured.area_m2 is not None:
        text += tr(
            ", total {length}, area {area}", length=distance_text(measured.total_m), area=area_text(measured.area_m2)
        )
    return text


def paint_measured(painter: QPainter, theme: Theme, text: str, width: float, height: float) -> None:
    """The measurement in a pill, low in a view of this size."""
    box = chrome.notice_box(QFontMetricsF(painter.font()), text, width, height - 2 * chrome.EDGE - 90)
    chrome.paint_notice(painter, theme, text, box)


def paint_drawing(painter: QPainter, theme: Theme, drawing: Drawing) -> None:
    """Rubber band, lasso, measured line, cross hairs."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if len(drawing.line) > 1:
        points = QPolygonF([QPointF(x, y) for x, y in drawing.line])
        _paint_line(painter, theme, points, drawing)
    painter.setPen(QPen(QColor(theme.halo), 1.5))
    painter.setBrush(QColor(theme.accent))
    for x, y in drawing.knots:
        painter.drawEllipse(QPointF(x, y), 5, 5)
    metrics = painter.fontMetrics()
    for x, y, text in drawing.texts:
        box = QRectF(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height())
        box.moveCenter(QPointF(x, y))
        paint_halo_text(painter, box, text, theme.text, theme.halo)
    if drawing.cross is not None:
        _paint_cross(painter, theme, *drawing.cross)
    painter.restore()


def _paint_line(painter: QPainter, theme: Theme, points: QPolygonF, drawing: Drawing) -> None:
    round_join = (Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    if drawing.closed:
        tint = QColor(theme.accent)
        tint.setAlpha(36)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPolygon(points, Qt.FillRule.OddEvenFill)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((theme.halo, 4.5), (theme.accent, 2.0)):
        painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, *round_join))
        painter.drawPolyline(points)
    if drawing.closed:
        painter.setPen(QPen(QColor(theme.accent), 1.4, Qt.PenStyle.DashLine, *round_join))
        painter.drawLine(points.last(), points.first())


def _paint_cross(painter: QPainter, theme: Theme, x: float, y: float) -> None:
    for colour, width in ((theme.halo, 3.6), (theme.accent, 1.6)):
        painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(QPointF(x + 5 * dx, y + 5 * dy), QPointF(x + 16 * dx, y + 16 * dy))
