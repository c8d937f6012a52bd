"""Recorded NMEA logs: read at once, or played as if live. What they give is never taken as live."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from surveyapp.errors import BadFile
from surveyapp.positioning.fix import REPLAY_PREFIX, Fix, monotonic
from surveyapp.positioning.nmea import NmeaReader
from surveyapp.positioning.source import PositionSource, reason_of
from surveyapp.words import tr

_CHUNK_BYTES: Final = 65_536
_LONGEST_PAUSE_S: Final = 5.0
"""A gap in the log (receiver off over lunch) is cut to this."""
_USUAL_PAUSE_S: Final = 1.0
"""Between epochs whose times are not known: receivers report every second."""


def read_log(path: Path | str) -> list[Fix]:
    """All fixes with a position in a recorded NMEA log, in its order.

    ``source`` of each is ``replay:`` and the file's name; they have no age. Raises ``BadFile`` with one
    sentence when the file cannot be read, is not NMEA, or holds no position.
    """
    path = Path(path)
    fixes = [fix for fix in _epochs(path) if fix.has_position]
    if not fixes:
        raise BadFile(no_fix_in(path.name))
    return fixes


class ReplaySource(PositionSource):
    """Plays a recorded log in its own time, ``speed`` times as fast; ``speed`` 0 plays without pauses.

    The fixes are of their age in this session, so that a window can show them like others, but their
    ``source`` begins with ``replay:`` and :meth:`Fix.is_live` is never true of them.
    """

    def __init__(self, path: Path | str, speed: float = 1.0) -> None:
        self.path = Path(path)
        super().__init__(f"{REPLAY_PREFIX}{path}")
        self.speed = speed

    def _run(self) -> None:
        self._tell("connecting", tr("Opening {name}.", name=self.path.name))
        given = 0
        try:
            previous: Fix | None = None
            for fix in _epochs(self.path):
                if self._stopping.wait(self._pause_s(previous, fix)):
                    return
                self._give([replace(fix, received_monotonic=monotonic())])
                previous = fix
                given += fix.has_position
        except BadFile as error:
            self._tell("trouble", str(error))
            return
        if given:
            self._tell("finished", tr(
                "{name} was played to its end ({given} positions).",
                name=self.path.name, given=given,
            ))
        else:
            self._tell("trouble", no_fix_in(self.path.name))

    def _pause_s(self, previous: Fix | None, fix: Fix) -> float:
        if previous is None or self.speed <= 0:
            return 0.0
        pause_s = _USUAL_PAUSE_S
        if previous.time_utc is not None and fix.time_utc is not None:
            pause_s = min(max(0.0, (fix.time_utc - previous.time_utc).total_seconds()), _LONGEST_PAUSE_S)
        return pause_s / self.speed


def _epochs(path: Path) -> Iterator[Fix]:
    """Every epoch of a log, with or without a position; raises ``BadFile`` when it is no NMEA log."""
    reader = NmeaReader(REPLAY_PREFIX + path.name, clock=_no_clock, name=path.name)
    try:
        with path.open("rb") as log:
            while chunk := log.read(_CHUNK_BYTES):
                yield from reader.feed(chunk)
    except OSError as error:
        raise BadFile(tr(
            "{path} cannot be read ({reason}); choose a recorded NMEA log.",
            path=path, reason=reason_of(error),
        )) from error
    yield from reader.flush()
    trouble = reader.diagnosis(at_end=True)
    if trouble is not None:
        raise BadFile(trouble)


def no_fix_in(name: str) -> str:
    """The sentence for a log that is NMEA but has no position."""
    return tr(
        "{name}: the receiver had no fix anywhere in this log; record it under open sky.",
        name=name,
    )


def _no_clock() -> None:
    """Recorded fixes have no age."""
