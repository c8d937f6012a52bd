"""How the map looks (symbols, crowds, nets), going to a position, and pictures of it for a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from surveyapp.errors import SurveyError
from surveyapp.ui.exchange_controller import suggested_file
from surveyapp.ui.forms.moments import long_day
from surveyapp.ui.forms.position_tools import standard_tools
from surveyapp.ui.map_styles import SCHEMES
from surveyapp.ui.mapcanvas.grids import GRIDS, GridName
from surveyapp.ui.mapcanvas.levels import Crowding
from surveyapp.ui.mapcanvas.scene import Sheet
from surveyapp.ui.surroundings import Surroundings
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.ui.dialogs.snapshot import SnapshotDialog
    from surveyapp.ui.goto_bar import GoToBar

_CROWDINGS: tuple[Crowding, ...] = ("clusters", "density", "points")


class MapController(QObject):
    """Keeps the looks of the map in the settings ``map.style``, ``map.crowding`` and ``map.grids``."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._window, self._settings, self._survey = around.window, around.settings, around.survey
        self._prompts, self._map_link, self._canvas = around.prompts, around.map_link, around.desk.canvas
        self._go_to: GoToBar | None = None
        self._map_link.set_scheme(self._settings["map.style"])
        self._canvas.set_crowding(self._settings["map.crowding"])
        self._canvas.set_grids(self._chosen_grids())
        self._survey.completed.connect(self._map_link.complete)
        self._survey.closed.connect(self._closed)

    def handlers(self) -> dict[str, Callable[..., object]]:
        handlers: dict[str, Callable[..., object]] = {"map.goto": self.go_to, "map.snapshot": self.snapshot}
        for name in SCHEMES:
            handlers[f"map.style.{name}"] = lambda _on, name=name: self.set_style(name)
        for crowding in _CROWDINGS:
            handlers[f"map.crowding.{crowding}"] = lambda _on, crowding=crowding: self.set_crowding(crowding)
        for grid in GRIDS:
            handlers[f"map.grid.{grid}"] = lambda on, grid=grid: self.set_grid(grid, shown=on)
        return handlers

    def restyle(self) -> None:
        """Called once when the actions are there, too: then they show what is chosen."""
        self._check(f"map.style.{self._map_link.scheme.name}", on=True)
        self._check(f"map.crowding.{self._settings['map.crowding']}", on=True)
        for grid in GRIDS:
            self._check(f"map.grid.{grid}", on=grid in self._canvas.grids)

    def shutdown(self) -> None:
        """Nothing of its own is left to end."""

    # -- looks ----------------------------------------------------------------------------------------

    def set_style(self, name: str) -> None:
        """Colour the sightings by gem, status, confidence or age."""
        self._settings["map.style"] = name
        self._map_link.set_scheme(name)

    def set_crowding(self, crowding: Crowding) -> None:
        """What the map does where sightings cannot be told apart."""
        self._settings["map.crowding"] = crowding
        self._canvas.set_crowding(crowding)

    def set_grid(self, grid: GridName, *, shown: bool) -> None:
        """Draw a net, or leave it out."""
        grids = self._canvas.grids | {grid} if shown else self._canvas.grids - {grid}
        self._settings["map.grids"] = [name for name in GRIDS if name in grids]
        self._canvas.set_grids(grids)

    def _chosen_grids(self) -> list[GridName]:
        kept = self._settings["map.grids"]
        return [name for name in GRIDS if name in kept]

    def _check(self, action_id: str, *, on: bool) -> None:
        action = self._window.findChild(QAction, action_id)
        if action is not None:
            action.setChecked(on)

    # -- going to a position --------------------------------------------------------------------------

    def go_to(self) -> None:
        """Ask for a position, over the map."""
        from surveyapp.ui.goto_bar import GoToBar

        if self._go_to is None:
            self._go_to = GoToBar(self._canvas, standard_tools())
        self._go_to.open()

    def _closed(self) -> None:
        if self._go_to is not None:
            self._go_to.hide()

    # -- pictures -------------------------------------------------------------------------------------

    def snapshot(self) -> None:
        """Ask what a picture is to have and where it goes, and write it."""
        from surveyapp.ui.dialogs.snapshot import SnapshotDialog

        facts = self._survey.facts
        title = facts.title if facts is not None else ""
        dialog = SnapshotDialog(title, self._settings["map.picture"], self._canvas.grids, self._window)
        dialog.accepted.connect(lambda: self._save(dialog))
        dialog.open()

    def _save(self, dialog: SnapshotDialog) -> None:
        shape, legend = dialog.shape, dialog.legend.isChecked()
        sheet = Sheet(dialog.title.text().strip(), _today(), dialog.grids)
        kind = f"PDF (*{shape.extension})" if shape.paper is not None else f"PNG (*{shape.extension})"
        suggested = suggested_file(self._survey, "map", shape.extension)
        chosen = self._prompts.save_file(tr("Save picture"), suggested, kind)
        if chosen is None:
            return
        target = chosen if chosen.suffix.lower() == shape.extension else Path(f"{chosen}{shape.extension}")
        self._settings.update({"map.picture": shape.key, "files.exports": str(target.parent)})
        try:
            if shape.paper is not None:
                self._canvas.save_pdf(target, shape.paper, sheet, legend)
            else:
                self._canvas.snapshot(target, *shape.pixels, sheet, legend, shape.ratio)
        except SurveyError as error:
            self._prompts.warn(str(error), title=tr("Save picture"))


def _today() -> str:
    return long_day(datetime.now(UTC).astimezone().date())
