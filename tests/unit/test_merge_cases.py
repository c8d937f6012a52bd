"""Named cases of merging: each of them goes wrong in tools that take a row's number for its identity."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from surveyapp.domain.changes import ChangeSet, insert, update
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Record, Value
from surveyapp.errors import BadFile, NewerSchema, Refused, SurveyError
from surveyapp.services import conflicts as deciding
from surveyapp.services.session import Session
from surveyapp.storage.geometry import register_functions
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.merged import MergeReport
from surveyapp.storage.merging import merge
from tests.helpers.surveys import (
    SURVEY,
    apply,
    assert_sound,
    edit,
    fork,
    knowledge,
    remove,
    sighting,
    sql,
    survey_with,
    uuid_of,
)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return survey_with(tmp_path / "base.gpkg", [sighting(n) for n in range(1, 4)])


@pytest.fixture
def teams(base: Path) -> tuple[Path, Path]:
    return fork(base, "a.gpkg"), fork(base, "b.gpkg")


def _merged(*inputs: Path, name: str = "out.gpkg") -> tuple[Path, MergeReport]:
    out = inputs[0].with_name(name)
    report = merge(out, inputs, author="office")
    assert_sound(out)
    return out, report


def _both_ways(a: Path, b: Path) -> tuple[Path, MergeReport]:
    """Merge, having seen that the other order says the same."""
    out, report = _merged(a, b)
    other, _ = _merged(b, a, name="other way.gpkg")
    assert knowledge(out) == knowledge(other)
    return out, report


def _sightings(path: Path) -> dict[str, Record]:
    with SurveyFile.open(path, read_only=True) as file:
        return {r.uuid: r for r in file.records("sighting")}


def _value(path: Path, number: int, field: str) -> Value:
    return _sightings(path)[uuid_of(number)].get(field)


# --- rows and their numbers -------------------------------------------------------------------------


def test_different_new_rows_with_the_same_fid(teams: tuple[Path, Path]) -> None:
    a, b = teams
    apply(a, sighting(10, notes="from A"))
    apply(b, sighting(11, notes="from B"))
    fids = [sql(p, "SELECT fid FROM sighting WHERE uuid = ?", uuid_of(n))[0][0] for p, n in ((a, 10), (b, 11))]
    assert fids[0] == fids[1]
    out, report = _both_ways(a, b)
    assert _value(out, 10, "notes") == "from A"
    assert _value(out, 11, "notes") == "from B"
    assert report.conflicts == 0


def test_the_same_new_record_on_both_sides(base: Path) -> None:
    """A third team's package reached both."""
    third = fork(base, "third.gpkg")
    apply(third, sighting(10))
    a, b = (fork(base, f"{name}.gpkg") for name in "ab")
    merge(a, [third], author="A")
    merge(b, [third], author="B")
    out, report = _both_ways(a, b)
    assert sorted(_sightings(out)) == [uuid_of(n) for n in (1, 2, 3, 10)]
    assert report.conflicts == 0


def test_the_same_uuid_made_twice_apart(teams: tuple[Path, Path]) -> None:
    """An import of one GPX by two teams: where uuid is unique the whole merge fails elsewhere."""
    a, b = teams
    apply(a, sighting(10, notes="alike", gem="ruby"))
    apply(b, sighting(10, notes="alike", gem="spinel"))
    out, report = _both_ways(a, b)
    assert len(_sightings(out)) == 4
    assert report.conflicts == 1
    with SurveyFile.open(out) as file:
        (conflict,) = file.conflicts()
        assert (conflict.field, conflict.ancestor) == ("gem", None)
        assert {v.value for v in conflict.values} == {"ruby", "spinel"}


def test_a_fid_that_was_deleted_and_used_again(teams: tuple[Path, Path]) -> None:
    a, b = teams
    remove(a, 3)
    sql(a, "INSERT INTO sighting (fid, gem, notes) VALUES (3, 'topaz', 'another find')")
    edit(b, 3, "Bano", notes="B's note on the old one")
    out, report = _both_ways(a, b)
    new = [r for r in _sightings(out).values() if r.get("gem") == "topaz"]
    assert [r.get("notes") for r in new] == ["another find"]
    assert _value(out, 3, "notes") == "B's note on the old one"
    assert report.conflicts == 1


@pytest.mark.parametrize("fid", [2**31 + 7, 2**41 + 7])
def test_large_fids(teams: tuple[Path, Path], fid: int) -> None:
    a, b = teams
    sql(a, "INSERT INTO sighting (fid, uuid, gem) VALUES (?, ?, 'topaz')", fid, uuid_of(10))
    sql(b, "INSERT INTO sighting (fid, uuid, gem) VALUES (?, ?, 'garnet')", fid, uuid_of(11))
    out, _ = _both_ways(a, b)
    assert sql(out, "SELECT fid FROM sighting WHERE uuid = ?", uuid_of(10)) == [(fid,)]
    assert sorted(_sightings(out)) == [uuid_of(n) for n in (1, 2, 3, 10, 11)]


def test_scattered_fids(base: Path) -> None:
    """Rows 1, 2 and 10; both insert row 9, and the free number that is found for one must not be taken."""
    sql(base, "UPDATE sighting SET fid = 10 WHERE fid = 3")
    a, b = fork(base, "a.gpkg"), fork(base, "b.gpkg")
    sql(a, "INSERT INTO sighting (fid, uuid, gem) VALUES (9, ?, 'topaz')", uuid_of(20))
    sql(b, "INSERT INTO sighting (fid, uuid, gem) VALUES (9, ?, 'garnet')", uuid_of(21))
    out, _ = _both_ways(a, b)
    assert sorted(_sightings(out)) == [uuid_of(n) for n in (1, 2, 3, 20, 21)]


def test_a_file_that_was_renumbered(teams: tuple[Path, Path]) -> None:
    a, b = teams
    sql(a, "UPDATE sighting SET fid = fid + 100")
    edit(b, 2, "Bano", notes="found by its name")
    out, report = _both_ways(a, b)
    assert len(_sightings(out)) == 3
    assert _value(out, 2, "notes") == "found by its name"
    assert report.conflicts == 0


# --- the same row -----------------------------------------------------------------------------------


def test_same_field_with_different_values(teams: tuple[Path, Path]) -> None:
    a, b = teams
    edit(a, 1, "Amina", notes="white marble")
    edit(b, 1, "Bano", notes="grey schist")
    out, report = _both_ways(a, b)
    assert report.conflicts == 1 and report.totals["conflicting"] == 1
    with SurveyFile.open(out) as file:
        (conflict,) = file.conflicts()
        assert (conflict.layer, conflict.record, conflict.field) == ("sighting", uuid_of(1), "notes")
        assert conflict.ancestor == "note 1"
        assert {(v.value, v.author) for v in conflict.values} == {
            ("white marble", "Amina"), ("grey schist", "Bano"),
        }
        times = {r.revision: r.at for r in file.history(uuid_of(1))}
        assert all(v.at == times[v.revision] for v in conflict.values)
        # What stands until someone decides is one of the two, and said to be provisional.
        record = file.get("sighting", uuid_of(1))
        assert record is not None and record.get("notes") == conflict.chosen
        assert conflict.chosen in {v.value for v in conflict.values}


def test_same_field_with_the_same_value(teams: tuple[Path, Path]) -> None:
    for path, who in zip(teams, ("Amina", "Bano"), strict=True):
        edit(path, 1, who, notes="agreed")
    out, report = _both_ways(*teams)
    assert report.conflicts == 0
    assert _value(out, 1, "notes") == "agreed"


def test_different_fields_combine(teams: tuple[Path, Path]) -> None:
    a, b = teams
    edit(a, 1, "Amina", notes="from A")
    edit(b, 1, "Bano", gem="spinel", host_rock_text="marble")
    out, report = _both_ways(a, b)
    record = _sightings(out)[uuid_of(1)]
    assert (record.get("notes"), record.get("gem"), record.get("host_rock_text")) == ("from A", "spinel", "marble")
    assert report.conflicts == 0 and report.totals["combined"] == 1


def test_an_edit_that_was_taken_back_is_no_side(teams: tuple[Path, Path]) -> None:
    a, b = teams
    with Session.open(a, author="Amina") as session:
        session.apply(ChangeSet((update("sighting", uuid_of(1), {"notes": "a slip"}),), "Edit"))
        session.undo()
    edit(b, 1, "Bano", notes="meant")
    out, report = _both_ways(a, b)
    assert report.conflicts == 0
    assert _value(out, 1, "notes") == "meant"


@pytest.mark.parametrize("deleter", [0, 1])
def test_delete_against_edit(teams: tuple[Path, Path], deleter: int) -> None:
    remove(teams[deleter], 2, "Dara")
    edit(teams[1 - deleter], 2, "Ehsan", notes="still there")
    out, report = _both_ways(*teams)
    assert report.conflicts == 1
    assert _value(out, 2, "notes") == "still there"
    with SurveyFile.open(out) as file:
        (conflict,) = file.conflicts()
        assert (conflict.field, {(v.value, v.author) for v in conflict.values}) == (
            "deleted", {(1, "Dara"), (0, "Ehsan")},
        )


def test_delete_against_nothing(teams: tuple[Path, Path]) -> None:
    a, b = teams
    remove(a, 2)
    edit(b, 1, notes="elsewhere")
    out, report = _both_ways(a, b)
    assert uuid_of(2) not in _sightings(out)
    assert report.conflicts == 0


def test_both_delete(teams: tuple[Path, Path]) -> None:
    for path in teams:
        remove(path, 2)
    out, report = _both_ways(*teams)
    assert uuid_of(2) not in _sightings(out)
    assert report.conflicts == 0


@pytest.mark.parametrize("before", [None, 9.0])
def test_facts_of_a_position_travel_with_the_point(base: Path, before: float | None) -> None:
    """One side moves the point by hand; the other says how accurate the old place was, without moving it."""
    edit(base, 1, accuracy_m=before)
    a, b = fork(base, "a.gpkg"), fork(base, "b.gpkg")
    edit(a, 1, "Amina", geom=point_hex(75, 36), position_source="map-tap")
    edit(b, 1, "Bano", notes="B was here too", accuracy_m=2.0)
    out, _ = _both_ways(a, b)
    record = _sightings(out)[uuid_of(1)]
    assert record.position == (75.0, 36.0) and record.get("notes") == "B was here too"
    assert (record.get("position_source"), record.get("accuracy_m")) == ("map-tap", None)


def test_two_moves_are_one_question_with_one_set_of_facts(base: Path) -> None:
    edit(base, 1, geom=point_hex(72, 34), position_source="gps-single", accuracy_m=9.0)
    a, b = fork(base, "a.gpkg"), fork(base, "b.gpkg")
    edit(a, 1, "Amina", geom=point_hex(75, 36), position_source="map-tap")
    edit(b, 1, "Bano", geom=point_hex(72.001, 34), position_source="gps-single", accuracy_m=2.5, satellites=11)
    out, _ = _both_ways(a, b)
    facts = {(75.0, 36.0): ("map-tap", None, None), (72.001, 34.0): ("gps-single", 2.5, 11)}
    with SurveyFile.open(out) as file:
        assert [c.field for c in file.conflicts()] == ["geom"]
        record = file.get("sighting", uuid_of(1))
    assert record is not None and record.position is not None
    assert tuple(record.get(n) for n in ("position_source", "accuracy_m", "satellites")) == facts[record.position]
    with Session.open(out, author="Office") as session:
        (conflict,) = session.file.conflicts()
        wanted = next(i for i, v in enumerate(conflict.values) if v.author == "Bano")
        deciding.resolve(session, conflict.conflict, side=deciding.side_name(wanted))
        record = session.file.get("sighting", uuid_of(1))
        assert record is not None and record.position == (72.001, 34.0) and record.get("satellites") == 11
        assert session.file.conflicts() == []
    assert_sound(out)


def test_a_decision_travels_and_is_not_asked_again(teams: tuple[Path, Path], tmp_path: Path) -> None:
    a, b = teams
    edit(a, 1, "Amina", notes="this")
    edit(b, 1, "Bano", notes="that")
    province, _ = _merged(a, b, name="province.gpkg")
    with Session.open(province, author="Office") as session:
        (conflict,) = session.file.conflicts()
        deciding.resolve(session, conflict.conflict, take="neither, but a third")
    # The nation gets the teams' packages again, before and after the province's.
    nation, report = _merged(b, a, province, name="nation.gpkg")
    assert report.conflicts == 0
    assert _value(nation, 1, "notes") == "neither, but a third"
    assert merge(nation, [a, b], author="nation").conflicts == 0
    assert _value(nation, 1, "notes") == "neither, but a third"
    # A team that did not know of it goes on: only what is new is asked.
    edit(a, 1, "Amina", notes="this, and more")
    merge(nation, [a], author="nation")
    with SurveyFile.open(nation) as file:
        (conflict,) = file.conflicts()
        assert {v.value for v in conflict.values} == {"neither, but a third", "this, and more"}


# --- columns, tables, children ----------------------------------------------------------------------


@pytest.mark.parametrize("sides", [(0,), (1,), (0, 1)])
def test_a_column_was_added(teams: tuple[Path, Path], sides: tuple[int, ...]) -> None:
    for side in sides:
        sql(teams[side], "ALTER TABLE sighting ADD COLUMN owner TEXT")
        sql(teams[side], "UPDATE sighting SET owner = ? WHERE uuid = ?", f"side {side}", uuid_of(side + 1))
    out, _ = _both_ways(*teams)
    assert {_value(out, side + 1, "owner") for side in sides} == {f"side {side}" for side in sides}
    with SurveyFile.open(out) as file:
        assert file.extra_columns("sighting") == ["owner"]
    edit(out, 3, owner="and it is ours to edit")
    assert _value(out, 3, "owner") == "and it is ours to edit"


def test_a_column_was_renamed(teams: tuple[Path, Path]) -> None:
    a, b = teams
    with sqlite3.connect(a) as connection:
        register_functions(connection)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' "
                                          "AND name LIKE 'sighting_history_%'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("ALTER TABLE sighting RENAME COLUMN host_rock_text TO rock_in_words")
        connection.execute("UPDATE sighting SET rock_in_words = 'marble' WHERE uuid = ?", (uuid_of(1),))
    connection.close()
    edit(b, 1, "Bano", notes="from B")
    out, report = _merged(b, a)
    record = _sightings(out)[uuid_of(1)]
    assert (record.get("rock_in_words"), record.get("notes")) == ("marble", "from B")
    assert any("rock_in_words" in note for package in report.packages for note in package.notes)


def test_columns_in_another_order(teams: tuple[Path, Path]) -> None:
    """A table that was copied over with its columns turned around."""
    a, b = teams
    columns = [r[1] for r in sql(a, "PRAGMA table_info(sighting)")]
    turned = ["fid", "geom", "uuid", *reversed([c for c in columns if c not in ("fid", "geom", "uuid")])]
    (definition,) = sql(a, "SELECT sql FROM sqlite_master WHERE name = 'sighting' AND type = 'table'")[0]
    lines = {line.strip().split(" ")[0].strip('"'): line.strip().rstrip(",") for line in definition.split("\n")[1:-1]}
    listed = ", ".join(turned)
    with sqlite3.connect(a) as connection:
        for name, kind in connection.execute(
            "SELECT name, type FROM sqlite_master WHERE type IN ('trigger', 'view') "
            "AND (tbl_name = 'sighting' OR name = 'sighting_photo')"
        ).fetchall():
            connection.execute(f"DROP {kind} {name}")
        connection.execute(f"CREATE TABLE other ({', '.join(lines[c] for c in turned)})")
        connection.execute(f"INSERT INTO other ({listed}) SELECT {listed} FROM sighting")
        connection.execute("DROP TABLE sighting")
        connection.execute("ALTER TABLE other RENAME TO sighting")
    connection.close()
    sql(a, "UPDATE sighting SET notes = 'turned around' WHERE uuid = ?", uuid_of(1))
    edit(b, 1, "Bano", gem="spinel")
    out, report = _merged(b, a)
    record = _sightings(out)[uuid_of(1)]
    assert (record.get("notes"), record.get("gem")) == ("turned around", "spinel")
    assert report.conflicts == 0


def test_a_further_table_comes_along(teams: tuple[Path, Path]) -> None:
    for number, path in enumerate(teams):
        sql(path, "CREATE TABLE price (fid INTEGER PRIMARY KEY, gem TEXT, rupees INTEGER)")
        sql(path, "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
                  "VALUES ('price', 'attributes', 'price')")
        sql(path, "INSERT INTO price (gem, rupees) VALUES ('ruby', 7), (?, ?)", "ab"[number], number)
    out, report = _merged(*teams)
    assert sorted(sql(out, "SELECT gem, rupees FROM price")) == [("a", 0), ("b", 1), ("ruby", 7)]
    assert report.totals["rejected"] == 0
    assert not merge(out, teams, author="office").changed


def test_a_further_table_alone_is_a_change(base: Path) -> None:
    """Its rows are in no history, so the file knows nothing new, and yet they must not stay behind."""
    out = fork(base, "out.gpkg")
    merge(out, [base], author="office")
    sql(base, "CREATE TABLE price (fid INTEGER PRIMARY KEY, gem TEXT)")
    sql(base, "INSERT INTO price (gem) VALUES ('ruby')")
    assert merge(out, [base], author="office").changed
    assert sql(out, "SELECT gem FROM price") == [("ruby",)]
    assert not merge(out, [base], author="office").changed


def test_text_keys_stay_what_they_are(teams: tuple[Path, Path]) -> None:
    for path, name in zip(teams, ("team-A-0001", "team-B-0001"), strict=True):
        sql(path, "CREATE TABLE lot (name TEXT PRIMARY KEY, weight REAL)")
        sql(path, "INSERT INTO lot VALUES (?, 2.5)", name)
    out, _ = _merged(*teams)
    assert sorted(sql(out, "SELECT name, weight FROM lot")) == [("team-A-0001", 2.5), ("team-B-0001", 2.5)]


def test_a_table_without_a_key_loses_no_row(teams: tuple[Path, Path]) -> None:
    for path, name in zip(teams, "ab", strict=True):
        sql(path, "CREATE TABLE IF NOT EXISTS scrap (word TEXT)")
        sql(path, "INSERT INTO scrap VALUES (?)", name)
    out, _ = _merged(*teams)
    assert sorted(sql(out, "SELECT word FROM scrap")) == [("a",), ("b",)]


def test_a_row_that_the_other_table_forbids_is_kept_and_listed(teams: tuple[Path, Path]) -> None:
    for path, weight in zip(teams, (1.0, 2.0), strict=True):
        sql(path, "CREATE TABLE lot (name TEXT PRIMARY KEY, weight REAL)")
        sql(path, "INSERT INTO lot VALUES ('the same', ?)", weight)
    out, report = _merged(*teams)
    assert sql(out, "SELECT weight FROM lot") == [(1.0,)]
    assert report.totals["rejected"] == 1
    with SurveyFile.open(out) as file:
        (row,) = file.rejected()
    assert row["layer"] == "lot" and json.loads(row["body"]) == {"name": "the same", "weight": 2.0}
    assert not merge(out, teams, author="office").changed


def test_children_follow_their_parent(teams: tuple[Path, Path]) -> None:
    """Both add a sighting with a photo, under the same numbers."""
    for number, path in enumerate(teams, start=10):
        data = b"\xff\xd8 photo %d" % number
        values = {"sighting_uuid": uuid_of(number), "sha256": f"{number:064d}", "content_type": "image/jpeg"}
        photo = insert("photo", values, uuid=uuid_of(number + 100), data=data)
        orientation = insert("orientation", {"sighting_uuid": uuid_of(number), "dip_deg": 30.0 + number})
        apply(path, sighting(number), photo, orientation)
    out, _ = _both_ways(*teams)
    with SurveyFile.open(out) as file:
        for number in (10, 11):
            (photo_record,) = file.photos_of(uuid_of(number))
            assert file.photo_data(photo_record.uuid) == b"\xff\xd8 photo %d" % number
            (orientation,) = file.children("orientation", "sighting", uuid_of(number))
            assert orientation.get("dip_deg") == 30.0 + number
    related = sql(out, "SELECT s.uuid, p.sighting_uuid FROM sighting_photo m JOIN sighting s ON s.fid = m.base_id "
                       "JOIN photo p ON p.fid = m.related_id")
    assert len(related) == 2 and all(a == b for a, b in related)


# --- packages ---------------------------------------------------------------------------------------


def test_merged_twice_and_in_another_order(teams: tuple[Path, Path]) -> None:
    a, b = teams
    apply(a, sighting(10))
    apply(b, sighting(11))
    out, first = _merged(a, b)
    assert first.changed
    before = out.read_bytes()
    again = merge(out, [b, a, b], author="office")
    assert not again.changed and again.totals["new"] == 0
    assert all(package.known_since for package in again.packages)
    assert out.read_bytes() == before
    with SurveyFile.open(out) as file:
        assert {p["file_name"] for p in file.packages()} == {"a.gpkg", "b.gpkg"}


def test_unrelated_files(tmp_path: Path) -> None:
    paths = []
    for name in ("swat", "hunza"):
        path = tmp_path / f"{name}.gpkg"
        SurveyFile.create(path, {**SURVEY, "name": name, "team": name}).close()
        apply(path, insert("sighting", {"gem": "ruby", "notes": name, "geom": point_hex(74, 36)}))
        paths.append(path)
    out, report = _both_ways(paths[0], paths[1])
    assert sorted(str(r.get("notes")) for r in _sightings(out).values()) == ["hunza", "swat"]
    assert report.conflicts == 0
    with SurveyFile.open(out) as file:
        assert sorted(str(s.get("name")) for s in file.surveys()) == ["hunza", "swat"]


def test_the_extent_is_right(teams: tuple[Path, Path]) -> None:
    a, b = teams
    apply(a, sighting(10, geom=point_hex(61.5, 25.25)))
    apply(b, sighting(11, geom=point_hex(77.5, 36.75)))
    remove(b, 1)
    out, _ = _both_ways(a, b)
    assert sql(out, "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'sighting'") == [
        (61.5, 25.25, 77.5, 36.75)
    ]


def test_an_input_in_wal_mode_is_read_with_what_lies_beside_it(teams: tuple[Path, Path]) -> None:
    a, b = teams
    writer = sqlite3.connect(b, isolation_level=None)
    register_functions(writer)
    try:
        assert writer.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        writer.execute("UPDATE sighting SET notes = 'only in the WAL' WHERE uuid = ?", (uuid_of(1),))
        beside = {p.name: p.read_bytes() for p in b.parent.glob("b.gpkg*") if not p.name.endswith("-shm")}
        assert len(beside) == 2
        out, _ = _merged(a, b)
        assert {p.name: p.read_bytes() for p in b.parent.glob("b.gpkg*") if not p.name.endswith("-shm")} == beside
    finally:
        writer.close()
    assert _value(out, 1, "notes") == "only in the WAL"


def test_inputs_are_never_touched(teams: tuple[Path, Path]) -> None:
    a, b = teams
    edit(a, 1, notes="x")
    sql(b, "DROP TRIGGER sighting_history_update")
    sql(b, "UPDATE sighting SET notes = 'behind the back' WHERE uuid = ?", uuid_of(1))
    before = [(p.read_bytes(), p.stat().st_mtime_ns) for p in teams]
    out, _ = _merged(a, b)
    assert [(p.read_bytes(), p.stat().st_mtime_ns) for p in teams] == before
    assert sorted(p.name for p in out.parent.iterdir()) == ["a.gpkg", "b.gpkg", "base.gpkg", "out.gpkg"]


def test_a_dry_run_says_what_the_merge_does_and_writes_nothing(teams: tuple[Path, Path]) -> None:
    a, b = teams
    apply(a, sighting(10))
    edit(a, 1, "Amina", notes="this")
    edit(b, 1, "Bano", notes="that")
    remove(b, 2)
    out = fork(a, "out.gpkg")
    before = out.read_bytes()
    told = merge(out, [b], author="office", dry_run=True)
    assert out.read_bytes() == before
    done = merge(out, [b], author="office")
    assert told.as_dict() | {"dry_run": False, "at": done.at} == done.as_dict()
    assert {n: v for n, v in done.totals.items() if v and n != "same"} == {"conflicting": 1, "deleted": 1}
    assert json.loads(json.dumps(done.as_dict()))["conflicts"] == 1


def test_a_cancelled_merge_leaves_the_result_as_it_was(teams: tuple[Path, Path]) -> None:
    from surveyapp.domain.progress import Progress
    from surveyapp.errors import Cancelled

    a, b = teams
    apply(b, sighting(10))
    before = a.read_bytes()
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        merge(a, [b], author="office", progress=progress)
    assert a.read_bytes() == before
    assert sorted(p.name for p in a.parent.iterdir()) == ["a.gpkg", "b.gpkg", "base.gpkg"]


# --- what is refused --------------------------------------------------------------------------------


def _one_sentence(error: SurveyError) -> bool:
    text = str(error)
    return "\n" not in text and text.endswith((".", "?")) and len(text) < 400


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8192])


def _damaged(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for start in range(4096, len(data), 4096):
        data[start:start + 64] = b"\xa5" * 64
    path.write_bytes(data)


def _newer(path: Path) -> None:
    sql(path, "UPDATE survey SET schema_version = 99")


@pytest.mark.parametrize(("spoil", "kind"), [
    (_truncated, BadFile), (_damaged, BadFile), (_newer, NewerSchema),
    (lambda p: p.write_bytes(b"not a database at all"), BadFile), (lambda p: p.unlink(), BadFile),
], ids=["truncated", "damaged", "newer schema", "no database", "missing"])
def test_a_bad_input_is_refused_in_one_sentence(
    teams: tuple[Path, Path], spoil: Callable[[Path], object], kind: type[SurveyError]
) -> None:
    a, b = teams
    apply(b, sighting(10))
    spoil(b)
    before = a.read_bytes()
    with pytest.raises(kind) as caught:
        merge(a, [b], author="office")
    assert _one_sentence(caught.value)
    assert "b.gpkg" in str(caught.value)
    assert a.read_bytes() == before


def test_files_of_others_are_refused_in_one_sentence(cases_dir: Path, base: Path) -> None:
    files = sorted((cases_dir / "gpkg").glob("*.gpkg"))
    assert files
    before = base.read_bytes()
    for path in files:
        data = path.read_bytes()
        with pytest.raises((Refused, BadFile)) as caught:
            merge(base, [path], author="office")
        assert _one_sentence(caught.value), caught.value
        assert path.name in str(caught.value)
        assert path.read_bytes() == data
    assert base.read_bytes() == before
