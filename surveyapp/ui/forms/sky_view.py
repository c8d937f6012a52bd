"""The satellites: where they stand in the sky, and how strongly each is heard."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from surveyapp.positioning.fix import Satellite
from surveyapp.ui import theme
from surveyapp.ui.forms.gps_words import satellite_label
from surveyapp.ui.forms.look import mixed
from surveyapp.words import tr

_STRONGEST_DB = 55.0
"""dB-Hz at the top of the bars; the best receivers reach some 55 at the zenith."""
_GOOD_DB, _WEAK_DB = 40, 25
"""Lines across the bars: a good signal, and one that is hardly of use."""
_TOP, _BOTTOM = 6, 30


class _SatelliteView(QWidget):
    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._satellites: tuple[Satellite, ...] = ()
        self.setAccessibleName(name)

    def show_satellites(self, satellites: Sequence[Satellite]) -> None:
        """Show these satellites."""
        self._satellites = tuple(satellites)
        used = sum(satellite.used for satellite in satellites)
        self.setAccessibleDescription(tr("{used} used of {seen} in view", used=used, seen=len(satellites)))
        self.update()

    def _pen_and_brush(self, painter: QPainter, satellite: Satellite) -> None:
        """Used satellites are filled, the others hollow: the difference does not hang on colour."""
        colours = theme.current()
        painter.setPen(QPen(QColor(colours.good if satellite.used else colours.muted), 1.5))
        painter.setBrush(mixed(colours.good, colours.surface, 0.85 if satellite.used else 0.0))

    def _small(self, painter: QPainter, factor: float) -> QFontMetricsF:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * factor)
        painter.setFont(font)
        return QFontMetricsF(font)


class SkyPlot(_SatelliteView):
    """Looking up, north at the top: the centre is the zenith, the rim the horizon."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Sky"), parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(156, 156)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 156)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = min(self.width(), self.height()) / 2 - 14
        centre = QPointF(self.width() / 2, self.height() / 2)
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.setBrush(QColor(colours.surface))
        painter.drawEllipse(centre, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for elevation in (30, 60):
            painter.drawEllipse(centre, radius * (1 - elevation / 90), radius * (1 - elevation / 90))
        painter.drawLine(centre - QPointF(radius, 0), centre + QPointF(radius, 0))
        painter.drawLine(centre - QPointF(0, radius), centre + QPointF(0, radius))
        self._small(painter, 0.8)
        painter.setPen(QColor(colours.muted))
        for letter, azimuth in ((tr("N"), 0), (tr("E"), 90), (tr("S"), 180), (tr("W"), 270)):
            outside = _box(_place(centre, radius + 8, azimuth), 14)
            painter.drawText(outside, Qt.AlignmentFlag.AlignCenter, letter)
        self._small(painter, 0.68)
        # The used ones last, so that they lie on top.
        for satellite in sorted(self._satellites, key=lambda s: s.used):
            self._draw(painter, satellite, centre, radius)

    def _draw(self, painter: QPainter, satellite: Satellite, centre: QPointF, radius: float) -> None:
        if satellite.elevation_deg is None or satellite.azimuth_deg is None:
            return
        height = min(90.0, max(0.0, satellite.elevation_deg))
        at = _place(centre, radius * (1 - height / 90), satellite.azimuth_deg)
        self._pen_and_brush(painter, satellite)
        spot = QRectF(at.x() - 12, at.y() - 8, 24, 16)
        painter.drawRoundedRect(spot, 8, 8)
        colours = theme.current()
        painter.setPen(QColor(colours.surface if satellite.used else colours.text))
        label = satellite_label(satellite.system, satellite.prn)
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, label)


class SignalBars(_SatelliteView):
    """A bar for each satellite that is heard, by system and number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Signal strengths"), parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, 156)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 156)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self._small(painter, 0.68)
        floor = self.height() - _BOTTOM
        room = floor - _TOP
        left = metrics.horizontalAdvance(tr("{level} dB", level=40)) + 6
        for level in (_GOOD_DB, _WEAK_DB):
            y = floor - room * level / _STRONGEST_DB
            painter.setPen(QPen(QColor(colours.edge), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(left, y), QPointF(self.width(), y))
            painter.setPen(QColor(colours.muted))
            strength = tr("{level} dB", level=level)
            painter.drawText(QRectF(0, y - 8, left - 4, 16), Qt.AlignmentFlag.AlignVCenter, strength)
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.drawLine(QPointF(left, floor), QPointF(self.width(), floor))
        heard = [satellite for satellite in self._satellites if satellite.snr_db is not None]
        if not heard:
            painter.setPen(QColor(colours.muted))
            where = QRectF(left, 0, self.width() - left, floor)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, tr("No signals reported"))
            return
        step = min(28.0, (self.width() - left) / len(heard))
        for place, satellite in enumerate(heard):
            self._draw(painter, satellite, QRectF(left + place * step, _TOP, step, room), metrics)

    def _draw(self, painter: QPainter, satellite: Satellite, slot: QRectF, metrics: QFontMetricsF) -> None:
        share = min(1.0, max(0.02, (satellite.snr_db or 0.0) / _STRONGEST_DB))
        gap = min(3.0, slot.width() * 0.15)
        height = slot.height() * share
        self._pen_and_brush(painter, satellite)
        painter.drawRect(QRectF(slot.left() + gap, slot.bottom() - height, slot.width() - 2 * gap, height))
        label = satellite_label(satellite.system, satellite.prn)
        painter.setPen(QColor(theme.current().text))
        line = metrics.height()
        # Letter over number: half as wide as side by side.
        for row, part in enumerate((label[0], label[1:])):
            foot = QRectF(slot.left(), slot.bottom() + 2 + row * (line - 2), slot.width(), line)
            if metrics.horizontalAdvance(part) <= slot.width():
                painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, part)


def _place(centre: QPointF, distance: float, azimuth_deg: float) -> QPointF:
    angle = math.radians(azimuth_deg)
    return QPointF(centre.x() + distance * math.sin(angle), centre.y() - distance * math.cos(angle))


def _box(at: QPointF, size: float) -> QRectF:
    return QRectF(at.x() - size / 2, at.y() - size / 2, size, size)
