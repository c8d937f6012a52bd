"""Typed grid coordinates: UTM, the Lambert grids of Pakistan, and any EPSG system.

Works on the plain text of :mod:`surveyapp.geo.position_text`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from surveyapp.errors import BadPosition
from surveyapp.geo.angles import Token, parse_angles, split_by_letters
from surveyapp.geo.crs import KALIANPUR_1962, WGS84, is_geographic, to_wgs84
from surveyapp.geo.mgrs import BANDS, band_limits, utm_code
from surveyapp.geo.position_text import quoted
from surveyapp.geo.reading import Reading, angle_reading
from surveyapp.words import tr

LAMBERT_I, LAMBERT_IIA = "EPSG:24376", "EPSG:24377"

_EPSG = re.compile(r"(?<![A-Z])EPSG[ :]*(\d{4,6})(?!\d)[ ,;:]*")
_INDIA_ZONE = re.compile(
    r"(?:(?:INDIA|LAMBERT|LCC|METRIC|GRID)\s+)*(?:ZONE|LAMBERT|LCC)\s+"
    r"(?P<zone>0|O|I{1,3} ?[AB]?|IV ?[AB]?)(?![A-Z0-9.])[ ,;:]*"
)
_INDIA_ZONES = {"I": LAMBERT_I, "II": LAMBERT_IIA, "IIA": LAMBERT_IIA, "0": "EPSG:24370", "O": "EPSG:24370"}
_YARD_ZONES = {LAMBERT_I: "EPSG:24371", LAMBERT_IIA: "EPSG:24372"}

_ZONE = r"(?P<zone>\d{1,2})(?P<letter> ?[C-HJ-NP-X])?(?![A-Z0-9.])"
_UTM_FIRST = re.compile(rf"(?P<word>UTM[ :]*)?(?P<word2>ZONE[ :]*)?{_ZONE}[ ,;:]+(?P<rest>.*)")
_UTM_LAST = re.compile(
    rf"(?P<word>UTM[ :]*)?(?P<rest>.*?[^ ,;:])[ ,;:]+(?P<word2>(?:UTM ?)?ZONE[ :]*)?{_ZONE}"
)

_GRID_TOKEN = re.compile(
    r"(?P<number>[-+]?\d+(?:\.\d+)?)|(?P<letter>[EN])|(?P<axis>[XY])"
    r"|(?P<other>M(?:ET(?:RE|ER)S?)?(?=[EN]?(?![A-Z]))|[ ,;:=/|()])"
)
_MIN_DIGITS = 5
"""Grid coordinates have this many digits before the point at least; degrees never have."""

_EASTINGS = (100_000.0, 900_000.0)
_MAX_NORTHING = 10_000_000.0
_BAND_SLACK_DEG = 0.05


@dataclass(frozen=True)
class _Number:
    value: float
    half_step: float
    text: str


@dataclass(frozen=True)
class GridPair:
    """Easting and northing as typed; ``explicit`` when letters say which is which."""

    easting: _Number
    northing: _Number
    explicit: bool

    @property
    def swapped(self) -> str:
        """The two in the other order."""
        return f"{self.northing.text} {self.easting.text}"

    def reading(self, crs: str, notation: str, prefix: str, fault: str = "") -> Reading:
        """The pair in a system; ``prefix`` names the system in a suggestion, ``fault`` what is wrong."""
        return Reading(
            crs,
            self.easting.value,
            self.northing.value,
            self.easting.half_step,
            self.northing.half_step,
            notation,
            "" if self.explicit else prefix + self.swapped,
            ("easting", "northing"),
            fault=fault,
        )


def read_epsg(plain: str, shown: str) -> Reading | None:
    """Coordinates that name their EPSG system ("EPSG:32643 258000 3850000"); x comes first. Else ``None``."""
    found = _EPSG.search(plain)
    if found is None:
        return None
    crs, rest = f"EPSG:{int(found[1])}", _without(plain, found)
    if _EPSG.search(rest):
        raise BadPosition(tr("{quoted} names two coordinate systems; give one.", quoted=quoted(shown)))
    if is_geographic(crs):
        pair = parse_angles(rest, shown=shown, longitude_first=True)
        return angle_reading(pair, crs, shown, prefix=f"{crs} ", longitude_first=True)
    return grid_pair(rest, shown).reading(crs, grid_notation(crs), f"{crs} ")


def read_lambert(plain: str, shown: str, datum: str) -> Reading | None:
    """Coordinates on a Lambert grid of Pakistan ("zone I 2743196 914398"), else ``None``.

    The grids in metres are on Kalianpur 1962; those in yards, and zone 0, are on Kalianpur 1880.
    """
    found = _INDIA_ZONE.search(plain)
    if found is None:
        return None
    zone = found["zone"].replace(" ", "")
    crs = _INDIA_ZONES.get(zone)
    if crs is None:
        raise BadPosition(
            tr(
                "{quoted} names grid zone {zone}, which is not in Pakistan; use I or IIa.",
                quoted=quoted(shown),
                zone=zone,
            )
        )
    if datum == "1880":
        crs = _YARD_ZONES.get(crs, crs)
    elif datum == WGS84:
        raise BadPosition(tr("{quoted} names WGS 84, but the Lambert grid is on Kalianpur 1962.", quoted=quoted(shown)))
    return grid_pair(_without(plain, found), shown).reading(crs, "grid", f"zone {zone} ")


def read_utm(plain: str, shown: str, datum: str) -> Reading | None:
    """UTM coordinates with their zone ("43S 258000 3850000", "E 258000 N 3850000 zone 43"), else ``None``.

    The letter may be the band (C to X) or the hemisphere: N is the north; S is band S (32-40°N, most of
    northern Pakistan) where the northing allows it, else the south.
    """
    found = _UTM_FIRST.fullmatch(plain)
    if found is None or not _is_utm(found):
        found = _UTM_LAST.fullmatch(plain)
    if found is None or not _is_utm(found):
        if re.match(r"UTM(?![A-Z])", plain):
            raise BadPosition(
                tr("{quoted} lacks its UTM zone; write it like 43N 258000 3850000.", quoted=quoted(shown))
            )
        return None
    zone, letter = int(found["zone"]), (found["letter"] or "").strip()
    if not 1 <= zone <= 60:
        raise BadPosition(tr("{quoted} names zone {zone}; UTM zones go from 1 to 60.", quoted=quoted(shown), zone=zone))
    pair = _pair_with_letter(found, shown)
    if pair is None:
        # The letter after the zone belongs to the first number: "zone 43 E 258000 N 3850000".
        pair, letter = grid_pair(f"{letter} {found['rest']}", shown), ""
    prefix = f"{'K1962 UTM ' if datum == KALIANPUR_1962 else ''}{zone}{letter or 'N'} "
    if datum == "1880":
        raise BadPosition(
            tr("{quoted} cannot be used: Kalianpur 1880 has no UTM grid and no way to WGS 84.", quoted=quoted(shown))
        )
    if _EASTINGS[0] <= pair.easting.value <= _EASTINGS[1] and 0 <= pair.northing.value <= _MAX_NORTHING:
        return pair.reading(_utm_crs(zone, letter, datum, pair, shown), "UTM", prefix)
    fault = tr(
        "{quoted} is no UTM position: eastings are 100000 to 900000, northings up to 10000000.", quoted=quoted(shown)
    )
    return pair.reading(_utm_crs(zone, "", datum, pair, shown), "UTM", prefix, fault)


def is_grid_pair(plain: str) -> bool:
    """Whether plain text is two numbers, each too long to be degrees."""
    numbers = re.findall(r"\d+(?:\.\d+)?", _without_thousands(plain))
    return len(numbers) == 2 and all(len(number.partition(".")[0]) >= _MIN_DIGITS for number in numbers)


def grid_pair(text: str, shown: str) -> GridPair:
    """Easting and northing from plain text, by letters or, without them, in that order."""
    tokens: list[Token] = []
    text = _without_thousands(text)
    place = 0
    while place < len(text):
        found = _GRID_TOKEN.match(text, place)
        if found is None:
            raise BadPosition(
                tr(
                    "{quoted} is not a position: {part} cannot be read.",
                    quoted=quoted(shown),
                    part=quoted(text[place:]),
                )
            )
        place = found.end()
        if found.lastgroup == "axis":
            tokens.append(Token("letter", "E" if found.group() == "X" else "N"))
        elif found.lastgroup != "other":
            tokens.append(Token(str(found.lastgroup), found.group()))
    numbers = [token.text for token in tokens if token.kind == "number"]
    letters = [token.text for token in tokens if token.kind == "letter"]
    if len(numbers) != 2 or len(letters) not in (0, 2) or len(set(letters)) < len(letters):
        raise BadPosition(
            tr("{quoted} needs one easting and one northing, such as 43N 258000 3850000.", quoted=quoted(shown))
        )
    if not letters:
        return GridPair(_number(numbers[0]), _number(numbers[1]), explicit=False)
    values = {}
    for group in split_by_letters(tokens, shown):
        letter = next(token.text for token in group if token.kind == "letter")
        values[letter] = _number(next(token.text for token in group if token.kind == "number"))
    return GridPair(values["E"], values["N"], explicit=True)


def grid_notation(crs: str) -> str:
    """UTM for the UTM zones of WGS 84 and Kalianpur 1962, else grid."""
    number = int(crs.partition(":")[2])
    is_utm = number // 100 in (326, 327) and 1 <= number % 100 <= 60
    return "UTM" if is_utm or number in (24311, 24312, 24313) else "grid"


def _number(text: str) -> _Number:
    return _Number(float(text), 0.5 / 10.0 ** len(text.partition(".")[2]), text)


def _without(plain: str, found: re.Match[str]) -> str:
    """The text without what a pattern found in it."""
    return f"{plain[: found.start()]} {plain[found.end() :]}".strip(" ,;:")


def _without_thousands(text: str) -> str:
    """258,000 as 258000, and 258000,5 as 258000.5."""
    text = re.sub(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])", lambda found: found[0].replace(",", ""), text)
    return re.sub(r"(?<!\d)(\d{5,}),(\d{1,2})(?!\d)", r"\1.\2", text)


def _is_utm(found: re.Match[str]) -> bool:
    """Whether a match of the zone is one: the word says so, or two long numbers follow.

    Near the equator the northing is short; then the letter at the zone and the long easting say it.
    """
    if found["word"] or found["word2"] or is_grid_pair(found["rest"]):
        return True
    lengths = [len(number) for number in re.findall(r"(\d+)(?:\.\d+)?", found["rest"])]
    return bool(found["letter"]) and len(lengths) == 2 and lengths[0] >= _MIN_DIGITS


def _pair_with_letter(found: re.Match[str], shown: str) -> GridPair | None:
    """The pair if the letter is the zone's; ``None`` if a letter with a space before it is a number's."""
    letter = found["letter"] or ""
    try:
        return grid_pair(found["rest"], shown)
    except BadPosition:
        if letter.strip() not in ("E", "N") or not letter.startswith(" "):
            raise
        return None


def _utm_crs(zone: int, letter: str, datum: str, pair: GridPair, shown: str) -> str:
    """EPSG code of a UTM zone on a datum; raises ``BadPosition`` where the band denies the northing."""
    if datum == KALIANPUR_1962:
        if zone not in (41, 42, 43):
            raise BadPosition(
                tr(
                    "{quoted}: Kalianpur 1962 has UTM zones 41, 42 and 43 only, not {zone}.",
                    quoted=quoted(shown),
                    zone=zone,
                )
            )
        return f"EPSG:{24270 + zone}"
    north = not letter or letter >= "N"
    if letter in ("", "N"):
        return utm_code(zone, north=True)
    _longitude, latitude, _accuracy = to_wgs84(
        utm_code(zone, north=north), pair.easting.value, pair.northing.value
    )
    south, top = band_limits(letter)
    if south - _BAND_SLACK_DEG <= latitude <= top + _BAND_SLACK_DEG:
        return utm_code(zone, north=north)
    if letter == "S":
        return utm_code(zone, north=False)
    band = BANDS[max(0, min(19, int(latitude // 8.0) + 10))]
    raise BadPosition(
        tr(
            "{quoted} lies in band {band}, not {letter}; check the zone letter and the northing.",
            quoted=quoted(shown),
            band=band,
            letter=letter,
        )
    )
