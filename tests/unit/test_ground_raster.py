"""GeoTIFF, elevations and GeoPackage tiles: right place, right colour, shaded as Horn says, refused where wrong."""

from __future__ import annotations

import math
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from rasterio.transform import Affine

from surveyapp.errors import BadFile
from surveyapp.geo import crs
from surveyapp.geo.ground import hillshade
from surveyapp.geo.ground.model import Picture, Shapes
from surveyapp.geo.ground.opening import look, open_ground
from surveyapp.geo.ground.raster import RasterFile
from tests.unit.ground_files import MINGORA, around, swat_corner, view_of, write_raster


def drawn_by(source: RasterFile, *view: float) -> Picture:
    drawn = source.draw(around(*view))
    assert isinstance(drawn, Picture)
    return drawn


def pixel_at(drawn: Picture, lon: float, lat: float) -> tuple[int, ...]:
    view = around(lon, lat, 2.0, 2)
    x, y = (view.box[0] + view.box[2]) / 2, (view.box[1] + view.box[3]) / 2
    west, south, east, north = drawn.box
    height, width = drawn.rgba.shape[:2]
    column = math.floor((x - west) / (east - west) * width)
    row = math.floor((north - y) / (north - south) * height)
    return tuple(drawn.rgba[row, column].tolist())


@pytest.mark.parametrize(
    "system", ["EPSG:32643", "EPSG:24313", "EPSG:24376", "EPSG:4326"], ids=["UTM", "K1962 UTM", "K1962 zone I", "4326"]
)
def test_a_cell_is_drawn_where_the_projection_says(tmp_path: Path, system: str) -> None:
    """Against pyproj by the operations that the EPSG dataset lists: never a metre beside it."""
    at = MINGORA if system != "EPSG:24376" else (72.36, 34.0)
    x, y, _accuracy = crs.from_wgs84(system, *at)
    cell = 1e-5 if system == "EPSG:4326" else 1.0
    bands = np.zeros((3, 41, 41), np.uint8)
    bands[0] = 40
    bands[:, 20, 20] = (250, 200, 0)
    corner = Affine(cell, 0, x - 20.5 * cell, 0, -cell, y + 20.5 * cell)
    path = write_raster(tmp_path / "one.tif", bands, system, corner)
    with closing(RasterFile(path)) as source:
        drawn = source.draw(around(*at, 60, 600))
        assert isinstance(drawn, Picture)
        rows, columns = np.nonzero(drawn.rgba[..., 1] > 100)
        west, _south, east, north = drawn.box
        degree = drawn.rgba.shape[1] / (east - west)
        view = around(*at, 2.0, 2)
        middle = ((view.box[0] + view.box[2]) / 2 - west) * degree, (north - (view.box[1] + view.box[3]) / 2) * degree
        # Ten pixels are one metre of EPSG:3857, some 0.82 m on the ground.
        assert abs(columns.mean() + 0.5 - middle[0]) < 1.5
        assert abs(rows.mean() + 0.5 - middle[1]) < 1.5
        assert ("not known" in source.note) == (system in ("EPSG:24313", "EPSG:24376"))


def test_outside_the_file_the_picture_is_clear(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "s.tif", np.full((3, 60, 60), 120, np.uint8), "EPSG:4326", swat_corner(60))
    with closing(RasterFile(path)) as source:
        assert isinstance(source.draw(around(60.0, 25.0, 1000)), Shapes)
        drawn = source.draw(view_of(71.9, 34.4, 72.3, 34.8))
        assert isinstance(drawn, Picture)
        assert drawn.box[0] == pytest.approx(72.0, abs=0.01)
        assert (drawn.rgba[..., 3] == 255).mean() > 0.97


def test_nodata_and_alpha_are_clear(tmp_path: Path) -> None:
    bands = np.full((3, 60, 60), 120, np.uint8)
    bands[:, :, 30:] = 0
    path = write_raster(tmp_path / "nodata.tif", bands, "EPSG:4326", swat_corner(60), nodata=0)
    with closing(RasterFile(path)) as source:
        drawn = drawn_by(source, 72.3, 34.8, 60_000, 300)
        assert pixel_at(drawn, 72.1, 34.8) == (120, 120, 120, 255)
        assert pixel_at(drawn, 72.5, 34.8)[3] == 0
    alpha = np.full((4, 60, 60), 120, np.uint8)
    alpha[3] = 255
    alpha[3, :, 30:] = 90
    path = write_raster(tmp_path / "alpha.tif", alpha, "EPSG:4326", swat_corner(60), photometric="RGB", ALPHA="YES")
    with closing(RasterFile(path)) as source:
        drawn = drawn_by(source, 72.3, 34.8, 60_000, 300)
        assert pixel_at(drawn, 72.1, 34.8)[3] == 255
        assert pixel_at(drawn, 72.5, 34.8)[3] == pytest.approx(90, abs=1)


def test_a_table_of_colours_is_not_mixed(tmp_path: Path) -> None:
    bands = np.zeros((1, 60, 60), np.uint8)
    bands[0, :, 30:] = 7
    colours = {0: (10, 20, 30, 255), 7: (200, 100, 50, 255)}
    path = write_raster(tmp_path / "p.tif", bands, "EPSG:4326", swat_corner(60), colormap=colours)
    assert [(entry.kind, entry.one_band) for entry in look(path)] == [("picture", False)]
    with closing(RasterFile(path)) as source:
        drawn = drawn_by(source, 72.3, 34.8, 30_000, 200)
        assert {tuple(colour) for colour in drawn.rgba.reshape(-1, 4).tolist()} == set(colours.values())


def test_sixteen_bits_are_stretched_over_what_the_file_holds(tmp_path: Path) -> None:
    bands = np.linspace(3000, 5000, 60 * 60).reshape(1, 60, 60).astype(np.uint16)
    path = write_raster(tmp_path / "u16.tif", bands, "EPSG:4326", swat_corner(60))
    assert [(entry.kind, entry.one_band) for entry in look(path)] == [("picture", True)]
    with closing(RasterFile(path)) as source:
        drawn = drawn_by(source, 72.3, 34.8, 90_000, 300)
        seen = drawn.rgba[drawn.rgba[..., 3] > 0][:, 0]
        assert seen.min() < 8 and seen.max() > 247


def test_overviews_are_used(tmp_path: Path) -> None:
    """A file whose overviews hold something else shows them when it is far away."""
    import rasterio
    from rasterio.enums import Resampling

    bands = np.full((1, 1024, 1024), 200, np.uint8)
    path = write_raster(tmp_path / "o.tif", bands, "EPSG:4326", swat_corner(1024), tiled=True)
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4, 8, 16], Resampling.nearest)
    with rasterio.open(path, "r+") as file:
        file.write(np.full_like(bands, 10))
    with closing(RasterFile(path)) as source:
        far = drawn_by(source, 72.3, 34.8, 67_000, 128)
        near = drawn_by(source, 72.3, 34.8, 3_000, 128)
        assert int(np.median(far.rgba[..., 0])) == 200
        assert int(np.median(near.rgba[..., 0])) == 10


def test_a_large_file_without_overviews_asks_to_zoom_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveyapp.geo.ground.raster._MOST_SOURCE_PIXELS", 1000)
    path = write_raster(tmp_path / "s.tif", np.full((1, 60, 60), 120, np.uint8), "EPSG:4326", swat_corner(60))
    with closing(RasterFile(path)) as source:
        far = source.draw(around(72.3, 34.8, 90_000))
        assert isinstance(far, Shapes) and "overviews" in far.note
        assert isinstance(source.draw(around(72.3, 34.8, 5_000)), Picture)


# --- relief ----------------------------------------------------------------------------------------------


def plane(towards_deg: float, slope_deg: float, cell_m: float) -> np.ndarray:
    """Elevations of a slope that faces a direction."""
    rows, columns = np.mgrid[0:7, 0:7]
    east, north = columns * cell_m, -rows * cell_m
    facing = math.radians(towards_deg)
    return -math.tan(math.radians(slope_deg)) * (east * math.sin(facing) + north * math.cos(facing))


@pytest.mark.parametrize("facing", [0, 45, 90, 135, 225, 315])
@pytest.mark.parametrize("slope", [5, 30, 60])
def test_a_plane_is_as_bright_as_the_angle_to_the_sun(facing: int, slope: int) -> None:
    """On a plane Horn's slope is exact, so brightness is the cosine of the angle between normal and sun."""
    bright = hillshade.brightness(plane(facing, slope, 30.0), 30.0)
    height, s = math.radians(45), math.radians(slope)
    expected = math.sin(height) * math.cos(s) + math.cos(height) * math.sin(s) * math.cos(math.radians(315 - facing))
    assert bright.shape == (5, 5)
    assert np.allclose(bright, max(expected, 0))


def test_horn_weighs_the_nearer_neighbours_double() -> None:
    """The worked example of the weights: dz/dx of one raised neighbour."""
    z = np.zeros((3, 3))
    z[1, 2] = 8.0  # east, weight 2 of 8 cells of 1 m: p = 2
    expected = (math.sin(math.radians(45)) + math.cos(math.radians(45)) * 2 * math.sin(math.radians(45))) / math.sqrt(5)
    assert hillshade.brightness(z, 1.0)[0, 0] == pytest.approx(expected)
    z = np.zeros((3, 3))
    z[0, 2] = 8.0  # north-east, weight 1 both ways: p = q = 1
    s = math.sin(math.radians(45))
    expected = (s - s * (math.sin(math.radians(315)) + math.cos(math.radians(315)))) / math.sqrt(3)
    assert hillshade.brightness(z, 1.0)[0, 0] == pytest.approx(expected)


def test_level_ground_is_clear_and_nothing_known_is_clear() -> None:
    bright = hillshade.brightness(np.full((5, 5), 1500.0), 30.0)
    assert (hillshade.relief(bright)[..., 3] == 0).all()
    unknown = np.full((5, 5), 1500.0)
    unknown[2, 2] = np.nan
    assert (hillshade.relief(hillshade.brightness(unknown, 30.0))[..., 3] == 0).all()


@pytest.mark.parametrize(("unit", "per_metre"), [(None, 1.0), ("m", 1.0), ("ft", 1 / 0.3048)])
def test_the_relief_of_a_ramp_in_degrees_uses_metres(tmp_path: Path, unit: str | None, per_metre: float) -> None:
    """A slope of 30 degrees that faces north-west is fully lit at that angle, wherever and in whatever it is stored."""
    cells = 240
    degree_north = 110_940.0  # metres of a degree of latitude at 34.8, WGS 84
    degree_east = 91_500.0
    rows, columns = np.mgrid[0:cells, 0:cells]
    east, north = columns * 0.6 / cells * degree_east, -rows * 0.6 / cells * degree_north
    height = -math.tan(math.radians(30)) * (east * math.sin(math.radians(315)) + north * math.cos(math.radians(315)))
    bands = (height[None] * per_metre).astype(np.float32)
    path = write_raster(tmp_path / "dem.tif", bands, "EPSG:4326", swat_corner(cells), unit=unit, nodata=-9999.0)
    assert [entry.kind for entry in look(path)] == ["relief"]
    with closing(RasterFile(path, relief=True)) as source:
        drawn = drawn_by(source, 72.3, 34.8, 20_000, 100)
        expected = math.cos(math.radians(45 - 30))  # the sun stands 45 degrees high
        light = (expected - hillshade.FLAT) / (1 - hillshade.FLAT) * 0.55 * 255
        assert drawn.rgba[50, 50, 3] == pytest.approx(light, abs=2)
        assert drawn.rgba[50, 50, :3].tolist() == [255, 255, 255]
    with closing(RasterFile(path)) as source:
        assert drawn_by(source, 72.3, 34.8, 20_000, 100).rgba[50, 50, 3] == 255


def test_a_colour_picture_is_no_relief(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "s.tif", np.full((3, 9, 9), 120, np.uint8), "EPSG:4326", swat_corner(9))
    with pytest.raises(BadFile, match="holds no elevations"):
        RasterFile(path, relief=True)


# --- GeoPackage tiles and what is refused ----------------------------------------------------------------


def test_tiles_of_a_geopackage_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "sheets.gpkg"
    x, y, _accuracy = crs.from_wgs84("EPSG:3857", *MINGORA)
    for name, shade in (("sheet_43b", 90), ("sheet_43a", 180)):
        bands = np.full((3, 512, 512), shade, np.uint8)
        corner = Affine(10, 0, x - 2560, 0, -10, y + 2560)
        write_raster(path, bands, "EPSG:3857", corner, RASTER_TABLE=name, APPEND_SUBDATASET="YES")
    entries = look(path)
    assert [(entry.kind, entry.layer) for entry in entries] == [("picture", "sheet_43b"), ("picture", "sheet_43a")]
    for entry, shade in zip(entries, (90, 180), strict=True):
        with closing(open_ground(entry.to_layer(path))) as source:
            drawn = source.draw(around(*MINGORA, 2000))
            assert isinstance(drawn, Picture)
            assert np.allclose(drawn.rgba[100, 100], (shade, shade, shade, 255), atol=3)


def test_a_raster_without_a_place_on_earth_is_refused(tmp_path: Path) -> None:
    bands = np.full((1, 20, 20), 9, np.uint8)
    cases = {
        "nocrs.tif": (None, swat_corner(20), "no coordinate system"),
        "k1880.tif": ("EPSG:24371", Affine(100, 0, 2_700_000, 0, -100, 1_000_000), "Kalianpur 1880"),
    }
    for name, (system, corner, reason) in cases.items():
        path = write_raster(tmp_path / name, bands, system, corner)
        with pytest.raises(BadFile, match=reason) as caught:
            look(path)
        assert name in str(caught.value) and "\n" not in str(caught.value)


def test_a_raster_that_reaches_past_its_datum_is_refused(tmp_path: Path) -> None:
    x, y, _accuracy = crs.from_wgs84("EPSG:24313", *MINGORA)
    corner = Affine(100_000, 0, x - 1_000_000, 0, -100_000, y + 1_000_000)
    path = write_raster(tmp_path / "wide.tif", np.full((1, 20, 20), 9, np.uint8), "EPSG:24313", corner)
    with pytest.raises(BadFile, match="reaches beyond the area"):
        look(path)


def test_a_plain_picture_is_refused(tmp_path: Path) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rasterio warns of what this test is about
        path = write_raster(tmp_path / "scan.tif", np.full((1, 20, 20), 9, np.uint8), "EPSG:4326", Affine.identity())
        with pytest.raises(BadFile, match="without a position"):
            look(path)


def test_a_half_copied_raster_says_so_when_it_is_drawn(tmp_path: Path) -> None:
    bands = np.full((1, 400, 400), 9, np.int16)
    path = write_raster(tmp_path / "half.tif", bands, "EPSG:4326", swat_corner(400))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with closing(RasterFile(path, relief=True)) as source, pytest.raises(BadFile, match=r"half.tif cannot be read"):
        source.draw(around(72.3, 34.8, 60_000))
