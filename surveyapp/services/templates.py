"""Templates of an office: into a survey, out of it, and the columns that its own fields need."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import LAYERS, SIGHTING, Field
from surveyapp.domain.records import Record, Value
from surveyapp.domain.template import EMPTY, OWN, Template, fields_of
from surveyapp.domain.template_text import parse_template, template_text
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadFile, BadInput, Refused
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import ntr, tr

KIND = ".json"


def of_survey(survey: Record) -> Template:
    """The template that a survey carries; raises ``BadInput`` where it cannot be read."""
    told = survey.get("template")
    try:
        return parse_template(told if isinstance(told, str) else None)
    except BadInput as error:
        raise BadInput(tr("The template of the survey “{name}”: {why}", name=survey.get("name") or survey.uuid,
                          why=error)) from None


def all_of(file: SurveyFile) -> tuple[dict[str, Template], list[str]]:
    """(the template of each survey in the file by its uuid, a sentence for each that cannot be read). One that
    cannot be read asks for nothing; ``check`` lists it."""
    found: dict[str, Template] = {}
    troubles: list[str] = []
    for survey in file.surveys():
        try:
            found[survey.uuid] = of_survey(survey)
        except BadInput as error:
            found[survey.uuid] = EMPTY
            troubles.append(str(error))
    return found, troubles


def common(templates: Mapping[str, Template]) -> Template:
    """The template of a file: what all of its surveys ask for; :data:`EMPTY` where they ask for different things."""
    first = next(iter(templates.values()), EMPTY)
    return first if all(other == first for other in templates.values()) else EMPTY


def read(path: Path) -> Template:
    """The template in a file; raises ``BadFile`` or ``BadInput`` with one sentence."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(tr("{name} is not a text in UTF-8, so it is no template; choose another file.",
                          name=path.name)) from None
    except OSError as error:
        raise BadFile(tr("{path} cannot be read ({why}).", path=path, why=error.strerror or error)) from None
    found = parse_template(text)
    if found == EMPTY:
        raise BadInput(tr("{name} is empty; choose another file.", name=path.name))
    return found


def write(path: Path, template: Template) -> None:
    """Write a template to a file, beside and swapped in."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(template_text(template))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadFile(tr("{path} cannot be written ({why}); choose another place.", path=path,
                         why=error.strerror or error)) from None


def use(session: Session, template: Template, survey: str | None = None) -> int:
    """Let a survey carry this template (``None``: every survey in the file; :data:`EMPTY` takes it out), in one change
    set, with the columns that its fields need. Returns how many surveys changed. Columns of an earlier template stay,
    with what is in them."""
    surveys = [one for one in session.file.surveys() if survey in (None, one.uuid)]
    if not surveys:
        raise Refused(tr("There is no survey in {name} that could carry a template.", name=session.file.path.name))
    make_room(session, template)
    text = template_text(template) or None
    made = [changes.update("survey", one.uuid, {"template": text}, one.values)
            for one in surveys if one.get("template") != text]
    if made:
        session.apply(ChangeSet(tuple(made), tr("Change the template")), "template")
    return len(made)


def make_room(session: Session, template: Template) -> None:
    """Give the sightings the columns of a template's own fields, where they lack some: a template can also come by
    a merge, or be written into the survey by another program."""
    file = session.file
    have = set(file.extra_columns(SIGHTING.name))
    if all(extra.name in have for extra in template.extra):
        return
    file.add_columns(SIGHTING, [_column(extra) for extra in template.extra])


def _column(extra: Field) -> Field:
    """As the file describes it: the terms in words, because a merge carries a column's title and description, not
    value lists; no default, because rows that are there were not asked."""
    told = [extra.help, *(f"{term.code}: {term.label}" for term in (extra.vocabulary or ()))]
    return Field(extra.name, extra.kind, extra.title, help="\n".join(filter(None, told)), unit=extra.unit)


def make_room_for(session: Session, values: Mapping[str, Value]) -> None:
    """:func:`make_room` for values that are about to be saved."""
    own = [name for name in values if name.startswith(OWN)]
    if own and not set(own) <= set(session.file.extra_columns(SIGHTING.name)):
        for template in all_of(session.file)[0].values():
            make_room(session, template)


def survey_names(file: SurveyFile) -> dict[str, str]:
    """What each survey in the file is called, by its uuid; those of one name are told apart by their team."""
    surveys = file.surveys()
    names = [str(survey.get("name") or tr("Without a name")) for survey in surveys]
    found = {}
    for survey, name in zip(surveys, names, strict=True):
        team = survey.get("team")
        found[survey.uuid] = f"{name} ({team})" if team and names.count(name) > 1 else name
    return found


def summary(template: Template) -> list[str]:
    """What a template asks for, in sentences for people; each tells of one of its parts."""
    found = []
    if template.hidden:
        number = len(template.hidden)
        found.append(ntr("{n} field is hidden.", "{n} fields are hidden.", number))
    if template.extra:
        titles = ", ".join(extra.label for extra in template.extra)
        found.append(tr("Fields of its own: {titles}.", titles=titles))
    for name, choice in template.vocabularies.items():
        title = next((tr(f.title) for layer in LAYERS for f in layer if f.vocabulary_name == name), name)
        added = tr(", ").join(tr(term.label) for term in choice.add)
        if choice.only:
            found.append(ntr("{list}: offers {n} term.", "{list}: offers {n} terms.", len(choice.offered.terms),
                             list=title))
        if added:
            found.append(tr("{list}: adds {terms}.", list=title, terms=added))
    if template.defaults:
        found.append(tr("A new sighting starts with {values}.", values=", ".join(_default_told(template))))
    if template.gate:
        found.append(tr("It has rules for GPS positions."))
    if template.photo_max_px:
        found.append(tr("Photos are kept up to {size} pixels wide or high.", size=template.photo_max_px))
    if template.sample_prefix:
        found.append(tr("Sample numbers begin with {prefix}.", prefix=template.sample_prefix))
    return [*found, *_leaving(template)]


def _leaving(template: Template) -> list[str]:
    """What it says of review and of what leaves the office."""
    found = []
    if template.may:
        statuses = tr(", ").join(VOCABULARIES["review_status"].label(status) for status in template.may)
        found.append(tr("It says who may give these statuses: {statuses}.", statuses=statuses))
    if template.public_grid_deg != EMPTY.public_grid_deg:
        found.append(tr("The public gets positions rounded to {grid} degrees.", grid=f"{template.public_grid_deg:g}"))
    if template.preview_photos_mb != EMPTY.preview_photos_mb:
        found.append(tr("Previews hold up to {size} MB of photos.", size=f"{template.preview_photos_mb:g}"))
    if template.map_scale != EMPTY.map_scale:
        found.append(tr("It is for a map of 1:{scale}.", scale=f"{template.map_scale:,}"))
    return found


def _default_told(template: Template) -> list[str]:
    told = []
    for known in fields_of(SIGHTING, template):
        if known.name in template.defaults:
            value = template.defaults[known.name]
            words = known.vocabulary.label(value) if known.vocabulary else value
            told.append(f"{tr(known.title)} = {words}")
    return told
