"""What happens to an exception that nobody expected: it is written down and shown, and work goes on.

In the field there is nobody to ask and no second chance: the program must not close over a defect in one
corner of it. Every save is already on the disk, so there is nothing to rescue but the form, which keeps
its draft itself.
"""

from __future__ import annotations

import faulthandler
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from PySide6.QtCore import QObject, Qt, Signal

from surveyapp import __version__
from surveyapp.words import tr

Show = Callable[[str, str], None]
"""Called on the GUI thread with a sentence and the details."""

_FAULTS = "faults.txt"
_KEPT_REPORTS = 20


def report_folder() -> Path:
    """Where reports are kept."""
    import platformdirs

    return Path(platformdirs.user_log_dir("surveyapp", appauthor=False))


class CrashReporter(QObject):
    """Takes the place of ``sys.excepthook`` and ``threading.excepthook`` between install and uninstall.

    ``show`` is called once at a time, on the thread this object lives in; a defect that repeats while its
    message is on screen is written down but not shown again.
    """

    _happened = Signal(str, str)

    def __init__(self, folder: Path, show: Show, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self._show = show
        self._showing = False
        self._before = (sys.excepthook, threading.excepthook)
        self._installed = False
        self._happened.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        if not self._installed:
            self._before = (sys.excepthook, threading.excepthook)
            sys.excepthook = self.take
            threading.excepthook = lambda args: self.take(args.exc_type, args.exc_value, args.exc_traceback)
            self._installed = True

    def uninstall(self) -> None:
        if self._installed:
            sys.excepthook, threading.excepthook = self._before
            self._installed = False

    def take(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Write the report and show it. Called on any thread; Ctrl+C stays what it is."""
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            self._before[0](kind, error or kind(), trace)
            return
        told = "".join(traceback.format_exception(kind, error, trace))
        path, trouble = self._write(told)
        written = tr("The report is in {path}.", path=path)
        where = written if path else tr("No report could be written ({trouble}).", trouble=trouble)
        sentence = tr(
            "Something went wrong in the program ({name}); what you saved is safe, and you can go on. {where}",
            name=kind.__name__,
            where=where,
        )
        sys.stderr.write(f"{sentence}\n{told}")
        self._happened.emit(sentence, told)

    def _write(self, told: str) -> tuple[Path | None, str]:
        now = datetime.now(UTC)
        path = self.folder / f"report-{now:%Y%m%dT%H%M%S}-{now.microsecond:06d}.txt"
        lines = (
            f"SurveyApp {__version__}",
            f"Python {platform.python_version()} on {platform.platform()}",
            f"At {now:%Y-%m-%dT%H:%M:%SZ}, thread {threading.current_thread().name}",
            "",
            told,
        )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines), encoding="utf-8")
            for old in sorted(self.folder.glob("report-*.txt"))[:-_KEPT_REPORTS]:
                old.unlink(missing_ok=True)
        except OSError as error:
            return None, str(error)
        return path, ""

    def _tell(self, sentence: str, told: str) -> None:
        if self._showing:
            return
        self._showing = True
        try:
            self._show(sentence, told)
        finally:
            self._showing = False


class FaultLog:
    """A file to which Python writes where it was when the process dies by a fault in native code.

    ``last_words`` is what it wrote the last time, or empty. Use as a context manager around the program.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FAULTS
        self.last_words = ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                self.last_words = self._path.read_text(encoding="utf-8", errors="replace")
            self._file: TextIO | None = self._path.open("w", encoding="utf-8")
        except OSError:
            self._file = None  # no room or no right to write is no reason not to start

    def __enter__(self) -> Self:
        if self._file is not None:
            faulthandler.enable(self._file)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            faulthandler.disable()
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
