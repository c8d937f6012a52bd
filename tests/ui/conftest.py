"""What the tests of the window share: a window on a temporary folder, and prompts that answer from a script."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from surveyapp.services.recording import add_sighting, assigned, new_survey
from surveyapp.settings import Settings
from surveyapp.ui import theme
from surveyapp.ui.prompts import ScriptedPrompts

if TYPE_CHECKING:
    from surveyapp.ui.main_window import MainWindow

SWAT = {
    "gem": "emerald",
    "locality": "Fizagat",
    "expression": "vein",
    "host_rock": "schist",
    "observer": "Zarmina",
    "observed_at": "2026-05-03T06:10:00Z",
    "notes": "زمرد کی رگ، talc schist کے ساتھ",
}


@pytest.fixture(scope="session", autouse=True)
def _share_contexts() -> None:
    """The web engine wants this before there is an application."""
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)


_GARBAGE = 60_000
"""Objects that may wait to be collected."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Garbage is collected in this thread only, as in the program (surveyapp.ui.garbage): a worker that takes widgets
    apart can stop for ever."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """What a test's widgets were to be deleted later is deleted now: Qt would wait for an event loop that never ends,
    and whatever is left is styled again by each test that chooses colours."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if gc.get_count()[0] > _GARBAGE:
        gc.collect()
    gc.enable()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "config" / "settings.json")
    made.update({"surveyor.name": "Zarmina", "surveyor.team": "Swat 1", "files.folder": str(tmp_path)})
    return made


@pytest.fixture
def prompts() -> Iterator[ScriptedPrompts]:
    made = ScriptedPrompts()
    yield made
    assert not made.answers, f"answers that nobody asked for: {list(made.answers)}"


@pytest.fixture
def survey_file(tmp_path: Path) -> Path:
    """A survey with three sightings."""
    path = tmp_path / "swat.gpkg"
    with new_survey(path, "Swat emeralds", team="Swat 1", surveyor="Zarmina", province="PK-KP") as session:
        for at, more in (
            ("34.7725N 72.3608E", {}),
            ("34.7810N 72.3702E", {"locality": "Shamozai", "gem": "topaz", "notes": ""}),
            ("34.7650N 72.3420E", {"locality": "Charbagh", "presence": "absent", "observer": "Gul"}),
        ):
            add_sighting(session, assigned("sighting", {**SWAT, "at": at, **more}))
    return path


class Desk:
    """A window with what a test needs to wait for."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    def settle(self) -> None:
        """Wait until nothing is under way, and all of it has been delivered."""
        self.qtbot.waitUntil(lambda: self.window.tasks.idle, timeout=15_000)
        QCoreApplication.processEvents()
        self.qtbot.waitUntil(lambda: self.window.tasks.idle, timeout=15_000)

    def open(self, path: Path) -> None:
        self.window.survey.open(path)
        self.settle()

    def trigger(self, action: str) -> None:
        self.window.action_set[action].trigger()
        self.settle()

    def gone(self, thing: QObject) -> None:
        """Wait until a window that was closed is deleted."""
        self.qtbot.waitUntil(lambda: not isValid(thing))

    def localities(self) -> list[str]:
        """The localities that the table shows, in its order."""
        model = self.window.table.model
        at = model.columns.index("locality")
        return [model.index(row, at).data() for row in range(model.rowCount())]


@pytest.fixture
def make_desk(
    qtbot: QtBot, settings: Settings, prompts: ScriptedPrompts, tmp_path: Path
) -> Iterator[Callable[[], Desk]]:
    from surveyapp.ui.main_window import MainWindow  # the tests of single widgets need no window

    made: list[MainWindow] = []

    def make() -> Desk:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        if not made:
            # As when the program starts: with the look of the test before, Qt would style each part twice.
            application.setStyleSheet("")
        window = MainWindow(settings, tmp_path / "drafts", prompts)
        made.append(window)
        window.show()
        qtbot.waitExposed(window)
        return Desk(window, qtbot)

    yield make
    for window in made:
        window.end()
        window.close()
        window.deleteLater()
    # Gone at once, and not when some event loop ends: whatever is left would be styled by the next test.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, theme.LIGHT)  # no test sees the colours that another chose


@pytest.fixture
def desk(make_desk: Callable[[], Desk]) -> Desk:
    return make_desk()
