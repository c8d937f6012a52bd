"""UTM zones and MGRS against references worked out with NGA's GEOTRANS library."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.errors import BadPosition
from surveyapp.geo.crs import to_wgs84
from surveyapp.geo.measure import distance_m
from surveyapp.geo.mgrs import from_mgrs, to_mgrs, to_utm, utm_band, utm_zone

KNOWN = [
    ("Mingora", 72.36077, 34.77254, "43SBU 58471 50992"),
    ("Aliabad", 74.61545, 36.30703, "43SDA 65476 18072"),
    ("Karachi", 67.0, 24.86, "42RTN 97925 50928"),
    ("Bergen, in the widened zone 32", 5.3221, 60.3913, "32VKN 97353 00648"),
    ("Longyearbyen, in the widened zone 33", 15.65, 78.22, "33XWG 14813 83004"),
    ("Sydney", 151.2153, -33.8568, "56HLH 34900 52288"),
    ("Quito, just south of the equator", -78.5, -0.2, "17MQV 78274 77872"),
    ("Accra, just north of it", -0.1, 0.1, "30NZF 22835 11067"),
    ("Ushuaia", -68.3, -54.8, "19FEV 45000 27239"),
    ("Cape Morris Jesup", -60.0, 83.5, "21XVN 62101 73261"),
]

LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-80, 84)


def place_of(reference: str) -> tuple[float, float]:
    crs, easting, northing, _size = from_mgrs(reference)
    return to_wgs84(crs, easting, northing)[:2]


@pytest.mark.parametrize(("place", "longitude", "latitude", "reference"), KNOWN)
def test_known_places(place: str, longitude: float, latitude: float, reference: str) -> None:
    assert to_mgrs(longitude, latitude) == reference, place
    assert distance_m(longitude, latitude, *place_of(reference)) < 0.75


@given(LONGITUDES, LATITUDES)
@settings(deadline=None)
def test_a_reference_names_the_metre_that_holds_the_point(longitude: float, latitude: float) -> None:
    reference = to_mgrs(longitude, latitude)
    crs, easting, northing, size = from_mgrs(reference)
    assert size == 1.0
    utm = to_utm(longitude, latitude)
    assert crs == f"EPSG:{(32600 if utm.band >= 'N' else 32700) + utm.zone}"
    assert abs(easting - utm.easting) <= 0.5
    assert abs(northing - utm.northing) <= 0.5


@pytest.mark.parametrize(("digits", "size"), [(1, 10_000), (2, 1_000), (3, 100), (4, 10), (5, 1)])
def test_shorter_references_name_larger_squares_that_hold_the_point(digits: int, size: float) -> None:
    reference = to_mgrs(72.36077, 34.77254, digits)
    _crs, easting, northing, found_size = from_mgrs(reference)
    assert found_size == size
    assert abs(easting - 258471) <= size / 2 + 1
    assert abs(northing - 3850992) <= size / 2 + 1


def test_spaces_and_leading_zeros_do_not_matter() -> None:
    assert from_mgrs("43SBU5847150992") == from_mgrs("43S BU 58471 50992") == from_mgrs("43 S BU 5847150992")
    assert from_mgrs("04QFJ1234567890")[0] == from_mgrs("4QFJ 12345 67890")[0] == "EPSG:32604"


@pytest.mark.parametrize(
    "reference",
    [
        "43SBU",  # no digits: a square of 100 km is no position
        "43SBU 123 45",
        "43SBU 123456 123456",
        "61SBU 1 1",
        "0SBU 1 1",
        "43IBU 1 1",
        "43SIU 1 1",
        "43SBW 1 1",
        "43SJU 1 1",  # zone 43 has columns A to H
        "43RBU 58393 50713",  # that row lies in band S
        "43SAB 12 34",  # 3 degrees west of the zone
        "BU 58393 50713",
        "",
    ],
)
def test_references_to_nowhere_are_refused(reference: str) -> None:
    with pytest.raises(BadPosition):
        from_mgrs(reference)


@pytest.mark.parametrize(
    ("longitude", "latitude", "zone", "band"),
    [
        (-180.0, 0.0, 1, "N"),
        (180.0, 0.0, 1, "N"),
        (71.999, 34.0, 42, "S"),
        (72.0, 31.99, 43, "R"),
        (3.0, 55.99, 31, "U"),
        (3.0, 56.0, 32, "V"),
        (8.9, 72.0, 31, "X"),
        (9.0, 84.0, 33, "X"),
        (0.0, -80.0, 31, "C"),
    ],
)
def test_zones_and_bands(longitude: float, latitude: float, zone: int, band: str) -> None:
    assert (utm_zone(longitude, latitude), utm_band(latitude)) == (zone, band)


@pytest.mark.parametrize("latitude", [84.01, -80.01, 90.0])
def test_the_poles_are_left_out(latitude: float) -> None:
    with pytest.raises(BadPosition, match="84°N"):
        to_mgrs(0.0, latitude)
