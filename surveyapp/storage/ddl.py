"""From the table of fields to the tables of the file: columns, R-trees, titles, value lists, relations."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from surveyapp.domain.fields import GEOMETRY, LAYERS, Field, Layer
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.storage.history import history_triggers, literal, quoted
from surveyapp.storage.styles import StyleRow, style_rows

SCHEMA_VERSION = 3
"""Of the tables this program writes; ``survey.schema_version`` says which a file has."""

_SQL_TYPES = {
    "text": "TEXT", "notes": "TEXT", "code": "TEXT", "ref": "TEXT", "integer": "INTEGER", "real": "REAL",
    "datetime": "DATETIME", "date": "DATE", "blob": "BLOB",
}

# Plain tables that the program keeps, with the title under which QGIS lists them.
_TABLES = {
    "revision": ("Revision", "History: every change of every record. Append-only."),
    "conflict": ("Conflict", "Open disagreements between merged packages."),
    "package": ("Package", "Packages that were merged into this file."),
    "rejected": ("Rejected", "Rows that could not be taken over, with the reason."),
}


def column_sql(field: Field) -> str:
    """Definition of one column, with its default."""
    default = ""
    if field.default is not None:
        default = f" DEFAULT {literal(field.default) if isinstance(field.default, str) else field.default}"
    required = " NOT NULL" if field.name in ("data", "content_type") else ""
    return f"{quoted(field.name)} {_SQL_TYPES[field.kind]}{required}{default}"


def table_sql(layer: Layer) -> str:
    """CREATE TABLE of a layer. ``uuid`` may be empty for the instant until the trigger gives one, because
    other programs insert without it."""
    columns = ["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    if layer.geometry:
        columns.append(f"{GEOMETRY} {layer.geometry}")
    columns.append("uuid TEXT UNIQUE")
    columns += [column_sql(f) for f in layer.fields]
    return f"CREATE TABLE {quoted(layer.name)} (\n  " + ",\n  ".join(columns) + "\n)"


def rtree_statements(table: str, geometry: str = GEOMETRY, key: str = "fid") -> list[str]:
    """R-tree and its triggers, exactly as GeoPackage 1.3 writes them (update1 to update4)."""
    t, g, k = quoted(table), quoted(geometry), quoted(key)
    tree = f"rtree_{table}_{geometry}"
    q = quoted(tree)
    box = f"ST_MinX(NEW.{g}), ST_MaxX(NEW.{g}), ST_MinY(NEW.{g}), ST_MaxY(NEW.{g})"
    filled, hollow = f"(NEW.{g} NOTNULL AND NOT ST_IsEmpty(NEW.{g}))", f"(NEW.{g} ISNULL OR ST_IsEmpty(NEW.{g}))"
    put = f"INSERT OR REPLACE INTO {q} VALUES (NEW.{k}, {box});"

    def trigger(name: str, when: str, then: str) -> str:
        return f"CREATE TRIGGER {quoted(f'{tree}_{name}')} AFTER {when} BEGIN {then} END"

    return [
        f"CREATE VIRTUAL TABLE {q} USING rtree(id, minx, maxx, miny, maxy)",
        trigger("insert", f"INSERT ON {t} WHEN (new.{g} NOT NULL AND NOT ST_IsEmpty(NEW.{g}))", put),
        trigger("update1", f"UPDATE OF {g} ON {t} WHEN OLD.{k} = NEW.{k} AND {filled}", put),
        trigger("update2", f"UPDATE OF {g} ON {t} WHEN OLD.{k} = NEW.{k} AND {hollow}",
                f"DELETE FROM {q} WHERE id = OLD.{k};"),
        trigger("update3", f"UPDATE ON {t} WHEN OLD.{k} != NEW.{k} AND {filled}",
                f"DELETE FROM {q} WHERE id = OLD.{k}; {put}"),
        trigger("update4", f"UPDATE ON {t} WHEN OLD.{k} != NEW.{k} AND {hollow}",
                f"DELETE FROM {q} WHERE id IN (OLD.{k}, NEW.{k});"),
        trigger("delete", f"DELETE ON {t} WHEN old.{g} NOT NULL", f"DELETE FROM {q} WHERE id = OLD.{k};"),
    ]


def count_triggers(table: str) -> list[str]:
    """Triggers that keep GDAL's feature count right."""
    return [
        f"CREATE TRIGGER {quoted(f'trigger_{verb}_feature_count_{table}')} AFTER {verb.upper()} ON {quoted(table)} "
        f"BEGIN UPDATE gpkg_ogr_contents SET feature_count = feature_count {sign} 1 "
        f"WHERE lower(table_name) = lower({literal(table)}); END"
        for verb, sign in (("insert", "+"), ("delete", "-"))
    ]


def columns_of(connection: sqlite3.Connection, table: str, schema: str = "main") -> list[str]:
    """Column names of a table as it is in the file, in its order; empty if there is no such table."""
    return [row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({quoted(table)})")]


def make_triggers(connection: sqlite3.Connection, layers: Sequence[Layer] = LAYERS) -> None:
    """(Re)make the history triggers for the columns that each table has now."""
    for layer in layers:
        for name, statement in history_triggers(layer.name, columns_of(connection, layer.name)).items():
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
            connection.execute(statement)


def drop_triggers(connection: sqlite3.Connection, layers: Sequence[Layer] = LAYERS) -> None:
    """Take the history triggers away, in a working copy that takes revisions over as they are."""
    for layer in layers:
        for name in history_triggers(layer.name, columns_of(connection, layer.name)):
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")


def create_schema(connection: sqlite3.Connection) -> None:
    """Make every table of an empty database. The caller holds the transaction."""
    for statement in _statements(schema_sql()):
        connection.execute(statement)
    write_constraints(connection)
    for layer in LAYERS:
        create_layer(connection, layer)
    make_triggers(connection)
    for table, (title, description) in _TABLES.items():
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES (?, 'attributes', ?, ?)",
            (table, title, description),
        )
    # A view, so that the link of photo and sighting by uuid is said once and fids may change under it.
    connection.execute(
        "CREATE VIEW sighting_photo AS SELECT s.fid AS base_id, p.fid AS related_id "
        "FROM photo p JOIN sighting s ON s.uuid = p.sighting_uuid"
    )
    connection.execute(
        "INSERT INTO gpkgext_relations (base_table_name, base_primary_column, related_table_name, "
        "related_primary_column, relation_name, mapping_table_name) "
        "VALUES ('sighting', 'fid', 'photo', 'fid', 'media', 'sighting_photo')"
    )
    write_styles(connection, style_rows())


def write_styles(connection: sqlite3.Connection, styles: Sequence[StyleRow]) -> None:
    """Rows of ``layer_styles``, registered so that QGIS finds them."""
    connection.execute(
        "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, description) "
        "VALUES ('layer_styles', 'attributes', 'Layer styles', 'Styles of the layers, as QGIS reads them.')"
    )
    connection.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
        "styleQML, styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, ?, ?, ?, ?, 1, ?, '')",
        styles,
    )


def create_layer(connection: sqlite3.Connection, layer: Layer) -> None:
    """Table, registration, R-tree, indexes and column titles of one layer."""
    connection.execute(table_sql(layer))
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?, ?, ?, ?, ?)",
        (layer.name, "features" if layer.geometry else "attributes", layer.plural, layer.description,
         4326 if layer.geometry else None),
    )
    for field in layer.fields:
        if field.kind == "ref":
            connection.execute(f"CREATE INDEX {layer.name}_{field.name} ON {layer.name} ({field.name})")
    connection.execute("INSERT INTO gpkg_ogr_contents VALUES (?, 0)", (layer.name,))
    for statement in count_triggers(layer.name):
        connection.execute(statement)
    if layer.geometry:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, 4326, 0, 0)", (layer.name, GEOMETRY, layer.geometry)
        )
        connection.execute(
            "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', "
            "'http://www.geopackage.org/spec130/#extension_rtree', 'write-only')", (layer.name, GEOMETRY),
        )
        for statement in rtree_statements(layer.name):
            connection.execute(statement)
    write_titles(connection, layer, layer.fields)


def add_columns(connection: sqlite3.Connection, layer: Layer, fields: Sequence[Field]) -> None:
    """Columns for these fields in a table that lacks them, with their titles; the history triggers are the caller's
    to make anew."""
    have = set(columns_of(connection, layer.name))
    lacking = [field for field in fields if field.name not in have]
    for field in lacking:
        connection.execute(f"ALTER TABLE {quoted(layer.name)} ADD COLUMN {column_sql(field)}")
        if field.kind == "ref":
            connection.execute(f"CREATE INDEX {layer.name}_{field.name} ON {layer.name} ({field.name})")
    write_titles(connection, layer, lacking)


def write_titles(connection: sqlite3.Connection, layer: Layer, fields: Sequence[Field]) -> None:
    """Titles, help and value lists of these columns."""
    connection.executemany(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description, constraint_name) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [(layer.name, f.name, f.name, f.english, f.help or None, constraint_name(layer, f)) for f in fields],
    )


def constraint_name(layer: Layer, field: Field) -> str | None:
    """Lower-case name of the constraint that documents the field's values, or ``None``."""
    if field.vocabulary_name:
        return f"{field.vocabulary_name}_codes"
    if field.minimum is not None and field.maximum is not None:
        return f"{layer.name}_{field.name}_range"
    return None


def write_constraints(connection: sqlite3.Connection) -> None:
    """Value lists and ranges of all fields."""
    for vocabulary in VOCABULARIES.values():
        connection.executemany(
            "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, description) "
            "VALUES (?, 'enum', ?, ?)",
            [(f"{vocabulary.name}_codes", t.code, t.label + (f" <{t.uri}>" if t.uri else ""))
             for t in vocabulary.terms],
        )
    for layer in LAYERS:
        for field in layer.fields:
            name = constraint_name(layer, field)
            if name and not field.vocabulary_name:
                connection.execute(
                    "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, min, "
                    "min_is_inclusive, max, max_is_inclusive, description) VALUES (?, 'range', ?, 1, ?, 1, ?)",
                    (name, field.minimum, field.maximum, field.unit or None),
                )


def system_table_sql(name: str) -> str:
    """CREATE TABLE of one of GeoPackage's own tables."""
    return next(s for s in _statements(schema_sql()) if f"CREATE TABLE {name} " in s)


def schema_sql() -> str:
    """Text of ``schema.sql``."""
    from importlib.resources import files

    return files("surveyapp.storage").joinpath("schema.sql").read_text(encoding="utf-8")


def _statements(script: str) -> list[str]:
    """The statements of a script one by one (``executescript`` would commit the caller's transaction)."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
