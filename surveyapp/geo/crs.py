"""Coordinate reference systems: one axis rule, and no datum shift that nobody knows.

**Axis rule**: x is always the longitude or easting and comes first, y the latitude or northing, whatever
order the EPSG entry declares.

**Truth rule**: a shift between datums is done only by an operation that the EPSG dataset lists for the
place. PROJ's "ballpark" shift, which does nothing and says 0 m, is refused: Kalianpur 1880 to WGS 84
would silently be wrong by some 100 m. An accuracy that EPSG gives as 999 or PROJ as -1 is unknown and
is ``None`` here, never a number.

pyproj is imported only when a system other than WGS 84 is met. Its network access stays off.
"""

from __future__ import annotations

import math
import threading
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from surveyapp.errors import BadPosition
from surveyapp.words import tr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS, Transformer
    from pyproj._crs import AreaOfUse

    Floats = NDArray[np.float64]

WGS84 = "EPSG:4326"
KALIANPUR_1962 = "EPSG:4145"

_NO_1880 = (
    "no transformation from Kalianpur 1880 to WGS 84 is published, so the place would be wrong by some "
    "100 m; give the point in WGS 84 or on a Kalianpur 1962 sheet"
)


@dataclass(frozen=True)
class KnownCrs:
    """A reference system that our users meet. ``refused`` says why it cannot be taken, else is empty."""

    code: str
    label: str
    area: str
    geographic: bool = False
    refused: str = ""


KNOWN_CRS: tuple[KnownCrs, ...] = (
    KnownCrs(WGS84, "WGS 84 (GPS)", "World", geographic=True),
    KnownCrs("EPSG:32641", "WGS 84 / UTM zone 41N", "60–66°E"),
    KnownCrs("EPSG:32642", "WGS 84 / UTM zone 42N", "66–72°E"),
    KnownCrs("EPSG:32643", "WGS 84 / UTM zone 43N", "72–78°E"),
    KnownCrs(KALIANPUR_1962, "Kalianpur 1962", "Pakistan", geographic=True),
    KnownCrs("EPSG:24311", "Kalianpur 1962 / UTM zone 41N", "west of 66°E"),
    KnownCrs("EPSG:24312", "Kalianpur 1962 / UTM zone 42N", "66–72°E"),
    KnownCrs("EPSG:24313", "Kalianpur 1962 / UTM zone 43N", "east of 72°E"),
    KnownCrs("EPSG:24376", "Kalianpur 1962 / India zone I (metre grid)", "28°N–35°35′N"),
    KnownCrs("EPSG:24377", "Kalianpur 1962 / India zone IIa (metre grid)", "south of 28°N"),
    KnownCrs("EPSG:4243", "Kalianpur 1880", "India, Pakistan", geographic=True, refused=_NO_1880),
    KnownCrs("EPSG:24370", "Kalianpur 1880 / India zone 0 (yard grid)", "north of 35°35′N", refused=_NO_1880),
    KnownCrs("EPSG:24371", "Kalianpur 1880 / India zone I (yard grid)", "28°N–35°35′N", refused=_NO_1880),
    KnownCrs("EPSG:24372", "Kalianpur 1880 / India zone IIa (yard grid)", "south of 28°N", refused=_NO_1880),
    KnownCrs("EPSG:24373", "Kalianpur 1880 / India zone IIIa (yard grid)", "India", refused=_NO_1880),
    KnownCrs("EPSG:24374", "Kalianpur 1880 / India zone IVa (yard grid)", "India", refused=_NO_1880),
    KnownCrs("EPSG:24382", "Kalianpur 1880 / India zone IIb (yard grid)", "India", refused=_NO_1880),
)

_KNOWN = {known.code: known for known in KNOWN_CRS}
_UNKNOWN_ACCURACY = 900.0
"""EPSG's 999 means "no accuracy estimate available"; no real operation is that bad."""


@dataclass(frozen=True)
class _Operation:
    """One way from a system to WGS 84 and the box (degrees) in which it holds."""

    transformer: Transformer
    accuracy_m: float | None
    box: tuple[float, float, float, float]

    def covers(self, longitude: Any, latitude: Any) -> Any:
        """Whether points lie in the box; for numbers a bool, for arrays an array of them."""
        west, south, east, north = self.box
        inside_y = (latitude >= south) & (latitude <= north)
        if west <= east:
            return inside_y & (longitude >= west) & (longitude <= east)
        return inside_y & ((longitude >= west) | (longitude <= east))


def crs_from_text(text: str) -> CRS:
    """A two-dimensional system from "EPSG:32643", "32643", WKT or a PROJ text; raises ``BadPosition``.

    Text without a code (a shapefile's ``.prj``) is matched to its EPSG entry where that is certain, as
    only that finds the published datum shifts.
    """
    from pyproj.exceptions import CRSError

    wanted = text.strip()
    if wanted.isdigit():
        wanted = f"EPSG:{wanted}"
    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            crs = _pyproj().CRS.from_user_input(wanted)
            code = crs.to_epsg()
            if code is not None:
                crs = _pyproj().CRS.from_epsg(code)
    except (CRSError, ValueError, OverflowError) as problem:
        raise BadPosition(
            tr("“{wanted}” is no known coordinate system; give its EPSG code, such as EPSG:32643.", wanted=wanted[:60])
        ) from problem
    return _horizontal(crs, wanted)


def crs_text(crs: CRS | str) -> str:
    """The EPSG code of a system as text ("EPSG:32643"), or its WKT when it has none."""
    if isinstance(crs, str):
        if (code := _plain_code(crs)) is not None:
            return code
        crs = crs_from_text(crs)
    authority = crs.to_authority()
    return ":".join(authority) if authority is not None else str(crs.to_wkt())


def label_of(crs: CRS | str) -> str:
    """A name for people: "WGS 84 / UTM zone 43N (EPSG:32643)"."""
    code = crs_text(crs)
    if code in _KNOWN:
        return f"{_KNOWN[code].label} ({code})"
    name = crs_from_text(code).name
    return f"{name} ({code})" if code.startswith("EPSG:") else str(name)


def is_geographic(crs: CRS | str) -> bool:
    """Whether its coordinates are degrees of longitude and latitude."""
    code = crs_text(crs)
    return _KNOWN[code].geographic if code in _KNOWN else bool(crs_from_text(code).is_geographic)


def metres_per_unit(crs: CRS | str) -> float:
    """Length in metres of the unit of a projected system; raises ``BadPosition`` for degrees."""
    if is_geographic(crs):
        raise BadPosition(tr("{system} is in degrees, not in a unit of length.", system=label_of(crs)))
    if crs_text(crs) in _KNOWN and not _KNOWN[crs_text(crs)].refused:
        return 1.0
    return float(crs_from_text(crs_text(crs)).axis_info[0].unit_conversion_factor)


def to_wgs84(crs: CRS | str, x: float, y: float) -> tuple[float, float, float | None]:
    """(longitude, latitude, accuracy of the datum shift in metres or ``None`` if unknown).

    ``x`` is the easting or longitude in the system's own unit. Raises ``BadPosition`` when no published
    transformation covers the point, or there is no such point.
    """
    code = crs_text(crs)
    if code == WGS84:
        longitude, latitude, accuracy = float(x), float(y), 0.0
        _require_on_earth(longitude, latitude, code)
        return longitude, latitude, accuracy
    operations = _operations(code)
    # The widest operation is good to some 100 m, enough to tell which operation's box holds the point.
    rough = operations[0].transformer.transform(x, y)
    _require_on_earth(*rough, code)
    operation = _best(operations, rough[0], rough[1], code)
    longitude, latitude = operation.transformer.transform(x, y)
    _require_on_earth(longitude, latitude, code)
    return float(longitude), float(latitude), operation.accuracy_m


def from_wgs84(crs: CRS | str, longitude: float, latitude: float) -> tuple[float, float, float | None]:
    """(x, y, accuracy of the datum shift in metres or ``None``); the way back of :func:`to_wgs84`."""
    code = crs_text(crs)
    _require_on_earth(longitude, latitude, WGS84)
    if code == WGS84:
        return float(longitude), float(latitude), 0.0
    operation = _best(_operations(code), longitude, latitude, code)
    x, y = operation.transformer.transform(longitude, latitude, direction="INVERSE")
    if not (math.isfinite(x) and math.isfinite(y)):
        raise BadPosition(
            tr(
                "{longitude:g}°E {latitude:g}°N cannot be given in {system}; use WGS 84.",
                longitude=longitude,
                latitude=latitude,
                system=label_of(code),
            )
        )
    return float(x), float(y), operation.accuracy_m


def project(crs: str, longitude: float, latitude: float) -> tuple[float, float]:
    """(x, y) in a projected system of degrees **in its own datum**; no datum shift is involved."""
    x, y = _projection(crs)(longitude, latitude)
    return float(x), float(y)


def unproject(crs: str, x: float, y: float) -> tuple[float, float]:
    """(longitude, latitude) in the datum of a projected system; the way back of :func:`project`."""
    longitude, latitude = _projection(crs)(x, y, inverse=True)
    return float(longitude), float(latitude)


def to_wgs84_arrays(crs: CRS | str, xs: ArrayLike, ys: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """(longitudes, latitudes, accuracies in metres) of many points, each an array as long as the input.

    A point that no published transformation covers, or that is nowhere on Earth, comes out as NaN, so
    that an importer can reject that row alone. An unknown accuracy is NaN. Raises ``BadPosition`` when
    the system as a whole has no transformation.
    """
    return _many(crs_text(crs), xs, ys, inverse=False)


def from_wgs84_arrays(
    crs: CRS | str, longitudes: ArrayLike, latitudes: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """(xs, ys, accuracies in metres) of many points; NaN as in :func:`to_wgs84_arrays`."""
    return _many(crs_text(crs), longitudes, latitudes, inverse=True)


def accuracy_of(
    crs: CRS | str, longitude: float | None = None, latitude: float | None = None
) -> float | None:
    """Accuracy in metres of the shift to WGS 84: at a WGS 84 point, or of the widest operation without one.

    ``None`` is unknown; 0 means that no datum shift is needed. Raises ``BadPosition`` if there is no way.
    """
    code = crs_text(crs)
    if code == WGS84:
        return 0.0
    operations = _operations(code)
    if longitude is None or latitude is None:
        return operations[0].accuracy_m
    return _best(operations, longitude, latitude, code).accuracy_m


def _many(code: str, first: ArrayLike, second: ArrayLike, *, inverse: bool) -> tuple[Floats, Floats, Floats]:
    import numpy as np

    a, b = np.array(first, dtype=np.float64).ravel(), np.array(second, dtype=np.float64).ravel()
    if a.shape != b.shape:
        raise BadPosition(
            tr("There are {size} x but {other_size} y coordinates; a point needs both.", size=a.size, other_size=b.size)
        )
    if code == WGS84:
        on_earth = _on_earth(a, b)
        return np.where(on_earth, a, np.nan), np.where(on_earth, b, np.nan), np.where(on_earth, 0.0, np.nan)
    operations = _operations(code)
    direction = "INVERSE" if inverse else "FORWARD"
    lon, lat = (a, b) if inverse else operations[0].transformer.transform(a, b)
    left = _on_earth(lon, lat)
    out_x, out_y, accuracy = (np.full(a.shape, np.nan) for _ in range(3))
    for operation in sorted(operations, key=_by_accuracy):
        here = left & operation.covers(lon, lat)
        if here.any():
            out_x[here], out_y[here] = operation.transformer.transform(a[here], b[here], direction=direction)
            accuracy[here] = np.nan if operation.accuracy_m is None else operation.accuracy_m
            left &= ~here
    good = np.isfinite(out_x) & np.isfinite(out_y)
    if not inverse:
        good &= _on_earth(out_x, out_y)
    return tuple(np.where(good, values, np.nan) for values in (out_x, out_y, accuracy))  # type: ignore[return-value]


def _on_earth(longitude: Floats, latitude: Floats) -> NDArray[np.bool_]:
    """Which points are finite and in range; a comparison with NaN is false."""
    return (abs(longitude) <= 180.0) & (abs(latitude) <= 90.0)


def _require_on_earth(longitude: float, latitude: float, code: str) -> None:
    if not (abs(longitude) <= 180.0 and abs(latitude) <= 90.0):
        raise BadPosition(
            tr("There is no such place in {system}; check the numbers and the system.", system=label_of(code))
        )


def _by_accuracy(operation: _Operation) -> float:
    return math.inf if operation.accuracy_m is None else operation.accuracy_m


def _best(operations: tuple[_Operation, ...], longitude: float, latitude: float, code: str) -> _Operation:
    """The most accurate operation whose box holds the point; raises ``BadPosition`` if none does."""
    covering = [operation for operation in operations if operation.covers(longitude, latitude)]
    if not covering:
        raise BadPosition(
            tr(
                "Longitude {longitude:.4f}, latitude {latitude:.4f} lies outside the area for "
                "which the shift between {system} and WGS 84 is known; give the point in WGS 84.",
                longitude=longitude,
                latitude=latitude,
                system=label_of(code),
            )
        )
    return min(covering, key=_by_accuracy)


@lru_cache(maxsize=8)
def _projection(code: str) -> Any:
    return _pyproj().Proj(crs_from_text(code))


@lru_cache(maxsize=64)
def _operations(code: str) -> tuple[_Operation, ...]:
    """The ways from a system to WGS 84, the widest first; raises ``BadPosition`` when there is none."""
    if code in _KNOWN and _KNOWN[code].refused:
        raise BadPosition(
            tr("{system} cannot be used: {refused}.", system=label_of(code), refused=_KNOWN[code].refused)
        )
    crs = crs_from_text(code)
    from pyproj.exceptions import ProjError
    from pyproj.transformer import TransformerGroup

    try:
        with _QUIET, warnings.catch_warnings():
            # It warns of grids that are not installed; the operations without them are what we list.
            warnings.simplefilter("ignore")
            group = TransformerGroup(crs, WGS84, always_xy=True, allow_ballpark=False)
    except (ProjError, IndexError) as problem:
        # pyproj 3.7 raises IndexError for a projection that PROJ lacks, such as that of EPSG:2305.
        raise BadPosition(
            tr("{system} cannot be brought to WGS 84; give the point in WGS 84.", system=label_of(code))
        ) from problem
    found = tuple(
        _Operation(
            # Made anew from its definition, as those of a group must not be shared between threads.
            _pyproj().Transformer.from_pipeline(transformer.definition),
            _known_accuracy(transformer.accuracy),
            _box(transformer.area_of_use),
        )
        for transformer in group.transformers
        if not _offshore(transformer.area_of_use)
    )
    if not found:
        raise BadPosition(
            tr(
                "{system} cannot be used: no transformation from it to WGS 84 is known; convert "
                "the coordinates to WGS 84 first.",
                system=label_of(code),
            )
        )
    return found


def _box(area: AreaOfUse | None) -> tuple[float, float, float, float]:
    if area is None:
        return -180.0, -90.0, 180.0, 90.0
    return area.west, area.south, area.east, area.north


def _offshore(area: AreaOfUse | None) -> bool:
    """Areas at sea: their bounding boxes hold land too (Karachi), where the operation does not apply."""
    words = "" if area is None or area.name is None else area.name.casefold()
    return "offshore" in words and "onshore" not in words


def _known_accuracy(accuracy: float | None) -> float | None:
    if accuracy is None or not 0 <= accuracy < _UNKNOWN_ACCURACY:
        return None
    return float(accuracy)


def _plain_code(text: str) -> str | None:
    """Upper-case "EPSG:n" of a text that is just a code (no pyproj needed), else ``None``."""
    wanted = text.strip().upper()
    if wanted in ("OGC:CRS84", "CRS84"):
        return WGS84
    authority, _colon, number = wanted.rpartition(":")
    if authority in ("", "EPSG") and number.isascii() and number.isdigit() and len(number) <= 6:
        return f"EPSG:{int(number)}"
    return None


def _horizontal(crs: CRS, wanted: str) -> CRS:
    """The horizontal part of a system on the Earth; raises ``BadPosition`` for any other kind."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected or crs.is_bound):
        raise BadPosition(
            tr(
                "{name} (“{wanted}”) does not give places on a map; give another EPSG code.",
                name=crs.name,
                wanted=wanted[:60],
            )
        )
    return crs.to_2d() if len(crs.axis_info) > 2 else crs


_QUIET = threading.RLock()
"""``warnings.catch_warnings`` changes the whole process, so only one thread at a time may be in it."""


@cache
def _pyproj() -> Any:
    """The library, with network access off: a shift must not depend on what can be downloaded."""
    import pyproj
    from pyproj.network import set_network_enabled  # type: ignore[attr-defined]

    set_network_enabled(active=False)
    return pyproj
