"""Colours and sizes of the whole program, as the settings say, and the news when they change."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from surveyapp.settings import Settings
from surveyapp.ui import theme


class Appearance(QObject):
    """Applies the settings ``appearance.*``; ``changed`` tells those who draw themselves or hold icons."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        hints = QApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)

    @property
    def theme(self) -> str:
        """The setting: system, light, dark or night."""
        return str(self._settings["appearance.theme"])

    @property
    def touch(self) -> bool:
        return bool(self._settings["appearance.touch"])

    def set_theme(self, name: str) -> None:
        """Use these colours from now on."""
        self._settings["appearance.theme"] = name
        self.apply()

    def set_touch(self, touch: bool) -> None:
        """Use large targets, or not."""
        self._settings["appearance.touch"] = touch
        self.apply()

    def choose(self) -> None:
        """Say what look the widgets are going to have that are made now; :meth:`apply` gives it to them."""
        theme.choose(_application(), theme.colours_for(self.theme), touch=self.touch)

    def apply(self) -> None:
        """Give the program its look."""
        theme.apply(_application(), theme.colours_for(self.theme), touch=self.touch)
        self.changed.emit()

    def _system_changed(self) -> None:
        if self.theme == "system":
            self.apply()


def _application() -> QApplication:
    return cast("QApplication", QApplication.instance())
