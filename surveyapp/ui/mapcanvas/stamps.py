"""Small pictures of points, drawn once and stamped many times. numpy, no Qt.

A stamp is drawn by counting sub-pixels inside its outline (8 × 8 a pixel), so its edges are smooth. It is
kept as two lists of pixels: the *core* (fully covered) and the *fringe* (partly covered), because the
rasteriser writes fringes first and cores over them (see :mod:`.raster`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.ui.mapcanvas.styles import PointStyle, rgb
from surveyapp.ui.mapcanvas.viewport import Floats

_SUB = 8


def corners(shape: str) -> Floats | None:
    """Corners of a shape, (k, 2), x right and y down, of about the area of a disc of radius 1; None: disc."""
    if shape == "circle":
        return None
    if shape == "square":
        return np.array([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    if shape == "triangle":
        return _regular(3, 1.36, -90, down=0.22)
    if shape == "wedge":
        return _regular(3, 1.36, 90, down=-0.22)
    if shape == "diamond":
        return np.array([(0, -1.28), (1.05, 0), (0, 1.28), (-1.05, 0)])
    if shape == "kite":
        return np.array([(0, -1.3), (1.08, -0.42), (0, 1.42), (-1.08, -0.42)])
    if shape == "hexagon":
        # Longer than wide, as an emerald is cut: at this size a regular one would pass for a disc.
        return np.array([(-1.34, 0), (-0.72, -0.96), (0.72, -0.96), (1.34, 0), (0.72, 0.96), (-0.72, 0.96)])
    if shape == "pentagon":
        return _regular(5, 1.3, -90, down=0.12)
    if shape == "star":
        outer, inner = _regular(5, 1.42, -90), _regular(5, 0.66, -54)
        return np.stack([outer, inner], axis=1).reshape(-1, 2)
    if shape == "cross":
        a, b = 0.42, 1.16
        quarter = [(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a)]
        return np.array([*quarter, (a, b), (-a, b), (-a, a), (-b, a), (-b, -a), (-a, -a)])
    raise ValueError(f"no shape named {shape!r}")


def _regular(sides: int, radius: float, start_deg: float, down: float = 0.0) -> Floats:
    angle = np.radians(start_deg + np.arange(sides) * 360 / sides)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle) + down], axis=1)


@dataclass(frozen=True)
class StampSet:
    """Stamps of n variants, each padded to the same number of pixels by repeating one of its own.

    Offsets are (dy, dx) from the centre pixel; colours are 0xAARRGGBB premultiplied.
    """

    reach: int
    """No stamp goes further from its centre than this many pixels."""
    core_at: NDArray[np.int32]
    """(n, k, 2)."""
    core: NDArray[np.uint32]
    """(n, k)."""
    fringe_at: NDArray[np.int32]
    fringe: NDArray[np.uint32]


@dataclass(frozen=True)
class Look:
    """How one variant is stamped; sizes in pixels of the buffer."""

    style: PointStyle
    radius: float
    outline: str
    """Colour of the edge."""
    edge: float = 1.4
    hollow: bool = False
    """An absence: the colour as a ring round an empty middle."""
    halo: str | None = None
    """Colour of a second ring outside the edge (selection)."""


def make_stamps(looks: Sequence[Look]) -> StampSet:
    """Stamps of the given looks, in that order."""
    reach = max(math.ceil(look.radius * 1.5 + look.edge * 4 + 2) for look in looks)
    pictures = [_picture(look, reach) for look in looks]
    core_at, core = _listed(pictures, reach, lambda alpha: alpha > 254)
    fringe_at, fringe = _listed(pictures, reach, lambda alpha: (alpha > 0) & (alpha <= 254))
    return StampSet(reach, core_at, core, fringe_at, fringe)


def _picture(look: Look, reach: int) -> NDArray[np.uint32]:
    """One stamp as a square picture of 2·reach + 1 pixels, 0xAARRGGBB premultiplied."""
    rings: list[tuple[float, str]] = []
    if look.halo:
        rings.append((look.radius + look.edge * 3.0, look.halo))
    rings.append((look.radius + look.edge, look.outline))
    rings.append((look.radius, look.style.colour))
    if look.hollow:
        rings.append((look.radius * 0.52, look.outline))
    size = 2 * reach + 1
    rgba = np.zeros((size, size, 4))
    for radius, colour in rings:
        cover = _coverage(look.style.shape, radius, look.radius, reach)[..., None]
        rgba = rgba * (1 - cover) + np.array([*rgb(colour), 255.0]) * cover
    red, green, blue, alpha = np.moveaxis(np.rint(rgba).astype(np.uint32), 2, 0)
    return ((alpha << 24) | (red << 16) | (green << 8) | blue).astype(np.uint32)


def _coverage(shape: str, radius: float, nominal: float, reach: int) -> Floats:
    """Share of each pixel covered by a shape whose edge lies ``radius - nominal`` outside its nominal one."""
    size = 2 * reach + 1
    axis = (np.arange(size * _SUB) + 0.5) / _SUB - reach - 0.5
    outline = corners(shape)
    if outline is None:
        inside = axis[:, None] ** 2 + axis**2 <= radius * radius
    else:
        inside = _inside_grid(_offset(outline * nominal, radius - nominal), axis)
    return inside.reshape(size, _SUB, size, _SUB).mean(axis=(1, 3))


def _inside_grid(polygon: Floats, axis: Floats) -> NDArray[np.bool_]:
    """Which places of a square grid, (y, x) both along ``axis``, lie in a polygon, by the even-odd rule."""
    inside = np.zeros((len(axis), len(axis)), bool)
    for (x0, y0), (x1, y1) in zip(np.roll(polygon, 1, axis=0), polygon, strict=True):
        beside = (axis >= min(y0, y1)) & (axis < max(y0, y1))
        if y0 != y1:
            crossing = x0 + (axis[beside] - y0) * (x1 - x0) / (y1 - y0)
            inside[beside] ^= axis < crossing[:, None]
    return inside


def _offset(polygon: Floats, by: float) -> Floats:
    """The polygon with every edge moved outwards by a distance; sharp corners are kept to 2.2 times it."""
    before, after = polygon - np.roll(polygon, 1, axis=0), np.roll(polygon, -1, axis=0) - polygon
    before /= np.linalg.norm(before, axis=1)[:, None]
    after /= np.linalg.norm(after, axis=1)[:, None]
    # Corners run clockwise on screen (y down), so the outside lies to the left: (dy, -dx).
    normal_before = np.stack([before[:, 1], -before[:, 0]], axis=1)
    normal_after = np.stack([after[:, 1], -after[:, 0]], axis=1)
    middle = normal_before + normal_after
    middle /= np.linalg.norm(middle, axis=1)[:, None]
    stretch = 1 / np.clip((middle * normal_after).sum(axis=1), 1 / 2.2, 1)
    return np.asarray(polygon + middle * (stretch * by)[:, None])


def _listed(
    pictures: Sequence[NDArray[np.uint32]],
    reach: int,
    wanted: Callable[[NDArray[np.uint32]], NDArray[np.bool_]],
) -> tuple[NDArray[np.int32], NDArray[np.uint32]]:
    """Offsets and colours of the pixels whose alpha is wanted, padded to one length."""
    found = [np.nonzero(wanted(picture >> np.uint32(24))) for picture in pictures]
    longest = max([1, *(len(rows) for rows, _ in found)])
    at = np.zeros((len(pictures), longest, 2), np.int32)
    colours = np.zeros((len(pictures), longest), np.uint32)
    for i, (picture, (rows, columns)) in enumerate(zip(pictures, found, strict=True)):
        if len(rows):
            fill = np.arange(longest) % len(rows)
            at[i, :, 0], at[i, :, 1] = rows[fill] - reach, columns[fill] - reach
            colours[i] = picture[rows[fill], columns[fill]]
    return at, colours
