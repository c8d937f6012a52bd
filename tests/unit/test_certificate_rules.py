"""What laboratories' reports may say: scales, species, weights, dates, numbers and scans, one fault at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from surveyapp.domain.certificate_rules import (
    GEM_SPECIES,
    SCALES,
    SPECIES,
    certificate_issues,
    fitting_scales,
    laboratories,
    offered_treatments,
    scale_note,
    scales_of,
    species_of,
)
from surveyapp.domain.gems import GEMS
from surveyapp.domain.records import Record, Value
from surveyapp.domain.validation import WARNING
from surveyapp.domain.vocabulary import VOCABULARIES

TODAY = date(2026, 11, 24)
CLEAN: dict[str, Value] = {
    "sample_uuid": "s", "laboratory": "GIA", "report_number": "2215", "reported_on": "2026-07-01", "species": "Beryl",
    "variety": "Emerald", "weight_ct": 2.31, "treatment_result": "detected", "treatment": "F1", "scan_sha256": "ab",
}
SAMPLE = Record("sample", "s", {"weight_g": 5.9, "collected_at": "2026-05-03T21:30:00.000Z"})
RUBY: dict[str, Value] = {"laboratory": "AIGS", "species": "corundum", "variety": "ruby", "treatment": "TE2"}


def codes(gem: str = "emerald", *, scans: tuple[str, ...] = ("ab",), sample: Record | None = SAMPLE,
          **values: Any) -> list[str]:
    record = Record("certificate", "c", {**CLEAN, **values})
    found = list(certificate_issues([record], {"s": sample} if sample else {}, {"s": gem}, {"c": set(scans)},
                                    today=TODAY))
    assert all(i.severity == WARNING and i.level == 3 and i.layer == "certificate" and i.record == "c" for i in found)
    assert all(i.message.endswith(".") and i.field in record.definition.names for i in found)
    return [issue.code for issue in found]


def test_a_clean_report_has_no_finding() -> None:
    assert codes() == []
    assert codes("ruby", **RUBY) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"treatment_result": "not-tested"}, "treatment-not-tested"),
        ({"treatment_result": None}, "treatment-result"),
        ({"treatment_result": "none-detected"}, "treatment-contradiction"),
        ({"laboratory": "GRS", "treatment": "none"}, "treatment-contradiction"),
        ({"treatment": "TE2"}, "treatment-scale"),
        ({"treatment": "minor-to-moderate"}, "treatment-scale"),
        ({"laboratory": "Peshawar Gem Lab"}, "treatment-scale-unknown"),
        ({"laboratory": "AIGS"}, "treatment-scale-unknown"),
        ({"variety": "ruby"}, "certificate-variety"),
        ({"species": "corundum", "variety": None, "treatment": None}, "certificate-gem"),
        ({"species": None, "variety": "peridot", "treatment": None}, "certificate-gem"),
        ({"variety": "aquamarine"}, "certificate-gem"),
        ({"species": "Synthetic beryl"}, "certificate-synthetic"),
        ({"variety": "Lab-grown emerald"}, "certificate-synthetic"),
        ({"weight_ct": 29.51}, "certificate-weight"),
        ({"weight_ct": 2.315}, "certificate-decimals"),
        ({"reported_on": "2026-11-25"}, "certificate-future"),
        ({"reported_on": "2026-05-03"}, "certificate-early"),
        ({"scan_sha256": "cd"}, "certificate-scan"),
        ({"scan_sha256": None}, "certificate-scan"),
    ],
)
def test_each_fault_alone(values: dict[str, Value], code: str) -> None:
    assert codes(**values) == [code]


@pytest.mark.parametrize(
    "values",
    [
        {"treatment_result": "not-tested", "treatment": None},
        {"treatment_result": "none-detected", "treatment": None},
        {"laboratory": "GRS", "treatment": "none", "treatment_result": "none-detected"},
        {"laboratory": "Peshawar Gem Lab", "notes": "F1 is their word for a little oil"},
        {"weight_ct": 29.5},
        {"reported_on": "2026-05-04"},
        {"reported_on": "2026-11-24"},
        {"origin_opinion": "Colombia"},
        {"species": "Natural Beryl", "variety": "natural emerald"},
        {"reported_on": "no date", "weight_ct": "heavy"},
        {"species": "unknown stone", "variety": "fancy", "treatment": None},
        {"laboratory": None, "treatment": None},
    ],
)
def test_what_is_no_fault(values: dict[str, Value]) -> None:
    """A day is Pakistan's: 21:30 UTC on 3 May is 4 May there. Origin is an opinion, whatever the sighting says."""
    assert codes(**values) == []


def test_without_sample_sighting_or_scans_nothing_is_made_up() -> None:
    assert codes("", sample=None, weight_ct=1e6, reported_on="1999-01-01") == []
    record = Record("certificate", "c", {**CLEAN, "scan_sha256": "nowhere"})
    assert list(certificate_issues([record], {}, {}, today=TODAY)) == []


def test_the_same_report_twice_is_found_whatever_the_laboratory_is_called() -> None:
    def made(uuid: str, laboratory: str, number: str) -> Record:
        return Record("certificate", uuid, {**CLEAN, "laboratory": laboratory, "report_number": number})

    records = [made("a", "GIA", "2215-634"), made("b", "Gemological Institute of America", "2215 634"),
               made("c", "GIA", "2216"), made("d", "Lab X", "9"), made("e", "lab-x", "9"), made("f", "Lab X", "")]
    found = [i for i in certificate_issues(records, {}, {}, today=TODAY) if i.code == "certificate-twice"]
    assert [issue.record for issue in found] == ["a", "b", "d", "e"]
    assert "2 times" in found[0].message


@pytest.mark.parametrize(
    ("written", "laboratory"),
    [
        ("gia", "GIA"), ("GIA Laboratory Bangkok", "GIA"), ("G.I.A.", "GIA"), ("GRS Gemresearch Swisslab AG", "GRS"),
        ("AIGS Bangkok", "AIGS"), ("asian institute of gemological sciences", "AIGS"), ("Gübelin", ""), ("", ""),
        ("Giant Gems", ""), (None, ""),
    ],
)
def test_laboratories_by_what_they_are_called(written: object, laboratory: str) -> None:
    assert next((scale.laboratory for scale in scales_of(written)), "") == laboratory


def test_the_laboratory_s_own_codes_are_offered_first_and_none_is_lost() -> None:
    everything = VOCABULARIES["treatment"].codes
    for laboratory in (*laboratories(), "Lab X", None):
        for species in ("", *SPECIES):
            offered = offered_treatments(laboratory, species)
            assert sorted(offered) == sorted(everything)
            own = [c for s in fitting_scales(laboratory, species) for c in s.offered()]
            assert list(offered[: len(own)]) == own
    assert offered_treatments("AIGS")[:3] == ("NTE", "MTE", "TE")
    assert offered_treatments("GIA", "beryl")[:3] == ("F1", "F2", "F3")
    assert "F1, F2, F3" in scale_note("GIA", "beryl")
    assert "notes" in scale_note("GIA", "corundum") and "notes" in scale_note("Lab X") and scale_note("") == ""


def test_the_tables_agree() -> None:
    assert {gem.code for gem in GEMS} == set(GEM_SPECIES)
    assert set(GEM_SPECIES.values()) <= set(SPECIES)
    for scale in SCALES:
        assert scale.species in SPECIES and scale.source
        assert set(scale.untreated) <= set(scale.codes)
        assert scale.offered(), "the file has words for some of its codes"
    for gem in GEMS:
        assert species_of(None, gem.label) == GEM_SPECIES[gem.code]
    assert species_of("Natural Beryl") == species_of("Beryl (natural)") == species_of("Natural emerald") == "beryl"
    assert species_of("Pyrope-Almandine garnet") == "garnet"
    assert species_of(3.0) == species_of("beryllonite") == ""
