"""Merging surveys, and what to say about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import PAKISTAN, Value, moment_of
from surveyapp.services.session import device_name
from surveyapp.storage import merging
from surveyapp.storage.merged import COUNTS, MergeReport, PackageReport

NO_TEAM = "no team named"
# Those of strftime are in the language of the system.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BROUGHT = [name for name in COUNTS if name not in ("same", "rejected")]
"""Counts of what the result did not know before."""


@dataclass(slots=True)
class TeamTotals:
    """What all packages of a team brought. A package of several teams counts under their names together."""

    team: str
    packages: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))


def merge(out: Path, inputs: Sequence[Path], *, author: str | None = None, dry_run: bool = False,
          progress: Progress | None = None) -> MergeReport:
    """Merge survey files into ``out`` (see :func:`surveyapp.storage.merging.merge`)."""
    return merging.merge(Path(out), [Path(p) for p in inputs], author=author or device_name(), dry_run=dry_run,
                         progress=progress)


def by_team(report: MergeReport) -> list[TeamTotals]:
    """Totals of each team, sorted by its name."""
    found: dict[str, TeamTotals] = {}
    for package in report.packages:
        totals = found.setdefault(team_of(package), TeamTotals(team_of(package)))
        totals.packages += 1
        for name, count in package.counts.items():
            totals.counts[name] += count
    return sorted(found.values(), key=lambda t: (t.team == NO_TEAM, t.team.casefold(), t.team))


def as_dict(report: MergeReport) -> dict[str, Any]:
    """The report as ``merge --json`` prints it."""
    return {
        **report.as_dict(),
        "teams": [{"team": t.team, "packages": t.packages, "counts": t.counts} for t in by_team(report)],
    }


def team_of(package: PackageReport) -> str:
    """Team of a package; of a package of several, their names together."""
    return ", ".join(package.teams) or NO_TEAM


def merged_before(package: PackageReport) -> bool:
    """Whether the result had this package already. The package that a new result starts from may bear the mark of
    an earlier merge elsewhere; what it brings is new here."""
    return package.known_since is not None and not any(package.counts[name] for name in _BROUGHT)


def given_twice(report: MergeReport, package: PackageReport) -> PackageReport | None:
    """The package before this one in the same merge that knows exactly the same."""
    for other in report.packages:
        if other is package:
            break
        if other.content == package.content:
            return other
    return None


def brings_nothing(package: PackageReport) -> bool:
    """Whether everything in the package is known already."""
    return not package.notes and not any(n for name, n in package.counts.items() if name != "same")


def moment_words(value: Value) -> str:
    """``24 Nov 2026, 09:30`` in Pakistan time; what is no time is shown as it is."""
    moment = moment_of(value)
    if moment is None:
        return "" if value is None else str(value)
    local = moment.astimezone(PAKISTAN)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def summary(report: MergeReport) -> list[str]:
    """A merge in a few lines for people; the first answers for the first package whether it was merged before."""
    lines = []
    for package in report.packages:
        lines.append(_package_line(report, package))
        lines += [f"  {note}" for note in package.notes]
    teams = by_team(report)
    if 1 < len(teams) < len(report.packages):  # else the lines above are the teams' already
        lines.append("By team:")
        lines += [f"  {t.team} ({counted(t.packages, 'package', 'packages')}): {_counts(t.counts)}" for t in teams]
    held = held_words(report.records)
    if report.dry_run:
        already = "" if report.changed else f" {report.out} holds all of it already."
        lines.append(f"A merge would give {held}; nothing was written.{already}")
    elif report.changed:
        lines.append(f"{report.out} holds {held}.")
    else:
        lines.append(f"{report.out} holds all of it already; it is unchanged.")
    if report.conflicts:
        told = counted(report.conflicts, "open conflict", "open conflicts")
        if report.dry_run:
            lines.append(f"It would have {told}; --report R.html lists them.")
        else:
            lines.append(f"It has {told}; 'surveyapp conflicts {report.out}' lists what to decide.")
    if report.rejected:
        lines.append(f"{counted(len(report.rejected), 'row', 'rows')} could not be taken; --report R.html lists why.")
    return lines


def _package_line(report: MergeReport, package: PackageReport) -> str:
    teams = f" ({', '.join(package.teams)})" if package.teams else ""
    name = f"{Path(package.file).name}{teams}"
    counts = _counts(package.counts)
    twin = given_twice(report, package)
    if twin is not None:
        when = f"the same as {Path(twin.file).name} above"
    elif merged_before(package):
        when = f"merged before, on {moment_words(package.known_since)} Pakistan time"
    else:
        when = "not merged before" if report.dry_run else ""
    if brings_nothing(package):
        return f"{name}: {when}{'; ' if when else ''}nothing new ({counts})"
    return f"{name}: {when}{'; ' if when else ''}{counts}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {name}" for name, n in counts.items() if n) or "nothing"


def held_words(records: Mapping[str, int]) -> str:
    """``31 sightings, 1 track``: what a file holds, in words."""
    told: Iterable[str] = (
        counted(n, LAYER_BY_NAME[name].title, LAYER_BY_NAME[name].plural)
        for name, n in records.items() if n and name != "survey"
    )
    return ", ".join(told) or "no records"


def counted(count: int, one: str, many: str) -> str:
    """``1 sighting``, ``2 sightings``."""
    return f"{count} {(one if count == 1 else many).lower()}"
