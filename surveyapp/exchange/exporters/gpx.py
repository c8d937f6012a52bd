"""GPX 1.1 for GPS handsets: sightings as waypoints, tracks as tracks, what else they say as extensions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from surveyapp.domain.progress import Progress
from surveyapp.domain.records import moment_of
from surveyapp.errors import BadInput
from surveyapp.exchange.exporters.facts import PROGRAM, Facts, facts_of, text_of
from surveyapp.exchange.exporters.files import Columns, Table, Written, replacing, step
from surveyapp.exchange.exporters.markup import caption_of, said_of, xml_text
from surveyapp.exchange.exporters.wgs84 import require_wgs84
from surveyapp.exchange.importers.shapes import shape_of_wkb
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from gpxpy.gpx import GPX, GPXTrack, GPXWaypoint

_NAMESPACE = "urn:surveyapp:gpx:fields"
_IN_GPX = frozenset({"gem", "elevation_m", "observed_at", "started_at", "finished_at", "notes", "points"})
"""Fields that GPX has words for, and the points as measured, which are the line."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_GEOMETRIES = ("POINT", "LINESTRING")


def write_gpx(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write sightings and tracks as one GPX file; records without a place are left out and counted.

    Raises ``BadInput`` for layers that GPX has no word for, ``BadFile`` when it cannot be written.
    """
    import gpxpy.gpx

    require_wgs84(crs, "GPX")
    tables = [Table.of(layer, columns) for layer, columns in layers.items()]
    for table in tables:
        if table.layer.geometry not in _GEOMETRIES:
            raise BadInput(tr("GPX holds sightings and tracks, not {plural}.", plural=table.layer.plural.casefold()))
    document = gpxpy.gpx.GPX()
    _describe(document, facts or facts_of(layers))
    placeless = sum(_add(document, table, path, progress) for table in tables)
    with replacing(path) as temporary:
        temporary.write_text(document.to_xml(version="1.1", prettyprint=False), encoding="utf-8", newline="\n")
    left_out = [tr("{placeless} records without a place were left out.", placeless=placeless)] if placeless else []
    return Written((path,), sum(table.rows for table in tables) - placeless, tuple(left_out))


def _describe(document: GPX, facts: Facts) -> None:
    """Metadata in the words that GPX 1.1 has for them."""
    document.creator = PROGRAM
    document.nsmap = {"surveyapp": _NAMESPACE}
    document.name = xml_text(facts.title)
    document.description = xml_text(text_of(facts))
    document.author_name = xml_text(facts.organisation) or None
    if facts.organisation:
        document.copyright_author = xml_text(facts.organisation)
        document.copyright_year = facts.made_at[:4]
    document.time = moment_of(facts.made_at)


def _add(document: GPX, table: Table, path: Path, progress: Progress | None) -> int:
    """Put a table's records into the document; how many have no place."""
    placeless = 0
    for index, wkb_hex in enumerate(table.wkb_hexes()):
        step(progress, index, table.rows, tr("Writing {name}", name=path.name))
        if wkb_hex is None:
            placeless += 1
        elif table.layer.geometry == "POINT":
            document.waypoints.append(_waypoint(table, index, shape_of_wkb(wkb_hex)))
        else:
            document.tracks.append(_track(table, index, shape_of_wkb(wkb_hex)))
    return placeless


def _text(table: Table, name: str, index: int) -> str | None:
    return (xml_text(table.columns[name][index]) or None) if name in table.columns else None


def _extensions(table: Table, index: int) -> list[Element]:
    """The uuid and every field that GPX has no word for. A column that others named in a way that XML cannot is left
    out."""
    from xml.etree.ElementTree import Element

    made = []
    for name, text in said_of(table, index):
        if name not in _IN_GPX and _NAME.fullmatch(name):
            element = Element(f"{{{_NAMESPACE}}}{name}")
            element.text = escape(text)  # gpxpy writes extensions as they are
            made.append(element)
    return made


def _waypoint(table: Table, index: int, point: Any) -> GPXWaypoint:
    from gpxpy.gpx import GPXWaypoint

    elevation = table.columns["elevation_m"][index] if "elevation_m" in table.columns else None
    made = GPXWaypoint(
        latitude=point.y,
        longitude=point.x,
        elevation=elevation if isinstance(elevation, int | float) else None,
        time=moment_of(_text(table, "observed_at", index)),
        name=caption_of(table, index),
        type=_text(table, "gem", index),
        description=_text(table, "notes", index),
    )
    made.extensions = _extensions(table, index)
    return made


def _track(table: Table, index: int, line: Any) -> GPXTrack:
    from gpxpy.gpx import GPXTrack, GPXTrackPoint, GPXTrackSegment

    track = GPXTrack(name=caption_of(table, index), description=_text(table, "notes", index))
    track.extensions = _extensions(table, index)
    points = [GPXTrackPoint(latitude=y, longitude=x) for x, y in line.coords]
    points[0].time = moment_of(_text(table, "started_at", index))
    points[-1].time = moment_of(_text(table, "finished_at", index))
    track.segments.append(GPXTrackSegment(points))
    return track
