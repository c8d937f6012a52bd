"""What the widgets of the form share in looks: coloured words, touch sizes, direction of text.

Colours are the theme's. Where a widget paints itself it asks :func:`surveyapp.ui.theme.current` each time,
so that a change of theme needs nothing more than a repaint.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QPainter,
    QPixmap,
    QResizeEvent,
    QTextLayout,
    QWheelEvent,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from surveyapp.ui import theme

FRAMELESS = "QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }"
"""Style of a line edit inside a box that has frame and height of its own. It names whom it is for: otherwise the line's
tooltip would have no ground either."""

TONES = ("", "muted", "warning", "danger", "good")
"""Roles of a label that the style sheet knows; the empty one is plain text."""


def target_px() -> int:
    """Height in px of what a finger or mouse has to hit, border included."""
    return theme.row_height() + 6


def mixed(one: str, other: str, share: float) -> QColor:
    """``share`` (0 to 1) of ``one`` in ``other``; both ``#rrggbb``."""
    a, b = QColor(one), QColor(other)
    red, green, blue = (
        share * x + (1 - share) * y for x, y in ((a.redF(), b.redF()), (a.greenF(), b.greenF()), (a.blueF(), b.blueF()))
    )
    return QColor.fromRgbF(red, green, blue)


def mirrored(left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
    """Margins as they are meant from left to right; Qt does not turn those of a layout around by itself."""
    return (right, top, left, bottom) if QGuiApplication.isRightToLeft() else (left, top, right, bottom)


def text_direction(text: str) -> Qt.LayoutDirection:
    """Right to left if the first letter that has a direction says so (rule P2 of Unicode's UAX 9)."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return Qt.LayoutDirection.RightToLeft
        if kind == "L":
            return Qt.LayoutDirection.LeftToRight
    return Qt.LayoutDirection.LeftToRight


class ToneLabel(QLabel):
    """A label of plain text in one of :data:`TONES`; it wraps instead of pushing the panel wider."""

    def __init__(
        self,
        text: str = "",
        tone: str = "muted",
        parent: QWidget | None = None,
        *,
        wrap: bool = True,
        bold: bool = False,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(theme.leading() | Qt.AlignmentFlag.AlignVCenter)
        self.setProperty("role", tone)
        if bold:
            font = self.font()
            font.setBold(True)
            self.setFont(font)
        if wrap:
            self.setWordWrap(True)
            self.setMinimumWidth(40)
            policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)

    @property
    def tone(self) -> str:
        return str(self.property("role") or "")

    def say(self, text: str, tone: str | None = None) -> None:
        """Show ``text``, in ``tone`` if given."""
        if text != self.text():
            self.setText(text)
        if tone is not None:
            theme.set_role(self, tone)


class ElidedLabel(ToneLabel):
    """One line that ends in an ellipsis where it has no room; the tooltip has it whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "muted", parent, wrap=False)
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def whole(self) -> str:
        """The text without its ellipsis."""
        return self._whole

    def say(self, text: str, tone: str | None = None) -> None:
        self._whole = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._fit(tone)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit(None)

    def _fit(self, tone: str | None) -> None:
        fitting = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        super().say(fitting, tone)


class TitleLabel(ToneLabel):
    """A heading that ends in an ellipsis where it would need more than two lines; the tooltip has it whole."""

    _MOST_LINES = 2

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent, bold=True)
        self._whole = ""

    def say(self, text: str, tone: str | None = None) -> None:
        self._whole = " ".join(text.split())
        self.setAccessibleName(self._whole)
        self._fit(tone)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit(None)

    def _fit(self, tone: str | None) -> None:
        shown = _lines(self._whole, self.font(), max(self.width(), 40), self._MOST_LINES)
        self.setToolTip(self._whole if shown != self._whole else "")
        super().say(shown, tone)


def _lines(text: str, font: QFont, width: int, most: int) -> str:
    """The part of a text that wraps into so many lines of a width in px, the last one with an ellipsis."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    starts: list[int] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    if len(starts) <= most:
        return text
    begin = starts[most - 1]
    rest = QFontMetrics(font).elidedText(text[begin:], Qt.TextElideMode.ElideRight, width)
    return text[:begin] + rest


def small_button(text: str, tip: str = "", parent: QWidget | None = None) -> QPushButton:
    """A flat button for a fix or a shortcut beside a field."""
    button = QPushButton(text, parent)
    button.setProperty("role", "flat")
    button.setAutoDefault(False)
    if tip:
        button.setToolTip(tip)
    return button


class CalmCombo(QComboBox):
    """A list over which the wheel scrolls what it stands in, never the choice."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class IconButton(QToolButton):
    """A square button with an icon that follows the theme; ``name`` is what a screen reader says."""

    def __init__(self, icon: str, name: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setIconSize(QSize(18, 18))
        self.setAccessibleName(name)
        self.setToolTip(tip or name)
        self.setFixedSize(target_px(), target_px())
        self._draw()

    def set_drawing(self, icon: str) -> None:
        """Show another icon."""
        if icon != self._icon:
            self._icon = icon
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._draw()
            self.setFixedSize(target_px(), target_px())
        super().changeEvent(event)

    def _draw(self) -> None:
        self.setIcon(drawn_icon(self._icon) if self._icon in DRAWINGS else theme.icon(self._icon))


def drawn_icon(name: str) -> QIcon:
    """Icon of :data:`DRAWINGS` in the colours of the theme."""
    return _drawn(name, theme.current().text, theme.current().edge)


@cache
def _drawn(name: str, ink: str, faded: str) -> QIcon:
    made = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, ink), (QIcon.Mode.Disabled, faded)):
        pixmap = QPixmap(QSize(36, 36))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        drawing = _FRAME.format(body=DRAWINGS[name]).replace("@ink@", colour)
        QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, 36, 36))
        painter.end()
        pixmap.setDevicePixelRatio(2)
        made.addPixmap(pixmap, mode)
    return made


_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 18 18" fill="none" stroke="@ink@" '
    'stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">{body}</svg>'
)
DRAWINGS = {
    "calendar": '<rect x="2.5" y="3.5" width="13" height="12" rx="2"/><path d="M2.5 7.5h13M6 1.8v3M12 1.8v3"/>',
    "pin": '<path d="M6.5 2.5h5l-.7 5 2.7 2.5h-9l2.7-2.5zM9 10v5.5"/>',
    "pinned": '<path fill="@ink@" d="M6.5 2.5h5l-.7 5 2.7 2.5h-9l2.7-2.5zM9 10v5.5"/>',
    "up": '<path d="M9 15V3M4.5 7.5L9 3l4.5 4.5"/>',
    "refresh": '<path d="M14.5 9a5.5 5.5 0 1 1-1.8-4.1M15 2.5v3.2h-3.2"/>',
    "folder": '<path d="M2 14.5v-11h5l1.5 2H16v9z"/>',
}
"""Drawings that only the form uses, on a ground of 18 by 18."""
