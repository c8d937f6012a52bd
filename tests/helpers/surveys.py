"""Small survey files for tests, and what they say, in a form that can be compared."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from surveyapp.domain.changes import Change, ChangeSet, delete, insert, update
from surveyapp.domain.fields import LAYERS, Layer
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.storage.geometry import register_functions
from surveyapp.storage.gpkg import SurveyFile

SURVEY = {"name": "Swat", "team": "Alpha", "lead": "Gul Khan", "province": "PK-KP"}


@cache
def _template() -> bytes:
    """An empty survey. Made once: laying out the tables takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.gpkg"
        SurveyFile.create(path, SURVEY).close()
        return path.read_bytes()


def empty_survey(path: Path) -> Path:
    path.write_bytes(_template())
    return path


def sighting(number: int, **values: Value) -> Change:
    """An insert whose uuid follows from the number."""
    given: dict[str, Value] = {
        "gem": "ruby", "notes": f"note {number}", "geom": point_hex(72 + number / 100, 34), "presence": "present",
    }
    return insert("sighting", given | values, uuid=uuid_of(number))


def uuid_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def survey_with(path: Path, changes: Iterable[Change] = ()) -> Path:
    empty_survey(path)
    apply(path, *changes)
    return path


def apply(path: Path, *changes: Change, author: str = "Gul Khan") -> None:
    if changes:
        with SurveyFile.open(path) as file:
            file.apply(ChangeSet(tuple(changes), "test"), author=author, device="test", initiator="form")


def edit(path: Path, number: int, author: str = "Gul Khan", **values: Value) -> None:
    apply(path, update("sighting", uuid_of(number), values), author=author)


def remove(path: Path, number: int, author: str = "Gul Khan") -> None:
    apply(path, delete("sighting", uuid_of(number)), author=author)


def fork(path: Path, name: str) -> Path:
    return Path(shutil.copyfile(path, path.with_name(name)))


def sql(path: Path, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Run SQL as another program would: with the spatial functions that every GeoPackage writer has, no more."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        register_functions(connection)
        return connection.execute(statement, parameters).fetchall()
    finally:
        connection.close()


def knowledge(path: Path) -> dict[str, Any]:
    """Records, revisions and open conflicts of a file, by uuid."""
    with SurveyFile.open(path, read_only=True) as file:
        return {
            "records": {(r.layer, r.uuid): filled(r.values) for layer in LAYERS for r in file.records(layer.name)},
            "revisions": sorted(r.revision for r in file.history()),
            "conflicts": sorted((c.conflict, c.record, c.field, str(c.ancestor), str(c.chosen),
                                 tuple((v.revision, v.value) for v in c.values)) for c in file.conflicts()),
        }


def filled(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def assert_sound(path: Path) -> None:
    """SQLite's checks, the history against the rows, counts, extent and R-tree."""
    with SurveyFile.open(path, read_only=True) as file:
        assert file.integrity() == []
        assert file.unrecorded() == []
    assert not list(path.parent.glob(path.name + "-*")), "something lies beside the file"
    connection = sqlite3.connect(path, isolation_level=None)
    register_functions(connection)

    def ask(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return connection.execute(statement, parameters).fetchall()

    try:
        for layer in LAYERS:
            _assert_layer_sound(layer, ask)
    finally:
        connection.close()


def _assert_layer_sound(layer: Layer, ask: Callable[..., list[tuple[Any, ...]]]) -> None:
    rows = ask(f"SELECT count(*) FROM {layer.name}")[0][0]
    assert ask("SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ?", layer.name) == [(rows,)]
    if not layer.geometry:
        return
    real = ask(f"SELECT min(ST_MinX(geom)), min(ST_MinY(geom)), max(ST_MaxX(geom)), max(ST_MaxY(geom)) "
               f"FROM {layer.name}")
    told = ask("SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?", layer.name)
    assert told == real
    missing = ask(f"SELECT count(*) FROM {layer.name} WHERE geom IS NOT NULL AND fid NOT IN "
                  f"(SELECT id FROM rtree_{layer.name}_geom)")
    extra = ask(f"SELECT count(*) FROM rtree_{layer.name}_geom WHERE id NOT IN "
                f"(SELECT fid FROM {layer.name} WHERE geom IS NOT NULL)")
    assert missing == extra == [(0,)]
