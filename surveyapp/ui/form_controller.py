"""The form's side of the window: what it shows, where its values go, and the drafts of what is half filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.records import Record, Value
from surveyapp.domain.template import Template, fields_of
from surveyapp.errors import BadInput, SurveyError
from surveyapp.services import recording, templates
from surveyapp.services.session import Session
from surveyapp.ui.forms.bulk_edit import BulkEditDialog
from surveyapp.ui.forms.defaults import duplicate_of
from surveyapp.ui.forms.draft import Draft, DraftStore
from surveyapp.ui.forms.sighting_form import SightingForm
from surveyapp.ui.prompts import Choice, Prompts
from surveyapp.ui.survey_controller import Detail, SurveyController
from surveyapp.words import tr

_DRAFT_MS = 3000
"""A half-filled form is kept this often."""


@dataclass(frozen=True, slots=True)
class Offices:
    """The surveys in the file by uuid: what each is called, and what its office asks for; ``troubles`` are sentences
    on templates that cannot be read."""

    names: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, Template] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()

    def of(self, survey: Value) -> Template:
        """What is asked of a sighting of this survey; one of no survey goes by what all of them ask."""
        return self.asks.get(str(survey)) or templates.common(self.asks)


class Beside(Protocol):
    """What is typed beside the form, at the sighting on show: a measurement, a sample."""

    @property
    def in_hand(self) -> bool:
        """Whether the keyboard is there."""

    @property
    def unsaved(self) -> bool:
        """Whether a save was asked for and did not come through."""

    def save(self) -> None: ...

    def cancel(self) -> None: ...

    def may_close(self) -> bool:
        """Whether the survey may be closed; asks where something would stay unsaved."""


class FormController(QObject):
    """Shows the current sighting in the form, saves what comes out of it, and keeps drafts. What is typed in panels
    beside the form (``beside``) is saved and cancelled by the same keys while the keyboard is there.

    ``shown`` carries the :class:`Detail` that is on show (``None``: a new sighting); ``raised`` asks the window
    to bring the form to the front.
    """

    shown = Signal(object)
    raised = Signal()

    def __init__(self, form: SightingForm, survey: SurveyController, prompts: Prompts, drafts: DraftStore) -> None:
        super().__init__(form)
        self._form, self._survey, self._prompts, self._drafts = form, survey, prompts, drafts
        self._wanted: str | None = None
        self._after: dict[str, Any] | None = None
        self._saving = False
        self._failed = False
        self._offices = Offices()
        self._waiting: list[Draft] = []
        self.beside: list[Beside] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_DRAFT_MS)
        self._timer.timeout.connect(self.keep_draft)
        form.saveRequested.connect(self._save)
        form.cancelled.connect(self._cancel)
        form.dirtyChanged.connect(self._dirty)
        form.rememberRequested.connect(self._remember)
        form.absenceRequested.connect(self.absence_here)
        form.projectChosen.connect(lambda uuid: self._ask_form(uuid or None))
        form.draft_banner.continueWanted.connect(self._continue)
        form.draft_banner.discardWanted.connect(self._discard)
        survey.opened.connect(self._opened)
        survey.closed.connect(self._closed)
        survey.selection.changed.connect(lambda _origin: self.show_current())
        survey.touched.connect(self._touched)
        survey.filled.connect(self._ask_offices)
        survey.saved.connect(lambda _label: self._ask_offices())

    @property
    def unsaved(self) -> bool:
        """Whether a save was asked for and did not come through."""
        return self._failed or any(one.unsaved for one in self.beside)

    @property
    def offices(self) -> Offices:
        """The surveys in the file and what their offices ask."""
        return self._offices

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each of the form's own actions does."""
        return {
            "sighting.absent": self.absence_here,
            "form.save": self.save,
            "form.missing": self.go_to_missing,
            "form.pin": self._form.toggle_pin,
            "form.now": self.set_now,
            "form.cancel": self.cancel,
            "form.continue": lambda: self._answer_draft(self._form.draft_banner.take_up),
            "form.discard": lambda: self._answer_draft(self._form.draft_banner.throw_away),
        }

    def restyle(self) -> None:
        """The form's widgets follow colours and sizes by themselves."""

    def shutdown(self) -> None:
        """The window keeps the draft and ends the storage thread."""

    # -- intents --------------------------------------------------------------------------------------

    def show_current(self) -> None:
        """Show the current sighting of the selection; none starts a new one."""
        uuid = self._survey.selection.current
        if uuid == self._shown_uuid() or self._saving or self._survey.facts is None:
            return
        if not self.may_leave():
            self._survey.selection.set([u for u in (self._shown_uuid(),) if u], "form")
            return
        self._load(uuid)

    def new(self, defaults: Mapping[str, Value] | None = None) -> None:
        """Start a new sighting."""
        if self._start(defaults or {}):
            self._form.go_to("gem")

    def _start(self, defaults: Mapping[str, Value]) -> bool:
        """Empty the form for a new sighting; False where what stands in it is to stay."""
        if not self.may_leave():
            return False
        self._wanted = None
        self._load_new(defaults)
        self._survey.selection.clear("form")
        self.shown.emit(None)
        self.raised.emit()
        return True

    def absence_here(self) -> None:
        """Record that nothing was found here, always as a new sighting: saved at once where gem and position are
        known, else the form goes to what lacks. A new sighting that is half filled becomes the absence."""
        if not self._survey.writable or self._saving:
            return
        if self._form.record is not None and not self._start({}):
            return
        lacking = self._form.mark_absent()
        if lacking is None and self._form.try_save():
            return
        self.raised.emit()
        if lacking is not None:
            self._form.go_to(lacking)

    def save(self) -> None:
        """Save what stands in the form, or go to what keeps it from being saved. While the keyboard is beside the form,
        what is typed there is saved."""
        for one in self.beside:
            if one.in_hand:
                one.save()
                return
        if not self._form.try_save():
            self.go_to_missing()

    def cancel(self) -> None:
        """Throw away what stands in the form and is not saved, or what stands where the keyboard is."""
        for one in self.beside:
            if one.in_hand:
                one.cancel()
                return
        self._form.footer.ask_to_cancel()

    def set_now(self) -> None:
        """The sighting is observed now."""
        self.raised.emit()
        self._form.set_now()

    def go_to_missing(self) -> None:
        """Go to the next field that something is wanted in."""
        self.raised.emit()
        self._form.go_to_missing()

    def duplicate(self) -> None:
        """Start a new sighting like the one on show."""
        if self._form.record is not None:
            self.new(duplicate_of(self._form.record, self._form.asked))

    def edit_together(self) -> None:
        """Ask for values and set them on all selected sightings, in one change set."""
        if not self.may_leave():
            return
        chosen = self._survey.selection.uuids
        self._survey.ask(lambda session: list(session.file.records(SIGHTING.name, chosen)), self._ask_together)

    def _ask_together(self, records: list[Record]) -> None:
        surveys = {record.get("survey_uuid") for record in records}
        template = self._offices.of(surveys.pop() if len(surveys) == 1 else None)
        dialog = BulkEditDialog(records, self._form.window(), asked=fields_of(SIGHTING, template))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._set_together(records, dialog.values()))
        dialog.open()

    def _set_together(self, records: list[Record], values: Mapping[str, Value]) -> None:
        def set_all(session: Session) -> int:
            templates.make_room_for(session, values)
            return recording.edit_many(session, records, values)

        self._survey.change(set_all)

    def may_leave(self) -> bool:
        """Whether the form may show something else now; asks where something would be lost."""
        if not self._form.dirty:
            return True
        name = self._form.draft_caption() or tr("this sighting")
        answer = self._prompts.choose(
            tr("You changed {name} and did not save it.", name=name),
            (Choice("save", tr("Save")), Choice("drop", tr("Throw away the changes"), destructive=True)),
            title=tr("Unsaved changes"),
        )
        if answer == "save":
            return self._form.try_save()
        if answer == "drop":
            self._forget_draft(self._form.uuid)
            return True
        return False

    def may_close(self) -> bool:
        """Whether the survey may be closed, or another one opened; asks where something would be lost or left."""
        return self.may_leave() and all(one.may_close() for one in self.beside)

    def keep_draft(self) -> None:
        """Keep what stands in the form, if anything is unsaved."""
        path = self._survey.path
        if path is None or not self._form.dirty or self._saving:
            return
        uuid, content = self._form.uuid, self._form.draft()
        new, caption = self._form.record is None, self._form.draft_caption()
        holds = tuple(self._offices.names)
        self._survey.tasks.run(
            lambda: self._drafts.save(path, uuid, content, new=new, caption=caption, holds=holds)
        )

    # -- showing --------------------------------------------------------------------------------------

    def _shown_uuid(self) -> str | None:
        return self._form.record.uuid if self._form.record is not None else None

    def _load(self, uuid: str | None) -> None:
        self._wanted = uuid
        if uuid is None:
            self._load_new()
            self.shown.emit(None)
            return
        self._survey.detail(uuid, self._take)

    def _take(self, detail: Detail | None) -> None:
        if detail is None or detail.record.uuid != self._wanted or self._form.dirty:
            return
        self._load_record(detail.record)
        if self._after is not None:
            self._form.restore(self._after)
            self._after = None
        self.shown.emit(detail)

    def _touched(self, uuids: frozenset[str]) -> None:
        """What is on show was changed by someone else than the form: undo, a photo, a decision."""
        shown = self._shown_uuid()
        if shown is None or self._saving or not (shown in uuids or not uuids):
            return
        if self._survey.roster.row(shown) is None:
            self._load_new()
            self.shown.emit(None)
        elif self._form.dirty:
            self._survey.detail(shown, self._only_rest)
        else:
            self._wanted = shown
            self._survey.detail(shown, self._take)

    def _only_rest(self, detail: Detail | None) -> None:
        """What hangs on the record is shown anew; the form keeps what was typed."""
        if detail is not None and detail.record.uuid == self._shown_uuid():
            self.shown.emit(detail)

    # -- saving ---------------------------------------------------------------------------------------

    def _save(self, values: dict[str, Value], record: Record | None) -> None:
        if self._saving:
            return
        self._saving, self._failed = True, False
        uuid, content = self._form.uuid, self._form.draft()

        def saved(_result: object) -> None:
            # It is on the disk: now, and not sooner, the draft may go.
            self._forget_draft(uuid)
            self._survey.detail(uuid, lambda detail: self._take_saved(detail, content))

        if record is None:
            # Under the uuid that its draft has: saved twice, it is refused, never doubled.
            self._survey.change(
                lambda session: recording.add_sighting(session, values, uuid=uuid), saved, self._unsaved
            )
        else:
            self._survey.change(lambda session: _edited(session, record, values), saved, self._unsaved)

    def _take_saved(self, detail: Detail | None, content: Mapping[str, Any]) -> None:
        """Show what was saved; what was typed since then stays."""
        self._saving = False
        if detail is None:
            return
        standing = self._form.draft()
        self._wanted = detail.record.uuid
        self._load_record(detail.record)
        if standing != content:
            self._form.restore(standing)
        self.shown.emit(detail)
        self._survey.selection.set([detail.record.uuid], "form")

    def _unsaved(self, error: Exception) -> None:
        self._saving, self._failed = False, True
        self.keep_draft()
        if isinstance(error, SurveyError):
            told = tr("{error} What you typed still stands in the form.", error=error)
            self._prompts.warn(told, title=tr("Not saved"))

    def _cancel(self) -> None:
        self._forget_draft(self._form.uuid)
        self._form.load(self._form.record, {})

    def _remember(self, sticky: Mapping[str, Value], pinned: list[str]) -> None:
        self._survey.settings.update({"form.sticky": dict(sticky), "form.pinned": list(pinned)})

    # -- what the offices ask -------------------------------------------------------------------------

    def _ask_offices(self) -> None:
        self._survey.ask(_offices, self._take_offices)

    def _take_offices(self, offices: Offices) -> None:
        """Undo, a merge and another program can change them, so they are asked for after every change."""
        if offices == self._offices:
            return
        told = set(self._offices.troubles)
        self._offices = offices
        record = self._form.record
        self._ask_form(self._form.project or (record.get("survey_uuid") if record is not None else self._project()))
        for trouble in offices.troubles:
            if trouble not in told:
                self._survey.failed.emit(BadInput(trouble))

    def _ask_form(self, survey: Value) -> None:
        """Let the form ask what the office of a survey asks."""
        self._form.ask_for(self._offices.of(survey), self._offices.names)

    def _project(self, defaults: Mapping[str, Value] | None = None) -> Value:
        """The survey that a new sighting is going to belong to, as far as it is known."""
        given = (defaults or {}).get("survey_uuid")
        memory = self._form.memory
        return given or (memory.last.get("survey_uuid") if "survey_uuid" in memory.pinned else None)

    def _load_new(self, defaults: Mapping[str, Value] | None = None) -> None:
        self._ask_form(self._project(defaults))
        self._form.load(None, defaults or {})

    def _load_record(self, record: Record) -> None:
        self._ask_form(record.get("survey_uuid"))
        self._form.load(record)

    # -- drafts ---------------------------------------------------------------------------------------

    def _dirty(self, dirty: bool) -> None:
        if dirty:
            self._timer.start()
        else:
            self._timer.stop()
            QTimer.singleShot(0, self, self._offer_next)

    def _opened(self) -> None:
        path, facts = self._survey.path, self._survey.facts
        assert path is not None
        assert facts is not None
        self._saving = False
        self._form.observer = self._survey.settings["surveyor.name"] or facts.author
        self._form.setEnabled(self._survey.writable)
        self._form.load(None, {})
        self.shown.emit(None)
        self._waiting = []
        self._form.draft_banner.offer(None)
        self._survey.ask(lambda session: self._drafts.drafts(path, _offices(session).names), self._offer)

    def _closed(self) -> None:
        self._saving = False
        self._offices, self._waiting = Offices(), []
        self._form.draft_banner.offer(None)
        self._load_new()
        self.shown.emit(None)

    def _offer(self, drafts: list[Draft]) -> None:
        """Offer the drafts, the latest first. One whose save was acknowledged to nobody but the file is done with."""
        for draft in drafts:
            there = self._survey.roster.row(draft.record) is not None
            if draft.new == there:
                self._forget_draft(draft.record)
            elif self._survey.writable:
                self._waiting.append(draft)
        self._offer_next()

    def _offer_next(self) -> None:
        """Ask about the next draft, once the one before is answered and nothing stands unsaved in the form."""
        if self._waiting and self._form.draft_banner.draft is None and not self._form.dirty:
            self._form.draft_banner.offer(self._waiting.pop(0), len(self._waiting))
            self.raised.emit()

    def _continue(self, draft: Draft) -> None:
        if not self.may_leave():
            self._form.draft_banner.offer(draft, len(self._waiting))
            return
        if draft.new:
            self._load_new(_project_in(draft))
            self._form.restore(draft.content, draft.record)
        else:
            self._after = dict(draft.content)
            self._survey.selection.set([draft.record], "form")
            if draft.record == self._shown_uuid():
                self._form.restore(draft.content)
                self._after = None

    def _answer_draft(self, answer: Callable[[], None]) -> None:
        """By key, what the banner's buttons do."""
        if self._form.draft_banner.draft is None:
            self._prompts.tell(tr("No draft waits to be continued."))
        else:
            answer()

    def _discard(self, draft: Draft) -> None:
        self._forget_draft(draft.record)
        self._offer_next()

    def _forget_draft(self, uuid: str) -> None:
        path = self._survey.path
        if path is not None:
            self._survey.tasks.run(lambda: self._drafts.discard(path, uuid))


def _offices(session: Session) -> Offices:
    asks, troubles = templates.all_of(session.file)
    return Offices(templates.survey_names(session.file), asks, tuple(troubles))


def _edited(session: Session, record: Record, values: Mapping[str, Value]) -> bool:
    templates.make_room_for(session, values)
    return recording.edit_record(session, record, values)


def _project_in(draft: Draft) -> dict[str, Value]:
    """The survey that a draft was begun for, so that the form asks what its office asks."""
    raws = draft.content.get("fields")
    project = raws.get("survey_uuid") if isinstance(raws, Mapping) else None
    return {"survey_uuid": str(project)} if project else {}
