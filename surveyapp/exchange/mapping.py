"""Which column of a source becomes which field: guessed, shown, and changed before anything is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from surveyapp.domain.fields import BLOB, CODE, DATETIME, LAYERS, SIGHTING, Layer
from surveyapp.domain.validation import layer_named
from surveyapp.domain.vocabulary import VOCABULARIES, Vocabulary
from surveyapp.errors import BadInput
from surveyapp.exchange.importers.source import SourceColumn, SourceTable
from surveyapp.exchange.media import is_picture_name
from surveyapp.exchange.numbers import number_of
from surveyapp.exchange.shortnames import short_names
from surveyapp.exchange.synonyms import (
    LEFT_OUT,
    PHOTO_FILES,
    PLACE_FIELDS,
    SHARED,
    SOURCE_ID,
    TIME_OF_DAY,
    UUID_FIELD,
    folded,
    is_in_other_unit,
    names_of_column,
    words_of,
)
from surveyapp.words import tr

_HOUR = re.compile(r"\d{1,2}:\d{2}(:\d{2})?(\.\d+)?( ?[APap][Mm])?")
_SHAPE = re.compile(r"(SRID=\d+;)?\s*[A-Za-z]+ ?[A-Za-z]* ?(\(|EMPTY).*|[0-9A-Fa-f]{42,}", re.DOTALL)


def _has_digit(sample: str) -> bool:
    return any(map(str.isdigit, sample))


def _is_number(sample: str) -> bool:
    return number_of(sample) is not None


_LOOKS: dict[str, Callable[[str], bool]] = {
    "longitude": _has_digit,
    "latitude": _has_digit,
    "position": _has_digit,
    "easting": _is_number,
    "northing": _is_number,
    "geometry": lambda sample: _SHAPE.fullmatch(sample) is not None,
}
"""What the texts of a column look like if it is one of those of the place."""


@dataclass(frozen=True)
class ColumnMapping:
    """``fields``: every column of the source with the field it becomes; ``None`` keeps it as a line of the
    notes. ``constants``: fields that are the same text in every row, for what the source does not say. ``units``:
    units that the person said columns are in (:mod:`surveyapp.exchange.units`)."""

    fields: Mapping[str, str | None]
    constants: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def column_of(self, name: str) -> str | None:
        """The column that becomes the field, or ``None``."""
        return next((column for column, mapped in self.fields.items() if mapped == name), None)

    @property
    def unmapped(self) -> tuple[str, ...]:
        return tuple(column for column, mapped in self.fields.items() if mapped is None)

    def changed(self, other: ColumnMapping) -> ColumnMapping:
        """This mapping with what ``other`` says instead; a field that other takes leaves its column here."""
        taken = {name for name in other.fields.values() if name and name not in SHARED} | set(other.constants)
        kept = {column: None if mapped in taken else mapped for column, mapped in self.fields.items()}
        constants = {name: text for name, text in self.constants.items() if name not in taken}
        return replace(
            self,
            fields=kept | dict(other.fields),
            constants=constants | dict(other.constants),
            units=dict(self.units) | dict(other.units),
        )


def defined(layer: str | Layer) -> Layer:
    """The layer itself, or the one of that name; raises ``BadInput``. Who knows a survey's template gives a layer
    with the office's own fields in it."""
    return layer if isinstance(layer, Layer) else layer_named(layer)


def fields_to_map(layer: str | Layer) -> dict[str, str]:
    """All that a column can become in a layer, with its title: the choices of a dialog."""
    definition = defined(layer)
    choices = {f.name: f.label for f in definition.fields if f.kind != "blob"}
    if definition.geometry:
        choices |= {name: title for name, title in PLACE_FIELDS.items() if name not in choices}
    if any(f.kind == DATETIME for f in definition.fields):
        choices[TIME_OF_DAY] = tr("Time of day")
    if definition.name == SIGHTING.name:
        choices[PHOTO_FILES] = tr("Names of photos")
    return choices | {
        UUID_FIELD: "UUID",
        SOURCE_ID: tr("ID in the source"),
        LEFT_OUT: tr("left out"),
    }


def guess_mapping(columns: Iterable[SourceColumn], layer: str | Layer) -> ColumnMapping:
    """The likeliest mapping: what the convention of the file says, then by names. A field's own name beats other
    names for it; no field is given twice."""
    definition = defined(layer)
    columns = tuple(columns)
    fields: dict[str, str | None] = {column.name: None for column in columns}
    _take_hints(columns, fields, definition)
    by_name = {column.name: column for column in columns}
    unknown = [column for column in columns if fields[column.name] is None and column.hint is None]
    free = dict(_readings(sorted(unknown, key=lambda column: is_in_other_unit(column.name))))
    for name, words in _asked(definition):
        if name in fields.values():
            continue
        for column in _called(words, free):
            if _fits(name, by_name[column], definition):
                fields[column] = name
                del free[column]
                break
    if definition.name == SIGHTING.name:
        _find_gem(columns, fields, _gems(definition))
        _find_photos(columns, fields)
    _coordinates_by_size(columns, fields)
    if ("easting" in fields.values()) != ("northing" in fields.values()):
        # Half a pair is no place: N is as often a number of stones.
        fields = {name: None if to in ("easting", "northing") else to for name, to in fields.items()}
    _split_time(columns, fields)
    return ColumnMapping(fields)


def _take_hints(columns: Iterable[SourceColumn], fields: dict[str, str | None], definition: Layer) -> None:
    choices = fields_to_map(definition)
    for column in columns:
        if column.hint in choices and (column.hint in SHARED or column.hint not in fields.values()):
            fields[column.name] = column.hint


def _gems(definition: Layer) -> Vocabulary:
    """The gems that there are, an office's own among them."""
    gem = definition.field("gem")
    return gem.vocabulary if gem is not None and gem.vocabulary is not None else VOCABULARIES["gem"]


def _readings(columns: Iterable[SourceColumn]) -> Iterable[tuple[str, tuple[str, ...]]]:
    return ((column.name, names_of_column(column.name)) for column in columns)


def _asked(definition: Layer) -> Iterable[tuple[str, tuple[str, ...]]]:
    """(field, names) pairs in the order of trust: fields by their own names, then by their others."""
    words = words_of(definition)
    yield from ((name, found[:1]) for name, found in words.items())
    yield from ((name, (folded(short),)) for name, short in short_names(definition.names).items())
    yield from words.items()


def _called(words: tuple[str, ...], free: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The free columns that are called by one of the words, the earliest word first."""
    depths = range(max(map(len, free.values()), default=0))  # whole names before parts of names
    return [
        column
        for depth in depths
        for word in words
        for column, readings in free.items()
        if depth < len(readings) and readings[depth] == word
    ]


def _fits(name: str, column: SourceColumn, definition: Layer) -> bool:
    """Whether what stands in the column can be the field at all."""
    if name == "gem":
        # "species", "type" and the like are of trees as often as of gems.
        gems = _gems(definition)
        sure = any("gem" in reading.split() or reading == "stone" for reading in names_of_column(column.name))
        return sure or not column.samples or any(map(gems.find, column.samples))
    if name in _LOOKS:
        # One bad row must not hide the column.
        return sum(map(_LOOKS[name], column.samples)) * 2 >= len(column.samples)
    if name == "locality" and folded(column.name).endswith("location"):
        # ODK calls a place's coordinates so, a notebook its name.
        return not column.samples or any(sum(map(str.isalpha, sample)) > 2 for sample in column.samples)
    found = definition.field(name)
    if found is not None and found.kind == CODE and found.name in ("province", "review_status", "mine_status", "kind"):
        # Common words with other meanings: believed only where the values are known.
        vocabulary = found.vocabulary or VOCABULARIES[found.vocabulary_name]
        return not column.samples or any(vocabulary.find(sample) for sample in column.samples)
    return True


def _find_gem(columns: Sequence[SourceColumn], fields: dict[str, str | None], gems: Vocabulary) -> None:
    """A column that is called something else but holds names of gems (GPX has ``type`` and ``sym``)."""
    if "gem" in fields.values():
        return
    for column in columns:
        unknown = fields[column.name] is None and column.hint is None
        if unknown and column.samples and all(map(gems.find, column.samples)):
            fields[column.name] = "gem"
            return


def _find_photos(columns: Sequence[SourceColumn], fields: dict[str, str | None]) -> None:
    """Columns that hold nothing but names of photos, whatever they are called."""
    for column in columns:
        empty = fields[column.name] is None and column.hint is None
        if empty and column.samples and all(map(is_picture_name, column.samples)):
            fields[column.name] = PHOTO_FILES


def _coordinates_by_size(columns: Sequence[SourceColumn], fields: dict[str, str | None]) -> None:
    """Columns x and y that hold more than 180 and 90 are no degrees but metres of some grid."""
    x = next((c for c in columns if fields[c.name] == "longitude"), None)
    y = next((c for c in columns if fields[c.name] == "latitude"), None)
    if x is None or y is None or "easting" in fields.values() or "northing" in fields.values():
        return
    # 74,615 may be a longitude with a decimal comma, so commas are read as the smaller number.
    numbers = [number_of(sample, decimal_comma=True) for sample in (*x.samples, *y.samples)]
    if numbers and all(number is not None and abs(number) > 1000 for number in numbers):
        fields[x.name], fields[y.name] = "easting", "northing"


def _split_time(columns: Sequence[SourceColumn], fields: dict[str, str | None]) -> None:
    """A column of hours alone goes with one of days; alone it says no moment."""
    for column in columns:
        hours = column.samples and all(map(_HOUR.fullmatch, column.samples))
        if hours and fields[column.name] in (None, "observed_at"):
            was = fields[column.name]
            fields[column.name] = TIME_OF_DAY if TIME_OF_DAY not in fields.values() else None
            if was == "observed_at":
                _give_day(columns, fields)


def _give_day(columns: Sequence[SourceColumn], fields: dict[str, str | None]) -> None:
    for column in columns:
        names = names_of_column(column.name)
        if fields[column.name] is None and any("date" in name.split() or name == "day" for name in names):
            fields[column.name] = "observed_at"
            return


def parse_mapping(assignments: Iterable[str], source: SourceTable, layer: str | Layer) -> ColumnMapping:
    """The user's changes: ``COLUMN=FIELD``, ``COLUMN=`` (keep it in the notes), ``COLUMN=-`` (leave it out) or
    ``"TEXT"=FIELD`` (in quotation marks: the same text for every row). Names of columns are matched whatever their
    case.

    Raises ``BadInput`` naming the columns or fields there are.
    """
    choices = fields_to_map(layer)
    by_name = {column.casefold(): column for column in reversed(source.column_names)}
    fields: dict[str, str | None] = {}
    constants: dict[str, str] = {}
    for assignment in assignments:
        left, equals, name = assignment.rpartition("=")
        left, name = left.strip(), name.strip()
        if not equals or not left:
            raise BadInput(tr("{assignment!r} is no mapping; write it as COLUMN=FIELD.", assignment=assignment))
        if name and name not in choices:
            raise BadInput(
                tr("There is no field {name!r} to import into; there are {what}.", name=name, what=", ".join(choices))
            )
        if name and name not in SHARED and name in (*fields.values(), *constants):
            raise BadInput(tr("Two columns are given for {name}; a field takes one.", name=name))
        column = left if left in source.column_names else by_name.get(left.casefold())
        if column is not None:
            fields[column] = name or None
        elif len(left) > 1 and left[0] == left[-1] and left[0] in "\"'" and name:
            constants[name] = left[1:-1]
        else:
            known = ", ".join(source.column_names) or "none"
            raise BadInput(
                tr(
                    "{name} has no column {left!r}; its columns are {known}.",
                    name=source.path.name,
                    left=left,
                    known=known,
                )
            )
    return ColumnMapping(fields, constants)


def importable(layer: Layer) -> bool:
    """Whether records of the layer can come from a table; photos are bytes, and are attached instead."""
    return all(f.kind != BLOB for f in layer.fields)


def guess_layer(columns: Iterable[SourceColumn]) -> str:
    """The layer that a table without geometry is for: a place makes it a sighting; else the layer whose
    fields it has most of, if it names the record it belongs to."""
    columns = tuple(columns)
    names = {column.name.casefold() for column in columns}
    mapped = set(guess_mapping(columns, "sighting").fields.values())
    if mapped & set(PLACE_FIELDS):
        return "sighting"
    scores = {layer.name: len(names & set(layer.names)) for layer in LAYERS if not layer.geometry and importable(layer)}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 2 else "sighting"
