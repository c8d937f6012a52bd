"""What leaves as CSV, GeoJSON, GeoPackage, KML or a shapefile comes back, field by field."""

from __future__ import annotations

import json
import math
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, Field
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.domain.validation import parse_value
from surveyapp.errors import BadFile, BadInput, Cancelled, Unavailable
from surveyapp.exchange.exporters.facts import facts_of
from surveyapp.exchange.exporters.files import Columns
from surveyapp.exchange.exporters.geopackage import write_gpkg
from surveyapp.exchange.plan import ImportPlan, plan_import
from surveyapp.exchange.registry import FORMATS, exporter, exporter_for, read_source, write_layers

UUID = "0b8cd4c1-3f0e-4d52-9f3a-5a3b8f6d9e01"
HOSTILE = (
    "=cmd|'/c calc'!A1",
    "+92 300 1234567",
    "-1",
    "@SUM(A1:A9)",
    "'=1+1",
    "''quoted",
    'say "yes", then; go\ton',
    "line one\nline two",
    "carriage\r\nreturn\rhere",
    "\u202eRTL override\u202c",
    "زمرد — وادی سوات",
    "<script>alert(1)</script> & ]]>",
    "${1+1} {{x}} %s",
    "\ufeffmark",
    "  =spaces",
    "＝full width",
    "NULL",
    "nan",
    "00123",
    "1e5",
    "12,5",
    "𝔤𝔢𝔪 💎",
    "\x0bvertical\x1fcontrol\x7f",
)
_TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30),
)
_FINITE = st.floats(allow_nan=False, allow_infinity=False)


def _given_to(field: Field) -> st.SearchStrategy[object]:
    match field.kind:
        case "integer":
            return st.integers(int(field.minimum or 0), int(field.maximum or 100))
        case "real":
            return st.floats(field.minimum, field.maximum)
        case "datetime":
            return st.datetimes(datetime(1900, 1, 1)).map(  # noqa: DTZ001  hypothesis asks for naive limits
                lambda moment: moment.isoformat() + "Z"
            )
        case "date":
            return st.dates(date(1900, 1, 1)).map(str)
        case "code":
            assert field.vocabulary is not None
            return st.sampled_from(field.vocabulary.codes)
        case "ref":
            return st.uuids().map(str)
        case _:
            return _TEXT


def _value_of(field: Field) -> st.SearchStrategy[Value]:
    return st.one_of(st.none(), _given_to(field)).map(lambda given: parse_value(field, given))


def records_of(layer: str) -> st.SearchStrategy[dict[str, dict[str, Value]]]:
    """``{uuid: values}`` of sightings, tracks or areas as storage holds them."""
    definition = LAYER_BY_NAME[layer]
    shape: st.SearchStrategy[str | None]
    if layer == "sighting":
        shape = st.builds(point_hex, st.floats(-180, 180), st.floats(-90, 90))
    else:
        corner = st.tuples(st.floats(60, 78), st.floats(23, 37))
        ends = st.lists(corner, min_size=3, max_size=5, unique=True)
        make: Callable[..., Any] = shapely.LineString if layer == "track" else shapely.Polygon
        shape = ends.map(make).filter(lambda made: made.area > 1e-6 or layer == "track").map(_hex)
    fields = {f.name: _value_of(f) for f in definition.fields}
    record = st.fixed_dictionaries({**fields, GEOMETRY: shape})
    return st.dictionaries(st.uuids().map(str), record, max_size=4)


def _hex(shape: Any) -> str:
    return str(shapely.to_wkb(shape, hex=True, byte_order=1))


def columns_of(records: dict[str, dict[str, Value]], layer: str) -> Columns:
    """As storage gives them."""
    names = [*LAYER_BY_NAME[layer].names, GEOMETRY]
    return {"uuid": list(records), **{name: [r.get(name) for r in records.values()] for name in names}}


def filled(values: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def back(plan: ImportPlan) -> dict[str, dict[str, Value]]:
    assert not plan.rejected, plan.rejected[:2]
    assert not plan.warnings, plan.warnings[:2]
    assert all(row.own_identity for row in plan.rows)
    return {row.uuid: filled(row.values) for row in plan.rows}


def there_and_back(folder: Path, ending: str, layer: str, records: dict[str, dict[str, Value]]) -> ImportPlan:
    path = folder / f"out{ending}"
    write_layers(path, exporter_for(path).name, {layer: columns_of(records, layer)})
    source = read_source(path)
    return plan_import(source, layer=layer)


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpkg", ".parquet"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(records=records_of("sighting"))
def test_sightings_come_back(tmp_path: Path, ending: str, records: dict[str, dict[str, Value]]) -> None:
    plan = there_and_back(tmp_path, ending, "sighting", records)
    assert back(plan) == {key: filled(values) for key, values in records.items()}


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpkg", ".parquet"])
@pytest.mark.parametrize("layer", ["track", "area"])
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_lines_and_areas_come_back(tmp_path: Path, ending: str, layer: str, data: st.DataObject) -> None:
    records = data.draw(records_of(layer))
    found = back(there_and_back(tmp_path, ending, layer, records)) if records else {}
    assert found.keys() == records.keys()
    for key, values in records.items():
        turned = layer == "area" and ending in (".geojson", ".parquet")  # both say which way outlines run
        wanted, got = filled(dict(values)), dict(found[key])
        if turned:
            assert shapely.from_wkb(got.pop(GEOMETRY)).equals(shapely.from_wkb(wanted.pop(GEOMETRY)))
        assert got == wanted


@pytest.mark.parametrize("layer", ["sample", "certificate", "estimate", "custody", "survey"])
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_tables_without_places_come_back(tmp_path: Path, layer: str, data: st.DataObject) -> None:
    definition = LAYER_BY_NAME[layer]
    must = {
        f.name: _given_to(f).map(lambda given, f=f: parse_value(f, given)) for f in definition.fields if f.level == 1
    }
    may = {f.name: _value_of(f) for f in definition.fields if f.level != 1}
    record = st.fixed_dictionaries({**must, **may}).filter(lambda made: all(made[name] is not None for name in must))
    records = data.draw(st.dictionaries(st.uuids().map(str), record, min_size=1, max_size=3))
    columns = {
        "uuid": list(records),
        **{name: [r[name] for r in records.values()] for name in definition.names},
    }
    for ending in (".csv", ".gpkg", ".parquet"):
        path = tmp_path / f"out{ending}"
        write_layers(path, exporter_for(path).name, {layer: columns})
        assert back(plan_import(read_source(path), layer=layer)) == {k: filled(v) for k, v in records.items()}


def one(**values: Value) -> dict[str, dict[str, Value]]:
    return {UUID: {"gem": "emerald", GEOMETRY: point_hex(72.3608, 34.7725), **values}}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpkg", ".kml", ".kmz", ".shp", ".parquet"])
def test_hostile_text_comes_back(tmp_path: Path, ending: str, text: str) -> None:
    field = LAYER_BY_NAME["sighting"].field("notes")
    assert field is not None
    notes = parse_value(field, text)
    found = back(there_and_back(tmp_path, ending, "sighting", one(notes=notes)))[UUID]
    if ending in (".kml", ".kmz") and "control" in text:
        assert found["notes"] == "verticalcontrol\x7f"  # stated: XML cannot hold the others
    elif ending == ".shp":
        assert found["notes"] == str(notes).strip(" ")  # stated: dBASE pads texts with spaces
    else:
        assert found["notes"] == notes
    assert found["gem"] == "emerald"


def test_nul_and_lone_surrogates_are_left_out(tmp_path: Path) -> None:
    for ending in (".csv", ".geojson", ".gpkg", ".kml", ".shp", ".gpx", ".parquet"):
        path = tmp_path / f"nul{ending}"
        columns = columns_of(one(notes="a\x00b\ud800c", locality="here"), "sighting")
        write_layers(path, exporter_for(path).name, {"sighting": columns})
        (row,) = plan_import(read_source(path)).rows
        assert str(row.values["notes"]).startswith("ab?c")


def test_a_spreadsheet_finds_no_formula(tmp_path: Path) -> None:
    import csv

    records = {
        str(uuid.UUID(int=n)): {
            "gem": "ruby",
            "notes": text,
            "locality": text.strip(),
            "elevation_m": -12.5,
            GEOMETRY: point_hex(-72.36, 34.77),
        }
        for n, text in enumerate(HOSTILE)
    }
    path = tmp_path / "out.csv"
    write_layers(path, "csv", {"sighting": columns_of(records, "sighting")})
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:3] == ["uuid", "longitude", "latitude"]
    assert header[-1] == "geometry"
    numbers = {"longitude", "elevation_m"}
    for row in rows:
        for name, cell in zip(header, row, strict=True):
            assert name in numbers or not cell.lstrip().startswith(("=", "+", "-", "@", "＝")), cell
    assert dict(zip(header, rows[0], strict=True))["elevation_m"] == "-12.5"


def test_geojson_is_as_rfc_7946_has_it(tmp_path: Path) -> None:
    path = tmp_path / "out.geojson"
    square = _hex(shapely.Polygon([(72, 34), (72, 35), (73, 35), (73, 34)]))
    assert not shapely.from_wkb(square).exterior.is_ccw
    columns = columns_of({UUID: {"name": "Block A", GEOMETRY: square}}, "area")
    written = write_layers(path, "geojson", {"area": columns}, note="Public edition.")
    document = json.loads(path.read_text("utf-8"))
    assert "crs" not in document
    assert document["bbox"] == [72, 34, 73, 35]
    assert document["note"] == "Public edition."
    (feature,) = document["features"]
    assert feature["id"] == UUID
    assert shapely.geometry.shape(feature["geometry"]).exterior.is_ccw
    assert written.rows == 1
    with pytest.raises(BadInput, match="always in WGS 84"):
        write_layers(path, "geojson", {"area": columns}, crs="EPSG:32643")


def test_geopackage_is_version_1_3_with_times_in_utc(tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    records = one(observed_at="2026-11-24T05:06:07.089Z", stone_count=3)
    layers = {"sighting": columns_of(records, "sighting")}
    write_gpkg(path, layers, crs="EPSG:32643", facts=facts_of(layers, "EPSG:32643", note="Why."))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (10300,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        described = database.execute("SELECT identifier, description, srs_id FROM gpkg_contents").fetchall()
        assert described == [("Sightings", "Why.", 32643)]
        types = {row[1]: row[2] for row in database.execute("PRAGMA table_info(sighting)")}
        assert (types["geom"], types["observed_at"], types["stone_count"]) == ("POINT", "DATETIME", "INTEGER")
        assert (types["hdop"], types["notes"]) == ("REAL", "TEXT")
        stored = database.execute("SELECT observed_at FROM sighting").fetchone()
        assert stored == ("2026-11-24T05:06:07.089Z",)
    (row,) = plan_import(read_source(path)).rows
    assert row.uuid == UUID
    longitude, latitude = shapely.get_coordinates(shapely.from_wkb(str(row.values[GEOMETRY])))[0]
    assert math.isclose(longitude, 72.3608, abs_tol=1e-9)
    assert math.isclose(latitude, 34.7725, abs_tol=1e-9)


def test_geopackage_of_several_layers(tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    line = _hex(shapely.LineString([(72, 34), (72.5, 34.5)]))
    written = write_layers(
        path,
        "gpkg",
        {
            "sighting": columns_of(one(), "sighting"),
            "track": columns_of({UUID: {"name": "Day 1", GEOMETRY: line}}, "track"),
            "sample": {"uuid": [UUID], "sample_id": ["SW-1"]},
            "area": columns_of({}, "area"),
        },
    )
    assert written.rows == 3
    source = read_source(path)
    assert source.layers == ("sighting", "track", "area", "sample")
    assert read_source(path, layer="sample").target == "sample"
    with pytest.raises(BadInput, match="no layer 'gems'"):
        read_source(path, layer="gems")


def test_a_column_that_holds_something_else_is_kept_as_text(tmp_path: Path) -> None:
    """Other programs store what they like; an export must not drop it."""
    records = one(elevation_m="high", stone_count=2, observed_at="2026-11-24", extra=7)
    columns = dict(columns_of(records, "sighting")) | {"extra": [7]}
    write_layers(tmp_path / "odd.gpkg", "gpkg", {"sighting": columns})
    with closing(sqlite3.connect(tmp_path / "odd.gpkg")) as database:
        stored = database.execute("SELECT elevation_m, stone_count, observed_at, extra FROM sighting").fetchone()
    assert stored == ("high", 2, "2026-11-24", 7)


def test_csv_in_another_system_keeps_wgs84_besides(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_layers(path, "csv", {"sighting": columns_of(one(), "sighting")}, crs="EPSG:24313")
    header = path.read_text("utf-8-sig").splitlines()[0].split(",")
    assert header[:6] == ["uuid", "longitude", "latitude", "easting", "northing", "crs"]
    (row,) = plan_import(read_source(path)).rows
    assert row.values[GEOMETRY] == point_hex(72.3608, 34.7725)
    assert "notes" not in row.values


def test_a_shapefile_says_what_it_lost(tmp_path: Path) -> None:
    path = tmp_path / "out.shp"
    long = "ستارہ" * 60
    records = one(notes=long, observed_at="2026-11-24T05:06:07.089Z", position_source="gps")
    written = write_layers(path, "shp", {"sighting": columns_of(records, "sighting")})
    assert {p.name for p in written.paths} == {
        "out.shp", "out.shx", "out.dbf", "out.prj", "out.cpg", "out_fields.csv", "out_shp_README.txt",
    }  # fmt: skip
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in written.paths)
    assert "1 texts were cut" in " ".join(written.notes)
    assert "sighting,posit_sour,position_source,Position from" in (tmp_path / "out_fields.csv").read_text("utf-8-sig")
    readme = (tmp_path / "out_shp_README.txt").read_text("utf-8")
    assert "posit_sour: position_source" in readme and "1 texts were cut at 254 bytes." in readme
    found = back(plan_import(read_source(path)))[UUID]
    assert found["position_source"] == "gps"
    assert found["observed_at"] == "2026-11-24T05:06:07.089Z"
    assert long.startswith(str(found["notes"]))
    (tmp_path / "out.dbf").unlink()
    with pytest.raises(BadFile, match=r"lacks its \.dbf"):
        read_source(path)
    with pytest.raises(BadInput, match="no place"):
        write_layers(path, "shp", {"sample": {"uuid": [UUID], "sample_id": ["A"]}})


def test_kml_of_lines_and_areas(tmp_path: Path) -> None:
    path = tmp_path / "out.kml"
    ring = shapely.Polygon([(72, 34), (73, 34), (73, 35)], [[(72.6, 34.2), (72.8, 34.2), (72.8, 34.4)]])
    columns = columns_of({UUID: {"name": "A & B", "kind": "licence", GEOMETRY: _hex(ring)}}, "area")
    write_layers(path, "kml", {"area": columns, "sighting": columns_of(one(), "sighting")})
    assert read_source(path).layers == ("points", "polygons")
    found = back(plan_import(read_source(path, layer="polygons")))
    assert found == {UUID: {"name": "A & B", "kind": "licence", GEOMETRY: _hex(ring)}}


def test_gpx_for_a_handset(tmp_path: Path) -> None:
    path = tmp_path / "out.gpx"
    line = _hex(shapely.LineString([(72, 34), (72.5, 34.5)]))
    records = one(locality="زمرد کان", elevation_m=1200.5, observed_at="2026-11-24T05:06:07.000Z", notes="a <b>")
    records["11111111-1111-4111-8111-111111111111"] = {"gem": "ruby"}
    track = {UUID: {"name": "Day 1", "started_at": "2026-11-24T05:00:00.000Z", GEOMETRY: line}}
    written = write_layers(
        path, "gpx", {"sighting": columns_of(records, "sighting"), "track": columns_of(track, "track")}
    )
    assert written.rows == 2
    assert "1 records without a place were left out." in written.notes
    (point,) = plan_import(read_source(path)).rows
    wanted = {
        "gem": "emerald", "locality": "زمرد کان", "elevation_m": 1200.5, "notes": "a <b>",
        "observed_at": "2026-11-24T05:06:07.000Z",
    }  # fmt: skip
    assert {name: point.values[name] for name in wanted} == wanted
    (walked,) = plan_import(read_source(path, layer="tracks")).rows
    assert walked.values["started_at"] == "2026-11-24T05:00:00.000Z"
    with pytest.raises(BadInput, match="not areas"):
        write_layers(path, "gpx", {"area": columns_of({}, "area")})


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpkg", ".kml", ".kmz", ".shp", ".gpx", ".parquet", ".xml"])
def test_a_failure_leaves_what_was_there(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"out{ending}"
    path.write_bytes(b"precious")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(BadFile, match="the disk is full; nothing was changed"):
            write_layers(path, exporter_for(path).name, {"sighting": columns_of(one(), "sighting")})
    assert path.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("limit", [0, 20_000, 150_000, 250_000])
@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpkg", ".kml", ".kmz", ".shp", ".gpx", ".parquet", ".xml"])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, ending: str, limit: int) -> None:
    if ending in (".kmz", ".parquet"):
        limit //= 10  # they are packed
    resource = pytest.importorskip("resource", reason="only on systems with limits for files")
    path = tmp_path / f"out{ending}"
    path.write_bytes(b"precious")
    records = {
        str(uuid.UUID(int=n)): {"gem": "ruby", "notes": "x" * 200, GEOMETRY: point_hex(72, 34 + n / 1000)}
        for n in range(1500)
    }
    columns = columns_of(records, "sighting")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores the signal, so that writing fails as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with pytest.raises(BadFile, match="nothing was changed") as caught:
            write_layers(path, exporter_for(path).name, {"sighting": columns})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(str(caught.value)) < 250
    assert path.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_cancelled_in_the_middle(tmp_path: Path) -> None:
    from surveyapp.domain.progress import Progress

    progress = Progress()
    progress.cancel()
    for ending in (".csv", ".geojson", ".gpkg", ".kml", ".kmz", ".shp", ".gpx", ".parquet", ".xml"):
        path = tmp_path / f"out{ending}"
        with pytest.raises(Cancelled):
            write_layers(path, exporter_for(path).name, {"sighting": columns_of(one(), "sighting")}, progress=progress)
    assert not list(tmp_path.iterdir())


def test_wrong_places_to_write(tmp_path: Path) -> None:
    columns = {"sighting": columns_of(one(), "sighting")}
    with pytest.raises(BadFile, match="no folder"):
        write_layers(tmp_path / "none" / "out.csv", "csv", columns)
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(BadFile, match="is a folder"):
        write_layers(tmp_path / "out.csv", "csv", columns)


def test_an_unknown_format_lists_those_there_are(tmp_path: Path) -> None:
    for wanted in ("dwg", "mdb"):
        with pytest.raises(Unavailable, match=r"there are gpkg, geojson, csv, .*shp, kml, kmz, gpx, parquet, erml"):
            exporter(wanted)
    with pytest.raises(Unavailable, match=r"sightings\.dwg is of no format.*\.gpkg, \.geojson"):
        read_source(tmp_path / "sightings.dwg")
    assert exporter(".GeoJSON").name == "geojson"
    assert all(f.can_import or f.can_export for f in FORMATS)
    with pytest.raises(BadInput, match="CSV holds one layer"):
        write_layers(tmp_path / "a.csv", "csv", {"sighting": {}, "track": {}})


def test_uneven_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not equally long"):
        write_layers(tmp_path / "a.csv", "csv", {"sighting": {"uuid": [UUID], "gem": []}})
