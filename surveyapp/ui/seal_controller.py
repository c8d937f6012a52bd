"""Sealing the open survey before it is handed on, and verifying what was received."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from surveyapp.domain.progress import Progress
from surveyapp.services.session import Session
from surveyapp.ui.prompts import Choice
from surveyapp.ui.surroundings import Surroundings
from surveyapp.words import tr


class SealController(QObject):
    """Two actions: seal the survey, and say whether a file is as it was sealed."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._survey, self._prompts, self._settings = around.survey, around.prompts, around.settings

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions do."""
        return {"survey.seal": self.seal, "survey.verify": self.verify}

    def restyle(self) -> None:
        """There is nothing on show."""

    def shutdown(self) -> None:
        """There is nothing to end."""

    def seal(self) -> None:
        """Seal the survey with this computer's key."""
        from surveyapp.services.sealing import Finding, Keys, seal

        asked = tr(
            "Whoever receives the file can then see that it is as you sealed it. Any later change shows, so seal it "
            "last, just before you hand it on."
        )
        if self._prompts.choose(asked, [Choice("seal", tr("Seal"))], title=tr("Seal the survey")) != "seal":
            return

        def work(session: Session, progress: Progress) -> Finding:
            return seal(session, Keys.of_user().own(), progress)

        def sealed(found: Finding) -> None:
            self._prompts.tell("\n".join(found.lines()), title=tr("Sealed") if found.holds else tr("Not sealed"))

        self._survey.ask_long(tr("Sealing"), work, sealed)

    def verify(self) -> None:
        """Verify the open survey or, where none is open, a file that is chosen."""
        from surveyapp.services.sealing import Finding, verify
        from surveyapp.storage.gpkg import SurveyFile

        def told(found: Finding) -> None:
            say = self._prompts.tell if found.holds else self._prompts.warn
            say("\n".join(found.lines()), title=tr("The seal"))

        if self._survey.path is not None:
            self._survey.ask_long(
                tr("Verifying"), lambda session, progress: verify(session.file, progress=progress), told
            )
            return
        folder = Path(self._settings["files.folder"] or Path.home())
        for path in self._prompts.open_files(tr("Verify a survey"), folder, tr("Surveys (*.gpkg)")):

            def work(progress: Progress, path: Path = path) -> Finding:
                with SurveyFile.open(path, read_only=True, as_it_is=True) as file:
                    return verify(file, progress=progress)

            self._survey.tasks.run_long(
                tr("Verifying"), work, told, lambda error: self._prompts.warn(str(error), title=tr("The seal"))
            )
