"""One position from many fixes at one place, and an honest word on how good it is.

Outliers: the fixes are laid out in metres around their median; a fix farther from it than ``REJECT_SIGMAS``
robust sigmas is left out. The sigma (of one axis) is the median distance divided by 1.1774, as of errors
that are normal on both axes (the median of the Rayleigh distribution); it stands until half of the fixes
are bad, and at least half are always kept. Elevations go by 1.4826 times the median absolute deviation
(Rousseeuw and Croux 1993).

Least sigma: a receiver often holds one place for most of the time and jumps to another near one, by its filter
or its rounding. Then the median distance is near 0, and would make outliers of all fixes at the second place,
good as they are. So the sigma is not taken below what the receiver itself states: its accuracy is a DRMS
(:mod:`surveyapp.positioning.fix`), the root of the sum of the squares of the sigmas of two axes, so that of one
axis is the median accuracy divided by the square root of 2. Where it states none, the accuracy is that of the
HDOP rule, which fixes carry as well; where neither is known for at least half of the fixes, ``FLOOR_M`` stands
alone. For the elevation the least sigma is the accuracy itself: receivers seldom state one of the vertical,
and it is rarely better than both horizontal ones together (VDOP above HDOP). A fix is then left out only if
it contradicts what the receiver says of its own errors, or what its other fixes say.

Uncertainty: errors of GNSS fixes hang together over minutes to hours (ionosphere, orbits, reflections), so
averaging n fixes does **not** divide the error by the square root of n, and this module never does. It
states the larger of

- the median of the accuracies that the receiver stated for the fixes used, and
- the spread: the root mean square distance of those fixes from their mean.

So averaging removes jumps and can reveal that a fix was worse than stated; it never claims to be better
than a single good fix. Without stated accuracies the uncertainty is that of the HDOP rule, marked as such,
or unknown: a small spread alone proves nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final

from surveyapp.errors import Refused
from surveyapp.positioning.fix import QUALITY_RANK, AccuracySource, Fix, Freshness, Quality, is_stated
from surveyapp.positioning.local_plane import LocalPlane, wrapped
from surveyapp.words import tr

REJECT_SIGMAS: Final = 4.0
"""Of two-dimensional normal errors, 3 in 10,000 lie outside 4 sigma of one axis."""
FLOOR_M: Final = 0.2
"""Least sigma of all: the last digit of a receiver that gives four decimals of a minute."""
DEFAULT_MIN_SAMPLES: Final = 10
_MAD_TO_SIGMA: Final = 1.4826
_SIGMA_TO_MEDIAN_DISTANCE: Final = 1.1774


@dataclass(frozen=True, slots=True, kw_only=True)
class Average(Freshness):
    """What an averaging has come to. Fields named as in :class:`surveyapp.positioning.fix.Fix`.

    ``accuracy_m`` is the stated uncertainty (see the module); ``time_utc`` and ``received_monotonic`` are
    those of the last fix used; ``quality`` and ``mode`` the worst of the fixes used; ``hdop`` and
    ``satellites_used`` their medians.
    """

    source: str
    quality: Quality
    longitude: float
    latitude: float
    elevation_m: float | None
    samples_used: int
    samples_rejected: int
    """Fixes left out as outliers; what :meth:`Averager.add` did not take is not counted."""
    spread_m: float
    accuracy_m: float | None
    accuracy_source: AccuracySource | None
    mode: int | None
    satellites_used: int | None
    hdop: float | None
    started_utc: dt.datetime | None
    time_utc: dt.datetime | None
    received_monotonic: float | None

    @property
    def has_position(self) -> bool:
        return True


class Averager:
    """Add fixes as they come; ask for :meth:`current` as often as wanted."""

    def __init__(self, min_samples: int = DEFAULT_MIN_SAMPLES) -> None:
        self.min_samples = min_samples
        self._fixes: list[Fix] = []
        self._not_taken = 0

    @property
    def count(self) -> int:
        """Fixes taken, outliers included."""
        return len(self._fixes)

    @property
    def not_taken(self) -> int:
        """Fixes that could not take part: without position, or not of the same kind as the first."""
        return self._not_taken

    def add(self, fix: Fix) -> bool:
        """Take a fix; ``False`` when it cannot take part, which does no harm to the average.

        All fixes come from one source, and simulated ones never mix with real ones. A fix of the same
        moment as the last one replaces it.
        """
        if not fix.has_position or (self._fixes and _kind(fix) != _kind(self._fixes[0])):
            self._not_taken += 1
            return False
        if self._fixes and _same_moment(fix, self._fixes[-1]):
            self._fixes[-1] = fix
        else:
            self._fixes.append(fix)
        return True

    def current(self) -> Average | None:
        """The average so far, ``None`` before the first fix."""
        return _average(self._fixes) if self._fixes else None

    @property
    def ready(self) -> bool:
        """Enough fixes are left after outliers were taken out."""
        current = self.current()
        return current is not None and current.samples_used >= self.min_samples

    def result(self) -> Average:
        """The average; raises ``Refused`` while there are too few fixes."""
        current = self.current()
        used = 0 if current is None else current.samples_used
        if current is None or used < self.min_samples:
            raise Refused(
                tr(
                    "Only {used} of {min_samples} fixes were averaged; stay in place and wait for more.",
                    used=used, min_samples=self.min_samples,
                )
            )
        return current


def _kind(fix: Fix) -> tuple[str, bool]:
    return fix.source, fix.is_simulated


def _same_moment(fix: Fix, other: Fix) -> bool:
    if fix.time_utc is not None or other.time_utc is not None:
        return fix.time_utc == other.time_utc
    return fix.received_monotonic is not None and fix.received_monotonic == other.received_monotonic


def _average(fixes: Sequence[Fix]) -> Average:
    points = [(fix.longitude, fix.latitude) for fix in fixes]
    plane = _median_plane([(x, y) for x, y in points if x is not None and y is not None])
    metres = [plane.metres(fix.longitude or 0.0, fix.latitude or 0.0) for fix in fixes]
    least_m = _median_accuracy(fixes)
    inside = _inliers(metres, least_m / math.sqrt(2))
    used = [fix for fix, good in zip(fixes, inside, strict=True) if good]
    kept = [point for point, good in zip(metres, inside, strict=True) if good]
    x_m, y_m = fmean(x for x, _ in kept), fmean(y for _, y in kept)
    spread_m = math.sqrt(fmean((x - x_m) ** 2 + (y - y_m) ** 2 for x, y in kept))
    longitude, latitude = plane.degrees(x_m, y_m)
    accuracy_m, accuracy_source = _uncertainty(used, spread_m)
    return Average(
        source=fixes[0].source,
        quality=min((fix.quality for fix in used), key=lambda quality: QUALITY_RANK[quality]),
        longitude=longitude, latitude=latitude,
        elevation_m=_robust_mean([fix.elevation_m for fix in used if fix.elevation_m is not None], least_m),
        samples_used=len(used), samples_rejected=len(fixes) - len(used), spread_m=spread_m,
        accuracy_m=accuracy_m, accuracy_source=accuracy_source,
        mode=min((fix.mode for fix in used if fix.mode is not None), default=None),
        satellites_used=_median_count([fix.satellites_used for fix in used]),
        hdop=_median_or_none([fix.hdop for fix in used]),
        started_utc=used[0].time_utc, time_utc=used[-1].time_utc,
        received_monotonic=used[-1].received_monotonic,
    )


def _median_plane(points: Sequence[tuple[float, float]]) -> LocalPlane:
    """The plane at the median position; longitudes are taken around the first, so 180 degrees is no edge."""
    first = points[0][0]
    around = median(wrapped(longitude - first) for longitude, _ in points)
    return LocalPlane(wrapped(first + around), median(latitude for _, latitude in points))


def _median_accuracy(fixes: Sequence[Fix]) -> float:
    """Median of the accuracies that the fixes carry, stated or by their HDOP; 0 where fewer than half carry one."""
    known = [fix.accuracy_m for fix in fixes if fix.accuracy_m is not None]
    return median(known) if 2 * len(known) >= len(fixes) else 0.0


def _inliers(metres: Sequence[tuple[float, float]], least_m: float) -> list[bool]:
    """Which points lie within :data:`REJECT_SIGMAS`; at least half always do. ``least_m``: the sigma of one axis that
    the receiver states."""
    x_m, y_m = median(x for x, _ in metres), median(y for _, y in metres)
    distances = [math.hypot(x - x_m, y - y_m) for x, y in metres]
    sigma = max(median(distances) / _SIGMA_TO_MEDIAN_DISTANCE, least_m, FLOOR_M)
    return [distance <= REJECT_SIGMAS * sigma for distance in distances]


def _uncertainty(used: Sequence[Fix], spread_m: float) -> tuple[float | None, AccuracySource | None]:
    known = [(fix.accuracy_m, fix.accuracy_source) for fix in used if fix.accuracy_m is not None]
    stated = [(value, source) for value, source in known if is_stated(source)]
    # A few stated values do not speak for the others.
    chosen = stated if 2 * len(stated) > len(used) else known
    if 2 * len(chosen) <= len(used):
        return None, None
    source: AccuracySource | None = chosen[0][1] if chosen is stated else "hdop-estimate"
    return max(median(value for value, _ in chosen), spread_m), source


def _robust_mean(values: Sequence[float], least_m: float) -> float | None:
    """Mean without outliers, by the rule of the positions; ``None`` of nothing."""
    if not values:
        return None
    middle = median(values)
    sigma = max(_MAD_TO_SIGMA * median(abs(value - middle) for value in values), least_m, FLOOR_M)
    return fmean(value for value in values if abs(value - middle) <= REJECT_SIGMAS * sigma)


def _median_or_none(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _median_count(values: Sequence[int | None]) -> int | None:
    middle = _median_or_none(values)
    return None if middle is None else int(middle)
