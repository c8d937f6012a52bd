"""What a photo's EXIF says of place, time and camera (CIPA DC-008, Exif 2.32), and nothing that it does not.

A damaged EXIF never costs the photo: what cannot be read is missing from the facts.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from surveyapp.domain.records import utc_text
from surveyapp.words import tr

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFile import ImageFile

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_MAKE, _MODEL, ORIENTATION, _DATE_TIME, _DATE_TIME_ORIGINAL = 0x010F, 0x0110, 0x0112, 0x0132, 0x9003
_LAT_REF, _LAT, _LON_REF, _LON, _ALT_REF, _ALT, _TIME, _DIRECTION_REF, _DIRECTION, _DATUM, _DATE, _ERROR = (
    1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 29, 31,
)  # fmt: skip
_EXIF_ERRORS = (
    AttributeError, IndexError, KeyError, OSError, OverflowError, SyntaxError, TypeError, ValueError,
    struct.error,
)  # fmt: skip
"""What Pillow raises for EXIF that is not as it should be."""

_WGS84_NAMES = ("WGS84", "WGS1984", "WORLDGEODETICSYSTEM1984", "TIMESGPS")


def upright_exif(exif: Image.Exif) -> bytes:
    """EXIF of a picture that was turned; none if it is so damaged that it cannot be written again."""
    from PIL import Image

    try:
        kept = Image.Exif()
        kept.load(exif.tobytes())
        kept[ORIENTATION] = 1
        return kept.tobytes()
    except _EXIF_ERRORS:
        return b""


def exif_of(picture: ImageFile, data: bytes) -> Image.Exif:
    """The EXIF of a picture, empty if it is damaged: a photo is worth keeping without it."""
    from PIL import Image

    try:
        # Pillow would decode all of a PNG to look for EXIF behind the picture.
        exif = picture.getexif() if picture.format != "PNG" else _exif_of_png(data)
        exif.get_ifd(_EXIF_IFD), exif.get_ifd(_GPS_IFD)
    except _EXIF_ERRORS:
        return Image.Exif()
    return exif


def _exif_of_png(data: bytes) -> Image.Exif:
    """EXIF of the chunk ``eXIf`` (PNG 1.5 extensions), before or behind the picture."""
    from PIL import Image

    exif = Image.Exif()
    at = 8
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"eXIf":
            exif.load(b"Exif\x00\x00" + data[at + 8 : at + 8 + size])
            break
        at += 12 + size
    return exif


def camera_facts(exif: Image.Exif) -> dict[str, Any]:
    """``camera`` and ``camera_time`` (as the camera wrote it), each a text or ``None``."""
    make, model = _text(exif.get(_MAKE)), _text(exif.get(_MODEL))
    camera = model if model.casefold().startswith(make.casefold()) else f"{make} {model}".strip()
    written = _text(exif.get_ifd(_EXIF_IFD).get(_DATE_TIME_ORIGINAL)) or _text(exif.get(_DATE_TIME))
    # EXIF writes 2008:10:22 16:28:39, and a camera whose clock was never set 0000:00:00 or spaces.
    found = re.fullmatch(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d:\d\d(?::\d\d)?).*", written)
    clock = f"{found[1]}-{found[2]}-{found[3]} {found[4]}" if found and found[1] != "0000" else None
    return {"camera": camera or None, "camera_time": clock}


def gps_facts(exif: Image.Exif, notes: list[str]) -> dict[str, Any]:
    """``longitude``, ``latitude``, ``accuracy_m`` (GPSHPositioningError), ``elevation_m``, ``bearing_deg`` and
    ``taken_at`` by the GPS, each ``None`` where it does not say or cannot be right; ``notes`` gets sentences about
    what was left out."""
    gps = exif.get_ifd(_GPS_IFD)
    taken_at = _gps_time(gps)
    longitude, latitude = _angle(gps, _LON, _LON_REF, 180, "W"), _angle(gps, _LAT, _LAT_REF, 90, "S")
    if longitude is None or latitude is None or (longitude == 0 and latitude == 0):
        longitude = latitude = None
    datum = re.sub(r"[^A-Z0-9]", "", _text(gps.get(_DATUM)).upper())
    if datum and not datum.startswith(_WGS84_NAMES) and longitude is not None:
        notes.append(tr("The photo's position is in {datum}, not WGS 84, and was left out.",
                        datum=_text(gps.get(_DATUM))))
        longitude = latitude = None
    elevation = _number(gps.get(_ALT))
    if elevation is not None and gps.get(_ALT_REF) in (1, b"\x01"):
        elevation = -elevation
    error = _number(gps.get(_ERROR))
    return {
        "longitude": longitude,
        "latitude": latitude,
        "accuracy_m": error if longitude is not None and error is not None and error > 0 else None,
        "elevation_m": elevation if longitude is not None else None,
        "bearing_deg": _bearing(gps, notes),
        "taken_at": taken_at,
    }


def _bearing(gps: Mapping[int, Any], notes: list[str]) -> float | None:
    bearing = _number(gps.get(_DIRECTION))
    if bearing is None or not 0 <= bearing <= 360:
        return None
    if _text(gps.get(_DIRECTION_REF)).upper().startswith("M"):
        notes.append(tr("The view direction {bearing}° is from magnetic north and was left out.",
                        bearing=f"{bearing:g}"))
        return None
    return bearing


def _angle(gps: Mapping[int, Any], tag: int, ref: int, limit: int, negative: str) -> float | None:
    """Signed degrees of degrees, minutes and seconds; ``None`` for what is missing or impossible."""
    parts = gps.get(tag)
    if isinstance(parts, int | float) or hasattr(parts, "numerator"):
        parts = (parts,)  # Pillow unpacks a single number.
    if not isinstance(parts, tuple | list) or not 1 <= len(parts) <= 3:
        return None
    numbers = [_number(part) for part in parts]
    if any(number is None or number < 0 for number in numbers):
        return None
    degrees = math.fsum((number or 0.0) / 60**place for place, number in enumerate(numbers))
    letter = _text(gps.get(ref)).upper()[:1]
    if degrees > limit or letter not in (("N", "S") if limit == 90 else ("E", "W")):
        return None
    return round(-degrees if letter == negative else degrees, 9)


def _gps_time(gps: Mapping[int, Any]) -> str | None:
    """UTC text of the GPS date and time; ``None`` unless both are there and on the calendar."""
    day = re.fullmatch(r"(\d{4})[:/-](\d\d)[:/-](\d\d)", _text(gps.get(_DATE)))
    parts = gps.get(_TIME)
    if day is None or not isinstance(parts, tuple | list) or len(parts) != 3:
        return None
    hour, minute, second = (_number(part) for part in parts)
    if (
        hour is None
        or minute is None
        or second is None
        or not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 61)
    ):
        return None
    try:
        moment = datetime(int(day[1]), int(day[2]), int(day[3]), tzinfo=UTC)
        return utc_text(moment + timedelta(hours=hour, minutes=minute, seconds=second))
    except (ValueError, OverflowError):
        return None


def _number(value: Any) -> float | None:
    """The finite number of an EXIF rational; ``None`` for 0/0 and what is no number."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str:
    """Text of an EXIF value, up to its first NUL."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).partition("\x00")[0].strip() if value is not None else ""
