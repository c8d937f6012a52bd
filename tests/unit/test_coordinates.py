"""Typed positions: every notation that people use, and the truth about what was typed."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from surveyapp.errors import BadPosition
from surveyapp.geo.coordinates import (
    ParsedPosition,
    describe,
    format_position,
    parse_position,
    toposheet_at,
)
from surveyapp.geo.crs import project, to_wgs84
from surveyapp.geo.measure import distance_m

LATITUDE, LONGITUDE = 34.7725, 72.3608
DMS_LONGITUDE = 72 + 21 / 60 + 39 / 3600


def refused(text: str, **options: str) -> BadPosition:
    with pytest.raises(BadPosition) as caught:
        parse_position(text, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert message[-1] in ".?"
    return caught.value


def assert_at(found: ParsedPosition, longitude: float, latitude: float, within_m: float = 0.01) -> None:
    assert distance_m(found.longitude, found.latitude, longitude, latitude) <= within_m


# --- degrees ---


@pytest.mark.parametrize(
    "text",
    [
        "34.7725N 72.3608E",
        "34.7725 N, 72.3608 E",
        "N34.7725, E72.3608",
        "N 34.7725 E 72.3608",
        "34.7725, 72.3608",
        "34.7725 72.3608",
        "34.7725; 72.3608",
        "34.7725/72.3608",
        "(34.7725, 72.3608)",
        "+34.7725 +72.3608",
        "+34.7725+072.3608/",
        "34.7725\n72.3608",
        "72.3608E 34.7725N",
        "34.7725n 72.3608e",
        "N34.7725 72.3608E",
        "34.7725N E72.3608",
        "34.7725N 72.3608",
        "34.7725 E72.3608",
        "34.7725 72.3608E",
        "34,7725 72,3608",
        "34,7725N, 72,3608E",
        "34,7725; 72,3608",
        "34.7725° N, 72.3608° E",
        "34.7725º 72.3608º",
        "34.7725˚N 72.3608˚E",
        "lat 34.7725 lon 72.3608",
        "Latitude: 34.7725, Longitude: 72.3608",
        "lat=34.7725&lng=72.3608",
        "Lon 72.3608 Lat 34.7725",
        "Lat/Long 34.7725, 72.3608",
        "34.7725 lat 72.3608 long",
        "34.7725 North, 72.3608 East",
        "34.7725 degrees north 72.3608 degrees east",
        "۳۴٫۷۷۲۵ ۷۲٫۳۶۰۸",
        "٣٤٫٧٧٢٥، ٧٢٫٣٦٠٨",
        "۳۴٫۷۷۲۵ شمال ۷۲٫۳۶۰۸ مشرق",
        "شمال ۳۴٫۷۷۲۵، مشرق ۷۲٫۳۶۰۸",
        "عرض بلد ۳۴.۷۷۲۵ طول بلد ۷۲.۳۶۰۸",
        "شمالی 34.7725 ختیځ 72.3608",
        "\u200f34.7725\u200e,\u00a072.3608\ufeff",
        "３４．７７２５Ｎ ７２．３６０８Ｅ",
        "WGS84 34.7725 72.3608",
        "34.7725N 72.3608E (WGS 84)",
        "EPSG:4326 72.3608 34.7725",
        "EPSG:4326 34.7725N 72.3608E",
        "geo:34.7725,72.3608;u=10",
        "geo:0,0?q=34.7725,72.3608(Mine)",
        "https://maps.google.com/maps?q=34.7725%2C72.3608&z=17&hl=en",
        "https://www.google.com/maps/@34.7725,72.3608,15z",
        "https://www.openstreetmap.org/?mlat=34.7725&mlon=72.3608#map=15/34.1/72.1",
    ],
)
def test_decimal_degrees(text: str) -> None:
    found = parse_position(text)
    assert (found.latitude, found.longitude) == (LATITUDE, LONGITUDE)
    assert (found.crs, found.notation, found.text) == ("EPSG:4326", "DD", text)
    assert found.resolution_m == pytest.approx(5.56, abs=0.01)
    assert (found.transformation_accuracy_m, found.transformation_accuracy_known) == (0.0, True)
    assert found.warnings == []


@pytest.mark.parametrize(
    "text",
    [
        "34 46 21 N 72 21 39 E",
        "34°46'21\"N 72°21'39\"E",
        "34° 46′ 21″ N, 72° 21′ 39″ E",
        "34º46’21”N 72º21’39”E",
        "34˚46´21¨N 72˚21´39¨E".replace("¨", "''"),
        "34-46-21N 72-21-39E",
        "34 - 46 - 21 N 72 - 21 - 39 E",
        "34:46:21N 72:21:39E",
        "34:46:21 72:21:39",
        "34d46m21s 72d21m39s",
        "34d46m21s N, 72d21m39s E",
        "34D 46M 21S N 72D 21M 39S E",
        "34 deg 46 min 21 sec North 72 deg 21 min 39 sec East",
        "N 34 46 21 E 72 21 39",
        "34,46,21N 72,21,39E",
        "34 46 21, 72 21 39",
        "34 46 21 72 21 39",
        "34, 46, 21, 72, 21, 39",
        "344621N 0722139E",
        "۳۴ درجے ۴۶ دقیقے ۲۱ ثانیے شمال ۷۲ درجے ۲۱ دقیقے ۳۹ ثانیے مشرق",
    ],
)
def test_degrees_minutes_and_seconds(text: str) -> None:
    found = parse_position(text)
    assert found.notation == "DMS"
    assert found.latitude == pytest.approx(LATITUDE, abs=1e-12)
    assert found.longitude == pytest.approx(DMS_LONGITUDE, abs=1e-12)
    assert found.resolution_m == pytest.approx(15.4, abs=0.1)


@pytest.mark.parametrize(
    "text",
    [
        "34 46.35N 72 21.65E",
        "34°46.35' 72°21.65'",
        "34 46,35N 72 21,65E",
        "N34 46.35 E72 21.65",
        "3446.35N 07221.65E",
        "3446.35N 7221.65E",
        "34° 46.35′ شمال، 72° 21.65′ مشرق",
    ],
)
def test_degrees_and_decimal_minutes(text: str) -> None:
    found = parse_position(text)
    assert found.notation == "DDM"
    assert found.latitude == pytest.approx(LATITUDE, abs=1e-12)
    assert found.longitude == pytest.approx(72 + 21.65 / 60, abs=1e-12)
    assert found.resolution_m == pytest.approx(9.27, abs=0.01)


def test_signs_and_letters_of_the_other_hemispheres() -> None:
    for text in ("-34.5, -72.25", "34.5S 72.25W", "S34.5 W72.25", "34 30S 72 15W"):
        found = parse_position(text)
        assert (found.latitude, found.longitude) == (-34.5, -72.25), text
        assert any("outside Pakistan" in warning for warning in found.warnings)
    assert parse_position("-0 30 0, 10 0 0").latitude == -0.5
    assert parse_position("34d46m21s S, 72d21m39s E").latitude == pytest.approx(-LATITUDE)


def test_the_digits_typed_say_how_good_the_position_is() -> None:
    for text, resolution in (
        ("34.772500N 72.360800E", 0.056),
        ("34.77N 72.36E", 556),
        ("34N 72E", 55_600),
        ("34 46N 72 21E", 927),
        ("34 46 21.0N 72 21 39.0E", 1.54),
        ("34.7725N 72E", 45_700),
    ):
        found = parse_position(text)
        assert found.resolution_m == pytest.approx(resolution, rel=0.01), text
        assert any("digits" in warning for warning in found.warnings) == (resolution > 100), text


def test_two_figures_are_enough_to_say_it() -> None:
    assert parse_position("34.77N 72.36E").warnings == ["The digits typed fix it only to within about 560 m."]
    assert parse_position("34N 72E").warnings == ["The digits typed fix it only to within about 56 km."]


# --- axes the wrong way round ---


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("70, 34", "34N 70E"),
        ("72.3608, 34.7725", "34.7725N 72.3608E"),
        ("72 21 39 34 46 21", "34 46 21N 72 21 39E"),
        ("72°21'39\" 34°46'21\"", "34° 46' 21\"N 72° 21' 39\"E"),
        ("EPSG:4326 34.7725 72.3608", "EPSG:4326 34.7725N 72.3608E"),
        ("EPSG:4145 34.7725 72.3608", "EPSG:4145 34.7725N 72.3608E"),
        ("K1962 72.3608 34.7725", "K1962 34.7725N 72.3608E"),
        ("43N 3850000 258000", "43N 258000 3850000"),
        ("K1962 UTM 43 3850000 258000", "K1962 UTM 43N 258000 3850000"),
        ("EPSG:32643 3850000 258000", "EPSG:32643 258000 3850000"),
        ("zone I 1174067 3141986", "zone I 3141986 1174067"),
        ("43 B/5 72.36 34.77", "43 B/5 34.77N 72.36E"),
    ],
)
def test_swapped_axes_are_refused_with_the_swap_as_suggestion(text: str, suggestion: str) -> None:
    problem = refused(text)
    assert problem.suggestion == suggestion
    assert f"did you mean {suggestion}?" in str(problem)
    found = parse_position(suggestion)
    assert not any("outside Pakistan" in warning for warning in found.warnings)


def test_the_message_shows_how_it_was_read() -> None:
    assert str(refused("70, 34")) == (
        "70, 34 read as latitude 70, longitude 34 lies outside Pakistan; swapped it lies inside: "
        "did you mean 34N 70E?"
    )


def test_letters_leave_nothing_to_guess() -> None:
    for text in ("70N 34E", "lat 70 lon 34", "34E 70N", "E34 N70"):
        found = parse_position(text)
        assert (found.latitude, found.longitude) == (70, 34)
        assert "70.0000, 34.0000 lies outside Pakistan." in found.warnings


def test_outside_either_way_is_taken_with_a_warning() -> None:
    found = parse_position("48.2082, 16.3738")
    assert (found.latitude, found.longitude) == (48.2082, 16.3738)
    assert found.warnings == ["48.2082, 16.3738 lies outside Pakistan."]


def test_a_border_pass_is_not_called_outside() -> None:
    assert parse_position("36.8500N 75.4200E").warnings == []


# --- what cannot be read ---


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "No position"),
        (" \u200f ", "No position"),
        ("hello", "cannot be read"),
        ("34.7725", "latitude and a longitude"),
        ("34.7725N", "latitude and a longitude"),
        ("34°46'21\"N", "type both"),
        ("34 60 N 72 0 E", "minutes of 60"),
        ("34 46 60 N 72 0 0 E", "seconds of 60"),
        ("34 99.9N 72 0E", "minutes of 99.9"),
        ("91N 72E", "latitude 91; latitudes end at 90"),
        ("34N 181E", "longitude 181; longitudes end at 180"),
        ("95, 34", "latitude 95"),
        ("200, 100", "latitude 200"),
        ("-34N 72E", "minus sign and a compass letter"),
        ("34N 72N", "same axis twice"),
        ("34N 72N 70E", "more than two"),
        ("lat 72E lon 34N", "disagree"),
        ("lat 34.77", "latitude and a longitude"),
        ("lat 34.77 72.36", "both words"),
        ("34.5 30N 72E", "decimals"),
        ("34 46 21 10N 72E", "more than degrees, minutes"),
        ("34' 46°N 72E", "in that order"),
        ("34N °72E", "without a number"),
        ("34 N 46 72 E 21", "divided"),
        ("34.77 E 72.36", "belongs to"),
        ("34d46m21S 72d21m39E", "seconds or south"),
        ("34 -46 21N 72 21 39E", "sign in the middle"),
        ("34.77-72.36", "type both"),
        ("34.77 72.36 1500", "type both"),
        ("46.35'N 21.65'E", "minutes without degrees"),
        ("34²N 72E", "cannot be read"),
        ("258000 3850000", "zone"),
        ("x" * 300, "too long"),
        ("https://maps.app.goo.gl/abcdef", "without a position"),
        ("Kalianpur 34N 72E", "which Kalianpur"),
        ("Everest 34N 72E", "which Kalianpur"),
        ("EPSG:4326 EPSG:4145 34N 72E", "two coordinate systems"),
        ("EPSG:99999 1 2", "no known coordinate system"),
        ("EPSG:5703 1 2", "does not give places"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, why: str) -> None:
    problem = refused(text)
    assert why in str(problem)
    assert problem.suggestion is None


@given(st.text(max_size=40))
@example("E-0")
@example("+ (1 1")
@example("W 4978.°5703")
@example("9" * 199)
@example("1" * 100 + "N " + "1" * 90 + "E")
@settings(deadline=None)
def test_any_text_is_a_position_or_refused(text: str) -> None:
    try:
        found = parse_position(text)
    except BadPosition:
        return
    assert -180 <= found.longitude <= 180
    assert -90 <= found.latitude <= 90


PIECES = [
    *("34", "72.36", "258000", "3850000", "2743196", "43", "0", "60", ".5", "٣٤", "5", "1e5"),
    *(
        "°",
        "'",
        '"',
        "N",
        "S",
        "E",
        "W",
        "D",
        "M",
        "lat",
        "lon",
        "شمال",
        "مشرق",
        " ",
        " ",
        ",",
        "-",
        "+",
        ":",
        "/",
        "\n",
    ),
    *(
        "EPSG:",
        "4326",
        "24376",
        "4243",
        "4978",
        "zone",
        "UTM",
        "I",
        "IIa",
        "K1962",
        "K1880",
        "WGS84",
        "43SBU",
        "43 B/5",
    ),
    *("geo:", "://", "MGRS", "B", "(", ")", "²"),
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=10).map("".join),
    st.sampled_from([None, "EPSG:4145", "EPSG:24376", "EPSG:32643", "EPSG:4243"]),
)
@settings(deadline=None, max_examples=200)
def test_any_jumble_of_what_positions_are_made_of_is_a_position_or_refused(
    text: str, prefer: str | None
) -> None:
    try:
        found = parse_position(text, prefer=prefer)
    except BadPosition as problem:
        if problem.suggestion is None:
            return
        found = parse_position(problem.suggestion)  # What is suggested is no guess: it can be read.
    assert -180 <= found.longitude <= 180
    assert -90 <= found.latitude <= 90
    assert found.resolution_m > 0


# --- UTM and MGRS ---


@pytest.mark.parametrize(
    "text",
    [
        "43N 258471 3850993",
        "43S 258471 3850993",
        "43 258471 3850993",
        "zone 43 258471 3850993",
        "UTM 43N 258471 3850993",
        "UTM zone 43S: 258471, 3850993",
        "258471 3850993 zone 43",
        "258471 3850993 43S",
        "E 258471 N 3850993 zone 43",
        "zone 43 E 258471 N 3850993",
        "43 N 3850993 E 258471",
        "43S 258471mE 3850993mN",
        "43S 0258471 3850993",
        "43N 258,471 3,850,993",
        "Easting 258471 Northing 3850993 UTM zone 43N",
        "zone 43 north X=258471 Y=3850993",
        "UTM 43 258471 m E 3850993 m N",
        "۴۳N ۲۵۸۴۷۱ ۳۸۵۰۹۹۳",
        "WGS84 UTM 43N 258471 3850993",
        "EPSG:32643 258471 3850993",
        "EPSG:32643 N 3850993 E 258471",
    ],
)
def test_utm(text: str) -> None:
    found = parse_position(text)
    assert (found.crs, found.notation, found.resolution_m) == ("EPSG:32643", "UTM", 0.5)
    assert_at(found, 72.36077, 34.77254, within_m=0.75)
    assert found.warnings == []


def test_s_after_the_zone_is_the_band_where_the_northing_allows_it_and_else_the_south() -> None:
    assert parse_position("43S 258471 3850993").crs == "EPSG:32643"
    south = parse_position("56S 334900 6252288")
    assert south.crs == "EPSG:32756"
    assert_at(south, 151.2153, -33.8568, within_m=1.5)
    assert parse_position("56H 334900 6252288").crs == "EPSG:32756"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("43R 258471 3850993", "lies in band S, not R"),
        ("61N 258471 3850993", "zones go from 1 to 60"),
        ("UTM 258471 3850993", "lacks its UTM zone"),
        ("43N E 3850993 N 258471", "no UTM position"),
        ("43N 2584710 3850993", "no UTM position"),
        ("43N 258471", "longitude 258471"),
        ("zone 43 258471", "one easting and one northing"),
        ("zone 43 258471 E 3850993", "one easting and one northing"),
        ("K1962 UTM 44 258471 3850993", "41, 42 and 43 only"),
        ("K1880 UTM 43 258471 3850993", "no UTM grid"),
        ("K1962 43SBU 58471 50992", "another datum"),
        ("43SBU 1234 123", "same number of digits"),
        ("MGRS hello", "not a grid reference"),
    ],
)
def test_grid_positions_that_cannot_be_are_refused(text: str, why: str) -> None:
    assert why in str(refused(text))


@pytest.mark.parametrize(
    "text", ["43SBU 58471 50992", "43SBU5847150992", "mgrs: 43s bu 58471 50992", "USNG 43SBU 5847150992"]
)
def test_mgrs(text: str) -> None:
    found = parse_position(text)
    assert (found.crs, found.notation, found.resolution_m) == ("EPSG:32643", "MGRS", 0.5)
    assert_at(found, 72.36077, 34.77254, within_m=0.75)


def test_a_coarse_grid_reference_says_so() -> None:
    found = parse_position("43SBU 58 50")
    assert found.resolution_m == 500
    assert_at(found, 72.36077, 34.77254, within_m=710)
    assert any("500 m" in warning for warning in found.warnings)


def test_a_known_reference_in_the_next_zone() -> None:
    assert_at(parse_position("42SYD 58123 50456"), 71.820211, 34.763643, within_m=0.75)


# --- Kalianpur 1962, its grids, and toposheets ---


@pytest.mark.parametrize(
    ("text", "crs", "x", "y", "notation"),
    [
        ("K1962 34.7725N 72.3608E", "EPSG:4145", 72.3608, 34.7725, "DD"),
        ("Kalianpur 1962: 34.7725 72.3608", "EPSG:4145", 72.3608, 34.7725, "DD"),
        ("34.7725N 72.3608E (Kalianpur 1962)", "EPSG:4145", 72.3608, 34.7725, "DD"),
        ("EPSG:4145 72.3608 34.7725", "EPSG:4145", 72.3608, 34.7725, "DD"),
        ("K1962 UTM 43 258471 3850993", "EPSG:24313", 258471, 3850993, "UTM"),
        ("43N 258471 3850993 K62", "EPSG:24313", 258471, 3850993, "UTM"),
        ("EPSG:24313 258471 3850993", "EPSG:24313", 258471, 3850993, "UTM"),
        ("zone I 3141986 1174067", "EPSG:24376", 3141986, 1174067, "grid"),
        ("Lambert zone I E 3141986 N 1174067", "EPSG:24376", 3141986, 1174067, "grid"),
        ("K1962 India zone I 3,141,986 1,174,067", "EPSG:24376", 3141986, 1174067, "grid"),
        ("3141986 1174067 zone I", "EPSG:24376", 3141986, 1174067, "grid"),
        ("EPSG:24376 3141986 1174067", "EPSG:24376", 3141986, 1174067, "grid"),
    ],
)
def test_kalianpur_1962_is_shifted_and_its_accuracy_is_unknown(
    text: str, crs: str, x: float, y: float, notation: str
) -> None:
    found = parse_position(text)
    assert (found.crs, found.notation) == (crs, notation)
    assert (found.longitude, found.latitude, None) == to_wgs84(crs, x, y)
    assert (found.transformation_accuracy_m, found.transformation_accuracy_known) == (None, False)
    assert any("accuracy of the shift" in warning and "unknown" in warning for warning in found.warnings)


def test_in_the_south_the_shift_has_an_accuracy() -> None:
    for text in ("K1962 24.8600N 67.0000E", "zone IIa 2036901 807185", "Lambert II 2036901 807185"):
        found = parse_position(text)
        assert (found.transformation_accuracy_m, found.transformation_accuracy_known) == (3.0, True)
        assert found.warnings == []
        assert_at(found, 67.00011, 24.86042, within_m=2)


@pytest.mark.parametrize(
    "text",
    [
        "K1880 34.77N 72.36E",
        "Kalianpur 1880 34.77 72.36",
        "zone 0 2800000 2200000",
        "K1880 zone I 3400000 1280000",
        "EPSG:24370 2800000 2200000",
        "EPSG:4243 72.36 34.77",
    ],
)
def test_kalianpur_1880_is_refused(text: str) -> None:
    assert "Kalianpur 1880" in str(refused(text))


def test_other_grid_zones_are_refused() -> None:
    assert "not in Pakistan" in str(refused("zone IIIa 2743196 914398"))
    assert "names WGS 84" in str(refused("WGS84 zone I 3141986 1174067"))


@pytest.mark.parametrize(
    "text",
    [
        "43 B/5 34 46.35N 72 21.65E",
        "43B5 34 46.35N 72 21.65E",
        "sheet 43-B/5: N34°46.35' E72°21.65'",
        "43 B / 5, 34 46.35 72 21.65",
        "43 B/5 46.35N 21.65E",
        "43 B/5 46.35' 21.65'",
        "43 B/5 21.65E 46.35N",
        "43 B/NE 34 46.35N 72 21.65E".replace("NE", "NW"),
        "K1962 43 B/5 34 46.35N 72 21.65E",
    ],
)
def test_degrees_read_on_a_toposheet_are_in_its_datum(text: str) -> None:
    found = parse_position(text)
    assert (found.crs, found.notation) == ("EPSG:4145", "toposheet")
    assert (found.longitude, found.latitude) == pytest.approx(
        to_wgs84("EPSG:4145", 72 + 21.65 / 60, LATITUDE)[:2]
    )
    assert found.resolution_m == pytest.approx(9.27, abs=0.01)
    assert not found.transformation_accuracy_known


def test_minutes_and_seconds_alone_are_completed_by_the_sheet() -> None:
    found = parse_position("43 B/5 46 21 N 21 39 E")
    assert (found.longitude, found.latitude) == pytest.approx(
        to_wgs84("EPSG:4145", DMS_LONGITUDE, LATITUDE)[:2]
    )
    assert found.resolution_m == pytest.approx(15.4, abs=0.1)


@pytest.mark.parametrize(
    ("text", "resolution"),
    [
        ("43 B/5 419740", 50),
        ("43 B/5 GR 419 740", 50),
        ("43 B/5 41987406", 5),
        ("43 B/5 41986 74066", 0.5),
        ("43 B/5 3141986 1174066", 0.5),
        ("43 B/5 E 3141986 N 1174066", 0.5),
    ],
)
def test_figures_read_on_the_metre_grid_of_a_sheet(text: str, resolution: float) -> None:
    found = parse_position(text)
    assert (found.crs, found.notation, found.resolution_m) == ("EPSG:24376", "toposheet", resolution)
    expected = to_wgs84("EPSG:24376", *project("EPSG:24376", 72.36, 34.77))
    assert_at(found, expected[0], expected[1], within_m=1.5 * resolution + 0.5)
    assert any("in yards" in warning for warning in found.warnings)


def test_a_sheet_in_the_south_has_its_own_zone() -> None:
    found = parse_position("35 P/1 369 071")
    assert found.crs == "EPSG:24377"
    assert_at(found, 67.00011, 24.86042, within_m=80)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("43 B/5", "names a sheet, not a point"),
        ("43B5", "names a sheet, not a point"),
        ("43E5", "names a sheet, not a point"),
        ("53 M/SE", "names a sheet, not a point"),
        ("43 B/17 34N 72E", "does not exist"),
        ("99 B/5 34N 72E", "not in the index"),
        ("43 B/5 34.1N 72.36E", "does not lie on sheet 43 B/5"),
        ("43 B/5 123456", "does not lie on sheet 43 B/5"),
        ("43 B/5 2743196 914398", "does not lie on sheet 43 B/5"),
        ("43 B/5 hello", "cannot be read"),
        ("43 B/5 12345", "latitude and a longitude"),
        ("42 L/11 123456", "zone 0 on Kalianpur 1880"),
        ("42 L/11 2900000 1300000", "zone 0 on Kalianpur 1880"),
        ("WGS84 43 B/5 34 46.35N 72 21.65E", "another datum"),
    ],
)
def test_what_is_not_well_defined_on_a_sheet_is_refused(text: str, why: str) -> None:
    assert why in str(refused(text))


def test_the_example_in_the_message_can_be_typed() -> None:
    message = str(refused("43 B/5"))
    example_text = message.rpartition("such as ")[2].rstrip(".")
    assert parse_position(example_text).notation == "toposheet"


def test_east_and_north_are_not_taken_for_sheets() -> None:
    found = parse_position("43E 12N")
    assert (found.latitude, found.longitude) == (12, 43)
    assert parse_position("34D12 72D30").notation == "DDM"


def test_the_sheet_of_a_gps_position_is_found_in_the_datum_of_the_sheet() -> None:
    assert toposheet_at(72.36077, 34.77254) == "43 B/5"
    assert toposheet_at(74.61545, 36.30703) == "42 L/11"
    # 50 m east of the edge in WGS 84, the point still lies on the western sheet? The datum decides.
    x, y, _accuracy = to_wgs84("EPSG:4145", 72.5, 34.8)
    assert toposheet_at(x + 1e-5, y) == "43 B/9"
    assert toposheet_at(x - 1e-5, y) == "43 B/5"
    assert math.floor(x * 4) == math.floor(72.49 * 4), "WGS 84 itself would have said 43 B/5 for both"
    assert toposheet_at(10.0, 50.0) is None


# --- the system that the form prefers ---


def test_numbers_without_a_system_are_in_the_preferred_one() -> None:
    assert parse_position("34.7725 72.3608", prefer="EPSG:4145").crs == "EPSG:4145"
    assert parse_position("3141986 1174067", prefer="EPSG:24376").crs == "EPSG:24376"
    assert parse_position("258471, 3850993", prefer="epsg:32643").notation == "UTM"
    assert parse_position("43N 258471 3850993", prefer="EPSG:4145").crs == "EPSG:24313"
    assert parse_position("34.7725N 72.3608E", prefer="EPSG:24376").crs == "EPSG:4145"
    assert parse_position("34.7725N 72.3608E", prefer="EPSG:32643").crs == "EPSG:4326"


def test_a_system_that_is_named_wins_over_the_preferred_one() -> None:
    assert parse_position("WGS84 34.7725 72.3608", prefer="EPSG:4145").crs == "EPSG:4326"
    assert parse_position("EPSG:32643 258471 3850993", prefer="EPSG:4145").crs == "EPSG:32643"
    assert parse_position("WGS84 43N 258471 3850993", prefer="EPSG:4145").crs == "EPSG:32643"
    assert parse_position("43SBU 58471 50992", prefer="EPSG:4145").crs == "EPSG:32643"


def test_a_preferred_system_can_be_refused() -> None:
    assert "Kalianpur 1880" in str(refused("34.77 72.36", prefer="EPSG:4243"))
    assert "Kalianpur 1880" in str(refused("2800000 2200000", prefer="EPSG:24370"))
    assert "nonsense" in str(refused("34.77 72.36", prefer="nonsense"))


# --- writing ---


def test_formats() -> None:
    assert format_position(LONGITUDE, LATITUDE, "DD") == "34.772500° N, 72.360800° E"
    assert format_position(LONGITUDE, LATITUDE, "DMS") == "34° 46′ 21.00″ N, 72° 21′ 38.88″ E"
    assert format_position(LONGITUDE, LATITUDE, "DDM") == "34° 46.3500′ N, 72° 21.6480′ E"
    assert format_position(72.36077, 34.77254, "UTM") == "43S 258471 3850993"
    assert format_position(72.36077, 34.77254, "MGRS") == "43SBU 58471 50992"
    assert format_position(-0.5, -0.25, "DMS") == "0° 15′ 00.00″ S, 0° 30′ 00.00″ W"
    assert format_position(72.99999999, 34.99999999, "DMS") == "35° 00′ 00.00″ N, 73° 00′ 00.00″ E"
    assert format_position(72.99999999, 34.99999999, "DDM") == "35° 00.0000′ N, 73° 00.0000′ E"


def test_a_position_is_shown_back_in_three_notations() -> None:
    assert describe(LONGITUDE, LATITUDE) == [
        ("DD", "34.772500° N, 72.360800° E"),
        ("DMS", "34° 46′ 21.00″ N, 72° 21′ 38.88″ E"),
        ("UTM", "43S 258474 3850988"),
    ]
    assert [notation for notation, _text in describe(10.0, 89.0)] == ["DD", "DMS"]


@pytest.mark.parametrize(
    ("longitude", "latitude", "notation"),
    [
        (72.0, 34.0, "what3words"),
        (181.0, 0.0, "DD"),
        (math.nan, 0.0, "DMS"),
        (0.0, 85.0, "UTM"),
        (0.0, -81.0, "MGRS"),
    ],
)
def test_what_cannot_be_written_is_refused(longitude: float, latitude: float, notation: str) -> None:
    with pytest.raises(BadPosition):
        format_position(longitude, latitude, notation)


@given(st.floats(-180, 180), st.floats(-80, 84), st.sampled_from(["DD", "DMS", "DDM", "UTM", "MGRS"]))
@example(0.0, -1e-7, "UTM")
@example(180.0, 84.0, "MGRS")
@example(5.0, 60.0, "UTM")
@example(15.0, 79.0, "UTM")
@example(75.0, 32.0, "UTM")
@example(75.0, -54.0, "UTM")
@example(9.0, 72.000000001, "MGRS")
@example(3.0, 63.999999999, "MGRS")
@example(75.0, 33.66, "MGRS")  # square 43SEC, which is not a number of seconds
@settings(deadline=None, max_examples=200)
def test_what_is_written_reads_back_as_the_same_place(
    longitude: float, latitude: float, notation: str
) -> None:
    text = format_position(longitude, latitude, notation)
    found = parse_position(text)
    assert found.notation == notation
    # Half a step along each axis, on the diagonal.
    assert_at(found, longitude, latitude, within_m=found.resolution_m * 1.5)
    assert found.resolution_m <= 0.5


@given(st.floats(61, 77), st.floats(24, 37), st.sampled_from(["34.5", "34.52", "34.523"]))
def test_the_point_lies_within_the_resolution_of_rounded_text(
    longitude: float, latitude: float, shape: str
) -> None:
    decimals = len(shape.partition(".")[2])
    found = parse_position(f"{latitude:.{decimals}f}N {longitude:.{decimals}f}E")
    assert distance_m(longitude, latitude, longitude, found.latitude) <= found.resolution_m * 1.01
    assert distance_m(longitude, latitude, found.longitude, latitude) <= found.resolution_m * 1.01


def test_plain_degrees_import_neither_pyproj_nor_shapely() -> None:
    code = (
        "import sys; from surveyapp.geo.coordinates import parse_position\n"
        "for text in ('34.7725N 72.3608E', '34 46 21, 72 21 39', '48.2, 16.37'): parse_position(text)\n"
        "print(sorted({'pyproj', 'numpy', 'shapely', 'geopandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
