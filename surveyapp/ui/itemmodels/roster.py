"""The sightings of the open survey as plain columns, kept up to date by change sets. No Qt.

Table and map both read it, so that they always agree. A *row* is a place in these columns and holds until
the next change; outside, records are known by uuid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.changes import DELETE, INSERT, ChangeSet
from surveyapp.domain.fields import BLOB, CODE, DATE, DATETIME, GEOMETRY, INTEGER, REAL, REF, SIGHTING, Field
from surveyapp.domain.filters import Condition, passing
from surveyapp.domain.geometry import point_of
from surveyapp.domain.records import Value
from surveyapp.ui.forms.moments import short
from surveyapp.ui.forms.search import folded, term_words

PLACE = (
    Field("longitude", REAL, "Longitude", unit="°"),
    Field("latitude", REAL, "Latitude", unit="°"),
)
"""Columns that the point is shown as."""

COLUMN_FIELDS: dict[str, Field] = {
    field.name: field for field in (*SIGHTING.fields, *PLACE) if field.kind not in (BLOB, REF)
}
"""Every column that a table of sightings can show."""

_FIRST = ("gem", "locality", "observed_at", "review_status")
DEFAULT_COLUMNS: tuple[str, ...] = (
    *_FIRST,
    *(field.name for field in SIGHTING.fields if field.column and field.name not in _FIRST),
)
"""The columns that the table of fields shows at first; what tells sightings apart comes before the rest."""

_SEARCHED = tuple(name for name, field in COLUMN_FIELDS.items() if field.kind not in (INTEGER, REAL, DATETIME, DATE))
"""What the search box looks into: all words, no numbers."""

SEARCHED_COLUMNS: tuple[str, ...] = ("uuid", *_SEARCHED)
"""What :func:`texts_of` reads."""

_CHUNK = 1000
"""Records whose texts are made at once."""


def loaded_columns() -> list[str]:
    """Names to ask the file for."""
    return ["uuid", *COLUMN_FIELDS]


def first_columns(shown: Sequence[str]) -> list[str]:
    """What map and table need before anything else, with these columns in the table."""
    return list(dict.fromkeys(["uuid", "longitude", "latitude", "gem", "presence", *column_choice(shown)]))


def other_columns(first: Sequence[str]) -> list[str]:
    """The rest, to be read while one looks at the first; with ``uuid``, to tell whose values they are."""
    return ["uuid", *(name for name in COLUMN_FIELDS if name not in first)]


def shown_text(field: Field, value: Value) -> str:
    """A value as a table shows it: the label of a code, a time in Pakistan time, a number without noise."""
    if value is None:
        return ""
    if field.kind == CODE and field.vocabulary is not None:
        return field.vocabulary.label(value)
    if field.kind == DATETIME:
        return short(value)
    if field.name in ("longitude", "latitude") and isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


@dataclass(frozen=True, slots=True)
class Delta:
    """What a change set did to the sightings, by uuid."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class Roster:
    """Columns by name, all of one length, in the order of the file."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in loaded_columns()}
        self._row_of: dict[str, int] = {}
        self._haystacks: list[str] | None = None
        self.whole = True
        """Whether every column is here, and not only the first ones."""

    def __len__(self) -> int:
        return len(self._row_of)

    def fill(self, columns: Mapping[str, list[Any]]) -> None:
        """Replace everything; ``columns`` as :func:`loaded_columns` names them. Those left out are empty until
        :meth:`complete` brings them.
        """
        count = len(columns["uuid"])
        self._columns = {name: columns.get(name) or [None] * count for name in loaded_columns()}
        self.whole = not count or all(name in columns for name in loaded_columns())
        self._index()

    def complete(self, columns: Mapping[str, list[Any]]) -> bool:
        """Take columns that :meth:`fill` left out, in whatever order of records; False (and nothing is taken) if
        they are not of the records that are here.
        """
        uuids = columns["uuid"]
        if uuids != self.uuids:
            place_of = {uuid: place for place, uuid in enumerate(uuids)}
            if place_of.keys() != self._row_of.keys():
                return False
            order = [place_of[uuid] for uuid in self.uuids]
            columns = {name: [column[place] for place in order] for name, column in columns.items()}
        self._columns.update({name: column for name, column in columns.items() if name != "uuid"})
        self._haystacks = None
        self.whole = True
        return True

    def clear(self) -> None:
        self.fill({name: [] for name in loaded_columns()})

    @property
    def uuids(self) -> list[str]:
        return self._columns["uuid"]

    def column(self, name: str) -> list[Any]:
        """One column; not to be changed."""
        return self._columns[name]

    def row(self, uuid: str) -> int | None:
        return self._row_of.get(uuid)

    def value(self, uuid: str, name: str) -> Value:
        """A value of a record that is there."""
        value: Value = self._columns[name][self._row_of[uuid]]
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
        for change in change_set.changes:
            if change.layer != SIGHTING.name:
                continue
            row = self._row_of.get(change.uuid)
            if change.operation == DELETE:
                if row is not None:
                    self._remove(row)
                    removed[change.uuid] = None
                    added.pop(change.uuid, None)
                    changed.pop(change.uuid, None)
                continue
            values = _with_place(change.values)
            if row is None and change.operation == INSERT:
                self._append(change.uuid, values)
                added[change.uuid] = None
                removed.pop(change.uuid, None)
            elif row is not None:
                self._write(row, values)
                if change.uuid not in added:
                    changed[change.uuid] = None
        return Delta(tuple(added), tuple(changed), tuple(removed))

    # -- finding ------------------------------------------------------------------------------------

    def matching(self, text: str, conditions: Iterable[Condition] = ()) -> list[int]:
        """Rows that hold every word of ``text`` somewhere, in any field and script (synonyms count), and meet all
        ``conditions``. It takes seconds for a hundred thousand: see :class:`.finder.Finder`.
        """
        words = words_of(text)
        rows: Iterable[int] = range(len(self))
        if words:
            haystacks = self._searchable()
            rows = [row for row in rows if all(word in haystacks[row] for word in words)]
        return passing(conditions, self._columns, rows, folded)

    def copy_of(self, names: Iterable[str]) -> dict[str, list[Any]]:
        """Columns as they are now, for another thread to read while these go on."""
        return {name: list(self._columns[name]) for name in names}

    def search_text(self, uuid: str) -> str:
        """What the words of a search are looked for in: all words of a record, folded."""
        return self._text_of_row(self._row_of[uuid])

    def ordered(self, rows: Iterable[int], name: str, *, descending: bool = False) -> list[int]:
        """Rows sorted by a column; what is empty comes last either way, equals keep their order."""
        values, field = self._columns[name], COLUMN_FIELDS[name]
        filled = [row for row in rows if values[row] is not None]
        empty = [row for row in rows if values[row] is None]
        labels = self._labels(name) if field.kind == CODE else None

        def key(row: int) -> Any:
            value = values[row]
            if labels is not None:
                return labels(value)
            if isinstance(value, int | float):
                return (0, value, "")
            return (1, 0, str(value).casefold())

        return sorted(filled, key=key, reverse=descending) + empty

    def _labels(self, name: str) -> Any:
        field = COLUMN_FIELDS[name]
        known: dict[Value, str] = {}

        def label(value: Value) -> str:
            if value not in known:
                known[value] = shown_text(field, value).casefold()
            return known[value]

        return label

    def _searchable(self) -> list[str]:
        if self._haystacks is None:
            self._haystacks = [text for _uuid, text in texts_of(self._columns)]
        return self._haystacks

    def _text_of_row(self, row: int) -> str:
        return "\n".join(_search_words(name, self._columns[name][row]) for name in _SEARCHED)

    # -- rows ---------------------------------------------------------------------------------------

    def _index(self) -> None:
        self._row_of = {uuid: row for row, uuid in enumerate(self._columns["uuid"])}
        self._haystacks = None

    def _append(self, uuid: str, values: Mapping[str, Value]) -> None:
        self._row_of[uuid] = len(self._columns["uuid"])
        for name, column in self._columns.items():
            column.append(uuid if name == "uuid" else values.get(name))
        self._refresh_haystack(len(self._columns["uuid"]) - 1)

    def _write(self, row: int, values: Mapping[str, Value]) -> None:
        for name, value in values.items():
            if name in self._columns:
                self._columns[name][row] = value
        self._refresh_haystack(row)

    def _remove(self, row: int) -> None:
        for column in self._columns.values():
            del column[row]
        haystacks = self._haystacks
        if haystacks is not None:
            del haystacks[row]
        self._row_of = {uuid: place for place, uuid in enumerate(self._columns["uuid"])}

    def _refresh_haystack(self, row: int) -> None:
        if self._haystacks is None:
            return
        text = self._text_of_row(row)
        if row == len(self._haystacks):
            self._haystacks.append(text)
        else:
            self._haystacks[row] = text


def words_of(text: str) -> list[str]:
    """The words of a search, folded."""
    return [word for word in map(folded, text.split()) if word]


def texts_of(columns: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, str]]:
    """The uuid and searched text of each record of ``columns`` (of :data:`SEARCHED_COLUMNS`)."""
    for start in range(0, len(columns["uuid"]), _CHUNK):
        parts = [_column_words(name, columns[name][start : start + _CHUNK]) for name in _SEARCHED]
        texts = map("\n".join, zip(*parts, strict=True))
        yield from zip(columns["uuid"][start : start + _CHUNK], texts, strict=True)


def _column_words(name: str, values: Sequence[Any]) -> list[str]:
    """Words of many values, each distinct one worked out once."""
    known = {value: _search_words(name, value) for value in set(values)}
    return [known[value] for value in values]


def _search_words(name: str, value: Value) -> str:
    if value is None:
        return ""
    vocabulary = COLUMN_FIELDS[name].vocabulary
    term = vocabulary.term(value) if vocabulary is not None else None
    words = term_words(term) if term is not None else (str(value),)
    return " ".join(folded(word) for word in words)


def _with_place(values: Mapping[str, Value]) -> dict[str, Value]:
    """A change's values with the point as two columns."""
    found = dict(values)
    if GEOMETRY in found:
        point = point_of(found.pop(GEOMETRY))
        found["longitude"], found["latitude"] = point if point is not None else (None, None)
    return found


def column_choice(names: Sequence[str]) -> list[str]:
    """The columns to show for what the settings say: those that exist, or the default ones."""
    known = [name for name in dict.fromkeys(names) if name in COLUMN_FIELDS]
    return known or list(DEFAULT_COLUMNS)
