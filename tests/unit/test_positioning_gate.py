"""The office's gate, and what a sighting records of a position."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.fields import LAYER_BY_NAME, POSITION_FACTS
from surveyapp.domain.template import GATE_LIMITS
from surveyapp.domain.validation import check_value
from surveyapp.errors import BadInput, Refused
from surveyapp.positioning.averaging import Average, Averager
from surveyapp.positioning.facts import position_facts
from surveyapp.positioning.fix import Fix
from surveyapp.positioning.gate import RULES, Gate

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
GOOD = Fix(
    source="serial:/dev/ttyUSB0@9600",
    quality="autonomous",
    longitude=72.36077,
    latitude=34.77254,
    elevation_m=984.26,
    time_utc=NOON,
    mode=3,
    satellites_used=8,
    hdop=1.1,
    accuracy_m=3.2,
    accuracy_source="gst",
    received_monotonic=100.0,
)
STRICT = Gate(
    max_accuracy_m=5.0,
    max_hdop=2.0,
    min_mode=3,
    max_age_s=5.0,
    blocks=True,
    min_quality="autonomous",
    max_clock_difference_s=60.0,
)


def average(fix: Fix, count: int = 12) -> Average:
    averager = Averager()
    for n in range(count):
        averager.add(
            replace(
                fix,
                time_utc=NOON + dt.timedelta(seconds=n),
                received_monotonic=None if fix.received_monotonic is None else fix.received_monotonic + n,
            )
        )
    return averager.result()


def codes(gate: Gate, position: Fix | Average, now: float = 101.0) -> list[str]:
    return [reason.code for reason in gate.check(position, now=now, wall_clock=NOON)]


# --- gate --------------------------------------------------------------------------------------------


def test_good_fix_passes() -> None:
    assert codes(STRICT, GOOD) == []
    assert STRICT.verdict([]) == "ok"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"accuracy_m": 5.1}, "accuracy"),
        ({"accuracy_m": None, "accuracy_source": None}, "accuracy-unknown"),
        ({"hdop": 2.1}, "hdop"),
        ({"hdop": None}, "hdop-unknown"),
        ({"mode": 2}, "fix-mode"),
        ({"mode": None}, "fix-mode"),
        ({"quality": "estimated"}, "fix-quality"),
        ({"received_monotonic": 95.0}, "stale"),
        ({"received_monotonic": None}, "stale"),
        ({"source": "replay:walk.nmea"}, "replayed"),
        ({"time_utc": NOON - dt.timedelta(weeks=1024)}, "clock"),
    ],
)
def test_each_limit(change: dict[str, object], code: str) -> None:
    bad = replace(GOOD, **change)  # type: ignore[arg-type]
    assert codes(STRICT, bad) == [code]
    reasons = STRICT.check(bad, now=101.0, wall_clock=NOON)
    assert reasons[0].message.endswith(".")
    assert STRICT.verdict(reasons) == "block"
    assert replace(STRICT, blocks=False).verdict(reasons) == "warn"


def test_simulated_is_named_as_such() -> None:
    assert codes(STRICT, replace(GOOD, quality="simulated")) == ["simulated", "fix-quality"]


def test_guessed_accuracy_is_called_a_guess() -> None:
    guess = replace(GOOD, accuracy_m=7.8, accuracy_source="hdop-estimate")
    (reason,) = STRICT.check(guess, now=101.0, wall_clock=NOON)
    assert reason.message == "The accuracy is 7.8 m (guessed from HDOP); 5 m is asked."


def test_without_a_position_nothing_passes() -> None:
    reasons = Gate().check(Fix(source="x"), now=0.0)
    assert [reason.code for reason in reasons] == ["no-position"]
    assert Gate().verdict(reasons) == "block"


def test_open_gate_still_tells_stale_from_live() -> None:
    assert codes(Gate(), GOOD, now=100.5) == []
    assert codes(Gate(), GOOD, now=111.0) == ["stale"]


def test_average_goes_through_the_same_gate() -> None:
    assert codes(STRICT, average(GOOD), now=112.0) == []
    assert codes(STRICT, average(replace(GOOD, accuracy_m=9.0)), now=112.0) == ["accuracy"]
    assert codes(STRICT, average(GOOD), now=200.0) == ["stale"]


# --- age and origin ----------------------------------------------------------------------------------


def test_age_and_liveness() -> None:
    assert GOOD.age_s(now=104.0) == 4.0
    assert GOOD.is_live(5.0, now=104.0)
    assert not GOOD.is_live(5.0, now=106.0)
    for change in (
        {"source": "replay:walk.nmea"},
        {"quality": "simulated"},
        {"quality": "manual"},
        {"received_monotonic": None},
    ):
        assert not replace(GOOD, **change).is_live(1e9, now=101.0)  # type: ignore[arg-type]


# --- facts -------------------------------------------------------------------------------------------


def test_facts_of_a_live_fix() -> None:
    assert position_facts(GOOD, now=101.0) == {
        "longitude": 72.36077,
        "latitude": 34.77254,
        "position_source": "gps",
        "accuracy_m": 3.2,
        "fix_quality": "autonomous",
        "satellites": 8,
        "hdop": 1.1,
        "samples_averaged": None,
        "elevation_m": 984.3,
        "position_text": "receiver serial:/dev/ttyUSB0@9600",
        "position_crs": "EPSG:4326",
        "observed_at": "2026-05-01T12:00:00.000Z",
    }


def test_facts_of_an_average() -> None:
    facts = position_facts(average(GOOD), now=112.0)
    assert (facts["position_source"], facts["samples_averaged"], facts["accuracy_m"]) == (
        "gps-averaged",
        12,
        3.2,
    )
    assert facts["position_text"] == (
        "receiver serial:/dev/ttyUSB0@9600; mean of 12 fixes, 0 left out, spread 0.0 m"
    )


@pytest.mark.parametrize(
    "position",
    [
        replace(GOOD, source="replay:walk.nmea", received_monotonic=None),
        replace(GOOD, source="replay:walk.nmea"),
        average(replace(GOOD, source="replay:walk.nmea", received_monotonic=None)),
    ],
)
def test_replayed_position_is_imported_with_the_name_of_its_log(position: Fix | Average) -> None:
    facts = position_facts(position, now=101.0)
    assert facts["position_source"] == "imported"
    assert str(facts["position_text"]).startswith("recorded log walk.nmea")
    assert facts["accuracy_m"] == 3.2
    assert facts["observed_at"] is not None


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        ("simulated", "simulated by the receiver"),
        ("manual", "typed into the receiver"),
    ],
)
def test_simulated_position_claims_nothing_measured(quality: str, words: str) -> None:
    facts = position_facts(replace(GOOD, quality=quality), now=101.0)  # type: ignore[arg-type]
    assert facts["position_source"] == "imported"
    assert words in str(facts["position_text"])
    for name in ("accuracy_m", "satellites", "hdop", "elevation_m"):
        assert facts[name] is None
    assert "observed_at" not in facts


def test_guess_from_hdop_is_not_recorded_as_accuracy() -> None:
    facts = position_facts(replace(GOOD, accuracy_m=7.8, accuracy_source="hdop-estimate"), now=101.0)
    assert facts["accuracy_m"] is None
    assert str(facts["position_text"]).endswith("accuracy not stated, some 8 m by its HDOP")


def test_assumed_elevation_of_a_2d_fix_is_left_out() -> None:
    assert position_facts(replace(GOOD, mode=2), now=101.0)["elevation_m"] is None


def test_stale_and_missing_positions_are_refused() -> None:
    with pytest.raises(Refused, match="too old"):
        position_facts(GOOD, now=111.0)
    with pytest.raises(Refused, match="no fix"):
        position_facts(Fix(source="x", received_monotonic=100.0), now=100.0)


@pytest.mark.parametrize(
    "position",
    [
        GOOD,
        average(GOOD),
        replace(GOOD, quality="simulated"),
        replace(GOOD, time_utc=None, hdop=None, accuracy_m=None),
    ],
)
def test_facts_are_what_the_sighting_takes(position: Fix | Average) -> None:
    facts = position_facts(position, now=101.0)
    assert set(POSITION_FACTS) <= set(facts)
    layer = LAYER_BY_NAME["sighting"]
    for name in set(facts) - {"longitude", "latitude"}:
        field = layer.field(name)
        assert field is not None
        assert check_value(field, facts[name]) is None


# --- rules from settings and templates ---------------------------------------------------------------


def test_rules_make_the_gate_that_they_name() -> None:
    rules = {
        "max_accuracy_m": 5, "max_hdop": 2.5, "min_mode": 3, "max_age_s": 30, "min_quality": "dgps",
        "max_clock_difference_s": None, "min_samples": 20, "blocks": True,
    }
    assert Gate.from_rules(rules) == Gate(
        max_accuracy_m=5, max_hdop=2.5, min_mode=3, max_age_s=30, min_quality="dgps", min_samples=20, blocks=True
    )
    assert Gate.from_rules({}) == Gate()


def test_every_rule_is_a_limit_of_the_gate_and_one_that_a_template_may_set() -> None:
    assert set(RULES) == {limit.name for limit in fields(Gate)}
    assert set(RULES) == {*GATE_LIMITS, "min_quality", "blocks"}


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"accuracy": 5}, "no position rule 'accuracy'"),
        ({"max_accuracy_m": 0}, "max_accuracy_m takes metres, not 0"),
        ({"max_accuracy_m": True}, "takes metres"),
        ({"max_accuracy_m": math.nan}, "takes metres"),
        ({"max_age_s": "10"}, "takes seconds"),
        ({"min_mode": 4}, "takes 2 or 3"),
        ({"min_mode": 2.5}, "takes 2 or 3"),
        ({"min_quality": "good"}, "min_quality takes one of none"),
        ({"min_samples": 0}, "a whole number above 0"),
        ({"blocks": "yes"}, "true or false"),
    ],
)
def test_what_is_no_rule_is_refused_in_a_sentence(rules: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput, match=re.escape(told)):
        Gate.from_rules(rules)


_VALUES = st.none() | st.booleans() | st.floats() | st.integers(-2, 40) | st.text(max_size=8)


@given(st.sampled_from(list(RULES)), _VALUES)
def test_any_value_makes_a_gate_that_has_it_or_is_refused(rule: str, value: object) -> None:
    if value is None or RULES[rule](value):
        kept = getattr(Gate.from_rules({rule: value}), rule)
        assert kept == (getattr(Gate(), rule) if value is None else value)
    else:
        with pytest.raises(BadInput, match=rf"{rule} takes .*\.$"):
            Gate.from_rules({rule: value})
