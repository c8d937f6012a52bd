"""What surrounds the window: prompts, defects, start and end, GPS and photos wired through it."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import pytest
from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from surveyapp.assets import sample_surveys
from surveyapp.errors import BadFile
from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.ui import application
from surveyapp.ui.crash import CrashReporter, FaultLog
from surveyapp.ui.drawn_icon import drawn_icon
from surveyapp.ui.prompts import Choice, QtPrompts, ScriptedPrompts
from surveyapp.ui.selection import Selection
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


# --- prompts -----------------------------------------------------------------------------------------


def _answer(qtbot: QtBot, press: Callable[[QMessageBox], None]) -> None:
    """Press something in the message box that is about to come."""

    def look() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            press(box)
        else:
            QTimer.singleShot(20, look)

    del qtbot
    QTimer.singleShot(0, look)


def _press(text: str) -> Callable[[QMessageBox], None]:
    return lambda box: next(b for b in box.buttons() if b.text().replace("&", "") == text).click()


def test_a_choice_gives_its_key_and_cancel_gives_none(qtbot: QtBot) -> None:
    prompts = QtPrompts(None)
    choices = (Choice("save", "Save"), Choice("drop", "Throw away", destructive=True))
    _answer(qtbot, _press("Throw away"))
    assert prompts.choose("What now?", choices) == "drop"
    _answer(qtbot, _press("Cancel"))
    assert prompts.choose("What now?", choices) is None
    _answer(qtbot, lambda box: box.defaultButton().click())
    assert prompts.choose("What now?", choices) == "save", "Enter never destroys anything"
    _answer(qtbot, lambda box: box.reject())
    assert prompts.choose("What now?", choices) is None


def test_telling_shows_text_as_it_is_and_details_apart(qtbot: QtBot) -> None:
    seen: list[tuple[str, str, Qt.TextFormat]] = []

    def look(box: QMessageBox) -> None:
        seen.append((box.text(), box.detailedText(), box.textFormat()))
        box.accept()

    _answer(qtbot, look)
    QtPrompts(None).warn("<b>swat.gpkg</b> cannot be read.", details="line 1")
    _answer(qtbot, look)
    QtPrompts(None).tell("Done.")
    assert seen == [
        ("<b>swat.gpkg</b> cannot be read.", "line 1", Qt.TextFormat.PlainText),
        ("Done.", "", Qt.TextFormat.PlainText),
    ]


def test_the_script_fails_the_test_that_asks_too_much() -> None:
    prompts = ScriptedPrompts()
    with pytest.raises(AssertionError, match="no answer"):
        prompts.choose("Which?", (Choice("a", "A"),))
    prompts.will_answer("b")
    with pytest.raises(AssertionError, match="no answer to"):
        prompts.choose("Which?", (Choice("a", "A"),))


# --- defects -----------------------------------------------------------------------------------------


def _divide(words: str) -> None:
    raise ZeroDivisionError(words)


def _defect(words: str) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    """A defect as Python hands it to its hook."""
    try:
        _divide(words)
    except ZeroDivisionError as error:
        return type(error), error, error.__traceback__
    raise AssertionError


def test_a_defect_is_written_down_and_shown_and_the_program_goes_on(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[tuple[str, str]] = []
    reporter = CrashReporter(tmp_path / "logs", lambda sentence, told: shown.append((sentence, told)))
    before = sys.excepthook, threading.excepthook
    reporter.install()
    try:
        assert sys.excepthook == reporter.take
        sys.excepthook(*_defect("کوئی غلطی"))
        thread = threading.Thread(target=lambda: {}["missing"], name="worker")
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: len(shown) == 2)
    finally:
        reporter.uninstall()
    assert (sys.excepthook, threading.excepthook) == before
    sentence, told = shown[0]
    assert "what you saved is safe" in sentence
    assert "ZeroDivisionError: کوئی غلطی" in told
    reports = sorted((tmp_path / "logs").glob("report-*.txt"))
    assert len(reports) == 2
    assert str(reports[0]) in sentence
    assert "کوئی غلطی" in reports[0].read_text("utf-8")
    assert "thread worker" in reports[1].read_text("utf-8")
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_defect_that_repeats_while_it_is_shown_is_not_shown_again(qtbot: QtBot, tmp_path: Path) -> None:
    count = 0

    def show(_sentence: str, _told: str) -> None:
        nonlocal count
        count += 1
        for _again in range(5):
            reporter.take(ValueError, ValueError("again"), None)
        QApplication.processEvents()

    reporter = CrashReporter(tmp_path, show)
    reporter.take(ValueError, ValueError("once"), None)
    qtbot.waitUntil(lambda: count == 1)
    QApplication.processEvents()
    assert count == 1
    assert len(list(tmp_path.glob("report-*.txt"))) == 6


def test_without_room_for_a_report_the_defect_is_shown_all_the_same(qtbot: QtBot, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    shown: list[str] = []
    reporter = CrashReporter(blocked / "logs", lambda sentence, _told: shown.append(sentence))
    reporter.take(ValueError, ValueError("x"), None)
    qtbot.waitUntil(lambda: bool(shown))
    assert "No report could be written" in shown[0]


def test_old_reports_are_cleared_away(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    for number in range(30):
        (tmp_path / f"report-2020010{number % 10}T0000{number:02d}-000000.txt").touch()
    CrashReporter(tmp_path, lambda *_: None).take(ValueError, ValueError("x"), None)
    assert len(list(tmp_path.glob("report-*.txt"))) == 20


def test_the_last_words_of_a_run_that_died_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "faults.txt").write_text("Fatal Python error: Segmentation fault", "utf-8")
    first = FaultLog(tmp_path)
    assert "Segmentation" in first.last_words
    first.close()
    again = FaultLog(tmp_path)
    assert again.last_words == ""
    again.close()
    blocked = tmp_path / "blocked"
    blocked.touch()
    none = FaultLog(blocked / "logs")
    assert none.last_words == ""
    none.close()


# --- start and end -----------------------------------------------------------------------------------


def test_the_window_runs_on_a_survey_until_it_is_closed(
    qtbot: QtBot, survey_file: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    del qtbot
    seen: list[str] = []

    def look() -> None:
        window = next((w for w in QApplication.topLevelWidgets() if w.objectName() == "main_window"), None)
        if window is None or not window.windowTitle().startswith("Swat"):
            QTimer.singleShot(30, look)
            return
        seen.append(window.windowTitle())
        window.close()

    monkeypatch.setattr("faulthandler.enable", lambda _file: None)  # pytest's own stays as it is
    monkeypatch.setattr("faulthandler.disable", lambda: None)
    QTimer.singleShot(0, look)
    assert application.run_window(survey_file, settings=settings) == 0
    assert seen == ["Swat emeralds — Swat 1 — SurveyApp"]
    assert settings.recent() == [survey_file]
    assert settings["window.geometry"]


def test_shots_are_taken_in_light_and_dark_at_the_size_of_the_field_laptop(
    qtbot: QtBot, survey_file: Path, tmp_path: Path
) -> None:
    del qtbot
    made = application.shots(survey_file, tmp_path / "shots")
    assert [path.name for path in made] == ["window-light.png", "window-dark.png"]
    light, dark = (QImage(str(path)) for path in made)
    assert (light.width(), light.height()) == (1366, 768)
    assert light.pixelColor(1000, 760).lightness() > 200
    assert dark.pixelColor(1000, 760).lightness() < 80


def test_shots_of_what_is_no_survey_say_why(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(b"x")
    with pytest.raises(BadFile, match=r"bad\.gpkg"):
        application.shots(bad, tmp_path / "shots")


def test_settings_that_cannot_be_written_are_said_and_stop_nothing(
    desk: Desk, survey_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("surveyapp.settings.store.os.fsync", full)
    desk.open(survey_file)
    assert len(desk.localities()) == 3
    assert "No space left" in desk.window.desk.toast.text.text()


def test_a_selection_tells_only_of_changes() -> None:
    selection = Selection()
    heard: list[str] = []
    selection.changed.connect(heard.append)
    selection.set(["a", "b"], "map")
    selection.set(["a", "b"], "table")
    assert heard == ["map"]
    assert selection.current == "a"
    selection.set(["b"], "table")
    assert selection.current == "b"
    selection.forget(["x"])
    selection.forget(["b"])
    assert heard == ["map", "table", "window"]
    assert selection.current is None


# --- GPS and photos through the window ---------------------------------------------------------------


def test_a_recorded_log_shows_on_map_and_status_bar_and_is_never_taken_as_live(
    desk: Desk, survey_file: Path, settings: Settings
) -> None:
    desk.open(survey_file)
    window = desk.window
    panel = window.gps.panel
    desk.trigger("view.gps")
    assert window.desk.side.currentWidget() is panel
    panel.connect_source(f"replay:{sample_surveys() / 'ridge_walk.nmea'}")
    desk.qtbot.waitUntil(lambda: panel.fix is not None and panel.fix.has_position, timeout=10_000)
    assert window.gps_label.isVisible()
    assert window.gps_label.text() == "GPS: recorded log, not live"
    assert window.canvas.scene.gps is not None
    assert window.canvas.scene.gps.stale
    assert settings["gps.source"]
    panel.disconnect_source()
    assert window.canvas.scene.gps is None
    assert not window.gps_label.isVisible()


def test_gps_facts_come_into_the_form_with_where_they_came_from(desk: Desk, survey_file: Path) -> None:
    desk.open(survey_file)
    desk.trigger("sighting.new")
    facts = {
        "longitude": 74.61545,
        "latitude": 36.30703,
        "position_source": "gps",
        "accuracy_m": 3.1,
        "fix_quality": "dgps",
        "satellites": 14,
        "hdop": 0.8,
        "elevation_m": 2438.5,
        "position_text": "receiver serial:COM4@9600",
        "position_crs": "EPSG:4326",
    }
    desk.window.gps.panel.positionOffered.emit(facts)
    assert desk.window.desk.side.currentWidget() is desk.window.form
    desk.qtbot.mouseClick(desk.window.form.body.editor("gem").buttons["ruby"], LEFT)  # type: ignore[attr-defined]
    desk.qtbot.mouseClick(desk.window.form.footer.save_button, LEFT)
    desk.settle()
    with Session.open(survey_file) as session:
        saved = next(r for r in session.file.records("sighting") if r.get("gem") == "ruby")
    assert saved.position == pytest.approx((74.61545, 36.30703))
    assert (saved.get("position_source"), saved.get("accuracy_m"), saved.get("satellites")) == ("gps", 3.1, 14)


def test_photos_are_attached_shown_and_removed(desk: Desk, survey_file: Path, prompts: ScriptedPrompts) -> None:
    desk.open(survey_file)
    window = desk.window
    window.survey.selection.set([window.table.model.uuid_at(0)], "window")
    desk.settle()
    photos = sorted((sample_surveys() / "photos").glob("*.jpg"))[:2]
    prompts.will_answer(photos)
    desk.trigger("photo.attach")
    desk.settle()
    assert window.desk.side.tabText(1) == "Photos (2)"
    assert len(window.panels.photos.cards) == 2
    assert "2 photos" in window.counts_label.text()
    desk.qtbot.waitUntil(lambda: window.tasks.idle)
    card = window.panels.photos.cards[0]
    window.panels.photos.photoRemoved.emit(card.photo.uuid)
    desk.settle()
    assert len(window.panels.photos.cards) == 1
    desk.trigger("edit.undo")
    assert len(window.panels.photos.cards) == 2
    with Session.open(survey_file) as session:
        for photo in session.file.records("photo"):
            assert session.file.photo_data(photo.uuid)


def test_a_file_that_is_no_photo_is_refused_in_a_sentence(
    desk: Desk, survey_file: Path, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"not a photo")
    desk.open(survey_file)
    desk.window.survey.selection.set([desk.window.table.model.uuid_at(0)], "window")
    desk.settle()
    prompts.will_answer([bad])
    desk.trigger("photo.attach")
    assert "bad.jpg" in prompts.said[-1]
    assert desk.window.panels.photos.cards == []


def test_an_earlier_version_is_restored_from_the_history(desk: Desk, survey_file: Path) -> None:
    with Session.open(survey_file, author="Gul") as session:
        record = next(r for r in session.file.records("sighting") if r.get("locality") == "Fizagat")
        from surveyapp.services.recording import edit_record

        edit_record(session, record, {"locality": "wrong"})
    desk.open(survey_file)
    window = desk.window
    window.survey.selection.set([record.uuid], "window")
    desk.settle()
    desk.trigger("view.history")
    cards = window.panels.history.cards
    assert len(cards) == 2
    desk.qtbot.mouseClick(cards[-1].restore_button, LEFT)
    desk.settle()
    assert "Fizagat" in desk.localities()
    assert len(window.panels.history.cards) == 3


def test_the_window_stands_before_any_dialog_is_read() -> None:
    later = ["surveyapp.ui.dialogs.", "surveyapp.ui.import_controller", "surveyapp.services.importing",
             "surveyapp.services.exporting", "surveyapp.services.duplicates", "pynmeagps", "serial", "PIL", "geopandas"]
    told = subprocess.run(
        [sys.executable, "-c", "import sys, surveyapp.ui.application, surveyapp.ui.main_window; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()
    assert "surveyapp.ui.desk" in told
    assert {name for name in told if name.startswith(tuple(later))} == {"surveyapp.ui.dialogs.base"}


# --- icons -------------------------------------------------------------------------------------------

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8H0z" fill="{}"/></svg>'


def _middle(picture: QImage) -> str:
    return picture.pixelColor(picture.width() // 2, picture.height() // 2).name()


@pytest.mark.usefixtures("qapp")
def test_an_icon_is_drawn_as_large_as_it_is_shown() -> None:
    icon = drawn_icon(SQUARE.format("#ff0000"), SQUARE.format("#00ff00"))
    for ratio in (1.0, 1.5, 2.0):
        picture = icon.pixmap(QSize(20, 20), ratio)
        assert (picture.width(), picture.devicePixelRatio()) == (20 * ratio, ratio)
        assert _middle(picture.toImage()) == "#ff0000"
        assert _middle(icon.pixmap(QSize(20, 20), ratio, QIcon.Mode.Disabled).toImage()) == "#00ff00"
    paper = QImage(40, 40, QImage.Format.Format_RGB32)
    paper.setDevicePixelRatio(2)
    painter = QPainter(paper)
    icon.paint(painter, QRect(0, 0, 20, 20))
    painter.end()
    assert _middle(paper) == "#ff0000"


@pytest.mark.usefixtures("qapp")
def test_an_icon_without_another_look_is_greyed_and_lives_as_long_as_its_copies() -> None:
    icon = drawn_icon(SQUARE.format("#ff0000"))
    copy = QIcon(icon)
    copy.addPixmap(QPixmap(1, 1))  # makes it an icon of its own
    del icon
    gc.collect()
    greyed = QColor(_middle(copy.pixmap(QSize(16, 16), 1.0, QIcon.Mode.Disabled).toImage()))
    assert greyed.saturation() < QColor("#ff0000").saturation()
    assert _middle(copy.pixmap(QSize(16, 16), 1.0).toImage()) == "#ff0000"
