"""An office's template as JSON text, and back. See :mod:`surveyapp.domain.template` for what it asks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from surveyapp.domain.fields import CODE, DATE, DATETIME, INTEGER, NOTES, POSITION_FACTS, REAL, SIGHTING, TEXT, Field
from surveyapp.domain.records import Value
from surveyapp.domain.template import (
    ALWAYS_SHOWN,
    ANYONE,
    EMPTY,
    GATE_LIMITS,
    MAP_SCALE,
    NATIONAL,
    OFFERABLE,
    OWN_GROUP,
    PREVIEW_PHOTOS_MB,
    PUBLIC_GRID_DEG,
    TEAM,
    OfficeField,
    Template,
    TermChoice,
    fields_of,
)
from surveyapp.domain.validation import parse_value, plain_text
from surveyapp.domain.vocabulary import VOCABULARIES, Term, Vocabulary
from surveyapp.errors import BadInput
from surveyapp.words import tr

FORMAT = 1
"""Of the JSON object; ``surveyapp_template`` in it says which it has."""

_LEVELS = {"team": TEAM, "national": NATIONAL}
_KINDS = (TEXT, NOTES, INTEGER, REAL, DATE, DATETIME, CODE)
_NO_DEFAULT = (*POSITION_FACTS, "elevation_m", "province", "toposheet", "observed_at", "review_status")
_NAME = re.compile(r"x_[a-z][a-z0-9_]{0,38}")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_PREFIX = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,14}[A-Z0-9])?")
_MOST_FIELDS, _MOST_TERMS, _MOST_CHARACTERS = 60, 500, 1_000_000


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
        "photos", "samples", "review", "public", "preview", "map",
    )))


def _template(told: Mapping[str, Any]) -> Template:
    lists = {name: _choice(name, given) for name, given in _object(told, "vocabularies").items()}
    extra = _extra(told.get("fields", []))
    photos = _known(_object(told, "photos"), "photos", ("max_px",))
    samples = _known(_object(told, "samples"), "samples", ("prefix",))
    public = _known(_object(told, "public"), "public", ("grid_deg",))
    preview = _known(_object(told, "preview"), "preview", ("photos_mb",))
    photos_mb = _number(preview, "photos_mb", 0, 2000, "preview")
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
        may=_may(_known(_object(told, "review"), "review", ("may",))),
        public_grid_deg=_number(public, "grid_deg", 0.001, 5, "public") or PUBLIC_GRID_DEG,
        preview_photos_mb=PREVIEW_PHOTOS_MB if photos_mb is None else photos_mb,
        map_scale=_whole(_known(_object(told, "map"), "map", ("scale",)), "scale", 100, 10_000_000, "map") or MAP_SCALE,
    )
    if twice := bare.hidden & bare.required.keys():
        raise _bad(f"require: {min(twice)}", tr("is hidden and needed at once"))
    return replace(bare, defaults=_defaults(_object(told, "defaults"), bare))


def _bad(place: str, why: str) -> BadInput:
    place = plain_text(place, many_lines=False)  # a name in it may be anything, lines and controls too
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


def _may(told: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for status, names in _object(told, "may").items():
        place = f"review: may: {status}"
        if VOCABULARIES["review_status"].term(status) is None:
            raise _bad(place, tr("is none of {kinds}", kinds=", ".join(VOCABULARIES["review_status"].codes)))
        people = _listed(names, place, 500)
        if not people or not all(isinstance(name, str) and 0 < len(name.strip()) <= 200 for name in people):
            raise _bad(place, tr("is not a list of names; write {anyone} for everybody", anyone=f'["{ANYONE}"]'))
        found[status] = tuple(name.strip() for name in people)
    return found


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
        ("review", _filled({"may": {status: list(names) for status, names in template.may.items()}})),
        ("public", _unlike("grid_deg", template.public_grid_deg, PUBLIC_GRID_DEG)),
        ("preview", _unlike("photos_mb", template.preview_photos_mb, PREVIEW_PHOTOS_MB)),
        ("map", _unlike("scale", template.map_scale, MAP_SCALE)),
    )
    told = {"surveyapp_template": FORMAT, **{name: value for name, value in parts if value}}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _filled(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in (None, "", [], {}, False)}


def _unlike(name: str, value: float, usual: float) -> dict[str, float]:
    return {} if value == usual else {name: value}


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

