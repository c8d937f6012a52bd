"""By what the map colours sightings: gem, status, confidence or age. No Qt.

Each way is a palette, the field that it looks at, and the entry of the palette that a value of it gets. Entries
differ in shape as well as in colour.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveyapp.domain.gems import GEMS, OTHER_COLOUR
from surveyapp.domain.records import utc_text
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.ui.mapcanvas.styles import PointStyle
from surveyapp.words import tr

Styles = NDArray[np.uint8]

_STATUS = {
    "draft": ("#5f6670", "circle"),
    "submitted": ("#2f6fd0", "square"),
    "received": ("#7a4fc0", "diamond"),
    "has-issues": ("#d97a00", "triangle"),
    "accepted": ("#1f8a4c", "hexagon"),
    "rejected": ("#c4283c", "cross"),
}
_CONFIDENCE = {
    "certain": ("#0b5fa5", "hexagon"),
    "probable": ("#d99200", "diamond"),
    "possible": ("#c4483c", "triangle"),
}
_AGE_DAYS = (7, 30, 365)
_AGES = (("#c4283c", "star"), ("#e08a00", "diamond"), ("#1f8a6c", "square"), ("#3f5fa8", "triangle"))


@dataclass(frozen=True)
class StyleScheme:
    """One way to colour sightings by the values of ``field``. ``indices`` takes these values and the time of now,
    and gives the palette's entry for each."""

    name: str
    field: str
    title: Callable[[], str]
    palette: Callable[[], list[PointStyle]]
    indices: Callable[[Sequence[Any], datetime], Styles]


def gem_palette() -> list[PointStyle]:
    """How the map draws each gem, in the order of the table of gems, then any other."""
    drawn = [PointStyle(gem.code, tr(gem.label), gem.colour, gem.shape) for gem in GEMS]
    return [*drawn, PointStyle("", tr("Other or not said"), OTHER_COLOUR, "circle")]


def _coded(name: str, field: str, title: Callable[[], str], looks: dict[str, tuple[str, str]]) -> StyleScheme:
    """A scheme for a field whose vocabulary has these codes."""
    place_of = {code: place for place, code in enumerate(looks)}

    def palette() -> list[PointStyle]:
        drawn = [PointStyle(code, VOCABULARIES[field].label(code), *look) for code, look in looks.items()]
        return [*drawn, PointStyle("", tr("Not said"), OTHER_COLOUR, "circle")]

    def indices(values: Sequence[Any], _now: datetime) -> Styles:
        return np.array([place_of.get(value, len(place_of)) for value in values], np.uint8)

    return StyleScheme(name, field, title, palette, indices)


_GEM_PLACES = {gem.code: place for place, gem in enumerate(GEMS)}


def _gem_indices(values: Sequence[Any], _now: datetime) -> Styles:
    return np.array([_GEM_PLACES.get(value, len(GEMS)) for value in values], np.uint8)


def _age_palette() -> list[PointStyle]:
    labels = (tr("Last 7 days"), tr("Last 30 days"), tr("Last year"), tr("Older"))
    keys = (*map(str, _AGE_DAYS), "older")
    drawn = [PointStyle(key, label, *look) for key, label, look in zip(keys, labels, _AGES, strict=True)]
    return [*drawn, PointStyle("", tr("No date"), OTHER_COLOUR, "circle")]


def _age_indices(values: Sequence[Any], now: datetime) -> Styles:
    """The first class that a time is young enough for. A time that is still to come counts as young: the form warns
    of it, and the map is not the place to do so."""
    # Times are kept in UTC as text of one length, which sorts as time does.
    limits = [utc_text(now - timedelta(days=days)) for days in reversed(_AGE_DAYS)]
    undated, oldest = len(_AGES), len(_AGE_DAYS)
    places = [oldest - bisect_right(limits, value) if isinstance(value, str) else undated for value in values]
    return np.array(places, np.uint8)


SCHEMES: dict[str, StyleScheme] = {
    scheme.name: scheme
    for scheme in (
        StyleScheme("gem", "gem", lambda: tr("Gems"), gem_palette, _gem_indices),
        _coded("status", "review_status", lambda: tr("Status"), _STATUS),
        _coded("confidence", "confidence", lambda: tr("Confidence"), _CONFIDENCE),
        StyleScheme("age", "observed_at", lambda: tr("Observed"), _age_palette, _age_indices),
    )
}
"""Every way, by its name."""
