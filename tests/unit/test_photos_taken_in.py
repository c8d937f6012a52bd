"""Photos into a survey: each once, by the office's rule, with what they were; the camera's folder; sketches."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record
from surveyapp.domain.template import Template
from surveyapp.errors import BadFile, Refused
from surveyapp.services import photos, templates
from surveyapp.services.recording import add_sighting, assigned, attach_photos, delete_records, find_record, new_survey
from surveyapp.services.session import Session
from tests.unit.test_exchange_photos import SWAT_GPS, photo

SWAT = {"gem": "emerald", "expression": "vein", "host_rock": "schist", "observed_at": "2026-11-24T04:30:00Z"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with new_survey(tmp_path / "swat.gpkg", "Swat", team="Swat 1", surveyor="Zarmina") as made:
        yield made


def sighting(session: Session, at: str = "34.7725N 72.3608E", **more: str) -> str:
    return add_sighting(session, assigned("sighting", {**SWAT, "at": at, **more}))


def a_file(folder: Path, name: str = "a.jpg", data: bytes | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data or photo(gps=SWAT_GPS, taken="2026:11:24 09:30:12"))
    return path


def of(session: Session, uuid: str) -> list[Record]:
    return session.file.photos_of(uuid)


def sizes(session: Session, uuid: str) -> list[int]:
    found = []
    for record in of(session, uuid):
        with Image.open(io.BytesIO(session.file.photo_data(record.uuid) or b"")) as picture:
            found.append(max(picture.size))
    return found


# --- each once ---------------------------------------------------------------------------------------


def test_a_photo_is_attached_once_to_a_sighting(session: Session, tmp_path: Path) -> None:
    here, there = sighting(session), sighting(session)
    one, again = a_file(tmp_path), a_file(tmp_path / "copy", "b.jpg")
    first = photos.attach(session, here, [one, again])
    assert (len(first.uuids), first.doubles) == (1, ("b.jpg",))
    assert photos.attach(session, here, [one]).doubles == ("a.jpg",)
    assert attach_photos(session, here, [one]) == []
    assert len(of(session, here)) == 1
    assert len(attach_photos(session, there, [one])) == 1  # a photo may show two things


def test_a_photo_that_was_removed_can_be_attached_again(session: Session, tmp_path: Path) -> None:
    here = sighting(session)
    one = a_file(tmp_path)
    attach_photos(session, here, [one])
    delete_records(session, of(session, here))
    assert len(attach_photos(session, here, [one])) == 1


def test_a_new_sighting_takes_the_same_file_once(session: Session, tmp_path: Path) -> None:
    one = a_file(tmp_path)
    uuid = add_sighting(session, assigned("sighting", {**SWAT, "at": "34.7725N 72.3608E"}), [one, one])
    assert len(of(session, uuid)) == 1


def test_a_file_that_is_no_photo_stops_all_or_is_named(session: Session, tmp_path: Path) -> None:
    here = sighting(session)
    heic = a_file(tmp_path, "x.heic", b"\x00\x00\x00\x18ftypheic" + bytes(30))
    good = a_file(tmp_path)
    with pytest.raises(BadFile, match="HEIC"):
        attach_photos(session, here, [good, heic])
    assert of(session, here) == []
    came = photos.attach(session, here, [heic, good], lenient=True)
    assert len(came.uuids) == 1
    assert "HEIC" in came.troubles[0]


def test_a_sighting_that_has_gone_is_told(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no longer there"):
        photos.attach(session, "00000000-0000-4000-8000-000000000000", [a_file(tmp_path)])


# --- the rule of sizes -------------------------------------------------------------------------------


def test_the_office_says_how_large_photos_are_kept(session: Session, tmp_path: Path) -> None:
    big = a_file(tmp_path, "big.jpg", photo((1200, 800), gps=SWAT_GPS))
    whole, own, by_rule = (sighting(session) for _ in range(3))
    attach_photos(session, whole, [big])
    photos.attach(session, own, [big], own_max_px=600)
    templates.use(session, Template(name="Office", photo_max_px=300))
    photos.attach(session, by_rule, [big], own_max_px=600)
    assert (sizes(session, whole), sizes(session, own), sizes(session, by_rule)) == ([1200], [600], [300])
    kept = of(session, by_rule)[0]
    assert kept.get("original_sha256") == hashlib.sha256(big.read_bytes()).hexdigest()
    assert kept.get("sha256") == hashlib.sha256(session.file.photo_data(kept.uuid) or b"").hexdigest()
    assert kept.get("exif_longitude") == 72.3608
    assert of(session, whole)[0].get("original_sha256") is None


def test_a_reduced_photo_is_known_by_its_original(session: Session, tmp_path: Path) -> None:
    big = a_file(tmp_path, "big.jpg", photo((1200, 800)))
    here = sighting(session)
    photos.attach(session, here, [big], own_max_px=600)
    for px in (0, 600, 300):
        assert photos.attach(session, here, [big], own_max_px=px).doubles == ("big.jpg",)


def test_a_new_sighting_follows_the_rule(session: Session, tmp_path: Path) -> None:
    templates.use(session, Template(name="Office", photo_max_px=300))
    big = a_file(tmp_path, "big.jpg", photo((1200, 800)))
    uuid = add_sighting(session, assigned("sighting", {**SWAT, "at": "34.7725N 72.3608E"}), [big])
    assert sizes(session, uuid) == [300]


# --- the camera's folder -----------------------------------------------------------------------------


def test_pictures_of_a_card_are_found_two_levels_deep(tmp_path: Path) -> None:
    for name in ("a.JPG", "b.txt", ".hidden.jpg", "100CANON/c.jpeg", "100CANON/deep/d.png", "x/y/z/too_deep.jpg",
                 ".trash/e.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [path.relative_to(tmp_path).as_posix() for path in photos.pictures_in(tmp_path)]
    assert found == ["100CANON/c.jpeg", "100CANON/deep/d.png", "a.JPG"]
    assert photos.pictures_in(tmp_path / "not there") == []


def test_what_lies_in_a_folder_is_read_once_and_the_rest_named(tmp_path: Path) -> None:
    paths = [a_file(tmp_path), a_file(tmp_path, "same.jpg"), a_file(tmp_path, "bad.jpg", b"no photo")]
    found, troubles = photos.look_at(paths)
    assert [one.path.name for one in found] == ["a.jpg"]
    assert found[0].shot.moment() == datetime(2026, 11, 24, 4, 30, 15, 250_000, UTC)  # by the GPS clock
    assert found[0].shot.longitude == 72.3608
    assert Image.open(io.BytesIO(found[0].small)).size == (60, 40)
    assert len(troubles) == 1
    assert "bad.jpg" in troubles[0]


def test_photos_are_matched_and_attached_in_one_step(session: Session, tmp_path: Path) -> None:
    near, far = sighting(session), sighting(session, "34.9N 72.5E")
    found, _troubles = photos.look_at([
        a_file(tmp_path),
        a_file(tmp_path, "far.jpg", photo(gps=SWAT_GPS | {2: (34.0, 54.0, 0.0), 4: (72.0, 30.0, 0.0)})),
    ])
    matches, known = photos.match(session, found)
    assert [one.proposed for one in matches] == [near, far]
    assert all(one.sure for one in matches)
    assert known == set()
    came = photos.attach_matched(session, [(one.path, str(m.proposed)) for one, m in zip(found, matches, strict=True)])
    assert len(came.uuids) == 2
    assert photos.match(session, found)[1] == {one.shot.key for one in found}
    session.undo()
    assert of(session, near) == of(session, far) == []


def test_a_photo_without_position_is_placed_by_the_track_of_the_survey(session: Session, tmp_path: Path) -> None:
    here = sighting(session, observed_at="2026-11-24T04:40:00Z")
    walk = "[[0,72.3508,34.7725,null,null],[240,72.3608,34.7725,null,null]]"
    values = assigned("track", {"name": "Ridge", "started_at": "2026-11-24T04:26:00Z", "points": walk})
    session.apply(ChangeSet((changes.insert("track", values),), "Add track"))
    found, _ = photos.look_at([a_file(tmp_path, "c.jpg", photo(taken="2026:11:24 10:30:00"))])
    late = timedelta(hours=1).total_seconds()
    match = photos.match(session, found, late)[0][0]
    assert (match.how, match.track, match.proposed, match.sure) == ("track", "Ridge", here, True)


def test_a_vanished_sighting_and_a_bad_file_cost_only_themselves(session: Session, tmp_path: Path) -> None:
    here, gone = sighting(session), sighting(session)
    delete_records(session, [find_record(session, gone)])
    good, bad = a_file(tmp_path), a_file(tmp_path, "bad.jpg", b"no photo")
    came = photos.attach_matched(session, [(good, gone), (bad, here), (good, here)])
    assert len(came.uuids) == 1
    assert len(came.troubles) == 2


def test_more_than_fits_into_memory_goes_in_several_steps(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "_BATCH_BYTES", 1)
    here = sighting(session)
    files = [a_file(tmp_path, f"{number}.jpg", photo((60 + number, 40))) for number in range(3)]
    progress = Progress(lambda done, _total, _what: progress.cancel() if done == 1 else None)
    came = photos.attach_matched(session, [(path, here) for path in files], progress=progress)
    assert len(of(session, here)) == len(came.uuids) == 2
    assert "1 photo was not attached" in came.troubles[0]


# --- sketches ----------------------------------------------------------------------------------------


def test_a_sketch_stands_beside_the_photo_that_it_was_drawn_on(session: Session, tmp_path: Path) -> None:
    here = sighting(session)
    original = a_file(tmp_path)
    attach_photos(session, here, [original])
    record = of(session, here)[0]
    drawn = photo((50, 30), kind="PNG")
    uuid = photos.add_sketch(session, record, drawn, "  Contact ")
    sketch = find_record(session, uuid)
    assert sketch.get("sketch_of") == record.uuid
    assert sketch.get("sighting_uuid") == here
    assert sketch.get("caption") == "Contact"
    assert sketch.get("file_name") == "a sketch.png"
    assert (sketch.get("width_px"), sketch.get("height_px")) == (50, 30)
    for name in ("taken_at", "camera_time", "exif_longitude", "exif_latitude", "bearing_deg"):
        assert sketch.get(name) == record.get(name) is not None
    assert session.file.photo_data(record.uuid) == original.read_bytes()
    assert session.file.photo_data(uuid) == drawn
    session.undo()
    assert [one.uuid for one in of(session, here)] == [record.uuid]


def test_a_sketch_on_a_photo_that_has_gone_is_refused(session: Session, tmp_path: Path) -> None:
    here = sighting(session)
    attach_photos(session, here, [a_file(tmp_path)])
    record = of(session, here)[0]
    delete_records(session, [record])
    with pytest.raises(Refused, match="drawn on"):
        photos.add_sketch(session, record, photo())


def test_a_caption_is_saved_if_it_differs(session: Session, tmp_path: Path) -> None:
    here = sighting(session)
    attach_photos(session, here, [a_file(tmp_path)])
    record = of(session, here)[0]
    assert photos.set_caption(session, record, " Talc ")
    assert of(session, here)[0].get("caption") == "Talc"
    assert not photos.set_caption(session, of(session, here)[0], "Talc")
    with pytest.raises(Refused):
        photos.set_caption(session, record, "Another")
