"""The model of an estimate: what goes into it, each with a stated distribution, and what is wrong with it.

carats = extent × thickness × share mineralised × density × grade × recovery. The six inputs are taken to be
independent of one another. What is worked out by drawing numbers (:mod:`surveyapp.geo.simulation`) is low, best and
high: P90, P50 and P10, the figures that 90, 50 and 10 % of the outcomes exceed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from surveyapp.words import mark, tr

DRAWS: Final = 10_000
MOST_DRAWS: Final = 1_000_000
FEWEST_DRAWS: Final = 100
MOST_SEED: Final = 2**53 - 1
"""The largest whole number that JSON carries through every program unharmed (RFC 8259, section 6)."""
MOST_SAMPLES: Final = 1_000
_OUTLINE_SLACK: Final = 1.001
"""An extent may be larger than its outline by so much: it was typed as a round number."""
_MOST: Final = 1e15
"""No number of any input is larger: carats in the field table end there."""
_LEAST_TONNES: Final = 1e-9
_LEAST_SHARE: Final = 1e-6
"""At least this share of a normal distribution must lie within its limits, or its tail cannot be drawn from."""

Z90: Final = 1.2815515655446004
"""Standard normal deviate that 10 % exceed."""


@dataclass(frozen=True, slots=True)
class Input:
    """One factor of the product, with the least and the most that it can be."""

    name: str
    title: str
    unit: str
    help: str
    most: float = math.inf
    zero: bool = True

    @property
    def label(self) -> str:
        """Title with its unit, in the language of the program."""
        return f"{tr(self.title)} ({self.unit})" if self.unit else tr(self.title)


INPUTS: tuple[Input, ...] = (
    Input("extent_m2", mark("Extent"), "m²",
          mark("The ground that holds the gem: the whole outline, or the part of it that was shown to."), zero=False),
    Input("thickness_m", mark("Thickness"), "m", mark("Of the gem-bearing layer, square to its dip."), most=5_000),
    Input("mineralised", mark("Share mineralised"), "",
          mark("The share of that volume that is gem-bearing, 0 to 1: pockets and veins are not the whole layer."),
          most=1),
    Input("density_t_m3", mark("Density"), "t/m³", mark("In place: rock about 2.7, loose gravel about 1.8."), most=10,
          zero=False),
    Input("grade_ct_t", mark("Grade"), "ct/t", mark("Carats per tonne above the bottom screen.")),
    Input("recovery", mark("Recovery"), "", mark("The share of the stones that the working gets out, 0 to 1."), most=1),
)
INPUT_BY_NAME: dict[str, Input] = {one.name: one for one in INPUTS}


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of distribution: the numbers that state it. ``lists``: they are lists, one entry for each sample."""

    kind: str
    title: str
    numbers: tuple[str, ...]
    help: str
    lists: bool = False


SHAPES: tuple[Shape, ...] = (
    Shape("constant", mark("One value"), ("value",), mark("Known, or taken as known.")),
    Shape("uniform", mark("Evenly between"), ("low", "high"), mark("Any value between the two is as likely.")),
    Shape("triangular", mark("Triangle"), ("low", "mode", "high"), mark("Least, most likely and most.")),
    Shape("normal", mark("Bell curve within limits"), ("mean", "sd", "low", "high"),
          mark("Mean and standard deviation of a normal distribution, cut off at the limits.")),
    Shape("lognormal", mark("Lognormal, by mean"), ("mean", "sd"),
          mark("Mean and standard deviation of the values themselves, not of their logarithms.")),
    Shape("lognormal-p90-p10", mark("Lognormal, by P90 and P10"), ("p90", "p10"),
          mark("The value that nine in ten exceed, and the value that one in ten exceeds.")),
    Shape("bootstrap", mark("From bulk samples"), ("carats", "tonnes"),
          mark("The samples drawn again and again with replacement; the grade of each draw is its carats by its "
               "tonnes."), lists=True),
)
SHAPE_BY_KIND: dict[str, Shape] = {shape.kind: shape for shape in SHAPES}

NUMBER_TITLES: dict[str, str] = {
    "value": mark("Value"), "low": mark("Least"), "mode": mark("Most likely"), "high": mark("Most"),
    "mean": mark("Mean"), "sd": mark("Standard deviation"), "p90": mark("P90 (low)"), "p10": mark("P10 (high)"),
    "carats": mark("Carats of each sample"), "tonnes": mark("Tonnes of each sample"),
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """How an input is spread: the ``kind`` of a :class:`Shape`, and its numbers by name."""

    kind: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    lists: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]

    def support(self) -> tuple[float, float]:
        """The least and the most that can be drawn (both infinite for a shape that is stated wrongly)."""
        match self.kind:
            case "constant":
                return self["value"], self["value"]
            case "lognormal" | "lognormal-p90-p10":
                return 0.0, math.inf
            case "bootstrap":
                grades = [ct / t for ct, t in zip(self.lists["carats"], self.lists["tonnes"], strict=True)]
                return min(grades), max(grades)
            case _:
                return self["low"], self["high"]

    def lognormal(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithms. From the mean m and the standard deviation s of the values:
        σ² = ln(1 + s²/m²), μ = ln m - σ²/2; from P90 and P10: μ is the middle of their logarithms."""
        if self.kind == "lognormal":
            variance = math.log1p((self["sd"] / self["mean"]) ** 2)
            return math.log(self["mean"]) - variance / 2, math.sqrt(variance)
        low, high = math.log(self["p90"]), math.log(self["p10"])
        return (low + high) / 2, (high - low) / (2 * Z90)


def constant(value: float) -> Distribution:
    """A value that is taken as known."""
    return Distribution("constant", {"value": float(value)})


def stated(kind: str, **numbers: float) -> Distribution:
    """A distribution by its kind and numbers, as :data:`SHAPES` names them."""
    return Distribution(kind, {name: float(number) for name, number in numbers.items()})


def bootstrap(carats: tuple[float, ...], tonnes: tuple[float, ...]) -> Distribution:
    """A grade by drawing bulk samples again, from the carats and tonnes of each."""
    return Distribution("bootstrap", {}, {"carats": carats, "tonnes": tonnes})


@dataclass(frozen=True, slots=True)
class Model:
    """All that an estimate is worked out from. ``area_m2``: what the outline measured when the model was made, m² on
    the ellipsoid. ``grade_from``: uuids of the samples and sightings that the grade rests on. ``program``: the version
    that made it."""

    area_m2: float
    inputs: Mapping[str, Distribution]
    bottom_screen_mm: float | None = None
    seed: int = 1
    draws: int = DRAWS
    program: str = ""
    grade_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out: carats that 90, 50 and 10 % of the draws exceed, and means. Six significant digits, so that they
    are the same on every computer."""

    low_ct: float
    best_ct: float
    high_ct: float
    mean_ct: float
    tonnage_t: float
    grade_ct_t: float
    recovery: float

    def values(self) -> dict[str, float]:
        """As the fields of an estimate."""
        return {name: getattr(self, name)
                for name in ("low_ct", "best_ct", "high_ct", "tonnage_t", "grade_ct_t", "recovery")}


def rounded(number: float) -> float:
    """To the six significant digits that figures are kept with."""
    return float(f"{number:.6g}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a model. ``where``: the input, or the name of what else is wrong."""

    where: str
    sentence: str


# --- what may be stated ------------------------------------------------------------------------------


def faults_of(distribution: Distribution, name: str) -> Iterator[Fault]:
    """What is wrong with the distribution of an input, one sentence each; nothing: it can be drawn from."""
    asked, shape = INPUT_BY_NAME[name], SHAPE_BY_KIND.get(distribution.kind)
    if shape is None:
        kinds = ", ".join(SHAPE_BY_KIND)
        yield Fault(name, tr("{input}: there is no distribution {kind!r}; use one of {kinds}.", input=tr(asked.title),
                             kind=distribution.kind, kinds=kinds))
        return
    told = list(_faults_of_lists(distribution, asked) if shape.lists else _faults_of_numbers(distribution, shape))
    if not told:
        told = list(_faults_of_range(distribution, asked))
    for sentence in told:
        yield Fault(name, f"{tr(asked.title)}: {sentence}")


def _faults_of_numbers(distribution: Distribution, shape: Shape) -> Iterator[str]:
    for name in shape.numbers:
        if name not in distribution.numbers:
            yield tr("{number} is missing; give it.", number=tr(NUMBER_TITLES[name]))
    if any(name not in distribution.numbers for name in shape.numbers):
        return
    if any(abs(number) > _MOST for number in distribution.numbers.values()):
        yield tr("the number is too large to be true.")
        return
    yield from _ORDERS[shape.kind](distribution) if shape.kind in _ORDERS else ()


def _faults_of_order(low: float, high: float) -> Iterator[str]:
    if not low < high:
        yield tr("the least ({low:g}) must be below the most ({high:g}).", low=low, high=high)


def _faults_of_triangle(d: Distribution) -> Iterator[str]:
    yield from _faults_of_order(d["low"], d["high"])
    if not d["low"] <= d["mode"] <= d["high"]:
        yield tr("the most likely ({mode:g}) must lie between the least and the most.", mode=d["mode"])


def _faults_of_normal(d: Distribution) -> Iterator[str]:
    yield from _faults_of_order(d["low"], d["high"])
    if d["sd"] <= 0:
        yield tr("the standard deviation must be above 0; take one value if there is no spread.")
    elif d["low"] < d["high"] and not within(d) >= _LEAST_SHARE:
        yield tr("the limits lie so far from the mean that nothing is left between them; widen them.")


def _faults_of_lognormal(d: Distribution) -> Iterator[str]:
    if d["mean"] <= 0:
        yield tr("the mean of a lognormal distribution must be above 0.")
    if d["sd"] <= 0:
        yield tr("the standard deviation must be above 0; take one value if there is no spread.")
    elif d["mean"] > 0 and d["sd"] > 1000 * d["mean"]:
        yield tr("the standard deviation is more than 1,000 times the mean; check both.")


def _faults_of_percentiles(d: Distribution) -> Iterator[str]:
    if not 0 < d["p90"] < d["p10"]:
        yield tr("P90 must be above 0 and below P10: nine in ten exceed P90, one in ten exceeds P10.")
    elif d["p10"] > 1e6 * d["p90"]:
        yield tr("P10 is more than a million times P90; check both.")


_ORDERS: dict[str, Callable[[Distribution], Iterator[str]]] = {
    "uniform": lambda d: _faults_of_order(d["low"], d["high"]),
    "triangular": _faults_of_triangle,
    "normal": _faults_of_normal,
    "lognormal": _faults_of_lognormal,
    "lognormal-p90-p10": _faults_of_percentiles,
}


def within(d: Distribution) -> float:
    """The share of a normal distribution that lies between its limits."""
    return _below((d["high"] - d["mean"]) / d["sd"]) - _below((d["low"] - d["mean"]) / d["sd"])


def _below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _faults_of_lists(distribution: Distribution, asked: Input) -> Iterator[str]:
    carats, tonnes = distribution.lists.get("carats", ()), distribution.lists.get("tonnes", ())
    if asked.name != "grade_ct_t":
        yield tr("bulk samples say only the grade; choose another distribution.")
    elif len(carats) != len(tonnes):
        yield tr("there are {carats} numbers of carats for {tonnes} of tonnes; each sample needs both.",
                 carats=len(carats), tonnes=len(tonnes))
    elif not 3 <= len(carats) <= MOST_SAMPLES:
        yield tr("{count} samples make no distribution; it takes 3 to {most:,}.", count=len(carats), most=MOST_SAMPLES)
    elif min(tonnes) < _LEAST_TONNES or min(carats) < 0:
        yield tr("a sample needs more than 0 tonnes and no fewer than 0 carats.")
    elif max(*carats, *tonnes) > _MOST:
        yield tr("the number is too large to be true.")


def _faults_of_range(distribution: Distribution, asked: Input) -> Iterator[str]:
    low, high = distribution.support()
    if low < 0:
        yield tr("it cannot be below 0.")
    elif low <= 0 and not asked.zero and not math.isinf(high):
        yield tr("it must be above 0.")
    if math.isinf(high) and asked.most == 1:
        yield tr("a lognormal distribution goes above 1, and a share cannot; use a triangle or a bell curve.")
    elif asked.most < high < math.inf:
        yield tr("it cannot be above {most:g}.", most=asked.most)


def faults(model: Model) -> list[Fault]:
    """All that is wrong with a model, one clear sentence for each fault."""
    found: list[Fault] = []
    for asked in INPUTS:
        known = model.inputs.get(asked.name)
        if known is None:
            found.append(Fault(asked.name, tr("{input} is missing; say how much, and how sure that is.",
                                              input=tr(asked.title))))
        else:
            found.extend(faults_of(known, asked.name))
    names = ", ".join(INPUT_BY_NAME)
    found.extend(Fault(name, tr("A model has no input {name!r}; its inputs are {names}.", name=name, names=names))
                 for name in model.inputs if name not in INPUT_BY_NAME)
    if not any(fault.where == "extent_m2" for fault in found):
        found.extend(_faults_of_extent(model))
    if not 0 <= model.seed <= MOST_SEED:
        found.append(Fault("seed", tr("The seed must be a whole number from 0 to {most}.", most=MOST_SEED)))
    if not FEWEST_DRAWS <= model.draws <= MOST_DRAWS:
        found.append(Fault("draws", tr("The number of draws must be a whole number from {fewest:,} to {most:,}.",
                                       fewest=FEWEST_DRAWS, most=MOST_DRAWS)))
    if model.bottom_screen_mm is not None and not 0 < model.bottom_screen_mm <= 1000:
        found.append(Fault("bottom_screen_mm", tr("The bottom screen must be above 0 and at most 1,000 mm.")))
    return found


def _faults_of_extent(model: Model) -> Iterator[Fault]:
    if not 0 < model.area_m2 < math.inf:
        yield Fault("area_m2", tr("The area of the outline must be above 0 m²; draw the outline first."))
        return
    _low, high = model.inputs["extent_m2"].support()
    if high > model.area_m2 * _OUTLINE_SLACK:
        told = tr("Extent: it can be no larger than the outline, which has {area:,.0f} m².", area=model.area_m2)
        if math.isinf(high):
            told = tr("Extent: a lognormal distribution has no end, but the outline has ({area:,.0f} m²); use another.",
                      area=model.area_m2)
        yield Fault("extent_m2", told)
