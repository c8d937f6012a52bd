"""What a merge has to tell."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from surveyapp.domain.merge import Conflict
from surveyapp.domain.records import Record

COUNTS = ("new", "same", "updated", "combined", "conflicting", "deleted", "rejected")


@dataclass(slots=True)
class PackageReport:
    """What one package brought. ``same``: known already; ``updated``: only the package had changed it;
    ``combined``: changed on both sides in different fields; ``conflicting``: with an open disagreement."""

    file: str
    content: str
    sha256: str
    surveys: list[str]
    teams: list[str]
    known_since: str | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class MergeReport:
    """What a merge did, or would do (``dry_run``), by whom and when (UTC). ``disputes``: every open conflict of the
    result, with its record as it stands. ``rejected`` names the ``package`` of each row."""

    out: str
    dry_run: bool
    packages: list[PackageReport] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    conflicts: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    changed: bool = True
    author: str = ""
    at: str = ""
    disputes: list[tuple[Conflict, Record | None]] = field(default_factory=list)

    @property
    def totals(self) -> dict[str, int]:
        return {name: sum(p.counts[name] for p in self.packages) for name in COUNTS}

    def as_dict(self) -> dict[str, Any]:
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("packages", "disputes")}
        return {**told, "packages": [asdict(p) for p in self.packages], "totals": self.totals}
