"""Estimates of an area: worked out from a model, saved under the rules, and worked out again to see that they hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveyapp import __version__
from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.estimate_rules import NON_COMPLIANT, category_reasons, compliant_category, rule_issues
from surveyapp.domain.estimation import Distribution, Fault, Figures, Model, constant, faults
from surveyapp.domain.estimation_text import model_text, parse_model
from surveyapp.domain.fields import AREA, ESTIMATE, GEOMETRY
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record, Value, new_uuid
from surveyapp.domain.unfc import parse_unfc
from surveyapp.domain.validation import ERROR, WARNING, Issue, check_value, parse_assignments
from surveyapp.errors import BadFile, BadInput, Refused
from surveyapp.services import recording
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

_SAME = 2e-6
"""Figures of six digits are the same if they differ by no more than the last of them."""
_FIGURES = ("low_ct", "best_ct", "high_ct", "tonnage_t", "grade_ct_t", "recovery")
_CHANGED = 0.01
"""An outline that grew or shrank by more than this share is told."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a model gives. ``carats``: the outcomes in order of size (numpy array); none where it has faults."""

    figures: Figures | None
    carats: Any
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an estimate. ``lowered``: a sentence where its category could not be claimed."""

    uuid: str
    category: str
    lowered: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Estimated:
    """An estimate with its area (``None`` if that is not in the file), and what its category may be called."""

    record: Record
    area: Record | None
    category: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What came out when a model was worked out again, and how the record differs from it."""

    figures: Figures
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.differences


# --- working out -------------------------------------------------------------------------------------


def new_model(area: Record, inputs: Mapping[str, Distribution], **more: Any) -> Model:
    """A model of an area by this version of the program. The extent is the whole outline if none is given. ``more``:
    the other fields of :class:`Model`."""
    from surveyapp.geo.extents import area_m2

    size = round(area_m2(area.get(GEOMETRY)), 1)
    return Model(size, {"extent_m2": constant(size), **inputs}, program=__version__, **more)


def model_from_file(path: Path, area: Record) -> Model:
    """A model of an area from a JSON file, as the command line takes it: what an estimate keeps, of which all but the
    inputs may be left out. The area is measured here, whatever the file says. Raises ``BadFile`` or ``BadInput``."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFile(tr("{path} cannot be read ({reason}).", path=path, reason=error.strerror)) from None
    except (ValueError, RecursionError):
        raise BadInput(tr("{name} is not JSON; it must be what an estimate keeps as its model.",
                          name=path.name)) from None
    if not isinstance(told, dict) or not isinstance(told.get("inputs"), dict):
        raise BadInput(tr('{name} has no "inputs"; see the model of an estimate that was made in the window.',
                          name=path.name))
    known = json.loads(model_text(new_model(area, {})))
    return parse_model(json.dumps({**known, **told, "inputs": {**known["inputs"], **told["inputs"]},
                                   "area_m2": known["area_m2"], "program": known["program"]}))


def simulate(model: Model) -> Simulated:
    """Work a model out. One with faults is not drawn: they say what to mend."""
    import numpy as np

    found = tuple(faults(model))
    if found:
        return Simulated(None, np.empty(0), found)
    from surveyapp.geo import simulation

    outcomes = simulation.draw(model)
    return Simulated(simulation.figures(outcomes), np.sort(outcomes.carats))


def figures_of(model: Model) -> Figures:
    """The figures of a model; raises ``BadInput`` with a sentence for each fault."""
    done = simulate(model)
    if done.figures is None:
        raise BadInput(" ".join(fault.sentence for fault in done.faults))
    return done.figures


def reproduce(record: Record) -> Reproduced | None:
    """Work an estimate out again from its model: are the figures the same? ``None`` where it has no model. Raises
    ``BadInput`` for a model with faults."""
    if record.get("model") is None:
        return None
    again = figures_of(parse_model(record.get("model")))
    told = []
    for name, figure in again.values().items():
        kept = record.get(name)
        near = isinstance(kept, int | float) and abs(kept - figure) <= _SAME * max(abs(figure), abs(kept))
        if not near:
            field = ESTIMATE.field(name)
            told.append(tr("{field}: the model gives {figure}, the record says {kept}.",
                           field=tr(field.title) if field else name, figure=_shown(figure), kept=_shown(kept)))
    return Reproduced(again, tuple(told))


def _shown(figure: Value) -> str:
    """A figure with its six digits, and never as a power of ten."""
    if not isinstance(figure, int | float):
        return tr("nothing") if figure is None else str(figure)
    return f"{figure:,.0f}" if abs(figure) >= 1e5 else f"{figure:.6g}"


# --- saving ------------------------------------------------------------------------------------------


def save_estimate(
    session: Session, area_uuid: str, values: Mapping[str, Value], *, model: Model | None = None,
    record: Record | None = None,
) -> Saved:
    """Save an estimate of an area (``record``: the one that is changed). With a model, its figures are worked out
    here and no others are taken. A category that the rules do not allow is lowered to
    ``non-compliant-resource-estimate``, and the answer says why.

    Raises ``BadInput`` for a model with faults or a value that cannot be kept, ``Refused`` for figures that contradict
    themselves, a grade without its bottom screen, or an area that is not in the file. Nothing is saved then.
    """
    area = session.file.get(AREA.name, area_uuid)
    if area is None:
        raise Refused(tr("The area of this estimate is not in the file; save it first."))
    draft = as_record(area_uuid, values, model=model, record=record)
    _refuse_bad(draft)
    others = [one for one in session.file.children(ESTIMATE.name, AREA.name, area_uuid) if one.uuid != draft.uuid]
    claimed, category = draft.get("category"), compliant_category(draft, others)
    lowered = "" if claimed == category else _lowered(draft, others)
    wanted = {**draft.values, "category": category}
    if record is not None:
        recording.edit_record(session, record, {n: v for n, v in wanted.items() if n in ESTIMATE.names})
    else:
        made = changes.insert(ESTIMATE.name, wanted, uuid=draft.uuid)
        session.apply(ChangeSet((made,), tr("Add estimate of {name}", name=area.get("name") or area_uuid)))
    saved = Record(ESTIMATE.name, draft.uuid, wanted)
    return Saved(draft.uuid, category, lowered, tuple(rule_issues(saved, others)))


def as_record(
    area_uuid: str, values: Mapping[str, Value], *, model: Model | None = None, record: Record | None = None
) -> Record:
    """The estimate as it would be saved, with the figures of its model; figures that were typed over those of a model
    drop it. Raises ``BadInput`` for a model with faults."""
    known: dict[str, Value] = dict.fromkeys(ESTIMATE.names)
    known |= dict(record.values) if record is not None else {"category": NON_COMPLIANT}
    known |= {**values, "area_uuid": area_uuid}
    if model is not None:
        known |= figures_of(model).values()
        known["model"] = model_text(model)
        if model.bottom_screen_mm is not None:
            known["bottom_screen_mm"] = model.bottom_screen_mm
    elif record is not None and any(values.get(name, record.get(name)) != record.get(name) for name in _FIGURES):
        known["model"] = None  # figures that were typed are not those of the model any more
    if known.get("unfc") is not None:
        known["unfc"] = parse_unfc(known["unfc"]).text
    return Record(ESTIMATE.name, record.uuid if record is not None else new_uuid(), known)


def _refuse_bad(draft: Record) -> None:
    """Values out of range, and what contradicts itself, are not saved."""
    for field in ESTIMATE.fields:
        trouble = check_value(field, draft.get(field.name))
        if trouble:
            raise BadInput(trouble)
    if draft.get("gem") is None:
        raise BadInput(tr("The estimate does not say of which gem it is; choose one."))
    contradiction = next((one for one in rule_issues(draft) if one.severity == ERROR and one.level <= 2), None)
    if contradiction is not None:
        raise Refused(contradiction.message)


def _lowered(draft: Record, others: Iterable[Record]) -> str:
    reasons = " ".join(category_reasons(draft, others).get(str(draft.get("category")), ()))
    return tr("Saved as not compliant with a reporting code. {reasons}", reasons=reasons).strip()


def add_estimate(
    session: Session, area_uuid: str, assignments: Mapping[str, object], model_file: Path | None = None
) -> Saved:
    """Save an estimate from text, as the command line gives it. Raises as :func:`save_estimate` does."""
    area = session.file.get(AREA.name, area_uuid)
    if area is None:
        raise BadInput(tr("There is no area {uuid} in {name}; list the layer area to see what there is.",
                          uuid=area_uuid, name=session.file.path.name))
    model = model_from_file(model_file, area) if model_file is not None else None
    return save_estimate(session, area_uuid, parse_assignments(ESTIMATE, assignments), model=model)


def lines(record: Record, saved: Saved) -> list[str]:
    """An estimate that was saved, for a console: its uuid, figures, category, and what a person should know."""
    told = [saved.uuid]
    for name in _FIGURES:
        field, value = ESTIMATE.field(name), record.get(name)
        if field is not None and value is not None:
            told.append(f"{field.label}: {_shown(value)}")
    told.append(f"{record.text('category')} ({saved.category})")
    told += [saved.lowered] if saved.lowered else []
    return told + [f"{issue.severity}: {issue.message}" for issue in saved.issues]


# --- reading -----------------------------------------------------------------------------------------


def listed(session: Session, area_uuid: str | None = None) -> list[Estimated]:
    """Every estimate, or those of one area: by name of the area, gem, category and date."""
    areas = {area.uuid: area for area in session.file.records(AREA.name)}
    known = list(session.file.records(ESTIMATE.name))
    found = []
    for record in known:
        if area_uuid is None or record.get("area_uuid") == area_uuid:
            others = siblings(record, known)
            found.append(Estimated(record, areas.get(str(record.get("area_uuid"))),
                                   compliant_category(record, others), tuple(rule_issues(record, others))))
    return sorted(found, key=lambda one: (
        str(one.area.get("name") or "") if one.area else "", str(one.record.get("gem") or ""),
        str(one.record.get("category") or ""), str(one.record.get("estimated_on") or ""), one.record.uuid))


def siblings(record: Record, known: Iterable[Record]) -> list[Record]:
    """The other estimates of an estimate's area."""
    area = record.get("area_uuid")
    return [one for one in known if one.uuid != record.uuid and area is not None and one.get("area_uuid") == area]


def estimate_issues(file: SurveyFile, progress: Progress | None = None) -> Iterator[Issue]:
    """What ``check`` says of estimates: the rules, models that have faults or do not give the figures of their record,
    outlines that changed since, and areas of one gem that overlap."""
    progress = progress or Progress()
    known = list(file.records(ESTIMATE.name))
    if not known:
        return
    from surveyapp.geo.extents import area_m2, overlaps

    areas = {area.uuid: area for area in file.records(AREA.name)}
    by_area: dict[str, list[Record]] = {}
    for record in known:
        by_area.setdefault(str(record.get("area_uuid")), []).append(record)
    for number, record in enumerate(known):
        progress.step(number, len(known), tr("checking {layer}", layer=tr(ESTIMATE.plural).lower()))
        fellows = siblings(record, by_area[str(record.get("area_uuid"))])
        yield from rule_issues(record, fellows)
        area = areas.get(str(record.get("area_uuid")))
        yield from _model_issues(record, None if area is None else area_m2(area.get(GEOMETRY)))
    estimated = [area for area in areas.values() if area.uuid in by_area]
    for one, other, _shared in overlaps([area.get(GEOMETRY) for area in estimated]):
        yield from _overlap_issues(estimated[one], estimated[other], by_area)


def _model_issues(record: Record, outline_m2: float | None) -> Iterator[Issue]:
    def issue(severity: str, code: str, told: str, level: int) -> Issue:
        return Issue(severity, code, record.layer, record.uuid, "model", told, level)

    try:
        again = reproduce(record)
    except BadInput as error:
        yield issue(ERROR, "model-bad", str(error), 2)
        return
    if again is None:
        return
    if not again.same:
        yield issue(ERROR, "model-not-reproduced", " ".join(again.differences), 3)
    then = parse_model(record.get("model")).area_m2
    if outline_m2 is not None and abs(outline_m2 - then) > _CHANGED * then:
        told = tr("The outline has {now} m² now and had {then} m² when the estimate was made; make it again.",
                  now=f"{outline_m2:,.0f}", then=f"{then:,.0f}")
        yield issue(WARNING, "extent-changed", told, 3)


def _overlap_issues(one: Record, other: Record, by_area: Mapping[str, list[Record]]) -> Iterator[Issue]:
    """One finding for each gem that both areas have an estimate of."""
    gems = {fellow.get("gem") for fellow in by_area[other.uuid]}
    for record in {record.get("gem"): record for record in reversed(by_area[one.uuid])}.values():
        if record.get("gem") in gems:
            told = tr("The areas {one} and {other} overlap, and both have estimates of {gem}: the same ground must not "
                      "be counted twice.", one=one.get("name") or one.uuid, other=other.get("name") or other.uuid,
                      gem=record.text("gem").lower())
            yield Issue(WARNING, "overlap", record.layer, record.uuid, "area_uuid", told, 3)
