"""Rows of the file to records, revisions and conflicts, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.merge import Conflict, ConflictValue, Revision, record_state
from surveyapp.domain.records import Record, Value
from surveyapp.storage.ddl import columns_of
from surveyapp.storage.geometry import NotAGeometry, blob_of, hex_of
from surveyapp.storage.history import quoted

REVISION_COLUMNS = (
    "revision, layer, record, parents, operation, changed, body, author, device, at, change_set, initiator"
)


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def value_of(name: str, stored: Any) -> Value:
    """Stored value as the domain holds it. Reals keep 15 significant digits, as the history writes them, so that
    a row and its revision say the same."""
    if isinstance(stored, float):
        return float(f"{stored:.15g}")
    if isinstance(stored, bytes):
        if name != GEOMETRY:
            return stored.hex()
        try:
            return hex_of(stored)
        except NotAGeometry:
            return None
    return stored  # type: ignore[no-any-return]


def stored_of(name: str, value: Value) -> Any:
    """Domain value as the file stores it."""
    if name == GEOMETRY:
        return blob_of(value if isinstance(value, str) else None)
    if isinstance(value, float):
        return float(f"{value:.15g}")
    return value


def record_of(layer: str, columns: Sequence[str], row: Sequence[Any]) -> Record:
    """Record from a row with these columns (``uuid`` among them)."""
    values = {name: value_of(name, stored) for name, stored in zip(columns, row, strict=True)}
    uuid = values.pop("uuid")
    values.pop("fid", None)
    return Record(layer, str(uuid), values)


def body_of(text: str | None) -> dict[str, Value] | None:
    """Body of a revision: the geometry as WKB hex."""
    if text is None:
        return None
    body: dict[str, Value] = json.loads(text)
    blob = body.get(GEOMETRY)
    if isinstance(blob, str):
        try:
            body[GEOMETRY] = hex_of(bytes.fromhex(blob))
        except (NotAGeometry, ValueError):
            body[GEOMETRY] = None
    return body


def body_text(body: dict[str, Value] | None) -> str | None:
    """JSON of a body as the triggers write it."""
    if body is None:
        return None
    told = {name: value for name, value in body.items() if value is not None}
    if isinstance(told.get(GEOMETRY), str):
        told[GEOMETRY] = (blob_of(str(told[GEOMETRY])) or b"").hex().upper()
    return _json(told)


def revision_of(row: Sequence[Any]) -> Revision:
    """Revision from a row of ``REVISION_COLUMNS``."""
    revision, layer, record, parents, operation, changed, body, *about = row
    return Revision(
        revision, layer, record, tuple(json.loads(parents)), operation,
        None if changed is None else frozenset(json.loads(changed)), body_of(body), *about,
    )


def revision_row(revision: Revision) -> tuple[Any, ...]:
    """Row of ``REVISION_COLUMNS`` from a revision."""
    return (
        revision.revision, revision.layer, revision.record, json.dumps(sorted(revision.parents)),
        revision.operation, None if revision.changed is None else json.dumps(sorted(revision.changed)),
        body_text(dict(revision.body)) if revision.body is not None else None,
        revision.author, revision.device, revision.at, revision.change_set, revision.initiator,
    )


def revisions(connection: sqlite3.Connection, layer: str, record: str) -> list[Revision]:
    """Every revision of one record, oldest row first."""
    rows = connection.execute(
        f"SELECT {REVISION_COLUMNS} FROM revision WHERE record = ? AND layer = ? ORDER BY id", (record, layer)
    )
    return [revision_of(row) for row in rows]


def conflict_row(conflict: Conflict) -> tuple[Any, ...]:
    """Row of the ``conflict`` table, without its id."""
    standing = [{"value": v.value, "author": v.author, "at": v.at, "revision": v.revision} for v in conflict.values]
    return (
        conflict.conflict, conflict.layer, conflict.record, conflict.field, _json(conflict.ancestor),
        _json(standing), _json(conflict.chosen),
    )


def conflict_of(row: Sequence[Any]) -> Conflict:
    """Conflict from such a row."""
    name, layer, record, field, ancestor, standing, chosen = row
    values = tuple(ConflictValue(v["value"], v["author"], v["at"], v["revision"]) for v in json.loads(standing))
    return Conflict(name, layer, record, field, json.loads(ancestor), values, json.loads(chosen))


CONFLICT_COLUMNS = "conflict, layer, record, field, ancestor, standing, chosen"


def conflicts(connection: sqlite3.Connection) -> list[Conflict]:
    """Every open conflict, sorted by layer, record and field."""
    found = connection.execute(f"SELECT {CONFLICT_COLUMNS} FROM conflict ORDER BY layer, record, field")
    return [conflict_of(row) for row in found]


def disputes(connection: sqlite3.Connection) -> list[tuple[Conflict, Record | None]]:
    """Every open conflict with its record as it stands."""
    columns: dict[str, list[str]] = {}
    found = []
    for conflict in conflicts(connection):
        names = columns.setdefault(conflict.layer, columns_of(connection, conflict.layer))
        named = select_records(connection, conflict.layer, names, "WHERE uuid = ?", (conflict.record,))
        found.append((conflict, next(named, None)))
    return found


def write_conflicts(connection: sqlite3.Connection, layer: str, record: str, conflicts: Iterable[Conflict]) -> None:
    """Let the conflict table say exactly this of one record."""
    connection.execute("DELETE FROM conflict WHERE record = ? AND layer = ?", (record, layer))
    connection.executemany(
        f"INSERT INTO conflict ({CONFLICT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [conflict_row(c) for c in conflicts],
    )


def renew_conflicts(connection: sqlite3.Connection, layer: str, record: str) -> None:
    """Let the conflict table say of one record what its history says."""
    write_conflicts(connection, layer, record, record_state(revisions(connection, layer, record)).conflicts)


def insert_revision(connection: sqlite3.Connection, revision: Revision) -> None:
    """Append a revision that the program infers or decides, upon its parents."""
    connection.execute(
        f"INSERT INTO revision ({REVISION_COLUMNS}) VALUES ({', '.join('?' * 12)})", revision_row(revision)
    )
    connection.executemany(
        "UPDATE revision SET head = 0 WHERE revision = ?", [(parent,) for parent in revision.parents]
    )


def set_row(connection: sqlite3.Connection, layer: str, record: str, columns: Sequence[str],
            body: dict[str, Value] | None) -> None:
    """Let the table hold ``body`` for the record (``None``: no row). Bytes of a new photo come from those kept."""
    table = quoted(layer)
    if body is None:
        connection.execute(f"DELETE FROM {table} WHERE uuid = ?", (record,))
        return
    names = [c for c in columns if c not in ("fid", "uuid", "data")]
    values = [stored_of(name, body.get(name)) for name in names]
    assignments = ", ".join(f"{quoted(n)} = ?" for n in names)
    done = connection.execute(f"UPDATE {table} SET {assignments} WHERE uuid = ?", (*values, record)).rowcount
    if done:
        return
    if layer == "photo":
        kept = connection.execute("SELECT data FROM photo_kept WHERE sha256 = ?", (body.get("sha256"),)).fetchone()
        names, values = [*names, "data"], [*values, kept[0] if kept else b""]
    marks = ", ".join("?" * (len(names) + 1))
    connection.execute(
        f"INSERT INTO {table} (uuid, {', '.join(quoted(n) for n in names)}) VALUES ({marks})", (record, *values)
    )


def keep_photo(connection: sqlite3.Connection, record: str) -> None:
    """Keep the bytes of a photo whose row may go, so that it can come back."""
    connection.execute(
        "INSERT OR IGNORE INTO photo_kept SELECT sha256, data FROM photo WHERE uuid = ? AND sha256 IS NOT NULL",
        (record,),
    )


def select_records(connection: sqlite3.Connection, layer: str, columns: Sequence[str],
                   where: str = "", parameters: Sequence[Any] = ()) -> Iterator[Record]:
    """Records of a layer, without the bytes of photos, sorted by uuid."""
    names = [c for c in columns if c not in ("fid", "data")]
    sql = f"SELECT {', '.join(quoted(n) for n in names)} FROM {quoted(layer)} {where} ORDER BY uuid"
    for row in connection.execute(sql, parameters):
        yield record_of(layer, names, row)


