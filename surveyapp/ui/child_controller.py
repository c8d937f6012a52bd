"""What the controllers of measurements and samples share: showing, saving, deleting, and keeping what is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QObject

from surveyapp.domain.records import Record
from surveyapp.ui.child_drafts import ChildDrafts
from surveyapp.ui.child_panel import ChildPanel, Typed
from surveyapp.ui.forms.draft import Draft, DraftStore
from surveyapp.ui.prompts import Choice
from surveyapp.ui.survey_controller import Detail
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.services.session import Session
    from surveyapp.ui.surroundings import Surroundings


class ChildController(QObject):
    """Fills a panel with what hangs on the sighting on show, and saves what is typed in it.

    What is typed and not saved stays at its sighting, in memory at once and soon on the disk (:class:`ChildDrafts`):
    another sighting may be looked at meanwhile. Before the survey is closed the person is asked about it.
    """

    tab: ClassVar[str]
    icon: ClassVar[str]

    def __init__(self, around: Surroundings, panel: ChildPanel) -> None:
        super().__init__(around.window)
        self._around, self._survey, self._settings = around, around.survey, around.settings
        self._uuid: str | None = None
        self._failed = False
        self._panel = panel
        self.drafts = ChildDrafts(DraftStore(around.drafts / self.tab), self._survey, self)
        around.desk.add_tab(self.tab, panel, self._title(0), self.icon)
        around.form_controller.shown.connect(self.show_detail)
        around.form_controller.beside.append(self)
        panel.saveRequested.connect(self._save)
        panel.deleteRequested.connect(self._delete)
        panel.typed.connect(self._typed)
        self.drafts.found.connect(self._found)

    def restyle(self) -> None:
        """Colours or sizes changed."""
        self._panel.restyle()

    def shutdown(self) -> None:
        """The window closes: what is typed is kept."""
        self.drafts.write()

    def bring_up(self) -> None:
        """Show the panel."""
        self._around.desk.bring_up(self.tab)

    # -- what a controller says of its own --------------------------------------------------------------

    def _title(self, count: int) -> str:
        raise NotImplementedError

    def _records(self, detail: Detail) -> Sequence[Record]:
        raise NotImplementedError

    def _sighting_first(self) -> str:
        """A sentence: the sighting has to be saved first."""
        raise NotImplementedError

    def _kept(self) -> str:
        """A sentence: what was typed stays at its sighting, unsaved."""
        raise NotImplementedError

    def _waiting(self, count: int) -> str:
        """A sentence: so many were typed in an earlier run."""
        raise NotImplementedError

    def _unsaved(self) -> str:
        """A sentence: what is typed is not saved."""
        raise NotImplementedError

    def _work(self, sighting: str, typed: Typed) -> Callable[[Session], object]:
        """What saves it, on the storage thread."""
        raise NotImplementedError

    def _removal(self, record: Record) -> Callable[[Session], object]:
        """What deletes it, on the storage thread."""
        raise NotImplementedError

    def _caption(self, content: Mapping[str, Any]) -> str:
        """What a draft is called."""
        return ""

    def _on_show(self, sighting: str) -> None:
        """A sighting is on show, or one of its records was saved."""

    # -- showing ----------------------------------------------------------------------------------------

    def show_detail(self, detail: Detail | None) -> None:
        """Show what hangs on this sighting; ``None``: on a new one, on which nothing can hang yet."""
        uuid = detail.record.uuid if detail else None
        before, self._uuid = self._uuid, uuid
        same = uuid is not None and uuid == before
        records = self._records(detail) if detail else ()
        self._panel.show_records(records, same=same)
        if not self._survey.writable:
            self._panel.set_editable(False, tr("The survey is open for reading only."))
        elif uuid is None:
            self._panel.set_editable(False, self._sighting_first())
        else:
            self._panel.set_editable(True, "")
        if uuid is not None and not same:
            self._show_draft(uuid)
        if uuid is not None:
            self._on_show(uuid)
        self._around.desk.name_tab(self.tab, self._title(len(records)))
        if before is not None and not same and self.drafts.of(before) and self._survey.roster.row(before) is not None:
            self._around.desk.toast.say(self._kept())

    def _show_draft(self, sighting: str) -> None:
        typed = self.drafts.of(sighting)
        if typed is not None:
            self._panel.restore(typed)

    # -- saving -----------------------------------------------------------------------------------------

    def _save(self, typed: Typed) -> None:
        uuid = self._uuid
        if uuid is None:
            return
        self._failed = False
        self._panel.set_busy(True)

        def saved(_result: object) -> None:
            self.drafts.note(uuid, None)
            self._panel.set_busy(False)
            if uuid == self._uuid:
                self._panel.saved()
                self._on_show(uuid)

        self._survey.change(self._work(uuid, typed), saved, self._refused)

    def _delete(self, record: Record) -> None:
        uuid = self._uuid

        def deleted(_result: object) -> None:
            if uuid is not None:
                self.drafts.note(uuid, None)

        self._survey.change(self._removal(record), deleted)

    def _refused(self, error: Exception) -> None:
        self._failed = True
        self._panel.set_busy(False)
        self._survey.failed.emit(error)

    def _typed(self) -> None:
        if self._uuid is not None:
            content = self._panel.content()
            self.drafts.note(self._uuid, content, self._caption(content) if content else "")

    def _found(self, drafts: list[Draft]) -> None:
        """What an earlier run did not get to save."""
        if self._uuid is not None:
            self._show_draft(self._uuid)
        there = [draft for draft in drafts if self._survey.roster.row(draft.record) is not None]
        if there:
            self._around.desk.toast.say(self._waiting(len(there)))

    # -- beside the form --------------------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether a save was asked for and did not come through."""
        return self._failed

    @property
    def in_hand(self) -> bool:
        """Whether the keyboard is in the panel: then the form's keys for saving and cancelling are meant for it."""
        return self._panel.in_hand

    def save(self) -> None:
        """Save what is typed in the panel."""
        self._panel.save()

    def cancel(self) -> None:
        """Throw away what is typed in the panel."""
        self._panel.cancel()

    def may_close(self) -> bool:
        """Whether the survey may be closed; asks about what is typed at the sighting on show. What stands unsaved at
        others was told when it was left, and waits there."""
        self._failed = False
        if self._uuid is None or not self._survey.writable or not self._panel.content():
            return True
        answer = self._around.prompts.choose(
            self._unsaved(),
            (
                Choice("save", tr("Save")),
                Choice("keep", tr("Keep it for later")),
                Choice("drop", tr("Throw it away"), destructive=True),
            ),
            title=tr("Unsaved changes"),
        )
        if answer == "save":
            self.bring_up()
            return self._panel.save()
        if answer == "drop":
            self._panel.cancel()
        return answer is not None
