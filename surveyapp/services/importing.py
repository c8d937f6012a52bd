"""Importing files made by others: planned first, then taken in as one change set that undo takes back whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import LAYER_BY_NAME, Layer
from surveyapp.domain.progress import Progress
from surveyapp.domain.template import fields_of
from surveyapp.errors import BadInput, Refused
from surveyapp.exchange import registry, rejects, remembered
from surveyapp.exchange.dates import check_offset
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import ColumnMapping, guess_mapping, parse_mapping
from surveyapp.exchange.plan import ImportPlan, plan_import
from surveyapp.exchange.remembered import SavedMapping
from surveyapp.exchange.units import check_units
from surveyapp.services import import_photos, templates
from surveyapp.services.import_result import ImportResult, Planned, counts_of, summary
from surveyapp.services.import_taking import Taking
from surveyapp.services.session import Session
from surveyapp.words import tr

__all__ = [
    "Extras", "ImportResult", "Planned", "asked_layer", "counts_of", "import_as_told", "import_plan", "import_sources",
    "mappings_of", "refuse_own", "summary", "take",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Extras:
    """What an import can be told besides. ``saved``: mappings from a file, for tables that have their columns.
    ``units``: ``{column: unit}``. ``utc_offset``: of times that say no zone. ``update``: take what a source says anew
    of a record that came from it before. ``rejects_to``: the file for rows that are not taken; without it, it lies
    beside the survey (and a dry run writes none)."""

    saved: Sequence[SavedMapping] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    utc_offset: str | None = None
    update: bool = False
    rejects_to: Path | None = None


def refuse_own(path: Path) -> None:
    """A survey of ours has a history, which an import would lose: it is merged instead."""
    from surveyapp.storage.gpkg import is_survey

    if path.is_file() and is_survey(path):
        raise Refused(tr("{path} is a survey with a history; merge it instead, so that nothing is lost.", path=path))


def asked_layer(session: Session, name: str) -> Layer:
    """The layer with what the survey's office makes of it: its own fields, its own terms. Defaults stay those of the
    table, because an office's are for what its own people record."""
    definition = LAYER_BY_NAME[name]
    template = templates.common(templates.all_of(session.file)[0])
    own = fields_of(definition, template)
    if own is definition.fields:
        return definition
    plain = {f.name: f for f in definition.fields}
    kept = tuple(
        replace(f, default=plain[f.name].default, level=plain[f.name].level) if f.name in plain
        else replace(f, default=None)
        for f in own
    )  # fmt: skip
    return replace(definition, fields=kept)


def import_sources(
    session: Session,
    sources: Sequence[Path],
    *,
    maps: Mapping[str, str] | None = None,
    layer: str | None = None,
    crs: str | None = None,
    extras: Extras | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> list[ImportResult]:
    """Plan every table of every source, then import them in one change set; a failure imports nothing.

    ``maps``: ``{column: field}`` on top of what is guessed, or saved. ``crs``: for sources that do not say theirs.
    """
    extras = extras or Extras()
    if extras.rejects_to is not None:
        rejects.check_place(extras.rejects_to, [session.file.path, *sources])
    extras = replace(extras, units=check_units(extras.units))
    tables: list[tuple[SourceTable, list[SourceTable]]] = []
    for path in map(Path, sources):
        refuse_own(path)
        there = [registry.read_source(path, layer=layer, crs=crs)] if layer else registry.read_all(path, crs=crs)
        tables += [(table, there) for table in there]
    known = {name for table, _there in tables for name in table.column_names}
    for column in extras.units:
        if column not in known:
            raise BadInput(tr("No source has a column {column!r} that --unit names.", column=column))
    plans = [
        _planned(session, table, _maps_for(table, there, maps or {}), extras, progress) for table, there in tables
    ]
    return take(session, plans, extras, dry_run=dry_run, progress=progress)


def import_as_told(
    session: Session, sources: Sequence[Path], told: Mapping[str, Any], *, dry_run: bool, progress: Progress
) -> list[ImportResult]:
    """Import by the options of the command line, by their names there (``maps``, ``units``, ``mapping``,
    ``save_mapping``, ``layer``, ``crs``, ``utc_offset``, ``rejects``, ``update``). A mapping that is saved, and a list
    of rejected rows whose place is named, are written in a dry run too: they are what one asks for with it."""
    saved = remembered.read_mappings(told["mapping"]) if told["mapping"] else ()
    extras = Extras(saved, told["units"], check_offset(told["utc_offset"]), told["update"], told["rejects"])
    results = import_sources(
        session, sources, maps=told["maps"], layer=told["layer"], crs=told["crs"], extras=extras, dry_run=dry_run,
        progress=progress,
    )  # fmt: skip
    if told["save_mapping"]:
        remembered.write_mappings(told["save_mapping"], mappings_of(results, told["crs"], extras))
    return results


def mappings_of(results: Sequence[ImportResult], crs: str | None, extras: Extras) -> list[SavedMapping]:
    """The mappings that an import used, to be saved for the next."""
    units = check_units(extras.units)
    return [
        SavedMapping(
            result.layer,
            ColumnMapping(
                result.mapping, result.constants, {c: u for c, u in units.items() if c in result.mapping}
            ),
            crs,
            extras.utc_offset,
        )
        for result in results
    ]


def _planned(
    session: Session, table: SourceTable, maps: Sequence[str], extras: Extras, progress: Progress | None
) -> Planned:
    """One table with its mapping: guessed, then saved, then what the user says."""
    definition = asked_layer(session, table.target)
    mapping = guess_mapping(table.columns, definition)
    before = remembered.best(extras.saved, table)
    offset = extras.utc_offset
    if before is not None:
        mapping = remembered.fitted(before, table, mapping, definition)
        offset = offset or before.utc_offset
        if before.crs and table.crs is None:
            table = replace(table, crs=before.crs)
    if maps:
        mapping = mapping.changed(parse_mapping(maps, table, definition))
    mine = {column: unit for column, unit in extras.units.items() if column in table.column_names}
    mapping = replace(mapping, units=dict(mapping.units) | mine)
    if table.format == "photos":
        offset = offset or import_photos.ZONE
    plan = plan_import(table, mapping, definition, utc_offset=offset, progress=progress)
    return Planned(table, import_photos.planned(session, table, plan) if table.format == "photos" else plan)


def _maps_for(table: SourceTable, tables: Sequence[SourceTable], maps: Mapping[str, str]) -> list[str]:
    """The assignments that are for this table: those whose column only another table of the source has are not."""
    mine = {name.casefold() for name in table.column_names}
    others = {name.casefold() for other in tables if other is not table for name in other.column_names}
    return [f"{c}={n}" for c, n in maps.items() if c.casefold() in mine or c.casefold() not in others]


def import_plan(
    session: Session, source: SourceTable, plan: ImportPlan, progress: Progress | None = None, *, update: bool = False
) -> ImportResult:
    """Import one table as planned."""
    refuse_own(source.path)
    return take(session, [Planned(source, plan)], Extras(update=update), progress=progress)[0]


def take(
    session: Session, plans: Sequence[Planned], extras: Extras, *, dry_run: bool = False,
    progress: Progress | None = None,
) -> list[ImportResult]:  # fmt: skip
    """Import what is planned in one change set (photos beyond what memory holds in more), the list of rejected rows
    first: where that cannot be written nothing is imported, and where nothing can be imported it goes again."""
    taking = Taking(session, update=extras.update, dry_run=dry_run, progress=progress or Progress())
    results = [taking.weigh(one) for one in plans]
    written = _write_rejects(session, plans, results, extras.rejects_to, dry_run=dry_run)
    if not dry_run:
        try:
            taking.apply()
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
    return results


def _write_rejects(
    session: Session, plans: Sequence[Planned], results: Sequence[ImportResult], rejects_to: Path | None, *,
    dry_run: bool,
) -> list[Path]:  # fmt: skip
    """Write the rejected rows, of all sources into the one file or of each into its own; the files that are new."""
    told = [
        (result, rejects.RejectedRows(one.source, result.rejected))
        for one, result in zip(plans, results, strict=True)
        if result.rejected
    ]
    if not told or (dry_run and rejects_to is None):
        return []
    if rejects_to is not None:
        new = not rejects_to.exists()
        rejects.write_rejects(rejects_to, [rows for _result, rows in told])
        for result, _rows in told:
            result.rejects_file = rejects_to
        return [rejects_to] if new else []
    written = []
    for path in dict.fromkeys(rows.source.path for _result, rows in told):
        mine = [(result, rows) for result, rows in told if rows.source.path == path]
        before = set(session.file.path.parent.glob("*.rejected*.csv"))
        made = rejects.write_beside(session.file.path.parent, path, [rows for _result, rows in mine])
        if made not in before:
            written.append(made)
        for result, _rows in mine:
            result.rejects_file = made
    return written
