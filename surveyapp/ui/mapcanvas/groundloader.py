"""Draws the maps from files on a thread of its own, so that moving the map never waits for one of them.

The view that was asked for last wins; until its pictures are there the earlier ones are shown, moved and
stretched. The GUI thread looks for results with a timer, so that nothing of a window that is gone is ever called.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from surveyapp.errors import SurveyError
from surveyapp.geo.ground.layer import GroundLayer
from surveyapp.geo.ground.model import GroundSource, GroundView, Name, Picture, WorldBox
from surveyapp.ui.mapcanvas.styles import Theme
from surveyapp.ui.mapcanvas.viewport import Viewport

_LOOK_MS = 15
"""How often results are looked for while there is work: within the time of one frame."""
_MARGIN_SHARE = 0.2
"""Pictures are made this much larger on every side, so that a small move needs no new one."""

What = tuple[Path, str, str]
"""See :attr:`.GroundLayer.what`."""


@dataclass(frozen=True, eq=False)
class Facts:
    """What an open file says of itself."""

    box: WorldBox
    attribution: str
    note: str


@dataclass(frozen=True, eq=False)
class Loaded:
    """The picture of a layer for a view; ``image`` is ``None`` where it has nothing."""

    facts: Facts
    view: GroundView
    theme: str
    colour: int
    image: QImage | None
    box: WorldBox
    """What the image covers."""
    names: Sequence[Name]
    note: str


Drawn = tuple[GroundLayer, Loaded]


@dataclass(frozen=True)
class _Wanted:
    view: Viewport
    pixel_ratio: float
    theme: Theme

    def ground_view(self, margin: float) -> GroundView:
        """The view with a margin (share of its size), in device pixels."""
        view = self.view
        width, height = round(view.width * (1 + 2 * margin)), round(view.height * (1 + 2 * margin))
        # Whole pixels on both sides: a picture that is only moved lies pixel on pixel.
        width += (width - view.width) % 2
        height += (height - view.height) % 2
        box = replace(view, width=width, height=height).box
        return GroundView(
            (box.x0, box.y0, box.x1, box.y1), round(width * self.pixel_ratio), round(height * self.pixel_ratio)
        )


class GroundLoader(QObject):
    """Keeps one picture of each layer that is shown, and makes new ones as the view asks for them.

    ``changed``: a picture came, or a layer has something else to say. ``found``: a layer asked for by
    :meth:`find` was opened; its ``what``. ``troubled``: a layer cannot be shown; its ``what`` and a sentence, once.
    """

    changed = Signal()
    found = Signal(object)
    troubled = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: list[GroundLayer] = []
        self._wanted: _Wanted | None = None
        self._loaded: dict[What, Loaded] = {}
        self._facts: dict[What, Facts] = {}
        self._trouble: dict[What, str] = {}
        self._sought: list[GroundLayer] = []
        self._work: tuple[GroundLayer, Future[Loaded | Facts]] | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._sources: dict[What, GroundSource] = {}
        """Touched on the thread alone."""
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    # ---- asked on the GUI thread -------------------------------------------------------------------

    @property
    def layers(self) -> Sequence[GroundLayer]:
        """All layers, the lowest first."""
        return self._layers

    @property
    def idle(self) -> bool:
        """Whether every picture that was asked for is there."""
        return self._work is None and self._next() is None

    def set_layers(self, layers: Iterable[GroundLayer]) -> None:
        """These layers from now on, the lowest first. Files of others are closed; one that could not be shown is
        tried again when it was hidden and is shown again.
        """
        shown_before = {layer.what for layer in self._layers if layer.shown}
        before = {layer.what for layer in self._layers}
        self._layers = list(layers)
        kept = {layer.what for layer in self._layers}
        again = {layer.what for layer in self._layers if layer.shown} - shown_before
        for known in (self._loaded, self._facts, self._trouble):
            for what in [what for what in known if what not in kept]:
                del known[what]
        for what in again:
            self._trouble.pop(what, None)
        if self._thread is not None and before - kept:
            self._thread.submit(self._close_all_but, kept)
        self.changed.emit()
        self._start()

    def want(self, view: Viewport, pixel_ratio: float, theme: Theme) -> None:
        """Show this view as soon as it can be drawn."""
        self._wanted = _Wanted(view, pixel_ratio, theme)
        self._start()

    def find(self, layer: GroundLayer) -> None:
        """Open a layer's file, whether it is shown or not, and tell by ``found``."""
        if layer.what in self._facts:
            self.found.emit(layer.what)
        else:
            self._trouble.pop(layer.what, None)
            self._sought.append(layer)
            self._start()

    def drawn_now(self, view: Viewport, pixel_ratio: float, theme: Theme) -> list[Drawn]:
        """As :meth:`pictures` of a view, waited for and not kept: for paper, which is never drawn again."""
        wanted, drawn = _Wanted(view, pixel_ratio, theme), []
        for layer in self._layers:
            if layer.shown and layer.what not in self._trouble:
                try:
                    drawn.append((layer, self._on_thread().submit(self._draw, layer, wanted, 0.0).result()))
                except SurveyError as error:
                    self._fail(layer, error)
        return drawn

    def facts_of(self, layer: GroundLayer) -> Facts | None:
        """What a layer's file says of itself; ``None`` before it was opened."""
        return self._facts.get(layer.what)

    def trouble_of(self, layer: GroundLayer) -> str:
        """Why a layer cannot be shown; empty if it can."""
        return self._trouble.get(layer.what, "")

    def note_of(self, layer: GroundLayer) -> str:
        """What there is to say of a layer in this view; empty if nothing."""
        loaded = self._loaded.get(layer.what)
        return loaded.note if loaded is not None else ""

    def pictures(self) -> list[Drawn]:
        """What there is to show, the lowest first; some of it may still be of an earlier view."""
        return [
            (layer, self._loaded[layer.what])
            for layer in self._layers
            if layer.shown and layer.what in self._loaded and layer.what not in self._trouble
        ]

    def shutdown(self) -> None:
        """Close the files and end the thread; what is being drawn is thrown away."""
        self._timer.stop()
        self._layers, self._sought, self._work = [], [], None
        self._loaded.clear()
        self._facts.clear()
        self._trouble.clear()
        if self._thread is not None:
            self._thread.submit(self._close_all_but, set())
            self._thread.shutdown(wait=False)
            self._thread = None

    # ---- one piece of work after another ------------------------------------------------------------

    def _start(self) -> None:
        if self._work is not None:
            return
        following = self._next()
        if following is None:
            self._timer.stop()
            return
        if self._sought and following is self._sought[0]:
            self._work = following, self._on_thread().submit(self._measure, following)
        else:
            assert self._wanted is not None
            self._work = following, self._on_thread().submit(self._draw, following, self._wanted, _MARGIN_SHARE)
        self._timer.start()

    def _on_thread(self) -> ThreadPoolExecutor:
        """The thread, which is started with the first piece of work: most surveys have no map of their own."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="surveyapp-ground")
        return self._thread

    def _next(self) -> GroundLayer | None:
        """The layer to work on: one that is sought, else the lowest whose picture is not of this view."""
        if self._sought:
            return self._sought[0]
        if self._wanted is None:
            return None
        for layer in self._layers:
            if layer.shown and layer.what not in self._trouble and not self._is_fresh(layer, self._wanted):
                return layer
        return None

    def _is_fresh(self, layer: GroundLayer, wanted: _Wanted) -> bool:
        loaded = self._loaded.get(layer.what)
        if loaded is None or (loaded.theme, loaded.colour) != (wanted.theme.name, layer.colour):
            return False
        view = wanted.view
        scale = view.scale * wanted.pixel_ratio
        if abs(loaded.view.scale - scale) > scale * 1e-6:
            return False
        box, (x0, y0, x1, y1) = view.box, loaded.view.box
        hair = 0.5 / scale
        return x0 - hair <= box.x0 and y0 - hair <= box.y0 and x1 + hair >= box.x1 and y1 + hair >= box.y1

    def _look(self) -> None:
        """Take the result if it is there, and go on with the next layer."""
        if self._work is None:
            self._timer.stop()
            return
        layer, future = self._work
        if not future.done():
            return
        self._work = None
        sought = bool(self._sought) and self._sought[0] is layer
        if sought:
            del self._sought[0]
        error = future.exception()
        if error is None:
            self._take(layer, future.result())
        else:
            if not isinstance(error, SurveyError):
                sys.excepthook(type(error), error, error.__traceback__)
            self._fail(layer, error)
        self.changed.emit()
        self._start()
        if sought and error is None:
            self.found.emit(layer.what)

    def _fail(self, layer: GroundLayer, error: BaseException) -> None:
        self._trouble[layer.what] = str(error)
        self.troubled.emit(layer.what, str(error))

    def _take(self, layer: GroundLayer, result: Loaded | Facts) -> None:
        if all(known.what != layer.what for known in self._layers):
            return  # taken off the list while it was drawn
        if isinstance(result, Facts):
            self._facts[layer.what] = result
        else:
            self._facts[layer.what] = result.facts
            self._loaded[layer.what] = result

    # ---- on the thread ------------------------------------------------------------------------------

    def _source(self, layer: GroundLayer) -> GroundSource:
        from surveyapp.geo.ground.opening import open_ground

        if layer.what not in self._sources:
            self._sources[layer.what] = open_ground(layer)
        return self._sources[layer.what]

    def _measure(self, layer: GroundLayer) -> Facts:
        source = self._source(layer)
        return Facts(source.box, source.attribution, source.note)

    def _draw(self, layer: GroundLayer, wanted: _Wanted, margin: float) -> Loaded:
        from surveyapp.ui.mapcanvas.groundpaint import picture_image, shapes_image

        facts = self._measure(layer)
        view = wanted.ground_view(margin)
        drawn = self._source(layer).draw(view)
        theme = wanted.theme
        image: QImage | None = None
        if isinstance(drawn, Picture):
            image = picture_image(drawn, theme)
            return Loaded(facts, view, theme.name, layer.colour, image, drawn.box, (), drawn.note)
        if drawn.areas or drawn.lines or drawn.points:
            image = shapes_image(drawn, view, wanted.pixel_ratio, theme, layer.colour)
        return Loaded(facts, view, theme.name, layer.colour, image, view.box, drawn.names, drawn.note)

    def _close_all_but(self, kept: set[What]) -> None:
        for what in [what for what in self._sources if what not in kept]:
            self._sources.pop(what).close()
