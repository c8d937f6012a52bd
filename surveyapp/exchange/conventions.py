"""Conventions by which well-known programs name their columns: told from the names, said aloud, undone.

A convention gives each column a hint of what it is, changes what only that program writes (an accuracy of -9 for
"not known"), and makes several rows of one that tells of several gems. What it hints is shown in the mapping, and the
person has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.exchange import odk
from surveyapp.exchange.attachments import attachments, is_attachments
from surveyapp.exchange.importers.source import LOOKED_AT, Rows, SourceColumn, SourceRow, SourceTable, text_of
from surveyapp.exchange.odk import number_is, with_hints
from surveyapp.exchange.synonyms import LEFT_OUT
from surveyapp.words import ntr, tr


@dataclass(frozen=True, slots=True)
class Convention:
    """``fits`` tells from the names of the columns in lower case, and ``applied`` gives the table as it is meant."""

    name: str
    fits: Callable[[SourceTable, set[str]], bool]
    applied: Callable[[SourceTable], SourceTable]


def conventional(source: SourceTable) -> SourceTable:
    """The table as the program that wrote it means it; the same where it follows no convention that is known."""
    names = {name.casefold() for name in source.column_names}
    found = next((one for one in CONVENTIONS if one.fits(source, names)), None)
    return source if found is None else found.applied(source)


# --- USGS MRDS ---------------------------------------------------------------------------------------

_MRDS_HINTS = {
    "site_name": "locality", "latitude": "latitude", "longitude": "longitude", "hrock_type": "host_rock",
    "model": "deposit_model", "county": "district",
    "commod1": "", "commod2": "", "commod3": "", "dev_stat": "", "dep_id": "", "url": "", "ore": "", "reporter": "",
    "hrock_unit": "", "name": "", "names": "", "ref": "", "com_type": "", "oper_type": "", "dep_type": "",
}  # fmt: skip
"""STANDARDS, field precedents: names of USGS MRDS; the empty ones are kept in the notes. The reporter is who told the
database, not who stood there."""
_MRDS_GEM, _MRDS_TYPE, _MRDS_OTHERS = "gem of commod1-3", "occurrence type of dev_stat", "other commodities"
_DEV_STAT = {
    "occurrence": "occurrence", "prospect": "prospect", "producer": "deposit", "past producer": "deposit",
}  # fmt: skip
_COMMODITIES = ("commod1", "commod2", "commod3")


def _is_mrds(_source: SourceTable, names: set[str]) -> bool:
    return {"dep_id", "site_name"} <= names and bool(names & set(_COMMODITIES))


def _mrds(source: SourceTable) -> SourceTable:
    column = {name.casefold(): name for name in source.column_names}
    rows = Rows(lambda: (made for row in source.rows for made in _mrds_rows(row, column)))
    columns = with_hints(source.columns, {column[n]: hint for n, hint in _MRDS_HINTS.items() if n in column})
    added = (
        SourceColumn(_MRDS_GEM, _samples(rows, _MRDS_GEM), hint="gem"),
        SourceColumn(_MRDS_TYPE, _samples(rows, _MRDS_TYPE), hint="occurrence_type"),
        SourceColumn(_MRDS_OTHERS, hint=""),
    )
    note = tr("A table of the USGS MRDS: each gem in commod1 to commod3 becomes a sighting of its own, the other "
              "commodities stand in the notes, and a row without a gem is not taken.")
    return replace(source, columns=(*columns, *added), rows=rows, target="sighting", notes=(*source.notes, note))


def _mrds_rows(row: SourceRow, column: Mapping[str, str]) -> Iterator[SourceRow]:
    """A row for each gem of a deposit; one with the reason where it has none."""
    told = [
        word.strip()
        for name in _COMMODITIES
        for word in re.split(r"[,;]", text_of(row.values.get(column.get(name, ""))))
        if word.strip()
    ]
    found = {word: VOCABULARIES["gem"].find(word) for word in told}
    gems = list(dict.fromkeys(term.code for term in found.values() if term is not None))
    others = [word for word, term in found.items() if term is None]
    if not gems:
        why = row.trouble or (
            tr("Its commodities ({names}) are no gems that are known here.", names=", ".join(told))
            if told else tr("It names no commodity.")
        )
        yield replace(row, trouble=why)
        return
    status = text_of(row.values.get(column.get("dev_stat", ""))).strip().casefold()
    deposit = text_of(row.values.get(column["dep_id"])).strip()
    for gem in gems:
        values = {**row.values, _MRDS_GEM: gem, _MRDS_TYPE: _DEV_STAT.get(status)}
        if others:
            values[_MRDS_OTHERS] = ", ".join(others)
        yield replace(row, values=values, key=("mrds", deposit, gem) if deposit else row.key)


# --- GeMS --------------------------------------------------------------------------------------------

_GEMS_HINTS = {
    "fieldid": "", "stations_id": "", "datasourceid": "", "observedmapunit": "", "mapunit": "", "symbol": LEFT_OUT,
    "label": "", "plotatscale": "", "locationconfidencemeters": "accuracy_m", "timedate": "observed_at",
    "observer": "observer",
}  # fmt: skip


def _is_gems(_source: SourceTable, names: set[str]) -> bool:
    return {"fieldid", "locationconfidencemeters"} <= names


def _gems_stations(source: SourceTable) -> SourceTable:
    """GeMS Stations (gems-tools-pro, 2023): a confidence of -9 is "not known"."""
    column = {name.casefold(): name for name in source.column_names}
    accuracy, field_id = column["locationconfidencemeters"], column["fieldid"]
    origin = column.get("datasourceid", "")

    def read(row: SourceRow) -> SourceRow:
        values = dict(row.values)
        if number_is(values.get(accuracy), -9):
            values[accuracy] = None
        identifier, source_id = (text_of(values.get(name)).strip() for name in (field_id, origin))
        key = ("gems", source_id, identifier) if source_id and identifier else row.key
        return replace(row, values=values, key=key)

    hints = {column[name]: hint for name, hint in _GEMS_HINTS.items() if name in column}
    columns = with_hints(source.columns, hints, {accuracy: "m"})
    note = tr("A table of GeMS stations: a location confidence of -9 means that it is not known.")
    return replace(source, columns=columns, rows=Rows(lambda: map(read, source.rows)), notes=(*source.notes, note))


# --- QField and Mergin -------------------------------------------------------------------------------

_AUDIT = re.compile(
    r"(last_?)?(edited|modified|updated|changed)_?(by|at|on|user|date|time)?|editor|edit_?(date|user)|"
    r"ogc_?fid|qfield_?fid|fid_\d+|objectid|created_?(tz|device)|device_?id|project_?version|cloud_user",
    re.IGNORECASE,
)
"""Columns in which programs keep who changed a row last: of their files' history, which ours has of its own."""


def _has_audit(source: SourceTable, names: set[str]) -> bool:
    return source.format == "gpkg" and any(map(_AUDIT.fullmatch, names))


def _without_audit(source: SourceTable) -> SourceTable:
    left_out = [name for name in source.column_names if _AUDIT.fullmatch(name)]
    note = ntr("The column {names} tells of edits in another program and is left out.",
               "The columns {names} tell of edits in another program and are left out.", len(left_out),
               names=", ".join(left_out))
    columns = with_hints(source.columns, dict.fromkeys(left_out, LEFT_OUT))
    return replace(source, columns=columns, notes=(*source.notes, note))


def _samples(rows: Rows, name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for number, row in enumerate(rows):
        if number >= LOOKED_AT:
            break
        if text := text_of(row.values.get(name)):
            found[text] = None
    return tuple(found)[:5]


CONVENTIONS = (
    Convention("mrds", _is_mrds, _mrds),
    Convention("gems", _is_gems, _gems_stations),
    Convention("odk", odk.is_form, odk.form),
    Convention("attachments", is_attachments, attachments),
    Convention("gpkg", _has_audit, _without_audit),
)
"""In the order in which they are tried; a table follows one."""
