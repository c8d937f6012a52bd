"""What the pointer looks like and what is said when it rests."""

from __future__ import annotations

import html

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolTip, QWidget

from surveyapp.ui.mapcanvas.picking import Picked
from surveyapp.ui.mapcanvas.scene import LabelOf
from surveyapp.ui.mapcanvas.tools import Tool
from surveyapp.words import tr

_CURSORS = {
    "hand": Qt.CursorShape.OpenHandCursor,
    "arrow": Qt.CursorShape.ArrowCursor,
    "cross": Qt.CursorShape.CrossCursor,
}


def cursor_shape(tool: Tool, over: Picked | None) -> Qt.CursorShape:
    """The cursor of a tool; a pointing hand over what it can pick."""
    if tool.dragging and tool.cursor == "hand":
        return Qt.CursorShape.ClosedHandCursor
    can_pick = over is not None and (over.keys or over.group is not None)
    if can_pick and not tool.dragging and tool.cursor != "cross":
        return Qt.CursorShape.PointingHandCursor
    return _CURSORS[tool.cursor]


def hover_text(over: Picked, text_of: LabelOf | None) -> str:
    """Plain text for what is under the pointer; empty for nothing."""
    if over.group is not None:
        return tr("{count} sightings. Click to zoom in.", count=f"{over.group.count:,}")
    return text_of(over.keys[0]) if over.keys and text_of is not None else ""


def show_text(widget: QWidget, at: QPoint, text: str) -> None:
    """Show plain text at a global pixel; empty text hides what is shown.

    Notes are other people's words: they are shown as they are and never read as markup.
    """
    if text:
        QToolTip.showText(at, f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>", widget)
    else:
        QToolTip.hideText()
