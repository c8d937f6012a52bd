"""Which sightings are selected: one selection, shared by table, map and form."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """Selected records by uuid. ``current`` is the one that the form shows: the only one, or the last chosen.

    ``changed`` carries who changed it (``table``, ``map``, ``form``, ``window``), so that a view can leave its
    own change alone.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._uuids: dict[str, None] = {}
        self._current: str | None = None

    @property
    def uuids(self) -> tuple[str, ...]:
        return tuple(self._uuids)

    @property
    def current(self) -> str | None:
        return self._current

    def __len__(self) -> int:
        return len(self._uuids)

    def __contains__(self, uuid: object) -> bool:
        return uuid in self._uuids

    def set(self, uuids: Iterable[str], origin: str, current: str | None = None) -> None:
        """Select these and no others; nobody is told if nothing changes."""
        chosen = dict.fromkeys(uuids)
        if current not in chosen:
            current = self._current if self._current in chosen else next(iter(chosen), None)
        if list(chosen) == list(self._uuids) and current == self._current:
            return
        self._uuids, self._current = chosen, current
        self.changed.emit(origin)

    def clear(self, origin: str) -> None:
        self.set((), origin)

    def forget(self, uuids: Iterable[str]) -> None:
        """Records that are no longer there."""
        gone = set(uuids)
        if gone & self._uuids.keys():
            self.set([uuid for uuid in self._uuids if uuid not in gone], "window")
