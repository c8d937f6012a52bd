"""What was understood of a position: three notations, the place, and how the point was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from surveyapp.domain.records import Value
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.ui.forms.position_words import fact_words, origin_words, place_words

_NOTATIONS = 3


class PositionReadout(QFrame):
    """A card below the position box. Its texts can be selected and copied."""

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
        self.place = ToneLabel("", "", self)
        self.facts = ToneLabel("", "muted", self)
        self.origin = ToneLabel("", "muted", self)
        self.notes = ToneLabel("", "warning", self)
        for row, label in enumerate((self.place, self.facts, self.origin, self.notes), _NOTATIONS):
            grid.addWidget(label, row, 0, 1, 2)
        self.hide()

    def show_point(
        self,
        notations: Sequence[tuple[str, str]],
        place: Mapping[str, Value],
        facts: Mapping[str, Value],
        notes: Sequence[str],
    ) -> None:
        """Show a point; without notations there is none and the card hides."""
        self.setVisible(bool(notations))
        for row, (name, text) in enumerate(self.notations):
            pair = notations[row] if row < len(notations) else ("", "")
            name.say(pair[0])
            text.setText(pair[1])
            name.setVisible(bool(pair[1]))
            text.setVisible(bool(pair[1]))
        for label, words in (
            (self.place, place_words(place) or "In no province of Pakistan"),
            (self.facts, fact_words(facts)),
            (self.origin, origin_words(facts)),
            (self.notes, " ".join(notes)),
        ):
            label.say(words)
            label.setVisible(bool(words))
