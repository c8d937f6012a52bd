"""The one dialog of a part in which a record is typed: opened, saved from, and kept until it is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from shiboken6 import isValid

from surveyapp.services.session import Session
from surveyapp.ui.child_drafts import ChildDrafts
from surveyapp.ui.forms.draft import Draft, DraftStore
from surveyapp.ui.forms.history_text import isolated
from surveyapp.ui.surroundings import Surroundings
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.dialogs.typed import TypedDialog


class KeptDialog(QObject):
    """Holds at most one open :class:`.TypedDialog`. What stands in it outlives a crash, a closed survey and a closed
    window, in ``folder`` of the drafts; what an earlier run did not get to save is told when the survey is opened."""

    def __init__(self, around: Surroundings, folder: str, parent: QObject) -> None:
        super().__init__(parent)
        self._survey, self._toast = around.survey, around.desk.toast
        self.dialog: TypedDialog | None = None
        # Before the drafts hear of the closing: the dialog is left first, and then what was in it is written.
        self._survey.closed.connect(self.leave)
        self.drafts = ChildDrafts(DraftStore(around.drafts / folder), self._survey, self)
        self.drafts.found.connect(self._tell)

    def open(self, dialog: TypedDialog, key: str) -> None:
        """Show a dialog in place of the one that is open, with what was kept under this key."""
        self.leave()
        if self._survey.writable:
            dialog.keep_in(self.drafts, key)
        self.dialog = dialog
        dialog.open()

    def change(
        self, dialog: TypedDialog, work: Callable[[Session], Any], then: Callable[[Any], None] = lambda _made: None
    ) -> None:
        """Save what stands in the dialog, by ``work``: it closes and ``then`` hears what was made, or says why not."""

        def saved(made: Any) -> None:
            if isValid(dialog):
                dialog.saved()
            then(made)

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.failed(error)
            else:
                self._survey.failed.emit(error)

        self._survey.change(work, saved, failed)

    def leave(self) -> None:
        """Close the dialog that is open, if one is; what was typed stays kept."""
        if self.dialog is not None and isValid(self.dialog):
            self.dialog.leave()
        self.dialog = None

    def end(self) -> None:
        """The window closes: what is typed is kept."""
        self.leave()
        self.drafts.write()

    def _tell(self, drafts: list[Draft]) -> None:
        what = ", ".join(isolated(draft.caption) for draft in drafts)
        self._toast.say(tr("Typed before and not saved: {what}. It is back when you open it again.", what=what))
