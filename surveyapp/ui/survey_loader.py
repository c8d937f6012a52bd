"""Reads what the window does not begin with: the other columns of a large survey, a piece at a time.

Every piece is one question to the storage thread, so that a save or a look at a sighting has to wait for no more than
one of them. Changes and pieces reach the roster in the order in which the storage thread did them: a piece never
brings back what has been changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer

from surveyapp.domain.fields import SIGHTING
from surveyapp.services.session import Session
from surveyapp.ui.itemmodels.roster import Roster
from surveyapp.ui.survey_reading import Columns

_ROWS = 50_000
_COLUMNS = 8
"""A piece has this many rows of as many columns at most."""

Ask = Callable[[Callable[[Session], Any], Callable[[Any], None]], None]
Span = tuple[int, int | None]


class SurveyLoader(QObject):
    """Fills a roster up. ``ask`` is :meth:`.survey_controller.SurveyController.ask`; ``arrived`` hears which columns
    came in full, ``done`` that all have, ``stale`` that the file holds other records than the roster.
    """

    def __init__(
        self,
        roster: Roster,
        ask: Ask,
        arrived: Callable[[Sequence[str]], None],
        done: Callable[[], None],
        stale: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._roster, self._ask = roster, ask
        self._arrived, self._done, self._stale = arrived, done, stale
        self._shown: tuple[str, ...] = ()
        self._spans: list[Span] = []
        self._blank_known = False

    def start(self, shown: Sequence[str]) -> None:
        """Read on from what the roster was just filled with; ``shown``, the columns of the table, come first."""
        self._shown = tuple(shown)
        self._blank_known = False
        if self._roster.whole:
            self._done()
        else:
            self._put(lambda session: session.file.spans(SIGHTING.name, _ROWS), self._take_spans)

    def _take_spans(self, spans: list[Span]) -> None:
        self._spans = spans
        self._go_on()

    def _go_on(self) -> None:
        coming, wanted = self._roster.coming, self._roster.wanted
        first = [name for name in coming if name in wanted or name in self._shown]
        if not coming:
            self._done()
        elif first:
            self._read(first[:_COLUMNS], self._spans)
        elif not self._blank_known:
            self._put(lambda session: session.file.filled(SIGHTING.name, coming), self._take_filled)
        else:
            self._read(coming[:_COLUMNS], self._spans)

    def _put(self, question: Callable[[Session], Any], then: Callable[[Any], None]) -> None:
        """Ask; what comes when the roster was filled anew meanwhile is of no use."""
        generation = self._roster.generation
        self._ask(question, lambda answer: then(answer) if generation == self._roster.generation else None)

    def _take_filled(self, filled: set[str]) -> None:
        self._blank_known = True
        self._finish([name for name in self._roster.coming if name not in filled])

    def _read(self, names: list[str], spans: list[Span]) -> None:
        span, *rest = spans

        def question(session: Session) -> tuple[Columns, int]:
            return session.file.piece(SIGHTING.name, ["uuid", *names], span), session.file.count(SIGHTING.name)

        self._put(question, lambda answer: self._take(names, rest, *answer))

    def _take(self, names: list[str], rest: list[Span], columns: Columns, count: int) -> None:
        if not self._roster.add_piece(columns) or count != len(self._roster):
            self._stale()
        elif rest:
            self._later(lambda: self._read(names, rest))
        else:
            self._finish(names)

    def _finish(self, names: list[str]) -> None:
        self._roster.finish(names)
        if names:
            self._arrived(names)
        self._later(self._go_on)

    def _later(self, then: Callable[[], None]) -> None:
        """Go on when the window has done what waits: one that closes does not read to the end first."""
        generation = self._roster.generation
        QTimer.singleShot(0, self, lambda: then() if generation == self._roster.generation else None)
