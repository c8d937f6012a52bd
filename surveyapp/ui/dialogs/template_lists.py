"""Page of the template editor: which terms the lists of the form offer, and terms of the office's own."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import LAYERS, SIGHTING
from surveyapp.domain.template import OFFERABLE, Template
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.dialogs.template_pages import Page, Told, filled, in_line, trouble_of, words_of
from surveyapp.ui.forms.history_text import sentence_case
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.words import tr

_CODE, _LABEL, _SYNONYMS = range(3)
_GIVEN = Qt.ItemDataRole.UserRole


class TermsTable(QWidget):
    """Terms of the office's own: code, label, and other words for it. A code that nobody typed is made of the label."""

    changed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.table = QTableWidget(0, 3)
        self.table.setAccessibleName(title)
        self.table.setHorizontalHeaderLabels([tr("Code"), tr("Shown as"), tr("Other words for it")])
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setMinimumHeight(110)
        self.table.setTabKeyNavigation(False)
        self.table.cellChanged.connect(self._edited)
        self.add_button, self.remove_button = QPushButton(tr("Add a term")), QPushButton(tr("Remove the term"))
        self.add_button.clicked.connect(self._add)
        self.remove_button.clicked.connect(self._remove)
        buttons = QHBoxLayout()
        for button in (self.add_button, self.remove_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(role_label(title, "heading"))
        column.addWidget(self.table, 1)
        column.addLayout(buttons)

    def show_terms(self, terms: Any) -> None:
        """Show terms as the JSON object has them."""
        with QSignalBlocker(self.table):
            self.table.setRowCount(0)
            for term in terms if isinstance(terms, list) else []:
                self._append(term if isinstance(term, dict) else {})

    @property
    def terms(self) -> list[dict[str, Any]]:
        """Terms as the JSON object has them; a line in which nothing stands is none."""
        found = []
        for row in range(self.table.rowCount()):
            code, label, words = (self.table.item(row, column).text().strip() for column in range(3))
            given = self.table.item(row, _SYNONYMS).data(_GIVEN) or []
            synonyms = list(given) if words == in_line(given) else words_of(words)
            if code or label or synonyms:
                found.append(filled({"code": code, "label": label, "synonyms": synonyms}))
        return found

    def _append(self, term: Told) -> int:
        row = self.table.rowCount()
        self.table.insertRow(row)
        self.table.setRowHeight(row, theme.row_height())
        given = term.get("synonyms")
        synonyms = [str(word) for word in given] if isinstance(given, list) else []
        for column, text in enumerate((str(term.get("code", "")), str(term.get("label", "")), in_line(synonyms))):
            self.table.setItem(row, column, QTableWidgetItem(text))
        self.table.item(row, _SYNONYMS).setData(_GIVEN, synonyms)
        self.table.item(row, _SYNONYMS).setToolTip(tr("Several words have semicolons between them"))
        return row

    def _edited(self, row: int, column: int) -> None:
        code, label = self.table.item(row, _CODE), self.table.item(row, _LABEL)
        if column == _LABEL and code is not None and not code.text():
            with QSignalBlocker(self.table):
                code.setText(code_from(label.text()))
        self.changed.emit()

    def _add(self) -> None:
        with QSignalBlocker(self.table):
            row = self._append({})
        self.table.setCurrentCell(row, _LABEL)
        self.table.setFocus()
        self.table.edit(self.table.currentIndex())
        self.changed.emit()

    def _remove(self) -> None:
        row = self.table.currentRow()
        if row >= 0:
            self.table.removeRow(row)
            self.changed.emit()


class ListsPage(Page):
    """The lists that an office may change; for the chosen one its terms with ticks, in the order in which they are
    offered, and terms of the office's own."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, dict[str, Any]] = {}
        self._name = ""
        self.lists = QListWidget()
        self.lists.setAccessibleName(tr("Lists of the form"))
        self.terms = QListWidget()
        self.terms.setAccessibleName(tr("Terms that the form offers"))
        for part in (self.lists, self.terms):
            part.setObjectName("terms")
            part.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.terms.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.own = TermsTable(tr("Terms of your own"))
        self.up_button, self.down_button = QPushButton(tr("Up")), QPushButton(tr("Down"))
        self.all_button = QPushButton(tr("Offer all"))
        self.trouble = ToneLabel("", "danger")
        self.trouble.hide()
        self._lay_out()
        for name in sorted(OFFERABLE, key=_place_of):
            item = QListWidgetItem(title_of(name))
            item.setData(_GIVEN, name)
            self.lists.addItem(item)
        self.lists.currentRowChanged.connect(lambda _row: self._show_list())
        self.terms.itemChanged.connect(lambda _item: self._edited())
        self.terms.model().rowsMoved.connect(lambda *_places: self._edited())
        self.own.changed.connect(self._own_edited)
        self.lists.setCurrentRow(0)

    @property
    def name(self) -> str:
        """The vocabulary on show."""
        return self._name

    def choose(self, name: str) -> None:
        """Show another list."""
        for row in range(self.lists.count()):
            if self.lists.item(row).data(_GIVEN) == name:
                self.lists.setCurrentRow(row)

    def told(self) -> dict[str, Any]:
        return {"vocabularies": {name: told for name, told in self._told.items() if told}}

    def show_told(self, told: Told, template: Template) -> None:
        given = told.get("vocabularies")
        self._told = {name: dict(one) for name, one in given.items()} if isinstance(given, dict) else {}
        self._show_list()

    def look(self) -> str:
        found = {name: trouble_of({"vocabularies": {name: told}}, f"vocabularies: {name}")
                 for name, told in self._told.items() if told}
        for row in range(self.lists.count()):
            item = self.lists.item(row)
            name = item.data(_GIVEN)
            font = QFont(self.lists.font())
            font.setBold(bool(self._told.get(name)))
            item.setFont(font)
            item.setIcon(theme.icon("conflict", theme.current().danger) if found.get(name) else QIcon())
        here = found.get(self._name, "")
        self.trouble.say(here)
        self.trouble.setVisible(bool(here))
        return here or next((f"{title_of(name)}: {said}" for name, said in found.items() if said), "")

    # -- inside ---------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for button, work in (
            (self.up_button, lambda: self._move(-1)),
            (self.down_button, lambda: self._move(1)),
            (self.all_button, self._offer_all),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(work)
            buttons.addWidget(button)
        buttons.addStretch(1)
        middle, right = QVBoxLayout(), QVBoxLayout()
        middle.addWidget(role_label(tr("Offered, in this order"), "heading"))
        middle.addWidget(self.terms, 1)
        middle.addLayout(buttons)
        right.addWidget(self.own, 1)
        right.addWidget(self.trouble)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.addWidget(self.lists, 4)
        row.addLayout(middle, 5)
        row.addLayout(right, 9)

    def _show_list(self) -> None:
        self._name = str(self.lists.currentItem().data(_GIVEN))
        self.own.show_terms(self._told.get(self._name, {}).get("add"))
        self._show_terms()
        self.look()

    def _show_terms(self) -> None:
        """The terms as they are offered, then those that are not."""
        told = self._told.get(self._name, {})
        only = [code for code in told.get("only") or [] if isinstance(code, str)]
        own = {term.get("code", ""): term.get("label", "") for term in self.own.terms}
        labels = {term.code: tr(term.label) for term in VOCABULARIES[self._name]} | own
        row = self.terms.currentRow()
        with QSignalBlocker(self.terms):
            self.terms.clear()
            for code in dict.fromkeys((*only, *labels)):
                shown = QListWidgetItem(sentence_case(labels.get(code, code)))
                shown.setData(_GIVEN, code)
                # Why else would an office add a term than to offer it?
                flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
                if self.writable:
                    flags |= Qt.ItemFlag.ItemIsDragEnabled
                if self.writable and code not in own:
                    flags |= Qt.ItemFlag.ItemIsUserCheckable
                shown.setFlags(flags)
                on = not only or code in only or code in own
                shown.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
                self.terms.addItem(shown)
            self.terms.setCurrentRow(max(row, 0))

    def _only(self) -> list[str]:
        """What the ticks and the order say; empty where they say what the list says by itself."""
        rows = [self.terms.item(row) for row in range(self.terms.count())]
        codes = [str(item.data(_GIVEN)) for item in rows if item.checkState() == Qt.CheckState.Checked]
        own = [term.get("code", "") for term in self.own.terms]
        if codes == [*VOCABULARIES[self._name].codes, *own]:
            return []
        given = self._told.get(self._name, {}).get("only") or []
        while codes and codes[-1] in own and codes[-1] not in given:
            codes.pop()  # it comes last by itself
        return codes

    def _edited(self) -> None:
        self._keep(only=self._only())

    def _own_edited(self) -> None:
        own = self.own.terms
        codes = {term.get("code") for term in own}
        before = self._told.get(self._name, {})
        only = [c for c in before.get("only") or [] if c in codes or VOCABULARIES[self._name].term(c) is not None]
        self._keep(only=only, add=own)
        self._show_terms()

    def _keep(self, **parts: Any) -> None:
        self._told[self._name] = filled({**self._told.get(self._name, {}), **parts})
        self.changed.emit()

    def _move(self, by: int) -> None:
        row = self.terms.currentRow()
        if row >= 0 and 0 <= row + by < self.terms.count():
            with QSignalBlocker(self.terms), QSignalBlocker(self.terms.model()):
                item = self.terms.takeItem(row)
                self.terms.insertItem(row + by, item)
                self.terms.setCurrentRow(row + by)
            self.terms.viewport().update()
            self._edited()

    def _offer_all(self) -> None:
        self._keep(only=[])
        self._show_terms()


def title_of(vocabulary: str) -> str:
    """What a list is called: the title of the field that takes its terms, and what that is a field of."""
    for layer in LAYERS:
        for field in layer:
            if field.vocabulary_name == vocabulary:
                return tr(field.title) if layer is SIGHTING else f"{tr(layer.title)}: {tr(field.title)}"
    return vocabulary


def _place_of(vocabulary: str) -> int:
    """Where the form first asks for a term of the list."""
    names = [field.vocabulary_name for layer in LAYERS for field in layer]
    return names.index(vocabulary)


def code_from(label: str) -> str:
    """The code that a label gives: ``Talc-carbonate schist`` is ``talc-carbonate-schist``; empty without Latin
    letters."""
    return re.sub("[^a-z0-9_]+", "-", label.casefold()).strip("-_")[:60]
