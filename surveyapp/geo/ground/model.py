"""What a map from a file is to those who draw it: the part asked for, and the picture or shapes that come back.

**World degrees**: the plane of spherical Mercator (EPSG:3857) in degrees, so that x is the longitude and one unit
is one degree at the equator; y is ``degrees(asinh(tan(latitude)))``. The map of the window is drawn in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WorldBox = tuple[float, float, float, float]
"""West, south, east, north in world degrees."""
Role = Literal[
    "water", "land", "wood", "park", "ice", "building", "road", "track", "rail", "boundary", "contour", "own"
]
"""What a shape is of; ``own`` is a shape of somebody's layer, drawn in the layer's colour."""

DEGREE_M = math.radians(1) * 6378137.0
"""Metres of EPSG:3857 to a world degree (radius of EPSG:7030, the sphere that EPSG:3857 uses)."""
EDGE_DEG = 180.0
"""The world is a square of 2 × 180 world degrees."""
WORLD: WorldBox = (-EDGE_DEG, -EDGE_DEG, EDGE_DEG, EDGE_DEG)


def world_y(latitude: Floats) -> Floats:
    """World degrees of latitudes in degrees; latitudes past the edge of the square are set to the edge."""
    raised = np.degrees(np.arcsinh(np.tan(np.radians(np.clip(latitude, -89.9, 89.9)))))
    return np.clip(raised, -EDGE_DEG, EDGE_DEG)


def latitude_of(y: Floats) -> Floats:
    """Latitudes in degrees of world degrees: the way back of :func:`world_y`."""
    return np.degrees(np.arctan(np.sinh(np.radians(y))))


def world_box(west: float, south: float, east: float, north: float) -> WorldBox:
    """The box of bounds in degrees of longitude and latitude."""
    low, high = world_y(np.array([south, north], float)).tolist()
    return west, low, east, high


def meet(one: WorldBox, other: WorldBox) -> WorldBox | None:
    """What two boxes share; ``None`` if that is nothing."""
    x0, y0 = max(one[0], other[0]), max(one[1], other[1])
    x1, y1 = min(one[2], other[2]), min(one[3], other[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


@dataclass(frozen=True)
class GroundView:
    """The part of the world to draw, and how many pixels it is to have (the same scale both ways)."""

    box: WorldBox
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Pixels to a world degree."""
        return self.width / (self.box[2] - self.box[0])

    def within(self, box: WorldBox) -> GroundView | None:
        """The whole pixels of this view that meet a box; ``None`` if there are none."""
        shared = meet(self.box, box)
        if shared is None:
            return None
        west, _south, _east, north = self.box
        # A hair's breadth less: an edge that falls on a pixel's edge must not take in the next one.
        left, right = (
            math.floor((shared[0] - west) * self.scale + 1e-6),
            math.ceil((shared[2] - west) * self.scale - 1e-6),
        )
        top, bottom = (
            math.floor((north - shared[3]) * self.scale + 1e-6),
            math.ceil((north - shared[1]) * self.scale - 1e-6),
        )
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, self.width), min(bottom, self.height)
        if right <= left or bottom <= top:
            return None
        corner = west + left / self.scale, north - bottom / self.scale
        end = west + right / self.scale, north - top / self.scale
        return GroundView((*corner, *end), right - left, bottom - top)


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels over a box. ``rgba`` has the shape (height, width, 4), 0 to 255, alpha not multiplied in."""

    rgba: NDArray[np.uint8]
    box: WorldBox
    note: str = ""
    """A sentence about what is missing, for the list of layers; empty if nothing is."""


@dataclass(frozen=True)
class Name:
    """A name at a place; the lower its rank, the more important."""

    text: str
    x: float
    y: float
    rank: int
    at_point: bool = True
    """Whether it names a point, and not a line or an area."""


@dataclass(frozen=True, eq=False)
class Shapes:
    """Lines, areas, points and names in world degrees, each array of the shape (n, 2)."""

    areas: Sequence[tuple[Role, list[Floats]]] = ()
    """Each with all its rings, to be filled odd-even."""
    lines: Sequence[tuple[Role, Floats]] = ()
    points: Sequence[tuple[Role, float, float]] = ()
    names: Sequence[Name] = field(default=())
    note: str = ""


class GroundSource(Protocol):
    """A map in an open file. It is used by one thread at a time."""

    box: WorldBox
    """Where it is."""
    attribution: str
    """Whom it is from, in the words of the file."""
    note: str
    """What one should know of it always; empty if nothing."""

    def draw(self, view: GroundView) -> Picture | Shapes:
        """What it has for a view; empty shapes where it has nothing. Raises ``BadFile``."""

    def close(self) -> None:
        """Let the file go."""
