"""Merging surveys, and what to say about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.progress import Progress
from surveyapp.services.session import device_name
from surveyapp.storage import merging
from surveyapp.storage.merging import MergeReport


def merge(out: Path, inputs: Sequence[Path], *, author: str | None = None, dry_run: bool = False,
          progress: Progress | None = None) -> MergeReport:
    """Merge survey files into ``out`` (see :func:`surveyapp.storage.merging.merge`)."""
    return merging.merge(Path(out), [Path(p) for p in inputs], author=author or device_name(), dry_run=dry_run,
                         progress=progress)


def summary(report: MergeReport) -> list[str]:
    """A merge in a few lines for people."""
    lines = []
    for package in report.packages:
        counts = ", ".join(f"{n} {name}" for name, n in package.counts.items() if n)
        known = f" (merged before, on {package.known_since})" if package.known_since else ""
        lines.append(f"{Path(package.file).name}{known}: {counts or 'nothing'}")
        lines += [f"  {note}" for note in package.notes]
    held = ", ".join(
        _counted(n, LAYER_BY_NAME[name].title, LAYER_BY_NAME[name].plural)
        for name, n in report.records.items() if n and name != "survey"
    )
    if report.dry_run:
        lines.append(f"A merge would give {held or 'no records'}; nothing was written.")
    elif report.changed:
        lines.append(f"{report.out} holds {held or 'no records'}.")
    else:
        lines.append(f"{report.out} holds all of it already; it is unchanged.")
    if report.conflicts:
        told = _counted(report.conflicts, "open conflict", "open conflicts")
        lines.append(f"It has {told}; 'surveyapp conflicts {report.out}' lists what to decide.")
    if report.rejected:
        lines.append(f"{_counted(len(report.rejected), 'row', 'rows')} could not be taken; 'surveyapp check' says why.")
    return lines


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {(one if count == 1 else many).lower()}"
