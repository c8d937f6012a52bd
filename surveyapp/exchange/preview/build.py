"""Makes the preview: reduces the survey to its audience, packs it, writes the page beside and swaps it in."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveyapp.domain.progress import Progress
from surveyapp.domain.records import utc_text
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.preview.audience import public_edition
from surveyapp.exchange.preview.columns import ColumnBlock
from surveyapp.exchange.preview.data import PreviewData, PreviewOptions, Thumbnail
from surveyapp.exchange.preview.ground import GroundTiles, cut_tiles
from surveyapp.exchange.preview.meta import page_meta
from surveyapp.exchange.preview.photos import Thumb, make_thumbs
from surveyapp.words import tr

AUDIENCES = ("office", "public")
_MAX_ZOOM = {"office": 19, "public": 12}
_BASE64_CHUNK = 3 * 2**18  # a multiple of 3, so that chunks join without padding


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """What was made: number of sightings, of photos shown and left out, of texts withheld from the public,
    and the size of the file in bytes."""

    sightings: int
    photos: int
    photos_left_out: int
    texts_withheld: int
    size_bytes: int


def build_preview(
    data: PreviewData,
    out: Path,
    *,
    thumbnail: Thumbnail,
    audience: str = "office",
    options: PreviewOptions | None = None,
    progress: Progress | None = None,
) -> PreviewReport:
    """Write the preview of a survey to ``out`` (one HTML file), replacing it only when it is whole.

    Raises ``BadInput`` for an unknown audience, ``BadFile`` if the file cannot be written, ``Cancelled``.
    """
    options = options or PreviewOptions()
    progress = progress or Progress()
    if audience not in AUDIENCES:
        raise BadInput(
            tr("There is no audience {audience}; choose {what}.", audience=audience, what=" or ".join(AUDIENCES))
        )
    if "sighting" not in data.layers:
        raise BadInput(tr("A preview needs the sightings of the survey; give it their columns."))
    withheld = 0
    if audience == "public":
        edition = public_edition(data, options.grid_deg)
        data, withheld = edition.data, edition.withheld
    ground = _ground(data, options, _MAX_ZOOM[audience], progress)
    thumbs = make_thumbs(data.photos, thumbnail, options.photo_bytes, progress)
    progress.step(0, 0, tr("Packing the records"))
    block = _pack(data, progress)
    why = Counter(thumb.why for thumb in thumbs)
    built_at = utc_text(options.built_at)
    notes = {
        "builtAt": built_at,
        "build": hashlib.sha256(block + built_at.encode()).hexdigest()[:16],
        "audience": audience,
        "gridDeg": options.grid_deg if audience == "public" else None,
        "textsWithheld": withheld,
        "photosLeftOut": why["size"],
        "photosUnreadable": why["unreadable"],
        "photoBytes": options.photo_bytes,
    }
    progress.step(0, 0, tr("Writing the preview"))
    html = _html(data, thumbs, notes, ground, _MAX_ZOOM[audience])
    size = _write(out, _pieces(html, block, thumbs, ground), progress)
    return PreviewReport(
        sightings=len(data.layers["sighting"]["uuid"]),
        photos=why[""],
        photos_left_out=why["size"] + why["unreadable"],
        texts_withheld=withheld,
        size_bytes=size,
    )


def _ground(data: PreviewData, options: PreviewOptions, max_zoom: int, progress: Progress) -> GroundTiles | None:
    """The office's own map around what this edition shows, if there is one."""
    if options.ground is None:
        return None
    least, most = options.ground_zooms
    if max_zoom < least <= most:
        raise BadInput(
            tr("This preview goes no nearer than zoom {most}; give smaller zooms for the map.", most=max_zoom)
        )
    sightings = data.layers["sighting"]
    return cut_tiles(
        options.ground, (least, min(most, max_zoom)), sightings.get("longitude", ()),
        sightings.get("latitude", ()), options.ground_bytes, progress,
    )  # fmt: skip


def _pack(data: PreviewData, progress: Progress) -> bytes:
    block = ColumnBlock()
    for layer, columns in data.layers.items():
        block.add_table(layer, columns)
    if data.history:
        block.add_table("history", _history_columns(data))
    return block.compressed(progress)


def _history_columns(data: PreviewData) -> dict[str, list[Any]]:
    """Columns with a row for every sighting, in the same order. Who changed a record last is left out
    where nobody did since it was made."""
    lines = [data.history.get(uuid) for uuid in data.layers["sighting"]["uuid"]]
    changed = [line if line is not None and line.revisions > 1 else None for line in lines]
    return {
        "revision": [line and line.revision for line in lines],
        "revisions": [line and line.revisions for line in lines],
        "created_by": [line and line.created_by for line in lines],
        "created_at": [line and line.created_at for line in lines],
        "changed_by": [line and line.changed_by for line in changed],
        "changed_at": [line and line.changed_at for line in changed],
        "made_in": [line and line.made_in for line in lines],
        "changed_in": [line and line.changed_in for line in lines],
    }


def _html(
    data: PreviewData, thumbs: Sequence[Thumb], notes: Mapping[str, Any], ground: GroundTiles | None, max_zoom: int
) -> str:
    # folium takes a second to import, and nothing but the page needs it.
    from surveyapp.exchange.preview.page import page_html

    return page_html(data.title, page_meta(data, thumbs, notes, ground), max_zoom)


def _pieces(html: str, block: bytes, thumbs: Sequence[Thumb], ground: GroundTiles | None) -> Iterator[bytes]:
    """The file in order, so that the largest parts are never joined in memory."""
    from surveyapp.exchange.preview.page import DATA_MARK, PHOTO_MARK

    head, rest = html.split(DATA_MARK, 1)
    middle, tail = rest.split(PHOTO_MARK, 1)
    yield head.encode()
    yield b'<script type="text/plain" id="survey-data">'
    for at in range(0, len(block), _BASE64_CHUNK):
        yield base64.b64encode(block[at : at + _BASE64_CHUNK])
    yield b"</script>"
    yield middle.encode()
    for number, thumb in enumerate(thumbs):
        if thumb.picture:
            yield _held(f"photo-{number}", thumb.picture)
    for place, picture in ground.pictures.items() if ground else ():
        yield _held("tile-{}-{}-{}".format(*place), picture)
    yield tail.encode()


def _held(identity: str, picture: bytes) -> bytes:
    """A picture that the page shows when it is wanted."""
    return b"".join([f'<script type="text/plain" id="{identity}">'.encode(), base64.b64encode(picture), b"</script>\n"])


def _write(out: Path, pieces: Iterator[bytes], progress: Progress) -> int:
    """Write beside ``out`` and swap it in; returns the size in bytes."""
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            for piece in pieces:
                file.write(piece)
                progress.step(0, 0, tr("Writing the preview"))
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        part.replace(out)
    except OSError as error:
        raise BadFile(
            tr(
                "Cannot write the preview {out}: {reason}; nothing was changed, choose another place.",
                out=out,
                reason=error.strerror,
            )
        ) from error
    finally:
        with suppress(OSError):  # a disk that fails now has said so already
            part.unlink(missing_ok=True)
    return size
