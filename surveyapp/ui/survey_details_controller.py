"""What the open survey is called and whose it is: shown, and changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from surveyapp.domain.records import Record
from surveyapp.services import recording
from surveyapp.ui.kept_dialog import KeptDialog
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
        self.typing = KeptDialog(around, "surveys", self)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the action does."""
        return {"survey.details": self.show}

    def restyle(self) -> None:
        """The dialog is made anew each time."""

    def shutdown(self) -> None:
        """The window closes: what is typed is kept."""
        self.typing.end()

    def show(self) -> None:
        """Show the details of the survey, or of each of those that were merged."""
        self._survey.ask(lambda session: session.file.surveys(), self._show)

    def _show(self, surveys: list[Record]) -> None:
        from surveyapp.ui.dialogs.survey_details import SurveyDetailsDialog

        if not surveys:
            self._around.desk.toast.say(tr("This file names no survey."))
            return
        dialog = SurveyDetailsDialog(surveys, self._around.prompts, self._around.window, writable=self._survey.writable)
        dialog.saveRequested.connect(lambda: self._save(dialog))
        self.typing.open(dialog, _DETAILS)

    def _save(self, dialog: SurveyDetailsDialog) -> None:
        record, values = dialog.record, dialog.values()
        self.typing.change(dialog, lambda session: recording.edit_record(session, record, values))
