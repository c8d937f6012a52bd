"""What the open survey is called and whose it is: shown, and changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from surveyapp.domain.records import Record
from surveyapp.ui.child_drafts import ChildDrafts, kept_words
from surveyapp.ui.forms.draft import DraftStore
from surveyapp.ui.surroundings import Surroundings
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.dialogs.survey_details import SurveyDetailsDialog

_DETAILS = "details"
"""Under which details are kept that are not saved yet."""


class SurveyDetailsController(QObject):
    """Opens the dialog, and saves what was changed in it."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around, self._survey = around, around.survey
        self._dialog: SurveyDetailsDialog | None = None
        self._survey.closed.connect(self._leave)
        # After the survey's closing was connected: the dialog is left first, and then what was in it is written.
        self.unsaved = ChildDrafts(DraftStore(around.drafts / "surveys"), self._survey, self)
        self.unsaved.found.connect(lambda drafts: around.desk.toast.say(kept_words(drafts)))

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the action does."""
        return {"survey.details": self.show}

    def restyle(self) -> None:
        """The dialog is made anew each time."""

    def shutdown(self) -> None:
        """The window closes: what is typed is kept."""
        self._leave()
        self.unsaved.write()

    def show(self) -> None:
        """Show the details of the survey, or of each of those that were merged."""
        self._survey.ask(lambda session: session.file.surveys(), self._show)

    def _show(self, surveys: list[Record]) -> None:
        from surveyapp.ui.dialogs.survey_details import SurveyDetailsDialog

        self._leave()
        if not surveys:
            self._around.desk.toast.say(tr("This file names no survey."))
            return
        dialog = SurveyDetailsDialog(surveys, self._around.prompts, self._around.window, writable=self._survey.writable)
        dialog.saveRequested.connect(lambda: self._save(dialog))
        if self._survey.writable:
            dialog.keep_in(self.unsaved, _DETAILS)
        self._dialog = dialog
        dialog.open()

    def _save(self, dialog: SurveyDetailsDialog) -> None:
        def saved(_differed: bool) -> None:
            if isValid(dialog):
                dialog.saved()

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.failed(error)
            else:
                self._survey.failed.emit(error)

        self._survey.edit(dialog.record, dialog.values(), on_done=saved, on_error=failed)

    def _leave(self) -> None:
        if self._dialog is not None and isValid(self._dialog):
            self._dialog.leave()
        self._dialog = None
