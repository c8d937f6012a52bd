"""Level of detail: which points are drawn one by one and which as groups. numpy, no Qt.

The world is cut into square cells whose size halves with every level; the level is chosen so that a cell
is 72 to 144 pixels wide. A cell whose points cannot be told apart becomes one group (a bubble with its
number) over a density picture of 16 × 16 bins; all other points are drawn singly. Cells are fixed to the
Earth and always counted whole, so groups neither move nor change while the map is dragged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from surveyapp.ui.mapcanvas.pointlayer import PointLayer, Rows
from surveyapp.ui.mapcanvas.viewport import Box, Floats, Viewport

Crowding = Literal["clusters", "density", "points"]
"""What to do with a crowded cell: a bubble over density, density alone, or every point all the same."""

CELL_PX = 72
"""Smallest width of a cell on screen; the largest is twice that."""
BINS = 16
"""Bins a side in one cell."""
MAX_LOOSE = 30
"""More points than this in one cell are always drawn as a group."""
_PILE = 12
"""More than this are, if they lie so close that stamps cover one another (two to each stamp's room)."""
_REMAINDER = 6
"""This many are, beside a crowded cell: else the edge of a cell would cut a heap into bubble and points."""
_WHOLE_BINS = 1_000_000
"""A level whose bins over all data are fewer is counted once and kept; a finer one is counted in view."""
_EDGE_PX = 24
"""Points this far outside the view still reach into it with their stamp."""


@dataclass(frozen=True)
class Groups:
    """Crowded cells, m of them, as arrays over m."""

    column: NDArray[np.intp]
    line: NDArray[np.intp]
    count: NDArray[np.intp]
    shares: NDArray[np.intp]
    """Number of records of each style index, shape (m, styles)."""
    x: Floats
    """World position of the group: where most of its points are, kept inside the cell."""
    y: Floats

    def __len__(self) -> int:
        return len(self.count)


@dataclass(frozen=True)
class Density:
    """Counts of the crowded cells by bin; line 0 is the southernmost."""

    box: Box
    """World extent of the arrays."""
    count: NDArray[np.intp]
    """Points in each bin, shape (lines, columns); 0 in cells that are not crowded."""
    style: NDArray[np.uint8]
    """Style index of the topmost point of each bin."""


@dataclass(frozen=True)
class Frame:
    """What one view draws."""

    level: int
    loose: Rows
    """Rows drawn singly, in drawing order."""
    groups: Groups
    density: Density | None

    @property
    def aggregated(self) -> bool:
        """Whether any records are shown as a group or density and not one by one."""
        return self.density is not None


def level_of(scale: float) -> int:
    """Level whose cells are ``CELL_PX`` to twice that wide at a scale in pixels per world unit."""
    return math.floor(math.log2(scale * 360 / CELL_PX))


def cell_size(level: int) -> float:
    """Width of a cell in world units. A power of two of 360, so that halving it is exact."""
    return float(360 / 2.0**level)


def bubble_radius(count: float) -> float:
    """Radius in pixels of a group's bubble; less than half a cell for every count."""
    return min(11.0 + 4.2 * math.log10(max(count, 1)), 34.0)


class Levels:
    """Counts a layer by cells, and remembers the last levels counted."""

    def __init__(self, layer: PointLayer) -> None:
        self._layer = layer
        self._whole: dict[tuple[int, int], _Counted] = {}
        self._part: tuple[object, _Counted] | None = None

    def frame(self, view: Viewport, crowding: Crowding = "clusters") -> Frame:
        """What to draw in a view."""
        level = level_of(view.scale)
        seen = view.box.grown(_EDGE_PX / view.scale)
        if crowding == "points" or not len(self._layer.drawn_rows):
            return Frame(level, self._layer.rows_in_box(seen), _no_groups(), None)
        counted = self._counted(level, seen)
        window = counted.window(seen)
        density = counted.density(window)
        groups = _no_groups() if density is None or crowding == "density" else counted.groups(window, view.scale)
        return Frame(level, counted.loose_in(seen), groups, density)

    def rows_in_group(self, level: int, column: int, line: int) -> Rows:
        """Rows of the cell of a group, in drawing order."""
        size = cell_size(level)
        box = Box(column * size - 180, line * size - 180, (column + 1) * size - 180, (line + 1) * size - 180)
        rows = self._layer.rows_in_box(box)
        columns, lines = self.cells_of(rows, level)
        return rows[(columns == column) & (lines == line)]

    def cells_of(self, rows: Rows, level: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Column and line of the cell of each row at a level."""
        size = cell_size(level)
        x, y = self._layer.x[rows], self._layer.y[rows]
        return _steps(x, size).astype(np.intp), _steps(y, size).astype(np.intp)

    def _counted(self, level: int, seen: Box) -> _Counted:
        revision = self._layer.revision
        key = (revision, level)
        if key in self._whole:
            return self._whole[key]
        if any(known[0] != revision for known in self._whole):
            self._whole.clear()
        box = self._layer.box
        assert box is not None
        span = _Span.of(box, level)
        if span.bins <= _WHOLE_BINS:
            if len(self._whole) > 4:
                self._whole.pop(next(iter(self._whole)))
            self._whole[key] = _Counted(self._layer, self._layer.drawn_rows, span, clip=False)
            return self._whole[key]
        # One more cell all round, because a cell's neighbours have a say in whether it is crowded.
        span = span.cut(_Span.of(seen.grown(cell_size(level)), level))
        if self._part is None or self._part[0] != (revision, span):
            rows = self._layer.rows_in_box(span.box)
            self._part = ((revision, span), _Counted(self._layer, rows, span, clip=True))
        return self._part[1]


@dataclass(frozen=True)
class _Span:
    """A rectangle of whole cells of one level; the last column and line are included."""

    level: int
    column0: int
    line0: int
    column1: int
    line1: int

    @classmethod
    def of(cls, box: Box, level: int) -> _Span:
        size = cell_size(level)
        return cls(level, *(math.floor((edge + 180) / size) for edge in (box.x0, box.y0, box.x1, box.y1)))

    def cut(self, other: _Span) -> _Span:
        return _Span(
            self.level,
            max(self.column0, other.column0),
            max(self.line0, other.line0),
            min(self.column1, other.column1),
            min(self.line1, other.line1),
        )

    @property
    def columns(self) -> int:
        return max(self.column1 - self.column0 + 1, 0)

    @property
    def lines(self) -> int:
        return max(self.line1 - self.line0 + 1, 0)

    @property
    def bins(self) -> int:
        return self.columns * self.lines * BINS * BINS

    @property
    def box(self) -> Box:
        size = cell_size(self.level)
        return Box(
            self.column0 * size - 180,
            self.line0 * size - 180,
            (self.column1 + 1) * size - 180,
            (self.line1 + 1) * size - 180,
        )


class _Counted:
    """The cells of a span with their counts."""

    def __init__(self, layer: PointLayer, rows: Rows, span: _Span, *, clip: bool) -> None:
        """``clip``: some of the rows may lie just outside the span."""
        self._layer, self._span = layer, span
        x, y, style = layer.x, layer.y, layer.style
        if len(rows) < len(x):
            # Else every row is drawn, the common case at full extent: no need to copy them.
            x, y, style = x[rows], y[rows], style[rows]
        step = cell_size(span.level) / BINS
        bin_x = _steps(x, step) - np.int32(span.column0 * BINS)
        bin_y = _steps(y, step) - np.int32(span.line0 * BINS)
        if clip:
            inside = (bin_x >= 0) & (bin_y >= 0) & (bin_x < span.columns * BINS) & (bin_y < span.lines * BINS)
            rows, bin_x, bin_y, style = rows[inside], bin_x[inside], bin_y[inside], style[inside]
        wide, high = span.columns * BINS, span.lines * BINS
        place = bin_y * np.int32(wide) + bin_x
        self.bin_count = np.bincount(place, minlength=wide * high).reshape(high, wide)
        topmost = np.zeros(wide * high, np.uint8)
        topmost[place] = style  # the last of a bin stays: what drawing every point would show
        self.bin_style = topmost.reshape(high, wide)
        blocks = self.bin_count.reshape(span.lines, BINS, span.columns, BINS)
        self.count = blocks.sum(axis=(1, 3))
        self.crowded = _crowded(self.count, blocks)
        if self.crowded.any():
            cell = (bin_y >> 4) * np.int32(span.columns) + (bin_x >> 4)
            self.loose = rows[~self.crowded.ravel()[cell]]
            styles = int(style.max()) + 1
            mixed = cell * np.int32(styles) + style
            self.shares = np.bincount(mixed, minlength=span.columns * span.lines * styles).reshape(
                span.lines, span.columns, styles
            )
            self.blocks = blocks
        else:
            self.loose = rows

    def window(self, seen: Box) -> tuple[slice, slice]:
        """Lines and columns of the span's cells that a box touches."""
        cut = self._span.cut(_Span.of(seen, self._span.level))
        line, column = cut.line0 - self._span.line0, cut.column0 - self._span.column0
        return slice(line, line + cut.lines), slice(column, column + cut.columns)

    def loose_in(self, seen: Box) -> Rows:
        """Rows of uncrowded cells inside a box, in drawing order."""
        x, y = self._layer.x[self.loose], self._layer.y[self.loose]
        return self.loose[(x >= seen.x0) & (x <= seen.x1) & (y >= seen.y0) & (y <= seen.y1)]

    def density(self, window: tuple[slice, slice]) -> Density | None:
        """Bins of the crowded cells in a window; None if none is crowded."""
        lines, columns = window
        crowded = self.crowded[window]
        if not crowded.any():
            return None
        bins = (
            slice(lines.start * BINS, lines.stop * BINS),
            slice(columns.start * BINS, columns.stop * BINS),
        )
        shown = np.repeat(np.repeat(crowded, BINS, axis=0), BINS, axis=1)
        size = cell_size(self._span.level)
        x0 = (self._span.column0 + columns.start) * size - 180
        y0 = (self._span.line0 + lines.start) * size - 180
        box = Box(x0, y0, x0 + crowded.shape[1] * size, y0 + crowded.shape[0] * size)
        return Density(box, np.where(shown, self.bin_count[bins], 0), self.bin_style[bins])

    def groups(self, window: tuple[slice, slice], scale: float) -> Groups:
        """The crowded cells of a window."""
        line, column = np.nonzero(self.crowded[window])
        line, column = line + window[0].start, column + window[1].start
        count = self.count[line, column]
        size = cell_size(self._span.level)
        # Bubbles are kept inside their own cell: they cannot cover one another, whatever the points do.
        margin = np.array([bubble_radius(float(n)) for n in count]) / scale / size
        part_x, part_y = _heaviest_place(self.blocks[line, :, column, :])
        part_x, part_y = np.clip(part_x, margin, 1 - margin), np.clip(part_y, margin, 1 - margin)
        line_in_world, column_in_world = line + self._span.line0, column + self._span.column0
        return Groups(
            column_in_world,
            line_in_world,
            count,
            self.shares[line, column],
            (column_in_world + part_x) * size - 180,
            (line_in_world + part_y) * size - 180,
        )


def _heaviest_place(cells: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Where in each cell most of its points lie, as parts of its width and height from the south-west.

    ``cells`` are the bins of m cells, (m, BINS, BINS). It is the mean of the points in the fullest of 4 × 4
    blocks and those beside it: the mean of all would fall into the empty ground between two heaps.
    """
    side = BINS // 4
    blocks = cells.reshape(-1, 4, side, 4, side).sum(axis=(2, 4))
    fullest = blocks.reshape(-1, 16).argmax(axis=1)
    steps = np.arange(4)
    near_line = np.abs(steps - (fullest // 4)[:, None]) <= 1
    near_column = np.abs(steps - (fullest % 4)[:, None]) <= 1
    near = np.repeat(np.repeat(near_line[:, :, None] & near_column[:, None, :], side, 1), side, 2)
    weight = np.where(near, cells, 0)
    total = weight.sum(axis=(1, 2))
    middle = (np.arange(BINS) + 0.5) / BINS
    return (weight.sum(axis=1) @ middle) / total, (weight.sum(axis=2) @ middle) / total


def _crowded(count: NDArray[np.intp], blocks: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which cells become groups: ``count`` by cell, ``blocks`` its bins as (lines, BINS, columns, BINS)."""
    lines, _, columns, _ = blocks.shape
    half = BINS // 2
    stamps = blocks.reshape(lines, half, 2, columns, half, 2).sum(axis=(2, 5))
    rooms_taken = (stamps > 0).sum(axis=(1, 3))
    crowded = (count > MAX_LOOSE) | ((count > _PILE) & (count > 2 * rooms_taken))
    around = np.pad(crowded, 1)
    beside = np.zeros_like(crowded)
    for down in range(3):
        for right in range(3):
            beside |= around[down : down + lines, right : right + columns]
    return crowded | (beside & (count >= _REMAINDER))


def _steps(world: Floats, size: float) -> NDArray[np.int32]:
    """Number of the cell or bin of ``size`` in which world coordinates lie, counted from −180."""
    return ((world + 180) / size).astype(np.int32)


def _no_groups() -> Groups:
    none = np.empty(0, np.intp)
    return Groups(none, none, none, np.empty((0, 0), np.intp), np.empty(0), np.empty(0))
