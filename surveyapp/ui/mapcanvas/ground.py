"""The picture under the points, kept so that dragging only copies pixels: outline map, maps from files, degree net."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from surveyapp.geo.ground.model import Name
from surveyapp.ui.mapcanvas.basemap import BaseLabel, Basemap, BasemapPainter
from surveyapp.ui.mapcanvas.graticule import graticule
from surveyapp.ui.mapcanvas.groundloader import Drawn, GroundLoader, Loaded
from surveyapp.ui.mapcanvas.labels import LabelPlacer
from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.viewport import Viewport, latitude1

_MARGIN_SHARE = 0.25
"""While the map is dragged the picture is made this much larger on every side."""
_OUTLINE_SCALE = 900.0
"""Pixels to a degree up to which the outline is drawn over maps from files: its lines are good to a few km."""
_LONGEST_NAME = 40


@dataclass(frozen=True)
class _Kept:
    picture: QImage
    view: Viewport
    """The view of the picture, its margin included."""
    drawn_with: tuple[object, ...]


class Ground:
    """Draws basemap, maps from files and graticule lines, redrawing only what a movement uncovers."""

    def __init__(self) -> None:
        self._whole = self._painter = BasemapPainter(Basemap())
        self._outline = self._places = True
        self._kept: _Kept | None = None
        self._shown: Basemap | None = None
        self._paper: tuple[tuple[object, ...], list[Drawn]] = (), []
        self.loader = GroundLoader()
        self.loader.changed.connect(self.forget)

    @property
    def basemap(self) -> Basemap:
        """The outline map as it is shown: without what is hidden, with names and sources of the maps from files."""
        if self._shown is None:
            whole, pictures = self._whole.basemap, self.loader.pictures()
            sources = [drawn.facts.attribution for _layer, drawn in pictures if drawn.image is not None]
            if self._outline:
                sources.append(whole.attribution)
            names = [_label(name, layer.kind == "shapes") for layer, drawn in pictures for name in drawn.names]
            self._shown = replace(
                whole,
                labels=[*names, *(whole.labels if self._places else [])],
                attribution=" · ".join(dict.fromkeys(source for source in sources if source)),
            )
        return self._shown

    def set_basemap(self, basemap: Basemap) -> None:
        """Draw another outline map from now on."""
        self._whole = BasemapPainter(basemap)
        self.show_own(outline=self._outline, places=self._places)

    def show_own(self, *, outline: bool, places: bool) -> None:
        """Whether the outline map is drawn, and whether its names are."""
        self._outline, self._places = outline, places
        self._painter = self._whole if outline else BasemapPainter(Basemap())
        self.forget()

    def forget(self) -> None:
        """The ground looks different now."""
        self._kept = self._shown = None

    def load(self, view: Viewport, theme: Theme, dpr: float) -> None:
        """Wait for the maps from files of a view that is painted next, and once: on paper."""
        self._paper = (view, theme, dpr), self.loader.drawn_now(view, dpr, theme)

    def paint(self, painter: QPainter, view: Viewport, theme: Theme, net: bool, dpr: float) -> None:
        """Cover the view; ``net``: with graticule lines; ``dpr``: device pixels per logical pixel."""
        key, pictures = self._paper
        if key == (view, theme, dpr):
            self._paper, self._kept = ((), []), None
            painter.drawImage(QPointF(0, 0), self._drawn(view, theme, net, dpr, pictures))
            return
        self.loader.want(view, dpr, theme)
        drawn_with = (theme, net, dpr, id(self._painter))
        kept = self._kept
        if kept is None or kept.drawn_with != drawn_with or _offset(kept, view) is None:
            dragged = kept is not None and kept.view.scale == view.scale and kept.drawn_with == drawn_with
            seen = _with_margin(view) if dragged else view
            kept = self._kept = _Kept(self._drawn(seen, theme, net, dpr, self.loader.pictures()), seen, drawn_with)
        offset = _offset(kept, view)
        assert offset is not None
        painter.drawImage(QPointF(*offset), kept.picture)

    def _drawn(self, view: Viewport, theme: Theme, net: bool, dpr: float, pictures: list[Drawn]) -> QImage:
        picture = QImage(round(view.width * dpr), round(view.height * dpr), QImage.Format.Format_ARGB32_Premultiplied)
        picture.setDevicePixelRatio(dpr)
        painter = QPainter(picture)
        shown = [one for one in pictures if one[1].image is not None]
        # Far out the outline tells where one is, over any picture; close by it is too coarse to lie on one.
        over = bool(shown) and view.scale < _OUTLINE_SCALE
        self._painter.paint_areas(painter, view, theme)
        if not over:
            self._painter.paint_lines(painter, view, theme)
        for layer, drawn in shown:
            _paint_drawn(painter, view, layer.opacity, drawn)
        if over:
            self._painter.paint_lines(painter, view, theme)
        if net:
            paint_net(painter, view, theme)
        painter.end()
        return picture


def _with_margin(view: Viewport) -> Viewport:
    margin = round(max(view.width, view.height) * _MARGIN_SHARE)
    return replace(view, width=view.width + 2 * margin, height=view.height + 2 * margin)


def _paint_drawn(painter: QPainter, view: Viewport, opacity: int, drawn: Loaded) -> None:
    """A layer's picture where it belongs; one of an earlier view is stretched to it."""
    assert drawn.image is not None
    x0, y0, x1, y1 = drawn.box
    left, top = view.to_pixels(x0, y1)
    right, bottom = view.to_pixels(x1, y0)
    whole = QRectF(left, top, right - left, bottom - top)
    seen = whole & QRectF(0, 0, view.width, view.height)
    if seen.isEmpty():
        return
    # Only what is seen: far zoomed in the whole would be wider than a painter counts.
    across, down = drawn.image.width() / whole.width(), drawn.image.height() / whole.height()
    part = QRectF(
        (seen.x() - left) * across, (seen.y() - top) * down, seen.width() * across, seen.height() * down
    )
    painter.save()
    painter.setOpacity(opacity / 100)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(seen, drawn.image, part)
    painter.restore()


def _label(name: Name, own: bool) -> BaseLabel:
    """A name from a file among those of the outline map: of a town, or (``own``) of what somebody drew."""
    place = name.x, latitude1(name.y)
    if own:
        return BaseLabel(name.text[:_LONGEST_NAME], *place, 4 if name.at_point else 1, always=True, dot=False)
    return BaseLabel(name.text[:_LONGEST_NAME], *place, min(max(name.rank, 2), 4), always=True)


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
