"""How a round goes: a child at work, what it says, and one undisturbed run of each trial to compare with."""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.helpers.crash_nursery import Child, Nursery
from tests.helpers.crash_strace import Strace
from tests.helpers.crash_trials import Said, Trial

MORE_WHEN_THOROUGH = 10


@dataclass(frozen=True)
class Rehearsal:
    """A run that nothing disturbed: how long it took, what it came to, and the bytes of what it wrote; ``size_before``
    is 0 where it makes a new file."""

    lasts_s: float
    goal: object
    size_before: int
    size_after: int


@dataclass
class Rounds:
    """What the tests of a run share. ``chance`` is seeded for each test; ``many``: how often as many rounds."""

    nursery: Nursery
    folder: Path
    many: int
    chance: random.Random
    rehearsals: dict[type[Trial], Rehearsal] = field(default_factory=dict)
    calls: dict[type[Trial], list[str]] = field(default_factory=dict)
    _number: int = 0

    def note(self, line: str) -> None:
        """A line that pytest shows when the test fails."""
        sys.stdout.write(line + "\n")

    def shares(self, ordinary: int) -> Iterator[float]:
        """Numbers from 0 to 1, spread evenly and at random: one for each round."""
        count = ordinary * self.many
        return ((number + self.chance.random()) / count for number in range(count))

    @contextmanager
    def trial(self, kind: type[Trial], where: Path | None = None) -> Iterator[Trial]:
        """A trial in a new folder, which goes away unless the test fails."""
        self._number += 1
        folder = (where or self.folder) / f"{self._number}"
        trial = kind(folder)
        if kind in self.rehearsals:
            trial.goal = self.rehearsals[kind].goal
        yield trial
        shutil.rmtree(folder)

    def rehearsal(self, kind: type[Trial]) -> Rehearsal:
        if kind not in self.rehearsals:
            with self.trial(kind) as trial:
                before = trial.written().stat().st_size if trial.edits_in_place else 0
                with self.start(trial) as child:
                    began = time.monotonic()
                    said = heard(child)
                    lasts_s = time.monotonic() - began
                assert said.promises
                trial.judge(said, 0)
                self.rehearsals[kind] = Rehearsal(lasts_s, trial.outcome(), before, trial.written().stat().st_size)
        return self.rehearsals[kind]

    def changing_calls(self, kind: type[Trial]) -> list[str]:
        """Names of the system calls with which the work changes what lies on the disk, in order."""
        self.rehearsal(kind)
        if kind not in self.calls:
            with self.trial(kind) as trial, self.start(trial) as child:
                with Strace(child.pid, self.folder / "calls") as strace:
                    trial.judge(heard(child), 0)
                self.calls[kind] = strace.calls()
        return self.calls[kind]

    def start(self, trial: Trial, *, limit: int | None = None, endless: bool = False) -> Child:
        """A child that is ready, and waits for its word to begin."""
        further = () if endless else trial.finite
        child = self.nursery.start(trial.job, *trial.arguments(), *further, limit=limit)
        child.wait_until_ready()
        return child


def heard(child: Child, on_failure: Callable[[Said], str] | None = None) -> Said:
    """Let a child work to its end; what it said. ``on_failure`` gives the word after each failure."""
    said = Said()
    child.tell("go")
    for line in child.lines():
        if said.hear(line):
            assert on_failure is not None, line
            child.tell(on_failure(said))
    status = child.end()
    assert not said.defects, "\n".join(said.defects)
    assert status == 0, f"ended with {status}"
    assert not child.complaints()
    return said


def overheard(child: Child) -> Said:
    """What a child said before it was killed; call it after."""
    said = Said()
    for line in child.lines():
        assert not said.hear(line), line
    child.end()
    assert not said.defects, "\n".join(said.defects)
    assert not child.complaints()
    return said
