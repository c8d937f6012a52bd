"""Where a point is, with how sure that is: province, district, toposheet, and the areas that hold it or may hold it.

A position is good to its accuracy, a boundary to its own. Nearer to a boundary than both together, the point may lie on
either side, and this says so instead of choosing. Distances are on the plane around the point, good to 1 % within
100 km.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.toposheet import sheet_bounds
from surveyapp.geo.basemap import Province
from surveyapp.geo.boundaries import Boundaries
from surveyapp.geo.crs import KALIANPUR_1962, from_wgs84
from surveyapp.geo.measure import METRES_PER_DEGREE
from surveyapp.geo.places import area_at, distance_to_edge_m
from surveyapp.geo.toposheets import toposheet_at


@dataclass(frozen=True, slots=True)
class Held:
    """Which area of a layer holds a point. ``name`` (and ``code`` of a province) is empty where none does. ``others``
    are those that may hold it as well, nearest first, with the metres to each; ``edge_m`` is how far its own boundary
    is, where that is within ``margin_m``, so that the point may lie outside."""

    name: str = ""
    code: str = ""
    others: tuple[tuple[str, float], ...] = ()
    edge_m: float | None = None
    margin_m: float = 0.0

    @property
    def certain(self) -> bool:
        return not self.others and self.edge_m is None


@dataclass(frozen=True, slots=True)
class Where:
    """``protected`` and ``licences`` are the names of those that hold the point; ``maybe`` and ``maybe_protected`` of
    those that may, with the metres to each. ``accuracy_known``: whether the position says how good it is;
    ``accuracy_m``, ``boundary_accuracy_m`` and ``province_accuracy_m`` how good it and the boundaries are, ``None``
    where nobody says."""

    province: Held
    district: Held
    toposheet: str | None
    next_sheets: tuple[str, ...]
    protected: tuple[str, ...]
    licences: tuple[str, ...]
    maybe: tuple[tuple[str, float], ...]
    boundary_source: str
    accuracy_known: bool
    maybe_protected: tuple[tuple[str, float], ...] = ()
    accuracy_m: float | None = None
    boundary_accuracy_m: float | None = None
    province_accuracy_m: float | None = None


def where(
    longitude: float,
    latitude: float,
    accuracy_m: float | None,
    boundaries: Boundaries,
    licences: Sequence[Province] = (),
) -> Where:
    """Look a point up. Licences are the survey's own polygons, taken as exact, and those of the layer."""
    own = accuracy_m or 0.0
    margin = own + (boundaries.accuracy_m or 0.0)
    protected = _all_at(boundaries.protected, longitude, latitude, margin)
    licensed = _all_at(licences, longitude, latitude, own) + _all_at(boundaries.licences, longitude, latitude, margin)
    sheet = toposheet_at(longitude, latitude)
    return Where(
        held(boundaries.provinces, longitude, latitude, own + (boundaries.province_accuracy_m or 0.0)),
        held(boundaries.districts, longitude, latitude, margin),
        sheet,
        _next_sheets(sheet, longitude, latitude, own),
        _holding(protected),
        _holding(licensed),
        tuple((name, metres) for name, metres in licensed if metres > 0),
        boundaries.label,
        accuracy_m is not None,
        tuple((name, metres) for name, metres in protected if metres > 0),
        accuracy_m,
        boundaries.accuracy_m,
        boundaries.province_accuracy_m,
    )


def _holding(found: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    return tuple(name for name, metres in found if metres == 0)


def held(areas: Sequence[Province], longitude: float, latitude: float, margin_m: float) -> Held:
    """The area that holds the point, and its neighbours within the margin. A point just outside every area (the lines
    are generalised) is held by none, and the near ones are told."""
    own = area_at(areas, longitude, latitude)
    others = _all_at([area for area in areas if area is not own], longitude, latitude, margin_m)
    if own is None:
        return Held(others=tuple(others), margin_m=margin_m)
    edge_m = distance_to_edge_m(own, longitude, latitude, within_m=margin_m)
    return Held(own.name, own.code, tuple(others), edge_m, margin_m)


def _all_at(areas: Sequence[Province], longitude: float, latitude: float, margin_m: float) -> list[tuple[str, float]]:
    """Names of the areas within the margin with the metres to each (0: it holds the point), nearest first."""
    found = []
    for area in areas:
        metres = 0.0 if area_at((area,), longitude, latitude) else distance_to_edge_m(
            area, longitude, latitude, within_m=margin_m)
        if metres is not None:
            found.append((area.name, metres))
    return sorted(found, key=lambda one: one[1])


def _next_sheets(sheet: str | None, longitude: float, latitude: float, margin_m: float) -> tuple[str, ...]:
    """Sheets across an edge that the point may lie beyond, worked out in the sheets' own datum."""
    if sheet is None or margin_m <= 0:
        return ()
    x, y, _accuracy = from_wgs84(KALIANPUR_1962, longitude, latitude)
    west, south, east, north = sheet_bounds(sheet)
    up = margin_m / METRES_PER_DEGREE
    across = up / math.cos(math.radians(latitude))
    found = []
    for dx in (-across, 0.0, across):
        for dy in (-up, 0.0, up):
            if west <= x + dx < east and south < y + dy <= north:
                continue
            other = toposheet_at(longitude + dx, latitude + dy)
            if other is not None and other != sheet and other not in found:
                found.append(other)
    return tuple(found)
