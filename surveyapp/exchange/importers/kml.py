"""KML 2.x and KMZ, as Google Earth and phones write it: placemarks with points, lines and polygons."""

from __future__ import annotations

import io
import math
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain.records import Value
from surveyapp.errors import BadFile, BadPosition
from surveyapp.exchange.importers.shapes import hex_of_shape
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
    read_bytes,
)
from surveyapp.exchange.importers.xmltext import children, descendants, local, parse_xml, text_in
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_LAYERS = {POINT: "points", LINESTRING: "lines", POLYGON: "polygons"}
_FAMILY = {"Point": POINT, "LineString": LINESTRING, "LinearRing": LINESTRING, "Polygon": POLYGON}
_TEXTS = ("name", "description", "address", "phoneNumber")
_LARGEST = 512 * 2**20
"""Bytes that a KMZ may unpack to; a small archive can claim terabytes."""


def read_kml(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """Layer "points", "lines" or "polygons" of the placemarks. KML is always WGS 84. Raises ``BadFile``."""
    del encoding, crs  # KML says both itself
    root = parse_xml(_kml_bytes(path), path.name, "kml")
    marks = list(descendants(root, "Placemark"))
    if not marks:
        raise BadFile(tr("{name} holds no placemark.", name=path.name))
    families = Counter(map(_family, marks))
    layers = tuple(name for family, name in _LAYERS.items() if families[family])
    name = choose_layer(path, layer, layers)
    family = next(family for family, known in _LAYERS.items() if known == name)
    rows = Rows(lambda: _rows(marks, family))
    return SourceTable(
        path=path,
        format="kml",
        layer=name,
        layers=layers,
        columns=columns_of((), rows),
        rows=rows,
        geometry=family,
        crs=WGS84,
        crs_stated=True,
        target=LAYER_OF_GEOMETRY[family],
    )


def _kml_bytes(path: Path) -> bytes:
    data = read_bytes(path)
    if not data.startswith(b"PK\x03\x04"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [entry for entry in archive.infolist() if entry.filename.casefold().endswith(".kml")]
            if not inside:
                raise BadFile(tr("{name} is a zipped file without a .kml in it.", name=path.name))
            if inside[0].file_size > _LARGEST:
                raise BadFile(
                    tr("{name} unpacks to more than {largest} MB; split it.", name=path.name, largest=_LARGEST // 2**20)
                )
            with archive.open(inside[0]) as file:
                return file.read(_LARGEST)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadFile(tr("{name} is a damaged or locked archive ({error}).", name=path.name, error=error)) from error


def _shapes(mark: Element) -> list[Element]:
    """The simple geometries of a placemark; the rings inside a polygon are its own."""
    found: list[Element] = []
    waiting = list(mark)
    while waiting:
        element = waiting.pop(0)
        if local(element) in _FAMILY:
            found.append(element)
        elif local(element) == "MultiGeometry":
            waiting.extend(element)
    return found


def _family(mark: Element) -> str:
    """The family of a placemark; one without a geometry counts as a point, to be rejected among them."""
    shapes = _shapes(mark)
    return _FAMILY[local(shapes[0])] if shapes else POINT


def _rows(marks: list[Element], family: str) -> Iterator[SourceRow]:
    for number, mark in enumerate(marks, start=1):
        if _family(mark) == family:
            values, height = _values(mark), None
            try:
                wkb_hex, height = _geometry(_shapes(mark))
            except BadPosition as error:
                yield SourceRow(number, values, trouble=str(error))
                continue
            if height:
                values.setdefault("altitude", height)
            yield SourceRow(number, values, wkb_hex)


def _values(mark: Element) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name in _TEXTS:
        if text := text_in(next(children(mark, name), None)):
            values[name] = text
    for element in mark.iter():
        match local(element):
            case "Data" | "SimpleData":
                value = next(children(element, "value"), element)
                if (key := element.get("name")) and (text := "".join(value.itertext())):
                    values[key] = text
            case "when" | "begin" | "end" if text_in(element):
                values.setdefault(local(element), text_in(element))
    return values


def _geometry(shapes: list[Element]) -> tuple[str | None, float | None]:
    """(WKB hex or ``None``, height of a point); raises ``BadPosition``."""
    if not shapes:
        return None, None
    if len({_FAMILY[local(shape)] for shape in shapes}) > 1:
        raise BadPosition(tr("It mixes points, lines and polygons; give each a placemark of its own."))
    import shapely

    height = None
    if local(shapes[0]) == "Point":
        positions = [_positions(shape) for shape in shapes]
        if any(len(position) != 1 for position in positions):
            raise BadPosition(tr("It has no position: its point is empty."))
        height = positions[0][0][2] if len(positions) == 1 else None
        made: list[Any] = [shapely.Point(position[0][:2]) for position in positions]
        whole = made[0] if len(made) == 1 else shapely.MultiPoint(made)
    elif local(shapes[0]) == "Polygon":
        made = [_polygon(shape) for shape in shapes]
        whole = made[0] if len(made) == 1 else shapely.MultiPolygon(made)
    else:
        made = [_line(shape) for shape in shapes]
        whole = made[0] if len(made) == 1 else shapely.MultiLineString(made)
    return hex_of_shape(whole), height


def _line(element: Element) -> Any:
    import shapely

    positions = [position[:2] for position in _positions(element)]
    if len(positions) < 2:
        raise BadPosition(tr("A line needs two points, and it has {count}.", count=len(positions)))
    return shapely.LineString(positions)


def _polygon(element: Element) -> Any:
    import shapely

    rings = {
        name: [_ring(ring) for side in children(element, name) for ring in descendants(side, "LinearRing")]
        for name in ("outerBoundaryIs", "innerBoundaryIs")
    }
    if not rings["outerBoundaryIs"]:
        raise BadPosition(tr("Its polygon has no outline."))
    return shapely.Polygon(rings["outerBoundaryIs"][0], rings["innerBoundaryIs"])


def _ring(element: Element) -> list[tuple[float, float]]:
    positions = [position[:2] for position in _positions(element)]
    if len(positions) < 3:
        raise BadPosition(tr("The outline of a polygon needs three points, and it has {count}.", count=len(positions)))
    return positions


def _positions(element: Element) -> list[tuple[float, float, float | None]]:
    """(longitude, latitude, height or ``None``) of the coordinates text; raises ``BadPosition``."""
    positions = []
    for group in text_in(next(children(element, "coordinates"), None)).split():
        try:
            numbers = [float(part) for part in group.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) < 2 or not all(map(math.isfinite, numbers)):
            raise BadPosition(tr("Its coordinates {group!r} are not numbers.", group=group[:40]))
        positions.append((numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None))
    return positions
