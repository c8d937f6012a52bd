"""Renders a GeoPackage layer in QGIS and prints the milliseconds of each full-extent frame as JSON.

Run by the Python that has ``qgis.core``: ``python3 qgis_render.py FILE.gpkg LAYER WIDTH HEIGHT ROUNDS``.
"""

from __future__ import annotations

import json
import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMarkerSymbol,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

GEMS = {
    "emerald": ("#12875a", "hexagon"),
    "ruby": ("#c4183c", "circle"),
    "peridot": ("#9ec22d", "diamond"),
    "sapphire": ("#1f4fc4", "square"),
    "topaz": ("#e08a3c", "diamond"),
    "aquamarine": ("#4fb8d8", "pentagon"),
    "spinel": ("#8a3ab0", "star"),
    "garnet": ("#6e1f28", "cross_fill"),
}


def marker(colour: str, shape: str) -> QgsMarkerSymbol:
    return QgsMarkerSymbol.createSimple(
        {"name": shape, "color": colour, "size": "3", "outline_color": "#ffffff", "outline_width": "0.3"}
    )


def render(layer: QgsVectorLayer, width: int, height: int) -> float:
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(QSize(width, height))
    settings.setBackgroundColor(QColor("#fbfaf5"))
    settings.setExtent(layer.extent())
    started = time.perf_counter()
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    took = (time.perf_counter() - started) * 1000
    if job.errors() or image.isNull():
        raise SystemExit(f"QGIS did not render: {[error.message for error in job.errors()]}")
    return took


def main() -> None:
    path, name, width, height, rounds = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
    application = QgsApplication([], False)
    application.initQgis()
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    if not layer.isValid():
        raise SystemExit(f"QGIS cannot open {path}")
    times = {"one symbol": [render(layer, width, height) for _ in range(rounds)]}
    categories = [QgsRendererCategory(gem, marker(*look), gem) for gem, look in GEMS.items()]
    layer.setRenderer(QgsCategorizedSymbolRenderer("gem", categories))
    times["by gem"] = [render(layer, width, height) for _ in range(rounds)]
    print(json.dumps(times))
    del layer
    application.exitQgis()


if __name__ == "__main__":
    main()
