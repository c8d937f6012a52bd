"""Work off the GUI thread, and its results back on it.

Everything that touches a survey file or a session runs on one *storage* thread, in the order in which it
was asked for, so no lock and no second connection is ever needed. Work that opens files of its own (a
merge of packages) may run *beside* it, so that a save does not wait for a merge.

Workers never touch a widget: they hand results, errors and progress over, and the GUI thread delivers them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from surveyapp.domain.progress import Progress
from surveyapp.errors import SurveyError

Done = Callable[[Any], None]
Failed = Callable[[Exception], None]


class Task:
    """One piece of work under way.

    ``label`` says what it is in the status bar (empty: too short to be shown); ``done``, ``total`` and
    ``what`` are the latest progress (total 0: unknown).
    """

    def __init__(self, label: str, on_done: Done | None, on_error: Failed | None) -> None:
        self.label = label
        self.progress = Progress(self._listen)
        self.done, self.total, self.what = 0, 0, ""
        self.told = False
        self.on_done, self.on_error = on_done, on_error
        self.notify: Callable[[], None] | None = None

    def cancel(self) -> None:
        """Ask the work to stop at its next step; it then fails with ``Cancelled``."""
        self.progress.cancel()

    def _listen(self, done: int, total: int, what: str) -> None:
        self.done, self.total, self.what = done, total, what
        if self.notify is not None and not self.told:
            self.told = True  # one message at a time: a fast operation must not flood the GUI thread
            self.notify()


class Tasks(QObject):
    """The threads of one window.

    Signals (all on the GUI thread): ``started``, ``progressed`` and ``finished`` with the :class:`Task`, for
    labelled ones only; ``failed`` with the exception of a task that has no ``on_error`` of its own.
    Exceptions that are not :class:`SurveyError` are defects: they go to ``sys.excepthook`` as well.
    """

    started = Signal(object)
    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    _news = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._deliveries: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._running: list[Task] = []
        self._closed = False
        self._news.connect(self._deliver_one, Qt.ConnectionType.QueuedConnection)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way or waiting for delivery."""
        return not self._running and self._deliveries.empty()

    @property
    def long_running(self) -> list[Task]:
        """Labelled tasks that are under way."""
        return [task for task in self._running if task.label]

    def run(self, work: Callable[[], Any], on_done: Done | None = None, on_error: Failed | None = None) -> Task:
        """Do ``work`` on the storage thread; then ``on_done(result)`` or ``on_error(error)`` here."""
        return self._submit("storage", lambda _progress: work(), Task("", on_done, on_error))

    def run_long(
        self,
        label: str,
        work: Callable[[Progress], Any],
        on_done: Done | None = None,
        on_error: Failed | None = None,
        *,
        beside: bool = False,
    ) -> Task:
        """As :meth:`run`, shown in the status bar with progress and a way to cancel.

        ``beside``: on a second thread; only for work that opens every file it touches itself.
        """
        task = Task(label, on_done, on_error)
        self.started.emit(task)
        return self._submit("beside" if beside else "storage", work, task)

    def finish(self) -> None:
        """Cancel long work, wait for everything that was asked for (saves are done in full), and deliver it, with
        whatever the deliveries ask for in turn.
        """
        for task in self.long_running:
            task.cancel()
        while not self.idle:
            self._deliveries.get()()

    def shutdown(self) -> None:
        """As :meth:`finish`, and end the threads. Nothing can be asked for afterwards."""
        self.finish()
        self._closed = True
        for lane in self._lanes.values():
            lane.shutdown(wait=True)
        self._lanes.clear()

    def _submit(self, lane: str, work: Callable[[Progress], Any], task: Task) -> Task:
        if self._closed:
            raise RuntimeError("no work is taken after shutdown")
        self._running.append(task)
        task.notify = lambda: self._post(lambda: self._report(task))
        if lane not in self._lanes:
            self._lanes[lane] = ThreadPoolExecutor(1, thread_name_prefix=f"surveyapp-{lane}")
        future = self._lanes[lane].submit(work, task.progress)
        future.add_done_callback(lambda ended: self._post(lambda: self._settle(task, ended)))
        return task

    def _post(self, delivery: Callable[[], None]) -> None:
        """Called on any thread."""
        self._deliveries.put(delivery)
        self._news.emit()

    def _deliver_one(self) -> None:
        # One message is one delivery, so that an exception in one leaves the others alone.
        try:
            delivery = self._deliveries.get_nowait()
        except Empty:
            return  # delivered by finish() before its message came
        delivery()

    def _report(self, task: Task) -> None:
        task.told = False
        if task.label and task in self._running:
            self.progressed.emit(task)

    def _settle(self, task: Task, ended: Future[Any]) -> None:
        self._running.remove(task)
        if task.label:
            self.finished.emit(task)
        error = ended.exception()
        if error is None:
            if task.on_done is not None:
                task.on_done(ended.result())
            return
        if not isinstance(error, SurveyError):
            sys.excepthook(type(error), error, error.__traceback__)
        if isinstance(error, Exception):
            if task.on_error is not None:
                task.on_error(error)
            elif isinstance(error, SurveyError):
                self.failed.emit(error)
