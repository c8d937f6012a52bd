"""Laboratory reports on samples, each with the scan of its paper: adding, changing, reading the scan back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain import changes
from surveyapp.domain.certificate_rules import certificate_issues
from surveyapp.domain.changes import Change, ChangeSet
from surveyapp.domain.fields import CERTIFICATE, PHOTO, SAMPLE
from surveyapp.domain.records import Record, Value, new_uuid
from surveyapp.domain.validation import Issue
from surveyapp.errors import BadFile, BadInput
from surveyapp.services.custody import scan_among
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

PDF = "application/pdf"
PICTURES = {"image/jpeg": ".jpg", "image/png": ".png"}
SUFFIXES = (".pdf", ".jpg", ".jpeg", ".png")
"""Endings of files that are kept as scans."""
MAX_BYTES = 30 * 2**20
"""A scan of one sheet of A4 in colour at 600 dpi stays below this; what is larger makes the survey too large to
carry."""
_PDF_HEAD, _PDF_TAIL = 1024, 2048
"""Readers look for ``%PDF-`` in the first 1024 bytes and for ``%%EOF`` near the end (ISO 32000-1, annex H)."""
_NEEDED = ("laboratory", "report_number")


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as it is kept: the file's own bytes, with the values of its photo record."""

    data: bytes
    sha256: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ReadScan:
    """A scan read back: its bytes, which are checked against their hash, and what they are."""

    data: bytes
    content_type: str
    file_name: str


# --- scans -------------------------------------------------------------------------------------------


def read_scan(path: Path) -> Scan:
    """A scan from a file: JPEG, PNG or PDF, byte for byte as it is. Raises ``BadFile`` with one sentence for one that
    is missing, too large, damaged or of another kind."""
    data = _bytes_of(path)
    if b"%PDF-" in data[:_PDF_HEAD]:
        return _pdf(path, data)
    from surveyapp.exchange.photos import read_photo

    if path.suffix.lower() not in SUFFIXES and not data.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        raise BadFile(_no_scan(path))
    facts = read_photo(path)
    if facts.content_type not in PICTURES:
        raise BadFile(_no_scan(path))
    return Scan(facts.data, facts.sha256, {
        "content_type": facts.content_type, "sha256": facts.sha256, "file_name": path.name,
        "width_px": facts.width_px, "height_px": facts.height_px,
    })


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise BadFile(tr("{path} is a folder; give the scan itself.", path=path))
        if size > MAX_BYTES:
            raise BadFile(tr("{name} has {size} MB, and a scan may have {most}; scan it at 300 dpi.", name=path.name,
                             size=f"{size / 2**20:.0f}", most=MAX_BYTES // 2**20))
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadFile(tr("There is no scan {path}; check the name and the folder.", path=path)) from None
    except OSError as error:
        raise BadFile(tr("{name} cannot be read: {why}.", name=path.name, why=error.strerror or error)) from error
    if not data:
        raise BadFile(tr("{name} is empty.", name=path.name))
    return data


def _pdf(path: Path, data: bytes) -> Scan:
    if b"%%EOF" not in data[-_PDF_TAIL:]:
        raise BadFile(tr("{name} is cut short or damaged; copy the PDF again.", name=path.name))
    digest = hashlib.sha256(data).hexdigest()
    return Scan(data, digest, {"content_type": PDF, "sha256": digest, "file_name": path.name})


def _no_scan(path: Path) -> str:
    return tr("{name} is no JPEG, PNG or PDF; save the scan as one of these.", name=path.name)


def scan_of(file: SurveyFile, certificate: Record) -> ReadScan | None:
    """The scan of a certificate; ``None`` if it has none. Raises ``BadFile`` if its bytes are not those that were
    attached."""
    photo = scan_among(certificate, file.children(PHOTO.name, CERTIFICATE.name, certificate.uuid))
    return None if photo is None else photo_scan(file, photo)


def photo_scan(file: SurveyFile, photo: Record) -> ReadScan:
    """A scan by its photo record; raises ``BadFile`` if its bytes are not those that were attached."""
    data = file.photo_data(photo.uuid) or b""
    name = str(photo.get("file_name") or tr("scan"))
    if hashlib.sha256(data).hexdigest() != photo.get("sha256"):
        raise BadFile(tr("The scan {name} is not what was attached: its bytes do not match their SHA-256.", name=name))
    return ReadScan(data, str(photo.get("content_type") or ""), name)


# --- certificates ------------------------------------------------------------------------------------


def add_certificate(session: Session, sample_uuid: str, values: Mapping[str, Value], scan: Path | None = None) -> str:
    """Save a laboratory's report on a sample with its scan in one change set; returns its uuid. Raises ``BadInput``
    where laboratory or number is missing or the sample is not in the file, ``BadFile`` for a bad scan."""
    sample = session.file.get(SAMPLE.name, sample_uuid)
    if sample is None:
        raise BadInput(tr("The sample of this report is not in the file any more."))
    given = {name: value for name, value in values.items() if value is not None}
    _check_named(given)
    uuid = new_uuid()
    given |= {"sample_uuid": sample_uuid}
    made: list[Change] = []
    if scan is not None:
        read = read_scan(scan)
        given["scan_sha256"] = read.sha256
        made.append(_attach(uuid, read))
    first = changes.insert(CERTIFICATE.name, given, uuid=uuid)
    session.apply(ChangeSet((first, *made), tr("Add certificate {number}", number=given["report_number"])))
    return uuid


def edit_certificate(session: Session, record: Record, values: Mapping[str, Value], scan: Path | None = None, *,
                     drop_scan: bool = False) -> bool:
    """Save what differs, and put another scan in place of the one there (or take it away); returns whether anything
    differed. The same file again is no change."""
    differ = {name: value for name, value in values.items() if record.values.get(name) != value}
    _check_named({**record.values, **differ})
    held = session.file.children(PHOTO.name, CERTIFICATE.name, record.uuid)
    made: list[Change] = []
    if scan is not None:
        read = read_scan(scan)
        kept = next((photo for photo in held if photo.get("sha256") == read.sha256), None)
        if kept is None:
            made.append(_attach(record.uuid, read))
        made += [changes.delete(PHOTO.name, photo.uuid) for photo in held if photo is not kept]
        differ["scan_sha256"] = read.sha256
    elif drop_scan:
        made += [changes.delete(PHOTO.name, photo.uuid) for photo in held]
        differ["scan_sha256"] = None
    if "scan_sha256" in differ and differ["scan_sha256"] == record.get("scan_sha256"):
        del differ["scan_sha256"]
    if differ:
        made.insert(0, changes.update(CERTIFICATE.name, record.uuid, differ, record.values))
    if made:
        session.apply(ChangeSet(tuple(made), tr("Edit certificate")))
    return bool(made)


def _attach(certificate: str, read: Scan) -> Change:
    return changes.insert(PHOTO.name, {**read.values, "certificate_uuid": certificate}, data=read.data)


def _check_named(values: Mapping[str, Value]) -> None:
    for name in _NEEDED:
        field = CERTIFICATE.field(name)
        assert field is not None
        if not str(values.get(name) or "").strip():
            raise BadInput(tr("{field} is empty; a report is known by its laboratory and its number.",
                              field=tr(field.title)))


# --- findings ----------------------------------------------------------------------------------------


def issues(file: SurveyFile) -> Iterator[Issue]:
    """Findings about every certificate in the file, for ``check``."""
    certificates = list(file.records(CERTIFICATE.name))
    if not certificates:
        return iter(())
    wanted = {str(record.get("sample_uuid")) for record in certificates if record.get("sample_uuid")}
    samples = {record.uuid: record for record in file.records(SAMPLE.name, wanted)}
    sightings = {str(sample.get("sighting_uuid")) for sample in samples.values() if sample.get("sighting_uuid")}
    gem_of = {record.uuid: str(record.get("gem") or "") for record in file.records("sighting", sightings)}
    gems = {uuid: gem_of.get(str(sample.get("sighting_uuid")), "") for uuid, sample in samples.items()}
    held = file.columns(PHOTO.name, ["certificate_uuid", "sha256"])
    scans: dict[str, set[str]] = {}
    for certificate, digest in zip(held["certificate_uuid"], held["sha256"], strict=True):
        if certificate:
            scans.setdefault(str(certificate), set()).add(str(digest))
    return certificate_issues(certificates, samples, gems, scans)


def issues_of(session: Session, uuid: str) -> list[Issue]:
    """Findings about one certificate."""
    return [issue for issue in issues(session.file) if issue.record == uuid]
