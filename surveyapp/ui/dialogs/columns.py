"""Which columns the table shows, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import Dialog
from surveyapp.ui.itemmodels.columns import COLUMN_FIELDS, DEFAULT_COLUMNS, Fields
from surveyapp.words import tr


class ColumnsDialog(Dialog):
    """Tick what to show; drag or press the arrows to order. ``columns`` is the answer; ``fields`` are those of the
    open survey."""

    def __init__(
        self, shown: Sequence[str], parent: QWidget | None = None, fields: Fields = COLUMN_FIELDS
    ) -> None:
        super().__init__(
            tr("Columns"), tr("Tick what the table shows; drag to change the order."), tr("Use these"), parent
        )
        self._fields = fields
        self.list = QListWidget()
        self.list.setObjectName("columns")
        self.list.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.list.setAlternatingRowColors(True)
        self._fill(shown)
        up, down, usual = QPushButton(tr("Up")), QPushButton(tr("Down")), QPushButton(tr("Usual columns"))
        up.setIcon(theme.icon("previous"))
        down.setIcon(theme.icon("next"))
        up.clicked.connect(lambda: self._move(-1))
        down.clicked.connect(lambda: self._move(1))
        usual.clicked.connect(lambda: self._fill(DEFAULT_COLUMNS))
        side = QVBoxLayout()
        for button in (up, down, usual):
            side.addWidget(button)
        side.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.list, 1)
        row.addLayout(side)
        self.body.addLayout(row, 1)
        self.list.itemChanged.connect(self._look)
        self.resize(560, 560)

    @property
    def columns(self) -> list[str]:
        """Names of the ticked columns, in order."""
        items = [self.list.item(n) for n in range(self.list.count())]
        return [i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() == Qt.CheckState.Checked]

    def _fill(self, shown: Sequence[str]) -> None:
        self.list.clear()
        known = [name for name in shown if name in self._fields]
        for name in (*known, *(n for n in self._fields if n not in known)):
            item = QListWidgetItem(self._fields[name].label)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setSizeHint(QSize(0, theme.row_height()))  # a style sheet leaves ticked items as they are
            item.setToolTip(tr(self._fields[name].help))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if name in shown else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._look()

    def _move(self, step: int) -> None:
        row = self.list.currentRow()
        if 0 <= row + step < self.list.count():
            self.list.insertItem(row + step, self.list.takeItem(row))
            self.list.setCurrentRow(row + step)

    def _look(self) -> None:
        self.complain("" if self.columns else tr("Tick at least one column."))
