"""A small map that shows where one thing is: a record, the sides of a disagreement, or two sightings."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from surveyapp.geo.measure import METRES_PER_DEGREE, distance_m
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.itemmodels.places import Mark, Place
from surveyapp.ui.map_link import gem_palette, outlines_of
from surveyapp.ui.mapcanvas.basemap import Basemap
from surveyapp.ui.mapcanvas.basemap_source import outline_map
from surveyapp.ui.mapcanvas.buttons import BUTTON_PX
from surveyapp.ui.mapcanvas.canvas import MapCanvas
from surveyapp.ui.mapcanvas.graticule import distance_text
from surveyapp.ui.mapcanvas.ground import paint_halo_text
from surveyapp.ui.mapcanvas.viewport import Box, world_box
from surveyapp.words import tr

_ALONE_M = 60_000.0
"""Width that is shown of the ground round a single record: enough to see which valley it is in."""
_TOGETHER_M = 30.0
"""Width that is shown at least where there are several points."""
_BADGE_PX = 20.0


@cache
def _ground() -> Basemap:
    return outline_map()


class MiniMap(MapCanvas):
    """Shows a :class:`Place` and can be moved and zoomed; nothing is edited on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._marks: tuple[Mark, ...] = ()  # before the canvas, which asks at once how to fit its view
        super().__init__(parent)
        palette = gem_palette()
        self._style_of = {style.key: number for number, style in enumerate(palette)}
        self.set_palette(palette)
        self.set_legend(False)
        self.set_crowding("points")
        self.set_basemap(_ground())
        self.set_theme(theme.current().name)
        self.buttons.locate.hide()
        self.buttons.setFixedSize(BUTTON_PX, 3 * BUTTON_PX + 2 * 6)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The points on show."""
        return self._marks

    def show_place(self, place: Place) -> None:
        """Show this, and nothing else."""
        self._marks = place.marks
        self.set_points(
            [mark.letter or "record" for mark in place.marks],
            [mark.longitude for mark in place.marks],
            [mark.latitude for mark in place.marks],
            [self._style_of.get(mark.gem, len(self._style_of) - 1) for mark in place.marks],
            [mark.absent for mark in place.marks],
        )
        self.set_accuracy(
            [(mark.longitude, mark.latitude, mark.accuracy_m) for mark in place.marks if mark.accuracy_m is not None]
        )
        for closed, show in ((False, self.set_tracks), (True, self.set_areas)):
            lines = [line for line in place.lines if line.closed == closed]
            show(outlines_of({"name": [one.name for one in lines], "geom": [one.geometry for one in lines]}))
        self.set_empty_text("" if place.marks or place.lines else tr("No place"))
        self.fit_all()

    def fit_all(self) -> None:
        """Show every mark with its circle of accuracy, or the lines."""
        box = self._marked_box()
        closest_m = _ALONE_M if len(self._marks) == 1 else _TOGETHER_M
        self._set_view(self._fitted(box or self.scene.content_box(), closest_m))
        self._fits_itself = True

    def _marked_box(self) -> Box | None:
        box: Box | None = None
        for mark in self._marks:
            reach = (mark.accuracy_m or 0.0) / METRES_PER_DEGREE
            one = world_box(
                mark.longitude - reach, mark.latitude - reach, mark.longitude + reach, mark.latitude + reach
            )
            box = one if box is None else box.united(one)
        return box

    # -- Qt's side ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(340, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 160)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.set_theme(theme.current().name)
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if len(self._marks) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = [QPointF(*self.view.pixel(mark.longitude, mark.latitude)) for mark in self._marks]
        for (one, start), (other, end) in pairwise(zip(self._marks, places, strict=True)):
            self._paint_distance(painter, start, end, distance_m(*_degrees(one), *_degrees(other)))
        middle = QPointF(sum(p.x() for p in places) / len(places), sum(p.y() for p in places) / len(places))
        for number, (mark, place) in enumerate(zip(self._marks, places, strict=True)):
            self._paint_badge(painter, mark.letter, _beside(place, middle, number))
        painter.end()

    def _paint_distance(self, painter: QPainter, start: QPointF, end: QPointF, metres: float) -> None:
        colours = self.scene.theme
        for colour, width in ((colours.halo, 4.0), (colours.accent, 1.6)):
            pen = QPen(QColor(colour), width)
            if colour == colours.accent:
                pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawLine(start, end)
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        text = distance_text(metres)
        wide, high = painter.fontMetrics().horizontalAdvance(text) + 10, painter.fontMetrics().height() + 2
        along = end - start
        length = max((along.x() ** 2 + along.y() ** 2) ** 0.5, 1.0)
        across = QPointF(along.y(), -along.x()) / length
        if across.x() < 0:
            across = -across
        off = across.x() * wide / 2 + abs(across.y()) * high / 2 + 4  # beside the line, however it runs
        centre = (start + end) / 2 + across * off
        box = QRectF(centre.x() - wide / 2, centre.y() - high / 2, wide, high)
        room = QRectF(self.rect()).adjusted(6, 6, -6, -6)
        box.moveLeft(min(max(box.left(), room.left()), room.right() - wide))
        box.moveTop(min(max(box.top(), room.top()), room.bottom() - high))
        paint_halo_text(painter, box, text, colours.text, colours.halo)

    def _paint_badge(self, painter: QPainter, letter: str, centre: QPointF) -> None:
        colours = self.scene.theme
        box = QRectF(centre.x() - _BADGE_PX / 2, centre.y() - _BADGE_PX / 2, _BADGE_PX, _BADGE_PX)
        painter.setPen(QPen(QColor(colours.halo), 2))
        painter.setBrush(QColor(colours.text))
        painter.drawRoundedRect(box, 5, 5)
        font = QFont(self.font())
        font.setBold(True)
        font.setPixelSize(13)
        painter.setFont(font)
        painter.setPen(QColor(colours.halo))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)


def _degrees(mark: Mark) -> tuple[float, float]:
    return mark.longitude, mark.latitude


def _beside(place: QPointF, middle: QPointF, number: int) -> QPointF:
    """Where the letter of a point goes: on the side away from the others; fanned out where they are one point."""
    away = place - middle
    length = (away.x() ** 2 + away.y() ** 2) ** 0.5
    if length < 4:
        away, length = QPointF(-1 if number % 2 == 0 else 1, -1 - number // 2), 1.5
    return place + away * (22.0 / length)


class PlacePanel(QWidget):
    """The map, and under it in words what it shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = MiniMap()
        self.words = role_label("", "muted")
        self.words.setObjectName("place_words")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.map, 1)
        column.addWidget(self.words)

    def show_place(self, place: Place) -> None:
        """Show this."""
        self.map.show_place(place)
        self.words.setText(place.words)
        self.map.setAccessibleDescription(place.words)
