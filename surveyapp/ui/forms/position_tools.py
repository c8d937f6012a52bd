"""What the position box needs of geography, as callables, so that it can be tried without any. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from surveyapp.domain.records import Value
from surveyapp.errors import BadPosition


class Understood(Protocol):
    """A typed position in WGS 84 degrees, the EPSG code it was typed in, and what a person should know."""

    @property
    def longitude(self) -> float: ...
    @property
    def latitude(self) -> float: ...
    @property
    def crs(self) -> str: ...
    @property
    def warnings(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class PositionTools:
    """``parse`` raises ``BadPosition``; the others take longitude and latitude in WGS 84 degrees.

    ``describe`` gives (notation, text) pairs; ``place`` province code and toposheet, where there are any;
    ``written`` the text that stands for a point nobody typed; ``swapped`` that of the point with its axes the
    other way round, if only that lies in the country; ``notes`` what a person should know of a stored point,
    given the EPSG code that it was typed in.
    """

    parse: Callable[[str], Understood]
    describe: Callable[[float, float], Sequence[tuple[str, str]]]
    place: Callable[[float, float], Mapping[str, Value]]
    written: Callable[[float, float], str]
    swapped: Callable[[float, float], str | None]
    notes: Callable[[str, float, float], Sequence[str]]


def standard_tools() -> PositionTools:
    """The tools of :mod:`surveyapp.geo`."""
    from surveyapp.geo.coordinates import describe, parse_position

    return PositionTools(parse_position, describe, _place, _written, _swapped, _notes)


def _place(longitude: float, latitude: float) -> dict[str, Value]:
    from surveyapp.geo.coordinates import toposheet_at
    from surveyapp.geo.places import province_at

    province = province_at(longitude, latitude)
    return {"province": province[0] if province else None, "toposheet": toposheet_at(longitude, latitude)}


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
        notes.append(f"{latitude:.4f}, {longitude:.4f} lies outside Pakistan.")
    try:
        if accuracy_of(crs, longitude, latitude) is None:
            notes.append(f"The accuracy of the shift from {label_of(crs)} to WGS 84 is unknown.")
    except BadPosition as error:
        notes.append(str(error))
    return notes
