"""Templates in survey files: they travel, and the fields of an office's own are columns like others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from surveyapp.domain.changes import ChangeSet, update
from surveyapp.domain.template import EMPTY, Template
from surveyapp.domain.template_text import parse_template
from surveyapp.errors import BadFile, BadInput, Refused
from surveyapp.services import templates
from surveyapp.services.checking import check
from surveyapp.services.merging import merge
from surveyapp.services.recording import add_sighting, assigned, edit_record, new_survey
from surveyapp.services.session import Session

ASKS = {
    "surveyapp_template": 1,
    "name": "Swat",
    "require": {"district": "team"},
    "defaults": {"host_rock": "talc", "district": "Swat"},
    "vocabularies": {"host_rock": {"add": [{"code": "talc", "label": "Talc rock"}]}},
    "fields": [{"name": "x_mine", "title": "Mine", "require": "team"},
               {"name": "x_depth", "title": "Depth", "kind": "real", "unit": "m", "minimum": 0, "maximum": 900}],
}


@pytest.fixture
def asks() -> Template:
    return parse_template(json.dumps(ASKS))


def made(path: Path, name: str) -> Session:
    return new_survey(path, name, team=name, surveyor="Amina")


def sighting(session: Session, at: str = "34.77N 72.36E", **values: object) -> str:
    return add_sighting(session, {**assigned("sighting", {"gem": "emerald", "at": at}), **values})  # type: ignore[dict-item]


def codes(session: Session) -> set[tuple[str, str | None]]:
    return {(issue.code, issue.field) for issue in check(session.file).issues}


def test_a_template_travels_in_the_file_and_its_fields_are_saved(tmp_path: Path, asks: Template) -> None:
    with made(tmp_path / "swat.gpkg", "Swat") as session:
        assert templates.use(session, asks) == 1
        assert templates.use(session, asks) == 0, "the same again changes nothing"
        uuid = sighting(session, x_mine="3", x_depth=12.5)
    with Session.open(tmp_path / "swat.gpkg") as again:
        assert templates.all_of(again.file) == ({again.survey_uuid: asks}, [])
        record = again.file.get("sighting", uuid)
        assert record is not None
        assert (record.get("x_mine"), record.get("x_depth")) == ("3", 12.5)
        assert record.get("host_rock") == "talc", "the office's default"
        edit_record(again, record, {"x_mine": "4"})
        assert [r.body["x_mine"] for r in again.file.history(uuid) if r.body] == ["3", "4"]
        again.undo()
        restored = again.file.get("sighting", uuid)
        assert restored is not None
        assert restored.get("x_mine") == "3"
        assert not again.file.integrity()
        assert not again.file.unrecorded()


def test_taking_a_template_is_undone_as_one_and_keeps_what_was_written(tmp_path: Path, asks: Template) -> None:
    with made(tmp_path / "swat.gpkg", "Swat") as session:
        templates.use(session, asks)
        uuid = sighting(session, x_mine="3")
        templates.use(session, EMPTY)
        assert templates.all_of(session.file)[0][session.survey_uuid or ""] == EMPTY
        kept = session.file.get("sighting", uuid)
        assert kept is not None
        assert kept.get("x_mine") == "3"
        session.undo()
        assert templates.all_of(session.file)[0][session.survey_uuid or ""] == asks


def test_what_is_emptied_in_the_form_stays_empty(tmp_path: Path, asks: Template) -> None:
    with made(tmp_path / "swat.gpkg", "Swat") as session:
        templates.use(session, asks)
        record = session.file.get("sighting", sighting(session, host_rock=None))
        assert record is not None
        assert record.get("host_rock") is None
        assert record.get("district") == "Swat"


def test_check_goes_by_the_template(tmp_path: Path, asks: Template) -> None:
    with made(tmp_path / "swat.gpkg", "Swat") as session:
        templates.use(session, asks)
        sighting(session, district=None)
        assert {("missing", "x_mine"), ("missing", "district")} <= codes(session)
        assert ("bad-value", "host_rock") not in codes(session), "its own term is no error"


def test_a_template_that_cannot_be_read_is_listed_and_asks_for_nothing(tmp_path: Path) -> None:
    with made(tmp_path / "swat.gpkg", "Swat") as session:
        survey = session.file.surveys()[0]
        session.apply(ChangeSet((update("survey", survey.uuid, {"template": "{"}),), "broken"))
        found, troubles = templates.all_of(session.file)
        assert list(found.values()) == [EMPTY]
        assert "“Swat”" in troubles[0]
        assert ("bad-template", "template") in codes(session)
        sighting(session)


def test_each_survey_of_a_merged_file_keeps_its_own(tmp_path: Path, asks: Template) -> None:
    with made(tmp_path / "a.gpkg", "Swat") as session:
        templates.use(session, asks)
        first = sighting(session, x_mine="3")
        swat = session.survey_uuid
    with made(tmp_path / "b.gpkg", "Hunza") as session:
        second = sighting(session, "36.3N 74.6E")
        hunza = session.survey_uuid
    merge(tmp_path / "all.gpkg", [tmp_path / "a.gpkg", tmp_path / "b.gpkg"])
    with Session.open(tmp_path / "all.gpkg") as session:
        found, _ = templates.all_of(session.file)
        assert found == {swat: asks, hunza: EMPTY}
        assert templates.common(found) == EMPTY
        issues = {(issue.record, issue.field) for issue in check(session.file).issues if issue.code == "missing"}
        assert (second, "x_mine") not in issues
        assert not any(issue.code == "bad-value" for issue in check(session.file).issues)
        record = session.file.get("sighting", first)
        assert record is not None
        assert record.get("x_mine") == "3"
        assert ("no-survey", "survey_uuid") not in codes(session)
        sighting(session, "36.4N 74.6E")
        assert ("no-survey", "survey_uuid") in codes(session)
        assert templates.survey_names(session.file) == {swat: "Swat", hunza: "Hunza"}


def test_a_template_that_came_without_its_columns_gets_them_when_they_are_needed(
    tmp_path: Path, asks: Template
) -> None:
    with made(tmp_path / "swat.gpkg", "Swat") as session:
        survey = session.file.surveys()[0]
        session.apply(ChangeSet((update("survey", survey.uuid, {"template": json.dumps(ASKS)}),), "by hand"))
        assert session.file.extra_columns("sighting") == []
        uuid = sighting(session, x_mine="7")
        record = session.file.get("sighting", uuid)
        assert record is not None
        assert record.get("x_mine") == "7"
        assert not session.file.unrecorded()


def test_a_survey_for_reading_takes_no_template(tmp_path: Path, asks: Template) -> None:
    made(tmp_path / "swat.gpkg", "Swat").close()
    with Session.open(tmp_path / "swat.gpkg", read_only=True) as session, pytest.raises(Refused):
        templates.use(session, asks)


def test_a_template_is_read_from_a_file_and_written_to_one(tmp_path: Path, asks: Template) -> None:
    path = tmp_path / "office.json"
    templates.write(path, asks)
    assert templates.read(path) == asks
    assert [p.name for p in tmp_path.iterdir()] == ["office.json"]
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(BadInput, match="not a text in UTF-8"):
        templates.read(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="is empty"):
        templates.read(path)
    with pytest.raises(BadFile, match="cannot be read"):
        templates.read(tmp_path / "nothing.json")
    with pytest.raises(BadFile, match="cannot be written"):
        templates.write(tmp_path / "no such folder" / "t.json", asks)


def test_what_it_asks_is_told_in_sentences(asks: Template) -> None:
    told = templates.summary(asks)
    assert "Fields of its own: Mine, Depth (m)." in told
    assert "Host rock: adds Talc rock." in told
    assert "A new sighting starts with District = Swat, Host rock = Talc rock." in told
