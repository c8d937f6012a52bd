"""Our records as views of EarthResourceML-Lite 2.0.1: MineralOccurrenceView, MineView, CommodityResourceView.

Fields and their order are those of the schema (namespace :data:`NAMESPACE`), all of them texts but ``shape``. Fields
that the schema demands are never left out: where nothing is known they say ``unknown``, and their URI is INSPIRE's
VoidReasonValue. After ``shape`` the schema leaves room for further attributes; there stand INSPIRE's codes.

A sighting is an occurrence. One that says that nothing was found is none, and is left out and counted. An area is a
mine if it is worked, or licensed with a status of its working. An estimate is a resource or a reserve only where the
rules (:mod:`surveyapp.domain.estimate_rules`) let it be called so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from surveyapp.domain import crosswalk
from surveyapp.domain.estimate_rules import compliant_category
from surveyapp.domain.records import Record, Value
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.exchange.exporters.files import Columns, Table
from surveyapp.exchange.importers.shapes import shape_of_wkb
from surveyapp.exchange.importers.source import text_of
from surveyapp.words import ntr

NAMESPACE = "http://xmlns.earthresourceml.org/earthresourceml-lite/2.0"
INSPIRE_NAMESPACE = "urn:surveyapp:erml-lite:inspire"
"""Of the further attributes, which the schema leaves to the provider."""

OCCURRENCE, MINE, RESOURCE = "MineralOccurrenceView", "MineView", "CommodityResourceView"
SHAPE = "shape"

FIELDS: dict[str, tuple[str, ...]] = {
    OCCURRENCE: (
        "identifier", "name", "mineralOccurrenceType", "commodity", "mineName", "geologicHistory",
        "hostGeologicUnit", "mineralDepositModel", "mineralOccurrenceShape", "explorationActivityType",
        "explorationActivityDuration", "explorationResult", "observationMethod", "positionalAccuracy", "source",
        "mineralOccurrenceType_uri", "representativeCommodity_uri", "mine_uri", "hostGeologicUnit_uri",
        "mineralDepositModel_uri", "representativeAge_uri", "representativeOlderAge_uri",
        "representativeYoungerAge_uri", "specification_uri",
    ),
    MINE: (
        "identifier", "name", "status", "commodity", "owner", "startDate", "endDate", "observationMethod",
        "positionalAccuracy", "source", "status_uri", "representativeCommodity_uri", "specification_uri",
    ),
    RESOURCE: (
        "identifier", "commodity", "commodityRank", "commodityImportance", "mineralOccurrenceName", "mineName",
        "oreMeasure", "oreMeasureType", "oreMeasureAssessmentCategory", "classificationMethodUsed",
        "observationMethod", "positionalAccuracy", "source", "commodity_uri", "mineralOccurrence_uri", "mine_uri",
        "oreMeasureType_uri", "oreMeasureAssessmentCategory_uri", "classificationMethodUsed_uri",
        "specification_uri",
    ),
}
"""Fields of each view in the order of its schema; ``shape`` stands after them."""

MANDATORY: dict[str, tuple[str, ...]] = {
    OCCURRENCE: ("identifier", "mineralOccurrenceType", "commodity", "mineralOccurrenceType_uri",
                 "representativeCommodity_uri"),
    MINE: ("identifier", "status", "status_uri"),
    RESOURCE: ("identifier", "commodity", "commodity_uri"),
}

FURTHER: dict[str, tuple[str, ...]] = {
    OCCURRENCE: ("inspireId_localId", "mineralOccurrenceType_inspire", "commodity_inspire", "importance_inspire"),
    MINE: ("inspireId_localId", "status_inspire"),
    RESOURCE: ("inspireId_localId", "commodity_inspire"),
}
"""Further attributes of each view, after ``shape``."""

GEOMETRY = {OCCURRENCE: "Point", MINE: "Polygon", RESOURCE: "Polygon"}

_URN = "urn:uuid:"
_MINES = ("worked", "licence")


@dataclass(slots=True)
class View:
    """One view: a row has the texts of :data:`FIELDS` and :data:`FURTHER` that say something; ``shapes`` beside them
    are WKB hex in WGS 84, or ``None``."""

    name: str
    rows: list[dict[str, str]] = field(default_factory=list)
    shapes: list[str | None] = field(default_factory=list)


def identifier(uuid: object) -> str:
    """The identifier of a record in a view, a URI."""
    return f"{_URN}{uuid}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many absences, and areas that are no mines, are not in the views."""

    absences: int = 0
    areas: int = 0

    def english(self) -> list[str]:
        """Sentences for the file."""
        told = []
        if self.absences:
            told.append(f"Left out: {self.absences} absences (they are no occurrences).")
        if self.areas:
            told.append(f"Left out: {self.areas} areas that are no mines.")
        return told

    def sentences(self) -> list[str]:
        """Sentences for whoever exports, in the language of the program."""
        told = []
        if self.absences:
            told.append(
                ntr("{n} absence is left out: it is no occurrence.",
                    "{n} absences are left out: they are no occurrences.", self.absences)
            )
        if self.areas:
            told.append(
                ntr("{n} area that is no mine is left out.", "{n} areas that are no mines are left out.", self.areas)
            )
        return told


def views_of(layers: Mapping[str, Columns], *, withheld: bool = False) -> tuple[list[View], LeftOut]:
    """(the views that have rows, at least that of the occurrences; what is not in them).

    ``layers`` may hold sighting, area, estimate and survey. ``withheld``: persons were taken out for the audience.
    """
    tables = {name: Table.of(name, columns) for name, columns in layers.items()}
    sources = _sources(tables.get("survey"))
    areas = {str(record.uuid): record for record in _records(tables.get("area"))}
    mines = {uuid: area for uuid, area in areas.items() if _is_mine(area)}
    estimates = list(_records(tables.get("estimate")))
    occurrences, absent = _occurrences(tables.get("sighting"), sources, mines, withheld=withheld)
    views = [occurrences, _mines(mines, estimates, sources, withheld=withheld), _resources(estimates, areas, mines)]
    left = LeftOut(absent, len(areas) - len(mines))
    return [view for view in views if view.rows or view is occurrences], left


def _records(table: Table | None) -> Iterator[Record]:
    """Rows of a table as records, the place under ``geom``."""
    if table is None:
        return
    hexes = table.wkb_hexes() if table.layer.geometry else [None] * table.rows
    for index in range(table.rows):
        values: dict[str, Value] = {name: table.columns[name][index] for name in table.names}
        yield Record(table.layer.name, str(values.get("uuid") or ""), values | {"geom": hexes[index]})


def _sources(table: Table | None) -> dict[str, str]:
    """A reference for each survey by its uuid."""
    found = {}
    for survey in _records(table):
        parts = [survey.get("name"), survey.get("organisation"), survey.get("team")]
        found[survey.uuid] = ", ".join(str(part) for part in parts if part)
    return found


def _source(record: Record, sources: Mapping[str, str], person: str = "observer") -> str:
    found = sources.get(str(record.get("survey_uuid"))) or (next(iter(sources.values())) if len(sources) == 1 else "")
    return "; ".join(str(part) for part in (found, record.get(person)) if part)


def _filled(name: str, values: Mapping[str, str | None]) -> dict[str, str]:
    """A row: what is filled, in the order of the schema, then the further attributes."""
    return {f: text for f in (*FIELDS[name], *FURTHER[name]) if (text := values.get(f))}


# --- occurrences -------------------------------------------------------------------------------------


def _occurrences(
    table: Table | None, sources: Mapping[str, str], mines: Mapping[str, Record], *, withheld: bool
) -> tuple[View, int]:
    view, absent = View(OCCURRENCE), 0
    within = _Mines(mines)
    for record in _records(table):
        if record.get("presence") == "absent":
            absent += 1
            continue
        told = _occurrence(record, sources, within.holding(record))
        if withheld:
            told |= {"positionalAccuracy": crosswalk.NIL_WITHHELD, "mine_uri": crosswalk.VOID_WITHHELD}
        view.rows.append(_filled(OCCURRENCE, told))
        view.shapes.append(_hex(record))
    return view, absent


def _occurrence(record: Record, sources: Mapping[str, str], mine: Record | None) -> dict[str, str | None]:
    label, cgi, inspire = crosswalk.commodity(record.get("gem"))
    kind = record.get("occurrence_type") or "occurrence"  # the rule: an occurrence unless more has been proved
    rock, model = record.get("host_rock"), record.get("deposit_model")
    return {
        "identifier": identifier(record.uuid),
        "name": _text(record, "locality") or _text(record, "deposit_name"),
        "mineralOccurrenceType": VOCABULARIES["occurrence_type"].english(kind),
        "commodity": label,
        "mineName": _text(mine, "name") if mine else None,
        "hostGeologicUnit": _text(record, "host_rock_text") or (VOCABULARIES["host_rock"].english(rock) or None),
        "mineralDepositModel": VOCABULARIES["deposit_model"].english(model) or None,
        "explorationActivityType": crosswalk.exploration_activity(record.get("expression")),
        "explorationActivityDuration": _text(record, "observed_at"),
        "explorationResult": crosswalk.OCCURRENCES_FOUND,
        "observationMethod": crosswalk.observation_method(record.get("expression"), record.get("position_source")),
        "positionalAccuracy": _accuracy(record.get("accuracy_m")),
        "source": _source(record, sources) or None,
        "mineralOccurrenceType_uri": crosswalk.term_uri("occurrence_type", kind) or crosswalk.VOID_UNKNOWN,
        "representativeCommodity_uri": cgi,
        "mine_uri": identifier(mine.uuid) if mine else None,
        "hostGeologicUnit_uri": crosswalk.term_uri("host_rock", rock) or crosswalk.VOID_UNKNOWN,
        "mineralDepositModel_uri": crosswalk.term_uri("deposit_model", model) or crosswalk.VOID_UNKNOWN,
        "representativeAge_uri": crosswalk.VOID_UNPOPULATED,
        "representativeOlderAge_uri": crosswalk.VOID_UNPOPULATED,
        "representativeYoungerAge_uri": crosswalk.VOID_UNPOPULATED,
        "inspireId_localId": record.uuid,
        "mineralOccurrenceType_inspire": crosswalk.inspire_occurrence_type(kind) or crosswalk.VOID_UNKNOWN,
        "commodity_inspire": inspire,
        "importance_inspire": crosswalk.importance(),
    }


def _accuracy(accuracy_m: Value) -> str:
    """Text of the accuracy: metres as the receiver stated them, or that it is not known."""
    return f"{text_of(accuracy_m)} metres" if isinstance(accuracy_m, int | float) else crosswalk.NIL_UNKNOWN


def _text(record: Record, name: str) -> str | None:
    return text_of(record.get(name)).strip() or None


def _hex(record: Record) -> str | None:
    found = record.get("geom")
    return found if isinstance(found, str) else None


class _Mines:
    """Which mine a sighting lies in."""

    def __init__(self, mines: Mapping[str, Record]) -> None:
        self._mines = [mine for mine in mines.values() if _hex(mine)]
        self._tree = None
        if self._mines:
            import shapely

            self._tree = shapely.STRtree([shape_of_wkb(_hex(mine) or "") for mine in self._mines])

    def holding(self, record: Record) -> Record | None:
        """The first mine, by uuid, that covers the place of a record."""
        wkb_hex = _hex(record)
        if self._tree is None or wkb_hex is None:
            return None
        found = self._tree.query(shape_of_wkb(wkb_hex), predicate="covered_by")
        return min((self._mines[int(at)] for at in found), key=lambda mine: mine.uuid, default=None)


# --- mines -------------------------------------------------------------------------------------------


def _is_mine(area: Record) -> bool:
    return area.get("kind") == "worked" or (area.get("kind") in _MINES and bool(area.get("mine_status")))


def _mines(
    mines: Mapping[str, Record], estimates: list[Record], sources: Mapping[str, str], *, withheld: bool
) -> View:
    view = View(MINE)
    gems: dict[str, dict[str, None]] = {}
    for estimate in estimates:
        if estimate.get("gem"):
            gems.setdefault(str(estimate.get("area_uuid")), {})[str(estimate.get("gem"))] = None
    for uuid, mine in mines.items():
        status = mine.get("mine_status")
        found = [crosswalk.commodity(gem) for gem in gems.get(uuid, ())]
        view.rows.append(_filled(MINE, {
            "identifier": identifier(uuid),
            "name": _text(mine, "name"),
            "status": VOCABULARIES["mine_status"].english(status) or crosswalk.NIL_UNKNOWN,
            "commodity": ", ".join(label for label, _cgi, _inspire in found) or None,
            "owner": crosswalk.NIL_WITHHELD if withheld else _text(mine, "holder"),
            "positionalAccuracy": crosswalk.NIL_UNKNOWN,
            "source": _source(mine, sources) or None,
            "status_uri": crosswalk.term_uri("mine_status", status) or crosswalk.VOID_UNKNOWN,
            "representativeCommodity_uri": found[0][1] if found else crosswalk.VOID_UNKNOWN,
            "inspireId_localId": uuid,
            "status_inspire": crosswalk.inspire_mine_status(status) or crosswalk.VOID_UNKNOWN,
        }))
        view.shapes.append(_hex(mine))
    return view


# --- estimates ---------------------------------------------------------------------------------------


def _resources(estimates: list[Record], areas: Mapping[str, Record], mines: Mapping[str, Record]) -> View:
    view = View(RESOURCE)
    for record in estimates:
        others = [e for e in estimates if e is not record and e.get("area_uuid") == record.get("area_uuid")]
        category = compliant_category(record, others)
        uri = crosswalk.category_uri(category)
        method, method_uri = crosswalk.classification_method(category)
        label, cgi, inspire = crosswalk.commodity(record.get("gem"))
        area = areas.get(str(record.get("area_uuid")))
        mine = area if area is not None and area.uuid in mines else None
        source = "; ".join(t for n in ("source", "estimator", "estimated_on") if (t := _text(record, n)))
        view.rows.append(_filled(RESOURCE, {
            "identifier": identifier(record.uuid),
            "commodity": label,
            "mineralOccurrenceName": _text(area, "name") if area and not mine else None,
            "mineName": _text(mine, "name") if mine else None,
            "oreMeasure": _measure(record),
            "oreMeasureType": crosswalk.measure_type(category),
            "oreMeasureAssessmentCategory": crosswalk.label_of(str(category)) if uri else None,
            "classificationMethodUsed": method,
            "positionalAccuracy": crosswalk.NIL_UNKNOWN,
            "source": source or None,
            "commodity_uri": cgi,
            "mine_uri": identifier(mine.uuid) if mine else None,
            "oreMeasureAssessmentCategory_uri": uri or crosswalk.VOID_UNKNOWN,
            "classificationMethodUsed_uri": method_uri,
            "inspireId_localId": record.uuid,
            "commodity_inspire": inspire,
        }))
        view.shapes.append(_hex(area) if area else None)
    return view


_PARTS = (
    ("tonnage_t", "{} t of material"), ("grade_ct_t", "{} ct/t"), ("recovery", "recovery {}"),
    ("bottom_screen_mm", "above {} mm"), ("low_ct", "low (P90) {} ct"), ("best_ct", "best (P50) {} ct"),
    ("high_ct", "high (P10) {} ct"),
)


def _measure(record: Record) -> str | None:
    """The figures with their units, as the schema's text wants them."""
    told = [words.format(text) for name, words in _PARTS if (text := _text(record, name))]
    return "; ".join(told) or None
