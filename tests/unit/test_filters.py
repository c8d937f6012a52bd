"""Conditions of filters: what they let through, what they refuse, and their text form."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.fields import CODE, DATE, DATETIME, INTEGER, REAL, Field
from surveyapp.domain.filters import (
    FILTER_FIELDS,
    OPERATORS,
    POSITION,
    Condition,
    Filter,
    condition_text,
    filter_text,
    needed_columns,
    parse_filter,
    passing,
    value_test,
)
from surveyapp.domain.records import utc_text
from surveyapp.domain.template import OfficeField, TermChoice
from surveyapp.domain.vocabulary import Term, Vocabulary
from surveyapp.errors import BadInput

COLUMNS = {
    "gem": ["emerald", "ruby", None, "emerald"],
    "accuracy_m": [3.5, None, 12, 40.0],
    "notes": ["Green vein", "", None, "talc VEIN"],
    "observed_at": ["2026-05-02T18:59:59.999Z", "2026-05-02T19:00:00.000Z", "2026-05-03T18:59:59.999Z", None],
    "longitude": [72.3, 72.4, None, 60.0],
    "latitude": [34.7, 34.8, None, 30.0],
}


def rows(*conditions: Condition) -> list[int]:
    return passing(conditions, COLUMNS, range(4))


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition("gem", "is", ("emerald",)), [0, 3]),
        (Condition("gem", "is", ("emerald", "ruby")), [0, 1, 3]),
        (Condition("gem", "is-not", ("emerald",)), [1, 2]),
        (Condition("gem", "empty"), [2]),
        (Condition("notes", "filled"), [0, 3]),
        (Condition("notes", "empty"), [1, 2]),
        (Condition("notes", "has", ("vein",)), [0, 3]),
        (Condition("accuracy_m", "between", (3.5, 12)), [0, 2]),
        (Condition("accuracy_m", "between", (None, 12)), [0, 2]),
        (Condition("accuracy_m", "between", (13, None)), [3]),
        (Condition(POSITION, "within", (72.3, 34.0, 73.0, 34.8)), [0, 1]),
    ],
)
def test_conditions_let_through_what_they_say(condition: Condition, found: list[int]) -> None:
    assert rows(condition) == found


def test_a_day_is_a_day_in_pakistan() -> None:
    assert rows(Condition("observed_at", "between", ("2026-05-03", "2026-05-03"))) == [1, 2]
    assert rows(Condition("observed_at", "between", (None, "2026-05-02"))) == [0]
    assert rows(Condition("observed_at", "between", ("2026-05-03", None))) == [1, 2]


def test_all_conditions_have_to_hold_and_none_holds_for_all() -> None:
    both = (Condition("gem", "is", ("emerald",)), Condition("accuracy_m", "between", (None, 10)))
    assert rows(*both) == [0]
    assert rows() == [0, 1, 2, 3]
    assert passing(both, COLUMNS, [3, 0]) == [0]
    assert needed_columns((*both, Condition(POSITION, "within", (1, 2, 3, 4)))) == [
        "gem", "accuracy_m", "longitude", "latitude",
    ]


PIT = Field("x_pit", INTEGER, "Pit", unit="m")
LEASE = OfficeField("x_lease", CODE, "Lease", choice=TermChoice(full=Vocabulary("x_lease", (Term("old", "Expired"),))))


def test_a_field_of_an_office_is_asked_by_its_name_and_told_by_its_title() -> None:
    columns = {"x_pit": [4, None, 12], "x_lease": ["old", "open", None]}
    deep, old = Condition("x_pit", "between", (5, None)), Condition("x_lease", "is", ("old",))
    assert passing([deep], columns, range(3)) == [2], "also where no survey has told of it"
    assert passing([old], columns, range(3)) == [0]
    assert (condition_text(deep), condition_text(old)) == ("x_pit: at least 5", "x_lease: old")
    known = Filter("", "", (deep, old)).known_by({"x_pit": PIT, "x_lease": LEASE})
    assert known.conditions == (deep, old)
    assert [*map(condition_text, known.conditions)] == ["Pit (m): at least 5", "Lease: Expired"]
    assert parse_filter(filter_text(known)) == known
    assert passing(known.conditions[:1], columns, range(3)) == [2]


def test_a_survey_without_the_field_has_nothing_in_it() -> None:
    assert passing([Condition("x_pit", "filled")], {}, range(3)) == []
    assert passing([Condition("x_pit", "empty")], {}, range(3)) == [0, 1, 2]
    assert passing([Condition(POSITION, "within", (1, 2, 3, 4))], {}, range(3)) == []


def test_a_field_of_the_same_name_that_cannot_be_asked_this_leaves_the_condition_as_it_is() -> None:
    told = Condition("x_pit", "between", (5, None), PIT)
    other = told.known_by({"x_pit": Field("x_pit", "text", "Pit")})
    assert (other, other.about) == (told, None)
    assert value_test(other)("a text") is False
    assert value_test(Condition("x_day", "between", ("2026-05-01", None)))("2026-05-03") is True
    with pytest.raises(BadInput, match="cannot be asked"):
        Condition("x_pit", "within", (5,))


@pytest.mark.parametrize(
    ("field", "operator", "values", "told"),
    [
        ("nonsense", "is", ("x",), "sightings do not have"),
        ("gem", "between", (1, 2), "cannot be asked"),
        ("gem", "is", (), "at least one value of Gem"),
        ("gem", "empty", ("x",), "takes no value"),
        ("notes", "has", ("  ",), "what to look for in Notes"),
        ("accuracy_m", "between", (None, None), "lowest or the highest Accuracy"),
        ("accuracy_m", "between", ("a", None), "compared with numbers"),
        ("accuracy_m", "between", (True, None), "compared with numbers"),
        ("accuracy_m", "between", (9, 5), "swap the two"),
        ("observed_at", "between", ("3 May", None), "days such as 2026-05-03"),
        ("observed_at", "between", ("20260503", None), "days such as 2026-05-03"),
        ("observed_at", "between", ("9999-12-31", None), "days such as 2026-05-03"),
        (POSITION, "within", (1, 2, 3), "west, south, east and north"),
        (POSITION, "empty", (), "west, south, east and north"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(field: str, operator: str, values: tuple, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        Condition(field, operator, values)


def test_conditions_are_told_in_words() -> None:
    assert condition_text(Condition("gem", "is", ("emerald", "ruby"))) == "Gem: Emerald or Ruby"
    assert condition_text(Condition("gem", "is-not", ("ruby",))) == "Gem: not Ruby"
    assert condition_text(Condition("accuracy_m", "between", (None, 5.0))) == "Accuracy (m): at most 5"
    assert condition_text(Condition("accuracy_m", "between", (5, None))) == "Accuracy (m): at least 5"
    assert condition_text(Condition("accuracy_m", "between", (5, 7.5))) == "Accuracy (m): 5 to 7.5"
    assert condition_text(Condition("notes", "has", ("{vein}",))) == "Notes: has “{vein}”"
    assert condition_text(Condition("district", "empty")) == "District: empty"


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from([*FILTER_FIELDS.values(), None]))
    if field is None:
        return Condition(POSITION, "within", tuple(draw(st.floats(-90, 90)) for _ in range(4)))
    operator = draw(st.sampled_from(OPERATORS[field.kind]))
    if operator in ("empty", "filled"):
        return Condition(field.name, operator)
    if operator == "has":
        return Condition(field.name, operator, (draw(st.text(min_size=1).filter(str.strip)),))
    if field.kind == CODE:
        assert field.vocabulary is not None
        codes = draw(st.lists(st.sampled_from(field.vocabulary.codes), min_size=1))
        return Condition(field.name, operator, tuple(codes))
    assert field.kind in (INTEGER, REAL, DATE, DATETIME)
    if field.kind in (INTEGER, REAL):
        low, high = sorted(draw(st.tuples(st.floats(0, 1e6), st.integers(0, 10**6))))
    else:
        days = st.dates(min_value=date(1900, 1, 1)).filter(lambda d: d.year < 2900)
        low, high = sorted(day.isoformat() for day in draw(st.tuples(days, days)))
    return Condition(field.name, operator, draw(st.sampled_from([(low, high), (None, high), (low, None)])))


@given(st.text(), st.text(), st.lists(conditions(), max_size=4))
def test_text_form_reads_back_as_the_same_filter(name: str, words: str, asked: list[Condition]) -> None:
    wanted = Filter(name, words, tuple(asked))
    assert parse_filter(filter_text(wanted)) == wanted
    assert bool(wanted) == bool(asked or words.strip())
    for condition in asked:
        assert condition.title in condition_text(condition)


@given(conditions(), st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.datetimes().map(str)))
def test_every_condition_takes_any_value_of_a_file(condition: Condition, value: object) -> None:
    if condition.field != POSITION:
        assert value_test(condition)(value) in (True, False)


@given(st.builds(datetime.combine, st.dates(date(1900, 1, 2), date(2900, 1, 1)), st.times(), st.just(UTC)))
def test_every_moment_is_on_the_day_on_which_it_is_shown(moment: datetime) -> None:
    day = (moment + timedelta(hours=5)).date().isoformat()
    test = value_test(Condition("observed_at", "between", (day, day)))
    assert test(utc_text(moment))


@given(st.one_of(st.text(), st.recursive(st.none() | st.booleans() | st.floats() | st.text(),
                                         lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
                 .map(json.dumps)))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    try:
        found = parse_filter(text)
    except BadInput:
        return
    assert parse_filter(filter_text(found)) == found


@pytest.mark.parametrize("broken", ['{"name":"a","words":"","conditions":[["gem","is",[1]]]}',
                                    '{"name":"a","words":"","conditions":[["gem"]]}',
                                    '{"name":"a","words":"","conditions":[[1,2]]}',
                                    '{"name":1,"words":"","conditions":[]}',
                                    '{"name":"a","words":"","conditions":7}'])
def test_half_a_filter_is_refused(broken: str) -> None:
    with pytest.raises(BadInput):
        parse_filter(broken)
