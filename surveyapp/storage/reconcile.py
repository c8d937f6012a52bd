"""Taking in what was done to a file behind the triggers' back.

Edits by other programs are recorded as they happen. What can escape is: a column that someone added, a
table made anew without our triggers, rows replaced by ``INSERT OR REPLACE`` (SQLite runs no delete trigger
then), a photo without its hash. Here the rows are compared with the history and the difference is appended
as revisions whose ids follow from their content, so that the same outside edit is the same revision in
whichever office it is noticed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator

from surveyapp.domain.fields import LAYERS
from surveyapp.domain.merge import DELETE, INSERT, UPDATE, Revision, deterministic_revision, record_state
from surveyapp.domain.records import Value
from surveyapp.storage import ddl, extent, rows
from surveyapp.storage.history import OUTSIDE, body_sql, history_triggers, quoted
from surveyapp.words import tr


def needed(connection: sqlite3.Connection) -> bool:
    """Whether anything may have escaped the history; quick (index look-ups, no comparison of rows)."""
    stored = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for layer in LAYERS:
        columns = ddl.columns_of(connection, layer.name)
        if any(stored.get(name) != sql for name, sql in history_triggers(layer.name, columns).items()):
            return True
        total, nameless = connection.execute(
            f"SELECT count(*), (SELECT count(*) FROM {quoted(layer.name)} WHERE uuid IS NULL OR uuid = '') "
            f"FROM {quoted(layer.name)}"
        ).fetchone()
        if nameless or total != _standing(connection, layer.name):
            return True
    return connection.execute("SELECT 1 FROM photo WHERE sha256 IS NULL LIMIT 1").fetchone() is not None


def _standing(connection: sqlite3.Connection, layer: str) -> int:
    """Number of records that the history says are there."""
    return int(connection.execute(
        "SELECT count(DISTINCT record) FROM revision WHERE head = 1 AND layer = ? AND operation <> 'delete'", (layer,)
    ).fetchone()[0])


def reconcile(connection: sqlite3.Connection) -> int:
    """Append what escaped, and make the triggers anew for the columns there are. Inside the caller's transaction.

    Returns the number of revisions appended.
    """
    ddl.drop_triggers(connection)
    _hash_photos(connection)
    appended = 0
    for layer in LAYERS:
        _name_rows(connection, layer.name)
        for uuid, body in list(_escaped(connection, layer.name)):
            appended += _append(connection, layer.name, uuid, body)
        if layer.geometry:
            extent.measure(connection, layer.name)
    ddl.make_triggers(connection)
    return appended


def _hash_photos(connection: sqlite3.Connection) -> None:
    for fid, data in connection.execute("SELECT fid, data FROM photo WHERE sha256 IS NULL").fetchall():
        connection.execute("UPDATE photo SET sha256 = ? WHERE fid = ?", (hashlib.sha256(data).hexdigest(), fid))


def _name_rows(connection: sqlite3.Connection, layer: str) -> None:
    """Rows that came without the triggers get a uuid that follows from what they hold."""
    columns = ddl.columns_of(connection, layer)
    nameless = connection.execute(
        f"SELECT fid, {body_sql(columns, 't')} FROM {quoted(layer)} t WHERE uuid IS NULL OR uuid = '' ORDER BY fid"
    ).fetchall()
    for number, (fid, text) in enumerate(nameless):
        digest = hashlib.sha256(json.dumps([layer, fid, number, text]).encode()).hexdigest()
        uuid = f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"
        connection.execute(f"UPDATE {quoted(layer)} SET uuid = ? WHERE fid = ?", (uuid, fid))


def _escaped(connection: sqlite3.Connection, layer: str) -> Iterator[tuple[str, dict[str, Value] | None]]:
    """Records whose row differs from the only or provisional state in the history: (uuid, body in the row)."""
    columns = ddl.columns_of(connection, layer)
    single = connection.execute(
        f"SELECT t.uuid, {body_sql(columns, 't')}, h.body, h.n FROM {quoted(layer)} t LEFT JOIN "
        "(SELECT record, max(body) AS body, count(*) AS n FROM revision WHERE head = 1 AND layer = ? "
        "GROUP BY record) h "
        "ON h.record = t.uuid", (layer,),
    )
    for uuid, text, head, heads in single:
        if heads == 1 and text == head:
            continue
        body = rows.body_of(text) or {}
        told = _state(connection, layer, uuid)
        if told is None or _filled(told) != _filled(body):
            yield uuid, body
    gone = connection.execute(
        "SELECT DISTINCT record FROM revision WHERE head = 1 AND layer = ? AND operation <> 'delete' AND NOT EXISTS "
        f"(SELECT 1 FROM {quoted(layer)} t WHERE t.uuid = revision.record)", (layer,),
    )
    for (uuid,) in gone:
        yield uuid, None


def _state(connection: sqlite3.Connection, layer: str, uuid: str) -> dict[str, Value] | None:
    body = record_state(rows.revisions(connection, layer, uuid)).body
    return None if body is None else dict(body)


def _filled(body: dict[str, Value]) -> dict[str, Value]:
    return {n: v for n, v in body.items() if v is not None}


def _append(connection: sqlite3.Connection, layer: str, uuid: str, body: dict[str, Value] | None) -> int:
    known = rows.revisions(connection, layer, uuid)
    state = record_state(known)
    before = _filled(dict(state.body or {}))
    changed: frozenset[str] | None
    if body is None:
        operation, changed = DELETE, frozenset({"deleted"})
    elif state.body is None:
        operation, changed = INSERT, None
    else:
        operation = UPDATE
        changed = frozenset(n for n in {*before, *body} if before.get(n) != body.get(n))
    name = deterministic_revision(layer, uuid, state.heads, operation, changed, body)
    if any(r.revision == name for r in known):
        return 0
    inferred = Revision(name, layer, uuid, state.heads, operation, changed, body, OUTSIDE)
    rows.insert_revision(connection, inferred)
    rows.write_conflicts(connection, layer, uuid, record_state([*known, inferred]).conflicts)
    return 1


def differences(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """For ``check``: (layer, uuid, sentence) of each record that the history does not account for."""
    for layer in LAYERS:
        for uuid, body in _escaped(connection, layer.name):
            what = tr("is missing without a delete in the history") if body is None else tr("differs from its history")
            yield (
                layer.name,
                str(uuid),
                tr(
                    "{title} {uuid} {what}; it was changed outside without a trace.",
                    title=tr(layer.title),
                    uuid=uuid,
                    what=what,
                ),
            )


