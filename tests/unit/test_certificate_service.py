"""Laboratory reports with their scans: kept byte for byte, once each, read back by their hash, and in what leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from surveyapp.app import run
from surveyapp.domain.changes import insert
from surveyapp.errors import BadFile, BadInput
from surveyapp.services import certificates, recording
from surveyapp.services.checking import check
from surveyapp.services.custody import hand_over
from surveyapp.services.exporting import export
from surveyapp.services.previewing import gathered
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from tests.helpers.surveys import assert_sound, sighting, sql, survey_with, uuid_of

SAMPLE = uuid_of(11)
REPORT = {"laboratory": "GIA", "report_number": "2215"}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return survey_with(tmp_path / "swat.gpkg", [
        sighting(1, gem="emerald"),
        insert("sample", {"sighting_uuid": uuid_of(1), "sample_id": "SW-1", "sample_type": "crystal", "weight_g": 5.9,
                          "collected_at": "2026-05-03T06:00:00.000Z"}, uuid=SAMPLE),
    ])


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def command(*arguments: object) -> tuple[int, str, str]:
        status = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def picture(folder: Path, name: str, colour: str = "white") -> Path:
    path = folder / name
    Image.new("RGB", (60, 80), colour).save(path)
    return path


def pdf(folder: Path) -> Path:
    path = folder / "report.pdf"
    path.write_bytes(PDF)
    return path


def only(file: SurveyFile) -> Any:
    return next(iter(file.records("certificate")))


@pytest.mark.parametrize("kind", ["png", "jpg", "pdf"])
def test_a_scan_comes_back_byte_for_byte(file: Path, tmp_path: Path, kind: str) -> None:
    scan = pdf(tmp_path) if kind == "pdf" else picture(tmp_path, f"scan.{kind}")
    data = scan.read_bytes()
    with Session.open(file) as session:
        uuid = certificates.add_certificate(session, SAMPLE, REPORT, scan)
        scan.unlink()
        record = only(session.file)
        assert record.uuid == uuid and record.get("scan_sha256") == hashlib.sha256(data).hexdigest()
        photos = list(session.file.records("photo"))
        assert [(p.get("certificate_uuid"), p.get("sighting_uuid")) for p in photos] == [(uuid, None)]
        assert session.file.photos_of(uuid_of(1)) == [], "it is no photo of the sighting"
        read = certificates.scan_of(session.file, record)
        assert read is not None and (read.data, read.file_name) == (data, scan.name)
        assert read.content_type == {"png": "image/png", "jpg": "image/jpeg", "pdf": "application/pdf"}[kind]
        assert [issue for issue in check(session.file).issues if issue.level == 1] == []
        session.undo()
        assert (session.file.count("certificate"), session.file.count("photo")) == (0, 0)
        session.redo()
        read = certificates.scan_of(session.file, only(session.file))
        assert read is not None and read.data == data
    assert_sound(file)


def test_the_same_scan_twice_is_one_and_another_takes_its_place(file: Path, tmp_path: Path) -> None:
    first, second = picture(tmp_path, "a.png"), picture(tmp_path, "b.png", "red")
    copy = picture(tmp_path, "copy.png")
    with Session.open(file) as session:
        certificates.add_certificate(session, SAMPLE, REPORT, first)
        before = session.file.last_revision()
        assert not certificates.edit_certificate(session, only(session.file), REPORT, copy)
        assert session.file.last_revision() == before
        assert certificates.edit_certificate(session, only(session.file), {}, second)
        assert session.file.count("photo") == 1
        read = certificates.scan_of(session.file, only(session.file))
        assert read is not None and read.data == second.read_bytes()
        assert certificates.edit_certificate(session, only(session.file), {"variety": "emerald"}, drop_scan=True)
        record = only(session.file)
        assert (record.get("scan_sha256"), record.get("variety")) == (None, "emerald")
        assert certificates.scan_of(session.file, record) is None
        session.undo()
        assert certificates.scan_of(session.file, only(session.file)) == read
        recording.delete_records(session, [only(session.file)])
        assert (session.file.count("certificate"), session.file.count("photo")) == (0, 0), "it goes with its scan"
        session.undo()
        assert certificates.scan_of(session.file, only(session.file)) == read


def test_what_is_no_scan_is_told_and_nothing_is_written(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = {
        "note.txt": b"words", "empty.pdf": b"", "cut.pdf": PDF[:-8], "page.svg": b"<svg xmlns='x'/>",
        "cut.png": picture(tmp_path, "whole.png").read_bytes()[:-30], "photo.webp": b"",
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    Image.new("RGB", (9, 9)).save(tmp_path / "photo.webp")
    with Session.open(file) as session:
        for name in (*bad, "nowhere.png", "."):
            with pytest.raises(BadFile) as told:
                certificates.add_certificate(session, SAMPLE, REPORT, tmp_path / name)
            assert str(told.value).endswith(".") and "\n" not in str(told.value)
        monkeypatch.setattr(certificates, "MAX_BYTES", 10)
        with pytest.raises(BadFile, match="a scan may have"):
            certificates.add_certificate(session, SAMPLE, REPORT, pdf(tmp_path))
        for values in ({"laboratory": "GIA"}, {"laboratory": " ", "report_number": "1"}):
            with pytest.raises(BadInput, match="is empty"):
                certificates.add_certificate(session, SAMPLE, values)
        with pytest.raises(BadInput, match="not in the file"):
            certificates.add_certificate(session, uuid_of(99), REPORT)
        assert (session.file.count("certificate"), session.file.count("photo")) == (0, 0)


def test_bytes_that_another_program_changed_are_not_shown_as_the_scan(file: Path, tmp_path: Path) -> None:
    with Session.open(file) as session:
        certificates.add_certificate(session, SAMPLE, REPORT, pdf(tmp_path))
    sql(file, "UPDATE photo SET data = x'00' WHERE certificate_uuid IS NOT NULL")
    with Session.open(file) as session, pytest.raises(BadFile, match="do not match"):
        certificates.scan_of(session.file, only(session.file))


def test_findings_of_the_whole_file(file: Path, tmp_path: Path) -> None:
    with Session.open(file) as session:
        assert list(certificates.issues(session.file)) == []
        certificates.add_certificate(session, SAMPLE, {**REPORT, "weight_ct": 99.0, "species": "corundum"},
                                     pdf(tmp_path))
        assert [i.code for i in certificates.issues(session.file)] == ["certificate-gem", "certificate-weight"]
    sql(file, "DELETE FROM photo")
    with Session.open(file, read_only=True) as session:
        assert "certificate-scan" in [i.code for i in certificates.issues(session.file)]


def test_certificates_leave_with_their_samples_for_the_office_and_scans_never_for_the_public(
    file: Path, tmp_path: Path
) -> None:
    with Session.open(file) as session:
        certificates.add_certificate(session, SAMPLE, REPORT, pdf(tmp_path))
        hand_over(session, [SAMPLE], {"from_party": "Zarmina", "to_party": "GIA"})
    with Session.open(file, read_only=True) as session:
        list(export(session, tmp_path / "some.gpkg", uuids=[SAMPLE]))
        list(export(session, tmp_path / "public.gpkg", audience="public"))
        shown = gathered(session)
    assert sql(tmp_path / "some.gpkg", "SELECT (SELECT count(*) FROM custody), (SELECT count(*) FROM certificate), "
               "(SELECT count(*) FROM photo)") == [(1, 1, 1)]
    layers = {name for (name,) in sql(tmp_path / "public.gpkg", "SELECT table_name FROM gpkg_contents")}
    assert "certificate" in layers and not layers & {"custody", "photo"}
    assert {"custody", "certificate"} <= set(shown.layers) and shown.photos == []


def test_the_command_adds_a_certificate(file: Path, tmp_path: Path, ask: Ask) -> None:
    status, out, err = ask("certify", file, "SW-1", "--laboratory", "GIA", "--report", "7", "--set", "treatment=f2",
                           "--set", "treatment_result=not tested", "--scan", pdf(tmp_path), "--json")
    told = json.loads(out)
    assert (status, err) == (1, "") and len(told["findings"]) == 1
    assert (told["treatment"], told["sample_uuid"]) == ("F2", SAMPLE)
    assert told["scan_sha256"] == hashlib.sha256(PDF).hexdigest()
    assert ask("certify", file, "sw 1", "--laboratory", "GIA", "--report", "8")[0] == 0
    before = file.read_bytes()
    for arguments in (
        ("X", "--laboratory", "GIA", "--report", "9"), ("SW-1", "--laboratory", " ", "--report", "9"),
        ("SW-1", "--laboratory", "GIA", "--report", "9", "--set", "weight_ct=heavy"),
        ("SW-1", "--laboratory", "GIA", "--report", "9", "--scan", tmp_path / "nowhere.pdf"),
    ):
        status, out, err = ask("certify", file, *arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), arguments
    assert file.read_bytes() == before
