"""GeoPackage, GeoJSON, GPX, KML and shapefiles of others: taken with reasons, or refused in one sentence."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain.geometry import point_of
from surveyapp.errors import BadFile, BadInput, SurveyError
from surveyapp.exchange.importers.geojson import read_geojson
from surveyapp.exchange.importers.gpx import read_gpx
from surveyapp.exchange.importers.kml import read_kml
from surveyapp.exchange.importers.shapes import hex_of_wkb
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.plan import plan_import
from surveyapp.exchange.registry import importer_for, read_all, read_source

POINT = {"type": "Point", "coordinates": [74.6, 36.3]}


# --- other people's files ----------------------------------------------------------------------------


def test_every_case_is_taken_or_refused_in_one_sentence(cases_dir: Path) -> None:
    files = sorted([*cases_dir.glob("gpkg/*.gpkg"), *cases_dir.glob("gpx/*.gpx")])
    assert len(files) == 12
    refused = {}
    for file in files:
        before = hashlib.sha256(file.read_bytes()).hexdigest()
        try:
            for table in read_all(file):
                plan = plan_import(table)
                assert len({row.row for row in plan.rows} | {r.row for r in plan.rejected}) == len(
                    list(table.rows)
                )
                assert all(r.reason.endswith(".") for r in plan.rejected)
        except SurveyError as error:
            refused[file.name] = str(error)
        assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    assert set(refused) == {
        "Ready_to_survey_trees_team_A.gpkg", "Ready_to_survey_trees_team_B.gpkg", "nga-corrupt.gpkg",
    }  # fmt: skip
    assert "does not say its coordinate system" in refused["Ready_to_survey_trees_team_A.gpkg"]
    assert "is damaged" in refused["nga-corrupt.gpkg"]
    assert not any("\n" in sentence for sentence in refused.values())


def test_two_teams_with_the_same_fids_add_up(cases_dir: Path) -> None:
    teams = [
        read_source(cases_dir / "gpkg" / f"Ready_to_survey_trees_team_{team}.gpkg", crs="EPSG:4326")
        for team in "AB"
    ]
    assert all(table.crs == "EPSG:4326" and not table.crs_stated for table in teams)
    plans = [plan_import(table) for table in teams]
    assert [len(plan.rows) for plan in plans] == [20, 20]
    assert len({row.uuid for plan in plans for row in plan.rows}) == 40
    assert "gem" not in plans[0].mapping.fields.values()  # species of trees are no gems
    assert "species: Robinia" in str(plans[0].rows[0].values["notes"])


def test_qfield_notes(cases_dir: Path) -> None:
    notes, attachments = read_all(cases_dir / "gpkg" / "qfield-notes.gpkg")
    plan = plan_import(notes)
    assert plan.layer == "area"
    assert plan.rows[0].uuid == "9de6a09b-87af-4ff9-8b61-9dc580991b56"
    assert len(plan_import(attachments).rejected) == 2


def test_null_geometries_are_rejected(cases_dir: Path) -> None:
    points, polygons = read_all(cases_dir / "gpkg" / "null_geometry.gpkg")
    assert [(r.row, r.reason) for r in plan_import(points).rejected] == [(1, "It has no position.")]
    assert [r.row for r in plan_import(polygons).rejected] == [1, 2]


def test_gpx_of_others(cases_dir: Path) -> None:
    (bom,) = read_all(cases_dir / "gpx" / "unicode_with_bom.gpx")
    values = plan_import(bom).rows[0].values
    assert (values["elevation_m"], values["satellites"], values["hdop"]) == (-14.6, 4, 16.2)
    assert values["observed_at"] == "2016-05-27T10:08:47.800Z"
    everything = plan_import(read_source(cases_dir / "gpx" / "gpx1.1_with_all_fields.gpx"))
    assert everything.rows[0].values["fix_quality"] == "autonomous"
    assert "aaa: bbb" in str(everything.rows[0].values["notes"])
    waypoints, tracks = read_all(cases_dir / "gpx" / "cerknicko-without-times.gpx")
    assert len(plan_import(waypoints).rows) == 7
    assert "started_at" not in plan_import(tracks).rows[0].values


# --- GeoPackage --------------------------------------------------------------------------------------


@pytest.fixture
def make_gpkg(tmp_path: Path) -> Callable[..., Path]:
    def make(
        shapes: list[Any],
        crs: str | None = "EPSG:4326",
        kind: str = "Point",
        name: str = "finds",
        **columns: list[Any],
    ) -> Path:
        import pyogrio.raw

        path = tmp_path / f"{name}.gpkg"
        data = [np.array(values, dtype=object) for values in columns.values()]
        wkb = np.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], dtype=object)
        pyogrio.raw.write(
            path, wkb, data, list(columns), layer=name, driver="GPKG", geometry_type=kind, crs=crs
        )
        return path

    return make


def test_another_system_is_brought_to_wgs84(make_gpkg: Callable[..., Path]) -> None:
    path = make_gpkg([shapely.Point(258000, 3850000)], "EPSG:32643", gem=["ruby"])
    plan = plan_import(read_source(path))
    longitude, latitude = point_of(plan.rows[0].wkb_hex) or (0, 0)
    assert (round(longitude, 3), round(latitude, 3)) == (72.356, 34.763)
    assert plan.rows[0].values["position_text"] == "258000.0, 3850000.0"
    assert plan.rows[0].values["position_crs"] == "EPSG:32643"


def test_heights_become_a_column(make_gpkg: Callable[..., Path]) -> None:
    path = make_gpkg(
        [shapely.Point(74.6, 36.3, 2400.0), shapely.Point(74.6, 36.4, 0.0)], kind="Point Z", gem=["ruby"] * 2
    )
    plan = plan_import(read_source(path))
    assert [row.values.get("notes") for row in plan.rows] == ["z: 2400", None]
    assert len(plan.rows[0].wkb_hex or "") == 42


def test_mixed_geometries_are_listed_apart(make_gpkg: Callable[..., Path]) -> None:
    line = shapely.LineString([(72, 34), (73, 35)])
    shapes = [
        shapely.Point(74.6, 36.3),
        line,
        shapely.MultiPoint([(1, 1), (2, 2)]),
        None,
        shapely.Point(1, 2).buffer(1),
    ]
    path = make_gpkg(shapes, kind="Unknown", gem=["ruby"] * 5)
    tables = read_all(path)
    assert [table.layer for table in tables] == ["finds (points)", "finds (lines)", "finds (polygons)"]
    plans = [plan_import(table) for table in tables]
    assert [plan.layer for plan in plans] == ["sighting", "track", "area"]
    seen = [row.row for plan in plans for row in (*plan.rows, *plan.rejected)]
    assert sorted(seen) == [1, 2, 3, 4, 5]
    assert {r.row: r.reason for r in plans[0].rejected} == {
        3: "It has 2 points, and one record is one place; give each a row of its own.",
        4: "It has no position.",
    }


def test_a_file_in_wal_mode_is_read_with_its_wal(make_gpkg: Callable[..., Path], tmp_path: Path) -> None:
    path = make_gpkg([shapely.Point(74.6, 36.3)], gem=["ruby"])
    copy = tmp_path / "stick" / "finds.gpkg"
    copy.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA wal_autocheckpoint=0")
        for function in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            database.create_function(function, 1, lambda _blob: 0)
        database.execute("UPDATE finds SET gem = 'emerald'")
        database.commit()
        # Pulled out while the other program had it open.
        for file in tmp_path.glob("finds.gpkg*"):
            shutil.copy(file, copy.with_name(file.name))
    before = {file.name: file.read_bytes() for file in copy.parent.iterdir()}
    assert "finds.gpkg-wal" in before
    assert plan_import(read_source(copy)).rows[0].values["gem"] == "emerald"
    assert {file.name: file.read_bytes() for file in copy.parent.iterdir()} == before


def test_geopackages_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(b"")
    with pytest.raises(BadFile, match="is empty"):
        read_source(path)
    path.write_bytes(b"PK\x03\x04 and more that is no database at all")
    with pytest.raises(BadFile, match="damaged or not a GeoPackage"):
        read_source(path)
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE plain (a)")
    with pytest.raises(BadFile, match="no GeoPackage"):
        read_source(path)


def test_a_geopackage_cut_short(make_gpkg: Callable[..., Path]) -> None:
    path = make_gpkg([shapely.Point(74.6, 36.3)] * 500, gem=["ruby" * 100] * 500)
    path.write_bytes(path.read_bytes()[:60_000])
    with pytest.raises(BadFile, match=r"damaged .*ask for a new copy"):
        list(read_source(path).rows)


def test_a_geopackage_is_known_by_its_first_bytes(make_gpkg: Callable[..., Path]) -> None:
    path = make_gpkg([shapely.Point(74.6, 36.3)], gem=["ruby"])
    renamed = path.rename(path.with_suffix(".backup"))
    assert importer_for(renamed).name == "gpkg"


def test_damaged_geometry_costs_its_row(make_gpkg: Callable[..., Path]) -> None:
    path = make_gpkg([shapely.Point(74.6, 36.3)] * 5, gem=["ruby"] * 5)
    with closing(sqlite3.connect(path)) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        header = b"GP\x00\x01" + struct.pack("<i", 4326)
        for fid, blob in (
            (1, b"junk"),
            (2, header + b"\x01\x08\x00\x00\x00"),
            (3, "text"),
            (4, header + b"\x01"),
        ):
            database.execute("UPDATE finds SET geom = ? WHERE fid = ?", (blob, fid))
        database.commit()
    plan = plan_import(read_source(path))
    assert [row.row for row in plan.rows] == [5]
    assert len(plan.rejected) == 4


# --- GeoJSON -----------------------------------------------------------------------------------------


def geojson(folder: Path, document: object, name: str = "x.geojson") -> SourceTable:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return read_source(path)


def collection(*features: object, **members: object) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features), **members}


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": {"gem": "ruby", **properties}}


def test_the_old_crs_member_is_honoured(tmp_path: Path) -> None:
    metres = {"type": "Point", "coordinates": [258000, 3850000]}

    def named(name: str) -> dict[str, Any]:
        return {"type": "name", "properties": {"name": name}}

    for name in ("urn:ogc:def:crs:EPSG::32643", "EPSG:32643"):
        plan = plan_import(geojson(tmp_path, collection(feature(metres), crs=named(name))))
        assert round((point_of(plan.rows[0].wkb_hex) or (0, 0))[0], 3) == 72.356
    degrees = geojson(tmp_path, collection(feature(POINT), crs=named("urn:ogc:def:crs:OGC:1.3:CRS84")))
    assert point_of(plan_import(degrees).rows[0].wkb_hex) == (74.6, 36.3)
    with pytest.raises(BadFile, match="coordinate system in a way"):
        geojson(
            tmp_path, collection(feature(POINT), crs={"type": "link", "properties": {"href": "http://x"}})
        )
    with pytest.raises(BadInput, match="Kalianpur 1880"):
        plan_import(geojson(tmp_path, collection(feature(POINT), crs=named("EPSG:4243"))))


def test_geojson_rows_are_taken_or_rejected(tmp_path: Path) -> None:
    table = geojson(
        tmp_path,
        collection(
            feature(POINT, tags={"a": [1]}, ok=True, nothing=None),
            feature(None),
            feature({"type": "Point", "coordinates": ["74", 36]}),
            feature({"type": "Point", "coordinates": []}),
            feature({"type": "Point", "coordinates": [74.6, 136.3]}),
            feature({"type": "Point", "coordinates": [74.6, 36.3, 2400]}),
            feature({"type": "MultiPoint", "coordinates": [[74.6, 36.4]]}),
            feature({"type": "LineString", "coordinates": [[72, 34], [73, 35]]}),
            feature({"type": "Polygon", "coordinates": [[[72, 34], [73, 34]]]}),
            feature({"type": "GeometryCollection", "geometries": []}),
            feature({"type": "Circle", "coordinates": [1, 2]}),
            "not a feature",
        ),
    )
    assert table.layers == ("points", "lines", "polygons", "other")
    tables = read_all(table.path)
    plans = [plan_import(one) for one in tables]
    assert [row.row for row in plans[0].rows] == [1, 6, 7]
    assert plans[0].rows[0].values["notes"] == 'tags: {"a": [1]}\nok: true'
    assert plans[0].rows[1].values["notes"] == "z: 2400"
    assert [row.row for row in plans[1].rows] == [8]
    seen = sorted(row.row for plan in plans for row in (*plan.rows, *plan.rejected))
    assert seen == list(range(1, 13))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("{", "in line 1, column 2"),
        ("[1, 2]", "no type"),
        ('{"type": "Topology"}', "TopoJSON"),
        ('{"type": "Hello"}', "its type is 'Hello'"),
        ("[" * 200_000, "nested too deeply"),
    ],
)
def test_what_is_no_geojson(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        geojson(tmp_path, text)


def test_geojson_with_a_mark_and_in_utf_16(tmp_path: Path) -> None:
    text = json.dumps(collection(feature(POINT, locality="زمرد")), ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16", "utf-8"):
        path = tmp_path / "x.json"
        path.write_bytes(text.encode(encoding))
        assert plan_import(read_source(path)).rows[0].values["locality"] == "زمرد"
    path.write_bytes(b'{"type": "\xff"}')
    with pytest.raises(BadFile, match="not text in the encoding"):
        read_source(path)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["type", "geometry", "coordinates", "properties", "id", "features", "Point"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150)
@given(
    geometry=st.fixed_dictionaries(
        {
            "type": st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "MultiPoint"]),
            "coordinates": _JSON,
        }
    )
    | _JSON,
    whole=_JSON,
)
def test_no_json_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, geometry: object, whole: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.geojson"
    for document in (collection(feature(geometry), feature(POINT)), collection(whole), whole):
        path.write_text(json.dumps(document), encoding="utf-8")
        try:
            for layer in read_geojson(path).layers:
                plan_import(read_geojson(path, layer=layer))
        except SurveyError as error:
            assert "\n" not in str(error)  # noqa: PT017  what else it raises is the failure


# --- XML ---------------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declaration", [BOMB, OUTSIDE, "<!DOCTYPE gpx>"])
@pytest.mark.parametrize(("ending", "root"), [(".gpx", "gpx"), (".kml", "kml")])
def test_xml_with_declarations_is_not_read(tmp_path: Path, declaration: str, ending: str, root: str) -> None:
    path = tmp_path / f"x{ending}"
    path.write_text(f"{declaration}<{root}><name>text</name></{root}>")
    with pytest.raises(BadFile, match="can do harm"):
        read_source(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("<gpx><wpt></gpx>", "not sound XML: line 1, column 13"),
        ("<gpx/>", "no waypoint"),
        ("<kml/>", "<kml> and not of <gpx>"),
        ('<?xml version="1.0" encoding="klingon"?><gpx/>', "encoding|XML"),
    ],
)
def test_what_is_no_gpx(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.gpx"
    path.write_text(text)
    with pytest.raises(BadFile, match=said):
        read_gpx(path)


def test_one_bad_waypoint_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.gpx"
    path.write_text(
        '<gpx><wpt lat="36.3" lon="74.6"><sym>Ruby</sym></wpt>'
        '<wpt lat="north" lon="74.6"/><wpt lat="96" lon="1"/>'
        '<trk><name>T</name><trkseg><trkpt lat="36" lon="74"/><trkpt lat="x" lon="74"/></trkseg>'
        '<trkseg><trkpt lat="36" lon="74"><time>2026-01-01T00:00:00Z</time></trkpt>'
        '<trkpt lat="36.1" lon="74"><time>2026-01-01T01:00:00Z</time></trkpt></trkseg></trk></gpx>'
    )
    points, tracks = (plan_import(table) for table in read_all(path))
    assert points.rows[0].values["gem"] == "ruby"
    assert [r.row for r in points.rejected] == [2, 3]
    assert "lat is 'north'" in points.rejected[0].reason
    assert tracks.rows[0].values["name"] == "T"
    assert tracks.rows[0].values["notes"] == "segment: 2 of 2"
    assert tracks.rows[0].values["finished_at"] == "2026-01-01T01:00:00.000Z"
    assert "point 2 is bad" in tracks.rejected[0].reason


KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark><name>Pit 1</name><description>old &amp; deep</description>
<TimeStamp><when>2026-01-02T03:04:05Z</when></TimeStamp>
<ExtendedData><SchemaData><SimpleData name="gem">Ruby</SimpleData></SchemaData></ExtendedData>
<Point><coordinates> 74.6,36.3,2400 </coordinates></Point></Placemark>
<Placemark><name>none</name></Placemark>
<Placemark><name>bad</name><Point><coordinates>east,north</coordinates></Point></Placemark>
<Placemark><name>walk</name><MultiGeometry><LineString><coordinates>72,34 72.1,34</coordinates></LineString>
<LineString><coordinates>73,34 73.1,34</coordinates></LineString></MultiGeometry></Placemark>
<Placemark><name>mixed</name><MultiGeometry><Point><coordinates>1,1</coordinates></Point>
<LineString><coordinates>73,34 73.1,34</coordinates></LineString></MultiGeometry></Placemark>
</Folder></Document></kml>"""


@pytest.mark.parametrize("zipped", [False, True])
def test_kml_and_kmz(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / ("x.kmz" if zipped else "x.kml")
    if zipped:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("files/icon.png", b"")
            archive.writestr("doc.kml", KML)
    else:
        path.write_text(KML)
    points, lines = (plan_import(table) for table in read_all(path))
    values = points.rows[0].values
    assert (values["gem"], values["locality"], values["elevation_m"]) == ("ruby", "Pit 1", 2400)
    assert (values["notes"], values["observed_at"]) == ("old & deep", "2026-01-02T03:04:05.000Z")
    assert [r.row for r in points.rejected] == [2, 3, 5]
    assert [row.values["name"] for row in lines.rows] == ["walk", "walk"]


def test_archives_that_are_no_kmz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.kmz"
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(BadFile, match="damaged or locked"):
        read_kml(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(BadFile, match=r"without a \.kml"):
        read_kml(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", "<kml>" + " " * 5000 + "</kml>")
    monkeypatch.setattr("surveyapp.exchange.importers.kml._LARGEST", 1000)
    with pytest.raises(BadFile, match="unpacks to more"):
        read_kml(path)


# --- shapes ------------------------------------------------------------------------------------------


def shapefile(path: Path, shapes: list[Any], crs: str | None, **columns: list[Any]) -> Path:
    import pyogrio.raw

    kind = {"p": "Point", "s": "LineString"}[path.stem[0]]
    data = [np.array(values) for values in columns.values()]
    wkb = np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object)
    options: dict[str, Any] = {"crs": crs} if crs else {"crs": "EPSG:4326"}
    pyogrio.raw.write(
        path,
        wkb,
        data,
        list(columns),
        driver="ESRI Shapefile",
        geometry_type=kind,
        encoding="UTF-8",
        **options,
    )
    if crs is None:
        path.with_suffix(".prj").unlink()
    return path


def test_shapefiles_of_others(tmp_path: Path) -> None:
    path = shapefile(
        tmp_path / "points.shp", [shapely.Point(258000, 3850000)] * 2, "EPSG:32643",
        STONE=["زمرد", "ruby"], HOST=["marble", "marble"], N=[3, 4],
    )  # fmt: skip
    plan = plan_import(read_source(path))
    assert plan.rows[1].values["gem"] == "ruby"
    assert plan.rows[1].values["host_rock"] == "marble"
    assert plan.rows[1].values["notes"] == "N: 4"
    assert plan.rows[1].values["position_crs"] == "EPSG:32643"
    bare = shapefile(tmp_path / "pbare.shp", [shapely.Point(74.6, 36.3)], None, gem=["ruby"])
    with pytest.raises(BadInput, match="does not say its coordinate system"):
        plan_import(read_source(bare))
    assert len(plan_import(read_source(bare, crs="4326")).rows) == 1


def test_a_shapefile_that_is_none(tmp_path: Path) -> None:
    for ending in (".shp", ".shx", ".dbf"):
        (tmp_path / f"junk{ending}").write_bytes(b"junk")
    with pytest.raises(BadFile, match="cannot be read as a shapefile"):
        read_source(tmp_path / "junk.shp")


@given(st.floats(), st.floats(), st.sampled_from([0, 1]))
def test_points_of_any_byte_order(x: float, y: float, order: int) -> None:
    wkb = struct.pack("<BIdd" if order else ">BIdd", order, 1, x, y)
    wkb_hex, height = hex_of_wkb(wkb)
    assert height is None
    assert point_of(wkb_hex) == ((x, y) if x == x and y == y else None) or (x != x) != (y != y)


def test_cancelled_while_reading(tmp_path: Path) -> None:
    from surveyapp.domain.progress import Progress
    from surveyapp.errors import Cancelled

    path = tmp_path / "many.csv"
    path.write_text("gem,lon,lat\n" + "ruby,74.6,36.3\n" * 600)
    seen: list[int] = []
    progress = Progress(lambda done, _total, _what: seen.append(done))
    plan_import(read_source(path), progress=progress)
    assert seen == [500]
    progress.cancel()
    with pytest.raises(Cancelled):
        plan_import(read_source(path), progress=progress)
