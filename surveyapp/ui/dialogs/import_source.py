"""Import: which column becomes which field, what the rows would look like, and which rows cannot be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.gems import GEMS
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import ColumnMapping, fields_to_map, guess_mapping
from surveyapp.exchange.plan import ImportPlan
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, role_label
from surveyapp.ui.forms.history_text import readable
from surveyapp.words import mark, tr

_SHOWN_ROWS = 50
_SHOWN_LINES = 1000
_SETTLE_MS = 350
"""A plan is made this long after the last change, so that a chain of changes is read once."""
_ZONES = ((mark("Pakistan time (+05:00)"), "+05:00"), ("UTC", "+00:00"))


@dataclass(frozen=True, slots=True)
class ImportAsk:
    """What a plan or an import is made of: the source's layer and reference system (``None``: as the file says),
    the mapping (``None``: the guessed one) and the zone of times that name none."""

    layer: str | None
    crs: str | None
    mapping: ColumnMapping | None
    utc_offset: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, for the last page: a line of counts, and (row, reason) of those not taken."""

    counts: str
    rejected: Sequence[tuple[int, str]]


class ImportDialog(Dialog):
    """``ask_changed`` asks for a new plan, to be given by :meth:`show_plan`; ``import_wanted`` for the import, to be
    answered by :meth:`show_outcome` or :meth:`refuse`. Both carry an :class:`ImportAsk`.
    """

    ask_changed = Signal(object)
    import_wanted = Signal(object)

    def __init__(self, file_name: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Import {file_name}", file_name=file_name), tr("Reading the file…"), tr("Import"), parent)
        self._source: SourceTable | None = None
        self._plan: ImportPlan | None = None
        self._outcome: ImportOutcome | None = None
        self.layer = QComboBox()
        self.layer.setObjectName("source_layer")
        self.crs = QLineEdit()
        self.crs.setObjectName("source_crs")
        self.zone = QComboBox()
        self.zone.setObjectName("zone")
        for label, offset in _ZONES:
            self.zone.addItem(tr(label), offset)
        self.gem = QComboBox()
        self.gem.setObjectName("gem_for_all")
        self.gem.addItem(tr("Not said"), None)
        for gem in GEMS:
            self.gem.addItem(theme.gem_icon(gem.code), tr(gem.label), gem.code)
        self.notes = role_label("", "warning")
        self.notes.setObjectName("notes")
        self.mapping = _table((tr("Column of the file"), tr("For example"), tr("Becomes")))
        self.mapping.setObjectName("mapping")
        self.preview = _table(())
        self.preview.setObjectName("preview")
        self.refused = _table((tr("Row"), tr("Why it is not taken")))
        self.refused.setObjectName("refused")
        self.warnings = _table((tr("Row"), tr("What to look at")))
        self.warnings.setObjectName("warnings")
        self.tabs = QTabWidget()
        for table, title in (
            (self.preview, tr("First rows")),
            (self.refused, tr("Not taken")),
            (self.warnings, tr("To look at")),
        ):
            self.tabs.addTab(table, title)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(lambda: self.ask_changed.emit(self.ask))
        self._lay_out()
        self._connect()
        self.resize(1080, 640)
        self.main_button.setEnabled(False)

    # -- what the controller tells --------------------------------------------------------------------

    def show_source(self, source: SourceTable) -> None:
        """Show the columns of a source with the guessed mapping."""
        self._source = source
        guessed = guess_mapping(source.columns, source.target)
        self._fill_choices(source)
        choices = fields_to_map(source.target)
        self.mapping.setRowCount(len(source.columns))
        for row, column in enumerate(source.columns):
            self.mapping.setItem(row, 0, _cell(column.name))
            self.mapping.setItem(row, 1, _cell(", ".join(column.samples)))
            box = _QuietBox()
            box.addItem(tr("kept in the notes"), None)
            for name, title in choices.items():
                box.addItem(tr(title), name)
            box.setCurrentIndex(max(box.findData(guessed.fields.get(column.name)), 0))
            box.currentIndexChanged.connect(lambda _index, changed=box: self._chosen(changed))
            self.mapping.setCellWidget(row, 2, box)
        self._look_for_gem()
        self.mapping.setFocus()

    def show_plan(self, plan: ImportPlan) -> None:
        """Show what would come in."""
        self._plan = plan
        layer = LAYER_BY_NAME[plan.layer]
        self.lead.setText(
            tr(
                "{count} of {total} rows can come in as {layer}.",
                count=f"{len(plan.rows):,}",
                total=f"{len(plan.rows) + len(plan.rejected):,}",
                layer=tr(layer.plural).lower(),
            )
        )
        self.notes.setText("\n".join(plan.notes))
        self.notes.setVisible(bool(plan.notes))
        self._fill_preview(plan)
        _fill_lines(self.refused, [(r.row, r.reason) for r in plan.rejected])
        _fill_lines(self.warnings, [(w.row, w.message) for w in plan.warnings])
        self._name_tabs(len(plan.rejected), len(plan.warnings))
        self.complain("" if plan.rows else tr("No row can come in as it is; look at the mapping and at the reasons."))
        self.main_button.setText(tr("Import {count}", count=f"{len(plan.rows):,}"))

    def refuse(self, sentence: str) -> None:
        """The source as a whole, or the import, cannot be done like this."""
        self._plan = None
        self.lead.setText("")
        self.body_widgets_enabled(enabled=True)
        self.complain(sentence)

    def show_outcome(self, outcome: ImportOutcome) -> None:
        """The import is done: say what it did, with the rows that were not taken."""
        self._outcome = outcome
        self.heading.setText(tr("Imported"))
        self.lead.setText(outcome.counts)
        self.notes.hide()
        _fill_lines(self.refused, list(outcome.rejected))
        self._name_tabs(len(outcome.rejected), 0)
        self.tabs.setCurrentWidget(self.refused if outcome.rejected else self.preview)
        self.main_button.setText(tr("Close"))
        self.main_button.setEnabled(True)
        self.cancel_button.hide()

    def is_other_layer(self, source: SourceTable) -> bool:
        """Whether a source has other columns than those on show."""
        return self._source is None or source.column_names != self._source.column_names

    @property
    def ask(self) -> ImportAsk:
        """The mapping and the rest as they stand."""
        fields: dict[str, str | None] = {}
        for row in range(self.mapping.rowCount()):
            fields[self._column(row)] = self._box(row).currentData()
        gem = self.gem.currentData() if self.gem.isEnabled() else None
        mapping = ColumnMapping(fields, {"gem": gem} if gem else {}) if self._source else None
        layer = self.layer.currentText() if self.layer.count() > 1 else None
        return ImportAsk(layer, self.crs.text().strip() or None, mapping, self.zone.currentData())

    def body_widgets_enabled(self, *, enabled: bool) -> None:
        """While the import runs nothing can be changed."""
        for widget in (self.mapping, self.layer, self.crs, self.zone, self.gem):
            widget.setEnabled(enabled)
        if enabled:
            self._look_for_gem()

    # -- inside ---------------------------------------------------------------------------------------

    def accept(self) -> None:
        if self._outcome is not None:
            super().accept()
        elif self._plan is not None and self._plan.rows and not self._timer.isActive():
            ask = self.ask
            self.main_button.setEnabled(False)
            self.body_widgets_enabled(enabled=False)
            self.import_wanted.emit(ask)

    def _lay_out(self) -> None:
        facts = QFormLayout()
        facts.setHorizontalSpacing(12)
        self._layer_row = facts.rowCount()
        facts.addRow(tr("Layer of the file"), self.layer)
        facts.addRow(tr("Reference system"), self.crs)
        facts.addRow(tr("Times without a zone are"), self.zone)
        facts.addRow(tr("Gem of all rows"), self.gem)
        self._facts = facts
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.addLayout(facts)
        column.addWidget(self.mapping, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.tabs)
        split.setSizes([520, 560])
        split.setChildrenCollapsible(False)
        self.body.addWidget(self.notes)
        self.body.addWidget(split, 1)
        self.notes.hide()

    def _connect(self) -> None:
        self.layer.currentIndexChanged.connect(self._settle)
        self.crs.textEdited.connect(self._settle)
        self.zone.currentIndexChanged.connect(self._settle)
        self.gem.currentIndexChanged.connect(self._settle)

    def _settle(self) -> None:
        if self._source is not None:
            self.main_button.setEnabled(False)
            self._timer.start()

    def _fill_choices(self, source: SourceTable) -> None:
        for widget in (self.layer, self.crs):
            widget.blockSignals(True)
        if self.layer.count() == 0:
            self.layer.addItems(list(source.layers))
        self.layer.setCurrentText(source.layer)
        if not self.crs.text():
            self.crs.setPlaceholderText(source.crs if source.crs and len(source.crs) < 40 else tr("WGS 84 degrees"))
        for widget in (self.layer, self.crs):
            widget.blockSignals(False)
        self._facts.setRowVisible(self.layer, len(source.layers) > 1)
        self._facts.setRowVisible(self.gem, source.target == "sighting")

    def _chosen(self, changed: QComboBox) -> None:
        """A field takes one column: another that had it goes to the notes."""
        name = changed.currentData()
        for row in range(self.mapping.rowCount()):
            box = self._box(row)
            if name is not None and box is not changed and box.currentData() == name:
                box.blockSignals(True)
                box.setCurrentIndex(0)
                box.blockSignals(False)
        self._look_for_gem()
        self._settle()

    def _look_for_gem(self) -> None:
        said = any(self._box(row).currentData() == "gem" for row in range(self.mapping.rowCount()))
        self.gem.setEnabled(not said)

    def _column(self, row: int) -> str:
        item = self.mapping.item(row, 0)
        return item.text() if item is not None else ""

    def _box(self, row: int) -> QComboBox:
        box = self.mapping.cellWidget(row, 2)
        assert isinstance(box, QComboBox)
        return box

    def _fill_preview(self, plan: ImportPlan) -> None:
        rows = plan.rows[:_SHOWN_ROWS]
        layer = LAYER_BY_NAME[plan.layer]
        names = [n for n in (GEOMETRY, *layer.names) if any(r.values.get(n) is not None for r in rows)]
        titles = [tr("Position") if n == GEOMETRY else f.label if (f := layer.field(n)) else n for n in names]
        self.preview.setColumnCount(len(names))
        self.preview.setHorizontalHeaderLabels(titles)
        self.preview.setRowCount(len(rows))
        for place, row in enumerate(rows):
            for at, name in enumerate(names):
                item = _cell(readable(plan.layer, name, row.values.get(name)).replace("\n", " "))
                if name == "gem":
                    item.setIcon(theme.gem_icon(row.values.get(name)))
                self.preview.setItem(place, at, item)
        self.preview.resizeColumnsToContents()
        for at in range(len(names)):
            self.preview.setColumnWidth(at, min(self.preview.columnWidth(at) + 12, 260))

    def _name_tabs(self, rejected: int, warned: int) -> None:
        self.tabs.setTabText(1, tr("Not taken ({rejected})", rejected=f"{rejected:,}") if rejected else tr("Not taken"))
        self.tabs.setTabText(2, tr("To look at ({warned})", warned=f"{warned:,}") if warned else tr("To look at"))


class _QuietBox(QComboBox):
    """A combo box in a scrolling table: the wheel scrolls the table and never changes the choice by accident."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _cell(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setToolTip(text)
    return item


def _table(headings: Sequence[str]) -> QTableWidget:
    table = QTableWidget(0, len(headings))
    table.setHorizontalHeaderLabels(list(headings))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.row_height() + 4)
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    if len(headings) == 3:
        for at, width in enumerate((140, 160, 170)):
            table.setColumnWidth(at, width)
        header.setStretchLastSection(True)
    elif len(headings) == 2:
        table.setColumnWidth(0, 70)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setWordWrap(True)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return table


def _fill_lines(table: QTableWidget, lines: Sequence[tuple[int, str]]) -> None:
    """Rows with what is said of them; of very many the first, and how many more there are."""
    shown = lines[:_SHOWN_LINES]
    more = len(lines) - len(shown)
    table.setRowCount(len(shown) + bool(more))
    for place, (number, sentence) in enumerate(shown):
        table.setItem(place, 0, _cell(str(number)))
        table.setItem(place, 1, _cell(sentence))
    if more:
        table.setItem(len(shown), 1, _cell(tr("and {more} more", more=f"{more:,}")))
