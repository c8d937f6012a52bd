"""Every export opened by another program: GDAL's tools, QGIS, pyarrow, geopandas."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from surveyapp.domain.changes import insert
from surveyapp.domain.geometry import point_hex
from surveyapp.exchange.registry import formats
from surveyapp.services.exporting import export
from surveyapp.services.session import Session
from tests.helpers.surveys import sighting, survey_with, uuid_of

AREA = str(shapely.to_wkb(shapely.box(72, 34, 73, 35), hex=True, byte_order=1))
LINE = str(shapely.to_wkb(shapely.LineString([(72, 34), (72.5, 34.5)]), hex=True, byte_order=1))
LAYERS_IN = {"erml": "MineralOccurrenceView", "erml-gpkg": "MineralOccurrenceView", "kml": "Sightings",
             "kmz": "Sightings", "gpx": "waypoints", "gpkg": "sighting", "geojson": "sighting", "csv": "out",
             "shp": "out"}
FIND = {"erml": "name", "erml-gpkg": "name", "kml": "Name", "kmz": "Name", "gpx": "name"}


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return survey_with(tmp_path_factory.mktemp("exports") / "survey.gpkg", [
        sighting(1, geom=point_hex(72.25, 34.5), locality="وادی سوات", observed_at="2026-05-01T05:00:00.000Z"),
        sighting(2, geom=point_hex(74.5, 36.75), gem="emerald", locality="Gujar Kili"),
        sighting(3, geom=point_hex(73.0, 35.0), presence="absent", locality="Nowhere"),
        insert("track", {"name": "Day 1", "geom": LINE}, uuid=uuid_of(51)),
        insert("area", {"name": "Pit", "kind": "worked", "mine_status": "operating", "geom": AREA}, uuid=uuid_of(52)),
        insert("estimate", {"area_uuid": uuid_of(52), "gem": "emerald", "best_ct": 5.0}, uuid=uuid_of(53)),
    ])


@pytest.fixture(scope="module")
def exported(survey: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The survey in every format."""
    folder = tmp_path_factory.mktemp("out")
    made = {}
    with Session.open(survey, read_only=True) as session:
        for known in formats(can_export=True):
            (folder / known.name).mkdir()
            made[known.name] = folder / known.name / f"out{known.extensions[0]}"
            export(session, made[known.name], format=known.name)
    return made


def _said(*arguments: object, env: dict[str, str] | None = None) -> str:
    command = [str(argument) for argument in arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(LAYERS_IN))
def test_gdal_reads_each_format(require_program: Callable[..., str], exported: dict[str, Path], name: str) -> None:
    ogrinfo = require_program("ogrinfo")
    options = ["-oo", "X_POSSIBLE_NAMES=longitude", "-oo", "Y_POSSIBLE_NAMES=latitude"] if name == "csv" else []
    told = _said(ogrinfo, *options, "-al", exported[name], LAYERS_IN[name])
    rows = 2 if name.startswith("erml") else 3  # an absence is no occurrence
    assert f"Feature Count: {rows}" in told
    assert "Extent: (72.250000, 34.500000) - (74.500000, 36.750000)" in told
    assert f"{FIND.get(name, 'locality')} (String) = وادی سوات" in told


def test_gdal_reads_every_view(require_program: Callable[..., str], exported: dict[str, Path]) -> None:
    ogrinfo = require_program("ogrinfo")
    for name in ("erml", "erml-gpkg"):
        told = _said(ogrinfo, "-so", "-al", exported[name])
        for view, kind in (("MineralOccurrenceView", "Point"), ("MineView", "Polygon"),
                           ("CommodityResourceView", "Polygon")):
            block = told.split(f"Layer name: {view}\n")[1].split("Layer name:")[0]
            assert f"Geometry: {kind}" in block and "WGS 84" in block
            assert "Extent: (72." in block, "longitude first for GDAL, whichever way the file has it"


def test_the_geopackages_are_valid(exported: dict[str, Path], survey: Path, tmp_path: Path) -> None:
    found = importlib.util.find_spec("osgeo_utils.samples.validate_gpkg")
    assert found is not None and found.origin is not None
    paths = [exported["gpkg"], exported["erml-gpkg"]]
    with Session.open(survey, read_only=True) as session:
        for name, more in (("part", {"where": ["gem=ruby"]}), ("layers", {"layer": ["sighting", "area"]}),
                           ("utm", {"crs": "EPSG:32643"}), ("public", {"audience": "public"})):
            paths.append(tmp_path / f"{name}.gpkg")
            export(session, paths[-1], **more)
    for path in paths:
        _said(sys.executable, found.origin, "-v", path)


def test_pyarrow_and_geopandas_read_the_parquet(exported: dict[str, Path]) -> None:
    import geopandas
    from pyarrow import parquet

    path = exported["parquet"]
    assert parquet.read_table(path).num_rows == 3
    frame = geopandas.read_parquet(path)
    assert list(frame["locality"]) == ["وادی سوات", "Gujar Kili", "Nowhere"]
    assert frame.total_bounds.tolist() == [72.25, 34.5, 74.5, 36.75]
    assert "CRS84" in frame.crs.name
    near = geopandas.read_parquet(path, bbox=(72, 34, 72.5, 35))
    assert list(near["uuid"]) == [uuid_of(1)], "the boxes of the rows are of use"


def test_gdal_reads_the_parquet_where_it_can(exported: dict[str, Path], require_program: Callable[..., str]) -> None:
    ogrinfo = require_program("ogrinfo")
    if "Parquet" not in _said(ogrinfo, "--formats"):
        pytest.skip("only on a GDAL that was built with Arrow")
    assert "Feature Count: 3" in _said(ogrinfo, "-so", "-al", exported["parquet"])


QGIS = """
import json, os, sys
from qgis.core import QgsApplication, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
told = {}
for name, source in json.loads(sys.argv[1]).items():
    layer = QgsVectorLayer(source, name, "ogr")
    box = layer.extent()
    told[name] = [layer.isValid(), layer.featureCount(), layer.crs().authid(), round(box.xMinimum(), 4),
                  round(box.yMinimum(), 4)]
    del layer
print(json.dumps(told), flush=True)
os._exit(0)  # QGIS crashes now and then when Python takes it down
"""


def test_qgis_opens_them(qgis_python: str, exported: dict[str, Path], survey: Path, tmp_path: Path) -> None:
    sources = {name: f"{exported[name]}|layername={LAYERS_IN[name]}" for name in LAYERS_IN if name != "csv"}
    with Session.open(survey, read_only=True) as session:
        export(session, tmp_path / "utm.gpkg", crs="EPSG:32643", layer="sighting")
    sources["utm"] = f"{tmp_path / 'utm.gpkg'}|layername=sighting"
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    out = _said(qgis_python, "-c", QGIS, json.dumps(sources), env={**clean, "QT_QPA_PLATFORM": "offscreen"})
    told = json.loads(out.splitlines()[-1])
    for name, (valid, count, crs, west, south) in told.items():
        assert valid, name
        if name == "utm":
            assert (count, crs) == (3, "EPSG:32643")
            continue
        assert count == (2 if name.startswith("erml") else 3), name
        assert (crs, west, south) == ("EPSG:4326", 72.25, 34.5), name
