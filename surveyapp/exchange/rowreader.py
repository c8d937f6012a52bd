"""One source row, by a mapping: its values as fields, its place, and what has to be kept in the notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from surveyapp.domain.fields import CODE, DATE, DATETIME, INTEGER, NOTES, REAL, REF, Field, Layer
from surveyapp.domain.records import Value
from surveyapp.domain.validation import parse_value
from surveyapp.errors import BadInput
from surveyapp.exchange.dates import has_zone, iso_text, order_of
from surveyapp.exchange.identity import RowIdentity, own_uuid, uuid_of_feature
from surveyapp.exchange.importers.source import SourceRow, SourceTable, text_of
from surveyapp.exchange.mapping import ColumnMapping
from surveyapp.exchange.media import Media, names_in
from surveyapp.exchange.numbers import number_of, plain_number
from surveyapp.exchange.positions import Place, Places
from surveyapp.exchange.synonyms import PHOTO_FILES, SOURCE_ID, TIME_OF_DAY, UUID_FIELD, VALUE_WORDS, folded
from surveyapp.exchange.units import UnitQuestion, cell_in_unit, factor_of, kind_of, questions
from surveyapp.words import ntr, tr

_DEGREES = re.compile(r"(?<=[\d.])\s*(?:°|deg|degrees?)\.?\s*$", re.IGNORECASE)

_REMEMBERED = 5_000
"""Texts of a column's cells whose meaning is remembered at most; most columns repeat theirs."""

_TITLES = frozenset(("name", "title", "desc", "description", "cmt", "comment"))


@dataclass(frozen=True, slots=True)
class Warned:
    """Something about a row that was taken that its owner should look at."""

    row: int
    field: str
    message: str


@dataclass(slots=True)
class Draft:
    """A row on its way: read, but without the id that only all rows together decide."""

    row: SourceRow
    identity: RowIdentity
    own: str | None
    values: dict[str, Value] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    photos: tuple[Path, ...] = ()
    warnings: list[Warned] = field(default_factory=list)
    reason: str | None = None


def notes_field(definition: Layer) -> Field | None:
    """The field of a layer that takes what has no field of its own, or ``None``."""
    return definition.field("notes") or next((f for f in definition.fields if f.kind == NOTES), None)


class RowReader:
    """Turns source rows into drafts by one mapping."""

    def __init__(
        self,
        source: SourceTable,
        mapping: ColumnMapping,
        definition: Layer,
        crs: str | None,
        utc_offset: str | None,
    ) -> None:
        self._definition = definition
        self._mapping = mapping
        self._offset = utc_offset
        self._comma = source.decimal_comma
        self._media = Media(source.media)
        self._spaced_codes = source.spaced_codes
        self._photo_columns = [column for column, to in mapping.fields.items() if to == PHOTO_FILES]
        self._places = Places(definition, mapping, crs, decimal_comma=source.decimal_comma)
        self._has_place = bool(definition.geometry)
        self._column = {f.name: mapping.column_of(f.name) for f in definition.fields}
        self._uuid_column = mapping.column_of(UUID_FIELD)
        self._id_column = mapping.column_of(SOURCE_ID)
        self._hour_column = mapping.column_of(TIME_OF_DAY)
        self._hour_field = next(
            (f.name for f in definition.fields if f.kind == DATETIME and self._column[f.name]), None
        )
        self._orders = {
            column: order_of(_texts(source, column))
            for f in definition.fields
            if f.kind in (DATE, DATETIME) and (column := self._column[f.name]) is not None
        }
        self._gem_is_told = bool(self._column.get("gem")) or "gem" in mapping.constants
        # Most fields have no column; what they become is the same in every row.
        self._mapped = [(f, column) for f in definition.fields if (column := self._column[f.name]) is not None]
        self._same = {
            f.name: value
            for f in definition.fields
            if self._column[f.name] is None and (value := self._value_without_column(f)) is not None
        }
        self._required = [f for f in definition.fields if f.level == 1]
        self._units = list(questions(source, mapping.fields, mapping.units, definition))
        self._factors = {one.column: one.factor for one in self._units if one.unit is not None}
        self._kinds = {f.name: kind for f in definition.fields if (kind := kind_of(f)) is not None}
        self._known: dict[str, dict[str, tuple[Value, str, bool]]] = {f.name: {} for f in definition.fields}
        self._notes = notes_field(definition)
        self._naive = 0
        self._missing: set[tuple[int, str]] = set()

    def unasked(self) -> UnitQuestion | None:
        """The first column whose unit nobody has said, if there is one: no row can be read before that."""
        return next((one for one in self._units if one.unit is None), None)

    def notes(self) -> Iterator[str]:
        """What was assumed of rows read so far, as sentences."""
        for one in self._units:
            yield from one.notes()
        if self._naive and self._offset is None:
            yield ntr(
                "{n} time says no zone and was taken as UTC; give the zone, such as +05:00, if it is local.",
                "{n} times say no zone and were taken as UTC; give the zone, such as +05:00, if they are local.",
                self._naive,
            )

    def read(self, row: SourceRow) -> Draft:
        """The draft of a row; ``reason`` says why it is rejected, if it is."""
        own = own_uuid(row.values.get(self._uuid_column)) if self._uuid_column else None
        draft = Draft(row, RowIdentity.of(row, self._key_of(row)), own or uuid_of_feature(row.feature_id))
        if row.trouble is not None:
            draft.reason = row.trouble
            return draft
        try:
            self._fill(draft)
        except BadInput as error:
            draft.reason = str(error)
        return draft

    def _key_of(self, row: SourceRow) -> tuple[str, ...] | None:
        """What tells the row from others for good, where the person named a column that does."""
        if self._id_column is None or not (told := text_of(row.values.get(self._id_column)).strip()):
            return row.key
        return ("id", folded(self._id_column), told)

    def _fill(self, draft: Draft) -> None:
        """Values and geometry of a draft; raises ``BadInput`` when the row must be rejected."""
        row = draft.row
        place = self._places.of(row, trusted=draft.own is not None) if self._has_place else None
        lines: list[str] = []
        draft.values |= self._same
        for definition, column in self._mapped:
            given = row.values.get(column)
            if given is None or given == "":
                continue
            known = self._known[definition.name].get(given) if isinstance(given, str) else None
            if known is None or known[1]:
                self._fill_field(draft, definition, column, lines)
                continue
            self._naive += known[2]
            if known[0] is not None:
                draft.values[definition.name] = known[0]
        self._require(draft)
        if place is not None:
            draft.parts = place.parts
            self._place_facts(draft.values, place)
        for column in self._photo_columns:
            self._find_photos(draft, column, lines)
        if self._uuid_column and draft.own is None and (text := text_of(row.values.get(self._uuid_column)).strip()):
            lines.append(f"{self._uuid_column}: {text}")
        lines += self._unmapped_lines(draft)
        self._add_lines(draft.values, lines)

    def _fill_field(self, draft: Draft, definition: Field, column: str, lines: list[str]) -> None:
        given = draft.row.values.get(column)
        try:
            value = self._parsed(definition, column, given, draft.row)
        except BadInput as error:
            if definition.name == "gem" or (definition.level == 1 and definition.kind != DATETIME):
                raise
            self._set_aside(draft, definition, given, str(error), lines)
            return
        if value is not None:
            draft.values[definition.name] = value

    def _find_photos(self, draft: Draft, column: str, lines: list[str]) -> None:
        """The files that a cell names; a name without a file is kept in the notes, and said."""
        for name in names_in(text_of(draft.row.values.get(column))):
            path = self._media.find(name)
            if path is not None:
                draft.photos += (path,)
                continue
            lines.append(f"{column}: {name}")
            message = tr("The photo {name} is not beside the file; copy it there and import again.", name=name)
            if (draft.row.number, name) not in self._missing:
                self._missing.add((draft.row.number, name))
                draft.warnings.append(Warned(draft.row.number, PHOTO_FILES, message))

    def _parsed(self, definition: Field, column: str, given: Value, row: SourceRow) -> Value:
        """The value for a field; raises ``BadInput``. Texts, which repeat, are understood once each."""
        whole = self._hour_column is None or definition.name != self._hour_field
        if not isinstance(given, str) or not given or not whole or definition.kind not in _REPEATING:
            return self._read_value(definition, column, given, row)[0]
        cells = self._known[definition.name]
        known = cells.get(given)
        if known is None:
            try:
                value, naive = self._read_value(definition, column, given, row)
                known = (value, "", naive)
            except BadInput as error:
                known = (None, str(error), False)
            if len(cells) < _REMEMBERED:
                cells[given] = known
        elif known[2]:
            self._naive += 1
        if known[1]:
            raise BadInput(known[1])
        return known[0]

    def _read_value(self, definition: Field, column: str, given: Value, row: SourceRow) -> tuple[Value, bool]:
        """(value, whether it is a time that says no zone)."""
        before = self._naive
        value = parse_value(definition, self._prepared(definition, column, given, row))
        if definition.kind == REF and value is not None:
            value = own_uuid(value) or value
        return value, self._naive > before

    def _value_without_column(self, definition: Field) -> Value:
        """What the user gave for all rows, or the field's default; but nothing is said to be present where
        the source does not say what."""
        constant = self._mapping.constants.get(definition.name)
        if constant is not None:
            return parse_value(definition, constant)
        unsaid = definition.name in ("presence", "occurrence_type") and not self._gem_is_told
        return None if unsaid else definition.default

    def _set_aside(self, draft: Draft, definition: Field, given: Value, message: str, lines: list[str]) -> None:
        """Keep a value that its field does not take: in the field for words beside it, or in the notes."""
        text = text_of(given)
        if self._spaced_codes and definition.kind == CODE and (codes := _codes_in(definition, text)):
            draft.values[definition.name] = codes[0]
            lines.append(f"{definition.title} (also): {' '.join(text.split()[1:])}")
            return
        beside = f"{definition.name}_text"
        if self._definition.field(beside) is not None and not text_of(self._source_value(draft.row, beside)).strip():
            draft.values[beside] = text
            message = tr("{field}: {text!r} is not in the list and was put into {beside}.", field=definition.label,
                         text=text, beside=beside)
        else:
            lines.append(f"{definition.title} (as given): {text}")
        draft.warnings.append(Warned(draft.row.number, definition.name, message))

    def _source_value(self, row: SourceRow, name: str) -> Value:
        column = self._column.get(name)
        return None if column is None else row.values.get(column)

    def _prepared(self, definition: Field, column: str, given: Value, row: SourceRow) -> Value:
        """A source's value in the form that ``parse_value`` understands."""
        if given is None or (isinstance(given, str) and not given):
            return None
        if definition.kind in (REAL, INTEGER):
            return self._number(definition, column, given)
        text = text_of(given)
        if definition.kind in (DATE, DATETIME):
            return self._moment(definition, column, text, row)
        words = VALUE_WORDS.get(definition.name)
        return text if words is None else words.get(text.strip().casefold(), text)

    def _number(self, definition: Field, column: str, given: Value) -> Value:
        """A number in the field's own unit; text that is none comes back as it is."""
        factor = self._factors.get(column, 1.0)
        if isinstance(given, str):
            kind = self._kinds.get(definition.name)
            cell = cell_in_unit(given, kind) if kind is not None else None
            if cell is not None:
                given, factor = cell[0], factor_of(cell[1], definition)
            elif definition.unit == "°":
                given = _DEGREES.sub("", given)
            given = plain_number(given, decimal_comma=self._comma)
        if factor == 1.0:
            return given
        number = number_of(given)
        return given if number is None else float(f"{number * factor:.12g}")

    def _moment(self, definition: Field, column: str, text: str, row: SourceRow) -> str:
        if self._hour_column and definition.name == self._hour_field:
            hour = text_of(row.values.get(self._hour_column)).strip()
            text = f"{text} {hour}".strip() if ":" not in text else text
        iso = iso_text(text, self._orders.get(column), self._offset)
        if definition.kind == DATE:
            return iso.partition("T")[0] if re.match(r"\d{4}-\d{2}-\d{2}T", iso) else iso
        if not has_zone(iso):
            self._naive += 1
        return iso

    def _require(self, draft: Draft) -> None:
        """Without these a row is no record; raises ``BadInput``."""
        for definition in self._required:
            value = draft.values.get(definition.name)
            if value is None:
                raise BadInput(tr("{title} is missing.", title=tr(definition.title)))
            if definition.kind == REF and own_uuid(value) is None:
                raise BadInput(tr("{title}: {value!r} is no uuid.", title=tr(definition.title), value=value))
        if (
            self._definition.name == "sighting"
            and self._gem_is_told
            and draft.own is None
            and draft.values.get("gem") is None
        ):
            raise BadInput(tr("It names no gem."))

    def _place_facts(self, values: dict[str, Value], place: Place) -> None:
        """Where the position came from, unless the source itself says."""
        facts: dict[str, Value] = {
            "position_source": "imported",
            "position_text": place.text,
            "position_crs": place.crs,
        }
        # A layer may lack such a field; one that has a column says it itself.
        values |= {
            name: fact
            for name, fact in facts.items()
            if fact is not None and self._column.get(name, "no such field") is None
        }

    def _unmapped_lines(self, draft: Draft) -> Iterator[str]:
        row, mapped = draft.row, self._mapping.fields
        for column, value in row.values.items():
            to = mapped.get(column)
            if (to is not None and to != SOURCE_ID) or not (text := text_of(value).strip()):
                continue
            # GPX and KML repeat a record's name and description under several words.
            if column.casefold() not in _TITLES or not _is_said(text, draft.values):
                yield f"{column}: {text}"
        hour = self._hour_column
        if hour is not None and self._hour_field is None and (text := text_of(row.values.get(hour)).strip()):
            yield f"{hour}: {text}"

    def _add_lines(self, values: dict[str, Value], lines: list[str]) -> None:
        notes = self._notes
        if notes is None or not lines:
            return
        kept = values.get(notes.name)
        values[notes.name] = parse_value(notes, "\n".join([*([str(kept)] if kept else []), *lines]))


_REPEATING = (CODE, REAL, INTEGER, DATETIME)
"""Kinds of fields whose cells are worth remembering."""


def _codes_in(definition: Field, text: str) -> list[str]:
    """Codes of a cell that holds several with spaces between, if all of them are known."""
    vocabulary = definition.vocabulary
    terms = [vocabulary.find(word) for word in text.split()] if vocabulary is not None else []
    codes = [term.code for term in terms if term is not None]
    return codes if len(codes) == len(terms) > 1 else []


def _is_said(text: str, values: dict[str, Value]) -> bool:
    """Whether a text is one of the values already, but for its case."""
    return any(isinstance(value, str) and value.casefold() == text.casefold() for value in values.values())


def _texts(source: SourceTable, column: str) -> Iterator[str]:
    """Texts of a column, all of them if its samples look like dates with slashes, else none."""
    samples = next((c.samples for c in source.columns if c.name == column), ())
    if any(re.match(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", sample) for sample in samples):
        yield from (text_of(row.values.get(column)) for row in source.rows)
