"""Photos that go into an export: reduced, without what the camera wrote into them, up to a limit."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.progress import Progress
from surveyapp.errors import SurveyError
from surveyapp.words import ntr, tr

LONGEST_PX = 1024
SHOWN_PX = 320
"""Width of a photo in a balloon; the file itself is larger, so that it can be opened."""


@dataclass(frozen=True, slots=True)
class ExportPhoto:
    """A photo of a sighting; ``read`` gives its bytes when it is written."""

    uuid: str
    sighting_uuid: str
    read: Callable[[], bytes]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """Photos, and how many bytes of them may go in."""

    photos: Sequence[ExportPhoto] = field(default=())
    limit: int = 0


NO_PHOTOS = PhotoSet()


@dataclass(frozen=True, slots=True)
class PackedPhoto:
    """A photo as it lies in the archive, and the size at which a balloon shows it, in pixels."""

    name: str
    caption: str
    width: int
    height: int


def packed(
    photos: PhotoSet, write: Callable[[str, bytes], None], progress: Progress | None
) -> tuple[Mapping[str, list[PackedPhoto]], list[str]]:
    """Give each reduced photo to ``write`` (file name, JPEG); (what was packed by sighting, sentences on the rest)."""
    from surveyapp.exchange.photos import thumbnail

    kept: dict[str, list[PackedPhoto]] = {}
    spent = beyond = broken = 0
    for number, photo in enumerate(photos.photos):
        if progress is not None:
            progress.step(number, len(photos.photos), tr("Adding photos"))
        if spent >= photos.limit:
            beyond += 1
            continue
        try:
            data = thumbnail(photo.read(), LONGEST_PX)
        except SurveyError:
            broken += 1
            continue
        if spent + len(data) > photos.limit:
            beyond += 1
            continue
        spent += len(data)
        name = f"photo-{number + 1}.jpg"  # an uuid may be whatever another program wrote
        write(name, data)
        width, height = _size(data)
        shown = min(1.0, SHOWN_PX / max(width, 1))
        kept.setdefault(photo.sighting_uuid, []).append(
            PackedPhoto(name, photo.caption, max(1, round(width * shown)), max(1, round(height * shown)))
        )
    notes = []
    if beyond:
        size = f"{photos.limit / 1e6:g}"
        notes.append(
            ntr("{n} photo is left out: all together may take {size} MB.",
                "{n} photos are left out: all together may take {size} MB.", beyond, size=size)
        )
    if broken:
        notes.append(ntr("{n} photo cannot be read and is left out.", "{n} photos cannot be read and are left out.",
                         broken))
    return kept, notes


def _size(jpeg: bytes) -> tuple[int, int]:
    """(width, height) that a JPEG states in its start of frame (ITU T.81, B.2.2); (0, 0) if it has none."""
    at = 2
    while at + 9 < len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], struct.unpack_from(">H", jpeg, at + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", jpeg, at + 5)
            return int(width), int(height)
        at += 2 + length
    return 0, 0
