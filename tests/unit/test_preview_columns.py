"""The packed columns give back what went in, whatever that was."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain.records import moment_of
from surveyapp.exchange.preview.columns import ColumnBlock
from surveyapp.exchange.preview.data import shape_parts
from tests.browser.previews import read_block, uuid_of

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-(10**5), 10**5, places=2).map(float),
)


def packed(layer: str, **columns: list[Any]) -> dict[str, list[Any]]:
    block = ColumnBlock()
    block.add_table(layer, columns)
    import zlib

    return read_block(zlib.decompress(block.compressed()))[layer]


@given(st.lists(st.none() | texts, min_size=1, max_size=40))
def test_texts_come_back(values: list[str | None]) -> None:
    assert packed("sighting", locality=values)["locality"] == values


@given(st.lists(st.none() | numbers, min_size=1, max_size=40))
def test_numbers_come_back_to_the_last_digit(values: list[float | None]) -> None:
    found = packed("sighting", total_carats=values)["total_carats"]
    assert found == values


@given(st.lists(st.none() | st.integers(-(2**53), 2**53) | texts | st.floats(0, 1), min_size=1, max_size=20))
def test_mixed_types_come_back_as_what_a_person_reads(values: list[Any]) -> None:
    found = packed("sighting", accuracy_m=values)["accuracy_m"]
    assert [None if v is None else str(v) for v in found] == [None if v is None else _read(v, values) for v in values]


def _read(value: Any, values: list[Any]) -> str:
    all_numbers = all(v is None or isinstance(v, int | float) for v in values)
    return str(float(value)) if all_numbers else str(value)


hexes = st.binary(min_size=16, max_size=16).map(bytes.hex)


@settings(max_examples=60)
@given(
    st.lists(st.none() | hexes | st.lists(hexes, min_size=2, max_size=3).map("+".join) | texts, min_size=1, max_size=20)
)
def test_revisions_come_back_whatever_they_are(values: list[str | None]) -> None:
    assert packed("history", revision=values)["revision"] == values


def test_revisions_take_sixteen_bytes() -> None:
    block = ColumnBlock()
    block.add_table("history", {"revision": [f"{n * 2**100:032x}" for n in range(100)]})
    assert sum(map(len, block._arrays)) == 1600


@settings(max_examples=60)
@given(st.lists(st.none() | st.datetimes(), min_size=1, max_size=20))
def test_times_come_back_to_the_millisecond(moments: list[Any]) -> None:
    values = [
        None if m is None else f"{m:%Y-%m-%dT%H:%M:%S}.{m.microsecond // 1000:03d}Z".rjust(24, "0") for m in moments
    ]
    found = packed("sighting", observed_at=values)["observed_at"]
    for value, seconds in zip(values, found, strict=True):
        moment = moment_of(value)
        expected = None if moment is None else moment.timestamp()
        assert (seconds is None) == (expected is None)
        assert seconds is None or math.isclose(seconds, expected, abs_tol=1e-4)


@pytest.mark.parametrize(
    "value", ["2026-11-03", "2026-11-03T04:05:06Z", "2026-13-03T04:05:06.000Z", "yesterday at noon, surely"]
)
def test_a_time_in_another_form_stays_text(value: str) -> None:
    assert packed("sighting", observed_at=[value, None])["observed_at"] == [value, None]


@pytest.mark.parametrize("uuid", ["", "A" * 36, "0" * 36, "not-a-uuid", uuid_of(7).upper()])
def test_an_unusual_uuid_is_kept(uuid: str) -> None:
    assert packed("sighting", uuid=[uuid_of(1), uuid])["uuid"] == [uuid_of(1), uuid]


def test_positions_are_kept_to_a_centimetre() -> None:
    found = packed("sighting", longitude=[72.123456789, None, -180.0], latitude=[math.pi, None, 90.0])
    assert found == {"longitude": [72.1234568, None, -180.0], "latitude": [3.1415927, None, 90.0]}


def test_whole_numbers_too_large_for_a_browser_are_text() -> None:
    assert packed("sighting", stone_count=[2**60, 1])["stone_count"] == [str(2**60), "1"]


def test_many_words_need_more_than_a_byte() -> None:
    for count in (255, 256, 65_535, 65_536):
        values = [f"word {number}" for number in range(count)] + [None]
        assert packed("sighting", locality=values)["locality"] == values


def test_bytes_of_photos_are_never_packed() -> None:
    assert packed("photo", uuid=[uuid_of(1)], data=[b"jpeg"]) == {"uuid": [uuid_of(1)]}


def test_columns_of_different_lengths_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="column gem of sighting has 1 rows, not 2"):
        ColumnBlock().add_table("sighting", {"uuid": ["a", "b"], "gem": ["ruby"]})


def test_shapes_become_lines_and_rings() -> None:
    import shapely

    hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 0)], [[(2, 1), (3, 1), (3, 2), (2, 1)]])
    two = shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])
    assert [len(part) for part in shape_parts(shapely.to_wkb(hole, hex=True))] == [4, 4]
    assert shape_parts(shapely.to_wkb(two, hex=True)) == [[(0, 0), (1, 1)], [(2, 2), (3, 3)]]
    line = shapely.LineString([(0, 0, 5), (1, 1, 6)])
    assert shape_parts(shapely.to_wkb(line, hex=True)) == [[(0, 0), (1, 1)]]
    for nothing in (None, "", "00FF", shapely.to_wkb(shapely.Point(1, 2), hex=True)):
        assert shape_parts(nothing) == []
