"""Open conflicts as rows of a table, for every report that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.exchange.report.markup import Html, isolated, tag


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its letter, the value, who and when; ``stands``: it holds for now."""

    name: str
    value: str
    author: str
    when: str
    stands: bool


def dispute_body(record: Sequence[str], field: str, before: str, sides: Sequence[Side], for_now: str) -> Html:
    """A body of a table with one row for each side; the record, the field and what was there before stand once.
    ``for_now`` marks the value that holds."""
    span = str(len(sides))
    chip = [" ", tag("span", for_now, class_="chip")]
    rows = []
    for place, side in enumerate(sides):
        first = [
            tag("th", *record, scope="rowgroup", rowspan=span), tag("td", isolated(field), rowspan=span),
            tag("td", before, rowspan=span),
        ] if place == 0 else []
        rows.append(tag(
            "tr", *first, tag("td", side.name, class_="side"),
            tag("td", side.value, *(chip if side.stands else []), class_="value"),
            tag("td", isolated(side.author)), tag("td", side.when),
        ))
    return tag("tbody", *rows)
