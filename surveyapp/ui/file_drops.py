"""Files dropped from the desktop on a widget that was not made for it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget


class FileDrops(QObject):
    """Tells by ``dropped`` (a list of paths) of files dropped on a widget; ``suffixes``: only these, empty: any.

    What it does not take is left to whoever else takes drops.
    """

    dropped = Signal(list)

    def __init__(self, widget: QWidget, suffixes: Collection[str] = ()) -> None:
        super().__init__(widget)
        self._suffixes = frozenset(suffixes)
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent):  # entering and moving are drops that have not happened yet
            paths = self._paths(event.mimeData())
            if paths:
                event.acceptProposedAction()
                if not isinstance(event, QDragEnterEvent | QDragMoveEvent):
                    self.dropped.emit(paths)
                return True
        return super().eventFilter(watched, event)

    def _paths(self, data: QMimeData) -> list[Path]:
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        return [path for path in paths if not self._suffixes or path.suffix.casefold() in self._suffixes]
