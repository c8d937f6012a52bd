"""Names what a stream is that holds no NMEA, from its first bytes."""

from __future__ import annotations

import re
from typing import Final

from surveyapp.words import tr

_FEWEST: Final = 2
"""Frames that must be seen before a protocol is named; two bytes alike turn up in noise."""

_SWITCH: Final = "switch the receiver to NMEA output"
_MARKS: Final[tuple[tuple[re.Pattern[bytes], str, str], ...]] = (
    (re.compile(rb"\xa0\xa2[\x00-\x07]"), "SiRF binary", _SWITCH),
    (re.compile(rb"\xb5\x62[\x01-\x29]"), "u-blox UBX binary", f"{_SWITCH} (u-center, message view, PRT)"),
    (re.compile(rb"\xd3[\x00-\x03]"), "RTCM 3 corrections, which hold no position", _SWITCH),
    (re.compile(rb"\xa0\xa1[\x00-\x03]"), "SkyTraq binary", _SWITCH),
    (re.compile(rb"\xaa\x44[\x12\x13\xb5]"), "NovAtel binary", _SWITCH),
    (re.compile(rb"\x24\x40..[\x00-\xff]{2}", re.DOTALL), "Septentrio SBF binary", _SWITCH),
    (re.compile(rb"\x10\x03\x10[^\x03\x10]", re.DOTALL), "Garmin or Trimble TSIP binary",
     "set the receiver's interface to NMEA (on a Garmin: Setup, Interface, NMEA In/Out)"),
    (re.compile(rb'\{"class":"[A-Z]+"'), "gpsd's own JSON", "connect with gpsd://host:port instead of tcp://"),
    (re.compile(rb"<(?:gpx|trkpt|wpt)[ >]"), "GPX", "import the file instead of replaying it"),
)


def protocol_of(sample: bytes) -> tuple[str, str] | None:
    """(what the bytes are, what to do), or ``None`` when they look like nothing known.

    The mark seen most often wins; gpsd's JSON and GPX are plain from their first.
    """
    best: tuple[int, str, str] | None = None
    for pattern, name, advice in _MARKS:
        seen = len(pattern.findall(sample))
        if sample.isascii() and seen:
            seen += _FEWEST
        if seen >= _FEWEST and (best is None or seen > best[0]):
            best = (seen, name, advice)
    return None if best is None else best[1:]


def explain(where: str, sample: bytes, bad_checksum: int, no_checksum: int) -> str:
    """One sentence on why ``where`` (a port, an address or a file) gives no position, and what to do."""
    known = protocol_of(sample)
    if known is not None:
        return tr(
            "{where}: this is {known_0}, not NMEA sentences; {known_1}.",
            where=where, known_0=known[0], known_1=known[1],
        )
    if bad_checksum:
        return (
            tr(
                "{where}: the NMEA sentences are damaged on the way ({bad_checksum} with a wrong checksum);"
                " check the cable and the baud rate.",
                where=where, bad_checksum=bad_checksum,
            )
        )
    if no_checksum:
        return (
            tr(
                "{where}: the sentences have no checksums, so a damaged position would not be noticed; "
                "switch checksums on in the receiver.",
                where=where,
            )
        )
    if sample.isascii():
        return tr(
            "{where}: this is text without NMEA sentences; choose the NMEA log of a GPS receiver.",
            where=where,
        )
    return (
        tr(
            "{where}: these bytes are no NMEA sentences; set the receiver to NMEA output and the port to "
            "its baud rate (mostly 4800, 9600, 38400 or 115200).",
            where=where,
        )
    )
