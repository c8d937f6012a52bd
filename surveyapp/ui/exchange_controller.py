"""Import, export, preview and merge: what goes between the survey and other files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from surveyapp.domain.fields import LAYERS, SURVEY
from surveyapp.domain.progress import Progress
from surveyapp.errors import SurveyError, Unavailable
from surveyapp.services.session import Session
from surveyapp.ui.browser import open_in_browser
from surveyapp.ui.prompts import Prompts
from surveyapp.ui.survey_controller import SurveyController
from surveyapp.ui.table_panel import TablePanel
from surveyapp.ui.tasks import Task
from surveyapp.words import mark, tr

if TYPE_CHECKING:
    from surveyapp.domain.likeness import Pair
    from surveyapp.storage.merged import MergeReport
    from surveyapp.ui.dialogs.export import ExportWish
    from surveyapp.ui.dialogs.merge import MergeDialog
    from surveyapp.ui.dialogs.preview import PreviewWindow
    from surveyapp.ui.dialogs.preview_choice import PreviewWish
    from surveyapp.ui.import_controller import ImportController

_TRYING, _MERGING = mark("Trying the merge"), mark("Merging")


class ExchangeController(QObject):
    """Opens the dialogs, hands the work to the services, and tells what came of it.

    ``decide_wanted``: the file that was merged is open, and there is something that people have to decide.
    ``decisions_saved``: a reviewer's decisions were saved from the preview, to this file.
    """

    decide_wanted = Signal()
    decisions_saved = Signal(Path)

    def __init__(self, window: QWidget, survey: SurveyController, prompts: Prompts) -> None:
        super().__init__(window)
        self._window, self._survey, self._prompts = window, survey, prompts
        self._imports: ImportController | None = None
        self.last_preview: PreviewWindow | None = None
        self._merge_dialog: MergeDialog | None = None
        survey.tasks.progressed.connect(self._progressed)

    # -- import ---------------------------------------------------------------------------------------

    def import_source(self) -> None:
        """Ask for a file made by others and show how it would come in."""
        from surveyapp.ui.import_controller import ImportController

        self._imports = self._imports or ImportController(self._window, self._survey, self._prompts)
        self._imports.ask()

    # -- export and preview ---------------------------------------------------------------------------

    def export(self) -> None:
        """Ask for a format and a file, and write it."""
        from surveyapp.exchange import registry
        from surveyapp.ui.dialogs.export import ExportDialog, ExportWish, FormatChoice

        choices = [
            FormatChoice(
                f.name, tr(f.title), f.extensions[0], tuple(map(tr, f.loses)), f.any_crs,
                frozenset(layer.name for layer in LAYERS if f.holds(layer)),
            )
            for f in registry.formats(can_export=True)
        ]
        counts = self._survey.facts.counts if self._survey.facts else {}
        layers = [(layer.name, tr(layer.plural)) for layer in LAYERS if layer is SURVEY or counts.get(layer.name)]
        settings = self._survey.settings
        dialog = ExportDialog(
            self._prompts,
            choices,
            layers,
            ExportWish(self._suggested("export", ".gpkg"), settings["export.format"], settings["export.audience"]),
            counts=(None if (shown := self._shown()) is None else len(shown), len(self._survey.selection)),
            parent=self._window,
        )
        dialog.accepted.connect(lambda: self._export(dialog.wish))
        dialog.open()

    def _export(self, wish: ExportWish | None) -> None:
        from surveyapp.services.exporting import export
        from surveyapp.ui.dialogs.export import WHICH

        if wish is None:
            return
        self._survey.settings.update({
            "export.audience": wish.audience, "files.exports": str(wish.path.parent), "export.format": wish.format,
        })

        uuids = self._wished(wish.which)

        def work(session: Session, progress: Progress) -> list[str]:
            return export(
                session,
                wish.path,
                format=wish.format,
                layer=wish.layers,
                crs=wish.crs,
                audience=wish.audience,
                uuids=uuids,
                progress=progress,
            )

        if wish.which != WHICH[0] and not uuids:
            self._prompts.warn(tr("The table shows no sighting, so there is nothing to export."), title=tr("Export"))
            return
        self._survey.ask_long(tr("Exporting"), work, self._exported)

    def _wished(self, which: str) -> list[str]:
        """The uuids of what is to be exported; empty for every record."""
        from surveyapp.ui.dialogs.export import WHICH

        if which == WHICH[1]:
            return self._shown() or []
        return list(self._survey.selection.uuids) if which == WHICH[2] else []

    def _shown(self) -> list[str] | None:
        """The sightings that the table shows, or ``None`` where it leaves none out."""
        table = self._window.findChild(TablePanel)
        if table is None or not table.filtered:
            return None
        return [table.model.uuid_at(row) for row in range(table.model.rowCount())]

    def _exported(self, lines: Iterable[str]) -> None:
        self._prompts.tell("\n".join([tr("Written:"), *lines]), title=tr("Export"))

    def preview(self) -> None:
        """Ask for whom and with which map, write the preview, and show it."""
        from surveyapp.services.previewing import Ground
        from surveyapp.ui.dialogs.preview_choice import ENDING, PreviewChoiceDialog, PreviewWish

        settings = self._survey.settings
        known = Path(settings["preview.map"])
        wish = PreviewWish(
            self._suggested("preview", ENDING),
            settings["export.audience"],
            Ground(known, (settings["preview.first_zoom"], settings["preview.last_zoom"]), settings["preview.map_mb"]),
            with_map=known.is_file(),
        )
        dialog = PreviewChoiceDialog(self._prompts, wish, self._window)
        dialog.accepted.connect(lambda: self._preview(dialog.wish))
        dialog.open()

    def _preview(self, wish: PreviewWish | None) -> None:
        from surveyapp.services.previewing import preview
        from surveyapp.ui.dialogs.preview_choice import remembered

        if wish is None:
            return
        self._survey.settings.update(remembered(wish))
        ground = wish.ground if wish.with_map else None

        def work(session: Session, progress: Progress) -> Path:
            preview(session, wish.path, audience=wish.audience, ground=ground, progress=progress)
            return wish.path

        self._survey.ask_long(tr("Making the preview"), work, self.show_preview)

    def show_preview(self, path: Path) -> None:
        """Show a preview inside the program, or in the system's browser where that cannot be."""
        from surveyapp.ui.dialogs.preview import PreviewWindow

        try:
            self.last_preview = PreviewWindow(path, self._prompts, self._window)
            self.last_preview.destroyed.connect(self._preview_gone)
            self.last_preview.decisions_saved.connect(self.decisions_saved)
            self.last_preview.show()
        except Unavailable as error:
            try:
                open_in_browser(path)
                self._prompts.tell(tr("{error} It is open in your browser instead.", error=error), title=tr("Preview"))
            except Unavailable as other:
                self._prompts.warn(str(other), title=tr("Preview"))

    def _preview_gone(self) -> None:
        self.last_preview = None

    def _suggested(self, what: str, extension: str) -> Path:
        return suggested_file(self._survey, what, extension)

    # -- merge ----------------------------------------------------------------------------------------

    def merge(self) -> None:
        """Ask for the files and the result, try, and merge."""
        from surveyapp.ui.dialogs.merge import MergeDialog

        path = self._survey.path
        folder = path.parent if path else Path(self._survey.settings["files.folder"] or Path.home())
        out = path if path and self._survey.writable else folder / "merged.gpkg"
        dialog = MergeDialog(self._prompts, [], out, self._window)
        dialog.wanted.connect(lambda out, inputs, dry_run: self._merge(dialog, out, inputs, dry_run=dry_run))
        dialog.stop_wanted.connect(self._stop_merging)
        dialog.open_wanted.connect(self._open_merged)
        dialog.report_wanted.connect(lambda report, path: self._write_report(dialog, report, path))
        self._merge_dialog = dialog
        dialog.open()

    def _merge(self, dialog: MergeDialog, out: Path, inputs: list[Path], *, dry_run: bool) -> None:
        from surveyapp.services.merging import merge

        author = self._survey.facts.author if self._survey.facts else self._survey.settings["surveyor.name"]

        def work(progress: Progress) -> MergeReport:
            return merge(out, inputs, author=author or None, dry_run=dry_run, progress=progress)

        def done(report: MergeReport) -> None:
            if isValid(dialog):
                dialog.show_report(report)
            elif not dry_run:
                self._prompts.tell(tr("{name} is merged.", name=out.name), title=tr("Merge surveys"))

        def refused(error: Exception) -> None:
            told = str(error) if isinstance(error, SurveyError) else tr("The merge stopped; nothing was written.")
            if isValid(dialog):
                dialog.refuse(told)
            else:
                self._survey.failed.emit(error)

        label = tr(_TRYING) if dry_run else tr(_MERGING)
        if not dry_run and out == self._survey.path:
            self._survey.replace(label, work, done, refused)
        else:
            self._survey.tasks.run_long(label, work, done, refused, beside=True)

    def _progressed(self, task: Task) -> None:
        dialog = self._merge_dialog
        if task.label in (tr(_TRYING), tr(_MERGING)) and dialog is not None and isValid(dialog):
            dialog.show_progress(task.done, task.total, task.what)

    def _stop_merging(self) -> None:
        """Stop the merge or the dry run that is under way; nothing is written then."""
        for task in self._survey.tasks.long_running:
            if task.label in (tr(_TRYING), tr(_MERGING)):
                task.cancel()

    def _write_report(self, dialog: MergeDialog, report: MergeReport, path: Path) -> None:
        from surveyapp.services.merge_report import write_report

        def done(_result: None) -> None:
            if isValid(dialog):
                dialog.report_written(path)

        def refused(error: Exception) -> None:
            if isValid(dialog) and isinstance(error, SurveyError):
                dialog.report_refused(str(error))
            else:
                self._survey.failed.emit(error)

        self._survey.tasks.run_long(
            tr("Writing the report"),
            lambda _progress: write_report(report, path),
            done,
            refused,
            beside=True,
        )

    def _open_merged(self, path: Path, conflicts: int) -> None:
        """Open what was merged, and go on with what people have to decide about it, if there is anything."""
        from surveyapp.services.duplicates import suggestions


        def then() -> None:
            if conflicts:
                self.decide_wanted.emit()
            else:
                self._survey.ask_long(tr("Looking for likely-same deposits"), suggestions, ask_people)

        def ask_people(pairs: list[Pair]) -> None:
            if pairs:
                self.decide_wanted.emit()

        if path == self._survey.path:
            then()
        else:
            self._survey.open(path, then=then)


def suggested_file(survey: SurveyController, what: str, extension: str) -> Path:
    """A file beside the last export, named after the survey and the day."""
    path = survey.path or Path("survey.gpkg")
    last = survey.settings["files.exports"]
    folder = Path(last) if last and Path(last).is_dir() else path.parent
    return folder / f"{path.stem}-{what}-{datetime.now(UTC).astimezone():%Y%m%d}{extension}"

