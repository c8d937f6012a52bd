"""What an export says about itself, from the survey that it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from surveyapp.domain.fields import SURVEY
from surveyapp.domain.records import Record, Value
from surveyapp.domain.template import PUBLIC_GRID_DEG
from surveyapp.exchange.exporters.facts import NO_LICENCE, Facts, texts_of
from surveyapp.services import templates
from surveyapp.services.export_choice import Choice
from surveyapp.services.session import Session

_UNTOLD = ("template", "schema_version")
OFFICE, PUBLIC = "office", "public"


def public_grid_deg(session: Session) -> float:
    """Size of the cells to which positions are coarsened for the public: what the office's template says, the largest
    where surveys of several offices are in the file."""
    found = [template.public_grid_deg for template in templates.all_of(session.file)[0].values()]
    return max(found, default=PUBLIC_GRID_DEG)


def photo_bytes(session: Session) -> int:
    """How many bytes photos may take in one file, as the office's template says for a preview."""
    return int(templates.common(templates.all_of(session.file)[0]).preview_photos_mb * 1e6)


def title_of(session: Session) -> str:
    """Name of the survey, or how many were merged, as it goes into files."""
    surveys = session.file.surveys()
    stem = session.file.path.stem
    if len(surveys) == 1:
        return str(surveys[0].get("name") or stem)
    return f"{stem}: {len(surveys)} surveys" if surveys else stem


def survey_rows(session: Session, choice: Choice | None) -> list[dict[str, Value]]:
    """The surveys that the records are of, as plain rows."""
    surveys = session.file.surveys()
    taken = surveys if choice is None else [s for s in surveys if s.uuid in choice.of(SURVEY.name)]
    return [{"uuid": survey.uuid, **survey.values} for survey in taken]


def told_facts(
    session: Session,
    surveys: Sequence[Mapping[str, Value]],
    *,
    title: str,
    audience: str,
    choice: Choice | None,
    **more: Any,
) -> Facts:
    """The facts. ``surveys`` and ``title`` are as the audience may read them; ``more`` are the further fields of
    :class:`Facts`, such as records, extent, period and accuracy."""
    organisations = list(dict.fromkeys(str(s["organisation"]) for s in surveys if s.get("organisation")))
    return Facts(
        title=title,
        surveys=tuple(_lines(survey, audience) for survey in surveys),
        organisation=", ".join(organisations),
        lineage=tuple(_lineage(session, surveys, audience)),
        licence=_licence(organisations),
        audience=audience,
        # What was asked may name a person or a place.
        chosen="" if choice is None else choice.told if audience == OFFICE else "a part of the survey",
        **more,
    )


def _lines(survey: Mapping[str, Value], audience: str) -> tuple[tuple[str, str], ...]:
    """What may be told of a survey, under the titles of its fields."""
    record = Record(SURVEY.name, str(survey.get("uuid") or ""), survey)
    fields = [f for f in SURVEY if f.name not in _UNTOLD and (f.public or audience == OFFICE)]
    named = [(f"Survey {f.title.lower()}" if f.name == "name" else f.title, record.english(f.name)) for f in fields]
    return texts_of([*named, ("Survey uuid", record.uuid)])


def _licence(organisations: Sequence[str]) -> str:
    """No field says how data may be used, and nothing is made up."""
    return f"No licence for use is stated; ask {', '.join(organisations)} first." if organisations else NO_LICENCE


def _lineage(session: Session, surveys: Sequence[Mapping[str, Value]], audience: str) -> list[str]:
    """Where the records come from: the survey, and what was merged into it, with the hashes of the packages."""
    steps = []
    if audience == OFFICE:
        many = "1 survey" if len(surveys) == 1 else f"{len(surveys)} surveys"
        steps.append(f"Records of {many} in {session.file.path.name}.")
    for package in session.file.packages():
        who = ""
        if audience == OFFICE:
            team = f" of team {package['team']}" if package["team"] else ""
            by = f" by {package['merged_by']}" if package["merged_by"] else ""
            who = f"{package['file_name']}{team}, merged {package['merged_at'] or ''}{by}, "
        steps.append(f"Package {who}SHA-256 {package['sha256'] or 'unknown'}, content {package['content']}.")
    return steps
