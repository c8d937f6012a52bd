"""Records to a GeoDataFrame and back: nothing changes kind, nothing moves to another column."""

from __future__ import annotations

import datetime as dt

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.errors import BadInput
from surveyapp.geo.frames import columns, frame

POINT = shapely.Point(72.36, 34.77).wkb_hex.upper()
KARACHI = dt.timezone(dt.timedelta(hours=5))
NOON = dt.datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=KARACHI)


def test_columns_come_back_by_name_with_their_kinds() -> None:
    before = {
        "gem": ["emerald", None, "ruby"],
        "stone_count": [3, None, 2**53 + 1],
        "largest_mm": [1.5, None, 2.0],
        "tested": [True, None, False],
        "observed_at": [NOON, None, NOON],
        "scan": [b"\x00\xff", None, b""],
        "empty": [None, None, None],
        "mixed": [1, "one", None],
        "odd": [True, 1, None],
    }
    gdf = frame(before, [POINT, None, POINT])
    assert gdf.crs.to_epsg() == 4326
    assert str(gdf["stone_count"].dtype) == "Int64"
    assert str(gdf["tested"].dtype) == "boolean"
    after, wkb = columns(gdf)
    assert after == {**before, "observed_at": [NOON.astimezone(dt.UTC), None, NOON.astimezone(dt.UTC)]}
    assert [type(value) for value in after["odd"]] == [bool, int, type(None)]
    assert [type(value) for value in after["stone_count"]] == [int, type(None), int]
    assert after["observed_at"][0].utcoffset() == dt.timedelta(0)
    assert wkb == [POINT, None, POINT]


def test_reordered_columns_change_nothing() -> None:
    gdf = frame({"note": ["a"], "gem": ["ruby"]}, [POINT])
    after, _wkb = columns(gdf[["gem", "geometry", "note"]])
    assert after == {"gem": ["ruby"], "note": ["a"]}


def test_iso_text_becomes_time_where_it_is_named() -> None:
    gdf = frame(
        {"seen": ["2026-05-01T07:00:00.123Z", None], "note": ["2026-05-01", None]},
        [POINT, POINT],
        times=["seen"],
    )
    after, _wkb = columns(gdf)
    assert after["seen"] == [dt.datetime(2026, 5, 1, 7, 0, 0, 123000, tzinfo=dt.UTC), None]
    assert after["note"] == ["2026-05-01", None]
    assert str(gdf["seen"].dtype).endswith("UTC]")


def test_time_without_a_zone_is_utc() -> None:
    after, _wkb = columns(frame({"seen": [dt.datetime(2026, 5, 1, 7)]}, [POINT]))  # noqa: DTZ001
    assert after["seen"] == [dt.datetime(2026, 5, 1, 7, tzinfo=dt.UTC)]


def test_foreign_frames_give_plain_values() -> None:
    gdf = geopandas.GeoDataFrame(
        {
            "n": np.array([1, 2], dtype=np.int32),
            "f": np.array([np.nan, 0.5], dtype=np.float32),
            "t": pd.to_datetime(["2026-05-01T07:00:00.123456789", None]),
            "s": pd.array(["x", None], dtype="string"),
        },
        geometry=[shapely.Point(72, 34, 1500), None],
        crs="EPSG:4326",
    ).rename_geometry("shape")
    after, wkb = columns(gdf)
    assert after == {
        "n": [1, 2],
        "f": [None, 0.5],
        "t": [dt.datetime(2026, 5, 1, 7, 0, 0, 123456, tzinfo=dt.UTC), None],
        "s": ["x", None],
    }
    assert type(after["n"][0]) is int
    assert wkb == [shapely.Point(72, 34).wkb_hex.upper(), None]


def test_no_records_is_a_frame_too() -> None:
    gdf = frame({"gem": [], "stone_count": []}, [])
    assert len(gdf) == 0
    assert columns(gdf) == ({"gem": [], "stone_count": []}, [])


@pytest.mark.parametrize(
    ("data", "wkb", "times", "message"),
    [
        ({"gem": ["ruby"]}, [], [], "1 values for 0"),
        ({"geometry": ["ruby"]}, [POINT], [], "geometry"),
        ({}, ["0101"], [], "WKB"),
        ({}, ["not hex"], [], "WKB"),
        ({}, [7], [], "WKB"),
        ({"seen": ["yesterday"]}, [POINT], ["seen"], "ISO 8601"),
        ({"seen": [7]}, [POINT], ["seen"], "not a time"),
    ],
)
def test_what_makes_no_frame_is_refused(data: dict, wkb: list, times: list, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        frame(data, wkb, times=times)


@given(
    st.lists(st.none() | st.integers(-(2**63) + 1, 2**63 - 1), max_size=6),
    st.sampled_from(["text", "number"]),
)
@settings(deadline=None)
def test_whole_numbers_stay_exact(values: list[int | None], name: str) -> None:
    after, _wkb = columns(frame({name: values}, [None] * len(values)))
    assert after == {name: values}
