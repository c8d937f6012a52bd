"""GPX 1.0 and 1.1: waypoints, tracks (one row for each segment) and routes.

Read as XML rather than by gpxpy, which gives up a whole file for one bad point; here that point's row is
rejected with its reason, and elements that GPX does not know are kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from surveyapp.domain.records import Value
from surveyapp.errors import BadFile, BadPosition
from surveyapp.exchange.importers.shapes import hex_of_shape, hex_of_xy
from surveyapp.exchange.importers.source import (
    LINESTRING,
    POINT,
    Rows,
    SourceRow,
    SourceTable,
    choose_layer,
    columns_of,
    read_bytes,
)
from surveyapp.exchange.importers.xmltext import children, local, parse_xml, text_in
from surveyapp.geo.crs import WGS84
from surveyapp.words import mark, tr

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NO_VALUE = ("trkseg", "trkpt", "rtept")
_NOT_KEPT = mark("The heights and times of a track's points are not kept, only its line, beginning and end.")


def read_gpx(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """Layer "waypoints", "tracks" or "routes" of a GPX file, always in WGS 84. Raises ``BadFile``."""
    del encoding, crs  # GPX says both itself
    root = parse_xml(read_bytes(path), path.name, "gpx")
    readers: dict[str, Callable[[], Iterator[SourceRow]]] = {
        "waypoints": lambda: _waypoints(root),
        "tracks": lambda: _tracks(root),
        "routes": lambda: _routes(root),
    }
    layers = tuple(name for name, read in readers.items() if next(read(), None) is not None)
    if not layers:
        raise BadFile(tr("{name} holds no waypoint, track or route.", name=path.name))
    name = choose_layer(path, layer, layers)
    points = name == "waypoints"
    rows = Rows(readers[name])
    return SourceTable(
        path=path,
        format="gpx",
        layer=name,
        layers=layers,
        columns=columns_of((), rows),
        rows=rows,
        geometry=POINT if points else LINESTRING,
        crs=WGS84,
        crs_stated=True,
        target="sighting" if points else "track",
        notes=() if points else (tr(_NOT_KEPT),),
    )


def _waypoints(root: Element) -> Iterator[SourceRow]:
    for number, point in enumerate(children(root, "wpt"), start=1):
        values = _values(point)
        key = (
            point.get("lat", ""),
            point.get("lon", ""),
            str(values.get("time", "")),
            str(values.get("name", "")),
        )
        try:
            yield SourceRow(number, values, hex_of_xy(*_position(point)), key=key)
        except BadPosition as error:
            values |= {"lat": point.get("lat"), "lon": point.get("lon")}
            yield SourceRow(number, values, trouble=str(error), key=key)


def _tracks(root: Element) -> Iterator[SourceRow]:
    number = 0
    for track in children(root, "trk"):
        segments = list(children(track, "trkseg"))
        for place, segment in enumerate(segments, start=1):
            number += 1
            values = _values(track)
            if len(segments) > 1:
                values["segment"] = f"{place} of {len(segments)}"
            yield _line(number, values, list(children(segment, "trkpt")))


def _routes(root: Element) -> Iterator[SourceRow]:
    for number, route in enumerate(children(root, "rte"), start=1):
        yield _line(number, _values(route), list(children(route, "rtept")))


def _line(number: int, values: dict[str, Value], points: list[Element]) -> SourceRow:
    times = [time for point in points if (time := text_in(next(children(point, "time"), None)))]
    if times:
        values |= {"started at": times[0], "finished at": times[-1]}
    if len(points) < 2:
        return SourceRow(number, values, trouble=tr("A line needs two points, and it has {count}.", count=len(points)))
    positions = []
    for place, point in enumerate(points, start=1):
        try:
            positions.append(_position(point))
        except BadPosition as error:
            return SourceRow(number, values, trouble=tr("Its point {place} is bad. {error}", place=place, error=error))
    import shapely

    return SourceRow(number, values, hex_of_shape(shapely.LineString(positions)))


def _position(point: Element) -> tuple[float, float]:
    """(longitude, latitude) of the attributes of a point; raises ``BadPosition``."""
    latitude, longitude = point.get("lat"), point.get("lon")
    try:
        numbers = float(longitude or ""), float(latitude or "")
    except ValueError:
        numbers = math.nan, math.nan
    if not (abs(numbers[0]) <= 180 and abs(numbers[1]) <= 90):
        raise BadPosition(
            tr("It has no position: lat is {latitude!r} and lon {longitude!r}.", latitude=latitude, longitude=longitude)
        )
    return numbers


def _values(element: Element) -> dict[str, Value]:
    """Texts of an element's children by name; what ``extensions`` hold comes by its own names."""
    values: dict[str, Value] = {}
    for child in element:
        name = local(child)
        if name == "extensions":
            for inner in child.iter():
                if len(inner) == 0 and inner is not child:
                    _add(values, local(inner), text_in(inner))
        elif name == "link":
            _add(values, "link", " ".join(filter(None, (text_in(child), child.get("href")))))
        elif name not in _NO_VALUE:
            _add(values, name, text_in(child))
    return values


def _add(values: dict[str, Value], name: str, text: str) -> None:
    if text:
        values[name] = f"{values[name]}; {text}" if name in values else text
