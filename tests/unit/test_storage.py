"""The survey file: opened whatever state it is in, written durably or not at all."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.domain.changes import Change, ChangeSet, insert, update
from surveyapp.domain.fields import LAYER_BY_NAME, LAYERS, SIGHTING, Field
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value, new_uuid, utc_text
from surveyapp.errors import BadFile, BadInput, Refused
from surveyapp.services.session import Session
from surveyapp.storage import connection as files
from surveyapp.storage import ddl, migrations
from surveyapp.storage.geometry import register_functions
from surveyapp.storage.gpkg import SurveyFile, is_survey
from surveyapp.storage.merging import merge
from tests.helpers.surveys import (
    SURVEY,
    apply,
    assert_sound,
    edit,
    empty_survey,
    filled,
    fork,
    knowledge,
    sighting,
    sql,
    survey_with,
    uuid_of,
)


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return survey_with(tmp_path / "survey.gpkg", [sighting(1), sighting(2)])


def _add(file: SurveyFile, *changes: Change) -> ChangeSet:
    return file.apply(ChangeSet(changes, "test"), author="Mina", device="test", initiator="form")


# --- making and opening -----------------------------------------------------------------------------


def test_a_new_survey(tmp_path: Path) -> None:
    path = tmp_path / "new.gpkg"
    with SurveyFile.create(path, SURVEY) as file:
        (row,) = file.surveys()
        assert {n: row.get(n) for n in SURVEY} == SURVEY
        assert row.get("schema_version") == ddl.SCHEMA_VERSION and row.get("started_on")
        assert not file.read_only
    assert path.read_bytes()[:16] == b"SQLite format 3\x00" and path.read_bytes()[68:72] == b"GPKG"
    assert [p.name for p in tmp_path.iterdir()] == ["new.gpkg"]
    assert_sound(path)
    with pytest.raises(Refused, match="exists already"):
        SurveyFile.create(path, SURVEY)
    with pytest.raises(BadInput, match=r"\.gpkg"):
        SurveyFile.create(tmp_path / "new.txt", SURVEY)
    with pytest.raises(BadInput, match="no folder"):
        SurveyFile.create(tmp_path / "none" / "new.gpkg", SURVEY)


def test_is_survey(tmp_path: Path, survey: Path) -> None:
    text = tmp_path / "text.gpkg"
    text.write_text("no")
    assert is_survey(survey) and not is_survey(text) and not is_survey(tmp_path / "none.gpkg")


def test_reading_leaves_the_file_alone(survey: Path) -> None:
    before = (survey.read_bytes(), survey.stat().st_mtime_ns)
    with SurveyFile.open(survey, read_only=True) as file:
        assert file.count("sighting") == 2
        with pytest.raises(Refused, match="reading only"):
            _add(file, sighting(3))
    assert (survey.read_bytes(), survey.stat().st_mtime_ns) == before


def test_a_file_that_may_not_be_written(survey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write everywhere, so the answer of the system is given by hand.
    monkeypatch.setattr(files, "writable", lambda path: False)
    with SurveyFile.open(survey) as file:
        assert file.read_only and "cannot be written" in file.why
        with pytest.raises(Refused, match="cannot be written"):
            _add(file, sighting(3))


def test_a_wal_is_taken_in(survey: Path) -> None:
    """As QGIS leaves a file: what it committed last is only in the ``-wal``."""
    wal, shm = (survey.with_name(survey.name + suffix) for suffix in ("-wal", "-shm"))
    writer = sqlite3.connect(survey, isolation_level=None)
    register_functions(writer)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE sighting SET notes = 'in the WAL' WHERE uuid = ?", (uuid_of(1),))
    kept = survey.read_bytes(), wal.read_bytes()
    # While the other still has it open, ours waits, and says in one sentence why.
    with pytest.raises(BadFile, match="in use by another program"):
        SurveyFile.open(survey)
    with SurveyFile.open(survey, read_only=True) as file:
        record = file.get("sighting", uuid_of(1))
        assert record is not None and record.get("notes") == "in the WAL"
    writer.close()
    survey.write_bytes(kept[0])
    wal.write_bytes(kept[1])
    with SurveyFile.open(survey) as file:
        record = file.get("sighting", uuid_of(1))
        assert record is not None and record.get("notes") == "in the WAL"
    assert not wal.exists() and not shm.exists()
    assert_sound(survey)


def test_a_file_in_use(survey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_BUSY_MS", 20)
    with SurveyFile.open(survey) as file:
        writer = sqlite3.connect(survey, isolation_level=None)
        try:
            writer.execute("BEGIN EXCLUSIVE")
            with pytest.raises(BadFile, match="in use by another program"):
                _add(file, sighting(3))
            writer.execute("ROLLBACK")
        finally:
            writer.close()
        _add(file, sighting(3))


def test_a_file_that_was_moved_while_open(survey: Path) -> None:
    away = survey.with_name("elsewhere.gpkg")
    with SurveyFile.open(survey) as file:
        survey.rename(away)
        with pytest.raises(BadFile, match="is gone"):
            _add(file, sighting(3))
        away.rename(survey)
        _add(file, sighting(3))
    assert_sound(survey)


def test_a_full_disk(survey: Path) -> None:
    with SurveyFile.open(survey) as file:
        pages = file._connection.execute("PRAGMA page_count").fetchone()[0]
        file._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(BadFile, match="disk is full"):
            _add(file, *(sighting(n, notes="long " * 500) for n in range(10, 40)))
        assert file.count("sighting") == 2
        file._connection.execute("PRAGMA max_page_count = 1000000")
        _add(file, sighting(3))
    assert_sound(survey)


def test_a_damaged_file(survey: Path) -> None:
    data = bytearray(survey.read_bytes())
    for start in range(4096, len(data), 4096):
        data[start:start + 200] = b"\xa5" * 200
    survey.write_bytes(data)
    with pytest.raises(BadFile, match="damaged"):
        SurveyFile.open(survey)
    assert survey.read_bytes() == bytes(data)


def test_a_journal_that_was_never_needed_goes(survey: Path) -> None:
    journal = files.journal(survey)
    journal.write_bytes(bytes(4096))
    with SurveyFile.open(survey) as file:
        assert file.count("sighting") == 2
    assert not journal.exists()
    assert_sound(survey)


def test_a_journal_of_a_program_at_work_stays(survey: Path) -> None:
    writer = sqlite3.connect(survey, isolation_level=None)
    register_functions(writer)
    try:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE sighting SET notes = 'not yet saved'")
        assert files.journal(survey).exists()
        with SurveyFile.open(survey) as file:
            assert file.count("sighting") == 2
        assert files.journal(survey).exists()
        writer.execute("ROLLBACK")
    finally:
        writer.close()
    assert not files.journal(survey).exists()


# --- applying ---------------------------------------------------------------------------------------


def test_a_change_set_is_whole_or_nothing(survey: Path) -> None:
    before = knowledge(survey)
    with SurveyFile.open(survey) as file:
        for bad, kind in (
            (sighting(1), Refused), (update("sighting", uuid_of(9), {"notes": "x"}), Refused),
            (update("sighting", uuid_of(1), {"no_such": "x"}), BadInput),
            (insert("sighting", {"fid": 5}), BadInput), (insert("nonsense", {}), BadInput),
        ):
            with pytest.raises(kind):
                _add(file, sighting(3), update("sighting", uuid_of(2), {"notes": "with it"}), bad)
    assert knowledge(survey) == before
    assert_sound(survey)


def test_apply_says_what_was_there_before(survey: Path) -> None:
    with SurveyFile.open(survey) as file:
        applied = _add(file, update("sighting", uuid_of(1), {"notes": "new", "gem": None}))
        (change,) = applied.changes
        assert change.before == {"notes": "note 1", "gem": "ruby"}
        _add(file, *applied.inverted().changes)
        record = file.get("sighting", uuid_of(1))
        assert record is not None and (record.get("notes"), record.get("gem")) == ("note 1", "ruby")


def test_the_extent_follows(survey: Path) -> None:
    def box() -> tuple[object, ...]:
        return sql(survey, "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'sighting'")[0]

    apply(survey, sighting(3, geom=point_hex(61, 25)), sighting(4, geom=point_hex(77, 37)))
    assert box() == (61.0, 25.0, 77.0, 37.0)
    edit(survey, 3, geom=point_hex(65, 26))
    assert box() == (65.0, 26.0, 77.0, 37.0)
    apply(survey, Change("delete", "sighting", uuid_of(4), {}))
    assert box() == (65.0, 26.0, 72.02, 34.0)
    for number in (1, 2, 3):
        apply(survey, Change("delete", "sighting", uuid_of(number), {}))
    assert box() == (None, None, None, None)
    assert_sound(survey)


def _values_of(field: Field) -> st.SearchStrategy[Value]:
    text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
    match field.kind:
        case "integer":
            return st.integers(-2**63, 2**63 - 1)
        case "real":
            # 15 significant digits, which is what the program keeps.
            return st.floats(allow_nan=False, allow_infinity=False).map(lambda x: float(f"{x:.15g}")).filter(
                lambda x: abs(x) != float("inf"))
        case "datetime":
            return st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")
        case _:
            return text


_ANY = {f.name: st.none() | _values_of(f) for f in SIGHTING.fields} | {
    "geom": st.none() | st.builds(point_hex, st.floats(-180, 180), st.floats(-90, 90))
}
_values = st.fixed_dictionaries({}, optional=_ANY)


def test_any_values_come_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = empty_survey(tmp_path_factory.mktemp("any") / "any.gpkg")
    with SurveyFile.open(path) as file:
        # Durability is another test's matter, and this one saves hundreds of times.
        file._connection.execute("PRAGMA synchronous = OFF")

        @settings(max_examples=120, suppress_health_check=list(HealthCheck))
        @given(_values, _values)
        def round_trip(first: dict[str, Value], second: dict[str, Value]) -> None:
            uuid = new_uuid()
            _add(file, insert("sighting", first, uuid=uuid))
            got = file.get("sighting", uuid)
            assert got is not None and filled(got.values) == filled(first)
            _add(file, Change("update", "sighting", uuid, second, {n: first.get(n) for n in second}))
            got = file.get("sighting", uuid)
            assert got is not None and filled(got.values) == filled({**first, **second})
            # The history says the same, to the last digit.
            body = file.history(uuid)[-1].body
            assert filled(dict(body or {})) == filled(got.values)

        round_trip()
        assert file.unrecorded() == []
        # By column too, as the map and the table read.
        names = ["uuid", *SIGHTING.names]
        columns = file.columns("sighting", [*names, "longitude", "latitude"])
        records = {r.uuid: r for r in file.records("sighting")}
        for row, uuid in enumerate(columns["uuid"]):
            record = records.pop(uuid)
            assert all(columns[n][row] == record.get(n) for n in SIGHTING.names)
            assert (columns["longitude"][row], columns["latitude"][row]) == (record.position or (None, None))
        assert not records
    assert_sound(path)


def test_columns_by_name(survey: Path) -> None:
    with SurveyFile.open(survey) as file:
        assert list(file.columns("sighting", ["gem", "longitude"])) == ["gem", "longitude"]
        assert file.columns("photo", ["uuid", "sha256"]) == {"uuid": [], "sha256": []}
        with pytest.raises(BadInput, match="no field"):
            file.columns("sighting", ["colour_of_the_sky"])
        with pytest.raises(BadInput, match="no layer"):
            file.columns("stones", ["uuid"])


def test_a_copy_is_consistent_while_someone_writes(survey: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy.gpkg"
    stop = threading.Event()

    def keep_writing() -> None:
        with SurveyFile.open(survey) as file:
            number = 10
            while not stop.is_set():
                _add(file, sighting(number), sighting(number + 1))
                number += 2
                stop.wait(0.005)  # as fast as nobody saves, but letting others have their turn

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        with SurveyFile.open(survey, read_only=False) as file:
            for _ in range(3):
                file.backup_to(out)
                assert_sound(out)
                assert len(knowledge(out)["records"]) % 2 == 1  # the survey itself, and pairs
    finally:
        stop.set()
        writer.join()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.gpkg", "survey.gpkg"]


def test_subscribers_are_told_after_the_save(survey: Path) -> None:
    told: list[int] = []
    with Session.open(survey) as session:
        other = SurveyFile.open(survey, read_only=True)
        leave = session.subscribe(lambda change_set: told.append(other.count("sighting")))
        session.apply(ChangeSet((sighting(3),), "Add"))
        leave()
        session.apply(ChangeSet((sighting(4),), "Add"))
        other.close()
    assert told == [3]


# --- schemas ----------------------------------------------------------------------------------------


def test_a_newer_schema_is_for_reading_only(survey: Path) -> None:
    sql(survey, "UPDATE survey SET schema_version = 99")
    before = survey.read_bytes()
    with SurveyFile.open(survey) as file:
        assert file.read_only and "newer SurveyApp" in file.why and file.count("sighting") == 2
        with pytest.raises(Refused, match="newer SurveyApp"):
            _add(file, sighting(3))
    assert survey.read_bytes() == before


def test_an_upgrade_keeps_the_old_file_and_the_history(survey: Path) -> None:
    edit(survey, 1, notes="before the upgrade")
    old, knew = survey.read_bytes(), knowledge(survey)

    def step(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE sighting ADD COLUMN slope_deg REAL")
        connection.execute("UPDATE sighting SET slope_deg = 30")

    version = ddl.SCHEMA_VERSION
    kept = migrations.upgrade(survey, version, steps={version: step}, target=version + 1)
    assert kept.read_bytes() == old and kept.name == f"survey.schema-{version}.gpkg"
    assert sql(survey, "SELECT DISTINCT slope_deg FROM sighting") == [(30.0,)]
    assert sql(survey, "SELECT schema_version FROM survey") == [(version + 1,)]
    assert sorted(p.name for p in survey.parent.iterdir()) == ["survey.gpkg", kept.name]
    with SurveyFile.open(survey, read_only=True) as file:
        assert set(knew["revisions"]) <= {r.revision for r in file.history()}
        assert file.integrity() == []


_CAME_LATER = {
    2: (("survey", "template"), ("track", "points"), ("photo", "sketch_of")),
    3: (("sighting", "boundary_source"), ("sample", "recovered_ct"), ("sample", "stone_count"),
        ("sample", "bottom_screen_mm"), ("photo", "certificate_uuid"), ("estimate", "size_distribution"),
        ("estimate", "price_basis"), ("estimate", "model"), ("review", "same_as_uuid")),
}  # fmt: skip
"""What each schema added."""


def _made_by(path: Path, version: int) -> Path:
    """The file as an older schema had it: without the columns that came later."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        ddl.drop_triggers(connection)
        for table, column in (pair for newer, pairs in _CAME_LATER.items() if newer > version for pair in pairs):
            connection.execute(f"DROP INDEX IF EXISTS {table}_{column}")
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            connection.execute("DELETE FROM gpkg_data_columns WHERE table_name = ? AND column_name = ?",
                               (table, column))
        for column in ("distance_m REAL", "decided_by TEXT", "decided_at DATETIME") if version == 1 else ():
            connection.execute(f"ALTER TABLE likely_duplicate ADD COLUMN {column}")
        connection.execute("UPDATE survey SET schema_version = ?", (version,))
        connection.execute("DROP TRIGGER revision_stays")
        connection.execute("UPDATE revision SET body = json_set(body, '$.schema_version', ?) WHERE layer = 'survey'",
                           (version,))
        connection.execute(next(s for s in ddl._statements(ddl.schema_sql()) if "TRIGGER revision_stays" in s))
        ddl.make_triggers(connection)
    finally:
        connection.close()
    return path


@pytest.mark.parametrize("version", range(1, ddl.SCHEMA_VERSION))
def test_a_file_of_an_older_schema_is_upgraded(survey: Path, version: int) -> None:
    old = fork(_made_by(survey, version), "old.gpkg")
    with SurveyFile.open(survey) as file:
        assert not file.read_only and file.schema_version == ddl.SCHEMA_VERSION
        assert file.integrity() == [] and file.unrecorded() == []
        file.apply(ChangeSet((update("survey", file.surveys()[0].uuid, {"template": "{}"}),), "Template"),
                   author="Gul Khan", device="test", initiator="form")
    assert (survey.parent / f"survey.schema-{version}.gpkg").read_bytes() == old.read_bytes()
    titled = set(sql(survey, "SELECT table_name, column_name FROM gpkg_data_columns WHERE title IS NOT NULL"))
    assert {pair for newer, pairs in _CAME_LATER.items() if newer > version for pair in pairs} <= titled
    assert not {"distance_m", "decided_by"} & {row[1] for row in sql(survey, "PRAGMA table_info(likely_duplicate)")}
    assert_sound(survey)


@pytest.mark.parametrize("version", range(1, ddl.SCHEMA_VERSION))
def test_an_old_package_upgraded_in_two_offices_is_one_package(survey: Path, version: int) -> None:
    """Merged twice it changes nothing, and by whichever office it came it is the same."""
    old = fork(_made_by(survey, version), "old.gpkg")
    before = old.read_bytes()
    first, second = survey.with_name("first.gpkg"), survey.with_name("second.gpkg")
    merge(first, [old], author="office")
    merge(second, [old], author="another")
    assert knowledge(first) == knowledge(second)
    assert not merge(first, [old, second], author="office").changed
    assert old.read_bytes() == before
    with SurveyFile.open(old) as file:  # the team upgrades its own
        assert file.schema_version == ddl.SCHEMA_VERSION
    assert not merge(first, [old], author="office").changed


@pytest.mark.parametrize("version", range(1, ddl.SCHEMA_VERSION))
def test_a_file_of_an_older_schema_is_read_in_a_copy_and_left_alone(survey: Path, version: int) -> None:
    before = _made_by(survey, version).read_bytes()
    with SurveyFile.open(survey, read_only=True) as file:
        assert file.read_only and file.path == survey and file.schema_version == ddl.SCHEMA_VERSION
        for layer in LAYERS:
            assert set(file.columns(layer.name, [n for n in layer.names if n != "data"])) >= {layer.names[0]}
    with SurveyFile.open(survey, read_only=True, as_it_is=True) as file:
        assert file.schema_version == version
    assert survey.read_bytes() == before
    assert [path.name for path in survey.parent.iterdir()] == [survey.name]


def test_what_a_killed_program_left_long_ago_is_swept(survey: Path) -> None:
    folder = survey.parent
    left = [folder / ".survey.gpkg.0123abcd.new", folder / ".upgrade-x" / "survey.gpkg", folder / ".merge-y" / "r.gpkg"]
    young = [folder / ".survey.gpkg.9876abcd.new", folder / ".merge-z" / "r.gpkg"]
    others = folder / ".other.gpkg.0123abcd.new"
    for path in (*left, *young, others):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    for path in (*left, others):
        for aged in (path, path.parent) if path.parent != folder else (path,):
            os.utime(aged, (0, 0))
    SurveyFile.open(survey).close()
    merge(folder / "out.gpkg", [survey], author="office")
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in (*young, others))


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(survey: Path) -> None:
    before = survey.read_bytes()
    version = ddl.SCHEMA_VERSION

    def bad(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE sighting ADD COLUMN slope_deg REAL")
        connection.execute("UPDATE no_such_table SET x = 1")

    with pytest.raises(BadFile, match=r"Upgrading survey\.gpkg failed"):
        migrations.upgrade(survey, version, steps={version: bad}, target=version + 1)
    with pytest.raises(BadFile, match="can no longer upgrade"):
        migrations.upgrade(survey, version, steps={}, target=version + 1)
    assert survey.read_bytes() == before
    assert [p.name for p in survey.parent.iterdir()] == ["survey.gpkg"]


def test_files_of_others_are_refused_in_one_sentence(cases_dir: Path) -> None:
    for path in sorted((cases_dir / "gpkg").glob("*.gpkg")):
        before = path.read_bytes()
        with pytest.raises(BadFile) as caught:
            SurveyFile.open(path, read_only=True)
        assert path.name in str(caught.value) and "\n" not in str(caught.value)
        assert path.read_bytes() == before


def test_ranges_and_lists_stand_in_the_file(survey: Path) -> None:
    """``gpkg_schema``, from the one table of fields."""
    for layer in LAYER_BY_NAME.values():
        told = dict(sql(survey, "SELECT column_name, title FROM gpkg_data_columns WHERE table_name = ?", layer.name))
        assert told == {f.name: f.label for f in layer.fields}
    orphans = sql(survey, "SELECT constraint_name FROM gpkg_data_columns WHERE constraint_name IS NOT NULL AND "
                          "constraint_name NOT IN (SELECT constraint_name FROM gpkg_data_column_constraints)")
    assert orphans == []


def test_times_are_in_utc(survey: Path) -> None:
    with SurveyFile.open(survey) as file:
        now = utc_text()
        at = file.history()[-1].at
    assert at is not None and at[-1] == "Z" and len(at) == len(now)


def test_two_forks_share_their_past(survey: Path) -> None:
    other = fork(survey, "other.gpkg")
    edit(survey, 1, notes="a")
    assert set(knowledge(other)["revisions"]) < set(knowledge(survey)["revisions"])
