"""Keeps the map in step with the roster and the selection."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from surveyapp.domain.fields import GEOMETRY
from surveyapp.ui.itemmodels.columns import shown_text
from surveyapp.ui.itemmodels.roster import Delta, Roster
from surveyapp.ui.map_styles import SCHEMES, Styles, StyleScheme, gem_palette
from surveyapp.ui.mapcanvas.basemap import LonLat
from surveyapp.ui.mapcanvas.basemap_source import outline_map
from surveyapp.ui.mapcanvas.canvas import MapCanvas
from surveyapp.ui.selection import Selection

__all__ = ["MapLink", "gem_palette", "outlines_of"]

_TYPING_MS = 400
"""A typed position is marked this long after the last key: half of a position lies in another country."""


def outlines_of(columns: dict[str, list[Any]]) -> list[tuple[str, LonLat]]:
    """Name and corners (n, 2) of each line, or of each polygon's outer ring; columns ``name`` and ``geom``."""
    found: list[tuple[str, LonLat]] = []
    if not any(columns[GEOMETRY]):
        return found
    import shapely

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

    def __init__(
        self,
        canvas: MapCanvas,
        roster: Roster,
        selection: Selection,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._roster, self._selection = canvas, roster, selection
        self._clock = clock
        self._scheme = SCHEMES["gem"]
        self._marked: tuple[float, float] | None = None
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._mark_now)
        canvas.set_scheme(self._scheme.palette(), self._scheme.title())
        canvas.set_basemap(outline_map())
        canvas.set_tooltips(self._tooltip)
        canvas.set_labels(self._label)
        canvas.selectionChanged.connect(self._chosen_on_map)
        selection.changed.connect(self._selected)

    @property
    def scheme(self) -> StyleScheme:
        """By what the sightings are coloured."""
        return self._scheme

    def set_scheme(self, name: str) -> None:
        """Colour the sightings by something else: a name of :data:`.map_styles.SCHEMES`."""
        if name != self._scheme.name:
            self._scheme = SCHEMES[name]
            self._canvas.set_scheme(self._scheme.palette(), self._scheme.title())
            self.reload()

    def came(self, names: Collection[str]) -> None:
        """Columns of the roster have come; what the map is coloured by may be among them."""
        if self._scheme.field in names:
            self.reload()
        elif "accuracy_m" in names:
            self._mark_accuracy()

    def complete(self) -> None:
        """The roster has all columns now, and :meth:`came` has been told of each."""
        self._mark_accuracy()

    def mark_typed(self, position: tuple[float, float] | None) -> None:
        """Mark where a form that is being filled in says the sighting is; ``None`` takes the mark off."""
        self._marked = position
        if position is None:
            self._typing.stop()
            self._canvas.clear_mark()
        else:
            self._typing.start()

    def _mark_now(self) -> None:
        if self._marked is not None:
            self._canvas.mark(*self._marked)

    def reload(self) -> None:
        """The roster was filled anew."""
        roster = self._roster
        roster.want([self._scheme.field])
        self._canvas.set_points(
            roster.uuids,
            np.array(roster.column("longitude"), float),
            np.array(roster.column("latitude"), float),
            self._indices(roster.column(self._scheme.field)),
            np.array([presence == "absent" for presence in roster.column("presence")], bool),
        )
        self._selected("window")

    def _indices(self, values: Sequence[Any]) -> Styles:
        """Places in the palette, each distinct value looked up once: a hundred thousand sightings are of ten gems."""
        distinct = list(dict.fromkeys(values))
        place_of = dict(zip(distinct, self._scheme.indices(distinct, self._clock()).tolist(), strict=True))
        return np.fromiter(map(place_of.__getitem__, values), np.uint8, len(values))

    def follow(self, delta: Delta) -> None:
        """The roster followed a change set."""
        now = self._clock()
        for uuid in delta.removed:
            self._canvas.remove_point(uuid)
        for uuid in (*delta.added, *delta.changed):
            longitude, latitude = self._roster.position(uuid) or (math.nan, math.nan)
            self._canvas.upsert_point(
                uuid,
                longitude,
                latitude,
                int(self._scheme.indices([self._roster.value(uuid, self._scheme.field)], now)[0]),
                self._roster.value(uuid, "presence") == "absent",
            )
        self._mark_accuracy()

    def show_only(self, uuids: frozenset[str] | None) -> None:
        """Show what the table shows; ``None``: everything."""
        self._canvas.show_only(uuids)

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
            shown_text(self._roster.fields[name], self._roster.value(uuid, name))
            for name in ("gem", "locality", "observer", "observed_at")
        ]
        return "\n".join(fact for fact in facts if fact)
