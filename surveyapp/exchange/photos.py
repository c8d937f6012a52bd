"""Photos: what they are, where and when their camera says they were taken, and small copies without metadata.

Only the header and metadata of a photo are read, and its bytes are checked to be whole, at an eighth of its
size for JPEG, so that a photo of 100 megapixels needs no gigabyte. Pillow's own limit is global to the
process and counts less than the cameras of today, so pictures are opened by their format's class and the
limit is checked here.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain.fields import PHOTO
from surveyapp.domain.records import Value
from surveyapp.errors import BadFile
from surveyapp.exchange.exif import ORIENTATION, camera_facts, exif_of, gps_facts, upright_exif
from surveyapp.words import tr

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFile import ImageFile

MAX_MEGAPIXELS = 200
MAX_BYTES = 200 * 2**20
_QUALITY = 85
_THUMBNAIL_QUALITY = 80
_FULL_CHECK_PIXELS = 40_000_000
"""WebP has no smaller way to be decoded; larger ones are checked by their stated length alone."""

_UPRIGHT = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""Orientation of EXIF to Pillow's ``Transpose`` that undoes it, as its own ``exif_transpose`` has it."""

_REFUSED: tuple[tuple[re.Pattern[bytes], Callable[[str], str]], ...] = (
    (re.compile(rb"\A.{4}ftyp(heic|heix|hevc|heim|heis|mif1|msf1)", re.DOTALL),
     lambda name: tr("{name} is a HEIC photo, which browsers and QGIS cannot show; set the camera to JPEG or "
                     "convert it.", name=name)),
    (re.compile(rb"\A.{4}ftypavi[fs]", re.DOTALL),
     lambda name: tr("{name} is an AVIF picture; convert it to JPEG.", name=name)),
    (re.compile(rb"\A\s*(\xef\xbb\xbf)?\s*<(\?xml|svg|!DOCTYPE)", re.IGNORECASE),
     lambda name: tr("{name} is an SVG or other XML, which can hold programs; save it as PNG.", name=name)),
    (re.compile(rb"\A(GIF8|BM|II\*\x00|MM\x00\*)"),
     lambda name: tr("{name} is no JPEG, PNG or WebP; convert it to JPEG.", name=name)),
    (re.compile(rb"\A%PDF"),
     lambda name: tr("{name} is a PDF; save the page as JPEG or PNG.", name=name)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """A photo as it will be kept. Degrees, metres and UTC text; ``None`` where the photo does not say.

    ``data``: the bytes to keep, ``sha256`` theirs. ``original_sha256``: of the file given, if it was made
    smaller. ``width_px``, ``height_px``: as it is looked at, after the camera's rotation. ``accuracy_m``: what the
    camera says its position is good to. ``taken_at``: by the GPS clock; ``camera_time``: as the camera wrote it,
    without a zone. ``bearing_deg``: from true north. ``notes``: sentences about facts that were left out.
    """

    data: bytes
    content_type: str
    sha256: str
    width_px: int
    height_px: int
    original_sha256: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    accuracy_m: float | None = None
    elevation_m: float | None = None
    bearing_deg: float | None = None
    taken_at: str | None = None
    camera_time: str | None = None
    camera: str | None = None
    notes: tuple[str, ...] = ()


def read_photo(source: Path | str | bytes, max_px: int | None = None) -> PhotoFacts:
    """Facts of a photo, from its path or bytes. With ``max_px`` a larger one is made smaller, longest edge
    in pixels, upright and as JPEG, with its EXIF kept.

    Raises ``BadFile`` with one sentence for what is missing, damaged, cut short, larger than
    200 megapixels or 200 MB, or of a kind that is not kept (HEIC, SVG, GIF, TIFF).
    """
    name = tr("The photo") if isinstance(source, bytes) else Path(source).name
    data = source if isinstance(source, bytes) else _bytes_of(Path(source))
    with _opened(data, name) as (picture, _kind):
        _check_whole(picture, data, name)
    with _opened(data, name) as (picture, kind):
        exif = exif_of(picture, data)
        notes: list[str] = []
        width, height = picture.size
        if exif.get(ORIENTATION) in (5, 6, 7, 8):
            width, height = height, width
        facts = gps_facts(exif, notes) | camera_facts(exif)
        original = hashlib.sha256(data).hexdigest()
        kept, content_type, original_sha256 = data, kind, None
        if max_px is not None and max(width, height) > max_px:
            kept, (width, height) = _smaller(picture, max_px, exif, _QUALITY, keep_exif=True)
            content_type, original_sha256 = "image/jpeg", original
    return PhotoFacts(
        data=kept,
        content_type=content_type,
        sha256=original if original_sha256 is None else hashlib.sha256(kept).hexdigest(),
        width_px=width,
        height_px=height,
        original_sha256=original_sha256,
        notes=tuple(notes),
        **facts,
    )


def thumbnail(data: bytes, px: int) -> bytes:
    """A small JPEG of a photo, its longest edge at most ``px``, upright, without any metadata.

    Raises ``BadFile`` as :func:`read_photo` does.
    """
    with _opened(data, tr("The photo")) as (picture, _content_type):
        return _smaller(picture, px, exif_of(picture, data), _THUMBNAIL_QUALITY, keep_exif=False)[0]


def photo_values(facts: PhotoFacts, file_name: str) -> dict[str, Value]:
    """Values of a record of the photo layer, without its bytes and the sighting it belongs to.

    What a field does not take (an elevation of 20 km) is left out.
    """
    values: dict[str, Value] = {
        "content_type": facts.content_type,
        "sha256": facts.sha256,
        "original_sha256": facts.original_sha256,
        "file_name": Path(file_name).name,
        "width_px": facts.width_px,
        "height_px": facts.height_px,
        "taken_at": facts.taken_at,
        "camera_time": facts.camera_time,
        "exif_longitude": facts.longitude,
        "exif_latitude": facts.latitude,
        "exif_elevation_m": facts.elevation_m,
        "bearing_deg": facts.bearing_deg,
        "camera": facts.camera,
    }
    return {name: value for name, value in values.items() if value is not None and _takes(name, value)}


def _takes(name: str, value: Value) -> bool:
    field = PHOTO.field(name)
    if field is None or not isinstance(value, int | float) or field.minimum is None or field.maximum is None:
        return True
    return field.minimum <= value <= field.maximum


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFile(_too_large(path.name))
        return path.read_bytes()
    except FileNotFoundError:
        raise BadFile(tr("There is no photo {path}; check the name and the folder.", path=path)) from None
    except OSError as error:
        raise BadFile(tr("{name} cannot be read: {why}.", name=path.name, why=error.strerror or error)) from error


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[tuple[ImageFile, str]]:
    """(picture, content type), not yet decoded; what opening it or decoding it meets becomes ``BadFile``."""
    from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    # Damaged EXIF is told of by what is missing from the facts; a line on the terminal helps nobody.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.TiffImagePlugin")
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # our own bound is below
    kinds: tuple[tuple[bool, Any, str], ...] = (
        (data.startswith(b"\xff\xd8\xff"), JpegImagePlugin.JpegImageFile, "image/jpeg"),
        (data.startswith(b"\x89PNG\r\n\x1a\n"), PngImagePlugin.PngImageFile, "image/png"),
        (data[:4] == b"RIFF" and data[8:12] == b"WEBP", WebPImagePlugin.WebPImageFile, "image/webp"),
    )
    found = next(((made, content_type) for is_kind, made, content_type in kinds if is_kind), None)
    if found is None:
        raise BadFile(_what_it_is(data, name))
    if len(data) > MAX_BYTES:
        raise BadFile(_too_large(name))
    try:
        with found[0](io.BytesIO(data)) as picture:
            width, height = picture.size
            if width * height > MAX_MEGAPIXELS * 1_000_000:
                raise BadFile(tr(
                    "{name} has {megapixels} megapixels, and {most} are the most; make it smaller first.",
                    name=name, megapixels=f"{width * height / 1e6:.0f}", most=MAX_MEGAPIXELS,
                ))
            yield picture, found[1]
    except Image.DecompressionBombError:
        # Of a WebP, whose reader has a bound of its own.
        raise BadFile(tr("{name} is too large for a WebP photo; save it as JPEG, or smaller.", name=name)) from None
    # Pillow raises all of these for damaged files.
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        KeyError,
        struct.error,
        zlib.error,
    ) as error:
        raise BadFile(tr("{name} is damaged or cut short ({why}); copy it from the camera again.",
                         name=name, why=_reason(error))) from error


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:100]


def _too_large(name: str) -> str:
    return tr("{name} is larger than {most} MB; make the photo smaller first.", name=name, most=MAX_BYTES // 2**20)


def _what_it_is(data: bytes, name: str) -> str:
    """A sentence about bytes that are no photo we keep."""
    if not data:
        return tr("{name} is empty.", name=name)
    told = next((tell for form, tell in _REFUSED if form.match(data[:200])), None)
    return told(name) if told else tr("{name} is no JPEG, PNG or WebP photo.", name=name)


def _check_whole(picture: ImageFile, data: bytes, name: str) -> None:
    """Go through all of a photo's bytes without holding its pixels; what is cut short raises here."""
    match picture.format:
        case "JPEG":
            picture.draft("RGB", (1, 1))
            picture.load()
        case "PNG":
            picture.verify()
        case _:
            stated = 8 + int.from_bytes(data[4:8], "little")
            if len(data) < stated:
                raise BadFile(tr("{name} is cut short: {there} of {stated} bytes; copy it again from the camera.",
                                 name=name, there=len(data), stated=stated))
            if picture.size[0] * picture.size[1] <= _FULL_CHECK_PIXELS:
                picture.load()


def _smaller(
    picture: ImageFile, px: int, exif: Image.Exif, quality: int, *, keep_exif: bool
) -> tuple[bytes, tuple[int, int]]:
    """(JPEG bytes, (width, height)) of a picture no larger than ``px``, turned upright as ``exif`` says."""
    from PIL import Image

    upright = _UPRIGHT.get(exif.get(ORIENTATION, 1))
    px = max(px, 1)
    # Decodes a JPEG at a half, quarter or eighth, but never below what is wanted.
    picture.draft("RGB", (px, px))
    small: Image.Image = picture
    small.thumbnail((px, px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small = _flat(small if upright is None else small.transpose(Image.Transpose(upright)))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=quality, optimize=True, exif=upright_exif(exif) if keep_exif else b"")
    return out.getvalue(), small.size


def _flat(picture: Image.Image) -> Image.Image:
    """RGB, with white behind what is transparent."""
    from PIL import Image

    if picture.has_transparency_data:
        over = picture.convert("RGBA")
        under = Image.new("RGBA", over.size, "white")
        under.alpha_composite(over)
        picture = under
    flat = picture.convert("RGB")
    flat.info.clear()
    return flat
