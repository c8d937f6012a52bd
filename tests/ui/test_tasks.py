from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.progress import Progress
from surveyapp.errors import BadInput, Cancelled
from surveyapp.ui.bridge import SessionBridge
from surveyapp.ui.status import ProgressStrip
from surveyapp.ui.tasks import Task, Tasks


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.shutdown()


def test_work_runs_on_one_thread_in_order_and_answers_come_on_the_gui_thread(qtbot: QtBot, tasks: Tasks) -> None:
    here = threading.get_ident()
    answers: list[tuple[int, int, int]] = []
    for number in range(50):
        tasks.run(
            lambda n=number: (n, threading.get_ident()),
            lambda got: answers.append((*got, threading.get_ident())),
        )
    qtbot.waitUntil(lambda: tasks.idle)
    assert [number for number, _worker, _delivered in answers] == list(range(50))
    workers = {worker for _n, worker, _d in answers}
    assert len(workers) == 1
    assert here not in workers
    assert {delivered for _n, _w, delivered in answers} == {here}


def test_a_connection_made_on_the_storage_thread_can_be_used_there_again(qtbot: QtBot, tasks: Tasks) -> None:
    found: list[object] = []
    tasks.run(lambda: sqlite3.connect(":memory:"), found.append)
    qtbot.waitUntil(lambda: bool(found))
    connection = found[0]
    assert isinstance(connection, sqlite3.Connection)
    tasks.run(lambda: connection.execute("SELECT 1").fetchone(), found.append)
    tasks.run(connection.close)
    qtbot.waitUntil(lambda: tasks.idle)
    assert found[1] == (1,)


def test_errors_reach_their_own_handler_or_the_common_one(qtbot: QtBot, tasks: Tasks) -> None:
    own: list[Exception] = []
    common: list[Exception] = []
    tasks.failed.connect(common.append)

    def bad() -> None:
        raise BadInput("no")

    tasks.run(bad, on_error=own.append)
    tasks.run(bad)
    qtbot.waitUntil(lambda: tasks.idle)
    assert [str(error) for error in own] == ["no"]
    assert [str(error) for error in common] == ["no"]


def test_a_defect_goes_to_the_excepthook_and_to_its_handler(
    qtbot: QtBot, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: hooked.append(kind))
    told: list[Exception] = []
    tasks.run(lambda: 1 // 0, on_error=told.append)
    tasks.run(lambda: 1 // 0)
    qtbot.waitUntil(lambda: tasks.idle)
    assert hooked == [ZeroDivisionError, ZeroDivisionError]
    assert len(told) == 1


def test_progress_is_told_on_the_gui_thread_and_a_cancel_stops_the_work(qtbot: QtBot, tasks: Tasks) -> None:
    seen: list[tuple[int, int, str]] = []
    failed: list[Exception] = []
    cancelled = threading.Event()

    def work(progress: Progress) -> None:
        for done in range(1_000_000):
            progress.step(done, 1_000_000, f"row {done}")
            if done == 5:
                cancelled.wait(10)

    def look(task: Task) -> None:
        seen.append((task.done, task.total, task.what))
        task.cancel()
        cancelled.set()

    tasks.progressed.connect(look)
    tasks.run_long("Counting", work, on_error=failed.append)
    qtbot.waitUntil(lambda: tasks.idle)
    assert seen
    assert seen[0][1] == 1_000_000
    assert isinstance(failed[0], Cancelled)


def test_work_beside_does_not_keep_a_save_waiting(qtbot: QtBot, tasks: Tasks) -> None:
    release = threading.Event()
    saved: list[str] = []
    tasks.run_long("Merging", lambda _progress: release.wait(10), beside=True)
    tasks.run(lambda: "saved", saved.append)
    qtbot.waitUntil(lambda: bool(saved))
    assert not tasks.idle
    release.set()
    qtbot.waitUntil(lambda: tasks.idle)


def test_finish_waits_for_saves_and_for_what_their_deliveries_ask_for(tasks: Tasks) -> None:
    order: list[str] = []
    gate = threading.Event()

    def then(_result: object) -> None:
        order.append("delivered")
        tasks.run(lambda: "second", order.append)

    tasks.run(lambda: gate.wait(10), then)
    threading.Timer(0.05, gate.set).start()
    tasks.finish()
    assert order == ["delivered", "second"]
    assert tasks.idle


def test_shutdown_ends_the_threads_and_takes_no_more_work() -> None:
    tasks = Tasks()
    tasks.run(lambda: None)
    tasks.shutdown()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("surveyapp-storage")]
    with pytest.raises(RuntimeError):
        tasks.run(lambda: None)


def test_the_strip_shows_long_work_and_its_button_cancels_it(qtbot: QtBot, tasks: Tasks) -> None:
    strip = ProgressStrip(tasks)
    qtbot.addWidget(strip)
    started, release = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        progress.step(3, 10, "reading swat.gpkg")
        started.set()
        release.wait(10)
        progress.step(4, 10, "reading hunza.gpkg")

    failed: list[Exception] = []
    tasks.run_long("Merging", work, on_error=failed.append)
    qtbot.waitUntil(strip.isVisible)
    qtbot.waitUntil(lambda: strip.bar.value() == 3)
    assert strip.label.text() == "Merging: reading swat.gpkg"
    strip.cancel.click()
    assert not strip.cancel.isEnabled()
    release.set()
    qtbot.waitUntil(lambda: tasks.idle)
    assert isinstance(failed[0], Cancelled)
    assert not strip.isVisible()


class _Session:
    def __init__(self) -> None:
        self.callbacks: list[object] = []

    def subscribe(self, callback: object) -> object:
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)


def test_the_bridge_tells_of_each_change_once_on_the_gui_thread(qtbot: QtBot, tasks: Tasks) -> None:
    session, other = _Session(), _Session()
    bridge = SessionBridge()
    heard: list[tuple[str, int]] = []
    bridge.changed.connect(lambda change: heard.append((change.label, threading.get_ident())))
    bridge.attach(session)
    tasks.run(lambda: session.callbacks[0](ChangeSet((), "Add ruby")))  # type: ignore[operator]
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("Add ruby", threading.get_ident())]
    late = session.callbacks[0]
    bridge.attach(other)
    assert not session.callbacks, "nothing is heard of the old session"
    late(ChangeSet((), "too late"))  # type: ignore[operator]
    other.callbacks[0](ChangeSet((), "Add topaz"))  # type: ignore[operator]
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard[1][0] == "Add topaz"
