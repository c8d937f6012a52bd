"""Likely-same deposits as people read them: two sightings side by side. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.fields import GEOMETRY, SIGHTING
from surveyapp.domain.likeness import NOT_THE_SAME, SAME_DEPOSIT, Pair
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Record, Value
from surveyapp.domain.vocabulary import VOCABULARIES
from surveyapp.services import duplicates
from surveyapp.services.session import Session
from surveyapp.ui.forms.history_text import isolated, readable, sentence_case
from surveyapp.ui.itemmodels.places import Place, mark_of
from surveyapp.ui.mapcanvas.graticule import distance_text
from surveyapp.words import mark, tr

LETTERS = ("A", "B")

ANSWERS = {SAME_DEPOSIT: mark("Same deposit"), NOT_THE_SAME: mark("Not the same")}
"""What the buttons say, by code; given to ``tr`` where they are shown."""

_COMPARED = (
    "gem", "locality", "host_rock", "host_rock_text", "expression", "observer", "observed_at", GEOMETRY, "accuracy_m",
    "position_source", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Likely:
    """A pair that waits for an answer. ``gem`` is its label; ``people`` the observers, for the filters."""

    pair: Pair
    caption: str
    gem: str
    people: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.pair.pair

    @property
    def apart(self) -> str:
        """``Emerald, 12 m apart``."""
        return tr("{gem}, {distance} apart", gem=self.gem, distance=distance_text(self.pair.distance_m))


@dataclass(frozen=True, slots=True)
class Compared:
    """One fact of both. ``agree``: ``None`` where one side does not say."""

    title: str
    first: str
    second: str
    agree: bool | None


@dataclass(frozen=True, slots=True)
class PairDetail:
    """Two sightings side by side; empty ``facts`` where one is gone."""

    key: str
    facts: tuple[Compared, ...]
    place: Place
    uuids: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered about a pair."""

    pair: Pair
    decision: str
    reason: str = ""


def waiting(session: Session, progress: Progress | None = None) -> list[Likely]:
    """The pairs that nobody has answered, best first."""
    pairs = duplicates.suggestions(session, progress)
    if not pairs:
        return []
    columns = session.file.columns(SIGHTING.name, ["uuid", "gem", "locality", "observer"])
    told = {row[0]: row[1:] for row in zip(*columns.values(), strict=True)}
    return [_likely(pair, told[pair.first], told[pair.second]) for pair in pairs]


def _likely(pair: Pair, one: Sequence[Value], other: Sequence[Value]) -> Likely:
    names = [isolated(str(end[1])) if end[1] else tr("Sighting {uuid}", uuid=uuid[:8])
             for end, uuid in ((one, pair.first), (other, pair.second))]  # fmt: skip
    people = dict.fromkeys(str(end[2]) for end in (one, other) if end[2])
    gem = sentence_case(VOCABULARIES["gem"].label(one[0]))
    return Likely(pair, tr(" and ").join(dict.fromkeys(names)), gem, tuple(people))


def pair_detail(session: Session, pair: Pair) -> PairDetail:
    """Both sightings of a pair, side by side."""
    ends = [session.file.get(SIGHTING.name, uuid) for uuid in (pair.first, pair.second)]
    one, other = ends
    if one is None or other is None:
        gone = Place(words=tr("One of the two sightings is not in the file any more."))
        return PairDetail(pair.pair, (), gone, (pair.first, pair.second))
    facts = [compared for name in _COMPARED if (compared := _compared(name, one, other)) is not None]
    marks = [mark for record, letter in zip(ends, LETTERS, strict=True)
             if record is not None and (mark := mark_of(record, letter)) is not None]  # fmt: skip
    apart, reach = distance_text(pair.distance_m), distance_text(pair.reach_m)
    words = tr(
        "A and B are {apart} apart; as their positions are known, up to {reach} may be one place.",
        apart=apart,
        reach=reach,
    )
    return PairDetail(pair.pair, tuple(facts), Place(tuple(marks), words=words), (pair.first, pair.second))


def _compared(name: str, one: Record, other: Record) -> Compared | None:
    """A fact of both; ``None`` where neither says anything."""
    field = SIGHTING.field(name)
    title = tr("Position") if name == GEOMETRY else tr(field.title) if field else name
    first, second = (readable(SIGHTING.name, name, record.get(name)) for record in (one, other))
    if name == "accuracy_m":
        first, second = first or tr("unknown"), second or tr("unknown")
        return Compared(title, first, second, None)
    if not first and not second:
        return None
    # A distance says what two positions have to do with each other, and two moments are never one.
    telling = name not in (GEOMETRY, "observed_at", "notes") and bool(first and second)
    return Compared(title, first, second, one.get(name) == other.get(name) if telling else None)


def people_and_gems(pairs: Sequence[Likely]) -> tuple[dict[str, int], dict[str, int]]:
    """Gems and observers that there are, each with the number of its pairs."""
    gems: dict[str, int] = {}
    people: dict[str, int] = {}
    for one in pairs:
        gems[one.gem] = gems.get(one.gem, 0) + 1
        for name in one.people:
            people[name] = people.get(name, 0) + 1
    return gems, people
