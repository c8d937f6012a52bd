"""Small surveys for the tests of the preview, and a reader of what a preview's file holds."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from surveyapp.domain.fields import LAYER_BY_NAME
from surveyapp.domain.gems import GEMS
from surveyapp.exchange.photos import thumbnail
from surveyapp.exchange.preview import HistorySummary, PreviewData, PreviewPhoto, build_preview

BUILT = "2026-11-24T05:06:07.089Z"


def uuid_of(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def columns(layer: str, rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Columns of every field (and of any name that a row has besides) with the rows' values."""
    names = ["uuid"]
    if LAYER_BY_NAME[layer].geometry == "POINT":
        names += ["longitude", "latitude"]
    names += [name for name in LAYER_BY_NAME[layer].names if name != "data"]
    names += [name for row in rows for name in row if name not in names]
    return {name: [row.get(name) for row in rows] for name in dict.fromkeys(names)}


def sighting(number: int, **values: Any) -> dict[str, Any]:
    """A sighting with a position of its own, in a row along 34.5° N."""
    return {
        "uuid": uuid_of(number), "longitude": 71.0 + number * 0.25, "latitude": 34.5, "gem": "emerald",
        "presence": "present", "locality": f"Place {number}", "review_status": "draft",
    } | values  # fmt: skip


def one_of_each_gem() -> list[dict[str, Any]]:
    return [sighting(number, gem=gem.code) for number, gem in enumerate(GEMS)]


def preview_data(rows: list[dict[str, Any]], **more: Any) -> PreviewData:
    layers = {"sighting": columns("sighting", rows)} | more.pop("layers", {})
    return PreviewData(title=more.pop("title", "Swat valley"), layers=layers, **more)


def revision_of(number: int) -> str:
    return f"{number:032x}"


def under_review(count: int = 5, *, edition: int = 0, **more: Any) -> PreviewData:
    """A survey as a reviewer gets it: sightings 1 to ``count``, each with a revision; the first has another one in
    each later edition."""
    rows = [sighting(n, observed_at=f"2026-11-{10 + n:02}T10:00:00.000Z") for n in range(1, count + 1)]
    history = {
        row["uuid"]: HistorySummary(revision_of(n + 1000 * edition * (n == 1)), 1, "Gul", "2026-11-20T01:02:03.000Z")
        for n, row in enumerate(rows, 1)
    }
    surveys = [{"uuid": uuid_of(900), "name": "Swat", "team": "Alpha"}]
    return preview_data(rows, **({"history": history, "surveys": surveys} | more))


def jpeg(colour: str = "#3a7a4a", size: tuple[int, int] = (1200, 900), exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **({} if exif is None else {"exif": exif}))
    return out.getvalue()


def photo(number: int, sighting_number: int, data: bytes, **more: str) -> PreviewPhoto:
    return PreviewPhoto(uuid_of(1000 + number), uuid_of(sighting_number), lambda: data, **more)


def build(data: PreviewData, out: Path, **options: Any) -> Path:
    build_preview(data, out, thumbnail=thumbnail, **options)
    return out


# --- reading a file, independently of the program and of its page ---------------------------------------


def script(html: str, identity: str) -> str:
    found = re.search(rf'<script type="[\w/]+" id="{identity}">([^<]*)</script>', html)
    assert found, f"the page has no {identity}"
    return found[1]


def meta_of(html: str) -> dict[str, Any]:
    meta: dict[str, Any] = json.loads(script(html, "survey-meta"))
    return meta


def unpacked(html: str) -> bytes:
    return zlib.decompress(base64.b64decode(script(html, "survey-data"), validate=True))


def tables_of(html: str) -> dict[str, dict[str, list[Any]]]:
    return read_block(unpacked(html))


def read_block(block: bytes) -> dict[str, dict[str, list[Any]]]:
    """Values by layer and column; times in seconds."""
    (size,) = struct.unpack_from("<I", block)
    header = json.loads(block[4 : 4 + size])
    arrays = block[4 + size :]
    return {
        layer: {column["name"]: _values(column, table["rows"], arrays) for column in table["columns"]}
        for layer, table in header["tables"].items()
    }


def _values(column: dict[str, Any], rows: int, arrays: bytes) -> list[Any]:
    if column["kind"] == "empty":
        return [None] * rows
    kind = np.dtype(column["type"].lower()).newbyteorder("<")
    each = 16 if column["kind"] in {"uuid", "hex"} else 1
    raw = arrays[column["at"] : column["at"] + rows * kind.itemsize * each]
    if column["kind"] == "uuid":
        texts = [raw[at : at + 16].hex() for at in range(0, len(raw), 16)]
        return [f"{t[:8]}-{t[8:12]}-{t[12:16]}-{t[16:20]}-{t[20:]}" for t in texts]
    if column["kind"] == "hex":
        texts = [raw[at : at + 16].hex() for at in range(0, len(raw), 16)]
        return [column["odd"].get(str(row), text) for row, text in enumerate(texts)]
    planes = np.frombuffer(raw, np.uint8).reshape(kind.itemsize, rows)
    numbers = np.ascontiguousarray(planes.T).view(kind).reshape(rows).tolist()
    if column["kind"] == "text":
        return [None if code == 0 else column["values"][code - 1] for code in numbers]
    return [None if n == column["none"] or n != n else n / column["scale"] for n in numbers]
