"""Averaging: honest about what it knows, and not upset by a bad fix."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.errors import Refused
from surveyapp.positioning.averaging import FLOOR_M, Average, Averager
from surveyapp.positioning.fix import Fix
from surveyapp.positioning.local_plane import LocalPlane

START = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
HERE = LocalPlane(72.36077, 34.77254)


def fix(second: int, x_m: float = 0.0, y_m: float = 0.0, plane: LocalPlane = HERE) -> Fix:
    longitude, latitude = plane.degrees(x_m, y_m)
    return Fix(
        source="serial:/dev/ttyUSB0@9600",
        quality="autonomous",
        longitude=longitude,
        latitude=latitude,
        elevation_m=984.0,
        time_utc=START + dt.timedelta(seconds=second),
        mode=3,
        satellites_used=8,
        hdop=1.0,
        accuracy_m=3.0,
        accuracy_source="gst",
        received_monotonic=float(second),
    )


def averaged(fixes: list[Fix], min_samples: int = 1) -> Average:
    averager = Averager(min_samples)
    for each in fixes:
        averager.add(each)
    return averager.result()


def distance_m(average: Average, plane: LocalPlane = HERE) -> float:
    return math.hypot(*plane.metres(average.longitude, average.latitude))


def noisy(count: int, sigma_m: float, seed: int = 1) -> list[Fix]:
    source = random.Random(seed)
    return [fix(n, source.gauss(0, sigma_m), source.gauss(0, sigma_m)) for n in range(count)]


def test_mean_spread_and_counts() -> None:
    result = averaged([fix(0, -1, 0), fix(1, 1, 0), fix(2, 0, -1), fix(3, 0, 1)])
    assert distance_m(result) < 1e-6
    assert result.spread_m == pytest.approx(1.0, abs=1e-6)
    assert (result.samples_used, result.samples_rejected, result.satellites_used, result.hdop) == (
        4,
        0,
        8,
        1.0,
    )
    assert result.elevation_m == pytest.approx(984.0)
    assert (result.started_utc, result.time_utc) == (START, START + dt.timedelta(seconds=3))


def test_one_wild_fix_neither_fails_nor_moves_the_average() -> None:
    good = noisy(30, 1.0)
    result = averaged([*good[:15], fix(99, 4000.0, -2000.0), *good[15:]])
    assert (result.samples_used, result.samples_rejected) == (30, 1)
    without = averaged(good)
    assert HERE.metres(result.longitude, result.latitude) == pytest.approx(
        HERE.metres(without.longitude, without.latitude), abs=1e-3
    )
    assert result.spread_m == pytest.approx(without.spread_m, abs=1e-3)


def test_a_third_of_bad_fixes_is_left_out() -> None:
    result = averaged(noisy(20, 1.0) + [fix(100 + n, 60.0 + n, 0.0) for n in range(10)])
    assert (result.samples_used, result.samples_rejected) == (20, 10)
    assert distance_m(result) < 1.0


def test_bad_elevation_does_not_move_the_elevation() -> None:
    fixes = noisy(10, 1.0)
    fixes[3] = replace(fixes[3], elevation_m=4000.0)
    fixes[4] = replace(fixes[4], elevation_m=None)
    assert averaged(fixes).elevation_m == pytest.approx(984.0)


def test_repeated_digits_do_not_make_an_outlier_of_the_first_change() -> None:
    result = averaged([*(fix(n) for n in range(20)), fix(20, FLOOR_M, 0.0)])
    assert result.samples_rejected == 0


@settings(max_examples=100)
@given(
    st.lists(st.booleans(), min_size=2, max_size=60),
    st.floats(0.05, 50),
    st.floats(0, 2.8),
    st.floats(0, 2 * math.pi),
)
def test_no_fix_is_left_out_that_its_receiver_allows_for(
    where: list[bool], accuracy_m: float, apart: float, bearing: float
) -> None:
    """Fixes that jump between two places, 2.8 times the stated accuracy apart at most: 4 sigmas of one axis."""
    x, y = apart * accuracy_m * math.cos(bearing), apart * accuracy_m * math.sin(bearing)
    fixes = [replace(fix(n, x * there, y * there), accuracy_m=accuracy_m) for n, there in enumerate(where)]
    result = averaged(fixes)
    assert result.samples_rejected == 0
    share = sum(where) / len(where)
    assert HERE.metres(result.longitude, result.latitude) == (
        pytest.approx(x * share, abs=2e-3), pytest.approx(y * share, abs=2e-3)
    )
    spread_m = apart * accuracy_m * math.sqrt(share * (1 - share))
    assert result.spread_m == pytest.approx(spread_m, abs=2e-3)
    assert result.accuracy_m == pytest.approx(max(accuracy_m, spread_m), abs=2e-3)


@given(st.floats(0.05, 50), st.floats(3, 1000), st.integers(1, 4))
def test_what_contradicts_the_receiver_and_its_other_fixes_is_left_out(
    accuracy_m: float, farther: float, wild: int
) -> None:
    """More than 4 sigmas of one axis from where the others are."""
    away = max(farther * accuracy_m, 1.0)
    fixes = [replace(fix(n), accuracy_m=accuracy_m) for n in range(2 * wild + 1)]
    fixes += [replace(fix(99 + n, away, 0.0), accuracy_m=accuracy_m) for n in range(wild)]
    assert averaged(fixes).samples_rejected == wild


def test_the_accuracy_of_a_few_fixes_does_not_speak_for_all() -> None:
    fixes = [replace(fix(n), accuracy_m=None, accuracy_source=None) for n in range(7)]
    fixes += [fix(n, 3.0) for n in range(7, 10)]
    assert averaged(fixes).samples_rejected == 3, "without a word of the receiver, 3 m are far"
    assert averaged([replace(each, accuracy_m=40.0, accuracy_source="gst") for each in fixes]).samples_rejected == 0
    by_hdop = [replace(each, accuracy_m=7.1, accuracy_source="hdop-estimate") for each in fixes]
    assert averaged(by_hdop).samples_rejected == 0


def test_an_elevation_that_jumps_within_the_accuracy_counts() -> None:
    fixes = [replace(fix(n), elevation_m=984.0 + 6 * (n >= 8)) for n in range(12)]
    assert averaged(fixes).elevation_m == pytest.approx(986.0)


def test_uncertainty_is_never_less_than_a_single_fix_states() -> None:
    few, many = averaged(noisy(10, 1.0)), averaged(noisy(900, 1.0))
    assert few.accuracy_m == many.accuracy_m == 3.0
    assert many.accuracy_source == "gst"


def test_uncertainty_is_the_spread_where_that_is_worse() -> None:
    result = averaged(noisy(200, 10.0))
    assert result.accuracy_m == result.spread_m
    assert result.spread_m == pytest.approx(14.1, abs=2.0)


def test_uncertainty_is_unknown_or_a_guess_as_the_fixes_are() -> None:
    unknown = [replace(each, accuracy_m=None, accuracy_source=None) for each in noisy(10, 1.0)]
    guessed = [replace(each, accuracy_m=7.1, accuracy_source="hdop-estimate") for each in noisy(10, 1.0)]
    stated = noisy(20, 1.0)
    assert (averaged(unknown).accuracy_m, averaged(unknown).accuracy_source) == (None, None)
    assert (averaged(guessed).accuracy_m, averaged(guessed).accuracy_source) == (7.1, "hdop-estimate")
    assert averaged(guessed[:6] + stated[6:10]).accuracy_source == "hdop-estimate"
    assert averaged(unknown + stated[10:13]).accuracy_m is None


def test_quality_and_mode_are_the_worst_used() -> None:
    fixes = noisy(10, 0.5)
    fixes[2] = replace(fixes[2], quality="dgps")
    fixes[3] = replace(fixes[3], quality="estimated", mode=2)
    assert (averaged(fixes).quality, averaged(fixes).mode) == ("estimated", 2)


def test_same_moment_counts_once() -> None:
    averager = Averager()
    for each in (fix(0), fix(0, 1.0), fix(1), fix(1), fix(1)):
        averager.add(each)
    assert averager.count == 2
    nameless = replace(fix(5), time_utc=None)
    averager.add(nameless)
    averager.add(nameless)
    assert averager.count == 3


def test_other_sources_simulated_and_empty_fixes_are_not_taken() -> None:
    averager = Averager()
    assert averager.add(fix(0))
    assert not averager.add(replace(fix(1), source="replay:walk.nmea"))
    assert not averager.add(replace(fix(2), quality="simulated"))
    assert not averager.add(replace(fix(3), quality="none", longitude=None, latitude=None))
    assert (averager.count, averager.not_taken) == (1, 3)


def test_too_few_fixes_are_refused_in_one_sentence() -> None:
    averager = Averager(min_samples=5)
    assert averager.current() is None
    with pytest.raises(Refused, match="Only 0 of 5 fixes"):
        averager.result()
    for each in noisy(4, 1.0):
        averager.add(each)
    assert not averager.ready
    with pytest.raises(Refused, match="Only 4 of 5 fixes were averaged; stay in place"):
        averager.result()
    averager.add(fix(4))
    assert averager.ready
    assert averager.result() == averager.current()


def test_over_the_date_line() -> None:
    plane = LocalPlane(180.0, -17.0)
    result = averaged([fix(n, x, 0.0, plane) for n, x in enumerate((-2.0, -1.0, 1.0, 2.0))])
    assert abs(result.longitude) == pytest.approx(180.0)
    assert distance_m(result, plane) < 1e-3


METRES = st.floats(-1e5, 1e5)


@settings(max_examples=150)
@given(st.lists(st.tuples(METRES, METRES), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_any_fixes_average_the_same_in_any_order(
    points: list[tuple[float, float]], order: random.Random
) -> None:
    fixes = [fix(n, x, y) for n, (x, y) in enumerate(points)]
    result = averaged(fixes)
    assert result.samples_used + result.samples_rejected == len(fixes)
    assert 2 * result.samples_used >= len(fixes)
    assert result.accuracy_m is not None
    assert result.accuracy_m >= max(result.spread_m, 3.0)
    order.shuffle(fixes)
    again = averaged(fixes)
    assert again.samples_used == result.samples_used
    assert HERE.metres(again.longitude, again.latitude) == pytest.approx(
        HERE.metres(result.longitude, result.latitude), abs=1e-3
    )


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_plane_goes_there_and_back(longitude: float, latitude: float, x_m: float, y_m: float) -> None:
    plane = LocalPlane(longitude, latitude)
    there = plane.degrees(x_m, y_m)
    assert plane.metres(*there) == (pytest.approx(x_m, abs=1e-5), pytest.approx(y_m, abs=1e-5))


def test_plane_agrees_with_the_ellipsoid() -> None:
    pyproj = pytest.importorskip("pyproj")
    geod = pyproj.Geod(ellps="WGS84")
    for x_m, y_m in ((100.0, 0.0), (0.0, 100.0), (-700.0, 700.0)):
        longitude, latitude = HERE.degrees(x_m, y_m)
        measured = geod.inv(HERE.longitude, HERE.latitude, longitude, latitude)[2]
        assert measured == pytest.approx(math.hypot(x_m, y_m), rel=2e-4)
