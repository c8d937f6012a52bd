"""What a process does that is about to be killed. Run as ``python -m tests.helpers.crash_child WHAT FILE ...``.

It says ``ready`` when it begins, then one line for each thing that the program has promised to be safe.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from surveyapp.domain.changes import ChangeSet, insert, update
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import new_uuid
from surveyapp.errors import SurveyError
from surveyapp.services.session import Session


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def save(path: Path) -> None:
    """Sightings one after another, each with some text so that pages fill."""
    with Session.open(path, author="Gul Khan") as session:
        _say("ready")
        for number in range(100_000):
            uuid = new_uuid()
            values = {"gem": "ruby", "notes": f"{number} " * 40, "geom": point_hex(72 + number % 500 / 1000, 35)}
            session.apply(ChangeSet((insert("sighting", values, uuid=uuid),), "Add ruby"))
            _say(uuid)


def bulk(path: Path) -> None:
    """One change set over every sighting: all of them say the same number, or none does."""
    with Session.open(path, author="Gul Khan") as session:
        uuids = [r.uuid for r in session.file.records("sighting")]
        _say("ready")
        for number in range(1, 100_000):
            told = tuple(update("sighting", uuid, {"stone_count": number, "notes": "x" * number}) for uuid in uuids)
            session.apply(ChangeSet(told, "Number"))
            _say(str(number))


def merge(out: Path, *inputs: Path) -> None:
    from surveyapp.services.merging import merge as merge_files

    _say("ready")
    merge_files(out, inputs, author="office")
    _say("merged")


def export(path: Path, out: Path) -> None:
    with Session.open(path, read_only=True) as session:
        _say("ready")
        for number in range(100_000):
            session.file.backup_to(out)
            _say(str(number))


def import_(path: Path, source: Path) -> None:
    from surveyapp.services.importing import import_sources

    with Session.open(path, author="Gul Khan") as session:
        _say("ready")
        import_sources(session, [source])
        _say("imported")


def upgrade(path: Path) -> None:
    from surveyapp.storage import ddl, migrations

    def step(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE sighting ADD COLUMN slope_deg REAL")
        connection.execute("UPDATE sighting SET slope_deg = 30")

    _say("ready")
    migrations.upgrade(path, ddl.SCHEMA_VERSION, steps={ddl.SCHEMA_VERSION: step}, target=ddl.SCHEMA_VERSION + 1)
    _say("upgraded")


def limited(limit: str, what: str, *paths: str) -> None:
    """The same, where no file may grow past ``limit`` bytes, as on a disk that is full."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        JOBS[what](*(Path(p) for p in paths))
    except SurveyError as error:
        _say(f"{type(error).__name__}: {error}")


JOBS: dict[str, Callable[..., None]] = {
    "save": save, "bulk": bulk, "merge": merge, "export": export, "import": import_, "upgrade": upgrade,
}

if __name__ == "__main__":
    job, *given = sys.argv[1:]
    if job == "limited":
        limited(*given)
    else:
        JOBS[job](*(Path(p) for p in given))
