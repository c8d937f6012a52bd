"""What comes in from others and goes out to them: imports, exports, previews, reports, checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from surveyapp.commands.shared import (
    DONE,
    FINDINGS,
    as_json_option,
    assignments,
    audience_option,
    file_argument,
    opened,
    pdf_of,
    print_json,
    progress,
)
from surveyapp.errors import BadInput


@click.command("import")
@file_argument
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SOURCE...")
@click.option("--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Which field a column fills; repeat.")
@click.option("--mapping", type=click.Path(path_type=Path), metavar="FILE", help="A mapping that --save-mapping wrote.")
@click.option("--save-mapping", type=click.Path(path_type=Path), metavar="FILE", help="Write the mapping used to FILE.")
@click.option("--unit", "units", multiple=True, metavar="COLUMN=UNIT", help="Unit of a column that says none: ct, kg.")
@click.option("--layer", help="Layer of the source, where it has several.")
@click.option("--crs", help="Reference system of the source's coordinates, such as EPSG:32643, where it says none.")
@click.option("--utc-offset", metavar="+05:00", help="Zone of times that name none; without it they are UTC.")
@click.option("--rejects", type=click.Path(path_type=Path), metavar="FILE", help="Write rows that are not taken here.")
@click.option("--update", is_flag=True, help="Take what a source changed since it was imported; else it is listed.")
@click.option("--dry-run", is_flag=True, help="Show the mapping and what would come in; write nothing.")
@as_json_option
def import_(file: Path, sources: Sequence[Path], maps: Sequence[str], units: Sequence[str], dry_run: bool,
            as_json: bool, **more: Any) -> int:
    """Import files made by others, or a folder of photos, into FILE."""
    from surveyapp.services.importing import import_as_told, summary

    told = {"maps": assignments(maps, "--map", "COLUMN=FIELD"), "units": assignments(units, "--unit", "COLUMN=UNIT")}
    with opened(file, read_only=dry_run) as session:
        results = import_as_told(session, sources, {**more, **told}, dry_run=dry_run, progress=progress())
    if as_json:
        print_json([result.as_dict() for result in results])
    else:
        print("\n".join(line for result in results for line in summary(result)))
    return FINDINGS if any(result.rejected or result.changed for result in results) else DONE


@click.command()
@file_argument
@click.option("--fix", is_flag=True, help="Mend what can be mended without a person looking at it.")
@click.option("--dry-run", is_flag=True, help="With --fix: say what would be mended; write nothing.")
@click.option("--report", type=click.Path(path_type=Path), metavar="R.html", help="Write the findings as a page, too.")
@as_json_option
def check(file: Path, fix: bool, dry_run: bool, report: Path | None, as_json: bool) -> int:
    """Check FILE at levels 1 (opens), 2 (complete) and 3 (ready for the national layer)."""
    from surveyapp.services import checking
    from surveyapp.services.check_report import write_check_report
    from surveyapp.services.mending import mend

    if dry_run and not fix:
        raise BadInput("--dry-run goes with --fix.")
    with opened(file, read_only=not fix or dry_run) as session:
        result = checking.check(session.file, progress())
        mended = mend(session, result.issues, only_safe=True, dry_run=dry_run).mended if fix else ()
        if mended and not dry_run:
            result = checking.check(session.file, progress())
        if report:
            write_check_report(session.file, result, report)
    if as_json:
        told = [{"code": i.code, "layer": i.layer, "record": i.record, "field": i.field, "fix": how.text}
                for i, how in mended]
        print_json(checking.as_dict(result) | ({"mended": told} if fix else {}))
    else:
        for issue, how in mended:
            print(f"{'would mend' if dry_run else 'mended'} {issue.layer} {issue.record} {issue.field}: {how.text}")
        for line in checking.lines(result):
            print(line)
    return FINDINGS if result.errors else DONE


def _show_losses(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    from surveyapp.services.exporting import losses_told

    if wanted:
        print("\n".join(losses_told()))
        context.exit()


@click.command()
@file_argument
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--format", "format_", help="Format; guessed from the name of OUT.")
@click.option("--layer", "layers", multiple=True, help="A layer, or all; repeat. By default all that one file holds.")
@click.option("--crs", help="Reference system of the result, such as EPSG:32643.")
@click.option("--where", multiple=True, metavar="CONDITION", help="Only sightings that meet it, with what hangs on "
              "them: gem=ruby,emerald, accuracy_m<=10, notes~quartz, observed_at>=2026-05-01; repeat.")
@click.option("--uuid", "uuids", multiple=True, help="Only this record, with what hangs on it; repeat.")
@click.option("--losses", is_flag=True, is_eager=True, expose_value=False, callback=_show_losses,
              help="Say what each format cannot hold, and leave.")
@audience_option
def export(file: Path, out: Path, format_: str | None, layers: Sequence[str], **more: Any) -> int:
    """Write the survey FILE, or a part of it, to OUT in another format."""
    from surveyapp.services.exporting import export as export_file

    with opened(file, read_only=True) as session:
        for written in export_file(session, out, format=format_, layer=layers, progress=progress(), **more):
            print(written)
    return DONE


@click.command()
@file_argument
@click.argument("out", type=click.Path(path_type=Path))
@audience_option
@click.option("--basemap", type=click.Path(path_type=Path), metavar="MAP",
              help="A map of your own to lie under the points: MBTiles, GeoPackage tiles or GeoTIFF.")
@click.option("--zooms", default="8-12", show_default=True, metavar="A-B", help="Its zooms: first and last.")
@click.option("--basemap-mb", type=click.FloatRange(0.1, 500), default=20.0, show_default=True,
              help="The most it may take.")
def preview(file: Path, out: Path, audience: str, basemap: Path | None, zooms: str, basemap_mb: float) -> int:
    """Write a map of FILE to OUT.html, which opens in any browser with no network."""
    from surveyapp.services.previewing import ground_of
    from surveyapp.services.previewing import preview as preview_file

    ground = ground_of(basemap, zooms, basemap_mb)
    with opened(file, read_only=True) as session:
        for line in preview_file(session, out, audience=audience, ground=ground, progress=progress()):
            print(line)
    return DONE


@click.command()
@file_argument
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT.html|OUT.pdf")
@click.option("--national", is_flag=True, help="Estimates added up by category and place, each with what it rests on.")
@as_json_option
def report(file: Path, out: Path, national: bool, as_json: bool) -> int:
    """Write a report of FILE to read and print: what was found, by whom, and how good the records are."""
    from surveyapp.exchange.report.writing import put
    from surveyapp.services import national_report, survey_report

    with opened(file, read_only=True) as session:
        page, figures = (national_report if national else survey_report).made(session, out, progress())
    put(out, pdf_of(page) if out.suffix.lower() == ".pdf" else page)
    print_json(figures) if as_json else print(out)
    return DONE


COMMANDS = (import_, check, export, preview, report)
