"""Recording: new surveys, sightings, photos, edits and deletions, as the window and the command line do them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from surveyapp.domain import changes
from surveyapp.domain.changes import Change, ChangeSet
from surveyapp.domain.custody_rules import refuse_changes
from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, LAYERS, SIGHTING, Field
from surveyapp.domain.geometry import point_hex, point_of
from surveyapp.domain.records import Record, Value, new_uuid, utc_text
from surveyapp.domain.template import EMPTY, fields_of
from surveyapp.domain.validation import layer_named, parse_assignments
from surveyapp.errors import BadInput
from surveyapp.services import photos as photo_files
from surveyapp.services import templates
from surveyapp.services.placing import PLACES, SOURCE, facts_of_many, place_of, sourced
from surveyapp.services.session import Session
from surveyapp.services.where import in_use
from surveyapp.words import ntr, tr

POSITION_WORDS = ("position", "at")
"""Names under which a command line may set where a point is, as text."""

_NOWHERE = {"province": None, "toposheet": None, SOURCE: None}

_MANY = 100
"""So many places are worth the libraries that answer for all of them at once."""

DEPENDENTS = {"sighting": ("photo", "orientation"), "certificate": ("photo",), "area": ("estimate",)}
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
    """Province (ISO 3166-2 code), district, the boundaries that say so, and toposheet of a WGS 84 position; empty where
    there is none. Boundaries without districts say nothing about them."""
    from surveyapp.geo.places import area_at

    boundaries = in_use()
    province = area_at(boundaries.provinces, longitude, latitude)
    district = area_at(boundaries.districts, longitude, latitude)
    found = place_of(boundaries, province.code if province else None, district.name if district else None)
    return found | _sheet(longitude, latitude)


def _sheet(longitude: float, latitude: float) -> dict[str, Value]:
    from surveyapp.geo.toposheets import toposheet_at

    return {"toposheet": toposheet_at(longitude, latitude)}


def place_facts_of_many(places: Sequence[tuple[float, float]]) -> list[dict[str, Value]]:
    """:func:`place_facts` of many (longitude, latitude) pairs, as an import has them."""
    if len(places) < _MANY:
        return [place_facts(longitude, latitude) for longitude, latitude in places]
    longitudes, latitudes = zip(*places, strict=True)
    found = facts_of_many(in_use(), longitudes, latitudes)
    return [(facts or {}) | _sheet(*place) for place, facts in zip(places, found, strict=True)]


def with_places(values: Mapping[str, Value], facts: Mapping[str, Value]) -> dict[str, Value]:
    """Values with what a place says (:func:`place_facts`) where they say nothing themselves, not even that a field is
    empty. The boundaries are named only where it is them who say it."""
    filled = {**facts, **values}
    if values.get(SOURCE) is None:
        filled[SOURCE] = sourced(filled, facts)
    return filled


def assigned(layer: str, assignments: Mapping[str, str], asked: Sequence[Field] | None = None) -> dict[str, Value]:
    """Values of ``FIELD=VALUE`` assignments, a position among them under ``position`` or ``at``. ``asked``: the
    layer's fields as an office makes them (:func:`asked_fields`)."""
    given = dict(assignments)
    values: dict[str, Value] = {}
    for word in POSITION_WORDS:
        if LAYER_BY_NAME[layer].geometry == "POINT" and word in given:
            values |= position_values(given.pop(word))
    if {"longitude", "latitude"} <= given.keys() and LAYER_BY_NAME[layer].geometry == "POINT":
        values |= position_values(f"{given.pop('latitude')}N {given.pop('longitude')}E")
    return values | parse_assignments(layer_named(layer), given, asked)


def asked_fields(session: Session, layer: str, survey_uuid: object = None) -> Sequence[Field]:
    """The fields of a layer as the office of a survey makes them, its own among them; of the only survey in the file
    where none is named."""
    surveys = templates.all_of(session.file)[0]
    only = next(iter(surveys)) if len(surveys) == 1 else None
    return fields_of(layer_named(layer), surveys.get(str(survey_uuid or only), EMPTY))


def new_sighting_values(session: Session, values: Mapping[str, Value]) -> dict[str, Value]:
    """Values of a new sighting with what the program knows filled in: defaults (the office's before the table's),
    observer, time, survey. A field that is given as ``None`` was emptied, and stays empty."""
    surveys = templates.all_of(session.file)[0]
    only = next(iter(surveys)) if len(surveys) == 1 else None
    asked = fields_of(SIGHTING, surveys.get(str(values.get("survey_uuid") or only), EMPTY))
    known: dict[str, Value] = {f.name: f.default for f in asked if f.default is not None}
    known |= {"observer": session.author, "observed_at": utc_text(), "survey_uuid": only}
    point = point_of(values.get(GEOMETRY))
    filled = known | (dict(values) if point is None else with_places(values, place_facts(*point)))
    templates.make_room_for(session, filled)
    return {n: v for n, v in filled.items() if v is not None}


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
    """Save what differs; refused if someone else changed those fields since ``record`` was read, if its review status
    may not become what is asked, or for a handover. Returns whether anything differed. Moving a sighting works its
    province, district and toposheet out again."""
    differ = {n: v for n, v in values.items() if record.values.get(n) != v}
    if not differ:
        return False
    _check_status(session, [record], differ)
    if record.layer == "sighting" and GEOMETRY in differ:
        point = point_of(differ[GEOMETRY])
        differ = with_places(differ, place_facts(*point) if point else _NOWHERE)
    differ |= _new_source(record, differ)
    templates.make_room_for(session, differ)
    change = changes.update(record.layer, record.uuid, differ, record.values)
    refuse_changes([change])
    session.apply(ChangeSet((change,), tr("Edit {record}", record=tr(record.definition.title).lower())))
    return True


def _new_source(record: Record, differ: Mapping[str, Value]) -> dict[str, Value]:
    """A province or district that a person chose is no longer what the boundaries say."""
    if record.layer != "sighting" or GEOMETRY in differ or SOURCE in differ or not differ.keys() & set(PLACES):
        return {}
    point = record.position
    source = sourced({**record.values, **differ}, place_facts(*point)) if point else None
    return {SOURCE: source} if source != record.values.get(SOURCE) else {}


def _check_status(session: Session, records: Sequence[Record], values: Mapping[str, Value]) -> None:
    if "review_status" in values:
        from surveyapp.services.reviewing import check_edit

        check_edit(session, records, values)


def edit_many(session: Session, records: Sequence[Record], values: Mapping[str, Value]) -> int:
    """Set the same values on several records in one change set; returns how many differed. Refused whole where one of
    them may not get a review status that is among the values."""
    _check_status(session, records, values)
    made = []
    for record in records:
        differ = {n: v for n, v in values.items() if record.values.get(n) != v}
        if differ:
            differ |= _new_source(record, differ)
            made.append(changes.update(record.layer, record.uuid, differ, record.values))
    refuse_changes(made)
    if made:
        session.apply(ChangeSet(tuple(made), ntr("Edit {n} record", "Edit {n} records", len(made))))
    return len(made)


def delete_records(session: Session, records: Sequence[Record]) -> None:
    """Delete records, and those that go with them, in one change set. Handovers are refused."""
    made: dict[str, Change] = {}
    for record in records:
        for layer in DEPENDENTS.get(record.layer, ()):
            for child in session.file.children(layer, record.layer, record.uuid):
                made[child.uuid] = changes.delete(layer, child.uuid)
        if record.layer == "sighting":
            for answer in session.file.answers_about(record.uuid):
                made[answer.uuid] = changes.delete(answer.layer, answer.uuid)
        made[record.uuid] = changes.delete(record.layer, record.uuid)
    refuse_changes(made.values())
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
