"""The words that people read, in their language: the one gateway to the catalogues of translations.

Texts in the code are English and are looked up when they are *shown*, never when a module is imported, so that
tables of constants (fields, actions, vocabularies) follow the language that was chosen. Keys, codes, what goes into
files and whatever ``--json`` prints are never translated.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from string import Formatter

_FSI, _PDI = "\u2068", "\u2069"
"""Unicode's first strong isolate and its end (UAX 9): what is between them does not turn its surroundings about."""


class _Isolating(Formatter):
    """Fills names in so that a Latin name or a date in a sentence from right to left keeps its own order."""

    def format_field(self, value: object, format_spec: str) -> str:
        told = str(super().format_field(value, format_spec))
        return told if isinstance(value, int | float) or not told else f"{_FSI}{told}{_PDI}"


_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_formatter = Formatter()


def use(catalogue: gettext.NullTranslations, *, right_to_left: bool = False) -> None:
    """From now on look words up here; ``gettext.NullTranslations()`` is English."""
    global _catalogue, _formatter  # noqa: PLW0603 (a program speaks one language at a time)
    _catalogue = catalogue
    _formatter = _Isolating() if right_to_left else Formatter()


def tr(text: str, /, **values: object) -> str:
    """A text in the language of the program, its ``{names}`` filled in. The text is a literal, so that
    ``resources/translations`` finds it, or comes from one of the tables that it walks."""
    told = _catalogue.gettext(text) if text else ""  # gettext answers an empty text with the catalogue's header
    return _filled(told, text, values) if values else told


def mark(text: str, /) -> str:
    """The text itself: marks a constant that is given to :func:`tr` where it is read, so that it is found."""
    return text


def ntr(one: str, many: str, number: int, /, **values: object) -> str:
    """Like :func:`tr` for a text that depends on a number, given to it as ``{n}``."""
    return _filled(_catalogue.ngettext(one, many, number), one if number == 1 else many, {"n": number, **values})


def _filled(told: str, english: str, values: Mapping[str, object]) -> str:
    """The text with its names filled in; a translation with a name that the code does not give (a test finds it)
    must not stop the window, so English stands in for it."""
    try:
        return _formatter.vformat(told, (), values)
    except (LookupError, ValueError):
        if told == english:
            raise
        return _formatter.vformat(english, (), values)
