"""The preview: one HTML file that shows a survey in any browser, with no network and no second file.

It is made through folium, whose links to the web are replaced by Leaflet's own files from the package
XStatic-Leaflet. The records travel as typed, compressed columns and are drawn on one canvas; pop-ups and
list rows are made when they are looked at.
"""

from __future__ import annotations

from surveyapp.exchange.preview.build import PreviewReport, build_preview
from surveyapp.exchange.preview.data import (
    HistorySummary,
    PreviewData,
    PreviewOptions,
    PreviewPackage,
    PreviewPhoto,
    shape_parts,
)

__all__ = [
    "HistorySummary",
    "PreviewData",
    "PreviewOptions",
    "PreviewPackage",
    "PreviewPhoto",
    "PreviewReport",
    "build_preview",
    "shape_parts",
]
