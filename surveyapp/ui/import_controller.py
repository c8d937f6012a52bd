"""Importing files made by others: read, show the mapping, plan, import, and say which rows were not taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from surveyapp.domain.fields import LAYERS, Layer
from surveyapp.domain.progress import Progress
from surveyapp.errors import Cancelled, SurveyError, Unavailable
from surveyapp.exchange import registry, remembered
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import guess_mapping
from surveyapp.exchange.plan import ImportPlan, plan_import
from surveyapp.exchange.remembered import SavedMapping
from surveyapp.services import importing
from surveyapp.services.importing import Extras, ImportResult, Planned
from surveyapp.services.session import Session
from surveyapp.ui.browser import open_in_browser
from surveyapp.ui.forms.moments import long_day
from surveyapp.ui.prompts import Prompts
from surveyapp.ui.survey_controller import SurveyController
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.dialogs.import_source import ImportAsk, ImportDialog, ImportOutcome, Start
    from surveyapp.ui.photo_controller import PhotoController

_KEPT = "import.mappings"


@dataclass(frozen=True, slots=True)
class _Looked:
    """``plan`` is ``None`` where ``trouble`` says why there can be none yet (no reference system, no unit)."""

    source: SourceTable
    start: Start
    plan: ImportPlan | None
    trouble: str = ""


class ImportController(QObject):
    """Drives one :class:`ImportDialog` at a time."""

    def __init__(self, window: QWidget, survey: SurveyController, prompts: Prompts) -> None:
        super().__init__(window)
        self._window, self._survey, self._prompts = window, survey, prompts

    def ask(self) -> None:
        """Ask for a file and show how it would come in; a photo goes to where photos find their sightings."""
        folder = Path(self._survey.settings["files.folder"] or Path.home())
        kinds = [(tr(f.title), f.extensions) for f in registry.formats(can_import=True)]
        patterns = [f"{title} ({' '.join(f'*{e}' for e in extensions)})" for title, extensions in kinds]
        every = " ".join(f"*{e}" for _title, extensions in kinds for e in extensions)
        chosen = self._prompts.open_files(
            tr("Import"), folder, ";;".join([tr("All of these ({every})", every=every), *patterns])
        )
        if chosen and chosen[0].suffix.casefold() in registry.format_named("photos").extensions:
            self._photos().match(chosen)
        elif chosen:
            self.show(chosen[0])

    def _photos(self) -> PhotoController:
        from surveyapp.ui.photo_controller import PhotoController

        found = self._window.findChild(PhotoController)
        assert isinstance(found, PhotoController)  # the window makes it with its desk
        return found

    def show(self, path: Path) -> None:
        """Show how a file would come in."""
        from surveyapp.ui.dialogs.import_source import ImportDialog

        dialog = ImportDialog(path.name, self._window)
        dialog.open()
        self._survey.ask(
            lambda session: {layer.name: importing.asked_layer(session, layer.name) for layer in LAYERS},
            lambda layers: self._drive(dialog, path, layers),
        )

    def _drive(self, dialog: ImportDialog, path: Path, layers: dict[str, Layer]) -> None:
        if not isValid(dialog):
            return

        def look(ask: ImportAsk, *, first: bool) -> None:
            kept = self._survey.settings[_KEPT]
            self._look(dialog, path, lambda progress: _looked(path, ask, layers, kept, progress), first=first)

        def forget() -> None:
            self._forget(dialog)
            look(replace(dialog.ask, mapping=None), first=True)

        dialog.ask_changed.connect(lambda ask: look(ask, first=False))
        dialog.forget_wanted.connect(forget)
        dialog.import_wanted.connect(lambda ask: self._import(dialog, path, ask, layers, update=False))
        dialog.update_wanted.connect(lambda ask: self._import(dialog, path, ask, layers, update=True))
        dialog.list_wanted.connect(self._open)
        look(dialog.ask, first=True)

    def _look(
        self, dialog: ImportDialog, path: Path, work: Callable[[Progress], _Looked], *, first: bool
    ) -> None:
        def done(looked: _Looked) -> None:
            if not isValid(dialog):
                return
            if first or dialog.is_other_layer(looked.source):
                dialog.show_source(looked.source, looked.start)
            if looked.plan is not None:
                dialog.show_plan(looked.plan)
            else:
                dialog.refuse(looked.trouble)

        def failed(error: Exception) -> None:
            if isValid(dialog) and isinstance(error, SurveyError):
                dialog.refuse(str(error))

        # Reading and planning touch the source only, so a save need not wait for it.
        self._survey.tasks.run_long(tr("Reading {name}", name=path.name), work, done, failed, beside=True)

    def _import(
        self, dialog: ImportDialog, path: Path, ask: ImportAsk, layers: dict[str, Layer], *, update: bool
    ) -> None:
        def work(session: Session, progress: Progress) -> tuple[SavedMapping, ImportOutcome]:
            return _imported(session, path, ask, layers, progress, update=update)

        def done(answer: tuple[SavedMapping, ImportOutcome]) -> None:
            saved, outcome = answer
            kept = self._survey.settings[_KEPT]
            self._survey.settings[_KEPT] = remembered.remembered(kept, saved, date.today())  # noqa: DTZ011 (a day)
            if isValid(dialog):
                dialog.show_outcome(outcome)

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.refuse(str(error) if isinstance(error, SurveyError) else tr("The import stopped."))
            elif not isinstance(error, Cancelled):
                self._survey.failed.emit(error)

        self._survey.ask_long(tr("Importing {name}", name=path.name), work, done, failed)

    def _forget(self, dialog: ImportDialog) -> None:
        mapping = dialog.ask.mapping
        if mapping is not None:
            kept = self._survey.settings[_KEPT]
            self._survey.settings[_KEPT] = remembered.forgotten(kept, mapping.fields)

    def _open(self, path: Path) -> None:
        try:
            open_in_browser(path)
        except Unavailable:
            self._prompts.tell(tr("No program opens tables here; the list is {path}.", path=path))


def _start_of(source: SourceTable, layers: dict[str, Layer], kept: dict[str, object]) -> Start:
    """The mapping that was used for these columns before, or the guessed one."""
    from surveyapp.ui.dialogs.import_source import Start

    definition = layers[source.target]
    guessed = guess_mapping(source.columns, definition)
    saved = remembered.recalled(kept, source)
    if saved is None or saved.layer != definition.name:
        return Start(definition, guessed)
    day = long_day(date.fromisoformat(saved.used)) if saved.used else "?"
    used = tr("Mapped as you did on {day} for a file with the same columns.", day=day)
    crs = saved.crs if not source.crs_stated else None
    return Start(definition, remembered.fitted(saved, source, guessed, definition), used, crs, saved.utc_offset)


def _looked(
    path: Path, ask: ImportAsk, layers: dict[str, Layer], kept: dict[str, object], progress: Progress
) -> _Looked:
    importing.refuse_own(path)
    source = registry.read_source(path, layer=ask.layer, crs=ask.crs)
    start = _start_of(source, layers, kept)
    # The mapping of another layer's columns would not fit this one's.
    fits = ask.mapping is not None and set(ask.mapping.fields) == set(source.column_names)
    if not fits and start.crs and not ask.crs:
        source = registry.read_source(path, layer=ask.layer, crs=start.crs)
    mapping = ask.mapping if fits else start.mapping
    offset = ask.utc_offset if fits else start.utc_offset or ask.utc_offset
    try:
        plan = plan_import(source, mapping, start.definition, utc_offset=offset, progress=progress)
    except Cancelled:
        raise
    except SurveyError as error:
        return _Looked(source, start, None, str(error))
    return _Looked(source, start, plan)


def _imported(
    session: Session, path: Path, ask: ImportAsk, layers: dict[str, Layer], progress: Progress, *, update: bool
) -> tuple[SavedMapping, ImportOutcome]:
    """The file is read and planned anew, so that what was seen is what comes in, however long it stood there."""
    importing.refuse_own(path)
    source = registry.read_source(path, layer=ask.layer, crs=ask.crs)
    definition = layers[source.target]
    plan = plan_import(source, ask.mapping, definition, utc_offset=ask.utc_offset, progress=progress)
    result = importing.take(session, [Planned(source, plan)], Extras(update=update), progress=progress)[0]
    return SavedMapping(definition.name, plan.mapping, ask.crs, ask.utc_offset), _outcome_of(result)


def _outcome_of(result: ImportResult) -> ImportOutcome:
    from surveyapp.ui.dialogs.import_source import ImportOutcome
    from surveyapp.ui.dialogs.import_tables import told

    return ImportOutcome(
        importing.counts_of(result),
        [(row.row, row.reason) for row in result.rejected],
        [(one.row, told(result.layer, one.fields)) for one in result.changed],
        sum(bool(one.fields.keys() - one.disputed) for one in result.changed),
        result.rejects_file,
    )
