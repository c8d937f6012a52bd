"""Reports in the window, and as PDF."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from surveyapp import app
from surveyapp.errors import BadFile, Unavailable
from surveyapp.exchange.report import writing
from surveyapp.services.session import Session
from surveyapp.services.survey_report import gather, page
from surveyapp.ui.dialogs.report import ReportDialog, ReportKind
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.ui.report_controller import ReportController
from surveyapp.ui.report_pdf import PdfPrinter, pdf_of
from tests.helpers.report_pages import EVIL, in_dispute
from tests.ui.conftest import Desk

KINDS = [ReportKind("survey", "Survey report", "note"), ReportKind("national", "National report", "another")]


def text_of(pdf: Path) -> tuple[int, str]:
    """(number of pages, all words)."""
    document = QPdfDocument()
    document.load(str(pdf))
    pages = document.pageCount()
    size = document.pagePointSize(0)
    assert (round(size.width() / 72 * 25.4), round(size.height() / 72 * 25.4)) == (210, 297)
    words = " ".join(document.getAllText(number).text() for number in range(pages))
    document.close()
    return pages, " ".join(words.split())


def test_reports_are_written_and_what_fails_is_told(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open(survey_file)
    opened: list[Path] = []
    controller = desk.window.findChild(ReportController)
    assert controller is not None
    controller.open_file = opened.append

    def write(out: Path) -> None:
        desk.trigger("survey.report")
        dialog = desk.window.findChildren(ReportDialog)[-1]
        assert dialog.kind.count() == 2 and dialog.main_button.isEnabled()
        dialog.target.set_path(out)
        dialog.accept()
        desk.settle()

    pdf, html = tmp_path / "swat.pdf", tmp_path / "swat.html"
    prompts.will_answer("open", None)
    write(pdf)
    desk.qtbot.waitUntil(lambda: bool(opened), timeout=30_000)
    assert opened == [pdf]
    pages, words = text_of(pdf)
    assert pages >= 3
    for told in ("Swat emeralds", "What each observer did", "Zarmina", "never a resource or a reserve",
                 f"1 / {pages}", f"{pages} / {pages}"):
        assert told in words

    write(html)
    assert opened == [pdf] and "Swat emeralds" in html.read_text(encoding="utf-8")
    assert "The report is written" in prompts.said[-1]

    monkeypatch.setitem(sys.modules, "PySide6.QtWebEngineCore", None)
    write(tmp_path / "none.pdf")
    assert "No PDF can be made here" in prompts.said[-1] and "as HTML" in prompts.said[-1]

    def full(*_arguments: object) -> None:
        raise BadFile("There is no room.")

    monkeypatch.setattr(writing, "put", full)
    write(tmp_path / "none.html")
    assert prompts.said[-1] == "There is no room."
    assert not list(tmp_path.glob("none*"))


def test_without_the_web_engine_there_is_one_sentence(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtWebEngineCore", None)
    with pytest.raises(Unavailable, match="write the report as HTML, open it in a browser and print it"):
        PdfPrinter("<p>a</p>")


def test_the_dialog_keeps_ending_and_format_alike(qtbot: QtBot, tmp_path: Path) -> None:
    prompts = ScriptedPrompts()
    dialog = ReportDialog(prompts, KINDS, tmp_path / "r.gpkg")
    qtbot.addWidget(dialog)
    assert dialog.target.path == tmp_path / "r.pdf"
    dialog.target.set_path(tmp_path / "other.html")
    assert dialog.format.currentData() == ".html"
    dialog.format.setCurrentIndex(0)
    assert dialog.target.path == tmp_path / "other.pdf"
    dialog.kind.setCurrentIndex(1)
    assert dialog.wish is not None and (dialog.wish.kind, dialog.wish.path) == ("national", tmp_path / "other.pdf")
    assert dialog.kind_note.text() == "another"
    for bad in ("", str(tmp_path / "nowhere" / "r.pdf"), str(tmp_path)):
        dialog.target.edit.setText(bad)
        assert dialog.wish is None and dialog.trouble.text()


def test_another_file_is_replaced_only_when_asked(qtbot: QtBot, tmp_path: Path) -> None:
    prompts = ScriptedPrompts()
    (tmp_path / "r.pdf").write_text("before")
    dialog = ReportDialog(prompts, KINDS[:1], tmp_path / "r.pdf")
    qtbot.addWidget(dialog)
    taken: list[bool] = []
    dialog.accepted.connect(lambda: taken.append(True))
    prompts.will_answer(None, "replace")
    dialog.accept()
    assert not taken
    dialog.accept()
    assert taken == [True]


def test_a_hostile_survey_makes_a_whole_pdf(qapp: QApplication, tmp_path: Path) -> None:
    with Session.open(in_dispute(tmp_path / "merged.gpkg"), read_only=True) as session:
        html = page(gather(session))
    (tmp_path / "r.pdf").write_bytes(pdf_of(html))
    pages, words = text_of(tmp_path / "r.pdf")
    assert pages >= 4 and EVIL[:40] in words


def test_a_page_that_asks_for_something_gets_nothing(qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        printer = PdfPrinter(f'<img src="{address}/x.png"><script src="{address}/x.js"></script><p>here</p>')
        with qtbot.waitSignal(printer.printed, timeout=30_000) as told:
            printer.start()
        assert told.args is not None and bytes(told.args[0]).startswith(b"%PDF-")
        with pytest.raises(BlockingIOError):
            server.accept()
    printer.deleteLater()


def test_an_engine_that_does_not_answer_is_given_up(qtbot: QtBot) -> None:
    printer = PdfPrinter("<p>here</p>")
    with qtbot.waitSignal(printer.failed, timeout=5_000) as told:
        printer._late()
    assert told.args is not None and isinstance(told.args[0], BadFile)
    printer.start()  # an answer that comes later is no second one
    with qtbot.assertNotEmitted(printer.printed, wait=300):
        pass
    printer.deleteLater()


def test_the_command_makes_a_pdf(qapp: QApplication, survey_file: Path, tmp_path: Path) -> None:
    assert app.run(["report", str(survey_file), str(tmp_path / "r.pdf")]) == 0
    assert text_of(tmp_path / "r.pdf")[0] >= 3
