"""Numbers as people of different countries and scripts write them."""

from __future__ import annotations

import math
import re

_SIGNS = str.maketrans({"−": "-", "–": "-", "٫": ".", "\u00a0": "", "\u202f": "", "\u066c": ","})
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA = re.compile(r"[-+]?\d+,\d+")


def plain_number(text: str, *, decimal_comma: bool = False) -> str:
    """A number's text with a point as its only separator; other text comes back as it is.

    ``decimal_comma``: whether 1,234 means one and a bit, as the whole file tells; without it commas that
    group by three are dropped, since a single number cannot say.
    """
    if text.isascii() and "," not in text:
        return text
    stripped = text.strip().translate(_SIGNS)
    if decimal_comma and _COMMA.fullmatch(stripped):
        return stripped.replace(",", ".")
    if not decimal_comma and _THOUSANDS.fullmatch(stripped):
        return stripped.replace(",", "")
    if _COMMA.fullmatch(stripped):
        return stripped.replace(",", ".")
    return text


def number_of(value: object, *, decimal_comma: bool = False) -> float | None:
    """The finite number that a value or text is (digits of any script), or ``None``."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str) and value.isascii() and "," not in value and "_" not in value:
        return _finite(value)
    text = plain_number(value, decimal_comma=decimal_comma).strip() if isinstance(value, str) else value
    if isinstance(text, str) and (not text or "_" in text):
        return None
    return _finite(text.translate(_SIGNS) if isinstance(text, str) else text)


def _finite(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError):
        return None
    return number if math.isfinite(number) else None
