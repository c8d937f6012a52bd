"""NMEA over the network: a phone or receiver on the same hotspot, by TCP or UDP."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from typing import Final

from surveyapp.errors import Unavailable
from surveyapp.positioning.nmea import NmeaReader
from surveyapp.positioning.source import POLL_S, RETRY_DELAYS_S, StreamSource, reason_of
from surveyapp.words import tr

CONNECT_S: Final = 3.0
_READ_BYTES: Final = 65_536


class SocketChannel:
    """A socket as a :class:`surveyapp.positioning.source.Channel`."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._is_stream = connection.type == socket.SOCK_STREAM
        connection.settimeout(POLL_S)

    def read(self) -> bytes | None:
        try:
            data = self._socket.recv(_READ_BYTES)
        except TimeoutError:
            return b""
        return data or (None if self._is_stream else b"")

    def close(self) -> None:
        self._socket.close()


def connect(host: str, port: int, what: str) -> socket.socket:
    """A TCP connection; raises ``Unavailable`` with one sentence. ``what`` is the service for the message."""
    where = f"{host}:{port}"
    try:
        return socket.create_connection((host, port), timeout=CONNECT_S)
    except socket.gaierror as error:
        raise Unavailable(tr(
            "There is no host called {host}; check the name or use its number.",
            host=host,
        )) from error
    except TimeoutError as error:
        raise Unavailable(
            tr(
                "{where} does not answer; check that this computer is on the same network as {what}.",
                where=where, what=what,
            )
        ) from error
    except ConnectionRefusedError as error:
        raise Unavailable(tr(
            "Nothing listens at {where}; start {what} there, or mend the port.",
            where=where, what=what,
        )) from error
    except OSError as error:
        raise Unavailable(tr(
            "{where} cannot be reached ({reason}); check the network.",
            where=where, reason=reason_of(error),
        )) from error


class NmeaTcpSource(StreamSource):
    """NMEA from a TCP server, as apps for sharing a phone's GPS offer it."""

    def __init__(self, host: str, port: int, retry_delays_s: Sequence[float] = RETRY_DELAYS_S) -> None:
        super().__init__(f"tcp://{bracketed(host)}:{port}", retry_delays_s)
        self.host, self.port = host, port

    def _open(self) -> SocketChannel:
        return SocketChannel(connect(self.host, self.port, "the NMEA server"))

    def _decoder(self) -> NmeaReader:
        return NmeaReader(self.text)


class NmeaUdpSource(StreamSource):
    """NMEA in UDP packets sent to this computer. ``host`` is the address to listen on, empty for all."""

    def __init__(self, port: int, host: str = "", retry_delays_s: Sequence[float] = RETRY_DELAYS_S) -> None:
        super().__init__(f"udp://{bracketed(host)}:{port}", retry_delays_s)
        self.host, self.port = host, port

    def _open(self) -> SocketChannel:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_DGRAM)
        try:
            listener.bind((self.host, self.port))
        except OSError as error:
            listener.close()
            raise Unavailable(_why_unbound(self.host, self.port, error)) from error
        return SocketChannel(listener)

    def _decoder(self) -> NmeaReader:
        return NmeaReader(self.text)

    def _silence(self) -> str:
        return (
            tr(
                "Nothing has come to UDP port {port}; have the phone or receiver send NMEA to the address "
                "of this computer, and let the firewall pass it.",
                port=self.port,
            )
        )


def _why_unbound(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return tr(
            "UDP port {port} is in use by another program; close it or choose another port.",
            port=port,
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return tr("UDP port {port} is reserved for the system; choose one from 1024 on.", port=port)
    where = f"{host}:{port}" if host else f"UDP port {port}"
    return tr(
        "{where} cannot be listened on ({reason}); leave the host empty or mend the port.",
        where=where, reason=reason_of(error),
    )


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 numbers go in brackets."""
    return f"[{host}]" if ":" in host else host
