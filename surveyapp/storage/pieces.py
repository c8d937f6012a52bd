"""Columns of a layer for a window that is to stand at once: put together inside SQLite, a piece of the rows at a time.

A hundred thousand rows that are handed over one by one keep Python's lock busy for as long as they take, and the
window with it. A JSON array of each column and the geometries of all points in one text are single values: they are
made while other threads go on, and read at once.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.geometry import point_of
from surveyapp.storage import connection as files
from surveyapp.storage import rows
from surveyapp.storage.history import quoted

POINT = ("longitude", "latitude")
"""Columns that a point is read as, in degrees."""

Span = tuple[int, int | None]
"""Rows whose ``fid`` is above the first and not above the second (``None``: however high)."""
Columns = dict[str, list[Any]]

WHOLE: Span = (-(2**63), None)
_SIZE = 29
"""Bytes of a GeoPackage blob without envelope (OGC 12-128r17, 2.1.3) around a little-endian WKB point: 8 + 5 + 16."""
_HEAD = {0: b"G", 1: b"P", 8: b"\x01", 9: b"\x01", 10: b"\0", 11: b"\0", 12: b"\0"}
"""Bytes that say so, by their place."""
_NOWHERE = (b"GP\x00\x01\xe6\x10\x00\x00\x01\x01\x00\x00\x00" + struct.pack("<dd", *[float("nan")] * 2)).hex().upper()
"""An empty point; what stands for a row without any."""


def spans(connection: sqlite3.Connection, path: Path, layer: str, size: int) -> list[Span]:
    """The rows of a layer in spans of about ``size`` each; the last one takes in rows that come later."""
    with files.sentences(path, "reading"):
        first, last, count = connection.execute(
            f"SELECT (SELECT min(fid) FROM {quoted(layer)}), (SELECT max(fid) FROM {quoted(layer)}), count(*) "
            f"FROM {quoted(layer)}"
        ).fetchone()
    if count <= size:
        return [WHOLE]
    # Where rows were taken out the numbers have gaps: the spans are as much wider.
    step = max(size, size * (last - first + 1) // count)
    starts = list(range(first - 1, last, step))
    return [*pairwise(starts), (starts[-1], None)]


def read(connection: sqlite3.Connection, path: Path, layer: str, names: Sequence[str], span: Span) -> Columns:
    """Columns by name; see :meth:`surveyapp.storage.reader.SurveyReader.piece`. ``names`` are known to be there."""
    points = bool({*POINT} & {*names})
    real = [name for name in names if name not in POINT]
    with files.sentences(path, "reading"):
        try:
            found = _gathered(connection, layer, real, points, span)
        except (sqlite3.OperationalError, ValueError):
            # JSON holds neither blobs nor infinities, which another program may have written.
            found = None
        if found is None:
            found = _one_by_one(connection, layer, real, points, span)
    return {name: found[name] for name in names}


def head(connection: sqlite3.Connection, path: Path, layer: str, names: Sequence[str], count: int) -> Columns:
    """The first ``count`` rows."""
    points = bool({*POINT} & {*names})
    real = [name for name in names if name not in POINT]
    with files.sentences(path, "reading"):
        found = _one_by_one(connection, layer, real, points, WHOLE, count)
    return {name: found[name] for name in names}


def filled(connection: sqlite3.Connection, path: Path, layer: str, names: Sequence[str]) -> set[str]:
    """Those of some columns that hold anything."""
    if not names:
        return set()
    counts = ", ".join(f"count({quoted(name)})" for name in names)
    with files.sentences(path, "reading"):
        found = connection.execute(f"SELECT {counts} FROM {quoted(layer)}").fetchone()
    return {name for name, count in zip(names, found, strict=True) if count}


def _rows(layer: str, span: Span) -> tuple[str, tuple[int, ...]]:
    """Where the rows of a span come from, in the order of the file: by no index, whose order is another."""
    after, until = span
    end = "" if until is None else " AND fid <= ?"
    return f"{quoted(layer)} NOT INDEXED WHERE fid > ?{end}", (after,) if until is None else (after, until)


def _gathered(
    connection: sqlite3.Connection, layer: str, names: Sequence[str], points: bool, span: Span
) -> Columns | None:
    """All of it as a few values of one row; ``None`` where they would not say what the file means."""
    if connection.execute("SELECT json_array(0.30000000000000004)").fetchone() != ("[0.3]",):
        return None  # this SQLite writes more digits than the history does
    parts = [f"json_group_array({quoted(name)})" for name in names]
    if points:
        parts += [f"group_concat(iif({GEOMETRY} IS NULL, '{_NOWHERE}', hex({GEOMETRY})), '')",
                  f"min(length({GEOMETRY})) = {_SIZE} AND max(length({GEOMETRY})) = {_SIZE} OR count({GEOMETRY}) = 0"]
    source, values = _rows(layer, span)
    found = connection.execute(f"SELECT {', '.join(parts)} FROM {source}", values).fetchone()
    columns: Columns = {name: json.loads(text) for name, text in zip(names, found[: len(names)], strict=True)}
    if points:
        places = _places(bytes.fromhex(found[-2] or "")) if found[-1] else None
        if places is None:
            return None
        columns |= places
    return columns


def _places(blobs: bytes) -> Columns | None:
    """Longitudes and latitudes of blobs of :data:`_SIZE` each; ``None`` if one of them is no plain point."""
    import numpy as np  # here: the command line, which asks for no pieces, does not wait for it

    count = len(blobs) // _SIZE
    if any(blobs[place::_SIZE] != byte * count for place, byte in _HEAD.items()):
        return None
    pairs = np.frombuffer(blobs, np.dtype([("head", "V13"), ("x", "<f8"), ("y", "<f8")]))
    longitudes, latitudes = pairs["x"], pairs["y"]
    nowhere = np.flatnonzero(np.isnan(longitudes) | np.isnan(latitudes)).tolist()
    columns: Columns = {POINT[0]: longitudes.tolist(), POINT[1]: latitudes.tolist()}
    for row in nowhere:
        columns[POINT[0]][row] = columns[POINT[1]][row] = None
    return columns


def _apart(pairs: Sequence[tuple[float, float] | tuple[None, None]]) -> Columns:
    return {POINT[0]: [x for x, _y in pairs], POINT[1]: [y for _x, y in pairs]}


def _one_by_one(
    connection: sqlite3.Connection, layer: str, names: Sequence[str], points: bool, span: Span, most: int = -1
) -> Columns:
    selected = list(dict.fromkeys([*names, GEOMETRY])) if points else list(names)
    source, values = _rows(layer, span)
    fetched = connection.execute(
        f"SELECT {', '.join(map(quoted, selected))} FROM {source} ORDER BY fid LIMIT ?", (*values, most)
    )
    columns = dict(zip(selected, _columns_of(fetched, len(selected)), strict=True))
    found: Columns = {name: [rows.value_of(name, value) for value in column] for name, column in columns.items()}
    if points:
        found |= _apart([point_of(geometry) or (None, None) for geometry in found[GEOMETRY]])
    return found


def _columns_of(fetched: Iterator[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    return list(zip(*fetched, strict=True)) or [()] * width
