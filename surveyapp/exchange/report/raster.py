"""A grid of numbers as a picture on the page: colours from light to dark, blank where nobody looked, with a colour bar,
a scale bar and names of towns."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surveyapp.exchange.report.drawing import FULL_WIDTH, HATCH, INK, SMALL_PX, SOFT, Drawing, at, ticks, width_of
from surveyapp.exchange.report.map_frame import Room, meet, round_below
from surveyapp.exchange.report.markup import Html, tag
from surveyapp.exchange.report.national_facts import Surface
from surveyapp.exchange.report.phrases import figure
from surveyapp.geo.crs import from_wgs84_arrays
from surveyapp.geo.districts import towns
from surveyapp.words import tr

STOPS = ("#f4f7e6", "#c5dfb4", "#7cbc9a", "#35877f", "#1c5068", "#14243f")
"""From nothing to most; each darker than the one before, so that it holds in black and white."""

_TALLEST, _BAR_ROOM = 400.0, 96.0
_MOST_PIXELS = 1000
_TOWNS = 14
_FAINT, _MARGIN_CELLS, _MOST_OF_IT = 0.01, 12, 0.5

Floats = NDArray[np.float64]


def heat_png(values: Floats, most: float) -> bytes:
    """The grid as a PNG; NaN is transparent. Large grids are averaged down to a thousand pixels a side."""
    from PIL import Image

    small = _averaged(values)
    known = np.isfinite(small)
    share = np.clip(np.where(known, small, 0.0) / (most or 1.0), 0, 1) * (len(STOPS) - 1)
    colours = np.array([[int(stop[place : place + 2], 16) for place in (1, 3, 5)] for stop in STOPS], dtype=np.float64)
    low = np.minimum(share.astype(np.intp), len(STOPS) - 2)
    part = (share - low)[..., None]
    pixels = np.empty((*small.shape, 4), dtype=np.uint8)
    pixels[..., :3] = np.round(colours[low] * (1 - part) + colours[low + 1] * part)
    pixels[..., 3] = np.where(known, 255, 0)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _averaged(values: Floats) -> Floats:
    step = math.ceil(max(values.shape) / _MOST_PIXELS)
    if step == 1:
        return values
    rows, columns = (math.ceil(side / step) * step for side in values.shape)
    padded = np.full((rows, columns), np.nan)
    padded[: values.shape[0], : values.shape[1]] = values
    blocks = padded.reshape(rows // step, step, columns // step, step)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0.0).sum(axis=(1, 3))
    means: Floats = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return means


@dataclass(frozen=True, slots=True)
class HeatPicture:
    """A picture; ``cropped``: it shows less ground than the grid covers."""

    svg: Html
    cropped: bool


def heat_figure(surface: Surface, name: str) -> HeatPicture | None:
    """The picture with all that belongs to it; ``None`` where no cell was looked at. Of a grid that is mostly empty,
    the part with finds is shown."""
    known = surface.values[np.isfinite(surface.values)]
    if not known.size:
        return None
    most = float(known.max())
    shown = cropped(surface)
    rows, columns = shown.values.shape
    wide, tall = columns * shown.cell_m, rows * shown.cell_m
    scale = min((FULL_WIDTH - _BAR_ROOM) / wide, _TALLEST / tall)
    width, height = wide * scale, tall * scale
    words = tr("{title}. From 0 to {most} {unit}; {share:.0f} % of the whole grid was looked at.", title=surface.title,
               most=figure(most), unit=surface.unit, share=100 * surface.looked_share)
    drawing = Drawing(name, FULL_WIDTH, max(height, 190) + 8, surface.title, words)
    drawing.rect(0.5, 0.5, width, height, drawing.pattern(HATCH, "#ccd2d6"))
    data = base64.b64encode(heat_png(shown.values, most)).decode()
    drawing.add(tag("image", x="0.5", y="0.5", width=at(width), height=at(height), preserveAspectRatio="none",
                    href=f"data:image/png;base64,{data}"))
    drawing.rect(0.5, 0.5, width, height, "none", stroke=INK, stroke_width="1")
    _scale_bar(drawing, scale, width, height)
    _towns(drawing, shown, scale, (width, height))
    _colour_bar(drawing, surface, most, width + 18)
    return HeatPicture(drawing.svg(), shown is not surface)


def cropped(surface: Surface) -> Surface:
    """The part of the grid with finds, and a margin; the grid itself where that is most of it."""
    values = np.nan_to_num(surface.values)
    rows, columns = np.nonzero(values > values.max() * _FAINT)
    if not rows.size:
        return surface
    margin = _MARGIN_CELLS
    top, bottom = max(0, int(rows.min()) - margin), min(values.shape[0], int(rows.max()) + 1 + margin)
    left, right = max(0, int(columns.min()) - margin), min(values.shape[1], int(columns.max()) + 1 + margin)
    if (bottom - top) * (right - left) > values.size * _MOST_OF_IT:
        return surface
    return replace(surface, values=surface.values[top:bottom, left:right], west=surface.west + left * surface.cell_m,
                   north=surface.north - top * surface.cell_m)


def _scale_bar(drawing: Drawing, scale: float, width: float, height: float) -> None:
    metres = round_below(width * 0.3 / scale)
    told = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    long = metres * scale
    drawing.rect(6, height - 26, long + 12, 22, "#ffffff", fill_opacity="0.86")
    drawing.rect(12, height - 12, long, 3.5, INK)
    drawing.text(12, height - 15, told, class_="axis")


def _towns(drawing: Drawing, surface: Surface, scale: float, size: tuple[float, float]) -> None:
    known = towns()
    xs, ys, _accuracy = from_wgs84_arrays(surface.crs, np.array([town.longitude for town in known]),
                                          np.array([town.latitude for town in known]))
    taken: list[Room] = [(0, size[1] - 28, size[0] * 0.36, size[1])]
    for town, east, north in zip(known, np.asarray(xs).tolist(), np.asarray(ys).tolist(), strict=True):
        x, y = (east - surface.west) * scale, (surface.north - north) * scale
        room = (x - 4, y - 7, x + 7 + width_of(town.name, SMALL_PX), y + 6)
        inside = math.isfinite(x) and room[0] > 2 and room[1] > 2 and room[2] < size[0] - 2 and room[3] < size[1] - 2
        if not inside or any(meet(room, other) for other in taken) or len(taken) > _TOWNS:
            continue
        taken.append(room)
        drawing.add(tag("circle", cx=at(x), cy=at(y), r="1.8", fill=SOFT, stroke="#ffffff", stroke_width="0.6"))
        drawing.text(x + 5, y + 3.5, town.name, class_="place")


def _colour_bar(drawing: Drawing, surface: Surface, most: float, x: float) -> None:
    """Light at the foot, dark at the top, with its numbers and unit; under it, what blank means."""
    tall, top = 120.0, 22.0
    stops = [tag("stop", offset=f"{100 * place / (len(STOPS) - 1):.0f}%", stop_color=stop)
             for place, stop in enumerate(STOPS)]
    name = drawing.define(f"{drawing.name}-bar", tag("linearGradient", *stops, id=f"{drawing.name}-bar", x1="0", x2="0",
                                                     y1="1", y2="0"))
    for place, word in enumerate(_wrapped(surface.unit, 15)):
        drawing.text(x, 9 + 11 * place, word, class_="axis")
    top += 11 * (len(_wrapped(surface.unit, 15)) - 1)
    drawing.rect(x, top, 14, tall, f"url(#{name})", stroke=INK, stroke_width="0.8")
    for step in ticks(most, 4, whole=False):
        if step <= most:
            y = top + tall * (1 - step / most) if most else top + tall
            drawing.line(x + 14, y, x + 18, y, INK)
            drawing.text(x + 21, y + 3.5, f"{step:g}", class_="axis")
    drawing.rect(x, top + tall + 12, 14, 12, drawing.pattern(HATCH, "#d4d8db"), stroke=INK, stroke_width="0.6")
    for place, word in enumerate(_wrapped(tr("not looked at"), 12)):
        drawing.text(x + 19, top + tall + 21 + 11 * place, word, class_="axis")


def _wrapped(words: str, most: int) -> list[str]:
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
