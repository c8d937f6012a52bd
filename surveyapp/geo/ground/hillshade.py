"""Shaded relief from elevations.

The slope is that of B. K. P. Horn, "Hill Shading and the Reflectance Map", Proceedings of the IEEE 69 (1981),
14-47: weighted differences over the eight neighbours of a cell.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from surveyapp.geo.ground.model import Floats

SUN_AZIMUTH_DEG = 315.0
"""From the north-west, as on printed maps: light from below makes valleys look like ridges."""
SUN_HEIGHT_DEG = 45.0
FLAT = math.sin(math.radians(SUN_HEIGHT_DEG))
"""Brightness of level ground."""
_DARKEST, _BRIGHTEST = 0.8, 0.55
"""Opacity of full shade and of full light."""


def brightness(
    elevation_m: Floats,
    cell_m: Floats | float,
    azimuth_deg: float = SUN_AZIMUTH_DEG,
    height_deg: float = SUN_HEIGHT_DEG,
) -> Floats:
    """Brightness 0 to 1 of the inner cells of a grid whose first row is the northernmost.

    ``elevation_m`` has the shape (h + 2, w + 2), the result (h, w); ``cell_m`` is the width of a cell in metres,
    one number or one for each inner row, shape (h, 1). NaN where a neighbour is NaN.
    """
    z = elevation_m
    eastward = (z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:]) - (z[:-2, :-2] + 2 * z[1:-1, :-2] + z[2:, :-2])
    northward = (z[:-2, :-2] + 2 * z[:-2, 1:-1] + z[:-2, 2:]) - (z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:])
    p, q = eastward / (8 * cell_m), northward / (8 * cell_m)
    azimuth, height = math.radians(azimuth_deg), math.radians(height_deg)
    # The cosine of the angle between the normal (-p, -q, 1) and the direction to the sun.
    towards_sun = math.sin(height) - math.cos(height) * (p * math.sin(azimuth) + q * math.cos(azimuth))
    return np.asarray(np.clip(towards_sun / np.sqrt(1 + p * p + q * q), 0.0, 1.0))


def relief(bright: Floats) -> NDArray[np.uint8]:
    """Shade in black and light in white, shape (h, w, 4), to lay over any map: level ground is clear."""
    shade = np.clip((FLAT - bright) / FLAT, 0, 1) * _DARKEST
    light = np.clip((bright - FLAT) / (1 - FLAT), 0, 1) * _BRIGHTEST
    rgba = np.zeros((*bright.shape, 4), np.uint8)
    lit = light > 0
    rgba[lit, :3] = 255
    rgba[..., 3] = np.rint(np.nan_to_num(np.where(lit, light, shade)) * 255).astype(np.uint8)
    return rgba
