"""What an estimate may be called, and why: the rules between a number of carats and a Resource or a Reserve.

CRIRSCO's reporting standard, with what the JORC Code (2004, clauses 40 to 43) asks for gemstones: grade in carats per
tonne above a stated screen; no Resource without the sizes of the stones and a basis for their price; a named Competent
Person who answers for it. A sighting is an occurrence: nothing here, and nothing that adds estimates up, reads one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from typing import Final

from surveyapp.domain.fields import ESTIMATE
from surveyapp.domain.records import Record
from surveyapp.domain.unfc import EXPECTED_UNFC, parse_unfc
from surveyapp.domain.validation import ERROR, WARNING, Issue
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadInput
from surveyapp.words import mark, tr

__all__ = [
    "CATEGORIES", "EXPECTED_UNFC", "NON_COMPLIANT", "RESERVES", "RESOURCES", "category_reasons", "compliant_category",
    "is_named", "parse_unfc", "rule_issues", "why_not_added",
]

NON_COMPLIANT: Final = "non-compliant-resource-estimate"
EXPLORATION: Final = "exploration-result"
RESOURCES: Final = ("inferred-mineral-resource", "indicated-mineral-resource", "measured-mineral-resource")
RESERVES: Final = ("probable-ore-reserves", "proved-ore-reserves")
CATEGORIES: tuple[str, ...] = VOCABULARIES["estimate_category"].codes
"""Every category, from the least that is claimed to the most."""

PART_OF: dict[str, tuple[str, ...]] = {
    "probable-ore-reserves": ("indicated-mineral-resource", "measured-mineral-resource"),
    "proved-ore-reserves": ("measured-mineral-resource",),
}
"""The Resource that a Reserve is the economically mineable part of."""

_TEAM, _NATION = 2, 3
_NOBODY = frozenset({"", "-", "?", "anonymous", "n a", "na", "nil", "no one", "nobody", "none", "not known", "tba",
                     "tbc", "tbd", "unknown", "xxx", "نامعلوم"})
"""What people write where a name is asked for and they have none."""

_ASKED: tuple[tuple[str, str, str], ...] = (
    ("category-no-method", "method", mark("say how the figures were worked out")),
    ("category-no-date", "estimated_on", mark("give the day that it holds for")),
    ("category-no-source", "source", mark("name the report or the data that it rests on")),
    ("category-no-estimator", "estimator", mark("name the competent person who answers for it")),
    ("category-no-figures", "best_ct", mark("give the carats")),
)
"""What every category but the lowest two rests on: code of the issue, field, what to do."""

_ASKED_OF_RESOURCE: tuple[tuple[str, str, str], ...] = (
    ("category-no-sizes", "size_distribution", mark("say the sizes of the stones, such as carats per sieve class")),
    ("category-no-price", "price_basis", mark("say what a carat is worth, when, and by whose valuation")),
)


def rule_issues(
    record: Record, others: Iterable[Record] | None = None, *, today: date | None = None
) -> Iterator[Issue]:
    """Every rule that an estimate breaks. ``others``: the other estimates of the same area, among which a Reserve
    must find its Resource (``None``: that rule is left out). Errors keep the category from being claimed, or are
    contradictions; warnings are for a person to judge."""
    category = _category(record)
    for code, field, sentence in _broken(record, category, others):
        yield _issue(record, ERROR, code, field, sentence, _NATION)
    yield from _contradictions(record)
    yield from _doubts(record, category, today or date.today())  # noqa: DTZ011 (a day, as people write it)


def compliant_category(record: Record, others: Iterable[Record] | None = None) -> str:
    """What the estimate may be called: the category that it claims, or that it complies with no reporting code."""
    claimed = _category(record)
    return NON_COMPLIANT if any(_broken(record, claimed, others)) else claimed


def category_reasons(record: Record, others: Iterable[Record] | None = None) -> dict[str, tuple[str, ...]]:
    """For every category the sentences that say why this estimate cannot claim it; none: it can."""
    known = None if others is None else list(others)
    return {category: tuple(sentence for _code, _field, sentence in _broken(record, category, known))
            for category in CATEGORIES}


def why_not_added(record: Record) -> str:
    """Why a roll-up does not add the estimate to others; empty if it does. Figures are added only where extent,
    method, date, estimator and category are known."""
    if record.get("category") == EXPLORATION:
        return tr("An exploration result has no tonnage and grade that could be added up.")
    if record.get("category") is None:
        return tr("It has no category; choose one.")
    if not record.get("gem"):
        return tr("It does not say of which gem it is.")
    missing = [tr(_title(field)) for _code, field, _do in _ASKED if field != "source" and not _given(record, field)]
    if missing:
        return tr("It cannot be added to others, because it does not state: {fields}.", fields=", ".join(missing))
    if any(_contradictions(record)):
        return tr("It contradicts itself: {sentence}", sentence=next(_contradictions(record)).message)
    return ""


def is_named(value: object) -> bool:
    """Whether text names somebody: two letters of any script at least, and none of the words for nobody."""
    text = " ".join(str(value or "").casefold().replace(".", " ").replace("/", " ").split())
    return text not in _NOBODY and sum(letter.isalpha() for letter in text) >= 2


# --- what a category asks for ------------------------------------------------------------------------

_Broken = tuple[str, str, str]
"""Code, field and sentence of a rule that is broken."""


def _broken(record: Record, category: str, others: Iterable[Record] | None) -> Iterator[_Broken]:
    """The rules that keep an estimate from claiming a category."""
    if category in (NON_COMPLIANT, EXPLORATION):
        return
    label = VOCABULARIES["estimate_category"].label(category)
    for code, field, do in (*_ASKED, *_ASKED_OF_RESOURCE):
        if not _given(record, field):
            yield code, field, tr("{category} without {field}: {do}.", category=label, field=tr(_title(field)),
                                  do=tr(do))
    if category not in RESERVES:
        return
    if not _given(record, "recovery"):
        yield "category-no-recovery", "recovery", tr(
            "{category} without {field}: {do}.", category=label, field=tr(_title("recovery")),
            do=tr("say which share of the stones the working gets out"))
    if others is not None and not any(_is_its_resource(other, record, category) for other in others):
        terms = [VOCABULARIES["estimate_category"].label(code) for code in PART_OF[category]]
        yield "category-no-resource", "category", tr(
            "{category}: it must be part of a compliant {resources} of the same area and gem, and there is none.",
            category=label, resources=tr(" or ").join(terms))


def _is_its_resource(other: Record, reserve: Record, category: str) -> bool:
    same = other.uuid != reserve.uuid and other.get("area_uuid") == reserve.get("area_uuid") and (
        other.get("gem") == reserve.get("gem"))
    return same and other.get("category") in PART_OF[category] and not any(_broken(other, _category(other), None))


def _given(record: Record, field: str) -> bool:
    value = record.get(field)
    if field == "estimator":
        return is_named(value)
    return is_named(value) if field in ("method", "source") else value is not None and bool(str(value).strip())


def _category(record: Record) -> str:
    """The category that is claimed; a code that is none of CRIRSCO's claims nothing."""
    category = record.get("category")
    return str(category) if category in CATEGORIES else NON_COMPLIANT


def _title(field: str) -> str:
    known = ESTIMATE.field(field)
    return known.title if known is not None else field


# --- what contradicts itself, and what looks odd -----------------------------------------------------


def _contradictions(record: Record) -> Iterator[Issue]:
    low, best, high = (_number(record.get(name)) for name in ("low_ct", "best_ct", "high_ct"))
    for field, less, more in (("low_ct", low, best), ("high_ct", best, high), ("best_ct", low, high)):
        if less is not None and more is not None and less > more:
            told = tr("Low, best and high are out of order: {less:,.6g} is above {more:,.6g} ct.", less=less, more=more)
            yield _issue(record, ERROR, "figures-order", field, told, _TEAM)
            break
    if record.get("grade_ct_t") is not None and not _number(record.get("bottom_screen_mm")):
        yield _issue(record, ERROR, "grade-no-screen", "bottom_screen_mm",
                     tr("A grade without its bottom screen means nothing; give the screen in mm."), _TEAM)
    if record.get("unfc") is not None:
        try:
            parse_unfc(record.get("unfc"))
        except BadInput as error:
            yield _issue(record, ERROR, "unfc-bad", "unfc", str(error), _TEAM)


def _doubts(record: Record, category: str, today: date) -> Iterator[Issue]:
    expected = EXPECTED_UNFC.get(category)
    unfc = None
    if record.get("unfc") is not None:
        with suppress(BadInput):  # told as a contradiction
            unfc = parse_unfc(record.get("unfc"))
    if unfc is not None and expected is not None and not unfc.meets(expected):
        told = tr("UNFC class {unfc}: {expected} is expected of {category}; say in the notes why it differs.",
                  unfc=unfc.text, expected=expected, category=record.text("category"))
        yield _issue(record, WARNING, "unfc-unexpected", "unfc", told, _NATION)
    if _day(record) > today.isoformat():
        yield _issue(record, WARNING, "estimate-future", "estimated_on",
                     tr("The date of the estimate lies in the future; mend it."), _NATION)
    low, high = _number(record.get("low_ct")), _number(record.get("high_ct"))
    tonnage, grade = _number(record.get("tonnage_t")), _number(record.get("grade_ct_t"))
    if low is not None and high is not None and tonnage is not None and grade is not None:
        recovery = _number(record.get("recovery"))
        product = tonnage * grade * (1 if recovery is None else recovery)
        if not low * 0.999 <= product <= high * 1.001:
            told = tr("Tonnage × grade × recovery is {product:,.4g} ct, which is not between low and high; "
                      "say in the notes why.", product=product)
            yield _issue(record, WARNING, "figures-apart", "best_ct", told, _NATION)


def _day(record: Record) -> str:
    return str(record.get("estimated_on") or "")


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _issue(record: Record, severity: str, code: str, field: str, sentence: str, level: int) -> Issue:
    return Issue(severity, code, record.layer, record.uuid, field, sentence, level)
