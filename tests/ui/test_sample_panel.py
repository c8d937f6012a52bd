"""Samples in the window: added with their IDs, split, found by a scanned label, and printed on sheets of labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from surveyapp.domain.records import Record, new_uuid
from surveyapp.domain.sample_ids import label_text
from surveyapp.errors import BadFile, BadInput
from surveyapp.services import labels, samples
from surveyapp.services.labels import QUIET, SHEET_BY_KEY, Label, qr_modules
from surveyapp.services.samples import Sampled
from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.ui.dialogs.find_sample import FindSampleDialog
from surveyapp.ui.dialogs.labels import LabelsDialog
from surveyapp.ui.labels_print import preview, save_labels
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.ui.sample_controller import SampleController
from surveyapp.ui.sample_panel import SamplePanel
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
MakeDesk = Callable[[], Desk]
YEAR = samples.datetime.now(samples.UTC).year % 100


def write(widget: QWidget, text: str) -> None:
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def panel(desk: Desk) -> SamplePanel:
    return next(part for part in desk.window.parts if isinstance(part, SampleController)).panel


def choose(desk: Desk, row: int) -> str:
    uuid = str(desk.window.survey.roster.uuids[row])
    desk.window.survey.selection.set([uuid], "window")
    desk.settle()
    return uuid


def saved(path: Path) -> dict[str, Record]:
    with Session.open(path, read_only=True) as session:
        return {str(r.get("sample_id")): r for r in session.file.records("sample")}


def add(desk: Desk, kind: str = "Rock") -> None:
    shown = panel(desk)
    box = shown.body.editor("sample_type").input()
    box.lineEdit().selectAll()  # type: ignore[attr-defined]
    write(box, kind)
    shown.save_button.click()
    desk.settle()


def tree(shown: SamplePanel) -> list[str]:
    """IDs as the tree shows them, indented by their depth."""
    found: list[str] = []

    def walk(item: QTreeWidgetItem, depth: int) -> None:
        name = item.text(0).strip("\u2068").split("\u2069")[0]
        found.append("  " * depth + name)
        for place in range(item.childCount()):
            walk(item.child(place), depth + 1)

    for place in range(shown.list.topLevelItemCount()):
        walk(shown.list.topLevelItem(place), 0)
    return found


# --- the panel ---------------------------------------------------------------------------------------


def test_samples_get_the_next_free_id_and_none_gets_one_that_was_given_before(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    sighting = choose(desk, 0)
    desk.trigger("sample.add")
    shown = panel(desk)
    assert shown.body.editor("sample_id").raw() == f"SWAT1-Z-{YEAR}-001"
    add(desk)
    assert shown.body.editor("sample_id").raw() == f"SWAT1-Z-{YEAR}-002"
    assert shown.body.editor("sample_type").raw() == "Rock", "the next one is likely of the same kind"
    shown.save_button.click()
    desk.settle()
    records = saved(survey_file)
    assert set(records) == {f"SWAT1-Z-{YEAR}-001", f"SWAT1-Z-{YEAR}-002"}
    assert all(r.get("sighting_uuid") == sighting and r.get("sample_type") == "rock" for r in records.values())
    choose(desk, 1)
    assert shown.list.topLevelItemCount() == 0
    assert shown.body.editor("sample_id").raw() == f"SWAT1-Z-{YEAR}-003", "unique in the survey, not at the sighting"
    choose(desk, 0)
    desk.trigger("edit.undo")
    assert shown.state.text() == "1 sample"
    assert shown.body.editor("sample_id").raw() == f"SWAT1-Z-{YEAR}-003", "002 may stand on a bag"
    line = shown.body.editor("sample_id").input()
    line.selectAll()  # type: ignore[attr-defined]
    write(line, f"SWAT1-Z-{YEAR}-002")
    assert "its bag may still bear it" in shown.body.rows["sample_id"].message.text()


def test_a_part_hangs_under_its_sample_and_the_sample_cannot_go_before_it(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    shown = panel(desk)
    add(desk)
    desk.trigger("sample.child")
    assert "Choose the sample" in desk.window.desk.toast.text.text()
    shown.list.setCurrentItem(shown.list.topLevelItem(0))
    desk.trigger("sample.child")
    first = f"SWAT1-Z-{YEAR}-001"
    assert first in shown.heading.text()
    assert shown.body.editor("sample_id").raw() == f"{first}.1"
    shown.save_button.click()
    desk.settle()
    assert tree(shown) == [first, f"  {first}.1"]
    assert saved(survey_file)[f"{first}.1"].get("sample_uuid") == saved(survey_file)[first].uuid
    shown.list.setCurrentItem(shown.list.topLevelItem(0))
    desk.qtbot.keyClick(shown.list, Qt.Key.Key_Delete)
    desk.settle()
    assert any("has 1 part" in said for said in prompts.said)
    shown.list.setCurrentItem(shown.list.topLevelItem(0).child(0))
    shown.delete_button.click()
    desk.settle()
    assert tree(shown) == [first]
    desk.trigger("edit.undo")
    assert tree(shown) == [first, f"  {first}.1"]


def test_an_odd_id_is_warned_about_and_saved_all_the_same(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    shown = panel(desk)
    add(desk)
    line = shown.body.editor("sample_id").input()
    message = shown.body.rows["sample_id"].message
    line.selectAll()  # type: ignore[attr-defined]
    write(line, f"swat1 z {YEAR} 001")
    assert "already" in message.text()
    line.selectAll()  # type: ignore[attr-defined]
    write(line, "X-7")
    assert "does not begin with SWAT1" in message.text()
    shown.save_button.click()
    desk.settle()
    assert "X-7" in saved(survey_file)
    line.selectAll()  # type: ignore[attr-defined]
    desk.qtbot.keyClick(line, Qt.Key.Key_Delete)
    assert not shown.save_button.isEnabled(), "a sample without an ID is of no use"


def test_the_letters_of_this_computer_go_into_new_ids(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    shown = panel(desk)
    assert shown.letters.placeholderText() == "Z"
    write(shown.letters, "b 2")
    desk.qtbot.keyClick(shown.letters, Qt.Key.Key_Return)
    desk.settle()
    assert desk.window.settings["sample.officer"] == "B2"
    assert shown.body.editor("sample_id").raw() == f"SWAT1-B2-{YEAR}-001"


def test_a_sample_is_edited(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    shown = panel(desk)
    add(desk)
    shown.list.setCurrentItem(shown.list.topLevelItem(0))
    assert not shown.save_button.isEnabled()
    write(shown.body.editor("weight_g").input(), "12,5x")
    assert not shown.save_button.isEnabled()
    assert "not a number" in shown.body.rows["weight_g"].message.text()
    desk.qtbot.keyClick(shown.body.editor("weight_g").input(), Qt.Key.Key_Backspace)
    shown.save_button.click()
    desk.settle()
    assert saved(survey_file)[f"SWAT1-Z-{YEAR}-001"].get("weight_g") == 12.5
    assert "12.5 g" in shown.list.topLevelItem(0).text(0)


def test_what_is_typed_comes_back_in_another_run(make_desk: MakeDesk, survey_file: Path) -> None:
    desk = make_desk()
    desk.open(survey_file)
    uuid = choose(desk, 0)
    write(panel(desk).body.editor("description").input(), "سبز schist")
    choose(desk, 1)
    assert panel(desk).body.editor("description").raw() == ""
    desk.window.close()
    again = make_desk()
    again.open(survey_file)
    assert "1 sample was typed" in again.window.desk.toast.text.text()
    again.window.survey.selection.set([uuid], "window")
    again.settle()
    shown = panel(again)
    assert shown.body.editor("description").raw() == "سبز schist"
    shown.save_button.click()
    again.settle()
    assert saved(survey_file)[f"SWAT1-Z-{YEAR}-001"].get("description") == "سبز schist"
    assert not list((again.window.form_controller._drafts.folder / "samples").glob("*.draft"))


def test_parents_that_go_round_in_a_circle_are_shown_all_the_same(qtbot: QtBot) -> None:
    """Only another program can have written that; the samples must not vanish from the list."""
    one, two, three = (new_uuid() for _ in range(3))
    shown = SamplePanel()
    qtbot.addWidget(shown)
    shown.show_records(
        [
            Record("sample", one, {"sample_id": "A", "sample_uuid": two}),
            Record("sample", two, {"sample_id": "B", "sample_uuid": one}),
            Record("sample", three, {"sample_id": "C", "sample_uuid": one}),
        ],
        same=False,
    )
    assert sorted(name.strip() for name in tree(shown)) == ["A", "B", "C"]


# --- finding -----------------------------------------------------------------------------------------


def test_a_scanned_label_leads_to_its_sighting_and_its_sample(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    sighting = choose(desk, 0)
    add(desk)
    add(desk)
    wanted = saved(survey_file)[f"SWAT1-Z-{YEAR}-002"]
    choose(desk, 1)
    desk.trigger("sample.find")
    dialog = desk.window.findChild(FindSampleDialog)
    assert dialog is not None
    desk.qtbot.waitUntil(dialog.isVisible)
    assert dialog.list.count() == 2
    write(dialog.edit, label_text(f"SWAT1-Z-{YEAR}-002", wanted.uuid))
    desk.qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)
    desk.settle()
    desk.gone(dialog)
    assert desk.window.survey.selection.uuids == (sighting,)
    assert panel(desk).chosen is not None
    assert panel(desk).chosen.uuid == wanted.uuid  # type: ignore[union-attr]
    assert desk.window.desk.side.currentWidget() is panel(desk)


def sampled(name: str, sighting: str = "s", place: str = "Fizagat") -> Sampled:
    return Sampled(Record("sample", new_uuid(), {"sample_id": name}), sighting, place)


def test_arrows_choose_among_what_was_found_and_nothing_found_is_told(qtbot: QtBot) -> None:
    found: list[Sampled] = []
    dialog = FindSampleDialog([sampled("A-1"), sampled("A-2"), sampled("B-1")])
    qtbot.addWidget(dialog)
    dialog.found.connect(found.append)
    qtbot.keyClicks(dialog.edit, "zzz")
    assert "No sample" in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    dialog.edit.clear()
    qtbot.keyClicks(dialog.edit, "a")
    assert dialog.list.count() == 3, "two by ID, one by place"
    qtbot.keyClick(dialog.edit, Qt.Key.Key_Down)
    dialog.main_button.click()
    assert [sample.sample_id for sample in found] == ["A-2"]


def test_a_sample_whose_sighting_is_gone_is_found_and_told(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    add(desk)
    desk.trigger("sighting.delete")
    desk.trigger("sample.find")
    dialog = desk.window.findChild(FindSampleDialog)
    assert dialog is not None
    assert "not in this file" in dialog.list.item(0).text()
    dialog.main_button.click()
    desk.settle()
    assert any("its sighting is not" in said for said in prompts.said)


def test_ten_thousand_samples_are_searched_and_not_all_listed(qtbot: QtBot) -> None:
    dialog = FindSampleDialog([sampled(f"A-{number:05d}") for number in range(10_000)])
    qtbot.addWidget(dialog)
    assert dialog.list.count() == 201
    assert "9,800" in dialog.list.item(200).text() or "9800" in dialog.list.item(200).text()
    qtbot.keyClicks(dialog.edit, "a09999")
    assert dialog.list.count() == 1


# --- labels ------------------------------------------------------------------------------------------


def drawn(path: Path, page: int = 0, dpi: int = 300) -> QImage:
    document = QPdfDocument()
    document.load(str(path))
    size = document.pagePointSize(page)
    found = document.render(page, QSize(round(size.width() * dpi / 72), round(size.height() * dpi / 72)))
    document.close()
    white = QImage(found.size(), QImage.Format.Format_RGB32)
    white.fill(Qt.GlobalColor.white)
    painter = QPainter(white)
    painter.drawImage(0, 0, found)
    painter.end()
    return white


def code_of(image: QImage, sheet: labels.Sheet, number: int, text: str, dpi: int = 300) -> list[list[bool]]:
    """The modules of a label's QR code, read from the middle of each on the page."""
    mm = dpi / 25.4
    place = labels.places(sheet, number + 1)[number]
    inside_w, inside_h = sheet.width - 5, sheet.height - 5
    side = min(inside_h, inside_w * 0.42)
    left, top = place.x + 2.5, place.y + sheet.height / 2 - side / 2
    count = len(qr_modules(text))
    step = side / (count + 2 * QUIET)
    return [
        [
            image.pixelColor(
                round((left + (x + QUIET + 0.5) * step) * mm), round((top + (y + QUIET + 0.5) * step) * mm)
            ).lightness() < 128
            for x in range(count)
        ]
        for y in range(count)
    ]


@pytest.mark.parametrize("key", list(SHEET_BY_KEY))
def test_the_printed_codes_hold_what_they_should_on_every_sheet(qtbot: QtBot, tmp_path: Path, key: str) -> None:
    del qtbot
    sheet = SHEET_BY_KEY[key]
    made = [
        Label(f"SWAT1-ZK-26-{n:03d}", ("Emerald · فضاگٹ", "Rock"), label_text(f"SWAT1-ZK-26-{n:03d}", new_uuid()))
        for n in range(sheet.count + 1)
    ]
    path = tmp_path / "labels.pdf"
    assert save_labels(path, made, sheet) == 2
    first = drawn(path)
    for number in (0, 1, sheet.columns, sheet.count - 1):
        expected = [list(row) for row in qr_modules(made[number].code)]
        assert code_of(first, sheet, number, made[number].code) == expected
    second = drawn(path, 1)
    assert code_of(second, sheet, 0, made[-1].code) == [list(row) for row in qr_modules(made[-1].code)]
    document = QPdfDocument()
    document.load(str(path))
    size = document.pagePointSize(0)
    assert (round(size.width() / 72 * 25.4), round(size.height() / 72 * 25.4)) == (210, 297)
    text = document.getAllText(0).text()
    document.close()
    assert "SWAT1-ZK-26-003" in "".join(text.split())


def test_a_sheet_that_was_used_in_part_begins_where_there_are_labels_left(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    sheet = SHEET_BY_KEY["24"]
    made = Label("A-1", (), label_text("A-1", new_uuid()))
    path = tmp_path / "labels.pdf"
    assert save_labels(path, [made], sheet, 5, cuts=False) == 1
    image = drawn(path)
    assert code_of(image, sheet, 4, made.code) == [list(row) for row in qr_modules(made.code)]
    assert not any(any(row) for row in code_of(image, sheet, 0, made.code))


def test_labels_that_cannot_be_made_are_refused_in_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    sheet = SHEET_BY_KEY["24"]
    with pytest.raises(BadInput, match="no label"):
        save_labels(tmp_path / "labels.pdf", [], sheet)
    with pytest.raises(BadFile, match="cannot be written"):
        save_labels(tmp_path / "nowhere" / "labels.pdf", [Label("A", (), "A")], sheet)
    assert list(tmp_path.glob("**/*.pdf")) == []


def test_the_dialog_shows_the_page_and_keeps_what_was_chosen(qtbot: QtBot, settings: Settings, tmp_path: Path) -> None:
    everything = [sampled("A-1"), sampled("A-2"), sampled("")]
    dialog = LabelsDialog(everything[:1], everything, settings)
    qtbot.addWidget(dialog)
    assert dialog.told.text() == "1 label on 1 page"
    dialog.which.setCurrentIndex(1)
    dialog.copies.setCurrentIndex(1)
    assert dialog.told.text() == "4 labels on 1 page", "the one without an ID has none"
    dialog.first.setCurrentIndex(23)
    assert dialog.told.text() == "4 labels on 2 pages"
    dialog.sheet_box.setCurrentIndex(dialog.sheet_box.findData("14"))
    assert dialog.first.count() == 14
    dialog.with_place.setChecked(False)
    assert not any(label.lines for label in dialog.labels)
    assert dialog.save(tmp_path / "labels.pdf") == 2
    assert settings["sample.sheet"] == "14"
    assert settings["sample.label_place"] is False
    empty = LabelsDialog([], [], settings)
    qtbot.addWidget(empty)
    assert not empty.main_button.isEnabled()


def test_the_preview_is_the_page_in_small(qtbot: QtBot) -> None:
    del qtbot
    made = [Label("A-1", ("Emerald",), label_text("A-1", new_uuid()))]
    picture = preview(made, SHEET_BY_KEY["24"], 0, 1, 594, cuts=True)
    assert (picture.width(), picture.height()) == (420, 594)
    dark = [y for y in range(594) if any(picture.pixelColor(x, y).lightness() < 90 for x in range(0, 420, 2))]
    assert dark
    assert max(dark) < 90, "one label, in the first row"


def test_labels_are_printed_from_the_window(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    desk.open(survey_file)
    choose(desk, 0)
    add(desk)
    for target, told in ((None, ""), (tmp_path / "out.pdf", "Labels saved"), (tmp_path / "no" / "x.pdf", "")):
        desk.trigger("sample.labels")
        dialog = desk.window.findChild(LabelsDialog)
        assert dialog is not None
        prompts.will_answer(target)
        dialog.main_button.click()
        desk.gone(dialog)
        assert told in desk.window.desk.toast.text.text()
    assert (tmp_path / "out.pdf").stat().st_size > 1000
    assert any("cannot be written" in said for said in prompts.said)
