"""CSV: one layer, all its fields, the place as numbers and as WKT; a data dictionary and a readable text beside it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from surveyapp.domain.progress import Progress
from surveyapp.exchange.csvguard import guarded, is_safe
from surveyapp.exchange.exporters.facts import Facts, facts_of
from surveyapp.exchange.exporters.files import Columns, Table, Written, clean, only_layer, replacing_set
from surveyapp.exchange.exporters.gdal import geometries_in
from surveyapp.exchange.exporters.readme import readme_path, write_dictionary, write_readme
from surveyapp.geo.crs import WGS84, crs_text, from_wgs84_arrays, is_geographic
from surveyapp.geo.shapes import wkt_of
from surveyapp.words import tr

Cell = str | int | float | None

_AT_A_TIME = 10_000
"""Rows that are made and written together."""
_REMEMBERED = 100_000


def write_csv(
    path: Path,
    layer: str,
    columns: Columns,
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write a layer as CSV: UTF-8 with a byte-order mark (so that Excel reads Urdu), CRLF, a header of names.

    ``longitude``, ``latitude`` (points) and ``geometry`` (WKT) are in WGS 84 at full precision. In another ``crs``
    there are ``easting`` and ``northing`` of points, or ``geometry_in_crs`` of lines and areas, and ``crs`` besides.
    Texts that a spreadsheet would run as a formula get an apostrophe, which our importer takes off. What was done for
    the audience is a column of the same text. The dictionary of the columns lies beside it as ``NAME_dictionary.csv``,
    what a person reads first as ``NAME_csv_README.txt``.
    """
    table = Table.of(layer, columns)
    facts = facts or facts_of({layer: columns}, crs)
    before, after = _place(table, crs)
    extra = {} if facts.note is None else {"note": [facts.note] * table.rows}
    cells = {"uuid": table.columns["uuid"]} if "uuid" in table.names else {}
    cells |= before | {name: table.columns[name] for name in table.names if name != "uuid"} | after | extra
    dictionary, readme = path.with_name(f"{path.stem}_dictionary.csv"), readme_path(path)
    with replacing_set(path, one_by_one=True) as folder:
        with (folder / path.name).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(map(_cell, cells))
            cleaner = _Cleaner()
            for start in range(0, table.rows, _AT_A_TIME):
                if progress is not None:
                    progress.step(start, table.rows, tr("Writing {name}", name=path.name))
                part = slice(start, start + _AT_A_TIME)
                writer.writerows(zip(*(cleaner.column(values[part]) for values in cells.values()), strict=True))
        if progress is not None:
            progress.step(table.rows, table.rows or 1, tr("Writing {name}", name=path.name))
        write_dictionary(folder / dictionary.name, table, list(cells))
        told = ((path.name, f"{table.layer.plural}: UTF-8, comma, one row each."), (dictionary.name, "The columns."))
        write_readme(folder / readme.name, facts, told)
    return Written((path, dictionary, readme), table.rows)


def write_csv_layers(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """As the registry calls it; raises ``BadInput`` for more than one layer."""
    layer, columns = only_layer(layers, "CSV")
    return write_csv(path, layer, columns, crs=crs, facts=facts, progress=progress)


def _place(table: Table, crs: str) -> tuple[dict[str, Sequence[Cell]], dict[str, Sequence[Cell]]]:
    """Columns with coordinates, those that stand in front and those at the end."""
    code = crs_text(crs)
    if not table.layer.geometry:
        return {}, {}
    wkt: dict[str, Sequence[Cell]] = {"geometry": [wkt_of(wkb_hex) or "" for wkb_hex in table.wkb_hexes()]}
    there: dict[str, Sequence[Cell]] = {"crs": [code] * table.rows}
    if table.layer.geometry != "POINT":
        if code == WGS84:
            return {}, wkt
        import shapely

        texts = shapely.to_wkt(geometries_in(table, code), rounding_precision=-1)
        return {}, wkt | {"geometry_in_crs": [str(text) if text else "" for text in texts]} | there
    positions = table.positions()
    degrees: list[list[Cell]] = [[None if p is None else p[axis] for p in positions] for axis in (0, 1)]
    before: dict[str, Sequence[Cell]] = {"longitude": degrees[0], "latitude": degrees[1]}
    if code == WGS84:
        return before, wkt
    geometries_in(table, code)  # refuses a place that cannot be given in that system
    nowhere = float("nan")
    xs, ys, _accuracy = from_wgs84_arrays(code, *([nowhere if v is None else v for v in axis] for axis in degrees))
    names = ["longitude_in_crs", "latitude_in_crs"] if is_geographic(code) else ["easting", "northing"]
    shifted = [[None if v != v else float(v) for v in axis] for axis in (xs, ys)]
    return before | dict(zip(names, shifted, strict=True)) | there, wkt


class _Cleaner:
    """Makes texts fit for cells. Most repeat, so each is looked at once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def column(self, values: Sequence[Cell]) -> Sequence[Cell]:
        """Values as they go into cells."""
        if str not in set(map(type, values)):
            return values
        known = self._known
        if len(known) > _REMEMBERED:
            known.clear()
        made: list[Cell] = []
        for value in values:
            if not isinstance(value, str) or is_safe(value):
                made.append(value)
            else:
                if value not in known:
                    known[value] = guarded(clean(value))
                made.append(known[value])
        return made


def _cell(value: Cell) -> Cell:
    return guarded(clean(value)) if isinstance(value, str) else value
