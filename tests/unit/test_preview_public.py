"""What the public edition holds, down to its bytes."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.merge import Conflict, ConflictValue
from surveyapp.errors import BadInput
from surveyapp.exchange.preview import HistorySummary, PreviewData, PreviewOptions
from surveyapp.exchange.preview.audience import cell_centre, public_edition
from surveyapp.geo.basemap import basemap_geojson
from tests.browser.previews import (
    build,
    columns,
    jpeg,
    meta_of,
    photo,
    preview_data,
    sighting,
    tables_of,
    unpacked,
    uuid_of,
)

LONGITUDE, LATITUDE = 72.36077, 34.77254
SECRETS = (
    "Gul Rahman", "Shireen Bibi", "Amir Zeb", "KP-1234/2026", "Nasir Khan", "secret note", "34.77254N",
    "IMG_20261103.jpg", "43 B/5", "Ridge walk", "Licence 7", "remark of QGIS", "Kamal Shah", "private-revision",
)  # fmt: skip


def secretive() -> PreviewData:
    exif = Image.Exif()
    exif[0x010E] = "Gul Rahman"
    exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 46.0, 21.1), 3: "E", 4: (72.0, 21.0, 38.8)})
    row = sighting(
        1, longitude=LONGITUDE, latitude=LATITUDE, gem="emerald", observer="Gul Rahman", notes="secret note",
        position_text="34.77254N 72.36077E", position_source="gps", accuracy_m=4.25, satellites=11, hdop=0.93,
        samples_averaged=61, elevation_m=1876.5, position_crs="EPSG:4326", toposheet="43 B/5", fix_quality="dgps",
        locality="Near Amir Zeb's pit", host_rock_text="schist at 34.7725 N, 72.3607 E", colour="green",
        observed_at="2026-11-03T04:05:06.789Z", district="Swat", survey_uuid="s", lab_remark="remark of QGIS",
    )  # fmt: skip
    other = sighting(2, longitude=72.3999, latitude=34.7001, observer="Amir Zeb", locality="Mingora", gem="ruby")
    square = [[(72.31234, 34.71234), (72.41234, 34.71234), (72.41234, 34.81234), (72.31234, 34.71234)]]
    return preview_data(
        [row, other],
        title="Survey of Shireen Bibi",
        surveys=[{
            "uuid": "s", "name": "Swat 2026", "team": "Alpha", "lead": "Shireen Bibi", "licence": "KP-1234/2026",
        }],
        layers={
            "track": columns("track", [{"uuid": "t", "name": "Ridge walk", "observer": "Gul Rahman"}]),
            "area": columns("area", [{"uuid": "a", "name": "Licence 7", "holder": "Nasir Khan"}]),
            "sample": columns("sample", [
                {"uuid": "p", "sighting_uuid": uuid_of(1), "sample_id": "AL-7", "collector": "Kamal Shah"}]),
            "custody": columns("custody", [{"uuid": "k", "sample_uuid": "p", "from_party": "Kamal Shah"}]),
        },
        tracks={"t": [[(LONGITUDE, LATITUDE), (72.4, 34.8)]]},
        areas={"a": square},
        photos=[photo(1, 1, jpeg(exif=exif), caption="Gul Rahman at the pit", file_name="IMG_20261103.jpg")],
        conflicts=[Conflict("c", "sighting", uuid_of(1), "observer", "Gul Rahman", (
            ConflictValue("Amir Zeb", "Kamal Shah", None, "r1"), ConflictValue("Gul Rahman", None, None, "r2")), None)],
        history={uuid_of(1): HistorySummary("private-revision", 2, "Gul Rahman", "2026-11-03T04:05:06.789Z")},
        basemap=basemap_geojson(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = build(secretive(), tmp_path_factory.mktemp("public") / "public.html", audience="public")
    return out.read_text(encoding="utf-8")


def everything(html: str) -> str:
    """The page with its packed records and its pictures unpacked, as one text."""
    pictures = re.findall(r'id="photo-\d+">([^<]+)<', html)
    parts = [html.encode(), unpacked(html), *map(base64.b64decode, pictures)]
    return b"\n".join(parts).decode("utf-8", "replace")


def test_no_secret_is_anywhere_in_the_file(html: str) -> None:
    # The same secrets are in the office's file, so that this test could fail.
    assert all(secret in everything(build_office()) for secret in SECRETS)
    text = everything(html)
    for secret in SECRETS:
        assert secret not in text, secret
        assert secret.casefold() not in text.casefold(), secret


def build_office() -> str:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return build(secretive(), Path(folder) / "office.html").read_text(encoding="utf-8")


def test_no_number_gives_the_place_away(html: str) -> None:
    table = tables_of(html)["sighting"]
    assert table["longitude"] == [72.35, 72.35]
    assert table["latitude"] == [34.75, 34.75]
    told = {name for name, values in table.items() if any(value is not None for value in values)}
    hidden = {field.name for field in SIGHTING if not field.public}
    assert not told & (hidden | {"accuracy_m", "elevation_m", "hdop", "satellites", "samples_averaged", "toposheet"})
    assert {"uuid", "gem", "colour", "district", "observed_at", "survey_uuid"} <= told
    text = everything(html)
    for digits in ("34.772", "72.360", "34,772", "72.3607", "34.712", "72.412"):
        assert digits not in text, digits
    meta = meta_of(html)
    assert (meta["tracks"], meta["areas"], meta["conflicts"]) == ({}, {}, [])
    assert set(tables_of(html)) == {"sighting", "sample"}


def test_texts_with_names_or_coordinates_are_withheld_and_counted(html: str) -> None:
    table, meta = tables_of(html)["sighting"], meta_of(html)
    assert table["locality"] == [None, "Mingora"]
    assert table["host_rock_text"] == [None, None]
    assert meta["title"] == "Survey"
    assert meta["photos"][0]["caption"] == ""
    assert meta["notes"]["textsWithheld"] == 4
    assert "<title>Survey</title>" in html


def test_the_thumbnail_has_no_exif(html: str) -> None:
    found = re.search(r'id="photo-0">([^<]+)<', html)
    assert found
    data = base64.b64decode(found[1])
    assert b"Exif" not in data
    with Image.open(io.BytesIO(data)) as picture:
        assert len(picture.getexif()) == 0


def test_the_page_says_what_it_is(html: str) -> None:
    notes = meta_of(html)["notes"]
    assert notes["audience"] == "public"
    assert notes["gridDeg"] == 0.1
    survey = meta_of(html)["surveys"][0]
    assert survey == {"uuid": "s", "name": "Swat 2026", "team": "Alpha"}


@given(st.floats(-180, 180), st.sampled_from([0.01, 0.05, 0.1, 0.25, 0.5, 1.0]))
def test_a_cell_has_one_centre_and_it_is_near(degrees: float, grid: float) -> None:
    centre = cell_centre(degrees, grid, 180)
    assert abs(centre - degrees) <= grid / 2 + 1e-6
    assert cell_centre(centre, grid, 180) == centre or abs(centre) == 180
    steps = (centre - grid / 2) / grid
    assert abs(steps - round(steps)) < 1e-3 or abs(centre) == 180


@pytest.mark.parametrize("text", [
    "34.7725N 72.3608E", "N 34° 46'", "43S CU 12345 67890", "pit at 712345 3845678", "34,77254 / 72,36077",
    "met AMIR  ZEB there", "amir zeb",
])  # fmt: skip
def test_a_telling_text_is_withheld(text: str) -> None:
    rows = [sighting(1, locality=text, observer="Amir Zeb")]
    assert public_edition(preview_data(rows), 0.1).data.layers["sighting"]["locality"] == [None]


@pytest.mark.parametrize("text", ["Gujar Kili 2", "125,000 carats", "12.5 cm vein", "Amira Zebulon", "F. A. of 1998"])
def test_a_harmless_text_stays(text: str) -> None:
    rows = [sighting(1, locality=text, observer="Amir Zeb"), sighting(2, observer="F.")]
    assert public_edition(preview_data(rows), 0.1).data.layers["sighting"]["locality"] == [text, "Place 2"]


def test_a_code_is_not_taken_for_a_name() -> None:
    rows = [sighting(1, gem="ruby", observer="Ruby")]
    edition = public_edition(preview_data(rows), 0.1)
    assert edition.data.layers["sighting"]["gem"] == ["ruby"]
    assert edition.withheld == 0


def test_a_value_of_the_wrong_type_cannot_slip_out() -> None:
    rows = [sighting(1, stone_count="34.77254 N", observed_at="told by Amir Zeb", observer="Amir Zeb",
                     longitude="72.36077", latitude=float("nan"), gem="34.77254")]  # fmt: skip
    shown = public_edition(preview_data(rows), 0.1).data.layers["sighting"]
    found: dict[str, Any] = {
        name: shown[name][0] for name in ("stone_count", "observed_at", "longitude", "latitude", "gem")
    }
    assert found == dict.fromkeys(found)


@pytest.mark.parametrize("grid", [0.0, -1.0, 0.0001, 45.0, float("nan")])
def test_a_grid_that_hides_nothing_or_everything_is_refused(grid: float, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="degrees cannot be used"):
        build(
            preview_data([sighting(1)]), tmp_path / "x.html", audience="public", options=PreviewOptions(grid_deg=grid)
        )
    assert list(tmp_path.iterdir()) == []
