"""The photos that a table names: found beside it, and nowhere else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

_PICTURE = re.compile(r"[^\n;|<>]*[^\n;|<>/\\.]\.(jpe?g|png|webp|heic|heif)", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\s*[;|\n]\s*" + "".join(rf"|(?<=\.{end}),\s*" for end in ("jpg", "jpeg", "png", "webp")), re.IGNORECASE
)
_FOLDERS = ("media", "DCIM", "photos", "images", "files", "attachments")
"""Where programs put them: ODK, QField, Mergin, Kobo."""
PICTURES = (".jpg", ".jpeg", ".png", ".webp")
"""Endings of files that are kept as photos."""
NO_PICTURES = (".heic", ".heif", ".avif", ".gif", ".bmp", ".dng", ".svg")
"""Of pictures that are not; reading one says why. (A TIFF may be a map.)"""
_CAMERA_DEEP = 2
"""A camera keeps its photos in folders such as DCIM/100CANON."""
_CAMERA_FOLDERS = 200
_DEEP = 5
_MOST = 50_000
"""Files that are looked through at most for one that is not where it should be."""


def is_picture_name(text: str) -> bool:
    """Whether a text is the name of a photo, or names of several."""
    names = names_in(text)
    return bool(names) and all(_PICTURE.fullmatch(name) and "://" not in name for name in names)


def names_in(text: str) -> list[str]:
    """The names in a cell; several stand with ``;``, ``|`` or a comma between them."""
    return [name for name in _BETWEEN.split(text.strip()) if name]


def pictures_below(folder: Path, endings: tuple[str, ...] = PICTURES) -> list[Path]:
    """Photos in a folder and two levels below, sorted; none where it cannot be read (a card that was taken out)."""
    return sorted(_of_camera(folder, endings, _CAMERA_DEEP, [_CAMERA_FOLDERS]))


def _of_camera(folder: Path, endings: tuple[str, ...], deep: int, left: list[int]) -> Iterator[Path]:
    left[0] -= 1
    for entry in _entries(folder):
        if entry.name.startswith("."):
            continue
        if entry.name.lower().endswith(endings):
            yield Path(entry.path)
        elif deep and left[0] > 0 and entry.is_dir(follow_symlinks=False):
            yield from _of_camera(Path(entry.path), endings, deep - 1, left)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []  # a folder that may not be read holds no photos for us


class Media:
    """Finds files by the names that a table gives them. A name leads to files in or below the table's own folders
    only, whatever it says: a table that came by mail must not reach the rest of the disk."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._index: dict[str, Path | None] | None = None

    def find(self, name: str) -> Path | None:
        """The file, or ``None`` if there is none, or several of the name and none where it should be."""
        parts = _parts(name)
        if not parts:
            return None
        for folder in self._folders:
            direct = (folder.joinpath(*parts), *(folder / inner / parts[-1] for inner in _FOLDERS))
            found = next((path for path in direct if path.is_file() and _is_inside(path, folder)), None)
            if found is not None:
                return found
        if self._index is None:
            self._index = self._all_files()
        return self._index.get(parts[-1].casefold())

    def _all_files(self) -> dict[str, Path | None]:
        """Every photo below the folders by its name; ``None`` where two have it."""
        found: dict[str, Path | None] = {}
        for folder in self._folders[:1]:
            for path in _walk(folder, _DEEP, [_MOST]):
                key = path.name.casefold()
                found[key] = path if key not in found else None
        return found


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a path inside the folder; of one that leads out of it, the file's name alone."""
    plain = name.strip().replace("\\", "/")
    leads_out = plain.startswith("/") or re.match(r"[A-Za-z]+:", plain) is not None
    parts = tuple(part for part in PurePosixPath(plain).parts if part not in ("/", "."))
    if not parts or parts[-1] == ".." or "\x00" in plain:
        return ()
    return parts[-1:] if leads_out or ".." in parts else parts


def _is_inside(path: Path, folder: Path) -> bool:
    """Also a link must not lead out."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except OSError:
        return False


def _walk(folder: Path, deep: int, left: list[int]) -> Iterator[Path]:
    for entry in _entries(folder):
        left[0] -= 1
        if left[0] <= 0:
            return
        if entry.is_dir(follow_symlinks=False) and deep and not entry.name.startswith("."):
            yield from _walk(Path(entry.path), deep - 1, left)
        elif entry.is_file(follow_symlinks=False) and _PICTURE.fullmatch(entry.name):
            yield Path(entry.path)
