"""The whole picture: what there is to show, and how its parts are put together.

One scene serves the window and the snapshot alike; it knows nothing of mice, tools or widgets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from surveyapp.ui.mapcanvas import glass as on_glass
from surveyapp.ui.mapcanvas.basemap import BaseLabel, labels_at
from surveyapp.ui.mapcanvas.chrome import paint_empty
from surveyapp.ui.mapcanvas.glass import Glass, GlassOptions
from surveyapp.ui.mapcanvas.gridpainter import paint_metre_grid, paint_metre_labels, paint_sheets
from surveyapp.ui.mapcanvas.grids import GridName
from surveyapp.ui.mapcanvas.ground import Ground, paint_halo_text, paint_net_labels
from surveyapp.ui.mapcanvas.labels import LabelPlacer
from surveyapp.ui.mapcanvas.legend import Legend, LegendRow
from surveyapp.ui.mapcanvas.levels import Frame, bubble_radius
from surveyapp.ui.mapcanvas.overlays import (
    AccuracyCircle,
    GpsMark,
    Outline,
    paint_accuracy,
    paint_gps,
    paint_outline_names,
    paint_outlines,
    paint_pin,
)
from surveyapp.ui.mapcanvas.pointlayer import PointLayer
from surveyapp.ui.mapcanvas.pointpainter import POINT_RADIUS, PointPainter
from surveyapp.ui.mapcanvas.structures import StructureLayer, paint_dips, paint_structures
from surveyapp.ui.mapcanvas.styles import LIGHT, Theme, themed
from surveyapp.ui.mapcanvas.viewport import Box, Viewport, world_box
from surveyapp.words import tr

LabelOf = Callable[[str], str]
"""Text for a record's key; empty for none."""

_MAX_LABELLED = 220
"""With more single points than this in view none is labelled: names would only be in the way."""
TITLE_HEIGHT = 54.0
"""Height of the band above a snapshot, pixels."""
HOME = world_box(60.8, 23.6, 77.9, 37.1)
"""Pakistan: what is shown when there is nothing to fit."""


@dataclass(frozen=True)
class Sheet:
    """What a picture for a report has besides the map. It is light, whatever the window is: paper is white."""

    title: str = ""
    beside: str = ""
    """Small words at the other end of the band with the title: the day, the scale."""
    grids: frozenset[GridName] = frozenset({"degrees"})
    theme: Theme = LIGHT


@dataclass(frozen=True)
class Painted:
    """What a painted picture holds."""

    frame: Frame
    glass: Glass


class Scene:
    """State of the map. Call :meth:`changed` after setting an attribute."""

    def __init__(self) -> None:
        self.layer = PointLayer()
        self.points = PointPainter(self.layer)
        self.ground = Ground()
        self.theme: Theme = LIGHT
        self.selection: frozenset[str] = frozenset()
        self.outlines: list[Outline] = []
        self.structures = StructureLayer()
        self.structures_shown = True
        self.accuracy: list[AccuracyCircle] = []
        self.gps: GpsMark | None = None
        self.pin: tuple[float, float, str] | None = None
        self.label_of: LabelOf | None = None
        self.grids: frozenset[GridName] = frozenset({"degrees"})
        self.empty_text = ""
        self.numbered = False
        """Whether the rows of the legend have the numbers of their keys."""
        self._version = 0
        self._picture: QImage | None = None
        self._picture_key: tuple[object, ...] = ()
        self._painted: Painted | None = None

    def changed(self) -> None:
        """Something but the points is different: the kept picture is stale."""
        self._version += 1

    @property
    def paint_layout(self) -> Legend | None:
        """The legend as it was painted last."""
        return self._painted.glass.legend if self._painted is not None else None

    # ---- questions ---------------------------------------------------------------------------

    def content_box(self) -> Box:
        """World box of all sightings; of tracks and areas if there are none; else of Pakistan."""
        box = self.layer.box
        if box is not None:
            return box
        for outline in self.outlines:
            bounds = outline.path.boundingRect()
            one = Box(bounds.left(), -bounds.bottom(), bounds.right(), -bounds.top())
            box = one if box is None else box.united(one)
        return box if box is not None else HOME

    def covered(self, view: Viewport, font: QFont, options: GlassOptions) -> tuple[float, float]:
        """Pixels at the left and right edges of a view where the glass covers the map."""
        return on_glass.covered(self._lay_out(view, font, options, []), view, options)

    def _lay_out(self, view: Viewport, font: QFont, options: GlassOptions, notices: list[str]) -> Glass:
        hollow = bool(self.layer.hollow.any())
        attribution = self.ground.basemap.attribution
        return on_glass.lay_out(view, font, self.legend_rows(), options, notices, attribution, hollow)

    def legend_rows(self) -> list[LegendRow]:
        """Palette entries that the survey has, with counts."""
        counts = self.layer.counts()
        hidden = self.layer.hidden_styles
        return [
            LegendRow(index, themed(style, self.theme), int(counts[index]), index in hidden)
            for index, style in enumerate(self.points.palette)
            if counts[index]
        ]

    def notices(self, frame: Frame, live: bool = True) -> list[str]:
        """What the reader must know about this picture, the most important first. ``live``: one can zoom."""
        notices = []
        if self.layer.filtered:
            shown, there = f"{self.layer.shown_count:,}", f"{len(self.layer):,}"
            notices.append(tr("Filter on: {shown} of {there} sightings.", shown=shown, there=there))
        if frame.density is not None:
            count = f"{int(frame.density.count.sum()):,}"
            as_density = self.points.crowding == "density"
            notices.append(
                tr("{count} sightings shown as density.", count=count)
                if as_density
                else tr("{count} sightings shown as groups.", count=count)
            )
        hidden = [row.style.label for row in self.legend_rows() if row.hidden]
        if hidden:
            notices.append(tr("Hidden: {names}.", names=", ".join(hidden)))
        if frame.density is not None and live:
            notices.append(tr("Zoom in to see each."))
        return notices

    # ---- painting ----------------------------------------------------------------------------

    def paint(self, painter: QPainter, view: Viewport, font: QFont, dpr: float, options: GlassOptions) -> Painted:
        """Paint a view; what does not move on its own is kept as one picture and copied."""
        key = (view, font.key(), dpr, options, self.layer.revision, self._version)
        if self._picture is None or self._painted is None or self._picture_key != key:
            picture = QImage(
                round(view.width * dpr), round(view.height * dpr), QImage.Format.Format_ARGB32_Premultiplied
            )
            picture.setDevicePixelRatio(dpr)
            inner = QPainter(picture)
            inner.setFont(font)
            self._painted = self._paint_all(inner, view, dpr, options)
            inner.end()
            self._picture, self._picture_key = picture, key
        painter.drawImage(QPointF(0, 0), self._picture)
        painter.setFont(font)
        if self.gps is not None:
            paint_gps(painter, view, self.theme, self.gps)
        if self.pin is not None:
            paint_pin(painter, view, self.theme, *self.pin)
        return self._painted

    def _paint_all(self, painter: QPainter, view: Viewport, dpr: float, options: GlassOptions) -> Painted:
        font = QFont(painter.font())
        degrees = "degrees" in self.grids
        self.ground.paint(painter, view, self.theme, degrees, dpr)
        painter.setFont(on_glass.small_font(font))
        if "sheets" in self.grids:
            paint_sheets(painter, view, self.theme)
        lines = paint_metre_grid(painter, view, self.theme) if "utm" in self.grids else []
        painter.setFont(font)
        paint_outlines(painter, view, self.theme, self.outlines)
        for circle in self.accuracy:
            paint_accuracy(painter, view, self.theme, circle)
        measured = self.structures.in_view(view) if self.structures_shown else []
        paint_structures(painter, self.theme, measured)
        frame = self.points.frame(view)
        glass = self._lay_out(view, font, options, self.notices(frame, live=options.buttons is not None))
        placer = LabelPlacer(view.width, view.height)
        on_glass.reserve(glass, options, placer, view.width)
        painter.setFont(on_glass.small_font(font))
        if degrees:
            paint_net_labels(painter, view, self.theme, placer, options.top, options.mirrored)
        if "utm" in self.grids:
            paint_metre_labels(painter, view, self.theme, placer, lines, options)
        self._reserve_points(view, frame, placer)
        self._paint_places(painter, view, font, placer)
        self.points.paint(painter, view, self.selection, self.points.ink(self.theme, font, dpr))
        painter.setFont(on_glass.small_font(font))
        paint_dips(painter, self.theme, measured, placer)
        self._paint_labels(painter, view, frame, placer)
        paint_outline_names(painter, view, self.theme, self.outlines, placer)
        painter.setFont(font)
        numbered = self.numbered and options.buttons is not None
        on_glass.paint(painter, view, self.theme, glass, options, numbered=numbered)
        if not len(self.layer) and self.empty_text:
            paint_empty(painter, self.theme, self.empty_text, view.width, view.height)
        return Painted(frame, glass)

    def _reserve_points(self, view: Viewport, frame: Frame, placer: LabelPlacer) -> None:
        """Keep names off groups, and off single points while these are few enough to matter one by one."""
        groups = frame.groups
        xs, ys = view.to_pixels(groups.x, groups.y)
        for x, y, count in zip(xs.tolist(), ys.tolist(), groups.count.tolist(), strict=True):
            _reserve_round(placer, x, y, bubble_radius(count) * 0.9)
        if len(frame.loose) <= _MAX_LABELLED:
            chosen = frozenset(self.layer.rows_of(self.selection).tolist())
            xs, ys = view.to_pixels(self.layer.x[frame.loose], self.layer.y[frame.loose])
            for row, x, y in zip(frame.loose.tolist(), xs.tolist(), ys.tolist(), strict=True):
                _reserve_round(placer, x, y, _radius(row in chosen))

    def _paint_places(self, painter: QPainter, view: Viewport, font: QFont, placer: LabelPlacer) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for label, x, y in labels_at(self.ground.basemap, view):
            painter.setFont(_place_font(font, label))
            metrics = painter.fontMetrics()
            width, height = metrics.horizontalAdvance(label.text) + 6, metrics.height()
            if label.span_deg and label.span_deg * view.scale < width:
                continue
            place = placer.centred(x, y, width, height) if label.rank <= 1 else placer.beside(x, y, width, height, 6)
            if place is None:
                continue
            if label.rank > 1 and label.dot:
                painter.setPen(QColor(self.theme.halo))
                painter.setBrush(QColor(self.theme.text_soft))
                painter.drawEllipse(QPointF(x, y), 3, 3)
            colour = self.theme.text_soft if label.rank <= 1 else self.theme.text
            paint_halo_text(painter, QRectF(*place, width, height), label.text, colour, self.theme.halo)

    def _paint_labels(self, painter: QPainter, view: Viewport, frame: Frame, placer: LabelPlacer) -> None:
        if self.label_of is None or not 0 < len(frame.loose) <= _MAX_LABELLED:
            return
        rows = frame.loose
        xs, ys = view.to_pixels(self.layer.x[rows], self.layer.y[rows])
        keys = self.layer.keys_of(rows)
        named = list(zip(keys, xs.tolist(), ys.tolist(), strict=True))
        # The selected first, then the newest on top.
        named.reverse()
        named.sort(key=lambda one: one[0] not in self.selection)
        metrics = painter.fontMetrics()
        for key, x, y in named:
            text = metrics.elidedText(self.label_of(key), Qt.TextElideMode.ElideRight, 180)
            if not text:
                continue
            width, height = metrics.horizontalAdvance(text) + 4, metrics.height()
            place = placer.beside(x, y, width, height, _radius(key in self.selection) + 2)
            if place is not None:
                paint_halo_text(painter, QRectF(*place, width, height), text, self.theme.text, self.theme.halo)

    def snapshot(self, view: Viewport, font: QFont, sheet: Sheet, options: GlassOptions, dpr: float) -> QImage:
        """A picture of a view for a report."""
        picture = QImage(round(view.width * dpr), round(view.height * dpr), QImage.Format.Format_ARGB32_Premultiplied)
        picture.setDevicePixelRatio(dpr)
        painter = QPainter(picture)
        self.paint_sheet(painter, view, font, sheet, options, dpr)
        painter.end()
        return picture

    def paint_sheet(
        self, painter: QPainter, view: Viewport, font: QFont, sheet: Sheet, options: GlassOptions, dpr: float
    ) -> None:
        """Paint a view for a report, with a title in a band of ``TITLE_HEIGHT`` above the map."""
        kept = self.theme, self.grids
        self.theme, self.grids = sheet.theme, sheet.grids
        try:
            self._paint_sheet(painter, view, font, sheet, options, dpr)
        finally:
            self.theme, self.grids = kept

    def _paint_sheet(
        self, painter: QPainter, view: Viewport, font: QFont, sheet: Sheet, options: GlassOptions, dpr: float
    ) -> None:
        painter.setFont(font)
        shown = view
        if sheet.title:
            options = replace(options, top=TITLE_HEIGHT)
            # The map is drawn below the title, so that what was asked for is not covered by it.
            shown = replace(view, y=view.y + TITLE_HEIGHT / 2 / view.scale)
        self.ground.load(shown, self.theme, dpr)
        self._paint_all(painter, shown, dpr, options)
        if self.gps is not None:
            paint_gps(painter, shown, self.theme, self.gps)
        if sheet.title:
            self._paint_title(painter, view.width, sheet, font)

    def _paint_title(self, painter: QPainter, width: float, sheet: Sheet, font: QFont) -> None:
        height = TITLE_HEIGHT
        painter.fillRect(QRectF(0, 0, width, height), QColor(self.theme.panel))
        painter.fillRect(QRectF(0, height - 1, width, 1), QColor(self.theme.panel_edge))
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text_soft))
        beside = painter.fontMetrics().horizontalAdvance(sheet.beside) + 24 if sheet.beside else 0
        aside = QRectF(20, 0, width - 40, height)
        painter.drawText(aside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, sheet.beside)
        large = QFont(font)
        large.setBold(True)
        large.setPixelSize(20)
        painter.setFont(large)
        painter.setPen(QColor(self.theme.text))
        shown = painter.fontMetrics().elidedText(sheet.title, Qt.TextElideMode.ElideRight, int(width - 40 - beside))
        painter.drawText(QRectF(20, 0, width - 40 - beside, height), Qt.AlignmentFlag.AlignVCenter, shown)


def _radius(chosen: bool) -> float:
    """Radius in pixels that a single point takes, with its edge."""
    return POINT_RADIUS + (6 if chosen else 1.5)


def _reserve_round(placer: LabelPlacer, x: float, y: float, radius: float) -> None:
    placer.reserve(x - radius, y - radius, 2 * radius, 2 * radius)


def _place_font(font: QFont, label: BaseLabel) -> QFont:
    chosen = QFont(font)
    chosen.setPixelSize({0: 17, 1: 13, 2: 13}.get(label.rank, 12))
    chosen.setBold(label.rank == 2)
    if label.rank <= 1 and label.text.isascii():
        # Only Latin may be spread out: letters of Urdu are joined.
        chosen.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 1.2)
    return chosen
