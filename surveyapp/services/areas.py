"""Areas: drawn or typed, changed and deleted, and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import AREA, ESTIMATE, GEOMETRY
from surveyapp.domain.records import Record, Value
from surveyapp.errors import BadInput, BadPosition
from surveyapp.services import recording
from surveyapp.services.session import Session
from surveyapp.words import tr

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """An area with its size in m² on the ellipsoid (0 without an outline) and its estimates, the latest first."""

    record: Record
    area_m2: float
    estimates: tuple[Record, ...] = ()

    @property
    def name(self) -> str:
        return str(self.record.get("name") or "")


def surveyed(session: Session) -> list[Surveyed]:
    """Every area of the file by name, with its estimates."""
    from surveyapp.geo.extents import area_m2

    hanging: dict[str, list[Record]] = {}
    for estimate in session.file.records(ESTIMATE.name):
        hanging.setdefault(str(estimate.get("area_uuid") or ""), []).append(estimate)
    for estimates in hanging.values():
        estimates.sort(key=_latest, reverse=True)
    found = [
        Surveyed(area, area_m2(area.get(GEOMETRY)), tuple(hanging.get(area.uuid, ())))
        for area in session.file.records(AREA.name)
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.record.uuid))


def _latest(estimate: Record) -> tuple[str, str]:
    return str(estimate.get("estimated_on") or ""), estimate.uuid


def parse_corners(text: str, *, prefer: str | None = None) -> list[LonLat]:
    """Corners (longitude, latitude) from coordinates in any notation, one on each line; empty lines are left out.

    Raises ``BadPosition`` that names the line.
    """
    from surveyapp.geo.coordinates import parse_position

    corners = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            parsed = parse_position(line, prefer=prefer)
        except BadPosition as error:
            raise BadPosition(tr("Corner in line {number}: {error}", number=number, error=error),
                              error.suggestion) from None
        corners.append((parsed.longitude, parsed.latitude))
    return corners


def corners_text(corners: Sequence[LonLat]) -> str:
    """Corners as :func:`parse_corners` reads them, to about a decimetre."""
    return "\n".join(f"{latitude:.6f}, {longitude:.6f}" for longitude, latitude in corners)


def add_area(session: Session, values: Mapping[str, Value], corners: Sequence[LonLat]) -> str:
    """Save a new area; returns its uuid. Raises ``BadInput`` without a name, or where the corners make no outline."""
    from surveyapp.geo.extents import outline_hex

    _require_name(values)
    known: dict[str, Value] = {"survey_uuid": session.survey_uuid, **values, GEOMETRY: outline_hex(corners)}
    made = changes.insert(AREA.name, known)
    session.apply(ChangeSet((made,), tr("Add area {name}", name=values["name"])))
    return made.uuid


def edit_area(
    session: Session, area: Record, values: Mapping[str, Value], corners: Sequence[LonLat] | None = None
) -> bool:
    """Save what differs; ``corners``: the new outline, ``None`` leaves it as it is. Returns whether anything did."""
    from surveyapp.geo.extents import outline_hex

    _require_name(values)
    wanted = dict(values)
    if corners is not None:
        wanted[GEOMETRY] = outline_hex(corners)
    return recording.edit_record(session, area, wanted)


def delete_area(session: Session, area: Record) -> None:
    """Delete an area with its estimates, in one change set that undo brings back whole."""
    hanging = session.file.children(ESTIMATE.name, AREA.name, area.uuid)
    gone = (*(changes.delete(ESTIMATE.name, one.uuid) for one in hanging), changes.delete(AREA.name, area.uuid))
    session.apply(ChangeSet(gone, tr("Delete area {name}", name=area.get("name") or area.uuid)))


def _require_name(values: Mapping[str, Value]) -> None:
    if not str(values.get("name") or "").strip():
        raise BadInput(tr("The area has no name; give it one."))
