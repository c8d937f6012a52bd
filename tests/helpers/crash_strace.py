"""Errors and kills at exact system calls, by strace (Linux): the fifth write fails, the third fsync is the last.

strace joins a running process, so that only what the process does from then on is counted.
"""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

WRITES = ("write", "pwrite64", "writev", "pwritev", "sendfile", "copy_file_range", "ftruncate", "fallocate")
SYNCS = ("fsync", "fdatasync")
NAMES = ("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir")
"""System calls that change what lies on the disk. Not every processor has each; strace ignores those with ``?``."""

CHANGES = (*WRITES, *SYNCS, *NAMES)

_CALL = re.compile(r"^\d+\s+(?!.*resumed>)(\w+)\(")


class Strace:
    """strace on a process. Used with ``with``; it has joined the process when the block begins, and left it after."""

    def __init__(self, pid: int, log: Path, injections: Iterable[str] = ()) -> None:
        self._log = log
        options = [part for injection in injections for part in ("-e", f"inject={injection}")]
        self._process = subprocess.Popen(
            ["strace", "-f", "-o", str(log), "-e", "trace=" + ",".join(f"?{name}" for name in CHANGES), *options,
             "-p", str(pid)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        assert self._process.stderr is not None
        self._says = self._process.stderr
        first = self._says.readline()
        if "attached" not in first:
            self._process.kill()
            self.leave()
            raise OSError(first.strip() or "strace ended at once")

    def leave(self) -> None:
        """Let the process go on by itself; nothing is injected any more."""
        if self._process.poll() is None:  # it ends by itself with the process
            self._process.send_signal(signal.SIGINT)
        self._process.wait()
        self._says.close()

    def calls(self) -> list[str]:
        """Names of the calls that changed something, in order. To be read after strace has left."""
        found = (_CALL.match(line) for line in self._log.read_text(errors="replace").splitlines())
        return [call[1] for call in found if call]

    def injected(self) -> int:
        """How many calls were given an error or a signal."""
        return self._log.read_text(errors="replace").count("(INJECTED)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.leave()


def why_not(pid: int, log: Path) -> str:
    """Why the calls of a process cannot be made to fail here; empty where they can."""
    try:
        with Strace(pid, log, ["fsync:error=EIO:when=1000"]):
            return ""
    except OSError as error:
        return f"only on systems where strace may join a process; here it says: {error}"
