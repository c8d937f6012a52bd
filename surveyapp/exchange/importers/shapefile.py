"""Shapefiles, read by GDAL through pyogrio, by names of columns and never by position."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from surveyapp.errors import BadFile, BadInput, BadPosition
from surveyapp.exchange.importers.shapes import family_of, hex_of_wkb
from surveyapp.exchange.importers.source import (
    LAYER_OF_GEOMETRY,
    Rows,
    SourceRow,
    SourceTable,
    columns_of,
    plain,
    require_file,
)
from surveyapp.words import tr


def read_shapefile(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """The table of a shapefile; ``crs`` counts where it has no ``.prj``. Raises ``BadFile``."""
    del layer  # a shapefile has one
    require_file(path)
    lacking = [
        end for end in (".shx", ".dbf") if not any(path.with_suffix(e).exists() for e in (end, end.upper()))
    ]
    if lacking:
        raise BadFile(
            tr(
                "{name} lacks its {what}; copy all files of the shapefile together.",
                name=path.name,
                what=" and ".join(lacking),
            )
        )
    meta, shapes, cells = _read(path, encoding)
    names = [str(name) for name in meta["fields"]]
    rows = Rows(lambda: _rows(names, shapes, cells))
    geometry = family_of(str(meta["geometry_type"] or ""))
    stated = str(meta["crs"]) if meta["crs"] else None
    return SourceTable(
        path=path,
        format="shp",
        layer=path.stem,
        layers=(path.stem,),
        columns=columns_of(names, rows),
        rows=rows,
        geometry=geometry,
        crs=stated or crs,
        crs_stated=stated is not None,
        target=LAYER_OF_GEOMETRY.get(geometry, "sighting"),
    )


def _read(path: Path, encoding: str | None) -> tuple[dict[str, Any], Any, list[Any]]:
    import pyogrio.raw
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    try:
        meta, _fids, shapes, cells = pyogrio.raw.read(path, encoding=encoding, datetime_as_string=True)
    except (DataSourceError, DataLayerError, FeatureError, UnicodeDecodeError) as error:
        raise BadFile(
            tr("{name} cannot be read as a shapefile ({reason}).", name=path.name, reason=str(error).splitlines()[0])
        ) from error
    except LookupError as error:
        raise BadInput(
            tr("There is no encoding {encoding!r}; use utf-8, cp1252 or cp1256.", encoding=encoding)
        ) from error
    return meta, shapes, list(cells)


def _rows(names: list[str], shapes: Any, cells: list[Any]) -> Iterator[SourceRow]:
    for index, wkb in enumerate(shapes):
        values = {name: plain(_python(column[index])) for name, column in zip(names, cells, strict=True)}
        try:
            wkb_hex, height = hex_of_wkb(wkb) if wkb is not None else (None, None)
        except BadPosition as error:
            yield SourceRow(index + 1, values, trouble=str(error))
            continue
        if height:
            values.setdefault("z", height)
        yield SourceRow(index + 1, values, wkb_hex)


def _python(value: Any) -> object:
    """A numpy scalar as Python's own."""
    return value.item() if hasattr(value, "item") else value
