"""Stable ids for rows of files that have no history of ours: the same row is the same record, always.

The id of a row comes from what the row says, never from the file's name, place or order, so a file that is
renamed, sorted anew, joined with others or imported twice adds nothing twice.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from surveyapp.domain.records import Value
from surveyapp.exchange.texts import text_of

_NAMESPACE = uuid.UUID("6f0f7f0e-7a37-5b0f-9d5c-0d5d1c7b9a51")
"""Our own namespace for UUIDv5 (RFC 9562, 5.5). Never to be changed: every imported record hangs on it."""

_CONTENT = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_PARTS = json.JSONEncoder(ensure_ascii=False)

_UUID = re.compile(
    r"(?:urn:uuid:|uuid:)?\{?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})\}?",
    re.IGNORECASE,
)
_URI = re.compile(r"(https?://|urn:[a-z0-9-]+:)\S+", re.IGNORECASE)


def own_uuid(text: object) -> str | None:
    """The UUID that a text is, in lower case with hyphens (QField writes braces, ODK ``uuid:`` before it)."""
    found = _UUID.fullmatch(text.strip()) if isinstance(text, str) else None
    return None if found is None else str(uuid.UUID(found[1]))


def uuid_of_feature(feature_id: str | None) -> str | None:
    """The UUID of a feature id that is one, or that is unique in the world as a URI is; else ``None``."""
    if feature_id is None:
        return None
    if (own := own_uuid(feature_id)) is not None:
        return own
    return str(uuid.uuid5(uuid.NAMESPACE_URL, feature_id)) if _URI.fullmatch(feature_id) else None


class Row(Protocol):
    """What an identity is made of: a row of a source (:class:`~.importers.source.SourceRow`)."""

    @property
    def values(self) -> Mapping[str, Value]: ...

    @property
    def wkb_hex(self) -> str | None: ...

    @property
    def key(self) -> tuple[str, ...] | None: ...


def content_of(row: Row) -> str:
    """What a row says, as one text: its filled values by name, and its geometry."""
    filled = {
        name: text
        for name, value in row.values.items()
        if (text := (value if isinstance(value, str) else text_of(value)).strip())
    }
    return _CONTENT.encode([filled, row.wkb_hex])


def derived_uuid(*parts: str) -> str:
    """UUIDv5 of the parts."""
    return str(uuid.uuid5(_NAMESPACE, _PARTS.encode(parts)))


@dataclass(frozen=True, slots=True)
class RowIdentity:
    """What tells a row from others: ``key`` for good, where its format has one, else its ``content``."""

    content: str
    key: tuple[str, ...] | None = None

    @classmethod
    def of(cls, row: Row, key: tuple[str, ...] | None = None) -> RowIdentity:
        """Of a row; ``key`` stands for that of the row where the person named a column for it."""
        # A digest, because a hundred thousand rows with long notes are held at once.
        digest = hashlib.sha256(content_of(row).encode("utf-8", "surrogatepass")).hexdigest()
        return cls(digest, key or row.key)


def derived_uuids(layer: str, rows: Sequence[RowIdentity]) -> list[str]:
    """An id for each row. Rows that say the same in every way are numbered among themselves.

    Rows with the same key but other content are told apart by their content as well.
    """
    contents_of_key: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        if row.key is not None:
            contents_of_key.setdefault(row.key, set()).add(row.content)
    times: Counter[tuple[str, ...]] = Counter()
    made = []
    for row in rows:
        unique = row.key is not None and len(contents_of_key[row.key]) == 1
        parts = ("key", *row.key) if unique and row.key is not None else ("row", row.content)
        times[parts] += 1
        ordinal = () if times[parts] == 1 else (f"again {times[parts]}",)
        made.append(derived_uuid(layer, *parts, *ordinal))
    return made


def part_uuid(whole: str, part: int) -> str:
    """Id of the nth part (from 1) of a row whose geometry has several; the first has the row's own."""
    return whole if part == 1 else derived_uuid("part", whole, str(part))


def repeated(values: Iterable[str]) -> set[str]:
    """Those that occur more than once."""
    return {value for value, times in Counter(values).items() if times > 1}
