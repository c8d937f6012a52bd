"""Processes for the crash tests, started in a millisecond.

Starting Python and importing the program takes half a second, and there are hundreds of processes to kill. So one
process imports everything once and forks a child for each: a real process with a number of its own, which opens its
own files and database connections after the fork. Where the system cannot fork, a fresh Python runs instead.
"""

from __future__ import annotations

import ctypes
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.helpers import crash_child

ROOT = Path(__file__).parents[2]
KILLED = -9
"""Exit status of a process that ``kill -9`` ended."""

_SLOW = ("folium", "geopandas", "pandas", "pyogrio.raw")


class Child:
    """A process at work: what it says, and a way to end it. Used with ``with``, which ends and reaps it."""

    def __init__(self, pid: int, ear: IO[str], mouth: IO[str], complaints: IO[bytes]) -> None:
        self.pid = pid
        self._ear = ear
        self._mouth = mouth
        self._complaints = complaints
        self.status: int | None = None

    def _reap(self) -> int:
        raise NotImplementedError

    def kill(self) -> None:
        """``kill -9``: no handler runs, nothing is flushed, nobody cleans up."""
        os.kill(self.pid, signal.SIGKILL)

    def tell(self, word: str) -> None:
        self._mouth.write(word + "\n")
        self._mouth.flush()

    def lines(self) -> Iterator[str]:
        """What it says, until it ends. A line without its end was never said in full, and is left out."""
        while (line := self._line()).endswith("\n"):
            yield line.rstrip("\n")

    def _line(self) -> str:
        try:
            return self._ear.readline()
        except ConnectionResetError:  # it died before it had read what it was told
            return ""

    def wait_until_ready(self) -> None:
        first = next(self.lines(), "")
        assert first == "ready", f"{first}\n{self.complaints()}"

    def complaints(self) -> str:
        """What it wrote to standard error."""
        self._complaints.seek(0)
        return self._complaints.read().decode(errors="replace")

    def end(self) -> int:
        """Wait for its end; returns the exit status, or minus the signal that ended it."""
        if self.status is None:
            self.status = self._reap()
        return self.status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self.status is None and kind is not None:
            self.kill()
        self.end()
        for stream in (self._ear, self._mouth, self._complaints):
            stream.close()


def _new_file() -> IO[bytes]:
    """For standard error: unlike a pipe it never fills up."""
    return tempfile.TemporaryFile()


class _Started(Child):
    """A child that is a fresh process."""

    def __init__(self, command: list[str]) -> None:
        complaints = _new_file()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True, encoding="utf-8",
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        super().__init__(self._process.pid, self._process.stdout, self._process.stdin, complaints)

    def kill(self) -> None:
        self._process.kill()

    def _reap(self) -> int:
        return self._process.wait()


class _Forked(Child):
    """A child of the nursery."""

    def __init__(self, nursery: Nursery, order: dict[str, object]) -> None:
        complaints = _new_file()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            pid = nursery.ask(order, [theirs.fileno(), complaints.fileno()])
            super().__init__(pid, ours.makefile("r", encoding="utf-8"), ours.makefile("w", encoding="utf-8"),
                             complaints)
        self._nursery = nursery

    def _reap(self) -> int:
        return self._nursery.ask({"reap": self.pid}, [])


def start_command(*arguments: object) -> Child:
    """A fresh ``python -m surveyapp`` command."""
    return _Started([sys.executable, "-m", "surveyapp", *map(str, arguments)])


def start_fresh(job: str, *arguments: object) -> Child:
    """A job of :mod:`tests.helpers.crash_child` in a fresh process."""
    return _Started([sys.executable, "-m", "tests.helpers.crash_child", job, *map(str, arguments)])


class Nursery:
    """The process that has everything imported. Used with ``with``, which ends it."""

    def __init__(self) -> None:
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        if hasattr(os, "fork"):
            self._line, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.helpers.crash_nursery", str(theirs.fileno())],
                    pass_fds=[theirs.fileno()], cwd=ROOT,
                    # A process with threads of its own cannot be forked safely.
                    env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                )

    def start(self, job: str, *arguments: object, limit: int | None = None) -> Child:
        """A child at a job of :mod:`tests.helpers.crash_child`; ``limit``: see there."""
        if self._line is None:
            assert limit is None, "systems that cannot fork have no limits for files either"
            return start_fresh(job, *arguments)
        return _Forked(self, {"job": job, "arguments": [str(a) for a in arguments], "limit": limit})

    def ask(self, order: dict[str, object], handles: list[int]) -> int:
        assert self._line is not None
        socket.send_fds(self._line, [json.dumps(order).encode()], handles)
        answer = self._line.recv(100)
        assert answer, "the nursery died"
        return int(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._line is not None and self._process is not None:
            self._line.close()
            self._process.wait(timeout=30)


def _serve(line: socket.socket) -> None:
    """Fork a child for each order with handles, and reap those that are named, until the test run goes away."""
    while True:
        message, handles, _flags, _address = socket.recv_fds(line, 65_536, 2)
        if not message:
            return
        order = json.loads(message)
        if not handles:
            _pid, status = os.waitpid(order["reap"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                line.close()
                _live(order, *handles)
            for handle in handles:
                os.close(handle)
        line.sendall(str(answer).encode())


def _live(order: dict[str, object], talk: int, complaints: int) -> None:
    """The life of a child; never returns."""
    status = 1
    talking = socket.socket(fileno=talk)
    voice = crash_child.Voice(talking.makefile("r", encoding="utf-8"), talking.makefile("w", encoding="utf-8"))
    try:
        os.dup2(complaints, 2)
        _allow_tracing()
        crash_child.run(order["job"], order["arguments"], voice, order["limit"])  # type: ignore[arg-type]
        status = 0
    except BaseException:  # noqa: BLE001 (whatever it is, the test is told)
        for line in traceback.format_exc().splitlines():
            voice.say(f"? {line}")
    finally:
        os._exit(status)


def _allow_tracing() -> None:
    """Where Linux lets a process be traced by its ancestors only (Yama), let strace trace this one."""
    if sys.platform == "linux":
        pr_set_ptracer, any_process = 0x59616D61, ctypes.c_ulong(-1)  # prctl(2)
        ctypes.CDLL(None).prctl(pr_set_ptracer, any_process, 0, 0, 0)


def _import_everything() -> None:
    """All of the program but its window, and what it imports late."""
    import surveyapp

    for name in _SLOW:
        import_module(name)
    for module in pkgutil.walk_packages(surveyapp.__path__, "surveyapp."):
        if not module.name.startswith(("surveyapp.ui", "surveyapp.__main__")):
            import_module(module.name)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as talking_to:
        _import_everything()
        _serve(talking_to)
