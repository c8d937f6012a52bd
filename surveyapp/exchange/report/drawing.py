"""A small drawing in SVG: elements placed by number, with a title and a description for those who cannot see it."""

from __future__ import annotations

from surveyapp.exchange.report.markup import Html, tag

INK, SOFT, GRID, ACCENT, PAPER = "#1f2428", "#59616a", "#d9dde0", "#0b6b57", "#ffffff"

FULL_WIDTH, HALF_WIDTH = 680, 330
"""Widths of a figure over the whole page and over half of it; on A4 one unit is 0.26 mm."""

TEXT_PX, SMALL_PX = 11.0, 10.0

HATCH, CROSS_HATCH = "hatch", "cross"
"""Patterns that tell parts apart in black and white as well."""

_WIDE = 0.55
"""Mean width of a letter for its height, on the safe side; the page has no way to measure one."""


class Drawing:
    """A figure of ``width`` × ``height`` units.

    ``name`` is unique on the page. ``mirrored`` turns left and right about, for what is read from right to left.
    """

    def __init__(
        self, name: str, width: float, height: float, title: str, description: str, *, mirrored: bool = False
    ) -> None:
        self.name, self.width, self.height = name, width, height
        self._title, self._description, self.mirrored = title, description, mirrored
        self._parts: list[str] = []
        self._defs: dict[str, str] = {}

    def add(self, part: str) -> None:
        """Put in an element that was made elsewhere."""
        self._parts.append(part)

    def rect(self, x: float, y: float, width: float, height: float, fill: str, **more: str) -> None:
        """A rectangle by its upper left corner."""
        x = self.width - x - width if self.mirrored else x
        self._parts.append(tag("rect", x=at(x), y=at(y), width=at(width), height=at(height), fill=fill, **more))

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str = GRID, **more: str) -> None:
        """A straight line."""
        x1, x2 = self._across(x1), self._across(x2)
        self._parts.append(tag("line", x1=at(x1), y1=at(y1), x2=at(x2), y2=at(y2), stroke=stroke, **more))

    def text(
        self, x: float, y: float, words: str, anchor: str = "start", *, class_: str = "", fill: str = "",
        turned: bool = False,
    ) -> None:
        """Words on a base line; ``anchor`` is start, middle or end; ``turned`` by a quarter to the left."""
        x = self._across(x)
        if self.mirrored and anchor != "middle":
            anchor = "end" if anchor == "start" else "start"
        turn = f"rotate(-90 {at(x)} {at(y)})" if turned else ""
        self._parts.append(tag(
            "text", words, x=at(x), y=at(y), text_anchor=anchor, class_=class_, fill=fill, transform=turn,
        ))

    def pattern(self, kind: str, ink: str = INK, ground: str = PAPER) -> str:
        """A fill of parallel (or crossed) strokes."""
        name = f"{self.name}-{kind}-{ink[1:]}-{ground[1:]}"
        strokes = [tag("path", d="M0 0V5", stroke=ink, stroke_width="1.6")]
        if kind == CROSS_HATCH:
            strokes.append(tag("path", d="M0 0H5", stroke=ink, stroke_width="1.6"))
        self._defs[name] = tag(
            "pattern", tag("rect", width="5", height="5", fill=ground), *strokes, id=name, width="5", height="5",
            patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
        )
        return f"url(#{name})"

    def define(self, name: str, element: str) -> str:
        """Keep something to be used by its id (made unique); returns the id."""
        self._defs[name] = element
        return name

    def svg(self) -> Html:
        """The whole of it."""
        title, description = f"{self.name}-title", f"{self.name}-desc"
        defs = [tag("defs", *(Html(one) for one in self._defs.values()))] if self._defs else []
        return tag(
            "svg", tag("title", self._title, id=title), tag("desc", self._description, id=description), *defs,
            *(Html(part) for part in self._parts), viewBox=f"0 0 {at(self.width)} {at(self.height)}", role="img",
            aria_labelledby=title, aria_describedby=description, direction="ltr", class_="figure",
        )

    def _across(self, x: float) -> float:
        return self.width - x if self.mirrored else x


def at(number: float) -> str:
    """A coordinate as it is written: to a tenth, and no longer than need be."""
    told = f"{number:.1f}"
    return told.removesuffix(".0")


def width_of(words: str, px: float = TEXT_PX) -> float:
    """About how wide words are."""
    return len(words) * px * _WIDE


def shortened(words: str, room: float, px: float = TEXT_PX) -> str:
    """Words cut so that they fit into the room."""
    most = int(room / (px * _WIDE))
    return words if len(words) <= most else words[: max(1, most - 1)].rstrip() + "…"


def ink_on(fill: str) -> str:
    """Ink or white, whichever is read better on a colour: they are read equally well at a relative luminance (WCAG 2.2)
    of 0.215."""
    red, green, blue = (int(fill[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return PAPER if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < 0.215 else INK


def ticks(most: float, about: int = 5, *, whole: bool = True) -> list[float]:
    """Round steps from 0 to at least ``most`` (1, 2 or 5 times a power of ten)."""
    if most <= 0:
        return [0.0, 1.0]
    raw = most / about
    power = 10.0
    while power > raw:
        power /= 10
    while power * 10 <= raw:
        power *= 10
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= raw)
    if whole:
        step = max(1.0, step)
    count = int(most / step) + (0 if most % step == 0 else 1)
    return [round(step * place, 10) for place in range(count + 1)]
