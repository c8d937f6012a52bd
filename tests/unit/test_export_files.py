"""What lies in and beside an export: metadata, dictionary, styles, photos; GeoPackages copied by SQLite."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import defusedxml.ElementTree
import pytest
import shapely

from surveyapp.domain.changes import insert
from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.gems import GEMS
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.template import Template
from surveyapp.errors import BadInput, BadPosition
from surveyapp.exchange.audience import public_edition_of
from surveyapp.exchange.exporters.facts import accuracy_sentence, facts_of
from surveyapp.exchange.exporters.photo_files import ExportPhoto, PhotoSet
from surveyapp.exchange.registry import formats, write_layers
from surveyapp.services.exporting import export
from surveyapp.services.session import Session
from surveyapp.services.templates import use
from surveyapp.storage.merging import merge
from tests.helpers.surveys import assert_sound, edit, fork, knowledge, sighting, sql, survey_with, uuid_of

LINE = str(shapely.to_wkb(shapely.LineString([(72, 34), (72.5, 34.5)]), hex=True, byte_order=1))
HOSTILE = '<script>alert(1)</script> $[name] ]]> & "quoted"'


def _jpeg(colour: str, size: tuple[int, int] = (640, 480)) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = survey_with(tmp_path_factory.mktemp("files") / "survey.gpkg", [
        sighting(1, gem="emerald", locality=HOSTILE, notes=HOSTILE, observer="Gul Meena", observed_at=
                 "2026-05-01T05:00:00.000Z", elevation_m=1234.5, geom=point_hex(72.3608, 34.7725)),
        sighting(2, gem="ruby", presence="absent", observed_at="2026-06-01T05:00:00.000Z"),
        insert("track", {"name": "Day 1", "geom": LINE}, uuid=uuid_of(51)),
        sighting(3, gem="topaz"),
    ])
    edit(path, 3, notes="seen again")
    return path


@pytest.fixture
def session(survey: Path) -> Iterator[Session]:
    with Session.open(survey, read_only=True) as opened:
        yield opened


# --- GeoPackage --------------------------------------------------------------------------------------


def test_the_whole_survey_keeps_its_history_and_says_what_it_is(session: Session, survey: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.gpkg"
    export(session, out)
    assert_sound(out)
    assert knowledge(out) == knowledge(survey)
    ((scope, uri, kind, text),) = sql(out, "SELECT md_scope, md_standard_uri, mime_type, metadata FROM gpkg_metadata")
    assert (scope, uri, kind) == ("dataset", "http://www.isotc211.org/2005/gmd", "text/xml")
    root = defusedxml.ElementTree.fromstring(text)
    said = " ".join("".join(root.itertext()).split())
    for wanted in ("Surveyor in charge: Gul Khan", "3 sightings", "2026-05-01T05:00:00.000Z to 2026-06-01", "EPSG:4326",
                   "No licence for use is stated", "Exported by SurveyApp"):
        assert wanted in said
    with Session.open(out, read_only=True) as again:
        export(again, tmp_path / "again.gpkg")
    assert sql(tmp_path / "again.gpkg", "SELECT count(*) FROM gpkg_metadata") == [(1,)], "only of the last export"
    merged = tmp_path / "merged.gpkg"
    merge(merged, [survey, out], author="office")
    assert knowledge(merged)["records"] == knowledge(survey)["records"]


def test_layers_are_copied_as_they_are_stored(session: Session, survey: Path, tmp_path: Path) -> None:
    out = tmp_path / "sightings.gpkg"
    export(session, out, layer=["sighting", "track"])
    assert sql(out, "SELECT * FROM sighting") == sql(survey, "SELECT * FROM sighting")
    tables = {row[0] for row in sql(out, "SELECT table_name FROM gpkg_contents")}
    assert tables == {"sighting", "track", "layer_styles"}
    for tree in ("rtree_sighting_geom", "rtree_track_geom"):
        assert sql(out, f"SELECT rtreecheck('{tree}')") == [("ok",)]
    assert sql(out, "PRAGMA integrity_check") == [("ok",)]
    assert sql(out, "PRAGMA foreign_key_check") == []
    assert sql(out, "PRAGMA journal_mode") == [("delete",)]
    # What others do to it afterwards is counted and indexed.
    sql(out, "INSERT INTO sighting (geom, uuid, gem) SELECT geom, 'new', 'ruby' FROM sighting LIMIT 1")
    sql(out, "DELETE FROM sighting WHERE uuid = ?", uuid_of(3))
    assert sql(out, "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'sighting'") == [(3,)]
    assert sql(out, "SELECT count(*) FROM rtree_sighting_geom") == [(3,)]
    assert sql(out, "SELECT rtreecheck('rtree_sighting_geom')") == [("ok",)]
    with pytest.raises(sqlite3.IntegrityError):
        sql(out, "INSERT INTO sighting (uuid) VALUES ('new')")
    assert sql(out, "SELECT title FROM gpkg_data_columns WHERE column_name = 'largest_mm'") == [("Largest stone (mm)",)]


def test_a_survey_with_a_wal_is_copied_whole(survey: Path, tmp_path: Path) -> None:
    """As QGIS leaves it: the last changes are only in the file beside it."""
    path = fork(survey, "wal.gpkg")
    connection = sqlite3.connect(path, isolation_level=None)
    from surveyapp.storage.geometry import register_functions

    register_functions(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("UPDATE sighting SET notes = 'only in the wal' WHERE uuid = ?", (uuid_of(1),))
    with Session.open(path, read_only=True) as session:
        export(session, tmp_path / "out.gpkg", layer="sighting")
    connection.close()
    found = sql(tmp_path / "out.gpkg", "SELECT notes FROM sighting WHERE uuid = ?", uuid_of(1))
    assert found == [("only in the wal",)]


def test_columns_of_others_go_along(survey: Path, tmp_path: Path) -> None:
    path = fork(survey, "extra.gpkg")
    sql(path, 'ALTER TABLE sighting ADD COLUMN "Pit no" INTEGER')
    sql(path, 'UPDATE sighting SET "Pit no" = 7 WHERE uuid = ?', uuid_of(1))
    with Session.open(path) as session:
        export(session, tmp_path / "a.gpkg", layer="sighting")
        export(session, tmp_path / "a.parquet")
        export(session, tmp_path / "a.csv")
        export(session, tmp_path / "a.gpx")
    assert sql(tmp_path / "a.gpkg", 'SELECT "Pit no" FROM sighting WHERE "Pit no" IS NOT NULL') == [(7,)]
    from pyarrow import parquet

    assert 7 in parquet.read_table(tmp_path / "a.parquet").column("Pit no").to_pylist()
    assert "A column that others added" in (tmp_path / "a_dictionary.csv").read_text("utf-8-sig")


# --- what it says about itself -----------------------------------------------------------------------


def test_a_csv_comes_with_its_dictionary_and_a_text(session: Session, tmp_path: Path) -> None:
    export(session, tmp_path / "a.csv", crs="EPSG:24313")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    with (tmp_path / "a_dictionary.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["column"] for row in rows if not row["code"]] == header
    (largest,) = [row for row in rows if row["column"] == "largest_mm"]
    assert (largest["title"], largest["unit"], largest["type"]) == ("Largest stone", "mm", "number")
    assert "From 0 to 5000." in largest["description"]
    codes = {row["code"]: row["uri"] for row in rows if row["field"] == "gem" and row["code"]}
    assert codes["peridot"].endswith("/commodity-code/olivine-gemstone") and len(codes) == len(GEMS)
    readme = (tmp_path / "a_csv_README.txt").read_text("utf-8")
    for wanted in ("Survey name: Swat", "Kalianpur 1962 / UTM zone 43N (EPSG:24313)", "of unknown accuracy",
                   "a_dictionary.csv: The columns.", "What is lost"):
        assert wanted in readme


def test_lines_in_another_system_stand_beside_those_in_wgs84(session: Session, tmp_path: Path) -> None:
    export(session, tmp_path / "t.csv", layer="track", crs="EPSG:32643")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["geometry"] == "LINESTRING (72 34, 72.5 34.5)" and row["crs"] == "EPSG:32643"
    x, y = shapely.get_coordinates(shapely.from_wkt(row["geometry_in_crs"]))[0]
    assert 222_000 < x < 224_000 and 3_765_000 < y < 3_767_000


@pytest.mark.parametrize("name", [f.name for f in formats(can_export=True) if f.any_crs])
def test_a_shift_that_nobody_knows_is_refused(session: Session, tmp_path: Path, name: str) -> None:
    known = next(f for f in formats() if f.name == name)
    with pytest.raises(BadPosition, match="Kalianpur 1880"):
        export(session, tmp_path / f"a{known.extensions[0]}", format=name, layer="sighting", crs="EPSG:24371")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [f.name for f in formats(can_export=True) if not f.any_crs])
def test_formats_of_wgs84_refuse_another_system(session: Session, tmp_path: Path, name: str) -> None:
    known = next(f for f in formats() if f.name == name)
    with pytest.raises(BadInput, match="always in WGS 84"):
        export(session, tmp_path / f"a{known.extensions[0]}", format=name, layer="sighting", crs="EPSG:32643")


def test_the_accuracy_of_a_shift_is_said_as_it_is() -> None:
    north, south = point_hex(72.36, 34.77), point_hex(69.7, 26.38)
    columns = {"sighting": {"uuid": ["a"], "geom": [north]}}
    assert "not shifted" in accuracy_sentence("EPSG:4326", columns)
    assert "not shifted" in accuracy_sentence("EPSG:32643", columns), "the same datum"
    assert "is of unknown accuracy (EPSG gives no estimate)" in accuracy_sentence("EPSG:24313", columns)
    assert "999" not in accuracy_sentence("EPSG:24313", columns)
    both = accuracy_sentence("EPSG:24312", {"sighting": {"uuid": ["a", "b"], "geom": [north, south]}})
    assert "good to 3 m, of unknown accuracy at some places" in both


def test_metadata_are_in_every_format(session: Session, tmp_path: Path) -> None:
    from pyarrow import parquet

    export(session, tmp_path / "a.geojson")
    told = json.loads((tmp_path / "a.geojson").read_text("utf-8"))["metadata"]
    assert told["surveys"][0]["Team"] == "Alpha" and told["records"] == {"sighting": 3}
    assert told["extent"] == pytest.approx([72.02, 34.0, 72.3608, 34.7725])
    export(session, tmp_path / "a.parquet")
    schema = parquet.read_schema(tmp_path / "a.parquet")
    own = json.loads(schema.metadata[b"surveyapp"])
    assert own["layer"] == "sighting" and own["facts"]["surveys"] == told["surveys"]
    assert schema.field("accuracy_m").metadata[b"unit"] == b"m"
    assert json.loads(schema.field("gem").metadata[b"codes"])["ruby"]["uri"].endswith("/ruby")
    for name in ("a.kml", "a.gpx", "a.xml"):
        export(session, tmp_path / name)
        assert "Lineage: Records of 1 survey in survey.gpkg." in (tmp_path / name).read_text("utf-8")


def test_packages_that_were_merged_are_the_lineage(survey: Path, tmp_path: Path) -> None:
    other = fork(survey, "other.gpkg")
    edit(other, 1, "Mina", notes="from the other")
    merged = tmp_path / "merged.gpkg"
    merge(merged, [survey, other], author="Officer Khan")
    with Session.open(merged, read_only=True) as session:
        export(session, tmp_path / "a.geojson")
        export(session, tmp_path / "p.geojson", audience="public")
    steps = json.loads((tmp_path / "a.geojson").read_text("utf-8"))["metadata"]["lineage"]
    assert sum(bool(re.search(r"Package (survey|other)\.gpkg.*SHA-256 [0-9a-f]{64}", step)) for step in steps) == 2
    public = (tmp_path / "p.geojson").read_text("utf-8")
    assert "Officer Khan" not in public and "other.gpkg" not in public and "SHA-256" in public


# --- for the public ----------------------------------------------------------------------------------


def test_the_office_says_how_coarse_the_public_edition_is(survey: Path, tmp_path: Path) -> None:
    path = fork(survey, "coarse.gpkg")
    with Session.open(path) as session:
        use(session, Template(name="Office", public_grid_deg=0.5))
        export(session, tmp_path / "p.geojson", audience="public")
        lines = export(session, tmp_path / "p.kmz", audience="public")
    document = json.loads((tmp_path / "p.geojson").read_text("utf-8"))
    assert {tuple(f["geometry"]["coordinates"]) for f in document["features"]} == {(72.25, 34.25), (72.25, 34.75)}
    assert "cells of 0.5 degrees" in document["note"] == document["metadata"]["note"]
    assert any("cells of 0.5 degrees" in line for line in lines)


@pytest.mark.parametrize("name", [f.name for f in formats(can_export=True)])
def test_no_secret_is_in_a_public_export(session: Session, tmp_path: Path, name: str) -> None:
    known = next(f for f in formats() if f.name == name)
    out = tmp_path / f"p{known.extensions[0]}"
    export(session, out, format=name, audience="public", where=["observer~Gul", "elevation_m=1234.5"])
    data = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    if name == "kmz":
        with zipfile.ZipFile(tmp_path / "p.kmz") as archive:
            data = b"".join(map(archive.read, archive.namelist()))
            assert not any("photo" in entry for entry in archive.namelist())
    for secret in (b"Gul", b"34.7725", b"72.3608", b"1234.5", b"survey.gpkg"):
        assert secret not in data
    assert bytes.fromhex(point_hex(72.3608, 34.7725))[5:] not in data


def test_a_name_that_another_layer_keeps_is_withheld_too() -> None:
    edition = public_edition_of({
        "sighting": {"uuid": ["a"], "gem": ["ruby"], "observer": ["Zarmina Khan"], "longitude": [72.0],
                     "latitude": [34.0]},
        "sample": {"uuid": ["b"], "sample_id": ["S-1"], "description": ["taken by Zarmina Khan"]},
    }, title="Zarmina Khan's survey", surveys=[{"uuid": "s", "name": "Swat", "lead": "Zarmina Khan"}])
    assert edition.layers["sample"]["description"] == [None]
    assert edition.title == "Survey" and "lead" not in edition.surveys[0]


# --- KML and KMZ -------------------------------------------------------------------------------------


def test_placemarks_have_the_style_of_their_gem(session: Session, tmp_path: Path) -> None:
    export(session, tmp_path / "a.kml")
    root = defusedxml.ElementTree.parse(tmp_path / "a.kml").getroot()
    kml = "{http://www.opengis.net/kml/2.2}"
    styles = {e.get("id"): e for e in root.iter(f"{kml}Style") if e.get("id")}
    marks = {m.findtext(f"{kml}name"): m.findtext(f"{kml}styleUrl") for m in root.iter(f"{kml}Placemark")}
    assert marks[HOSTILE] == "#gem-emerald" and marks["Ruby"] == "#absent" and marks["Day 1"] == "#track"
    assert {url.removeprefix("#") for url in marks.values() if url} <= set(styles)
    colour = styles["gem-emerald"].findtext(f"{kml}IconStyle/{kml}color")
    assert colour == "ff5a8712", "alpha, blue, green, red of #12875a"
    text = (tmp_path / "a.kml").read_text("utf-8")
    assert not re.findall(r"(?:href|src)=|<href>", text), "nothing is fetched from elsewhere"


def test_a_kmz_carries_photos_in_balloons_that_run_nothing(tmp_path: Path) -> None:
    columns = {"uuid": ["a", "b"], "gem": ["ruby", "nephrite"], "locality": [HOSTILE, None],
               "longitude": [72.0, 73.0], "latitude": [34.0, 35.0]}
    photos = PhotoSet([
        ExportPhoto("../../evil", "a", lambda: _jpeg("darkred", (2000, 1000)), HOSTILE),
        ExportPhoto("p2", "a", lambda: b"no photo"),
    ], 10_000_000)
    out = tmp_path / "a.kmz"
    written = write_layers(out, "kmz", {"sighting": columns}, photos=photos)
    assert "1 photo is in it." in written.notes and "1 photo cannot be read and is left out." in written.notes
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        assert names[0] == "doc.kml" and archive.testzip() is None
        assert all(re.fullmatch(r"files/[\w-]+\.(png|jpg)", name) for name in names[1:])
        assert {f"files/{gem.code}.png" for gem in GEMS} <= set(names)
        text = archive.read("doc.kml").decode("utf-8")
        from PIL import Image

        with Image.open(io.BytesIO(archive.read("files/photo-1.jpg"))) as picture:
            assert max(picture.size) == 1024
    root = defusedxml.ElementTree.fromstring(text)
    kml = "{http://www.opengis.net/kml/2.2}"
    balloons = [e.text or "" for e in root.iter(f"{kml}text")]
    assert "<img src='files/photo-1.jpg' width='320' height='160'/>" in balloons[0]
    assert "<script" not in text and "&lt;script" in balloons[0] and "$[" not in balloons[0]
    references = {e.text for e in root.iter(f"{kml}href")} | set(re.findall(r"src='([^']+)'", "".join(balloons)))
    assert references <= set(names)


def test_a_kmz_takes_no_more_photos_than_its_limit(tmp_path: Path) -> None:
    columns = {"uuid": ["a"], "longitude": [72.0], "latitude": [34.0]}
    photos = [ExportPhoto(str(n), "a", lambda: _jpeg("darkred")) for n in range(4)]
    written = write_layers(tmp_path / "a.kmz", "kmz", {"sighting": columns}, photos=PhotoSet(photos, 8_000))
    with zipfile.ZipFile(tmp_path / "a.kmz") as archive:
        kept = [name for name in archive.namelist() if name.endswith(".jpg")]
        assert sum(archive.getinfo(name).file_size for name in kept) <= 8_000
    assert 0 < len(kept) < 4
    assert any("left out: all together may take 0.008 MB" in note for note in written.notes)


# --- GeoParquet --------------------------------------------------------------------------------------


def test_geoparquet_is_as_its_specification_has_it(tmp_path: Path) -> None:
    from pyarrow import parquet

    columns = {
        "uuid": ["a", "b", "c"], "gem": ["ruby", None, "topaz"], "stone_count": [3, None, 5],
        "accuracy_m": [1.5, None, 2.0], "observed_at": ["2026-05-01T05:00:00.007Z", None, None],
        "geom": [point_hex(72.25, 34.5), None, point_hex(74.0, 36.0)], "geometry": ["mine", None, None],
    }
    path = tmp_path / "a.parquet"
    write_layers(path, "parquet", {"sighting": columns})
    table = parquet.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry_"), "another took the usual name"
    about = geo["columns"]["geometry_"]
    assert about["encoding"] == "WKB" and about["geometry_types"] == ["Point"]
    assert about["bbox"] == [72.25, 34.5, 74.0, 36.0]
    assert about["crs"]["id"] == {"authority": "OGC", "code": "CRS84"}
    assert about["covering"]["bbox"]["xmax"] == ["bbox", "xmax"]
    assert str(table.schema.field("stone_count").type) == "int64"
    assert str(table.schema.field("observed_at").type) == "timestamp[ms, tz=UTC]"
    assert table.column("bbox").to_pylist()[0] == {"xmin": 72.25, "ymin": 34.5, "xmax": 72.25, "ymax": 34.5}
    assert table.column("bbox").null_count == table.column("geometry_").null_count == 1
    assert table.column("geometry").to_pylist() == ["mine", None, None]


def test_geoparquet_of_others_is_read(tmp_path: Path) -> None:
    import geopandas

    from surveyapp.errors import BadFile
    from surveyapp.exchange.plan import plan_import
    from surveyapp.exchange.registry import read_source

    path = tmp_path / "finds.parquet"
    frame = geopandas.GeoDataFrame(
        {"Mineral": ["ruby", "topaz"], "n": [1, 2]}, crs="EPSG:32643",
        geometry=geopandas.points_from_xy([500_000, 510_000], [3.8e6, 3.81e6]),
    )
    frame.to_parquet(path)
    source = read_source(path)
    assert (source.geometry, source.crs, source.target) == ("POINT", "EPSG:32643", "sighting")
    rows = plan_import(source).rows
    assert [row.values["gem"] for row in rows] == ["ruby", "topaz"]
    assert shapely.from_wkb(str(rows[0].wkb_hex)).x == pytest.approx(75.0)
    frame.to_parquet(path, geometry_encoding="geoarrow")
    with pytest.raises(BadFile, match="only WKB is read"):
        read_source(path)
    path.write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(BadFile, match="damaged or no Parquet"):
        read_source(path)


def test_facts_of_columns_alone() -> None:
    told = facts_of({"sighting": {"uuid": [], "observed_at": []}}, note="Why.")
    assert (told.title, told.extent, told.period, told.note) == ("Sightings", None, None, "Why.")
    assert told.records == {"sighting": 0}
    assert SIGHTING.plural == told.title
