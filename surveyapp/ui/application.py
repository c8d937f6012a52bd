"""The program with its window: made, run, and photographed."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QSize,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from surveyapp.assets import resource_path
from surveyapp.errors import SurveyError, Unavailable
from surveyapp.settings import Settings
from surveyapp.ui import theme
from surveyapp.ui.crash import CrashReporter, FaultLog, report_folder
from surveyapp.ui.language import use_language
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.main_window import Again, MainWindow
    from surveyapp.ui.prompts import Prompts

_SIZE = QSize(1366, 768)
"""The screen of the laptops that are used in the field."""
_PATIENCE_S = 60.0


def make_application() -> QApplication:
    """The one ``QApplication``, with name, fonts and icon; the one that is there if there is one."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)  # the web engine's wish
    application = QApplication(sys.argv[:1])
    application.setApplicationName("SurveyApp")
    application.setDesktopFileName("surveyapp")
    application.setWindowIcon(QIcon(str(resource_path("icons/gems/emerald.svg"))))
    theme.use_fonts(application)
    return application


def draft_folder() -> Path:
    """Where half-filled forms are kept."""
    import platformdirs

    return Path(platformdirs.user_data_dir("surveyapp", appauthor=False)) / "drafts"


def run_window(path: Path | None, *, settings: Settings | None = None) -> int:
    """Open the window, on a survey if one is given, and run until it is closed; returns the exit status. Another
    language makes the window anew on the same survey."""
    application = make_application()
    settings = settings or Settings.of_user()
    with FaultLog(report_folder()) as faults:
        status, again = _run_once(application, settings, path, faults)
        while again is not None:
            status, again = _run_once(application, settings, again.path)
    return status


def _run_once(
    application: QApplication, settings: Settings, path: Path | None, faults: FaultLog | None = None
) -> tuple[int, Again | None]:
    """Run one window until it closes; returns the exit status, and why it closed if another is wanted."""
    use_language(application, settings["appearance.language"])
    window = make_window(settings, draft_folder(), path)
    reporter = CrashReporter(
        report_folder(), lambda sentence, told: window.prompts.warn(sentence, details=told), window
    )
    reporter.install()
    window.show()
    if faults is not None:
        _greet(window, settings, faults)
    try:
        status = application.exec()
    finally:
        window.end()
        reporter.uninstall()
        window.deleteLater()
    return status, window.again


def make_window(
    settings: Settings, drafts: Path, path: Path | None = None, prompts: Prompts | None = None
) -> MainWindow:
    """The window, not yet shown. A survey that is given is read while the window is made; what comes of it is told
    when the event loop runs."""
    gc.disable()  # nothing of a window is garbage yet, and to look for it takes a twentieth of the time
    try:
        from surveyapp.ui.survey_controller import SurveyController
        from surveyapp.ui.tasks import Tasks

        survey = SurveyController(Tasks(), settings)
        if path is not None:
            survey.open(path)
        from surveyapp.ui.main_window import MainWindow

        return MainWindow(settings, drafts, prompts, survey)
    finally:
        gc.freeze()  # it lives as long as the program does


def _greet(window: MainWindow, settings: Settings, faults: FaultLog) -> None:
    """What has to be said once the window stands: trouble with the settings, or a fault of the last run."""
    if settings.trouble:
        QTimer.singleShot(0, lambda: window.prompts.warn(settings.trouble or ""))
    if faults.last_words.strip():
        QTimer.singleShot(
            0,
            lambda: window.prompts.warn(
                tr("SurveyApp ended unexpectedly the last time; every save is in its survey, and an unsaved form is "
                   "offered again when the survey is opened."),
                details=faults.last_words,
            ),
        )


def shots(path: Path, out_dir: Path) -> list[Path]:
    """Open the window on a survey, wait until it is loaded, and write PNGs of it at 1366×768 in light and dark.

    Needs no display. Raises the survey's own error if it cannot be opened, ``Unavailable`` if that takes
    longer than a minute.
    """
    import os

    if QApplication.instance() is None and not os.environ.get("QT_QPA_PLATFORM"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = make_application()
    from surveyapp.ui.main_window import MainWindow
    from surveyapp.ui.prompts import ScriptedPrompts

    made: list[Path] = []
    out_dir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="surveyapp-shots-") as folder:
        window = MainWindow(Settings(None), Path(folder), ScriptedPrompts())
        before = qInstallMessageHandler(_without_excuses)
        try:
            window.resize(_SIZE)
            window.show()
            _open_in(application, window, path)
            for name in ("light", "dark"):
                window.appearance.set_theme(name)
                _settle(application, window)
                target = out_dir / f"window-{name}.png"
                if not window.grab().save(str(target)):
                    raise Unavailable(tr("{target} cannot be written; choose another folder.", target=target))
                made.append(target)
        finally:
            window.end()
            window.close()
            window.deleteLater()
            application.processEvents()
            qInstallMessageHandler(before)
    return made


def _without_excuses(_kind: QtMsgType, _where: QMessageLogContext, text: str | None) -> None:
    """Qt's messages, less those of the platform without a screen about what it cannot do."""
    if text and not text.startswith("This plugin does not support"):
        sys.stderr.write(f"{text}\n")


def _open_in(application: QApplication, window: MainWindow, path: Path) -> None:
    failed: list[Exception] = []
    window.survey.open(path, failed.append)
    _wait(application, lambda: bool(failed) or window.survey.facts is not None)
    if failed:
        raise failed[0] if isinstance(failed[0], SurveyError) else Unavailable(str(failed[0]))
    if len(window.survey.roster):
        window.table.step(1)
    _settle(application, window)
    window.desk.toast.hide()


def _settle(application: QApplication, window: MainWindow) -> None:
    """Until nothing is under way and everything has been drawn."""
    for _round in range(3):
        _wait(application, lambda: window.tasks.idle)
        application.processEvents()


def _wait(application: QApplication, ready: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not ready():
        application.processEvents()
        time.sleep(0.002)
        if time.monotonic() > until:
            raise Unavailable(tr("The window did not finish loading within a minute."))
