"""Which boundaries are in use, and whether what sightings say of their place is possible by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.domain.fields import AREA, GEOMETRY, SIGHTING
from surveyapp.domain.validation import WARNING, Issue
from surveyapp.errors import BadFile
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

if TYPE_CHECKING:
    from surveyapp.domain.records import Record
    from surveyapp.geo.basemap import Province
    from surveyapp.geo.boundaries import Boundaries
    from surveyapp.geo.where import Held, Where
    from surveyapp.settings import Settings

SETTING, FACTS = "files.boundaries", "files.boundary_facts"
"""The settings that name an office's layer, and what it does not say of itself (see :func:`load_as_told`)."""

_COLUMNS = ("uuid", "longitude", "latitude", "accuracy_m", "province", "district", "toposheet", "boundary_source")


# -- the layer in use -------------------------------------------------------------------------------------------------


@dataclass
class _InUse:
    boundaries: Boundaries | None = None
    read: Callable[[], Boundaries] | None = None


_now = _InUse()


def in_use() -> Boundaries:
    """The boundaries that places are worked out from: the built-in ones, unless another layer was put to use."""
    if _now.boundaries is None:
        from surveyapp.geo.boundaries import built_in

        read = _now.read or built_in
        _now.boundaries = read()
    return _now.boundaries


def use(boundaries: Boundaries | None) -> None:
    """Put a layer to use; ``None`` goes back to the built-in one."""
    _now.boundaries, _now.read = boundaries, None


def use_settings(settings: Callable[[], Settings], tell: Callable[[str], None]) -> None:
    """Put the layer to use that these settings name. It is read when the first place is worked out; where it cannot be
    read (a stick is out), ``tell`` gets a sentence and the built-in boundaries answer."""

    def read() -> Boundaries:
        from surveyapp.geo.boundaries import built_in

        known = settings()
        if not known[SETTING]:
            return built_in()
        try:
            return load_as_told(known[SETTING], known[FACTS])
        except BadFile as error:
            tell(tr("{error} The built-in boundaries are used.", error=error))
            return built_in()

    _now.boundaries, _now.read = None, read


def load_as_told(path: Path | str, facts: Mapping[str, Any]) -> Boundaries:
    """An office's layer with what its user said of it: ``accuracy_m`` where the file does not state it, and under the
    name of a kind (``district`` …) the column that names it. The same file is read once. Raises ``BadFile``."""
    path = Path(path)
    try:
        known = path.stat()
    except OSError as error:
        raise BadFile(tr("The boundaries {path} cannot be read: {reason}.", path=path, reason=error.strerror)) from None
    return _loaded(path, known.st_mtime_ns, known.st_size, tuple(sorted(facts.items())))


@lru_cache(maxsize=2)
def _loaded(path: Path, _written_ns: int, _size: int, facts: tuple[tuple[str, Any], ...]) -> Boundaries:
    from surveyapp.geo.boundaries import KINDS, load_boundaries

    told = dict(facts)
    columns = {kind: str(told[kind]) for kind in KINDS if told.get(kind)}
    return load_boundaries(path, accuracy_m=_number(told.get("accuracy_m")), columns=columns)


# -- checks -----------------------------------------------------------------------------------------------------------


def place_issues(
    file: SurveyFile, boundaries: Boundaries | None = None, columns: Mapping[str, list[Any]] | None = None
) -> Iterator[Issue]:
    """Provinces, districts and toposheets that the point rules out, points that may lie in either of two districts,
    sightings outside every licence of a survey that has licences, or inside a protected area, and places that were
    worked out from other boundaries than those in use. Level 3. ``columns``: those of the sightings to look at, where
    the caller has them (all otherwise)."""
    if not file.count(SIGHTING.name):
        return
    from surveyapp.geo.where import where

    boundaries = boundaries or in_use()
    licences = licence_areas(file)
    columns = file.columns(SIGHTING.name, _COLUMNS) if columns is None else columns
    placed = [row for row, longitude in enumerate(columns["longitude"]) if _number(longitude) is not None]
    sheets = _sheets(columns, placed)
    closer = _look_closer(columns, placed, sheets, boundaries, licences)
    for number, row in enumerate(placed):
        facts = {name: columns[name][row] for name in _COLUMNS}
        if closer[number]:
            at = where(facts["longitude"], facts["latitude"], _number(facts["accuracy_m"]), boundaries, licences)
            yield from _sheet_issues(facts, at, sheets[number])
            yield from _province_issues(facts, at, boundaries)
            if boundaries.districts:
                yield from _district_issues(facts, at)
            yield from _area_issues(facts, at, has_licences=bool(licences or boundaries.licences))
        yield from _age_issues(facts, boundaries)
    yield from _overlaps(file)


def _look_closer(
    columns: Mapping[str, list[Any]], rows: list[int], sheets: list[str | None], boundaries: Boundaries,
    licences: tuple[Province, ...],
) -> list[bool]:
    """Whether there may be anything to say of each point. Most lie clear of every line and say what the layer says:
    those are told by trees, many at once."""
    from surveyapp.geo.boundaries import AreaIndex

    xs, ys = [columns["longitude"][row] for row in rows], [columns["latitude"][row] for row in rows]
    own = [_number(columns["accuracy_m"][row]) or 0.0 for row in rows]
    margins = [metres + (boundaries.accuracy_m or 0.0) for metres in own]
    provinces = boundaries.province_index.holding(xs, ys)
    districts = boundaries.district_index.holding(xs, ys)
    near = boundaries.district_index.near_an_edge(xs, ys, margins)
    fences = AreaIndex((*boundaries.protected, *boundaries.licences))
    fenced, at_fence = fences.holding(xs, ys), fences.near_an_edge(xs, ys, margins)
    claims = AreaIndex(licences)
    claimed, at_claim = claims.holding(xs, ys), claims.near_an_edge(xs, ys, own)
    any_licence = bool(licences or boundaries.licences)
    found = []
    for n, row in enumerate(rows):
        province, district, sheet = (columns[name][row] for name in ("province", "district", "toposheet"))
        in_province, in_district = provinces[n], districts[n]
        found.append(
            near[n] or at_fence[n] or at_claim[n] or fenced[n] is not None
            or (any_licence and claimed[n] is None)
            or (province is not None and (in_province is None or in_province.code != province))
            or (bool(boundaries.districts) and district is not None
                and (in_district is None or not _same(district, in_district.name)))
            or (sheets[n] is not None and sheet not in (None, sheets[n]))
        )
    return found


def _sheet_issues(facts: Mapping[str, Any], at: Where, sheet: str | None) -> Iterator[Issue]:
    stated = facts["toposheet"]
    if sheet is not None and stated not in (None, sheet, *at.next_sheets):
        told = tr("The toposheet is {stated}, the point lies on {sheet}.", stated=stated, sheet=sheet)
        yield _issue("toposheet-elsewhere", facts["uuid"], "toposheet", told)


def _province_issues(facts: Mapping[str, Any], at: Where, boundaries: Boundaries) -> Iterator[Issue]:
    province = facts["province"]
    if province is None or at.province.code == province:
        return
    names = {area.name for area in boundaries.provinces if area.code == province}
    if not names & {name for name, _metres in at.province.others}:
        told = tr("The province is {stated}, the point lies in {name}.", stated=province,
                  name=at.province.name or tr("none of the country"))
        yield _issue("province-elsewhere", facts["uuid"], "province", told)


def _district_issues(facts: Mapping[str, Any], at: Where) -> Iterator[Issue]:
    district, uuid = facts["district"], facts["uuid"]
    may_be = [at.district.name, *(name for name, _metres in at.district.others)]
    if district is not None and not any(_same(district, name) for name in may_be):
        told = tr("The district is {stated}, the point lies in {name}.", stated=district,
                  name=at.district.name or tr("none of the layer"))
        yield _issue("district-elsewhere", uuid, "district", told)
    if at.district.others:
        told = tr("The point may lie in {either}; the boundary is {metres} m away.", either=either(at.district),
                  metres=f"{at.district.others[0][1]:.0f}")
        yield _issue("either-district", uuid, "district", told)


def either(held: Held) -> str:
    """The areas that a point may lie in, in words: ``Swat or Shangla``."""
    return tr(" or ").join(filter(None, [held.name, *(name for name, _metres in held.others)]))


def _area_issues(facts: Mapping[str, Any], at: Where, *, has_licences: bool) -> Iterator[Issue]:
    uuid = facts["uuid"]
    if has_licences and not at.licences:
        told = (tr("The point may lie outside every licence of the survey.") if at.maybe
                else tr("The point lies outside every licence of the survey."))
        yield _issue("outside-licence", uuid, GEOMETRY, told)
    for name in at.protected:
        told = tr("The point lies in the protected area {name}.", name=name)
        yield _issue("in-protected-area", uuid, GEOMETRY, told)
    for name, metres in at.maybe_protected:
        told = tr("The point may lie in the protected area {name}, whose edge is {metres} m away.", name=name,
                  metres=f"{metres:.0f}")
        yield _issue("in-protected-area", uuid, GEOMETRY, told)


def _age_issues(facts: Mapping[str, Any], boundaries: Boundaries) -> Iterator[Issue]:
    """Only an office's own layer is newer than another: the built-in one is what there is without any."""
    from surveyapp.geo.boundaries import built_in

    source = facts["boundary_source"]
    if source is not None and boundaries is not built_in() and source != boundaries.label:
        told = tr("Province and district were worked out from {old}; the boundaries in use are {new}. Work out the "
                  "places again.", old=source, new=boundaries.label)
        yield _issue("boundary-older", facts["uuid"], "boundary_source", told)


def licence_areas(file: SurveyFile) -> tuple[Province, ...]:
    """The licences of the survey as polygons."""
    return tuple(licence(_name_of(record), shape) for record, shape in _licences(file))


def licence(name: str, shape: Any) -> Province:
    """A licence as the polygons that a point is looked up in."""
    from surveyapp.geo.basemap import Province

    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    polygons = [
        [[(x, y) for x, y, *_z in ring.coords] for ring in (part.exterior, *part.interiors)] for part in parts
    ]
    return Province("", name, "", polygons)


def _licences(file: SurveyFile) -> list[tuple[Record, Any]]:
    return [(record, shape) for record in file.records(AREA.name)
            if record.get("kind") == "licence" and (shape := _shape(record.values.get(GEOMETRY))) is not None]


def _name_of(record: Record) -> str:
    return str(record.get("name") or record.get("licence_number") or record.uuid)


def _overlaps(file: SurveyFile) -> Iterator[Issue]:
    """Two licences on the same ground."""
    known = _licences(file)
    for place, (record, shape) in enumerate(known):
        for other, its_shape in known[place + 1 :]:
            if shape.is_valid and its_shape.is_valid and shape.intersection(its_shape).area > 1e-9:
                told = tr("The licence overlaps with {name}.", name=_name_of(other))
                yield Issue(WARNING, "licences-overlap", AREA.name, record.uuid, GEOMETRY, told, 3)


def _shape(geometry: object) -> Any:
    import shapely

    if not isinstance(geometry, str):
        return None
    shape = shapely.from_wkb(bytes.fromhex(geometry))
    return None if shape.is_empty else shape


def _sheets(columns: Mapping[str, list[Any]], rows: list[int]) -> list[str | None]:
    """The toposheet of each point that states one, by the sheets' own datum; ``None`` for the others."""
    from surveyapp.domain.toposheet import sheet_number
    from surveyapp.geo.crs import KALIANPUR_1962, from_wgs84_arrays

    stated = [number for number, row in enumerate(rows) if columns["toposheet"][row] is not None]
    found: list[str | None] = [None] * len(rows)
    if stated:
        xs, ys, _accuracies = from_wgs84_arrays(
            KALIANPUR_1962,
            [columns["longitude"][rows[number]] for number in stated],
            [columns["latitude"][rows[number]] for number in stated],
        )
        for number, x, y in zip(stated, xs.tolist(), ys.tolist(), strict=True):
            found[number] = sheet_number(x, y) if x == x and y == y else None
    return found


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _same(one: object, other: str) -> bool:
    return str(one).casefold().strip() == other.casefold().strip()


def _issue(code: str, uuid: str, field: str, message: str) -> Issue:
    return Issue(WARNING, code, SIGHTING.name, uuid, field, message, 3)
