"""The samples: sound, small, honest, made again alike, and a whole job can be done with them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.photos import read_photo
from surveyapp.geo.places import province_at
from surveyapp.positioning.replay import read_log
from surveyapp.services.checking import check
from surveyapp.services.demo import FORKS, PARTIES, SAMPLE, run_demo, working_copy
from surveyapp.services.merging import merge
from surveyapp.storage.gpkg import SurveyFile

SAMPLES = Path(__file__).parents[2] / "sample_surveys"
SURVEYS = (*PARTIES, *FORKS)
MEASURED = ("accuracy_m", "fix_quality", "satellites", "hdop")


def _content(path: Path) -> list[str]:
    """All that a file's tables hold, as SQL."""
    connection = sqlite3.connect(path)
    try:
        return [line for line in connection.iterdump() if "rtree" not in line]
    finally:
        connection.close()


def _no_pictures(path: Path, out: Path) -> list[Path]:
    assert path.is_file()
    return [out / "window-light.png"]


def test_they_are_small() -> None:
    assert all((SAMPLES / name).stat().st_size < 1_000_000 for name in SURVEYS)
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 6_000_000


@pytest.mark.parametrize("name", SURVEYS)
def test_each_is_sound_and_complete_for_its_team(name: str, tmp_path: Path) -> None:
    shutil.copy(SAMPLES / name, tmp_path)
    with SurveyFile.open(tmp_path / name) as file:
        result = check(file)
        assert result.errors == 0
        assert result.level >= 2


@pytest.mark.parametrize("name", PARTIES)
def test_each_tells_a_whole_story(name: str) -> None:
    with SurveyFile.open(SAMPLES / name, read_only=True) as file:
        sightings = list(file.records("sighting"))
        assert 12 <= len(sightings) <= 20
        assert 2 <= sum(s.get("presence") == "absent" for s in sightings) <= 6
        assert len({s.get("position_source") for s in sightings}) >= 4
        assert len({s.get("observer") for s in sightings}) >= 2
        assert any(any("\u0600" <= c <= "\u06ff" for c in str(s.get("notes"))) for s in sightings)
        assert all(file.count(layer) for layer in ("track", "area", "orientation", "sample"))
        assert 2 <= file.count("photo") <= 3


@pytest.mark.parametrize("name", SURVEYS)
def test_no_position_claims_more_than_is_known(name: str) -> None:
    with SurveyFile.open(SAMPLES / name, read_only=True) as file:
        assert "invented" in str(file.surveys()[0].get("purpose"))
        for sighting in file.records("sighting"):
            assert str(sighting.get("locality")).startswith("Training point") or "bazaar" in str(
                sighting.get("locality")
            )
            assert sighting.position is not None
            found = province_at(*sighting.position)
            assert found is not None
            assert found[0] == sighting.get("province")
            measured = [sighting.get(fact) is not None for fact in MEASURED]
            assert all(measured) if str(sighting.get("position_source")).startswith("gps") else not any(measured)


def test_photos_say_where_and_when() -> None:
    photos = sorted((SAMPLES / "photos").glob("*.jpg"))
    assert len(photos) == 8
    for photo in photos:
        facts = read_photo(photo)
        assert 10_000 < len(facts.data) < 80_000
        assert facts.longitude is not None
        assert facts.taken_at is not None
        assert facts.notes == ()


def test_the_log_finds_its_fix_walks_and_stands() -> None:
    fixes = read_log(SAMPLES / "ridge_walk.nmea")
    assert len(fixes) == 120
    assert all(fix.accuracy_source == "gst" for fix in fixes)
    assert abs((fixes[-1].longitude or 0) - (fixes[-20].longitude or 1)) < 1e-4


def test_the_two_teams_combine_one_record_and_disagree_on_one_field(tmp_path: Path) -> None:
    out = tmp_path / "swat.gpkg"
    report = merge(out, [SAMPLES / name for name in FORKS])
    assert report.conflicts == 1
    assert report.totals["combined"] == 1
    with SurveyFile.open(out, read_only=True) as file:
        assert file.count("sighting") == 14 + 2 + 2
        (conflict,) = file.conflicts()
        assert (conflict.field, {v.value for v in conflict.values}) == ("confidence", {"probable", "possible"})


def test_they_are_made_again_alike(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SAMPLES / "make_samples.py"), str(tmp_path)], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(SAMPLES.parent), "PYTHONUTF8": "1"}, check=False,
    )
    assert done.returncode == 0, done.stderr
    for name in SURVEYS:
        assert _content(tmp_path / name) == _content(SAMPLES / name), name
    for name in ("bazaar_notes.csv", "handset_waypoints.gpx", "ridge_walk.nmea"):
        assert (tmp_path / name).read_bytes() == (SAMPLES / name).read_bytes()


def test_a_working_copy_is_made_once_and_keeps_what_was_done_to_it(tmp_path: Path) -> None:
    copy = working_copy(tmp_path / "new" / "folder")
    assert copy.read_bytes() == (SAMPLES / SAMPLE).read_bytes()
    copy.write_bytes(b"what a person did")
    assert working_copy(copy.parent) == copy
    assert copy.read_bytes() == b"what a person did"
    assert [path.name for path in copy.parent.iterdir()] == [SAMPLE]


def test_a_working_copy_goes_to_a_folder_of_the_users_own() -> None:
    copy = working_copy(None)
    assert copy.is_file()
    assert copy.is_absolute()
    assert SAMPLES not in copy.parents


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="is a file"):
        working_copy(tmp_path / "file")
    with pytest.raises(BadFile, match="cannot be made"):
        working_copy(tmp_path / "file" / "below")


def test_the_whole_job_is_done_and_told(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in SAMPLES.rglob("*.gpkg")}
    lines = list(run_demo(tmp_path, _no_pictures))
    told = "\n".join(lines)
    assert "row 6 not taken" in told
    assert "nothing changed" in told
    assert "open conflict in sighting" in told
    named = {line.partition(": ")[0]: Path(line.partition(": ")[2]) for line in lines[-3:]}
    assert set(named) == {"GeoPackage", "Preview", "Screenshot"}
    assert named["GeoPackage"].is_absolute()
    assert named["Preview"].is_file()
    assert before == {path: path.read_bytes() for path in before}
    with SurveyFile.open(named["GeoPackage"], read_only=True) as file:
        assert file.count("sighting") == 14 + 13 + 12 + 4 + 2 + 4 + 3
        assert all(sighting.get("gem") for sighting in file.records("sighting"))
    points = json.loads((tmp_path / "national.geojson").read_text(encoding="utf-8"))
    assert len(points["features"]) == 52


def test_the_job_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / SAMPLE).write_bytes(b"mine")
    first = next(run_demo(tmp_path, _no_pictures))
    assert first == f"Working in {tmp_path / 'demo'}"
    assert (tmp_path / SAMPLE).read_bytes() == b"mine"
