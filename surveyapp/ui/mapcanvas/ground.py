"""The picture under the points (outline map and degree net), kept so that dragging only copies pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from surveyapp.ui.mapcanvas.basemap import Basemap, BasemapPainter
from surveyapp.ui.mapcanvas.graticule import graticule
from surveyapp.ui.mapcanvas.labels import LabelPlacer
from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.viewport import Viewport

_MARGIN_SHARE = 0.25
"""While the map is dragged the picture is made this much larger on every side."""


@dataclass(frozen=True)
class _Kept:
    picture: QImage
    view: Viewport
    """The view of the picture, its margin included."""
    drawn_with: tuple[object, ...]


class Ground:
    """Draws basemap and graticule lines, redrawing only what a movement uncovers."""

    def __init__(self) -> None:
        self._painter = BasemapPainter(Basemap())
        self._kept: _Kept | None = None

    @property
    def basemap(self) -> Basemap:
        return self._painter.basemap

    def set_basemap(self, basemap: Basemap) -> None:
        """Draw another outline map from now on."""
        self._painter = BasemapPainter(basemap)
        self._kept = None

    def paint(self, painter: QPainter, view: Viewport, theme: Theme, net: bool, dpr: float) -> None:
        """Cover the view; ``net``: with graticule lines; ``dpr``: device pixels per logical pixel."""
        drawn_with = (theme, net, dpr, id(self._painter))
        kept = self._kept
        if kept is None or kept.drawn_with != drawn_with or _offset(kept, view) is None:
            dragged = kept is not None and kept.view.scale == view.scale and kept.drawn_with == drawn_with
            kept = self._kept = _Kept(*self._drawn(view, theme, net, dpr, dragged), drawn_with)
        offset = _offset(kept, view)
        assert offset is not None
        painter.drawImage(QPointF(*offset), kept.picture)

    def _drawn(self, view: Viewport, theme: Theme, net: bool, dpr: float, dragged: bool) -> tuple[QImage, Viewport]:
        if dragged:
            margin = round(max(view.width, view.height) * _MARGIN_SHARE)
            view = replace(view, width=view.width + 2 * margin, height=view.height + 2 * margin)
        picture = QImage(round(view.width * dpr), round(view.height * dpr), QImage.Format.Format_ARGB32_Premultiplied)
        picture.setDevicePixelRatio(dpr)
        painter = QPainter(picture)
        self._painter.paint(painter, view, theme)
        if net:
            paint_net(painter, view, theme)
        painter.end()
        return picture, view


def _offset(kept: _Kept, view: Viewport) -> tuple[float, float] | None:
    """Where the kept picture's corner falls in a view; None if it does not cover the view."""
    if kept.view.scale != view.scale:
        return None
    centre_x, centre_y = view.to_pixels(kept.view.x, kept.view.y)
    left = round(centre_x - kept.view.width / 2)
    top = round(centre_y - kept.view.height / 2)
    covers = left <= 0 and top <= 0 and left + kept.view.width >= view.width and top + kept.view.height >= view.height
    return (left, top) if covers else None


def paint_net(painter: QPainter, view: Viewport, theme: Theme) -> None:
    """Meridians and parallels."""
    pen = QPen(QColor(theme.graticule), 1, Qt.PenStyle.SolidLine)
    pen.setDashPattern([1, 3])
    painter.setPen(pen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for line in graticule(view):
        at = round(line.pixel)
        if line.axis == "lon":
            painter.drawLine(at, 0, at, view.height)
        else:
            painter.drawLine(0, at, view.width, at)


def paint_net_labels(
    painter: QPainter, view: Viewport, theme: Theme, placer: LabelPlacer, top: float, mirrored: bool
) -> None:
    """Names of meridians at the top or else the bottom edge, of parallels at the left or else the right.

    ``top``: pixels that are covered along the top; ``mirrored``: the right edge is tried before the left.
    """
    metrics = painter.fontMetrics()
    height = metrics.height()
    for line in graticule(view):
        width = metrics.horizontalAdvance(line.label) + 6
        if line.axis == "lon":
            left = line.pixel - width / 2
            places = [(left, top + 3.0), (left, view.height - height - 3.0)]
        else:
            high = line.pixel - height / 2
            places = [(4.0, high), (view.width - width - 4.0, high)]
            if mirrored:
                places.reverse()
        for place in places:
            if placer.is_free(*place, width, height):
                placer.reserve(place[0] - 4, place[1], width + 8, height)
                box = QRectF(*place, width, height)
                paint_halo_text(painter, box, line.label, theme.text_soft, theme.halo)
                break


def paint_halo_text(painter: QPainter, box: QRectF, text: str, colour: str, halo: str) -> None:
    """Text centred in a box, with an edge that keeps it readable over lines and points.

    The edge is the text drawn eight times around: unlike a stroked path it keeps the shaping and hinting
    of Urdu and Latin alike.
    """
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip
    edge = QColor(halo)
    edge.setAlpha(200)
    painter.setPen(edge)
    for dx, dy in ((-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)):
        painter.drawText(box.translated(dx, dy), flags, text)
    painter.setPen(QColor(colour))
    painter.drawText(box, flags, text)
