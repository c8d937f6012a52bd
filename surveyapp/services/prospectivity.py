"""Where finds were made for the looking that was done: a kernel density of presences by that of effort.

Sightings alone show where people went. So the smoothed number of finds is divided by the smoothed effort: the length
of the tracks that were walked, and a fixed length for every stop at which something was recorded, an absence as much as
a find. Ground with too little effort is "not looked at", which is not the same as "nothing there".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from surveyapp.domain.fields import GEOMETRY, SIGHTING, TRACK
from surveyapp.domain.progress import Progress
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.errors import BadInput, Refused
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

Floats = NDArray[np.float64]

STOP_M: Final = 200.0
"""A stop counts as so many metres of walking: about what one looks over around an outcrop."""
_REACH: Final = 4.0
"""The kernel ends at so many bandwidths, where less than 0.04 % of it is left."""
_MARGIN: Final = 3.0
_CELLS_A_BANDWIDTH: Final = 4.0
_MOST_CELLS: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Prospectivity:
    """Finds for each kilometre of looking, on a grid in a UTM zone.

    ``rate`` (rows, columns; row 0 in the north, column 0 in the west) is NaN where nobody looked enough. ``effort_m``:
    metres of looking around each cell, the near ones counting in full. ``corners``: longitude and latitude of the
    north-west, north-east, south-east and south-west corner.
    """

    rate: Floats
    effort_m: Floats
    crs: str
    west: float
    south: float
    east: float
    north: float
    cell_m: float
    bandwidth_m: float
    least_effort_m: float
    gem: str | None
    presences: int
    absences: int
    track_km: float
    corners: tuple[tuple[float, float], ...]

    @property
    def looked_share(self) -> float:
        """The share of the grid's cells that were looked at, 0 to 1."""
        return float(np.isfinite(self.rate).mean())

    def rate_unit(self) -> str:
        """What the numbers are."""
        return tr("finds per km of looking")

    def title(self) -> str:
        """What stands over the picture."""
        if self.gem is None:
            return tr("Finds for the looking that was done, all gems")
        gem = VOCABULARIES["gem"].label(self.gem).lower()
        return tr("Finds for the looking that was done: {gem}", gem=gem)

    def words(self) -> list[str]:
        """What must stand beside the picture, a sentence each."""
        return [
            tr("This shows where finds were made for the effort of looking. It is not the probability of a deposit, "
               "and says nothing of how much there is."),
            tr("Finds ({presences:,}) and effort ({km:,.1f} km of tracks, and {stop:g} m for each of {stops:,} stops, "
               "{absences:,} of them without a find of it) are smoothed with a Gaussian kernel of {bandwidth:,.0f} m.",
               presences=self.presences, km=self.track_km, stop=STOP_M, stops=self.presences + self.absences,
               absences=self.absences, bandwidth=self.bandwidth_m),
            tr("Blank cells were not looked at: fewer than {least:,.0f} m of looking around them. Blank does not mean "
               "that there is nothing.", least=self.least_effort_m),
        ]


def prospectivity(
    file: SurveyFile,
    gem: str | None = None,
    *,
    bandwidth_m: float = 2000.0,
    cell_m: float | None = None,
    least_effort_m: float = 1000.0,
    progress: Progress | None = None,
) -> Prospectivity:
    """Finds of a gem (``None``: of any) for each kilometre of looking. ``bandwidth_m``: standard deviation of the
    kernel. ``cell_m``: a quarter of it if not given. Raises ``BadInput`` for numbers that make no grid, ``Refused``
    where nothing was found."""
    if not (math.isfinite(bandwidth_m) and bandwidth_m > 0 and least_effort_m > 0):
        raise BadInput(tr("Bandwidth and least effort must be above 0 m."))
    cell = bandwidth_m / _CELLS_A_BANDWIDTH if cell_m is None else cell_m
    if not 0 < cell <= bandwidth_m:
        raise BadInput(tr("The cells must be above 0 m and no larger than the bandwidth."))
    progress = progress or Progress()
    progress.step(0, 3, tr("reading sightings and tracks"))
    lonlat, found = _stops(file, gem)
    if not found.any():
        raise Refused(tr("No find of it has a position, so there is nothing to show; choose another gem."))
    crs = _zone(lonlat)
    stops = _projected(crs, lonlat)
    places, lengths = _walked([_projected(crs, line) for line in _lines(file)], cell)
    looked = np.concatenate([stops, places])
    weights = np.concatenate([np.full(len(stops), STOP_M), lengths])
    grid = _Grid.around(np.concatenate([looked, stops[found]]), cell, bandwidth_m)
    progress.step(1, 3, tr("smoothing effort"))
    effort = grid.smoothed(looked, weights, bandwidth_m)
    progress.step(2, 3, tr("smoothing finds"))
    finds = grid.smoothed(stops[found], np.ones(int(found.sum())), bandwidth_m)
    enough = effort >= least_effort_m
    rate = np.full(effort.shape, np.nan)
    rate[enough] = finds[enough] / effort[enough] * 1000
    return Prospectivity(
        rate, effort, crs, grid.west, grid.south, grid.east, grid.north, cell, bandwidth_m, least_effort_m, gem,
        presences=int(found.sum()), absences=int((~found).sum()), track_km=float(lengths.sum()) / 1000,
        corners=grid.corners(crs),
    )


# --- what was found, and where people looked ---------------------------------------------------------


def _stops(file: SurveyFile, gem: str | None) -> tuple[Floats, NDArray[np.bool_]]:
    """Positions of all stops (n, 2), and which of them found the gem. Somebody who recorded another gem, or none,
    looked there too."""
    columns = file.columns(SIGHTING.name, ["longitude", "latitude", "gem", "presence"])
    lonlat = np.array([columns["longitude"], columns["latitude"]], float).T.reshape(-1, 2)
    absent = np.array([presence == "absent" for presence in columns["presence"]], bool)
    of_gem = np.array([gem is None or own == gem for own in columns["gem"]], bool)
    placed = np.isfinite(lonlat).all(axis=1)
    return lonlat[placed], (of_gem & ~absent)[placed]


def _lines(file: SurveyFile) -> list[Floats]:
    """The tracks as (n, 2) longitude and latitude, each part by itself."""
    import shapely

    found = []
    for geometry in file.columns(TRACK.name, [GEOMETRY])[GEOMETRY]:
        shape = None if geometry is None else shapely.from_wkb(geometry)
        parts = getattr(shape, "geoms", [shape])
        found += [np.asarray(part.coords, float)[:, :2] for part in parts
                  if part is not None and part.geom_type == "LineString" and not part.is_empty]
    return found


def _walked(lines: list[Floats], step_m: float) -> tuple[Floats, Floats]:
    """Middles and lengths in metres of pieces of the lines that are no longer than a cell."""
    middles, lengths = [np.empty((0, 2))], [np.empty(0)]
    for line in lines:
        legs = np.diff(line, axis=0)
        length = np.hypot(legs[:, 0], legs[:, 1])
        parts = np.maximum(1, np.ceil(length / step_m)).astype(int)
        leg = np.repeat(np.arange(len(legs)), parts)
        within = np.arange(len(leg)) - np.repeat(np.cumsum(parts) - parts, parts)
        share = (within + 0.5) / parts[leg]
        middles.append(line[leg] + legs[leg] * share[:, None])
        lengths.append(length[leg] / parts[leg])
    return np.concatenate(middles), np.concatenate(lengths)


def _zone(lonlat: Floats) -> str:
    """EPSG code of the UTM zone (WGS 84, north or south) of the middle of the stops. Its distances hold within 1 % for
    800 km to either side, so that it serves the whole country."""
    longitude, latitude = np.median(lonlat, axis=0)
    zone = min(60, max(1, int((longitude + 180) // 6) + 1))
    return f"EPSG:{(32600 if latitude >= 0 else 32700) + zone}"


def _projected(crs: str, lonlat: Floats) -> Floats:
    from surveyapp.geo.crs import from_wgs84_arrays

    if not len(lonlat):
        return np.empty((0, 2))
    x, y, _accuracy = from_wgs84_arrays(crs, lonlat[:, 0], lonlat[:, 1])
    placed = np.column_stack([x, y])
    if not np.isfinite(placed).all():
        raise Refused(tr("The sightings and tracks lie too far apart for one grid; mend the positions that are wrong."))
    return placed


# --- the grid ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Grid:
    """Square cells; ``west`` and ``north`` are the outer edges of the first column and row, in metres."""

    west: float
    north: float
    rows: int
    columns: int
    cell_m: float

    @classmethod
    def around(cls, places: Floats, cell_m: float, bandwidth_m: float) -> _Grid:
        """A grid that holds all places with three bandwidths around them; raises ``BadInput`` if it is too large."""
        (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
        margin = _MARGIN * bandwidth_m
        columns = math.ceil((east - west + 2 * margin) / cell_m)
        rows = math.ceil((north - south + 2 * margin) / cell_m)
        if rows * columns > _MOST_CELLS:
            raise BadInput(tr("A grid of {cells:,} cells is too large; choose a larger bandwidth or cell.",
                              cells=rows * columns))
        return cls(float(west - margin), float(north + margin), rows, columns, cell_m)

    @property
    def east(self) -> float:
        return self.west + self.columns * self.cell_m

    @property
    def south(self) -> float:
        return self.north - self.rows * self.cell_m

    def corners(self, crs: str) -> tuple[tuple[float, float], ...]:
        from surveyapp.geo.crs import to_wgs84_arrays

        xs = np.array([self.west, self.east, self.east, self.west])
        ys = np.array([self.north, self.north, self.south, self.south])
        longitude, latitude, _accuracy = to_wgs84_arrays(crs, xs, ys)
        return tuple(zip(longitude.tolist(), latitude.tolist(), strict=True))

    def smoothed(self, places: Floats, weights: Floats, bandwidth_m: float) -> Floats:
        """Weights around the middle of each cell: Σ w·exp(-d²/2h²). One that lies on the middle counts in full."""
        column = ((places[:, 0] - self.west) / self.cell_m).astype(np.intp)
        row = ((self.north - places[:, 1]) / self.cell_m).astype(np.intp)
        counted = np.zeros((self.rows, self.columns))
        np.add.at(counted, (row, column), weights)
        kernel = _kernel(bandwidth_m, self.cell_m)
        return _along(_along(counted, kernel, 0), kernel, 1)


def _kernel(bandwidth_m: float, cell_m: float) -> Floats:
    reach = math.ceil(_REACH * bandwidth_m / cell_m)
    away = np.arange(-reach, reach + 1) * cell_m / bandwidth_m
    return np.exp(-0.5 * away * away)


def _along(grid: Floats, kernel: Floats, axis: int) -> Floats:
    """The grid convolved along one axis, what lies outside taken for 0. A Gaussian separates into its two axes."""
    reach = len(kernel) // 2
    moved = np.moveaxis(grid, axis, 0)
    padded = np.concatenate([np.zeros((reach, moved.shape[1])), moved, np.zeros((reach, moved.shape[1]))])
    total = np.zeros(moved.shape)
    for place, weight in enumerate(kernel):
        total += weight * padded[place : place + moved.shape[0]]
    return np.moveaxis(total, 0, axis)
