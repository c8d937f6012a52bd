"""SQLite files as GeoPackages and MBTiles are: opened for reading, with every fault in one sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from surveyapp.geo.ground.faults import unreadable


def connect(path: Path) -> sqlite3.Connection:
    """A connection that only reads; the threads that use it take turns."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what SQLite says of a damaged file into ``BadFile``."""
    try:
        yield
    except sqlite3.Error as problem:
        raise unreadable(path, problem) from problem


def tables(database: sqlite3.Connection) -> set[str]:
    """Names of tables and views, in lower case."""
    return {str(row[0]).lower() for row in rows(database, "SELECT name FROM sqlite_master")}


def rows(database: sqlite3.Connection, question: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All rows that answer a question."""
    cursor = database.execute(question, values)
    try:
        return cursor.fetchall()
    finally:
        cursor.close()
