"""Points: content, finding (each time against the slow, obvious way), level of detail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.ui.mapcanvas.levels import (
    CELL_PX,
    MAX_LOOSE,
    Levels,
    bubble_radius,
    cell_size,
    level_of,
)
from surveyapp.ui.mapcanvas.pointlayer import PointLayer, inside_polygon
from surveyapp.ui.mapcanvas.viewport import Box, Viewport, world_y

# Few distinct values, so that points share places and lie on edges.
COARSE = st.integers(-20, 20).map(lambda n: n / 4)
PLACES = st.lists(st.tuples(COARSE, COARSE), max_size=60)


def layer_of(places: list[tuple[float, float]], styles: int = 5) -> PointLayer:
    layer = PointLayer()
    lon, lat = np.array(places, float).reshape(-1, 2).T
    keys = [f"k{i}" for i in range(len(places))]
    layer.set_points(keys, lon, lat, np.arange(len(places)) % styles)
    return layer


def scattered(n: int, seed: int = 1, heaps: int = 8) -> PointLayer:
    rng = np.random.default_rng(seed)
    heap = rng.integers(0, heaps, n)
    lon = rng.uniform(68, 76, heaps)[heap] + rng.normal(0, 0.1, n)
    lat = rng.uniform(27, 36, heaps)[heap] + rng.normal(0, 0.1, n)
    layer = PointLayer()
    layer.set_points([f"k{i}" for i in range(n)], lon, lat, rng.integers(0, 9, n), rng.random(n) < 0.1)
    return layer


# ---- content --------------------------------------------------------------------------------------


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="lat"):
        PointLayer().set_points(["a", "b"], [1, 2], [1], [0, 0])


def test_points_without_position_are_kept_but_neither_drawn_nor_found() -> None:
    layer = PointLayer()
    layer.set_points(["a", "b", "c", "d"], [72, np.nan, 500, 73], [34, 34, 34, np.nan], [0, 1, 2, 1])
    assert len(layer) == 4
    assert layer.keys_of(layer.drawn_rows) == ["a"]
    assert layer.counts()[:3].tolist() == [1, 2, 1]
    layer.upsert("b", 72.5, 34.5, 1)
    assert layer.keys_of(layer.drawn_rows) == ["a", "b"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["set", "del"]), st.integers(0, 12), COARSE, COARSE, st.integers(0, 3)),
        max_size=60,
    )
)
def test_upsert_and_remove_are_like_an_ordered_dict(steps: list[tuple[str, int, float, float, int]]) -> None:
    layer, expected = PointLayer(), {}
    layer.set_points(["k0", "k1"], [1, 2], [1, 2], [0, 0])
    expected = {"k0": (1.0, 1.0, 0), "k1": (2.0, 2.0, 0)}
    for what, number, lon, lat, style in steps:
        key = f"k{number}"
        if what == "set":
            layer.upsert(key, lon, lat, style)
            expected[key] = (lon, lat, style)
        else:
            assert layer.remove(key) == (key in expected)
            expected.pop(key, None)
    rows = layer.drawn_rows
    assert len(layer) == len(expected)
    assert layer.keys_of(rows) == list(expected)
    assert layer.x[rows].tolist() == [lon for lon, _, _ in expected.values()]
    assert np.allclose(layer.y[rows], world_y(np.array([lat for _, lat, _ in expected.values()], float)))
    assert layer.style[rows].tolist() == [style for _, _, style in expected.values()]
    assert layer.counts().sum() == len(expected)
    assert all(key in layer for key in expected)


def test_removing_many_packs_the_rows_and_keeps_the_order() -> None:
    layer = layer_of([(i / 1000, 0) for i in range(6000)])
    for i in range(0, 6000, 2):
        layer.remove(f"k{i}")
    assert len(layer.x) < 6000
    assert layer.keys_of(layer.drawn_rows) == [f"k{i}" for i in range(1, 6000, 2)]
    assert layer.hit(0.001, 0, 1e-6) == "k1"


def test_hidden_styles_are_neither_drawn_nor_found_but_counted() -> None:
    layer = layer_of([(0, 0), (1, 1), (2, 2)])
    layer.hide_styles({1})
    assert layer.keys_of(layer.drawn_rows) == ["k0", "k2"]
    assert layer.hit(1, float(world_y(np.array([1.0]))[0]), 0.1) is None
    assert layer.counts()[1] == 1


def test_every_change_has_a_new_revision() -> None:
    layer = layer_of([(0, 0)])
    seen = [layer.revision]
    layer.upsert("x", 1, 1, 0)
    seen.append(layer.revision)
    layer.remove("x")
    seen.append(layer.revision)
    layer.hide_styles({0})
    seen.append(layer.revision)
    assert len(set(seen)) == 4


# ---- finding --------------------------------------------------------------------------------------


@given(PLACES, COARSE, COARSE, st.sampled_from([0.0, 0.2, 0.25, 1.0, 30.0]))
def test_hits_are_those_of_brute_force(places: list[tuple[float, float]], x: float, y: float, radius: float) -> None:
    layer = layer_of(places)
    distance = np.hypot(layer.x - x, layer.y - y)
    expected = sorted(
        (row for row in range(len(places)) if distance[row] <= radius), key=lambda row: (distance[row], -row)
    )
    assert layer.hits(x, y, radius).tolist() == expected
    assert layer.hit(x, y, radius) == (f"k{expected[0]}" if expected else None)


@given(PLACES, COARSE, COARSE, COARSE, COARSE)
def test_box_is_that_of_brute_force(
    places: list[tuple[float, float]], x0: float, x1: float, y0: float, y1: float
) -> None:
    layer = layer_of(places)
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    expected = [
        f"k{i}" for i in range(len(places)) if box.x0 <= layer.x[i] <= box.x1 and box.y0 <= layer.y[i] <= box.y1
    ]
    assert layer.in_box(box) == expected


def crossings(x: float, y: float, corners: list[tuple[float, float]]) -> bool:
    """Even-odd rule, one point and one edge at a time (W. R. Franklin's pnpoly)."""
    inside = False
    for (x0, y0), (x1, y1) in zip([corners[-1], *corners[:-1]], corners, strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            inside = not inside
    return inside


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), max_size=60),
    st.lists(st.tuples(st.floats(-6, 6), st.floats(-6, 6)), min_size=3, max_size=12),
)
def test_lasso_is_that_of_brute_force(places: list[tuple[float, float]], corners: list[tuple[float, float]]) -> None:
    layer = layer_of(places)
    xs, ys = np.array(corners).T
    found = set(layer.in_lasso(xs, ys))
    for i in range(len(places)):
        x, y = float(layer.x[i]), float(layer.y[i])
        if min(abs(crossing - x) for crossing in [*edge_xs(y, corners), 1e9]) > 1e-9:
            assert (f"k{i}" in found) == crossings(x, y, corners)


def edge_xs(y: float, corners: list[tuple[float, float]]) -> list[float]:
    """Where the edges cross a horizontal line: there, rounding may decide either way."""
    return [
        x0 + (y - y0) * (x1 - x0) / (y1 - y0)
        for (x0, y0), (x1, y1) in zip([corners[-1], *corners[:-1]], corners, strict=True)
        if y0 != y1 and min(y0, y1) <= y <= max(y0, y1)
    ]


def test_lasso_that_crosses_itself_leaves_out_what_is_enclosed_twice() -> None:
    star = np.array([(0, 3), (1.8, -2.4), (-2.9, 0.9), (2.9, 0.9), (-1.8, -2.4)], float)
    inside = inside_polygon(np.array([0.0, 0.0]), np.array([0.0, 2.0]), star[:, 0], star[:, 1])
    assert inside.tolist() == [False, True]


def test_lasso_of_two_corners_holds_nothing() -> None:
    layer = layer_of([(0, 0)])
    assert layer.in_lasso(np.array([-1.0, 1.0]), np.array([-1.0, 1.0])) == []


def test_many_scattered_points_are_found_in_boxes_as_by_brute_force() -> None:
    layer = scattered(20_000)
    rng = np.random.default_rng(7)
    for _ in range(40):
        x0, y0 = rng.uniform(66, 77), rng.uniform(27, 40)
        box = Box(x0, y0, x0 + rng.exponential(0.5), y0 + rng.exponential(0.5))
        inside = (layer.x >= box.x0) & (layer.x <= box.x1) & (layer.y >= box.y0) & (layer.y <= box.y1)
        assert layer.rows_in_box(box).tolist() == np.flatnonzero(inside).tolist()


# ---- level of detail ------------------------------------------------------------------------------


@given(st.floats(0.72, 6e6))
def test_cells_are_between_once_and_twice_the_smallest_size(scale: float) -> None:
    pixels = cell_size(level_of(scale)) * scale
    assert CELL_PX * 0.999999 <= pixels < 2 * CELL_PX * 1.000001


@pytest.mark.parametrize("factor", [0.3, 1, 3, 10, 40, 200, 3000])
def test_every_point_in_view_is_in_a_group_or_alone(factor: float) -> None:
    layer = scattered(20_000)
    levels = Levels(layer)
    assert layer.box is not None
    whole = Viewport(1200, 800).fitted(layer.box)
    view = whole.zoomed(factor, *whole.to_pixels(float(layer.x[5]), float(layer.y[5])))
    frame = levels.frame(view)
    rows = [
        levels.rows_in_group(frame.level, int(column), int(line))
        for column, line in zip(frame.groups.column, frame.groups.line, strict=True)
    ]
    assert [len(one) for one in rows] == frame.groups.count.tolist()
    together = np.concatenate([frame.loose, *rows])
    assert len(set(together.tolist())) == len(together)
    assert set(layer.rows_in_box(view.box).tolist()) <= set(together.tolist())
    for one, shares in zip(rows, frame.groups.shares, strict=True):
        assert np.bincount(layer.style[one], minlength=len(shares)).tolist() == shares.tolist()
    if frame.density is not None:
        assert frame.density.count.sum() == frame.groups.count.sum()
    assert frame.aggregated == (len(frame.groups) > 0)


def test_groups_do_not_change_while_the_map_is_dragged() -> None:
    layer = scattered(60_000, heaps=3)
    levels = Levels(layer)
    assert layer.box is not None
    for factor in (1, 25):  # a level that is counted whole, and one that is counted in view
        view = Viewport(900, 700).fitted(layer.box)
        view = view.zoomed(factor, *view.to_pixels(float(layer.x[9]), float(layer.y[9])))
        seen: dict[tuple[int, int], int] = {}
        for step in range(12):
            groups = levels.frame(view.panned(17.0 * step, -11.0 * step)).groups
            for column, line, count in zip(groups.column, groups.line, groups.count, strict=True):
                assert seen.setdefault((int(column), int(line)), int(count)) == count
        assert seen


def test_bubbles_do_not_cover_one_another() -> None:
    layer = scattered(50_000)
    assert layer.box is not None
    view = Viewport(1200, 800).fitted(layer.box)
    for factor in (1.0, 1.3, 1.7, 4.0, 11.0):
        zoomed = view.zoomed(factor, *view.to_pixels(float(layer.x[3]), float(layer.y[3])))
        groups = Levels(layer).frame(zoomed).groups
        x, y = zoomed.to_pixels(groups.x, groups.y)
        radius = np.array([bubble_radius(count) for count in groups.count.tolist()])
        for i in range(len(groups)):
            apart = np.hypot(x - x[i], y - y[i]) - radius - radius[i]
            apart[i] = 1
            assert (apart > -0.01).all()


def test_few_points_are_drawn_singly_and_a_heap_is_a_group() -> None:
    spread = layer_of([(70 + i * 0.2, 30) for i in range(MAX_LOOSE)])
    view = Viewport(1200, 800, 73, 31.5, 150)
    assert not Levels(spread).frame(view).aggregated
    heap = layer_of([(73 + i * 1e-6, 30) for i in range(MAX_LOOSE + 1)])
    frame = Levels(heap).frame(view)
    assert frame.aggregated
    assert frame.groups.count.tolist() == [MAX_LOOSE + 1]
    assert not len(frame.loose)


def test_loose_points_come_in_record_order() -> None:
    layer = scattered(3000)
    assert layer.box is not None
    frame = Levels(layer).frame(Viewport(1200, 800).fitted(layer.box).zoomed(20))
    assert frame.loose.tolist() == sorted(frame.loose.tolist())


def test_all_points_are_drawn_singly_when_asked() -> None:
    layer = scattered(5000)
    assert layer.box is not None
    frame = Levels(layer).frame(Viewport(1200, 800).fitted(layer.box), "points")
    assert not frame.aggregated
    assert len(frame.loose) == 5000


def test_density_without_bubbles_when_asked() -> None:
    layer = scattered(5000)
    assert layer.box is not None
    frame = Levels(layer).frame(Viewport(1200, 800).fitted(layer.box), "density")
    assert frame.aggregated
    assert not len(frame.groups)


def test_group_lies_on_its_heap_and_not_between_two() -> None:
    size = cell_size(level_of(150.0))
    column = int((73 + 180) / size)
    corner = column * size - 180
    places = [(corner + size * 0.15, 30.0)] * 60 + [(corner + size * 0.9, 30.0)] * 25
    layer = layer_of(places)
    view = Viewport(1200, 800, corner, float(layer.y[0]), 150)
    groups = Levels(layer).frame(view).groups
    near = bubble_radius(85) / 150
    assert len(groups) == 1
    assert abs(groups.x[0] - places[0][0]) <= near


def test_a_change_is_seen_at_once() -> None:
    layer = scattered(5000)
    levels = Levels(layer)
    assert layer.box is not None
    view = Viewport(1200, 800).fitted(layer.box)
    before = int(levels.frame(view).groups.count.sum()) + len(levels.frame(view).loose)
    layer.upsert("new", float(layer.x[0]), 30.0, 0)
    layer.remove("k1")
    layer.remove("k2")
    after = int(levels.frame(view).groups.count.sum()) + len(levels.frame(view).loose)
    assert after == before - 1
