"""The open survey, as the window knows it: opening, closing, and every change of a record.

Methods are intents, called on the GUI thread; the work is done on the storage thread by the services; what
came of it is told by signals. Nothing here is a widget.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.merge import Revision
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record, Value
from surveyapp.errors import SurveyError
from surveyapp.services import recording
from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.ui.action_table import WindowState
from surveyapp.ui.bridge import SessionBridge
from surveyapp.ui.itemmodels.columns import column_choice
from surveyapp.ui.itemmodels.roster import Delta, Roster
from surveyapp.ui.selection import Selection
from surveyapp.ui.survey_loader import SurveyLoader
from surveyapp.ui.survey_reading import Columns, Detail, Loaded, SurveyFacts, detail_of, facts_of, loaded, sightings_of
from surveyapp.ui.tasks import Failed, Tasks
from surveyapp.ui.warm_up import warm_up
from surveyapp.words import tr

_FOLLOWED = 300
"""Change sets of more changes than this (imports) are read anew, which is quicker than following them."""


class SurveyController(QObject):
    """Holds the one open session.

    Signals: ``opened`` and ``closed``; ``filled`` when the roster was read anew (``outlines`` holds tracks and
    areas then), ``arrived`` with the names of columns that came after, ``completed`` when all have; ``followed``
    with a :class:`Delta`; ``touched`` with the uuids of sightings whose facts or photos changed;
    ``facts_changed``; ``saved`` with the label of what was saved; ``failed`` with an exception that the person
    should hear of.
    """

    opened = Signal()
    closed = Signal()
    filled = Signal()
    arrived = Signal(object)
    completed = Signal()
    followed = Signal(object)
    touched = Signal(object)
    facts_changed = Signal()
    saved = Signal(str)
    failed = Signal(object)

    def __init__(self, tasks: Tasks, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tasks, self.settings = tasks, settings
        self.roster = Roster()
        self.selection = Selection(self)
        self.facts: SurveyFacts | None = None
        self.outlines: dict[str, Columns] = {}
        self._session: Session | None = None
        self._loader = SurveyLoader(
            self.roster, self.ask, self.arrived.emit, self._complete, self.reload, self
        )
        self._bridge = SessionBridge(self)
        self._bridge.changed.connect(self._changed)
        self.selection.changed.connect(lambda _origin: self.facts_changed.emit())
        tasks.failed.connect(self.failed)

    # -- state --------------------------------------------------------------------------------------

    @property
    def path(self) -> Path | None:
        """The open survey's file."""
        return self.facts.path if self.facts else None

    @property
    def writable(self) -> bool:
        return self.facts is not None and not self.facts.read_only

    @property
    def state(self) -> WindowState:
        """What the actions need to know."""
        if self.facts is None:
            return WindowState()
        return WindowState(
            open=True,
            writable=self.writable,
            selected=len(self.selection),
            records=len(self.roster),
            undo=self.facts.undo,
            redo=self.facts.redo,
            conflicts=self.facts.conflicts,
        )

    # -- opening and closing ------------------------------------------------------------------------

    def open(self, path: Path, on_error: Failed | None = None, *, then: Callable[[], None] | None = None) -> None:
        """Open a survey in place of the one that is open, and ``then`` go on; if it fails, the open one stays."""
        author = self.settings["surveyor.name"] or None
        self._take(tr("Opening {name}", name=path.name), lambda: Session.open(path, author=author), on_error, then)

    def new(self, path: Path, name: str, *, team: str, surveyor: str, province: str | None) -> None:
        """Make a survey and open it."""
        self._take(
            tr("Making {name}", name=path.name),
            lambda: recording.new_survey(path, name, team=team, surveyor=surveyor, province=province),
        )

    def close(self) -> None:
        """Close the survey. Everything is saved already."""
        session = self._session
        if session is None:
            return
        self._forget()
        self.tasks.run(session.close)
        self.closed.emit()

    def reload(self) -> None:
        """Read everything anew from the open session."""
        session, shown, wanted = self._session, self.settings["table.columns"], self.roster.wanted
        if session is not None:
            self.tasks.run(lambda: loaded(session, shown, wanted), self._refill)

    def replace(
        self, label: str, work: Callable[[Progress], Any], on_done: Callable[[Any], None], on_error: Failed
    ) -> None:
        """Long work that swaps another file in for the open one (a merge into it): the survey is closed for it
        and opened again after it, whatever came of it.
        """
        session = self._session
        if session is None:
            return
        path, author = session.file.path, session.author
        shown, wanted = self.settings["table.columns"], self.roster.wanted
        self._bridge.detach()

        def replaced(progress: Progress) -> tuple[Any, SurveyError | None, Loaded]:
            session.close()
            try:
                result, error = work(progress), None
            except SurveyError as trouble:
                result, error = None, trouble
            return result, error, loaded(Session.open(path, author=author), shown, wanted)

        def reopened(answer: tuple[Any, SurveyError | None, Loaded]) -> None:
            result, error, anew = answer
            self._taken(anew)
            if error is None:
                on_done(result)
            else:
                on_error(error)

        def lost(error: Exception) -> None:
            self._forget()
            self.closed.emit()
            on_error(error)

        self.tasks.run_long(label, replaced, reopened, lost)

    def _take(
        self,
        label: str,
        make: Callable[[], Session],
        on_error: Failed | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        shown, wanted = self.settings["table.columns"], self.roster.wanted

        def work(_progress: object) -> Loaded:
            session = make()
            try:
                return loaded(session, shown, wanted)
            except BaseException:
                session.close()
                raise

        def taken(first: Loaded) -> None:
            self._taken(first)
            if then is not None:
                then()

        self.tasks.run_long(label, work, taken, on_error or self.failed.emit)

    def _taken(self, first: Loaded) -> None:
        before = self._session
        self._forget()
        if before is not None:
            self.tasks.run(before.close)
        self._session = first.session
        self._bridge.attach(first.session)
        self._refill(first)
        self.settings.add_recent(first.facts.path)
        self.settings["files.folder"] = str(first.facts.path.parent)
        self.opened.emit()

    def _refill(self, first: Loaded) -> None:
        if first.session is not self._session:
            return
        self.facts, self.outlines = first.facts, first.outlines
        self.roster.fill(first.columns, first.fields, first.early)
        self.selection.forget([uuid for uuid in self.selection.uuids if self.roster.row(uuid) is None])
        self.filled.emit()
        self.facts_changed.emit()
        self._loader.start(column_choice(self.settings["table.columns"], first.fields))

    def _complete(self) -> None:
        """Everything is here: what takes a while and is not missed at first is asked for now."""
        self.completed.emit()
        self.ask(facts_of, self._take_facts)
        self.ask(lambda _session: warm_up(), lambda _none: None)

    def _forget(self) -> None:
        self._bridge.detach()
        self._session, self.facts, self.outlines = None, None, {}
        self.roster.clear()
        self.selection.clear("window")

    # -- reading ------------------------------------------------------------------------------------

    def ask(
        self,
        question: Callable[[Session], Any],
        on_done: Callable[[Any], None],
        on_error: Failed | None = None,
    ) -> None:
        """Ask the session something on the storage thread. An answer that comes when another survey is open is
        dropped.
        """
        session = self._session
        if session is None:
            return

        def answer(result: Any) -> None:
            if session is self._session:
                on_done(result)

        self.tasks.run(lambda: question(session), answer, on_error)

    def ask_long(
        self,
        label: str,
        question: Callable[[Session, Progress], Any],
        on_done: Callable[[Any], None],
        on_error: Failed | None = None,
    ) -> None:
        """As :meth:`ask`, for what takes long: shown in the status bar, with progress and cancel."""
        session = self._session
        if session is None:
            return

        def answer(result: Any) -> None:
            if session is self._session:
                on_done(result)

        self.tasks.run_long(label, lambda progress: question(session, progress), answer, on_error or self.failed.emit)

    def detail(self, uuid: str, on_done: Callable[[Detail | None], None]) -> None:
        """A sighting with its photos (without bytes) and history; ``None`` if it is not there."""
        self.ask(lambda session: detail_of(session, uuid), on_done)

    # -- changing -----------------------------------------------------------------------------------

    def apply(
        self,
        change_set: ChangeSet,
        initiator: str = "form",
        *,
        on_done: Callable[[ChangeSet], None] | None = None,
        on_error: Failed | None = None,
    ) -> None:
        """Save a change set; ``on_done`` comes when it is on the disk."""
        self.change(lambda session: session.apply(change_set, initiator), on_done, on_error)

    def edit(
        self,
        record: Record,
        values: Mapping[str, Value],
        *,
        on_done: Callable[[bool], None] | None = None,
        on_error: Failed | None = None,
    ) -> None:
        """Save what differs from the record as it was read."""
        self.change(lambda session: recording.edit_record(session, record, values), on_done, on_error)

    def delete(self, uuids: Sequence[str]) -> None:
        """Delete sightings with what hangs on them; undo brings all of it back."""
        wanted = list(uuids)

        def work(session: Session) -> None:
            recording.delete_records(session, list(session.file.records(SIGHTING.name, wanted)))

        self.change(work)

    def remove_photo(self, uuid: str) -> None:
        """Take a photo out of its sighting; undo brings it back."""
        change_set = ChangeSet((changes.delete("photo", uuid),), tr("Remove photo"))
        self.change(lambda session: session.apply(change_set))

    def photo_data(self, uuid: str, on_done: Callable[[bytes | None], None]) -> None:
        """The bytes of a photo."""
        self.ask(lambda session: session.file.photo_data(uuid), on_done)

    def restore(self, revision: Revision) -> None:
        """Make a record again what it was at a revision."""
        self.change(lambda session: session.restore(revision))

    def undo(self, *_: object) -> None:
        """Take back the last change set."""
        self.change(lambda session: session.undo())

    def redo(self) -> None:
        self.change(lambda session: session.redo())

    def change(
        self,
        work: Callable[[Session], Any],
        on_done: Callable[[Any], None] | None = None,
        on_error: Failed | None = None,
        *,
        label: str = "",
    ) -> None:
        """Do ``work`` with the session on the storage thread; a failure without ``on_error`` goes to ``failed``.
        With a ``label`` it is shown in the status bar.
        """
        session = self._session
        if session is None:
            return
        if label:
            self.tasks.run_long(label, lambda _: work(session), on_done, on_error or self.failed.emit)
        else:
            self.tasks.run(lambda: work(session), on_done, on_error or self.failed.emit)

    # -- following ----------------------------------------------------------------------------------

    def _changed(self, change_set: ChangeSet) -> None:
        if self._session is None:
            return
        if not change_set.changes or len(change_set.changes) > _FOLLOWED:
            self.reload()
        else:
            delta = self.roster.apply(change_set)
            self.selection.forget(delta.removed)
            if delta:
                self.followed.emit(delta)
            self.ask(facts_of, self._take_facts)
        self.touched.emit(sightings_of(change_set))
        self.saved.emit(change_set.label)

    def _take_facts(self, facts: SurveyFacts) -> None:
        before, self.facts = self.facts, facts
        self.facts_changed.emit()
        if before is not None and (before.template, before.own) != (facts.template, facts.own):
            self.reload()  # other columns, or other names for what stands in them


__all__ = ["Columns", "Delta", "Detail", "SurveyController", "SurveyError", "SurveyFacts"]
