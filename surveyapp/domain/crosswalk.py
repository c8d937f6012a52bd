"""From our codes to the terms of the national and European layers: CGI and INSPIRE URIs, and words for what is unknown.

Sources. CGI terms: the CGI-IUGS vocabularies (CC BY 4.0, http://resource.geosciml.org/classifier/cgi/). INSPIRE terms:
its code lists (http://inspire.ec.europa.eu/codelist/). The pairs are our own, one by one: CGI's published matches were
made by spelling distance (its ``sapphire`` points to *sapphirine*, ``feasibility-study`` to a report), so only those
that name the same thing are here. The gems' pairs stand in :mod:`surveyapp.domain.gems`.
"""

from __future__ import annotations

from surveyapp.domain.gems import GEM_BY_CODE, GEMS
from surveyapp.domain.vocabulary import CGI, VOCABULARIES

INSPIRE = "http://inspire.ec.europa.eu/codelist/"

VOID_UNPOPULATED = INSPIRE + "VoidReasonValue/Unpopulated"
"""The provider does not hold it for any record (INSPIRE Generic Conceptual Model, 9.4)."""
VOID_UNKNOWN = INSPIRE + "VoidReasonValue/Unknown"
"""It is not known of this record."""
VOID_WITHHELD = INSPIRE + "VoidReasonValue/Withheld"
"""It is known and not given out."""

NIL_UNKNOWN, NIL_WITHHELD, NIL_MISSING = "unknown", "withheld", "missing"
"""Words of GML's ``nilReason`` (ISO 19136, 8.2.3.1): no value is known; known and not given out; none was recorded."""

ANY_GEMSTONE = (CGI + "commodity-code/gemstones", INSPIRE + "CommodityCodeValue/gemstone")
"""What a stone is that no list has: a gemstone of some kind (CGI, INSPIRE)."""

_OCCURRENCE_TYPES = {
    "occurrence": "occurrence",
    "deposit": "mineralDeposit",
    "mineralized-zone": "mineralizedZone",
    "prospect": "prospect",
    "field": "field",
    "project": "project",
    "province": "province",
}
"""CGI mineral-occurrence-type to INSPIRE MineralOccurrenceTypeValue; CGI publishes no match for ``deposit``, whose
definition is that of INSPIRE's mineralDeposit."""

_IMPORTANT = "ImportanceValue/occurrence"

_RESOURCES = ("inferred-mineral-resource", "indicated-mineral-resource", "measured-mineral-resource")
_RESERVES = ("probable-ore-reserves", "proved-ore-reserves")
NON_COMPLIANT = "non-compliant-resource-estimate"
CRIRSCO = "crirsco-code"

OCCURRENCES_FOUND = "mineral occurrences"
"""CGI exploration-result of a sighting: "as float (stone) or outcrop" (mineral-occurrences, 02)."""

_ON_THE_SPOT = frozenset({"outcrop", "vein", "pocket", "working"})
"""Expressions that are rock in its place."""
_FIELD_ACTIVITIES = {"working": "mine-workings-reconnaissance", "alluvial": "regional-heavy-mineral-sampling"}
_RECONNAISSANCE = "regional-reconnaissance"


def label_of(term: str) -> str:
    """A CGI term as CGI labels it: words apart."""
    return term.replace("__", " ").replace("_", " ").replace("-", " ")


# --- commodities -------------------------------------------------------------------------------------


def commodity(gem: object) -> tuple[str, str, str]:
    """(label, CGI URI, INSPIRE URI) of a gem. An office's own gem is a gemstone; no gem at all is unknown."""
    known = GEM_BY_CODE.get(gem) if isinstance(gem, str) else None
    if known is not None:
        return known.label.lower(), known.cgi_uri, known.inspire_uri
    if isinstance(gem, str) and gem.strip():
        return gem, *ANY_GEMSTONE
    return NIL_UNKNOWN, VOID_UNKNOWN, VOID_UNKNOWN


def gem_of_uri(uri: str) -> str | None:
    """The gem of a CGI or INSPIRE commodity URI, or ``None``."""
    return next((gem.code for gem in GEMS if uri in (gem.cgi_uri, gem.inspire_uri)), None)


# --- codes of our vocabularies -----------------------------------------------------------------------


def term_uri(vocabulary: str, code: object) -> str | None:
    """The CGI URI of a code of ours, or ``None`` where the code has none."""
    term = VOCABULARIES[vocabulary].term(code)
    return None if term is None else term.uri


def code_of_uri(vocabulary: str, uri: str) -> str | None:
    """The code of ours that a CGI URI stands for, or ``None``."""
    return next((term.code for term in VOCABULARIES[vocabulary] if term.uri and term.uri == uri), None)


def inspire_occurrence_type(code: object) -> str | None:
    """INSPIRE MineralOccurrenceTypeValue of an occurrence type."""
    found = _OCCURRENCE_TYPES.get(str(code))
    return f"{INSPIRE}MineralOccurrenceTypeValue/{found}" if found else None


def inspire_mine_status(code: object) -> str | None:
    """INSPIRE MineStatusValue of a mine status: the same words, written together (care-and-maintenance is
    careAndMaintenance)."""
    if VOCABULARIES["mine_status"].term(code) is None:
        return None
    first, *others = str(code).split("-")
    return f"{INSPIRE}MineStatusValue/{first}{''.join(word.capitalize() for word in others)}"


def importance() -> str:
    """INSPIRE ImportanceValue of a sighting: an occurrence, whatever its size is thought to be."""
    return INSPIRE + _IMPORTANT


# --- how it was observed -----------------------------------------------------------------------------


def observation_method(expression: object, position_source: object) -> str:
    """CGI mappedfeatureobservationmethod of a sighting, as its label.

    Rock in its place and a GPS position are *observed outcrop gps location*, a typed or tapped one *observed outcrop
    topographic map location*. Loose stones are a *direct observation* with no word about an outcrop; what was heard in
    the market is a *compilation*.
    """
    if expression == "market-reported":
        return "compilation"
    if expression in _ON_THE_SPOT:
        if position_source in ("gps", "gps-averaged", "photo"):
            return "observed outcrop gps location"
        if position_source in ("typed", "map-tap"):
            return "observed outcrop topographic map location"
        return "observed in outcrop"
    return "direct observation"


def exploration_activity(expression: object) -> str:
    """CGI exploration-activity-type of a sighting, as its label."""
    return label_of(_FIELD_ACTIVITIES.get(str(expression), _RECONNAISSANCE))


# --- estimates ---------------------------------------------------------------------------------------


def measure_type(category: object) -> str:
    """``resource`` or ``reserve`` of a disciplined category, else that it is neither."""
    if category in _RESOURCES:
        return "resource"
    return "reserve" if category in _RESERVES else "neither a resource nor a reserve"


def category_uri(category: object) -> str | None:
    """CGI resource- or reserve-assessment-category, or ``None`` for what is neither."""
    if category in _RESOURCES:
        return f"{CGI}resource-assessment-category/{category}"
    return f"{CGI}reserve-assessment-category/{category}" if category in _RESERVES else None


def classification_method(category: object) -> tuple[str, str]:
    """(label, CGI URI) of the classification method: the CRIRSCO code for a disciplined category, else
    non-compliant-resource-estimate."""
    term = CRIRSCO if category_uri(category) else NON_COMPLIANT
    label = "CRIRSCO Code" if term == CRIRSCO else label_of(term)
    return label, f"{CGI}classification-method-used/{term}"
