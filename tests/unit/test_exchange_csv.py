"""CSV of others: encodings, delimiters, damage; what is taken, what is rejected, what is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.geometry import point_of
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.csvguard import guarded, unguarded
from surveyapp.exchange.importers.csvrecords import csv_records
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import ColumnMapping, guess_mapping, parse_mapping
from surveyapp.exchange.plan import ImportPlan, plan_import
from surveyapp.exchange.registry import read_source

PLAIN = "gem,lon,lat,Remarks\nemerald,72.3608,34.7725,near the stream\nruby,74.61545,36.30703,\n"


def plan_of(folder: Path, text: str | bytes, name: str = "others.csv", **how: str) -> ImportPlan:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return plan_import(read_source(path, **how))


def reasons(plan: ImportPlan) -> dict[int, str]:
    return {rejected.row: rejected.reason for rejected in plan.rejected}


def test_a_plain_file_is_taken(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, PLAIN)
    emerald, ruby = plan.rows
    assert emerald.values["gem"] == "emerald"
    assert point_of(emerald.wkb_hex) == (72.3608, 34.7725)
    assert emerald.values["notes"] == "near the stream"
    assert emerald.values["position_source"] == "imported"
    assert emerald.values["position_text"] == "34.7725, 72.3608"
    assert emerald.values["position_crs"] == "EPSG:4326"
    assert "accuracy_m" not in emerald.values
    assert (emerald.values["presence"], emerald.values["review_status"]) == ("present", "draft")
    assert point_of(ruby.wkb_hex) == (74.61545, 36.30703)
    assert not plan.rejected
    assert not plan.warnings
    assert plan.notes == ("The file does not say its datum; its degrees were taken as WGS 84.",)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", "read as UTF-16"),
        ("utf-16-be", "read as UTF-16"),
        ("utf-32", ""),
        ("cp1256", "read as Windows-1256 (Arabic, Urdu)"),
    ],
)
def test_urdu_in_any_encoding(tmp_path: Path, encoding: str, said: str) -> None:
    words = "وادی سوات میں زمرد کی کان"
    if encoding == "cp1256":
        words = words.replace("ی", "ي")  # which that encoding cannot write
    data = f"gem,locality,lon,lat\nemerald,{words},72.36,34.77\n".encode(encoding)
    plan = plan_of(tmp_path, data)
    assert plan.rows[0].values["locality"] == words
    assert said in " ".join(plan.notes)
    assert ("not UTF-8" in " ".join(plan.notes)) == (encoding == "cp1256")


def test_western_windows_text(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "gem;Ort;lon;lat\nRubin;Höhle am Fluß;74,61;36,30\n".encode("cp1252"))
    assert "Windows-1252" in plan.notes[0]
    assert plan.rows[0].values["notes"] == "Ort: Höhle am Fluß"
    assert point_of(plan.rows[0].wkb_hex) == (74.61, 36.30)


def test_a_named_encoding_is_believed(tmp_path: Path) -> None:
    data = "gem,locality,lon,lat\nruby,Ağrı,74.6,36.3\n".encode("cp1254")
    assert plan_of(tmp_path, data, encoding="cp1254").rows[0].values["locality"] == "Ağrı"
    with pytest.raises(BadInput, match="no encoding 'klingon'"):
        plan_of(tmp_path, data, encoding="klingon")
    with pytest.raises(BadFile, match="name another encoding"):
        plan_of(tmp_path, b"\xff\xfeg\x00e", encoding="utf-16-be")


def test_one_bad_byte_costs_one_row(tmp_path: Path) -> None:
    rows = "".join(f"emerald,وادی {n},72.3{n},34.7\n" for n in range(9))
    data = ("gem,locality,lon,lat\n" + rows).encode() + b"ruby,Hunza \xff,74.6,36.3\n"
    plan = plan_of(tmp_path, data)
    assert len(plan.rows) == 9
    assert "bytes that are not UTF-8" in reasons(plan)[11]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    text = f"gem|locality|lon|lat\nruby|{'x, y; z' if delimiter == '|' else 'Hunza'}|74.6|36.3\n"
    plan = plan_of(tmp_path, text.replace("|", delimiter))
    assert plan.rows[0].values["gem"] == "ruby"
    assert point_of(plan.rows[0].wkb_hex) == (74.6, 36.3)


def test_excel_says_its_delimiter(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "sep=;\ngem;lon;lat\nruby;74,6;36,3\n")
    assert point_of(plan.rows[0].wkb_hex) == (74.6, 36.3)
    assert plan.rows[0].row == 3


def test_decimal_commas_and_thousands_are_told_apart(tmp_path: Path) -> None:
    comma = plan_of(tmp_path, "gem;lon;lat;elevation_m\nruby;74,615;36,307;2,125\n", "a.csv")
    assert "decimal commas" in " ".join(comma.notes)
    assert comma.rows[0].values["elevation_m"] == 2.125
    point = plan_of(tmp_path, 'gem,lon,lat,elevation_m\nruby,74.615,36.307,"2,125"\n', "b.csv")
    assert point.rows[0].values["elevation_m"] == 2125


def test_urdu_digits(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "gem,lon,lat,accuracy\nزمرد,۷۲٫۳۶۰۸,۳۴٫۷۷۲۵,۵\n")
    assert point_of(plan.rows[0].wkb_hex) == (72.3608, 34.7725)
    assert plan.rows[0].values["accuracy_m"] == 5
    assert plan.rows[0].values["gem"] == "emerald"


def test_every_row_is_taken_or_rejected_with_a_reason(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        "gem,lon,lat,elevation\n"
        "emerald,72.36,34.77,1200\n"  # 2: good
        "ruby,74.6,\n"  # 3: ragged
        "ruby,74.6,36.3,5,extra\n"  # 4: ragged
        ",72.36,34.77,1200\n"  # 5: no gem
        "ruby,,,\n"  # 6: no position
        "ruby,east,north,\n"  # 7: unreadable position
        "ruby,74.6,136.3,\n"  # 8: nowhere
        "ruby,0,0,\n"  # 9: what devices write for none
        "ruby,36.3,74.6,\n"  # 10: swapped
        "<script>,74.6,36.3,\n"  # 11: no gem's name
        ",,,\n"  # 12: empty, which is no row
        "\n"
        "topaz,72.1,34.3,high up\n",  # 14: soft field
    )
    assert [row.row for row in plan.rows] == [2, 14]
    found = reasons(plan)
    assert set(found) == {3, 4, 5, 6, 7, 8, 9, 10, 11}
    assert "3 cells where the first line names 4" in found[3]
    assert "5 cells" in found[4]
    assert found[5] == "It names no gem."
    assert found[6] == "It has no position: lon and lat are empty."
    assert "east" in found[7]
    assert "nowhere on Earth" in found[8]
    assert "0, 0" in found[9]
    assert "Swap the columns" in found[10]
    assert "<script>" in found[11]
    assert all(re.fullmatch(r"[A-Z“].*[.?]", reason, re.DOTALL) for reason in found.values()), found
    assert plan.rejected[0].values == {"gem": "ruby", "lon": "74.6", "lat": ""}
    assert plan.rejected[1].values["(more)"] == "extra"
    assert plan.rows[1].values["notes"] == "Elevation (as given): high up"
    assert [(w.row, w.field) for w in plan.warnings] == [(14, "elevation_m")]


def test_a_stray_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        'gem,notes,lon,lat\nemerald,"never closed,72.3,34.7\nruby,"two\nlines, ""quoted""",74.6,36.3\n'
        'ruby,"a"b,74.6,36.3\ntopaz,last,72.1,34.3\n',
    )
    assert [(row.row, row.values["gem"], row.values["notes"]) for row in plan.rows] == [
        (3, "ruby", 'two\nlines, "quoted"'),
        (6, "topaz", "last"),
    ]
    assert set(reasons(plan)) == {2, 5}
    assert plan.rejected[0].values == {"line": 'emerald,"never closed,72.3,34.7'}


def test_a_quotation_mark_open_to_the_end(tmp_path: Path) -> None:
    lines = "".join(f"ruby,n{n},74.6,36.3\n" for n in range(50))
    plan = plan_of(tmp_path, f'gem,notes,lon,lat\nemerald,"open,72.3,34.7\n{lines}')
    assert len(plan.rows) == 50
    assert reasons(plan) == {2: "A quotation mark is opened and never closed."}


def test_nul_bytes_and_long_notes(tmp_path: Path) -> None:
    long = "x" * 300_000
    plan = plan_of(tmp_path, f"gem,notes,lon,lat\nru\x00by,{long},74.6,36.3\n")
    assert plan.rows[0].values["gem"] == "ruby"
    assert plan.rows[0].values["notes"] == long


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\x00", "GeoPackage"),
        (b"1,2,3\n4,5,6\n", "names of columns"),
    ],
)
def test_what_is_no_csv_gets_one_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(data)
    with pytest.raises(BadFile, match=said) as caught:
        read_source(path)
    assert "wrong.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="There is no file"):
        read_source(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(BadFile, match="is a folder"):
        read_source(tmp_path / "folder.csv")


def test_headers_repeated_and_empty(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "gem,lon,lat,note,note,,\nruby,74.6,36.3,a,b,,\n")
    assert plan.rows[0].values["notes"] == "a\nnote (2): b"


@pytest.mark.parametrize(
    ("header", "cells", "position"),
    [
        ("gem,position", 'ruby,"34°46\'21""N 72°21\'39""E"', (72.360833, 34.7725)),
        ("gem,Longitude (DMS),Latitude (DMS)", "ruby,72°21'39\"E,34°46'21\"N", (72.360833, 34.7725)),
        ("gem,mgrs", "ruby,43S BU 58500 51500", None),
        ("gem,wkt", "ruby,POINT (72.36 34.77)", (72.36, 34.77)),
        ("gem,geom", "ruby,SRID=4326;POINT Z (72.36 34.77 900)", (72.36, 34.77)),
        ("gem,_geolocation", "ruby,34.77 72.36 1200.5 4.8", (72.36, 34.77)),
        ("gem,location", "ruby,34.77 72.36 1200.5 4.8", (72.36, 34.77)),
        ("gem,_location_latitude,_location_longitude", "ruby,34.77,72.36", (72.36, 34.77)),
        ("gem,GPSX,GPSY", "ruby,72.36,34.77", (72.36, 34.77)),
        ("gem,X,Y", "ruby,72.36,34.77", (72.36, 34.77)),
    ],
)
def test_positions_in_many_columns(
    tmp_path: Path, header: str, cells: str, position: tuple[float, float] | None
) -> None:
    plan = plan_of(tmp_path, f"{header}\n{cells}\n")
    if "_geolocation" in header:
        source = read_source(tmp_path / "others.csv")
        plan = plan_import(source, _mapping(source, "_geolocation=position"))
    assert not plan.rejected, plan.rejected
    found = point_of(plan.rows[0].wkb_hex)
    assert found is not None
    if position is not None:
        assert found == pytest.approx(position, abs=1e-6)
    else:
        assert 72 < found[0] < 73
        assert 34 < found[1] < 35


def _mapping(source: SourceTable, *assignments: str) -> ColumnMapping:
    return guess_mapping(source.columns, source.target).changed(
        parse_mapping(assignments, source, source.target)
    )


def test_grids_need_a_system(tmp_path: Path) -> None:
    text = "gem,easting,northing,zone\nruby,258000,3850000,43\nruby,258000,3850000,42\n"
    with pytest.raises(BadInput, match="does not say its coordinate system"):
        plan_of(tmp_path, text)
    plan = plan_of(tmp_path, text, crs="EPSG:32643")
    longitude, latitude = point_of(plan.rows[0].wkb_hex) or (0, 0)
    assert (round(longitude, 2), round(latitude, 2)) == (72.36, 34.76)
    assert plan.rows[0].values["position_text"] == "258000, 3850000"
    assert plan.rows[0].values["position_crs"] == "EPSG:32643"
    assert "says zone 42" in reasons(plan)[3]
    assert "exact" in plan.notes[-1] or "exact" in " ".join(plan.notes)


def test_metres_in_x_and_y_are_a_grid(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "gem,x,y\nruby,258000,3850000\n", crs="32643")
    assert plan.mapping.fields == {"gem": "gem", "x": "easting", "y": "northing"}
    assert plan.rows[0].values["position_crs"] == "EPSG:32643"


def test_a_system_of_each_row(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "gem,easting,northing,epsg\nruby,258000,3850000,32643\nruby,258000,3850000,\n")
    assert plan.rows[0].values["position_crs"] == "EPSG:32643"
    assert "without a coordinate system" in reasons(plan)[3]


def test_a_datum_without_a_known_shift_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Kalianpur 1880"):
        plan_of(tmp_path, "gem,lon,lat\nruby,74.6,36.3\n", crs="EPSG:4243")
    plan = plan_of(tmp_path, "gem,lon,lat\nruby,74.45,34.9\n", crs="EPSG:4145")
    longitude, latitude = point_of(plan.rows[0].wkb_hex) or (0, 0)
    assert 0.0005 < abs(longitude - 74.45) + abs(latitude - 34.9) < 0.003
    assert "unknown accuracy" in " ".join(plan.notes)


def test_coordinates_that_disagree_with_the_geometry(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "gem,longitude,latitude,geometry\nruby,74.6,36.3,POINT (74.7 36.3)\n")
    assert "two different places" in reasons(plan)[2]


def test_times_of_notebooks(tmp_path: Path) -> None:
    text = (
        "gem,lon,lat,Date,Time\n"
        "ruby,74.6,36.3,25/12/2025,09:30\n"
        "ruby,74.6,36.4,03/04/2025,2:15 PM\n"
        "ruby,74.6,36.5,someday,\n"
    )
    path = tmp_path / "times.csv"
    path.write_text(text)
    source = read_source(path)
    taken = [row.values.get("observed_at") for row in plan_import(source, utc_offset="+05:00").rows]
    assert taken == ["2025-12-25T04:30:00.000Z", "2025-04-03T09:15:00.000Z", None]
    plain = plan_import(source)
    assert plain.rows[0].values["observed_at"] == "2025-12-25T09:30:00.000Z"
    assert "2 times say no zone and were taken as UTC" in " ".join(plain.notes)
    assert "someday" in str(plain.rows[2].values["notes"])
    with pytest.raises(BadInput, match="no offset"):
        plan_import(source, utc_offset="five")


def test_a_date_that_can_mean_two_days_is_not_guessed(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "gem,lon,lat,date\nruby,74.6,36.3,03/04/2025\n")
    assert "observed_at" not in plan.rows[0].values
    assert "03/04/2025" in str(plan.rows[0].values["notes"])
    assert plan.warnings[0].field == "observed_at"


def test_values_of_others_find_their_codes(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        "stone,lon,lat,found,lithology,elev (m),confidence,elev_ft\n"
        "Zamurrud,72.36,34.77,no,talc-carbonate schist,1200 m,sure,4000\n",
    )
    values = plan.rows[0].values
    assert values["gem"] == "emerald"
    assert values["presence"] == "absent"
    assert values["elevation_m"] == 1200
    assert "host_rock" not in values
    assert values["host_rock_text"] == "talc-carbonate schist"
    assert values["notes"] == "Confidence (as given): sure\nelev_ft: 4000"
    assert {warning.field for warning in plan.warnings} == {"host_rock", "confidence"}


def test_a_source_without_a_gem_says_so(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("name,lon,lat\nTop camp,72.36,34.77\n")
    source = read_source(path)
    plan = plan_import(source)
    assert "gem" not in plan.rows[0].values
    assert "presence" not in plan.rows[0].values
    assert "No column says which gem" in " ".join(plan.notes)
    told = plan_import(source, _mapping(source, "'topaz'=gem"))
    assert told.rows[0].values["gem"] == "topaz"
    assert told.rows[0].values["presence"] == "present"
    assert not any("gem" in note for note in told.notes)


def test_tables_without_places(tmp_path: Path) -> None:
    sighting = "7d3c1f0a-9f0f-4ee1-9f3e-5b4f8f3f0a11"
    text = (
        "sighting_uuid,sample_id,sample_type,weight_g,shelf\n"
        f"{{{sighting.upper()}}},SW-1,crystal,2.5,B7\n"
        f"{sighting},,crystal,2.5,B7\n"
        "not-a-uuid,SW-3,crystal,2.5,B7\n"
    )
    plan = plan_of(tmp_path, text)
    assert plan.layer == "sample"
    assert plan.rows[0].values["sighting_uuid"] == sighting
    assert plan.rows[0].values["description"] == "shelf: B7"
    assert reasons(plan)[3] == "Sample ID is missing."


def test_photos_are_not_imported_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "photo.csv"
    path.write_text("file_name,caption\na.jpg,x\n")
    with pytest.raises(BadInput, match="attached"):
        plan_import(read_source(path), layer="photo")
    # Not even by its name: the rest of a file goes on.
    assert reasons(plan_import(read_source(path))) == {2: "It has no position."}


@given(st.text())
def test_the_guard_comes_off_as_it_went_on(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not re.match(r"\s*[=+\-@＝＋－＠\t\r\n]", guarded(text))


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=4), max_size=6)
)
def test_records_come_back_from_any_cells(rows: list[list[str]]) -> None:
    import csv
    import io

    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    out.seek(0)
    assert [list(record.cells) for record in csv_records(out, ",")] == rows


@given(st.text(alphabet='a",;\n\r'))
def test_no_line_is_lost_whatever_the_quotation_marks(text: str) -> None:
    """Cells and rejected lines together hold every letter."""
    lines = text.splitlines(keepends=True)
    records = list(csv_records(lines, ","))
    kept = sum(cell.count("a") for record in records for cell in (*record.cells, record.raw))
    assert kept == text.count("a")
    assert [record.line for record in records] == sorted({record.line for record in records})
