"""Making the preview: gathering the survey for :mod:`surveyapp.exchange.preview`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from surveyapp.domain.fields import GEOMETRY, LAYERS
from surveyapp.domain.progress import Progress
from surveyapp.domain.template import EMPTY
from surveyapp.errors import BadInput, Refused
from surveyapp.services import templates
from surveyapp.services.arrivals import Arrivals
from surveyapp.services.exporting import layer_columns
from surveyapp.services.session import Session
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.exchange.preview import PreviewData, PreviewOptions


@dataclass(frozen=True, slots=True)
class Ground:
    """The office's own map to lie under the points: its file, first and last zoom, and the most it may take in MB."""

    path: Path
    zooms: tuple[int, int] = (8, 12)
    limit_mb: float = 20.0


def ground_of(path: Path | None, zooms: str, limit_mb: float) -> Ground | None:
    """The office's own map with zooms as a person writes them: ``8-12``, or ``10`` alone. Raises ``BadInput``."""
    if path is None:
        return None
    found = re.fullmatch(r"\s*(\d{1,2})\s*(?:[-–]\s*(\d{1,2})\s*)?", zooms)
    if found is None:
        raise BadInput(tr("{zooms!r} are no zooms; give the first and the last, such as 8-12.", zooms=zooms))
    return Ground(path, (int(found[1]), int(found[2] or found[1])), limit_mb)


def preview(
    session: Session,
    out: Path,
    *,
    audience: str = "office",
    ground: Ground | None = None,
    progress: Progress | None = None,
) -> list[str]:
    """Write the preview of the survey to ``out`` (one HTML file), as its office's templates say; returns lines for
    people."""
    from surveyapp.exchange.photos import thumbnail
    from surveyapp.exchange.preview import build_preview

    out = Path(out)
    if not out.parent.is_dir():
        raise BadInput(tr("There is no folder {parent}; make it first.", parent=out.parent))
    if out.exists() and out.samefile(session.file.path):
        raise Refused(tr("{out} is the survey itself; choose a name that ends in .html.", out=out))
    if ground is not None and out.exists() and ground.path.exists() and out.samefile(ground.path):
        raise Refused(tr("{out} is the map itself; choose a name that ends in .html.", out=out))
    options = options_of(session, ground)
    report = build_preview(
        gathered(session), out, thumbnail=thumbnail, audience=audience, options=options, progress=progress
    )
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


def options_of(session: Session, ground: Ground | None = None) -> PreviewOptions:
    """What the offices of a file's surveys ask for: of several, the coarsest grid and the least room for photos.
    A template that cannot be read asks for nothing."""
    from surveyapp.exchange.preview import PreviewOptions

    asked, _troubles = templates.all_of(session.file)
    chosen = list(asked.values()) or [EMPTY]
    options = PreviewOptions(
        grid_deg=max(one.public_grid_deg for one in chosen),
        photo_bytes=round(min(one.preview_photos_mb for one in chosen) * 1_000_000),
    )
    if ground is None:
        return options
    return replace(
        options, ground=ground.path, ground_zooms=ground.zooms, ground_bytes=round(ground.limit_mb * 1_000_000)
    )


def gathered(session: Session) -> PreviewData:
    """The survey as the preview takes it."""
    from surveyapp.exchange.preview import PreviewData, PreviewPhoto, shape_parts
    from surveyapp.geo.basemap import basemap_geojson

    file = session.file
    arrivals = Arrivals(session)
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
        for record in file.records("photo") if record.get("certificate_uuid") is None  # a scan names its client
    ]
    return PreviewData(
        title=session.title,
        layers=layers,
        surveys=[{"uuid": r.uuid, **r.values} for r in file.surveys()],
        tracks=shapes["track"],
        areas=shapes["area"],
        photos=photos,
        conflicts=file.conflicts(),
        history=arrivals.history(),
        revisions={layer: arrivals.heads(layer) for layer in shapes if layer in layers},
        packages=arrivals.packages,
        basemap=basemap_geojson(),
    )


def _reader(session: Session, uuid: str) -> Callable[[], bytes]:
    return lambda: session.file.photo_data(uuid) or b""
