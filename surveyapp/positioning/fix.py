"""What a receiver said at one moment, with everything needed to judge it.

Longitude and latitude are degrees in the receiver's datum, which for GNSS is WGS 84 (EPSG:4326).
``elevation_m`` is above mean sea level by the receiver's own geoid model; add ``geoid_separation_m``
for the height above the ellipsoid. ``accuracy_m`` is a horizontal radius of about one sigma (DRMS:
some 63 to 68 % of positions fall inside); ``accuracy_source`` says who states it:

``gst``            the receiver, in an NMEA GST sentence: hypot(sigma north, sigma east)
``garmin``         the receiver, in Garmin's PGRME sentence (taken as printed; Garmin does not publish
                   its confidence level)
``gpsd``           gpsd's ``eph`` (confidence not stated by gpsd; where it is gpsd's own guess, 95 %)
``hdop-estimate``  nobody: a guess from the satellite geometry, see :data:`UERE_M`
``None``           unknown, and ``accuracy_m`` is ``None`` too

Only the first three are statements by the receiver; see :func:`is_stated`.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Quality = Literal[
    "none", "autonomous", "dgps", "pps", "rtk-fixed", "rtk-float", "estimated", "manual", "simulated",
]
AccuracySource = Literal["gst", "garmin", "gpsd", "hdop-estimate"]

QUALITY_RANK: Final[dict[Quality, int]] = {
    "none": 0, "simulated": 1, "manual": 2, "estimated": 3, "autonomous": 4, "dgps": 5, "pps": 5,
    "rtk-float": 6, "rtk-fixed": 7,
}
"""Fix types from worst to best; an office sets the least it accepts. ``estimated`` is dead reckoning."""

NOT_MEASURED: Final = frozenset({"none", "manual", "simulated"})
"""Qualities that are no measurement by satellites: no position, typed into the receiver, or simulated."""

UERE_M: Final[dict[str, float]] = {"autonomous": 7.1, "dgps": 2.0, "pps": 2.0}
"""One-sigma range error per satellite, metres, by which HDOP is multiplied for ``hdop-estimate``.

DRMS = HDOP * UERE (Kaplan and Hegarty, Understanding GPS, 2nd ed., section 7.3); 7.1 m is their budget
for a single-frequency receiver; 2.0 m with corrections is gpsd's 4.75 m at 95 % brought to one sigma.
Carrier-phase and dead-reckoned fixes have no such rule, so they get no estimate.
"""

REPLAY_PREFIX: Final = "replay:"
DEFAULT_MAX_AGE_S: Final = 10.0
"""Older than this, a fix is stale: ten seconds' walk is already more than a good fix's error."""


@dataclass(frozen=True, slots=True)
class Satellite:
    """One satellite in view, for a sky plot or signal bars.

    ``system`` is GPS, SBAS, GLONASS, Galileo, BeiDou, QZSS, NavIC or ``?``; ``prn`` its number as the
    receiver gives it; ``snr_db`` carrier to noise in dB-Hz, ``None`` when not tracked.
    """

    system: str
    prn: int
    elevation_deg: float | None
    azimuth_deg: float | None
    snr_db: float | None
    used: bool


def monotonic() -> float:
    """Seconds by a clock that only goes forward, also while the computer sleeps.

    ``time.monotonic()`` of Linux stands still in sleep, so that a fix of last night's hotel would look
    fresh when the lid is opened at the next outcrop.
    """
    boot_clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_clock is None else time.clock_gettime(boot_clock)


class Freshness:
    """Age and origin of anything with ``source``, ``quality`` and ``received_monotonic``."""

    __slots__ = ()

    source: str
    quality: Quality
    received_monotonic: float | None

    def age_s(self, now: float | None = None) -> float | None:
        """Seconds since it was received, by :func:`monotonic`; ``None`` for a log read at once.

        The clock starts when the receiver's time last *moved*: a receiver that repeats one old fix
        (a log-book position from the hotel) grows old here although it keeps sending.
        """
        if self.received_monotonic is None:
            return None
        return max(0.0, (monotonic() if now is None else now) - self.received_monotonic)

    def is_stale(self, max_age_s: float = DEFAULT_MAX_AGE_S, now: float | None = None) -> bool:
        """True when older than ``max_age_s``, or of unknown age."""
        age = self.age_s(now)
        return age is None or age > max_age_s

    @property
    def is_replay(self) -> bool:
        """It comes from a recorded log."""
        return self.source.startswith(REPLAY_PREFIX)

    @property
    def is_simulated(self) -> bool:
        """The receiver itself says that it simulates or repeats a typed position."""
        return self.quality in ("simulated", "manual")

    def is_live(self, max_age_s: float = DEFAULT_MAX_AGE_S, now: float | None = None) -> bool:
        """True only for a fresh satellite position from a device: the one thing to be called GPS."""
        return not (self.is_replay or self.quality in NOT_MEASURED or self.is_stale(max_age_s, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix(Freshness):
    """One epoch. Without a position (``quality == "none"``) it still carries the satellites in view."""

    source: str
    """Where it came from, as :func:`surveyapp.positioning.sources.source_from_text` reads it."""
    quality: Quality = "none"
    longitude: float | None = None
    latitude: float | None = None
    elevation_m: float | None = None
    geoid_separation_m: float | None = None
    time_utc: datetime | None = None
    """Aware UTC moment by the receiver's clock; ``None`` while the date is unknown."""
    mode: int | None = None
    """1 none, 2 two-dimensional (the elevation is assumed), 3 three-dimensional, ``None`` not said."""
    satellites_used: int | None = None
    hdop: float | None = None
    vdop: float | None = None
    pdop: float | None = None
    accuracy_m: float | None = None
    accuracy_source: AccuracySource | None = None
    speed_m_s: float | None = None
    course_deg: float | None = None
    received_monotonic: float | None = None
    satellites: tuple[Satellite, ...] = ()

    @property
    def has_position(self) -> bool:
        return self.longitude is not None and self.latitude is not None

    @property
    def ellipsoidal_height_m(self) -> float | None:
        """Height above the WGS 84 ellipsoid, metres."""
        if self.elevation_m is None or self.geoid_separation_m is None:
            return None
        return self.elevation_m + self.geoid_separation_m


def is_stated(source: AccuracySource | None) -> bool:
    """True when the receiver (or gpsd for it) stated the accuracy, so that it may be recorded as such."""
    return source in ("gst", "garmin", "gpsd")


def estimate_from_hdop(hdop: float | None, quality: Quality) -> float | None:
    """HDOP times :data:`UERE_M`, metres, or ``None`` where the rule does not hold."""
    uere_m = UERE_M.get(quality)
    return None if hdop is None or uere_m is None else round(hdop * uere_m, 1)


def finite(value: object) -> float | None:
    """A number from outside as a float, or ``None`` for anything that is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON and NMEA can both write a whole number of hundreds of digits
        return None
    return number if math.isfinite(number) else None


def plausible(longitude: float | None, latitude: float | None) -> bool:
    """False for no position, one off the globe, and exactly 0, 0, which receivers send before a fix."""
    if longitude is None or latitude is None:
        return False
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return False
    return -180 <= longitude <= 180 and -90 <= latitude <= 90 and (longitude, latitude) != (0.0, 0.0)


def sane_dop(value: float | None) -> float | None:
    """A dilution of precision, or ``None`` for the 0 and 99.99 that receivers write for "unknown"."""
    return value if value is not None and 0 < value < 99 else None
