"""The built-in basemap, look-ups in it, and basemaps of others."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.assets import resource_path
from surveyapp.errors import BadFile
from surveyapp.geo.places import (
    GENERALISATION_M,
    basemap,
    basemap_geojson,
    distance_to_boundary_m,
    in_pakistan,
    load_basemap,
    province_at,
    provinces_at,
)

PLACES = [
    ("Mingora", 72.36077, 34.77254, "PK-KP"),
    ("Alpurai", 72.63265, 34.92039, "PK-KP"),
    ("Parachinar, once F.A.T.A.", 70.10, 33.90, "PK-KP"),
    ("Chitral", 71.79, 35.85, "PK-KP"),
    ("Aliabad", 74.61545, 36.30703, "PK-GB"),
    ("Khaltaro", 74.73816, 35.85249, "PK-GB"),
    ("Skardu", 75.55, 35.30, "PK-GB"),
    ("Muzaffarabad", 73.47, 34.37, "PK-JK"),
    ("Sharda, Neelum", 74.19, 34.79, "PK-JK"),
    ("Islamabad", 73.05, 33.70, "PK-IS"),
    ("Lahore", 74.35, 31.56, "PK-PB"),
    ("Karachi", 67.01, 24.87, "PK-SD"),
    ("Quetta", 67.00, 30.20, "PK-BA"),
    ("Kabul", 69.17, 34.53, None),
    ("Srinagar", 74.80, 34.09, None),
    ("Amritsar", 74.87, 31.63, None),
    ("Kashgar", 75.99, 39.47, None),
    ("the sea", 65.0, 24.0, None),
]

SQUARE: dict[str, Any] = {
    "type": "Feature",
    "properties": {"code": "PK-XX", "name": "Square"},
    "geometry": {"type": "Polygon", "coordinates": [[[70, 30], [71, 30], [71, 31], [70, 31], [70, 30]]]},
}


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


def feature(shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def written(folder: Path, content: Any) -> Path:
    path = folder / "office.geojson"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(("place", "longitude", "latitude", "code"), PLACES)
def test_places_lie_in_their_provinces(
    place: str, longitude: float, latitude: float, code: str | None
) -> None:
    found = province_at(longitude, latitude)
    assert (found[0] if found else None) == code, place
    assert in_pakistan(longitude, latitude) == (code is not None)


def test_many_points_get_the_same_answers_as_single_ones() -> None:
    lons, lats = [place[1] for place in PLACES], [place[2] for place in PLACES]
    assert provinces_at(lons, lats) == [province_at(lon, lat) for lon, lat in zip(lons, lats, strict=True)]
    assert provinces_at([], []) == []
    assert provinces_at([math.nan], [math.nan]) == [None]


@given(st.floats(60, 78), st.floats(23, 38))
def test_plain_python_agrees_with_shapely(longitude: float, latitude: float) -> None:
    point = shapely.Point(longitude, latitude)
    shapes = {
        item["properties"]["code"]: shapely.geometry.shape(item["geometry"])
        for item in basemap_geojson()["features"]
        if item["properties"].get("code")
    }
    found = province_at(longitude, latitude)
    distance = distance_to_boundary_m(longitude, latitude)
    assert distance is not None
    if distance > 1:
        assert [code for code, shape in shapes.items() if shape.contains(point)] == (
            [found[0]] if found else []
        )
    # A plane around the point, as the function says that it uses.
    scale = math.cos(math.radians(latitude))
    flat = [shapely.transform(shape.boundary, lambda xy: xy * [scale, 1]) for shape in shapes.values()]
    nearest = min(line.distance(shapely.Point(longitude * scale, latitude)) for line in flat)
    assert distance == pytest.approx(nearest * 111_195.08, rel=1e-6, abs=0.01)


def test_a_pass_on_the_border_is_in_pakistan_within_the_generalisation_of_the_map() -> None:
    khunjerab = (75.42, 36.85)
    assert not in_pakistan(*khunjerab)
    assert in_pakistan(*khunjerab, tolerance_m=GENERALISATION_M)
    assert not in_pakistan(69.17, 34.53, tolerance_m=GENERALISATION_M)
    assert not in_pakistan(math.nan, 30.0, tolerance_m=GENERALISATION_M)


def test_the_built_in_map_has_what_the_readme_says() -> None:
    built_in = basemap()
    assert {province.code: province.name for province in built_in.provinces} == {
        "PK-BA": "Balochistan",
        "PK-GB": "Gilgit-Baltistan",
        "PK-IS": "Islamabad",
        "PK-JK": "Azad Jammu and Kashmir",
        "PK-KP": "Khyber Pakhtunkhwa",
        "PK-PB": "Punjab",
        "PK-SD": "Sindh",
    }
    assert all(province.name_ur for province in built_in.provinces)
    assert {line.kind for line in built_in.lines} == {"boundary", "province", "coast", "disputed"}
    assert {"Indian claim", "Line of Control and working boundary"} <= {line.name for line in built_in.lines}
    assert {area.kind for area in built_in.areas} == {"province", "neighbour", "disputed"}
    text = resource_path("basemap/pakistan.geojson").read_text(encoding="utf-8")
    assert len(text.encode()) < 150_000
    for dated in ("F.A.T.A.", "N.W.F.P.", "Northern Areas", "Baluchistan", "Azad Kashmir"):
        assert dated not in text


def test_the_built_in_provinces_do_not_overlap() -> None:
    shapes = [
        shapely.MultiPolygon([(polygon[0], polygon[1:]) for polygon in province.polygons])
        for province in basemap().provinces
    ]
    whole = shapely.union_all(shapes)
    assert all(shape.is_valid for shape in shapes)
    assert whole.area == pytest.approx(sum(shape.area for shape in shapes), abs=1e-6)
    assert all(not interior for part in shapely.get_parts(whole) for interior in part.interiors), (
        "no gaps between them"
    )


def test_arrays_for_drawing_are_longitudes_and_latitudes() -> None:
    for area in basemap().areas:
        for ring in area.rings:
            assert ring.shape[1] == 2
            assert ring.dtype == np.float64
            assert (ring[0] == ring[-1]).all()
            assert ((ring >= [58, 22]) & (ring <= [80, 39])).all()
        assert 58 <= area.label[0] <= 80
    for line in basemap().lines:
        assert len(line.points) >= 2


def test_labels_come_most_important_first_and_lie_where_they_belong() -> None:
    labels = basemap().labels
    assert [label.rank for label in labels] == sorted(label.rank for label in labels)
    assert all(label.text and label.text_ur for label in labels)
    names = [label.text for label in labels]
    assert len(names) == len(set(names)), "Islamabad is written once, as a town"
    for label in labels:
        if label.rank > 1:
            assert in_pakistan(label.longitude, label.latitude, tolerance_m=GENERALISATION_M), label.text
    for area in basemap().areas:
        if area.code:
            assert (province_at(*area.label) or ("",))[0] == area.code


def test_an_office_may_bring_its_own_map(tmp_path: Path) -> None:
    hole = [[70.4, 30.4], [70.6, 30.4], [70.6, 30.6], [70.4, 30.6], [70.4, 30.4]]
    ring = [[70, 30, 5], [71, 30, 5], [71, 31, 5], [70, 31, 5], [70, 30, 5]]
    own = load_basemap(
        written(
            tmp_path,
            "\ufeff"
            + json.dumps(
                collection(
                    feature("MultiPolygon", [[ring, hole]], code="PK-XX", name="Square"),
                    feature("Polygon", [[[80, 30], [81, 30], [81, 31], [80, 30]]], name="Elsewhere"),
                    feature("MultiLineString", [[[70, 30], [71, 31]], [[70, 31], [71, 30]]], kind="river"),
                    feature("Point", [70.5, 30.2], name="Town", rank="large"),
                    {"type": "Feature", "properties": None, "geometry": None},
                    crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
                )
            ),
        )
    )
    assert province_at(70.2, 30.2, own) == ("PK-XX", "Square")
    assert province_at(70.5, 30.5, own) is None, "it has a hole there"
    assert provinces_at([70.2, 70.5], [30.2, 30.5], own) == [("PK-XX", "Square"), None]
    assert distance_to_boundary_m(70.5, 30.5, own) == pytest.approx(
        0.1 * 111_195 * math.cos(math.radians(30.5)), rel=0.01
    )
    assert in_pakistan(70.2, 30.2, own)
    assert [(area.kind, area.name, len(area.rings)) for area in own.areas] == [
        ("province", "Square", 2),
        ("neighbour", "Elsewhere", 1),
    ]
    assert [(line.kind, len(line.points)) for line in own.lines] == [("boundary", 2), ("boundary", 2)]
    assert [(label.text, label.rank) for label in own.labels] == [
        ("Elsewhere", 0),
        ("Square", 1),
        ("Town", 3),
    ]
    assert own.areas[0].label == (70.5, 30.5)
    assert own.attribution == "office.geojson"
    assert basemap_geojson(own)["features"][1]["properties"]["name"] == "Elsewhere"


def test_a_map_without_provinces_leaves_the_province_open(tmp_path: Path) -> None:
    own = load_basemap(written(tmp_path, collection({**SQUARE, "properties": {}})))
    assert province_at(70.5, 30.5, own) is None
    assert provinces_at([70.5], [30.5], own) == [None]
    assert distance_to_boundary_m(70.5, 30.5, own) is None
    assert not in_pakistan(70.5, 30.5, own, tolerance_m=GENERALISATION_M)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("not json", "not GeoJSON"),
        ("[" * 100_000, "not GeoJSON"),
        ("[]", "FeatureCollection"),
        ({"type": "FeatureCollection"}, "no list of features"),
        (collection(), "no polygon"),
        (collection(7), "feature 1 is not"),
        (collection({"type": "Feature", "properties": [1], "geometry": None}), "feature 1 is not"),
        (collection(feature("Point", [70, 30])), "no polygon"),
        (collection(SQUARE, feature("GeometryCollection", [])), "feature 2 has a kind"),
        (collection(feature("Polygon", [])), "empty or broken"),
        (collection(feature("Polygon", [[[70, 30], [71, 30], [70, 30]]])), "too few points"),
        (collection(feature("Polygon", [[[70, 30], [71, 30], ["x", 1], [70, 30]]])), "pair of numbers"),
        (collection(feature("Polygon", [[[70, 30], [71, 30], [1], [70, 30]]])), "pair of numbers"),
        (collection(feature("Polygon", [[[2e5, 3e6], [3e5, 3e6], [3e5, 4e6], [2e5, 3e6]]])), "EPSG:4326"),
        (collection(SQUARE, crs={"type": "name", "properties": {"name": "EPSG:32643"}}), "EPSG:4326"),
        (collection(SQUARE, crs="strange"), "EPSG:4326"),
    ],
)
def test_a_file_that_is_no_basemap_is_refused_in_one_sentence(tmp_path: Path, content: Any, why: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(BadFile, match=why) as refused:
        load_basemap(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="No such file"):
        load_basemap(tmp_path / "absent.geojson")
    with pytest.raises(BadFile, match="cannot be read"):
        load_basemap(tmp_path)
    binary = tmp_path / "binary.geojson"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match="not GeoJSON"):
        load_basemap(binary)
    huge = tmp_path / "huge.geojson"
    with huge.open("wb") as stream:
        stream.truncate(20_000_001)
    with pytest.raises(BadFile, match="larger than 20 MB"):
        load_basemap(huge)


def test_single_look_ups_import_no_numbers_library() -> None:
    code = (
        "import sys; from surveyapp.geo.places import *\n"
        "province_at(72.36, 34.77), distance_to_boundary_m(72, 34)\n"
        "in_pakistan(75.4, 36.8, tolerance_m=5000)\n"
        "print(sorted({'numpy', 'shapely', 'pyproj'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_maker_makes_the_same_file_again(tmp_path: Path) -> None:
    source = Path("/usr/share/qgis/resources/data/world_map.gpkg")
    if not source.is_file():
        pytest.skip("QGIS's world map (Debian package qgis-common) is not on this machine")
    made = tmp_path / "again.geojson"
    maker = resource_path("basemap/make_basemap.py")
    subprocess.run([sys.executable, str(maker), str(source), str(made)], check=True, capture_output=True)
    assert made.read_bytes() == resource_path("basemap/pakistan.geojson").read_bytes()
