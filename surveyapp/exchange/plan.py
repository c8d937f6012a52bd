"""What an import would do before anything is written: rows taken, taken with a warning, or rejected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.fields import GEOMETRY, PHOTO, SIGHTING, Layer
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Value
from surveyapp.domain.validation import parse_value
from surveyapp.errors import BadInput
from surveyapp.exchange.attachments import Attachments
from surveyapp.exchange.dates import check_offset
from surveyapp.exchange.identity import (
    derived_uuids,
    part_uuid,
    repeated,
)
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import ColumnMapping, defined, fields_to_map, guess_mapping, importable
from surveyapp.exchange.rowreader import Draft, RowReader, Warned, notes_field
from surveyapp.exchange.synonyms import SHARED
from surveyapp.geo.crs import WGS84, accuracy_of, crs_text, label_of
from surveyapp.words import tr

_STEP_ROWS = 500


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A record to be: ``row`` is the number of the source row, ``values`` hold the geometry under ``geom``.

    ``own_identity``: the uuid came with the row, or from what tells it from others for good, so it may be a record
    that the survey has already, and it may differ from it. ``photos``: files to attach, with their ``caption``; a
    row without values attaches them to the sighting of its uuid.
    """

    row: int
    uuid: str
    values: dict[str, Value]
    own_identity: bool = False
    photos: tuple[Path, ...] = ()
    caption: str = ""

    @property
    def wkb_hex(self) -> str | None:
        value = self.values.get(GEOMETRY)
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source row that is not taken, with the reason as a sentence, its values and its geometry (WKB hex, in the
    source's own reference system) as the source has them."""

    row: int
    reason: str
    values: dict[str, Value]
    wkb_hex: str | None = None


@dataclass(frozen=True)
class ImportPlan:
    """What would be added to ``layer``. ``unmapped`` columns go into the notes, line by line; ``notes`` are
    sentences about the whole source that the user should read first."""

    layer: str
    rows: list[PlannedRow]
    rejected: list[Rejected]
    warnings: list[Warned]
    mapping: ColumnMapping
    unmapped: tuple[str, ...]
    notes: tuple[str, ...] = ()


def plan_import(
    source: SourceTable,
    mapping: ColumnMapping | None = None,
    layer: str | Layer | None = None,
    *,
    utc_offset: str | None = None,
    progress: Progress | None = None,
) -> ImportPlan:
    """Read every row of a source and say what becomes of it. Nothing is written.

    ``mapping`` is the guessed one if not given, ``layer`` the source's target (as a :class:`Layer` with the office's
    own fields, where there are some). ``utc_offset`` ("+05:00") is the zone of times that have none; without it they
    are taken as UTC, and a note says so.

    Raises ``BadInput`` when the source as a whole cannot be taken: no coordinate system, an unknown field, a column of
    weights whose unit nobody says.
    """
    definition = defined(layer or source.target)
    mapping = mapping or guess_mapping(source.columns, definition)
    if definition.name == PHOTO.name and (attached := Attachments(source, mapping)).complete:
        return _plan_attachments(source, mapping, attached)
    if not importable(definition):
        raise BadInput(tr("{plural} are attached to records, not imported from a table.", plural=tr(definition.plural)))
    _check_mapping(source, mapping, definition)
    crs = _crs_of(source, mapping, definition)
    reader = RowReader(source, mapping, definition, crs, check_offset(utc_offset))
    if (question := reader.unasked()) is not None:
        raise BadInput(question.asks())
    drafts = []
    for count, row in enumerate(source.rows, start=1):
        drafts.append(reader.read(row))
        if progress is not None and count % _STEP_ROWS == 0:
            progress.step(count, 0, tr("Reading {name}", name=source.path.name))
    rows, rejected = _identified(definition.name, drafts)
    warnings = [warning for draft in drafts if draft.reason is None for warning in draft.warnings]
    unmapped = mapping.unmapped
    notes = (*source.notes, *_notes_on(source, mapping, definition, crs), *reader.notes())
    return ImportPlan(definition.name, rows, rejected, warnings, mapping, unmapped, notes)


def _plan_attachments(source: SourceTable, mapping: ColumnMapping, attached: Attachments) -> ImportPlan:
    """Photos for sightings that are there, or come in the same import; whether they do is seen when they are taken."""
    rows, rejected = [], []
    for row in source.rows:
        of, files, caption, why = attached.read(row)
        if why:
            rejected.append(Rejected(row.number, why, dict(row.values)))
        else:
            rows.append(PlannedRow(row.number, of, {}, photos=files, caption=caption))
    return ImportPlan(SIGHTING.name, rows, rejected, [], mapping, mapping.unmapped, source.notes)


def _check_mapping(source: SourceTable, mapping: ColumnMapping, definition: Layer) -> None:
    choices = fields_to_map(definition)
    known = set(source.column_names)
    for column, name in mapping.fields.items():
        if column not in known:
            raise BadInput(
                tr("{name} has no column {column!r}; look at the mapping again.", name=source.path.name, column=column)
            )
        if name is not None and name not in choices:
            raise BadInput(
                tr(
                    "{title} has no field {name!r}; choose another for column {column!r}.",
                    title=tr(definition.title),
                    name=name,
                    column=column,
                )
            )
    for name in repeated(
        name for name in (*mapping.fields.values(), *mapping.constants) if name is not None and name not in SHARED
    ):
        raise BadInput(tr("Two columns are given for {name}; a field takes one.", name=name))
    for name, text in mapping.constants.items():
        found = definition.field(name)
        if found is None:
            raise BadInput(
                tr(
                    "{title} has no field {name!r} that could be the same for every row.",
                    title=tr(definition.title),
                    name=name,
                )
            )
        parse_value(found, text)


def _crs_of(source: SourceTable, mapping: ColumnMapping, definition: Layer) -> str | None:
    """The system of the source's geometry or coordinates, checked to have a known shift to WGS 84."""
    if not definition.geometry:
        return None
    crs = source.crs
    if crs is None:
        grid = mapping.column_of("easting") or mapping.column_of("northing")
        if source.geometry or (grid and mapping.column_of("crs") is None):
            what = f"layer {source.layer}" if source.geometry else f"its column {grid}"
            raise BadInput(
                tr(
                    "{name}: {what} does not say its coordinate system; give its EPSG code, such as EPSG:32643.",
                    name=source.path.name,
                    what=what,
                )
            )
        return None
    code = crs_text(crs)
    accuracy_of(code)  # refuses systems without a published shift
    return code


def _notes_on(source: SourceTable, mapping: ColumnMapping, definition: Layer, crs: str | None) -> Iterator[str]:
    if crs is not None and crs != WGS84:
        accuracy = accuracy_of(crs)
        exact = (
            tr("exact")
            if accuracy == 0
            else tr("of unknown accuracy")
            if accuracy is None
            else tr("good to {accuracy:g} m", accuracy=accuracy)
        )
        yield tr("Positions are in {system}; the shift to WGS 84 is {exact}.", system=label_of(crs), exact=exact)
    elif definition.geometry and not source.geometry and crs is None and mapping.column_of("longitude"):
        yield tr("The file does not say its datum; its degrees were taken as WGS 84.")
    if definition.name == "sighting" and not (mapping.column_of("gem") or "gem" in mapping.constants):
        yield (
            tr("No column says which gem was seen: choose one with COLUMN=gem, or one gem for all rows with "
            "'\"emerald\"=gem'; until then the records have none.")
        )
    if mapping.unmapped and notes_field(definition) is None:
        left_out = ", ".join(mapping.unmapped)
        yield tr(
            "{plural} have no notes, so these columns are left out: {left_out}.",
            plural=tr(definition.plural),
            left_out=left_out,
        )


def _identified(layer: str, drafts: list[Draft]) -> tuple[list[PlannedRow], list[Rejected]]:
    """Rows with their ids, and those rejected, among them rows that claim the id of another."""
    derived = derived_uuids(layer, [draft.identity for draft in drafts])
    claims: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.own is not None and draft.reason is None:
            claims.setdefault(draft.own, []).append(draft)
    for claimants in claims.values():
        _settle(claimants)
    rows, rejected = [], []
    for draft, made in zip(drafts, derived, strict=True):
        if draft.reason is not None:
            rejected.append(Rejected(draft.row.number, draft.reason, dict(draft.row.values), draft.row.wkb_hex))
            continue
        whole = draft.own or made
        for part, geometry in enumerate(draft.parts or (None,), start=1):
            values = dict(draft.values) if geometry is None else draft.values | {GEOMETRY: geometry}
            lasting = draft.own is not None or draft.identity.key is not None
            photos = draft.photos if part == 1 else ()
            rows.append(PlannedRow(draft.row.number, part_uuid(whole, part), values, lasting, photos))
    return rows, rejected


def _settle(claimants: list[Draft]) -> None:
    """Rows with the same uuid: equal ones are taken once; different ones are all rejected, since taking
    either would depend on their order."""
    first, *others = claimants
    same = all(other.identity.content == first.identity.content for other in others)
    numbers = ", ".join(str(draft.row.number) for draft in claimants)
    for draft in others if same else claimants if others else ():
        if same:
            draft.reason = tr("It says the same as row {number}.", number=first.row.number)
        else:
            draft.reason = tr(
                "Rows {numbers} have the same uuid but differ; give each its own, or leave it empty.", numbers=numbers
            )
