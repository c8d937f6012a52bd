"""CSV: one layer, all its fields, the place as numbers and as WKT."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from surveyapp.domain.progress import Progress
from surveyapp.errors import BadInput
from surveyapp.exchange.csvguard import guarded
from surveyapp.exchange.exporters.files import Columns, Table, Written, clean, only_layer, replacing, step
from surveyapp.geo.crs import WGS84, crs_text, from_wgs84_arrays, is_geographic
from surveyapp.geo.shapes import wkt_of
from surveyapp.words import tr

Cell = str | int | float | None


def write_csv(
    path: Path,
    layer: str,
    columns: Columns,
    *,
    crs: str = WGS84,
    note: str | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write a layer as CSV: UTF-8 with a byte-order mark (so that Excel reads Urdu), CRLF, a header of names.

    ``longitude``, ``latitude`` (points) and ``geometry`` (WKT) are in WGS 84 at full precision. With another
    ``crs`` there are ``easting``, ``northing`` and ``crs`` besides. Texts that a spreadsheet would run as a
    formula get an apostrophe, which our importer takes off. ``note`` becomes a column of the same text.
    """
    table = Table.of(layer, columns)
    header, place = _place(table, crs)
    geometry = ["geometry"] if table.layer.geometry else []
    extra = [] if note is None else ["note"]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*table.names[:1], *header, *map(_cell, table.names[1:]), *geometry, *extra])
        hexes = table.wkb_hexes() if geometry else [None] * table.rows
        for index in range(table.rows):
            step(progress, index, table.rows, tr("Writing {name}", name=path.name))
            cells = [_cell(table.columns[name][index]) for name in table.names]
            shape = [wkt_of(hexes[index]) or ""] if geometry else []
            writer.writerow(
                [
                    *cells[:1],
                    *(column[index] for column in place),
                    *cells[1:],
                    *shape,
                    *([] if note is None else [_cell(note)]),
                ]
            )
    return Written((path,), table.rows)


def write_csv_layers(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    note: str | None = None,
    progress: Progress | None = None,
) -> Written:
    """As the registry calls it; raises ``BadInput`` for more than one layer."""
    layer, columns = only_layer(layers, "CSV")
    return write_csv(path, layer, columns, crs=crs, note=note, progress=progress)


def _place(table: Table, crs: str) -> tuple[list[str], list[list[Cell]]]:
    """Names and values of the columns with coordinates."""
    code = crs_text(crs)
    if table.layer.geometry != "POINT":
        if code != WGS84:
            raise BadInput(
                tr("A CSV of {plural} holds their places as WKT in WGS 84 only.", plural=table.layer.plural.casefold())
            )
        return [], []
    positions = table.positions()
    degrees: list[list[Cell]] = [[None if p is None else p[axis] for p in positions] for axis in (0, 1)]
    if code == WGS84:
        return ["longitude", "latitude"], degrees
    nowhere = float("nan")
    xs, ys, _accuracy = from_wgs84_arrays(code, *([nowhere if v is None else v for v in axis] for axis in degrees))
    names = ["longitude_in_crs", "latitude_in_crs"] if is_geographic(code) else ["easting", "northing"]
    there: list[list[Cell]] = [[None if v != v else float(v) for v in axis] for axis in (xs, ys)]
    return ["longitude", "latitude", *names, "crs"], [*degrees, *there, [code] * table.rows]


def _cell(value: Cell) -> Cell:
    return guarded(clean(value)) if isinstance(value, str) else value
