"""Who may give which status, and the steps of the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveyapp.domain.reviewing import MOVES, STATUS, may_move, refusal
from surveyapp.domain.template import EMPTY, Template
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import Refused
from surveyapp.services import conflicts, recording, reviewing, templates
from surveyapp.services.checking import check
from surveyapp.services.session import Session
from surveyapp.storage.merging import merge
from tests.helpers.surveys import edit, fork, sighting, sql, survey_with, uuid_of

STRICT = Template("Office", may={"accepted": ("Asma Bibi", "Head"), "rejected": ("*",), "received": ("Head",)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    states = ("draft", "submitted", "has-issues", "accepted", None)
    made = [sighting(n, review_status=state, observer="Gul") for n, state in enumerate(states, 1)]
    return survey_with(tmp_path / "swat.gpkg", made)


def _statuses(session: Session) -> list[object]:
    return [record.get(STATUS) for record in session.file.records("sighting")]


def _set(session: Session, number: int, status: str | None) -> None:
    record = session.file.get("sighting", uuid_of(number))
    assert record is not None
    recording.edit_record(session, record, {STATUS: status})


# --- the rules by themselves -------------------------------------------------------------------------


def test_the_table_of_moves_is_of_statuses() -> None:
    codes = set(VOCABULARIES[STATUS].codes)
    assert set(MOVES) == codes
    assert all(ways and ways < codes for ways in MOVES.values())
    assert not any(old in ways or "draft" in ways for old, ways in MOVES.items())


@pytest.mark.parametrize("old", [*VOCABULARIES[STATUS].codes, None, "of another program"])
@pytest.mark.parametrize("new", VOCABULARIES[STATUS].codes)
def test_every_move_is_fine_or_has_a_sentence(old: str | None, new: str) -> None:
    for own in (False, True):
        why = refusal(EMPTY, "Gul", old, new, own=own)
        was = old or "draft"
        if was == new:
            assert why is None
        elif new == "draft":
            assert (why is None) == own
        else:
            assert (why is None) == (new in MOVES.get(was, {new}))
        assert why is None or (why.endswith(".") and "\n" not in why)


def test_who_may() -> None:
    assert may_move(STRICT, " asma  BIBI", "submitted", "accepted")
    assert not may_move(STRICT, "Asma", "submitted", "accepted")
    assert not may_move(STRICT, None, "submitted", "accepted")
    assert may_move(STRICT, "Anybody", "submitted", "rejected")
    assert may_move(STRICT, "Anybody", "submitted", "has-issues")
    assert may_move(STRICT, "Anybody", "accepted", "accepted")
    assert "Asma Bibi, Head" in str(refusal(STRICT, "Gul", "submitted", "accepted", own=True))
    drafts = Template("Office", may={"draft": ("Head",)})
    assert refusal(drafts, "Head", "accepted", "draft", own=False) is None
    assert "Head" in str(refusal(drafts, "Gul", "accepted", "draft", own=True))


# --- edits -------------------------------------------------------------------------------------------


def test_edits_follow_the_rules(path: Path) -> None:
    with Session.open(path, author="Mina") as session:
        with pytest.raises(Refused, match="“Draft” cannot become “Accepted”; from there it goes to: Submitted"):
            _set(session, 1, "accepted")
        with pytest.raises(Refused, match="observed or recorded"):
            _set(session, 2, None)
        records = list(session.file.records("sighting"))
        with pytest.raises(Refused, match="cannot become"):
            recording.edit_many(session, records, {STATUS: "submitted"})
        before = _statuses(session)
        assert before == ["draft", "submitted", "has-issues", "accepted", None]
        assert recording.edit_many(session, records[:2], {STATUS: "submitted", "gem": "emerald"}) == 2
        _set(session, 1, "accepted")
        assert _statuses(session)[0] == "accepted"
    with Session.open(path, author="gul ") as session:
        _set(session, 1, "draft")
    with Session.open(path, author="Gul Khan") as session:  # who recorded it, in this file
        _set(session, 2, "draft")
        assert _statuses(session)[:2] == ["draft", "draft"]


def test_edits_follow_the_office(path: Path) -> None:
    with Session.open(path, author="Gul") as session:
        templates.use(session, STRICT)
        with pytest.raises(Refused, match="Asma Bibi, Head"):
            _set(session, 2, "accepted")
        _set(session, 2, "rejected")
        record = session.file.get("sighting", uuid_of(3))
        assert record is not None
        assert reviewing.move_refusal(session, record, "submitted") is None
        assert "Head" in str(reviewing.move_refusal(session, record, "received"))
    with Session.open(path, author="head") as session:
        _set(session, 2, "accepted")


# --- steps -------------------------------------------------------------------------------------------


def test_submitting_and_receiving(path: Path) -> None:
    with Session.open(path, author="Gul") as session:
        moved = reviewing.submit(session)
        assert (moved.moved, moved.refused) == ((uuid_of(1), uuid_of(5)), ())
        assert session.undo_label == "Submit 2 sightings"
        assert reviewing.submit(session).moved == ()
        moved = reviewing.submit(session, [uuid_of(3), uuid_of(4), uuid_of(2)])
        assert moved.moved == (uuid_of(3),)
        ((refused, why),) = moved.refused
        assert refused == uuid_of(4)
        assert "“Accepted” cannot become “Submitted”" in why
        assert reviewing.standing(session.file)["submitted"] == 4
        assert reviewing.receive(session).moved == tuple(uuid_of(n) for n in (1, 2, 3, 5))
        assert reviewing.standing(session.file) == {
            "draft": 0, "submitted": 0, "received": 4, "has-issues": 0, "accepted": 1, "rejected": 0}  # fmt: skip
        session.undo()
        assert reviewing.standing(session.file)["submitted"] == 4
        templates.use(session, STRICT)
        assert len(reviewing.receive(session).refused) == 4
    sql(path, "UPDATE sighting SET review_status = 'sent' WHERE uuid = ?", uuid_of(1))
    with Session.open(path) as session:
        assert list(reviewing.standing(session.file).items())[-1] == ("sent", 1)


# --- what other programs did -------------------------------------------------------------------------


def _found(path: Path) -> list[str | None]:
    with Session.open(path, read_only=True) as session:
        issues = [issue for issue in check(session.file).issues if issue.code == "status-not-allowed"]
        assert all((issue.level, issue.field, issue.layer) == (2, STATUS, "sighting") for issue in issues)
        assert all("Asma Bibi, Head" in issue.message for issue in issues)
    return [issue.record for issue in issues]


def test_a_status_given_outside_is_found(path: Path, tmp_path: Path) -> None:
    assert _found(path) == []
    with Session.open(path, author="Head") as session:
        templates.use(session, STRICT)
        _set(session, 2, "accepted")
        _set(session, 3, "accepted")
    assert _found(path) == [uuid_of(4)]  # recorded as accepted by Gul Khan
    sql(path, "UPDATE sighting SET review_status = 'accepted', notes = 'fine' WHERE uuid = ?", uuid_of(1))
    assert _found(path) == [uuid_of(1), uuid_of(4)]
    # Somebody else's edit of another field changes nothing of that; a decision by who may, does.
    edit(path, 1, "Head", notes="hm")
    assert _found(path) == [uuid_of(1), uuid_of(4)]
    with Session.open(path, author="Head") as session:
        for number in (1, 4):
            _set(session, number, "has-issues")
            _set(session, number, "accepted")
        assert _found(path) == []
        session.undo()
        assert _found(path) == []
        session.undo()  # back to what Gul Khan had written
        assert _found(path) == [uuid_of(4)]
        session.redo()
        session.redo()
        assert _found(path) == []
    # Who decides a disagreement gives the status, too.
    left, right, whole = fork(path, "left.gpkg"), fork(path, "right.gpkg"), tmp_path / "whole.gpkg"
    edit(left, 2, "Head", review_status="rejected")
    edit(right, 2, "Asma Bibi", review_status="has-issues")
    merge(whole, [left, right], author="office")
    with Session.open(whole, author="Somebody") as session:
        (conflict,) = session.file.conflicts()
        conflicts.resolve(session, conflict.conflict, take="accepted")
    assert _found(whole) == [uuid_of(2)]
