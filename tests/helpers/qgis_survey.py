"""Run by the Python that has QGIS, never by ours: ``qgis_survey.py look|edit FILE``. Prints JSON."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsVectorLayer,
)


def load(path: str, name: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    if not layer.isValid():
        raise SystemExit(f"{name} of {path} is no valid layer")
    return layer


def look(path: str) -> dict[str, Any]:
    layer = load(path, "sighting")
    _message, loaded = layer.loadDefaultStyle()
    renderer = layer.renderer()
    fields = layer.fields()
    told: dict[str, Any] = {
        "style": loaded, "renderer": renderer.type(), "count": layer.featureCount(), "crs": layer.crs().authid(),
        "extent": layer.extent().toString(4),
        "title": layer.displayExpression(),
        "aliases": {f.name(): layer.attributeAlias(i) for i, f in enumerate(fields)},
        "widgets": {f.name(): layer.editorWidgetSetup(i).type() for i, f in enumerate(fields)},
        "maps": {
            f.name(): layer.editorWidgetSetup(i).config().get("map") for i, f in enumerate(fields)
            if layer.editorWidgetSetup(i).type() == "ValueMap"
        },
        "uuid_default": layer.defaultValueDefinition(fields.indexOf("uuid")).expression(),
    }
    if renderer.type() == "categorizedSymbol":
        told["attribute"] = renderer.classAttribute()
        told["categories"] = {c.value(): (c.label(), c.symbol().color().name()) for c in renderer.categories()}
        told["symbols"] = all(c.symbol().symbolLayerCount() == 1 for c in renderer.categories())
    told["others"] = {}
    for name in ("track", "area", "photo", "revision"):
        other = load(path, name)
        other.loadDefaultStyle()
        told["others"][name] = other.featureCount()
    return told


def edit(path: str) -> dict[str, Any]:
    """Insert, edit, move and delete through the edit buffer, as the attribute table and the map tools do."""
    layer = load(path, "sighting")
    layer.loadDefaultStyle()
    by_uuid = {f["uuid"]: f.id() for f in layer.getFeatures()}
    one, two, three, _four = sorted(by_uuid)
    tracks = load(path, "track")
    assert tracks.startEditing() and layer.startEditing()
    new = QgsFeature(layer.fields())
    new.setAttribute("gem", "peridot")
    new.setAttribute("notes", "QGIS میں درج")
    new.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(73.125, 35.25)))
    assert layer.addFeature(new)
    assert layer.changeAttributeValue(by_uuid[one], layer.fields().indexOf("notes"), "edited in QGIS")
    assert layer.changeGeometry(by_uuid[two], QgsGeometry.fromPointXY(QgsPointXY(74.25, 36.5)))
    assert layer.deleteFeature(by_uuid[three])
    if not layer.commitChanges():
        raise SystemExit("; ".join(layer.commitErrors()))
    # Tracks are still being edited, so the file stays in WAL mode with its -wal beside it; a QGIS that crashes
    # now, or a stick that is pulled, leaves it so.
    sys.stdout.write(json.dumps({"count": layer.featureCount()}) + "\n")
    sys.stdout.flush()
    os._exit(0)


def main() -> None:
    what, path = sys.argv[1:]
    application = QgsApplication([], False)
    application.initQgis()
    told = {"look": look, "edit": edit}[what](path)
    sys.stdout.write(json.dumps(told) + "\n")
    application.exitQgis()


main()
