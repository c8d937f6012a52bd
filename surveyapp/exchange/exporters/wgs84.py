"""Formats that are WGS 84 by their own definition."""

from __future__ import annotations

from surveyapp.errors import BadInput
from surveyapp.geo.crs import WGS84, crs_text
from surveyapp.words import tr


def require_wgs84(crs: str, title: str) -> None:
    """Raises ``BadInput`` when such a format is asked for another system."""
    if crs_text(crs) != WGS84:
        raise BadInput(
            tr(
                "{title} is always in WGS 84; leave the coordinate system out, or export a GeoPackage or CSV.",
                title=title,
            )
        )
