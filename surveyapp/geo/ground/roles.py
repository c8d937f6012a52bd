"""What the layers of vector tiles are of, by their names and classes.

The names are those of the OpenMapTiles, Shortbread and Protomaps schemas; a layer of another name is drawn as
somebody's own shapes.
"""

from __future__ import annotations

from surveyapp.geo.ground.model import Role

CLASS_COLUMNS = ("class", "kind", "subclass")
"""Where the schemas say what a shape is, the first that a layer has."""
NAME_COLUMNS = ("name", "name:en", "name_en", "name:latin", "NAME", "Name", "naam", "label")
"""Where names are; of several the first that a layer has."""

_BY_LAYER: tuple[tuple[str, Role], ...] = (
    ("water", "water"),
    ("ocean", "water"),
    ("river", "water"),
    ("lake", "water"),
    ("ferr", "track"),
    ("building", "building"),
    ("bound", "boundary"),
    ("admin", "boundary"),
    ("contour", "contour"),
    ("rail", "rail"),
    ("transport", "road"),
    ("road", "road"),
    ("street", "road"),
    ("bridge", "road"),
    ("aeroway", "road"),
    ("park", "park"),
    ("forest", "wood"),
    ("landcover", "wood"),
    ("land", "land"),
    ("site", "land"),
    ("earth", "land"),
    ("natural", "wood"),
)
_BY_CLASS: dict[str, Role] = {
    "path": "track",
    "track": "track",
    "footway": "track",
    "rail": "rail",
    "transit": "rail",
    "wood": "wood",
    "forest": "wood",
    "grass": "park",
    "ice": "ice",
    "glacier": "ice",
    "sand": "land",
    "rock": "land",
    "farmland": "land",
    "residential": "land",
}
_PLACES = ("place", "mountain_peak", "peak", "poi", "label")
_RANKS = {"country": 0, "state": 1, "province": 1, "city": 2, "town": 3, "village": 4, "hamlet": 5, "peak": 4}


def role_of(layer: str, shape_class: str) -> Role:
    """The role of a shape in a layer of vector tiles."""
    base: Role = next((role for word, role in _BY_LAYER if word in layer.casefold()), "own")
    if base in ("road", "wood", "land"):
        return _BY_CLASS.get(shape_class.casefold(), base)
    return base


def names_places(layer: str) -> bool:
    """Whether the points of a layer are places with names."""
    return any(word in layer.casefold() for word in _PLACES)


def rank_of(shape_class: str) -> int:
    """How important a place is: 0 a country, 5 a hamlet, 6 anything else."""
    return _RANKS.get(shape_class.casefold(), 6)
