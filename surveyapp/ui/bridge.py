"""From the session's callbacks, which come on the storage thread, to Qt signals on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from surveyapp.domain.changes import ChangeSet


class Subscribable(Protocol):
    """What the bridge needs of a session."""

    def subscribe(self, callback: Callable[[ChangeSet], None], /) -> Callable[[], None]: ...


class SessionBridge(QObject):
    """``changed`` carries each ChangeSet that was applied, once, on the GUI thread.

    :meth:`attach` and :meth:`detach` may be called on any thread. What arrives after a detach is dropped:
    it is about a survey that is no longer shown.
    """

    changed = Signal(object)
    _arrived = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Subscribable | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._arrived.connect(self._relay, Qt.ConnectionType.QueuedConnection)

    def attach(self, session: Subscribable) -> None:
        """Tell what this session says from now on, and no other."""
        self.detach()
        self._session = session
        self._unsubscribe = session.subscribe(lambda change_set: self._arrived.emit(session, change_set))

    def detach(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._session = self._unsubscribe = None

    def _relay(self, session: object, change_set: object) -> None:
        if session is self._session:
            self.changed.emit(change_set)
