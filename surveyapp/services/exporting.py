"""Exporting: the whole survey as it is, or layers, or chosen records, in another format, system or edition."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain.fields import BLOB, GEOMETRY, LAYER_BY_NAME, LAYERS, SIGHTING, SURVEY, Layer
from surveyapp.domain.filters import Condition
from surveyapp.domain.progress import Progress
from surveyapp.domain.validation import layer_named
from surveyapp.errors import BadInput, Refused
from surveyapp.services import export_facts
from surveyapp.services.export_choice import Choice, choose
from surveyapp.services.export_facts import OFFICE, PUBLIC
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.exchange.exporters.facts import Facts

WGS84 = "EPSG:4326"
ALL = "all"
"""Stands for every layer that has records and that the format can hold."""

Table = dict[str, list[Any]]


def export(  # noqa: PLR0913 (the options of the command line)
    session: Session,
    out: Path,
    *,
    format: str | None = None,  # noqa: A002 (the word of the command line)
    layer: str | Sequence[str] | None = None,
    crs: str | None = None,
    audience: str = OFFICE,
    where: Sequence[str | Condition] = (),
    uuids: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[str]:
    """Write the survey to ``out``; returns lines for people: what was written, and what the format cannot hold.

    ``layer``: one or several layers, or ``all``; without it all that the format can hold in one file. ``where`` and
    ``uuids`` choose records (:func:`surveyapp.services.export_choice.choose`); what hangs on them goes along.

    A whole GeoPackage for the office in WGS 84 is the survey itself, with its history, fit to be merged. Everything
    else is made anew from its layers. Written beside and swapped in; a failure leaves what was there.
    """
    from surveyapp.exchange import registry

    out = Path(out)
    chosen = registry.exporter(format) if format else registry.exporter_for(out)
    _refuse_place(session, out)
    choice = choose(session, where, uuids)
    asked = [layer] if isinstance(layer, str) else list(layer or ())
    own = chosen.name == "gpkg" and audience == OFFICE and crs in (None, WGS84)
    if own and out.suffix.lower() != ".gpkg":
        raise BadInput(tr("{name} should end in .gpkg; QGIS and GDAL know the file by it.", name=out.name))
    if own and choice is None and asked in ([], [ALL]):
        return _whole(session, out)
    job = _Job(session, out, chosen, choice, _wanted(session, chosen, asked, choice), crs or WGS84, audience, progress)
    lines = job.copied() if own else job.written()
    if not asked:
        lines += _left_out(session, chosen, job.layers, choice)
    return lines


def losses_told() -> list[str]:
    """What each format cannot hold, as lines for people."""
    from surveyapp.exchange import registry

    lines = []
    for known in registry.formats(can_export=True):
        lines += [f"{known.name} ({tr(known.title)}):", *(f"  {tr(what)}" for what in known.loses)]
    return lines


def layer_columns(session: Session, layer: Layer) -> Table:
    """All columns of a layer by name, those that others added too; points also as longitude and latitude."""
    names = ["uuid", *(f.name for f in layer.fields if f.kind != BLOB), *session.file.extra_columns(layer.name)]
    if layer.geometry == "POINT":
        names += ["longitude", "latitude"]
    if layer.geometry:
        names.append(GEOMETRY)
    return session.file.columns(layer.name, names)


# --- which layers ------------------------------------------------------------------------------------


def _wanted(session: Session, chosen: Any, asked: Sequence[str], choice: Choice | None) -> list[Layer]:
    """The layers to write, in the order of the table of fields."""
    if asked and asked != [ALL]:
        named = {layer_named(name).name for name in asked if name != ALL}
        return [d for d in LAYERS if d.name in named or (ALL in asked and _has(session, chosen, d, choice))]
    if not asked and not chosen.many_layers:
        return [SIGHTING]
    return [d for d in LAYERS if _has(session, chosen, d, choice)] or [SIGHTING]


def _has(session: Session, chosen: Any, layer: Layer, choice: Choice | None) -> bool:
    if not chosen.holds(layer):
        return False
    return bool(session.file.count(layer.name)) if choice is None else bool(choice.of(layer.name))


def _left_out(session: Session, chosen: Any, layers: Sequence[Layer], choice: Choice | None) -> list[str]:
    """A sentence on layers with records that are not in the file."""
    left = [tr(d.plural).lower() for d in LAYERS if d not in layers and session.file.count(d.name)]
    if not left:
        return []
    what = ", ".join(left)
    if choice is not None:
        return [tr("Only what was chosen and what hangs on it is in it; {what} are not.", what=what)]
    if not chosen.many_layers:
        return [tr("{title} holds one layer; {what} are not in it (--layer exports them).", title=tr(chosen.title),
                   what=what)]
    return [tr("{title} cannot hold {what}; they are not in it.", title=tr(chosen.title), what=what)]


def _refuse_place(session: Session, out: Path) -> None:
    if not out.parent.is_dir():
        raise BadInput(tr("There is no folder {parent}; make it first.", parent=out.parent))
    if out.exists() and out.samefile(session.file.path):
        raise Refused(tr("{out} is the survey itself; choose another name for the export.", out=out))


# --- writing -----------------------------------------------------------------------------------------


def _whole(session: Session, out: Path) -> list[str]:
    """The survey itself with its history, and what it says about this export among its metadata."""
    from surveyapp.exchange.exporters.geopackage import describe
    from surveyapp.storage import connection as files

    counts = {d.name: n for d in LAYERS if (n := session.file.count(d.name))}
    files.sweep(out.parent, ".export-*")
    with files.scratch(out, ".export-", "exporting to") as folder:
        staged = folder / out.name
        session.file.backup_to(staged)
        with files.sentences(out, "writing"):
            connection = sqlite3.connect(staged, isolation_level=None)
            try:
                files.configure(connection)
                connection.execute("BEGIN")
                describe(connection, _told_of(session, connection, counts, None))
                connection.execute("COMMIT")
            finally:
                connection.close()
        _swap(staged, out)
    return [str(out)]


def _told_of(
    session: Session, connection: sqlite3.Connection, counts: Mapping[str, int], choice: Choice | None
) -> Facts:
    """Facts about a GeoPackage for the office in WGS 84, from the file itself."""
    from surveyapp.services.export_copy import extent_in, period_in

    return export_facts.told_facts(
        session, export_facts.survey_rows(session, choice), title=export_facts.title_of(session), audience=OFFICE,
        choice=choice, records=counts, extent=extent_in(connection), period=period_in(connection),
        accuracy=_unshifted(),
    )


def _unshifted() -> str:
    from surveyapp.exchange.exporters.facts import accuracy_sentence

    return accuracy_sentence(WGS84, {})


def _swap(staged: Path, out: Path) -> None:
    from surveyapp.storage import connection as files

    files.flush(staged)
    os.replace(staged, out)
    files.confirm(out)


class _Job:
    """One export that is made anew from layers."""

    def __init__(
        self, session: Session, out: Path, chosen: Any, choice: Choice | None, layers: list[Layer], crs: str,
        audience: str, progress: Progress | None,
    ) -> None:
        self.layers = layers
        self._session, self._out, self._format, self._choice = session, out, chosen, choice
        self._crs, self._audience, self._progress = crs, audience, progress

    def copied(self) -> list[str]:
        """A GeoPackage for the office in WGS 84: rows as they are stored."""
        from surveyapp.exchange.exporters.geopackage import describe
        from surveyapp.services.export_copy import Copy, check_copied
        from surveyapp.storage import connection as files

        session, out = self._session, self._out
        files.sweep(out.parent, ".export-*")
        with files.scratch(out, ".export-", "exporting to") as folder:
            staged = folder / out.name
            with files.sentences(out, "writing"), Copy(session.file.path, staged) as copy:
                counts = copy.add(self.layers, self._picked(), self._progress)
                facts = _told_of(session, copy.connection, counts, self._choice)
                describe(copy.connection, facts)
            check_copied(staged, counts)
            _swap(staged, out)
        return [str(out)]

    def _picked(self) -> Choice | None:
        """The choice, with layers that were asked for by name and that it says nothing about taken whole."""
        if self._choice is None:
            return None
        whole = [d.name for d in self.layers if not self._choice.of(d.name) and d is not SIGHTING]
        if not whole:
            return self._choice
        found = {name: frozenset(self._session.file.columns(name, ["uuid"])["uuid"]) for name in whole}
        return replace(self._choice, uuids={**self._choice.uuids, **found})

    def written(self) -> list[str]:
        """Any format, by its writer."""
        notes: list[str] = []
        surveys = export_facts.survey_rows(self._session, self._choice)
        title = export_facts.title_of(self._session)
        columns, note = self._columns(), None
        if self._audience == PUBLIC:
            columns, note, surveys, title = self._for_the_public(columns, surveys, title, notes)
        if not columns:
            name = self._session.file.path.name
            raise BadInput(tr("{name} has nothing that {title} can hold.", name=name, title=tr(self._format.title)))
        if self._format.many_layers or len(columns) == 1:
            done = [self._write(self._out, columns, surveys, title, note)]
        else:
            done = self._write_set(columns, surveys, title, note)
        lines = [str(path) for written in done for path in written.paths]
        lost = map(tr, self._format.loses_of(columns))
        told = dict.fromkeys(sentence for written in done for sentence in written.notes)
        return [*lines, *told, *notes, *([note] if note else []), *lost]

    def _columns(self) -> dict[str, Table]:
        picked = self._picked()
        found = {}
        for layer in self.layers:
            columns = layer_columns(self._session, layer)
            found[layer.name] = columns if picked is None else _only(columns, picked.of(layer.name))
        return found

    def _for_the_public(
        self, columns: Mapping[str, Table], surveys: Sequence[Mapping[str, Any]], title: str, notes: list[str]
    ) -> tuple[dict[str, Table], str, Any, str]:
        from surveyapp.exchange.audience import public_edition_of

        edition = public_edition_of(
            columns, title=title, surveys=surveys, grid_deg=export_facts.public_grid_deg(self._session)
        )
        for name in edition.refused:
            plural = tr(LAYER_BY_NAME[name].plural)
            if len(columns) == 1:
                raise Refused(tr("{plural} are not for the public; export another layer.", plural=plural))
            notes.append(tr("{plural} are not for the public and are left out.", plural=plural))
        kept = dict(edition.layers)
        if SURVEY.name in columns and self._format.name.startswith("erml"):
            kept[SURVEY.name] = _as_columns(edition.surveys)
            notes[:] = [n for n in notes if tr(SURVEY.plural) not in n]
        return kept, edition.note, edition.surveys, edition.title

    def _facts(
        self, columns: Mapping[str, Table], surveys: Any, title: str, note: str | None
    ) -> Any:
        from surveyapp.exchange.exporters.facts import accuracy_sentence, extent_of, period_of
        from surveyapp.geo.crs import crs_text

        return export_facts.told_facts(
            self._session, surveys, title=title, audience=self._audience, choice=self._choice,
            crs=crs_text(self._crs), records={name: len(table["uuid"]) for name, table in columns.items()},
            extent=extent_of(columns), period=period_of(columns.get(SIGHTING.name, {}).get("observed_at", ())),
            accuracy=accuracy_sentence(self._crs, columns), note=note, lost=self._format.loses_of(columns),
        )

    def _write(self, out: Path, columns: Mapping[str, Table], surveys: Any, title: str, note: str | None) -> Any:
        from surveyapp.exchange import registry

        facts = self._facts(columns, surveys, title, note)
        if self._format.name == "gpkg":
            return self._dressed(out, columns, facts)
        more = {"photos": self._photos()} if self._format.photos else {}
        return registry.write_layers(
            out, self._format.name, dict(columns), crs=self._crs, facts=facts, progress=self._progress, **more
        )

    def _write_set(self, columns: Mapping[str, Table], surveys: Any, title: str, note: str | None) -> list[Any]:
        """A file for each layer, all of them or none: the sightings, or the first, under the name that was given, the
        others with their layer's name behind it."""
        from surveyapp.exchange.exporters.files import replacing_set

        first = SIGHTING.name if SIGHTING.name in columns else next(iter(columns))
        done = []
        with replacing_set(self._out, one_by_one=self._format.name != "shp") as folder:
            for name, table in columns.items():
                ending = "" if name == first else f"_{name}"
                path = folder / f"{self._out.stem}{ending}{self._out.suffix}"
                done.append(self._write(path, {name: table}, surveys, title, note))
            readme = self._one_readme(folder, done, columns, self._facts(columns, surveys, title, note))
        kept = [tuple(self._out.with_name(p.name) for p in w.paths if not _is_readme(p)) for w in done]
        made = [replace(w, paths=paths) for w, paths in zip(done, kept, strict=True)]
        return [*made, replace(made[0], paths=(self._out.with_name(readme.name),), notes=())]

    def _one_readme(self, folder: Path, done: Sequence[Any], columns: Mapping[str, Table], facts: Any) -> Path:
        """One text for the whole set, in place of those that each file of it may have."""
        from surveyapp.exchange.exporters.readme import readme_path, write_readme

        path = readme_path(folder / self._out.name)
        parts = [readme.read_text("utf-8") for w in done for readme in w.paths if _is_readme(readme)]
        for written in done:
            for readme in filter(_is_readme, written.paths):
                readme.unlink()
        named = zip(done, columns, strict=True)
        told = [(w.paths[0].name, f"{LAYER_BY_NAME[name].plural}: {w.rows} records.") for w, name in named]
        write_readme(path, facts, told)
        if parts:
            with path.open("a", encoding="utf-8", newline="\n") as file:
                file.writelines(part[part.index("\nFiles\n") :] for part in parts)
        return path

    def _dressed(self, out: Path, columns: Mapping[str, Table], facts: Any) -> Any:
        """A GeoPackage made by GDAL, dressed with our titles, value lists and styles before it gets its name."""
        from surveyapp.exchange import registry
        from surveyapp.storage import connection as files
        from surveyapp.storage.dressing import dress

        files.sweep(out.parent, ".export-*")
        with files.scratch(out, ".export-", "exporting to") as folder:
            staged = folder / out.name
            written = registry.write_layers(
                staged, "gpkg", dict(columns), crs=self._crs, facts=facts, progress=self._progress
            )
            dress(staged, [LAYER_BY_NAME[name] for name in columns])
            _swap(staged, out)
        return replace(written, paths=(out,))

    def _photos(self) -> Any:
        """Photos of the sightings that are exported; none for the public, who could tell the place from them."""
        from surveyapp.exchange.exporters.photo_files import NO_PHOTOS, ExportPhoto, PhotoSet

        if self._audience == PUBLIC:
            return NO_PHOTOS
        file = self._session.file
        columns = file.columns("photo", ["uuid", "sighting_uuid", "caption"])
        photos = [
            ExportPhoto(uuid, str(of), partial(_bytes_of, file, uuid), str(caption or ""))
            for uuid, of, caption in zip(*columns.values(), strict=True)
            if of and (self._choice is None or uuid in self._choice.of("photo"))
        ]
        return PhotoSet(photos, export_facts.photo_bytes(self._session))


def _is_readme(path: Path) -> bool:
    return path.name.endswith("_README.txt")


def _bytes_of(file: SurveyFile, uuid: str) -> bytes:
    return file.photo_data(uuid) or b""


def _only(columns: Table, uuids: frozenset[str]) -> Table:
    """The rows of these uuids."""
    rows = [row for row, uuid in enumerate(columns["uuid"]) if uuid in uuids]
    return {name: [values[row] for row in rows] for name, values in columns.items()}


def _as_columns(rows: Sequence[Mapping[str, Any]]) -> Table:
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["uuid"]
    return {name: [row.get(name) for row in rows] for name in names}
