"""Bring the catalogues up to date: ``python resources/translations/update.py [--check]``.

English stands in the code. What ``tr(…)``, ``mark(…)`` and ``ntr(…)`` say is found by babel; what stands in tables of
constants (fields, vocabularies, actions) is found by walking them. Entries that nobody uses any more are dropped, new
ones are added empty, and ``ur.mo``, which the program reads, is made from ``ur.po``, which people edit. With
``--check`` nothing is written; it lists what is not translated.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
PROGRAM = HERE.parents[1] / "surveyapp"
LANGUAGES = ("ur",)
_KEYWORDS = {"tr": None, "mark": None, "ntr": (1, 2)}

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
    for file, _line, said, comments, _context in extract_from_dir(
        PROGRAM, method_map=[("**.py", "python")], keywords=_KEYWORDS, comment_tags=("i18n:",)
    ):
        found.add(said, locations=[(f"surveyapp/{file}", 0)], auto_comments=comments)
    return found


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


def compiled(known: Catalog) -> bytes:
    """The catalogue as ``gettext`` reads it, the same whenever it is made."""
    made = io.BytesIO()
    known.creation_date = known.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_mo(made, known)
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
