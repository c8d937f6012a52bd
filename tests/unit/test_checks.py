"""The check: one planted fault for each code, a survey that has none of them, and that the quick ways find the same."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain import changes
from surveyapp.domain.changes import Change, ChangeSet, insert
from surveyapp.domain.column_checks import check_columns
from surveyapp.domain.estimation import constant
from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.findings import FINDINGS, meaning
from surveyapp.domain.fixes import MENDED, may_be_mended
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Record, Value, utc_text
from surveyapp.domain.template import check_with, fields_of
from surveyapp.domain.template_text import parse_template
from surveyapp.domain.validation import ERROR, Issue
from surveyapp.geo.basemap import Province
from surveyapp.geo.boundaries import Boundaries, built_in
from surveyapp.geo.extents import outline_hex
from surveyapp.services import checking, estimates, where
from surveyapp.services.checking import ALONE, CheckResult
from surveyapp.services.recording import place_facts
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from tests.helpers.surveys import empty_survey, sql, uuid_of

NOW = datetime.now(UTC)
SPOT = (72.36, 34.77)
OFFICE = {
    "surveyapp_template": 1, "name": "Office", "review": {"may": {"accepted": ["Asma Bibi"]}},
    "vocabularies": {"host_rock": {"only": ["marble", "pegmatite"]}},
}
ESTIMATE: dict[str, Value] = {
    "gem": "ruby", "method": "Bulk samples and Monte Carlo", "estimated_on": "2026-10-01", "source": "Report 12",
    "estimator": "Shah Zaman, PEC", "size_distribution": "2-5 mm 80 %", "price_basis": "4 USD/ct, 2026-09",
    "low_ct": 5_000.0, "best_ct": 10_000.0, "high_ct": 20_000.0, "tonnage_t": 50_000.0, "grade_ct_t": 0.4,
    "recovery": 0.5, "bottom_screen_mm": 2.0, "category": "indicated-mineral-resource",
}
CERTIFICATE: dict[str, Value] = {
    "laboratory": "GIA", "reported_on": "2026-06-01", "species": "Beryl", "variety": "emerald", "weight_ct": 2.31,
    "treatment": "F1", "treatment_result": "detected",
}


def box(west: float, south: float, east: float, north: float) -> str:
    return outline_hex([(west, south), (east, south), (east, north), (west, north)])


def ring(west: float, south: float, east: float, north: float) -> list[list[tuple[float, float]]]:
    return [[(west, south), (east, south), (east, north), (west, north), (west, south)]]


BOUNDARIES = Boundaries(
    "Office", "2026", 50.0, built_in().provinces,
    districts=(
        Province("", "Swat", "", [ring(72, 34, 72.5, 36)]), Province("", "Shangla", "", [ring(72.5, 34, 73, 36)]),
    ),
    protected=(Province("", "Park", "", [ring(72.1, 34.9, 72.2, 35)]),),
)


class Plan:
    """A survey in the making: records that are good, and records with one fault each."""

    def __init__(self, survey: str) -> None:
        self.survey = survey
        self.changes: list[Change] = []
        self.planted: dict[str, list[tuple[str, str, str | None]]] = {}
        self._numbers = count(1)

    def add(self, layer: str, code: str = "", field: str | None = None, **values: Value) -> str:
        """A record; where it has a fault, the code that ``check`` gives of which field."""
        uuid = uuid_of(next(self._numbers))
        if layer == "sighting":
            x, y = SPOT[0] + len(self.changes) / 10_000, SPOT[1]
            found: dict[str, Value] = {
                "geom": point_hex(x, y), "gem": "emerald", "presence": "present", "occurrence_type": "occurrence",
                "expression": "vein", "confidence": "certain", "identification_method": "hand-lens",
                "position_source": "gps", "accuracy_m": 5.0, "district": "Swat", "host_rock": "marble",
                "observer": "Gul Khan", "observed_at": "2026-05-03T06:10:00.000Z", "survey_uuid": self.survey,
                **place_facts(x, y), "boundary_source": BOUNDARIES.label,
            }
            values = {**found, **values}
        self.changes.append(insert(layer, values, uuid=uuid))
        self.expect(code, layer, uuid, field)
        return uuid

    def expect(self, code: str, layer: str, uuid: str, field: str | None) -> None:
        if code:
            self.planted.setdefault(code, []).append((layer, uuid, field))

    def sample(self, code: str = "", field: str | None = None, **values: Value) -> str:
        return self.add("sample", code, field, **{
            "sighting_uuid": self.good, "sample_id": f"S-{len(self.changes):03d}", "sample_type": "rock",
            "collector": "Gul Khan", "collected_at": "2026-05-03T06:20:00.000Z", "weight_g": 20.0, **values})

    def handover(self, code: str, field: str | None, sample: str, giver: str, taker: str, day: int,
                 **values: Value) -> str:
        return self.add("custody", code, field, **{
            "sample_uuid": sample, "from_party": giver, "to_party": taker, "condition": "intact",
            "handed_over_at": f"2026-05-{day:02d}T09:00:00.000Z", **values})

    def certificate(self, code: str, field: str | None, **values: Value) -> str:
        scan = f"scan {len(self.changes)}".encode()
        digest = hashlib.sha256(scan).hexdigest()
        given = {"sample_uuid": self.sample(), "report_number": f"R{len(self.changes)}", "scan_sha256": digest}
        uuid = self.add("certificate", code, field, **{**CERTIFICATE, **given, **values})
        self.changes.append(insert("photo", {
            "certificate_uuid": uuid, "sha256": digest, "content_type": "application/pdf", "file_name": "r.pdf",
        }, data=scan))
        return uuid

    def estimate(self, code: str, field: str | None, **values: Value) -> str:
        self.east = getattr(self, "east", 70.0) + 0.02
        area = self.add("area", name="Hill", kind="deposit", geom=box(self.east, 34, self.east + 0.01, 34.01))
        return self.add("estimate", code, field, **{"area_uuid": area, **ESTIMATE, **values})

    good = ""


def plant(plan: Plan) -> None:
    """A good sighting, and one fault for each code that a record can have."""
    add = plan.add
    plan.good = add("sighting")
    _of_one_sighting(plan)
    _of_places(plan)
    _of_samples(plan)
    _of_certificates(plan)
    _of_estimates(plan)
    plan.sample("orphan", "sighting_uuid", sighting_uuid=uuid_of(99_999))
    add("area", "bad-outline", "geom", name="Bow", kind="prospect",
        geom=shapely.Polygon([(72, 34), (72.01, 34.01), (72.01, 34), (72, 34.01)]).wkb_hex)
    add("area", "mine-without-status", "mine_status", name="Pit", kind="worked", geom=box(72.2, 34, 72.21, 34.01))
    add("area", "tiny-outline", "geom", name="Dot", kind="prospect", geom=box(72, 34, 72.000001, 34.000001))
    add("area", name="Licence 1", kind="licence", geom=box(72, 34, 72.7, 35.5))
    add("area", name="Licence 2", kind="licence", geom=box(72.6, 34, 72.8, 35.5))
    twins = [uuid for _layer, uuid, _field in [("area", c.uuid, None) for c in plan.changes[-2:]]]
    plan.expect("licences-overlap", "area", min(twins), "geom")
    add("track", "finished-before-start", "finished_at", name="Walk", geom=LINE,
        started_at="2026-05-03T06:00:00.000Z", finished_at="2026-05-03T05:00:00.000Z")
    photo = add("photo", "photo-changed", "sha256", sighting_uuid=plan.good, content_type="image/jpeg",
                sha256="0" * 64, file_name="a.jpg")
    plan.changes[-1] = insert("photo", plan.changes[-1].values, uuid=photo, data=b"not the bytes")


LINE = "0102000000020000000000000000005240000000000000414000000000004052400000000000004140"
"""From (72, 34) to (73, 34), little-endian WKB."""


def _of_one_sighting(plan: Plan) -> None:
    add = plan.add
    add("sighting", "no-geometry", "geom", geom=None)
    add("sighting", "bad-value", "expression", expression="perhaps")
    add("sighting", "bad-spelling", "confidence", confidence="Certain")
    add("sighting", "missing", "observer", observer=None)
    add("sighting", "missing", "observed_at", observed_at=None)
    add("sighting", "odd-characters", "notes", notes="bell\x07")
    add("sighting", "outside-list", "host_rock", host_rock="schist")
    add("sighting", "false-accuracy", "accuracy_m", position_source="typed")
    add("sighting", "future", "observed_at", observed_at=utc_text(NOW + timedelta(days=9)))
    add("sighting", "outside-survey-time", "observed_at", observed_at="2020-05-03T06:10:00.000Z")
    add("sighting", "no-screen", "bottom_screen_mm", total_carats=3.0, processed_t=2.0)
    add("sighting", "elevation-unlikely", "elevation_m", elevation_m=7_200.0)
    add("sighting", "gem-without-code", "gem", gem="vesuvianite")
    add("sighting", "accuracy-unknown", "accuracy_m", accuracy_m=None)
    add("sighting", "accuracy-too-coarse", "accuracy_m", accuracy_m=60.0)
    add("sighting", "no-survey", "survey_uuid", survey_uuid=None)
    add("sighting", "status-not-allowed", "review_status", review_status="accepted")
    add("sighting", "needs-work", "review_status", review_status="has-issues")
    spot = point_hex(72.41, 34.71)
    first = add("sighting", geom=spot, gem="topaz")
    second = add("sighting", geom=spot, gem="topaz")
    plan.expect("recorded-twice", "sighting", max(first, second), "geom")


def _of_places(plan: Plan) -> None:
    add = plan.add

    def at(x: float, y: float, **values: Value) -> dict[str, Value]:
        return {"geom": point_hex(x, y), **place_facts(x, y), "boundary_source": BOUNDARIES.label, **values}

    add("sighting", "outside-pakistan", "geom", **at(34.77, 72.36))
    add("sighting", "province-elsewhere", "province", province="PK-SD")
    add("sighting", "district-elsewhere", "district", district="Mansehra")
    add("sighting", "either-district", "district", **at(72.5002, 34.9, district="Shangla"))
    add("sighting", "toposheet-elsewhere", "toposheet", toposheet="35 L/3")
    add("sighting", "outside-licence", "geom", **at(72.9, 34.9, district="Shangla"))
    add("sighting", "in-protected-area", "geom", **at(72.15, 34.95, district="Swat"))
    add("sighting", "boundary-older", "boundary_source", boundary_source="Office 2019")


def _of_samples(plan: Plan) -> None:
    for _ in range(2):
        plan.sample("same-sample-id", "sample_id", sample_id="S-777")
    plan.handover("custody-start", "from_party", plan.sample(), "Sher", "Store", 4)
    plan.handover("custody-time", "handed_over_at", plan.sample(), "Gul Khan", "Store", 1)
    one = plan.sample()
    plan.handover("", None, one, "Gul Khan", "Store", 4)
    plan.handover("custody-gap", "from_party", one, "Sher", "GIA", 5)
    one = plan.sample()
    plan.handover("", None, one, "Gul Khan", "Store", 4)
    plan.handover("custody-twice", "handed_over_at", one, "Gul Khan", "Store", 4, notes="again")
    one = plan.sample()
    plan.handover("", None, one, "Gul Khan", "Sher", 4)
    plan.handover("custody-order", "handed_over_at", one, "Store", "GIA", 5)
    plan.handover("", None, one, "Sher", "Store", 6)
    one = plan.sample()
    plan.handover("", None, one, "Gul Khan", "Store", 4, seal_number="A-1")
    plan.handover("custody-seal", "seal_number", one, "Store", "GIA", 5, seal_number="B-2")
    one = plan.sample()
    plan.handover("", None, one, "Gul Khan", "Store", 4, condition="lost")
    plan.handover("custody-lost", "condition", one, "Store", "GIA", 5)
    one = plan.sample()
    plan.handover("", None, one, "Gul Khan", "Store", 4)
    plan.sample("custody-split", "collector", sample_uuid=one, collector="Sher",
                collected_at="2026-05-06T06:20:00.000Z")


def _of_certificates(plan: Plan) -> None:
    for code, field, values in (
        ("certificate-decimals", "weight_ct", {"weight_ct": 2.315}),
        ("certificate-early", "reported_on", {"reported_on": "2026-05-02"}),
        ("certificate-future", "reported_on", {"reported_on": "2199-01-01"}),
        ("certificate-gem", "species", {"species": "corundum", "variety": None, "treatment": None}),
        ("certificate-scan", "scan_sha256", {"scan_sha256": "cd"}),
        ("certificate-twice", "report_number", {"report_number": "R-twice"}),
        ("certificate-twice", "report_number", {"report_number": "R-twice"}),
        ("certificate-variety", "variety", {"variety": "ruby"}),
        ("certificate-weight", "weight_ct", {"weight_ct": 999.0}),
        ("certificate-synthetic", "species", {"species": "Synthetic beryl"}),
        ("treatment-contradiction", "treatment_result", {"treatment_result": "none-detected"}),
        ("treatment-not-tested", "treatment", {"treatment_result": "not-tested"}),
        ("treatment-result", "treatment_result", {"treatment_result": None}),
        ("treatment-scale", "treatment", {"treatment": "TE1"}),
        ("treatment-scale-unknown", "treatment", {"laboratory": "Peshawar Gem Lab"}),
    ):
        plan.certificate(code, field, **values)


def _of_estimates(plan: Plan) -> None:
    for code, field in (
        ("category-no-method", "method"), ("category-no-date", "estimated_on"), ("category-no-source", "source"),
        ("category-no-estimator", "estimator"), ("category-no-figures", "best_ct"),
        ("category-no-sizes", "size_distribution"), ("category-no-price", "price_basis"),
        ("grade-no-screen", "bottom_screen_mm"),
    ):
        plan.estimate(code, field, **{field: None})
    plan.estimate("category-no-recovery", "recovery", category="probable-ore-reserves", recovery=None)
    plan.estimate("category-no-resource", "category", category="probable-ore-reserves")
    plan.estimate("figures-order", "low_ct", low_ct=15_000.0)
    plan.estimate("figures-apart", "best_ct", tonnage_t=500_000.0)
    plan.estimate("unfc-bad", "unfc", unfc="E9;F9;G9")
    plan.estimate("unfc-unexpected", "unfc", unfc="E3;F3;G4")
    plan.estimate("estimate-future", "estimated_on", estimated_on="2199-01-01")
    plan.estimate("model-bad", "model", model="{}")
    area = plan.add("area", name="One", kind="deposit", geom=box(69, 34, 69.01, 34.01))
    plan.add("estimate", "overlap", "area_uuid", area_uuid=area, **ESTIMATE)
    area = plan.add("area", name="Other", kind="deposit", geom=box(69.005, 34, 69.015, 34.01))
    plan.add("estimate", area_uuid=area, **ESTIMATE)


def _models(session: Session, plan: Plan) -> None:
    """Estimates with a model are made by the program, and changed behind its back."""
    for number, code, field in ((1, "model-not-reproduced", "model"), (2, "extent-changed", "model")):
        made = insert("area", {"name": code, "kind": "deposit", "geom": box(65 + number, 34, 65.01 + number, 34.01)})
        session.apply(ChangeSet((made,), "area"))
        area = session.file.get("area", made.uuid)
        assert area is not None
        model = estimates.new_model(area, {
            "thickness_m": constant(2), "mineralised": constant(0.2), "density_t_m3": constant(2.6),
            "grade_ct_t": constant(0.4), "recovery": constant(0.5),
        }, bottom_screen_mm=2.0, seed=1)
        facts = {name: value for name, value in ESTIMATE.items() if name not in (
            "low_ct", "best_ct", "high_ct", "tonnage_t", "grade_ct_t", "recovery", "bottom_screen_mm")}
        saved = estimates.save_estimate(session, made.uuid, facts, model=model)
        change = (changes.update("estimate", saved.uuid, {"best_ct": 1e6, "high_ct": 2e6}) if number == 1 else
                  changes.update("area", made.uuid, {"geom": box(65 + number, 34, 65.02 + number, 34.01)}))
        session.apply(ChangeSet((change,), "outside"))
        plan.expect(code, "estimate", saved.uuid, field)


def _behind_the_back(path: Path, plan: Plan) -> None:
    """What only other programs do to a file."""
    held = next(change.uuid for change in plan.changes if change.layer == "custody")
    with Session.open(path, author="Gul Khan") as session:
        session.apply(ChangeSet((changes.update("custody", held, {"place": "Mingora"}),), "edit"))
    plan.expect("custody-edited", "custody", held, None)
    sql(path, "INSERT INTO conflict (conflict, layer, record, field, ancestor, standing, chosen) VALUES "
              "('c', 'sighting', ?, 'gem', 'null', ?, 'null')", plan.good,
        json.dumps([{"value": v, "author": "A", "at": "", "revision": v} for v in ("ruby", "topaz")]))
    plan.expect("conflict", "sighting", plan.good, "gem")
    sql(path, "INSERT INTO rejected (layer, reason, body, at) VALUES ('sighting', 'no uuid', '{}', '')")
    plan.planted["rejected"] = [("sighting", "", None)]
    sql(path, "INSERT INTO gpkg_geometry_columns VALUES ('nowhere', 'geom', 'POINT', 4326, 0, 0)")
    plan.planted["integrity"] = [("", "", None)]
    sql(path, "DROP TRIGGER sighting_history_update")
    sql(path, "UPDATE sighting SET notes = 'behind the back' WHERE uuid = ?", plan.good)
    plan.expect("unrecorded", "sighting", plan.good, None)


def good_survey(path: Path) -> Plan:
    """A survey that an office asked for, and another in the same file."""
    empty_survey(path)
    with Session.open(path, author="Gul Khan") as session:
        survey = session.file.surveys()[0]
        plan = Plan(survey.uuid)
        told: dict[str, Value] = {"template": json.dumps(OFFICE), "started_on": "2026-05-01", "organisation": "GSP"}
        session.apply(ChangeSet((changes.update("survey", survey.uuid, told),), "office"))
    return plan


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Plan, CheckResult, Path]]:
    path = tmp_path_factory.mktemp("checks") / "faults.gpkg"
    plan = good_survey(path)
    plant(plan)
    other = insert("survey", {
        "name": "Other", "lead": "Zarmina", "team": "B", "template": "{", "started_on": "2026-06-01",
        "finished_on": "2026-05-01",
    }, uuid=uuid_of(50_000))
    plan.expect("bad-template", "survey", other.uuid, "template")
    with Session.open(path, author="Gul Khan") as session:
        session.apply(ChangeSet((other, *plan.changes), "plant"))
        _models(session, plan)
    _behind_the_back(path, plan)
    where.use(BOUNDARIES)
    try:
        with SurveyFile.open(path, read_only=True) as file:
            yield plan, checking.check(file), path
    finally:
        where.use(None)


# --- codes -------------------------------------------------------------------------------------------


def emitted() -> set[str]:
    """Every code that stands in the source of the checks."""
    root = Path(checking.__file__).parents[1]
    known = set()
    for name in ("validation", "template", "column_checks", "certificate_rules", "custody_rules", "estimate_rules",
                 "reviewing"):
        known |= _codes(root / "domain" / f"{name}.py")
    for name in ("checking", "team_checks", "national_checks", "where", "estimates"):
        known |= _codes(root / "services" / f"{name}.py")
    return known


def _codes(path: Path) -> set[str]:
    text = path.read_text("utf-8")
    made = re.findall(r'\b(?:_?issue|Issue|Gap)\((?:\w+, ){0,2}"([a-z]+(?:-[a-z]+)*)"', text)
    made += re.findall(r'^ +(?:yield )?\(?"((?:category|figures|grade|unfc)-[a-z-]+)"', text, re.MULTILINE)
    return set(made) | set(re.findall(r'return "(bad-[a-z]+)"', text)) | set(
        re.findall(r'_issue\(record, \w+, "([a-z-]+)"', text))


def test_every_code_has_its_line_and_no_line_is_of_nothing() -> None:
    found = emitted()
    assert len(found) > 60
    assert found - FINDINGS.keys() == set()
    assert FINDINGS.keys() - found == set()
    assert all(known.meaning.endswith(".") and 0 <= known.level <= 3 for known in FINDINGS.values())
    assert FINDINGS.keys() >= MENDED
    assert FINDINGS.keys() >= ALONE
    assert meaning("no such code") == ""


def test_every_code_is_planted(planted: tuple[Plan, CheckResult, Path]) -> None:
    assert FINDINGS.keys() - planted[0].planted.keys() == set()


@pytest.mark.parametrize("code", FINDINGS)
def test_a_planted_fault_is_found(planted: tuple[Plan, CheckResult, Path], code: str) -> None:
    plan, result, _path = planted
    found = {(issue.layer, issue.record or "", issue.field): issue for issue in result.issues if issue.code == code}
    assert set(plan.planted[code]) <= found.keys()
    for issue in found.values():
        assert issue.message[-1] in ".!?…", issue.message
        assert FINDINGS[code].level in (issue.level, 0)


def test_a_survey_without_faults_is_ready_for_the_national_layer(tmp_path: Path) -> None:
    path = tmp_path / "good.gpkg"
    plan = good_survey(path)
    plan.good = plan.add("sighting")
    for _ in range(2):
        plan.add("sighting")
    plan.add("area", name="Licence", kind="licence", geom=box(72, 34, 72.7, 35.5))
    sample = plan.sample()
    plan.handover("", None, sample, "Gul Khan", "Store", 4)
    plan.certificate("", None, treatment_result="detected")
    plan.estimate("", None)
    where.use(BOUNDARIES)
    try:
        with Session.open(path, author="Gul Khan") as session:
            session.apply(ChangeSet(tuple(plan.changes), "good"))
            result = checking.check(session.file)
    finally:
        where.use(None)
    assert [issue for issue in result.issues if issue.layer != "survey"] == []
    assert result.level == 3, result.issues


def test_the_faults_are_one_each(planted: tuple[Plan, CheckResult, Path]) -> None:
    """A sighting with one fault has one finding, but for what follows: no check tells the same thing twice."""
    plan, result, _path = planted
    allowed = {
        "future": {"outside-survey-time"}, "outside-pakistan": {"missing", "outside-licence", "district-elsewhere"},
    }
    for code in ALONE - {"missing"}:
        for layer, uuid, _field in plan.planted[code]:
            codes = {issue.code for issue in result.issues if (issue.layer, issue.record) == (layer, uuid)}
            assert codes - allowed.get(code, set()) == {code}, code


# --- whole columns find what records find ------------------------------------------------------------

OFFICE_FIELDS = fields_of(SIGHTING, parse_template(json.dumps({**OFFICE, "fields": [
    {"name": "x_depth", "kind": "real", "title": "Depth", "minimum": 0, "maximum": 100}]})))
_TEXTS = st.sampled_from([
    "", "  ", "marble", "Marble", "schist", "present", "absent", "typed", "map-tap", "gps", "emerald", "2026-05-03",
    "2026-05-03T06:10:00.000Z", "2026-05-03T11:10:00+05:00", "2199-01-01T00:00:00.000Z", "۲۰۲۶", "yesterday", "a\x07b",
    "two\nlines", "nan", "12.5", "PK-KP", "Fizagat",
])
_VALUES = st.none() | _TEXTS | st.sampled_from([0, 1, 1.5, -1, 12.25, 7_000.0, 1e12, float("inf"), 99, 61.5])
_NAMES = [field.name for field in OFFICE_FIELDS if field.kind != "blob"]


@settings(max_examples=120)
@given(st.lists(st.tuples(st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=14),
                          st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90))), min_size=1, max_size=4))
def test_whole_columns_find_what_records_find(rows: list[tuple[dict[str, Value], tuple[float, float] | None]]) -> None:
    template = parse_template(json.dumps(OFFICE))
    uuids = [uuid_of(len(rows) - number) for number in range(len(rows))]
    columns: dict[str, list[Value]] = {name: [values.get(name) for values, _at in rows] for name in _NAMES}
    columns |= {"uuid": list(uuids), "longitude": [at and at[0] for _values, at in rows],
                "latitude": [at and at[1] for _values, at in rows]}
    records = [
        Record("sighting", uuid, {**values, "geom": None if at is None else point_hex(*at)})
        for uuid, (values, at) in zip(uuids, rows, strict=True)
    ]
    expected = [
        issue for record in sorted(records, key=lambda one: one.uuid)
        for issue in check_with(record, template, now=NOW, asked=OFFICE_FIELDS)
    ]
    assert list(check_columns(columns, OFFICE_FIELDS, NOW)) == expected


def test_a_field_that_the_file_lacks_is_empty_in_all() -> None:
    columns: dict[str, list[Value]] = {"uuid": ["b", "a"], "longitude": [72.0, 72.0], "latitude": [34.0, 34.0],
                                       "presence": ["absent", "present"]}
    found = [(issue.record, issue.field) for issue in check_columns(columns, SIGHTING.fields, NOW)]
    assert found[0] == ("a", "gem")
    assert ("a", "expression") in found
    assert ("b", "expression") not in found


# --- after an edit -----------------------------------------------------------------------------------


@pytest.mark.parametrize("large", [False, True])
def test_a_check_after_edits_is_the_check_of_the_whole(
    planted: tuple[Plan, CheckResult, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    """In a large survey what follows from one sighting alone; in a small one everything."""
    path = Path(shutil.copyfile(planted[2], tmp_path / "again.gpkg"))
    plan = planted[0]
    edits: dict[str, dict[str, Value]] = {
        plan.planted["bad-spelling"][0][1]: {"confidence": "certain"},
        plan.planted["province-elsewhere"][0][1]: {"province": "PK-PB"},
        plan.planted["accuracy-unknown"][0][1]: {"accuracy_m": 4.0, "observer": None},
        plan.planted["outside-licence"][0][1]: {"notes": "unchanged in what matters"},
    }
    gone = plan.planted["odd-characters"][0][1]
    with Session.open(path, author="Gul Khan") as session:
        before = checking.check(session.file)
        made = [changes.update("sighting", uuid, values) for uuid, values in edits.items()]
        session.apply(ChangeSet((*made, changes.delete("sighting", gone)), "edit"))
        if large:
            monkeypatch.setattr(checking, "SOON", 0)
        after = checking.check_again(session.file, before, {*edits, gone})
        whole = checking.check(session.file)
    assert after.partial is large

    def of_sightings(result: CheckResult) -> set[Issue]:
        return {i for i in result.issues if i.layer == "sighting" and (i.code in ALONE or not large)}

    assert of_sightings(after) == of_sightings(whole)
    assert len(after.issues) == len(set(after.issues))
    assert of_sightings(after) != of_sightings(before)
    if not large:
        assert set(after.issues) == set(whole.issues)
        assert after.level == whole.level


def test_what_may_be_mended_is_known_without_reading_records(planted: tuple[Plan, CheckResult, Path]) -> None:
    _plan, result, _path = planted
    assert {issue.code for issue in result.issues if may_be_mended(issue)} == MENDED
    assert result.errors == sum(issue.severity == ERROR for issue in result.issues)
