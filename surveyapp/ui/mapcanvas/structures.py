"""Measurements of structure on the map: strike with its dip, trend with its plunge, as on a printed geological map.

The map has north at the top and Mercator keeps angles, so an azimuth from true north is drawn as it is. The strokes are
as in the preview (``S.drawStructure`` in resources/preview/points.js), longer: here a ring goes round what is selected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from surveyapp.domain.orientation import Measure, Plane
from surveyapp.ui.mapcanvas.ground import paint_halo_text
from surveyapp.ui.mapcanvas.labels import LabelPlacer
from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.viewport import Viewport, world_y

SIZE_PX = 30.0
"""Half a strike line, and a whole arrow."""
_TICK = 0.6
"""Of the size: how far the tick of the dip goes."""
_FARTHEST_OUT_M = 50.0
"""Ground metres in a pixel beyond which none is drawn: symbols would cover one another, and the place."""
_MOST = 220
"""With more of them in view none is drawn."""
_STEEP_DEG, _FLAT_DEG = 89.5, 0.5

Stroke = list[tuple[float, float]]


def strokes(measure: Measure, size: float) -> list[Stroke]:
    """Lines of a symbol around its place, x to the east and y down, for a view with north at the top.

    A plane is its strike line with a tick to the side to which it dips (to both sides where it stands upright, and as
    long as the strike where it lies flat); a line is an arrow in the direction of its trend.
    """
    if isinstance(measure, Plane):
        ahead, right = _along(measure.strike_deg, size), _along(measure.dip_direction_deg, size)
        flat = measure.dip_deg < _FLAT_DEG
        tick = _scaled(right, 1 if flat else _TICK)
        start = _scaled(tick, -1) if flat or measure.dip_deg > _STEEP_DEG else (0.0, 0.0)
        return [[ahead, _scaled(ahead, -1)], [start, tick]]
    tip = _along(measure.trend_deg, size)
    sides = [_along(measure.trend_deg + 180 + turn, size * 0.26) for turn in (-34, 34)]
    return [[(0.0, 0.0), tip], [(tip[0] + sides[0][0], tip[1] + sides[0][1]), tip,
                                (tip[0] + sides[1][0], tip[1] + sides[1][1])]]


def label_place(measure: Measure, size: float) -> tuple[float, float]:
    """Where the figure of dip or plunge stands: beyond the tick, or beyond the arrow."""
    if isinstance(measure, Plane):
        return _along(measure.dip_direction_deg, size * _TICK + 9)
    return _along(measure.trend_deg, size + 9)


def _along(azimuth_deg: float, length: float) -> tuple[float, float]:
    angle = math.radians(azimuth_deg)
    return length * math.sin(angle), -length * math.cos(angle)


def _scaled(point: tuple[float, float], by: float) -> tuple[float, float]:
    return point[0] * by, point[1] * by


class StructureLayer:
    """The measurements of a survey at their places: (longitude, latitude, measurement), degrees."""

    def __init__(self, placed: Sequence[tuple[float, float, Measure]] = ()) -> None:
        self.measures = [measure for _lon, _lat, measure in placed]
        self._x = np.array([lon for lon, _lat, _measure in placed], float)
        self._y = world_y(np.array([lat for _lon, lat, _measure in placed], float))

    def in_view(self, view: Viewport) -> list[tuple[float, float, Measure]]:
        """(x, y, measurement) in pixels of those that are drawn; none where they would only be in the way."""
        if not self.measures or view.metres_per_pixel > _FARTHEST_OUT_M:
            return []
        xs, ys = view.to_pixels(self._x, self._y)
        seen = (xs > -SIZE_PX) & (xs < view.width + SIZE_PX) & (ys > -SIZE_PX) & (ys < view.height + SIZE_PX)
        rows = np.flatnonzero(seen)
        if len(rows) > _MOST:
            return []
        return [(float(xs[row]), float(ys[row]), self.measures[row]) for row in rows.tolist()]


def paint_structures(
    painter: QPainter, theme: Theme, drawn: Sequence[tuple[float, float, Measure]]
) -> None:
    """Symbols under the points, with an edge that keeps them readable over any ground."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    shapes = [
        QPolygonF([QPointF(x + dx, y + dy) for dx, dy in stroke])
        for x, y, measure in drawn
        for stroke in strokes(measure, SIZE_PX)
    ]
    for colour, width in ((theme.halo, 4.6), (theme.text, 2.0)):
        pen = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for shape in shapes:
            painter.drawPolyline(shape)
    painter.restore()


def paint_dips(
    painter: QPainter, theme: Theme, drawn: Sequence[tuple[float, float, Measure]], placer: LabelPlacer
) -> None:
    """The figures of dip and plunge where there is room, in whole degrees as printed maps have them."""
    metrics = painter.fontMetrics()
    for x, y, measure in drawn:
        text = f"{measure.dip_deg if isinstance(measure, Plane) else measure.plunge_deg:.0f}"
        dx, dy = label_place(measure, SIZE_PX)
        width, height = metrics.horizontalAdvance(text) + 2, metrics.height() - 2
        place = placer.centred(x + dx, y + dy, width, height)
        if place is not None:
            paint_halo_text(painter, QRectF(*place, width, height), text, theme.text, theme.halo)
