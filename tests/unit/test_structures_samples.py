"""Measurements and samples in a survey: saved, changed, taken back, found again, and laid out on sheets of labels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.orientation import Line, Plane
from surveyapp.domain.records import Record
from surveyapp.domain.sample_ids import scanned
from surveyapp.domain.template import Template
from surveyapp.errors import BadInput, Refused
from surveyapp.services import labels, samples, structures, templates
from surveyapp.services.checking import check
from surveyapp.services.recording import add_sighting, assigned, edit_record, new_survey
from surveyapp.services.session import Session


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with new_survey(tmp_path / "swat.gpkg", "Swat", team="Swat 1", surveyor="Zarmina Khan") as made:
        yield made


@pytest.fixture
def sighting(session: Session) -> str:
    return add_sighting(session, assigned("sighting", {"gem": "emerald", "locality": "Fizagat",
                                                       "at": "34.7725N 72.3608E"}))


# --- structure ---------------------------------------------------------------------------------------


def test_a_measurement_is_saved_with_who_and_when_and_taken_back(session: Session, sighting: str) -> None:
    uuid = structures.add_orientation(session, sighting, Plane(45, 30), {"structure": "foliation"})
    record = session.file.get("orientation", uuid)
    assert record is not None
    assert {name: record.get(name) for name in ("kind", *structures.ANGLES, "structure", "observer")} == {
        "kind": "plane", "strike_deg": 45.0, "dip_deg": 30.0, "trend_deg": None, "plunge_deg": None,
        "structure": "foliation", "observer": "Zarmina Khan",
    }
    assert record.get("observed_at")
    assert record.get("sighting_uuid") == sighting
    assert structures.measure_in(record) == Plane(45, 30)
    assert session.undo_label == "Add measurement"
    session.undo()
    assert session.file.get("orientation", uuid) is None
    session.redo()
    assert session.file.get("orientation", uuid) == record
    assert not [issue for issue in check(session.file).issues if issue.layer == "orientation"]


def test_editing_changes_only_what_differs_and_a_new_kind_empties_the_old_angles(
    session: Session, sighting: str
) -> None:
    uuid = structures.add_orientation(session, sighting, Plane(45.123456, 30), {"structure": "joint"})
    record = session.file.get("orientation", uuid)
    assert record is not None
    assert not structures.edit_orientation(session, record, Plane(45.123456, 30), {"structure": "joint"})
    assert structures.edit_orientation(session, record, Plane(45.123456, 30), {"structure": "fault"})
    changed = session.file.get("orientation", uuid)
    assert changed is not None
    assert changed.get("strike_deg") == 45.123456
    structures.edit_orientation(session, changed, Line(135, 20), {"structure": "slickenline"})
    line = session.file.get("orientation", uuid)
    assert line is not None
    assert [line.get(name) for name in ("kind", *structures.ANGLES)] == ["line", None, None, 135.0, 20.0]
    structures.delete_orientation(session, line)
    session.undo()
    assert session.file.get("orientation", uuid) == line


def test_a_measurement_needs_its_sighting(session: Session) -> None:
    with pytest.raises(BadInput, match="not in the file"):
        structures.add_orientation(session, "6f9619ff-8b86-4011-b42d-00c04fc964ff", Plane(45, 30), {})
    assert session.file.count("orientation") == 0


def test_all_measurements_of_a_survey_with_the_names_of_their_places(session: Session, sighting: str) -> None:
    structures.add_orientation(session, sighting, Plane(45, 30), {"structure": "foliation"})
    structures.add_orientation(session, sighting, Line(135, 28), {"structure": "lineation"})
    half = changes.insert("orientation", {"sighting_uuid": sighting, "strike_deg": 45.0})
    stray = changes.insert("orientation", {"kind": "plane", "strike_deg": 1.0, "dip_deg": 2.0})
    session.apply(ChangeSet((half, stray), "as another program writes"))
    found = structures.all_measured(session)
    assert [(m.place, m.sighting, m.structure, m.measure) for m in found] == [
        ("", "", "", Plane(1, 2)),
        ("Emerald · Fizagat", sighting, "foliation", Plane(45, 30)),
        ("Emerald · Fizagat", sighting, "lineation", Line(135, 28)),
    ]


def test_a_map_gets_what_can_be_drawn_at_a_sighting(session: Session, sighting: str) -> None:
    structures.add_orientation(session, sighting, Plane(45, 30), {})
    structures.add_orientation(session, sighting, Line(135, 20), {})
    session.apply(ChangeSet((changes.insert("orientation", {"kind": "plane", "sighting_uuid": sighting}),
                             changes.insert("orientation", structures.measure_values(Plane(1, 2)))), "by hand"))
    assert structures.all_drawn(session) == [
        structures.Drawn(sighting, Plane(45, 30)), structures.Drawn(sighting, Line(135, 20)),
    ]


# --- samples -----------------------------------------------------------------------------------------


def test_ids_come_from_team_person_and_year_and_count_on(session: Session, sighting: str) -> None:
    now = datetime(2026, 5, 3, tzinfo=UTC)
    first = samples.id_facts(session).suggested(now=now)
    assert first == "SWAT1-ZK-26-001"
    uuid = samples.add_sample(session, sighting, {"sample_id": first, "sample_type": "rock"})
    facts = samples.id_facts(session, sighting_uuid=sighting)
    assert facts.suggested(now=now) == "SWAT1-ZK-26-002"
    assert facts.suggested(first) == "SWAT1-ZK-26-001.1"
    assert samples.id_facts(session, "gul 2").suggested(now=now) == "SWAT1-GUL2-26-001"
    assert facts.others(first) == []
    assert facts.others("X") == [first]
    record = session.file.get("sample", uuid)
    assert record is not None
    assert record.get("collector") == "Zarmina Khan"
    assert record.get("collected_at")
    assert session.undo_label == f"Add sample {first}"
    session.undo()
    assert samples.id_facts(session).taken == ()


def test_an_id_that_was_given_once_is_given_to_no_other_sample(session: Session, sighting: str) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)

    def add(name: str) -> Record:
        record = session.file.get("sample", samples.add_sample(session, sighting, {"sample_id": name}))
        assert record is not None
        return record

    def suggested(parent: str = "") -> str:
        return samples.id_facts(session).suggested(parent, now=now)

    add("SWAT1-ZK-26-001")
    second = add("SWAT1-ZK-26-002")
    samples.delete_sample(session, second)
    assert suggested() == "SWAT1-ZK-26-003", "its bag may be on the way"
    third = add("SWAT1-ZK-26-003")
    edit_record(session, third, {"sample_id": "OLD-7"})
    assert samples.id_facts(session).gone == ("SWAT1-ZK-26-002", "SWAT1-ZK-26-003")
    assert suggested() == "SWAT1-ZK-26-004"
    add("SWAT1-ZK-26-001.1")
    session.undo()
    assert suggested("SWAT1-ZK-26-001") == "SWAT1-ZK-26-001.2"
    session.undo()
    facts = samples.id_facts(session)
    assert "SWAT1-ZK-26-003" in facts.taken
    assert facts.gone == ("OLD-7", "SWAT1-ZK-26-001.1", "SWAT1-ZK-26-002")
    with Session.open(session.file.path, read_only=True) as other:
        assert samples.id_facts(other).gone == facts.gone, "the history says it, not this run"


def test_the_offices_prefix_goes_before_the_teams(session: Session, sighting: str) -> None:
    templates.use(session, Template(name="Office", sample_prefix="GSP-S"))
    assert samples.team_prefix(session, sighting) == "GSP-S"
    year = datetime.now(UTC).year % 100
    assert samples.id_facts(session, "A").suggested() == f"GSP-S-A-{year:02d}-001"


def test_each_of_several_surveys_has_its_own_prefix(session: Session, sighting: str) -> None:
    other = changes.insert("survey", {"name": "Neelum", "team": "Neelum 4"})
    there = changes.insert("sighting", {"gem": "ruby", "survey_uuid": other.uuid, **assigned(
        "sighting", {"at": "34.9N 74.45E"})})
    session.apply(ChangeSet((other, there), "another survey"))
    assert samples.team_prefix(session, there.uuid) == "NEELUM4"
    assert samples.team_prefix(session, sighting) == "SWAT1"


def test_a_part_is_of_the_sighting_of_its_parent_and_keeps_it_from_being_deleted(
    session: Session, sighting: str
) -> None:
    whole = samples.add_sample(session, sighting, {"sample_id": "A-1"})
    part = samples.add_sample(session, None, {"sample_id": "A-1.1"}, parent_uuid=whole)
    record, parent = session.file.get("sample", part), session.file.get("sample", whole)
    assert record is not None
    assert parent is not None
    assert record.get("sighting_uuid") == sighting
    assert record.get("sample_uuid") == whole
    with pytest.raises(Refused, match="A-1 has 1 part"):
        samples.delete_sample(session, parent)
    samples.delete_sample(session, record)
    samples.delete_sample(session, parent)
    assert session.file.count("sample") == 0
    session.undo()
    session.undo()
    assert session.file.count("sample") == 2


def test_what_makes_no_sense_is_refused_and_nothing_is_saved(session: Session, sighting: str) -> None:
    nowhere = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
    with pytest.raises(BadInput, match="no ID"):
        samples.add_sample(session, sighting, {"sample_id": " "})
    with pytest.raises(BadInput, match="part of is not in the file"):
        samples.add_sample(session, sighting, {"sample_id": "A"}, parent_uuid=nowhere)
    with pytest.raises(BadInput, match="sighting of this sample"):
        samples.add_sample(session, nowhere, {"sample_id": "A"})
    assert session.file.count("sample") == 0


def test_the_same_id_twice_is_saved_and_told_by_check(session: Session, sighting: str) -> None:
    for _ in range(2):
        samples.add_sample(session, sighting, {"sample_id": "A-1", "sample_type": "rock"})
    assert sum(issue.code == "same-sample-id" for issue in check(session.file).issues) == 2


def test_a_sample_is_found_by_its_label_its_id_its_igsn_and_its_place(session: Session, sighting: str) -> None:
    one = samples.add_sample(session, sighting, {"sample_id": "SWAT1-26-001", "igsn": "IEGSP0001"})
    two = samples.add_sample(session, None, {"sample_id": "SWAT1-26-0011"})
    three = samples.add_sample(session, sighting, {"sample_id": "OLD 26 SWAT1-26-001"})
    everything = samples.all_sampled(session)
    label = labels.labels_of([s for s in everything if s.record.uuid == two])[0]

    def found(text: str) -> list[str]:
        return [s.record.uuid for s in samples.matching(everything, text)]

    assert found(label.code) == [two]
    assert found(label.code.lower()) == [two]
    assert found("swat1 26 001") == [one, two, three], "the whole ID first, then those that begin so"
    assert found("iegsp-0001") == [one]
    assert found("fizagat") == [three, one]
    assert found("") == [s.record.uuid for s in everything]
    assert found("nothing") == []
    assert found("SWAT1-26-001 6F9619FF-8B86-4011-B42D-00C04FC964FF") == [one, two, three], "a label of another file"
    assert [s.place for s in samples.all_sampled(session, [sighting])] == ["Emerald · Fizagat"] * 2
    record = session.file.get("sample", one)
    assert record is not None
    assert edit_record(session, record, {"weight_g": 12.5})


# --- labels ------------------------------------------------------------------------------------------


def test_a_label_says_what_the_bag_holds(session: Session, sighting: str) -> None:
    uuid = samples.add_sample(session, sighting, {
        "sample_id": "SWAT1-26-001", "sample_type": "rock", "weight_g": 120.5,
        "collected_at": "2026-05-03T06:10:00.000Z",
    })
    samples.add_sample(session, sighting, {"sample_id": "B"})
    with_place = labels.labels_of(samples.all_sampled(session))
    label = with_place[-1]
    assert label.sample_id == "SWAT1-26-001"
    assert label.lines == ("Emerald · Fizagat", "Rock · 120.5 g", "2026-05-03", "Zarmina Khan")
    assert scanned(label.code) == ("SWAT1-26-001", uuid)
    bare = labels.labels_of(samples.all_sampled(session), with_place=False, copies=2)
    assert [one.sample_id for one in bare] == ["B", "B", "SWAT1-26-001", "SWAT1-26-001"]
    assert not any("Fizagat" in line for one in bare for line in one.lines)


def test_a_sample_without_an_id_gets_no_label(session: Session, sighting: str) -> None:
    session.apply(ChangeSet((changes.insert("sample", {"sighting_uuid": sighting}),), "as another program writes"))
    assert labels.labels_of(samples.all_sampled(session)) == []


@pytest.mark.parametrize("sheet", labels.SHEETS, ids=[sheet.key for sheet in labels.SHEETS])
def test_the_labels_of_a_sheet_lie_on_the_paper_and_not_on_one_another(sheet: labels.Sheet) -> None:
    found = labels.places(sheet, sheet.count)
    assert len({(place.x, place.y) for place in found}) == sheet.count == int(sheet.key)
    assert {place.page for place in found} == {0}
    assert sheet.across >= sheet.width
    assert sheet.down >= sheet.height
    width, height = labels.PAGE_MM
    assert all(p.x >= 0 and p.x + sheet.width <= width + 0.01 for p in found)
    assert all(p.y >= 0 and p.y + sheet.height <= height + 0.01 for p in found)
    right = width - max(p.x for p in found) - sheet.width
    assert right == pytest.approx(sheet.left, abs=0.5), "in the middle of the paper"
    assert str(sheet.count) in sheet.title


@given(st.sampled_from(labels.SHEETS), st.integers(0, 200), st.data())
def test_labels_follow_one_another_from_the_first_free_one(
    sheet: labels.Sheet, count: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, sheet.count))
    found = labels.places(sheet, count, first)
    assert len(set(found)) == count
    assert labels.pages(sheet, count, first) == (-(-(first - 1 + count) // sheet.count) if count else 0)
    whole = labels.places(sheet, sheet.count)
    if count:
        assert (found[0].x, found[0].y) == (whole[first - 1].x, whole[first - 1].y)


def test_a_sheet_begins_at_one_of_its_labels() -> None:
    for first in (0, 25):
        with pytest.raises(BadInput, match="24 labels"):
            labels.places(labels.SHEET_BY_KEY["24"], 3, first)


def test_a_qr_code_has_its_three_finders_and_room_to_be_dirty() -> None:
    modules = labels.qr_modules("SWAT1-ZK-26-001 6F9619FF-8B86-4011-B42D-00C04FC964FF")
    size = len(modules)
    assert size == 29, "version 3: small enough for the smallest label"
    assert all(len(row) == size for row in modules)
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        corner = ["".join(str(int(m)) for m in modules[top + y][left : left + 7]) for y in range(7)]
        assert corner == finder
