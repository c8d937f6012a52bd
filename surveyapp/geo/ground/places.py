"""Where a file lies on the map, by the one rule for datum shifts (:mod:`surveyapp.geo.crs`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from surveyapp.errors import BadFile, BadPosition
from surveyapp.geo import crs as systems
from surveyapp.geo.ground.model import Floats, WorldBox, world_y
from surveyapp.words import tr


@dataclass(frozen=True)
class Placed:
    """The box of a file in world degrees; ``crs`` as :func:`surveyapp.geo.crs.crs_text` gives it."""

    box: WorldBox
    crs: str
    note: str


def placed(path: Path, crs: str, xs: Floats, ys: Floats) -> Placed:
    """Where points round the edge of a file lie. Raises ``BadFile`` where no datum shift is published."""
    try:
        code = systems.crs_text(crs)
        accuracy_m = systems.accuracy_of(code)
        lon, lat, _accuracies = systems.to_wgs84_arrays(code, xs, ys)
    except BadPosition as problem:
        raise BadFile(tr("{file} cannot be shown: {reason}", file=path.name, reason=problem)) from problem
    known = np.isfinite(lon)
    if not known.any() or (accuracy_m != 0 and not known.all()):
        raise BadFile(
            tr(
                "{file} cannot be shown: it reaches beyond the area for which the shift from {system} to WGS 84 is "
                "known.",
                file=path.name,
                system=systems.label_of(code),
            )
        )
    y = world_y(lat[known])
    box = float(lon[known].min()), float(y.min()), float(lon[known].max()), float(y.max())
    return Placed(box, code, _note(code, accuracy_m))


def _note(code: str, accuracy_m: float | None) -> str:
    if accuracy_m == 0:
        return ""
    system = systems.label_of(code)
    if accuracy_m is None:
        return tr("From {system}; how exact the shift to WGS 84 is, is not known.", system=system)
    return tr("From {system}; shifted to WGS 84 to within {metres} m.", system=system, metres=f"{accuracy_m:g}")
