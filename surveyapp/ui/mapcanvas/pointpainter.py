"""Turns the frame of a view into a picture of points, groups and selection, and finds what a click means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QImage, QPainter

from surveyapp.ui.mapcanvas.bubbles import Bubbles, Ink
from surveyapp.ui.mapcanvas.levels import Crowding, Density, Frame, Levels, bubble_radius
from surveyapp.ui.mapcanvas.pointlayer import PointLayer, Rows
from surveyapp.ui.mapcanvas.raster import PixelBuffer, density_picture
from surveyapp.ui.mapcanvas.stamps import Look, StampSet, make_stamps
from surveyapp.ui.mapcanvas.styles import UNKNOWN, PointStyle, Theme, themed
from surveyapp.ui.mapcanvas.viewport import Viewport

POINT_RADIUS = 6.0
"""Nominal radius of a stamp in logical pixels."""
_SMALLER = ((200_000, 1.7), (15_000, 3.2))
"""With more single points than this in view (crowding ``points``) they are drawn with this radius."""
_EDGE_PX = 24
"""Selected points this far outside the view still reach into it."""
_LIFTED = 12
"""Up to this many selected points are lifted out of their groups; of more the groups are ringed."""


@dataclass(frozen=True)
class Group:
    """A bubble under a pixel."""

    level: int
    column: int
    line: int
    count: int


class PointPainter:
    """Draws one layer; owns its level of detail and its stamps."""

    def __init__(self, layer: PointLayer) -> None:
        self.layer = layer
        self.levels = Levels(layer)
        self.palette: tuple[PointStyle, ...] = ()
        self.crowding: Crowding = "clusters"
        self._bubbles = Bubbles()
        self._stamps: dict[tuple[object, ...], dict[int, StampSet]] = {}
        self._selected = np.empty(0, np.intp)
        self._selected_key: tuple[object, ...] = ()

    def frame(self, view: Viewport) -> Frame:
        """What a view draws: cheap when asked again."""
        return self.levels.frame(view, self.crowding)

    # ---- drawing -----------------------------------------------------------------------------

    def paint(self, painter: QPainter, view: Viewport, selection: frozenset[str], ink: Ink) -> Frame:
        """Draw density, single points, groups and selection, in that order."""
        frame = self.frame(view)
        if frame.density is not None:
            self._paint_density(painter, view, frame.density, ink)
        selected = self._selected_rows(selection)
        if len(frame.loose):
            self._paint_rows(painter, view, frame.loose, ink, chosen=False)
        self._paint_groups(painter, view, frame, selected, ink)
        shown = self._shown_selected(frame, selected)
        seen = self._in_view(shown, view)
        if len(seen):
            self._paint_rows(painter, view, seen, ink, chosen=True)
        return frame

    def ink(self, theme: Theme, font: QFont, dpr: float) -> Ink:
        """The palette as a theme shows it, and the rest."""
        return Ink(tuple(themed(style, theme) for style in self.palette), theme, font, dpr)

    def _paint_density(self, painter: QPainter, view: Viewport, density: Density, ink: Ink) -> None:
        pixels = density_picture(density, [style.colour for style in ink.palette], ink.theme.text_soft)
        image = _image_of(pixels.ravel(), 0, pixels.shape[1], pixels.shape[0], pixels.shape[1])
        left, top = view.to_pixels(density.box.x0, density.box.y1)
        right, bottom = view.to_pixels(density.box.x1, density.box.y0)
        painter.save()
        painter.setOpacity(0.9 if self.crowding == "density" else 0.55)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, right - left, bottom - top), image)
        painter.restore()

    def _paint_rows(self, painter: QPainter, view: Viewport, rows: Rows, ink: Ink, chosen: bool) -> None:
        dpr = ink.dpr
        variant = np.minimum(self.layer.style[rows], len(ink.palette)).astype(np.intp) * 2 + self.layer.hollow[rows]
        used = np.flatnonzero(np.bincount(variant))
        stamps = self._stamp_set(ink, POINT_RADIUS + 1 if chosen else _radius_of(len(rows)), chosen, used.tolist())
        buffer = PixelBuffer(round(view.width * dpr), round(view.height * dpr), 2 * stamps.reach)
        px, py = view.to_pixels(self.layer.x[rows], self.layer.y[rows])
        buffer.stamp(px * dpr, py * dpr, np.searchsorted(used, variant), stamps)
        image = _image_of(buffer.flat, buffer.offset, buffer.width, buffer.height, buffer.stride)
        image.setDevicePixelRatio(dpr)
        painter.drawImage(0, 0, image)

    def _stamp_set(self, ink: Ink, radius: float, chosen: bool, used: list[int]) -> StampSet:
        """Stamps of the variants that are drawn: of the two (found, absent) of each palette entry and of an unknown
        style. Each is made when it is first drawn: all of them at once take longer than a hundred thousand points."""
        key = (ink.palette, ink.theme, ink.dpr, radius, chosen)
        if key not in self._stamps:
            if len(self._stamps) > 12:
                self._stamps.clear()
            self._stamps[key] = {}
        made = self._stamps[key]
        for variant in used:
            if variant not in made:
                made[variant] = make_stamps([_look(ink, radius, chosen, variant)])
        return _together([made[variant] for variant in used])

    def _paint_groups(self, painter: QPainter, view: Viewport, frame: Frame, selected: Rows, ink: Ink) -> None:
        groups = frame.groups
        if not len(groups):
            return
        chosen = self._groups_with(frame, selected)
        px, py = view.to_pixels(groups.x, groups.y)
        for i in range(len(groups)):
            shares = tuple(groups.shares[i].tolist())
            self._bubbles.paint(painter, QPointF(px[i], py[i]), shares, bool(chosen[i]), ink)

    def _groups_with(self, frame: Frame, rows: Rows) -> NDArray[np.bool_]:
        """Which groups hold any of some rows."""
        if not len(rows):
            return np.zeros(len(frame.groups), bool)
        columns, lines = self.levels.cells_of(rows, frame.level)
        return np.isin(frame.groups.line * (1 << 32) + frame.groups.column, lines * (1 << 32) + columns)

    @staticmethod
    def _shown_selected(frame: Frame, selected: Rows) -> Rows:
        """The selected rows that are drawn one by one."""
        if not frame.aggregated or len(selected) <= _LIFTED:
            return selected
        return selected[np.isin(selected, frame.loose)]

    def _selected_rows(self, selection: frozenset[str]) -> Rows:
        key = (self.layer.revision, selection)
        if self._selected_key != key:
            rows = self.layer.rows_of(selection)
            self._selected, self._selected_key = rows[self.layer.is_drawn(rows)], key
        return self._selected

    def _in_view(self, rows: Rows, view: Viewport) -> Rows:
        box = view.box.grown(_EDGE_PX / view.scale)
        x, y = self.layer.x[rows], self.layer.y[rows]
        return rows[(x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)]

    # ---- finding -----------------------------------------------------------------------------

    def group_at(self, view: Viewport, px: float, py: float) -> Group | None:
        """The bubble under a pixel."""
        frame = self.frame(view)
        groups = frame.groups
        x, y = view.to_pixels(groups.x, groups.y)
        for i in np.flatnonzero(np.hypot(x - px, y - py) <= 36):
            if np.hypot(x[i] - px, y[i] - py) <= bubble_radius(float(groups.count[i])) + 2:
                return Group(frame.level, int(groups.column[i]), int(groups.line[i]), int(groups.count[i]))
        return None

    def hits(self, view: Viewport, px: float, py: float, radius_px: float) -> list[str]:
        """Keys of the points drawn singly within a distance of a pixel, nearest first, topmost of equals."""
        frame = self.frame(view)
        x, y = view.to_world(px, py)
        rows = self.layer.hits(x, y, radius_px / view.scale)
        if frame.aggregated and len(rows):
            # Only what is drawn can be hit: a point inside a group is not, unless it is lifted out of it.
            shown = self._shown_selected(frame, self._selected)
            rows = rows[np.isin(rows, frame.loose) | np.isin(rows, shown)]
        return self.layer.keys_of(rows)

    def keys_in_group(self, group: Group) -> list[str]:
        """Keys of the records in a group, in drawing order."""
        return self.layer.keys_of(self.levels.rows_in_group(group.level, group.column, group.line))


def _look(ink: Ink, radius: float, chosen: bool, variant: int) -> Look:
    styles = (*ink.palette, replace(UNKNOWN, colour=ink.theme.text_soft))
    return Look(
        style=styles[variant // 2],
        radius=radius * ink.dpr,
        outline=ink.theme.outline,
        edge=(1.4 if radius >= POINT_RADIUS else 0.7) * ink.dpr,
        hollow=bool(variant % 2),
        halo=ink.theme.accent if chosen else None,
    )


def _together(stamps: Sequence[StampSet]) -> StampSet:
    """Several sets as one, each stamp padded by repeating its own pixels."""
    most_core = max(one.core.shape[1] for one in stamps)
    most_fringe = max(one.fringe.shape[1] for one in stamps)
    return StampSet(
        max(one.reach for one in stamps),
        np.concatenate([np.resize(one.core_at, (1, most_core, 2)) for one in stamps]),
        np.concatenate([np.resize(one.core, (1, most_core)) for one in stamps]),
        np.concatenate([np.resize(one.fringe_at, (1, most_fringe, 2)) for one in stamps]),
        np.concatenate([np.resize(one.fringe, (1, most_fringe)) for one in stamps]),
    )


def _radius_of(count: int) -> float:
    """Radius in pixels with which so many single points are drawn."""
    return next((radius for most, radius in _SMALLER if count > most), POINT_RADIUS)


def _image_of(flat: NDArray[np.uint32], offset: int, width: int, height: int, stride: int) -> QImage:
    """A picture over the pixels of an array, without copying; the array must outlive the picture."""
    return QImage(flat[offset:].data.cast("B"), width, height, stride * 4, QImage.Format.Format_ARGB32_Premultiplied)
