"""Upgrades of files that an older SurveyApp made: on a copy, checked, then swapped in; the old file is kept.

A step is a function in ``STEPS`` under the version it starts from; it takes the connection inside a transaction
and changes tables only. Triggers are made anew and ``survey.schema_version`` is set afterwards.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from surveyapp.errors import BadFile
from surveyapp.storage import connection as files
from surveyapp.storage import ddl

STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {}
"""``{version: step to the next}``. Empty while there has been only one schema."""


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
            f"{path} has schema {version}, which this SurveyApp can no longer upgrade; use an older one first."
        )
    kept = backup_path(path, version)
    with tempfile.TemporaryDirectory(prefix=".upgrade-", dir=path.parent) as folder:
        copy = files.private_copy(path, Path(folder))
        connection = files.connect(copy, read_only=False)
        try:
            with files.sentences(path, "upgrading"):
                connection.execute("BEGIN IMMEDIATE")
                ddl.drop_triggers(connection)
                for number in range(version, target):
                    steps[number](connection)
                ddl.make_triggers(connection)
                connection.execute("INSERT INTO revision_context VALUES (1, 'SurveyApp upgrade', '', NULL, 'upgrade')")
                connection.execute("UPDATE survey SET schema_version = ?", (target,))
                connection.execute("DELETE FROM revision_context")
                if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                    raise BadFile(f"The upgrade of {path} did not come out sound; the file is as it was.")
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
                f"The upgrade of {path} cannot be written ({error.strerror}); the file is as it was."
            ) from error
        files.sync_folder(path.parent)
    return kept
