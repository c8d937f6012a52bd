"""A stereonet: planes and lines in the lower hemisphere, seen from above, north at the top."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from surveyapp.domain.orientation import (
    EQUAL_AREA,
    Line,
    Plane,
    Point,
    Spread,
    axis_of,
    cone,
    great_circle,
    plane_of_pole,
    project,
    spread,
)
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.services.structures import Measured
from surveyapp.ui import theme
from surveyapp.words import ntr, tr

_INKS: Mapping[str, Sequence[str]] = {
    "light": ("#0a5fd0", "#b3261e", "#1c6b3f", "#8a4b00", "#7a2fa0", "#006d77", "#a1004b", "#4a4f57", "#5b6b00"),
    "dark": ("#6cb2ff", "#ff9a90", "#7fd6a2", "#ffc46b", "#d3a6ff", "#67d5dd", "#ff8ec7", "#c3c8cf", "#d6de6b"),
    "night": ("#ff7a66", "#d8483a", "#ffb09f"),
}
"""Inks of the structures, in the order of their list. By night there are few reds to tell apart: the shapes do it."""
Mark = tuple[int, float]
"""Corners (0: a disc) and by how many degrees the first of them is turned from straight up."""

_MARKS: Sequence[Mark] = ((0, 0), (4, 45), (3, 0), (4, 0), (3, 180), (5, 0), (6, 0), (5, 180), (8, 22.5))
_NEAR_PX = 12


def inks(structure: str, colours: theme.Colours) -> tuple[str, Mark]:
    """(ink, mark) of a structure; what is in no list has the ink of text and a disc."""
    codes = VOCABULARIES["structure"].codes
    if structure not in codes:
        return colours.text, _MARKS[0]
    place = codes.index(structure)
    palette = _INKS[colours.name]
    return palette[place % len(palette)], _MARKS[place % len(_MARKS)]


@dataclass(frozen=True, slots=True)
class Plot:
    """What a net shows. ``chosen`` is the uuid of the measurement that is marked, empty for none."""

    measured: tuple[Measured, ...] = ()
    net: str = EQUAL_AREA
    poles: bool = True
    circles: bool = False
    means: bool = True
    chosen: str = ""

    @property
    def spreads(self) -> list[tuple[str, bool, Spread]]:
        """(structure, whether these are its planes, their spread) for each structure that was measured twice or more:
        the mean of bedding and joints together would mean nothing."""
        axes: dict[tuple[str, bool], list[Line]] = {}
        for one in self.measured:
            axes.setdefault((one.structure, isinstance(one.measure, Plane)), []).append(axis_of(one.measure))
        order = {code: place for place, code in enumerate(VOCABULARIES["structure"].codes)}
        ordered = sorted(axes.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0]))
        return [(structure, planes, spread(lines)) for (structure, planes), lines in ordered if len(lines) >= 2]


class Stereonet(QWidget):
    """Shows a :class:`Plot`. ``picked(uuid)`` when a measurement is clicked or reached by the arrow keys (empty: none),
    ``activated(uuid)`` when it is double-clicked or Return is pressed."""

    picked = Signal(str)
    activated = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = Plot()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Stereonet"))

    def show_plot(self, plot: Plot) -> None:
        """Show this."""
        self.plot = plot
        count = len(plot.measured)
        self.setAccessibleDescription(ntr("{n} measurement", "{n} measurements", count))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(520, 520)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 280)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_net(painter, self._frame(), self.plot, theme.current(), self.font())
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().accent), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 6, 6)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pick(self._nearest(event.position()))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        uuid = self._nearest(event.position())
        if uuid:
            self.activated.emit(uuid)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(
            Qt.Key(event.key())
        )
        uuids = [one.record.uuid for one in self.plot.measured]
        if step is not None and uuids:
            at = uuids.index(self.plot.chosen) + step if self.plot.chosen in uuids else 0 if step > 0 else -1
            self._pick(uuids[at % len(uuids)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.plot.chosen:
            self.activated.emit(self.plot.chosen)
        else:
            super().keyPressEvent(event)

    def place_of(self, uuid: str) -> QPointF | None:
        """Where the point of a measurement lies in the widget."""
        for one in self.plot.measured:
            if one.record.uuid == uuid:
                return _on(self._frame(), project(axis_of(one.measure), self.plot.net))
        return None

    def _pick(self, uuid: str) -> None:
        self.show_plot(replace(self.plot, chosen=uuid))
        self.picked.emit(uuid)

    def _nearest(self, at: QPointF) -> str:
        found, nearest = "", float(_NEAR_PX)
        frame = self._frame()
        for one in self.plot.measured:
            for place in _drawn_at(one, self.plot):
                distance = QLineF(at, _on(frame, place)).length()
                if distance < nearest:
                    found, nearest = one.record.uuid, distance
        return found

    def _frame(self) -> QRectF:
        side = min(self.width(), self.height()) - 68
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)


def _drawn_at(one: Measured, plot: Plot) -> list[Point]:
    """Where a measurement can be clicked."""
    if isinstance(one.measure, Line):
        return [project(one.measure, plot.net)]
    points = [project(axis_of(one.measure), plot.net)] if plot.poles else []
    return points + (great_circle(one.measure, plot.net, 2) if plot.circles else [])


def _on(frame: QRectF, point: Point) -> QPointF:
    radius = frame.width() / 2
    return QPointF(frame.center().x() + point[0] * radius, frame.center().y() - point[1] * radius)


# --- drawing -----------------------------------------------------------------------------------------------


def draw_net(painter: QPainter, frame: QRectF, plot: Plot, colours: theme.Colours, font: QFont) -> None:
    """Draw a plot into a square; lines and letters grow with it."""
    unit = frame.width() / 500
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw_grid(painter, frame, plot.net, colours, font, unit)
    if plot.circles:
        for one in plot.measured:
            if isinstance(one.measure, Plane):
                ink = inks(one.structure, colours)[0]
                wide = 3.2 if one.record.uuid == plot.chosen else 1.3
                _trace(painter, frame, great_circle(one.measure, plot.net), QPen(QColor(ink), wide * unit))
    if plot.means:
        for structure, of_planes, summary in plot.spreads:
            look = inks(structure, colours)
            _draw_mean(painter, frame, summary, plot.net, QColor(look[0]), of_planes=of_planes)
    for one in plot.measured:
        if isinstance(one.measure, Line) or plot.poles:
            _draw_mark(painter, frame, one, plot, colours, unit)


def _draw_grid(
    painter: QPainter, frame: QRectF, net: str, colours: theme.Colours, font: QFont, unit: float
) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.surface))
    painter.drawEllipse(frame)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    thin = QPen(QColor(colours.raised), 0.9 * unit)
    for dip in range(10, 90, 10):
        for strike in (0, 180):
            _trace(painter, frame, great_circle(Plane(strike, dip), net), thin)
        for part in cone(Line(0, 0), dip, net, 3):
            _trace(painter, frame, part, thin)
    centre = frame.center()
    painter.setPen(thin)
    painter.drawLine(QLineF(frame.left(), centre.y(), frame.right(), centre.y()))
    painter.drawLine(QLineF(centre.x(), frame.top(), centre.x(), frame.bottom()))
    painter.setPen(QPen(QColor(colours.muted), 1.6 * unit))
    painter.drawEllipse(frame)
    lettered = QFont(font)
    lettered.setPixelSize(max(8, round(15 * unit)))
    lettered.setBold(True)
    painter.setFont(lettered)
    for azimuth in range(0, 360, 30):
        inner, outer = _on(frame, _rim(azimuth, 1.0)), _on(frame, _rim(azimuth, 1.02))
        painter.setPen(QPen(QColor(colours.muted), 1.6 * unit))
        painter.drawLine(QLineF(inner, outer))
        if azimuth % 90 == 0:
            painter.setPen(QColor(colours.text))
            at = _on(frame, _rim(azimuth, 1.058))
            box = QRectF(at.x() - 14 * unit, at.y() - 10 * unit, 28 * unit, 20 * unit)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "NESW"[azimuth // 90])


def _rim(azimuth_deg: float, radius: float) -> Point:
    angle = math.radians(azimuth_deg)
    return radius * math.sin(angle), radius * math.cos(angle)


def _trace(painter: QPainter, frame: QRectF, points: Sequence[Point], pen: QPen) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([_on(frame, point) for point in points]))


def _draw_mark(
    painter: QPainter, frame: QRectF, one: Measured, plot: Plot, colours: theme.Colours, unit: float
) -> None:
    """Poles of planes are filled, lines hollow: the difference does not hang on colour."""
    ink, mark = inks(one.structure, colours)
    at = _on(frame, project(axis_of(one.measure), plot.net))
    if one.record.uuid == plot.chosen:
        painter.setPen(QPen(QColor(colours.accent), 2.4 * unit))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 11 * unit, 11 * unit)
    draw_mark(painter, at, 5.2 * unit, ink, mark, colours, filled=isinstance(one.measure, Plane))


def draw_mark(
    painter: QPainter, at: QPointF, size: float, ink: str, mark: Mark, colours: theme.Colours, *, filled: bool
) -> None:
    """One mark of radius ``size``."""
    painter.setPen(QPen(QColor(colours.surface if filled else ink), size * (0.22 if filled else 0.42)))
    painter.setBrush(QColor(ink) if filled else QColor(colours.surface))
    corners, turn_deg = mark
    if not corners:
        painter.drawEllipse(at, size, size)
        return
    grown = size * (1.35 if corners == 3 else 1.2)
    angles = [math.radians(turn_deg + 360 * k / corners) for k in range(corners)]
    painter.drawPolygon(
        QPolygonF([QPointF(at.x() + grown * math.sin(a), at.y() - grown * math.cos(a)) for a in angles])
    )


def _draw_mean(
    painter: QPainter, frame: QRectF, summary: Spread, net: str, ink: QColor, *, of_planes: bool
) -> None:
    """A cluster: a cross at the mean, its cone, and the mean plane; a girdle: its circle and a cross at its pole."""
    unit = frame.width() / 500
    axis = summary.girdle_pole if summary.is_girdle else summary.mean
    if summary.is_girdle or of_planes:
        dash = QPen(ink, 1.8 * unit, Qt.PenStyle.DashLine)
        _trace(painter, frame, great_circle(plane_of_pole(axis), net), dash)
    if not summary.is_girdle and summary.alpha95_deg is not None:
        for part in cone(summary.mean, summary.alpha95_deg, net):
            _trace(painter, frame, part, QPen(ink, 1.4 * unit))
    at = _on(frame, project(axis, net))
    painter.setPen(QPen(ink, 2.6 * unit))
    arm = 9 * unit
    for dx, dy in ((arm, 0.0), (0.0, arm)):
        painter.drawLine(QLineF(at.x() - dx, at.y() - dy, at.x() + dx, at.y() + dy))


def mark_picture(structure: str, colours: theme.Colours, *, filled: bool, size: int = 18) -> QPixmap:
    """The mark of a structure for a legend."""
    ink, mark = inks(structure, colours)
    picture = QPixmap(QSize(size, size) * 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_mark(painter, QPointF(size, size), size * 0.52, ink, mark, colours, filled=filled)
    painter.end()
    picture.setDevicePixelRatio(2)
    return picture
