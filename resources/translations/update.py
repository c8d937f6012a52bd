"""Bring the catalogues up to date: ``python resources/translations/update.py [--check]``.

English stands in the code. What ``tr(…)``, ``mark(…)`` and ``ntr(…)`` say is found in the syntax; what stands in
tables of constants (fields, vocabularies, actions) is found by walking them. Entries that nobody uses any more are
dropped, new ones are added empty, and ``ur.mo``, which the program reads, is made from ``ur.po``, which people edit.
With ``--check`` nothing is written; it lists what is not translated.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
PROGRAM = HERE.parents[1] / "surveyapp"
LANGUAGES = ("ur",)
_ARABIC = re.compile("[\u0600-\u06ff]")
_PLACEHOLDER = re.compile(r"(\{[^{}]*\})")
_WORD = r"[A-Za-z0-9±+.,:/°'\"→×@=-]+"
_FROM_LEFT = re.compile(rf"[A-Za-z0-9±+](?:{_WORD})?(?: {_WORD})*(?<=[A-Za-z0-9°\"'])")
"""A run of Latin words and figures, such as 34.7725N 72.3608E."""
_TEXTS = {"tr": 1, "mark": 1, "ntr": 2}
"""How many texts each of them takes."""

if __name__ == "__main__":
    sys.path.insert(0, str(PROGRAM.parent))

from surveyapp.domain.fields import LAYERS  # noqa: E402 (found through the line above when run as a script)
from surveyapp.domain.vocabulary import VOCABULARIES  # noqa: E402
from surveyapp.exchange import registry  # noqa: E402
from surveyapp.exchange.synonyms import PLACE_FIELDS  # noqa: E402
from surveyapp.ui.action_table import ACTIONS, MENUS  # noqa: E402
from surveyapp.ui.itemmodels.roster import COLUMN_FIELDS  # noqa: E402
from surveyapp.ui.qt_words import QT_WORDS  # noqa: E402


def from_tables() -> Iterator[tuple[str, str]]:
    """(text, where it stands) of every constant that is translated where it is read."""
    for layer in LAYERS:
        yield layer.title, f"layer {layer.name}"
        yield layer.plural, f"layer {layer.name}"
        for field in layer.fields:
            yield from ((text, f"field {layer.name}.{field.name}") for text in (field.title, field.help, field.group))
    for field in COLUMN_FIELDS.values():
        yield field.title, f"column {field.name}"
    for name, title in PLACE_FIELDS.items():
        yield title, f"column {name} of an import"
    for vocabulary in VOCABULARIES.values():
        yield from ((term.label, f"vocabulary {vocabulary.name}.{term.code}") for term in vocabulary)
    yield from _of_the_window()


def _of_the_window() -> Iterator[tuple[str, str]]:
    for spec in ACTIONS:
        for text in (spec.text, spec.short, spec.tip):
            yield text, f"action {spec.id}"
    for menu in MENUS:
        yield menu, "menu"
    for known in registry.formats():
        for text in (known.title, *known.loses):
            yield text, f"format {known.name}"
    for text in QT_WORDS:
        yield text, "buttons and menus of Qt"


def messages() -> Catalog:
    """Every text of the program, without translations."""
    found = Catalog(charset="utf-8")
    for text, where in from_tables():
        if text:
            found.add(text, auto_comments=[where])
    for path in sorted(PROGRAM.rglob("*.py")):
        for said in from_code(path.read_text(encoding="utf-8")):
            found.add(said, locations=[(path.relative_to(PROGRAM.parent).as_posix(), 0)])
    return found


def from_code(source: str) -> Iterator[str | tuple[str, str]]:
    """What ``tr``, ``mark`` and ``ntr`` are given as literals. Read from the syntax tree, since babel's own search
    does not look into f-strings before Python 3.12."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in _TEXTS:
            continue
        texts = [one.value for one in node.args[: _TEXTS[node.func.id]] if isinstance(one, ast.Constant)]
        if len(texts) == _TEXTS[node.func.id] and all(isinstance(text, str) for text in texts):
            yield (texts[0], texts[1]) if len(texts) == 2 else texts[0]


def catalogue(language: str) -> Catalog:
    """The catalogue as it stands in the folder."""
    with (HERE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """The catalogue with exactly the entries of the program; nothing is guessed for new ones."""
    old = catalogue(language)
    new = Catalog(locale=language, project="SurveyApp", charset="utf-8", fuzzy=False)
    new.header_comment = f"# SurveyApp in {old.locale.english_name if old.locale else language}."
    for message in messages():
        if message.id:
            known = old.get(message.id)
            new.add(
                message.id,
                known.string if known else None,
                locations=[(file, 0) for file in dict.fromkeys(file for file, _ in message.locations)],
                auto_comments=list(message.auto_comments)[:1],
                flags=[flag for flag in message.flags if flag != "fuzzy"],
            )
    return new


def missing(known: Catalog) -> list[str]:
    """The entries that are not translated."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in known
        if message.id and not all(message.string if isinstance(message.string, tuple | list) else [message.string])
    ]


def _isolated(run: re.Match[str]) -> str:
    """A plain number or word needs no marks; what has several parts, one of them a figure, falls apart without."""
    parted = re.search(r"\d", run[0]) and re.search(r"[ →/:-]", run[0].strip("+-"))
    return f"\u2066{run[0]}\u2069" if parted else run[0]


def directed(text: str) -> str:
    """A translation with the marks of direction (UAX 9) that nobody should have to type: a position or measurement in
    it keeps its order, and a sentence that begins with a Latin word still runs from right to left."""
    if not _ARABIC.search(text) or "(*" in text:
        return text
    parts = _PLACEHOLDER.split(text)
    parts[::2] = [_FROM_LEFT.sub(_isolated, part) for part in parts[::2]]
    first = re.search(r"[^\W\d_]|\{", text)
    return ("" if first is None or _ARABIC.match(first[0]) else "\u200f") + "".join(parts)


def compiled(known: Catalog) -> bytes:
    """The catalogue as ``gettext`` reads it, the same whenever it is made."""
    made = io.BytesIO()
    ready = Catalog(locale=known.locale, charset="utf-8", fuzzy=False)
    ready.creation_date = ready.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    for message in known:
        texts = (message.string,) if isinstance(message.string, str) else message.string
        if message.id and texts and all(texts):
            told = tuple(directed(text) for text in texts)
            ready.add(message.id, told if isinstance(message.id, tuple) else told[0])
    write_mo(made, ready)
    return made.getvalue()


def written(known: Catalog) -> bytes:
    """The catalogue as people edit it: sorted, without line numbers and dates, so that a diff shows what changed."""
    made = io.BytesIO()
    write_po(made, known, width=110, sort_output=True, include_lineno=False, omit_header=False)
    return b"".join(line for line in made.getvalue().splitlines(keepends=True) if b"-Date:" not in line)


def main() -> int:
    for language in LANGUAGES:
        known = updated(language)
        left = missing(known)
        if "--check" not in sys.argv:
            (HERE / f"{language}.po").write_bytes(written(known))
            (HERE / f"{language}.mo").write_bytes(compiled(known))
        print(f"{language}: {len(known)} entries, {len(left)} not translated")
        for text in left:
            print(f"  {text}")
    return 1 if any(missing(updated(language)) for language in LANGUAGES) else 0


if __name__ == "__main__":
    sys.exit(main())
