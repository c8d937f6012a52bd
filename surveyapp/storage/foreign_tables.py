"""Tables that others added to a survey (QGIS projects, an office's own lists) go along through a merge.

Their rows have no history of ours. Two files' rows are united: rows that are alike in all but a local
integer key are one. That is order-blind, and nothing is chosen away.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from surveyapp.domain.fields import LAYERS
from surveyapp.domain.records import utc_text
from surveyapp.storage import ddl, extent
from surveyapp.storage.history import quoted

_OURS = {layer.name for layer in LAYERS} | {
    "revision", "revision_context", "conflict", "package", "rejected", "photo_kept", "layer_styles",
    "gpkgext_relations",
}


def foreign_names(connection: sqlite3.Connection, schema: str) -> list[str]:
    """Tables of a file that are neither ours nor GeoPackage's."""
    found = connection.execute(
        f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table' AND name NOT LIKE 'gpkg%' "
        "AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'rtree%' ORDER BY name"
    )
    return [r[0] for r in found if r[0] not in _OURS]


def carry(connection: sqlite3.Connection, notes: list[str]) -> list[dict[str, Any]]:
    """Bring the foreign tables of the attached ``src`` into ``main``. Returns the rows that could not be taken."""
    rejected: list[dict[str, Any]] = []
    have = set(foreign_names(connection, "main"))
    for name in foreign_names(connection, "src"):
        if name not in have:
            _create(connection, name)
            notes.append(f"The further table {name} was taken along.")
        rejected += _unite(connection, name)
    return rejected


def _create(connection: sqlite3.Connection, name: str) -> None:
    """The table as the package defines it, with its registration, R-tree and style."""
    (sql,) = connection.execute(
        "SELECT sql FROM src.sqlite_master WHERE type = 'table' AND name = ?", (name,)
    ).fetchone()
    connection.execute(sql)
    for table, which in (
        ("gpkg_spatial_ref_sys", "srs_id IN (SELECT srs_id FROM src.gpkg_contents WHERE table_name = ?)"),
        ("gpkg_contents", "table_name = ?"), ("gpkg_geometry_columns", "table_name = ?"),
        ("gpkg_extensions", "table_name = ?"), ("gpkg_data_columns", "table_name = ?"),
    ):
        connection.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM src.{table} WHERE {which}", (name,))
    connection.execute("INSERT OR IGNORE INTO gpkg_ogr_contents VALUES (?, 0)", (name,))
    for statement in ddl.count_triggers(name):
        connection.execute(statement)
    geometry = connection.execute(
        "SELECT column_name FROM gpkg_extensions WHERE table_name = ? AND extension_name = 'gpkg_rtree_index'", (name,)
    ).fetchone()
    key = _integer_key(connection, name)
    if geometry and key:
        for statement in ddl.rtree_statements(name, geometry[0], key):
            connection.execute(statement)


def _integer_key(connection: sqlite3.Connection, name: str) -> str | None:
    """The local integer key of a table, which means nothing in another file."""
    for _, column, kind, _notnull, _default, key in connection.execute(f"PRAGMA main.table_info({quoted(name)})"):
        if key and str(kind).upper() == "INTEGER":
            return str(column)
    return None


def _unite(connection: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    key = _integer_key(connection, name)
    mine, theirs = ddl.columns_of(connection, name), ddl.columns_of(connection, name, "src")
    for column in theirs:
        if column not in mine:
            connection.execute(f"ALTER TABLE main.{quoted(name)} ADD COLUMN {quoted(column)}")
    listed = [c for c in theirs if c != key]
    if not listed:
        return []
    columns = ", ".join(quoted(c) for c in listed)
    new = connection.execute(
        f"SELECT {columns} FROM src.{quoted(name)} EXCEPT SELECT {columns} FROM main.{quoted(name)}"
    ).fetchall()
    rejected = []
    for row in new:
        try:
            connection.execute(
                f"INSERT INTO main.{quoted(name)} ({columns}) VALUES ({', '.join('?' * len(row))})", row
            )
        except sqlite3.IntegrityError as error:
            rejected.append(_reject(connection, name, dict(zip(listed, row, strict=True)), str(error)))
    geometry = connection.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (name,)
    ).fetchone()
    if geometry and new:
        extent.measure(connection, name, geometry[0])
    return [r for r in rejected if r]


def _reject(connection: sqlite3.Connection, name: str, row: dict[str, Any], reason: str) -> dict[str, Any]:
    """Keep a row that a rule of the other table forbids; once, however often the package comes."""
    body = json.dumps(row, ensure_ascii=False, default=lambda b: b.hex(), sort_keys=True)
    known = connection.execute("SELECT 1 FROM rejected WHERE layer = ? AND body = ?", (name, body)).fetchone()
    if known:
        return {}
    connection.execute(
        "INSERT INTO rejected (layer, reason, body, at) VALUES (?, ?, ?, ?)", (name, reason, body, utc_text())
    )
    return {"layer": name, "reason": reason, "body": body}
