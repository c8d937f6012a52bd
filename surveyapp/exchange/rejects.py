"""The list of rows that were not taken: a CSV that a person mends and imports again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.csvguard import guarded
from surveyapp.exchange.exporters.files import replacing
from surveyapp.exchange.importers.source import REJECT_COLUMNS, SourceTable, text_of
from surveyapp.exchange.plan import Rejected
from surveyapp.words import tr

_GEOMETRY = "geometry"
_MOST_NAMES = 1000


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """The rows of one table of a source that were not taken."""

    source: SourceTable
    rows: Sequence[Rejected]


def rejects_text(tables: Iterable[RejectedRows]) -> str:
    """The list as CSV: the columns of the source, its geometry as WKT where it has one, the number of the row and the
    reason. Of several tables also which. Texts that a spreadsheet would run are made harmless."""
    told = [table for table in tables if table.rows]
    names = list(dict.fromkeys(name for table in told for name in _names(table)))
    where = ["rejected_from"] if len(told) > 1 else []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in (*names, *where, *REJECT_COLUMNS)])
    for table in told:
        for row in table.rows:
            values = {**row.values, _GEOMETRY: _wkt(row.wkb_hex)} if row.wkb_hex else row.values
            cells = [text_of(values.get(name)) for name in names]
            cells += [f"{table.source.path.name}: {table.source.layer}"] if where else []
            writer.writerow([guarded(_plain(cell)) for cell in (*cells, str(row.row), row.reason)])
    return out.getvalue()


def write_rejects(path: Path, tables: Sequence[RejectedRows]) -> Path:
    """Write the list under exactly this name; returns it. Raises ``BadFile`` where it cannot be written."""
    text = rejects_text(tables)
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8-sig", newline="")
    return path


def write_beside(folder: Path, source: Path, tables: Sequence[RejectedRows]) -> Path:
    """Write the list as ``SOURCE.rejected.csv`` into the folder. A list of that name may be one that somebody is
    mending: another one gets a number, and the same one is left as it is."""
    data = rejects_text(tables).encode("utf-8-sig")
    stem = source.name or source.resolve().name
    for number in range(1, _MOST_NAMES):
        path = folder / f"{stem}.rejected{'' if number == 1 else f'-{number}'}.csv"
        try:
            if path.is_file() and path.read_bytes() == data:
                return path
        except OSError as error:
            raise BadFile(tr("{name} cannot be read: {reason}.", name=path.name,
                             reason=error.strerror or error)) from error
        if not path.exists():
            return write_rejects(path, tables)
    raise BadFile(tr("There are too many lists of rejected rows in {folder}; delete the old ones.", folder=folder))


def check_place(path: Path, taken: Iterable[Path]) -> None:
    """Refuse to write the list over the survey or a source; raises ``BadInput``."""
    if path.suffix.casefold() != ".csv":
        raise BadInput(tr("{name} should end in .csv, as the list of rejected rows is one.", name=path.name))
    if any(path.resolve() == other.resolve() for other in taken):
        raise BadInput(tr("{path} is read by this import; write the rejected rows elsewhere.", path=path))


def _names(table: RejectedRows) -> list[str]:
    names = list(table.source.column_names)
    names += [name for row in table.rows for name in row.values if name not in names]
    if any(row.wkb_hex for row in table.rows) and _GEOMETRY not in names:
        names.append(_GEOMETRY)
    return list(dict.fromkeys(names))


def _wkt(wkb_hex: str) -> str:
    import shapely

    return str(shapely.to_wkt(shapely.from_wkb(wkb_hex), rounding_precision=-1, trim=True))


def _plain(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
