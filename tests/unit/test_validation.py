"""From text to values, and from records to findings."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain.fields import LAYERS, SIGHTING, Field, Layer
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Record, moment_of, utc_text
from surveyapp.domain.validation import ERROR, check_record, layer_named, parse_assignments, parse_value
from surveyapp.errors import BadInput

FIELDS = [(layer, field) for layer in LAYERS for field in layer.fields]


def _field(name: str, layer: Layer = SIGHTING) -> Field:
    field = layer.field(name)
    assert field is not None
    return field


def _of_kind(*kinds: str) -> list[Field]:
    return [field for _, field in FIELDS if field.kind in kinds]


def _sentence(error: BadInput) -> None:
    text = str(error)
    assert text.endswith((".", "!", "?")) and "\n" not in text.strip()


@settings(max_examples=200)
@given(st.sampled_from(FIELDS), st.text(max_size=30) | st.integers() | st.floats() | st.none())
def test_any_text_is_a_value_or_one_sentence(chosen: tuple[Layer, Field], given_: object) -> None:
    _, field = chosen
    try:
        value = parse_value(field, given_)
    except BadInput as error:
        told = str(error)
        value = None
    else:
        told = field.title
    assert field.title in told, told
    assert value is None or isinstance(value, str | int | float)
    assert not (isinstance(value, float) and not math.isfinite(value))
    # What is kept means itself when it is read again.
    assert parse_value(field, value) == value
    if isinstance(value, int | float):
        assert field.minimum is None or value >= field.minimum
        assert field.maximum is None or value <= field.maximum
    if isinstance(value, str):
        assert "\x00" not in value
        value.encode("utf-8")


@pytest.mark.parametrize("nothing", [None, "", "   ", "\x00", float("nan")])
def test_nothing_is_no_value(nothing: object) -> None:
    for _, field in FIELDS:
        if field.kind == "notes" and nothing == "   ":
            continue  # notes keep the space that someone typed
        assert parse_value(field, nothing) is None


@settings(max_examples=100)
@given(st.floats(0, 100_000))
def test_numbers_in_any_digits(number: float) -> None:
    field = _field("accuracy_m")
    expected = float(f"{number:.15g}")
    text = f"{expected:.15f}".rstrip("0").rstrip(".")
    expected = float(f"{float(text):.15g}")
    urdu = text.translate({ord(str(i)): chr(0x6F0 + i) for i in range(10)}).replace(".", "٫")
    arabic = text.translate({ord(str(i)): chr(0x660 + i) for i in range(10)})
    for form in (text, urdu, arabic, text.replace(".", ","), f" {text} "):
        assert parse_value(field, form) == expected


@pytest.mark.parametrize("bad", ["many", "1e999", "inf", "nan nan", "1.2.3", "-1", "100001", "--5", "12 m"])
def test_numbers_that_are_none(bad: str) -> None:
    with pytest.raises(BadInput, match="Accuracy") as caught:
        parse_value(_field("accuracy_m"), bad)
    _sentence(caught.value)


def test_whole_numbers() -> None:
    field = _field("satellites")
    assert parse_value(field, "12") == parse_value(field, 12.0) == 12
    assert isinstance(parse_value(field, "12.0"), int)
    with pytest.raises(BadInput, match="whole"):
        parse_value(field, "12.5")


@settings(max_examples=100)
@given(st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_a_time_is_the_same_instant_in_utc(moment: datetime, minutes: int) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=minutes)))
    field = _field("observed_at")
    value = parse_value(field, moment.isoformat())
    assert value == parse_value(field, moment) == utc_text(moment)
    assert isinstance(value, str) and value.endswith("Z") and len(value) == len("2026-11-24T04:30:00.000Z")
    assert moment_of(value) == moment


def test_a_time_without_a_zone_is_utc() -> None:
    assert parse_value(_field("observed_at"), "2026-11-24T09:30") == "2026-11-24T09:30:00.000Z"
    assert parse_value(_field("observed_at"), "۲۰۲۶-۱۱-۲۴T۰۹:۳۰+05:00") == "2026-11-24T04:30:00.000Z"
    for bad in ("yesterday", "2026-13-01T00:00Z", "24/11/2026", "0001-01-01T00:00+05:00"):
        with pytest.raises(BadInput) as caught:
            parse_value(_field("observed_at"), bad)
        _sentence(caught.value)


@settings(max_examples=60)
@given(st.dates())
def test_dates(day: date) -> None:
    for field in _of_kind("date")[:1]:
        assert parse_value(field, day.isoformat()) == parse_value(field, day) == day.isoformat()
        with pytest.raises(BadInput):
            parse_value(field, day.isoformat() + "x")
        with pytest.raises(BadInput):
            parse_value(field, "2026-02-30")


@pytest.mark.parametrize("field", _of_kind("code"), ids=lambda field: field.name)
def test_codes_by_code_and_by_label(field: Field) -> None:
    assert field.vocabulary is not None
    for term in field.vocabulary.terms:
        assert parse_value(field, term.code) == term.code
        assert parse_value(field, f" {term.code.upper()} ") == term.code
    if field.name != "gem":
        with pytest.raises(BadInput, match="not in the list") as caught:
            parse_value(field, "no such thing at all")
        _sentence(caught.value)


def test_a_gem_that_is_in_no_list_is_kept() -> None:
    assert parse_value(_field("gem"), "Vesuvianite") == "vesuvianite"
    assert parse_value(_field("gem"), "Bastnäsite (Ce)") == "bastnäsite-(ce)"
    for bad in ("<script>", "x" * 61, "ruby\nspinel"):
        with pytest.raises(BadInput):
            parse_value(_field("gem"), bad)


def test_text_keeps_its_script_and_loses_what_would_cut_it() -> None:
    assert parse_value(_field("locality"), " مینگورہ ") == "مینگورہ"
    assert parse_value(_field("notes"), "a\x00b\n c ") == "ab\n c "
    assert parse_value(_field("notes"), "bad \ud800 half") == "bad ? half"
    with pytest.raises(BadInput, match="bytes"):
        parse_value(next(iter(_of_kind("blob"))), "x")


def test_assignments() -> None:
    assert parse_assignments(SIGHTING, {"gem": "Ruby", "accuracy_m": "3,5", "notes": ""}) == {
        "gem": "ruby", "accuracy_m": 3.5, "notes": None,
    }
    with pytest.raises(BadInput, match="no field 'fid'"):
        parse_assignments(SIGHTING, {"fid": "1"})
    assert layer_named("sighting") is SIGHTING
    with pytest.raises(BadInput, match="stones"):
        layer_named("stones")


def _issues(**values: object) -> set[tuple[str | None, str]]:
    return {(issue.field, issue.severity) for issue in check_record(Record("sighting", "u", values))}  # type: ignore[arg-type]


def test_findings_of_a_record() -> None:
    whole = {
        "geom": point_hex(72.36, 34.77), "gem": "emerald", "presence": "present", "observer": "Gul Khan",
        "observed_at": utc_text(datetime(2026, 5, 1, tzinfo=UTC)), "position_source": "typed", "expression": "outcrop",
    }
    assert not {found for found in _issues(**whole) if found[1] == ERROR}
    for field, bad in (("accuracy_m", -5.0), ("accuracy_m", "text"), ("satellites", 1.5), ("presence", "perhaps"),
                       ("observed_at", "yesterday")):
        assert (field, ERROR) in _issues(**{**whole, field: bad}), (field, bad)
    for field in ("gem", "presence", "observed_at"):
        assert field in {name for name, _ in _issues(**{**whole, field: None})}


def test_each_field_of_a_form_has_help_in_one_or_two_sentences() -> None:
    for layer, field in FIELDS:
        if field.group:
            assert field.help.endswith("."), f"{layer.name}.{field.name}"
            assert len(field.help) <= 120, f"{layer.name}.{field.name}"
            assert field.help.rstrip(".") != field.title
