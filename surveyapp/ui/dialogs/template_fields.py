"""Page of the template editor: which fields the form shows, who needs them, and what a new sighting starts with."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from surveyapp.domain.fields import POSITION_FACTS, REF, SIGHTING, Field
from surveyapp.domain.template import ALWAYS_SHOWN, NATIONAL, TEAM, Template, fields_of
from surveyapp.ui import theme
from surveyapp.ui.dialogs.template_pages import (
    LEVEL_WORDS,
    Choice,
    Page,
    Told,
    needed_words,
    number_of,
    number_text,
    trouble_of,
)
from surveyapp.ui.forms.history_text import sentence_case, told_value
from surveyapp.ui.forms.look import CalmCombo, ToneLabel
from surveyapp.words import tr

_NAME = Qt.ItemDataRole.UserRole
_FIELD, _NEEDED, _START = range(3)


class FieldsPage(Page):
    """The fields of a sighting, a line each: a tick, who needs it, and a default. An office's own fields have a page
    of their own; what the program does not know beforehand (a position, a time) takes no default."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[str, QTreeWidgetItem] = {}
        self.needs: dict[str, CalmCombo] = {}
        self.starts: dict[str, Choice | QLineEdit] = {}
        self._shown: Told = {}
        self._other_defaults: dict[str, Any] = {}
        self.tree = QTreeWidget()
        self.tree.setObjectName("template_fields")
        self.tree.setAccessibleName(tr("Fields of the form"))
        self.tree.setHeaderLabels([tr("Shown in the form"), tr("Needed by"), tr("Starts with")])
        self.tree.setRootIsDecorated(False)
        self.tree.header().setStretchLastSection(True)
        self.tree.header().setSectionResizeMode(_FIELD, QHeaderView.ResizeMode.Stretch)
        self.tree.setColumnWidth(_NEEDED, 220)
        self.tree.setColumnWidth(_START, 220)
        self.tree.itemChanged.connect(lambda _item, _column: self._ticked())
        self.trouble = ToneLabel("", "danger")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.tree, 1)
        column.addWidget(self.trouble)

    def told(self) -> dict[str, Any]:
        hidden = [name for name in SIGHTING.names if name in self.items and not self._ticks(name)]
        required = {name: combo.currentData() for name, combo in self.needs.items() if combo.currentData()}
        defaults = {name: self._start(name) for name in self.starts}
        own = {name: value for name, value in defaults.items() if value not in (None, "")}
        return {"hide": hidden, "require": required, "defaults": {**own, **self._other_defaults}}

    def show_told(self, told: Told, template: Template) -> None:
        self._shown = told
        defaults = told.get("defaults")
        given = dict(defaults) if isinstance(defaults, dict) else {}
        blocked = self.tree.blockSignals(True)
        self.tree.clear()
        self.items, self.needs, self.starts = {}, {}, {}
        asked = {field.name: field for field in fields_of(SIGHTING, template)}
        known = [field for field in SIGHTING if field.group and field.name not in POSITION_FACTS]
        for group in dict.fromkeys(field.group for field in known):
            heading = QTreeWidgetItem(self.tree, [tr(group)])
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            heading.setFirstColumnSpanned(True)
            font = heading.font(_FIELD)
            font.setBold(True)
            heading.setFont(_FIELD, font)
            heading.setSizeHint(_FIELD, QSize(0, theme.row_height() + 4))
            for field in known:
                if field.group == group:
                    self._add(heading, field, asked[field.name], given.get(field.name))
        # Defaults of the office's own fields stand on their own page.
        self._other_defaults = {n: v for n, v in given.items() if n not in self.starts and SIGHTING.field(n)}
        self.tree.expandAll()
        self.tree.blockSignals(blocked)
        self._grey()

    def follow(self, template: Template) -> None:
        """The lists of terms may be others now."""
        self.show_told(self.told(), template)
        self.look()

    def look(self) -> str:
        told = self.told()
        found = [trouble_of({"hide": told["hide"], "require": told["require"]})]
        for name, editor in self.starts.items():
            value = told["defaults"].get(name)
            said = ""
            if value is not None and not isinstance(editor, Choice):
                said = trouble_of({"defaults": {name: value}}, f"defaults: {name}")
                said = f"{tr(_known(name).title)}: {said}" if said else ""
            if bool(editor.property("invalid")) != bool(said):
                editor.setProperty("invalid", bool(said))
                editor.style().unpolish(editor)
                editor.style().polish(editor)
            editor.setToolTip(said)
            found.append(said)
        first = next(filter(None, found), "")
        self.trouble.say(first)
        self.trouble.setVisible(bool(first))
        return first

    # -- inside ---------------------------------------------------------------------------------------

    def _add(self, heading: QTreeWidgetItem, field: Field, asked: Field, start: Any) -> None:
        name = field.name
        item = QTreeWidgetItem(heading, [field.label])
        item.setData(_FIELD, _NAME, name)
        item.setToolTip(_FIELD, tr(field.help))
        item.setSizeHint(_FIELD, QSize(0, theme.row_height() + 12))
        hidden = self._shown.get("hide")
        off = isinstance(hidden, list) and name in hidden
        item.setCheckState(_FIELD, Qt.CheckState.Unchecked if off else Qt.CheckState.Checked)
        if name in ALWAYS_SHOWN or not self.writable:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
        self.items[name] = item
        self.needs[name] = self._needed(field)
        self.tree.setItemWidget(item, _NEEDED, self.needs[name])
        if _takes_default(field):
            self.starts[name] = self._starting(field, asked, start)
            self.tree.setItemWidget(item, _START, self.starts[name])

    def _needed(self, field: Field) -> CalmCombo:
        words = needed_words()
        usual = LEVEL_WORDS.get(field.level, "team" if field.level else "")
        combo = Choice([(None, tr("{who} (as usual)", who=words[usual]))])
        combo.setAccessibleName(tr("{field}: needed by", field=tr(field.title)))
        required = self._shown.get("require")
        now = required.get(field.name) if isinstance(required, dict) else None
        for level in (TEAM, NATIONAL):
            if level != field.level or LEVEL_WORDS[level] == now:
                combo.addItem(words[LEVEL_WORDS[level]], LEVEL_WORDS[level])
        combo.choose(now)
        combo.currentIndexChanged.connect(lambda _place: self.changed.emit())
        return combo

    def _starting(self, field: Field, asked: Field, start: Any) -> Choice | QLineEdit:
        usual = told_value(field, field.default)
        editor: Choice | QLineEdit
        if asked.vocabulary is not None:
            nothing = tr("{what} (as usual)", what=usual) if usual else tr("nothing")
            terms = [(term.code, sentence_case(tr(term.label))) for term in asked.vocabulary]
            editor = Choice([(None, nothing), *terms])
            editor.choose(start)
            editor.currentIndexChanged.connect(lambda _place: self.changed.emit())
        else:
            editor = QLineEdit(number_text(start))
            editor.setPlaceholderText(usual or tr("nothing"))
            editor.textEdited.connect(lambda _text: self.changed.emit())
        editor.setAccessibleName(tr("{field}: starts with", field=tr(field.title)))
        return editor

    def _start(self, name: str) -> Any:
        editor = self.starts[name]
        if isinstance(editor, Choice):
            return editor.currentData()
        return number_of(editor.text()) if _known(name).kind in ("integer", "real") else editor.text().strip()

    def _ticks(self, name: str) -> bool:
        return self.items[name].checkState(_FIELD) != Qt.CheckState.Unchecked

    def _ticked(self) -> None:
        self._grey()
        self.changed.emit()

    def _grey(self) -> None:
        """Nobody can need of a team what its form does not show."""
        for name, combo in self.needs.items():
            shown = self._ticks(name)
            if not shown and combo.currentIndex():
                combo.setCurrentIndex(0)
            combo.setEnabled(shown)


def _known(name: str) -> Field:
    field = SIGHTING.field(name)
    assert field is not None
    return field


def _takes_default(field: Field) -> bool:
    """Whether a template may give it a default: an empty one is refused only where none is taken."""
    return field.kind != REF and not trouble_of({"defaults": {field.name: ""}})
