"""Layers copied from the survey into a new GeoPackage by SQLite itself: rows as they are stored, photos with their
bytes, R-trees in bulk.

Where a table is taken whole, SQLite copies its records and indexes as they are ("transfer optimization", insert.c of
SQLite), and the R-tree's own tables too. Triggers come last, so that nothing is counted row by row.
"""

# ruff: noqa: S608 (names in statements are those of the table of fields, quoted)
from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, PHOTO, SIGHTING, Layer
from surveyapp.domain.progress import Progress
from surveyapp.errors import BadFile
from surveyapp.exchange.exporters.facts import Box
from surveyapp.services.export_choice import Choice
from surveyapp.storage import connection as files
from surveyapp.storage import ddl
from surveyapp.storage.history import quoted
from surveyapp.storage.styles import style_rows
from surveyapp.words import tr

_SYSTEM = (
    "gpkg_spatial_ref_sys", "gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions", "gpkg_ogr_contents",
    "gpkg_data_columns", "gpkg_data_column_constraints", "gpkg_metadata", "gpkg_metadata_reference", "layer_styles",
)
_RTREE_PARTS = ("node", "parent", "rowid")


class Copy:
    """A new file being filled from a survey at rest. Use as a context manager; nothing is durable yet at its end."""

    def __init__(self, survey: Path, staged: Path) -> None:
        self._staged = staged
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        source = survey
        if files.needs_private_copy(survey):
            self._scratch = tempfile.TemporaryDirectory(prefix="surveyapp-")
            source = files.private_copy(survey, Path(self._scratch.name))
        self.connection = sqlite3.connect(staged.absolute().as_uri(), uri=True, isolation_level=None)
        files.configure(self.connection, durable=False)
        # The file has no name yet: if this fails it is thrown away, so it needs no journal.
        self.connection.execute("PRAGMA journal_mode = OFF")
        self.connection.execute("ATTACH ? AS src", (source.absolute().as_uri() + "?mode=ro",))
        self.connection.execute(f"PRAGMA main.page_size = {self._one('PRAGMA src.page_size')}")
        self.connection.execute("PRAGMA cache_size = -64000")

    def __enter__(self) -> Self:
        self.connection.execute("BEGIN")
        self.connection.execute(f"PRAGMA application_id = {files.APPLICATION_ID}")
        self.connection.execute(f"PRAGMA user_version = {files.USER_VERSION}")
        for name in _SYSTEM:
            self.connection.execute(ddl.system_table_sql(name))
        self.connection.execute(
            "INSERT INTO gpkg_spatial_ref_sys SELECT * FROM src.gpkg_spatial_ref_sys WHERE srs_id IN (-1, 0, 4326)"
        )
        for extension, tables in (("schema", ("data_columns", "data_column_constraints")),
                                  ("metadata", ("metadata", "metadata_reference"))):
            self.connection.executemany(
                f"INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_{extension}', "
                f"'http://www.geopackage.org/spec130/#extension_{extension}', 'read-write')",
                [(f"gpkg_{table}",) for table in tables],
            )
        ddl.write_constraints(self.connection)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self.connection.execute("COMMIT")
        finally:
            self.connection.close()
            if self._scratch is not None:
                self._scratch.cleanup()

    def _one(self, statement: str, parameters: Sequence[object] = ()) -> object:
        row = self.connection.execute(statement, parameters).fetchone()
        return None if row is None else row[0]

    # -- layers ----------------------------------------------------------------------------------------

    def add(self, layers: Sequence[Layer], choice: Choice | None, progress: Progress | None) -> dict[str, int]:
        """Copy layers, whole or the chosen records; how many records of each. Raises ``Cancelled``."""
        counts = {}
        for place, layer in enumerate(layers):
            if progress is not None:
                progress.step(place, len(layers), tr("Writing {plural}", plural=tr(layer.plural).casefold()))
                # SQLite asks now and then; an exception cannot pass through it, so it stops, and the step below tells.
                self.connection.set_progress_handler(lambda: int(progress.cancelled), 200_000)
            try:
                counts[layer.name] = self._copy(layer, choice)
            except sqlite3.OperationalError as error:
                if progress is not None and "interrupted" in str(error):
                    progress.step(place, len(layers), "")
                raise
            finally:
                self.connection.set_progress_handler(None, 0)
        names = {layer.name for layer in layers}
        ddl.write_styles(self.connection, [row for row in style_rows() if row[0] in names])
        if {SIGHTING.name, PHOTO.name} <= names:
            self._relate_photos()
        return counts

    def _copy(self, layer: Layer, choice: Choice | None) -> int:
        run, table = self.connection.execute, quoted(layer.name)
        run(str(self._one("SELECT sql FROM src.sqlite_master WHERE type = 'table' AND name = ?", (layer.name,))))
        whole = choice is None
        if not whole:
            run("CREATE TEMP TABLE IF NOT EXISTS taken (uuid TEXT PRIMARY KEY)")
            run("DELETE FROM temp.taken")
            assert choice is not None
            self.connection.executemany("INSERT INTO temp.taken VALUES (?)", ((u,) for u in choice.of(layer.name)))
        for (sql,) in run(
            "SELECT sql FROM src.sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (layer.name,)
        ).fetchall():
            run(sql)
        which = "" if whole else " WHERE uuid IN (SELECT uuid FROM temp.taken) ORDER BY fid"
        run(f"INSERT INTO main.{table} SELECT * FROM src.{table}{which}")
        count = int(str(self._one(f"SELECT count(*) FROM main.{table}")))
        self._register(layer, count, whole=whole)
        return count

    def _register(self, layer: Layer, count: int, *, whole: bool) -> None:
        run, name = self.connection.execute, layer.name
        run("INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?, ?, ?, ?, ?)",
            (name, "features" if layer.geometry else "attributes", layer.plural, layer.description,
             4326 if layer.geometry else None))
        run("INSERT INTO gpkg_ogr_contents VALUES (?, ?)", (name, count))
        if layer.geometry:
            run("INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, 4326, 0, 0)", (name, GEOMETRY, layer.geometry))
            run("INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', "
                "'http://www.geopackage.org/spec130/#extension_rtree', 'write-only')", (name, GEOMETRY))
            self._index(layer, whole=whole)
        for statement in ddl.count_triggers(name):
            run(statement)
        present = set(ddl.columns_of(self.connection, name))
        ddl.write_titles(self.connection, layer, [f for f in layer.fields if f.name in present])

    def _index(self, layer: Layer, *, whole: bool) -> None:
        """The R-tree, and the extent from it."""
        run, tree = self.connection.execute, f"rtree_{layer.name}_{GEOMETRY}"
        virtual, *triggers = ddl.rtree_statements(layer.name)
        run(virtual)
        if whole:
            for part in _RTREE_PARTS:
                run(f"DELETE FROM main.{quoted(f'{tree}_{part}')}")
                run(f"INSERT INTO main.{quoted(f'{tree}_{part}')} SELECT * FROM src.{quoted(f'{tree}_{part}')}")
            run("UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = (SELECT min_x, min_y, max_x, max_y "
                "FROM src.gpkg_contents s WHERE s.table_name = ?1) WHERE table_name = ?1", (layer.name,))
        else:
            run(f"INSERT INTO main.{quoted(tree)} SELECT * FROM src.{quoted(tree)} WHERE id IN "
                f"(SELECT fid FROM main.{quoted(layer.name)})")
            self._extent(layer)
        for statement in triggers:
            run(statement)

    def _extent(self, layer: Layer) -> None:
        """The box around the geometries themselves, as an R-tree keeps corners rounded outward to 32 bits."""
        found = self.connection.execute(
            f"SELECT min(ST_MinX({GEOMETRY})), min(ST_MinY({GEOMETRY})), max(ST_MaxX({GEOMETRY})), "
            f"max(ST_MaxY({GEOMETRY})) FROM main.{quoted(layer.name)}"
        ).fetchone()
        self.connection.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
            (*found, layer.name),
        )

    def _relate_photos(self) -> None:
        """Photos as media of their sightings, as the survey itself has them."""
        run = self.connection.execute
        run(ddl.system_table_sql("gpkgext_relations"))
        run(str(self._one("SELECT sql FROM src.sqlite_master WHERE type = 'view' AND name = 'sighting_photo'")))
        run("INSERT INTO gpkgext_relations SELECT * FROM src.gpkgext_relations "
            "WHERE mapping_table_name = 'sighting_photo'")
        run("INSERT INTO gpkg_extensions SELECT * FROM src.gpkg_extensions WHERE table_name IN "
            "('gpkgext_relations', 'sighting_photo')")


def extent_in(connection: sqlite3.Connection) -> Box | None:
    """The box around everything in a file, in degrees, from what the file says of its layers."""
    box = connection.execute(
        "SELECT min(min_x), min(min_y), max(max_x), max(max_y) FROM main.gpkg_contents WHERE data_type = 'features'"
    ).fetchone()
    return None if box[0] is None else tuple(float(side) for side in box)  # type: ignore[return-value]


def period_in(connection: sqlite3.Connection) -> tuple[str, str] | None:
    """First and last observation in a file."""
    if not ddl.columns_of(connection, SIGHTING.name):
        return None
    first, last = connection.execute("SELECT min(observed_at), max(observed_at) FROM main.sighting").fetchone()
    return None if first is None else (str(first), str(last))


def check_copied(path: Path, counts: dict[str, int]) -> None:
    """Whether the finished file has its rows; raises ``BadFile``."""
    connection = files.connect(path, read_only=True)
    try:
        with files.sentences(path, "checking"):
            for name, wanted in counts.items():
                rows = connection.execute(f"SELECT count(*) FROM {quoted(LAYER_BY_NAME[name].name)}").fetchone()[0]
                if rows != wanted:
                    raise BadFile(
                        tr("{name} holds {rows} of {wanted} records; nothing was changed.", name=path.name, rows=rows,
                           wanted=wanted)
                    )
    finally:
        connection.close()
