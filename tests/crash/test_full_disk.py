"""Where there is no room, the program says so in one sentence, leaves nothing half done, and goes on when there is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import ONLY_ON
from tests.helpers.crash_rounds import Rounds, heard
from tests.helpers.crash_trials import TRIALS, Said, Trial

LIMIT_ROUNDS = 3
FULL_ROUNDS = 2
DISK_BYTES = 12 * 2**20
PAGE = 4096

each_kind = pytest.mark.parametrize("kind", TRIALS, ids=lambda kind: kind.name)


@pytest.mark.skipif(sys.platform == "win32", reason=f"{ONLY_ON}systems that limit the size of files")
@each_kind
def test_no_file_may_grow(kind: type[Trial], rounds: Rounds) -> None:
    """No file may grow past some size, as on a disk that has room for nothing more."""
    rehearsal = rounds.rehearsal(kind)
    failed = 0
    for number, share in enumerate(rounds.shares(LIMIT_ROUNDS)):
        # Half of the limits lie where an edited file grows: most of what it writes is inside of what it was.
        least = rehearsal.size_before if number % 2 else 0
        limit = int(least + share * (rehearsal.size_after - least))
        with rounds.trial(kind) as trial, rounds.start(trial, limit=limit) as child:
            said = heard(child, partial(_on_failure, rounds, trial))
            trial.judge(said, slack=0)
            assert trial.outcome() == trial.goal, f"not done when there was room again; limit {limit}"
        failed += bool(said.failures)
    assert failed, "nothing failed, so nothing was tried"


@each_kind
def test_disk_is_full(kind: type[Trial], rounds: Rounds, disk: Path) -> None:
    """A small file system, filled to the brim but for a random rest."""
    grows = rounds.rehearsal(kind).size_after
    failed = 0
    for number, share in enumerate(rounds.shares(FULL_ROUNDS)):
        with rounds.trial(kind, disk) as trial:
            # Works grow the disk by a few pages or by a whole file: small rests are tried as often as large ones.
            rest = 0 if number == 0 else int(PAGE * (grows / PAGE) ** share)
            with rounds.start(trial) as child:
                filler = _fill(disk, rest, names_too=number == 0)

                def on_failure(said: Said, trial: Trial = trial, filler: Path = filler) -> str:
                    shutil.rmtree(filler)
                    return _on_failure(rounds, trial, said)

                said = heard(child, on_failure)
            shutil.rmtree(filler, ignore_errors=True)
            trial.judge(said, slack=0)
            assert trial.outcome() == trial.goal, f"not done when there was room again; {rest} bytes were left"
        failed += bool(said.failures)
    assert failed, "nothing failed, so nothing was tried"


def _on_failure(rounds: Rounds, trial: Trial, said: Said) -> str:
    rounds.note(said.failures[-1])
    trial.judge_failure(said, slack=0)
    assert trial.traces() == [], "a failure leaves nothing behind"
    return "again" if len(said.failures) < 3 else "enough"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    place = tmp_path / "disk"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip(f"{ONLY_ON}Linux as root, who may mount a small file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},nr_inodes=200", "tmpfs", str(place)],
                             capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"{ONLY_ON}systems where a file system may be mounted; here: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _fill(disk: Path, rest: int, *, names_too: bool) -> Path:
    """Leave ``rest`` bytes free on the disk, and no room for one more file either with ``names_too``."""
    folder = disk / ".filler"
    folder.mkdir()
    free = shutil.disk_usage(disk).free - rest
    with (folder / "bytes").open("wb") as stream:
        stream.write(b"\0" * max(free, 0))
    if names_too:
        _until_full(lambda number: (folder / f"name{number}").touch())
    return folder


def _until_full(make: Callable[[int], None]) -> None:
    try:
        for number in range(1000):
            make(number)
    except OSError:
        return
    raise AssertionError("the disk would not become full")
