"""Keeps the map in step with the roster and the selection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QObject

from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.gems import GEMS, OTHER_COLOUR
from surveyapp.ui.itemmodels.roster import COLUMN_FIELDS, Delta, Roster, shown_text
from surveyapp.ui.mapcanvas.basemap import LonLat
from surveyapp.ui.mapcanvas.basemap_source import outline_map
from surveyapp.ui.mapcanvas.canvas import MapCanvas
from surveyapp.ui.mapcanvas.styles import PointStyle
from surveyapp.ui.selection import Selection

_STYLE_OF = {gem.code: place for place, gem in enumerate(GEMS)}
_OTHER = len(GEMS)


def gem_palette() -> list[PointStyle]:
    """How the map draws each gem, in the order of the table of gems, then any other."""
    drawn = [PointStyle(gem.code, gem.label, gem.colour, gem.shape) for gem in GEMS]
    return [*drawn, PointStyle("", "Other or not said", OTHER_COLOUR, "circle")]


def outlines_of(columns: dict[str, list[Any]]) -> list[tuple[str, LonLat]]:
    """Name and corners (n, 2) of each line, or of each polygon's outer ring; columns ``name`` and ``geom``."""
    import shapely

    found: list[tuple[str, LonLat]] = []
    for name, geometry in zip(columns["name"], columns[GEOMETRY], strict=True):
        if geometry is None:
            continue
        shape = shapely.from_wkb(geometry)
        for part in getattr(shape, "geoms", [shape]):
            ring = part.exterior if part.geom_type == "Polygon" else part
            found.append((str(name or ""), np.asarray(ring.coords, float)[:, :2]))
    return found


class MapLink(QObject):
    """Feeds a :class:`MapCanvas` from the roster, and ties its selection to the shared one."""

    def __init__(self, canvas: MapCanvas, roster: Roster, selection: Selection) -> None:
        super().__init__(canvas)
        self._canvas, self._roster, self._selection = canvas, roster, selection
        canvas.set_palette(gem_palette(), "Gems")
        canvas.set_basemap(outline_map())
        canvas.set_tooltips(self._tooltip)
        canvas.set_labels(self._label)
        canvas.selectionChanged.connect(self._chosen_on_map)
        selection.changed.connect(self._selected)

    def reload(self) -> None:
        """The roster was filled anew."""
        roster = self._roster
        self._canvas.set_points(
            roster.uuids,
            _degrees(roster.column("longitude")),
            _degrees(roster.column("latitude")),
            np.array([_STYLE_OF.get(gem, _OTHER) for gem in roster.column("gem")], np.uint8),
            np.array([presence == "absent" for presence in roster.column("presence")], bool),
        )
        self._selected("window")

    def follow(self, delta: Delta) -> None:
        """The roster followed a change set."""
        for uuid in delta.removed:
            self._canvas.remove_point(uuid)
        for uuid in (*delta.added, *delta.changed):
            longitude, latitude = self._roster.position(uuid) or (math.nan, math.nan)
            self._canvas.upsert_point(
                uuid,
                longitude,
                latitude,
                _STYLE_OF.get(str(self._roster.value(uuid, "gem")), _OTHER),
                self._roster.value(uuid, "presence") == "absent",
            )
        self._mark_accuracy()

    def _chosen_on_map(self, uuids: list[str]) -> None:
        self._selection.set(uuids, "map")

    def _selected(self, origin: str) -> None:
        if origin != "map":
            self._canvas.set_selection(self._selection.uuids)
        self._mark_accuracy()

    def _mark_accuracy(self) -> None:
        """The circle within which the current sighting lies, where its accuracy is known."""
        circles = []
        uuid = self._selection.current
        if uuid is not None and self._roster.row(uuid) is not None:
            position, accuracy_m = self._roster.position(uuid), self._roster.value(uuid, "accuracy_m")
            if position is not None and isinstance(accuracy_m, int | float):
                circles.append((*position, float(accuracy_m)))
        self._canvas.set_accuracy(circles)

    def _label(self, uuid: str) -> str:
        if self._roster.row(uuid) is None:
            return ""
        return str(self._roster.value(uuid, "locality") or "")

    def _tooltip(self, uuid: str) -> str:
        if self._roster.row(uuid) is None:
            return ""
        facts = [
            shown_text(COLUMN_FIELDS[name], self._roster.value(uuid, name))
            for name in ("gem", "locality", "observer", "observed_at")
        ]
        return "\n".join(fact for fact in facts if fact)


def _degrees(values: Sequence[float | None]) -> LonLat:
    return np.array([math.nan if value is None else value for value in values], float)
