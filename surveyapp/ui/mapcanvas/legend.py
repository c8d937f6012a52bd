"""The legend on the glass: which symbol is which gem, how many there are, and what is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from surveyapp.ui.mapcanvas.chrome import paint_panel
from surveyapp.ui.mapcanvas.stamps import corners
from surveyapp.ui.mapcanvas.styles import PointStyle, Theme

ROW_PX = 26
HEAD_PX = 30
_SYMBOL_X = 21
_TEXT_X = 38
_SMALLEST_ROWS = 3
"""A legend with room for fewer rows is folded."""


@dataclass(frozen=True)
class LegendRow:
    """One palette entry in the legend."""

    index: int
    style: PointStyle
    count: int
    hidden: bool


@dataclass(frozen=True)
class LegendWords:
    """Words that a legend may need, in the language of the moment."""

    title: str
    more: str
    """With ``{count}`` for the rows that did not fit."""
    hollow: str
    """What hollow symbols mean; empty if none is on the map."""


@dataclass(frozen=True)
class Legend:
    """A laid-out legend."""

    box: QRectF
    head: QRectF
    """Reacts to a press by folding."""
    title: str
    is_open: bool
    rows: list[tuple[LegendRow, QRectF]]
    """Each reacts to a press by hiding its records."""
    notes: list[tuple[str, bool, QRectF]]
    """Further lines, and whether they are led by a hollow symbol."""

    def flipped(self, width: float) -> Legend:
        """Mirrored in a view of this width."""

        def flip(box: QRectF) -> QRectF:
            return QRectF(width - box.right(), box.y(), box.width(), box.height())

        rows = [(row, flip(box)) for row, box in self.rows]
        notes = [(text, hollow, flip(box)) for text, hollow, box in self.notes]
        return Legend(flip(self.box), flip(self.head), self.title, self.is_open, rows, notes)


def lay_out_legend(
    rows: Sequence[LegendRow],
    words: LegendWords,
    metrics: QFontMetricsF,
    corner: QPointF,
    room: float,
    row_px: float,
    wanted_open: bool,
) -> Legend:
    """A legend whose lower left corner is given, at most ``room`` pixels high; the most frequent first."""
    is_open = wanted_open and room >= HEAD_PX + _SMALLEST_ROWS * row_px
    lines = _lines(rows, words, int((room - HEAD_PX - 6) // row_px)) if is_open else []
    counted = [line for line in lines if isinstance(line, LegendRow)]
    counts = max([metrics.horizontalAdvance(f"{row.count:,}") for row in counted], default=0)
    texts = [metrics.horizontalAdvance(row.style.label) + 22 + counts for row in counted]
    texts += [metrics.horizontalAdvance(line) for line in lines if isinstance(line, str)]
    width = _TEXT_X + max([*texts, metrics.horizontalAdvance(words.title) * 1.1 + 8]) + 12
    height = HEAD_PX + len(lines) * row_px + (6 if lines else 0)
    box = QRectF(corner.x(), corner.y() - height, width, height)
    legend = Legend(box, QRectF(box.x(), box.y(), width, HEAD_PX), words.title, is_open, [], [])
    for number, line in enumerate(lines):
        place = QRectF(box.x(), box.y() + HEAD_PX + number * row_px, width, row_px)
        if isinstance(line, LegendRow):
            legend.rows.append((line, place))
        else:
            legend.notes.append((line, line == words.hollow, place))
    return legend


def _lines(rows: Sequence[LegendRow], words: LegendWords, fits: int) -> list[LegendRow | str]:
    ordered = sorted(rows, key=lambda row: (-row.count, row.index))
    notes = [words.hollow] if words.hollow else []
    if len(ordered) + len(notes) > fits:
        shown = max(fits - len(notes) - 1, 1)
        notes.insert(0, words.more.format(count=len(ordered) - shown))
        ordered = ordered[:shown]
    return [*ordered, *notes]


def paint_legend(
    painter: QPainter, legend: Legend, theme: Theme, mirrored: bool, foldable: bool, *, numbered: bool = False
) -> None:
    """``mirrored``: from right to left; ``foldable``: show that its head can be pressed; ``numbered``: show which
    key hides a row."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_panel(painter, legend.box, theme)
    font, bold = QFont(painter.font()), QFont(painter.font())
    bold.setBold(True)
    painter.setFont(bold)
    painter.setPen(QColor(theme.text))
    _paint_text(painter, legend.head, legend.title, mirrored, before=12)
    chevron_x = legend.head.left() + 16 if mirrored else legend.head.right() - 16
    if foldable:
        _paint_chevron(painter, QPointF(chevron_x, legend.head.center().y()), legend.is_open)
    painter.setFont(font)
    for row, box in legend.rows:
        _paint_row(painter, theme, row, box, mirrored)
    if numbered:
        _paint_keys(painter, theme, legend, mirrored)
    painter.setFont(font)
    for text, hollow, box in legend.notes:
        painter.setPen(QPen(QColor(theme.text_soft), 2.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if hollow:
            painter.drawEllipse(_symbol_at(box, mirrored), 4.6, 4.6)
        _paint_text(painter, box, text, mirrored)
    painter.restore()


def _paint_row(painter: QPainter, theme: Theme, row: LegendRow, box: QRectF, mirrored: bool) -> None:
    colour = QColor(row.style.colour)
    painter.setBrush(Qt.BrushStyle.NoBrush if row.hidden else QBrush(colour))
    painter.setPen(QPen(colour if row.hidden else QColor(theme.outline), 1.3))
    painter.drawPath(stamp_path(row.style, _symbol_at(box, mirrored), 6))
    font, struck = QFont(painter.font()), QFont(painter.font())
    struck.setStrikeOut(row.hidden)
    painter.setFont(struck)
    painter.setPen(QColor(theme.text_soft if row.hidden else theme.text))
    _paint_text(painter, box, row.style.label, mirrored)
    painter.setFont(font)
    painter.setPen(QColor(theme.text_soft))
    _paint_text(painter, box, f"{row.count:,}", mirrored, at_end=True)


def _paint_keys(painter: QPainter, theme: Theme, legend: Legend, mirrored: bool) -> None:
    """The numbers of the keys before the symbols, and the key that folds before the title."""
    small = QFont(painter.font())
    small.setPixelSize(11)
    small.setBold(True)
    painter.setFont(small)
    painter.setPen(QColor(theme.accent))
    keys = [(str(number), box) for number, (_row, box) in enumerate(legend.rows[:9], 1)]
    for key, box in (("L", legend.head), *keys):
        edge = QRectF(box.right() - 13 if mirrored else box.left() + 2, box.top(), 11, box.height())
        painter.drawText(edge, Qt.AlignmentFlag.AlignCenter, key)


def _symbol_at(box: QRectF, mirrored: bool) -> QPointF:
    return QPointF(box.right() - _SYMBOL_X if mirrored else box.left() + _SYMBOL_X, box.center().y())


def _paint_text(
    painter: QPainter, box: QRectF, text: str, mirrored: bool, before: float = _TEXT_X, at_end: bool = False
) -> None:
    inner = box.adjusted(12, 0, -before, 0) if mirrored else box.adjusted(before, 0, -12, 0)
    side = Qt.AlignmentFlag.AlignRight if at_end != mirrored else Qt.AlignmentFlag.AlignLeft
    painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute, text)


def _paint_chevron(painter: QPainter, middle: QPointF, is_open: bool) -> None:
    x, y, down = middle.x(), middle.y(), 2 if is_open else -2
    painter.drawPolyline([QPointF(x - 4, y - down), QPointF(x, y + down), QPointF(x + 4, y - down)])


def stamp_path(style: PointStyle, middle: QPointF, radius: float) -> QPainterPath:
    """The outline of a style's shape."""
    path = QPainterPath()
    outline = corners(style.shape)
    if outline is None:
        path.addEllipse(middle, radius, radius)
        return path
    points = [QPointF(middle.x() + x * radius, middle.y() + y * radius) for x, y in outline.tolist()]
    path.addPolygon(QPolygonF(points))
    path.closeSubpath()
    return path
