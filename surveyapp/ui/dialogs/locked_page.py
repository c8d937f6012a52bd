"""The lock on the preview's browser: one file and nothing else. Imports the web engine."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)

from surveyapp.ui.prompts import Prompts
from surveyapp.words import tr

_log = logging.getLogger(__name__)

_INSIDE = ("data", "blob")
"""Schemes of what lies inside the page itself."""


def is_inside(url: QUrl, path: Path) -> bool:
    """Whether an address is the file itself (any place in it), or something that it holds."""
    if url.scheme() in _INSIDE:
        return True
    return url.isLocalFile() and Path(url.toLocalFile()) == path


class Gate(QWebEngineUrlRequestInterceptor):
    """Blocks every request but that of the file; notes in ``blocked`` what was asked for."""

    def __init__(self, path: Path, blocked: list[str], parent: QObject) -> None:
        super().__init__(parent)
        self._path, self._blocked = path, blocked

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        if not is_inside(url, self._path):
            info.block(True)
            self._blocked.append(url.toString())


class LockedPage(QWebEnginePage):
    """A page that leads nowhere else, opens no windows, and reads a file only when a person chose it."""

    def __init__(self, path: Path, *, prompts: Prompts, profile: QWebEngineProfile, parent: QObject) -> None:
        super().__init__(profile, parent)
        self._path, self._prompts = path, prompts

    def chooseFiles(
        self, _mode: QWebEnginePage.FileSelectionMode, _old: Sequence[str], _kinds: Sequence[str]
    ) -> list[str]:
        chosen = self._prompts.open_files(tr("Open decisions"), self._path.parent, tr("Decisions (*.json)"))
        return [str(path) for path in chosen]

    def acceptNavigationRequest(
        self, url: QUrl | str, _kind: QWebEnginePage.NavigationType, _is_main_frame: bool
    ) -> bool:
        return is_inside(QUrl(url), self._path)

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, _source: str
    ) -> None:
        _log.debug("preview, line %d (%s): %s", line, level.name, message)
