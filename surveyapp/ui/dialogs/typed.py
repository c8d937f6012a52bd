"""A dialog in which a record is typed: it stays open until the survey has it, and nothing typed is lost unasked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from surveyapp.ui.dialogs.base import Dialog, role_label, scrolled
from surveyapp.ui.forms.form_body import FormBody
from surveyapp.ui.forms.look import mirrored
from surveyapp.ui.prompts import Choice, Prompts
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.child_drafts import ChildDrafts

_NOTE_MS = 500


class TypedDialog(Dialog):
    """``saveRequested`` by its main button; it stays open until :meth:`saved`, so that a save that fails costs nothing.
    A subclass remembers what it was loaded with (``_loaded``), says what stands in it and what is asked, and puts back
    what stood in it. With :meth:`keep_in` what is typed outlives a crash."""

    saveRequested = Signal()

    def __init__(self, title: str, lead: str, main: str, prompts: Prompts, parent: QWidget | None = None) -> None:
        super().__init__(title, lead, main, parent)
        self._prompts = prompts
        self._loaded: Mapping[str, Any] = {}
        self._drafts: ChildDrafts | None = None
        self._key = ""
        self._noting = QTimer(self)
        self._noting.setInterval(_NOTE_MS)
        self._noting.timeout.connect(self._note)
        self.main_button.setAutoDefault(False)
        self.main_button.setDefault(False)  # Return ends a field, and a scan

    # -- what a dialog says of its own ------------------------------------------------------------------

    def look(self) -> None:
        """Look at all that stands in it, and complain about what is wrong."""
        raise NotImplementedError

    def _content(self) -> Mapping[str, Any]:
        """All that stands in it, as plain data that JSON gives back alike."""
        raise NotImplementedError

    def _restore(self, content: Mapping[str, Any]) -> None:
        """Put back what stood in it; what is not there any more is left out."""
        raise NotImplementedError

    def _question(self) -> tuple[str, str]:
        """What is asked before it is thrown away, and the title over it."""
        raise NotImplementedError

    def _would_lose(self) -> bool:
        return self._content() != self._loaded

    # -- what outlives a crash --------------------------------------------------------------------------

    def keep_in(self, drafts: ChildDrafts, key: str) -> None:
        """Keep what is typed from now on under this key, and put back what was kept there."""
        self._drafts, self._key = drafts, key
        if (kept := drafts.of(key)) is not None:
            self._restore(kept)
            self.body.insertWidget(0, role_label(tr("This was typed before and is not saved yet."), "warning"))
            self.look()
        self._noting.start()

    def _note(self) -> None:
        if self._drafts is not None:
            content = self._content()
            self._drafts.note(self._key, content if content != self._loaded else None, self.windowTitle())

    def _forget(self) -> None:
        self._noting.stop()
        if self._drafts is not None:
            self._drafts.note(self._key, None)

    # -- saving and closing -----------------------------------------------------------------------------

    def saved(self) -> None:
        """It is in the survey: close."""
        self._forget()
        super().accept()

    def leave(self) -> None:
        """The survey or the window closes: what was typed stays kept."""
        if self._noting.isActive():  # else it was saved or thrown away a moment ago
            self._note()
        self._noting.stop()
        super().accept()

    def failed(self, error: Exception) -> None:
        """It could not be saved: all that was typed stays."""
        self.complain(str(error), blocks=False)

    def accept(self) -> None:
        self.look()
        if self.main_button.isEnabled():
            self.main_button.setEnabled(False)
            self.saveRequested.emit()

    def _may_drop(self) -> bool:
        """Whether what was typed may go; asks where something would be lost."""
        if not self._would_lose():
            return True
        question, title = self._question()
        choices = (Choice("drop", tr("Throw it away"), destructive=True),)
        return self._prompts.choose(question, choices, title=title) == "drop"

    def reject(self) -> None:
        """Close; asks where something would be lost."""
        if not self._may_drop():
            return
        self._forget()
        super().reject()


def form_page(form: FormBody, group: str) -> QScrollArea:
    """A form of one group for such a dialog: without its heading, and its fields begin where the dialog's words do."""
    form.sections[group].heading.hide()
    layout = form.layout()
    assert layout is not None
    layout.setContentsMargins(0, 0, 0, 0)
    for section in form.sections.values():
        inner = section.body.layout()
        if inner is not None:
            inner.setContentsMargins(*mirrored(0, 2, 6, 12))
    return scrolled(form)
