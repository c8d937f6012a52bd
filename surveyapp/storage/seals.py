"""What a seal vouches for, and where it stands in the file.

A hash of the whole file would be worth nothing: a GeoPackage changes when QGIS merely looks at it. So the content is
digested: every record, the bytes of every photo, every revision, what was merged in, and the rows of tables that others
added. Local keys, indexes, styles and the layout of the pages on the disk do not count.

Seals are rows of ``gpkg_metadata``, outside the history and never taken away: a later one stands after the earlier.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from surveyapp.domain.fields import LAYERS
from surveyapp.domain.progress import Progress
from surveyapp.storage import ddl, rows
from surveyapp.storage.foreign_tables import foreign_names
from surveyapp.storage.history import quoted
from surveyapp.words import tr

STANDARD = "urn:surveyapp:seal:1"
"""``md_standard_uri`` of a seal's row."""


def digests(connection: sqlite3.Connection, progress: Progress | None = None) -> dict[str, dict[str, Any]]:
    """``{part: {"count": rows, "sha256": hex}}`` of all that a seal vouches for, whatever the order on the disk."""
    progress = progress or Progress()
    found: dict[str, dict[str, Any]] = {}
    for number, layer in enumerate(LAYERS):
        progress.step(number, len(LAYERS) + 1, tr("reading {layer}", layer=tr(layer.plural).lower()))
        columns = ddl.columns_of(connection, layer.name)
        found[layer.name] = _digest(
            [record.uuid, {n: v for n, v in record.values.items() if v is not None}]
            for record in rows.select_records(connection, layer.name, columns)
        )
    found["photo bytes"] = _digest(
        [uuid, hashlib.sha256(data or b"").hexdigest()]
        for uuid, data in connection.execute("SELECT uuid, data FROM photo ORDER BY uuid")
    )
    progress.step(len(LAYERS), len(LAYERS) + 1, tr("reading the history"))
    found["revision"] = history_digest(connection)
    for name in ("package", *foreign_names(connection, "main")):
        found[name] = _digest(sorted(_plain_rows(connection, name)))
    return found


def last_revision(connection: sqlite3.Connection) -> int:
    """Place of the newest revision in this file; a seal vouches for all up to it."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM revision").fetchone()[0])


def history_digest(connection: sqlite3.Connection, up_to: int | None = None) -> dict[str, Any]:
    """Digest of the revisions, all or those up to a place: the history only grows, so that what was sealed can be
    asked for again after it went on."""
    where = "" if up_to is None else f"WHERE id <= {int(up_to)}"
    return _digest(
        list(row)
        for row in connection.execute(f"SELECT {rows.REVISION_COLUMNS} FROM revision {where} ORDER BY revision")
    )


def _digest(told: Iterable[Any]) -> dict[str, Any]:
    whole, count = hashlib.sha256(), 0
    for one in told:
        whole.update(json.dumps(one, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        count += 1
    return {"count": count, "sha256": whole.hexdigest()}


def _plain_rows(connection: sqlite3.Connection, name: str) -> Iterable[str]:
    """Rows of a table that has no uuid, without its local key."""
    info = connection.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    columns = sorted(row[1] for row in info if not (row[5] and str(row[2]).upper() == "INTEGER"))
    if not columns:
        return
    for row in connection.execute(f"SELECT {', '.join(quoted(c) for c in columns)} FROM {quoted(name)}"):
        yield json.dumps([_shown(value) for value in row], ensure_ascii=False)


def _shown(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def texts(connection: sqlite3.Connection) -> list[str]:
    """The seals in the file as they were written, oldest first."""
    found: Sequence[Sequence[str]] = connection.execute(
        "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ? ORDER BY id", (STANDARD,)
    ).fetchall()
    return [row[0] for row in found]


def add(connection: sqlite3.Connection, text: str) -> None:
    """Append a seal."""
    made = connection.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) VALUES (?, ?, ?, ?)",
        ("dataset", STANDARD, "application/json", text),
    )
    connection.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, md_file_id) VALUES ('geopackage', ?)", (made.lastrowid,)
    )
