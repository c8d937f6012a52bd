"""Icons that are drawn when they are first shown, at just the size that is asked for.

A window has some hundred icons and shows a dozen: drawing the others in every size would be a tenth of its start.
"""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleOption


def drawn_icon(svg: str, disabled: str | None = None) -> QIcon:
    """An icon of an SVG. ``disabled`` is another SVG for where it cannot be pressed; without one Qt greys it."""
    return QIcon(_SvgEngine(svg, disabled))


class _SvgEngine(QIconEngine):
    _clones: ClassVar[list[QIconEngine]] = []
    """Qt takes a clone without telling Python, which would take it apart as soon as it was handed over."""

    def __init__(self, svg: str, disabled: str | None) -> None:
        super().__init__()
        self._svg, self._disabled = svg, disabled
        self._kept: dict[tuple[int, int, float, bool], QPixmap] = {}

    def clone(self) -> QIconEngine:
        self._clones.append(_SvgEngine(self._svg, self._disabled))
        return self._clones[-1]

    def isNull(self) -> bool:
        return False

    def actualSize(self, size: QSize, _mode: QIcon.Mode, _state: QIcon.State) -> QSize:
        return size

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, _state: QIcon.State, scale: float) -> QPixmap:
        """``size`` times ``scale`` are the pixels of the screen."""
        disabled = mode == QIcon.Mode.Disabled
        asked = (size.width(), size.height(), scale, disabled)
        if asked not in self._kept:
            self._kept[asked] = self._greyed(size, scale) if disabled else _drawn(self._svg, size, scale)
        return self._kept[asked]

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self.scaledPixmap(rect.size(), mode, state, ratio))

    def _greyed(self, size: QSize, scale: float) -> QPixmap:
        if self._disabled is not None:
            return _drawn(self._disabled, size, scale)
        drawn = _drawn(self._svg, size, scale)
        return QApplication.style().generatedIconPixmap(QIcon.Mode.Disabled, drawn, QStyleOption())


def _drawn(svg: str, size: QSize, scale: float) -> QPixmap:
    made = QPixmap(size * scale)
    made.setDevicePixelRatio(scale)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return made
