"""The file keeps its history: who changed what, whoever it was, and what can be taken back."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from surveyapp.domain.changes import ChangeSet, delete, insert, update
from surveyapp.domain.fields import LAYERS
from surveyapp.domain.geometry import point_hex
from surveyapp.errors import Refused
from surveyapp.services.history import entries, lines
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.history import OUTSIDE
from tests.helpers.surveys import assert_sound, edit, filled, remove, sighting, sql, survey_with, uuid_of


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return survey_with(tmp_path / "survey.gpkg", [
        sighting(n, accuracy_m=4.5, satellites=8, position_source="gps-single") for n in (1, 2)
    ])


def _set(number: int, **values: object) -> ChangeSet:
    return ChangeSet((update("sighting", uuid_of(number), values),), "Edit")  # type: ignore[arg-type]


def _assert_recorded(path: Path) -> None:
    """As sound as a file can be in which another program wrote that does not keep the extent of the layer."""
    with SurveyFile.open(path, read_only=True) as file:
        assert file.integrity() == []
        assert file.unrecorded() == []


def _operations(path: Path, number: int) -> list[str]:
    with SurveyFile.open(path, read_only=True) as file:
        return [r.operation for r in file.history(uuid_of(number))]


# --- revisions --------------------------------------------------------------------------------------


def test_each_change_is_a_revision_upon_the_one_before(survey: Path) -> None:
    edit(survey, 1, "Mina", notes="changed", gem="spinel")
    remove(survey, 1, "Tariq")
    with SurveyFile.open(survey) as file:
        first, second, third = file.history(uuid_of(1))
        assert [r.operation for r in (first, second, third)] == ["insert", "update", "delete"]
        assert [r.author for r in (first, second, third)] == ["Gul Khan", "Mina", "Tariq"]
        assert (first.parents, second.parents, third.parents) == ((), (first.revision,), (second.revision,))
        assert second.changed == frozenset({"notes", "gem"})
        assert first.body is not None and second.body is not None
        assert (first.body["notes"], second.body["notes"], third.body) == ("note 1", "changed", None)
        assert second.at is not None and second.at.endswith("Z") and second.device == "test"
        assert second.change_set and second.initiator == "form"


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_every_layer_has_a_history(survey: Path, layer) -> None:  # noqa: ANN001
    text = next(f.name for f in layer.fields if f.kind in ("text", "notes"))
    values = {"data": b"bytes", "content_type": "image/jpeg"} if layer.name == "photo" else {}
    names = ", ".join(["uuid", text, *values])
    marks = ", ".join("?" * (2 + len(values)))
    sql(survey, f"INSERT INTO {layer.name} ({names}) VALUES ({marks})", uuid_of(90), "one", *values.values())
    sql(survey, f"UPDATE {layer.name} SET {text} = 'two' WHERE uuid = ?", uuid_of(90))
    sql(survey, f"DELETE FROM {layer.name} WHERE uuid = ?", uuid_of(90))
    with SurveyFile.open(survey) as file:
        told = file.history(uuid_of(90))
        assert [(r.layer, r.operation, r.author) for r in told] == [
            (layer.name, operation, OUTSIDE) for operation in ("insert", "update", "delete")
        ]
        assert told[1].changed == frozenset({text})
    assert_sound(survey)


def test_the_history_cannot_be_rewritten(survey: Path) -> None:
    for statement in (
        "UPDATE revision SET author = 'someone else'", "UPDATE revision SET body = NULL", "DELETE FROM revision",
        "UPDATE revision SET at = '2000-01-01T00:00:00.000Z' WHERE id = 1",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            sql(survey, statement)
    with pytest.raises(sqlite3.IntegrityError):
        sql(survey, "UPDATE sighting SET uuid = ? WHERE uuid = ?", uuid_of(7), uuid_of(1))
    assert _operations(survey, 1) == ["insert"]


def test_an_update_that_changes_nothing_is_no_revision(survey: Path) -> None:
    sql(survey, "UPDATE sighting SET notes = notes, gem = gem")
    assert _operations(survey, 1) == ["insert"]


def test_history_in_words(survey: Path) -> None:
    edit(survey, 1, "Mina", notes="changed", geom=point_hex(73.5, 35.25))
    with SurveyFile.open(survey) as file:
        told = entries(file.history(uuid_of(1)))
    changes = {c["field"]: (c["before"], c["after"]) for c in told[1]["changes"]}
    assert changes["notes"] == ("note 1", "changed")
    assert changes["geom"] == ("34.000000 72.010000", "35.250000 73.500000")
    assert changes["accuracy_m"] == (4.5, None)
    text = "\n".join(lines(told))
    assert "Mina  update sighting" in text and "notes: 'note 1' -> 'changed'" in text


# --- edits by others --------------------------------------------------------------------------------


def test_outside_edits_are_recorded_and_attributed(survey: Path) -> None:
    sql(survey, "UPDATE sighting SET notes = 'by SQL' WHERE uuid = ?", uuid_of(1))
    sql(survey, "DELETE FROM sighting WHERE uuid = ?", uuid_of(2))
    with SurveyFile.open(survey) as file:
        last = file.history(uuid_of(1))[-1]
        assert (last.operation, last.author, last.device, last.change_set) == ("update", OUTSIDE, None, None)
        assert last.changed == frozenset({"notes"}) and last.body is not None and last.body["gem"] == "ruby"
        assert file.history(uuid_of(2))[-1].operation == "delete"
    edit(survey, 1, "Mina", notes="ours again")
    with SurveyFile.open(survey) as file:
        assert [r.author for r in file.history(uuid_of(1))] == ["Gul Khan", OUTSIDE, "Mina"]
    _assert_recorded(survey)


def test_a_row_without_a_uuid_gets_one(survey: Path) -> None:
    for given in (None, ""):
        sql(survey, "INSERT INTO sighting (uuid, gem, notes) VALUES (?, 'topaz', 'nameless')", given)
    with SurveyFile.open(survey) as file:
        new = [r for r in file.records("sighting") if r.get("gem") == "topaz"]
        assert len({r.uuid for r in new}) == 2
        for record in new:
            assert len(record.uuid) == 36 and record.uuid[14] == "4" and record.uuid[19] in "89ab"
            assert [r.operation for r in file.history(record.uuid)] == ["insert"]
    _assert_recorded(survey)


def test_a_point_moved_outside_loses_the_facts_of_its_old_place(survey: Path) -> None:
    sql(survey, "UPDATE sighting SET geom = (SELECT geom FROM sighting WHERE uuid = ?) WHERE uuid = ?",
        uuid_of(2), uuid_of(1))
    with SurveyFile.open(survey) as file:
        record = file.get("sighting", uuid_of(1))
        assert record is not None and record.position == (72.02, 34.0)
        assert (record.get("accuracy_m"), record.get("satellites"), record.get("position_source")) == (
            None, None, "map-tap"
        )
        untouched = file.get("sighting", uuid_of(2))
        assert untouched is not None and untouched.get("accuracy_m") == 4.5
    _assert_recorded(survey)


def test_a_point_moved_outside_with_new_facts_keeps_them(survey: Path) -> None:
    sql(survey, "UPDATE sighting SET geom = (SELECT geom FROM sighting WHERE uuid = ?), accuracy_m = 1.5 "
                "WHERE uuid = ?", uuid_of(2), uuid_of(1))
    with SurveyFile.open(survey) as file:
        record = file.get("sighting", uuid_of(1))
        assert record is not None and record.get("accuracy_m") == 1.5


def test_what_escaped_the_triggers_is_found_on_opening(survey: Path) -> None:
    for verb in ("update", "delete", "insert"):
        sql(survey, f"DROP TRIGGER sighting_history_{verb}")
    sql(survey, "UPDATE sighting SET notes = 'behind the back' WHERE uuid = ?", uuid_of(1))
    sql(survey, "DELETE FROM sighting WHERE uuid = ?", uuid_of(2))
    sql(survey, "INSERT INTO sighting (uuid, gem) VALUES (?, 'topaz')", uuid_of(3))
    with SurveyFile.open(survey, read_only=True) as file:
        assert {uuid for _, uuid, _ in file.unrecorded()} == {uuid_of(n) for n in (1, 2, 3)}
    with SurveyFile.open(survey) as file:
        assert file.unrecorded() == []
        for number, operation in ((1, "update"), (2, "delete"), (3, "insert")):
            last = file.history(uuid_of(number))[-1]
            assert (last.operation, last.author) == (operation, OUTSIDE)
    edit(survey, 1, notes="and the triggers are back")
    assert _operations(survey, 1) == ["insert", "update", "update"]
    _assert_recorded(survey)


def test_a_column_added_outside_is_recorded_from_then_on(survey: Path) -> None:
    sql(survey, "ALTER TABLE sighting ADD COLUMN owner TEXT")
    sql(survey, "UPDATE sighting SET owner = 'a clan' WHERE uuid = ?", uuid_of(1))
    with SurveyFile.open(survey) as file:
        record = file.get("sighting", uuid_of(1))
        assert record is not None and record.get("owner") == "a clan"
        assert file.history(uuid_of(1))[-1].changed == frozenset({"owner"})
    sql(survey, "UPDATE sighting SET owner = 'another' WHERE uuid = ?", uuid_of(1))
    assert _operations(survey, 1) == ["insert", "update", "update"]
    _assert_recorded(survey)


# --- undo, redo, restore ----------------------------------------------------------------------------


def test_undo_and_redo_across_reopening(survey: Path) -> None:
    steps = [_set(1, notes="first"), _set(1, notes="second"), ChangeSet((delete("sighting", uuid_of(2)),), "Delete")]
    for step in steps:
        with Session.open(survey, author="Mina") as session:
            session.apply(step)
    seen = []
    for _ in range(3):
        with Session.open(survey, author="Mina") as session:
            assert session.undo() is not None
            here = {r.uuid: r.get("notes") for r in session.file.records("sighting")}
            seen.append((here.get(uuid_of(1)), uuid_of(2) in here))
    assert seen == [("second", True), ("first", True), ("note 1", True)]
    for _ in range(3):
        with Session.open(survey, author="Mina") as session:
            assert session.redo_label
            assert session.redo() is not None
    with Session.open(survey, author="Mina") as session:
        assert session.redo_label is None and session.redo() is None
        assert [(r.uuid, r.get("notes")) for r in session.file.records("sighting")] == [(uuid_of(1), "second")]
    # Nothing is forgotten: undoing and doing again are revisions too.
    assert _operations(survey, 2) == ["insert", "delete", "insert", "delete"]
    assert_sound(survey)


def test_a_new_edit_ends_redo(survey: Path) -> None:
    with Session.open(survey) as session:
        session.apply(_set(1, notes="first"))
        session.undo()
        session.apply(_set(1, notes="other"))
        assert session.redo_label is None
    with Session.open(survey) as session:
        assert session.redo_label is None


def test_undo_is_refused_where_someone_changed_the_record_meanwhile(survey: Path) -> None:
    with Session.open(survey, author="Mina") as session:
        session.apply(_set(2, notes="earlier"))
        session.apply(_set(1, notes="mine"))
        sql(survey, "UPDATE sighting SET notes = 'outside' WHERE uuid = ?", uuid_of(1))
        with pytest.raises(Refused, match="Cannot undo"):
            session.undo()
        record = session.file.get("sighting", uuid_of(1))
        assert record is not None and record.get("notes") == "outside"
        assert session.undo() is not None
        other = session.file.get("sighting", uuid_of(2))
        assert other is not None and other.get("notes") == "note 2"


def test_undo_takes_a_change_set_back_whole(survey: Path) -> None:
    with Session.open(survey) as session:
        session.apply(ChangeSet((
            update("sighting", uuid_of(1), {"notes": "x"}), delete("sighting", uuid_of(2)), sighting(3),
        ), "Many"))
        assert session.undo_label == "Many"
        session.undo()
        assert {r.uuid: r.get("notes") for r in session.file.records("sighting")} == {
            uuid_of(1): "note 1", uuid_of(2): "note 2",
        }


def test_restore_any_version(survey: Path) -> None:
    edit(survey, 1, notes="second", gem="spinel")
    edit(survey, 1, geom=point_hex(75, 36), notes="third")
    remove(survey, 1)
    with Session.open(survey, author="Mina") as session:
        past = session.file.history(uuid_of(1))
        for revision in past:
            session.restore(revision)
            now = session.file.get("sighting", uuid_of(1))
            assert (filled(now.values) if now else {}) == filled(dict(revision.body or {}))
            assert session.restore(revision) is None
        last = session.file.history(uuid_of(1))[-1]
        assert (last.operation, last.author, last.initiator) == ("delete", "Mina", "restore")
        session.undo()
        record = session.file.get("sighting", uuid_of(1))
        assert record is not None and record.get("notes") == "third"
    assert_sound(survey)


def test_photo_bytes_survive_delete_and_undo(survey: Path) -> None:
    data = bytes(range(256)) * 40
    values = {"sighting_uuid": uuid_of(1), "sha256": hashlib.sha256(data).hexdigest(), "content_type": "image/jpeg"}
    with Session.open(survey) as session:
        session.apply(ChangeSet((insert("photo", values, uuid=uuid_of(50), data=data),), "Attach"))
        session.apply(ChangeSet((delete("photo", uuid_of(50)),), "Delete"))
        assert session.file.photo_data(uuid_of(50)) is None
    with Session.open(survey) as session:
        session.undo()
        assert session.file.photo_data(uuid_of(50)) == data
        session.undo()
        assert session.file.photos_of(uuid_of(1)) == []
        session.redo()
        assert session.file.photo_data(uuid_of(50)) == data
    assert_sound(survey)


# --- two windows ------------------------------------------------------------------------------------


def test_two_windows_on_one_file(survey: Path) -> None:
    with Session.open(survey, author="Mina") as one, Session.open(survey, author="Tariq") as two:
        seen = two.file.get("sighting", uuid_of(1))
        assert seen is not None
        one.apply(_set(1, notes="by Mina"))
        stale = update("sighting", uuid_of(1), {"notes": "by Tariq"}, before=seen.values)
        with pytest.raises(Refused, match="changed meanwhile to 'by Mina'"):
            two.apply(ChangeSet((update("sighting", uuid_of(2), {"notes": "with it"}), stale), "Edit"))
        # Refused whole: nothing of it is there, and the window goes on.
        other = one.file.get("sighting", uuid_of(2))
        assert other is not None and other.get("notes") == "note 2"
        two.apply(ChangeSet((update("sighting", uuid_of(1), {"gem": "spinel"}, before=seen.values),), "Edit"))
        record = one.file.get("sighting", uuid_of(1))
        assert record is not None and (record.get("notes"), record.get("gem")) == ("by Mina", "spinel")
    assert_sound(survey)


def test_a_deleted_record_is_not_edited(survey: Path) -> None:
    with Session.open(survey) as one, Session.open(survey) as two:
        one.apply(ChangeSet((delete("sighting", uuid_of(1)),), "Delete"))
        with pytest.raises(Refused, match="There is no sighting"):
            two.apply(_set(1, notes="too late"))
