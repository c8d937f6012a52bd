"""Which revisions came before which, in the history of one record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from surveyapp.domain.merge import Revision

REVIEW = "review:"
"""What the initiator of a revision begins with that a reviewer's decision made; the uuid of the review follows."""


def with_ancestors(names: Iterable[str], by_id: Mapping[str, Revision]) -> list[Revision]:
    """The revisions of these names that are there, and all that they were made upon."""
    found: dict[str, Revision] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in by_id and name not in found:
            found[name] = by_id[name]
            waiting += by_id[name].parents
    return list(found.values())
