"""Recording: new surveys, sightings, photos, edits and deletions, as the window and the command line do them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from surveyapp.domain import changes
from surveyapp.domain.changes import Change, ChangeSet
from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, LAYERS, SIGHTING
from surveyapp.domain.geometry import point_hex, point_of
from surveyapp.domain.records import Record, Value, new_uuid, utc_text
from surveyapp.domain.template import EMPTY, fields_of
from surveyapp.domain.validation import layer_named, parse_assignments
from surveyapp.errors import BadInput
from surveyapp.services import photos as photo_files
from surveyapp.services import templates
from surveyapp.services.session import Session
from surveyapp.words import ntr, tr

POSITION_WORDS = ("position", "at")
"""Names under which a command line may set where a point is, as text."""

DEPENDENTS = {"sighting": ("photo", "orientation")}
"""Records that go with the record they belong to, in one change set that undo brings back whole. Samples stay:
a stone in a bag does not vanish with the note of where it was found, and ``check`` lists it."""


def new_survey(path: Path, name: str, *, team: str, surveyor: str, province: str | None = None,
               organisation: str | None = None) -> Session:
    """Make a survey file and open it. Raises ``BadInput`` for an empty name or an unknown province."""
    if not name.strip():
        raise BadInput(tr("The survey needs a name; give one."))
    values = parse_assignments(LAYER_BY_NAME["survey"], {
        "name": name, "team": team, "lead": surveyor, "province": province, "organisation": organisation,
    })
    return Session.create(path, values, author=surveyor or None)


def position_values(text: str) -> dict[str, Value]:
    """Point and its facts from coordinate text, as someone typed it. Carries no accuracy: nobody measured one.

    Raises ``BadPosition`` with one sentence, and a suggestion where axes look swapped.
    """
    from surveyapp.geo.coordinates import parse_position

    parsed = parse_position(text)
    return {
        GEOMETRY: point_hex(parsed.longitude, parsed.latitude),
        "position_source": "typed", "position_text": parsed.text, "position_crs": parsed.crs,
        **place_facts(parsed.longitude, parsed.latitude),
    }


def place_facts(longitude: float, latitude: float) -> dict[str, Value]:
    """Province (ISO 3166-2 code) and toposheet of a WGS 84 position; empty where there is none."""
    from surveyapp.geo.places import province_at
    from surveyapp.geo.toposheets import toposheet_at

    province = province_at(longitude, latitude)
    return {"province": province[0] if province else None, "toposheet": toposheet_at(longitude, latitude)}


def assigned(layer: str, assignments: Mapping[str, str]) -> dict[str, Value]:
    """Values of ``FIELD=VALUE`` assignments, a position among them under ``position`` or ``at``."""
    given = dict(assignments)
    values: dict[str, Value] = {}
    for word in POSITION_WORDS:
        if LAYER_BY_NAME[layer].geometry == "POINT" and word in given:
            values |= position_values(given.pop(word))
    if {"longitude", "latitude"} <= given.keys() and LAYER_BY_NAME[layer].geometry == "POINT":
        values |= position_values(f"{given.pop('latitude')}N {given.pop('longitude')}E")
    return values | parse_assignments(layer_named(layer), given)


def new_sighting_values(session: Session, values: Mapping[str, Value]) -> dict[str, Value]:
    """Values of a new sighting with what the program knows filled in: defaults (the office's before the table's),
    observer, time, survey. A field that is given as ``None`` was emptied, and stays empty."""
    surveys = templates.all_of(session.file)[0]
    only = next(iter(surveys)) if len(surveys) == 1 else None
    asked = fields_of(SIGHTING, surveys.get(str(values.get("survey_uuid") or only), EMPTY))
    known: dict[str, Value] = {f.name: f.default for f in asked if f.default is not None}
    known |= {"observer": session.author, "observed_at": utc_text(), "survey_uuid": only}
    point = point_of(values.get(GEOMETRY))
    if point is not None:
        known |= place_facts(*point)
    templates.make_room_for(session, known | dict(values))
    return {n: v for n, v in (known | dict(values)).items() if v is not None}


def add_sighting(
    session: Session, values: Mapping[str, Value], photos: Sequence[Path] = (), *, uuid: str | None = None
) -> str:
    """Save a new sighting with its photos in one change set; returns its uuid. A form gives the uuid that its draft
    has: saved twice, it is refused, never doubled."""
    uuid = uuid or new_uuid()
    filled = new_sighting_values(session, values)
    gem = SIGHTING.field("gem")
    label = gem.vocabulary.label(filled.get("gem")) if gem and gem.vocabulary else ""
    rule = photo_files.max_px_of(session, filled.get("survey_uuid")) if photos else None
    attached, _came = photo_files.new_photos(uuid, photos, rule, set())
    made = [changes.insert("sighting", filled, uuid=uuid), *attached]
    session.apply(ChangeSet(tuple(made), tr("Add {what}", what=label.lower() or tr(SIGHTING.title).lower())))
    return uuid


def attach_photos(session: Session, sighting_uuid: str, paths: Sequence[Path]) -> list[str]:
    """Attach photos to a sighting in one change set, by its office's size rule; returns the uuids of the new ones: a
    photo that the sighting has already is not attached again. Raises a ``SurveyError`` for a file that is no photo,
    before anything is saved."""
    return list(photo_files.attach(session, sighting_uuid, paths).uuids)


def edit_record(session: Session, record: Record, values: Mapping[str, Value]) -> bool:
    """Save what differs; refused if someone else changed those fields since ``record`` was read. Returns whether
    anything differed. Moving a sighting works its province and toposheet out again."""
    differ = {n: v for n, v in values.items() if record.values.get(n) != v}
    if not differ:
        return False
    if record.layer == "sighting" and GEOMETRY in differ:
        point = point_of(differ[GEOMETRY])
        facts = place_facts(*point) if point else {"province": None, "toposheet": None}
        for name, value in facts.items():
            differ.setdefault(name, value)
    change = changes.update(record.layer, record.uuid, differ, record.values)
    session.apply(ChangeSet((change,), tr("Edit {record}", record=tr(record.definition.title).lower())))
    return True


def edit_many(session: Session, records: Sequence[Record], values: Mapping[str, Value]) -> int:
    """Set the same values on several records in one change set; returns how many differed."""
    made = []
    for record in records:
        differ = {n: v for n, v in values.items() if record.values.get(n) != v}
        if differ:
            made.append(changes.update(record.layer, record.uuid, differ, record.values))
    if made:
        session.apply(ChangeSet(tuple(made), ntr("Edit {n} record", "Edit {n} records", len(made))))
    return len(made)


def delete_records(session: Session, records: Sequence[Record]) -> None:
    """Delete records, and those that go with them, in one change set."""
    made: dict[str, Change] = {}
    for record in records:
        for layer in DEPENDENTS.get(record.layer, ()):
            for child in session.file.children(layer, record.layer, record.uuid):
                made[child.uuid] = changes.delete(layer, child.uuid)
        if record.layer == "sighting":
            for answer in session.file.answers_about(record.uuid):
                made[answer.uuid] = changes.delete(answer.layer, answer.uuid)
        made[record.uuid] = changes.delete(record.layer, record.uuid)
    if made:
        first = records[0].definition
        title = tr(first.title if len(records) == 1 else first.plural).lower()
        what = title if len(records) == 1 else f"{len(records)} {title}"
        session.apply(ChangeSet(tuple(made.values()), tr("Delete {record}", record=what)))


def find_record(session: Session, uuid: str) -> Record:
    """The record of that uuid in whichever layer; raises ``BadInput`` if there is none."""
    for layer in LAYERS:
        record = session.file.get(layer.name, uuid)
        if record is not None:
            return record
    raise BadInput(
        tr(
            "There is no record {uuid} in {name}; list the file to see what there is.",
            uuid=uuid,
            name=session.file.path.name,
        )
    )
