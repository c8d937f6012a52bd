"""One value for a field of many sightings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from surveyapp.domain.fields import BLOB, POSITION_FACTS, REF, SIGHTING, Field
from surveyapp.domain.records import Record, Value
from surveyapp.errors import BadInput
from surveyapp.ui.forms.editor import Editor
from surveyapp.ui.forms.editors import make_editor
from surveyapp.ui.forms.field_row import FieldRow
from surveyapp.ui.forms.history_text import told_value
from surveyapp.ui.forms.look import ToneLabel, small_button
from surveyapp.words import ntr, tr

_OF_ONE_PLACE = frozenset({*POSITION_FACTS, "elevation_m", "toposheet", "notes"})
"""Holds for one place or was written about one; the same for many would falsify them."""


def bulk_fields(asked: Sequence[Field] = SIGHTING.fields) -> tuple[Field, ...]:
    """Those of the fields that can be the same on many sightings."""
    return tuple(
        field
        for field in asked
        if field.group and field.kind not in (BLOB, REF) and field.name not in _OF_ONE_PLACE
    )


_VALUES_TOLD = 4


class BulkEditDialog(QDialog):
    """Choose fields and what they become on all ``records``. :meth:`values` is the answer; a field that is
    chosen and left empty is emptied, and that is said before. ``asked`` are the fields as the office has them."""

    def __init__(
        self, records: Sequence[Record], parent: QWidget | None = None, *, asked: Sequence[Field] = SIGHTING.fields
    ) -> None:
        super().__init__(parent)
        self._fields = {field.name: field for field in bulk_fields(asked)}
        self.setWindowTitle(tr("Edit together"))
        self._records = records
        self.rows: dict[str, FieldRow] = {}
        self._rows = QVBoxLayout()
        self._rows.setSpacing(12)
        self.choice = QComboBox(self)
        self.choice.setAccessibleName(tr("Field to set"))
        self.trouble = ToneLabel("", "danger", self)
        self.main_button = QPushButton(tr("Set on all"), self)
        self.main_button.setProperty("role", "primary")
        self.main_button.setDefault(True)
        self.cancel_button = QPushButton(tr("Cancel"), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        lead = ntr("What you set here is set on {n:,} sighting.", "What you set here is set on {n:,} sightings.",
                   len(records))
        column.addWidget(ToneLabel(lead, "muted", self))
        column.addLayout(self._rows)
        column.addWidget(self.choice)
        column.addStretch(1)
        column.addWidget(self.trouble)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.main_button)
        column.addLayout(buttons)
        self.main_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.choice.activated.connect(self._chosen)
        self._list_fields()
        self._check()
        self.resize(480, 420)

    def values(self) -> dict[str, Value]:
        """Values by field, ``None`` for those to be emptied; raises ``BadInput`` for text that is no value."""
        return {name: row.editor.value() for name, row in self.rows.items()}

    def add_field(self, name: str) -> FieldRow:
        """Let a field be set."""
        field = self._fields[name]
        editor: Editor = make_editor(field)
        row = FieldRow(field, editor, self)
        row.pin.hide()
        host = QWidget(self)
        column = QVBoxLayout(host)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(row)
        foot = QHBoxLayout()
        foot.addWidget(ToneLabel(tr("Now: {values}", values=_standing(self._records, field)), "muted", host), 1)
        leave = small_button(tr("Leave as it is"), parent=host)
        leave.clicked.connect(lambda: self._leave(name, host))
        foot.addWidget(leave)
        column.addLayout(foot)
        self._rows.addWidget(host)
        self.rows[name] = row
        editor.changed.connect(self._check)
        self._list_fields()
        self._check()
        editor.input().setFocus(Qt.FocusReason.OtherFocusReason)
        return row

    def _leave(self, name: str, host: QWidget) -> None:
        del self.rows[name]
        self._rows.removeWidget(host)
        host.hide()
        host.deleteLater()
        self._list_fields()
        self._check()

    def _list_fields(self) -> None:
        self.choice.clear()
        self.choice.addItem(tr("Choose a field to set …"), "")
        for field in self._fields.values():
            if field.name not in self.rows:
                self.choice.addItem(field.label, field.name)

    def _chosen(self, place: int) -> None:
        name = str(self.choice.itemData(place) or "")
        if name:
            self.add_field(name)

    def _complain(self, sentence: str, *, blocks: bool) -> None:
        self.trouble.say(sentence, "danger" if blocks else "warning")
        self.trouble.setVisible(bool(sentence))
        self.main_button.setEnabled(not blocks)

    def _check(self) -> None:
        try:
            values = self.values()
        except BadInput as error:
            self._complain(str(error), blocks=True)
            return
        emptied = [tr(self.rows[name].field.title) for name, value in values.items() if value is None]
        if not values:
            self._complain("", blocks=True)
        elif emptied:
            self._complain(tr("Will be emptied: {titles}.", titles=tr(", ").join(emptied)), blocks=False)
        else:
            self._complain("", blocks=False)


def _standing(records: Iterable[Record], field: Field) -> str:
    """``8 Ruby, 4 empty``, the commonest first."""
    counts = Counter(told_value(field, r.values.get(field.name)) or tr("empty") for r in records)
    told = tr(", ").join(f"{count:,} {value}" for value, count in counts.most_common(_VALUES_TOLD))
    more = len(counts) - _VALUES_TOLD
    if more <= 0:
        return told
    return ntr("{values} and {n:,} other value", "{values} and {n:,} other values", more, values=told)
