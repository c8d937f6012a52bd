"""Samples: their IDs, adding, splitting and deleting them, and finding one by what its label says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import SAMPLE
from surveyapp.domain.records import Record, Value, utc_text
from surveyapp.domain.sample_ids import (
    child_id,
    cleaned_code,
    folded_id,
    next_id,
    officer_code,
    prefix_of,
    same_id,
    scanned,
    series,
)
from surveyapp.errors import BadInput, Refused
from surveyapp.services import recording, templates
from surveyapp.services.session import Session
from surveyapp.services.structures import place_name
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import ntr, tr

_HANGS_ON = ("sample", "certificate")
"""Layers whose records refer to a sample and can be deleted before it."""


@dataclass(frozen=True, slots=True)
class IdFacts:
    """What a new sample's ID is made from. ``taken``: the IDs of all samples in the file; ``gone``: those that none of
    them bears any more, because it was deleted, undone or given another ID. They may stand on a bag, so no other
    sample gets them."""

    prefix: str
    officer: str
    taken: tuple[str, ...]
    gone: tuple[str, ...] = ()

    def suggested(self, parent: str = "", *, now: datetime | None = None) -> str:
        """The next free ID: of the series, or of a part of ``parent``."""
        used = (*self.taken, *self.gone)
        if parent:
            return child_id(parent, used)
        return next_id(series(self.prefix, self.officer, (now or datetime.now(UTC)).year), used)

    def others(self, sample_id: str) -> list[str]:
        """The IDs that samples other than one with this ID bear."""
        rest = list(self.taken)
        if sample_id in rest:
            rest.remove(sample_id)
        return rest


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sample with the uuid and name of its sighting (empty where it has none in the file)."""

    record: Record
    sighting: str
    place: str

    @property
    def sample_id(self) -> str:
        return str(self.record.get("sample_id") or "")


def id_facts(session: Session, officer: str = "", sighting_uuid: str | None = None) -> IdFacts:
    """What new IDs at a sighting are made from. ``officer``: the letters that this computer puts into them; empty for
    the initials of the author."""
    # Columns, not whole records: this is asked each time that a sighting is shown.
    there = session.file.columns(SAMPLE.name, ["uuid", "sample_id"])
    taken = {uuid: str(name) for uuid, name in zip(there["uuid"], there["sample_id"], strict=True) if name}
    code = cleaned_code(officer) or officer_code(session.author)
    prefix = team_prefix(session, sighting_uuid)
    return IdFacts(prefix, code, tuple(taken.values()), _gone(session.file, set(taken.values())))


def _gone(file: SurveyFile, there: set[str]) -> tuple[str, ...]:
    """IDs that the history tells of and no sample bears any more."""
    last = file.last_revision()
    known = _EVER.get(file)
    if known is None or known[0] != last:
        present = set(file.columns(SAMPLE.name, ["uuid"])["uuid"])
        # A sample with one revision never had another ID than the one that it has.
        changed = [line[0] for line in file.history_lines(SAMPLE.name) if line[2] > 1 or line[0] not in present]
        told = (revision.body for uuid in changed for revision in file.history(uuid) if revision.layer == SAMPLE.name)
        ever = {str(body["sample_id"]) for body in told if body and body.get("sample_id")}
        known = _EVER[file] = (last, tuple(sorted(ever)))
    return tuple(name for name in known[1] if name not in there)


_EVER: WeakKeyDictionary[SurveyFile, tuple[int, tuple[str, ...]]] = WeakKeyDictionary()
"""For each open file its last revision when it was read, and the IDs that samples ever had that were changed."""


def team_prefix(session: Session, sighting_uuid: str | None = None) -> str:
    """Prefix of sample IDs: the office's, from the template of the sighting's survey; else from the team's name."""
    surveys = {survey.uuid: survey for survey in session.file.surveys()}
    sighting = session.file.get("sighting", sighting_uuid) if sighting_uuid else None
    belongs = str(sighting.get("survey_uuid") or "") if sighting is not None else ""
    survey = surveys.get(belongs) or next(iter(surveys.values()), None)
    if survey is None:
        return prefix_of("")
    asked = templates.all_of(session.file)[0][survey.uuid].sample_prefix
    return asked or prefix_of(str(survey.get("team") or ""), survey.uuid)


def add_sample(
    session: Session, sighting_uuid: str | None, values: Mapping[str, Value], *, parent_uuid: str | None = None
) -> str:
    """Save a new sample; returns its uuid. A part (``parent_uuid``) is of its parent's sighting.

    Raises ``BadInput`` where the ID is empty or the parent or the sighting is not in the file.
    """
    if not str(values.get("sample_id") or "").strip():
        raise BadInput(tr("The sample has no ID; give it one."))
    known: dict[str, Value] = {"collector": session.author, "collected_at": utc_text()}
    if parent_uuid is not None:
        parent = session.file.get(SAMPLE.name, parent_uuid)
        if parent is None:
            raise BadInput(tr("The sample that this is a part of is not in the file any more."))
        known |= {"sample_uuid": parent_uuid}
        sighting_uuid = str(parent.get("sighting_uuid") or "") or sighting_uuid
    if sighting_uuid is not None and session.file.get("sighting", sighting_uuid) is None:
        raise BadInput(tr("The sighting of this sample is not in the file; save it first."))
    known |= {"sighting_uuid": sighting_uuid}
    given = {name: value for name, value in values.items() if value is not None}
    made = changes.insert(SAMPLE.name, {**known, **given})
    session.apply(ChangeSet((made,), tr("Add sample {id}", id=given["sample_id"])))
    return made.uuid


def delete_sample(session: Session, sample: Record) -> None:
    """Delete a sample; undo brings it back. Raises ``Refused`` while parts or certificates are of it, and for
    one that was handed over."""
    handed = len(session.file.children("custody", SAMPLE.name, sample.uuid))
    if handed:
        raise Refused(ntr(
            "Sample {id} was handed over {n} time, and handovers are never deleted; so the sample stays too.",
            "Sample {id} was handed over {n} times, and handovers are never deleted; so the sample stays too.",
            handed, id=sample.get("sample_id"),
        ))
    hanging = sum(len(session.file.children(layer, SAMPLE.name, sample.uuid)) for layer in _HANGS_ON)
    if hanging:
        raise Refused(ntr(
            "Sample {id} has {n} part or certificate; delete that first.",
            "Sample {id} has {n} parts or certificates; delete those first.",
            hanging, id=sample.get("sample_id"),
        ))
    recording.delete_records(session, [sample])


def all_sampled(session: Session, sightings: Iterable[str] | None = None) -> list[Sampled]:
    """Every sample of the file, or those of these sightings, by ID."""
    records = list(session.file.records(SAMPLE.name))
    if sightings is not None:
        wanted = set(sightings)
        records = [record for record in records if record.get("sighting_uuid") in wanted]
    named = {str(record.get("sighting_uuid")) for record in records if record.get("sighting_uuid")}
    places = {record.uuid: place_name(record) for record in session.file.records("sighting", named)}
    found = []
    for record in records:
        sighting = str(record.get("sighting_uuid") or "")
        found.append(Sampled(record, sighting if sighting in places else "", places.get(sighting, "")))
    return sorted(found, key=lambda s: (folded_id(s.sample_id), s.record.uuid))


def matching(samples: Sequence[Sampled], text: str) -> list[Sampled]:
    """Samples that a scanned label or typed words mean, the surest first: by uuid; by whole ID or IGSN; then those
    whose ID, IGSN or place holds what was typed. Nothing typed gives all of them."""
    name, uuid = scanned(text)
    if uuid:
        return [sample for sample in samples if sample.record.uuid == uuid] or _by_name(samples, name)
    return _by_name(samples, name) if name else list(samples)


def _by_name(samples: Sequence[Sampled], name: str) -> list[Sampled]:
    wanted = folded_id(name)
    if not wanted:
        return []
    exact, starts, holds = [], [], []
    for sample in samples:
        igsn = sample.record.get("igsn")
        if same_id(sample.sample_id, name) or same_id(igsn, name):
            exact.append(sample)
        elif folded_id(sample.sample_id).startswith(wanted):
            starts.append(sample)
        elif wanted in folded_id(sample.sample_id) or wanted in folded_id(igsn) or wanted in folded_id(sample.place):
            holds.append(sample)
    return [*exact, *starts, *holds]
