"""The points of the map: where each record is, in record order, and which lie where. numpy, no Qt.

A *row* is the place of a record in drawing order: later rows are drawn on top. Rows are valid for one
:attr:`PointLayer.revision`; records are known to the outside by their key (uuid) only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveyapp.ui.mapcanvas.viewport import Box, Floats, world_y

Rows = NDArray[np.intp]
_GRID = 256
"""Cells a side of the index: 256 × 256 numbers fit 16 bits, which numpy sorts by radix."""
_GONE = 255
"""Style of a removed row, so that counting needs no look at the keys."""
_FEW = 4
"""So few keys are looked for one by one, which is quicker than to put a hundred thousand into a dictionary."""
_SPARE = 1024
"""Removed rows that are tolerated before the arrays are packed."""


class PointLayer:
    """Points with a key, a position, a style index and a hollow flag.

    A record whose position is NaN or impossible is kept (it counts, and can be given a position later)
    but is never drawn nor found.
    """

    def __init__(self) -> None:
        self.revision = 0
        """Goes up with every change; pictures and row numbers are valid for one revision."""
        self._hidden_styles: frozenset[int] = frozenset()
        self._only: frozenset[str] | None = None
        self._clear(0)

    def _clear(self, capacity: int) -> None:
        self._keys: list[str | None] = []
        self._x = np.empty(capacity)
        self._y = np.empty(capacity)
        self._style = np.empty(capacity, np.uint8)
        self._hollow = np.empty(capacity, bool)
        self._removed = 0
        self._row_of: dict[str, int] | None = {}
        self._changed()

    def _changed(self) -> None:
        self.revision += 1
        self._drawn_rows: Rows | None = None
        self._shown: NDArray[np.bool_] | None = None
        self._index: _GridIndex | None = None
        self._counts: NDArray[np.intp] | None = None
        self._box: Box | None = None

    # ---- content -----------------------------------------------------------------------------

    def set_points(
        self,
        keys: Sequence[str],
        lon: ArrayLike,
        lat: ArrayLike,
        style: ArrayLike,
        hollow: ArrayLike | None = None,
    ) -> None:
        """Replace everything. All of one length n, in record order; ``keys`` must be distinct.

        ``lon``, ``lat`` in degrees (NaN: no position), ``style`` an index into the palette (0–254),
        ``hollow`` True for an absence (visited, none found). ``ValueError`` if lengths differ.
        """
        n = len(keys)
        lons, lats, styles = np.asarray(lon, float), np.asarray(lat, float), np.asarray(style)
        flags = np.zeros(n, bool) if hollow is None else np.asarray(hollow, bool)
        for name, array in (("lon", lons), ("lat", lats), ("style", styles), ("hollow", flags)):
            if array.shape != (n,):
                raise ValueError(f"{name} has shape {array.shape}, keys has {n} entries")
        self._clear(0)
        self._keys = list(keys)
        self._x, self._y = _world(lons, lats)
        self._style = styles.astype(np.uint8)
        self._hollow = flags.copy()
        self._row_of = None

    def upsert(self, key: str, lon: float, lat: float, style: int, hollow: bool = False) -> None:
        """Add a record on top, or change one where it is in the drawing order."""
        x, y = _world(np.array([lon], float), np.array([lat], float))
        row = self._rows_by_key().get(key)
        if row is None:
            row = len(self._keys)
            self._reserve(row + 1)
            self._keys.append(key)
            self._rows_by_key()[key] = row
        self._x[row], self._y[row] = x[0], y[0]
        self._style[row], self._hollow[row] = style, hollow
        self._changed()

    def remove(self, key: str) -> bool:
        """Take a record off; False if there is none with that key."""
        row = self._rows_by_key().pop(key, None)
        if row is None:
            return False
        self._keys[row] = None
        self._x[row] = self._y[row] = np.nan
        self._style[row], self._hollow[row] = _GONE, False
        self._removed += 1
        if self._removed > _SPARE and self._removed * 4 > len(self._keys):
            self._pack()
        self._changed()
        return True

    def hide_styles(self, styles: Iterable[int]) -> None:
        """Neither draw nor find the records with these style indices."""
        hidden = frozenset(styles)
        if hidden != self._hidden_styles:
            self._hidden_styles = hidden
            self._changed()

    def show_only(self, keys: frozenset[str] | None) -> None:
        """Neither draw, find nor count any but the records with these keys; ``None``: all are shown. It holds for
        records that come later, too."""
        if keys != self._only:
            self._only = keys
            self._changed()

    def _rows_by_key(self) -> dict[str, int]:
        if self._row_of is None:
            self._row_of = {key: row for row, key in enumerate(self._keys) if key is not None}
        return self._row_of

    def _reserve(self, size: int) -> None:
        if size > len(self._x):
            capacity = max(64, size + size // 2)
            for name in ("_x", "_y", "_style", "_hollow"):
                old = getattr(self, name)
                new = np.empty(capacity, old.dtype)
                new[: len(old)] = old
                setattr(self, name, new)

    def _pack(self) -> None:
        kept = np.array([key is not None for key in self._keys], bool)
        n = len(kept)
        self._keys = [key for key in self._keys if key is not None]
        self._x, self._y = self._x[:n][kept], self._y[:n][kept]
        self._style, self._hollow = self._style[:n][kept], self._hollow[:n][kept]
        self._removed = 0
        self._row_of = None

    # ---- facts -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._keys) - self._removed

    def __contains__(self, key: str) -> bool:
        return key in self._rows_by_key()

    @property
    def x(self) -> Floats:
        """World x of every row; NaN where there is nothing to draw."""
        return self._x[: len(self._keys)]

    @property
    def y(self) -> Floats:
        """World y of every row."""
        return self._y[: len(self._keys)]

    @property
    def style(self) -> NDArray[np.uint8]:
        """Palette index of every row."""
        return self._style[: len(self._keys)]

    @property
    def hollow(self) -> NDArray[np.bool_]:
        """Whether each row is an absence."""
        return self._hollow[: len(self._keys)]

    @property
    def hidden_styles(self) -> frozenset[int]:
        """Style indices that are neither drawn nor found."""
        return self._hidden_styles

    @property
    def filtered(self) -> bool:
        """Whether :meth:`show_only` leaves any record out."""
        return self._only is not None and self.shown_count < len(self)

    @property
    def shown_count(self) -> int:
        """How many records :meth:`show_only` lets through, with those that have no position."""
        return len(self) if self._only is None else int(self._passing().sum())

    def is_drawn(self, rows: Rows | slice) -> NDArray[np.bool_]:
        """Which of some rows can be drawn."""
        drawn = np.isfinite(self.x[rows]) & np.isfinite(self.y[rows])
        if self._hidden_styles:
            drawn &= ~np.isin(self.style[rows], list(self._hidden_styles))
        if self._only is not None:
            drawn &= self._passing()[rows]
        return drawn

    def _passing(self) -> NDArray[np.bool_]:
        """Which rows :meth:`show_only` lets through; not asked for where it lets all through."""
        if self._shown is None:
            only = self._only or frozenset()
            self._shown = np.fromiter((key in only for key in self._keys), bool, len(self._keys))
        return self._shown

    @property
    def drawn_rows(self) -> Rows:
        """Rows that can be drawn, in drawing order."""
        if self._drawn_rows is None:
            self._drawn_rows = np.flatnonzero(self.is_drawn(slice(None)))
        return self._drawn_rows

    def counts(self) -> NDArray[np.intp]:
        """Records of each style index among those shown, hidden styles and unplaced ones included; 255 numbers."""
        if self._counts is None:
            counted = self.style if self._only is None else self.style[self._passing()]
            self._counts = np.bincount(counted, minlength=256)[:_GONE]
        return self._counts

    @property
    def box(self) -> Box | None:
        """World box of all that can be drawn; None if there is nothing."""
        if self._box is None:
            self._box = self._box_of(self.drawn_rows)
        return self._box

    def box_of(self, keys: Iterable[str]) -> Box | None:
        """World box of the drawn records among ``keys``; None if none of them can be drawn."""
        rows = self.rows_of(keys)
        return self._box_of(rows[np.isfinite(self.x[rows]) & np.isfinite(self.y[rows])])

    def _box_of(self, rows: Rows) -> Box | None:
        if not len(rows):
            return None
        x, y = self.x[rows], self.y[rows]
        return Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))

    def keys_of(self, rows: Iterable[int] | Rows) -> list[str]:
        """Keys of rows, in the order given; removed ones are left out."""
        found = (self._keys[row] for row in rows)
        return [key for key in found if key is not None]

    def rows_of(self, keys: Iterable[str]) -> Rows:
        """Rows of keys in drawing order; unknown keys are left out."""
        keys = list(keys)
        if self._row_of is None and len(keys) <= _FEW:
            return np.array(sorted(map(self._keys.index, filter(self._keys.__contains__, keys))), np.intp)
        by_key = self._rows_by_key()
        return np.array(sorted(by_key[key] for key in keys if key in by_key), np.intp)

    # ---- finding -----------------------------------------------------------------------------

    def rows_in_box(self, box: Box) -> Rows:
        """Drawn rows inside a world box, edges included, in drawing order."""
        if self._index is None:
            self._index = _GridIndex(self.x, self.y, self.drawn_rows)
        rows = self._index.candidates(box)
        x, y = self.x[rows], self.y[rows]
        rows = rows[(x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)]
        rows.sort()
        return rows

    def hits(self, x: float, y: float, radius: float) -> Rows:
        """Drawn rows within ``radius`` world units of a place: nearest first, of equals the topmost first."""
        rows = self.rows_in_box(Box(x - radius, y - radius, x + radius, y + radius))
        distance = np.hypot(self.x[rows] - x, self.y[rows] - y)
        near = distance <= radius
        rows, distance = rows[near], distance[near]
        return rows[np.lexsort((-rows, distance))]

    def hit(self, x: float, y: float, radius: float) -> str | None:
        """Key of the nearest drawn record within ``radius`` world units; None if there is none."""
        rows = self.hits(x, y, radius)
        return self._keys[rows[0]] if len(rows) else None

    def in_box(self, box: Box) -> list[str]:
        """Keys of the drawn records inside a world box, in drawing order."""
        return self.keys_of(self.rows_in_box(box))

    def rows_in_lasso(self, x: Floats, y: Floats) -> Rows:
        """Drawn rows inside a closed line (world coordinates of its k vertices), by the even-odd rule."""
        if len(x) < 3:
            return np.empty(0, np.intp)
        rows = self.rows_in_box(Box(float(x.min()), float(y.min()), float(x.max()), float(y.max())))
        return rows[inside_polygon(self.x[rows], self.y[rows], x, y)]

    def in_lasso(self, x: Floats, y: Floats) -> list[str]:
        """Keys of the drawn records inside a closed line, in drawing order."""
        return self.keys_of(self.rows_in_lasso(x, y))


def inside_polygon(x: Floats, y: Floats, corner_x: Floats, corner_y: Floats) -> NDArray[np.bool_]:
    """Which points lie inside a polygon, by the even-odd rule of ray crossing.

    Points are sorted by ``y`` once, so each edge looks only at the points beside it: the work grows with
    the crossings and not with points × corners.
    """
    order = np.argsort(y, kind="stable")
    sorted_x, sorted_y = x[order], y[order]
    inside = np.zeros(len(x), bool)
    for i in range(len(corner_x)):
        x0, y0, x1, y1 = corner_x[i - 1], corner_y[i - 1], corner_x[i], corner_y[i]
        if y0 == y1:
            continue
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        first, last = np.searchsorted(sorted_y, (y0, y1), side="left")
        crossing = x0 + (sorted_y[first:last] - y0) * (x1 - x0) / (y1 - y0)
        inside[first:last] ^= sorted_x[first:last] < crossing
    result = np.empty(len(x), bool)
    result[order] = inside
    return result


def _world(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """World coordinates; both NaN where either is missing or outside ±180, ±90."""
    with np.errstate(invalid="ignore"):
        possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return np.where(possible, lon, np.nan), np.where(possible, world_y(lat), np.nan)


class _GridIndex:
    """Rows sorted by the cell they lie in, so that a box reads a few slices."""

    def __init__(self, x: Floats, y: Floats, rows: Rows) -> None:
        self._rows = rows
        self._x0 = self._y0 = 0.0
        self._per_x = self._per_y = 0.0
        if not len(rows):
            return
        x, y = x[rows], y[rows]
        self._x0, self._y0 = float(x.min()), float(y.min())
        self._per_x = _cells_per_unit(float(x.max()) - self._x0)
        self._per_y = _cells_per_unit(float(y.max()) - self._y0)
        column = ((x - self._x0) * self._per_x).astype(np.uint16)
        line = ((y - self._y0) * self._per_y).astype(np.uint16)
        cell = line * np.uint16(_GRID) + column
        self._rows = rows[np.argsort(cell, kind="stable")]
        self._start = np.zeros(_GRID * _GRID + 1, np.intp)
        np.cumsum(np.bincount(cell, minlength=_GRID * _GRID), out=self._start[1:])

    def candidates(self, box: Box) -> Rows:
        """Rows of all cells that a box touches (a superset of the rows inside), as a new array."""
        if not len(self._rows):
            return self._rows.copy()
        left, right = self._span(box.x0, box.x1, self._x0, self._per_x)
        bottom, top = self._span(box.y0, box.y1, self._y0, self._per_y)
        if left > right or bottom > top:
            return np.empty(0, np.intp)
        if (left, right, bottom, top) == (0, _GRID - 1, 0, _GRID - 1):
            return self._rows.copy()
        lines = range(bottom * _GRID, top * _GRID + 1, _GRID)
        return np.concatenate([self._rows[self._start[line + left] : self._start[line + right + 1]] for line in lines])

    @staticmethod
    def _span(low: float, high: float, origin: float, per_unit: float) -> tuple[int, int]:
        first, last = ((edge - origin) * per_unit for edge in (low, high))
        if last < 0 or first >= _GRID:
            return 0, -1
        return int(max(first, 0)), int(min(last, _GRID - 1))


def _cells_per_unit(extent: float) -> float:
    # A hair less than _GRID cells across, so that the largest coordinate falls in the last cell. Points
    # in one spot (extent 0, or so small that the quotient overflows) share the first cell.
    per_unit = (_GRID - 1e-6) / extent if extent > 0 else 0.0
    return per_unit if np.isfinite(per_unit) else 0.0
