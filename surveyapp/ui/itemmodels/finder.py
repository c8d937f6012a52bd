"""Says which sightings match words and conditions, and never makes the window wait for it.

A small survey is searched at once. A large one is copied to a worker, which keeps a full-text index of it
(:class:`surveyapp.services.finding.TextIndex`), follows its changes and answers from there; until it has
answered, what was found before stays on show. What is asked of columns that are still to come is answered when
they are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from surveyapp.domain.filters import Condition, needed_columns, passing
from surveyapp.services.finding import TextIndex
from surveyapp.ui.forms.search import folded
from surveyapp.ui.itemmodels.columns import Fields
from surveyapp.ui.itemmodels.roster import Delta, Roster, loaded_columns
from surveyapp.ui.itemmodels.searching import Query, query_of, rows_near, texts_of

Found = frozenset[str] | None
AT_ONCE = 2000
"""Up to this many sightings are searched on the spot, which takes less than a blink."""
_LOOK_UP = 256
"""Texts between two looks at whether the index is still wanted."""


class _Unwanted(Exception):
    """The index is not wanted any more."""


class Finder(QObject):
    """``found`` carries the uuids that match, or ``None`` where nothing is asked for and all are shown;
    ``busy_changed`` whether an answer is waited for.
    """

    found = Signal(object)
    busy_changed = Signal(bool)
    _news = Signal(object)

    def __init__(self, roster: Roster, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._roster = roster
        self._words = ""
        self._conditions: tuple[Condition, ...] = ()
        self._matches: Found = None
        self._worker: ThreadPoolExecutor | None = None
        self._index: TextIndex | None = None  # touched by the worker alone
        self._indexed = False  # whether the worker was asked for an index of what the roster holds now
        self._grown = False  # whether that index is whole
        self._generation = 0  # goes up when the roster is filled anew
        self._asked = 0  # goes up with each question
        self._waiting = False
        self._lacking = False  # whether columns have to come before the question can be answered
        self._news.connect(self._take)

    # -- state --------------------------------------------------------------------------------------

    @property
    def matches(self) -> Found:
        """The uuids that matched when it was last asked; ``None``: nothing is asked for."""
        return self._matches

    @property
    def busy(self) -> bool:
        """Whether an answer is waited for."""
        return self._waiting

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self._conditions

    @property
    def words(self) -> str:
        return self._words

    # -- intents ------------------------------------------------------------------------------------

    def ask(self, words: str, conditions: Sequence[Condition]) -> None:
        """Look for the sightings that hold all words and meet all conditions; none of either finds all."""
        if words.split() == self._words.split() and tuple(conditions) == self._conditions:
            return
        self._words, self._conditions = words, tuple(conditions)
        self._search()

    @property
    def ready(self) -> bool:
        """Whether words are answered from the index, or the survey is small enough to do without."""
        return not self._large or (self._indexed and self._grown)

    def know(self, conditions: Sequence[Condition]) -> None:
        """The same conditions, with the fields as the survey has them that the roster is about to be of."""
        self._conditions = tuple(conditions)

    def renew(self) -> None:
        """The roster was filled anew."""
        self._generation += 1
        self._indexed = self._grown = False
        self._index_when_whole()
        self._search()

    def came(self) -> None:
        """Columns of the roster have come."""
        self._index_when_whole()
        if self._lacking:
            self._search()

    def follow(self, delta: Delta) -> None:
        """The roster followed a change set."""
        if not delta:
            return
        if self._indexed:
            texts = [(uuid, self._roster.search_text(uuid)) for uuid in (*delta.added, *delta.changed)]
            self._submit(lambda: self._follow_in_index(delta.removed, texts), _settled)
        if self._asks:
            self._search()

    def stop(self) -> None:
        """End the worker, if there is one; it starts again when it is needed."""
        self._generation += 1
        self._asked += 1
        self._indexed = self._grown = False
        self._lacking = False
        if self._worker is not None:
            self._worker.shutdown(wait=True, cancel_futures=True)
            self._worker = None
        self._close_index()
        self._set_waiting(False)

    # -- on the GUI thread ----------------------------------------------------------------------------

    @property
    def _asks(self) -> bool:
        return bool(self._words.split() or self._conditions)

    @property
    def _large(self) -> bool:
        return len(self._roster) > AT_ONCE

    def _search(self) -> None:
        self._asked += 1
        there = self._roster.want(needed_columns(self._conditions))
        self._lacking = not there or (bool(self._words.split()) and not self._roster.whole)
        if not self._asks:
            self._answer(self._asked, None)
        elif self._lacking:
            self._set_waiting(True)
        elif not self._large:
            uuids = self._roster.uuids
            rows = self._roster.matching(self._words, self._conditions)
            self._answer(self._asked, frozenset(uuids[row] for row in rows))
        else:
            self._search_on_worker()

    def _index_when_whole(self) -> None:
        if self._large and self._roster.whole and not self._indexed:
            self._index_anew()

    def _search_on_worker(self) -> None:
        asked, query, conditions = self._asked, query_of(self._words), self._conditions
        if query and not self._indexed:
            self._index_anew()
        places = ("longitude", "latitude") if query.place else ()
        names = dict.fromkeys(["uuid", *needed_columns(conditions), *places])
        columns = self._roster.copy_of(names) if len(names) > 1 else {}

        def work() -> Found:
            if asked != self._asked:
                return None  # something else has been asked since, and nobody waits for this
            found = self._found_by(query, columns) if query else None
            return _narrowed(found, conditions, columns) if conditions else found

        self._set_waiting(True)
        self._submit(work, lambda found: self._answer(asked, found))

    def _answer(self, asked: int, found: Found) -> None:
        if asked != self._asked:
            return
        self._set_waiting(False)
        if found is not None or self._matches is not None:
            self._matches = found
            self.found.emit(found)

    def _index_anew(self) -> None:
        self._indexed = True
        self._grown = False
        generation, fields = self._generation, self._roster.fields
        columns = self._roster.copy_of(loaded_columns(fields))
        self._submit(lambda: self._make_index(generation, columns, fields), lambda _none: self._grow_index(generation))

    def _grow_index(self, generation: int) -> None:
        """Index some more; what is asked meanwhile is answered in between."""
        if generation == self._generation:
            self._submit(self._grow, lambda more: self._grew(generation, more))

    def _grew(self, generation: int, more: bool) -> None:
        if more:
            self._grow_index(generation)
        elif generation == self._generation:
            self._grown = True

    def _set_waiting(self, waiting: bool) -> None:
        if waiting != self._waiting:
            self._waiting = waiting
            self.busy_changed.emit(waiting)

    def _submit(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, thread_name_prefix="surveyapp-find")
        future = self._worker.submit(work)
        future.add_done_callback(lambda ended: self._news.emit((ended, then)))

    def _take(self, news: tuple[Future[Any], Callable[[Any], None]]) -> None:
        """What the worker has done; a defect in it is raised here, where it is reported."""
        ended, then = news
        try:
            result = ended.result()
        except (CancelledError, _Unwanted):
            return
        then(result)

    # -- on the worker --------------------------------------------------------------------------------

    def _make_index(self, generation: int, columns: dict[str, list[Any]], fields: Fields) -> None:
        self._close_index()
        self._index = TextIndex(self._while_wanted(generation, texts_of(columns, fields)))

    def _found_by(self, query: Query, columns: dict[str, list[Any]]) -> frozenset[str]:
        found = self._index.matching(query.words) if self._index is not None else frozenset()
        if query.day and self._index is not None:
            found |= self._index.matching([query.day])
        if query.place:
            uuids = columns["uuid"]
            found |= {uuids[row] for row in rows_near(query.place, columns["longitude"], columns["latitude"])}
        return found

    def _while_wanted(self, generation: int, texts: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for number, text in enumerate(texts):
            if number % _LOOK_UP == 0 and generation != self._generation:
                raise _Unwanted
            yield text

    def _grow(self) -> bool:
        return self._index is not None and self._index.grow()

    def _follow_in_index(self, removed: Sequence[str], texts: Sequence[tuple[str, str]]) -> None:
        if self._index is None:
            return
        for uuid in removed:
            self._index.drop(uuid)
        for uuid, text in texts:
            self._index.put(uuid, text)

    def _close_index(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None


def _settled(_result: object) -> None:
    """Nothing is left to do."""


def _narrowed(found: Found, conditions: Sequence[Condition], columns: dict[str, list[Any]]) -> frozenset[str]:
    """Those of ``found`` (``None``: all) that meet the conditions."""
    uuids = columns["uuid"]
    rows = range(len(uuids)) if found is None else [row for row, uuid in enumerate(uuids) if uuid in found]
    return frozenset(uuids[row] for row in passing(conditions, columns, rows, folded))
