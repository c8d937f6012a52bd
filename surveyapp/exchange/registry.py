"""The one list of exchange formats: what can be read, what can be written, and what each cannot hold.

A new format is a reader or writer module and one entry here; everything else (the commands, the dialogs,
the messages that say what there is) follows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.errors import Unavailable
from surveyapp.exchange.exporters.files import Columns, Written
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import guess_layer, guess_mapping, importable
from surveyapp.words import tr


class Reader(Protocol):
    """Reads one table; see :func:`read_source`."""

    def __call__(self, path: Path, *, layer: str | None, encoding: str | None, crs: str | None) -> SourceTable: ...


class Writer(Protocol):
    """Writes layers as one file or set of files; see :class:`Written`."""

    def __call__(
        self, path: Path, layers: dict[str, Columns], *, crs: str, note: str | None, progress: Any
    ) -> Written: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One exchange format.

    ``name``: what ``--format`` takes. ``extensions``: with dots, the usual first. ``reader``, ``writer``:
    "module:function" of this package, or empty. ``many_layers``: one file holds all layers; otherwise one.
    ``geometries``: kinds of layers it can hold, an empty text standing for tables without places.
    ``any_crs``: whether it can be written in another system than WGS 84. ``loses``: what it cannot hold.
    """

    name: str
    title: str
    extensions: tuple[str, ...]
    reader: str = ""
    writer: str = ""
    many_layers: bool = False
    geometries: tuple[str, ...] = ("POINT", "LINESTRING", "POLYGON", "")
    any_crs: bool = False
    loses: tuple[str, ...] = ()

    @property
    def can_import(self) -> bool:
        return bool(self.reader)

    @property
    def can_export(self) -> bool:
        return bool(self.writer)

    def read(self) -> Reader:
        """Its reader; the module is imported only now, as some need slow libraries."""
        return _function(self.reader)  # type: ignore[no-any-return]

    def write(self) -> Writer:
        return _function(self.writer)  # type: ignore[no-any-return]


def _function(name: str) -> Any:
    module, _colon, function = name.partition(":")
    return getattr(import_module(f"surveyapp.exchange.{module}"), function)


FORMATS: tuple[Format, ...] = (
    Format(
        "gpkg",
        "GeoPackage",
        (".gpkg",),
        "importers.geopackage:read_geopackage",
        "exporters.geopackage:write_gpkg",
        many_layers=True,
        any_crs=True,
    ),
    Format(
        "geojson",
        "GeoJSON",
        (".geojson", ".json"),
        "importers.geojson:read_geojson",
        "exporters.geojson:write_geojson_layers",
        loses=("The outlines of areas may run the other way round.",),
    ),
    Format(
        "csv",
        "CSV",
        (".csv", ".tsv", ".txt"),
        "importers.tabular:read_csv",
        "exporters.tabular:write_csv_layers",
        any_crs=True,
    ),
    Format(
        "shp",
        "Shapefile",
        (".shp",),
        "importers.shapefile:read_shapefile",
        "exporters.shapefile:write_shapefile",
        geometries=("POINT", "LINESTRING", "POLYGON"),
        any_crs=True,
        loses=("Names longer than ten characters.", "Times as times.", "Texts beyond 254 bytes."),
    ),
    Format(
        "kml",
        "KML",
        (".kml", ".kmz"),
        "importers.kml:read_kml",
        "exporters.kml:write_kml",
        many_layers=True,
        loses=("Types: all values are texts.", "Control characters."),
    ),
    Format(
        "gpx",
        "GPX",
        (".gpx",),
        "importers.gpx:read_gpx",
        "exporters.gpx:write_gpx",
        many_layers=True,
        geometries=("POINT", "LINESTRING"),
        loses=("All but name, gem, place, elevation, time and notes.", "Control characters."),
    ),
)
"""Every format there is, the fullest first."""

_MAGIC = ((b"SQLite format 3\x00", "gpkg"),)


def formats(*, can_import: bool = False, can_export: bool = False) -> tuple[Format, ...]:
    """The formats, or those that can be imported or exported."""
    return tuple(f for f in FORMATS if (f.can_import or not can_import) and (f.can_export or not can_export))


def format_named(name: str) -> Format:
    """The format of a name, extension or title in any case; raises ``Unavailable`` listing all names."""
    wanted = name.strip().casefold()
    for known in FORMATS:
        if wanted in (
            known.name,
            known.title.casefold(),
            *known.extensions,
            *(e[1:] for e in known.extensions),
        ):
            return known
    raise Unavailable(
        tr("There is no format {name!r}; there are {what}.", name=name, what=", ".join(f.name for f in FORMATS))
    )


def exporter(name: str) -> Format:
    """The format of a name if it can be written; raises ``Unavailable`` listing those that can."""
    found = format_named(name)
    if not found.can_export:
        can = ", ".join(f.name for f in formats(can_export=True))
        raise Unavailable(tr("{title} cannot be written; these can: {can}.", title=tr(found.title), can=can))
    return found


def exporter_for(path: Path) -> Format:
    """The format that a file's name ends in; raises ``Unavailable``."""
    return exporter(_by_extension(path, formats(can_export=True)).name)


def importer_for(path: Path) -> Format:
    """The format to read a file in, by its name or else its first bytes; raises ``Unavailable``."""
    try:
        return _by_extension(path, formats(can_import=True))
    except Unavailable:
        if (found := _by_content(path)) is not None:
            return found
        raise


def _by_extension(path: Path, candidates: tuple[Format, ...]) -> Format:
    ending = path.suffix.casefold()
    for known in candidates:
        if ending in known.extensions:
            return known
    there = ", ".join(extension for f in candidates for extension in f.extensions)
    raise Unavailable(
        tr("{name} is of no format that is known by its ending; there are {there}.", name=path.name, there=there)
    )


def _by_content(path: Path) -> Format | None:
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError:
        return None  # the caller says that the ending is unknown, which is as true
    return next((format_named(name) for magic, name in _MAGIC if start.startswith(magic)), None)


def read_source(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """One table of a file, its columns with the fields that they seem to be.

    ``layer``: which of the file's tables (``.layers`` lists them), the first if not given. ``crs``: the
    coordinate system, where the file does not say it. Raises ``BadFile``, ``BadInput`` or ``Unavailable``
    with one sentence.
    """
    path = Path(path)
    found = importer_for(path).read()(path, layer=layer, encoding=encoding, crs=crs)
    target = _own_layer(found) or (found.target if found.geometry else guess_layer(found.columns))
    guessed = guess_mapping(found.columns, target)
    columns = tuple(replace(column, guessed_field=guessed.fields[column.name]) for column in found.columns)
    return replace(found, target=target, columns=columns)


def _own_layer(found: SourceTable) -> str | None:
    """The layer of ours that a table is named after, if it has what that layer has for a place."""
    layer = LAYER_BY_NAME.get(found.layer.casefold())
    if layer is None or found.geometry not in (layer.geometry, "") or not importable(layer):
        return None
    return layer.name


def read_all(path: Path, *, encoding: str | None = None, crs: str | None = None) -> list[SourceTable]:
    """Every table of a file, so that an import leaves none out without a word."""
    first = read_source(path, encoding=encoding, crs=crs)
    others = first.layers[1:] if first.layer == first.layers[0] else ()
    return [first, *(read_source(path, layer=layer, encoding=encoding, crs=crs) for layer in others)]


def write_layers(
    path: Path,
    format_name: str,
    layers: dict[str, Columns],
    *,
    crs: str = "EPSG:4326",
    note: str | None = None,
    progress: Any = None,
) -> Written:
    """Write layers in a format. ``note`` is said in the output (of a public audience, for one).

    Raises ``Unavailable`` for an unknown format, ``BadInput`` for layers it cannot hold or a system it
    cannot be in, ``BadFile`` when the disk refuses. A failure leaves what was there before.
    """
    return exporter(format_name).write()(Path(path), layers, crs=crs, note=note, progress=progress)
