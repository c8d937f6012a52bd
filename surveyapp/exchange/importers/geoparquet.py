"""GeoParquet 1.0 and 1.1 with geometry as WKB, and Parquet without places; read by pyarrow, a batch at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.errors import BadFile, BadPosition
from surveyapp.exchange.importers.shapes import family_of, hex_of_wkb
from surveyapp.exchange.importers.source import (
    LAYER_OF_GEOMETRY,
    Rows,
    SourceRow,
    SourceTable,
    choose_layer,
    columns_of,
    plain,
    require_file,
)
from surveyapp.geo.crs import WGS84, crs_text
from surveyapp.words import tr

_OWN_KEY = b"surveyapp"
_BATCH = 4096


def read_geoparquet(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """The table of a Parquet file; ``crs`` counts where it has no ``geo`` metadata. Raises ``BadFile``."""
    del encoding  # Parquet's texts are UTF-8
    require_file(path)
    schema = _opened(path).schema_arrow
    metadata = schema.metadata or {}
    geo = _json(path, metadata.get(b"geo"))
    primary, about = _primary(path, geo)
    own = _json(path, metadata.get(_OWN_KEY))
    name = str(own.get("layer") or path.stem)
    choose_layer(path, layer, (name,))
    hidden = {primary, *_boxes(about), *(n for n in geo.get("columns", {}) if n != primary)}
    names = [field.name for field in schema if field.name not in hidden]
    families = {family_of(str(kind).split(" ")[0]) for kind in about.get("geometry_types", [])}
    geometry = families.pop() if len(families) == 1 else ""
    definition = LAYER_BY_NAME.get(name)
    if primary and not geometry:
        geometry = definition.geometry if definition and definition.geometry else _first_family(path, primary)
    stated = _crs_of(path, about) if primary else None
    rows = Rows(lambda: _rows(path, names, primary))
    return SourceTable(
        path=path,
        format="parquet",
        layer=name,
        layers=(name,),
        columns=columns_of(names, rows),
        rows=rows,
        geometry=geometry,
        crs=stated or crs,
        crs_stated=stated is not None,
        target=LAYER_OF_GEOMETRY.get(geometry, "sighting"),
    )


def _opened(path: Path) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise BadFile(
            tr("{name} is damaged or no Parquet ({reason}); ask for a new copy.", name=path.name,
               reason=(str(error).splitlines() or [""])[0])
        ) from error


def _json(path: Path, data: bytes | None) -> dict[str, Any]:
    if data is None:
        return {}
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadFile(tr("{name} has metadata that cannot be read; ask for a new copy.", name=path.name))
    return found


def _primary(path: Path, geo: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """(name of the geometry column, what is said about it); ``(None, {})`` for a table without places."""
    if not geo:
        return None, {}
    name = geo.get("primary_column")
    columns = geo.get("columns")
    about = columns.get(name) if isinstance(columns, dict) else None
    if not isinstance(name, str) or not isinstance(about, dict):
        raise BadFile(tr("{name} has metadata that cannot be read; ask for a new copy.", name=path.name))
    if about.get("encoding") != "WKB":
        raise BadFile(
            tr("{name} keeps its geometry as {kind}; only WKB is read, so write it anew as WKB.", name=path.name,
               kind=about.get("encoding"))
        )
    return name, about


def _boxes(about: dict[str, Any]) -> set[str]:
    """Names of columns that hold the box of each row."""
    sides = about.get("covering", {}).get("bbox", {})
    return {str(where[0]) for where in sides.values() if isinstance(where, list) and where}


def _crs_of(path: Path, about: dict[str, Any]) -> str | None:
    """The system: OGC:CRS84 where nothing is said; ``None`` where it is said to be unknown."""
    if "crs" not in about:
        return WGS84
    if about["crs"] is None:
        return None
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return crs_text(CRS.from_user_input(json.dumps(about["crs"])))
    except CRSError as error:
        raise BadFile(tr("{name} uses a coordinate system that it does not describe.", name=path.name)) from error


def _first_family(path: Path, primary: str) -> str:
    from surveyapp.exchange.importers.shapes import family_of_hex

    for row in _rows(path, [], primary):
        if row.wkb_hex is not None:
            return family_of_hex(row.wkb_hex)
    return "POINT"


def _rows(path: Path, names: list[str], primary: str | None) -> Iterator[SourceRow]:
    import pyarrow as pa

    number = 0
    wanted = [*names, *([primary] if primary else [])]
    with _opened(path) as file:
        try:
            for batch in file.iter_batches(batch_size=_BATCH, columns=wanted):
                cells = [batch.column(batch.schema.get_field_index(name)).to_pylist() for name in wanted]
                for row in zip(*cells, strict=True):
                    number += 1
                    yield _row(number, names, row, has_place=primary is not None)
        except (pa.ArrowException, OSError) as error:
            raise BadFile(
                tr("{name} is damaged ({reason}); ask for a new copy.", name=path.name, reason=error)
            ) from error


def _row(number: int, names: list[str], cells: tuple[Any, ...], *, has_place: bool) -> SourceRow:
    values = {name: plain(_python(value)) for name, value in zip(names, cells, strict=False)}
    wkb = cells[-1] if has_place else None
    if wkb is None:
        return SourceRow(number, values)
    try:
        wkb_hex, height = hex_of_wkb(bytes(wkb))
    except (BadPosition, TypeError) as error:
        return SourceRow(number, values, trouble=str(error))
    if height:
        values.setdefault("z", height)
    return SourceRow(number, values, wkb_hex)


def _python(value: Any) -> object:
    """A value of Arrow as the importer takes it: times as ISO 8601, with Z where they have a zone."""
    match value:
        case datetime():
            if value.tzinfo is None:
                return value.isoformat(timespec="milliseconds")
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
        case date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case _:
            return value
