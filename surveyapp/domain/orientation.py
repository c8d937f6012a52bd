"""Planes and lines in rock: the right-hand rule, poles, vectors, the two nets, and what many measurements say.

Angles are degrees. Azimuths count clockwise from **true north**; no declination is applied anywhere. Dip and plunge
count downward from the horizontal, 0 to 90. Vectors are (north, east, down), as in Allmendinger, Cardozo and Fisher
(2012), *Structural Geology Algorithms: Vectors and Tensors*, Cambridge University Press, chapters 2 to 4, from which
the conversions come unless a function names another source.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from surveyapp.errors import BadInput
from surveyapp.words import tr

PLANE, LINE = "plane", "line"
"""Codes of the field ``kind`` of an orientation."""

EQUAL_AREA, EQUAL_ANGLE = "equal-area", "equal-angle"
"""The Schmidt net, for counting and comparing densities; the Wulff net, for measuring angles."""

Vector = tuple[float, float, float]
Point = tuple[float, float]

_POINTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


@dataclass(frozen=True, slots=True)
class Line:
    """``trend_deg`` is the azimuth (0 to below 360) in which it goes down, ``plunge_deg`` how steeply."""

    trend_deg: float
    plunge_deg: float


@dataclass(frozen=True, slots=True)
class Plane:
    """By the right-hand rule: looking along ``strike_deg`` (0 to below 360), the plane dips to the right."""

    strike_deg: float
    dip_deg: float

    @property
    def dip_direction_deg(self) -> float:
        """Azimuth in which the plane goes down most steeply: strike + 90."""
        return turned(self.strike_deg + 90)


Measure = Plane | Line


@dataclass(frozen=True, slots=True)
class Spread:
    """What many directions have in common.

    ``mean`` is the middle of the cluster, ``girdle_pole`` the pole of the plane that they lie nearest to (a fold
    axis, where they are poles of folded beds); both come from the orientation tensor. ``shares`` are its three
    eigenvalues, the largest first, that sum to 1: near (1, 0, 0) is a cluster, (½, ½, 0) a girdle. ``kappa`` is
    Fisher's precision and ``alpha95_deg`` the half-angle of the cone that holds the true mean with 95 % confidence;
    ``None`` where the directions are all the same, or too scattered for such a cone to mean anything.
    """

    count: int
    mean: Line
    girdle_pole: Line
    shares: tuple[float, float, float]
    kappa: float | None
    alpha95_deg: float | None

    @property
    def is_girdle(self) -> bool:
        """Whether the directions lie along a great circle rather than round a point: Woodcock's (1977)
        ln(S1/S2) / ln(S2/S3) below 1. Not so where fewer than four are there (any two lie on a circle), nor where the
        circle is a short piece near the mean, with less than a tenth of the weight off it."""
        first, second, third = self.shares
        return self.count >= 4 and second >= 0.1 and first * third < second * second


def turned(azimuth_deg: float) -> float:
    """The azimuth from 0 to below 360."""
    turned_deg = azimuth_deg % 360
    return 0.0 if turned_deg == 360 else turned_deg  # -1e-17 % 360 is 360.0


def compass_point(azimuth_deg: float) -> str:
    """The nearest of the eight points of the compass: ``compass_point(135)`` is ``"SE"``."""
    return _POINTS[round(turned(azimuth_deg) / 45) % 8]


def apart(one_deg: float, other_deg: float) -> float:
    """Angle between two azimuths, 0 to 180."""
    return abs((one_deg - other_deg + 180) % 360 - 180)


def plane_of_dip(direction_deg: float, dip_deg: float) -> Plane:
    """The plane that dips in this direction."""
    return Plane(turned(direction_deg - 90), dip_deg)


def pole_of(plane: Plane) -> Line:
    """The line at right angles to a plane, pointing down: against the dip direction, by 90 less the dip."""
    return Line(turned(plane.strike_deg - 90), 90 - plane.dip_deg)


def plane_of_pole(pole: Line) -> Plane:
    """The plane at right angles to a line; the way back from :func:`pole_of`."""
    return Plane(turned(pole.trend_deg + 90), 90 - pole.plunge_deg)


def vector_of(line: Line) -> Vector:
    """Unit vector (north, east, down) along a line."""
    trend, plunge = math.radians(line.trend_deg), math.radians(line.plunge_deg)
    return (math.cos(plunge) * math.cos(trend), math.cos(plunge) * math.sin(trend), math.sin(plunge))


def line_of(vector: Vector) -> Line:
    """The line along a vector of any length but 0; an upward one is turned round, since a line has no sense."""
    north, east, down = vector
    length = math.hypot(north, east, down)
    if length == 0:
        raise ValueError("a vector without length has no direction")
    if down < 0:
        north, east, down = -north, -east, -down
    return Line(turned(math.degrees(math.atan2(east, north))), math.degrees(math.atan2(down, math.hypot(north, east))))


def axis_of(measure: Measure) -> Line:
    """What stands for a measurement in a point plot: the pole of a plane, a line itself."""
    return pole_of(measure) if isinstance(measure, Plane) else measure


def angle_between(one: Line, other: Line) -> float:
    """The acute angle between two lines, 0 to 90."""
    a, b = vector_of(one), vector_of(other)
    across = math.hypot(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return math.degrees(math.atan2(across, abs(_dot(a, b))))


# --- the nets ----------------------------------------------------------------------------------------------


def project(line: Line, net: str = EQUAL_AREA) -> Point:
    """(x to the east, y to the north) of a line in the lower hemisphere, in a net of radius 1.

    Equal area (Schmidt; Lambert's azimuthal projection): r = √2 sin(45° - plunge / 2). Equal angle (Wulff;
    stereographic): r = tan(45° - plunge / 2).
    """
    half = math.radians(45 - line.plunge_deg / 2)
    radius = math.tan(half) if net == EQUAL_ANGLE else math.sqrt(2) * math.sin(half)
    trend = math.radians(line.trend_deg)
    return radius * math.sin(trend), radius * math.cos(trend)


def unproject(x: float, y: float, net: str = EQUAL_AREA) -> Line | None:
    """The line that lies at a place in the net; ``None`` outside it."""
    radius = math.hypot(x, y)
    if radius > 1:
        return None
    half = math.atan(radius) if net == EQUAL_ANGLE else math.asin(radius / math.sqrt(2))
    return Line(turned(math.degrees(math.atan2(x, y))), 90 - 2 * math.degrees(half))


def great_circle(plane: Plane, net: str = EQUAL_AREA, step_deg: float = 3) -> list[Point]:
    """The plane's trace in the net, from the strike round to its other end, through the dip."""
    strike = vector_of(Line(plane.strike_deg, 0))
    dip = vector_of(Line(plane.dip_direction_deg, plane.dip_deg))
    steps = max(2, round(180 / step_deg))
    traced = []
    for number in range(steps + 1):
        rake = math.pi * number / steps
        along = [math.cos(rake) * s + math.sin(rake) * d for s, d in zip(strike, dip, strict=True)]
        # Rounding may put an end of the trace a hair above the horizon, where it would jump to the other side.
        traced.append(project(line_of((along[0], along[1], max(along[2], 0.0))), net))
    return traced


def cone(axis: Line, half_angle_deg: float, net: str = EQUAL_AREA, step_deg: float = 5) -> list[list[Point]]:
    """The circle at an angle round an axis, as one line or, where it crosses the rim, several."""
    centre = vector_of(axis)
    across, down = _frame(centre)
    angle = math.radians(half_angle_deg)
    parts: list[list[Point]] = [[]]
    upward: bool | None = None
    steps = max(8, round(360 / step_deg))
    for number in range(steps + 1):
        turn = 2 * math.pi * number / steps
        v = [
            math.cos(angle) * c + math.sin(angle) * (math.cos(turn) * a + math.sin(turn) * d)
            for c, a, d in zip(centre, across, down, strict=True)
        ]
        if upward is not None and (v[2] < 0) != upward:
            parts.append([])
        upward = v[2] < 0
        parts[-1].append(project(line_of((v[0], v[1], v[2])), net))
    return [part for part in parts if len(part) > 1]


def _frame(axis: Vector) -> tuple[Vector, Vector]:
    """Two unit vectors at right angles to a unit vector and to each other."""
    start: Vector = (1.0, 0.0, 0.0) if abs(axis[0]) < 0.9 else (0.0, 1.0, 0.0)
    first = _cross(axis, start)
    length = math.hypot(*first)
    first = (first[0] / length, first[1] / length, first[2] / length)
    return first, _cross(axis, first)


# --- what many measurements say ----------------------------------------------------------------------------


def spread(lines: Sequence[Line]) -> Spread:
    """Mean, girdle and scatter of lines without sense (lineations, or poles of planes).

    The tensor T = (1/N) Σ v vᵀ and its eigenvectors follow Woodcock (1977), *Geological Society of America
    Bulletin* 88, 1231-1236. For the cone of confidence each line is given the sense that lies nearer to the mean,
    and then, after Fisher (1953), *Proceedings of the Royal Society* A 217, 295-305, with the resultant R of N unit
    vectors: κ = (N - 1) / (N - R) and cos α₉₅ = 1 - (N - R) / R · (20^(1 / (N - 1)) - 1).

    Raises ``BadInput`` for fewer than two lines.
    """
    count = len(lines)
    if count < 2:
        raise BadInput(tr("A mean needs two measurements or more; choose more of them."))
    vectors = [vector_of(line) for line in lines]
    tensor = [[sum(v[i] * v[j] for v in vectors) / count for j in range(3)] for i in range(3)]
    values, axes = _eigen(tensor)
    mean = axes[0]
    resultant = sum(abs(_dot(v, mean)) for v in vectors)
    kappa, alpha = _fisher(count, resultant)
    return Spread(count, line_of(mean), line_of(axes[2]), values, kappa, alpha)


def _fisher(count: int, resultant: float) -> tuple[float | None, float | None]:
    scatter = count - resultant
    if scatter < 1e-9 * count:
        return None, None
    cosine = 1 - scatter / resultant * (20 ** (1 / (count - 1)) - 1)
    return (count - 1) / scatter, math.degrees(math.acos(cosine)) if cosine >= 0 else None


def _eigen(matrix: Sequence[Sequence[float]]) -> tuple[tuple[float, float, float], tuple[Vector, Vector, Vector]]:
    """Eigenvalues, the largest first, and unit eigenvectors of a symmetric 3 by 3 matrix, by Jacobi's rotations
    (Golub and Van Loan, *Matrix Computations*, 4th ed., section 8.5)."""
    a = [list(row) for row in matrix]
    v = [[float(i == j) for j in range(3)] for i in range(3)]
    for _sweep in range(30):
        if a[0][1] ** 2 + a[0][2] ** 2 + a[1][2] ** 2 < 1e-30:
            break
        for p, q in ((0, 1), (0, 2), (1, 2)):
            _rotate(a, v, p, q)
    order = sorted(range(3), key=lambda i: -a[i][i])
    values = [max(0.0, a[i][i]) for i in order]
    vectors: list[Vector] = [(v[0][i], v[1][i], v[2][i]) for i in order]
    return (values[0], values[1], values[2]), (vectors[0], vectors[1], vectors[2])


def _rotate(a: list[list[float]], v: list[list[float]], p: int, q: int) -> None:
    """Turn the matrix so that its element (p, q) becomes 0, and the vectors with it."""
    if a[p][q] == 0:
        return
    angle = 0.5 * math.atan2(2 * a[p][q], a[q][q] - a[p][p])
    c, s = math.cos(angle), math.sin(angle)
    for k in range(3):
        a[k][p], a[k][q] = c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]
    for k in range(3):
        a[p][k], a[q][k] = c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]
    for row in v:
        row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


# --- as the fields of a record -----------------------------------------------------------------------------


def measure_of(kind: object, values: Iterable[object]) -> Measure | None:
    """The measurement of stored values (``strike_deg, dip_deg, trend_deg, plunge_deg``), which another program may
    have written; ``None`` where a number lacks or lies outside its range."""
    strike, dip, trend, plunge = values
    plane = _angles(strike, dip)
    line = _angles(trend, plunge)
    if line is not None and (kind == LINE or plane is None):
        return Line(*line)
    return Plane(*plane) if plane is not None and kind != LINE else None


def _angles(azimuth: object, steepness: object) -> tuple[float, float] | None:
    if not (isinstance(azimuth, int | float) and isinstance(steepness, int | float)):
        return None
    if not (0 <= azimuth <= 360 and 0 <= steepness <= 90):
        return None
    return turned(float(azimuth)), float(steepness)
