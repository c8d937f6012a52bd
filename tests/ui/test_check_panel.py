"""The panel of a check: grouped, searched, mended, gone to, and kept up with edits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QDockWidget, QLabel
from pytestqt.qtbot import QtBot

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet, insert
from surveyapp.domain.fixes import Fix
from surveyapp.domain.records import Value
from surveyapp.domain.validation import Issue
from surveyapp.geo.extents import outline_hex
from surveyapp.services.checking import CheckResult
from surveyapp.services.session import Session
from surveyapp.ui.check_controller import CheckController
from surveyapp.ui.check_panel import CheckPanel
from surveyapp.ui.itemmodels.issues import IssueModel
from surveyapp.ui.prompts import ScriptedPrompts
from tests.helpers.surveys import uuid_of
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


def controller(desk: Desk) -> CheckController:
    return next(part for part in desk.window.parts if isinstance(part, CheckController))


def messages(model: IssueModel) -> list[str]:
    return [issue.message for kind in model.kinds for issue in kind.issues]


def turn_to(desk: Desk, panel: CheckPanel, code: str, field: str, row: int = 0) -> Issue:
    """Put the cursor on a finding, and wait for what mends it."""
    kind = next(one for one in panel.model.kinds if (one.key[1], one.key[3]) == (code, field))
    panel.view.expand(panel.model.kind_index(kind))
    panel.view.setCurrentIndex(panel.model.index(row, 0, panel.model.kind_index(kind)))
    desk.settle()
    return kind.issues[row]


@pytest.fixture
def faulty(survey_file: Path) -> Path:
    """Three sightings with faults, and a record with one in each layer that hangs on them."""
    with Session.open(survey_file) as session:
        by_place = {record.get("locality"): record for record in session.file.records("sighting")}
        records = [by_place[place] for place in ("Fizagat", "Shamozai", "Charbagh")]
        made = [
            changes.update("sighting", records[0].uuid, {"host_rock": "Schist", "accuracy_m": 4.0}),
            changes.update("sighting", records[1].uuid, {"host_rock": "Marble", "province": "PK-SD"}),
            changes.update("sighting", records[2].uuid, {"notes": "bell\x07"}),
            insert("sample", {"sample_id": "S-1", "sighting_uuid": records[1].uuid}, uuid=uuid_of(1)),
            insert("certificate", {"sample_uuid": uuid_of(1), "laboratory": "GIA", "report_number": "7",
                                   "weight_ct": 1.234}, uuid=uuid_of(2)),
            insert("area", {"name": "Dot", "kind": "prospect", "geom": outline_hex(
                [(72.3, 34.7), (72.300001, 34.7), (72.300001, 34.700001)])}, uuid=uuid_of(3)),
            insert("track", {"name": "Walk", "started_at": "2026-05-03T06:00:00.000Z",
                             "finished_at": "2026-05-03T05:00:00.000Z", "geom": LINE}, uuid=uuid_of(4)),
            insert("sample", {"sample_id": "S-2", "sighting_uuid": uuid_of(99), "sample_type": "rock"},
                   uuid=uuid_of(5)),
        ]
        session.apply(ChangeSet(tuple(made), "Faults"))
    return survey_file


LINE = "0102000000020000000000000000005240000000000000414000000000004052400000000000004140"


@pytest.fixture
def checked(desk: Desk, faulty: Path) -> Iterator[CheckPanel]:
    desk.open(faulty)
    desk.trigger("survey.check")
    return controller(desk).panel


# --- what it shows -----------------------------------------------------------------------------------


def test_findings_stand_by_level_and_kind_the_gravest_first(checked: CheckPanel, desk: Desk) -> None:
    model = checked.model
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert checked.verdict.text().startswith("The file is not sound yet")
    assert checked.verdict.property("role") == "danger"
    levels = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert levels == ["Level 1: opens and is sound", "Level 2: complete for the team",
                      "Level 3: ready for the national layer"]
    assert all(checked.view.isExpanded(model.index(row, 0)) for row in range(3))
    spelling = next(kind for kind in model.kinds if kind.key[1] == "bad-spelling")
    at = model.kind_index(spelling)
    assert [model.index(at.row(), column, at.parent()).data() for column in range(4)] == [
        "A value that is written otherwise than the file keeps it.", "2", "Sightings: Host rock", "by one press"]
    told = sorted(model.index(row, 0, at).data() for row in range(2))  # by uuid, which is drawn anew each time
    assert "Fizagat" in told[0] and told[0].endswith("should be the code 'schist'.")
    assert "Shamozai" in told[1] and told[1].endswith("should be the code 'marble'.")
    count = sum(len(kind.issues) for kind in model.kinds)
    assert desk.window.findChild(QDockWidget, "check_dock").windowTitle() == f"Check ({count})"
    assert desk.window.action_set["survey.check"].iconText() == f"Check ({count})"


def test_searching_and_showing_only_what_a_press_mends(checked: CheckPanel, desk: Desk) -> None:
    everything = checked.model.shown
    checked.search.setText("host Schist")
    desk.qtbot.waitUntil(lambda: checked.model.shown == 1)
    assert messages(checked.model) == ["Host rock: 'Schist' should be the code 'schist'."]
    checked.search.setText("no such words")
    desk.qtbot.waitUntil(lambda: checked.model.shown == 0)
    assert checked.pages.currentWidget() is checked.empty
    assert checked.empty.text() == "No finding holds these words."
    checked.search.clear()
    checked.mendable.setChecked(True)
    assert 0 < checked.model.shown < everything
    assert all(kind.mendable for kind in checked.model.kinds)


def test_a_survey_that_lacks_nothing_is_ready(desk: Desk, survey_file: Path) -> None:
    complete: dict[str, Value] = {
        "district": "Swat", "confidence": "certain", "identification_method": "hand-lens", "accuracy_m": 5.0,
        "position_source": "gps", "province": "PK-KP",
    }
    with Session.open(survey_file) as session:
        made = [changes.update("sighting", record.uuid, complete) for record in session.file.records("sighting")]
        survey = session.file.surveys()[0]
        told: dict[str, Value] = {"organisation": "GSP", "started_on": "2026-05-01"}
        made.append(changes.update("survey", survey.uuid, told))
        session.apply(ChangeSet(tuple(made), "Complete"))
    desk.open(survey_file)
    desk.trigger("survey.check")
    panel = controller(desk).panel
    assert panel.verdict.text() == "Level 3: ready for the national layer; nothing to mend."
    assert panel.verdict.property("role") == "good"
    assert panel.pages.currentWidget() is panel.empty
    assert panel.empty.text() == "Nothing stands in the way: the survey is ready for the national layer."
    assert not panel.safe.isEnabled()
    assert desk.window.action_set["survey.check"].iconText() == "Check"


# --- mending -----------------------------------------------------------------------------------------


def test_one_press_mends_one_the_whole_kind_and_all_that_is_safe(checked: CheckPanel, desk: Desk) -> None:
    issue = turn_to(desk, checked, "bad-spelling", "host_rock")
    detail = checked.detail
    assert detail.title.text() == issue.message
    assert detail.fix.isVisible()
    assert detail.fix.text() == f"Use {'schist' if 'schist' in issue.message else 'marble'}"
    assert detail.fix_all.text() == "Mend all 2 findings of this kind"
    desk.qtbot.mouseClick(detail.fix, LEFT)
    desk.qtbot.waitUntil(lambda: issue.message not in messages(checked.model))
    desk.settle()
    assert desk.window.action_set["edit.undo"].text() == "&Undo: Mend 1 finding"
    kind = checked.model.kind(checked.view.currentIndex())
    assert kind is not None, "the next of its kind has the cursor"
    assert kind.key[1] == "bad-spelling"
    desk.trigger("edit.undo")
    desk.qtbot.waitUntil(lambda: issue.message in messages(checked.model))
    turn_to(desk, checked, "bad-spelling", "host_rock")
    desk.qtbot.mouseClick(detail.fix_all, LEFT)
    desk.qtbot.waitUntil(lambda: "bad-spelling" not in {kind.key[1] for kind in checked.model.kinds})
    desk.settle()
    desk.qtbot.mouseClick(checked.safe, LEFT)
    desk.qtbot.waitUntil(lambda: "odd-characters" not in {kind.key[1] for kind in checked.model.kinds})
    assert "province-elsewhere" in {kind.key[1] for kind in checked.model.kinds}
    desk.settle()


def test_what_only_a_person_can_mend_says_so(checked: CheckPanel, desk: Desk) -> None:
    turn_to(desk, checked, "missing", "sample_type")
    detail = checked.detail
    assert not detail.fix.isVisible()
    assert not detail.fix_all.isVisible()
    assert detail.by_hand.text() == "Only a person can mend this."


def test_nothing_is_mended_in_a_file_that_is_only_read(qtbot: QtBot) -> None:
    issue = Issue("error", "bad-spelling", "sighting", "u", "host_rock", "Host rock: 'Marble' should be 'marble'.", 1)
    panel = CheckPanel(lambda _uuid: "Emerald")
    qtbot.addWidget(panel)
    panel.show()
    panel.fill(CheckResult(0, (issue,)), {}, writable=False)
    panel.view.setCurrentIndex(panel.model.find(issue))
    panel.show_fixes(issue, panel.model.kinds[0], Fix("Use marble", {"host_rock": "marble"}), 1)
    assert not panel.detail.fix.isEnabled()
    assert not panel.detail.fix_all.isVisible()
    assert not panel.safe.isEnabled()
    assert panel.detail.by_hand.text() == "The survey is open for reading only."
    panel.show_fixes(None, panel.model.kinds[0], None, 0)
    assert panel.detail.fix.text() == "Use marble", "an answer about what has the cursor no more is dropped"


# --- going there -------------------------------------------------------------------------------------


def test_a_double_click_goes_to_the_field(checked: CheckPanel, desk: Desk) -> None:
    issue = turn_to(desk, checked, "missing", "district")
    checked.view.scrollTo(checked.view.currentIndex())
    place = checked.view.visualRect(checked.view.currentIndex()).center()
    desk.qtbot.mouseClick(checked.view.viewport(), LEFT, pos=place)
    desk.qtbot.mouseDClick(checked.view.viewport(), LEFT, pos=place)
    desk.settle()
    form = desk.window.form
    assert form.record is not None
    assert form.record.uuid == issue.record
    desk.qtbot.waitUntil(form.body.editor("district").input().hasFocus)


@pytest.mark.parametrize(
    ("code", "field", "tab"),
    [("missing", "sample_type", "samples"), ("certificate-decimals", "weight_ct", "samples"),
     ("tiny-outline", "geom", "areas")],
)
def test_records_of_other_layers_are_shown_in_their_panels(
    checked: CheckPanel, desk: Desk, code: str, field: str, tab: str
) -> None:
    issue = turn_to(desk, checked, code, field)
    desk.qtbot.mouseClick(checked.detail.go, LEFT)
    panel = desk.window.desk.tab(tab)
    desk.qtbot.waitUntil(lambda: desk.window.desk.side.currentWidget() is panel)
    desk.settle()
    if tab == "samples":
        desk.qtbot.waitUntil(lambda: panel.chosen is not None)
        assert panel.chosen.uuid == uuid_of(1)
    else:
        desk.qtbot.waitUntil(lambda: panel.form.record is not None and panel.form.record.uuid == issue.record)


def test_a_track_is_shown_on_the_map_and_what_belongs_nowhere_is_told(checked: CheckPanel, desk: Desk) -> None:
    turn_to(desk, checked, "finished-before-start", "finished_at")
    before = (desk.window.canvas.view.x, desk.window.canvas.view.scale)
    desk.qtbot.mouseClick(checked.detail.go, LEFT)
    desk.qtbot.waitUntil(lambda: (desk.window.canvas.view.x, desk.window.canvas.view.scale) != before)
    turn_to(desk, checked, "orphan", "sighting_uuid")
    desk.qtbot.mouseClick(checked.detail.go, LEFT)
    desk.settle()
    said = " ".join(label.text() for label in desk.window.desk.toast.findChildren(QLabel))
    assert "belongs to no sighting of this survey" in said


# --- keeping up --------------------------------------------------------------------------------------


def test_an_edit_in_the_form_is_checked_again_while_the_panel_is_open(checked: CheckPanel, desk: Desk) -> None:
    issue = turn_to(desk, checked, "province-elsewhere", "province")
    record = desk.window.survey
    uuid = str(issue.record)
    change = changes.update("sighting", uuid, {"province": "PK-KP"})
    record.apply(ChangeSet((change,), "Edit"))
    desk.qtbot.waitUntil(lambda: issue.message not in messages(checked.model))
    desk.settle()


def test_an_edit_while_the_panel_is_closed_is_checked_when_it_is_shown(checked: CheckPanel, desk: Desk) -> None:
    issue = turn_to(desk, checked, "province-elsewhere", "province")
    dock = controller(desk).dock
    dock.hide()
    desk.window.survey.apply(ChangeSet((changes.update("sighting", str(issue.record), {"province": "PK-KP"}),), "Edit"))
    desk.settle()
    desk.qtbot.wait(500)
    assert issue.message in messages(checked.model)
    dock.show()
    desk.qtbot.waitUntil(lambda: issue.message not in messages(checked.model))
    desk.settle()


def test_another_survey_starts_without_findings(checked: CheckPanel, desk: Desk, tmp_path: Path) -> None:
    desk.trigger("survey.close")
    assert controller(desk).result is None
    assert not controller(desk).dock.isVisible()
    assert desk.window.action_set["survey.check"].iconText() == "Check"


# --- the page ----------------------------------------------------------------------------------------


def test_the_report_is_written_and_opened(
    checked: CheckPanel, desk: Desk, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    out, opened = tmp_path / "check.html", []
    controller(desk).open_file = opened.append
    prompts.will_answer(out, "open")
    desk.qtbot.mouseClick(checked.report, LEFT)
    desk.settle()
    assert opened == [out]
    assert "should be the code" in out.read_text("utf-8")


# --- many --------------------------------------------------------------------------------------------


def test_ten_thousand_findings_are_asked_about_a_few_times(qtbot: QtBot) -> None:
    """What is drawn and asked grows with what is in view, not with what was found."""
    kinds = (("missing", "district", "District is empty; fill it in."), ("accuracy-unknown", "accuracy_m", "Unknown."))
    issues = tuple(
        Issue("warning", code, "sighting", uuid_of(n), field, told, 3)
        for n in range(5_000) for code, field, told in kinds
    )
    asked: list[str] = []

    def caption(uuid: str) -> str:
        asked.append(uuid)
        return f"Emerald · {uuid[-4:]}"

    panel = CheckPanel(caption)
    qtbot.addWidget(panel)
    panel.resize(1200, 260)
    panel.show()
    qtbot.waitExposed(panel)
    panel.fill(CheckResult(2, issues), {}, writable=True)
    assert panel.model.shown == 10_000
    assert asked == []
    kind = panel.model.kinds[0]
    panel.view.expand(panel.model.kind_index(kind))
    panel.view.setCurrentIndex(panel.model.index(4_000, 0, panel.model.kind_index(kind)))
    panel.view.scrollTo(panel.view.currentIndex())
    panel.grab()
    assert 0 < len(set(asked)) < 200
    assert panel.model.find(issues[0]).isValid()
    assert panel.model.parent(panel.model.find(issues[0])) == panel.model.kind_index(panel.model.kind(
        panel.model.find(issues[0])))
    assert not panel.model.find(Issue("warning", "future", "sighting", "x", None, "", 2)).isValid()
    assert panel.model.issue(QModelIndex()) is None
