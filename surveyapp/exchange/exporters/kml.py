"""KML 2.2: placemarks with every field as extended data, a folder for each layer, a style for each gem.

As KMZ the same with its photos: ``doc.kml``, symbols and photos in ``files/``, and a balloon with the photos for
each placemark. Plain KML names no picture, since its symbols would have to be fetched from elsewhere.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape, quoteattr

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.progress import Progress
from surveyapp.exchange.exporters.facts import Facts, facts_of, lines_of, text_of
from surveyapp.exchange.exporters.files import Columns, Table, Written, replacing, step
from surveyapp.exchange.exporters.kml_look import balloon, style_of, styles, symbols
from surveyapp.exchange.exporters.markup import caption_of, said_of, xml_text
from surveyapp.exchange.exporters.photo_files import NO_PHOTOS, PackedPhoto, PhotoSet, packed
from surveyapp.exchange.exporters.wgs84 import require_wgs84
from surveyapp.exchange.importers.shapes import shape_of_wkb
from surveyapp.geo.crs import WGS84
from surveyapp.words import ntr, tr


def write_kml(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write layers as one KML file; records without a place go in too. Raises ``BadInput``, ``BadFile``."""
    require_wgs84(crs, "KML")
    tables = [Table.of(layer, columns) for layer, columns in layers.items()]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        _write_document(file, tables, facts or facts_of(layers), path.name, progress, None)
    return Written((path,), sum(table.rows for table in tables))


def write_kmz(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
    photos: PhotoSet = NO_PHOTOS,
) -> Written:
    """Write layers and photos as one KMZ. Photos beyond ``photos.limit`` bytes are left out and counted.

    Raises ``BadInput``, ``BadFile``."""
    require_wgs84(crs, "KMZ")
    tables = [Table.of(layer, columns) for layer, columns in layers.items()]
    pictures: list[tuple[str, bytes]] = list(symbols())
    # They are no more than their limit, and the document, which must come first, says which there are.
    kept, notes = packed(photos, lambda name, data: pictures.append((name, data)), progress)
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("doc.kml", "w") as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as file:
            _write_document(file, tables, facts or facts_of(layers), path.name, progress, kept)
        for name, data in pictures:
            archive.writestr(f"files/{name}", data)
    count = sum(map(len, kept.values()))
    told = [ntr("{n} photo is in it.", "{n} photos are in it.", count)] if count else []
    return Written((path,), sum(table.rows for table in tables), (*told, *notes))


def _write_document(
    file: TextIO, tables: Sequence[Table], facts: Facts, name: str, progress: Progress | None,
    photos: Mapping[str, list[PackedPhoto]] | None,
) -> None:
    """The whole document; ``photos`` by uuid of the sighting, or ``None`` for plain KML."""
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n')
    file.write(f"<name>{_escaped(facts.title)}</name><description>{_escaped(text_of(facts))}</description>\n")
    file.write(styles(with_symbols=photos is not None))
    file.write("<ExtendedData>")
    file.writelines(
        f"<Data name={quoteattr(xml_text(label))}><value>{_escaped(text)}</value></Data>"
        for label, text in lines_of(facts)
    )
    file.write("</ExtendedData>\n")
    for table in tables:
        file.write(f"<Folder><name>{_escaped(table.layer.plural)}</name>\n")
        hexes = table.wkb_hexes()
        for index in range(table.rows):
            step(progress, index, table.rows, tr("Writing {name}", name=name))
            file.writelines(_placemark(table, index, hexes[index], photos))
        file.write("</Folder>\n")
    file.write("</Document>\n</kml>\n")


def _escaped(text: str) -> str:
    # A bare carriage return would be read back as a line feed.
    return escape(xml_text(text), {"\r": "&#13;"})


def _placemark(
    table: Table, index: int, wkb_hex: str | None, photos: Mapping[str, list[PackedPhoto]] | None
) -> Iterator[str]:
    """In the order of KML's schema: name, styleUrl, Style, ExtendedData, geometry."""
    said = said_of(table, index)
    yield f"<Placemark><name>{_escaped(caption_of(table, index))}</name><styleUrl>#{style_of(table, index)}</styleUrl>"
    if photos is not None:
        uuid = str(table.columns["uuid"][index]) if "uuid" in table.columns else ""
        mine = photos.get(uuid, []) if table.layer is SIGHTING else []
        yield f"<Style><BalloonStyle><text>{escape(balloon(table, said, mine))}</text></BalloonStyle></Style>"
    yield "<ExtendedData>"
    for name, text in said:
        field = table.field(name)
        title = f"<displayName>{_escaped(field.english)}</displayName>" if field else ""
        yield f"<Data name={quoteattr(xml_text(name))}>{title}<value>{_escaped(text)}</value></Data>"
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
