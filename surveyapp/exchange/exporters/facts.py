"""What every export says about itself: who, what, when, where, in which system, from what, and under what licence.

Each format takes it in its own way: ISO 19115 in a GeoPackage, foreign members in GeoJSON, a text beside a set of
files. It is in English, whatever language the program speaks, as all that goes into files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveyapp import __version__
from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, SIGHTING, Layer
from surveyapp.domain.records import utc_text
from surveyapp.exchange.exporters.files import Columns, Table, plain_layer
from surveyapp.geo.crs import WGS84, accuracy_of, crs_text, label_of

PROGRAM = f"SurveyApp {__version__}"
NO_LICENCE = "No licence for use is stated; ask who made the survey before passing it on."

Box = tuple[float, float, float, float]
Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """About one export.

    ``surveys``: for each survey the (label, text) pairs that may be told. ``records``: how many of each layer.
    ``extent``: west, south, east, north in degrees, WGS 84. ``period``: first and last observation, UTC.
    ``accuracy``: a sentence on the shift to ``crs``. ``lineage``: one sentence for each step. ``chosen``: what was
    asked for, empty for everything. ``note``: what was done for the audience. ``lost``: what the format cannot hold.
    ``organisation``: who made it, for formats that have a place for an author.
    """

    title: str
    crs: str = WGS84
    made_at: str = field(default_factory=utc_text)
    surveys: tuple[tuple[Line, ...], ...] = ()
    organisation: str = ""
    records: Mapping[str, int] = field(default_factory=dict)
    extent: Box | None = None
    period: tuple[str, str] | None = None
    accuracy: str = ""
    lineage: tuple[str, ...] = ()
    licence: str = NO_LICENCE
    audience: str = "office"
    chosen: str = ""
    note: str | None = None
    lost: tuple[str, ...] = ()


def facts_of(
    layers: Mapping[str, Columns], crs: str = WGS84, *, title: str = "", note: str | None = None, **more: Any
) -> Facts:
    """Facts about these columns; ``more`` are further fields of :class:`Facts`."""
    names = [plain_layer(name).plural for name in layers]
    return Facts(
        title=title or ", ".join(names) or "Export",
        crs=crs_text(crs),
        records={name: len(next(iter(columns.values()), ())) for name, columns in layers.items()},
        extent=extent_of(layers),
        period=period_of(layers.get(SIGHTING.name, {}).get("observed_at", ())),
        accuracy=accuracy_sentence(crs, layers),
        note=note,
        **more,
    )


def extent_of(layers: Mapping[str, Columns]) -> Box | None:
    """The box around all places, in degrees, or ``None``."""
    boxes = [box for name, columns in layers.items() if (box := _box(name, columns)) is not None]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _box(name: str, columns: Columns) -> Box | None:
    definition = LAYER_BY_NAME.get(name)
    if definition is None or not definition.geometry:
        return None
    if definition.geometry == "POINT" and "longitude" in columns:
        xs = [x for x in columns["longitude"] if isinstance(x, int | float)]
        ys = [y for y in columns["latitude"] if isinstance(y, int | float)]
        return (min(xs), min(ys), max(xs), max(ys)) if xs and ys else None
    if GEOMETRY not in columns:
        return None
    import numpy as np
    import shapely

    boxes = shapely.bounds(shapely.from_wkb(np.array(Table.of(name, columns).wkb_hexes(), dtype=object)))
    boxes = boxes[~np.isnan(boxes[:, 0])] if boxes.size else boxes
    if not boxes.size:
        return None
    low, high = boxes.min(axis=0), boxes.max(axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def period_of(moments: Iterable[object]) -> tuple[str, str] | None:
    """First and last of texts of time that sort as time does."""
    known = [moment for moment in moments if isinstance(moment, str)]
    return (min(known), max(known)) if known else None


def accuracy_sentence(crs: str, layers: Mapping[str, Columns]) -> str:
    """How good the shift to a system is at these places; raises ``BadPosition`` where there is none at all.

    EPSG writes 999 where it gives no estimate; that is said as unknown, never as a number.
    """
    code = crs_text(crs)
    accuracies = _accuracies(code, layers)
    if accuracies <= {0.0}:
        return "Coordinates were not shifted between datums; they are as exact as the records say."
    known = sorted(a for a in accuracies if a is not None)
    words = []
    if known:
        words.append(f"good to {known[0]:g} m" if known[0] == known[-1] else f"good to {known[0]:g} to {known[-1]:g} m")
    if None in accuracies:
        words.append("of unknown accuracy" + (" at some places" if known else "") + " (EPSG gives no estimate)")
    return f"The shift from WGS 84 to {label_of(code)} is {', '.join(words)}; it adds to the error of each position."


def _accuracies(code: str, layers: Mapping[str, Columns]) -> set[float | None]:
    """The different accuracies of the shift at the places of these layers, ``None`` for an unknown one."""
    if code == WGS84:
        return {0.0}
    import numpy as np
    import shapely

    from surveyapp.geo.crs import from_wgs84_arrays

    found: set[float | None] = set()
    for name, columns in layers.items():
        if not plain_layer(name).geometry:
            continue
        xy = shapely.get_coordinates(shapely.from_wkb(np.array(Table.of(name, columns).wkb_hexes(), dtype=object)))
        _xs, _ys, accuracy = from_wgs84_arrays(code, xy[:, 0], xy[:, 1])
        found |= {None if a != a else float(a) for a in np.unique(accuracy)}
    return found or {accuracy_of(code)}


def lines_of(facts: Facts) -> list[Line]:
    """(label, text) of everything, for readers."""
    lines: list[Line] = [("Title", facts.title), ("Made at", f"{facts.made_at} (UTC) by {PROGRAM}")]
    for survey in facts.surveys:
        lines += survey
    if facts.chosen:
        lines.append(("Chosen", facts.chosen))
    counted = [_counted(plain_layer(name), count) for name, count in facts.records.items()]
    lines.append(("Records", ", ".join(counted) or "none"))
    if facts.extent is not None:
        corners = ", ".join(f"{side:.6g}" for side in facts.extent)
        lines.append(("Extent (west, south, east, north; degrees, WGS 84)", corners))
    if facts.period is not None:
        lines.append(("Observed", " to ".join(facts.period)))
    lines += [("Reference system", label_of(facts.crs)), ("Accuracy of the transformation", facts.accuracy)]
    lines += [("Lineage", step) for step in facts.lineage]
    lines += [("Licence", facts.licence), ("Audience", facts.audience)]
    if facts.note:
        lines.append(("Edition", facts.note))
    lines += [("Lost", what) for what in facts.lost]
    return [(label, text) for label, text in lines if text]


def _counted(layer: Layer, count: int) -> str:
    return f"{count} {(layer.title if count == 1 else layer.plural).lower()}"


def as_json(facts: Facts) -> dict[str, Any]:
    """The same as plain data, for formats that hold JSON."""
    told: dict[str, Any] = {
        "title": facts.title, "made_at": facts.made_at, "program": PROGRAM,
        "surveys": [dict(survey) for survey in facts.surveys], "records": dict(facts.records),
        "extent": facts.extent, "period": facts.period, "crs": facts.crs, "crs_name": label_of(facts.crs),
        "transformation_accuracy": facts.accuracy, "lineage": list(facts.lineage), "licence": facts.licence,
        "audience": facts.audience, "chosen": facts.chosen, "note": facts.note, "lost": list(facts.lost),
    }
    return {name: list(v) if isinstance(v, tuple) else v for name, v in told.items() if v not in (None, "", [], ())}


def text_of(facts: Facts) -> str:
    """The same as lines of text."""
    return "\n".join(f"{label}: {text}" for label, text in lines_of(facts))


def texts_of(pairs: Sequence[Line]) -> tuple[Line, ...]:
    """Pairs that say something."""
    return tuple((label, text) for label, text in pairs if text)
