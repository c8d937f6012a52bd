"""Import, export, preview and merge, from the window."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from surveyapp.assets import sample_surveys
from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.errors import Unavailable
from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.ui import exchange_controller
from surveyapp.ui.dialogs import preview as preview_module
from surveyapp.ui.dialogs.disputes import DisputesDialog
from surveyapp.ui.dialogs.export import ExportDialog
from surveyapp.ui.dialogs.import_source import ImportDialog
from surveyapp.ui.dialogs.locked_page import is_inside
from surveyapp.ui.dialogs.merge import MergeDialog
from surveyapp.ui.dialogs.preview import PreviewWindow
from surveyapp.ui.dialogs.preview_choice import PreviewChoiceDialog
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton

NOTEBOOK = """Place,Stone,Lat,Lon,Seen on,By,Pit no
Fizagat,zamurrud,34.7801,72.3702,2026-04-30 09:15,Zarmina,3
Katlang,pukhraj,34.3605,72.0803,2026-05-02 11:00,Gul,
Nowhere,emerald,95.1,72.3,2026-05-02 11:00,Gul,7
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "notebook.csv"
    path.write_text(NOTEBOOK, encoding="utf-8")
    return path


# --- import ------------------------------------------------------------------------------------------


def _import_dialog(desk: Desk, prompts: ScriptedPrompts, source: Path) -> ImportDialog:
    prompts.will_answer(source)
    desk.trigger("survey.import")
    dialog = desk.window.findChild(ImportDialog)
    assert isinstance(dialog, ImportDialog)
    return dialog


def _settled(desk: Desk, dialog: ImportDialog) -> None:
    desk.qtbot.waitUntil(lambda: not dialog._timer.isActive())
    desk.settle()


def _cells(dialog: ImportDialog, table: str) -> list[list[str]]:
    widget = getattr(dialog, table)
    return [
        [widget.item(row, at).text() if widget.item(row, at) else "" for at in range(widget.columnCount())]
        for row in range(widget.rowCount())
    ]


def test_a_csv_is_shown_mapped_mended_and_imported_and_undo_takes_it_back(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, notebook: Path
) -> None:
    desk.open(survey_file)
    dialog = _import_dialog(desk, prompts, notebook)
    assert _cells(dialog, "mapping")[0][:2] == ["Place", "Fizagat, Katlang, Nowhere"]
    boxes = {dialog.mapping.column(row): dialog.mapping.box(row) for row in range(dialog.mapping.rowCount())}
    assert boxes["Stone"].currentData() == "gem"
    assert boxes["Lat"].currentData() == "latitude"
    assert boxes["Pit no"].currentData() is None
    assert dialog.lead.text() == "2 of 3 rows can come in as sightings."
    assert _cells(dialog, "refused")[0][0] == "4"
    assert "95.1" in _cells(dialog, "refused")[0][1]
    assert dialog.tabs.tabText(1) == "Not taken (1)"
    titles = [dialog.preview.horizontalHeaderItem(at).text() for at in range(dialog.preview.columnCount())]
    assert "Emerald" in _cells(dialog, "preview")[0]
    assert "Position" in titles

    # A mapping that is changed is planned anew; a field that moves to another column leaves the first.
    boxes["Pit no"].setCurrentIndex(boxes["Pit no"].findData("locality"))
    assert boxes["Place"].currentData() is None
    _settled(desk, dialog)
    assert _cells(dialog, "preview")[0][titles.index("Locality")] == "3"
    boxes["Place"].setCurrentIndex(boxes["Place"].findData("locality"))
    boxes["Seen on"].setCurrentIndex(boxes["Seen on"].findData("observed_at"))
    _settled(desk, dialog)

    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert dialog.lead.text() == "2 added, 0 there already, 1 not taken."
    assert dialog.tabs.currentWidget() is dialog.refused
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    assert sorted(desk.localities())[-2:] == ["Katlang", "Shamozai"]
    assert len(desk.localities()) == 5
    assert len(desk.window.canvas.scene.layer) == 5
    uuid = desk.window.table.model.uuid_at(3)
    assert desk.window.survey.roster.value(uuid, "observed_at") == "2026-04-30T04:15:00.000Z", "Pakistan time"
    assert "Pit no: 3" in str(desk.window.survey.roster.value(uuid, "notes"))
    desk.trigger("edit.undo")
    assert len(desk.localities()) == 3


def test_importing_twice_adds_nothing(desk: Desk, survey_file: Path, prompts: ScriptedPrompts, notebook: Path) -> None:
    desk.open(survey_file)
    for told in ("2 added, 0 there already, 1 not taken.", "0 added, 2 there already, 1 not taken."):
        dialog = _import_dialog(desk, prompts, notebook)
        desk.qtbot.mouseClick(dialog.main_button, LEFT)
        desk.settle()
        assert dialog.lead.text() == told
        dialog.close()
        desk.gone(dialog)
    assert len(desk.localities()) == 5


def test_a_grid_without_its_system_asks_for_it_and_goes_on(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    source = tmp_path / "grid.csv"
    source.write_text("gem,Easting,Northing\nruby,624000,3850000\n", encoding="utf-8")
    desk.open(survey_file)
    dialog = _import_dialog(desk, prompts, source)
    assert "EPSG" in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    desk.qtbot.keyClicks(dialog.crs, "EPSG:32643")
    _settled(desk, dialog)
    assert dialog.lead.text() == "1 of 1 rows can come in as sightings."
    assert dialog.main_button.isEnabled()


def test_one_gem_can_be_said_for_all_rows(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    source = tmp_path / "plain.csv"
    source.write_text("name,lat,lon\nA,34.7,72.3\nB,34.8,72.4\n", encoding="utf-8")
    desk.open(survey_file)
    dialog = _import_dialog(desk, prompts, source)
    assert dialog.gem.isEnabled()
    dialog.gem.setCurrentIndex(dialog.gem.findData("ruby"))
    _settled(desk, dialog)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    gems = desk.window.survey.roster.column("gem")
    assert gems[-2:] == ["ruby", "ruby"]


def test_a_source_with_layers_lets_one_choose(desk: Desk, survey_file: Path, prompts: ScriptedPrompts) -> None:
    desk.open(survey_file)
    dialog = _import_dialog(desk, prompts, sample_surveys() / "handset_waypoints.gpx")
    assert dialog.layer.count() > 1
    before = dialog.layer.currentText()
    other = next(dialog.layer.itemText(n) for n in range(dialog.layer.count()) if n != dialog.layer.currentIndex())
    dialog.layer.setCurrentText(other)
    _settled(desk, dialog)
    assert dialog.layer.currentText() == other != before
    assert "tracks" in dialog.lead.text() or "sightings" in dialog.lead.text()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.csv", b"", "empty"),
        ("photo.csv", b"\xff\xd8\xff\xe0 not a table", "photo"),
        ("broken.geojson", b'{"type": "FeatureCollection", "features": [', "JSON"),
        ("notes.docx", b"PK\x03\x04", "format"),
    ],
)
def test_a_source_that_cannot_be_read_says_why_in_the_dialog(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    desk.open(survey_file)
    dialog = _import_dialog(desk, prompts, source)
    assert told in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    assert len(desk.localities()) == 3


def test_a_survey_of_ours_is_to_be_merged_not_imported(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    other = tmp_path / "other.gpkg"
    shutil.copy(sample_surveys() / "hunza_ruby.gpkg", other)
    desk.open(survey_file)
    dialog = _import_dialog(desk, prompts, other)
    assert "merge it instead" in dialog.trouble.text()


# --- export and preview ------------------------------------------------------------------------------


def _export(desk: Desk, prompts: ScriptedPrompts, form: str, target: Path, **more: str) -> None:
    desk.trigger("survey.export")
    dialog = desk.window.findChildren(ExportDialog)[-1]
    dialog.format.setCurrentIndex(dialog.format.findData(form))
    if "audience" in more:
        dialog.audience.setCurrentIndex(dialog.audience.findData(more["audience"]))
    if "crs" in more:
        dialog.crs.setText(more["crs"])
    dialog.target.set_path(target)
    if target.exists():
        prompts.will_answer("replace")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()


def test_a_survey_is_exported_in_each_format(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path, settings: Settings
) -> None:
    desk.open(survey_file)
    _export(desk, prompts, "geojson", tmp_path / "out.geojson")
    assert len(json.loads((tmp_path / "out.geojson").read_text("utf-8"))["features"]) == 3
    assert str(tmp_path / "out.geojson") in prompts.said[-1]
    _export(desk, prompts, "csv", tmp_path / "out.csv")
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert {row["locality"] for row in rows} == {"Fizagat", "Shamozai", "Charbagh"}
    _export(desk, prompts, "gpkg", tmp_path / "out.gpkg")
    with sqlite3.connect(tmp_path / "out.gpkg") as connection:
        assert connection.execute("SELECT count(*) FROM sighting").fetchone() == (3,)
    connection.close()
    assert settings["export.format"] == "gpkg", "the last format is offered again"


def test_an_export_for_the_public_leaves_out_who_saw_it(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    desk.open(survey_file)
    _export(desk, prompts, "geojson", tmp_path / "public.geojson", audience="public")
    assert "Zarmina" not in (tmp_path / "public.geojson").read_text("utf-8")


def test_a_file_is_replaced_only_after_a_yes(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    target = tmp_path / "there.geojson"
    target.write_text("precious", "utf-8")
    desk.open(survey_file)
    desk.trigger("survey.export")
    dialog = desk.window.findChild(ExportDialog)
    dialog.format.setCurrentIndex(dialog.format.findData("geojson"))
    dialog.target.set_path(target)
    prompts.will_answer(None)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    assert dialog.isVisible()
    assert target.read_text("utf-8") == "precious"
    prompts.will_answer("replace")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert "FeatureCollection" in target.read_text("utf-8")


def test_the_dialog_follows_the_format_and_refuses_a_folder_that_is_not_there(
    desk: Desk, survey_file: Path, tmp_path: Path
) -> None:
    desk.open(survey_file)
    desk.trigger("survey.export")
    dialog = desk.window.findChild(ExportDialog)
    dialog.format.setCurrentIndex(dialog.format.findData("csv"))
    assert dialog.target.path.suffix == ".csv"
    dialog.format.setCurrentIndex(dialog.format.findData("geojson"))
    assert dialog.target.path.suffix == ".geojson"
    assert not dialog._form.isRowVisible(dialog.crs), "GeoJSON is always WGS 84"
    dialog.target.set_path(tmp_path / "nowhere" / "x.geojson")
    assert "There is no folder" in dialog.trouble.text()
    assert not dialog.main_button.isEnabled()
    assert dialog.wish is None


@pytest.mark.qt_log_ignore("RHI|Vulkan|GBM|QRhi|GL|EGL", extend=True)
def test_the_preview_opens_inside_the_program(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    pytest.importorskip("PySide6.QtWebEngineWidgets", exc_type=ImportError)
    desk.open(survey_file)
    desk.trigger("survey.preview")
    dialog = desk.window.findChild(PreviewChoiceDialog)
    target = tmp_path / "preview.html"
    dialog.target.set_path(target)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    window = desk.window.exchange.last_preview
    assert isinstance(window, PreviewWindow)
    with desk.qtbot.waitSignal(window.view.loadFinished, timeout=30_000) as loaded:
        pass
    assert loaded.args == [True]
    found: list[str] = []
    window.view.page().runJavaScript("document.body.innerText", found.append)
    desk.qtbot.waitUntil(lambda: bool(found))
    assert "Swat emeralds" in found[0]
    assert window.blocked == [], "a preview asks for nothing"
    copy = tmp_path / "copy.html"
    prompts.will_answer(copy)
    window._save_as()
    assert copy.read_bytes() == target.read_bytes()
    window.close()
    desk.qtbot.waitUntil(lambda: not isValid(window))
    assert desk.window.exchange.last_preview is None


@pytest.mark.qt_log_ignore("RHI|Vulkan|GBM|QRhi|GL|EGL", extend=True)
def test_a_page_in_the_preview_window_reaches_nothing_else(
    qtbot: QtBot, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    pytest.importorskip("PySide6.QtWebEngineWidgets", exc_type=ImportError)
    secret = tmp_path / "secret.js"
    secret.write_text("document.title = 'reached'", "utf-8")
    page = tmp_path / "page.html"
    page.write_text(
        f"<title>start</title><script src='{secret.as_uri()}'></script><img src='http://127.0.0.1:9/x.png'>"
        "<script>fetch('http://127.0.0.1:9/y').catch(() => { document.title += ' refused' });"
        f"setTimeout(() => {{ location = '{secret.as_uri()}' }}, 50)</script>",
        "utf-8",
    )
    window = PreviewWindow(page, prompts)
    with qtbot.waitSignal(window.view.loadFinished, timeout=30_000):
        window.show()
    qtbot.waitUntil(lambda: "refused" in window.view.title())
    qtbot.wait(200)
    assert "reached" not in window.view.title()
    assert is_inside(window.view.url(), page)
    window.close()
    qtbot.waitUntil(lambda: not isValid(window))


def test_without_the_web_engine_the_preview_opens_in_the_browser_and_says_so(
    desk: Desk, prompts: ScriptedPrompts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "p.html"
    page.write_text("x", "utf-8")
    opened: list[Path] = []

    def missing(*_: object) -> None:
        raise Unavailable("The preview cannot be shown inside the program (libnss3.so).")

    monkeypatch.setattr(preview_module, "PreviewWindow", missing)
    monkeypatch.setattr(exchange_controller, "open_in_browser", opened.append)
    desk.window.exchange.show_preview(page)
    assert opened == [page]
    assert "libnss3.so" in prompts.said[-1]
    assert "browser" in prompts.said[-1]


def test_saving_a_preview_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    source = tmp_path / "p.html"
    source.write_text("x", "utf-8")
    with pytest.raises(preview_module.BadFile, match="cannot be written"):
        preview_module.copy_to(source, tmp_path / "no folder" / "p.html")


# --- merge -------------------------------------------------------------------------------------------


@pytest.fixture
def two_teams(survey_file: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Copies of one survey, edited by two teams: other fields of one record, the same field of another."""
    a, b = tmp_path / "team_a.gpkg", tmp_path / "team_b.gpkg"
    for path, author, edits in (
        (a, "Amina", [("Fizagat", {"colour": "green"}), ("Shamozai", {"confidence": "certain"})]),
        (b, "Bilal", [("Fizagat", {"clarity": "opaque"}), ("Shamozai", {"confidence": "possible"})]),
    ):
        shutil.copy(survey_file, path)
        with Session.open(path, author=author) as session:
            records = {record.get("locality"): record for record in session.file.records("sighting")}
            for locality, values in edits:
                change = changes.update("sighting", records[locality].uuid, values)
                session.apply(ChangeSet((change,), "Edit sighting"))
    return a, b


def _merge_dialog(desk: Desk, prompts: ScriptedPrompts, inputs: list[Path], out: Path) -> MergeDialog:
    desk.trigger("survey.merge")
    dialog = desk.window.findChild(MergeDialog)
    prompts.will_answer(inputs)
    desk.qtbot.mouseClick(dialog.add, LEFT)
    dialog.out.set_path(out)
    assert dialog.inputs == inputs
    return dialog


def test_two_surveys_are_tried_merged_opened_and_their_disagreement_decided(
    desk: Desk, two_teams: tuple[Path, Path], prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    out = tmp_path / "district.gpkg"
    before = [path.read_bytes() for path in two_teams]
    dialog = _merge_dialog(desk, prompts, list(two_teams), out)
    desk.qtbot.mouseClick(dialog.try_button, LEFT)
    desk.settle()
    assert dialog.report.rowCount() == 2
    assert "would hold 3 sightings." in dialog.verdict.text()
    assert "1 disagreement is open" in dialog.verdict.text()
    assert not out.exists(), "trying writes nothing"
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert out.exists()
    assert [path.read_bytes() for path in two_teams] == before
    assert dialog.main_button.text() == "Decide disagreements"
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert desk.window.survey.path == out
    assert len(desk.localities()) == 3
    assert "1 disagreement" in desk.window.counts_label.text()
    queue = desk.window.findChild(DisputesDialog)
    assert queue.list.count() == 1
    assert queue.current is not None
    assert queue.current.field == "Confidence"
    texts = {queue.findChild(type(queue.heading), f"side_{letter}").text() for letter in "AB"}
    assert texts == {"Certain", "Possible"}
    chosen = queue.findChild(type(queue.heading), "side_A").text()
    desk.qtbot.mouseClick(queue.findChild(type(dialog.add), "take_A"), LEFT)
    desk.settle()
    assert queue.list.count() == 0
    assert queue.heading.text() == "No disagreements"
    uuid = desk.window.table.model.uuid_at(desk.localities().index("Shamozai"))
    assert desk.window.survey.roster.value(uuid, "confidence") == chosen.lower()
    fizagat = desk.window.table.model.uuid_at(desk.localities().index("Fizagat"))
    assert desk.window.survey.roster.value(fizagat, "colour") == "green"
    assert desk.window.survey.roster.value(fizagat, "clarity") == "opaque"
    assert "disagreement" not in desk.window.counts_label.text()


def test_merging_into_the_open_survey_and_once_more_changes_nothing(
    desk: Desk, survey_file: Path, two_teams: tuple[Path, Path], prompts: ScriptedPrompts
) -> None:
    desk.open(survey_file)
    for number in range(2):
        dialog = _merge_dialog(desk, prompts, [two_teams[0]], survey_file)
        desk.qtbot.mouseClick(dialog.main_button, LEFT)
        desk.settle()
        assert dialog.main_button.text() == "Open the result", dialog.trouble.text()
        dialog.reject()
        desk.gone(dialog)
        if number == 0:
            merged = survey_file.read_bytes()
    assert survey_file.read_bytes() == merged
    assert desk.window.survey.path == survey_file
    assert "certain" in desk.window.survey.roster.column("confidence")
    desk.window.survey.selection.set([desk.window.table.model.uuid_at(0)], "window")
    desk.settle()
    desk.trigger("sighting.delete")
    assert len(desk.localities()) == 2, "the survey that was opened again can be edited"


def test_a_merge_that_cannot_be_done_says_why_and_leaves_everything(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    desk.open(survey_file)
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(b"no survey")
    before = survey_file.read_bytes()
    dialog = _merge_dialog(desk, prompts, [bad], survey_file)
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    desk.settle()
    assert "bad.gpkg" in dialog.trouble.text()
    assert survey_file.read_bytes() == before
    assert desk.window.survey.path == survey_file
    assert len(desk.localities()) == 3
    dialog.out.set_path(tmp_path / "x.txt")
    assert dialog.trouble.text() == "x.txt should end in .gpkg."


def test_a_dialog_that_was_closed_meanwhile_costs_nothing(
    desk: Desk,
    survey_file: Path,
    two_teams: tuple[Path, Path],
    prompts: ScriptedPrompts,
    tmp_path: Path,
    notebook: Path,
) -> None:
    desk.open(survey_file)
    dialog = _merge_dialog(desk, prompts, list(two_teams), tmp_path / "out.gpkg")
    desk.qtbot.mouseClick(dialog.main_button, LEFT)
    dialog.close()
    desk.gone(dialog)
    desk.settle()
    assert (tmp_path / "out.gpkg").exists()
    assert prompts.said[-1] == "Merge surveys\nout.gpkg is merged."
    prompts.will_answer(notebook)
    desk.trigger("survey.import")
    reading = desk.window.findChild(ImportDialog)
    reading.close()
    desk.gone(reading)
    desk.settle()
    assert len(desk.localities()) == 3
