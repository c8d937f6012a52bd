"""``python3 bootstrap.py bench``: every measurement, side by side in one run, as ratios.

Prints the table; ``--write`` also puts it into ``RESULTS.md`` with the machine. Nothing here is a test: speed
is measured, never asserted.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

from tests.bench import (
    bench_check,
    bench_estimates,
    bench_exchange,
    bench_import,
    bench_startup,
    bench_storage,
    bench_window,
)

HEAD = "| work | against | ours | theirs | ratio |\n|---|---|---|---|---|"
_SEPARATE = ("bench_canvas", "bench_preview")
"""Benches that print tables of their own: they start QGIS and a browser."""


def main() -> None:
    """Run the benches that were asked for."""
    parser = argparse.ArgumentParser(prog="bootstrap.py bench")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    parser.add_argument("only", nargs="*",
                        help="startup, window, storage, import, exchange, check, estimates, canvas, preview; none: all")
    asked = parser.parse_args()
    wanted = asked.only or ["startup", "window", "storage", "import", "exchange", "check", "estimates", "canvas",
                            "preview"]
    machine = (platform.machine(), f"{os.cpu_count()} cores", platform.system(), f"Python {platform.python_version()}")
    told = [", ".join((*machine, date.today().isoformat())), ""]  # noqa: DTZ011
    rows: list[str] = []
    for name, bench in (("startup", bench_startup), ("window", bench_window), ("storage", bench_storage),
                        ("import", bench_import), ("exchange", bench_exchange), ("check", bench_check),
                        ("estimates", bench_estimates)):
        if name in wanted:
            print(f"{name}:", flush=True)
            rows += bench.run()
    if rows:
        told += [HEAD, *rows, ""]
    for name in _SEPARATE:
        if name.removeprefix("bench_") in wanted:
            print(f"{name}:", flush=True)
            done = subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], capture_output=True, text=True,
                                  check=False)
            told += [f"## {name.removeprefix('bench_').capitalize()}", "", (done.stdout or done.stderr).strip(), ""]
    text = "\n".join(told)
    print(text)
    if asked.write:
        target = Path(__file__).with_name("RESULTS.md")
        target.write_text(f"# Measurements\n\nMade by `python3 bootstrap.py bench --write`. Machine: {text}\n",
                          encoding="utf-8")


if __name__ == "__main__":
    main()
