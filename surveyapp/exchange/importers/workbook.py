"""Excel workbooks (.xlsx, .xlsm): every visible sheet with a header is a table, read row by row."""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.errors import BadFile
from surveyapp.exchange.importers import sheetxml
from surveyapp.exchange.importers.sheetxml import Header
from surveyapp.exchange.importers.source import (
    Rows,
    SourceRow,
    SourceTable,
    choose_layer,
    columns_of,
    is_reject_column,
    plain,
    require_file,
)
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_BYTES = 200 * 2**20
MAX_UNPACKED = 2 * 2**30
"""What a workbook may unpack to; one of a few kilobytes that unpacks to gigabytes is an attack."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOOK_FOR_HEADER = 25
"""Rows in which the header is looked for."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with its header; ``lacking`` are cells whose formula has no stored result, by row."""

    name: str
    header: Header
    lacking: dict[int, str]


def read_workbook(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """The table of one sheet; ``crs`` is that of its coordinate columns if it is not WGS 84. Formulas come with the
    result that was stored with them; a row with one that has none is rejected.

    Raises ``BadFile`` in a sentence for what is no workbook, protected by a password, too large or without a table.
    """
    del encoding  # XML says it itself
    _refuse(path)
    with _opened(path) as book:
        found = {sheet.name: sheet for sheet in _sheets(path, book)}
        hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    if not found:
        raise BadFile(tr("{name} has no sheet with a header of two columns or more.", name=path.name))
    name = choose_layer(path, layer, tuple(found))
    sheet = found[name]
    rows = Rows(lambda: _rows(path, sheet))
    notes = []
    if hidden:
        notes.append(ntr("The hidden sheet {names} is not read.", "The hidden sheets {names} are not read.",
                         len(hidden), names=", ".join(hidden)))
    if sheet.header.row > 1:
        notes.append(tr("The names of its columns stand in row {row}.", row=sheet.header.row))
    return SourceTable(
        path=path,
        format="xlsx",
        layer=name,
        layers=tuple(found),
        columns=columns_of((n for n in sheet.header.names if not is_reject_column(n)), rows),
        rows=rows,
        crs=crs,
        notes=tuple(notes),
        media=(path.parent,),
    )


def _refuse(path: Path) -> None:
    """Say what is wrong with a file before a library meets it; raises ``BadFile``."""
    require_file(path)
    with _sentences(path):
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(2**20)
        if not start:
            raise BadFile(tr("{name} is empty.", name=path.name))
        if start.startswith(_OLE):
            raise BadFile(
                tr("{name} is protected by a password; open it, save it without one, and import that.", name=path.name)
                if _ENCRYPTED in start
                else tr("{name} is an old Excel workbook (.xls); save it as .xlsx or CSV.", name=path.name)
            )
        if size > MAX_BYTES:
            raise BadFile(tr("{name} is larger than {limit} MB, which is too much for one import; split it.",
                             name=path.name, limit=MAX_BYTES // 2**20))
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
            names = set(packed.namelist())
    if unpacked > MAX_UNPACKED:
        raise BadFile(tr("{name} unpacks to {size} MB, which is too much for one import; split it.",
                         name=path.name, size=unpacked // 2**20))
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise BadFile(tr("{name} is a zipped file but no Excel workbook.", name=path.name))


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """What the libraries meet in a damaged workbook becomes one sentence."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from openpyxl.utils.exceptions import InvalidFileException

    damaged = (
        zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, InvalidFileException, ParseError,
        DefusedXmlException, KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError, NotImplementedError,
        OverflowError, RuntimeError,
    )  # fmt: skip
    try:
        yield
    except damaged as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:100]
        raise BadFile(tr("{name} is damaged or no Excel workbook ({reason}); save it anew.",
                         name=path.name, reason=reason)) from error
    except OSError as error:
        raise BadFile(tr("{name} cannot be read: {reason}.", name=path.name, reason=error.strerror or error)) from error


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    """The workbook with the stored results of its formulas, nothing of it in memory but what is asked for."""
    import openpyxl

    # What it cannot show (pictures, drop-down lists) is no loss here, and a line on the terminal helps nobody.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\..*")
    with _sentences(path), path.open("rb") as file:  # it would leave a damaged one open
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()


def _sheets(path: Path, book: Workbook) -> Iterator[_Sheet]:
    """Visible sheets that have a header."""
    with _sentences(path):
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # some programs write A1:A1 whatever there is
            top = [list(row) for row in islice(sheet.iter_rows(values_only=True), _LOOK_FOR_HEADER)]
            xml = sheetxml.read(path, sheet.title)
            header = sheetxml.header_of(top, xml.merged)
            if header is not None:
                yield _Sheet(sheet.title, header, xml.lacking)


def _rows(path: Path, sheet: _Sheet) -> Iterator[SourceRow]:
    with _opened(path) as book:
        there = book[sheet.name]
        there.reset_dimensions()
        first = sheet.header.last_row + 1
        for number, cells in enumerate(there.iter_rows(min_row=first, values_only=True), start=first):
            row = _row(number, cells, sheet)
            if row is not None:
                yield row


def _row(number: int, cells: tuple[Any, ...], sheet: _Sheet) -> SourceRow | None:
    names = sheet.header.columns
    values = {
        name: value
        for at, cell in enumerate(cells)
        if cell is not None and (name := names.get(at)) is not None and (value := _value(cell)) not in (None, "")
    }
    values = {name: value for name, value in values.items() if not is_reject_column(name)}
    lacking = sheet.lacking.get(number)
    if not values and lacking is None:
        return None
    beyond = [cell for at, cell in enumerate(cells) if cell not in (None, "") and at not in names]
    trouble = None
    if lacking is not None:
        trouble = tr("The formula in cell {cell} has no stored result; open the workbook in Excel or LibreOffice and "
                     "save it again.", cell=lacking)
    elif beyond:
        values["(more)"] = " | ".join(str(_value(cell)) for cell in beyond)
        trouble = tr("It has cells where the header names no column.")
    return SourceRow(number, values, trouble=trouble)


def _value(cell: Any) -> Any:
    """A cell as one of ours: times in ISO 8601, whole numbers without a point, texts without their edges."""
    match cell:
        case str():
            return re.sub(r"_x000[dD]_", "", cell).replace("\x00", "").strip()
        case bool():
            return plain(cell)
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return int(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat(timespec="minutes" if not cell.second else "seconds")
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
        case _:
            return plain(cell)
