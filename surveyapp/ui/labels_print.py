"""Draws labels for sample bags: on paper as PDF, and on the screen as a preview, by the same lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication

from surveyapp.errors import BadInput
from surveyapp.services.labels import PAGE_MM, QUIET, Label, Sheet, pages, places, qr_modules
from surveyapp.ui.pdf_pages import Page, font_of_mm, write_pdf
from surveyapp.words import tr

_PAD_MM = 2.5
_INK = QColor("black")


def save_labels(path: Path, labels: Sequence[Label], sheet: Sheet, first: int = 1, *, cuts: bool = True) -> int:
    """Write the labels as PDF; returns the number of pages. Raises ``BadInput`` where there are none, ``BadFile`` where
    the file cannot be written."""
    if not labels:
        raise BadInput(tr("There is no sample with an ID, so there is no label to print."))
    count = pages(sheet, len(labels), first)

    def page(number: int) -> Page:
        def draw(painter: QPainter, mm: float) -> None:
            draw_page(painter, mm, labels, sheet, number, first, cuts=cuts)

        return draw

    write_pdf(path, tr("Labels of samples"), [page(number) for number in range(count)])
    return count


def preview(
    labels: Sequence[Label], sheet: Sheet, number: int, first: int, height_px: int, *, cuts: bool
) -> QImage:
    """Picture of a page, ``height_px`` high, as it will be on paper."""
    mm = height_px / PAGE_MM[1]
    picture = QImage(QSize(round(PAGE_MM[0] * mm), height_px), QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    draw_page(painter, mm, labels, sheet, number, first, cuts=cuts)
    painter.end()
    return picture


def draw_page(
    painter: QPainter, mm: float, labels: Sequence[Label], sheet: Sheet, number: int, first: int, *, cuts: bool
) -> None:
    """Draw one page; ``mm`` tells how many of the painter's units are a mm."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for label, place in zip(labels, places(sheet, len(labels), first), strict=True):
        if place.page == number:
            draw_label(painter, QRectF(place.x * mm, place.y * mm, sheet.width * mm, sheet.height * mm), label, mm)
    if cuts:
        _draw_cuts(painter, sheet, mm)


def draw_label(painter: QPainter, frame: QRectF, label: Label, mm: float) -> None:
    """Draw one label: the QR code at the left, the ID in large letters, and the rest below it."""
    pad = _PAD_MM * mm
    inside = frame.adjusted(pad, pad, -pad, -pad)
    side = min(inside.height(), inside.width() * 0.42)
    draw_code(painter, QRectF(inside.left(), inside.center().y() - side / 2, side, side), label.code)
    text = QRectF(inside.left() + side + 1.5 * mm, inside.top(), inside.width() - side - 1.5 * mm, inside.height())
    height = min(5.2, frame.height() / mm / 5)
    family = QApplication.font()
    painter.setPen(_INK)
    name = _fitting(family, label.sample_id, height, text.width(), mm)
    painter.setFont(name)
    lines = _broken(label.sample_id, QFontMetricsF(name), text.width())
    step = QFontMetricsF(name).height()
    y = text.top()
    for line in lines:
        painter.drawText(QRectF(text.left(), y, text.width(), step), Qt.AlignmentFlag.AlignLeft, line)
        y += step
    small = font_of_mm(family, min(2.9, max(1.9, height * 0.5)), mm)
    painter.setFont(small)
    metrics = QFontMetricsF(small)
    y += metrics.height() * 0.3
    for line in label.lines:
        if y + metrics.height() > text.bottom() + 0.5 * mm:
            return  # what does not fit stays off; the QR code finds the rest
        told = metrics.elidedText(line, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(QRectF(text.left(), y, text.width(), metrics.height()), Qt.AlignmentFlag.AlignLeft, told)
        y += metrics.height()


def draw_code(painter: QPainter, frame: QRectF, text: str) -> None:
    """Draw a QR code with its quiet zone into a square. The dark modules are one shape, so that no viewer or printer
    leaves a light seam between two of them."""
    modules = qr_modules(text)
    size = frame.width() / (len(modules) + 2 * QUIET)
    dark = QPainterPath()
    dark.setFillRule(Qt.FillRule.WindingFill)
    for y, row in enumerate(modules):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                dark.addRect(
                    frame.left() + (x + QUIET) * size, frame.top() + (y + QUIET) * size, (run - x) * size, size
                )
            x = max(run, x + 1)
    painter.fillRect(frame, Qt.GlobalColor.white)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillPath(dark, _INK)
    painter.restore()


def _draw_cuts(painter: QPainter, sheet: Sheet, mm: float) -> None:
    """Small crosses at the corners of the labels, to cut plain paper by."""
    painter.setPen(QPen(QColor("#9a9a9a"), 0.15 * mm))
    arm = 1.6 * mm
    corners = {
        (round((sheet.left + column * sheet.across + dx) * mm, 2), round((sheet.top + row * sheet.down + dy) * mm, 2))
        for column in range(sheet.columns)
        for row in range(sheet.rows)
        for dx in (0, sheet.width)
        for dy in (0, sheet.height)
    }
    for x, y in sorted(corners):
        painter.drawLine(QPointF(x - arm, y), QPointF(x + arm, y))
        painter.drawLine(QPointF(x, y - arm), QPointF(x, y + arm))


def _fitting(family: QFont, text: str, height_mm: float, width: float, mm: float) -> QFont:
    """The largest font of this height or less in which the text fits on two lines."""
    font = font_of_mm(family, height_mm, mm, bold=True)
    for share in (1.0, 0.85, 0.72, 0.6, 0.5, 0.42):
        font = font_of_mm(family, height_mm * share, mm, bold=True)
        metrics = QFontMetricsF(font)
        lines = _broken(text, metrics, width)
        if len(lines) <= 2 and all(metrics.horizontalAdvance(line) <= width for line in lines):
            return font
    return font


def _broken(text: str, metrics: QFontMetricsF, width: float) -> list[str]:
    """The ID on one line, or on two, broken after a dash where that fits."""
    if metrics.horizontalAdvance(text) <= width:
        return [text]
    for at in sorted((i + 1 for i, c in enumerate(text[:-1]) if c in "-. /"), reverse=True):
        if metrics.horizontalAdvance(text[:at]) <= width:
            return [text[:at], text[at:]]
    half = (len(text) + 1) // 2
    return [text[:half], text[half:]]
