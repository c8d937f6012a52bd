"""A program that is killed at any instant, or whose disk is full, loses nothing that it had promised to keep."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from surveyapp.storage import ddl
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.merging import merge
from surveyapp.storage.migrations import backup_path
from tests.helpers.surveys import assert_sound, edit, fork, knowledge, sighting, sql, survey_with, uuid_of

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="only on systems with kill -9")


@pytest.fixture
def rounds(thorough: bool) -> Callable[[int], int]:
    return lambda ordinary: ordinary * 20 if thorough else ordinary


def _start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.crash_child", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def _killed(after_s: float, *arguments: object) -> list[str]:
    """Lines that a process said before ``kill -9``, which comes so many seconds after it said ``ready``."""
    with _start(*arguments) as child:
        assert child.stdout is not None and child.stderr is not None
        first = child.stdout.readline()
        if first == "ready\n":
            time.sleep(after_s)
        child.kill()
        said = child.stdout.read()
        complaints = child.stderr.read()
    assert first == "ready\n" and not complaints, complaints
    # A line without its end was never said in full.
    return [line.rstrip("\n") for line in said.splitlines(keepends=True) if line.endswith("\n")]


def _finished(*arguments: object) -> list[str]:
    with _start(*arguments) as child:
        said, complaints = child.communicate(timeout=60)
    assert child.returncode == 0, complaints
    return said.splitlines()


def test_kill_during_saves(tmp_path: Path, rounds: Callable[[int], int]) -> None:
    """Every acknowledged save is there, and at most one more; the same file lives through many kills."""
    chance = random.Random(4)
    acknowledged: set[str] = set()
    path = tmp_path / "survey.gpkg"
    interrupted = 0
    for number in range(rounds(50)):
        if number % 10 == 0:
            path, acknowledged = survey_with(tmp_path / f"survey{number}.gpkg"), set()
            held = 0
        told = _killed(chance.uniform(0, 0.1), "save", path)
        acknowledged.update(told)
        interrupted += path.with_name(path.name + "-journal").exists()
        with SurveyFile.open(path) as file:
            here = {record.uuid for record in file.records("sighting")}
            assert file.integrity() == []
            assert file.unrecorded() == []
        assert acknowledged <= here, f"round {number}: {len(acknowledged - here)} acknowledged saves are lost"
        assert len(here) - held - len(told) in (0, 1), "more was saved than was asked for"
        held = len(here)
        assert not list(tmp_path.glob(path.name + "-*")), "something lies beside the file"
        if number % 10 == 9:
            assert_sound(path)
    assert acknowledged
    assert interrupted, "no kill fell into a transaction, so nothing was tried"


def test_kill_during_bulk_edits(tmp_path: Path, rounds: Callable[[int], int]) -> None:
    """A change set over many records is there whole or not at all."""
    chance = random.Random(5)
    path = survey_with(tmp_path / "survey.gpkg", [sighting(n) for n in range(30)])
    for _ in range(rounds(8)):
        told = _killed(chance.uniform(0, 0.25), "bulk", path)
        with SurveyFile.open(path) as file:
            (number,) = {record.get("stone_count") for record in file.records("sighting")}
        if told:
            assert number in (int(told[-1]), int(told[-1]) + 1)
        assert_sound(path)


def test_kill_during_merges(tmp_path: Path, rounds: Callable[[int], int]) -> None:
    """The result is the old one or the new one under its name, and a second try gives the new one."""
    chance = random.Random(6)
    base = survey_with(tmp_path / "base.gpkg", [sighting(n) for n in range(60)])
    mine, theirs = fork(base, "mine.gpkg"), fork(base, "theirs.gpkg")
    for number in range(20):
        edit(mine, number, "Mina", notes="from Mina")
        edit(theirs, number + 15, "Tariq", notes="from Tariq", gem="spinel")
    old, out = mine.read_bytes(), tmp_path / "out.gpkg"
    began = time.monotonic()
    expected = fork(mine, "expected.gpkg")
    merge(expected, [theirs], author="office")
    lasts = time.monotonic() - began
    knows = knowledge(expected)
    named = {p.name for p in tmp_path.iterdir()} | {"out.gpkg"}
    outcomes = set()
    for _ in range(rounds(10)):
        out.write_bytes(old)
        told = _killed(chance.uniform(0, lasts * 1.6 + 0.05), "merge", out, theirs)
        left = {p.name for p in tmp_path.iterdir() if not p.name.startswith(".merge-")}
        assert left == named, "a half result lies under a name that looks finished"
        is_old = out.read_bytes() == old
        outcomes.add(is_old)
        assert not (is_old and told), "acknowledged, but not there"
        if not is_old:
            assert knowledge(out) == knows
            assert_sound(out)
    merge(out, [theirs], author="office")
    assert knowledge(out) == knows
    assert True in outcomes, "no kill came before the end, so nothing was tried"


def test_kill_during_exports(tmp_path: Path, rounds: Callable[[int], int]) -> None:
    """Under the name of the export lies a whole one, the last or the one before, at any instant."""
    chance = random.Random(7)
    path = survey_with(tmp_path / "survey.gpkg", [sighting(n) for n in range(100)])
    before = path.read_bytes()
    out = tmp_path / "out.gpkg"
    knows = knowledge(path)
    for _ in range(rounds(8)):
        out.unlink(missing_ok=True)
        told = _killed(chance.uniform(0, 0.2), "export", path, out)
        assert out.exists() or not told
        if out.exists():
            assert knowledge(out) == knows
            assert_sound(out)
        assert path.read_bytes() == before
        for half in tmp_path.glob(".*"):
            half.unlink()


def test_kill_during_imports(tmp_path: Path, rounds: Callable[[int], int]) -> None:
    """Every row of the source is in the survey, or none."""
    chance = random.Random(8)
    source = tmp_path / "finds.csv"
    source.write_text("gem,latitude,longitude,notes\n" + "".join(
        f"ruby,{34 + n / 1000},{72 + n / 1000},row {n}\n" for n in range(300)
    ), encoding="utf-8")
    for number in range(rounds(6)):
        path = survey_with(tmp_path / f"survey{number}.gpkg")
        told = _killed(chance.uniform(0.1, 0.9), "import", path, source)
        with SurveyFile.open(path) as file:
            assert file.count("sighting") == 300 if told else file.count("sighting") in (0, 300)
        assert_sound(path)


def test_kill_during_upgrades(tmp_path: Path, rounds: Callable[[int], int]) -> None:
    """The file has the old schema or the new one, whole, and the old file is kept before it gives way."""
    chance = random.Random(9)
    path = survey_with(tmp_path / "survey.gpkg", [sighting(n) for n in range(100)])
    old, kept = path.read_bytes(), backup_path(path, ddl.SCHEMA_VERSION)
    for _ in range(rounds(8)):
        path.write_bytes(old)
        kept.unlink(missing_ok=True)
        told = _killed(chance.uniform(0, 0.12), "upgrade", path)
        assert {p.name for p in tmp_path.iterdir() if not p.name.startswith(".upgrade-")} <= {path.name, kept.name}
        if path.read_bytes() == old:
            assert not told
            assert not kept.exists() or kept.read_bytes() == old, "half a copy would pass for the kept file"
            continue
        assert kept.read_bytes() == old
        assert sql(path, "SELECT max(schema_version) FROM survey") == [(ddl.SCHEMA_VERSION + 1,)]
        assert sql(path, "SELECT count(*) FROM sighting WHERE slope_deg = 30") == [(100,)]
        with SurveyFile.open(path, read_only=True) as file:
            assert file.integrity() == []


def test_full_disk_during_saves(tmp_path: Path) -> None:
    """Where the disk is full, a save fails in one sentence, what was saved before stays, and the rest goes on."""
    path = survey_with(tmp_path / "survey.gpkg", [sighting(1)])
    limit = path.stat().st_size + 3 * 4096
    first, *saved, sentence = _finished("limited", limit, "save", path)
    assert first == "ready" and sentence.startswith("BadFile: ") and sentence.endswith((".", "?"))
    assert "survey.gpkg" in sentence
    with SurveyFile.open(path) as file:
        assert {r.uuid for r in file.records("sighting")} == {*saved, uuid_of(1)}
    assert_sound(path)
    assert path.stat().st_size <= limit
    with SurveyFile.open(path) as file:
        assert [r.initiator for r in file.history() if r.record in saved] == ["form"] * len(saved)


@pytest.mark.parametrize("room", [-4096, 4096], ids=["no room for the copy", "no room for what comes in"])
def test_full_disk_during_merges(tmp_path: Path, room: int) -> None:
    base = survey_with(tmp_path / "base.gpkg", [sighting(1)])
    theirs = fork(base, "theirs.gpkg")
    out = fork(base, "out.gpkg")
    survey_with(tmp_path / "other.gpkg", [sighting(n, notes="long " * 100) for n in range(2, 80)])
    old = out.read_bytes()
    limit = len(old) + room
    told = _finished("limited", limit, "merge", out, theirs, tmp_path / "other.gpkg")
    assert told[0] == "ready" and told[1].startswith("BadFile: ") and len(told) == 2
    assert out.read_bytes() == old
    assert sorted(p.name for p in tmp_path.iterdir()) == ["base.gpkg", "other.gpkg", "out.gpkg", "theirs.gpkg"]


def test_full_disk_during_exports(tmp_path: Path) -> None:
    path = survey_with(tmp_path / "survey.gpkg", [sighting(1)])
    out = tmp_path / "out.gpkg"
    out.write_bytes(b"what was there")
    told = _finished("limited", path.stat().st_size // 2, "export", path, out)
    assert told[0] == "ready" and told[1].startswith("BadFile: ") and len(told) == 2
    assert out.read_bytes() == b"what was there"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.gpkg", "survey.gpkg"]
