"""Merge: which files, what a merge would do, and doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.storage.merging import COUNTS, MergeReport
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog, PathField, role_label
from surveyapp.ui.forms.moments import short
from surveyapp.ui.prompts import Prompts

_KINDS = "Surveys (*.gpkg)"


class MergeDialog(Dialog):
    """``wanted`` carries (out, inputs, dry_run); the controller answers with :meth:`show_report` or
    :meth:`refuse`. ``open_wanted`` carries the merged file and its number of open conflicts, when one wants to go
    on with it.
    """

    wanted = Signal(object, object, bool)
    open_wanted = Signal(object, int)

    def __init__(self, prompts: Prompts, inputs: Sequence[Path], out: Path, parent: QWidget | None = None) -> None:
        super().__init__(
            "Merge surveys",
            "Records are told apart by their identity, never by number or name: the same file twice changes nothing. "
            "The files you choose stay as they are.",
            "Merge",
            parent,
        )
        self._prompts = prompts
        self._merged: MergeReport | None = None
        self.files = QListWidget()
        self.files.setObjectName("files")
        self.files.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.files.setMaximumHeight(132)
        self.add = QPushButton("Add files…")
        self.add.setObjectName("add_files")
        self.add.setIcon(theme.icon("open"))
        self.remove = QPushButton("Remove")
        self.remove.setIcon(theme.icon("close"))
        self.out = PathField(out)
        self.out.setObjectName("out")
        self.try_button = QPushButton("See what would happen")
        self.try_button.setObjectName("try")
        self.verdict = role_label("", "heading")
        self.verdict.setObjectName("verdict")
        self.report = QTableWidget(0, 1 + len(COUNTS))
        self.report.setObjectName("report")
        self._lay_out()
        for path in inputs:
            self._add(path)
        self.add.clicked.connect(self._choose)
        self.remove.clicked.connect(self._remove)
        self.out.browse.connect(self._browse)
        self.out.changed.connect(self._changed)
        self.try_button.clicked.connect(lambda: self._ask(dry_run=True))
        self.resize(860, 600)
        self._changed()

    @property
    def inputs(self) -> list[Path]:
        """The files to merge, in the order of the list (which does not matter to the result)."""
        items = [self.files.item(n) for n in range(self.files.count())]
        return [Path(item.data(Qt.ItemDataRole.UserRole)) for item in items]

    def accept(self) -> None:
        if self._merged is not None:
            self.open_wanted.emit(Path(self._merged.out), self._merged.conflicts)
            super().accept()
        elif self.main_button.isEnabled():
            self._ask(dry_run=False)

    def show_report(self, report: MergeReport) -> None:
        """What the merge did or would do."""
        self._set_enabled(enabled=True)
        self._fill(report)
        held = _held(report.records)
        conflicts = _open_words(report.conflicts)
        if report.dry_run:
            nothing = "" if report.changed else " The result has all of it already."
            self.verdict.setText(f"The result would hold {held}.{conflicts}{nothing}")
            return
        self.verdict.setText(f"{Path(report.out).name} holds {held}.{conflicts}")
        theme.set_role(self.verdict, "warning" if report.conflicts else "good")
        self._merged = report
        for widget in (self.add, self.remove, self.out, self.try_button, self.files):
            widget.setEnabled(False)
        self.main_button.setText("Decide disagreements" if report.conflicts else "Open the result")
        self.cancel_button.setText("Close")
        self.main_button.setFocus()

    def refuse(self, sentence: str) -> None:
        """It could not be done; nothing was written."""
        self._set_enabled(enabled=True)
        self.verdict.setText("")
        self.complain(sentence, blocks=False)

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.files, 1)
        row.addLayout(buttons)
        form = QFormLayout()
        form.addRow("&Result", self.out)
        table = self.report
        table.setHorizontalHeaderLabels(["Package", *(name.capitalize() for name in COUNTS)])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.body.addLayout(row)
        self.body.addLayout(form)
        self.body.addWidget(self.try_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.verdict)
        self.body.addWidget(table, 1)

    def _fill(self, report: MergeReport) -> None:
        self.report.setRowCount(len(report.packages))
        for row, package in enumerate(report.packages):
            teams = ", ".join(package.teams)
            known = f"; merged before, {short(package.known_since)}" if package.known_since else ""
            name = QTableWidgetItem(f"{Path(package.file).name}{f' ({teams})' if teams else ''}{known}")
            name.setToolTip("\n".join([package.file, *package.notes]))
            self.report.setItem(row, 0, name)
            for at, count in enumerate(COUNTS, start=1):
                cell = QTableWidgetItem(f"{package.counts[count]:,}")
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.report.setItem(row, at, cell)

    def _add(self, path: Path) -> None:
        if path not in self.inputs:
            item = QListWidgetItem(f"{path.name}    {path.parent}")
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            item.setToolTip(str(path))
            self.files.addItem(item)

    def _choose(self) -> None:
        folder = self.inputs[-1].parent if self.inputs else (self.out.path or Path.home()).parent
        for path in self._prompts.open_files("Surveys to merge", folder, _KINDS, many=True):
            self._add(path)
        self._changed()

    def _remove(self) -> None:
        for item in self.files.selectedItems():
            self.files.takeItem(self.files.row(item))
        self._changed()

    def _browse(self) -> None:
        chosen = self._prompts.save_file("Merge into", self.out.path or Path.home(), _KINDS)
        if chosen is not None:
            self.out.set_path(chosen if chosen.suffix else chosen.with_suffix(".gpkg"))

    def _fault(self) -> str:
        out = self.out.path
        if out is None:
            return "Choose a file for the result."
        if not out.parent.is_dir():
            return f"There is no folder {out.parent}; choose another."
        if out.suffix.lower() != ".gpkg":
            return f"{out.name} should end in .gpkg."
        return ""

    def _changed(self) -> None:
        self.report.setRowCount(0)
        self.verdict.setText("")
        fault = self._fault()
        self.complain(fault)
        ready = not fault and bool(self.inputs)
        self.main_button.setEnabled(ready)
        self.try_button.setEnabled(ready)

    def _ask(self, *, dry_run: bool) -> None:
        self.complain("")
        self._set_enabled(enabled=False)
        self.verdict.setText("Looking…" if dry_run else "Merging…")
        self.wanted.emit(self.out.path, self.inputs, dry_run)

    def _set_enabled(self, *, enabled: bool) -> None:
        for widget in (self.add, self.remove, self.out, self.try_button, self.main_button, self.files):
            widget.setEnabled(enabled)


def _held(records: Mapping[str, int]) -> str:
    """``31 sightings, 1 track``: what a file holds, in words."""
    told = []
    for name, count in records.items():
        if count and name != "survey":
            layer = LAYER_BY_NAME[name]
            told.append(f"{count:,} {(layer.title if count == 1 else layer.plural).lower()}")
    return ", ".join(told) or "no records"


def _open_words(conflicts: int) -> str:
    if not conflicts:
        return ""
    return " 1 disagreement is open." if conflicts == 1 else f" {conflicts:,} disagreements are open."
