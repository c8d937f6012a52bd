"""The laws of merging, on families of real files: forks, edits, deletes, moves, outside edits, drift, many hops."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.domain.changes import Change, delete, insert, update
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.merge import Revision
from surveyapp.errors import Refused
from surveyapp.services import conflicts as deciding
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.merging import merge
from tests.helpers.surveys import (
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

RECORDS = 4
_LINE = shapely.to_wkb(shapely.LineString([(72, 34), (72.1, 34.1)]), hex=True, byte_order=1)
_SQUARE = shapely.to_wkb(shapely.box(72, 34, 72.1, 34.1), hex=True, byte_order=1)
FIELDS = ("notes", "gem", "host_rock_text", "elevation_m", "accuracy_m", "stone_count")

OTHERS = {
    "survey": "purpose", "orientation": "notes", "sample": "description", "custody": "notes", "certificate": "notes",
    "photo": "caption", "track": "notes", "area": "notes", "estimate": "notes", "review": "reason",
    "likely_duplicate": "reason",
}
"""Every other table of records, with a field of its to write."""

_number = st.integers(1, RECORDS)
_value = st.sampled_from(["a", "b", "c", "یاقوت", None])
_small = st.sampled_from([1, 2, 3, None])
_step = st.one_of(
    st.tuples(st.just("edit"), _number, st.sampled_from(FIELDS[:3]), _value),
    st.tuples(st.just("edit"), _number, st.sampled_from(FIELDS[3:]), _small),
    st.tuples(st.just("move"), _number, st.integers(60, 78), st.integers(24, 37)),
    st.tuples(st.just("remove"), _number),
    st.tuples(st.just("insert"), st.integers(10, 13), _value),
    st.tuples(st.just("outside"), _number, st.sampled_from(FIELDS[:3]), _value),
    st.tuples(st.just("outside-move"), _number, st.integers(60, 78)),
    st.tuples(st.just("outside-insert"), _value),
    st.tuples(st.just("outside-remove"), _number),
    st.tuples(st.just("renumber"), st.integers(100, 2**41)),
    st.tuples(st.just("drift"), st.sampled_from(["owner", "phone"]), _number, _value),
    st.tuples(st.just("silent"), _number, _value),
    st.tuples(st.just("restore"), _number),
    st.tuples(st.just("resolve"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("resolve-all"), st.booleans()),
    st.tuples(st.just("undo"), st.integers(1, 3)),
    st.tuples(st.just("redo")),
    st.tuples(st.just("other-edit"), st.sampled_from(sorted(OTHERS)), _value, st.booleans()),
    st.tuples(st.just("other-insert"), st.sampled_from(sorted(OTHERS)), _value),
    st.tuples(st.just("other-remove"), st.sampled_from(sorted(OTHERS)), st.booleans()),
    st.tuples(st.just("take"), st.integers(0, 2)),
)
_team = st.lists(_step, max_size=5)
_families = st.tuples(st.lists(_step, max_size=2), st.tuples(_team, _team, _team))


def _perform(path: Path, step: tuple, teams: list[Path]) -> None:  # noqa: C901, PLR0912, PLR0915 (one case a kind)
    kind, *told = step
    here = {r.uuid for r in _records(path)}
    if kind in ("edit", "move", "remove", "outside", "outside-move", "outside-remove", "drift", "silent"):
        number = told[1] if kind == "drift" else told[0]
        if uuid_of(number) not in here:
            return
    match kind:
        case "edit":
            edit(path, told[0], path.stem, **{told[1]: told[2]})
        case "move":
            edit(path, told[0], path.stem, geom=point_hex(told[1], told[2]), position_source="map-tap")
        case "remove":
            remove(path, told[0], path.stem)
        case "insert":
            if uuid_of(told[0]) not in here:
                apply(path, sighting(told[0], notes=told[1]), author=path.stem)
        case "outside":
            sql(path, f"UPDATE sighting SET {told[1]} = ? WHERE uuid = ?", told[2], uuid_of(told[0]))
        case "outside-move":
            sql(path, "UPDATE sighting SET geom = (SELECT geom FROM sighting ORDER BY fid LIMIT 1) WHERE uuid = ?",
                uuid_of(told[0]))
        case "outside-insert":
            sql(path, "INSERT INTO sighting (gem, notes) VALUES ('topaz', ?)", told[0])
        case "outside-remove":
            sql(path, "DELETE FROM sighting WHERE uuid = ?", uuid_of(told[0]))
        case "renumber":
            top = sql(path, "SELECT max(fid) FROM sighting")[0][0]
            if top is not None:
                sql(path, "UPDATE sighting SET fid = ? WHERE fid = ?", max(told[0], top + 1), top)
        case "drift":
            if told[0] not in {r[1] for r in sql(path, "PRAGMA table_info(sighting)")}:
                sql(path, f"ALTER TABLE sighting ADD COLUMN {told[0]} TEXT")
            sql(path, f"UPDATE sighting SET {told[0]} = ? WHERE uuid = ?", told[2], uuid_of(told[1]))
        case "silent":
            # Someone rebuilt the table and lost our triggers on the way.
            sql(path, "DROP TRIGGER IF EXISTS sighting_history_update")
            sql(path, "UPDATE sighting SET notes = ? WHERE uuid = ?", told[1], uuid_of(told[0]))
        case "restore":
            with Session.open(path, author=path.stem) as session:
                past = session.file.history(uuid_of(told[0]))
                if past:
                    session.restore(past[0])
        case "resolve":
            with Session.open(path, author=path.stem) as session:
                found = session.file.conflicts()
                if found:
                    chosen = found[told[0] % len(found)]
                    deciding.resolve(session, chosen.conflict, side="B" if told[1] else "A")
        case "resolve-all":
            with Session.open(path, author=path.stem) as session:
                deciding.decide(session, [(c, deciding.values_of_side(session, c, int(told[0])))
                                          for c in session.file.conflicts()])
        case "undo" | "redo":
            _step_back(path, kind, *told)
        case "other-edit" | "other-insert" | "other-remove":
            _perform_on_other(path, kind, *told)
        case "take":
            other = teams[told[0]]
            if other.exists() and other != path:
                merge(path, [other], author=path.stem)


def _step_back(path: Path, kind: str, times: int = 1) -> None:
    """Undo and redo, by whoever sits at this computer; what someone else changed meanwhile stops it."""
    with Session.open(path, author=path.stem) as session, suppress(Refused):
        for _ in range(times):
            session.undo() if kind == "undo" else session.redo()


def _perform_on_other(path: Path, kind: str, layer: str, *told: object) -> None:
    uuid, field = _other_uuid(path, layer), OTHERS[layer]
    another = uuid_of(60 + sorted(OTHERS).index(layer))
    match kind:
        case "other-insert" if layer != "survey" and not sql(path, f"SELECT 1 FROM {layer} WHERE uuid = ?", another):
            apply(path, _other(layer, another, told[0]), author=path.stem)
        case "other-edit" if uuid and told[1]:
            sql(path, f"UPDATE {layer} SET {field} = ? WHERE uuid = ?", told[0], uuid)
        case "other-edit" if uuid:
            apply(path, update(layer, uuid, {field: told[0]}), author=path.stem)
        case "other-remove" if uuid and layer != "survey":
            if told[0]:
                sql(path, f"DELETE FROM {layer} WHERE uuid = ?", uuid)
            else:
                apply(path, delete(layer, uuid), author=path.stem)


def _other_uuid(path: Path, layer: str) -> str | None:
    found = sql(path, f"SELECT uuid FROM {layer} ORDER BY uuid LIMIT 1")
    return found[0][0] if found else None


def _other(layer: str, uuid: str, told: object) -> Change:
    values = {OTHERS[layer]: told, "geom": {"track": _LINE, "area": _SQUARE}.get(layer)}
    if layer == "photo":
        values |= {"content_type": "image/jpeg", "sha256": "ab" * 32}
        return insert(layer, values, uuid=uuid, data=b"picture")
    return insert(layer, values, uuid=uuid)


def _records(path: Path) -> list:
    with SurveyFile.open(path, read_only=True) as file:
        return list(file.records("sighting"))


def _family(folder: Path, family: tuple) -> list[Path]:
    before, teams = family
    others = [_other(layer, uuid_of(40 + n), "first") for n, layer in enumerate(sorted(OTHERS)) if layer != "survey"]
    base = survey_with(folder / "base.gpkg", [*(sighting(n) for n in range(1, RECORDS + 1)), *others])
    for step in before:
        _perform(base, step, [base] * 3)
    paths = [folder / f"{name}.gpkg" for name in "ABC"]
    made = [fork(base, p.name) for p in paths]
    for path, steps in zip(made, teams, strict=True):
        for step in steps:
            _perform(path, step, paths)
    return made


def _merged(folder: Path, name: str, *inputs: Path) -> Path:
    out = folder / name
    merge(out, inputs, author="office")
    return out


def _memory() -> str | None:
    """A folder in memory, where the system has one: what is durable is tested elsewhere."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


PARTS = 10


@pytest.mark.timeout(3600)  # 500 families in a part, with --thorough
@pytest.mark.parametrize("part", range(PARTS))
def test_laws(part: int, thorough: bool) -> None:
    """300 families of files in all, 5,000 with --thorough; in parts, so that processors can share them."""

    @settings(max_examples=-(-(5000 if thorough else 300) // PARTS), deadline=None,
              suppress_health_check=list(HealthCheck), database=None)
    @given(_families)
    def laws(family: tuple) -> None:
        with tempfile.TemporaryDirectory(dir=_memory()) as name:
            _assert_laws(Path(name), family)

    laws()


def _assert_laws(folder: Path, family: tuple) -> None:
    a, b, c = _family(folder, family)
    prints = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in (a, b, c)}
    ab = _merged(folder, "ab.gpkg", a, b)
    bc = _merged(folder, "bc.gpkg", b, c)
    nation = _merged(folder, "abc.gpkg", a, b, c)
    known = knowledge(nation)
    # merge(A, A) = A; opening A takes in what others did to it behind its history's back, and a merge does the same.
    twice = _merged(folder, "aa.gpkg", a, a)
    opened = fork(a, "opened.gpkg")
    SurveyFile.open(opened).close()
    assert knowledge(twice) == knowledge(opened)
    assert knowledge(ab) == knowledge(_merged(folder, "ba.gpkg", b, a))
    # Team to province to nation, by either province, in any order, is team to nation.
    assert knowledge(_merged(folder, "ab_c.gpkg", ab, c)) == known
    assert knowledge(_merged(folder, "a_bc.gpkg", bc, a)) == known
    # The same package again changes nothing.
    merge(nation, [ab, bc], author="office")
    assert knowledge(nation) == known
    before = nation.read_bytes()
    report = merge(nation, [b, ab, c], author="office")
    assert not report.changed
    assert nation.read_bytes() == before
    assert report.totals["new"] == report.totals["updated"] == report.totals["conflicting"] == 0
    # Inputs are as they were, every revision and every row is accounted for, and the file is sound.
    with SurveyFile.open(nation, read_only=True) as file:
        past = file.history()
    for path in (a, b, c):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == prints[path]
        theirs = knowledge(path)
        assert set(theirs["revisions"]) <= set(known["revisions"])
        _assert_accounted(theirs["records"], known, past)
    assert_sound(nation)


def _assert_accounted(theirs: dict, known: dict, revisions: list[Revision]) -> None:
    """Each record of the input is in the result, or was deleted by someone who had seen it; each value is in the row,
    in a conflict, or was overruled by a later revision."""
    past: dict[str, list[Revision]] = {}
    for revision in revisions:
        past.setdefault(revision.record, []).append(revision)
    disputed = {(record, field) for _, record, field, *_ in known["conflicts"]}
    for (layer, uuid), values in theirs.items():
        row = known["records"].get((layer, uuid))
        if row is None:
            assert any(r.operation == "delete" for r in past[uuid])
            continue
        for field, value in values.items():
            if row.get(field) == value or (uuid, field) in disputed:
                continue
            wrote = [r for r in past[uuid] if r.changed is None or field in r.changed
                     or (field != "geom" and "geom" in r.changed)]
            assert any((r.body or {}).get(field) != value for r in wrote), (field, value)
