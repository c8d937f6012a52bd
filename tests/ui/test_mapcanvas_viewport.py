"""The view: conversions there and back, movement, fitting; the degree net and the scale bar."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from surveyapp.ui.mapcanvas import graticule, measure
from surveyapp.ui.mapcanvas.viewport import MAX_SCALE, MIN_SCALE, Viewport, world_box, world_y, world_y1

LONS = st.floats(-180, 180)
LATS = st.floats(-84, 84)
SCALES = st.floats(MIN_SCALE, 1e5)
VIEWS = st.builds(
    lambda w, h, lon, lat, scale: Viewport(w, h, lon, world_y1(lat), scale),
    st.integers(1, 4000),
    st.integers(1, 3000),
    LONS,
    LATS,
    SCALES,
)


@given(VIEWS, LONS, LATS)
def test_position_to_pixel_and_back_is_the_same_position(view: Viewport, lon: float, lat: float) -> None:
    back = view.lonlat(*view.pixel(lon, lat))
    assert back == pytest.approx((lon, lat), abs=1e-9)


@given(VIEWS, st.lists(st.tuples(LONS, LATS), min_size=1, max_size=20))
def test_arrays_agree_with_single_positions(view: Viewport, places: list[tuple[float, float]]) -> None:
    lon, lat = np.array(places).T
    px, py = view.pixels_of(lon, lat)
    for i, place in enumerate(places):
        assert (px[i], py[i]) == pytest.approx(view.pixel(*place), rel=1e-9, abs=1e-6)
    assert np.allclose(view.lonlat_of(px, py), (lon, lat), rtol=0, atol=1e-8)


@given(VIEWS, st.floats(-2000, 4000), st.floats(-2000, 4000), st.floats(0.1, 10))
def test_zoom_keeps_the_place_under_the_pointer(view: Viewport, px: float, py: float, factor: float) -> None:
    place = view.to_world(px, py)
    zoomed = view.zoomed(factor, px, py)
    assert MIN_SCALE <= zoomed.scale <= MAX_SCALE
    if abs(zoomed.x) < 180 and abs(zoomed.y) < world_y1(85):  # else the edge of the world stopped it
        assert zoomed.to_pixels(*place) == pytest.approx((px, py), abs=1e-3)


@given(VIEWS, st.floats(-500, 500), st.floats(-500, 500))
def test_pan_moves_the_picture_by_the_pixels(view: Viewport, dx: float, dy: float) -> None:
    moved = view.panned(dx, dy)
    if abs(moved.x) < 180 and abs(moved.y) < world_y1(85):
        old, new = view.to_pixels(70.0, 30.0), moved.to_pixels(70.0, 30.0)
        assert (new[0] - old[0], new[1] - old[1]) == pytest.approx((dx, dy), abs=1e-4)


@given(
    st.floats(60, 78),
    st.floats(23, 37),
    st.floats(0, 5),
    st.floats(0, 5),
    st.tuples(st.floats(0, 200), st.floats(0, 80)),
)
def test_fitted_box_is_in_view_clear_of_margin_and_glass(
    west: float, south: float, wide: float, high: float, covered: tuple[float, float]
) -> None:
    box = world_box(west, south, west + wide, south + high)
    view = Viewport(900, 600).fitted(box, margin=40, covered=covered)
    left, top = view.to_pixels(box.x0, box.y1)
    right, bottom = view.to_pixels(box.x1, box.y0)
    assert left >= 40 + covered[0] - 0.01
    assert right <= 900 - 40 - covered[1] + 0.01
    assert top >= 40 - 0.01
    assert bottom <= 600 - 40 + 0.01


def test_one_sighting_is_not_shown_at_full_zoom() -> None:
    view = Viewport(900, 600).fitted(world_box(72.36, 34.77, 72.36, 34.77), margin=50, closest_m=400)
    assert view.metres_per_pixel * 500 == pytest.approx(400, rel=0.01)


def test_projection_is_the_one_of_the_preview() -> None:
    to_mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    for lon, lat in ((72.36, 34.77), (67.0, 24.86), (75.6, 36.9)):
        east, north = to_mercator.transform(lon, lat)
        metres_per_unit = math.radians(1) * 6378137
        assert (lon * metres_per_unit, world_y1(lat) * metres_per_unit) == pytest.approx((east, north))


@pytest.mark.parametrize("lat", [0.0, 24.9, 34.8, 36.9])
def test_metres_per_pixel_is_that_of_the_ellipsoid(lat: float) -> None:
    view = Viewport(800, 600, 72.0, world_y1(lat), 5000.0)
    west, east = view.lonlat(350, 300), view.lonlat(450, 300)
    _, _, length = Geod(ellps="WGS84").inv(*west, *east)
    assert view.metres_per_pixel * 100 == pytest.approx(length, rel=1e-4)


def test_positions_without_numbers_stay_without() -> None:
    assert np.isnan(world_y(np.array([np.nan]))).all()


# ---- degree net and scale bar ---------------------------------------------------------------------


@given(VIEWS)
def test_net_lines_are_in_view_and_apart(view: Viewport) -> None:
    for axis, size in (("lon", view.width), ("lat", view.height)):
        pixels = sorted(line.pixel for line in graticule.graticule(view) if line.axis == axis)
        assert all(-0.01 <= pixel <= size + 0.01 for pixel in pixels)
        if axis == "lon" and graticule.graticule_step_sec(view) < 108000:
            assert all(b - a >= 129 for a, b in pairwise(pixels))


@pytest.mark.parametrize(
    ("seconds", "step", "sides", "text"),
    [
        (72 * 3600, 3600, "EW", "72°E"),
        (72 * 3600 + 1800, 1800, "EW", "72°30′E"),
        (-(34 * 3600 + 5 * 60 + 9), 1, "NS", "34°05′09″S"),
        (0, 3600, "NS", "0°"),
    ],
)
def test_names_of_net_lines(seconds: int, step: int, sides: str, text: str) -> None:
    assert graticule.degrees_label(seconds, step, sides) == text


@given(st.floats(0.01, 50_000))
def test_scale_bar_is_a_round_length_that_fits(metres_per_pixel: float) -> None:
    metres, pixels = graticule.scale_bar(metres_per_pixel)
    assert pixels <= 150.001
    assert pixels >= 150 / 2.5 - 0.01
    assert metres == pytest.approx(pixels * metres_per_pixel)
    assert f"{metres:.0e}"[0] in "125"


@pytest.mark.parametrize(
    ("metres", "text"),
    [(0.25, "0.25 m"), (5, "5 m"), (850, "850 m"), (1250, "1.25 km"), (2000, "2 km"), (312_400, "312 km")],
)
def test_lengths_for_reading(metres: float, text: str) -> None:
    assert graticule.distance_text(metres) == text


@pytest.mark.parametrize(
    ("square_metres", "text"),
    [(850, "850 m²"), (23_500, "2.35 ha"), (14_200_000, "14.20 km²"), (6_552_740_000, "6,553 km²")],
)
def test_areas_for_reading(square_metres: float, text: str) -> None:
    assert graticule.area_text(square_metres) == text


# ---- measuring ------------------------------------------------------------------------------------


def test_leg_due_north_and_due_east() -> None:
    north = measure.leg((72.0, 34.0), (72.0, 35.0))
    assert north.bearing_deg == pytest.approx(0, abs=1e-9)
    assert north.length_m == pytest.approx(110_933, rel=1e-3)
    assert measure.leg((72.0, 0.0), (73.0, 0.0)).bearing_deg == pytest.approx(90)
    assert measure.leg((72.0, 34.0), (71.9, 34.0)).bearing_deg == pytest.approx(270, abs=0.1)


def test_area_does_not_depend_on_direction() -> None:
    square = [(72.0, 34.0), (72.01, 34.0), (72.01, 34.01), (72.0, 34.01)]
    assert measure.enclosed_m2(square) == pytest.approx(measure.enclosed_m2(square[::-1]))
    assert measure.enclosed_m2(square) == pytest.approx(923.9 * 1109.2, rel=1e-3)
    assert measure.enclosed_m2(square[:2]) == 0


def test_long_leg_is_drawn_as_the_geodesic() -> None:
    line = measure.along([(62.0, 25.0), (77.0, 36.0)])
    assert len(line) > 20
    assert (line[0], line[-1]) == ((62.0, 25.0), (77.0, 36.0))
    whole = measure.leg(line[0], line[-1]).length_m
    assert sum(part.length_m for part in measure.legs(line)) == pytest.approx(whole, rel=1e-9)
