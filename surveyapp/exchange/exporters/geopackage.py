"""GeoPackage 1.3 of one or more layers, in any system, with its metadata; styles are for the caller to add."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from surveyapp.domain.progress import Progress
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.exporters.facts import Facts, facts_of
from surveyapp.exchange.exporters.files import Columns, Table, Written, replacing
from surveyapp.exchange.exporters.gdal import column_of, write_gdal
from surveyapp.exchange.exporters.iso19115 import MIME_TYPE, STANDARD_URI, iso_xml
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

OPTIONS = {"VERSION": "1.3", "DATETIME_FORMAT": "UTC"}
"""GDAL's default is GeoPackage 1.4, which QGIS 3.22 and the OGC tests refuse."""


def write_gpkg(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write layers as a new GeoPackage in the system ``crs``, geometry column ``geom``, times in UTC.

    What was done for the audience becomes the description of every layer, and all facts the metadata. Raises
    ``BadFile`` when the file cannot be written, ``BadInput`` when there is no layer or a place cannot be given in the
    system.
    """
    if not layers:
        raise BadInput(tr("There is no layer to export."))
    tables = [Table.of(layer, columns) for layer, columns in layers.items()]
    facts = facts or facts_of(layers, crs)
    with replacing(path) as temporary:
        for place, table in enumerate(tables):
            if progress is not None:
                progress.step(place, len(tables), tr("Writing {plural}", plural=table.layer.plural.casefold()))
            columns = [column_of(table, name) for name in table.names]
            # identifiers are unique in a GeoPackage
            options = {"IDENTIFIER": table.layer.plural, "DESCRIPTION": facts.note or table.layer.description}
            if table.layer.geometry:
                options |= {"GEOMETRY_NAME": "geom", "SPATIAL_INDEX": "YES"}
            write_gdal(
                temporary,
                table,
                columns,
                driver="GPKG",
                crs=crs,
                append=place > 0,
                dataset_options=None if place else OPTIONS,
                layer_options=options,
            )
        described(temporary, facts)
        check_rows(temporary, {table.layer.name: table.rows for table in tables})
    return Written((path,), sum(table.rows for table in tables))


_METADATA = """
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT ''
);
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL,
  table_name TEXT,
  column_name TEXT,
  row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
);
"""
"""OGC 12-128r17, annex C.9 and C.10."""


def describe(connection: sqlite3.Connection, facts: Facts) -> None:
    """Put the facts into ``gpkg_metadata`` in place of those of an earlier export; the tables are made where they
    lack. The caller holds the transaction, if any."""
    have = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'gpkg_%'")}
    for statement in _METADATA.split(";")[:-1]:
        if statement.split()[2] not in have:
            connection.execute(statement)
    if "gpkg_extensions" in have:
        connection.executemany(
            "INSERT OR IGNORE INTO gpkg_extensions SELECT ?1, NULL, 'gpkg_metadata', "
            "'http://www.geopackage.org/spec130/#extension_metadata', 'read-write' WHERE NOT EXISTS "
            "(SELECT 1 FROM gpkg_extensions WHERE table_name = ?1)",
            [("gpkg_metadata",), ("gpkg_metadata_reference",)],
        )
    old = "SELECT id FROM gpkg_metadata WHERE md_standard_uri = ? AND metadata LIKE '%>surveyapp-export-%'"
    connection.execute(f"DELETE FROM gpkg_metadata_reference WHERE md_file_id IN ({old})", (STANDARD_URI,))  # noqa: S608
    connection.execute(f"DELETE FROM gpkg_metadata WHERE id IN ({old})", (STANDARD_URI,))  # noqa: S608
    made = connection.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) VALUES ('dataset', ?, ?, ?)",
        (STANDARD_URI, MIME_TYPE, iso_xml(facts)),
    )
    connection.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, md_file_id) VALUES ('geopackage', ?)", (made.lastrowid,)
    )


def described(path: Path, facts: Facts) -> None:
    """:func:`describe` a file that GDAL just made. Raises ``BadFile``."""
    try:
        with closing(sqlite3.connect(path)) as database, database:
            # The file has no name yet; whether all of it reached the disk is seen at the end.
            database.execute("PRAGMA synchronous = OFF")
            describe(database, facts)
    except sqlite3.DatabaseError as error:
        raise BadFile(
            tr("{name} came out damaged ({error}); nothing was changed.", name=path.name, error=error)
        ) from error


def check_rows(path: Path, rows_of: Mapping[str, int]) -> None:
    """GDAL reports a full disk late or not at all, so the rows are counted before the file is believed. Raises
    ``BadFile``."""
    try:
        with closing(sqlite3.connect(path)) as database:
            for layer, wanted in rows_of.items():
                # the name is of the field table or of a view, never a user's
                (rows,) = database.execute(f'SELECT count(*) FROM "{layer}"').fetchone()  # noqa: S608
                if rows != wanted:
                    raise BadFile(
                        tr(
                            "{name} holds {rows} of {wanted} records; nothing was changed.",
                            name=path.name,
                            rows=rows,
                            wanted=wanted,
                        )
                    )
            (answer,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if answer != "ok":
                raise BadFile(
                    tr("{name} came out damaged ({answer}); nothing was changed.", name=path.name, answer=answer)
                )
    except sqlite3.DatabaseError as error:
        raise BadFile(
            tr("{name} came out damaged ({error}); nothing was changed.", name=path.name, error=error)
        ) from error
