"""The sightings of the open survey as plain columns, kept up to date by change sets. No Qt.

Table and map both read it, so that they always agree. A *row* is a place in these columns and holds until
the next change; outside, records are known by uuid.

Of a large survey only the columns that map and table begin with are there at first; the others *come*, a piece at a
time, while the window works. Whoever needs one in full asks for it with :meth:`Roster.want`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Any

from surveyapp.domain.changes import DELETE, INSERT, ChangeSet
from surveyapp.domain.fields import CODE, GEOMETRY, SIGHTING, Field
from surveyapp.domain.filters import Condition, passing
from surveyapp.domain.geometry import point_of
from surveyapp.domain.records import Value
from surveyapp.ui.forms.search import folded
from surveyapp.ui.itemmodels.columns import COLUMN_FIELDS, DEFAULT_COLUMNS, Fields, column_choice, shown_text
from surveyapp.ui.itemmodels.searching import Query, query_of, rows_near, text_of, texts_of

__all__ = [
    "COLUMN_FIELDS", "DEFAULT_COLUMNS", "FIRST_COLUMNS", "Delta", "Roster", "column_choice", "loaded_columns",
    "shown_text",
]

FIRST_COLUMNS = ("uuid", "longitude", "latitude", "gem", "presence", "review_status")
"""What map and table need before anything else."""


def loaded_columns(fields: Fields = COLUMN_FIELDS) -> list[str]:
    """Names of all that a roster holds."""
    return ["uuid", *fields]


@dataclass(frozen=True, slots=True)
class Delta:
    """What a change set did to the sightings, by uuid."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class Roster:
    """Columns by name, all of one length, in the order of the file.

    A column in which nothing is filled takes no room of its own: all of them are one list.
    """

    def __init__(self) -> None:
        self.fields: Fields = COLUMN_FIELDS
        """What the columns are: the open survey's, with the terms and fields of its office."""
        self.generation = 0
        """Goes up when it is filled anew."""
        self._columns: dict[str, list[Any]] = {"uuid": []}
        self._nothing: list[Any] = []
        self._coming: dict[str, None] = {}
        self._early: frozenset[str] = frozenset()
        self._wanted: dict[str, None] = {}
        self._row_of: dict[str, int] | None = None
        self._haystacks: list[str] | None = None

    def __len__(self) -> int:
        return len(self._columns["uuid"])

    # -- coming -------------------------------------------------------------------------------------

    @property
    def whole(self) -> bool:
        """Whether every column is here, and not only the first ones."""
        return not self._coming

    def fill(
        self,
        columns: Mapping[str, list[Any]],
        fields: Fields = COLUMN_FIELDS,
        early: Mapping[str, list[Any]] | None = None,
    ) -> None:
        """Replace everything; ``columns`` as :func:`loaded_columns` names them. Those left out come later, by
        :meth:`add_piece` and :meth:`finish`; ``early`` has the first rows of some of them already, with ``uuid``.
        """
        self.fields = fields
        self.generation += 1
        count = len(columns["uuid"])
        self._columns = {name: column for name, column in columns.items() if name == "uuid" or name in fields}
        self._nothing = [None] * count
        self._coming = dict.fromkeys(name for name in fields if name not in columns) if count else {}
        self._early = frozenset()
        self._renewed()
        if early:
            self.add_piece(early)
            self._early = frozenset(early["uuid"])

    def clear(self) -> None:
        """Nothing is open."""
        self._wanted = {}
        self.fill({"uuid": []})

    def want(self, names: Iterable[str]) -> bool:
        """Whether these columns are here in full; those that are not are read before the others."""
        asked = [name for name in names if name in self.fields]
        self._wanted |= dict.fromkeys(asked)
        return not any(name in self._coming for name in asked)

    @property
    def wanted(self) -> list[str]:
        """Columns that were asked for since the survey was opened."""
        return list(self._wanted)

    @property
    def coming(self) -> list[str]:
        """Columns that are not here in full, those that were asked for first."""
        return [*(name for name in self._wanted if name in self._coming),
                *(name for name in self._coming if name not in self._wanted)]

    def add_piece(self, columns: Mapping[str, list[Any]]) -> bool:
        """Take some rows of columns that are coming; ``uuid`` tells which. False where one of these records is not
        here: another program has written to the file."""
        uuids = columns["uuid"]
        names = [name for name in columns if name in self._coming]
        if not uuids or not names:
            return True
        first = self._place(uuids[0])
        last = first + len(uuids)
        if uuids == self.uuids[first:last]:
            for name in names:
                self._own(name)[first:last] = columns[name]
            return True
        places = [self.row(uuid) for uuid in uuids]
        for name in names:
            mine = self._own(name)
            for row, value in zip(places, columns[name], strict=True):
                if row is not None:
                    mine[row] = value
        return None not in places

    def finish(self, names: Iterable[str]) -> None:
        """All pieces of these columns have come; those of which none came hold nothing."""
        for name in names:
            self._coming.pop(name, None)
        self._haystacks = None

    def knows(self, uuid: str, name: str) -> bool:
        """Whether a value of a record is here, be it empty."""
        return name not in self._coming or uuid in self._early or self.value(uuid, name) is not None

    # -- reading ------------------------------------------------------------------------------------

    @property
    def uuids(self) -> list[str]:
        return self._columns["uuid"]

    def column(self, name: str) -> list[Any]:
        """One column; not to be changed. What has not come is ``None``, as what is empty."""
        return self._columns.get(name, self._nothing)

    def row(self, uuid: str) -> int | None:
        return self._rows().get(uuid)

    def value(self, uuid: str, name: str) -> Value:
        """A value of a record that is there."""
        value: Value = self.column(name)[self._rows()[uuid]]
        return value

    def position(self, uuid: str) -> tuple[float, float] | None:
        """(longitude, latitude) in degrees, or ``None``."""
        longitude, latitude = self.value(uuid, "longitude"), self.value(uuid, "latitude")
        if isinstance(longitude, float) and isinstance(latitude, float):
            return longitude, latitude
        return None

    def apply(self, change_set: ChangeSet) -> Delta:
        """Follow a change set that the file has taken; changes of other layers are left out."""
        added: dict[str, None] = {}
        changed: dict[str, None] = {}
        removed: dict[str, None] = {}
        leaving: dict[str, int] = {}
        for change in change_set.changes:
            uuid = change.uuid
            if change.layer != SIGHTING.name:
                continue
            row = None if uuid in leaving else self.row(uuid)
            if change.operation == DELETE:
                if row is not None:
                    leaving[uuid] = row
                    removed[uuid] = None
                    added.pop(uuid, None)
                    changed.pop(uuid, None)
                continue
            values = _with_place(change.values)
            if row is None and change.operation == INSERT:
                if uuid in leaving:
                    self._remove(leaving)
                self._append(uuid, values)
                added[uuid] = None
                removed.pop(uuid, None)
            elif row is not None:
                self._write(row, values)
                if uuid not in added:
                    changed[uuid] = None
        self._remove(leaving)
        return Delta(tuple(added), tuple(changed), tuple(removed))

    # -- finding ------------------------------------------------------------------------------------

    def matching(self, text: str, conditions: Iterable[Condition] = ()) -> list[int]:
        """Rows that hold every word of ``text`` somewhere, in any field and script (synonyms count), or lie where it
        says, and meet all ``conditions``. It takes seconds for a hundred thousand: see :class:`.finder.Finder`.
        """
        query = query_of(text)
        rows: Iterable[int] = range(len(self))
        if query:
            near = frozenset(self.near(query))
            haystacks = self._searchable()
            rows = [row for row in rows if row in near or query.fits(haystacks[row])]
        return passing(conditions, _Whole(self), rows, folded)

    def near(self, query: Query) -> list[int]:
        """Rows that lie where a query says, if it says a place."""
        return rows_near(query.place, self.column("longitude"), self.column("latitude")) if query.place else []

    def copy_of(self, names: Iterable[str]) -> dict[str, list[Any]]:
        """Columns as they are now, for another thread to read while these go on; without those that hold nothing."""
        return {name: list(self._columns[name]) for name in names if name in self._columns}

    def search_text(self, uuid: str) -> str:
        """What the words of a search are looked for in: all words of a record, folded."""
        return self._text_of_row(self._rows()[uuid])

    def ordered(self, rows: Iterable[int], name: str, *, descending: bool = False) -> list[int]:
        """Rows sorted by a column; what is empty comes last either way, equals keep their order."""
        values = self.column(name)
        filled = [row for row in rows if values[row] is not None]
        empty = [row for row in rows if values[row] is None]
        keys = self._sort_keys(self.fields[name], [values[row] for row in filled])
        return [filled[place] for place in sorted(range(len(filled)), key=keys.__getitem__, reverse=descending)] + empty

    @staticmethod
    def _sort_keys(field: Field, values: list[Any]) -> list[Any]:
        """What values are compared by: codes by their labels, numbers before what another program wrote for one."""
        if field.kind == CODE:
            labels = {value: shown_text(field, value).casefold() for value in set(values)}
            return [labels[value] for value in values]
        if all(isinstance(value, str) for value in values):
            return [value.casefold() for value in values]
        return [(0, value, "") if isinstance(value, int | float) else (1, 0, str(value).casefold()) for value in values]

    def _searchable(self) -> list[str]:
        if self._haystacks is None:
            self._haystacks = [text for _uuid, text in texts_of(_Whole(self), self.fields)]
        return self._haystacks

    def _text_of_row(self, row: int) -> str:
        return text_of({name: column[row] for name, column in self._columns.items()}, self.fields)

    # -- rows ---------------------------------------------------------------------------------------

    def _rows(self) -> dict[str, int]:
        if self._row_of is None:
            self._row_of = {uuid: row for row, uuid in enumerate(self._columns["uuid"])}
        return self._row_of

    def _place(self, uuid: str) -> int:
        """The row of a record, or 0; without the index by uuid, which takes a while to make."""
        if self._row_of is None and uuid in self.uuids:
            return self.uuids.index(uuid)
        return 0 if self._row_of is None else self._row_of.get(uuid, 0)

    def _renewed(self) -> None:
        self._row_of = None
        self._haystacks = None

    def _own(self, name: str) -> list[Any]:
        """A column that may be written to."""
        if name not in self._columns:
            self._columns[name] = list(self._nothing)
        return self._columns[name]

    def _append(self, uuid: str, values: Mapping[str, Value]) -> None:
        for name, value in values.items():
            if value is not None and name in self.fields:
                self._own(name)
        self._rows()[uuid] = len(self)
        for name, column in self._columns.items():
            column.append(uuid if name == "uuid" else values.get(name))
        self._nothing.append(None)
        if self._coming:
            self._early |= {uuid}
        self._refresh_haystack(len(self) - 1)

    def _write(self, row: int, values: Mapping[str, Value]) -> None:
        for name, value in values.items():
            if name in self.fields and (value is not None or name in self._columns):
                self._own(name)[row] = value
        self._refresh_haystack(row)

    def _remove(self, leaving: dict[str, int]) -> None:
        """Take these rows out, all at once: each on its own would move all that follow."""
        if not leaving:
            return
        stays = bytearray(b"\1") * len(self)
        for row in leaving.values():
            stays[row] = 0
        lists = [*self._columns.values(), self._nothing, *([self._haystacks] if self._haystacks is not None else [])]
        for one in lists:
            one[:] = compress(one, stays)
        self._row_of = None
        leaving.clear()

    def _refresh_haystack(self, row: int) -> None:
        if self._haystacks is None:
            return
        text = self._text_of_row(row)
        if row == len(self._haystacks):
            self._haystacks.append(text)
        else:
            self._haystacks[row] = text


class _Whole(Mapping[str, list[Any]]):
    """The columns of a roster by name, those that hold nothing among them."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    def __getitem__(self, name: str) -> list[Any]:
        if name != "uuid" and name not in self._roster.fields:
            raise KeyError(name)
        return self._roster.column(name)

    def __iter__(self) -> Iterator[str]:
        return iter(loaded_columns(self._roster.fields))

    def __len__(self) -> int:
        return len(self._roster.fields) + 1


def _with_place(values: Mapping[str, Value]) -> dict[str, Value]:
    """A change's values with the point as two columns."""
    found = dict(values)
    if GEOMETRY in found:
        point = point_of(found.pop(GEOMETRY))
        found["longitude"], found["latitude"] = point if point is not None else (None, None)
    return found
