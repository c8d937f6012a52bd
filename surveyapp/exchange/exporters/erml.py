"""EarthResourceML-Lite 2.0.1 as XML: a WFS 2.0 feature collection of the views, in GML 3.2.

**Axis order.** GML 3.2 has the order of the reference system where it is named by an OGC URN or HTTP URI (ISO 19136,
OGC 09-048r3): ``http://www.opengis.net/def/crs/EPSG/0/4326`` is latitude before longitude. Systems that count east
first are written east first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape, quoteattr

from surveyapp.domain.crosswalk import NIL_UNKNOWN
from surveyapp.domain.progress import Progress
from surveyapp.errors import BadInput
from surveyapp.exchange.exporters.erml_views import (
    FIELDS,
    FURTHER,
    INSPIRE_NAMESPACE,
    NAMESPACE,
    SHAPE,
    View,
    views_of,
)
from surveyapp.exchange.exporters.facts import Facts, facts_of, text_of
from surveyapp.exchange.exporters.files import Columns, Written, replacing_set, step
from surveyapp.exchange.exporters.gdal import shifted
from surveyapp.exchange.exporters.markup import XML_LOSS, xml_text
from surveyapp.exchange.exporters.readme import readme_path, write_readme
from surveyapp.geo.crs import WGS84, crs_from_text, crs_text
from surveyapp.words import mark, tr

UUID_SPACE = "urn:ietf:rfc:4122"
"""``codeSpace`` of the identifiers: UUIDs."""
_SCHEMA = "http://schemas.earthresourceml.org/earthresourceml-lite/2.0/erml-lite.xsd"
_ID = {"MineralOccurrenceView": "mo", "MineView": "mine", "CommodityResourceView": "cr"}


def write_erml(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write the views of sightings, areas and estimates; the metadata lie beside as ``NAME_xml_README.txt``, and at the
    head of the file as a comment. Raises ``BadInput``, ``BadFile``."""
    srs = srs_name(crs)
    facts = facts or facts_of(layers, crs)
    views, left = views_of(layers, withheld=facts.audience != "office")
    places = [shifted([wkb or None for wkb in view.shapes], crs, view.name) for view in views]
    rows = sum(len(view.rows) for view in views)
    readme = readme_path(path)
    with replacing_set(path, one_by_one=True) as folder:
        with (folder / path.name).open("w", encoding="utf-8", newline="\n") as file:
            _open(file, facts, rows)
            north_first = is_north_first(crs)
            for view, shapes in zip(views, places, strict=True):
                for index, row in enumerate(view.rows):
                    step(progress, index, len(view.rows), tr("Writing {name}", name=path.name))
                    file.writelines(_member(view, row, shapes[index], srs, north_first=north_first))
            file.write("</wfs:FeatureCollection>\n")
        told = [(path.name, f"EarthResourceML-Lite 2.0.1, GML 3.2. {axis_order(crs).format(srs=srs)}")]
        write_readme(folder / readme.name, facts, told, lost=[*left.english(), XML_LOSS])
    return Written((path, readme), rows, (*left.sentences(), tr(axis_order(crs), srs=srs)))


def srs_name(crs: str) -> str:
    """The HTTP URI of a system; raises ``BadInput`` for one without an EPSG code."""
    code = crs_text(crs)
    if not code.startswith("EPSG:"):
        raise BadInput(tr("EarthResourceML names systems by their EPSG code; give one, such as EPSG:32643."))
    return f"http://www.opengis.net/def/crs/EPSG/0/{code.removeprefix('EPSG:')}"


def is_north_first(crs: str) -> bool:
    """Whether the first axis that EPSG declares points north."""
    return str(crs_from_text(crs).axis_info[0].direction).casefold() == "north"


def axis_order(crs: str) -> str:
    """A sentence on the order of coordinates, ``{srs}`` for the system."""
    if is_north_first(crs):
        return mark("Coordinates are in {srs}: the first is north (latitude), the second east.")
    return mark("Coordinates are in {srs}: the first is east, the second north.")


def _open(file: TextIO, facts: Facts, rows: int) -> None:
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    # "--" ends a comment in XML, and a "-" before its end does too.
    told = xml_text(text_of(facts)).replace("--", "- -").replace("--", "- -")
    file.write(f"<!--\n{told}\n-->\n")
    file.write(
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
        f'xmlns:erl="{NAMESPACE}" xmlns:inspire="{INSPIRE_NAMESPACE}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd '
        f'{NAMESPACE} {_SCHEMA}" '
        f'timeStamp="{facts.made_at}" numberMatched="{rows}" numberReturned="{rows}">\n'
    )


def _member(view: View, row: Mapping[str, str], shape: Any, srs: str, *, north_first: bool) -> Iterator[str]:
    local = row["inspireId_localId"]
    key = f"{_ID[view.name]}.{_ncname(local)}"
    yield f"<wfs:member><erl:{view.name} gml:id={quoteattr(key)}>"
    yield f'<gml:identifier codeSpace="{UUID_SPACE}">{escape(xml_text(row["identifier"]))}</gml:identifier>'
    for name in FIELDS[view.name]:
        if name in row:
            yield f"<erl:{name}>{escape(xml_text(row[name]), {chr(13): '&#13;'})}</erl:{name}>"
    if shape is None:
        yield f'<erl:{SHAPE} nilReason="{NIL_UNKNOWN}"/>'
    else:
        yield f"<erl:{SHAPE}>{_gml(shape, key, srs, north_first=north_first)}</erl:{SHAPE}>"
    for name in FURTHER[view.name]:
        if name in row:
            yield f"<inspire:{name}>{escape(xml_text(row[name]))}</inspire:{name}>"
    yield f"</erl:{view.name}></wfs:member>\n"


def _ncname(text: str) -> str:
    """Text as part of an XML id: another program may have written anything for an uuid."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-.") else f"_{ord(c):x}_" for c in text)


def _gml(shape: Any, key: str, srs: str, *, north_first: bool) -> str:
    about = f'gml:id={quoteattr(key + ".shape")} srsName="{srs}" srsDimension="2"'
    if shape.geom_type == "Point":
        return f"<gml:Point {about}><gml:pos>{_positions(shape, north_first=north_first)}</gml:pos></gml:Point>"
    if shape.geom_type == "Polygon":
        rings = [("exterior", shape.exterior), *(("interior", ring) for ring in shape.interiors)]
        inner = "".join(
            f"<gml:{side}><gml:LinearRing><gml:posList>{_positions(ring, north_first=north_first)}</gml:posList>"
            f"</gml:LinearRing></gml:{side}>"
            for side, ring in rings
        )
        return f"<gml:Polygon {about}>{inner}</gml:Polygon>"
    parts = "".join(
        f"<gml:surfaceMember>{_gml(part, f'{key}.{number}', srs, north_first=north_first)}</gml:surfaceMember>"
        for number, part in enumerate(shape.geoms, start=1)
    )
    return f"<gml:MultiSurface {about}>{parts}</gml:MultiSurface>"


def _positions(shape: Any, *, north_first: bool) -> str:
    return " ".join(f"{y!r} {x!r}" if north_first else f"{x!r} {y!r}" for x, y, *_ in shape.coords)
