"""Checking a survey of 100,000 sightings, against reading the same rows with geopandas, which checks nothing."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from surveyapp.domain.changes import ChangeSet, insert
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.services.checking import check
from surveyapp.services.recording import place_facts_of_many
from surveyapp.storage.gpkg import SurveyFile

ROWS = 100_000
_SURVEY = {"name": "Bench", "team": "Bench", "lead": "Bench", "province": "PK-KP", "started_on": "2026-01-01"}
_LEFT_OUT = ("district", "host_rock", "confidence", "identification_method", "occurrence_type", "observer")


def make_survey(path: Path, rows: int = ROWS, *, sparse: bool = False) -> None:
    """A survey in which one sighting of a hundred has something to mend; ``sparse``: every one lacks six fields, as
    after the import of a bare table."""
    rnd = random.Random(20261124)
    spots = [(72 + rnd.random(), 34.3 + rnd.random()) for _ in range(rows)]
    changes = []
    for number, (spot, place) in enumerate(zip(spots, place_facts_of_many(spots), strict=True)):
        values: dict[str, Value] = {
            "geom": point_hex(*spot), "gem": rnd.choice(("emerald", "ruby", "peridot", "topaz")), "presence": "present",
            "locality": f"Locality {number % 900}", "occurrence_type": "occurrence", "expression": "outcrop",
            "confidence": "certain", "identification_method": "hand-lens", "position_source": "gps",
            "accuracy_m": round(rnd.random() * 9 + 2, 1), "satellites": rnd.randint(6, 14), "fix_quality": "autonomous",
            "elevation_m": round(rnd.random() * 3000 + 900, 1), "district": "Swat", "host_rock": "marble",
            "stone_count": rnd.randint(0, 40), "observer": rnd.choice(("Gul", "Zarmina", "Ali")),
            "observed_at": f"2026-0{rnd.randint(1, 9)}-{rnd.randint(10, 28)}T{rnd.randint(2, 12):02d}:"
                           f"{rnd.randint(0, 59):02d}:{rnd.randint(0, 59):02d}.000Z",
            "notes": f"note {number}", **place,
        }  # fmt: skip
        if sparse:
            values |= dict.fromkeys(_LEFT_OUT)
        elif number % 100 == 0:
            values["accuracy_m" if number % 200 else "expression"] = None
        changes.append(insert("sighting", values))
    with SurveyFile.create(path, _SURVEY) as file:
        file.apply(ChangeSet(tuple(changes), "bench"), author="b", device="b", initiator="import")


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _ours(path: Path) -> int:
    with SurveyFile.open(path, read_only=True) as file:
        return len(check(file).issues)


def _theirs(path: Path) -> None:
    import geopandas

    geopandas.read_file(path, layer="sighting")


def run() -> list[str]:
    """Rows of a Markdown table: work, against, ours, theirs, ratio (seconds of processor time)."""
    table = []
    with tempfile.TemporaryDirectory() as name:
        for sparse in (False, True):
            path = Path(name) / f"sparse{sparse}.gpkg"
            make_survey(path, sparse=sparse)
            _theirs(path)  # importing geopandas is measured with the start-up
            theirs = median(_timed(partial(_theirs, path)) for _ in range(3))
            ours = _timed(partial(_ours, path))
            told = "six things missing from each" if sparse else "one of a hundred with something to mend"
            table.append(
                f"| check of {ROWS // 1000} k sightings at every level, {told} | `geopandas.read_file` of the same "
                f"| {ours:.1f} s | {theirs:.1f} s | {ours / theirs:.1f}× |"
            )
    return table
