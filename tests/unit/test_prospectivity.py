"""Finds for the looking that was done: by hand, corrected for effort, and blank where nobody looked."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from surveyapp.domain.changes import Change, insert
from surveyapp.domain.geometry import point_hex
from surveyapp.errors import BadInput, Refused
from surveyapp.geo.crs import from_wgs84_arrays, to_wgs84_arrays
from surveyapp.positioning.track_log import TrackPoint
from surveyapp.services.prospectivity import STOP_M, Prospectivity, prospectivity
from surveyapp.services.tracks import line_hex
from surveyapp.storage.gpkg import SurveyFile
from tests.helpers.surveys import sighting, survey_with, uuid_of

ZONE = "EPSG:32643"
EAST, NORTH = 400_000.0, 3_860_000.0


def lonlat(east: float, north: float) -> tuple[float, float]:
    """The position so many metres from a point near Nangimali."""
    x, y, _accuracy = to_wgs84_arrays(ZONE, [EAST + east], [NORTH + north])
    return float(x[0]), float(y[0])


def stop(number: int, east: float, north: float, **values: object) -> Change:
    return sighting(number, geom=point_hex(*lonlat(east, north)), **values)  # type: ignore[arg-type]


def track(number: int, *places: tuple[float, float]) -> Change:
    points = [TrackPoint(*lonlat(*place)) for place in places]
    return insert("track", {"name": "walk", "geom": line_hex(points)}, uuid=uuid_of(number))


def seen(path: Path, gem: str | None = "ruby", **options: float) -> Prospectivity:
    with SurveyFile.open(path, read_only=True) as file:
        return prospectivity(file, gem, **options)  # type: ignore[arg-type]


def at(made: Prospectivity, values: np.ndarray, east: float, north: float) -> float:
    x, y = EAST + east, NORTH + north
    return float(values[int((made.north - y) / made.cell_m), int((x - made.west) / made.cell_m)])


def test_one_find_and_one_long_walk_by_hand(tmp_path: Path) -> None:
    # A straight walk of 100 km through the find: an endless line, of which the kernel sees ∫ exp(-s²/2h²) ds = h√(2π).
    # With h = 1,000 m that is 2,506.6 m, and the stop adds 200 m. On the line the find counts as 1:
    # 1 / 2.7066 km = 0.3695 finds per km. At 2h to the side both kernels have fallen to e⁻² alike: the same rate,
    # but only 0.3663 km of looking.
    path = survey_with(tmp_path / "a.gpkg", [stop(1, 0, 0), track(2, (-50_000, 0), (50_000, 0))])
    made = seen(path, bandwidth_m=1_000, cell_m=50, least_effort_m=200)
    assert (made.crs, made.presences, made.absences) == (ZONE, 1, 0)
    assert made.track_km == pytest.approx(100, rel=1e-3)
    assert at(made, made.effort_m, 0, 0) == pytest.approx(1_000 * math.sqrt(2 * math.pi) + STOP_M, rel=0.01)
    assert at(made, made.rate, 0, 0) == pytest.approx(1 / 2.7066, rel=0.01)
    assert at(made, made.effort_m, 0, 2_000) == pytest.approx(2_706.6 * math.exp(-2), rel=0.06)
    assert at(made, made.rate, 0, 2_000) == pytest.approx(1 / 2.7066, rel=0.01)
    assert at(made, made.rate, 30_000, 0) == pytest.approx(0, abs=1e-6), "walked, and nothing found"


def test_ground_that_nobody_looked_at_is_blank_and_not_zero(tmp_path: Path) -> None:
    path = survey_with(tmp_path / "a.gpkg", [stop(1, 0, 0), stop(2, 8_000, 0, presence="absent")])
    made = seen(path, bandwidth_m=1_000, least_effort_m=100)
    assert at(made, made.rate, 8_000, 0) == pytest.approx(0, abs=1e-6), "an absence is looking, too"
    assert np.isnan(at(made, made.rate, 4_000, 0))
    assert 0 < made.looked_share < 1
    assert np.isnan(seen(path, bandwidth_m=1_000, least_effort_m=201).rate).all()


def test_twice_the_looking_for_the_same_finds_is_half_the_rate(tmp_path: Path) -> None:
    # Two places with 5 finds each; at the second there are 15 absences as well: 5 / (5·0.2 km) = 5 and
    # 5 / (20·0.2 km) = 1.25 finds per km. A map of the finds alone would show the two alike.
    finds = [stop(n, 0, 0) for n in range(1, 6)] + [stop(n, 50_000, 0) for n in range(6, 11)]
    nothing = [stop(n, 50_000, 0, presence="absent") for n in range(11, 21)]
    others = [stop(n, 50_000, 0, gem="topaz") for n in range(21, 26)]
    path = survey_with(tmp_path / "a.gpkg", [*finds, *nothing, *others])
    made = seen(path, least_effort_m=500)
    assert at(made, made.rate, 0, 0) == pytest.approx(5)
    assert at(made, made.rate, 50_000, 0) == pytest.approx(1.25)
    assert (made.presences, made.absences) == (10, 15)
    everything = seen(path, None, least_effort_m=500)
    assert at(everything, everything.rate, 50_000, 0) == pytest.approx(2.5)


def test_the_grid_lies_where_it_says(tmp_path: Path) -> None:
    path = survey_with(tmp_path / "a.gpkg", [stop(1, 0, 0), stop(2, 3_000, 5_000)])
    made = seen(path, bandwidth_m=1_000, cell_m=100)
    rows, columns = made.rate.shape
    assert made.east - made.west == pytest.approx(columns * 100)
    assert made.north - made.south == pytest.approx(rows * 100)
    assert made.west == pytest.approx(EAST - 3_000, abs=0.01)
    assert made.north == pytest.approx(NORTH + 5_000 + 3_000, abs=0.01)
    longitude, latitude = zip(*made.corners, strict=True)
    x, y, _accuracy = from_wgs84_arrays(ZONE, longitude, latitude)
    assert x.tolist() == pytest.approx([made.west, made.east, made.east, made.west], abs=0.01)
    assert y.tolist() == pytest.approx([made.north, made.north, made.south, made.south], abs=0.01)


def test_it_is_labelled_as_what_it_is(tmp_path: Path) -> None:
    made = seen(survey_with(tmp_path / "a.gpkg", [stop(1, 0, 0), stop(2, 0, 0, presence="absent")]))
    told = " ".join(made.words())
    assert "not the probability of a deposit" in told
    assert "2 stops, 1 of them without a find" in told
    assert "kernel of 2,000 m" in told
    assert "Blank does not mean" in told
    assert made.title() == "Finds for the looking that was done: ruby"
    assert made.rate_unit() == "finds per km of looking"


def test_what_cannot_be_worked_out_is_refused(tmp_path: Path) -> None:
    path = survey_with(tmp_path / "a.gpkg", [stop(1, 0, 0, presence="absent"), stop(2, 0, 0, gem="topaz"),
                                             sighting(3, geom=None)])
    with pytest.raises(Refused, match="No find of it has a position"):
        seen(path)
    with pytest.raises(BadInput, match="must be above 0 m"):
        seen(path, "topaz", bandwidth_m=0)
    with pytest.raises(BadInput, match="no larger than the bandwidth"):
        seen(path, "topaz", bandwidth_m=100, cell_m=200)
    with pytest.raises(BadInput, match="too large"):
        seen(path, "topaz", bandwidth_m=10_000, cell_m=1)
