"""What all editors of fields share.

An editor shows a stored value, and gives back exactly that value while nobody has touched it: what another
program wrote, or a finer time or number than is shown, is never changed by looking at it. What was typed
and is no value (``12,,5``) stays as it is, and :meth:`Editor.value` says in one sentence what is wrong.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from surveyapp.domain.fields import Field
from surveyapp.domain.records import Value
from surveyapp.domain.validation import parse_value
from surveyapp.ui.forms.history_text import sentence_case


class Editor(QWidget):
    """What all editors share. ``changed`` comes when a person (or a fix) changes what is shown; setting a
    value by :meth:`set_value` is silent."""

    changed = Signal()
    takes_pin = False
    """Whether the pin has a better place inside the editor than beside it."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._loaded: Value = None
        self._loaded_raw = ""
        self.row_layout = QHBoxLayout(self)
        self.row_layout.setContentsMargins(0, 0, 0, 0)
        self.row_layout.setSpacing(4)

    def set_value(self, value: Value) -> None:
        """Show a stored value."""
        self._loaded = value
        blocked = self.blockSignals(True)
        self._show(value)
        self.blockSignals(blocked)
        self._loaded_raw = self.raw()

    def value(self) -> Value:
        """The value that stands in the editor; raises ``BadInput`` with one sentence if it is none."""
        if self.raw() == self._loaded_raw:
            return self._loaded
        return self._read(self.raw())

    def raw(self) -> str:
        """What is shown, as text: what a draft keeps."""
        raise NotImplementedError

    def set_raw(self, raw: str) -> None:
        """Show text as if it had been typed; silent."""
        raise NotImplementedError

    def told(self, value: Value) -> str:
        """A value in words, as it is offered again; empty where it cannot be."""
        vocabulary = self.field.vocabulary
        return sentence_case(vocabulary.label(value)) if vocabulary else shown(value)

    def set_invalid(self, invalid: bool) -> None:
        """Mark what is typed as no value."""
        target = self.input()
        if bool(target.property("invalid")) != invalid:
            target.setProperty("invalid", invalid)
            target.style().unpolish(target)
            target.style().polish(target)

    def take_pin(self, pin: QWidget) -> None:
        """Give the pin a place inside, where :attr:`takes_pin`."""
        self.row_layout.addWidget(pin)

    def input(self) -> QWidget:
        """The widget that takes the keyboard."""
        return self.focusProxy() or self

    def name_inputs(self, name: str, description: str) -> None:
        """Names for screen readers."""
        self.input().setAccessibleName(name)
        self.input().setAccessibleDescription(description)

    def _show(self, value: Value) -> None:
        self.set_raw(shown(value))

    def _read(self, raw: str) -> Value:
        return parse_value(self.field, raw)


def shown(value: Value) -> str:
    """A plain value as text that reads back to the same value."""
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)
