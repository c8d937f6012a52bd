"""What lies on the map beside the points: areas, tracks, GPS, accuracy circles, a marked place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from surveyapp.ui.mapcanvas.basemap import LonLat, world_path, world_transform
from surveyapp.ui.mapcanvas.ground import paint_halo_text
from surveyapp.ui.mapcanvas.labels import LabelPlacer
from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.viewport import Viewport


@dataclass(frozen=True)
class GpsMark:
    """Where the receiver is. ``accuracy_m`` None: unknown, no circle is drawn."""

    lon: float
    lat: float
    accuracy_m: float | None
    stale: bool


@dataclass(frozen=True)
class AccuracyCircle:
    """Positional accuracy of one sighting, metres."""

    lon: float
    lat: float
    accuracy_m: float


@dataclass(frozen=True)
class Outline:
    """A track (open) or an area (closed), ready to be drawn: path in world coordinates, y downwards."""

    kind: Literal["track", "area"]
    name: str
    path: QPainterPath
    at: tuple[float, float]
    """Longitude and latitude in degrees where its name goes."""


def track(points: LonLat, name: str = "") -> Outline:
    """A traverse walked, (n, 2) longitude and latitude in degrees."""
    middle = points[len(points) // 2] if len(points) else (0.0, 0.0)
    return Outline("track", name, world_path(points, closed=False), (float(middle[0]), float(middle[1])))


def area(points: LonLat, name: str = "") -> Outline:
    """A licence, prospect or worked extent, (n, 2) longitude and latitude of its ring in degrees."""
    centre = points.mean(axis=0) if len(points) else (0.0, 0.0)
    return Outline("area", name, world_path(points, closed=True), (float(centre[0]), float(centre[1])))


def paint_outlines(painter: QPainter, view: Viewport, theme: Theme, outlines: list[Outline]) -> None:
    """Areas first, tracks over them."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setTransform(world_transform(view), combine=True)
    for kind in ("area", "track"):
        for outline in outlines:
            if outline.kind == kind:
                _paint_outline(painter, theme, outline)
    painter.restore()


def _paint_outline(painter: QPainter, theme: Theme, outline: Outline) -> None:
    if outline.kind == "area":
        fill = QColor(theme.area)
        fill.setAlpha(34)
        painter.setBrush(fill)
        painter.setPen(_cosmetic(theme.area, 1.8, Qt.PenStyle.DashDotLine))
        painter.drawPath(outline.path)
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_cosmetic(theme.halo, 4.4))
    painter.drawPath(outline.path)
    painter.setPen(_cosmetic(theme.track, 2.2))
    painter.drawPath(outline.path)


def paint_outline_names(
    painter: QPainter, view: Viewport, theme: Theme, outlines: list[Outline], placer: LabelPlacer
) -> None:
    """Names of areas and tracks where there is room."""
    metrics = painter.fontMetrics()
    for outline in outlines:
        if not outline.name:
            continue
        px, py = view.pixel(*outline.at)
        width, height = metrics.horizontalAdvance(outline.name) + 6, metrics.height()
        place = placer.centred(px, py, width, height)
        if place is not None:
            colour = theme.area if outline.kind == "area" else theme.track
            paint_halo_text(painter, QRectF(*place, width, height), outline.name, colour, theme.halo)


def paint_accuracy(painter: QPainter, view: Viewport, theme: Theme, circle: AccuracyCircle) -> None:
    """A dashed circle as wide on the ground as the accuracy."""
    radius = circle.accuracy_m / view.metres_per_pixel_at(circle.lat)
    if not 3 <= radius <= 20_000:
        return
    fill = QColor(theme.accent)
    fill.setAlpha(28)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.accent), 1.4, Qt.PenStyle.DashLine))
    painter.setBrush(fill)
    painter.drawEllipse(QPointF(*view.pixel(circle.lon, circle.lat)), radius, radius)
    painter.restore()


def paint_gps(painter: QPainter, view: Viewport, theme: Theme, gps: GpsMark) -> None:
    """The receiver's place; grey and crossed out when the fix is old, so it is not taken for live."""
    colour = QColor(theme.stale if gps.stale else theme.gps)
    at = QPointF(*view.pixel(gps.lon, gps.lat))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if gps.accuracy_m is not None:
        radius = min(gps.accuracy_m / view.metres_per_pixel_at(gps.lat), 20_000.0)
        if radius > 9:
            fill = QColor(colour)
            fill.setAlpha(40)
            painter.setBrush(fill)
            painter.setPen(QPen(colour, 1.2))
            painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(QColor(theme.halo), 2.6))
    painter.setBrush(colour)
    painter.drawEllipse(at, 8.5, 8.5)
    if gps.stale:
        painter.setPen(QPen(QColor(theme.halo), 2.0))
        painter.drawLine(at + QPointF(-4, -4), at + QPointF(4, 4))
        painter.drawLine(at + QPointF(-4, 4), at + QPointF(4, -4))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.halo))
        painter.drawEllipse(at, 2.6, 2.6)
    painter.restore()


def paint_pin(painter: QPainter, view: Viewport, theme: Theme, lon: float, lat: float, label: str) -> None:
    """Cross hairs on a place that was asked for, with its coordinates."""
    x, y = view.pixel(lon, lat)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((theme.halo, 4.4), (theme.accent, 2.0)):
        painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawEllipse(QPointF(x, y), 11, 11)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(QPointF(x + 7 * dx, y + 7 * dy), QPointF(x + 19 * dx, y + 19 * dy))
    painter.restore()
    if label:
        font = QFont(painter.font())
        metrics = painter.fontMetrics()
        box = QRectF(x + 16, y + 10, metrics.horizontalAdvance(label) + 8, metrics.height() + 2)
        painter.setFont(font)
        paint_halo_text(painter, box, label, theme.text, theme.halo)


def _cosmetic(colour: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(QColor(colour), width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    pen.setCosmetic(True)
    return pen
