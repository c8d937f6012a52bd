"""The window in Urdu: its words, its direction, its numbers and dates, and whether everything fits."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QDockWidget, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from surveyapp.settings import Settings
from surveyapp.ui import application, language
from surveyapp.ui.main_window import MainWindow
from surveyapp.ui.prompts import ScriptedPrompts
from surveyapp.words import tr
from tests.ui.conftest import Desk

_BIDI = str.maketrans("", "", "\u2066\u2067\u2068\u2069\u200e\u200f")


@pytest.fixture
def urdu(qapp: QApplication) -> Iterator[None]:
    font = qapp.font()
    language.use_language(qapp, "ur")
    yield
    language.use_language(qapp, "en")
    qapp.setFont(font)


@pytest.fixture
def urdu_desk(
    urdu: None, qtbot: QtBot, tmp_path: Path, settings: Settings, prompts: ScriptedPrompts, survey_file: Path
) -> Iterator[Desk]:
    settings["appearance.language"] = "ur"
    window = MainWindow(settings, tmp_path / "drafts", prompts)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    made = Desk(window, qtbot)
    made.open(survey_file)
    yield made
    window.end()


def test_the_setting_decides_and_else_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert language.language_of("ur") == "ur"
    assert language.language_of("en") == "en"
    for system, spoken in (("ur_PK", "ur"), ("en_GB", "en"), ("de_DE", "en")):
        monkeypatch.setattr(language.QLocale, "system", lambda system=system: QLocale(system))
        assert language.language_of("system") == spoken


def test_the_window_speaks_urdu_from_right_to_left(urdu_desk: Desk) -> None:
    window = urdu_desk.window
    assert window.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert window.action_set["survey.new"].text() == "نیا سروے…"
    assert window.menuBar().actions()[0].text() == "سروے (&S)"
    assert window.counts_label.text().translate(_BIDI) == "3 مشاہدات   0 تصاویر"
    assert window.saved_label.text() == "سب محفوظ ہے"
    table, side = window.table, window.desk.side
    assert table.mapTo(window, table.rect().center()).x() > side.mapTo(window, side.rect().center()).x()
    assert window.action_set["view.language.ur"].isChecked()


def test_no_word_of_the_window_is_left_in_english(urdu_desk: Desk) -> None:
    """Every label and button is looked at; what is Latin has to be a name, a value or a key."""
    window = urdu_desk.window
    urdu_desk.window.table.step(1)
    urdu_desk.settle()
    for name in ("form", "photos", "history", "gps", "structure", "samples", "layers"):
        window.desk.bring_up(name)
        urdu_desk.settle()
    allowed = re.compile(
        r"SurveyApp|Fizagat|Shamozai|Charbagh|Swat( \w+)?|Zarmina|Gul|talc schist|HDOP|NMEA|USB|TCP|UDP|GPS|WGS 84|UTM|"
        r"MGRS|PKT|UTC|EPSG|IGSN|EXIF|GNSS|Ctrl|Alt|Shift|Return|Emerald|Ruby|Peridot|Sapphire|Topaz|Aquamarine|Spinel|"
        r"Tourmaline|Garnet|Built-in map \(Natural Earth 1:10 m\)|/[\w/.\-]+|\d+(\.\d+)?[NE]|km|mm|m³|px|ct|deg|typed|"
        r"Saidu Sharif|Mingora|\w+\.gpkg|MBTiles|GeoPackage|GeoTIFF|GeoJSON|[\da-f]{8}-[\da-f-]{27}|[A-Z]{1,3}"
    )
    left = {}
    for widget in (*window.desk.findChildren(QLabel), *window.desk.findChildren(QPushButton)):
        text = widget.text().translate(_BIDI).replace("&", "")
        rest = allowed.sub("", text)
        if re.search(r"[A-Za-z]{3}", rest) and not text.startswith("<"):
            left[text] = widget.objectName() or type(widget).__name__
    assert left == {}


def test_dates_in_the_table_are_not_scrambled(urdu_desk: Desk) -> None:
    model = urdu_desk.window.table.view.model()
    column = next(
        at for at in range(model.columnCount())
        if model.headerData(at, Qt.Orientation.Horizontal) == "وقت مشاہدہ"
    )  # fmt: skip
    told = {str(model.index(row, column).data()).translate(_BIDI) for row in range(model.rowCount())}
    assert told == {"3 مئی 2026, 11:10"}


def test_buttons_of_qt_itself_speak_urdu(urdu: None, qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.button(QDialogButtonBox.StandardButton.Ok).text() == "ٹھیک ہے"
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "منسوخ"


def test_numbers_are_written_as_in_pakistan(urdu: None) -> None:
    assert QLocale().toString(1234.5, "f", 1) == "1,234.5"


def test_english_is_as_before_after_urdu(urdu: None, qapp: QApplication) -> None:
    language.use_language(qapp, "en")
    assert qapp.layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert tr("All saved") == "All saved"
    assert isinstance(language.catalogue_of("en"), gettext.NullTranslations)


def test_no_text_is_cut_off_at_1366_by_768(urdu_desk: Desk) -> None:
    """Buttons and one-line labels are as wide as their words."""
    window = urdu_desk.window
    window.table.step(1)
    urdu_desk.settle()
    assert window.width() == 1366
    cut = {}
    for name in ("form", "photos", "gps", "structure", "samples", "layers"):
        window.desk.bring_up(name)
        urdu_desk.settle()
        for button in window.findChildren(QPushButton):
            if button.isVisible() and button.text() and "    " not in button.text():
                wanted = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
                if button.width() < wanted:
                    cut[button.text()] = (button.width(), wanted)
    assert cut == {}
    window.action_set["survey.check"].trigger()
    urdu_desk.settle()
    assert window.findChild(QDockWidget, "check_dock").isVisible()
    assert (window.width(), window.height()) == (1366, 768)
    toolbar = window.toolbar
    assert all(toolbar.widgetForAction(action).isVisible() for action in toolbar.actions())


def test_the_font_has_all_letters_of_urdu(urdu: None, qapp: QApplication) -> None:
    family = language.urdu_family()
    if not family:
        pytest.skip("this machine has no font with the letters of Urdu")
    assert qapp.font().families()[0] == family


def test_without_a_font_the_package_lends_one(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    added: list[str] = []
    monkeypatch.setattr(language, "_URDU_FAMILIES", ())
    monkeypatch.setattr(language, "import_module", lambda _name: SimpleNamespace(serif_path=lambda: Path("naskh.ttf")))
    monkeypatch.setattr(QFontDatabase, "addApplicationFont", lambda path: added.append(path) or 7)
    monkeypatch.setattr(QFontDatabase, "applicationFontFamilies", lambda _number: ["Naskh of the package"])
    language.urdu_family.cache_clear()
    assert language.urdu_family() == "Naskh of the package"
    assert added == ["naskh.ttf"]

    def missing(_name: str) -> ModuleType:
        raise ImportError

    monkeypatch.setattr(language, "import_module", missing)
    language.urdu_family.cache_clear()
    assert language.urdu_family() == ""
    language.urdu_family.cache_clear()


def test_another_language_makes_the_window_anew_on_the_same_survey(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, settings: Settings, survey_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What the program does when the action is pressed: close, and open again in the other language."""
    seen: list[tuple[str, str, str]] = []
    settings["appearance.language"] = "en"
    monkeypatch.setattr(application, "draft_folder", lambda: tmp_path / "drafts")
    monkeypatch.setattr(application, "report_folder", lambda: tmp_path / "reports")

    def run() -> int:
        window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible())
        qtbot.waitUntil(lambda: window.survey.facts is not None and window.tasks.idle, timeout=15_000)
        seen.append((settings["appearance.language"], window.action_set["app.quit"].text(), str(window.survey.path)))
        if len(seen) == 1:
            window.action_set["view.language.ur"].trigger()
        else:
            window.close()
        return 0

    monkeypatch.setattr(QApplication, "exec", lambda *_: run())
    font = qapp.font()
    try:
        assert application.run_window(survey_file, settings=settings) == 0
    finally:
        language.use_language(qapp, "en")
        qapp.setFont(font)
    assert seen == [("en", "&Quit", str(survey_file)), ("ur", "پروگرام بند کریں", str(survey_file))]


def test_the_same_language_again_leaves_the_window_alone(desk: Desk) -> None:
    desk.window.settings["appearance.language"] = "system"
    desk.window.action_set["view.language.en"].trigger()
    assert desk.window.isVisible()
    assert desk.window.again is None
