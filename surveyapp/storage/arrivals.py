"""The order in which a file came to know what is in it, straight from its rows.

The history of a file is only ever added to, so that the order of its rows is the order of arrival.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from surveyapp.storage import connection as files

_LINES = (
    "SELECT g.record, g.n, f.author, f.at, l.author, l.at, g.first, g.last FROM "
    "(SELECT record, min(id) AS first, max(id) AS last, count(*) AS n FROM revision WHERE layer = 'sighting' "
    "GROUP BY record) g JOIN revision f ON f.id = g.first JOIN revision l ON l.id = g.last"
)
_HEADS = "SELECT record, revision FROM revision WHERE layer = ? AND head = 1 ORDER BY record, revision"
_OF_CHILD = (
    "SELECT c.sighting_uuid, max(r.id) FROM {0} c JOIN revision r ON r.record = c.uuid AND r.layer = '{0}' "
    "GROUP BY c.sighting_uuid"
)
_OF_GRANDCHILD = (
    "SELECT s.sighting_uuid, max(r.id) FROM {0} c JOIN sample s ON s.uuid = c.sample_uuid "
    "JOIN revision r ON r.record = c.uuid AND r.layer = '{0}' GROUP BY s.sighting_uuid"
)
_LATER = (
    *map(_OF_CHILD.format, ("orientation", "sample", "photo")),
    *map(_OF_GRANDCHILD.format, ("custody", "certificate")),
)
_PACKAGES = "SELECT file_name, team, revisions, merged_at FROM package ORDER BY id"
_LAST_OF = "SELECT id FROM revision ORDER BY id LIMIT 1 OFFSET ?"


class ArrivalRows:
    """What the rows of an open file say about arrival. Places are those of the history (``revision.id``)."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path, self._connection = path, connection

    def packages(self) -> list[tuple[str | None, str | None, int | None, str | None]]:
        """(file name, team, revisions that there were when it had been taken in, when), in the order of the file."""
        return self._ask(_PACKAGES)

    def place_of(self, revisions: int) -> int | None:
        """Place of the last of the first so many revisions; ``None`` where there are fewer."""
        found = self._ask(_LAST_OF, revisions - 1)
        return found[0][0] if found else None

    def heads(self, layer: str) -> list[tuple[str, str]]:
        """(record, revision) of the revisions that nothing was made upon, sorted."""
        return self._ask(_HEADS, layer)

    def sightings(self) -> list[tuple[str, int, str | None, str | None, str | None, str | None, int, int]]:
        """(uuid, revisions, first author, first time, last author, last time, first place, last place)."""
        return self._ask(_LINES)

    def last_of_children(self) -> dict[str, int]:
        """By sighting, the last place of what hangs on it."""
        last: dict[str, int] = {}
        for question in _LATER:
            for sighting, place in self._ask(question):
                last[sighting] = max(place, last.get(sighting, 0))
        return last

    def _ask(self, question: str, *values: Any) -> list[Any]:
        with files.sentences(self._path, "reading"):
            found: Sequence[Any] = self._connection.execute(question, values).fetchall()
        return list(found)
