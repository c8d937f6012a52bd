"""Writes a picture of the map to a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile
from PySide6.QtGui import QImage, QImageWriter

from surveyapp.errors import BadFile, BadInput

_LARGEST_PX = 16_000


def check_size(width: int, height: int) -> None:
    """``BadInput`` unless a picture of this size can be made."""
    if not (64 <= width <= _LARGEST_PX and 64 <= height <= _LARGEST_PX):
        raise BadInput(f"A picture of {width} × {height} pixels cannot be made; choose 64 to {_LARGEST_PX} a side.")


def save_png(picture: QImage, path: Path) -> None:
    """Write a PNG; an older file is replaced only when the new one is whole. ``BadFile`` if it cannot be."""
    target = QSaveFile(str(path))
    if not target.open(QIODevice.OpenModeFlag.WriteOnly):
        reason = target.errorString()
        raise BadFile(f"The picture cannot be written to {path} ({reason}); choose another place.")
    writer = QImageWriter(target, b"png")
    if not writer.write(picture) or not target.commit():
        reason = target.errorString() or writer.errorString()
        target.cancelWriting()
        raise BadFile(f"The picture was not finished at {path} ({reason}); free some space and try again.")
