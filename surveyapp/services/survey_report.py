"""The printable report of a survey: its facts gathered from the file, and the page that shows them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from surveyapp import __version__
from surveyapp.domain.estimate_rules import compliant_category
from surveyapp.domain.fields import GEOMETRY, LAYERS, SIGHTING
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record, Value, utc_text
from surveyapp.domain.template import Template, fields_of
from surveyapp.errors import BadInput, Refused
from surveyapp.exchange.report.facts import AreaRow, EstimateRow, MapFacts, Project, Provenance, Shape, SurveyFacts
from surveyapp.exchange.report.writing import cannot, put
from surveyapp.services import survey_report_field as field
from surveyapp.services import survey_report_quality as quality
from surveyapp.services import templates
from surveyapp.services.checking import check
from surveyapp.services.session import Session
from surveyapp.services.survey_report_field import Columns, text_of
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

SUFFIXES = (".html", ".pdf")
_STEPS = 4
_NEEDED = (
    "gem", "presence", "observer", "observed_at", "province", "district", "review_status", "accuracy_m",
    "position_source", "survey_uuid",
)


def write_html(session: Session, out: Path, progress: Progress | None = None) -> SurveyFacts:
    """Write the report of the survey to ``out`` (one HTML file); returns what it says. Raises ``BadInput`` or
    ``BadFile`` with one sentence; what stood there stays then."""
    check_place(session, out)
    facts = gather(session, progress)
    put(out, page(facts))
    return facts


def made(session: Session, out: Path, progress: Progress | None = None) -> tuple[str, dict[str, Any]]:
    """(the page of a report that is to go to ``out``, its figures for programs). Writes nothing: a PDF is made of the
    page by whoever can."""
    check_place(session, out)
    facts = gather(session, progress)
    return page(facts), as_dict(facts)


def page(facts: SurveyFacts) -> str:
    """The report as HTML, in the language of the program."""
    from surveyapp.exchange.report.survey_page import survey_page

    return survey_page(facts)


def check_place(session: Session, out: Path) -> None:
    """Refuse a place where no report can be written, before the work is done."""
    if out.suffix.lower() not in SUFFIXES:
        raise BadInput(tr("The report {name} should end in .html (for a browser) or .pdf (to print).", name=out.name))
    if not out.parent.is_dir():
        raise BadInput(tr("There is no folder {parent} for the report; make it first.", parent=out.parent))
    try:
        folder, itself = out.is_dir(), out.exists() and out.samefile(session.file.path)
    except OSError as error:  # such as a name that is too long
        raise cannot(out, error.strerror or str(error)) from None
    if folder:
        raise BadInput(tr("{path} is a folder; give the report a name of its own.", path=out))
    if itself:
        raise Refused(tr("{path} is the survey itself; give the report another name.", path=out))


def as_dict(facts: SurveyFacts) -> dict[str, Any]:
    """The figures for programs; the columns of the map are left out, as ``list --json`` has them."""
    told = asdict(facts, dict_factory=_plain)
    placed = len(facts.map.longitude)
    told["map"] = {"drawn": placed, "placeless": facts.map.placeless, "tracks": len(facts.map.tracks),
                   "areas": len(facts.map.areas)}
    return told


def _plain(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in pairs}


# --- gathering ---------------------------------------------------------------------------------------


def gather(session: Session, progress: Progress | None = None) -> SurveyFacts:
    """Everything that the report says. Reads each layer once; keeps columns, never a record each."""
    progress = progress or Progress()
    file = session.file
    progress.step(0, _STEPS, tr("reading the sightings"))
    offices = templates.all_of(file)[0]
    columns = _columns(file, offices)
    days = [field.local_day(moment) for moment in columns["observed_at"]]
    times = sorted(text_of(one) for one, day in zip(columns["observed_at"], days, strict=True) if day is not None)
    tracks = list(file.records("track"))
    areas = list(file.records("area"))
    absences = sum(map(field.is_absence, columns["presence"]))
    progress.step(1, _STEPS, tr("checking the survey"))
    result = check(file, progress)
    progress.step(2, _STEPS, tr("counting"))
    return SurveyFacts(
        title=session.title,
        projects=tuple(_project(survey) for survey in file.surveys()),
        provenance=_provenance(session),
        sightings=len(days), finds=len(days) - absences, absences=absences,
        first_at=times[0] if times else "", last_at=times[-1] if times else "",
        gems=field.gem_rows(columns), places=field.place_rows(columns),
        effort=field.effort(columns, days, tracks), timeline=field.timeline(days, columns["presence"]),
        accuracy=quality.accuracy(columns["accuracy_m"]), sources=_counted(columns["position_source"]),
        completeness=quality.completeness(columns, offices),
        level=result.level, levels=quality.level_rows(result),
        statuses=_counted(columns["review_status"]),
        reviews=_counted(file.columns("review", ["verdict"])["verdict"]),
        issues=quality.issue_groups(file, result.issues), disagreements=quality.disagreements(file),
        photos=quality.photos(file, columns), samples=quality.samples(file, columns),
        areas=tuple(_area(area) for area in areas), estimates=_estimates(file, areas),
        map=_map(columns, tracks, areas),
    )


def _columns(file: SurveyFile, offices: Mapping[str, Template]) -> Columns:
    """The columns of the sightings that the figures need, and those that some office asks for."""
    asked = {known.name for office in offices.values() for known in fields_of(SIGHTING, office)
             if known.level} | {known.name for known in SIGHTING.fields if known.level}
    have = {*SIGHTING.names, *file.extra_columns(SIGHTING.name)}
    return file.columns(SIGHTING.name, ["uuid", *_NEEDED, *sorted(asked & have), "longitude", "latitude"])


def _counted(values: Iterable[Value]) -> dict[str, int]:
    return dict(Counter(map(text_of, values)))


def _project(survey: Record) -> Project:
    return Project(**{name: text_of(survey.get(name)) for name in Project.__dataclass_fields__})


def _provenance(session: Session) -> Provenance:
    file = session.file
    with file.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    revisions, changed_at, changed_by = _history(file)
    return Provenance(
        file=file.path.name, sha256=digest, size_bytes=file.path.stat().st_size, revisions=revisions,
        changed_at=changed_at, changed_by=changed_by, made_at=utc_text(), made_by=session.author,
        version=__version__, schema_version=file.schema_version, packages=len(file.packages()),
    )


def _history(file: SurveyFile) -> tuple[int, str, str]:
    """(number of revisions, when the latest was made by its author's clock, by whom)."""
    revisions, latest = 0, ("", "")
    for layer in LAYERS:
        for _uuid, _last, count, _made_by, _made_at, changed_by, changed_at in file.history_lines(layer.name):
            revisions += count
            latest = max(latest, (text_of(changed_at), text_of(changed_by)))
    return revisions, *latest


def _area(area: Record) -> AreaRow:
    from surveyapp.geo.extents import area_m2, shape_of

    outline = area.get(GEOMETRY)
    hectares = area_m2(outline) / 10_000 if shape_of(outline) is not None else None
    return AreaRow(area.uuid, text_of(area.get("name")), text_of(area.get("kind")), hectares)


def _estimates(file: SurveyFile, areas: list[Record]) -> tuple[EstimateRow, ...]:
    names = {area.uuid: text_of(area.get("name")) for area in areas}
    found = list(file.records("estimate"))
    told = []
    for record in found:
        others = [one for one in found if one.get("area_uuid") == record.get("area_uuid") and one is not record]
        told.append(EstimateRow(
            uuid=record.uuid, area=names.get(str(record.get("area_uuid")), ""), gem=text_of(record.get("gem")),
            category=compliant_category(record, others), estimator=text_of(record.get("estimator")),
            estimated_on=text_of(record.get("estimated_on")), method=text_of(record.get("method")),
            source=text_of(record.get("source")), low_ct=_number(record.get("low_ct")),
            best_ct=_number(record.get("best_ct")), high_ct=_number(record.get("high_ct")),
        ))
    return tuple(sorted(told, key=lambda one: (one.area, field.gem_key(one.gem), one.estimated_on, one.uuid)))


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _map(columns: Columns, tracks: list[Record], areas: list[Record]) -> MapFacts:
    from surveyapp.exchange.preview import shape_parts

    placed = [n for n, longitude in enumerate(columns["longitude"]) if longitude is not None]

    def picked(name: str) -> list[Any]:
        column = columns[name]
        return [column[n] for n in placed]

    def shapes(records: list[Record], kind: str) -> tuple[Shape, ...]:
        return tuple(
            Shape(text_of(one.get(kind)), text_of(one.get("name")), tuple(parts))
            for one in records if (parts := shape_parts(one.get(GEOMETRY)))
        )

    return MapFacts(
        longitude=picked("longitude"), latitude=picked("latitude"), gem=[text_of(gem) for gem in picked("gem")],
        absent=[field.is_absence(one) for one in picked("presence")], tracks=shapes(tracks, "observer"),
        areas=shapes(areas, "kind"), placeless=len(columns["longitude"]) - len(placed),
    )
