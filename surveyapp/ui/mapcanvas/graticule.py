"""Where the lines of the degree net run and what they are called; nice lengths for the scale bar. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from surveyapp.ui.mapcanvas.viewport import Viewport

_STEPS_SEC = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 18000, 36000, 72000, 108000),
)
"""Distances between lines in seconds of arc: 1″ to 30°, each a step that map sheets use."""
_SPACING_PX = 130
"""Lines are at least this far apart."""


@dataclass(frozen=True)
class GridLine:
    """One meridian or parallel: its pixel (x of a meridian, y of a parallel) and its name."""

    axis: Literal["lon", "lat"]
    pixel: float
    label: str


def graticule_step_sec(view: Viewport) -> int:
    """Distance between lines in seconds of arc."""
    wanted = _SPACING_PX / view.scale * 3600
    return next((step for step in _STEPS_SEC if step >= wanted), _STEPS_SEC[-1])


def graticule(view: Viewport) -> list[GridLine]:
    """The meridians and parallels in view."""
    step = graticule_step_sec(view)
    west, south, east, north = view.bounds
    lines: list[GridLine] = []
    for seconds in _multiples(max(west, -180), min(east, 180), step):
        pixel, _ = view.pixel(seconds / 3600, 0)
        lines.append(GridLine("lon", pixel, degrees_label(seconds, step, "EW")))
    for seconds in _multiples(max(south, -84), min(north, 84), step):
        _, pixel = view.pixel(0, seconds / 3600)
        lines.append(GridLine("lat", pixel, degrees_label(seconds, step, "NS")))
    return lines


def _multiples(low_deg: float, high_deg: float, step_sec: int) -> list[int]:
    first = math.ceil(low_deg * 3600 / step_sec)
    last = math.floor(high_deg * 3600 / step_sec)
    return [number * step_sec for number in range(first, last + 1)]


def degrees_label(seconds: int, step_sec: int, sides: str) -> str:
    """Name of a line, with no more parts than the step needs: ``72°E``, ``72°30′E``, ``72°30′15″E``."""
    side = "" if seconds == 0 else sides[0] if seconds > 0 else sides[1]
    degrees, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    text = f"{degrees}°"
    if step_sec % 3600:
        text += f"{minutes:02d}′"
    if step_sec % 60:
        text += f"{left:02d}″"
    return text + side


def scale_bar(metres_per_pixel: float, longest_px: float = 150) -> tuple[float, float]:
    """Length in metres (1, 2 or 5 × a power of ten) and in pixels of the longest bar that fits."""
    longest_m = metres_per_pixel * longest_px
    power = 10.0 ** math.floor(math.log10(longest_m))
    metres = max(factor * power for factor in (1, 2, 5) if factor * power <= longest_m * (1 + 1e-9))
    return metres, metres / metres_per_pixel


def distance_text(metres: float) -> str:
    """A length for reading: ``0.25 m``, ``85 m``, ``1.25 km``, ``312 km``."""
    if metres < 10:
        return f"{metres:.2f}".rstrip("0").rstrip(".") + " m"
    if metres < 1000:
        return f"{metres:.0f} m"
    if metres < 100_000:
        return f"{metres / 1000:.2f}".rstrip("0").rstrip(".") + " km"
    return f"{metres / 1000:,.0f} km"


def area_text(square_metres: float) -> str:
    """An area for reading: ``850 m²``, ``2.35 ha``, ``14.2 km²``."""
    if square_metres < 10_000:
        return f"{square_metres:,.0f} m²"
    if square_metres < 1_000_000:
        return f"{square_metres / 10_000:.2f} ha"
    square_km = square_metres / 1_000_000
    return f"{square_km:,.0f} km²" if square_km >= 100 else f"{square_km:.2f} km²"
