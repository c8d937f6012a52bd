"""Custody of samples: handing them over, finding them by what their bags say, and all that is known of one sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain import changes, custody_rules
from surveyapp.domain.certificate_rules import certificate_issues
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.custody_rules import Step
from surveyapp.domain.fields import CERTIFICATE, CUSTODY, PHOTO, SAMPLE, SIGHTING
from surveyapp.domain.merge import Revision
from surveyapp.domain.records import Record, Value, utc_text
from surveyapp.domain.sample_ids import folded_id, same_id, scanned
from surveyapp.domain.validation import Issue
from surveyapp.errors import BadInput
from surveyapp.services.session import Session
from surveyapp.services.structures import place_name
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import ntr, tr

_NEEDED = ("from_party", "to_party")


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of a handover: the uuids of its rows, and what breaks the chains at them."""

    uuids: tuple[str, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """A sample with who has it now, and the name of the place that it is from."""

    sample: Record
    holder: str
    place: str

    @property
    def name(self) -> str:
        return custody_rules.caption(self.sample)


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate with its scan (the photo's record, without bytes) and what is wrong with it."""

    record: Record
    scan: Record | None
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one sample. ``history``: the revisions of the sighting, samples, handovers and certificates
    that are shown, by uuid; ``edited``: handovers that were changed or deleted afterwards."""

    sample: Record
    sighting: Record | None
    place: str
    steps: tuple[Step, ...]
    parts: tuple[Holding, ...]
    certificates: tuple[Certified, ...]
    edited: tuple[Issue, ...]
    history: Mapping[str, Sequence[Revision]]

    @property
    def holder(self) -> str:
        """Who has the sample now; empty where nobody knows."""
        return self.steps[-1].holder if self.steps else ""

    @property
    def lost(self) -> bool:
        """Whether it was lost at the last handover."""
        last = self.steps[-1] if self.steps else None
        return last is not None and last.kind == custody_rules.HANDOVER and last.record.get("condition") == "lost"

    @property
    def gaps(self) -> int:
        """Breaks of the chain, those before it was split off among them."""
        return sum(len(step.gaps) for step in self.steps) + len(self.edited)


# --- handing over ------------------------------------------------------------------------------------


def find_samples(session: Session, names: Iterable[str]) -> list[Record]:
    """The samples that are meant by their IDs, IGSNs, uuids or scanned labels, each once. Raises ``BadInput`` with one
    sentence for the first that is none, or that several samples are called."""
    everything = list(session.file.records(SAMPLE.name))
    found: dict[str, Record] = {}
    for name in names:
        record = _meant(everything, name, session.file.path.name)
        found[record.uuid] = record
    return list(found.values())


def _meant(everything: Sequence[Record], name: str, file: str) -> Record:
    typed, uuid = scanned(name)
    fitting = [record for record in everything if uuid and record.uuid == uuid]
    fitting = fitting or [
        record for record in everything
        if typed and (same_id(record.get("sample_id"), typed) or same_id(record.get("igsn"), typed))
    ]
    if not fitting:
        raise BadInput(tr("There is no sample {name} in {file}; give its sample ID or its uuid.", name=name.strip(),
                          file=file))
    if len(fitting) > 1:
        raise BadInput(tr("{count} samples in {file} are called {name}; give the uuid of the one that is meant.",
                          count=len(fitting), file=file, name=name.strip()))
    return fitting[0]


def hand_over(session: Session, samples: Sequence[str], values: Mapping[str, Value]) -> Handed:
    """Write down that samples (uuids) changed hands together, in one change set: one row each, with the same values.
    Without a time it was now. Raises ``BadInput`` where giver or taker is missing, or a sample is not in the file."""
    wanted = list(dict.fromkeys(samples))
    if not wanted:
        raise BadInput(tr("Choose the samples that are handed over."))
    given = {name: value for name, value in values.items() if value is not None}
    for name in _NEEDED:
        field = CUSTODY.field(name)
        assert field is not None
        if not str(given.get(name) or "").strip():
            raise BadInput(tr("{field} is empty; say who gave the samples and who took them.", field=tr(field.title)))
    records = {record.uuid: record for record in session.file.records(SAMPLE.name, wanted)}
    if len(records) != len(wanted):
        raise BadInput(tr("A sample that is to be handed over is not in the file any more."))
    given.setdefault("handed_over_at", utc_text())
    made = [changes.insert(CUSTODY.name, {**given, "sample_uuid": uuid}) for uuid in wanted]
    label = ntr("Hand over {n} sample", "Hand over {n} samples", len(made))
    session.apply(ChangeSet(tuple(made), label))
    uuids = tuple(change.uuid for change in made)
    found = [issue for uuid in wanted for issue in _chain_issues(session.file, uuid) if issue.record in uuids]
    return Handed(uuids, tuple(found))


def _chain_issues(file: SurveyFile, uuid: str) -> Iterator[Issue]:
    family = _family(file, uuid)
    return custody_rules.custody_issues(
        family, (row for one in family for row in file.children(CUSTODY.name, SAMPLE.name, one)))


def _family(file: SurveyFile, uuid: str) -> dict[str, Record]:
    """A sample with its parents."""
    found: dict[str, Record] = {}
    record = file.get(SAMPLE.name, uuid)
    while record is not None and record.uuid not in found:
        found[record.uuid] = record
        record = file.get(SAMPLE.name, str(record.get("sample_uuid") or ""))
    return found


def holdings(session: Session) -> list[Holding]:
    """Every sample of the file with who has it now, by ID."""
    file = session.file
    samples = {record.uuid: record for record in file.records(SAMPLE.name)}
    handovers = custody_rules.of_samples(file.records(CUSTODY.name))
    named = {str(record.get("sighting_uuid")) for record in samples.values() if record.get("sighting_uuid")}
    places = {record.uuid: place_name(record) for record in file.records(SIGHTING.name, named)}
    found = [
        Holding(record, custody_rules.chain(record, samples, handovers)[-1].holder,
                places.get(str(record.get("sighting_uuid")), ""))
        for record in samples.values()
    ]
    return sorted(found, key=lambda one: (folded_id(one.sample.get("sample_id")), one.sample.uuid))


def parties(session: Session) -> list[str]:
    """Everybody who gave, took or collected a sample, and who sits here: to be offered again, by name."""
    file = session.file
    rows = file.columns(CUSTODY.name, list(_NEEDED))
    collectors = file.columns(SAMPLE.name, ["collector"])["collector"]
    names = [session.author, *rows["from_party"], *rows["to_party"], *collectors]
    return sorted({str(name).strip() for name in names if name and str(name).strip()}, key=str.casefold)


# --- one sample --------------------------------------------------------------------------------------


def dossier(session: Session, sample_uuid: str) -> Dossier | None:
    """All that is known of a sample; ``None`` if it is not in the file."""
    file = session.file
    samples = _family(file, sample_uuid)
    sample = samples.get(sample_uuid)
    if sample is None:
        return None
    handovers = {uuid: file.children(CUSTODY.name, SAMPLE.name, uuid) for uuid in samples}
    steps = custody_rules.chain(sample, samples, handovers)
    sighting = file.get(SIGHTING.name, str(sample.get("sighting_uuid") or ""))
    edited = _edited(file, set(samples))
    certificates = _certified(file, sample, sighting)
    shown = [*(step.record for step in steps), *(one.record for one in certificates), *([sighting] if sighting else [])]
    history = {record.uuid: file.revisions(record.layer, record.uuid) for record in shown}
    return Dossier(
        sample, sighting, place_name(sighting) if sighting else "", tuple(steps), _parts(file, sample), certificates,
        tuple(issue for uuid, told in edited.items() for issue in custody_rules.edited_issues(uuid, told)),
        {**history, **edited},
    )


def _parts(file: SurveyFile, sample: Record) -> tuple[Holding, ...]:
    found = []
    for part in file.children(SAMPLE.name, SAMPLE.name, sample.uuid):
        samples = _family(file, part.uuid)
        handovers = {uuid: file.children(CUSTODY.name, SAMPLE.name, uuid) for uuid in samples}
        found.append(Holding(part, custody_rules.chain(part, samples, handovers)[-1].holder, ""))
    return tuple(sorted(found, key=lambda one: (folded_id(one.sample.get("sample_id")), one.sample.uuid)))


def _certified(file: SurveyFile, sample: Record, sighting: Record | None) -> tuple[Certified, ...]:
    records = file.children(CERTIFICATE.name, SAMPLE.name, sample.uuid)
    scans = {record.uuid: file.children(PHOTO.name, CERTIFICATE.name, record.uuid) for record in records}
    gem = str(sighting.get("gem") or "") if sighting else ""
    issues = list(certificate_issues(
        records, {sample.uuid: sample}, {sample.uuid: gem},
        {uuid: {str(scan.get("sha256")) for scan in held} for uuid, held in scans.items()},
    ))
    ordered = sorted(
        records, key=lambda r: (str(r.get("reported_on") or ""), str(r.get("report_number") or ""), r.uuid))
    return tuple(
        Certified(record, scan_among(record, scans[record.uuid]), tuple(i for i in issues if i.record == record.uuid))
        for record in ordered
    )


def scan_among(certificate: Record, photos: Sequence[Record]) -> Record | None:
    """The scan that a certificate names; else the one that lies with it."""
    named = [photo for photo in photos if photo.get("sha256") == certificate.get("scan_sha256")]
    return next(iter(named or photos), None)


# --- findings ----------------------------------------------------------------------------------------


def issues(file: SurveyFile) -> Iterator[Issue]:
    """Findings about every chain in the file, for ``check``."""
    samples = {record.uuid: record for record in file.records(SAMPLE.name)}
    return custody_rules.custody_issues(samples, list(file.records(CUSTODY.name)), _edited(file))


def _edited(file: SurveyFile, samples: set[str] | None = None) -> dict[str, list[Revision]]:
    """The revisions of handovers (of these samples) that were changed or deleted after they were written down."""
    found = {}
    for line in file.history_lines(CUSTODY.name):
        if line[2] < 2:
            continue
        revisions = file.revisions(CUSTODY.name, line[0])
        of = {str((revision.body or {}).get("sample_uuid")) for revision in revisions}
        if custody_rules.edits(revisions) and (samples is None or of & samples):
            found[line[0]] = revisions
    return found
