"""Layers written by GDAL through pyogrio: GeoPackage and Shapefile.

Every column is given by name with its type, and every file is made new: pyogrio appends to an existing
layer by position, whatever the names, so that is never done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import DATE, DATETIME, INTEGER, REAL
from surveyapp.domain.records import Value
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.exporters.files import Table, clean
from surveyapp.geo.crs import WGS84, crs_from_text, crs_text, from_wgs84_arrays
from surveyapp.words import tr

_GEOMETRY_NAMES = {"POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon"}
_REMEMBERED = 100_000
"""Texts that are remembered at most."""
_UTC = 100
"""GDAL's number for UTC among time zones (RFC 56)."""


@dataclass(frozen=True, slots=True)
class GdalColumn:
    """A column as numpy holds it: ``mask`` marks what is empty, ``utc`` that times are in UTC."""

    name: str
    data: Any
    mask: Any
    utc: bool = False


def column_of(table: Table, name: str, written_name: str | None = None, *, as_text: bool = False) -> GdalColumn:
    """The column of a field in its type; as text if it holds anything else, so that nothing is lost."""
    values = table.columns[name]
    definition = table.field(name)
    made = None if as_text or definition is None else _typed(definition.kind, values)
    if made is None and definition is None and not as_text:
        made = _numbers(values)
    if made is None:
        made = _texts(values)
    return GdalColumn(written_name or name, *made)


def text_column(name: str, texts: Sequence[str | None]) -> GdalColumn:
    """A column of texts."""
    return GdalColumn(name, *_texts(texts))


def _typed(kind: str, values: Sequence[Value]) -> tuple[Any, Any, bool] | None:
    match kind:
        case "integer" | "real":
            return _numbers(values, whole=kind == INTEGER, real=kind == REAL)
        case "date" | "datetime":
            return _moments(values, day=kind == DATE, utc=kind == DATETIME)
        case _:
            return None


def _numbers(values: Sequence[Value], *, whole: bool = False, real: bool = False) -> tuple[Any, Any, bool] | None:
    """Integers if all are, or numbers; ``None`` if anything else is among them, or nothing says the type."""
    import numpy as np

    types = {type(value) for value in values if value is not None}
    if types <= {int} and (types or whole) and not real:
        kind: type = np.int64
    elif types <= {int, float} and (types or real):
        kind = np.float64
    else:
        return None
    mask = np.array([value is None for value in values], dtype=bool)
    try:
        return np.array([0 if value is None else value for value in values], dtype=kind), mask, False
    except OverflowError:
        return None


def _moments(values: Sequence[Value], *, day: bool, utc: bool) -> tuple[Any, Any, bool] | None:
    import numpy as np

    kind = "datetime64[D]" if day else "datetime64[ms]"
    if any(value is not None and not (isinstance(value, str) and (day or value.endswith("Z"))) for value in values):
        return None
    try:
        data = np.array(["NaT" if value is None else str(value).removesuffix("Z") for value in values], dtype=kind)
    except ValueError:
        return None
    return data, np.isnat(data), utc


def _texts(values: Sequence[Value]) -> tuple[Any, Any, bool]:
    import numpy as np

    data = np.empty(len(values), dtype=object)
    data[:] = texts_of(values)
    return data, np.array([value is None for value in values], dtype=bool), False


def texts_of(values: Sequence[Value]) -> list[str | None]:
    """Values as clean texts. Most texts of a layer repeat (codes, names, districts), so each is cleaned once."""
    known: dict[Value, str | None] = {None: None}
    made: list[str | None] = []
    for value in values:
        # 1 and 1.0 are one key, but not one text
        if type(value) is not str and value is not None:
            made.append(str(value))
            continue
        if value not in known:
            if len(known) > _REMEMBERED:
                known = {None: None}
            known[value] = clean(value)  # type: ignore[arg-type]
        made.append(known[value])
    return made


def shapes_in(table: Table, crs: str) -> Any:
    """Geometries of a table in a system, as an array of WKB bytes with ``None`` for none. Raises ``BadInput``."""
    import shapely

    return shapely.to_wkb(geometries_in(table, crs), byte_order=1)


def geometries_in(table: Table, crs: str) -> Any:
    """Geometries of a table in a system, as an array of shapely's with ``None`` for none.

    Raises ``BadInput`` when a place cannot be given in that system: exported it would be missing.
    """
    if table.layer.geometry != "POINT" or "longitude" not in table.columns:
        return shifted(table.wkb_hexes(), crs, table.layer.plural)
    import numpy as np
    import shapely

    xs, ys = (np.array(table.columns[name], dtype=np.float64) for name in ("longitude", "latitude"))
    shapes = shapely.points(xs, ys)
    shapes[np.isnan(xs) | np.isnan(ys)] = None
    return _shift(shapes, crs, table.layer.plural)


def shifted(wkb_hexes: Sequence[str | None], crs: str, plural: str) -> Any:
    """WKB hex in WGS 84 as shapely's geometries in a system; ``plural`` names them in the sentence of ``BadInput``."""
    import numpy as np
    import shapely

    return _shift(shapely.from_wkb(np.array(wkb_hexes, dtype=object)), crs, plural)


def _shift(shapes: Any, crs: str, plural: str) -> Any:
    """Geometries in WGS 84 brought to a system."""
    import numpy as np
    import shapely

    if crs_text(crs) == WGS84:
        return shapes
    xy = shapely.get_coordinates(shapes)
    xs, ys, _accuracy = from_wgs84_arrays(crs, xy[:, 0], xy[:, 1])
    if np.isnan(xs).any():
        raise BadInput(
            tr(
                "Some {plural} lie where {system} has no known shift from WGS 84; export in WGS 84.",
                plural=plural.casefold(),
                system=crs_text(crs),
            )
        )
    return shapely.set_coordinates(shapes, np.column_stack([xs, ys]))


def write_gdal(
    path: Path,
    table: Table,
    columns: Sequence[GdalColumn],
    *,
    driver: str,
    crs: str,
    append: bool = False,
    **options: Any,
) -> None:
    """Write a new layer; ``append`` adds it beside others in the file. Raises ``BadFile`` with a reason."""
    write_columns(
        path,
        columns,
        geometries_in(table, crs) if table.layer.geometry else None,
        driver=driver,
        crs=crs,
        layer=options.pop("layer", table.layer.name),
        geometry_type=_GEOMETRY_NAMES.get(table.layer.geometry),
        append=append,
        **options,
    )


def write_columns(
    path: Path,
    columns: Sequence[GdalColumn],
    shapes: Any,
    *,
    driver: str,
    crs: str,
    layer: str,
    geometry_type: str | None,
    append: bool = False,
    **options: Any,
) -> None:
    """Write columns, and geometries (shapely's) or ``None``, as a new layer. Raises ``BadFile`` with a reason."""
    import numpy as np
    import pyogrio.raw
    import shapely
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

    geometry = None if shapes is None else shapely.to_wkb(shapes, byte_order=1)
    try:
        pyogrio.raw.write(
            path,
            geometry,
            [column.data for column in columns],
            [column.name for column in columns],
            field_mask=[column.mask for column in columns],
            layer=layer,
            driver=driver,
            geometry_type=geometry_type,
            crs=crs_from_text(crs).to_wkt() if geometry is not None else None,
            append=append,
            gdal_tz_offsets={c.name: np.full(len(c.data), _UTC) for c in columns if c.utc},
            promote_to_multi=False,
            **options,
        )
    except (DataSourceError, DataLayerError, FeatureError, GeometryError) as error:
        raise BadFile(
            tr("{name} cannot be written ({reason}); nothing was changed.", name=path.name, reason=_reason(error))
        ) from error


def _reason(error: Exception) -> str:
    """The end of GDAL's message, which may begin with pages of SQL."""
    text = " ".join(str(error).split()).rpartition(" failed: ")[2]
    return text.rstrip(".)")[-120:] or tr("unknown reason")
