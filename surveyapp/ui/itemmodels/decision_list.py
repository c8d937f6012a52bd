"""Qt's model of the rows of a file of decisions: each can be ticked, and said to be applied all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt, Signal

from surveyapp.ui.itemmodels.decisions import Row
from surveyapp.ui.itemmodels.queue import SECOND_LINE
from surveyapp.ui.itemmodels.records import Index, Role
from surveyapp.words import tr

TONE = Role.UserRole + 2


class DecisionList(QAbstractListModel):
    """What can be taken in is ticked at first, but for what a person took back before. ``ticked`` when a tick, or what
    is agreed to, has changed."""

    ticked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()
        self._chosen: set[int] = set()
        self._applied: set[int] = set()

    def fill(self, rows: Sequence[Row], *, keep: bool = False) -> None:
        """Show these; ``keep``: they are the rows of the same file, of which the person has decided some already."""
        self.beginResetModel()
        before, self.rows = self.rows, tuple(rows)
        known = {row.place for row in before if row.takeable} if keep else set()
        there = {row.place for row in rows if row.takeable}
        fresh = {row.place for row in rows if row.takeable and not row.taken_back}
        self._chosen = (self._chosen & there & known) | (fresh - known)
        self._applied = self._applied & there & known
        self.endResetModel()
        self.ticked.emit()

    @property
    def chosen(self) -> frozenset[int]:
        """Places in the file of the rows that are ticked."""
        return frozenset(self._chosen)

    @property
    def applied(self) -> frozenset[int]:
        """Places of those to be applied all the same."""
        return frozenset(self._applied & self._chosen)

    def is_chosen(self, row: Row) -> bool:
        return row.place in self._chosen

    def is_applied(self, row: Row) -> bool:
        return row.place in self._applied

    def item(self, number: int) -> Row | None:
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def choose(self, number: int, chosen: bool) -> None:
        """Tick a row, or take its tick off."""
        row = self.item(number)
        if row is not None and row.takeable and chosen != self.is_chosen(row):
            (self._chosen.add if chosen else self._chosen.discard)(row.place)
            if row.taken_back:
                (self._applied.add if chosen else self._applied.discard)(row.place)
            self._tell(number)

    def choose_all(self, chosen: bool) -> None:
        """Tick all that can be taken in, or none."""
        self._chosen = {row.place for row in self.rows if row.takeable} if chosen else set()
        again = {row.place for row in self.rows if row.taken_back}
        self._applied = (self._applied | again) if chosen else (self._applied - again)
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))
        self.ticked.emit()

    def apply(self, number: int, applied: bool) -> None:
        """Say that a row is to be applied all the same, which ticks it."""
        row = self.item(number)
        if row is None or not row.asks_to_apply or applied == self.is_applied(row):
            return
        (self._applied.add if applied else self._applied.discard)(row.place)
        if applied:
            self._chosen.add(row.place)
        elif row.taken_back:
            self._chosen.discard(row.place)  # what was taken back has nothing else to take in
        self._tell(number)

    def _tell(self, number: int) -> None:
        self.dataChanged.emit(self.index(number), self.index(number))
        self.ticked.emit()

    # -- Qt's side ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        row = self.item(index.row())
        return flags | Qt.ItemFlag.ItemIsUserCheckable if row is not None and row.takeable else flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row = self.item(index.row())
        if row is None:
            return None
        state, tone = row.state(apply=self.is_applied(row))
        if role == SECOND_LINE:
            return row.caption
        if role == TONE:
            return tone
        if role == Role.DisplayRole:
            return tr("{verdict}: {state}", verdict=row.verdict, state=state)
        if role == Role.CheckStateRole and row.takeable:
            return Qt.CheckState.Checked if self.is_chosen(row) else Qt.CheckState.Unchecked
        if role in (Role.ToolTipRole, Role.AccessibleTextRole):
            return tr("{record}. {verdict}: {state}", record=row.caption, verdict=row.verdict, state=state)
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if role != Role.CheckStateRole:
            return False
        self.choose(index.row(), Qt.CheckState(value) == Qt.CheckState.Checked)
        return True
