"""What openpyxl's quick reader leaves out of a sheet: merged cells, and formulas without a stored result.

A workbook that a program wrote (not Excel) may hold formulas without results; read as empty cells they would be lost
without a word. And where a header has two rows, only the merged cells say which names belong together.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
_CHUNK, _OVERLAP = 1 << 20, 200
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Merged:
    """A block of merged cells: rows from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class SheetXml:
    """``lacking``: by row, the first cell whose formula has no stored result."""

    merged: tuple[Merged, ...] = ()
    lacking: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """``columns``: name of each column that has one, by its place from 0. ``row`` is the header's first row and
    ``last_row`` its last, from 1."""

    row: int
    last_row: int
    columns: dict[int, str]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns.values())


def read(path: Path, sheet: str) -> SheetXml:
    """The merged cells and unfinished formulas of a sheet. A large sheet without formulas is not parsed for it."""
    with zipfile.ZipFile(path) as packed:
        part = _part_of(packed, sheet)
        if part is None:
            return SheetXml()
        merged, has_formulas = _scanned(packed, part)
        return SheetXml(tuple(merged), _lacking(packed, part) if has_formulas else {})


def _scanned(packed: zipfile.ZipFile, part: str) -> tuple[list[Merged], bool]:
    """(merged cells, whether there are formulas), told from the bytes as they stream by."""
    merged: dict[Merged, None] = {}
    has_formulas = False
    kept = b""
    with packed.open(part) as file:
        while chunk := file.read(_CHUNK):
            piece = kept + chunk
            has_formulas = has_formulas or _FORMULA.search(piece) is not None
            for found in _MERGE.finditer(piece):
                merged |= dict.fromkeys(_merged(found[1].decode("ascii")))
            kept = piece[-_OVERLAP:]
    return list(merged), has_formulas


def _lacking(packed: zipfile.ZipFile, part: str) -> dict[int, str]:
    from defusedxml.ElementTree import iterparse

    lacking: dict[int, str] = {}
    with packed.open(part) as file:
        for _event, element in iterparse(file, events=("end",)):
            if element.tag == f"{_MAIN}row":
                element.clear()
            elif (
                element.tag == f"{_MAIN}c"
                and element.find(f"{_MAIN}f") is not None
                and _result_of(element) is None
                and (place := _CELL.fullmatch(element.get("r") or "")) is not None
            ):
                lacking.setdefault(int(place[2]), place[0])
    return lacking


def _result_of(cell: Any) -> str | None:
    """The stored result of a formula; an empty text is one as well (``t="str"`` with an empty ``v``)."""
    value = cell.find(f"{_MAIN}v")
    if value is None:
        return None
    return value.text if value.text is not None else "" if cell.get("t") == "str" else None


def _part_of(packed: zipfile.ZipFile, sheet: str) -> str | None:
    """Where a sheet stands in the package, by its name."""
    from defusedxml.ElementTree import fromstring

    names = set(packed.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    book = fromstring(packed.read("xl/workbook.xml"))
    wanted = next((s.get(_RELATION) for s in book.iter(f"{_MAIN}sheet") if s.get("name") == sheet), None)
    relations = fromstring(packed.read("xl/_rels/workbook.xml.rels"))
    target = next((r.get("Target") for r in relations.iter(_PACKAGE) if r.get("Id") == wanted), None)
    if target is None:
        return None
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in names else None


def _merged(reference: str) -> Iterator[Merged]:
    first, colon, last = reference.partition(":")
    one, other = _CELL.fullmatch(first), _CELL.fullmatch(last)
    if colon and one is not None and other is not None:
        yield Merged(int(one[2]), _column(one[1]), int(other[2]), _column(other[1]))


def _column(letters: str) -> int:
    """Place of a column from 0: A is 0, AA 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


# --- the header --------------------------------------------------------------------------------------


def header_of(rows: Sequence[Sequence[Any]], merged: Sequence[Merged]) -> Header | None:
    """The header among the first rows of a sheet: the first row with texts in two cells or more that are not one
    merged title; with the row below it where cells of it are merged over several columns. ``None`` if there is none.
    """
    for at, cells in enumerate(rows, start=1):
        texts = [place for place, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()]
        filled = sum(cell not in (None, "") for cell in cells)
        if len(texts) < 2 or len(texts) * 2 < filled:
            continue
        groups = [block for block in merged if block.top <= at <= block.bottom and block.left < block.right]
        tall = [block for block in merged if block.top == at < block.bottom]
        below = rows[at] if at < len(rows) else ()
        if (groups or tall) and _is_second_row(below):
            return Header(at, at + 1, _columns(_joined(cells, below, groups, tall)))
        return Header(at, at, _columns([_name(cell) for cell in cells]))
    return None


def _is_second_row(cells: Sequence[Any]) -> bool:
    """Whether a row holds names and no values."""
    filled = [cell for cell in cells if cell not in (None, "")]
    return bool(filled) and all(isinstance(cell, str) for cell in filled)


def _joined(
    upper: Sequence[Any], lower: Sequence[Any], groups: Sequence[Merged], tall: Sequence[Merged]
) -> list[str]:
    """Names of two rows as paths: "Location/Lat" under a merged "Location"."""
    names = []
    for place in range(max(len(upper), len(lower))):
        above = _name(upper[place]) if place < len(upper) else ""
        below = _name(lower[place]) if place < len(lower) else ""
        group = next((block for block in groups if block.left <= place <= block.right), None)
        if group is not None:
            above = _name(upper[group.left])
        if any(block.left <= place <= block.right for block in tall):
            below = ""
        names.append(f"{above}/{below}" if above and below else above or below)
    return names


def _name(cell: Any) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _columns(names: Sequence[str]) -> dict[int, str]:
    """Names by place; repeated ones are told apart, and a column without one has none."""
    seen: Counter[str] = Counter()
    found = {}
    for place, name in enumerate(names):
        if name:
            seen[name] += 1
            found[place] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return found
