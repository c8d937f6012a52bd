"""Measurements of structure: adding and changing them at a sighting, and all of a survey for its stereonet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import ORIENTATION
from surveyapp.domain.orientation import LINE, PLANE, Measure, Plane, measure_of
from surveyapp.domain.records import Record, Value, utc_text
from surveyapp.errors import BadInput
from surveyapp.services import recording
from surveyapp.services.session import Session
from surveyapp.words import tr

ANGLES = ("strike_deg", "dip_deg", "trend_deg", "plunge_deg")


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement that can be drawn, with the uuid and name of its sighting (empty where there is none)."""

    record: Record
    measure: Measure
    sighting: str
    place: str

    @property
    def structure(self) -> str:
        """Code of what was measured, empty if nobody said."""
        return str(self.record.get("structure") or "")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A measurement as a map draws it, and the uuid of its sighting."""

    sighting: str
    measure: Measure


def measure_values(measure: Measure) -> dict[str, Value]:
    """Kind and angles as the fields of an orientation, the others emptied. A millionth of a degree is kept."""
    if isinstance(measure, Plane):
        angles: tuple[Value, ...] = (round(measure.strike_deg, 6) % 360, round(measure.dip_deg, 6), None, None)
    else:
        angles = (None, None, round(measure.trend_deg, 6) % 360, round(measure.plunge_deg, 6))
    kind = PLANE if isinstance(measure, Plane) else LINE
    return {"kind": kind, **dict(zip(ANGLES, angles, strict=True))}


def measure_in(record: Record) -> Measure | None:
    """The measurement that a record holds; ``None`` where its numbers say none."""
    return measure_of(record.get("kind"), (record.get(name) for name in ANGLES))


def add_orientation(session: Session, sighting_uuid: str, measure: Measure, values: Mapping[str, Value]) -> str:
    """Save a measurement at a sighting, with the author and the time where ``values`` have none; returns its uuid.

    Raises ``BadInput`` if there is no such sighting.
    """
    if session.file.get("sighting", sighting_uuid) is None:
        raise BadInput(tr("The sighting of this measurement is not in the file; save it first."))
    known: dict[str, Value] = {"observer": session.author, "observed_at": utc_text(), "sighting_uuid": sighting_uuid}
    given = {name: value for name, value in values.items() if value is not None}
    made = changes.insert(ORIENTATION.name, known | given | measure_values(measure))
    session.apply(ChangeSet((made,), tr("Add measurement")))
    return made.uuid


def edit_orientation(session: Session, record: Record, measure: Measure, values: Mapping[str, Value]) -> bool:
    """Save what differs of a measurement. Angles that were not touched keep every digit that they have."""
    wanted = dict(values) if measure == measure_in(record) else {**values, **measure_values(measure)}
    return recording.edit_record(session, record, wanted)


def delete_orientation(session: Session, record: Record) -> None:
    """Delete a measurement; undo brings it back."""
    recording.delete_records(session, [record])


def all_measured(session: Session) -> list[Measured]:
    """Every measurement of the file that can be drawn, by sighting and time."""
    records = list(session.file.records(ORIENTATION.name))
    wanted = {str(record.get("sighting_uuid")) for record in records if record.get("sighting_uuid")}
    places = {record.uuid: place_name(record) for record in session.file.records("sighting", wanted)}
    found = []
    for record in records:
        measure = measure_in(record)
        sighting = str(record.get("sighting_uuid") or "")
        if measure is not None:
            found.append(Measured(record, measure, sighting if sighting in places else "", places.get(sighting, "")))
    return sorted(found, key=lambda m: (m.place, m.sighting, str(m.record.get("observed_at") or ""), m.record.uuid))


def all_drawn(session: Session) -> list[Drawn]:
    """Every measurement of the file that can be drawn at a sighting, in the order of the file. It reads columns, not
    whole records: a map asks again after every change."""
    columns = session.file.columns(ORIENTATION.name, ["sighting_uuid", "kind", *ANGLES])
    found = []
    for sighting, kind, *angles in zip(*columns.values(), strict=True):
        measure = measure_of(kind, angles)
        if sighting and measure is not None:
            found.append(Drawn(sighting, measure))
    return found


def place_name(sighting: Record) -> str:
    """What a sighting is called in a list: gem and locality, so far as they are known."""
    return " · ".join(text for text in (sighting.text("gem").capitalize(), sighting.text("locality")) if text)
