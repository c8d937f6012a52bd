"""From the reader thread of a position source to the window."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance

from surveyapp.positioning.fix import Fix
from surveyapp.positioning.source import PositionSource, SourceStatus


class GpsLink(QObject):
    """Holds the one source that is connected. ``fixArrived(Fix)`` and ``statusArrived(SourceStatus)`` come on
    the thread of this object; nothing of a source comes once it was stopped."""

    fixArrived = Signal(object)
    statusArrived = Signal(object)
    _fix = Signal(int, object)
    _status = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: PositionSource | None = None
        self._stopping: list[threading.Thread] = []
        self._generation = 0
        # Queued: the signals are given on the reader's thread and must be taken on this one.
        self._fix.connect(self._take_fix, Qt.ConnectionType.QueuedConnection)
        self._status.connect(self._take_status, Qt.ConnectionType.QueuedConnection)

    @property
    def source(self) -> PositionSource | None:
        """The source that is connected, if any."""
        return self._source

    def start(self, source: PositionSource) -> None:
        """Connect ``source`` in place of what was connected."""
        self.stop()
        self._source = source
        number = self._generation
        source.start(self._giver(self._fix, number), self._giver(self._status, number))

    def stop(self) -> None:
        """Disconnect. The reader's thread ends in the background: while connecting it may need seconds, for
        which the window must not stand still."""
        self._generation += 1
        source, self._source = self._source, None
        self._stopping = [thread for thread in self._stopping if thread.is_alive()]
        if source is not None:
            thread = threading.Thread(target=source.stop, name=f"surveyapp stops {source.text}", daemon=True)
            self._stopping.append(thread)
            thread.start()

    def shutdown(self) -> None:
        """Disconnect, and wait until every thread has ended."""
        self.stop()
        for thread in self._stopping:
            thread.join()
        self._stopping = []

    def _giver(self, signal: SignalInstance, number: int) -> Callable[[object], None]:
        return lambda what: signal.emit(number, what)

    def _take_fix(self, number: int, fix: Fix) -> None:
        if number == self._generation:
            self.fixArrived.emit(fix)

    def _take_status(self, number: int, status: SourceStatus) -> None:
        if number == self._generation:
            self.statusArrived.emit(status)
