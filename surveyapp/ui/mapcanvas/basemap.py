"""The outline map under the points: its data, as arrays, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.viewport import Box, Viewport, world_box, world_y

LonLat = NDArray[np.float64]
"""Shape (n, 2): longitude, latitude in degrees."""


@dataclass(frozen=True)
class BasePolygon:
    """An area of a kind (``province``, ``neighbour`` or ``disputed``), as outer and inner rings."""

    name: str
    code: str
    rings: list[LonLat]
    kind: str = "province"


LINE_KINDS = ("coast", "river", "province", "boundary", "disputed")
"""In the order in which they are drawn."""


@dataclass(frozen=True)
class BaseLine:
    """A line of one of :data:`LINE_KINDS`; ``boundary`` is international. Another kind is not drawn."""

    kind: str
    points: LonLat


@dataclass(frozen=True)
class BaseLabel:
    """A name at a place; rank 0 country, 1 province, 2 large town, 3 town, 4 locality."""

    text: str
    lon: float
    lat: float
    rank: int
    span_deg: float = 0.0
    """Width of what it names, so that a name wider than its province is left out; 0: not known."""
    always: bool = False
    """Whether it is shown at every scale, and not from where its rank says."""
    dot: bool = True
    """Whether the place of a town (rank 2 and more) is marked."""


@dataclass(frozen=True)
class Basemap:
    """An outline map in degrees (WGS 84)."""

    polygons: list[BasePolygon] = field(default_factory=list)
    lines: list[BaseLine] = field(default_factory=list)
    labels: list[BaseLabel] = field(default_factory=list)
    attribution: str = ""


_APPEARS = {0: 0.0, 1: 24.0, 2: 38.0, 3: 110.0, 4: 260.0}
"""Scale (pixels per degree) from which labels of a rank are shown."""
_VANISHES = {0: 60.0, 1: 900.0}
"""Scale from which they are not: one is inside the country or the province and knows it."""


def labels_at(basemap: Basemap, view: Viewport) -> list[tuple[BaseLabel, float, float]]:
    """The labels that belong in a view with their pixels, the most important first."""
    found = []
    for label in sorted(basemap.labels, key=lambda one: one.rank):
        if not label.always and not _APPEARS.get(label.rank, 400.0) <= view.scale < _VANISHES.get(label.rank, 1e9):
            continue
        px, py = view.pixel(label.lon, label.lat)
        if -80 <= px <= view.width + 80 and -20 <= py <= view.height + 20:
            found.append((label, px, py))
    return found


def sheet(basemap: Basemap) -> Box | None:
    """World box that the areas cover; nothing is known beyond it. None if there are no areas."""
    boxes = [world_box(*ring.min(axis=0), *ring.max(axis=0)) for one in basemap.polygons for ring in one.rings]
    return reduce(Box.united, boxes) if boxes else None


class BasemapPainter:
    """Paths of a basemap in world coordinates, ready to be drawn under any view."""

    def __init__(self, basemap: Basemap) -> None:
        self.basemap = basemap
        self._home = [_path(one.rings, closed=True) for one in basemap.polygons if one.kind == "province"]
        self._abroad = [_path(one.rings, closed=True) for one in basemap.polygons if one.kind != "province"]
        self._sheet = sheet(basemap)
        self._lines = {
            kind: _path([line.points for line in basemap.lines if line.kind == kind], closed=False)
            for kind in LINE_KINDS
        }

    def paint_areas(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        """Fill the painter's whole area and draw polygons; no labels."""
        painter.save()
        self._paint_ground(painter, view, theme)
        painter.setTransform(world_transform(view), combine=True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for path in self._visible(self._abroad, view):
            painter.setPen(_pen(theme.province, 0.8))
            painter.setBrush(QColor(theme.neighbour))
            painter.drawPath(path)
        tints = (QColor(theme.land), QColor(theme.land_alternate))
        for number, path in enumerate(self._home):
            if _in_view(path, view):
                painter.setPen(Qt.PenStyle.NoPen if self.basemap.lines else _pen(theme.province, 1.0))
                painter.setBrush(tints[number % 2])
                painter.drawPath(path)
        painter.restore()

    def paint_lines(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        """Draw the lines over what there is."""
        painter.save()
        painter.setTransform(world_transform(view), combine=True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for kind, path in self._lines.items():
            if kind == "disputed":
                # A claim often runs along a boundary: dashes alone, not dashes over a line, say so.
                painter.setPen(_pen(theme.land, 3.4))
                painter.drawPath(path)
            painter.setPen(_line_pen(kind, theme))
            painter.drawPath(path)
        painter.restore()

    def _paint_ground(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        """Sea as far as the map sheet goes, plain paper with an edge beyond it."""
        if self._sheet is None:
            painter.fillRect(0, 0, view.width, view.height, QColor(theme.land))
            return
        painter.fillRect(0, 0, view.width, view.height, QColor(theme.off_map))
        left, top = view.to_pixels(self._sheet.x0, self._sheet.y1)
        right, bottom = view.to_pixels(self._sheet.x1, self._sheet.y0)
        # Clipped to the view by hand: far zoomed in the sheet is wider than a painter counts.
        box = QRectF(
            QPointF(max(left, -9), max(top, -9)),
            QPointF(min(right, view.width + 9), min(bottom, view.height + 9)),
        )
        painter.setPen(QPen(QColor(theme.province), 1))
        painter.setBrush(QColor(theme.water))
        painter.drawRect(box)

    @staticmethod
    def _visible(paths: list[QPainterPath], view: Viewport) -> list[QPainterPath]:
        return [path for path in paths if _in_view(path, view)]


def world_transform(view: Viewport) -> QTransform:
    """From world coordinates with y downwards (as :func:`world_path` gives) to pixels."""
    dx = view.width / 2 - view.x * view.scale
    dy = view.height / 2 + view.y * view.scale
    return QTransform(view.scale, 0, 0, view.scale, dx, dy)


def world_path(points: LonLat, closed: bool) -> QPainterPath:
    """Path of one line or ring in world coordinates with y downwards."""
    return _path([points], closed)


def _path(parts: list[LonLat], closed: bool) -> QPainterPath:
    path = QPainterPath()
    for part in parts:
        if len(part) < 2:
            continue
        ys = -world_y(np.asarray(part[:, 1], float))
        corners = zip(part[:, 0].tolist(), ys.tolist(), strict=True)
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
        if closed:
            path.closeSubpath()
    return path


def _in_view(path: QPainterPath, view: Viewport) -> bool:
    box, bounds = view.box, path.boundingRect()
    return (
        bounds.right() >= box.x0 and bounds.left() <= box.x1 and -bounds.top() >= box.y0 and -bounds.bottom() <= box.y1
    )


def _pen(colour: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(QColor(colour), width, style, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)
    pen.setCosmetic(True)
    return pen


def _line_pen(kind: str, theme: Theme) -> QPen:
    if kind == "disputed":
        return _pen(theme.disputed, 1.4, Qt.PenStyle.DashLine)
    if kind == "province":
        return _pen(theme.province, 1.0)
    if kind in ("river", "coast"):
        return _pen(theme.graticule, 1.0)
    return _pen(theme.boundary, 1.6)
