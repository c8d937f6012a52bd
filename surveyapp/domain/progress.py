"""Progress and cancel, as every long operation takes them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from surveyapp.errors import Cancelled
from surveyapp.words import tr

Listener = Callable[[int, int, str], None]
"""Called with (done, total, what is being done); a total of 0 means unknown."""


class Progress:
    """Carries news out of a long operation and a wish to stop into it.

    Thread-safe: the operation calls :meth:`step` in a worker, the window calls :meth:`cancel`.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Ask the operation to stop at its next step."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def step(self, done: int, total: int, what: str) -> None:
        """Report; raises ``Cancelled`` when the user asked to stop (nothing may be half written then)."""
        if self._cancelled.is_set():
            raise Cancelled(tr("Cancelled; nothing was written."))
        if self._listener is not None:
            self._listener(done, total, what)
