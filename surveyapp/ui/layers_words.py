"""What the list of layers says."""

from __future__ import annotations

from surveyapp.geo.ground.layer import GroundKind
from surveyapp.ui.mapcanvas.canvas import OwnKind
from surveyapp.words import tr


def kind_words(kind: GroundKind) -> str:
    """What a map from a file is."""
    return {
        "tiles": tr("Picture tiles"),
        "vector-tiles": tr("Vector tiles"),
        "picture": tr("Picture"),
        "relief": tr("Shaded relief"),
        "shapes": tr("Lines, areas or points"),
    }[kind]


def own_words(kind: OwnKind) -> str:
    """What the map draws of its own."""
    return {
        "tracks": tr("Tracks"),
        "areas": tr("Areas"),
        "structures": tr("Measurements, where one is close"),
        "outline": tr("Outline map"),
        "places": tr("Names of places"),
        "legend": tr("Legend"),
    }[kind]
