"""Turns the outline map of :mod:`surveyapp.geo.basemap` into what the canvas draws."""

from __future__ import annotations

import numpy as np

from surveyapp.geo import basemap as source
from surveyapp.ui.mapcanvas.basemap import BaseLabel, BaseLine, Basemap, BasePolygon
from surveyapp.words import tr


def outline_map(outline: source.Basemap | None = None, language: str = "en") -> Basemap:
    """The built-in outline map (or an office's own) with names in English or Urdu (``ur``)."""
    outline = outline or source.basemap()
    urdu = language.startswith("ur")
    spans = {area.name: max(float(np.ptp(ring[:, 0])) for ring in area.rings) for area in outline.areas}
    return Basemap(
        [BasePolygon(area.name, area.code, area.rings, area.kind) for area in outline.areas],
        [BaseLine(line.kind, line.points) for line in outline.lines],
        [
            BaseLabel(
                (urdu and label.text_ur) or label.text,
                label.longitude,
                label.latitude,
                label.rank,
                spans.get(label.text, 0.0) if label.rank <= 1 else 0.0,
            )
            for label in outline.labels
        ],
        tr(outline.attribution),
    )
