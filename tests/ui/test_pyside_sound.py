"""PySide6 6.12.0 on Python 3.11 drops a reference to None with every void call and aborts after some
5,000 of them. A version that does so again must not pass unseen.
"""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot


def test_void_calls_do_not_use_up_none(qtbot: QtBot) -> None:
    before = sys.getrefcount(None)
    for _ in range(30_000):
        QApplication.processEvents()
    # On Python 3.12 and later None is immortal, and its count does not move at all.
    assert sys.getrefcount(None) > before - 1_000
