"""What the queue of disagreements says, and how many of them are decided at once. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from surveyapp.domain.fields import BLOB, GEOMETRY, LAYER_BY_NAME, REF, Field
from surveyapp.domain.merge import DELETED, Conflict
from surveyapp.domain.records import Value
from surveyapp.services.conflicts import newest_side, side_name, side_of_author
from surveyapp.ui.forms.history_text import readable
from surveyapp.ui.forms.moments import short
from surveyapp.words import mark, ntr, tr

NOBODY = mark("somebody unnamed")
EMPTY = mark("nothing (left empty)")


@dataclass(frozen=True)
class Dispute:
    """An open conflict as people read it. What the filters ask of thousands is worked out once."""

    conflict: Conflict

    @property
    def key(self) -> str:
        return self.conflict.conflict

    @property
    def definition(self) -> Field | None:
        """The field in dispute; ``None`` for position, existence and what others added to the file."""
        return LAYER_BY_NAME[self.conflict.layer].field(self.conflict.field)

    @cached_property
    def field(self) -> str:
        """Title of what is in dispute."""
        if self.conflict.field == GEOMETRY:
            return tr("Position") if LAYER_BY_NAME[self.conflict.layer].geometry == "POINT" else tr("Line on the map")
        if self.conflict.field == DELETED:
            return tr("Delete or keep")
        return self.definition.label if self.definition else self.conflict.field

    @property
    def layer(self) -> str:
        """Title of the layer, for a filter."""
        return tr(LAYER_BY_NAME[self.conflict.layer].plural)

    @cached_property
    def newest(self) -> int | None:
        """Index of the side that was written last; ``None`` where nobody can say."""
        return newest_side(self.conflict)

    @cached_property
    def authors(self) -> list[str]:
        """Who is on one of the sides, each once."""
        return list(dict.fromkeys(side.author for side in self.conflict.values if side.author))

    @property
    def takes_own_value(self) -> bool:
        """Whether a value that nobody said can be typed or chosen: not for existence, for what refers to another
        record, for bytes, or for a line drawn on the map."""
        if self.conflict.field == GEOMETRY:
            return LAYER_BY_NAME[self.conflict.layer].geometry == "POINT"
        if self.conflict.field == DELETED:
            return False
        return self.definition is None or self.definition.kind not in (REF, BLOB)

    def words(self, value: Value) -> str:
        """A side's value as a person reads it."""
        if self.conflict.field == DELETED:
            return tr("Delete the record") if value else tr("Keep the record, with the edits")
        return readable(self.conflict.layer, self.conflict.field, value) or tr(EMPTY)

    @property
    def ancestor(self) -> str:
        """What it was before the sides parted, in words; empty where that means nothing."""
        if self.conflict.field == DELETED:
            return ""
        was = readable(self.conflict.layer, self.conflict.field, self.conflict.ancestor)
        return tr("Before they parted it was: {was}", was=was or tr("nothing"))

    def who(self, side: int) -> str:
        """Who said it and when, and whether it is the newest or the one that stands meanwhile."""
        said = self.conflict.values[side]
        parts = [f"\u2068{said.author or tr(NOBODY)}\u2069, {short(said.at) if said.at else tr('at an unknown time')}"]
        if self.newest == side:
            parts.append(tr("the newest"))
        if said.value == self.conflict.chosen:
            parts.append(tr("shown for now"))
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which disagreements are shown: those of this field, this layer, with this person on a side (empty: any)."""

    field: str = ""
    author: str = ""
    layer: str = ""

    def lets_through(self, dispute: Dispute) -> bool:
        return (
            (not self.field or dispute.field == self.field)
            and (not self.layer or dispute.layer == self.layer)
            and (not self.author or self.author in dispute.authors)
        )


def kept(conflicts: Iterable[Conflict], known: Iterable[Dispute]) -> list[Dispute]:
    """Disputes of these conflicts; those that are known already are kept with what was worked out of them."""
    by_key = {dispute.key: dispute for dispute in known}
    found = []
    for conflict in conflicts:
        before = by_key.get(conflict.conflict)
        found.append(before if before is not None and before.conflict == conflict else Dispute(conflict))
    return found


def choices(disputes: Iterable[Dispute]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Fields, people and layers that there are, each with the number of its disagreements, the most first."""
    fields: dict[str, int] = {}
    authors: dict[str, int] = {}
    layers: dict[str, int] = {}
    for dispute in disputes:
        fields[dispute.field] = fields.get(dispute.field, 0) + 1
        layers[dispute.layer] = layers.get(dispute.layer, 0) + 1
        for author in dispute.authors:
            authors[author] = authors.get(author, 0) + 1
    most_first = [dict(sorted(d.items(), key=lambda item: (-item[1], item[0]))) for d in (fields, authors, layers)]
    return most_first[0], most_first[1], most_first[2]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one conflict: a side by its index, or values of one's own, or a position typed."""

    conflict: Conflict
    side: int | None = None
    values: Mapping[str, Value] | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many are decided alike. ``name`` finishes "take …"; ``why_not`` says of the rest why it cannot."""

    name: str
    side_of: Callable[[Dispute], int | None]
    why_not: str


NEWEST = Rule(mark("the newest"), lambda dispute: dispute.newest, mark("it is not known which value is the newest"))


def by_author(author: str) -> Rule:
    """Take what this person said."""
    return Rule(
        tr("what \u2068{author}\u2069 said", author=author),
        lambda dispute: side_of_author(dispute.conflict, author),
        tr("\u2068{author}\u2069 is on none of the sides, or on several", author=author),
    )


def by_side(side: int) -> Rule:
    """Take this side of each."""
    letter = side_name(side)
    return Rule(
        letter,
        lambda dispute: side if side < len(dispute.conflict.values) else None,
        tr("there is no side {letter}", letter=letter),
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rule would decide of the disagreements that are shown."""

    rule: Rule
    verdicts: tuple[Verdict, ...]
    left: int

    @property
    def sentence(self) -> str:
        """``Take the newest of 3 of the 4 shown? 1 stays open: …``"""
        count, shown = len(self.verdicts), len(self.verdicts) + self.left
        name, why_not = tr(self.rule.name), tr(self.rule.why_not)
        told, among = f"{count:,}", f"{shown:,}"
        if not count:
            return tr("None of the {shown} shown can be decided like this: {why_not}.", shown=among, why_not=why_not)
        if not self.left:
            return ntr(
                "Take {name} for the one shown?", "Take {name} for all {count} shown?", count, name=name, count=told
            )
        stay = ntr(
            "{left} stays open: {why_not}.",
            "{left} stay open: {why_not}.",
            self.left,
            left=f"{self.left:,}",
            why_not=why_not,
        )
        asked = tr("Take {name} for {count} of the {shown} shown?", name=name, count=told, shown=among)
        return f"{asked} {stay}"


def reached(disputes: Iterable[Dispute], rule: Rule) -> int:
    """How many this rule would decide."""
    return sum(rule.side_of(dispute) is not None for dispute in disputes)


def plan(disputes: Sequence[Dispute], rule: Rule) -> Plan:
    """What this rule would decide, and how many it cannot."""
    verdicts = []
    for dispute in disputes:
        side = rule.side_of(dispute)
        if side is not None:
            verdicts.append(Verdict(dispute.conflict, side))
    return Plan(rule, tuple(verdicts), len(disputes) - len(verdicts))
