"""Handing samples over: lots, append-only, edits from outside, two offices, the command line and the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from surveyapp.app import run
from surveyapp.domain.changes import insert
from surveyapp.errors import BadInput, Refused
from surveyapp.services import certificates, custody, custody_page, merging, recording, samples
from surveyapp.services.checking import check
from surveyapp.services.session import Session
from tests.helpers.report_pages import EVIL, URDU, Seen
from tests.helpers.surveys import apply, assert_sound, fork, knowledge, sighting, sql, survey_with, uuid_of

FIRST, SECOND, PART = uuid_of(11), uuid_of(12), uuid_of(13)
Ask = Callable[..., tuple[int, str, str]]


class Page(Seen):
    """A page with pictures in it, which have no end tag."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.tags.append((tag, dict(attrs)))
        else:
            super().handle_starttag(tag, attrs)


def sample(uuid: str, name: str, **more: Any) -> Any:
    return insert("sample", {"sighting_uuid": uuid_of(1), "sample_id": name, "sample_type": "crystal", "weight_g": 5.9,
                             "collector": "Zarmina", "collected_at": "2026-05-03T06:00:00.000Z", **more}, uuid=uuid)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return survey_with(tmp_path / "swat.gpkg", [sighting(1, gem="emerald"), sample(FIRST, "SWAT1-26-001"),
                                               sample(SECOND, "SWAT1-26-002")])


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def command(*arguments: object) -> tuple[int, str, str]:
        status = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def handed(session: Session, *uuids: str, giver: str = "Zarmina", taker: str = "Gul", day: int = 4,
           **more: Any) -> custody.Handed:
    return custody.hand_over(session, uuids, {
        "from_party": giver, "to_party": taker, "handed_over_at": f"2026-05-{day:02d}T06:00:00.000Z", **more})


def codes(file: Path) -> list[str]:
    with Session.open(file, read_only=True) as session:
        return [issue.code for issue in custody.issues(session.file)]


# --- handing over ------------------------------------------------------------------------------------


def test_a_lot_goes_in_one_press_and_each_sample_has_its_row(file: Path) -> None:
    with Session.open(file) as session:
        done = handed(session, FIRST, SECOND, FIRST, seal_number="A-117", condition="intact")
        assert len(done.uuids) == 2 and done.issues == ()
        rows = list(session.file.records("custody"))
        assert {row.get("sample_uuid") for row in rows} == {FIRST, SECOND}
        assert {row.get("seal_number") for row in rows} == {"A-117"}
        assert session.undo_label == "Hand over 2 samples"
        told = custody.dossier(session, FIRST)
        assert told is not None and told.holder == "Gul" and told.gaps == 0 and not told.lost
        assert [one.holder for one in custody.holdings(session)] == ["Gul", "Gul"]
        assert custody.parties(session) == ["Gul", "Gul Khan", "Zarmina"]
    assert_sound(file)


def test_what_is_missing_is_told_before_anything_is_written(file: Path) -> None:
    with Session.open(file) as session:
        for given, wanted in ((("",), "From is empty"), (("Gul", " "), "To is empty")):
            with pytest.raises(BadInput, match=wanted):
                handed(session, FIRST, giver=given[0], taker=given[-1])
        with pytest.raises(BadInput, match="not in the file"):
            handed(session, FIRST, uuid_of(99))
        with pytest.raises(BadInput, match="Choose the samples"):
            handed(session)
        assert session.file.count("custody") == 0
        uuid = custody.hand_over(session, [FIRST], {"from_party": "Zarmina", "to_party": "Gul"}).uuids[0]
        row = session.file.get("custody", uuid)
        assert row is not None and str(row.get("handed_over_at")).endswith("Z"), "without a time it was now"


def test_samples_are_found_by_what_their_bags_say(file: Path) -> None:
    apply(file, sample(uuid_of(14), "SWAT1-26-002", igsn="PK001"))
    with Session.open(file) as session:
        def found(*names: str) -> list[str]:
            return [record.uuid for record in custody.find_samples(session, names)]

        assert found("swat1 26 001", FIRST.upper(), f"SWAT1-26-001 {FIRST}", "pk001") == [FIRST, uuid_of(14)]
        with pytest.raises(BadInput, match=r"2 samples in swat\.gpkg are called SWAT1-26-002"):
            found("SWAT1-26-002")
        with pytest.raises(BadInput, match=r"There is no sample X-1 in swat\.gpkg"):
            found("SWAT1-26-001", "X-1")


# --- append-only -------------------------------------------------------------------------------------


def test_our_own_program_never_changes_or_deletes_a_handover(file: Path) -> None:
    with Session.open(file) as session:
        uuid = handed(session, FIRST).uuids[0]
        row = recording.find_record(session, uuid)
        before = session.file.last_revision()
        with pytest.raises(Refused, match="add one that corrects it"):
            recording.edit_record(session, row, {"place": "Mingora"})
        with pytest.raises(Refused, match="add one that corrects it"):
            recording.edit_many(session, [row], {"place": "Mingora"})
        with pytest.raises(Refused, match="add one that corrects it"):
            recording.delete_records(session, [row])
        first, second = (recording.find_record(session, one) for one in (FIRST, SECOND))
        with pytest.raises(Refused, match="was handed over 1 time"):
            samples.delete_sample(session, first)
        assert session.file.last_revision() == before
        samples.delete_sample(session, second)
    assert codes(file) == []


def test_what_another_program_does_to_a_handover_is_a_finding(file: Path) -> None:
    with Session.open(file) as session:
        kept, gone = handed(session, FIRST, SECOND, seal_number="A-1").uuids
    sql(file, "UPDATE custody SET seal_number = 'A-9' WHERE uuid = ?", kept)
    sql(file, "DELETE FROM custody WHERE uuid = ?", gone)
    with Session.open(file) as session:
        found = list(custody.issues(session.file))
        assert [(issue.code, issue.record) for issue in found] == [
            ("custody-edited", uuid) for uuid in sorted((kept, gone))]
        texts = {issue.record: issue.message for issue in found}
        assert "Seal number" in texts[kept] and "deleted" in texts[gone]
        told = custody.dossier(session, SECOND)
        assert told is not None and told.gaps == 1 and "deleted" in told.edited[0].message


# --- two offices -------------------------------------------------------------------------------------


def test_handovers_of_two_offices_meet_in_one_chain(file: Path, tmp_path: Path) -> None:
    store = fork(file, "store.gpkg")
    with Session.open(file, author="Zarmina") as session:
        handed(session, FIRST, SECOND, day=4)
    with Session.open(store, author="Gul") as session:
        handed(session, FIRST, day=6, giver="Gul", taker="GIA, Bangkok")
        handed(session, SECOND, day=4, taker="Gul, Swat store")
    one, other = tmp_path / "one.gpkg", tmp_path / "other.gpkg"
    merging.merge(one, [file, store])
    merging.merge(other, [store, file])
    assert knowledge(one) == knowledge(other)
    assert knowledge(one)["conflicts"] == []
    with Session.open(one, read_only=True) as session:
        told = custody.dossier(session, FIRST)
        assert told is not None and told.gaps == 0
        assert [step.holder for step in told.steps] == ["Zarmina", "Gul", "GIA, Bangkok"]
        assert [told.history[step.record.uuid][0].author for step in told.steps[1:]] == ["Zarmina", "Gul"]
    assert codes(one) == ["custody-twice"], "giver and taker each wrote it down"
    assert_sound(one)


# --- the command line --------------------------------------------------------------------------------


def test_the_command_hands_over_and_tells_what_breaks(file: Path, ask: Ask) -> None:
    ways = ("--from", "Zarmina", "--to", "Gul, store", "--at", "2026-05-04T09:30+05:00", "--place", "Mingora", "--seal",
            "A-117", "--condition", "Intact")
    status, out, err = ask("handover", file, "SWAT1-26-001", SECOND, *ways, "--json")
    told = json.loads(out)
    assert (status, err, told["findings"]) == (0, "", [])
    assert {row["sample_uuid"] for row in told["handovers"]} == {FIRST, SECOND}
    assert {(row["handed_over_at"], row["condition"]) for row in told["handovers"]} == {
        ("2026-05-04T04:30:00.000Z", "intact")}
    status, out, err = ask("handover", file, "SWAT1-26-001", "--from", "Courier", "--to", "GIA", "--seal", "A-118")
    assert status == 1 and out.count("finding: ") == 2 and "Courier gave it away" in out
    uuid = out.split()[0]
    for words in (("edit", file, uuid, "--set", "place=X"), ("delete", file, uuid)):
        status, out, err = ask(*words)
        assert (status, out) == (2, "") and err == (
            "error: A handover is never changed or deleted; add one that corrects it.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("SWAT1-26-009", "--from", "A", "--to", "B"), "no sample SWAT1-26-009"),
        (("SWAT1-26-001", "--from", "A", "--to", "  "), "To is empty"),
        (("SWAT1-26-001", "--from", "A", "--to", "B", "--at", "yesterday"), "not a time"),
        (("SWAT1-26-001", "--from", "A", "--to", "B", "--condition", "fine"), "not in the list"),
        (("SWAT1-26-001", "--from", "A"), "--to"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    file: Path, ask: Ask, arguments: tuple[str, ...], words: str
) -> None:
    before = file.read_bytes()
    status, out, err = ask("handover", file, *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1) and err.startswith("error: ") and words in err
    assert file.read_bytes() == before


# --- the page ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample with a chain that breaks, a part, and two certificates."""
    folder = tmp_path_factory.mktemp("page")
    file = survey_with(folder / "swat.gpkg", [
        sighting(1, gem="emerald", locality=URDU), sample(FIRST, "SWAT1-26-001", description=EVIL),
        sample(PART, "SWAT1-26-001.1", sample_uuid=FIRST, collector="Gul", collected_at="2026-05-09T06:00:00.000Z"),
    ])
    scan = folder / "scan.png"
    Image.new("RGB", (60, 80), "white").save(scan)
    with Session.open(file, author=EVIL) as session:
        handed(session, FIRST, seal_number="A-117", place=EVIL, notes=URDU)
        handed(session, FIRST, giver=EVIL, taker=URDU, day=11, seal_number="A-118")
        handed(session, PART, giver="Gul", taker="GIA", day=10)
        certificates.add_certificate(session, FIRST, {
            "laboratory": EVIL, "report_number": "7", "treatment": "F2", "treatment_result": "not-tested",
            "origin_opinion": EVIL, "notes": EVIL, "weight_ct": 2.5, "length_mm": 8.1, "width_mm": 6.0}, scan)
        certificates.add_certificate(session, FIRST, {"laboratory": "GRS", "report_number": "8"})
    return file


def page(file: Path, uuid: str) -> str:
    with Session.open(file, read_only=True) as session:
        told = custody.dossier(session, uuid)
        assert told is not None
        return custody_page.page_of(told, file.name, custody_page.pictures(session.file, told))


def test_the_whole_chain_stands_on_one_page(told_file: Path) -> None:
    source = page(told_file, FIRST)
    seen = Page(source)
    rows = seen.tables["Every step from the ground to now; times are Pakistan's."]
    steps = [cells for cells in rows[1:] if len(cells) > 1]
    broken = [cells[0] for cells in rows[1:] if len(cells) == 1]
    assert len(steps) == 3 and "Zarmina → Gul" in steps[1][2] and "Seal A-117" in steps[1][3]
    assert len(broken) == 2 and "held it last" in broken[0] and "The seal was A-117" in broken[1]
    with Session.open(told_file, read_only=True) as session:
        told = custody.dossier(session, FIRST)
        assert told is not None
        shown = [*told.steps, *(one for one in told.certificates)]
        for one in shown:
            first = told.history[one.record.uuid][0]
            assert first.revision[:8] in source, "each step says which revision it is of"
    parts = seen.tables["What was split off this sample; each has a chain of its own."]
    assert parts[1][0] == "SWAT1-26-001.1" and parts[1][3] == "GIA"
    assert "Not tested" in seen.text and "not none detected" in seen.text and "Origin (opinion)" in seen.text
    assert sum(tag == "img" for tag, _ in seen.tags) == 1
    assert any(attributes.get("class") == "qr" for tag, attributes in seen.tags if tag == "svg")


def test_the_page_of_a_part_begins_with_its_parent(told_file: Path) -> None:
    seen = Page(page(told_file, PART))
    rows = seen.tables["Every step from the ground to now; times are Pakistan's."][1:]
    assert [len(cells) for cells in rows] == [5, 5, 5, 5]
    assert "split it off" in rows[2][2] and "Gul → GIA" in rows[3][2]
    assert "The chain has no gap." in seen.text and "Steps in grey" in seen.text


def test_nothing_hostile_gets_out_of_its_text_and_the_page_asks_for_nothing(told_file: Path) -> None:
    source = page(told_file, FIRST)
    seen = Page(source)
    assert not [tag for tag, _ in seen.tags if tag in {"script", "iframe", "object", "link", "base", "form"}]
    assert not [name for _, attributes in seen.tags for name in attributes if name.startswith("on") or name == "style"]
    assert all(str(a["src"]).startswith("data:image/jpeg;base64,") for tag, a in seen.tags if tag == "img")
    assert source.count("</style>") == 1 and "http" not in source.replace("http-equiv", "")
    assert EVIL in seen.text


def test_the_page_is_written_by_the_command(told_file: Path, tmp_path: Path, ask: Ask) -> None:
    out = tmp_path / "chain.html"
    status, said, err = ask("chain", told_file, "SWAT1-26-001", out)
    assert (status, said.strip(), err) == (1, str(out), ""), "gaps are findings"
    assert "Chain of custody" in Page(out.read_text(encoding="utf-8")).text
    assert ask("chain", told_file, PART, out)[0] == 0
    for arguments in (("X", out), (PART, tmp_path / "no" / "c.html"), (PART, tmp_path / "c.txt"), (PART, told_file)):
        status, said, err = ask("chain", told_file, *arguments)
        assert (status, said, err.count("\n")) == (2, "", 1), arguments


def test_check_takes_scans_and_chains_as_they_are(told_file: Path) -> None:
    with Session.open(told_file, read_only=True) as session:
        level_1 = [issue for issue in check(session.file).issues if issue.level == 1]
        assert level_1 == []
        found = [issue.code for issue in (*custody.issues(session.file), *certificates.issues(session.file))]
    assert sorted(found) == ["custody-gap", "custody-seal", "treatment-not-tested"]
