"""A folder of photos as a source: each photo goes to the sighting that it belongs to, or makes one where it was taken.

The rule by which a photo belongs to a sighting is that of the photo window (:mod:`surveyapp.exchange.photo_match`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from surveyapp.domain import changes
from surveyapp.domain.changes import Change
from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Value, moment_of, utc_text
from surveyapp.exchange.importers.photofolder import CLOCK, SHA256, TAKEN
from surveyapp.exchange.importers.source import SourceRow, SourceTable
from surveyapp.exchange.plan import ImportPlan, PlannedRow, Rejected
from surveyapp.services import photos
from surveyapp.services.recording import new_sighting_values
from surveyapp.services.session import Session
from surveyapp.words import ntr, tr

if TYPE_CHECKING:
    from surveyapp.exchange.photo_match import Match, Shot

ZONE = "+05:00"
"""Cameras write no zone; theirs is taken for Pakistan's, as where photos are matched in the window."""


def planned(session: Session, source: SourceTable, plan: ImportPlan) -> ImportPlan:
    """The plan of a folder of photos, made to fit this survey: photos of sightings that are there go to them, those
    that the survey has are left alone, one that may belong to several is rejected with the reason, and photos of one
    burst make one sighting. A row without values attaches its photos to the sighting of its uuid."""
    from surveyapp.exchange.photo_match import bursts

    photo_rows = {row.number: row for row in source.rows}
    shots = {number: _shot(row) for number, row in photo_rows.items() if row.values.get(SHA256)}
    matches = {
        int(match.key): match for match in photos.match_shots(session, list(shots.values())) if shots
    }
    have = photos.known_hashes(session)
    made = {row.row: row for row in plan.rows}
    rows: list[PlannedRow] = []
    rejected = {one.row: one for one in plan.rejected}
    fresh: list[PlannedRow] = []
    for number, row in photo_rows.items():
        match = matches.get(number)
        if match is None:
            continue
        if row.values[SHA256] in have:
            rejected.pop(number, None)
            rows.append(PlannedRow(number, "", {}))
        elif match.how == "time":
            # By time alone the sightings that this very import makes would draw other photos the next time.
            if match.proposed is not None and number in rejected:
                why = tr("It was taken near a sighting in time; decide in the window, under Photos.")
                rejected[number] = replace(rejected[number], reason=f"{rejected[number].reason} {why}")
        elif match.proposed is not None and match.sure:
            rejected.pop(number, None)
            rows.append(PlannedRow(number, match.proposed, {}, photos=_files(source, row)))
        elif match.proposed is not None:
            rejected[number] = Rejected(number, _unsure(match), dict(row.values), row.wkb_hex)
        elif number in made:
            fresh.append(made[number])
    grouped = bursts([shots[row.row] for row in fresh])
    for burst in grouped:
        first, *others = (fresh[at] for at in burst)
        rows.append(first)
        rows += [PlannedRow(other.row, first.uuid, {}, photos=other.photos) for other in others]
    joined = len(fresh) - len(grouped)
    note = ntr("{n} photo was taken within 15 m and ten minutes of another and goes to the same sighting.",
               "{n} photos were taken within 15 m and ten minutes of another and go to the same sighting.", joined)
    return replace(
        plan, rows=rows, rejected=[rejected[number] for number in sorted(rejected)],
        notes=(*plan.notes, *([note] if joined else [])),
    )  # fmt: skip


def add_here(session: Session, found: Sequence[photos.Found], given: Mapping[str, Value], ahead_s: float = 0.0,
             own_max_px: int = 0, progress: Progress | None = None) -> tuple[list[str], photos.Attached]:
    """(uuids of the new sightings, what came of the photos): a sighting where each of these photos was taken, photos
    of one burst together. ``given``: values of all of them, such as the gem. ``ahead_s`` as :func:`match` takes it."""
    from surveyapp.exchange.photo_match import bursts

    placed = [one for one in found if photos.place_of(one) is not None]
    made: list[Change] = []
    pairs: list[tuple[Path, str]] = []
    for burst in bursts([one.shot for one in placed], ahead_s):
        first = placed[burst[0]]
        moment = first.shot.moment(ahead_s)
        values = {**(photos.place_of(first) or {}), **given, "observed_at": utc_text(moment) if moment else None}
        change = changes.insert(SIGHTING.name, new_sighting_values(session, values))
        made.append(change)
        pairs += [(placed[at].path, change.uuid) for at in burst]
    if not made:
        return [], photos.Attached()
    label = ntr("Add {n} sighting from photos", "Add {n} sightings from photos", len(made))
    came = photos.attach_matched(session, pairs, own_max_px, progress, first=made, label=label)
    return [change.uuid for change in made], came


def _shot(row: SourceRow) -> Shot:
    from surveyapp.domain.geometry import point_of
    from surveyapp.exchange.photo_match import Shot

    longitude, latitude = point_of(row.wkb_hex) or (None, None)
    taken = row.values.get(TAKEN)
    by_gps = taken is not None and taken != row.values.get(CLOCK)
    return Shot(
        str(row.number), longitude, latitude, moment_of(taken) if by_gps else None,
        photos.camera_clock(row.values.get(CLOCK)),
    )  # fmt: skip


def _files(source: SourceTable, row: SourceRow) -> tuple[Path, ...]:
    from surveyapp.exchange.importers.photofolder import FILE
    from surveyapp.exchange.media import Media

    found = Media(source.media).find(str(row.values.get(FILE) or ""))
    return () if found is None else (found,)


def _unsure(match: Match) -> str:
    count = len(match.candidates)
    if count > 1:
        return tr("It may belong to one of {count} sightings near; decide in the window, under Photos.", count=count)
    return tr("It lies at a sighting, but was taken at another time; decide in the window, under Photos.")
