"""The preview inside the program: a browser window that can reach nothing but the one file it shows."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from surveyapp.errors import BadFile, Unavailable
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.prompts import Prompts
from surveyapp.words import tr

if TYPE_CHECKING:
    from PySide6.QtWebEngineWidgets import QWebEngineView


def open_in_browser(path: Path) -> None:
    """Hand a file to the system's browser; raises ``Unavailable`` if there is none."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        raise Unavailable(tr("No browser could be started; open {path} in one by hand.", path=path))


def allow_web_engine() -> None:
    """Let the web engine start for root, whom its sandbox refuses; for anybody else the sandbox stays."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")


class PreviewWindow(QWidget):
    """Shows a preview. Raises ``Unavailable`` if the web engine or one of its libraries is missing.

    ``blocked`` lists the addresses that the page asked for and did not get.
    """

    def __init__(self, path: Path, prompts: Prompts, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Preview: {name}", name=path.name))
        self.path = path
        self.blocked: list[str] = []
        self._prompts = prompts
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
        page = LockedPage(self.path, profile, view)
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
        view.setPage(page)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        return view

    def _download(self, item: object) -> None:
        """What the page gives to be saved (a reviewer's decisions) goes where the person says."""
        from PySide6.QtWebEngineCore import QWebEngineDownloadRequest

        assert isinstance(item, QWebEngineDownloadRequest)
        target = self._prompts.save_file(
            tr("Save decisions"), self.path.with_name(item.suggestedFileName()), tr("All files (*)")
        )
        if target is None:
            item.cancel()
            return
        item.setDownloadDirectory(str(target.parent))
        item.setDownloadFileName(target.name)
        item.accept()

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
