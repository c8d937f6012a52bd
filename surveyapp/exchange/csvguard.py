"""Texts that a spreadsheet would run as a formula, made harmless on the way out and restored on the way in.

A cell that begins with = + - @ (also their full-width forms), a tab or a line end can be executed by
Excel and LibreOffice; an apostrophe before it makes it text there (OWASP, "CSV injection"). Texts that
begin with an apostrophe before such a character get one too, so that taking one off is always right.
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile(r"['\s]*[=+\-@＝＋－＠\t\r\n]")


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789([")


def is_safe(text: str) -> bool:
    """Whether a text is plain enough to be written as it is: letters, digits and no control characters (quick)."""
    return not text or (text[0] in _PLAIN and text.isascii() and "\x00" not in text)


def guarded(text: str) -> str:
    """Text as it is written into a CSV cell."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguarded(text: str) -> str:
    """The text of a CSV cell; ``unguarded(guarded(text)) == text``."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text, 1) else text
