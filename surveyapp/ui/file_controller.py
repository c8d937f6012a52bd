"""Making, opening and closing surveys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from surveyapp.ui.prompts import Prompts
from surveyapp.ui.survey_controller import SurveyController
from surveyapp.words import mark, tr

if TYPE_CHECKING:
    from surveyapp.ui.dialogs.new_survey import NewSurveyDialog

_SURVEYS = mark("Surveys (*.gpkg);;All files (*)")


class FileController(QObject):
    """``may_close`` asks about what is typed and not saved before another survey takes its place."""

    def __init__(
        self, window: QWidget, survey: SurveyController, prompts: Prompts, may_close: Callable[[], bool]
    ) -> None:
        super().__init__(window)
        self._window, self._survey, self._prompts, self._may_close = window, survey, prompts, may_close

    @property
    def folder(self) -> Path:
        """The folder to look in first: that of the last survey, else the documents or home folder."""
        last = self._survey.settings["files.folder"]
        for folder in (Path(last) if last else None, Path.home() / "Documents", Path.home()):
            if folder is not None and folder.is_dir():
                return folder
        return Path()

    def new(self) -> None:
        """Ask what the new survey is called and make it."""
        from surveyapp.ui.dialogs.new_survey import NewSurveyDialog

        if not self._may_close():
            return
        settings = self._survey.settings
        dialog = NewSurveyDialog(
            self._prompts,
            self.folder,
            team=settings["surveyor.team"],
            surveyor=settings["surveyor.name"],
            province=settings["surveyor.province"],
            parent=self._window,
        )
        dialog.accepted.connect(lambda: self._make(dialog))
        dialog.open()

    def open(self) -> None:
        """Ask for a survey and open it."""
        chosen = self._prompts.open_files(tr("Open survey"), self.folder, tr(_SURVEYS))
        if chosen:
            self.open_path(chosen[0])

    def open_path(self, path: Path) -> None:
        """Open this survey."""
        if self._may_close():
            self._survey.open(path)

    def open_sample(self) -> None:
        """Open a working copy of a sample survey."""
        from surveyapp.services.demo import working_copy

        if self._may_close():
            self._survey.tasks.run_long(tr("Copying the sample"), lambda _: working_copy(None), self._survey.open)

    def close(self) -> None:
        """Close the open survey."""
        if self._may_close():
            self._survey.close()

    def _make(self, dialog: NewSurveyDialog) -> None:
        details = dialog.details
        if details is None:
            return
        self._survey.settings.update(
            {
                "surveyor.name": details.surveyor,
                "surveyor.team": details.team,
                "surveyor.province": details.province or "",
            }
        )
        self._survey.new(
            details.path, details.name, team=details.team, surveyor=details.surveyor, province=details.province
        )
