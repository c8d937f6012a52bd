"""Tables as typed columns in one compressed block of bytes, which the page's ``table.js`` reads.

The block is zlib over: length of the header (uint32, little-endian), the header (JSON, UTF-8), spaces up to
a multiple of 8, then the arrays, each starting at a multiple of 8. Numbers of several bytes are stored as
planes (all first bytes, then all second ones ...), which compresses better. In the header, ``tables`` maps
a layer to its ``rows`` and ``columns``; a column has ``name``, ``kind`` and, but for ``empty``, ``type``
and ``at`` (start among the arrays). Kinds:

- ``empty``: no value in any row.
- ``uuid``: 16 bytes a row, not in planes.
- ``hex``: 16 bytes a row, not in planes, of 32 hexadecimal digits; ``odd`` has the values of the rows, by their
  numbers, that are something else (``null`` for none).
- ``text``: numbers into ``values``, 0 for none; a column of a few words costs a byte a row.
- ``number``: the value is the number divided by ``scale``; ``none`` stands for no value (NaN in floats).
- ``time``: as ``number``, in seconds since 1970 UTC.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from surveyapp.domain.fields import BLOB, DATETIME, LAYER_BY_NAME
from surveyapp.domain.progress import Progress
from surveyapp.exchange.preview.data import Columns
from surveyapp.words import tr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEVEL = 6
_UUID_COLUMNS = frozenset({"uuid"})  # every row has another
_HEX_COLUMNS = frozenset({"revision"})  # of the history; so here
_TIME_COLUMNS = frozenset({"created_at", "changed_at"})  # of the history
_POSITION_DECIMALS = 7  # of a degree: 11 mm
_SCALES = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_LARGEST_EXACT = 2**53  # beyond it a float64 skips integers
_HEX = re.compile("[0-9a-f]{32}")
_UUID_HYPHENS = (8, 13, 18, 23)
_TIME_MARKS = ((10, "T"), (19, "."), (23, "Z"))  # of 2026-11-24T05:06:07.089Z


class ColumnBlock:
    """Collects tables; :meth:`compressed` is the block."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, Any]] = {}
        self._arrays: list[bytes] = []
        self._size = 0

    def add_table(self, layer: str, columns: Columns) -> None:
        """Take the columns of a layer. Positions are kept to 1e-7° (11 mm); everything else is exact."""
        definition = LAYER_BY_NAME.get(layer)
        encoded = []
        rows = len(next(iter(columns.values())))
        for name, values in columns.items():
            if len(values) != rows:
                raise ValueError(f"column {name} of {layer} has {len(values)} rows, not {rows}")
            field = definition.field(name) if definition is not None else None
            if field is not None and field.kind == BLOB:
                continue
            is_time = name in _TIME_COLUMNS or (field is not None and field.kind == DATETIME)
            encoded.append(self._encode(name, values, is_time=is_time))
        self._tables[layer] = {"rows": rows, "columns": encoded}

    def compressed(self, progress: Progress | None = None) -> bytes:
        """The whole block."""
        header = json.dumps({"tables": self._tables}, ensure_ascii=False, separators=(",", ":"))
        # A lone surrogate, which a damaged file can hold, has no UTF-8.
        raw = header.encode("utf-8", "replace")
        raw += b" " * (-(len(raw) + 4) % 8)
        packer = zlib.compressobj(_LEVEL)
        packed = [packer.compress(struct.pack("<I", len(raw)) + raw)]
        for number, array in enumerate(self._arrays):
            if progress is not None:
                progress.step(number, len(self._arrays), tr("Packing the records"))
            packed.append(packer.compress(array))
        packed.append(packer.flush())
        return b"".join(packed)

    def _encode(self, name: str, values: Sequence[Any], *, is_time: bool) -> dict[str, Any]:
        kinds = set(map(type, values))
        if kinds <= {type(None)}:
            return {"name": name, "kind": "empty"}
        if name in _UUID_COLUMNS and kinds == {str}:
            raw = _uuid_bytes(values)
            if raw is not None:
                return {"name": name, "kind": "uuid", "type": "Uint8", "at": self._store(raw)}
        if name in _HEX_COLUMNS and str in kinds:
            raw, odd = _hex_bytes(values)
            return {"name": name, "kind": "hex", "type": "Uint8", "at": self._store(raw), "odd": odd}
        if is_time and kinds <= {str, type(None)}:
            seconds = _seconds(values)
            if seconds is not None:
                return self._number(name, "time", seconds)
        if kinds <= {int, float, type(None)}:
            numbers = _floats(values)
            if numbers is not None:
                if name in {"longitude", "latitude"}:
                    numbers = numbers.round(_POSITION_DECIMALS)
                return self._number(name, "number", numbers)
        return self._text(name, values, kinds)

    def _text(self, name: str, values: Sequence[Any], kinds: set[type]) -> dict[str, Any]:
        import numpy as np

        if not kinds <= {str, type(None)}:
            values = [None if value is None else _shown(value) for value in values]
        numbers: dict[Any, int] = {None: 0}
        codes = np.array([numbers.setdefault(value, len(numbers)) for value in values], np.uint32)
        kind = _smallest_unsigned(len(numbers))
        return {
            "name": name,
            "kind": "text",
            "type": kind,
            "at": self._store(_planes(codes.astype(kind.lower()))),
            "values": list(numbers)[1:],
        }

    def _number(self, name: str, kind: str, numbers: NDArray[np.float64]) -> dict[str, Any]:
        import numpy as np

        column: dict[str, Any] = {"name": name, "kind": kind, "scale": 1, "none": None}
        known = numbers[~np.isnan(numbers)]
        for scale in _SCALES:
            whole = np.rint(known * scale)
            largest = float(np.abs(whole).max(initial=0))
            if largest >= 2**31 - 1:
                break
            if (whole / scale == known).all():
                size, none = _smallest_signed(largest)
                filled = np.where(np.isnan(numbers), none, np.rint(numbers * scale))
                at = self._store(_planes(filled.astype(size.lower())))
                return column | {"type": size, "scale": scale, "none": none, "at": at}
        return column | {"type": "Float64", "at": self._store(_planes(numbers))}

    def _store(self, array: bytes) -> int:
        at = self._size
        padded = array + bytes(-len(array) % 8)
        self._arrays.append(padded)
        self._size += len(padded)
        return at


def _planes(numbers: NDArray[Any]) -> bytes:
    """Little-endian bytes, those of equal weight together."""
    little = numbers.astype(numbers.dtype.newbyteorder("<"))
    return little.view("uint8").reshape(len(numbers), -1).T.tobytes()


def _uuid_bytes(values: Sequence[str]) -> bytes | None:
    """16 bytes each, or ``None`` if any is not written as 36 lower-case characters."""
    joined = "".join(values)
    if set(map(len, values)) != {36} or joined != joined.lower():
        return None
    if any(set(joined[at::36]) != {"-"} for at in _UUID_HYPHENS):
        return None
    try:
        raw = bytes.fromhex(joined.replace("-", ""))
    except ValueError:
        return None
    return raw if len(raw) == 16 * len(values) else None


def _hex_bytes(values: Sequence[Any]) -> tuple[bytes, dict[int, str | None]]:
    """16 bytes each, and the values of the rows that are not 32 lower-case hexadecimal digits."""
    odd = {
        row: None if value is None else _shown(value)
        for row, value in enumerate(values)
        if not (isinstance(value, str) and _HEX.fullmatch(value))
    }
    return bytes.fromhex("".join("0" * 32 if row in odd else value for row, value in enumerate(values))), odd


def _seconds(values: Sequence[str | None]) -> NDArray[np.float64] | None:
    """Seconds since 1970 of stored UTC text, NaN for none; ``None`` if any is not in that form."""
    import numpy as np

    present = [value for value in values if value is not None]
    joined = "".join(present)
    if set(map(len, present)) != {24} or any(set(joined[at::24]) != {mark} for at, mark in _TIME_MARKS):
        return None
    try:
        times = np.array(["NaT" if v is None else v[:-1] for v in values], "datetime64[ms]")
    except ValueError:
        return None
    milliseconds = times.astype(np.int64)
    return np.where(np.isnat(times), np.nan, milliseconds / 1000)


def _floats(values: Sequence[Any]) -> NDArray[np.float64] | None:
    """Numbers with NaN for none; ``None`` if a whole number is too large to be exact."""
    import numpy as np

    if any(type(value) is int and abs(value) > _LARGEST_EXACT for value in values):
        return None
    return np.array(values, np.float64)


def _shown(value: object) -> str:
    """What stands for a value of a type that its column should not hold."""
    return f"({len(value)} bytes)" if isinstance(value, bytes) else str(value)


def _smallest_unsigned(count: int) -> str:
    return "Uint8" if count <= 2**8 else "Uint16" if count <= 2**16 else "Uint32"


def _smallest_signed(largest: float) -> tuple[str, int]:
    """Type that holds ±``largest``, and its lowest number, which stands for no value."""
    bits = 8 if largest < 2**7 else 16 if largest < 2**15 else 32
    return f"Int{bits}", -(2 ** (bits - 1))


def texts_of(columns: Mapping[str, Sequence[Any]], names: Sequence[str]) -> set[str]:
    """All texts in the named columns."""
    found = chain.from_iterable(columns.get(name, ()) for name in names)
    return {text for text in found if isinstance(text, str)}
