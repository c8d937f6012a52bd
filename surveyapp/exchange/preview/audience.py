"""A survey as the public may see it: no precise position, no person's name, no licence, no history.

What may leave is said in the field table (``Field.public``). Positions become the centre of a cell of a
grid; whatever could find the place again (how the position was got, elevation, tracks, areas) stays. Free
text that may leave is read as well: one that holds a coordinate or a name that was removed is withheld.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from surveyapp.domain.fields import (
    DATETIME,
    LAYER_BY_NAME,
    POSITION_FACTS,
    REF,
    SURVEY,
    TEXT,
    Field,
    Layer,
)
from surveyapp.domain.records import Value, moment_of
from surveyapp.errors import BadInput
from surveyapp.exchange.preview.columns import texts_of
from surveyapp.exchange.preview.data import Columns, PreviewData
from surveyapp.words import tr

_LAYERS = ("sighting", "orientation", "sample", "certificate")
_PLACE_FACTS = frozenset(POSITION_FACTS) - {"position_source"} | {"elevation_m", "toposheet"}
_COORDINATE = re.compile(
    r"\d\.\d{3,}|\d,\d{4,}"  # 34.7725, not 125,000
    r"|\d\s*[°º˚]"  # 34° 46'
    r"|\b\d{6,7}\D{1,4}\d{6,7}\b"  # eastings and northings
    r"|\b\d{1,2}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?\d{3,5}\s?\d{3,5}\b",  # MGRS
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Public:
    """The public edition, and how many texts were withheld from it."""

    data: PreviewData
    withheld: int


def public_edition(data: PreviewData, grid_deg: float) -> Public:
    """Reduce a survey to what the public may see; ``grid_deg`` is the size of the cells in degrees."""
    if not 0.001 <= grid_deg <= 10:
        raise BadInput(
            tr("A grid of {grid_deg:g} degrees cannot be used; give a size between 0.001 and 10.", grid_deg=grid_deg)
        )
    censor = _Censor(_private_names(data))
    layers = {
        name: _public_columns(LAYER_BY_NAME[name], data.layers[name], grid_deg, censor)
        for name in _LAYERS
        if name in data.layers
    }
    surveys = [
        {"uuid": row.get("uuid"), **{f.name: censor.value(f, row.get(f.name)) for f in SURVEY if f.public}}
        for row in data.surveys
    ]
    photos = [replace(photo, caption=censor.text(photo.caption) or "", file_name="") for photo in data.photos]
    shown = PreviewData(
        title=censor.text(data.title) or SURVEY.title,
        layers=layers,
        surveys=surveys,
        photos=photos,
        basemap=data.basemap,
    )
    return Public(shown, censor.withheld)


def cell_centre(degrees: float, grid_deg: float, limit: float) -> float:
    """Centre of the grid cell that holds a longitude or latitude, kept within ±``limit``."""
    centre = (math.floor(degrees / grid_deg) + 0.5) * grid_deg
    return round(max(-limit, min(limit, centre)), 6)


def _public_columns(layer: Layer, columns: Columns, grid_deg: float, censor: _Censor) -> dict[str, list[Any]]:
    kept: dict[str, list[Any]] = {"uuid": list(columns["uuid"])}
    for name, limit in (("longitude", 180.0), ("latitude", 90.0)):
        if name in columns:
            kept[name] = [
                cell_centre(value, grid_deg, limit) if isinstance(value, int | float) and math.isfinite(value) else None
                for value in columns[name]
            ]
    for field in layer:
        if field.public and field.name not in _PLACE_FACTS and field.name in columns:
            kept[field.name] = censor.column(field, columns[field.name])
    return kept


def _private_names(data: PreviewData) -> set[str]:
    """Texts of every field that stays: people, licences, file names."""
    names: set[str] = set()
    for layer_name, columns in data.layers.items():
        layer = LAYER_BY_NAME.get(layer_name)
        if layer is not None:
            names |= texts_of(columns, [f.name for f in _private_texts(layer)])
    for row in data.surveys:
        columns = {name: [value] for name, value in row.items()}
        names |= texts_of(columns, [f.name for f in _private_texts(SURVEY)])
    return names


def _private_texts(layer: Layer) -> list[Field]:
    return [f for f in layer if not f.public and f.kind == TEXT and f.name not in POSITION_FACTS]


class _Censor:
    """Withholds texts that hold a coordinate or one of the names, and counts them."""

    def __init__(self, names: set[str]) -> None:
        self.withheld = 0
        self._names: dict[str, list[list[str]]] = {}
        for name in names:
            words = _words(name)
            # A name of one or two letters would withhold nearly every text.
            if sum(map(len, words)) > 2:
                self._names.setdefault(words[0], []).append(words)

    def text(self, text: str) -> str | None:
        if _COORDINATE.search(text) or self._names_someone(text):
            self.withheld += 1
            return None
        return text

    def value(self, field: Field, value: Value) -> Value:
        if not isinstance(value, str) or field.kind == REF:
            return value
        if field.kind == DATETIME:
            return value if moment_of(value) else None
        if field.vocabulary is not None and field.vocabulary.term(value):
            return value
        return self.text(value)

    def column(self, field: Field, values: Sequence[Any]) -> list[Any]:
        """The column, each distinct text of it read once."""
        allowed: dict[Any, Any] = {}
        for value in values:
            if value not in allowed:
                allowed[value] = self.value(field, value)
        return [allowed[value] for value in values]

    def _names_someone(self, text: str) -> bool:
        words = _words(text)
        return any(
            words[at : at + len(name)] == name for at, word in enumerate(words) for name in self._names.get(word, ())
        )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
