"""KML 2.2: placemarks with every field as extended data, a folder for each layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from surveyapp.domain.progress import Progress
from surveyapp.exchange.exporters.files import Columns, Table, Written, replacing, step
from surveyapp.exchange.exporters.markup import XML_LOSS, caption_of, facts_of, xml_text
from surveyapp.exchange.exporters.wgs84 import require_wgs84
from surveyapp.exchange.importers.shapes import shape_of_wkb
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

LOSSES = ("All values are texts.", XML_LOSS)


def write_kml(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    note: str | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write layers as one KML file; records without a place go in too. Raises ``BadInput``, ``BadFile``."""
    require_wgs84(crs, "KML")
    tables = [Table.of(layer, columns) for layer, columns in layers.items()]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n')
        if note is not None:
            file.write(f"<description>{_escaped(note)}</description>\n")
        for table in tables:
            file.write(f"<Folder><name>{_escaped(table.layer.plural)}</name>\n")
            hexes = table.wkb_hexes()
            for index in range(table.rows):
                step(progress, index, table.rows, tr("Writing {name}", name=path.name))
                file.writelines(_placemark(table, index, hexes[index]))
            file.write("</Folder>\n")
        file.write("</Document>\n</kml>\n")
    return Written((path,), sum(table.rows for table in tables), LOSSES)


def _escaped(text: str) -> str:
    # A bare carriage return would be read back as a line feed.
    return escape(xml_text(text), {"\r": "&#13;"})


def _placemark(table: Table, index: int, wkb_hex: str | None) -> Iterator[str]:
    yield f"<Placemark><name>{_escaped(caption_of(table, index))}</name><ExtendedData>"
    for name, text in facts_of(table, index):
        yield f"<Data name={quoteattr(xml_text(name))}><value>{_escaped(text)}</value></Data>"
    yield "</ExtendedData>"
    if wkb_hex is not None:
        yield _geometry(shape_of_wkb(wkb_hex))
    yield "</Placemark>\n"


def _geometry(shape: Any) -> str:
    if shape.geom_type == "Polygon":
        outer, *inner = (
            f"<LinearRing>{_coordinates(ring)}</LinearRing>" for ring in (shape.exterior, *shape.interiors)
        )
        holes = "".join(f"<innerBoundaryIs>{ring}</innerBoundaryIs>" for ring in inner)
        return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{holes}</Polygon>"
    return f"<{shape.geom_type}>{_coordinates(shape)}</{shape.geom_type}>"


def _coordinates(shape: Any) -> str:
    return f"<coordinates>{' '.join(f'{x!r},{y!r}' for x, y in shape.coords)}</coordinates>"
