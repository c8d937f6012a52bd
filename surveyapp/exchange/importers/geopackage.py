"""GeoPackage made by other software, read with SQLite: every value as it is stored, nothing by position.

The file is not changed by one byte: one in WAL mode or with a journal left by a crash is read from a copy,
because SQLite would tidy up beside the original.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from surveyapp.domain.records import Value
from surveyapp.errors import BadFile, BadPosition
from surveyapp.exchange.importers.shapes import family_of, family_of_hex, hex_of_wkb
from surveyapp.exchange.importers.source import (
    LAYER_OF_GEOMETRY,
    LINESTRING,
    POINT,
    POLYGON,
    Rows,
    SourceRow,
    SourceTable,
    choose_layer,
    columns_of,
    plain,
    require_file,
)
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_OWN_TABLES = {"layer_styles", "revision", "conflict", "package"}
"""Tables that describe a file rather than hold its data."""
_FAMILIES = {"points": POINT, "lines": LINESTRING, "polygons": POLYGON}


@dataclass(frozen=True, slots=True)
class _Table:
    """``family``: the geometries to take from a table that mixes them, or empty for all; ``rest``: whether
    the rows that are of no family are listed with it, so that each is listed once."""

    name: str
    geometry_column: str | None
    geometry_type: str
    srs_id: int | None
    family: str = ""
    rest: bool = True


def read_geopackage(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """One table of a GeoPackage, with or without geometry; ``crs`` counts where the file's is undefined.

    A table that mixes geometries is listed once for each family, as "name (points)". Raises ``BadFile`` for
    what is damaged or no GeoPackage, ``BadInput`` for an unknown layer.
    """
    del encoding  # SQLite says it itself
    with _opened(path) as database:
        tables = _tables(path, database)
        name = choose_layer(path, layer, tuple(tables))
        table = tables[name]
        stated = _crs(path, database, table.srs_id)
        hidden = (table.geometry_column, _key(database, table.name))
        names = [row[1] for row in database.execute(f"PRAGMA table_info({_quoted(table.name)})")]
    rows = Rows(lambda: _rows(path, table))
    geometry = table.family or family_of(table.geometry_type)
    return SourceTable(
        path=path,
        format="gpkg",
        layer=name,
        layers=tuple(tables),
        columns=columns_of((n for n in names if n not in hidden), rows),
        rows=rows,
        geometry=geometry,
        crs=stated or crs,
        crs_stated=stated is not None,
        target=LAYER_OF_GEOMETRY.get(geometry, "sighting"),
        media=_media_of(path),
    )


def _media_of(path: Path) -> tuple[Path, ...]:
    """Folders that the file's paths to photos are relative to: its own, as QField and Mergin have it, or that of
    the project that it lies below."""
    above = path.parent.parent
    is_project = any(above.glob("*.qgs")) or any(above.glob("*.qgz"))
    return (path.parent, above) if is_project else (path.parent,)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection; SQLite's complaints come out as ``BadFile``."""
    require_file(path)
    with _untouched(path) as safe, _sentences(path):
        connection = sqlite3.connect(f"{safe.absolute().as_uri()}?mode=ro", uri=True)
        with closing(connection):
            # Other software stores Latin-1 in TEXT now and then; one bad name must not stop the file.
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            yield connection


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise BadFile(
            tr("{name} is not a GeoPackage or is damaged ({error}); ask for a new copy.", name=path.name, error=error)
        ) from error
    except OSError as error:
        raise BadFile(tr("{name} cannot be read: {reason}.", name=path.name, reason=error.strerror or error)) from error


@contextmanager
def _untouched(path: Path) -> Iterator[Path]:
    """The path itself, or that of a temporary copy with its ``-wal`` or ``-journal`` where there is need."""
    with _sentences(path), path.open("rb") as file:
        header = file.read(20)
    if not header.startswith(b"SQLite format 3\x00"):
        what = tr("is empty") if not header else tr("is damaged or not a GeoPackage")
        raise BadFile(tr("{name} {what}: it does not begin as one; ask for a new copy.", name=path.name, what=what))
    beside = [path.with_name(path.name + end) for end in ("-wal", "-journal")]
    if header[18:20] != b"\x02\x02" and not any(extra.exists() for extra in beside):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="surveyapp-import-") as folder:
        copy = Path(folder) / path.name
        with _sentences(path):
            for file_path in (path, *filter(Path.exists, beside)):
                shutil.copyfile(file_path, copy.with_name(file_path.name))
        yield copy


def _tables(path: Path, database: sqlite3.Connection) -> dict[str, _Table]:
    """The tables that hold data, those with points first; raises ``BadFile`` if none is listed."""
    known = {row[0].casefold() for row in database.execute("SELECT name FROM sqlite_master")}
    if "gpkg_contents" not in known:
        raise BadFile(tr("{name} is an SQLite database but no GeoPackage.", name=path.name))
    geometry = {}
    if "gpkg_geometry_columns" in known:
        geometry = {
            row[0].casefold(): row[1:]
            for row in database.execute(
                "SELECT table_name, column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns"
            )
        }
    tables: list[_Table] = []
    contents = "SELECT table_name, data_type FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
    for name, _kind in database.execute(contents).fetchall():
        if name.casefold() in known and name.casefold() not in _OWN_TABLES:
            column, kind, srs_id = geometry.get(name.casefold(), (None, "", None))
            tables += _by_family(database, _Table(name, column, kind, srs_id))
    order = {POINT: 0, LINESTRING: 1, POLYGON: 2, "": 3}
    tables.sort(key=lambda table: order[table.family or family_of(table.geometry_type)])
    return {_shown(table): table for table in tables}


def _shown(table: _Table) -> str:
    family = next((name for name, family in _FAMILIES.items() if family == table.family), None)
    return f"{table.name} ({family})" if family else table.name


def _by_family(database: sqlite3.Connection, table: _Table) -> list[_Table]:
    """A table of geometry type GEOMETRY, once for each family that it really holds."""
    if table.geometry_column is None or family_of(table.geometry_type):
        return [table]
    column = _quoted(table.geometry_column)
    blobs = database.execute(f"SELECT {column} FROM {_quoted(table.name)}")  # noqa: S608  names are quoted
    found = {_family_of_blob(blob) for (blob,) in blobs}
    families = [family for family in _FAMILIES.values() if family in found]
    return [replace(table, family=family, rest=family == families[0]) for family in families] or [table]


def _family_of_blob(blob: object) -> str:
    try:
        wkb_hex, _height = _geometry(blob)
    except BadPosition:
        return ""
    return family_of_hex(wkb_hex) if wkb_hex is not None else ""


def _crs(path: Path, database: sqlite3.Connection, srs_id: int | None) -> str | None:
    """The system of a table as "EPSG:n" or WKT; ``None`` where the file itself calls it undefined."""
    if srs_id is None or srs_id in (-1, 0):
        return None
    if srs_id == 4326:
        return WGS84
    query = (
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?"
    )
    found = database.execute(query, (srs_id,)).fetchone()
    if found is None:
        raise BadFile(
            tr("{name} uses a coordinate system ({srs_id}) that it does not describe.", name=path.name, srs_id=srs_id)
        )
    organization, number, definition = found
    if str(organization).upper() == "EPSG":
        return f"EPSG:{number}"
    vague = ("LOCAL_CS", "ENGCRS", "ENGINEERINGCRS", "UNDEFINED")
    return None if not definition or str(definition).strip().upper().startswith(vague) else str(definition)


def _rows(path: Path, table: _Table) -> Iterator[SourceRow]:
    with _opened(path) as database:
        key = _key(database, table.name)
        cursor = database.execute(f"SELECT * FROM {_quoted(table.name)}")  # noqa: S608  the name is quoted
        names = [column[0] for column in cursor.description]
        for place, cells in enumerate(cursor, start=1):
            row = _row(place, dict(zip(names, cells, strict=True)), table, key)
            if row is not None:
                yield row


def _key(database: sqlite3.Connection, table: str) -> str | None:
    """Name of the integer primary key, which is the row's number in that file and no more."""
    keys = [row for row in database.execute(f"PRAGMA table_info({_quoted(table)})") if row[5]]
    return keys[0][1] if len(keys) == 1 and keys[0][2].upper() == "INTEGER" else None


def _row(place: int, cells: dict[str, object], table: _Table, key: str | None) -> SourceRow | None:
    blob = cells.pop(table.geometry_column, None) if table.geometry_column else None
    # fid counts rows of that one file; kept as a value it would make equal rows differ.
    number = cells.pop(key, None) if key else None
    values: dict[str, Value] = {name: plain(value) for name, value in cells.items()}
    trouble = wkb_hex = height = None
    try:
        wkb_hex, height = _geometry(blob)
    except BadPosition as error:
        trouble = str(error)
    if table.family:
        family = family_of_hex(wkb_hex) if wkb_hex else ""
        if family != table.family and (family or not table.rest):
            return None
    if height:
        values.setdefault("z", height)
    return SourceRow(number if isinstance(number, int) else place, values, wkb_hex, trouble)


def _geometry(blob: object) -> tuple[str | None, float | None]:
    """(2D WKB hex or ``None``, height of a point) of a GeoPackage blob (OGC 12-128r17, 2.1.3)."""
    if blob is None:
        return None, None
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP" or (blob[3] >> 1) & 7 > 4:
        raise BadPosition(tr("Its geometry is not as a GeoPackage keeps it."))
    if blob[3] & 0x10:
        return None, None
    return hex_of_wkb(blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
