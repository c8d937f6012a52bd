"""From planned rows to changes of the survey: what is new, what is there, what the source says anew, and the photos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from surveyapp.domain import changes
from surveyapp.domain.changes import Change, ChangeSet
from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, PHOTO, SIGHTING
from surveyapp.domain.geometry import point_of
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record, Value
from surveyapp.exchange.identity import derived_uuid
from surveyapp.exchange.plan import ImportPlan, PlannedRow, Rejected
from surveyapp.exchange.rowreader import notes_field
from surveyapp.services import photos as photo_files
from surveyapp.services import templates
from surveyapp.services.import_compare import IMPORT, differences, differs
from surveyapp.services.import_result import Changed, ImportResult, Planned
from surveyapp.services.recording import place_facts_of_many, with_places
from surveyapp.services.session import Session
from surveyapp.words import ntr, tr

_STEP_ROWS = 500
_BATCH_BYTES = 128 * 2**20
"""Photos are held in memory until they are saved: so many bytes at once."""
_SILENT = ("presence", "occurrence_type")
"""What a row without a gem does not say, whatever the defaults are: a waypoint of a handset is a place; that anything
was found there is not for us to say."""


_WORKED_OUT = ("province", "district", "toposheet", "boundary_source")
"""What the program works out from the position where a source leaves it open."""


class _Reporting(tuple[Change, ...]):
    """Changes that tell progress while storage goes through them, and stop it (nothing is written then)."""

    __slots__ = ()
    progress: Progress

    @classmethod
    def of(cls, made: Sequence[Change], progress: Progress) -> Self:
        reporting = type(cls.__name__, (cls,), {"__slots__": (), "progress": progress})
        return reporting(made)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[Change]:
        for number, change in enumerate(super().__iter__()):
            if number % _STEP_ROWS == 0:
                self.progress.step(number, len(self), tr("Saving"))
            yield change


@dataclass(frozen=True, slots=True)
class _Pair:
    """A photo to attach: the number of its row, its file, its sighting, and the result that counts it."""

    row: int
    path: Path
    sighting: str
    result: ImportResult
    caption: str = ""


class Taking:
    """Weighs planned rows against a survey, then saves what came of it."""

    def __init__(self, session: Session, *, update: bool, dry_run: bool, progress: Progress) -> None:
        self._session, self._update, self._dry_run, self._progress = session, update, dry_run, progress
        self._made: list[Change] = []
        self._pairs: list[_Pair] = []
        self._coming: dict[str, Mapping[str, Value]] = {}
        self._names: set[str] = set()
        self._defaults: dict[str, dict[str, Value]] = {}

    # -- rows -----------------------------------------------------------------------------------------

    def weigh(self, planned: Planned) -> ImportResult:
        """What becomes of the rows of one table; nothing is written."""
        source, plan = planned.source, planned.plan
        result = ImportResult(
            source.path.name, source.layer, plan.layer, dict(plan.mapping.fields), self._dry_run,
            constants=dict(plan.mapping.constants), rejected=list(plan.rejected), notes=list(plan.notes),
            warnings=[f"row {w.row}: {w.message}" for w in plan.warnings],
        )  # fmt: skip
        self._names.add(source.path.name)
        known = self._session.file.known(plan.layer)
        told = _Told.of(plan)
        outcomes: dict[int, str] = {}
        for start in range(0, len(plan.rows), _STEP_ROWS):
            self._progress.step(start, len(plan.rows), tr("Importing {name}", name=source.path.name))
            chunk = plan.rows[start : start + _STEP_ROWS]
            here = {
                record.uuid: record
                for record in self._session.file.records(plan.layer, [r.uuid for r in chunk if r.uuid in known])
            }
            new = [row for row in chunk if row.values and self._is_new(row, known, here)]
            filled = dict(zip((row.uuid for row in new), self._completed(plan.layer, new), strict=True))
            for row in chunk:
                outcome = self._weigh_row(row, plan, told, here, filled, result)
                if outcomes.get(row.row) != "taken":
                    outcomes[row.row] = outcome
        result.rows = len({*outcomes, *(one.row for one in result.rejected)})
        result.taken = sum(outcome == "taken" for outcome in outcomes.values())
        result.same = sum(outcome == "same" for outcome in outcomes.values())
        result.left = sum(outcome == "changed" for outcome in outcomes.values())
        return result

    def _is_new(self, row: PlannedRow, known: set[str], here: Mapping[str, Record]) -> bool:
        """Whether a row makes a record: it has not been here, or only an undo of its import took it out."""
        if row.uuid in self._coming or row.uuid in here:
            return False
        if row.uuid not in known:
            return True
        last = self._session.file.history(row.uuid)[-1:]
        return bool(last) and str(last[0].initiator or "").startswith("undo:")

    def _weigh_row(
        self, row: PlannedRow, plan: ImportPlan, told: _Told, here: Mapping[str, Record],
        filled: dict[str, dict[str, Value]], result: ImportResult,
    ) -> str:  # fmt: skip
        """taken, same or changed."""
        outcome = "same"
        if (values := filled.pop(row.uuid, None)) is not None:
            self._coming[row.uuid] = values
            self._made.append(changes.insert(plan.layer, values, uuid=row.uuid))
            result.added += 1
            outcome = "taken"
        elif row.uuid in here and row.values:
            outcome = self._compare(here[row.uuid], row, told, result)
        elif row.values and row.uuid not in self._coming:
            result.deleted += 1
            return outcome
        if row.photos and row.uuid not in self._coming and self._session.file.get(plan.layer, row.uuid) is None:
            why = tr("The sighting that its photo is of is not in the survey; import that first.")
            result.rejected.append(Rejected(row.row, why, {"sighting": row.uuid, "photo": row.photos[0].name}))
            return "rejected"
        attached = [self._attach(row, path, result) for path in row.photos]
        return "taken" if any(attached) else outcome

    def _compare(self, here: Record, row: PlannedRow, told: _Told, result: ImportResult) -> str:
        said = {
            name for name in told.names & set(here.values)
            if name not in _WORKED_OUT or row.values.get(name) is not None
        }
        filled = self._with_defaults(here.layer, row)
        if not differs(here, filled, said):
            return "same"
        found = differences(here, row.values, filled, said, self._session.file.history(here.uuid))
        if not found:
            return "same"
        changed = dict(found.changed)
        if self._update and changed:
            if here.layer == SIGHTING.name and (point := point_of(changed.get(GEOMETRY))) is not None:
                said_now = {n: v for n, v in changed.items() if v is not None}
                changed |= with_places(said_now, place_facts_of_many([point])[0])
            self._made.append(changes.update(here.layer, here.uuid, changed, here.values))
            result.updated += 1
        if found.disputed or not self._update:
            shown = {**({} if self._update else found.changed), **found.disputed}
            fields = {n: (here.values.get(n), v) for n, v in shown.items() if here.values.get(n) != v}
            result.changed.append(Changed(row.row, here.uuid, fields, frozenset(found.disputed)))
        return "taken" if self._update and changed else "changed"

    def _completed(self, layer: str, rows: Sequence[PlannedRow]) -> list[dict[str, Value]]:
        """Defaults, the survey, and what follows from the position."""
        survey: dict[str, Value] = {}
        if LAYER_BY_NAME[layer].field("survey_uuid") is not None:
            survey["survey_uuid"] = self._session.survey_uuid
        made = [survey | self._with_defaults(layer, row) for row in rows]
        if layer == SIGHTING.name:
            places = [point_of(values.get(GEOMETRY)) for values in made]
            placed = [(values, place) for values, place in zip(made, places, strict=True) if place is not None]
            facts = place_facts_of_many([place for _values, place in placed])
            for (values, _place), found in zip(placed, facts, strict=True):
                values.update(with_places(values, found))
        return made

    def _with_defaults(self, layer: str, row: PlannedRow) -> dict[str, Value]:
        """What a row says, and the table's defaults for what it leaves open."""
        if layer not in self._defaults:
            self._defaults[layer] = {f.name: f.default for f in LAYER_BY_NAME[layer].fields if f.default is not None}
        filled = self._defaults[layer] | {name: value for name, value in row.values.items() if value is not None}
        if layer == SIGHTING.name and row.values.get("gem") is None:
            filled = {n: v for n, v in filled.items() if n not in _SILENT or row.values.get(n) is not None}
        return filled

    # -- photos ---------------------------------------------------------------------------------------

    def _attach(self, row: PlannedRow, path: Path, result: ImportResult) -> bool:
        """Plan to attach a photo; whether that is new can only be told once it is read, so a dry run counts it."""
        if not self._dry_run and self._has(row.uuid, path):
            return False
        self._pairs.append(_Pair(row.row, path, row.uuid, result, row.caption))
        result.photos += 1
        return True

    def _has(self, sighting: str, path: Path) -> bool:
        """Whether the sighting has this photo, by the file's hash; or had it, and it was deleted."""
        import hashlib

        if sighting in self._coming:
            return False
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            return False  # reading it again says why
        kept = {
            told for photo in self._session.file.photos_of(sighting)
            for told in (photo.get("sha256"), photo.get("original_sha256"))
        }  # fmt: skip
        return digest in kept or photo_uuid(sighting, digest) in self._session.file.known(PHOTO.name)

    # -- saving ---------------------------------------------------------------------------------------

    def apply(self) -> None:
        """Save everything in one change set, and photos beyond what memory holds in more."""
        names = tr(", ").join(sorted(self._names))
        label = tr("Import {names}", names=names)
        waiting = self._made
        saved = False
        size = 0
        have: dict[str, set[str]] = {}
        for done, pair in enumerate(self._pairs):
            if saved and self._progress.cancelled:
                left = self._pairs[done:]
                for one in left:
                    one.result.photos -= 1
                left[0].result.warnings.append(ntr("Stopped: {n} photo was not attached.",
                                                   "Stopped: {n} photos were not attached.", len(left)))
                break
            self._progress.step(done, len(self._pairs), pair.path.name)
            change = self._photo(pair, have)
            if change is None:
                continue
            waiting.append(change)
            size += len(change.data or b"")
            if size > _BATCH_BYTES:
                self._save(waiting, label)
                waiting, saved, size = [], True, 0
        self._save(waiting, label)

    def _photo(self, pair: _Pair, have: dict[str, set[str]]) -> Change | None:
        """The change that attaches a photo; its uuid follows from its sighting and its bytes, so that two offices
        that import the same form have the same photos."""
        sighting = self._coming.get(pair.sighting)
        if sighting is None:
            record = self._session.file.get(SIGHTING.name, pair.sighting)
            sighting = record.values if record is not None else {}
        hashes = have.setdefault(pair.sighting, set())
        rule = photo_files.max_px_of(self._session, sighting.get("survey_uuid"))
        made, came = photo_files.new_photos(pair.sighting, [pair.path], rule, hashes, lenient=True)
        pair.result.warnings += [f"row {pair.row}: {sentence}" for sentence in came.troubles]
        if not made:
            pair.result.photos -= 1
            return None
        change = made[0]
        digest = str(change.values.get("original_sha256") or change.values.get("sha256"))
        values = {**change.values, "caption": pair.caption or None}
        return changes.insert(PHOTO.name, values, uuid=photo_uuid(pair.sighting, digest), data=change.data)

    def _save(self, made: list[Change], label: str) -> None:
        if not made:
            return
        for change in made:
            if change.layer == SIGHTING.name:
                templates.make_room_for(self._session, change.values)
                break
        self._session.apply(ChangeSet(_Reporting.of(made, self._progress), label), initiator=IMPORT)


def photo_uuid(sighting: str, sha256: str) -> str:
    """Identity of an imported photo."""
    return derived_uuid("photo", sighting, sha256)


@dataclass(frozen=True, slots=True)
class _Told:
    """``names``: fields that a source speaks of; of others a row has defaults of ours alone."""

    names: frozenset[str]

    @classmethod
    def of(cls, plan: ImportPlan) -> _Told:
        definition = LAYER_BY_NAME[plan.layer]
        mapped = {name for name in plan.mapping.fields.values() if name}
        beside = {f"{name}_text" for name in mapped if definition.field(f"{name}_text") is not None}
        notes = notes_field(definition)
        kept = {notes.name} if notes is not None else set()
        return cls(frozenset({*mapped, *plan.mapping.constants, *beside, *kept, GEOMETRY}))
