"""The figures of a survey report, against a survey that was worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain.template import EMPTY
from surveyapp.domain.validation import ERROR, WARNING, Issue
from surveyapp.exchange.report.facts import DAY, MONTH, WEEK, YEAR, Bin, FieldFill, SurveyFacts
from surveyapp.services import survey_report_field as field
from surveyapp.services import survey_report_quality as quality
from surveyapp.services.session import Session
from surveyapp.services.survey_report import as_dict, gather
from tests.helpers.report_pages import in_dispute, worked_out
from tests.helpers.surveys import empty_survey, uuid_of

TENTH_KM = 11.131949  # a tenth of a degree along the equator: 6378.137 km × π / 1800


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path = worked_out(tmp_path_factory.mktemp("report") / "swat.gpkg")
    with Session.open(path, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def facts(session: Session) -> SurveyFacts:
    return gather(session)


def test_sightings_by_gem_and_status(facts: SurveyFacts) -> None:
    assert (facts.sightings, facts.finds, facts.absences) == (7, 6, 1)
    assert [(one.gem, one.finds, one.absences, one.statuses) for one in facts.gems] == [
        ("emerald", 5, 1, {"draft": 6}), ("topaz", 1, 0, {"accepted": 1}),
    ]
    assert facts.statuses == {"draft": 6, "accepted": 1}
    assert facts.sources == {"gps": 5, "typed": 1, "map-tap": 1}


def test_sightings_by_district(facts: SurveyFacts) -> None:
    assert [(one.province, one.district, one.finds, one.absences, one.gems) for one in facts.places] == [
        ("PK-KP", "Swat", 5, 1, {"emerald": 4, "topaz": 1}), ("PK-KP", "", 1, 0, {"emerald": 1}),
    ]


def test_effort_is_geodesic_and_by_person(facts: SurveyFacts) -> None:
    amina, bano, dilshad, nobody = facts.effort.rows
    assert (amina.observer, amina.tracks, amina.finds, amina.absences) == ("Amina", 2, 3, 0)
    assert amina.km == pytest.approx(2 * TENTH_KM, abs=1e-5)
    assert amina.per_10km == pytest.approx(3 / (2 * TENTH_KM) * 10)
    # The 4th, the 5th (half past one in the morning), and the 7th, when there was a walk only.
    assert (amina.days, amina.first_day, amina.last_day) == (3, date(2026, 5, 4), date(2026, 5, 7))
    assert (bano.observer, bano.km, bano.per_10km) == ("Bano", None, None)
    assert (bano.finds, bano.absences, bano.days) == (2, 1, 2)
    assert (dilshad.tracks, dilshad.km, dilshad.days) == (0, None, 1)
    assert (nobody.observer, nobody.finds, nobody.days, nobody.first_day) == ("", 1, 0, None)
    assert facts.effort.shapeless_tracks == 1


def test_effort_of_all_counts_days_once_and_rates_those_who_walked(facts: SurveyFacts) -> None:
    total = facts.effort.total
    assert (total.days, total.tracks, total.finds, total.absences) == (5, 2, 6, 1)
    assert total.km == pytest.approx(2 * TENTH_KM, abs=1e-5)
    assert total.per_10km == pytest.approx(3 / (2 * TENTH_KM) * 10), "Bano's finds have no track"


def test_accuracy_keeps_the_unknown_apart(facts: SurveyFacts) -> None:
    told = {(one.low_m, one.high_m): one.count for one in facts.accuracy.bins}
    assert told == {(2, 5): 2, (5, 10): 1, (10, 20): 0, (20, 50): 0, (50, 100): 0, (100, 200): 0, (200, 500): 0,
                    (500, 1000): 1, (1000, None): 1}
    assert facts.accuracy.unknown == 2
    assert facts.accuracy.median_m == 5.1
    assert facts.accuracy.stated == 5


@pytest.mark.parametrize(("value", "bin_"), [(0, (0, 1)), (1, (0, 1)), (1.01, (1, 2)), (1000, (500, 1000)),
                                             (1000.1, (1000, None)), (1e9, (1000, None))])
def test_a_bin_holds_its_upper_end(value: float, bin_: tuple[float, float | None]) -> None:
    assert quality.accuracy([value]).bins == (Bin(*bin_, 1),)


def test_what_is_no_accuracy_is_unknown() -> None:
    told = quality.accuracy([None, "5 m", -1, 4])
    assert (told.unknown, told.stated, told.median_m) == (3, 1, 4)
    assert quality.accuracy([None]).bins == ()


@settings(max_examples=100)
@given(st.lists(st.one_of(st.none(), st.floats(-10, 1e6, allow_nan=False))))
def test_every_position_is_in_one_bin_or_unknown(values: list[float | None]) -> None:
    told = quality.accuracy(values)
    assert told.stated + told.unknown == len(values)
    assert all(one.high_m == after.low_m for one, after in zip(told.bins, told.bins[1:], strict=False))


def test_completeness_asks_an_absence_for_what_it_can_have(facts: SurveyFacts) -> None:
    filled = {one.field: (one.level, one.filled, one.asked) for one in facts.completeness}
    assert filled["gem"] == (2, 7, 7)
    assert filled["presence"] == (2, 7, 7)
    assert filled["observer"] == (2, 6, 7)
    assert filled["expression"] == (2, 6, 6)
    assert filled["host_rock"] == (3, 5, 6)
    assert filled["district"] == (3, 6, 7)
    assert "notes" not in filled


def test_completeness_goes_by_the_office_of_each_survey() -> None:
    from dataclasses import replace

    strict = replace(EMPTY, required={"locality": 2})
    columns = {"survey_uuid": ["a", "b", None], "presence": ["present"] * 3, "locality": ["x", None, "y"]}

    def localities(*offices: str) -> list[FieldFill]:
        templates = {uuid: strict if uuid in offices else EMPTY for uuid in ("a", "b")}
        return [one for one in quality.completeness(columns, templates) if one.field == "locality"]

    assert localities("a", "b") == [FieldFill("locality", "Locality", 2, 2, 1)]
    assert localities("b") == [FieldFill("locality", "Locality", 2, 1, 0)]
    # Where there is one office only, it answers for all.
    assert FieldFill("locality", "Locality", 2, 3, 2) in quality.completeness(columns, {"a": strict})


def test_check_levels_and_findings(facts: SurveyFacts) -> None:
    # A track without a line and a sample without an ID are errors of the first level.
    assert facts.level == 0
    assert (facts.levels[0].reached, facts.levels[0].errors) == (False, 2)
    assert sum(one.errors + one.warnings for one in facts.levels) == facts.findings
    kinds = {(one.level, one.layer, one.field, one.code): one.count for one in facts.issues}
    assert kinds[2, "sighting", "observer", "missing"] == 1
    assert kinds[3, "sighting", "host_rock", "missing"] == 1
    assert kinds[2, "sighting", "geom", "outside-pakistan"] == 1
    (group,) = (one for one in facts.issues if one.field == "host_rock")
    assert [(one.uuid, one.caption) for one in group.records] == [(uuid_of(5), "Emerald · Pit 5")]
    assert [one.level for one in facts.issues] == sorted(one.level for one in facts.issues)


def test_no_more_than_two_hundred_findings_are_named(session: Session) -> None:
    issues = [Issue(WARNING, f"kind{n % 40}", "sighting", uuid_of(n % 7), "gem", f"message {n}", 2) for n in range(900)]
    issues += [Issue(ERROR, "damaged", "", None, None, "The file is damaged.", 1)]
    groups = quality.issue_groups(session.file, issues)
    assert groups[0].code == "damaged" and groups[0].severity == ERROR and not groups[0].records
    assert sum(one.count for one in groups) == 901
    assert sum(len(one.records) for one in groups) == quality.NAMED_ISSUES
    assert all(one.count == len(one.records) + one.unnamed for one in groups)
    assert groups[1].varied and not groups[0].varied


def test_the_timeline_is_in_pakistan_time(facts: SurveyFacts) -> None:
    line = facts.timeline
    assert (line.unit, line.undated, line.earlier) == (DAY, 1, 0)
    assert [(one.start.day, one.finds, one.absences) for one in line.bins] == [(4, 3, 1), (5, 1, 0), (6, 1, 0)]
    assert (facts.first_at, facts.last_at) == ("2026-05-04T05:00:00.000Z", "2026-05-06T05:00:00.000Z")


@pytest.mark.parametrize(("days", "unit", "first"), [
    (27, DAY, date(2026, 1, 1)), (28, WEEK, date(2025, 12, 29)), (553, WEEK, date(2025, 12, 29)),
    (700, MONTH, date(2026, 1, 1)), (365 * 7, YEAR, date(2026, 1, 1)),
])
def test_longer_work_is_shown_by_week_month_and_year(days: int, unit: str, first: date) -> None:
    start = date(2026, 1, 1)  # a Thursday
    line = field.timeline([start, start + timedelta(days=days)], ["present", "absent"])
    assert (line.unit, line.bins[0].start) == (unit, first)
    assert (line.bins[0].finds, line.bins[-1].absences) == (1, 1)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.none() | st.dates(), st.sampled_from(["present", "absent", None])), max_size=30))
def test_every_sighting_is_on_the_timeline_or_told(rows: list[tuple[date | None, str | None]]) -> None:
    line = field.timeline([day for day, _presence in rows], [presence for _day, presence in rows])
    assert sum(one.finds + one.absences for one in line.bins) + line.undated + line.earlier == len(rows)
    assert len(line.bins) <= 81
    starts = [one.start for one in line.bins]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("value", [None, 5, "no hex", "00FF", "0101000000000000000000F03F000000000000F03F"])
def test_what_is_no_line_has_no_length(value: object) -> None:
    assert field.length_m(value) is None  # type: ignore[arg-type]


def test_photos_and_samples_are_reconciled(facts: SurveyFacts) -> None:
    samples = facts.samples
    assert (samples.total, samples.of_sightings, samples.astray) == (3, 2, 1)
    assert (samples.nameless, samples.same_name) == (1, 2)
    assert (samples.handed_over, samples.handovers, samples.certified, samples.certificates) == (1, 2, 1, 1)
    assert samples.types == {"rock": 2, "": 1}
    assert (facts.photos.total, facts.photos.finds_with, facts.photos.finds_without) == (0, 0, 6)


def test_provenance(session: Session, facts: SurveyFacts) -> None:
    source = facts.provenance
    assert source.file == "swat.gpkg" and len(source.sha256) == 64
    assert source.revisions == len(session.file.history())
    assert source.changed_by == "Gul Khan" and source.changed_at


def test_disagreements_have_both_values(tmp_path: Path) -> None:
    with Session.open(in_dispute(tmp_path / "merged.gpkg"), read_only=True) as opened:
        facts = gather(opened)
    told = {one.field: one for one in facts.disagreements}
    assert set(told) == {"Notes", "Colour"}
    colour = told["Colour"]
    assert {one.value for one in colour.opinions} == {"green", "blue"}
    assert [one.side for one in colour.opinions] == ["A", "B"]
    assert sum(one.stands for one in colour.opinions) == 1
    assert {one.author for one in colour.opinions} >= {"گل خان"}
    assert facts.provenance.packages == 2


def test_an_empty_survey_has_no_figures(tmp_path: Path) -> None:
    with Session.open(empty_survey(tmp_path / "empty.gpkg"), read_only=True) as opened:
        facts = gather(opened)
    assert (facts.sightings, facts.gems, facts.places, facts.effort.rows) == (0, (), (), ())
    assert facts.timeline.bins == () and facts.accuracy.median_m is None and facts.map.longitude == []
    assert facts.effort.total.km is None and facts.level == 3


def test_the_figures_are_json(facts: SurveyFacts) -> None:
    import json

    told = json.loads(json.dumps(as_dict(facts)))
    assert told["map"] == {"drawn": 7, "placeless": 0, "tracks": 2, "areas": 0}
    assert told["effort"]["rows"][0]["first_day"] == "2026-05-04"
    assert told["timeline"]["bins"][0] == {"start": "2026-05-04", "finds": 3, "absences": 1}
