"""Writes pages of A4 as PDF; an older file is replaced only when the new one is whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QIODevice, QMarginsF, QSaveFile
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter

from surveyapp.errors import BadFile
from surveyapp.words import tr

DOTS_PER_INCH = 600
MM_PER_INCH = 25.4

Page = Callable[[QPainter, float], None]
"""Draws a page with a painter whose unit is one dot, of which the second argument tells how many are a mm."""


def write_pdf(path: Path, title: str, pages: Sequence[Page]) -> None:
    """Write the pages, upright A4 without margins. Raises ``BadFile`` where the file cannot be written."""
    target = QSaveFile(str(path))
    if not target.open(QIODevice.OpenModeFlag.WriteOnly):
        raise BadFile(_cannot(path, target.errorString()))
    writer = QPdfWriter(target)
    writer.setTitle(title)
    writer.setCreator("SurveyApp")
    writer.setResolution(DOTS_PER_INCH)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    )
    painter = QPainter()
    whole = painter.begin(writer)
    if whole:
        for number, page in enumerate(pages):
            whole = whole and (number == 0 or writer.newPage())
            painter.save()
            page(painter, DOTS_PER_INCH / MM_PER_INCH)
            painter.restore()
        whole = painter.end() and whole
    if not whole or not target.commit():
        reason = target.errorString()
        target.cancelWriting()
        raise BadFile(_cannot(path, reason))


def font_of_mm(font: QFont, height_mm: float, dots_per_mm: float, *, bold: bool = False) -> QFont:
    """The font with letters of this size on paper."""
    sized = QFont(font)
    sized.setPixelSize(max(1, round(height_mm * dots_per_mm)))
    sized.setBold(bold)
    return sized


def _cannot(path: Path, reason: str) -> str:
    return tr("The PDF cannot be written to {path} ({reason}); choose another place.", path=path, reason=reason)
