"""When a file came to know what is in it: the history of each sighting in one line, and after which of the packages
that were merged in it, or its last change, arrived.

The history of a file is only ever added to, so that the order of its rows is the order of arrival; and a package's row
says how many of them there were when it had been taken in. No clock is asked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveyapp.services.session import Session

if TYPE_CHECKING:
    from surveyapp.exchange.preview import HistorySummary, PreviewPackage

@dataclass(frozen=True, slots=True)
class _Package:
    name: str
    team: str
    revisions: int
    merged_at: str


class Arrivals:
    """What the history of a file says about arrival. ``packages`` are those that the file itself took in, in order;
    one that had been merged into another package before it came has no moment of its own here."""

    def __init__(self, session: Session) -> None:
        self._rows = session.file.arrivals()
        # One that had been merged into another package before it came has no count of this file.
        taken = [
            _Package(str(name or ""), str(team or ""), count, str(at or ""))
            for name, team, count, at in self._rows.packages()
            if count
        ]
        ends = [self._rows.place_of(one.revisions) for one in taken]
        # A count beyond the history is of a file that was tampered with.
        self._taken = [one for one, end in zip(taken, ends, strict=True) if end is not None]
        self._ends = [end for end in ends if end is not None]

    @property
    def packages(self) -> list[PreviewPackage]:
        """As the preview takes them."""
        from surveyapp.exchange.preview import PreviewPackage

        return [PreviewPackage(one.name, one.team, one.merged_at) for one in self._taken]

    def heads(self, layer: str) -> dict[str, str]:
        """By record, the revisions that nothing was made upon, sorted and joined by ``+``."""
        found: dict[str, list[str]] = defaultdict(list)
        for record, revision in self._rows.heads(layer):
            found[record].append(revision)
        return {record: "+".join(revisions) for record, revisions in found.items()}

    def history(self) -> dict[str, HistorySummary]:
        """The history of each sighting; its last change may be one of its samples, photos and the like."""
        from surveyapp.exchange.preview import HistorySummary

        heads = self.heads("sighting")
        later = self._rows.last_of_children()
        return {
            record: HistorySummary(
                heads.get(record, ""), count, made_by or "", made_at or "", by or "", at or "",
                self._before(first), self._before(max(last, later.get(record, 0))),
            )
            for record, count, made_by, made_at, by, at, first, last in self._rows.sightings()
        }  # fmt: skip

    def _before(self, row: int) -> int:
        """How many packages had been taken in when a row of the history came."""
        return bisect_left(self._ends, row)
