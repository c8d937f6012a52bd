"""What a process does that is about to be killed, or whose disk is about to fail.

A job yields the things to do, one after another. Doing one returns what the program has then promised to keep.
``python -m tests.helpers.crash_child JOB FILE ...`` runs one; so does :mod:`tests.helpers.crash_nursery`, sooner.

The process says ``ready`` and waits for a word. From then on it says a line for each promise, ``~`` when an operation
tells its progress, and ``! KIND: SENTENCE`` when one failed as a user is meant to read it. Then it waits again: after
``again`` it does the same thing a second time, after ``next`` it goes on without it, after any other word it ends.
What no user is meant to read it says after ``?``: standard error may be on the disk that fails.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from surveyapp.domain.changes import ChangeSet, insert, update
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Value, new_uuid
from surveyapp.errors import SurveyError
from surveyapp.services.session import Session

ENDLESS = 1_000_000
AUTHOR = "Gul Khan"

Step = Callable[[], str]


class Voice:
    """How the process talks with the test that started it."""

    def __init__(self, ear: IO[str], mouth: IO[str]) -> None:
        self._ear = ear
        self._mouth = mouth

    def say(self, line: str) -> None:
        self._mouth.write(line + "\n")
        self._mouth.flush()

    def hear(self) -> str:
        return self._ear.readline().strip()

    def progress(self) -> Progress:
        return Progress(lambda done, total, what: self.say(f"~ {what}"))


def save(voice: Voice, path: str, count: str = str(ENDLESS)) -> Iterator[Step]:
    """Sightings one after another, each with some text so that pages fill, and every third with a photo."""
    with Session.open(Path(path), author=AUTHOR) as session:
        for number in range(int(count)):
            uuid = new_uuid()
            values = {"gem": "ruby", "notes": f"{number} " * 40, "geom": point_hex(72 + number % 500 / 1000, 35)}
            made = [insert("sighting", values, uuid=uuid)]
            if number % 3 == 2:
                data = number.to_bytes(4, "big") * 2000
                facts = {"sighting_uuid": uuid, "content_type": "image/jpeg", "file_name": f"{number}.jpg",
                         "sha256": hashlib.sha256(data).hexdigest()}
                made.append(insert("photo", facts, data=data))
            promise = uuid + " with photo" * (len(made) - 1)
            yield partial(_applied, session, ChangeSet(tuple(made), "Add ruby"), promise)


def bulk(voice: Voice, path: str, count: str = str(ENDLESS)) -> Iterator[Step]:
    """One change set over every sighting: all of them say the same number, or none does."""
    with Session.open(Path(path), author=AUTHOR) as session:
        uuids = [r.uuid for r in session.file.records("sighting")]
        for number in range(1, int(count) + 1):
            values: dict[str, Value] = {"stone_count": number, "notes": "x" * (number % 1000)}
            told = tuple(update("sighting", uuid, values) for uuid in uuids)
            yield partial(_applied, session, ChangeSet(told, "Number"), str(number))


def undo(voice: Voice, path: str, count: str = str(ENDLESS)) -> Iterator[Step]:
    """Bulk edits, each done, undone and done again."""
    with Session.open(Path(path), author=AUTHOR) as session:
        uuids = [r.uuid for r in session.file.records("sighting")]
        for number in range(1, int(count) + 1):
            told = tuple(update("sighting", uuid, {"stone_count": number}) for uuid in uuids)
            yield partial(_applied, session, ChangeSet(told, "Number"), f"{number} done")
            yield partial(_stepped, session.undo, f"{number} undone")
            yield partial(_stepped, session.redo, f"{number} done again")


def settle(voice: Voice, path: str) -> Iterator[Step]:
    """Open conflicts decided one by one, by turns for side A and side B."""
    from surveyapp.services.conflicts import resolve

    with Session.open(Path(path), author=AUTHOR) as session:
        for number, conflict in enumerate(session.file.conflicts()):
            def decide(name: str = conflict.conflict, side: str = "AB"[number % 2]) -> str:
                resolve(session, name, side=side)
                return f"{name} {side}"

            yield decide


def _applied(session: Session, changes: ChangeSet, promise: str) -> str:
    session.apply(changes)
    return promise


def _stepped(step: Callable[[], ChangeSet | None], promise: str) -> str:
    assert step() is not None, f"nothing to take back or do again for {promise!r}"
    return promise


def merge(voice: Voice, out: str, *inputs: str) -> Iterator[Step]:
    from surveyapp.services.merging import merge as merge_files

    def merged() -> str:
        merge_files(Path(out), [Path(p) for p in inputs], author="office", progress=voice.progress())
        return "merged"

    yield merged


def export(voice: Voice, path: str, out: str, layer: str | None = None) -> Iterator[Step]:
    from surveyapp.services.exporting import export as export_file

    def exported() -> str:
        with Session.open(Path(path), read_only=True) as session:
            export_file(session, Path(out), layer=layer, progress=voice.progress())
        return "exported"

    yield exported


def preview(voice: Voice, path: str, out: str) -> Iterator[Step]:
    from surveyapp.services.previewing import preview as preview_file

    def previewed() -> str:
        with Session.open(Path(path), read_only=True) as session:
            preview_file(session, Path(out), progress=voice.progress())
        return "previewed"

    yield previewed


def import_(voice: Voice, path: str, source: str) -> Iterator[Step]:
    from surveyapp.services.importing import import_sources

    with Session.open(Path(path), author=AUTHOR) as session:
        def imported() -> str:
            import_sources(session, [Path(source)], progress=voice.progress())
            return "imported"

        yield imported


def upgrade(voice: Voice, path: str) -> Iterator[Step]:
    from surveyapp.storage import ddl, migrations

    def step(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE sighting ADD COLUMN slope_deg REAL")
        connection.execute("UPDATE sighting SET slope_deg = 30")

    def upgraded() -> str:
        now = ddl.SCHEMA_VERSION
        migrations.upgrade(Path(path), now, steps={now: step}, target=now + 1)
        return "upgraded"

    yield upgraded


def create(voice: Voice, path: str) -> Iterator[Step]:
    from surveyapp.services.recording import new_survey

    def created() -> str:
        new_survey(Path(path), "Swat", team="Alpha", surveyor=AUTHOR, province="PK-KP").close()
        return "created"

    yield created


JOBS: dict[str, Callable[..., Iterator[Step]]] = {
    "save": save, "bulk": bulk, "undo": undo, "settle": settle, "merge": merge, "export": export, "preview": preview,
    "import": import_, "upgrade": upgrade, "create": create,
}


def run(job: str, arguments: list[str], voice: Voice, limit: int | None = None) -> None:
    """Do a job. ``limit``: bytes past which no file may grow, as on a full disk; lifted before ``again``."""
    steps = JOBS[job](voice, *arguments)
    step = next(steps, None)  # opens the survey
    voice.say("ready")
    voice.hear()
    if limit is not None:
        _limit_files(limit)
    while step is not None:
        try:
            voice.say(step())
        except SurveyError as error:
            voice.say(f"! {type(error).__name__}: {error}")
            word = voice.hear()
            if word not in ("again", "next"):
                break
            if limit is not None:
                _limit_files(None)
            if word == "again":
                continue
        step = next(steps, None)


def _limit_files(size: int | None) -> None:
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size is None else size, hard))


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:], Voice(sys.stdin, sys.stdout))
