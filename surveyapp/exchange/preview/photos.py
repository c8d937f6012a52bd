"""Thumbnails for the page: small, within the size an office sets, with nothing in them but the picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.progress import Progress
from surveyapp.errors import SurveyError
from surveyapp.exchange.preview.data import PreviewPhoto, Thumbnail
from surveyapp.words import tr

_EDGES = (1024, 800, 640, 480, 320, 240)  # px, longest edge
_BYTES_PER_EDGE_SQUARED = 0.25  # the most that `exchange.photos.thumbnail` makes of photos of rock and scrub
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_PNG_PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


@dataclass(frozen=True, slots=True)
class Thumb:
    """What the page shows of a photo: ``picture`` is empty if it is left out, and ``why`` then says so:
    ``size`` (the limit is reached) or ``unreadable``."""

    photo: PreviewPhoto
    picture: bytes = b""
    content_type: str = ""
    why: str = ""


def make_thumbs(
    photos: Sequence[PreviewPhoto], thumbnail: Thumbnail, budget_bytes: int, progress: Progress | None
) -> list[Thumb]:
    """Thumbnails in the order of ``photos``, together at most ``budget_bytes``.

    The more photos, the smaller they get; the first photo of every sighting goes in before any second one.
    """
    made: dict[int, Thumb] = {}
    edge = _edge(len(photos), budget_bytes)
    left = budget_bytes
    for done, number in enumerate(_first_of_each_first(photos)):
        if progress is not None:
            progress.step(done, len(photos), tr("Making thumbnails"))
        thumb = _thumb(photos[number], thumbnail, edge)
        if len(thumb.picture) > left:
            thumb = Thumb(photos[number], why="size")
        left -= len(thumb.picture)
        made[number] = thumb
    return [made[number] for number in range(len(photos))]


def _edge(count: int, budget_bytes: int) -> int:
    share = budget_bytes / max(count, 1)
    return next((edge for edge in _EDGES if edge * edge * _BYTES_PER_EDGE_SQUARED <= share), _EDGES[-1])


def _first_of_each_first(photos: Sequence[PreviewPhoto]) -> list[int]:
    seen: Counter[str] = Counter()
    ranked = []
    for number, photo in enumerate(photos):
        ranked.append((seen[photo.sighting_uuid], number))
        seen[photo.sighting_uuid] += 1
    return [number for _rank, number in sorted(ranked)]


def _thumb(photo: PreviewPhoto, thumbnail: Thumbnail, edge: int) -> Thumb:
    try:
        small = thumbnail(photo.read(), edge)
    except SurveyError:
        # A damaged photo must not cost the reviewer the survey; the page says that it cannot be shown.
        return Thumb(photo, why="unreadable")
    if small.startswith(_JPEG):
        return Thumb(photo, _bare_jpeg(small), "image/jpeg")
    if small.startswith(_PNG):
        return Thumb(photo, _bare_png(small), "image/png")
    return Thumb(photo, why="unreadable")


def _bare_jpeg(data: bytes) -> bytes:
    """The picture without EXIF, comments or any other application segment (ITU T.81, annex B), whatever
    made it: a thumbnail that still said where it was taken would undo a public preview."""
    kept = [data[:2]]
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        marker = data[at + 1]
        size = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        # APP1 to APP13 and APP15 carry metadata, COM a comment; APP0 (JFIF) and APP14 (Adobe) colours.
        if not ((0xE1 <= marker <= 0xEF and marker != 0xEE) or marker == 0xFE):
            kept.append(data[at : at + size])
        at += size
    return b"".join([*kept, data[at:]])


def _bare_png(data: bytes) -> bytes:
    """The picture without text, time or EXIF chunks."""
    kept = [_PNG]
    at = len(_PNG)
    while at + 12 <= len(data):
        size = 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] in _PNG_PICTURE:
            kept.append(data[at : at + size])
        at += size
    return b"".join(kept)
