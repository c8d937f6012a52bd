"""Draws the sample photos: plain geological scenes with the GPS facts that a phone would write into them.

They are drawings, and look like drawings, so that nobody takes them for evidence of a find.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageDraw, ImageFilter, TiffImagePlugin

SIZE = (800, 600)
_QUALITY = 80

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Scene:
    """One picture. ``bands`` are the colours of the rock's layers, ``dip_deg`` how steeply they lie in the
    picture, ``crystals`` the colour of the stones and how many; ``vein`` the colour of a vein, if any."""

    name: str
    bands: tuple[Colour, ...]
    dip_deg: float
    crystals: tuple[Colour, int]
    vein: Colour | None = None
    outline: int = 6
    pebbles: bool = False


SCHIST = ((112, 122, 108), (134, 143, 124), (96, 108, 98), (150, 156, 138))
MARBLE = ((226, 224, 216), (240, 238, 232), (206, 206, 202), (232, 226, 212))
DUNITE = ((92, 98, 70), (112, 112, 76), (78, 88, 70), (124, 118, 84))
GRAVEL = ((150, 142, 128), (166, 158, 142), (138, 132, 120), (176, 168, 154))
MICA = ((128, 112, 100), (150, 132, 116), (108, 96, 90), (164, 148, 132))
GREEN, RED, VIOLET, OLIVE = (24, 150, 98), (196, 28, 66), (150, 70, 190), (172, 204, 62)
QUARTZ, CALCITE = (236, 234, 226), (248, 244, 232)

SCENES = {
    scene.name: scene
    for scene in (
        Scene("swat_talc_schist", SCHIST, 38, (GREEN, 9), QUARTZ),
        Scene("swat_quartz_vein", SCHIST, 62, (GREEN, 5), QUARTZ),
        Scene("swat_stream_gravel", GRAVEL, 0, (GREEN, 2), pebbles=True),
        Scene("hunza_marble_ruby", MARBLE, 24, (RED, 8), CALCITE),
        Scene("hunza_marble_spinel", MARBLE, 50, (VIOLET, 7), outline=4),
        Scene("hunza_mica_schist", MICA, 70, ((110, 30, 40), 6)),
        Scene("kohistan_dunite", DUNITE, 15, (OLIVE, 10), (70, 92, 84), outline=4),
        Scene("kohistan_pocket", DUNITE, 48, (OLIVE, 6), (70, 92, 84), outline=4),
    )
}


def draw(scene: Scene, seed: int) -> Image.Image:
    """The picture: sky, far ridges, a rock face with layers, vein and stones, and a scale bar."""
    rng = np.random.default_rng(seed)
    height = SIZE[1]
    picture = Image.fromarray(_rock(scene, rng))
    pen = ImageDraw.Draw(picture)
    if scene.pebbles:
        _draw_pebbles(pen, scene, rng)
    if scene.vein:
        _draw_vein(pen, scene.vein, scene.dip_deg + 55, rng)
    _draw_crystals(pen, scene, rng)
    horizon = _skyline(rng, 130, 46)
    picture.paste(_sky(rng), (0, 0), _mask_above(horizon))
    picture = picture.filter(ImageFilter.GaussianBlur(0.7))
    pen = ImageDraw.Draw(picture)
    for part in range(4):
        shade = (20, 20, 20) if part % 2 == 0 else (246, 246, 240)
        left = 40 + part * 40
        pen.rectangle((left, height - 46, left + 40, height - 34), fill=shade, outline=(20, 20, 20))
    pen.text((40, height - 30), "4 cm   training drawing, no real place", fill=(20, 20, 20),
             stroke_width=2, stroke_fill=(246, 246, 240))
    return picture


def _rock(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width].astype(float)
    tilt = math.radians(scene.dip_deg)
    wobble = 14 * np.sin(x / 90 + rng.uniform(0, 6)) + 7 * np.sin((x + y) / 37 + rng.uniform(0, 6))
    across = -x * math.sin(tilt) + y * math.cos(tilt) + wobble
    index = np.floor(across / 26).astype(int)
    bands = np.array(scene.bands, dtype=float)
    colour = bands[(index * 7 + index // 3) % len(bands)]
    fine = 7 * np.sin(across / 2.6)[..., None]
    coarse = rng.normal(0, 1, (height // 8 + 1, width // 8 + 1))
    grain = np.kron(coarse, np.ones((8, 8)))[:height, :width, None] * 5
    light = (1.06 - 0.22 * (y / height))[..., None]
    return np.clip((colour + fine + grain + rng.normal(0, 3, (height, width, 1))) * light, 0, 255).astype(np.uint8)


def _skyline(rng: np.random.Generator, base: int, swing: int) -> np.ndarray:
    x = np.arange(SIZE[0])
    phases = rng.uniform(0, 6, 4)
    ridge = sum(swing / n * np.sin(x * n / 130 + p) for n, p in zip((1, 2, 4, 9), phases, strict=True))
    return np.clip(base + ridge, 40, 240).astype(int)


def _mask_above(horizon: np.ndarray) -> Image.Image:
    rows = np.arange(260)[:, None]
    return Image.fromarray(((rows < horizon[None, :]) * 255).astype(np.uint8))


def _sky(rng: np.random.Generator) -> Image.Image:
    rows = np.linspace(0, 1, 260)[:, None, None]
    top, low = np.array((112, 160, 206.0)), np.array((222, 230, 232.0))
    sky = np.broadcast_to(top + (low - top) * rows, (260, SIZE[0], 3)).copy()
    for base, shade in ((84, (172, 186, 198)), (108, (138, 152, 158))):
        ridge = _skyline(rng, base, 30)
        sky[np.arange(260)[:, None] > ridge[None, :]] = shade
    return Image.fromarray(sky.astype(np.uint8))


def _draw_vein(pen: ImageDraw.ImageDraw, colour: Colour, angle_deg: float, rng: np.random.Generator) -> None:
    width, height = SIZE
    slope = math.radians(angle_deg)
    middle = np.array((width * 0.55, height * 0.6))
    way = np.array((math.cos(slope), math.sin(slope)))
    side = np.array((-way[1], way[0]))
    steps = np.linspace(-700, 700, 40)
    upper = [tuple(middle + way * s + side * (15 + rng.normal(0, 3.5))) for s in steps]
    lower = [tuple(middle + way * s - side * (15 + rng.normal(0, 3.5))) for s in steps[::-1]]
    pen.polygon([*upper, *lower], fill=colour, outline=tuple(int(c * 0.82) for c in colour))


def _draw_pebbles(pen: ImageDraw.ImageDraw, scene: Scene, rng: np.random.Generator) -> None:
    for y in sorted(rng.uniform(150, 600, 420)):
        x, r = rng.uniform(0, SIZE[0]), (4 + (y - 150) / 16) * rng.uniform(0.6, 1.3)
        shade = int(rng.normal(0, 14))
        base = scene.bands[int(rng.integers(len(scene.bands)))]
        fill = tuple(max(0, min(255, c + shade)) for c in base)
        pen.ellipse((x - r * 1.3, y - r * 0.8, x + r * 1.3, y + r * 0.8), fill=fill,
                    outline=tuple(int(c * 0.7) for c in fill))


def _draw_crystals(pen: ImageDraw.ImageDraw, scene: Scene, rng: np.random.Generator) -> None:
    colour, count = scene.crystals
    for _ in range(count):
        x, y = rng.normal(SIZE[0] * 0.55, 110), rng.normal(SIZE[1] * 0.62, 60)
        r, turn = rng.uniform(8, 20), rng.uniform(0, math.pi)
        angles = [turn + k * math.tau / scene.outline for k in range(scene.outline)]
        corners = [(x + r * math.cos(angle), y + r * math.sin(angle)) for angle in angles]
        pen.polygon(corners, fill=colour, outline=tuple(int(c * 0.55) for c in colour))
        pen.polygon([(x, y), corners[0], corners[1]], fill=tuple(min(255, c + 70) for c in colour))
        pen.line([(x, y), corners[2]], fill=tuple(int(c * 0.7) for c in colour), width=1)


def save(scene: Scene, path: Path, *, longitude: float, latitude: float, elevation_m: float, taken: datetime,
         bearing_deg: float) -> None:
    """Write the picture as JPEG with EXIF: camera, clock (Pakistan time, without a zone) and GPS facts."""
    seed = sum(ord(c) * (i + 1) for i, c in enumerate(scene.name))
    moment = taken.astimezone(UTC)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Training"
    exif[ExifTags.Base.Model] = "Drawn camera"
    local = datetime.fromtimestamp(moment.timestamp() + 5 * 3600, UTC)
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{local:%Y:%m:%d %H:%M:%S}"
    rational = TiffImagePlugin.IFDRational
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps |= {
        ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: _dms(latitude),
        ExifTags.GPS.GPSLongitudeRef: "E", ExifTags.GPS.GPSLongitude: _dms(longitude),
        ExifTags.GPS.GPSAltitudeRef: b"\x00", ExifTags.GPS.GPSAltitude: rational(round(elevation_m * 10), 10),
        ExifTags.GPS.GPSTimeStamp: (rational(moment.hour), rational(moment.minute), rational(moment.second)),
        ExifTags.GPS.GPSDateStamp: f"{moment:%Y:%m:%d}",
        ExifTags.GPS.GPSImgDirectionRef: "T", ExifTags.GPS.GPSImgDirection: rational(round(bearing_deg * 10), 10),
        ExifTags.GPS.GPSMapDatum: "WGS-84",
    }
    draw(scene, seed).save(path, "JPEG", quality=_QUALITY, optimize=True, exif=exif)


def _dms(degrees: float) -> tuple[TiffImagePlugin.IFDRational, ...]:
    hundredths = round(abs(degrees) * 3600 * 100)
    whole, rest = divmod(hundredths, 3600 * 100)
    minutes, seconds = divmod(rest, 6000)
    rational = TiffImagePlugin.IFDRational
    return rational(whole), rational(minutes), rational(seconds, 100)
