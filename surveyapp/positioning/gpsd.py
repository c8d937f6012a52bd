"""gpsd, the GPS daemon of Linux, by its JSON protocol over TCP.

Fields are those of gpsd_json(5): TPV is a position, SKY the satellites. Read with gpsd 3.22; older ones
give ``alt`` where newer ones give ``altMSL``.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from surveyapp.errors import Unavailable
from surveyapp.positioning.fix import (
    AccuracySource,
    Fix,
    Quality,
    Satellite,
    finite,
    monotonic,
    plausible,
    sane_dop,
)
from surveyapp.positioning.network import SocketChannel, bracketed, connect
from surveyapp.positioning.protocols import protocol_of
from surveyapp.positioning.source import RETRY_DELAYS_S, StreamSource, reason_of
from surveyapp.words import tr

DEFAULT_PORT: Final = 2947
_WATCH: Final = b'?WATCH={"enable":true,"json":true};\n'
_MAX_LINE: Final = 65_536

_STATUS: Final[dict[int, Quality]] = {
    0: "none", 1: "autonomous", 2: "dgps", 3: "rtk-fixed", 4: "rtk-float", 5: "estimated", 6: "estimated",
    7: "manual", 8: "simulated", 9: "pps",
}
"""TPV ``status``; 5 is dead reckoning, 6 dead reckoning with GNSS, 7 a surveyed place, 9 P(Y) code. gpsd
leaves it out for an ordinary fix."""
_GNSS: Final = ("GPS", "SBAS", "Galileo", "BeiDou", "?", "QZSS", "GLONASS", "NavIC")
"""``gnssid`` of a SKY satellite."""
_GUESSES_M: Final = (19.0, 4.75, 15.0, 3.75)
"""gpsd's range errors (95 %, metres; libgpsd_core.c): where the receiver states no error, ``eph`` is the HDOP
times one of these, and that is a guess, whoever makes it."""


class GpsdDecoder:
    """Makes fixes of gpsd's lines. With several receivers, the first that has a position is followed."""

    def __init__(self, source: str, clock: Callable[[], float] = monotonic) -> None:
        self._source = source
        self._clock = clock
        self._rest = b""
        self._understood = False
        self._garbage = b""
        self._trouble: str | None = None
        self._device: str | None = None
        self._sky: dict[str, Any] = {}
        self._last_time: tuple[dt.datetime, float] | None = None

    def feed(self, data: bytes) -> list[Fix]:
        """Fixes of the complete lines so far."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _MAX_LINE:
            self._garbage, self._rest = self._rest[:_MAX_LINE], b""
        fixes = (self._line(line.strip()) for line in lines)
        return [fix for fix in fixes if fix is not None]

    def flush(self) -> list[Fix]:
        """Nothing: gpsd's lines are complete."""
        return []

    def diagnosis(self, *, at_end: bool = False) -> str | None:
        """What is wrong with the server, in one sentence, or ``None``."""
        if self._understood:
            return self._trouble
        if not self._garbage and not at_end:
            return None
        known = protocol_of(self._garbage)
        if b"$" in self._garbage and b"," in self._garbage:
            return tr(
                "{source} is no gpsd but sends NMEA; connect with tcp:// instead of gpsd://.",
                source=self._source,
            )
        what = f"sends {known[0]}" if known else "does not answer like gpsd"
        return tr(
            "{source} {what}; give the address of a gpsd server (it mostly listens at port 2947).",
            source=self._source, what=what,
        )

    def _line(self, line: bytes) -> Fix | None:
        if not line:
            return None
        try:
            report = json.loads(line)
        except (ValueError, RecursionError):  # bad JSON, bad UTF-8, brackets without end
            report = None
        if not isinstance(report, dict) or not isinstance(report.get("class"), str):
            self._garbage = self._garbage or line[:_MAX_LINE]
            return None
        self._understood = True
        kind = report["class"]
        if kind == "TPV":
            return self._position(report)
        if kind == "SKY":
            self._take_sky(report)
        elif kind in ("DEVICES", "DEVICE", "ERROR"):
            self._take_news(kind, report)
        return None

    def _take_news(self, kind: str, report: Mapping[str, Any]) -> None:
        if kind == "ERROR":
            self._trouble = f"{self._source} reports an error ({report.get('message', 'unknown')})."
        elif kind == "DEVICES":
            self._trouble = None if report.get("devices") else self._no_device()
        elif report.get("activated") in (0, None):
            if report.get("path") == self._device:
                self._device, self._sky = None, {}
            self._trouble = self._no_device()
        else:
            self._trouble = None

    def _no_device(self) -> str:
        return tr(
            "{source} runs but has no receiver; plug it in, or name its port when starting gpsd.",
            source=self._source,
        )

    def _take_sky(self, report: Mapping[str, Any]) -> None:
        if self._device is not None and report.get("device") not in (None, self._device):
            return
        fresh = {key: value for key, value in report.items() if value is not None}
        self._sky = {**self._sky, **fresh}

    def _position(self, tpv: Mapping[str, Any]) -> Fix | None:
        device = tpv.get("device")
        longitude, latitude = _number(tpv, "lon"), _number(tpv, "lat")
        mode = {1.0: 1, 2.0: 2, 3.0: 3}.get(_number(tpv, "mode") or 0.0)
        found = plausible(longitude, latitude) and mode in (2, 3)
        if isinstance(device, str):
            if self._device not in (None, device):
                return None
            if found:
                self._device = device
        self._trouble = None
        moment = _moment(tpv.get("time"))
        satellites = _satellites(self._sky.get("satellites"))
        stated = _number(self._sky, "uSat")
        used = int(stated) if stated is not None else sum(satellite.used for satellite in satellites) or None
        hdop = sane_dop(_number(self._sky, "hdop"))
        basic: dict[str, Any] = {
            "source": self._source, "time_utc": moment, "mode": mode, "hdop": hdop,
            "vdop": sane_dop(_number(self._sky, "vdop")), "pdop": sane_dop(_number(self._sky, "pdop")),
            "received_monotonic": self._received(moment), "satellites": satellites,
        }
        status = tpv.get("status")
        quality = _STATUS.get(status, "autonomous") if isinstance(status, int) else "autonomous"
        if not found or quality == "none":
            return Fix(**basic, satellites_used=used)
        accuracy_m, accuracy_source = _accuracy(tpv, hdop)
        return Fix(
            **basic, quality=quality, longitude=longitude, latitude=latitude, satellites_used=used or None,
            elevation_m=_number(tpv, "altMSL", "alt"), geoid_separation_m=_number(tpv, "geoidSep"),
            accuracy_m=accuracy_m, accuracy_source=accuracy_source,
            speed_m_s=_number(tpv, "speed"), course_deg=_number(tpv, "track"),
        )

    def _received(self, moment: dt.datetime | None) -> float:
        """Now, or the first time that this same moment was received: a repeated fix grows old."""
        now = self._clock()
        if moment is None:
            return now
        if self._last_time is None or self._last_time[0] != moment:
            self._last_time = (moment, now)
        return self._last_time[1]


class GpsdSource(StreamSource):
    """Positions from a gpsd server."""

    def __init__(
        self, host: str = "localhost", port: int = DEFAULT_PORT,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
    ) -> None:
        super().__init__(f"gpsd://{bracketed(host)}:{port}", retry_delays_s)
        self.host, self.port = host, port

    def _open(self) -> SocketChannel:
        connection = connect(self.host, self.port, "gpsd")
        try:
            connection.sendall(_WATCH)
        except OSError as error:
            connection.close()
            raise Unavailable(tr(
                "{text} hung up at once ({reason}); restart gpsd.",
                text=self.text, reason=reason_of(error),
            )) from error
        return SocketChannel(connection)

    def _decoder(self) -> GpsdDecoder:
        return GpsdDecoder(self.text)


def _number(report: Mapping[str, Any], *names: str) -> float | None:
    """The first of the named numbers that is there."""
    return next((value for name in names if (value := finite(report.get(name))) is not None), None)


def _moment(value: object) -> dt.datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):  # the second near the year 1, where a zone leads out of the calendar
        return None


def _satellites(listed: object) -> tuple[Satellite, ...]:
    if not isinstance(listed, list):
        return ()
    found = []
    for each in listed:
        if not isinstance(each, dict) or not isinstance(each.get("PRN"), int):
            continue
        system, number = each.get("gnssid"), each.get("svid")
        found.append(Satellite(
            _GNSS[system] if isinstance(system, int) and 0 <= system < len(_GNSS) else "?",
            number if isinstance(number, int) else each["PRN"],
            _number(each, "el"), _number(each, "az"), _number(each, "ss") or None, each.get("used") is True,
        ))
    return tuple(sorted(found, key=lambda satellite: (satellite.system, satellite.prn)))


def _accuracy(tpv: Mapping[str, Any], hdop: float | None) -> tuple[float | None, AccuracySource | None]:
    error_m = _number(tpv, "eph")
    if error_m is None:
        east_m, north_m = _number(tpv, "epx"), _number(tpv, "epy")
        error_m = math.hypot(east_m, north_m) if east_m is not None and north_m is not None else None
    if error_m is None or error_m <= 0:
        return None, None
    guessed = hdop is not None and any(math.isclose(error_m, hdop * m, rel_tol=2e-3) for m in _GUESSES_M)
    return round(error_m, 3), "hdop-estimate" if guessed else "gpsd"
