"""Pixels: stamps, drawing order, density, themes, labels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.gems import GEMS
from surveyapp.ui.mapcanvas.bubbles import count_text, ring_spans
from surveyapp.ui.mapcanvas.labels import LabelPlacer
from surveyapp.ui.mapcanvas.levels import Density
from surveyapp.ui.mapcanvas.raster import PixelBuffer, density_picture
from surveyapp.ui.mapcanvas.stamps import Look, StampSet, make_stamps
from surveyapp.ui.mapcanvas.styles import SHAPES, THEMES, PointStyle, Theme, contrast, rgb, themed
from surveyapp.ui.mapcanvas.viewport import Box

COLOURS = ["#12875a", "#c4183c", "#9ec22d", "#1f4fc4", "#e08a3c"]


def stamps_of(radius: float = 6, **more: object) -> StampSet:
    return make_stamps(
        [
            Look(PointStyle(str(i), str(i), colour, SHAPES[i]), radius, "#ffffff", **more)  # type: ignore[arg-type]
            for i, colour in enumerate(COLOURS)
        ]
    )


def argb(colour: str) -> int:
    red, green, blue = rgb(colour)
    return 0xFF000000 | red << 16 | green << 8 | blue


@pytest.mark.parametrize("shape", SHAPES)
def test_middle_of_a_stamp_has_the_exact_colour(shape: str) -> None:
    stamps = make_stamps([Look(PointStyle("a", "A", "#12875a", shape), 6, "#ffffff")])
    buffer = PixelBuffer(60, 40, 48)
    buffer.stamp(np.array([30.2]), np.array([20.7]), np.array([0]), stamps)
    assert buffer.pixels[20, 30] == argb("#12875a")
    lines, columns = np.nonzero(buffer.pixels >> 24)
    assert max(np.abs(lines - 20).max(), np.abs(columns - 30).max()) <= stamps.reach


def test_shapes_differ_even_without_colour() -> None:
    pictures = []
    for shape in SHAPES:
        buffer = PixelBuffer(40, 40, 48)
        stamps = make_stamps([Look(PointStyle("a", "A", "#777777", shape), 6, "#ffffff")])
        buffer.stamp(np.array([20.0]), np.array([20.0]), np.array([0]), stamps)
        pictures.append(buffer.pixels == argb("#777777"))
    for i, one in enumerate(pictures):
        for other in pictures[:i]:
            assert (one != other).sum() >= 20


def test_absence_is_hollow() -> None:
    buffer = PixelBuffer(40, 40, 48)
    buffer.stamp(np.array([20.0]), np.array([20.0]), np.array([0]), stamps_of(hollow=True))
    assert buffer.pixels[20, 20] == argb("#ffffff")
    assert (buffer.pixels == argb(COLOURS[0])).any()


@given(
    st.lists(st.tuples(st.integers(-12, 52), st.integers(-12, 42), st.integers(0, 4)), max_size=40),
    st.sampled_from([2.0, 3.2, 6.0]),
)
def test_drawing_is_that_of_one_stamp_after_another(points: list[tuple[int, int, int]], radius: float) -> None:
    """Fringes of all, then cores of all, each in record order: the rule that raster.py states."""
    stamps = stamps_of(radius)
    x, y, variant = np.array(points, int).reshape(-1, 3).T
    buffer = PixelBuffer(40, 30, 48)
    buffer.stamp(x + 0.5, y + 0.5, variant, stamps)
    expected = np.zeros((30, 40), np.uint32)
    for offsets, colours in ((stamps.fringe_at, stamps.fringe), (stamps.core_at, stamps.core)):
        for px, py, which in points:
            for (down, right), colour in zip(offsets[which], colours[which], strict=True):
                if 0 <= py + down < 30 and 0 <= px + right < 40:
                    expected[py + down, px + right] = colour
    assert (buffer.pixels == expected).all()


def test_later_records_lie_on_top_whatever_their_gem() -> None:
    for first, second in ((0, 1), (1, 0)):
        buffer = PixelBuffer(40, 40, 48)
        many = 3000  # enough that hidden ones are left out
        variant = np.full(many, first)
        variant[-1] = second
        buffer.stamp(np.full(many, 20.0), np.full(many, 20.0), variant, stamps_of())
        assert buffer.pixels[20, 20] == argb(COLOURS[second])


def test_stamps_wider_than_the_margin_are_refused() -> None:
    with pytest.raises(ValueError, match="margin"):
        PixelBuffer(10, 10, 20).stamp(np.array([1.0]), np.array([1.0]), np.array([0]), stamps_of())


def test_density_is_stronger_where_there_is_more_and_north_is_up() -> None:
    count = np.array([[0, 1], [1000, 30]])
    style = np.array([[0, 1], [0, 9]], np.uint8)
    picture = density_picture(Density(Box(0, 0, 1, 1), count, style), COLOURS, "#888888")
    alpha = picture >> 24
    assert alpha[1, 0] == 0
    assert 60 < alpha[1, 1] < alpha[0, 1] < alpha[0, 0] <= 255
    red, green, blue = rgb(COLOURS[0])
    share = alpha[0, 0] / 255
    assert abs(int(picture[0, 0] >> 16 & 255) - red * share) <= 1
    assert abs(int(picture[0, 0] >> 8 & 255) - green * share) <= 1
    assert abs(int(picture[0, 0] & 255) - blue * share) <= 1


# ---- styles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_words_and_marks_have_enough_contrast(theme: Theme) -> None:
    for ground in (theme.land, theme.land_alternate, theme.neighbour, theme.panel, theme.halo):
        assert contrast(theme.text, ground) >= 4.5
        assert contrast(theme.text_soft, ground) >= 4.5
        for mark in (theme.accent, theme.gps, theme.track, theme.area):
            assert contrast(mark, ground) >= 3
    assert contrast(theme.stale, theme.land) >= 2


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_every_gem_stands_out_by_colour_or_by_edge(theme: Theme) -> None:
    for gem in GEMS:
        style = themed(PointStyle(gem.code, gem.label, gem.colour, gem.shape), theme)
        assert max(contrast(style.colour, theme.land), contrast(theme.outline, theme.land)) >= 3 or (
            contrast(style.colour, theme.outline) >= 2 and contrast(style.colour, theme.land) >= 1.8
        )


def test_night_shows_nothing_but_red() -> None:
    night = THEMES["night"]
    colours = [value for value in vars(night).values() if isinstance(value, str) and value.startswith("#")]
    colours += [themed(PointStyle("a", "A", colour), night).colour for colour in ("#ffffff", "#00ff00")]
    for colour in colours:
        red, green, blue = rgb(colour)
        assert green <= red * 0.55
        assert blue <= red * 0.55


def test_lightness_still_tells_gems_apart_at_night() -> None:
    night = THEMES["night"]
    dark, light = (themed(PointStyle("a", "A", colour), night).colour for colour in ("#6e1f28", "#9ec22d"))
    assert contrast(dark, light) > 1.3


def test_unknown_shapes_and_colours_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        PointStyle("a", "A", "#123456", "blob")
    with pytest.raises(ValueError, match="colour"):
        PointStyle("a", "A", "red")


# ---- groups ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "text"),
    [(7, "7"), (832, "832"), (1000, "1.0k"), (9949, "9.9k"), (9950, "10k"), (48_300, "48k"), (1_300_000, "1.3M")],
)
def test_counts_have_at_most_four_characters(count: int, text: str) -> None:
    assert count_text(count) == text


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=9).filter(any))
def test_ring_is_whole_and_shows_every_gem_that_is_there(shares: list[int]) -> None:
    spans = ring_spans(shares)
    assert [index for index, _, _ in spans] == [index for index, share in enumerate(shares) if share]
    assert sum(length for _, _, length in spans) == pytest.approx(1)
    assert all(length > 0.015 for _, _, length in spans)
    for (_, start, length), (_, following, _) in pairwise(spans):
        assert start + length == pytest.approx(following)


# ---- labels ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(-20, 420), st.floats(-20, 320), st.floats(1, 80), st.floats(1, 20)), max_size=80))
def test_labels_never_overlap_nor_leave_the_view(wanted: list[tuple[float, float, float, float]]) -> None:
    placer = LabelPlacer(400, 300)
    placer.reserve(0, 250, 100, 50)
    boxes = [(0.0, 250.0, 100.0, 50.0)]
    for x, y, width, height in wanted:
        place = placer.beside(x, y, width, height, 5)
        if place is not None:
            boxes.append((*place, width, height))
            assert place[0] >= 0
            assert place[1] >= 0
            assert place[0] + width <= 400
            assert place[1] + height <= 300
    for i, (ax, ay, aw, ah) in enumerate(boxes):
        for bx, by, bw, bh in boxes[:i]:
            assert ax >= bx + bw or bx >= ax + aw or ay >= by + bh or by >= ay + ah


def test_label_goes_to_the_other_side_when_its_first_is_taken() -> None:
    placer = LabelPlacer(400, 300)
    placer.reserve(205, 90, 50, 20)
    place = placer.beside(200, 100, 40, 12, 5)
    assert place == (155, 94)
