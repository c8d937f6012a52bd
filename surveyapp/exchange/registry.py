"""The one list of exchange formats: what can be read, what can be written, and what each cannot hold.

A new format is a reader or writer module and one entry here; everything else (the commands, the dialogs,
the messages that say what there is) follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, LAYERS, Layer
from surveyapp.errors import Unavailable
from surveyapp.exchange.conventions import conventional
from surveyapp.exchange.exporters.facts import Facts, facts_of
from surveyapp.exchange.exporters.files import Columns, Written
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.losses import CHANGED, Loss, declared
from surveyapp.exchange.mapping import guess_layer, guess_mapping, importable
from surveyapp.words import tr


class Reader(Protocol):
    """Reads one table; see :func:`read_source`."""

    def __call__(self, path: Path, *, layer: str | None, encoding: str | None, crs: str | None) -> SourceTable: ...


class Writer(Protocol):
    """Writes layers as one file or set of files; see :class:`Written`."""

    def __call__(
        self, path: Path, layers: dict[str, Columns], *, crs: str, facts: Facts | None, progress: Any, **more: Any
    ) -> Written: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One exchange format.

    ``name``: what ``--format`` takes. ``extensions``: with dots, the usual first. ``reader``, ``writer``:
    "module:function" of this package, or empty. ``many_layers``: one file holds all layers; otherwise one.
    ``geometries``: kinds of layers it can hold, an empty text standing for tables without places; ``keeps``: where it
    holds only some layers and fields, which (the first of ``losses`` says so). ``any_crs``: whether it can be in
    another system than WGS 84. ``photos``: whether it takes photos along. ``losses``: what it cannot hold, as data.
    """

    name: str
    title: str
    extensions: tuple[str, ...]
    reader: str = ""
    writer: str = ""
    many_layers: bool = False
    geometries: tuple[str, ...] = ("POINT", "LINESTRING", "POLYGON", "")
    any_crs: bool = False
    photos: bool = False
    keeps: Mapping[str, tuple[str, ...]] | None = None
    losses: tuple[Loss, ...] = ()

    @property
    def loses(self) -> tuple[str, ...]:
        """What it cannot hold, as sentences."""
        return tuple(loss.what for loss in self.losses)

    def loses_of(self, layers: Iterable[str]) -> tuple[str, ...]:
        """What it cannot hold of these layers, as sentences; what is of the file as a whole is always among them."""
        there = {"", "revision", *layers}
        return tuple(loss.what for loss in self.losses if not loss.layers or there & set(loss.layers))

    def holds(self, layer: Layer) -> bool:
        """Whether it can hold records of a layer at all."""
        return layer.name in self.keeps if self.keeps is not None else layer.geometry in self.geometries

    def loss(self, layer: str, field: str, kind: str) -> Loss | None:
        """What it says about a field that comes back otherwise than it left, or ``None`` where it says nothing.

        ``field`` may be ``uuid`` or ``geom`` too. Where only some fields are kept, all others are lost.
        """
        found = declared(self.losses, layer, field, kind)
        if self.keeps is not None and not (found and found.fields):
            kept = self.keeps.get(layer)
            if not kept or field not in ("uuid", *kept):
                return self.losses[0]
        return found

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


_TURNED = Loss("The outlines of areas may run the other way round.", CHANGED, ("area",), (GEOMETRY,))
_NOWHERE = Loss(
    "A sighting, track or area without a place cannot be taken in again.",
    layers=("sighting", "track", "area"),
    fields=("uuid",),
)
_NO_PLACE = Loss(
    "Records of tables without places are in it to be read, but cannot be taken in again.",
    layers=tuple(layer.name for layer in LAYERS if not layer.geometry),
    fields=("uuid",),
)
_CONTROL = Loss("Control characters in texts are left out.", CHANGED, kinds=("text", "notes"))
_NO_PHOTO = Loss("Photos go along as a list, without their pictures.", layers=("photo",), fields=("data",))
_NO_HISTORY = Loss("The history of the records stays in the survey.", layers=("revision",))

_ERML_FIELDS = {
    "survey": (),
    "sighting": ("gem", "presence", "locality", "occurrence_type", "host_rock", "host_rock_text", "deposit_model",
                 "observed_at", "accuracy_m", GEOMETRY),
    "area": ("name", "mine_status", "holder", GEOMETRY),
    "estimate": ("area_uuid", "gem", "category"),
}
_ERML_LOSSES = (
    Loss("Sightings say what was seen, where, when, in what rock, and how exact the position is; nothing else.",
         layers=("",)),
    Loss("A sighting without a locality has the name of its deposit instead.", CHANGED, ("sighting",), ("locality",)),
    Loss("Absences are left out: they are no occurrences.", layers=("sighting",), fields=("uuid", "presence")),
    Loss("Areas that are no mines are left out; the others come back as worked.", CHANGED, ("area",),
         ("uuid", "kind")),
    Loss("Estimates say their figures as one text, which comes back as notes.", CHANGED, ("estimate",), ("notes",)),
    Loss("Estimates of areas that are no mines cannot be taken in again.", layers=("estimate",),
         fields=("uuid", "area_uuid")),
    Loss("A category that breaks a rule comes back as not compliant.", CHANGED, ("estimate",), ("category",)),
    _CONTROL,
    _NOWHERE,
    _NO_HISTORY,
)

FORMATS: tuple[Format, ...] = (
    Format(
        "gpkg",
        "GeoPackage",
        (".gpkg",),
        "importers.geopackage:read_geopackage",
        "exporters.geopackage:write_gpkg",
        many_layers=True,
        any_crs=True,
        losses=(
            Loss("A part of the survey, a public edition or one in another system goes without history.",
                 layers=("revision",)),
            Loss("In another system or for the public, photos go without their pictures.", layers=("photo",),
                 fields=("data",)),
            _NOWHERE,
        ),
    ),
    Format(
        "geojson",
        "GeoJSON",
        (".geojson", ".json"),
        "importers.geojson:read_geojson",
        "exporters.geojson:write_geojson_layers",
        losses=(_TURNED, _NOWHERE, _NO_PLACE, _NO_PHOTO, _NO_HISTORY),
    ),
    Format(
        "csv",
        "CSV",
        (".csv", ".tsv", ".txt"),
        "importers.tabular:read_csv",
        "exporters.tabular:write_csv_layers",
        any_crs=True,
        losses=(_NOWHERE, _NO_PHOTO, _NO_HISTORY),
    ),
    Format("xlsx", "Excel", (".xlsx", ".xlsm"), "importers.workbook:read_workbook"),
    Format("photos", "Photos with a position", (".jpg", ".jpeg"), "importers.photofolder:read_photos"),
    Format(
        "shp",
        "Shapefile",
        (".shp",),
        "importers.shapefile:read_shapefile",
        "exporters.shapefile:write_shapefile",
        geometries=("POINT", "LINESTRING", "POLYGON"),
        any_crs=True,
        losses=(
            Loss("Names are shortened to ten characters; the README lists them.", layers=("",)),
            Loss("Texts are cut at 254 bytes, and spaces at their ends are lost.", CHANGED,
                 kinds=("text", "notes")),
            Loss("Times are texts, since a shapefile knows only days.", layers=("",)),
            Loss("Numbers keep fifteen decimals.", CHANGED, kinds=("real",)),
            _TURNED,
            _NOWHERE,
            _NO_HISTORY,
        ),
    ),
    Format(
        "kml",
        "KML",
        (".kml",),
        "importers.kml:read_kml",
        "exporters.kml:write_kml",
        many_layers=True,
        losses=(
            Loss("Types: all values are texts.", layers=("",)), _CONTROL, _NOWHERE, _NO_PLACE, _NO_PHOTO, _NO_HISTORY,
        ),
    ),
    Format(
        "kmz",
        "KMZ with photos",
        (".kmz",),
        "importers.kml:read_kml",
        "exporters.kml:write_kmz",
        many_layers=True,
        photos=True,
        losses=(
            Loss("Types: all values are texts.", layers=("",)),
            Loss("Photos are reduced, up to a limit, and cannot be taken in again.", CHANGED, ("photo",), ("data",)),
            _CONTROL, _NOWHERE, _NO_PLACE, _NO_HISTORY,
        ),
    ),
    Format(
        "gpx",
        "GPX",
        (".gpx",),
        "importers.gpx:read_gpx",
        "exporters.gpx:write_gpx",
        many_layers=True,
        geometries=("POINT", "LINESTRING"),
        losses=(
            Loss("A sighting without a locality has the name of its gem instead.", CHANGED, ("sighting",),
                 ("locality",)),
            Loss("Spaces at the ends of texts are lost.", CHANGED, kinds=("text", "notes")),
            Loss("Tracks lose their points as measured.", layers=("track",), fields=("points",)),
            Loss("Records without a place are left out.", layers=("sighting", "track"), fields=("uuid",)),
            _CONTROL,
            _NO_HISTORY,
        ),
    ),
    Format(
        "parquet",
        "GeoParquet",
        (".parquet", ".geoparquet"),
        "importers.geoparquet:read_geoparquet",
        "exporters.geoparquet:write_geoparquet",
        any_crs=True,
        losses=(_TURNED, _NOWHERE, _NO_PHOTO, _NO_HISTORY),
    ),
    Format(
        "erml",
        "EarthResourceML-Lite (XML)",
        (".xml", ".gml"),
        "importers.erml:read_erml",
        "exporters.erml:write_erml",
        many_layers=True,
        any_crs=True,
        keeps=_ERML_FIELDS,
        losses=_ERML_LOSSES,
    ),
    Format(
        "erml-gpkg",
        "EarthResourceML-Lite (GeoPackage)",
        (".gpkg",),
        "",
        "exporters.erml_gpkg:write_erml_gpkg",
        many_layers=True,
        any_crs=True,
        keeps=_ERML_FIELDS,
        losses=_ERML_LOSSES,
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
    """The format to read a file in, by its name or else its first bytes; a folder is one of photos. Raises
    ``Unavailable``."""
    if path.is_dir() and not any(path.suffix.casefold() in known.extensions for known in FORMATS):
        return format_named("photos")
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
    found = conventional(importer_for(path).read()(path, layer=layer, encoding=encoding, crs=crs))
    known = found.geometry or found.target != "sighting"
    target = _own_layer(found) or (found.target if known else guess_layer(found.columns))
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
    facts: Facts | None = None,
    note: str | None = None,
    progress: Any = None,
    **more: Any,
) -> Written:
    """Write layers in a format. ``facts`` are said in the output, or what follows from the columns and ``note``;
    ``more`` is for formats that take more (``photos``).

    Raises ``Unavailable`` for an unknown format, ``BadInput`` for layers it cannot hold or a system it
    cannot be in, ``BadFile`` when the disk refuses. A failure leaves what was there before.
    """
    told = facts or facts_of(layers, crs, note=note)
    return exporter(format_name).write()(Path(path), layers, crs=crs, facts=told, progress=progress, **more)
