"""What the position box needs of geography, as callables, so that it can be tried without any. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from surveyapp.domain.records import Value
from surveyapp.errors import BadPosition
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.geo.where import Where


class Understood(Protocol):
    """A typed position in WGS 84 degrees, the EPSG code and notation that it was read in, and what a person should
    know."""

    @property
    def longitude(self) -> float: ...
    @property
    def latitude(self) -> float: ...
    @property
    def crs(self) -> str: ...
    @property
    def notation(self) -> str: ...
    @property
    def warnings(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class PositionTools:
    """``parse`` raises ``BadPosition``; the others take longitude and latitude in WGS 84 degrees.

    ``describe`` gives (notation, text) pairs; ``place`` province code, district and toposheet, where there are any;
    ``written`` the text that stands for a point nobody typed; ``swapped`` that of the point with its axes the
    other way round, if only that lies in the country; ``notes`` what a person should know of a stored point,
    given the EPSG code that it was typed in; ``read_as`` how a point was read and how good the shift to WGS 84 is,
    given that code and the notation (empty where it is not known); ``near`` how far the nearest town is.
    """

    parse: Callable[[str], Understood]
    describe: Callable[[float, float], Sequence[tuple[str, str]]]
    place: Callable[[float, float], Mapping[str, Value]]
    written: Callable[[float, float], str]
    swapped: Callable[[float, float], str | None]
    notes: Callable[[str, float, float], Sequence[str]]
    read_as: Callable[[str, str, float, float], str]
    near: Callable[[float, float], str]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What else the open survey has at a place: ``notes`` are sentences, ``sighting`` the uuid of the sighting that
    the point lies on top of, and ``at`` how sure its place is."""

    notes: tuple[str, ...] = ()
    sighting: str = ""
    at: Where | None = None


LookAround = Callable[[float, float, float | None], Neighbourhood]
"""Longitude and latitude in degrees, and the accuracy in metres if it is known."""


def standard_tools() -> PositionTools:
    """The tools of :mod:`surveyapp.geo`."""
    from surveyapp.geo.coordinates import describe, parse_position

    return PositionTools(parse_position, describe, _place, _written, _swapped, _notes, _read_as, _near)


def _place(longitude: float, latitude: float) -> dict[str, Value]:
    """By the boundaries in use. Their name goes into the record when it is saved."""
    from surveyapp.services.recording import place_facts

    facts = place_facts(longitude, latitude)
    return {name: facts[name] for name in ("province", "district", "toposheet") if name in facts}


def _written(longitude: float, latitude: float) -> str:
    """Degrees with six decimals, a decimetre: finer than a receiver knows, and short enough to read out."""
    from surveyapp.geo.coordinates import format_position

    return format_position(longitude, latitude, "DD")


def _swapped(longitude: float, latitude: float) -> str | None:
    from surveyapp.geo.places import GENERALISATION_M, in_pakistan

    if abs(longitude) > 90 or in_pakistan(longitude, latitude, tolerance_m=GENERALISATION_M):
        return None
    inside = in_pakistan(latitude, longitude, tolerance_m=GENERALISATION_M)
    return _written(latitude, longitude) if inside else None


def _notes(crs: str, longitude: float, latitude: float) -> list[str]:
    from surveyapp.geo.crs import accuracy_of, label_of
    from surveyapp.geo.places import GENERALISATION_M, in_pakistan

    notes = []
    if not in_pakistan(longitude, latitude, tolerance_m=GENERALISATION_M):
        place = f"{latitude:.4f}, {longitude:.4f}"
        notes.append(tr("{place} lies outside Pakistan.", place=place))
    try:
        if accuracy_of(crs, longitude, latitude) is None:
            notes.append(tr("The accuracy of the shift from {system} to WGS 84 is unknown.", system=label_of(crs)))
    except BadPosition as error:
        notes.append(str(error))
    return notes


def _read_as(crs: str, notation: str, longitude: float, latitude: float) -> str:
    from surveyapp.geo.crs import WGS84, accuracy_of, label_of

    system = tr("WGS 84") if crs == WGS84 else label_of(crs)
    kind = _notation_words(notation)
    read = tr("Read as {notation}, {system}", notation=kind, system=system) if kind else system
    try:
        accuracy_m = accuracy_of(crs, longitude, latitude)
    except BadPosition:
        return read  # a note says why there is no way to WGS 84
    if accuracy_m is None:
        return read  # the note says that the accuracy of the shift is unknown
    if accuracy_m == 0:
        return tr("{read}; no datum shift needed", read=read)
    return tr("{read}; shift to WGS 84 good to {accuracy} m", read=read, accuracy=f"{accuracy_m:g}")


def _notation_words(notation: str) -> str:
    told = {
        "DD": tr("degrees"),
        "DDM": tr("degrees and minutes"),
        "DMS": tr("degrees, minutes, seconds"),
        "UTM": tr("UTM"),
        "MGRS": tr("MGRS"),
        "grid": tr("grid metres"),
        "toposheet": tr("a toposheet reference"),
    }
    return told.get(notation, "")


def _near(longitude: float, latitude: float) -> str:
    from surveyapp.geo.districts import nearest_town

    found = nearest_town(longitude, latitude)
    if found is None:
        return ""
    town, distance_m = found
    name = f"{town.name} ({town.district})" if town.district not in ("", town.name) else town.name
    if distance_m < 1000:
        return tr("less than 1 km from {town}", town=name)
    return tr("{distance} km from {town}", distance=f"{distance_m / 1000:.0f}", town=name)
