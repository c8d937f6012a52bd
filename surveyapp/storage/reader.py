"""What a survey file can be asked: records, columns, photos, history, conflicts, and whether it is sound."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from surveyapp.domain.changes import DELETE, INSERT, Change, ChangeSet
from surveyapp.domain.fields import GEOMETRY, INTEGER, LAYER_BY_NAME, REAL
from surveyapp.domain.geometry import point_of
from surveyapp.domain.lineage import with_ancestors
from surveyapp.domain.merge import RESOLVE, WITHDRAW, Conflict, Revision, record_state
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record
from surveyapp.errors import BadInput
from surveyapp.storage import connection as files
from surveyapp.storage import ddl, pieces, reconcile, rows, seals
from surveyapp.storage.arrivals import ArrivalRows
from surveyapp.storage.history import quoted
from surveyapp.words import tr


class SurveyReader:
    """The reading half of :class:`surveyapp.storage.gpkg.SurveyFile`, over an open connection."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._columns: dict[str, list[str]] = {}

    def _names(self, layer: str) -> list[str]:
        if layer not in LAYER_BY_NAME:
            raise BadInput(
                tr("There is no layer {layer!r}; the layers are {what}.", layer=layer, what=", ".join(LAYER_BY_NAME))
            )
        if layer not in self._columns:
            self._columns[layer] = ddl.columns_of(self._connection, layer)
        return self._columns[layer]

    def extra_columns(self, layer: str) -> list[str]:
        """Columns that others added to the layer."""
        ours = {"fid", "uuid", GEOMETRY, *LAYER_BY_NAME[layer].names}
        return [name for name in self._names(layer) if name not in ours]

    def get(self, layer: str, uuid: str) -> Record | None:
        """The record, or ``None`` if it is not (or no longer) there."""
        return next(self.records(layer, (uuid,)), None)

    def records(self, layer: str, uuids: Iterable[str] | None = None) -> Iterator[Record]:
        """Records sorted by uuid, all or those named; photos without their bytes."""
        names = self._names(layer)
        with files.sentences(self.path, "reading"):
            if uuids is None:
                yield from rows.select_records(self._connection, layer, names)
                return
            for uuid in sorted(set(uuids)):
                yield from rows.select_records(self._connection, layer, names, "WHERE uuid = ?", (uuid,))

    def children(self, layer: str, parent: str, uuid: str) -> list[Record]:
        """Records of ``layer`` that refer to the ``parent`` record (such as photos of a sighting)."""
        with files.sentences(self.path, "reading"):
            return list(rows.select_records(
                self._connection, layer, self._names(layer), f"WHERE {quoted(parent + '_uuid')} = ?", (uuid,)
            ))

    def answers_about(self, uuid: str) -> list[Record]:
        """What was decided of pairs of sightings that this one is in."""
        with files.sentences(self.path, "reading"):
            return list(rows.select_records(
                self._connection, "likely_duplicate", self._names("likely_duplicate"),
                "WHERE ? IN (first_uuid, second_uuid)", (uuid,)
            ))

    def photos_of(self, sighting_uuid: str) -> list[Record]:
        """Photos of a sighting, without bytes."""
        return self.children("photo", "sighting", sighting_uuid)

    def photo_data(self, uuid: str) -> bytes | None:
        """Bytes of a photo."""
        with files.sentences(self.path, "reading"):
            row = self._connection.execute("SELECT data FROM photo WHERE uuid = ?", (uuid,)).fetchone()
        return None if row is None else bytes(row[0])

    def known(self, layer: str) -> set[str]:
        """The uuids of all records that the layer holds or ever held."""
        with files.sentences(self.path, "reading"):
            return {r[0] for r in self._connection.execute(
                "SELECT DISTINCT record FROM revision WHERE layer = ?", (layer,))}

    def count(self, layer: str) -> int:
        self._names(layer)
        with files.sentences(self.path, "reading"):
            return int(self._connection.execute(f"SELECT count(*) FROM {quoted(layer)}").fetchone()[0])

    def columns(self, layer: str, names: Sequence[str]) -> dict[str, list[Any]]:
        """Columns by name, in the order of the file; ``longitude`` and ``latitude`` of points (degrees, ``None``
        where there is no position), ``uuid`` and ``geom`` (WKB hex) may be among the names."""
        wanted = self._known_columns(layer, names)
        split = set(pieces.POINT) & set(wanted)
        real = [n for n in wanted if n not in split]
        selected = [*real, *([GEOMETRY] if split and GEOMETRY not in real else [])]
        with files.sentences(self.path, "reading"):
            fetched = self._connection.execute(
                f"SELECT {', '.join(quoted(n) for n in selected)} FROM {quoted(layer)} ORDER BY fid"
            ).fetchall()
        lists = [list(column) for column in zip(*fetched, strict=True)] if fetched else [[] for _ in selected]
        # Texts need no conversion, and most columns are texts.
        texts = {f.name for f in LAYER_BY_NAME[layer].fields if f.kind not in (REAL, INTEGER)} | {"uuid"}
        found = {
            name: column if name in texts else _clean(name, column)
            for name, column in zip(selected, lists, strict=True)
        }
        if split:
            points = [point_of(geometry) for geometry in found[GEOMETRY]]
            found["longitude"] = [None if p is None else p[0] for p in points]
            found["latitude"] = [None if p is None else p[1] for p in points]
        return {name: found[name] for name in wanted}

    def surveys(self) -> list[Record]:
        """The surveys whose records are in the file: one, or several after a merge."""
        return list(self.records("survey"))

    def history(self, uuid: str | None = None) -> list[Revision]:
        """Revisions, of one record or of all, in the order in which this file came to know them."""
        where, parameters = ("WHERE record = ?", (uuid,)) if uuid else ("", ())
        with files.sentences(self.path, "reading"):
            found = self._connection.execute(
                f"SELECT {rows.REVISION_COLUMNS} FROM revision {where} ORDER BY id", parameters
            ).fetchall()
        return [rows.revision_of(row) for row in found]

    def history_lines(self, layer: str) -> list[tuple[str, str, int, str | None, str | None, str | None, str | None]]:
        """For each record of a layer: (uuid, the revisions that nobody built on, sorted and joined with ``+``, number
        of revisions, made by, made at, changed by, changed at), in the order in which this file came to know them."""
        with files.sentences(self.path, "reading"):
            found = self._connection.execute(
                "SELECT g.record, g.heads, g.n, f.author, f.at, l.author, l.at FROM "
                "(SELECT record, min(id) AS first, max(id) AS last, count(*) AS n, "
                "group_concat(CASE WHEN head = 1 THEN revision END, '+') AS heads FROM revision WHERE layer = ? "
                "GROUP BY record) g JOIN revision f ON f.id = g.first JOIN revision l ON l.id = g.last", (layer,)
            ).fetchall()
        return [(record, "+".join(sorted((heads or "").split("+"))), *told) for record, heads, *told in found]

    def revisions(self, layer: str, record: str) -> list[Revision]:
        """Revisions of one record, in the order in which this file came to know them."""
        with files.sentences(self.path, "reading"):
            return rows.revisions(self._connection, layer, record)

    def conflicts(self) -> list[Conflict]:
        """Open conflicts, sorted by layer, record and field."""
        with files.sentences(self.path, "reading"):
            return rows.conflicts(self._connection)

    def packages(self) -> list[dict[str, Any]]:
        """Packages merged in: content digest, file name, team, when and by whom."""
        names = ("content", "sha256", "file_name", "team", "survey_uuid", "revisions", "merged_at", "merged_by")
        with files.sentences(self.path, "reading"):
            found = self._connection.execute(f"SELECT {', '.join(names)} FROM package ORDER BY content").fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def steps(self, device: str) -> list[tuple[str, str | None]]:
        """Change sets that were made on a device, in order: (change set, initiator). Undo is rebuilt from them; what
        others made, and a merge brought, is theirs to take back."""
        with files.sentences(self.path, "reading"):
            return self._connection.execute(
                "SELECT change_set, max(initiator) FROM revision WHERE change_set IS NOT NULL "
                "GROUP BY change_set HAVING max(device) IS ? ORDER BY min(id)", (device,)
            ).fetchall()

    def outline(self, change_set: str) -> tuple[str, str, int] | None:
        """Of a change set: operation and layer of its first change, and the number of its records."""
        with files.sentences(self.path, "reading"):
            found: tuple[str, str, int] | None = self._connection.execute(
                "SELECT operation, layer, (SELECT count(DISTINCT record) FROM revision WHERE change_set = ?1) "
                "FROM revision WHERE change_set = ?1 ORDER BY id LIMIT 1", (change_set,)
            ).fetchone()
        return found

    def change_set(self, uuid: str) -> ChangeSet:
        """A past change set, rebuilt from the history, so that it can be inverted."""
        with files.sentences(self.path, "reading"):
            found = self._connection.execute(
                f"SELECT {rows.REVISION_COLUMNS} FROM revision WHERE change_set = ? ORDER BY id", (uuid,)
            ).fetchall()
            changes = [self._change_of(rows.revision_of(row)) for row in found]
        return ChangeSet(tuple(c for c in changes if c is not None), "", uuid)

    def _change_of(self, revision: Revision) -> Change | None:
        """What a revision changed, with what was there before it."""
        known = rows.revisions(self._connection, revision.layer, revision.record)
        by_id = {r.revision: r for r in known}
        upon = with_ancestors(revision.parents, by_id)
        before = record_state(upon).body if upon else None
        after = revision.body
        if (before is None and after is None) or revision.operation in (RESOLVE, WITHDRAW):
            return None
        if before is None:
            return Change(INSERT, revision.layer, revision.record, dict(after or {}))
        if after is None:
            return Change(DELETE, revision.layer, revision.record, {}, before)
        names = revision.changed if revision.changed is not None else {*before, *after}
        return Change("update", revision.layer, revision.record, {n: after.get(n) for n in sorted(names)},
                      {n: before.get(n) for n in sorted(names)})

    def arrivals(self) -> ArrivalRows:
        """What the rows say about the order in which they came."""
        return ArrivalRows(self.path, self._connection)

    def seal_texts(self) -> list[str]:
        """The seals in the file, oldest first."""
        with files.sentences(self.path, "reading"):
            return seals.texts(self._connection)

    def digests(self, progress: Progress | None = None) -> dict[str, dict[str, Any]]:
        """What a seal vouches for; see :func:`surveyapp.storage.seals.digests`."""
        with files.sentences(self.path, "reading"):
            return seals.digests(self._connection, progress)

    def history_digest(self, up_to: int) -> dict[str, Any]:
        """Digest of the revisions up to a place (see :meth:`last_revision`)."""
        with files.sentences(self.path, "reading"):
            return seals.history_digest(self._connection, up_to)

    def last_revision(self) -> int:
        """Place of the newest revision in this file."""
        with files.sentences(self.path, "reading"):
            return seals.last_revision(self._connection)

    def integrity(self) -> list[str]:
        """SQLite's own findings about the file; empty when it is sound."""
        try:
            found = [str(r[0]) for r in self._connection.execute("PRAGMA integrity_check(20)")]
            found += [f"row {r[1]} of {r[0]} refers to nothing in {r[2]}"
                      for r in self._connection.execute("PRAGMA foreign_key_check")]
        except sqlite3.Error as error:
            return [str(error)]
        return [f for f in found if f != "ok"]

    def unrecorded(self) -> list[tuple[str, str, str]]:
        """Records whose row is not what the history says: (layer, uuid, sentence)."""
        with files.sentences(self.path, "checking"):
            return list(reconcile.differences(self._connection))

    def orphans(self, layer: str, reference: str, target: str) -> list[str]:
        """The uuids of records whose reference names a record that is not in the file."""
        with files.sentences(self.path, "checking"):
            found = self._connection.execute(
                f"SELECT a.uuid FROM {quoted(layer)} a WHERE a.{quoted(reference)} IS NOT NULL AND NOT EXISTS "
                f"(SELECT 1 FROM {quoted(target)} b WHERE b.uuid = a.{quoted(reference)}) ORDER BY a.uuid"
            )
            return [str(r[0]) for r in found]

    def rejected(self) -> list[dict[str, Any]]:
        """Rows that a merge could not take, with the reason."""
        names = ("layer", "source", "reason", "body", "at")
        with files.sentences(self.path, "reading"):
            found = self._connection.execute(f"SELECT {', '.join(names)} FROM rejected ORDER BY id").fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    # -- for a window that is to stand at once ---------------------------------------------------------

    def spans(self, layer: str, size: int) -> list[pieces.Span]:
        """The rows of a layer in spans of about ``size`` each, for :meth:`piece`; one at least."""
        self._names(layer)
        return pieces.spans(self._connection, self.path, layer, size)

    def piece(self, layer: str, names: Sequence[str], span: pieces.Span = pieces.WHOLE) -> dict[str, list[Any]]:
        """As :meth:`columns`, of the rows of a span. SQLite puts it together on its own, so that other threads go on
        meanwhile."""
        return pieces.read(self._connection, self.path, layer, self._known_columns(layer, names), span)

    def head(self, layer: str, names: Sequence[str], count: int) -> dict[str, list[Any]]:
        """As :meth:`columns`, of the first ``count`` rows."""
        return pieces.head(self._connection, self.path, layer, self._known_columns(layer, names), count)

    def filled(self, layer: str, names: Sequence[str]) -> set[str]:
        """Those of some columns that hold anything in any row."""
        return pieces.filled(self._connection, self.path, layer, self._known_columns(layer, names))

    def _known_columns(self, layer: str, names: Sequence[str]) -> list[str]:
        have = {*self._names(layer), *pieces.POINT}
        if missing := [name for name in names if name not in have]:
            raise BadInput(
                tr("{title} has no field {missing!r}.", title=tr(LAYER_BY_NAME[layer].title), missing=missing[0])
            )
        return list(dict.fromkeys(names))


def _clean(name: str, column: list[Any]) -> list[Any]:
    """A column of stored values as the domain holds them; only what needs converting is touched."""
    if any(isinstance(v, float | bytes) for v in column):
        return [rows.value_of(name, v) for v in column]
    return column
