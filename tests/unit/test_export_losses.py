"""What each format loses is what it says: out and in again, record by record and field by field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from surveyapp.domain.fields import BLOB, GEOMETRY, LAYERS, REF, SIGHTING, Field, Layer
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.domain.validation import parse_value
from surveyapp.exchange.exporters.files import Columns
from surveyapp.exchange.losses import CHANGED, LOST
from surveyapp.exchange.mapping import importable
from surveyapp.exchange.plan import plan_import
from surveyapp.exchange.registry import FORMATS, Format, read_all, write_layers

ROUND = [f for f in FORMATS if f.can_import and f.can_export]
PLACELESS = {"survey", "orientation", "sample", "custody", "certificate", "estimate"}


NOWHERE = 5
"""Number of a record that has no place."""


def uuid_of(layer: Layer, number: int) -> str:
    return f"{LAYERS.index(layer):08d}-0000-4000-8000-{number:012d}"


def _value(field: Field, number: int) -> Value:
    """A value of a field that differs from record to record, and is as awkward as the field takes."""
    match field.kind:
        case "integer":
            given: object = int(field.minimum or 0) + number
        case "real":
            top = field.maximum or 1.0
            low = field.minimum or 0.0
            given = {1: min(top, low + 0.1 + 1 / 7), 2: low + 1 / 3e9, 3: top * 0.7654321987654321}[number]
        case "datetime":
            given = f"2026-11-0{number}T05:06:07.089Z"
        case "date":
            given = f"2026-11-0{number}"
        case "code":
            assert field.vocabulary is not None
            given = field.vocabulary.codes[number % len(field.vocabulary.codes)]
        case "ref":
            given = uuid_of(next(d for d in LAYERS if d.name == field.refers), 1)
        case "notes":
            given = f"  زمرد {number}\n\x0bsecond line " + "long " * 60
        case _:
            given = f"{field.title} {number} & <more> = مینگورہ "
    return parse_value(field, given)


def records_of(layer: Layer) -> dict[str, dict[str, Value]]:
    """Three full records of a layer, an empty one, and where there may be a place one without it, by uuid."""
    made: dict[str, dict[str, Value]] = {}
    for number in (1, 2, 3):
        values = {f.name: _value(f, number) for f in layer.fields if f.kind != BLOB}
        if layer is SIGHTING:
            values["presence"] = "absent" if number == 3 else "present"
        made[uuid_of(layer, number)] = values | _place(layer, number)
    must = {f.name: _value(f, 1) for f in layer.fields if f.level == 1 and f.kind != BLOB}
    empty = dict.fromkeys(layer.names, None) | must
    made[uuid_of(layer, 4)] = empty | _place(layer, 4)
    if layer.geometry:
        made[uuid_of(layer, NOWHERE)] = {**empty, GEOMETRY: None}
    return made


def _place(layer: Layer, number: int) -> dict[str, Value]:
    x, y = 72.3 + number / 7, 34.1 + number / 7
    match layer.geometry:
        case "POINT":
            return {GEOMETRY: point_hex(x, y)}
        case "LINESTRING":
            return {GEOMETRY: _hex(shapely.LineString([(x, y), (x + 0.1, y + 0.05), (x + 0.2, y)]))}
        case "POLYGON":
            hole = [(x + 0.02, y + 0.01), (x + 0.05, y + 0.01), (x + 0.05, y + 0.03)]
            return {GEOMETRY: _hex(shapely.Polygon([(x, y), (x, y + 0.1), (x + 0.1, y + 0.1), (x + 0.1, y)], [hole]))}
        case _:
            return {}


def _hex(shape: shapely.Geometry) -> str:
    return str(shapely.to_wkb(shape, hex=True, byte_order=1))


def columns_of(layer: Layer, records: dict[str, dict[str, Value]]) -> Columns:
    names = [f.name for f in layer.fields if f.kind != BLOB]
    place = [GEOMETRY] if layer.geometry else []
    return {"uuid": list(records), **{name: [r.get(name) for r in records.values()] for name in [*names, *place]}}


def _pairs(known: Format) -> Iterator[list[Layer]]:
    """The layers that go into one file."""
    held = [d for d in LAYERS if known.holds(d) and importable(d) and (d.geometry or d.name in PLACELESS)]
    if known.many_layers:
        yield held
    else:
        yield from ([layer] for layer in held)


def round_trip(known: Format, layers: list[Layer], folder: Path) -> dict[str, dict[str, dict[str, Value]]]:
    """What comes back, by layer and uuid."""
    path = folder / f"{layers[0].name}{known.extensions[0]}"
    write_layers(path, known.name, {layer.name: columns_of(layer, records_of(layer)) for layer in layers})
    back: dict[str, dict[str, dict[str, Value]]] = {}
    for table in read_all(path):
        plan = plan_import(table)
        back.setdefault(plan.layer, {}).update({row.uuid: dict(row.values) for row in plan.rows})
    return back


Difference = tuple[str, str, str, Value, Value]


def differences(known: Format, folder: Path) -> list[Difference]:
    """(layer, field, kind, what left, what came back) of everything that is not the same; a record that did not come
    back is the field ``uuid``."""
    found: list[Difference] = []
    for layers in _pairs(known):
        back = round_trip(known, layers, folder)
        for layer in layers:
            for uuid, record in records_of(layer).items():
                here = back.get(layer.name, {}).get(uuid)
                if here is None:
                    found.append((layer.name, "uuid", REF, uuid, None))
                    continue
                kinds = {f.name: f.kind for f in layer.fields} | {GEOMETRY: GEOMETRY}
                for name, wanted in record.items():
                    got = here.get(name)
                    if got != wanted and not (wanted is None and got == _filled_in(layer, name)):
                        found.append((layer.name, name, kinds[name], wanted, got))
    return found


def _filled_in(layer: Layer, name: str) -> Value:
    """What an import puts into an empty field: its default."""
    field = layer.field(name)
    return field.default if field else None


@pytest.fixture(scope="module", params=ROUND, ids=lambda f: f.name)
def trip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Format, list[Difference]]:
    known: Format = request.param
    return known, differences(known, tmp_path_factory.mktemp(known.name))


def test_every_difference_is_declared(trip: tuple[Format, list[Difference]]) -> None:
    known, found = trip
    undeclared = [
        (layer, field, wanted, got) for layer, field, kind, wanted, got in found if not known.loss(layer, field, kind)
    ]
    assert undeclared == []


def test_what_is_declared_as_changed_does_not_vanish(trip: tuple[Format, list[Difference]]) -> None:
    known, found = trip
    for layer, field, kind, wanted, got in found:
        loss = known.loss(layer, field, kind)
        if loss is not None and loss.how == CHANGED and field not in ("uuid", "locality") and wanted is not None:
            assert got is not None, (layer, field)


@pytest.mark.parametrize("name", ["gpkg", "geojson", "csv", "parquet"])
def test_the_full_formats_lose_no_field(name: str, tmp_path: Path) -> None:
    known = next(f for f in FORMATS if f.name == name)
    found = differences(known, tmp_path)
    told = {(layer, field) for layer, field, *_rest in found}
    if name == "geojson":
        told -= {(layer, "uuid") for layer in PLACELESS}  # a feature without a geometry counts as a point
    nowhere = {uuid_of(layer, NOWHERE) for layer in LAYERS}
    assert all(wanted in nowhere for layer, field, _kind, wanted, _got in found if field == "uuid" and
               layer not in PLACELESS)
    told -= {(layer, "uuid") for layer in ("sighting", "track", "area")}
    assert told <= {("area", GEOMETRY)}
    for _layer, field, _kind, wanted, got in found:
        if field == GEOMETRY:
            assert shapely.from_wkb(wanted).equals(shapely.from_wkb(got))


def test_what_is_said_to_be_lost_is(trip: tuple[Format, list[Difference]]) -> None:
    """A table of losses that says too much hides those that matter."""
    known, found = trip
    lost = {(layer, field) for layer, field, *_rest in found}
    kinds = {(layer, kind) for layer, _field, kind, *_rest in found}
    layers = {layer.name for group in _pairs(known) for layer in group}
    for loss in known.losses:
        about = [name for name in loss.layers if name in layers] if loss.layers else sorted(layers)
        if loss.how == LOST and loss.fields and about and "data" not in loss.fields:
            assert any((layer, field) in lost for layer in about for field in (*loss.fields, "uuid")), loss.what
        if loss.kinds and not loss.fields:
            assert any((layer, kind) in kinds for layer in about for kind in loss.kinds), loss.what


def test_every_format_says_what_it_loses_in_sentences() -> None:
    for known in FORMATS:
        if known.can_export:
            assert known.loses, known.name
            assert all(what.endswith(".") and len(what) < 140 for what in known.loses)
            assert known.loses_of(["sighting"]), known.name
