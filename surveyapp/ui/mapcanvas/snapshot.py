"""Writes a picture of the map to a file: pixels as PNG, a page as PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSaveFile, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from surveyapp.errors import BadFile, BadInput
from surveyapp.words import tr

_LARGEST_PX = 16_000
_DPI = 300
_LOGICAL_DPI = 96
"""Logical pixels per inch of paper: words are then as large as on a screen."""
_MARGIN_MM = 10.0
_MM_PER_INCH = 25.4
_SIZES = {"A4": (QPageSize.PageSizeId.A4, 210, 297), "A3": (QPageSize.PageSizeId.A3, 297, 420)}


@dataclass(frozen=True)
class Paper:
    """A page: ``A4`` or ``A3``, upright or on its side."""

    size: str = "A4"
    landscape: bool = True

    @property
    def pixels(self) -> tuple[int, int]:
        """Logical pixels inside the margins."""
        _, short, long = _SIZES[self.size]
        wide, high = (long, short) if self.landscape else (short, long)
        return _logical(wide - 2 * _MARGIN_MM), _logical(high - 2 * _MARGIN_MM)

    @property
    def layout(self) -> QPageLayout:
        orientation = QPageLayout.Orientation.Landscape if self.landscape else QPageLayout.Orientation.Portrait
        margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
        return QPageLayout(QPageSize(_SIZES[self.size][0]), orientation, margins, QPageLayout.Unit.Millimeter)


def paper_scale(metres_per_pixel: float) -> int:
    """The number n of a scale 1:n on paper, to three figures."""
    exact = metres_per_pixel * _LOGICAL_DPI / (_MM_PER_INCH / 1000)
    step = 10 ** max(len(str(int(exact))) - 3, 0)
    return max(round(exact / step) * step, 1)


def check_size(width: int, height: int) -> None:
    """``BadInput`` unless a picture of this size can be made."""
    if not (64 <= width <= _LARGEST_PX and 64 <= height <= _LARGEST_PX):
        raise BadInput(
            tr(
                "A picture of {width} × {height} pixels cannot be made; choose 64 to {most} a side.",
                width=width,
                height=height,
                most=_LARGEST_PX,
            )
        )


def save_png(picture: QImage, path: Path) -> None:
    """Write a PNG; an older file is replaced only when the new one is whole. ``BadFile`` if it cannot be."""
    target = _opened(path)
    writer = QImageWriter(target, b"png")
    if not writer.write(picture) or not target.commit():
        reason = target.errorString() or writer.errorString()
        target.cancelWriting()
        raise _unfinished(path, reason)


def save_pdf(paint: Callable[[QPainter, float], None], paper: Paper, title: str, path: Path) -> None:
    """Write a page; ``paint`` gets a painter in logical pixels and how many dots of paper one of them has. As
    :func:`save_png` otherwise.
    """
    target = _opened(path)
    page = _page(paint, paper, title)
    if target.write(page) != page.size() or not target.commit():
        reason = target.errorString()
        target.cancelWriting()
        raise _unfinished(path, reason)


def _page(paint: Callable[[QPainter, float], None], paper: Paper, title: str) -> QByteArray:
    page = QBuffer()
    page.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(page)
    writer.setResolution(_DPI)
    writer.setPageLayout(paper.layout)
    writer.setTitle(title)
    writer.setCreator("SurveyApp")
    painter = QPainter(writer)
    dots = _DPI / _LOGICAL_DPI
    painter.scale(dots, dots)
    frame = QRectF(0, 0, *paper.pixels)
    painter.setClipRect(frame)
    paint(painter, dots)
    painter.setClipping(False)
    painter.setPen(QPen(QColor("#6d6a75"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(frame)
    painter.end()
    return page.data()


def _opened(path: Path) -> QSaveFile:
    target = QSaveFile(str(path))
    if not target.open(QIODevice.OpenModeFlag.WriteOnly):
        reason = target.errorString()
        raise BadFile(
            tr("The picture cannot be written to {path} ({reason}); choose another place.", path=path, reason=reason)
        )
    return target


def _unfinished(path: Path, reason: str) -> BadFile:
    return BadFile(
        tr(
            "The picture was not finished at {path} ({reason}); free some space and try again.",
            path=path,
            reason=reason,
        )
    )


def _logical(millimetres: float) -> int:
    return int(millimetres / _MM_PER_INCH * _LOGICAL_DPI)
