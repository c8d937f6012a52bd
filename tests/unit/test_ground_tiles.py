"""Raster MBTiles, the files that are none, and the line of the settings that keeps a layer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.errors import BadFile, BadInput
from surveyapp.geo.ground.layer import COLOURS, KINDS, GroundLayer, beside, parse_layer
from surveyapp.geo.ground.mbtiles import TileFile, plain_words, stated_box, tile_format
from surveyapp.geo.ground.model import GroundView, Picture, Shapes, latitude_of, meet, world_box, world_y
from surveyapp.geo.ground.opening import look, open_ground
from tests.unit.ground_files import MINGORA, SWAT, around, swat_tiles, tile_bytes, tile_of, view_of, write_mbtiles

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (30, 60, 200)


def pixel(drawn: Picture | Shapes, x: int, y: int) -> tuple[int, ...]:
    assert isinstance(drawn, Picture)
    return tuple(drawn.rgba[y, x].tolist())


def test_a_tile_lies_where_its_number_says(tmp_path: Path) -> None:
    """Against the formula of slippy maps, which the code does not use."""
    home = tile_of(9, *MINGORA)
    path = swat_tiles(tmp_path / "swat.mbtiles", lambda z, x, y: RED if (z, x, y) == (9, *home) else BLUE)
    with closing(TileFile(path)) as source:
        side = 2 * 180 / 2**9
        west, north = home[0] * side - 180, 180 - home[1] * side
        # A view of three tiles each way, a pixel to a pixel.
        view = GroundView((west - side, north - 2 * side, west + 2 * side, north + side), 768, 768)
        drawn = source.draw(view)
        assert pixel(drawn, 384, 384) == (*RED, 255)
        assert pixel(drawn, 258, 258) == (*RED, 255)
        assert pixel(drawn, 509, 509) == (*RED, 255)
        assert pixel(drawn, 253, 384) == (*BLUE, 255)
        assert pixel(drawn, 384, 514) == (*BLUE, 255)
        assert source.attribution == "Survey of Swat"


@pytest.mark.parametrize("from_north", [False, True])
def test_rows_are_counted_from_the_end_that_the_file_says(tmp_path: Path, from_north: bool) -> None:
    column, row = tile_of(9, *MINGORA)
    facts = {"scheme": "xyz"} if from_north else {}
    path = write_mbtiles(tmp_path / "one.mbtiles", {(9, column, row): tile_bytes(RED)}, facts, from_north)
    with closing(TileFile(path)) as source:
        assert pixel(source.draw(around(*MINGORA, 1000)), 100, 100) == (*RED, 255)
        west, south, east, north = source.box
        x, y, _x, _y = world_box(*MINGORA, *MINGORA)
        assert west <= x <= east and south <= y <= north
        assert east - west == pytest.approx(360 / 512)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_tiles_of_each_picture_format_are_read(tmp_path: Path, kind: str) -> None:
    path = swat_tiles(tmp_path / "swat.mbtiles", lambda *_place: GREEN, kind)
    assert [entry.kind for entry in look(path)] == ["tiles"]
    with closing(TileFile(path)) as source:
        assert np.allclose(pixel(source.draw(around(*MINGORA, 5000)), 100, 100)[:3], GREEN, atol=6)


def test_the_level_fits_the_scale_and_coarser_tiles_fill_gaps(tmp_path: Path) -> None:
    shade = {6: RED, 7: GREEN, 8: BLUE, 9: (90, 90, 90)}
    path = swat_tiles(tmp_path / "swat.mbtiles", lambda zoom, _x, _y: shade[zoom])
    hole = tile_of(9, *MINGORA)
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "DELETE FROM tiles WHERE zoom_level=9 AND tile_column=? AND tile_row=?", (hole[0], 511 - hole[1])
        )
        database.commit()
    with closing(TileFile(path)) as source:
        middle = {}
        for zoom, metres in ((6, 40075017 / 64), (7, 40075017 / 128), (8, 40075017 / 256)):
            middle[zoom] = pixel(source.draw(around(*MINGORA, metres, 256)), 128, 128)[:3]
        assert middle == {6: RED, 7: GREEN, 8: BLUE}
        # Zoom 9 has no tile there, nor has anything finer.
        assert pixel(source.draw(around(*MINGORA, 500)), 100, 100)[:3] == BLUE


def test_far_out_the_file_asks_to_zoom_in(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "deep.mbtiles", {(14, *tile_of(14, *MINGORA)): tile_bytes(RED)})
    with closing(TileFile(path)) as source:
        far = source.draw(view_of(60, 23, 78, 37, 1366))
        assert isinstance(far, Shapes)
        assert far.note == "Zoom in to see it."
        elsewhere = source.draw(around(10.0, 10.0, 1000))
        assert isinstance(elsewhere, Shapes) and not elsewhere.note


def test_a_damaged_tile_is_counted_and_the_rest_is_drawn(tmp_path: Path) -> None:
    path = swat_tiles(tmp_path / "swat.mbtiles", lambda *_place: RED)
    bad = tile_of(9, *MINGORA)
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "UPDATE tiles SET tile_data=substr(tile_data, 1, 40) WHERE zoom_level=9 AND tile_column=? AND tile_row=?",
            (bad[0], 511 - bad[1]),
        )
        database.commit()
    with closing(TileFile(path)) as source:
        drawn = source.draw(view_of(72.0, 34.5, 72.8, 35.1, 600))
        assert drawn.note == "1 tile cannot be read."
        assert isinstance(drawn, Picture) and (drawn.rgba[..., 3] == 255).mean() > 0.9


def test_what_is_no_map_is_refused_in_one_sentence(tmp_path: Path) -> None:
    made: dict[str, bytes | None] = {
        "notes.txt": b"Emerald at Fizagat",
        "empty.mbtiles": b"",
        "half.mbtiles": b"SQLite format 3\x00" + b"\x00" * 50,
        "locked.gpkg": bytes(range(256)) * 20,
        "photo.jpg": b"\xff\xd8\xff\xe0" + b"0" * 40,
        "half.tif": b"II*\x00\x08\x00\x00\x00",
        "half.geojson": b'{"type": "FeatureCollection", "features": [',
    }
    for name, data in made.items():
        path = tmp_path / name
        path.write_bytes(data or b"")
        with pytest.raises(BadFile) as caught:
            look(path)
        sentence = str(caught.value)
        assert name in sentence and "\n" not in sentence and sentence.endswith("."), sentence
    with pytest.raises(BadFile, match="is not there any more"):
        look(tmp_path / "gone.mbtiles")
    with pytest.raises(BadFile, match="cannot be read"):
        look(tmp_path)


def test_databases_without_a_map_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE stones (name TEXT)")
    with pytest.raises(BadFile, match="neither MBTiles nor a GeoPackage"):
        look(other)
    with pytest.raises(BadFile, match="holds no tiles"):
        look(write_mbtiles(tmp_path / "none.mbtiles", {}))
    with pytest.raises(BadFile, match="of an unknown kind"):
        look(write_mbtiles(tmp_path / "gif.mbtiles", {(0, 0, 0): b"GIF89a"}))
    with pytest.raises(BadFile, match=r"no tile that is a PNG"):
        look(write_mbtiles(tmp_path / "bad.mbtiles", {(0, 0, 0): b"\x89PNG\r\n\x1a\n" + b"x" * 30}))


def test_looking_and_drawing_leave_the_file_as_it_was(tmp_path: Path) -> None:
    path = swat_tiles(tmp_path / "swat.mbtiles", lambda *_place: RED)
    before = path.read_bytes()
    (entry,) = look(path)
    with closing(open_ground(entry.to_layer(path))) as source:
        source.draw(around(*MINGORA, 5000))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["swat.mbtiles"]


def test_small_facts() -> None:
    assert tile_format(b"\x1f\x8b\x08") == tile_format(b"\x1a\x05") == "pbf"
    assert plain_words("&copy; <a href='x'>Survey&nbsp;of</a> Pakistan") == "© Survey of Pakistan"
    assert stated_box({"bounds": "1,2,3"}) is None
    assert stated_box({"bounds": "10,0,5,1"}) is None
    assert stated_box({"bounds": "0,0,180,0.0001"}) == pytest.approx((0, 0, 180, 0.0001))
    assert meet((0, 0, 1, 1), (1, 0, 2, 1)) is None
    assert meet((0, 0, 2, 2), (1, -1, 3, 1)) == (1, 0, 2, 1)


@given(st.floats(-85, 85))
def test_world_degrees_read_back(latitude: float) -> None:
    assert latitude_of(world_y(np.array([latitude])))[0] == pytest.approx(latitude, abs=1e-9)


@given(st.floats(71, 73), st.floats(33.5, 35.8), st.floats(0.001, 2), st.integers(1, 900))
def test_the_part_of_a_view_keeps_its_pixels(west: float, south: float, size: float, width: int) -> None:
    view = view_of(*SWAT, width)
    part = view.within((west, south, west + size, south + size))
    if part is None:
        return
    assert 1 <= part.width <= view.width and 1 <= part.height <= view.height
    assert part.scale == pytest.approx(view.scale, rel=1e-6)
    offset = (part.box[0] - view.box[0]) * view.scale
    assert offset == pytest.approx(round(offset), abs=1e-4)


layers = st.builds(
    GroundLayer,
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(Path),
    st.sampled_from(KINDS),
    st.text(min_size=1),
    st.text(),
    st.booleans(),
    st.integers(0, 100),
    st.integers(0, COLOURS - 1),
    st.booleans(),
    st.text(),
)


@given(layers)
def test_a_layer_reads_back_from_its_line(layer: GroundLayer) -> None:
    assert parse_layer(layer.text()) == layer


@given(st.one_of(st.text(), st.dictionaries(st.text(), st.integers()).map(str)))
def test_any_other_line_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_layer(text)


def test_numbers_out_of_range_fall_back() -> None:
    layer = parse_layer('{"path": "/m.tif", "kind": "relief", "opacity": 900, "colour": -1, "shown": "yes"}')
    assert (layer.opacity, layer.colour, layer.shown, layer.title) == (100, 0, True, "m")


def test_a_map_on_the_same_stick_is_found_wherever_the_stick_is(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    (stick / "maps").mkdir(parents=True)
    path = swat_tiles(stick / "maps" / "swat.mbtiles", lambda *_place: RED)
    layer = GroundLayer(path, "tiles", "Swat", beside=beside(path, stick))
    assert layer.beside == "maps/swat.mbtiles"
    assert beside(tmp_path / "elsewhere.tif", stick) == ""
    moved = stick.rename(tmp_path / "other place")
    assert layer.found_from(moved).path == moved / "maps" / "swat.mbtiles"
    assert layer.found_from(None) == layer.found_from(tmp_path) == layer
