"""Upgrades of files that an older SurveyApp made: on a copy, checked, then swapped in; the old file is kept.

A step is a function in ``STEPS`` under the version it starts from; it takes the connection inside a transaction
and changes tables only. Triggers are made anew and ``survey.schema_version`` is set afterwards, by a revision that
follows from what it says: the same old package upgraded in two offices is the same package.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.errors import BadFile
from surveyapp.storage import connection as files
from surveyapp.storage import ddl, reconcile
from surveyapp.words import tr


def _to_2(connection: sqlite3.Connection) -> None:
    """Templates of offices, tracks with what was measured, sketches on photos."""
    for layer_name, field_name in (("survey", "template"), ("track", "points"), ("photo", "sketch_of")):
        layer = LAYER_BY_NAME[layer_name]
        field = layer.field(field_name)
        assert field is not None
        ddl.add_columns(connection, layer, [field])
    # Nothing ever filled these; who decided on a pair and when is what the history says.
    for column in ("distance_m", "decided_by", "decided_at"):
        filled = f"SELECT 1 FROM likely_duplicate WHERE {column} IS NOT NULL LIMIT 1"
        if column in ddl.columns_of(connection, "likely_duplicate") and not connection.execute(filled).fetchone():
            connection.execute(f"ALTER TABLE likely_duplicate DROP COLUMN {column}")
            connection.execute(
                "DELETE FROM gpkg_data_columns WHERE table_name = 'likely_duplicate' AND column_name = ?", (column,)
            )


def _to_3(connection: sqlite3.Connection) -> None:
    """What reviews, bulk samples, scans of certificates and estimates say, and which boundaries were used."""
    for layer_name, names in (
        ("sighting", ("boundary_source",)),
        ("sample", ("recovered_ct", "stone_count", "bottom_screen_mm")),
        ("photo", ("certificate_uuid",)),
        ("estimate", ("size_distribution", "price_basis", "model")),
        ("review", ("same_as_uuid",)),
    ):
        layer = LAYER_BY_NAME[layer_name]
        ddl.add_columns(connection, layer, [field for field in layer.fields if field.name in names])


STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _to_2, 2: _to_3}
"""``{version: step to the next}``."""


def backup_path(path: Path, version: int) -> Path:
    """Where the file as it was is kept: ``survey.schema-1.gpkg`` beside it."""
    return path.with_name(f"{path.stem}.schema-{version}{path.suffix}")


def upgrade(path: Path, version: int, *, steps: Mapping[int, Callable[[sqlite3.Connection], None]] | None = None,
            target: int | None = None) -> Path:
    """Bring the file from ``version`` to ``target`` (this program's schema). Returns where the old one is kept."""
    steps = STEPS if steps is None else steps
    target = ddl.SCHEMA_VERSION if target is None else target
    missing = [n for n in range(version, target) if n not in steps]
    if missing:
        raise BadFile(
            tr(
                "{path} has schema {version}, which this SurveyApp can no longer upgrade; use an older one first.",
                path=path,
                version=version,
            )
        )
    kept = backup_path(path, version)
    with files.scratch(path, ".upgrade-", "upgrading") as folder:
        copy = files.private_copy(path, folder)
        connection = files.connect(copy, read_only=False)
        try:
            with files.sentences(path, "upgrading"):
                connection.execute("BEGIN IMMEDIATE")
                ddl.drop_triggers(connection)
                for number in range(version, target):
                    steps[number](connection)
                connection.execute("UPDATE survey SET schema_version = ?", (target,))
                reconcile.reconcile(connection)
                if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                    raise BadFile(tr("The upgrade of {path} did not come out sound; the file is as it was.", path=path))
                connection.execute("COMMIT")
        finally:
            connection.close()
        files.flush(copy)
        try:
            if not kept.exists():
                # Whole before it has its name: half a copy would be taken for the kept file at the next try.
                spare = copy.with_name(f"kept-{copy.name}")
                shutil.copyfile(path, spare)
                files.flush(spare)
                os.replace(spare, kept)
            os.replace(copy, path)
        except OSError as error:
            raise BadFile(
                tr(
                    "The upgrade of {path} cannot be written ({reason}); the file is as it was.",
                    path=path,
                    reason=error.strerror,
                )
            ) from error
        files.confirm(path)
    return kept
