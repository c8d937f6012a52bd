"""What the page must know besides the records: how fields, codes and gems are called and look."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from surveyapp.assets import resource_text
from surveyapp.domain.fields import BLOB, GEOMETRY, LAYER_BY_NAME, NOTES, SURVEY, Layer
from surveyapp.domain.gems import GEMS, OTHER_COLOUR
from surveyapp.domain.geometry import point_of
from surveyapp.domain.merge import Conflict
from surveyapp.domain.records import Value
from surveyapp.exchange.preview.data import Parts, PreviewData
from surveyapp.exchange.preview.ground import GroundTiles
from surveyapp.exchange.preview.photos import Thumb

_TOLERANCE_DEG = 0.00001  # tracks are thinned to about a metre
_DECIMALS = 6


def page_meta(
    data: PreviewData, thumbs: Sequence[Thumb], notes: Mapping[str, Any], ground: GroundTiles | None = None
) -> dict[str, Any]:
    """Everything in the page's JSON, ready for ``json.dumps``."""
    return {
        "title": data.title,
        "notes": dict(notes),
        "surveys": _surveys(data),
        "layers": {name: _layer(LAYER_BY_NAME[name]) for name in data.layers if name in LAYER_BY_NAME},
        "terms": _terms(data),
        "gems": [
            {"code": g.code, "label": g.label, "ur": g.label_ur, "colour": g.colour, "shape": g.shape} for g in GEMS
        ],
        "otherColour": OTHER_COLOUR,
        "photos": [
            {
                "sighting": t.photo.sighting_uuid,
                "caption": t.photo.caption,
                "file": t.photo.file_name,
                "type": t.content_type,
                "why": t.why,
            }
            for t in thumbs
        ],
        "tracks": _shapes(data.tracks, thin=True),
        "areas": _shapes(data.areas, thin=False),
        "conflicts": [_conflict(c) for c in data.conflicts],
        "revisions": {layer: dict(revisions) for layer, revisions in data.revisions.items()},
        "packages": [{"name": p.name, "team": p.team, "at": p.merged_at} for p in data.packages],
        "ground": None
        if ground is None
        else {
            "name": ground.name,
            "attribution": ground.attribution,
            "zooms": list(ground.zooms),
        },
        "basemap": data.basemap,
        "strings": json.loads(resource_text("preview/strings.json")),
    }


def _surveys(data: PreviewData) -> list[dict[str, Any]]:
    wanted = ("uuid", *(f.name for f in SURVEY if f.kind != NOTES))
    return [{name: row[name] for name in wanted if row.get(name) is not None} for row in data.surveys]


def _layer(layer: Layer) -> dict[str, Any]:
    fields = [
        {
            "name": f.name,
            "title": f.title,
            "unit": f.unit,
            "kind": f.kind,
            "group": f.group,
            "terms": f.vocabulary_name,
        }
        for f in layer
        if f.kind != BLOB
    ]
    return {"title": layer.title, "plural": layer.plural, "caption": layer.caption, "fields": fields}


def _terms(data: PreviewData) -> dict[str, dict[str, str]]:
    """Labels of the codes of every vocabulary that the layers use."""
    vocabularies = {
        f.vocabulary.name: f.vocabulary
        for name in ("survey", *data.layers)
        if name in LAYER_BY_NAME
        for f in LAYER_BY_NAME[name]
        if f.vocabulary is not None
    }
    return {name: {t.code: t.label for t in v.terms} for name, v in vocabularies.items()}


def _shapes(shapes: Mapping[str, Parts], *, thin: bool) -> dict[str, list[list[list[float]]]]:
    """[latitude, longitude] lists by uuid."""
    return {uuid: [_line(part, thin=thin) for part in parts] for uuid, parts in shapes.items()}


def _line(part: Sequence[tuple[float, float]], *, thin: bool) -> list[list[float]]:
    points: Any = part
    if thin and len(part) > 2:
        import shapely

        line = shapely.simplify(shapely.LineString(part), _TOLERANCE_DEG, preserve_topology=False)
        points = shapely.get_coordinates(line).tolist()
    return [[round(latitude, _DECIMALS), round(longitude, _DECIMALS)] for longitude, latitude in points]


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "conflict": conflict.conflict,
        "layer": conflict.layer,
        "record": conflict.record,
        "field": conflict.field,
        "ancestor": _conflict_value(conflict.field, conflict.ancestor),
        "values": [
            {"value": _conflict_value(conflict.field, side.value), "author": side.author, "at": side.at}
            for side in conflict.values
        ],
    }


def _conflict_value(field: str, value: Value) -> Any:
    """A position as [longitude, latitude] instead of WKB; everything else as it is."""
    place = point_of(value) if field == GEOMETRY else None
    return value if place is None else list(place)
