"""Which district a point lies in, by an office's own map, and the nearest town by a small table.

The program ships no boundaries of districts: none that is free is also up to date. An office that has them gives
them as a file (:mod:`surveyapp.geo.boundaries`). Coordinates are WGS 84 degrees, longitude first.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from io import StringIO

from surveyapp.assets import resource_text
from surveyapp.geo.basemap import Province
from surveyapp.geo.measure import METRES_PER_DEGREE, haversine_m
from surveyapp.geo.places import area_at

TOWNS = "places/towns.csv"
NEAR_M = 25_000.0
"""Farther than this a town no longer says where one is."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town with the district that it lies in (empty where that is not certain)."""

    name: str
    district: str
    longitude: float
    latitude: float


def district_at(longitude: float, latitude: float, districts: tuple[Province, ...]) -> str | None:
    """Name of the district that holds a point, or ``None``."""
    found = area_at(districts, longitude, latitude)
    return found.name if found is not None else None


def nearest_town(longitude: float, latitude: float, within_m: float = NEAR_M) -> tuple[Town, float] | None:
    """The nearest town and how many metres away it is (good to 0.6 %); ``None`` beyond ``within_m``."""
    reach = within_m / METRES_PER_DEGREE
    near = [town for town in towns() if abs(town.latitude - latitude) <= reach]
    if not near:
        return None
    distances = [haversine_m(longitude, latitude, town.longitude, town.latitude) for town in near]
    nearest = min(range(len(near)), key=distances.__getitem__)
    return (near[nearest], distances[nearest]) if distances[nearest] <= within_m else None


@cache
def towns() -> tuple[Town, ...]:
    """The table of towns."""
    rows = csv.DictReader(StringIO(resource_text(TOWNS)))
    return tuple(
        Town(row["name"], row["district"], float(row["longitude"]), float(row["latitude"])) for row in rows
    )
