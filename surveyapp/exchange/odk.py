"""Submissions of ODK Central, ODK Collect and KoboToolbox, as CSV, XLSX or GeoJSON.

Their columns carry the path of the question (``group/field``, ``group-field``); a geopoint comes as four columns, or as
one text; what was chosen from a list stands in one cell with spaces between; ``meta/instanceID``, ``_uuid`` or ``KEY``
is the submission's identity for good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from surveyapp.domain.records import Value
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.exchange.identity import own_uuid
from surveyapp.exchange.importers.source import Rows, SourceColumn, SourceRow, SourceTable, text_of
from surveyapp.exchange.numbers import number_of
from surveyapp.exchange.synonyms import LEFT_OUT, UUID_FIELD
from surveyapp.geo.crs import WGS84
from surveyapp.words import tr

_MARKS = frozenset((
    "formhub/uuid", "_submission_time", "_xform_id_string", "__version__", "submissiondate", "submitterid",
    "_validation_status",
))  # fmt: skip
"""Columns that only these programs write, in lower case."""
_PLUMBING = frozenset((
    "_index", "__version__", "_version_", "formhub/uuid", "_xform_id_string", "_id", "_bamboo_dataset_id", "_tags",
    "_validation_status", "_status", "_attachments", "_geolocation", "deviceid", "subscriberid", "simserial",
    "phonenumber", "edits", "formversion", "attachmentspresent", "attachmentsexpected", "submitterid", "reviewstate",
    "devicename", "_submitted_by", "meta/rootuuid", "rootuuid", "__id", "meta-instancename",
))  # fmt: skip
"""What the server keeps for itself."""
_GEOPOINT_PART = re.compile(
    r"(?P<stem>.*?)[-_/. ]?(?P<part>latitude|longitude|altitude|accuracy|precision)", re.IGNORECASE
)
_GEOPOINT = re.compile(r"\s*(-?\d+(?:\.\d+)?)[ ,]+(-?\d+(?:\.\d+)?)[ ,]+(-?\d+(?:\.\d+)?)[ ,]+(\d+(?:\.\d+)?)\s*")
_PAIR = re.compile(r"\s*\[\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*\]\s*")
_FIELD_OF_PART = {
    "latitude": "latitude", "longitude": "longitude", "altitude": "elevation_m", "accuracy": "accuracy_m",
    "precision": "accuracy_m",
}  # fmt: skip
_NAIVE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
_NO_OR_YES = frozenset(("0", "1", "true", "false"))


def is_form(source: SourceTable, names: set[str]) -> bool:
    """Whether a table comes from such a form, told from its columns."""
    if names & _MARKS or any(_last(name) == "instanceid" for name in names):
        return True
    return any(
        column.name.casefold() in ("key", "_uuid") and column.samples and all(map(own_uuid, column.samples))
        for column in source.columns
    )


@dataclass(slots=True)
class _Form:
    """What was found out about a form: ``hints`` by column; names of columns that are read in a special way."""

    hints: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    identity: str | None = None
    gem: str | None = None
    submitted: str | None = None
    geopoint: str | None = None
    pair: str | None = None
    accuracy: str | None = None
    altitude: str | None = None


def form(source: SourceTable) -> SourceTable:
    """The table of a form with what its columns are."""
    found = _Form()
    names = source.column_names
    _find_identity(source, found)
    central = any(name.casefold() == "submitterid" for name in names)
    for name in names:
        plumbing = name.casefold() in _PLUMBING or (central and name == "Status")
        if plumbing and name not in found.hints:
            found.hints[name] = LEFT_OUT
    _find_place(source, found)
    _find_choices(source, found)
    found.submitted = next((name for name in names if name.casefold() == "_submission_time"), None)
    columns = with_hints(source.columns, found.hints, found.units)
    if found.geopoint:
        found.altitude, found.accuracy = f"{found.geopoint} altitude", f"{found.geopoint} accuracy"
        columns = (
            *columns,
            SourceColumn(found.altitude, hint="elevation_m", unit="m"),
            SourceColumn(found.accuracy, hint="accuracy_m", unit="m"),
        )
    left_out = [name for name, hint in found.hints.items() if hint == LEFT_OUT]
    notes = [tr("Submissions of ODK or KoboToolbox.")]
    if left_out:
        notes.append(tr("Left out, because the server keeps them for itself or another column says the same: {names}.",
                        names=", ".join(left_out)))
    rows = Rows(lambda: (made for row in source.rows for made in _read(row, found)))
    # ODK's geopoints are in WGS 84 always (XForms specification, geopoint).
    crs = source.crs or (None if source.geometry else WGS84)
    return replace(source, columns=columns, rows=rows, crs=crs, notes=(*source.notes, *notes), spaced_codes=True)


def with_hints(
    columns: tuple[SourceColumn, ...], hints: Mapping[str, str], units: Mapping[str, str] | None = None
) -> tuple[SourceColumn, ...]:
    """The columns with their hints and units."""
    units = units or {}
    return tuple(
        replace(column, hint=hints.get(column.name, column.hint), unit=units.get(column.name, column.unit))
        for column in columns
    )


def number_is(value: Value, wanted: float) -> bool:
    """Whether a value is that number, however it is written."""
    return value is not None and number_of(value) == wanted


def _last(name: str) -> str:
    return re.split(r"[/:]|(?<=\w)-(?=\w)", name)[-1].casefold()


def _find_identity(source: SourceTable, found: _Form) -> None:
    """The column of the submission's identity; others that say it again are left out."""
    for column in source.columns:
        name = column.name.casefold()
        is_one = _last(name) == "instanceid" or name in ("key", "_uuid", "uuid")
        if not is_one or not column.samples or not all(map(own_uuid, column.samples)):
            continue
        found.hints[column.name] = LEFT_OUT if found.identity else UUID_FIELD
        found.identity = found.identity or column.name


def _find_place(source: SourceTable, found: _Form) -> None:
    groups: dict[str, dict[str, str]] = {}
    for name in source.column_names:
        if (part := _GEOPOINT_PART.fullmatch(name)) is not None:
            groups.setdefault(part["stem"].strip("_-/"), {})[part["part"].casefold()] = name
    stem = next((stem for stem, parts in groups.items() if {"latitude", "longitude"} <= parts.keys()), None)
    if stem is not None:
        for kind, name in groups[stem].items():
            found.hints[name] = _FIELD_OF_PART[kind]
            if kind not in ("latitude", "longitude"):
                found.units[name] = "m"
        found.altitude = groups[stem].get("altitude")
        found.accuracy = groups[stem].get("accuracy") or groups[stem].get("precision")
        found.hints |= {
            name: LEFT_OUT for name in source.column_names if stem and name.strip("_-/") == stem
        }
        return
    if source.geometry:
        return
    for column in source.columns:
        if column.samples and all(map(_GEOPOINT.fullmatch, column.samples)):
            found.hints[column.name], found.geopoint = "position", column.name
            return
    pair = next((name for name in source.column_names if name.casefold() == "_geolocation"), None)
    if pair is not None:
        found.hints[pair], found.pair = "position", pair


def _find_choices(source: SourceTable, found: _Form) -> None:
    """The column of gems, and columns of single choices (``gems/ruby``) that say again what ``gems`` says."""
    names = set(source.column_names)
    for column in source.columns:
        above, slash, _choice = column.name.rpartition("/")
        if slash and above in names and column.samples and {s.casefold() for s in column.samples} <= _NO_OR_YES:
            found.hints[column.name] = LEFT_OUT
        elif column.samples and found.gem is None and all(map(_gems_in, column.samples)):
            found.gem = column.name
            found.hints.setdefault(column.name, "gem")


def _gems_in(text: str) -> list[str]:
    """Codes of the gems in a cell, if it names nothing else."""
    gems = VOCABULARIES["gem"]
    if (whole := gems.find(text)) is not None:
        return [whole.code]
    terms = [gems.find(word) for word in text.split()]
    codes = [term.code for term in terms if term is not None]
    return list(dict.fromkeys(codes)) if len(codes) == len(terms) else []


def _read(row: SourceRow, form: _Form) -> Iterator[SourceRow]:
    """A row as it is meant: once for each gem that was chosen."""
    values = dict(row.values)
    if form.submitted and isinstance(given := values.get(form.submitted), str) and _NAIVE.fullmatch(given.strip()):
        values[form.submitted] = f"{given.strip()}Z"  # the server's own clock, in UTC
    if form.geopoint and (point := _GEOPOINT.fullmatch(text_of(values.get(form.geopoint)))) is not None:
        values |= {f"{form.geopoint} altitude": point[3], f"{form.geopoint} accuracy": point[4]}
    if form.pair and (pair := _PAIR.fullmatch(text_of(values.get(form.pair)))) is not None:
        values[form.pair] = f"{pair[1]}, {pair[2]}"
    if form.accuracy and number_is(values.get(form.accuracy), 0):
        # A point that was set by hand on the phone's map has neither; no receiver is right to 0 m.
        values[form.accuracy] = None
        if form.altitude and number_is(values.get(form.altitude), 0):
            values[form.altitude] = None
    gems = _gems_in(text_of(values.get(form.gem))) if form.gem else []
    yield replace(row, values=values | ({form.gem: gems[0]} if form.gem and len(gems) > 1 else {}))
    identity = own_uuid(values.get(form.identity)) if form.identity else None
    for gem in gems[1:]:
        more = values | {str(form.gem): gem}
        if form.identity:
            more[form.identity] = None
        yield replace(row, values=more, feature_id=None, key=("odk", identity, gem) if identity else row.key)
