"""Draws the metre grid and the toposheets over the ground, and names their lines."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from surveyapp.ui.mapcanvas.glass import GlassOptions
from surveyapp.ui.mapcanvas.grids import MetreLine, metre_lines, sheet_cells, zone_edges
from surveyapp.ui.mapcanvas.ground import paint_halo_text
from surveyapp.ui.mapcanvas.labels import LabelPlacer
from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.viewport import Floats, Viewport
from surveyapp.words import tr


def paint_sheets(painter: QPainter, view: Viewport, theme: Theme) -> None:
    """Edges of the toposheets, each with its number in its upper left corner."""
    cells = sheet_cells(view)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.sheets), 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for cell in cells:
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in cell.corners.tolist()]))
    metrics = QFontMetricsF(painter.font())
    for cell in cells:
        left, top = cell.corners[3].tolist()
        box = QRectF(left + 5, top + 3, metrics.horizontalAdvance(cell.number) + 2, metrics.height())
        paint_halo_text(painter, box, cell.number, theme.sheets, theme.halo)


def paint_metre_grid(painter: QPainter, view: Viewport, theme: Theme) -> list[MetreLine]:
    """Lines of the UTM grid, each within its zone, and the edges of the zones."""
    lines = metre_lines(view)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.save()
    painter.setPen(QPen(QColor(theme.metre_grid), 1))
    clipped: tuple[float, float] | None = None
    for line in lines:
        if (line.west, line.east) != clipped:
            clipped = line.west, line.east
            painter.setClipRect(QRectF(line.west, 0, line.east - line.west, view.height))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line.pixels.tolist()]))
    painter.restore()
    painter.setPen(QPen(QColor(theme.metre_grid), 2, Qt.PenStyle.DashLine))
    for edge in zone_edges(view):
        painter.drawLine(QPointF(edge.pixel, 0), QPointF(edge.pixel, view.height))
    return lines


def paint_metre_labels(
    painter: QPainter,
    view: Viewport,
    theme: Theme,
    placer: LabelPlacer,
    lines: list[MetreLine],
    options: GlassOptions,
) -> None:
    """Kilometres of eastings along the lower or else the upper edge, of northings along the right or else the left
    one, each beside its line; and the zones on both sides of their common edge."""
    metrics = QFontMetricsF(painter.font())
    height = metrics.height()
    for edge in zone_edges(view):
        text = tr("UTM {west} | {east}", west=edge.west_zone, east=edge.east_zone)
        width = metrics.horizontalAdvance(text) + 6
        left = min(max(edge.pixel - width / 2, 2), view.width - width - 2)
        _place(painter, theme, placer, QRectF(left, view.height / 3, width, height), text)
    for line in lines:
        text = f"{line.label} km{'E' if line.axis == 'easting' else 'N'}"
        width = metrics.horizontalAdvance(text) + 6
        for box in _beside(line, view, width, height, options):
            if _place(painter, theme, placer, box, text):
                break


def _beside(line: MetreLine, view: Viewport, width: float, height: float, options: GlassOptions) -> list[QRectF]:
    """Where the name of a line may stand, the best place first."""
    if line.axis == "easting":
        tops = (view.height - height - 3.0, options.top + 3.0)
        found = [(_crossing(line.pixels[:, 1], line.pixels[:, 0], top + height / 2), top) for top in tops]
        return [QRectF(x + 1, top, width, height) for x, top in found if x is not None and line.west <= x <= line.east]
    sides = [(view.width - 2.0, view.width - width - 3.0), (2.0, 3.0)]
    if options.mirrored:
        sides.reverse()
    crossed = [(_crossing(line.pixels[:, 0], line.pixels[:, 1], at), at, left) for at, left in sides]
    return [
        QRectF(left, y - height - 1, width, height)
        for y, at, left in crossed
        if y is not None and line.west <= at <= line.east
    ]


def _place(painter: QPainter, theme: Theme, placer: LabelPlacer, box: QRectF, text: str) -> bool:
    """Write a name where there is room; False if there is none."""
    place = box.x(), box.y(), box.width(), box.height()
    if not placer.is_free(*place):
        return False
    placer.reserve(*place)
    paint_halo_text(painter, box, text, theme.metre_grid, theme.halo)
    return True


def _crossing(along: Floats, across: Floats, at: float) -> float | None:
    """Where a line has the value ``at``: interpolated in ``across``; ``None`` if it does not reach it."""
    if len(along) < 2 or not min(along[0], along[-1]) <= at <= max(along[0], along[-1]):
        return None
    order = np.argsort(along)
    return float(np.interp(at, along[order], across[order]))
