"""A map with a few sightings, and hands for it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from surveyapp.ui.mapcanvas.canvas import MapCanvas
from surveyapp.ui.mapcanvas.styles import PointStyle

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
PALETTE = [
    PointStyle("emerald", "Emerald", "#12875a", "hexagon"),
    PointStyle("ruby", "Ruby", "#c4183c", "circle"),
    PointStyle("peridot", "Peridot", "#9ec22d", "diamond"),
]
SWAT = {
    "a": (72.360, 34.772, 0),
    "b": (72.380, 34.790, 1),
    "c": (72.400, 34.780, 2),
    "d": (72.420, 34.765, 0),
}


def shown_map(qtbot: QtBot, points: dict[str, tuple[float, float, int]] | None = None) -> MapCanvas:
    """A map of 900 × 600 pixels on screen, with the four points of ``SWAT`` or others."""
    canvas = MapCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(900, 600)
    canvas.set_palette(PALETTE, "Gems")
    fill(canvas, SWAT if points is None else points)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.setFocus()
    return canvas


def pixels_of(picture: QImage) -> NDArray[np.uint8]:
    """Blue, green, red, unused; (height, width, 4)."""
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.width(), 4).copy()


def fill(canvas: MapCanvas, points: dict[str, tuple[float, float, int]]) -> None:
    lon, lat, style = np.array(list(points.values()), float).reshape(-1, 3).T
    canvas.set_points(list(points), lon, lat, style.astype(int))


def at(canvas: MapCanvas, key: str) -> QPoint:
    layer = canvas.scene.layer
    row = int(layer.rows_of([key])[0])
    x, y = canvas.view.to_pixels(float(layer.x[row]), float(layer.y[row]))
    return QPoint(math.floor(x), math.floor(y))


def colour_at(canvas: MapCanvas, place: QPoint) -> tuple[int, int, int]:
    colour = canvas.grab().toImage().pixelColor(place)
    return colour.red(), colour.green(), colour.blue()


def drag(canvas: MapCanvas, *places: QPoint, held: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(canvas, LEFT, held, places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
        QApplication.processEvents()
    QTest.mouseRelease(canvas, LEFT, held, places[-1])


def heap(n: int, spread: float = 0.0) -> dict[str, tuple[float, float, int]]:
    rng = np.random.default_rng(4)
    return {f"h{i}": (72.4 + rng.normal() * spread, 34.8 + rng.normal() * spread, i % 3) for i in range(n)}
