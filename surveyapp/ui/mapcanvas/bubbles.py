"""Pictures of groups: a number in a disc, in a ring that shows the share of each gem."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QConicalGradient, QFont, QImage, QPainter

from surveyapp.ui.mapcanvas.levels import bubble_radius
from surveyapp.ui.mapcanvas.styles import PointStyle, Theme

_RING = 5.0
_SMALLEST_SHARE = 0.02
"""A gem with a smaller share is still drawn this wide: one ruby among a thousand emeralds is news."""


def count_text(count: int) -> str:
    """A count in at most four characters: ``832``, ``1.2k``, ``48k``, ``1.3M``."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            amount = count / size
            return f"{amount:.1f}{letter}" if amount < 9.95 else f"{amount:.0f}{letter}"
    return str(count)


def ring_spans(shares: Sequence[int]) -> list[tuple[int, float, float]]:
    """Style index, start and length (shares of a turn, summing to 1) of each gem in a ring."""
    total = sum(shares)
    present = [(index, max(share / total, _SMALLEST_SHARE)) for index, share in enumerate(shares) if share]
    whole = sum(length for _, length in present)
    spans, start = [], 0.0
    for index, length in present:
        spans.append((index, start, length / whole))
        start += length / whole
    return spans


@dataclass(frozen=True)
class Ink:
    """With what points are drawn: the palette as the theme shows it, theme, font, device pixels per pixel."""

    palette: tuple[PointStyle, ...]
    theme: Theme
    font: QFont
    dpr: float

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for inks that draw the same."""
        return self.palette, self.theme, self.font.key(), self.dpr


class Bubbles:
    """Draws groups and keeps their pictures while the ink stays."""

    def __init__(self) -> None:
        self._pictures: dict[tuple[object, ...], QImage] = {}
        self._made_with: tuple[object, ...] = ()

    def paint(self, painter: QPainter, at: QPointF, shares: tuple[int, ...], chosen: bool, ink: Ink) -> None:
        """One group centred on a pixel, by its records of each style; ``chosen``: some are selected."""
        if ink.key != self._made_with or len(self._pictures) > 2000:
            self._pictures.clear()
            self._made_with = ink.key
        key = (shares, chosen)
        if key not in self._pictures:
            self._pictures[key] = _picture(shares, chosen, ink)
        picture = self._pictures[key]
        half = picture.width() / ink.dpr / 2
        painter.drawImage(QPointF(round(at.x() - half), round(at.y() - half)), picture)


def _picture(shares: tuple[int, ...], chosen: bool, ink: Ink) -> QImage:
    count, theme, dpr = sum(shares), ink.theme, ink.dpr
    radius = bubble_radius(count)
    half = math.ceil(radius + 5)
    side = round(2 * half * dpr)
    picture = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(dpr)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(half, half)
    painter.setPen(Qt.PenStyle.NoPen)
    if chosen:
        painter.setBrush(QColor(theme.accent))
        painter.drawEllipse(middle, radius + 4, radius + 4)
    edge = QColor(theme.halo)
    edge.setAlpha(235)
    painter.setBrush(edge)
    painter.drawEllipse(middle, radius + 1.5, radius + 1.5)
    painter.setBrush(QBrush(_ring(shares, middle, ink)))
    painter.drawEllipse(middle, radius, radius)
    painter.setBrush(QColor(theme.panel))
    painter.drawEllipse(middle, radius - _RING, radius - _RING)
    text = count_text(count)
    bold = QFont(ink.font)
    bold.setBold(True)
    bold.setPixelSize(max(10, min(15, round(2.7 * (radius - _RING) / max(len(text), 2)))))
    painter.setFont(bold)
    painter.setPen(QColor(theme.text))
    painter.drawText(QRectF(0, 0, 2 * half, 2 * half), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return picture


def _ring(shares: tuple[int, ...], middle: QPointF, ink: Ink) -> QConicalGradient:
    """The shares as sectors, clockwise from noon. One fill: stroking an arc for each took 5 × as long."""
    gradient = QConicalGradient(middle, 90)
    colours = [style.colour for style in ink.palette]
    for index, start, length in ring_spans(shares):
        colour = QColor(colours[index] if index < len(colours) else ink.theme.text_soft)
        # Qt counts anticlockwise. Sectors stop a hair short of the next, so that their edges are sharp.
        gradient.setColorAt(min(max(1 - start - length, 0.0), 1.0), colour)
        gradient.setColorAt(min(max(1 - start - 1e-6, 0.0), 1.0), colour)
    return gradient
