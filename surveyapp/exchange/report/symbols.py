"""The signs of gems: a shape and a colour from the table of gems; hollow for an absence."""

from __future__ import annotations

import math

from surveyapp.domain.gems import GEM_BY_CODE, OTHER_COLOUR
from surveyapp.exchange.report.drawing import INK, PAPER
from surveyapp.exchange.report.markup import Html, tag

Corner = tuple[float, float]

_OTHER_SHAPE = "circle"
_EDGE = "#20262b"


def colour_of(gem: str) -> str:
    """Colour of a gem; grey for one that is in no list."""
    known = GEM_BY_CODE.get(gem)
    return known.colour if known else OTHER_COLOUR


def sign(gem: str, radius: float, *, hollow: bool = False) -> Html:
    """The sign round (0, 0). A hollow one is white with a thick edge in the gem's colour, and has a stroke across, so
    that it is told from a light gem in black and white."""
    known = GEM_BY_CODE.get(gem)
    shape = known.shape if known else _OTHER_SHAPE
    look = {"fill": PAPER, "stroke": _EDGE, "stroke_width": "1"} if hollow else \
        {"fill": colour_of(gem), "stroke": _EDGE, "stroke_width": "0.7"}
    body = _body(shape, radius, look)
    if not hollow:
        return body
    reach = f"{radius * 0.62:.1f}"
    stroke = tag("path", d=f"M-{reach} {reach}L{reach} -{reach}", stroke=colour_of(gem) if known else INK,
                 stroke_width="1.6")
    return tag("g", body, stroke)


def _body(shape: str, radius: float, look: dict[str, str]) -> Html:
    corners = outline(shape, radius)
    if not corners:
        return tag("circle", r=f"{radius:.1f}", **look)
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"
    return tag("path", d=path, stroke_linejoin="round", **look)


def outline(shape: str, radius: float) -> list[Corner]:
    """Corners round (0, 0), y downwards; none for what is round. All shapes look about equally large."""
    match shape:
        case "square":
            return _ring(4, radius * 1.2, turn=math.pi / 4)
        case "diamond":
            return _ring(4, radius * 1.25)
        case "triangle":
            return [(x, y + radius * 0.2) for x, y in _ring(3, radius * 1.3)]
        case "pentagon":
            return _ring(5, radius * 1.1)
        case "hexagon":
            return _ring(6, radius * 1.08, turn=math.pi / 6)
        case "star":
            outer, inner = _ring(5, radius * 1.35), _ring(5, radius * 0.62, turn=math.pi / 5)
            return [corner for pair in zip(outer, inner, strict=True) for corner in pair]
        case "cross":
            far, near = radius * 1.1, radius * 0.42
            return [(-near, -far), (near, -far), (near, -near), (far, -near), (far, near), (near, near), (near, far),
                    (-near, far), (-near, near), (-far, near), (-far, -near), (-near, -near)]
        case "kite":
            return [(0, -radius * 1.15), (radius, -radius * 0.25), (0, radius * 1.3), (-radius, -radius * 0.25)]
    return []


def _ring(corners: int, radius: float, turn: float = 0.0) -> list[Corner]:
    steps = [turn + 2 * math.pi * corner / corners for corner in range(corners)]
    return [(radius * math.sin(step), -radius * math.cos(step)) for step in steps]
