"""Importing a CSV of 100,000 rows, against pandas and geopandas writing the same rows without identity or history."""

from __future__ import annotations

import csv
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from surveyapp.exchange.plan import plan_import
from surveyapp.exchange.registry import read_source
from surveyapp.services.importing import import_sources
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile

ROWS = 100_000
_SURVEY = {"name": "Bench", "team": "Bench", "lead": "Bench"}


def _table(path: Path, rows: int) -> None:
    """A notebook as an office gets it: eleven columns, some of them for the notes."""
    rnd = random.Random(20261124)
    gems = ("emerald", "ruby", "Peridot", "topaz", "zamurrud")
    hosts = ("marble", "schist", "pegmatite", "talc schist")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Station", "Stone", "Latitude", "Longitude", "Elevation (m)", "GPS accuracy (m)", "Date",
                         "Observer", "Host rock", "Stones", "Remarks"])
        for number in range(rows):
            writer.writerow([
                f"S-{number:06d}", rnd.choice(gems), f"{33 + rnd.random() * 3:.6f}", f"{70 + rnd.random() * 5:.6f}",
                rnd.randint(500, 4500), round(rnd.random() * 9 + 2, 1),
                f"2026-0{rnd.randint(1, 9)}-{rnd.randint(10, 28)} {rnd.randint(7, 18):02d}:{rnd.randint(10, 59)}",
                rnd.choice(("Gul", "Zarmina", "Ali")), rnd.choice(hosts), rnd.randint(0, 40), f"note {number}",
            ])  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _theirs(source: Path, out: Path) -> None:
    import geopandas
    import pandas as pd

    frame = pd.read_csv(source)
    points = geopandas.points_from_xy(frame["Longitude"], frame["Latitude"])
    geopandas.GeoDataFrame(frame, geometry=points, crs=4326).to_file(out, driver="GPKG")


def run() -> list[str]:
    """Rows of a Markdown table: work, against, ours, theirs, ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "notebook.csv"
        _table(source, ROWS)
        _theirs(source, folder / "warm.gpkg")  # importing pandas is measured with the start-up
        theirs = median(_timed(partial(_theirs, source, folder / f"theirs{n}.gpkg")) for n in range(3))
        reading = _timed(lambda: plan_import(read_source(source)))
        SurveyFile.create(folder / "ours.gpkg", _SURVEY).close()
        with Session.open(folder / "ours.gpkg") as session:
            ours = _timed(lambda: import_sources(session, [source]))
            again = _timed(lambda: import_sources(session, [source]))
            history = _history(session, folder)
    told = f"{ROWS // 1000} k rows of a CSV"
    peer = "pandas and geopandas `to_file`"
    return [
        _row(f"import of {told}, with identities, checks and history", peer, ours, theirs),
        _row("of which: reading, checking and identifying the rows", peer, reading, theirs),
        _row("of which: saving them with their history", "the same records without it", *history),
        _row("import of the same file again", "the first time", again, ours),
    ]


def _row(work: str, against: str, ours: float, theirs: float) -> str:
    return f"| {work} | {against} | {ours:.1f} s | {theirs:.1f} s | {ours / theirs:.1f}× |"


def _history(session: Session, folder: Path) -> tuple[float, float]:
    """(seconds for saving all sightings with their history, without it: the same INSERTs, triggers off)."""
    from surveyapp.domain.changes import ChangeSet, insert

    records = list(session.file.records("sighting"))
    changes = tuple(insert("sighting", record.values, uuid=record.uuid) for record in records)
    seconds = []
    for bare in (False, True):
        path = folder / f"bare{bare}.gpkg"
        SurveyFile.create(path, _SURVEY).close()
        with Session.open(path) as other:
            if bare:
                _drop_triggers(other)
            start = time.perf_counter()
            other.file.apply(ChangeSet(changes, "bench"), author="b", device="b", initiator="import")
            seconds.append(time.perf_counter() - start)
    return seconds[0], seconds[1]


def _drop_triggers(session: Session) -> None:
    with session.file.transaction() as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'sighting' AND name LIKE '%history%'"
        ).fetchall()
        assert names, "the triggers that write the history are called otherwise now"
        for (name,) in names:
            connection.execute(f'DROP TRIGGER "{name}"')
