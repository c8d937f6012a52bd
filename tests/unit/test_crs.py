"""Reference systems: the axis rule, datum shifts that are known, and those that are refused."""

from __future__ import annotations

import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.errors import BadPosition
from surveyapp.geo.crs import (
    KNOWN_CRS,
    accuracy_of,
    crs_from_text,
    crs_text,
    from_wgs84,
    from_wgs84_arrays,
    is_geographic,
    label_of,
    metres_per_unit,
    project,
    to_wgs84,
    to_wgs84_arrays,
    unproject,
)
from surveyapp.geo.measure import distance_m, haversine_m

MINGORA = (72.36077, 34.77254)
KALIANPUR_1880 = [
    "EPSG:4243",
    "EPSG:24370",
    "EPSG:24371",
    "EPSG:24372",
    "EPSG:24373",
    "EPSG:24374",
    "EPSG:24382",
]


def kalianpur_1962_by_hand(longitude: float, latitude: float) -> tuple[float, float]:
    """EPSG:1247, three geocentric translations, worked out without PROJ (heights of zero)."""
    a, flattening = 6377301.243, 1 / 300.8017255
    e2 = flattening * (2 - flattening)
    lon, lat = math.radians(longitude), math.radians(latitude)
    n = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
    x = n * math.cos(lat) * math.cos(lon) + 283
    y = n * math.cos(lat) * math.sin(lon) + 682
    z = n * (1 - e2) * math.sin(lat) + 231
    a, flattening = 6378137.0, 1 / 298.257223563
    e2, p = flattening * (2 - flattening), math.hypot(x, y)
    lat = math.atan2(z, p * (1 - e2))
    for _ in range(10):
        n = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
        lat = math.atan2(z + e2 * n * math.sin(lat), p)
    return math.degrees(math.atan2(y, x)), math.degrees(lat)


@pytest.mark.parametrize("code", KALIANPUR_1880)
def test_kalianpur_1880_is_refused_both_ways_and_says_why(code: str) -> None:
    for attempt in (to_wgs84, from_wgs84, to_wgs84_arrays):
        with pytest.raises(BadPosition, match="Kalianpur 1880") as refused:
            attempt(code, 72.0, 36.0)
        assert "no transformation" in str(refused.value)
    with pytest.raises(BadPosition):
        accuracy_of(code)


def test_the_list_of_known_systems_tells_the_truth() -> None:
    assert {known.code for known in KNOWN_CRS if known.refused} == set(KALIANPUR_1880)
    for known in KNOWN_CRS:
        crs = crs_from_text(known.code)
        assert known.geographic == crs.is_geographic, known.code
        assert known.label.partition(" (")[0] == crs.name, known.code
        if not known.refused and not known.geographic:
            assert crs.axis_info[0].unit_name == "metre"
            assert metres_per_unit(known.code) == 1.0


def test_kalianpur_1962_in_the_north_shifts_by_the_one_published_operation() -> None:
    longitude, latitude, accuracy = to_wgs84("EPSG:4145", *MINGORA)
    assert (longitude, latitude) == pytest.approx(kalianpur_1962_by_hand(*MINGORA), abs=1e-9)
    assert accuracy is None, "EPSG gives 999, which means that nobody estimated it"


@pytest.mark.parametrize(
    ("place", "point", "metres"),
    [
        ("Mingora", MINGORA, 86),
        ("Hunza", (74.61545, 36.30703), 118),
        ("Neelum", (74.45, 34.9), 107),
        ("Quetta", (67.0, 30.2), 14),
    ],
)
def test_ignoring_the_datum_would_cost_what_the_standard_says(
    place: str, point: tuple[float, float], metres: float
) -> None:
    longitude, latitude, _accuracy = to_wgs84("EPSG:4145", *point)
    assert distance_m(*point, longitude, latitude) == pytest.approx(metres, abs=1.5), place


def test_a_block_in_the_south_has_its_own_operation_with_an_accuracy() -> None:
    karachi = (67.0, 24.86)
    longitude, latitude, accuracy = to_wgs84("EPSG:4145", *karachi)
    assert accuracy == 3.0, "the operation for land, not the 1 m one that holds offshore only"
    assert distance_m(longitude, latitude, *kalianpur_1962_by_hand(*karachi)) == pytest.approx(9, abs=1)
    assert accuracy_of("EPSG:4145", *karachi) == 3.0
    assert accuracy_of("EPSG:4145") is None
    assert accuracy_of("EPSG:4145", *MINGORA) is None


def test_a_point_beyond_the_reach_of_the_shift_is_refused() -> None:
    with pytest.raises(BadPosition, match="outside the area"):
        to_wgs84("EPSG:4145", 80.0, 30.0)
    with pytest.raises(BadPosition, match="outside the area"):
        from_wgs84("EPSG:24376", 10.0, 50.0)


@pytest.mark.parametrize(
    "code", ["EPSG:4326", "epsg:4326", " 4326 ", "OGC:CRS84", "EPSG:32643", "EPSG:3857", "EPSG:4979"]
)
def test_systems_on_wgs84_need_no_shift(code: str) -> None:
    assert accuracy_of(code) == 0.0


def test_x_is_the_longitude_or_easting_whatever_epsg_says() -> None:
    assert to_wgs84("EPSG:4326", *MINGORA) == (*MINGORA, 0.0)
    x, y, accuracy = from_wgs84("EPSG:32643", *MINGORA)
    # NGA's GEOTRANS gives 43S 258471 3850993.
    assert (round(x), round(y), accuracy) == (258471, 3850993, 0.0)
    # EPSG:2326 declares northing before easting.
    x, y, _accuracy = from_wgs84("EPSG:2326", 114.17, 22.30)
    assert x == pytest.approx(835_000, abs=2_000)
    assert y == pytest.approx(818_000, abs=2_000)


@given(
    st.floats(60.9, 77.8),
    st.floats(23.7, 37.0),
    st.sampled_from([k.code for k in KNOWN_CRS if not k.refused]),
)
@settings(deadline=None)
def test_there_and_back_is_the_same_place(longitude: float, latitude: float, code: str) -> None:
    x, y, accuracy = from_wgs84(code, longitude, latitude)
    back = to_wgs84(code, x, y)
    assert distance_m(longitude, latitude, back[0], back[1]) < 15, (
        "two operations may meet between the two ways"
    )
    if (longitude, latitude) == pytest.approx(back[:2], abs=1e-7):
        assert back[2] == accuracy


def test_projecting_shifts_no_datum() -> None:
    assert project("EPSG:24376", 68.0, 32.5) == pytest.approx((2743196.4, 914398.8), abs=0.01)
    assert unproject("EPSG:24376", 2743196.4, 914398.8) == pytest.approx((68.0, 32.5), abs=1e-7)


def test_many_points_come_out_as_single_ones_do_and_bad_ones_as_nan() -> None:
    points = [MINGORA, (67.0, 24.86), (80.0, 30.0), (math.nan, 30.0), (math.inf, 30.0), (69.0, 27.0)]
    lons, lats, accuracies = to_wgs84_arrays("EPSG:4145", *zip(*points, strict=True))
    for place in (0, 1, 5):
        longitude, latitude, accuracy = to_wgs84("EPSG:4145", *points[place])
        assert (lons[place], lats[place]) == (longitude, latitude)
        assert math.isnan(accuracies[place]) if accuracy is None else accuracies[place] == accuracy
    assert np.isnan(lons[2:5]).all()
    assert np.isnan(lats[2:5]).all()


def test_many_points_go_the_other_way_too() -> None:
    lons, lats = [72.36, 74.6, 200.0], [34.77, 36.3, 10.0]
    xs, ys, accuracies = from_wgs84_arrays("EPSG:32643", lons, lats)
    assert (xs[0], ys[0]) == from_wgs84("EPSG:32643", 72.36, 34.77)[:2]
    assert np.isnan([xs[2], ys[2], accuracies[2]]).all()
    back = to_wgs84_arrays("EPSG:32643", xs, ys)
    assert back[0][:2] == pytest.approx(lons[:2], abs=1e-9)
    assert back[2][:2].tolist() == [0.0, 0.0]
    same = from_wgs84_arrays("EPSG:4326", lons, lats)
    assert same[0][:2].tolist() == lons[:2]
    assert math.isnan(same[0][2])


def test_arrays_of_unequal_length_are_refused() -> None:
    with pytest.raises(BadPosition, match="2 x but 1 y"):
        to_wgs84_arrays("EPSG:32643", [1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    "text", ["EPSG:99999", "nonsense", "", "EPSG:", "EPSG:5703", "EPSG:4978", "PROJCS[broken"]
)
def test_what_is_no_map_system_is_refused(text: str) -> None:
    with pytest.raises(BadPosition):
        to_wgs84(text, 1.0, 1.0)


def test_a_projection_that_proj_lacks_is_refused() -> None:
    with pytest.raises(BadPosition, match="EPSG:2305"):
        to_wgs84("EPSG:2305", 1.0, 1.0)


@pytest.mark.parametrize(("x", "y"), [(math.nan, 0.0), (1e300, 1e300), (181.0, 0.0), (0.0, 90.1)])
@pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:4979"])
def test_places_that_do_not_exist_are_refused(code: str, x: float, y: float) -> None:
    with pytest.raises(BadPosition):
        to_wgs84(code, x, y)


def test_a_shapefile_prj_finds_its_code_and_so_its_shift() -> None:
    prj = crs_from_text("EPSG:24376").to_wkt("WKT1_ESRI")
    crs = crs_from_text(prj)
    assert crs_text(crs) == "EPSG:24376"
    assert to_wgs84(crs, 3141986.0, 1174067.0) == to_wgs84("EPSG:24376", 3141986.0, 1174067.0)


def test_a_datum_that_epsg_does_not_know_is_refused() -> None:
    datum = 'DATUM["unheard of",SPHEROID["x",6377276,300.8]]'
    unknown = f'GEOGCS["old",{datum},PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    with pytest.raises(BadPosition, match="no transformation"):
        to_wgs84(unknown, 72.0, 34.0)


def test_names_for_people() -> None:
    assert label_of("EPSG:4145") == "Kalianpur 1962 (EPSG:4145)"
    assert label_of("EPSG:27700") == "OSGB36 / British National Grid (EPSG:27700)"
    assert is_geographic("EPSG:4243")
    assert not is_geographic("EPSG:27700")
    assert metres_per_unit("EPSG:24370") == pytest.approx(0.9144, abs=1e-3)
    with pytest.raises(BadPosition, match="degrees"):
        metres_per_unit("EPSG:4326")


def test_threads_may_share_the_transformations() -> None:
    alone = to_wgs84("EPSG:24313", 258000.0, 3850000.0)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _n: to_wgs84("EPSG:24313", 258000.0, 3850000.0), range(100)))
    assert together == [alone] * 100


def test_the_network_is_switched_off_even_when_the_environment_asks_for_it() -> None:
    code = (
        "from surveyapp.geo.crs import to_wgs84; to_wgs84('EPSG:4145', 72, 34)\n"
        "from pyproj.network import is_network_enabled; print(is_network_enabled())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PROJ_NETWORK": "ON"}
    )
    assert done.stdout.strip() == "False"


def test_wgs84_needs_no_pyproj() -> None:
    code = (
        "import sys; from surveyapp.geo.crs import from_wgs84, is_geographic, label_of, to_wgs84\n"
        "to_wgs84('EPSG:4326', 72, 34), from_wgs84('EPSG:4326', 72, 34)\n"
        "label_of('EPSG:24376'), is_geographic('EPSG:32643')\n"
        "print(sorted({'pyproj', 'numpy', 'shapely'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_distances() -> None:
    # Mingora to Aliabad: the sphere is within 0.6 % of the ellipsoid.
    exact = distance_m(*MINGORA, 74.61545, 36.30703)
    assert exact == pytest.approx(265_000, abs=3_000)
    assert haversine_m(*MINGORA, 74.61545, 36.30703) == pytest.approx(exact, rel=0.006)
    assert haversine_m(0, 0, 180, 0) == pytest.approx(math.pi * 6_371_008.8)
    assert distance_m(*MINGORA, *MINGORA) == haversine_m(*MINGORA, *MINGORA) == 0.0
    # One degree of latitude from the equator on WGS 84 (a published value: 110 574 m).
    assert distance_m(0, 0, 0, 1) == pytest.approx(110_574.4, abs=0.5)
