"""CSV and other delimited text, as spreadsheets and phones of any country write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from surveyapp.errors import BadFile
from surveyapp.exchange.csvguard import unguarded
from surveyapp.exchange.importers.csvrecords import CsvRecord, csv_records
from surveyapp.exchange.importers.encodings import encoding_of
from surveyapp.exchange.importers.source import (
    LOOKED_AT,
    Rows,
    SourceRow,
    SourceTable,
    columns_of,
    is_reject_column,
)
from surveyapp.words import mark, tr

_DELIMITERS = {",": mark("commas"), ";": mark("semicolons"), "\t": mark("tabs"), "|": mark("bars")}
_COMMA_NUMBER = re.compile(r"[-−]?\d{1,6},\d+")
_POINT_NUMBER = re.compile(r"[-−]?\d+\.\d+")
_NUMBER = re.compile(r"[-−+]?\d+([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class _Form:
    """How the text is laid out. ``skip``: lines before the header (Excel's ``sep=;``)."""

    encoding: str
    delimiter: str
    skip: int


def read_csv(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """The table of a CSV; ``crs`` is that of its coordinate columns if it is not WGS 84.

    Raises ``BadFile`` for what is no CSV with a header, ``BadInput`` for an unknown encoding.
    """
    del layer  # a CSV has one
    found = encoding_of(path, encoding)
    form = _form_of(path, found.name)
    header = _header(path, form)
    names = _names(header.cells)
    rows = Rows(lambda: _rows(path, form, header.line, names))
    notes = [found.note] if found.note else []
    if form.delimiter != ",":
        notes.append(tr("Its cells are separated by {delimiter}.", delimiter=tr(_DELIMITERS[form.delimiter])))
    comma = _decimal_comma(islice(rows, LOOKED_AT), form.delimiter)
    if comma:
        notes.append(tr("Its numbers have decimal commas."))
    return SourceTable(
        path=path,
        format="csv",
        layer=path.stem,
        layers=(path.stem,),
        columns=columns_of((name for name in names if not is_reject_column(name)), rows),
        rows=rows,
        crs=crs,
        media=(path.parent,),
        notes=tuple(notes),
        decimal_comma=comma,
    )


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """Lines with their ends; bytes that are not of the encoding come as lone surrogates."""
    try:
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            yield from file
    except UnicodeError as error:
        raise BadFile(
            tr(
                "{name} is not {encoding} throughout ({error}); name another encoding.",
                name=path.name,
                encoding=encoding,
                error=error,
            )
        ) from error
    except OSError as error:
        raise BadFile(tr("{name} cannot be read: {reason}.", name=path.name, reason=error.strerror or error)) from error


def _form_of(path: Path, encoding: str) -> _Form:
    first = list(islice(_lines(path, encoding), 60))
    declared = re.fullmatch(r"sep=(.)\s*", first[0]) if first else None
    if declared is not None:
        return _Form(encoding, declared[1], 1)
    return _Form(encoding, max(_DELIMITERS, key=lambda delimiter: _evenness(first, delimiter)), 0)


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    """How well a delimiter tells lines into equally many cells: (share of lines that agree, cells)."""
    widths = [len(record.cells) for record in csv_records(lines, delimiter) if record.cells]
    if not widths or widths[0] < 2:
        return 0.0, 0
    # The header says how many cells there should be; a delimiter of the text inside cells varies.
    return Counter(widths)[widths[0]] / len(widths), widths[0]


def _header(path: Path, form: _Form) -> CsvRecord:
    for record in _records(path, form):
        if record.trouble:
            raise BadFile(
                tr(
                    "{name}: its first line cannot be read as names of columns. {trouble}",
                    name=path.name,
                    trouble=record.trouble,
                )
            )
        if any(cell.strip() for cell in record.cells):
            break
    else:
        raise BadFile(tr("{name} is empty.", name=path.name))
    if all(_NUMBER.fullmatch(cell.strip()) for cell in record.cells):
        raise BadFile(
            tr("{name} begins with numbers instead of names of columns; add a first line with names.", name=path.name)
        )
    return record


def _records(path: Path, form: _Form) -> Iterator[CsvRecord]:
    for record in csv_records(islice(_lines(path, form.encoding), form.skip, None), form.delimiter):
        yield CsvRecord(record.line + form.skip, record.cells, record.trouble, record.raw)


def _names(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the columns: empty ones are numbered, repeated ones told apart. Trailing empty ones go."""
    named = [_clean(cell).strip().lstrip("\ufeff") for cell in cells]
    while named and not named[-1]:
        named.pop()
    seen: Counter[str] = Counter()
    names = []
    for place, name in enumerate(named, start=1):
        base = name or f"column {place}"
        seen[base] += 1
        names.append(base if seen[base] == 1 else f"{base} ({seen[base]})")
    return tuple(names)


def _rows(path: Path, form: _Form, header_line: int, names: tuple[str, ...]) -> Iterator[SourceRow]:
    added = [name for name in names if is_reject_column(name)]
    for record in _records(path, form):
        if record.line > header_line and (row := _row(record, names, added)) is not None:
            yield row


def _row(record: CsvRecord, names: tuple[str, ...], added: list[str]) -> SourceRow | None:
    """The row of a record without what a list of rejects has added; ``None`` if it holds nothing at all."""
    if record.trouble:
        return SourceRow(record.line, {"line": _clean(record.raw)}, trouble=record.trouble)
    cells = record.cells
    width = len(names)
    whole = "".join(cells)
    if len(cells) == width and not added and whole.isascii() and "'" not in whole and "\x00" not in whole:
        # Nearly every row: nothing in it needs a look.
        return SourceRow(record.line, dict(zip(names, cells, strict=True))) if whole.strip() else None
    if not whole.strip():
        return None
    extra = any(cell.strip() for cell in cells[width:])
    values = {name: unguarded(_clean(cell)) for name, cell in zip(names, cells, strict=False)}
    for name in added:
        values.pop(name, None)
    trouble = None
    if extra or len(cells) < width:
        trouble = tr("It has {count} cells where the first line names {width} columns.", count=len(cells), width=width)
        if extra:
            values["(more)"] = " | ".join(_clean(cell) for cell in cells[width:])
    elif _has_stray_bytes(cells):
        trouble = tr("It holds bytes that are not UTF-8; save the file as UTF-8 or name its encoding.")
    return SourceRow(record.line, values, trouble=trouble)


def _has_stray_bytes(cells: tuple[str, ...]) -> bool:
    return any(not cell.isascii() and any("\ud800" <= c <= "\udfff" for c in cell) for cell in cells)


def _clean(cell: str) -> str:
    """Without NULs, which cut texts short in many programs; stray bytes shown as question marks."""
    if cell.isascii():
        return cell.replace("\x00", "")
    return cell.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _decimal_comma(rows: Iterator[SourceRow], delimiter: str) -> bool:
    """Whether numbers have decimal commas: none has a point, and some a comma that is no delimiter."""
    if delimiter == ",":
        return False
    cells = list(chain.from_iterable((str(value).strip() for value in row.values.values()) for row in rows))
    return any(map(_COMMA_NUMBER.fullmatch, cells)) and not any(map(_POINT_NUMBER.fullmatch, cells))
