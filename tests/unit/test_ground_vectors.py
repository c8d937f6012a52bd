"""Shapes from GeoPackages and other vector files, and from vector tiles."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely

from surveyapp.errors import BadFile
from surveyapp.geo import crs
from surveyapp.geo.ground.model import Shapes, world_box, world_y
from surveyapp.geo.ground.opening import look, open_ground
from surveyapp.geo.ground.roles import role_of
from surveyapp.geo.ground.vectors import ShapeFile, VectorTiles
from surveyapp.services.recording import add_sighting, assigned, new_survey
from tests.unit.ground_files import MINGORA, SWAT, around, view_of, write_mbtiles, write_shapes, write_vector_tiles

RIVER = shapely.LineString([(72.1, 34.6), (72.36, 34.77), (72.5, 35.0)])
LEASE = shapely.Polygon(
    [(72.2, 34.7), (72.4, 34.7), (72.4, 34.8), (72.2, 34.8)],
    [[(72.25, 34.72), (72.3, 34.72), (72.3, 34.75), (72.25, 34.75)]],
)
CAMP = shapely.Point(MINGORA)


def test_lines_areas_and_points_come_back_where_they_are(tmp_path: Path) -> None:
    path = write_shapes(tmp_path / "field.gpkg", [RIVER, LEASE, CAMP], "mixed", names=["Swat", "Lease 4", "Camp"])
    (entry,) = look(path)
    assert (entry.kind, entry.layer) == ("shapes", "mixed")
    with closing(ShapeFile(path, "mixed")) as source:
        drawn = source.draw(view_of(*SWAT, 800))
        ((role, line),) = drawn.lines
        assert role == "own"
        expected = shapely.get_coordinates(RIVER)
        assert np.allclose(line, np.column_stack([expected[:, 0], world_y(expected[:, 1])]), atol=1e-9)
        ((_role, rings),) = drawn.areas
        assert [len(ring) for ring in rings] == [5, 5]
        ((_role, x, y),) = drawn.points
        assert (x, y) == pytest.approx(world_box(*MINGORA, *MINGORA)[:2])
        assert [name.text for name in drawn.names] == ["Swat", "Lease 4", "Camp"]
        assert source.box[0] == pytest.approx(72.1) and source.box[2] == pytest.approx(72.5)


@pytest.mark.parametrize("system", ["EPSG:32643", "EPSG:24313"])
def test_other_systems_are_brought_over_by_the_rule(tmp_path: Path, system: str) -> None:
    x, y, _accuracy = crs.from_wgs84(system, *MINGORA)
    path = write_shapes(tmp_path / "p.gpkg", [shapely.Point(x, y), shapely.Point(x + 9000, y)], "p", system)
    with closing(ShapeFile(path, "p")) as source:
        drawn = source.draw(around(*MINGORA, 2000))
        ((_role, east, north),) = drawn.points
        assert (east, north) == pytest.approx(world_box(*MINGORA, *MINGORA)[:2], abs=1e-8)
        assert ("not known" in source.note) == (system == "EPSG:24313")


def test_only_what_is_in_view_is_read_and_thinned_to_it(tmp_path: Path) -> None:
    wave = shapely.LineString([(72 + i / 5000, 34.7 + (i % 2) / 1e4) for i in range(4000)])
    path = write_shapes(tmp_path / "w.gpkg", [wave, shapely.Point(60, 25)], "w")
    with closing(ShapeFile(path, "w")) as source:
        far = source.draw(view_of(*SWAT, 400))
        assert len(far.lines[0][1]) < 10 and not far.points
        near = source.draw(around(72.4, 34.7, 200))
        line = near.lines[0][1]
        assert 5 < len(line) < 50, "what is far outside the view is cut off"
        assert np.ptp(line[:, 1]) > 1e-4
        assert not source.draw(around(10.0, 10.0, 200)).lines


def test_too_many_shapes_are_said_and_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveyapp.geo.ground.vectors.MOST_SHAPES", 50)
    points = [shapely.Point(72.1 + i / 1000, 34.7) for i in range(80)]
    path = write_shapes(tmp_path / "many.gpkg", points, "many")
    with closing(ShapeFile(path, "many")) as source:
        drawn = source.draw(view_of(*SWAT))
        assert len(drawn.points) == 50 and "zoom in" in drawn.note
        assert not source.draw(around(72.1, 34.7, 500)).note


def test_other_formats_and_many_layers(tmp_path: Path) -> None:
    (tmp_path / "r.geojson").write_text(
        json.dumps({"type": "Feature", "properties": {"name": "x"}, "geometry": shapely.geometry.mapping(RIVER)})
    )
    write_shapes(tmp_path / "r.shp", [RIVER], "r")
    write_shapes(tmp_path / "r.fgb", [RIVER], "r")
    for name in ("r.geojson", "r.shp", "r.fgb"):
        (entry,) = look(tmp_path / name)
        with closing(open_ground(entry.to_layer(tmp_path / name))) as source:
            drawn = source.draw(view_of(*SWAT))
            assert isinstance(drawn, Shapes) and len(drawn.lines) == 1, name
    path = write_shapes(tmp_path / "two.gpkg", [RIVER], "rivers")
    write_shapes(path, [LEASE], "leases")
    assert [entry.layer for entry in look(path)] == ["rivers", "leases"]


def test_a_survey_of_ours_can_lie_under_another(tmp_path: Path) -> None:
    path = tmp_path / "dir.gpkg"
    with new_survey(path, "Dir", team="Dir 2", surveyor="Gul", province="PK-KP") as session:
        add_sighting(session, assigned("sighting", {"gem": "ruby", "at": "34.7725N 72.3608E"}))
    entry = next(entry for entry in look(path) if entry.layer == "sighting")
    with closing(open_ground(entry.to_layer(path))) as source:
        drawn = source.draw(around(*MINGORA, 5000))
        assert isinstance(drawn, Shapes) and len(drawn.points) == 1
    tracks = next(entry for entry in look(path) if entry.layer == "track")
    with pytest.raises(BadFile, match="has no shapes yet"):
        open_ground(tracks.to_layer(path))


def test_shapes_without_a_place_on_earth_are_refused(tmp_path: Path) -> None:
    write_shapes(tmp_path / "nocrs.shp", [RIVER], "x")
    (tmp_path / "nocrs.prj").unlink()
    with pytest.raises(BadFile, match=r"nocrs.shp .* which coordinate system"):
        look(tmp_path / "nocrs.shp")
    cases = {
        "k1880.gpkg": ([shapely.Point(2_750_000, 900_000), shapely.Point(2_750_500, 900_100)], "EPSG:24371", "1880"),
    }
    for name, (shapes, system, reason) in cases.items():
        write_shapes(tmp_path / name, shapes, "x", system)
        with pytest.raises(BadFile, match=reason) as caught:
            look(tmp_path / name)
        assert name in str(caught.value) and "\n" not in str(caught.value)
    large = tmp_path / "large.geojson"
    large.touch()
    with large.open("r+b") as file:
        file.write(b"{")
        file.truncate(60_000_000)
    with pytest.raises(BadFile, match="save it as a GeoPackage"):
        look(large)
    empty = tmp_path / "empty.gpkg"
    write_shapes(empty, [RIVER], "x")
    with closing(sqlite3.connect(empty)) as database:
        database.execute("UPDATE gpkg_contents SET data_type='attributes'")
        database.commit()
    with pytest.raises(BadFile, match="without tiles and without shapes"):
        look(empty)


def test_vector_tiles_are_drawn_by_what_they_are_of(tmp_path: Path) -> None:
    path = write_vector_tiles(tmp_path / "roads.mbtiles")
    assert [entry.kind for entry in look(path)] == ["vector-tiles"]
    with closing(VectorTiles(path)) as source:
        drawn = source.draw(view_of(*SWAT, 800))
        assert {role for role, _line in drawn.lines} == {"road", "track"}
        west, south, east, north = world_box(*SWAT)
        x0, y0, x1, y1 = source.box
        assert (x0, y0, x1, y1) == pytest.approx((west, south, east, north), abs=0.01)
        for role, line in drawn.lines:
            share = (line[:, 0] - west) / (east - west)
            rise = (line[:, 1] - south) / (north - south)
            assert np.allclose(rise, share if role == "road" else 1 - share, atol=0.01)
        assert not source.draw(around(60.0, 25.0, 5000)).lines
        assert source.draw(around(*MINGORA, 300)).lines, "beyond the finest zoom the finest tiles serve"


def test_vector_tiles_far_out_and_without_layers(tmp_path: Path) -> None:
    path = write_vector_tiles(tmp_path / "roads.mbtiles")
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE metadata SET value='10' WHERE name='minzoom'")
        database.execute("DELETE FROM tiles WHERE zoom_level < 10")
        database.execute("UPDATE metadata SET value='60,23,78,37' WHERE name='bounds'")
        database.commit()
    with closing(VectorTiles(path)) as source:
        assert source.draw(view_of(60, 23, 78, 37, 1366)).note == "Zoom in to see it."
    bare = write_mbtiles(tmp_path / "bare.mbtiles", {(0, 0, 0): b"\x1f\x8b\x08" + b"\0" * 30}, {"format": "pbf"})
    with pytest.raises(BadFile, match=r"bare.mbtiles"):
        look(bare)


@pytest.mark.parametrize(
    ("layer", "kind", "role"),
    [
        ("water", "", "water"),
        ("waterway", "river", "water"),
        ("water_polygons", "", "water"),
        ("transportation", "motorway", "road"),
        ("transportation", "path", "track"),
        ("transportation", "rail", "rail"),
        ("landcover", "ice", "ice"),
        ("landcover", "wood", "wood"),
        ("landuse", "residential", "land"),
        ("boundary", "", "boundary"),
        ("boundaries", "", "boundary"),
        ("buildings", "", "building"),
        ("our_claims", "", "own"),
    ],
)
def test_layers_of_the_usual_schemas_have_their_roles(layer: str, kind: str, role: str) -> None:
    assert role_of(layer, kind) == role
