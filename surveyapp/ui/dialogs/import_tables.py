"""The tables of the import dialog: columns with the fields and units that they become, rows to read, lists of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, Layer
from surveyapp.domain.records import Value
from surveyapp.errors import SurveyError
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import ColumnMapping, fields_to_map
from surveyapp.exchange.plan import ImportPlan
from surveyapp.exchange.synonyms import SHARED
from surveyapp.exchange.units import UnitQuestion, questions
from surveyapp.ui import theme
from surveyapp.ui.forms.history_text import readable
from surveyapp.words import tr

_SHOWN_ROWS = 50
_SHOWN_LINES = 1000
_COLUMN, _SAMPLES, _FIELD, _UNIT = range(4)


class MappingTable(QTableWidget):
    """The columns of a source, each with the field that it becomes and, for a measure, the unit that it is in.

    ``changed`` when the person chose something.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        dress(self, (tr("Column of the file"), tr("For example"), tr("Becomes"), tr("Unit")))
        for at, width in enumerate((125, 100, 190)):
            self.setColumnWidth(at, width)
        self.horizontalHeader().setStretchLastSection(True)
        self._source: SourceTable | None = None
        self._definition: Layer | None = None
        self._told: dict[str, str] = {}

    def show_source(self, source: SourceTable, definition: Layer, mapping: ColumnMapping) -> None:
        """Show the columns with a mapping to start from."""
        self._source, self._definition, self._told = source, definition, dict(mapping.units)
        choices = fields_to_map(definition)
        self.setRowCount(len(source.columns))
        for row, column in enumerate(source.columns):
            self.setItem(row, _COLUMN, cell(column.name))
            self.setItem(row, _SAMPLES, cell(", ".join(column.samples)))
            self.setItem(row, _UNIT, cell(""))
            box = QuietBox()
            box.setAccessibleName(tr("What the column {column} becomes", column=column.name))
            box.addItem(tr("kept in the notes"), None)
            for name, title in choices.items():
                box.addItem(tr(title), name)
            box.setCurrentIndex(max(box.findData(mapping.fields.get(column.name)), 0))
            box.currentIndexChanged.connect(lambda _index, chosen=box: self._chosen(chosen))
            self.setCellWidget(row, _FIELD, box)
        self._show_units()

    @property
    def mapping(self) -> ColumnMapping | None:
        """What stands in the table; ``None`` before there is a source."""
        if self._source is None:
            return None
        return ColumnMapping(self.fields, {}, dict(self._told))

    @property
    def fields(self) -> dict[str, str | None]:
        """The field of each column."""
        return {self.column(row): self.box(row).currentData() for row in range(self.rowCount())}

    def column(self, row: int) -> str:
        """The name of the column in a row."""
        item = self.item(row, _COLUMN)
        return item.text() if item is not None else ""

    def box(self, row: int) -> QComboBox:
        """The choice of the field in a row."""
        box = self.cellWidget(row, _FIELD)
        assert isinstance(box, QComboBox)
        return box

    def unit_box(self, column: str) -> QComboBox | None:
        """The choice of the unit of a column; ``None`` where it becomes no measure."""
        row = next((row for row in range(self.rowCount()) if self.column(row) == column), None)
        box = None if row is None else self.cellWidget(row, _UNIT)
        return box if isinstance(box, QComboBox) else None

    def unasked(self) -> str:
        """A sentence about the first column whose unit is not known; empty if there is none."""
        asked = next((one for one in self._questions() if one.unit is None), None)
        return "" if asked is None else tr("Say which unit the column {column} is in.", column=asked.column)

    def scroll_to_unasked(self) -> None:
        """Bring the first such column into sight."""
        asked = next((one.column for one in self._questions() if one.unit is None), None)
        for row in range(self.rowCount()):
            item = self.item(row, _COLUMN)
            if item is not None and item.text() == asked:
                self.scrollToItem(item)

    # -- inside ---------------------------------------------------------------------------------------

    def _questions(self) -> list[UnitQuestion]:
        if self._source is None or self._definition is None:
            return []
        try:
            return list(questions(self._source, self.fields, self._told, self._definition))
        except SurveyError:
            return []  # a unit that its field cannot be in: the plan says so

    def _show_units(self) -> None:
        """A choice of the unit beside each column that becomes a measure."""
        asked = {one.column: one for one in self._questions()}
        for row in range(self.rowCount()):
            question = asked.get(self.column(row))
            if question is None:
                self.removeCellWidget(row, _UNIT)
                continue
            box = QuietBox()
            box.setAccessibleName(tr("Unit of the column {column}", column=question.column))
            if question.unit is None:
                box.addItem(f"⚠ {tr('choose…')}", None)
            for unit in question.choices:
                box.addItem(tr(unit.title), unit.code)
            box.setCurrentIndex(max(box.findData(question.unit), 0))
            box.currentIndexChanged.connect(
                lambda _index, chosen=box, column=question.column: self._unit_chosen(column, chosen)
            )
            self.setCellWidget(row, _UNIT, box)

    def _unit_chosen(self, column: str, box: QComboBox) -> None:
        unit = box.currentData()
        if unit is None:
            self._told.pop(column, None)
        else:
            self._told[column] = unit
        self.changed.emit()

    def _chosen(self, chosen: QComboBox) -> None:
        """A field takes one column: another that had it goes to the notes."""
        name = chosen.currentData()
        for row in range(self.rowCount()):
            box = self.box(row)
            if name is not None and name not in SHARED and box is not chosen and box.currentData() == name:
                box.blockSignals(True)
                box.setCurrentIndex(0)
                box.blockSignals(False)
        for row in range(self.rowCount()):
            if self.box(row) is chosen:
                self._told.pop(self.column(row), None)  # what was said held for the field before
        self._show_units()
        self.changed.emit()


class PreviewTable(QTableWidget):
    """The first records as they would come in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 0, parent)
        dress(self, ())

    def show_plan(self, plan: ImportPlan, definition: Layer) -> None:
        rows = plan.rows[:_SHOWN_ROWS]
        names = [n for n in (GEOMETRY, *definition.names) if any(r.values.get(n) is not None for r in rows)]
        titles = [tr("Position") if n == GEOMETRY else f.label if (f := definition.field(n)) else n for n in names]
        self.setColumnCount(len(names))
        self.setHorizontalHeaderLabels(titles)
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            for at, name in enumerate(names):
                item = cell(readable(plan.layer, name, row.values.get(name)).replace("\n", " "))
                if name == "gem":
                    item.setIcon(theme.gem_icon(row.values.get(name)))
                self.setItem(place, at, item)
        self.resizeColumnsToContents()
        for at in range(len(names)):
            self.setColumnWidth(at, min(self.columnWidth(at) + 12, 260))


class LinesTable(QTableWidget):
    """Rows of the source with what is said of them."""

    def __init__(self, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(0, 2, parent)
        dress(self, (tr("Row"), heading))
        self.setColumnWidth(0, 70)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.setWordWrap(True)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def show_lines(self, lines: Sequence[tuple[int, str]]) -> None:
        """Of very many the first, and how many more there are."""
        shown = lines[:_SHOWN_LINES]
        more = len(lines) - len(shown)
        self.setRowCount(len(shown) + bool(more))
        for place, (number, sentence) in enumerate(shown):
            self.setItem(place, 0, cell(str(number)))
            self.setItem(place, 1, cell(sentence))
        if more:
            self.setItem(len(shown), 1, cell(tr("and {more} more", more=f"{more:,}")))


class QuietBox(QComboBox):
    """A combo box in a scrolling table: the wheel scrolls the table and never changes the choice by accident."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def showPopup(self) -> None:
        """The list is as wide as its longest line, however narrow the column is."""
        view = self.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + 30)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def cell(text: str) -> QTableWidgetItem:
    """A cell that says its whole text when pointed at."""
    item = QTableWidgetItem(text)
    item.setToolTip(text)
    return item


def dress(table: QTableWidget, headings: Sequence[str]) -> None:
    """How the tables of the dialog look and behave."""
    if headings:
        table.setHorizontalHeaderLabels(list(headings))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.row_height() + 4)
    table.horizontalHeader().setDefaultAlignment(theme.leading() | Qt.AlignmentFlag.AlignVCenter)


def told(layer: str, fields: Mapping[str, tuple[Value, Value]]) -> str:
    """What a source says otherwise, field by field, in words."""
    found = []
    for name, (ours, theirs) in fields.items():
        here, there = _apart(readable(layer, name, ours), readable(layer, name, theirs))
        found.append(tr("{field}: {ours} → {theirs}", field=_title(layer, name), ours=here or "—",
                        theirs=there or "—"))
    return "\n".join(found)


def _apart(ours: str, theirs: str) -> tuple[str, str]:
    """Of texts of several lines those that differ."""
    here, there = ours.splitlines(), theirs.splitlines()
    return (
        ", ".join(line for line in here if line not in there), ", ".join(line for line in there if line not in here)
    )  # fmt: skip


def _title(layer: str, name: str) -> str:
    field = LAYER_BY_NAME[layer].field(name)
    return tr("Position") if name == GEOMETRY else field.label if field is not None else name
