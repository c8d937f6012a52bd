"""A traverse written down point by point, so that a flat battery costs at most the point being written.

The file has one JSON object a line, in UTF-8, only ever added to:

    {"event": "start", "at": "2026-11-24T05:06:07.089Z"}
    {"lon": 72.36077, "lat": 34.77254, "ele": 984.2, "t": "2026-11-24T05:06:08.000Z", "acc": 3.1,
     "quality": "autonomous", "source": "serial:/dev/ttyUSB0@9600"}
    {"event": "pause", "at": ...}   {"event": "resume", "at": ...}

Each line is on the disk (``fsync``) before :meth:`TrackLog.add` returns. A last line that was cut off by a
crash is dropped when the file is read or opened again. A pause, and the time the program did not run,
separate segments.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from surveyapp.domain.records import utc_text
from surveyapp.errors import BadFile, Refused
from surveyapp.positioning.file_lock import lock
from surveyapp.positioning.fix import Fix, finite, monotonic, plausible
from surveyapp.positioning.local_plane import LocalPlane
from surveyapp.positioning.source import reason_of
from surveyapp.words import tr

_DECIMALS: Final = 8
_FIRST_BYTES: Final = b'{"event": "'
_OPEN_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)  # Windows would add carriage returns


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One point: degrees in EPSG:4326, metres above mean sea level, UTC as text, horizontal accuracy."""

    longitude: float
    latitude: float
    elevation_m: float | None = None
    time_text: str | None = None
    accuracy_m: float | None = None
    quality: str | None = None
    source: str | None = None


Segments = list[list[TrackPoint]]


class TrackLog:
    """Open it, add fixes, close it; open it again to go on.

    Points nearer than ``min_distance_m`` to the last one are skipped (a receiver at rest wanders), as are
    those sooner than ``min_interval_s``. Raises ``BadFile`` when the file cannot be used, and ``Refused`` while
    another window writes to it.
    """

    def __init__(self, path: Path | str, *, min_distance_m: float = 0.0, min_interval_s: float = 0.0) -> None:
        self.path = Path(path)
        self._min_distance_m = min_distance_m
        self._min_interval_s = min_interval_s
        self._last: tuple[float, float, float] | None = None
        self._paused = False
        try:
            is_new = not self.path.exists()
            self._fd: int | None = os.open(self.path, _OPEN_FLAGS, 0o644)
        except OSError as error:
            raise BadFile(
                tr(
                    "{path} cannot be written ({reason}); choose another place for the track.",
                    path=self.path, reason=reason_of(error),
                )
            ) from error
        try:
            _require_lock(self._fd, self.path)
            self._end = _sound_length(self.path)
            os.ftruncate(self._fd, self._end)
            os.lseek(self._fd, self._end, os.SEEK_SET)
            self._write({"event": "start", "at": utc_text()})
            if is_new:
                _sync_folder(self.path.parent)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def paused(self) -> bool:
        return self._paused

    def add(self, fix: Fix, *, now: float | None = None) -> bool:
        """Write a fix; ``False`` when paused, without position, or too near the last point.

        ``now`` is :func:`surveyapp.positioning.fix.monotonic`, for tests.
        """
        longitude, latitude = fix.longitude, fix.latitude
        if self._paused or longitude is None or latitude is None:
            return False
        moment = monotonic() if now is None else now
        if self._last is not None and self._too_near(longitude, latitude, moment):
            return False
        self._write({
            "lon": round(longitude, _DECIMALS), "lat": round(latitude, _DECIMALS), "ele": fix.elevation_m,
            "t": None if fix.time_utc is None else utc_text(fix.time_utc), "acc": fix.accuracy_m,
            "quality": fix.quality, "source": fix.source,
        })
        self._last = (longitude, latitude, moment)
        return True

    def pause(self) -> None:
        """End the segment; nothing is written until :meth:`resume`."""
        if not self._paused:
            self._write({"event": "pause", "at": utc_text()})
            self._paused = True

    def resume(self) -> None:
        """Begin another segment."""
        if self._paused:
            self._write({"event": "resume", "at": utc_text()})
            self._paused, self._last = False, None

    def segments(self) -> Segments:
        """What is in the file, as :func:`read_track` gives it."""
        return read_track(self.path)

    def close(self) -> None:
        """Close the file; everything is on the disk already."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def _too_near(self, longitude: float, latitude: float, moment: float) -> bool:
        assert self._last is not None
        x_m, y_m = LocalPlane(self._last[0], self._last[1]).metres(longitude, latitude)
        return math.hypot(x_m, y_m) < self._min_distance_m or moment - self._last[2] < self._min_interval_s

    def _write(self, entry: Mapping[str, Any]) -> None:
        if self._fd is None:
            raise Refused(tr("The track {name} is closed; open it again to go on.", name=self.path.name))
        line = (json.dumps(entry, allow_nan=False) + "\n").encode()
        try:
            rest = line
            while rest:
                rest = rest[os.write(self._fd, rest):]
            os.fsync(self._fd)
        except OSError as error:
            # Half a line must not stand before the next whole one; what was there before stays.
            os.ftruncate(self._fd, self._end)
            os.lseek(self._fd, self._end, os.SEEK_SET)
            raise BadFile(
                tr(
                    "The track point could not be written to {name} ({reason}); the points before it are "
                    "safe, free some space and go on.",
                    name=self.path.name, reason=reason_of(error),
                )
            ) from error
        self._end += len(line)


def _require_lock(fd: int, path: Path) -> None:
    if not lock(fd):
        raise Refused(tr("The track {name} is being recorded in another window; finish it there.", name=path.name))


def in_use(path: Path) -> bool:
    """Whether some window records to this log now."""
    try:
        fd = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not lock(fd)
    finally:
        os.close(fd)


def read_track(path: Path | str) -> Segments:
    """Segments of a track log, each with at least one point; the file is not changed.

    A cut-off last line is left out, and so is a damaged one. Raises ``BadFile`` when there is no such file
    or nothing in it is a track.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(tr(
            "{path} cannot be read ({reason}); choose a track log.",
            path=path, reason=reason_of(error),
        )) from error
    if not _is_track(data):
        raise BadFile(tr(
            "{name} is not a track log of this program; import it as GPX or NMEA instead.",
            name=path.name,
        ))
    segments: Segments = [[]]
    for entry in filter(None, map(_entry, data.split(b"\n"))):
        if "event" in entry:
            segments.append([])
        elif (point := _point(entry)) is not None:
            segments[-1].append(point)
    return [segment for segment in segments if segment]


def _is_track(data: bytes) -> bool:
    """True for a track log, also an empty one and one that was cut off in its first line."""
    lines = data.split(b"\n")
    return any(_entry(line) is not None for line in lines) or (
        not any(lines[:-1]) and _FIRST_BYTES.startswith(lines[-1][: len(_FIRST_BYTES)])
    )


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and ("event" in entry or "lon" in entry) else None


def _point(entry: Mapping[str, Any]) -> TrackPoint | None:
    longitude, latitude = finite(entry.get("lon")), finite(entry.get("lat"))
    if longitude is None or latitude is None or not plausible(longitude, latitude):
        return None
    return TrackPoint(
        longitude, latitude, finite(entry.get("ele")), _text(entry.get("t")), finite(entry.get("acc")),
        _text(entry.get("quality")), _text(entry.get("source")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _sound_length(path: Path) -> int:
    """Bytes up to the end of the last whole line; raises ``BadFile`` for a file that is no track log."""
    data = path.read_bytes()
    if not _is_track(data):
        raise BadFile(tr(
            "{name} is not a track log, so nothing was added to it; choose another name.",
            name=path.name,
        ))
    return data.rfind(b"\n") + 1


def _sync_folder(folder: Path) -> None:
    """Make the new file's name durable too, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
