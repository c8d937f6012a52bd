"""Typed texts as questions: words, numbers, days and positions, in any script's digits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain.records import PAKISTAN, moment_of
from surveyapp.ui.itemmodels.columns import COLUMN_FIELDS
from surveyapp.ui.itemmodels.searching import latin_digits, query_of, rows_near, search_words, text_of, texts_of

SIGHTING = {
    "gem": "emerald",
    "largest_mm": 4.5,
    "satellites": 11,
    "elevation_m": -12.25,
    "observed_at": "2026-11-02T20:00:00.000Z",
    "longitude": 72.360812,
    "latitude": 34.772534,
    "notes": "vein 7.5 m wide, lease no. 123-45",
}
TEXT = text_of(SIGHTING, COLUMN_FIELDS)


@pytest.mark.parametrize(
    "typed",
    [
        "4.5", "4.50", "4,5", "۴٫۵", "٤.٥", "११", "11", "-12.25", "\u221212.25", "-12", "2026-11-03", "2026/11/3",
        "3/11/2026", "03.11.2026", "2026-11", "2026", "3 Nov 2026", "3 November 2026", "nov 2026", "۳ نومبر 2026"[:1],
        "72.36", "72.3608", "34.772534°", "(34.7725, 72.3608)", "7.5", "123-45", "zamurrud 4.5",
    ],
)  # fmt: skip
def test_a_sighting_is_found_by(typed: str) -> None:
    assert query_of(typed).fits(TEXT)


@pytest.mark.parametrize(
    "typed", [".36", "5 mm", "14.5", "4.51", "2025", "2026-11-02", "2.36", "360812", "13 Nov 2026", "ruby 4.5"]
)
def test_a_sighting_is_not_found_by(typed: str) -> None:
    assert not query_of(typed).fits(TEXT), "a number is found from its beginning, and as itself"


def test_thousands_may_be_parted() -> None:
    assert query_of("1,200").fits(search_words(COLUMN_FIELDS["elevation_m"], 1200.0))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("34.772534 72.360812", [0]),
        ("34 46 21.1N 72 21 38.9E", [0]),
        ("۳۴٫۷۷۲۵۳۴ ۷۲٫۳۶۰۸۱۲", [0]),
        ("43S BU 58500 50500", []),
        ("34 72", []),
        ("43 B/5", []),
        ("place 4711 of 12", []),
    ],
)
def test_a_position_finds_what_lies_there(typed: str, found: list[int]) -> None:
    query = query_of(typed)
    assert query.place
    assert rows_near(query.place, [72.360812, 72.4, None], [34.772534, 34.8, None]) == found


def test_texts_of_many_are_those_of_each() -> None:
    other = {"uuid": "b", "observed_at": "last spring", "date": None}
    rows = [{"uuid": "a", **SIGHTING}, other]
    columns = {name: [row.get(name) for row in rows] for name in ("uuid", *COLUMN_FIELDS)}
    for (uuid, text), row in zip(texts_of(columns, COLUMN_FIELDS), rows, strict=True):
        assert uuid == row["uuid"]
        assert set(text.split("\n")) - {""} == set(text_of(row, COLUMN_FIELDS).split("\n")) - {""}
    assert query_of("last spring").fits(text_of(other, COLUMN_FIELDS)), "what is no time is found by its words"


@settings(max_examples=150)
@given(st.floats(-9000, 9000, allow_nan=False).map(lambda value: float(f"{value:.9g}")))
def test_every_number_is_found_by_what_the_table_shows(value: float) -> None:
    told = f"{value:.10g}"
    if "e" not in told:
        assert query_of(told).fits(search_words(COLUMN_FIELDS["elevation_m"], value))
        urdu = told.translate({ord("0") + n: 0x6F0 + n for n in range(10)})
        assert query_of(urdu) == query_of(told)


@settings(max_examples=100)
@given(st.datetimes().filter(lambda moment: moment.year > 1900))
def test_every_moment_is_found_by_its_day_in_pakistan(moment: object) -> None:
    stored = f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
    local = moment_of(stored)
    assert local is not None
    if local.year < 9999:
        day = local.astimezone(PAKISTAN).date().isoformat()
        assert query_of(day).fits(search_words(COLUMN_FIELDS["observed_at"], stored))


@given(st.text())
def test_any_text_is_a_question(text: str) -> None:
    query = query_of(text)
    assert query.fits("") == (not query.words)
    assert latin_digits(latin_digits(text)) == latin_digits(text)
