"""Import: which column becomes which field, what the rows would look like, and which rows cannot be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import LAYER_BY_NAME, Layer
from surveyapp.domain.gems import GEMS
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import ColumnMapping
from surveyapp.exchange.plan import ImportPlan
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, role_label
from surveyapp.ui.dialogs.import_tables import LinesTable, MappingTable, PreviewTable
from surveyapp.words import mark, ntr, tr

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
class Start:
    """What a source is shown with: the layer as its survey's office has it, the mapping to start from, and, where that
    was used before, when (as people read it), with the reference system and zone that were given then."""

    definition: Layer
    mapping: ColumnMapping
    remembered: str = ""
    crs: str | None = None
    utc_offset: str | None = None


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, for the last page: a line of counts; (row, reason) of those not taken; (row, what differs)
    of those that the survey has with other values, and how many of them can be taken; and where the list of rows that
    were not taken lies."""

    counts: str
    rejected: Sequence[tuple[int, str]]
    changed: Sequence[tuple[int, str]] = ()
    can_take: int = 0
    listed: Path | None = None


class ImportDialog(Dialog):
    """``ask_changed`` asks for a new plan, to be given by :meth:`show_plan`; ``import_wanted`` for the import,
    ``update_wanted`` for taking what the source changed; both are answered by :meth:`show_outcome` or :meth:`refuse`.
    All three carry an :class:`ImportAsk`. ``forget_wanted``: the remembered mapping is not wanted any more;
    ``list_wanted(path)``: the list of rejected rows is to be opened.
    """

    ask_changed = Signal(object)
    import_wanted = Signal(object)
    update_wanted = Signal(object)
    forget_wanted = Signal()
    list_wanted = Signal(object)

    def __init__(self, file_name: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Import {file_name}", file_name=file_name), tr("Reading the file…"), tr("Import"), parent)
        self._source: SourceTable | None = None
        self._definition: Layer | None = None
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
        self.remembered = role_label("", "muted")
        self.remembered.setObjectName("remembered")
        self.forget = QPushButton(tr("Forget it"))
        self.forget.setToolTip(tr("Forget this mapping and guess anew"))
        self.notes = role_label("", "warning")
        self.notes.setObjectName("notes")
        self.mapping = MappingTable()
        self.mapping.setObjectName("mapping")
        self.preview = PreviewTable()
        self.preview.setObjectName("preview")
        self.refused = LinesTable(tr("Why it is not taken"))
        self.refused.setObjectName("refused")
        self.warnings = LinesTable(tr("What to look at"))
        self.warnings.setObjectName("warnings")
        self.changed = LinesTable(tr("Here → in the file"))
        self.changed.setObjectName("changed")
        self.tabs = QTabWidget()
        for table, title in (
            (self.preview, tr("First rows")),
            (self.refused, tr("Not taken")),
            (self.warnings, tr("To look at")),
            (self.changed, tr("Other values")),
        ):
            self.tabs.addTab(table, title)
        self.tabs.setTabVisible(3, False)
        self.open_list = QPushButton(tr("Open the list"))
        self.open_list.setToolTip(tr("A table of the rows that were not taken, to mend and import again"))
        self.take_changes = QPushButton("")
        for button in (self.open_list, self.take_changes):
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
            button.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(lambda: self.ask_changed.emit(self.ask))
        self._lay_out()
        self._connect()
        self.resize(1140, 640)
        self.main_button.setEnabled(False)

    # -- what the controller tells --------------------------------------------------------------------

    def show_source(self, source: SourceTable, start: Start) -> None:
        """Show the columns of a source with the mapping to start from."""
        self._source, self._definition = source, start.definition
        self._fill_choices(source, start)
        self.mapping.show_source(source, start.definition, start.mapping)
        self.remembered.setText(start.remembered)
        for widget in (self.remembered, self.forget):
            widget.setVisible(bool(start.remembered))
        self._look_for_gem()
        self.gem.blockSignals(True)
        self.gem.setCurrentIndex(max(self.gem.findData(start.mapping.constants.get("gem")), 0))
        self.gem.blockSignals(False)
        self.mapping.setFocus()

    def show_plan(self, plan: ImportPlan) -> None:
        """Show what would come in."""
        self._plan = plan
        definition = self._definition or LAYER_BY_NAME[plan.layer]
        self.lead.show()
        self.lead.setText(
            tr(
                "{count} of {total} rows can come in as {layer}.",
                count=f"{len(plan.rows):,}",
                total=f"{len(plan.rows) + len(plan.rejected):,}",
                layer=tr(definition.plural).lower(),
            )
        )
        self.notes.setText("\n".join(plan.notes))
        self.notes.setVisible(bool(plan.notes))
        self.preview.show_plan(plan, definition)
        self.refused.show_lines([(r.row, r.reason) for r in plan.rejected])
        self.warnings.show_lines([(w.row, w.message) for w in plan.warnings])
        self._name_tabs(len(plan.rejected), len(plan.warnings))
        self.complain("" if plan.rows else tr("No row can come in as it is; look at the mapping and at the reasons."))
        self.main_button.setText(tr("Import {count}", count=f"{len(plan.rows):,}"))

    def refuse(self, sentence: str) -> None:
        """The source as a whole, or the import, cannot be done like this."""
        self._plan = None
        self.lead.hide()
        self.main_button.setText(tr("Import"))
        self.mapping.scroll_to_unasked()
        self.body_widgets_enabled(enabled=True)
        self.complain(self.mapping.unasked() or sentence)

    def show_outcome(self, outcome: ImportOutcome) -> None:
        """The import is done: say what it did, with the rows that were not taken, and those that differ."""
        self._outcome = outcome
        self.heading.setText(tr("Imported"))
        self.lead.setText(outcome.counts)
        self.lead.show()
        self.notes.hide()
        self.remembered.hide()
        self.forget.hide()
        self.complain("")
        self.refused.show_lines(list(outcome.rejected))
        self.changed.show_lines(list(outcome.changed))
        self._name_tabs(len(outcome.rejected), 0)
        self.tabs.setTabVisible(3, bool(outcome.changed))
        self.tabs.setTabText(3, tr("Other values ({count})", count=f"{len(outcome.changed):,}"))
        self.tabs.setCurrentWidget(
            self.changed if outcome.can_take else self.refused if outcome.rejected else self.preview
        )
        self.open_list.setVisible(outcome.listed is not None)
        self.take_changes.setVisible(bool(outcome.can_take))
        self.take_changes.setEnabled(True)
        self.take_changes.setText(ntr("Take {n} change", "Take {n} changes", outcome.can_take))
        self.main_button.setText(tr("Close"))
        self.main_button.setEnabled(True)
        self.cancel_button.hide()

    def is_other_layer(self, source: SourceTable) -> bool:
        """Whether a source has other columns than those on show."""
        return self._source is None or source.column_names != self._source.column_names

    @property
    def ask(self) -> ImportAsk:
        """The mapping and the rest as they stand."""
        gem = self.gem.currentData() if self.gem.isEnabled() else None
        mapping = self.mapping.mapping
        if mapping is not None and gem:
            mapping = ColumnMapping(mapping.fields, {"gem": gem}, mapping.units)
        layer = self.layer.currentText() if self.layer.count() > 1 else None
        return ImportAsk(layer, self.crs.text().strip() or None, mapping, self.zone.currentData())

    def body_widgets_enabled(self, *, enabled: bool) -> None:
        """While the import runs nothing can be changed."""
        for widget in (self.mapping, self.layer, self.crs, self.zone, self.gem, self.forget):
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
        facts.addRow(tr("Layer of the file"), self.layer)
        facts.addRow(tr("Reference system"), self.crs)
        facts.addRow(tr("Times without a zone are"), self.zone)
        facts.addRow(tr("Gem of all rows"), self.gem)
        self._facts = facts
        known = QHBoxLayout()
        known.addWidget(self.remembered, 1)
        known.addWidget(self.forget)
        left = QWidget()
        column = QVBoxLayout(left)
        # Margins do not turn about with the language.
        column.setContentsMargins(*((8, 0, 0, 0) if self.isRightToLeft() else (0, 0, 8, 0)))
        column.addLayout(facts)
        column.addLayout(known)
        column.addWidget(self.mapping, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.tabs)
        split.setSizes([600, 520])
        split.setChildrenCollapsible(False)
        self.body.addWidget(self.notes)
        self.body.addWidget(split, 1)
        for widget in (self.notes, self.remembered, self.forget):
            widget.hide()

    def _connect(self) -> None:
        self.layer.currentIndexChanged.connect(self._settle)
        self.crs.textEdited.connect(self._settle)
        self.zone.currentIndexChanged.connect(self._settle)
        self.gem.currentIndexChanged.connect(self._settle)
        self.mapping.changed.connect(self._mapping_changed)
        self.forget.clicked.connect(self.forget_wanted)
        self.take_changes.clicked.connect(self._take_changes)
        self.open_list.clicked.connect(self._open_list)

    def _open_list(self) -> None:
        if self._outcome is not None and self._outcome.listed is not None:
            self.list_wanted.emit(self._outcome.listed)

    def _take_changes(self) -> None:
        self.take_changes.setEnabled(False)
        self.main_button.setEnabled(False)
        self.update_wanted.emit(self.ask)

    def _mapping_changed(self) -> None:
        self._look_for_gem()
        self._settle()

    def _settle(self) -> None:
        if self._source is not None and self._outcome is None:
            self.main_button.setEnabled(False)
            self._timer.start()

    def _fill_choices(self, source: SourceTable, start: Start) -> None:
        for widget in (self.layer, self.crs, self.zone):
            widget.blockSignals(True)
        if self.layer.count() == 0:
            self.layer.addItems(list(source.layers))
        self.layer.setCurrentText(source.layer)
        if start.crs and not self.crs.text():
            self.crs.setText(start.crs)
        if not self.crs.text():
            self.crs.setPlaceholderText(source.crs if source.crs and len(source.crs) < 40 else tr("WGS 84 degrees"))
        if start.utc_offset:
            if self.zone.findData(start.utc_offset) < 0:
                self.zone.addItem(start.utc_offset, start.utc_offset)
            self.zone.setCurrentIndex(self.zone.findData(start.utc_offset))
        for widget in (self.layer, self.crs, self.zone):
            widget.blockSignals(False)
        self._facts.setRowVisible(self.layer, len(source.layers) > 1)

    def _look_for_gem(self) -> None:
        said = "gem" in self.mapping.fields.values()
        self.gem.setEnabled(not said)
        sightings = self._source is not None and self._source.target == "sighting"
        self._facts.setRowVisible(self.gem, sightings and not said)

    def _name_tabs(self, rejected: int, warned: int) -> None:
        self.tabs.setTabText(1, tr("Not taken ({rejected})", rejected=f"{rejected:,}") if rejected else tr("Not taken"))
        self.tabs.setTabText(2, tr("To look at ({warned})", warned=f"{warned:,}") if warned else tr("To look at"))
