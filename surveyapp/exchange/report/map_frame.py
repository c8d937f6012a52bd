"""What every map of a report has: its projection, the built-in outline, a graticule, a scale bar and an arrow to the
north."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.exchange.report.drawing import INK, SMALL_PX, SOFT, Drawing, at, width_of
from surveyapp.exchange.report.frame import language
from surveyapp.exchange.report.markup import Html, tag
from surveyapp.geo.basemap import basemap
from surveyapp.geo.districts import towns
from surveyapp.geo.measure import MEAN_RADIUS_M
from surveyapp.words import tr

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
Room = tuple[float, float, float, float]
"""Left, top, right, bottom on the page."""

PAKISTAN: Box = (60.5, 23.3, 78.2, 37.4)

MM_PER_UNIT = 180 / 680
"""A figure of full width is 180 mm wide on A4."""

SEA, LAND, ABROAD = "#e3ebf0", "#fbfaf5", "#eceeec"
_STROKES = {
    "boundary": {"stroke": "#5d6268", "stroke_width": "1.3", "stroke_dasharray": "7 2 1.5 2"},
    "disputed": {"stroke": "#5d6268", "stroke_width": "1.1", "stroke_dasharray": "2.5 2.5"},
    "province": {"stroke": "#9aa0a5", "stroke_width": "0.9", "stroke_dasharray": "4 2"},
    "coast": {"stroke": "#7f95a3", "stroke_width": "0.9"},
}
_STEPS_DEG = (10, 5, 2, 1, 1 / 2, 1 / 4, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360, 1 / 720, 1 / 3600)
_LABELS_AT_MOST = 16


class Lambert:
    """Lambert's conformal conic projection with two standard parallels on a sphere, for a box (J. P. Snyder, Map
    Projections: A Working Manual, USGS 1987, equations 15-1 to 15-4). On a page the flattening of the Earth, at most
    0.3 %, is not seen."""

    def __init__(self, box: Box) -> None:
        west, south, east, north = box
        sixth = (north - south) / 6
        first, second = math.radians(_tame(south + sixth)), math.radians(_tame(north - sixth))
        self._middle = math.radians((west + east) / 2)
        if abs(first - second) < 1e-6:
            cone = math.sin(first)
        else:
            cone = math.log(math.cos(first) / math.cos(second)) / math.log(_tangent(second) / _tangent(first))
        self._cone = math.copysign(max(abs(cone), 1e-3), cone)  # on the equator the cone is a cylinder
        self._scale = MEAN_RADIUS_M * math.cos(first) * _tangent(first) ** self._cone / self._cone
        self._origin = self._scale / _tangent(math.radians(_tame((south + north) / 2))) ** self._cone

    def metres(self, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
        """Metres east and north of the middle of the box."""
        radius = self._scale / np.tan(np.pi / 4 + np.radians(np.clip(latitude, -88, 88)) / 2) ** self._cone
        angle = self._cone * (np.radians(longitude) - self._middle)
        return radius * np.sin(angle), self._origin - radius * np.cos(angle)


def _tame(latitude: float) -> float:
    return min(88.0, max(-88.0, latitude))


def _tangent(latitude: float) -> float:
    return math.tan(math.pi / 4 + latitude / 2)


def box_of(longitude: Floats, latitude: Floats) -> Box:
    """The smallest box round places."""
    return float(longitude.min()), float(latitude.min()), float(longitude.max()), float(latitude.max())


@dataclass(frozen=True, slots=True)
class View:
    """A frame on the page through which a part of the Earth is seen; ``scale`` is units for a metre."""

    projection: Lambert
    x: float
    y: float
    width: float
    height: float
    scale: float
    middle: tuple[float, float]
    box: Box

    @classmethod
    def of(cls, box: Box, frame: tuple[float, float, float, float], *, least_m: float, margin: float = 0.07) -> View:
        """The view that shows the whole box in a frame (x, y, width, height), and at least ``least_m`` across."""
        x, y, width, height = frame
        projection = Lambert(box)
        edge = np.linspace(0, 1, 21)
        west, south, east, north = box
        along, up = west + (east - west) * edge, south + (north - south) * edge
        longitude = np.concatenate([along, along, np.full(21, west), np.full(21, east)])
        latitude = np.concatenate([np.full(21, south), np.full(21, north), up, up])
        xs, ys = projection.metres(longitude, latitude)
        across, tall = max(float(np.ptp(xs)), least_m), max(float(np.ptp(ys)), least_m)
        scale = (1 - 2 * margin) * min(width / across, height / tall)
        middle = (float(xs.min() + xs.max()) / 2, float(ys.min() + ys.max()) / 2)
        reach_x, reach_y = width / scale / 2, height / scale / 2
        # Degrees that surely hold the frame; what is clipped away on the page costs little.
        deg_y = math.degrees(reach_y / MEAN_RADIUS_M) * 1.3
        furthest = min(80.0, max(abs(south), abs(north)) + deg_y)
        deg_x = math.degrees(reach_x / MEAN_RADIUS_M / math.cos(math.radians(furthest))) * 1.3
        lon, lat = (west + east) / 2, (south + north) / 2
        seen = (lon - deg_x, max(-88.0, lat - deg_y), lon + deg_x, min(88.0, lat + deg_y))
        return cls(projection, x, y, width, height, scale, middle, seen)

    def places(self, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
        """Where places lie on the page."""
        xs, ys = self.projection.metres(longitude, latitude)
        return (
            self.x + self.width / 2 + (xs - self.middle[0]) * self.scale,
            self.y + self.height / 2 - (ys - self.middle[1]) * self.scale,
        )

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point of the page lies in the frame."""
        return (self.x + margin <= x <= self.x + self.width - margin
                and self.y + margin <= y <= self.y + self.height - margin)

    @property
    def denominator(self) -> float:
        """What the scale is on A4, 1 : so much, to two digits."""
        exact = 1000 / (self.scale * MM_PER_UNIT)
        power = 10.0 ** (math.floor(math.log10(exact)) - 1)
        return round(exact / power) * power


def path_of(view: View, line: Sequence[tuple[float, float]] | Floats, *, closed: bool = False) -> str:
    """SVG path data of a line or ring in degrees, without points that nobody would see; empty for less than a line."""
    points = np.asarray(line, dtype=np.float64)
    if len(points) < 2:
        return ""
    xs, ys = view.places(points[:, 0], points[:, 1])
    kept: list[str] = []
    last = (math.inf, math.inf)
    final = len(points) - 1
    for place, (x, y) in enumerate(zip(xs.tolist(), ys.tolist(), strict=True)):
        if place in (0, final) or abs(x - last[0]) + abs(y - last[1]) > 0.5:
            kept.append(f"{at(x)} {at(y)}")
            last = (x, y)
    return "M" + "L".join(kept) + ("Z" if closed else "")


def clip(drawing: Drawing, view: View, name: str) -> str:
    """The value of ``clip-path`` that keeps things inside the frame."""
    inside = tag("rect", x=at(view.x), y=at(view.y), width=at(view.width), height=at(view.height))
    return f"url(#{drawing.define(name, tag('clipPath', inside, id=name))})"


# --- ground ------------------------------------------------------------------------------------------


def ground(drawing: Drawing, view: View, clipped: str) -> None:
    """Sea, land and boundaries of the built-in outline."""
    drawing.rect(view.x, view.y, view.width, view.height, SEA)
    parts: list[Html] = []
    for area in basemap().areas:
        path = "".join(path_of(view, ring, closed=True) for ring in _seen_rings(area.rings, view.box))
        if path:
            colour = LAND if area.kind != "neighbour" else ABROAD
            parts.append(tag("path", d=path, fill=colour, fill_rule="evenodd"))
    for line in basemap().lines:
        path = "".join(path_of(view, part) for part in _seen_lines(line.points, view.box))
        if path:
            parts.append(tag("path", d=path, fill="none", **_STROKES[line.kind]))
    drawing.add(tag("g", *parts, clip_path=clipped))


def _seen_rings(rings: Iterable[Floats], box: Box) -> list[Floats]:
    import shapely

    shapes = [shapely.clip_by_rect(shapely.Polygon(ring), *box) for ring in rings]
    return [shapely.get_coordinates(shapely.get_exterior_ring(part)) for shape in shapes
            for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]


def _seen_lines(line: Floats, box: Box) -> list[Floats]:
    import shapely

    shape = shapely.clip_by_rect(shapely.LineString(line), *box)
    return [shapely.get_coordinates(part) for part in shapely.get_parts(shape)
            if part.geom_type == "LineString" and not part.is_empty]


def names(drawing: Drawing, view: View, taken: list[Room]) -> None:
    """Names of towns and provinces, where they do not stand on each other or on what is ``taken``."""
    urdu = language() == "ur"
    known = [(label.text_ur if urdu and label.text_ur else label.text, label.longitude, label.latitude, label.rank)
             for label in basemap().labels]
    told = {name for name, *_rest in known}
    known += [(town.name, town.longitude, town.latitude, 5) for town in towns() if town.name not in told]
    drawn = 0
    for name, longitude, latitude, rank in known:
        if drawn >= _LABELS_AT_MOST:
            return
        if not (view.box[0] <= longitude <= view.box[2] and view.box[1] <= latitude <= view.box[3]):
            continue
        xs, ys = view.places(np.array([longitude]), np.array([latitude]))
        x, y = float(xs[0]), float(ys[0])
        half = width_of(name, SMALL_PX) / 2
        area = rank <= 1
        box = (x - half, y - 6, x + half, y + 5) if area else (x - 4, y - 6, x + 6 + 2 * half, y + 6)
        inside = view.holds(box[0], box[1], 3) and view.holds(box[2], box[3], 3)
        if not inside or any(meet(box, other) for other in taken):
            continue
        taken.append(box)
        drawn += 1
        if area:
            drawing.text(x, y + 3.5, name, "middle", class_="place area")
        else:
            drawing.add(tag("circle", cx=at(x), cy=at(y), r="1.8", fill=SOFT))
            drawing.text(x + 5, y + 3.5, name, class_="place")


def meet(one: Room, other: Room) -> bool:
    """Whether two rooms share a part."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# --- frame -------------------------------------------------------------------------------------------


def graticule(drawing: Drawing, view: View, clipped: str) -> None:
    """Meridians and parallels with their degrees along the left and lower edge, and the frame itself."""
    west, south, east, north = view.box
    step = next((step for step in _STEPS_DEG if (east - west) / 1.3 / step >= 3), _STEPS_DEG[-1])
    lines = []
    for number in range(math.ceil(west / step), math.floor(east / step) + 1):
        up = np.linspace(south, north, 31)
        xs, ys = view.places(np.full(31, number * step), up)
        lines.append(_polyline(xs, ys))
        x = float(np.interp(view.y + view.height, ys[::-1], xs[::-1]))
        if view.x + 22 < x < view.x + view.width - 22:
            drawing.text(x, view.y + view.height + 12, degrees(number * step, "EW", step), "middle", class_="axis")
    for number in range(math.ceil(south / step), math.floor(north / step) + 1):
        along = np.linspace(west, east, 31)
        xs, ys = view.places(along, np.full(31, number * step))
        lines.append(_polyline(xs, ys))
        y = float(np.interp(view.x, xs, ys))
        if view.y + 22 < y < view.y + view.height - 22:
            drawing.text(view.x - 4, y, degrees(number * step, "NS", step), "middle", class_="axis", turned=True)
    drawing.add(tag("path", d="".join(lines), fill="none", stroke="#7c868d", stroke_width="0.5", stroke_opacity="0.55",
                    clip_path=clipped))
    drawing.rect(view.x, view.y, view.width, view.height, "none", stroke=INK, stroke_width="1")


def _polyline(xs: Floats, ys: Floats) -> str:
    return "M" + "L".join(f"{at(x)} {at(y)}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True))


def degrees(value: float, sides: str, step: float) -> str:
    """``72°20′E``: degrees, minutes where the step is of minutes, and seconds where it is of seconds."""
    side = sides[0] if value >= 0 else sides[1]
    seconds = round(abs(value) * 3600)
    minutes, rest = divmod(seconds, 60)
    whole, minutes = divmod(minutes, 60)
    told = f"{whole}°"
    if step < 1:
        told += f"{minutes:02d}′"
    if step < 1 / 60:
        told += f"{rest:02d}″"
    return told + side


def scale_bar(drawing: Drawing, view: View) -> None:
    """A bar of a round length in the lower left corner of the frame."""
    length_m = round_below(view.width * 0.28 / view.scale)
    long = length_m * view.scale
    x, y = view.x + 12, view.y + view.height - 16
    drawing.rect(x - 7, y - 15, long + 44, 26, "#ffffff", fill_opacity="0.86")
    for part in range(4):
        drawing.rect(x + part * long / 4, y, long / 4, 4.5, INK if part % 2 == 0 else "#ffffff", stroke=INK,
                     stroke_width="0.7")
    for share in (0.0, 0.5, 1.0):
        metres = length_m * share
        told = f"{metres / 1000:g}" if length_m >= 1000 else f"{metres:g}"
        if share == 1:
            told += " km" if length_m >= 1000 else " m"
        drawing.text(x + long * share, y - 4, told, "middle" if share < 1 else "start", class_="axis")


def round_below(number: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above a number."""
    power = 10.0 ** math.floor(math.log10(number))
    return float(next(step * power for step in (5, 2, 1) if step * power <= number * (1 + 1e-12)))


def north_arrow(drawing: Drawing, view: View) -> None:
    """An arrow in the upper right corner: in the middle of the map it points to true north."""
    x, y = view.x + view.width - 22, view.y + 12
    drawing.rect(x - 12, y - 5, 24, 46, "#ffffff", fill_opacity="0.86")
    drawing.add(tag("path", d=f"M{at(x)} {at(y)}l7 24l-7 -5z", fill=INK, stroke=INK, stroke_width="0.8"))
    drawing.add(tag("path", d=f"M{at(x)} {at(y)}l-7 24l7 -5z", fill="#ffffff", stroke=INK, stroke_width="0.8"))
    drawing.text(x, y + 36, tr("N"), "middle", class_="value")


def locator(drawing: Drawing, frame: tuple[float, float, float, float], box: Box, name: str) -> None:
    """Pakistan with a box where the map lies; a small box is drawn larger, so that it is seen."""
    view = View.of(PAKISTAN, frame, least_m=1, margin=0.02)
    clipped = clip(drawing, view, name)
    ground(drawing, view, clipped)
    drawing.rect(*frame, "none", stroke="#9aa0a5", stroke_width="0.8")
    west, south, east, north = box
    xs, ys = view.places(np.array([west, east, west, east]), np.array([south, south, north, north]))
    x, y = float(xs.min() + xs.max()) / 2, float(ys.min() + ys.max()) / 2
    half_x, half_y = max(4.0, float(np.ptp(xs)) / 2), max(4.0, float(np.ptp(ys)) / 2)
    if view.holds(x, y):
        drawing.add(tag("rect", x=at(x - half_x), y=at(y - half_y), width=at(2 * half_x), height=at(2 * half_y),
                        fill="#c4183c", fill_opacity="0.18", stroke="#a01030", stroke_width="1.6", clip_path=clipped))
