"""Decisions taken in: what they move, what they leave, and that undo takes a whole file of them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from surveyapp.app import run
from surveyapp.domain.changes import insert
from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.likeness import NOT_THE_SAME, SAME_DEPOSIT, pair_id
from surveyapp.domain.reviewing import STATUS, Decision, Decisions, review_uuid
from surveyapp.domain.template import Template
from surveyapp.errors import BadInput, Refused
from surveyapp.exchange import decisions as files
from surveyapp.services import duplicates, reviewing, templates
from surveyapp.services.exporting import export
from surveyapp.services.previewing import preview
from surveyapp.services.review_outcomes import Report
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.merging import merge
from tests.helpers.surveys import apply, assert_sound, edit, fork, knowledge, remove, sighting, survey_with, uuid_of

MONDAY, TUESDAY = "2026-11-23T05:00:00.000Z", "2026-11-24T05:00:00.000Z"
Decide = Callable[..., Decision]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Three submitted sightings and a draft."""
    made = [sighting(n, review_status="submitted", locality=f"Place {n}") for n in (1, 2, 3)]
    return survey_with(tmp_path / "swat.gpkg", [*made, sighting(4, review_status="draft")])


@pytest.fixture
def decide(path: Path) -> Decide:
    return _decider(path)


def _decider(path: Path) -> Decide:
    """Makes decisions on the sightings of a file as they stand at this moment."""
    with SurveyFile.open(path, read_only=True) as file:
        heads = {line[0]: line[1] for line in file.history_lines("sighting")}

    def made(number: int, verdict: str, reason: str = "", at: str = MONDAY, **more: str) -> Decision:
        return Decision("sighting", uuid_of(number), heads.get(uuid_of(number), "gone"), verdict, reason=reason,
                        decided_at=at, **more)

    return made


def _by(reviewer: str, *decisions: Decision) -> Decisions:
    return Decisions(reviewer, decisions)


def _take(path: Path, decisions: Decisions, **options: Any) -> Report:
    with Session.open(path, author="Office", device="desk") as session:
        return reviewing.take_in(session, decisions, **options)


def _kinds(report: Report) -> list[str]:
    return [outcome.kind for outcome in report.outcomes]


def _status(path: Path, number: int) -> object:
    with SurveyFile.open(path, read_only=True) as file:
        record = file.get("sighting", uuid_of(number))
        return record and record.get(STATUS)


# --- taking in ---------------------------------------------------------------------------------------


def test_a_decision_is_kept_and_moves_the_status(path: Path, decide: Decide) -> None:
    made = decide(1, "has-issues", "Ruby or spinel?", field="gem")
    told = _by("Asma", made, decide(2, "accepted"))
    report = _take(path, told)
    assert _kinds(report) == ["moved", "moved"]
    assert [outcome.moved for outcome in report.outcomes] == [("submitted", "has-issues"), ("submitted", "accepted")]
    assert not report.findings
    assert (_status(path, 1), _status(path, 2), _status(path, 3)) == ("has-issues", "accepted", "submitted")
    with SurveyFile.open(path) as file:
        review = file.get("review", review_uuid(made, "Asma"))
        move = file.history(uuid_of(1))[-1]
        assert file.conflicts() == []
    assert review is not None
    assert review.values == {
        "record_layer": "sighting", "record_uuid": uuid_of(1), "revision_seen": made.revision,
        "verdict": "has-issues", "same_as_uuid": None, "field_name": "gem", "reason": "Ruby or spinel?",
        "reviewer": "Asma", "decided_at": MONDAY, "answer": None,
    }  # fmt: skip
    assert (move.author, move.at, move.initiator) == ("Asma", MONDAY, f"review:{review.uuid}")
    assert (move.parents, move.changed) == (made.heads, {STATUS})
    assert_sound(path)


def test_taking_it_in_again_changes_nothing(path: Path, decide: Decide) -> None:
    told = _by("Asma", decide(1, "accepted"), decide(2, "rejected"), decide(3, "same-as", same_as=uuid_of(1)))
    _take(path, told)
    before = path.read_bytes()
    report = _take(path, replace(told, saved_at=TUESDAY, decisions=told.decisions[::-1]))
    assert _kinds(report) == ["known"] * 3
    assert not report.findings
    assert path.read_bytes() == before


def test_a_dry_run_says_the_same_and_writes_nothing(path: Path, decide: Decide) -> None:
    told = _by("Asma", decide(1, "accepted"), decide(3, "same-as", same_as=uuid_of(1)))
    before = path.read_bytes()
    with Session.open(path, read_only=True) as session:
        dry = reviewing.take_in(session, told, dry_run=True)
        with pytest.raises(Refused):
            reviewing.take_in(session, told)
    assert path.read_bytes() == before
    wet = _take(path, told)
    assert dry == replace(wet, dry_run=True)
    assert dry.lines() == [*wet.lines(), "It was a dry run; nothing was written."]


def test_a_file_that_fails_leaves_nothing(path: Path, decide: Decide, monkeypatch: pytest.MonkeyPatch) -> None:
    from surveyapp.storage import deciding

    real, calls = deciding.append, []

    def fails_later(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 3:
            raise Refused("The stick was pulled.")
        return real(*given)

    monkeypatch.setattr(deciding, "append", fails_later)
    known = knowledge(path)
    with pytest.raises(Refused):
        _take(path, _by("Asma", decide(1, "accepted"), decide(2, "accepted")))
    assert knowledge(path) == known
    assert_sound(path)


def test_later_edits_of_other_fields_combine_in_a_merge(path: Path, tmp_path: Path, decide: Decide) -> None:
    field, office = fork(path, "field.gpkg"), path
    edit(field, 1, "Gul", notes="wider than thought")
    _take(office, _by("Asma", decide(1, "accepted")))
    merge(tmp_path / "all.gpkg", [office, field], author="office")
    with SurveyFile.open(tmp_path / "all.gpkg") as file:
        record = file.get("sighting", uuid_of(1))
        assert record is not None
        assert (record.get("notes"), record.get(STATUS)) == ("wider than thought", "accepted")
        assert file.conflicts() == []


def test_a_record_that_changed_since_is_not_moved_unless_asked(path: Path, decide: Decide) -> None:
    edit(path, 1, "Gul", notes="other", elevation_m=900.5)
    told = _by("Asma", decide(1, "accepted", "Fine"))
    report = _take(path, told)
    assert _kinds(report) == ["stale"]
    assert report.outcomes[0].changed == ("elevation_m", "notes")
    assert "Elevation (m), Notes" in report.outcomes[0].message
    assert report.findings
    assert _status(path, 1) == "submitted"
    with SurveyFile.open(path) as file:
        assert [one.changed_since for one in reviewing.remarks(file, uuid_of(1))] == [True]
    assert _kinds(_take(path, told)) == ["known"]
    assert _kinds(_take(path, told, apply_changed=True)) == ["moved"]
    with SurveyFile.open(path) as file:
        record = file.get("sighting", uuid_of(1))
        assert record is not None
        assert (record.get("notes"), record.get(STATUS)) == ("other", "accepted")
    assert_sound(path)


def test_some_of_the_changed_records_are_moved_and_all_is_one_step(path: Path, decide: Decide) -> None:
    for number in (1, 2):
        edit(path, number, "Gul", notes="other")
    told = _by("Asma", *(decide(number, "accepted") for number in (1, 2, 3)))
    with SurveyFile.open(path) as file:
        before = {revision.revision for revision in file.history()}
    report = _take(path, told, apply_changed={review_uuid(told.decisions[1], "Asma")})
    assert _kinds(report) == ["stale", "moved", "moved"]
    with SurveyFile.open(path) as file:
        made = [revision for revision in file.history() if revision.revision not in before]
    assert len(made) == 5
    assert len({revision.change_set for revision in made}) == 1
    with Session.open(path, author="Office", device="desk") as session:
        session.undo()
    assert [_status(path, number) for number in (1, 2, 3)] == ["submitted"] * 3
    assert_sound(path)


def test_steps_of_the_work_do_not_stand_against_a_decision(path: Path, decide: Decide) -> None:
    """The office marks as received while the preview is with the reviewer."""
    with Session.open(path, author="Office") as session:
        reviewing.receive(session)
    report = _take(path, _by("Asma", decide(1, "accepted")))
    assert report.outcomes[0].moved == ("received", "accepted")
    assert not report.findings
    assert knowledge(path)["conflicts"] == []
    assert _status(path, 1) == "accepted"


def test_two_reviewers_who_disagree_are_a_conflict(path: Path, decide: Decide) -> None:
    _take(path, _by("Asma", decide(1, "accepted"), decide(2, "accepted")))
    report = _take(path, _by("Bilal", decide(1, "rejected"), decide(2, "accepted")))
    assert _kinds(report) == ["moved", "noted"]
    assert report.findings
    assert "Asma decided otherwise" in report.outcomes[0].message
    with SurveyFile.open(path) as file:
        (conflict,) = file.conflicts()
    assert report.conflicts == (conflict.conflict,)
    assert (conflict.record, conflict.field, conflict.ancestor) == (uuid_of(1), STATUS, "submitted")
    assert {(v.author, v.value) for v in conflict.values} == {("Asma", "accepted"), ("Bilal", "rejected")}
    assert_sound(path)


def test_whoever_decides_in_person_counts_as_a_reviewer(path: Path, decide: Decide) -> None:
    with Session.open(path, author="Head") as session:
        reviewing.take_in(session, reviewing.decisions_for(session, [uuid_of(1)], "rejected", "No"))
    edit(path, 2, "Head", review_status="rejected")
    report = _take(path, _by("Asma", decide(1, "accepted"), decide(2, "accepted")))
    assert {(c[1], c[2]) for c in knowledge(path)["conflicts"]} == {(uuid_of(1), STATUS), (uuid_of(2), STATUS)}
    assert len(report.conflicts) == 2


def test_a_reviewer_may_think_again(path: Path, tmp_path: Path, decide: Decide) -> None:
    monday, tuesday = _by("Asma", decide(1, "rejected")), _by(" asma ", decide(1, "accepted", at=TUESDAY))
    other = fork(path, "other.gpkg")
    _take(path, monday)
    report = _take(path, tuesday)
    assert report.outcomes[0].moved == ("rejected", "accepted")
    # The files come in the other order at the other office.
    _take(other, tuesday)
    assert _kinds(_take(other, monday)) == ["overtaken"]
    merge(tmp_path / "all.gpkg", [path, other], author="office")
    for one in (path, other, tmp_path / "all.gpkg"):
        assert _status(one, 1) == "accepted"
        assert knowledge(one)["conflicts"] == []
        with SurveyFile.open(one) as file:
            assert [remark.verdict for remark in reviewing.remarks(file, uuid_of(1))] == ["accepted", "rejected"]


def test_the_last_word_of_a_file_on_a_record_gives_the_status(path: Path, decide: Decide) -> None:
    told = _by("Asma", decide(1, "accepted", at=TUESDAY), decide(1, "has-issues", "Which ruby?", field="gem"),
               decide(1, "has-issues", "Where?", field="locality"))
    report = _take(path, told)
    assert _kinds(report) == ["moved", "noted", "noted"]
    assert _status(path, 1) == "accepted"
    with SurveyFile.open(path) as file:
        assert file.count("review") == 3
        assert len(file.history(uuid_of(1))) == 2
        labels = [remark.field_label for remark in reviewing.remarks(file, uuid_of(1))]
    assert labels[0] == ""
    assert sorted(labels[1:]) == ["Gem", "Locality"]


def test_a_decision_on_a_disputed_record_has_seen_every_side(path: Path, tmp_path: Path) -> None:
    left, right, whole = fork(path, "left.gpkg"), fork(path, "right.gpkg"), tmp_path / "whole.gpkg"
    edit(left, 1, "Mina", notes="pocket")
    edit(right, 1, "Tariq", notes="vein")
    merge(whole, [left, right], author="office")
    made = _decider(whole)(1, "accepted")
    assert len(made.heads) == 2
    assert _kinds(_take(whole, _by("Asma", made))) == ["moved"]
    assert _status(whole, 1) == "accepted"
    assert [c[2] for c in knowledge(whole)["conflicts"]] == ["notes"]
    assert _kinds(_take(left, _by("Asma", made))) == ["not-known"]
    with Session.open(whole, author="Office", device="desk") as session:
        session.undo()
    assert _status(whole, 1) == "submitted"
    assert [c[2] for c in knowledge(whole)["conflicts"]] == ["notes"]


def test_a_draft_may_be_decided_on_and_the_report_says_so(path: Path, decide: Decide) -> None:
    report = _take(path, _by("Asma", decide(4, "accepted")))
    assert report.outcomes[0].not_submitted
    assert not report.findings
    assert any("had not been submitted" in line for line in report.lines())
    assert _status(path, 4) == "accepted"


def test_other_layers_keep_the_words(tmp_path: Path) -> None:
    path = survey_with(tmp_path / "t.gpkg", [insert("track", {"notes": "up the stream"}, uuid=uuid_of(9))])
    with Session.open(path, author="Asma") as session:
        told = reviewing.decisions_for(session, [uuid_of(9)], "rejected", " Too short ", layer="track")
        assert _kinds(reviewing.take_in(session, told)) == ["noted"]
        (remark,) = reviewing.remarks(session, uuid_of(9))
    assert (remark.layer, remark.verdict, remark.reason) == ("track", "rejected", "Too short")
    assert remark.changed_since is False


# --- what cannot be taken in -------------------------------------------------------------------------


def test_nothing_is_written_of_what_is_not_here(path: Path, decide: Decide) -> None:
    remove(path, 2)
    known = knowledge(path)
    told = _by(
        "Asma", replace(decide(1, "accepted"), revision="f" * 32), decide(2, "accepted"), decide(7, "accepted"),
        decide(3, "same-as", same_as=uuid_of(7)), decide(3, "same-as", same_as=uuid_of(2)),
        replace(decide(1, "accepted"), revision=""), replace(decide(1, "accepted"), layer="area"),
    )  # fmt: skip
    report = _take(path, told)
    assert _kinds(report) == ["not-known", "deleted", "not-known", *["no-such-sighting"] * 2, *["not-known"] * 2]
    assert report.findings
    assert knowledge(path) == known
    elsewhere = Decisions("Asma", (decide(7, "accepted"),), ("another survey",), "Hunza <1>")
    report = _take(path, elsewhere)
    assert _kinds(report) == ["other-survey"]
    assert "Hunza <1>" in report.outcomes[0].message
    with pytest.raises(BadInput, match="There is no sighting"), Session.open(path) as session:
        reviewing.decisions_for(session, [uuid_of(7)], "accepted")
    for verdict, other in (("fine", ""), ("same-as", ""), ("accepted", uuid_of(3)), ("same-as", uuid_of(1))):
        with pytest.raises(BadInput), Session.open(path) as session:
            reviewing.decisions_for(session, [uuid_of(1)], verdict, same_as=other)


def test_the_office_says_who_may(path: Path, decide: Decide) -> None:
    with Session.open(path, author="Office") as session:
        templates.use(session, Template("Office", may={"accepted": ("Asma Bibi", "Head")}))
    told = _by("Bilal", decide(1, "accepted", "Looks good"), decide(2, "rejected"))
    report = _take(path, told)
    assert _kinds(report) == ["refused", "moved"]
    assert report.findings
    assert "Asma Bibi, Head" in report.outcomes[0].message
    assert (_status(path, 1), _status(path, 2)) == ("submitted", "rejected")
    with SurveyFile.open(path) as file:
        assert [one.reason for one in reviewing.remarks(file, uuid_of(1))] == ["Looks good"]
    assert _kinds(_take(path, _by("asma  bibi", decide(1, "accepted")))) == ["moved"]
    assert _status(path, 1) == "accepted"


# --- the same as another -----------------------------------------------------------------------------


def test_same_as_answers_the_pair(path: Path, tmp_path: Path, decide: Decide) -> None:
    other = fork(path, "other.gpkg")
    told = _by("Asma", decide(2, "same-as", "One pit", same_as=uuid_of(1)))
    assert _kinds(_take(path, told)) == ["linked"]
    with SurveyFile.open(path) as file:
        (pair,) = duplicates.decided(file)
        assert duplicates.deposits(file) == [(uuid_of(1), uuid_of(2))]
    assert (pair.pair, pair.decision, pair.decided_by, pair.disputed) == (
        pair_id(uuid_of(1), uuid_of(2)), SAME_DEPOSIT, "Asma", False)  # fmt: skip
    assert _status(path, 2) == "submitted"
    # Another reviewer says the same from the other side, elsewhere: nothing to decide.
    assert not _take(other, _by("Bilal", decide(1, "same-as", "Both mine", same_as=uuid_of(2)))).findings
    merge(tmp_path / "all.gpkg", [path, other], author="office")
    assert knowledge(tmp_path / "all.gpkg")["conflicts"] == []


def test_same_as_against_an_answer_is_a_conflict(path: Path, decide: Decide) -> None:
    pair = pair_id(uuid_of(1), uuid_of(2))
    values = {"first_uuid": uuid_of(1), "second_uuid": uuid_of(2), "decision": NOT_THE_SAME}
    apply(path, insert("likely_duplicate", values, uuid=pair), author="Head")
    before = knowledge(path)
    with Session.open(path, author="Office", device="desk") as session:
        report = reviewing.take_in(session, _by("Asma", decide(2, "same-as", same_as=uuid_of(1))))
        assert report.findings
        (conflict,) = session.file.conflicts()
        assert (conflict.record, conflict.field) == (pair, "decision")
        session.undo()
        assert (knowledge(path)["records"], session.file.conflicts()) == (before["records"], [])
        session.redo()
        assert [c.field for c in session.file.conflicts()] == ["decision"]
    assert_sound(path)


# --- taking back -------------------------------------------------------------------------------------


def test_undo_takes_a_whole_file_back_also_after_a_restart(path: Path, decide: Decide) -> None:
    before = knowledge(path)
    _take(path, _by("Asma", decide(1, "accepted"), decide(2, "has-issues", "Where?", field="locality"),
                    decide(3, "same-as", same_as=uuid_of(1))))
    after = knowledge(path)
    heard = []
    with Session.open(path, author="Office", device="desk") as session:
        session.subscribe(heard.append)
        session.undo()
        assert knowledge(path)["records"] == before["records"]
    assert {(change.layer, change.operation) for change in heard[0].changes} == {
        ("sighting", "update"), ("review", "delete"), ("likely_duplicate", "delete")}  # fmt: skip
    with Session.open(path, author="Office", device="desk") as session:
        session.redo()
    assert knowledge(path)["records"] == after["records"]
    assert_sound(path)


def test_undo_of_one_of_two_reviewers_leaves_the_other(path: Path, tmp_path: Path, decide: Decide) -> None:
    _take(path, _by("Asma", decide(1, "accepted")))
    other = fork(path, "other.gpkg")
    _take(path, _by("Bilal", decide(1, "rejected")))
    disputed = knowledge(path)
    with Session.open(path, author="Office", device="desk") as session:
        session.undo()
        assert (session.file.conflicts(), reviewing.standing(session.file)["accepted"]) == ([], 1)
        session.redo()
        again = knowledge(path)
        assert again["records"].keys() == disputed["records"].keys()
        assert [{v[1] for v in c[5]} for c in again["conflicts"]] == [{"accepted", "rejected"}]
        session.undo()
    # It travels: an office that had taken both in learns that one was taken back.
    _take(other, _by("Bilal", decide(1, "rejected")))
    merge(other, [path], author="office")
    assert (knowledge(other)["conflicts"], _status(other, 1)) == ([], "accepted")
    with Session.open(path, author="Office", device="desk") as session:
        session.undo()
        assert _status(path, 1) == "submitted"
        assert session.file.count("review") == 0
    assert_sound(path)


def test_what_was_taken_back_is_taken_in_again_only_if_asked(path: Path, decide: Decide) -> None:
    told = _by("Asma", decide(1, "accepted"), decide(2, "same-as", same_as=uuid_of(1)))
    _take(path, told)
    after = knowledge(path)["records"]
    with Session.open(path, author="Office", device="desk") as session:
        session.undo()
        report = reviewing.take_in(session, told)
        assert _kinds(report) == ["taken-back"] * 2
        assert report.findings
        assert _status(path, 1) == "submitted"
        assert _kinds(reviewing.take_in(session, told, apply_changed=True)) == ["moved", "linked"]
        assert knowledge(path)["records"] == after
        session.undo()
        assert _status(path, 1) == "submitted"
        assert session.file.conflicts() == []
    assert_sound(path)


# --- remarks -----------------------------------------------------------------------------------------


def test_the_geologist_answers(path: Path, decide: Decide) -> None:
    _take(path, _by("Asma", decide(1, "has-issues", "Ruby?", field="gem"), decide(1, "has-issues", "?", at=TUESDAY)))
    with Session.open(path, author="Gul") as session:
        newest, older = reviewing.remarks(session, uuid_of(1))
        assert (newest.decided_at, older.field_name, older.field_label, older.reviewer) == (
            TUESDAY, "gem", "Gem", "Asma")  # fmt: skip
        assert reviewing.answer(session, older.review, " Spinel, sorry \n")
        assert not reviewing.answer(session, older.review, "Spinel, sorry")
        assert [one.answer for one in reviewing.remarks(session, uuid_of(1))] == ["", "Spinel, sorry"]
        assert reviewing.answer(session, older.review, "")
        with pytest.raises(BadInput, match="no review"):
            reviewing.answer(session, uuid_of(1), "Hello")
        assert reviewing.remarks(session, uuid_of(2)) == []


def test_a_remark_on_a_version_that_is_not_here(path: Path) -> None:
    values = {"record_layer": "sighting", "record_uuid": uuid_of(1), "revision_seen": "gone", "verdict": "accepted",
              "field_name": "x_lamp"}
    apply(path, insert("review", values, uuid=uuid_of(50)))
    with SurveyFile.open(path) as file:
        (remark,) = reviewing.remarks(file, uuid_of(1))
    assert (remark.changed_since, remark.field_label) == (None, "x_lamp")


# --- the public --------------------------------------------------------------------------------------


def test_reviews_do_not_reach_the_public(path: Path, tmp_path: Path, decide: Decide) -> None:
    _take(path, _by("Asma Bibi", decide(1, "has-issues", "Sarbuland lied", field="gem")))
    with Session.open(path, read_only=True) as session:
        for name in ("public.gpkg", "public.geojson", "public.csv"):
            export(session, tmp_path / name, audience="public")
        preview(session, tmp_path / "public.html", audience="public")
        with pytest.raises(Refused, match="not for the public"):
            export(session, tmp_path / "reviews.csv", layer="review", audience="public")
    written = [found for found in tmp_path.iterdir() if found.name.startswith("public")]
    assert len(written) >= 4
    for found in written:
        data = found.read_bytes()
        assert b"Asma" not in data
        assert b"Sarbuland" not in data
    import sqlite3

    with sqlite3.connect(tmp_path / "public.gpkg") as connection:
        layers = {row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")}
    connection.close()
    assert "review" not in layers
    assert "review" in LAYER_BY_NAME


# --- the command -------------------------------------------------------------------------------------


def test_the_command(path: Path, tmp_path: Path, decide: Decide, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    asma, bilal = tmp_path / "asma.json", tmp_path / "bilal.json"
    files.write(asma, _by("Asma", decide(1, "accepted"), decide(2, "has-issues", "Where?")))
    files.write(bilal, _by("Bilal", decide(1, "rejected")))
    before = path.read_bytes()
    assert run(["review", str(path), str(asma), "--dry-run"]) == 0
    assert path.read_bytes() == before
    assert run(["review", str(path), str(asma)]) == 0
    shown = capsys.readouterr().out
    assert "Taken in, and the status moved: 2" in shown
    assert f"Sighting Place 1 [{uuid_of(1)}]: Accepted. It was: Submitted." in shown
    assert run(["review", str(path), str(asma)]) == 0
    assert "Taken in before: 2" in capsys.readouterr().out
    assert run(["review", str(path), str(bilal), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"moved": 1}
    assert told["conflicts"] == [told["outcomes"][0]["conflict"]]
    assert (told["outcomes"][0]["from"], told["outcomes"][0]["to"]) == ("submitted", "rejected")
    assert run(["conflicts", str(path)]) == 1
    capsys.readouterr()
    edit(path, 3, notes="new")
    files.write(bilal, _by("Bilal", decide(3, "accepted")))
    assert run(["review", str(path), str(bilal)]) == 1
    assert "Changed since: Notes." in capsys.readouterr().out
    assert run(["review", str(path), str(bilal), "--apply-changed"]) == 0
    assert _status(path, 3) == "accepted"
    capsys.readouterr()
    before = path.read_bytes()
    bilal.write_text(asma.read_text().replace("Where?", "Here."))
    assert run(["review", str(path), str(bilal)]) == 2
    assert capsys.readouterr().err.startswith("error: bilal.json was cut or edited")
    assert path.read_bytes() == before
