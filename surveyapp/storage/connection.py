"""Opening a survey file: what it is, whether it may be written, and one sentence when it may not.

A survey is one file at rest: rollback journal, no ``-wal`` beside it. QGIS leaves files in WAL mode; such a
file is taken in with its ``-wal`` (checkpoint, back to DELETE), or refused, never read without it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from surveyapp.errors import BadFile, SurveyError
from surveyapp.storage.geometry import register_functions
from surveyapp.words import tr

APPLICATION_ID = 0x47504B47
"""``GPKG`` (OGC 12-128r17, requirement 2)."""

USER_VERSION = 10300

_MAGIC = b"SQLite format 3\x00"
_BUSY_MS = 3000


def inspect(path: Path) -> bool:
    """Whether the file is in WAL mode; raises ``BadFile`` if it cannot be a GeoPackage at all."""
    try:
        if path.is_dir():
            raise BadFile(tr("{path} is a folder; name the GeoPackage in it.", path=path))
        with path.open("rb") as stream:
            head = stream.read(100)
    except FileNotFoundError:
        raise BadFile(
            tr("There is no file {path}; check the name, or make it with 'surveyapp new'.", path=path)
        ) from None
    except PermissionError:
        raise BadFile(tr("{path} may not be read; ask its owner for the permission to read it.", path=path)) from None
    except OSError as error:
        raise BadFile(
            tr("{path} cannot be read ({reason}); is the stick still plugged in?", path=path, reason=error.strerror)
        ) from None
    if len(head) < 100 or head[:16] != _MAGIC:
        raise BadFile(
            tr("{path} is not a GeoPackage; choose a file made by SurveyApp or QGIS, or import it.", path=path)
        )
    page = int.from_bytes(head[16:18], "big")
    page = 65536 if page == 1 else page
    pages = int.from_bytes(head[28:32], "big")
    trusted = head[24:28] == head[92:96]  # the page count in the header is valid only then
    size = path.stat().st_size
    wal = head[18] == 2 or head[19] == 2
    if trusted and not wal and not journal(path).exists() and size < pages * page:
        raise BadFile(
            tr(
                "{path} is cut short ({size} of {pages} bytes); copy it again from where it came.",
                path=path,
                size=size,
                pages=pages * page,
            )
        )
    return wal


def journal(path: Path) -> Path:
    """SQLite's rollback journal beside a file."""
    return path.with_name(path.name + "-journal")


def wal_file(path: Path) -> Path:
    """SQLite's write-ahead log beside a file."""
    return path.with_name(path.name + "-wal")


def writable(path: Path) -> bool:
    """Whether the file and its folder (for the journal) can be written."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


@contextmanager
def sentences(path: Path, doing: str) -> Iterator[None]:
    """Turn SQLite's errors into one sentence about this file."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(path, doing, error) from error
    except UnicodeDecodeError as error:
        raise BadFile(
            tr("{path} holds text that is not UTF-8; repair it in QGIS or copy it again.", path=path)
        ) from error


def explain(path: Path, doing: str, error: sqlite3.Error) -> SurveyError:
    """The sentence for an SQLite error while ``doing`` (such as "saving")."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return BadFile(
            tr("{name} is in use by another program (QGIS?); save and close it there, then try again.", name=path.name)
        )
    if "full" in text:
        return BadFile(
            tr(
                "The disk is full, so {doing} {name} failed and the file is as it was; free some space.",
                doing=doing,
                name=path.name,
            )
        )
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return BadFile(
            tr("{path} is damaged ({text}); use a backup, or copy it again from where it came.", path=path, text=text)
        )
    if "readonly" in text:
        return BadFile(tr("{path} cannot be written; copy it to a folder where you may write.", path=path))
    if "disk I/O" in text or "unable to open" in text:
        return BadFile(
            tr(
                "{doing} {path} failed ({text}); is the disk or stick still there?",
                doing=doing.capitalize(),
                path=path,
                text=text,
            )
        )
    return BadFile(tr("{doing} {name} failed: {text}.", doing=doing.capitalize(), name=path.name, text=text))


def configure(connection: sqlite3.Connection, *, durable: bool = True) -> sqlite3.Connection:
    """Functions and settings that every connection of ours has."""
    register_functions(connection)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    connection.execute("PRAGMA temp_store = MEMORY")
    # EXTRA: the folder is synced too when the journal goes, so that a power cut cannot bring it back.
    connection.execute(f"PRAGMA synchronous = {'EXTRA' if durable else 'OFF'}")
    return connection


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Connection to an existing file (no transaction is opened by itself). Takes a WAL in when it may write."""
    wal = inspect(path)
    uri = path.absolute().as_uri() + ("?mode=ro" if read_only else "?mode=rw")
    with sentences(path, "opening"):
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False,
                                     cached_statements=256)
        try:
            configure(connection)
            if wal and not read_only:
                _leave_wal(connection, path)
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not read_only and journal(path).exists():
                _clear_journal(connection)
        except BaseException:
            connection.close()
            raise
    if "gpkg_contents" not in tables and application != APPLICATION_ID:
        connection.close()
        raise BadFile(tr("{path} is a database but not a GeoPackage; choose another file.", path=path))
    return connection


def _clear_journal(connection: sqlite3.Connection) -> None:
    """Remove the journal of a program that died before it had written to the file: SQLite rolls nothing back then,
    and leaves it. On the way from PERSIST to DELETE it deletes it under a lock, or not at all while another
    program is writing."""
    connection.execute("PRAGMA journal_mode = PERSIST")
    connection.execute("PRAGMA journal_mode = DELETE")


def _leave_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Take the ``-wal`` in and go back to a rollback journal; that needs the file to ourselves."""
    try:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.OperationalError:
        mode = "wal"
    if mode != "delete":
        raise BadFile(
            tr("{name} is in use by another program (QGIS?); save and close it there, then try again.", name=path.name)
        )


def has_history(connection: sqlite3.Connection) -> bool:
    """Whether the file is a survey of ours."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {"revision", "sighting", "survey"} <= tables


def private_copy(path: Path, folder: Path) -> Path:
    """A copy in ``folder`` of a file that must stay as it is, with what its journal or WAL holds, at rest."""
    copy = folder / path.name
    try:
        for suffix in ("", "-wal", "-journal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
    except OSError as error:
        raise BadFile(
            tr(
                "{path} cannot be copied ({reason}); is there room, and is the stick still there?",
                path=path,
                reason=error.strerror,
            )
        ) from error
    connect(copy, read_only=False).close()
    return copy


@contextmanager
def held_still(path: Path) -> Iterator[None]:
    """Keep writers out of a file at rest by a reader's lock, while its bytes are copied. Reading the schema's
    version takes the lock without parsing the schema."""
    connection = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("BEGIN")
        connection.execute("PRAGMA schema_version").fetchone()
        yield
    finally:
        connection.close()


def needs_private_copy(path: Path) -> bool:
    """Whether reading the file as it lies would miss changes, or write beside it."""
    return inspect(path) or wal_file(path).exists() or journal(path).exists()


@contextmanager
def scratch(beside: Path, prefix: str, doing: str) -> Iterator[Path]:
    """A hidden folder beside a file that is in the making, on the same disk. It goes at the end; what cannot be
    removed is swept at a later opening. Troubles of the disk meanwhile are one sentence about the file."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=beside.parent))
        try:
            yield folder
        except BadFile as error:
            # The hidden folder means nothing to whoever asked for the file.
            raise type(error)(str(error).replace(str(folder / beside.name), str(beside))) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise BadFile(
            tr(
                "{doing} {beside} failed ({reason}), and it is as it was; is there room, and is "
                "the disk or stick still there?",
                doing=doing.capitalize(),
                beside=beside,
                reason=error.strerror,
            )
        ) from error


def confirm(path: Path) -> None:
    """Make the name that a finished file just got durable. Raises ``BadFile`` that says what is true: it is there."""
    try:
        sync_folder(path.parent)
    except OSError as error:
        raise BadFile(
            tr(
                "{path} is written, but the disk failed before it confirmed that ({reason}); look "
                "whether it is there when the disk or stick is well again.",
                path=path,
                reason=error.strerror,
            )
        ) from error


def remove(path: Path) -> None:
    """Remove what was being made and is not wanted, if the disk lets us; a later opening sweeps it else."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def sweep(folder: Path, pattern: str) -> None:
    """Remove what a program that was killed left half made in a folder a day ago or earlier; what is younger may
    still be at work. Nothing depends on these, so one that cannot be removed just stays."""
    long_ago = time.time() - 86_400
    for left in folder.glob(pattern):
        with suppress(OSError):
            if left.stat().st_mtime < long_ago:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def flush(path: Path) -> None:
    """Make a finished file durable: its bytes, then its name in the folder."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can (Windows cannot, and does it itself)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
