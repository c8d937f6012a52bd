"""Photos that a camera gave a position: one JPEG, or all of a folder, each a row of a table of points."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from surveyapp.domain.records import Value
from surveyapp.errors import BadFile, SurveyError
from surveyapp.exchange.importers.shapes import hex_of_xy
from surveyapp.exchange.importers.source import POINT, Rows, SourceColumn, SourceRow, SourceTable
from surveyapp.exchange.media import NO_PICTURES, PICTURES, pictures_below
from surveyapp.exchange.synonyms import PHOTO_FILES
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

FILE, TAKEN, CLOCK, ELEVATION, ACCURACY, SOURCE, CAMERA, SHA256 = (
    "file", "taken at", "camera clock", "elevation (m)", "accuracy (m)", "position from", "camera", "sha256",
)  # fmt: skip
"""Columns of the table."""
_COLUMNS = (
    SourceColumn(FILE, hint=PHOTO_FILES),
    SourceColumn(TAKEN, hint="observed_at"),
    SourceColumn(CLOCK, hint="-"),
    SourceColumn(ELEVATION, hint="elevation_m", unit="m"),
    SourceColumn(ACCURACY, hint="accuracy_m", unit="m"),
    SourceColumn(SOURCE, hint="position_source"),
    SourceColumn(CAMERA, hint="-"),
    SourceColumn(SHA256, hint="-"),
)
KEY = "photo"
"""First part of the keys of the rows; the second is the SHA-256 of the file."""


def read_photos(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None
) -> SourceTable:
    """The photos of a folder and two levels below, or one photo. Each says when it was taken by the GPS clock, else
    by its own, which has no zone; its position is where the camera was, good to what the camera says and to nothing
    where it says nothing. Raises ``BadFile`` where there is none.
    """
    del layer, encoding, crs  # EXIF has one layer, and is in WGS 84
    if path.is_dir():
        files, folder = pictures_below(path, (*PICTURES, *NO_PICTURES)), path
        if not files:
            raise BadFile(tr("There are no photos in {folder}.", folder=path))
    elif path.exists():
        files, folder = [path], path.parent
    else:
        raise BadFile(tr("There is no file {path}; check the name and the folder.", path=path))
    name = path.name if path.is_dir() else path.stem
    known: dict[Path, SourceRow] = {}
    return SourceTable(
        path=path, format="photos", layer=name, layers=(name,), columns=_COLUMNS,
        rows=Rows(lambda: _rows(files, folder, known)), geometry=POINT, crs=WGS84, crs_stated=True, media=(folder,),
    )  # fmt: skip


def _rows(files: list[Path], folder: Path, known: dict[Path, SourceRow]) -> Iterator[SourceRow]:
    """A row for each file, each file read once however often the rows are gone through."""
    for number, path in enumerate(files, start=1):
        if path not in known:
            known[path] = _row(number, path, path.relative_to(folder).as_posix())
        yield known[path]


def _row(number: int, path: Path, name: str) -> SourceRow:
    from surveyapp.exchange.photos import read_photo

    try:
        facts = read_photo(path)
    except SurveyError as error:
        return SourceRow(number, {FILE: name}, trouble=str(error))
    values: dict[str, Value] = {
        FILE: name,
        TAKEN: facts.taken_at or facts.camera_time,
        CLOCK: facts.camera_time,
        ELEVATION: facts.elevation_m,
        ACCURACY: facts.accuracy_m,
        CAMERA: facts.camera,
        SHA256: facts.sha256,
    }
    if facts.longitude is None or facts.latitude is None:
        why = " ".join((tr("The photo has no position in its EXIF."), *facts.notes))
        return SourceRow(number, values, trouble=why, key=(KEY, facts.sha256))
    values[SOURCE] = "photo"
    return SourceRow(number, values, hex_of_xy(facts.longitude, facts.latitude), key=(KEY, facts.sha256))
