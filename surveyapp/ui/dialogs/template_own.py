"""Page of the template editor: fields of the office's own."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import CODE, DATE, DATETIME, INTEGER, NOTES, REAL, SIGHTING, TEXT
from surveyapp.domain.template import OWN, OWN_GROUP, Template
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import scrolled
from surveyapp.ui.dialogs.template_lists import TermsTable, code_from
from surveyapp.ui.dialogs.template_pages import (
    Choice,
    Page,
    Rows,
    Told,
    filled,
    needed_words,
    number_of,
    number_text,
    trouble_of,
)
from surveyapp.ui.forms.look import ToneLabel
from surveyapp.words import tr

_GROUPS = tuple(dict.fromkeys(field.group for field in SIGHTING if field.group))


def _kinds() -> list[tuple[str, str]]:
    return [
        (TEXT, tr("a line of text")), (NOTES, tr("notes")), (INTEGER, tr("a whole number")), (REAL, tr("a number")),
        (DATE, tr("a date")), (DATETIME, tr("a date and time")), (CODE, tr("a term of a list")),
    ]


class OwnFieldsPage(Page):
    """The office's own fields: a list of them, and a form for the chosen one."""

    def __init__(self) -> None:
        super().__init__()
        self._fields: list[dict[str, Any]] = []
        self._defaults: dict[str, Any] = {}
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Fields of your own"))
        self.list.setObjectName("terms")
        self.list.setMaximumWidth(260)
        self.add_button, self.remove_button = QPushButton(tr("Add a field")), QPushButton(tr("Remove the field"))
        self.up_button, self.down_button = QPushButton(tr("Up")), QPushButton(tr("Down"))
        self.name, self.title, self.unit = QLineEdit(), QLineEdit(), QLineEdit()
        self.low, self.high, self.help, self.start = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.kind = Choice(_kinds())
        self.need = Choice([(value or None, words) for value, words in needed_words().items()])
        self.keep = QCheckBox(tr("Offer the last value again"))
        self.group = QComboBox()
        self.group.setEditable(True)
        for group in (*_GROUPS, OWN_GROUP):
            self.group.addItem(tr(group), group)
        self.terms = TermsTable(tr("Terms of the list"))
        self.trouble = ToneLabel("", "danger")
        self.hint = ToneLabel(
            tr("What the program does not ask, you can: press “Add a field”. It becomes a column of the sightings."),
            "muted",
        )
        self._lay_out()
        self._connect()
        self._show_field()

    def told(self) -> dict[str, Any]:
        return {"fields": [dict(field) for field in self._fields], "defaults": dict(self._own_defaults())}

    def show_told(self, told: Told, template: Template) -> None:
        given, defaults = told.get("fields"), told.get("defaults")
        self._fields = [dict(field) for field in given if isinstance(field, dict)] if isinstance(given, list) else []
        everything = defaults if isinstance(defaults, dict) else {}
        self._defaults = {name: value for name, value in everything.items() if SIGHTING.field(name) is None}
        self._fill_list(0)

    def look(self) -> str:
        troubles = [self._trouble_at(place) for place in range(len(self._fields))]
        for place, said in enumerate(troubles):
            item = self.list.item(place)
            item.setText(str(self._fields[place].get("title") or self._fields[place].get("name") or tr("new field")))
            item.setIcon(theme.icon("conflict", theme.current().danger) if said else QIcon())
        here = troubles[self._row] if 0 <= self._row < len(troubles) else ""
        self.trouble.say(here)
        self.trouble.setVisible(bool(here))
        return here or next(filter(None, troubles), "")

    # -- inside ---------------------------------------------------------------------------------------

    @property
    def _row(self) -> int:
        return self.list.currentRow()

    def _own_defaults(self) -> dict[str, Any]:
        names = [str(field.get("name", "")) for field in self._fields]
        return {name: value for name, value in self._defaults.items() if name in names}

    def _trouble_at(self, place: int) -> str:
        field = self._fields[place]
        name = field.get("name", "")
        if name and name in [other.get("name") for other in self._fields[:place]]:
            return tr("Another field of yours is called {name} already.", name=name)
        alone = {name: value for name, value in self._defaults.items() if name == field.get("name")}
        # In the file it is one of many, here it is the one that is looked at.
        return trouble_of({"fields": [field]}, "fields 1:") or trouble_of(
            {"fields": [field], "defaults": alone}, f"defaults: {name}"
        )

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        for pair in ((self.add_button, self.remove_button), (self.up_button, self.down_button)):
            row = QHBoxLayout()
            for button in pair:
                button.setAutoDefault(False)
                row.addWidget(button)
            left.addLayout(row)
        self.entry = QWidget()
        rows = Rows(self.entry)
        rows.add("title", tr("Title"), self.title)
        name_help = tr(
            "Begins with x_. Where teams have written in it already, leave it: another name is another column."
        )
        rows.add("name", tr("Name in the file"), self.name, name_help)
        rows.add("kind", tr("What is written in it"), self.kind)
        limits = QHBoxLayout()
        limits.setSpacing(8)
        for words, line in ((tr("Unit"), self.unit), (tr("from"), self.low), (tr("to"), self.high)):
            label = ToneLabel(words, "", wrap=False)
            label.setBuddy(line)
            line.setAccessibleName(words)
            limits.addWidget(label)
            limits.addWidget(line, 1)
        rows.addRow(tr("Numbers"), limits)
        rows.addRow(self.terms)
        rows.add("group", tr("Section of the form"), self.group)
        rows.add("help", tr("Help for the person who fills it in"), self.help)
        rows.add("need", tr("Needed by"), self.need)
        rows.add("start", tr("Starts with"), self.start)
        rows.addRow("", self.keep)
        right = QVBoxLayout()
        self.area = scrolled(self.entry)
        right.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignTop)
        right.addWidget(self.area, 1)
        right.addWidget(self.trouble)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.addLayout(left, 1)
        row.addLayout(right, 2)

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(lambda _row: self._show_field())
        self.add_button.clicked.connect(self._add)
        self.remove_button.clicked.connect(self._remove)
        self.up_button.clicked.connect(lambda: self._move(-1))
        self.down_button.clicked.connect(lambda: self._move(1))
        self.title.textEdited.connect(self._titled)
        for line in (self.name, self.unit, self.low, self.high, self.help, self.start):
            line.textEdited.connect(lambda _text: self._edited())
        self.group.editTextChanged.connect(lambda _text: self._edited())
        for combo in (self.kind, self.need):
            combo.activated.connect(lambda _row: self._edited())
        self.keep.clicked.connect(lambda _on: self._edited())
        self.terms.changed.connect(self._edited)

    def _fill_list(self, row: int) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            for _field in self._fields:
                self.list.addItem(QListWidgetItem())
            self.list.setCurrentRow(min(row, len(self._fields) - 1))
        self._show_field()
        self.look()

    def _show_field(self) -> None:
        there = 0 <= self._row < len(self._fields)
        field = self._fields[self._row] if there else {}
        self.area.setVisible(there)
        self.hint.setVisible(not there)
        for button in (self.remove_button, self.up_button, self.down_button):
            button.setEnabled(there and self.writable)
        for line, name in ((self.name, "name"), (self.title, "title"), (self.unit, "unit"), (self.help, "help")):
            line.setText(str(field.get(name, "")))
        self.low.setText(number_text(field.get("minimum")))
        self.high.setText(number_text(field.get("maximum")))
        self.start.setText(number_text(self._defaults.get(str(field.get("name", "")))))
        self.kind.choose(field.get("kind", TEXT))
        self.need.choose(field.get("require"))
        self.keep.setChecked(bool(field.get("keep")))
        self.terms.show_terms(field.get("terms"))
        with QSignalBlocker(self.group):
            group = str(field.get("group") or OWN_GROUP)
            self.group.setEditText(tr(group))
        self._fit_kind()

    def _fit_kind(self) -> None:
        """Limits are for numbers, terms for a list of terms."""
        kind = self.kind.currentData()
        self.terms.setVisible(kind == CODE)
        for line in (self.low, self.high, self.unit):
            line.setEnabled(kind in (INTEGER, REAL))

    def _titled(self, text: str) -> None:
        """A name that nobody typed follows the title."""
        if self.name.text() in ("", _name_from(str(self._fields[self._row].get("title", "")))):
            self.name.setText(_name_from(text))
        self._edited()

    def _edited(self) -> None:
        if not 0 <= self._row < len(self._fields):
            return
        before = self._fields[self._row]
        kind = self.kind.currentData()
        numeric = kind in (INTEGER, REAL)
        name = self.name.text().strip()
        group = self._group()
        self._fields[self._row] = {
            **{other: value for other, value in before.items() if other not in _EDITED},
            **filled({
                "name": name,
                "title": self.title.text().strip(),
                "kind": kind,
                "group": group,
                "help": self.help.text().strip(),
                "unit": self.unit.text().strip() if numeric or before.get("unit") else "",
                "minimum": number_of(self.low.text()) if numeric else None,
                "maximum": number_of(self.high.text()) if numeric else None,
                "require": self.need.currentData(),
                "keep": self.keep.isChecked() or None,
                "terms": self.terms.terms if kind == CODE else [],
            }),
        }
        self._defaults.pop(str(before.get("name", "")), None)
        start = number_of(self.start.text()) if numeric else self.start.text().strip()
        if start not in (None, ""):
            self._defaults[name] = start
        self._fit_kind()
        self.changed.emit()

    def _group(self) -> str:
        """The heading in English where it is one that the program knows."""
        text = self.group.currentText().strip()
        return next((group for group in (*_GROUPS, OWN_GROUP) if text == tr(group)), text)

    def _add(self) -> None:
        self._fields.append({"name": "", "title": "", "kind": TEXT})
        self._fill_list(len(self._fields) - 1)
        self.title.setFocus()
        self.changed.emit()

    def _remove(self) -> None:
        if 0 <= self._row < len(self._fields):
            gone = self._fields.pop(self._row)
            self._defaults.pop(str(gone.get("name", "")), None)
            self._fill_list(self._row)
            self.changed.emit()

    def _move(self, by: int) -> None:
        row = self._row
        if 0 <= row + by < len(self._fields):
            self._fields[row], self._fields[row + by] = self._fields[row + by], self._fields[row]
            self._fill_list(row + by)
            self.changed.emit()


def _name_from(title: str) -> str:
    """The name that a title gives; empty without Latin letters."""
    plain = code_from(title).replace("-", "_")
    return OWN + plain if plain else ""


_EDITED = (
    "name", "title", "kind", "group", "help", "unit", "minimum", "maximum", "require", "keep", "terms",
)
"""What the form of a field has."""
