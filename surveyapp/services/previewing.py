"""Making the preview: gathering the survey for :mod:`surveyapp.exchange.preview`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from surveyapp.domain.fields import GEOMETRY, LAYERS
from surveyapp.domain.progress import Progress
from surveyapp.errors import BadInput, Refused
from surveyapp.services.exporting import layer_columns
from surveyapp.services.session import Session
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.exchange.preview import HistorySummary, PreviewData


def preview(session: Session, out: Path, *, audience: str = "office", progress: Progress | None = None) -> list[str]:
    """Write the preview of the survey to ``out`` (one HTML file); returns lines for people."""
    from surveyapp.exchange.photos import thumbnail
    from surveyapp.exchange.preview import build_preview

    out = Path(out)
    if not out.parent.is_dir():
        raise BadInput(tr("There is no folder {parent}; make it first.", parent=out.parent))
    if out.exists() and out.samefile(session.file.path):
        raise Refused(tr("{out} is the survey itself; choose a name that ends in .html.", out=out))
    report = build_preview(gathered(session), out, thumbnail=thumbnail, audience=audience, progress=progress)
    lines = [str(out)]
    if report.texts_withheld:
        lines.append(
            tr(
                "{texts_withheld} texts that name a person or a place are withheld from the public.",
                texts_withheld=report.texts_withheld,
            )
        )
    if report.photos_left_out:
        lines.append(
            tr("{photos_left_out} photos are not in it; the page says why.", photos_left_out=report.photos_left_out)
        )
    return lines


def gathered(session: Session) -> PreviewData:
    """The survey as the preview takes it."""
    from surveyapp.exchange.preview import PreviewData, PreviewPhoto, shape_parts
    from surveyapp.geo.basemap import basemap_geojson

    file = session.file
    layers = {}
    shapes: dict[str, dict[str, list[list[tuple[float, float]]]]] = {"track": {}, "area": {}}
    for layer in LAYERS:
        if layer.name != "sighting" and not file.count(layer.name):
            continue
        columns = layer_columns(session, layer)
        if layer.name in shapes:
            shapes[layer.name] = {
                uuid: shape_parts(wkb) for uuid, wkb in zip(columns["uuid"], columns[GEOMETRY], strict=True)
            }
        columns.pop(GEOMETRY, None)
        layers[layer.name] = columns
    photos = [
        PreviewPhoto(
            record.uuid, str(record.get("sighting_uuid") or ""), _reader(session, record.uuid),
            str(record.get("caption") or ""), str(record.get("file_name") or ""),
        )
        for record in file.records("photo")
    ]
    return PreviewData(
        title=session.title,
        layers=layers,
        surveys=[{"uuid": r.uuid, **r.values} for r in file.surveys()],
        tracks=shapes["track"],
        areas=shapes["area"],
        photos=photos,
        conflicts=file.conflicts(),
        history=_history(session),
        basemap=basemap_geojson(),
    )


def _reader(session: Session, uuid: str) -> Callable[[], bytes]:
    return lambda: session.file.photo_data(uuid) or b""


def _history(session: Session) -> dict[str, HistorySummary]:
    """The history of each sighting in one line."""
    from surveyapp.exchange.preview import HistorySummary

    return {
        record: HistorySummary(last, count, made_by or "", made_at or "", by or "", at or "")
        for record, last, count, made_by, made_at, by, at in session.file.history_lines("sighting")
    }


