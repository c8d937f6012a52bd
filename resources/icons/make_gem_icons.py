"""Draw the icon of every gem in the table of gems: its shape, its colour, cut in facets.

    python resources/icons/make_gem_icons.py

writes ``resources/icons/gems/<code>.svg``. Run it after adding a gem; a test compares the files with what
this draws. The outline is the shape that the map draws, so that icon, map, legend and preview agree.
"""

from __future__ import annotations

import colorsys
import math
from pathlib import Path

from surveyapp.domain.gems import GEMS, Gem

SIZE = 32
CENTRE = (16.0, 16.0)
LIGHT = math.radians(-120)  # the light comes from the upper left
Point = tuple[float, float]


def ring(count: int, radius: float, first_deg: float = -90, y_scale: float = 1.0) -> list[Point]:
    """Corners of a regular polygon around the centre; y grows downwards."""
    angles = [math.radians(first_deg + 360 * n / count) for n in range(count)]
    return [(CENTRE[0] + radius * math.cos(a), CENTRE[1] + radius * math.sin(a) * y_scale) for a in angles]


def outline(shape: str) -> list[Point]:
    """Outer edge of a shape, clockwise, in a 32 px square."""
    match shape:
        case "circle":
            return ring(16, 13.6, -90 + 11.25)
        case "square":
            return [(6, 3.5), (26, 3.5), (28.5, 6), (28.5, 26), (26, 28.5), (6, 28.5), (3.5, 26), (3.5, 6)]
        case "diamond":
            return [(16, 1.5), (29, 16), (16, 30.5), (3, 16)]
        case "triangle":
            return [(16, 2.5), (30, 28), (2, 28)]
        case "pentagon":
            return ring(5, 14.5, -90)
        case "hexagon":
            return ring(6, 14.5, 0)
        case "star":
            outer, inner = ring(5, 15), ring(5, 7, -54)
            return [p for pair in zip(outer, inner, strict=True) for p in pair]
        case "cross":
            a, b, c, d = 2.5, 11.0, 21.0, 29.5
            return [
                (b, a),
                (c, a),
                (c, b),
                (d, b),
                (d, c),
                (c, c),
                (c, d),
                (b, d),
                (b, c),
                (a, c),
                (a, b),
                (b, b),
            ]
        case "kite":
            return [(16, 2), (28, 12), (16, 30.5), (4, 12)]
    raise ValueError(f"no drawing for the shape {shape!r}")


def middle(shape: str) -> Point:
    """Centre of the table facet."""
    return {"kite": (16.0, 13.0), "triangle": (16.0, 19.5)}.get(shape, CENTRE)


def shaded(colour: str, change: float) -> str:
    """The colour, lighter (change > 0, up to 1 = white) or darker (< 0, down to -1 = black)."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = light + (1 - light) * change if change > 0 else light * (1 + change)
    rgb = colorsys.hls_to_rgb(hue, light, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def path(points: list[Point]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) + "Z"


def draw(gem: Gem) -> str:
    """The SVG of one gem."""
    outer = outline(gem.shape)
    heart = middle(gem.shape)
    share = 0.5 if gem.shape != "star" else 0.42
    table = [(heart[0] + (x - heart[0]) * share, heart[1] + (y - heart[1]) * share) for x, y in outer]
    rim = shaded(gem.colour, -0.45)
    # A pale halo keeps the dark stones apart from a dark window; on a light one nobody sees it.
    parts = [f'<path d="{path(outer)}" fill="none" stroke="#fff" stroke-opacity=".6" stroke-width="3"/>']
    for n, corner in enumerate(outer):
        after = (n + 1) % len(outer)
        facet = [corner, outer[after], table[after], table[n]]
        x = sum(p[0] for p in facet) / 4 - heart[0]
        y = sum(p[1] for p in facet) / 4 - heart[1]
        lit = math.cos(math.atan2(y, x) - LIGHT)
        parts.append(f'<path d="{path(facet)}" fill="{shaded(gem.colour, 0.42 * lit if lit > 0 else 0.3 * lit)}"/>')
    parts.append(f'<path d="{path(table)}" fill="{gem.colour}"/>')
    # One glint across the table makes it a stone and not a badge.
    glint = [table[0], table[1 % len(table)], heart]
    parts.append(f'<path d="{path(glint)}" fill="#fff" fill-opacity=".38"/>')
    parts.append(f'<path d="{path(outer)}" fill="none" stroke="{rim}" stroke-width="1.6" stroke-linejoin="round"/>')
    body = "\n  ".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}">\n'
        f"  <title>{gem.label}</title>\n  {body}\n</svg>\n"
    )


def main() -> None:
    """Write all files."""
    folder = Path(__file__).parent / "gems"
    folder.mkdir(exist_ok=True)
    for gem in GEMS:
        (folder / f"{gem.code}.svg").write_text(draw(gem), encoding="utf-8")


if __name__ == "__main__":
    main()
