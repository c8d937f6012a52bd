"""The form's side of the window: what it shows, where its values go, and the drafts of what is half filled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.records import Record, Value
from surveyapp.errors import SurveyError
from surveyapp.services import recording
from surveyapp.ui.forms.bulk_edit import BulkEditDialog
from surveyapp.ui.forms.defaults import duplicate_of
from surveyapp.ui.forms.draft import Draft, DraftStore
from surveyapp.ui.forms.sighting_form import SightingForm
from surveyapp.ui.prompts import Choice, Prompts
from surveyapp.ui.survey_controller import Detail, SurveyController

_DRAFT_MS = 3000
"""A half-filled form is kept this often."""


class FormController(QObject):
    """Shows the current sighting in the form, saves what comes out of it, and keeps drafts.

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
        self._timer = QTimer(self)
        self._timer.setInterval(_DRAFT_MS)
        self._timer.timeout.connect(self.keep_draft)
        form.saveRequested.connect(self._save)
        form.cancelled.connect(self._cancel)
        form.dirtyChanged.connect(self._dirty)
        form.rememberRequested.connect(self._remember)
        form.draft_banner.continueWanted.connect(self._continue)
        form.draft_banner.discardWanted.connect(self._discard)
        survey.opened.connect(self._opened)
        survey.closed.connect(self._closed)
        survey.selection.changed.connect(lambda _origin: self.show_current())
        survey.touched.connect(self._touched)

    @property
    def unsaved(self) -> bool:
        """Whether a save was asked for and did not come through."""
        return self._failed

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
        if not self.may_leave():
            return
        self._wanted = None
        self._form.load(None, defaults or {})
        self._survey.selection.clear("form")
        self.shown.emit(None)
        self.raised.emit()
        self._form.go_to("gem")

    def duplicate(self) -> None:
        """Start a new sighting like the one on show."""
        if self._form.record is not None:
            self.new(duplicate_of(self._form.record))

    def edit_together(self) -> None:
        """Ask for values and set them on all selected sightings, in one change set."""
        if not self.may_leave():
            return
        chosen = self._survey.selection.uuids
        self._survey.ask(lambda session: list(session.file.records(SIGHTING.name, chosen)), self._ask_together)

    def _ask_together(self, records: list[Record]) -> None:
        dialog = BulkEditDialog(records, self._form.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._set_together(records, dialog.values()))
        dialog.open()

    def _set_together(self, records: list[Record], values: Mapping[str, Value]) -> None:
        self._survey.change(lambda session: recording.edit_many(session, records, values))

    def may_leave(self) -> bool:
        """Whether the form may show something else now; asks where something would be lost."""
        if not self._form.dirty:
            return True
        name = self._form.draft_caption() or "this sighting"
        answer = self._prompts.choose(
            f"You changed {name} and did not save it.",
            (Choice("save", "Save"), Choice("drop", "Throw away the changes", destructive=True)),
            title="Unsaved changes",
        )
        if answer == "save":
            return self._form.try_save()
        if answer == "drop":
            self._forget_draft(self._form.uuid)
            return True
        return False

    def keep_draft(self) -> None:
        """Keep what stands in the form, if anything is unsaved."""
        path = self._survey.path
        if path is None or not self._form.dirty or self._saving:
            return
        uuid, content = self._form.uuid, self._form.draft()
        new, caption = self._form.record is None, self._form.draft_caption()
        self._survey.tasks.run(lambda: self._drafts.save(path, uuid, content, new=new, caption=caption))

    # -- showing --------------------------------------------------------------------------------------

    def _shown_uuid(self) -> str | None:
        return self._form.record.uuid if self._form.record is not None else None

    def _load(self, uuid: str | None) -> None:
        self._wanted = uuid
        if uuid is None:
            self._form.load(None, {})
            self.shown.emit(None)
            return
        self._survey.detail(uuid, self._take)

    def _take(self, detail: Detail | None) -> None:
        if detail is None or detail.record.uuid != self._wanted or self._form.dirty:
            return
        self._form.load(detail.record)
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
            self._form.load(None, {})
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
            self._survey.edit(record, values, on_done=saved, on_error=self._unsaved)

    def _take_saved(self, detail: Detail | None, content: Mapping[str, Any]) -> None:
        """Show what was saved; what was typed since then stays."""
        self._saving = False
        if detail is None:
            return
        standing = self._form.draft()
        self._wanted = detail.record.uuid
        self._form.load(detail.record)
        if standing != content:
            self._form.restore(standing)
        self.shown.emit(detail)
        self._survey.selection.set([detail.record.uuid], "form")

    def _unsaved(self, error: Exception) -> None:
        self._saving, self._failed = False, True
        self.keep_draft()
        if isinstance(error, SurveyError):
            self._prompts.warn(f"{error} What you typed still stands in the form.", title="Not saved")

    def _cancel(self) -> None:
        self._forget_draft(self._form.uuid)
        self._form.load(self._form.record, {})

    def _remember(self, sticky: Mapping[str, Value], pinned: list[str]) -> None:
        self._survey.settings.update({"form.sticky": dict(sticky), "form.pinned": list(pinned)})

    # -- drafts ---------------------------------------------------------------------------------------

    def _dirty(self, dirty: bool) -> None:
        if dirty:
            self._timer.start()
        else:
            self._timer.stop()

    def _opened(self) -> None:
        path, facts = self._survey.path, self._survey.facts
        assert path is not None
        assert facts is not None
        self._saving = False
        self._form.observer = self._survey.settings["surveyor.name"] or facts.author
        self._form.setEnabled(self._survey.writable)
        self._form.load(None, {})
        self.shown.emit(None)
        self._survey.tasks.run(lambda: self._drafts.drafts(path), self._offer)

    def _closed(self) -> None:
        self._saving = False
        self._form.draft_banner.offer(None)
        self._form.load(None, {})
        self.shown.emit(None)

    def _offer(self, drafts: list[Draft]) -> None:
        """Offer the latest draft. One whose save was acknowledged to nobody but the file is done with."""
        for draft in drafts:
            there = self._survey.roster.row(draft.record) is not None
            if draft.new == there:
                self._forget_draft(draft.record)
            elif self._survey.writable:
                self._form.draft_banner.offer(draft)
                self.raised.emit()
                return

    def _continue(self, draft: Draft) -> None:
        if not self.may_leave():
            self._form.draft_banner.offer(draft)
            return
        if draft.new:
            self._form.load(None, {})
            self._form.restore(draft.content, draft.record)
        else:
            self._after = dict(draft.content)
            self._survey.selection.set([draft.record], "form")
            if draft.record == self._shown_uuid():
                self._form.restore(draft.content)
                self._after = None

    def _discard(self, draft: Draft) -> None:
        self._forget_draft(draft.record)

    def _forget_draft(self, uuid: str) -> None:
        path = self._survey.path
        if path is not None:
            self._survey.tasks.run(lambda: self._drafts.discard(path, uuid))
