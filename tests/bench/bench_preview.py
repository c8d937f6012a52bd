"""Our preview beside three ways of folium: time to build, size, time to open, and frames of panning and zooming.

    python tests/bench/bench_preview.py [--sizes 1000 10000 100000] [--plugins FOLDER]

folium's pages link to the web; here the links are answered from files, so that the network is in no
figure: Leaflet from XStatic-Leaflet, the cluster plugin from FOLDER (made by ``npm install
leaflet.markercluster@1.1.0``, in ``node_modules``), everything else with nothing. Without FOLDER the
cluster page is built and weighed but not opened. Ours holds every fact, filter and history line of each
sighting; the others hold a position, and GeoJson two facts.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import folium
from folium.plugins import FastMarkerCluster
from playwright.sync_api import Browser, Page, Route, sync_playwright

from surveyapp.domain.fields import INTEGER, REAL, SIGHTING
from surveyapp.domain.gems import GEMS
from surveyapp.exchange.preview import HistorySummary, PreviewData, build_preview
from surveyapp.geo.basemap import basemap_geojson

ROUNDS = 3
OPEN_LIMIT_MS = 120_000
MARKERS_UP_TO = 1_000  # one folium.Marker each takes minutes beyond it, and never opens
VALLEYS = ((72.4, 34.8), (74.6, 36.3), (73.2, 35.0), (74.4, 34.9), (66.9, 30.2))
LAUNCH = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
          "--disable-sync", "--no-first-run"]  # fmt: skip

PAN = """async () => {
    const map = MAP;
    const settled = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const frames = [];
    const step = async (move) => {
        const before = performance.now();
        move();
        await settled();
        frames.push(performance.now() - before);
    };
    await settled();
    for (let i = 0; i < 15; i++) await step(() => map.panBy([i % 2 ? 180 : -160, 40], { animate: false }));
    // In and out of a crowded valley, so that all is redrawn and grouped anew.
    const zoom = (i) => 6 + Math.abs((i % 16) - 8);
    for (let i = 0; i < 15; i++) await step(() => map.setView([34.8, 72.4], zoom(i), { animate: false }));
    return frames;
}"""


def survey(count: int) -> PreviewData:
    """Sightings with most fields filled, as a diligent party fills them."""
    chance = random.Random(count)
    observers = [f"Observer {number}" for number in range(40)]
    places = [f"{place} {kind}" for place in ("Gujar", "Charbagh", "Sapat", "Hunza", "Alpurai") for kind in
              ("Kili", "Nala", "Gali", "Bela", "Dara", "Kot")]  # fmt: skip
    surveys = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(3)]
    columns: dict[str, list[Any]] = {"uuid": [], "longitude": [], "latitude": []}
    columns.update({field.name: [] for field in SIGHTING})
    for _ in range(count):
        x, y = chance.choice(VALLEYS)
        row: dict[str, Any] = {
            "uuid": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "longitude": chance.gauss(x, 0.35),
            "latitude": chance.gauss(y, 0.25),
        }
        for field in SIGHTING:
            if field.vocabulary is not None:
                row[field.name] = chance.choice(field.vocabulary.codes)
            elif field.kind == INTEGER:
                row[field.name] = chance.randint(1, 60)
            elif field.kind == REAL:
                row[field.name] = round(chance.uniform(0, 50), 1)
            else:
                row[field.name] = None
        row |= {
            "gem": chance.choice(GEMS).code,
            "locality": chance.choice(places),
            "district": chance.choice(["Swat", "Shangla", "Hunza", "Kohistan"]),
            "toposheet": f"43 {chance.choice('ABCDEF')}/{chance.randint(1, 16)}",
            "notes": f"Trench {chance.randint(1, 999)}: {chance.randint(1, 40)} crystals in the upper bench, "
            f"quartz veins of {chance.randint(1, 90)} cm in talc-carbonate schist.",
            "observer": chance.choice(observers),
            "observed_at": f"2026-{chance.randint(9, 11):02}-{chance.randint(1, 28):02}"
            f"T{chance.randint(2, 13):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}.000Z",
            "survey_uuid": chance.choice(surveys),
        }
        for name, column in columns.items():
            column.append(row[name])
    history = {
        sighting: HistorySummary(
            revision=f"{chance.getrandbits(128):032x}",
            revisions=1,
            created_by=chance.choice(observers),
            created_at=f"2026-11-{chance.randint(1, 28):02}T05:{chance.randint(0, 59):02}:07.123Z",
        )
        for sighting in columns["uuid"]
    }
    return PreviewData("Bench", {"sighting": columns}, history=history, basemap=basemap_geojson())


def build_ours(data: PreviewData, out: Path) -> None:
    build_preview(data, out, thumbnail=lambda _data, _px: b"")


def build_markers(data: PreviewData, out: Path) -> None:
    page = folium.Map([33.5, 72.0], zoom_start=6, tiles=None)
    for place in _places(data):
        folium.Marker(place).add_to(page)
    page.save(out)


def build_geojson(data: PreviewData, out: Path) -> None:
    columns = data.layers["sighting"]
    features = [
        {
            "type": "Feature",
            "properties": {"gem": gem, "locality": locality},
            "geometry": {"type": "Point", "coordinates": [x, y]},
        }
        for (y, x), gem, locality in zip(_places(data), columns["gem"], columns["locality"], strict=True)
    ]
    page = folium.Map([33.5, 72.0], zoom_start=6, tiles=None, prefer_canvas=True)
    collection = {"type": "FeatureCollection", "features": features}
    folium.GeoJson(collection, marker=folium.CircleMarker(radius=4)).add_to(page)
    page.save(out)


def build_cluster(data: PreviewData, out: Path) -> None:
    page = folium.Map([33.5, 72.0], zoom_start=6, tiles=None)
    page.options["max_zoom"] = 19  # without it the plugin refuses a map that has no tiles
    # folium's own callback asks for the icon fonts; without them the rival is faster.
    plain = "function (row) { return L.marker(new L.LatLng(row[0], row[1])); }"
    FastMarkerCluster(_places(data), callback=plain).add_to(page)
    page.save(out)


def _places(data: PreviewData) -> list[tuple[float, float]]:
    columns = data.layers["sighting"]
    return list(zip(columns["latitude"], columns["longitude"], strict=True))


WAYS: dict[str, Callable[[PreviewData, Path], None]] = {
    "SurveyApp": build_ours,
    "FastMarkerCluster": build_cluster,
    "GeoJson": build_geojson,
    "Marker": build_markers,
}


def answer(route: Route, plugins: Path | None) -> None:
    """Give folium's links their files, and everything else nothing."""
    url = route.request.url
    leaflet = files("xstatic.pkg.leaflet").joinpath("data")
    if url.startswith(("file:", "data:")):
        route.continue_()
    elif "leaflet@" in url:
        name = url.partition("/dist/")[2]
        route.fulfill(body=leaflet.joinpath(*name.split("/")).read_bytes(), content_type=_type(name))
    elif plugins is not None and "leaflet.markercluster" in url:
        name = url.rpartition("/")[2]
        route.fulfill(body=next(plugins.rglob(name)).read_bytes(), content_type=_type(name))
    else:
        route.fulfill(body=b"", content_type=_type(url))


def _type(name: str) -> str:
    kinds = {"css": "text/css", "png": "image/png"}
    return kinds.get(name.rpartition(".")[2], "text/javascript")


def open_page(page: Page, out: Path, way: str) -> float:
    """Milliseconds until the page is drawn: for ours with list and filters, for folium's after its script."""
    begun = time.perf_counter()
    page.goto(out.as_uri(), wait_until="load", timeout=OPEN_LIMIT_MS)
    if way == "SurveyApp":
        page.wait_for_selector("html[data-ready]", state="attached", timeout=OPEN_LIMIT_MS)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return (time.perf_counter() - begun) * 1000


def measure(browser: Browser, way: str, data: PreviewData, folder: Path, plugins: Path | None) -> dict[str, str]:
    out = folder / f"{way}.html"
    built = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        WAYS[way](data, out)
        built.append(time.process_time() - begun)
    result = {"way": way, "build s": f"{min(built):.2f}", "MB": f"{out.stat().st_size / 1e6:.2f}"}
    if way == "FastMarkerCluster" and plugins is None:
        return result | {"open ms": "–", "frame ms": "–", "worst ms": "–"}
    opened, frames = [], []
    for _ in range(ROUNDS):
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.route("**/*", lambda route: answer(route, plugins))
        opened.append(open_page(page, out, way))
        frames += page.evaluate(PAN.replace("MAP", page.evaluate(MAP_NAME)))
        page.close()
    return result | {
        "open ms": f"{statistics.median(opened):.0f}",
        "frame ms": f"{statistics.median(frames):.1f}",
        "worst ms": f"{max(frames):.1f}",
    }


MAP_NAME = "() => document.querySelector('.folium-map').id"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--plugins", type=Path, help="folder with leaflet.markercluster's files")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    columns = ("way", "build s", "MB", "open ms", "frame ms", "worst ms")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH)
        for size in given.sizes:
            data = survey(size)
            print(f"\n{size} sightings\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
            for way in WAYS:
                if way != "Marker" or size <= MARKERS_UP_TO:
                    row = measure(browser, way, data, Path(folder), given.plugins)
                    print(f"| {' | '.join(row[name] for name in columns)} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
