"""Which sightings are likely of the same deposit, so that people are asked. Nothing is ever merged by this.

Two sightings make a *pair* to ask about when all of this holds:

- Both say ``present``. An absence, or a sighting that says neither, is never in a pair.
- Both name the same gem. No gem on either side is no match.
- Both have a position, and they lie no farther apart than their two accuracies together (:func:`reach_m`).
- Their host rocks do not contradict: two different codes rule the pair out. A host rock that one side does not
  give neither helps nor hinders.
- Their dates do not contradict what an observer knew (:data:`CAMPAIGN_DAYS`). A deposit stays where it is, so two
  people who come in different years may well have seen the same one, and time apart rules nothing out between
  them. But one observer who wrote down two finds on one trip, a few metres apart, knew them to be two. Such a
  pair is asked about only if the observer came back after a month or more; with a date missing, it is not.
- Nobody has answered yet, and it does not follow from the answers that there are (:class:`Links`).

Pairs are taken best first: those that agree in the host rock too, then the nearer, then by uuid. A sighting is in one
pair at most, and when the answer to that is "not the same", the next best comes up. What is suggested depends on
the sightings and the answers alone, never on their order.
"""

from __future__ import annotations

import math
import re
import uuid as _uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from operator import add, sub

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import Value, moment_of
from surveyapp.words import tr

SAME_DEPOSIT, NOT_THE_SAME = "same-deposit", "not-the-same"
"""The two answers, codes of the vocabulary ``same_deposit``."""

LEAST_ACCURACY_M = 5.0
"""No position reaches less far. What receivers state is a radius that a third of fixes miss, and telephones are good
to 4.9 m under open sky at best (GPS.gov, in Chapman and Wieczorek, Georeferencing Best Practices, GBIF 2020); and a
pit or an outcrop is some metres wide, so that two people stand at different edges of it."""

MOST_ACCURACY_M = 500.0
"""No position reaches farther. What is known worse than that names a valley, and says nothing of one deposit."""

UNKNOWN_ACCURACY_M = {
    "gps": 20.0, "gps-averaged": 20.0, "photo": 50.0, "typed": 50.0, "imported": 50.0, "map-tap": 100.0,
}
"""How far a position without a stated accuracy reaches, by ``position_source``. It is for this search alone: the
accuracy stays unknown wherever it is shown. GPS: 3 to 20 m among trees (Tomaštík and others 2017). Typed, imported and
of no known source: 1 mm on a sheet of 1:50,000 (both figures in Chapman and Wieczorek, GBIF 2020). Photo: as typed,
because a camera may write the last place that it knew. Tapped: 1 mm on a map of 1:100,000."""

SHEET_ACCURACY_M = 150.0
"""The same for a position that was given in another datum than WGS 84, read off a toposheet: 1 mm on the sheet, and
some 100 m for a datum shift whose accuracy nobody has published (EPSG gives it as unknown)."""

CAMPAIGN_DAYS = 30
"""Days between two sightings of one observer in one survey from which they may be of the same deposit: then the
observer came back another time. Within them they belong to one trip."""

_NAMESPACE = _uuid.UUID("2f0b0c0e-6a0d-5b77-9c55-41f7f9a3d1c4")
"""Our own namespace for UUIDv5 (RFC 9562, 5.5). Never to be changed: every answered pair hangs on it."""

_WGS84 = re.compile(r"EPSG:(4326|4979|3857|32[67]\d\d)", re.IGNORECASE)
_LEAST_METRES_PER_DEGREE = 110_500.0
"""No degree of latitude is shorter (110,574 m at the equator), nor is one of longitude (111,320 m and the cosine of the
latitude): boxes made with it are a little too large, and miss nothing."""

_FIRST_RING_M, _RING_GROWTH = 8.0, 4.0
_BATCH = 500  # stacks per question to the tree, so that a crowd in one place does not fill the memory

Distance = Callable[[float, float, float, float], float]
"""Metres between (longitude, latitude, longitude, latitude), degrees."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What of a sighting counts here; the names are those of its fields. Anything may be in it, as in a file."""

    uuid: str
    gem: Value
    presence: Value
    longitude: float | None
    latitude: float | None
    accuracy_m: Value
    position_source: Value
    position_crs: Value
    host_rock: Value
    survey_uuid: Value
    observer: Value
    observed_at: Value


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of two sightings. Another ``decision`` than the two there are counts as asked, and says
    nothing: offices disagree about it, for now."""

    first: str
    second: str
    decision: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sightings that may be of the same deposit, to be asked about.

    ``pair`` follows from the two uuids, and is the uuid of the record that holds the answer, so that two offices write
    the same record. ``first`` and ``second`` are sorted. ``distance_m`` apart, where ``reach_m`` is allowed.
    ``reasons``: what agrees and what is unknown, in words.
    """

    pair: str
    first: str
    second: str
    distance_m: float
    reach_m: float
    reasons: tuple[str, ...]


def pair_id(a: str, b: str) -> str:
    """UUIDv5 of the two uuids, whichever comes first."""
    return str(_uuid.uuid5(_NAMESPACE, "\n".join(sorted((a, b)))))


def accuracy_or_usual_m(seen: Seen) -> tuple[float, bool]:
    """(radius in metres within which the place is taken to lie, whether it was stated). See the figures above."""
    stated = seen.accuracy_m
    if isinstance(stated, int | float) and 0 < stated < math.inf:
        return min(max(float(stated), LEAST_ACCURACY_M), MOST_ACCURACY_M), True
    crs = seen.position_crs
    if isinstance(crs, str) and crs.strip() and not _WGS84.fullmatch(crs.strip()):
        return SHEET_ACCURACY_M, False
    return UNKNOWN_ACCURACY_M.get(str(seen.position_source), UNKNOWN_ACCURACY_M["imported"]), False


def reach_m(a: Seen, b: Seen) -> float:
    """How far apart in metres two sightings of one deposit may lie: the sum of both accuracies, that is, as long as
    the circles that a map draws around them touch. Hootenanny asks about points by the same rule. The root of the
    sum of squares, where two thirds of the true pairs lie, would never show the rest to anybody; and who looks at
    the map sees at once if two circles touch."""
    return accuracy_or_usual_m(a)[0] + accuracy_or_usual_m(b)[0]


class Links:
    """What follows from the answers. Sightings linked as the same deposit are one deposit, also through a third. What
    was told apart from one of them is told apart from all. A "not the same" inside a deposit does not split it.
    """

    def __init__(self, answers: Iterable[Answer]) -> None:
        answers = list(answers)
        self._parents: dict[str, str] = {}
        self._asked = {(min(a.first, a.second), max(a.first, a.second)) for a in answers}
        self._named = {name for pair in self._asked for name in pair}
        for answer in answers:
            if answer.decision == SAME_DEPOSIT:
                low, high = sorted((self.root(answer.first), self.root(answer.second)))
                if low != high:
                    self._parents[high] = low
        self._apart = {
            frozenset((self.root(a.first), self.root(a.second))) for a in answers if a.decision == NOT_THE_SAME
        }

    def root(self, uuid: str) -> str:
        """The least uuid of the deposit that the sighting is linked to; its own where there is none."""
        path = []
        while uuid in self._parents:
            path.append(uuid)
            uuid = self._parents[uuid]
        for name in path:
            self._parents[name] = uuid
        return uuid

    def open(self, a: str, b: str) -> bool:
        """Whether it is still open if the two are the same."""
        if a not in self._named and b not in self._named:
            return True
        roots = frozenset((self.root(a), self.root(b)))
        return len(roots) == 2 and roots not in self._apart and (min(a, b), max(a, b)) not in self._asked

    def deposits(self) -> list[tuple[str, ...]]:
        """The uuids of each deposit that links two sightings or more, sorted."""
        members = defaultdict(list)
        for name in sorted(self._named):
            members[self.root(name)].append(name)
        return [tuple(names) for _, names in sorted(members.items()) if len(names) > 1]


def suggest(sightings: Iterable[Seen], answers: Iterable[Answer] = (), *, distance_m: Distance,
            progress: Progress | None = None) -> list[Pair]:
    """Pairs to ask about, best first; see the module for the rules. ``distance_m`` should be geodesic.

    Each gem is searched in rings of growing distance, where whoever has found a partner is looked at no more. That
    gives what sorting all pairs by distance would, and a crowd in one village does not cost its square.
    """
    places = [_Place(s) for s in sorted(sightings, key=lambda s: s.uuid) if _counts(s)]
    hosted = [p for p in places if p.host]
    groups = [*_grouped(hosted, lambda p: (p.gem, p.host)), *_grouped(places, lambda p: (p.gem, None))]
    search = _Search(Links(answers), distance_m, progress or Progress(), sum(map(len, groups)))
    for group in groups:
        search.run(group)
    return [_pair(a, b, distance) for _, distance, _, _, a, b in sorted(search.found, key=lambda f: f[:4])]


def pair_of(a: Seen, b: Seen, *, distance_m: Distance) -> Pair:
    """The pair that two sightings with positions make, whether or not they would be suggested."""
    first, second = sorted((_Place(a), _Place(b)), key=lambda p: p.uuid)
    return _pair(first, second, _distance(first, second, distance_m))


class _Place:
    """A sighting that may be in a pair, with what the search asks often."""

    __slots__ = ("author", "gem", "host", "latitude", "longitude", "per_degree", "radius", "seconds", "seen", "taken",
                 "uuid")

    def __init__(self, seen: Seen) -> None:
        assert seen.longitude is not None
        assert seen.latitude is not None
        self.seen = seen
        self.uuid = seen.uuid
        self.gem = seen.gem
        self.host = _known(seen.host_rock)
        self.longitude, self.latitude = seen.longitude, seen.latitude
        self.per_degree = _LEAST_METRES_PER_DEGREE * max(math.cos(math.radians(seen.latitude)), 1e-6)
        self.radius = accuracy_or_usual_m(seen)[0]
        survey, observer = _known(seen.survey_uuid), _known(seen.observer)
        self.author = (survey, " ".join(observer.casefold().split())) if survey and observer else None
        moment = moment_of(seen.observed_at)
        self.seconds = moment.timestamp() if moment else None
        self.taken = False


_Stack = list[_Place]
"""Sightings with exactly the same coordinates, sorted by uuid."""


class _Search:
    """Finds partners in one group of sightings after the other. ``found``: whether their hosts are not known
    to agree, how far apart they are, their uuids, and the two."""

    def __init__(self, links: Links, distance_m: Distance, progress: Progress, total: int) -> None:
        self._links = links
        self._distance_m = distance_m
        self._progress = progress
        self._total = total
        self._done = 0
        self.found: list[tuple[bool, float, str, str, _Place, _Place]] = []

    def run(self, group: Sequence[_Place]) -> None:
        """Pairs within the group, all of one gem (and of one host rock, where that is known of all)."""
        self._step()
        free = [p for p in group if not p.taken]
        inner, outer = -1.0, _FIRST_RING_M
        if not _by_one_hand(free):
            stacks = _stacks(free)
            self._same_place(stacks)
            while stacks := _reaching(stacks, inner):
                for distance, _, _, a, b in sorted(self._ring(stacks, inner, outer), key=lambda c: c[:3]):
                    if not (a.taken or b.taken):
                        self._take(a, b, distance)
                inner, outer = outer, outer * _RING_GROWTH
        self._done += len(group)

    def _step(self) -> None:
        self._progress.step(self._done, self._total, tr("looking for likely-same deposits"))

    def _take(self, a: _Place, b: _Place, distance: float) -> None:
        a.taken = b.taken = True
        self.found.append((not _hosts_agree(a, b), distance, a.uuid, b.uuid, a, b))

    def _same_place(self, stacks: Iterable[_Stack]) -> None:
        """Pairs with nothing between them: the first by uuid with the next that it may be, and so on."""
        for stack in stacks:
            if len(stack) == 1 or _by_one_hand(stack):
                continue
            self._step()
            for number, a in enumerate(stack):
                if not a.taken:
                    b = next((b for b in stack[number + 1:] if not b.taken and self._may_be(a, b)), None)
                    if b is not None:
                        self._take(a, b, 0.0)

    def _ring(self, stacks: Sequence[_Stack], inner: float,
              outer: float) -> Iterator[tuple[float, str, str, _Place, _Place]]:
        """Pairs within reach of each other that are farther apart than ``inner`` and no farther than ``outer``."""
        for one, other in self._near(stacks, outer):
            limit = min(outer, one[0].radius + other[0].radius) if len(one) == len(other) == 1 else outer
            if _surely_beyond(one[0], other[0], limit):
                continue
            distance = None
            for a, b in ((a, b) for a in one for b in other):
                if not self._may_be(a, b):
                    continue
                if distance is None:
                    distance = _distance(a, b, self._distance_m)
                if inner < distance <= min(outer, a.radius + b.radius):
                    low, high = (a, b) if a.uuid < b.uuid else (b, a)
                    yield distance, low.uuid, high.uuid, low, high

    def _near(self, stacks: Sequence[_Stack], outer: float) -> Iterator[tuple[_Stack, _Stack]]:
        """Every two stacks whose boxes overlap."""
        from shapely import STRtree, box

        boxes = box(*_boxes(stacks, outer))
        tree = STRtree(boxes)
        for start in range(0, len(stacks), _BATCH):
            self._step()
            asked, met = tree.query(boxes[start:start + _BATCH])
            once = asked + start < met
            for i, j in zip(asked[once].tolist(), met[once].tolist(), strict=True):
                yield stacks[start + i], stacks[j]

    def _may_be(self, a: _Place, b: _Place) -> bool:
        """Whether hosts, dates and answers leave it open if the two are the same."""
        if a.host and b.host and a.host != b.host:
            return False
        if a.author and a.author == b.author and not _came_back(a, b):
            return False
        return self._links.open(a.uuid, b.uuid)


def _counts(seen: Seen) -> bool:
    """Whether a sighting can be in a pair at all."""
    return (
        seen.presence == "present" and _known(seen.gem) is not None
        and seen.longitude is not None and seen.latitude is not None
        and abs(seen.longitude) <= 180 and abs(seen.latitude) <= 90
    )


def _hosts_agree(a: _Place, b: _Place) -> bool:
    return a.host is not None and a.host == b.host


def _known(value: Value) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _grouped(places: Iterable[_Place], key: Callable[[_Place], tuple[Value, Value]]) -> list[list[_Place]]:
    groups = defaultdict(list)
    for place in places:
        groups[key(place)].append(place)
    return [group for group in groups.values() if len(group) > 1]


def _stacks(places: Iterable[_Place]) -> list[_Stack]:
    found: defaultdict[tuple[float, float], _Stack] = defaultdict(list)
    for place in places:
        found[place.longitude, place.latitude].append(place)
    return list(found.values())


def _by_one_hand(places: Sequence[_Place]) -> bool:
    """Whether one observer saw them all on one trip, so that no two of them are a pair."""
    if not places or places[0].author is None or any(p.author != places[0].author for p in places):
        return False
    known = [p.seconds for p in places if p.seconds is not None]
    return not known or max(known) - min(known) < CAMPAIGN_DAYS * 86_400


def _came_back(a: _Place, b: _Place) -> bool:
    if a.seconds is None or b.seconds is None:
        return False
    return abs(a.seconds - b.seconds) >= CAMPAIGN_DAYS * 86_400


def _reaching(stacks: Sequence[_Stack], inner: float) -> list[_Stack]:
    """Those without a partner that can still reach one farther off than ``inner``."""
    free = [p.radius for stack in stacks for p in stack if not p.taken]
    widest, second = nlargest(2, (0.0, 0.0, *free))
    if len(free) < 2 or widest + second <= inner:
        return []
    # Lists of one are passed on as they are: making 100,000 new ones in each ring would keep the collector busy.
    kept = (
        stack if len(stack) == 1 and not stack[0].taken and stack[0].radius + widest > inner
        else [p for p in stack if not p.taken and p.radius + widest > inner]
        for stack in stacks
    )
    return [stack for stack in kept if stack]


def _boxes(stacks: Sequence[_Stack], outer: float) -> tuple[list[float], list[float], list[float], list[float]]:
    """Western, southern, eastern and northern edges in degrees. Two boxes overlap wherever places are within reach of
    each other and within ``outer``; the date line and the poles, which are far away, are not looked across."""
    sizes = [min(max([p.radius for p in stack]), outer) for stack in stacks]
    wide = [min(size / stack[0].per_degree, 180.0) * 1.001 for stack, size in zip(stacks, sizes, strict=True)]
    high = [size / _LEAST_METRES_PER_DEGREE for size in sizes]
    x, y = [stack[0].longitude for stack in stacks], [stack[0].latitude for stack in stacks]
    return (list(map(sub, x, wide)), list(map(sub, y, high)), list(map(add, x, wide)), list(map(add, y, high)))


def _surely_beyond(a: _Place, b: _Place, limit: float) -> bool:
    """Whether they are farther apart than ``limit`` even by degrees that are too short: saves the geodesic."""
    north = (a.latitude - b.latitude) * _LEAST_METRES_PER_DEGREE
    east = (a.longitude - b.longitude) * min(a.per_degree, b.per_degree)
    return north * north + east * east > limit * limit * 1.001


def _distance(a: _Place, b: _Place, distance_m: Distance) -> float:
    """From the western to the eastern place, so that it is the same to the last bit whoever comes first."""
    one, other = sorted(((a.longitude, a.latitude), (b.longitude, b.latitude)))
    return 0.0 if one == other else distance_m(*one, *other)


def _pair(a: _Place, b: _Place, distance: float) -> Pair:
    return Pair(pair_id(a.uuid, b.uuid), a.uuid, b.uuid, distance, a.radius + b.radius, tuple(_reasons(a, b)))


def _reasons(a: _Place, b: _Place) -> Iterator[str]:
    """What agrees, then what is unknown."""
    yield f"same gem: {_label('gem', a.gem).lower()}"
    if _hosts_agree(a, b):
        yield f"same host rock: {_label('host_rock', a.host)}"
    if a.seconds is not None and b.seconds is not None:
        days = int(abs(a.seconds - b.seconds) // 86_400)
        yield f"seen {days:,} day{'s' if days != 1 else ''} apart" if days else "seen within a day"
    else:
        yield f"date of {'both' if a.seconds == b.seconds else 'one'} unknown"
    if a.author and a.author == b.author:
        yield "same observer, who came back"
    if not (a.host and b.host):
        yield f"host rock of {'one' if a.host or b.host else 'both'} unknown"
    guessed = [p for p in (a, b) if not accuracy_or_usual_m(p.seen)[1]]
    if guessed:
        which = "both" if len(guessed) == 2 else "one"
        told = " and ".join(dict.fromkeys(f"{_source(p)}, taken as {p.radius:g} m" for p in guessed))
        yield f"accuracy of {which} unknown ({told})"


def _source(place: _Place) -> str:
    return _label("position_source", place.seen.position_source).lower() or "of unknown source"


def _label(name: str, code: Value) -> str:
    field = SIGHTING.field(name)
    assert field is not None
    assert field.vocabulary is not None
    return field.vocabulary.english(code)
