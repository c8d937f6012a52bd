"""What the office asks: the fields of the form with a tick and who needs them, and the rest in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from surveyapp.domain.fields import POSITION_FACTS, SIGHTING, Field
from surveyapp.domain.template import ALWAYS_SHOWN, EMPTY, NATIONAL, TEAM, OfficeField, Template, fields_of
from surveyapp.services.templates import summary
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, role_label
from surveyapp.ui.forms.form_body import told_value
from surveyapp.ui.forms.look import CalmCombo
from surveyapp.words import tr

_NAME = Qt.ItemDataRole.UserRole
_FIELD, _NEEDED, _START = range(3)


class TemplateDialog(Dialog):
    """Shows the template of each of the ``surveys`` (``{uuid: name}``); :attr:`template` and :attr:`survey` (``None``:
    all of them) are the answer. ``load_wanted``, ``example_wanted`` and ``save_wanted`` ask for files; answer the first
    two with :meth:`show_template`."""

    load_wanted = Signal()
    example_wanted = Signal()
    save_wanted = Signal()

    def __init__(
        self,
        surveys: Mapping[str, str],
        asks: Mapping[str, Template],
        parent: QWidget | None = None,
        *,
        writable: bool = True,
    ) -> None:
        lead = tr("What the form asks in this survey. It travels in the file, and every team that gets it sees it.")
        super().__init__(tr("Template"), lead, tr("Use it"), parent)
        self._asks, self._writable = dict(asks), writable
        self._base = EMPTY
        self._needs: dict[str, CalmCombo] = {}
        self._items: dict[str, QTreeWidgetItem] = {}
        self._surveys = CalmCombo()
        self._surveys.setAccessibleName(tr("Survey"))
        if len(surveys) > 1:
            self._surveys.addItem(tr("All surveys in the file"), None)
        for uuid, name in surveys.items():
            self._surveys.addItem(name, uuid)
        self.name, self.version = QLineEdit(), QLineEdit()
        self.name.setObjectName("template_name")
        self.tree = QTreeWidget()
        self.told = role_label("", "muted")
        self._lay_out()
        self._surveys.activated.connect(lambda _place: self._show_survey())
        for line in (self.name, self.version):
            line.textEdited.connect(lambda _text: self._look())
        self.tree.itemChanged.connect(lambda _item, _column: self._look())
        self._show_survey()
        self.resize(760, 640)

    @property
    def survey(self) -> str | None:
        """The survey that the template is for; ``None`` for all in the file."""
        uuid = self._surveys.currentData()
        return None if uuid is None else str(uuid)

    @property
    def template(self) -> Template:
        """What stands in the dialog."""
        levels = {name: combo.currentData() for name, combo in self._needs.items()}
        return replace(
            self._base,
            name=self.name.text().strip(),
            version=self.version.text().strip(),
            hidden=frozenset(n for n, i in self._items.items() if i.checkState(_FIELD) == Qt.CheckState.Unchecked),
            required={name: level for name, level in levels.items() if level and SIGHTING.field(name) is not None},
            extra=tuple(replace(extra, level=levels[extra.name] or 0) for extra in self._base.extra),
        )

    def show_template(self, template: Template) -> None:
        """Show another template in place of the one that stands here."""
        self._base = template
        self.name.setText(template.name)
        self.version.setText(template.version)
        self._fill(template)
        self._look()

    # -- putting together -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        if self._surveys.count() > 1:
            row = QHBoxLayout()
            row.addWidget(QLabel(tr("For")))
            row.addWidget(self._surveys, 1)
            self.body.addLayout(row)
        self.name.setPlaceholderText(tr("Such as: Swat emerald belt"))
        self.version.setPlaceholderText(tr("Such as: 2026-11"))
        self.version.setMaximumWidth(160)
        named = QHBoxLayout()
        for title, line, share in ((tr("Name"), self.name, 3), (tr("Version"), self.version, 1)):
            label = QLabel(title)
            label.setBuddy(line)
            named.addWidget(label)
            named.addWidget(line, share)
        self.body.addLayout(named)
        self.tree.setObjectName("template_fields")
        self.tree.setHeaderLabels([tr("Shown in the form"), tr("Needed by"), tr("Starts with")])
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(False)
        self.tree.header().setStretchLastSection(True)
        self.tree.header().setSectionResizeMode(_FIELD, QHeaderView.ResizeMode.Stretch)
        self.tree.setColumnWidth(_NEEDED, 220)
        self.tree.setColumnWidth(_START, 150)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self.told)
        self._add_file_buttons()
        for widget in (self.name, self.version, self.tree):
            widget.setEnabled(self._writable)

    def _add_file_buttons(self) -> None:
        files = QHBoxLayout()
        buttons = []
        for text, icon, wanted in (
            (tr("Load from a file…"), "open", self.load_wanted),
            (tr("Save to a file…"), "save", self.save_wanted),
            (tr("Show an example"), "sample", self.example_wanted),
        ):
            button = QPushButton(text)
            button.setIcon(theme.icon(icon))
            button.clicked.connect(wanted)
            buttons.append(button)
        self.clear = QPushButton(tr("Ask nothing more"))
        self.clear.setToolTip(tr("Take the template out: the form is the usual one; what was written stays"))
        self.clear.clicked.connect(lambda: self.show_template(EMPTY))
        self.load, self.save, self.example = buttons
        for button in (*buttons, self.clear):
            button.setAutoDefault(False)
            files.addWidget(button)
        files.addStretch(1)
        self.body.addLayout(files)
        for button in (self.load, self.example, self.clear):
            button.setEnabled(self._writable)

    def _show_survey(self) -> None:
        """The template of the chosen survey; of all of them, where they have the same."""
        chosen = [self._asks[self.survey]] if self.survey in self._asks else list(self._asks.values())
        self.show_template(chosen[0] if chosen and all(one == chosen[0] for one in chosen) else EMPTY)

    def _fill(self, template: Template) -> None:
        blocked = self.tree.blockSignals(True)
        self.tree.clear()
        self._needs, self._items = {}, {}
        asked = [f for f in fields_of(SIGHTING, template) if f.group and f.name not in POSITION_FACTS]
        for group in dict.fromkeys(field.group for field in asked):
            heading = QTreeWidgetItem(self.tree, [tr(group)])
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            heading.setFirstColumnSpanned(True)
            font = heading.font(_FIELD)
            font.setBold(True)
            heading.setFont(_FIELD, font)
            heading.setSizeHint(_FIELD, QSize(0, theme.row_height() + 4))
            for field in asked:
                if field.group == group:
                    self._add(heading, field, template)
        self.tree.expandAll()
        self.tree.blockSignals(blocked)

    def _add(self, heading: QTreeWidgetItem, field: Field, template: Template) -> None:
        item = QTreeWidgetItem(heading, [field.label])
        item.setData(_FIELD, _NAME, field.name)
        item.setToolTip(_FIELD, tr(field.help))
        item.setText(_START, told_value(field, field.default))
        item.setToolTip(_START, item.text(_START))
        item.setSizeHint(_FIELD, QSize(0, theme.row_height() + 8))
        usual = SIGHTING.field(field.name)
        item.setCheckState(_FIELD, Qt.CheckState.Unchecked if field.name in template.hidden else Qt.CheckState.Checked)
        if usual is None or field.name in ALWAYS_SHOWN:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
        self._items[field.name] = item
        combo = _needed_by(field, usual, template)
        combo.currentIndexChanged.connect(lambda _place: self._look())
        self._needs[field.name] = combo
        self.tree.setItemWidget(item, _NEEDED, combo)

    # -- following ------------------------------------------------------------------------------------

    def _look(self) -> None:
        for name, item in self._items.items():
            # Nobody can need of a team what its form does not show.
            hidden = item.checkState(_FIELD) == Qt.CheckState.Unchecked
            if hidden and self._needs[name].currentIndex():
                self._needs[name].setCurrentIndex(0)
            self._needs[name].setEnabled(not hidden)
        template = self.template
        self.told.setText(" ".join(summary(template)) or tr("It asks for nothing beyond what the program asks."))
        bare = replace(template, name="", version="")
        if bare != EMPTY and not template.name:
            self.complain(tr("Give the template a name."))
        else:
            self.complain("")
        self.save.setEnabled(bool(template.name))
        self.main_button.setEnabled(self._writable and self.main_button.isEnabled())


def _needed_by(field: Field, usual: Field | None, template: Template) -> CalmCombo:
    """A list of who may need a field; its data are check levels, ``None`` for what the table of fields says."""
    level = usual.level if usual is not None else 0
    words = {0: tr("nobody"), TEAM: tr("the team"), NATIONAL: tr("the national layer")}
    combo = CalmCombo()
    combo.setAccessibleName(tr("{field}: needed by", field=tr(field.title)))
    combo.addItem(tr("{who} (as usual)", who=words.get(level, words[TEAM])) if usual is not None else words[0], None)
    for other in (TEAM, NATIONAL):
        if other != level:
            combo.addItem(words[other], other)
    now = field.level if isinstance(field, OfficeField) and usual is None else template.required.get(field.name)
    combo.setCurrentIndex(max(0, combo.findData(now or None)))
    return combo
