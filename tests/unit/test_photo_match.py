"""Photos and their sightings: by place, along a track, by time, and what stays for a person to decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.records import utc_text
from surveyapp.exchange.photo_match import Match, Shot, Stops, Walk, clock_ahead_s, match, stops_of, walk_of

NINE = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""Nine in the morning in Pakistan."""
METRE = 1 / 111_195


def stop(uuid: str, north_m: float | None, minutes: float | None = None, accuracy_m: float | None = None) -> Any:
    return (
        uuid,
        None if north_m is None else 72.36,
        None if north_m is None else 34.77 + north_m * METRE,
        accuracy_m,
        None if minutes is None else utc_text(NINE + timedelta(minutes=minutes)),
    )


def stops(*rows: Any) -> Stops:
    names = ("uuid", "longitude", "latitude", "accuracy_m", "observed_at")
    return stops_of(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def shot(north_m: float | None = None, minutes: float | None = None, *, camera: bool = False) -> Shot:
    moment = None if minutes is None else NINE + timedelta(minutes=minutes)
    clock = None if moment is None else (moment + timedelta(hours=5)).replace(tzinfo=None)
    place = (None, None) if north_m is None else (72.36, 34.77 + north_m * METRE)
    return Shot("p", *place, None if camera else moment, clock if camera else None)


def one(shot: Shot, where: Stops, walks: tuple[Walk, ...] = (), ahead_s: float = 0) -> Match:
    return match([shot], where, walks, ahead_s)[0]


def walk(*points: tuple[float, float], name: str = "Ridge") -> Walk:
    """Points as (minutes, metres north)."""
    told = [[60 * minutes, 72.36, 34.77 + north * METRE, None, None] for minutes, north in points]
    made = walk_of(name, utc_text(NINE), str(told).replace("None", "null"))
    assert made is not None
    return made


def test_the_only_sighting_within_reach_is_taken_with_its_differences() -> None:
    found = one(shot(30, 12), stops(stop("a", 0, 0), stop("b", 5000, 12)))
    assert (found.proposed, found.sure, found.how) == ("a", True, "position")
    assert found.candidates[0].distance_m == pytest.approx(30, abs=0.1)
    assert found.candidates[0].span_s == 720


def test_a_poor_accuracy_reaches_farther() -> None:
    assert one(shot(250), stops(stop("a", 0))).proposed is None
    assert one(shot(250), stops(stop("a", 0, accuracy_m=100))).proposed == "a"


def test_the_right_place_at_another_time_is_for_a_person_to_decide() -> None:
    found = one(shot(5, 60 * 24), stops(stop("a", 0, 0)))
    assert (found.proposed, found.sure) == ("a", False)


def test_what_was_taken_elsewhere_belongs_to_none_even_at_the_right_time() -> None:
    found = one(shot(900, 0), stops(stop("a", 0, 0)))
    assert (found.proposed, found.sure) == (None, False)
    assert [candidate.uuid for candidate in found.candidates] == ["a"]
    assert one(shot(90_000, 0), stops(stop("a", 0, 0))).candidates == ()


def test_of_two_near_ones_time_decides() -> None:
    where = stops(stop("yesterday", 0, -60 * 24), stop("today", 20, 3))
    found = one(shot(2, 0), where)
    assert (found.proposed, found.sure) == ("today", True)
    assert [candidate.uuid for candidate in found.candidates] == ["today", "yesterday"]


def test_time_decides_also_among_many_that_are_near() -> None:
    pits = [stop(f"pit-{number}", number, -60 * 24) for number in range(30)]
    found = one(shot(0, 0), stops(*pits, stop("today", 40, 3)))
    assert (found.proposed, found.sure) == ("today", True)
    assert len(found.candidates) == 6


def test_two_that_are_as_near_in_place_and_time_stay_undecided() -> None:
    found = one(shot(10, 0), stops(stop("b", 0, -10), stop("a", 20, 12)))
    assert found.proposed in ("a", "b")
    assert not found.sure
    without_times = one(shot(10), stops(stop("b", 0), stop("a", 22)))
    assert (without_times.proposed, without_times.sure) == ("b", False)
    assert one(shot(2), stops(stop("b", 0), stop("a", 60))).sure


def test_place_and_time_that_name_different_ones_stay_undecided() -> None:
    found = one(shot(2, 0), stops(stop("near", 0, 90), stop("soon", 80, 1)))
    assert not found.sure


def test_by_time_alone_where_the_photo_has_no_position() -> None:
    where = stops(stop("a", 0, 0), stop("b", 4000, 100), stop("c", None, None))
    assert one(shot(minutes=4, camera=True), where) == one(shot(minutes=4), where)
    found = one(shot(minutes=4), where)
    assert (found.proposed, found.sure, found.how) == ("a", True, "time")
    assert found.candidates[0].distance_m is None
    assert one(shot(minutes=50), where).proposed is None
    tie = one(shot(minutes=10), stops(stop("a", 0, 0), stop("b", 4000, 21)))
    assert (tie.proposed, tie.sure) == ("a", False)


def test_a_camera_clock_that_is_ahead_is_put_right() -> None:
    where = stops(stop("a", 0, 0), stop("b", 4000, 60))
    late = shot(minutes=61, camera=True)
    assert one(late, where).proposed == "b"
    assert one(late, where, ahead_s=3600).proposed == "a"
    assert one(shot(minutes=61), where, ahead_s=3600).proposed == "b"  # the GPS clock is right


def test_a_moment_on_a_track_gives_a_place() -> None:
    path = walk((0, 0), (4, 400), (8, 800))
    found = one(shot(minutes=6), stops(stop("a", 610, 300), stop("b", 0, 6)), (path,))
    assert (found.proposed, found.how, found.track) == ("a", "track", "Ridge")
    assert found.candidates[0].distance_m == pytest.approx(10, abs=0.5)
    assert not found.sure  # right place, five hours before the visit


def test_where_a_track_says_nothing_time_alone_is_asked() -> None:
    where = stops(stop("a", 0, 20))
    assert one(shot(minutes=20), where, (walk((0, 0), (40, 4000)),)).how == "time"  # a gap of 40 min
    assert one(shot(minutes=20), where, (walk((0, 0), (4, 400)),)).how == "time"  # after its end
    assert one(shot(minutes=5), where, (walk((0, 0), (4, 400)),)).how == "track"  # a minute after it
    two = (walk((0, 0), (4, 400)), walk((0, 9000), (4, 9400), name="Other"))
    assert one(shot(minutes=2), where, two).how == "time"


def test_a_photo_that_says_nothing_is_left_alone() -> None:
    assert one(shot(), stops(stop("a", 0, 0))) == Match("p", None, False, "")
    assert match([shot(3, 3)], stops_of({name: [] for name in (
        "uuid", "longitude", "latitude", "accuracy_m", "observed_at")}), ())[0].proposed is None


@pytest.mark.parametrize("points", [None, "", "no JSON", "{}", "[1, 2]", '[["a", 1, 2]]', "[[null, 72, 34]]", "[[0]]",
                                    "[[0, 72, NaN]]", '[{"x": 1}]', "7"])
def test_points_of_another_program_are_no_walk(points: object) -> None:
    assert walk_of("x", utc_text(NINE), points) is None


def test_a_walk_needs_its_start() -> None:
    assert walk_of("x", None, "[[0, 72, 34]]") is None


def test_the_clock_is_told_from_photos_that_have_both_times() -> None:
    def both(minutes: float, ahead_s: float) -> Shot:
        moment = NINE + timedelta(minutes=minutes)
        camera = (moment + timedelta(hours=5, seconds=ahead_s)).replace(tzinfo=None)
        return Shot("p", taken_at=moment, camera_time=camera)

    assert clock_ahead_s([both(0, 190), both(5, 200), both(9, 200), shot(minutes=3)]) == (200, 3)
    assert clock_ahead_s([both(0, -3600)]) == (-3600, 1)
    assert clock_ahead_s([both(0, 0), both(5, 3600), both(9, 7200)]) is None
    assert clock_ahead_s([shot(minutes=3), shot(2)]) is None


rows = st.lists(
    st.tuples(st.floats(-300, 300), st.floats(-300, 300), st.sampled_from([None, 5.0, 80.0])), min_size=1, max_size=8
)


@given(rows, st.one_of(st.none(), st.floats(-300, 300)), st.one_of(st.none(), st.floats(-300, 300)), st.randoms())
def test_the_order_of_sightings_decides_nothing_that_is_sure(
    rows: list[tuple[float, float, float | None]], north: float | None, minutes: float | None, dice: Any
) -> None:
    made = [stop(f"s{number}", row[0], row[1], row[2]) for number, row in enumerate(rows)]
    shuffled = list(made)
    dice.shuffle(shuffled)
    first, second = one(shot(north, minutes), stops(*made)), one(shot(north, minutes), stops(*shuffled))
    assert first.sure == second.sure
    if first.sure:
        assert first.proposed == second.proposed
    if first.proposed is not None:
        assert first.candidates[0].uuid == first.proposed
    assert first == one(shot(north, minutes), stops(*made))
