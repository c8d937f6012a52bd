"""GeoParquet 1.1: one layer, typed columns, geometry as WKB with a box for each row, its system as PROJJSON.

https://geoparquet.org/releases/v1.1.0/ . Coordinates are x before y whatever the system says, as the specification
asks. WGS 84 is written as OGC:CRS84, which names that order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain.fields import DATE, DATETIME, INTEGER, REAL, Field
from surveyapp.domain.progress import Progress
from surveyapp.errors import BadFile
from surveyapp.exchange.exporters.facts import Facts, as_json, facts_of
from surveyapp.exchange.exporters.files import Columns, Table, Written, only_layer, replacing
from surveyapp.exchange.exporters.gdal import column_of, geometries_in, texts_of
from surveyapp.geo.crs import WGS84, crs_from_text, crs_text
from surveyapp.words import tr

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = "1.1.0"
GEOMETRY_COLUMN, BOX_COLUMN = "geometry", "bbox"
OWN_KEY = b"surveyapp"
"""Key of the file's metadata under which the layer and the facts stand, as JSON."""

_KINDS = {"POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon"}
_ROWS_IN_A_GROUP = 65_536
_SIDES = ("xmin", "ymin", "xmax", "ymax")


def write_geoparquet(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write a layer as GeoParquet, one without places as plain Parquet. Raises ``BadInput``, ``BadFile``."""
    import pyarrow as pa
    from pyarrow import parquet

    layer, columns = only_layer(layers, "GeoParquet")
    table = Table.of(layer, columns)
    facts = facts or facts_of(layers, crs)
    with replacing(path) as temporary:
        arrays, fields = [], []
        for number, name in enumerate(table.names):
            if progress is not None:
                progress.step(number, len(table.names) + 1, tr("Writing {name}", name=path.name))
            array = _array(table, name)
            arrays.append(array)
            fields.append(pa.field(name, array.type, metadata=_about(table.field(name))))
        metadata = {OWN_KEY: json.dumps({"layer": layer, "facts": as_json(facts)}, ensure_ascii=False).encode()}
        if table.layer.geometry:
            names = _unused(GEOMETRY_COLUMN, table.names), _unused(BOX_COLUMN, table.names)
            shapes, geo = _places(table, crs, *names)
            arrays += shapes
            fields += [pa.field(name, shape.type) for name, shape in zip(names, shapes, strict=True)]
            metadata[b"geo"] = json.dumps(geo).encode()
        made = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata))
        try:
            _write(parquet, made, temporary, progress, path.name)
        except pa.ArrowException as error:
            raise BadFile(
                tr("{name} cannot be written ({reason}); nothing was changed.", name=path.name, reason=error)
            ) from error
    return Written((path,), table.rows)


def _write(parquet: Any, made: pa.Table, path: Path, progress: Progress | None, name: str) -> None:
    # Through a Python file, whose errors of the disk are OSErrors with their number.
    with path.open("wb") as file, parquet.ParquetWriter(file, made.schema, compression="zstd") as writer:
        for start in range(0, max(made.num_rows, 1), _ROWS_IN_A_GROUP):
            if progress is not None:
                progress.step(start, made.num_rows, tr("Writing {name}", name=name))
            writer.write_table(made.slice(start, _ROWS_IN_A_GROUP))


def _array(table: Table, name: str) -> pa.Array:
    """A column in its type; as text if it holds anything else, so that nothing is lost."""
    import pyarrow as pa

    definition, values = table.field(name), table.columns[name]
    unknown = definition is None and set(map(type, values)) != {str}
    if unknown or (definition is not None and definition.kind in (INTEGER, REAL, DATE, DATETIME)):
        column = column_of(table, name)
        if column.data.dtype != object:
            array = pa.array(column.data, mask=column.mask)
            return array.cast(pa.timestamp("ms", tz="UTC")) if column.utc else array
        return pa.array(list(column.data), pa.string())
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowException, UnicodeEncodeError):
        # Something else among the texts, or half of a pair of surrogates, which no file of UTF-8 holds.
        return pa.array(texts_of(values), pa.string())


def _about(field: Field | None) -> dict[str, str] | None:
    """What a reader finds beside a column: title, unit, kind, help, and the vocabulary of its codes."""
    if field is None:
        return None
    told = {"title": field.title, "unit": field.unit, "kind": field.kind, "description": field.help}
    if field.vocabulary is not None:
        told["vocabulary"] = field.vocabulary_name
        told["codes"] = json.dumps(
            {t.code: {"label": t.label, **({"uri": t.uri} if t.uri else {})} for t in field.vocabulary},
            ensure_ascii=False,
        )
    return {name: text for name, text in told.items() if text}


def _unused(name: str, taken: Sequence[str]) -> str:
    """The name, with an underscore where others gave it to a column of theirs."""
    while name in taken:
        name += "_"
    return name


def _places(table: Table, crs: str, geometry: str, box: str) -> tuple[list[Any], dict[str, Any]]:
    """([geometry, boxes], the ``geo`` metadata)."""
    import numpy as np
    import pyarrow as pa
    import shapely

    shapes = geometries_in(table, crs)
    if table.layer.geometry == "POLYGON":
        shapes = np.array(
            [None if s is None else shapely.orient_polygons(s, exterior_cw=False) for s in shapes], dtype=object
        )
    wkb = shapely.to_wkb(shapes, byte_order=1)
    bounds = shapely.bounds(shapes)
    none = np.isnan(bounds[:, 0]) if table.rows else np.zeros(0, dtype=bool)
    sides = [pa.array(bounds[:, side], pa.float64(), mask=none) for side in range(4)]
    boxes = pa.StructArray.from_arrays(sides, names=list(_SIDES), mask=pa.array(none))
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [_KINDS[table.layer.geometry]] if not none.all() else [],
        "crs": json.loads(crs_from_text("OGC:CRS84" if crs_text(crs) == WGS84 else crs).to_json()),
        "edges": "planar",
        "covering": {"bbox": {side: [box, side] for side in _SIDES}},
    }
    if table.layer.geometry == "POLYGON":
        column["orientation"] = "counterclockwise"
    if not none.all():
        low, high = np.nanmin(bounds, axis=0), np.nanmax(bounds, axis=0)
        column["bbox"] = [float(low[0]), float(low[1]), float(high[2]), float(high[3])]
    geo = {"version": VERSION, "primary_column": geometry, "columns": {geometry: column}}
    return [pa.array(list(wkb), pa.binary()), boxes], geo
