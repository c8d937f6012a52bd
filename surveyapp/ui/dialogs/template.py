"""The template editor: what the office asks, on pages, and as the JSON text that travels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFontDatabase, QIcon
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTabWidget,
    QWidget,
)

from surveyapp.domain.template import EMPTY, Template
from surveyapp.domain.template_text import FORMAT, parse_template, template_text
from surveyapp.errors import BadInput
from surveyapp.services.templates import summary
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, role_label
from surveyapp.ui.dialogs.template_fields import FieldsPage
from surveyapp.ui.dialogs.template_lists import ListsPage
from surveyapp.ui.dialogs.template_own import OwnFieldsPage
from surveyapp.ui.dialogs.template_pages import Page, filled
from surveyapp.ui.dialogs.template_rules import FilesPage, PositionsPage, ReviewPage
from surveyapp.ui.forms.look import CalmCombo
from surveyapp.words import tr


class TemplateDialog(Dialog):
    """Shows and changes the template of each of the ``surveys`` (``{uuid: name}``); :attr:`template` and
    :attr:`survey` (``None``: all of them) are the answer. ``load_wanted``, ``example_wanted`` and ``save_wanted`` ask
    for files; answer the first two with :meth:`show_template`."""

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
        self._template = EMPTY
        self._surveys = CalmCombo()
        self._surveys.setAccessibleName(tr("Survey"))
        if len(surveys) > 1:
            self._surveys.addItem(tr("All surveys in the file"), None)
        for uuid, name in surveys.items():
            self._surveys.addItem(name, uuid)
        self.name, self.version = QLineEdit(), QLineEdit()
        self.name.setObjectName("template_name")
        self.fields, self.lists, self.own = FieldsPage(), ListsPage(), OwnFieldsPage()
        self.fields.writable = self.lists.writable = self.own.writable = writable
        self.positions, self.files, self.review = PositionsPage(), FilesPage(), ReviewPage()
        self.text = QPlainTextEdit()
        self.tabs = QTabWidget()
        self.told = role_label("", "muted")
        self._lay_out()
        self._connect()
        self._show_survey()
        self.name.setFocus()
        self.resize(960, 690)

    @property
    def survey(self) -> str | None:
        """The survey that the template is for; ``None`` for all in the file."""
        uuid = self._surveys.currentData()
        return None if uuid is None else str(uuid)

    @property
    def template(self) -> Template:
        """What stands in the dialog, or stood there when it last was a template."""
        return self._template

    def show_template(self, template: Template) -> None:
        """Show another template in place of the one that stands here."""
        self._template = template
        told = json.loads(template_text(template) or "{}")
        self._show_named(told)
        for page in self._pages:
            with QSignalBlocker(page):
                page.show_told(told, template)
        self._look()
        if self.tabs.currentWidget() is self.text:
            self._write_text()
        self._lock()

    # -- putting together -----------------------------------------------------------------------------

    @property
    def _pages(self) -> tuple[Page, ...]:
        return self.fields, self.lists, self.own, self.positions, self.files, self.review

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
        self.text.setObjectName("template_text")
        self.text.setAccessibleName(tr("Template as JSON text"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(True)
        titles = (tr("Fields"), tr("Lists"), tr("Own fields"), tr("Positions"), tr("Photos and samples"),
                  tr("Review and public"))
        for page, title in zip(self._pages, titles, strict=True):
            self.tabs.addTab(page, title)
        self.tabs.addTab(self.text, tr("Text (JSON)"))
        self.body.addWidget(self.tabs, 1)
        self.body.addWidget(self.told)
        self._add_file_buttons()
        for line in (self.name, self.version):
            line.setReadOnly(not self._writable)
        self.text.setReadOnly(not self._writable)

    def _add_file_buttons(self) -> None:
        """At the other end of the row of the main button."""
        made = []
        for text, icon, work in (
            (tr("Load from a file…"), "open", self.load_wanted.emit),
            (tr("Save to a file…"), "save", self.save_wanted.emit),
            (tr("Show an example"), "sample", self.example_wanted.emit),
            (tr("Ask nothing more"), "cancel", lambda: self.show_template(EMPTY)),
        ):
            button = QPushButton(theme.icon(icon), text)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _on, work=work: work())
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ResetRole)
            made.append(button)
        self.load, self.save, self.example, self.clear = made
        self.clear.setToolTip(tr("Take the template out: the form is the usual one; what was written stays"))
        for button in (self.load, self.example, self.clear):
            button.setEnabled(self._writable)

    def _connect(self) -> None:
        self._surveys.activated.connect(lambda _place: self._show_survey())
        for line in (self.name, self.version):
            line.textEdited.connect(lambda _text: self._renamed())
        for page in self._pages:
            page.changed.connect(self._look)
        self.text.textChanged.connect(self._look)
        self.tabs.currentChanged.connect(lambda _place: self._turned())

    def _show_survey(self) -> None:
        """The template of the chosen survey; of all of them, where they have the same."""
        chosen = [self._asks[self.survey]] if self.survey in self._asks else list(self._asks.values())
        self.show_template(chosen[0] if chosen and all(one == chosen[0] for one in chosen) else EMPTY)

    def _lock(self) -> None:
        """A survey for reading shows what is asked, and nothing of it can be changed."""
        if self._writable:
            return
        for page in self._pages:
            for line in page.findChildren(QLineEdit):
                line.setReadOnly(True)
            for kind in (QComboBox, QAbstractButton):
                for widget in page.findChildren(kind):
                    widget.setEnabled(False)
            for table in page.findChildren(QTableWidget):
                table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)

    # -- following ------------------------------------------------------------------------------------

    def _parts(self) -> dict[str, Any]:
        """The JSON object without its head, from all pages."""
        parts: dict[str, Any] = {}
        for page in self._pages:
            for name, value in page.told().items():
                parts[name] = {**parts.get(name, {}), **value} if isinstance(value, dict) else value
        return filled(parts)

    def _object(self) -> dict[str, Any]:
        """The whole JSON object, from name, version and all pages."""
        named = filled({"name": self.name.text().strip(), "version": self.version.text().strip()})
        return {"surveyapp_template": FORMAT, **named, **self._parts()}

    def _renamed(self) -> None:
        if self.tabs.currentWidget() is self.text:
            try:
                told = json.loads(self.text.toPlainText())
            except ValueError:
                told = None
            if isinstance(told, dict):
                named = filled({"name": self.name.text().strip(), "version": self.version.text().strip()})
                rest = {name: value for name, value in told.items() if name not in ("name", "version")}
                head = {"surveyapp_template": rest.pop("surveyapp_template", FORMAT), **named}
                self._write_text({**head, **rest})
        self._look()

    def _turned(self) -> None:
        """Another page comes to the front."""
        front = self.tabs.currentWidget()
        if front is self.text:
            self._write_text()
        elif isinstance(front, Page):
            with QSignalBlocker(front):
                front.follow(self._template)
            self._lock()

    def _write_text(self, told: Mapping[str, Any] | None = None) -> None:
        with QSignalBlocker(self.text):
            self.text.setPlainText(json.dumps(told or self._object(), ensure_ascii=False, indent=2))

    def _show_named(self, told: Mapping[str, Any]) -> None:
        for line, name in ((self.name, "name"), (self.version, "version")):
            if line.text().strip() != told.get(name, ""):
                line.setText(str(told.get(name, "")))

    def _look(self) -> None:
        trouble = self._read_text() if self.tabs.currentWidget() is self.text else self._read_pages()
        if not trouble:
            self.told.setText(" ".join(summary(self._template)) or tr("It asks for nothing beyond what the program "
                                                                      "asks."))
        self.complain(trouble)
        self.save.setEnabled(bool(self._template.name) and not trouble)
        self.main_button.setEnabled(self._writable and not trouble)

    def _read_pages(self) -> str:
        """Take the template that the pages come to; returns what is wrong with them."""
        troubles = [page.look() for page in self._pages]
        for place, said in enumerate(troubles):
            self.tabs.setTabIcon(place, theme.icon("conflict", theme.current().danger) if said else QIcon())
        trouble = next(filter(None, troubles), "")
        parts, name = self._parts(), self.name.text().strip()
        if trouble:
            return trouble
        if not parts and not name:
            self._template = EMPTY
            return ""
        if not name:
            return tr("Give the template a name.")
        try:
            self._template = parse_template(json.dumps(self._object()))
        except BadInput as error:
            return str(error)
        return ""

    def _read_text(self) -> str:
        """Take the template that the JSON text says, into the pages too; returns what is wrong with it. The pages wait
        meanwhile, so that nothing that stands in the text is lost."""
        text = self.text.toPlainText()
        try:
            template = parse_template(text)
        except BadInput as error:
            trouble = str(error)
        else:
            trouble = ""
            self._template = template
            told = json.loads(text) if text.strip() else {}
            self._show_named(told)
            for page in self._pages:
                with QSignalBlocker(page):
                    page.show_told(told, template)
                    page.look()
        for place in range(self.tabs.count() - 1):
            self.tabs.setTabEnabled(place, not trouble)
        return trouble
