"""GeoJSON as RFC 7946 has it: WGS 84, longitude first, no ``crs`` member, ``id`` is the uuid."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from surveyapp.domain.geometry import point_of
from surveyapp.domain.progress import Progress
from surveyapp.exchange.exporters.facts import Facts, as_json, facts_of
from surveyapp.exchange.exporters.files import (
    Columns,
    Table,
    Written,
    only_layer,
    replacing,
    step,
    text_of_value,
)
from surveyapp.exchange.exporters.wgs84 import require_wgs84
from surveyapp.exchange.importers.shapes import shape_of_wkb
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr


def write_geojson(
    path: Path, layer: str, columns: Columns, *, facts: Facts | None = None, progress: Progress | None = None
) -> Written:
    """Write a layer as a FeatureCollection, one feature a line.

    Coordinates have their full precision rather than RFC 7946's advised seven decimals, so that a record
    comes back exactly as it left. Metadata are a member of the collection, as RFC 7946, 6.1, allows, and so is
    what was done for the audience (``note``).
    """
    facts = facts or facts_of({layer: columns})
    table = Table.of(layer, columns)
    geometries = [_geometry(wkb_hex) for wkb_hex in table.wkb_hexes()] if table.layer.geometry else [None] * table.rows
    head: dict[str, Any] = {"type": "FeatureCollection", "name": layer}
    if facts.note is not None:
        head["note"] = facts.note
    box = _box(geometries)
    if box is not None:
        head["bbox"] = box
    head["metadata"] = as_json(facts)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_json(head)[:-1] + ',"features":[')
        for index, geometry in enumerate(geometries):
            step(progress, index, table.rows, tr("Writing {name}", name=path.name))
            properties = {name: text_of_value(table.columns[name][index]) for name in table.names}
            feature = {
                "type": "Feature",
                "id": properties.get("uuid"),
                "geometry": geometry,
                "properties": properties,
            }
            file.write((",\n" if index else "\n") + _json(feature))
        file.write("\n]}\n")
    return Written((path,), table.rows)


def write_geojson_layers(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """As the registry calls it; raises ``BadInput`` for more than one layer or another system than WGS 84."""
    require_wgs84(crs, "GeoJSON")
    layer, columns = only_layer(layers, "GeoJSON")
    return write_geojson(path, layer, columns, facts=facts, progress=progress)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _geometry(wkb_hex: str | None) -> dict[str, Any] | None:
    if wkb_hex is None:
        return None
    if (point := point_of(wkb_hex)) is not None:
        return {"type": "Point", "coordinates": list(point)}
    import shapely
    from shapely.geometry import mapping

    shape = shape_of_wkb(wkb_hex)
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        # RFC 7946, 3.1.6: outlines run counterclockwise. shapely's default is the other way.
        shape = shapely.orient_polygons(shape, exterior_cw=False)
    return dict(mapping(shape))


def _box(geometries: Iterable[dict[str, Any] | None]) -> list[float] | None:
    """[west, south, east, north] of all geometries, or ``None`` if there is none."""
    xs: list[float] = []
    ys: list[float] = []
    for geometry in geometries:
        if geometry is not None:
            for x, y in _positions(geometry["coordinates"]):
                xs.append(x)
                ys.append(y)
    return [min(xs), min(ys), max(xs), max(ys)] if xs else None


def _positions(coordinates: Any) -> Iterable[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
    else:
        for inner in coordinates:
            yield from _positions(inner)
