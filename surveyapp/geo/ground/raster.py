"""Pictures and elevations on a grid: GeoTIFF, elevation files, and tiles in a GeoPackage, warped by GDAL.

GDAL warps the view to EPSG:3857 (:class:`rasterio.vrt.WarpedVRT`), from the file's overview that fits the scale:
the warper itself would always read the full resolution.
The truth rule of :mod:`surveyapp.geo.crs` holds here too: a file whose datum has no published shift to WGS 84,
or lies where that is not published, is refused and not drawn some 100 m off.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveyapp.errors import BadFile, BadPosition
from surveyapp.geo.ground import hillshade
from surveyapp.geo.ground.faults import unreadable
from surveyapp.geo.ground.model import DEGREE_M, WORLD, Floats, GroundView, Picture, Shapes, latitude_of
from surveyapp.geo.ground.places import Placed, placed
from surveyapp.words import tr

_DRIVERS = {
    ".hgt": "SRTMHGT",
    ".asc": "AAIGrid",
    ".img": "HFA",
    ".dt0": "DTED",
    ".dt1": "DTED",
    ".dt2": "DTED",
}
"""GDAL's driver for a suffix, any other being a TIFF. GDAL may not choose: some of its drivers read texts that
could name a server."""
GRID_SUFFIXES = tuple(_DRIVERS)
_MOST_SOURCE_PIXELS = 100_000_000
"""A view over more pixels than this, of a file with no overviews or too few, would take many seconds."""
_SAMPLE_PX = 256
"""Side of the small picture that tells how bright a file is."""
_FOOT_M = 0.3048
_METRES = {"m": 1.0, "metre": 1.0, "meter": 1.0, "ft": _FOOT_M, "foot": _FOOT_M, "us-ft": 0.3048006096}


class RasterFile:
    """A raster, shown as a picture or, ``relief``, as shaded relief of its elevations.

    ``table`` names the tiles of a GeoPackage. Raises ``BadFile`` when it cannot be shown.
    """

    attribution = ""

    def __init__(self, path: Path, table: str = "", *, relief: bool = False) -> None:
        self._path, self._table, self._relief = path, table, relief
        self._levels: dict[int, Any] = {}
        with _reading(path):
            self._file = _opened(path, table)
        try:
            with _reading(path):
                self._measure()
        except BaseException:
            self._file.close()
            raise

    def _measure(self) -> None:
        place = _placed(self._path, self._file)
        self.box, self.note = place.box, place.note
        colours = [colour.name for colour in self._file.colorinterp]
        self._has_alpha = "alpha" in colours
        self._palette = _palette(self._file) if colours[0] == "palette" else None
        if self._relief and not has_one_band(self._file):
            raise BadFile(
                tr(
                    "{file} is a picture and holds no elevations; show it as a picture instead.",
                    file=self._path.name,
                )
            )
        self._bands = [1]
        if not self._relief and {"red", "green", "blue"} <= set(colours):
            self._bands = [colours.index(name) + 1 for name in ("red", "green", "blue")]
        elif not self._relief and len(colours) - self._has_alpha >= 3:
            self._bands = [1, 2, 3]
        plain = self._relief or self._palette is not None or self._file.dtypes[0] == "uint8"
        self._range = None if plain else self._brightness_range()
        unit = (self._file.units[0] or "m").casefold()
        self._metres = _METRES.get(unit, 1.0)
        self._coarser = sorted(self._file.overviews(1))

    def _brightness_range(self) -> tuple[float, float]:
        """From the 2nd to the 98th of a hundred values in order: what is drawn black and white."""
        share = max(self._file.width, self._file.height) / _SAMPLE_PX
        size = max(1, round(self._file.height / share)), max(1, round(self._file.width / share))
        sample = self._file.read(self._bands, out_shape=(len(self._bands), *size), masked=True)
        values = sample.compressed()
        values = values[np.isfinite(values)]
        if not len(values):
            return 0.0, 1.0
        low, high = np.percentile(values, [2, 98]).tolist()
        return (low, high) if high > low else (low - 0.5, low + 0.5)

    def close(self) -> None:
        for file in self._levels.values():
            file.close()
        self._levels.clear()
        self._file.close()

    def draw(self, view: GroundView) -> Picture | Shapes:
        """See :class:`.GroundSource`."""
        part = view.within(self.box)
        if part is None or part.within(WORLD) is None:
            return Shapes()
        shrunk = self._shrunk(part)
        fitting = [factor for factor in self._coarser if factor <= shrunk]
        factor = fitting[-1] if fitting else 1
        if part.width * part.height * (shrunk / factor) ** 2 > _MOST_SOURCE_PIXELS:
            return Shapes(
                note=tr("Zoom in to see it: the file is large and has no overviews (gdaladdo or QGIS make them).")
            )
        with _reading(self._path):
            file = self._level(factor)
            rgba = self._shaded(file, part) if self._relief else self._coloured(file, part)
        return Picture(rgba, part.box)

    def _shrunk(self, view: GroundView) -> float:
        """How many pixels of the file, in a row, fall on one of a view."""
        west, south, east, north = self.box
        pixels = (east - west) * (north - south) * view.scale**2
        return float(np.sqrt(self._file.width * self._file.height / max(pixels, 1e-9)))

    def _level(self, factor: int) -> Any:
        """The file, or its overview that is smaller by a factor."""
        if factor == 1:
            return self._file
        if factor not in self._levels:
            level = self._file.overviews(1).index(factor)
            self._levels[factor] = _opened(self._path, self._table, OVERVIEW_LEVEL=level)
        return self._levels[factor]

    def _coloured(self, file: Any, view: GroundView) -> NDArray[np.uint8]:
        bands, alpha = self._warped(file, view)
        rgba = np.empty((view.height, view.width, 4), np.uint8)
        if self._palette is not None:
            rgba[:] = self._palette[np.clip(bands[0], 0, 255).astype(np.uint8)]
            rgba[alpha == 0, 3] = 0
            return rgba
        for channel in range(3):
            rgba[..., channel] = self._stretched(bands[min(channel, len(bands) - 1)])
        rgba[..., 3] = alpha
        return rgba

    def _stretched(self, band: NDArray[Any]) -> NDArray[np.uint8]:
        if self._range is None:
            return band.astype(np.uint8)
        low, high = self._range
        share = (np.nan_to_num(band.astype(np.float64), nan=low) - low) / (high - low)
        return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)

    def _shaded(self, file: Any, view: GroundView) -> NDArray[np.uint8]:
        rim = 1 / view.scale
        west, south, east, north = view.box
        grown = GroundView((west - rim, south - rim, east + rim, north + rim), view.width + 2, view.height + 2)
        bands, alpha = self._warped(file, grown, dtype="float32")
        elevation = np.where(alpha > 0, bands[0].astype(np.float64) * self._metres, np.nan)
        rows: Floats = north - (np.arange(view.height, dtype=np.float64) + 0.5) * rim
        # Mercator stretches lengths by 1 / cos(latitude), both ways alike.
        cell_m = DEGREE_M * rim * np.cos(np.radians(latitude_of(rows)))[:, None]
        return hillshade.relief(hillshade.brightness(elevation, cell_m))

    def _warped(
        self, file: Any, view: GroundView, dtype: str | None = None
    ) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        """The bands over a view, shape (bands, height, width), and how opaque they are, 0 to 255."""
        from rasterio.enums import Resampling
        from rasterio.transform import Affine
        from rasterio.vrt import WarpedVRT

        metres = DEGREE_M / view.scale
        corner = Affine(metres, 0, view.box[0] * DEGREE_M, 0, -metres, view.box[3] * DEGREE_M)
        smooth = Resampling.nearest if self._palette is not None else Resampling.bilinear
        with WarpedVRT(
            file,
            crs="EPSG:3857",
            transform=corner,
            width=view.width,
            height=view.height,
            resampling=smooth,
            add_alpha=not self._has_alpha,
            dtype=dtype,
        ) as warped:
            alpha_band = warped.count if not self._has_alpha else _alpha_band(self._file)
            read = warped.read([*self._bands, alpha_band])
        alpha = read[-1]
        most = 255 if alpha.dtype == np.uint8 or alpha.dtype.kind == "f" else np.iinfo(alpha.dtype).max
        return read[:-1], np.clip(np.rint(alpha * (255.0 / most)), 0, 255).astype(np.uint8)


def has_one_band(file: Any) -> bool:
    """Whether a raster may be elevations: one band of values, without a table of colours."""
    colours = [colour.name for colour in file.colorinterp]
    return len([name for name in colours if name != "alpha"]) == 1 and colours[0] != "palette"


def is_elevation(file: Any) -> bool:
    """Whether a raster most likely is elevations: one band of signed or broken numbers."""
    return has_one_band(file) and file.dtypes[0] in ("int16", "int32", "float32", "float64")


def look_at(path: Path, table: str = "") -> tuple[bool, bool]:
    """Whether a raster has one band, and whether that is elevations; raises ``BadFile`` if it cannot be shown."""
    with _reading(path), _opened(path, table) as file:
        _placed(path, file)
        return has_one_band(file), is_elevation(file)


def _opened(path: Path, table: str, **options: Any) -> Any:
    if table:
        return _rasterio().open(path, driver="GPKG", TABLE=table, **options)
    return _rasterio().open(path, driver=_DRIVERS.get(path.suffix.casefold(), "GTiff"), **options)


def _placed(path: Path, file: Any) -> Placed:
    if file.crs is None:
        what = tr("control points but no position of its own; warp it in QGIS first") if file.gcps[0] else ""
        why = what or tr("no coordinate system; give it one in QGIS (Assign projection) and try again")
        raise BadFile(tr("{file} cannot be shown: it has {why}.", file=path.name, why=why))
    if file.transform.is_identity:
        raise BadFile(
            tr("{file} is a picture without a position; georeference it in QGIS first.", file=path.name)
        )
    across, down = np.linspace(0, file.width, 12), np.linspace(0, file.height, 12)
    columns = np.concatenate([across, across, np.zeros(12), np.full(12, file.width)])
    lines = np.concatenate([np.zeros(12), np.full(12, file.height), down, down])
    to_map = file.transform
    xs: Floats = to_map.a * columns + to_map.b * lines + to_map.c
    ys: Floats = to_map.d * columns + to_map.e * lines + to_map.f
    return placed(path, file.crs.to_wkt(), xs, ys)


def _alpha_band(file: Any) -> int:
    return [colour.name for colour in file.colorinterp].index("alpha") + 1


def _palette(file: Any) -> NDArray[np.uint8]:
    table = np.zeros((256, 4), np.uint8)
    for index, colour in file.colormap(1).items():
        if 0 <= index < 256:
            table[index] = colour
    return table


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    from rasterio.errors import RasterioError

    try:
        yield
    except RasterioError as problem:
        raise unreadable(path, problem) from problem
    except BadPosition as problem:
        raise BadFile(tr("{file} cannot be shown: {reason}", file=path.name, reason=problem)) from problem


@cache
def _rasterio() -> Any:
    """The library, without its chatter: what GDAL says of a damaged file is in the sentence that we raise."""
    import rasterio

    logging.getLogger("rasterio").setLevel(logging.CRITICAL)
    return rasterio
