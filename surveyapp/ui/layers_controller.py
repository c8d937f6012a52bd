"""Maps from files on the map: adding them, keeping them, and what the map shows of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QIcon

from surveyapp.domain.progress import Progress
from surveyapp.errors import BadInput
from surveyapp.geo.ground.layer import COLOURS, GroundLayer, beside, parse_layer
from surveyapp.geo.ground.model import meet
from surveyapp.ui import theme
from surveyapp.ui.file_drops import FileDrops
from surveyapp.ui.layers_panel import LayersPanel, OwnRow
from surveyapp.ui.layers_words import own_words
from surveyapp.ui.mapcanvas.canvas import OwnKind
from surveyapp.ui.mapcanvas.grids import GRIDS
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.geo.ground.opening import Entry
    from surveyapp.ui.mapcanvas.groundloader import What
    from surveyapp.ui.surroundings import Surroundings

_OWN: tuple[OwnKind, ...] = get_args(OwnKind)
_STORE_MS = 600
"""After a change the settings are written when no other came for this long: a slider makes a hundred."""
_HEIGHTS = {"tiles": 0, "vector-tiles": 0, "picture": 0, "relief": 1, "shapes": 2}
"""New layers go over those that are lower and under those that are higher: shapes over shade over pictures."""
_DROPPED = (".mbtiles", ".gpkg", ".tif", ".tiff", ".hgt", ".asc", ".geojson", ".shp", ".fgb", ".kml")
"""What is taken for a map when it is dropped on the map itself; the panel takes anything, and says if it is none."""


class LayersController(QObject):
    """Ties the panel of layers to the map and to the settings ``map.layers`` and ``map.hidden``.

    Files are open while a survey is: after that a stick can be taken out.
    """

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around, self._survey, self._settings = around, around.survey, around.settings
        self._canvas, self._ground = around.desk.canvas, around.desk.canvas.ground
        self._layers: list[GroundLayer] = []
        self._news: list[GroundLayer] = []
        self._wired = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_STORE_MS)
        self._timer.timeout.connect(self._store)
        self.panel = LayersPanel()
        around.desk.add_tab("layers", self.panel, tr("Layers"), "layers")
        for kind in self._settings["map.hidden"]:
            if kind in _OWN:
                self._canvas.set_shown(kind, False)
        self._connect()
        self._show_layers()

    def _connect(self) -> None:
        panel, canvas, ground, survey = self.panel, self._canvas, self._ground, self._survey
        panel.addWanted.connect(self.ask)
        panel.dropped.connect(self.add)
        panel.layersChanged.connect(self._changed)
        panel.zoomWanted.connect(self.zoom_to)
        panel.ownToggled.connect(self._toggle_own)
        panel.raised.connect(self.show_own)
        FileDrops(canvas, _DROPPED).dropped.connect(self.add)
        canvas.ownShownChanged.connect(self.show_own)
        ground.changed.connect(panel.say)
        ground.found.connect(self._found)
        ground.troubled.connect(lambda _what, sentence: self._around.desk.toast.say(sentence))
        survey.opened.connect(self._opened)
        survey.closed.connect(self.shutdown)
        survey.filled.connect(self.show_own)
        survey.followed.connect(lambda _delta: self.show_own())

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does."""
        return {
            "view.layers": lambda: self._around.desk.bring_up("layers"),
            "map.layer.add": self.ask,
            "map.legend": lambda on: self._toggle_own(("own", "legend"), on),
        }

    def restyle(self) -> None:
        """Colours or sizes changed. The first time the actions are there."""
        if not self._wired:
            self._wired = True
            for action in self._around.window.findChildren(QAction):
                if action.objectName().startswith(("map.grid.", "map.style.")):
                    # Asked for after what the action itself does: it was connected first.
                    action.triggered.connect(lambda _on: self.show_own())
        self.panel.restyle()
        self.show_own()

    def shutdown(self) -> None:
        """Let all files go; what was changed is kept."""
        if self._timer.isActive():
            self._timer.stop()
            self._store()
        self._ground.shutdown()

    # -- adding ---------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for files with maps and add them."""
        from surveyapp.geo.ground.opening import SUFFIXES

        kinds = tr("Maps") + f" ({' '.join(f'*{suffix}' for suffix in SUFFIXES)});;" + tr("All files") + " (*)"
        folder = self._settings["files.maps"] or self._settings["files.folder"]
        chosen = self._around.prompts.open_files(tr("Add a map"), Path(folder or Path.home()), kinds, many=True)
        if chosen:
            self._settings["files.maps"] = str(chosen[0].parent)
            self.add(chosen)

    def add(self, paths: Sequence[Path]) -> None:
        """Look what is in these files, off the GUI thread, and add the maps in them."""
        for path in paths:
            whole = path.absolute()
            if self._survey.path is not None and whole == self._survey.path.absolute():
                self._around.prompts.warn(tr("{file} is the open survey; it is on the map already.", file=path.name))
                continue
            self._survey.tasks.run_long(
                tr("Looking at {file}", file=path.name),
                partial(_looked_at, whole),
                partial(self._looked, whole),
                lambda error: self._around.prompts.warn(str(error), title=tr("Add a map")),
                beside=True,
            )

    def _looked(self, path: Path, entries: list[Entry]) -> None:
        known = {layer.key for layer in self._layers}
        new = [entry for entry in entries if (path, entry.layer) not in known]
        if not new:
            self._around.desk.bring_up("layers")
            self._around.desk.toast.say(tr("{file} is on the list already.", file=path.name))
        elif len(entries) == 1:
            self._add(path, new)
        else:
            from surveyapp.ui.dialogs.layer_add import LayerAddDialog

            dialog = LayerAddDialog(path, new, self._around.window)
            dialog.accepted.connect(lambda: self._add(path, dialog.chosen))
            dialog.open()

    def _add(self, path: Path, entries: Sequence[Entry]) -> None:
        for entry in entries:
            layer = replace(
                entry.to_layer(path), beside=beside(path, self._folder), colour=_next_colour(self._layers)
            )
            height = _HEIGHTS[layer.kind]
            below = [at for at, known in enumerate(self._layers, start=1) if _HEIGHTS[known.kind] <= height]
            self._layers.insert(below[-1] if below else 0, layer)
            self._news.append(layer)
        self._changed(self._layers)
        self._show_layers()
        self.panel.choose(self._news[-1])
        self._around.desk.bring_up("layers")
        for layer in list(self._news):
            self._ground.find(layer)

    def _found(self, what: What) -> None:
        """A layer that was added, or is to be shown whole, is open: bring it into view if it is not."""
        layer = next((layer for layer in self._news if layer.what == what), None)
        facts = self._ground.facts_of(layer) if layer is not None else None
        if layer is not None and facts is not None:
            self._news.remove(layer)
            box = self._canvas.view.box
            if meet((box.x0, box.y0, box.x1, box.y1), facts.box) is None:
                self._canvas.show_box(facts.box)

    def zoom_to(self, layer: GroundLayer) -> None:
        """Show the whole of a layer."""
        facts = self._ground.facts_of(layer)
        if facts is not None:
            self._canvas.show_box(facts.box)
        else:
            self._news.append(layer)
            self._ground.find(layer)

    # -- keeping --------------------------------------------------------------------------------------

    @property
    def layers(self) -> Sequence[GroundLayer]:
        """All layers, the lowest first."""
        return self._layers

    @property
    def _folder(self) -> Path | None:
        path = self._survey.path
        return path.absolute().parent if path is not None else None

    def _opened(self) -> None:
        """Another survey: its maps may lie beside it, wherever it is now."""
        layers, troubles = [], []
        for text in self._settings["map.layers"]:
            try:
                layers.append(parse_layer(text).found_from(self._folder))
            except BadInput as trouble:
                troubles.append(str(trouble))
        self._layers = layers
        self._canvas.set_ground(layers)
        self._show_layers()
        if troubles:
            self._around.desk.toast.say(troubles[0])

    def _changed(self, layers: Sequence[GroundLayer]) -> None:
        self._layers = list(layers)
        self._canvas.set_ground(self._layers)
        self._timer.start()

    def _store(self) -> None:
        self._settings["map.layers"] = [layer.text() for layer in self._layers]

    # -- showing --------------------------------------------------------------------------------------

    def _show_layers(self) -> None:
        self.panel.show_layers(self._layers, self._said)

    def _said(self, layer: GroundLayer) -> tuple[str, bool]:
        trouble = self._ground.trouble_of(layer)
        if trouble:
            return trouble, True
        facts = self._ground.facts_of(layer)
        note = self._ground.note_of(layer) if layer.shown else ""
        return note or (facts.note if facts is not None else ""), False

    def show_own(self) -> None:
        """List what the map draws of its own, while the list is in sight; the legend's action shows what is always."""
        canvas = self._canvas
        legend = self._around.window.findChild(QAction, "map.legend")
        if legend is not None:
            legend.setChecked("legend" not in canvas.hidden)
        if not self.panel.isVisible():
            return
        rows = [
            OwnRow(("style", row.index), f"{row.style.label} ({row.count:,})", not row.hidden, _icon_of(row.style.key))
            for row in sorted(canvas.scene.legend_rows(), key=lambda row: -row.count)
        ]
        rows += [OwnRow(("own", kind), own_words(kind), kind not in canvas.hidden) for kind in _OWN]
        for name in GRIDS:
            action = self._around.window.findChild(QAction, f"map.grid.{name}")
            if action is not None:
                rows.append(OwnRow(("grid", name), action.text().replace("&", ""), name in canvas.grids))
        self.panel.show_own(rows)

    def _toggle_own(self, key: object, shown: bool) -> None:
        assert isinstance(key, tuple)
        group, name = key
        if group == "style":
            self._canvas.set_style_shown(name, shown)
        elif group == "own":
            self._canvas.set_shown(name, shown)
            self._settings["map.hidden"] = sorted(self._canvas.hidden)
        else:
            action = self._around.window.findChild(QAction, f"map.grid.{name}")
            if action is not None and action.isChecked() != shown:
                action.trigger()


def _looked_at(path: Path, _progress: Progress) -> list[Entry]:
    from surveyapp.geo.ground.opening import look

    return look(path)


def _next_colour(layers: Sequence[GroundLayer]) -> int:
    """The colour that fewest of the layers of shapes have."""
    used = [layer.colour for layer in layers if layer.kind == "shapes"]
    return min(range(COLOURS), key=used.count)


def _icon_of(key: str) -> QIcon | None:
    icon = theme.gem_icon(key)
    return None if icon.isNull() else icon
