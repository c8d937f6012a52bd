"""The triggers by which a file keeps its own history, made from the columns that a table has.

They use only functions that SQLite itself has, so that an edit by QGIS, QField, ``ogr2ogr`` or plain SQL is
recorded in the same transaction. Columns that others added are recorded too, once the triggers are made
anew (:mod:`surveyapp.storage.reconcile`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, POSITION_FACTS

OUTSIDE = "outside edit"
"""Author of a revision that SurveyApp did not write."""

NEW_UUID = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
    "substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)
"""SQL for a random UUID (version 4)."""

UNRECORDED = ("fid", "uuid", "data")
"""Columns that are no part of a body: local, identity, and bytes (known by their sha256)."""

_PAIRS = 40  # json_object takes at most 100 arguments in an unmodified SQLite


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


def recorded(columns: Sequence[str]) -> list[str]:
    """Columns that a body holds."""
    return [c for c in columns if c not in UNRECORDED]


def body_sql(columns: Sequence[str], row: str) -> str:
    """SQL for the JSON body of a row (``NEW``, ``OLD`` or a table alias); empty fields are left out, which is
    what RFC 7396 patching of an empty object does."""
    pairs = []
    for name in recorded(columns):
        value = f"{row}.{quoted(name)}"
        if name == GEOMETRY:
            value = f"nullif(hex({value}), '')"
        pairs.append(f"{literal(name)}, {value}")
    text = "'{}'"
    for start in range(0, len(pairs), _PAIRS):
        text = f"json_patch({text}, json_object({', '.join(pairs[start:start + _PAIRS])}))"
    return text


def _changed_sql(columns: Sequence[str]) -> str:
    """SQL for the JSON list of the columns that differ between OLD and NEW."""
    parts = [
        f"CASE WHEN OLD.{quoted(c)} IS NOT NEW.{quoted(c)} THEN {literal(',' + json.dumps(c))} ELSE '' END"
        for c in recorded(columns)
    ]
    return f"'[' || substr({' || '.join(parts)}, 2) || ']'"


def _append_sql(layer: str, row: str, operation: str, changed: str, body: str) -> str:
    """Statements that append one revision upon the record's heads."""
    name = literal(layer)
    heads = f"layer = {name} AND record = {row}.uuid AND head = 1"
    return (
        "INSERT INTO revision (revision, layer, record, parents, operation, changed, body, author, device, at, "
        "change_set, initiator) "
        f"SELECT lower(hex(randomblob(16))), {name}, {row}.uuid, "
        f"(SELECT json_group_array(revision) FROM (SELECT revision FROM revision WHERE {heads} ORDER BY revision)), "
        f"{operation}, {changed}, {body}, coalesce(c.author, {literal(OUTSIDE)}), c.device, "
        "strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), c.change_set, c.initiator "
        "FROM (SELECT 1) LEFT JOIN revision_context c ON c.id = 1; "
        f"UPDATE revision SET head = 0 WHERE {heads} AND id <> last_insert_rowid(); "
    )


def history_triggers(layer: str, columns: Sequence[str]) -> dict[str, str]:
    """``{trigger name: CREATE TRIGGER statement}`` of a table of records with these columns."""
    return dict(_triggers(layer, tuple(columns)))


@cache
def _triggers(layer: str, columns: tuple[str, ...]) -> dict[str, str]:
    table = quoted(layer)
    body = body_sql(columns, "NEW")
    any_change = " OR ".join(f"OLD.{quoted(c)} IS NOT NEW.{quoted(c)}" for c in recorded(columns))
    nameless = "({0}.uuid IS NULL OR {0}.uuid = '')"
    moved = _outside_move() if layer == "sighting" else ""
    forget = f"DELETE FROM conflict WHERE layer = {literal(layer)} AND record = "
    facts = ", ".join(literal(f) for f in POSITION_FACTS)
    # The revision just appended is the only head, and lists the fields that are settled by it.
    told = f"SELECT changed FROM revision WHERE layer = {literal(layer)} AND record = NEW.uuid AND head = 1"
    settle = (
        f"{forget}NEW.uuid AND (field IN (SELECT value FROM json_each(({told})))"
        + (f" OR field IN ({facts}) AND OLD.geom IS NOT NEW.geom" if layer == "sighting" else "")
        + "); "
    )
    update = (
        _append_sql(layer, "NEW",
                    f"CASE WHEN {nameless.format('OLD')} THEN 'insert' ELSE 'update' END",
                    f"CASE WHEN {nameless.format('OLD')} THEN NULL ELSE {_changed_sql(columns)} END", body)
        + settle
    )
    named = f"NOT {nameless.format('NEW')}"
    changes = f"({nameless.format('OLD')} OR {any_change})"
    keep = (
        "INSERT OR IGNORE INTO photo_kept (sha256, data) SELECT OLD.sha256, OLD.data WHERE OLD.sha256 IS NOT NULL; "
        if layer == "photo" else ""
    )
    triggers = {
        "identity": f"AFTER INSERT ON {table} WHEN {nameless.format('NEW')} BEGIN "
                    f"UPDATE {table} SET uuid = {NEW_UUID} WHERE fid = NEW.fid; END",
        "fixed": f"BEFORE UPDATE OF uuid ON {table} WHEN NOT {nameless.format('OLD')} AND NEW.uuid IS NOT OLD.uuid "
                 "BEGIN SELECT RAISE(ABORT, 'the uuid of a record never changes'); END",
        "insert": f"AFTER INSERT ON {table} WHEN {named} BEGIN "
                  f"{_append_sql(layer, 'NEW', literal('insert'), 'NULL', body)}END",
        "update": f"AFTER UPDATE ON {table} WHEN {named} AND {changes}"
                  + (f" AND NOT ({moved})" if moved else "") + f" BEGIN {update}END",
        "delete": f"AFTER DELETE ON {table} WHEN NOT {nameless.format('OLD')} BEGIN "
                  + _append_sql(layer, "OLD", literal("delete"), literal('["deleted"]'), "NULL")
                  + f"{forget}OLD.uuid; {keep}END",
    }
    if moved:
        # The revision of the move first, then the facts of the old position go, as a revision of their own
        # by the update trigger: what a receiver said of one place is not true of another.
        cleared = ", ".join(f"{f} = {literal('map-tap') if f == 'position_source' else 'NULL'}"
                            for f in POSITION_FACTS)
        triggers["move"] = (
            f"AFTER UPDATE OF {GEOMETRY} ON {table} WHEN {named} AND {moved} BEGIN {update}"
            f"UPDATE {table} SET {cleared} WHERE fid = NEW.fid; END"
        )
    return {
        f"{layer}_history_{name}": f"CREATE TRIGGER {layer}_history_{name} {text}" for name, text in triggers.items()
    }


def _outside_move() -> str:
    """SQL that is true when someone else moved a point and left the facts of its old position standing."""
    same = " AND ".join(f"NEW.{f} IS OLD.{f}" for f in POSITION_FACTS)
    left = " OR ".join(f"NEW.{f} IS NOT NULL" for f in POSITION_FACTS if f != "position_source")
    return (
        f"NOT (OLD.uuid IS NULL OR OLD.uuid = '') AND OLD.{GEOMETRY} IS NOT NULL "
        f"AND NEW.{GEOMETRY} IS NOT OLD.{GEOMETRY} "
        f"AND NOT EXISTS (SELECT 1 FROM revision_context) AND {same} "
        f"AND ({left} OR NEW.position_source IS NOT 'map-tap')"
    )


assert all(f in LAYER_BY_NAME["sighting"].names for f in POSITION_FACTS)
