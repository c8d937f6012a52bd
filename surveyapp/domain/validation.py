"""From text to values, and from records to findings. Derived from the table of fields."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from surveyapp.domain.fields import (
    BLOB,
    CODE,
    DATE,
    DATETIME,
    GEOMETRY,
    INTEGER,
    LAYER_BY_NAME,
    NOTES,
    REAL,
    TEXT,
    Field,
    Layer,
)
from surveyapp.domain.records import Record, Value, moment_of, utc_text
from surveyapp.errors import BadInput
from surveyapp.words import tr

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding about a record. ``code`` is stable and short; ``message`` is a sentence for people."""

    severity: str
    code: str
    layer: str
    record: str | None
    field: str | None
    message: str
    level: int = 1


_DIGITS = {ord(d): str(i % 10) for i, d in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")} | {ord("٫"): "."}
"""Arabic-Indic and extended (Urdu) digits, and their decimal separator."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ufeff\ufffe\uffff\ud800-\udfff]")
"""What no keyboard types and a label cannot show: controls, halves of letters, and the marks that turn writing round
so that a name reads as another."""
_BREAKS = re.compile(r"[\t\n\r]+")

FOOT_M = 0.3048
"""International foot (exact, 1959)."""
HIGHEST_M = 6000.0
"""Above every working of the country; the highest gem mines lie near 5,000 m."""

NOT_OF_ABSENCES = ("expression", "confidence", "identification_method", "host_rock")
"""What a sighting that found nothing cannot say."""


def parse_value(field: Field, given: object) -> Value:
    """The value that ``given`` (text, number or nothing) means for the field.

    Empty text is no value. Codes are matched by code, label or synonym. Raises ``BadInput`` with one
    sentence naming the field, what was given and what it takes.
    """
    if given is None:
        return None
    if isinstance(given, str):
        given = _text(given) if field.kind == NOTES else _text(given).strip()
        if not given:
            return None
    if isinstance(given, float) and math.isnan(given):
        return None
    match field.kind:
        case "integer" | "real":
            return _number(field, given)
        case "datetime":
            return _moment(field, given)
        case "date":
            return _date(field, given)
        case "code":
            return _code(field, given)
        case "blob":
            raise BadInput(tr("{field} is bytes and cannot be typed; attach a file instead.", field=tr(field.title)))
        case _:
            return str(given)


def _text(given: str) -> str:
    """Text that SQLite keeps whole: no NUL (it would cut the text short) and no lone surrogate."""
    return given.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def plain_text(text: str, *, many_lines: bool) -> str:
    """Text without controls; line breaks are kept where there may be several lines, and are spaces otherwise."""
    text = _CONTROLS.sub("", text)
    return text if many_lines else _BREAKS.sub(" ", text).strip() if _BREAKS.search(text) else text


def _number(field: Field, given: object) -> Value:
    text = str(given).translate(_DIGITS).replace("−", "-")
    if isinstance(given, str) and re.fullmatch(r"-?\d+,\d+", text):
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        raise BadInput(tr("{field}: {given!r} is not a number; type digits such as 12.5.", field=field.label,
                          given=given)) from None
    if not math.isfinite(number):
        raise BadInput(tr("{field}: {given!r} is not a number that can be kept; leave it empty if unknown.",
                          field=field.label, given=given))
    below = field.minimum is not None and number < field.minimum
    if below or (field.maximum is not None and number > field.maximum):
        raise BadInput(tr("{field}: {given} is out of range; it goes from {low:g} to {high:g}.", field=field.label,
                          given=given, low=field.minimum, high=field.maximum))
    if field.kind == INTEGER:
        if number != int(number):
            raise BadInput(tr("{field}: {given} is not a whole number.", field=field.label, given=given))
        return int(number)
    # 15 significant digits is what SQLite writes into the history; keeping no more makes both agree.
    return float(f"{number:.15g}")


def _moment(field: Field, given: object) -> Value:
    if isinstance(given, datetime):
        moment: datetime | None = given
    else:
        text = str(given).translate(_DIGITS)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
    if moment is None:
        raise BadInput(tr("{field}: {given!r} is not a time; write it as 2026-11-24T09:30+05:00 or "
                          "2026-11-24T04:30Z.", field=field.label, given=given))
    try:
        return utc_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except OverflowError:
        raise BadInput(tr("{field}: {given!r} is outside the calendar.", field=field.label, given=given)) from None


def _date(field: Field, given: object) -> Value:
    if isinstance(given, datetime):
        return given.date().isoformat()
    if isinstance(given, date):
        return given.isoformat()
    text = str(given).translate(_DIGITS)
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass  # falls through to the sentence below: the shape is right, the day does not exist
    raise BadInput(tr("{field}: {given!r} is not a date; write it as 2026-11-24.", field=field.label, given=given))


def _code(field: Field, given: object) -> Value:
    vocabulary = field.vocabulary
    assert vocabulary is not None
    term = vocabulary.find(str(given))
    if term is not None:
        return term.code
    if field.name == "gem":
        # An office may add gems of its own; a stone that is in no list must not be lost for that.
        text = str(given)
        if re.fullmatch(r"[\w][\w .()'/-]{0,59}", text):
            return text.casefold().replace(" ", "-")
    some = ", ".join(vocabulary.codes[:8]) + (" …" if len(vocabulary.codes) > 8 else "")
    told = tr("{field}: {given!r} is not in the list; use one of {some}.", field=field.label, given=given, some=some)
    if field.name == "host_rock":
        told += " " + tr("Put words of your own into host_rock_text.")
    raise BadInput(told)


def parse_assignments(
    layer: Layer, assignments: Mapping[str, object], fields: Sequence[Field] | None = None
) -> dict[str, Value]:
    """Values of ``{field name: text}``; raises ``BadInput`` for a field that the layer does not have. ``fields``: the
    layer's as an office's template makes them, its own among them (:func:`surveyapp.domain.template.fields_of`)."""
    known = {field.name: field for field in (layer.fields if fields is None else fields)}
    values: dict[str, Value] = {}
    for name, given in assignments.items():
        field = known.get(name)
        if field is None:
            names = ", ".join(known)
            raise BadInput(tr("{layer} has no field {name!r}; its fields are {names}.", layer=tr(layer.title),
                              name=name, names=names))
        values[name] = parse_value(field, given)
    return values


def check_value(field: Field, value: Value) -> str | None:
    """Why a stored value is not what the field takes, or ``None``. Outside edits can store anything."""
    if value is None or field.kind == BLOB:
        return None
    if field.kind in (INTEGER, REAL) and not isinstance(value, int | float):
        return tr("{field}: {value!r} is not a number.", field=field.label, value=value)
    if field.kind in (TEXT, CODE) and not isinstance(value, str):
        return tr("{field}: {value!r} is not text.", field=field.label, value=value)
    if field.kind == CODE and field.name == "gem":
        return None
    try:
        parsed = parse_value(field, value)
    except BadInput as error:
        return str(error)
    if field.kind == CODE and parsed != value:
        return tr("{field}: {value!r} should be the code {parsed!r}.", field=field.label, value=value, parsed=parsed)
    if (field.kind == DATETIME and moment_of(value) is None) or (field.kind == DATE and parsed != value):
        return tr("{field}: {value!r} is not as the file keeps times.", field=field.label, value=value)
    return None


def trouble_code(field: Field, value: Value) -> str:
    """``bad-spelling`` of a bad value that means a good one, such as a code's label; else ``bad-value``."""
    try:
        parse_value(field, value)
    except BadInput:
        return "bad-value"
    return "bad-spelling"


def check_record(
    record: Record, *, now: datetime | None = None, asked: Sequence[Field] | None = None
) -> Iterator[Issue]:
    """Findings about one record by itself, at every level; ``asked`` are its layer's fields as an office's template
    makes them (:func:`surveyapp.domain.template.fields_of`), those of the table if none are given."""
    layer = record.definition

    def issue(severity: str, code: str, field: str | None, message: str, level: int) -> Issue:
        return Issue(severity, code, record.layer, record.uuid, field, message, level)

    placed = record.position if layer.geometry == "POINT" else record.values.get(GEOMETRY)
    if layer.geometry and placed is None:
        placeless = tr("{layer} has no position; give it one.", layer=tr(layer.title))
        yield issue(ERROR, "no-geometry", GEOMETRY, placeless, 1)
    for field in layer.fields if asked is None else asked:
        value = record.values.get(field.name)
        trouble = check_value(field, value)
        if trouble:
            yield issue(ERROR, trouble_code(field, value), field.name, trouble, 1)
        if odd_characters(field, value):
            told = tr("{field} holds characters that cannot be seen; take them out.", field=tr(field.title))
            yield issue(WARNING, "odd-characters", field.name, told, 2)
        if value is None and is_needed(field) and not is_excused(record.layer, field.name, record.values):
            severity = ERROR if field.level == 1 else WARNING
            told = tr("{field} is empty; fill it in.", field=tr(field.title))
            yield issue(severity, "missing", field.name, told, field.level)
    if layer.name == "sighting":
        yield from check_sighting(record, record.position, now or datetime.now(UTC))


def odd_characters(field: Field, value: Value) -> bool:
    """Whether a text holds what cannot be seen."""
    if field.kind not in (TEXT, NOTES) or not isinstance(value, str):
        return False
    return plain_text(value, many_lines=field.kind == NOTES) != value


def is_needed(field: Field) -> bool:
    """Whether some level of the check needs the field."""
    return bool(field.level) and field.kind != BLOB


def is_excused(layer: str, field: str, values: Mapping[str, Value]) -> bool:
    """Fields that an absence cannot have; the scan of a certificate is of no sighting."""
    if layer == "photo" and field == "sighting_uuid":
        return values.get("certificate_uuid") is not None
    return layer == "sighting" and field in NOT_OF_ABSENCES and values.get("presence") == "absent"


SIGHTING_FACTS = (
    "observed_at", "position_source", "accuracy_m", "elevation_m", "total_carats", "processed_t", "processed_m3",
    "bottom_screen_mm",
)
"""The fields that :func:`check_sighting` reads beside the position."""


def check_sighting(record: Record, position: tuple[float, float] | None, now: datetime) -> Iterator[Issue]:
    """What the facts of one sighting say of each other; ``position`` is (longitude, latitude) in degrees."""

    def issue(code: str, field: str, message: str, level: int) -> Issue:
        return Issue(WARNING, code, record.layer, record.uuid, field, message, level)

    observed = moment_of(record.get("observed_at"))
    if observed is not None and observed > now + timedelta(days=1):
        yield issue("future", "observed_at", tr("Observed at lies in the future; mend the date."), 2)
    source = record.get("position_source")
    if source in ("typed", "map-tap") and record.get("accuracy_m") is not None:
        yield issue("false-accuracy", "accuracy_m",
                    tr("A typed or tapped position carries a GPS accuracy; clear the accuracy or mend the source."), 2)
    carats, processed = record.get("total_carats"), record.get("processed_t") or record.get("processed_m3")
    if carats is not None and processed is not None and record.get("bottom_screen_mm") is None:
        yield issue("no-screen", "bottom_screen_mm",
                    tr("Carats and processed amount are given without the bottom screen; a grade needs it."), 3)
    elevation = record.get("elevation_m")
    if isinstance(elevation, int | float) and elevation > HIGHEST_M:
        yield issue("elevation-unlikely", "elevation_m",
                    tr("{metres} m is higher than anybody works; is it in feet?", metres=f"{elevation:,g}"), 3)
    if position is not None:
        longitude, latitude = position
        if not (60 <= longitude <= 78.5 and 23 <= latitude <= 37.5):
            swapped = 60 <= latitude <= 78.5 and 23 <= longitude <= 37.5
            told = tr("The position lies outside Pakistan.")
            if swapped:
                told += " " + tr("Longitude and latitude look swapped.")
            yield issue("outside-pakistan", GEOMETRY, told, 2)


def layer_named(name: str) -> Layer:
    """The layer of that name; raises ``BadInput`` naming the layers there are."""
    layer = LAYER_BY_NAME.get(name)
    if layer is None:
        raise BadInput(tr("There is no layer {name!r}; the layers are {names}.", name=name,
                          names=", ".join(LAYER_BY_NAME)))
    return layer
