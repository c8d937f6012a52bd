"""The preview as a file: one, whole, offline, and written so that a failure costs nothing."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from surveyapp.domain.progress import Progress
from surveyapp.errors import BadFile, BadInput, Cancelled
from surveyapp.exchange.photos import thumbnail
from surveyapp.exchange.preview import HistorySummary, PreviewData, PreviewOptions, build_preview
from surveyapp.exchange.preview.photos import make_thumbs
from surveyapp.geo.basemap import basemap_geojson
from tests.browser.previews import build, jpeg, meta_of, photo, preview_data, script, sighting, tables_of, uuid_of

MOMENT = datetime(2026, 11, 24, 5, 6, 7, tzinfo=UTC)


def small(_data: bytes, _px: int) -> bytes:
    return jpeg(size=(40, 30))


def test_every_value_is_in_the_file(tmp_path: Path) -> None:
    rows = [sighting(1, notes="کھلا پتھر", added_by_qgis=7), sighting(2, stone_count=3, longitude=None, latitude=None)]
    html = build(preview_data(rows, basemap=basemap_geojson()), tmp_path / "p.html").read_text(encoding="utf-8")

    table = tables_of(html)["sighting"]
    for name in ("uuid", "longitude", "latitude", "gem", "locality", "notes", "stone_count", "added_by_qgis"):
        assert table[name] == [row.get(name) for row in rows], name
    meta = meta_of(html)
    assert meta["title"] == "Swat valley"
    assert meta["notes"]["audience"] == "office"
    assert meta["basemap"] == basemap_geojson()


def test_nothing_in_the_file_is_fetched_from_anywhere(tmp_path: Path) -> None:
    html = build(preview_data([sighting(1)], basemap=basemap_geojson()), tmp_path / "p.html").read_text(
        encoding="utf-8"
    )

    markup = re.sub(r"<script[^>]*>.*?</script>", "", html, flags=re.DOTALL)
    assert not re.findall(r"<(?:link|iframe|object|embed|base|video|audio|source)\b", markup)
    assert re.findall(r"<script[^>]*\bsrc", html) == []
    assert [found for found in re.findall(r'(?:src|href)="([^"]*)"', markup) if not found.startswith("#")] == []
    styles = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    assert "@import" not in styles
    assert all(found.startswith(("data:", "#")) for found in re.findall(r"url\(([^)]*)\)", styles))
    for name in ("cdn.jsdelivr.net", "code.jquery.com", "cdnjs.cloudflare.com", "bootstrapcdn", "sourceMappingURL"):
        assert name not in html
    assert "Leaflet 1.9.3" in html


def test_the_policy_names_each_script_and_no_other(tmp_path: Path) -> None:
    html = build(preview_data([sighting(1)]), tmp_path / "p.html").read_text(encoding="utf-8")

    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)
    assert found
    policy = dict(rule.split(" ", 1) for rule in found[1].split("; "))
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digests = {f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts}
    assert set(policy["script-src"].split()) == digests
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "data: blob:"
    assert html.index(found[0]) < html.index("<style>") < html.index("<script>")


def test_user_text_is_neither_markup_nor_template(tmp_path: Path) -> None:
    text = "</script><script>x</script>{{7*7}}{%raw%}{#<!--survey data--><!--policy--><!--survey photos-->"
    rows = [sighting(1, notes=text, gem=text)]
    surveys = [{"uuid": "s", "name": text}]
    html = build(preview_data(rows, title=text, surveys=surveys), tmp_path / "p.html").read_text(encoding="utf-8")

    assert html.count("<script>") == 3
    assert tables_of(html)["sighting"]["notes"] == [text]
    assert meta_of(html)["surveys"][0]["name"] == text
    assert "<" not in script(html, "survey-meta")


def test_the_same_survey_gives_the_same_bytes(tmp_path: Path) -> None:
    options = PreviewOptions(built_at=MOMENT)
    data = preview_data([sighting(1), sighting(2)], photos=[photo(1, 1, jpeg())])
    one = build(data, tmp_path / "one.html", options=options).read_bytes()
    two = build(data, tmp_path / "two.html", options=options).read_bytes()
    assert one == two
    assert meta_of(one.decode())["notes"]["builtAt"] == "2026-11-24T05:06:07.000Z"


def test_history_is_in_the_order_of_the_sightings(tmp_path: Path) -> None:
    lines = {
        uuid_of(3): HistorySummary("r3", 1, "Gul", "2026-11-03T04:05:06.000Z", "Gul", "2026-11-03T04:05:06.000Z"),
        uuid_of(1): HistorySummary("r1", 4, "Amir", None, "Office", "2026-11-04T04:05:06.000Z"),
    }
    data = preview_data([sighting(1), sighting(2), sighting(3)], history=lines)
    table = tables_of(build(data, tmp_path / "p.html").read_text(encoding="utf-8"))["history"]
    assert table["revision"] == ["r1", None, "r3"]
    assert table["revisions"] == [4, None, 1]
    assert table["changed_by"] == ["Office", None, None]
    assert table["created_at"] == [None, None, datetime(2026, 11, 3, 4, 5, 6, tzinfo=UTC).timestamp()]


def test_tracks_are_thinned_to_a_metre(tmp_path: Path) -> None:
    straight = [(72.0 + step / 1000, 34.0) for step in range(100)]
    bent = [*straight, (72.1, 34.1)]
    data = preview_data([sighting(1)], tracks={"t": [straight], "b": [bent], "p": [[(72.0, 34.0)]]})
    tracks = meta_of(build(data, tmp_path / "p.html").read_text(encoding="utf-8"))["tracks"]
    assert tracks["t"] == [[[34.0, 72.0], [34.0, 72.099]]]
    assert tracks["b"] == [[[34.0, 72.0], [34.0, 72.099], [34.1, 72.1]]]
    assert tracks["p"] == [[[34.0, 72.0]]]


# --- writing ---------------------------------------------------------------------------------------------


def test_an_old_preview_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "p.html"
    out.write_text("the old one")
    progress = Progress(lambda _done, _total, what: progress.cancel() if what == "Writing the preview" else None)

    with pytest.raises(Cancelled):
        build_preview(preview_data([sighting(1)]), out, thumbnail=small, progress=progress)

    assert out.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [out]


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"^Cannot write the preview .*nowhere.*p\.html: "):
        build(preview_data([sighting(1)]), tmp_path / "nowhere" / "p.html")


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadFile, match="No space left on device"):
        build(preview_data([sighting(1)]), tmp_path / "p.html")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_audience_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no audience friends; choose office or public"):
        build(preview_data([sighting(1)]), tmp_path / "p.html", audience="friends")
    with pytest.raises(BadInput, match="needs the sightings"):
        build(PreviewData("Empty", {}), tmp_path / "p.html")


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    data = preview_data([sighting(1)], photos=[photo(1, 1, jpeg())])
    build(data, tmp_path / "p.html", progress=Progress(lambda _done, _total, what: told.append(what)))
    assert list(dict.fromkeys(told)) == ["Making thumbnails", "Packing the records", "Writing the preview"]


# --- photos ----------------------------------------------------------------------------------------------


def test_the_first_photo_of_each_sighting_goes_in_first() -> None:
    photos = [photo(number, sighting_number, b"x") for number, sighting_number in enumerate((1, 1, 1, 2, 3))]
    size = len(make_thumbs(photos[:1], small, 10**6, None)[0].picture)

    thumbs = make_thumbs(photos, small, size * 3, None)

    assert [bool(thumb.picture) for thumb in thumbs] == [True, False, False, True, True]
    assert [thumb.why for thumb in thumbs] == ["", "size", "size", "", ""]


def test_the_report_and_the_page_say_what_was_left_out(tmp_path: Path) -> None:
    photos = [photo(1, 1, jpeg()), photo(2, 1, b"damaged"), photo(3, 2, b"<svg onload='x'/>")]
    out = tmp_path / "p.html"
    report = build_preview(preview_data([sighting(1), sighting(2)], photos=photos), out, thumbnail=thumbnail)

    assert (report.sightings, report.photos, report.photos_left_out) == (2, 1, 2)
    assert report.size_bytes == out.stat().st_size
    notes = meta_of(out.read_text(encoding="utf-8"))["notes"]
    assert (notes["photosLeftOut"], notes["photosUnreadable"]) == (0, 2)


def test_the_more_photos_the_smaller() -> None:
    asked: list[int] = []

    def note(_data: bytes, px: int) -> bytes:
        asked.append(px)
        return small(b"", px)

    for count in (1, 300, 1000):
        make_thumbs([photo(n, n, b"x") for n in range(count)], note, 30_000_000, None)
    assert list(dict.fromkeys(asked)) == [1024, 480, 320]


def test_a_thumbnail_keeps_nothing_but_the_picture() -> None:
    exif = Image.Exif()
    exif[0x010E] = "where it was"
    from_jpeg = jpeg(exif=exif)
    assert b"where it was" in from_jpeg
    png_out = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "where it was")
    Image.new("RGBA", (40, 30), (1, 2, 3, 128)).save(png_out, "PNG", pnginfo=info)
    assert b"where it was" in png_out.getvalue()

    for data, kind in ((from_jpeg, "image/jpeg"), (png_out.getvalue(), "image/png")):
        (thumb,) = make_thumbs([photo(1, 1, b"x")], _always(data), 10**7, None)
        assert thumb.content_type == kind
        assert b"where it was" not in thumb.picture
        with Image.open(io.BytesIO(thumb.picture)) as bare, Image.open(io.BytesIO(data)) as full:
            assert bare.convert("RGBA").tobytes() == full.convert("RGBA").tobytes()


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_not_put_on_the_page(data: bytes) -> None:
    (thumb,) = make_thumbs([photo(1, 1, b"x")], _always(data), 10**7, None)
    assert (thumb.picture, thumb.why) == (b"", "unreadable")


def _always(data: bytes) -> Any:
    return lambda _data, _px: data
