"""Saving, merging and what a history costs, each beside the plainest thing that does the same without one."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from surveyapp.domain.changes import ChangeSet, insert, update
from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.geometry import point_hex
from surveyapp.storage.geometry import blob_of, register_functions
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.merging import merge

SURVEY = {"name": "Bench", "team": "Bench", "lead": "Bench"}
_rnd = random.Random(20261124)


def _values(number: int) -> dict:
    return {
        "gem": "ruby", "geom": point_hex(70 + _rnd.random() * 5, 33 + _rnd.random() * 3), "notes": f"note {number}",
        "observer": "Gul Khan", "observed_at": "2026-11-24T04:17:19.677Z", "host_rock": "marble",
        "expression": "outcrop", "accuracy_m": 5.5, "position_source": "gps", "locality": f"place {number}",
    }


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _made(path: Path, count: int) -> list[str]:
    with SurveyFile.create(path, SURVEY) as file:
        done = file.apply(ChangeSet(tuple(insert("sighting", _values(n)) for n in range(count)), "bench"),
                          author="bench", device="bench", initiator="import")
    return [c.uuid for c in done.changes]


def _forked(base: Path, name: str, uuids: list[str], edits: int) -> Path:
    path = Path(shutil.copyfile(base, base.with_name(f"{name}.gpkg")))
    changes = [update("sighting", u, {"notes": f"by {name}", "colour": name}) for u in _rnd.sample(uuids, edits)]
    changes += [insert("sighting", _values(n)) for n in range(edits)]
    with SurveyFile.open(path) as file:
        file.apply(ChangeSet(tuple(changes), "bench"), author=name, device="bench", initiator="form")
    return path


def save(folder: Path) -> list[str]:
    """One durable save with its history against the same INSERT in bare SQLite under the same PRAGMAs."""
    _made(folder / "save.gpkg", 1000)
    bare = sqlite3.connect(folder / "bare.gpkg", isolation_level=None)
    register_functions(bare)
    bare.execute("PRAGMA synchronous = EXTRA")
    names = [f.name for f in SIGHTING.fields]
    bare.execute(f"CREATE TABLE sighting (fid INTEGER PRIMARY KEY, geom BLOB, uuid TEXT UNIQUE, {', '.join(names)})")
    ours, plain = [], []
    with SurveyFile.open(folder / "save.gpkg") as file:
        for number in range(200):
            change = insert("sighting", _values(number))
            ours.append(_timed(lambda c=change: file.apply(
                ChangeSet((c,), "bench"), author="b", device="b", initiator="form")))
            values = {**change.values, "uuid": change.uuid, "geom": blob_of(str(change.values["geom"]))}
            marks = ", ".join("?" * len(values))
            plain.append(_timed(lambda v=values, m=marks: bare.execute(
                f"INSERT INTO sighting ({', '.join(v)}) VALUES ({m})", tuple(v.values()))))
    bare.close()
    a, b = median(ours), median(plain)
    told = "durable save of one sighting with history"
    return [f"| {told} | bare SQLite INSERT | {a * 1e3:.2f} ms | {b * 1e3:.2f} ms | {a / b:.2f}× |"]


def merging(folder: Path, base: int = 100_000, edits: int = 10_000) -> list[str]:
    """Merging two sides against pygeodiff's rebase of the same rows without history; peak memory of each."""
    path = folder / "base.gpkg"
    uuids = _made(path, base)
    sides = [_forked(path, name, uuids, edits) for name in "AB"]
    plain = folder / "plain"
    plain.mkdir()
    for file in (path, *sides):
        subprocess.run(["ogr2ogr", "-f", "GPKG", "-dsco", "VERSION=1.3", "-preserve_fid", str(plain / file.name),
                        str(file), "sighting"], check=True)
    ours = [_measured(_OURS, folder, "out.gpkg", *(s.name for s in sides)) for _ in range(3)]
    theirs = [_measured(_THEIRS, plain, "base.gpkg", *(s.name for s in sides)) for _ in range(3)]
    a, b = median(t for t, _ in ours), median(t for t, _ in theirs)
    m, n = median(r for _, r in ours), median(r for _, r in theirs)
    told = f"merge, {base // 1000} k base, {edits // 1000} k edits and {edits // 1000} k inserts a side"
    return [
        f"| {told} | pygeodiff `rebase` | {a:.2f} s | {b:.2f} s | {a / b:.2f}× |",
        f"| peak memory of it | pygeodiff `rebase` | {m:.0f} MB | {n:.0f} MB | {m / n:.2f}× |",
    ]


_OURS = """
from pathlib import Path
from surveyapp.storage.merging import merge
import os, time
Path("out.gpkg").unlink(missing_ok=True)
start = time.perf_counter()
merge(Path(names[0]).absolute(), [Path(n).absolute() for n in names[1:]], author="bench")
"""
_THEIRS = """
import shutil, time, pygeodiff
shutil.copy(names[2], "mine.gpkg")
start = time.perf_counter()
pygeodiff.GeoDiff().rebase(names[0], names[1], "mine.gpkg", "conflict.json")
"""


def _measured(script: str, folder: Path, *names: str) -> tuple[float, float]:
    """(seconds, peak MB) of a script in a process of its own."""
    # Not getrusage: its peak counts the parent that this process was forked from.
    tail = ("\nprint(time.perf_counter() - start)\nfrom pathlib import Path\n"
            "peak = next(r for r in Path('/proc/self/status').read_text().splitlines() if r.startswith('VmHWM'))\n"
            "print(int(peak.split()[1]) / 1024)")
    done = subprocess.run([sys.executable, "-c", f"names = {names!r}\n{script}{tail}"], cwd=folder, check=True,
                          capture_output=True, text=True)
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), float(peak)


def growth(folder: Path) -> list[str]:
    """What twice the unchanged rows cost a merge at fixed edits, and what a history costs in bytes."""
    lines, seconds = [], []
    for count in (50_000, 100_000):
        place = folder / str(count)
        place.mkdir()
        uuids = _made(place / "base.gpkg", count)
        sides = [_forked(place / "base.gpkg", name, uuids, 5_000) for name in "AB"]
        seconds.append(min(_timed(lambda p=place, s=sides: _fresh_merge(p / "out.gpkg", s)) for _ in range(3)))
    lines.append(f"| merge at twice the unchanged rows | merge at once | {seconds[1]:.2f} s | {seconds[0]:.2f} s | "
                 f"{seconds[1] / seconds[0]:.2f}× |")
    sizes = _sizes(folder / "100000" / "base.gpkg")
    lines.append(f"| bytes of the history, 100 k sightings | bytes of the records | {sizes[0] / 1e6:.0f} MB | "
                 f"{sizes[1] / 1e6:.0f} MB | {sizes[0] / sizes[1]:.2f}× |")
    return lines


def _fresh_merge(out: Path, sides: list[Path]) -> None:
    out.unlink(missing_ok=True)
    merge(out, sides, author="bench")


def _sizes(path: Path) -> tuple[float, float]:
    """Bytes of the history and of the records: what dropping the history frees, and what is left."""
    whole = path.stat().st_size
    copy = Path(shutil.copyfile(path, path.with_name("bare.gpkg")))
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.execute("DROP TRIGGER revision_kept")
    connection.execute("DELETE FROM revision")
    connection.execute("VACUUM")
    connection.close()
    left = copy.stat().st_size
    return whole - left, left


def packages(folder: Path, count: int = 200, sightings: int = 500) -> list[str]:
    """Many small packages into one, against reading the same rows with SQLite alone."""
    paths = []
    for number in range(count):
        paths.append(folder / f"{number:03d}.gpkg")
        _made(paths[-1], sightings)
    ours = _timed(lambda: merge(folder / "nation.gpkg", paths, author="bench"))

    def plain() -> None:
        for path in paths:
            connection = sqlite3.connect(path)
            connection.execute("SELECT * FROM sighting").fetchall()
            connection.close()

    base = _timed(plain)
    told = f"{count} packages of {sightings} sightings into one"
    return [f"| {told} | reading their rows | {ours:.1f} s | {base:.1f} s | {ours / base:.1f}× |"]


def run() -> list[str]:
    """All of it; rows of a Markdown table: work, against, ours, theirs, ratio."""
    lines = []
    for work in (save, merging, growth, packages):
        with tempfile.TemporaryDirectory() as folder:
            print(f"  {work.__name__} ...", flush=True)
            lines += work(Path(folder))
    return lines
