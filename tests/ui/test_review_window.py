"""Review in the window: decisions taken in, statuses moved by hand, remarks read and answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from surveyapp.domain.changes import ChangeSet, update
from surveyapp.domain.reviewing import STATUS, Decision, Decisions
from surveyapp.domain.template import Template
from surveyapp.exchange import decisions as files
from surveyapp.services import reviewing, templates
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.ui.dialogs.review import ReviewDialog
from surveyapp.ui.dialogs.verdict import VerdictDialog
from surveyapp.ui.forms.remarks import RemarkCard
from surveyapp.ui.itemmodels.queue import SECOND_LINE
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.ui.review_desk_controller import ReviewDeskController
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
MONDAY, TUESDAY = "2026-11-23T05:00:00.000Z", "2026-11-24T05:00:00.000Z"


class Office:
    """A survey with submitted sightings, and reviewers who send files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sent = 0
        with Session.open(path, author="Zarmina") as session:
            reviewing.submit(session)
            self.uuids = {str(r.get("locality")): r.uuid for r in session.file.records("sighting")}

    def decide(self, locality: str, verdict: str, reason: str = "", field: str = "", at: str = MONDAY) -> Decision:
        uuid = self.uuids[locality]
        with SurveyFile.open(self.path, read_only=True) as file:
            head = file.history(uuid)[-1].revision
        return Decision("sighting", uuid, head, verdict, field, reason, "", at)

    def send(self, reviewer: str, *decisions: Decision) -> Path:
        self.sent += 1
        out = self.path.with_name(f"decisions{self.sent}.json")
        files.write(out, Decisions(reviewer, decisions, (), "Swat emeralds", MONDAY, MONDAY))
        return out

    def edit(self, locality: str, **values: str) -> None:
        with Session.open(self.path, author="Zarmina") as session:
            record = session.file.get("sighting", self.uuids[locality])
            assert record is not None
            session.apply(ChangeSet((update("sighting", record.uuid, values, record.values),), "edit"))

    def take(self, reviewer: str, *decisions: Decision) -> None:
        with Session.open(self.path, author="Office") as session:
            reviewing.take_in(session, Decisions(reviewer, decisions))

    def status(self, locality: str) -> object:
        with SurveyFile.open(self.path, read_only=True) as file:
            record = file.get("sighting", self.uuids[locality])
            return record and record.get(STATUS)

    def answers(self) -> list[object]:
        with SurveyFile.open(self.path, read_only=True) as file:
            return sorted(str(review.get("answer") or "") for review in file.records("review"))


@pytest.fixture
def office(survey_file: Path) -> Office:
    return Office(survey_file)


def _part(desk: Desk) -> ReviewDeskController:
    return next(part for part in desk.window.parts if isinstance(part, ReviewDeskController))


def _dialog(desk: Desk) -> ReviewDialog:
    dialog = _part(desk).dialog
    assert dialog is not None
    return dialog


def _open_file(desk: Desk, prompts: ScriptedPrompts, path: Path) -> ReviewDialog:
    prompts.will_answer([path])
    desk.trigger("review.take_in")
    return _dialog(desk)


def _states(dialog: ReviewDialog) -> list[tuple[str, str]]:
    model = dialog.model
    rows = [model.index(number) for number in range(model.rowCount())]
    return [(str(index.data(SECOND_LINE)).replace("\u2068", "").replace("\u2069", ""), str(index.data()))
            for index in rows]


def _cards(desk: Desk) -> list[RemarkCard]:
    return [card for card in desk.window.form.findChildren(RemarkCard) if not card.isHidden()]


def _show(desk: Desk, office: Office, locality: str) -> None:
    desk.window.survey.selection.set([office.uuids[locality]], "window")
    desk.settle()


# --- taking in ---------------------------------------------------------------------------------------


def test_decisions_are_looked_at_taken_in_and_taken_back(desk: Desk, office: Office, prompts: ScriptedPrompts) -> None:
    sent = office.send("Asma", office.decide("Fizagat", "accepted"),
                       office.decide("Shamozai", "has-issues", "Topaz or quartz?", field="gem"))
    desk.open(office.path)
    dialog = _open_file(desk, prompts, sent)
    assert dialog.file_line.text() == "2 decisions by Asma (\u2068decisions1.json\u2069)"
    assert _states(dialog) == [
        ("Emerald · Fizagat", "Accepted: will be applied: Submitted becomes Accepted"),
        ("Topaz · Shamozai", "Needs work (Gem): will be applied: Submitted becomes Has issues"),
    ]
    assert office.status("Fizagat") == "submitted"
    assert dialog.standing.counts["submitted"] == 3
    desk.qtbot.keyClick(dialog.view, Qt.Key.Key_Down)
    desk.settle()
    said = [label.text() for label in dialog.detail.findChildren(type(dialog.news)) if label.isVisible()]
    assert {"Topaz or quartz?", "Asma", "23 Nov 2026, 10:00"} <= set(said)
    assert dialog.main_button.text() == "Take in 2 decisions"
    desk.qtbot.keyClick(dialog.view, Qt.Key.Key_Return, CTRL)
    desk.settle()
    assert dialog.news.text() == "From \u2068Asma\u2069: 2 statuses moved."
    assert (office.status("Fizagat"), office.status("Shamozai")) == ("accepted", "has-issues")
    assert {state for _name, state in _states(dialog)} == {"Accepted: already taken in",
                                                           "Needs work (Gem): already taken in"}
    assert not dialog.main_button.isEnabled()
    assert dialog.standing.counts["accepted"] == 1
    desk.qtbot.keyClick(dialog.view, Qt.Key.Key_Z, CTRL)
    desk.settle()
    assert (office.status("Fizagat"), office.status("Shamozai")) == ("submitted", "submitted")
    assert not dialog.undo_button.isEnabled()
    # What was taken back waits for a person to say that it is to be taken in again.
    assert not dialog.main_button.isEnabled()
    desk.qtbot.mouseClick(dialog.all_button, LEFT)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert (office.status("Fizagat"), office.status("Shamozai")) == ("accepted", "has-issues")


def test_a_decision_that_is_ticked_off_stays_out(desk: Desk, office: Office, prompts: ScriptedPrompts) -> None:
    sent = office.send("Asma", office.decide("Fizagat", "accepted"), office.decide("Shamozai", "rejected", "Glass"))
    desk.open(office.path)
    dialog = _open_file(desk, prompts, sent)
    desk.qtbot.keyClick(dialog.view, Qt.Key.Key_Space)
    assert dialog.main_button.text() == "Take in 1 decision"
    desk.qtbot.mouseClick(dialog.view.viewport(), LEFT, pos=dialog.view.visualRect(dialog.model.index(0)).topLeft()
                          + dialog.view.visualRect(dialog.model.index(0)).center() / 10)
    assert dialog.main_button.text() == "Take in 2 decisions"
    desk.qtbot.keyClick(dialog.detail.tick, Qt.Key.Key_Space)
    assert dialog.main_button.text() == "Take in 1 decision"
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert (office.status("Fizagat"), office.status("Shamozai")) == ("submitted", "rejected")


def test_a_record_that_changed_is_shown_as_such_and_applied_only_when_asked(
    desk: Desk, office: Office, prompts: ScriptedPrompts
) -> None:
    sent = office.send("Asma", office.decide("Charbagh", "accepted"), office.decide("Fizagat", "accepted"),
                       office.decide("Shamozai", "accepted"))
    office.edit("Fizagat", host_rock="marble")
    office.edit("Shamozai", notes="A new note")
    desk.open(office.path)
    dialog = _open_file(desk, prompts, sent)
    first, second, third = _states(dialog)
    assert first == ("Emerald · Fizagat", "Accepted: changed since the reviewer saw it")
    assert second[1] == first[1]
    assert third[1].endswith("Submitted becomes Accepted")
    desk.settle()
    words = [label.text() for label in dialog.detail.findChildren(type(dialog.news)) if label.isVisible()]
    assert words[words.index("Host rock"):][:3] == ["Host rock", "Schist", "Marble"]
    desk.qtbot.keyClick(dialog.view, Qt.Key.Key_A, ALT)
    assert _states(dialog)[0][1] == "Accepted: will be applied: Submitted becomes Accepted"
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert "2 statuses moved, 1 kept as words because the record changed" in dialog.news.text()
    places = ("Fizagat", "Shamozai", "Charbagh")
    assert [office.status(name) for name in places] == ["accepted", "submitted", "accepted"]
    # Both parts are one step of undo, also for the window's own.
    desk.trigger("edit.undo")
    assert [office.status(name) for name in places] == ["submitted"] * 3
    assert office.answers() == []


def test_what_is_not_known_and_what_is_not_allowed_says_so(
    desk: Desk, office: Office, prompts: ScriptedPrompts
) -> None:
    with Session.open(office.path, author="Office") as session:
        templates.use(session, Template("Office", may={"accepted": ("Asma",)}))
    stranger = Decision("sighting", "00000000-0000-4000-8000-000000000009", "abc", "accepted", "", "", "", MONDAY)
    sent = office.send("Bilal", office.decide("Fizagat", "accepted"), stranger)
    desk.open(office.path)
    dialog = _open_file(desk, prompts, sent)
    assert [state for _name, state in _states(dialog)] == ["Accepted: not allowed; will be kept as words",
                                                           "Accepted: not known here"]
    assert "lets only these people" in dialog.detail.state.text()
    assert dialog.main_button.text() == "Take in 1 decision"
    desk.qtbot.keyClick(dialog.view, Qt.Key.Key_Down)
    assert dialog.detail.tick.isHidden()
    desk.qtbot.keyClick(dialog.view, Qt.Key.Key_Space)
    assert dialog.main_button.text() == "Take in 1 decision"
    # A file that is none says so, and what was on show stays.
    bad = office.path.with_name("bad.json")
    bad.write_text("{}", "utf-8")
    prompts.will_answer([bad])
    desk.qtbot.keyClick(dialog.view, Qt.Key.Key_O, CTRL)
    desk.settle()
    assert "bad.json" in dialog.trouble.text()
    assert dialog.main_button.isEnabled()


def test_two_reviewers_who_disagree_come_into_the_queue(desk: Desk, office: Office, prompts: ScriptedPrompts) -> None:
    seen = office.decide("Fizagat", "accepted")
    one = office.send("Asma", seen)
    other = office.send("Bilal", Decision("sighting", seen.record, seen.revision, "rejected", "", "Green glass", "",
                                          TUESDAY))
    desk.open(office.path)
    # The first were made in the preview inside the program, which offers them at once.
    prompts.will_answer("look")
    desk.window.exchange.decisions_saved.emit(one)
    desk.qtbot.waitUntil(lambda: not prompts.answers)
    desk.settle()
    dialog = _dialog(desk)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    dialog = _open_file(desk, prompts, other)
    assert _states(dialog) == [("Emerald · Fizagat", "Rejected: opens a disagreement")]
    assert "Asma" in dialog.detail.state.text()
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert "1 disagreement is open" in dialog.news.text()
    assert dialog.disputes_button.text() == "Decide 1 disagreement…"
    desk.qtbot.mouseClick(dialog.disputes_button, LEFT)
    desk.settle()
    queue = desk.window.review._dialog
    assert queue is not None
    current = queue.current
    assert current is not None
    assert current.field == "Status"
    assert {side.author for side in current.conflict.values} == {"Asma", "Bilal"}
    queue.close()


# --- statuses by hand --------------------------------------------------------------------------------


def _action(desk: Desk, name: str) -> QAction:
    return desk.window.action_set[name]


def test_drafts_are_submitted_received_and_decided_by_hand(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    prompts.will_answer("yes")
    desk.trigger("review.submit")
    column = desk.window.survey.roster.column(STATUS)
    assert list(column) == ["submitted"] * 3
    uuids = list(desk.window.survey.roster.uuids)
    desk.window.survey.selection.set(uuids[:1], "window")
    desk.settle()
    assert not _action(desk, "review.submit").isEnabled()
    assert _action(desk, "review.submit").toolTip() == "It is “Submitted” already."
    desk.trigger("review.receive")
    desk.trigger("review.issues")
    dialog = desk.window.findChild(VerdictDialog)
    assert dialog is not None
    assert not dialog.main_button.isEnabled()
    desk.qtbot.keyClicks(dialog.reason_edit, "Which vein?")
    dialog.field_box.setCurrentIndex(dialog.field_box.findData("locality"))
    desk.qtbot.keyClick(dialog.reason_edit, Qt.Key.Key_Return, CTRL)
    desk.settle()
    assert desk.window.survey.roster.value(uuids[0], STATUS) == "has-issues"
    with SurveyFile.open(survey_file, read_only=True) as file:
        (review,) = file.records("review")
    assert (review.get("reviewer"), review.get("reason"), review.get("field_name")) == ("Zarmina", "Which vein?",
                                                                                        "locality")
    desk.trigger("edit.undo")
    assert desk.window.survey.roster.value(uuids[0], STATUS) == "received"


def test_who_may_not_is_told_why(desk: Desk, office: Office) -> None:
    with Session.open(office.path, author="Office") as session:
        templates.use(session, Template("Office", may={"accepted": ("Asma",), "received": ("Asma",)}))
    desk.open(office.path)
    _show(desk, office, "Fizagat")
    for name in ("review.accept", "review.receive"):
        assert not _action(desk, name).isEnabled()
        assert "lets only these people" in _action(desk, name).toolTip()
    assert _action(desk, "review.reject").isEnabled()
    # Typing in the form lets the window switch its actions anew.
    desk.window.form.body.editor("locality").set_raw("Fizagat 2")
    desk.window.form._edited("locality")
    assert not _action(desk, "review.accept").isEnabled()
    desk.trigger("review.reject")
    assert desk.window.findChild(VerdictDialog) is None
    assert "Save the form first" in desk.window.desk.toast.text.text()
    desk.window.form.load(desk.window.form.record)


# --- remarks -----------------------------------------------------------------------------------------


def test_the_geologist_reads_the_words_and_answers(desk: Desk, office: Office) -> None:
    office.take("Asma", office.decide("Shamozai", "has-issues", "Topaz or quartz?", field="gem"))
    office.take("Bilal", office.decide("Shamozai", "has-issues", "Which side of the valley?", at=TUESDAY))
    desk.open(office.path)
    _show(desk, office, "Shamozai")
    form, qtbot = desk.window.form, desk.qtbot
    beside = form.body.rows["gem"].findChild(RemarkCard)
    assert beside is not None
    assert beside.reason.text() == "Topaz or quartz?"
    over = form.remarks.banner.list.cards
    assert [card.reason.text() for card in over] == ["Which side of the valley?"]
    assert "Bilal" in over[0].head.text()
    assert form.remarks.banner.field_button.text() == "1 at a field"
    qtbot.mouseClick(beside.answer_button, LEFT)
    qtbot.keyClicks(beside.box, "Topaz: it scratches quartz")
    # The words wait while another sighting is looked at.
    _show(desk, office, "Fizagat")
    assert _cards(desk) == []
    _show(desk, office, "Shamozai")
    beside = form.body.rows["gem"].findChildren(RemarkCard)[-1]
    assert beside.box.toPlainText() == "Topaz: it scratches quartz"
    beside.box.setFocus()
    qtbot.keyClick(beside.box, Qt.Key.Key_Return, CTRL)
    desk.settle()
    assert office.answers() == ["", "Topaz: it scratches quartz"]
    assert not form.dirty
    told = [card.answer.text() for card in _cards(desk) if card.remark.field_name == "gem"]
    assert told == ["Answer: \u2068Topaz: it scratches quartz\u2069"]
    qtbot.mouseClick(form.remarks.banner.done_button, LEFT)
    desk.settle()
    assert office.status("Shamozai") == "submitted"
    assert office.answers() == ["Dealt with.", "Topaz: it scratches quartz"]
    desk.trigger("edit.undo")
    assert office.status("Shamozai") == "has-issues"
    assert office.answers() == ["", "Topaz: it scratches quartz"]


def test_what_was_said_of_an_older_version_is_greyed(desk: Desk, office: Office) -> None:
    office.take("Asma", office.decide("Fizagat", "has-issues", "Which vein?"))
    desk.open(office.path)
    _show(desk, office, "Fizagat")
    (card,) = _cards(desk)
    assert card.age.isHidden()
    assert card.head.tone == "warning"
    editor = desk.window.form.body.editor("locality")
    editor.set_raw("Fizagat, upper vein")
    desk.window.form._edited("locality")
    assert not desk.window.form.remarks.banner.done_button.isEnabled()
    desk.trigger("form.save")
    (card,) = _cards(desk)
    assert not card.age.isHidden()
    assert card.head.tone == "muted"
    assert desk.window.form.remarks.banner.done_button.isEnabled()


def test_an_answer_that_is_typed_is_not_lost_when_the_survey_is_closed(
    desk: Desk, office: Office, prompts: ScriptedPrompts
) -> None:
    office.take("Asma", office.decide("Fizagat", "rejected", "Green glass"))
    desk.open(office.path)
    _show(desk, office, "Fizagat")
    (card,) = _cards(desk)
    desk.qtbot.mouseClick(card.answer_button, LEFT)
    desk.qtbot.keyClicks(card.box, "It is not")
    prompts.will_answer(None)
    desk.trigger("survey.close")
    assert desk.window.survey.facts is not None
    prompts.will_answer("save")
    desk.trigger("survey.close")
    assert desk.window.survey.facts is None
    assert office.answers() == ["It is not"]


def test_only_the_sightings_with_open_remarks_are_shown(desk: Desk, office: Office) -> None:
    office.take("Asma", office.decide("Fizagat", "has-issues", "Which vein?"), office.decide("Charbagh", "accepted"))
    desk.open(office.path)
    window = desk.window
    desk.trigger("review.unanswered")
    assert desk.localities() == ["Fizagat"]
    assert _action(desk, "review.unanswered").isChecked()
    window.table.search.setText("Charbagh")
    window.table.find_now()
    assert desk.localities() == []
    window.table.search.setText("")
    window.table.find_now()
    assert desk.localities() == ["Fizagat"]
    _show(desk, office, "Fizagat")
    (card,) = _cards(desk)
    desk.qtbot.mouseClick(card.answer_button, LEFT)
    desk.qtbot.keyClicks(card.box, "The upper one")
    desk.qtbot.mouseClick(card.save_button, LEFT)
    desk.settle()
    desk.settle()
    assert not _action(desk, "review.unanswered").isChecked()
    assert sorted(desk.localities()) == ["Charbagh", "Fizagat", "Shamozai"]
