"""Importing files made by others: planned first, then taken in as one change set that undo takes back whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Value
from surveyapp.errors import Refused
from surveyapp.exchange import registry
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import guess_mapping, parse_mapping
from surveyapp.exchange.plan import ImportPlan, Rejected, plan_import
from surveyapp.services.recording import place_facts
from surveyapp.services.session import Session
from surveyapp.words import tr

_STEP_ROWS = 500


@dataclass(slots=True)
class ImportResult:
    """What became of one table of a source. ``same``: in the survey already; ``differing``: uuids of records that
    are in the survey with other values, which an import leaves alone; ``mapping``: column to field."""

    source: str
    table: str
    layer: str
    mapping: dict[str, str | None]
    dry_run: bool
    added: int = 0
    same: int = 0
    differing: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "source": self.source, "table": self.table, "layer": self.layer, "mapping": self.mapping,
            "dry_run": self.dry_run, "added": self.added, "same": self.same, "differing": self.differing,
            "rejected": [{"row": r.row, "reason": r.reason, "values": r.values} for r in self.rejected],
            "warnings": self.warnings, "notes": self.notes,
        }


def refuse_own(path: Path) -> None:
    """A survey of ours has a history, which an import would lose: it is merged instead."""
    from surveyapp.storage.gpkg import is_survey

    if path.is_file() and is_survey(path):
        raise Refused(tr("{path} is a survey with a history; merge it instead, so that nothing is lost.", path=path))


def import_sources(
    session: Session,
    sources: Sequence[Path],
    *,
    maps: Mapping[str, str] | None = None,
    layer: str | None = None,
    crs: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> list[ImportResult]:
    """Plan every table of every source, then import them in one change set; a failure imports nothing.

    ``maps``: ``{column: field}`` on top of what is guessed. ``crs``: for sources that do not say theirs.
    """
    plans: list[tuple[SourceTable, ImportPlan]] = []
    for source in sources:
        path = Path(source)
        refuse_own(path)
        tables = (
            [registry.read_source(path, layer=layer, crs=crs)] if layer else registry.read_all(path, crs=crs)
        )
        for table in tables:
            mapping = guess_mapping(table.columns, table.target)
            told = _maps_for(table, tables, maps or {})
            if told:
                mapping = mapping.changed(parse_mapping(told, table, table.target))
            plans.append((table, plan_import(table, mapping, progress=progress)))
    return _take(session, plans, dry_run=dry_run, progress=progress or Progress())


def _maps_for(table: SourceTable, tables: Sequence[SourceTable], maps: Mapping[str, str]) -> list[str]:
    """The assignments that are for this table: those whose column only another table of the source has are not."""
    mine = {name.casefold() for name in table.column_names}
    others = {name.casefold() for other in tables if other is not table for name in other.column_names}
    return [f"{c}={n}" for c, n in maps.items() if c.casefold() in mine or c.casefold() not in others]


def import_plan(
    session: Session, source: SourceTable, plan: ImportPlan, progress: Progress | None = None
) -> ImportResult:
    """Import one table as planned."""
    refuse_own(source.path)
    return _take(session, [(source, plan)], dry_run=False, progress=progress or Progress())[0]


def _take(
    session: Session, plans: Sequence[tuple[SourceTable, ImportPlan]], *, dry_run: bool, progress: Progress
) -> list[ImportResult]:
    made: list[changes.Change] = []
    results = []
    coming: set[str] = set()
    for source, plan in plans:
        result = ImportResult(
            source.path.name, source.layer, plan.layer, dict(plan.mapping.fields), dry_run,
            rejected=list(plan.rejected), notes=list(plan.notes),
            warnings=[f"row {w.row}: {w.message}" for w in plan.warnings],
        )
        results.append(result)
        known = session.file.known(plan.layer)
        for number, row in enumerate(plan.rows):
            if number % _STEP_ROWS == 0:
                progress.step(number, len(plan.rows), tr("Importing {name}", name=source.path.name))
            if row.uuid in known or row.uuid in coming:
                _compare(session, result, plan.layer, row.uuid, row.values)
                continue
            coming.add(row.uuid)
            made.append(changes.insert(plan.layer, _completed(session, plan.layer, row.values), uuid=row.uuid))
            result.added += 1
    if made and not dry_run:
        names = ", ".join(sorted({source.path.name for source, _ in plans}))
        session.apply(ChangeSet(tuple(made), tr("Import {names}", names=names)), initiator="import")
    return results


def _compare(
    session: Session, result: ImportResult, layer: str, uuid: str, values: Mapping[str, Value]
) -> None:
    """A record that the survey has, or had: it stays as it is; that it differs is said."""
    here = session.file.get(layer, uuid)
    if here is not None and any(v is not None and here.values.get(n) != v for n, v in values.items()):
        result.differing.append(uuid)
    else:
        result.same += 1


def _completed(session: Session, layer: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Defaults, the survey, and what follows from the position."""
    definition = LAYER_BY_NAME[layer]
    filled: dict[str, Value] = {f.name: f.default for f in definition.fields if f.default is not None}
    if definition.field("survey_uuid") is not None:
        filled["survey_uuid"] = session.survey_uuid
    if layer == "sighting" and values.get("gem") is None:
        # A waypoint of a handset is a place; that anything was found there is not for us to say.
        filled.pop("presence", None)
        filled.pop("occurrence_type", None)
    filled |= {name: value for name, value in values.items() if value is not None}
    if layer == "sighting":
        from surveyapp.domain.geometry import point_of

        point = point_of(filled.get("geom"))
        if point is not None:
            for name, value in place_facts(*point).items():
                filled.setdefault(name, value)
    return filled


def summary(result: ImportResult) -> list[str]:
    """One table's import in lines for people: the mapping first."""
    lines = [f"{result.source}, table {result.table}, to {LAYER_BY_NAME[result.layer].plural.lower()}:"]
    lines += [f"  {column} -> {name or 'notes'}" for column, name in result.mapping.items()]
    lines += [f"  note: {note}" for note in result.notes]
    lines += [f"  warning: {warning}" for warning in result.warnings]
    lines += [f"  row {r.row} not taken: {r.reason}" for r in result.rejected]
    verb = "would be added" if result.dry_run else "added"
    lines.append(f"  {result.added} {verb}, {result.same} there already, {len(result.rejected)} not taken")
    if result.differing:
        lines.append(f"  {len(result.differing)} are in the survey with other values and stay as they are")
    return lines
