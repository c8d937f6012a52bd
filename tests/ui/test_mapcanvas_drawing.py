"""What the map draws: colours, themes, aggregation, outline, snapshot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from surveyapp.errors import BadFile, BadInput
from surveyapp.ui.mapcanvas.basemap_source import outline_map
from surveyapp.ui.mapcanvas.styles import rgb
from tests.ui.mapcanvas_kit import PALETTE, SWAT, at, colour_at, pixels_of, shown_map

# ---- drawing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_point_has_its_gems_colour(qtbot: QtBot, theme: str) -> None:
    canvas = shown_map(qtbot)
    canvas.set_theme(theme)
    for key, (_, _, style) in SWAT.items():
        assert colour_at(canvas, at(canvas, key)) == rgb(PALETTE[style].colour)


def test_night_is_red_on_black(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.set_theme("night")
    pixels = pixels_of(canvas.grab().toImage()).astype(int)
    blue, green, red = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    assert (np.maximum(green, blue) <= red + 1).all()
    assert np.median(red) < 40


def test_a_change_of_one_point_is_drawn(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    place = at(canvas, "b")
    canvas.upsert_point("b", *SWAT["b"][:2], 2)
    assert colour_at(canvas, place) == rgb(PALETTE[2].colour)
    canvas.set_selection(["b"])
    canvas.remove_point("b")
    assert canvas.selection == []
    assert colour_at(canvas, place) not in {rgb(style.colour) for style in PALETTE}


def test_hollow_points_have_an_empty_middle(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.upsert_point("b", *SWAT["b"][:2], 1, hollow=True)
    assert colour_at(canvas, at(canvas, "b")) == (255, 255, 255)


def test_a_style_outside_the_palette_is_drawn_grey(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.upsert_point("b", *SWAT["b"][:2], 40)
    assert colour_at(canvas, at(canvas, "b")) == rgb(canvas.scene.theme.text_soft)


def test_million_points_are_drawn_and_said_to_be_aggregated(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    rng = np.random.default_rng(2)
    n = 1_000_000
    lon, lat = rng.normal(72, 1.5, n), rng.normal(33, 1.5, n)
    canvas.set_points([str(i) for i in range(n)], lon, lat, rng.integers(0, 3, n))
    picture = canvas.grab().toImage()
    assert canvas.aggregated
    assert "shown as groups" in canvas.scene.notices(canvas.scene.points.frame(canvas.view))[0]
    colours = {picture.pixel(x, y) for x in range(200, 700, 3) for y in range(100, 500, 3)}
    assert len(colours) > 50


def test_few_points_are_not_aggregated(qtbot: QtBot) -> None:
    assert not shown_map(qtbot).aggregated


def test_first_points_are_fitted_and_later_ones_leave_the_view_alone(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    west, south, east, north = canvas.view.bounds
    assert all(west < lon < east and south < lat < north for lon, lat, _ in SWAT.values())
    canvas.zoom_by(2)
    moved = canvas.view
    canvas.upsert_point("far", 67.0, 25.0, 0)
    assert canvas.view == moved
    canvas.fit_all()
    assert canvas.view.bounds[0] < 67


def test_empty_map_shows_pakistan_and_says_what_to_do(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot, {})
    canvas.set_basemap(outline_map())
    west, south, east, north = canvas.view.bounds
    assert west < 61.5
    assert east > 77
    assert south < 24
    assert north > 37
    before = canvas.grab().toImage()
    canvas.set_empty_text("No sightings yet.")
    assert canvas.grab().toImage() != before
    canvas.upsert_point("a", 72.4, 34.8, 0)
    assert before.size() == canvas.grab().toImage().size()


def test_outline_map_is_drawn_and_kept_while_dragging(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot, {})
    canvas.set_basemap(outline_map())
    canvas.grab()
    canvas.drag_view(-61, 37)
    dragged = canvas.grab().toImage()
    canvas.scene.ground.set_basemap(outline_map())  # forget what was kept
    canvas.scene.changed()
    fresh = canvas.grab().toImage()
    difference = np.abs(pixels_of(fresh).astype(int) - pixels_of(dragged))
    # Dots and dashes may start elsewhere; lines and areas lie where they lie.
    assert (difference.max(axis=2) > 40).mean() < 0.01


def test_outline_map_has_names_in_urdu() -> None:
    english, urdu = outline_map(), outline_map(language="ur_PK")
    assert "Punjab" in {label.text for label in english.labels}
    assert any("؀" <= letter <= "ۿ" for label in urdu.labels for letter in label.text)
    assert len(english.labels) == len(urdu.labels)


def test_many_changes_fit_once_and_only_for_what_is_out_of_view(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    view = canvas.view
    canvas.upsert_point("near", 72.39, 34.775, 1)
    canvas.remove_point("near")
    assert canvas.view == view
    told: list[None] = []
    canvas.viewChanged.connect(lambda: told.append(None))
    for i in range(50):
        canvas.upsert_point(f"far{i}", 74 + i / 100, 36, 1)
    assert canvas.view.bounds[2] > 74.49
    assert len(told) == 1


def test_screen_readers_are_told_how_many(qtbot: QtBot) -> None:
    canvas = shown_map(qtbot)
    canvas.grab()
    assert canvas.accessibleName() == "Map"
    assert canvas.accessibleDescription() == "4 sightings"


# ---- snapshot -------------------------------------------------------------------------------------


def test_snapshot_is_a_png_of_the_size_asked_for(qtbot: QtBot, tmp_path: Path) -> None:
    canvas = shown_map(qtbot)
    target = tmp_path / "map.png"
    canvas.snapshot(target, 1200, 900, "سوات Swat emeralds", pixel_ratio=1.5)
    assert target.read_bytes().startswith(b"\x89PNG")
    picture = QImage(str(target))
    assert (picture.width(), picture.height()) == (1200, 900)
    colours = {picture.pixel(x, y) & 0xFFFFFF for x in range(0, 1200, 2) for y in range(0, 900, 2)}
    for style in PALETTE:
        red, green, blue = rgb(style.colour)
        assert red << 16 | green << 8 | blue in colours


def test_snapshot_replaces_an_old_file_only_when_whole(qtbot: QtBot, tmp_path: Path) -> None:
    canvas = shown_map(qtbot)
    target = tmp_path / "map.png"
    target.write_bytes(b"old")
    with pytest.raises(BadInput, match="pixels"):
        canvas.snapshot(target, 10, 10)
    assert target.read_bytes() == b"old"
    with pytest.raises(BadFile, match="cannot be written"):
        canvas.snapshot(tmp_path / "missing" / "map.png", 400, 300)
    canvas.snapshot(target, 400, 300, legend=False)
    assert target.read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]
