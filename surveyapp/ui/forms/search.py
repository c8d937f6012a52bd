"""Finding a term by what people type: code, label, synonym, in Latin or Urdu script. No Qt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from surveyapp.domain.vocabulary import Term, Vocabulary
from surveyapp.words import tr

_ALIKE = (("ي", "ی"), ("ى", "ی"), ("ك", "ک"), ("ه", "ہ"), ("ة", "ہ"), ("أ", "ا"), ("إ", "ا"), ("ٱ", "ا"))
"""Arabic letters that keyboards give for Urdu ones."""

_DROPPED = (" ", "-", "_", "\u200c", "\u200d")
_DROPPED_ASCII: dict[int, None] = dict.fromkeys(map(ord, " -_"))

_BEGINS, _WORD_BEGINS, _CONTAINS = 0, 1, 2


def folded(text: str) -> str:
    """Text as it is compared: without case, accents, vowel marks, spaces, hyphens or underscores.

    A survey of a hundred thousand sightings is folded whole before it can be searched, so the ways taken here
    are the quick ones: most texts are plain ASCII, and of the others few have marks.
    """
    if text.isascii():
        return text.lower().translate(_DROPPED_ASCII)
    text = text.casefold()
    for one, other in _ALIKE:
        text = text.replace(one, other)
    text = unicodedata.normalize("NFKD", text)
    for character in _DROPPED:
        text = text.replace(character, "")
    text = _marks().sub("", text)
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(character for character in text if not unicodedata.combining(character))


@cache
def _marks() -> re.Pattern[str]:
    """The combining marks below U+10000: with the few above it the pattern would be slower by ten times."""
    return re.compile("[" + "".join(chr(n) for n in range(0x300, 0x10000) if unicodedata.combining(chr(n))) + "]+")


def rank(needle: str, words: Iterable[str]) -> int | None:
    """How well ``needle`` fits any of ``words``: 0 begins one, 1 begins a word inside one, 2 lies somewhere
    inside, ``None`` not at all. Nothing typed fits everything."""
    wanted = folded(needle)
    if not wanted:
        return _BEGINS
    best: int | None = None
    for word in words:
        whole = folded(word)
        if whole.startswith(wanted):
            return _BEGINS
        if wanted in whole:
            inner = word.replace("-", " ").replace("_", " ").split()
            found = _WORD_BEGINS if any(folded(part).startswith(wanted) for part in inner) else _CONTAINS
            best = found if best is None else min(best, found)
    return best


def term_words(term: Term) -> tuple[str, ...]:
    """Everything a term may be called."""
    return tuple(dict.fromkeys((tr(term.label), term.label, term.code, *term.synonyms)))


def matching(vocabulary: Vocabulary, needle: str) -> list[Term]:
    """Terms that ``needle`` may mean, the best first, else in the order of the list."""
    ranked = [(rank(needle, term_words(term)), term) for term in vocabulary.terms]
    return [term for fit, term in sorted(((f, t) for f, t in ranked if f is not None), key=lambda p: p[0])]
