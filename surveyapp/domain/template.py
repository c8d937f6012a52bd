"""What an office asks of its teams: which fields the form shows and needs, which terms its lists offer, what a new
sighting starts with, fields of the office's own, and its rules for GPS, photos, sample numbers, review, and what leaves
the office.

A template is a JSON object (:mod:`surveyapp.domain.template_text`). It stands in the field ``template`` of the survey
that it was made for, so that it travels, has a history and merges as every other field does. It can ask for more, show
less and offer other terms; it never hides what is filled, never refuses a value that the field table takes, and never
frees a sighting from what the national layer needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from surveyapp.domain.fields import LAYERS, SIGHTING, Field, Layer
from surveyapp.domain.records import Record, Value
from surveyapp.domain.validation import WARNING, Issue, check_record
from surveyapp.domain.vocabulary import VOCABULARIES, Term, Vocabulary
from surveyapp.words import tr

OWN = "x_"
"""What the names of an office's own fields begin with."""

OWN_GROUP = "Of the office"
"""Heading over those that name no other."""

ANYONE = "*"
"""Stands for every person in :attr:`Template.may`."""

PUBLIC_GRID_DEG, PREVIEW_PHOTOS_MB, MAP_SCALE = 0.1, 30.0, 50_000
"""What holds where no office says otherwise; see :class:`Template`."""

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

ALWAYS_SHOWN = ("gem", "presence", "observer", "observed_at")
"""What every sighting has to say; no template hides it."""
_FIXED_LISTS = ("presence", "review_status", "position_source", "fix_quality", "province")
"""Vocabularies whose codes the program itself goes by."""
OFFERABLE = frozenset(f.vocabulary_name for layer in LAYERS for f in layer if f.vocabulary_name) - {*_FIXED_LISTS}
"""Vocabularies that a template may change."""


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
    kept as they are), ``sample_prefix`` what sample numbers begin with (``None``: from the team's name). ``may`` says
    for a review status who may give it to a sighting (names of people, or :data:`ANYONE`); a status that it does not
    name, everybody may give. ``public_grid_deg`` is the grid to which positions are coarsened for the public,
    ``preview_photos_mb`` how much of a preview photos may take, ``map_scale`` the denominator of the map that the
    sightings are for."""

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
    may: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    public_grid_deg: float = PUBLIC_GRID_DEG
    preview_photos_mb: float = PREVIEW_PHOTOS_MB
    map_scale: int = MAP_SCALE


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
        told = outside_list(known, record.values.get(known.name))
        if told:
            yield Issue(WARNING, "outside-list", record.layer, record.uuid, known.name, told, TEAM)


def outside_list(known: Field, value: Value) -> str:
    """A sentence where a code is good and not among those that the office chose; empty otherwise."""
    choice = known.choice if isinstance(known, OfficeField) else None
    if not choice or not choice.only or value is None or not choice.full.term(value) or choice.offered.term(value):
        return ""
    return tr("{field}: {term} is not among the terms that the office chose.", field=tr(known.title),
              term=choice.full.label(value))
