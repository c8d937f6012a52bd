"""The window with 100,000 sightings: on screen, searching, sorting, and the form from a press to ready.

Each time is beside the plainest thing of its kind: a bare window of PySide6, or the time for which people do not feel
a wait (0.1 s, Nielsen 1993). ``stall`` is the longest that the window did not answer meanwhile.

*On screen* is: from the start of the process until every sighting is painted on the map and the table has painted
rows with their values; what was painted is looked at afterwards. Both programs run from compiled bytecode, as installed
ones do.
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
ROUNDS = 7
BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(QTableView())
window.resize(1366, 740)
window.show()
application.processEvents()
print("drawn", flush=True)
"""


def run() -> list[str]:
    """Rows of a Markdown table."""
    from tests.bench.bench_storage import _made

    with tempfile.TemporaryDirectory() as folder:
        survey = Path(folder) / "survey.gpkg"
        _made(survey, COUNT)
        environment = _environment(Path(folder) / "bytecode")
        show = ("-m", "tests.bench.bench_window", "show", str(survey))
        _marks(environment, *show)  # compiles, and brings the file into the system's memory, for both
        rounds = [(_marks(environment, "-c", BARE)["drawn"], _marks(environment, *show)) for _ in range(ROUNDS)]
        done = subprocess.run([sys.executable, "-m", "tests.bench.bench_window", "work", str(survey)],
                              capture_output=True, text=True, check=True, env=environment)
    bare = median(plain for plain, _ours in rounds)
    rows = []
    for mark, told in (("drawn", "window on screen"), ("columns", "all columns read"), ("finder", "search indexed")):
        ours = median(one[mark] for _plain, one in rounds)
        against = f"bare PySide6 window | {ours:.2f} s | {bare:.2f} s | +{ours - bare:.2f} s"
        rows.append(f"| {told}, {COUNT:,} sightings | {against} |")
    for name, (took, stall) in json.loads(done.stdout).items():
        told = f"{took * 1e3:.0f} ms | 100 ms | {took / 0.1:.2f}×"
        rows.append(f"| {name} (stall {stall * 1e3:.0f} ms) | 0.1 s | {told} |")
    return rows


def _environment(bytecode: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(bytecode)}


def _marks(environment: dict[str, str], *command: str) -> dict[str, float]:
    """Seconds from the start of a process to each line that it prints, by the line."""
    start = time.perf_counter()
    found: dict[str, float] = {}
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            found[line.strip()] = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return found


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
        from surveyapp.ui.application import make_window
        from surveyapp.ui.prompts import ScriptedPrompts

        window = make_window(Settings(folder / "settings.json"), folder / "drafts", survey, ScriptedPrompts())
        window.show()
        self.until(lambda: len(window.survey.roster) == COUNT and window.survey.facts is not None)
        # Painted here and now, where a person's screen would follow a moment later.
        window.canvas.repaint()
        window.table.view.viewport().repaint()
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
        """Let the window come to rest: everything read, nothing under way."""
        self.until(self._rests)
        end = time.perf_counter() + 0.3
        self.until(lambda: time.perf_counter() > end and self._rests())

    def _rests(self) -> bool:
        window = self.window
        return window.tasks.idle and window.survey.roster.whole and window.table.finder.ready

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


def _look(bench: _Bench) -> None:
    """Whether what was painted is what a person waits for; else the time that it took would be of nothing."""
    window = bench.window
    canvas, view, model = window.canvas, window.table.view, window.table.model
    frame = canvas.scene.points.frame(canvas.view)
    drawn = len(frame.loose) + int(frame.groups.count.sum())
    assert drawn == canvas.scene.layer.shown_count == COUNT, f"{drawn} sightings are on the map"
    assert _colours(canvas) > 20, "the map is empty"
    rows = view.viewport().height() // view.rowHeight(0)
    known = [model.index(row, model.columns.index("locality")).data() for row in range(rows)]
    assert known == [f"place {row}" for row in range(rows)], f"the table shows {known}"
    assert rows > 5, "the table has no room"
    assert _colours(view.viewport()) > 20, "the table is empty"


def _colours(widget: object) -> int:
    from PySide6.QtGui import QImage

    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)  # type: ignore[attr-defined]
    return len({image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)})


def _show(bench: _Bench, told: Callable[[str], None]) -> None:
    told("drawn")
    window = bench.window
    bench.until(lambda: window.survey.roster.whole)
    told("columns")
    bench.until(lambda: window.table.finder.ready)
    told("finder")
    _look(bench)


def main() -> None:
    """``show FILE`` says when the sightings are on screen, and when all is read; ``work FILE`` prints what takes how
    long."""
    job, survey = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(survey, Path(folder))
        if job == "work":
            print(json.dumps(_work(bench)), flush=True)
        else:
            _show(bench, lambda mark: print(mark, flush=True))
        bench.window.end()
        os._exit(0)


if __name__ == "__main__":
    main()
