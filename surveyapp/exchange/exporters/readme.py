"""The text and the data dictionary that lie beside a set of files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from surveyapp.domain.fields import Field
from surveyapp.exchange.csvguard import guarded
from surveyapp.exchange.exporters.facts import Facts, lines_of
from surveyapp.exchange.exporters.files import PLACE_COLUMNS, Table, clean

_HEADER = ("layer", "column", "field", "title", "unit", "type", "code", "label", "uri", "description")
_TYPES = {
    "text": "text", "notes": "text of many lines", "integer": "whole number", "real": "number",
    "datetime": "moment, UTC, ISO 8601", "date": "day, ISO 8601", "code": "code of a list",
    "ref": "uuid of another record", "blob": "bytes",
}
_PLACES = {
    "uuid": ("uuid", "Identity of the record; it never changes."),
    "longitude": ("number", "Degrees east, WGS 84."),
    "latitude": ("number", "Degrees north, WGS 84."),
    "geometry": ("WKT", "Place in WGS 84, longitude first."),
    "easting": ("number", "East coordinate in the system of the column crs."),
    "northing": ("number", "North coordinate in the system of the column crs."),
    "longitude_in_crs": ("number", "Degrees east in the system of the column crs."),
    "latitude_in_crs": ("number", "Degrees north in the system of the column crs."),
    "geometry_in_crs": ("WKT", "Place in the system of the column crs, east first."),
    "crs": ("text", "Reference system of the columns beside it."),
    "note": ("text", "What was done for the audience; the same in every row."),
}


def readme_path(path: Path) -> Path:
    """Where the text about a file lies: beside it, under its name and kind, so that two exports keep their own."""
    return path.with_name(f"{path.stem}_{path.suffix.lstrip('.')}_README.txt")


def readme_text(
    facts: Facts, files: Sequence[tuple[str, str]], *, names: Mapping[str, str] | None = None,
    lost: Iterable[str] = (),
) -> str:
    """What a person reads first. ``files``: (name, what it is); ``names``: {column in the file: field}, where names
    had to be shortened; ``lost``: what the format could not hold, as sentences."""
    parts = [facts.title, "=" * len(facts.title), ""]
    parts += [f"{label}: {text}" for label, text in lines_of(facts) if label not in ("Title", "Lost")]
    parts += ["", "Files", "-----", *(f"{name}: {what}" for name, what in files)]
    told = list(dict.fromkeys([*lost, *facts.lost]))
    parts += ["", "What is lost", "------------", *(told or ["Nothing that the records say."])]
    if names:
        parts += ["", "Shortened names", "---------------", "column: field"]
        parts += [f"{column}: {name}" for column, name in names.items()]
    return clean("\n".join(parts) + "\n")


def write_readme(
    path: Path, facts: Facts, files: Sequence[tuple[str, str]], *, names: Mapping[str, str] | None = None,
    lost: Iterable[str] = (),
) -> None:
    """:func:`readme_text` as a file."""
    path.write_text(readme_text(facts, files, names=names, lost=lost), encoding="utf-8", newline="\n")


def write_dictionary(path: Path, table: Table, columns: Sequence[str], short: Mapping[str, str] | None = None) -> None:
    """A CSV with a row for each column of a table, and one for each code that a column can hold."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for name in columns:
            for row in _rows(table, name):
                cells = (table.layer.name, (short or {}).get(name, name), *row)
                writer.writerow([guarded(clean(cell)) for cell in cells])


def _rows(table: Table, name: str) -> Iterable[tuple[str, ...]]:
    """(field, title, unit, type, code, label, URI, description) of a column, then of each of its codes."""
    field = table.field(name)
    if field is None or (name in PLACE_COLUMNS and name in _PLACES):
        kind, about = _PLACES.get(name, ("text", "A column that others added to the survey."))
        yield name, name.replace("_", " ").capitalize(), "", kind, "", "", "", about
        return
    yield name, field.title, field.unit, _TYPES[field.kind], "", "", "", _described(field)
    for term in field.vocabulary or ():
        yield name, field.title, "", "code", term.code, term.label, term.uri or "", ""


def _described(field: Field) -> str:
    limits = "" if field.minimum is None or field.maximum is None else f" From {field.minimum:g} to {field.maximum:g}."
    return f"{field.help}{limits}".strip()
