"""Putting a filter together, and keeping filters under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from surveyapp.domain.fields import Field
from surveyapp.domain.filters import FILTER_FIELDS, Condition, Filter
from surveyapp.errors import BadInput
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog
from surveyapp.ui.dialogs.condition_row import ConditionRow
from surveyapp.words import tr


class FilterDialog(Dialog):
    """``wanted`` is the answer: conditions, and a name if it is to be kept. ``delete_wanted`` carries the name of a
    saved filter, ``rename_wanted`` its name and the new one. ``fields`` are those of the open survey.
    """

    delete_wanted = Signal(str)
    rename_wanted = Signal(str, str)

    def __init__(
        self,
        now: Filter,
        saved: Sequence[Filter],
        parent: QWidget | None = None,
        fields: Mapping[str, Field] = FILTER_FIELDS,
    ) -> None:
        super().__init__(
            tr("Filter"),
            tr("Table and map show only the sightings that meet all conditions."),
            tr("Use this filter"),
            parent,
        )
        self.wanted = now
        self._words = now.words
        self._fields = fields
        self.saved = QComboBox()
        self.saved.setObjectName("saved_filters")
        self.rename = QPushButton(tr("Rename"))
        self.rename.setToolTip(tr("Give the saved filter the name that stands below"))
        self.delete = QPushButton(tr("Delete"))
        for button in (self.rename, self.delete):
            button.setAutoDefault(False)
        self.rows = QVBoxLayout()
        self.rows.setSpacing(6)
        self.add = QPushButton(tr("Add a condition"))
        self.add.setIcon(theme.icon("add"))
        self.add.setAutoDefault(False)
        self.name = QLineEdit()
        self.name.setObjectName("filter_name")
        self.name.setPlaceholderText(tr("A name, if you want to use it again"))
        self._lay_out()
        self.offer(saved)
        self._show(now)
        self.saved.activated.connect(self._chosen)
        self.delete.clicked.connect(lambda: self.delete_wanted.emit(self.saved.currentText()))
        self.rename.clicked.connect(lambda: self.rename_wanted.emit(self.saved.currentText(), self.name.text()))
        self.name.textChanged.connect(lambda _text: self._may_rename())
        self.add.clicked.connect(lambda: self._add(None))
        self.resize(680, 420)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(QLabel(tr("Saved filters")))
        top.addWidget(self.saved, 1)
        top.addWidget(self.rename)
        top.addWidget(self.delete)
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, 8, 0)
        lines.addLayout(self.rows)
        button = QHBoxLayout()
        button.addWidget(self.add)
        button.addStretch(1)
        lines.addLayout(button)
        lines.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        bottom = QHBoxLayout()
        bottom.addWidget(QLabel(tr("Keep it as")))
        bottom.addWidget(self.name, 1)
        self.body.addLayout(top)
        self.body.addWidget(area, 1)
        self.body.addLayout(bottom)

    # -- saved filters --------------------------------------------------------------------------------

    def offer(self, saved: Sequence[Filter], chosen: str = "") -> None:
        """Offer these saved filters; ``chosen`` is the name of one that is on show."""
        self.complain("")
        self.saved.clear()
        self.saved.addItem(tr("Choose one…") if saved else tr("None yet"))
        for one in saved:
            self.saved.addItem(one.name, one)
        self.saved.setEnabled(bool(saved))
        self.saved.setCurrentIndex(max(self.saved.findText(chosen), 0) if chosen else 0)
        self.delete.setEnabled(self.saved.currentIndex() > 0)
        self._may_rename()

    def _chosen(self, place: int) -> None:
        self.delete.setEnabled(place > 0)
        chosen = self.saved.itemData(place)
        if isinstance(chosen, Filter):
            self._words = chosen.words
            self._show(chosen.known_by(self._fields))
        self._may_rename()

    def _may_rename(self) -> None:
        """A saved filter is chosen, and another name stands below."""
        name = self.name.text().strip()
        chosen = self.saved.currentIndex() > 0
        self.rename.setEnabled(chosen and bool(name) and name != self.saved.currentText())

    # -- conditions -----------------------------------------------------------------------------------

    @property
    def condition_rows(self) -> list[ConditionRow]:
        widgets = [self.rows.itemAt(n).widget() for n in range(self.rows.count())]
        return [widget for widget in widgets if isinstance(widget, ConditionRow)]

    def _show(self, wanted: Filter) -> None:
        for row in self.condition_rows:
            self._take_away(row)
        for condition in wanted.conditions:
            self._add(condition)
        if not wanted.conditions:
            self._add(None)
        self.name.setText(wanted.name)
        self.complain("")

    def _add(self, condition: Condition | None) -> None:
        row = ConditionRow(condition, self._fields)
        row.gone.connect(lambda: self._take_away(row))
        self.rows.addWidget(row)
        if condition is None:
            row.field.setFocus()

    def _take_away(self, row: ConditionRow) -> None:
        self.rows.removeWidget(row)
        row.hide()
        row.deleteLater()

    def accept(self) -> None:
        """Close with the filter, or say what is missing in it."""
        try:
            conditions = tuple(row.condition for row in self.condition_rows)
        except BadInput as error:
            self.complain(str(error), blocks=False)
            return
        self.wanted = Filter(self.name.text().strip(), self._words, conditions)
        super().accept()
