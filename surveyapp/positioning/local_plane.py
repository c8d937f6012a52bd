"""Metres on the ground around a place, good to a millimetre in a metre's thousand near it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_A_M: Final = 6_378_137.0
_E2: Final = 6.694_379_990_14e-3
"""Semi-major axis and squared eccentricity of the WGS 84 ellipsoid (EPSG:7030)."""


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """The plane that touches the ellipsoid at a place; x is east and y north, metres.

    Scales are the radii of curvature in the meridian and the prime vertical. Fit for tens of kilometres;
    longitudes wrap at 180 degrees.
    """

    longitude: float
    latitude: float

    @property
    def metres_per_degree(self) -> tuple[float, float]:
        """(east, north)."""
        phi = math.radians(self.latitude)
        w2 = 1 - _E2 * math.sin(phi) ** 2
        north = math.radians(_A_M * (1 - _E2) / w2**1.5)
        east = math.radians(_A_M / math.sqrt(w2) * math.cos(phi))
        return east, north

    def metres(self, longitude: float, latitude: float) -> tuple[float, float]:
        """(x, y) of a position."""
        east, north = self.metres_per_degree
        return wrapped(longitude - self.longitude) * east, (latitude - self.latitude) * north

    def degrees(self, x_m: float, y_m: float) -> tuple[float, float]:
        """(longitude, latitude) of a point of the plane."""
        east, north = self.metres_per_degree
        # At a pole there is no east; the longitude stays.
        longitude = self.longitude + (x_m / east if east > 1e-6 else 0.0)
        return wrapped(longitude), self.latitude + y_m / north


def wrapped(longitude: float) -> float:
    """The same meridian between -180 and 180 degrees."""
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180
