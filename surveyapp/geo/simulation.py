"""Monte Carlo of an estimate: the same seed gives the same figures on every computer.

NumPy promises that the bits of PCG64 stay what they are (NEP 19); it does not promise how its distributions use them.
So only the bits are NumPy's, and each distribution is drawn by its inverse here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.domain.estimation import INPUTS, Distribution, Figures, Model, rounded

Floats = NDArray[np.float64]

_CHUNK = 2_000_000
"""Bulk samples are drawn again this many at a time, so that many draws of many samples fit into memory."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What was drawn, in the order of the draws: carats of each, and the means of what they are made of."""

    carats: Floats
    tonnage_t: float
    grade_ct_t: float
    recovery: float


def draw(model: Model, *, apart: int = 0, draws: int = 0) -> Outcomes:
    """Draw a model that has no faults. ``apart``: a number (such as a record's uuid) that keeps two models of one
    seed from being drawn alike, where their outcomes are added. ``draws``: in place of the model's own number."""
    count = draws or model.draws
    drawn: dict[str, Floats | float] = {}
    for stream, asked in enumerate(INPUTS):
        distribution = model.inputs[asked.name]
        if distribution.kind == "constant":
            drawn[asked.name] = distribution["value"]
        else:
            drawn[asked.name] = sample(distribution, _bits(model.seed, apart, stream), count)
    tonnes = drawn["extent_m2"] * drawn["thickness_m"] * drawn["mineralised"] * drawn["density_t_m3"]
    carats = tonnes * drawn["grade_ct_t"] * drawn["recovery"]
    return Outcomes(
        np.broadcast_to(np.asarray(carats, float), (count,)),
        float(np.mean(tonnes)), float(np.mean(drawn["grade_ct_t"])), float(np.mean(drawn["recovery"])),
    )


def figures(outcomes: Outcomes) -> Figures:
    """Low, best and high (the 10th, 50th and 90th percentile, which 90, 50 and 10 % exceed), and means."""
    low, best, high = percentiles(outcomes.carats)
    return Figures(
        low, best, high, rounded(float(np.mean(outcomes.carats))), rounded(outcomes.tonnage_t),
        rounded(outcomes.grade_ct_t), rounded(outcomes.recovery),
    )


def percentiles(carats: Floats) -> tuple[float, float, float]:
    """P90, P50 and P10 of outcomes, linear between two of them (Hyndman and Fan's type 7)."""
    low, best, high = (rounded(float(one)) for one in np.quantile(carats, (0.1, 0.5, 0.9)))
    return low, best, high


def sample(distribution: Distribution, bits: np.random.PCG64, count: int) -> Floats:
    """``count`` values of a distribution without faults."""
    if distribution.kind == "bootstrap":
        return _resampled(distribution, bits, count)
    share = uniforms(bits, count)
    match distribution.kind:
        case "constant":
            return np.full(count, distribution["value"])
        case "uniform":
            low, high = distribution.support()
            return low + (high - low) * share
        case "triangular":
            return _triangular(distribution, share)
        case "normal":
            return _normal(distribution, share)
        case _:
            mean, sd = distribution.lognormal()
            return np.exp(mean + sd * normal_deviates(share))


def uniforms(bits: np.random.PCG64, count: int) -> Floats:
    """Numbers strictly between 0 and 1: the middle of one of 2**52 equal steps, exact in a float."""
    raw = np.asarray(bits.random_raw(count), np.uint64)
    return ((raw >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52


def normal_deviates(share: Floats) -> Floats:
    """Standard normal deviates that this share lies below (Wichura, algorithm AS 241, PPND16; 1988)."""
    q = share - 0.5
    r = 0.180625 - q * q
    found = q * _ratio(r, _NEAR)
    tail = np.abs(q) > 0.425
    if tail.any():
        at = share[tail]
        r = np.sqrt(-np.log(np.minimum(at, 1 - at)))
        out = np.where(r <= 5, _ratio(r - 1.6, _TAIL), _ratio(r - 5, _FAR))
        found[tail] = np.copysign(out, at - 0.5)
    return found


def _ratio(r: Floats, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> Floats:
    over, under = coefficients
    return np.polynomial.polynomial.polyval(r, over) / np.polynomial.polynomial.polyval(r, under)


def _bits(seed: int, apart: int, stream: int) -> np.random.PCG64:
    """A stream of its own for each input, so that stating one otherwise leaves the draws of the others alone."""
    return np.random.PCG64(np.random.SeedSequence((seed, apart) if apart else seed, spawn_key=(stream,)))


def _triangular(distribution: Distribution, share: Floats) -> Floats:
    low, mode, high = distribution["low"], distribution["mode"], distribution["high"]
    rising = low + np.sqrt(share * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - share) * (high - low) * (high - mode))
    return np.where(share < (mode - low) / (high - low), rising, falling)


def _normal(distribution: Distribution, share: Floats) -> Floats:
    """Cut off at the limits. Where they lie above the mean it is drawn mirrored: near 1 a share has few digits."""
    mean, sd, low, high = (distribution[name] for name in ("mean", "sd", "low", "high"))
    mirrored = low > mean
    first, last = ((mean - high) / sd, (mean - low) / sd) if mirrored else ((low - mean) / sd, (high - mean) / sd)
    below, above = (0.5 * math.erfc(-z / math.sqrt(2)) for z in (first, last))
    deviate = normal_deviates(below + (above - below) * share)
    return np.clip(mean - sd * deviate if mirrored else mean + sd * deviate, low, high)


def _resampled(distribution: Distribution, bits: np.random.PCG64, count: int) -> Floats:
    """Grades of samples drawn with replacement, as many as there are: the carats of a draw by its tonnes."""
    carats, tonnes = (np.asarray(distribution.lists[name]) for name in ("carats", "tonnes"))
    many = len(carats)
    found = np.empty(count)
    step = max(1, _CHUNK // many)
    for start in range(0, count, step):
        rows = min(step, count - start)
        chosen = (uniforms(bits, rows * many).reshape(rows, many) * many).astype(np.intp)
        found[start : start + rows] = carats[chosen].sum(axis=1) / tonnes[chosen].sum(axis=1)
    return found


_NEAR = (
    (3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
     3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
)
_TAIL = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)
_FAR = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)

