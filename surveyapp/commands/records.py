"""Recording: surveys, sightings and what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from surveyapp.commands.shared import (
    DONE,
    FINDINGS,
    as_json_option,
    as_listed,
    assignments,
    file_argument,
    open_window,
    opened,
    print_json,
    set_option,
)
from surveyapp.errors import BadInput


@click.command("open")
@file_argument
def open_(file: Path) -> int:
    """Open the window on FILE."""
    opened(file, read_only=True).close()
    return open_window(file)


@click.command()
@file_argument
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


@click.command()
@file_argument
@click.option("--gem", required=True, help="Gem seen (or looked for, with --set presence=absent).")
@click.option("--at", "at", required=True, metavar="POSITION", help='Such as "34.7725N 72.3608E", DMS or UTM.')
@set_option
@click.option("--photo", "photos", multiple=True, type=click.Path(path_type=Path), help="JPEG to attach; repeat.")
@as_json_option
def add(file: Path, gem: str, at: str, sets: Sequence[str], photos: Sequence[Path], as_json: bool) -> int:
    """Add a sighting to FILE and print its uuid."""
    from surveyapp.services.recording import add_sighting, asked_fields, assigned

    with opened(file) as session:
        given = {"at": at, "gem": gem, **assignments(sets)}
        values = assigned("sighting", given, asked_fields(session, "sighting", given.get("survey_uuid")))
        uuid = add_sighting(session, values, photos)
        if as_json:
            print_json(as_listed(session.file.get("sighting", uuid)))
        else:
            print(uuid)
    return DONE


@click.command()
@file_argument
@click.argument("uuid")
@set_option
@click.option("--at", "at", metavar="POSITION", help="New position of a sighting.")
@click.option("--photo", "photos", multiple=True, type=click.Path(path_type=Path), help="JPEG to attach; repeat.")
def edit(file: Path, uuid: str, sets: Sequence[str], at: str | None, photos: Sequence[Path]) -> int:
    """Change fields of a record of FILE."""
    from surveyapp.services.recording import asked_fields, assigned, attach_photos, edit_record, find_record

    given = assignments(sets) | ({"at": at} if at else {})
    if not given and not photos:
        raise BadInput("Nothing to change; give --set FIELD=VALUE.")
    with opened(file) as session:
        record = find_record(session, uuid)
        asked = asked_fields(session, record.layer, record.get("survey_uuid"))
        values = assigned(record.layer, given, asked)
        if record.layer == "estimate":  # under the rules that the form has: a category is never simply claimed
            from surveyapp.services.estimates import lines, save_estimate

            saved = save_estimate(session, str(record.get("area_uuid")), values, record=record)
            print("\n".join(lines(session.file.get("estimate", saved.uuid) or record, saved)))
            return FINDINGS if saved.lowered else DONE
        edit_record(session, record, values)
        attach_photos(session, uuid, photos)
    return DONE


@click.command()
@file_argument
@click.argument("uuids", nargs=-1, required=True, metavar="UUID...")
def delete(file: Path, uuids: Sequence[str]) -> int:
    """Delete records of FILE; the history keeps them."""
    from surveyapp.services.recording import delete_records, find_record

    with opened(file) as session:
        delete_records(session, [find_record(session, uuid) for uuid in uuids])
    return DONE


@click.command("list")
@file_argument
@click.option("--layer", default="sighting", show_default=True, help="Layer to list.")
@as_json_option
def list_(file: Path, layer: str, as_json: bool) -> int:
    """List the records of a layer, sorted by uuid."""
    with opened(file, read_only=True) as session:
        records = list(session.file.records(layer))
        if as_json:
            print_json([as_listed(r) for r in records])
            return DONE
        for record in records:
            point = record.position
            place = f"{point[1]:.5f} {point[0]:.5f}" if point else ""
            first = [f for f in record.definition.fields if f.column][:5] or list(record.definition.fields[:4])
            print("\t".join([record.uuid, place, *(record.text(f.name) for f in first)]).rstrip())
    return DONE


@click.command()
@file_argument
@click.argument("uuid", required=False)
@as_json_option
def log(file: Path, uuid: str | None, as_json: bool) -> int:
    """Show who changed what in FILE, or in one record."""
    from surveyapp.services.history import entries, lines

    with opened(file, read_only=True) as session:
        told = entries(session.file.history(uuid))
    if uuid and not told:
        raise BadInput(f"There is no record {uuid} in the history of {file.name}.")
    if as_json:
        print_json(told)
    else:
        print("\n".join(lines(told)))
    return DONE


COMMANDS = (open_, new, add, edit, delete, list_, log)
