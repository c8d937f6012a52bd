"""What the pages of the template editor share: each edits some parts of the template's JSON object.

Pages keep what was typed, also what is no template yet: :func:`~surveyapp.domain.template_text.parse_template` judges
it part by part, and its sentence stands beside the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QVBoxLayout, QWidget

from surveyapp.domain.template import NATIONAL, TEAM, Template
from surveyapp.domain.template_text import FORMAT, parse_template
from surveyapp.errors import BadInput
from surveyapp.ui.forms.editor import shown
from surveyapp.ui.forms.look import CalmCombo, ToneLabel
from surveyapp.words import tr

Told = Mapping[str, Any]
"""The template as its JSON object, or some parts of it."""

LEVEL_WORDS = {TEAM: "team", NATIONAL: "national"}
"""What the JSON object calls a check level."""


def needed_words() -> dict[str, str]:
    """Who may need a field, by what the JSON object says."""
    return {"": tr("nobody"), "team": tr("the team"), "national": tr("the national layer")}


def trouble_of(parts: Told, place: str = "") -> str:
    """What is wrong with these parts of a template, empty where nothing is. A page says it beside ``place``, which is
    left out of the sentence then."""
    try:
        parse_template(json.dumps({"surveyapp_template": FORMAT, "name": "-", **parts}))
    except BadInput as error:
        said = str(error).removeprefix(tr("The template cannot be used: {place} {why}.").partition("{place}")[0])
        if place and said.startswith(f"{place} "):
            said = said.removeprefix(f"{place} ")
        return said[:1].upper() + said[1:]
    return ""


def number_of(text: str) -> int | float | str | None:
    """A number in any script's digits, with a point or a comma; ``None`` for nothing, and text that is no number as
    it is, for :func:`trouble_of` to complain of."""
    plain = text.strip().replace(",", ".").replace("٫", ".")
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        return text.strip()
    # NaN and infinity are no JSON.
    return text.strip() if value - value != 0 else int(value) if value.is_integer() else value


def words_of(text: str) -> list[str]:
    """Words or names that stand in one line with semicolons between them, also Arabic ones."""
    return [word.strip() for word in re.split("[;؛]", text) if word.strip()]


def in_line(words: Sequence[str]) -> str:
    """One line from which :func:`words_of` makes the same words."""
    return "; ".join(words)


def filled(told: Told) -> dict[str, Any]:
    """What of an object says something."""
    return {name: value for name, value in told.items() if value not in (None, "", [], {})}


class Page(QWidget):
    """One page. ``changed`` comes when a person changed something; :meth:`told` gives the parts of the JSON object that
    the page edits, :meth:`look` shows what is wrong and returns the first of it."""

    changed = Signal()
    writable = True
    """Whether its ticks can be set; the dialog locks its fields and buttons."""

    def show_told(self, told: Told, template: Template) -> None:
        """Show a template: its JSON object, and what it comes to."""
        raise NotImplementedError

    def told(self) -> dict[str, Any]:
        raise NotImplementedError

    def look(self) -> str:
        raise NotImplementedError

    def follow(self, template: Template) -> None:
        """Another page changed something: the page comes to the front with what the template comes to now."""


class WordsLine(QLineEdit):
    """A line for several words; what nobody touched is given back as it was, also a word with a semicolon in it."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        super().__init__()
        self._given: list[str] = []
        self.show_words(words)

    def show_words(self, words: Sequence[str]) -> None:
        self._given = [str(word) for word in words]
        self.setText(in_line(self._given))

    @property
    def words(self) -> list[str]:
        return list(self._given) if self.text() == in_line(self._given) else words_of(self.text())


class Choice(CalmCombo):
    """A list of terms that gives a value of JSON; a value that is not in it is added as it is."""

    def __init__(self, terms: Sequence[tuple[Any, str]]) -> None:
        super().__init__()
        self.offer(terms)

    def offer(self, terms: Sequence[tuple[Any, str]]) -> None:
        """Offer these values with their words; the choice stays where it can."""
        kept = self.currentData()
        self.clear()
        for value, words in terms:
            self.addItem(words, value)
        self.choose(kept)

    def choose(self, value: Any) -> None:
        place = self.findData(value)
        if place < 0 and value is not None:
            self.addItem(str(value), value)
            place = self.count() - 1
        self.setCurrentIndex(max(place, 0))


class Rows(QFormLayout):
    """Titled editors, each with a line below it for what is wrong."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setContentsMargins(4, 4, 10, 4)
        self.setVerticalSpacing(8)
        self.setHorizontalSpacing(14)
        self.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._troubles: dict[str, ToneLabel] = {}

    def add(self, name: str, title: str, editor: QWidget, help_text: str = "") -> None:
        """Add an editor under a name that :meth:`say` knows it by."""
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(editor)
        if help_text:
            column.addWidget(ToneLabel(help_text, "muted"))
        self._troubles[name] = ToneLabel("", "danger")
        self._troubles[name].hide()
        column.addWidget(self._troubles[name])
        editor.setAccessibleName(title)
        self.addRow(title, cell)
        label = self.labelForField(cell)
        label.setBuddy(editor)  # type: ignore[attr-defined]

    def say(self, name: str, trouble: str) -> str:
        """Say what is wrong with an editor's value (empty: nothing); returns it."""
        self._troubles[name].say(trouble)
        self._troubles[name].setVisible(bool(trouble))
        return trouble


def number_text(value: Any) -> str:
    """A number of a template as it is typed; text that is none, as it is."""
    return shown(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
