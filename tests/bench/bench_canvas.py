"""How long the map takes to draw, beside QGIS rendering the same file. Run it, it is no test:

    python tests/bench/bench_canvas.py [SIZE ...]

Each size (default 100000 and 1000000) gives the medians of: the first full-extent frame after a change of
the points, full-extent frames while dragging, frames while dragging zoomed in, one frame at each of twelve
zoom steps; then QGIS, when a Python that imports ``qgis.core`` is there.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from surveyapp.domain.gems import GEMS
from surveyapp.ui.mapcanvas.basemap_source import outline_map
from surveyapp.ui.mapcanvas.canvas import MapCanvas
from surveyapp.ui.mapcanvas.styles import PointStyle

WIDTH, HEIGHT = 1366, 768
GEM_CODES = ("emerald", "ruby", "peridot", "sapphire", "topaz", "aquamarine", "spinel", "garnet")
_PALETTE = [PointStyle(gem.code, gem.label, gem.colour, gem.shape) for gem in GEMS]
_STYLE_OF = {gem.code: place for place, gem in enumerate(GEMS)}

Columns = tuple[list[str], np.ndarray, np.ndarray, np.ndarray]
"""Keys, longitudes, latitudes, and the place of the gem in ``GEM_CODES``."""


def sightings(n: int, heaps: int = 300) -> Columns:
    """Invented sightings: heaps of all sizes over the north and west of Pakistan, and a tenth anywhere."""
    rng = np.random.default_rng(11)
    heap = rng.integers(0, heaps, n)
    spread = rng.exponential(0.15, heaps)[heap]
    lon = rng.uniform(66, 76, heaps)[heap] + rng.normal(0, 1, n) * spread
    lat = rng.uniform(26, 36.5, heaps)[heap] + rng.normal(0, 1, n) * spread
    anywhere = rng.random(n) < 0.1
    lon[anywhere] = rng.uniform(61, 77, anywhere.sum())
    lat[anywhere] = rng.uniform(24, 37, anywhere.sum())
    return [f"s{i}" for i in range(n)], lon, lat, rng.integers(0, len(GEM_CODES), n)


def canvas_of(columns: Columns) -> MapCanvas:
    """The map as the window shows it, with outline, net, legend and labels."""
    keys, lon, lat, gem = columns
    canvas = MapCanvas()
    canvas.resize(WIDTH, HEIGHT)
    canvas.set_basemap(outline_map())
    canvas.set_palette(_PALETTE, "Gems")
    style = np.array([_STYLE_OF[code] for code in GEM_CODES])[gem]
    canvas.set_points(keys, lon, lat, style)
    canvas.grab()  # a widget that is not shown learns its size with its first picture
    return canvas


def frame_ms(canvas: MapCanvas, picture: QImage) -> float:
    """Milliseconds of one whole frame, from the change of view to finished pixels."""
    started = time.perf_counter()
    canvas.render(picture)
    return (time.perf_counter() - started) * 1000


def median_ms(canvas: MapCanvas, rounds: int, change: Callable[[int], object]) -> float:
    """Median of frames, each after a change."""
    picture = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    times = []
    for number in range(rounds):
        change(number)
        times.append(frame_ms(canvas, picture))
    return statistics.median(times)


def measure_canvas(columns: Columns) -> dict[str, float]:
    """Medians in milliseconds by what was done."""
    canvas = canvas_of(columns)
    _, lon, lat, _ = columns
    canvas.fit_all()
    frame_ms(canvas, QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32))  # fonts and stamps are made once
    found: dict[str, float] = {}

    def touch(number: int) -> None:
        canvas.upsert_point("s0", float(lon[0]) + number * 1e-6, float(lat[0]), 0)

    found["full extent, points just changed"] = median_ms(canvas, 7, touch)
    found["full extent, dragging"] = median_ms(canvas, 40, lambda n: canvas.drag_view(9 if n % 20 < 10 else -9, 4))
    canvas.fit_all()
    found["each zoom step in"] = median_ms(canvas, 12, lambda n: canvas.zoom_by(1.5, 700, 380))
    canvas.fit_all()
    canvas.zoom_by(12, *canvas.view.pixel(float(lon[0]), float(lat[0])))
    found["zoomed in 12 times, dragging"] = median_ms(canvas, 40, lambda _: canvas.drag_view(-9, 4))
    canvas.fit_all()
    canvas.set_crowding("points")
    found["full extent, every point drawn, dragging"] = median_ms(canvas, 7, lambda _: canvas.drag_view(9, 4))
    canvas.deleteLater()
    return found


def write_geopackage(path: Path, columns: Columns) -> None:
    """The same points as a GeoPackage layer ``sighting`` with uuid and gem."""
    import geopandas

    keys, lon, lat, gem = columns
    frame = geopandas.GeoDataFrame(
        {"uuid": keys, "gem": np.array(GEM_CODES)[gem]}, geometry=geopandas.points_from_xy(lon, lat), crs=4326
    )
    frame.to_file(path, layer="sighting", driver="GPKG", dataset_options={"VERSION": "1.3"})


def qgis_python() -> str | None:
    """A Python that imports ``qgis.core``; None if there is none."""
    for candidate in ("/usr/bin/python3", shutil.which("python3")):
        if candidate and Path(candidate).exists():
            tried = subprocess.run([candidate, "-c", "import qgis.core"], capture_output=True, check=False)
            if tried.returncode == 0:
                return candidate
    return None


def measure_qgis(columns: Columns, rounds: int = 3) -> dict[str, float] | None:
    """Medians in milliseconds of QGIS's full-extent frames by style; None without QGIS."""
    python = qgis_python()
    if python is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sightings.gpkg"
        write_geopackage(path, columns)
        script = Path(__file__).with_name("qgis_render.py")
        command = [python, str(script), str(path), "sighting", str(WIDTH), str(HEIGHT), str(rounds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    times = json.loads(done.stdout.splitlines()[-1])
    return {what: statistics.median(each) for what, each in times.items()}


def main(sizes: list[int]) -> None:
    """Measure and print."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    for size in sizes:
        columns = sightings(size)
        ours = measure_canvas(columns)
        print(f"\n{size:,} sightings, {WIDTH} × {HEIGHT}")
        for what, milliseconds in ours.items():
            print(f"  {what:<46}{milliseconds:9.1f} ms")
        qgis = measure_qgis(columns)
        if qgis is None:
            print("  QGIS is not on this machine")
            continue
        for what, milliseconds in qgis.items():
            ratio = milliseconds / ours["full extent, points just changed"]
            print(f"  {'QGIS, full extent, ' + what:<46}{milliseconds:9.1f} ms   {ratio:.0f} × ours")
    del application


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100_000, 1_000_000])
