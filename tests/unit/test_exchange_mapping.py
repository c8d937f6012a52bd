"""Guessed mappings, the user's changes to them, and the pieces they rest on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.fields import LAYERS
from surveyapp.errors import BadInput
from surveyapp.exchange.dates import has_zone, iso_text, order_of
from surveyapp.exchange.importers.source import SourceColumn, SourceTable
from surveyapp.exchange.mapping import ColumnMapping, fields_to_map, guess_mapping, parse_mapping
from surveyapp.exchange.numbers import number_of, plain_number
from surveyapp.exchange.plan import plan_import
from surveyapp.exchange.registry import read_source
from surveyapp.exchange.shortnames import short_names
from surveyapp.exchange.synonyms import words_of


def guess(layer: str = "sighting", **columns: str) -> dict[str, str | None]:
    """Mapping of columns that each have one sample."""
    found = guess_mapping([SourceColumn(n, (s,) if s else ()) for n, s in columns.items()], layer)
    return dict(found.fields)


def table(*names: str) -> SourceTable:
    return SourceTable(
        Path("others.csv"), "csv", "others", ("others",), tuple(SourceColumn(name) for name in names), ()
    )


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_our_own_names_and_titles_are_always_found(layer) -> None:  # noqa: ANN001
    names = [f.name for f in layer.fields if f.kind != "blob"]
    assert guess_mapping([SourceColumn(name) for name in names], layer.name).fields == {n: n for n in names}
    short = short_names(names)
    shortened = [SourceColumn(short.get(name, name)) for name in names]
    assert list(guess_mapping(shortened, layer.name).fields.values()) == names


@pytest.mark.parametrize(
    ("column", "sample", "field"),
    [
        ("Gemstone", "", "gem"),
        ("STONE", "", "gem"),
        ("Mineral", "Ruby", "gem"),
        ("commod1", "Emerald", "gem"),
        ("species", "Populus nigra", None),
        ("Date/Time", "2026-01-01 10:00", "observed_at"),
        ("ObservedAt", "2026-01-01", "observed_at"),
        ("timestamp", "", "observed_at"),
        ("Elev.", "1200", "elevation_m"),
        ("Altitude (m)", "1200", "elevation_m"),
        ("Altitude (ft)", "4000", "elevation_m"),
        ("elev_ft", "4000", "elevation_m"),
        ("ele", "", "elevation_m"),
        ("Remarks", "", "notes"),
        ("COMMENT", "", "notes"),
        ("host lithology", "", "host_rock"),
        ("Geologist", "", "observer"),
        ("hAcc", "4.2", "accuracy_m"),
        ("LocationConfidenceMeters", "10", "accuracy_m"),
        ("_location_precision", "10", "accuracy_m"),
        ("group/host-rock", "marble", "host_rock"),
        ("Province", "Khyber Pakhtunkhwa", "province"),
        ("State", "Solid", None),
        ("Status", "open", None),
        ("N", "5", None),
        ("globalid", "", "uuid"),
        ("meta-instanceID", "uuid:0b8cd4c1-3f0e-4d52-9f3a-5a3b8f6d9e01", "uuid"),
        ("رنگ", "سبز", "colour"),
        ("تاریخ", "2026-01-01", "observed_at"),
        ("shoe size", "44", None),
    ],
)
def test_names_of_others(column: str, sample: str, field: str | None) -> None:
    assert guess(**{column: sample}) == {column: field}


def test_the_surest_name_gets_the_field() -> None:
    assert guess(name="Top", locality="Mingora", site="S1") == {
        "name": None, "locality": "locality", "site": None,
    }  # fmt: skip


def test_a_field_is_never_given_twice() -> None:
    fields = [f for f in guess(lat="34", latitude="34", LAT="34", lon="72", x="72").values() if f]
    assert len(fields) == len(set(fields))


def test_every_synonym_leads_to_its_field() -> None:
    for layer in LAYERS:
        for name, words in words_of(layer).items():
            assert words
            assert all(word == word.strip() and word for word in words), name


def test_choices_have_titles() -> None:
    choices = fields_to_map("sighting")
    assert choices["accuracy_m"] == "Accuracy (m)"
    assert {"longitude", "easting", "position", "geometry", "uuid", "time_of_day"} <= set(choices)
    assert "longitude" not in fields_to_map("sample")
    assert "data" not in fields_to_map("photo")


def test_the_user_has_the_last_word() -> None:
    guessed = ColumnMapping({"a": "gem", "b": None, "c": "notes"})
    source = table("a", "b", "c")
    changed = guessed.changed(parse_mapping(["B=gem", "c="], source, "sighting"))
    assert changed.fields == {"a": None, "b": "gem", "c": None}
    assert changed.unmapped == ("a", "c")
    constant = changed.changed(parse_mapping(['"topaz"=gem'], source, "sighting"))
    assert (constant.fields["b"], constant.constants) == (None, {"gem": "topaz"})
    assert constant.changed(parse_mapping(["a=gem"], source, "sighting")).constants == {}


def test_columns_with_odd_names() -> None:
    source = table("a=b", '"x"', "Gem")
    assert parse_mapping(["a=b=notes"], source, "sighting").fields == {"a=b": "notes"}
    assert parse_mapping(['"x"=gem'], source, "sighting").fields == {'"x"': "gem"}
    assert parse_mapping(["GEM = gem"], source, "sighting").fields == {"Gem": "gem"}


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("gem", "write it as COLUMN=FIELD"),
        ("=gem", "write it as COLUMN=FIELD"),
        ("stone=jewel", "no field 'jewel'"),
        ("pebble=gem", "no column 'pebble'; its columns are stone, other"),
    ],
)
def test_mappings_that_cannot_be(assignment: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_mapping([assignment], table("stone", "other"), "sighting")
    with pytest.raises(BadInput, match="Two columns are given for gem"):
        parse_mapping(["stone=gem", "other=gem"], table("stone", "other"), "sighting")


def test_a_plan_refuses_a_mapping_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("gem,lon,lat\nruby,74.6,36.3\n")
    source = read_source(path)
    with pytest.raises(BadInput, match="no column 'stone'"):
        plan_import(source, ColumnMapping({"stone": "gem"}))
    with pytest.raises(BadInput, match="no field 'jewel'"):
        plan_import(source, ColumnMapping({"gem": "jewel"}))
    with pytest.raises(BadInput, match="Two columns are given for gem"):
        plan_import(source, ColumnMapping({"gem": "gem"}, {"gem": "ruby"}))
    with pytest.raises(BadInput, match="not in the list"):
        plan_import(source, ColumnMapping({"gem": "gem"}, {"confidence": "sure"}))
    with pytest.raises(BadInput, match="no layer 'gems'"):
        plan_import(source, layer="gems")


def test_guesses_are_shown_with_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Stone,lon,lat,shelf\nruby,74.6,36.3,B7\nemerald,72.3,34.7,B7\n")
    columns = read_source(path).columns
    assert columns[0] == SourceColumn("Stone", ("ruby", "emerald"), "gem")
    assert columns[3] == SourceColumn("shelf", ("B7",), None)


# --- numbers, dates, names ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("1,234", False, 1234),
        ("1,234", True, 1.234),
        ("1,234,567.5", False, 1234567.5),
        ("72,36", False, 72.36),
        ("−5", False, -5),
        ("۷۲٫۳۶", False, 72.36),
        ("1 234", False, None),
        ("1\u00a0234", False, 1234),
        ("1_000", False, None),
        ("nan", False, None),
        ("inf", False, None),
        ("1e400", False, None),
        ("", False, None),
        (" 7 ", False, 7),
        ("high", False, None),
    ],
)
def test_numbers(text: str, comma: bool, number: float | None) -> None:
    assert number_of(text, decimal_comma=comma) == number


def test_what_is_no_text_is_a_number_or_none() -> None:
    assert [number_of(value) for value in (5, 2.5, True, None, float("nan"))] == [5, 2.5, None, None, None]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_value(number: float) -> None:
    assert number_of(repr(number)) == number
    assert plain_number("just text") == "just text"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026/1/5", "2026-01-05"),
        ("24 Nov 2026", "2026-11-24"),
        ("24-November-2026 5:07", "2026-11-24T05:07:00"),
        ("Nov 24, 2026 12:05 am", "2026-11-24T00:05:00"),
        ("Nov 24, 2026 12:05 p.m.", "2026-11-24T12:05:00"),
        ("1st March 2026", "2026-03-01"),
        ("05/05/2026", "2026-05-05"),
        ("03/04/2026", "03/04/2026"),
        ("24 Foo 2026", "24 Foo 2026"),
        ("24 Nov 26", "24 Nov 26"),
        ("2026-11-24T05:06:07.089Z", "2026-11-24T05:06:07.089Z"),
        ("2026.11.24 05:06:07+05:00", "2026-11-24T05:06:07+05:00"),
        ("13:00", "13:00"),
        ("24 Nov 2026 13:05 pm", "24 Nov 2026 13:05 pm"),
    ],
)
def test_dates(text: str, iso: str) -> None:
    assert iso_text(text) == iso


def test_the_order_of_a_column() -> None:
    assert order_of(["03/04/2026", "25/12/2026"]) == "day first"
    assert order_of(["03/04/2026", "12/25/2026"]) == "month first"
    assert order_of(["03/04/2026"]) is None
    assert order_of(["25/12/2026", "12/25/2026"]) is None
    assert iso_text("03/04/2026", "day first") == "2026-04-03"
    assert iso_text("03/04/2026", "month first") == "2026-03-04"


def test_offsets_go_where_there_is_none() -> None:
    assert iso_text("2026-11-24 05:06", None, "+05:00") == "2026-11-24T05:06:00+05:00"
    assert iso_text("2026-11-24T05:06Z", None, "+05:00") == "2026-11-24T05:06:00Z"
    assert iso_text("2026-11-24", None, "+05:00") == "2026-11-24"
    assert has_zone("2026-11-24")
    assert not has_zone("2026-11-24T05:06")


@given(st.text(), st.sampled_from([None, "day first", "month first"]), st.sampled_from([None, "+05:00"]))
def test_no_text_breaks_the_dates(text: str, order: str | None, offset: str | None) -> None:
    assert isinstance(iso_text(text, order, offset), str)
    assert order_of([text]) in (None, "day first", "month first")


@given(st.lists(st.text("abc_0", min_size=1, max_size=40), unique=True, max_size=40))
def test_short_names_are_short_and_different(names: list[str]) -> None:
    short = short_names(names)
    written = [short.get(name, name) for name in names]
    assert len(set(written)) == len(names)
    assert all(len(name) <= 10 for name in written)
