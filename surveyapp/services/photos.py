"""Photos of sightings: taking them in by the office's rule, each once; matching a camera's folder; sketches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain import changes
from surveyapp.domain.changes import Change, ChangeSet
from surveyapp.domain.fields import GEOMETRY, PHOTO, SIGHTING
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record, Value, moment_of
from surveyapp.domain.template import EMPTY
from surveyapp.errors import Refused, SurveyError
from surveyapp.exchange.media import NO_PICTURES, PICTURES, pictures_below
from surveyapp.services import templates
from surveyapp.services.session import Session
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.exchange.photo_match import Match, Shot

SUFFIXES, REFUSED_SUFFIXES = PICTURES, NO_PICTURES
pictures_in = pictures_below
SMALL_PX = 320
_BATCH_BYTES = 128 * 2**20
"""Photos are held in memory until they are saved: so many bytes at once."""
_OF_THE_CAMERA = ("taken_at", "camera_time", "exif_longitude", "exif_latitude", "exif_elevation_m", "bearing_deg",
                  "camera")


@dataclass(frozen=True, slots=True)
class Attached:
    """What came of attaching: uuids of the new photos, names of files that the sighting has already, and a sentence
    for each file that was not taken."""

    uuids: tuple[str, ...] = ()
    doubles: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A photo in a folder, read but not attached: its facts as a record of the photo layer, what the matching needs,
    the hash of the file, a small picture (JPEG), and what the camera says its position is good to."""

    path: Path
    record: Record
    shot: Shot
    sha256: str
    small: bytes
    accuracy_m: float | None = None


# --- attaching -----------------------------------------------------------------------------------------


def max_px_of(session: Session, survey_uuid: object, own_max_px: int = 0) -> int | None:
    """The longest side in px to which photos of a survey are reduced: its office's rule, else the person's own (0:
    none); ``None`` keeps them as they are."""
    surveys = templates.all_of(session.file)[0]
    only = next(iter(surveys)) if len(surveys) == 1 else None
    return surveys.get(str(survey_uuid or only), EMPTY).photo_max_px or own_max_px or None


def new_photos(sighting_uuid: str, paths: Sequence[Path], max_px: int | None, have: set[str], *,
               lenient: bool = False) -> tuple[list[Change], Attached]:
    """Changes that attach photos, and what came of each file. ``have``: hashes of the photos that the sighting has,
    as they are kept and as they were; it grows. Raises a ``SurveyError`` for a file that is no photo, before
    anything is saved, unless ``lenient``."""
    if not paths:
        return [], Attached()  # reading photos needs Pillow, which a sighting without any should not wait for
    from surveyapp.exchange.photos import photo_values, read_photo

    made: list[Change] = []
    doubles: list[str] = []
    troubles: list[str] = []
    for path in map(Path, paths):
        try:
            facts = read_photo(path, max_px)
        except SurveyError as error:
            if not lenient:
                raise
            troubles.append(str(error))
            continue
        hashes = {facts.sha256, facts.original_sha256 or facts.sha256}
        if hashes & have:
            doubles.append(path.name)
            continue
        have |= hashes
        values = {**photo_values(facts, path.name), "sighting_uuid": sighting_uuid}
        made.append(changes.insert(PHOTO.name, values, data=facts.data))
    return made, Attached(tuple(change.uuid for change in made), tuple(doubles), tuple(troubles))


def attach(session: Session, sighting_uuid: str, paths: Sequence[Path], *, own_max_px: int = 0,
           lenient: bool = False) -> Attached:
    """Attach photos to a sighting in one change set, by the size rule of its survey, each only once. ``lenient``:
    take those that are photos, and say in ``troubles`` why the others are not."""
    if not paths:
        return Attached()
    have = _hashes(session.file.photos_of(sighting_uuid))
    made, came = new_photos(sighting_uuid, paths, _rule_for(session, sighting_uuid, own_max_px), have, lenient=lenient)
    _save(session, made)
    return came


def attach_matched(session: Session, pairs: Sequence[tuple[Path, str]], own_max_px: int = 0,
                   progress: Progress | None = None, *, first: Sequence[Change] = (), label: str = "") -> Attached:
    """Attach each photo to its sighting (uuid). In one change set, unless they are so many that they do not fit into
    memory at once. What is no photo, or whose sighting has gone, is left out with a sentence. ``first``: changes that
    make sightings for some of them, saved with them under the ``label``."""
    waiting = list(first)
    new = {change.uuid: change.values for change in first}
    have: dict[str, set[str]] = {uuid: set() for uuid in new}
    rules = {uuid: max_px_of(session, values.get("survey_uuid"), own_max_px) for uuid, values in new.items()}
    came: list[Attached] = []
    saved = False
    for done, (path, sighting) in enumerate(pairs):
        if saved and progress is not None and progress.cancelled:
            left = len(pairs) - done
            came.append(Attached(troubles=(ntr("Stopped: {n} photo was not attached.",
                                               "Stopped: {n} photos were not attached.", left),)))
            break
        if progress is not None:
            progress.step(done, len(pairs), path.name)
        if sighting not in have:
            if session.file.get(SIGHTING.name, sighting) is None:
                came.append(Attached(troubles=(tr("{name}: its sighting is no longer there.", name=path.name),)))
                continue
            have[sighting] = _hashes(session.file.photos_of(sighting))
            rules[sighting] = _rule_for(session, sighting, own_max_px)
        made, one = new_photos(sighting, [path], rules[sighting], have[sighting], lenient=True)
        waiting += made
        came.append(one)
        if sum(len(change.data or b"") for change in waiting) > _BATCH_BYTES:
            _save(session, waiting, "" if saved else label)
            waiting, saved = [], True
    _save(session, waiting, "" if saved else label)
    return Attached(
        tuple(uuid for one in came for uuid in one.uuids),
        tuple(name for one in came for name in one.doubles),
        tuple(sentence for one in came for sentence in one.troubles),
    )


def _rule_for(session: Session, sighting_uuid: str, own_max_px: int) -> int | None:
    record = session.file.get(SIGHTING.name, sighting_uuid)
    if record is None:
        raise Refused(tr("The sighting is no longer there, so no photo can be attached to it."))
    return max_px_of(session, record.get("survey_uuid"), own_max_px)


def _hashes(photos: Sequence[Record]) -> set[str]:
    return {str(told) for photo in photos for told in (photo.get("sha256"), photo.get("original_sha256")) if told}


def _save(session: Session, made: Sequence[Change], label: str = "") -> None:
    if made:
        plain = tr("Attach photo") if len(made) == 1 else ntr("Attach {n} photo", "Attach {n} photos", len(made))
        session.apply(ChangeSet(tuple(made), label or plain))


# --- a camera's folder ---------------------------------------------------------------------------------


def look_at(paths: Sequence[Path], progress: Progress | None = None) -> tuple[list[Found], list[str]]:
    """(the photos among these files, a sentence for each file that is none), in their order; the same photo twice
    is there once. Opens nothing but these files."""
    from surveyapp.exchange.photos import photo_values, read_photo, thumbnail

    found: dict[str, Found] = {}
    troubles: list[str] = []
    for done, path in enumerate(paths):
        if progress is not None:
            progress.step(done, len(paths), path.name)
        try:
            facts = read_photo(path)
            if facts.sha256 in found:
                continue
            record = Record(PHOTO.name, str(path), photo_values(facts, path.name))
            small = thumbnail(facts.data, SMALL_PX)
        except SurveyError as error:
            troubles.append(str(error))
            continue
        found[facts.sha256] = Found(path, record, shot_of(record), facts.sha256, small,
                                    facts.accuracy_m)
    return list(found.values()), troubles


def shot_of(photo: Record) -> Shot:
    """What matching needs of a photo's record; its key is the record's uuid."""
    from surveyapp.exchange.photo_match import Shot

    longitude, latitude = photo.get("exif_longitude"), photo.get("exif_latitude")
    placed = isinstance(longitude, int | float) and isinstance(latitude, int | float)
    return Shot(
        photo.uuid,
        float(longitude) if placed else None,  # type: ignore[arg-type]
        float(latitude) if placed else None,  # type: ignore[arg-type]
        moment_of(photo.get("taken_at")),
        camera_clock(photo.get("camera_time")),
    )


def camera_clock(written: object) -> datetime | None:
    """A camera's time without its zone, as the field ``camera_time`` has it; ``None`` for what is no time."""
    try:
        return datetime.fromisoformat(str(written)).replace(tzinfo=None) if written else None
    except ValueError:
        return None


def match(session: Session, found: Sequence[Found], ahead_s: float = 0.0) -> tuple[list[Match], set[str]]:
    """(the match of each photo, the keys of those that the survey has already). ``ahead_s``: seconds that the
    camera's clock is ahead of Pakistan's time."""
    hashes = known_hashes(session)
    known = {one.shot.key for one in found if one.sha256 in hashes}
    return match_shots(session, [one.shot for one in found], ahead_s), known


def known_hashes(session: Session) -> set[str]:
    """Hashes of every photo that the survey has, as they are kept and as they were."""
    kept = session.file.columns(PHOTO.name, ["sha256", "original_sha256"])
    return {told for told in (*kept["sha256"], *kept["original_sha256"]) if told}


def match_shots(session: Session, shots: Sequence[Shot], ahead_s: float = 0.0) -> list[Match]:
    """The match of each photo with the survey's sightings and tracks."""
    from surveyapp.exchange import photo_match

    names = ["uuid", "longitude", "latitude", "accuracy_m", "observed_at"]
    stops = photo_match.stops_of(session.file.columns(SIGHTING.name, names))
    tracks: dict[str, list[Any]] = session.file.columns("track", ["name", "started_at", "points"])
    walks = [
        walk
        for name, start, points in zip(tracks["name"], tracks["started_at"], tracks["points"], strict=True)
        if (walk := photo_match.walk_of(str(name or ""), start, points)) is not None
    ]
    return photo_match.match(shots, stops, walks, ahead_s)


# --- sightings where photos were taken -----------------------------------------------------------------


def place_of(found: Found) -> dict[str, Value] | None:
    """The position that a photo's camera says, as values of a sighting: no accuracy but what the camera itself says,
    because nobody measured one. ``None`` where it says no position."""
    shot = found.shot
    if shot.longitude is None or shot.latitude is None:
        return None
    return {
        GEOMETRY: point_hex(shot.longitude, shot.latitude),
        "position_source": "photo",
        "accuracy_m": found.accuracy_m,
        "elevation_m": found.record.get("exif_elevation_m"),
    }


# --- sketches and captions -----------------------------------------------------------------------------


def add_sketch(session: Session, photo: Record, data: bytes, caption: str = "") -> str:
    """Save a drawing on a photo as a photo of its own, beside it: the original stays as it is, and the sketch says
    what it was drawn on. Returns its uuid."""
    from surveyapp.exchange.photos import photo_values, read_photo

    if session.file.get(PHOTO.name, photo.uuid) is None:
        raise Refused(tr("The photo that was drawn on is no longer there; undo its removal and save the sketch again."))
    facts = replace(read_photo(data), notes=())
    stem = Path(str(photo.get("file_name") or "photo")).stem
    suffix = ".png" if facts.content_type == "image/png" else ".jpg"
    values: dict[str, Value] = {name: photo.get(name) for name in _OF_THE_CAMERA}
    values |= photo_values(facts, f"{stem} sketch{suffix}")
    values |= {"sighting_uuid": photo.get("sighting_uuid"), "sketch_of": photo.uuid, "caption": caption.strip() or None}
    change = changes.insert(PHOTO.name, values, data=facts.data)
    session.apply(ChangeSet((change,), tr("Add sketch")))
    return change.uuid


def set_caption(session: Session, photo: Record, caption: str) -> bool:
    """Save a photo's caption; returns whether it differed. Refused if somebody else changed it meanwhile."""
    told = caption.strip() or None
    if told == photo.get("caption"):
        return False
    change = changes.update(PHOTO.name, photo.uuid, {"caption": told}, photo.values)
    session.apply(ChangeSet((change,), tr("Edit caption")))
    return True
