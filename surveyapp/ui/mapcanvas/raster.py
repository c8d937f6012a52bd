"""Draws points and density into an ARGB buffer. numpy, no Qt.

Record order is kept by one assignment per pass: numpy writes a flat index from first to last, so of all
stamps that touch a pixel the last record's stays. Fringes (the partly covered edge pixels) are written
first and cores over them: a lone stamp is smooth against the map, and where stamps overlap the upper one
covers the lower one as paint would, without reading the buffer back for every pixel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveyapp.ui.mapcanvas.levels import Density
from surveyapp.ui.mapcanvas.stamps import StampSet
from surveyapp.ui.mapcanvas.styles import rgb
from surveyapp.ui.mapcanvas.viewport import Floats

_BLOCK = 1 << 18
"""Stamp pixels written at a time: their indices stay in the processor's cache."""


class PixelBuffer:
    """An ARGB picture (premultiplied, 0xAARRGGBB) with a margin, so that stamps need no clipping."""

    def __init__(self, width: int, height: int, margin: int) -> None:
        self.width, self.height, self.margin = width, height, margin
        self.stride = width + 2 * margin
        """Pixels from one line to the next."""
        self.flat = np.zeros(self.stride * (height + 2 * margin), np.uint32)

    @property
    def offset(self) -> int:
        """Index in :attr:`flat` of the top left pixel of the picture."""
        return self.margin * self.stride + self.margin

    @property
    def pixels(self) -> NDArray[np.uint32]:
        """The picture, shape (height, width), without the margin; a view."""
        square = self.flat.reshape(-1, self.stride)
        return square[self.margin : self.margin + self.height, self.margin : self.margin + self.width]

    def stamp(self, px: Floats, py: Floats, variant: NDArray[np.intp], stamps: StampSet) -> None:
        """Stamp n points at pixels (``px``, ``py``), in order; ``variant`` picks the stamp of each.

        Of points with the same centre pixel only the last is drawn: it would cover the others.
        """
        if 2 * stamps.reach > self.margin:
            # A stamp that reaches in from just outside goes as far again into the margin.
            raise ValueError(f"stamps reach {stamps.reach} pixels, the margin is only {self.margin}")
        column = np.floor(px).astype(np.intp) + self.margin
        line = np.floor(py).astype(np.intp) + self.margin
        reach = stamps.reach
        inside = (column >= reach) & (column < self.stride - reach)
        inside &= (line >= reach) & (line < len(self.flat) // self.stride - reach)
        centre = (line * self.stride + column)[inside]
        variant = variant[inside]
        if len(centre) > 2000:
            top = self._topmost(centre)
            centre, variant = centre[top], variant[top]
        for at, colours in ((stamps.fringe_at, stamps.fringe), (stamps.core_at, stamps.core)):
            moves = (at[..., 0] * self.stride + at[..., 1]).astype(np.intp)
            count = max(1, _BLOCK // moves.shape[1])
            for first in range(0, len(centre), count):
                chosen = variant[first : first + count]
                where = centre[first : first + count, None] + moves[chosen]
                self.flat[where.ravel()] = colours[chosen].ravel()

    def _topmost(self, centre: NDArray[np.intp]) -> NDArray[np.bool_]:
        last = np.empty(len(self.flat), np.int32)
        order = np.arange(len(centre), dtype=np.int32)
        last[centre] = order
        return np.asarray(last[centre] == order)


def density_picture(density: Density, colours: list[str], fallback: str) -> NDArray[np.uint32]:
    """The density as a small picture, one pixel a bin, north up, 0xAARRGGBB premultiplied.

    The colour is the gem's on top; the opacity grows with the logarithm of the count, so that a single
    find stays visible beside a mine.
    """
    table = np.array([rgb(colour) for colour in colours] + [rgb(fallback)], float)
    style = np.minimum(density.style, len(colours))
    strength = np.clip(0.3 + 0.055 * np.log2(np.maximum(density.count, 1)), 0, 0.9)
    alpha = np.where(density.count > 0, strength, 0)
    red, green, blue = np.moveaxis(np.rint(table[style] * alpha[..., None]).astype(np.uint32), 2, 0)
    picture = (np.rint(alpha * 255).astype(np.uint32) << 24) | (red << 16) | (green << 8) | blue
    return np.ascontiguousarray(picture[::-1])
