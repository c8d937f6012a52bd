"""Likely-same deposits: which pairs are asked about, what answers do, and how they travel."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.app import run
from surveyapp.domain.changes import ChangeSet, insert
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.likeness import (
    CAMPAIGN_DAYS,
    LEAST_ACCURACY_M,
    MOST_ACCURACY_M,
    NOT_THE_SAME,
    SAME_DEPOSIT,
    SHEET_ACCURACY_M,
    UNKNOWN_ACCURACY_M,
    Answer,
    Links,
    Pair,
    Seen,
    accuracy_or_usual_m,
    pair_id,
    pair_of,
    reach_m,
    suggest,
)
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Value
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadInput, Cancelled, Refused
from surveyapp.geo.measure import distance_m
from surveyapp.services import conflicts as disputes
from surveyapp.services import duplicates
from surveyapp.services.session import Session
from surveyapp.storage.merging import merge
from tests.helpers.surveys import assert_sound, edit, fork, knowledge, remove, sighting, sql, survey_with, uuid_of

LONGITUDE, LATITUDE = 72.36, 34.77
METRES_NORTH = 110_942.0
"""Of a degree of latitude at 34.77 N, within a few millimetres over the distances here."""


def seen(number: int, north_m: float = 0.0, **facts: Any) -> Seen:
    """A GPS sighting good to 5 m by an observer of its own, so many metres north of the others."""
    given_facts: dict[str, Any] = {
        "gem": "ruby", "presence": "present", "longitude": LONGITUDE, "latitude": LATITUDE + north_m / METRES_NORTH,
        "accuracy_m": 5.0, "position_source": "gps", "position_crs": "EPSG:4326", "host_rock": None,
        "survey_uuid": f"survey {number}", "observer": f"observer {number}",
        "observed_at": "2025-06-01T05:00:00.000Z",
    }
    return Seen(uuid=uuid_of(number), **given_facts | facts)


def asked(*sightings: Seen, answers: Iterable[Answer] = ()) -> list[tuple[int, int]]:
    """The numbers of the sightings of each pair that is suggested, best first."""
    pairs = suggest(sightings, answers, distance_m=distance_m)
    return [(int(p.first[-4:]), int(p.second[-4:])) for p in pairs]


def answer(one: int, other: int, decision: str) -> Answer:
    return Answer(uuid_of(one), uuid_of(other), decision)


# --- which pairs: gem, presence, position -----------------------------------------------------------


def test_the_same_gem_nearby_is_asked_about() -> None:
    (pair,) = suggest([seen(2, 8), seen(1)], distance_m=distance_m)
    assert pair.pair == pair_id(uuid_of(1), uuid_of(2))
    assert (pair.first, pair.second) == (uuid_of(1), uuid_of(2))
    assert pair.distance_m == pytest.approx(8, abs=0.01)
    assert pair.reach_m == 10


@pytest.mark.parametrize(
    "other",
    [
        {"gem": None}, {"gem": ""}, {"gem": " "}, {"gem": 7}, {"presence": "absent"},
        {"presence": None}, {"longitude": None}, {"latitude": None}, {"longitude": math.inf}, {"latitude": 91.0},
    ],
    ids=str,
)
def test_what_rules_a_pair_out(other: dict[str, Any]) -> None:
    assert asked(seen(1), seen(2, **other)) == []
    assert asked(seen(1, **other), seen(2)) == []
    assert asked(seen(1, **other), seen(2, **other)) == []


def test_another_gem_is_another_deposit() -> None:
    assert asked(seen(1), seen(2, gem="emerald")) == []


def test_a_gem_that_no_list_has_is_a_gem() -> None:
    assert asked(seen(1, gem="kunzite"), seen(2, gem="kunzite")) == [(1, 2)]


def test_an_absence_between_two_finds_takes_no_part() -> None:
    assert asked(seen(1), seen(2, 2, presence="absent"), seen(3, 6)) == [(1, 3)]


# --- how far apart ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("accuracies", "apart_m", "expected"), [
    ((5, 5), 9.9, True), ((5, 5), 10.1, False), ((30, 10), 39.9, True), ((30, 10), 40.1, False),
    ((1, 1), 2 * LEAST_ACCURACY_M - 0.1, True), ((1, 1), 2 * LEAST_ACCURACY_M + 0.1, False),
    ((90_000, 90_000), 2 * MOST_ACCURACY_M - 1, True), ((90_000, 90_000), 2 * MOST_ACCURACY_M + 1, False),
])
def test_both_accuracies_together_are_the_reach(accuracies: tuple[float, float], apart_m: float,
                                                expected: bool) -> None:
    a, b = accuracies
    assert bool(asked(seen(1, accuracy_m=a), seen(2, apart_m, accuracy_m=b))) is expected
    east = seen(2, longitude=LONGITUDE + apart_m / (111_412.84 * math.cos(math.radians(LATITUDE))), accuracy_m=b)
    assert distance_m(LONGITUDE, LATITUDE, east.longitude or 0, LATITUDE) == pytest.approx(apart_m, rel=0.003)
    if abs(apart_m - reach_m(seen(1, accuracy_m=a), east)) > 0.003 * apart_m:
        assert bool(asked(seen(1, accuracy_m=a), east)) is expected


@pytest.mark.parametrize("source", [*VOCABULARIES["position_source"].codes, None, "by carrier pigeon"])
def test_an_unknown_accuracy_has_a_usual_one_by_source(source: str | None) -> None:
    usual = UNKNOWN_ACCURACY_M.get(str(source), UNKNOWN_ACCURACY_M["imported"])
    vague = seen(1, accuracy_m=None, position_source=source)
    assert accuracy_or_usual_m(vague) == (usual, False)
    assert asked(vague, seen(2, usual + 4.9)) == [(1, 2)]
    assert asked(vague, seen(2, usual + 5.1)) == []


def test_every_position_source_has_a_usual_accuracy_and_gps_has_the_best() -> None:
    assert set(UNKNOWN_ACCURACY_M) == set(VOCABULARIES["position_source"].codes)
    assert min(UNKNOWN_ACCURACY_M.values()) == UNKNOWN_ACCURACY_M["gps"] > LEAST_ACCURACY_M
    assert max(UNKNOWN_ACCURACY_M.values()) == UNKNOWN_ACCURACY_M["map-tap"] < SHEET_ACCURACY_M


@pytest.mark.parametrize(("crs", "usual"), [
    ("EPSG:4326", 50), ("EPSG:32643", 50), ("epsg:4326", 50), (None, 50), ("", 50), ("EPSG:4244", 150),
    ("EPSG:24378", 150), ("EPSG:4145", 150),
])
def test_a_position_off_a_toposheet_reaches_farther(crs: str | None, usual: float) -> None:
    assert accuracy_or_usual_m(seen(1, accuracy_m=None, position_source="typed", position_crs=crs)) == (usual, False)


@pytest.mark.parametrize("stated", [0, -3.0, math.nan, math.inf, "5", None])
def test_an_accuracy_that_is_none_counts_as_unknown(stated: Value) -> None:
    assert accuracy_or_usual_m(seen(1, accuracy_m=stated)) == (UNKNOWN_ACCURACY_M["gps"], False)


# --- host rocks -------------------------------------------------------------------------------------


def test_two_different_host_rocks_rule_a_pair_out() -> None:
    assert asked(seen(1, host_rock="marble"), seen(2, host_rock="schist")) == []
    assert asked(seen(1, host_rock="marble"), seen(2, host_rock="marble")) == [(1, 2)]


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_an_unknown_host_rock_neither_helps_nor_hinders(nothing: str | None) -> None:
    assert asked(seen(1, host_rock="marble"), seen(2, host_rock=nothing)) == [(1, 2)]
    assert asked(seen(1, host_rock=nothing), seen(2, host_rock=nothing)) == [(1, 2)]
    # Three in a row: the middle one goes with the one whose host rock agrees, not with a nearer unknown.
    crowd = [seen(1, -6, host_rock="marble"), seen(2, 0, host_rock="marble"), seen(3, 2, host_rock=nothing)]
    assert asked(*crowd) == [(1, 2)]
    # Where none is known, the nearer goes first.
    assert asked(seen(1, -6), seen(2, 0), seen(3, 2)) == [(2, 3)]


# --- dates and observers ----------------------------------------------------------------------------


def _same_hand(number: int, north_m: float, at: str | None, **facts: Any) -> Seen:
    return seen(number, north_m, **{"survey_uuid": "s", "observer": "Gul Khan", "observed_at": at} | facts)


def test_years_between_two_observers_rule_nothing_out() -> None:
    assert asked(seen(1, observed_at="2011-06-01T05:00:00.000Z"), seen(2, observed_at="2025-06-01T05:00:00.000Z"))
    assert asked(seen(1, observed_at=None), seen(2))
    assert asked(seen(1, observed_at=None), seen(2, observed_at="no date"))


@pytest.mark.parametrize(("first", "second", "expected"), [
    ("2025-06-01T05:00:00.000Z", "2025-06-01T05:20:00.000Z", False),
    ("2025-06-01T05:00:00.000Z", "2025-06-30T05:00:00.000Z", False),
    ("2025-06-01T05:00:00.000Z", "2025-07-01T04:59:59.000Z", False),
    ("2025-06-01T05:00:00.000Z", "2025-07-01T05:00:00.000Z", True),
    ("2025-07-01T05:00:00.000Z", "2025-06-01T05:00:00.000Z", True),
    ("2025-06-01T05:00:00.000Z", None, False),
    (None, None, False),
])
def test_one_observer_on_one_trip_knew_them_to_be_two(first: str | None, second: str | None, expected: bool) -> None:
    assert CAMPAIGN_DAYS == 30
    pair = _same_hand(1, 0, first), _same_hand(2, 3, second)
    assert bool(asked(*pair)) is expected
    # Among others too, and on exactly the same spot.
    elsewhere = seen(9, 50_000)
    assert bool(asked(*pair, elsewhere)) is expected
    assert bool(asked(_same_hand(1, 0, first), _same_hand(2, 0, second), elsewhere)) is expected


def test_each_sighting_on_one_spot_has_a_reach_of_its_own() -> None:
    spot = [seen(1, accuracy_m=5.0, gem="ruby"), seen(2, accuracy_m=60.0, gem="ruby")]
    together = [replace(s, survey_uuid="s", observer="Gul Khan") for s in spot]
    assert asked(*together, seen(3, 40)) == [(2, 3)]
    assert asked(seen(0, 40), *together) == [(0, 2)]
    fine = [replace(s, accuracy_m=5.0) for s in together]
    assert asked(*fine, seen(3, 40, accuracy_m=60.0)) == [(1, 3)]


def test_the_observer_is_told_by_survey_and_name() -> None:
    today = "2025-06-01T05:00:00.000Z"
    here = _same_hand(1, 0, today)
    assert asked(here, _same_hand(2, 3, today, observer=" gul  KHAN ")) == []
    assert asked(here, _same_hand(2, 3, today, observer="Bano")) == [(1, 2)]
    assert asked(here, _same_hand(2, 3, today, survey_uuid="another")) == [(1, 2)]
    for unknown in ({"observer": None}, {"observer": ""}, {"survey_uuid": None}):
        # What is unknown is not the same as another unknown.
        assert asked(_same_hand(1, 0, today, **unknown), _same_hand(2, 3, today, **unknown)) == [(1, 2)]


def test_a_survey_by_one_observer_asks_nothing() -> None:
    crowd = [_same_hand(n, n / 10, "2025-06-01T05:00:00.000Z") for n in range(1, 200)]
    assert asked(*crowd) == []
    assert asked(*crowd, seen(500, 0.34)) == [(3, 500)]


# --- one to one, and what answers do ----------------------------------------------------------------


def test_a_sighting_is_in_one_pair_at_most_and_the_nearest_goes_first() -> None:
    row = [seen(1, 0), seen(2, 4), seen(3, 7), seen(4, 12)]
    assert asked(*row) == [(2, 3)]
    assert asked(*row, seen(5, 13)) == [(4, 5), (2, 3)]


def test_ties_go_by_uuid() -> None:
    spot = [seen(n) for n in (4, 2, 5, 1, 3)]
    assert asked(*spot) == [(1, 2), (3, 4)]


def test_an_answered_pair_is_not_asked_about_again() -> None:
    for decision in (SAME_DEPOSIT, NOT_THE_SAME):
        for said in (answer(1, 2, decision), answer(2, 1, decision)):
            assert asked(seen(1), seen(2, 3), answers=[said]) == []


def test_after_not_the_same_the_next_best_comes_up() -> None:
    row = [seen(1, 0), seen(2, 3), seen(3, 7)]
    assert asked(*row) == [(1, 2)]
    assert asked(*row, answers=[answer(1, 2, NOT_THE_SAME)]) == [(2, 3)]
    assert asked(*row, answers=[answer(1, 2, NOT_THE_SAME), answer(2, 3, NOT_THE_SAME)]) == [(1, 3)]


def test_linked_sightings_are_one_deposit() -> None:
    row = [seen(1, 0), seen(2, 3), seen(3, 6), seen(4, 9.5)]
    linked = [answer(1, 2, SAME_DEPOSIT), answer(2, 3, SAME_DEPOSIT)]
    assert asked(*row, answers=linked) == [(3, 4)], "1 and 3 follow from the answers"
    assert Links(linked).deposits() == [(uuid_of(1), uuid_of(2), uuid_of(3))]
    # What is not one of them is none of them.
    assert asked(*row, answers=[*linked, answer(1, 4, NOT_THE_SAME)]) == []


def test_links_bear_contradictions_and_repetitions() -> None:
    links = Links([answer(1, 2, SAME_DEPOSIT), answer(2, 1, SAME_DEPOSIT), answer(3, 3, SAME_DEPOSIT),
                   answer(1, 2, NOT_THE_SAME), answer(5, 4, SAME_DEPOSIT)])
    assert links.deposits() == [(uuid_of(1), uuid_of(2)), (uuid_of(4), uuid_of(5))]
    assert not links.open(uuid_of(1), uuid_of(2))
    assert links.open(uuid_of(1), uuid_of(4))
    assert links.open(uuid_of(7), uuid_of(8))


def test_a_disputed_answer_is_not_asked_about_and_links_nothing() -> None:
    said = [answer(1, 2, "")]
    assert asked(seen(1), seen(2), answers=said) == []
    assert Links(said).deposits() == []
    assert asked(seen(1), seen(2), seen(3, 4), answers=said) == [(1, 3)]


def test_the_id_of_a_pair_never_changes() -> None:
    """Answers that were given in other offices hang on it."""
    assert pair_id(uuid_of(2), uuid_of(1)) == pair_id(uuid_of(1), uuid_of(2)) == "d097e26e-65f9-52d8-bbe1-ae1dcc6e8f3a"


def test_reasons_say_what_agrees_and_what_is_unknown() -> None:
    typed = seen(1, host_rock="marble", accuracy_m=None, position_source="typed")
    (pair,) = suggest([typed, seen(2, 4, observed_at="2025-06-03T06:00:00.000Z")], distance_m=distance_m)
    assert pair.reasons == ("same gem: ruby", "seen 2 days apart", "host rock of one unknown",
                            "accuracy of one unknown (typed, taken as 50 m)")
    vague = [replace(typed, uuid=uuid_of(n), position_source=source, observed_at=None, observer=None)
             for n, source in ((1, "typed"), (2, "map-tap"))]
    (pair,) = suggest(vague, distance_m=distance_m)
    assert pair.reasons == (
        "same gem: ruby", "same host rock: marble", "date of both unknown",
        "accuracy of both unknown (typed, taken as 50 m and tapped on the map, taken as 100 m)",
    )
    back = [_same_hand(1, 0, "2025-06-01T05:00:00.000Z"), _same_hand(2, 1, "2026-06-01T05:00:00.000Z")]
    (pair,) = suggest(back, distance_m=distance_m)
    assert pair.reasons == ("same gem: ruby", "seen 365 days apart", "same observer, who came back",
                            "host rock of both unknown")


def test_the_search_can_be_cancelled() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        suggest([seen(1), seen(2)], distance_m=distance_m, progress=progress)


# --- laws, on many sightings ------------------------------------------------------------------------


_facts = st.fixed_dictionaries({
    "gem": st.sampled_from(["ruby", "ruby", "ruby", "emerald", None]),
    "presence": st.sampled_from(["present"] * 5 + ["absent", None]),
    "longitude": st.sampled_from([LONGITUDE, LONGITUDE, LONGITUDE + 5e-5, LONGITUDE + 0.001, None]),
    "latitude": st.sampled_from([LATITUDE + n * 4e-5 for n in range(12)]),
    "accuracy_m": st.sampled_from([2.0, 5.0, 8.5, 60.0, None]),
    "position_source": st.sampled_from(["gps", "typed", "map-tap", None]),
    "host_rock": st.sampled_from([None, None, "marble", "schist"]),
    "survey_uuid": st.sampled_from([None, "a", "b"]),
    "observer": st.sampled_from([None, "Gul Khan", "Bano"]),
    "observed_at": st.sampled_from([None, "2025-06-01T05:00:00.000Z", "2025-06-09T05:00:00.000Z",
                                    "2025-09-01T05:00:00.000Z"]),
})
_crowds = st.lists(_facts, max_size=14).map(lambda many: [seen(n, **facts) for n, facts in enumerate(many, 1)])
_answers = st.lists(st.builds(answer, st.integers(1, 14), st.integers(1, 14),
                              st.sampled_from([SAME_DEPOSIT, NOT_THE_SAME, ""])), max_size=5)


def _by_the_rules(sightings: list[Seen], answers: list[Answer]) -> list[str]:
    """The ids of the pairs, by the words of the module and with no regard for time."""
    links = Links(answers)
    possible = []
    for a, b in combinations(sorted(sightings, key=lambda s: s.uuid), 2):
        if a.presence != "present" or b.presence != "present" or not a.gem or a.gem != b.gem:
            continue
        if None in (a.longitude, a.latitude, b.longitude, b.latitude):
            continue
        if a.host_rock and b.host_rock and a.host_rock != b.host_rock:
            continue
        if a.observer and a.survey_uuid and (a.observer, a.survey_uuid) == (b.observer, b.survey_uuid):
            dates = {str(a.observed_at)[:7], str(b.observed_at)[:7]}
            if dates != {"2025-06", "2025-09"}:
                continue
        west, east = sorted([(a.longitude, a.latitude), (b.longitude, b.latitude)])
        apart = distance_m(*west, *east)  # type: ignore[arg-type]
        if apart <= reach_m(a, b) and links.open(a.uuid, b.uuid):
            possible.append((not (a.host_rock and a.host_rock == b.host_rock), apart, a.uuid, b.uuid))
    taken: set[str] = set()
    found = []
    for *_, first, second in sorted(possible):
        if not taken & {first, second}:
            taken |= {first, second}
            found.append(pair_id(first, second))
    return found


@given(_crowds, _answers)
def test_the_quick_search_finds_what_the_rules_say(crowd: list[Seen], answers: list[Answer]) -> None:
    assert [p.pair for p in suggest(crowd, answers, distance_m=distance_m)] == _by_the_rules(crowd, answers)


@given(_crowds, _answers, st.randoms(use_true_random=False))
def test_order_does_not_matter(crowd: list[Seen], answers: list[Answer], dice: Any) -> None:
    first = suggest(crowd, answers, distance_m=distance_m)
    dice.shuffle(crowd)
    dice.shuffle(answers)
    turned = [Answer(a.second, a.first, a.decision) for a in answers]
    assert suggest(crowd, turned, distance_m=distance_m) == first


@given(_crowds, _answers)
def test_pairs_are_one_to_one_within_reach_and_never_asked_twice(crowd: list[Seen], answers: list[Answer]) -> None:
    pairs = suggest(crowd, answers, distance_m=distance_m)
    named = [name for pair in pairs for name in (pair.first, pair.second)]
    assert len(named) == len(set(named))
    assert all(pair.first < pair.second and pair.distance_m <= pair.reach_m for pair in pairs)
    assert not {p.pair for p in pairs} & {pair_id(a.first, a.second) for a in answers}
    # Answering all that is asked, whatever the answers, comes to an end.
    said, rounds = list(answers), 0
    while pairs:
        said += [Answer(p.first, p.second, SAME_DEPOSIT if n % 2 else NOT_THE_SAME) for n, p in enumerate(pairs)]
        pairs = suggest(crowd, said, distance_m=distance_m)
        rounds += 1
        assert rounds <= len(crowd) ** 2


@given(_crowds, st.sampled_from(["gem", "presence", "longitude", "latitude"]))
def test_what_is_missing_never_matches(crowd: list[Seen], name: str) -> None:
    empty = [replace(s, **{name: None}) for s in crowd]
    assert suggest(empty, distance_m=distance_m) == []
    assert suggest([*empty, seen(99)], distance_m=distance_m) == []


@given(_facts, _facts)
def test_an_unknown_host_rock_never_counts_as_agreement(one: dict[str, Any], other: dict[str, Any]) -> None:
    far = [seen(n, 70_000 + n * 300, accuracy_m=400.0, host_rock="marble") for n in (8, 9)]
    agreeing = pair_id(far[0].uuid, far[1].uuid)
    pair = seen(1, **one | {"host_rock": "marble"}), seen(2, **other)
    for known, place in (("marble", -1), (None, 0)):
        found = [p.pair for p in suggest([pair[0], replace(pair[1], host_rock=known), *far], distance_m=distance_m)]
        assert found[place] == agreeing, "300 m apart, but known to be in the same rock"


def test_many_sightings_in_many_batches() -> None:
    """Enough for several questions to the tree, on a grid where cells and rings meet."""
    crowd = [
        seen(n, (n * 37 % 61) * 9.0, longitude=LONGITUDE + (n * 53 % 71) * 1.1e-4, accuracy_m=(4.0, 9.0, 30.0)[n % 3],
             host_rock=(None, "marble", "schist", None)[n % 4], observer=None if n % 3 else "Gul Khan")
        for n in range(1, 1300)
    ]
    found = [p.pair for p in suggest(crowd, distance_m=distance_m)]
    assert len(found) > 400
    assert found == _by_the_rules(crowd, [])


# --- in a file --------------------------------------------------------------------------------------


def _find(number: int, north_m: float, who: str, **values: Value) -> Any:
    """A sighting of a ruby by somebody, so many metres north of the others."""
    facts: dict[str, Value] = {"accuracy_m": 5.0, "position_source": "gps", "observer": who, "survey_uuid": who,
                               "observed_at": "2025-06-01T05:00:00.000Z", "locality": f"pit {number}"}
    return sighting(number, **facts | {"geom": point_hex(LONGITUDE, LATITUDE + north_m / METRES_NORTH)} | values)


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """Two pits that two teams saw, 6 m and 3 m apart, and an absence."""
    return survey_with(tmp_path / "survey.gpkg", [
        _find(1, 0, "Amina"), _find(2, 6, "Bano"), _find(3, 500, "Amina"), _find(4, 503, "Bano"),
        _find(5, 1, "Bano", presence="absent"),
    ])


def _numbers(pairs: Iterable[Pair]) -> list[tuple[int, int]]:
    return [(int(p.first[-4:]), int(p.second[-4:])) for p in pairs]


def _decide(path: Path, decision: str, who: str, reason: str = "") -> Pair:
    """Somebody answers the pair of pits 1 and 2."""
    with Session.open(path, author=who) as session:
        pair = next(p for p in duplicates.suggestions(session) if p.first == uuid_of(1))
        duplicates.decide(session, pair, decision, reason)
        return pair


def test_suggestions_of_a_file(survey: Path) -> None:
    before = survey.read_bytes()
    with Session.open(survey, read_only=True) as session:
        pairs = duplicates.suggestions(session)
        assert _numbers(pairs) == [(3, 4), (1, 2)]
        assert duplicates.suggestions(session.file) == pairs
        assert duplicates.decided(session) == duplicates.deposits(session) == []
    assert survey.read_bytes() == before


def test_an_answer_is_one_revision_of_one_record(survey: Path) -> None:
    with Session.open(survey, author="Amina") as session:
        told: list[ChangeSet] = []
        session.subscribe(told.append)
        near, pair = duplicates.suggestions(session)
        revisions = len(session.file.history())
        applied = duplicates.decide(session, pair, SAME_DEPOSIT, "the same adit")
        assert told == [applied]
        assert len(session.file.history()) == revisions + 1
        (record,) = session.file.records("likely_duplicate")
        assert record.uuid == pair.pair
        assert record.values == {"first_uuid": uuid_of(1), "second_uuid": uuid_of(2), "decision": SAME_DEPOSIT,
                                 "reason": "the same adit"}
        (decided,) = duplicates.decided(session)
        assert (decided.pair, decided.decision, decided.reason) == (pair.pair, SAME_DEPOSIT, "the same adit")
        (revision,) = session.file.history(pair.pair)
        assert (decided.decided_by, decided.decided_at) == ("Amina", revision.at)
        assert not decided.disputed
        assert duplicates.deposits(session) == [(uuid_of(1), uuid_of(2))]
        assert duplicates.suggestions(session) == [near]
    assert_sound(survey)


def test_undo_of_an_answer_brings_the_suggestion_back(survey: Path) -> None:
    with Session.open(survey) as session:
        before = duplicates.suggestions(session)
        duplicates.decide(session, before[0], NOT_THE_SAME)
        assert duplicates.suggestions(session) == before[1:]
        assert session.undo_label == "Tell two deposits apart"
    with Session.open(survey) as session:
        session.undo()
        assert duplicates.suggestions(session) == before
        assert duplicates.decided(session) == []
        session.redo()
        assert duplicates.suggestions(session) == before[1:]
        session.undo()
        duplicates.decide(session, before[0], SAME_DEPOSIT)
        assert [d.decision for d in duplicates.decided(session)] == [SAME_DEPOSIT]
    assert_sound(survey)


def test_many_answers_are_one_step(survey: Path) -> None:
    with Session.open(survey) as session:
        pairs = duplicates.suggestions(session)
        applied = duplicates.decide_many(session, [(p, NOT_THE_SAME) for p in pairs])
        assert len(applied.changes) == 2
        assert duplicates.suggestions(session) == []
        assert session.undo_label == "Answer 2 likely-same pairs"
        session.undo()
        assert duplicates.suggestions(session) == pairs
        assert duplicates.decide_many(session, []).changes == ()


def test_answering_anew_changes_the_record(survey: Path) -> None:
    pair = _decide(survey, SAME_DEPOSIT, "Amina", "the same adit")
    with Session.open(survey, author="Bano") as session:
        assert duplicates.decide(session, pair, SAME_DEPOSIT).changes == (), "it stands already"
        (decided,) = duplicates.decided(session)
        duplicates.decide(session, decided, NOT_THE_SAME)
        (decided,) = duplicates.decided(session)
        assert (decided.decision, decided.reason, decided.decided_by) == (NOT_THE_SAME, "", "Bano")
        assert len(session.file.history(pair.pair)) == 2
        session.undo()
        (decided,) = duplicates.decided(session)
        assert (decided.decision, decided.reason) == (SAME_DEPOSIT, "the same adit")
        duplicates.decide(session, pair, SAME_DEPOSIT, "two adits, one vein")
        assert duplicates.decided(session)[0].reason == "two adits, one vein"


def test_who_decided_is_who_gave_the_answer_that_stands(survey: Path) -> None:
    for who, decision in (("Amina", SAME_DEPOSIT), ("Bano", NOT_THE_SAME), ("Chief", SAME_DEPOSIT)):
        with Session.open(survey, author=who) as session:
            duplicates.decide(session, duplicates.find(session, pair_id(uuid_of(1), uuid_of(2))), decision)
            assert [d.decided_by for d in duplicates.decided(session)] == [who]
    with Session.open(survey, author="Dost") as session:
        duplicates.decide(session, duplicates.decided(session)[0], SAME_DEPOSIT, "said again, with a reason")
        assert [d.decided_by for d in duplicates.decided(session)] == ["Chief"]


def test_a_pair_whose_sighting_is_gone(survey: Path) -> None:
    with Session.open(survey) as session:
        pair = duplicates.suggestions(session)[1]
        link = duplicates.suggestions(session)[0]
        duplicates.decide(session, link, SAME_DEPOSIT)
    for number in (2, 3):
        remove(survey, number)
    with Session.open(survey) as session:
        with pytest.raises(Refused, match=f"Sighting {uuid_of(2)} is not in survey.gpkg any more"):
            duplicates.decide_many(session, [(pair, SAME_DEPOSIT)])
        assert session.file.count("likely_duplicate") == 1
        assert duplicates.deposits(session) == [], "one sighting is left of it"
        duplicates.decide(session, duplicates.decided(session)[0], NOT_THE_SAME)


@pytest.mark.parametrize("text", ["", "maybe", "same deposit?", "1"])
def test_an_answer_that_is_none(survey: Path, text: str) -> None:
    with Session.open(survey) as session:
        pair = duplicates.suggestions(session)[0]
        with pytest.raises(BadInput, match="say same or not-the-same"):
            duplicates.decide(session, pair, text)
        assert session.file.count("likely_duplicate") == 0


@pytest.mark.parametrize(("text", "code"), [
    ("same", SAME_DEPOSIT), ("Same", SAME_DEPOSIT), ("same-deposit", SAME_DEPOSIT), ("The same deposit", SAME_DEPOSIT),
    ("not-the-same", NOT_THE_SAME), ("Not the same", NOT_THE_SAME), (" not-the-same ", NOT_THE_SAME),
])
def test_answers_as_people_say_them(text: str, code: str) -> None:
    assert duplicates.answer_meant(text) == code


def test_finding_a_pair_by_its_id(survey: Path) -> None:
    with Session.open(survey) as session:
        waiting, other = duplicates.suggestions(session)
        assert duplicates.find(session, waiting.pair) == waiting
        assert duplicates.find(session, f" {waiting.pair[:13].upper()} ") == waiting
        duplicates.decide(session, other, SAME_DEPOSIT)
        assert duplicates.find(session, other.pair[:13]) == duplicates.decided(session)[0]
        with pytest.raises(BadInput, match=r"There is no likely-same pair 'zzz' in survey.gpkg"):
            duplicates.find(session, "zzz")
        with pytest.raises(BadInput, match="There is no likely-same pair ''"):
            duplicates.find(session, "")


def test_several_pairs_that_begin_alike(tmp_path: Path) -> None:
    """Seventeen pairs cannot all begin with another digit."""
    finds = [_find(2 * n + k, 1000 * n + 3 * k, who) for n in range(1, 18) for k, who in enumerate(("Amina", "Bano"))]
    path = survey_with(tmp_path / "many.gpkg", finds)
    with Session.open(path) as session:
        digits = sorted(p.pair[0] for p in duplicates.suggestions(session))
        assert len(digits) == 17
        twice = next(a for a, b in pairwise(digits) if a == b)
        with pytest.raises(BadInput, match=f"Several likely-same pairs begin with '{twice}'"):
            duplicates.find(session, twice)


def test_rows_that_other_programs_wrote(survey: Path) -> None:
    """Without our uuid, turned around, half filled, with words of their own, or twice."""
    insert = "INSERT INTO likely_duplicate (uuid, first_uuid, second_uuid, decision) VALUES (?, ?, ?, ?)"
    sql(survey, insert, None, uuid_of(1), None, SAME_DEPOSIT)
    sql(survey, insert, None, uuid_of(1), uuid_of(2), None)
    sql(survey, insert, None, uuid_of(3), uuid_of(4), "maybe")
    with Session.open(survey) as session:
        assert len(duplicates.suggestions(session)) == 2
    sql(survey, insert, None, uuid_of(2), uuid_of(1), NOT_THE_SAME)
    sql(survey, insert, None, uuid_of(1), uuid_of(2), SAME_DEPOSIT)
    with Session.open(survey) as session:
        assert _numbers(duplicates.suggestions(session)) == [(3, 4)]
        (decided,) = duplicates.decided(session)
        assert (decided.first, decided.second, decided.decision) == (uuid_of(1), uuid_of(2), NOT_THE_SAME)
        assert decided.decided_by == "outside edit"
        assert duplicates.find(session, decided.pair) == decided
    sql(survey, insert, pair_id(uuid_of(1), uuid_of(2)), uuid_of(1), uuid_of(2), SAME_DEPOSIT)
    with Session.open(survey) as session:
        assert duplicates.deposits(session) == [(uuid_of(1), uuid_of(2))]


def test_a_pair_can_be_shown_whether_or_not_it_waits() -> None:
    pair = pair_of(seen(2, 300), seen(1), distance_m=distance_m)
    assert (pair.first, pair.second, pair.reach_m) == (uuid_of(1), uuid_of(2), 10)
    assert pair.distance_m == pytest.approx(300, abs=0.1)


# --- through a merge --------------------------------------------------------------------------------


def _merged(*inputs: Path) -> Path:
    """Merged in this order, having seen that the other order says the same."""
    out, other = inputs[0].with_name("out.gpkg"), inputs[0].with_name("other.gpkg")
    merge(out, inputs, author="office")
    merge(other, inputs[::-1], author="office")
    assert knowledge(out) == knowledge(other)
    assert_sound(out)
    return out


def test_two_offices_that_answer_alike_agree(survey: Path) -> None:
    a, b = fork(survey, "a.gpkg"), fork(survey, "b.gpkg")
    _decide(a, SAME_DEPOSIT, "Amina")
    pair = _decide(b, SAME_DEPOSIT, "Bano", "the same adit")
    with Session.open(_merged(a, b)) as session:
        assert session.file.conflicts() == []
        (decided,) = duplicates.decided(session)
        assert (decided.pair, decided.decision, decided.reason) == (pair.pair, SAME_DEPOSIT, "the same adit")
        assert decided.decided_by == "Amina", "who said it first"
        assert _numbers(duplicates.suggestions(session)) == [(3, 4)]


def test_an_answer_travels_and_the_next_office_is_not_asked(survey: Path) -> None:
    a, b = fork(survey, "a.gpkg"), fork(survey, "b.gpkg")
    _decide(a, NOT_THE_SAME, "Amina")
    edit(b, 1, "Bano", notes="read again")
    with Session.open(_merged(a, b)) as session:
        assert session.file.conflicts() == []
        assert _numbers(duplicates.suggestions(session)) == [(3, 4)]
        assert [d.decided_by for d in duplicates.decided(session)] == ["Amina"]


def _differ(survey: Path) -> tuple[Path, Pair]:
    """Amina says the same, Bano says not."""
    a, b = fork(survey, "a.gpkg"), fork(survey, "b.gpkg")
    _decide(a, SAME_DEPOSIT, "Amina")
    pair = _decide(b, NOT_THE_SAME, "Bano")
    return _merged(a, b), pair


@pytest.mark.parametrize("decision", [SAME_DEPOSIT, NOT_THE_SAME])
def test_two_offices_that_answer_differently_have_one_conflict(survey: Path, decision: str) -> None:
    out, pair = _differ(survey)
    with Session.open(out, author="Chief") as session:
        (conflict,) = session.file.conflicts()
        assert (conflict.layer, conflict.record, conflict.field) == ("likely_duplicate", pair.pair, "decision")
        assert {(v.value, v.author) for v in conflict.values} == {(SAME_DEPOSIT, "Amina"), (NOT_THE_SAME, "Bano")}
        # Until it is decided, nobody is asked again and nothing is linked.
        assert _numbers(duplicates.suggestions(session)) == [(3, 4)]
        assert duplicates.deposits(session) == []
        assert duplicates.decided(session)[0].disputed
        with pytest.raises(Refused, match=f"decide conflict {conflict.conflict}"):
            duplicates.decide(session, pair, decision)
        side = next("AB"[i] for i, v in enumerate(conflict.values) if v.value == decision)
        disputes.resolve(session, conflict.conflict, side=side)
        assert session.file.conflicts() == []
        assert [d.decision for d in duplicates.decided(session)] == [decision]
        assert len(duplicates.deposits(session)) == (decision == SAME_DEPOSIT)
    # What was decided holds in the offices that disagreed.
    a = survey.with_name("a.gpkg")
    merge(a, [out], author="Amina")
    with Session.open(a) as session:
        assert session.file.conflicts() == []
        assert [d.decision for d in duplicates.decided(session)] == [decision]


def test_an_answer_taken_back_before_the_merge_asks_again(survey: Path) -> None:
    a, b = fork(survey, "a.gpkg"), fork(survey, "b.gpkg")
    _decide(a, SAME_DEPOSIT, "Amina")
    with Session.open(a) as session:
        session.undo()
    edit(b, 1, "Bano", notes="read again")
    with Session.open(_merged(a, b)) as session:
        assert session.file.conflicts() == []
        assert _numbers(duplicates.suggestions(session)) == [(3, 4), (1, 2)]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(said=st.tuples(*[st.tuples(*[st.sampled_from([None, SAME_DEPOSIT, NOT_THE_SAME])] * 2)] * 3))
def test_answers_of_three_offices_merge_in_any_order(tmp_path_factory: pytest.TempPathFactory, said: Any) -> None:
    folder = tmp_path_factory.mktemp("offices")
    base = survey_with(folder / "base.gpkg", [
        _find(1, 0, "Amina"), _find(2, 6, "Bano"), _find(3, 500, "Amina"), _find(4, 503, "Bano")])
    offices = [fork(base, f"{name}.gpkg") for name in "abc"]
    for office, answers in zip(offices, said, strict=True):
        with Session.open(office, author=office.stem) as session:
            pairs = duplicates.suggestions(session)
            duplicates.decide_many(session, [(p, a) for p, a in zip(pairs, answers, strict=True) if a])
    out = _merged(*offices)
    with Session.open(out, read_only=True) as session:
        given_answers = [{s[n] for s in said} - {None} for n in range(2)]
        assert len(session.file.conflicts()) == sum(len(g) == 2 for g in given_answers)
        assert len(duplicates.suggestions(session)) == sum(not g for g in given_answers)
        assert len(duplicates.deposits(session)) == sum(g == {SAME_DEPOSIT} for g in given_answers)


# --- on the command line ----------------------------------------------------------------------------


Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command; exit status, and what it said on standard output or, where it failed, as its error."""

    def command(*arguments: object) -> tuple[int, str]:
        status = run([str(a) for a in arguments])
        said = capsys.readouterr()
        assert not (said.out and said.err)
        return status, said.out or said.err

    return command


def test_pairs_are_listed(ask: Ask, survey: Path) -> None:
    status, said = ask("conflicts", survey, "--duplicates", "--json")
    near, pair = json.loads(said)
    assert status == 1
    assert (pair["first"], pair["second"], pair["gem"]) == (uuid_of(1), uuid_of(2), "ruby")
    assert pair["pair"] == pair_id(uuid_of(1), uuid_of(2))
    assert (pair["distance_m"], pair["reach_m"]) == (pytest.approx(6, abs=0.05), 10.0)
    assert pair["reasons"] == ["same gem: ruby", "seen within a day", "host rock of both unknown"]
    one, other = pair["sightings"]
    assert (one["uuid"], one["observer"], one["observed_at"]) == (uuid_of(1), "Amina", "2025-06-01T05:00:00.000Z")
    assert (other["longitude"], other["latitude"]) == (LONGITUDE, pytest.approx(LATITUDE + 6 / METRES_NORTH))
    status, said = ask("conflicts", survey, "--duplicates")
    assert status == 1
    lines = said.splitlines()
    assert len(lines) == 6
    assert lines[3].startswith(f"{pair['pair']}  6.0 m apart, 10.0 m allowed; same gem: ruby")
    assert lines[4] == f"  {uuid_of(1)}  34.77000 72.36000  pit 1  Amina  2025-06-01T05:00:00.000Z"
    assert near["pair"] in lines[0]


def test_the_list_of_conflicts_says_how_many_wait(ask: Ask, survey: Path) -> None:
    told = "2 likely-same deposits wait for an answer; 'surveyapp conflicts {} --duplicates' lists what to decide.\n"
    assert ask("conflicts", survey) == (0, told.format(survey))
    assert ask("conflicts", survey, "--json") == (0, "[]\n")
    pairs = json.loads(ask("conflicts", survey, "--duplicates", "--json")[1])
    assert ask("resolve", survey, pairs[0]["pair"], "--take", "not-the-same") == (0, "")
    assert ask("conflicts", survey)[1].startswith("1 likely-same deposit waits for an answer;")
    assert ask("resolve", survey, pairs[1]["pair"][:13], "--take", "same") == (0, "")
    assert ask("conflicts", survey) == (0, "")
    assert ask("conflicts", survey, "--duplicates") == (0, "No likely-same deposits wait for an answer.\n")
    assert ask("conflicts", survey, "--duplicates", "--json") == (0, "[]\n")


def test_with_a_conflict_both_are_told(ask: Ask, survey: Path) -> None:
    out, pair = _differ(survey)
    status, said = ask("conflicts", out)
    assert status == 1
    assert said.splitlines()[0].split()[1:4] == ["likely_duplicate", pair.pair, "decision"]
    assert said.splitlines()[-1].startswith("1 likely-same deposit waits")
    (conflict,) = json.loads(ask("conflicts", out, "--json")[1])
    assert conflict["record"] == pair.pair


def test_a_decision_is_changed_by_its_pair(ask: Ask, survey: Path) -> None:
    pair = _decide(survey, SAME_DEPOSIT, "Amina")
    assert ask("resolve", survey, pair.pair, "--take", "not-the-same") == (0, "")
    with Session.open(survey, read_only=True) as session:
        assert [d.decision for d in duplicates.decided(session)] == [NOT_THE_SAME]


@pytest.mark.parametrize("take", ["same", "not-the-same"])
def test_a_disputed_pair_is_decided_by_its_pair_or_its_conflict(ask: Ask, survey: Path, take: str) -> None:
    out, pair = _differ(survey)
    again = fork(out, "again.gpkg")
    (conflict,) = json.loads(ask("conflicts", again, "--json")[1])
    assert ask("resolve", out, pair.pair, "--take", take) == (0, "")
    assert ask("resolve", again, conflict["conflict"], "--take", duplicates.answer_meant(take)) == (0, "")
    for path in (out, again):
        assert ask("conflicts", path, "--json") == (0, "[]\n")
        with Session.open(path, read_only=True) as session:
            assert [d.decision for d in duplicates.decided(session)] == [duplicates.answer_meant(take)]


@pytest.mark.parametrize(("options", "says"), [
    (("--side", "A"), "A likely-same pair has no sides; say --take same or --take not-the-same."),
    (("--side", "A", "--take", "same"), "A likely-same pair has no sides; say --take same or --take not-the-same."),
    ((), "A likely-same pair has no sides; say --take same or --take not-the-same."),
    (("--take", "perhaps"), "'perhaps' does not say if the two are the same deposit; say same or not-the-same."),
])
def test_what_is_no_answer_is_refused(ask: Ask, survey: Path, options: tuple[str, ...], says: str) -> None:
    pair = pair_id(uuid_of(1), uuid_of(2))
    assert ask("resolve", survey, pair, *options) == (2, f"error: {says}\n")
    with Session.open(survey, read_only=True) as session:
        assert session.file.count("likely_duplicate") == 0


def test_an_id_of_nothing_is_refused(ask: Ask, survey: Path) -> None:
    for nothing in ("zzz", "", pair_id(uuid_of(1), uuid_of(4))):
        status, said = ask("resolve", survey, nothing, "--take", "same")
        assert status == 2
        assert said.startswith(f"error: There is no open conflict {nothing!r} in survey.gpkg;")


def test_a_short_id_of_a_conflict_and_of_a_pair_is_refused(ask: Ask, survey: Path) -> None:
    a, b = fork(survey, "a.gpkg"), fork(survey, "b.gpkg")
    edit(a, 5, "Amina", notes="this")
    edit(b, 5, "Bano", notes="that")
    out = _merged(a, b)
    pair = pair_id(uuid_of(1), uuid_of(2))
    sql(out, "UPDATE conflict SET conflict = ? || substr(conflict, 5)", pair[:4])
    (conflict,) = json.loads(ask("conflicts", out, "--json")[1])
    status, said = ask("resolve", out, pair[:4], "--take", "same")
    assert status == 2
    assert said == f"error: Both a conflict and a likely-same pair begin with '{pair[:4]}'; give more of the id.\n"
    assert ask("resolve", out, pair[:13], "--take", "same") == (0, "")
    assert len(json.loads(ask("conflicts", out, "--json")[1])) == 1, "it answered the pair"
    with Session.open(out, read_only=True) as session:
        assert duplicates.deposits(session) == [(uuid_of(1), uuid_of(2))]
        assert conflict["conflict"] == session.file.conflicts()[0].conflict


def test_a_deleted_sighting_takes_its_answers_along(tmp_path: Path) -> None:
    from surveyapp.services.recording import delete_records

    path = survey_with(tmp_path / "survey.gpkg", [sighting(1), sighting(2)])
    with Session.open(path) as session:
        told = {"first_uuid": uuid_of(1), "second_uuid": uuid_of(2), "decision": "same-deposit"}
        session.apply(ChangeSet((insert("likely_duplicate", told),), "Link"))
        delete_records(session, [session.file.get("sighting", uuid_of(2))])
        assert session.file.count("likely_duplicate") == 0
        session.undo()
        assert session.file.count("likely_duplicate") == 1
