"""Receivers on a serial port, which nearly always is a USB one."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from surveyapp.errors import Unavailable
from surveyapp.positioning.nmea import NmeaReader
from surveyapp.positioning.source import POLL_S, RETRY_DELAYS_S, Channel, StreamSource, reason_of
from surveyapp.words import tr

if TYPE_CHECKING:
    import serial

DEFAULT_BAUD: Final = 9600
BAUD_RATES: Final = (4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800)
"""What receivers use: 4800 is NMEA's own, 9600 and 38400 are u-blox's. A USB receiver ignores it."""


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A port of this computer. ``identity`` names the device in it (USB vendor, product and serial
    number), whichever port it is plugged into; empty where the port is not USB."""

    device: str
    description: str
    identity: str


def list_serial_ports() -> list[SerialPort]:
    """The ports there are now, USB first."""
    from serial.tools import list_ports

    ports = [
        SerialPort(port.device, _describe(port.description, port.manufacturer), _identity(port))
        for port in list_ports.comports()
    ]
    return sorted(ports, key=lambda port: (not port.identity, port.device))


def find_port(device: str, identity: str) -> str:
    """Where the remembered device is now: ``device`` itself, or the port that its identity moved to.

    An operating system numbers USB ports anew when a cable is pulled and put back.
    """
    if not identity:
        return device
    ports = list_serial_ports()
    if any(port.device == device and port.identity == identity for port in ports):
        return device
    return next((port.device for port in ports if port.identity == identity), device)


class SerialSource(StreamSource):
    """NMEA from a serial port.

    ``identity`` (of :class:`SerialPort`) lets it find the receiver again under another port name. The port
    is opened for this program alone, because two readers of one port each get half of the sentences.
    """

    def __init__(
        self, port: str, baud: int = DEFAULT_BAUD, identity: str = "",
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
    ) -> None:
        super().__init__(f"serial:{port}@{baud}" + (f"#{identity}" if identity else ""), retry_delays_s)
        self.port, self.baud, self.identity = port, baud, identity

    def _open(self) -> Channel:
        import serial

        port = find_port(self.port, self.identity)
        try:
            return _SerialChannel(
                serial.Serial(port, self.baud, timeout=POLL_S, exclusive=None if _on_windows() else True)
            )
        except ValueError as error:
            raise Unavailable(tr(
                "{port} does not take {baud} baud; choose another rate.",
                port=port, baud=self.baud,
            )) from error
        except (serial.SerialException, OSError) as error:
            raise Unavailable(why_closed(port, error)) from error

    def _decoder(self) -> NmeaReader:
        return NmeaReader(self.text)

    def _silence(self) -> str:
        return (
            tr(
                "{port} is open but silent; check the cable, that the receiver is switched on, and the baud"
                " rate ({baud}).",
                port=self.port, baud=self.baud,
            )
        )


class _SerialChannel:
    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def read(self) -> bytes:
        # SerialException is an OSError. Without waiting bytes, read one so that the wait ends with the first.
        return bytes(self._port.read(max(1, self._port.in_waiting)))

    def close(self) -> None:
        self._port.close()


def why_closed(port: str, error: BaseException) -> str:
    """One sentence on why a port cannot be opened, and what to do."""
    number = getattr(error, "errno", None)
    text = str(error)
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV) or "FileNotFoundError" in text:
        return tr("There is no port {port}; plug the receiver in, or choose another port.", port=port)
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text or _denied_on_windows(text):
        return tr(
            "{port} is in use by another program; close that program (or gpsd) and try again.",
            port=port,
        )
    if number in (errno.EACCES, errno.EPERM):
        return (
            tr(
                "You may not use {port}; add yourself to the group {group} (sudo usermod -aG {group} $USER)"
                " and log in again.",
                port=port, group=_group_of(port),
            )
        )
    return tr(
        "{port} cannot be opened ({reason}); choose the port of a GPS receiver.",
        port=port, reason=reason_of(error),
    )


def _group_of(port: str) -> str:
    """The group that owns a port: ``dialout`` on Debian, ``uucp`` on others."""
    if _on_windows():
        return "dialout"
    try:
        return Path(port).group()
    except (OSError, KeyError):
        return "dialout"


def _on_windows() -> bool:
    return sys.platform == "win32"


def _denied_on_windows(text: str) -> bool:
    """Windows refuses a port in use with the same error as a forbidden one; the first is what happens."""
    return _on_windows() and "PermissionError" in text


def _identity(port: object) -> str:
    """``067B:2303`` or ``067B:2303:SERIAL`` of a pyserial port description."""
    vendor, product = getattr(port, "vid", None), getattr(port, "pid", None)
    if vendor is None or product is None:
        return ""
    number = getattr(port, "serial_number", None)
    return f"{vendor:04X}:{product:04X}" + (f":{number}" if number else "")


def _describe(description: str | None, manufacturer: str | None) -> str:
    words = [word for word in (manufacturer, description) if word and word != "n/a"]
    if len(words) == 2 and words[0].lower() in words[1].lower():
        del words[0]
    return " ".join(words)
