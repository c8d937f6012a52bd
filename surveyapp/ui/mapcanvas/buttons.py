"""The buttons that float on the map: zoom in, zoom out, show all, my position."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from surveyapp.ui.mapcanvas.chrome import paint_panel
from surveyapp.ui.mapcanvas.styles import LIGHT, Theme
from surveyapp.words import tr

BUTTON_PX = 44
"""Width and height: a fingertip."""
Sign = Literal["plus", "minus", "fit", "locate"]


class MapButton(QAbstractButton):
    """One button, drawn in the theme of the map."""

    def __init__(self, sign: Sign, parent: QWidget) -> None:
        super().__init__(parent)
        self._sign: Sign = sign
        self.theme: Theme = LIGHT
        self.setFixedSize(BUTTON_PX, BUTTON_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def name(self, text: str, shortcut: str = "") -> None:
        """Say what the button does, to eyes and to screen readers."""
        self.setAccessibleName(text)
        self.setToolTip(f"{text} ({shortcut})" if shortcut else text)

    def sizeHint(self) -> QSize:
        return QSize(BUTTON_PX, BUTTON_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        paint_panel(painter, box, self.theme)
        if self.isDown() or self.underMouse() or self.isChecked():
            tint = QColor(self.theme.accent)
            tint.setAlpha(70 if self.isDown() else 46 if self.isChecked() else 26)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.theme.accent), 2))
            painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), 6, 6)
        colour = QColor(self.theme.accent if self.isChecked() else self.theme.text)
        painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _paint_sign(painter, self._sign, box.center())
        painter.end()


def _paint_sign(painter: QPainter, sign: Sign, middle: QPointF) -> None:
    x, y = middle.x(), middle.y()
    if sign in ("plus", "minus"):
        painter.drawLine(QPointF(x - 7, y), QPointF(x + 7, y))
        if sign == "plus":
            painter.drawLine(QPointF(x, y - 7), QPointF(x, y + 7))
    elif sign == "fit":
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            corner = QPointF(x + 8 * sx, y + 8 * sy)
            along, down = QPointF(corner.x() - 5 * sx, corner.y()), QPointF(corner.x(), corner.y() - 5 * sy)
            painter.drawPolyline(QPolygonF([along, corner, down]))
    else:
        painter.drawEllipse(middle, 6, 6)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(QPointF(x + 6 * dx, y + 6 * dy), QPointF(x + 10 * dx, y + 10 * dy))
        painter.setBrush(painter.pen().color())
        painter.drawEllipse(middle, 1.4, 1.4)


class ButtonColumn(QWidget):
    """The four buttons, one above the other."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.zoom_in = MapButton("plus", self)
        self.zoom_out = MapButton("minus", self)
        self.fit = MapButton("fit", self)
        self.locate = MapButton("locate", self)
        self.locate.setCheckable(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for button in self.all:
            layout.addWidget(button)
        self.setFixedSize(BUTTON_PX, len(self.all) * BUTTON_PX + (len(self.all) - 1) * 6)
        self.retranslate()

    @property
    def all(self) -> tuple[MapButton, ...]:
        return self.zoom_in, self.zoom_out, self.fit, self.locate

    def retranslate(self) -> None:
        """Name the buttons in the language of the moment."""
        self.zoom_in.name(tr("Zoom in"), "+")
        self.zoom_out.name(tr("Zoom out"), "−")
        self.fit.name(tr("Show all sightings"), "Home")
        self.locate.name(tr("Follow my position"))

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        for button in self.all:
            button.theme = theme
            button.update()
