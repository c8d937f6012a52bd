"""Texts that a spreadsheet would run as a formula, made harmless on the way out and restored on the way in.

A cell that begins with = + - @ (also their full-width forms), a tab or a line end can be executed by
Excel and LibreOffice; an apostrophe before it makes it text there (OWASP, "CSV injection"). Texts that
begin with an apostrophe before such a character get one too, so that taking one off is always right.
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile(r"['\s]*[=+\-@＝＋－＠\t\r\n]")


def guarded(text: str) -> str:
    """Text as it is written into a CSV cell."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguarded(text: str) -> str:
    """The text of a CSV cell; ``unguarded(guarded(text)) == text``."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text, 1) else text
