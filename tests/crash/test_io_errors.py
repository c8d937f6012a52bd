"""Where the disk fails, the program says so in one sentence, loses nothing, and goes on when the disk is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.crash_rounds import Rounds, heard
from tests.helpers.crash_strace import CHANGES, WRITES, Strace
from tests.helpers.crash_trials import TRIALS, Said, Trial

ROUNDS = 2

each_kind = pytest.mark.parametrize("kind", TRIALS, ids=lambda kind: kind.name)


@each_kind
def test_one_call_fails(kind: type[Trial], rounds: Rounds, strace: None, tmp_path: Path) -> None:
    """A single write, flush, rename or removal fails, as on a disk with a bad spot, or that is full for a moment."""
    calls = rounds.changing_calls(kind)
    rare = [place for place, name in enumerate(calls) if name not in WRITES]
    tried = 0
    for number, share in enumerate(rounds.shares(ROUNDS)):
        place = rare[int(share * len(rare))] if number % 2 else int(share * len(calls))
        name = calls[place]
        error = "ENOSPC" if name in WRITES and rounds.chance.random() < 0.5 else "EIO"
        nth = calls[: place + 1].count(name)
        rounds.note(f"{name} {nth} of {calls.count(name)} gives {error}")
        tried += _goes_on(rounds, kind, tmp_path / "log", [f"{name}:error={error}:when={nth}"])
    assert tried, "no call was made to fail, so nothing was tried"


@each_kind
def test_disk_goes_away(kind: type[Trial], rounds: Rounds, strace: None, tmp_path: Path) -> None:
    """From some call on every change fails, as when a stick is pulled; then it is plugged in again."""
    calls = rounds.changing_calls(kind)
    tried = 0
    for share in rounds.shares(ROUNDS):
        place = int(share * len(calls))
        gone = [f"?{name}:error=EIO:when={calls[:place].count(name) + 1}+" for name in CHANGES]
        rounds.note(f"all calls give EIO from {place} of {len(calls)} on, {calls[place]}")
        tried += _goes_on(rounds, kind, tmp_path / "log", gone)
    assert tried, "no call was made to fail, so nothing was tried"


def _goes_on(rounds: Rounds, kind: type[Trial], log: Path, injections: list[str]) -> bool:
    """One round; returns whether a call was made to fail. The work need not fail with it: SQLite tries some again."""
    unpromised = 0
    with rounds.trial(kind) as trial, rounds.start(trial) as child, Strace(child.pid, log, injections) as strace:

        def on_failure(said: Said) -> str:
            nonlocal unpromised
            rounds.note(f"  {said.failures[-1]}")
            strace.leave()
            before, unpromised = unpromised, trial.judge_failure(said, slack=1, before=unpromised)
            if unpromised > before:
                return "next"  # the disk failed when the change was on it: it could not be promised, and is there
            return "again" if len(said.failures) < 3 else "enough"

        said = heard(child, on_failure)
        trial.judge(said, slack=unpromised)
        assert trial.outcome() == trial.goal
    return strace.injected() > 0
