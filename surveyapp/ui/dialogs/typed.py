"""A dialog in which a record is typed: it stays open until the survey has it, and nothing typed is lost unasked."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from surveyapp.ui.dialogs.base import Dialog
from surveyapp.ui.prompts import Choice, Prompts
from surveyapp.words import tr


class TypedDialog(Dialog):
    """``saveRequested`` by its main button; it stays open until :meth:`saved`, so that a save that fails costs nothing.
    A subclass remembers what it was loaded with (``_loaded``), and says what stands in it and what is asked."""

    saveRequested = Signal()

    def __init__(self, title: str, lead: str, main: str, prompts: Prompts, parent: QWidget | None = None) -> None:
        super().__init__(title, lead, main, parent)
        self._prompts = prompts
        self._loaded: object = None
        self.main_button.setAutoDefault(False)
        self.main_button.setDefault(False)  # Return ends a field, and a scan

    # -- what a dialog says of its own ------------------------------------------------------------------

    def look(self) -> None:
        """Look at all that stands in it, and complain about what is wrong."""
        raise NotImplementedError

    def _content(self) -> object:
        """All that stands in it, to be compared."""
        raise NotImplementedError

    def _question(self) -> tuple[str, str]:
        """What is asked before it is thrown away, and the title over it."""
        raise NotImplementedError

    def _would_lose(self) -> bool:
        return self._content() != self._loaded

    # -- saving and closing -----------------------------------------------------------------------------

    def saved(self) -> None:
        """It is in the survey: close."""
        super().accept()

    def failed(self, error: Exception) -> None:
        """It could not be saved: all that was typed stays."""
        self.complain(str(error), blocks=False)

    def accept(self) -> None:
        self.look()
        if self.main_button.isEnabled():
            self.main_button.setEnabled(False)
            self.saveRequested.emit()

    def reject(self) -> None:
        """Close; asks where something would be lost."""
        if self._would_lose():
            question, title = self._question()
            choices = (Choice("drop", tr("Throw it away"), destructive=True),)
            if self._prompts.choose(question, choices, title=title) != "drop":
                return
        super().reject()
