"""The survey file: open, read, and apply a ChangeSet in one durable transaction."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from surveyapp.domain.changes import DELETE, INSERT, Change, ChangeSet
from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.geometry import point_of
from surveyapp.domain.merge import DELETED, RESOLVE, Conflict, Revision, record_state
from surveyapp.domain.records import Record, Value, new_uuid, utc_text
from surveyapp.errors import BadFile, BadInput, Refused
from surveyapp.storage import connection as files
from surveyapp.storage import ddl, extent, migrations, reconcile, rows
from surveyapp.storage.history import quoted


class SurveyFile:
    """One survey GeoPackage, open. Use an object from one thread at a time.

    ``read_only`` with ``why`` (a sentence) when the file may only be looked at.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool, why: str = "",
                 scratch: tempfile.TemporaryDirectory[str] | None = None) -> None:
        self.path = path
        self.read_only = read_only
        self.why = why
        self._connection = connection
        self._scratch = scratch
        self._columns: dict[str, list[str]] = {}

    # -- opening and closing ---------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, survey: Mapping[str, Value]) -> SurveyFile:
        """Make a new survey with one ``survey`` row. Refuses a path that exists; a failure leaves no file."""
        path = Path(path)
        if path.suffix.lower() != ".gpkg":
            raise BadInput(f"{path.name} should end in .gpkg; QGIS and GDAL know the file by it.")
        if path.exists():
            raise Refused(f"{path} exists already; choose another name, so that nothing is overwritten.")
        if not path.parent.is_dir():
            raise BadInput(f"There is no folder {path.parent}; make it first.")
        if not os.access(path.parent, os.W_OK):
            raise BadFile(f"The folder {path.parent} cannot be written; choose another.")
        staged = path.with_name(f".{path.name}.{new_uuid()[:8]}.new")
        try:
            with files.sentences(path, "making"):
                connection = sqlite3.connect(staged, isolation_level=None)
                try:
                    files.configure(connection)
                    connection.execute("PRAGMA journal_mode = DELETE")
                    connection.execute(f"PRAGMA application_id = {files.APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {files.USER_VERSION}")
                    connection.execute("BEGIN")
                    ddl.create_schema(connection)
                    connection.execute("COMMIT")
                finally:
                    connection.close()
            with cls.open(staged) as made:
                values = {"started_on": utc_text()[:10], **survey, "schema_version": ddl.SCHEMA_VERSION}
                change = Change(INSERT, "survey", new_uuid(), values)
                made.apply(ChangeSet((change,), "New survey"), author=str(survey.get("lead") or ""), device="",
                           initiator="new")
            files.flush(staged)
            # A link fails if someone made the path meanwhile, where a rename would replace their file.
            try:
                os.link(staged, path)
                staged.unlink()
            except FileExistsError:
                raise Refused(f"{path} exists already; choose another name.") from None
            except OSError:
                os.replace(staged, path)  # a file system without links (FAT sticks)
            files.sync_folder(path.parent)
        finally:
            staged.unlink(missing_ok=True)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> SurveyFile:
        """Open a survey. Where it cannot be written (permissions, a newer schema) it opens read-only and ``why``
        says so. Raises ``BadFile`` when it is no survey of ours or cannot be read."""
        path = Path(path)
        why = ""
        files.inspect(path)
        if not read_only and not files.writable(path):
            read_only, why = True, f"{path} cannot be written; it is open for reading only."
        scratch = None
        if read_only and files.needs_private_copy(path):
            scratch = tempfile.TemporaryDirectory(prefix="surveyapp-")
        try:
            real = files.private_copy(path, Path(scratch.name)) if scratch else path
            connection = files.connect(real, read_only=read_only)
        except BaseException:
            if scratch:
                scratch.cleanup()
            raise
        survey = cls(path, connection, read_only=read_only, why=why, scratch=scratch)
        try:
            with files.sentences(path, "opening"):
                survey._settle()
        except BaseException:
            survey.close()
            raise
        return survey

    def _settle(self) -> None:
        """Check whose file it is, upgrade an older one, and take in what others did behind the triggers' back."""
        if not self._has_history():
            raise BadFile(
                f"{self.path} is a GeoPackage that SurveyApp did not make; import it into a survey instead."
            )
        version = self.schema_version
        if version > ddl.SCHEMA_VERSION:
            self.read_only = True
            self.why = (
                f"{self.path.name} was made by a newer SurveyApp (schema {version}, this one knows "
                f"{ddl.SCHEMA_VERSION}); it is open for reading only, so install the newer program to edit it."
            )
            self._connection.execute("PRAGMA query_only = ON")
            return
        if self.read_only:
            return
        if version < ddl.SCHEMA_VERSION:
            self._connection.close()
            migrations.upgrade(self.path, version)
            self._connection = files.connect(self.path, read_only=False)
        if reconcile.needed(self._connection):
            with self.transaction():
                reconcile.reconcile(self._connection)

    def close(self) -> None:
        """Close; safe to call twice."""
        self._connection.close()
        if self._scratch:
            self._scratch.cleanup()
            self._scratch = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _has_history(self) -> bool:
        tables = {r[0] for r in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {"revision", "sighting", "survey"} <= tables

    @property
    def schema_version(self) -> int:
        """Of the file; the highest that any of its surveys says."""
        found = self._connection.execute("SELECT max(schema_version) FROM survey").fetchone()[0]
        return int(found) if isinstance(found, int | float) else ddl.SCHEMA_VERSION

    # -- reading ---------------------------------------------------------------------------------

    def _names(self, layer: str) -> list[str]:
        if layer not in LAYER_BY_NAME:
            raise BadInput(f"There is no layer {layer!r}; the layers are {', '.join(LAYER_BY_NAME)}.")
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
        have = self._names(layer)
        wanted = list(dict.fromkeys(names))
        split = {"longitude", "latitude"} & set(wanted)
        real = [n for n in wanted if n not in split]
        if missing := [n for n in real if n not in have]:
            raise BadInput(f"{LAYER_BY_NAME[layer].title} has no field {missing[0]!r}.")
        selected = [*real, *([GEOMETRY] if split and GEOMETRY not in real else [])]
        with files.sentences(self.path, "reading"):
            fetched = self._connection.execute(
                f"SELECT {', '.join(quoted(n) for n in selected)} FROM {quoted(layer)} ORDER BY fid"
            ).fetchall()
        lists = [list(column) for column in zip(*fetched, strict=True)] if fetched else [[] for _ in selected]
        found = {name: _clean(name, column) for name, column in zip(selected, lists, strict=True)}
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
        """For each record of a layer: (uuid, last revision, number of revisions, made by, made at, changed by,
        changed at), in the order in which this file came to know them."""
        with files.sentences(self.path, "reading"):
            return self._connection.execute(
                "SELECT g.record, l.revision, g.n, f.author, f.at, l.author, l.at FROM "
                "(SELECT record, min(id) AS first, max(id) AS last, count(*) AS n FROM revision WHERE layer = ? "
                "GROUP BY record) g JOIN revision f ON f.id = g.first JOIN revision l ON l.id = g.last", (layer,)
            ).fetchall()

    def conflicts(self) -> list[Conflict]:
        """Open conflicts, sorted by layer, record and field."""
        with files.sentences(self.path, "reading"):
            found = self._connection.execute(
                "SELECT conflict, layer, record, field, ancestor, standing, chosen FROM conflict "
                "ORDER BY layer, record, field"
            ).fetchall()
        return [rows.conflict_of(row) for row in found]

    def packages(self) -> list[dict[str, Any]]:
        """Packages merged in: content digest, file name, team, when and by whom."""
        names = ("content", "sha256", "file_name", "team", "survey_uuid", "revisions", "merged_at", "merged_by")
        with files.sentences(self.path, "reading"):
            found = self._connection.execute(f"SELECT {', '.join(names)} FROM package ORDER BY content").fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def steps(self) -> list[tuple[str, str, str | None]]:
        """Change sets of this file in order: (change set, initiator, author). Undo is rebuilt from them."""
        with files.sentences(self.path, "reading"):
            return self._connection.execute(
                "SELECT change_set, max(initiator), max(author) FROM revision WHERE change_set IS NOT NULL "
                "GROUP BY change_set ORDER BY min(id)"
            ).fetchall()

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
        upon = _with_ancestors(revision.parents, by_id)
        before = record_state(upon).body if upon else None
        after = revision.body
        if (before is None and after is None) or revision.operation == RESOLVE:
            return None
        if before is None:
            return Change(INSERT, revision.layer, revision.record, dict(after or {}))
        if after is None:
            return Change(DELETE, revision.layer, revision.record, {}, before)
        names = revision.changed if revision.changed is not None else {*before, *after}
        return Change("update", revision.layer, revision.record, {n: after.get(n) for n in sorted(names)},
                      {n: before.get(n) for n in sorted(names)})

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

    def backup_to(self, path: Path) -> None:
        """A consistent copy at ``path``, at rest, made beside and swapped in."""
        staged = path.with_name(f".{path.name}.{new_uuid()[:8]}.new")
        try:
            with files.sentences(path, "writing"):
                target = sqlite3.connect(staged, isolation_level=None)
                try:
                    self._connection.backup(target)
                    target.execute("PRAGMA journal_mode = DELETE")
                finally:
                    target.close()
            files.flush(staged)
            os.replace(staged, path)
            files.sync_folder(path.parent)
        except OSError as error:
            raise BadFile(f"{path} cannot be written ({error.strerror}); choose another place.") from error
        finally:
            staged.unlink(missing_ok=True)
            staged.with_name(staged.name + "-journal").unlink(missing_ok=True)

    # -- writing ---------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One durable transaction; anything raised inside undoes it whole."""
        if self.read_only:
            raise Refused(self.why or f"{self.path.name} is open for reading only; nothing was saved.")
        if not self.path.exists():
            raise BadFile(f"{self.path} is gone (moved or unplugged); put it back, and save again.")
        with files.sentences(self.path, "saving"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _told(self, author: str, device: str, change_set: str, initiator: str) -> Iterator[sqlite3.Connection]:
        """A transaction whose revisions say who is writing."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO revision_context VALUES (1, ?, ?, ?, ?)", (author, device, change_set, initiator)
            )
            yield connection
            connection.execute("DELETE FROM revision_context")

    def apply(self, change_set: ChangeSet, *, author: str, device: str, initiator: str) -> ChangeSet:
        """Apply in one transaction and return the change set with ``before`` filled in.

        When it returns, the change is on the disk with its history. Raises ``Refused`` if a record is not as a
        change says it was, and then nothing is written.
        """
        with self._told(author, device, change_set.uuid, initiator) as connection:
            boxes = extent.Boxes()
            applied = [self._apply(connection, change, boxes) for change in change_set.changes]
            boxes.write(connection)
            self._refresh_conflicts(connection, {(c.layer, c.uuid) for c in applied})
        return replace(change_set, changes=tuple(applied))

    def _apply(self, connection: sqlite3.Connection, change: Change, boxes: extent.Boxes) -> Change:
        names = self._names(change.layer)
        if unknown := [n for n in change.values if n not in names or n in ("fid", "uuid")]:
            raise BadInput(f"{LAYER_BY_NAME[change.layer].title} has no field {unknown[0]!r}.")
        now = next(rows.select_records(connection, change.layer, names, "WHERE uuid = ?", (change.uuid,)), None)
        if change.operation == INSERT:
            if now is not None:
                raise Refused(f"{change.layer} {change.uuid} is in the file already; nothing was saved.")
            self._insert(connection, change)
            boxes.add(change.layer, change.values.get(GEOMETRY))
            return change
        if now is None:
            raise Refused(f"There is no {change.layer} {change.uuid} in {self.path.name}; nothing was saved.")
        for name, expected in (change.before or {}).items():
            if name in names and now.values.get(name) != expected:
                raise Refused(
                    f"{name} of {change.layer} {change.uuid} was changed meanwhile to {now.values.get(name)!r}; "
                    "look at it again, nothing was saved."
                )
        before = dict(now.values)
        if change.operation == DELETE or GEOMETRY in change.values:
            boxes.drop(change.layer, before.get(GEOMETRY))
        if change.operation == DELETE:
            connection.execute(f"DELETE FROM {quoted(change.layer)} WHERE uuid = ?", (change.uuid,))
            return replace(change, before=before)
        if change.values:
            sets = ", ".join(f"{quoted(n)} = ?" for n in change.values)
            stored = [rows.stored_of(n, v) for n, v in change.values.items()]
            connection.execute(f"UPDATE {quoted(change.layer)} SET {sets} WHERE uuid = ?", (*stored, change.uuid))
            boxes.add(change.layer, change.values.get(GEOMETRY))
        return replace(change, before={n: before.get(n) for n in change.values})

    def _insert(self, connection: sqlite3.Connection, change: Change) -> None:
        values = {n: rows.stored_of(n, v) for n, v in change.values.items() if n != "data"}
        if change.layer == "photo":
            values["data"] = change.data
            if change.data is None:
                kept = connection.execute(
                    "SELECT data FROM photo_kept WHERE sha256 = ?", (change.values.get("sha256"),)
                ).fetchone()
                if kept is None:
                    raise Refused(f"The bytes of photo {change.uuid} are not in the file; nothing was saved.")
                values["data"] = kept[0]
        # Fields left out mean empty, also where the table has a default for those who insert from outside.
        names = [*values, *(f.name for f in LAYER_BY_NAME[change.layer]
                            if f.default is not None and f.name not in values)]
        marks = ", ".join("?" * (len(names) + 1))
        connection.execute(
            f"INSERT INTO {quoted(change.layer)} (uuid{''.join(', ' + quoted(n) for n in names)}) VALUES ({marks})",
            (change.uuid, *(values.get(n) for n in names)),
        )

    def _refresh_conflicts(self, connection: sqlite3.Connection, touched: Iterable[tuple[str, str]]) -> None:
        for layer, uuid in sorted(touched):
            open_here = connection.execute(
                "SELECT 1 FROM conflict WHERE record = ? AND layer = ? LIMIT 1", (uuid, layer)
            ).fetchone()
            if open_here:
                state = record_state(rows.revisions(connection, layer, uuid))
                rows.write_conflicts(connection, layer, uuid, state.conflicts)

    def settle_conflict(self, conflict: Conflict, values: Mapping[str, Value], *, author: str, device: str) -> None:
        """Decide a conflict: the record's fields become ``values`` (for one on ``deleted``: ``{"deleted": 1}`` deletes
        it, ``0`` keeps it). The decision is a revision that has seen every side, so it travels."""
        decision = new_uuid()
        with self._told(author, device, decision, f"resolve:{conflict.conflict}") as connection:
            layer, uuid = conflict.layer, conflict.record
            known = rows.revisions(connection, layer, uuid)
            state = record_state(known)
            if conflict.conflict not in {c.conflict for c in state.conflicts}:
                raise Refused(f"Conflict {conflict.conflict} is settled already; nothing was saved.")
            boxes = extent.Boxes()
            if values.get(DELETED):
                self._apply(connection, Change(DELETE, layer, uuid, {}), boxes)
            else:
                fields = {n: v for n, v in values.items() if n != DELETED}
                body = dict(state.body or {}) | fields
                same = {n for n in values if n == DELETED or (state.body or {}).get(n) == values[n]}
                if same:
                    rows.insert_revision(connection, Revision(
                        new_uuid().replace("-", ""), layer, uuid, state.heads, RESOLVE, frozenset(same),
                        (state.body or {}), author, device, utc_text(), decision, f"resolve:{conflict.conflict}",
                    ))
                if len(same) < len(values):
                    self._apply(connection, Change("update", layer, uuid, {n: body.get(n) for n in fields}), boxes)
            boxes.write(connection)
            state = record_state(rows.revisions(connection, layer, uuid))
            rows.write_conflicts(connection, layer, uuid, state.conflicts)


def is_survey(path: Path) -> bool:
    """Whether the file is a survey of ours, with a history."""
    try:
        connection = files.connect(path, read_only=True)
    except BadFile:
        return False
    try:
        tables = {r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return {"revision", "sighting", "survey"} <= tables


def _clean(name: str, column: list[Any]) -> list[Any]:
    """A column of stored values as the domain holds them; only what needs converting is touched."""
    if any(isinstance(v, float | bytes) for v in column):
        return [rows.value_of(name, v) for v in column]
    return column


def _with_ancestors(names: Iterable[str], by_id: Mapping[str, Revision]) -> list[Revision]:
    found: dict[str, Revision] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in by_id and name not in found:
            found[name] = by_id[name]
            waiting += by_id[name].parents
    return list(found.values())
