"""What was typed beside a sighting (a measurement, a sample) or in a dialog and not saved yet: kept until it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from surveyapp.ui.forms.draft import Draft, DraftStore
from surveyapp.ui.survey_controller import SurveyController

_KEEP_MS = 3000
"""What is typed is on the disk this soon after the last key, at the latest."""


class ChildDrafts(QObject):
    """One draft for each sighting of the open survey, or for whatever else a key stands for, in memory at once and on
    disk a little later.

    Not among the drafts of whole sightings: ``store`` has a folder of its own. ``found`` carries the drafts of an
    earlier run when a survey is opened.
    """

    found = Signal(object)

    def __init__(self, store: DraftStore, survey: SurveyController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._survey = store, survey
        self._contents: dict[str, Mapping[str, Any]] = {}
        self._captions: dict[str, str] = {}
        self._unwritten: set[str] = set()
        self._path: Path | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_KEEP_MS)
        self._timer.timeout.connect(self.write)
        survey.opened.connect(self._opened)
        survey.closed.connect(self._forget_all)

    def of(self, sighting: str) -> Mapping[str, Any] | None:
        """What stands unsaved at a sighting."""
        return self._contents.get(sighting)

    def note(self, sighting: str, content: Mapping[str, Any] | None, caption: str = "") -> None:
        """What stands unsaved at a sighting now; ``None`` once it is saved or thrown away."""
        if content is None and sighting not in self._contents:
            return
        if content is None:
            del self._contents[sighting]
        else:
            self._contents[sighting] = content
        self._captions[sighting] = caption
        self._unwritten.add(sighting)
        if content is None:
            self.write()
        elif not self._timer.isActive():
            self._timer.start()

    def write(self) -> None:
        """Put on the disk what is not there yet."""
        path = self._path
        self._timer.stop()
        if path is None:
            return
        for sighting in sorted(self._unwritten):
            content, caption = self._contents.get(sighting), self._captions.get(sighting, "")
            if content is None:
                self._survey.tasks.run(partial(self._store.discard, path, sighting))
            else:
                keep = partial(self._store.save, path, sighting, content, new=True, caption=caption)
                self._survey.tasks.run(keep)
        self._unwritten.clear()

    def _opened(self) -> None:
        self._forget_all()
        path = self._path = self._survey.path
        if path is not None:
            self._survey.tasks.run(lambda: self._store.drafts(path), lambda drafts: self._take(path, drafts))

    def _take(self, path: Path, drafts: list[Draft]) -> None:
        if path != self._path:
            return
        fresh = [draft for draft in drafts if draft.record not in self._contents]
        self._contents |= {draft.record: draft.content for draft in fresh}
        if fresh:
            self.found.emit(fresh)

    def _forget_all(self) -> None:
        """The survey is no longer open, or another one is."""
        self.write()
        self._path = None
        self._contents.clear()
        self._captions.clear()
