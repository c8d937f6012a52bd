"""A folder into which a camera or phone puts photos, watched for those that come while the program runs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from surveyapp.services.photos import pictures_in

_REST_MS = 1200
"""A file whose size has not changed for so long is there as a whole."""
_POLL_MS = 10_000
"""Cards that are put in later, and drives of other machines, tell nobody of new files; they are looked at."""


class CameraFolder(QObject):
    """``arrived(list[Path])`` with photos that are new since :meth:`watch` and no longer grow, each once."""

    arrived = Signal(object)

    def __init__(self, parent: QObject | None = None, *, rest_ms: int = _REST_MS) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self._seen: set[Path] = set()
        self._growing: dict[Path, tuple[int, int]] = {}
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(lambda _folder: self._soon())
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(rest_ms)
        self._rest.timeout.connect(self.look)
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self.look)

    def watch(self, folder: Path) -> None:
        """Watch this folder from now on; what lies in it is not new. It need not be there yet."""
        self.stop()
        self.folder = folder
        found = pictures_in(folder)
        self._seen = set(found)
        self._listen(found)
        self._poll.start()

    def stop(self) -> None:
        """Watch nothing."""
        self.folder = None
        self._poll.stop()
        self._rest.stop()
        self._growing = {}
        if watched := self._watcher.directories():
            self._watcher.removePaths(watched)

    def look(self) -> None:
        """Look for new photos now; those that still grow are looked at again when they had time to."""
        if self.folder is None:
            return
        found = pictures_in(self.folder)
        self._listen(found)
        now = {path: state for path in found if path not in self._seen and (state := _state(path)) is not None}
        whole = [path for path, state in now.items() if state[0] and self._growing.get(path) == state]
        self._growing = {path: state for path, state in now.items() if path not in whole}
        self._seen |= set(whole)
        if self._growing:
            self._soon()
        if whole:
            self.arrived.emit(whole)

    def _soon(self) -> None:
        if not self._rest.isActive():
            self._rest.start()

    def _listen(self, found: list[Path]) -> None:
        """Let the system tell of changes in the folder and in those below it that hold photos."""
        if self.folder is None:
            return
        try:
            below = [entry for entry in self.folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        except OSError:
            return  # not there, or not there yet: the poll looks again
        folders = {str(self.folder), *(str(path.parent) for path in found), *map(str, below)}
        if missing := folders - set(self._watcher.directories()):
            self._watcher.addPaths(sorted(missing))


def _state(path: Path) -> tuple[int, int] | None:
    """(size, time of the last write); ``None`` for a file that has gone again."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns
