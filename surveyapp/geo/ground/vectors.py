"""Lines, areas and points out of GeoPackages and other vector files, and out of vector MBTiles, read by pyogrio.

What a view needs is read when it is needed, thinned to what its pixels can show, and returned as plain arrays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from surveyapp.errors import BadFile
from surveyapp.geo import crs as systems
from surveyapp.geo.ground.database import connect, reading, rows
from surveyapp.geo.ground.faults import unreadable
from surveyapp.geo.ground.mbtiles import metadata, plain_words, stated_box
from surveyapp.geo.ground.model import (
    DEGREE_M,
    EDGE_DEG,
    WORLD,
    Floats,
    GroundView,
    Name,
    Role,
    Shapes,
    latitude_of,
    world_y,
)
from surveyapp.geo.ground.places import placed
from surveyapp.geo.ground.roles import CLASS_COLUMNS, NAME_COLUMNS, names_places, rank_of, role_of
from surveyapp.words import tr

MOST_SHAPES = 20_000
"""Shapes of a layer that are drawn in one view."""
MOST_NAMES = 150
"""Names of a layer in one view: more would not find room."""
_VECTOR_TILE_PX = 512
"""Pixels that a vector tile is drawn at: its features are made for that."""
_MOST_VECTOR_TILES = 64
_RIM_SHARE = 0.05
"""Share of a view's width that shapes reach past its edge, so that the cut is not seen."""


class ShapeFile:
    """One layer of a vector file. ``layer`` empty: the only one. Raises ``BadFile`` when it cannot be shown."""

    attribution = ""

    def __init__(self, path: Path, layer: str = "") -> None:
        self._path, self._layer = path, layer or None
        with _reading(path):
            facts = _pyogrio().read_info(path, layer=self._layer, force_total_bounds=True)
        if facts["geometry_type"] is None:
            raise BadFile(tr("{layer} in {file} is a table without shapes.", layer=layer, file=path.name))
        bounds = facts["total_bounds"]
        if not facts["features"] or bounds is None or not all(map(math.isfinite, bounds)):
            raise BadFile(tr("{layer} in {file} has no shapes yet.", layer=layer or path.stem, file=path.name))
        if not facts["crs"]:
            raise BadFile(
                tr(
                    "{file} cannot be shown: it does not say which coordinate system it is in; "
                    "save it again from QGIS with one.",
                    file=path.name,
                )
            )
        place = placed(path, facts["crs"], *_rim(bounds))
        self.box, self.note, self._crs = place.box, place.note, place.crs
        names = [str(name) for name in facts["fields"]]
        self._columns = [name for name in NAME_COLUMNS if name in names][:1]

    def close(self) -> None:
        """Nothing is held open between two views."""

    def draw(self, view: GroundView) -> Shapes:
        """See :class:`.GroundSource`."""
        # A pixel more: a point has no size, and neither has a box of one.
        rim = 1 / view.scale
        west, south, east, north = self.box
        part = view.within((west - rim, south - rim, east + rim, north + rim))
        if part is None:
            return Shapes()
        with _reading(self._path):
            _facts, _fids, found, columns = _pyogrio().raw.read(
                self._path,
                layer=self._layer,
                columns=self._columns,
                bbox=self._bounds(part),
                max_features=MOST_SHAPES + 1,
            )
        many = len(found) > MOST_SHAPES
        note = tr("Not all shapes are drawn; zoom in to see the rest.") if many else ""
        shapes = _in_world(shapely.from_wkb(found[:MOST_SHAPES]), self._crs)
        names = columns[0][:MOST_SHAPES] if columns else [""] * len(shapes)
        return _drawn(shapes, view, ["own"] * len(shapes), names, [3] * len(shapes), note)

    def _bounds(self, view: GroundView) -> tuple[float, float, float, float] | None:
        """The box of a view in the layer's own system, to read only what is in it; ``None``: all of it."""
        x0, y0, x1, y1 = view.box
        across, up = np.linspace(x0, x1, 9), np.linspace(y0, y1, 9)
        lon = np.concatenate([across, across, np.full(9, x0), np.full(9, x1)])
        lat = latitude_of(np.concatenate([np.full(9, y0), np.full(9, y1), up, up]))
        xs, ys, _accuracy = systems.from_wgs84_arrays(self._crs, lon, lat)
        if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
            return None
        # Between the points of the rim an edge bends by far less than a tenth of the view.
        dx, dy = np.ptp(xs) / 10, np.ptp(ys) / 10
        return float(xs.min() - dx), float(ys.min() - dy), float(xs.max() + dx), float(ys.max() + dy)


class VectorTiles:
    """A vector MBTiles file. Raises ``BadFile`` when it is not one or has no layers."""

    note = ""

    def __init__(self, path: Path) -> None:
        self._path = path
        with _reading(path):
            self._layers = [str(name) for name, _geometry in _pyogrio().list_layers(path)]
            if not self._layers:
                raise BadFile(tr("{file} names no layers in its tiles.", file=path.name))
            self._fields = {
                name: [str(field) for field in _pyogrio().read_info(path, layer=name)["fields"]]
                for name in self._layers
            }
        with reading(path):
            database = connect(path)
            try:
                facts = metadata(database)
                question = "SELECT (SELECT min(zoom_level) FROM tiles), (SELECT max(zoom_level) FROM tiles)"
                self._least, self._most = (int(zoom) for zoom in rows(database, question)[0])
            finally:
                database.close()
        self.attribution = plain_words(facts.get("attribution", ""))
        self.box = stated_box(facts) or WORLD

    def close(self) -> None:
        """Nothing is held open between two views."""

    def draw(self, view: GroundView) -> Shapes:
        """See :class:`.GroundSource`; the layers in the order of the file, areas below lines."""
        part = view.within(self.box)
        if part is None:
            return Shapes()
        zoom = math.floor(math.log2(view.scale * 2 * EDGE_DEG / _VECTOR_TILE_PX) + 0.5)
        zoom = min(max(zoom, self._least), self._most)
        x0, y0, x1, y1 = part.box
        tile = 2 * EDGE_DEG / 2**zoom
        if ((x1 - x0) / tile + 1) * ((y1 - y0) / tile + 1) > _MOST_VECTOR_TILES:
            return Shapes(note=tr("Zoom in to see it."))
        bounds = (x0 * DEGREE_M, y0 * DEGREE_M, x1 * DEGREE_M, y1 * DEGREE_M)
        found = [self._of_layer(name, bounds, zoom, view) for name in self._layers]
        return Shapes(
            [area for one in found for area in one.areas],
            [line for one in found for line in one.lines],
            [point for one in found for point in one.points],
            sorted((name for one in found for name in one.names), key=lambda name: name.rank)[:MOST_NAMES],
            next((one.note for one in found if one.note), ""),
        )

    def _of_layer(
        self, layer: str, bounds: tuple[float, float, float, float], zoom: int, view: GroundView
    ) -> Shapes:
        fields = self._fields[layer]
        class_column = next((name for name in CLASS_COLUMNS if name in fields), None)
        name_column = next((name for name in NAME_COLUMNS if name in fields), None)
        with _reading(self._path):
            facts, _fids, found, columns = _pyogrio().raw.read(
                self._path,
                layer=layer,
                columns=[name for name in (class_column, name_column) if name is not None],
                bbox=bounds,
                max_features=MOST_SHAPES + 1,
                ZOOM_LEVEL=str(zoom),
            )
        many = len(found) > MOST_SHAPES
        by_name = dict(zip(facts["fields"], columns, strict=True))
        shapes = shapely.from_wkb(found[:MOST_SHAPES])
        classes = _texts(by_name.get(class_column), len(shapes))
        names = _texts(by_name.get(name_column), len(shapes)) if names_places(layer) else [""] * len(shapes)
        shapes = shapely.transform(shapes, lambda places: places / DEGREE_M)
        roles = [role_of(layer, one) for one in classes]
        note = tr("Not all shapes are drawn; zoom in to see the rest.") if many else ""
        drawn = _drawn(shapes, view, roles, names, [rank_of(one) for one in classes], note)
        if names_places(layer) or any(role != "own" for role in roles):
            # Marks of shops and house numbers would bury the sightings.
            return Shapes(drawn.areas, drawn.lines, (), drawn.names, note)
        return drawn


def layer_names(path: Path) -> list[str]:
    """Layers with shapes in a file that is no database; raises ``BadFile`` if it is damaged."""
    with _reading(path):
        return [str(name) for name, geometry in _pyogrio().list_layers(path) if geometry is not None]


def _texts(column: Any, count: int) -> list[str]:
    if column is None:
        return [""] * count
    return ["" if value is None else str(value) for value in column[:count]]


def _rim(bounds: Sequence[float]) -> tuple[Floats, Floats]:
    """Points round a box."""
    west, south, east, north = bounds
    across, up = np.linspace(west, east, 9), np.linspace(south, north, 9)
    xs = np.concatenate([across, across, np.full(9, west), np.full(9, east)])
    return xs, np.concatenate([np.full(9, south), np.full(9, north), up, up])


def _in_world(shapes: Any, crs: str) -> Any:
    """Shapes in world degrees; one that has a place with no known shift becomes ``None``."""
    shapes = shapely.force_2d(shapes)
    places = shapely.get_coordinates(shapes)
    lon, lat, _accuracy = systems.to_wgs84_arrays(crs, places[:, 0], places[:, 1])
    moved = shapely.set_coordinates(shapes, np.column_stack([lon, world_y(lat)]))
    if np.isfinite(lon).all():
        return moved
    _all, owners = shapely.get_coordinates(moved, return_index=True)
    moved[np.unique(owners[~np.isfinite(lon)])] = None
    return moved


def _drawn(
    shapes: Any, view: GroundView, roles: Sequence[Role], names: Sequence[Any], ranks: Sequence[int], note: str
) -> Shapes:
    """The parts of shapes (world degrees) by what they are, cut to a view and thinned to half a pixel of it."""
    names_of_shapes = _names(shapes, names, ranks)
    rim = (view.box[2] - view.box[0]) * _RIM_SHARE
    x0, y0, x1, y1 = view.box
    shapes = shapely.clip_by_rect(shapes, x0 - rim, y0 - rim, x1 + rim, y1 + rim)
    parts, owners = shapely.get_parts(shapes, return_index=True)
    deeper, inner = shapely.get_parts(parts, return_index=True)
    parts, owners = deeper, owners[inner]
    dimensions = shapely.get_dimensions(parts)
    flat = dimensions > 0
    parts[flat] = shapely.simplify(parts[flat], 0.5 / view.scale, preserve_topology=False)
    areas: list[tuple[Role, list[Floats]]] = []
    lines: list[tuple[Role, Floats]] = []
    points: list[tuple[Role, float, float]] = []
    for part, owner, dimension in zip(parts, owners.tolist(), dimensions.tolist(), strict=True):
        if part is None or part.is_empty:
            continue
        role = roles[owner]
        if dimension == 0:
            points.append((role, part.x, part.y))
        elif dimension == 1:
            lines.append((role, shapely.get_coordinates(part)))
        else:
            areas.append((role, [shapely.get_coordinates(ring) for ring in shapely.get_rings([part])]))
    return Shapes(areas, lines, points, names_of_shapes, note)


def _names(shapes: Any, names: Sequence[Any], ranks: Sequence[int]) -> list[Name]:
    """Names of the first of the shapes that have one, at a point on each."""
    found: list[Name] = []
    for shape, name, rank in sorted(zip(shapes, names, ranks, strict=True), key=lambda one: one[2]):
        text = "" if name is None or name != name else str(name).strip()
        if not text or shape is None or shape.is_empty:
            continue
        is_point = shape.geom_type == "Point"
        at = shape if is_point else shapely.point_on_surface(shape)
        found.append(Name(text, at.x, at.y, rank, is_point))
        if len(found) == MOST_NAMES:
            break
    return found


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

    try:
        yield
    except (DataSourceError, DataLayerError, FeatureError, GeometryError, UnicodeDecodeError) as problem:
        raise unreadable(path, problem) from problem


def _pyogrio() -> Any:
    import pyogrio
    import pyogrio.raw

    return pyogrio
