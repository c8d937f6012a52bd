"""Importing files made by others: read, show the mapping, plan, import, and say which rows were not taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from surveyapp.domain.progress import Progress
from surveyapp.errors import Cancelled, SurveyError
from surveyapp.exchange import registry
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.plan import ImportPlan, plan_import
from surveyapp.services import importing
from surveyapp.services.session import Session
from surveyapp.ui.dialogs.import_source import ImportAsk, ImportDialog, ImportOutcome
from surveyapp.ui.prompts import Prompts
from surveyapp.ui.survey_controller import SurveyController
from surveyapp.words import tr


@dataclass(frozen=True, slots=True)
class _Planned:
    """``plan`` is ``None`` where ``trouble`` says why there can be none yet (no reference system)."""

    source: SourceTable
    plan: ImportPlan | None
    trouble: str = ""


class ImportController(QObject):
    """Drives one :class:`ImportDialog` at a time."""

    def __init__(self, window: QWidget, survey: SurveyController, prompts: Prompts) -> None:
        super().__init__(window)
        self._window, self._survey, self._prompts = window, survey, prompts

    def ask(self) -> None:
        """Ask for a file and show how it would come in."""
        folder = Path(self._survey.settings["files.folder"] or Path.home())
        kinds = [(tr(f.title), f.extensions) for f in registry.formats(can_import=True)]
        patterns = [f"{title} ({' '.join(f'*{e}' for e in extensions)})" for title, extensions in kinds]
        every = " ".join(f"*{e}" for _title, extensions in kinds for e in extensions)
        chosen = self._prompts.open_files(
            tr("Import"), folder, ";;".join([tr("All of these ({every})", every=every), *patterns])
        )
        if chosen:
            self.show(chosen[0])

    def show(self, path: Path) -> None:
        """Show how a file would come in."""
        dialog = ImportDialog(path.name, self._window)
        dialog.ask_changed.connect(lambda ask: self._plan(dialog, path, ask, first=False))
        dialog.import_wanted.connect(lambda ask: self._import(dialog, path, ask))
        dialog.open()
        self._plan(dialog, path, dialog.ask, first=True)

    def _plan(self, dialog: ImportDialog, path: Path, ask: ImportAsk, *, first: bool) -> None:
        def done(planned: _Planned) -> None:
            if not isValid(dialog):
                return
            if first or dialog.is_other_layer(planned.source):
                dialog.show_source(planned.source)
            if planned.plan is not None:
                dialog.show_plan(planned.plan)
            else:
                dialog.refuse(planned.trouble)

        def failed(error: Exception) -> None:
            if isValid(dialog) and isinstance(error, SurveyError):
                dialog.refuse(str(error))

        # Reading and planning touch the source only, so a save need not wait for it.
        self._survey.tasks.run_long(
            tr("Reading {name}", name=path.name),
            lambda progress: _planned(path, ask, progress),
            done,
            failed,
            beside=True,
        )

    def _import(self, dialog: ImportDialog, path: Path, ask: ImportAsk) -> None:
        def work(session: Session, progress: Progress) -> ImportOutcome:
            return _imported(session, path, ask, progress)

        def done(outcome: ImportOutcome) -> None:
            if isValid(dialog):
                dialog.show_outcome(outcome)

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.refuse(str(error) if isinstance(error, SurveyError) else tr("The import stopped."))
            elif not isinstance(error, Cancelled):
                self._survey.failed.emit(error)

        self._survey.ask_long(tr("Importing {name}", name=path.name), work, done, failed)


def _planned(path: Path, ask: ImportAsk, progress: Progress) -> _Planned:
    importing.refuse_own(path)
    source = registry.read_source(path, layer=ask.layer, crs=ask.crs)
    # The mapping of another layer's columns would not fit this one's.
    fits = ask.mapping is not None and set(ask.mapping.fields) == set(source.column_names)
    try:
        plan = plan_import(source, ask.mapping if fits else None, utc_offset=ask.utc_offset, progress=progress)
    except Cancelled:
        raise
    except SurveyError as error:
        return _Planned(source, None, str(error))
    return _Planned(source, plan)


def _imported(session: Session, path: Path, ask: ImportAsk, progress: Progress) -> ImportOutcome:
    """The file is read and planned anew, so that what was seen is what comes in, however long it stood there."""
    source = registry.read_source(path, layer=ask.layer, crs=ask.crs)
    plan = plan_import(source, ask.mapping, utc_offset=ask.utc_offset, progress=progress)
    result = importing.import_plan(session, source, plan, progress)
    told = [
        tr("{added} added", added=f"{result.added:,}"),
        tr("{same} there already", same=f"{result.same:,}"),
        tr("{count} not taken", count=f"{len(result.rejected):,}"),
    ]
    if result.differing:
        told.append(
            tr("{count} are in the survey with other values and stay as they are", count=f"{len(result.differing):,}")
        )
    return ImportOutcome(tr(", ").join(told) + tr("."), [(row.row, row.reason) for row in result.rejected])
