"""Makes everything in this folder: ``python sample_surveys/make_samples.py [FOLDER]``.

It goes through the program's own services, as a person's work does. Only the clock and the dice (of Python and of
SQLite's triggers) are replaced, so that making the samples again gives the same records and the same history.
"""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import sqlite3
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import shapely
from scenes import SCENES, save
from stories import STORIES, SWAT, TEAM_A, TEAM_B, TOWNS, Story

from surveyapp.domain import changes
from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import GEOMETRY
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import utc_text
from surveyapp.domain.reviewing import Decision, Decisions
from surveyapp.exchange import decisions
from surveyapp.positioning.fix import Fix
from surveyapp.positioning.nmea_write import nmea_sentences
from surveyapp.services.recording import add_sighting, edit_record, position_values
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile

KM_PER_DEGREE = 111.32
FOLDER = Path(__file__).parent


class World:
    """Clock and dice of the samples: both go on by themselves, always in the same way."""

    def __init__(self, seed: str, start: datetime) -> None:
        self.seed = seed
        self.now = start
        self._drawn = 0

    def dice(self, size: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_128(f"{self.seed} {self._drawn}".encode()).digest(size)

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(bytes=self.dice(16), version=4)

    def tick(self) -> datetime:
        self.now += timedelta(milliseconds=250)
        return self.now


@contextmanager
def fixed(world: World) -> Iterator[None]:
    """Everything that is made inside has the world's times and uuids."""
    connect = sqlite3.connect

    def connected(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **named)
        connection.create_function("randomblob", 1, world.dice)
        connection.create_function("random", 0, lambda: int.from_bytes(world.dice(7)))
        connection.create_function("strftime", 2, lambda _form, _moment: utc_text(world.tick()))
        return connection

    class Clock(datetime):
        """A ``datetime`` whose now is the world's."""

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return world.tick().astimezone(tz)

    with (
        mock.patch("sqlite3.connect", connected),
        mock.patch("uuid.uuid4", world.uuid),
        mock.patch("surveyapp.domain.records.datetime", Clock),
    ):
        yield


# --- positions ---------------------------------------------------------------------------------------


def place(story: Story, at: tuple[float, float]) -> tuple[float, float]:
    """(longitude, latitude) of a point so many kilometres east and north of the story's town."""
    longitude, latitude = story.base
    east, north = at
    return (round(longitude + east / (KM_PER_DEGREE * math.cos(math.radians(latitude))), 6),
            round(latitude + north / KM_PER_DEGREE, 6))


def elevation(story: Story, at: tuple[float, float]) -> float:
    """A plausible elevation, metres: higher away from the town."""
    return round(story.elevation_m + 62 * math.hypot(*at), 1)


def typed_text(longitude: float, latitude: float, form: str) -> str:
    """A coordinate as someone reads it off a handset: ``dms``, ``utm`` or ``dd``."""
    if form == "dms":
        return f"{_dms(latitude)}N {_dms(longitude)}E"
    if form == "utm":
        from pyproj import Transformer

        to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32643", always_xy=True)
        easting, northing = to_utm.transform(longitude, latitude)
        return f"43N {easting:.0f} {northing:.0f}"
    return f"{latitude:.4f}N {longitude:.4f}E"


def _dms(degrees: float) -> str:
    tenths = round(degrees * 36000)
    whole, rest = divmod(tenths, 36000)
    minutes, seconds = divmod(rest, 600)
    return f"{whole}°{minutes:02d}'{seconds / 10:04.1f}\""


def position(story: Story, told: dict[str, Any], number: int) -> dict[str, Any]:
    """Geometry and position facts, as honest as the way in which the position was found."""
    longitude, latitude = place(story, told["at"])
    by = told["by"]
    if by == "typed":
        return position_values(typed_text(longitude, latitude, told["typed"]))
    facts: dict[str, Any] = {GEOMETRY: point_hex(longitude, latitude), "position_source": by,
                             "position_crs": "EPSG:4326"}
    if by == "photo":
        return facts | {"position_text": "position in the phone's photo"}
    if by == "map-tap":
        return facts | {"position_text": "tapped on the map"}
    satellites, hdop = 7 + number * 5 % 8, round(0.8 + number * 7 % 9 / 10, 1)
    facts |= {"fix_quality": "autonomous", "satellites": satellites, "hdop": hdop, "accuracy_m": round(3.4 * hdop, 1),
              "elevation_m": elevation(story, told["at"]), "position_text": "receiver training handset"}
    if by == "gps-averaged":
        facts |= {"samples_averaged": 120, "accuracy_m": round(1.6 * hdop, 1)}
    return facts


# --- surveys -----------------------------------------------------------------------------------------


def locality(story: Story, told: dict[str, Any], number: int) -> str:
    """A name that cannot be taken for a mine's."""
    town = told.get("town", TOWNS[story.file])
    if told.get("locality_is") == "bazaar":
        return f"{town} bazaar (as told, place of the find unknown)"
    return f"Training point {TOWNS[story.file][0]}-{number + 1:02d}, near {town}"


_TOLD_APART = ("at", "by", "typed", "town", "locality_is", "photos", "planes", "samples")


def add(session: Session, story: Story, told: dict[str, Any], number: int, world: World, observer: str) -> str:
    """Add one sighting with its photos, orientations and samples; returns its uuid."""
    moment = story.moment(number)
    world.now = moment + timedelta(minutes=4)
    session.author = observer
    values = {name: value for name, value in told.items() if name not in _TOLD_APART}
    values |= position(story, told, number)
    values |= {"locality": locality(story, told, number), "observer": observer, "observed_at": utc_text(moment)}
    values.setdefault("district", story.district)
    photos = [FOLDER_OF_PHOTOS[0] / f"{name}.jpg" for name in told.get("photos", ())]
    made = add_sighting(session, values, photos)
    stamp = utc_text(moment)
    more = [
        changes.insert("orientation", {
            "sighting_uuid": made, "kind": "plane", "structure": structure, "strike_deg": strike, "dip_deg": dip,
            "method": "measure_on_outcrop", "observer": observer, "observed_at": stamp,
        })
        for structure, strike, dip in told.get("planes", ())
    ] + [
        changes.insert("sample", {
            "sighting_uuid": made, "sample_id": name, "sample_type": kind, "weight_g": weight_g,
            "description": text, "collector": observer, "collected_at": stamp,
        })
        for name, kind, weight_g, text in told.get("samples", ())
    ]
    if more:
        session.apply(ChangeSet(tuple(more), "Add orientations and samples"))
    return made


FOLDER_OF_PHOTOS: list[Path] = [FOLDER / "photos"]


def shapes(session: Session, story: Story) -> None:
    """The tracks and areas of a story."""
    made = []
    for number, track in enumerate(story.tracks):
        line = shapely.LineString([place(story, at) for at in track["path"]])
        started = story.moment(7 * number)
        made.append(changes.insert("track", {
            "name": track["name"], "observer": story.people[0], "notes": track.get("notes"),
            "started_at": utc_text(started), "finished_at": utc_text(started + timedelta(hours=5, minutes=20)),
            "survey_uuid": session.survey_uuid, GEOMETRY: shapely.to_wkb(line, hex=True, byte_order=1),
        }))
    for area in story.areas:
        ring = shapely.Polygon([place(story, at) for at in area["path"]])
        made.append(changes.insert("area", {
            "name": area["name"], "kind": area["kind"], "mine_status": area["mine_status"],
            "notes": "Invented for training; no licence.", "survey_uuid": session.survey_uuid,
            GEOMETRY: shapely.to_wkb(ring, hex=True, byte_order=1),
        }))
    session.apply(ChangeSet(tuple(made), "Draw tracks and areas"))


def make_survey(story: Story, folder: Path) -> list[str]:
    """Write the survey of a story; returns the uuids of its sightings in the story's order."""
    world = World(story.file, story.day - timedelta(hours=2))
    with fixed(world):
        days = (len(story.sightings) - 1) // 7
        days += 4 if story is SWAT else 0  # two teams went back
        survey = {**story.survey, "started_on": f"{story.day:%Y-%m-%d}",
                  "finished_on": f"{story.day + timedelta(days=days):%Y-%m-%d}"}
        with Session.create(folder / story.file, survey, author=story.survey["lead"]) as session:
            session.device = "training laptop"
            uuids = [
                add(session, story, told, number, world, story.people[number % len(story.people)])
                for number, told in enumerate(story.sightings)
            ]
            session.author = story.people[0]
            shapes(session, story)
    return uuids


def make_team(team: dict[str, Any], folder: Path, uuids: list[str]) -> None:
    """A copy of the Swat survey that one team took along and edited by itself."""
    path = folder / team["file"]
    shutil.copyfile(folder / SWAT.file, path)
    world = World(team["file"], SWAT.moment(28))
    with fixed(world), Session.open(path, author=team["person"], device="training tablet") as session:
        for number, values in team["edits"].items():
            record = session.file.get("sighting", uuids[number])
            assert record is not None
            world.now = SWAT.moment(28 + number)
            edit_record(session, record, values)
        for number, told in enumerate(team["new"]):
            first = len(SWAT.sightings) + (20 if team is TEAM_B else 14)
            add(session, SWAT, told, first + number, world, team["person"])


# --- what others hand in -----------------------------------------------------------------------------


def make_decisions(survey: Path, path: Path) -> None:
    """What a reviewer sent back about a survey, as the page of its preview saves it."""
    at = "2026-11-20T10:00:00.000Z"
    with SurveyFile.open(survey, read_only=True) as file:
        seen = {line[0]: line[1] for line in file.history_lines("sighting")}
        finds = [r.uuid for r in file.records("sighting") if r.get("presence") == "present"]
        surveys = tuple(one.uuid for one in file.surveys())
        title = str(file.surveys()[0].get("name"))
    told = (
        ("accepted", "", "", finds[0]),
        ("has-issues", "host_rock", "Marble or dolomite? Please look at the hand specimen again.", finds[1]),
        ("rejected", "", "Reported in the market; nobody saw it in place.", finds[2]),
    )
    decisions.write(path, Decisions(
        reviewer="R. Reviewer (invented)",
        decisions=tuple(Decision("sighting", uuid, seen[uuid], verdict, field, reason, "", at)
                        for verdict, field, reason, uuid in told),
        surveys=surveys, title=title, built_at="2026-11-19T09:00:00.000Z", saved_at=at,
    ))


def make_photos(folder: Path) -> None:
    """One picture for each scene, geotagged some metres from the sighting that it belongs to."""
    folder.mkdir(exist_ok=True)
    for story in STORIES:
        for number, told in enumerate(story.sightings):
            for name in told.get("photos", ()):
                longitude, latitude = place(story, told["at"])
                save(SCENES[name], folder / f"{name}.jpg", longitude=longitude + 0.00008,
                     latitude=latitude - 0.00005, elevation_m=elevation(story, told["at"]),
                     taken=story.moment(number) + timedelta(minutes=2), bearing_deg=(number * 47 + 20) % 360)


BAZAAR = (
    ("مینگورہ بازار ۱", "zamurrud", (0.3, -0.2), "12", "2025-09-20", "تین تاجروں نے ایک ہی بات کہی"),
    ("مینگورہ بازار ۲", "panna", (0.1, -0.6), "5", "2025-09-20", "چھوٹے پتھر، ہلکا سبز"),
    ("الپوری بازار", "zamurrud", (24.9, 16.4), "8", "2025-09-21", "اچھا رنگ"),
    ("مینگورہ بازار ۳", "تامڑا", (-0.4, 0.3), "40", "2025-09-20", "یاقوت کہہ کر بیچا جا رہا تھا"),
    ("نامعلوم", "zamurrud", None, "2", "2025-09-22", "تاجر نے جگہ نہیں بتائی"),
)


def make_csv(path: Path) -> None:
    """A notebook typed up in Urdu; the last row has a latitude that is nowhere on Earth."""
    rows = ["مقام;پتھر;عرض بلد;طول بلد;stones;تاریخ;expression;notes"]
    for name, gem, at, stones, day, note in BAZAAR:
        longitude, latitude = place(SWAT, at) if at else (72.36, 134.77)
        rows.append(f"{name};{gem};{latitude};{longitude};{stones};{day};market-reported;{note}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8-sig", newline="\r\n")


WAYPOINTS = (
    ("Emerald WP01", (3.6, 2.2), "Green crystals in talc schist"),
    ("Emerald WP02", (4.1, 2.6), "سبز قلمیں"),
    ("Emerald WP03", (24.6, 15.4), "Float below the path"),
)


def make_gpx(path: Path) -> None:
    """Waypoints and a track as a handset writes them."""
    points = []
    for number, (name, at, note) in enumerate(WAYPOINTS):
        longitude, latitude = place(SWAT, at)
        moment = SWAT.moment(21 + number)
        points.append(
            f'  <wpt lat="{latitude}" lon="{longitude}"><ele>{elevation(SWAT, at)}</ele>'
            f"<time>{moment:%Y-%m-%dT%H:%M:%SZ}</time><name>{name}</name><cmt>{note}</cmt><sym>Flag, Green</sym></wpt>"
        )
    track = []
    for number, at in enumerate(((3.0, 1.8), (3.3, 2.0), (3.6, 2.2), (3.8, 2.5), (4.1, 2.6))):
        longitude, latitude = place(SWAT, at)
        moment = SWAT.moment(21) + timedelta(minutes=9 * number)
        track.append(f'    <trkpt lat="{latitude}" lon="{longitude}"><ele>{elevation(SWAT, at)}</ele>'
                     f"<time>{moment:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>")
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Training handset" xmlns="http://www.topografix.com/GPX/1/1">\n'
        + "\n".join(points) + "\n  <trk><name>Handset track</name><trkseg>\n" + "\n".join(track)
        + "\n  </trkseg></trk>\n</gpx>\n", encoding="utf-8", newline="\n")


def make_nmea(path: Path) -> None:
    """Ten minutes on a ridge: the receiver finds its fix, walks, and stands still at the end."""
    start = SWAT.moment(24)
    fixes = [Fix(source="training", time_utc=start + timedelta(seconds=s), mode=1) for s in range(3)]
    for step in range(120):
        along = min(step, 90) / 90
        at = (3.4 + 1.1 * along, 2.5 + 0.5 * along + 0.05 * math.sin(9 * along))
        longitude, latitude = place(SWAT, at)
        hdop = round(1.9 - 0.9 * min(step, 40) / 40, 2)
        fixes.append(Fix(
            source="training", quality="autonomous", longitude=longitude + 4e-6 * math.sin(step * 1.7),
            latitude=latitude + 3e-6 * math.cos(step * 2.3), elevation_m=elevation(SWAT, at),
            geoid_separation_m=-38.0, time_utc=start + timedelta(seconds=3 + 5 * step), mode=3,
            satellites_used=6 + min(step // 12, 5), hdop=hdop, vdop=round(hdop * 1.5, 2), pdop=round(hdop * 1.8, 2),
            accuracy_m=round(3.2 * hdop, 2), accuracy_source="gst", speed_m_s=1.1 if step < 90 else 0.0,
            course_deg=65.0,
        ))
    path.write_bytes(nmea_sentences(fixes).encode("ascii"))


def make_all(folder: Path) -> None:
    """Write every sample into ``folder``, replacing those that are there only when all are made."""
    with tempfile.TemporaryDirectory(prefix=".samples-", dir=folder) as scratch:
        made = Path(scratch)
        make_photos(made / "photos")
        FOLDER_OF_PHOTOS[0] = made / "photos"
        uuids = {story.file: make_survey(story, made) for story in STORIES}
        for team in (TEAM_A, TEAM_B):
            make_team(team, made, uuids[SWAT.file])
        make_decisions(made / SWAT.file, made / "swat_decisions.json")
        make_csv(made / "bazaar_notes.csv")
        make_gpx(made / "handset_waypoints.gpx")
        make_nmea(made / "ridge_walk.nmea")
        (folder / "photos").mkdir(exist_ok=True)
        for path in sorted(p for p in made.rglob("*") if p.is_file()):
            os.replace(path, folder / path.relative_to(made))


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    where.mkdir(parents=True, exist_ok=True)
    make_all(where)
    sys.stdout.write(f"{where} made at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n")
