"""Templates: what an office asks of its teams, read, written, and what they make of the fields."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.assets import resource_path
from surveyapp.domain.fields import LAYERS, POSITION_FACTS, SAMPLE, SIGHTING, Field
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Record, Value
from surveyapp.domain.template import EMPTY, OFFERABLE, OfficeField, Template, check_with, fields_of, offered
from surveyapp.domain.template_text import parse_template, template_text
from surveyapp.domain.validation import ERROR, WARNING, check_record, parse_value
from surveyapp.errors import BadInput

NOW = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
FULL: dict[str, Any] = {
    "surveyapp_template": 1,
    "name": "Swat emerald belt",
    "version": "2026-11",
    "hide": ["abundance", "expression"],
    "require": {"district": "team", "colour": "national", "gem": "team"},
    "defaults": {"host_rock": "talc-carbonate", "district": "Swat", "x_depth": 3},
    "vocabularies": {
        "host_rock": {
            "only": ["schist", "metasomatic_rock"],
            "add": [{"code": "talc-carbonate", "label": "Talc-carbonate schist", "synonyms": ["talc", "ٹالک"]}],
        },
        "sample_type": {"only": ["crystal"]},
    },
    "fields": [
        {"name": "x_tunnel", "title": "Tunnel", "group": "Host and deposit", "help": "As on the mine plan.",
         "require": "team", "keep": True},
        {"name": "x_depth", "title": "Depth", "kind": "real", "unit": "m", "minimum": 0, "maximum": 500},
        {"name": "x_owner", "title": "Owner", "kind": "code",
         "terms": [{"code": "state", "label": "State"}, {"code": "private", "label": "Private"}]},
    ],
    "gps": {"max_accuracy_m": 5, "max_hdop": 3.5, "min_mode": 3, "min_quality": "dgps", "blocks": True},
    "photos": {"max_px": 2048},
    "samples": {"prefix": "SWT-1"},
}


def template(**changed: Any) -> Template:
    return parse_template(json.dumps({**FULL, **changed}))


def asked(made: Template, name: str) -> Field:
    return next(f for f in fields_of(SIGHTING, made) if f.name == name)


def record(**values: Value) -> Record:
    here: dict[str, Value] = {"geom": point_hex(72.36, 34.77), "gem": "emerald", "presence": "present",
                              "observer": "Amina", "observed_at": "2026-11-24T04:00:00.000Z",
                              "position_source": "typed", "x_tunnel": "3", "district": "Swat"}
    return Record("sighting", "u-1", {**here, **values})


def found(made: Template, one: Record) -> dict[str, tuple[str, str, int]]:
    return {str(i.field): (i.severity, i.code, i.level) for i in check_with(one, made, now=NOW)}


# --- reading and writing -----------------------------------------------------------------------------


def test_a_template_is_read_whole() -> None:
    made = template()
    assert (made.name, made.version) == ("Swat emerald belt", "2026-11")
    assert made.hidden == {"abundance", "expression"}
    assert made.required == {"district": 2, "colour": 3, "gem": 2}
    assert made.defaults == {"host_rock": "talc-carbonate", "district": "Swat", "x_depth": 3.0}
    assert [extra.name for extra in made.extra] == ["x_tunnel", "x_depth", "x_owner"]
    assert made.gate == {"max_accuracy_m": 5, "max_hdop": 3.5, "min_mode": 3, "min_quality": "dgps", "blocks": True}
    assert (made.photo_max_px, made.sample_prefix) == (2048, "SWT-1")


def test_what_is_written_reads_back_the_same() -> None:
    made = template()
    assert parse_template(template_text(made)) == made
    assert template_text(parse_template(template_text(made))) == template_text(made)
    assert template_text(EMPTY) == ""


@pytest.mark.parametrize("nothing", [None, "", "  \n"])
def test_no_text_is_no_template(nothing: str | None) -> None:
    assert parse_template(nothing) is EMPTY


def test_what_we_ship_as_an_example_is_a_template() -> None:
    paths = sorted(resource_path("templates").glob("*.json"))
    assert paths
    for path in paths:
        made = parse_template(path.read_text(encoding="utf-8"))
        assert made != EMPTY
        assert parse_template(template_text(made)) == made


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"surveyapp_template": 2}, "newer SurveyApp"),
        ({"surveyapp_template": "1"}, "surveyapp_template is not a number"),
        ({"name": ""}, "name is missing"),
        ({"name": "a\nb"}, "name is not one line"),
        ({"requires": {}}, "requires is not known there"),
        ({"hide": ["gem"]}, "gem is what every sighting has to say"),
        ({"hide": ["nonsense"]}, "hide: nonsense is no field of the form"),
        ({"hide": ["accuracy_m"]}, "accuracy_m is no field of the form"),
        ({"hide": "gem"}, "hide is not a list"),
        ({"require": {"district": 2}}, "neither “team” nor “national”"),
        ({"require": {"abundance": "team"}}, "is hidden and needed at once"),
        ({"defaults": {"observed_at": "2026-01-01"}}, "nothing that can be known beforehand"),
        ({"defaults": {"accuracy_m": 3}}, "nothing that can be known beforehand"),
        ({"defaults": {"confidence": "sure"}}, "'sure' is not in the list"),
        ({"defaults": {"stone_count": True}}, "neither a text nor a number"),
        ({"vocabularies": {"presence": {"only": ["present"]}}}, "no list that an office may change"),
        ({"vocabularies": {"host_rock": {"only": ["green"]}}}, "green is in no list"),
        ({"vocabularies": {"host_rock": {"add": [{"code": "schist", "label": "S"}]}}}, "in the list already"),
        ({"vocabularies": {"host_rock": {"add": [{"code": "Talc", "label": "S"}]}}}, "small letters"),
        ({"vocabularies": {"host_rock": {"add": [{"code": "talc"}]}}}, "label is missing"),
        ({"fields": [{"name": "tunnel", "title": "T"}]}, "does not begin with x_"),
        ({"fields": [{"name": "x_a", "title": "T"}, {"name": "x_a", "title": "T"}]}, "x_a is there twice"),
        ({"fields": [{"name": "x_a", "title": "T", "kind": "blob"}]}, "kind is none of"),
        ({"fields": [{"name": "x_a", "title": "T", "kind": "code"}]}, "terms belong to a field"),
        ({"fields": [{"name": "x_a", "title": "T", "minimum": 1, "maximum": 2}]}, "for numbers only"),
        ({"fields": [{"name": "x_a", "title": "T", "kind": "real", "minimum": 3, "maximum": 2}]}, "in this order"),
        ({"gps": {"max_hdop": 0}}, "max_hdop is not a number from 0.1 to 100"),
        ({"gps": {"min_mode": 2.5}}, "is not a whole number"),
        ({"gps": {"min_quality": "best"}}, "min_quality is none of"),
        ({"gps": {"blocks": 1}}, "neither true nor false"),
        ({"photos": {"max_px": 20}}, "max_px is not a number from 200"),
        ({"photos": []}, "photos is not an object"),
        ({"samples": {"prefix": "swt"}}, "capital letters"),
        ({"require": {"two\nlines": 2}}, "require: two lines is no field of the form"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence_with_its_place(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput) as error:
        template(**{"defaults": {}, **changed})
    sentence = str(error.value)
    assert told in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["name", "title", "kind", "code", "label", "only", "add", "terms", "gem", "max_px", "x_a"])
        | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
), st.sampled_from([name for name in FULL if name != "surveyapp_template"]))
def test_anything_is_a_template_or_one_sentence(given_: object, part: str) -> None:
    told = ""
    try:
        made = template(**{"defaults": {}, part: given_})
    except BadInput as error:
        made, told = EMPTY, str(error)
    assert "\n" not in told
    assert parse_template(template_text(made)) == made


@pytest.mark.parametrize("text", [
    "{", "[]", "null", "7", '"x"', "{}", "[" * 100_000, '{"surveyapp_template": 1, "name": "\\ud800"}',
    " " * 1_000_001 + "{}",
])
def test_any_text_is_a_template_or_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"\.$"):
        parse_template(text)


# --- what it makes of the fields ---------------------------------------------------------------------


def test_without_a_template_the_fields_are_the_tables() -> None:
    assert all(fields_of(layer) is layer.fields for layer in LAYERS)
    one = record(x_tunnel=None, accuracy_m=3.0, host_rock="nonsense")
    assert list(check_with(one, now=NOW)) == list(check_record(one, now=NOW))


def test_levels_defaults_and_lists_are_the_offices() -> None:
    made = template()
    assert asked(made, "district").level == 2
    assert asked(made, "colour").level == 3
    assert asked(made, "host_rock").default == "talc-carbonate"
    assert asked(made, "x_depth").default == 3.0
    lithology = offered(asked(made, "host_rock"))
    assert lithology is not None
    assert lithology.codes == ("schist", "metasomatic_rock", "talc-carbonate")
    assert parse_value(asked(made, "host_rock"), "ٹالک") == "talc-carbonate"
    assert parse_value(asked(made, "host_rock"), "marble") == "marble", "what it does not list it still takes"
    kind = next(f for f in fields_of(SAMPLE, made) if f.name == "sample_type")
    assert (offered(kind) or kind.vocabulary).codes == ("crystal",)  # type: ignore[union-attr]
    names = [f.name for f in fields_of(SIGHTING, made)]
    assert names.index("x_tunnel") == names.index("deposit_model") + 1
    assert isinstance(asked(made, "x_owner"), OfficeField)
    assert not any(extra.public for extra in made.extra), "it leaves the office for nobody"


def test_hiding_never_frees_from_the_national_layer() -> None:
    made = template(require={})
    assert asked(made, "expression").level == 3
    assert asked(made, "abundance").level == 0
    for before, after in zip(SIGHTING.fields, [asked(made, name) for name in SIGHTING.names], strict=True):
        assert bool(after.level) == bool(before.level) or before.level == 0


def test_a_sighting_is_checked_by_what_the_office_asks() -> None:
    made = template()
    assert found(made, record(x_tunnel=None))["x_tunnel"] == (WARNING, "missing", 2)
    assert found(made, record(district=None))["district"] == (WARNING, "missing", 2)
    assert found(made, record(x_depth=900.0))["x_depth"] == (ERROR, "bad-value", 1)
    assert found(made, record(x_owner="nobody"))["x_owner"] == (ERROR, "bad-value", 1)
    assert "host_rock" not in found(made, record(host_rock="talc-carbonate"))
    assert found(made, record(host_rock="marble"))["host_rock"] == (WARNING, "outside-list", 2)
    assert found(EMPTY, record(host_rock="talc-carbonate"))["host_rock"][1] == "bad-value"


@pytest.mark.parametrize("name", sorted(OFFERABLE))
def test_each_list_that_may_be_changed_can_be(name: str) -> None:
    made = template(defaults={}, vocabularies={name: {"add": [{"code": "own-term", "label": "Own"}]}})
    assert "own-term" in made.vocabularies[name].offered.codes


def test_nothing_that_a_position_says_can_be_hidden_needed_or_given_beforehand() -> None:
    for name in POSITION_FACTS:
        for part in ({"hide": [name]}, {"require": {name: "team"}}, {"defaults": {name: 1}}):
            with pytest.raises(BadInput):
                template(**{"defaults": {}, **part})
