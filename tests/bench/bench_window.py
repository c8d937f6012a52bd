"""The window with 100,000 sightings: on screen, searching, sorting, and the form from a press to ready.

Each time is beside the plainest thing of its kind: a bare window of PySide6, or the time for which people do not feel
a wait (0.1 s, Nielsen 1993). ``stall`` is the longest that the window did not answer meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surveyapp.ui.main_window import MainWindow

COUNT = 100_000
ROUNDS = 5
BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(QTableView())
window.resize(1366, 740)
window.show()
application.processEvents()
"""


def run() -> list[str]:
    """Rows of a Markdown table."""
    from tests.bench.bench_storage import _made

    with tempfile.TemporaryDirectory() as folder:
        survey = Path(folder) / "survey.gpkg"
        _made(survey, COUNT)
        bare = _seconds("-c", BARE)
        shown = _seconds("-m", "tests.bench.bench_window", "show", str(survey))
        done = subprocess.run([sys.executable, "-m", "tests.bench.bench_window", "work", str(survey)],
                              capture_output=True, text=True, check=True, env=_environment())
    rows = []
    against = f"bare PySide6 window | {shown:.2f} s | {bare:.2f} s | +{shown - bare:.2f} s"
    rows.append(f"| window on screen, {COUNT:,} sightings | {against} |")
    for name, (took, stall) in json.loads(done.stdout).items():
        told = f"{took * 1e3:.0f} ms | 100 ms | {took / 0.1:.2f}×"
        rows.append(f"| {name} (stall {stall * 1e3:.0f} ms) | 0.1 s | {told} |")
    return rows


def _environment() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def _seconds(*command: str) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True, env=_environment())
        times.append(time.perf_counter() - start)
    return median(times)


class _Bench:
    """A window on the survey, and a clock on what it does."""

    def __init__(self, survey: Path, folder: Path) -> None:
        from PySide6.QtCore import QCoreApplication, Qt, QTimer
        from PySide6.QtWidgets import QApplication

        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
        self.application = QApplication([])
        self.window = self._opened(survey, folder)
        self._gap, self._last = 0.0, time.perf_counter()
        self._beat = QTimer()
        self._beat.timeout.connect(self._tick)

    def _opened(self, survey: Path, folder: Path) -> MainWindow:
        from surveyapp.settings import Settings
        from surveyapp.ui.main_window import MainWindow
        from surveyapp.ui.prompts import ScriptedPrompts

        window = MainWindow(Settings(folder / "settings.json"), folder / "drafts", ScriptedPrompts())
        window.show()
        window.survey.open(survey)
        self.until(lambda: len(window.survey.roster) == COUNT and window.survey.facts is not None)
        window.canvas.repaint()
        return window

    def until(self, done: Callable[[], bool]) -> None:
        """Let the window work until something is so. It sleeps between events, as it does for a person: a loop
        that never sleeps would keep the storage thread from Python's lock."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop, look = QEventLoop(), QTimer()
        look.timeout.connect(lambda: loop.quit() if done() else None)
        look.start(1)
        if not done():
            loop.exec()

    def settle(self) -> None:
        """Let the window come to rest."""
        self.until(lambda: self.window.tasks.idle)
        end = time.perf_counter() + 0.3
        self.until(lambda: time.perf_counter() > end and self.window.tasks.idle)

    def clock(self, start: Callable[[], object], done: Callable[[], bool]) -> tuple[float, float]:
        """(seconds from a press until something is so, longest time in which the window did not answer)."""
        self._gap, self._last = 0.0, time.perf_counter()
        self._beat.start(1)
        begun = time.perf_counter()
        start()
        self.until(done)
        took = time.perf_counter() - begun
        self._tick()
        self._beat.stop()
        return took, self._gap

    def _tick(self) -> None:
        now = time.perf_counter()
        self._gap, self._last = max(self._gap, now - self._last), now


def _work(bench: _Bench) -> dict[str, tuple[float, float]]:
    window, table = bench.window, bench.window.table
    bench.settle()
    found = {}
    heard: list[object] = []
    table.finder.found.connect(lambda *told: heard.append(told))

    def search(text: str) -> tuple[float, float]:
        table.search.setText(text)
        heard.clear()
        return bench.clock(table.find_now, lambda: bool(heard))

    found["first search of all fields"] = search("place 4711")
    found["search of all fields"] = search("note 815")
    search("")
    bench.settle()
    found["sort by locality"] = bench.clock(lambda: table.view.sortByColumn(
        table.model.columns.index("locality"), table.view.horizontalHeader().sortIndicatorOrder()), lambda: True)
    found["new sighting, form ready"] = bench.clock(
        window.form_controller.new, lambda: window.form.record is None and window.tasks.idle)
    for name, row in (("first sighting chosen, form shows it", COUNT // 2), ("another sighting chosen", COUNT // 3)):
        uuid = window.survey.roster.uuids[row]
        found[name] = bench.clock(lambda uuid=uuid: window.survey.selection.set([uuid], "bench"),
                                  lambda uuid=uuid: _shows(window, uuid))
        bench.settle()
    return found


def _shows(window: MainWindow, uuid: str) -> bool:
    return window.form.record is not None and window.form.record.uuid == uuid


def main() -> None:
    """``show FILE`` ends once the sightings are on screen; ``work FILE`` prints what takes how long."""
    job, survey = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(survey, Path(folder))
        if job == "work":
            print(json.dumps(_work(bench)), flush=True)
            bench.window.end()
        os._exit(0)  # a window that is closed in good order is not what is measured


if __name__ == "__main__":
    main()
