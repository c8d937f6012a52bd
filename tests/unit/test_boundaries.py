"""An office's boundaries, and where a point is by them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.errors import BadFile
from surveyapp.geo.basemap import Province
from surveyapp.geo.boundaries import Boundaries, built_in, load_boundaries
from surveyapp.geo.where import Held, held, where

SWAT = [(72.0, 34.5), (72.5, 34.5), (72.5, 35.5), (72.0, 35.5), (72.0, 34.5)]
SHANGLA = [(72.5, 34.5), (73.0, 34.5), (73.0, 35.5), (72.5, 35.5), (72.5, 34.5)]
PARK = [(72.4, 34.9), (72.6, 34.9), (72.6, 35.0), (72.4, 35.0), (72.4, 34.9)]


def feature(ring: list[tuple[float, float]], **facts: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": facts, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def geojson(path: Path, *features: dict[str, Any], **facts: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", **facts, "features": list(features)}), "utf-8")
    return path


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return geojson(
        tmp_path / "office.geojson",
        feature(SWAT, kind="district", name="Swat", name_ur="سوات"),
        feature(SHANGLA, DISTRICT="Shangla"),
        feature(PARK, kind="protected", name="Park"),
        name="Survey office", version="2026-03", accuracy_m=200,
    )  # fmt: skip


def test_an_offices_layer_says_what_it_is_and_leaves_provinces_to_the_built_in_map(office: Path) -> None:
    found = load_boundaries(office)
    assert found.label == "Survey office 2026-03" and found.accuracy_m == 200
    assert [(d.name, d.name_ur) for d in found.districts] == [("Swat", "سوات"), ("Shangla", "")]
    assert [p.name for p in found.protected] == ["Park"]
    assert found.provinces == built_in().provinces


def test_without_a_version_the_file_itself_is_the_version(tmp_path: Path) -> None:
    one = load_boundaries(geojson(tmp_path / "map.geojson", feature(SWAT, district="Swat")), accuracy_m=50)
    other = load_boundaries(geojson(tmp_path / "map.geojson", feature(SWAT, district="Swabi")))
    assert one.label != other.label and one.label.startswith("map 20")
    assert (one.accuracy_m, other.accuracy_m) == (50, None)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32643", "EPSG:24313"])
def test_a_geopackage_in_any_system_with_a_known_way(tmp_path: Path, crs: str) -> None:
    frame = geopandas.GeoDataFrame(
        {"ADM1_EN": ["Khyber Pakhtunkhwa"] * 2, "ADM2_EN": ["Swat", "Shangla"]},
        geometry=[shapely.Polygon(SWAT), shapely.Polygon(SHANGLA)], crs="EPSG:4326",
    )  # fmt: skip
    frame.to_crs(crs).to_file(tmp_path / "d.gpkg", layer="districts")
    found = load_boundaries(tmp_path / "d.gpkg")
    at = where(72.2, 35.0, 5.0, found)
    assert at.district.name == "Swat" and at.province.code == "PK-KP"


def test_a_layer_without_a_known_way_is_refused(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"district": ["Hunza"]}, geometry=[shapely.box(2.3e6, 2.6e6, 2.4e6, 2.7e6)],
                                   crs="EPSG:24370")
    frame.to_file(tmp_path / "yards.gpkg")
    with pytest.raises(BadFile, match="cannot be used"):
        load_boundaries(tmp_path / "yards.gpkg")


def test_what_says_nothing_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no polygons that say"):
        load_boundaries(geojson(tmp_path / "a.geojson", feature(SWAT, colour="red")))
    with pytest.raises(BadFile, match="cannot be read"):
        load_boundaries(tmp_path / "none.geojson")
    (tmp_path / "b.gpkg").write_bytes(b"no database at all")
    with pytest.raises(BadFile, match="cannot be read"):
        load_boundaries(tmp_path / "b.gpkg")
    geopandas.GeoDataFrame({"district": ["x"]}, geometry=[shapely.Point(72, 34)], crs="EPSG:4326").to_file(
        tmp_path / "points.gpkg")
    with pytest.raises(BadFile, match="no polygons that say"):
        load_boundaries(tmp_path / "points.gpkg")


def test_near_a_boundary_it_may_be_either(office: Path) -> None:
    found = load_boundaries(office)
    clear = where(72.2, 35.2, 5.0, found)
    assert clear.district == Held("Swat", "", (), None, 205.0) and clear.district.certain
    # 0.001 degrees of longitude at 35.2 N are 91 m.
    near = where(72.499, 35.2, 5.0, found)
    assert near.district.name == "Swat" and [name for name, _ in near.district.others] == ["Shangla"]
    assert near.district.others[0][1] == pytest.approx(91.0, rel=0.01) == near.district.edge_m
    assert where(72.499, 35.2, None, found).accuracy_known is False
    exact = Boundaries("x", "", 0.0, (), found.districts)
    assert where(72.499, 35.2, 5.0, exact).district.certain
    assert not where(72.499, 35.2, 100.0, exact).district.certain
    outside = where(71.9995, 35.0, 5.0, found)
    assert outside.district.name == "" and outside.district.others[0][0] == "Swat"


def test_licences_and_protected_areas_that_hold_it_or_may(office: Path) -> None:
    licences = [Province("", name, "", [[ring]]) for name, ring in (("L-1", SWAT), ("L-2", PARK), ("L-3", SHANGLA))]
    at = where(72.45, 34.95, 10.0, load_boundaries(office), licences)
    assert at.licences == ("L-1", "L-2") and at.protected == ("Park",) and at.maybe == ()
    edge = where(72.49995, 35.2, 10.0, load_boundaries(office), licences)
    assert edge.licences == ("L-1",)
    assert [name for name, _metres in edge.maybe] == ["L-3"]


def test_the_next_toposheet_is_named_where_the_point_may_lie_on_it() -> None:
    inside = where(72.36, 34.78, 5.0, built_in())
    assert inside.toposheet == "43 B/5" and inside.next_sheets == ()
    poor = where(72.36, 34.78, 4000.0, built_in())
    assert "43 B/6" in poor.next_sheets and poor.toposheet == "43 B/5"


@given(st.floats(71.5, 73.5), st.floats(34, 36), st.floats(0, 5000))
def test_the_area_named_holds_the_point_and_no_near_one_is_left_out(x: float, y: float, margin: float) -> None:
    areas = [Province("", "Swat", "", [[SWAT]]), Province("", "Shangla", "", [[SHANGLA]])]
    found = held(areas, x, y, margin)
    shapes = {area.name: shapely.Polygon(area.polygons[0][0]) for area in areas}
    point = shapely.Point(x, y)
    if found.name:
        assert shapes[found.name].intersects(point)
    else:
        assert not any(shape.contains(point) for shape in shapes.values())
    told = {found.name, *(name for name, _metres in found.others)}
    for name, shape in shapes.items():
        # A degree of longitude is 0.8 of one of latitude here, so that this distance is never less than the true one.
        if shape.distance(point) * 111_200 < margin * 0.98:
            assert name in told
