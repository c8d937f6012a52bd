"""Shows only the sightings with remarks that nobody has answered, in table and map, beside search and filter."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from surveyapp.ui.desk import Desk
from surveyapp.ui.forms.look import ElidedLabel, IconButton
from surveyapp.words import ntr, tr


class RemarkFilter(QObject):
    """While it is on, table and map show of what search and filter find only these sightings. ``turned(bool)`` when it
    goes on or off."""

    turned = Signal(bool)

    def __init__(self, desk: Desk, show_on_map: Callable[[frozenset[str] | None], None], parent: QObject) -> None:
        super().__init__(parent)
        self._table, self._show_on_map = desk.table, show_on_map
        self._only: frozenset[str] | None = None
        self.line = QWidget()
        self.words = ElidedLabel()
        card = QFrame()
        card.setProperty("card", True)
        self.off_button = IconButton("close", tr("Show the others too"))
        self.off_button.clicked.connect(lambda: self.show_only(None))
        inside = QHBoxLayout(card)
        inside.setContentsMargins(10, 0, 2, 0)
        inside.addWidget(self.words, 1)
        inside.addWidget(self.off_button)
        around = QVBoxLayout(self.line)
        around.setContentsMargins(8, 0, 8, 6)
        around.addWidget(card)
        self.line.hide()
        layout = self._table.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, self.line)
        self._table.finder.found.connect(self._found)

    @property
    def on(self) -> bool:
        return self._only is not None

    def show_only(self, uuids: frozenset[str] | None) -> None:
        """Show only these; ``None``: no more than search and filter say."""
        before, self._only = self._only, uuids
        if uuids is not None:
            told = ntr("{n} sighting with a remark not answered", "{n} sightings with remarks not answered", len(uuids))
            self.words.say(told, "")
        self.line.setVisible(uuids is not None)
        if before is not None or uuids is not None:
            self._narrow()
        if (before is None) != (uuids is None):
            self.turned.emit(uuids is not None)

    def _found(self, _uuids: object) -> None:
        if self._only is not None:
            self._narrow()

    def _narrow(self) -> None:
        found = self._table.finder.matches
        if self._only is not None:
            found = self._only if found is None else found & self._only
        self._table.model.show_only(found)
        self._show_on_map(found)
