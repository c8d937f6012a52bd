"""The template of the survey: shown, loaded from a file, saved to one, and put into the survey."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from surveyapp.assets import resource_path
from surveyapp.domain.template import EMPTY, Template
from surveyapp.errors import SurveyError
from surveyapp.services import templates
from surveyapp.ui.surroundings import Surroundings
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.dialogs.template import TemplateDialog

_EXAMPLE = "templates/emerald-belt.json"


class TemplateController(QObject):
    """Opens the dialog, and does what is asked for in it."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._window, self._survey, self._prompts = around.window, around.survey, around.prompts
        self._settings, self._form = around.settings, around.form_controller

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the action does."""
        return {"survey.template": self.show}

    def restyle(self) -> None:
        """The dialog is made anew each time."""

    def shutdown(self) -> None:
        """There is nothing to end."""

    def show(self) -> None:
        """Show what the office asks."""
        from surveyapp.ui.dialogs.template import TemplateDialog

        offices = self._form.offices
        dialog = TemplateDialog(offices.names, offices.asks, self._window, writable=self._survey.writable)
        dialog.load_wanted.connect(lambda: self._load(dialog))
        dialog.example_wanted.connect(lambda: self._read(dialog, resource_path(_EXAMPLE)))
        dialog.save_wanted.connect(lambda: self._save(dialog.template))
        dialog.accepted.connect(lambda: self._use(dialog.template, dialog.survey))
        dialog.open()

    def _load(self, dialog: TemplateDialog) -> None:
        folder = Path(self._settings["files.folder"] or Path.home())
        for path in self._prompts.open_files(tr("Load a template"), folder, self._kinds()):
            self._read(dialog, path)

    def _read(self, dialog: TemplateDialog, path: Path) -> None:
        try:
            dialog.show_template(templates.read(path))
        except SurveyError as error:
            self._prompts.warn(str(error), title=tr("Not loaded"))

    def _save(self, template: Template) -> None:
        folder = Path(self._settings["files.folder"] or Path.home())
        path = self._prompts.save_file(tr("Save the template"), folder / f"template{templates.KIND}", self._kinds())
        if path is None:
            return
        try:
            templates.write(path, template)
        except SurveyError as error:
            self._prompts.warn(str(error), title=tr("Not saved"))

    def _use(self, template: Template, survey: str | None) -> None:
        # A name alone asks for nothing, and a survey without a template has none to show.
        asks = template if template != Template(name=template.name, version=template.version) else EMPTY
        self._survey.change(lambda session: templates.use(session, asks, survey))

    def _kinds(self) -> str:
        return tr("Templates (*.json)") + ";;" + tr("All files (*)")
