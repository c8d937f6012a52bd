"""A program that is killed at any instant loses nothing that it had promised to keep."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.crash_nursery import KILLED, start_command, start_fresh
from tests.helpers.crash_rounds import MORE_WHEN_THOROUGH, Rounds, heard, overheard
from tests.helpers.crash_strace import NAMES, SYNCS, Strace
from tests.helpers.crash_trials import TRIALS, Imports, Saves, Trial
from tests.helpers.surveys import assert_sound

COMMANDS = [kind for kind in TRIALS if kind.has_command]
COMMAND_ROUNDS = 2
CALL_ROUNDS = 3
AT_WORK = None
"""Instead of an instant: as soon as the folder shows that the work has begun."""

each_kind = pytest.mark.parametrize("kind", TRIALS, ids=lambda kind: kind.name)


def test_there_are_enough_rounds() -> None:
    rounds = sum(kind.rounds for kind in TRIALS)
    assert rounds >= 200
    assert rounds * MORE_WHEN_THOROUGH >= 2000


@each_kind
def test_killed_at_any_instant(kind: type[Trial], rounds: Rounds) -> None:
    """``kill -9`` at instants spread over the whole work, and a little longer."""
    lasts_s = rounds.rehearsal(kind).lasts_s * 1.15
    instants: list[float | None] = [share * lasts_s for share in rounds.shares(kind.rounds)]
    done = len(instants)
    seen = Counter(_lives(rounds, kind, instants))
    for _ in range(20):
        # A machine that is busy with other things may have been too early or too late every time.
        if not seen["before"]:
            seen.update(_lives(rounds, kind, [0.0]))
        if not seen["inside"]:
            seen.update(_lives(rounds, kind, [AT_WORK]))
    assert seen.total() >= done >= kind.rounds * rounds.many
    assert seen["before"], f"no kill came before the work had begun: {seen}"
    assert seen["inside"], f"no kill fell into the work, so nothing was tried: {seen}"


def _lives(rounds: Rounds, kind: type[Trial], instants: list[float | None]) -> Iterator[str]:
    """Kill at the instants, files of a kind going through several; yields where in the work each kill fell."""
    repeated = False
    for first in range(0, len(instants), kind.lives):
        with rounds.trial(kind) as trial:
            for after_s in instants[first : first + kind.lives]:
                where = _killed(rounds, trial, after_s)
                yield where
                if where == "inside" and not repeated and trial.can_repeat():
                    repeated = True
                    _done_at_last(rounds, trial)
                trial.next_life()


def _killed(rounds: Rounds, trial: Trial, after_s: float | None) -> str:
    """One round; returns where in the work the kill fell."""
    with rounds.start(trial, endless=True) as child:
        child.tell("go")
        if after_s is AT_WORK:
            _wait_for_traces(trial)
        else:
            time.sleep(after_s)
        child.kill()
        said = overheard(child)
        ended = child.status
    traces = trial.traces()
    trial.judge(said, slack=1)
    assert ended == KILLED or not trial.finite, "the job came to its end, and was to have none"
    if traces or (said.progress and not said.promises):
        return "inside"
    return "after" if said.promises else "before"


def _wait_for_traces(trial: Trial) -> None:
    """Until the work is seen to have begun; or long enough that it must be over."""
    patience = time.monotonic() + 5
    while not trial.traces() and time.monotonic() < patience:
        time.sleep(0.0002)


def _done_at_last(rounds: Rounds, trial: Trial) -> None:
    """What a killed process left behind is in nobody's way when the work is done once more."""
    with rounds.start(trial) as child:
        assert heard(child).promises
    assert trial.outcome() == trial.goal


@each_kind
def test_killed_at_a_call(kind: type[Trial], rounds: Rounds, strace: None, tmp_path: Path) -> None:
    """Killed as it asks the system to flush, name or remove a file, where the order matters most, or to write."""
    calls = rounds.changing_calls(kind)
    steps = [place for place, name in enumerate(calls) if name in (*SYNCS, *NAMES)]
    died = 0
    for number, share in enumerate(rounds.shares(CALL_ROUNDS)):
        place = steps[int(share * len(steps))] if number % 3 else int(share * len(calls))
        nth = calls[: place + 1].count(calls[place])
        with rounds.trial(kind) as trial, rounds.start(trial) as child:
            with Strace(child.pid, tmp_path / "log", [f"{calls[place]}:signal=KILL:when={nth}"]):
                child.tell("go")
                said = overheard(child)
            died += child.status == KILLED
            trial.judge(said, slack=1)
    assert died, "nothing was killed, so nothing was tried"


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.name)
def test_killed_command(kind: type[Trial], rounds: Rounds) -> None:
    """The same for whole commands as a user types them, from the start of Python on."""
    rounds.rehearsal(kind)
    with rounds.trial(kind) as trial:
        began = time.monotonic()
        with start_command(*trial.command()) as child:
            said = overheard(child)
            assert child.status in (0, 1)
        lasts_s = time.monotonic() - began
        assert said.promises
        trial.judge(said, slack=0)
    cut_short = 0
    for number, share in enumerate(rounds.shares(COMMAND_ROUNDS)):
        with rounds.trial(kind) as trial:
            with start_command(*trial.command()) as child:
                if number % 2:
                    time.sleep(lasts_s * share)
                else:
                    _wait_for_traces(trial)
                child.kill()
                said = overheard(child)
                cut_short += child.status == KILLED
            trial.judge(said, slack=1)
    assert cut_short, "every command was done before it was killed, so nothing was tried"


def test_fresh_process_does_the_same_as_a_forked_one(rounds: Rounds) -> None:
    """Where the system cannot fork, the rounds run in fresh processes."""
    goal = rounds.rehearsal(Imports).goal
    with rounds.trial(Imports) as trial, start_fresh(trial.job, *trial.arguments()) as child:
        child.wait_until_ready()
        said = heard(child)
        assert said.promises == ["imported"] and said.progress
        assert trial.outcome() == goal


def test_what_is_saved_between_kills_is_sound_in_every_table(rounds: Rounds) -> None:
    """Counts, extents and spatial indexes too, which QGIS believes."""
    with rounds.trial(Saves) as trial:
        for _ in range(3):
            _killed(rounds, trial, 0.02)
            trial.next_life()
        assert_sound(trial.folder / "survey.gpkg")
