"""Places by the boundaries in use: what is written, what is checked, and what a new layer changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import geopandas
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.app import run
from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.domain.toposheet import sheet_number
from surveyapp.errors import BadFile, BadInput
from surveyapp.geo.basemap import Province
from surveyapp.geo.boundaries import AreaIndex, Boundaries, built_in, load_boundaries, text_columns
from surveyapp.geo.places import area_at, distance_to_edge_m
from surveyapp.geo.toposheets import sheet_box, toposheet_at
from surveyapp.services import placing, recording
from surveyapp.services import where as places
from surveyapp.services.mending import mend
from surveyapp.services.session import Session
from surveyapp.services.sheet_index import index_sheets, write_index
from surveyapp.services.where import place_issues
from surveyapp.settings import Settings

BUILT_IN = built_in().label


def square(west: float, south: float, east: float, north: float) -> list[list[tuple[float, float]]]:
    return [[(west, south), (east, south), (east, north), (west, north), (west, south)]]


def district(name: str, west: float, east: float) -> Province:
    return Province("", name, "", [square(west, 34.5, east, 35.5)])


def layer(version: str, border: float, *more: Province, **kinds: tuple[Province, ...]) -> Boundaries:
    """Swat to the west of the border and Shangla to the east."""
    districts = (district("Swat", 72.0, border), district("Shangla", border, 73.0), *more)
    return Boundaries("Office", version, 50.0, built_in().provinces, districts, **kinds)


OLD, NEW = layer("2025", 72.5), layer("2026", 72.6)


@pytest.fixture(autouse=True)
def _built_in_afterwards() -> Iterator[None]:
    yield
    places.use(None)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with recording.new_survey(tmp_path / "a.gpkg", "A", team="T", surveyor="S") as made:
        yield made


def add(session: Session, longitude: float, latitude: float = 34.9, **values: Value) -> str:
    return recording.add_sighting(session, {"gem": "emerald", GEOMETRY: point_hex(longitude, latitude), **values})


def told(session: Session, uuid: str) -> tuple[object, ...]:
    record = session.file.get("sighting", uuid)
    assert record is not None
    return tuple(record.get(name) for name in ("province", "district", "boundary_source"))


def codes(session: Session, boundaries: Boundaries | None = None) -> dict[str, str]:
    return {issue.code: issue.message for issue in place_issues(session.file, boundaries)}


# --- what is written ---------------------------------------------------------------------------------


def test_a_sighting_says_by_which_boundaries_its_place_is(session: Session) -> None:
    assert told(session, add(session, 72.3)) == ("PK-KP", None, BUILT_IN)
    places.use(OLD)
    assert told(session, add(session, 72.3)) == ("PK-KP", "Swat", "Office 2025")
    assert told(session, add(session, 72.3, district="Buner")) == ("PK-KP", "Buner", None), "a person said so"
    assert told(session, add(session, 60.0, 15.0)) == (None, None, None)
    many = recording.place_facts_of_many([(72.3, 34.9)] * 120)
    assert many == [recording.place_facts(72.3, 34.9)] * 120


def test_a_place_that_a_person_changes_no_longer_names_the_boundaries(session: Session) -> None:
    places.use(OLD)
    uuid = add(session, 72.3)
    record = session.file.get("sighting", uuid)
    assert record is not None
    recording.edit_record(session, record, {"district": "Buner"})
    assert told(session, uuid) == ("PK-KP", "Buner", None)
    record = session.file.get("sighting", uuid)
    assert record is not None
    recording.edit_many(session, [record], {"district": "Swat"})
    assert told(session, uuid) == ("PK-KP", "Swat", "Office 2025")
    record = session.file.get("sighting", uuid)
    assert record is not None
    recording.edit_record(session, record, {GEOMETRY: point_hex(72.8, 35.0)})
    assert told(session, uuid) == ("PK-KP", "Shangla", "Office 2025")


# --- a new layer -------------------------------------------------------------------------------------


def test_a_new_layer_changes_what_the_old_one_said_and_nothing_that_a_person_chose(session: Session) -> None:
    before_layers = add(session, 72.3)
    places.use(OLD)
    moves, stays, mine = add(session, 72.55), add(session, 72.3), add(session, 72.55, district="Buner")
    edited = add(session, 72.56)
    outside = add(session, 60.0, 15.0)
    # As another program does it: it knows nothing of whose word the district is.
    session.apply(ChangeSet((changes.update("sighting", edited, {"district": "Kohistan"}),), "QGIS"))
    places.use(NEW)
    dry = placing.work_out_again(session, dry_run=True)
    assert told(session, moves)[1] == "Shangla", "a dry run writes nothing"
    found = placing.work_out_again(session)
    assert found == dry
    assert told(session, before_layers) == ("PK-KP", "Swat", "Office 2026")
    assert told(session, moves) == ("PK-KP", "Swat", "Office 2026")
    assert told(session, stays) == ("PK-KP", "Swat", "Office 2026")
    assert told(session, mine) == ("PK-KP", "Buner", None)
    assert told(session, edited) == ("PK-KP", "Kohistan", "Office 2025")
    assert told(session, outside) == (None, None, None)
    assert (found.sightings, found.confirmed, len(found.by_hand), found.outside) == (2, 1, 2, 1)
    assert len(found.lines()) == 4
    again = placing.work_out_again(session)
    assert (again.sightings, again.confirmed) == (0, 0)
    session.undo()
    assert told(session, moves) == ("PK-KP", "Shangla", "Office 2025")
    assert told(session, stays) == ("PK-KP", "Swat", "Office 2025")


def test_a_layer_that_knows_less_does_not_claim_what_another_said(session: Session) -> None:
    places.use(OLD)
    uuid = add(session, 72.3)
    places.use(None)
    assert placing.work_out_again(session).confirmed == 0
    assert told(session, uuid) == ("PK-KP", "Swat", "Office 2025")


# --- checks ------------------------------------------------------------------------------------------


def test_what_the_point_rules_out_is_found(session: Session) -> None:
    add(session, 72.3, province="PK-SD", district="Buner", toposheet="43 A/1")
    found = codes(session, OLD)
    assert found["province-elsewhere"] == "The province is PK-SD, the point lies in Khyber Pakhtunkhwa."
    assert found["district-elsewhere"] == "The district is Buner, the point lies in Swat."
    assert found["toposheet-elsewhere"] == "The toposheet is 43 A/1, the point lies on 43 B/5."


def test_a_point_at_a_boundary_may_be_either_and_one_clear_of_it_not(session: Session) -> None:
    places.use(OLD)
    near = add(session, 72.4999, accuracy_m=10.0, district="Shangla")
    add(session, 72.3, district="swat ")
    found = list(place_issues(session.file, OLD))
    assert [(issue.code, issue.record) for issue in found] == [("either-district", near)], found
    (issue,) = found
    assert issue.message == "The point may lie in Swat or Shangla; the boundary is 9 m away."


def test_what_was_worked_out_from_another_layer_is_found(session: Session) -> None:
    places.use(OLD)
    add(session, 72.3)
    assert codes(session, OLD) == {}
    assert "worked out from Office 2025; the boundaries in use are Office 2026" in codes(session, NEW)["boundary-older"]
    assert codes(session, built_in()) == {}, "the built-in map is newer than nothing"


def test_licences_and_protected_areas_are_looked_at(session: Session) -> None:
    def box(*edges: float) -> str:
        return str(shapely.to_wkb(shapely.box(*edges), hex=True, byte_order=1))

    for name, edges in (("L-1", (72.2, 34.9, 72.4, 35.1)), ("L-2", (72.3, 34.9, 72.5, 35.1))):
        area = {GEOMETRY: box(*edges), "kind": "licence", "name": name}
        session.apply(ChangeSet((changes.insert("area", area),), "x"))
    add(session, 72.25)
    found = codes(session)
    assert list(found) == ["licences-overlap"]
    assert found["licences-overlap"] in ("The licence overlaps with L-1.", "The licence overlaps with L-2.")
    add(session, 72.1)
    assert codes(session)["outside-licence"] == "The point lies outside every licence of the survey."
    park = Province("", "Park", "", [square(72.24, 34.9, 72.26, 35.1)])
    guarded = layer("2025", 72.5, protected=(park,))
    assert codes(session, guarded)["in-protected-area"] == "The point lies in the protected area Park."
    add(session, 72.2603)
    assert any("may lie in the protected area Park, whose edge is 27 m away" in issue.message
               for issue in place_issues(session.file, guarded))
    cadastre = layer("2025", 72.5, licences=(Province("", "L-9", "", [square(72.0, 34.9, 72.2, 35.1)]),))
    assert "outside-licence" not in codes(session, cadastre)


# --- many points -------------------------------------------------------------------------------------

_POINTS = st.lists(st.tuples(st.floats(71.9, 73.1), st.floats(34.4, 35.6)), min_size=1, max_size=20)


@given(_POINTS, st.floats(0, 3000))
def test_many_points_are_answered_as_single_ones(points: list[tuple[float, float]], margin: float) -> None:
    index = AreaIndex(OLD.districts)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    near = index.near_an_edge(xs, ys, margin)
    for n, (x, y) in enumerate(points):
        edges = [distance_to_edge_m(area, x, y, within_m=margin) for area in OLD.districts]
        assert near[n] or all(edge is None for edge in edges), "an edge within the margin is never overlooked"
    for (x, y), area in zip(points, index.holding(xs, ys), strict=True):
        single = area_at(OLD.districts, x, y)
        # On a line itself, plain Python and shapely may differ; a hair beside it they may not.
        if distance_to_edge_m(OLD.districts[0], x, y, within_m=0.01) is None and \
                distance_to_edge_m(OLD.districts[1], x, y, within_m=0.01) is None:
            assert area is single


# --- files of offices --------------------------------------------------------------------------------


def test_a_column_that_no_name_tells_is_asked_for(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(
        {"ZILA": ["سوات", "شانگلہ"], "accuracy_m": [100, 400], "version": ["7", "7"], "kinds": ["x", "y"]},
        geometry=[shapely.box(72, 34.5, 72.5, 35.5), shapely.box(72.5, 34.5, 73, 35.5)], crs="EPSG:4326",
    )  # fmt: skip
    path = tmp_path / "zila.gpkg"
    frame.to_file(path)
    with pytest.raises(BadFile, match="no polygons that say"):
        places.load_as_told(path, {})
    assert text_columns(path) == ["ZILA", "kinds", "version"]
    found = places.load_as_told(path, {"district": "ZILA", "accuracy_m": 5})
    assert [area.name for area in found.districts] == ["سوات", "شانگلہ"]
    assert (found.label, found.accuracy_m) == ("zila 7", 400), "what the file says goes first, the poorest of it"
    assert found.province_accuracy_m == built_in().accuracy_m


def test_the_layer_of_the_settings_is_used_and_a_missing_one_is_said(tmp_path: Path) -> None:
    path = office(tmp_path)
    settings = Settings(tmp_path / "settings.json")
    settings.update({places.SETTING: str(path), places.FACTS: {"accuracy_m": 7}})
    said: list[str] = []
    places.use_settings(lambda: settings, said.append)
    assert (places.in_use().label, places.in_use().accuracy_m) == ("Office 2026-03", 7)
    path.unlink()
    places.use_settings(lambda: settings, said.append)
    assert places.in_use() is built_in()
    assert len(said) == 1 and "cannot be read" in said[0] and said[0].endswith("The built-in boundaries are used.")


def test_the_setting_of_earlier_versions_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"files.districts": "/somewhere/districts.geojson"}), "utf-8")
    settings = Settings(path)
    assert settings["files.boundaries"] == "/somewhere/districts.geojson"
    settings["surveyor.name"] = "S"
    assert "files.districts" not in json.loads(path.read_text("utf-8"))


def office(folder: Path) -> Path:
    ring = square(72, 34, 73, 35)
    feature = {"type": "Feature", "properties": {"DISTRICT": "Swat"},
               "geometry": {"type": "Polygon", "coordinates": ring}}
    path = folder / "office.geojson"
    content = {"type": "FeatureCollection", "name": "Office", "version": "2026-03", "features": [feature]}
    path.write_text(json.dumps(content), "utf-8")
    return path


# --- the command line --------------------------------------------------------------------------------


def test_places_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, layer_file = str(tmp_path / "a.gpkg"), str(office(tmp_path))
    assert run(["new", file, "--name", "A", "--team", "T", "--surveyor", "S"]) == 0
    assert run(["add", file, "--gem", "ruby", "--at", "34.7725N 72.3608E"]) == 0
    before = Path(file).read_bytes()
    capsys.readouterr()
    assert run(["places", file, "--boundaries", layer_file, "--dry-run"]) == 0
    assert capsys.readouterr().out == "1 sighting gets another province or district, by Office 2026-03.\n"
    assert Path(file).read_bytes() == before
    assert run(["places", file, "--boundaries", layer_file, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["changed"][0]["field"] == "district" and answer["changed"][0]["after"] == "Swat"
    assert run(["list", file, "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["district"], listed["boundary_source"]) == ("Swat", "Office 2026-03")
    assert run(["places"]) == 2
    assert run(["places", file, "--district", "X"]) == 2
    assert run(["places", file, "--boundaries", str(tmp_path / "none.geojson")]) == 2


def test_the_index_of_the_sheets_is_written_for_qgis(tmp_path: Path) -> None:
    sheets = index_sheets()
    names = [name for name, _ring in sheets]
    assert len(names) == len(set(names)) > 1200
    assert {"43 B/5", "43 B/6", "42 L/11", "43 I/9"} <= set(names)
    for name, ring in sheets[::50]:
        middle = shapely.Polygon(ring).centroid
        assert toposheet_at(middle.x, middle.y) == name
    assert run(["places", "--index", str(tmp_path / "i.geojson")]) == 0
    read = geopandas.read_file(tmp_path / "i.geojson")
    row = read[read["sheet"] == "43 B/5"].iloc[0]
    assert (row["degree_sheet"], row["index_sheet"]) == ("43 B", "43")
    assert row.geometry.exterior.is_ccw
    assert write_index(tmp_path / "i.gpkg") == len(read) == len(geopandas.read_file(tmp_path / "i.gpkg"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["i.geojson", "i.gpkg"]
    with pytest.raises(BadInput, match=r"not as i\.csv"):
        write_index(tmp_path / "i.csv")
    with pytest.raises(BadFile, match="cannot be written"):
        write_index(tmp_path / "absent" / "i.geojson")


def test_a_sheet_has_a_box_in_wgs84() -> None:
    found = sheet_box("sheet 43B5")
    assert found is not None
    name, (west, south, east, north) = found
    assert name == "43 B/5"
    assert toposheet_at((west + east) / 2, (south + north) / 2) == "43 B/5" == sheet_number(72.3, 34.8)
    assert west == pytest.approx(72.25, abs=0.0015) and west != 72.25, "the sheet's own datum"
    assert sheet_box("34.77N 72.36E") is sheet_box("43 B/5 46.35N 21.65E") is sheet_box("43 B/17") is None


def test_the_built_in_layer_is_loaded_once(tmp_path: Path) -> None:
    path = office(tmp_path)
    assert places.load_as_told(path, {}) is places.load_as_told(str(path), {})
    assert load_boundaries(path).label == "Office 2026-03"


def test_mending_a_place_names_the_boundaries(session: Session) -> None:
    places.use(OLD)
    uuid = add(session, 72.3, district="Buner")
    found = [issue for issue in place_issues(session.file) if issue.code == "district-elsewhere"]
    assert mend(session, found, only_safe=True).left == tuple(found), "a person's word is not changed unasked"
    mend(session, found)
    assert told(session, uuid) == ("PK-KP", "Swat", "Office 2025")
