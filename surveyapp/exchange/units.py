"""Units of the numbers in a column: as its name says, as the cells say, or as the person says; never guessed.

Factors are exact by definition where there is one: foot and inch (international, 1959), pound and ounces
(avoirdupois and troy, 1959), metric carat 0.200 g (1907). The tola is 180 grains troy, 3/8 of a troy ounce, and the
ratti a ninety-sixth, the masha a twelfth of it (Standards of Weight and Measures of British India, 1833); the bazaar
also has others, so that these are asked for and never taken from a column's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surveyapp.domain.fields import INTEGER, REAL, Field, Layer
from surveyapp.errors import BadInput
from surveyapp.exchange.importers.source import SourceColumn, SourceTable
from surveyapp.exchange.shortnames import short_names
from surveyapp.exchange.synonyms import folded
from surveyapp.words import mark, tr

LENGTH, MASS, VOLUME = "length", "mass", "volume"

_TROY_OUNCE_G = 31.1034768
_TOLA_G = _TROY_OUNCE_G * 3 / 8


@dataclass(frozen=True, slots=True)
class Unit:
    """``size`` is in metres, grams or cubic metres. ``words``: what column names and cells call it. ``sure``: whether
    those words can mean nothing else."""

    code: str
    title: str
    kind: str
    size: float
    words: tuple[str, ...] = ()
    sure: bool = True


UNITS: dict[str, Unit] = {
    unit.code: unit
    for unit in (
        Unit("m", mark("metres"), LENGTH, 1.0, ("m", "metre", "metres", "meter", "meters", "masl", "amsl")),
        Unit("mm", mark("millimetres"), LENGTH, 0.001, ("mm", "millimetre", "millimetres", "millimeters")),
        Unit("cm", mark("centimetres"), LENGTH, 0.01, ("cm", "cms", "centimetre", "centimetres", "centimeters")),
        Unit("km", mark("kilometres"), LENGTH, 1000.0, ("km", "kms", "kilometres", "kilometers")),
        Unit("ft", mark("feet"), LENGTH, 0.3048, ("ft", "feet", "foot")),
        Unit("in", mark("inches"), LENGTH, 0.0254, ("inch", "inches")),
        Unit("g", mark("grams"), MASS, 1.0, ("g", "gm", "gms", "gram", "grams", "gramme", "grammes")),
        Unit("kg", mark("kilograms"), MASS, 1000.0, ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms")),
        Unit("mg", mark("milligrams"), MASS, 0.001, ("mg", "milligram", "milligrams")),
        Unit("ct", mark("carats"), MASS, 0.2, ("ct", "cts", "carat", "carats")),
        Unit("t", mark("tonnes (1000 kg)"), MASS, 1e6, ("t", "tonne", "tonnes", "mt")),
        Unit("lb", mark("pounds"), MASS, 453.59237, ("lb", "lbs", "pound", "pounds")),
        Unit("oz", mark("ounces (28.35 g)"), MASS, 28.349523125, ("oz", "ounce", "ounces"), sure=False),
        Unit("ozt", mark("troy ounces (31.10 g)"), MASS, _TROY_OUNCE_G, ("ozt",)),
        Unit("ton-us", mark("short tons (907 kg)"), MASS, 907_184.74, ("ton", "tons"), sure=False),
        Unit("ton-uk", mark("long tons (1016 kg)"), MASS, 1_016_046.9088, ("ton", "tons"), sure=False),
        Unit("tola", mark("tola (11.664 g)"), MASS, _TOLA_G, ("tola", "tolas"), sure=False),
        Unit("masha", mark("masha (0.972 g)"), MASS, _TOLA_G / 12, ("masha", "mashas"), sure=False),
        Unit("ratti", mark("ratti (0.1215 g)"), MASS, _TOLA_G / 96, ("ratti", "rattis"), sure=False),
        Unit("m3", mark("cubic metres"), VOLUME, 1.0, ("m3", "m³", "cum", "cubic metres", "cubic meters")),
        Unit("l", mark("litres"), VOLUME, 0.001, ("l", "litre", "litres", "liter", "liters")),
        Unit("ft3", mark("cubic feet"), VOLUME, 0.028316846592, ("ft3", "ft³", "cft", "cubic feet")),
    )
}
"""Every unit that a column can be in, by what ``--unit COLUMN=UNIT`` calls it."""

_FIELD_UNITS = {"m": "m", "mm": "mm", "ct": "ct", "g": "g", "t": "t", "m³": "m3"}
_STATED_BY_FORMAT = ("gpx", "kml", "photos")
"""Formats that say the unit of each number themselves."""
_SHORT = ("m", "g", "t", "l")
"""Letters that are units only at the end of a name, or in brackets."""
_CELL = re.compile(r"(?P<number>[-+−–\d.,\u0660-\u0669\u06f0-\u06f9٫\s]*\d[.]?)\s*(?P<unit>[^\W\d_]+\.?[³3]?)\.?")


@dataclass(frozen=True, slots=True)
class UnitQuestion:
    """A column whose unit has to be known: ``unit`` is what it is taken for (``None``: the person must say),
    ``said`` whether the name, the cells or the person say so."""

    column: str
    field: Field
    unit: str | None
    said: bool
    choices: tuple[Unit, ...]

    @property
    def factor(self) -> float:
        """What a number of the column is multiplied by to be in the field's unit."""
        assert self.unit is not None
        return factor_of(UNITS[self.unit], self.field)

    @property
    def converts(self) -> bool:
        """Whether the numbers change."""
        return self.unit is not None and self.unit != _FIELD_UNITS[self.field.unit]

    def notes(self) -> Iterator[str]:
        """What becomes of the numbers, where it is not plain, as a sentence."""
        if self.unit is None:
            return
        if self.converts:
            yield tr("{column}: {unit} are converted to {own} (× {factor:g}).", column=self.column,
                     unit=tr(UNITS[self.unit].title), own=tr(UNITS[_FIELD_UNITS[self.field.unit]].title),
                     factor=self.factor)
        elif not self.said:
            yield tr("The column {column} does not say its unit and was taken in {unit}.", column=self.column,
                     unit=tr(UNITS[self.unit].title))

    def asks(self) -> str:
        """What the person has to be asked, as a sentence."""
        codes = ", ".join(unit.code for unit in self.choices)
        return tr("The column {column} does not say its unit for {field}; give it as --unit {assignment}, with one of "
                  "{codes}.", column=self.column, field=tr(self.field.title), assignment=_example(self), codes=codes)


def factor_of(unit: Unit, field: Field) -> float:
    """What a number in the unit is multiplied by to be in the field's."""
    return unit.size / UNITS[_FIELD_UNITS[field.unit]].size


def _example(question: UnitQuestion) -> str:
    column = f'"{question.column}={_FIELD_UNITS[question.field.unit]}"'
    return column if " " in question.column else column.strip('"')


def questions(
    source: SourceTable, fields: Mapping[str, str | None], told: Mapping[str, str], definition: Layer
) -> Iterator[UnitQuestion]:
    """For each column that becomes a field with a unit, what unit it is in. ``told``: what the person said.

    Raises ``BadInput`` where the unit that is said cannot be one of the field.
    """
    columns = {column.name: column for column in source.columns}
    for name, to in fields.items():
        field = definition.field(to) if to else None
        if field is None or field.kind not in (REAL, INTEGER) or field.unit not in _FIELD_UNITS:
            continue
        column = columns.get(name) or SourceColumn(name)
        own = UNITS[_FIELD_UNITS[field.unit]]
        choices = tuple(sorted((u for u in UNITS.values() if u.kind == own.kind), key=lambda u: u is not own))
        unit = _said(column, field, definition, told.get(name), source.format)
        if unit is not None and UNITS[unit].kind != own.kind:
            raise BadInput(tr("{column} is in {unit}, which {field} cannot be in; choose another field for it.",
                              column=name, unit=tr(UNITS[unit].title), field=field.label))
        said = unit is not None
        if unit is None and (own.code == "m" or _cells_say(column, own.kind)) and not _names_any(name, own.kind):
            # Heights and accuracies without a word are in metres nearly always; weights may be in anything.
            unit = own.code
        yield UnitQuestion(name, field, unit, said, choices)


def check_units(told: Mapping[str, str]) -> dict[str, str]:
    """What the person said, by column, in our codes; raises ``BadInput`` for a unit that there is not."""
    found = {}
    for column, unit in told.items():
        known = unit_of_word(unit) or next((u for u in UNITS.values() if unit.casefold() in u.words), None)
        if unit in UNITS:
            known = UNITS[unit]
        if known is None:
            raise BadInput(tr("There is no unit {unit!r}; there are {codes}.", unit=unit, codes=", ".join(UNITS)))
        found[column] = known.code
    return found


def unit_of_word(word: str) -> Unit | None:
    """The unit that a word surely means, or ``None``."""
    plain = word.casefold().strip(" .")
    return next((unit for unit in UNITS.values() if unit.sure and plain in unit.words), None)


def cell_in_unit(text: str, kind: str) -> tuple[str, Unit] | None:
    """(number as text, unit) of a cell such as "12 ft", where its unit is one of the kind; else ``None``."""
    if not text[-1:].isalpha() and text[-1:] not in (".", "³", "3"):
        return None
    found = _CELL.fullmatch(text.strip())
    unit = unit_of_word(found["unit"]) if found is not None else None
    return (found["number"].strip(), unit) if found is not None and unit is not None and unit.kind == kind else None


def kind_of(field: Field) -> str | None:
    """Length, mass or volume; ``None`` for a field whose unit is never another (degrees, pixels)."""
    code = _FIELD_UNITS.get(field.unit) if field.kind in (REAL, INTEGER) else None
    return UNITS[code].kind if code else None


def _said(column: SourceColumn, field: Field, definition: Layer, told: str | None, format_name: str) -> str | None:
    if told is not None:
        return told
    if column.unit is not None:
        return column.unit
    own = _FIELD_UNITS[field.unit]
    ours = {field.name, short_names(definition.names).get(field.name), field.label, field.english}
    if column.name in ours or format_name in _STATED_BY_FORMAT:
        return own
    found = _in_name(column.name)
    return found.code if found is not None else None


def _in_name(name: str) -> Unit | None:
    """The unit that a column's name says: in brackets, as its last word, or as a word that can be nothing else."""
    brackets = [word for inside in re.findall(r"[(\[]([^)\]]*)[)\]]", name) for word in (inside, folded(inside))]
    for word in brackets:
        if word.strip() in ("in", '"', "″"):
            return UNITS["in"]
        if word.strip() in ("'", "′"):
            return UNITS["ft"]
        if (unit := unit_of_word(word)) is not None:
            return unit
    words = folded(name).split()
    if words and (unit := unit_of_word(words[-1])) is not None and len(words) > 1:
        return unit
    if len(words) == 1:
        return unit_of_word(words[0]) if len(words[0]) > 1 else None
    return next((u for word in words if word not in _SHORT and (u := unit_of_word(word)) is not None), None)


def _names_any(name: str, kind: str) -> bool:
    """Whether a name has a word that is a unit of the kind, but one that may mean several."""
    words = set(folded(name).split())
    return any(unit.kind == kind and not unit.sure and words & set(unit.words) for unit in UNITS.values())


def _cells_say(column: SourceColumn, kind: str) -> bool:
    """Whether every cell that was looked at says its own unit."""
    return bool(column.samples) and all(cell_in_unit(sample, kind) for sample in column.samples)
