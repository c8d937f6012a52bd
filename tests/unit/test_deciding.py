"""Deciding conflicts, one or many, and taking a decision back: what was open is open again, in every office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from surveyapp.domain.changes import delete, insert, update
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.merge import DELETED, Conflict
from surveyapp.errors import Refused
from surveyapp.services import conflicts
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


@pytest.fixture
def disputed(tmp_path: Path) -> Path:
    """Two teams disagree on the notes of sighting 1 and 2, on where 3 is, and on whether 4 is there at all."""
    base = survey_with(tmp_path / "base.gpkg", [sighting(n) for n in range(1, 5)])
    mina, tariq = fork(base, "mina.gpkg"), fork(base, "tariq.gpkg")
    for number in (1, 2):
        edit(mina, number, "Mina", notes="pocket")
        edit(tariq, number, "Tariq", notes="vein")
    edit(mina, 3, "Mina", geom=point_hex(72.5, 34.5), accuracy_m=3, position_source="gps")
    edit(tariq, 3, "Tariq", geom=point_hex(72.6, 34.6), accuracy_m=8, position_source="gps")
    remove(mina, 4, "Mina")
    edit(tariq, 4, "Tariq", notes="still there")
    merge(tmp_path / "office.gpkg", [mina, tariq], author="office")
    return tmp_path / "office.gpkg"


@pytest.fixture
def session(disputed: Path) -> Iterator[Session]:
    with Session.open(disputed, author="Reviewer") as opened:
        yield opened


def _on(session: Session, number: int, field: str) -> Conflict:
    return next(c for c in session.file.conflicts() if (c.record, c.field) == (uuid_of(number), field))


def _decide(session: Session, conflict: Conflict, side: int) -> None:
    conflicts.decide(session, [(conflict, conflicts.values_of_side(session, conflict, side))])


def _ids(session: Session) -> list[str]:
    return [c.conflict for c in session.file.conflicts()]


def _all_but_history(path: Path) -> tuple[object, object]:
    known = knowledge(path)
    return known["records"], known["conflicts"]


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(("number", "field"), [(1, "notes"), (3, "geom"), (4, DELETED)])
def test_undo_of_a_decision_opens_it_again(disputed: Path, number: int, field: str, side: int) -> None:
    before = _all_but_history(disputed)
    with Session.open(disputed, author="Reviewer") as session:
        conflict = _on(session, number, field)
        _decide(session, conflict, side)
        assert conflict.conflict not in _ids(session)
    decided = _all_but_history(disputed)
    assert_sound(disputed)
    with Session.open(disputed, author="Reviewer") as session:  # across a restart
        assert session.undo_label
        session.undo()
        assert session.undo_label is None, "what the teams did is not this office's to take back"
    assert _all_but_history(disputed) == before
    assert_sound(disputed)
    with Session.open(disputed, author="Reviewer") as session:
        session.redo()
    assert _all_but_history(disputed) == decided
    with Session.open(disputed, author="Reviewer") as session:
        session.undo()
    assert _all_but_history(disputed) == before
    assert_sound(disputed)


def test_an_edit_that_settled_a_conflict_is_taken_back_whole(disputed: Path) -> None:
    """Someone edits the disputed field in the form, by mistake: after undo the disagreement is there as before."""
    before = _all_but_history(disputed)
    with Session.open(disputed, author="Reviewer") as session:
        edit(disputed, 1, "Reviewer", notes="something else")
    with Session.open(disputed, author="Reviewer", device="test") as session:
        assert uuid_of(1) not in {c.record for c in session.file.conflicts()}
        session.undo()
    assert _all_but_history(disputed) == before


def test_many_are_decided_in_one_step(session: Session, disputed: Path) -> None:
    before = _all_but_history(disputed)
    told: list[int] = []
    session.subscribe(lambda change_set: told.append(len(change_set.changes)))
    wanted = []
    for conflict in session.file.conflicts():
        side = conflicts.side_of_author(conflict, "Tariq")
        assert side is not None
        wanted.append((conflict, conflicts.values_of_side(session, conflict, side)))
    assert conflicts.decide(session, wanted) == 4
    assert session.file.conflicts() == []
    assert session.file.get("sighting", uuid_of(3)).get("accuracy_m") == 8
    assert session.undo_label == "Decide 4 disagreements"
    session.undo()
    assert _all_but_history(disputed) == before
    assert told == [4, 4]


def test_a_decision_among_many_that_is_settled_already_stops_all(session: Session, disputed: Path) -> None:
    first, *rest = session.file.conflicts()
    _decide(session, first, 0)
    known = knowledge(disputed)
    wanted = [(c, conflicts.values_of_side(session, c, 0)) for c in (*rest, first)]
    with pytest.raises(Refused, match="settled already"):
        conflicts.decide(session, wanted)
    assert knowledge(disputed) == known


def test_undo_of_a_decision_travels(disputed: Path, tmp_path: Path) -> None:
    """Another office that took the decision over learns that it was taken back; one that decided anew keeps that."""
    with Session.open(disputed, author="Reviewer") as session:
        _decide(session, _on(session, 1, "notes"), 0)
        _decide(session, _on(session, 2, "notes"), 0)
    other = fork(disputed, "other.gpkg")
    with Session.open(disputed, author="Reviewer") as session:
        session.undo()
        session.undo()
        assert len(_ids(session)) == 4
    edit(other, 2, "Sana", notes="looked again: pocket in a vein")
    merge(other, [disputed], author="office")
    back = fork(disputed, "back.gpkg")
    merge(back, [other], author="office")
    assert knowledge(back) == knowledge(other)
    with SurveyFile.open(other) as file:
        assert {c.record for c in file.conflicts()} == {uuid_of(1), uuid_of(3), uuid_of(4)}
        assert file.get("sighting", uuid_of(2)).get("notes") == "looked again: pocket in a vein"
    assert_sound(other)


def test_undo_is_refused_when_someone_went_on(disputed: Path) -> None:
    with Session.open(disputed, author="Reviewer") as session:
        _decide(session, _on(session, 1, "notes"), 0)
        standing = session.file.get("sighting", uuid_of(1)).get("notes")
    sql(disputed, "UPDATE sighting SET notes = 'edited in QGIS' WHERE uuid = ?", uuid_of(1))
    known = knowledge(disputed)
    with Session.open(disputed, author="Reviewer") as session, pytest.raises(Refused, match="changed meanwhile"):
        session.undo()
    assert knowledge(disputed) == known
    assert standing in ("pocket", "vein")


def test_redo_is_refused_when_someone_went_on(disputed: Path) -> None:
    with Session.open(disputed, author="Reviewer") as session:
        _decide(session, _on(session, 1, "notes"), 0)
        session.undo()
    sql(disputed, "UPDATE sighting SET colour = 'red' WHERE uuid = ?", uuid_of(1))
    with Session.open(disputed, author="Reviewer") as session, pytest.raises(Refused, match="changed meanwhile"):
        session.redo()


def test_a_photo_that_a_withdrawal_brings_back_has_its_bytes(tmp_path: Path) -> None:
    base = survey_with(tmp_path / "base.gpkg", [sighting(1)])
    told = {"sighting_uuid": uuid_of(1), "content_type": "image/jpeg", "sha256": "ab" * 32}
    photo = insert("photo", told, uuid=uuid_of(50), data=b"picture")

    apply(base, photo)
    mina, tariq = fork(base, "mina.gpkg"), fork(base, "tariq.gpkg")
    apply(mina, delete("photo", uuid_of(50)))
    apply(tariq, update("photo", uuid_of(50), {"caption": "adit"}))
    office = tmp_path / "office.gpkg"
    merge(office, [mina, tariq], author="office")
    with Session.open(office, author="Reviewer") as session:
        (conflict,) = session.file.conflicts()
        conflicts.decide(session, [(conflict, {DELETED: 1})])
        assert session.file.photo_data(uuid_of(50)) is None
        session.undo()
        assert session.file.photo_data(uuid_of(50)) == b"picture"
        assert _ids(session) == [conflict.conflict]
    assert_sound(office)


def test_which_side_is_the_newest_is_said_only_when_it_is_known(session: Session) -> None:
    conflict = _on(session, 1, "notes")
    a, b = conflict.values
    older, newer = replace(a, at="2026-05-01T10:00:00.000Z"), replace(b, at="2026-05-01T10:00:00.001Z")
    assert conflicts.newest_side(replace(conflict, values=(older, newer))) == 1
    assert conflicts.newest_side(replace(conflict, values=(newer, older))) == 0
    assert conflicts.newest_side(replace(conflict, values=(newer, newer))) is None
    assert conflicts.newest_side(replace(conflict, values=(replace(a, at=None), newer))) is None
    assert conflicts.side_of_author(conflict, "Nobody") is None
    same = replace(conflict, values=(a, replace(b, author=a.author)))
    assert conflicts.side_of_author(same, str(a.author)) is None
