"""Python's garbage is collected in the thread of the window only.

Left to itself, Python collects in whatever thread happens to allocate. On the storage thread that would take widgets
apart while the window uses Qt: both then wait for each other, for ever.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1000


class WindowCollector(QObject):
    """Collects from time to time while the window's loop runs; nothing else does until :meth:`end`, when the window's
    threads are gone."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def end(self) -> None:
        """Let Python collect as it likes again."""
        self._timer.stop()
        gc.enable()

    def _look(self) -> None:
        """Collect the oldest generation that is due, as Python would."""
        due = [now > most for now, most in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if any(due):
            gc.collect(max(place for place, one in enumerate(due) if one))
