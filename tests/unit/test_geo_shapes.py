"""Geometries as text."""

from __future__ import annotations

import pytest
import shapely

from surveyapp.domain.geometry import point_hex
from surveyapp.errors import BadInput
from surveyapp.geo.shapes import wkt_of


def test_every_digit_is_kept() -> None:
    assert wkt_of(point_hex(72.360770000000002, 0.1 + 0.2)) == "POINT (72.36077 0.30000000000000004)"
    line = shapely.LineString([(72.1, 34.2), (72.30000000000001, 34.4)])
    text = wkt_of(line.wkb_hex)
    assert text is not None
    assert shapely.from_wkt(text) == line


def test_nothing_is_none() -> None:
    assert wkt_of(None) is None
    assert wkt_of(shapely.LineString().wkb_hex) == "LINESTRING EMPTY"


@pytest.mark.parametrize("broken", ["", "0102", "not hex", 7])
def test_what_is_no_geometry_is_refused(broken: object) -> None:
    with pytest.raises(BadInput, match="not valid WKB"):
        wkt_of(broken)
