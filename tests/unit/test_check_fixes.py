"""What mends a finding: each fix applied, found mended and undone; the command line; the page for the sender."""

from __future__ import annotations

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
import shapely

from surveyapp.app import run
from surveyapp.domain import changes
from surveyapp.domain.changes import Change, ChangeSet, insert
from surveyapp.domain.fixes import MENDED
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.domain.validation import Issue
from surveyapp.errors import BadInput, Refused
from surveyapp.services import checking
from surveyapp.services.check_report import MOST_RECORDS, check_page, write_check_report
from surveyapp.services.mending import fixes, mend
from surveyapp.services.recording import place_facts
from surveyapp.services.session import Session
from tests.helpers.surveys import empty_survey, uuid_of

SPOT = (72.36, 34.77)
GOOD: dict[str, Value] = {
    "geom": point_hex(*SPOT), "gem": "emerald", "presence": "present", "occurrence_type": "occurrence",
    "expression": "vein", "confidence": "certain", "identification_method": "hand-lens", "position_source": "gps",
    "accuracy_m": 5.0, "district": "Swat", "host_rock": "marble", "observer": "Gul Khan",
    "observed_at": "2026-05-03T06:10:00.000Z", **place_facts(*SPOT),
}


def _one(**values: Value) -> list[Change]:
    return [insert("sighting", {**GOOD, **values}, uuid=uuid_of(1))]


def _with_photo(**values: Value) -> list[Change]:
    photo = {"sighting_uuid": uuid_of(1), "content_type": "image/jpeg", "file_name": "a.jpg",
             "taken_at": "2026-05-04T05:00:00.000Z", "exif_longitude": 72.4, "exif_latitude": 34.8}
    return [*_one(**values), insert("photo", photo, uuid=uuid_of(2), data=b"bytes")]


CASES: list[tuple[str, str, list[Change], dict[str, Value], bool]] = [
    ("false-accuracy", "accuracy_m", _one(position_source="typed"), {"accuracy_m": None}, True),
    ("bad-spelling", "host_rock", _one(host_rock="Marble"), {"host_rock": "marble"}, True),
    ("bad-spelling", "observed_at", _one(observed_at="۲۰۲۶-۰۵-۰۳T۰۶:۱۰Z"),
     {"observed_at": "2026-05-03T06:10:00.000Z"}, True),
    ("odd-characters", "notes", _one(notes="one\x07\ntwo"), {"notes": "one\ntwo"}, True),
    ("odd-characters", "locality", _one(locality="Fiza\ngat\u202e"), {"locality": "Fiza gat"}, True),
    ("odd-characters", "colour", _one(colour="\x01"), {"colour": None}, True),
    ("outside-pakistan", "geom", _one(geom=point_hex(SPOT[1], SPOT[0])),
     {"geom": point_hex(*SPOT), "accuracy_m": None, "province": "PK-KP"}, False),
    ("missing", "province", _one(province=None), {"province": "PK-KP"}, True),
    ("province-elsewhere", "province", _one(province="PK-SD"), {"province": "PK-KP"}, False),
    ("toposheet-elsewhere", "toposheet", _one(toposheet="35 L/3"), {"toposheet": GOOD["toposheet"]}, False),
    ("missing", "observed_at", _with_photo(observed_at=None), {"observed_at": "2026-05-04T05:00:00.000Z"}, False),
    ("no-geometry", "geom", _with_photo(geom=None),
     {"geom": point_hex(72.4, 34.8), "position_source": "photo", "accuracy_m": None}, False),
    ("elevation-unlikely", "elevation_m", _one(elevation_m=7_000.0), {"elevation_m": 2133.6}, False),
    ("no-survey", "survey_uuid", [
        insert("survey", {"name": "Other", "lead": "Zarmina", "team": "B"}, uuid=uuid_of(9)),
        *_one(observer="Zarmina", survey_uuid=None),
    ], {"survey_uuid": uuid_of(9)}, False),
    ("same-sample-id", "sample_id", [
        *_one(),
        insert("sample", {"sample_id": "A-007", "sighting_uuid": uuid_of(1), "sample_type": "rock"}, uuid=uuid_of(0)),
        insert("sample", {"sample_id": "A-007", "sighting_uuid": uuid_of(1), "sample_type": "rock"}, uuid=uuid_of(2)),
    ], {"sample_id": "A-008"}, False),
    ("bad-outline", "geom", [insert("area", {"name": "Bow", "kind": "prospect", "geom": shapely.Polygon(
        [(72, 34), (72.02, 34), (72.02, 34.02), (72.01, 34.02), (72.01, 34.02), (72.02, 34.02), (72, 34.02)]).wkb_hex,
    }, uuid=uuid_of(1))], {}, False),
]  # fmt: skip


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return empty_survey(tmp_path / "swat.gpkg")


def planted(path: Path, made: list[Change]) -> Session:
    session = Session.open(path, author="Gul Khan")
    session.apply(ChangeSet(tuple(made), "plant"))
    return session


def found(session: Session, code: str, field: str) -> list[Issue]:
    return [i for i in checking.check(session.file).issues if (i.code, i.field) == (code, field)]


@pytest.mark.parametrize(("code", "field", "made", "values", "safe"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_a_fix_mends_its_finding_and_is_undone(
    survey: Path, code: str, field: str, made: list[Change], values: dict[str, Value], safe: bool
) -> None:
    with planted(survey, made) as session:
        issues = found(session, code, field)
        ((issue, fix), *_others) = [pair for pair in fixes(session.file, issues) if pair[1] is not None]
        assert fix is not None
        assert fix.safe is safe
        assert fix.text
        before = session.file.get(issue.layer, str(issue.record))
        assert not mend(session, issues, dry_run=True).left or code == "same-sample-id"
        assert session.file.get(issue.layer, str(issue.record)) == before
        done = mend(session, issues)
        assert [(one.record, how.values) for one, how in done.mended] == [(issue.record, fix.values)]
        after = session.file.get(issue.layer, str(issue.record))
        assert before is not None
        assert after is not None
        assert {name: after.get(name) for name in values} == values
        assert found(session, code, field) == []
        assert session.undo_label == "Mend 1 finding"
        session.undo()
        assert session.file.get(issue.layer, str(issue.record)) == before
        assert session.file.history(str(issue.record))[-2].initiator == "fix"


def test_every_fix_has_a_case() -> None:
    assert MENDED - {case[0] for case in CASES} <= {"district-elsewhere"}, "it takes an office's boundaries"


@pytest.mark.parametrize("made", [
    _one(confidence="sure as anything"), _one(geom=point_hex(10, 50)), _one(observed_at=None), _one(geom=None),
    [insert("area", {"name": "Eight", "kind": "prospect", "geom": shapely.Polygon(
        [(72, 34), (72.01, 34.01), (72.01, 34), (72, 34.01)]).wkb_hex}, uuid=uuid_of(1))],
])  # fmt: skip
def test_what_the_program_does_not_know_better_is_left(survey: Path, made: list[Change]) -> None:
    with planted(survey, made) as session:
        before = session.file.get(made[0].layer, uuid_of(1))
        issues = [issue for issue in checking.check(session.file).issues if issue.layer != "survey"]
        done = mend(session, issues)
        assert done.mended == ()
        assert set(done.left) == set(issues)
        assert session.file.get(made[0].layer, uuid_of(1)) == before


def test_many_are_mended_in_one_step_and_only_the_safe_ones_if_asked(survey: Path) -> None:
    made = [
        insert("sighting", {**GOOD, "geom": point_hex(72.36 + n / 1000, 34.77), **values}, uuid=uuid_of(n))
        for n, values in enumerate((
            {"province": None}, {"host_rock": "Marble"}, {"province": "PK-SD"}, {"position_source": "map-tap"},
        ))
    ]
    with planted(survey, made) as session:
        result = checking.check(session.file)
        done = mend(session, result.issues, only_safe=True)
        assert {issue.record for issue, _fix in done.mended} == {uuid_of(0), uuid_of(1), uuid_of(3)}
        assert "province-elsewhere" in {issue.code for issue in done.left}
        assert session.undo_label == "Mend 3 findings"
        left = [(i.code, i.record) for i in checking.check(session.file).issues if i.layer == "sighting"]
        left = [one for one in left if one[0] != "outside-survey-time"]  # the survey begins on the day of the test
        assert left == [("accuracy-unknown", uuid_of(3)), ("province-elsewhere", uuid_of(2))]
        session.undo()
        assert set(checking.check(session.file).issues) == set(result.issues)


def test_a_point_that_moves_takes_its_place_with_it_whatever_else_is_mended(survey: Path) -> None:
    """The province of where a point lay before must not be mended into where it lies now."""
    with planted(survey, _one(geom=point_hex(SPOT[1], SPOT[0]), province=None, position_source="typed")) as session:
        mend(session, checking.check(session.file).issues)
        record = session.file.get("sighting", uuid_of(1))
        assert record is not None
        assert record.position == SPOT
        assert [record.get(n) for n in ("province", "accuracy_m", "position_source")] == ["PK-KP", None, "typed"]


# --- the command line --------------------------------------------------------------------------------


@pytest.fixture
def faulty(survey: Path) -> Path:
    made = [
        insert("sighting", {**GOOD, "host_rock": "Marble", "province": "PK-SD"}, uuid=uuid_of(1)),
        insert("sighting", {**GOOD, "geom": point_hex(72.4, 34.8), "locality": HOSTILE}, uuid=uuid_of(2)),
        insert("sighting", {**GOOD, "geom": point_hex(72.5, 34.8), "gem": "<script>alert(1)</script>",
                            "expression": '"><img src=x onerror=alert(1)>', "locality": HOSTILE}, uuid=uuid_of(3)),
    ]
    planted(survey, made).close()
    return survey


HOSTILE = "</title></table><i onmouseover=alert(1)>${alert(1)} زمرد \u202e"


def test_json_is_what_others_read_and_more(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(faulty), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["level"] == 0
    assert {"severity", "code", "layer", "record", "field", "message", "level"} == set(told["issues"][0])
    assert ["error", "bad-spelling", "sighting", uuid_of(1), "host_rock"] in [
        [issue[name] for name in ("severity", "code", "layer", "record", "field")] for issue in told["issues"]]
    assert all(issue["severity"] in ("error", "warning") for issue in told["issues"])


def test_the_command_line_mends_what_is_safe(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bytes_before = faulty.read_bytes()
    assert run(["check", str(faulty), "--fix", "--dry-run"]) == 1
    told = capsys.readouterr().out
    assert f"would mend sighting {uuid_of(1)} host_rock: Use marble" in told
    assert faulty.read_bytes() == bytes_before
    run(["check", str(faulty), "--fix"])
    told = capsys.readouterr().out
    assert f"mended sighting {uuid_of(1)} host_rock: Use marble" in told
    assert "province: Use" not in told
    with Session.open(faulty) as session:
        record = session.file.get("sighting", uuid_of(1))
        assert record is not None
        assert (record.get("host_rock"), record.get("province")) == ("marble", "PK-SD")
    assert run(["check", str(faulty), "--dry-run"]) == 2
    assert capsys.readouterr().err.startswith("error: ")


# --- the page ----------------------------------------------------------------------------------------


class _Tags(HTMLParser):
    """The tags of a page, and whether each that is opened is closed in turn."""

    _VOID = frozenset({"meta", "link", "br", "img", "hr", "input", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(page: str) -> _Tags:
    tags = _Tags()
    tags.feed(page)
    tags.close()
    assert tags.open == []
    return tags


def test_the_page_says_what_to_do_and_runs_nothing_of_the_survey(
    faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "check.html"
    assert run(["check", str(faulty), "--report", str(out)]) == 1
    capsys.readouterr()
    page = out.read_text("utf-8")
    tags = parsed(page)
    text = " ".join("".join(tags.text).split())
    for words in ("Check of swat.gpkg", "The file is not sound yet", "Host rock: 'Marble' should be the code 'marble'.",
                  "The province is PK-SD", "Level 2: complete for the team", "زمرد", "check --fix"):
        assert words in text, words
    assert not [(tag, attributes) for tag, attributes in tags.seen if tag in ("script", "img", "i", "iframe", "link")]
    assert not [name for _tag, attributes in tags.seen for name in attributes if name.startswith("on")]
    assert "http" not in "".join(value or "" for _tag, attributes in tags.seen for value in attributes.values())


def test_the_page_of_a_survey_without_findings_says_so(survey: Path) -> None:
    with planted(survey, _one(survey_uuid=None)) as session:
        told: dict[str, Value] = {"organisation": "GSP", "started_on": "2026-05-01"}
        session.apply(ChangeSet((changes.update("survey", session.file.surveys()[0].uuid, told),), "survey"))
        page = check_page(session.file, checking.check(session.file))
    text = "".join(parsed(page).text)
    assert text.count("Nothing stands in the way of this level.") == 3
    assert text.count("reached") == 3
    assert "ready for the national layer" in text


def test_a_long_list_is_cut_and_counted(survey: Path) -> None:
    made = [insert("sighting", {**GOOD, "geom": point_hex(72 + n / 1000, 34.7), "district": None}, uuid=uuid_of(n))
            for n in range(MOST_RECORDS + 30)]
    with planted(survey, made) as session:
        page = check_page(session.file, checking.check(session.file))
    assert "and 30 more" in page
    assert page.count(uuid_of(1)[:8]) >= MOST_RECORDS


@pytest.mark.parametrize(("name", "error"), [("check.txt", BadInput), ("swat.gpkg", BadInput)])
def test_the_page_is_written_where_it_may_be(
    faulty: Path, tmp_path: Path, name: str, error: type[Exception]
) -> None:
    with Session.open(faulty) as session, pytest.raises(error) as caught:
        write_check_report(session.file, checking.check(session.file), tmp_path / name)
    assert str(caught.value).endswith(".")


def test_the_page_never_takes_the_place_of_the_survey(faulty: Path, tmp_path: Path) -> None:
    other = tmp_path / "swat.html"
    shutil.copyfile(faulty, other)
    before = other.read_bytes()
    linked = tmp_path / "linked.html"
    linked.symlink_to(faulty)
    with Session.open(faulty) as session:
        result = checking.check(session.file)
        with pytest.raises(Refused):
            write_check_report(session.file, result, linked)
    assert other.read_bytes() == before


