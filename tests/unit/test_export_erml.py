"""EarthResourceML-Lite: its schema, its words for what is unknown, which way round its coordinates stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import defusedxml.ElementTree
import pytest
import shapely
import xmlschema

from surveyapp.domain import crosswalk
from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.gems import GEMS
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadFile, BadInput, BadPosition
from surveyapp.exchange.exporters.erml_views import FIELDS, FURTHER, MANDATORY, views_of
from surveyapp.exchange.exporters.facts import facts_of
from surveyapp.exchange.exporters.files import Columns
from surveyapp.exchange.plan import plan_import
from surveyapp.exchange.registry import read_source, write_layers

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SCHEMAS = Path(__file__).parent / "schemas"
ERL = "{http://xmlns.earthresourceml.org/earthresourceml-lite/2.0}"
GML = "{http://www.opengis.net/gml/3.2}"

A, B, C, D = (f"0000000{n}-0000-4000-8000-000000000000" for n in range(4))
_PIT = shapely.Polygon([(72.3, 34.7), (72.5, 34.7), (72.5, 34.9), (72.3, 34.9)])


def _hex(shape: shapely.Geometry) -> str:
    return str(shapely.to_wkb(shape, hex=True, byte_order=1))


def _columns(*rows: dict[str, Value]) -> Columns:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: [row.get(name) for row in rows] for name in names}


_FULL_ESTIMATE: dict[str, Value] = {
    "uuid": D, "area_uuid": B, "gem": "emerald", "category": "inferred-mineral-resource", "method": "Bulk samples",
    "estimated_on": "2026-05-01", "estimator": "Zarmina Khan, MAusIMM", "source": "Report 7", "tonnage_t": 1200.0,
    "grade_ct_t": 0.35, "recovery": 0.8, "bottom_screen_mm": 1.5, "low_ct": 200.0, "best_ct": 336.0, "high_ct": 500.0,
    "size_distribution": "90 % below 1 ct", "price_basis": "Valued by the office, not independent",
}


def layers() -> dict[str, Columns]:
    """Two finds, an absence, a worked area, a prospect, and two estimates of the worked one."""
    return {
        "survey": _columns({"uuid": "s", "name": "Swat <1>", "organisation": "GSP & Co"}),
        "sighting": _columns(
            {"uuid": A, "gem": "peridot", "presence": "present", "locality": "Sapat -- upper", "survey_uuid": "s",
             "occurrence_type": "occurrence", "expression": "outcrop", "position_source": "gps", "accuracy_m": 4.5,
             "host_rock": "peridotite", "host_rock_text": "serpentinised dunite", "observed_at":
             "2026-11-24T05:06:07.089Z", "observer": "Gul Meena", GEOMETRY: point_hex(72.4, 34.75)},
            {"uuid": B, "gem": "garnet", "presence": "absent", GEOMETRY: point_hex(72.4, 34.8)},
            {"uuid": C, GEOMETRY: None},
        ),
        "area": _columns(
            {"uuid": B, "name": "Pit 1", "kind": "worked", "mine_status": "care-and-maintenance", "holder": "Someone",
             GEOMETRY: _hex(_PIT)},
            {"uuid": C, "name": "Hope", "kind": "prospect", GEOMETRY: _hex(_PIT)},
            {"uuid": D, "name": "Old", "kind": "worked", GEOMETRY: _hex(_PIT)},
        ),
        "estimate": _columns(_FULL_ESTIMATE, {**_FULL_ESTIMATE, "uuid": A, "price_basis": None}),
    }


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "wfs_min.xsd", allow="local")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("erml") / "out.xml"
    write_layers(path, "erml", layers())
    return path


def _features(path: Path, view: str) -> dict[str, Element]:
    root = defusedxml.ElementTree.parse(path).getroot()
    return {str(e.findtext(f"{ERL}identifier")): e for e in root.iter(f"{ERL}{view}")}


def test_it_is_valid(schema: xmlschema.XMLSchema, written: Path) -> None:
    schema.validate(written)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<erl:commodity>peridot</erl:commodity>", ""),
        ("<erl:status_uri>", "<erl:oops>1</erl:oops><erl:status_uri>"),
        ('nilReason="unknown"', 'nilReason="who knows"'),
        ('gml:id="mo.', 'gml:id="1mo.'),
        ("<erl:source>", "<erl:name>again</erl:name><erl:source>"),
    ],
)
def test_the_schema_can_fail(schema: xmlschema.XMLSchema, written: Path, old: str, new: str) -> None:
    text = written.read_text("utf-8")
    assert old in text
    assert not schema.is_valid(text.replace(old, new, 1))


def test_the_schema_of_the_tests_and_the_table_of_fields_agree() -> None:
    """Order and what is mandatory, from two sources: the restated schema, and what the writer goes by."""
    root = defusedxml.ElementTree.parse(SCHEMAS / "erml_lite.xsd").getroot()
    xs = "{http://www.w3.org/2001/XMLSchema}"
    for view in root.findall(f"{xs}element"):
        inner = [e for e in view.iter(f"{xs}element") if e is not view]
        names = tuple(e.get("name") for e in inner)
        assert names == (*FIELDS[str(view.get("name"))], "shape")
        must = {e.get("name") for e in inner if e.get("minOccurs") != "0"}
        assert must == {*MANDATORY[str(view.get("name"))], "shape"}


def test_an_occurrence_says_what_it_is(written: Path) -> None:
    found = _features(written, "MineralOccurrenceView")
    assert set(found) == {f"urn:uuid:{A}", f"urn:uuid:{C}"}, "an absence is no occurrence"
    texts = {e.tag.rpartition("}")[2]: e.text for e in found[f"urn:uuid:{A}"]}
    assert texts["representativeCommodity_uri"].endswith("/commodity-code/olivine-gemstone")
    assert texts["commodity_inspire"].endswith("/CommodityCodeValue/olivineGemstone")
    assert texts["hostGeologicUnit"] == "serpentinised dunite"
    assert texts["hostGeologicUnit_uri"].endswith("/lithology/peridotite")
    assert (texts["explorationResult"], texts["observationMethod"]) == (
        "mineral occurrences", "observed outcrop gps location"
    )
    assert (texts["positionalAccuracy"], texts["mineName"]) == ("4.5 metres", "Pit 1")
    assert texts["mine_uri"] == f"urn:uuid:{B}"
    assert texts["source"] == "Swat <1>, GSP & Co; Gul Meena"
    assert texts["importance_inspire"].endswith("/ImportanceValue/occurrence")
    identity = found[f"urn:uuid:{A}"].find(f"{GML}identifier")
    assert identity is not None and identity.get("codeSpace") == "urn:ietf:rfc:4122"


def test_what_is_unknown_says_so(written: Path) -> None:
    nothing = _features(written, "MineralOccurrenceView")[f"urn:uuid:{C}"]
    texts = {e.tag.rpartition("}")[2]: e.text for e in nothing}
    assert texts["commodity"] == texts["positionalAccuracy"] == "unknown"
    assert texts["representativeCommodity_uri"] == crosswalk.VOID_UNKNOWN
    assert texts["representativeAge_uri"] == crosswalk.VOID_UNPOPULATED
    assert texts["mineralOccurrenceType"] == "occurrence", "unless more has been proved"
    shape = nothing.find(f"{ERL}shape")
    assert shape is not None and len(shape) == 0 and shape.get("nilReason") == "unknown"


def test_a_mine_is_what_is_worked(written: Path) -> None:
    mines = _features(written, "MineView")
    assert set(mines) == {f"urn:uuid:{B}", f"urn:uuid:{D}"}
    first = mines[f"urn:uuid:{B}"]
    assert first.findtext(f"{ERL}status_uri", "").endswith("/mine-status/care-and-maintenance")
    assert first.findtext("{urn:surveyapp:erml-lite:inspire}status_inspire", "").endswith("/careAndMaintenance")
    assert first.findtext(f"{ERL}commodity") == "emerald"
    assert mines[f"urn:uuid:{D}"].findtext(f"{ERL}status") == "unknown"
    assert mines[f"urn:uuid:{D}"].findtext(f"{ERL}status_uri") == crosswalk.VOID_UNKNOWN


def test_only_a_disciplined_estimate_has_a_category(written: Path) -> None:
    found = _features(written, "CommodityResourceView")
    good, bad = found[f"urn:uuid:{D}"], found[f"urn:uuid:{A}"]
    assert good.findtext(f"{ERL}oreMeasureAssessmentCategory_uri", "").endswith(
        "/resource-assessment-category/inferred-mineral-resource")
    assert good.findtext(f"{ERL}classificationMethodUsed_uri", "").endswith("/crirsco-code")
    assert "best (P50) 336 ct" in good.findtext(f"{ERL}oreMeasure", "")
    assert bad.find(f"{ERL}oreMeasureAssessmentCategory") is None, "it has no basis for a price"
    assert bad.findtext(f"{ERL}classificationMethodUsed") == "non compliant resource estimate"
    assert bad.findtext(f"{ERL}classificationMethodUsed_uri", "").endswith("/non-compliant-resource-estimate")
    assert bad.findtext(f"{ERL}oreMeasureType") == "neither a resource nor a reserve"


def test_latitude_stands_first_and_utm_east_first(written: Path, tmp_path: Path) -> None:
    point = _features(written, "MineralOccurrenceView")[f"urn:uuid:{A}"].find(f".//{GML}Point")
    assert point is not None and point.get("srsName") == "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert point.findtext(f"{GML}pos") == "34.75 72.4"
    out = tmp_path / "utm.xml"
    told = write_layers(out, "erml", layers(), crs="EPSG:32643")
    assert any("the first is east" in note for note in told.notes)
    shifted = _features(out, "MineralOccurrenceView")[f"urn:uuid:{A}"].find(f".//{GML}Point")
    assert shifted is not None and str(shifted.get("srsName")).endswith("/32643")
    east, north = map(float, str(shifted.findtext(f"{GML}pos")).split())
    assert 100_000 < east < 900_000 and 3_800_000 < north < 3_900_000
    for path in (written, out):
        (row,) = [r for r in plan_import(read_source(path)).rows if r.uuid == A]
        assert shapely.from_wkb(str(row.wkb_hex)).equals_exact(shapely.Point(72.4, 34.75), 1e-8)


def test_it_comes_back_with_what_the_views_hold(written: Path) -> None:
    (row,) = [r for r in plan_import(read_source(written)).rows if r.uuid == A]
    for name in ("gem", "locality", "occurrence_type", "host_rock", "host_rock_text", "observed_at", "accuracy_m"):
        assert row.values[name] == layers()["sighting"][name][0], name
    areas = {r.uuid: r for r in plan_import(read_source(written, layer="MineView")).rows}
    assert areas[B].values["mine_status"] == "care-and-maintenance"
    assert shapely.from_wkb(str(areas[B].wkb_hex)).equals(_PIT)
    estimates = {r.uuid: r.values for r in plan_import(read_source(written, layer="CommodityResourceView")).rows}
    assert estimates[D]["category"] == "inferred-mineral-resource"
    assert estimates[A]["category"] == crosswalk.NON_COMPLIANT
    assert estimates[D]["area_uuid"] == B


def test_the_public_edition_withholds(schema: xmlschema.XMLSchema, tmp_path: Path) -> None:
    out = tmp_path / "public.xml"
    facts = facts_of({}, audience="public")
    write_layers(out, "erml", layers(), facts=facts)
    schema.validate(out)
    found = _features(out, "MineralOccurrenceView")[f"urn:uuid:{A}"]
    assert found.findtext(f"{ERL}positionalAccuracy") == "withheld"
    assert found.findtext(f"{ERL}mine_uri") == crosswalk.VOID_WITHHELD
    assert _features(out, "MineView")[f"urn:uuid:{B}"].findtext(f"{ERL}owner") == "withheld"


def test_ids_are_unique_whatever_others_wrote_for_an_uuid(schema: xmlschema.XMLSchema, tmp_path: Path) -> None:
    out = tmp_path / "odd.xml"
    odd = _columns(*({"uuid": uuid, "gem": "ruby", GEOMETRY: point_hex(72, 34)} for uuid in ("a b", "a_b", "ا", "<&>")))
    write_layers(out, "erml", {"sighting": odd})
    schema.validate(out)
    ids = re.findall(r'gml:id="([^"]+)"', out.read_text("utf-8"))
    assert len(ids) == len(set(ids)) == 8


def test_systems_without_a_code_or_a_known_shift_are_refused(tmp_path: Path) -> None:
    for crs in ("EPSG:4243", "EPSG:24370"):
        with pytest.raises(BadPosition, match="Kalianpur 1880"):
            write_layers(tmp_path / "a.xml", "erml", layers(), crs=crs)
    with pytest.raises((BadInput, BadPosition), match="EPSG code"):
        write_layers(tmp_path / "a.xml", "erml", layers(), crs="+proj=utm +zone=43 +ellps=bessel +towgs84=1,2,3")
    assert not list(tmp_path.iterdir())


def test_a_view_of_others_is_read(tmp_path: Path) -> None:
    """One view alone, as the examples of the schema's makers are; the system named in the old way, east first."""
    path = tmp_path / "one.xml"
    path.write_text(
        '<erl:MineView xmlns:erl="http://xmlns.earthresourceml.org/earthresourceml-lite/2.0" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" gml:id="m1"><gml:identifier codeSpace="x">m1</gml:identifier>'
        "<erl:identifier>http://example.org/mine/1</erl:identifier><erl:name>Fizagat</erl:name>"
        "<erl:status>operating</erl:status><erl:startDate>1958</erl:startDate>"
        "<erl:status_uri>http://resource.geosciml.org/classifier/cgi/mine-status/operating</erl:status_uri>"
        '<erl:shape><gml:Polygon srsName="EPSG:4326" gml:id="m1.p"><gml:exterior><gml:LinearRing><gml:posList>72 34 73 '
        "34 73 35 72 34</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></erl:shape></erl:MineView>",
        encoding="utf-8",
    )
    (row,) = plan_import(read_source(path)).rows
    assert row.values["mine_status"] == "operating"
    assert "1958" in str(row.values["notes"])
    assert shapely.from_wkb(str(row.wkb_hex)).bounds == (72, 34, 73, 35)
    path.write_text("<html/>", encoding="utf-8")
    with pytest.raises(BadFile, match="of <html>"):
        read_source(path)


def test_every_gem_and_code_has_its_terms() -> None:
    for gem in GEMS:
        label, cgi, inspire = crosswalk.commodity(gem.code)
        assert label == gem.label.lower()
        assert crosswalk.gem_of_uri(cgi) == crosswalk.gem_of_uri(inspire) == gem.code
    assert crosswalk.commodity("sapphire")[2].endswith("/sapphire"), "never sapphirine"
    assert crosswalk.commodity("zoisite")[0] == "zoisite", "an office's own gem keeps its name"
    for code in VOCABULARIES["mine_status"].codes:
        assert crosswalk.inspire_mine_status(code)
        assert crosswalk.code_of_uri("mine_status", str(crosswalk.term_uri("mine_status", code))) == code
    for code in VOCABULARIES["occurrence_type"].codes:
        assert crosswalk.inspire_occurrence_type(code)
    assert crosswalk.category_uri("non-compliant-resource-estimate") is None
    assert crosswalk.observation_method("float", "gps") == "direct observation", "a loose stone is no outcrop"
    assert crosswalk.observation_method("market-reported", "typed") == "compilation"


def test_the_terms_are_those_of_cgi(cases_dir: Path) -> None:
    """Against the vocabularies themselves, where they are at hand."""
    folder = cases_dir.parent / "data" / "cgi"
    if not folder.is_dir():
        pytest.skip("the third-party cases are not on this machine")
    known = set()
    labels = set()
    for table in folder.glob("*.csv"):
        for line in table.read_text("utf-8").splitlines()[1:]:
            uri, _comma, rest = line.partition(",")
            known.add(uri)
            labels.add(rest.partition(",")[0].strip('"').casefold())
    views, _notes = views_of(layers())
    ours = {text for view in views for row in view.rows for text in row.values() if "resource.geosciml.org" in text}
    assert ours and ours <= known
    for expression in VOCABULARIES["expression"].codes:
        assert crosswalk.exploration_activity(expression) in labels
        for source in (*VOCABULARIES["position_source"].codes, None):
            assert crosswalk.observation_method(expression, source) in labels


def test_further_fields_are_those_that_are_written() -> None:
    views, _notes = views_of(layers())
    for view in views:
        for row in view.rows:
            assert list(row) == [n for n in (*FIELDS[view.name], *FURTHER[view.name]) if n in row]
            assert set(MANDATORY[view.name]) <= set(row)
