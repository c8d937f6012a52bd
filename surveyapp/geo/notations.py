"""A WGS 84 position written in the notations that people use.

Every text that :func:`format_position` makes, :func:`surveyapp.geo.coordinates.parse_position` reads back as
the same place, within the last digit written.
"""

from __future__ import annotations

import math

from surveyapp.errors import BadPosition
from surveyapp.geo.mgrs import to_mgrs, to_utm
from surveyapp.words import tr

NOTATIONS = ("DD", "DMS", "DDM", "UTM", "MGRS")

_DECIMALS = {"DD": 6, "DDM": 4, "DMS": 2}
"""Of the last part: steps of about 0.1 m, 0.2 m and 0.3 m."""


def format_position(longitude: float, latitude: float, notation: str) -> str:
    """A position in WGS 84 degrees as text; ``notation`` is one of :data:`NOTATIONS`.

    Raises ``BadPosition`` for another notation, for a place that is not on Earth, and for UTM and MGRS
    beyond 80°S and 84°N.
    """
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise BadPosition(
            tr(
                "Longitude {longitude:g}, latitude {latitude:g} is nowhere on Earth.",
                longitude=longitude,
                latitude=latitude,
            )
        )
    if notation in _DECIMALS:
        parts = [_angle(abs(value), notation) for value in (latitude, longitude)]
        return f"{parts[0]} {'S' if latitude < 0 else 'N'}, {parts[1]} {'W' if longitude < 0 else 'E'}"
    if notation == "UTM":
        utm = to_utm(longitude, latitude)
        return f"{utm.zone}{utm.band} {utm.easting:.0f} {utm.northing:.0f}"
    if notation == "MGRS":
        return to_mgrs(longitude, latitude)
    raise BadPosition(
        tr("“{notation}” is not a notation; use one of {what}.", notation=notation, what=", ".join(NOTATIONS))
    )


def describe(longitude: float, latitude: float) -> list[tuple[str, str]]:
    """(notation, text) in degrees, in degrees with minutes and seconds, and in UTM, to show a position back.

    UTM is left out near the poles.
    """
    notations = ("DD", "DMS", "UTM") if -80 <= latitude <= 84 else ("DD", "DMS")
    return [(notation, format_position(longitude, latitude, notation)) for notation in notations]


def _angle(size: float, notation: str) -> str:
    """A positive angle in degrees as text. Rounded in its last part first, so that 60 never appears."""
    decimals = _DECIMALS[notation]
    if notation == "DD":
        return f"{size:.{decimals}f}°"
    per_degree = 60 if notation == "DDM" else 3600
    steps = math.floor(size * per_degree * 10**decimals + 0.5)
    whole, fraction = divmod(steps, 10**decimals)
    degrees, rest = divmod(whole, per_degree)
    if notation == "DDM":
        return f"{degrees}° {rest:02d}.{fraction:0{decimals}d}′"
    return f"{degrees}° {rest // 60:02d}′ {rest % 60:02d}.{fraction:0{decimals}d}″"
