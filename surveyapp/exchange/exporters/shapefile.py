"""Shapefile, for those who have nothing newer: ten-character names, 254-byte texts, no times."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import DATE, INTEGER, REAL
from surveyapp.domain.progress import Progress
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.exporters.facts import Facts, facts_of
from surveyapp.exchange.exporters.files import Columns, Table, Written, only_layer, replacing_set
from surveyapp.exchange.exporters.gdal import GdalColumn, column_of, shapes_in, write_gdal
from surveyapp.exchange.exporters.readme import readme_path, write_dictionary, write_readme
from surveyapp.exchange.shortnames import short_names
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

_LONGEST = 254
"""Bytes of a text in a dBASE table."""

NAMES_CUT = "Names of columns are shortened to ten characters; the text ending in _README.txt lists them."
TIMES_ARE_TEXTS = "Times are texts, since a shapefile knows only days."
ENDS_LOST = "Spaces at the ends of texts are lost."
TEXTS_CUT = "Texts are cut at 254 bytes of UTF-8."


def write_shapefile(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write one layer with a place as a shapefile (``.shp .shx .dbf .prj .cpg``) in UTF-8; beside it the dictionary of
    its columns (``NAME_fields.csv``) and a text with the shortened names and what is lost (``NAME_shp_README.txt``).
    What was cut is counted in the notes. Raises ``BadInput``, ``BadFile``."""
    layer, columns = only_layer(layers, "A shapefile")
    table = Table.of(layer, columns)
    if not table.layer.geometry:
        raise BadInput(
            tr("{plural} have no place, which a shapefile needs; export CSV or GeoPackage.", plural=table.layer.plural)
        )
    if path.suffix.casefold() != ".shp":
        raise BadFile(tr("{name} should end in .shp.", name=path.name))
    short = short_names(table.names)
    if progress is not None:
        progress.step(0, 1, tr("Writing {name}", name=path.name))
    made, cut = [], 0
    for name in table.names:
        column, shortened = _column(table, name, short.get(name, name))
        made.append(column)
        cut += shortened
    with replacing_set(path) as folder:
        write_gdal(
            folder / path.name,
            table,
            made,
            driver="ESRI Shapefile",
            crs=crs,
            layer=path.stem,
            encoding="UTF-8",
        )
        _check(folder / path.name, table.rows)
        _read_back(folder / path.name, table, made, crs)
        lost = [NAMES_CUT, TIMES_ARE_TEXTS, ENDS_LOST]
        told = (
            (path.name, f"{table.layer.plural}, with its .shx, .dbf, .prj and .cpg; keep them together."),
            (f"{path.stem}_fields.csv", "The columns."),
        )
        write_dictionary(folder / f"{path.stem}_fields.csv", table, table.names, short)
        write_readme(
            folder / readme_path(path).name, facts or facts_of(layers, crs), told,
            names={column: name for name, column in short.items()},
            lost=[*lost, f"{cut} texts were cut at 254 bytes." if cut else TEXTS_CUT],
        )
        paths = tuple(sorted(path.with_name(file.name) for file in folder.iterdir()))
    notes = [tr("{cut} texts were cut at 254 bytes.", cut=cut)] if cut else []
    return Written(paths, table.rows, tuple(notes))


def _check(path: Path, rows: int) -> None:
    """GDAL says nothing when the disk is full, so the files must be as long as they state (ESRI's description
    of 1998; dBASE III). Raises ``BadFile``."""
    dbf = path.with_suffix(".dbf").read_bytes()
    shp = path.read_bytes()
    records, head, width = struct.unpack_from("<IHH", dbf, 4) if len(dbf) >= 12 else (0, 0, 0)
    whole = (
        records == rows
        and width > 0
        and len(dbf) >= head + rows * width
        and path.with_suffix(".shx").stat().st_size == 100 + 8 * rows
        and len(shp) >= 100
        and len(shp) == 2 * struct.unpack_from(">I", shp, 24)[0]
    )
    if not whole:
        raise BadFile(
            tr("{name} came out incomplete, perhaps because the disk is full; nothing was changed.", name=path.name)
        )


def _read_back(path: Path, table: Table, made: Sequence[GdalColumn], crs: str) -> None:
    """GDAL also says nothing when the disk loses bytes in the middle, so all of it is read again and compared.
    Raises ``BadFile``."""
    import numpy as np
    import pyogrio.raw
    import shapely
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        _meta, _fids, shapes, columns = pyogrio.raw.read(path, encoding="UTF-8")
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError):
        columns = []
    same = len(columns) == len(made)
    if same:
        wanted, found = (shapely.normalize(shapely.from_wkb(wkb)) for wkb in (shapes_in(table, crs), shapes))
        none = shapely.is_missing(wanted)
        same = bool(np.all(np.where(none, shapely.is_missing(found), shapely.equals_exact(wanted, found, 1e-9))))
    if not same or not all(_alike(column, data) for column, data in zip(made, columns, strict=True)):
        raise BadFile(
            tr("{name} came out other than it was written, so the disk may fail; nothing was changed.", name=path.name)
        )


def _alike(column: GdalColumn, data: Any) -> bool:
    import numpy as np

    if data.dtype == object:
        return [_core(text) for text in column.data] == [_core(text) for text in data]
    if column.data.dtype.kind == "M":
        return bool(np.array_equal(column.data.astype("datetime64[D]"), data.astype("datetime64[D]"), equal_nan=True))
    close = np.isclose(column.data, data, rtol=1e-12, atol=1e-9)
    return bool(np.all(np.where(column.mask, np.isnan(data.astype(float)) | (data == 0), close)))


def _core(text: str | None) -> str:
    """What a dBASE table keeps of a text: not the spaces at its ends, nor the difference of nothing and empty."""
    return (text or "").strip()


def _column(table: Table, name: str, short: str) -> tuple[GdalColumn, int]:
    """The column, and how many of its texts had to be cut."""
    definition = table.field(name)
    if definition is not None and definition.kind in (INTEGER, REAL, DATE):
        return column_of(table, name, short), 0
    column = column_of(table, name, short, as_text=True)
    cut = 0
    for index, text in enumerate(column.data):
        if text is not None and len(text.encode()) > _LONGEST:
            column.data[index] = _shortened(text)
            cut += 1
    return column, cut


def _shortened(text: str) -> str:
    """The longest beginning that fits, cut between characters."""
    return text.encode()[:_LONGEST].decode("utf-8", "ignore")
