"""The laws of merging, with decisions: taken in by several offices in any order, taken back, disputed, and merged."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.domain.reviewing import VERDICTS, Decision, Decisions
from surveyapp.errors import Refused
from surveyapp.services import conflicts, reviewing
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.storage.merging import merge
from tests.helpers.surveys import assert_sound, edit, fork, knowledge, remove, sighting, survey_with, uuid_of

STATUSES = ("draft", "submitted", "received", "accepted", "has-issues")
_number = st.integers(1, 3)
_decision = st.tuples(_number, st.booleans(), st.sampled_from(VERDICTS), st.integers(1, 2))
_file = st.tuples(st.sampled_from(["Asma", "Bilal"]), st.lists(_decision, min_size=1, max_size=3))
_step = st.one_of(
    st.tuples(st.just("take"), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("take"), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("status"), _number, st.sampled_from(STATUSES)),
    st.tuples(st.just("notes"), _number, st.sampled_from(["a", "b"])),
    st.tuples(st.just("answer"), st.sampled_from(["yes", "no"])),
    st.tuples(st.just("remove"), _number),
    st.tuples(st.just("undo"), st.integers(1, 2)),
    st.tuples(st.just("redo"), st.just(1)),
    st.tuples(st.just("resolve"), st.booleans()),
    st.tuples(st.just("merge"), st.integers(0, 1)),
)
_office = st.lists(_step, min_size=1, max_size=5)
_story = st.tuples(st.tuples(_file, _file, _file), st.tuples(_office, _office))


@contextmanager
def _folder() -> Iterator[Path]:
    """In memory, where the system has such a folder: what is durable is tested elsewhere."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:  # noqa: S108
        yield Path(name)


def _base(folder: Path) -> tuple[Path, list[dict[str, str]]]:
    """A survey, and the revisions of its sightings in an earlier preview and in the last one."""
    path = survey_with(folder / "base.gpkg", [sighting(n, review_status="submitted") for n in (1, 2, 3)])
    heads = []
    for notes in ("first", None):
        with SurveyFile.open(path, read_only=True) as file:
            heads.append({line[0]: line[1] for line in file.history_lines("sighting")})
        if notes:
            edit(path, 1, notes=notes)
            edit(path, 2, review_status="received")
    return path, heads


def _decisions(heads: list[dict[str, str]], reviewer: str, told: list[tuple[int, bool, str, int]]) -> Decisions:
    made = []
    for number, late, verdict, day in told:
        uuid, other = uuid_of(number), uuid_of(number % 3 + 1)
        made.append(Decision("sighting", uuid, heads[late][uuid], verdict, reason=f"{reviewer} {number}",
                             same_as=other if verdict == "same-as" else "", decided_at=f"2026-11-2{day}T05:00:00.000Z"))
    return Decisions(reviewer, tuple(made))


def _take(path: Path, decisions: Decisions, *, apply_changed: bool = False) -> None:
    with Session.open(path, author=path.stem, device=path.stem) as session:
        reviewing.take_in(session, decisions, apply_changed=apply_changed)


def _perform(path: Path, step: tuple[Any, ...], told: list[Decisions], offices: list[Path]) -> None:
    kind, *values = step
    with Session.open(path, author=path.stem, device=path.stem) as session:
        here = {record.uuid for record in session.file.records("sighting")}
        match kind:
            case "take":
                reviewing.take_in(session, told[values[0]], apply_changed=values[1])
            case "undo" | "redo":
                with suppress(Refused):
                    for _ in range(values[0]):
                        session.undo() if kind == "undo" else session.redo()
            case "answer":
                for record in list(session.file.records("review"))[:1]:
                    reviewing.answer(session, record.uuid, values[0])
            case "resolve":
                for conflict in session.file.conflicts()[:1]:
                    conflicts.resolve(session, conflict.conflict, side="B" if values[0] else "A")
    match kind:
        case "status" if uuid_of(values[0]) in here:
            edit(path, values[0], path.stem, review_status=values[1])
        case "notes" if uuid_of(values[0]) in here:
            edit(path, values[0], path.stem, notes=values[1])
        case "remove" if uuid_of(values[0]) in here:
            remove(path, values[0], path.stem)
        case "merge" if offices[values[0]] != path and offices[values[0]].exists():
            merge(path, [offices[values[0]]], author=path.stem)


def _merged(folder: Path, name: str, *inputs: Path) -> Path:
    merge(folder / name, inputs, author="nation")
    return folder / name


@pytest.mark.timeout(600)
def test_laws(thorough: bool) -> None:
    @settings(max_examples=500 if thorough else 12, deadline=None, suppress_health_check=list(HealthCheck),
              database=None)
    @given(_story)
    def laws(story: tuple[Any, Any]) -> None:
        with _folder() as folder:
            _assert_laws(folder, *story)

    laws()


def _assert_laws(folder: Path, made: list[Any], stories: list[list[Any]]) -> None:
    base, heads = _base(folder)
    told = [_decisions(heads, *one) for one in made]
    offices = [fork(base, "a.gpkg"), fork(base, "b.gpkg")]
    for path, steps in zip(offices, stories, strict=True):
        for step in steps:
            _perform(path, step, told, offices)
        assert_sound(path)
    a, b = offices
    ab = _merged(folder, "ab.gpkg", a, b)
    known = knowledge(ab)
    assert knowledge(_merged(folder, "ba.gpkg", b, a)) == known
    assert knowledge(_merged(folder, "abab.gpkg", ab, a, base, b)) == known
    assert set(knowledge(a)["revisions"]) | set(knowledge(b)["revisions"]) == set(known["revisions"])
    assert_sound(ab)
    # The same files again come to nothing, whoever took them in.
    for decisions in told:
        _take(ab, decisions)
    once = knowledge(ab)
    before = ab.read_bytes()
    for decisions in told:
        _take(ab, decisions)
    assert ab.read_bytes() == before
    assert knowledge(ab) == once
    assert_sound(ab)


@pytest.mark.timeout(600)
def test_the_order_of_reviewers_does_not_matter(thorough: bool) -> None:
    """Each decides once on a sighting. In whatever order their files come, the office knows the same afterwards: the
    same records, revisions and conflicts; and two such offices have nothing to tell each other."""
    once = st.dictionaries(_number, st.tuples(st.booleans(), st.sampled_from(VERDICTS)), min_size=1, max_size=3)
    files = st.tuples(once, once, once, st.permutations([0, 1, 2]), st.booleans())

    @settings(max_examples=500 if thorough else 12, deadline=None, suppress_health_check=list(HealthCheck),
              database=None)
    @given(files)
    def orders(story: tuple[Any, ...]) -> None:
        *made, order, apply_changed = story
        with _folder() as folder:
            base, heads = _base(folder)
            told = [
                _decisions(heads, name, [(number, late, verdict, 1) for number, (late, verdict) in one.items()])
                for name, one in zip(("Asma", "Bilal", "Chand"), made, strict=True)
            ]
            a, b = fork(base, "a.gpkg"), fork(base, "b.gpkg")
            for place in range(3):
                _take(a, told[place], apply_changed=apply_changed)
                _take(b, told[order[place]], apply_changed=apply_changed)
            known = knowledge(a)
            assert knowledge(b) == known
            assert knowledge(_merged(folder, "ab.gpkg", a, b)) == known
            for name, one in zip(("Asma", "Bilal", "Chand"), told, strict=True):
                _assert_heard(a, name, one)

    orders()


def _assert_heard(path: Path, reviewer: str, decisions: Decisions) -> None:
    """What a reviewer decided is kept, and stands in the row or in a conflict where it moved anything."""
    with SurveyFile.open(path, read_only=True) as file:
        disputed = {(c.record, v.value) for c in file.conflicts() for v in c.values}
        for decision in decisions.decisions:
            review = reviewing.reviewing.review_uuid(decision, reviewer)
            assert file.get("review", review) is not None
            moved = any(r.initiator == f"review:{review}" for r in file.history(decision.record))
            record = file.get("sighting", decision.record)
            assert record is not None
            if moved:
                stands = record.get("review_status") == decision.verdict
                assert stands or (decision.record, decision.verdict) in disputed
