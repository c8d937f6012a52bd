"""What a national report says beyond the survey's own figures: sums of estimates, what each rests on, and where finds
were made for the looking that was done. Carats and tonnes; ``None`` where nobody stated them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.exchange.report.facts import SurveyFacts

ADDED, SUPERSEDED, OVERLAPS, LEFT_OUT = "added", "superseded", "overlaps", "left-out"
"""What became of an estimate."""


@dataclass(frozen=True, slots=True)
class SumRow:
    """Estimates of one gem and one category at one place, added up. ``low_ct`` and ``high_ct`` are sums of P90 and P10,
    the widest range; ``independent`` (low, best, high) the simulated sum, the narrowest. ``refs`` name the estimates
    (:class:`Evidence`) that were added, ``not_added`` those that share ground and were not."""

    place: str
    gem: str
    category: str
    areas: int
    tonnage_t: float | None
    low_ct: float | None
    best_ct: float
    high_ct: float | None
    independent: tuple[float, float, float] | None
    refs: tuple[str, ...]
    not_added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """An estimate as it is recorded, its reference in the report, and what became of it, with the reason in words.
    ``claimed`` is the category that its author gave, ``category`` what the record supports."""

    ref: str
    uuid: str
    area: str
    area_uuid: str
    gem: str
    category: str
    claimed: str
    unfc: str
    estimator: str
    estimated_on: str
    method: str
    source: str
    tonnage_t: float | None
    low_ct: float | None
    best_ct: float | None
    high_ct: float | None
    fate: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Surface:
    """A grid of numbers over the ground, row 0 in the north, NaN where nobody looked; ``west`` and ``north`` are the
    outer edges in metres of ``crs``. ``words`` must stand beside the picture, ``general`` beside all pictures."""

    gem: str
    title: str
    unit: str
    general: tuple[str, ...]
    words: tuple[str, ...]
    values: NDArray[np.float64]
    crs: str
    west: float
    north: float
    cell_m: float
    looked_share: float


@dataclass(frozen=True, slots=True)
class NationalFacts:
    """Everything that a national report says. ``sums`` by nation, province, district and deposit; ``overlaps`` and
    ``words`` are sentences; ``no_surface`` says for which gem there is no picture, and why."""

    survey: SurveyFacts
    sums: Mapping[str, tuple[SumRow, ...]]
    evidence: tuple[Evidence, ...]
    overlaps: tuple[str, ...]
    words: tuple[str, ...]
    surfaces: tuple[Surface, ...]
    no_surface: tuple[str, ...]
