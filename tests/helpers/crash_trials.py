"""What the crash tests try: pieces of work in a folder of their own, and what must be true of it whatever happens.

A trial lays out its files, names the job of :mod:`tests.helpers.crash_child` that works on them, and judges what lies
there after the job was interrupted. The promises are the same for a killed process, a full disk and a failing one:
all that was acknowledged is there, every file is sound, inputs are unchanged, and nothing half done has a final name.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from surveyapp.domain.merge import Conflict
from surveyapp.domain.records import Record
from surveyapp.services.checking import check
from surveyapp.services.session import Session
from surveyapp.storage import ddl
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.migrations import backup_path
from tests.helpers.crash_child import AUTHOR
from tests.helpers.surveys import apply, edit, empty_survey, fork, knowledge, sighting, survey_with

OLD = b"what was there before"


@dataclass
class Said:
    """What a process said: promises it made, progress it told, failures it reported as a user reads them, and
    defects: what no user should ever read."""

    promises: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def hear(self, line: str) -> bool:
        """Take a line in; returns whether it reports a failure, after which the process waits for a word."""
        lists = {"~ ": self.progress, "! ": self.failures, "? ": self.defects}
        mark, rest = line[:2], line[2:]
        if mark in lists:
            lists[mark].append(rest)
        else:
            self.promises.append(line)
        return mark == "! "


class Trial:
    """One piece of work."""

    name: ClassVar[str]
    job: ClassVar[str]
    rounds: ClassVar[int]
    """How often the ordinary run kills it at a random instant."""
    finite: ClassVar[tuple[str, ...]] = ()
    """Further arguments with which an endless job comes to its end."""
    lives: ClassVar[int] = 1
    """Through how many rounds the same files go."""
    edits_in_place = False
    """Whether the work edits a file where it lies; otherwise it makes a new one and swaps it in."""
    has_command = False
    """Whether ``command`` gives a command of the program that does the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.goal: Any = None
        """What :meth:`outcome` gave after a run that nothing disturbed."""
        folder.mkdir()
        self.lay()
        self._inputs = {path: path.read_bytes() for path in self.inputs()}
        self._names = self.names() | {path.name for path in folder.iterdir()}

    # -- what each kind says of itself ------------------------------------------------------------

    def lay(self) -> None:
        """Put the files there that the work begins with."""
        raise NotImplementedError

    def arguments(self) -> tuple[object, ...]:
        raise NotImplementedError

    def command(self) -> tuple[object, ...]:
        raise NotImplementedError

    def inputs(self) -> Iterable[Path]:
        """Files that the work only reads."""
        return ()

    def names(self) -> set[str]:
        """Names that the work may add to the folder."""
        return set()

    def written(self) -> Path:
        """The file that the work writes."""
        raise NotImplementedError

    def outcome(self) -> Any:
        """What the work came to, in a form that is the same for every run that ended well."""
        raise NotImplementedError

    def judge_result(self, said: Said) -> int:
        """Every promise holds, and nothing is done by half. Returns how many things are done that were never
        promised, because the process ended, or the disk failed, between doing it and saying so."""
        raise NotImplementedError

    def can_repeat(self) -> bool:
        """Whether the same work can be done once more in the folder as it is, and comes to the same."""
        return False

    def next_life(self) -> None:
        """The next round begins with what this one left."""

    # -- what is asked of all ---------------------------------------------------------------------

    def traces(self) -> list[str]:
        """Names of what work in progress leaves in the folder: hidden files, and journals."""
        return sorted(
            path.name for path in self.folder.iterdir()
            if path.name.startswith(".") or path.name.endswith(("-journal", "-wal", "-shm"))
        )

    def judge(self, said: Said, slack: int) -> int:
        """All promises hold, and at most ``slack`` things are done that were not promised; returns how many."""
        unpromised = self.judge_result(said)
        slack += sum("is written, but the disk failed" in failure for failure in said.failures)
        assert 0 <= unpromised <= slack, f"{unpromised} things are done that were not promised"
        for path, data in self._inputs.items():
            assert path.read_bytes() == data, f"{path.name} was only to be read, and has changed"
        seen = {path.name for path in self.folder.iterdir() if not path.name.startswith(".")}
        assert seen <= self._names, f"{sorted(seen - self._names)} looks like something finished"
        return unpromised

    def judge_failure(self, said: Said, slack: int, before: int = 0) -> int:
        """A failure was told in one sentence, and the sentence is true. The process still runs, and waits.
        ``before``: how many unpromised things earlier failures have left done. Returns how many there are now."""
        kind, _, sentence = said.failures[-1].partition(": ")
        assert kind in {"BadFile", "BadInput", "Refused"}, said.failures[-1]
        assert sentence.endswith((".", "?")), sentence
        assert len(sentence) < 400, sentence
        assert kind == "Refused" or any(name in sentence for name in self._names), f"which file? {sentence}"
        assert not re.search(r"/\.\w|(^|\s)\.\w", sentence), f"a hidden file, of which no user knows: {sentence}"
        is_as_before = re.search("as it was|nothing was", sentence)
        unpromised = self.judge(said, before if is_as_before else before + slack)
        assert not is_as_before or self.is_as_before(), f"not so: {sentence}"
        assert "is written" not in sentence or unpromised > before, f"not so: {sentence}"
        return unpromised

    def is_as_before(self) -> bool:
        """Whether the operation that failed has left nothing of itself. What is edited in place is judged already."""
        return True


@contextmanager
def sound(path: Path) -> Iterator[SurveyFile]:
    """The file, open for writing; it is sound for SQLite and for us, and nothing lies beside it afterwards."""
    with SurveyFile.open(path) as file:
        result = check(file)
        assert result.level >= 1, result.issues
        yield file
    assert not list(path.parent.glob(path.name + "-*")), "something lies beside the file"


@cache
def _laid(make: Callable[[Path], Path]) -> bytes:
    """Bytes of a file that is made once, for all rounds."""
    with tempfile.TemporaryDirectory() as folder:
        return make(Path(folder)).read_bytes()


def _hundred(folder: Path) -> Path:
    return survey_with(folder / "hundred.gpkg", [sighting(n) for n in range(100)])


def _thirty(folder: Path) -> Path:
    return survey_with(folder / "thirty.gpkg", [sighting(n, stone_count=0) for n in range(30)])


# --- edits of the open survey ------------------------------------------------------------------------


class _InPlace(Trial):
    """Work on one survey that is edited where it lies."""

    edits_in_place = True

    def lay(self) -> None:
        self.path = self.folder / "survey.gpkg"
        self.path.write_bytes(_laid(_thirty))

    def arguments(self) -> tuple[object, ...]:
        return (self.path,)

    def written(self) -> Path:
        return self.path

    def records(self) -> list[Record]:
        with sound(self.path) as file:
            return list(file.records("sighting"))


class Saves(_InPlace):
    """Every acknowledged save is there, with its photo; the same file lives through many kills."""

    name, job, rounds, lives, has_command = "saves", "save", 50, 10, True
    finite = ("10",)

    def lay(self) -> None:
        self.path = empty_survey(self.folder / "survey.gpkg")
        self._held: set[str] = set()

    def command(self) -> tuple[object, ...]:
        return ("add", self.path, "--gem", "ruby", "--at", "34.7725N 72.3608E")

    def outcome(self) -> int:
        return len(self.records())

    def judge_result(self, said: Said) -> int:
        with sound(self.path) as file:
            self._here = {record.uuid for record in file.records("sighting")}
            photos = {str(photo.get("sighting_uuid")): photo for photo in file.records("photo")}
            for photo in photos.values():
                data = file.photo_data(photo.uuid) or b""
                assert hashlib.sha256(data).hexdigest() == photo.get("sha256")
        fresh = self._here - self._held
        saved = {line.split()[0] for line in said.promises}
        with_photo = {line.split()[0] for line in said.promises if line.endswith(" with photo")}
        assert self._held <= self._here, "a sighting is gone that was there before this round"
        assert saved <= fresh, f"{len(saved - fresh)} acknowledged saves are lost"
        assert with_photo <= photos.keys(), "a sighting was saved without its photo"
        assert photos.keys() <= self._here, "a photo was saved without its sighting"
        return len(fresh) - len(saved)

    def next_life(self) -> None:
        self._held = self._here


class BulkEdits(_InPlace):
    """A change set over many records is there whole or not at all."""

    name, job, rounds = "bulk edits", "bulk", 20
    finite = ("5",)

    def outcome(self) -> int:
        (number,) = {record.get("stone_count") for record in self.records()}
        assert isinstance(number, int)
        return number

    def judge_result(self, said: Said) -> int:
        return self.outcome() - len(said.promises)


class Undo(_InPlace):
    """Undo and redo are steps like any other, and after a crash the next undo takes back the right one."""

    name, job, rounds = "undo", "undo", 20
    finite = ("3",)

    def outcome(self) -> int:
        return self._look()[0]

    def _look(self) -> tuple[int, object]:
        """How many steps the history of every sighting has, and what all of them say."""
        with sound(self.path) as file:
            (revisions,) = set(Counter(r.record for r in file.history() if r.layer == "sighting").values())
            (shown,) = {record.get("stone_count") for record in file.records("sighting")}
        return revisions - 1, shown

    def judge_result(self, said: Said) -> int:
        steps, shown = self._look()
        rest = steps % 3  # each edit is done, undone and done again
        assert shown == steps // 3 + (rest == 1)
        self._judge_next(steps // 3, rest)
        return steps - len(said.promises)

    def _judge_next(self, edits: int, rest: int) -> None:
        """What undo and redo are about after a restart, tried on a copy."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.gpkg"
            copy.write_bytes(self.path.read_bytes())
            with Session.open(copy, author=AUTHOR) as session:
                assert (session.redo_label is not None) == (rest == 2)
                undone = session.undo()
                (shown,) = {record.get("stone_count") for record in session.file.records("sighting")}
        expected = edits if rest == 1 else edits - 1
        assert (undone is None) == (expected < 0)
        assert shown == max(expected, 0)


class Settling(_InPlace):
    """A decided conflict stays decided as it was decided; one that is not stays open."""

    name, job, rounds = "conflicts", "settle", 20

    def lay(self) -> None:
        self.path = self.folder / "survey.gpkg"
        self.path.write_bytes(_laid(_disputed))
        self._open = _open_disputes()
        assert len(self._open) == 24

    def outcome(self) -> list[tuple[str, object]]:
        with sound(self.path) as file:
            assert not file.conflicts()
            return [(record.uuid, record.get("notes")) for record in file.records("sighting")]

    def judge_result(self, said: Said) -> int:
        with sound(self.path) as file:
            shown = {record.uuid: record for record in file.records("sighting")}
            decided = self._open.keys() - {c.conflict for c in file.conflicts()}
        promised = dict(line.split() for line in said.promises)
        assert promised.keys() <= decided, "a decision that was acknowledged is lost"
        for name, side in promised.items():
            conflict = self._open[name]
            assert shown[conflict.record].get(conflict.field) == conflict.values["AB".index(side)].value
        return len(decided) - len(promised)


def _disputed(folder: Path) -> Path:
    from surveyapp.storage.merging import merge

    base = survey_with(folder / "base.gpkg", [sighting(n) for n in range(12)])
    mine, theirs = fork(base, "mine.gpkg"), fork(base, "theirs.gpkg")
    for number in range(12):
        edit(mine, number, "Mina", notes=f"Mina {number}", gem="spinel")
        edit(theirs, number, "Tariq", notes=f"Tariq {number}", gem="topaz")
    merge(mine, [theirs], author="office")
    return mine


@cache
def _open_disputes() -> dict[str, Conflict]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.gpkg"
        path.write_bytes(_laid(_disputed))
        with SurveyFile.open(path, read_only=True) as file:
            return {c.conflict: c for c in file.conflicts()}


class Imports(_InPlace):
    """Every row of the source is in the survey, or none."""

    name, job, rounds, has_command = "imports", "import", 16, True

    def lay(self) -> None:
        super().lay()
        self.source = self.folder / "finds.csv"
        rows = (f"ruby,{34 + n / 1000},{72 + n / 1000},row {n}\n" for n in range(200))
        self.source.write_text("gem,latitude,longitude,notes\n" + "".join(rows), encoding="utf-8")

    def arguments(self) -> tuple[object, ...]:
        return self.path, self.source

    def command(self) -> tuple[object, ...]:
        return "import", self.path, self.source

    def inputs(self) -> Iterable[Path]:
        return (self.source,)

    def outcome(self) -> list[tuple[str, object]]:
        return [(record.uuid, record.get("notes")) for record in self.records()]

    def can_repeat(self) -> bool:
        return len(self.records()) == 30

    def judge_result(self, said: Said) -> int:
        found = self.outcome()
        assert len(found) in (30, 230), "half of the source came in"
        assert len(found) == 230 or not said.promises
        assert len(found) == 30 or self.goal in (None, found)
        return len(found) == 230 and not said.promises


# --- results that are made beside and swapped in -----------------------------------------------------


class _Result(Trial):
    """Work that puts a whole new file under a name: the old one is there until then, or none."""

    out: Path
    old: bytes | None = None

    def lay_result(self, name: str) -> None:
        self.out = self.folder / name
        if self.old is not None:
            self.out.write_bytes(self.old)

    def written(self) -> Path:
        return self.out

    def is_as_before(self) -> bool:
        return self.is_old()

    def can_repeat(self) -> bool:
        return self.is_old()

    def is_old(self) -> bool:
        return self.out.read_bytes() == self.old if self.out.exists() else self.old is None

    def names(self) -> set[str]:
        return {self.out.name}

    def judge_result(self, said: Said) -> int:
        if self.is_old():
            assert not said.promises, "acknowledged, but not there"
            return 0
        found = self.outcome()
        assert self.goal is None or found == self.goal, "neither the old result nor the new one"
        return not said.promises


class Merges(_Result):
    """The merge is done whole or not at all."""

    name, job, rounds, has_command = "merges", "merge", 20, True

    def lay(self) -> None:
        mine, theirs = _sides()
        self.theirs = self.folder / "theirs.gpkg"
        self.theirs.write_bytes(theirs)
        self.old = self.begin_with(mine)
        self.lay_result("out.gpkg")

    def begin_with(self, mine: bytes) -> bytes | None:
        return mine

    def arguments(self) -> tuple[object, ...]:
        return self.out, self.theirs

    def command(self) -> tuple[object, ...]:
        return "merge", self.out, self.theirs

    def inputs(self) -> Iterable[Path]:
        return (self.theirs,)

    def outcome(self) -> dict[str, Any]:
        with sound(self.out):
            return knowledge(self.out)


class MergesAnew(Merges):
    """A merge of two packages into a file that is not there yet."""

    name, rounds, has_command = "merges into a new file", 8, False

    def lay(self) -> None:
        super().lay()
        self.mine = self.folder / "mine.gpkg"
        self.mine.write_bytes(_sides()[0])

    def begin_with(self, mine: bytes) -> bytes | None:
        return None

    def arguments(self) -> tuple[object, ...]:
        return self.out, self.mine, self.theirs

    def inputs(self) -> Iterable[Path]:
        return self.mine, self.theirs


@cache
def _sides() -> tuple[bytes, bytes]:
    """Two surveys that went different ways."""
    with tempfile.TemporaryDirectory() as folder:
        base = survey_with(Path(folder) / "base.gpkg", [sighting(n) for n in range(40)])
        mine, theirs = fork(base, "mine.gpkg"), fork(base, "theirs.gpkg")
        for number in range(12):
            edit(mine, number, "Mina", notes="from Mina")
            edit(theirs, number + 8, "Tariq", notes="from Tariq", gem="spinel")
        apply(theirs, *(sighting(n, notes="new " * 50) for n in range(40, 80)), author="Tariq")
        return mine.read_bytes(), theirs.read_bytes()


_MADE_AT = re.compile(rb"[0-9T:.-]+Z \(UTC\)")
"""When an export was made, which stands in it."""


class _Export(_Result):
    """An export of a survey of a hundred sightings, which is only read."""

    job = "export"
    extension: ClassVar[str]
    old: bytes | None = OLD

    def lay(self) -> None:
        self.path = self.folder / "survey.gpkg"
        self.path.write_bytes(_laid(_hundred))
        self.lay_result("out" + self.extension)

    def arguments(self) -> tuple[object, ...]:
        return self.path, self.out

    def command(self) -> tuple[object, ...]:
        return self.job, self.path, self.out

    def inputs(self) -> Iterable[Path]:
        return (self.path,)


class Backups(_Export):
    """The whole survey as a GeoPackage."""

    name, rounds, extension = "backups", 12, ".gpkg"

    def outcome(self) -> dict[str, Any]:
        with sound(self.out):
            return knowledge(self.out)


class LayerExports(_Export):
    """One layer as a GeoPackage, written by GDAL."""

    name, rounds, extension = "exports of a layer", 8, ".gpkg"

    def arguments(self) -> tuple[object, ...]:
        return self.path, self.out, "sighting"

    def outcome(self) -> list[tuple[int]]:
        with closing(sqlite3.connect(self.out)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            tables = ("sighting", "layer_styles", "gpkg_data_columns")
            return [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables]


class CsvExports(_Export):
    name, rounds, extension, has_command = "CSV exports", 10, ".csv", True

    def names(self) -> set[str]:
        return {"out_dictionary.csv", "out_csv_README.txt"}

    def outcome(self) -> bytes:
        with self.out.open(encoding="utf-8-sig", newline="") as stream:
            assert len(list(csv.DictReader(stream))) == 100
        return self.out.read_bytes()


class KmlExports(_Export):
    name, rounds, extension = "KML exports", 8, ".kml"

    def outcome(self) -> bytes:
        data = self.out.read_bytes()
        assert data.rstrip().endswith(b"</kml>")
        return _MADE_AT.sub(b"", data)


class ShapefileExports(_Export):
    """Several files that belong together: the one that readers open comes last."""

    name, rounds, extension = "Shapefile exports", 8, ".shp"
    old = None

    def is_old(self) -> bool:
        return not self.files()

    def files(self) -> dict[str, bytes]:
        return {name: (self.folder / name).read_bytes() for name in self.names() if (self.folder / name).exists()}

    def names(self) -> set[str]:
        endings = (".shp", ".shx", ".dbf", ".prj", ".cpg", "_fields.csv", "_shp_README.txt")
        return {f"out{ending}" for ending in endings}

    def outcome(self) -> dict[str, bytes]:
        found = self.files()
        # Bytes 1 to 3 of the table are the day on which it was written.
        found["out.dbf"] = found["out.dbf"][4:]
        found["out_shp_README.txt"] = _MADE_AT.sub(b"", found["out_shp_README.txt"])
        return found

    def judge_result(self, said: Said) -> int:
        if not self.out.exists():
            assert not said.promises, "acknowledged, but not there"
            return 0  # nobody opens the other files without it
        return super().judge_result(said)


class ShapefileReplacements(ShapefileExports):
    """The files of a set cannot change at one instant; but there is never one with files of both."""

    name, rounds = "Shapefile replacements", 4

    def lay(self) -> None:
        super().lay()
        for name in self.names():
            (self.folder / name).write_bytes(OLD)

    def is_old(self) -> bool:
        return self.files() == dict.fromkeys(self.names(), OLD)


class Previews(_Export):
    name, job, rounds, extension = "previews", "preview", 12, ".html"

    def outcome(self) -> bytes:
        data = self.out.read_bytes()
        assert data.rstrip().endswith(b"</html>")
        return re.sub(rb'("buil(?:d|tAt)": ?)"[^"]+"', rb"\1", data)


class Upgrades(_Result):
    """The file has the old schema or the new one, whole, and the old file is kept before it gives way."""

    name, job, rounds = "upgrades", "upgrade", 16

    def lay(self) -> None:
        self.old = _laid(_hundred)
        self.lay_result("survey.gpkg")
        self.kept = backup_path(self.out, ddl.SCHEMA_VERSION)

    def arguments(self) -> tuple[object, ...]:
        return (self.out,)

    def names(self) -> set[str]:
        return {self.out.name, self.kept.name}

    def outcome(self) -> tuple[int, int, bytes]:
        with closing(sqlite3.connect(self.out)) as connection:
            (version,) = connection.execute("SELECT max(schema_version) FROM survey").fetchone()
            (rows,) = connection.execute("SELECT count(*) FROM sighting WHERE slope_deg = 30").fetchone()
        with SurveyFile.open(self.out, read_only=True) as file:
            assert file.integrity() == []
        return version, rows, self.kept.read_bytes()

    def judge_result(self, said: Said) -> int:
        assert not self.kept.exists() or self.kept.read_bytes() == self.old, "half a copy would pass for the kept file"
        return super().judge_result(said)


class Creations(_Result):
    """A new survey is there whole, or there is no file."""

    name, job, rounds = "new surveys", "create", 10

    def lay(self) -> None:
        self.lay_result("survey.gpkg")

    def arguments(self) -> tuple[object, ...]:
        return (self.out,)

    def outcome(self) -> list[object]:
        with sound(self.out) as file:
            return [record.get("name") for record in file.surveys()]


TRIALS: tuple[type[Trial], ...] = (
    Saves, BulkEdits, Undo, Settling, Imports, Merges, MergesAnew, Backups, LayerExports, CsvExports, KmlExports,
    ShapefileExports, ShapefileReplacements, Previews, Upgrades, Creations,
)
