"""The sheet index against sheets that are known, and against its own geometry."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.toposheet import Sheet, parse_sheet, sheet_bounds, sheet_number
from surveyapp.errors import BadPosition

INDEX_LONGITUDES = st.floats(60, 80, exclude_max=True)
INDEX_LATITUDES = st.floats(24, 40, exclude_max=True)


@pytest.mark.parametrize(
    ("place", "longitude", "latitude", "sheet"),
    [
        ("Mingora", 72.36077, 34.77254, "43 B/5"),
        ("Saidu Sharif", 72.357, 34.747, "43 B/6"),
        ("Alpurai", 72.63265, 34.92039, "43 B/9"),
        ("Aliabad, Hunza", 74.61545, 36.30703, "42 L/11"),
        ("Khaltaro, Haramosh", 74.73816, 35.85249, "43 I/9"),
        # Sheets beyond Pakistan whose numbers are common knowledge; they prove the pattern.
        ("New Delhi", 77.21, 28.61, "53 H/2"),
        ("Dehradun", 78.03, 30.32, "53 J/3"),
        ("K2", 76.513, 35.881, "52 A/9"),
    ],
)
def test_known_places_lie_on_their_sheets(place: str, longitude: float, latitude: float, sheet: str) -> None:
    assert sheet_number(longitude, latitude) == sheet, place


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("43 B/5", (72.25, 34.75, 72.5, 35.0)),
        ("43 B/1", (72.0, 34.75, 72.25, 35.0)),
        ("43 B/4", (72.0, 34.0, 72.25, 34.25)),
        ("43 B/16", (72.75, 34.0, 73.0, 34.25)),
        ("43 A/1", (72.0, 35.75, 72.25, 36.0)),
        ("43 B", (72.0, 34.0, 73.0, 35.0)),
        ("53 M/SE", (79.5, 31.0, 80.0, 31.5)),
        ("53 M/NW", (79.0, 31.5, 79.5, 32.0)),
    ],
)
def test_bounds_of_sheets(text: str, bounds: tuple[float, float, float, float]) -> None:
    assert sheet_bounds(text) == bounds


@pytest.mark.parametrize(
    "text", ["43B5", "43 B/5", "43 B / 5", "43-B/5", "43b/5", "43-B-5", " 43 B 5 ", "43B/05"]
)
def test_sheet_numbers_are_read_as_people_write_them(text: str) -> None:
    assert str(parse_sheet(text)) == "43 B/5"


def test_quadrants_are_read_in_any_case() -> None:
    assert parse_sheet("53M/se") == Sheet(53, "M", "SE")


@pytest.mark.parametrize(
    "text", ["", "43", "43 Q/1", "43 B/17", "43 B/0", "99 A/1", "36 A/1", "143 B/5", "43 B/5 x", "٤٣ B/5"]
)
def test_what_is_no_sheet_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(BadPosition) as refused:
        parse_sheet(text)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "point", [(59.9, 30), (80.0, 30), (72, 40), (62, 23.9), (math.nan, 30), (math.inf, 30)]
)
def test_points_beyond_the_index_have_no_sheet(point: tuple[float, float]) -> None:
    assert sheet_number(*point) is None


@given(INDEX_LONGITUDES, INDEX_LATITUDES)
def test_every_point_lies_within_the_bounds_of_its_sheet(longitude: float, latitude: float) -> None:
    sheet = sheet_number(longitude, latitude)
    assert sheet is not None
    west, south, east, north = sheet_bounds(sheet)
    assert west <= longitude < east
    assert south <= latitude < north
    assert (east - west, north - south) == (0.25, 0.25)


@given(
    st.sampled_from([28, 31, 35, 37, 41, 42, 43, 45, 51]),
    st.sampled_from("ABCDEFGHIJKLMNOP"),
    st.integers(1, 16),
)
def test_the_middle_of_a_sheet_has_its_number(number: int, letter: str, part: int) -> None:
    sheet = str(Sheet(number, letter, str(part)))
    west, south, east, north = sheet_bounds(sheet)
    assert sheet_number((west + east) / 2, (south + north) / 2) == sheet


@given(st.text(max_size=12))
def test_any_text_is_a_sheet_or_refused(text: str) -> None:
    try:
        sheet = parse_sheet(text)
    except BadPosition:
        return
    assert parse_sheet(str(sheet)) == sheet
    west, south, east, north = sheet_bounds(sheet)
    assert west < east
    assert south < north
