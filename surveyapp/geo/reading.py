"""What was read from a typed position, before it is brought to WGS 84."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from surveyapp.errors import BadPosition
from surveyapp.geo.angles import AnglePair
from surveyapp.geo.crs import is_geographic, metres_per_unit
from surveyapp.geo.measure import METRES_PER_DEGREE
from surveyapp.geo.position_text import quoted
from surveyapp.words import tr


@dataclass(frozen=True)
class Reading:
    """Two coordinates in a named system.

    ``x``, ``y`` are longitude, latitude or easting, northing in the system's unit; ``half_x``, ``half_y``
    how far rounding may have moved them. ``swapped`` is the text to suggest if the two were typed the
    wrong way round, empty where letters rule that out; ``order`` names them in the order typed.
    ``fault`` says why there is no such place, unless the two are swapped.
    """

    crs: str
    x: float
    y: float
    half_x: float
    half_y: float
    notation: str
    swapped: str = ""
    order: tuple[str, str] = ("latitude", "longitude")
    warnings: list[str] = field(default_factory=list)
    fault: str = ""

    def resolution_m(self, latitude: float) -> float:
        """How far rounding may have moved the position, in metres, along the worse of its axes."""
        if is_geographic(self.crs):
            shrink = math.cos(math.radians(latitude))
            return max(self.half_y, self.half_x * shrink) * METRES_PER_DEGREE
        return max(self.half_x, self.half_y) * metres_per_unit(self.crs)


def angle_reading(
    pair: AnglePair, crs: str, shown: str, *, prefix: str = "", longitude_first: bool = False
) -> Reading:
    """Degrees in a geographic system; raises ``BadPosition`` when the degrees themselves are missing.

    ``prefix`` is what a suggestion must repeat so that it names the same system.
    """
    latitude, longitude = pair.latitude, pair.longitude
    if latitude.first or longitude.first:
        raise BadPosition(tr("{quoted} has minutes without degrees.", quoted=quoted(shown)))
    swapped = "" if pair.explicit else f"{prefix}{longitude.text}N {latitude.text}E"
    order = ("longitude", "latitude") if longitude_first else ("latitude", "longitude")
    faults = [
        f"{quoted(shown)} has {name} {angle.degrees:g}; {name}s end at {limit}."
        for name, angle, limit in (("latitude", latitude, 90), ("longitude", longitude, 180))
        if abs(angle.degrees) > limit
    ]
    return Reading(
        crs,
        longitude.degrees,
        latitude.degrees,
        longitude.half_step,
        latitude.half_step,
        pair.notation,
        swapped,
        order,
        fault=faults[0] if faults else "",
    )
