"""What is drawn on the glass and not on the Earth: scale bar, north arrow, notices."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from surveyapp.ui.mapcanvas.graticule import distance_text, scale_bar
from surveyapp.ui.mapcanvas.ground import paint_halo_text
from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.viewport import Viewport

EDGE = 12
"""Distance of things on the glass from the edges, pixels."""


def paint_panel(painter: QPainter, box: QRectF, theme: Theme, radius: float = 8) -> None:
    """A slightly see-through sheet with an edge."""
    ground = QColor(theme.panel)
    ground.setAlpha(246)
    painter.setPen(QPen(QColor(theme.panel_edge), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def paint_scale_bar(painter: QPainter, view: Viewport, theme: Theme, box: QRectF) -> None:
    """A bar in four parts with its length on the ground at the middle of the view."""
    metres, length = scale_bar(view.metres_per_pixel)
    metrics = QFontMetricsF(painter.font())
    text = distance_text(metres)
    paint_panel(painter, box, theme, 6)
    x, y = box.left() + 12, box.bottom() - 11
    painter.setPen(QPen(QColor(theme.text), 1))
    for part in range(4):
        painter.setBrush(QColor(theme.text if part % 2 == 0 else theme.panel))
        painter.drawRect(QRectF(round(x + part * length / 4) + 0.5, y - 2.5, round(length / 4), 5))
    painter.drawText(QPointF(x - metrics.horizontalAdvance("0") / 2 + 2, y - 6), "0")
    painter.drawText(QPointF(x + length - metrics.horizontalAdvance(text) / 2, y - 6), text)


def paint_north_arrow(painter: QPainter, theme: Theme, middle: QPointF, font: QFont) -> None:
    """North is up in Mercator everywhere, so the arrow never turns."""
    x, y = middle.x(), middle.y()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(0, 0, 34, 48)
    box.moveCenter(middle)
    paint_panel(painter, box, theme, 6)
    tip, tail = QPointF(x, y - 5), QPointF(x, y + 13)
    painter.setPen(QPen(QColor(theme.text), 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(QColor(theme.text))
    painter.drawPolygon(QPolygonF([tip, QPointF(x - 8, y + 18), tail]))
    painter.setBrush(QColor(theme.panel))
    painter.drawPolygon(QPolygonF([tip, QPointF(x + 8, y + 18), tail]))
    bold = QFont(font)
    bold.setBold(True)
    bold.setPixelSize(12)
    painter.setFont(bold)
    painter.drawText(QRectF(x - 12, y - 23, 24, 16), Qt.AlignmentFlag.AlignCenter, "N")
    painter.restore()


def paint_words(painter: QPainter, theme: Theme, box: QRectF, text: str) -> None:
    """Small words straight on the map."""
    paint_halo_text(painter, box, text, theme.text_soft, theme.halo)


def notice_room(width: float) -> float:
    """Pixels of text that fit in a notice in a view of this width, between the arrow and its mirror image."""
    return max(width - 2 * (EDGE + 34 + EDGE) - 28, 40)


def notice_box(metrics: QFontMetricsF, text: str, width: float, top: float) -> QRectF:
    """The box of a notice at the top of a view, below the names of the meridians, clear of the arrow."""
    wide = min(metrics.horizontalAdvance(text), notice_room(width)) + 28
    return QRectF(round((width - wide) / 2), top + 26, wide, metrics.height() + 10)


def paint_notice(painter: QPainter, theme: Theme, text: str, box: QRectF) -> None:
    """A line of text in a pill, shortened to fit."""
    metrics = QFontMetricsF(painter.font())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_panel(painter, box, theme, box.height() / 2)
    painter.setPen(QColor(theme.text))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() - 26)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()


def paint_empty(painter: QPainter, theme: Theme, text: str, width: float, height: float) -> None:
    """A sheet in the middle that says what to do first."""
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    metrics = QFontMetricsF(painter.font())
    widest = min(420.0, width - 80)
    inner = metrics.boundingRect(QRectF(0, 0, widest, 1000), flags, text)
    # As narrow as the same number of lines allows, so that no last word stands alone.
    while True:
        narrower = metrics.boundingRect(QRectF(0, 0, inner.width() - 8, 1000), flags, text)
        if narrower.height() > inner.height() or narrower.width() > inner.width() - 8 or inner.width() < 120:
            break
        inner = narrower
    box = QRectF(0, 0, inner.width() + 64, inner.height() + 44)
    box.moveCenter(QPointF(round(width / 2), round(height / 2)))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_panel(painter, box, theme, 12)
    painter.setPen(QColor(theme.text))
    painter.drawText(box.adjusted(24, 18, -24, -18), flags, text)
    painter.restore()
