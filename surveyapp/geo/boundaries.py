"""The boundaries that a place is looked up in: the built-in ones, or an office's own, with their version.

An office gives polygons of provinces, districts, protected areas and licences as a GeoJSON file in WGS 84, or as a
GeoPackage or any other vector file in a system with a known way to WGS 84. A polygon says by its property ``kind`` what
it is (``province``, ``district``, ``protected``, ``licence``); without one, it is known by the column that names it
(``district`` or ``ADM2_EN``, ``province`` or ``ADM1_EN``), or by the column that the office is asked for.
Coordinates are WGS 84 degrees, longitude first.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadFile, BadPosition, SurveyError
from surveyapp.geo.basemap import Polygon, Province, basemap, load_basemap
from surveyapp.geo.measure import METRES_PER_DEGREE
from surveyapp.geo.places import GENERALISATION_M
from surveyapp.words import tr

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

PROVINCE, DISTRICT, PROTECTED, LICENCE = "province", "district", "protected", "licence"
KINDS = (PROVINCE, DISTRICT, PROTECTED, LICENCE)

_NAMED_BY: dict[str, tuple[str, ...]] = {
    DISTRICT: ("district", "district_n", "districts", "adm2_en", "adm2_name", "name_2", "dist_name", "tehsil_dis"),
    PROTECTED: ("protected_area", "protected", "wdpa_name", "park"),
    LICENCE: ("licence", "license", "licence_no", "license_no", "lease", "lease_no", "tenement"),
    PROVINCE: ("province", "province_n", "adm1_en", "adm1_name", "name_1", "prov_name"),
}
"""Columns that name a polygon, by what it then is; the first kind that has one counts, as a district names its
province too. ``adm…`` are of OCHA's common operational datasets, ``name_…`` of GADM."""

_NAMES_UR = ("name_ur", "adm2_ur", "adm1_ur")
_MOST_BYTES = 200_000_000


@dataclass(frozen=True, eq=False)
class Boundaries:
    """``accuracy_m``: how far its lines may be from the true ones, ``None`` where nobody says. ``name`` and ``version``
    tell one layer from another; together they are what a sighting keeps (:attr:`label`)."""

    name: str
    version: str
    accuracy_m: float | None
    provinces: tuple[Province, ...]
    districts: tuple[Province, ...] = ()
    protected: tuple[Province, ...] = ()
    licences: tuple[Province, ...] = ()

    @property
    def label(self) -> str:
        """As ``sighting.boundary_source`` has it; never translated, as it goes into files."""
        return f"{self.name} {self.version}".strip()

    @property
    def province_accuracy_m(self) -> float | None:
        """That of the provinces, which are the built-in ones where an office brings none."""
        return GENERALISATION_M if self.provinces is basemap().provinces else self.accuracy_m

    @cached_property
    def province_index(self) -> AreaIndex:
        """The provinces, for many points at once."""
        return AreaIndex(self.provinces)

    @cached_property
    def district_index(self) -> AreaIndex:
        """The districts, for many points at once."""
        return AreaIndex(self.districts)


class AreaIndex:
    """Areas in shapely's trees, for many points at once; single points are quicker in plain Python
    (:mod:`surveyapp.geo.places`)."""

    def __init__(self, areas: Sequence[Province]) -> None:
        self.areas = tuple(areas)

    def holding(self, longitudes: ArrayLike, latitudes: ArrayLike) -> list[Province | None]:
        """The first area that holds each point, as :func:`surveyapp.geo.places.area_at` says it."""
        import numpy as np
        import shapely

        xs, ys = np.atleast_1d(np.asarray(longitudes, float)), np.atleast_1d(np.asarray(latitudes, float))
        found: list[Province | None] = [None] * len(xs)
        if not self.areas:
            return found
        rows, shapes = self._shapes.query(shapely.points(xs, ys), predicate="intersects")
        # From the last shape to the first, so that of two that touch a point the first one stays.
        for row, shape in sorted(zip(rows.tolist(), shapes.tolist(), strict=True), reverse=True):
            found[row] = self.areas[shape]
        return found

    def near_an_edge(self, longitudes: ArrayLike, latitudes: ArrayLike, margins_m: ArrayLike) -> list[bool]:
        """Whether an edge may be within the margin (metres) of each point. Errs on the side of yes: who wants to know
        looks closer then."""
        import numpy as np
        import shapely

        xs, ys = np.atleast_1d(np.asarray(longitudes, float)), np.atleast_1d(np.asarray(latitudes, float))
        near = np.zeros(len(xs), bool)
        if self.areas:
            up = np.broadcast_to(np.asarray(margins_m, float), xs.shape) / METRES_PER_DEGREE * 1.01
            across = up / np.maximum(0.1, np.cos(np.radians(ys)))
            rows, _pieces = self._edges.query(shapely.box(xs - across, ys - up, xs + across, ys + up))
            near[rows] = True
        return [bool(one) for one in near]

    @cached_property
    def _shapes(self) -> Any:
        import shapely

        return shapely.STRtree(
            [shapely.MultiPolygon([(part[0], part[1:]) for part in area.polygons]) for area in self.areas]
        )

    @cached_property
    def _edges(self) -> Any:
        """A tree of every straight piece of every outline."""
        import numpy as np
        import shapely

        rings = (np.array(ring, float)[:, :2] for area in self.areas for part in area.polygons for ring in part)
        pairs = [np.stack([ring, np.roll(ring, -1, axis=0)], axis=1) for ring in rings]
        return shapely.STRtree(shapely.linestrings(np.concatenate(pairs)))


@cache
def built_in() -> Boundaries:
    """The provinces and territories of the built-in map; it has no districts."""
    return Boundaries("Built-in map", "(Natural Earth 1:10 m)", GENERALISATION_M, basemap().provinces)


def load_boundaries(
    path: Path | str, *, accuracy_m: float | None = None, columns: Mapping[str, str] | None = None
) -> Boundaries:
    """An office's layer; ``accuracy_m`` where the file does not say it, ``columns`` the one that names each kind of
    :data:`KINDS`, where its name does not tell. A file says its own ``accuracy_m``, ``name`` and ``version`` beside its
    features (GeoJSON) or in columns of those names. Where it has no provinces, the built-in map answers.
    Raises ``BadFile`` with one sentence."""
    path = Path(path)
    stamp = _date_of(path)
    facts, shapes = _content(path)
    found: dict[str, list[Province]] = {kind: [] for kind in KINDS}
    for properties, polygons in shapes:
        kind, name = _what(properties, columns or {})
        if kind and name and polygons:
            found[kind].append(Province(_code(properties, name) if kind == PROVINCE else "", name,
                                        _first(properties, _NAMES_UR), polygons))
    if not any(found.values()):
        raise BadFile(
            tr("{path} has no polygons that say which province, district or protected area they are; give them a "
               "property “kind” and a “name”, or a column “district”.", path=path)
        )
    coded = tuple(province for province in found[PROVINCE] if province.code)
    stated = _accuracy(facts, shapes)
    return Boundaries(
        _text(facts, "name") or path.stem,
        _text(facts, "version") or _only(shapes, "version") or f"{stamp} ({_sha256(path)[:8]})",
        accuracy_m if stated is None else stated,
        coded or built_in().provinces,
        tuple(found[DISTRICT]),
        tuple(found[PROTECTED]),
        tuple(found[LICENCE]),
    )


def text_columns(path: Path | str) -> list[str]:
    """Names of the columns with text that the polygons of a file have, to choose those that name them. Raises
    ``BadFile``."""
    path = Path(path)
    _date_of(path)
    _facts, shapes = _content(path)
    return sorted({name for properties, _polygons in shapes for name in properties if _text(properties, name)})


def _date_of(path: Path) -> str:
    """Day on which the file was written last, as ISO 8601; refuses what cannot be read, or is too large."""
    try:
        known = path.stat()
    except OSError as error:
        raise BadFile(tr("The boundaries {path} cannot be read: {reason}.", path=path, reason=error.strerror)) from None
    if known.st_size > _MOST_BYTES:
        raise BadFile(tr("The boundaries {path} are larger than {most} MB; simplify them first.", path=path,
                         most=_MOST_BYTES // 1_000_000))
    return datetime.fromtimestamp(known.st_mtime, UTC).date().isoformat()


def _content(path: Path) -> tuple[Mapping[str, Any], list[tuple[dict[str, Any], list[Polygon]]]]:
    """What a file says of itself, and its polygons with their properties."""
    if path.suffix.casefold() in (".geojson", ".json"):
        content = load_basemap(path).geojson
        return content, list(_of_geojson(content))
    return {}, _of_vectors(path)


def _accuracy(facts: Mapping[str, Any], shapes: Sequence[tuple[Mapping[str, Any], object]]) -> float | None:
    """The accuracy that the file states; of several, the poorest."""
    stated = [number for one in (facts, *(properties for properties, _ in shapes))
              if (number := _metres(one.get("accuracy_m"))) is not None]
    return max(stated, default=None)


def _metres(value: object) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    return float(value) if known and isinstance(value, int | float) else None


def _only(shapes: Sequence[tuple[Mapping[str, Any], object]], name: str) -> str:
    """What all polygons say under a name; empty where they differ."""
    said = {_text(properties, name) for properties, _polygons in shapes}
    return said.pop() if len(said) == 1 else ""


def _what(properties: Mapping[str, Any], told: Mapping[str, str]) -> tuple[str, str]:
    """What a polygon is and its name, by the columns that were told first; empty where it does not say."""
    for kind in (DISTRICT, PROTECTED, LICENCE, PROVINCE):
        if (column := told.get(kind)) and (name := _text(properties, column)):
            return kind, name
    kind = _text(properties, "kind").casefold()
    if kind in KINDS:
        name = _first(properties, ("name", *_NAMED_BY[kind]))
        return (kind, name) if name else ("", "")
    if kind:
        return "", ""
    for kind, columns in _NAMED_BY.items():
        if name := _first(properties, columns):
            return kind, name
    code = _text(properties, "code")
    return (PROVINCE, _text(properties, "name") or code) if code else ("", "")


def _code(properties: Mapping[str, Any], name: str) -> str:
    """ISO 3166-2 code of a province: as the file has it, or by its name; empty where neither is known."""
    provinces = VOCABULARIES["province"]
    for word in (_text(properties, "code"), name):
        term = provinces.find(word)
        if term is not None:
            return term.code
    return ""


def _of_geojson(content: Mapping[str, Any]) -> Iterable[tuple[dict[str, Any], list[Polygon]]]:
    for feature in content["features"]:
        geometry = feature.get("geometry")
        if geometry and geometry["type"] in ("Polygon", "MultiPolygon"):
            parts = geometry["coordinates"] if geometry["type"].startswith("Multi") else [geometry["coordinates"]]
            yield feature.get("properties") or {}, [
                [[(float(place[0]), float(place[1])) for place in ring] for ring in part] for part in parts
            ]


def _of_vectors(path: Path) -> list[tuple[dict[str, Any], list[Polygon]]]:
    """The polygons of every layer of a vector file, in WGS 84."""
    import pyogrio
    import shapely

    from surveyapp.geo.crs import crs_from_text, to_wgs84_arrays

    found: list[tuple[dict[str, Any], list[Polygon]]] = []
    try:
        layers = [name for name, geometry in pyogrio.list_layers(path) if geometry and "Polygon" in str(geometry)]
        for layer in layers:
            facts, _fids, geometries, columns = pyogrio.raw.read(path, layer=layer)
            crs = facts.get("crs")
            if crs is None:
                raise BadFile(tr("{path} does not say its coordinate system; export it with one.", path=path))
            system = crs_from_text(crs)

            def turn(degrees: Any, system: Any = system) -> Any:
                import numpy as np

                longitudes, latitudes, _accuracies = to_wgs84_arrays(system, degrees[:, 0], degrees[:, 1])
                return np.column_stack([longitudes, latitudes])

            names = [str(name) for name in facts["fields"]]
            shapes = shapely.transform(shapely.force_2d(shapely.from_wkb(geometries)), turn)
            for row, shape in enumerate(shapes):
                if shape is not None and not shape.is_empty:
                    found.append((_row(names, columns, row), _polygons_of(shape)))
    except BadPosition as error:
        raise BadFile(tr("The boundaries {path} cannot be used: {error}", path=path, error=error)) from None
    except SurveyError:
        raise
    except (RuntimeError, ValueError, OSError) as error:
        raise BadFile(tr("The boundaries {path} cannot be read ({error}); export them as GeoJSON in EPSG:4326.",
                         path=path, error=str(error).partition("\n")[0].rstrip("."))) from None
    return found


def _row(names: list[str], columns: Any, row: int) -> dict[str, Any]:
    values = {name: column[row] for name, column in zip(names, columns, strict=True)}
    plain = {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}
    return {name: value for name, value in plain.items() if isinstance(value, str | int | float)}


def _polygons_of(shape: Any) -> list[Polygon]:
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    return [
        [[(float(x), float(y)) for x, y in ring.coords] for ring in (part.exterior, *part.interiors)] for part in parts
    ]


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return value.strip() if isinstance(value, str) else ""


def _first(properties: Mapping[str, Any], names: Iterable[str]) -> str:
    folded = {str(name).casefold(): value for name, value in properties.items()}
    return next((text for name in names if (text := _text(folded, name))), "")


def _sha256(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return whole.hexdigest()
