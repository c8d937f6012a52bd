"""What part of the Earth the map shows, and how it lands on pixels. No Qt.

**Projection.** The map is drawn in spherical Mercator (the projection of EPSG:3857), because

- it is conformal: a strike, a bearing or the shape of a valley looks as it does on the ground at
  every latitude from Karachi to Khunjerab, which plate carrée only manages at one latitude;
- it does not depend on where the view is, so a pan is a shift of pixels and cached pictures stay
  true, which a projection scaled by the cosine of the view's latitude would break;
- it is what the HTML preview (Leaflet) and MBTiles rasters use, so all three maps agree.

Distances are never taken from it: the scale bar uses the ellipsoid's radius at the view's latitude,
and measuring uses geodesics (:mod:`.measure`).

**Units.** *World* coordinates are in degrees: ``x`` is the longitude and ``y`` is the Mercator
northing scaled so that one unit is one degree at the equator. ``scale`` is pixels per world unit.
Pixels are logical (device-independent), ``x`` to the right and ``y`` down, origin at the top left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_F = TypeVar("_F", float, Floats)

MAX_LAT = 85.0
"""Mercator runs to infinity at the poles; nothing is drawn beyond this latitude (degrees)."""

_SEMI_MAJOR_M = 6378137.0
_ECC_SQUARED = 0.0066943799901413165
"""WGS 84 ellipsoid (EPSG:7030)."""

MIN_SCALE = 256 / 360
"""The whole world in 256 pixels."""
MAX_SCALE = 6_000_000.0
"""About 2 cm a pixel: far finer than any GNSS position."""


def world_y(lat: Floats) -> Floats:
    """Mercator northing in degrees of latitudes in degrees, each clamped to ±``MAX_LAT``; NaN stays NaN."""
    clipped = np.clip(lat, -MAX_LAT, MAX_LAT)
    return np.degrees(np.arcsinh(np.tan(np.radians(clipped))))


def latitude(y: Floats) -> Floats:
    """Latitude in degrees of Mercator northings in degrees: the inverse of :func:`world_y`."""
    return np.degrees(np.arctan(np.sinh(np.radians(y))))


def world_y1(lat: float) -> float:
    """:func:`world_y` of one latitude."""
    clipped = min(max(lat, -MAX_LAT), MAX_LAT)
    return math.degrees(math.asinh(math.tan(math.radians(clipped))))


def latitude1(y: float) -> float:
    """:func:`latitude` of one northing."""
    return math.degrees(math.atan(math.sinh(math.radians(y))))


def metres_per_degree_east(lat: float) -> float:
    """Ground length in metres of one degree of longitude at ``lat`` on WGS 84."""
    phi = math.radians(lat)
    normal = _SEMI_MAJOR_M / math.sqrt(1 - _ECC_SQUARED * math.sin(phi) ** 2)
    return math.radians(1) * normal * math.cos(phi)


@dataclass(frozen=True)
class Box:
    """A rectangle in world coordinates; ``x0 <= x1``, ``y0 <= y1``, edges included."""

    x0: float
    y0: float
    x1: float
    y1: float

    def grown(self, by: float) -> Box:
        """The box with ``by`` world units added on every side."""
        return Box(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)

    def united(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


def world_box(west: float, south: float, east: float, north: float) -> Box:
    """The box of bounds in degrees, in either order."""
    y0, y1 = sorted((world_y1(south), world_y1(north)))
    return Box(min(west, east), y0, max(west, east), y1)


@dataclass(frozen=True)
class Viewport:
    """An immutable view: every change gives a new one, so two equal views share cached pictures.

    ``width`` and ``height`` in logical pixels, ``x`` and ``y`` the world coordinates of the centre,
    ``scale`` in pixels per world unit.
    """

    width: int = 800
    height: int = 600
    x: float = 69.5
    y: float = 32.0
    scale: float = 40.0

    # ---- conversions -------------------------------------------------------------------------

    def to_pixels(self, x: _F, y: _F) -> tuple[_F, _F]:
        """Pixels of world coordinates; floats or arrays."""
        return (x - self.x) * self.scale + self.width / 2, (self.y - y) * self.scale + self.height / 2

    def to_world(self, px: _F, py: _F) -> tuple[_F, _F]:
        """World coordinates of pixels; floats or arrays."""
        return (px - self.width / 2) / self.scale + self.x, self.y - (py - self.height / 2) / self.scale

    def pixels_of(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Pixels of longitudes and latitudes in degrees, arrays of one shape."""
        return self.to_pixels(lon, world_y(lat))

    def lonlat_of(self, px: Floats, py: Floats) -> tuple[Floats, Floats]:
        """Longitudes and latitudes in degrees of pixels, arrays of one shape."""
        x, y = self.to_world(px, py)
        return x, latitude(y)

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Pixel of one position."""
        return self.to_pixels(lon, world_y1(lat))

    def lonlat(self, px: float, py: float) -> tuple[float, float]:
        """Longitude and latitude in degrees under one pixel."""
        x, y = self.to_world(px, py)
        return x, latitude1(y)

    # ---- what is in view ---------------------------------------------------------------------

    @property
    def box(self) -> Box:
        """The visible rectangle in world coordinates."""
        half_x, half_y = self.width / 2 / self.scale, self.height / 2 / self.scale
        return Box(self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The visible rectangle as west, south, east, north in degrees."""
        box = self.box
        return box.x0, latitude1(box.y0), box.x1, latitude1(box.y1)

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude in degrees of the middle of the view."""
        return self.x, latitude1(self.y)

    @property
    def metres_per_pixel(self) -> float:
        """Ground length of one pixel at the centre, in metres."""
        return self.metres_per_pixel_at(latitude1(self.y))

    def metres_per_pixel_at(self, lat: float) -> float:
        """Ground length of one pixel at a latitude in degrees, in metres."""
        return metres_per_degree_east(lat) / self.scale

    # ---- movement ----------------------------------------------------------------------------

    def resized(self, width: int, height: int) -> Viewport:
        """The same centre and scale in a window of another size."""
        return replace(self, width=max(1, width), height=max(1, height))

    def panned(self, dx: float, dy: float) -> Viewport:
        """The view after its picture was dragged by ``dx``, ``dy`` pixels."""
        return self._at(self.x - dx / self.scale, self.y + dy / self.scale, self.scale)

    def centred(self, lon: float, lat: float) -> Viewport:
        """The view with a position in its middle, same scale."""
        return self._at(lon, world_y1(lat), self.scale)

    def zoomed(self, factor: float, px: float | None = None, py: float | None = None) -> Viewport:
        """The view magnified by ``factor``; the place under the pixel (default: the centre) stays there."""
        px = self.width / 2 if px is None else px
        py = self.height / 2 if py is None else py
        x, y = self.to_world(px, py)
        scale = min(max(self.scale * factor, MIN_SCALE), MAX_SCALE)
        return self._at(x - (px - self.width / 2) / scale, y + (py - self.height / 2) / scale, scale)

    def fitted(
        self, box: Box, margin: float = 40, closest_m: float = 400, covered: tuple[float, float] = (0, 0)
    ) -> Viewport:
        """The view that shows a whole box with ``margin`` pixels around it.

        A box smaller than ``closest_m`` metres (one sighting) is shown that wide, not at full zoom.
        ``covered``: pixels at the left and the right edge that do not count as view.
        """
        left, right = covered
        smallest = closest_m / metres_per_degree_east(latitude1((box.y0 + box.y1) / 2))
        room_x = max(self.width - left - right - 2 * margin, 16)
        room_y = max(self.height - 2 * margin, 16)
        scale = min(room_x / max(box.x1 - box.x0, smallest), room_y / max(box.y1 - box.y0, smallest))
        scale = min(max(scale, MIN_SCALE), MAX_SCALE)
        middle = (box.x0 + box.x1) / 2 - (left - right) / 2 / scale
        return self._at(middle, (box.y0 + box.y1) / 2, scale)

    def _at(self, x: float, y: float, scale: float) -> Viewport:
        limit = world_y1(MAX_LAT)
        return replace(self, scale=scale, x=min(max(x, -180.0), 180.0), y=min(max(y, -limit), limit))
