"""Shapes written for people and for JSON."""

from __future__ import annotations

from surveyapp.domain.geometry import point_of
from surveyapp.errors import BadInput
from surveyapp.words import tr


def wkt_of(wkb_hex: object) -> str | None:
    """WKT, at full precision, of a geometry as the domain holds it (WKB hex); ``None`` for none.

    Raises ``BadInput`` for what is not WKB hex. shapely is imported only for what is not a point.
    """
    if wkb_hex is None:
        return None
    if (point := point_of(wkb_hex)) is not None:
        return f"POINT ({point[0]!r} {point[1]!r})"
    import shapely

    try:
        return str(shapely.to_wkt(shapely.from_wkb(wkb_hex), rounding_precision=-1))
    except (shapely.errors.ShapelyError, TypeError) as problem:
        raise BadInput(tr("A geometry is not valid WKB: {problem}.", problem=problem)) from problem
