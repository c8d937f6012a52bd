"""What offices do with each other's surveys: merging, deciding, reviewing, sealing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from surveyapp.commands.shared import (
    BAD,
    DONE,
    FINDINGS,
    as_json_option,
    fail,
    file_argument,
    opened,
    print_json,
    progress,
)
from surveyapp.errors import BadInput, SurveyError


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IN...")
@click.option("--dry-run", is_flag=True, help="Show what would happen; write nothing.")
@click.option("--report", "reports", multiple=True, type=click.Path(path_type=Path), metavar="R.html|R.json",
              help="Write the report here, to read (.html) or for programs (.json); repeat for both.")
@as_json_option
def merge(out: Path, inputs: Sequence[Path], dry_run: bool, reports: Sequence[Path], as_json: bool) -> int:
    """Merge surveys IN into OUT. What OUT holds already stays in it.

    With --dry-run it says what would happen, and whether IN was merged before.
    """
    from surveyapp.services import merge_report, merging

    for report in reports:
        merge_report.check_place(report, [out, *inputs])
    told = merging.merge(out, inputs, dry_run=dry_run, progress=progress())
    unwritten = ""
    try:
        merge_report.write_reports(told, reports)
    except SurveyError as error:
        unwritten = f"{error} {'Nothing was merged: it was a dry run' if dry_run else 'The merge itself is done'}."
    if as_json:
        print_json(merging.as_dict(told))
    else:
        print("\n".join(merging.summary(told)))
    if unwritten and fail(unwritten) and dry_run:
        return BAD
    return FINDINGS if told.conflicts or told.rejected or unwritten else DONE


@click.command()
@file_argument
@click.option("--duplicates", is_flag=True, help="List the pairs of sightings that may be of the same deposit.")
@as_json_option
def conflicts(file: Path, duplicates: bool, as_json: bool) -> int:
    """List the open conflicts of FILE, or its likely-same deposits."""
    from surveyapp.services import conflicts as disputes
    from surveyapp.services import duplicates as likely

    with opened(file, read_only=True) as session:
        if duplicates:
            pairs = likely.as_dicts(session, likely.suggestions(session, progress()))
            if as_json:
                print_json(pairs)
            else:
                print("\n".join(likely.lines(pairs) or ["No likely-same deposits wait for an answer."]))
            return FINDINGS if pairs else DONE
        found = [disputes.as_dict(conflict) for conflict in session.file.conflicts()]
        waiting = 0 if as_json else len(likely.suggestions(session, progress()))
    if as_json:
        print_json(found)
    for conflict in [] if as_json else found:
        print(f"{conflict['conflict']}  {conflict['layer']} {conflict['record']} {conflict['field']} "
              f"(was {conflict['ancestor']!r})")
        for value in conflict["values"]:
            print(f"  {value['side']}: {value['value']!r} by {value['author']} at {value['at']}")
    if waiting:
        print(likely.reminder(waiting, file))
    return FINDINGS if found else DONE


@click.command()
@file_argument
@click.argument("conflict")
@click.option("--take", metavar="VALUE", help="The value that holds; of a likely-same pair: same or not-the-same.")
@click.option("--side", metavar="A|B", help="The side that holds.")
def resolve(file: Path, conflict: str, take: str | None, side: str | None) -> int:
    """Decide a CONFLICT, or a likely-same pair, of FILE; the decision travels with the next merge."""
    from surveyapp.services.duplicates import resolve as resolve_conflict

    with opened(file) as session:
        resolve_conflict(session, conflict, take=take, side=side)
    return DONE


@click.command()
@file_argument
@click.argument("decisions", type=click.Path(path_type=Path), metavar="DECISIONS.json")
@click.option("--apply-changed", is_flag=True, help="Move the status also of records that changed since.")
@click.option("--dry-run", is_flag=True, help="Show what would happen; write nothing.")
@as_json_option
def review(file: Path, decisions: Path, apply_changed: bool, dry_run: bool, as_json: bool) -> int:
    """Take a reviewer's DECISIONS, as the page of a preview saves them, into FILE."""
    from surveyapp.exchange.decisions import read
    from surveyapp.services.reviewing import take_in

    with opened(file, read_only=dry_run) as session:
        told = take_in(session, read(decisions), apply_changed=apply_changed, dry_run=dry_run, progress=progress())
    if as_json:
        print_json(told.as_dict())
    else:
        print("\n".join(told.lines()))
    return FINDINGS if told.findings else DONE


@click.command("seal")
@file_argument
@click.option("--key", type=click.Path(path_type=Path), metavar="K", help="Private key (PEM); else this computer's.")
@click.option("--new-key", type=click.Path(path_type=Path), metavar="K", help="Make a new key there, and seal with it.")
@as_json_option
def seal_(file: Path, key: Path | None, new_key: Path | None, as_json: bool) -> int:
    """Seal FILE, so that whoever receives it can see that nothing was changed."""
    from surveyapp.exchange.seal import make_key, read_key
    from surveyapp.services.sealing import Keys, seal

    if key and new_key:
        raise BadInput("Give --key or --new-key, not both.")
    with opened(file) as session:
        private = make_key(new_key) if new_key else read_key(key, _passphrase) if key else Keys.of_user().own()
        found = seal(session, private, progress())
    print_json(found.as_dict()) if as_json else print(*found.lines(), sep="\n")
    return DONE if found.holds else FINDINGS


def _passphrase() -> str | None:
    return click.prompt("Passphrase", hide_input=True, err=True) if sys.stdin.isatty() else None


@click.command("verify")
@file_argument
@click.option("--key", type=click.Path(path_type=Path), metavar="K", help="Public key that it has to be sealed with.")
@click.option("--remember", metavar="NAME", help="Know the key of this seal by a name from now on.")
@as_json_option
def verify_(file: Path, key: Path | None, remember: str | None, as_json: bool) -> int:
    """Say whether FILE is as it was sealed, and by whom. Exits 0 only where it is."""
    from surveyapp.exchange.seal import read_public
    from surveyapp.services.sealing import Keys, verify
    from surveyapp.storage.gpkg import SurveyFile

    demanded = read_public(key) if key else None
    keys = Keys.of_user()
    with SurveyFile.open(file, read_only=True, as_it_is=True) as survey:
        found = verify(survey, demanded=demanded, keys=keys, progress=progress())
        if remember and found.seal and found.holds:
            keys.remember(found.seal.public_key, remember)
            found = verify(survey, demanded=demanded, keys=keys)
    print_json(found.as_dict()) if as_json else print(*found.lines(), sep="\n")
    return DONE if found.holds else FINDINGS


COMMANDS = (merge, conflicts, resolve, review, seal_, verify_)
