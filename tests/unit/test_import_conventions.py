"""Files of ODK, Kobo, MRDS, GeMS, QField and Mergin: read as their programs mean them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.media import Media, is_picture_name, names_in
from surveyapp.exchange.plan import ImportPlan, plan_import
from surveyapp.exchange.registry import read_all, read_source

ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def table(tmp_path: Path, text: str, name: str = "source.csv") -> SourceTable:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_source(path)


def mapped(source: SourceTable) -> dict[str, str | None]:
    return dict(plan_import(source).mapping.fields)


def by_row(plan: ImportPlan) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in plan.rows:
        found.setdefault(row.row, []).append(row.values)
    return found


# --- ODK and Kobo ------------------------------------------------------------------------------------

CENTRAL = f"""SubmissionDate,start,find-gem,find-spot-Latitude,find-spot-Longitude,\
find-spot-Altitude,find-spot-Accuracy,find-photo,find-host,meta-instanceID,KEY,SubmitterID,Status
2026-05-04T08:00:00Z,2026-05-04T12:00:00+05:00,emerald,34.77,72.36,1500.2,4.8,1.jpg,schist marble,uuid:{ONE},\
uuid:{ONE},12,
2026-05-04T09:00:00Z,2026-05-04T13:00:00+05:00,emerald topaz,34.78,72.37,0,0,gone.jpg,schist,uuid:{TWO},\
uuid:{TWO},12,
"""


@pytest.fixture
def central(tmp_path: Path) -> SourceTable:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "1.jpg").write_bytes(b"a photo")
    return table(tmp_path, CENTRAL)


def test_columns_of_odk_are_known_by_the_question_at_their_end(central: SourceTable) -> None:
    fields = mapped(central)
    assert fields["find-gem"] == "gem"
    assert (fields["find-spot-Latitude"], fields["find-spot-Accuracy"]) == ("latitude", "accuracy_m")
    assert fields["meta-instanceID"] == "uuid"
    assert fields["find-photo"] == "photos"
    assert {name for name, to in fields.items() if to == "-"} == {"KEY", "SubmitterID", "Status"}
    assert central.crs == "EPSG:4326"


def test_a_submission_keeps_its_identity_and_every_gem_of_it_is_a_sighting(central: SourceTable) -> None:
    plan = plan_import(central)
    rows = by_row(plan)
    assert [row.uuid for row in plan.rows][:2] == [ONE, TWO]
    assert [values["gem"] for values in rows[3]] == ["emerald", "topaz"]
    assert plan_import(central).rows[2].uuid == plan.rows[2].uuid not in (ONE, TWO)
    (first,) = rows[2]
    assert (first["accuracy_m"], first["elevation_m"], first["host_rock"]) == (4.8, 1500.2, "schist")
    assert "Host rock (also): marble" in first["notes"]
    assert first["observed_at"] == "2026-05-04T07:00:00.000Z"


def test_a_point_that_was_set_by_hand_has_no_accuracy(central: SourceTable) -> None:
    for values in by_row(plan_import(central))[3]:
        assert "accuracy_m" not in values
        assert "elevation_m" not in values


def test_media_files_are_found_beside_and_missing_ones_said_once(central: SourceTable) -> None:
    plan = plan_import(central)
    assert [path.name for path in plan.rows[0].photos] == ["1.jpg"]
    assert [(w.row, "gone.jpg" in w.message) for w in plan.warnings] == [(3, True)]


def test_kobo_writes_its_clock_in_utc_and_its_choices_twice(tmp_path: Path) -> None:
    source = table(tmp_path, (
        "gems,gems/ruby,gems/topaz,_place_latitude,_place_longitude,_place_precision,_uuid,_submission_time,_id\n"
        f"ruby topaz,1,1,36.3,74.6,5,{ONE},2026-05-04T10:00:00,7\n"
    ))
    plan = plan_import(source, utc_offset="+05:00")
    assert [(row.values["gem"], row.values["accuracy_m"]) for row in plan.rows] == [("ruby", 5), ("topaz", 5)]
    assert plan.rows[0].values["observed_at"] == "2026-05-04T10:00:00.000Z"
    assert plan.mapping.fields["gems/ruby"] == "-"


def test_kobo_geojson(tmp_path: Path) -> None:
    properties = {"gem": "ruby", "_uuid": ONE, "_geolocation": [36.3, 74.6], "meta/instanceID": f"uuid:{ONE}",
                  "_submission_time": "2026-05-04T10:00:00", "_id": 5}
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [74.6, 36.3]}, "properties": properties}
    plan = plan_import(table(tmp_path, json.dumps({"type": "FeatureCollection", "features": [feature]}), "k.geojson"))
    (row,) = plan.rows
    assert row.uuid == ONE
    assert "notes" not in row.values


@pytest.mark.parametrize("column", ["place", "_geolocation"])
def test_a_geopoint_in_one_cell(tmp_path: Path, column: str) -> None:
    cell = "36.3 74.6 2400 6.5" if column == "place" else '"[36.3, 74.6]"'
    plan = plan_import(table(tmp_path, f"gem,{column},KEY\nruby,{cell},uuid:{ONE}\n"))
    values = plan.rows[0].values
    plain = plan_import(table(tmp_path, "gem,lat,lon\nruby,36.3,74.6\n", "plain.csv"))
    assert values["geom"] == plain.rows[0].values["geom"]
    assert (values.get("elevation_m"), values.get("accuracy_m")) == ((2400, 6.5) if column == "place" else (None, None))


# --- MRDS and GeMS -----------------------------------------------------------------------------------

MRDS = """dep_id,site_name,latitude,longitude,country,state,commod1,commod2,commod3,dev_stat,ore,hrock_type,reporter
10012,Mingora,34.77,72.36,Pakistan,Khyber Pakhtunkhwa,"Emerald, Talc",Gold,,Producer,beryl,Schist,Kazmi
10013,Chitral,35.8,71.8,Pakistan,,Gold,Silver,,Occurrence,gold,,
10014,Hunza,36.3,74.6,Pakistan,,Ruby,Spinel,,Prospect,corundum,Marble,
10015,Nothing,36.3,74.6,Pakistan,,,,,Prospect,,,
"""


def test_each_gem_of_a_deposit_of_mrds_is_a_sighting(tmp_path: Path) -> None:
    plan = plan_import(table(tmp_path, MRDS))
    rows = by_row(plan)
    assert [(values["gem"], values["occurrence_type"]) for values in rows[2] + rows[4]] == [
        ("emerald", "deposit"), ("ruby", "prospect"), ("spinel", "prospect"),
    ]  # fmt: skip
    (emerald,) = rows[2]
    assert (emerald["locality"], emerald["host_rock"], emerald["province"]) == ("Mingora", "schist", "PK-KP")
    lines = {"other commodities: Talc, Gold", "dep_id: 10012", "ore: beryl", "dev_stat: Producer", "reporter: Kazmi"}
    assert lines <= set(emerald["notes"].splitlines())
    assert "observer" not in emerald, "who told the database is not who stood there"
    assert [(r.row, r.reason) for r in plan.rejected] == [
        (3, "Its commodities (Gold, Silver) are no gems that are known here."), (5, "It names no commodity."),
    ]  # fmt: skip


def test_a_deposit_of_mrds_is_known_by_its_number(tmp_path: Path) -> None:
    before = {row.uuid for row in plan_import(table(tmp_path, MRDS)).rows}
    changed = table(tmp_path, MRDS.replace("Mingora", "Fizagat"), "again.csv")
    assert {row.uuid for row in plan_import(changed).rows} == before
    assert all(row.own_identity for row in plan_import(changed).rows)


def test_minus_nine_is_no_accuracy_in_gems(tmp_path: Path) -> None:
    plan = plan_import(table(tmp_path, (
        "FieldID,LocationConfidenceMeters,Observer,TimeDate,Longitude,Latitude,DataSourceID\n"
        "A1,-9,Ali,2026-05-01 09:00,72.36,34.77,D1\nA2,12,Ali,2026-05-01 10:00,72.37,34.78,D1\n"
    )))
    assert [row.values.get("accuracy_m") for row in plan.rows] == [None, 12]
    assert plan.warnings == []
    assert all(row.own_identity for row in plan.rows)


# --- QField and Mergin -------------------------------------------------------------------------------


def project(folder: Path, child: bool = False) -> Path:
    """A project's GeoPackage with a photo in DCIM, and, if asked, photos in a table of their own."""
    import pyogrio.raw

    path = folder / "finds.gpkg"
    data = {"uuid": ["{" + ONE + "}"], "gem": ["emerald"], "picture": ["DCIM/a.jpg"], "last_edited_by": ["ali"]}
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(shapely.Point(72.36, 34.77))], dtype=object),
        [np.array(values, dtype=object) for values in data.values()], list(data), layer="finds", driver="GPKG",
        geometry_type="Point", crs="EPSG:4326",
    )  # fmt: skip
    (folder / "DCIM").mkdir(exist_ok=True)
    (folder / "DCIM" / "a.jpg").write_bytes(b"photo")
    if child:
        connection = sqlite3.connect(path)
        connection.executescript(
            "CREATE TABLE finds_attachments (fid INTEGER PRIMARY KEY, find_uuid TEXT, media TEXT, description TEXT);"
            f"INSERT INTO finds_attachments VALUES (1, '{{{ONE}}}', 'DCIM/a.jpg', 'The vein'),"
            f"(2, '{{{TWO}}}', 'DCIM/b.jpg', NULL);"
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES "
            "('finds_attachments', 'attributes', 'finds_attachments');"
        )
        connection.close()
    return path


def test_paths_of_photos_are_relative_to_the_project_and_audit_columns_left_out(tmp_path: Path) -> None:
    plan = plan_import(read_source(project(tmp_path)))
    (row,) = plan.rows
    assert row.uuid == ONE
    assert row.photos == (tmp_path / "DCIM" / "a.jpg",)
    assert plan.mapping.fields["last_edited_by"] == "-"
    assert "notes" not in row.values


def test_a_geopackage_below_its_project_finds_photos_there(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = project(tmp_path / "data")
    (tmp_path / "data" / "DCIM" / "a.jpg").rename(tmp_path / "a.jpg")
    (tmp_path / "DCIM").mkdir()
    (tmp_path / "a.jpg").rename(tmp_path / "DCIM" / "a.jpg")
    assert plan_import(read_source(path)).rows[0].photos == ()
    (tmp_path / "survey.qgz").touch()
    assert plan_import(read_source(path)).rows[0].photos == (tmp_path / "DCIM" / "a.jpg",)


def test_a_table_of_attachments_brings_photos_to_its_sightings(tmp_path: Path) -> None:
    _finds, attachments = read_all(project(tmp_path, child=True))
    assert attachments.target == "photo"
    plan = plan_import(attachments)
    (row,) = plan.rows
    assert (row.uuid, row.caption, [path.name for path in row.photos]) == (ONE, "The vein", ["a.jpg"])
    assert [(r.row, "b.jpg is not beside" in r.reason) for r in plan.rejected] == [(2, True)]


def test_a_file_in_wal_mode_is_read_with_its_wal(tmp_path: Path) -> None:
    path = project(tmp_path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("DROP TRIGGER IF EXISTS rtree_finds_geom_insert")
    connection.execute("INSERT INTO finds (geom, gem) SELECT geom, 'ruby' FROM finds")
    connection.commit()
    try:
        assert (tmp_path / "finds.gpkg-wal").exists()
        assert [row.values["gem"] for row in plan_import(read_source(path)).rows] == ["emerald", "ruby"]
    finally:
        connection.close()


# --- names of photos ---------------------------------------------------------------------------------


def test_a_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "survey"
    inner.mkdir()
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"x")
    (inner / "link.jpg").symlink_to(secret)
    media = Media([inner])
    for name in ("../secret.jpg", str(secret), "media/../../secret.jpg", "link.jpg", "..", "", "a\x00.jpg"):
        assert media.find(name) is None, name


def test_a_photo_is_found_by_its_name_below_if_only_one_has_it(tmp_path: Path) -> None:
    for folder in ("x/attachments/1", "x/attachments/2"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "same.jpg").write_bytes(b"1")
    (tmp_path / "x/attachments/1/only.jpg").write_bytes(b"2")
    media = Media([tmp_path])
    assert media.find("only.jpg") == tmp_path / "x/attachments/1/only.jpg"
    assert media.find(r"C:\Users\ali\only.jpg") == tmp_path / "x/attachments/1/only.jpg"
    assert media.find("same.jpg") is None
    assert media.find("x/attachments/2/same.jpg") == tmp_path / "x/attachments/2/same.jpg"


def test_cells_that_name_photos() -> None:
    assert names_in(" a.jpg; DCIM/b.jpg | c.png ") == ["a.jpg", "DCIM/b.jpg", "c.png"]
    assert is_picture_name("DCIM/My find, ridge.jpg")
    assert is_picture_name("a.jpg; b.JPEG")
    for text in ("", "a.txt", "http://example.org/a.jpg", "see photo", ".jpg"):
        assert not is_picture_name(text), text
