"""Fields as sections of rows, made from the one table of fields, or from what an office makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from surveyapp.domain.fields import INTEGER, REAL, Field
from surveyapp.domain.records import Value
from surveyapp.errors import BadInput
from surveyapp.ui.forms.checks import BLOCKS, NATIONAL, Finding
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.editors import make_editor
from surveyapp.ui.forms.field_row import FieldRow
from surveyapp.ui.forms.history_text import isolated, told_value
from surveyapp.ui.forms.section import Section
from surveyapp.ui.forms.text_editors import ReturnGoesOn
from surveyapp.words import tr

_SUMMARY_PARTS = 4


class FormBody(QWidget):
    """Sections by ``Field.group``; fields in ``leave`` get no row (the caller shows them another way), those in
    ``hidden`` one that shows only while something is in it. ``surveys`` are those that a sighting may belong to.

    Signals: ``edited(name)`` when a person changed a field, ``fixPressed(Fix)``,
    ``pinToggled(name, pinned)``, ``focused(Field)`` when the keyboard comes to a field (``None`` when it
    leaves them all).
    """

    edited = Signal(str)
    fixPressed = Signal(object)
    pinToggled = Signal(str, bool)
    focused = Signal(object)

    def __init__(
        self,
        fields: Sequence[Field],
        *,
        leave: Iterable[str] = (),
        opened: Iterable[str] = (),
        hidden: Iterable[str] = (),
        surveys: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.hidden = frozenset(hidden)
        self.at: str | None = None
        """The field that the keyboard is in, or was in last."""
        self._surveys = dict(surveys or {})
        self._told = {field.name: field for field in fields}
        self.rows: dict[str, FieldRow] = {}
        self.sections: dict[str, Section] = {}
        self._hosts: set[str] = set()
        self._members: dict[str, list[str]] = {}
        self._goes_on = ReturnGoesOn(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(2)
        self._column = column
        left_out, is_open = set(leave), set(opened)
        for group in dict.fromkeys(f.group for f in fields if f.group):
            shown = [f for f in fields if f.group == group and f.name not in left_out]
            self._members[group] = [f.name for f in fields if f.group == group]
            section = Section(tr(group), self._section_body(shown), is_open=group in is_open, parent=self)
            self.sections[group] = section
            column.addWidget(section)
        column.addStretch(1)

    def editor(self, name: str) -> Editor:
        """The editor of a field."""
        return self.rows[name].editor

    def put_first(self, group: str, widget: QWidget) -> None:
        """Put a widget of the caller's at the top of a section."""
        layout = self.sections[group].body.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, widget)
        self._hosts.add(group)

    def reveal(self, name: str) -> None:
        """Show the row of a hidden field, because something is to be done there."""
        row, section = self.rows.get(name), self.section_of(name)
        if row is not None and section is not None:
            row.setVisible(True)
            section.setVisible(True)

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Show stored values; fields that are not named are empty."""
        for name, row in self.rows.items():
            row.editor.set_value(values.get(name))
        self._hide_empty()

    def collect(self) -> tuple[dict[str, Value], dict[str, str]]:
        """Values of all rows, and for those whose text is no value the sentence that says so."""
        values: dict[str, Value] = {}
        troubles: dict[str, str] = {}
        for name, row in self.rows.items():
            try:
                values[name] = row.editor.value()
            except BadInput as error:
                values[name] = None
                troubles[name] = str(error)
        return values, troubles

    def raws(self) -> dict[str, str]:
        """What is shown, as text, by field."""
        return {name: row.editor.raw() for name, row in self.rows.items()}

    def set_raws(self, raws: Mapping[str, str]) -> None:
        """Show text as if it had been typed; fields that are not named stay."""
        for name, raw in raws.items():
            if name in self.rows:
                self.rows[name].editor.set_raw(raw)
        self._hide_empty()

    def tell(self, findings: Sequence[Finding], values: Mapping[str, Value]) -> None:
        """Show the loudest finding of each field beside it, and mark and sum up the sections."""
        loudest: dict[str, Finding] = {}
        for finding in findings:
            loudest.setdefault(finding.field, finding)
        for name, row in self.rows.items():
            row.tell(loudest.get(name), empty=values.get(name) is None)
        for group, members in self._members.items():
            tones = {loudest[name].loudness for name in members if name in loudest} - {NATIONAL}
            self.sections[group].set_mark("danger" if BLOCKS in tones else "warning" if tones else "")
            told = [self._in_words(name, values.get(name)) for name in members]
            self.sections[group].set_summary(" · ".join([isolated(t) for t in told if t][:_SUMMARY_PARTS]))

    def section_of(self, name: str) -> Section | None:
        """The section that a field is in."""
        return next((self.sections[g] for g, members in self._members.items() if name in members), None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            field = self._field_of(watched)
            self.at = field.name if field else self.at
            self.focused.emit(field)
        elif event.type() == QEvent.Type.FocusOut:
            self.focused.emit(None)
        return super().eventFilter(watched, event)

    def _hide_empty(self) -> None:
        """Hidden fields show while something is in them, and a section while one of its fields does."""
        for name in self.hidden & self.rows.keys():
            self.rows[name].setVisible(bool(self.rows[name].editor.raw()))
        for group, members in self._members.items():
            rows = [self.rows[name] for name in members if name in self.rows]
            self.sections[group].setVisible(group in self._hosts or any(not row.isHidden() for row in rows))

    def _in_words(self, name: str, value: Value) -> str:
        if value is not None and name == "survey_uuid":
            return self._surveys.get(str(value), "")
        return told_value(self._told[name], value)

    def _section_body(self, fields: Sequence[Field]) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(10, 2, 6, 12)
        column.setSpacing(8)
        waiting: FieldRow | None = None
        for field in fields:
            row = self._row(field)
            if not _is_narrow(field) or field.name in self.hidden:
                column.addWidget(row)
                waiting = None
            elif waiting is None:
                pair = QHBoxLayout()
                pair.setSpacing(12)
                pair.addWidget(row, 1, Qt.AlignmentFlag.AlignTop)
                column.addLayout(pair)
                waiting = row
            else:
                pair.addWidget(row, 1, Qt.AlignmentFlag.AlignTop)
                waiting = None
        return body

    def _row(self, field: Field) -> FieldRow:
        row = FieldRow(field, make_editor(field, surveys=self._surveys))
        self.rows[field.name] = row
        row.editor.changed.connect(lambda: self.edited.emit(field.name))
        row.fixPressed.connect(self.fixPressed)
        row.pinToggled.connect(lambda pinned: self.pinToggled.emit(field.name, pinned))
        for widget in row.editor.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                widget.installEventFilter(self)
            if isinstance(widget, QLineEdit):
                widget.installEventFilter(self._goes_on)
        return row

    def _field_of(self, widget: QObject) -> Field | None:
        at: QObject | None = widget
        while at is not None and at is not self:
            if isinstance(at, FieldRow):
                return at.field
            at = at.parent()
        return None


def _is_narrow(field: Field) -> bool:
    """Numbers are short, so two of them share a line."""
    return field.kind in (INTEGER, REAL)
