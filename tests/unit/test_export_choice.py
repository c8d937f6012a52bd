"""Which records an export takes: by conditions, by uuid, with what hangs on them."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from surveyapp import app
from surveyapp.commands.shared import BAD, DONE
from surveyapp.domain.changes import insert
from surveyapp.domain.filters import BETWEEN, EMPTY, HAS, IS, IS_NOT, Condition
from surveyapp.domain.geometry import point_hex
from surveyapp.errors import BadInput, Cancelled, Refused
from surveyapp.services.export_choice import choose, parse_conditions
from surveyapp.services.exporting import export
from surveyapp.services.session import Session
from tests.helpers.surveys import apply, sighting, survey_with, uuid_of

LINE = "0102000000020000000000000000005240000000000000414000000000002052400000000000204140"


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = survey_with(tmp_path_factory.mktemp("choice") / "survey.gpkg", [
        sighting(1, gem="emerald", accuracy_m=4.0, notes="quartz vein", observed_at="2026-05-01T05:00:00.000Z"),
        sighting(2, gem="ruby", accuracy_m=40.0, observed_at="2026-06-01T05:00:00.000Z"),
        sighting(3, gem="topaz", presence="absent", geom=point_hex(74, 35)),
    ])
    apply(path,
          insert("sample", {"sighting_uuid": uuid_of(1), "sample_id": "A-1"}, uuid=uuid_of(11)),
          insert("sample", {"sample_uuid": uuid_of(11), "sample_id": "A-1a"}, uuid=uuid_of(12)),
          insert("sample", {"sighting_uuid": uuid_of(2), "sample_id": "B-1"}, uuid=uuid_of(13)),
          insert("custody", {"sample_uuid": uuid_of(12), "from_party": "G", "to_party": "L"}, uuid=uuid_of(21)),
          insert("review", {"record_layer": "sighting", "record_uuid": uuid_of(2), "revision_seen": "r",
                            "verdict": "accepted", "reviewer": "R", "decided_at": "2026-06-02T05:00:00.000Z"},
                 uuid=uuid_of(31)),
          insert("likely_duplicate", {"first_uuid": uuid_of(1), "second_uuid": uuid_of(2)}, uuid=uuid_of(41)),
          insert("track", {"name": "Day 1", "geom": LINE}, uuid=uuid_of(51)))
    return path


@pytest.fixture
def session(survey: Path) -> Iterator[Session]:
    with Session.open(survey, read_only=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("gem=emerald,Ruby", Condition("gem", IS, ("emerald", "ruby"))),
        ("gem = زمرد", Condition("gem", IS, ("emerald",))),
        ("gem!=topaz", Condition("gem", IS_NOT, ("topaz",))),
        ("accuracy_m<=10", Condition("accuracy_m", BETWEEN, (None, 10.0))),
        ("stone_count=3", Condition("stone_count", BETWEEN, (3.0, 3.0))),
        ("observed_at>=2026-05-02", Condition("observed_at", BETWEEN, ("2026-05-02", None))),
        ("notes~a=b", Condition("notes", HAS, ("a=b",))),
        ("deposit_name=", Condition("deposit_name", EMPTY)),
        ("position=72,34,73,35", Condition("position", "within", (72.0, 34.0, 73.0, 35.0))),
    ],
)
def test_conditions_are_read(text: str, wanted: Condition) -> None:
    assert parse_conditions([text]) == (wanted,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gem", "is no condition"), ("gems=ruby", "do not have"), ("gem=emrald", "no gem “emrald”; there are emerald"),
        ("notes=quartz", "write notes~TEXT"), ("accuracy_m<=far", "no number"), ("accuracy_m!=3", "cannot be asked"),
        ("observed_at>=yesterday", "days such as 2026-05-03"), ("position=1,2", "is a box"), ("gem<=ruby", "“<=”"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_conditions([text])


def test_children_of_what_is_chosen_go_along(session: Session) -> None:
    choice = choose(session, ["gem=emerald", "accuracy_m<=10", "notes~QUARTZ", "observed_at<=2026-05-01"])
    assert choice is not None
    assert choice.of("sighting") == {uuid_of(1)}
    assert choice.of("sample") == {uuid_of(11), uuid_of(12)}, "a part of a sample too"
    assert choice.of("custody") == {uuid_of(21)}
    assert not choice.of("review") and not choice.of("track")
    assert not choice.of("likely_duplicate"), "half of a pair is none"
    assert len(choice.of("survey")) == 1
    assert "gem is emerald and accuracy_m from the first to 10" in choice.told


def test_records_by_uuid(session: Session) -> None:
    both = choose(session, uuids=[uuid_of(1), uuid_of(2), uuid_of(51)])
    assert both is not None
    assert (both.of("track"), both.of("review")) == ({uuid_of(51)}, {uuid_of(31)})
    assert both.of("likely_duplicate") == {uuid_of(41)}
    met = choose(session, ["gem=ruby"], [uuid_of(1), uuid_of(2)])
    assert met is not None and met.of("sighting") == {uuid_of(2)}
    assert choose(session) is None
    with pytest.raises(BadInput, match="There is no record"):
        choose(session, uuids=[uuid_of(99)])


def test_a_part_of_the_survey_as_geopackage(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "part.gpkg"
    lines = export(session, out, where=["gem=emerald"])
    assert lines[0] == str(out) and "tracks" in lines[1]
    with closing(sqlite3.connect(out)) as file:
        counts = dict(file.execute("SELECT table_name, feature_count FROM gpkg_ogr_contents").fetchall())
        assert counts == {"survey": 1, "sighting": 1, "sample": 2, "custody": 1}
        assert file.execute("SELECT uuid FROM sighting").fetchall() == [(uuid_of(1),)]
        assert file.execute("SELECT rtreecheck('rtree_sighting_geom')").fetchone() == ("ok",)
        assert file.execute("SELECT count(*) FROM rtree_sighting_geom").fetchone() == (1,)
        box = file.execute("SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'sighting'")
        assert box.fetchone() == (72.01, 34.0, 72.01, 34.0)
        (about,) = file.execute("SELECT metadata FROM gpkg_metadata").fetchone()
        assert "Chosen: sightings where gem is emerald" in about


def test_layers_of_a_set_and_a_filter_together(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "finds.csv"
    lines = export(session, out, layer=["sighting", "sample", "track"], where=["gem=ruby"])
    names = ["finds.csv", "finds_dictionary.csv", "finds_sample.csv", "finds_sample_dictionary.csv",
             "finds_track.csv", "finds_track_dictionary.csv", "finds_csv_README.txt"]
    assert sorted(lines[:7]) == sorted(str(tmp_path / name) for name in names)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)

    def uuids(name: str) -> list[str]:
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            return [row["uuid"] for row in csv.DictReader(file)]

    assert uuids("finds.csv") == [uuid_of(2)]
    assert uuids("finds_sample.csv") == [uuid_of(13)]
    assert uuids("finds_track.csv") == [uuid_of(51)], "a layer that was asked for by name is whole"


def test_all_layers_of_a_format_with_one_in_a_file(session: Session, tmp_path: Path) -> None:
    export(session, tmp_path / "all.parquet", layer="all")
    made = {p.name for p in tmp_path.iterdir()}
    assert {"all.parquet", "all_sample.parquet", "all_track.parquet", "all_survey.parquet"} <= made
    readme = (tmp_path / "all_parquet_README.txt").read_text("utf-8")
    assert "all_sample.parquet: Samples: 3 records." in readme


def test_a_failure_in_a_set_leaves_none_of_it(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tmp_path / "all_sample.geojson"
    before.write_text("precious", "utf-8")

    def fail(*_: object, **__: object) -> None:
        raise Refused("no")

    monkeypatch.setattr("surveyapp.exchange.exporters.readme.write_readme", fail)
    with pytest.raises(Refused):
        export(session, tmp_path / "all.geojson", layer="all")
    assert [p.name for p in tmp_path.iterdir()] == ["all_sample.geojson"]
    assert before.read_text("utf-8") == "precious"


def test_a_cancelled_copy_leaves_nothing(session: Session, tmp_path: Path) -> None:
    from surveyapp.domain.progress import Progress

    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        export(session, tmp_path / "a.gpkg", layer="sighting", progress=progress)
    assert not list(tmp_path.iterdir())


def test_the_command_line_takes_layers_conditions_and_uuids(
    survey: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.csv"
    arguments = ["export", str(survey), str(out), "--layer", "sighting", "--layer", "sample", "--where", "gem=ruby",
                 "--where", "accuracy_m>=10", "--uuid", uuid_of(2)]
    assert app.run(arguments) == DONE
    assert str(tmp_path / "a_sample.csv") in capsys.readouterr().out
    assert app.run(["export", str(survey), str(out), "--where", "gem=emrald"]) == BAD
    assert capsys.readouterr().err.startswith("error: There is no gem “emrald”")
    assert app.run(["export", "--losses"]) == DONE
    told = capsys.readouterr().out
    assert "parquet" in told and "Absences are left out" in told
