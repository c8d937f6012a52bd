"""What all writers share: the shape of what they are given, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import BLOB, GEOMETRY, LAYER_BY_NAME, Field, Layer
from surveyapp.domain.geometry import point_hex, point_of
from surveyapp.domain.records import Value
from surveyapp.domain.validation import layer_named
from surveyapp.errors import BadFile, BadInput
from surveyapp.words import tr

Columns = Mapping[str, Sequence[Value]]
"""The records of a layer by column, all equally long: ``uuid``, fields, and the place as ``longitude`` and
``latitude`` (points) or ``geom`` (WKB hex in WGS 84, any layer)."""

PLACE_COLUMNS = ("longitude", "latitude", GEOMETRY)


def plain_layer(name: str) -> Layer:
    """The layer of a name, or one that says no more than it, for tables that are none of ours."""
    return LAYER_BY_NAME.get(name) or Layer(name, name, name, "", ())


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the files, how many records, and what the format could not hold, as sentences."""

    paths: tuple[Path, ...]
    rows: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One layer ready to be written: ``names`` of its columns without those of the place, in order."""

    layer: Layer
    names: tuple[str, ...]
    columns: Columns
    rows: int

    @classmethod
    def of(cls, layer: str, columns: Columns) -> Table:
        """Raises ``BadInput`` for an unknown layer or columns of different lengths."""
        definition = layer_named(layer)
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            raise BadInput(tr("The columns of {layer} are not equally long; nothing was written.", layer=layer))
        blobs = {f.name for f in definition.fields if f.kind == BLOB}
        names = tuple(name for name in columns if name not in PLACE_COLUMNS and name not in blobs)
        return cls(
            definition,
            tuple(sorted(names, key=lambda name: name != "uuid")),
            columns,
            lengths.pop() if lengths else 0,
        )

    def field(self, name: str) -> Field | None:
        return self.layer.field(name)

    def wkb_hexes(self) -> list[str | None]:
        """The geometry of every record as WKB hex in WGS 84, or ``None`` where it has none."""
        if GEOMETRY in self.columns:
            return [value if isinstance(value, str) else None for value in self.columns[GEOMETRY]]
        pairs = zip(self.columns.get("longitude", ()), self.columns.get("latitude", ()), strict=True)
        hexes = [point_hex(x, y) if _number(x) and _number(y) else None for x, y in pairs]  # type: ignore[arg-type]
        return hexes or [None] * self.rows

    def positions(self) -> list[tuple[float, float] | None]:
        """(longitude, latitude) of every record of a point layer, or ``None`` where it has none."""
        if "longitude" not in self.columns and GEOMETRY in self.columns:
            return [point_of(value) for value in self.columns[GEOMETRY]]
        pairs = zip(self.columns.get("longitude", ()), self.columns.get("latitude", ()), strict=True)
        found = [(x, y) if _number(x) and _number(y) else None for x, y in pairs]
        return found or [None] * self.rows  # type: ignore[return-value]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and value == value  # NaN is what an array has for none


def only_layer(layers: Mapping[str, Columns], title: str) -> tuple[str, Columns]:
    """The one layer there is; raises ``BadInput`` when there are several, as the format holds one."""
    if len(layers) != 1:
        raise BadInput(
            tr(
                "{title} holds one layer in a file, not {count}; choose one, such as sighting.",
                title=title,
                count=len(layers),
            )
        )
    return next(iter(layers.items()))


def clean(text: str) -> str:
    """Text that every format can hold: no NUL, no lone surrogate."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def text_of_value(value: Value) -> Value:
    """A value with its text cleaned."""
    return clean(value) if isinstance(value, str) else value


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside the wanted one to write to; on success it takes the wanted name, on failure it goes.

    What stood under the name before is untouched until then. Raises ``BadFile`` in a sentence when the
    folder, the disk or the name refuses.
    """
    with replacing_set(path) as folder:
        yield folder / path.name


@contextmanager
def replacing_set(path: Path, *, one_by_one: bool = False) -> Iterator[Path]:
    """A new folder beside the wanted path; all files in it move beside the path at the end, that of the
    wanted name last, as the sign that the set is whole.

    Files that mean nothing without each other (a shapefile) change together: for an instant there is none of them.
    With ``one_by_one`` each changes at one instant, for sets whose files are of use alone (a table and what is said
    about it), so that there is always one of the wanted name."""
    if not path.parent.is_dir():
        raise BadFile(tr("There is no folder {parent} to write {name} into.", parent=path.parent, name=path.name))
    if path.is_dir():
        raise BadFile(tr("{path} is a folder; give the name of a file.", path=path))
    with _sentences(path):
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
        try:
            yield folder
            made = sorted(folder.iterdir(), key=lambda file: file.name == path.name)
            for file in made:
                _to_disk(file)
            if one_by_one:
                _replace_each(made, folder / _OLD, path)
            else:
                _swap_in(made, folder / _OLD, path)
            _confirm(path)
        finally:
            if not any((folder / _OLD).glob("*")):
                shutil.rmtree(folder, ignore_errors=True)


_OLD = "before"
"""Folder in the scratch folder for the files that a set replaces."""


def _swap_in(made: Sequence[Path], old: Path, path: Path) -> None:
    """Let the files take their names beside ``path``. One file changes at one instant. Several cannot, so the old
    ones go aside first, the one that readers open before all others, and come back if anything fails; at no
    instant is there one with files of both."""
    if len(made) == 1:
        made[0].replace(path.with_name(made[0].name))
        return
    old.mkdir()
    placed: list[Path] = []
    try:
        for file in reversed(made):
            if path.with_name(file.name).exists():
                path.with_name(file.name).replace(old / file.name)
        for file in made:
            placed.append(file.replace(path.with_name(file.name)))  # noqa: PERF401 (kept when one fails)
    except OSError:
        try:
            for new in reversed(placed):
                new.unlink()
            for file in made:
                if (old / file.name).exists():
                    (old / file.name).replace(path.with_name(file.name))
        except OSError as error:
            raise BadFile(
                tr(
                    "{name} cannot be written: {reason}; what was there before is in {old}, copy it back.",
                    name=path.name,
                    reason=error.strerror,
                    old=old,
                )
            ) from error
        raise
    shutil.rmtree(old, ignore_errors=True)


def _replace_each(made: Sequence[Path], old: Path, path: Path) -> None:
    """Let each file take its name at one instant, the wanted one last; copies of what stands there bring it back if
    that fails."""
    old.mkdir()
    placed: list[Path] = []
    try:
        for file in made[:-1]:
            if (here := path.with_name(file.name)).exists():
                shutil.copyfile(here, old / file.name)
        for file in made:
            placed.append(file.replace(path.with_name(file.name)))  # noqa: PERF401 (kept when one fails)
    except OSError:
        for new in placed:
            if (old / new.name).exists():
                (old / new.name).replace(new)
            else:
                new.unlink()
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = {
            errno.ENOSPC: tr("the disk is full"),
            errno.EACCES: tr("writing there is not allowed"),
            errno.EROFS: tr("the disk is read-only"),
            errno.EFBIG: tr("the file would be too large"),
        }
        reason = why.get(error.errno or 0, error.strerror or str(error))
        raise BadFile(
            tr("{name} cannot be written: {reason}; nothing was changed.", name=path.name, reason=reason)
        ) from error


def _confirm(path: Path) -> None:
    """Make the new name durable; where that fails, the file is there all the same, and the sentence says so."""
    try:
        _to_disk(path.parent)
    except OSError as error:
        raise BadFile(
            tr(
                "{name} is written, but the disk failed before it confirmed that ({reason}); look "
                "whether it is there when the disk or stick is well again.",
                name=path.name,
                reason=error.strerror,
            )
        ) from error


def _to_disk(path: Path) -> None:
    """Flush a file or folder to the disk, so that a power cut after the swap leaves the whole file."""
    if os.name == "nt":
        if path.is_dir():
            return  # Windows has no such thing for folders.
        descriptor = os.open(path, os.O_RDWR)
    else:
        descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def step(progress: Any, done: int, total: int, what: str) -> None:
    """Tell progress, if there is one, every thousand records; raises ``Cancelled``."""
    if progress is not None and done % 1000 == 0:
        progress.step(done, total, what)
