"""What the first look at a sighting would have to wait for, done before it: on the storage thread, at rest. No Qt."""

from __future__ import annotations

_ANYWHERE = (72.36, 34.77)


def warm_up() -> None:
    """Load borders, towns and the systems of coordinates. A tenth of a second, and once only."""
    from surveyapp.geo.coordinates import format_position, toposheet_at
    from surveyapp.geo.districts import nearest_town
    from surveyapp.geo.places import in_pakistan, province_at

    province_at(*_ANYWHERE)
    in_pakistan(*_ANYWHERE)
    nearest_town(*_ANYWHERE)
    toposheet_at(*_ANYWHERE)
    format_position(*_ANYWHERE, "DD")
