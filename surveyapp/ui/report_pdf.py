"""From the HTML of a report to a PDF on A4, by the web engine: locked to the page, without scripts."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEventLoop, QMarginsF, QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QPageLayout, QPageSize
from PySide6.QtWidgets import QApplication

from surveyapp.errors import BadFile, SurveyError, Unavailable
from surveyapp.ui.dialogs.preview import allow_web_engine
from surveyapp.words import tr

if TYPE_CHECKING:
    from PySide6.QtWebEngineCore import QWebEnginePage

MARGINS_MM = QMarginsF(15, 20, 15, 18)
"""Left, top, right, bottom: what ``resources/report/survey.css`` says for paper, where page numbers and head stand."""

_PATIENCE_MS = 120_000
_log = logging.getLogger(__name__)


class PdfPrinter(QObject):
    """Prints one page. ``printed`` brings the bytes of the PDF, ``failed`` a :class:`SurveyError`; one of them comes,
    once. Made and used on the GUI thread; raises ``Unavailable`` where the web engine is missing."""

    printed = Signal(bytes)
    failed = Signal(object)

    def __init__(self, html: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = tempfile.TemporaryDirectory(prefix="surveyapp-report-", ignore_cleanup_errors=True)
        path = Path(self._folder.name) / "report.html"
        path.write_bytes(html.encode("utf-8", "replace"))
        self.blocked: list[str] = []
        self._done = False
        try:
            self._page = _locked(path, self.blocked, self)
        except Unavailable:
            self._folder.cleanup()
            raise
        self._page.loadFinished.connect(self._loaded)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._late)
        self._url = QUrl.fromLocalFile(str(path))

    def start(self, patience_ms: int = _PATIENCE_MS) -> None:
        """Begin; the answer comes by a signal."""
        self._clock.start(patience_ms)
        self._page.load(self._url)

    def _loaded(self, whole: bool) -> None:
        if not whole:
            self._fail()
            return
        layout = QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, MARGINS_MM,
                             QPageLayout.Unit.Millimeter)
        self._page.printToPdf(self._take, layout)

    def _take(self, data: QByteArray | bytes) -> None:
        pdf = bytes(data.data() if isinstance(data, QByteArray) else data)
        if not pdf.startswith(b"%PDF-"):
            self._fail()
            return
        if self._finish():
            self.printed.emit(pdf)

    def _late(self) -> None:
        _log.info("the web engine did not answer in time")
        self._fail()

    def _fail(self) -> None:
        if self._finish():
            self.failed.emit(BadFile(tr(
                "The PDF could not be made; write the report as HTML, open it in a browser and print it from there."
            )))

    def _finish(self) -> bool:
        """Whether this is the first answer."""
        first, self._done = not self._done, True
        self._clock.stop()
        self._folder.cleanup()
        return first


def _locked(path: Path, blocked: list[str], owner: QObject) -> QWebEnginePage:
    """A page that reaches its own file and nothing else, and runs no script."""
    allow_web_engine()
    try:
        from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings

        from surveyapp.ui.dialogs.locked_page import Gate
    except ImportError as error:
        raise Unavailable(tr(
            "No PDF can be made here ({error}); write the report as HTML, open it in a browser and print it from "
            "there.", error=error,
        )) from None
    # The page comes before the profile among the children: Qt wants it gone first.
    holder = QObject(owner)
    profile = QWebEngineProfile(owner)
    profile.setUrlRequestInterceptor(Gate(path, blocked, profile))
    page = QWebEnginePage(profile, holder)
    attributes = QWebEngineSettings.WebAttribute
    for attribute in (
        attributes.JavascriptEnabled, attributes.PluginsEnabled, attributes.PdfViewerEnabled,
        attributes.LocalContentCanAccessRemoteUrls, attributes.LocalContentCanAccessFileUrls,
        attributes.HyperlinkAuditingEnabled, attributes.DnsPrefetchEnabled,
    ):
        page.settings().setAttribute(attribute, False)
    return page


def pdf_of(html: str) -> bytes:
    """The PDF of a page, for who can wait (the command line, which has no window and needs no screen). Raises
    ``Unavailable`` or ``BadFile`` with one sentence."""
    application = QApplication.instance() or _unseen_application()
    assert application is not None
    printer = PdfPrinter(html)
    answers: list[bytes | SurveyError] = []
    loop = QEventLoop()

    def answered(answer: bytes | SurveyError) -> None:
        answers.append(answer)
        loop.quit()

    printer.printed.connect(answered)
    printer.failed.connect(answered)
    printer.start()
    if not answers:
        loop.exec()
    printer.deleteLater()
    QTimer.singleShot(0, loop.quit)
    loop.exec()  # the page goes before the profile, and both before the application
    answer = answers[0]
    if isinstance(answer, SurveyError):
        raise answer
    return answer


def _unseen_application() -> QApplication:
    """An application that draws on no screen. The web engine's own remarks about that are no news to anybody."""
    from PySide6.QtCore import QCoreApplication, Qt

    allow_web_engine()
    os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = (
        os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "") + " --log-level=3 --disable-gpu"
    ).strip()
    os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false;*.info=false")
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    return QApplication(["surveyapp", "-platform", "offscreen"])


