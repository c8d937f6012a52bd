"""Maps from files in the window: added, drawn off the GUI thread, ordered, kept, and refused where they are none."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from rasterio.transform import Affine

from surveyapp.geo.ground.layer import GroundLayer, parse_layer
from surveyapp.geo.ground.opening import look
from surveyapp.settings import Settings
from surveyapp.ui.dialogs.layer_add import LayerAddDialog
from surveyapp.ui.file_drops import FileDrops
from surveyapp.ui.layers_controller import LayersController
from surveyapp.ui.layers_panel import LayersPanel
from surveyapp.ui.mapcanvas.canvas import MapCanvas
from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk
from tests.ui.mapcanvas_kit import pixels_of, shown_map
from tests.unit.ground_files import (
    MINGORA,
    SWAT,
    swat_corner,
    swat_tiles,
    write_raster,
    write_shapes,
    write_vector_tiles,
)

RED, GREEN = (200, 30, 30), (30, 160, 60)


def layer_of(path: Path, **facts: object) -> GroundLayer:
    return replace(look(path)[0].to_layer(path), **facts)


def red_tiles(folder: Path) -> Path:
    return swat_tiles(folder / "red.mbtiles", lambda *_place: RED)


def settle(qtbot: QtBot, canvas: MapCanvas) -> QImage:
    """The map when every picture that it asked for is there."""
    canvas.grab()
    qtbot.waitUntil(lambda: canvas.ground.idle, timeout=15_000)
    return canvas.grab().toImage()


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[MapCanvas]:
    made = shown_map(qtbot, {"a": (*MINGORA, 0)})
    made.set_legend(False)
    yield made
    made.ground.shutdown()


def shot(image: QImage, x: int = 300, y: int = 200) -> tuple[int, int, int]:
    colour = image.pixelColor(x, y)
    return colour.red(), colour.green(), colour.blue()


# --- the map -------------------------------------------------------------------------------------------------


def test_tiles_lie_under_the_sightings(qtbot: QtBot, canvas: MapCanvas, tmp_path: Path) -> None:
    before = shot(settle(qtbot, canvas))
    canvas.set_ground([layer_of(red_tiles(tmp_path))])
    image = settle(qtbot, canvas)
    assert shot(image) == RED != before
    point = canvas.view.pixel(*MINGORA)
    assert shot(image, round(point[0]), round(point[1])) != RED, "the sighting is drawn over it"


def test_files_are_read_on_another_thread(
    qtbot: QtBot, canvas: MapCanvas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from surveyapp.geo.ground.mbtiles import TileFile

    seen: set[str] = set()
    drawing = TileFile.draw

    def noticed(self: TileFile, view: object) -> object:
        seen.add(threading.current_thread().name)
        return drawing(self, view)  # type: ignore[arg-type]

    monkeypatch.setattr(TileFile, "draw", noticed)
    canvas.set_ground([layer_of(red_tiles(tmp_path))])
    settle(qtbot, canvas)
    assert len(seen) == 1
    assert seen.pop().startswith("surveyapp-ground")


def test_the_map_does_not_wait_and_the_last_picture_is_stretched(
    qtbot: QtBot, canvas: MapCanvas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the file is being read the earlier picture goes along with the view."""
    from surveyapp.geo.ground.mbtiles import TileFile

    canvas.set_ground([layer_of(red_tiles(tmp_path))])
    settle(qtbot, canvas)
    hold, drawing = threading.Event(), TileFile.draw
    views: list[float] = []

    def slow(self: TileFile, view: object) -> object:
        hold.wait(10)
        views.append(view.scale)  # type: ignore[attr-defined]
        return drawing(self, view)  # type: ignore[arg-type]

    monkeypatch.setattr(TileFile, "draw", slow)
    for _step in range(6):
        canvas.zoom_by(1.5)
        assert shot(canvas.grab().toImage()) == RED
    assert not canvas.ground.idle
    hold.set()
    settle(qtbot, canvas)
    assert len(views) <= 2, "only the first and the last view are drawn: the newest wins"
    assert views[-1] == pytest.approx(canvas.view.scale)


def test_a_small_move_needs_no_new_picture(
    qtbot: QtBot, canvas: MapCanvas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas.set_ground([layer_of(red_tiles(tmp_path))])
    settle(qtbot, canvas)
    canvas.drag_view(60, 40)
    canvas.grab()
    assert canvas.ground.idle
    canvas.drag_view(600, 0)
    canvas.grab()
    assert not canvas.ground.idle


def test_order_opacity_and_hiding(qtbot: QtBot, canvas: MapCanvas, tmp_path: Path) -> None:
    green = swat_tiles(tmp_path / "green.mbtiles", lambda *_place: GREEN)
    low, high = layer_of(red_tiles(tmp_path)), layer_of(green)
    canvas.set_ground([low, high])
    assert shot(settle(qtbot, canvas)) == GREEN
    canvas.set_ground([high, low])
    assert shot(settle(qtbot, canvas)) == RED
    canvas.set_ground([low, layer_of(green, opacity=50)])
    mixed = shot(settle(qtbot, canvas))
    assert np.allclose(mixed, (np.array(RED) + GREEN) / 2, atol=3)
    canvas.set_ground([low, layer_of(green, shown=False)])
    assert shot(settle(qtbot, canvas)) == RED


def test_relief_darkens_what_turns_from_the_sun(qtbot: QtBot, canvas: MapCanvas, tmp_path: Path) -> None:
    _rows, columns = np.mgrid[0:240, 0:240]
    ridge = (-np.abs(columns - 144) * 400.0)[None].astype(np.float32)  # a ridge that runs north through Mingora
    dem = write_raster(tmp_path / "dem.tif", ridge, "EPSG:4326", swat_corner(240))
    canvas.set_ground([layer_of(dem)])
    canvas.show_box((72.1, 37.0, 72.62, 37.3))
    image = settle(qtbot, canvas)
    x, y = canvas.view.pixel(72.36, 34.9)
    west, east = shot(image, round(x) - 60, round(y)), shot(image, round(x) + 60, round(y))
    assert sum(west) > sum(east) + 100, (west, east)


def test_shapes_and_vector_tiles_are_drawn(qtbot: QtBot, canvas: MapCanvas, tmp_path: Path) -> None:
    before = pixels_of(settle(qtbot, canvas))
    lease = shapely.box(72.30, 34.72, 72.42, 34.82)
    gpkg = write_shapes(tmp_path / "leases.gpkg", [lease], "leases", names=["Lease 4"])
    canvas.set_ground([layer_of(gpkg), layer_of(write_vector_tiles(tmp_path / "roads.mbtiles"))])
    canvas.show_box((72.2, 37.05, 72.5, 37.25))
    after = pixels_of(settle(qtbot, canvas))
    assert (after != before).any(axis=2).mean() > 0.02
    assert [label.text for label in canvas.scene.ground.basemap.labels] == ["Lease 4"]
    gpkg.unlink()
    canvas.zoom_by(4)
    told: list[str] = []
    canvas.ground.troubled.connect(lambda _what, sentence: told.append(sentence))
    settle(qtbot, canvas)
    canvas.zoom_by(2)
    settle(qtbot, canvas)
    assert len(told) == 1 and "leases.gpkg is not there any more" in told[0]


def test_by_night_a_map_is_red_only(qtbot: QtBot, canvas: MapCanvas, tmp_path: Path) -> None:
    white = swat_tiles(tmp_path / "white.mbtiles", lambda *_place: (255, 255, 255))
    gpkg = write_shapes(tmp_path / "l.gpkg", [shapely.box(72.3, 34.7, 72.4, 34.8)], "l")
    canvas.set_ground([layer_of(white), layer_of(gpkg)])
    canvas.set_theme("night")
    picture = pixels_of(settle(qtbot, canvas)).astype(int)
    blue, green, red = picture[..., 0], picture[..., 1], picture[..., 2]
    assert (blue <= red).all() and (green <= red).all()
    assert (np.maximum(blue, green) <= 0.55 * red + 2).all()


def test_a_snapshot_waits_for_its_maps(qtbot: QtBot, canvas: MapCanvas, tmp_path: Path) -> None:
    canvas.set_ground([layer_of(red_tiles(tmp_path))])
    settle(qtbot, canvas)
    canvas.zoom_by(3)
    target = tmp_path / "map.png"
    canvas.snapshot(target, 1000, 700, "Swat")
    assert shot(QImage(str(target)), 250, 300) == RED
    assert shot(settle(qtbot, canvas)) == RED


def test_sources_are_named_and_far_out_one_is_told_to_zoom_in(qtbot: QtBot, canvas: MapCanvas, tmp_path: Path) -> None:
    layer = layer_of(red_tiles(tmp_path))
    canvas.set_ground([layer])
    settle(qtbot, canvas)
    assert "Survey of Swat" in canvas.scene.ground.basemap.attribution
    with closing(sqlite3.connect(layer.path)) as database:
        database.execute("DELETE FROM tiles WHERE zoom_level < 9")
        database.commit()
    canvas.set_ground([])
    canvas.set_ground([layer])
    canvas.show_box((0.0, 0.0, 120.0, 80.0))
    settle(qtbot, canvas)
    assert canvas.ground.note_of(layer) == "Zoom in to see it."
    assert canvas.ground.pictures()[0][1].image is None


def test_what_the_map_draws_of_its_own_can_be_left_out(qtbot: QtBot, canvas: MapCanvas) -> None:
    from surveyapp.ui.mapcanvas.basemap_source import outline_map

    canvas.set_basemap(outline_map())
    canvas.set_grids([])
    canvas.show_box((60.0, 24.0, 72.0, 37.0))
    assert len(colours_of(canvas)) > 5
    canvas.set_areas([("Lease", np.array([(72.2, 34.6), (72.5, 34.6), (72.5, 34.9)]))])
    canvas.set_tracks([("Walk", np.array([(72.2, 34.6), (72.5, 34.9)]))])
    told: list[None] = []
    canvas.ownShownChanged.connect(lambda: told.append(None))
    canvas.set_shown("areas", False)
    assert [outline.kind for outline in canvas.scene.outlines] == ["track"]
    canvas.set_shown("tracks", False)
    canvas.set_shown("places", False)
    canvas.set_shown("outline", False)
    assert canvas.scene.outlines == [] and canvas.scene.ground.basemap.labels == []
    assert canvas.hidden == {"areas", "tracks", "places", "outline"}
    canvas.set_areas([("Other", np.array([(72.2, 34.6), (72.5, 34.6), (72.5, 34.9)]))])
    assert canvas.scene.outlines == []
    assert len(colours_of(canvas)) == 1
    for kind in ("areas", "tracks", "places", "outline"):
        canvas.set_shown(kind, True)
    assert {outline.name for outline in canvas.scene.outlines} == {"Other", "Walk"}
    assert len(told) == 8


def colours_of(canvas: MapCanvas) -> set[tuple[int, ...]]:
    """Colours in the middle of the map, away from what lies on its glass."""
    middle = pixels_of(canvas.grab().toImage())[100:450, 250:400]
    return {tuple(colour) for colour in middle.reshape(-1, 4).tolist()}


# --- the panel -----------------------------------------------------------------------------------------------


def panel_with(qtbot: QtBot, *titles: str) -> LayersPanel:
    panel = LayersPanel()
    qtbot.addWidget(panel)
    layers = [GroundLayer(Path(f"/{title}.tif"), "relief", title, one_band=True) for title in titles]
    panel.show_layers(layers, lambda layer: ("broken", True) if layer.title == "bad" else ("", False))
    panel.resize(420, 700)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def rows(panel: LayersPanel) -> list[str]:
    return [panel.list.item(row).text().split("\n")[0] for row in range(panel.list.count())]


def test_the_list_works_by_keyboard(qtbot: QtBot) -> None:
    panel = panel_with(qtbot, "low", "bad", "high")
    assert rows(panel) == ["high", "bad", "low"]
    assert panel.list.item(1).text() == "bad\nbroken"
    told: list[list[GroundLayer]] = []
    panel.layersChanged.connect(told.append)
    panel.list.setFocus()
    panel.list.setCurrentRow(0)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [layer.title for layer in told[-1]] == ["low", "high", "bad"]
    assert panel.chosen is not None and panel.chosen.title == "high"
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    assert [layer.shown for layer in told[-1]] == [True, False, True]
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert [layer.title for layer in told[-1]] == ["low", "bad"]
    qtbot.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    panel.opacity.setValue(40)
    assert panel.opacity_label.text() == "Opacity 40 %"
    assert sorted(layer.opacity for layer in told[-1]) == [40, 100]


def test_a_layer_is_dragged_to_its_place(qtbot: QtBot) -> None:
    panel = panel_with(qtbot, "low", "middle", "high")
    told: list[list[GroundLayer]] = []
    panel.layersChanged.connect(told.append)
    panel.list.model().moveRow(QModelIndex(), 0, QModelIndex(), 3)  # as Qt does at the end of a drag
    assert [layer.title for layer in told[-1]] == ["high", "low", "middle"]


def test_elevations_may_be_shown_as_a_picture(qtbot: QtBot) -> None:
    panel = panel_with(qtbot, "dem")
    told: list[list[GroundLayer]] = []
    panel.layersChanged.connect(told.append)
    assert panel.kind.isVisible() and panel.kind.currentText() == "Shaded relief"
    panel.kind.setCurrentIndex(1)
    panel.kind.activated.emit(1)
    assert [layer.kind for layer in told[-1]] == ["picture"]
    assert panel.list.item(0).text() == "dem\nPicture"


def test_an_empty_list_says_how_to_fill_it(qtbot: QtBot) -> None:
    panel = panel_with(qtbot)
    assert panel.hint.isVisible() and not panel.list.isVisible() and not panel.controls.isVisible()
    with qtbot.waitSignal(panel.addWanted):
        panel.add_button.click()


# --- the window ----------------------------------------------------------------------------------------------


class Shown:
    """The window with a survey open and the panel of layers in front."""

    def __init__(self, desk: Desk, survey_file: Path) -> None:
        self.desk, self.window = desk, desk.window
        desk.open(survey_file)
        desk.trigger("view.layers")
        self.layers = next(part for part in desk.window.parts if isinstance(part, LayersController))
        self.panel = self.layers.panel

    def settle(self) -> None:
        self.desk.settle()
        settle(self.desk.qtbot, self.window.canvas)

    def kept(self, settings: Settings) -> list[GroundLayer]:
        self.layers.shutdown()
        return [parse_layer(line) for line in settings["map.layers"]]


@pytest.fixture
def shown(desk: Desk, survey_file: Path) -> Shown:
    return Shown(desk, survey_file)


def test_a_map_is_added_by_the_menu_and_kept(
    shown: Shown, prompts: ScriptedPrompts, settings: Settings, tmp_path: Path
) -> None:
    path = red_tiles(tmp_path)
    prompts.will_answer([path])
    shown.desk.trigger("map.layer.add")
    shown.settle()
    assert rows(shown.panel) == ["red"]
    assert (*RED[::-1], 255) in colours_of(shown.window.canvas)
    (kept,) = shown.kept(settings)
    assert (kept.path, kept.kind, kept.beside) == (path, "tiles", "red.mbtiles")
    assert settings["files.maps"] == str(tmp_path)


def test_maps_are_there_again_where_the_stick_is_now(
    make_desk: Callable[[], Desk], settings: Settings, survey_file: Path, tmp_path: Path
) -> None:
    old = tmp_path / "E"
    settings["map.layers"] = [
        GroundLayer(old / "red.mbtiles", "tiles", "red", beside="red.mbtiles").text(),
        GroundLayer(old / "lost.tif", "picture", "lost").text(),
        "{not a layer",
    ]
    red_tiles(survey_file.parent)
    shown = Shown(make_desk(), survey_file)
    shown.settle()
    assert rows(shown.panel) == ["lost", "red"]
    assert [layer.path for layer in shown.layers.layers] == [survey_file.parent / "red.mbtiles", old / "lost.tif"]
    assert "is not there any more" in shown.panel.list.item(0).text()
    assert shown.panel.list.item(1).text() == "red\nPicture tiles"


@pytest.mark.parametrize("on_the_map", [True, False])
def test_a_dropped_file_is_added(shown: Shown, tmp_path: Path, on_the_map: bool) -> None:
    target = shown.window.canvas if on_the_map else shown.panel
    drop(target, red_tiles(tmp_path))
    shown.settle()
    assert rows(shown.panel) == ["red"]
    drop(target, tmp_path / "red.mbtiles")
    shown.settle()
    assert rows(shown.panel) == ["red"], "a list holds a map once"


def drop(target: MapCanvas | LayersPanel, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(target, entered)
    assert entered.isAccepted()
    event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, left, none)
    # Qt hands a drop on only after a real drag.
    assert target.findChild(FileDrops).eventFilter(target, event)


def test_other_files_dropped_on_the_map_are_left_to_others(shown: Shown, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "photo.jpg"))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, left, none)
    assert not shown.window.canvas.findChild(FileDrops).eventFilter(shown.window.canvas, event)


def test_what_is_no_map_is_refused_in_a_sentence(
    shown: Shown, prompts: ScriptedPrompts, survey_file: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.pdf"
    notes.write_bytes(b"%PDF-1.7 not a map")
    shown.layers.add([notes, survey_file])
    shown.settle()
    assert sum("notes.pdf is no map that can be shown here" in said for said in prompts.said) == 1
    assert sum("is the open survey" in said for said in prompts.said) == 1
    assert rows(shown.panel) == []


def test_a_file_with_several_maps_asks_which(shown: Shown, tmp_path: Path) -> None:
    path = write_shapes(tmp_path / "two.gpkg", [shapely.LineString([SWAT[:2], SWAT[2:]])], "rivers")
    write_shapes(path, [shapely.box(*SWAT)], "leases")
    shown.layers.add([path])
    shown.settle()
    (dialog,) = shown.window.findChildren(LayerAddDialog)
    dialog.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert dialog.trouble.text() and not dialog.main_button.isEnabled()
    for row in range(2):
        dialog.list.item(row).setCheckState(Qt.CheckState.Checked)
    dialog.accept()
    shown.settle()
    assert rows(shown.panel) == ["leases", "rivers"]
    assert [layer.colour for layer in shown.layers.layers] == [0, 1]


def test_a_picture_goes_under_shapes_and_one_can_zoom_to_it(shown: Shown, tmp_path: Path) -> None:
    shown.layers.add([write_shapes(tmp_path / "l.gpkg", [shapely.box(*SWAT)], "l")])
    shown.settle()
    bands = np.full((3, 40, 40), 90, np.uint8)
    away = write_raster(tmp_path / "quetta.tif", bands, "EPSG:4326", Affine(0.01, 0, 66.8, 0, -0.01, 30.4))
    shown.layers.add([away])
    shown.settle()
    assert [layer.title for layer in shown.layers.layers] == ["quetta", "l"]
    west, south, east, north = shown.window.canvas.view.bounds
    assert west < 66.8 and east > 67.2 and south < 30.0 and north > 30.4, "it was out of view"
    shown.panel.choose(shown.layers.layers[1])
    shown.panel.zoom_button.click()
    shown.settle()
    west, _south, east, _north = shown.window.canvas.view.bounds
    assert west < 72.0 and east > 72.8 and west > 70


def test_legend_and_own_parts_are_ticked_in_the_panel(shown: Shown, settings: Settings) -> None:
    own, canvas = shown.panel.own, shown.window.canvas
    texts = [own.item(row).text() for row in range(own.count())]
    assert texts[:2] == ["Emerald (2)", "Topaz (1)"]
    own.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert len(canvas.scene.layer.hidden_styles) == 1
    canvas.set_style_shown(next(iter(canvas.scene.layer.hidden_styles)), True)
    assert own.item(0).checkState() == Qt.CheckState.Checked
    own.item(texts.index("Outline map")).setCheckState(Qt.CheckState.Unchecked)
    assert settings["map.hidden"] == ["outline"]
    grid = next(row for row, text in enumerate(texts) if "UTM" in text)
    own.item(grid).setCheckState(Qt.CheckState.Checked)
    assert "utm" in canvas.grids and "utm" in settings["map.grids"]
    shown.window.action_set["map.grid.utm"].trigger()
    assert own.item(grid).checkState() == Qt.CheckState.Unchecked


def test_closing_lets_the_files_go(shown: Shown, settings: Settings, tmp_path: Path) -> None:
    shown.layers.add([red_tiles(tmp_path)])
    shown.settle()
    shown.desk.trigger("survey.close")
    assert shown.window.canvas.ground.layers == []
    assert len(settings["map.layers"]) == 1
    assert not any(thread.name.startswith("surveyapp-ground") and thread.is_alive() for thread in ended())


def ended() -> list[threading.Thread]:
    """The threads that are left after each was given a moment to end."""
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("surveyapp-ground")]
    for thread in threads:
        thread.join(5)
    return threads
