"""Photos: what their cameras say, what is refused and why, and small copies that say nothing."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from surveyapp.domain.fields import PHOTO
from surveyapp.domain.validation import check_value
from surveyapp.errors import BadFile
from surveyapp.exchange.photos import photo_values, read_photo, thumbnail

SWAT_GPS: dict[int, Any] = {
    1: "N", 2: (34.0, 46.0, 21.0), 3: "E", 4: (72.0, 21.0, 38.88), 5: b"\x00", 6: 1234.5,
    7: (4.0, 30.0, 15.25), 16: "T", 17: 271.5, 18: "WGS-84", 29: "2026:11:24",
}  # fmt: skip


def photo(
    size: tuple[int, int] = (60, 40), kind: str = "JPEG", gps: dict[int, Any] | None = None,
    orientation: int | None = None, mode: str = "RGB", **tags: str,
) -> bytes:  # fmt: skip
    """A photo whose left half is red and right half blue."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    names = {"make": 0x010F, "model": 0x0110, "changed": 0x0132}
    for name, text in tags.items():
        if name == "taken":
            exif.get_ifd(0x8769)[0x9003] = text
        else:
            exif[names[name]] = text
    if orientation is not None:
        exif[0x0112] = orientation
    if gps is not None:
        exif.get_ifd(0x8825).update(gps)
    out = io.BytesIO()
    picture.convert(mode).save(out, kind, exif=exif.tobytes())
    return out.getvalue()


def test_everything_a_camera_says() -> None:
    data = photo(
        gps=SWAT_GPS,
        make="NIKON\x00",
        model="NIKON D5",
        taken="2026:11:24 09:30:12",
        changed="2026:12:01 00:00:00",
    )
    facts = read_photo(data)
    assert (facts.content_type, facts.width_px, facts.height_px) == ("image/jpeg", 60, 40)
    assert (facts.longitude, facts.latitude) == (72.3608, 34.7725)
    assert (facts.elevation_m, facts.bearing_deg) == (1234.5, 271.5)
    assert facts.taken_at == "2026-11-24T04:30:15.250Z"
    assert facts.camera_time == "2026-11-24 09:30:12"
    assert facts.camera == "NIKON D5"
    assert facts.data == data
    assert facts.original_sha256 is None
    assert facts.notes == ()


def test_values_are_those_of_the_photo_layer() -> None:
    values = photo_values(
        read_photo(photo(gps=SWAT_GPS, make="Fairphone", model="FP5")), "/cards/DCIM/IMG 1.jpg"
    )
    assert values["file_name"] == "IMG 1.jpg"
    assert values["camera"] == "Fairphone FP5"
    assert values["exif_longitude"] == 72.3608
    for name, value in values.items():
        field = PHOTO.field(name)
        assert field is not None, name
        assert check_value(field, value) is None
    high = photo_values(read_photo(photo(gps=SWAT_GPS | {6: 20_000.0})), "a.jpg")
    assert "exif_elevation_m" not in high


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, True),
        ({2: (134.0, 0.0, 0.0)}, True),
        ({1: ""}, True),
        ({1: "S"}, False),
        ({4: (72.5,)}, False),
        ({18: "TOKYO"}, True),
        ({18: "WGS 84"}, False),
    ],
)
def test_positions_that_are_none(change: dict[int, Any], lost: bool) -> None:
    facts = read_photo(photo(gps=SWAT_GPS | change))
    assert (facts.longitude is None) == lost
    assert (facts.longitude is None) == (facts.latitude is None)
    assert (facts.elevation_m is None) == lost
    assert bool(facts.notes) == (change.get(18) == "TOKYO")
    if change.get(1) == "S":
        assert facts.latitude == -34.7725


def test_a_depth_below_the_sea() -> None:
    assert read_photo(photo(gps=SWAT_GPS | {5: b"\x01"})).elevation_m == -1234.5


def test_a_magnetic_bearing_is_not_passed_off_as_true() -> None:
    facts = read_photo(photo(gps=SWAT_GPS | {16: "M"}))
    assert facts.bearing_deg is None
    assert "magnetic" in facts.notes[0]


@pytest.mark.parametrize(
    "change", [{29: ""}, {29: "2026:13:41"}, {7: (25.0, 0.0, 0.0)}, {7: (1.0, 2.0)}, {29: "yesterday"}]
)
def test_no_moment_without_a_sound_date_and_time(change: dict[int, Any]) -> None:
    assert read_photo(photo(gps=SWAT_GPS | change)).taken_at is None


@pytest.mark.parametrize("clock", ["0000:00:00 00:00:00", "    :  :     :  :  ", "soon", ""])
def test_a_clock_that_was_never_set(clock: str) -> None:
    assert read_photo(photo(taken=clock)).camera_time is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_honoured(orientation: int) -> None:
    data = photo((60, 40), orientation=orientation)
    facts = read_photo(data)
    turned = orientation > 4
    assert (facts.width_px, facts.height_px) == ((40, 60) if turned else (60, 40))
    with Image.open(io.BytesIO(thumbnail(data, 30))) as small:
        assert small.size == ((20, 30) if turned else (30, 20))
        assert not small.getexif()
        # The stored left half is red; where it comes to lie, by the EXIF standard:
        red_at = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}
        corners = {"left": (2, 9), "right": (27, 9), "top": (9, 2), "bottom": (9, 27)}
        red, _green, blue = small.getpixel(corners[red_at[orientation]])
        assert red > 180 > blue


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_kinds_that_are_kept(kind: str, mode: str) -> None:
    data = photo(kind=kind, mode=mode, gps=SWAT_GPS)
    facts = read_photo(data)
    assert facts.content_type == f"image/{kind.casefold()}"
    assert facts.longitude == 72.3608
    small = read_photo(thumbnail(data, 20))
    assert (small.content_type, small.width_px, small.longitude) == ("image/jpeg", 20, None)


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(thumbnail(out.getvalue(), 8))) as small:
        assert small.getpixel((4, 4)) == (255, 255, 255)


def test_a_photo_made_smaller_keeps_its_facts() -> None:
    data = photo(
        (600, 400), gps=SWAT_GPS, orientation=6, make="Fairphone", model="FP5", taken="2026:11:24 09:30:12"
    )
    whole, small = read_photo(data), read_photo(data, max_px=300)
    assert (small.width_px, small.height_px) == (200, 300)
    assert small.original_sha256 == whole.sha256
    assert small.sha256 != whole.sha256
    assert len(small.data) < len(data)
    again = read_photo(small.data)
    assert again.sha256 == small.sha256
    assert (again.width_px, again.height_px) == (200, 300)
    for name in ("longitude", "latitude", "elevation_m", "bearing_deg", "taken_at", "camera_time", "camera"):
        assert getattr(again, name) == getattr(small, name) == getattr(whole, name)
    assert read_photo(data, max_px=600).data == data


def test_small_pictures_are_not_made_larger() -> None:
    assert read_photo(thumbnail(photo((60, 40)), 500)).width_px == 60


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00", "HEIC"),
        (b"\x00\x00\x00\x18ftypavif", "AVIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><svg/>", "SVG"),
        (b"GIF89a", "convert it to JPEG"),
        (b"II*\x00", "convert it to JPEG"),
        (b"%PDF-1.4", "PDF"),
        (b"just text", "no JPEG, PNG or WebP"),
        (b"\xff\xd8\xff\xe0 and nothing", "damaged or cut short"),
        (b"\x89PNG\r\n\x1a\n", "damaged or cut short"),
        (b"RIFF\x10\x00\x00\x00WEBP", "damaged or cut short"),
    ],
)
def test_what_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(data)
    with pytest.raises(BadFile, match=said) as caught:
        read_photo(path)
    assert str(caught.value).startswith("IMG_1.jpg ")
    assert "\n" not in str(caught.value)
    with pytest.raises(BadFile):
        thumbnail(data, 100)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_cut_short(kind: str) -> None:
    data = photo((400, 300), kind)
    with pytest.raises(BadFile, match="cut short"):
        read_photo(data[: len(data) * 2 // 3])


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="There is no photo"):
        read_photo(tmp_path / "none.jpg")
    with pytest.raises(BadFile, match="cannot be read"):
        read_photo(tmp_path)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of one grey row that says it is larger."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


def test_bombs_are_refused_unopened() -> None:
    with pytest.raises(BadFile, match="2500 megapixels, and 200 are the most"):
        read_photo(png_that_claims(50_000, 50_000))
    with pytest.raises(BadFile, match="megapixels"):
        thumbnail(png_that_claims(50_000, 50_000), 100)
    wide = bytearray(photo((40, 30), "WEBP", gps=SWAT_GPS))
    wide[26] = 92  # the highest of three bytes of a width: six million pixels
    with pytest.raises(BadFile, match="too large for a WebP photo"):
        read_photo(bytes(wide))
    wide[26] = 60  # between Pillow's warning and its refusal: told as damage, and of no warning on the terminal
    with pytest.raises(BadFile, match="damaged"):
        read_photo(bytes(wide))


def test_a_hundred_megapixels_are_taken_without_a_gigabyte() -> None:
    resource = pytest.importorskip("resource", reason="only on systems with getrusage")
    out = io.BytesIO()
    Image.new("L", (11_600, 8_700), 128).save(out, "JPEG", quality=10)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    facts = read_photo(out.getvalue())
    small = thumbnail(out.getvalue(), 400)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert facts.width_px * facts.height_px > 100_000_000
    assert read_photo(small).width_px == 400
    assert used < 60_000  # KiB on Linux; the pixels alone would be 100,000 in grey


@settings(max_examples=100)
@given(st.data())
def test_no_damage_breaks_the_reader(data: st.DataObject) -> None:
    good = photo((40, 30), data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"])), gps=SWAT_GPS, make="A")
    bad = bytearray(good)
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(12, len(good) - 1), st.integers(0, 255)), max_size=8)
    ):
        bad[place] = value
    try:
        facts = read_photo(bytes(bad), max_px=20)
        photo_values(facts, "x.jpg")
        thumbnail(bytes(bad), 10)
    except BadFile as error:
        assert "\n" not in str(error)  # noqa: PT017  anything else it raises is the failure


def test_cameras_of_others(cases_dir: Path) -> None:
    folder = cases_dir / "exif"
    facts = {file.name: read_photo(file) for file in sorted(folder.glob("*.jpg"))}
    assert len(facts) == 7
    nikon = facts["DSCN0010.jpg"]
    assert (nikon.longitude, nikon.latitude) == pytest.approx((11.885126667, 43.467448333))
    # Its GPS says the day after what its clock says; both are kept apart.
    assert nikon.taken_at == "2008-10-23T14:27:07.240Z"
    assert nikon.camera_time == "2008-10-22 16:28:39"
    assert (facts["portrait_6.jpg"].width_px, facts["portrait_6.jpg"].height_px) == (450, 600)
    assert facts["image01551.jpg"].longitude is None
    for read in facts.values():
        assert read_photo(thumbnail(read.data, 64)).longitude is None
