"""Where sightings are: provinces and districts worked out again, and the index of the toposheets."""

from __future__ import annotations

from pathlib import Path

import click

from surveyapp.commands.shared import DONE, as_json_option, opened, print_json, progress
from surveyapp.errors import BadInput


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--boundaries", type=click.Path(path_type=Path), metavar="MAP",
              help="An office's provinces and districts (GeoJSON, GeoPackage …); else those that the settings name.")
@click.option("--accuracy", type=click.FloatRange(min=0), metavar="M", help="How good their lines are, in metres.")
@click.option("--district", metavar="COLUMN", help="The column that names a district, where its name does not tell.")
@click.option("--province", metavar="COLUMN", help="The same of provinces.")
@click.option("--index", type=click.Path(path_type=Path), metavar="OUT.geojson|OUT.gpkg",
              help="Write the index of the 15-minute toposheets, for QGIS; needs no FILE.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@as_json_option
def places(file: Path | None, boundaries: Path | None, accuracy: float | None, district: str | None,
           province: str | None, index: Path | None, dry_run: bool, as_json: bool) -> int:
    """Work out province and district of every sighting of FILE again.

    What a person chose stays. The change is one step that can be undone.
    """
    if file is None and index is None:
        raise BadInput("Give a survey FILE, or --index OUT.")
    if index is not None:
        from surveyapp.services.sheet_index import write_index

        written = write_index(index)
        if not as_json:
            print(f"{index}: {written} sheets")
    if file is None:
        return DONE
    from surveyapp.services import placing, where

    told = {"accuracy_m": accuracy, "district": district, "province": province}
    if boundaries is None and any(value is not None for value in told.values()):
        raise BadInput("--accuracy, --district and --province go with --boundaries.")
    layer = None
    if boundaries is not None:
        layer = where.load_as_told(boundaries, {name: value for name, value in told.items() if value is not None})
    with opened(file, read_only=dry_run) as session:
        found = placing.work_out_again(session, layer, dry_run=dry_run, progress=progress())
    print_json(found.as_dict()) if as_json else print("\n".join(found.lines()))
    return DONE


COMMANDS = (places,)
