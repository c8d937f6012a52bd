"""Exporting: the whole survey as it is, or its layers in another format, reference system or edition."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME, LAYERS, Layer
from surveyapp.domain.progress import Progress
from surveyapp.domain.validation import layer_named
from surveyapp.errors import BadInput, Refused
from surveyapp.services.session import Session
from surveyapp.words import tr

WGS84 = "EPSG:4326"


def export(
    session: Session,
    out: Path,
    *,
    format: str | None = None,  # noqa: A002 (the word of the command line)
    layer: str | None = None,
    crs: str | None = None,
    audience: str = "office",
    progress: Progress | None = None,
) -> list[str]:
    """Write the survey to ``out``; returns lines for people: what was written, and what the format cannot hold.

    A GeoPackage for the office in WGS 84 is the survey itself, with its history, fit to be merged. Everything
    else is made anew from its layers. Written beside and swapped in; a failure leaves what was there.
    """
    from surveyapp.exchange import registry

    out = Path(out)
    chosen = registry.exporter(format) if format else registry.exporter_for(out)
    _refuse_place(session, out)
    if chosen.name == "gpkg" and layer is None and audience == "office" and crs in (None, WGS84):
        if out.suffix.lower() != ".gpkg":
            raise BadInput(tr("{name} should end in .gpkg; QGIS and GDAL know the file by it.", name=out.name))
        session.file.backup_to(out)
        return [str(out)]
    wanted = [layer_named(layer)] if layer else _layers(session, chosen.geometries, many=chosen.many_layers)
    notes: list[str] = []
    columns: dict[str, Any] = {}
    for definition in wanted:
        found = layer_columns(session, definition)
        if audience == "public":
            from surveyapp.exchange.audience import coarsen

            try:
                found, note = coarsen(found, definition.name)
            except Refused:
                if layer:
                    raise
                notes.append(tr("{plural} are not for the public and are left out.", plural=tr(definition.plural)))
                continue
            if note not in notes:
                notes.append(note)
        columns[definition.name] = found
    if not columns:
        name = session.file.path.name
        raise BadInput(tr("{name} has nothing that {title} can hold.", name=name, title=tr(chosen.title)))
    edition = next((n for n in notes if n.startswith("Public")), None)
    if chosen.name == "gpkg":
        written = _styled_gpkg(out, columns, crs or WGS84, edition, progress)
    else:
        written = registry.write_layers(out, chosen.name, columns, crs=crs or WGS84, note=edition, progress=progress)
    left = [tr(d.plural).lower() for d in _layers(session, ("POINT", "LINESTRING", "POLYGON", ""), many=True)
            if d not in wanted]
    if left and not layer:
        notes.append(
            tr(
                "{title} holds one layer; {what} are not in it (--layer exports them).",
                title=tr(chosen.title),
                what=", ".join(left),
            )
        )
    return [*(str(path) for path in written.paths), *written.notes, *notes]


def layer_columns(session: Session, layer: Layer) -> dict[str, list[Any]]:
    """All columns of a layer by name, those that others added too; points also as longitude and latitude."""
    names = ["uuid", *(f.name for f in layer.fields if f.kind != "blob"), *session.file.extra_columns(layer.name)]
    if layer.geometry == "POINT":
        names += ["longitude", "latitude"]
    if layer.geometry:
        names.append(GEOMETRY)
    return session.file.columns(layer.name, names)


def _layers(session: Session, geometries: tuple[str, ...], *, many: bool) -> list[Layer]:
    """Layers with records that a format can hold; where it holds one, the sightings."""
    if not many:
        return [LAYER_BY_NAME["sighting"]]
    found = [d for d in LAYERS if d.geometry in geometries and session.file.count(d.name)]
    return found or [LAYER_BY_NAME["sighting"]]


def _refuse_place(session: Session, out: Path) -> None:
    if not out.parent.is_dir():
        raise BadInput(tr("There is no folder {parent}; make it first.", parent=out.parent))
    if out.exists() and out.samefile(session.file.path):
        raise Refused(tr("{out} is the survey itself; choose another name for the export.", out=out))


def _styled_gpkg(out: Path, columns: dict[str, Any], crs: str, note: str | None, progress: Progress | None) -> Any:
    """A GeoPackage made by GDAL, dressed with our titles, value lists and styles before it gets its name."""
    from dataclasses import replace

    from surveyapp.exchange import registry
    from surveyapp.storage import connection as files
    from surveyapp.storage.dressing import dress

    files.sweep(out.parent, ".export-*")
    with files.scratch(out, ".export-", "exporting to") as folder:
        staged = folder / out.name
        written = registry.write_layers(staged, "gpkg", columns, crs=crs, note=note, progress=progress)
        dress(staged, [LAYER_BY_NAME[name] for name in columns])
        files.flush(staged)
        os.replace(staged, out)
        files.confirm(out)
    return replace(written, paths=(out,))
