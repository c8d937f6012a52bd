"""Custody in the window: a lot handed over by scanning, the chain with its gaps, certificates with their scans."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QApplication, QWidget

from surveyapp.domain.changes import ChangeSet, insert
from surveyapp.domain.records import Record
from surveyapp.domain.sample_ids import label_text
from surveyapp.errors import BadFile
from surveyapp.services import certificates, custody
from surveyapp.services.certificates import ReadScan, read_scan
from surveyapp.services.session import Session
from surveyapp.ui.custody_controller import CustodyController
from surveyapp.ui.custody_panel import CustodyPanel, PdfThumbnail
from surveyapp.ui.dialogs.certificate import CertificateDialog
from surveyapp.ui.dialogs.handover import HandoverDialog
from surveyapp.ui.forms.code_editor import ListEditor
from surveyapp.ui.forms.photo_card import Thumbnail
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.ui.scan_viewer import ScanViewer
from tests.helpers.surveys import uuid_of
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
FIRST, SECOND, THIRD = uuid_of(11), uuid_of(12), uuid_of(13)


def write(widget: QWidget, text: str) -> None:
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def plain(text: str) -> str:
    """Without the marks that keep names of two directions apart."""
    return text.replace("\u2068", "").replace("\u2069", "")


def controller(desk: Desk) -> CustodyController:
    return next(part for part in desk.window.parts if isinstance(part, CustodyController))


def panel(desk: Desk) -> CustodyPanel:
    return controller(desk).panel


def dialog(desk: Desk, kind: type) -> QWidget:
    found = [child for child in desk.window.findChildren(kind) if child.isVisible()]
    assert len(found) == 1
    return found[0]


def click(desk: Desk, button: QWidget) -> None:
    desk.qtbot.mouseClick(button, LEFT)
    desk.settle()


@pytest.fixture
def sampled(survey_file: Path) -> Path:
    """Three samples, two of them of one sighting."""
    with Session.open(survey_file) as session:
        sightings = {str(r.get("locality")): r.uuid for r in session.file.records("sighting")}
        made = [
            insert("sample", {"sighting_uuid": sightings[place], "sample_id": name, "sample_type": "crystal",
                              "weight_g": 5.9, "collector": "Zarmina", "collected_at": "2026-05-03T06:20:00.000Z"},
                   uuid=uuid)
            for uuid, name, place in ((FIRST, "SWAT1-Z-26-001", "Fizagat"), (SECOND, "SWAT1-Z-26-002", "Fizagat"),
                                      (THIRD, "SWAT1-Z-26-003", "Shamozai"))
        ]
        session.apply(ChangeSet(tuple(made), "Samples"))
    return survey_file


def choose(desk: Desk, file: Path, uuid: str = FIRST) -> CustodyPanel:
    """Open the survey, choose a sample in the panel, and turn to its chain."""
    desk.open(file)
    with Session.open(file, read_only=True) as session:
        record = session.file.get("sample", uuid)
    assert record is not None
    desk.window.survey.selection.set([str(record.get("sighting_uuid"))], "window")
    desk.settle()
    samples = controller(desk)._samples
    rows = [samples.list.topLevelItem(place) for place in range(samples.list.topLevelItemCount())]
    samples.list.setCurrentItem(next(row for row in rows if str(record.get("sample_id")) in row.text(0)))
    desk.settle()
    desk.trigger("view.custody")
    return panel(desk)


def rows_of(file: Path, layer: str) -> list[Record]:
    with Session.open(file, read_only=True) as session:
        return list(session.file.records(layer))


# --- handovers ---------------------------------------------------------------------------------------


def test_a_lot_is_ticked_by_scanning_and_handed_over_in_one_press(desk: Desk, sampled: Path) -> None:
    shown = choose(desk, sampled)
    assert shown.isVisible() and "With Zarmina" in plain(shown.state.text()) and len(shown.steps) == 1
    click(desk, shown.hand_button)
    asked = dialog(desk, HandoverDialog)
    assert isinstance(asked, HandoverDialog)
    assert asked.ticked == [FIRST] and asked.form.editor("from_party").raw() == "Zarmina", "who holds it gives it"
    assert not asked.main_button.isEnabled()
    write(asked.scan_edit, label_text("SWAT1-Z-26-002", SECOND))
    desk.qtbot.keyClick(asked.scan_edit, Qt.Key.Key_Return)
    assert asked.ticked == [FIRST, SECOND] and asked.scan_edit.text() == "" and asked.isVisible()
    write(asked.scan_edit, "26-9")
    desk.qtbot.keyClick(asked.scan_edit, Qt.Key.Key_Return)
    assert "No sample" in asked.told.text() and asked.ticked == [FIRST, SECOND]
    asked.scan_edit.clear()
    write(asked.scan_edit, "z26003")
    desk.qtbot.keyClick(asked.scan_edit, Qt.Key.Key_Return)
    third = asked.list.item(2)
    place = asked.list.visualItemRect(third)
    desk.qtbot.mouseClick(asked.list.viewport(), LEFT, pos=QPoint(place.left() + 12, place.center().y()))
    assert asked.ticked == [FIRST, SECOND], "a click on the box takes the tick away"
    write(asked.form.editor("to_party").input(), "Gul, store")
    write(asked.form.editor("seal_number").input(), "A-117")
    assert asked.main_button.text() == "Hand over 2 samples" and asked.main_button.isEnabled()
    click(desk, asked.main_button)
    rows = rows_of(sampled, "custody")
    assert {(r.get("sample_uuid"), r.get("to_party"), r.get("seal_number")) for r in rows} == {
        (FIRST, "Gul, store", "A-117"), (SECOND, "Gul, store", "A-117")}
    assert "With Gul, store · no gap" in plain(shown.state.text())
    assert "Zarmina to Gul, store" in plain(shown.steps[1].words) and "seal A-117" in plain(shown.steps[1].words)
    desk.trigger("custody.handover")
    again = dialog(desk, HandoverDialog)
    assert isinstance(again, HandoverDialog) and again.form.editor("from_party").raw() == "Gul, store"
    again.saved()


def test_handover_and_certificate_are_there_again_when_the_window_closed_over_them(
    make_desk: Callable[[], Desk], sampled: Path, tmp_path: Path
) -> None:
    desk = make_desk()
    click(desk, choose(desk, sampled).hand_button)
    asked = dialog(desk, HandoverDialog)
    assert isinstance(asked, HandoverDialog)
    write(asked.scan_edit, "z26003")
    desk.qtbot.keyClick(asked.scan_edit, Qt.Key.Key_Return)
    giver = asked.form.editor("from_party").input()
    giver.selectAll()  # type: ignore[attr-defined]
    write(giver, "Courier")
    write(asked.form.editor("to_party").input(), "Gul, store")
    handed = asked._content()
    desk.window.survey.close()
    desk.settle()
    desk = make_desk()
    click(desk, choose(desk, sampled).add_button)
    assert "Hand over samples" in plain(desk.window.desk.toast.text.text())
    typed = dialog(desk, CertificateDialog)
    assert isinstance(typed, CertificateDialog)
    write(typed.form.editor("laboratory").input(), "GIA")
    write(typed.form.editor("treatment").input(), "F2")
    write(typed.path_field.edit, str(scan_file(tmp_path)))
    certified = typed._content()
    desk.window.end()
    desk = make_desk()
    shown = choose(desk, sampled)
    click(desk, shown.add_button)
    back = dialog(desk, CertificateDialog)
    assert isinstance(back, CertificateDialog) and back._content() == certified
    assert not back.picture.pixmap().isNull()
    write(back.form.editor("report_number").input(), "2215")
    click(desk, back.main_button)
    assert [r.get("report_number") for r in rows_of(sampled, "certificate")] == ["2215"]
    click(desk, shown.hand_button)
    again = dialog(desk, HandoverDialog)
    assert isinstance(again, HandoverDialog) and again._content() == handed and again.ticked == [FIRST, THIRD]
    click(desk, again.main_button)
    assert {r.get("from_party") for r in rows_of(sampled, "custody")} == {"Courier"}
    assert not list((tmp_path / "drafts" / "custody").glob("*.draft"))


def test_who_does_not_hold_it_is_warned_and_the_gap_is_shown(
    desk: Desk, sampled: Path, prompts: ScriptedPrompts
) -> None:
    shown = choose(desk, sampled)
    click(desk, shown.hand_button)
    asked = dialog(desk, HandoverDialog)
    assert isinstance(asked, HandoverDialog)
    giver = asked.form.editor("from_party").input()
    giver.selectAll()  # type: ignore[attr-defined]
    write(giver, "Courier")
    assert "Others hold some of these" in asked.form.rows["from_party"].message.text()
    prompts.answers.append(None)
    desk.qtbot.keyClick(asked, Qt.Key.Key_Escape)
    assert asked.isVisible(), "what was typed is not thrown away unasked"
    write(asked.form.editor("to_party").input(), "GIA")
    click(desk, asked.main_button)
    assert "1 gap" in plain(shown.state.text()) and shown.state.tone == "warning"
    assert "Courier gave it away first" in plain(shown.steps[1].words)
    assert "Courier to GIA" in plain(shown.steps[2].words)
    assert "has 1 gap" in desk.window.desk.toast.text.text()


def test_the_page_of_a_sample_is_written_also_where_nothing_may_be_added(
    desk: Desk, sampled: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    shown = choose(desk, sampled)
    shown.set_editable(False)
    assert not shown.hand_button.isEnabled() and not shown.add_button.isEnabled()
    out, opened = tmp_path / "chain.html", list[Path]()
    controller(desk).open_file = opened.append
    prompts.answers.extend([out, "open"])
    click(desk, shown.page_button)
    assert opened == [out] and "SWAT1-Z-26-001" in out.read_text(encoding="utf-8")
    desk.window.survey.close()
    desk.settle()
    assert shown.dossier is None and not shown.page_button.isEnabled()


# --- certificates ------------------------------------------------------------------------------------


def scan_file(folder: Path) -> Path:
    path = folder / "report.png"
    Image.new("RGB", (300, 420), "#d8e4ff").save(path)
    return path


def pdf_file(folder: Path, pages: int = 2) -> Path:
    path = folder / "report.pdf"
    writer = QPdfWriter(str(path))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A6))
    painter = QPainter(writer)
    for page in range(pages):
        if page:
            writer.newPage()
        painter.drawText(200, 400, f"page {page + 1}")
    painter.end()
    return path


def test_a_certificate_is_typed_with_its_scan_and_the_laboratory_s_codes_come_first(
    desk: Desk, sampled: Path, tmp_path: Path, prompts: ScriptedPrompts
) -> None:
    shown = choose(desk, sampled)
    click(desk, shown.add_button)
    asked = dialog(desk, CertificateDialog)
    assert isinstance(asked, CertificateDialog)
    assert asked.form.editor("species").raw() == "beryl" and not asked.main_button.isEnabled()
    write(asked.form.editor("laboratory").input(), "AIGS Bangkok")
    treatment = asked.form.editor("treatment")
    assert isinstance(treatment, ListEditor)
    assert str(treatment.combo.itemText(0)).startswith("NTE")
    assert "not known here" in asked.scale.text() or "No scale" in asked.scale.text(), "AIGS's is for corundum"
    laboratory = asked.form.editor("laboratory").input()
    laboratory.selectAll()  # type: ignore[attr-defined]
    write(laboratory, "GIA")
    assert [str(treatment.combo.itemText(place))[:2] for place in range(3)] == ["F1", "F2", "F3"]
    assert "F1, F2, F3" in asked.scale.text()
    write(asked.form.editor("report_number").input(), "2215")
    write(treatment.input(), "F2")
    desk.qtbot.mouseClick(asked.form.editor("treatment_result").button("not-tested"), LEFT)  # type: ignore[attr-defined]
    assert "not none detected" in asked.form.rows["treatment"].message.text()
    desk.qtbot.mouseClick(asked.form.editor("treatment_result").button("detected"), LEFT)  # type: ignore[attr-defined]
    assert asked.form.rows["treatment"].message.text() == ""
    write(asked.path_field.edit, str(tmp_path / "nowhere.png"))
    assert "no scan" in asked.trouble.text() and not asked.main_button.isEnabled()
    scan = scan_file(tmp_path)
    prompts.answers.append([scan])
    click(desk, asked.path_field.button)
    assert asked.main_button.isEnabled() and not asked.picture.pixmap().isNull()
    click(desk, asked.main_button)
    record, = rows_of(sampled, "certificate")
    assert (record.get("sample_uuid"), record.get("treatment"), record.get("treatment_result")) == (
        FIRST, "F2", "detected")
    assert record.get("scan_sha256") == read_scan(scan).sha256
    card, = shown.cards
    assert isinstance(card.thumbnail, Thumbnail) and card.thumbnail.has_picture
    click(desk, card.thumbnail)
    viewer = dialog(desk, ScanViewer)
    assert isinstance(viewer, ScanViewer) and viewer.count == 1 and not viewer.canvas.image.isNull()
    viewer.accept()
    desk.gone(viewer)


def test_certificates_are_changed_and_deleted_and_the_pages_of_a_pdf_turned(
    desk: Desk, sampled: Path, tmp_path: Path
) -> None:
    with Session.open(sampled) as session:
        certificates.add_certificate(session, SECOND, {"laboratory": "GIA", "report_number": "8"}, pdf_file(tmp_path))
        certificates.add_certificate(session, FIRST, {"laboratory": "GIA", "report_number": "7",
                                                      "origin_opinion": "Pakistan"}, scan_file(tmp_path))
        custody.hand_over(session, [FIRST], {"from_party": "Zarmina", "to_party": "GIA"})
    shown = choose(desk, sampled)
    card, = shown.cards
    words = "\n".join(label.text() for label in card.findChildren(QWidget) if hasattr(label, "text"))
    assert "Origin, in the laboratory's opinion" in words
    click(desk, card.edit_button)
    asked = dialog(desk, CertificateDialog)
    assert isinstance(asked, CertificateDialog) and not asked.picture.pixmap().isNull()
    write(asked.form.editor("weight_ct").input(), "99")
    assert "heavier than its sample" in asked.form.rows["weight_ct"].message.text()
    click(desk, asked.drop_button)
    click(desk, asked.main_button)
    record = next(r for r in rows_of(sampled, "certificate") if r.get("report_number") == "7")
    assert (record.get("weight_ct"), record.get("scan_sha256"), len(rows_of(sampled, "photo"))) == (99.0, None, 1)
    card, = shown.cards
    assert card.thumbnail is None
    click(desk, card.delete_button)
    assert len(rows_of(sampled, "certificate")) == 1 and shown.cards == []
    desk.trigger("edit.undo")
    assert len(shown.cards) == 1
    samples = controller(desk)._samples
    samples.list.setCurrentItem(samples.list.topLevelItem(1))
    desk.settle()
    assert shown.isVisible(), "the page stays when another sample is chosen"
    card, = shown.cards
    assert isinstance(card.thumbnail, PdfThumbnail)
    click(desk, card.thumbnail)
    viewer = dialog(desk, ScanViewer)
    assert isinstance(viewer, ScanViewer) and viewer.count == 2 and not viewer.canvas.image.isNull()
    first = viewer.canvas.image.copy()
    desk.qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.at == 1 and viewer.canvas.image != first
    viewer.accept()
    desk.gone(viewer)
    with pytest.raises(BadFile, match="cannot be shown"):
        ScanViewer(ReadScan(b"%PDF-1.4 and nothing", "application/pdf", "x.pdf"), "x")

