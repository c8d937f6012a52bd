"""Importing twice adds nothing: the same row is the same record, whatever its file is called or sorted by."""

from __future__ import annotations

import csv
import json
import random
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.exchange.identity import own_uuid, uuid_of_feature
from surveyapp.exchange.plan import ImportPlan, plan_import
from surveyapp.exchange.registry import read_source

OWN = "0b8cd4c1-3f0e-4d52-9f3a-5a3b8f6d9e01"
_ROW = st.fixed_dictionaries(
    {
        "gem": st.sampled_from(["ruby", "emerald", "zamurrud", "", "Bastnäsite"]),
        "lon": st.sampled_from(["72.36", "72.360", "74.6", "x", ""]),
        "lat": st.sampled_from(["34.77", "36.3"]),
        "remark": st.sampled_from(["", "a", "b", "=x", "دو"]),
    }
)


def write(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, ["gem", "lon", "lat", "remark"], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def records(plan: ImportPlan) -> dict[str, dict[str, Any]]:
    assert len({row.uuid for row in plan.rows}) == len(plan.rows)
    return {row.uuid: row.values for row in plan.rows}


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_ROW, max_size=12), seed=st.integers(0, 99))
def test_renamed_resorted_and_reencoded_is_the_same(
    tmp_path: Path, rows: list[dict[str, str]], seed: int
) -> None:
    first = plan_import(read_source(write(tmp_path / "first.csv", rows)))
    shuffled = random.Random(seed).sample(rows, len(rows))
    again = plan_import(read_source(write(tmp_path / "second name.txt", shuffled, "utf-16", ";")))
    assert records(first) == records(again)
    assert len(first.rows) + len(first.rejected) == len(rows)
    assert sorted(r.reason for r in first.rejected) == sorted(r.reason for r in again.rejected)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_ROW, max_size=8), more=st.lists(_ROW, max_size=4))
def test_a_file_that_grew_keeps_its_ids(
    tmp_path: Path, rows: list[dict[str, str]], more: list[dict[str, str]]
) -> None:
    before = records(plan_import(read_source(write(tmp_path / "a.csv", rows))))
    after = records(plan_import(read_source(write(tmp_path / "b.csv", [*rows, *more]))))
    assert before.items() <= after.items()


def test_equal_rows_are_both_kept_and_other_layers_are_apart(tmp_path: Path) -> None:
    row = {"gem": "ruby", "lon": "74.6", "lat": "36.3", "remark": "same"}
    plan = plan_import(read_source(write(tmp_path / "a.csv", [row, row, row])))
    assert len(records(plan)) == 3
    assert all(uuid.UUID(row.uuid).version == 5 for row in plan.rows)


def test_ids_are_what_they_were() -> None:
    """A change of the derivation would add every imported record once more; so it is pinned."""
    from surveyapp.exchange.identity import RowIdentity, derived_uuids
    from surveyapp.exchange.importers.source import SourceRow

    row = SourceRow(7, {"gem": "ruby", "n": 5, "x": 1.0, "none": None}, "0101")
    point = SourceRow(1, {"name": "A"}, "0101", key=("1", "2", "", "A"))
    assert derived_uuids("sighting", [RowIdentity.of(row), RowIdentity.of(row), RowIdentity.of(point)]) == [
        "c49abd92-5d13-566d-ac73-11668f2ca45a",
        "5b64cf91-8ec6-52b4-8bb8-b683486b9429",
        "8be36de3-7cf7-5284-829a-4081f687f7fa",
    ]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (OWN, True),
        (OWN.upper(), True),
        (f"{{{OWN}}}", True),
        (f"uuid:{OWN}", True),
        (OWN.replace("-", ""), True),
        ("12", False),
        ("", False),
        (None, False),
        (f"{OWN} and more", False),
    ],
)
def test_uuids_of_others(text: str | None, known: bool) -> None:
    assert own_uuid(text) == (OWN if known else None)


def test_feature_ids_that_are_unique_in_the_world() -> None:
    assert uuid_of_feature("17") is None
    assert uuid_of_feature("sighting.17") is None
    assert uuid_of_feature(OWN.upper()) == OWN
    url = "https://data.example/gems/17"
    assert uuid_of_feature(url) == str(uuid.uuid5(uuid.NAMESPACE_URL, url))


def feature(identifier: object, **properties: object) -> dict[str, object]:
    point = {"type": "Point", "coordinates": [74.6, 36.3]}
    return {
        "type": "Feature",
        "id": identifier,
        "geometry": point,
        "properties": {"gem": "ruby", **properties},
    }


def geojson(path: Path, *features: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


def test_a_feature_with_a_lasting_id_stays_itself_when_edited(tmp_path: Path) -> None:
    url = "https://data.example/gems/17"
    old = plan_import(
        read_source(geojson(tmp_path / "a.geojson", feature(url, notes="a"), feature(3, notes="a")))
    )
    new = plan_import(
        read_source(geojson(tmp_path / "b.geojson", feature(url, notes="b"), feature(3, notes="b")))
    )
    assert old.rows[0].uuid == new.rows[0].uuid
    assert old.rows[0].own_identity
    assert old.rows[1].uuid != new.rows[1].uuid  # 3 is someone's third feature, not a name


def test_rows_with_the_same_uuid(tmp_path: Path) -> None:
    path = tmp_path / "copied.csv"
    other = "11111111-1111-4111-8111-111111111111"
    path.write_text(
        "uuid,gem,lon,lat\n"
        f"{OWN},ruby,74.6,36.3\n{OWN},emerald,72.3,34.7\n"
        f"{other},ruby,74.6,36.3\n{other},ruby,74.6,36.3\n"
        "nonsense,ruby,74.6,36.3\n"
    )
    plan = plan_import(read_source(path))
    assert [row.uuid for row in plan.rows][:1] == [other]
    assert "nonsense" in str(plan.rows[1].values["notes"])
    assert {r.row: r.reason for r in plan.rejected} == {
        2: "Rows 2, 3 have the same uuid but differ; give each its own, or leave it empty.",
        3: "Rows 2, 3 have the same uuid but differ; give each its own, or leave it empty.",
        5: "It says the same as row 4.",
    }


def test_a_waypoint_is_known_by_place_time_and_name(tmp_path: Path) -> None:
    def plan(name: str, *descriptions: str) -> ImportPlan:
        points = "".join(
            '<wpt lat="36.3" lon="74.6"><time>2026-01-02T03:04:05Z</time><name>7</name>'
            f"<desc>{text}</desc></wpt>"
            for text in descriptions
        )
        path = tmp_path / name
        path.write_text(f'<gpx version="1.1" creator="t">{points}</gpx>')
        return plan_import(read_source(path))

    assert plan("a.gpx", "old").rows[0].uuid == plan("b.gpx", "new").rows[0].uuid
    both, swapped = plan("c.gpx", "old", "new"), plan("d.gpx", "new", "old")
    assert len(records(both)) == 2
    assert records(both) == records(swapped)


def test_parts_of_one_row_have_ids_of_their_own(tmp_path: Path) -> None:
    lines = {"type": "MultiLineString", "coordinates": [[[72, 34], [72.1, 34]], [[73, 34], [73.1, 34]]]}
    path = geojson(
        tmp_path / "t.geojson", {"type": "Feature", "id": OWN, "geometry": lines, "properties": {"name": "x"}}
    )
    first, again = plan_import(read_source(path)), plan_import(read_source(path))
    assert first.rows[0].uuid == OWN
    assert len(records(first)) == 2
    assert records(first) == records(again)
    assert first.layer == "track"
