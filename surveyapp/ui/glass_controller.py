"""What lies on the map and the sightings in view, by key: for those who have no mouse, or no hand free for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QFocusEvent, QKeySequence, QShortcut

from surveyapp.ui.mapcanvas.tools import Pointer

if TYPE_CHECKING:
    from surveyapp.ui.surroundings import Surroundings

_ROWS = 9
"""Rows of the legend that have a key of their own; the others are in the panel of layers."""
_ON_MAP = ("map.pick", "map.pick_next", "map.pick_previous", "map.fold")
"""Actions whose keys are meant for the map only while the keyboard is there."""


class GlassController(QObject):
    """While the keyboard is on the map, its legend has numbers: 1 to 9 hide and show what a row stands for."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._window, self._canvas, self._selection = around.window, around.desk.canvas, around.survey.selection
        self._canvas.installEventFilter(self)
        for number in range(_ROWS):
            QShortcut(
                QKeySequence(str(number + 1)), self._canvas, partial(self.toggle_row, number),
                context=Qt.ShortcutContext.WidgetShortcut,
            )
        self._wired = False

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        return {
            "map.follow": self.follow,
            "map.fold": self.fold,
            "map.pick": self.pick,
            "map.pick_next": lambda: self.step(1),
            "map.pick_previous": lambda: self.step(-1),
        }

    def restyle(self) -> None:
        """Called once when the actions are there, too: then the map gets those that are meant for it."""
        if not self._wired:
            self._wired = True
            self._canvas.addActions([self._action(name) for name in _ON_MAP])
            self._canvas.buttons.locate.toggled.connect(self._follows)

    def shutdown(self) -> None:
        """Nothing of its own is left to end."""

    # -- the receiver ---------------------------------------------------------------------------------

    def follow(self, on: bool) -> None:
        """Keep the position in the middle, or stop it: as the button on the map does."""
        self._canvas.buttons.locate.setChecked(on)

    def _follows(self, on: bool) -> None:
        self._action("map.follow").setChecked(on)

    # -- the legend -----------------------------------------------------------------------------------

    def fold(self) -> None:
        """Fold the legend to its title, or open it."""
        legend = self._canvas.scene.paint_layout
        self._canvas.set_legend(shown=True, opened=legend is None or not legend.is_open)

    def toggle_row(self, number: int) -> None:
        """Hide or show what a row of the legend stands for; counted from 0, as the rows are painted."""
        legend = self._canvas.scene.paint_layout
        if legend is not None and number < len(legend.rows):
            index = legend.rows[number][0].index
            self._canvas.set_style_shown(index, index in self._canvas.scene.layer.hidden_styles)

    # -- sightings ------------------------------------------------------------------------------------

    def pick(self) -> None:
        """Select what is nearest to the middle of the map, as a click there would: a group is opened."""
        view, layer = self._canvas.view, self._canvas.scene.layer
        frame = self._canvas.scene.points.frame(view)
        xs, ys = view.to_pixels(layer.x[frame.loose], layer.y[frame.loose])
        gx, gy = view.to_pixels(frame.groups.x, frame.groups.y)
        places = [*zip(xs.tolist(), ys.tolist(), strict=True), *zip(gx.tolist(), gy.tolist(), strict=True)]
        inside = [(x, y) for x, y in places if 0 <= x < view.width and 0 <= y < view.height]
        if inside:
            middle_x, middle_y = view.width / 2, view.height / 2
            x, y = min(inside, key=lambda place: (place[0] - middle_x) ** 2 + (place[1] - middle_y) ** 2)
            self._canvas.pick(Pointer(x, y))

    def step(self, by: int) -> None:
        """Select the next of the single sightings in view, from the top to the bottom, and in a row as one reads."""
        view, layer = self._canvas.view, self._canvas.scene.layer
        rows = self._canvas.scene.points.frame(view).loose
        xs, ys = view.to_pixels(layer.x[rows], layer.y[rows])
        mirrored = self._canvas.layoutDirection() == Qt.LayoutDirection.RightToLeft
        found = sorted(
            (y, -x if mirrored else x, key)
            for key, x, y in zip(layer.keys_of(rows), xs.tolist(), ys.tolist(), strict=True)
            if 0 <= x < view.width and 0 <= y < view.height
        )
        keys = [key for _y, _x, key in found]
        if keys:
            current = self._selection.current
            start = keys.index(current) if current in keys else (-1 if by > 0 else 0)
            self._selection.set([keys[(start + by) % len(keys)]], "window")

    # -- inside ---------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QFocusEvent):
            by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
            self._number(on=kind == QEvent.Type.FocusIn and by_key)
        elif kind == QEvent.Type.MouseButtonPress:
            self._number(on=False)
        return super().eventFilter(watched, event)

    def _number(self, *, on: bool) -> None:
        if self._canvas.scene.numbered != on:
            self._canvas.scene.numbered = on
            self._canvas.scene.changed()
            self._canvas.update()

    def _action(self, name: str) -> QAction:
        found = self._window.findChild(QAction, name)
        assert isinstance(found, QAction)
        return found
