"""The plots of the reports: bars, stacked bars, a histogram, a timeline, ranges. Each is one SVG with a title, a
description that says the same in words, axes with units, and its numbers written where they are drawn. They can be read
in black and white: parts differ in lightness or pattern, and colour alone says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.exchange.report.drawing import (
    ACCENT,
    FULL_WIDTH,
    GRID,
    HATCH,
    INK,
    SMALL_PX,
    SOFT,
    TEXT_PX,
    Drawing,
    at,
    ink_on,
    shortened,
    ticks,
    width_of,
)
from surveyapp.exchange.report.markup import Html, tag
from surveyapp.exchange.report.phrases import figure
from surveyapp.exchange.report.symbols import colour_of, sign
from surveyapp.words import tr

_ROW, _BAR = 24.0, 15.0
_AXIS = 34.0
"""Room below the bars for the numbers and the name of the axis."""


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of thing that bars are made of: its name, colour, and pattern (empty: plain)."""

    name: str
    fill: str
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A bar: its label, a number for each part, what is written at its end (the sum if nothing is), and the gem whose
    sign stands before it and whose colour its first part has."""

    label: str
    values: tuple[float, ...]
    told: str = ""
    gem: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis counts, and how far it goes at least."""

    name: str
    most: float = 0.0
    whole: bool = True
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """What all plots are given: an id that is unique on the page, a title (for screen readers; the caption under the
    figure is another), the width, whether it is read from right to left, and whether it has a key even where its bars
    have one part only."""

    name: str
    title: str
    width: float = FULL_WIDTH
    mirrored: bool = False
    key: bool = False


# --- bars --------------------------------------------------------------------------------------------


def bars(plot: Plot, rows: Sequence[Row], parts: Sequence[Part], axis: Axis) -> Html:
    """Bars that lie, each of one or more parts, with a key where there are several."""
    label_room = min(0.42 * plot.width, max((width_of(row.label) for row in rows), default=0) + 10)
    signs = any(row.gem for row in rows)
    left = label_room + (20 if signs else 0)
    tail = max((width_of(_told(row)) for row in rows), default=0) + 10
    key = _key_rows(parts, plot.width) if len(parts) > 1 or plot.key else []
    top = 18.0 * len(key) + (4 if key else 0)
    height = top + _ROW * len(rows) + _AXIS
    steps = ticks(max([axis.most, *(float(sum(row.values)) for row in rows)]), max(2, int((plot.width - left) / 90)),
                  whole=axis.whole)
    scale = (plot.width - left - tail) / (steps[-1] or 1)
    drawing = Drawing(plot.name, plot.width, height, plot.title, _in_words(rows, parts, axis), mirrored=plot.mirrored)
    _key(drawing, key)
    for step in steps:
        x = left + step * scale
        drawing.line(x, top, x, height - _AXIS, GRID if step else INK)
        drawing.text(x, height - _AXIS + 14, f"{step:,g}{axis.unit}", "middle", class_="axis")
    drawing.text(left + (plot.width - left - tail) / 2, height - 4, axis.name, "middle", class_="axis")
    for place, row in enumerate(rows):
        y = top + _ROW * place
        base = y + _ROW / 2 + 4
        drawing.text(label_room - 6, base, shortened(row.label, label_room - 6), "end")
        if row.gem:
            _put_sign(drawing, row.gem, left - 12, y + _ROW / 2)
        _stack(drawing, row, parts, left, y + (_ROW - _BAR) / 2, scale)
        drawing.text(left + sum(row.values) * scale + 5, base, _told(row), class_="value")
    return drawing.svg()


def _stack(drawing: Drawing, row: Row, parts: Sequence[Part], left: float, y: float, scale: float) -> None:
    x = left
    for place, (part, value) in enumerate(zip(parts, row.values, strict=True)):
        wide = value * scale
        if wide <= 0:
            continue
        colour = colour_of(row.gem) if row.gem and place == 0 else part.fill
        fill = drawing.pattern(part.pattern, SOFT) if part.pattern else colour
        drawing.rect(x, y, max(wide, 0.8), _BAR, fill, stroke=INK, stroke_width="0.6")
        words = f"{value:,g}"
        if len(parts) > 1 and not part.pattern and wide > width_of(words, SMALL_PX) + 4:
            drawing.text(x + wide / 2, y + _BAR - 4, words, "middle", class_="inside", fill=ink_on(colour))
        x += wide


def _told(row: Row) -> str:
    return row.told or f"{sum(row.values):,g}"


def _put_sign(drawing: Drawing, gem: str, x: float, y: float) -> None:
    x = drawing.width - x if drawing.mirrored else x
    drawing.add(tag("g", sign(gem, 5), transform=f"translate({at(x)} {at(y)})"))


def _key_rows(parts: Sequence[Part], width: float) -> list[list[tuple[Part, float]]]:
    """The key in as many rows as it needs, each part with its place."""
    rows: list[list[tuple[Part, float]]] = [[]]
    x = 0.0
    for part in parts:
        wide = 18 + width_of(part.name) + 14
        if rows[-1] and x + wide > width:
            rows.append([])
            x = 0.0
        rows[-1].append((part, x))
        x += wide
    return rows


def _key(drawing: Drawing, rows: Sequence[Sequence[tuple[Part, float]]]) -> None:
    for line, row in enumerate(rows):
        for part, x in row:
            fill = drawing.pattern(part.pattern, SOFT) if part.pattern else part.fill
            drawing.rect(x + 0.5, 18 * line + 2, 12, 10, fill, stroke=INK, stroke_width="0.6")
            drawing.text(x + 18, 18 * line + 11, part.name)


def _in_words(rows: Sequence[Row], parts: Sequence[Part], axis: Axis) -> str:
    told = []
    for row in rows:
        if len(parts) > 1:
            values = ", ".join(f"{part.name} {value:,g}" for part, value in zip(parts, row.values, strict=True))
            told.append(f"{row.label}: {values}")
        else:
            told.append(f"{row.label}: {_told(row)}")
    return f"{axis.name}. " + "; ".join(told)


# --- columns -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """An upright bar; ``label`` stands under it (empty: none), ``apart`` sets it off from the others; ``told`` names it
    in the description."""

    values: tuple[float, ...]
    label: str = ""
    told: str = ""
    apart: bool = False


_PLOT_TOP, _PLOT_HEIGHT, _GAP, _PACE = 16.0, 126.0, 14.0, 96.0


def histogram(plot: Plot, columns: Sequence[Column], part: Part, across: str, up: str) -> Html:
    """Upright bars with their numbers on them; one that stands apart (such as "unknown") is hatched."""
    return _columns(plot, columns, [part], across, up, numbers=True)


def timeline(plot: Plot, columns: Sequence[Column], parts: Sequence[Part], across: str, up: str) -> Html:
    """Upright bars over time, of one or more parts; numbers stand on them while there is room."""
    wide = (plot.width - 60) / max(1, len(columns))
    return _columns(plot, columns, parts, across, up, numbers=wide >= 20)


def _columns(
    plot: Plot, columns: Sequence[Column], parts: Sequence[Part], across: str, up: str, *, numbers: bool
) -> Html:
    key = _key_rows(parts, plot.width) if len(parts) > 1 else []
    top = 18.0 * len(key) + _PLOT_TOP
    bottom = top + _PLOT_HEIGHT
    steps = ticks(max((sum(column.values) for column in columns), default=0.0), 4)
    left = 26 + width_of(f"{steps[-1]:,g}", SMALL_PX)
    scale = _PLOT_HEIGHT / steps[-1]
    drawing = Drawing(plot.name, plot.width, bottom + _AXIS, plot.title, f"{up}. {_columns_in_words(columns, parts)}")
    _key(drawing, key)
    for step in steps:
        y = bottom - step * scale
        drawing.line(left, y, plot.width, y, GRID if step else INK)
        drawing.text(left - 5, y + 3.5, f"{step:,g}", "end", class_="axis")
    drawing.text(12, top + _PLOT_HEIGHT / 2, up, "middle", class_="axis", turned=True)
    apart = [max(_GAP + 30, width_of(column.label, SMALL_PX) + 8) if column.apart else 0.0 for column in columns]
    pace = min(_PACE, (plot.width - left - 4 - sum(apart)) / max(1, sum(not column.apart for column in columns)))
    bar = min(46.0, pace * (0.72 if pace > 12 else 0.9))
    x = left + 4
    for column, own in zip(columns, apart, strict=True):
        room = max(own, pace if not own else 0)
        middle = x + room / 2
        wide = min(bar, room - 4) if own else bar
        _upright(drawing, column, parts, (middle - wide / 2, bottom), (wide, scale))
        if numbers and any(column.values):
            y = bottom - sum(column.values) * scale - 4
            drawing.text(middle, y, f"{sum(column.values):,g}", "middle", class_="value small")
        if column.label:
            drawing.text(middle, bottom + 14, column.label, "middle", class_="axis")
        x += room
    middle = max((left + x) / 2, left + width_of(across, SMALL_PX) / 2)
    drawing.text(middle, bottom + _AXIS - 4, across, "middle", class_="axis")
    return drawing.svg()


def _columns_in_words(columns: Sequence[Column], parts: Sequence[Part]) -> str:
    told = []
    for column in columns:
        values = [f"{part.name} {value:,g}" for part, value in zip(parts, column.values, strict=True)]
        if any(column.values):
            told.append(f"{column.told or column.label}: "
                        + (", ".join(values) if len(parts) > 1 else f"{sum(column.values):,g}"))
    return "; ".join(told)


def _upright(
    drawing: Drawing, column: Column, parts: Sequence[Part], foot: tuple[float, float], size: tuple[float, float]
) -> None:
    x, y = foot
    wide, scale = size
    edge = {"stroke": INK, "stroke_width": "0.6"} if wide > 5 else {}
    for part, value in zip(parts, column.values, strict=True):
        tall = value * scale
        if tall <= 0:
            continue
        kind = HATCH if column.apart else part.pattern
        fill = drawing.pattern(kind, SOFT) if kind else part.fill
        y -= tall
        drawing.rect(x, y, wide, tall, fill, **edge)


# --- ranges ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Range:
    """A figure with its uncertainty; ``low`` and ``high`` are ``None`` where nobody stated them."""

    label: str
    low: float | None
    best: float
    high: float | None
    gem: str = ""


def ranges(plot: Plot, rows: Sequence[Range], axis: Axis) -> Html:
    """Low to high as a bar, best as a mark on it with its number. One scale for all, so nothing may be in it that
    must not be compared."""
    label_room = min(0.4 * plot.width, max((width_of(row.label) for row in rows), default=0) + 10)
    signs = any(row.gem for row in rows)
    left, tail, row_height = label_room + (20 if signs else 0), 16.0, 34.0
    height = row_height * len(rows) + _AXIS + 4
    most = max((max(row.best, row.high or 0) for row in rows), default=0)
    steps = ticks(max(axis.most, most), 5, whole=axis.whole)
    scale = (plot.width - left - tail) / steps[-1]
    told = "; ".join(_range_words(row, axis) for row in rows)
    drawing = Drawing(plot.name, plot.width, height, plot.title, f"{axis.name}. {told}", mirrored=plot.mirrored)
    for step in steps:
        x = left + step * scale
        drawing.line(x, 4, x, height - _AXIS, GRID if step else INK)
        drawing.text(x, height - _AXIS + 14, f"{step:,g}", "middle", class_="axis")
    drawing.text(left + (plot.width - left - tail) / 2, height - 4, axis.name, "middle", class_="axis")
    for place, row in enumerate(rows):
        y = 4 + row_height * place
        middle = y + row_height * 0.66
        drawing.text(label_room - 6, middle + 4, shortened(row.label, label_room - 6), "end")
        if row.gem:
            _put_sign(drawing, row.gem, left - 12, middle)
        best = left + row.best * scale
        if row.low is not None and row.high is not None:
            low, high = left + row.low * scale, left + row.high * scale
            drawing.rect(low, middle - 4, max(high - low, 0.8), 8, "#b9cfc8", stroke=INK, stroke_width="0.6")
        drawing.line(best, middle - 7, best, middle + 7, ACCENT, stroke_width="2.6")
        drawing.text(_inside(best, figure(row.best), left, plot.width), middle - 10, figure(row.best), "middle",
                     class_="value small")
    return drawing.svg()


def _inside(x: float, words: str, left: float, width: float) -> float:
    half = width_of(words, TEXT_PX) / 2
    return min(max(x, left + half), width - half)


def _range_words(row: Range, axis: Axis) -> str:
    unit = f" {axis.unit}" if axis.unit else ""
    if row.low is None or row.high is None:
        return tr("{label}: best {best}{unit}, no range given", label=row.label, best=figure(row.best), unit=unit)
    return tr("{label}: low {low}, best {best}, high {high}{unit}", label=row.label, low=figure(row.low),
              best=figure(row.best), high=figure(row.high), unit=unit)
