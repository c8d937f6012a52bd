"""A compass that shows what a typed measurement means: north at the top, as the rock lies."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from surveyapp.domain.orientation import Measure, Plane
from surveyapp.domain.orientation_text import angle_text, azimuth_text
from surveyapp.ui import theme
from surveyapp.ui.forms.look import mixed
from surveyapp.ui.mapcanvas.structures import strokes
from surveyapp.words import tr

_SIDE = 150
_LETTERS = (("N", 0), ("E", 90), ("S", 180), ("W", 270))


class CompassDial(QWidget):
    """For a plane its strike, an arrow in the direction of strike, with the dip to the right of it; for a line an
    arrow that points down its plunge. Azimuths are from true north; no declination is applied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measure: Measure | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Compass"))
        self.show_measure(None)

    @property
    def measure(self) -> Measure | None:
        """What is shown."""
        return self._measure

    def show_measure(self, measure: Measure | None) -> None:
        """Show a measurement, or an empty compass."""
        self._measure = measure
        told = describe(measure) if measure is not None else tr("Nothing to show yet")
        self.setAccessibleDescription(told)
        self.setToolTip(tr("From true north; no declination is applied"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(self.width() / 2, self.height() / 2)
        radius = min(self.width(), self.height()) / 2 - 15
        self._draw_dial(painter, centre, radius)
        if self._measure is not None:
            self._draw_measure(painter, centre, radius, self._measure)

    def _draw_dial(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        colours = theme.current()
        painter.setPen(QPen(QColor(colours.edge), 1.5))
        painter.setBrush(QColor(colours.surface))
        painter.drawEllipse(centre, radius, radius)
        for azimuth in range(0, 360, 10):
            depth = 8 if azimuth % 90 == 0 else 6 if azimuth % 30 == 0 else 3
            painter.setPen(QPen(QColor(colours.muted if azimuth % 30 == 0 else colours.edge), 1.2))
            painter.drawLine(QLineF(at(centre, radius - depth, azimuth), at(centre, radius, azimuth)))
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.85)
        font.setBold(True)
        painter.setFont(font)
        for letter, azimuth in _LETTERS:
            painter.setPen(QColor(colours.text if letter == "N" else colours.muted))
            painter.drawText(_box(at(centre, radius + 8, azimuth), 15), Qt.AlignmentFlag.AlignCenter, letter)

    def _draw_measure(self, painter: QPainter, centre: QPointF, radius: float, measure: Measure) -> None:
        colours = theme.current()
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        if isinstance(measure, Plane):
            # The ground on the side to which the plane goes down is tinted: the right-hand rule at a glance.
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(colours.accent, colours.surface, 0.16))
            side = QRectF(centre.x() - radius + 9, centre.y() - radius + 9, 2 * radius - 18, 2 * radius - 18)
            painter.drawChord(side, round((90 - measure.strike_deg) * 16), -180 * 16)
            painter.setPen(QPen(QColor(colours.accent), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            tip = at(centre, radius - 6, measure.strike_deg)
            painter.drawLine(QLineF(at(centre, radius - 10, measure.strike_deg + 180), tip))
            _arrow(painter, tip, measure.strike_deg, QColor(colours.accent))
            painter.setPen(QPen(QColor(colours.accent), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QLineF(centre, at(centre, radius * 0.28, measure.dip_direction_deg)))
            painter.setPen(QColor(colours.text))
            where = _box(at(centre, radius * 0.55, measure.dip_direction_deg), 44)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, f"{angle_text(measure.dip_deg)}°")
            return
        painter.setPen(QPen(QColor(colours.accent), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        tip = at(centre, radius - 6, measure.trend_deg)
        painter.drawLine(QLineF(centre, tip))
        _arrow(painter, tip, measure.trend_deg, QColor(colours.accent))
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(centre, 3, 3)
        painter.setPen(QColor(colours.text))
        where = _box(at(centre, radius * 0.45, measure.trend_deg + 180), 44)
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, f"{angle_text(measure.plunge_deg)}°")


def describe(measure: Measure) -> str:
    """A measurement in words, for the line beside the compass and for screen readers."""
    if isinstance(measure, Plane):
        return tr(
            "Plane: strikes {strike}°, dips {dip}° towards {direction}°",
            strike=azimuth_text(measure.strike_deg),
            dip=angle_text(measure.dip_deg),
            direction=azimuth_text(measure.dip_direction_deg),
        )
    return tr(
        "Line: plunges {plunge}° towards {trend}°",
        plunge=angle_text(measure.plunge_deg),
        trend=azimuth_text(measure.trend_deg),
    )


def symbol(measure: Measure, colour: str, size: int = 22) -> QPixmap:
    """The map symbol of a measurement, north at the top: a strike line with its dip, or an arrow."""
    picture = QPixmap(QSize(size, size) * 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), 3.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    # An arrow begins at its place on the map; by itself it stands in the middle.
    back = QPointF() if isinstance(measure, Plane) else at(QPointF(), size * 0.43, measure.trend_deg + 180)
    for stroke in strokes(measure, size * 0.86):
        painter.drawPolyline(QPolygonF([QPointF(size + x, size + y) + back for x, y in stroke]))
    painter.end()
    picture.setDevicePixelRatio(2)
    return picture


def at(centre: QPointF, distance: float, azimuth_deg: float) -> QPointF:
    """The point that lies in this direction of a centre, on a plane with north at the top."""
    angle = math.radians(azimuth_deg)
    return QPointF(centre.x() + distance * math.sin(angle), centre.y() - distance * math.cos(angle))


def _arrow(painter: QPainter, tip: QPointF, azimuth_deg: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    sides = [at(tip, 11, azimuth_deg + 180 + turn) for turn in (24, -24)]
    painter.drawPolygon(QPolygonF([at(tip, 3, azimuth_deg), *sides]))


def _box(centre: QPointF, side: float) -> QRectF:
    return QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
