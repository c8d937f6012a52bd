"""Mappings that were used before: known by the names of the columns, kept with the person's settings or in a file.

They are never kept in a survey: how another program calls its columns is no finding of a survey's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from surveyapp.domain.fields import LAYER_BY_NAME, Layer
from surveyapp.errors import BadFile, BadInput
from surveyapp.exchange.dates import check_offset
from surveyapp.exchange.exporters.files import replacing
from surveyapp.exchange.importers.source import SourceTable
from surveyapp.exchange.mapping import ColumnMapping, fields_to_map
from surveyapp.exchange.synonyms import SHARED
from surveyapp.exchange.units import UNITS
from surveyapp.words import tr

FORMAT = "surveyapp-mapping"
VERSION = 1
MOST = 60
"""So many mappings are remembered; the one that was used longest ago goes first."""


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A mapping as it was used: for which layer, with the reference system and the zone of times that were given for
    what the file did not say. ``used``: the day, ISO 8601."""

    layer: str
    mapping: ColumnMapping
    crs: str | None = None
    utc_offset: str | None = None
    used: str = ""

    @property
    def signature(self) -> str:
        return signature_of(self.mapping.fields)


def signature_of(names: Iterable[str]) -> str:
    """What stands for a set of columns, whatever their order and case."""
    text = json.dumps(sorted(name.casefold() for name in names), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def fitted(saved: SavedMapping, source: SourceTable, guessed: ColumnMapping, definition: Layer) -> ColumnMapping:
    """The saved mapping on the columns of a source; a column that it does not know, or whose field is no longer
    there, keeps what was guessed for it, unless its field is taken."""
    choices = fields_to_map(definition)
    by_name = {name.casefold(): to for name, to in saved.mapping.fields.items()}
    fields: dict[str, str | None] = {}
    for column in source.column_names:
        if column.casefold() in by_name and (to := by_name[column.casefold()]) in (None, *choices):
            fields[column] = to
    taken = {to for to in fields.values() if to and to not in SHARED} | set(saved.mapping.constants)
    for column in source.column_names:
        guess = guessed.fields.get(column)
        fields.setdefault(column, None if guess in taken else guess)
    units = {name.casefold(): unit for name, unit in saved.mapping.units.items()}
    return ColumnMapping(
        {column: fields[column] for column in source.column_names},
        {name: text for name, text in saved.mapping.constants.items() if name in choices},
        {column: units[column.casefold()] for column in source.column_names if column.casefold() in units},
    )


def best(saved: Sequence[SavedMapping], source: SourceTable) -> SavedMapping | None:
    """The mapping for a source: of the same columns, else the one for its layer that knows most of them."""
    exact = next((one for one in saved if one.signature == signature_of(source.column_names)), None)
    if exact is not None:
        return exact
    names = {name.casefold() for name in source.column_names}

    def shared(one: SavedMapping) -> int:
        return len(names & {name.casefold() for name in one.mapping.fields})

    near = [one for one in saved if one.layer == source.target and shared(one) * 2 > len(names)]
    return max(near, key=shared, default=None)


# --- with the settings -------------------------------------------------------------------------------


def recalled(kept: Mapping[str, Any], source: SourceTable) -> SavedMapping | None:
    """What the settings (``import.mappings``) remember for the columns of a source, or ``None``."""
    text = kept.get(signature_of(source.column_names))
    if not isinstance(text, str):
        return None
    try:
        return _saved(json.loads(text))
    except (ValueError, BadInput):
        return None  # written by another version; the guess stands in for it


def remembered(kept: Mapping[str, Any], saved: SavedMapping, today: date) -> dict[str, Any]:
    """The settings with this mapping, without those used longest ago where they are too many."""
    told = replace(saved, used=today.isoformat())
    made = dict(kept) | {saved.signature: json.dumps(_as_dict(told), ensure_ascii=False, sort_keys=True)}
    by_day = sorted(made, key=lambda name: (name == saved.signature, _day(made[name])), reverse=True)
    return {name: made[name] for name in by_day[:MOST]}


def forgotten(kept: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The settings without what they remember for columns of these names."""
    gone = signature_of(names)
    return {name: text for name, text in kept.items() if name != gone}


def _day(text: object) -> str:
    try:
        return str(json.loads(str(text)).get("used") or "")
    except (ValueError, AttributeError):
        return ""


# --- in a file ---------------------------------------------------------------------------------------


def read_mappings(path: Path) -> list[SavedMapping]:
    """The mappings in a file; raises ``BadFile`` or ``BadInput`` with one sentence."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadFile(tr("{path} cannot be read ({why}).", path=path, why=error.strerror or error)) from error
    except ValueError as error:
        raise BadInput(tr("{name} is no JSON, so it is no mapping ({why}).", name=path.name,
                          why=str(error).splitlines()[0])) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT or not isinstance(told.get("mappings"), list):
        raise BadInput(tr("{name} is no mapping that --save-mapping wrote.", name=path.name))
    if not isinstance(told.get("version"), int) or told["version"] > VERSION:
        raise BadInput(tr("{name} is a mapping of a newer SurveyApp; install that.", name=path.name))
    try:
        return [_saved(one) for one in told["mappings"]]
    except BadInput as error:
        raise BadInput(tr("{name}: {why}", name=path.name, why=error)) from error


def write_mappings(path: Path, saved: Sequence[SavedMapping]) -> None:
    """Write mappings to a file, beside and swapped in."""
    body = {"format": FORMAT, "version": VERSION, "mappings": [_as_dict(one) for one in saved]}
    with replacing(path) as beside:
        beside.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _as_dict(saved: SavedMapping) -> dict[str, Any]:
    return {
        "layer": saved.layer, "columns": dict(saved.mapping.fields), "constants": dict(saved.mapping.constants),
        "units": dict(saved.mapping.units), "crs": saved.crs, "utc_offset": saved.utc_offset, "used": saved.used,
    }  # fmt: skip


def _saved(told: Any) -> SavedMapping:
    """Raises ``BadInput`` for what no mapping can be."""
    if not isinstance(told, dict) or told.get("layer") not in LAYER_BY_NAME:
        raise BadInput(tr("A mapping in it names no layer that there is."))
    columns, constants, units = (told.get(name) or {} for name in ("columns", "constants", "units"))
    plain = all(isinstance(part, dict) for part in (columns, constants, units))
    if not plain or not all(to is None or isinstance(to, str) for to in columns.values()):
        raise BadInput(tr("A mapping in it has columns that lead to no field."))
    if not all(isinstance(text, str) for text in constants.values()) or not all(u in UNITS for u in units.values()):
        raise BadInput(tr("A mapping in it has a unit or a value that is not known."))
    crs, offset = told.get("crs"), told.get("utc_offset")
    if not all(one is None or isinstance(one, str) for one in (crs, offset)):
        raise BadInput(tr("A mapping in it has a reference system or zone that is no text."))
    try:
        used = date.fromisoformat(str(told.get("used"))).isoformat()
    except ValueError:
        used = ""
    return SavedMapping(told["layer"], ColumnMapping(columns, constants, units), crs, check_offset(offset), used)
