"""The map of a survey: where its sightings, tracks and areas lie. Thousands of sightings are drawn as counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surveyapp.exchange.report.drawing import FULL_WIDTH, INK, PAPER, SMALL_PX, Drawing, at, shortened, width_of
from surveyapp.exchange.report.facts import MapFacts, Shape
from surveyapp.exchange.report.map_frame import (
    PAKISTAN,
    Box,
    Floats,
    Room,
    View,
    box_of,
    clip,
    graticule,
    ground,
    locator,
    meet,
    names,
    north_arrow,
    path_of,
    scale_bar,
)
from surveyapp.exchange.report.markup import Html, tag
from surveyapp.exchange.report.phrases import label
from surveyapp.exchange.report.symbols import sign
from surveyapp.words import ntr, tr

MOST_POINTS = 3000
"""More sightings than this are counted in hexagons: single signs would hide each other."""

HEX_RADIUS = 8.0
_CLASSES = (1, 3, 10, 30, 100, 300, 1000)
_SHADES = ("#dcece6", "#b4d8cc", "#7fbba9", "#4a9985", "#1f7562", "#0b5545", "#05352b")
_FRAME = (22.0, 6.0, 474.0, 440.0)
_KEY_X, _KEY_WIDTH = 508.0, 171.0
_LEAST_M = 1500.0
_NAMED_AREAS = 8

_AREA_LOOK = {
    "licence": ("#3b4f9c", "9 3"), "prospect": ("#a1561b", "5 3"), "worked": ("#8d2436", ""),
    "deposit": ("#0b6b57", "1.5 2.5"), "protected": ("#4d7a1f", "9 3 2 3"),
}
_OTHER_LOOK = ("#59616a", "3 2")
_TRACK = "#7b4410"


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A map and what has to be said under it: how many sightings lie too far outside to be drawn, whether they are
    counted in hexagons (``hex_m`` across), and the scale on A4."""

    svg: Html
    outside: int
    hex_m: float | None
    denominator: float


def survey_map(facts: MapFacts, name: str, title: str) -> MapPicture | None:
    """The map; ``None`` where nothing has a place."""
    longitude, latitude = np.array(facts.longitude, dtype=np.float64), np.array(facts.latitude, dtype=np.float64)
    box, near = _extent(longitude, latitude, facts)
    if box is None:
        return None
    view = View.of(box, _FRAME, least_m=_LEAST_M)
    gems, absent = np.array(facts.gem, dtype=object)[near], np.array(facts.absent, dtype=bool)[near]
    xs, ys = view.places(longitude[near], latitude[near])
    crowded = len(xs) > MOST_POINTS
    drawing = Drawing(name, FULL_WIDTH, _FRAME[3] + 24, title, _in_words(gems.tolist(), absent.tolist(), facts))
    clipped = clip(drawing, view, f"{name}-frame")
    ground(drawing, view, clipped)
    _areas(drawing, view, facts.areas, clipped)
    _tracks(drawing, view, facts.tracks, clipped)
    if crowded:
        classes = _hexagons(drawing, view, (xs, ys), absent, clipped)
    else:
        classes = []
        _points(drawing, (xs, ys), gems.tolist(), absent.tolist(), clipped)
    graticule(drawing, view, clipped)
    width, height = _FRAME[2:]
    taken: list[Room] = [(view.x, view.y + height - 34, view.x + width * 0.4, view.y + height),
                         (view.x + width - 38, view.y, view.x + width, view.y + 56)]
    _area_names(drawing, view, facts.areas, (xs, ys), taken)
    names(drawing, view, taken)
    scale_bar(drawing, view)
    north_arrow(drawing, view)
    y = 6.0
    if view.box[2] - view.box[0] < 9:
        locator(drawing, (_KEY_X, y, _KEY_WIDTH, 150), _seen(view), f"{name}-inset")
        y += 168
    _key(drawing, y, _entries(gems.tolist(), absent.tolist(), facts, classes if crowded else None))
    hex_m = math.sqrt(3) * HEX_RADIUS / view.scale if crowded else None
    return MapPicture(drawing.svg(), int(len(longitude) - near.sum()), hex_m, view.denominator)


def _seen(view: View) -> Box:
    """The box that the frame shows (the view's own is larger)."""
    west, south, east, north = view.box
    lon, lat, part = (west + east) / 2, (south + north) / 2, 1 / 2.6
    return (lon - (east - west) * part, lat - (north - south) * part,
            lon + (east - west) * part, lat + (north - south) * part)


def _extent(longitude: Floats, latitude: Floats, facts: MapFacts) -> tuple[Box | None, np.ndarray]:
    """The box to show, and which sightings it holds: where some lie in Pakistan, those far outside are left out, as
    one swapped coordinate would make the rest a dot."""
    west, south, east, north = PAKISTAN
    near = (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    if not near.any():
        near = np.ones(len(longitude), dtype=bool)
    lines = [np.asarray(part, dtype=np.float64) for shape in (*facts.tracks, *facts.areas) for part in shape.parts]
    xs = np.concatenate([longitude[near], *(line[:, 0] for line in lines)])
    ys = np.concatenate([latitude[near], *(line[:, 1] for line in lines)])
    inside = (xs >= west) & (xs <= east) & (ys >= south) & (ys <= north)
    if inside.any():
        xs, ys = xs[inside], ys[inside]
    return (box_of(xs, ys) if len(xs) else None), near


# --- contents ----------------------------------------------------------------------------------------


def _areas(drawing: Drawing, view: View, areas: Sequence[Shape], clipped: str) -> None:
    for area in areas:
        colour, dashes = _AREA_LOOK.get(area.kind, _OTHER_LOOK)
        path = "".join(path_of(view, part, closed=True) for part in area.parts)
        drawing.add(tag("path", d=path, fill=colour, fill_opacity="0.10", fill_rule="evenodd", stroke=colour,
                        stroke_width="1.5", stroke_dasharray=dashes, clip_path=clipped))


def _area_names(
    drawing: Drawing, view: View, areas: Sequence[Shape], places: tuple[Floats, Floats], taken: list[Room]
) -> None:
    """Names of areas, over, under or beside them, where the fewest signs are."""
    for area in areas if len(areas) <= _NAMED_AREAS else ():
        ring = np.asarray(area.parts[0], dtype=np.float64)
        xs, ys = view.places(ring[:, 0], ring[:, 1])
        words = shortened(area.name, 220, SMALL_PX)
        wide = width_of(words, SMALL_PX)
        left, right, top, bottom = float(xs.min()), float(xs.max()), float(ys.min()), float(ys.max())
        middle = (left + right) / 2
        rooms = [(middle - wide / 2, top - 16), (middle - wide / 2, bottom + 3), (right + 6, (top + bottom) / 2 - 6),
                 (left - wide - 6, (top + bottom) / 2 - 6)]
        best = min(rooms, key=lambda room: _hidden(view, places, taken, (*room, room[0] + wide, room[1] + 13)))
        if words and view.holds(*best, 3) and view.holds(best[0] + wide, best[1] + 13, 3):
            drawing.text(best[0], best[1] + 10, words, class_="place named")
            taken.append((*best, best[0] + wide, best[1] + 13))


def _hidden(view: View, places: tuple[Floats, Floats], taken: Sequence[Room], room: Room) -> float:
    """How many signs and names a room would stand on; outside of the frame it is worst."""
    if not (view.holds(room[0], room[1], 3) and view.holds(room[2], room[3], 3)):
        return math.inf
    xs, ys = places
    signs = (xs > room[0] - 6) & (xs < room[2] + 6) & (ys > room[1] - 6) & (ys < room[3] + 6)
    return float(signs.sum()) + 10.0 * sum(meet(room, other) for other in taken)


def _tracks(drawing: Drawing, view: View, tracks: Sequence[Shape], clipped: str) -> None:
    path = "".join(path_of(view, part) for track in tracks for part in track.parts)
    if path:
        drawing.add(tag("path", d=path, fill="none", stroke=PAPER, stroke_width="3.2", stroke_linejoin="round",
                        clip_path=clipped))
        drawing.add(tag("path", d=path, fill="none", stroke=_TRACK, stroke_width="1.5", stroke_linejoin="round",
                        clip_path=clipped))


def _points(
    drawing: Drawing, places: tuple[Floats, Floats], gems: Sequence[str], absent: Sequence[bool], clipped: str
) -> None:
    radius = 5.2 if len(gems) <= 200 else 4.0 if len(gems) <= 800 else 3.0
    kinds = sorted(set(zip(gems, absent, strict=True)))
    ids = {}
    for number, (gem, hollow) in enumerate(kinds):
        ids[gem, hollow] = f"{drawing.name}-sign{number}"
        drawing.define(ids[gem, hollow], tag("g", sign(gem, radius, hollow=hollow), id=ids[gem, hollow]))
    rows = list(zip(gems, absent, places[0].tolist(), places[1].tolist(), strict=True))
    uses = [tag("use", href=f"#{ids[gem, hollow]}", x=at(x), y=at(y))
            for wanted in (True, False) for gem, hollow, x, y in rows if hollow == wanted]
    drawing.add(tag("g", *uses, clip_path=clipped))


def _hexagons(
    drawing: Drawing, view: View, places: tuple[Floats, Floats], absent: np.ndarray, clipped: str
) -> list[int]:
    """Draws the counts; returns which classes there are."""
    across, up = math.sqrt(3) * HEX_RADIUS, 1.5 * HEX_RADIUS
    row, column = hexagons(places[0] - view.x, places[1] - view.y, HEX_RADIUS)
    cells, inverse, counts = np.unique(np.stack([row, column]), axis=1, return_inverse=True, return_counts=True)
    finds = np.bincount(inverse.reshape(-1), weights=~absent, minlength=len(counts))
    shown: dict[int, list[str]] = {}
    barren: list[str] = []
    for (line, place), count, found in zip(cells.T.tolist(), counts.tolist(), finds.tolist(), strict=True):
        x = view.x + across * (place + 0.5 * (line % 2))
        y = view.y + up * line
        if not view.holds(x, y):
            continue
        if found:
            shown.setdefault(class_of(count), []).append(_hexagon(x, y))
        else:
            barren.append(_hexagon(x, y))
    parts = [tag("path", d="".join(paths), fill=_SHADES[number], stroke=PAPER, stroke_width="0.6")
             for number, paths in sorted(shown.items())]
    if barren:
        parts.append(tag("path", d="".join(barren), fill=PAPER, stroke=INK, stroke_width="0.6"))
    drawing.add(tag("g", *parts, clip_path=clipped))
    return sorted(shown)


def hexagons(xs: Floats, ys: Floats, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the hexagon (point upwards) that each place lies in: of two lattices of rectangles, the middle
    that is nearer (D. B. Carr et al., JASA 82 (1987), 424)."""
    across, up = math.sqrt(3) * radius, 1.5 * radius
    even_row, even_column = np.round(ys / (2 * up)) * 2, np.round(xs / across)
    odd_row = np.floor(ys / (2 * up)) * 2 + 1
    odd_column = np.floor(xs / across)
    to_even = (xs - even_column * across) ** 2 + (ys - even_row * up) ** 2
    to_odd = (xs - (odd_column + 0.5) * across) ** 2 + (ys - odd_row * up) ** 2
    nearer = to_even <= to_odd
    return (np.where(nearer, even_row, odd_row).astype(np.int64),
            np.where(nearer, even_column, odd_column).astype(np.int64))


def class_of(count: int) -> int:
    """The class of a count: 1–2, 3–9, 10–29 …"""
    return sum(count >= low for low in _CLASSES) - 1


def _hexagon(x: float, y: float) -> str:
    corners = [(x + HEX_RADIUS * math.sin(turn), y - HEX_RADIUS * math.cos(turn))
               for turn in (math.pi / 3 * corner for corner in range(6))]
    return "M" + "L".join(f"{at(a)} {at(b)}" for a, b in corners) + "Z"


# --- key ---------------------------------------------------------------------------------------------


def _entries(
    gems: Sequence[str], absent: Sequence[bool], facts: MapFacts, classes: Sequence[int] | None
) -> list[tuple[Html, str]]:
    """What the key explains: (drawing round (0, 0), words)."""
    told: list[tuple[Html, str]] = []
    if classes is None:
        counts = Counter(zip(gems, absent, strict=True))
        for (gem, hollow), count in sorted(counts.items(), key=lambda item: (item[0][1], -item[1], item[0][0])):
            word = label("gem", gem)
            words = tr("{gem}, none found ({n})", gem=word, n=count) if hollow else f"{word} ({count:,})"
            told.append((sign(gem, 5.2, hollow=hollow), words))
    else:
        told.append((Html(), tr("Sightings in a hexagon")))
        for number in classes:
            last = number + 1 == len(_CLASSES)
            words = f"≥ {_CLASSES[number]:,}" if last else f"{_CLASSES[number]:,}–{_CLASSES[number + 1] - 1:,}"
            told.append((_hex_sign(_SHADES[number]), words))
        told.append((_hex_sign(PAPER), tr("none found")))
    if facts.tracks:
        line = tag("path", d="M-9 2L-3 -2L3 2L9 -2", fill="none", stroke=_TRACK, stroke_width="1.5")
        told.append((line, ntr("{n} track", "{n} tracks", len(facts.tracks))))
    for kind in dict.fromkeys(area.kind for area in facts.areas):
        colour, dashes = _AREA_LOOK.get(kind, _OTHER_LOOK)
        box = tag("rect", x="-9", y="-5", width="18", height="10", fill=colour, fill_opacity="0.10", stroke=colour,
                  stroke_width="1.5", stroke_dasharray=dashes)
        told.append((box, label("area_kind", kind) if kind else tr("Area")))
    return told


def _hex_sign(fill: str) -> Html:
    return tag("path", d="M0 -7L6.1 -3.5V3.5L0 7L-6.1 3.5V-3.5Z", fill=fill, stroke=INK, stroke_width="0.6")


def _key(drawing: Drawing, y: float, entries: Sequence[tuple[Html, str]]) -> None:
    room = int((_FRAME[3] - y) / 18)
    shown = entries if len(entries) <= room else entries[: room - 1]
    for drawn, words in shown:
        if drawn:
            drawing.add(tag("g", drawn, transform=f"translate({at(_KEY_X + 10)} {at(y + 8)})"))
            drawing.text(_KEY_X + 26, y + 12, shortened(words, _KEY_WIDTH - 26))
        else:
            drawing.text(_KEY_X, y + 12, words, class_="value")
        y += 18
    if len(shown) < len(entries):
        drawing.text(_KEY_X + 26, y + 12, tr("and {n} more", n=len(entries) - len(shown)), class_="axis")


def _in_words(gems: Sequence[str], absent: Sequence[bool], facts: MapFacts) -> str:
    counts = Counter(gem for gem, hollow in zip(gems, absent, strict=True) if not hollow)
    found = ", ".join(f"{label('gem', gem)} {count:,}" for gem, count in counts.most_common())
    return tr(
        "A map with {points:,} sightings ({absences:,} without a find), {tracks} tracks and {areas} areas. Finds: "
        "{found}.",
        points=len(gems), absences=sum(absent), tracks=len(facts.tracks), areas=len(facts.areas),
        found=found or tr("none"),
    )
