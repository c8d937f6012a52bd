"""What a preview is made from: plain data, gathered by whoever holds the survey file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from surveyapp.domain.merge import Conflict
from surveyapp.domain.records import Value

Columns = Mapping[str, Sequence[Any]]
"""Columns of one layer by name, all of one length: ``uuid``, every field, for points also ``longitude`` and
``latitude`` in degrees (``None`` without a position), and any column that others added to the file."""

Parts = Sequence[Sequence[tuple[float, float]]]
"""(longitude, latitude) lists in degrees: the lines of a track, or all rings of an area (holes too; drawn
by the even-odd rule)."""

Thumbnail = Callable[[bytes, int], bytes]
"""(bytes of a photo, longest edge in pixels) -> bytes of a small JPEG or PNG, upright. Raises a
``SurveyError`` for bytes that are no photo."""


@dataclass(frozen=True, slots=True)
class HistorySummary:
    """The history of one record in one line. ``revision`` names the revisions that nothing was made upon, joined by
    ``+`` where there are several; times are UTC text. ``made_in`` and ``changed_in`` say how many of
    ``PreviewData.packages`` the file had taken in before it learned of the record, and of its last change."""

    revision: str
    revisions: int
    created_by: str | None = None
    created_at: str | None = None
    changed_by: str | None = None
    changed_at: str | None = None
    made_in: int = 0
    changed_in: int = 0


@dataclass(frozen=True, slots=True)
class PreviewPackage:
    """A package that was merged into the survey: what the file was called, whose it is, and when (UTC text)."""

    name: str
    team: str = ""
    merged_at: str = ""


@dataclass(frozen=True, slots=True)
class PreviewPhoto:
    """A photo of a sighting; ``read`` gives its bytes when the thumbnail is made, so that a thousand photos
    are never in memory together."""

    uuid: str
    sighting_uuid: str
    read: Callable[[], bytes]
    caption: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class PreviewData:
    """One survey, ready to be shown.

    ``surveys`` are rows of the ``survey`` layer (values by field name, and ``uuid``). ``layers`` holds the
    columns of every layer that has rows, ``sighting`` at least. ``tracks`` and ``areas`` give the shape of
    a record of those layers by uuid. ``history`` is by uuid of the sighting, ``revisions`` names, as
    ``HistorySummary.revision`` does, those of tracks and areas by layer and uuid. ``packages`` are in the order in
    which they came. ``basemap`` is GeoJSON.
    """

    title: str
    layers: Mapping[str, Columns]
    surveys: Sequence[Mapping[str, Value]] = ()
    tracks: Mapping[str, Parts] = field(default_factory=dict)
    areas: Mapping[str, Parts] = field(default_factory=dict)
    photos: Sequence[PreviewPhoto] = ()
    conflicts: Sequence[Conflict] = ()
    history: Mapping[str, HistorySummary] = field(default_factory=dict)
    revisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    packages: Sequence[PreviewPackage] = ()
    basemap: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class PreviewOptions:
    """What an office sets.

    ``grid_deg``: size of the cells to which a public preview coarsens positions, in degrees.
    ``photo_bytes``: the most that all thumbnails together may take before base64.
    ``built_at``: moment shown as the time of making, now if ``None``.
    ``ground``: the office's own map (any file that the program's map shows, of pixels) to lie under the points, at
    the zooms ``ground_zooms`` (first and last), in at most ``ground_bytes`` before base64.
    """

    grid_deg: float = 0.1
    photo_bytes: int = 30_000_000
    built_at: datetime | None = None
    ground: Path | None = None
    ground_zooms: tuple[int, int] = (8, 12)
    ground_bytes: int = 20_000_000


def shape_parts(wkb_hex: object) -> list[list[tuple[float, float]]]:
    """Lines or rings of WKB hex (any line or polygon type), for ``PreviewData.tracks`` and ``areas``;
    empty for no geometry."""
    import shapely
    from shapely.errors import ShapelyError

    if not isinstance(wkb_hex, str) or not wkb_hex:
        return []
    try:
        shape = shapely.from_wkb(wkb_hex)
    except ShapelyError:
        return []
    if shape.geom_type.endswith("Polygon"):
        shape = shape.boundary
    lines = shapely.get_parts(shape)
    return [
        [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]
        for line in lines
        if line.geom_type in {"LineString", "LinearRing"}
    ]
