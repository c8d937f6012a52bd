"""What lies about a point: another sighting at the same place, and the areas of the survey. WGS 84 degrees,
longitude first; distances in metres on the plane around the point, good to 1 % within 100 km.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from surveyapp.geo.measure import METRES_PER_DEGREE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ON_TOP_M = 10.0
"""Nearer than this, two positions of unknown accuracy are called the same place."""
FARTHEST_M = 100.0
"""However poor an accuracy is, what is farther away is not called the same place."""


def on_top(
    longitude: float,
    latitude: float,
    accuracy_m: float | None,
    longitudes: Floats,
    latitudes: Floats,
    accuracies_m: Floats,
) -> tuple[int, float] | None:
    """(place in the arrays, metres) of the nearest other point that may be the same place: not farther than the
    larger of the two accuracies, at least :data:`ON_TOP_M` and at most :data:`FARTHEST_M`. NaN is unknown."""
    import numpy as np

    if not len(longitudes):
        return None
    east = (longitudes - longitude) * (METRES_PER_DEGREE * math.cos(math.radians(latitude)))
    metres = np.hypot(east, (latitudes - latitude) * METRES_PER_DEGREE)
    own = ON_TOP_M if accuracy_m is None else max(ON_TOP_M, accuracy_m)
    reach = np.minimum(np.maximum(np.nan_to_num(accuracies_m, nan=0.0), own), FARTHEST_M)
    metres[~(metres <= reach)] = np.inf  # also what is NaN
    nearest = int(np.argmin(metres))
    return (nearest, float(metres[nearest])) if math.isfinite(metres[nearest]) else None


def outside(longitude: float, latitude: float, areas: Sequence[Any]) -> tuple[int, float] | None:
    """(place in ``areas``, metres) of the nearest shapely polygon where the point lies in none of them; ``None``
    where it lies in one, or where there is none. Empty shapes are left out."""
    import numpy as np
    import shapely

    point = shapely.Point(longitude, latitude)
    if any(area.intersects(point) for area in areas):
        return None
    scale = np.array([METRES_PER_DEGREE * math.cos(math.radians(latitude)), METRES_PER_DEGREE])
    here = np.array([longitude, latitude])
    distances = [
        (place, float(shapely.transform(area, lambda degrees: (degrees - here) * scale).distance(shapely.Point(0, 0))))
        for place, area in enumerate(areas)
        if not area.is_empty
    ]
    return min(distances, key=lambda found: found[1], default=None)
