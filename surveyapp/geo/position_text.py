"""What people type for a position, brought into one plain form before it is read.

Digits of any script become 0-9, the many signs for degree, minute and second become ``°``, ``'`` and ``"``,
dashes become ``-``, words for the compass points become N, S, E and W, and everything is upper case.
"""

from __future__ import annotations

import re
import unicodedata

from surveyapp.errors import BadPosition
from surveyapp.words import tr

MAX_LENGTH = 200
"""No position is longer; what is longer was pasted by mistake."""

_SIGNS = {
    "°": "°º˚∘◦○ᵒ⁰",
    "'": "'′’‘‛´`ʹʼʻˈ‵՚＇ꞌ׳",
    '"': '"″“”„‟ʺ˝‶＂״ˮ',
    "-": "-−‐‑‒–—―﹣－➖",
    "+": "+＋﹢",
    ".": ".٫．",
    ",": ",،﹐，、",
    ";": ";؛；",
    ":": ":：",
    "/": "/⁄∕／",
    # Thousands separators, and marks that have no shape of their own (direction, joining, byte order).
    "": "٬\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068"
    "\u2069\ufeff",
}
_PLAIN = {ord(sign): plain for plain, signs in _SIGNS.items() for sign in signs}

_WORDS = (
    # Urdu, and Pashto where it differs. Longer words first: what follows must not cut them.
    ("عرض بلد|عرض البلد", " LAT "),
    ("طول بلد|طول البلد", " LON "),
    ("شمالی|شمال", " N "),
    ("جنوبی|جنوب|سوېل|سویل", " S "),
    ("مشرقی|مشرق|ختیځ|ختيځ", " E "),
    ("مغربی|مغرب|لوېدیځ|لويديځ|لویدیځ", " W "),
    ("درجے|درجہ|درجه", "°"),
    ("دقیقے|دقیقہ|دقيقه|منٹ", "'"),
    ("ثانیے|ثانیہ|ثانيه|سیکنڈ", '"'),
    (r"(?<![A-Z])LAT(?:ITUDE)?(?![A-Z])", " LAT "),
    (r"(?<![A-Z])(?:LON|LONG|LNG|LONGITUDE)(?![A-Z])", " LON "),
    (r"(?<![A-Z])(?:NORTH|NORTHINGS?)(?![A-Z])", " N "),
    (r"(?<![A-Z])SOUTH(?![A-Z])", " S "),
    (r"(?<![A-Z])(?:EAST|EASTINGS?)(?![A-Z])", " E "),
    (r"(?<![A-Z])WEST(?![A-Z])", " W "),
    (r"(?<![A-Z])DEG(?:REE)?S?(?![A-Z])\.?", "°"),
    (r"(?<![A-Z])MIN(?:UTE)?S?(?![A-Z])\.?", "'"),
    (r"(?<![A-Z])SEC(?:OND)?S?(?![A-Z])\.?", '"'),
    (r"'\s*'", '"'),
)
_GRID_REFERENCE = re.compile(
    r"(?:(?:MGRS|USNG)[ :]*)?\d{1,2} ?[C-HJ-NP-X] ?[A-HJ-NP-Z][A-HJ-NP-V] *(?:(?:\d\d){1,5}|\d{1,5} \d{1,5})"
)
"""MGRS, whose letters must be left alone: 43SEC 00000 25157 has no seconds, 43LAT 12 34 no latitude."""

_REPLACEMENTS = tuple((re.compile(pattern), plain) for pattern, plain in _WORDS)


def plain_text(text: str) -> str:
    """The plain form of a typed position; raises ``BadPosition`` when there is nothing or far too much."""
    if len(text) > MAX_LENGTH:
        raise BadPosition(tr("“{text}…” is too long for a position; give only the coordinates.", text=text[:30]))
    plain = "".join(map(_plain_character, text)).upper()
    plain = " ".join(plain.split())
    if _GRID_REFERENCE.fullmatch(plain):
        return plain
    for pattern, replacement in _REPLACEMENTS:
        plain = pattern.sub(replacement, plain)
    plain = " ".join(plain.split())
    if not plain:
        raise BadPosition(tr("No position was given; type one, such as 34.7725N 72.3608E."))
    return plain


def quoted(text: str) -> str:
    """Text as it appears in a message: one line, in quotes, shortened."""
    line = " ".join(text.split())
    return f"“{line[:59]}…”" if len(line) > 60 else f"“{line}”"


def _plain_character(character: str) -> str:
    if character in "\r\n":
        return ","  # Two lines are two coordinates.
    if (plain := _PLAIN.get(ord(character))) is not None:
        return plain
    if character.isascii():
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    # Full-width letters and other forms for compatibility; spaces of any width. Not 34² as 342, though.
    plain = unicodedata.normalize("NFKC", character)
    return character if any(piece.isdigit() for piece in plain) else plain
