"""Qt's model of the table of sightings: which rows of the roster are shown, in which order and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from surveyapp.domain.fields import INTEGER, REAL
from surveyapp.ui import theme
from surveyapp.ui.itemmodels.columns import column_choice, shown_text
from surveyapp.ui.itemmodels.roster import Delta, Roster
from surveyapp.words import tr

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_TO_COME = "…"
"""Stands for a value that is being read."""


class RecordModel(QAbstractTableModel):
    """The sightings that were found (see :class:`.finder.Finder`), sorted.

    Rows are chosen and sorted here on whole columns: a proxy would call Python once for each
    comparison, which takes seconds where this takes a blink. A column that is still to come shows dots, and is
    sorted by when it is there; until then the order is that of the file.
    """

    def __init__(self, roster: Roster, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._roster = roster
        self._wish: tuple[str, ...] = ()
        self._columns = column_choice(())
        self._rows: Sequence[int] = range(len(roster))
        self._place: dict[int, int] | None = None
        self._found: frozenset[str] | None = None
        self._sort: tuple[str, bool] | None = None
        self._unsorted = False

    # -- what is shown --------------------------------------------------------------------------------

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return list(self._columns)

    @property
    def sort_waits(self) -> bool:
        """Whether the column to sort by is still to come."""
        return self._unsorted

    def set_columns(self, names: Sequence[str]) -> None:
        """Show these columns; none means the default ones. Those that the open survey does not have are shown as
        soon as one has them."""
        self.beginResetModel()
        self._wish = tuple(names)
        self._arrange()
        self.endResetModel()

    def show_only(self, found: frozenset[str] | None) -> None:
        """Show the sightings with these uuids; ``None`` shows everything."""
        if found is not None or self._found is not None:
            self._found = found
            self.refresh()

    def refresh(self) -> None:
        """The roster was filled anew, or what is shown or its order changed."""
        self.beginResetModel()
        self._arrange()
        self.endResetModel()

    def came(self, names: Sequence[str]) -> bool:
        """Columns of the roster have come; whether the rows were put into another order by it."""
        if self._unsorted and self._sort is not None and self._sort[0] in names:
            self.refresh()
            return True
        if self._rows:
            for column, name in enumerate(self._columns):
                if name in names:
                    self.dataChanged.emit(self.index(0, column), self.index(len(self._rows) - 1, column))
        return False

    def follow(self, delta: Delta) -> None:
        """The roster followed a change set."""
        if not delta:
            return
        if delta.added or delta.removed or self._found is not None or self._sort is not None:
            # Selections are kept by uuid outside, so a reset costs no more than the look-up of few rows.
            self.refresh()
            return
        for uuid in delta.changed:
            place = self.place_of(uuid)
            if place is not None:
                last = self.index(place, len(self._columns) - 1)
                self.dataChanged.emit(self.index(place, 0), last)

    def uuid_at(self, place: int) -> str:
        """Record shown at a place of the table."""
        return self._roster.uuids[self._rows[place]]

    def place_of(self, uuid: str) -> int | None:
        """Where the table shows a record; ``None`` if it was not found."""
        row = self._roster.row(uuid)
        if row is None:
            return None
        if isinstance(self._rows, range):
            return row
        if self._place is None:
            self._place = {shown: place for place, shown in enumerate(self._rows)}
        return self._place.get(row)

    def _arrange(self) -> None:
        self._columns = column_choice(self._wish, self._roster.fields)
        if self._sort is not None and self._sort[0] not in self._columns:
            self._sort = None
        rows: Sequence[int] = range(len(self._roster))
        if self._found is not None:
            rows = [row for row, uuid in enumerate(self._roster.uuids) if uuid in self._found]
        self._unsorted = self._sort is not None and not self._roster.want([self._sort[0]])
        if self._sort is not None and not self._unsorted:
            rows = self._roster.ordered(rows, self._sort[0], descending=self._sort[1])
        self._rows, self._place = rows, None

    # -- Qt's side ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        name = self._columns[index.column()]
        field = self._roster.fields[name]
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if field.kind in (INTEGER, REAL) else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        value = self._roster.column(name)[self._rows[index.row()]]
        if role == Role.DisplayRole:
            if value is None and not self._roster.knows(self.uuid_at(index.row()), name):
                return _TO_COME
            text = shown_text(field, value)
            if name == "gem" and self._absent(index.row()):
                text = tr("No {gem}", gem=text.lower()) if text else tr("Nothing found")
            return text.replace("\n", " ")
        if role == Role.ToolTipRole:
            return shown_text(field, value) or None
        if role == Role.DecorationRole and name == "gem":
            return theme.gem_icon(value)
        if role == Role.UserRole:
            return self.uuid_at(index.row())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical or section >= len(self._columns):
            return None
        field = self._roster.fields[self._columns[section]]
        if role == Role.DisplayRole:
            return field.label
        if role == Role.ToolTipRole:
            return tr(field.help) or field.label
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; a column of -1 gives back the order of the file."""
        if 0 <= column < len(self._columns):
            self._sort = (self._columns[column], order == Qt.SortOrder.DescendingOrder)
        else:
            self._sort = None
        self.refresh()

    def _absent(self, place: int) -> bool:
        return bool(self._roster.column("presence")[self._rows[place]] == "absent")
