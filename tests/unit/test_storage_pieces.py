"""Columns read in pieces say what columns read at once say, whatever another program wrote into the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain.changes import ChangeSet, insert
from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.geometry import point_hex
from surveyapp.errors import BadInput
from surveyapp.storage import pieces
from surveyapp.storage.geometry import register_functions
from surveyapp.storage.gpkg import SurveyFile

NAMES = ["uuid", "longitude", "latitude", "gem", "notes", "accuracy_m", "satellites", "observed_at", "geom"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SurveyFile]:
    path = tmp_path_factory.mktemp("pieces") / "survey.gpkg"
    with SurveyFile.create(path, {"name": "Pieces"}) as made:
        notes = 'note “زمرد” \x01 "x" \\'
        rows = [{"gem": "ruby", "notes": f"{notes} {n}", "accuracy_m": n / 3, "satellites": n,
                 "observed_at": "2026-11-24T04:17:19.677Z", "geom": point_hex(70 + n / 7, 33 + n / 9)}
                for n in range(9)]
        rows += [{"gem": None, "notes": ""}, {"locality": "last", "geom": point_hex(72, 34)}]
        made.apply(ChangeSet(tuple(insert("sighting", row) for row in rows), "x"), author="a", device="d", initiator="")
        yield made


def _joined(file: SurveyFile, names: list[str], size: int) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {name: [] for name in names}
    for span in file.spans("sighting", size):
        for name, column in file.piece("sighting", names, span).items():
            found[name] += column
    return found


@pytest.mark.parametrize("size", [1, 4, 10, 11, 100])
def test_pieces_make_up_the_whole(file: SurveyFile, size: int) -> None:
    assert _joined(file, NAMES, size) == file.columns("sighting", NAMES)
    assert file.head("sighting", NAMES, size) == {n: c[:size] for n, c in file.columns("sighting", NAMES).items()}


def test_what_is_filled_and_what_there_is_not(file: SurveyFile) -> None:
    assert file.filled("sighting", ["gem", "district", "locality", "hdop"]) == {"gem", "locality"}
    assert file.filled("sighting", []) == set()
    with pytest.raises(BadInput, match="no_such_field"):
        file.piece("sighting", ["gem", "no_such_field"])
    assert file.spans("area", 10) == [pieces.WHOLE]
    assert file.piece("area", ["uuid", "name"]) == {"uuid": [], "name": []}


ODD = st.sampled_from([
    None,
    b"",
    b"nonsense",
    b"GP\x00\x01\xe6\x10\x00\x00" + bytes.fromhex("0101000000") + b"\xff" * 16,
    b"GP\x00\x11\xe6\x10\x00\x00" + bytes.fromhex("0101000000000000000000F87F000000000000F87F"),
    b"GP\x00\x00\x00\x00\x10\xe6" + bytes.fromhex("0000000001") + bytes.fromhex("40520000000000004041000000000000"),
    b"GP\x00\x01\xe6\x10\x00\x00" + bytes.fromhex("01E9030000") + b"\x00" * 24,
    b"GP\x00\x03\xe6\x10\x00\x00" + b"\x00" * 32 + bytes.fromhex("010100000000000000000052400000000000004140"),
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ODD, st.one_of(st.none(), st.floats(), st.integers(-(2**62), 2**62), st.text(), st.binary())),
                max_size=4))
def test_whatever_another_program_wrote_is_read_alike(rows: list[tuple[bytes | None, object]]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        register_functions(connection)
        columns = ", ".join(f"{name}" for name in SIGHTING.names)
        connection.execute(f"CREATE TABLE sighting (fid INTEGER PRIMARY KEY, geom BLOB, uuid TEXT, {columns})")
        plain = bytes.fromhex("47500001E6100000") + bytes.fromhex(point_hex(72, 34))
        for place, (blob, value) in enumerate([(plain, 1.5), *rows]):
            told = value.encode("utf-8", "ignore").decode() if isinstance(value, str) else value
            connection.execute("INSERT INTO sighting (fid, geom, uuid, accuracy_m) VALUES (?, ?, ?, ?)",
                               (place * 1000 - 7, blob, str(place), told))
        names = ["uuid", "longitude", "latitude", "accuracy_m"]
        read = SurveyFile(Path("odd.gpkg"), connection, read_only=True)
        for size in (1, 3, 100):
            assert _joined(read, names, size) == read.columns("sighting", names)
