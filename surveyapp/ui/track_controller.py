"""Tracks in the window: recording one, its line on the map, and the one that was not finished."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.records import utc_text
from surveyapp.errors import SurveyError
from surveyapp.positioning.fix import Fix
from surveyapp.services import tracks
from surveyapp.services.tracks import Unfinished
from surveyapp.ui.forms.moments import short
from surveyapp.ui.forms.track_strip import TrackStrip
from surveyapp.ui.forms.track_words import length_words
from surveyapp.ui.map_link import outlines_of
from surveyapp.ui.prompts import Choice
from surveyapp.ui.survey_controller import Columns
from surveyapp.ui.track_recorder import TrackRecorder
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.surroundings import Surroundings

_GAP_S = 120.0
"""After so long without a live fix, what comes next is another part of the walk."""


class TrackController(QObject):
    """Ties a :class:`TrackRecorder` to the receiver, the GPS panel's strip, the map and the survey."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.desk)
        self._survey, self._desk, self._gps = around.survey, around.desk, around.gps
        self._prompts, self._settings = around.prompts, around.settings
        self.folder = around.drafts / "tracks"
        self.recorder = TrackRecorder(self)
        self.strip = TrackStrip()
        self._keys: list[str] = []
        self._waiting: list[Unfinished] = []
        self._trouble = ""
        self._last_live_s: float | None = None
        self._gps.panel.add_strip(self.strip)
        self._gps.panel.fixChanged.connect(self._take)
        self.recorder.wrote.connect(self._show)
        self.recorder.failed.connect(self._lost)
        self.strip.recordWanted.connect(self.record)
        self.strip.finishWanted.connect(self.finish)
        self.strip.continueWanted.connect(self._go_on)
        self.strip.keepWanted.connect(self._keep)
        self.strip.dropWanted.connect(self._drop)
        self._survey.opened.connect(self._opened)
        self._survey.closed.connect(self._closed)
        self._survey.facts_changed.connect(self._follow_facts)

    def handlers(self) -> dict[str, Callable[..., object]]:
        return {"track.record": self.record, "track.finish": self.finish}

    def restyle(self) -> None:
        """Nothing here has colours of its own."""

    def shutdown(self) -> None:
        """Close the log. It stays, and is offered when the survey is opened again."""
        self.recorder.close()

    # -- intents --------------------------------------------------------------------------------------

    def record(self) -> None:
        """Begin a track, or pause or resume the one that is recorded."""
        if not self._survey.writable or not self._keys:
            return
        self._desk.bring_up("gps")
        if self.recorder.recording:
            if self.recorder.paused:
                self.recorder.resume()
            else:
                self.recorder.pause()
            self._show()
        elif self._waiting:
            self._desk.toast.say(tr("Decide first what becomes of the track that was not finished."))
        else:
            self._begin(None)

    def finish(self) -> None:
        """Put the track into the survey."""
        path = self.recorder.path
        if path is None:
            self._desk.toast.say(tr("No track is being recorded."))
            return
        if self.recorder.facts.points < 2:
            answer = self._prompts.choose(
                tr("The track has fewer than two points, so there is no line to keep."),
                (Choice("drop", tr("Throw it away"), destructive=True),),
                title=tr("Finish the track"),
            )
            if answer == "drop":
                self.recorder.close()
                self._forget(path)
            return
        self.recorder.close()
        self._take_in(path, tracks.begun_at(path))

    # -- recording ------------------------------------------------------------------------------------

    def _begin(self, path: Path | None) -> None:
        try:
            chosen = path or tracks.new_log_path(self.folder, self._keys[0])
            self.recorder.begin(chosen, min_distance_m=float(self._settings["track.distance_m"]))
        except SurveyError as error:
            self._survey.failed.emit(error)
        self._trouble, self._last_live_s = "", None
        fix = self._gps.panel.fix
        if fix is None:
            self._trouble = tr("Waiting for the GPS: connect a receiver.")
        else:
            self._take(fix)
        self._show()

    def _take(self, fix: Fix | None) -> None:
        if not self.recorder.recording:
            return
        if fix is None:
            self._trouble, self._last_live_s = tr("Waiting for the GPS: connect a receiver."), None
            self.recorder.split()
        elif fix.is_replay:
            self._trouble = tr("Nothing is written: positions of a recorded log are no walk.")
        elif fix.is_simulated:
            self._trouble = tr("Nothing is written: the receiver calls its position simulated or typed in.")
        elif not fix.is_live(self._gps.panel.gate.max_age_s) or not fix.has_position:
            self._trouble = tr("Waiting for a fix.")
        else:
            self._trouble = ""
            self._write(fix)
        self._show()

    def _write(self, fix: Fix) -> None:
        now_s = fix.received_monotonic
        if self._last_live_s is not None and now_s is not None and now_s - self._last_live_s > _GAP_S:
            self.recorder.split()
        self._last_live_s = now_s
        self.recorder.add(fix)

    def _lost(self, error: Exception) -> None:
        self._trouble = str(error)
        self._show()

    # -- showing --------------------------------------------------------------------------------------

    def _show(self) -> None:
        recorder = self.recorder
        if recorder.recording:
            self.strip.show_walk(recorder.facts, paused=recorder.paused, trouble=self._trouble)
            length = length_words(recorder.length_m)
            self._gps.set_note(
                tr("Track paused") if recorder.paused else tr("Track {length}", length=length)
            )
        else:
            self._gps.set_note("")
            if self._waiting:
                self.strip.show_unfinished(self._waiting[0])
            else:
                self.strip.show_idle(can_record=self._survey.writable and bool(self._keys))
        self._draw()

    def _draw(self) -> None:
        """The way walked so far, also that of a walk that waits for a decision."""
        parts = self.recorder.segments if self.recorder.recording else []
        lines = [np.array([(p.longitude, p.latitude) for p in part]) for part in parts if len(part) > 1]
        self._desk.canvas.set_live_track(lines)

    # -- following the survey -------------------------------------------------------------------------

    def _opened(self) -> None:
        self._waiting = []
        self._survey.ask(tracks.survey_keys, self._know)

    def _know(self, keys: list[str]) -> None:
        path = self.recorder.path
        if path is not None and path.name.partition("_")[0] not in keys:
            self.recorder.close()  # of the survey that was open before; it is offered there again
        self._keys = keys
        self._show()
        if self._survey.writable:
            self._survey.tasks.run(lambda: tracks.unfinished(self.folder, keys), self._offer)

    def _offer(self, found: list[Unfinished]) -> None:
        if self._survey.facts is None or self.recorder.recording:
            return
        self._waiting = found
        if found:
            self._desk.bring_up("gps")
            self._desk.toast.say(tr("A track was not finished; see the GPS panel."))
        self._show()

    def _closed(self) -> None:
        self.recorder.close()
        self._keys, self._waiting = [], []
        self._show()

    def _follow_facts(self) -> None:
        """Tracks came or went (finished, undone, imported): show those that there are."""
        facts, shown = self._survey.facts, self._survey.outlines.get("track")
        if facts is not None and shown is not None and facts.counts.get("track", 0) != len(shown["name"]):
            self._survey.ask(lambda session: session.file.columns("track", ["name", GEOMETRY]), self._take_tracks)

    def _take_tracks(self, columns: Columns) -> None:
        self._survey.outlines["track"] = columns
        self._desk.canvas.set_tracks(outlines_of(columns))

    # -- what becomes of a log ------------------------------------------------------------------------

    def _go_on(self) -> None:
        if self._waiting:
            self._begin(self._waiting.pop(0).path)

    def _keep(self) -> None:
        if self._waiting:
            log = self._waiting.pop(0)
            self._take_in(log.path, log.begun)

    def _drop(self) -> None:
        if not self._waiting:
            return
        answer = self._prompts.choose(
            tr("Throw this track away? It cannot be brought back."),
            (Choice("drop", tr("Throw it away"), destructive=True),),
            title=tr("Throw the track away"),
        )
        if answer == "drop":
            self._forget(self._waiting.pop(0).path)

    def _take_in(self, path: Path, begun: datetime | None) -> None:
        name = tr("Track of {when}", when=short(utc_text(begun or datetime.now(UTC))))
        self._survey.change(
            lambda session: tracks.take_in(session, path, name), lambda _made: self._look_again(), self._kept
        )
        self._show()

    def _forget(self, path: Path) -> None:
        self._survey.tasks.run(lambda: tracks.forget(path), lambda _none: self._look_again())
        self._show()

    def _kept(self, error: Exception) -> None:
        """It could not be saved; the log stays and is offered again."""
        self._survey.failed.emit(error)
        self._look_again()

    def _look_again(self) -> None:
        keys = self._keys
        self._survey.tasks.run(lambda: tracks.unfinished(self.folder, keys), self._settle)

    def _settle(self, found: list[Unfinished]) -> None:
        self._waiting = [] if self.recorder.recording else found
        self._show()
