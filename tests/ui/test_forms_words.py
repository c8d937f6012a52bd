"""What the form says and understands, without a window: times, terms, photos, history, findings."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain.fields import GEOMETRY, LAYERS, SIGHTING
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.merge import Revision
from surveyapp.domain.records import Record, Value, moment_of, utc_text
from surveyapp.domain.template import fields_of
from surveyapp.domain.template_text import parse_template
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadInput
from surveyapp.ui.forms.checks import BLOCKS, NEEDED, WARNS, Surroundings, findings, state_words
from surveyapp.ui.forms.defaults import duplicate_of, new_values
from surveyapp.ui.forms.history_text import entries
from surveyapp.ui.forms.memory import Memory
from surveyapp.ui.forms.moments import local_text, parse_local, short, spoken
from surveyapp.ui.forms.photo_facts import duration_words, place_fact, time_fact
from surveyapp.ui.forms.position_words import fact_words
from surveyapp.ui.forms.search import folded, matching

NOW = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
HERE: dict[str, Value] = {GEOMETRY: point_hex(72.36, 34.77), "observed_at": "2026-11-24T04:30:00.000Z"}


# --- times -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-11-24 09:30", "2026-11-24T04:30:00.000Z"),
        ("2026-11-24T09:30", "2026-11-24T04:30:00.000Z"),
        ("24/11/2026 9:30", "2026-11-24T04:30:00.000Z"),
        ("24.11.2026 9.30 pm", "2026-11-24T16:30:00.000Z"),
        ("24 Nov 2026, 12:05 am", "2026-11-23T19:05:00.000Z"),
        ("24-November-2026", "2026-11-23T19:00:00.000Z"),
        ("۲۴/۱۱/۲۰۲۶ ۰۹:۳۰", "2026-11-24T04:30:00.000Z"),
        ("2026-11-24T04:30Z", "2026-11-24T04:30:00.000Z"),
        ("2026-11-24T10:30+06:00", "2026-11-24T04:30:00.000Z"),
        ("7:15", "2026-11-24T02:15:00.000Z"),
        ("now", "2026-11-24T04:30:00.000Z"),
    ],
)
def test_times_are_taken_as_people_write_them(typed: str, utc: str) -> None:
    assert parse_local(typed, "Observed at", NOW) == utc


@pytest.mark.parametrize(
    "typed",
    [
        "yesterday",
        "31/02/2026",
        "24/13/2026",
        "25:00",
        "13:00 pm",
        "2026-11-24 9",
        "12 Foo 2026",
        "0001-01-01 01:00",
    ],
)
def test_what_is_no_time_is_refused_in_one_sentence(typed: str) -> None:
    with pytest.raises(BadInput, match=r"^Observed at: .*(is not a time|outside the calendar); write it as"):
        parse_local(typed, "Observed at", NOW)


@settings(max_examples=150)
@given(st.integers(-631_152_000, 4_102_444_800))
def test_a_time_that_is_shown_reads_back(seconds: int) -> None:
    utc = utc_text(datetime.fromtimestamp(seconds, UTC))
    assert parse_local(local_text(utc), "t", NOW) == utc


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_no_text_makes_the_time_reader_fall(typed: str) -> None:
    with suppress(BadInput):
        value = parse_local(typed, "t", NOW)
        assert value is None or moment_of(value) is not None


def test_a_time_is_said_in_words_with_its_utc() -> None:
    assert spoken("2026-11-24T04:30:07.089Z") == "Tuesday 24 November 2026, 09:30 Pakistan time (04:30 UTC)"
    assert "(23 November, 20:00 UTC)" in spoken("2026-11-23T20:00:00.000Z")
    assert short("2026-11-24T04:30:07.089Z") == "24 Nov 2026, 09:30"
    assert short("some time in spring") == "some time in spring"


# --- terms -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("zamurrud", "emerald"),
        ("پنا", "emerald"),
        ("yaq", "ruby"),
        ("ياقوت", "ruby"),
        ("ZABAR", "peridot"),
        ("laal", "spinel"),
        ("pukh", "topaz"),
    ],
)
def test_gems_are_found_by_every_name(typed: str, first: str) -> None:
    assert matching(VOCABULARIES["gem"], typed)[0].code == first


def test_what_begins_with_the_text_comes_before_what_holds_it() -> None:
    codes = [term.code for term in matching(VOCABULARIES["host_rock"], "schist")]
    assert codes[0] == "schist"
    assert "mica_schist" in codes
    assert [t.code for t in matching(VOCABULARIES["host_rock"], "dunite")] == ["peridotite"]
    assert matching(VOCABULARIES["host_rock"], "no such rock") == []


def test_every_term_is_found_by_its_label() -> None:
    for vocabulary in VOCABULARIES.values():
        for term in vocabulary.terms:
            fitting = matching(vocabulary, term.label)
            assert term in fitting
            assert folded(fitting[0].label).startswith(folded(term.label))


# --- photos ------------------------------------------------------------------------------------------


def photo(**values: Value) -> Record:
    return Record("photo", "p-1", values)


def test_a_photo_near_by_is_told_with_its_direction() -> None:
    fact = place_fact(photo(exif_longitude=72.36, exif_latitude=34.7703), HERE)
    assert fact.text == "Taken 33 m N of the sighting"
    assert not fact.flagged


def test_a_photo_from_elsewhere_is_flagged_unless_the_accuracy_allows_it() -> None:
    far = photo(exif_longitude=72.363, exif_latitude=34.77)
    assert place_fact(far, HERE).text == "Taken 274 m E of the sighting"
    assert place_fact(far, HERE).flagged
    assert not place_fact(far, {**HERE, "accuracy_m": 120.0}).flagged
    assert place_fact(photo(exif_longitude=74.6, exif_latitude=36.3), HERE).text == "Taken 265 km NE of the sighting"


def test_a_photo_without_position_or_time_says_so() -> None:
    assert place_fact(photo(), HERE).text == "No position in the photo"
    assert time_fact(photo(), HERE).text == "No time in the photo"


def test_the_gps_clock_of_a_photo_is_compared_in_words() -> None:
    assert time_fact(photo(taken_at="2026-11-24T04:42:00.000Z"), HERE).text == "Taken 12 min after it"
    late = time_fact(photo(taken_at="2026-11-24T01:20:00.000Z"), HERE)
    assert late.text == "Taken 3 h 10 min before it"
    assert late.flagged


def test_the_cameras_own_clock_is_named_as_such() -> None:
    fact = time_fact(photo(camera_time="2026:11:24 09:31:30"), HERE)
    assert fact.text == "Taken 1 min after it by the camera's clock"
    assert time_fact(photo(camera_time="0000:00:00 00:00:00"), HERE).text == "No time in the photo"


def test_spans_are_said_in_their_largest_units() -> None:
    spans = [
        timedelta(seconds=5),
        timedelta(minutes=-3),
        timedelta(hours=2),
        timedelta(days=1),
        timedelta(days=4000),
    ]
    assert [duration_words(span) for span in spans] == ["5 s", "3 min", "2 h", "1 day", "10 years"]


# --- history -----------------------------------------------------------------------------------------


def revision(name: str, *parents: str, operation: str = "update", **body: Value) -> Revision:
    return Revision(
        name,
        "sighting",
        "u-1",
        parents,
        operation,
        None,
        body if operation != "delete" else None,
        author=f"author of {name}",
        at="2026-11-24T04:30:00.000Z",
        initiator="form",
    )


def test_history_tells_what_changed_from_what_to_what_the_latest_first() -> None:
    first = revision("a", operation="insert", gem="ruby", geom=point_hex(72.36, 34.77))
    second = revision("b", "a", gem="emerald", geom=point_hex(72.36, 34.78), largest_mm=4.5)
    latest, oldest = entries([first, second])
    assert (latest.revision.revision, latest.stands, latest.can_restore) == ("b", True, False)
    assert (oldest.what, oldest.can_restore, oldest.who) == ("created · form", True, "author of a")
    assert [(c.title, c.before, c.after) for c in latest.changes] == [
        ("Gem", "Ruby", "Emerald"),
        ("Largest stone", "", "4.5 mm"),
        ("Position", "34.770000, 72.360000", "34.780000, 72.360000"),
    ]


def test_history_speaks_of_the_offices_own_fields_as_the_office_does() -> None:
    told = {
        "surveyapp_template": 1, "name": "Swat", "fields": [
            {"name": "x_shear", "title": "In a shear zone", "kind": "code",
             "terms": [{"code": "y1", "label": "yes, in its core"}]},
            {"name": "x_level", "title": "Level", "kind": "real", "unit": "m"},
        ],
        "vocabularies": {"clarity": {"add": [{"code": "milky", "label": "Milky"}]}},
    }
    asked = fields_of(SIGHTING, parse_template(json.dumps(told)))
    first = revision("a", operation="insert", gem="ruby")
    second = revision("b", "a", gem="ruby", x_shear="y1", x_level=12.5, clarity="milky", x_other="1")
    assert [(c.title, c.after) for c in entries([first, second], asked)[0].changes] == [
        ("Clarity", "Milky"), ("In a shear zone", "Yes, in its core"), ("Level", "12.5 m"), ("x_other", "1"),
    ]


def test_history_of_a_merge_names_the_values_of_both_sides() -> None:
    found = entries(
        [
            revision("a", operation="insert", gem="ruby"),
            revision("b", "a", gem="emerald"),
            revision("c", "a", gem="topaz"),
            revision("d", "b", "c", gem="emerald"),
        ]
    )
    assert [entry.revision.revision for entry in found] == ["d", "c", "b", "a"]
    assert found[0].changes[0].before == "Emerald / Topaz"
    assert found[0].what.startswith("brought versions together")


def test_a_delete_has_nothing_to_restore() -> None:
    entry = entries([revision("a", operation="insert", gem="ruby"), revision("b", "a", operation="delete")])[0]
    assert entry.what.startswith("deleted")
    assert not entry.can_restore


def test_history_stands_damage_and_length() -> None:
    circle = [replace(revision("a", gem="ruby"), parents=("b",)), revision("b", "a", gem="topaz")]
    assert len(entries(circle)) == 2
    long = [revision("0000", operation="insert", gem="ruby")]
    long += [revision(f"{i:04}", f"{i - 1:04}", gem="ruby") for i in range(1, 1500)]
    assert entries(long)[0].revision.revision == "1499"


# --- findings, memory, defaults ----------------------------------------------------------------------


def found_for(values: dict[str, Value], **around: object) -> dict[str, tuple[str, object]]:
    told = findings("u-1", values, Surroundings(NOW, **around))  # type: ignore[arg-type]
    return {f.field: (f.loudness, f.fix.values if f.fix else None) for f in reversed(told)}


def test_only_a_missing_position_holds_an_empty_form_back() -> None:
    found = found_for({"presence": "present"})
    assert found[GEOMETRY][0] == BLOCKS
    assert [name for name, (loudness, _) in found.items() if loudness == BLOCKS] == [GEOMETRY]
    assert found["gem"][0] == NEEDED
    assert found_for({}, needs_position=False)[GEOMETRY][0] == WARNS


def test_fixes_are_offered_where_the_program_knows_better() -> None:
    values: dict[str, Value] = {
        **HERE,
        "observed_at": "2030-01-01T00:00:00.000Z",
        "gem": "ruby",
        "clarity": "Opaque",
        "province": "PK-GB",
        "position_source": "typed",
        "accuracy_m": 4.0,
        "presence": "absent",
        "stone_count": 3,
    }
    found = found_for(values, observer="Amina Khan", place={"province": "PK-KP", "toposheet": "43 B/5"})
    assert found["observer"] == (NEEDED, {"observer": "Amina Khan"})
    assert found["observed_at"] == (WARNS, {"observed_at": utc_text(NOW)})
    assert found["clarity"] == (WARNS, {"clarity": "opaque"})
    assert found["province"] == (WARNS, {"province": "PK-KP"})
    assert found["accuracy_m"] == (WARNS, {"accuracy_m": None})
    assert found["stone_count"] == (WARNS, {"presence": "present"})


def test_a_complete_sighting_has_no_findings_and_says_so() -> None:
    values: dict[str, Value] = {
        **HERE,
        "gem": "emerald",
        "presence": "present",
        "occurrence_type": "occurrence",
        "expression": "vein",
        "confidence": "certain",
        "identification_method": "visual",
        "position_source": "typed",
        "province": "PK-KP",
        "district": "Swat",
        "host_rock": "schist",
        "observer": "Amina Khan",
    }
    assert findings("u-1", values, Surroundings(NOW)) == []
    assert state_words([], wants_save=True)[1] == "good"


def test_the_state_names_what_is_missing_and_counts_the_rest() -> None:
    found = findings("u-1", {}, Surroundings(NOW))
    text, tone = state_words(found, wants_save=False)
    assert text.startswith("Still needed: Position, Gem, Present or absent and ")
    assert tone == "warning"
    assert state_words(found, wants_save=True) == ("To mend before saving: Position", "danger")


def test_memory_keeps_sticky_fields_only_and_offers_what_is_not_pinned() -> None:
    memory = Memory.of({"gem": "ruby", "notes": "never"}, ["host_rock", "notes", "nonsense"])
    assert (memory.last, memory.pinned) == ({"gem": "ruby"}, {"host_rock"})
    memory.learn({"gem": None, "host_rock": "marble", "locality": "Mingora"})
    assert memory.last == {"gem": "ruby", "host_rock": "marble"}
    assert memory.offer("gem", empty=True) == "ruby"
    assert memory.offer("gem", empty=False) is None
    assert memory.offer("host_rock", empty=True) is None


def test_a_new_sighting_starts_with_defaults_pins_and_the_time() -> None:
    values = new_values({"survey_uuid": "s-1"}, {"gem": "ruby", "district": "Swat"}, {"district"}, NOW)
    assert values == {
        "presence": "present",
        "occurrence_type": "occurrence",
        "review_status": "draft",
        "district": "Swat",
        "observed_at": utc_text(NOW),
        "survey_uuid": "s-1",
    }


def test_a_duplicate_leaves_place_and_time_behind() -> None:
    record = Record(
        "sighting",
        "u-1",
        {
            **HERE,
            "gem": "ruby",
            "accuracy_m": 3.0,
            "position_source": "gps",
            "province": "PK-KP",
            "elevation_m": 900.0,
            "review_status": "accepted",
            "notes": "n",
            "foreign_column": "x",
            "locality": None,
        },
    )
    assert duplicate_of(record) == {"gem": "ruby", "notes": "n"}


def test_position_facts_are_said_in_words_and_unknown_is_said_too() -> None:
    assert fact_words({"position_source": "typed"}) == "Typed · accuracy unknown"
    assert (
        fact_words(
            {
                "position_source": "gps-averaged",
                "accuracy_m": 3.1,
                "fix_quality": "rtk-fixed",
                "satellites": 14,
                "hdop": 0.8,
                "samples_averaged": 30,
            }
        )
        == "GPS, averaged · ±3.1 m · RTK fixed · 14 satellites · HDOP 0.8 · mean of 30 fixes"
    )


def test_every_group_of_every_layer_has_a_name_that_a_section_can_show() -> None:
    for layer in LAYERS:
        assert all(field.group == field.group.strip() for field in layer.fields)
    assert next(f.group for f in SIGHTING.fields if f.group) == "The find"
