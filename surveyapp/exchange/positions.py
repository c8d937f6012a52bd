"""The place of a source row: from its geometry, or from whichever columns hold coordinates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.fields import Layer
from surveyapp.domain.geometry import point_hex, point_of
from surveyapp.domain.records import Value
from surveyapp.errors import BadPosition
from surveyapp.exchange.importers.shapes import hex_of_shape, parts_on_earth, shape_of_wkb, shape_of_wkt
from surveyapp.exchange.importers.source import POINT, SourceRow, text_of
from surveyapp.exchange.mapping import ColumnMapping
from surveyapp.exchange.numbers import number_of
from surveyapp.exchange.synonyms import PLACE_FIELDS, folded
from surveyapp.geo.coordinates import parse_position
from surveyapp.geo.crs import WGS84, crs_text, is_geographic, label_of, to_wgs84
from surveyapp.geo.places import in_pakistan
from surveyapp.words import tr

_POINT_WKT = re.compile(r"(?:SRID=\d+;)?\s*POINT\s*\(\s*(\S+)\s+(\S+)\s*\)", re.IGNORECASE)
_GEOPOINT = re.compile(r"\s*(-?\d+(?:\.\d+)?)[ ,]+(-?\d+(?:\.\d+)?)[ ,]+-?\d+(?:\.\d+)?[ ,]+\d+(?:\.\d+)?\s*")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){21,}")
_PAKISTAN = (60.0, 23.0, 78.5, 37.5)
_AGREE_DEG = 1e-6
"""How far a geometry column and coordinate columns may differ; about 0.1 m."""


@dataclass(frozen=True, slots=True)
class Place:
    """Simple geometries in WGS 84 (WKB hex), one for each part, and the position as the source gave it."""

    parts: tuple[str, ...]
    text: str | None = None
    crs: str | None = None


class Places:
    """Finds the places of the rows of one source, for one layer.

    ``crs`` is that of the geometry or of the coordinate columns; ``None`` means that columns in degrees are
    in WGS 84 and that everything else is refused row by row.
    """

    def __init__(self, layer: Layer, mapping: ColumnMapping, crs: str | None, *, decimal_comma: bool) -> None:
        self._kind = layer.geometry
        self._crs = crs
        self._comma = decimal_comma
        self._column = {name: mapping.column_of(name) for name in PLACE_FIELDS}
        self._told = [(name, column) for name, column in self._column.items() if column is not None]
        self._silent = dict.fromkeys(PLACE_FIELDS, "")
        self._zone_column = next((c for c in mapping.fields if folded(c) in ("zone", "utm zone")), None)
        self._projected = crs is not None and not is_geographic(crs)

    def of(self, row: SourceRow, *, trusted: bool) -> Place:
        """The place of a row; raises ``BadPosition`` with the reason. A ``trusted`` row (a record with an
        identity of its own) is not doubted for lying in the wrong country."""
        place = self._found(row)
        if self._kind == POINT and not trusted and (position := point_of(place.parts[0])) is not None:
            _doubt(*position)
        return place

    def _found(self, row: SourceRow) -> Place:
        if row.wkb_hex is not None:
            return self._from_shape(row.wkb_hex)
        text = self._silent | {name: text_of(row.values.get(column)).strip() for name, column in self._told}
        if self._kind == POINT and self._projected and text["easting"] and text["northing"]:
            return self._from_grid(row.values, text)
        if self._kind == POINT and text["longitude"] and text["latitude"]:
            place = self._from_degrees(text["longitude"], text["latitude"])
            if text["geometry"]:
                _must_agree(place, self._from_wkt(text["geometry"], WGS84))
            return place
        if text["geometry"]:
            return self._from_wkt(text["geometry"], self._crs or WGS84)
        if self._kind == POINT and text["easting"] and text["northing"]:
            return self._from_grid(row.values, text)
        if self._kind == POINT and text["position"]:
            return self._from_text(text["position"])
        raise BadPosition(self._missing(text))

    @staticmethod
    def _text(values: Mapping[str, Value], column: str | None) -> str:
        return "" if column is None else text_of(values.get(column)).strip()

    def _missing(self, text: Mapping[str, str]) -> str:
        half = [column for name, column in self._column.items() if column and name != "crs" and not text[name]]
        if not half:
            return tr("It has no position.")
        return f"It has no position: {' and '.join(half)} {'is' if len(half) == 1 else 'are'} empty."

    def _from_shape(self, wkb_hex: str) -> Place:
        crs = self._crs or WGS84
        parts = tuple(parts_on_earth(wkb_hex, crs, self._kind))
        given = point_of(wkb_hex)
        text = f"{given[0]!r}, {given[1]!r}" if given is not None and crs != WGS84 else None
        return Place(parts, text, crs_text(crs))

    def _from_degrees(self, longitude: str, latitude: str) -> Place:
        x, y = (number_of(text, decimal_comma=self._comma) for text in (longitude, latitude))
        if x is None or y is None:
            # Degrees, minutes and seconds in two columns; each says its own axis.
            return self._from_text(f"lat {latitude}, lon {longitude}")
        if self._projected and self._crs is not None:
            raise BadPosition(
                tr("Its longitude and latitude are no coordinates in {system}.", system=label_of(self._crs))
            )
        if self._crs is None or self._crs == WGS84:
            if abs(y) > 90 >= abs(x):
                raise BadPosition(
                    tr("Longitude {x:g}, latitude {y:g} is nowhere on Earth; are the columns swapped?", x=x, y=y)
                )
            return Place((point_hex(x, y),), f"{latitude}, {longitude}", WGS84)
        on_earth = to_wgs84(self._crs, x, y)
        return Place((point_hex(on_earth[0], on_earth[1]),), f"{latitude}, {longitude}", self._crs)

    def _from_grid(self, values: Mapping[str, Value], text: Mapping[str, str]) -> Place:
        if not text["crs"] and self._crs is None:
            raise BadPosition(tr("Its easting and northing say no place without a coordinate system."))
        crs = crs_text(text["crs"] or self._crs or WGS84)
        easting, northing = text["easting"], text["northing"]
        x, y = (number_of(number, decimal_comma=self._comma) for number in (easting, northing))
        if x is None or y is None:
            raise BadPosition(
                tr(
                    "Its easting {easting!r} or northing {northing!r} is not a number.",
                    easting=easting,
                    northing=northing,
                )
            )
        zone, stated = self._text(values, self._zone_column), _zone_of(crs)
        if stated is not None and (digits := re.match(r"\d+", zone)) and int(digits[0]) != stated:
            raise BadPosition(
                tr("It says zone {zone}, but the file is read as {system}.", zone=zone, system=label_of(crs))
            )
        longitude, latitude, _accuracy = to_wgs84(crs, x, y)
        return Place((point_hex(longitude, latitude),), f"{easting}, {northing}", crs)

    def _from_text(self, text: str) -> Place:
        if (geopoint := _GEOPOINT.fullmatch(text)) is not None:
            # ODK writes latitude, longitude, altitude and accuracy into one text.
            return Place((point_hex(float(geopoint[2]), float(geopoint[1])),), text, WGS84)
        parsed = parse_position(text, prefer=self._crs)
        return Place((point_hex(parsed.longitude, parsed.latitude),), text, parsed.crs)

    def _from_wkt(self, text: str, crs: str) -> Place:
        if (simple := _POINT_WKT.fullmatch(text)) and self._kind == POINT:
            x, y = number_of(simple[1]), number_of(simple[2])
            if x is None or y is None:
                raise BadPosition(tr("Its geometry {text!r} is not in numbers.", text=text[:60]))
            longitude, latitude, _accuracy = to_wgs84(crs, x, y)
            return Place((point_hex(longitude, latitude),), None if crs == WGS84 else text, crs)
        shape = shape_of_wkb(text) if _HEX.fullmatch(text) else shape_of_wkt(text)
        wkb_hex = hex_of_shape(shape)
        if wkb_hex is None:
            raise BadPosition(tr("It has no position: its geometry is empty."))
        return Place(tuple(parts_on_earth(wkb_hex, crs, self._kind)), None, crs)


def _must_agree(columns: Place, geometry: Place) -> None:
    one, other = point_of(columns.parts[0]), point_of(geometry.parts[0])
    assert one is not None
    if other is None or max(abs(a - b) for a, b in zip(one, other, strict=True)) > _AGREE_DEG:
        raise BadPosition(tr("Its coordinates and its geometry are two different places; empty one of them."))


def _doubt(longitude: float, latitude: float) -> None:
    """Refuse what is hardly meant: 0, 0, and pairs that lie in Pakistan only the other way round."""
    if longitude == 0 and latitude == 0:
        raise BadPosition(tr("Its position is 0, 0, which devices write when they have none."))
    west, south, east, north = _PAKISTAN
    inside = west <= longitude <= east and south <= latitude <= north
    if not inside and west <= latitude <= east and south <= longitude <= north and in_pakistan(latitude, longitude):
        raise BadPosition(
            tr(
                "Longitude {longitude:g}, latitude {latitude:g} lies outside Pakistan; swapped it "
                "lies inside. Swap the columns.",
                longitude=longitude,
                latitude=latitude,
            )
        )


def _zone_of(crs: str | None) -> int | None:
    """UTM zone of the codes of WGS 84 and Kalianpur 1962 that are UTM, else ``None``."""
    found = re.fullmatch(r"EPSG:(?:326(\d\d)|2431([123]))", crs or "")
    if found is None:
        return None
    return int(found[1]) if found[1] else 40 + int(found[2])
