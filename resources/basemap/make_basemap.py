"""Makes ``pakistan.geojson`` from QGIS's ``world_map.gpkg`` (Natural Earth 1:10 m, public domain).

Usage::

    python make_basemap.py /usr/share/qgis/resources/data/world_map.gpkg [OUT.geojson]

``world_map.gpkg`` comes with QGIS (Debian package ``qgis-common``). The same input gives the same
output, byte for byte. Needs pyogrio and shapely, which SurveyApp needs too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely

WINDOW = shapely.box(58.0, 22.0, 80.0, 39.0)
"""Pakistan and enough of its neighbours to tell where one is (degrees, WGS 84)."""

DECIMALS = 4
"""About 11 m: far finer than the source, which is generalised by kilometres."""

# Natural Earth's name -> (ISO 3166-2, today's name, Urdu). F.A.T.A. joined Khyber Pakhtunkhwa in 2018.
PROVINCES = {
    "Baluchistan": ("PK-BA", "Balochistan", "بلوچستان"),
    "K.P.": ("PK-KP", "Khyber Pakhtunkhwa", "خیبر پختونخوا"),
    "N.W.F.P.": ("PK-KP", "Khyber Pakhtunkhwa", "خیبر پختونخوا"),
    "F.A.T.A.": ("PK-KP", "Khyber Pakhtunkhwa", "خیبر پختونخوا"),
    "Punjab": ("PK-PB", "Punjab", "پنجاب"),
    "Sind": ("PK-SD", "Sindh", "سندھ"),
    "F.C.T.": ("PK-IS", "Islamabad", "اسلام آباد"),
    "Northern Areas": ("PK-GB", "Gilgit-Baltistan", "گلگت بلتستان"),
    "Azad Kashmir": ("PK-JK", "Azad Jammu and Kashmir", "آزاد جموں و کشمیر"),
}

LABELS = {"PK-KP": (72.15, 35.55)}
"""Places for labels that would otherwise lie on the towns of the Swat emerald field."""

NEIGHBOURS = {
    "Afghanistan": "افغانستان",
    "China": "چین",
    "India": "بھارت",
    "Iran": "ایران",
    "Oman": "عمان",
    "Tajikistan": "تاجکستان",
    "Turkmenistan": "ترکمانستان",
    "Uzbekistan": "ازبکستان",
}

# name, Urdu, longitude, latitude, rank of the label (2 large town, 3 town, 4 small town near a gem
# field). Rounded to 0.01 degree (about 1 km), as these only help to find one's way. Natural Earth
# populated places 1:10 m (public domain; its SCALERANK up to 4 is our 2, up to 8 our 3), except the
# three of rank 4, whose positions come from public lists of towns.
TOWNS = (
    ("Karachi", "کراچی", 66.99, 24.87, 2),
    ("Lahore", "لاہور", 74.35, 31.56, 2),
    ("Islamabad", "اسلام آباد", 73.16, 33.70, 2),
    ("Peshawar", "پشاور", 71.53, 34.01, 2),
    ("Hyderabad", "حیدرآباد", 68.37, 25.38, 2),
    ("Multan", "ملتان", 71.45, 30.20, 2),
    ("Quetta", "کوئٹہ", 67.02, 30.22, 2),
    ("Gujranwala", "گوجرانوالہ", 74.18, 32.16, 2),
    ("Larkana", "لاڑکانہ", 68.21, 27.56, 2),
    ("Saidu Sharif", "سیدو شریف", 72.35, 34.75, 3),
    ("Faisalabad", "فیصل آباد", 73.11, 31.41, 3),
    ("Rawalpindi", "راولپنڈی", 73.04, 33.60, 3),
    ("Bahawalpur", "بہاولپور", 71.67, 29.39, 3),
    ("Mirpur Khas", "میرپور خاص", 69.01, 25.53, 3),
    ("Sukkur", "سکھر", 68.85, 27.71, 3),
    ("Chaman", "چمن", 66.45, 30.93, 3),
    ("Turbat", "تربت", 63.07, 25.99, 3),
    ("Gilgit", "گلگت", 74.30, 35.92, 3),
    ("Gwadar", "گوادر", 62.33, 25.14, 3),
    ("Zhob", "ژوب", 69.44, 31.35, 3),
    ("Bannu", "بنوں", 70.60, 32.99, 3),
    ("Dera Ismail Khan", "ڈیرہ اسماعیل خان", 70.90, 31.83, 3),
    ("Dera Ghazi Khan", "ڈیرہ غازی خان", 70.64, 30.06, 3),
    ("Sargodha", "سرگودھا", 72.67, 32.09, 3),
    ("Jhang", "جھنگ", 72.32, 31.28, 3),
    ("Nawabshah", "نوابشاہ", 68.40, 26.25, 3),
    ("Sialkot", "سیالکوٹ", 74.56, 32.52, 3),
    ("Rahim Yar Khan", "رحیم یار خان", 70.30, 28.42, 3),
    ("Sahiwal", "ساہیوال", 73.11, 30.67, 3),
    ("Mardan", "مردان", 72.04, 34.20, 3),
    ("Abbottabad", "ایبٹ آباد", 73.20, 34.15, 3),
    ("Mansehra", "مانسہرہ", 73.20, 34.34, 3),
    ("Kohat", "کوہاٹ", 71.43, 33.60, 3),
    ("Parachinar", "پاراچنار", 70.10, 33.90, 3),
    ("Mingora", "مینگورہ", 72.36, 34.77, 4),
    ("Alpurai", "الپوری", 72.63, 34.92, 4),
    ("Aliabad", "علی آباد", 74.62, 36.31, 4),
)


def main(arguments: list[str]) -> int:
    """Make the file; 0 when done, 2 with the usage on a wrong number of arguments."""
    if len(arguments) not in (1, 2):
        sys.stderr.write(__doc__)
        return 2
    source = Path(arguments[0])
    target = Path(arguments[1]) if len(arguments) == 2 else Path(__file__).with_name("pakistan.geojson")
    features = [
        *neighbours(source),
        *provinces(source),
        *disputed_areas(source),
        *boundaries(source),
        *claims(source),
        *(town(*row) for row in TOWNS),
    ]
    write(features, target)
    sys.stdout.write(f"{target}: {len(features)} features, {target.stat().st_size:,} bytes\n")
    return 0


def layer(source: Path, name: str, where: str | None = None) -> Any:
    """A layer of the world map as a GeoDataFrame, in EPSG:4326 (x is the longitude)."""
    from pyogrio import read_dataframe

    return read_dataframe(source, layer=name, where=where)


def province_shapes(source: Path) -> dict[tuple[str, str, str], Any]:
    """(code, name, Urdu name) to polygon, ordered by code."""
    rows = layer(source, "states_provinces", "admin = 'Pakistan'")
    parts: dict[tuple[str, str, str], list[Any]] = {}
    for name, geometry in zip(rows["name"], rows.geometry, strict=True):
        parts.setdefault(PROVINCES[name], []).append(geometry)
    return {key: shapely.union_all(geometries) for key, geometries in sorted(parts.items())}


def provinces(source: Path) -> list[dict[str, Any]]:
    """One feature for each of the seven provinces and territories."""
    return [
        feature("province", geometry, code=code, name=name, name_ur=name_ur)
        for (code, name, name_ur), geometry in province_shapes(source).items()
    ]


def neighbours(source: Path) -> list[dict[str, Any]]:
    """Neighbouring countries, cut to the window, ordered by name."""
    rows = layer(source, "countries").sort_values("NAME")
    return [
        feature("neighbour", geometry.intersection(WINDOW), name=name, name_ur=NEIGHBOURS[name])
        for name, geometry in zip(rows["NAME"], rows.geometry, strict=True)
        if name in NEIGHBOURS
    ]


def siachen(source: Path) -> Any:
    """The Siachen Glacier, which the source assigns to no country."""
    return layer(source, "states_provinces", "admin = 'Siachen Glacier'").geometry.iloc[0]


def disputed_areas(source: Path) -> list[dict[str, Any]]:
    """Areas that the source assigns to no country."""
    return [feature("disputed", siachen(source), name="Siachen Glacier", name_ur="سیاچن گلیشیر")]


def boundaries(source: Path) -> list[dict[str, Any]]:
    """The edges of the provinces by what they are, so that a map can draw each in its own way.

    The polygons of the source share their edges exactly, so an edge is told by who is on its other
    side. The edge towards Jammu and Kashmir is no agreed boundary and is given as disputed.
    """
    shapes = province_shapes(source)
    outer = shapely.union_all(list(shapes.values())).boundary
    internal = shapely.union_all([shape.boundary for shape in shapes.values()]).difference(outer)
    kashmir = layer(source, "states_provinces", "name = 'Jammu and Kashmir'").geometry.iloc[0].boundary
    countries = layer(source, "countries")
    abroad = shapely.union_all(countries[countries["NAME"].isin(NEIGHBOURS)].geometry.to_numpy()).boundary
    control, glacier = outer.intersection(kashmir), outer.intersection(siachen(source).boundary)
    agreed = outer.intersection(abroad).difference(shapely.union_all([control, glacier]))
    coast = outer.difference(shapely.union_all([abroad, control, glacier]))
    return [
        feature("province", lines_of(internal), name="Between provinces"),
        feature("boundary", lines_of(agreed), name="International boundary"),
        feature("coast", lines_of(coast), name="Coast"),
        feature("disputed", lines_of(control), name="Line of Control and working boundary"),
        feature("disputed", lines_of(glacier), name="Edge of the Siachen Glacier"),
    ]


def lines_of(geometry: Any) -> Any:
    """The lines of what an overlay left, joined; points where two lines only touch are dropped."""
    parts = [part for part in shapely.get_parts(geometry) if part.length > 0]
    return shapely.line_merge(shapely.union_all(parts))


def claims(source: Path) -> list[dict[str, Any]]:
    """Lines that the source calls claims, cut to the window, with the source's own wording."""
    rows = layer(source, "disputed_borders")
    return [
        feature("disputed", shapely.line_merge(geometry.intersection(WINDOW)), name=name)
        for name, geometry in zip(rows["name"], rows.geometry, strict=True)
        if geometry.intersects(WINDOW)
    ]


def town(name: str, name_ur: str, longitude: float, latitude: float, rank: int) -> dict[str, Any]:
    """A town as a GeoJSON feature."""
    point = {"type": "Point", "coordinates": [longitude, latitude]}
    properties = {"kind": "town", "name": name, "name_ur": name_ur, "rank": rank}
    return {"type": "Feature", "properties": properties, "geometry": point}


def feature(kind: str, geometry: Any, **properties: str) -> dict[str, Any]:
    """A GeoJSON feature with rounded coordinates and, for areas, a place for the label."""
    rounded = shapely.transform(geometry, lambda coordinates: np.round(coordinates, DECIMALS))
    rounded = simplest(rounded)
    if not rounded.is_valid:
        raise ValueError(f"{properties.get('name')} is not valid after rounding: raise DECIMALS")
    described: dict[str, Any] = {"kind": kind, **properties}
    if rounded.geom_type.endswith("Polygon"):
        largest = max(shapely.get_parts(rounded), key=lambda part: part.area)
        widest = shapely.maximum_inscribed_circle(largest, 0.01).coords[0]
        label = LABELS.get(properties.get("code", ""), widest)
        described["label"] = [round(label[0], 2), round(label[1], 2)]
    return {"type": "Feature", "properties": described, "geometry": shapely.geometry.mapping(rounded)}


def simplest(geometry: Any) -> Any:
    """A collection of one part as that part, else the geometry itself, in normal form (for one output)."""
    parts = shapely.get_parts(geometry)
    return (parts[0] if len(parts) == 1 else geometry).normalize()


def write(features: list[dict[str, Any]], target: Path) -> None:
    """One feature a line, so that a difference between two versions can be read."""
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in features)
    target.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
