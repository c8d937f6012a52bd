"""EarthResourceML-Lite as XML: its views as tables of our fields, with what they hold of them.

Coordinates are taken in the order that the system declares where it is named by a URN or HTTP URI (GML 3.2), and east
first where it is named in the old way ("EPSG:4326").
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain import crosswalk
from surveyapp.domain.records import Value
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadFile, BadPosition
from surveyapp.exchange.identity import own_uuid
from surveyapp.exchange.importers.shapes import hex_of_shape
from surveyapp.exchange.importers.source import (
    Rows,
    SourceRow,
    SourceTable,
    choose_layer,
    columns_of,
    read_bytes,
)
from surveyapp.exchange.importers.xmltext import children, descendants, local, parse_xml, text_in
from surveyapp.geo.crs import WGS84, crs_from_text, crs_text
from surveyapp.words import tr

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_VIEWS = {"MineralOccurrenceView": "sighting", "MineView": "area", "CommodityResourceView": "estimate"}
_GEOMETRY = {"sighting": "POINT", "area": "POLYGON", "estimate": "POLYGON"}
_METRES = re.compile(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(?:m|metres?|meters?)", re.IGNORECASE)
_URI = re.compile(r"(?:urn:ogc:def:crs:EPSG:[^:]*:|https?://www\.opengis\.net/def/crs/EPSG/[^/]+/)(\d+)", re.IGNORECASE)
_NOTHING = frozenset({"", crosswalk.NIL_UNKNOWN, crosswalk.NIL_WITHHELD, crosswalk.NIL_MISSING})

_MORE = ("geologicHistory", "mineralOccurrenceShape", "commodityRank", "commodityImportance", "startDate", "endDate")
"""What we have no field for and never write; it goes into the notes."""
_ROOTS = ("FeatureCollection", *_VIEWS)
Texts = dict[str, str]


def read_erml(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """One view of a file, its columns under the names of our fields. Raises ``BadFile``."""
    del encoding  # XML says it itself
    root = parse_xml(read_bytes(path), path.name, _root_of(path))
    found = Counter(local(element) for element in root.iter())
    layers = tuple(name for name in _VIEWS if found[name])
    if not layers:
        raise BadFile(tr("{name} holds no view of EarthResourceML-Lite.", name=path.name))
    name = choose_layer(path, layer, layers)
    features = list(descendants(root, name))
    target = _VIEWS[name]
    systems = {_srs(feature) for feature in features} - {None}
    if len(systems) > 1:
        raise BadFile(tr("{name} mixes coordinate systems; split it.", name=path.name))
    stated = systems.pop() if systems else None
    rows = Rows(lambda: _rows(features, target))
    return SourceTable(
        path=path,
        format="erml",
        layer=name,
        layers=layers,
        columns=columns_of((), rows),
        rows=rows,
        geometry=_GEOMETRY[target],
        crs=stated or crs or WGS84,
        crs_stated=stated is not None,
        target=target,
    )


def _root_of(path: Path) -> str:
    """The root element that the file is expected to have: its own, if that is one of those known."""
    head = read_bytes(path)[:20_000].decode("utf-8", "replace")
    first = re.search(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s>/]", re.sub(r"<!--.*?-->", "", head, flags=re.DOTALL))
    return first[1] if first and first[1] in _ROOTS else _ROOTS[0]


def _rows(features: list[Element], target: str) -> Iterator[SourceRow]:
    read = _READERS[target]
    for number, feature in enumerate(features, start=1):
        texts = {local(child): text for child in feature if (text := text_in(child)) not in _NOTHING}
        texts = {name: text for name, text in texts.items() if not text.startswith(crosswalk.INSPIRE + "VoidReason")}
        values = {name: value for name, value in read(texts).items() if value is not None}
        values |= {name: texts[name] for name in _MORE if name in texts}
        try:
            yield SourceRow(number, values, _geometry(feature))
        except BadPosition as error:
            yield SourceRow(number, values, trouble=str(error))


# --- fields ------------------------------------------------------------------------------------------


def _sighting(texts: Texts) -> dict[str, Value]:
    rock = _code("host_rock", texts.get("hostGeologicUnit_uri"))
    words = texts.get("hostGeologicUnit")
    accuracy = _METRES.fullmatch(texts.get("positionalAccuracy", ""))
    return {
        "uuid": _identity(texts),
        "gem": _gem(texts, "representativeCommodity_uri"),
        "presence": "present",
        "locality": texts.get("name"),
        "occurrence_type": _code("occurrence_type", texts.get("mineralOccurrenceType_uri")),
        "host_rock": rock,
        "host_rock_text": None if rock and words == VOCABULARIES["host_rock"].english(rock) else words,
        "deposit_model": _code("deposit_model", texts.get("mineralDepositModel_uri")),
        "observed_at": _moment(texts.get("explorationActivityDuration")),
        "accuracy_m": float(accuracy[1]) if accuracy else None,
    }


def _area(texts: Texts) -> dict[str, Value]:
    return {
        "uuid": _identity(texts),
        "name": texts.get("name"),
        "kind": "worked",
        "mine_status": _code("mine_status", texts.get("status_uri")),
        "holder": texts.get("owner"),
    }


def _estimate(texts: Texts) -> dict[str, Value]:
    category = (texts.get("oreMeasureAssessmentCategory_uri") or "").rpartition("/")[2]
    known = VOCABULARIES["estimate_category"].term(category)
    mine = own_uuid(texts.get("mine_uri"))
    return {
        "uuid": _identity(texts),
        "area_uuid": mine,
        "gem": _gem(texts, "commodity_uri"),
        "category": known.code if known else crosswalk.NON_COMPLIANT,
        "notes": texts.get("oreMeasure"),
    }


_READERS: dict[str, Callable[[Texts], dict[str, Value]]] = {
    "sighting": _sighting, "area": _area, "estimate": _estimate,
}


def _identity(texts: Texts) -> str | None:
    """The uuid of a record of ours, or the identifier that others gave."""
    return own_uuid(texts.get("identifier")) or texts.get("identifier")


def _gem(texts: Texts, uri: str) -> str | None:
    return crosswalk.gem_of_uri(texts.get(uri, "")) or texts.get("commodity")


def _code(vocabulary: str, uri: str | None) -> str | None:
    return crosswalk.code_of_uri(vocabulary, uri) if uri else None


def _moment(text: str | None) -> str | None:
    """The text if it is one moment or day; a period of years is none."""
    return text if text and re.fullmatch(r"\d{4}-\d{2}-\d{2}(T[\d:.]+Z?)?", text) else None


# --- places ------------------------------------------------------------------------------------------


def _named(feature: Element) -> str | None:
    return next((name for element in feature.iter() if (name := element.get("srsName"))), None)


def _srs(feature: Element) -> str | None:
    name = _named(feature)
    if name is None:
        return None
    uri = _URI.fullmatch(name.strip())
    return f"EPSG:{uri[1]}" if uri else crs_text(name)


def _geometry(feature: Element) -> str | None:
    """WKB hex, x before y, or ``None``; raises ``BadPosition``."""
    shape = next((child for child in feature if local(child) == "shape"), None)
    if shape is None or not len(shape):
        return None
    name = (_named(feature) or "").strip()
    system = _URI.fullmatch(name)
    first = str(crs_from_text(f"EPSG:{system[1]}").axis_info[0].direction).casefold() if system else "east"
    return hex_of_shape(_shape(shape[0], swap=first == "north"))


def _shape(element: Element, *, swap: bool) -> Any:
    import shapely

    match local(element):
        case "Point":
            return shapely.Point(_positions(element, swap=swap)[0])
        case "Polygon" | "PolygonPatch":
            outer = [_ring(ring, swap=swap) for side in children(element, "exterior") for ring in side]
            inner = [_ring(ring, swap=swap) for side in children(element, "interior") for ring in side]
            if not outer:
                raise BadPosition(tr("Its polygon has no outline."))
            return shapely.Polygon(outer[0], inner)
        case "MultiSurface" | "MultiPolygon":
            return shapely.MultiPolygon([_shape(part, swap=swap) for part in descendants(element, "Polygon")])
        case other:
            raise BadPosition(tr("Its geometry is a {kind}, which is not read.", kind=other))


def _ring(ring: Element, *, swap: bool) -> list[tuple[float, float]]:
    positions = _positions(ring, swap=swap)
    if len(positions) < 3:
        raise BadPosition(tr("The outline of a polygon needs three points, and it has {count}.", count=len(positions)))
    return positions


def _positions(element: Element, *, swap: bool) -> list[tuple[float, float]]:
    text = " ".join(text_in(child) for child in element.iter() if local(child) in ("pos", "posList"))
    try:
        numbers = [float(part) for part in text.split()]
    except ValueError:
        numbers = []
    if not numbers or len(numbers) % 2 or not all(map(math.isfinite, numbers)):
        raise BadPosition(tr("Its coordinates {group!r} are not numbers.", group=text[:40]))
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    return [(y, x) for x, y in pairs] if swap else pairs
