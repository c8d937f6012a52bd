"""What the public gets: no exact place, no person, no words that give them away."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.geometry import point_hex
from surveyapp.errors import BadInput
from surveyapp.exchange.audience import GRID_DEG, public_edition_of
from surveyapp.exchange.exporters.files import Columns
from surveyapp.exchange.registry import FORMATS, format_named, write_layers

SIGHTINGS: dict[str, list[object]] = {
    "uuid": ["0b8cd4c1-3f0e-4d52-9f3a-5a3b8f6d9e01", "11111111-1111-4111-8111-111111111111"],
    "gem": ["emerald", "ruby"],
    "locality": ["34.7725N 72.3608E by the stream", "Gujar Kili"],
    "observer": ["Zarmina Khan", None],
    "notes": ["ask Zarmina", None],
    "accuracy_m": [4.25, None],
    "position_source": ["gps", "typed"],
    "position_text": ["34.7725N 72.3608E", None],
    "elevation_m": [1234.5, None],
    "longitude": [72.3608, None],
    "latitude": [34.7725, None],
}


def coarsen(columns: Columns, layer: str, grid_deg: float = GRID_DEG) -> tuple[dict[str, list[object]], str]:
    """(what the public may have of one layer, what was done)."""
    edition = public_edition_of({layer: columns}, grid_deg=grid_deg)
    return edition.layers[layer], edition.note


def test_only_what_may_leave_leaves() -> None:
    columns, said = coarsen(SIGHTINGS, "sighting")
    assert columns["longitude"] == [72.35, None]
    assert columns["latitude"] == [34.75, None]
    assert columns["gem"] == ["emerald", "ruby"]
    assert columns["locality"] == [None, "Gujar Kili"]
    private = {f.name for f in SIGHTING.fields if not f.public}
    assert not private & set(columns)
    assert not {"accuracy_m", "position_source", "position_text", "elevation_m", "geom"} & set(columns)
    assert "cells of 0.1 degrees" in said
    assert "1 texts that could give them away" in said
    assert coarsen(SIGHTINGS, "sighting", 1.0)[0]["longitude"] == [72.5, None]


def test_places_as_geometry_are_coarsened_too() -> None:
    columns, _said = coarsen(
        {"uuid": ["a"], "gem": ["ruby"], "geom": [point_hex(72.3608, 34.7725)]}, "sighting"
    )
    assert (columns["longitude"], columns["latitude"]) == ([72.35], [34.75])


@pytest.mark.parametrize("format_name", [f.name for f in FORMATS if f.can_export])
def test_nothing_precise_is_in_the_bytes(tmp_path: Path, format_name: str) -> None:
    columns, said = coarsen(SIGHTINGS, "sighting")
    path = tmp_path / f"public{format_named(format_name).extensions[0]}"
    written = write_layers(path, format_name, {"sighting": columns}, note=said)
    data = b"".join(map(_bytes_of, written.paths))
    for secret in (b"72.36", b"34.77", b"Zarmina", b"1234.5", point_hex(72.3608, 34.7725).encode()):
        assert secret not in data
    assert bytes.fromhex(point_hex(72.3608, 34.7725))[5:] not in data
    assert b"Public edition" in data


def _bytes_of(path: Path) -> bytes:
    """What stands in a file, unpacked."""
    if path.suffix == ".kmz":
        with zipfile.ZipFile(path) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    return path.read_bytes()


def test_what_is_itself_the_secret_is_refused() -> None:
    for layer in ("track", "area", "photo", "custody", "review"):
        assert public_edition_of({layer: {"uuid": []}}).refused == (layer,)
    with pytest.raises(BadInput, match="cannot be used"):
        coarsen(SIGHTINGS, "sighting", 0)
