"""Qt's model of a queue: what waits for a decision, what was put off, and which part of it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QAbstractListModel, QObject, QTimer, Signal

from surveyapp.ui.itemmodels.records import Index, Role
from surveyapp.words import tr

SECOND_LINE = Role.UserRole
SKIPPED = Role.UserRole + 1


class Waiting(Protocol):
    """What can wait in a queue: ``key`` tells it from the others."""

    @property
    def key(self) -> str: ...


class QueueModel(QAbstractListModel):
    """Waits in the order given, those that were skipped after the others.

    ``captions_wanted`` asks for the captions of items that came into view, by key, in one list; they are given by
    :meth:`take_captions`. So a queue of thousands reads no more than what one looks at.
    """

    captions_wanted = Signal(list)

    def __init__(
        self, second_line: Callable[[Any], str], placeholder: Callable[[Any], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._second_line, self._placeholder = second_line, placeholder
        self._items: list[Any] = []
        self._shown: list[Any] = []
        self._place: dict[str, int] = {}
        self._skipped: dict[str, None] = {}
        self._captions: dict[str, str] = {}
        self._asked: set[str] = set()
        self._to_ask: list[str] = []
        self._passes: Callable[[Any], bool] = lambda _item: True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)

    # -- what waits -----------------------------------------------------------------------------------

    def fill(self, items: Sequence[Waiting]) -> None:
        """These wait now. Captions are read again, as a decision may have changed one."""
        self._items = list(items)
        there = {item.key for item in self._items}
        self._skipped = {key: None for key in self._skipped if key in there}
        self._asked.clear()
        self._to_ask.clear()
        self._arrange()

    def narrow(self, passes: Callable[[Any], bool]) -> None:
        """Show only what passes."""
        self._passes = passes
        self._arrange()

    def skip(self, key: str) -> None:
        """Put one off: it goes to the end, and comes back when the others are decided."""
        self._skipped.pop(key, None)
        self._skipped[key] = None  # the last of all
        self._arrange()

    @property
    def items(self) -> list[Any]:
        """Everything that waits."""
        return self._items

    @property
    def shown(self) -> list[Any]:
        """What is shown, in its order."""
        return self._shown

    @property
    def skipped(self) -> int:
        """How many of those shown were put off."""
        return sum(item.key in self._skipped for item in self._shown)

    def item(self, row: int) -> Any | None:
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def row_of(self, key: str) -> int:
        """Where an item is shown; -1 where it is not."""
        return self._place.get(key, -1)

    def take_captions(self, captions: Mapping[str, str]) -> None:
        """What items are called, by key."""
        self._captions.update(captions)
        for key in captions:
            row = self.row_of(key)
            if row >= 0:
                self.dataChanged.emit(self.index(row), self.index(row))

    def caption(self, item: Waiting) -> str:
        """What an item is called, as far as it is known."""
        return self._captions.get(item.key) or self._placeholder(item)

    def _arrange(self) -> None:
        self.beginResetModel()
        late = {key: place for place, key in enumerate(self._skipped)}
        passing = [item for item in self._items if self._passes(item)]
        passing.sort(key=lambda item: late.get(item.key, -1))  # stable: the others stay as they are
        self._shown = passing
        self._place = {item.key: row for row, item in enumerate(passing)}
        self.endResetModel()

    def _ask(self) -> None:
        wanted, self._to_ask = self._to_ask, []
        if wanted:
            self.captions_wanted.emit(wanted)

    # -- Qt's side ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        item = self.item(index.row())
        if item is None:
            return None
        if role in (Role.DisplayRole, Role.ToolTipRole):
            self._want(item.key)
            caption = self.caption(item)
            return caption if role == Role.DisplayRole else f"{caption}\n{self._second_line(item)}"
        if role == Role.AccessibleTextRole:
            late = tr(", skipped") if item.key in self._skipped else ""
            return f"{self.caption(item)}, {self._second_line(item)}{late}"
        if role == SECOND_LINE:
            return self._second_line(item)
        if role == SKIPPED:
            return item.key in self._skipped
        return None

    def _want(self, key: str) -> None:
        if key not in self._asked:
            self._asked.add(key)
            self._to_ask.append(key)
            self._timer.start(0)
