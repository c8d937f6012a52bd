"""Turns what a map from a file gave (:mod:`surveyapp.geo.ground`) into a picture in the colours of a theme.

It runs on the thread of the loader, so it paints images only, and no text: names are painted with the map.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from surveyapp.geo.ground.model import Floats, GroundView, Picture, Role, Shapes
from surveyapp.ui.mapcanvas.styles import Theme

OWN_COLOURS = ("#c22f4b", "#1f6fb2", "#7d4fc0", "#a8570f", "#00706d", "#5c6a12")
"""Of layers of shapes, told by :attr:`.GroundLayer.colour`."""

_FILLS: dict[str, dict[Role, str]] = {
    "light": {
        "water": "#bcd8e8",
        "land": "#eeeade",
        "wood": "#d3e3c4",
        "park": "#dfe9cf",
        "ice": "#f0f7fb",
        "building": "#d3c9bd",
    },
    "dark": {
        "water": "#18293a",
        "land": "#30363d",
        "wood": "#26382c",
        "park": "#2c3d30",
        "ice": "#3f4a54",
        "building": "#454038",
    },
    "night": {
        "water": "#000000",
        "land": "#1c0303",
        "wood": "#120101",
        "park": "#160202",
        "ice": "#2a0706",
        "building": "#3a0b08",
    },
}
_STROKES: dict[str, dict[Role, str]] = {
    "light": {
        "water": "#83b4d1",
        "road": "#b0793c",
        "track": "#97754a",
        "rail": "#6f6d75",
        "boundary": "#7a6a86",
        "contour": "#c9a57c",
    },
    "dark": {
        "water": "#3d6484",
        "road": "#b3905f",
        "track": "#8a7454",
        "rail": "#7d828c",
        "boundary": "#8d83a0",
        "contour": "#6b5640",
    },
    "night": {
        "water": "#4a100c",
        "road": "#a83328",
        "track": "#7c221a",
        "rail": "#6a1c16",
        "boundary": "#8a281f",
        "contour": "#4a120e",
    },
}
_WIDTHS: dict[Role, float] = {"road": 1.8, "track": 1.1, "rail": 1.3, "boundary": 1.3, "contour": 0.8, "water": 1.2}
_DASHED: tuple[Role, ...] = ("track", "boundary")
_CROWDED = 40_000
"""Corners of lines in one view from which all are drawn one pixel wide: Qt is twenty times quicker at that, and
wider ones would run together."""
_NIGHT_LIGHT = 0.42
"""How bright a white pixel is by night: a whole screen of bright red would cost the eyes their darkness too."""


def picture_image(picture: Picture, theme: Theme) -> QImage:
    """A picture as Qt has it; by night in shades of red."""
    rgba = _reddened(picture.rgba) if theme.monochrome else np.ascontiguousarray(picture.rgba)
    height, width = rgba.shape[:2]
    image = QImage(rgba.data, width, height, width * 4, QImage.Format.Format_RGBA8888)
    # The conversion copies: the array may go.
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _reddened(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # Luma of ITU-R BT.601, as close to how light a colour looks as a night map needs.
    light = rgba[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    red = np.empty_like(rgba)
    red[..., 0] = light * _NIGHT_LIGHT
    red[..., 1] = red[..., 2] = light * (_NIGHT_LIGHT * 0.1)
    red[..., 3] = rgba[..., 3]
    return red


def shapes_image(shapes: Shapes, view: GroundView, pixel_ratio: float, theme: Theme, colour: int) -> QImage:
    """Shapes over a whole view, on nothing; areas, then lines, then points."""
    image = QImage(view.width, view.height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    own = own_colour(colour, theme)
    for role, rings in shapes.areas:
        path = QPainterPath()
        for ring in rings:
            path.addPolygon(_polygon(ring, view))
            path.closeSubpath()
        _set_area(painter, role, own, theme, pixel_ratio)
        painter.drawPath(path)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    crowded = sum(len(line) for _role, line in shapes.lines) > _CROWDED
    for role, line in shapes.lines:
        pen = _line_pen(role, own, theme, pixel_ratio)
        if crowded:
            pen.setWidthF(1.0)
        painter.setPen(pen)
        painter.drawPolyline(_polygon(line, view))
    painter.setPen(QPen(QColor(theme.halo), 1.2 * pixel_ratio))
    painter.setBrush(own)
    for _role, x, y in shapes.points:
        at = QPointF((x - view.box[0]) * view.scale, (view.box[3] - y) * view.scale)
        painter.drawEllipse(at, 3.6 * pixel_ratio, 3.6 * pixel_ratio)
    painter.end()
    return image


def own_colour(colour: int, theme: Theme) -> QColor:
    """The colour of a layer of shapes in a theme."""
    if theme.monochrome:
        return QColor(theme.track)
    chosen = QColor(OWN_COLOURS[colour % len(OWN_COLOURS)])
    return chosen.lighter(165) if theme.name == "dark" else chosen


def _set_area(painter: QPainter, role: Role, own: QColor, theme: Theme, pixel_ratio: float) -> None:
    fill = _FILLS[theme.name].get(role)
    if fill is not None:
        # No edge: the areas of vector tiles end at the edges of tiles.
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        return
    painter.setPen(_line_pen(role, own, theme, pixel_ratio))
    clear = QColor(own)
    clear.setAlpha(38 if role == "own" else 0)
    painter.setBrush(clear)


def _line_pen(role: Role, own: QColor, theme: Theme, pixel_ratio: float) -> QPen:
    colour = _STROKES[theme.name].get(role)
    style = Qt.PenStyle.DashLine if role in _DASHED else Qt.PenStyle.SolidLine
    width = _WIDTHS.get(role, 1.8) * pixel_ratio
    pen = QPen(own if colour is None else QColor(colour), width, style)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _polygon(places: Floats, view: GroundView) -> QPolygonF:
    xs: Sequence[float] = ((places[:, 0] - view.box[0]) * view.scale).tolist()
    ys: Sequence[float] = ((view.box[3] - places[:, 1]) * view.scale).tolist()
    return QPolygonF([QPointF(x, y) for x, y in zip(xs, ys, strict=True)])
