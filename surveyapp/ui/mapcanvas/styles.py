"""How points and the map look: palette entries and the three themes. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

SHAPES = (
    *("circle", "square", "diamond", "triangle", "pentagon"),
    *("hexagon", "star", "cross", "kite", "wedge"),
)
"""Stamps that differ in outline as well as colour, so that gems can be told apart without colour vision."""


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green, blue (0–255) of ``#rrggbb``; ``ValueError`` for anything else."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"colour {colour!r} is not #rrggbb")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), of WCAG 2.1."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.1, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True)
class PointStyle:
    """One entry of the palette: a gem, a review status, a confidence or an age class."""

    key: str
    label: str
    colour: str
    """``#rrggbb``."""
    shape: str = "circle"
    """One of :data:`SHAPES`."""

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"shape {self.shape!r} is not one of {', '.join(SHAPES)}")
        rgb(self.colour)


UNKNOWN = PointStyle("", "Other", "#7a7f87", "circle")
"""Drawn for a style index that the palette does not have."""


@dataclass(frozen=True)
class Theme:
    """Colours of everything but the points, as ``#rrggbb``; chosen for AA contrast of text on its ground."""

    name: str
    water: str
    off_map: str
    """Beyond what the outline map covers."""
    neighbour: str
    """Land of other countries."""
    land: str
    land_alternate: str
    boundary: str
    province: str
    disputed: str
    graticule: str
    metre_grid: str
    """UTM lines and their names."""
    sheets: str
    """Edges and numbers of toposheets."""
    text: str
    text_soft: str
    halo: str
    panel: str
    panel_edge: str
    accent: str
    """Selection, rubber bands, focus."""
    gps: str
    stale: str
    track: str
    area: str
    outline: str
    """Edge of a point's stamp."""
    monochrome: bool = False
    """Draw points in shades of ``accent`` only (night)."""


LIGHT = Theme(
    name="light",
    water="#cfe0ec",
    off_map="#e3e5e8",
    neighbour="#ecebe6",
    land="#fbfaf5",
    land_alternate="#f5f3ea",
    boundary="#6d6a75",
    province="#a9a5ad",
    disputed="#8a5a6c",
    graticule="#9fb4c4",
    metre_grid="#2b6f8f",
    sheets="#8a4f7d",
    text="#24262b",
    text_soft="#5a5f68",
    halo="#ffffff",
    panel="#ffffff",
    panel_edge="#c9ccd2",
    accent="#0a5fd0",
    gps="#1769e0",
    stale="#7d828a",
    track="#b4541a",
    area="#6b3fa0",
    outline="#ffffff",
)

DARK = Theme(
    name="dark",
    water="#141a21",
    off_map="#191e24",
    neighbour="#1f242b",
    land="#2a3038",
    land_alternate="#2e343d",
    boundary="#8d94a0",
    province="#565e6a",
    disputed="#c08a9c",
    graticule="#3f4a57",
    metre_grid="#6fb7d6",
    sheets="#d3a0c6",
    text="#eceef1",
    text_soft="#aab1bb",
    halo="#14181d",
    panel="#1d2229",
    panel_edge="#47505c",
    accent="#6cb2ff",
    gps="#5aa7ff",
    stale="#8d94a0",
    track="#ffa45c",
    area="#c39bff",
    outline="#e4e8ee",
)

NIGHT = Theme(
    name="night",
    water="#000000",
    off_map="#050000",
    neighbour="#0b0000",
    land="#180202",
    land_alternate="#1c0303",
    boundary="#a02a22",
    province="#5e1712",
    disputed="#a02a22",
    graticule="#3d0e0b",
    metre_grid="#b03a2e",
    sheets="#a83227",
    text="#ff5a4a",
    text_soft="#d8483a",
    halo="#000000",
    panel="#0d0000",
    panel_edge="#6e1b15",
    accent="#ff7a66",
    gps="#ff7a66",
    stale="#8a2a22",
    track="#d0402f",
    area="#b03527",
    outline="#000000",
    monochrome=True,
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, NIGHT)}


def themed(style: PointStyle, theme: Theme) -> PointStyle:
    """The style as this theme shows it.

    By night only red light reaches the eye (dark adaptation), so a gem keeps its shape and its
    lightness, and gives up its hue.
    """
    if not theme.monochrome:
        return style
    lightness = luminance(style.colour) ** 0.5
    red = round(165 + 90 * lightness)
    other = round(20 + 100 * lightness)
    return replace(style, colour=f"#{red:02x}{other:02x}{round(other * 0.85):02x}")
