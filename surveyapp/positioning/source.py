"""What all sources of positions share: one thread, clear states, reconnecting until told to stop."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from surveyapp.errors import SurveyError, Unavailable
from surveyapp.positioning.fix import Fix, monotonic
from surveyapp.words import tr

State = Literal[
    "connecting", "waiting", "no-fix", "fix", "trouble", "unavailable", "reconnecting", "finished", "stopped",
]
"""``trouble``: connected, but what comes gives no positions (binary data, no receiver at gpsd, a bad log)."""

RETRY_DELAYS_S: Final = (1.0, 2.0, 5.0, 10.0)
"""Pauses between tries to connect; the last repeats. Short first, because a cable is pushed back at once."""
POLL_S: Final = 0.2
"""Longest wait for bytes: also how soon :meth:`PositionSource.stop` is noticed, and the silence that ends
a burst of sentences (a receiver sends each second's burst without gaps)."""
SILENCE_S: Final = 5.0
"""Receivers report every second, some every two; so long a silence deserves a word to the user."""
ASLEEP_S: Final = 5.0
"""One read and its listeners never take so long unless the computer slept. What then lies in the buffers was
received before, at another place perhaps, and is thrown away."""
_JOIN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """Where a source stands. ``message`` is one sentence for the user."""

    state: State
    message: str
    source: str


FixListener = Callable[[Fix], None]
StatusListener = Callable[[SourceStatus], None]


class PositionSource(ABC):
    """Gives fixes from a thread of its own between :meth:`start` and :meth:`stop`.

    Both listeners are called on that thread; a window hands the news on to its own without waiting for it,
    because :meth:`stop` waits for the thread. ``on_fix`` gets every epoch, also those without a position
    (``fix.has_position``), which carry the satellites in view.
    ``on_status`` is called when state or message change. Failures to connect are told as status
    ``unavailable`` and tried again; nothing is raised from the thread.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        """How :func:`surveyapp.positioning.sources.source_from_text` names it; for remembering it."""
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._status: SourceStatus | None = None
        self._on_fix: FixListener = _ignore
        self._on_status: StatusListener = _ignore

    def start(self, on_fix: FixListener, on_status: StatusListener) -> None:
        """Begin; returns at once. A source that was stopped can be started again."""
        if self._thread is not None:
            raise RuntimeError(f"{self.text} is running already")
        self._on_fix, self._on_status = on_fix, on_status
        self._stopping.clear()
        self._status = None
        name = f"surveyapp positions {self.text}"
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the thread (a fraction of a second; while connecting, a few seconds)."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(_JOIN_S)

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def status(self) -> SourceStatus | None:
        """The latest status."""
        return self._status

    def _main(self) -> None:
        self._run()
        if self._stopping.is_set():
            self._tell("stopped", tr("{text} was disconnected.", text=self.text))

    def _tell(self, state: State, message: str) -> None:
        status = SourceStatus(state, message, self.text)
        if status != self._status:
            self._status = status
            self._on_status(status)

    def _give(self, fixes: Sequence[Fix]) -> None:
        for fix in fixes:
            if self._stopping.is_set():
                return
            if fix.has_position:
                self._tell("fix", tr("{text} gives positions.", text=self.text))
            else:
                self._tell("no-fix", tr(
                    "{text} is connected, but the receiver has no fix yet.",
                    text=self.text,
                ))
            self._on_fix(fix)

    @abstractmethod
    def _run(self) -> None:
        """Work until ``_stopping`` is set."""


class Channel(Protocol):
    """An open connection."""

    def read(self) -> bytes | None:
        """What has arrived; ``b""`` after :data:`POLL_S` without anything; ``None`` when it was closed.

        An ``OSError`` means that the connection is lost.
        """

    def close(self) -> None: ...


class Decoder(Protocol):
    """Makes fixes of bytes."""

    def feed(self, data: bytes) -> list[Fix]: ...
    def flush(self) -> list[Fix]: ...
    def diagnosis(self, *, at_end: bool = False) -> str | None: ...


class StreamSource(PositionSource):
    """Reads a connection, and opens it again whenever it is lost."""

    def __init__(self, text: str, retry_delays_s: Sequence[float] = RETRY_DELAYS_S) -> None:
        super().__init__(text)
        self._retry_delays_s = tuple(retry_delays_s)

    @abstractmethod
    def _open(self) -> Channel:
        """Connect; raises ``Unavailable`` with one sentence for the user."""

    @abstractmethod
    def _decoder(self) -> Decoder:
        """A fresh decoder; each connection begins a new stream."""

    def _run(self) -> None:
        failures = 0
        self._tell("connecting", tr("Connecting to {text}.", text=self.text))
        while not self._stopping.is_set():
            try:
                channel = self._open()
            except Unavailable as error:
                self._tell("unavailable", str(error))
            else:
                try:
                    if self._read(channel):
                        failures = 0
                finally:
                    channel.close()
            if not self._stopping.is_set():
                self._stopping.wait(self._retry_delays_s[min(failures, len(self._retry_delays_s) - 1)])
                failures += 1

    def _read(self, channel: Channel) -> bool:
        """Read until stopped or lost; True when anything came."""
        self._tell("waiting", tr("{text} is connected; waiting for the receiver.", text=self.text))
        decoder = self._decoder()
        received = False
        asked = heard = monotonic()
        while not self._stopping.is_set():
            try:
                data = channel.read()
            except OSError as error:
                self._tell("reconnecting", tr(
                    "{text} was lost ({reason}); trying again.",
                    text=self.text, reason=reason_of(error),
                ))
                return received
            if data is None:
                self._tell("reconnecting", tr(
                    "{text} closed the connection; trying again.",
                    text=self.text,
                ))
                return received
            slept, asked = monotonic() - asked > ASLEEP_S, monotonic()
            if slept:
                decoder, heard = self._decoder(), asked
            elif data:
                received, heard = True, asked
                self._give(decoder.feed(data))
                trouble = decoder.diagnosis()
                if trouble is not None:
                    self._tell("trouble", trouble)
            else:
                self._give(decoder.flush())
                if asked - heard >= SILENCE_S:
                    self._tell("waiting", self._silence())
        return received

    def _silence(self) -> str:
        return tr(
            "{text} has been silent for {silence_s} s; check that the receiver is switched on.",
            text=self.text, silence_s=f"{SILENCE_S:.0f}",
        )


def reason_of(error: BaseException) -> str:
    """Short words of an operating-system error, without its number."""
    if isinstance(error, SurveyError):
        return str(error)
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


def _ignore(_: object) -> None:
    """The listener of a source that was not started."""
