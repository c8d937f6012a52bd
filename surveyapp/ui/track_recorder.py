"""Writes the fixes of a walk to its log on a thread of its own: a slow disk must not make the window stand still."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from surveyapp.errors import SurveyError
from surveyapp.positioning.fix import Fix
from surveyapp.positioning.track_log import Segments, TrackLog, TrackPoint, read_track
from surveyapp.services.tracks import TrackFacts, facts_of, step_m


class TrackRecorder(QObject):
    """One walk at a time. ``segments`` and ``length_m`` are what is on the disk already.

    Signals: ``wrote`` after each point that is on the disk, ``failed(Exception)`` when one could not be written.
    """

    wrote = Signal()
    failed = Signal(object)
    _written = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self.paused = False
        self.segments: Segments = []
        self.length_m = 0.0
        self.min_interval_s = 0.9
        """What comes sooner after the point before is left out: some receivers give ten fixes a second."""
        self._log: TrackLog | None = None
        self._lane: ThreadPoolExecutor | None = None
        self._cut = False
        # Queued: it is given on the writing thread and must be taken on this one.
        self._written.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def recording(self) -> bool:
        """Whether a log is open, paused or not."""
        return self._log is not None

    @property
    def facts(self) -> TrackFacts:
        """Points, parts and length so far; no time is worked out while one walks."""
        return TrackFacts(sum(map(len, self.segments)), len(self.segments), self.length_m)

    def begin(self, path: Path, *, min_distance_m: float) -> None:
        """Open a log, a new one or one to go on with; raises a ``SurveyError`` when it cannot be used."""
        self.close()
        before = read_track(path) if path.exists() else []
        self._log = TrackLog(path, min_distance_m=min_distance_m, min_interval_s=self.min_interval_s)
        self._lane = ThreadPoolExecutor(1, thread_name_prefix="surveyapp-track")
        self.path, self.paused, self._cut = path, False, False
        self.segments, self.length_m = [*before, []], facts_of(before).length_m

    def add(self, fix: Fix) -> None:
        """Write a fix down."""
        log = self._log
        if log is not None and not self.paused:
            self._do(lambda: log.add(fix), fix)

    def pause(self) -> None:
        """End this part of the walk."""
        log = self._log
        if log is not None and not self.paused:
            self.paused = True
            self._do(log.pause, None)

    def resume(self) -> None:
        """Begin another part."""
        log = self._log
        if log is not None and self.paused:
            self.paused, self._cut = False, True
            self._do(log.resume, None)

    def split(self) -> None:
        """Begin another part: the receiver was away meanwhile, and nobody knows the way between."""
        if self.recording and not self.paused:
            self.pause()
            self.resume()

    def close(self) -> None:
        """Close the log when everything is on the disk; it stays where it is."""
        lane, log = self._lane, self._log
        self._lane, self._log = None, None
        self.path, self.paused = None, False
        if lane is not None and log is not None:
            lane.submit(log.close)
            lane.shutdown(wait=True)

    def _do(self, work: Callable[[], object], fix: Fix | None) -> None:
        assert self._lane is not None
        log = self._log
        future = self._lane.submit(work)
        future.add_done_callback(lambda ended: self._written.emit((log, fix), ended))

    def _take(self, what: tuple[TrackLog, Fix | None], ended: Future[object]) -> None:
        log, fix = what
        error = ended.exception()
        if error is not None:
            if not isinstance(error, SurveyError):
                sys.excepthook(type(error), error, error.__traceback__)
            self.failed.emit(error)
        elif log is self._log and fix is not None and ended.result():
            self._append(fix)
            self.wrote.emit()

    def _append(self, fix: Fix) -> None:
        assert fix.longitude is not None
        assert fix.latitude is not None
        point = TrackPoint(fix.longitude, fix.latitude, fix.elevation_m)
        if self._cut:
            self._cut = False
            self.segments.append([])
        if self.segments[-1]:
            self.length_m += step_m(self.segments[-1][-1], point)
        self.segments[-1].append(point)
