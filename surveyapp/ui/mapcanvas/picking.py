"""What a press on the map means for the selection. No Qt events, no signals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from surveyapp.ui.mapcanvas.pointpainter import POINT_RADIUS, Group
from surveyapp.ui.mapcanvas.scene import Scene
from surveyapp.ui.mapcanvas.tools import Pixel, Pointer
from surveyapp.ui.mapcanvas.viewport import Box, Viewport

MOUSE_PX = 10.0
TOUCH_PX = 22.0
"""How far from a point a press still counts: half of the 44 pixels that a fingertip needs."""
_STACKED_PX = 2.0


@dataclass(frozen=True)
class Picked:
    """What lies under a pointer: points (nearest first) or a group, or neither."""

    keys: list[str]
    group: Group | None = None


class Picker:
    """Answers what is under a pointer, and keeps the selection's rules."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def under(self, view: Viewport, pointer: Pointer) -> Picked:
        """Points within reach win if the pointer is on one; else a group; else points nearby."""
        points = self._scene.points
        close = points.hits(view, pointer.x, pointer.y, POINT_RADIUS + 2)
        if close:
            return Picked(close)
        group = points.group_at(view, pointer.x, pointer.y)
        if group is not None:
            return Picked([], group)
        reach = TOUCH_PX if pointer.touch else MOUSE_PX
        return Picked(points.hits(view, pointer.x, pointer.y, reach))

    def clicked(self, view: Viewport, keys: list[str], adding: bool) -> frozenset[str]:
        """The selection after a press on points.

        Pressing a stack of points in one spot again goes on to the one below.
        """
        selection = self._scene.selection
        stack = self._stack(view, keys)
        if adding:
            return selection ^ {stack[0]}
        if len(selection) == 1:
            (only,) = selection
            if only in stack:
                return frozenset({stack[(stack.index(only) + 1) % len(stack)]})
        return frozenset({stack[0]})

    def toggled(self, keys: Iterable[str]) -> frozenset[str]:
        """The selection with all of ``keys`` in it, or without them if they all were."""
        chosen = frozenset(keys)
        selection = self._scene.selection
        return selection - chosen if chosen <= selection else selection | chosen

    def in_box(self, view: Viewport, start: Pixel, end: Pixel, adding: bool) -> frozenset[str]:
        """The selection after a rectangle of pixels was drawn, edges included."""
        (x0, y1), (x1, y0) = (
            view.to_world(min(start[0], end[0]), min(start[1], end[1])),
            view.to_world(max(start[0], end[0]), max(start[1], end[1])),
        )
        return self._combined(self._scene.layer.in_box(Box(x0, y0, x1, y1)), adding)

    def in_lasso(self, view: Viewport, line: list[Pixel], adding: bool) -> frozenset[str]:
        """The selection after a closed line of pixels was drawn."""
        corners = np.array(line, float).reshape(-1, 2)
        x, y = view.to_world(corners[:, 0], corners[:, 1])
        return self._combined(self._scene.layer.in_lasso(x, y), adding)

    def _combined(self, keys: list[str], adding: bool) -> frozenset[str]:
        return self._scene.selection | frozenset(keys) if adding else frozenset(keys)

    def _stack(self, view: Viewport, keys: list[str]) -> list[str]:
        """The keys whose points cannot be told apart from the first one's on screen."""
        layer = self._scene.layer
        rows = [int(layer.rows_of([key])[0]) for key in keys]
        x, y = view.to_pixels(layer.x[rows], layer.y[rows])
        near = np.hypot(x - x[0], y - y[0]) <= _STACKED_PX
        return [key for key, one in zip(keys, near.tolist(), strict=True) if one]
