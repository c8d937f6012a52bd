"""Records: one row of a layer, by uuid, as the whole program passes it around."""

from __future__ import annotations

import uuid as _uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, Layer
from surveyapp.domain.geometry import point_of

Value = str | int | float | None
"""What a field holds. Times are text in UTC with milliseconds and ``Z``; geometry is WKB hex
(:mod:`surveyapp.domain.geometry`). A photo's bytes are no value: they are read and given apart."""

PAKISTAN = timezone(timedelta(hours=5), "PKT")
"""Pakistan Standard Time, UTC+5; Asia/Karachi has had no summer time since 2009."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row. ``values`` has every field of the layer (``None`` where empty), the geometry under ``geom``,
    and any column that others added to the file, under its own name."""

    layer: str
    uuid: str
    values: Mapping[str, Value]

    @property
    def definition(self) -> Layer:
        return LAYER_BY_NAME[self.layer]

    @property
    def position(self) -> tuple[float, float] | None:
        """(longitude, latitude) in degrees of a point record, or ``None``."""
        return point_of(self.values.get(GEOMETRY))

    def get(self, name: str) -> Value:
        return self.values.get(name)

    def text(self, name: str) -> str:
        """Value as a person reads it: the label of a code, empty for nothing."""
        value = self.values.get(name)
        field = self.definition.field(name)
        if field is not None and field.vocabulary is not None:
            return field.vocabulary.label(value)
        return "" if value is None else str(value)

    def english(self, name: str) -> str:
        """As :meth:`text`, for files and reports, whatever language the program speaks."""
        value = self.values.get(name)
        field = self.definition.field(name)
        if field is not None and field.vocabulary is not None:
            return field.vocabulary.english(value)
        return self.text(name)


def new_uuid() -> str:
    """A new identity: random UUID (version 4), lower case with hyphens."""
    return str(_uuid.uuid4())


def utc_text(moment: datetime | None = None) -> str:
    """A moment (now, if none) as the file keeps it: ``2026-11-24T05:06:07.089Z``. Naive times are refused,
    because guessing a time zone falsifies the record."""
    moment = moment or datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def moment_of(text: object) -> datetime | None:
    """The moment that stored text names, or ``None`` if it names none."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no time, or one that lies before the year 1 in UTC
        return None
