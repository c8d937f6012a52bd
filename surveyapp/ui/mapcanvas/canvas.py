"""The map widget: what its owner feeds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from numpy.typing import ArrayLike

from surveyapp.ui.mapcanvas import overlays
from surveyapp.ui.mapcanvas.basemap import Basemap, LonLat
from surveyapp.ui.mapcanvas.legend import ROW_PX
from surveyapp.ui.mapcanvas.levels import Crowding
from surveyapp.ui.mapcanvas.scene import TITLE_HEIGHT, LabelOf
from surveyapp.ui.mapcanvas.snapshot import check_size, save_png
from surveyapp.ui.mapcanvas.styles import THEMES, PointStyle
from surveyapp.ui.mapcanvas.surface import MapSurface
from surveyapp.ui.mapcanvas.viewport import Viewport


class MapCanvas(MapSurface):
    """Shows sightings on an outline map; the owner feeds it and listens to its signals.

    Records are known by their uuid. The signals (see :class:`.MapSurface`) tell of what the user did;
    methods never emit ``selectionChanged``, so a table and the map can follow each other without a loop.
    """

    # ---- content -----------------------------------------------------------------------------

    def set_basemap(self, basemap: Basemap) -> None:
        """Draw this outline under the points."""
        self.scene.ground.set_basemap(basemap)
        self._changed()

    def set_palette(self, styles: Sequence[PointStyle], title: str = "") -> None:
        """What the style indices of points look like, and the legend's title."""
        self.scene.points.palette = tuple(styles)
        self._options = replace(self._options, legend_title=title)
        self._changed()

    def set_points(
        self,
        keys: Sequence[str],
        lon: ArrayLike,
        lat: ArrayLike,
        style: ArrayLike,
        hollow: ArrayLike | None = None,
    ) -> None:
        """Show these sightings instead; see :meth:`.PointLayer.set_points`. The first ones are fitted."""
        self.scene.layer.set_points(keys, lon, lat, style, hollow)
        self._content_changed()

    def upsert_point(self, key: str, lon: float, lat: float, style: int, hollow: bool = False) -> None:
        """Add one sighting, or change it where it is in the drawing order. NaN: no position."""
        self.scene.layer.upsert(key, lon, lat, style, hollow)
        west, south, east, north = self._view.bounds
        self._content_changed(refit=not (west <= lon <= east and south <= lat <= north))

    def remove_point(self, key: str) -> None:
        """Take one sighting off the map and out of the selection."""
        self.scene.layer.remove(key)
        self.scene.selection -= {key}
        self._content_changed(refit=False)

    def set_selection(self, uuids: Sequence[str]) -> None:
        """Mark these sightings; emits nothing."""
        self._select(frozenset(uuids), tell=False)

    def set_gps(self, lon: float | None, lat: float | None, accuracy_m: float | None, stale: bool = False) -> None:
        """Show the receiver's position; None takes it off. ``stale``: the fix is old."""
        if lon is None or lat is None:
            self.scene.gps = None
        else:
            self.scene.gps = overlays.GpsMark(lon, lat, accuracy_m, stale)
            if self.buttons.locate.isChecked() and not stale:
                self._centre_on(lon, lat)
        self.update()

    def set_accuracy(self, circles: Sequence[tuple[float, float, float]]) -> None:
        """Circles of positional accuracy (longitude, latitude, metres), usually of the selected sighting."""
        self.scene.accuracy = [overlays.AccuracyCircle(*circle) for circle in circles]
        self._changed()

    def set_tracks(self, tracks: Sequence[tuple[str, LonLat]]) -> None:
        """Traverses walked: name and (n, 2) longitude, latitude."""
        self._set_outlines("track", [overlays.track(points, name) for name, points in tracks])

    def set_areas(self, areas: Sequence[tuple[str, LonLat]]) -> None:
        """Licences, prospects, worked extents: name and ring (n, 2) of longitude, latitude."""
        self._set_outlines("area", [overlays.area(points, name) for name, points in areas])

    def set_labels(self, label_of: LabelOf | None) -> None:
        """Name single sightings on the map where there is room; None: no names."""
        self.scene.label_of = label_of
        self._changed()

    def set_tooltips(self, tooltip_of: LabelOf | None) -> None:
        """Plain text shown when the mouse rests on a sighting."""
        self._tooltip_of = tooltip_of

    def set_empty_text(self, text: str) -> None:
        """Words in the middle of the map while there are no sightings."""
        self.scene.empty_text = text
        self._changed()

    # ---- look --------------------------------------------------------------------------------

    def set_theme(self, name: str) -> None:
        """``light``, ``dark`` or ``night``; ``KeyError`` for another."""
        self.scene.theme = THEMES[name]
        self.buttons.set_theme(self.scene.theme)
        self._changed()

    def set_crowding(self, crowding: Crowding) -> None:
        """What to do where points cannot be told apart: ``clusters``, ``density`` or all ``points``."""
        self.scene.points.crowding = crowding
        self._changed()

    def set_graticule(self, shown: bool) -> None:
        """Degree net on or off."""
        self.scene.show_net = shown
        self._changed()

    def set_legend(self, shown: bool, opened: bool | None = None) -> None:
        """Legend on or off, open or folded to its title; None: open where there is room."""
        self._options = replace(self._options, legend=shown, legend_open=opened)
        self._changed()

    def set_touch_mode(self, touch: bool) -> None:
        """Rows of the legend as high as a fingertip."""
        self._options = replace(self._options, legend_row=44 if touch else ROW_PX)
        self._changed()

    @property
    def aggregated(self) -> bool:
        """Whether the map now shows some sightings as groups and not one by one."""
        return self.scene.points.frame(self._view).aggregated

    def snapshot(
        self,
        path: Path | str,
        width: int,
        height: int,
        title: str = "",
        legend: bool = True,
        pixel_ratio: float = 1.0,
    ) -> None:
        """Write what is in view as a PNG of ``width`` × ``height`` pixels, with scale, arrow and degree net.

        ``pixel_ratio`` 2 draws everything on the glass twice as large, for print. Raises ``BadInput`` for an
        impossible size and ``BadFile`` if the file cannot be written; an older file is then as it was.
        """
        check_size(width, height)
        wide, high = round(width / pixel_ratio), round(height / pixel_ratio)
        room = high - (TITLE_HEIGHT if title else 0)
        factor = min(wide / self.view.width, room / self.view.height)
        view = Viewport(wide, high, self.view.x, self.view.y, self.view.scale * factor)
        options = replace(self._options, legend=legend, legend_open=True, buttons=None)
        save_png(self.scene.snapshot(view, self.font(), title, options, pixel_ratio), Path(path))

    def _set_outlines(self, kind: str, outlines: list[overlays.Outline]) -> None:
        self.scene.outlines = [one for one in self.scene.outlines if one.kind != kind] + outlines
        self._content_changed()
