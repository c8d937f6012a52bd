"""The command line: every command, its exit status, and one line for every bad input."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from surveyapp import __version__
from surveyapp.app import run
from surveyapp.storage import connection as files
from surveyapp.storage.gpkg import SurveyFile
from tests.helpers.surveys import edit, empty_survey, fork, sighting, sql, survey_with, uuid_of

Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command that says nothing on standard error; exit status and standard output."""

    def command(*arguments: object) -> tuple[int, str]:
        status = run([str(a) for a in arguments])
        said = capsys.readouterr()
        assert said.err == ""
        return status, said.out

    return command


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that must fail; the one line that it said."""

    def command(*arguments: object) -> str:
        status = run([str(a) for a in arguments])
        said = capsys.readouterr()
        assert status == 2
        assert said.out == ""
        assert said.err.startswith("error: ") and said.err.count("\n") == 1 and said.err.endswith("\n")
        assert "Traceback" not in said.err
        return said.err.removeprefix("error: ").strip()

    return command


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return survey_with(tmp_path / "survey.gpkg", [sighting(1, locality="Mingora"), sighting(2, gem="emerald")])


def _records(ask: Ask, path: Path, layer: str = "sighting") -> dict[str, dict[str, object]]:
    status, out = ask("list", path, "--layer", layer, "--json")
    assert status == 0
    return {record["uuid"]: record for record in json.loads(out)}


# --- the commands -----------------------------------------------------------------------------------


def test_version_and_help(ask: Ask) -> None:
    assert ask("--version") == (0, f"surveyapp {__version__}\n")
    status, out = ask("--help")
    assert status == 0
    for command in ("new", "add", "edit", "delete", "list", "import", "check", "export", "preview", "merge",
                    "conflicts", "resolve", "log", "demo", "open", "review", "seal", "verify"):
        assert re.search(rf"^  {command}\b", out, re.MULTILINE), command


def test_a_survey_from_new_to_log(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "Swat زمرد.gpkg"
    assert ask("new", path, "--name", "Swat", "--team", "Alpha", "--surveyor", "Gul Khan", "--province", "PK-KP") == (
        0, f"{path}\n"
    )
    status, out = ask("add", path, "--gem", "emerald", "--at", "34°46'21\"N 72°21'39\"E",
                      "--set", "locality=مینگورہ", "--set", "notes=in talc-carbonate schist")
    assert status == 0
    uuid = out.strip()
    record = _records(ask, path)[uuid]
    assert (record["gem"], record["locality"], record["province"]) == ("emerald", "مینگورہ", "PK-KP")
    assert record["longitude"] == pytest.approx(72.360833, abs=1e-6)
    assert (record["observer"], record["position_source"], record["accuracy_m"]) == ("Gul Khan", "typed", None)

    assert ask("edit", path, uuid, "--set", "notes=seen again", "--set", "stone_count=3") == (0, "")
    assert _records(ask, path)[uuid]["notes"] == "seen again"
    assert ask("edit", path, uuid, "--at", "35.25N 72.5E") == (0, "")
    moved = _records(ask, path)[uuid]
    assert (moved["latitude"], moved["longitude"], moved["position_text"]) == (35.25, 72.5, "35.25N 72.5E")
    assert ask("delete", path, uuid) == (0, "")
    assert _records(ask, path) == {}
    status, out = ask("log", path, uuid, "--json")
    told = json.loads(out)
    assert (status, told[0]["operation"], told[-1]["operation"]) == (0, "insert", "delete")
    assert {"field": "notes", "before": "in talc-carbonate schist", "after": "seen again"} in told[1]["changes"]
    status, out = ask("log", path)
    assert status == 0 and "Gul Khan  delete sighting" in out


def test_add_as_json(ask: Ask, survey: Path) -> None:
    status, out = ask("add", survey, "--gem", "Ruby", "--at", "36.32N 74.65E", "--json")
    record = json.loads(out)
    assert (status, record["gem"], record["longitude"], record["latitude"]) == (0, "ruby", 74.65, 36.32)
    assert "geom" not in record


def test_list_for_people(ask: Ask, survey: Path) -> None:
    status, out = ask("list", survey)
    assert status == 0
    lines = out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [uuid_of(1), uuid_of(2)]
    assert "34.00000 72.01000" in lines[0] and "Mingora" in lines[0] and "Emerald" in lines[1]
    assert ask("list", survey, "--layer", "photo") == (0, "")


def test_photos_go_with_their_sighting(ask: Ask, survey: Path, tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "stone.jpg"
    Image.new("RGB", (64, 48), "darkred").save(picture)
    assert ask("edit", survey, uuid_of(1), "--photo", picture) == (0, "")
    (photo,) = _records(ask, survey, "photo").values()
    assert photo["sighting_uuid"] == uuid_of(1)
    with SurveyFile.open(survey) as file:
        assert file.photo_data(str(photo["uuid"])) == picture.read_bytes()
    assert ask("delete", survey, uuid_of(1)) == (0, "")
    assert _records(ask, survey, "photo") == {}


def test_import_shows_its_mapping_and_lists_bad_rows(ask: Ask, survey: Path, tmp_path: Path) -> None:
    source = tmp_path / "finds.csv"
    source.write_text("Mineral,lat,lon,remark\ntopaz,34.1,72.1,good\ntopaz,134.1,72.1,nowhere\n", encoding="utf-8")
    before = source.read_bytes()
    status, out = ask("import", survey, source, "--map", "remark=notes", "--dry-run")
    assert status == 1 and "remark -> notes" in out and "1 would be added" in out
    assert len(_records(ask, survey)) == 2
    status, out = ask("import", survey, source, "--map", "remark=notes", "--json")
    (result,) = json.loads(out)
    assert (status, result["added"], [r["row"] for r in result["rejected"]]) == (1, 1, [3])
    (new,) = [r for r in _records(ask, survey).values() if r["gem"] == "topaz"]
    assert (new["notes"], new["latitude"], new["longitude"]) == ("good", 34.1, 72.1)
    assert source.read_bytes() == before


def test_import_of_a_csv_in_another_encoding(ask: Ask, survey: Path, tmp_path: Path) -> None:
    source = tmp_path / "excel.csv"
    source.write_bytes("gem;latitude;longitude;locality\nruby;34,5;72,5;مینگورہ\n".encode("utf-16"))
    status, _ = ask("import", survey, source)
    assert status == 0
    assert "مینگورہ" in {r["locality"] for r in _records(ask, survey).values()}


def test_check_has_levels_and_findings(ask: Ask, survey: Path) -> None:
    status, out = ask("check", survey)
    assert status in (0, 1) and out.splitlines()[-1].startswith("level ")
    sql(survey, "UPDATE sighting SET accuracy_m = -5 WHERE uuid = ?", uuid_of(1))
    status, out = ask("check", survey, "--json")
    told = json.loads(out)
    assert status == 1
    errors = [(i["record"], i["field"]) for i in told["issues"] if i["severity"] == "error"]
    assert errors == [(uuid_of(1), "accuracy_m")]


@pytest.mark.parametrize("name", ["out.gpkg", "out.geojson", "out.csv"])
def test_export(ask: Ask, survey: Path, tmp_path: Path, name: str) -> None:
    before = survey.read_bytes()
    out = tmp_path / name
    status, said = ask("export", survey, out)
    assert status == 0 and said.splitlines()[0] == str(out)
    assert survey.read_bytes() == before
    other = empty_survey(tmp_path / "other.gpkg")
    if name.endswith(".gpkg"):
        assert ask("merge", other, out)[0] == 0
    else:
        assert ask("import", other, out)[0] == 0
    assert set(_records(ask, other)) == {uuid_of(1), uuid_of(2)}


def test_preview(ask: Ask, survey: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    status, _ = ask("preview", survey, out)
    assert status == 0
    text = out.read_text(encoding="utf-8")
    assert "Mingora" in text and text.lstrip().lower().startswith("<!doctype html>")


def test_merge_conflicts_resolve(ask: Ask, survey: Path, tmp_path: Path) -> None:
    a, b, out = fork(survey, "a.gpkg"), fork(survey, "b.gpkg"), tmp_path / "out.gpkg"
    edit(a, 1, "Amina", notes="this")
    edit(b, 1, "Bano", notes="that")
    bytes_before = a.read_bytes(), b.read_bytes()
    status, said = ask("merge", out, a, b, "--dry-run")
    assert status == 1 and "nothing was written" in said and not out.exists()
    report = tmp_path / "report.json"
    status, said = ask("merge", out, a, b, "--report", report)
    assert status == 1 and "1 open conflict" in said
    assert json.loads(report.read_text(encoding="utf-8"))["totals"]["conflicting"] == 1
    assert (a.read_bytes(), b.read_bytes()) == bytes_before
    status, said = ask("conflicts", out, "--json")
    (conflict,) = json.loads(said)
    assert status == 1 and (conflict["field"], conflict["ancestor"]) == ("notes", "note 1")
    assert {(v["value"], v["author"]) for v in conflict["values"]} == {("this", "Amina"), ("that", "Bano")}
    assert ask("conflicts", out)[0] == 1
    side = next(v["side"] for v in conflict["values"] if v["author"] == "Bano")
    assert ask("resolve", out, conflict["conflict"], "--side", side) == (0, "")
    assert ask("conflicts", out) == (0, "")
    assert _records(ask, out)[uuid_of(1)]["notes"] == "that"
    status, said = ask("merge", out, a, b)
    assert status == 0 and "unchanged" in said


# --- bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [
    ("list",), ("add", "--gem", "ruby", "--at", "34N 72E"), ("check",), ("log",), ("conflicts",),
    ("export", "OUT.csv"), ("preview", "OUT.html"),
])
def test_a_path_that_is_no_geopackage(refused: Callable[..., str], tmp_path: Path, command: tuple[str, ...]) -> None:
    path = tmp_path / "letter.gpkg"
    path.write_text("Dear Sir, " * 40, encoding="utf-8")
    name, *rest = command
    rest = [r.replace("OUT", str(tmp_path / "out")) for r in rest]
    told = refused(name, path, *rest)
    assert "letter.gpkg" in told and "not a GeoPackage" in told
    assert "There is no file" in refused(name, tmp_path / "none.gpkg", *rest)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["letter.gpkg"]


def test_other_databases(refused: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "other.gpkg"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()
    assert "not a GeoPackage" in refused("list", path)
    assert "is a folder" in refused("list", tmp_path)


def test_geopackages_of_others(refused: Callable[..., str], cases_dir: Path) -> None:
    for path in sorted((cases_dir / "gpkg").glob("*.gpkg")):
        before = path.read_bytes()
        refused("list", path)
        refused("add", path, "--gem", "ruby", "--at", "34N 72E")
        assert path.read_bytes() == before


def test_a_truncated_file(refused: Callable[..., str], survey: Path) -> None:
    survey.write_bytes(survey.read_bytes()[:-5000])
    before = survey.read_bytes()
    assert "cut short" in refused("add", survey, "--gem", "ruby", "--at", "34N 72E")
    assert survey.read_bytes() == before


def test_a_newer_schema_is_read_only(ask: Ask, refused: Callable[..., str], survey: Path) -> None:
    sql(survey, "UPDATE survey SET schema_version = 99")
    before = survey.read_bytes()
    assert set(_records(ask, survey)) == {uuid_of(1), uuid_of(2)}
    told = refused("add", survey, "--gem", "ruby", "--at", "34N 72E")
    assert "newer SurveyApp" in told and "schema 99" in told
    assert "newer SurveyApp" in refused("edit", survey, uuid_of(1), "--set", "notes=x")
    assert "newer SurveyApp" in refused("merge", survey.with_name("out.gpkg"), survey)
    assert survey.read_bytes() == before


def test_a_read_only_folder(
    ask: Ask, refused: Callable[..., str], survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everywhere, so the answer of the system is given by hand.
    monkeypatch.setattr(files, "writable", lambda path: False)
    before = survey.read_bytes()
    assert len(_records(ask, survey)) == 2
    assert "cannot be written" in refused("add", survey, "--gem", "ruby", "--at", "34N 72E")
    assert survey.read_bytes() == before
    assert "There is no folder" in refused("new", survey.parent / "none" / "a.gpkg", "--name", "a", "--team", "b",
                                           "--surveyor", "c")


@pytest.mark.parametrize(("position", "says"), [
    ("95N 72E", "95"), ("34N 200E", "200"), ("somewhere", "somewhere"), ("", ""), ("34", "34"),
])
def test_positions_that_are_none(refused: Callable[..., str], ask: Ask, survey: Path, position: str, says: str) -> None:
    assert says in refused("add", survey, "--gem", "ruby", "--at", position)
    assert len(_records(ask, survey)) == 2


def test_a_swapped_position_offers_the_swap(refused: Callable[..., str], ask: Ask, survey: Path) -> None:
    told = refused("add", survey, "--gem", "ruby", "--at", "70, 34")
    assert "swap" in told.lower() or "34, 70" in told or "34N 70E" in told, told
    assert len(_records(ask, survey)) == 2


@pytest.mark.parametrize(("sets", "says"), [
    (("shine=red",), "shine"), (("stone_count=many",), "many"), (("presence=perhaps",), "perhaps"),
    (("accuracy_m=-1",), "out of range"), (("observed_at=yesterday",), "yesterday"), (("notes",), "FIELD=VALUE"),
    (("fid=7",), "fid"), (("uuid=7",), "uuid"),
])
def test_fields_and_values_that_are_none(
    refused: Callable[..., str], survey: Path, sets: tuple[str, ...], says: str
) -> None:
    before = survey.read_bytes()
    options = [option for pair in sets for option in ("--set", pair)]
    assert says in refused("edit", survey, uuid_of(1), *options)
    assert says in refused("add", survey, "--gem", "ruby", "--at", "34N 72E", *options)
    assert survey.read_bytes() == before


def test_other_bad_usage(refused: Callable[..., str], survey: Path, tmp_path: Path) -> None:
    before = survey.read_bytes()
    assert "exists already" in refused("new", survey, "--name", "a", "--team", "b", "--surveyor", "c")
    assert ".gpkg" in refused("new", tmp_path / "a.txt", "--name", "a", "--team", "b", "--surveyor", "c")
    refused("new", tmp_path / "a.gpkg", "--name", " ", "--team", "b", "--surveyor", "c")
    refused("new", tmp_path / "a.gpkg", "--name", "a", "--team", "b", "--surveyor", "c", "--province", "Atlantis")
    assert "no-such-record" in refused("edit", survey, "no-such-record", "--set", "notes=x")
    assert "no-such-record" in refused("delete", survey, uuid_of(1), "no-such-record")
    assert "no-such-record" in refused("log", survey, "no-such-record")
    assert "Nothing to change" in refused("edit", survey, uuid_of(1))
    assert "stones" in refused("list", survey, "--layer", "stones")
    assert "none.jpg" in refused("edit", survey, uuid_of(1), "--photo", tmp_path / "none.jpg")
    refused("edit", survey, uuid_of(1), "--photo", survey)
    refused("import", survey, tmp_path / "none.csv")
    assert "merge it instead" in refused("import", survey, fork(survey, "other.gpkg"))
    assert "the survey itself" in refused("export", survey, survey)
    refused("export", survey, tmp_path / "out.xyz")
    refused("export", survey, tmp_path / "none" / "out.csv")
    refused("merge", tmp_path / "out.gpkg", tmp_path / "none.gpkg")
    refused("resolve", survey, "abc", "--side", "A")
    refused("resolve", survey, "abc")
    refused("frobnicate")
    refused("add", survey)
    assert survey.read_bytes() == before
    assert not (tmp_path / "a.gpkg").exists()


# --- as a process -----------------------------------------------------------------------------------


def _process(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, timeout=60, check=False,
                          env={**os.environ, "PYTHONIOENCODING": "ascii"})


def test_as_a_process(survey: Path) -> None:
    edit(survey, 1, locality="مینگورہ")
    done = _process("-m", "surveyapp", "list", survey)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "مینگورہ" in done.stdout.decode("utf-8")
    done = _process("-m", "surveyapp", "list", survey.with_name("none.gpkg"))
    assert done.returncode == 2 and done.stdout == b""
    assert done.stderr.decode().startswith("error: ")


@pytest.mark.parametrize("command", [
    ["--version"], ["list", "FILE"], ["add", "FILE", "--gem", "ruby", "--at", "34.5N 72.5E"],
])
def test_what_starting_does_not_wait_for(survey: Path, command: list[str]) -> None:
    slow = ["geopandas", "pandas", "folium", "PySide6", "pyogrio", "shapely", "numpy", "PIL"]
    arguments = [str(survey) if a == "FILE" else a for a in command]
    done = _process("-c", "import sys; from surveyapp.app import run; status = run(sys.argv[2:]); "
                          "print([m for m in sys.argv[1].split() if m in sys.modules], file=sys.stderr); "
                          "raise SystemExit(status)", " ".join(slow), *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr.decode().strip() == "[]"
