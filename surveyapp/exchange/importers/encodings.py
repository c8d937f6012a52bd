"""Which encoding a text file is in, told from its bytes, and always said aloud."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.importers.source import require_file
from surveyapp.words import tr

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_OTHER_FORMATS = (
    (b"PK\x03\x04", "a zipped file or Excel workbook; save the sheet as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file; save the sheet as CSV UTF-8"),
    (b"%PDF", "a PDF; export its table as CSV"),
    (b"SQLite format 3\x00", "a database; if it is a GeoPackage, name it .gpkg"),
    (b"\xff\xd8\xff", "a photo; attach it to a sighting instead"),
    (b"\x89PNG", "a picture; attach it to a sighting instead"),
)

_CHUNK = 1 << 20
_LABELS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252 (Western European)",
    "cp1256": "Windows-1256 (Arabic, Urdu)",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """``name``: codec. ``note``: a sentence that says what was assumed, empty when the file itself says."""

    name: str
    note: str = ""


def encoding_of(path: Path, wanted: str | None = None) -> Encoding:
    """The encoding to read a text file in; ``wanted`` is the user's word. Raises ``BadFile`` for what is no
    text, ``BadInput`` for an encoding that nobody knows.

    A file that is UTF-8 but for a few bytes is read as UTF-8, and the rows of those bytes are rejected;
    only a file that is not UTF-8 at all is read in one of Windows' encodings.
    """
    require_file(path)
    start = _start_of(path)
    if wanted is not None:
        try:
            return Encoding(codecs.lookup(wanted).name)
        except LookupError:
            raise BadInput(
                tr("There is no encoding {wanted!r}; use utf-8, utf-16, cp1252 or cp1256.", wanted=wanted)
            ) from None
    for mark, name in _MARKS:
        if start.startswith(mark):
            return Encoding(name)
    if (wide := _wide(start)) is not None:
        return Encoding(wide, tr("The file has no byte-order mark and was read as UTF-16."))
    if (legacy := _legacy(path)) is None:
        return Encoding("utf-8")
    return Encoding(
        legacy,
        tr("The text is not UTF-8 and was read as {encoding}; if names look wrong, save it as UTF-8 or name its "
           "encoding.", encoding=_LABELS[legacy]),
    )


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise BadFile(tr("{name} cannot be read: {reason}.", name=path.name, reason=error.strerror or error)) from error
    if not start:
        raise BadFile(tr("{name} is empty.", name=path.name))
    for magic, what in _OTHER_FORMATS:
        if start.startswith(magic):
            raise BadFile(tr("{name} is not text but {what}.", name=path.name, what=what))
    return start


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark: in text, every other byte of most characters is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _legacy(path: Path) -> str | None:
    """``None`` for UTF-8, however damaged here and there; else the Windows encoding that fits."""
    if _is_utf8(path):
        return None
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    high = bytearray()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            if not text.isascii():
                wrong = sum("\udc80" <= c <= "\udcff" for c in text)
                bad += wrong
                good += sum(c > "\x7f" for c in text) - wrong
            if bad and len(high) < _CHUNK:
                high += chunk
    # Text of a Windows encoding is hardly ever valid UTF-8 by chance.
    if bad == 0 or good > 4 * bad:
        return None
    return "cp1256" if _looks_arabic(bytes(high)) else "cp1252"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _looks_arabic(data: bytes) -> bool:
    """Whether the high bytes read as Windows-1256 are mostly Arabic letters that stand in words.

    French or German in Windows-1252 has single accented letters between plain ones.
    """
    text = data.decode("cp1256", "replace")
    high = [c for c in text if c > "\x7f"]
    arabic = sum(_is_arabic(c) for c in high)
    pairs = sum(_is_arabic(a) and _is_arabic(b) for a, b in pairwise(text))
    return arabic * 2 > len(high) and pairs * 2 > arabic


def _is_arabic(character: str) -> bool:
    return character > "\x7f" and "ARABIC" in unicodedata.name(character, "")
