"""Writes NMEA sentences, for sample logs and for tests of what reads them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import reduce
from operator import xor
from typing import Final

from surveyapp.errors import BadInput
from surveyapp.positioning.epoch import KNOT_M_S
from surveyapp.positioning.fix import Fix, Quality, Satellite

_GGA_QUALITY: Final[dict[Quality, int]] = {
    "none": 0, "autonomous": 1, "dgps": 2, "pps": 3, "rtk-fixed": 4, "rtk-float": 5, "estimated": 6,
    "manual": 7, "simulated": 8,
}
_MODE_LETTER: Final[dict[Quality, str]] = {
    "none": "N", "autonomous": "A", "dgps": "D", "pps": "P", "rtk-fixed": "R", "rtk-float": "F",
    "estimated": "E", "manual": "M", "simulated": "S",
}
_TALKER: Final = {"GPS": "GP", "SBAS": "GP", "GLONASS": "GL", "Galileo": "GA", "BeiDou": "GB", "QZSS": "GQ"}
_SYSTEM_ID: Final = {"GPS": "1", "SBAS": "1", "GLONASS": "2", "Galileo": "3", "BeiDou": "4", "QZSS": "5"}
_MINUTE_DECIMALS: Final = 7
"""Of high-precision receivers: a tenth of a millimetre."""


def nmea_line(body: str) -> str:
    """``$body*hh`` and the line end; ``hh`` is the exclusive or of the body's bytes (NMEA 0183)."""
    return f"${body}*{reduce(xor, body.encode('ascii'), 0):02X}\r\n"


def nmea_sentences(fixes: Iterable[Fix], talker: str = "GN") -> str:
    """A log as a receiver would send it: GGA, GSA, RMC, and GST and GSV where the fix knows them.

    Each fix needs ``time_utc``; one without position gives the sentences of a receiver that has no fix.
    An accuracy is written as GST only if its source is ``gst``. Raises ``BadInput`` without a time.
    """
    return "".join(line for fix in fixes for line in _epoch(fix, talker))


def _epoch(fix: Fix, talker: str) -> list[str]:
    if fix.time_utc is None:
        raise BadInput("A fix without a time cannot be written as NMEA; give it a time.")
    clock = f"{fix.time_utc:%H%M%S}.{fix.time_utc.microsecond // 1000:03d}"
    place = _place(fix)
    found = fix.has_position and fix.quality != "none"
    lines = [
        nmea_line(
            f"{talker}GGA,{clock},{place},{_GGA_QUALITY[fix.quality] if found else 0},"
            f"{_filled(fix.satellites_used, '02d')},{_filled(fix.hdop, '.2f')},"
            f"{_filled(fix.elevation_m, '.3f')},M,{_filled(fix.geoid_separation_m, '.3f')},M,,"
        ),
        *_used(fix, talker),
        nmea_line(
            f"{talker}RMC,{clock},{'A' if found else 'V'},{place},"
            f"{_filled(None if fix.speed_m_s is None else fix.speed_m_s / KNOT_M_S, '.3f')},"
            f"{_filled(fix.course_deg, '.2f')},{fix.time_utc:%d%m%y},,,{_MODE_LETTER[fix.quality]}"
        ),
    ]
    if fix.accuracy_source == "gst" and fix.accuracy_m is not None:
        axis_m = f"{fix.accuracy_m / math.sqrt(2):.4f}"
        lines.append(nmea_line(f"{talker}GST,{clock},,,,,{axis_m},{axis_m},"))
    return [*lines, *_in_view(fix.satellites)]


def _place(fix: Fix) -> str:
    if fix.longitude is None or fix.latitude is None:
        return ",,,"
    return (
        f"{_degrees(fix.latitude, 2)},{'N' if fix.latitude >= 0 else 'S'},"
        f"{_degrees(fix.longitude, 3)},{'E' if fix.longitude >= 0 else 'W'}"
    )


def _degrees(value: float, width: int) -> str:
    """``ddmm.mmmmmmm``; rounded as a whole number first, so that 60 minutes never appear."""
    scale = 10**_MINUTE_DECIMALS
    degrees, rest = divmod(round(abs(value) * 60 * scale), 60 * scale)
    minutes, decimals = divmod(rest, scale)
    return f"{degrees:0{width}d}{minutes:02d}.{decimals:0{_MINUTE_DECIMALS}d}"


def _filled(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _used(fix: Fix, talker: str) -> list[str]:
    """GSA: fix mode, satellites used (twelve at most) and DOPs, one for each constellation (NMEA 4.10)."""
    if fix.mode is None:
        return []
    dops = ",".join(_filled(dop, ".2f") for dop in (fix.pdop, fix.hdop, fix.vdop))
    used: dict[str, list[str]] = {}
    for each in fix.satellites:
        if each.used and each.system in _SYSTEM_ID:
            used.setdefault(_SYSTEM_ID[each.system], []).append(f"{each.prn:02d}")
    lines = []
    for system, numbers in sorted(used.items()) or [("", [])]:
        slots = ",".join((numbers + [""] * 12)[:12])
        lines.append(nmea_line(f"{talker}GSA,A,{fix.mode},{slots},{dops}" + (f",{system}" if system else "")))
    return lines


def _in_view(satellites: Iterable[Satellite]) -> list[str]:
    """GSV: four satellites a sentence, each constellation by itself."""
    by_talker: dict[str, list[Satellite]] = {}
    for each in satellites:
        if each.system in _TALKER:
            by_talker.setdefault(_TALKER[each.system], []).append(each)
    lines = []
    for talker, members in sorted(by_talker.items()):
        parts = -(-len(members) // 4)
        for part in range(parts):
            fields = ",".join(_seen(each) for each in members[4 * part: 4 * part + 4])
            lines.append(nmea_line(f"{talker}GSV,{parts},{part + 1},{len(members):02d},{fields}"))
    return lines


def _seen(satellite: Satellite) -> str:
    return (
        f"{satellite.prn:02d},{_filled(satellite.elevation_deg, '02.0f')},"
        f"{_filled(satellite.azimuth_deg, '03.0f')},{_filled(satellite.snr_db, '02.0f')}"
    )
