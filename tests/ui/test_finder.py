"""Finding sightings: at once in a small survey, on a worker in a large one, with the same answer."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.filters import POSITION, Condition
from surveyapp.ui.forms.search import folded
from surveyapp.ui.itemmodels import finder as module
from surveyapp.ui.itemmodels.finder import Finder
from surveyapp.ui.itemmodels.roster import FIRST_COLUMNS, Roster, loaded_columns

ROWS: list[dict[str, Any]] = [
    {"uuid": "a", "gem": "emerald", "locality": "Fizagat", "accuracy_m": 9.0, "notes": "زمرد کی رگ",
     "longitude": 72.3, "latitude": 34.7},
    {"uuid": "b", "gem": "ruby", "locality": "Hunza", "accuracy_m": 12.5, "host_rock": "marble"},
    {"uuid": "c", "gem": "emerald", "presence": "absent", "locality": "charbagh", "longitude": 73.3, "latitude": 34.7},
]  # fmt: skip
EMERALD = Condition("gem", "is", ("emerald",))


def filled(*rows: dict[str, Any]) -> Roster:
    roster = Roster()
    roster.fill({name: [row.get(name) for row in rows] for name in loaded_columns()})
    return roster


@pytest.fixture(params=[2000, 0], ids=["at once", "on the worker"])
def made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Callable[..., Any]]:
    """A finder on a roster, and a way to ask it that waits for the answer."""
    monkeypatch.setattr(module, "AT_ONCE", request.param)
    finders: list[Finder] = []

    def make(roster: Roster) -> tuple[Finder, Callable[..., frozenset[str] | None]]:
        finder = Finder(roster)
        finders.append(finder)
        finder.renew()

        def ask(words: str = "", *conditions: Condition) -> frozenset[str] | None:
            finder.ask(words, conditions)
            qtbot.waitUntil(lambda: not finder.busy)
            return finder.matches

        return finder, ask

    yield make
    for finder in finders:
        finder.stop()


def test_words_and_conditions_are_found(made: Callable[..., Any]) -> None:
    _finder, ask = made(filled(*ROWS))
    assert ask() is None
    assert ask("zamurrud") == {"a", "c"}
    assert ask("زمرد رگ") == {"a"}
    assert ask("HUNZA marble") == {"b"}
    assert ask("none found") == {"c"}
    assert ask("no such thing") == frozenset()
    assert ask("", EMERALD) == {"a", "c"}
    assert ask("fiza", EMERALD) == {"a"}
    assert ask("", EMERALD, Condition("accuracy_m", "between", (None, 10))) == {"a"}
    assert ask("", Condition(POSITION, "within", (73, 34, 74, 35))) == {"c"}
    assert ask() is None


def test_changes_are_followed_while_something_is_asked(made: Callable[..., Any], qtbot: QtBot) -> None:
    roster = filled(*ROWS)
    finder, ask = made(roster)
    assert ask("hunza") == {"b"}
    finder.follow(
        roster.apply(
            ChangeSet(
                (
                    changes.insert("sighting", {"gem": "topaz", "locality": "Hunza 2"}, uuid="d"),
                    changes.update("sighting", "b", {"locality": "Aliabad"}),
                    changes.delete("sighting", "a"),
                ),
                "x",
            )
        )
    )
    qtbot.waitUntil(lambda: not finder.busy)
    assert finder.matches == {"d"}
    assert ask("aliabad") == {"b"}
    assert ask("", EMERALD) == {"c"}
    finder.follow(roster.apply(ChangeSet((changes.insert("photo", {"sighting_uuid": "b"}, uuid="p"),), "x")))
    assert finder.matches == {"c"}


def test_what_is_asked_of_columns_that_are_to_come_waits_for_them(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 0)
    roster = Roster()
    columns = {name: [row.get(name) for row in ROWS] for name in loaded_columns()}
    roster.fill({name: columns[name] for name in FIRST_COLUMNS})
    finder = Finder(roster)
    finder.renew()
    finder.ask("", [EMERALD])
    qtbot.waitUntil(lambda: not finder.busy)
    assert finder.matches == {"a", "c"}, "gems are here from the first"
    finder.ask("marble", [])
    assert finder.busy
    roster.add_piece({name: columns[name] for name in ("uuid", "accuracy_m")})
    roster.finish(["accuracy_m"])
    finder.came()
    assert finder.busy
    assert finder.matches == {"a", "c"}, "what was found before stays"
    finder.ask("", [Condition("accuracy_m", "between", (None, 10))])
    qtbot.waitUntil(lambda: not finder.busy)
    assert finder.matches == {"a"}, "this needs one column alone, and it is here"
    finder.ask("marble", [])
    roster.add_piece(columns)
    roster.finish(roster.coming)
    finder.came()
    qtbot.waitUntil(lambda: not finder.busy)
    assert finder.matches == {"b"}
    qtbot.waitUntil(lambda: finder.ready)
    finder.stop()


def test_numbers_days_and_places_are_found_alike(made: Callable[..., Any]) -> None:
    rows = [
        {"uuid": "a", "largest_mm": 4.5, "observed_at": "2026-11-02T20:00:00.000Z", "toposheet": "43 B/5",
         "longitude": 72.360812, "latitude": 34.772534, "notes": "گڑھا ۴۳"},
        {"uuid": "b", "largest_mm": 14.5, "observed_at": "2026-11-24T04:17:19.677Z", "notes": "pit 2026"},
    ]  # fmt: skip
    _finder, ask = made(filled(*rows))
    assert ask("4.5") == {"a"}
    assert ask("14.5") == {"b"}
    assert ask("2026-11-03") == {"a"}, "the day in Pakistan"
    assert ask("3 Nov 2026") == {"a"}
    assert ask("43 B/5") == {"a"}
    assert ask("34.7725N 72.3608E") == {"a"}
    assert ask("34.772534, 72.360812") == {"a"}
    assert ask("35.7725N 72.3608E") == frozenset()
    assert ask("۴٫۵") == {"a"}
    assert ask("43 گڑھا") == {"a"}, "digits of either script find those of the other"
    assert ask("2026", Condition("notes", "has", ("pit",))) == {"b"}


def test_only_the_last_question_is_answered(made: Callable[..., Any], qtbot: QtBot) -> None:
    finder, _ask = made(filled(*ROWS))
    answers: list[object] = []
    for words in ("emerald", "ruby", "hun"):
        finder.ask(words, ())
    finder.found.connect(answers.append)
    qtbot.waitUntil(lambda: not finder.busy)
    assert finder.matches == {"b"}
    assert answers in ([], [{"b"}])


def test_it_stops_at_once_and_starts_again(made: Callable[..., Any]) -> None:
    finder, ask = made(filled(*ROWS))
    finder.ask("emerald", ())
    finder.stop()
    assert not finder.busy
    assert ask("ruby") == {"b"}


def test_a_defect_on_the_worker_is_reported(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 0)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(module, "TextIndex", broken)
    finder = Finder(filled(*ROWS))
    with qtbot.captureExceptions() as raised:
        finder.renew()
        qtbot.waitUntil(lambda: bool(raised))
    finder.stop()
    assert raised[0][0] is ZeroDivisionError


_ALIKE = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ة": "ہ", "أ": "ا", "إ": "ا", "ٱ": "ا"})


@given(st.text() | st.text("aÉی يكهةأاَّ\u0301-_\u200c\U0001e944 \U0001d165"))
def test_folding_quickly_gives_what_the_definition_says(text: str) -> None:
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_ALIKE))
    assert folded(text) == "".join(c for c in spread if not unicodedata.combining(c) and c not in " -_\u200c\u200d")
