"""The office's own map in the file: which tiles, of which zooms, and a sentence where it cannot be."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from surveyapp.domain.progress import Progress
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.preview import PreviewOptions
from surveyapp.exchange.preview.ground import GroundTiles, cut_tiles
from tests.browser.previews import build, meta_of, preview_data, sighting
from tests.unit.ground_files import MINGORA, swat_tiles, tile_of

LIMIT = 10**6


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Zooms 6 to 9 over Swat, in a colour of their own by zoom and place."""
    return swat_tiles(tmp_path_factory.mktemp("map") / "swat.mbtiles", lambda z, x, y: (z * 20, x % 256, y % 256))


def cut(path: Path, zooms: tuple[int, int] = (8, 9), limit: int = LIMIT) -> GroundTiles:
    return cut_tiles(path, zooms, [MINGORA[0], None], [MINGORA[1], None], limit, Progress())


def test_the_tiles_around_the_survey_are_cut_and_no_others(tiles: Path) -> None:
    made = cut(tiles)
    assert made.attribution == "Survey of Swat"
    for zoom in (8, 9):
        column, row = tile_of(zoom, *MINGORA)
        with Image.open(io.BytesIO(made.pictures[zoom, column, row])) as picture:
            assert (picture.format, picture.size) == ("WEBP", (256, 256))
            middle = picture.convert("RGB").getpixel((128, 128))
        assert isinstance(middle, tuple)
        assert max(abs(a - b) for a, b in zip(middle, (zoom * 20, column % 256, row % 256), strict=True)) < 8
    assert {zoom for zoom, _, _ in made.pictures} == {8, 9}
    assert len(made.pictures) <= 4, "two kilometres around one place"


def test_the_page_holds_them_and_says_whose_they_are(tiles: Path, tmp_path: Path) -> None:
    rows = [sighting(1, longitude=MINGORA[0], latitude=MINGORA[1])]
    options = PreviewOptions(ground=tiles, ground_zooms=(8, 8))
    html = build(preview_data(rows), tmp_path / "p.html", options=options).read_text(encoding="utf-8")
    meta = meta_of(html)
    assert meta["ground"] == {"name": "swat", "attribution": "Survey of Swat", "zooms": [8, 8]}
    found = re.findall(r'id="tile-(\d+)-(\d+)-(\d+)">([^<]+)<', html)
    assert (8, *tile_of(8, *MINGORA)) in {tuple(map(int, one[:3])) for one in found}
    assert all(base64.b64decode(one[3])[8:12] == b"WEBP" for one in found)


def test_a_public_preview_has_the_map_of_its_own_places(tiles: Path, tmp_path: Path) -> None:
    rows = [sighting(1, longitude=MINGORA[0], latitude=MINGORA[1])]
    options = PreviewOptions(ground=tiles, ground_zooms=(8, 15), grid_deg=0.5)
    page = build(preview_data(rows), tmp_path / "p.html", audience="public", options=options)
    html = page.read_text(encoding="utf-8")
    assert meta_of(html)["ground"]["zooms"] == [8, 12]
    with pytest.raises(BadInput, match="goes no nearer than zoom 12"):
        build(preview_data(rows), tmp_path / "q.html", audience="public",
              options=PreviewOptions(ground=tiles, ground_zooms=(13, 14)))  # fmt: skip


def test_too_large_a_map_names_the_zooms_that_fit(tiles: Path) -> None:
    size = sum(map(len, cut(tiles, (8, 8)).pictures.values()))
    with pytest.raises(BadInput, match=r"at zooms 8 to 9 takes more than the 0 MB allowed; zooms 8 to 8 fit"):
        cut(tiles, (8, 9), size)
    with pytest.raises(BadInput, match=r"at zoom 8 takes more than .* choose a smaller zoom"):
        cut(tiles, (8, 9), size - 1)
    with pytest.raises(BadInput, match=r"takes more than .* zooms 8 to 1\d fit"):
        cut_tiles(tiles, (8, 19), [], [], 10**9, Progress())


@pytest.mark.parametrize("zooms", [(9, 8), (-1, 3), (8, 20)])
def test_zooms_that_make_no_sense_are_refused(tiles: Path, zooms: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match="cannot be used; give two between 0 and 19"):
        cut(tiles, zooms)


def test_a_map_of_elsewhere_or_of_lines_is_refused(tiles: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="shows no place of this survey"):
        cut_tiles(tiles, (8, 9), [66.9], [30.2], LIMIT, Progress())
    with pytest.raises(BadInput, match="nothing at zooms 0 to 1"):
        cut(tiles, (0, 1))
    (tmp_path / "x.mbtiles").write_bytes(b"no map")
    with pytest.raises(BadFile):
        cut(tmp_path / "x.mbtiles")
    lines = tmp_path / "lines.geojson"
    lines.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
                     '"geometry":{"type":"LineString","coordinates":[[72,34],[73,35]]}}]}')  # fmt: skip
    with pytest.raises(BadInput, match="holds lines and areas"):
        cut(lines)
