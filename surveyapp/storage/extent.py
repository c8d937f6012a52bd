"""``gpkg_contents``: extents and times of change that stay right while records come and go."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from surveyapp.domain.fields import GEOMETRY, LAYER_BY_NAME
from surveyapp.domain.records import Value
from surveyapp.storage.geometry import blob_of, bounds
from surveyapp.storage.history import quoted


@dataclass(slots=True)
class Boxes:
    """What a transaction does to the extents of the layers."""

    added: dict[str, list[tuple[float, float, float, float]]] = field(default_factory=dict)
    dropped: dict[str, list[tuple[float, float, float, float]]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

    def add(self, layer: str, geometry: Value) -> None:
        """A record with this geometry (WKB hex) came."""
        self._note(self.added, layer, geometry)

    def drop(self, layer: str, geometry: Value) -> None:
        """A record with this geometry went."""
        self._note(self.dropped, layer, geometry)

    def _note(self, where: dict[str, list[tuple[float, float, float, float]]], layer: str, geometry: Value) -> None:
        self.touched.add(layer)
        box = bounds(blob_of(geometry)) if isinstance(geometry, str) else None
        if box is not None:
            where.setdefault(layer, []).append(box)

    def write(self, connection: sqlite3.Connection) -> None:
        """Bring ``gpkg_contents`` up to date: widen, or measure anew where a record on the edge went."""
        for layer in sorted(self.touched):
            connection.execute(
                "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE table_name = ?",
                (layer,),
            )
            if not LAYER_BY_NAME[layer].geometry:
                continue
            now = connection.execute(
                "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?", (layer,)
            ).fetchone()
            edge = any(_touches(box, now) for box in self.dropped.get(layer, ()))
            if edge:
                measure(connection, layer)
                continue
            boxes = [*self.added.get(layer, ()), *([now] if now and None not in now else [])]
            if boxes:
                _store(connection, layer, _union(boxes))


def _touches(box: tuple[float, float, float, float], extent: tuple[float | None, ...] | None) -> bool:
    return extent is None or any(a is None or a == b for a, b in zip(extent, box, strict=True))


def _union(boxes: list[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    xs0, ys0, xs1, ys1 = zip(*boxes, strict=True)
    return min(xs0), min(ys0), max(xs1), max(ys1)


def _store(connection: sqlite3.Connection, layer: str, box: tuple[float | None, ...]) -> None:
    connection.execute(
        "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?", (*box, layer)
    )


def measure(connection: sqlite3.Connection, table: str, geometry: str = GEOMETRY, key: str = "fid") -> None:
    """Extent of a table, exactly.

    The R-tree rounds to 32 bits, outward and monotonically: whoever lies furthest out is among those that it
    puts furthest out, so only their geometries are decoded. A table without R-tree is read whole.
    """
    tree = quoted(f"rtree_{table}_{geometry}")
    indexed = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = ?", (f"rtree_{table}_{geometry}",)
    ).fetchone()
    if not indexed:
        _store(connection, table, _measured(connection, f"SELECT {quoted(geometry)} FROM {quoted(table)}"))
        return
    corners: list[float | None] = []
    for place, (side, choose) in enumerate((("minx", "min"), ("miny", "min"), ("maxx", "max"), ("maxy", "max"))):
        box = _measured(
            connection,
            f"SELECT t.{quoted(geometry)} FROM {tree} r JOIN {quoted(table)} t ON t.{quoted(key)} = r.id "
            f"WHERE r.{side} = (SELECT {choose}({side}) FROM {tree})",
        )
        corners.append(box[place])
    _store(connection, table, tuple(corners))


def _measured(connection: sqlite3.Connection, query: str) -> tuple[float | None, ...]:
    boxes = []
    for (blob,) in connection.execute(query):
        box = bounds(blob) if isinstance(blob, bytes) and blob[:2] == b"GP" else None
        if box is not None:
            boxes.append(box)
    return _union(boxes) if boxes else (None, None, None, None)
