"""Every source of positions by one line of text, as the settings keep it and a user may type it.

``serial:/dev/ttyUSB0@9600``, ``serial:COM4@4800#067B:2303``   a serial port (baud rate and identity optional)
``gpsd://localhost:2947``                                      a gpsd server
``tcp://192.168.43.1:50000``, ``udp://:10110``                 NMEA over the network
``replay:walk.nmea``                                           a recorded log
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from surveyapp.errors import BadInput
from surveyapp.positioning.gpsd import DEFAULT_PORT, GpsdSource
from surveyapp.positioning.network import NmeaTcpSource, NmeaUdpSource
from surveyapp.positioning.replay import ReplaySource, read_log
from surveyapp.positioning.serial_port import (
    BAUD_RATES,
    DEFAULT_BAUD,
    SerialPort,
    SerialSource,
    list_serial_ports,
)
from surveyapp.positioning.source import PositionSource, SourceStatus
from surveyapp.words import tr

__all__ = [
    "BAUD_RATES", "GpsdSource", "NmeaTcpSource", "NmeaUdpSource", "PositionSource", "ReplaySource",
    "SerialPort", "SerialSource", "SourceStatus", "list_serial_ports", "read_log", "source_from_text",
]

_FORMS: Final = "serial:PORT@BAUD, gpsd://HOST:PORT, tcp://HOST:PORT, udp://:PORT or replay:FILE"
_SERIAL: Final = re.compile(r"(?P<port>[^@#]+)(?:@(?P<baud>\d{3,7}))?(?:#(?P<identity>.+))?")


def source_from_text(text: str) -> PositionSource:
    """The source that ``text`` names, not started yet; ``source.text`` gives the text back.

    Raises ``BadInput`` with one sentence when it names none.
    """
    text = text.strip()
    kind, colon, rest = text.partition(":")
    kind = kind.lower()
    if not colon or kind not in ("serial", "gpsd", "tcp", "udp", "replay"):
        raise BadInput(tr("{text} is no position source; write {forms}.", text=repr(text), forms=_FORMS))
    if kind == "serial":
        return _serial(text, rest)
    if kind == "replay":
        if not rest:
            raise BadInput(tr("replay: needs the file of a recorded NMEA log, such as replay:walk.nmea."))
        return ReplaySource(Path(rest))
    host, port = _address(text)
    if kind == "udp":
        if port is None:
            raise BadInput(tr(
                "{text} needs the port to listen on, such as udp://:10110.",
                text=repr(text),
            ))
        return NmeaUdpSource(port, host)
    if kind == "gpsd":
        return GpsdSource(host or "localhost", port or DEFAULT_PORT)
    if not host or port is None:
        raise BadInput(tr(
            "{text} needs host and port, such as tcp://192.168.43.1:50000.",
            text=repr(text),
        ))
    return NmeaTcpSource(host, port)


def _serial(text: str, rest: str) -> SerialSource:
    match = _SERIAL.fullmatch(rest)
    if match is None:
        raise BadInput(tr(
            "{text} is no serial port; write serial:/dev/ttyUSB0@9600 or serial:COM4@4800.",
            text=repr(text),
        ))
    return SerialSource(match["port"], int(match["baud"] or DEFAULT_BAUD), match["identity"] or "")


def _address(text: str) -> tuple[str, int | None]:
    """(host, port) of ``kind://host:port``."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadInput(tr("{text} has no right port number; ports go from 1 to 65535.", text=repr(text))) from error
    if port == 0 or not text.partition(":")[2].startswith("//") or parts.path.strip("/") or parts.query:
        raise BadInput(tr("{text} is no address; write {forms}.", text=repr(text), forms=_FORMS))
    return host, port
