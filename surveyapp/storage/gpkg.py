"""The survey file: open, read, and apply a ChangeSet in one durable transaction."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from surveyapp.domain.changes import DELETE, INSERT, Change, ChangeSet
from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, Field, Layer
from surveyapp.domain.merge import Conflict, Revision
from surveyapp.domain.records import Value, new_uuid, utc_text
from surveyapp.errors import BadFile, BadInput, Refused
from surveyapp.storage import connection as files
from surveyapp.storage import ddl, deciding, extent, migrations, reconcile, rows, seals
from surveyapp.storage.history import quoted
from surveyapp.storage.reader import SurveyReader
from surveyapp.words import tr


class SurveyFile(SurveyReader):
    """One survey GeoPackage, open. Use an object from one thread at a time.

    ``read_only`` with ``why`` (a sentence) when the file may only be looked at.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool, why: str = "",
                 scratch: tempfile.TemporaryDirectory[str] | None = None) -> None:
        super().__init__(path, connection)
        self.read_only = read_only
        self.why = why
        self._scratch = scratch

    # -- opening and closing ---------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, survey: Mapping[str, Value]) -> SurveyFile:
        """Make a new survey with one ``survey`` row. Refuses a path that exists; a failure leaves no file."""
        path = Path(path)
        if path.suffix.lower() != ".gpkg":
            raise BadInput(tr("{name} should end in .gpkg; QGIS and GDAL know the file by it.", name=path.name))
        if path.exists():
            raise Refused(tr("{path} exists already; choose another name, so that nothing is overwritten.", path=path))
        if not path.parent.is_dir():
            raise BadInput(tr("There is no folder {parent}; make it first.", parent=path.parent))
        if not os.access(path.parent, os.W_OK):
            raise BadFile(tr("The folder {parent} cannot be written; choose another.", parent=path.parent))
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
                made.apply(ChangeSet((change,), tr("New survey")), author=str(survey.get("lead") or ""), device="",
                           initiator="new")
            files.flush(staged)
            # A link fails if someone made the path meanwhile, where a rename would replace their file.
            try:
                os.link(staged, path)
                staged.unlink()
            except FileExistsError:
                raise Refused(tr("{path} exists already; choose another name.", path=path)) from None
            except OSError:
                os.replace(staged, path)  # a file system without links (FAT sticks)
            files.confirm(path)
        except BadFile as error:
            # Its hidden name means nothing to whoever asked for the file.
            raise BadFile(str(error).replace(str(staged), str(path)).replace(staged.name, path.name)) from error
        except OSError as error:
            raise BadFile(
                tr(
                    "Making {path} failed ({reason}); is the disk or stick still there?",
                    path=path,
                    reason=error.strerror,
                )
            ) from error
        finally:
            files.remove(staged)
            files.remove(files.journal(staged))
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, as_it_is: bool = False) -> SurveyFile:
        """Open a survey. Where it cannot be written (permissions, a newer schema) it opens read-only and ``why``
        says so. One of an older schema that is only read is read in an upgraded copy, unless ``as_it_is``. Raises
        ``BadFile`` when it is no survey of ours or cannot be read."""
        path = Path(path)
        why = ""
        files.inspect(path)
        if not read_only and not files.writable(path):
            read_only, why = True, tr("{path} cannot be written; it is open for reading only.", path=path)
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
                survey._settle(as_it_is=as_it_is)
        except BaseException:
            survey.close()
            raise
        return survey

    def _settle(self, *, as_it_is: bool = False) -> None:
        """Check whose file it is, upgrade an older one, and take in what others did behind the triggers' back."""
        if not files.has_history(self._connection):
            raise BadFile(
                tr(
                    "{path} is a GeoPackage that SurveyApp did not make; import it into a survey instead.",
                    path=self.path,
                )
            )
        version = self.schema_version
        if version > ddl.SCHEMA_VERSION:
            self.read_only = True
            self.why = tr(
                "{name} was made by a newer SurveyApp (schema {version}, this one knows "
                "{known}); it is open for reading only, so install the newer program to "
                "edit it.",
                name=self.path.name,
                version=version,
                known=ddl.SCHEMA_VERSION,
            )
            self._connection.execute("PRAGMA query_only = ON")
            return
        if self.read_only:
            if version < ddl.SCHEMA_VERSION and not as_it_is:
                self._upgrade_apart(version)
            return
        for pattern in (".upgrade-*", f".{self.path.name}.*.new"):
            files.sweep(self.path.parent, pattern)
        if version < ddl.SCHEMA_VERSION:
            self._connection.close()
            migrations.upgrade(self.path, version)
            self._connection = files.connect(self.path, read_only=False)
        if reconcile.needed(self._connection):
            with self.transaction():
                reconcile.reconcile(self._connection)

    def _upgrade_apart(self, version: int) -> None:
        """Read an upgraded copy, as the file itself may not be touched."""
        self._connection.close()
        self._scratch = self._scratch or tempfile.TemporaryDirectory(prefix="surveyapp-")
        folder = Path(self._scratch.name) / "upgraded"
        folder.mkdir()
        copy = files.private_copy(self.path, folder)
        migrations.upgrade(copy, version)
        self._connection = files.connect(copy, read_only=True)

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

    @property
    def schema_version(self) -> int:
        """Of the file; the highest that any of its surveys says."""
        found = self._connection.execute("SELECT max(schema_version) FROM survey").fetchone()[0]
        return int(found) if isinstance(found, int | float) else ddl.SCHEMA_VERSION

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
            files.confirm(path)
        except OSError as error:
            raise BadFile(
                tr("{path} cannot be written ({reason}); choose another place.", path=path, reason=error.strerror)
            ) from error
        finally:
            files.remove(staged)
            files.remove(files.journal(staged))

    # -- writing ---------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, change_set: str | None = None) -> Iterator[sqlite3.Connection]:
        """One durable transaction; anything raised inside undoes it whole. ``change_set``: what its revisions are
        of, so that a disk that fails at the very end is not taken for a change that failed."""
        if self.read_only:
            raise Refused(self.why or tr("{name} is open for reading only; nothing was saved.", name=self.path.name))
        if not self.path.exists():
            raise BadFile(tr("{path} is gone (moved or unplugged); put it back, and save again.", path=self.path))
        with files.sentences(self.path, "saving"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._commit(change_set)
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def add_columns(self, layer: Layer, fields: Sequence[Field]) -> None:
        """Columns for these fields, where the layer lacks them; they have a history from then on."""
        with self.transaction() as connection:
            ddl.add_columns(connection, layer, fields)
            ddl.make_triggers(connection, [layer])
        self._columns.pop(layer.name, None)

    def add_seal(self, text: str) -> None:
        """Append a seal to the file. It is no part of the history."""
        with self.transaction() as connection:
            seals.add(connection, text)

    def _commit(self, change_set: str | None) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError:
            # SQLite's last act is to flush the folder that the journal was in. Where that fails, the change is in the
            # file for all to see; then it is tried once more, and only the disk is to blame.
            saved = "SELECT 1 FROM revision WHERE change_set = ? LIMIT 1"
            if (self._connection.in_transaction or change_set is None
                    or not self._connection.execute(saved, (change_set,)).fetchone()):
                raise
            files.confirm(self.path)

    @contextmanager
    def _hand(self, author: str, device: str, change_set: str, initiator: str) -> Iterator[deciding.Hand]:
        """A transaction whose revisions say who is writing."""
        with self.transaction(change_set) as connection:
            connection.execute(
                "INSERT INTO revision_context VALUES (1, ?, ?, ?, ?)", (author, device, change_set, initiator)
            )
            boxes = extent.Boxes()
            hand = deciding.Hand(connection, author, device, change_set, boxes,
                                 lambda change: self._apply(connection, change, boxes))
            yield hand
            hand.finish()
            connection.execute("DELETE FROM revision_context")

    def apply(self, change_set: ChangeSet, *, author: str, device: str, initiator: str) -> ChangeSet:
        """Apply in one transaction and return the change set with ``before`` filled in.

        When it returns, the change is on the disk with its history. Raises ``Refused`` if a record is not as a
        change says it was, and then nothing is written.
        """
        with self._hand(author, device, change_set.uuid, initiator) as hand:
            applied = self._apply_all(hand, change_set.changes)
        return replace(change_set, changes=tuple(applied))

    def _apply_all(self, hand: deciding.Hand, changes: Iterable[Change]) -> list[Change]:
        applied = [hand.apply(change) for change in changes]
        self._refresh_conflicts(hand.connection, {(c.layer, c.uuid) for c in applied})
        return applied

    def _apply(self, connection: sqlite3.Connection, change: Change, boxes: extent.Boxes) -> Change:
        names = self._names(change.layer)
        if unknown := [n for n in change.values if n not in names or n in ("fid", "uuid")]:
            raise BadInput(
                tr("{title} has no field {unknown!r}.", title=tr(LAYER_BY_NAME[change.layer].title), unknown=unknown[0])
            )
        if change.operation == INSERT:
            table = quoted(change.layer)
            if connection.execute(f"SELECT 1 FROM {table} WHERE uuid = ?", (change.uuid,)).fetchone():
                raise Refused(
                    tr(
                        "{layer} {uuid} is in the file already; nothing was saved.",
                        layer=change.layer,
                        uuid=change.uuid,
                    )
                )
            self._insert(connection, change)
            boxes.add(change.layer, change.values.get(GEOMETRY))
            return change
        now = next(rows.select_records(connection, change.layer, names, "WHERE uuid = ?", (change.uuid,)), None)
        if now is None:
            raise Refused(
                tr(
                    "There is no {layer} {uuid} in {name}; nothing was saved.",
                    layer=change.layer,
                    uuid=change.uuid,
                    name=self.path.name,
                )
            )
        for name, expected in (change.before or {}).items():
            if name in names and now.values.get(name) != expected:
                raise Refused(
                    tr(
                        "{name} of {layer} {uuid} was changed meanwhile to {value!r}; look at it again, "
                        "nothing was saved.",
                        name=name,
                        layer=change.layer,
                        uuid=change.uuid,
                        value=now.values.get(name),
                    )
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
                    raise Refused(
                        tr("The bytes of photo {uuid} are not in the file; nothing was saved.", uuid=change.uuid)
                    )
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
                rows.renew_conflicts(connection, layer, uuid)

    def settle_conflicts(self, decisions: Iterable[tuple[Conflict, Mapping[str, Value]]], *, author: str,
                         device: str) -> ChangeSet:
        """Decide conflicts in one transaction: the record's fields become the values (for one on ``deleted``:
        ``{"deleted": 1}`` deletes it, ``0`` keeps it). A decision is a revision that has seen every side, so it
        travels. Raises ``Refused``, and decides nothing, when one of them is settled already; one that an earlier
        decision of the same call settles with it (facts of a position go with its point) is passed over."""
        decision = new_uuid()
        with self._hand(author, device, decision, "resolve") as hand:
            changes = []
            at_first = self._open_conflicts(hand.connection)
            for conflict, values in decisions:
                if conflict.conflict not in at_first:
                    raise Refused(
                        tr("Conflict {conflict} is settled already; nothing was saved.", conflict=conflict.conflict)
                    )
                if conflict.conflict not in self._open_conflicts(hand.connection, conflict.record):
                    continue
                initiator = f"resolve:{conflict.conflict}"
                hand.connection.execute("UPDATE revision_context SET initiator = ?", (initiator,))
                changes.append(deciding.settle(hand, conflict.layer, conflict.record, values, initiator))
        return ChangeSet(tuple(changes), "Decide", decision)

    def add_revisions(self, revisions: Iterable[Revision], label: str, *, author: str, device: str) -> ChangeSet:
        """Add revisions that are made already, such as a reviewer's decisions, in one transaction; each names what it
        was made upon. Those that the file has are passed over. Returns what changed in the records."""
        by_record: dict[tuple[str, str], list[Revision]] = {}
        for revision in revisions:
            by_record.setdefault((revision.layer, revision.record), []).append(revision)
        with self._hand(author, device, new_uuid(), "review") as hand:
            changes = [deciding.append(hand, *record, made) for record, made in by_record.items()]
        return ChangeSet(tuple(changes), label)

    def _open_conflicts(self, connection: sqlite3.Connection, record: str | None = None) -> set[str]:
        where, parameters = (" WHERE record = ?", (record,)) if record else ("", ())
        return {row[0] for row in connection.execute(f"SELECT conflict FROM conflict{where}", parameters)}

    def take_back(self, change_set: str, label: str, *, author: str, device: str) -> ChangeSet:
        """Undo a past change set in one transaction. What it had settled is open again. Raises ``Refused``, and
        writes nothing, when one of its records was changed since."""
        past = self.change_set(change_set).inverted()
        with self._hand(author, device, past.uuid, f"undo:{change_set}") as hand:
            settled = deciding.forked(hand.connection, change_set)
            changes = self._apply_all(hand, (c for c in past.changes if (c.layer, c.uuid) not in settled))
            changes += [deciding.withdraw(hand, layer, record, change_set) for layer, record in sorted(settled)]
        return ChangeSet(tuple(changes), label, past.uuid)

    def do_again(self, change_set: str, label: str, *, author: str, device: str) -> ChangeSet:
        """Redo a change set that was taken back; the reverse of :meth:`take_back`."""
        past = replace(self.change_set(change_set), uuid=new_uuid())
        with self._hand(author, device, past.uuid, f"redo:{change_set}") as hand:
            settled = deciding.withdrawn(hand.connection, change_set)
            changes = self._apply_all(hand, (c for c in past.changes if (c.layer, c.uuid) not in settled))
            changes += [deciding.repeat(hand, layer, record, change_set) for layer, record in sorted(settled)]
        return ChangeSet(tuple(changes), label, past.uuid)


def is_survey(path: Path) -> bool:
    """Whether the file is a survey of ours, with a history."""
    try:
        connection = files.connect(path, read_only=True)
    except BadFile:
        return False
    try:
        return files.has_history(connection)
    except sqlite3.Error:
        return False
    finally:
        connection.close()
