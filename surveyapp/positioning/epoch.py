"""Puts the sentences of one moment together into one fix.

Receivers send what belongs to one moment as a burst of sentences, in an order of their own, and none of
them alone says everything: GGA has no date, RMC no elevation, GST only the accuracy. Any of them may be
missing. A burst ends where a sentence with another time comes, or, when there are no times (no fix yet),
where GGA, GNS, RMC or GLL comes again.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from surveyapp.positioning.fix import (
    QUALITY_RANK,
    AccuracySource,
    Fix,
    Quality,
    estimate_from_hdop,
    finite,
    plausible,
    sane_dop,
)
from surveyapp.positioning.satellites import SkyView, used_in
from surveyapp.positioning.sentences import POSITION_KINDS, TIMED_KINDS, Sentence

_GGA_QUALITY: Final[dict[int, Quality]] = {
    0: "none", 1: "autonomous", 2: "dgps", 3: "pps", 4: "rtk-fixed", 5: "rtk-float", 6: "estimated",
    7: "manual", 8: "simulated",
}
_MODE_LETTER: Final[dict[str, Quality]] = {
    "N": "none", "A": "autonomous", "D": "dgps", "P": "pps", "R": "rtk-fixed", "F": "rtk-float",
    "E": "estimated", "M": "manual", "S": "simulated",
}
"""Positioning mode of RMC, GLL, GNS and VTG (NMEA 0183 2.3 and later)."""

_DOUBTS: Final[tuple[Quality, ...]] = ("none", "simulated", "manual", "estimated")

KNOT_M_S: Final = 1852 / 3600
GSA_CARRIES_S: Final = 10.0
"""Some receivers send GSA every few seconds; its DOPs hold for as long as the sky hardly moves."""
_HALF_DAY_S: Final = 43_200.0


@dataclass(slots=True)
class _Epoch:
    started: float | None
    time_of_day_s: float | None = None
    by_kind: dict[str, Sentence] = field(default_factory=dict)
    gsa: list[Sentence] = field(default_factory=list)
    unsent: bool = False
    """Something came that changes the fix since it was last given out."""

    @property
    def reportable(self) -> bool:
        return self.unsent and not POSITION_KINDS.isdisjoint(self.by_kind)


class EpochAssembler:
    """Feed it sentences; it gives a fix for every epoch.

    ``clock`` is asked when an epoch begins, for :attr:`Fix.received_monotonic`.
    """

    def __init__(self, source: str, clock: Callable[[], float | None]) -> None:
        self._source = source
        self._clock = clock
        self._epoch = _Epoch(None)
        self._begun = False
        self._sky = SkyView()
        self._last_gsa: tuple[float, list[Sentence]] | None = None
        self._dated: tuple[dt.date, float] | None = None
        """The last known date and the time of day that it belongs to."""

    def add(self, sentence: Sentence) -> Fix | None:
        """Take one sentence; gives the fix of the epoch before when this one begins another."""
        finished = None
        if self._begins_another(sentence):
            finished = self.flush()
            self._begun = False
        if not self._begun:
            self._epoch, self._begun = _Epoch(self._clock()), True
        self._take(sentence)
        return finished

    def flush(self) -> Fix | None:
        """The fix of the epoch so far, if it was not given out yet; for when the stream falls silent.

        The epoch stays open: a late sentence of the same moment gives the completed fix later on.
        """
        if not self._epoch.reportable:
            return None
        self._epoch.unsent = False
        return self._build(self._epoch)

    def _begins_another(self, sentence: Sentence) -> bool:
        epoch = self._epoch
        if not self._begun or sentence.kind not in TIMED_KINDS:
            return False
        time_s = sentence.time_of_day_s
        if time_s is not None and epoch.time_of_day_s is not None:
            return time_s != epoch.time_of_day_s
        return sentence.kind in POSITION_KINDS and sentence.kind in epoch.by_kind

    def _take(self, sentence: Sentence) -> None:
        epoch = self._epoch
        if sentence.kind == "GSV":
            self._sky.add(sentence, epoch.time_of_day_s)
            return
        if sentence.kind == "GSA":
            epoch.gsa.append(sentence)
            return
        epoch.by_kind[sentence.kind] = sentence
        if sentence.kind in TIMED_KINDS:
            epoch.unsent = True
            if epoch.time_of_day_s is None:
                epoch.time_of_day_s = sentence.time_of_day_s

    def _build(self, epoch: _Epoch) -> Fix:
        used, mode, dops = self._geometry(epoch)
        satellites_used = _satellites_used(epoch, used)
        fix = Fix(
            source=self._source, time_utc=self._moment(epoch), mode=mode, satellites_used=satellites_used,
            hdop=_height_hdop(epoch) or dops["HDOP"], vdop=dops["VDOP"], pdop=dops["PDOP"],
            received_monotonic=epoch.started, satellites=self._sky.satellites(used, epoch.time_of_day_s),
        )
        position, quality = _position(epoch)
        if position is None:
            return fix
        elevation_m, separation_m = _heights(epoch)
        accuracy_m, accuracy_source = _accuracy(epoch, fix.hdop, quality)
        speed_m_s, course_deg = _motion(epoch)
        return replace(
            fix, quality=quality, longitude=position[0], latitude=position[1], elevation_m=elevation_m,
            geoid_separation_m=separation_m,
            # Without GSA: an elevation needs a 3D fix, and a position without one is 2D by definition.
            mode=mode or (3 if elevation_m is not None else 2),
            # Zero satellites with a position means that the receiver does not fill the field.
            satellites_used=satellites_used or None,
            accuracy_m=accuracy_m, accuracy_source=accuracy_source,
            speed_m_s=speed_m_s, course_deg=course_deg,
        )

    def _geometry(self, epoch: _Epoch) -> tuple[set[tuple[str, int]], int | None, dict[str, float | None]]:
        """Satellites used, fix mode and DOPs from the GSA sentences (one per constellation)."""
        sentences = epoch.gsa
        if sentences and epoch.time_of_day_s is not None:
            self._last_gsa = (epoch.time_of_day_s, sentences)
        elif not sentences and self._last_gsa is not None and epoch.time_of_day_s is not None:
            stamp, earlier = self._last_gsa
            if (epoch.time_of_day_s - stamp) % 86_400 <= GSA_CARRIES_S and _mode(earlier) != 1:
                sentences = earlier
        used: set[tuple[str, int]] = set().union(*(used_in(gsa) for gsa in sentences))
        dops: dict[str, float | None] = {"PDOP": None, "HDOP": None, "VDOP": None}
        for gsa in sentences:
            for name, known in dops.items():
                dops[name] = sane_dop(gsa.number(name)) or known
        return used, _mode(sentences), dops

    def _moment(self, epoch: _Epoch) -> dt.datetime | None:
        """Date and time; a time without a date takes the last date known, over midnight where it must."""
        time_s = epoch.time_of_day_s
        date = next(
            (epoch.by_kind[kind].date for kind in ("ZDA", "RMC")
             if kind in epoch.by_kind and epoch.by_kind[kind].date is not None), None,
        )
        if time_s is None:
            return None
        if date is None:
            if self._dated is None:
                return None
            date, dated_s = self._dated
            if time_s < dated_s - _HALF_DAY_S:
                date += dt.timedelta(days=1)
            elif time_s > dated_s + _HALF_DAY_S:
                date -= dt.timedelta(days=1)
        self._dated = (date, time_s)
        return dt.datetime.combine(date, dt.time(), dt.UTC) + dt.timedelta(seconds=time_s)


def _mode(sentences: list[Sentence]) -> int | None:
    modes = [mode for gsa in sentences if (mode := gsa.whole("navMode")) in (1, 2, 3)]
    return max(modes, default=None)


def _position(epoch: _Epoch) -> tuple[tuple[float, float] | None, Quality]:
    """(longitude, latitude) by the sentence that says most, and the kind of fix.

    GGA knows the kind best, save that any one sentence saying "void", "simulated", "typed in" or "dead
    reckoning" is believed.
    """
    claims: dict[str, Quality] = {}
    for kind in ("GGA", "GNS", "RMC", "GLL"):
        claim = _claim(epoch, kind)
        if claim is not None:
            claims[kind] = claim
    quality = _believed(list(claims.values()))
    if quality == "none":
        return None, "none"
    for kind in claims:
        longitude, latitude = epoch.by_kind[kind].number("lon"), epoch.by_kind[kind].number("lat")
        if longitude is not None and latitude is not None and plausible(longitude, latitude):
            return (longitude, latitude), quality
    return None, "none"


def _believed(claims: list[Quality]) -> Quality:
    for doubt in _DOUBTS:
        if doubt in claims:
            return doubt
    return claims[0] if claims else "none"


def _claim(epoch: _Epoch, kind: str) -> Quality | None:
    """What the epoch's sentence of that kind says of the fix; ``None`` where there is no such sentence."""
    sentence = epoch.by_kind.get(kind)
    if sentence is None:
        return None
    if kind in ("RMC", "GLL"):
        if sentence.text("status").strip() not in ("A", ""):
            return "none"
        return _by_letters(sentence.text("posMode")) or "autonomous"
    if sentence.whole("numSV") == 0 and not _confirmed(epoch):
        return "none"
    if kind == "GNS":
        return _by_letters(sentence.text("posMode")) or "none"
    return _GGA_QUALITY.get(sentence.whole("quality") or 0, "none")


def _by_letters(letters: str) -> Quality | None:
    """GNS has one letter per constellation: the best counts, but simulation anywhere is simulation."""
    stated = [_MODE_LETTER[letter] for letter in letters if letter in _MODE_LETTER]
    if "simulated" in stated:
        return "simulated"
    if not stated:
        return None
    best: Quality = max(stated, key=lambda quality: QUALITY_RANK[quality])
    return best


def _confirmed(epoch: _Epoch) -> bool:
    """RMC or GLL calls the position valid.

    Some receivers (Hemisphere) go on sending their last position in GGA, marked as a fix, with no satellite
    used; others (Garmin Foretrex) never fill in the count. The status of RMC or GLL tells them apart.
    """
    return any(kind in epoch.by_kind and epoch.by_kind[kind].text("status") == "A" for kind in ("RMC", "GLL"))


def _height_hdop(epoch: _Epoch) -> float | None:
    for kind in ("GGA", "GNS"):
        if kind in epoch.by_kind and (hdop := sane_dop(epoch.by_kind[kind].number("HDOP"))) is not None:
            return hdop
    return None


def _satellites_used(epoch: _Epoch, used: set[tuple[str, int]]) -> int | None:
    for kind in ("GGA", "GNS"):
        if kind in epoch.by_kind:
            count = epoch.by_kind[kind].whole("numSV")
            if count is not None:
                return count
    return len(used) or None


def _heights(epoch: _Epoch) -> tuple[float | None, float | None]:
    """(above mean sea level, geoid above ellipsoid), metres."""
    for kind in ("GGA", "GNS"):
        sentence = epoch.by_kind.get(kind)
        if sentence is not None and (altitude_m := sentence.number("alt")) is not None:
            return altitude_m, sentence.number("sep")
    return None, None


def _accuracy(
    epoch: _Epoch, hdop: float | None, quality: Quality
) -> tuple[float | None, AccuracySource | None]:
    gst = epoch.by_kind.get("GST")
    if gst is not None:
        north_m, east_m = gst.number("stdLat"), gst.number("stdLong")
        # All zeros is what receivers write before they can tell.
        if north_m is not None and east_m is not None and (stated_m := math.hypot(north_m, east_m)) > 0:
            return round(stated_m, 3), "gst"
    garmin = epoch.by_kind.get("PGRME")
    if garmin is not None and (printed_m := _garmin_metres(garmin)) is not None:
        return printed_m, "garmin"
    estimate_m = estimate_from_hdop(hdop, quality)
    return estimate_m, None if estimate_m is None else "hdop-estimate"


def _garmin_metres(sentence: Sentence) -> float | None:
    """Horizontal error of ``$PGRME,15.0,M,45.0,M,25.0,M``."""
    if len(sentence.fields) < 2 or sentence.fields[1] != "M":
        return None
    try:
        value = finite(float(sentence.fields[0]))
    except ValueError:
        return None
    return value if value is not None and value > 0 else None


def _motion(epoch: _Epoch) -> tuple[float | None, float | None]:
    """(speed m/s, course degrees true)."""
    rmc, vtg = epoch.by_kind.get("RMC"), epoch.by_kind.get("VTG")
    knots = rmc.number("spd") if rmc is not None else None
    course = rmc.number("cog") if rmc is not None else None
    if vtg is not None:
        knots = vtg.number("sogn") if knots is None else knots
        course = vtg.number("cogt") if course is None else course
    speed_m_s = None if knots is None or knots < 0 else round(knots * KNOT_M_S, 3)
    return speed_m_s, course if course is not None and 0 <= course <= 360 else None
