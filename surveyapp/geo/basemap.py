"""The small outline map under the points: its file, and its shapes as lists and arrays.

The built-in one is for orientation only (see ``resources/basemap/README.md``); an office can give its
own GeoJSON file. Coordinates are WGS 84 degrees, longitude first. numpy is imported only when arrays
are asked for, so that asking which province a point lies in stays quick.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.assets import resource_path
from surveyapp.errors import BadFile
from surveyapp.words import mark, tr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    LonLat = NDArray[np.float64]

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]
"""Outer ring first, then holes."""

BUILT_IN = "basemap/pakistan.geojson"
MAX_BYTES = 20_000_000
"""A basemap is drawn at every move of the map; what is larger than this was not made for that."""

_LINE_KINDS = ("boundary", "province", "coast", "disputed")
_AREA_KINDS = ("province", "neighbour", "disputed")
_PLAIN_CRS = ("CRS84", "EPSG::4326", "EPSG:4326")
_SMALLEST_RANK = 4
_DISTRICT = "district"


@dataclass(frozen=True)
class Province:
    """A polygon with an ISO 3166-2 code, or a district without one, as plain lists for quick single look-ups."""

    code: str
    name: str
    name_ur: str
    polygons: list[Polygon]

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in degrees."""
        points = [point for polygon in self.polygons for point in polygon[0]]
        xs, ys = [x for x, _y in points], [y for _x, y in points]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, eq=False)
class Area:
    """An area to fill: ``kind`` is province, neighbour or disputed; all its rings, for odd-even filling."""

    kind: str
    name: str
    name_ur: str
    code: str
    rings: list[LonLat]
    label: Point


@dataclass(frozen=True, eq=False)
class Line:
    """A line to stroke: ``kind`` is boundary (international), province, coast or disputed."""

    kind: str
    name: str
    points: LonLat


@dataclass(frozen=True)
class Label:
    """A name at a place; rank 0 country, 1 province, 2 large town, 3 town, 4 small town."""

    text: str
    text_ur: str
    longitude: float
    latitude: float
    rank: int


@dataclass(frozen=True, eq=False)
class Basemap:
    """An outline map. ``geojson`` is the whole of it as read; the rest is worked out when first asked for."""

    geojson: dict[str, Any] = field(repr=False)
    name: str
    attribution: str

    @cached_property
    def provinces(self) -> tuple[Province, ...]:
        """Polygons with a ``code``, in the order of the file."""
        return tuple(
            Province(_text(facts, "code"), _text(facts, "name"), _text(facts, "name_ur"), polygons)
            for facts, polygons in self._polygons()
            if _text(facts, "code") and not _district_name(facts)
        )

    @cached_property
    def districts(self) -> tuple[Province, ...]:
        """Polygons of districts, in the order of the file; their ``code`` is empty."""
        return tuple(
            Province("", name, _text(facts, "name_ur"), polygons)
            for facts, polygons in self._polygons()
            if (name := _district_name(facts))
        )

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """What to fill, in drawing order."""
        return tuple(
            Area(
                _kind(facts, _AREA_KINDS, "province" if _text(facts, "code") else "neighbour"),
                _text(facts, "name"),
                _text(facts, "name_ur"),
                _text(facts, "code"),
                [_array(ring) for polygon in polygons for ring in polygon],
                _label(facts, polygons),
            )
            for facts, polygons in self._polygons()
            if not _district_name(facts)
        )

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What to stroke, in drawing order."""
        return tuple(
            Line(_kind(facts, _LINE_KINDS, "boundary"), _text(facts, "name"), _array(part))
            for facts, geometry in self._features("LineString", "MultiLineString")
            for part in _parts(geometry)
        )

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """Names of areas and towns, the most important first. A province named like a town has none."""
        towns = [
            Label(_text(facts, "name"), _text(facts, "name_ur"), *_point(place), _rank(facts))
            for facts, geometry in self._features("Point", "MultiPoint")
            for place in _parts(geometry)
            if _text(facts, "name")
        ]
        taken = {town.text for town in towns}
        areas = [
            Label(area.name, area.name_ur, *area.label, 0 if area.kind == "neighbour" else 1)
            for area in self.areas
            if area.name and area.name not in taken
        ]
        return tuple(sorted([*areas, *towns], key=lambda label: label.rank))

    def _features(self, *types: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [
            (feature.get("properties") or {}, feature["geometry"])
            for feature in self.geojson["features"]
            if feature.get("geometry") and feature["geometry"]["type"] in types
        ]

    def _polygons(self) -> list[tuple[dict[str, Any], list[Polygon]]]:
        return [
            (facts, [[[_point(place) for place in ring] for ring in part] for part in _parts(geometry)])
            for facts, geometry in self._features("Polygon", "MultiPolygon")
        ]


@cache
def basemap() -> Basemap:
    """The built-in outline map of Pakistan and its surroundings."""
    return _read(resource_path(BUILT_IN), mark("Natural Earth (public domain), for orientation only"), trusted=True)


def load_basemap(path: Path | str) -> Basemap:
    """An office's own basemap; raises ``BadFile`` with one sentence when it cannot serve as one."""
    path = Path(path)
    return _read(path, path.name)


def basemap_geojson(source: Basemap | None = None) -> dict[str, Any]:
    """The basemap as a GeoJSON ``FeatureCollection`` (the caller must not change it)."""
    return (source or basemap()).geojson


def _read(path: Path, attribution: str, *, trusted: bool = False) -> Basemap:
    """``trusted``: it is the program's own, which the tests look through; every window begins with it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFile(
                tr(
                    "The basemap {path} is larger than {most} MB; simplify it first.",
                    path=path,
                    most=MAX_BYTES // 1000000,
                )
            )
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise BadFile(
            tr("The basemap {path} cannot be read: {reason}.", path=path, reason=problem.strerror or problem)
        ) from problem
    except (ValueError, RecursionError) as problem:
        raise BadFile(
            tr("The basemap {path} is not GeoJSON; in QGIS export the layer as GeoJSON in EPSG:4326.", path=path)
        ) from problem
    fault = "" if trusted else _fault(content)
    if fault:
        raise BadFile(tr("The basemap {path} cannot be used: {fault}.", path=path, fault=fault))
    return Basemap(content, path.stem, attribution)


def _fault(content: Any) -> str:
    """Why parsed JSON is no basemap, in words that end a sentence; empty if it is one."""
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        return tr("it is not a GeoJSON FeatureCollection")
    if not _is_wgs84(content.get("crs")):
        return tr("its coordinates are not in WGS 84; export it in EPSG:4326")
    features = content.get("features")
    if not isinstance(features, list):
        return tr("it has no list of features")
    shapes = 0
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
            return tr("feature {number} is not a GeoJSON feature", number=number)
        geometry = feature.get("geometry")
        if geometry is None:
            continue
        fault = _geometry_fault(geometry)
        if fault:
            return tr("feature {number} {fault}", number=number, fault=fault)
        shapes += geometry["type"].endswith("Polygon")
    return "" if shapes else tr("it holds no polygon")


def _is_wgs84(crs: Any) -> bool:
    """Whether the ``crs`` member, which RFC 7946 dropped but QGIS still writes, is absent or WGS 84."""
    facts = crs.get("properties") if isinstance(crs, dict) else None
    name = facts.get("name") if isinstance(facts, dict) else None
    return crs is None or (isinstance(name, str) and name.endswith(_PLAIN_CRS))


_DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""How deep positions are nested in the coordinates of a geometry (RFC 7946, section 3.1)."""


def _geometry_fault(geometry: Any) -> str:
    if not isinstance(geometry, dict) or geometry.get("type") not in _DEPTHS:
        return tr("has a kind of geometry that a basemap cannot hold")
    positions: list[Any] = [geometry.get("coordinates")]
    shortest = 4 if geometry["type"].endswith("Polygon") else 2
    for level in range(_DEPTHS[geometry["type"]], 0, -1):
        for nested in positions:
            if not isinstance(nested, list) or not nested:
                return tr("has an empty or broken geometry")
            if level == 1 and geometry["type"] != "MultiPoint" and len(nested) < shortest:
                return tr("has a line or ring of too few points")
        positions = [inner for nested in positions for inner in nested]
    for position in positions:
        if not isinstance(position, list) or len(position) < 2 or not all(map(_is_number, position[:2])):
            return tr("has a position that is not a pair of numbers")
        if abs(position[0]) > 180 or abs(position[1]) > 90:
            return tr("lies outside the range of degrees, so it is not in WGS 84; export it in EPSG:4326")
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _parts(geometry: dict[str, Any]) -> list[Any]:
    """The coordinates of each part, whether the geometry has one or many."""
    multiple = geometry["type"].startswith("Multi")
    return list(geometry["coordinates"]) if multiple else [geometry["coordinates"]]


def _point(place: list[float]) -> Point:
    return float(place[0]), float(place[1])


def _array(points: Any) -> LonLat:
    import numpy as np

    return np.array([place[:2] for place in points], dtype=np.float64)


def _text(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def _district_name(facts: dict[str, Any]) -> str:
    """The name of the district that a polygon is: it says so by its kind, or has a property of that name."""
    if _text(facts, "kind") == _DISTRICT:
        return _text(facts, "name")
    named = next((value for name, value in facts.items() if name.casefold() == _DISTRICT), None)
    return named.strip() if isinstance(named, str) else ""


def _kind(facts: dict[str, Any], allowed: tuple[str, ...], otherwise: str) -> str:
    kind = _text(facts, "kind")
    return kind if kind in allowed else otherwise


def _rank(facts: dict[str, Any]) -> int:
    rank = facts.get("rank")
    return rank if isinstance(rank, int) and 0 <= rank <= _SMALLEST_RANK else 3


def _label(facts: dict[str, Any], polygons: list[Polygon]) -> Point:
    """The declared place of the label, else the middle of the box of the part with the most points."""
    place = facts.get("label")
    if isinstance(place, list) and len(place) == 2 and all(map(_is_number, place)):
        return _point(place)
    ring = max((polygon[0] for polygon in polygons), key=len)
    xs, ys = [x for x, _y in ring], [y for _x, y in ring]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
