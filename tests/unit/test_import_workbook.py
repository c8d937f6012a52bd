"""Excel workbooks: several sheets, headers of two rows, dates, formulas, and files that are not as they should be."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.importers import workbook
from surveyapp.exchange.importers.sheetxml import Merged, header_of
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.plan import plan_import
from surveyapp.exchange.registry import read_all, read_source


def book(path: Path, *sheets: tuple[str, list[list[Any]], list[str]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows, merged in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for block in merged:
            sheet.merge_cells(block)
    made.save(path)
    made.close()
    return path


def with_results(path: Path, results: dict[str, str]) -> Path:
    """The workbook with stored results of its formulas, as Excel writes them and openpyxl does not."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = "xl/worksheets/sheet1.xml"
    for formula, result in results.items():
        there = f"<f>{formula}</f><v></v>".encode(), f"<f>{formula}</f><v />".encode(), f"<f>{formula}</f><v/>".encode()
        for empty in there:
            parts[name] = parts[name].replace(empty, f"<f>{formula}</f><v>{result}</v>".encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for part, data in parts.items():
            packed.writestr(part, data)
    return path


NINE_THIRTY = dt.datetime(2026, 5, 1, 9, 30)  # noqa: DTZ001 (a sheet knows no zones)
MIDNIGHT = dt.datetime(2026, 5, 2)  # noqa: DTZ001
FINDS = [
    ["Swat survey 2026"],
    ["Gem", "Location", None, None, "When", "Size (cm)", "Gem"],
    [None, "Lat", "Lon", "Elev (ft)", None, None, None],
    ["emerald", 34.77, 72.36, 4000, NINE_THIRTY, 1.2, "again"],
    [None, None, None, None, None, None, None],
    ["topaz", 34.36, 72.08, None, MIDNIGHT, 3, None],
]
MERGED = ["A1:G1", "B2:D2", "A2:A3", "E2:E3", "F2:F3", "G2:G3"]


@pytest.fixture
def finds(tmp_path: Path) -> SourceTable:
    return read_source(book(tmp_path / "finds.xlsx", ("Finds", FINDS, MERGED)))


def test_a_title_and_a_header_of_two_rows(finds: SourceTable) -> None:
    assert finds.column_names == (
        "Gem", "Location/Lat", "Location/Lon", "Location/Elev (ft)", "When", "Size (cm)", "Gem (2)",
    )  # fmt: skip
    assert "stand in row 2" in finds.notes[0]
    assert [row.number for row in finds.rows] == [4, 6], "numbers as Excel shows them"


def test_dates_units_and_places_come_over(finds: SourceTable) -> None:
    plan = plan_import(finds, utc_offset="+05:00")
    first, second = (row.values for row in plan.rows)
    assert (first["gem"], first["elevation_m"], first["largest_mm"]) == ("emerald", 1219.2, 12)
    assert first["observed_at"] == "2026-05-01T04:30:00.000Z"
    assert str(second["observed_at"]).startswith("2026-05-02T"), "a day without an hour is a day"
    assert plan.rejected == []


def test_every_visible_sheet_with_a_header_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    book(path, ("One", [["gem", "lat", "lon"], ["ruby", 36.3, 74.6]], []),
         ("Notes", [["only text"], ["more"]], []), ("Two", [["gem", "lat", "lon"], ["topaz", 34.3, 72.0]], []))
    made = openpyxl.load_workbook(path)
    hidden = made.create_sheet("Lists")
    hidden.append(["a", "b"])
    hidden.sheet_state = "hidden"
    made.save(path)
    tables = read_all(path)
    assert [table.layer for table in tables] == ["One", "Two"]
    assert tables[0].notes[0] == "The hidden sheet Lists is not read."
    with pytest.raises(BadInput, match="has no layer 'Three'; it has One, Two"):
        read_source(path, layer="Three")


def test_a_formula_comes_with_its_stored_result_or_its_row_is_rejected(tmp_path: Path) -> None:
    rows = [["gem", "lat", "lon", "stones"], ["ruby", 36.3, 74.6, "=2+1"], ["topaz", 34.3, 72.0, 4]]
    path = book(tmp_path / "formulas.xlsx", ("Finds", rows, []))
    plan = plan_import(read_source(path))
    assert [(r.row, "cell D2 has no stored result" in r.reason) for r in plan.rejected] == [(2, True)]
    stored = plan_import(read_source(with_results(path, {"2+1": "3"})))
    assert [row.values["stone_count"] for row in stored.rows] == [3, 4]


def test_cells_beyond_the_header_cost_their_row(tmp_path: Path) -> None:
    path = book(tmp_path / "w.xlsx", ("S", [["gem", "lat", "lon"], ["ruby", 36.3, 74.6, "stray"]], []))
    assert [r.reason for r in plan_import(read_source(path)).rejected] == [
        "It has cells where the header names no column."
    ]


def test_times_and_numbers_as_a_person_would_write_them(tmp_path: Path) -> None:
    rows = [["a", "b"], [dt.time(9, 30), 3.0], [dt.timedelta(hours=26, minutes=5), True], [dt.date(2026, 5, 1), " x "]]
    cells = [tuple(row.values.values()) for row in read_source(book(tmp_path / "w.xlsx", ("S", rows, []))).rows]
    assert cells == [("09:30", 3), ("26:05", "true"), ("2026-05-01", "x")]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 no zip", "is damaged or no Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    ],
)
def test_what_is_no_workbook_is_refused_in_one_sentence(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(data)
    with pytest.raises(BadFile, match=told) as refused:
        read_source(path)
    assert "\n" not in str(refused.value)


def test_other_zips_cut_workbooks_and_ones_too_large_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("word/document.xml", "<a/>")
    with pytest.raises(BadFile, match="zipped file but no Excel workbook"):
        read_source(other)
    whole = book(tmp_path / "whole.xlsx", ("S", [["gem", "lat"], ["ruby", 1]], []))
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(BadFile, match="is damaged"):
        read_source(cut)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as packed, zipfile.ZipFile(broken, "w") as out:
        for name in packed.namelist():
            out.writestr(name, packed.read(name)[: 400 if name.endswith("sheet1.xml") else None])
    with pytest.raises(BadFile, match="is damaged"):
        list(read_source(broken).rows)
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1000)
    with pytest.raises(BadFile, match="too much for one import"):
        read_source(whole)
    monkeypatch.undo()
    blank = book(tmp_path / "blank.xlsx", ("S", [["one"]], []))
    with pytest.raises(BadFile, match="no sheet with a header"):
        read_source(blank)


@settings(max_examples=40)
@given(st.binary(max_size=300), st.integers(0, 2**16))
def test_damaged_workbooks_never_end_in_anything_but_a_sentence(noise: bytes, at: int) -> None:
    out = io.BytesIO(_WHOLE)
    out.seek(at % len(_WHOLE))
    out.write(noise)
    _TARGET.write_bytes(out.getvalue())
    sentence = ""
    try:
        told = [bool(row.values or row.trouble) for row in read_source(_TARGET).rows]
    except BadFile as error:
        told, sentence = [], str(error)
    assert all(told)
    assert "\n" not in sentence


@pytest.fixture(scope="module", autouse=True)
def _a_whole_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    global _WHOLE, _TARGET  # noqa: PLW0603 (hypothesis' examples share them)
    folder = tmp_path_factory.mktemp("book")
    _WHOLE = book(folder / "w.xlsx", ("S", [["gem", "lat", "lon"], ["ruby", 36.3, 74.6]], [])).read_bytes()
    _TARGET = folder / "damaged.xlsx"


_WHOLE: bytes
_TARGET: Path


def test_a_list_of_rejected_rows_is_read_without_what_it_added(tmp_path: Path) -> None:
    path = book(tmp_path / "w.xlsx", (
        "S", [["gem", "lat", "lon", "rejected_row", "rejected_reason"], ["ruby", 36.3, 74.6, 3, "It was wrong."]], []
    ))
    table = read_source(path)
    assert table.column_names == ("gem", "lat", "lon")
    assert "wrong" not in str(plan_import(table).rows[0].values)


def test_headers_without_merged_cells_have_one_row() -> None:
    rows = [["gem", "lat", None, "lon"], ["ruby", "a", "b", "c"]]
    header = header_of(rows, [])
    assert header is not None
    assert (header.row, header.last_row, header.names) == (1, 1, ("gem", "lat", "lon"))
    assert header_of([[1, 2], [3, 4]], []) is None
    titled = header_of([["Place", None], ["x", "y"], [1, 2]], [Merged(1, 0, 1, 1)])
    assert titled is not None
    assert (titled.row, titled.names) == (2, ("x", "y")), "a title over all columns is no header"
