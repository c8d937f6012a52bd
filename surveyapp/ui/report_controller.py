"""Writing a report of the open survey, as HTML or PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from surveyapp.domain.progress import Progress
from surveyapp.errors import SurveyError, Unavailable
from surveyapp.services.session import Session
from surveyapp.ui.browser import open_in_browser
from surveyapp.ui.exchange_controller import suggested_file
from surveyapp.ui.prompts import Choice
from surveyapp.ui.surroundings import Surroundings
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.dialogs.report import ReportWish


class ReportController(QObject):
    """One action: ask, gather on the storage thread, print where a PDF is wanted, and offer to open it."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._window, self._survey, self._prompts = around.window, around.survey, around.prompts
        self._printer: QObject | None = None
        self.open_file: Callable[[Path], None] = open_in_browser

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the action does."""
        return {"survey.report": self.ask}

    def restyle(self) -> None:
        """There is nothing on show."""

    def shutdown(self) -> None:
        """A report that is being printed is given up; nothing was written of it."""
        self._drop_printer()

    def ask(self) -> None:
        """Ask which report, as what, and where."""
        from surveyapp.ui.dialogs.report import ReportDialog, ReportKind

        kinds = [
            ReportKind("survey", tr("Survey report"), tr("What was found, by whom, and how good the records are.")),
            ReportKind("national", tr("National report"),
                       tr("Estimates added up by category and place, each sum with the records that it rests on.")),
        ]
        dialog = ReportDialog(self._prompts, kinds, suggested_file(self._survey, "report", ".pdf"), self._window)
        dialog.accepted.connect(lambda: self._write(dialog.wish))
        dialog.open()

    def _write(self, wish: ReportWish | None) -> None:
        from surveyapp.exchange.report.writing import put
        from surveyapp.services import national_report, survey_report

        if wish is None:
            return
        service = national_report if wish.kind == "national" else survey_report
        out = wish.path
        self._survey.settings["files.exports"] = str(out.parent)

        def work(session: Session, progress: Progress) -> str:
            page, _figures = service.made(session, out, progress)
            if out.suffix.lower() == ".html":
                put(out, page)
            return page

        def gathered(page: str) -> None:
            if out.suffix.lower() == ".html":
                self._written(out)
            else:
                self._print(page, out)

        self._survey.ask_long(tr("Writing the report"), work, gathered)

    def _print(self, page: str, out: Path) -> None:
        from surveyapp.exchange.report.writing import put
        from surveyapp.ui.report_pdf import PdfPrinter

        def printed(data: bytes) -> None:
            self._drop_printer()
            try:
                put(out, data)
            except SurveyError as error:
                self._survey.failed.emit(error)
                return
            self._written(out)

        def failed(error: Exception) -> None:
            self._drop_printer()
            self._survey.failed.emit(error)

        self._drop_printer()
        try:
            printer = PdfPrinter(page, self)
        except Unavailable as error:
            self._survey.failed.emit(error)
            return
        self._printer = printer
        # Queued, so that the printer is not dropped by what it calls.
        printer.printed.connect(printed, Qt.ConnectionType.QueuedConnection)
        printer.failed.connect(failed, Qt.ConnectionType.QueuedConnection)
        printer.start()

    def _drop_printer(self) -> None:
        if self._printer is not None:
            self._printer.deleteLater()
            self._printer = None

    def _written(self, out: Path) -> None:
        told = tr("The report is written: {path}", path=out)
        if self._prompts.choose(told, [Choice("open", tr("Open it"))], title=tr("Survey report")) != "open":
            return
        try:
            self.open_file(out)
        except Unavailable as error:
            self._survey.failed.emit(error)
