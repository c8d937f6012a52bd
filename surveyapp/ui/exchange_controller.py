"""Import, export, preview and merge: what goes between the survey and other files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from surveyapp.domain.fields import LAYERS
from surveyapp.domain.likeness import Pair
from surveyapp.domain.progress import Progress
from surveyapp.errors import SurveyError, Unavailable
from surveyapp.exchange import registry
from surveyapp.services.duplicates import suggestions
from surveyapp.services.session import Session
from surveyapp.storage.merged import MergeReport
from surveyapp.ui.dialogs.export import ExportDialog, ExportWish, FormatChoice
from surveyapp.ui.dialogs.merge import MergeDialog
from surveyapp.ui.dialogs.preview import PreviewWindow, open_in_browser
from surveyapp.ui.import_controller import ImportController
from surveyapp.ui.prompts import Prompts
from surveyapp.ui.survey_controller import SurveyController
from surveyapp.ui.tasks import Task
from surveyapp.words import mark, tr

_TRYING, _MERGING = mark("Trying the merge"), mark("Merging")


class ExchangeController(QObject):
    """Opens the dialogs, hands the work to the services, and tells what came of it.

    ``decide_wanted``: the file that was merged is open, and there is something that people have to decide.
    """

    decide_wanted = Signal()

    def __init__(self, window: QWidget, survey: SurveyController, prompts: Prompts) -> None:
        super().__init__(window)
        self._window, self._survey, self._prompts = window, survey, prompts
        self._imports = ImportController(window, survey, prompts)
        self.last_preview: PreviewWindow | None = None
        self._merge_dialog: MergeDialog | None = None
        survey.tasks.progressed.connect(self._progressed)

    # -- import ---------------------------------------------------------------------------------------

    def import_source(self) -> None:
        """Ask for a file made by others and show how it would come in."""
        self._imports.ask()

    # -- export and preview ---------------------------------------------------------------------------

    def export(self) -> None:
        """Ask for a format and a file, and write it."""
        choices = [
            FormatChoice(f.name, tr(f.title), f.extensions[0], _cannot_hold(f.loses), f.any_crs)
            for f in registry.formats(can_export=True)
        ]
        counts = self._survey.facts.counts if self._survey.facts else {}
        layers = [(layer.name, tr(layer.plural)) for layer in LAYERS if counts.get(layer.name)]
        dialog = ExportDialog(
            self._prompts,
            choices,
            layers,
            self._suggested("export", ".gpkg"),
            format_key=self._survey.settings["export.format"],
            audience=self._survey.settings["export.audience"],
            parent=self._window,
        )
        dialog.accepted.connect(lambda: self._export(dialog.wish))
        dialog.open()

    def _export(self, wish: ExportWish | None) -> None:
        from surveyapp.services.exporting import export

        if wish is None:
            return
        self._keep(wish)
        self._survey.settings["export.format"] = wish.format

        def work(session: Session, progress: Progress) -> list[str]:
            written = export(
                session,
                wish.path,
                format=wish.format,
                layer=wish.layer,
                crs=wish.crs,
                audience=wish.audience,
                progress=progress,
            )
            return [str(line) for line in written]

        self._survey.ask_long(tr("Exporting"), work, self._exported)

    def _exported(self, lines: Iterable[str]) -> None:
        self._prompts.tell("\n".join([tr("Written:"), *lines]), title=tr("Export"))

    def preview(self) -> None:
        """Ask for whom, write the preview, and show it."""
        dialog = ExportDialog(
            self._prompts,
            [FormatChoice("html", tr("Preview"), ".html")],
            [],
            self._suggested("preview", ".html"),
            title=tr("Preview"),
            audience=self._survey.settings["export.audience"],
            parent=self._window,
        )
        dialog.accepted.connect(lambda: self._preview(dialog.wish))
        dialog.open()

    def _preview(self, wish: ExportWish | None) -> None:
        from surveyapp.services.previewing import preview

        if wish is None:
            return
        self._keep(wish)

        def work(session: Session, progress: Progress) -> Path:
            preview(session, wish.path, audience=wish.audience, progress=progress)
            return wish.path

        self._survey.ask_long(tr("Making the preview"), work, self.show_preview)

    def show_preview(self, path: Path) -> None:
        """Show a preview inside the program, or in the system's browser where that cannot be."""
        try:
            self.last_preview = PreviewWindow(path, self._prompts, self._window)
            self.last_preview.destroyed.connect(self._preview_gone)
            self.last_preview.show()
        except Unavailable as error:
            try:
                open_in_browser(path)
                self._prompts.tell(tr("{error} It is open in your browser instead.", error=error), title=tr("Preview"))
            except Unavailable as other:
                self._prompts.warn(str(other), title=tr("Preview"))

    def _preview_gone(self) -> None:
        self.last_preview = None

    def _keep(self, wish: ExportWish) -> None:
        self._survey.settings.update(
            {
                "export.audience": wish.audience,
                "files.exports": str(wish.path.parent),
            }
        )

    def _suggested(self, what: str, extension: str) -> Path:
        return suggested_file(self._survey, what, extension)

    # -- merge ----------------------------------------------------------------------------------------

    def merge(self) -> None:
        """Ask for the files and the result, try, and merge."""
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


def _cannot_hold(loses: Iterable[str]) -> str:
    """What a format cannot hold, as one sentence."""
    words = [tr(lost).rstrip(".۔") for lost in loses]
    return tr("It cannot hold everything: {what}.", what="; ".join(words)) if words else ""
