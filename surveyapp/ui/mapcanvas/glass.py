"""Lays out what lies on the glass of the map (scale, arrow, legend, notice), then paints it.

Layout comes first because labels on the map keep clear of it, and presses are tested against it.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from surveyapp.ui.mapcanvas import chrome
from surveyapp.ui.mapcanvas.chrome import EDGE
from surveyapp.ui.mapcanvas.graticule import distance_text, scale_bar
from surveyapp.ui.mapcanvas.labels import LabelPlacer
from surveyapp.ui.mapcanvas.legend import (
    HEAD_PX,
    ROW_PX,
    Legend,
    LegendRow,
    LegendWords,
    lay_out_legend,
    paint_legend,
)
from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.viewport import Viewport
from surveyapp.words import tr

_BAR_HEIGHT = 34.0


@dataclass(frozen=True)
class GlassOptions:
    """What the owner wants on the glass."""

    legend: bool = True
    legend_open: bool | None = None
    """None: open where it leaves most of the map free."""
    legend_title: str = ""
    legend_row: float = ROW_PX
    """Height of its rows, pixels."""
    mirrored: bool = False
    """Swap left and right (right-to-left languages)."""
    buttons: QRectF | None = None
    """Room that the on-canvas buttons take."""
    top: float = 0.0
    """Room kept at the top (the title of a snapshot), pixels."""


@dataclass(frozen=True)
class Glass:
    """Boxes of the things on the glass."""

    scale: QRectF
    arrow: QRectF
    legend: Legend | None
    notice: tuple[str, QRectF] | None
    attribution: tuple[str, QRectF]
    """The source of the outline, shortened to fit."""


def lay_out(
    view: Viewport,
    font: QFont,
    rows: list[LegendRow],
    options: GlassOptions,
    notices: list[str],
    attribution: str,
    hollow: bool,
) -> Glass:
    """Boxes for a view; a legend only if there is anything in it and room for it."""
    metrics = QFontMetricsF(font)
    scale = _scale_box(view, metrics)
    arrow = QRectF(view.width - EDGE - 34, options.top + EDGE, 34, 48)
    legend = None
    room = view.height - options.top - 2 * EDGE - _BAR_HEIGHT - 34
    if options.legend and rows and room >= HEAD_PX:
        words = LegendWords(
            options.legend_title or tr("Legend"),
            tr("and {count} more"),
            tr("Hollow: none found") if hollow else "",
        )
        corner = QPointF(EDGE, scale.top() - 8)
        wanted = options.legend_open is not False
        legend = lay_out_legend(rows, words, metrics, corner, room, options.legend_row, wanted)
        if options.legend_open is None and not _leaves_room(legend, view):
            legend = lay_out_legend(rows, words, metrics, corner, room, options.legend_row, False)
    said = _notice(notices, metrics, view.width, options.top)
    glass = Glass(scale, arrow, legend, said, _source(view, font, options, attribution, scale.right() + 8))
    return _mirrored(glass, view.width) if options.mirrored else glass


def _notice(notices: list[str], metrics: QFontMetricsF, width: float, top: float) -> tuple[str, QRectF] | None:
    """As many notices as fit in one line; the first in any case, shortened if need be."""
    if not notices:
        return None
    widest = chrome.notice_room(width)
    fitting = 1
    while fitting < len(notices) and metrics.horizontalAdvance(" ".join(notices[: fitting + 1])) <= widest:
        fitting += 1
    text = " ".join(notices[:fitting])
    return text, chrome.notice_box(metrics, text, width, top)


def _source(view: Viewport, font: QFont, options: GlassOptions, attribution: str, left: float) -> tuple[str, QRectF]:
    """The source of the outline at the lower edge, between the scale bar and the buttons."""
    metrics = QFontMetricsF(small_font(font))
    buttons = options.buttons.width() + 8 if options.buttons is not None else 0
    right = view.width - EDGE - buttons
    text = metrics.elidedText(attribution, Qt.TextElideMode.ElideRight, max(right - left - 6, 0))
    box = QRectF(0, 0, metrics.horizontalAdvance(text) + 6, metrics.height())
    box.moveBottomRight(QPointF(right, view.height - 5.0))
    return text, box


def covered(glass: Glass, view: Viewport, options: GlassOptions) -> tuple[float, float]:
    """Pixels at the left and right edges where an open legend or the buttons cover the map."""
    left = right = 0.0
    boxes = [options.buttons] if options.buttons is not None else []
    if glass.legend is not None and glass.legend.is_open:
        boxes.append(glass.legend.box)
    for box in boxes:
        if box.center().x() < view.width / 2:
            left = max(left, box.right())
        else:
            right = max(right, view.width - box.left())
    return left, right


def small_font(font: QFont) -> QFont:
    """For what is read once: the source of the outline, the degree net."""
    small = QFont(font)
    small.setPixelSize(11)
    return small


def reserve(glass: Glass, options: GlassOptions, placer: LabelPlacer, width: float) -> None:
    """Keep labels off the glass."""
    boxes = [glass.scale, glass.arrow, glass.attribution[1]]
    if glass.notice is not None:
        boxes.append(glass.notice[1])
    if glass.legend is not None:
        boxes.append(glass.legend.box)
    if options.buttons is not None:
        boxes.append(options.buttons)
    if options.top:
        boxes.append(QRectF(0, 0, width, options.top))
    for box in boxes:
        placer.reserve(box.x() - 4, box.y() - 2, box.width() + 8, box.height() + 4)


def paint(
    painter: QPainter, view: Viewport, theme: Theme, glass: Glass, options: GlassOptions, *, numbered: bool = False
) -> None:
    """Everything on the glass. ``numbered``: the rows of the legend with the numbers of their keys."""
    font = QFont(painter.font())
    chrome.paint_scale_bar(painter, view, theme, glass.scale)
    chrome.paint_north_arrow(painter, theme, glass.arrow.center(), font)
    if glass.legend is not None:
        foldable = options.buttons is not None
        paint_legend(painter, glass.legend, theme, options.mirrored, foldable=foldable, numbered=numbered)
    painter.setFont(small_font(font))
    chrome.paint_words(painter, theme, glass.attribution[1], glass.attribution[0])
    painter.setFont(font)
    if glass.notice is not None:
        chrome.paint_notice(painter, theme, *glass.notice)


def _leaves_room(legend: Legend, view: Viewport) -> bool:
    return legend.box.width() <= view.width * 0.34 and legend.box.height() <= view.height * 0.75


def _scale_box(view: Viewport, metrics: QFontMetricsF) -> QRectF:
    metres, length = scale_bar(view.metres_per_pixel)
    width = length + 24 + metrics.horizontalAdvance(distance_text(metres)) / 2
    return QRectF(EDGE, view.height - EDGE - _BAR_HEIGHT, width, _BAR_HEIGHT)


def _mirrored(glass: Glass, width: float) -> Glass:
    def flip(box: QRectF) -> QRectF:
        return QRectF(width - box.right(), box.y(), box.width(), box.height())

    legend = glass.legend.flipped(width) if glass.legend is not None else None
    text, box = glass.attribution
    return Glass(flip(glass.scale), flip(glass.arrow), legend, glass.notice, (text, flip(box)))
