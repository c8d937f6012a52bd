"""The sample surveys: a working copy to try things on, and the whole job done on them without a window."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from surveyapp.assets import sample_surveys
from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.geometry import point_hex
from surveyapp.domain.records import Value
from surveyapp.errors import BadFile, BadInput
from surveyapp.services import merging
from surveyapp.services.checking import LEVELS, check
from surveyapp.services.exporting import export
from surveyapp.services.importing import import_sources
from surveyapp.services.previewing import preview
from surveyapp.services.recording import add_sighting, attach_photos, position_values
from surveyapp.services.session import Session
from surveyapp.words import tr

Shots = Callable[[Path, Path], list[Path]]
"""Takes a survey and a folder, photographs the window on that survey, and returns the pictures."""

SAMPLE = "swat_emerald.gpkg"
PARTIES = (SAMPLE, "hunza_ruby.gpkg", "kohistan_peridot.gpkg")
FORKS = ("swat_team_a.gpkg", "swat_team_b.gpkg")
_AUTHOR = "SurveyApp demonstration"
_FOLDER = "SurveyApp samples"


def working_copy(folder: Path | None) -> Path:
    """Path of a copy of the sample survey that may be edited; made if there is none, kept as it is if there is.

    ``folder``: where; by default ``SurveyApp samples`` among the user's documents, or, where that cannot be
    written, among the user's data. Raises ``BadFile`` when nothing can be written there.
    """
    target = (_writable(folder) if folder is not None else _own_folder()) / SAMPLE
    if not target.exists():
        _copy(sample_surveys() / SAMPLE, target)
    return target.absolute()


def run_demo(folder: Path | None, shots: Shots) -> Iterator[str]:
    """Do the whole job on copies of the samples, in ``folder`` or a new one; yields lines for people.

    A folder that holds something already gets a new folder inside it, so that nothing is overwritten.
    """
    place = _empty_folder(_writable(folder) if folder is not None else _own_folder())
    samples = sample_surveys()
    yield f"Working in {place}"
    for name in (*PARTIES, *FORKS):
        _copy(samples / name, place / name)
    for name in PARTIES:
        with Session.open(place / name, author=_AUTHOR, read_only=True) as session:
            yield (f"Opened {name}: {session.title}, {session.file.count('sighting')} sightings, "
                   f"{session.file.count('photo')} photos")
    with Session.open(place / SAMPLE, author=_AUTHOR) as session:
        yield from _record(session, samples)
        yield from _take_in(session, samples)
    national = place / "national.gpkg"
    yield from _merge(national, [place / name for name in (*PARTIES, *FORKS)])
    yield from _hand_out(national, place)
    pictures = shots(national, place / "screenshots")
    yield f"GeoPackage: {national}"
    yield f"Preview: {place / 'national.html'}"
    for picture in pictures:
        yield f"Screenshot: {picture.absolute()}"


def _record(session: Session, samples: Path) -> Iterator[str]:
    """A sighting with a typed position, a photo, and a sighting whose position comes from a recorded log."""
    text = "34°47'20.5\"N 72°23'41.0\"E"
    uuid = add_sighting(session, {
        **position_values(text), "gem": "emerald", "expression": "outcrop", "confidence": "probable",
        "identification_method": "hand-lens", "host_rock": "schist", "host_rock_text": "talc-carbonate schist",
        "district": "Swat", "locality": "Training point, typed", "notes": "آزمائشی اندراج",
    })
    yield f"Added a sighting at {text} (typed, so it carries no accuracy): {uuid}"
    attach_photos(session, uuid, [samples / "photos" / "swat_talc_schist.jpg"])
    yield "Attached swat_talc_schist.jpg; its bytes are in the survey now"
    fix, facts = _last_fix(samples / "ridge_walk.nmea")
    uuid = add_sighting(session, {
        **facts, "gem": "emerald", "expression": "float", "confidence": "possible",
        "identification_method": "visual", "host_rock": "schist", "district": "Swat",
        "locality": "Training point, end of the ridge walk",
    })
    yield f"Added a sighting at the end of ridge_walk.nmea ({fix}): {uuid}"


def _last_fix(log: Path) -> tuple[str, dict[str, Value]]:
    """The last fix of a log, in words and as values of a sighting."""
    from surveyapp.positioning.facts import position_facts
    from surveyapp.positioning.replay import read_log

    fixes = read_log(log)
    facts = position_facts(fixes[-1])
    longitude, latitude = facts.pop("longitude"), facts.pop("latitude")
    assert isinstance(longitude, float)
    assert isinstance(latitude, float)
    facts[GEOMETRY] = point_hex(longitude, latitude)
    told = (f"{len(fixes)} positions; last {latitude:.5f}N {longitude:.5f}E, {facts['satellites']} satellites, "
            f"accuracy {facts['accuracy_m']} m")
    return told, facts


def _take_in(session: Session, samples: Path) -> Iterator[str]:
    """Import a notebook in Urdu and a handset's waypoints and track; bad rows are named."""
    for name, layer, maps in (
        ("bazaar_notes.csv", None, None),
        ("handset_waypoints.gpx", "waypoints", {'"emerald"': "gem"}),  # a waypoint cannot say which gem it is
        ("handset_waypoints.gpx", "tracks", None),
    ):
        for result in import_sources(session, [samples / name], layer=layer, maps=maps):
            what = LAYER_BY_NAME[result.layer].plural.lower()
            yield f"Imported {what} from {name}: {result.added} added, {len(result.rejected)} not taken"
            for rejected in result.rejected:
                yield f"  row {rejected.row} not taken: {rejected.reason}"


def _merge(national: Path, inputs: list[Path]) -> Iterator[str]:
    report = merging.merge(national, inputs, author=_AUTHOR)
    totals = report.totals
    yield (f"Merged {len(inputs)} surveys into {national.name}: {totals['new']} new, {totals['same']} same, "
           f"{totals['updated']} updated, {totals['combined']} combined, {totals['conflicting']} conflicting")
    yield from (f"  {line}" for line in merging.summary(report))
    before = national.read_bytes()
    again = merging.merge(national, inputs, author=_AUTHOR)
    if again.changed or national.read_bytes() != before:
        raise BadFile(
            tr(
                "Merging the same surveys again changed {national}; report this as a defect of SurveyApp.",
                national=national,
            )
        )
    yield "Merged the same surveys once more: nothing changed, the file is the same byte for byte"


def _hand_out(national: Path, place: Path) -> Iterator[str]:
    """Check, export and preview the merged survey."""
    with Session.open(national, author=_AUTHOR, read_only=True) as session:
        result = check(session.file)
        yield (f"Checked {national.name}: level {result.level} ({LEVELS.get(result.level, 'not sound')}), "
               f"{result.errors} errors, {len(result.issues) - result.errors} warnings")
        for conflict in session.file.conflicts():
            values = " or ".join(repr(v.value) for v in conflict.values)
            yield f"  open conflict in {conflict.layer} {conflict.record}, {conflict.field}: {values}"
        for name in ("national_office.gpkg", "national.geojson", "national.csv"):
            written = export(session, place / name)
            yield f"Exported {written[0]}"
            yield from (f"  {note}" for note in written[1:])
        for audience, name in (("office", "national.html"), ("public", "national_public.html")):
            written = preview(session, place / name, audience=audience)
            yield f"Made the {audience} preview {written[0]}"
            yield from (f"  {note}" for note in written[1:])


# --- folders and copies ------------------------------------------------------------------------------


def _own_folder() -> Path:
    """``SurveyApp samples`` where this user can write: among documents, else data, else temporary files."""
    import platformdirs

    documents = Path(platformdirs.user_documents_dir())
    choices = [documents / _FOLDER] if documents.is_dir() else []
    for choice in (*choices, Path(platformdirs.user_data_dir("surveyapp", appauthor=False)) / _FOLDER):
        try:
            return _writable(choice)
        except (BadFile, BadInput):
            continue  # some accounts have no home; the next place may do
    return Path(tempfile.mkdtemp(prefix=f"{_FOLDER} "))


def _writable(folder: Path) -> Path:
    """The folder, made if it is not there; raises ``BadFile`` if nothing can be written in it."""
    folder = Path(folder).absolute()
    if folder.exists() and not folder.is_dir():
        raise BadInput(tr("{folder} is a file; give a folder for the sample surveys.", folder=folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(
            tr("The folder {folder} cannot be made ({reason}); choose another.", folder=folder, reason=error.strerror)
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadFile(tr("The folder {folder} cannot be written; choose another.", folder=folder))
    return folder


def _empty_folder(folder: Path) -> Path:
    """The folder if it is empty, else a new ``demo`` inside it."""
    if not any(folder.iterdir()):
        return folder
    number = 1
    while True:
        name = folder / ("demo" if number == 1 else f"demo-{number}")
        try:
            name.mkdir()
        except FileExistsError:
            number += 1
        except OSError as error:
            raise BadFile(
                tr("The folder {name} cannot be made ({reason}); choose another.", name=name, reason=error.strerror)
            ) from None
        else:
            return name


def _copy(source: Path, target: Path) -> None:
    """Copy a sample beside its target and swap it in, so that a copy that was cut short is never opened.

    Only the bytes: an installed sample may be write-protected, and the copy is there to be edited.
    """
    if not source.is_file():
        raise BadFile(tr("The sample {name} is missing; install SurveyApp again.", name=source.name))
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(source, unfinished)
        os.replace(unfinished, target)
    except OSError as error:
        raise BadFile(
            tr("{target} cannot be written ({reason}); choose another folder.", target=target, reason=error.strerror)
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
