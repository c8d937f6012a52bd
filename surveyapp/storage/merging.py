"""Merging survey files: the union of their histories, and the rows that follow from it.

What the records are is decided by :func:`surveyapp.domain.merge.record_state`, a pure function of a record's
revisions. Here the union is streamed through SQLite: records that only one side knows, and those where one
side is simply ahead, are copied as rows; only records that were changed on both sides pass through Python.
Memory does not grow with unchanged rows. The result is made beside its final name, checked, and swapped in.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.fields import GEOMETRY, LAYERS, Layer
from surveyapp.domain.merge import record_state
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import utc_text
from surveyapp.errors import BadFile, NewerSchema, Refused
from surveyapp.storage import connection as files
from surveyapp.storage import ddl, extent, foreign_tables, migrations, reconcile, rows
from surveyapp.storage.history import quoted
from surveyapp.storage.merged import MergeReport, PackageReport
from surveyapp.words import tr

_PACKAGE_COLUMNS = "content, sha256, file_name, team, survey_uuid, revisions, merged_at, merged_by"
_REJECTED_COLUMNS = "layer, source, reason, body, at"


def merge(out: Path, inputs: Sequence[Path], *, author: str, dry_run: bool = False,
          progress: Progress | None = None) -> MergeReport:
    """Merge ``inputs`` into ``out``; what ``out`` holds already is part of the result.

    Raises a ``SurveyError`` and leaves ``out`` as it was when an input is no survey, is damaged, or the result
    cannot be written.
    """
    progress = progress or Progress()
    out = Path(out)
    if out.suffix.lower() != ".gpkg":
        raise Refused(tr("{name} should end in .gpkg; QGIS and GDAL know the file by it.", name=out.name))
    if not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise BadFile(
            tr("The folder {parent} cannot be written; choose another place for the result.", parent=out.parent)
        )
    inputs = [Path(p) for p in inputs]
    report = MergeReport(str(out), dry_run, author=author, at=utc_text())
    files.sweep(out.parent, ".merge-*")
    with files.scratch(out, ".merge-", "merging into") as folder:
        packages = [_prepare(path, folder, number) for number, path in enumerate(inputs)]
        working = folder / "result.gpkg"
        started_from = _start(working, out, packages, folder)
        connection = files.connect(working, read_only=False)
        try:
            with files.sentences(out, "merging"):
                files.configure(connection, durable=False)
                connection.execute("PRAGMA journal_mode = OFF")
                connection.execute("PRAGMA cache_size = -65536")
                changed = _take_all(connection, packages, started_from, report, author, progress)
                _verify(connection, out, packages)
                report.disputes = rows.disputes(connection)
                report.conflicts = len(report.disputes)
                report.records = {
                    layer.name: connection.execute(f"SELECT count(*) FROM {quoted(layer.name)}").fetchone()[0]
                    for layer in LAYERS
                }
                connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            connection.close()
        report.changed = changed or not out.exists()
        progress.step(len(packages) + 1, len(packages) + 1, tr("writing the result"))
        if report.changed and not dry_run:
            _swap_in(working, out)
    return report


@dataclass(slots=True)
class _Package:
    """An input as it can be attached: itself, or a private copy that holds what lay beside it."""

    path: Path
    real: Path
    content: str
    sha256: str
    surveys: list[tuple[str, str | None, str | None]]

    def report(self) -> PackageReport:
        return PackageReport(
            str(self.path), self.content, self.sha256, [str(n) for _, n, _ in self.surveys if n],
            sorted({str(t) for _, _, t in self.surveys if t}),
        )


def _prepare(path: Path, scratch: Path, number: int) -> _Package:
    """Look at an input and make it fit to attach, leaving its bytes alone: one that something lies beside, of an
    older schema, or with edits that escaped its history is seen to on a private copy."""
    place = scratch / str(number)
    place.mkdir()
    real = files.private_copy(path, place) if files.needs_private_copy(path) else path
    connection = files.connect(real, read_only=True)
    try:
        with files.sentences(path, "reading"):
            if _is_current(connection, path):
                return _described(connection, path, real)
    finally:
        connection.close()
    if real is path:
        real = files.private_copy(path, place)
    connection = files.connect(real, read_only=False)
    try:
        with files.sentences(path, "reading"):
            version = _version(connection)
            if version < ddl.SCHEMA_VERSION:
                connection.close()
                migrations.upgrade(real, version)
                connection = files.connect(real, read_only=False)
            connection.execute("BEGIN IMMEDIATE")
            reconcile.reconcile(connection)
            connection.execute("COMMIT")
            return _described(connection, path, real)
    finally:
        connection.close()


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT max(schema_version) FROM survey").fetchone()[0] or ddl.SCHEMA_VERSION


def _is_current(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the input can be attached as it is; refuses what cannot be merged at all."""
    if not files.has_history(connection):
        raise Refused(
            tr("{path} has no history of ours, so it cannot be merged; import it into a survey instead.", path=path)
        )
    version = _version(connection)
    if version > ddl.SCHEMA_VERSION:
        raise NewerSchema(
            tr(
                "{path} was made by a newer SurveyApp (schema {version}); install that to merge it.",
                path=path,
                version=version,
            )
        )
    return version == ddl.SCHEMA_VERSION and not reconcile.needed(connection)


def _described(connection: sqlite3.Connection, path: Path, real: Path) -> _Package:
    surveys = connection.execute("SELECT uuid, name, team FROM survey ORDER BY uuid").fetchall()
    return _Package(path, real, _content(connection), _sha256(path), surveys)


def _start(working: Path, out: Path, packages: Sequence[_Package], scratch: Path) -> _Package:
    """Begin the result as a copy of what ``out`` holds, or of the first input (the result is the same)."""
    base = _prepare(out, scratch, len(packages)) if out.exists() else packages[0]
    try:
        with files.sentences(out, "copying"), files.held_still(base.real):
            shutil.copyfile(base.real, working)
    except OSError as error:
        raise BadFile(
            tr("{out} cannot be written ({reason}); is there room on the disk?", out=out, reason=error.strerror)
        ) from error
    return base


def _take_all(connection: sqlite3.Connection, packages: Sequence[_Package], base: _Package, report: MergeReport,
              author: str, progress: Progress) -> bool:
    connection.execute("BEGIN")
    changed = False
    muted = _Muted(connection)
    for number, package in enumerate(packages):
        progress.step(number, len(packages) + 1, tr("merging {name}", name=package.path.name))
        told = package.report()
        report.packages.append(told)
        seen = connection.execute("SELECT merged_at FROM package WHERE content = ?", (package.content,)).fetchone()
        # What a new result starts from brings its own list of packages, perhaps with itself on it.
        told.known_since = seen[0] if seen and package is not base else None
        if package is base:
            told.counts["new"] = sum(
                connection.execute(f"SELECT count(*) FROM {quoted(layer.name)}").fetchone()[0] for layer in LAYERS
            )
        elif package.real.samefile(base.real):
            told.counts["same"] = _rows_of(connection, "main")
        else:
            connection.execute("COMMIT")  # a file can only be attached outside a transaction
            with _attached(connection, package.real):
                connection.execute("BEGIN")
                changed |= _take(connection, told, report, muted)
                connection.execute("COMMIT")
            connection.execute("BEGIN")
        if not seen:
            changed = True
            connection.execute(
                f"INSERT OR IGNORE INTO package ({_PACKAGE_COLUMNS}) "
                "VALUES (?, ?, ?, ?, ?, (SELECT count(*) FROM revision), ?, ?)",
                (package.content, package.sha256, package.path.name, ", ".join(told.teams),
                 package.surveys[0][0] if len(package.surveys) == 1 else None, utc_text(), author),
            )
    for layer in LAYERS:
        if layer.geometry and changed:
            extent.measure(connection, layer.name)
    muted.end()
    connection.execute("COMMIT")
    return changed


class _Muted:
    """Layers whose history triggers are off while rows are taken over: their revisions came with them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._layers: list[Layer] = []

    def mute(self, layer: Layer) -> None:
        if layer not in self._layers:
            ddl.drop_triggers(self._connection, [layer])
            self._layers.append(layer)

    def end(self) -> None:
        """Triggers again, for the columns that there are now."""
        ddl.make_triggers(self._connection, self._layers)


@contextmanager
def _attached(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    connection.execute("ATTACH ? AS src", (path.absolute().as_uri() + "?mode=ro",))
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("DETACH src")


def _rows_of(connection: sqlite3.Connection, schema: str) -> int:
    return sum(
        connection.execute(f"SELECT count(*) FROM {schema}.{quoted(layer.name)}").fetchone()[0] for layer in LAYERS
    )


def _take(
    connection: sqlite3.Connection, told: PackageReport, report: MergeReport, muted: _Muted
) -> bool:
    """Take the attached package in. Returns whether anything changed."""
    added = _add_columns(connection, told, muted)
    fresh = _union_revisions(connection)
    connection.execute("INSERT OR IGNORE INTO photo_kept SELECT * FROM src.photo_kept")
    combined: set[tuple[str, str]] = set()
    for layer in LAYERS:
        if connection.execute("SELECT 1 FROM touched WHERE layer = ? LIMIT 1", (layer.name,)).fetchone():
            muted.mute(layer)
            combined |= _take_layer(connection, layer, told)
    touched = connection.execute("SELECT count(*) FROM touched").fetchone()[0]
    told.counts["same"] = max(0, _rows_of(connection, "src") - connection.execute(
        "SELECT count(*) FROM touched t WHERE EXISTS (SELECT 1 FROM src.revision s WHERE s.record = t.record "
        "AND s.layer = t.layer AND s.head = 1 AND s.operation <> 'delete')").fetchone()[0])
    _settle_disputes(connection, combined)
    before = connection.total_changes
    foreign = foreign_tables.carry(connection, told.notes)
    carried = connection.total_changes > before
    told.counts["rejected"] += len(foreign)
    report.rejected += [{"package": told.file, **row} for row in foreign]
    # How long the history was when they came is true of the file that took them in, and of no other.
    columns = _PACKAGE_COLUMNS.replace("revisions", "NULL")
    connection.execute(f"INSERT OR IGNORE INTO package ({_PACKAGE_COLUMNS}) SELECT {columns} FROM src.package")
    before = connection.total_changes
    connection.execute(
        f"INSERT INTO rejected ({_REJECTED_COLUMNS}) SELECT {_REJECTED_COLUMNS} FROM src.rejected "
        f"EXCEPT SELECT {_REJECTED_COLUMNS} FROM rejected"
    )
    connection.execute("DROP TABLE temp.fresh")
    connection.execute("DROP TABLE temp.touched")
    return bool(fresh or touched or added or foreign or carried or connection.total_changes > before)


def _add_columns(connection: sqlite3.Connection, told: PackageReport, muted: _Muted) -> bool:
    """Columns that others added to the package's layers come along."""
    added = False
    for layer in LAYERS:
        have = ddl.columns_of(connection, layer.name)
        lower = {name.lower() for name in have}
        for _, name, kind, *_rest in connection.execute(f"PRAGMA src.table_info({quoted(layer.name)})").fetchall():
            if name.lower() in lower:
                continue
            muted.mute(layer)
            connection.execute(f"ALTER TABLE main.{quoted(layer.name)} ADD COLUMN {quoted(name)} {kind or 'TEXT'}")
            connection.execute(
                "INSERT OR IGNORE INTO gpkg_data_columns SELECT * FROM src.gpkg_data_columns "
                "WHERE table_name = ? AND column_name = ?", (layer.name, name),
            )
            told.notes.append(
                tr("{title} has the further field {name}; it was taken along.", title=tr(layer.title), name=name)
            )
            added = True
    return added


def _union_revisions(connection: sqlite3.Connection) -> int:
    """Bring in the revisions that are new here, and see what is a head now. Fills temp tables ``fresh`` (ids in the
    package) and ``touched`` (records with fresh revisions; ``had``: known here before)."""
    connection.execute(
        "CREATE TEMP TABLE fresh AS SELECT s.id, s.revision, s.layer, s.record FROM src.revision s "
        "WHERE NOT EXISTS (SELECT 1 FROM main.revision m WHERE m.revision = s.revision)"
    )
    connection.execute(
        "CREATE TEMP TABLE touched AS SELECT layer, record, EXISTS (SELECT 1 FROM main.revision m "
        "WHERE m.record = f.record AND m.layer = f.layer) AS had FROM fresh f GROUP BY layer, record"
    )
    connection.execute("CREATE INDEX temp.touched_record ON touched (layer, had, record)")
    connection.execute("CREATE INDEX temp.fresh_revision ON fresh (revision)")
    columns = rows.REVISION_COLUMNS + ", head"
    count = connection.execute(
        f"INSERT INTO main.revision ({columns}) SELECT {columns} FROM src.revision "
        "WHERE id IN (SELECT id FROM fresh) ORDER BY id"
    ).rowcount
    connection.execute(
        "UPDATE main.revision SET head = 0 WHERE head = 1 AND revision IN "
        "(SELECT p.value FROM fresh f JOIN src.revision s ON s.id = f.id, json_each(s.parents) p)"
    )
    # A package may be the one that brings the parent of a revision known here: that one is no head then. The order
    # of the joins is ours (CROSS JOIN), because SQLite knows nothing of the sizes of temporary tables.
    connection.execute(
        "UPDATE main.revision SET head = 0 WHERE head = 1 AND revision IN (SELECT f.revision FROM touched t "
        "CROSS JOIN main.revision c CROSS JOIN json_each(c.parents) p CROSS JOIN fresh f "
        "WHERE t.had AND c.record = t.record AND c.layer = t.layer AND f.revision = p.value)"
    )
    return int(count)


def _take_layer(connection: sqlite3.Connection, layer: Layer, told: PackageReport) -> set[tuple[str, str]]:
    """Rows of the records with fresh revisions. Returns those that were changed on both sides, which are settled."""
    table = quoted(layer.name)
    theirs = {n.lower() for n in ddl.columns_of(connection, layer.name, "src")}
    shared = [n for n in ddl.columns_of(connection, layer.name) if n != "fid" and n.lower() in theirs]
    listed = ", ".join(quoted(n) for n in shared)
    told.counts["new"] += connection.execute(
        f"INSERT INTO main.{table} ({listed}) SELECT {listed} FROM src.{table} "
        "WHERE uuid IN (SELECT record FROM touched WHERE layer = ? AND had = 0) ORDER BY fid", (layer.name,),
    ).rowcount
    ahead = connection.execute(
        "CREATE TEMP TABLE ahead AS SELECT t.record FROM touched t WHERE t.layer = ? AND t.had = 1 AND NOT EXISTS "
        "(SELECT 1 FROM main.revision h WHERE h.record = t.record AND h.layer = t.layer AND h.head = 1 AND NOT EXISTS "
        "(SELECT 1 FROM src.revision s WHERE s.revision = h.revision AND s.head = 1))", (layer.name,),
    )
    ahead.close()
    _fast_forward(connection, layer, shared, told)
    both = connection.execute(
        "SELECT record FROM touched WHERE layer = ? AND had = 1 AND record NOT IN (SELECT record FROM ahead) "
        "ORDER BY record", (layer.name,),
    ).fetchall()
    connection.execute("DROP TABLE temp.ahead")
    if layer.name == "photo" and both:
        connection.execute(
            "INSERT OR IGNORE INTO photo_kept SELECT sha256, data FROM src.photo WHERE sha256 IS NOT NULL "
            "AND uuid IN (SELECT record FROM touched WHERE layer = 'photo' AND had = 1)"
        )
    columns = ddl.columns_of(connection, layer.name)
    for (record,) in both:
        _combine(connection, layer, record, columns, told)
    return {(layer.name, record) for (record,) in both}


def _fast_forward(connection: sqlite3.Connection, layer: Layer, shared: Sequence[str], told: PackageReport) -> None:
    """Records where the package is simply ahead: its row is the record."""
    table = quoted(layer.name)
    values = [n for n in shared if n not in ("uuid", GEOMETRY)]
    listed = ", ".join(quoted(n) for n in values)
    if layer.geometry:  # only where it moved, because each costs the R-tree an entry
        connection.execute(
            f"UPDATE main.{table} SET {GEOMETRY} = s.{GEOMETRY} FROM src.{table} s WHERE s.uuid = main.{table}.uuid "
            f"AND s.{GEOMETRY} IS NOT main.{table}.{GEOMETRY} AND main.{table}.uuid IN ahead"
        )
    told.counts["updated"] += connection.execute(
        f"UPDATE main.{table} SET ({listed}) = (SELECT {listed} FROM src.{table} s WHERE s.uuid = main.{table}.uuid) "
        f"WHERE uuid IN (SELECT record FROM ahead) AND uuid IN (SELECT uuid FROM src.{table} WHERE uuid IN ahead)"
    ).rowcount
    everything = ", ".join(quoted(n) for n in shared)
    told.counts["updated"] += connection.execute(
        f"INSERT INTO main.{table} ({everything}) SELECT {everything} FROM src.{table} WHERE uuid IN ahead "
        f"AND uuid NOT IN (SELECT uuid FROM main.{table} WHERE uuid IN ahead) ORDER BY fid"
    ).rowcount
    gone = f"uuid IN ahead AND uuid NOT IN (SELECT uuid FROM src.{table} WHERE uuid IN ahead)"
    if layer.name == "photo":
        connection.execute(
            f"INSERT OR IGNORE INTO photo_kept SELECT sha256, data FROM main.photo WHERE sha256 IS NOT NULL AND {gone}"
        )
    told.counts["deleted"] += connection.execute(f"DELETE FROM main.{table} WHERE {gone}").rowcount


def _combine(connection: sqlite3.Connection, layer: Layer, record: str, columns: Sequence[str],
             told: PackageReport) -> None:
    """A record that was changed on both sides."""
    state = record_state(rows.revisions(connection, layer.name, record))
    body = None if state.body is None else dict(state.body)
    if body is None and layer.name == "photo":
        rows.keep_photo(connection, record)
    rows.set_row(connection, layer.name, record, columns, body)
    rows.write_conflicts(connection, layer.name, record, state.conflicts)
    told.counts["deleted" if body is None else "conflicting" if state.conflicts else "combined"] += 1


def _settle_disputes(connection: sqlite3.Connection, settled: set[tuple[str, str]]) -> None:
    """Conflicts of every record that is disputed on either side, from the united history; not of those settled
    already."""
    disputed = connection.execute(
        "SELECT layer, record FROM main.conflict UNION SELECT layer, record FROM src.conflict"
    ).fetchall()
    for layer, record in set(disputed) - settled:
        rows.renew_conflicts(connection, layer, record)


def _verify(connection: sqlite3.Connection, out: Path, packages: Sequence[_Package]) -> None:
    """The result is sound, and holds what the history says; else it is not swapped in."""
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        for package in packages:
            _refuse_damaged(package)
        raise BadFile(tr("The merge did not come out sound, so {out} is as it was; copy the packages again.", out=out))
    if reconcile.needed(connection):
        raise BadFile(
            tr("The merged rows do not agree with their history, so {out} is as it was; please report this.", out=out)
        )
    for layer in LAYERS:
        connection.execute(
            f"UPDATE gpkg_ogr_contents SET feature_count = (SELECT count(*) FROM {quoted(layer.name)}) "
            "WHERE table_name = ?", (layer.name,),
        )


def _refuse_damaged(package: _Package) -> None:
    with files.sentences(package.path, "reading"):
        connection = files.connect(package.real, read_only=True)
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            connection.close()
    if found != "ok":
        raise BadFile(
            tr("{path} is damaged ({found}); copy it again from where it came.", path=package.path, found=found)
        )


def _content(connection: sqlite3.Connection) -> str:
    """Digest of what a file knows: of its revisions, whatever the order in which it learned them."""
    digest = hashlib.sha256()
    cursor = connection.execute("SELECT revision FROM revision ORDER BY revision")
    while batch := cursor.fetchmany(10_000):
        digest.update("\n".join(name for (name,) in batch).encode() + b"\n")
    return digest.hexdigest()


def _swap_in(working: Path, out: Path) -> None:
    try:
        files.flush(working)
        os.replace(working, out)
        files.confirm(out)
    except OSError as error:
        raise BadFile(
            tr("{out} cannot be written ({reason}); it is as it was.", out=out, reason=error.strerror)
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
