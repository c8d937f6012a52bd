"""Places labels so that none covers another. No Qt: the caller measures text."""

from __future__ import annotations

import numpy as np

Place = tuple[float, float]


class LabelPlacer:
    """Gives out room for labels, first come first served, so call it in order of importance."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._taken = np.empty((64, 4))
        self._count = 0

    def reserve(self, x: float, y: float, width: float, height: float) -> None:
        """Keep a rectangle (pixels, top left corner) free of labels."""
        if self._count == len(self._taken):
            self._taken = np.concatenate([self._taken, np.empty_like(self._taken)])
        self._taken[self._count] = x, y, x + width, y + height
        self._count += 1

    def is_free(self, x: float, y: float, width: float, height: float) -> bool:
        """Whether a rectangle lies wholly in the view and touches nothing reserved."""
        if x < 0 or y < 0 or x + width > self._width or y + height > self._height:
            return False
        taken = self._taken[: self._count]
        hit = (taken[:, 0] < x + width) & (taken[:, 2] > x) & (taken[:, 1] < y + height) & (taken[:, 3] > y)
        return not bool(hit.any())

    def centred(self, x: float, y: float, width: float, height: float) -> Place | None:
        """Room for a label centred on a pixel: its top left corner, reserved; None if it is taken."""
        return self._take([(x - width / 2, y - height / 2)], width, height)

    def beside(self, x: float, y: float, width: float, height: float, gap: float) -> Place | None:
        """Room for a label beside a point, tried right, left, above, below; None if there is none."""
        middle = y - height / 2
        return self._take(
            [
                (x + gap, middle),
                (x - gap - width, middle),
                (x - width / 2, y - gap - height),
                (x - width / 2, y + gap),
            ],
            width,
            height,
        )

    def _take(self, places: list[Place], width: float, height: float) -> Place | None:
        for place in places:
            if self.is_free(*place, width, height):
                self.reserve(*place, width, height)
                return place
        return None
