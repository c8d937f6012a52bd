"""Listens to a position source for a test: collects what it says and waits for what is expected."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator

from surveyapp.positioning.fix import Fix
from surveyapp.positioning.nmea_write import nmea_sentences
from surveyapp.positioning.source import PositionSource, SourceStatus

PATIENCE_S = 30.0
FAST = (0.02,)
NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
BURSTS = [
    nmea_sentences(
        [
            Fix(
                source="x",
                quality="autonomous",
                longitude=72.36 + n / 1e4,
                latitude=34.77,
                elevation_m=984.0,
                mode=3,
                time_utc=NOON + dt.timedelta(seconds=n),
                satellites_used=8,
                hdop=1.1,
            )
        ]
    ).encode()
    for n in range(6)
]


class Heard:
    """Collects what a source says, and waits for what a test expects."""

    def __init__(self) -> None:
        self.fixes: list[Fix] = []
        self.statuses: list[SourceStatus] = []
        self._news = threading.Condition()

    def on_fix(self, fix: Fix) -> None:
        with self._news:
            self.fixes.append(fix)
            self._news.notify_all()

    def on_status(self, status: SourceStatus) -> None:
        with self._news:
            self.statuses.append(status)
            self._news.notify_all()

    def waits(self, happened: Callable[[], bool], seconds: float) -> bool:
        """True as soon as it happened, False if it did not in so many seconds."""
        with self._news:
            return self._news.wait_for(happened, seconds)

    def until(self, happened: Callable[[], bool]) -> None:
        assert self.waits(happened, PATIENCE_S), (self.states, self.statuses[-1:])

    @property
    def states(self) -> list[str]:
        return [status.state for status in self.statuses]

    def message(self, state: str) -> str:
        return next(status.message for status in reversed(self.statuses) if status.state == state)

    @property
    def positions(self) -> list[float | None]:
        return [fix.longitude for fix in self.fixes if fix.has_position]


@contextlib.contextmanager
def running(source: PositionSource) -> Iterator[Heard]:
    heard = Heard()
    source.start(heard.on_fix, heard.on_status)
    try:
        yield heard
    finally:
        source.stop()
    assert not source.running
