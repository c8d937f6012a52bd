"""The preview inside the program: a browser window that can reach nothing but the one file it shows."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from surveyapp.errors import BadFile, Unavailable
from surveyapp.ui import theme
from surveyapp.ui.browser import open_in_browser
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.prompts import Choice, Prompts
from surveyapp.words import tr

if TYPE_CHECKING:
    from PySide6.QtWebEngineCore import QWebEngineDownloadRequest
    from PySide6.QtWebEngineWidgets import QWebEngineView

UNSAVED_MARK = "● "
"""What the page's title begins with while decisions are in no file (``keeping.js``)."""


def allow_web_engine() -> None:
    """Let the web engine start for root, whom its sandbox refuses; for anybody else the sandbox stays."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")


class PreviewWindow(QWidget):
    """Shows a preview. Raises ``Unavailable`` if the web engine or one of its libraries is missing.

    ``blocked`` lists the addresses that the page asked for and did not get. ``decisions_saved`` tells the file in which
    a reviewer's decisions were written.
    """

    decisions_saved = Signal(Path)

    def __init__(self, path: Path, prompts: Prompts, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Preview: {name}", name=path.name))
        self.path = path
        self.blocked: list[str] = []
        self._prompts = prompts
        self._closing = False
        self.view = self._locked_view()
        browser = QPushButton(tr("Open in browser"))
        browser.setObjectName("in_browser")
        browser.setIcon(theme.icon("browser"))
        browser.clicked.connect(self._to_browser)
        save = QPushButton(tr("Save as…"))
        save.setObjectName("save_as")
        save.setIcon(theme.icon("save"))
        save.clicked.connect(self._save_as)
        bar = QHBoxLayout()
        bar.setContentsMargins(10, 6, 10, 6)
        bar.addWidget(
            role_label(tr("{name}: one file, opens in any browser with no network", name=path.name), "muted"), 1
        )
        bar.addWidget(browser)
        bar.addWidget(save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)
        self.view.load(QUrl.fromLocalFile(str(path)))

    def sizeHint(self) -> QSize:
        return QSize(1180, 720)

    def _locked_view(self) -> QWebEngineView:
        allow_web_engine()
        try:
            from PySide6.QtWebEngineCore import QWebEngineProfile, QWebEngineSettings
            from PySide6.QtWebEngineWidgets import QWebEngineView

            from surveyapp.ui.dialogs.locked_page import Gate, LockedPage
        except ImportError as error:
            raise Unavailable(tr("The preview cannot be shown inside the program ({error}).", error=error)) from None
        # The view comes before the profile among our children: Qt wants the page gone before its profile.
        view = QWebEngineView(self)
        profile = QWebEngineProfile(self)
        gate = Gate(self.path, self.blocked, profile)
        profile.setUrlRequestInterceptor(gate)
        profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies)
        profile.downloadRequested.connect(self._download)
        page = LockedPage(self.path, prompts=self._prompts, profile=profile, parent=view)
        attributes = QWebEngineSettings.WebAttribute
        for attribute in (
            attributes.PluginsEnabled,
            attributes.PdfViewerEnabled,
            attributes.LocalContentCanAccessRemoteUrls,
            attributes.LocalContentCanAccessFileUrls,
            attributes.JavascriptCanOpenWindows,
            attributes.JavascriptCanAccessClipboard,
            attributes.HyperlinkAuditingEnabled,
            attributes.DnsPrefetchEnabled,
            attributes.ScreenCaptureEnabled,
            attributes.FullScreenSupportEnabled,
        ):
            page.settings().setAttribute(attribute, False)
        page.printRequested.connect(self._print)
        page.pdfPrintingFinished.connect(self._printed)
        view.setPage(page)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        return view

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window keeps nothing of the page, so that decisions which are in no file yet are lost with it."""
        leave = Choice("leave", tr("Close without saving"), destructive=True)
        if not self._closing and self.view.title().startswith(UNSAVED_MARK):
            text = tr("There are decisions that are not saved to a file yet; they are lost when this window closes.")
            if self._prompts.choose(text, [leave], title=tr("Preview")) != leave.key:
                event.ignore()
                return
        self._closing = True
        super().closeEvent(event)

    def _download(self, item: QWebEngineDownloadRequest) -> None:
        """What the page gives to be saved (a reviewer's decisions) goes where the person says."""
        from PySide6.QtWebEngineCore import QWebEngineDownloadRequest

        suggested = self.path.with_name(Path(item.suggestedFileName()).name)
        target = self._prompts.save_file(tr("Save decisions"), suggested, tr("Decisions (*.json)"))
        if target is None:
            item.cancel()
            self._not_saved()
            return
        item.setDownloadDirectory(str(target.parent))
        item.setDownloadFileName(target.name)
        states = QWebEngineDownloadRequest.DownloadState

        def ended() -> None:
            if item.state() == states.DownloadCompleted:
                self.decisions_saved.emit(target)
            elif item.state() in (states.DownloadCancelled, states.DownloadInterrupted):
                self._not_saved()
                self._prompts.warn(
                    tr(
                        "{target} cannot be written ({reason}); choose another place.",
                        target=target,
                        reason=item.interruptReasonString(),
                    )
                )

        item.stateChanged.connect(ended)
        item.accept()

    def _print(self) -> None:
        """The page's print button: a PDF, which any program prints."""
        target = self._prompts.save_file(tr("Save as PDF"), self.path.with_suffix(".pdf"), tr("PDF (*.pdf)"))
        if target is not None:
            self.view.page().printToPdf(str(target))

    def _printed(self, target: str, done: bool) -> None:
        if not done:
            self._prompts.warn(tr("{target} cannot be written; choose another place.", target=target))

    def _not_saved(self) -> None:
        self.view.page().runJavaScript("Survey.review && Survey.review.panel.notSaved()")

    def _to_browser(self) -> None:
        try:
            open_in_browser(self.path)
        except Unavailable as error:
            self._prompts.warn(str(error))

    def _save_as(self) -> None:
        target = self._prompts.save_file(tr("Save preview"), self.path, tr("Preview (*.html)"))
        if target is None or target == self.path:
            return
        try:
            copy_to(self.path, target)
        except BadFile as error:
            self._prompts.warn(str(error))


def copy_to(source: Path, target: Path) -> None:
    """Copy a file, made beside and swapped in; raises ``BadFile``."""
    beside = target.with_name(f".{target.name}.new")
    try:
        shutil.copyfile(source, beside)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadFile(
            tr("{target} cannot be written ({reason}); choose another place.", target=target, reason=error.strerror)
        ) from None
