"""The index of the 15-minute toposheets as a file for other programs, such as QGIS.

Sheets have their edges on Kalianpur 1962; their corners are written in WGS 84, where that shift is known.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from surveyapp.errors import BadFile, BadInput
from surveyapp.words import tr

_SIZE_DEG = 0.25
_LAYER = "toposheets"


def write_index(path: Path) -> int:
    """Write the sheets that the country lies on, as GeoJSON or GeoPackage by the name of the file; returns how many.
    Written beside and swapped in. Raises ``BadInput`` for another kind of file, ``BadFile`` where it cannot be written.
    """
    suffix = path.suffix.casefold()
    if suffix not in (".geojson", ".json", ".gpkg"):
        raise BadInput(tr("The index is written as .geojson or .gpkg, not as {name}.", name=path.name))
    sheets = index_sheets()
    beside = path.with_name(f".{path.stem}.{os.getpid()}.new{path.suffix}")
    try:
        if suffix == ".gpkg":
            _write_geopackage(sheets, beside)
        else:
            beside.write_text(json.dumps(_geojson(sheets), ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise BadFile(
            tr("The index cannot be written to {path} ({reason}).", path=path, reason=error.strerror or error)
        ) from None
    finally:
        beside.unlink(missing_ok=True)
    return len(sheets)


def index_sheets() -> list[tuple[str, list[tuple[float, float]]]]:
    """Number and corners (WGS 84 degrees, counter-clockwise from the south-west, the first again at the end) of every
    15-minute sheet with a part of the country on it, sorted by number."""
    import numpy as np
    import shapely

    from surveyapp.domain.toposheet import sheet_number
    from surveyapp.geo.basemap import basemap
    from surveyapp.geo.crs import KALIANPUR_1962, to_wgs84_arrays

    areas = shapely.union_all([
        shapely.MultiPolygon([(part[0], part[1:]) for part in province.polygons]) for province in basemap().provinces
    ])  # fmt: skip
    west, south, east, north = (int(edge // _SIZE_DEG) for edge in areas.bounds)
    cells = [(x * _SIZE_DEG, y * _SIZE_DEG) for x in range(west - 1, east + 2) for y in range(south - 1, north + 2)]
    corners = np.array(cells)[:, None, :] + np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * _SIZE_DEG
    xs, ys, _accuracies = to_wgs84_arrays(KALIANPUR_1962, corners[..., 0].ravel(), corners[..., 1].ravel())
    rings = np.stack([xs, ys], axis=1).reshape(-1, 5, 2)
    shapely.prepare(areas)
    found = []
    for (x, y), ring in zip(cells, rings, strict=True):
        number = sheet_number(x + _SIZE_DEG / 2, y + _SIZE_DEG / 2)
        if number is not None and np.isfinite(ring).all() and areas.intersects(shapely.Polygon(ring)):
            found.append((number, [(round(float(lon), 7), round(float(lat), 7)) for lon, lat in ring]))
    return sorted(found)


def _geojson(sheets: list[tuple[str, list[tuple[float, float]]]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "name": _LAYER,
        "features": [
            {"type": "Feature", "properties": _facts(number), "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for number, ring in sheets
        ],
    }


def _write_geopackage(sheets: list[tuple[str, list[tuple[float, float]]]], path: Path) -> None:
    import geopandas
    import shapely

    facts = [_facts(number) for number, _ring in sheets]
    frame = geopandas.GeoDataFrame(facts, geometry=[shapely.Polygon(ring) for _number, ring in sheets],
                                   crs="EPSG:4326")
    frame.to_file(path, layer=_LAYER, driver="GPKG", engine="pyogrio", dataset_options={"VERSION": "1.3"})


def _facts(number: str) -> dict[str, str]:
    """The sheet's number, and those of the degree sheet and the 4° sheet that it lies in."""
    return {"sheet": number, "degree_sheet": number.partition("/")[0], "index_sheet": number.partition(" ")[0]}
