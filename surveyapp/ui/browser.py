"""The system's own browser."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from surveyapp.errors import Unavailable
from surveyapp.words import tr


def open_in_browser(path: Path) -> None:
    """Hand a file to the system's browser; raises ``Unavailable`` if there is none."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        raise Unavailable(tr("No browser could be started; open {path} in one by hand.", path=path))
