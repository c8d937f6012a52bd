"""Titles, value lists and styles for a GeoPackage that GDAL made of our layers."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from surveyapp.domain.fields import Layer
from surveyapp.storage import connection as files
from surveyapp.storage import ddl
from surveyapp.storage.styles import style_rows

_TABLES = ("gpkg_extensions", "gpkg_data_columns", "gpkg_data_column_constraints", "layer_styles")


def dress(path: Path, layers: Sequence[Layer]) -> None:
    """Give the layers of a finished export what QGIS shows them with. The file is not yet under its final name."""
    with files.sentences(path, "writing"):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            files.configure(connection)
            connection.execute("BEGIN")
            have = {r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for name in _TABLES:
                if name not in have:
                    connection.execute(ddl.system_table_sql(name))
            connection.executemany(
                "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', "
                "'http://www.geopackage.org/spec130/#extension_schema', 'read-write')",
                [("gpkg_data_columns",), ("gpkg_data_column_constraints",)],
            )
            ddl.write_constraints(connection)
            for layer in layers:
                present = set(ddl.columns_of(connection, layer.name))
                ddl.write_titles(connection, layer, [f for f in layer.fields if f.name in present])
            ddl.write_styles(connection, [r for r in style_rows() if r[0] in {x.name for x in layers}])
            connection.execute("COMMIT")
        finally:
            connection.close()
