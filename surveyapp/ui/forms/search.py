"""Finding a term by what people type: code, label, synonym, in Latin or Urdu script. No Qt."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from surveyapp.domain.vocabulary import Term, Vocabulary

_ALIKE = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ة": "ہ", "أ": "ا", "إ": "ا", "ٱ": "ا"})
"""Arabic letters that keyboards give for Urdu ones."""

_BEGINS, _WORD_BEGINS, _CONTAINS = 0, 1, 2


def folded(text: str) -> str:
    """Text as it is compared: without case, accents, vowel marks, spaces, hyphens or underscores."""
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_ALIKE))
    return "".join(c for c in spread if not unicodedata.combining(c) and c not in " -_\u200c\u200d")


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
    return (term.label, term.code, *term.synonyms)


def matching(vocabulary: Vocabulary, needle: str) -> list[Term]:
    """Terms that ``needle`` may mean, the best first, else in the order of the list."""
    ranked = [(rank(needle, term_words(term)), term) for term in vocabulary.terms]
    return [term for fit, term in sorted(((f, t) for f, t in ranked if f is not None), key=lambda p: p[0])]
