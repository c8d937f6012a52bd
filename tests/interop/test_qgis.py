"""The real QGIS opens our files styled, and edits them without losing or falsifying anything."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.gems import GEMS, OTHER_COLOUR
from surveyapp.domain.geometry import point_hex
from surveyapp.services.exporting import export
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.history import OUTSIDE
from surveyapp.storage.merging import merge
from tests.helpers.surveys import assert_sound, edit, fork, knowledge, sighting, survey_with, uuid_of

SCRIPT = Path(__file__).parents[1] / "helpers" / "qgis_survey.py"

Qgis = Callable[[str, Path], dict[str, Any]]


@pytest.fixture
def qgis(qgis_python: str) -> Qgis:
    def ask(what: str, path: Path) -> dict[str, Any]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
        done = subprocess.run(
            [qgis_python, str(SCRIPT), what, str(path)], capture_output=True, text=True, timeout=240, check=False,
            env={**clean, "QT_QPA_PLATFORM": "offscreen"},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1]))

    return ask


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return survey_with(tmp_path / "survey.gpkg", [
        sighting(n, geom=point_hex(72.0 + n, 34.0 + n), accuracy_m=3.5, position_source="gps-single", satellites=9)
        for n in range(1, 5)
    ])


def test_the_export_opens_styled_by_gem(qgis: Qgis, tmp_path: Path, survey: Path) -> None:
    out = tmp_path / "out.gpkg"
    with Session.open(survey) as session:
        export(session, out)
    told = qgis("look", out)
    assert (told["style"], told["renderer"], told["attribute"]) == (True, "categorizedSymbol", "gem")
    expected = {gem.code: [gem.label, gem.colour.lower()] for gem in GEMS} | {"": ["Other", OTHER_COLOUR.lower()]}
    assert told["categories"] == expected
    assert told["symbols"]
    assert (told["count"], told["crs"]) == (4, "EPSG:4326")
    assert told["extent"] == "73.0000,35.0000 : 76.0000,38.0000"
    for field in SIGHTING.fields:
        assert told["aliases"][field.name] == field.label
        if field.vocabulary is not None:
            assert told["widgets"][field.name] == "ValueMap"
            entries = {code for entry in told["maps"][field.name] for code in entry.values()}
            assert entries == set(field.vocabulary.codes)
    assert told["widgets"]["observed_at"] == "DateTime"
    assert told["uuid_default"] == "uuid('WithoutBraces')"
    # Photos are none yet, the history has its rows, and every further layer is one that QGIS can open.
    assert told["others"] == {"track": 0, "area": 0, "photo": 0, "revision": 5}


def test_edits_in_qgis_are_recorded_taken_in_and_merged(qgis: Qgis, tmp_path: Path, survey: Path) -> None:
    colleague = fork(survey, "colleague.gpkg")
    assert qgis("edit", survey) == {"count": 4}
    # As QGIS left it: committed changes are only in the -wal.
    wal = survey.with_name(survey.name + "-wal")
    assert wal.exists() and wal.stat().st_size and survey.read_bytes()[18] == 2
    left = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.name.startswith("survey.gpkg")}

    # Merged as it lies, with what lies beside it, and none of it is touched.
    edit(colleague, 1, "Mina", gem="spinel")
    edit(colleague, 2, "Mina", notes="second look")
    edit(colleague, 3, "Mina", notes="I was there again")
    out = tmp_path / "out.gpkg"
    merge(out, [survey, colleague], author="office")
    for name in ("survey.gpkg", "survey.gpkg-wal"):
        assert (tmp_path / name).read_bytes() == left[name]

    with SurveyFile.open(survey) as file:
        records = {r.uuid: r for r in file.records("sighting")}
        (new,) = set(records) - {uuid_of(n) for n in range(1, 5)}
        assert records[new].get("notes") == "QGIS میں درج" and records[new].position == (73.125, 35.25)
        assert [(r.operation, r.author) for r in file.history(new)] == [("insert", OUTSIDE)]
        last = file.history(uuid_of(1))[-1]
        assert (last.operation, last.author, last.changed) == ("update", OUTSIDE, frozenset({"notes"}))
        moved = records[uuid_of(2)]
        assert moved.position == (74.25, 36.5)
        assert (moved.get("accuracy_m"), moved.get("satellites")) == (None, None)
        assert moved.get("position_source") == "map-tap"
        assert all(r.author == OUTSIDE for r in file.history(uuid_of(2))[1:])
        assert uuid_of(3) not in records
        assert (file.history(uuid_of(3))[-1].operation, file.history(uuid_of(3))[-1].author) == ("delete", OUTSIDE)
    assert not wal.exists() and survey.read_bytes()[18] == 1
    assert_sound(survey)

    assert_sound(out)
    with SurveyFile.open(out) as file:
        first, second = file.get("sighting", uuid_of(1)), file.get("sighting", uuid_of(2))
        assert first is not None and (first.get("notes"), first.get("gem")) == ("edited in QGIS", "spinel")
        assert second is not None and (second.get("notes"), second.position) == ("second look", (74.25, 36.5))
        assert second.get("accuracy_m") is None
        assert file.get("sighting", new) is not None
        # Deleted here, edited there: people decide, and until then it is to be seen.
        assert [(c.record, c.field) for c in file.conflicts()] == [(uuid_of(3), "deleted")]
        assert file.get("sighting", uuid_of(3)) is not None
    # The file that was taken in is the same package; it brings nothing new.
    knows = knowledge(out)
    assert not merge(out, [survey], author="office").changed
    assert knowledge(out) == knows
