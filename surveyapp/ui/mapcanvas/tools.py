"""What pointing at the map does: pan, select, add by tap, measure. No Qt.

A tool is told of presses, moves and releases, and acts through its :class:`MapHost`. What it wants to be
drawn it says as a :class:`Drawing`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, Protocol

from surveyapp.ui.mapcanvas import measure
from surveyapp.ui.mapcanvas.graticule import distance_text
from surveyapp.ui.mapcanvas.viewport import Viewport

Pixel = tuple[float, float]
ToolName = Literal["pan", "select", "lasso", "add", "measure"]
TOOL_NAMES: tuple[ToolName, ...] = ("pan", "select", "lasso", "add", "measure")


@dataclass(frozen=True)
class Measured:
    """What a measured line says: its last leg, and with more legs the total and the area enclosed."""

    leg_m: float
    bearing_deg: float
    total_m: float
    area_m2: float | None


@dataclass(frozen=True)
class Pointer:
    """A finger or a mouse at a pixel, with the keys held."""

    x: float
    y: float
    adding: bool = False
    """Ctrl (or Command) held: add to the selection."""
    shift: bool = False
    touch: bool = False


class MapHost(Protocol):
    """What a tool may do to the map."""

    @property
    def view(self) -> Viewport: ...

    def drag_view(self, dx: float, dy: float) -> None:
        """Move the picture by pixels."""

    def pick(self, pointer: Pointer) -> None:
        """Select what is under the pointer, or nothing."""

    def activate(self, pointer: Pointer) -> None:
        """Open what is under the pointer, or zoom in there."""

    def select_box(self, start: Pixel, end: Pixel, adding: bool) -> None:
        """Select the sightings in a rectangle of pixels."""

    def select_lasso(self, line: list[Pixel], adding: bool) -> None:
        """Select the sightings inside a line of pixels."""

    def tap(self, x: float, y: float) -> None:
        """Report a position to the owner."""

    def say_measure(self, measured: Measured | None) -> None:
        """Report the state of a measurement; None: there is nothing to tell."""

    def refresh(self) -> None:
        """Draw again."""


@dataclass(frozen=True)
class Drawing:
    """What a tool draws over the map, in pixels."""

    line: list[Pixel] = field(default_factory=list)
    closed: bool = False
    """Join the ends and tint the inside."""
    knots: list[Pixel] = field(default_factory=list)
    """Small discs."""
    texts: list[tuple[float, float, str]] = field(default_factory=list)
    cross: Pixel | None = None
    """Cross hairs."""


class Tool:
    """Drags the map; what a click does is up to the children."""

    name: ToolName = "pan"
    cursor: Literal["hand", "arrow", "cross"] = "hand"

    def __init__(self, host: MapHost) -> None:
        self.host = host
        self._from: Pointer | None = None
        self._last: Pixel = (0, 0)
        self._dragging = False

    @property
    def dragging(self) -> bool:
        return self._dragging

    def press(self, pointer: Pointer) -> None:
        self._from, self._last, self._dragging = pointer, (pointer.x, pointer.y), False

    def move(self, pointer: Pointer) -> None:
        """The pointer moves, pressed or not."""
        if self._from is None:
            self.hover(pointer)
            return
        slack = 10 if pointer.touch else 4
        if not self._dragging and math.hypot(pointer.x - self._from.x, pointer.y - self._from.y) < slack:
            return
        self._dragging = True
        self.drag(self._from, pointer)
        self._last = (pointer.x, pointer.y)

    def release(self, pointer: Pointer) -> None:
        start, dragged = self._from, self._dragging
        self._from, self._dragging = None, False
        if start is None:
            return
        if dragged:
            self.drop(start, pointer)
        else:
            self.click(pointer)

    def cancel(self) -> None:
        """Forget a press: a second finger came, or the window lost the pointer."""
        self._from, self._dragging = None, False
        self.host.refresh()

    def hover(self, pointer: Pointer) -> None:
        """The pointer moves with nothing pressed."""

    def drag(self, start: Pointer, pointer: Pointer) -> None:
        self.host.drag_view(pointer.x - self._last[0], pointer.y - self._last[1])

    def drop(self, start: Pointer, pointer: Pointer) -> None:
        """The drag ended."""

    def click(self, pointer: Pointer) -> None:
        self.host.pick(pointer)

    def double_click(self, pointer: Pointer) -> None:
        self.host.activate(pointer)

    def key(self, key: str) -> bool:
        """``escape``, ``enter`` or ``backspace``; True if the tool used it."""
        return False

    def drawing(self) -> Drawing:
        """What to draw over the map now."""
        return Drawing()


class BoxTool(Tool):
    """Drag a rectangle to select."""

    name: ToolName = "select"
    cursor: Literal["hand", "arrow", "cross"] = "arrow"

    def drag(self, start: Pointer, pointer: Pointer) -> None:
        self.host.refresh()

    def drop(self, start: Pointer, pointer: Pointer) -> None:
        self.host.select_box((start.x, start.y), (pointer.x, pointer.y), start.adding or start.shift)
        self.host.refresh()

    def drawing(self) -> Drawing:
        if self._from is None or not self._dragging:
            return Drawing()
        (x0, y0), (x1, y1) = (self._from.x, self._from.y), self._last
        return Drawing(line=[(x0, y0), (x1, y0), (x1, y1), (x0, y1)], closed=True)


class LassoTool(Tool):
    """Draw round sightings to select them."""

    name: ToolName = "lasso"
    cursor: Literal["hand", "arrow", "cross"] = "cross"

    def __init__(self, host: MapHost) -> None:
        super().__init__(host)
        self._line: list[Pixel] = []

    def press(self, pointer: Pointer) -> None:
        super().press(pointer)
        self._line = [(pointer.x, pointer.y)]

    def drag(self, start: Pointer, pointer: Pointer) -> None:
        self._line.append((pointer.x, pointer.y))
        self.host.refresh()

    def drop(self, start: Pointer, pointer: Pointer) -> None:
        self.host.select_lasso(self._line, start.adding or start.shift)
        self._line = []
        self.host.refresh()

    def cancel(self) -> None:
        self._line = []
        super().cancel()

    def drawing(self) -> Drawing:
        return Drawing(line=list(self._line), closed=True) if self._dragging else Drawing()


class PanTool(Tool):
    """Drag to pan, click to select; with Shift a drag selects a rectangle."""

    def __init__(self, host: MapHost) -> None:
        super().__init__(host)
        self._box = BoxTool(host)
        self._boxing = False

    @property
    def dragging(self) -> bool:
        return self._dragging and not self._boxing

    def press(self, pointer: Pointer) -> None:
        super().press(pointer)
        self._boxing = pointer.shift
        self._box.press(pointer)

    def drag(self, start: Pointer, pointer: Pointer) -> None:
        if self._boxing:
            self._box.move(pointer)
        else:
            super().drag(start, pointer)

    def drop(self, start: Pointer, pointer: Pointer) -> None:
        if self._boxing:
            self._box.release(pointer)

    def cancel(self) -> None:
        self._box.cancel()
        super().cancel()

    def drawing(self) -> Drawing:
        return self._box.drawing() if self._boxing else Drawing()


class AddTool(Tool):
    """Tap where a sighting is; drag pans. Enter takes the cross hairs in the middle of the map."""

    name: ToolName = "add"
    cursor: Literal["hand", "arrow", "cross"] = "cross"

    def click(self, pointer: Pointer) -> None:
        self.host.tap(pointer.x, pointer.y)

    def double_click(self, pointer: Pointer) -> None:
        """One tap was already reported."""

    def key(self, key: str) -> bool:
        if key != "enter":
            return False
        self.host.tap(*self._middle())
        return True

    def drawing(self) -> Drawing:
        return Drawing(cross=self._middle())

    def _middle(self) -> Pixel:
        return self.host.view.width / 2, self.host.view.height / 2


class MeasureTool(Tool):
    """Click a line: length and bearing of each leg, total, and the area once there are three corners."""

    name: ToolName = "measure"
    cursor: Literal["hand", "arrow", "cross"] = "cross"

    def __init__(self, host: MapHost) -> None:
        super().__init__(host)
        self.points: list[measure.LonLat] = []
        self._open_end: measure.LonLat | None = None
        self.finished = False

    def click(self, pointer: Pointer) -> None:
        if self.finished:
            self.points, self.finished = [], False
        self.points.append(self.host.view.lonlat(pointer.x, pointer.y))
        self._open_end = None
        self._tell()

    def hover(self, pointer: Pointer) -> None:
        if self.points and not self.finished:
            self._open_end = self.host.view.lonlat(pointer.x, pointer.y)
            self._tell()

    def double_click(self, pointer: Pointer) -> None:
        self._finish()

    def key(self, key: str) -> bool:
        if not self.points:
            return False
        if key == "enter":
            self._finish()
        elif key == "backspace":
            self.points.pop()
            self._open_end, self.finished = None, False
            self._tell()
        else:
            self.points, self._open_end, self.finished = [], None, False
            self._tell()
        return True

    def line(self) -> list[measure.LonLat]:
        """The corners, and the loose end that follows the pointer."""
        return [*self.points, self._open_end] if self._open_end is not None else list(self.points)

    def measured(self) -> Measured | None:
        """What the line says; None before the first leg."""
        line = self.line()
        parts = measure.legs(line)
        if not parts:
            return None
        total = sum(part.length_m for part in parts)
        area = measure.enclosed_m2(line) if len(line) > 2 else None
        return Measured(parts[-1].length_m, parts[-1].bearing_deg, total, area)

    def drawing(self) -> Drawing:
        view, line = self.host.view, self.line()
        texts = []
        for start, end, part in zip(line, line[1:], measure.legs(line), strict=False):
            (x0, y0), (x1, y1) = view.pixel(*start), view.pixel(*end)
            pixels = math.hypot(x1 - x0, y1 - y0)
            if pixels > 70:
                # Beside the line: to its right, and further off where the text runs along it.
                off = 12 + 14 * abs(y1 - y0) / pixels
                at = ((x0 + x1) / 2 - (y1 - y0) / pixels * off, (y0 + y1) / 2 + (x1 - x0) / pixels * off)
                texts.append((*at, distance_text(part.length_m)))
        return Drawing(
            line=[view.pixel(*place) for place in measure.along(line)],
            closed=len(line) > 2,
            knots=[view.pixel(*place) for place in self.points],
            texts=texts,
        )

    def _finish(self) -> None:
        self._open_end, self.finished = None, bool(self.points)
        self._tell()

    def _tell(self) -> None:
        self.host.say_measure(self.measured())
        self.host.refresh()


def make_tool(name: ToolName, host: MapHost) -> Tool:
    """The tool of a name; ``ValueError`` for an unknown one."""
    tools: dict[str, type[Tool]] = {
        "pan": PanTool,
        "select": BoxTool,
        "lasso": LassoTool,
        "add": AddTool,
        "measure": MeasureTool,
    }
    if name not in tools:
        raise ValueError(f"no map tool named {name!r}")
    return tools[name](host)
