"""How long the command line takes to start, against a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 9


def _seconds(*command: str) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return median(times)


def run() -> list[str]:
    """Rows of a Markdown table."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        survey = str(Path(folder) / "survey.gpkg")
        app = ("-m", "surveyapp")
        subprocess.run([sys.executable, *app, "new", survey, "--name", "B", "--team", "B", "--surveyor", "B"],
                       check=True, capture_output=True)
        bare = _seconds("-c", "pass")
        for name, command in (
            ("--version", ["--version"]),
            ("add", ["add", survey, "--gem", "ruby", "--at", "36.307N 74.6155E"]),
            ("list", ["list", survey, "--json"]),
        ):
            ours = _seconds(*app, *command)
            lines.append(f"| `surveyapp {name}` | `python -c pass` | {ours:.2f} s | {bare:.2f} s | "
                         f"+{ours - bare:.2f} s |")
    return lines
