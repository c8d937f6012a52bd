"""The map widget: what its owner feeds it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from numpy.typing import ArrayLike
from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QFontInfo, QPainter
from PySide6.QtWidgets import QWidget

from surveyapp.domain.orientation import Measure
from surveyapp.geo.ground.layer import GroundLayer
from surveyapp.geo.ground.model import WorldBox
from surveyapp.ui.mapcanvas import overlays
from surveyapp.ui.mapcanvas.basemap import Basemap, LonLat
from surveyapp.ui.mapcanvas.glass import GlassOptions
from surveyapp.ui.mapcanvas.grids import GridName
from surveyapp.ui.mapcanvas.groundloader import GroundLoader
from surveyapp.ui.mapcanvas.legend import ROW_PX
from surveyapp.ui.mapcanvas.levels import Crowding
from surveyapp.ui.mapcanvas.scene import TITLE_HEIGHT, LabelOf, Sheet
from surveyapp.ui.mapcanvas.structures import StructureLayer
from surveyapp.ui.mapcanvas.styles import THEMES, PointStyle
from surveyapp.ui.mapcanvas.surface import MapSurface
from surveyapp.ui.mapcanvas.viewport import Box, Viewport
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.mapcanvas.snapshot import Paper

OwnKind = Literal["outline", "places", "areas", "tracks", "structures", "legend"]
"""What the map draws of its own beside the sightings and the nets."""


class MapCanvas(MapSurface):
    """Shows sightings on an outline map; the owner feeds it and listens to its signals.

    Records are known by their uuid. The signals (see :class:`.MapSurface`) tell of what the user did;
    methods never emit ``selectionChanged``, so a table and the map can follow each other without a loop.
    """

    ownShownChanged = Signal()
    """Something that the map draws of its own was shown or hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hidden: frozenset[OwnKind] = frozenset()
        self._outlines: dict[Literal["area", "track", "live"], list[overlays.Outline]] = {}
        self.ground.changed.connect(self._changed)

    # ---- content -----------------------------------------------------------------------------

    @property
    def ground(self) -> GroundLoader:
        """The maps from files: what they are, and what there is to say of them."""
        return self.scene.ground.loader

    def set_ground(self, layers: Sequence[GroundLayer]) -> None:
        """Draw these maps from files under the points, the lowest first."""
        self.ground.set_layers(layers)

    def show_box(self, box: WorldBox) -> None:
        """Show a whole box of world degrees (:mod:`surveyapp.geo.ground.model`)."""
        self._set_view(self._fitted(Box(*box)))

    @property
    def hidden(self) -> frozenset[OwnKind]:
        """What the map could draw of its own and does not."""
        return self._hidden

    def set_shown(self, kind: OwnKind, shown: bool) -> None:
        """Draw something of the map's own, or leave it out."""
        self._hidden = self._hidden - {kind} if shown else self._hidden | {kind}
        self.scene.ground.show_own(outline="outline" not in self._hidden, places="places" not in self._hidden)
        self.scene.structures_shown = "structures" not in self._hidden
        if kind == "legend":
            self.set_legend(shown)
        self._show_outlines(refit=False)
        self.ownShownChanged.emit()

    def set_style_shown(self, index: int, shown: bool) -> None:
        """Draw the sightings of one entry of the palette, or leave them out."""
        hidden = self.scene.layer.hidden_styles
        self.scene.layer.hide_styles(hidden - {index} if shown else hidden | {index})
        self._changed()
        self.ownShownChanged.emit()

    def press_glass(self, x: float, y: float) -> bool:
        taken = super().press_glass(x, y)
        if taken:
            self.ownShownChanged.emit()
        return taken

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

    def set_live_track(self, parts: Sequence[LonLat]) -> None:
        """The traverse that is being walked, part by part: (n, 2) longitude, latitude. None: no walk."""
        if parts or self._outlines.get("live"):
            self._outlines["live"] = [overlays.track(points) for points in parts]
            self._show_outlines(refit=False)

    def set_areas(self, areas: Sequence[tuple[str, LonLat]]) -> None:
        """Licences, prospects, worked extents: name and ring (n, 2) of longitude, latitude."""
        self._set_outlines("area", [overlays.area(points, name) for name, points in areas])

    def set_structures(self, placed: Sequence[tuple[float, float, Measure]]) -> None:
        """Measurements of structure at their places (longitude, latitude, measurement), drawn where one is close."""
        self.scene.structures = StructureLayer(placed)
        self._changed()

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

    def show_only(self, uuids: frozenset[str] | None) -> None:
        """Draw, find and count none but these sightings; ``None``: all. It holds for those that come later."""
        self.scene.layer.show_only(uuids)
        self._changed()

    def set_crowding(self, crowding: Crowding) -> None:
        """What to do where points cannot be told apart: ``clusters``, ``density`` or all ``points``."""
        self.scene.points.crowding = crowding
        self._changed()

    def set_scheme(self, styles: Sequence[PointStyle], title: str) -> None:
        """Another palette with another meaning; nothing is hidden in it at first."""
        self.scene.layer.hide_styles(())
        self.set_palette(styles, title)

    @property
    def grids(self) -> frozenset[GridName]:
        """The nets that are drawn."""
        return self.scene.grids

    def set_grids(self, grids: Collection[GridName]) -> None:
        """Draw these nets: ``degrees``, ``utm`` (metres, WGS 84), ``sheets`` (toposheets)."""
        self.scene.grids = frozenset(grids)
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
        sheet: Sheet | str = "",
        legend: bool = True,
        pixel_ratio: float = 1.0,
    ) -> None:
        """Write what is in view as a PNG of ``width`` × ``height`` pixels, with scale, arrow and nets.

        ``sheet``: title and looks, or the title alone. ``pixel_ratio`` 2 draws everything on the glass twice as
        large, for print. Raises ``BadInput`` for an impossible size and ``BadFile`` if the file cannot be written;
        an older file is then as it was.
        """
        from surveyapp.ui.mapcanvas.snapshot import check_size, save_png

        check_size(width, height)
        view, options, sheet = self._for_paper(round(width / pixel_ratio), round(height / pixel_ratio), sheet, legend)
        save_png(self.scene.snapshot(view, self.font(), sheet, options, pixel_ratio), Path(path))

    def save_pdf(self, path: Path | str, paper: Paper, sheet: Sheet | str = "", legend: bool = True) -> None:
        """Write what is in view as one page of PDF, with the scale in the band of the title.

        Words, lines and symbols of the glass stay sharp; ground and sightings are drawn for 300 dots per inch.
        Raises ``BadFile`` if the file cannot be written; an older file is then as it was.
        """
        from surveyapp.ui.mapcanvas.snapshot import paper_scale, save_pdf

        view, options, sheet = self._for_paper(*paper.pixels, sheet, legend)
        scale = tr("Scale 1:{number}", number=f"{paper_scale(view.metres_per_pixel):,}")
        sheet = replace(sheet, beside=" · ".join(part for part in (sheet.beside, scale) if part))

        font = QFont(self.font())
        font.setPixelSize(QFontInfo(font).pixelSize())  # points would be counted in dots of the paper

        def paint(painter: QPainter, dpr: float) -> None:
            self.scene.paint_sheet(painter, view, font, sheet, options, dpr)

        save_pdf(paint, paper, sheet.title, Path(path))

    def _for_paper(
        self, width: int, height: int, sheet: Sheet | str, legend: bool
    ) -> tuple[Viewport, GlassOptions, Sheet]:
        """The view in a picture of so many logical pixels, with what lies on its glass."""
        if isinstance(sheet, str):
            sheet = Sheet(sheet, grids=self.grids)
        room = height - (TITLE_HEIGHT if sheet.title else 0)
        factor = min(width / self.view.width, room / self.view.height)
        view = Viewport(width, height, self.view.x, self.view.y, self.view.scale * factor)
        return view, replace(self._options, legend=legend, legend_open=True, legend_row=ROW_PX, buttons=None), sheet

    def _set_outlines(self, kind: Literal["area", "track"], outlines: list[overlays.Outline]) -> None:
        self._outlines[kind] = outlines
        self._show_outlines()

    def _show_outlines(self, *, refit: bool = True) -> None:
        shown = {"area": "areas" not in self._hidden, "track": "tracks" not in self._hidden, "live": True}
        self.scene.outlines = [one for kind, known in self._outlines.items() if shown[kind] for one in known]
        self._content_changed(refit)
