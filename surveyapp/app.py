"""The command line, and the place where the parts are put together.

Exit status: 0 done, 1 done with findings (check errors, open conflicts), 2 bad usage or input, nothing written.
Bad input is one line, ``error: ...``, on standard error. What a command needs is imported when it runs, so
that ``--version``, ``add`` and ``list`` start at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from surveyapp import __version__
from surveyapp.errors import BadInput, SurveyError, Unavailable

if TYPE_CHECKING:
    from types import ModuleType

    from surveyapp.domain.records import Record
    from surveyapp.services.session import Session

DONE, FINDINGS, BAD = 0, 1, 2

_file = click.argument("file", type=click.Path(path_type=Path))
_as_json = click.option("--json", "as_json", is_flag=True, help="Print data as JSON.")
_set = click.option("--set", "sets", multiple=True, metavar="FIELD=VALUE", help="Value of a field; repeat as needed.")
_audience = click.option("--audience", type=click.Choice(["office", "public"]), default="office", show_default=True)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="surveyapp", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> int:
    """Record gem deposit sightings offline. Without a command, the window opens."""
    return DONE if context.invoked_subcommand else _window(None)


def run(arguments: Sequence[str]) -> int:
    """Run a command; returns the exit status. Expected failures become one line on standard error."""
    _speak_utf8()
    try:
        status = cli.main(list(arguments), prog_name="surveyapp", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.exceptions.Abort:
        return _fail("stopped; nothing was written")
    except click.ClickException as error:
        return _fail(error.format_message())
    except SurveyError as error:
        return _fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away (such as ``| head``); there is no one to tell
        return DONE
    return status if isinstance(status, int) else DONE


def _fail(message: str) -> int:
    print("error: " + " ".join(message.split()), file=sys.stderr)
    return BAD


def _speak_utf8() -> None:
    """Notes are in any script; a console that is not told otherwise may know only its own."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _print_json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1))


def _assignments(pairs: Sequence[str], what: str = "--set", shape: str = "FIELD=VALUE") -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise BadInput(f"{what} {pair!r} is not {shape}.")
        found[name.strip()] = value
    return found


def _open(file: Path, *, read_only: bool = False) -> Session:
    from surveyapp.services.session import Session

    return Session.open(file, read_only=read_only)


def _progress() -> Any:
    """Progress on a terminal's standard error; silent elsewhere."""
    from surveyapp.domain.progress import Progress

    if not sys.stderr.isatty():
        return Progress()

    def show(done: int, total: int, what: str) -> None:
        share = f"{100 * done // total:3d}% " if total else ""
        print(f"\r\x1b[K{share}{what}", end="\n" if total and done >= total else "", file=sys.stderr, flush=True)

    return Progress(show)


def _application() -> ModuleType:
    """The window's module, where Qt can be loaded."""
    try:
        return import_module("surveyapp.ui.application")
    except ImportError as error:
        raise Unavailable(
            f"The window cannot open ({error}); run 'python3 bootstrap.py run', which names the missing library."
        ) from None


def _window(file: Path | None) -> int:
    return int(_application().run_window(file))


@cli.command("open")
@_file
def open_(file: Path) -> int:
    """Open the window on FILE."""
    _open(file, read_only=True).close()
    return _window(file)


@cli.command()
@_file
@click.option("--name", required=True, help="Name of the survey.")
@click.option("--team", required=True, help="Team that does it.")
@click.option("--surveyor", required=True, help="Who is in charge; author of what is recorded.")
@click.option("--province", help="ISO 3166-2 code, such as PK-KP.")
@click.option("--organisation", help="Survey or office.")
def new(file: Path, name: str, team: str, surveyor: str, province: str | None, organisation: str | None) -> int:
    """Make a new survey FILE."""
    from surveyapp.services.recording import new_survey

    new_survey(file, name, team=team, surveyor=surveyor, province=province, organisation=organisation).close()
    print(file)
    return DONE


@cli.command()
@_file
@click.option("--gem", required=True, help="Gem seen (or looked for, with --set presence=absent).")
@click.option("--at", "at", required=True, metavar="POSITION", help='Such as "34.7725N 72.3608E", DMS or UTM.')
@_set
@click.option("--photo", "photos", multiple=True, type=click.Path(path_type=Path), help="JPEG to attach; repeat.")
@_as_json
def add(file: Path, gem: str, at: str, sets: Sequence[str], photos: Sequence[Path], as_json: bool) -> int:
    """Add a sighting to FILE and print its uuid."""
    from surveyapp.services.recording import add_sighting, assigned

    with _open(file) as session:
        values = assigned("sighting", {"at": at, "gem": gem, **_assignments(sets)})
        uuid = add_sighting(session, values, photos)
        if as_json:
            _print_json(_listed(session.file.get("sighting", uuid)))
        else:
            print(uuid)
    return DONE


@cli.command()
@_file
@click.argument("uuid")
@_set
@click.option("--at", "at", metavar="POSITION", help="New position of a sighting.")
@click.option("--photo", "photos", multiple=True, type=click.Path(path_type=Path), help="JPEG to attach; repeat.")
def edit(file: Path, uuid: str, sets: Sequence[str], at: str | None, photos: Sequence[Path]) -> int:
    """Change fields of a record of FILE."""
    from surveyapp.services.recording import assigned, attach_photos, edit_record, find_record

    given = _assignments(sets) | ({"at": at} if at else {})
    if not given and not photos:
        raise BadInput("Nothing to change; give --set FIELD=VALUE.")
    with _open(file) as session:
        record = find_record(session, uuid)
        edit_record(session, record, assigned(record.layer, given))
        attach_photos(session, uuid, photos)
    return DONE


@cli.command()
@_file
@click.argument("uuids", nargs=-1, required=True, metavar="UUID...")
def delete(file: Path, uuids: Sequence[str]) -> int:
    """Delete records of FILE; the history keeps them."""
    from surveyapp.services.recording import delete_records, find_record

    with _open(file) as session:
        delete_records(session, [find_record(session, uuid) for uuid in uuids])
    return DONE


def _listed(record: Record | None) -> dict[str, Any] | None:
    """A record as ``list --json`` prints it."""
    if record is None:
        return None
    point = record.position
    values = {n: v for n, v in record.values.items() if n != "geom"}
    shown = {"uuid": record.uuid, "longitude": point[0] if point else None, "latitude": point[1] if point else None}
    if record.definition.geometry not in ("", "POINT"):
        from surveyapp.geo.shapes import wkt_of

        shown["geometry"] = wkt_of(record.values.get("geom"))
    return shown | values


@cli.command("list")
@_file
@click.option("--layer", default="sighting", show_default=True, help="Layer to list.")
@_as_json
def list_(file: Path, layer: str, as_json: bool) -> int:
    """List the records of a layer, sorted by uuid."""
    with _open(file, read_only=True) as session:
        records = list(session.file.records(layer))
        if as_json:
            _print_json([_listed(r) for r in records])
            return DONE
        for record in records:
            point = record.position
            place = f"{point[1]:.5f} {point[0]:.5f}" if point else ""
            first = [f for f in record.definition.fields if f.column][:5] or list(record.definition.fields[:4])
            print("\t".join([record.uuid, place, *(record.text(f.name) for f in first)]).rstrip())
    return DONE


@cli.command("import")
@_file
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SOURCE...")
@click.option("--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Which field a column fills; repeat.")
@click.option("--layer", help="Layer of the source, where it has several.")
@click.option("--crs", help="Reference system of the source's coordinates, such as EPSG:32643, where it says none.")
@click.option("--dry-run", is_flag=True, help="Show the mapping and what would come in; write nothing.")
@_as_json
def import_(file: Path, sources: Sequence[Path], maps: Sequence[str], layer: str | None, crs: str | None,
            dry_run: bool, as_json: bool) -> int:
    """Import files made by others into FILE."""
    from surveyapp.services.importing import import_sources, summary

    with _open(file, read_only=dry_run) as session:
        results = import_sources(session, sources, maps=_assignments(maps, "--map", "COLUMN=FIELD"), layer=layer,
                                 crs=crs, dry_run=dry_run, progress=_progress())
    if as_json:
        _print_json([result.as_dict() for result in results])
    else:
        print("\n".join(line for result in results for line in summary(result)))
    return FINDINGS if any(result.rejected for result in results) else DONE


@cli.command()
@_file
@_as_json
def check(file: Path, as_json: bool) -> int:
    """Check FILE at levels 1 (opens), 2 (complete) and 3 (ready for the national layer)."""
    from surveyapp.services.checking import LEVELS
    from surveyapp.services.checking import check as check_file

    with _open(file, read_only=True) as session:
        result = check_file(session.file, _progress())
    if as_json:
        names = ("severity", "code", "layer", "record", "field", "message", "level")
        _print_json({"level": result.level, "issues": [{n: getattr(i, n) for n in names} for i in result.issues]})
    else:
        for issue in result.issues:
            where = " ".join(str(part) for part in (issue.layer, issue.record, issue.field) if part)
            print(f"{issue.severity} (level {issue.level}) {where}: {issue.message}")
        print(f"level {result.level}: {LEVELS.get(result.level, 'not sound')}")
    return FINDINGS if result.errors else DONE


@cli.command()
@_file
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--format", "format_", help="Format; guessed from the name of OUT.")
@click.option("--layer", help="One layer; by default all that the format can hold.")
@click.option("--crs", help="Reference system of the result, such as EPSG:32643.")
@_audience
def export(file: Path, out: Path, format_: str | None, layer: str | None, crs: str | None, audience: str) -> int:
    """Write the survey FILE to OUT in another format."""
    from surveyapp.services.exporting import export as export_file

    with _open(file, read_only=True) as session:
        for written in export_file(session, out, format=format_, layer=layer, crs=crs, audience=audience,
                                   progress=_progress()):
            print(written)
    return DONE


@cli.command()
@_file
@click.argument("out", type=click.Path(path_type=Path))
@_audience
def preview(file: Path, out: Path, audience: str) -> int:
    """Write a map of FILE to OUT.html, which opens in any browser with no network."""
    from surveyapp.services.previewing import preview as preview_file

    with _open(file, read_only=True) as session:
        for line in preview_file(session, out, audience=audience, progress=_progress()):
            print(line)
    return DONE


@cli.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IN...")
@click.option("--dry-run", is_flag=True, help="Show what would happen; write nothing.")
@click.option("--report", "reports", multiple=True, type=click.Path(path_type=Path), metavar="R.html|R.json",
              help="Write the report here, to read (.html) or for programs (.json); repeat for both.")
@_as_json
def merge(out: Path, inputs: Sequence[Path], dry_run: bool, reports: Sequence[Path], as_json: bool) -> int:
    """Merge surveys IN into OUT. What OUT holds already stays in it.

    With --dry-run it says what would happen, and whether IN was merged before.
    """
    from surveyapp.services import merge_report, merging

    for report in reports:
        merge_report.check_place(report, [out, *inputs])
    told = merging.merge(out, inputs, dry_run=dry_run, progress=_progress())
    unwritten = ""
    try:
        merge_report.write_reports(told, reports)
    except SurveyError as error:
        unwritten = f"{error} {'Nothing was merged: it was a dry run' if dry_run else 'The merge itself is done'}."
    if as_json:
        _print_json(merging.as_dict(told))
    else:
        print("\n".join(merging.summary(told)))
    if unwritten and _fail(unwritten) and dry_run:
        return BAD
    return FINDINGS if told.conflicts or told.rejected or unwritten else DONE


@cli.command()
@_file
@click.option("--duplicates", is_flag=True, help="List the pairs of sightings that may be of the same deposit.")
@_as_json
def conflicts(file: Path, duplicates: bool, as_json: bool) -> int:
    """List the open conflicts of FILE, or its likely-same deposits."""
    from surveyapp.services import conflicts as disputes
    from surveyapp.services import duplicates as likely

    with _open(file, read_only=True) as session:
        if duplicates:
            pairs = likely.as_dicts(session, likely.suggestions(session, _progress()))
            if as_json:
                _print_json(pairs)
            else:
                print("\n".join(likely.lines(pairs) or ["No likely-same deposits wait for an answer."]))
            return FINDINGS if pairs else DONE
        found = [disputes.as_dict(conflict) for conflict in session.file.conflicts()]
        waiting = 0 if as_json else len(likely.suggestions(session, _progress()))
    if as_json:
        _print_json(found)
    for conflict in [] if as_json else found:
        print(f"{conflict['conflict']}  {conflict['layer']} {conflict['record']} {conflict['field']} "
              f"(was {conflict['ancestor']!r})")
        for value in conflict["values"]:
            print(f"  {value['side']}: {value['value']!r} by {value['author']} at {value['at']}")
    if waiting:
        print(likely.reminder(waiting, file))
    return FINDINGS if found else DONE


@cli.command()
@_file
@click.argument("conflict")
@click.option("--take", metavar="VALUE", help="The value that holds; of a likely-same pair: same or not-the-same.")
@click.option("--side", metavar="A|B", help="The side that holds.")
def resolve(file: Path, conflict: str, take: str | None, side: str | None) -> int:
    """Decide a CONFLICT, or a likely-same pair, of FILE; the decision travels with the next merge."""
    from surveyapp.services.duplicates import resolve as resolve_conflict

    with _open(file) as session:
        resolve_conflict(session, conflict, take=take, side=side)
    return DONE


@cli.command()
@_file
@click.argument("uuid", required=False)
@_as_json
def log(file: Path, uuid: str | None, as_json: bool) -> int:
    """Show who changed what in FILE, or in one record."""
    from surveyapp.services.history import entries, lines

    with _open(file, read_only=True) as session:
        told = entries(session.file.history(uuid))
    if uuid and not told:
        raise BadInput(f"There is no record {uuid} in the history of {file.name}.")
    if as_json:
        _print_json(told)
    else:
        print("\n".join(lines(told)))
    return DONE


@cli.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--headless", is_flag=True, help="Do the job without a window and print where the results are.")
def demo(folder: Path | None, headless: bool) -> int:
    """Do the whole job on the sample surveys; with a display, open the window on them."""
    from surveyapp.services.demo import run_demo, working_copy

    if not headless:
        return _window(working_copy(folder))
    for line in run_demo(folder, _application().shots):
        print(line, flush=True)
    return DONE


def _later(name: str, arguments: Callable[[Any], Any]) -> None:
    """A command of the stable command line that this version does not do yet: it says so, and exits with 2."""

    @arguments
    def refuse(**_given: object) -> int:
        raise Unavailable(f"'surveyapp {name}' is not available yet.")

    cli.command(name)(refuse)


_options = click.option("--key", type=click.Path(path_type=Path))
_later("review", lambda f: _file(click.argument("decisions", type=click.Path(path_type=Path))(f)))
_later("seal", lambda f: _file(_options(f)))
_later("verify", _file)
