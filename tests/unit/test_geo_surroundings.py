"""Districts by an office's map, the nearest town, and what lies at the same place."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.geo.basemap import load_basemap
from surveyapp.geo.boundaries import load_boundaries
from surveyapp.geo.districts import district_at, nearest_town, towns
from surveyapp.geo.measure import METRES_PER_DEGREE, distance_m
from surveyapp.geo.neighbours import FARTHEST_M, ON_TOP_M, on_top, outside
from surveyapp.geo.places import in_pakistan

NOTHING = np.array([])


def square(west: float, south: float, **facts: Any) -> dict[str, Any]:
    ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]
    return {"type": "Feature", "properties": facts, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def written(folder: Path, *features: dict[str, Any]) -> Path:
    path = folder / "office.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), "utf-8")
    return path


# --- districts and towns -----------------------------------------------------------------------------


def test_districts_are_found_by_kind_or_by_property(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        square(72, 34, kind="district", name="Swat"),
        square(73, 34, DISTRICT="Shangla ", code="PK-KP"),
        square(74, 34, name="No district", kind="province", code="PK-GB"),
    )
    districts = load_boundaries(path).districts
    assert [district_at(lon, 34.5, districts) for lon in (72.5, 73.5, 74.5, 80)] == ["Swat", "Shangla", None, None]
    drawn = load_basemap(path)
    assert [province.name for province in drawn.provinces] == ["No district"]
    assert [area.name for area in drawn.areas] == ["No district"]


def test_the_nearest_town_is_named_with_its_distance() -> None:
    found = nearest_town(72.3714, 34.789)
    assert found is not None
    town, metres = found
    assert (town.name, town.district) == ("Mingora", "Swat")
    assert metres == pytest.approx(distance_m(72.3714, 34.789, town.longitude, town.latitude), rel=0.006)
    assert nearest_town(72.3714, 34.789, 500) is None
    assert nearest_town(76.5, 35.8) is None  # on the Baltoro


def test_every_town_has_a_name_and_lies_in_the_country() -> None:
    assert len(towns()) > 400
    for town in towns():
        assert town.name
        assert in_pakistan(town.longitude, town.latitude, tolerance_m=15_000), town


# --- at the same place -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own_m", "other_m", "apart_m", "same"),
    [
        (None, math.nan, 9, True),
        (None, math.nan, 11, False),
        (25.0, math.nan, 20, True),
        (3.0, 40.0, 35, True),
        (3.0, 40.0, 45, False),
        (5000.0, math.nan, 99, True),
        (5000.0, 5000.0, 101, False),
    ],
)
def test_how_near_is_the_same_place(own_m: float | None, other_m: float, apart_m: float, same: bool) -> None:
    there = np.array([34.77 + apart_m / METRES_PER_DEGREE])
    found = on_top(72.36, 34.77, own_m, np.array([72.36]), there, np.array([other_m]))
    assert (found is not None) is same
    if found is not None:
        assert found == (0, pytest.approx(apart_m, rel=1e-6))


def test_the_nearest_is_named_and_what_has_no_position_is_left_out() -> None:
    longitudes = np.array([math.nan, 72.36005, 72.36001, 72.36])
    latitudes = np.array([34.77, 34.77, 34.77, math.nan])
    found = on_top(72.36, 34.77, None, longitudes, latitudes, np.full(4, math.nan))
    assert found is not None
    assert found[0] == 2
    assert on_top(72.36, 34.77, None, NOTHING, NOTHING, NOTHING) is None


_PLACES = st.tuples(st.floats(-0.002, 0.002), st.floats(-0.002, 0.002), st.floats(0, 200))


@given(st.floats(61, 77), st.floats(24, 36), st.floats(0, 200), st.lists(_PLACES, min_size=1, max_size=12))
def test_the_same_place_is_what_geodesics_say(
    longitude: float, latitude: float, own_m: float, others: list[tuple[float, float, float]]
) -> None:
    lons = np.array([longitude + dx for dx, _dy, _m in others])
    lats = np.array([latitude + dy for _dx, dy, _m in others])
    accuracies = np.array([metres for _dx, _dy, metres in others])
    true = [distance_m(longitude, latitude, lon, lat) for lon, lat in zip(lons, lats, strict=True)]
    reach = [min(max(own_m, metres, ON_TOP_M), FARTHEST_M) for metres in accuracies]
    found = on_top(longitude, latitude, own_m, lons, lats, accuracies)
    if found is None:
        assert not any(metres < 0.98 * limit for metres, limit in zip(true, reach, strict=True))
    else:
        place, metres = found
        assert metres == pytest.approx(true[place], rel=0.02, abs=0.01)
        assert true[place] <= 1.02 * reach[place] + 0.01


# --- areas -------------------------------------------------------------------------------------------


def test_inside_any_area_is_inside_and_a_hole_is_outside() -> None:
    ring = shapely.box(72, 34, 73, 35).difference(shapely.box(72.4, 34.4, 72.6, 34.6))
    areas = [shapely.box(60, 20, 61, 21), ring, shapely.Polygon()]
    assert outside(72.1, 34.1, areas) is None
    assert outside(72, 34, areas) is None
    found = outside(72.5, 34.5, areas)
    assert found is not None
    assert found[0] == 1
    assert found[1] == pytest.approx(0.1 * METRES_PER_DEGREE * math.cos(math.radians(34.5)), rel=0.01)
    assert outside(72.5, 34.5, []) is None
    assert outside(72.5, 34.5, [shapely.Polygon()]) is None


@given(st.floats(0.001, 0.5), st.floats(24, 36))
def test_the_distance_to_an_area_is_that_of_its_edge(gap_deg: float, latitude: float) -> None:
    area = shapely.box(72, latitude - 1, 73, latitude + 1)
    found = outside(72 - gap_deg, latitude, [area])
    assert found is not None
    assert found[1] == pytest.approx(distance_m(72 - gap_deg, latitude, 72, latitude), rel=0.01)
