"""A grade in carats per tonne from bulk samples, as far as they can carry one.

A grade holds for one bottom screen: what falls through a finer screen was never counted. So results of different
screens are never put together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from surveyapp.domain.estimation import Distribution, bootstrap, constant, rounded, stated
from surveyapp.domain.records import Record
from surveyapp.errors import Refused
from surveyapp.words import ntr, tr

FEWEST: Final = 3
"""A spread needs at least this many samples; fewer give one value, with a warning."""
GRAMS_PER_TONNE: Final = 1e6


@dataclass(frozen=True, slots=True)
class BulkResult:
    """One parcel that was washed or broken: tonnes, and the carats above its bottom screen."""

    uuid: str
    layer: str
    name: str
    tonnes: float
    carats: float
    screen_mm: float
    stones: int | None = None

    @property
    def grade_ct_t(self) -> float:
        return self.carats / self.tonnes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that gives no grade, and why."""

    uuid: str
    layer: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Grade:
    """What samples of one screen say. ``mean_ct_t``: all carats by all tonnes, so that a large sample counts for
    more. ``error_ct_t``: the standard error of that mean. ``spread_ct_t``: the standard deviation of the samples'
    own grades about it, weighted by tonnes. Both are ``None`` below three samples."""

    results: tuple[BulkResult, ...]
    screen_mm: float
    carats: float
    tonnes: float
    stones: int | None
    mean_ct_t: float
    error_ct_t: float | None
    spread_ct_t: float | None

    @property
    def count(self) -> int:
        return len(self.results)

    def words(self) -> str:
        """In one sentence: how many samples, of what, and what they give."""
        told = ntr(
            "{n} sample, {tonnes:.4g} t, {carats:.4g} ct above {screen:g} mm: {mean:.3g} ct/t",
            "{n} samples, {tonnes:.4g} t, {carats:.4g} ct above {screen:g} mm: {mean:.3g} ct/t",
            self.count, tonnes=self.tonnes, carats=self.carats, screen=self.screen_mm, mean=self.mean_ct_t,
        )
        if self.error_ct_t is None:
            return told + "."
        return told + tr(", standard error {error:.2g} ct/t.", error=self.error_ct_t)


def from_sample(sample: Record) -> BulkResult | LeftOut:
    """What a bulk sample gives: ``recovered_ct`` from ``weight_g`` above ``bottom_screen_mm``."""
    name = str(sample.get("sample_id") or "")
    return _result(sample, name, carats=_number(sample.get("recovered_ct")), screen=_number(
        sample.get("bottom_screen_mm")), tonnes=_tonnes(sample.get("weight_g"), 1 / GRAMS_PER_TONNE))


def from_sighting(sighting: Record, density_t_m3: float | None = None) -> BulkResult | LeftOut:
    """What was processed at a sighting: ``total_carats`` from ``processed_t``, or from ``processed_m3`` where a
    density is stated. At an absence nothing was found, so that its carats are 0."""
    carats = _number(sighting.get("total_carats"))
    if carats is None and sighting.get("presence") == "absent":
        carats = 0.0
    tonnes = _tonnes(sighting.get("processed_t"), 1)
    if tonnes is None and _tonnes(sighting.get("processed_m3"), 1) is not None:
        if density_t_m3 is None:
            told = tr("It was measured in m³; state the density of what was processed.")
            return LeftOut(sighting.uuid, sighting.layer, sighting.text("locality"), told)
        tonnes = _tonnes(sighting.get("processed_m3"), density_t_m3)
    return _result(sighting, sighting.text("locality"), carats=carats, tonnes=tonnes,
                   screen=_number(sighting.get("bottom_screen_mm")))


def _result(record: Record, name: str, *, carats: float | None, tonnes: float | None, screen: float | None,
            ) -> BulkResult | LeftOut:
    reason = ""
    if tonnes is None:
        reason = tr("How much was processed is not recorded.")
    elif carats is None:
        reason = tr("The carats recovered are not recorded; write 0 if there were none.")
    elif not screen:
        reason = tr("The bottom screen is not recorded, so the carats say nothing of a grade.")
    if tonnes is None or carats is None or not screen:
        return LeftOut(record.uuid, record.layer, name, reason)
    stones = record.get("stone_count")
    return BulkResult(record.uuid, record.layer, name, tonnes, carats, screen,
                      stones if isinstance(stones, int) else None)


def by_screen(results: Iterable[BulkResult]) -> dict[float, list[BulkResult]]:
    """Results by bottom screen in mm, the finest first; in each group by name."""
    groups: dict[float, list[BulkResult]] = {}
    for result in sorted(results, key=lambda r: (r.screen_mm, r.name, r.uuid)):
        groups.setdefault(result.screen_mm, []).append(result)
    return groups


def grade_of(results: Iterable[BulkResult]) -> Grade:
    """The grade of results of one screen: the ratio estimate Σ carats / Σ tonnes and its standard error
    √(n / (n - 1) · Σ (cᵢ - R·tᵢ)²) / Σ tᵢ (Cochran, Sampling Techniques, 1977, section 6.3, without the finite
    population correction).

    Raises ``Refused`` where there is none, or where screens differ.
    """
    groups = by_screen(results)
    if not groups:
        raise Refused(tr("There is no bulk sample with weight, carats and bottom screen, so there is no grade."))
    if len(groups) > 1:
        screens = ", ".join(f"{screen:g}" for screen in groups)
        raise Refused(tr("The samples were screened at {screens} mm; a grade holds for one bottom screen, so choose "
                         "the samples of one.", screens=screens))
    ((screen, members),) = groups.items()
    carats, tonnes = math.fsum(r.carats for r in members), math.fsum(r.tonnes for r in members)
    mean = carats / tonnes
    error = spread = None
    count = len(members)
    if count >= FEWEST:
        residuals = math.fsum((r.carats - mean * r.tonnes) ** 2 for r in members)
        error = math.sqrt(count / (count - 1) * residuals) / tonnes
        spread = math.sqrt(math.fsum(r.tonnes * (r.grade_ct_t - mean) ** 2 for r in members) / tonnes)
    stones = [r.stones for r in members]
    counted = sum(n for n in stones if n is not None) if None not in stones else None
    return Grade(tuple(members), screen, carats, tonnes, counted, mean, error, spread)


def spread_of(grade: Grade, kind: str = "bootstrap") -> Distribution:
    """The grade as a distribution: ``bootstrap`` (the samples drawn again), or ``lognormal`` and ``normal`` (cut off
    at 0 and at four standard errors) by mean and standard error.

    Raises ``Refused`` below three samples, and for a spread that no sample shows.
    """
    if grade.error_ct_t is None:
        raise Refused(ntr(
            "{n} sample shows no spread: a distribution takes at least {fewest}. Take one value, and say so.",
            "{n} samples show no spread: a distribution takes at least {fewest}. Take one value, and say so.",
            grade.count, fewest=FEWEST,
        ))
    if kind == "bootstrap":
        return bootstrap(tuple(r.carats for r in grade.results), tuple(r.tonnes for r in grade.results))
    mean, error = rounded(grade.mean_ct_t), rounded(grade.error_ct_t)
    if mean <= 0 or error <= 0:
        raise Refused(tr("The samples all give the same grade, so no spread can be worked out; take one value."))
    if kind == "lognormal":
        return stated(kind, mean=mean, sd=error)
    return stated("normal", mean=mean, sd=error, low=max(0.0, mean - 4 * error), high=mean + 4 * error)


def value_of(grade: Grade) -> tuple[Distribution, str]:
    """The grade as one value, and the warning that belongs to it (empty where three samples or more bear it out)."""
    told = "" if grade.count >= FEWEST else ntr(
        "The grade rests on {n} sample, which says nothing of how far off it may be.",
        "The grade rests on {n} samples, which say nothing of how far off it may be.", grade.count,
    )
    return constant(rounded(grade.mean_ct_t)), told


def without_doubles(
    results: Iterable[BulkResult], parents: Mapping[str, str]
) -> tuple[list[BulkResult], list[LeftOut]]:
    """Results, less those whose stones are in another one as well: a part of a sample beside the sample, a sighting
    beside its bulk samples. ``parents``: what each record was taken from, by uuid."""
    known = {result.uuid: result for result in results}
    doubled: dict[str, str] = {}
    for uuid in known:
        above, seen = parents.get(uuid, ""), {uuid}
        while above and above not in seen:
            seen.add(above)
            if above in known:
                if known[above].layer == "sighting":
                    doubled[above] = tr("Its bulk samples are counted, and it would count their stones again.")
                else:
                    doubled[uuid] = tr("It is a part of a sample that is counted.")
            above = parents.get(above, "")
    left = [LeftOut(u, known[u].layer, known[u].name, reason) for u, reason in doubled.items()]
    return [result for uuid, result in known.items() if uuid not in doubled], left


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 <= value < math.inf else None


def _tonnes(value: object, factor: float) -> float | None:
    amount = _number(value)
    return amount * factor if amount else None
