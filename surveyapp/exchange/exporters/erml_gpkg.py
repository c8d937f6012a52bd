"""The views of EarthResourceML-Lite as layers of a GeoPackage, for those who work with tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from surveyapp.domain.progress import Progress
from surveyapp.exchange.exporters.erml_views import FIELDS, FURTHER, GEOMETRY, MANDATORY, views_of
from surveyapp.exchange.exporters.facts import Facts, facts_of
from surveyapp.exchange.exporters.files import Columns, Written, replacing
from surveyapp.exchange.exporters.gdal import shifted, text_column, write_columns
from surveyapp.exchange.exporters.geopackage import OPTIONS, check_rows, described
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

_ABOUT = "EarthResourceML-Lite 2.0.1 {name}; fields as its schema has them, then INSPIRE's codes. Mandatory: {must}."


def write_erml_gpkg(
    path: Path,
    layers: Mapping[str, Columns],
    *,
    crs: str = WGS84,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write a layer for each view, named as it, geometry column ``shape``, longitude before latitude as every
    GeoPackage has it. Raises ``BadInput``, ``BadFile``."""
    facts = facts or facts_of(layers, crs)
    views, left = views_of(layers, withheld=facts.audience != "office")
    with replacing(path) as temporary:
        for place, view in enumerate(views):
            if progress is not None:
                progress.step(place, len(views), tr("Writing {name}", name=path.name))
            names = (*FIELDS[view.name], *FURTHER[view.name])
            columns = [text_column(name, [row.get(name) for row in view.rows]) for name in names]
            about = _ABOUT.format(name=view.name, must=", ".join(MANDATORY[view.name]))
            write_columns(
                temporary,
                columns,
                shifted(view.shapes, crs, view.name),
                driver="GPKG",
                crs=crs,
                layer=view.name,
                geometry_type=GEOMETRY[view.name],
                append=place > 0,
                dataset_options=None if place else OPTIONS,
                layer_options={
                    "IDENTIFIER": view.name, "DESCRIPTION": facts.note or about, "GEOMETRY_NAME": "shape",
                    "SPATIAL_INDEX": "YES",
                },
            )
        described(temporary, facts)
        check_rows(temporary, {view.name: len(view.rows) for view in views})
    return Written((path,), sum(len(view.rows) for view in views), tuple(left.sentences()))
