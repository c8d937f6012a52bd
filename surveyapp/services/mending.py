"""Mending what a check found, many findings in one step of undo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from surveyapp.domain.changes import Change, ChangeSet
from surveyapp.domain.fields import GEOMETRY, POSITION_FACTS, SAMPLE
from surveyapp.domain.fixes import Fix, Knowledge, fix_of, may_be_mended
from surveyapp.domain.records import Record, Value
from surveyapp.domain.sample_ids import next_id
from surveyapp.domain.validation import Issue
from surveyapp.services.placing import PLACES, SOURCE, sourced
from surveyapp.services.recording import place_facts
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import ntr


@dataclass(frozen=True, slots=True)
class Mended:
    """``mended``: the findings with what mended them; ``left``: those that a person has to look at."""

    mended: tuple[tuple[Issue, Fix], ...]
    left: tuple[Issue, ...]


def fixes(file: SurveyFile, issues: Iterable[Issue]) -> Iterator[tuple[Issue, Fix | None]]:
    """Each finding with its fix, as its record stands now. A record is read once, and only where there may be a fix."""
    knowledge = Knowledge(place_facts, _mended, file.photos_of, _FreeIds(file), file.surveys())
    records: dict[tuple[str, str], Record | None] = {}
    for issue in issues:
        if not issue.record or not may_be_mended(issue):
            yield issue, None
            continue
        key = (issue.layer, issue.record)
        if key not in records:
            records[key] = file.get(*key)
        record = records[key]
        yield issue, fix_of(issue, record, knowledge) if record is not None else None


class _FreeIds:
    """IDs for samples that bear another's: the first of them by uuid keeps it, each other gets one of its series that
    nobody else has, also among those given in this run."""

    def __init__(self, file: SurveyFile) -> None:
        self._file = file
        self._first: dict[str, str] = {}
        self._taken: set[str] = set()

    def __call__(self, sample: Record) -> str | None:
        if not self._taken:
            rows = self._file.columns(SAMPLE.name, ["uuid", "sample_id"])
            for uuid, name in sorted(zip(rows["uuid"], rows["sample_id"], strict=True)):
                if name:
                    self._first.setdefault(str(name), uuid)
                    self._taken.add(str(name))
        name = str(sample.get("sample_id") or "")
        if not name or self._first.get(name) == sample.uuid:
            return None
        free = next_id(name.rstrip("0123456789"), self._taken)
        self._taken.add(free)
        return free


def mend(session: Session, issues: Iterable[Issue], *, only_safe: bool = False, dry_run: bool = False) -> Mended:
    """Mend what can be mended, in one change set. ``only_safe`` leaves what a person should look at first."""
    done: list[tuple[Issue, Fix]] = []
    left: list[Issue] = []
    wanted: dict[tuple[str, str], dict[str, Value]] = {}
    for issue, fix in fixes(session.file, issues):
        key = (issue.layer, issue.record or "")
        if fix is None or (only_safe and not fix.safe) or fix.values.keys() & wanted.get(key, {}).keys():
            left.append(issue)
            continue
        wanted.setdefault(key, {}).update(fix.values)
        done.append((issue, fix))
    if wanted and not dry_run:
        changes = tuple(_change(session.file, layer, uuid, values) for (layer, uuid), values in wanted.items())
        label = ntr("Mend {n} finding", "Mend {n} findings", len(done))
        session.apply(ChangeSet(changes, label), initiator="fix")
    return Mended(tuple(done), tuple(left))


def _change(file: SurveyFile, layer: str, uuid: str, values: dict[str, Value]) -> Change:
    record = file.get(layer, uuid)
    assert record is not None  # its fix was made from it
    if GEOMETRY in values and layer == "sighting":
        # A point that moved keeps what was said of how it was given (it was typed), and loses what was measured there.
        measured = set(POSITION_FACTS) - {"position_source", "position_text", "position_crs"}
        values = {**dict.fromkeys(name for name in measured if record.values.get(name) is not None), **values}
        values |= _place_of(values[GEOMETRY])
    elif layer == "sighting" and values.keys() & set(PLACES) and record.position is not None:
        values = {**values, SOURCE: sourced({**record.values, **values}, place_facts(*record.position))}
    return Change("update", layer, uuid, values, {name: record.values.get(name) for name in values})


def _place_of(geometry: Value) -> dict[str, Value]:
    from surveyapp.domain.geometry import point_of

    point = point_of(geometry)
    return dict(place_facts(*point)) if point else {}


def _mended(geometry: str) -> str | None:
    """An outline without crossings; ``None`` where that would make several of one, or nothing."""
    import shapely

    shape = shapely.make_valid(shapely.from_wkb(bytes.fromhex(geometry)))
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon" and part.area > 0]
    return shapely.to_wkb(parts[0], hex=True, output_dimension=2, byte_order=1) if len(parts) == 1 else None
