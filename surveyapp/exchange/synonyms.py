"""What other people call our fields, and how they write some of their values."""

from __future__ import annotations

import re
from functools import cache

from surveyapp.domain.fields import Layer

PLACE_FIELDS: dict[str, str] = {
    "longitude": "Longitude",
    "latitude": "Latitude",
    "easting": "Easting",
    "northing": "Northing",
    "position": "Position in one text (degrees, UTM, MGRS, toposheet grid)",
    "geometry": "Geometry as WKT",
    "crs": "Coordinate system of easting and northing (EPSG code)",
}
"""What a column can be besides a field of a layer with places; titles for the dialog."""

UUID_FIELD = "uuid"
TIME_OF_DAY = "time_of_day"
"""A column that holds the hour alone, beside one that holds the day."""

PHOTO_FILES = "photos"
"""A column that names photos, which lie beside the source; several columns can be it."""
SOURCE_ID = "source_id"
"""A column by which the source itself tells its rows apart for good; the record's identity is made of it."""
LEFT_OUT = "-"
"""A column that is not taken at all, not even into the notes; several columns can be it."""
SHARED = (PHOTO_FILES, LEFT_OUT)
"""What several columns can become."""

_NOTES = "note|remark|remarks|comment|comments|description|desc|cmt|memo|observations"
_ALL_LAYERS = {"uuid": "globalid|global id|instance id|meta instance id|record uuid", "notes": _NOTES}

_SIGHTING = {
    "gem": "gemstone|gem type|stone|stone type|gem name|mineral|mineral name|commodity|commod1|variety|"
    "species|قیمتی پتھر|جواہر|پتھر",
    "presence": "present absent|present or absent|found|found or not",
    "locality": "place|place name|site|site name|locality name|location name|village|area name|mine|"
    "mine name|name|title|location|مقام|جگہ",
    "occurrence_type": "type of occurrence",
    "expression": "occurrence style|mode of occurrence",
    "confidence": "certainty|confidence level",
    "identification_method": "identified by|id method|method of identification",
    "accuracy_m": "accuracy|horizontal accuracy|hacc|h acc|gps accuracy|gps precision|position accuracy|"
    "accuracy metres|accuracy meters|accuracy in metres|precision|location precision|"
    "location confidence meters|error measure|eph",
    "fix_quality": "fix|fix type|gps quality",
    "satellites": "sat|sats|num sats",
    "elevation_m": "elevation|elev|altitude|alt|ele|height|elevation metres|elevation meters|elev m|alt m|"
    "altitude m|altitude metres|height m|gps altitude|msl|amsl|location altitude|بلندی",
    "province": "territory|region|state|صوبہ",
    "district": "district name|zila|ضلع",
    "toposheet": "topo sheet|toposheet no|topo sheet no|toposheet number|map sheet|sheet no|sheet",
    "host_rock": "host|lithology|rock|rock type|host lithology|host rock type|hrock type|hrock unit|lith|lith type",
    "host_rock_text": "rock description|host rock description|lithology description|lith detail",
    "deposit_model": "model|model type",
    "stone_count": "stones|count|number of stones|no of stones|quantity",
    "largest_mm": "max size mm|largest stone mm|size mm|largest size mm|largest cm|size cm",
    "total_carats": "carats|ct|total ct|weight ct|weight carats",
    "processed_t": "tonnes processed|tonnes",
    "processed_m3": "m3 processed|volume m3",
    "bottom_screen_mm": "screen mm|screen size mm",
    "colour": "color|رنگ",
    "clarity": "transparency",
    "observer": "geologist|surveyor|name of geologist|observed by|recorded by|surveyed by|collected by|"
    "collector|enumerator|reporter|username|author|submitter name|created by|created user|مشاہدہ کار",
    "observed_at": "observed|date time|datetime|date and time|date observed|observation date|"
    "observation time|observation date time|timestamp|location timestamp|date|visit date|survey date|"
    "collection date|time date|time|when|start|today|submission time|submission date|created date|created at|"
    "تاریخ",
    "review_status": "status",
    "deposit_name": "deposit",
}
"""Names for each field of a sighting, the surest first; a name may stand under several fields."""

_TRACK = {
    "name": "title|label|track name",
    "observer": "geologist|surveyor|author|recorded by",
    "started_at": "start|start time|begin|time",
    "finished_at": "end|end time|finish",
}
_AREA = {
    "name": "title|label|area name|block|site|licence name",
    "kind": "type|area type",
    "mine_status": "status",
    "holder": "owner|licensee|company",
    "licence_number": "licence no|license no|license number|licence|license|lease no",
}
_BY_LAYER: dict[str, dict[str, str]] = {"sighting": _SIGHTING, "track": _TRACK, "area": _AREA}

_PLACE = {
    "longitude": "lon|long|lng|lon dd|long dd|longitude dd|gps longitude|wgs84 longitude|"
    "location longitude|gpsx|x coord|x coordinate|point x|x|طول بلد",
    "latitude": "lat|lat dd|latitude dd|gps latitude|wgs84 latitude|location latitude|gpsy|"
    "y coord|y coordinate|point y|y|عرض بلد",
    "easting": "east|utm e|utm easting|easting m|e",
    "northing": "north|utm n|utm northing|northing m|n",
    "position": "coordinates|coordinate|coords|gps coordinates|gps position|lat long|lat lon|lat lng|"
    "latlong|latlon|latitude longitude|geopoint|gps|grid reference|grid ref|gridref|mgrs|utm|position dms|"
    "location",
    "geometry": "wkt|geom|the geom|geometry wkt|wkt geom|shape",
    "crs": "epsg|epsg code|srid",
}

VALUE_WORDS: dict[str, dict[str, str]] = {
    "presence": dict.fromkeys(("yes", "y", "true", "1", "found"), "present")
    | dict.fromkeys(("no", "n", "false", "0", "not found", "none", "none found", "nil"), "absent"),
    "fix_quality": {"2d": "autonomous", "3d": "autonomous"},
}
"""Values that other software writes for our codes; GPX 1.1 has fixes 2d and 3d."""

_OTHER_UNIT = re.compile(r"(?:ft|feet|foot|inch|inches|cm|km|kg|kgs|lb|lbs)")
_AT_END = re.compile(rf"\s+{_OTHER_UNIT.pattern}$")
_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_PATH = re.compile(r"[/:]|(?<=\w)-(?=\w)")


def folded(name: str) -> str:
    """A column's name as it is compared: lower case, words one space apart."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def names_of_column(column: str) -> tuple[str, ...]:
    """Ways to read a column's name, the fullest first: whole, without its unit in brackets, the last part of a path,
    as ODK and Kobo write them ("group/gem", "meta-instanceID"), both of them, and without a unit at its end that is
    none of our fields' ("elev_ft")."""
    plain, last = _BRACKETS.sub(" ", column), _PATH.split(column)[-1]
    readings = [folded(text) for text in (column, plain, last, _BRACKETS.sub(" ", last))]
    readings += [_AT_END.sub("", readings[0]), _AT_END.sub("", readings[2])]
    return tuple(dict.fromkeys(filter(None, readings)))


def is_in_other_unit(column: str) -> bool:
    """Whether a column's name says a unit that none of our fields has: another column of the same is taken first."""
    return any(_OTHER_UNIT.fullmatch(word) for word in folded(column).split())


@cache
def words_of(layer: Layer) -> dict[str, tuple[str, ...]]:
    """Folded names for every field of a layer and for its place, its own name and title first."""
    words: dict[str, list[str]] = {UUID_FIELD: [folded(UUID_FIELD)]}
    for field in layer.fields:
        words[field.name] = [folded(field.name), folded(field.title), folded(field.english)]
    if layer.geometry:
        words |= {name: [folded(name)] for name in PLACE_FIELDS}
    for table in (_ALL_LAYERS, _BY_LAYER.get(layer.name, {}), _PLACE):
        for name, others in table.items():
            if name in words:
                words[name] += map(folded, others.split("|"))
    return {name: tuple(dict.fromkeys(found)) for name, found in words.items()}
