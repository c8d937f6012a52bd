"""GDAL's own tools, the system's and PyPI's, judge our files, edit them, and have their edits recorded."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from surveyapp.domain.geometry import point_hex
from surveyapp.services.exporting import export
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.history import OUTSIDE
from surveyapp.storage.merging import merge
from tests.helpers.surveys import assert_sound, edit, fork, knowledge, remove, sighting, sql, survey_with, uuid_of

DEBIAN_VALIDATOR = Path("/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py")


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return survey_with(tmp_path / "survey.gpkg", [
        sighting(1, geom=point_hex(72.25, 34.5), accuracy_m=4.0, position_source="gps-single"),
        sighting(2, geom=point_hex(74.5, 36.75), gem="emerald", notes="زمرد"),
        sighting(3, geom=None, presence="absent"),
    ])


@pytest.fixture
def exports(tmp_path: Path, survey: Path) -> list[Path]:
    """The survey itself with some history, its export, one merged, and one made anew in another reference system."""
    edit(survey, 1, notes="changed")
    remove(survey, 3)
    whole, utm, merged = (tmp_path / f"{name}.gpkg" for name in ("whole", "utm", "merged"))
    with Session.open(survey) as session:
        export(session, whole)
        export(session, utm, crs="EPSG:32643")
    other = fork(survey, "other.gpkg")
    edit(survey, 1, "Mina", notes="this")
    edit(other, 1, "Tariq", notes="that")
    merge(merged, [survey, other], author="office")
    return [survey, whole, merged, utm]


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True, timeout=120, check=False)


def _clean(*arguments: object) -> str:
    """What a program says that succeeds without a word of complaint."""
    done = _run(*arguments)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Warning" not in done.stderr and "ERROR" not in done.stderr, done.stderr
    return done.stdout


def test_valid_for_the_validator_of_pypi(exports: list[Path]) -> None:
    found = importlib.util.find_spec("osgeo_utils.samples.validate_gpkg")
    assert found is not None and found.origin is not None
    for path in exports:
        _clean(sys.executable, found.origin, "-v", path)


def test_valid_for_the_validator_of_debian(require_program: Callable[..., str], exports: list[Path]) -> None:
    require_program("ogrinfo")
    if not DEBIAN_VALIDATOR.exists():
        pytest.skip("Debian's validate_gpkg is not on this machine")
    for path in exports:
        _clean("/usr/bin/python3", DEBIAN_VALIDATOR, "-v", path)


def test_the_validator_finds_a_fault(survey: Path) -> None:
    """The two tests above can fail."""
    found = importlib.util.find_spec("osgeo_utils.samples.validate_gpkg")
    assert found is not None
    sql(survey, "UPDATE gpkg_contents SET data_type = 'nonsense' WHERE table_name = 'sighting'")
    assert _run(sys.executable, found.origin, survey).returncode != 0


def test_ogrinfo_reads_counts_and_extent(require_program: Callable[..., str], exports: list[Path]) -> None:
    ogrinfo = require_program("ogrinfo")
    for path in exports[:3]:
        told = _clean(ogrinfo, "-so", "-al", path)
        block = told.split("Layer name: sighting\n")[1].split("Layer name:")[0]
        assert "Feature Count: 2" in block and "Geometry: Point" in block
        corners = re.search(r"Extent: \((\S+), (\S+)\) - \((\S+), (\S+)\)", block)
        assert corners is not None
        assert [float(c) for c in corners.groups()] == [72.25, 34.5, 74.5, 36.75]
        assert "WGS 84" in block and "gem: String" in block
    assert "Feature Count: 2" in _clean(ogrinfo, "-so", exports[3], "sighting")


def test_ogrinfo_asks_the_spatial_index(require_program: Callable[..., str], exports: list[Path]) -> None:
    ogrinfo = require_program("ogrinfo")
    for path in exports[:3]:
        told = _clean(ogrinfo, "-so", "-spat", 74, 36, 75, 37, path, "sighting")
        assert "Feature Count: 1" in told


def test_appended_features_are_recorded_as_outside_edits(
    require_program: Callable[..., str], tmp_path: Path, survey: Path
) -> None:
    ogr2ogr = require_program("ogr2ogr")
    source = tmp_path / "found.geojson"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"gem": "topaz", "notes": f"from GDAL {n}", "locality": "پشاور"},
         "geometry": {"type": "Point", "coordinates": [71 + n, 34]}} for n in range(2)
    ]}), encoding="utf-8")
    base = fork(survey, "base.gpkg")
    _clean(ogr2ogr, "-append", survey, source, "-nln", "sighting")
    with SurveyFile.open(survey) as file:
        new = [r for r in file.records("sighting") if r.get("gem") == "topaz"]
        assert sorted(r.position for r in new if r.position) == [(71.0, 34.0), (72.0, 34.0)]
        assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", r.uuid)
                   for r in new)
        for record in new:
            (revision,) = file.history(record.uuid)
            assert (revision.operation, revision.author, revision.parents) == ("insert", OUTSIDE, ())
            assert revision.body is not None and revision.body["locality"] == "پشاور"
    assert_sound(survey)
    merge(base, [survey], author="office")
    assert knowledge(base)["records"] == knowledge(survey)["records"]
    assert_sound(base)


def test_updated_features_are_recorded_and_merged(
    require_program: Callable[..., str], tmp_path: Path, survey: Path
) -> None:
    ogrinfo, ogr2ogr = require_program("ogrinfo"), require_program("ogr2ogr")
    colleague = fork(survey, "colleague.gpkg")
    edit(colleague, 1, "Mina", gem="spinel")
    # GDAL opens the file for update and its SQLite runs our triggers.
    _clean(ogrinfo, survey, "-sql", f"UPDATE sighting SET notes = 'via GDAL' WHERE uuid = '{uuid_of(1)}'")
    _clean(ogrinfo, survey, "-sql", f"DELETE FROM sighting WHERE uuid = '{uuid_of(2)}'")
    with SurveyFile.open(survey) as file:
        last = file.history(uuid_of(1))[-1]
        assert (last.operation, last.author, last.changed) == ("update", OUTSIDE, frozenset({"notes"}))
        gone = file.history(uuid_of(2))[-1]
        assert (gone.operation, gone.author) == ("delete", OUTSIDE)
    out = tmp_path / "out.gpkg"
    report = merge(out, [survey, colleague], author="office")
    assert report.conflicts == 0
    with SurveyFile.open(out) as file:
        record = file.get("sighting", uuid_of(1))
        assert record is not None and (record.get("notes"), record.get("gem")) == ("via GDAL", "spinel")
        assert file.get("sighting", uuid_of(2)) is None
    assert_sound(out)
    # A file that ogr2ogr updates as a whole takes another layer along; the survey is still one.
    lines = tmp_path / "roads.geojson"
    lines.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},'
                     '"geometry":{"type":"LineString","coordinates":[[71,34],[72,35]]}}]}', encoding="utf-8")
    _clean(ogr2ogr, "-update", survey, lines, "-nln", "roads")
    told = merge(out, [survey], author="office")
    assert any("roads" in note for package in told.packages for note in package.notes)
    assert sql(out, "SELECT count(*) FROM roads") == [(1,)]
    assert_sound(out)
    assert "Feature Count: 1" in _clean(ogrinfo, "-so", out, "roads")


def test_a_table_that_gdal_made_anew_is_taken_in(
    require_program: Callable[..., str], tmp_path: Path, survey: Path
) -> None:
    """``-overwrite`` drops the table with its triggers; what it holds afterwards is compared with the history."""
    ogr2ogr = require_program("ogr2ogr")
    copy = tmp_path / "copy.gpkg"
    _clean(ogr2ogr, copy, survey, "sighting")
    sql(copy, "UPDATE sighting SET notes = 'from the copy' WHERE uuid = ?", uuid_of(1))
    _clean(ogr2ogr, "-update", "-overwrite", survey, copy, "sighting")
    with SurveyFile.open(survey) as file:
        record = file.get("sighting", uuid_of(1))
        assert record is not None and record.get("notes") == "from the copy"
        assert file.history(uuid_of(1))[-1].author == OUTSIDE
        assert file.unrecorded() == []
        assert file.integrity() == []
    edit(survey, 2, notes="goes on")
    with SurveyFile.open(survey) as file:
        assert file.history(uuid_of(2))[-1].author == "Gul Khan"
