"""GeoJSON: RFC 7946, and the older form with a ``crs`` member."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from surveyapp.domain.records import Value
from surveyapp.errors import BadFile, BadPosition
from surveyapp.exchange.importers.shapes import family_of, hex_of_shape, hex_of_xy
from surveyapp.exchange.importers.source import (
    LAYER_OF_GEOMETRY,
    LINESTRING,
    POINT,
    POLYGON,
    Rows,
    SourceRow,
    SourceTable,
    choose_layer,
    columns_of,
    plain,
    read_bytes,
)
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

_LAYERS = {POINT: "points", LINESTRING: "lines", POLYGON: "polygons", "": "other"}
_GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
_URN = re.compile(r"urn:(?:x-)?ogc:def:crs:([A-Za-z]+):[^:]*:(\w+)")


def read_geojson(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """The features of one geometry family of a GeoJSON file: layers "points", "lines", "polygons", and
    "other" for those without a geometry that can be taken, whose rows all say so.

    ``crs`` is believed only where the file has no ``crs`` member. Raises ``BadFile`` for what is no GeoJSON.
    """
    document = _document(path, encoding)
    features = _features(path, document)
    families = Counter(map(_family, features))
    layers = tuple(name for family, name in _LAYERS.items() if families[family])
    if not layers:
        layers = (_LAYERS[POINT],)
    name = choose_layer(path, layer, layers)
    family = next(family for family, known in _LAYERS.items() if known == name)
    stated = _crs_member(path, document)
    rows = Rows(lambda: _rows(features, family))
    return SourceTable(
        path=path,
        format="geojson",
        layer=name,
        layers=layers,
        columns=columns_of((), rows),
        rows=rows,
        geometry=family,
        crs=stated or crs or WGS84,
        crs_stated=stated is not None or crs is None,
        target=LAYER_OF_GEOMETRY.get(family, "sighting"),
        media=(path.parent,),
    )


def _document(path: Path, encoding: str | None) -> dict[str, Any]:
    data = read_bytes(path)
    try:
        text = data.decode(encoding or json.detect_encoding(data))
        document = json.loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise BadFile(
            tr(
                "{name} is not JSON: {reason} in line {lineno}, column {colno}.",
                name=path.name,
                reason=error.msg,
                lineno=error.lineno,
                colno=error.colno,
            )
        ) from error
    except (UnicodeError, LookupError) as error:
        raise BadFile(
            tr("{name} is not text in the encoding it should be ({error}).", name=path.name, error=error)
        ) from error
    except RecursionError as error:
        raise BadFile(tr("{name} is nested too deeply to be GeoJSON.", name=path.name)) from error
    if not isinstance(document, dict) or "type" not in document:
        raise BadFile(tr("{name} is JSON but not GeoJSON: it has no type.", name=path.name))
    return document


def _features(path: Path, document: dict[str, Any]) -> list[Any]:
    kind = document["type"]
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        return list(document["features"])
    if kind == "Feature":
        return [document]
    if kind in _GEOMETRIES:
        return [{"type": "Feature", "geometry": document, "properties": {}}]
    if kind == "Topology":
        raise BadFile(tr("{name} is TopoJSON; save it as GeoJSON.", name=path.name))
    raise BadFile(tr("{name} is JSON but not GeoJSON: its type is {kind!r}.", name=path.name, kind=str(kind)[:40]))


def _family(feature: Any) -> str:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind is None and isinstance(feature, dict) and geometry is None:
        # A point layer with an empty position: rejected there, in the company of its like.
        return POINT if feature.get("type") == "Feature" else ""
    return family_of(kind) if isinstance(kind, str) and kind in _GEOMETRIES else ""


def _crs_member(path: Path, document: dict[str, Any]) -> str | None:
    """The system of the member that GeoJSON had before RFC 7946, or ``None``; raises ``BadFile``."""
    member = document.get("crs")
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        raise BadFile(
            tr("{name} names its coordinate system in a way that cannot be read; save it in WGS 84.", name=path.name)
        )
    if (urn := _URN.fullmatch(name.strip())) is not None:
        authority, code = urn[1].upper(), urn[2].upper()
        return WGS84 if authority == "OGC" and code in ("CRS84", "84") else f"{authority}:{code}"
    return name.strip()


def _rows(features: list[Any], family: str) -> Iterator[SourceRow]:
    for number, feature in enumerate(features, start=1):
        if _family(feature) == family:
            yield _row(number, feature)


def _row(number: int, feature: Any) -> SourceRow:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return SourceRow(number, {"feature": plain(feature)}, trouble=tr("It is not a GeoJSON feature."))
    properties = feature.get("properties")
    values: dict[str, Value] = {}
    if isinstance(properties, dict):
        values = {str(name): plain(value) for name, value in properties.items()}
    identifier = feature.get("id")
    feature_id = str(identifier) if isinstance(identifier, str | int) else None
    try:
        wkb_hex, height = _geometry(feature.get("geometry"))
    except BadPosition as error:
        return SourceRow(number, values, trouble=str(error), feature_id=feature_id)
    if height:
        values.setdefault("z", height)
    return SourceRow(number, values, wkb_hex, feature_id=feature_id)


def _geometry(geometry: Any) -> tuple[str | None, float | None]:
    """(2D WKB hex or ``None``, height of a point) of a GeoJSON geometry; raises ``BadPosition``."""
    if geometry is None:
        return None, None
    if not isinstance(geometry, dict) or geometry.get("type") not in _GEOMETRIES:
        raise BadPosition(tr("Its geometry is of no kind that GeoJSON has."))
    kind, coordinates = geometry["type"], geometry.get("coordinates")
    if kind == "Point":
        if coordinates == []:
            return None, None
        numbers = _position(coordinates)
        return hex_of_xy(numbers[0], numbers[1]), (numbers[2] if len(numbers) > 2 else None)
    if kind == "GeometryCollection":
        raise BadPosition(tr("Its geometry is a collection of several; give each a feature of its own."))
    import shapely
    from shapely.geometry import shape

    _check_nested(coordinates)
    try:
        return hex_of_shape(shape(geometry)), None
    except (shapely.errors.ShapelyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise BadPosition(
            tr("Its geometry cannot be read ({what}).", what=str(error).splitlines()[0] if str(error) else kind)
        ) from None


def _check_nested(coordinates: Any) -> None:
    """Every position of nested coordinates must be numbers; raises ``BadPosition``."""
    if not isinstance(coordinates, list):
        raise BadPosition(tr("Its geometry has no coordinates."))
    if coordinates and not isinstance(coordinates[0], list):
        _position(coordinates)
        return
    for inner in coordinates:
        _check_nested(inner)


def _position(coordinates: Any) -> list[float]:
    good = (
        isinstance(coordinates, list)
        and len(coordinates) >= 2
        and all(
            isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
            for number in coordinates
        )
    )
    if not good:
        raise BadPosition(tr("Its coordinates are not numbers."))
    return [float(number) for number in coordinates]
