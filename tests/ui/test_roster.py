from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.template_text import parse_template
from surveyapp.ui.itemmodels.columns import fields_for
from surveyapp.ui.itemmodels.records import RecordModel
from surveyapp.ui.itemmodels.roster import (
    COLUMN_FIELDS,
    DEFAULT_COLUMNS,
    FIRST_COLUMNS,
    Roster,
    column_choice,
    loaded_columns,
)
from surveyapp.ui.table_panel import InOrder


def _roster(*rows: dict[str, Any]) -> Roster:
    roster = Roster()
    roster.fill({name: [row.get(name) for row in rows] for name in loaded_columns()})
    return roster


def _three() -> Roster:
    return _roster(
        {"uuid": "a", "gem": "emerald", "locality": "Fizagat", "accuracy_m": 9.0, "notes": "زمرد کی رگ"},
        {"uuid": "b", "gem": "ruby", "locality": "Hunza", "accuracy_m": 12.5, "host_rock": "marble"},
        {"uuid": "c", "gem": "emerald", "presence": "absent", "locality": "charbagh"},
    )


def test_every_usual_column_is_one_of_the_table_of_fields() -> None:
    assert set(DEFAULT_COLUMNS) <= set(COLUMN_FIELDS)
    assert column_choice(["nonsense", "gem", "gem"]) == ["gem"]
    assert column_choice([]) == list(DEFAULT_COLUMNS)


def test_search_finds_labels_synonyms_and_any_script() -> None:
    roster = _three()
    assert roster.matching("") == [0, 1, 2]
    assert roster.matching("zamurrud") == [0, 2]
    assert roster.matching("زمرد رگ") == [0]
    assert roster.matching("HUNZA marble") == [1]
    assert roster.matching("none found") == [2], "an absence is found by its label"
    assert roster.matching("no such thing") == []


def test_sorting_puts_empty_values_last_either_way() -> None:
    roster = _three()
    assert roster.ordered([0, 1, 2], "accuracy_m") == [0, 1, 2]
    assert roster.ordered([0, 1, 2], "accuracy_m", descending=True) == [1, 0, 2]
    assert roster.ordered([0, 1, 2], "locality") == [2, 0, 1], "case does not matter"


def test_change_sets_are_followed() -> None:
    roster = _three()
    assert roster.matching("hunza") == [1]
    delta = roster.apply(
        ChangeSet(
            (
                changes.insert("sighting", {"gem": "topaz", GEOMETRY: point_hex(72.1, 34.3)}, uuid="d"),
                changes.update("sighting", "b", {"locality": "Aliabad"}),
                changes.delete("sighting", "a"),
                changes.insert("photo", {"sighting_uuid": "b"}, uuid="p"),
            ),
            "x",
        )
    )
    assert (delta.added, delta.changed, delta.removed) == (("d",), ("b",), ("a",))
    assert roster.uuids == ["b", "c", "d"]
    assert roster.position("d") == (72.1, 34.3)
    assert roster.value("b", "locality") == "Aliabad"
    assert roster.matching("aliabad") == [0]
    assert roster.matching("hunza") == []
    assert roster.row("a") is None


def test_moving_a_point_moves_both_columns_and_taking_it_away_empties_them() -> None:
    roster = _roster({"uuid": "a", "longitude": 71.0, "latitude": 34.0})
    roster.apply(ChangeSet((changes.update("sighting", "a", {GEOMETRY: point_hex(72.5, 35.5)}),), "move"))
    assert roster.position("a") == (72.5, 35.5)
    roster.apply(ChangeSet((changes.update("sighting", "a", {GEOMETRY: None}),), "clear"))
    assert roster.position("a") is None


def _begun(*uuids: str, early: dict[str, list[Any]] | None = None) -> Roster:
    """A roster as a large survey begins: with nothing but the first columns."""
    roster = Roster()
    roster.fill({name: list(uuids) if name == "uuid" else [None] * len(uuids) for name in FIRST_COLUMNS}, early=early)
    return roster


def test_columns_that_come_later_go_to_the_records_they_are_of() -> None:
    roster = _begun("a", "b")
    assert not roster.whole
    roster.apply(ChangeSet((changes.delete("sighting", "a"), changes.insert("sighting", {}, uuid="c")), "x"))
    assert roster.matching("green") == []
    assert roster.add_piece({"uuid": ["c"], "notes": ["red"]})
    assert roster.add_piece({"uuid": ["b"], "notes": ["green"]})
    assert not roster.add_piece({"uuid": ["c", "x"], "notes": ["blue", "?"]}), "a record that is not here"
    roster.finish(roster.coming)
    assert roster.whole
    assert roster.matching("green") == [0]
    assert roster.value("c", "notes") == "blue"


def test_what_is_asked_for_comes_first_and_what_is_here_is_known() -> None:
    roster = _begun("a", "b", "c", early={"uuid": ["a"], "locality": ["Mingora"], "observer": [None]})
    assert roster.value("a", "locality") == "Mingora"
    assert roster.knows("a", "observer"), "it is here, and empty"
    assert not roster.knows("b", "observer")
    assert roster.knows("b", "gem")
    assert roster.want(["gem"])
    assert not roster.want(["notes", "no_such_column"])
    assert roster.coming[0] == "notes"
    roster.finish(["notes"])
    assert roster.want(["notes"])
    assert roster.knows("b", "notes")
    assert roster.column("notes") == [None, None, None]


def test_a_table_shows_dots_for_what_is_to_come_and_sorts_when_it_is_there(qapp: QApplication) -> None:
    roster = _begun("a", "b", "c", early={"uuid": ["a"], "locality": ["Mingora"]})
    model = RecordModel(roster)
    model.set_columns(["gem", "locality"])
    assert [model.index(row, 1).data() for row in range(3)] == ["Mingora", "…", "…"]
    model.sort(1)
    assert model.sort_waits
    assert [model.uuid_at(place) for place in range(3)] == ["a", "b", "c"], "the order of the file until then"
    assert not model.came(["notes"])
    roster.apply(ChangeSet((changes.update("sighting", "b", {"locality": "Aliabad"}),), "x"))
    roster.add_piece({"uuid": ["a", "b", "c"], "locality": ["Mingora", "Aliabad", "Charbagh"]})
    roster.finish(["locality"])
    assert model.came(["locality"])
    assert [model.uuid_at(place) for place in range(3)] == ["b", "c", "a"]


def test_an_office_s_own_field_is_a_column_like_any_other(qapp: QApplication) -> None:
    template = parse_template(json.dumps({"surveyapp_template": 1, "name": "Swat", "fields": [
        {"name": "x_pit", "title": "Pit", "kind": "integer"},
        {"name": "x_lease", "title": "Lease", "kind": "code",
         "terms": [{"code": "open", "label": "Not leased"}, {"code": "old", "label": "Expired"}]},
    ]}))
    fields = fields_for(template, ["x_pit", "x_lease", "qgis_note"])
    assert "qgis_note" not in fields
    assert "x_pit" not in fields_for(template, []), "there is no such column in the file yet"
    rows = [{"uuid": "a", "x_pit": 12, "x_lease": "open"}, {"uuid": "b", "x_pit": 3, "x_lease": "old"}]
    roster = Roster()
    model = RecordModel(roster)
    model.set_columns(["gem", "x_pit", "x_lease"])
    assert model.columns == ["gem"], "the survey that is open has no such field"
    roster.fill({name: [row.get(name) for row in rows] for name in loaded_columns(fields)}, fields)
    model.refresh()
    assert model.columns == ["gem", "x_pit", "x_lease"]
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Pit"
    assert [model.index(row, 2).data() for row in range(2)] == ["Not leased", "Expired"]
    model.sort(1)
    assert [model.uuid_at(place) for place in range(2)] == ["b", "a"]
    assert roster.matching("not leased") == [0], "the office's terms are found"
    assert roster.matching("3") == [1]


_OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "update", "delete"]), st.sampled_from("abcd"), st.sampled_from(["x", "y", None])
    ),
    max_size=12,
)


@settings(max_examples=150)
@given(_OPERATIONS, st.booleans())
def test_following_changes_ends_where_reading_anew_would(
    operations: list[tuple[str, str, str | None]], searched: bool
) -> None:
    roster = _roster()
    if searched:
        roster.matching("x")  # the index for searching is kept in step as well
    truth: dict[str, str | None] = {}
    for operation, uuid, locality in operations:
        if (operation == "insert") == (uuid in truth):
            continue
        change = {
            "insert": changes.insert("sighting", {"locality": locality}, uuid=uuid),
            "update": changes.update("sighting", uuid, {"locality": locality}),
            "delete": changes.delete("sighting", uuid),
        }[operation]
        roster.apply(ChangeSet((change,), operation))
        if operation == "delete":
            del truth[uuid]
        else:
            truth[uuid] = locality
    assert dict(zip(roster.uuids, roster.column("locality"), strict=True)) == truth
    assert {roster.uuids[row] for row in roster.matching("x")} == {u for u, value in truth.items() if value == "x"}


@settings(max_examples=150)
@given(_OPERATIONS, st.lists(st.integers(0, 12), min_size=3, max_size=3))
def test_pieces_that_come_among_changes_end_where_reading_at_once_would(
    operations: list[tuple[str, str, str | None]], turns: list[int]
) -> None:
    """As the window has it: a piece is read from the file between two changes, and comes between the same two."""
    file: dict[str, str | None] = {"a": "x", "b": None, "e": "y"}
    roster = _begun("a", "b", "e")
    order = ["a", "b", "e"]
    read = {turn: place for place, turn in enumerate(sorted(turns))}
    for turn in range(13):
        if turn in read:
            some = order[read[turn] :: 3]
            assert roster.add_piece({"uuid": some, "locality": [file[uuid] for uuid in some]})
        if turn >= len(operations):
            continue
        operation, uuid, locality = operations[turn]
        if (operation == "insert") == (uuid in file):
            continue
        change = {
            "insert": changes.insert("sighting", {"locality": locality}, uuid=uuid),
            "update": changes.update("sighting", uuid, {"locality": locality}),
            "delete": changes.delete("sighting", uuid),
        }[operation]
        roster.apply(ChangeSet((change,), operation))
        if operation == "delete":
            del file[uuid]
            order.remove(uuid)
        else:
            file[uuid] = locality
            order += [] if uuid in order else [uuid]
    roster.add_piece({"uuid": order, "locality": [file[uuid] for uuid in order]})
    roster.finish(roster.coming)
    assert roster.uuids == order
    assert roster.column("locality") == [file[uuid] for uuid in order]


def test_the_model_shows_labels_icons_and_absences(qapp: QApplication) -> None:
    model = RecordModel(_three())
    gem = model.columns.index("gem")
    assert model.index(0, gem).data() == "Emerald"
    assert model.index(2, gem).data() == "No emerald"
    assert not model.index(0, gem).data(Qt.ItemDataRole.DecorationRole).isNull()
    assert model.index(1, model.columns.index("accuracy_m")).data() == "12.5"
    assert model.headerData(gem, Qt.Orientation.Horizontal) == "Gem"


def test_the_model_shows_what_was_found_sorts_and_finds_places_by_uuid() -> None:
    model = RecordModel(_three())
    model.sort(model.columns.index("locality"))
    assert [model.uuid_at(place) for place in range(3)] == ["c", "a", "b"]
    model.show_only(frozenset("ac"))
    assert [model.uuid_at(place) for place in range(model.rowCount())] == ["c", "a"]
    assert model.place_of("b") is None
    assert model.place_of("a") == 1
    model.sort(-1)
    assert [model.uuid_at(place) for place in range(model.rowCount())] == ["a", "c"]


def test_the_model_keeps_to_what_was_found_while_it_follows() -> None:
    roster = _three()
    model = RecordModel(roster)
    model.show_only(frozenset("c"))
    model.follow(roster.apply(ChangeSet((changes.update("sighting", "a", {"gem": "ruby"}),), "x")))
    assert [model.uuid_at(place) for place in range(model.rowCount())] == ["c"]
    model.set_columns(["locality"])
    assert model.columnCount() == 1


@pytest.mark.usefixtures("qapp")
def test_what_runs_the_other_way_is_shown_in_its_order() -> None:
    model = RecordModel(_roster({"uuid": "a", "observed_at": "2025-04-15T04:10:00.000Z", "notes": "زمرد, (2)"}))
    model.set_columns(["observed_at", "notes"])
    delegate = InOrder()

    def shown() -> list[str]:
        return [delegate.displayText(model.index(0, column).data(), QLocale.c()) for column in range(2)]

    assert shown() == ["15 Apr 2025, 09:10", "\u2068زمرد, (2)\u2069"]
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        assert shown() == ["\u206815 Apr 2025, 09:10\u2069", "زمرد, (2)"]
    finally:
        QGuiApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
