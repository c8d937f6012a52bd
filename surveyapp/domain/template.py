"""What an office asks of its teams: which fields the form shows and needs, which terms its lists offer, what a new
sighting starts with, fields of the office's own, and its rules for GPS, photos and sample numbers.

A template is a JSON object. It stands in the field ``template`` of the survey that it was made for, so that it
travels, has a history and merges as every other field does. It can ask for more, show less and offer other terms;
it never hides what is filled, never refuses a value that the field table takes, and never frees a sighting from
what the national layer needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from surveyapp.domain.fields import (
    CODE,
    DATE,
    DATETIME,
    INTEGER,
    LAYERS,
    NOTES,
    POSITION_FACTS,
    REAL,
    SIGHTING,
    TEXT,
    Field,
    Layer,
)
from surveyapp.domain.records import Record, Value
from surveyapp.domain.validation import WARNING, Issue, check_record, parse_value
from surveyapp.domain.vocabulary import VOCABULARIES, Term, Vocabulary
from surveyapp.errors import BadInput
from surveyapp.words import tr

FORMAT = 1
"""Of the JSON object; ``surveyapp_template`` in it says which it has."""

OWN = "x_"
"""What the names of an office's own fields begin with."""

OWN_GROUP = "Of the office"
"""Heading over those that name no other."""

TEAM, NATIONAL = 2, 3
"""Check levels at which a template may need a field."""

GATE_LIMITS: dict[str, tuple[float, float]] = {
    "max_accuracy_m": (0.01, 100_000),
    "max_hdop": (0.1, 100),
    "max_age_s": (1, 3600),
    "max_clock_difference_s": (1, 1e9),
    "min_mode": (2, 3),
    "min_samples": (1, 100_000),
}
"""Numbers that a template may ask of a GPS position, with their ranges; beside them stand ``min_quality`` (a code of
the vocabulary ``fix_quality``) and ``blocks`` (true: a position that fails must not be used)."""

_LEVELS = {"team": TEAM, "national": NATIONAL}
_KINDS = (TEXT, NOTES, INTEGER, REAL, DATE, DATETIME, CODE)
ALWAYS_SHOWN = ("gem", "presence", "observer", "observed_at")
"""What every sighting has to say; no template hides it."""
_NO_DEFAULT = (*POSITION_FACTS, "elevation_m", "province", "toposheet", "observed_at", "review_status")
_FIXED_LISTS = ("presence", "review_status", "position_source", "fix_quality", "province")
"""Vocabularies whose codes the program itself goes by."""
OFFERABLE = frozenset(f.vocabulary_name for layer in LAYERS for f in layer if f.vocabulary_name) - {*_FIXED_LISTS}
"""Vocabularies that a template may change."""
_NAME = re.compile(r"x_[a-z][a-z0-9_]{0,38}")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_PREFIX = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,14}[A-Z0-9])?")
_MOST_FIELDS, _MOST_TERMS, _MOST_CHARACTERS = 60, 500, 1_000_000


@dataclass(frozen=True, slots=True)
class TermChoice:
    """What a template makes of a vocabulary: ``only`` these codes are offered, in this order (empty: all), and the
    office's own terms ``add`` to it. ``full`` has every term there is, ``offered`` those that a form lists."""

    only: tuple[str, ...] = ()
    add: tuple[Term, ...] = ()
    full: Vocabulary = field(compare=False, default=Vocabulary("", ()))
    offered: Vocabulary = field(compare=False, default=Vocabulary("", ()))


@dataclass(frozen=True, slots=True)
class OfficeField(Field):
    """A field as a template makes it: of the table with another list of terms, or of the office's own (``terms``)."""

    terms: tuple[Term, ...] = ()
    choice: TermChoice | None = field(compare=False, default=None)

    @property
    def vocabulary(self) -> Vocabulary | None:
        """Every term that the field takes, the office's own among them."""
        return self.choice.full if self.choice else VOCABULARIES.get(self.vocabulary_name)


@dataclass(frozen=True, slots=True)
class Template:
    """What an office asks for. ``required`` has the check level of a field (2: the team needs it, 3: only the
    national layer does); ``extra`` are fields of the office's own, kept as columns of the sightings; ``gate`` has
    the names of :data:`GATE_LIMITS`. ``photo_max_px`` is the longest side to which photos are reduced (``None``:
    kept as they are), ``sample_prefix`` what sample numbers begin with (``None``: from the team's name)."""

    name: str = ""
    version: str = ""
    hidden: frozenset[str] = frozenset()
    required: Mapping[str, int] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    vocabularies: Mapping[str, TermChoice] = field(default_factory=dict)
    extra: tuple[OfficeField, ...] = ()
    gate: Mapping[str, Any] = field(default_factory=dict)
    photo_max_px: int | None = None
    sample_prefix: str | None = None


EMPTY = Template()
"""Asks for nothing beyond the table of fields."""


# --- what it makes of the fields ---------------------------------------------------------------------


def fields_of(layer: Layer, template: Template = EMPTY) -> tuple[Field, ...]:
    """The fields of a layer as the template makes them: levels, defaults, lists; its own fields at the end of the
    group that they name. Hidden ones are among them (see :attr:`Template.hidden`)."""
    if template == EMPTY:
        return layer.fields
    made = [_as_asked(known, template, of_sighting=layer is SIGHTING) for known in layer.fields]
    for extra in template.extra if layer is SIGHTING else ():
        fellows = [place for place, known in enumerate(made) if known.group == extra.group]
        mine = replace(extra, default=template.defaults.get(extra.name))
        made.insert(fellows[-1] + 1 if fellows else len(made), mine)
    return tuple(made)


def _as_asked(known: Field, template: Template, *, of_sighting: bool) -> Field:
    changed: dict[str, Any] = {}
    if of_sighting:
        level = template.required.get(known.name, known.level)
        if known.name in template.hidden and level:
            level = NATIONAL
        changed["level"] = level
        changed["default"] = template.defaults.get(known.name, known.default)
    choice = template.vocabularies.get(known.vocabulary_name) if known.vocabulary_name else None
    if choice is None and all(getattr(known, name) == value for name, value in changed.items()):
        return known
    return OfficeField(**{**{f.name: getattr(known, f.name) for f in fields(Field)}, **changed}, choice=choice)


def offered(known: Field) -> Vocabulary | None:
    """The terms that a form lists for a field: what the office chose, else all."""
    return known.choice.offered if isinstance(known, OfficeField) and known.choice else known.vocabulary


def check_with(
    record: Record, template: Template = EMPTY, *, now: datetime | None = None, asked: Sequence[Field] | None = None
) -> Iterator[Issue]:
    """Findings about one record with what the office asks for (``asked``: its fields, where the caller has them).
    A code outside of the office's list is a warning, never an error."""
    asked = fields_of(record.definition, template) if asked is None else asked
    yield from check_record(record, now=now, asked=asked)
    for known in asked:
        value = record.values.get(known.name)
        choice = known.choice if isinstance(known, OfficeField) else None
        if choice and choice.only and value is not None and choice.full.term(value) and not choice.offered.term(value):
            told = tr("{field}: {term} is not among the terms that the office chose.", field=tr(known.title),
                      term=choice.full.label(value))
            yield Issue(WARNING, "outside-list", record.layer, record.uuid, known.name, told, TEAM)


# --- reading -----------------------------------------------------------------------------------------


def parse_template(text: str | None) -> Template:
    """The template that JSON text describes; none or blank text is :data:`EMPTY`. Raises ``BadInput`` with one
    sentence that names the place."""
    if text is None or not text.strip():
        return EMPTY
    if len(text) > _MOST_CHARACTERS:
        raise BadInput(tr("The template is longer than a million characters; leave out what no form needs."))
    return _parsed(text)


@lru_cache(maxsize=32)  # a survey's template is asked for after every save, and its lists are indexed once
def _parsed(text: str) -> Template:
    try:
        told = json.loads(text)
        json.dumps(told, ensure_ascii=False).encode()  # half a surrogate pair could not be kept in a file
    except (ValueError, RecursionError) as error:
        raise BadInput(tr("The template is not JSON ({error}); load it again from the office's file.",
                          error=error)) from None
    if not isinstance(told, dict) or "surveyapp_template" not in told:
        raise BadInput(tr("This is no template of SurveyApp; it should begin with {start}.",
                          start='{"surveyapp_template": 1'))
    number = told["surveyapp_template"]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise _bad("surveyapp_template", tr("is not a number of a version"))
    if number > FORMAT:
        raise BadInput(tr("The template was made for a newer SurveyApp (format {number}); install the newer program.",
                          number=number))
    return _template(_known(told, "template", (
        "surveyapp_template", "name", "version", "hide", "require", "defaults", "vocabularies", "fields", "gps",
        "photos", "samples",
    )))


def _template(told: Mapping[str, Any]) -> Template:
    lists = {name: _choice(name, given) for name, given in _object(told, "vocabularies").items()}
    extra = _extra(told.get("fields", []))
    photos = _known(_object(told, "photos"), "photos", ("max_px",))
    samples = _known(_object(told, "samples"), "samples", ("prefix",))
    bare = Template(
        name=_text(told, "name", 200, needed=True),
        version=_text(told, "version", 60),
        hidden=_hidden(told.get("hide", [])),
        required=_required(_object(told, "require")),
        vocabularies=lists,
        extra=extra,
        gate=_gate(_known(_object(told, "gps"), "gps", (*GATE_LIMITS, "min_quality", "blocks"))),
        photo_max_px=_whole(photos, "max_px", 200, 20_000, "photos"),
        sample_prefix=_prefix(samples),
    )
    if twice := bare.hidden & bare.required.keys():
        raise _bad(f"require: {min(twice)}", tr("is hidden and needed at once"))
    return replace(bare, defaults=_defaults(_object(told, "defaults"), bare))


def _bad(place: str, why: str) -> BadInput:
    return BadInput(tr("The template cannot be used: {place} {why}.", place=place, why=why))


def _known(told: Any, place: str, names: Sequence[str]) -> Mapping[str, Any]:
    """An object that has no other names than these: one that is misspelt would otherwise ask for nothing."""
    if not isinstance(told, dict):
        raise _bad(place, tr("is not an object with names"))
    for name in told:
        if name not in names:
            raise _bad(f"{place}: {name}", tr("is not known there; it takes {names}", names=", ".join(names)))
    return told


def _object(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name, {})
    if not isinstance(found, dict):
        raise _bad(name, tr("is not an object with names"))
    return found


def _listed(found: Any, place: str, most: int) -> list[Any]:
    if not isinstance(found, list):
        raise _bad(place, tr("is not a list"))
    if len(found) > most:
        raise _bad(place, tr("has more than {most} entries", most=most))
    return found


def _text(told: Mapping[str, Any], name: str, most: int, place: str = "", *, needed: bool = False) -> str:
    found = told.get(name, "")
    where = f"{place}: {name}" if place else name
    if not isinstance(found, str) or len(found) > most or any(ord(c) < 32 for c in found):
        raise _bad(where, tr("is not one line of at most {most} characters", most=most))
    if needed and not found.strip():
        raise _bad(where, tr("is missing"))
    return found.strip()


def _number(told: Mapping[str, Any], name: str, low: float, high: float, place: str) -> float | None:
    found = told.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not low <= found <= high:
        raise _bad(f"{place}: {name}", tr("is not a number from {low} to {high}", low=f"{low:g}", high=f"{high:g}"))
    return found


def _whole(told: Mapping[str, Any], name: str, low: int, high: int, place: str) -> int | None:
    found = _number(told, name, low, high, place)
    if found is not None and found != int(found):
        raise _bad(f"{place}: {name}", tr("is not a whole number"))
    return None if found is None else int(found)


def _flag(told: Mapping[str, Any], name: str, place: str) -> bool:
    found = told.get(name, False)
    if not isinstance(found, bool):
        raise _bad(f"{place}: {name}", tr("is neither true nor false"))
    return found


def _of_form(name: object, place: str) -> Field:
    """A field of the sighting form."""
    known = SIGHTING.field(name) if isinstance(name, str) else None
    if known is None or not known.group or known.name in POSITION_FACTS:
        raise _bad(f"{place}: {name}", tr("is no field of the form"))
    return known


def _hidden(told: Any) -> frozenset[str]:
    names = [_of_form(name, "hide").name for name in _listed(told, "hide", 200)]
    for name in names:
        if name in ALWAYS_SHOWN:
            raise _bad(f"hide: {name}", tr("is what every sighting has to say"))
    return frozenset(names)


def _required(told: Mapping[str, Any]) -> dict[str, int]:
    found = {}
    for name, level in told.items():
        _of_form(name, "require")
        if level not in ("team", "national"):
            raise _bad(f"require: {name}", tr("is neither “team” nor “national”"))
        found[name] = _LEVELS[level]
    return found


def _defaults(told: Mapping[str, Any], template: Template) -> dict[str, Value]:
    by_name = {known.name: known for known in fields_of(SIGHTING, template)}
    found: dict[str, Value] = {}
    for name, given in told.items():
        known = by_name.get(name)
        if known is None or not known.group or name in _NO_DEFAULT:
            raise _bad(f"defaults: {name}", tr("is nothing that can be known beforehand"))
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            raise _bad(f"defaults: {name}", tr("is neither a text nor a number"))
        try:
            value = parse_value(known, given)
        except BadInput as error:
            raise _bad(f"defaults: {name}", f"({str(error).rstrip('.')})") from None
        if value is not None:
            found[name] = value
    return found


def _terms(told: Any, place: str) -> tuple[Term, ...]:
    made: list[Term] = []
    for number, entry in enumerate(_listed(told, place, _MOST_TERMS), 1):
        where = f"{place} {number}"
        one = _known(entry, where, ("code", "label", "synonyms"))
        code = _text(one, "code", 60, where, needed=True)
        if not _CODE.fullmatch(code):
            raise _bad(f"{where}: code", tr("takes small letters, digits, - and _ only"))
        if code in [term.code for term in made]:
            raise _bad(f"{where}: {code}", tr("is there twice"))
        synonyms = _listed(one.get("synonyms", []), f"{where}: synonyms", 50)
        if not all(isinstance(word, str) and 0 < len(word) <= 200 for word in synonyms):
            raise _bad(f"{where}: synonyms", tr("are not all words"))
        made.append(Term(code, _text(one, "label", 200, where, needed=True), None, tuple(synonyms)))
    return tuple(made)


def _choice(name: str, told: Any) -> TermChoice:
    place = f"vocabularies: {name}"
    if name not in OFFERABLE:
        raise _bad(place, tr("is no list that an office may change"))
    known = VOCABULARIES[name]
    given = _known(told, place, ("only", "add"))
    add = _terms(given.get("add", []), f"{place}: add")
    for term in add:
        if known.term(term.code):
            raise _bad(f"{place}: {term.code}", tr("is in the list already"))
    full = Vocabulary(name, (*known.terms, *add))
    only = _listed(given.get("only", []), f"{place}: only", 1000)
    for code in only:
        if full.term(code) is None:
            raise _bad(f"{place}: {code}", tr("is in no list"))
    return _chosen(full, tuple(dict.fromkeys(only)), add)


def _chosen(full: Vocabulary, only: tuple[str, ...], add: tuple[Term, ...]) -> TermChoice:
    """The list that is offered has the office's own terms always: why else would it add them?"""
    if not only:
        return TermChoice((), add, full, full)
    codes = (*only, *(term.code for term in add if term.code not in only))
    terms = tuple(term for term in map(full.term, codes) if term is not None)
    return TermChoice(only, add, full, Vocabulary(full.name, terms))


def _extra(told: Any) -> tuple[OfficeField, ...]:
    made: list[OfficeField] = []
    for number, entry in enumerate(_listed(told, "fields", _MOST_FIELDS), 1):
        one = _one_extra(entry, f"fields {number}")
        if one.name in [other.name for other in made]:
            raise _bad(f"fields {number}: {one.name}", tr("is there twice"))
        made.append(one)
    return tuple(made)


def _one_extra(entry: Any, place: str) -> OfficeField:
    told = _known(entry, place, (
        "name", "title", "kind", "group", "help", "unit", "minimum", "maximum", "require", "keep", "terms",
    ))
    name = _text(told, "name", 40, place, needed=True)
    if not _NAME.fullmatch(name):
        raise _bad(f"{place}: {name}", tr("does not begin with x_ and go on in small letters, digits and _"))
    kind = told.get("kind", TEXT)
    if kind not in _KINDS:
        raise _bad(f"{place}: kind", tr("is none of {kinds}", kinds=", ".join(_KINDS)))
    terms = _terms(told.get("terms", []), f"{place}: terms")
    if (kind == CODE) != bool(terms):
        raise _bad(f"{place}: terms", tr("belong to a field of the kind “code”, and only there"))
    numeric = kind in (INTEGER, REAL)
    limits = [_number(told, limit, -1e15, 1e15, place) for limit in ("minimum", "maximum")]
    low, high = limits
    if any(limit is not None for limit in limits) and (not numeric or low is None or high is None or low > high):
        raise _bad(f"{place}: minimum", tr("and maximum go together, in this order, for numbers only"))
    level = told.get("require")
    if level not in (None, "team", "national"):
        raise _bad(f"{place}: require", tr("is neither “team” nor “national”"))
    vocabulary = Vocabulary(name, terms)
    return OfficeField(
        name, kind, _text(told, "title", 100, place, needed=True), help=_text(told, "help", 300, place),
        group=_text(told, "group", 60, place) or OWN_GROUP, unit=_text(told, "unit", 20, place),
        vocabulary_name=name if terms else "", minimum=low, maximum=high, level=_LEVELS.get(str(level), 0),
        sticky=_flag(told, "keep", place), public=False, terms=terms,
        choice=TermChoice((), terms, vocabulary, vocabulary) if terms else None,
    )


def _gate(told: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, (low, high) in GATE_LIMITS.items():
        whole = name in ("min_mode", "min_samples")
        limit = _whole(told, name, int(low), int(high), "gps") if whole else _number(told, name, low, high, "gps")
        if limit is not None:
            found[name] = limit
    quality = told.get("min_quality")
    if quality is not None:
        if VOCABULARIES["fix_quality"].term(quality) is None:
            codes = ", ".join(VOCABULARIES["fix_quality"].codes)
            raise _bad("gps: min_quality", tr("is none of {kinds}", kinds=codes))
        found["min_quality"] = quality
    if "blocks" in told:
        found["blocks"] = _flag(told, "blocks", "gps")
    return found


def _prefix(told: Mapping[str, Any]) -> str | None:
    prefix = _text(told, "prefix", 16, "samples")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise _bad("samples: prefix", tr("takes capital letters, digits and - only"))
    return prefix or None


# --- writing -----------------------------------------------------------------------------------------


def template_text(template: Template) -> str:
    """JSON text from which :func:`parse_template` makes the same template; empty for :data:`EMPTY`."""
    if template == EMPTY:
        return ""
    levels = {level: word for word, level in _LEVELS.items()}
    parts: tuple[tuple[str, Any], ...] = (
        ("name", template.name),
        ("version", template.version),
        ("hide", [name for name in SIGHTING.names if name in template.hidden]),
        ("require", {name: levels[level] for name, level in template.required.items()}),
        ("defaults", dict(template.defaults)),
        ("vocabularies", {name: _choice_told(choice) for name, choice in template.vocabularies.items()}),
        ("fields", [_extra_told(extra, levels) for extra in template.extra]),
        ("gps", dict(template.gate)),
        ("photos", _filled({"max_px": template.photo_max_px})),
        ("samples", _filled({"prefix": template.sample_prefix})),
    )
    told = {"surveyapp_template": FORMAT, **{name: value for name, value in parts if value}}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _filled(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in (None, "", [], False)}


def _terms_told(terms: Sequence[Term]) -> list[dict[str, Any]]:
    return [_filled({"code": t.code, "label": t.label, "synonyms": list(t.synonyms)}) for t in terms]


def _choice_told(choice: TermChoice) -> dict[str, Any]:
    return _filled({"only": list(choice.only), "add": _terms_told(choice.add)})


def _extra_told(extra: OfficeField, levels: Mapping[int, str]) -> dict[str, Any]:
    limits = {n: v for n, v in (("minimum", extra.minimum), ("maximum", extra.maximum)) if v is not None}
    return {
        **_filled({
            "name": extra.name, "title": extra.title, "kind": extra.kind, "group": extra.group, "help": extra.help,
            "unit": extra.unit, "require": levels.get(extra.level), "keep": extra.sticky,
            "terms": _terms_told(extra.terms),
        }),
        **limits,
    }

