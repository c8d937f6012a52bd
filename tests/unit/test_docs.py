"""What the documents say is so: their commands exist, run in the order in which they stand, and leave none out."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import click
import pytest

from surveyapp import app
from surveyapp.commands.shared import DONE, FINDINGS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NEEDS_WINDOW = {"open", "demo"}
WITH_FINDINGS = {"import", "check", "merge", "conflicts", "review", "estimate", "handover", "certify", "chain"}


def _blocks(text: str) -> list[str]:
    return re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def _fenced(text: str) -> list[str]:
    return [line for block in _blocks(text) for line in block.splitlines()]


def _commands() -> list[list[str]]:
    """The arguments of every ``surveyapp`` command in README, shown in a block or inside a sentence."""
    lines = [*_fenced(README), *re.findall(r"`(surveyapp [^`]+)`", README)]
    return [shlex.split(line)[1:] for line in lines if line.startswith("surveyapp ")]


def _tour() -> list[list[str]]:
    tour = README[README.index("## A short tour"): README.index("## The file")]
    return [shlex.split(line)[1:] for line in _fenced(tour) if line.startswith("surveyapp ")]


@pytest.mark.parametrize("arguments", _commands(), ids=" ".join)
def test_each_command_exists_with_its_options(arguments: list[str]) -> None:
    name, *rest = arguments
    if name == "COMMAND":
        assert rest == ["--help"]
        return
    command = app.cli.commands[name]
    try:
        command.make_context(name, rest)
    except click.UsageError as error:
        pytest.fail(f"surveyapp {' '.join(arguments)}: {error.format_message()}")


def test_every_command_is_shown() -> None:
    assert {arguments[0] for arguments in _commands()} - {"COMMAND"} == set(app.cli.commands)


def _real(arguments: list[str]) -> Iterator[str]:
    """The arguments with UUID, AREA and CONFLICT as they are in the survey that they are about."""
    for argument in arguments:
        if argument == "UUID":
            yield json.loads(_said(["list", arguments[1], "--json"])[1])[0]["uuid"]
        elif argument == "AREA":
            yield json.loads(_said(["list", arguments[1], "--layer", "area", "--json"])[1])[0]["uuid"]
        elif argument == "CONFLICT":
            yield json.loads(_said(["conflicts", arguments[1], "--json"])[1])[0]["conflict"]
        else:
            yield argument


def _said(arguments: list[str]) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out):
        return app.run(arguments), out.getvalue()


def test_the_tour_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "sample_surveys", tmp_path / "sample_surveys")
    before = {path: path.read_bytes() for path in (tmp_path / "sample_surveys").rglob("*") if path.is_file()}
    monkeypatch.chdir(tmp_path)
    tour = [arguments for arguments in _tour() if arguments[0] not in NEEDS_WINDOW]
    assert len(tour) > 15
    for arguments in tour:
        status, said = _said(list(_real(arguments)))
        fine = {DONE, FINDINGS} if arguments[0] in WITH_FINDINGS else {DONE}
        assert status in fine, f"surveyapp {' '.join(arguments)} ended with {status}"
        assert said or arguments[0] in {"edit", "delete", "resolve"}
    assert json.loads(_said(["conflicts", "swat.gpkg", "--json"])[1]) == [], "the tour decides its one conflict"
    made = {"valley.gpkg", "valley_office.gpkg", "valley.geojson", "valley.csv", "valley_public.gpkg",
            "valley.html", "valley_public.html", "swat.gpkg", "merge.html", "valley_check.html", "emeralds.parquet",
            "valley.xml", "toposheets.geojson", "valley_report.html", "chain.html", "national.html"}
    assert made <= {path.name for path in tmp_path.iterdir()}
    assert before == {path: path.read_bytes() for path in before}


def test_pictures_and_links_are_there() -> None:
    targets = re.findall(r"\]\(([^)]+)\)", README)
    assert sum(target.endswith(".png") for target in targets) >= 5
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_house_is_as_it_stands() -> None:
    house = next(block for block in _blocks(README) if block.startswith("bootstrap.py  "))
    rooms = set(re.findall(r"^  (\w+)/", house, re.MULTILINE))
    folders = {path.name for path in (ROOT / "surveyapp").iterdir() if path.is_dir() and path.name[:2] != "__"}
    assert rooms == folders


def test_the_changelog_has_what_is_coming() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## Unreleased\n\n.+", text, re.MULTILINE)
