"""What the crash tests share: one process that forks the children, and a seed for each test."""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers import crash_strace
from tests.helpers.crash_nursery import Nursery
from tests.helpers.crash_rounds import MORE_WHEN_THOROUGH, Rounds
from tests.helpers.crash_trials import Creations

SEED = "CRASH_SEED"


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory, thorough: bool) -> Iterator[Rounds]:
    with Nursery() as nursery:
        many = MORE_WHEN_THOROUGH if thorough else 1
        yield Rounds(nursery, tmp_path_factory.mktemp("crash"), many, random.Random(0))


@pytest.fixture
def rounds(_shared: Rounds, request: pytest.FixtureRequest, tmp_path: Path, thorough: bool) -> Rounds:
    """Rounds with a seed of the test's own: always the same, or a new one with ``--thorough``."""
    fixed = zlib.crc32(request.node.nodeid.encode())
    seed = int(os.environ.get(SEED) or (random.SystemRandom().getrandbits(32) if thorough else fixed))
    found = replace(_shared, folder=tmp_path, chance=random.Random(seed))
    found.note(f"to repeat the choices of this test: {SEED}={seed}")
    return found


@pytest.fixture(scope="session")
def _why_no_strace(_shared: Rounds, require_program: Callable[..., str]) -> str:
    require_program("strace")
    with _shared.trial(Creations) as trial, _shared.start(trial) as child:
        reason = crash_strace.why_not(child.pid, _shared.folder / "probe")
        child.kill()
    return reason


@pytest.fixture
def strace(_why_no_strace: str) -> None:
    """Skips the test where strace cannot make the calls of a process fail."""
    if _why_no_strace:
        pytest.skip(_why_no_strace)
