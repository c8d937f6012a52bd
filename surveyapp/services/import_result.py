"""What became of an import: counted by rows and by records, and told to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.records import Value
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.plan import ImportPlan, Rejected
from surveyapp.exchange.synonyms import LEFT_OUT
from surveyapp.words import ntr, tr


@dataclass(frozen=True, slots=True)
class Changed:
    """A record of the survey that the source tells otherwise now. ``fields``: by name, (ours, the source's) values;
    ``disputed``: those of them that were changed here as well, which stay ours whatever is asked."""

    row: int
    uuid: str
    fields: Mapping[str, tuple[Value, Value]]
    disputed: frozenset[str] = frozenset()


@dataclass(slots=True)
class ImportResult:
    """What became of one table of a source; ``mapping`` is column to field.

    Rows are counted once each: ``taken`` (they made or changed a record, or brought a photo), ``same`` (the survey
    says so already, or had it and deleted it), ``left`` (the survey has it with other values, which stay) and those
    of ``rejected`` add up to ``rows``. ``changed`` tells what differs, also of fields of a record that was updated but
    for them. ``added`` and ``updated`` count records: a row of several parts or gems makes
    several. ``photos``: photos attached. ``deleted``: records that were deleted here and stay so.
    """

    source: str
    table: str
    layer: str
    mapping: dict[str, str | None]
    dry_run: bool
    constants: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    taken: int = 0
    added: int = 0
    updated: int = 0
    same: int = 0
    left: int = 0
    deleted: int = 0
    photos: int = 0
    changed: list[Changed] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rejects_file: Path | None = None

    @property
    def differing(self) -> list[str]:
        """Uuids of records that are in the survey with other values, which the import left alone."""
        return [one.uuid for one in self.changed]

    def as_dict(self) -> dict[str, Any]:
        return {
            "source": self.source, "table": self.table, "layer": self.layer, "mapping": self.mapping,
            "dry_run": self.dry_run, "rows": self.rows, "taken": self.taken, "added": self.added,
            "updated": self.updated, "same": self.same, "left": self.left, "deleted_here": self.deleted,
            "photos": self.photos,
            "differing": self.differing,
            "changed": [
                {"row": c.row, "uuid": c.uuid, "disputed": sorted(c.disputed),
                 "fields": {name: {"ours": ours, "source": theirs} for name, (ours, theirs) in c.fields.items()}}
                for c in self.changed
            ],
            "rejected": [{"row": r.row, "reason": r.reason, "values": r.values} for r in self.rejected],
            "warnings": self.warnings, "notes": self.notes,
            "rejects_file": str(self.rejects_file) if self.rejects_file else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """One table of a source with what becomes of its rows."""

    source: SourceTable
    plan: ImportPlan


def summary(result: ImportResult) -> list[str]:
    """One table's import in lines for people: the mapping first."""
    lines = [f"{result.source}, table {result.table}, to {LAYER_BY_NAME[result.layer].plural.lower()}:"]
    lines += [f"  {column} -> {_became(name)}" for column, name in result.mapping.items()]
    lines += [f"  note: {note}" for note in result.notes]
    lines += [f"  warning: {warning}" for warning in result.warnings]
    lines += [f"  row {one.row} is in the survey with other values: {_told(one)}" for one in result.changed]
    lines += [f"  row {r.row} not taken: {r.reason}" for r in result.rejected]
    would = "would be " if result.dry_run else ""
    counts = [f"{result.added} {would}added"]
    if result.updated:
        counts.append(f"{result.updated} {would}changed")
    counts += [f"{result.same} there already", f"{len(result.rejected)} not taken"]
    lines.append("  " + ", ".join(counts))
    if result.photos:
        lines.append(f"  {result.photos} photos {would}attached")
    if result.deleted:
        lines.append(f"  {result.deleted} were deleted here and stay so")
    if result.changed:
        lines.append(f"  {len(result.changed)} are in the survey with other values and stay as they are; "
                     "--update takes what the source changed")
    if result.rejects_file:
        lines.append(f"  rows not taken are listed in {result.rejects_file}")
    return lines


def _became(name: str | None) -> str:
    return "notes" if name is None else "left out" if name == LEFT_OUT else name


def _told(one: Changed) -> str:
    return "; ".join(
        f"{name} {ours!r} -> {theirs!r}{' (changed here too)' if name in one.disputed else ''}"
        for name, (ours, theirs) in one.fields.items()
    )


def counts_of(result: ImportResult) -> str:
    """What an import did, in one sentence."""
    told = [tr("{added} added", added=f"{result.added:,}")]
    if result.updated:
        told.append(tr("{updated} changed", updated=f"{result.updated:,}"))
    if result.photos:
        told.append(ntr("{n} photo attached", "{n} photos attached", result.photos))
    told += [
        tr("{same} there already", same=f"{result.same:,}"),
        tr("{count} not taken", count=f"{len(result.rejected):,}"),
    ]
    if result.changed:
        told.append(
            tr("{count} are in the survey with other values and stay as they are", count=f"{len(result.changed):,}")
        )
    return tr(", ").join(told) + tr(".")
