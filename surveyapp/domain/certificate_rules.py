"""What a laboratory's report can say, and where it contradicts itself, its sample or its sighting.

Each laboratory has its own scale of treatment, and a code means nothing without it: F2 is a grade of filling in an
emerald to one, and no code at all to another. Scales are a table (:data:`SCALES`) with their sources; a laboratory
that is not in it may write any code, if the notes say what it means there. Origin is the laboratory's opinion and is
never compared with where the stone was found.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from surveyapp.domain.gems import GEM_BY_CODE
from surveyapp.domain.records import PAKISTAN, Record, moment_of
from surveyapp.domain.validation import WARNING, Issue
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.words import tr

CARAT_G = 0.2
"""One carat is 0.200 g (metric carat, CGPM 1907)."""
DECIMALS = 2
"""Reports give carats with two decimals (STANDARDS, section 5)."""
_LEVEL = 3
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
_BESIDE = ("natural", "gem", "fine", "rough")
_MADE = ("synthetic", "laboratory-grown", "laboratory grown", "lab-grown", "lab grown", "imitation")
"""Words by which reports say that a stone was made, or is none."""
NOT_TESTED, NONE_DETECTED, DETECTED = VOCABULARIES["treatment_result"].codes


@dataclass(frozen=True, slots=True)
class Scale:
    """The codes of one laboratory for one kind of stone, from the least treated to the most.

    ``names``: what the laboratory is called on reports; ``species``: of which stones (a key of :data:`SPECIES`);
    ``untreated``: those of the codes that say that nothing was found; ``source``: where the scale is described.
    """

    laboratory: str
    names: tuple[str, ...]
    species: str
    codes: tuple[str, ...]
    untreated: tuple[str, ...]
    source: str
    varieties: tuple[str, ...] = ()

    def offered(self) -> tuple[str, ...]:
        """Its codes that the vocabulary of the file knows."""
        known = VOCABULARIES["treatment"].codes
        return tuple(code for code in self.codes if code in known)


SCALES: tuple[Scale, ...] = (
    Scale(
        "GIA", ("GIA", "Gemological Institute of America", "GIA Laboratory"), "beryl", ("F1", "F2", "F3"), (),
        "GIA Emerald Report: clarity enhancement F1 minor, F2 moderate, F3 significant", ("emerald",),
    ),
    Scale(
        "GRS", ("GRS", "GRS Gemresearch Swisslab", "Gemresearch Swisslab", "GRS Lab"), "beryl",
        ("none", "insignificant", "minor", "minor-to-moderate", "moderate", "significant"), ("none",),
        "GRS, back of its reports: CE(O), grading of clarity enhancement of emeralds", ("emerald",),
    ),
    Scale(
        "AIGS", ("AIGS", "Asian Institute of Gemological Sciences", "AIGS Laboratory"), "corundum",
        ("NTE", "MTE", "TE", "TE1", "TE2", "TE3", "TE4", "TE5", "C1", "C2", "C3"), ("NTE",),
        "AIGS, classification of treatment: NTE none, MTE moderate temperature, TE heated, TE1 to TE5 residue in "
        "fissures, C1 to C3 residue in cavities",
    ),
)
"""Scales of treatment by laboratory."""

SPECIES: Mapping[str, tuple[str, ...]] = {
    "beryl": ("beryl",),
    "corundum": ("corundum",),
    "olivine": ("olivine", "forsterite", "peridot", "chrysolite"),
    "topaz": ("topaz",),
    "spinel": ("spinel",),
    "tourmaline": ("tourmaline", "elbaite", "dravite", "schorl", "uvite", "liddicoatite", "fluor-elbaite"),
    "garnet": (
        "garnet", "almandine", "almandite", "pyrope", "spessartine", "spessartite", "grossular", "grossularite",
        "andradite", "uvarovite", "pyrope-almandine", "pyrope-spessartine", "grossular-andradite",
    ),
}
"""Mineral species by key, with the names that reports use (IMA species, and those of the trade)."""

_VARIETIES: Mapping[str, str] = {
    "emerald": "beryl", "aquamarine": "beryl", "morganite": "beryl", "heliodor": "beryl", "goshenite": "beryl",
    "green beryl": "beryl",
    "ruby": "corundum", "sapphire": "corundum", "padparadscha": "corundum", "pink sapphire": "corundum",
    "blue sapphire": "corundum", "yellow sapphire": "corundum", "star ruby": "corundum", "star sapphire": "corundum",
    "purple sapphire": "corundum",
    "peridot": "olivine", "chrysolite": "olivine",
    "topaz": "topaz", "pink topaz": "topaz", "imperial topaz": "topaz",
    "spinel": "spinel", "tourmaline": "tourmaline", "rubellite": "tourmaline", "indicolite": "tourmaline",
    "garnet": "garnet", "rhodolite": "garnet", "tsavorite": "garnet", "demantoid": "garnet", "hessonite": "garnet",
}
"""Species of each variety."""

GEM_SPECIES: Mapping[str, str] = {
    "emerald": "beryl", "aquamarine": "beryl", "ruby": "corundum", "sapphire": "corundum", "peridot": "olivine",
    "topaz": "topaz", "spinel": "spinel", "tourmaline": "tourmaline", "garnet": "garnet",
}
"""Species of each gem of the table of gems."""


# --- laboratories ------------------------------------------------------------------------------------


def folded(text: object) -> str:
    """A name as it is compared: without case, spaces and punctuation, compatible letters alike."""
    if not isinstance(text, str):
        return ""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def scales_of(laboratory: object) -> tuple[Scale, ...]:
    """The scales of a laboratory by what it is called, with a place or branch behind its name too; none for one that
    is not in the table."""
    whole, start = folded(laboratory), _first_word(laboratory)
    return tuple(
        scale for scale in SCALES
        if any(whole == folded(name) or (len(name) > 5 and whole.startswith(folded(name))) for name in scale.names)
        or start == folded(scale.laboratory)
    )


def _first_word(text: object) -> str:
    words = "".join(c if c.isalnum() else " " for c in text).split() if isinstance(text, str) else []
    return folded(words[0]) if words else ""


def laboratories() -> tuple[str, ...]:
    """The laboratories whose scales are known."""
    return tuple(dict.fromkeys(scale.laboratory for scale in SCALES))


def species_of(species: object, variety: object = None) -> str:
    """The key of the species that a report names by its species, or else by its variety; empty if neither is known."""
    words = set(_WORD.findall(_plain(species)))
    named = next((key for key, names in SPECIES.items() if words & set(names)), "")
    return named or _VARIETIES.get(variety_of(variety), "") or _VARIETIES.get(variety_of(species), "")


def variety_of(variety: object) -> str:
    """The variety that a report names, without the words that laboratories put before it."""
    return " ".join(word for word in _plain(variety).split() if word not in _BESIDE)


def _plain(text: object) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()) if isinstance(text, str) else ""


def fitting_scales(laboratory: object, species: str) -> tuple[Scale, ...]:
    """The laboratory's scales for stones of a species (all its scales where the species is not known)."""
    return tuple(scale for scale in scales_of(laboratory) if not species or scale.species == species)


def offered_treatments(laboratory: object, species: str = "") -> tuple[str, ...]:
    """Every treatment code in the order in which a form offers them: the laboratory's own scale first."""
    first = [code for scale in fitting_scales(laboratory, species) for code in scale.offered()]
    first += [code for scale in scales_of(laboratory) for code in scale.offered()]
    return tuple(dict.fromkeys([*first, *VOCABULARIES["treatment"].codes]))


def scale_note(laboratory: object, species: str = "") -> str:
    """What a form says of the codes under a laboratory: whose scale it is, or that none is known; empty while no
    laboratory is named."""
    if not _plain(laboratory):
        return ""
    scales = fitting_scales(laboratory, species)
    if scales:
        codes = ", ".join(code for scale in scales for code in scale.codes)
        return tr("The scale of {laboratory}: {codes}.", laboratory=scales[0].laboratory, codes=codes)
    if scales_of(laboratory):
        return tr("No scale of this laboratory for this kind of stone is known here; say in the notes what its code "
                  "means.")
    return tr("The scale of this laboratory is not known here; say in the notes what its code means.")


# --- findings ----------------------------------------------------------------------------------------


def certificate_issues(
    certificates: Iterable[Record],
    samples: Mapping[str, Record],
    gems: Mapping[str, str],
    scans: Mapping[str, Collection[str]] | None = None,
    *,
    today: date | None = None,
) -> Iterator[Issue]:
    """Findings about certificates, in the order given; all are warnings at level 3.

    ``samples`` by uuid; ``gems``: the gem of the sighting of each sample, by the sample's uuid; ``scans``: the hashes
    of the scans that the file holds for each certificate (``None``: not looked at). ``today`` is Pakistan's.
    """
    known = list(certificates)
    day = today or datetime.now(UTC).astimezone(PAKISTAN).date()
    twins = _same_numbers(known)
    for record in known:
        sample = samples.get(str(record.get("sample_uuid")))
        yield from _treatment(record)
        yield from _stone(record, gems.get(str(record.get("sample_uuid")), ""))
        yield from _weight(record, sample)
        yield from _dates(record, sample, day)
        if record.uuid in twins:
            told = tr("Report {number} of {laboratory} is entered {count} times; keep one of them.",
                      number=record.get("report_number"), laboratory=record.get("laboratory"),
                      count=twins[record.uuid])
            yield _issue(record, "certificate-twice", "report_number", told)
        if scans is not None:
            yield from _scan(record, scans.get(record.uuid, ()))


def _issue(record: Record, code: str, field: str, message: str) -> Issue:
    return Issue(WARNING, code, record.layer, record.uuid, field, message, _LEVEL)


def _same_numbers(certificates: Iterable[Record]) -> dict[str, int]:
    """Certificates of one laboratory with one number: uuid and how many there are."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in certificates:
        scales = scales_of(record.get("laboratory"))
        laboratory = scales[0].laboratory if scales else folded(record.get("laboratory"))
        number = folded(record.get("report_number"))
        if laboratory and number:
            groups[laboratory, number].append(record.uuid)
    return {uuid: len(group) for group in groups.values() if len(group) > 1 for uuid in group}


def _treatment(record: Record) -> Iterator[Issue]:
    code, result = record.get("treatment"), record.get("treatment_result")
    if code is None:
        return
    if result is None:
        told = tr("The report gives the treatment code {code}, but not whether treatment was detected; choose it.",
                  code=code)
        yield _issue(record, "treatment-result", "treatment_result", told)
    if result == NOT_TESTED:
        told = tr("Treatment was not tested, and yet the report gives the code {code}; not tested is not none "
                  "detected. Mend one of them.", code=code)
        yield _issue(record, "treatment-not-tested", "treatment", told)
    yield from _scale(record, str(code), result)


def _scale(record: Record, code: str, result: object) -> Iterator[Issue]:
    laboratory = record.get("laboratory")
    scales = fitting_scales(laboratory, species_of(record.get("species"), record.get("variety")))
    if not scales:
        if not _plain(record.get("notes")) and _plain(laboratory):
            told = tr("The scale of {laboratory} for this stone is not known here; say in the notes what its code "
                      "{code} means.", laboratory=laboratory, code=code)
            yield _issue(record, "treatment-scale-unknown", "treatment", told)
        return
    if not any(code in scale.codes for scale in scales):
        told = tr("{code} is no code of {laboratory} for this stone; its codes are {codes}.", code=code,
                  laboratory=scales[0].laboratory, codes=", ".join(c for scale in scales for c in scale.codes))
        yield _issue(record, "treatment-scale", "treatment", told)
        return
    clean = any(code in scale.untreated for scale in scales)
    if (clean and result == DETECTED) or (not clean and result == NONE_DETECTED):
        label = record.text("treatment_result").lower()
        told = tr("The code {code} and “{result}” contradict each other; look at the report.", code=code, result=label)
        yield _issue(record, "treatment-contradiction", "treatment_result", told)


def _stone(record: Record, gem: str) -> Iterator[Issue]:
    for field in ("species", "variety"):
        if any(word in _plain(record.get(field)) for word in _MADE):
            told = tr("The report calls the stone {stone}; such a stone did not come out of the ground.",
                      stone=record.get(field))
            yield _issue(record, "certificate-synthetic", field, told)
            return
    species, variety = species_of(record.get("species")), _VARIETIES.get(variety_of(record.get("variety")), "")
    if species and variety and species != variety:
        told = tr("{variety} is no variety of {species}; look at the report.", variety=record.get("variety"),
                  species=record.get("species"))
        yield _issue(record, "certificate-variety", "variety", told)
        return
    found, expected = species or variety, GEM_SPECIES.get(gem, "")
    label = tr(GEM_BY_CODE[gem].label) if gem in GEM_BY_CODE else gem
    if found and expected and found != expected:
        field = "species" if species else "variety"
        told = tr("The report is of {stone}, and the sighting of the sample is of {gem}; mend the one that is wrong.",
                  stone=record.get(field), gem=label)
        yield _issue(record, "certificate-gem", field, told)
    elif found and expected and variety_of(record.get("variety")) in GEM_SPECIES and gem != variety_of(
            record.get("variety")):
        told = tr("The laboratory calls the stone {stone}, and the sighting of the sample is of {gem}; mend the one "
                  "that is wrong.", stone=record.get("variety"), gem=label)
        yield _issue(record, "certificate-gem", "variety", told)


def _weight(record: Record, sample: Record | None) -> Iterator[Issue]:
    carats = record.get("weight_ct")
    if not isinstance(carats, int | float):
        return
    if abs(carats - round(carats, DECIMALS)) > 1e-9:
        told = tr("{carats} ct has more decimals than the two that a report gives; look at the report.",
                  carats=f"{carats:g}")
        yield _issue(record, "certificate-decimals", "weight_ct", told)
    grams = sample.get("weight_g") if sample is not None else None
    # Half a hundredth of a carat is what rounding on the report can add.
    if isinstance(grams, int | float) and carats > grams / CARAT_G + 0.005 + 1e-9:
        told = tr("The report's stone is heavier than its sample: {carats} ct are {stone_g} g, and the sample has "
                  "{sample_g} g. One carat is 0.200 g.", carats=f"{carats:g}", stone_g=f"{carats * CARAT_G:g}",
                  sample_g=f"{grams:g}")
        yield _issue(record, "certificate-weight", "weight_ct", told)


def _dates(record: Record, sample: Record | None, today: date) -> Iterator[Issue]:
    try:
        reported = date.fromisoformat(str(record.get("reported_on") or ""))
    except ValueError:
        return  # empty, or a value that the check of values tells about
    if reported > today:
        yield _issue(record, "certificate-future", "reported_on",
                     tr("The date of the report lies in the future; mend it."))
    collected = moment_of(sample.get("collected_at")) if sample is not None else None
    if collected is not None and reported < collected.astimezone(PAKISTAN).date():
        told = tr("The report is dated {reported}, before its sample was collected on {collected}; mend one of them.",
                  reported=reported.isoformat(), collected=collected.astimezone(PAKISTAN).date().isoformat())
        yield _issue(record, "certificate-early", "reported_on", told)


def _scan(record: Record, held: Collection[str]) -> Iterator[Issue]:
    named = record.get("scan_sha256")
    if named and named not in held:
        yield _issue(record, "certificate-scan", "scan_sha256",
                     tr("The scan of this report is not in the file; attach it again."))
    elif held and not named:
        yield _issue(record, "certificate-scan", "scan_sha256",
                     tr("A scan lies with this report that it does not name; attach it again."))
