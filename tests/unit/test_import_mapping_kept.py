"""Units that are asked for, mappings that are remembered, and the list of rows that were not taken."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.fields import SIGHTING
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange import remembered
from surveyapp.exchange.importers.source import SourceColumn, SourceTable
from surveyapp.exchange.mapping import ColumnMapping, guess_mapping
from surveyapp.exchange.plan import Rejected, plan_import
from surveyapp.exchange.registry import read_source
from surveyapp.exchange.rejects import RejectedRows, check_place, rejects_text, write_beside
from surveyapp.exchange.remembered import SavedMapping
from surveyapp.exchange.units import UNITS, cell_in_unit, check_units, questions


def table(tmp_path: Path, text: str, name: str = "source.csv") -> SourceTable:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_source(path)


def unit_of(column: str, field: str, sample: str = "5") -> str | None:
    source = SourceTable(Path("s.csv"), "csv", "s", ("s",), (SourceColumn(column, (sample,)),), ())
    (question,) = questions(source, {column: field}, {}, SIGHTING)
    return question.unit if question.said or question.unit is None else f"{question.unit}?"


# --- units -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "field", "unit"),
    [
        ("Altitude (ft)", "elevation_m", "ft"),
        ("elev_ft", "elevation_m", "ft"),
        ("Elevation [m]", "elevation_m", "m"),
        ("Altitude", "elevation_m", "m?"),
        ("elevation_m", "elevation_m", "m"),
        ("Largest (in)", "largest_mm", "in"),
        ("Stone size cm", "largest_mm", "cm"),
        ("Largest stone", "largest_mm", None),
        ("Largest stone (mm)", "largest_mm", "mm"),
        ("Weight in g", "total_carats", "g"),
        ("Carats found", "total_carats", "ct"),
        ("Weight", "total_carats", None),
        ("Weight (tola)", "total_carats", None),
        ("Tons washed", "processed_t", None),
        ("Tonnes washed", "processed_t", "t"),
        ("Washed (cft)", "processed_m3", "ft3"),
        ("total_cara", "total_carats", "ct"),
    ],
)
def test_a_unit_is_read_from_the_name_or_asked_for(column: str, field: str, unit: str | None) -> None:
    assert unit_of(column, field) == unit


def test_cells_may_say_their_unit_themselves() -> None:
    assert unit_of("Weight", "total_carats", "2.5 g") == "ct?"
    assert cell_in_unit("12.5 ft", "length") == ("12.5", UNITS["ft"])
    assert cell_in_unit("۱۲ kg", "mass") == ("۱۲", UNITS["kg"])
    assert cell_in_unit("12.5 ft", "mass") is None
    assert cell_in_unit("12 oz", "mass") is None, "which ounce?"
    assert cell_in_unit("12", "length") is None


def test_numbers_are_converted_and_it_is_said(tmp_path: Path) -> None:
    text = (
        "gem,lat,lon,Altitude (ft),Weight,Largest (inch)\n"
        'ruby,36.3,74.6,"7,000",2.5 g,0.5\nruby,36.4,74.6,2000 m,1 ct,x\n'
    )
    source = table(tmp_path, text)
    mapping = guess_mapping(source.columns, "sighting").changed(
        ColumnMapping({"Weight": "total_carats", "Largest (inch)": "largest_mm"})
    )
    plan = plan_import(source, mapping)
    first, second = (row.values for row in plan.rows)
    assert (first["elevation_m"], first["total_carats"], first["largest_mm"]) == (2133.6, 12.5, 12.7)
    assert (second["elevation_m"], second["total_carats"]) == (2000, 1), "the cell's own unit holds"
    assert "Altitude (ft): feet are converted to metres (× 0.3048)." in plan.notes
    assert "x" in str(second["notes"]), "what is no number is kept"


def test_a_weight_without_a_unit_is_not_taken_before_it_is_said(tmp_path: Path) -> None:
    source = table(tmp_path, "gem,lat,lon,Weight\nruby,36.3,74.6,12.5\n")
    mapping = guess_mapping(source.columns, "sighting").changed(ColumnMapping({"Weight": "total_carats"}))
    with pytest.raises(BadInput, match="does not say its unit for Total recovered; give it as --unit Weight=ct"):
        plan_import(source, mapping)
    told = mapping.changed(ColumnMapping({}, units=check_units({"Weight": "ratti"})))
    assert plan_import(source, told).rows[0].values["total_carats"] == pytest.approx(12.5 * 0.60749, rel=1e-4)
    with pytest.raises(BadInput, match="which Total recovered"):
        plan_import(source, mapping.changed(ColumnMapping({}, units={"Weight": "ft"})))
    with pytest.raises(BadInput, match="There is no unit 'stone'; there are m, mm"):
        check_units({"Weight": "stone"})
    assert check_units({"a": "Carats", "b": "FT"}) == {"a": "ct", "b": "ft"}


def test_factors_are_those_of_the_standards() -> None:
    assert UNITS["ct"].size == 0.2
    assert UNITS["lb"].size == 453.59237
    assert UNITS["tola"].size == pytest.approx(11.6638038)
    assert UNITS["ratti"].size * 96 == pytest.approx(UNITS["tola"].size)
    assert UNITS["in"].size * 12 == pytest.approx(UNITS["ft"].size) == 0.3048


# --- remembered mappings -----------------------------------------------------------------------------


SAVED = SavedMapping(
    "sighting", ColumnMapping({"Stone": "gem", "Wt": "total_carats", "Lat": "latitude", "Lon": "longitude"},
                              {"observer": "Gul"}, {"Wt": "g"}), "EPSG:32643", "+05:00",
)  # fmt: skip


def test_a_mapping_is_known_by_its_columns_in_any_order_and_case(tmp_path: Path) -> None:
    kept = remembered.remembered({}, SAVED, date(2026, 5, 3))
    source = table(tmp_path, "LON,lat,Stone,wt\n74.6,36.3,ruby,5\n")
    found = remembered.recalled(kept, source)
    assert found is not None
    assert (found.used, found.crs, found.utc_offset) == ("2026-05-03", "EPSG:32643", "+05:00")
    fitted = remembered.fitted(found, source, guess_mapping(source.columns, "sighting"), SIGHTING)
    assert fitted.fields == {"LON": "longitude", "lat": "latitude", "Stone": "gem", "wt": "total_carats"}
    assert (fitted.units, fitted.constants) == ({"wt": "g"}, {"observer": "Gul"})
    assert remembered.recalled(kept, table(tmp_path, "Lon,Lat,Stone\n74.6,36.3,ruby\n", "other.csv")) is None
    assert remembered.forgotten(kept, source.column_names) == {}


def test_what_is_remembered_is_bounded_and_forgives(tmp_path: Path) -> None:
    kept: dict[str, str] = {"broken": "{", "odd": "[]"}
    for number in range(remembered.MOST + 5):
        one = SavedMapping("sighting", ColumnMapping({f"c{number}": None}))
        kept = remembered.remembered(kept, one, date(2026, 1, 1))
    assert len(kept) == remembered.MOST
    assert "broken" not in kept
    source = table(tmp_path, "a,b\n1,2\n")
    assert remembered.recalled({remembered.signature_of(["a", "b"]): "{"}, source) is None


def test_a_mapping_goes_into_a_file_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    remembered.write_mappings(path, [SAVED])
    assert remembered.read_mappings(path) == [SAVED]
    source = table(tmp_path, "Stone,Wt,Lat,Lon,Extra\nruby,5,36.3,74.6,x\n")
    assert remembered.best([SAVED], source) == SAVED, "one more column does not matter"
    assert remembered.best([SAVED], table(tmp_path, "a,b,c\n1,2,3\n", "o.csv")) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "is no mapping"),
        ('{"format": "surveyapp-mapping", "version": 9, "mappings": []}', "newer SurveyApp"),
        ('{"format": "surveyapp-mapping", "version": 1, "mappings": [{"layer": "tree"}]}', "names no layer"),
        ('{"format": "surveyapp-mapping", "version": 1, "mappings": [{"layer": "sighting", "columns": {"a": 1}}]}',
         "lead to no field"),
        ('{"format": "surveyapp-mapping", "version": 1, "mappings": [{"layer": "sighting", "units": {"a": "x"}}]}',
         "not known"),
        ('{"format": "surveyapp-mapping", "version": 1, "mappings": [{"layer": "sighting", "utc_offset": "five"}]}',
         "no offset"),
    ],
)  # fmt: skip
def test_files_that_are_no_mapping(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "map.json"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=told):
        remembered.read_mappings(path)
    with pytest.raises(BadFile, match="cannot be read"):
        remembered.read_mappings(tmp_path / "none.json")


# --- the list of rejected rows -----------------------------------------------------------------------


def test_the_list_has_the_rows_the_reasons_and_no_formulas(tmp_path: Path) -> None:
    source = table(tmp_path, 'gem,lat,lon,remark\nruby,136.3,74.6,=1+1\nruby,36.3,74.6,good\n,36.3,74.6,"a\nb"\n')
    rejected = plan_import(source).rejected
    text = rejects_text([RejectedRows(source, rejected)])
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    assert list(rows[0]) == ["gem", "lat", "lon", "remark", "rejected_row", "rejected_reason"]
    assert [row["rejected_row"] for row in rows] == ["2", "4"]
    assert rows[0]["remark"] == "'=1+1"
    assert "nowhere on Earth" in rows[0]["rejected_reason"]
    assert rows[1]["remark"] == "a\nb"


def test_a_mended_list_comes_in_without_what_it_added(tmp_path: Path) -> None:
    source = table(tmp_path, "gem,lat,lon,remark\nruby,136.3,74.6,=1+1\n")
    path = write_beside(tmp_path, source.path, [RejectedRows(source, plan_import(source).rejected)])
    assert path.name == "source.csv.rejected.csv"
    mended = read_source(path)
    path.write_text(path.read_text("utf-8-sig").replace("136.3", "36.3"), "utf-8-sig")
    (row,) = plan_import(mended).rows
    assert row.values["notes"] == "=1+1"


def test_a_list_that_somebody_may_be_mending_is_not_overwritten(tmp_path: Path) -> None:
    source = table(tmp_path, "gem,lat,lon\nruby,136.3,74.6\n")
    one = [RejectedRows(source, [Rejected(2, "It is wrong.", {"gem": "ruby"})])]
    first = write_beside(tmp_path, source.path, one)
    assert write_beside(tmp_path, source.path, one) == first, "the same list is left as it is"
    other = [RejectedRows(source, [Rejected(2, "It is otherwise wrong.", {"gem": "ruby"})])]
    assert write_beside(tmp_path, source.path, other).name == "source.csv.rejected-2.csv"
    assert "otherwise" not in first.read_text("utf-8-sig")
    with pytest.raises(BadInput, match=r"should end in \.csv"):
        check_place(tmp_path / "list.txt", [])
    with pytest.raises(BadInput, match="is read by this import"):
        check_place(source.path, [source.path])


def test_the_geometry_of_a_rejected_row_is_kept_as_text(tmp_path: Path) -> None:
    features = [{"type": "Feature", "properties": {"gem": "ruby"},
                 "geometry": {"type": "MultiPoint", "coordinates": [[74.6, 36.3], [74.7, 36.3]]}}]
    source = table(tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson")
    text = rejects_text([RejectedRows(source, plan_import(source).rejected)])
    assert "MULTIPOINT" in text
    assert text.splitlines()[0] == "gem,geometry,rejected_row,rejected_reason"


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=5), st.text(max_size=20))
def test_any_row_can_be_listed(values: dict[str, str], reason: str) -> None:
    source = SourceTable(Path("s.csv"), "csv", "s", ("s",), tuple(map(SourceColumn, values)), ())
    text = rejects_text([RejectedRows(source, [Rejected(7, reason, dict(values))])])
    header, row = csv.reader(io.StringIO(text, newline=""))
    assert len(header) == len(row) == len(values) + 2
    assert not any(cell[:1] in "=+-@\t\r" for cell in (*header, *row) if cell)
