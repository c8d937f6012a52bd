"""What every reader gives: a table of rows as the source has them, before any mapping."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.records import Value
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.texts import text_of
from surveyapp.words import tr

__all__ = [
    "HEIGHT", "LAYER_OF_GEOMETRY", "LINESTRING", "LOOKED_AT", "POINT", "POLYGON", "REJECT_COLUMNS", "Rows",
    "SourceColumn", "SourceRow", "SourceTable", "choose_layer", "columns_of", "is_reject_column", "plain",
    "read_bytes", "require_file", "text_of",
]  # fmt: skip

POINT, LINESTRING, POLYGON = "POINT", "LINESTRING", "POLYGON"

LAYER_OF_GEOMETRY = {
    layer.geometry: layer.name for layer in reversed(LAYER_BY_NAME.values()) if layer.geometry
}
"""Which of our layers takes which geometry."""

REJECT_COLUMNS = ("rejected_row", "rejected_reason")
"""Columns that a list of rejected rows has beside those of its source; a mended list is read without them."""

HEIGHT = "z"
"""Name of the column that readers make of the height of a point, in metres."""

SAMPLE_COUNT = 5
LOOKED_AT = 200
"""Rows that are read to guess what a column holds."""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the source; ``samples`` are some of its values, ``guessed_field`` what it may be.

    ``hint``: the field that the convention of the file says it is (empty: it is kept in the notes), ``None`` where
    it says nothing. ``unit``: the unit of its numbers where format or convention state it.
    """

    name: str
    samples: tuple[str, ...] = ()
    guessed_field: str | None = None
    hint: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as the source has it.

    ``number``: what a person calls it (line of a CSV, fid, place in the file counted from 1).
    ``wkb_hex``: two-dimensional geometry in the source's own reference system, x before y, or ``None``.
    ``trouble``: why the row cannot be read, as a sentence, or ``None``.
    ``feature_id``: the source's own identifier of the row, where it gives one.
    ``key``: what tells the row from others for good, where its format has such a thing (GPX); else ``None``.
    """

    number: int
    values: Mapping[str, Value]
    wkb_hex: str | None = None
    trouble: str | None = None
    feature_id: str | None = None
    key: tuple[str, ...] | None = None


class Rows:
    """Rows that can be gone through again and again: each time they are read anew from the file."""

    def __init__(self, read: Callable[[], Iterator[SourceRow]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[SourceRow]:
        return self._read()


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One table of a source file.

    ``layer``: its name in the file, one of ``layers``. ``geometry``: POINT, LINESTRING or POLYGON, or empty
    where positions, if any, stand in columns. ``crs``: reference system of its geometry or coordinate
    columns as "EPSG:n" or WKT; ``None`` when the file does not say. ``crs_stated``: False when ``crs`` was
    given by the user or assumed. ``target``: the layer of ours that it seems to be for. ``notes``: what the
    reader assumed, as sentences. ``decimal_comma``: whether 1,5 in it means one and a half. ``media``: folders
    in which the files lie that it names. ``spaced_codes``: whether a cell may hold several codes with spaces
    between them, as ODK writes what was chosen from a list.
    """

    path: Path
    format: str
    layer: str
    layers: tuple[str, ...]
    columns: tuple[SourceColumn, ...]
    rows: Iterable[SourceRow]
    geometry: str = ""
    crs: str | None = None
    crs_stated: bool = False
    target: str = "sighting"
    notes: tuple[str, ...] = ()
    decimal_comma: bool = False
    media: tuple[Path, ...] = ()
    spaced_codes: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def plain(value: object) -> Value:
    """A value of a JSON or SQLite source as one of ours; what is nested becomes JSON text."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if math.isnan(value):
            return None
        case None | str() | int() | float():
            return value
        case bytes():
            return tr("({count} bytes)", count=len(value))
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)


def is_reject_column(name: str) -> bool:
    """Whether a column is one that a list of rejected rows has added."""
    return name.casefold() in REJECT_COLUMNS


def columns_of(names: Iterable[str], rows: Iterable[SourceRow]) -> tuple[SourceColumn, ...]:
    """Columns with samples of the first rows; columns that only some rows have are found too."""
    samples: dict[str, list[str]] = {name: [] for name in names}
    for index, row in enumerate(rows):
        if index >= LOOKED_AT:
            break
        for name, value in row.values.items():
            found = samples.setdefault(name, [])
            text = text_of(value).strip()
            if text and len(found) < SAMPLE_COUNT and text not in found:
                found.append(text[:200])
    return tuple(
        SourceColumn(name, tuple(found), unit="m" if name == HEIGHT else None) for name, found in samples.items()
    )


def choose_layer(path: Path, wanted: str | None, layers: tuple[str, ...]) -> str:
    """The layer to read: the wanted one, or the first. Raises ``BadInput`` naming those there are."""
    if not layers:
        raise BadFile(tr("{name} has no layer that can be imported.", name=path.name))
    if wanted is None:
        return layers[0]
    if wanted not in layers:
        raise BadInput(
            tr("{name} has no layer {wanted!r}; it has {what}.", name=path.name, wanted=wanted, what=", ".join(layers))
        )
    return wanted


def read_bytes(path: Path, limit: int = 2**31) -> bytes:
    """All bytes of a file; raises ``BadFile`` in a sentence."""
    require_file(path)
    try:
        if path.stat().st_size > limit:
            raise BadFile(
                tr(
                    "{name} is larger than {limit} MB, which is too much for one import; split it.",
                    name=path.name,
                    limit=limit // 2**20,
                )
            )
        return path.read_bytes()
    except OSError as error:
        raise BadFile(tr("{name} cannot be read: {reason}.", name=path.name, reason=error.strerror or error)) from error


def require_file(path: Path) -> None:
    """Raises ``BadFile`` for a folder or a file that is not there."""
    if path.is_dir():
        raise BadFile(tr("{path} is a folder; name a file in it.", path=path))
    if not path.exists():
        raise BadFile(tr("There is no file {path}; check the name and the folder.", path=path))
