"""The maths of planes and lines, and measurements as people write them."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain.orientation import (
    EQUAL_ANGLE,
    EQUAL_AREA,
    LINE,
    PLANE,
    Line,
    Plane,
    angle_between,
    apart,
    axis_of,
    compass_point,
    cone,
    great_circle,
    line_of,
    measure_of,
    plane_of_dip,
    plane_of_pole,
    pole_of,
    project,
    spread,
    turned,
    unproject,
    vector_of,
)
from surveyapp.domain.orientation_text import (
    DIRECTION,
    STRIKE,
    BadMeasurement,
    measure_text,
    read_measurement,
)
from surveyapp.errors import BadInput

azimuths = st.floats(0, 360, exclude_max=True)
steeps = st.floats(0, 90)
planes = st.builds(Plane, azimuths, steeps)
lines = st.builds(Line, azimuths, steeps)
tenths = st.integers(0, 3599).map(lambda n: n / 10)
steep_tenths = st.integers(0, 900).map(lambda n: n / 10)
nets = st.sampled_from([EQUAL_AREA, EQUAL_ANGLE])


def dot(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


# --- maths -------------------------------------------------------------------------------------------


@given(planes)
def test_a_plane_dips_to_the_right_of_its_strike(plane: Plane) -> None:
    strike = vector_of(Line(plane.strike_deg, 0))
    dip = vector_of(Line(plane.dip_direction_deg, plane.dip_deg))
    assert dip[2] == pytest.approx(math.sin(math.radians(plane.dip_deg)), abs=1e-12)
    assert dot(strike, dip) == pytest.approx(0, abs=1e-9)
    # To the right, seen from above: north × east is down, so strike × dip points down for a turn clockwise.
    across = strike[0] * dip[1] - strike[1] * dip[0]
    assert across == pytest.approx(math.cos(math.radians(plane.dip_deg)), abs=1e-9)


@given(planes)
def test_a_pole_is_at_right_angles_to_its_plane_and_leads_back(plane: Plane) -> None:
    pole = pole_of(plane)
    assert dot(vector_of(pole), vector_of(Line(plane.strike_deg, 0))) == pytest.approx(0, abs=1e-9)
    dip = Line(plane.dip_direction_deg, plane.dip_deg)
    assert dot(vector_of(pole), vector_of(dip)) == pytest.approx(0, abs=1e-9)
    again = plane_of_pole(pole)
    assert apart(again.strike_deg, plane.strike_deg) == pytest.approx(0, abs=1e-9)
    assert again.dip_deg == pytest.approx(plane.dip_deg, abs=1e-9)


def test_known_conversions() -> None:
    assert pole_of(Plane(45, 30)) == Line(315, 60)
    assert Plane(350, 10).dip_direction_deg == 80
    assert plane_of_dip(135, 30) == Plane(45, 30)
    assert plane_of_dip(45, 30) == Plane(315, 30)
    assert [compass_point(a) for a in (0, 22, 23, 135, 337, 338, 359.9)] == ["N", "N", "NE", "SE", "NW", "N", "N"]
    assert turned(-1e-17) == 0.0
    assert turned(720) == 0.0


@given(lines)
def test_a_line_comes_back_from_its_vector_and_from_the_opposite_one(line: Line) -> None:
    v = vector_of(line)
    assert math.hypot(*v) == pytest.approx(1)
    for vector in (v, (-v[0], -v[1], -v[2])):
        again = line_of(vector)
        assert angle_between(again, line) == pytest.approx(0, abs=1e-6)
        assert 0 <= again.plunge_deg <= 90
        assert 0 <= again.trend_deg < 360


def test_no_direction_has_no_line() -> None:
    with pytest.raises(ValueError, match="without length"):
        line_of((0.0, 0.0, 0.0))


@given(lines, nets)
def test_a_place_in_the_net_leads_back_to_its_line(line: Line, net: str) -> None:
    x, y = project(line, net)
    assert math.hypot(x, y) <= 1 + 1e-12
    again = unproject(x * (1 - 1e-12), y * (1 - 1e-12), net)
    assert again is not None
    assert angle_between(again, line) < 1e-3


def test_the_nets_are_what_their_names_say() -> None:
    assert project(Line(90, 0)) == pytest.approx((1, 0), abs=1e-12)
    assert project(Line(0, 90)) == pytest.approx((0, 0), abs=1e-12)
    # Half of the hemisphere's surface plunges more than 30°: half of the net's area in the equal-area one.
    assert math.hypot(*project(Line(0, 30))) ** 2 == pytest.approx(0.5)
    # The stereographic radius of 45° is tan 22.5°.
    assert project(Line(0, 45), EQUAL_ANGLE)[1] == pytest.approx(math.sqrt(2) - 1)
    assert unproject(0.8, 0.8) is None


@given(planes, nets)
def test_a_great_circle_lies_in_its_plane_and_passes_through_its_dip(plane: Plane, net: str) -> None:
    pole = pole_of(plane)
    points = great_circle(plane, net)
    for x, y in points[1:-1]:
        line = unproject(x * (1 - 1e-9), y * (1 - 1e-9), net)
        assert line is not None
        assert angle_between(line, pole) == pytest.approx(90, abs=1e-3)
    middle = points[len(points) // 2]
    assert middle == pytest.approx(project(Line(plane.dip_direction_deg, plane.dip_deg), net), abs=1e-9)
    assert points[0] == pytest.approx(project(Line(plane.strike_deg, 0), net), abs=1e-6)
    assert points[-1] == pytest.approx(project(Line(turned(plane.strike_deg + 180), 0), net), abs=1e-6)


@given(lines, st.floats(1, 60))
@settings(max_examples=60)
def test_a_cone_keeps_its_angle_and_never_crosses_the_net_in_a_leap(axis: Line, half: float) -> None:
    parts = cone(axis, half)
    assert parts
    for part in parts:
        for (x, y), (x2, y2) in itertools.pairwise(part):
            assert math.hypot(x - x2, y - y2) < 0.5
        for x, y in part:
            line = unproject(x * (1 - 1e-9), y * (1 - 1e-9))
            assert line is not None
            assert angle_between(line, axis) == pytest.approx(half, abs=1e-3)


# --- what many say -----------------------------------------------------------------------------------


def turned_about(axis: Line, angle_deg: float, around_deg: float) -> Line:
    part = cone(axis, angle_deg, step_deg=1)[0]
    x, y = part[round(around_deg) % len(part)]
    found = unproject(x * (1 - 1e-12), y * (1 - 1e-12))
    assert found is not None
    return found


@given(st.builds(Line, azimuths, st.floats(25, 90)), st.floats(1, 20))
@settings(max_examples=50)
def test_the_mean_of_a_ring_is_its_axis_and_fishers_numbers_are_as_published(axis: Line, half: float) -> None:
    ring = [turned_about(axis, half, around) for around in range(0, 360, 30)]
    found = spread(ring)
    assert found.count == 12
    assert angle_between(found.mean, axis) < 0.3
    assert sum(found.shares) == pytest.approx(1)
    assert found.shares[0] == pytest.approx(math.cos(math.radians(half)) ** 2, abs=2e-3)
    resultant = 12 * math.cos(math.radians(half))
    assert found.kappa == pytest.approx(11 / (12 - resultant), rel=1e-2)
    expected = 1 - (12 - resultant) / resultant * (20 ** (1 / 11) - 1)
    assert found.alpha95_deg == pytest.approx(math.degrees(math.acos(expected)), rel=1e-2)
    assert not found.is_girdle


@given(planes)
@settings(max_examples=60)
def test_poles_along_a_great_circle_give_the_fold_axis(plane: Plane) -> None:
    axis = pole_of(plane)
    around = [unproject(x * (1 - 1e-9), y * (1 - 1e-9)) for x, y in great_circle(plane, step_deg=15)[:-1]]
    found = spread([line for line in around if line is not None])
    assert found.is_girdle
    assert angle_between(found.girdle_pole, axis) < 0.1
    assert found.shares[2] == pytest.approx(0, abs=1e-6)


def test_lines_of_opposite_sense_are_the_same() -> None:
    """Either end of a horizontal line may be written down; as vectors the two would cancel."""
    found = spread([Line(10, 0), Line(190, 1), Line(11, 1), Line(189, 2)])
    assert angle_between(found.mean, Line(10, 0)) < 1
    assert found.kappa is not None
    assert found.kappa > 1000


def test_too_few_or_too_alike_say_no_more_than_they_know() -> None:
    with pytest.raises(BadInput, match="two measurements"):
        spread([Line(1, 2)])
    same = spread([Line(40, 20)] * 3)
    assert same.kappa is None
    assert same.alpha95_deg is None
    assert angle_between(same.mean, Line(40, 20)) < 1e-5
    crossed = spread([Line(0, 0), Line(90, 0), Line(0, 90)])
    assert crossed.alpha95_deg is None
    assert not spread([Line(0, 10), Line(60, 10)]).is_girdle, "any two lie on a circle"


# --- text --------------------------------------------------------------------------------------------


@given(tenths, steep_tenths)
def test_a_plane_that_is_written_reads_back(strike: float, dip: float) -> None:
    plane = Plane(strike, dip)
    again = read_measurement(measure_text(plane), PLANE)
    assert again.measure == plane
    assert not again.changed


@given(tenths, steep_tenths, st.sampled_from([PLANE, LINE]))
def test_a_line_that_is_written_reads_back(trend: float, plunge: float, kind: str) -> None:
    reading = read_measurement(measure_text(Line(trend, plunge)), kind)
    direction = axis = reading.measure
    if kind == LINE:
        assert axis == Line(trend, plunge)
    else:
        assert isinstance(direction, Plane)
        assert apart(direction.dip_direction_deg, trend) == pytest.approx(0, abs=1e-9)
        assert direction.dip_deg == plunge


@given(st.integers(0, 359), st.integers(1, 89))
def test_both_ends_of_a_strike_line_and_all_notations_mean_the_same_plane(strike: int, dip: int) -> None:
    plane = Plane(strike, dip)
    side = compass_point(strike + 90)
    other = (strike + 180) % 360
    for text in (
        f"{strike:03d}/{dip:02d} {side}",
        f"{other:03d}/{dip:02d} {side}",
        f"{strike:03d}°, {dip}° {side.lower()}",
        f"strike {strike} dip {dip} {side}",
        f"dip {dip} dip direction {plane.dip_direction_deg:g}",
        f"{dip:02d}->{plane.dip_direction_deg:03g}",
        f"{quadrant(strike)} {dip}{side}",
        f"{quadrant(other)}/{dip} {side}",
    ):
        reading = read_measurement(text, PLANE)
        assert reading.measure == plane, text
    assert read_measurement(f"{other:03d}/{dip} {side}").changed
    assert read_measurement(f"{strike:03d}/{dip}", PLANE, STRIKE).measure == plane
    direction = f"{plane.dip_direction_deg:03g}/{dip}"
    assert read_measurement(direction, PLANE, DIRECTION).measure == plane


def quadrant(azimuth: int) -> str:
    """N45E and its like."""
    north = azimuth <= 90 or azimuth >= 270
    angle = min(azimuth % 180, 180 - azimuth % 180)
    return f"{'N' if north else 'S'}{angle}{'E' if 0 <= azimuth <= 180 else 'W'}"


@given(st.integers(0, 359), st.integers(1, 89), st.booleans())
def test_letters_along_the_strike_are_refused_with_the_two_that_would_do(strike: int, dip: int, back: bool) -> None:
    along = compass_point(strike + 180 * back)
    if apart({"N": 0, "NE": 45, "E": 90, "SE": 135, "S": 180, "SW": 225, "W": 270, "NW": 315}[along],
             strike + 180 * back) >= 22:
        return  # letters that lie half-way
    with pytest.raises(BadMeasurement, match="along the strike") as caught:
        read_measurement(f"{strike:03d}/{dip} {along}")
    assert len(caught.value.suggestions) == 2
    poles = [read_measurement(text).measure for text in caught.value.suggestions]
    assert all(isinstance(measure, Plane) for measure in poles)
    assert {m.strike_deg % 180 for m in poles if isinstance(m, Plane)} == {strike % 180}


@pytest.mark.parametrize(
    ("text", "kind", "measure"),
    [
        ("N-S 60E", PLANE, Plane(0, 60)),
        ("E-W 45 N", PLANE, Plane(270, 45)),
        ("30/135", PLANE, Plane(45, 30)),
        ("30/045", PLANE, Plane(315, 30)),
        ("45/30", PLANE, Plane(45, 30)),
        ("30 N45E", PLANE, Plane(315, 30)),
        ("30→SE", PLANE, Plane(45, 30)),
        ("045-30-SE", PLANE, Plane(45, 30)),
        ("۰۴۵/۳۰ SE", PLANE, Plane(45, 30)),
        ("٠٤٥٫٥/٣٠ SE", PLANE, Plane(45.5, 30)),
        ("horizontal", PLANE, Plane(0, 0)),
        ("vertical 045", PLANE, Plane(45, 90)),
        ("045 v", PLANE, Plane(45, 90)),
        ("360/90 E", PLANE, Plane(0, 90)),
        ("plunge 30 trend 135", PLANE, Line(135, 30)),
        ("135/30", LINE, Line(135, 30)),
        ("30/135", LINE, Line(135, 30)),
        ("30/045", LINE, Line(45, 30)),
        ("45/30", LINE, Line(45, 30)),
        ("N45E 30", LINE, Line(45, 30)),
        ("strike 045 dip 30 SE", LINE, Plane(45, 30)),
    ],
)
def test_what_geologists_write(text: str, kind: str, measure: object) -> None:
    assert read_measurement(text, kind).measure == measure


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", PLANE, "Type a measurement"),
        ("045", PLANE, "no measurement"),
        ("N45E", PLANE, "no measurement"),
        ("soil", PLANE, "no measurement"),
        ("400/20", PLANE, "0 to 360"),
        ("045/95 SE", PLANE, "0 to 90"),
        ("100/100", PLANE, "azimuths"),
        ("N95E 30SE", PLANE, "0 to 90"),
        ("045/30 NSE", PLANE, "no direction"),
        ("dip 30", PLANE, "needs strike and dip"),
        ("strike 045 dip 30 SE and more", PLANE, "no measurement"),
        ("045/30 SE", LINE, "for planes"),
        ("vertical 045", LINE, "no trend"),
    ],
)
def test_what_is_no_measurement_is_refused_in_a_sentence(text: str, kind: str, said: str) -> None:
    with pytest.raises(BadMeasurement, match=said) as caught:
        read_measurement(text, kind)
    assert str(caught.value).endswith(".")


@given(st.text(alphabet=" 0123456789NESWnesw/.,->→°diptrkesugcl", max_size=20), st.sampled_from([PLANE, LINE]))
@settings(max_examples=200)
def test_any_jumble_is_a_measurement_or_is_refused(text: str, kind: str) -> None:
    try:
        measure = read_measurement(text, kind).measure
    except BadMeasurement:
        return
    axis = axis_of(measure)
    assert 0 <= axis.trend_deg < 360
    assert 0 <= axis.plunge_deg <= 90


# --- stored values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "measure"),
    [
        ("plane", (45.0, 30.0, None, None), Plane(45, 30)),
        (None, (45.0, 30.0, None, None), Plane(45, 30)),
        ("plane", (360.0, 30.0, None, None), Plane(0, 30)),
        ("line", (None, None, 135, 30), Line(135, 30)),
        (None, (None, None, 135, 30), Line(135, 30)),
        ("line", (45.0, 30.0, 135, 30), Line(135, 30)),
        ("plane", (45.0, 30.0, 135, 30), Plane(45, 30)),
        ("line", (45.0, 30.0, None, None), None),
        ("plane", (45.0, None, None, None), None),
        ("plane", ("045", 30.0, None, None), None),
        ("plane", (45.0, 130.0, None, None), None),
        ("plane", (-5.0, 30.0, None, None), None),
    ],
)
def test_what_another_program_stored_is_drawn_only_where_it_makes_sense(
    kind: object, values: tuple[object, ...], measure: object
) -> None:
    assert measure_of(kind, values) == measure
