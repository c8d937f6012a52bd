"""Monte Carlo of a nation's estimates, beside the loop that one would write without arrays."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import replace

from surveyapp.domain.estimation import Model, constant, stated
from surveyapp.services.estimates import figures_of

AREAS, DRAWS = 1_000, 10_000
_LOOPED = 20
"""So many areas are worked out by the loop, and its time is taken for all of them."""


def model(seed: int) -> Model:
    """Every input but the extent and the recovery is spread."""
    return Model(50_000, {
        "extent_m2": constant(48_000), "thickness_m": stated("triangular", low=1, mode=2, high=4),
        "mineralised": stated("uniform", low=0.05, high=0.2),
        "density_t_m3": stated("normal", mean=2.7, sd=0.1, low=2.4, high=3.0),
        "grade_ct_t": stated("lognormal", mean=0.8, sd=0.5), "recovery": constant(0.85),
    }, bottom_screen_mm=2.0, seed=seed, draws=DRAWS)


def _looped(seed: int) -> tuple[float, float, float]:
    """The same model, a draw at a time with the standard library."""
    drawn = random.Random(seed)
    variance = math.log1p((0.5 / 0.8) ** 2)
    mean, sd = math.log(0.8) - variance / 2, math.sqrt(variance)
    carats = []
    for _ in range(DRAWS):
        density = drawn.gauss(2.7, 0.1)
        while not 2.4 <= density <= 3.0:
            density = drawn.gauss(2.7, 0.1)
        tonnes = 48_000 * drawn.triangular(1, 4, 2) * drawn.uniform(0.05, 0.2) * density
        carats.append(tonnes * drawn.lognormvariate(mean, sd) * 0.85)
    carats.sort()
    return carats[DRAWS // 10], carats[DRAWS // 2], carats[9 * DRAWS // 10]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run() -> list[str]:
    """Rows of a Markdown table: work, against, ours, theirs, ratio."""
    first = replace(model(0), draws=1_000)
    figures_of(first)  # NumPy is there before the clock runs
    ours = _timed(lambda: [figures_of(model(seed)) for seed in range(AREAS)])
    theirs = _timed(lambda: [_looped(seed) for seed in range(_LOOPED)]) * AREAS / _LOOPED
    told = f"Monte Carlo of {AREAS:,} areas, {DRAWS:,} draws each"
    return [f"| {told} | the loop in plain Python | {ours:.2f} s | {theirs:.1f} s | {ours / theirs:.3f}× |"]


if __name__ == "__main__":
    print("\n".join(run()))
