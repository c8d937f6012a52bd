"""What was understood of a position: three notations, the place, and how the point was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from surveyapp.domain.records import Value
from surveyapp.ui.forms.look import ToneLabel, small_button
from surveyapp.ui.forms.position_words import doubt_words, fact_words, origin_words, place_words
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.geo.where import Where

_NOTATIONS = 3


class PositionReadout(QFrame):
    """A card below the position box. Its texts can be selected and copied. ``sightingWanted(str)`` with the uuid of
    the sighting that the point lies on top of, when it is to be shown."""

    sightingWanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        self.notations: list[tuple[ToneLabel, QLabel]] = []
        for row in range(_NOTATIONS):
            name, text = ToneLabel("", "muted", self, wrap=False), ToneLabel("", "", self)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
            self.notations.append((name, text))
        self.read_as = ToneLabel("", "muted", self)
        self.place = ToneLabel("", "", self)
        self.doubt = ToneLabel("", "muted", self)
        self.facts = ToneLabel("", "muted", self)
        self.origin = ToneLabel("", "muted", self)
        self.notes = ToneLabel("", "warning", self)
        labels = (self.read_as, self.place, self.doubt, self.facts, self.origin, self.notes)
        for row, label in enumerate(labels, _NOTATIONS):
            grid.addWidget(label, row, 0, 1, 2)
        self._sighting = ""
        self.show_button = small_button(tr("Show it on the map"), parent=self)
        self.show_button.clicked.connect(lambda: self.sightingWanted.emit(self._sighting))
        grid.addWidget(self.show_button, _NOTATIONS + len(labels), 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_point(
        self,
        notations: Sequence[tuple[str, str]],
        place: Mapping[str, Value],
        facts: Mapping[str, Value],
        notes: Sequence[str],
        *,
        read_as: str = "",
        near: str = "",
        sighting: str = "",
        at: Where | None = None,
    ) -> None:
        """Show a point; without notations there is none and the card hides. ``sighting`` is the uuid of one that is
        there already, ``at`` how sure its place is."""
        self._sighting = sighting
        self.show_button.setVisible(bool(sighting))
        where = place_words(place) or tr("In no province of Pakistan")
        self.setVisible(bool(notations))
        for row, (name, text) in enumerate(self.notations):
            pair = notations[row] if row < len(notations) else ("", "")
            name.say(pair[0])
            text.setText(pair[1])
            name.setVisible(bool(pair[1]))
            text.setVisible(bool(pair[1]))
        for label, words in (
            (self.read_as, read_as),
            (self.place, f"{where} · {near}" if near else where),
            (self.doubt, doubt_words(at) if at is not None else ""),
            (self.facts, fact_words(facts)),
            (self.origin, origin_words(facts)),
            (self.notes, " ".join(notes)),
        ):
            label.say(words)
            label.setVisible(bool(words))
