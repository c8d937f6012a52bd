"""NMEA 0183 sentences out of a byte stream, whatever else is in it.

The framing is ours because a serial stream arrives in arbitrary pieces, may carry binary messages with
``$`` bytes in them between the sentences, and lower-case or badly summed text. The fields are read by
pynmeagps. Every sentence must carry a right checksum: one without is dropped and counted, since a flipped
digit would be a wrong position.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from typing import Any, Final

from surveyapp.positioning.fix import finite

GNSS_TALKERS: Final = frozenset({"GP", "GN", "GL", "GA", "GB", "BD", "GQ", "QZ", "GI"})
POSITION_KINDS: Final = frozenset({"GGA", "GNS", "RMC", "GLL"})
TIMED_KINDS: Final = POSITION_KINDS | {"GST", "ZDA"}
READ_KINDS: Final = TIMED_KINDS | {"GSA", "GSV", "VTG"}

MAX_SENTENCE: Final = 512
"""The standard allows 82 characters; high-precision receivers pass 100 and proprietary ones 250."""
SAMPLE_BYTES: Final = 16_384
"""How much of a stream without sentences is kept, to name its protocol."""

_SENTENCE = re.compile(
    rb"[$!](?P<body>[ \"#%%-)+-~]{1,%d})(?:\*(?P<sum>[0-9A-Fa-f]{2})|(?P<end>[\r\n]))" % MAX_SENTENCE
)
"""From ``$`` or ``!`` to ``*hh`` or the end of the line. The body holds no ``$``, ``!`` or ``*`` (all three
are reserved), so a stray one in binary data costs no sentence, and cutting the stream anywhere changes
nothing: only the last start mark can still grow into a sentence."""

_NO_FIELD: Final = 1_000_000
_GARMIN_ERROR: Final = "PGRME"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with a right checksum. ``kind`` is ``GGA`` and so on, or the whole header of a sentence
    that is not from a GNSS talker; ``message`` is pynmeagps's object for :data:`READ_KINDS`."""

    talker: str
    kind: str
    message: Any = None
    fields: tuple[str, ...] = ()

    def number(self, name: str) -> float | None:
        """Finite number of that pynmeagps attribute, or ``None`` when empty or absent."""
        return finite(getattr(self.message, name, None))

    def whole(self, name: str) -> int | None:
        """Whole number of that attribute, or ``None``; what has more digits than any field is none."""
        value = getattr(self.message, name, None)
        return value if isinstance(value, int) and abs(value) < _NO_FIELD else None

    def text(self, name: str) -> str:
        value = getattr(self.message, name, "")
        return value if isinstance(value, str) else ""

    @property
    def time_of_day_s(self) -> float | None:
        """UTC seconds since midnight."""
        moment = getattr(self.message, "time", None)
        if not isinstance(moment, dt.time):
            return None
        return moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6

    @property
    def date(self) -> dt.date | None:
        """Date of an RMC or ZDA sentence.

        RMC has two year digits: 80 to 99 mean 1980 to 1999 (GPS time starts in 1980), the others
        2000 to 2079. ZDA has four.
        """
        if self.kind == "RMC":
            value = getattr(self.message, "date", None)
            if not isinstance(value, dt.date):
                return None
            return value if value.year >= 1980 else value.replace(year=value.year + 100)
        if self.kind == "ZDA":
            year, month, day = (self.whole(part) for part in ("year", "month", "day"))
            if year is None or month is None or day is None:
                return None
            try:
                return dt.date(year, month, day)
            except ValueError:
                return None  # 0000-00-00 before the receiver knows the date
        return None


@dataclass(slots=True)
class StreamCounts:
    """What has come in so far."""

    bytes_read: int = 0
    valid: int = 0
    bad_checksum: int = 0
    no_checksum: int = 0
    unreadable: int = 0
    """Right checksum, but a field that cannot be what the standard says."""
    positions: int = 0
    """Sentences that can hold a position, with or without one."""
    kinds: Counter[str] = field(default_factory=Counter)


class SentenceSplitter:
    """Feed it bytes in any pieces; it gives the sentences."""

    def __init__(self) -> None:
        self.counts = StreamCounts()
        self.sample = bytearray()
        self._tail = b""

    def feed(self, data: bytes) -> list[Sentence]:
        """Sentences completed by ``data``."""
        self.counts.bytes_read += len(data)
        if self.counts.valid == 0 and len(self.sample) < SAMPLE_BYTES:
            self.sample += data[: SAMPLE_BYTES - len(self.sample)]
        buffer = self._tail + data
        found: list[Sentence] = []
        end = 0
        for match in _SENTENCE.finditer(buffer):
            end = match.end()
            sentence = self._accept(match["body"], match["sum"])
            if sentence is not None:
                found.append(sentence)
        self._tail = _open_tail(buffer[end:])
        return found

    def _accept(self, body: bytes, checksum: bytes | None) -> Sentence | None:
        if checksum is None:
            # A line of a chat or a comment may hold a "$"; only what looks like a sentence is counted.
            self.counts.no_checksum += b"," in body
            return None
        # Text that something turned to lower case on its way still has the checksum of the upper case.
        if int(checksum, 16) not in (reduce(xor, body, 0), reduce(xor, body.upper(), 0)):
            self.counts.bad_checksum += 1
            return None
        sentence = _parse(body.decode("ascii").upper())
        if sentence is None:
            self.counts.unreadable += 1
            return None
        self.counts.valid += 1
        self.counts.kinds[sentence.kind] += 1
        self.counts.positions += sentence.kind in POSITION_KINDS
        return sentence


def _open_tail(rest: bytes) -> bytes:
    """The part that may yet become a sentence: from the last start mark on, unless it is too long."""
    start = max(rest.rfind(b"$"), rest.rfind(b"!"))
    if start < 0 or len(rest) - start > MAX_SENTENCE + 3:
        return b""
    return rest[start:]


def _parse(body: str) -> Sentence | None:
    # Here: a window without a receiver does not wait for it.
    from pynmeagps import NMEAReader
    from pynmeagps.exceptions import NMEAMessageError, NMEAParseError, NMEATypeError

    header, *fields = body.split(",")
    talker, kind = header[:2], header[2:]
    if header == _GARMIN_ERROR:
        return Sentence("P", header, None, tuple(fields))
    if talker not in GNSS_TALKERS or kind not in READ_KINDS:
        return Sentence("", header)
    text = f"${header},{','.join(_needed(kind, fields))}*00\r\n"
    try:
        message = NMEAReader.parse(text, validate=0)  # the checksum was verified on the bytes as sent
    except (NMEAMessageError, NMEAParseError, NMEATypeError):
        return None
    return None if message is None else Sentence(talker, kind, message)


def _needed(kind: str, fields: list[str]) -> list[str]:
    """The fields without those that we never use and that receivers fill against the standard (a reference
    station called ``AAAA``, a magnetic variation with a sign): one of them would cost the whole sentence."""
    if kind == "GGA":
        return fields[:12]
    if kind == "GNS":
        return fields[:10]
    if kind == "RMC" and len(fields) > 10:
        return [*fields[:9], "", "", *fields[11:12]]
    return fields
