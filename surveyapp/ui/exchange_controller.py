"""Import, export, preview, merge and snapshot: what goes between the survey and other files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from surveyapp.domain.fields import LAYERS
from surveyapp.domain.progress import Progress
from surveyapp.errors import SurveyError, Unavailable
from surveyapp.exchange import registry
from surveyapp.services.session import Session
from surveyapp.storage.merging import MergeReport
from surveyapp.ui.dialogs.export import ExportDialog, ExportWish, FormatChoice
from surveyapp.ui.dialogs.merge import MergeDialog
from surveyapp.ui.dialogs.preview import PreviewWindow, open_in_browser
from surveyapp.ui.import_controller import ImportController
from surveyapp.ui.mapcanvas.canvas import MapCanvas
from surveyapp.ui.prompts import Prompts
from surveyapp.ui.survey_controller import SurveyController

_HTML = FormatChoice("html", "Preview", ".html")
_WIDTH, _HEIGHT = 1600, 1100
"""Size in px of a picture of the map for a report."""


class ExchangeController(QObject):
    """Opens the dialogs, hands the work to the services, and tells what came of it.

    ``decide_wanted``: the file that was merged is open, and there are disagreements to decide.
    """

    decide_wanted = Signal()

    def __init__(self, window: QWidget, survey: SurveyController, prompts: Prompts, canvas: MapCanvas) -> None:
        super().__init__(window)
        self._canvas = canvas
        self._window, self._survey, self._prompts = window, survey, prompts
        self._imports = ImportController(window, survey, prompts)
        self.last_preview: PreviewWindow | None = None

    # -- import ---------------------------------------------------------------------------------------

    def import_source(self) -> None:
        """Ask for a file made by others and show how it would come in."""
        self._imports.ask()

    # -- export and preview ---------------------------------------------------------------------------

    def export(self) -> None:
        """Ask for a format and a file, and write it."""
        choices = [
            FormatChoice(f.name, f.title, f.extensions[0], _cannot_hold(f.loses), f.any_crs)
            for f in registry.formats(can_export=True)
        ]
        counts = self._survey.facts.counts if self._survey.facts else {}
        layers = [(layer.name, layer.plural) for layer in LAYERS if counts.get(layer.name)]
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

        self._survey.ask_long("Exporting", work, self._exported)

    def _exported(self, lines: Iterable[str]) -> None:
        self._prompts.tell("\n".join(["Written:", *lines]), title="Export")

    def preview(self) -> None:
        """Ask for whom, write the preview, and show it."""
        dialog = ExportDialog(
            self._prompts,
            [_HTML],
            [],
            self._suggested("preview", ".html"),
            title="Preview",
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

        self._survey.ask_long("Making the preview", work, self.show_preview)

    def show_preview(self, path: Path) -> None:
        """Show a preview inside the program, or in the system's browser where that cannot be."""
        try:
            self.last_preview = PreviewWindow(path, self._prompts, self._window)
            self.last_preview.destroyed.connect(self._preview_gone)
            self.last_preview.show()
        except Unavailable as error:
            try:
                open_in_browser(path)
                self._prompts.tell(f"{error} It is open in your browser instead.", title="Preview")
            except Unavailable as other:
                self._prompts.warn(str(other), title="Preview")

    def _preview_gone(self) -> None:
        self.last_preview = None

    def snapshot(self) -> None:
        """Ask for a file and write what the map shows as a picture."""
        chosen = self._prompts.save_file("Save picture", self._suggested("map", ".png"), "Pictures (*.png)")
        facts = self._survey.facts
        if chosen is None or facts is None:
            return
        target = chosen if chosen.suffix else chosen.with_suffix(".png")
        try:
            self._canvas.snapshot(target, _WIDTH, _HEIGHT, facts.title)
        except SurveyError as error:
            self._prompts.warn(str(error), title="Save picture")

    def _keep(self, wish: ExportWish) -> None:
        self._survey.settings.update(
            {
                "export.audience": wish.audience,
                "files.exports": str(wish.path.parent),
            }
        )

    def _suggested(self, what: str, extension: str) -> Path:
        """A file beside the last export, named after the survey and the day."""
        path = self._survey.path or Path("survey.gpkg")
        last = self._survey.settings["files.exports"]
        folder = Path(last) if last and Path(last).is_dir() else path.parent
        return folder / f"{path.stem}-{what}-{datetime.now(UTC).astimezone():%Y%m%d}{extension}"

    # -- merge ----------------------------------------------------------------------------------------

    def merge(self) -> None:
        """Ask for the files and the result, try, and merge."""
        path = self._survey.path
        folder = path.parent if path else Path(self._survey.settings["files.folder"] or Path.home())
        out = path if path and self._survey.writable else folder / "merged.gpkg"
        dialog = MergeDialog(self._prompts, [], out, self._window)
        dialog.wanted.connect(lambda out, inputs, dry_run: self._merge(dialog, out, inputs, dry_run=dry_run))
        dialog.open_wanted.connect(self._open_merged)
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
                self._prompts.tell(f"{out.name} is merged.", title="Merge surveys")

        def refused(error: Exception) -> None:
            told = str(error) if isinstance(error, SurveyError) else "The merge stopped; nothing was written."
            if isValid(dialog):
                dialog.refuse(told)
            else:
                self._survey.failed.emit(error)

        label = "Trying the merge" if dry_run else "Merging"
        if not dry_run and out == self._survey.path:
            self._survey.replace(label, work, done, refused)
        else:
            self._survey.tasks.run_long(label, work, done, refused, beside=True)

    def _open_merged(self, path: Path, conflicts: int) -> None:
        def then() -> None:
            if conflicts:
                self.decide_wanted.emit()

        if path == self._survey.path:
            then()
        else:
            self._survey.open(path, then=then)


def _cannot_hold(loses: Iterable[str]) -> str:
    """What a format cannot hold, as one sentence."""
    words = [lost.rstrip(".") for lost in loses]
    return f"It cannot hold everything: {'; '.join(words)}." if words else ""
