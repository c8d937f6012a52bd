"""GeoPackage 1.3 of one or more layers, in any system; styles and metadata are for the caller to add."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from surveyapp.domain.progress import Progress
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.exporters.files import Columns, Table, Written, replacing
from surveyapp.exchange.exporters.gdal import column_of, write_gdal
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

_OPTIONS = {"VERSION": "1.3", "DATETIME_FORMAT": "UTC"}
"""GDAL's default is GeoPackage 1.4, which QGIS 3.22 and the OGC tests refuse."""


def write_gpkg_layer(
    path: Path,
    layer: str,
    columns: Columns,
    crs: str = WGS84,
    *,
    note: str | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write one layer as a new GeoPackage; see :func:`write_gpkg`."""
    return write_gpkg(path, {layer: columns}, crs=crs, note=note, progress=progress)


def write_gpkg(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    note: str | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write layers as a new GeoPackage in the system ``crs``, geometry column ``geom``, times in UTC.

    ``note`` becomes the description of every layer. Raises ``BadFile`` when the file cannot be written,
    ``BadInput`` when there is no layer or a place cannot be given in the system.
    """
    if not layers:
        raise BadInput(tr("There is no layer to export."))
    tables = [Table.of(layer, columns) for layer, columns in layers.items()]
    with replacing(path) as temporary:
        for place, table in enumerate(tables):
            if progress is not None:
                progress.step(place, len(tables), tr("Writing {plural}", plural=table.layer.plural.casefold()))
            columns = [column_of(table, name) for name in table.names]
            # identifiers are unique in a GeoPackage
            options = {"IDENTIFIER": table.layer.plural, "DESCRIPTION": note or table.layer.description}
            if table.layer.geometry:
                options |= {"GEOMETRY_NAME": "geom", "SPATIAL_INDEX": "YES"}
            write_gdal(
                temporary,
                table,
                columns,
                driver="GPKG",
                crs=crs,
                append=place > 0,
                dataset_options=None if place else _OPTIONS,
                layer_options=options,
            )
        _check(temporary, tables)
    return Written((path,), sum(table.rows for table in tables))


def _check(path: Path, tables: list[Table]) -> None:
    """GDAL reports a full disk late or not at all, so the rows are counted before the file is believed."""
    try:
        with closing(sqlite3.connect(path)) as database:
            for table in tables:
                # the name is of the field table, never a user's
                (rows,) = database.execute(f'SELECT count(*) FROM "{table.layer.name}"').fetchone()  # noqa: S608
                if rows != table.rows:
                    raise BadFile(
                        tr(
                            "{name} holds {rows} of {wanted} records; nothing was changed.",
                            name=path.name,
                            rows=rows,
                            wanted=table.rows,
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
