"""The conditions of the filter that is on, one line each, under the search box."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from surveyapp.domain.filters import Condition, condition_text
from surveyapp.ui.forms.look import ElidedLabel, IconButton, small_button
from surveyapp.words import tr

_MOST = 4
"""Lines that are shown at most; a filter of more conditions says how many more there are."""


class FilterBar(QWidget):
    """Shows conditions, and lets one take them away. ``changed`` carries those that are left; ``edit_wanted``
    asks for the dialog.
    """

    changed = Signal(object)
    edit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conditions: tuple[Condition, ...] = ()
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(8, 0, 8, 6)
        self._lines.setSpacing(5)
        self.hide()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self._conditions

    def show_conditions(self, conditions: Sequence[Condition]) -> None:
        """Show these instead; nobody is told."""
        self._conditions = tuple(conditions)
        while (item := self._lines.takeAt(0)) is not None:
            item.widget().hide()  # it goes when the event loop next comes round, and would be seen until then
            item.widget().deleteLater()
        for condition in self._conditions[:_MOST]:
            self._lines.addWidget(self._line(condition))
        if len(self._conditions) > _MOST:
            more = small_button(tr("and {count} more conditions…", count=len(self._conditions) - _MOST))
            more.clicked.connect(self.edit_wanted)
            self._lines.addWidget(more)
        self.setVisible(bool(self._conditions))

    def _line(self, condition: Condition) -> QFrame:
        line = QFrame()
        line.setProperty("card", True)
        words = ElidedLabel()
        text = condition_text(condition)
        words.say(text, "")
        gone = IconButton("close", tr("Take away: {condition}", condition=text))
        gone.clicked.connect(lambda: self._take_away(condition))
        inside = QHBoxLayout(line)
        inside.setContentsMargins(10, 0, 2, 0)
        inside.addWidget(words, 1)
        inside.addWidget(gone)
        return line

    def _take_away(self, condition: Condition) -> None:
        self.show_conditions([other for other in self._conditions if other is not condition])
        self.changed.emit(self._conditions)
