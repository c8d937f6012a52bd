"""Which records an export takes: those that meet conditions, or that were picked, with what hangs on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.fields import (
    CODE,
    DATE,
    DATETIME,
    INTEGER,
    LAYERS,
    LIKELY_DUPLICATE,
    REAL,
    REF,
    REVIEW,
    SIGHTING,
    SURVEY,
    Field,
    Layer,
)
from surveyapp.domain.filters import (
    BETWEEN,
    EMPTY,
    FILLED,
    FILTER_FIELDS,
    HAS,
    IS,
    IS_NOT,
    POSITION,
    WITHIN,
    Condition,
    needed_columns,
    passing,
)
from surveyapp.domain.records import Value
from surveyapp.domain.template import Template, fields_of
from surveyapp.errors import BadInput
from surveyapp.services import templates
from surveyapp.services.session import Session
from surveyapp.words import tr

_PARTS = re.compile(r"\s*(\w+)\s*(<=|>=|!=|=|~)(.*)", re.DOTALL)
_PLAIN = {
    BETWEEN: "{field} from {low} to {high}", HAS: "{field} has “{low}”", EMPTY: "{field} is empty",
    FILLED: "{field} is filled in", IS: "{field} is {values}", IS_NOT: "{field} is not {values}",
    WITHIN: "within {values}",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Uuids by layer that are taken; a layer that is not in it is not taken. ``told``: what was asked, in English,
    for the file."""

    uuids: Mapping[str, frozenset[str]]
    told: str

    def of(self, layer: str) -> frozenset[str]:
        return self.uuids.get(layer, frozenset())


# --- conditions as text ------------------------------------------------------------------------------


def parse_conditions(texts: Iterable[str], template: Template | None = None) -> tuple[Condition, ...]:
    """Conditions on sightings from texts such as ``gem=emerald,ruby``, ``gem!=topaz``, ``accuracy_m<=10``,
    ``observed_at>=2026-05-01``, ``notes~quartz``, ``deposit_name=`` (empty), ``deposit_name!=`` (filled in) and
    ``position=west,south,east,north``. Raises ``BadInput`` with one sentence."""
    asked = {f.name: f for f in fields_of(SIGHTING, template)} if template else {f.name: f for f in SIGHTING.fields}
    return tuple(_condition(text, asked) for text in texts)


def _condition(text: str, asked: Mapping[str, Field]) -> Condition:
    found = _PARTS.fullmatch(text)
    if found is None:
        raise BadInput(
            tr("“{text}” is no condition; write FIELD=VALUE, FIELD!=VALUE, FIELD<=NUMBER, FIELD>=NUMBER or FIELD~TEXT.",
               text=text)
        )
    name, sign, value = found[1], found[2], found[3].strip()
    if name == POSITION:
        return Condition(POSITION, WITHIN, tuple(_number(part, name) for part in value.split(",")))
    about = FILTER_FIELDS.get(name)
    if about is None:
        raise BadInput(tr("A filter asks for the field “{name}”, which sightings do not have.", name=name))
    if not value and sign in ("=", "!="):
        return Condition(name, EMPTY if sign == "=" else FILLED)
    if sign == "~":
        return Condition(name, HAS, (value,))
    if about.kind == CODE:
        codes = tuple(_code(asked.get(name, about), part) for part in value.split(","))
        return Condition(name, {"=": IS, "!=": IS_NOT}.get(sign, sign), codes)
    if about.kind in (DATE, DATETIME, INTEGER, REAL) and sign != "!=":
        limit: Value = value if about.kind in (DATE, DATETIME) else _number(value, name)
        return Condition(name, BETWEEN, (None if sign == "<=" else limit, None if sign == ">=" else limit))
    raise BadInput(
        tr("{field} cannot be asked “{how}”; write {name}~TEXT for texts, and =, <= or >= for numbers and days.",
           field=about.title, how=sign, name=name)
    )


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(tr("“{text}” is no number, which {name} is compared with.", text=text, name=name)) from None


def _code(about: Field, text: str) -> str:
    term = about.vocabulary.find(text) if about.vocabulary else None
    if term is None:
        codes = ", ".join(about.vocabulary.codes[:12]) if about.vocabulary else ""
        raise BadInput(
            tr("There is no {field} “{text}”; there are {codes}.", field=tr(about.title).lower(), text=text,
               codes=codes)
        )
    return term.code


def _told(condition: Condition) -> str:
    values = condition.values
    low, high = (*values, None, None)[:2]
    return _PLAIN[condition.operator].format(
        field=condition.field, values=", ".join(map(str, values)),
        low="the first" if low is None else low, high="the last" if high is None else high,
    )


# --- choosing ----------------------------------------------------------------------------------------


def choose(
    session: Session, where: Sequence[str | Condition] = (), uuids: Sequence[str] = ()
) -> Choice | None:
    """What is taken, or ``None`` for everything. With conditions, sightings that meet them all; with uuids, those
    records (sightings among them have to meet the conditions too). What refers to a record goes along with it, and
    so do the surveys that they are of. Raises ``BadInput`` for a bad condition or an uuid that is not in the file."""
    if not where and not uuids:
        return None
    kept: dict[str, set[str]] = {}
    told = []
    if uuids:
        kept = _named(session, uuids)
        told.append(f"{len(set(uuids))} records that were picked")
    if where:
        template = templates.common(templates.all_of(session.file)[0])
        texts = [text for text in where if isinstance(text, str)]
        conditions = [*parse_conditions(texts, template), *(c for c in where if isinstance(c, Condition))]
        meeting = _meeting(session, conditions)
        kept[SIGHTING.name] = meeting if not uuids else kept.get(SIGHTING.name, set()) & meeting
        told.append("sightings where " + " and ".join(map(_told, conditions)))
    _with_children(session, kept)
    return Choice({name: frozenset(found) for name, found in kept.items() if found}, "; ".join(told))


def _meeting(session: Session, conditions: Sequence[Condition]) -> set[str]:
    columns = session.file.columns(SIGHTING.name, ["uuid", *needed_columns(conditions)])
    return {columns["uuid"][row] for row in passing(conditions, columns, range(len(columns["uuid"])))}


def _named(session: Session, uuids: Sequence[str]) -> dict[str, set[str]]:
    """The records of these uuids by layer."""
    left, kept = set(uuids), {}
    for layer in LAYERS:
        here = left & set(session.file.columns(layer.name, ["uuid"])["uuid"])
        if here:
            kept[layer.name] = here
            left -= here
    if left:
        name = session.file.path.name
        raise BadInput(tr("There is no record {uuid} in {name}; look at the list.", uuid=min(left), name=name))
    return kept


def _with_children(session: Session, kept: dict[str, set[str]]) -> None:
    """Add what refers to a kept record; parents stand before their children in the list of layers."""
    for layer in LAYERS:
        if layer not in (SURVEY, SIGHTING):
            found = _referring(session, layer, kept)
            if found:
                kept[layer.name] = kept.get(layer.name, set()) | found
    surveys = set()
    for layer in LAYERS:
        if layer.name in kept and layer.field("survey_uuid") is not None:
            columns = session.file.columns(layer.name, ["uuid", "survey_uuid"])
            of_rows = zip(columns["uuid"], columns["survey_uuid"], strict=True)
            surveys |= {survey for uuid, survey in of_rows if uuid in kept[layer.name]}
    known = [survey.uuid for survey in session.file.surveys()]
    kept[SURVEY.name] = {uuid for uuid in known if uuid in surveys} or (set(known) if len(known) == 1 else set())


def _referring(session: Session, layer: Layer, kept: Mapping[str, set[str]]) -> set[str]:
    """Records of a layer that refer to one that is kept."""
    if layer is REVIEW:
        columns = session.file.columns(layer.name, ["uuid", "record_layer", "record_uuid"])
        decisions = zip(*columns.values(), strict=True)
        return {uuid for uuid, of_layer, record in decisions if record in kept.get(str(of_layer), ())}
    references = [f for f in layer.fields if f.kind == REF and f.refers != SURVEY.name]
    if not references:
        return set()
    columns = session.file.columns(layer.name, ["uuid", *(f.name for f in references)])
    enough: Callable[[Iterable[bool]], bool] = all if layer is LIKELY_DUPLICATE else any
    rows = list(zip(*columns.values(), strict=True))
    known = {**kept, layer.name: set(kept.get(layer.name, ()))}
    found: set[str] = set()
    while True:  # a sample may be part of a sample of the same list, a sketch be of a photo
        more = {
            uuid
            for uuid, *targets in rows
            if uuid not in found
            and enough(t in known.get(f.refers, ()) for f, t in zip(references, targets, strict=True))
        }
        if not more:
            return found
        found |= more
        known[layer.name] |= more

