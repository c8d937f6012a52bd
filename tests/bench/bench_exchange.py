"""Exports of many sightings, each beside the tool that people would use instead, on the same file in the same run.

``SURVEYAPP_BENCH_ROWS`` says how many sightings, a million if it is not set.
"""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.gems import GEMS
from surveyapp.domain.geometry import point_hex
from surveyapp.storage import ddl
from surveyapp.storage.geometry import blob_of, register_functions
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.history import history_triggers
from tests.bench.bench_storage import _measured

SURVEY = {"name": "Bench", "team": "Bench", "lead": "Bench"}
_ROUNDS = 3


def rows_wanted() -> int:
    """How many sightings are exported."""
    return int(os.environ.get("SURVEYAPP_BENCH_ROWS", "1000000"))


def made(path: Path, count: int) -> Path:
    """A survey of so many sightings, without the history that a bench of exports does not read."""
    with SurveyFile.create(path, SURVEY):
        pass
    connection = sqlite3.connect(path, isolation_level=None)
    register_functions(connection)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    for name in history_triggers("sighting", ddl.columns_of(connection, "sighting")):
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
    names = ["uuid", "geom", *SIGHTING.names]
    connection.executemany(
        f"INSERT INTO sighting ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", _records(names, count)
    )
    box = connection.execute("SELECT min(minx), min(miny), max(maxx), max(maxy) FROM rtree_sighting_geom").fetchone()
    connection.execute("UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? "
                       "WHERE table_name = 'sighting'", box)
    ddl.make_triggers(connection, [SIGHTING])
    connection.execute("COMMIT")
    connection.close()
    return path


def _records(names: list[str], count: int) -> Iterator[list[object]]:
    rnd = random.Random(20261124)
    for number in range(count):
        values = {
            "uuid": f"{rnd.getrandbits(32):08x}-0000-4000-8000-{number:012d}",
            "geom": blob_of(point_hex(65 + rnd.random() * 11, 25 + rnd.random() * 11)),
            "gem": GEMS[number % len(GEMS)].code, "presence": "present", "locality": f"place {number % 5000}",
            "occurrence_type": "occurrence", "expression": "outcrop", "confidence": "probable",
            "notes": f"seen in the {number % 97}. gully", "position_source": "gps", "accuracy_m": 3 + number % 50 / 10,
            "satellites": 7 + number % 6, "elevation_m": 800 + number % 3000 + 0.5, "province": "PK-KP",
            "district": f"district {number % 30}", "host_rock": "schist", "stone_count": number % 9,
            "observer": f"surveyor {number % 60}", "observed_at": f"2026-0{1 + number % 9}-11T04:17:19.677Z",
            "review_status": "accepted",
        }
        yield [values.get(name) for name in names]


_OURS = """
from pathlib import Path
from surveyapp.services.exporting import export
from surveyapp.services.session import Session
import time
start = time.perf_counter()
with Session.open(Path(names[0]), read_only=True) as session:
    export(session, Path(names[1]), layer="sighting")
"""
_WHOLE = _OURS.replace(', layer="sighting"', "")
_OGR2OGR = """
import subprocess, time
from pathlib import Path
Path(names[1]).unlink(missing_ok=True)
start = time.perf_counter()
subprocess.run(["ogr2ogr", "-f", "GPKG", "-dsco", "VERSION=1.3", names[1], names[0], "sighting"], check=True)
"""
_GEOPANDAS = """
import time
start = time.perf_counter()
import geopandas
frame = geopandas.read_file(names[0], layer="sighting")
frame.to_{method}(names[1]{more})
"""


def _side_by_side(
    folder: Path, source: Path, work: str, against: str, ours: str, theirs: str, ending: str
) -> list[str]:
    """Rows of the table: time, and peak memory, alternating so that the disk is as warm for both."""
    found: dict[str, list[tuple[float, float]]] = {"ours": [], "theirs": []}
    for _ in range(_ROUNDS):
        for who, script in (("ours", ours), ("theirs", theirs)):
            found[who].append(_measured(script, folder, source.name, f"{who}{ending}"))
    a, b = (median(seconds for seconds, _mb in found[who]) for who in ("ours", "theirs"))
    m, n = (median(mb for _seconds, mb in found[who]) for who in ("ours", "theirs"))
    lines = [f"| {work} | {against} | {a:.1f} s | {b:.1f} s | {a / b:.2f}× |"]
    if "ogr2ogr" not in against:  # its memory is in a process of its own
        lines.append(f"| peak memory of it | {against} | {m:.0f} MB | {n:.0f} MB | {m / n:.2f}× |")
    return lines


def run() -> list[str]:
    """All of it; rows of a Markdown table: work, against, ours, theirs, ratio."""
    count = rows_wanted()
    many = f"{count // 1000} k" if count < 1_000_000 else f"{count / 1e6:g} M"
    lines = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"  {many} sightings ...", flush=True)
        source = made(folder / "survey.gpkg", count)
        print("  GeoPackage ...", flush=True)
        for what, script in ((f"export of {many} sightings to GeoPackage", _OURS),
                             (f"export of a whole survey of {many} sightings", _WHOLE)):
            lines += _side_by_side(folder, source, what, "`ogr2ogr` copy of the layer", script, _OGR2OGR, ".gpkg")
        for kind, method, more in (("GeoParquet", "parquet", ""), ("CSV", "csv", ", index=False")):
            print(f"  {kind} ...", flush=True)
            theirs = _GEOPANDAS.format(method=method, more=more)
            lines += _side_by_side(folder, source, f"export of {many} sightings to {kind}", "geopandas, read and write",
                                   _OURS, theirs, f".{method}")
    return lines


if __name__ == "__main__":
    print("\n".join(run()))
