"""Where a record is, and what it is called: read from the session on the storage thread for the queues. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, SIGHTING
from surveyapp.domain.geometry import point_of
from surveyapp.domain.merge import Conflict
from surveyapp.domain.records import Record, Value
from surveyapp.geo.measure import distance_m
from surveyapp.services.conflicts import side_name
from surveyapp.services.session import Session
from surveyapp.ui.forms.history_text import isolated, readable, sentence_case
from surveyapp.ui.mapcanvas.graticule import distance_text
from surveyapp.words import tr


@dataclass(frozen=True, slots=True)
class Mark:
    """One point on the map, WGS 84 degrees; ``letter`` is empty where there is only one. Unknown accuracy: ``None``."""

    letter: str
    longitude: float
    latitude: float
    accuracy_m: float | None = None
    gem: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A track or area on the map: WKB hex, and what stands beside it."""

    name: str
    geometry: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What the small map shows, and the words under it."""

    marks: tuple[Mark, ...] = ()
    lines: tuple[Line, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class DisputeDetail:
    """What is shown of one disagreement beside the conflict itself. ``sighting``: the one to show in the window."""

    key: str
    caption: str
    place: Place
    sighting: str | None


def caption(session: Session, layer: str, uuid: str) -> str:
    """What a record is called: ``Emerald · Fizagat``; what has no name of its own by what it hangs on."""
    record = session.file.get(layer, uuid)
    return _caption(session, record) if record is not None else f"{tr(LAYER_BY_NAME[layer].title)} {uuid[:8]}"


def _caption(session: Session, record: Record) -> str:
    layer = record.definition
    if layer is SIGHTING:
        words = [sentence_case(record.text("gem")), isolated(record.text("locality"))]
        named = [word for word in words if word.strip("\u2068\u2069")]
        if record.get("presence") == "absent" and named:
            named[0] = tr("No {gem}", gem=f"{named[0][:1].lower()}{named[0][1:]}")
        return " · ".join(named) or f"{tr(layer.title)} {record.uuid[:8]}"
    name = record.text(layer.caption) if layer.caption else ""
    if name:
        return f"{tr(layer.title)} {isolated(name)}"
    if layer.name == "likely_duplicate":
        both = [_named(session, record.get(end)) for end in ("first_uuid", "second_uuid")]
        return tr(" and ").join(both)
    host = _host(session, record)
    if host is None or host is record:
        return f"{tr(layer.title)} {record.uuid[:8]}"
    return tr("{title} of {caption}", title=tr(layer.title), caption=_caption(session, host))


def _named(session: Session, uuid: Value) -> str:
    return caption(session, SIGHTING.name, str(uuid))


def captions(session: Session, wanted: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Captions of records given as (key, layer, uuid), by key."""
    return {key: caption(session, layer, uuid) for key, layer, uuid in wanted}


def detail(session: Session, conflict: Conflict) -> DisputeDetail:
    """A disagreement's caption and place."""
    record = session.file.get(conflict.layer, conflict.record)
    if record is None:
        gone = f"{tr(LAYER_BY_NAME[conflict.layer].title)} {conflict.record[:8]}"
        return DisputeDetail(conflict.conflict, gone, Place(words=tr("The record is not in the file any more.")), None)
    host = _host(session, record)
    sighting = host.uuid if host is not None and host.layer == SIGHTING.name else None
    place = _place(session, conflict, record, host)
    return DisputeDetail(conflict.conflict, _caption(session, record), place, sighting)


def _parent(session: Session, record: Record) -> Record | None:
    """The record that this one hangs on."""
    for name, layer in (("sighting_uuid", "sighting"), ("sample_uuid", "sample"), ("area_uuid", "area")):
        uuid = record.get(name)
        if isinstance(uuid, str) and LAYER_BY_NAME[record.layer].field(name) is not None:
            found = session.file.get(layer, uuid)
            if found is not None:
                return found
    layer_name, uuid = record.get("record_layer"), record.get("record_uuid")
    if record.layer == "review" and isinstance(uuid, str) and layer_name in LAYER_BY_NAME:
        return session.file.get(str(layer_name), uuid)
    return None


def _host(session: Session, record: Record) -> Record | None:
    """The record itself if it can have a place, else the nearest that it hangs on which can."""
    seen: set[str] = set()
    at: Record | None = record
    while at is not None and not at.definition.geometry and at.uuid not in seen:
        seen.add(at.uuid)  # a sample may name itself as its parent
        at = _parent(session, at)
    return at if at is not None and at.definition.geometry else None


def _place(session: Session, conflict: Conflict, record: Record, host: Record | None) -> Place:
    if conflict.field == GEOMETRY:
        return _sides(session, conflict, record)
    if record.layer == "likely_duplicate":
        return _both_ends(session, record)
    if host is None or host.get(GEOMETRY) is None:
        return Place(words=_placeless(record))
    of = "" if host is record else tr("Place of its {title}: ", title=tr(host.definition.title).lower())
    if host.definition.geometry == "POINT":
        mark = mark_of(host)
        return Place((mark,) if mark else (), words=of + place_words(host))
    line = Line("", str(host.get(GEOMETRY)), host.definition.geometry == "POLYGON")
    return Place(lines=(line,), words=of + (host.text(host.definition.caption) or tr(host.definition.title)))


def _placeless(record: Record) -> str:
    title = tr(record.definition.title).lower()
    if record.definition.geometry:
        return tr("This {title} has no place.", title=title)
    return tr("This {title} has no place of its own, and hangs on no record that has one.", title=title)


def _sides(session: Session, conflict: Conflict, record: Record) -> Place:
    """Where each side says that the record is, and how far apart that is."""
    kind = record.definition.geometry
    if kind != "POINT":
        lines = tuple(
            Line(side_name(i), str(side.value), kind == "POLYGON")
            for i, side in enumerate(conflict.values)
            if side.value is not None
        )
        return Place(lines=lines, words=tr("Each side drew its own line; they are named by their letters."))
    bodies = {revision.revision: revision.body or {} for revision in session.file.history(record.uuid)}
    marks, lacking = [], []
    for i, side in enumerate(conflict.values):
        point = point_of(side.value)
        if point is None:
            lacking.append(tr("{side} has no position", side=side_name(i)))
        else:
            accuracy = bodies.get(side.revision, {}).get("accuracy_m")
            marks.append(_mark(side_name(i), point, record, accuracy))
    return Place(tuple(marks), words=". ".join([*distances(marks), *lacking]))


def distances(marks: Sequence[Mark]) -> list[str]:
    """``A and B are 1.2 km apart``: how far each mark is from the first."""
    if not marks:
        return []
    first, *others = marks
    apart = [distance_m(first.longitude, first.latitude, other.longitude, other.latitude) for other in others]
    return [
        tr(
            "{letter} and {letter2} are {distance} apart",
            letter=first.letter,
            letter2=other.letter,
            distance=distance_text(metres),
        )
        for other, metres in zip(others, apart, strict=True)
    ]


def _both_ends(session: Session, record: Record) -> Place:
    marks = []
    for letter, end in zip("12", ("first_uuid", "second_uuid"), strict=True):
        sighting = session.file.get(SIGHTING.name, str(record.get(end)))
        mark = mark_of(sighting, letter) if sighting is not None else None
        if mark is not None:
            marks.append(mark)
    return Place(tuple(marks), words=". ".join(distances(marks)) or tr("Neither sighting has a place."))


def mark_of(record: Record, letter: str = "") -> Mark | None:
    """A sighting's point; ``None`` where it has none."""
    return None if record.position is None else _mark(letter, record.position, record, record.get("accuracy_m"))


def _mark(letter: str, point: tuple[float, float], record: Record, accuracy: Value) -> Mark:
    known = float(accuracy) if isinstance(accuracy, int | float) else None
    return Mark(letter, *point, known, str(record.get("gem") or ""), record.get("presence") == "absent")


def place_words(record: Record) -> str:
    """Coordinates, accuracy, district and province of a sighting."""
    point = readable(record.layer, GEOMETRY, record.get(GEOMETRY))
    words = [point, accuracy_words(record), isolated(record.text("district")), record.text("province")]
    return " · ".join(word for word in words if word.strip("\u2068\u2069"))


def accuracy_words(record: Record) -> str:
    """``good to 4 m``; unknown is said, never guessed."""
    accuracy = record.get("accuracy_m")
    if record.get(GEOMETRY) is None:
        return ""
    return (
        tr("good to {accuracy:g} m", accuracy=accuracy) if isinstance(accuracy, int | float) else tr("accuracy unknown")
    )
