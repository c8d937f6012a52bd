"""Records as a GeoDataFrame and back: by column name, never by position.

geopandas and pandas are imported only when called.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from surveyapp.errors import BadInput
from surveyapp.words import tr

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

GEOMETRY = "geometry"


def frame(
    records_columns: Mapping[str, Sequence[Any]],
    geometry_wkb_hex: Sequence[str | None],
    *,
    times: Collection[str] = (),
) -> geopandas.GeoDataFrame:
    """A GeoDataFrame in EPSG:4326 from columns of equal length and the WKB hex of each row's geometry.

    Integers keep their kind with nulls among them (Int64), truth values too (boolean); datetimes become UTC.
    ``times`` names columns of ISO 8601 text to turn into datetimes; text without a zone is taken as UTC.
    Raises ``BadInput`` for unequal lengths, a broken geometry or time, or a column named ``geometry``.
    """
    import geopandas
    import shapely

    count = len(geometry_wkb_hex)
    for name, values in records_columns.items():
        if name == GEOMETRY:
            raise BadInput(tr("A column may not be named geometry, as that is the place of the records."))
        if len(values) != count:
            raise BadInput(
                tr("Column {name} has {count} values for {total} records.", name=name, count=len(values), total=count)
            )
    columns = {name: _series(name, values, name in times) for name, values in records_columns.items()}
    try:
        shapes = shapely.from_wkb(list(geometry_wkb_hex))
    except (shapely.errors.ShapelyError, TypeError) as problem:
        raise BadInput(
            tr("A geometry among the {count} records is not valid WKB: {problem}.", count=count, problem=problem)
        ) from problem
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326", index=range(count))


def columns(gdf: geopandas.GeoDataFrame) -> tuple[dict[str, list[Any]], list[str | None]]:
    """(columns by name, WKB hex by row) of a GeoDataFrame; the way back of :func:`frame`.

    Every null is ``None``, every value plain Python, and datetimes are in UTC. The geometry is 2D,
    little-endian and in the frame's own system. An active geometry of any name is taken as the geometry.
    """
    import shapely

    shapes = gdf.geometry.to_numpy()
    encoded = shapely.to_wkb(shapely.force_2d(shapes), hex=True, byte_order=1, output_dimension=2)
    wkb = [None if text is None else str(text) for text in encoded]
    active = gdf.geometry.name
    return {str(name): [_plain(value) for value in gdf[name]] for name in gdf.columns if name != active}, wkb


def _series(name: str, values: Sequence[Any], is_time: bool) -> pd.Series:
    import pandas as pd

    present = [value for value in values if value is not None]
    if is_time or (present and all(isinstance(value, dt.datetime) for value in present)):
        return pd.Series([_utc(name, value) for value in values], dtype="datetime64[us, UTC]")
    if present and all(isinstance(value, bool) for value in present):
        return pd.Series(values, dtype="boolean")
    if present and all(isinstance(value, int) and abs(value) < 2**63 for value in present):
        return pd.Series(values, dtype="object" if any(isinstance(one, bool) for one in present) else "Int64")
    if present and all(isinstance(value, float) for value in present):
        return pd.Series(values, dtype="float64")
    return pd.Series(values, dtype="object")


def _utc(name: str, value: Any) -> dt.datetime | None:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError as problem:
            raise BadInput(
                tr("Column {name} holds “{value}”, which is not an ISO 8601 time.", name=name, value=value[:40])
            ) from problem
    if value is None:
        return None
    if not isinstance(value, dt.datetime):
        raise BadInput(tr("Column {name} holds {value!r}, which is not a time.", name=name, value=value))
    return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _plain(value: Any) -> Any:
    """A value of a column as plain Python, with ``None`` for every kind of null."""
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return _utc("", value.to_pydatetime(warn=False))
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value
