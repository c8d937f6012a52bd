"""What a survey report says, as plain data: gathered by whoever holds the survey file, and shown by this package.

Codes are kept as codes and worded when they are shown. An empty text, and ``None``, is "unknown".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

Ring = Sequence[tuple[float, float]]
"""(longitude, latitude) in degrees."""

DAY, WEEK, MONTH, YEAR = "day", "week", "month", "year"


@dataclass(frozen=True, slots=True)
class Project:
    """A survey in the file, in its own words; dates as ``2026-11-24``."""

    name: str = ""
    organisation: str = ""
    team: str = ""
    province: str = ""
    lead: str = ""
    licence: str = ""
    purpose: str = ""
    started_on: str = ""
    finished_on: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the figures come from; times are UTC text."""

    file: str
    sha256: str
    size_bytes: int
    revisions: int
    changed_at: str
    changed_by: str
    made_at: str
    made_by: str
    version: str
    schema_version: int
    packages: int = 0


@dataclass(frozen=True, slots=True)
class GemRow:
    """Sightings of one gem: finds, absences, and both together by review status (``""``: none given)."""

    gem: str
    finds: int
    absences: int
    statuses: Mapping[str, int]

    @property
    def sightings(self) -> int:
        return self.finds + self.absences


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Sightings in one district: finds, absences, and the finds by gem."""

    province: str
    district: str
    finds: int
    absences: int
    gems: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ObserverRow:
    """What one person did. ``days`` on which they recorded a sighting, or began or ended a track (Pakistan time);
    ``km`` is ``None`` where they have no track, ``per_10km`` (finds) where they have no kilometre."""

    observer: str
    days: int
    first_day: date | None
    last_day: date | None
    tracks: int
    km: float | None
    finds: int
    absences: int
    per_10km: float | None


@dataclass(frozen=True, slots=True)
class Effort:
    """Of each person and of all together: days counted once, and the rate that of the people who have a track."""

    rows: tuple[ObserverRow, ...]
    total: ObserverRow
    shapeless_tracks: int = 0


@dataclass(frozen=True, slots=True)
class Bin:
    """Positions with an accuracy above ``low_m`` and up to ``high_m`` (``None``: no upper end)."""

    low_m: float
    high_m: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Accuracies that the receivers stated, in bins that grow; ``unknown`` stands apart."""

    bins: tuple[Bin, ...]
    unknown: int
    median_m: float | None

    @property
    def stated(self) -> int:
        return sum(one.count for one in self.bins)


@dataclass(frozen=True, slots=True)
class FieldFill:
    """How many of the sightings that a field is asked of have it filled, and for which check level it is asked."""

    field: str
    title: str
    level: int
    asked: int
    filled: int


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A check level: whether nothing stands against it, and what does."""

    level: int
    reached: bool
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Named:
    """A record and what it is called."""

    uuid: str
    caption: str


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Findings of one kind. ``message`` is of the first, ``varied`` says that others read differently; ``records`` are
    those that the report names, ``unnamed`` how many more records there are."""

    severity: str
    level: int
    layer: str
    field: str
    code: str
    message: str
    varied: bool
    count: int
    records: tuple[Named, ...]
    unnamed: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """One side of a disagreement; ``stands``: it holds until somebody decides. Time as UTC text."""

    side: str
    value: str
    author: str
    at: str
    stands: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An open conflict on a field of a record."""

    record: Named
    layer: str
    field: str
    before: str
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class TimeBin:
    """Sightings from a day on, for as long as the timeline's unit."""

    start: date
    finds: int
    absences: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Sightings over time without a gap, by ``unit``; ``undated`` have no time, ``earlier`` lie too far back."""

    unit: str
    bins: tuple[TimeBin, ...]
    undated: int
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Photos:
    """Photos counted and reconciled. ``same`` are copies of another photo, byte for byte."""

    total: int = 0
    of_sightings: int = 0
    of_certificates: int = 0
    sketches: int = 0
    astray: int = 0
    same: int = 0
    finds_with: int = 0
    finds_without: int = 0


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples counted and reconciled; ``astray`` have no sighting in the file."""

    total: int = 0
    types: Mapping[str, int] = field(default_factory=dict)
    of_sightings: int = 0
    astray: int = 0
    nameless: int = 0
    same_name: int = 0
    handed_over: int = 0
    handovers: int = 0
    certified: int = 0
    certificates: int = 0


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An outline and its extent in hectares (``None``: no outline)."""

    uuid: str
    name: str
    kind: str
    hectares: float | None


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """An estimate as its author gave it, under the category that it may be called; carats."""

    uuid: str
    area: str
    gem: str
    category: str
    estimator: str
    estimated_on: str
    method: str
    source: str
    low_ct: float | None
    best_ct: float | None
    high_ct: float | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A track or area on the map: lines or rings."""

    kind: str
    name: str
    parts: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class MapFacts:
    """What the map shows: columns of the sightings that have a place, and the shapes. ``placeless`` have none."""

    longitude: Sequence[float] = ()
    latitude: Sequence[float] = ()
    gem: Sequence[str] = ()
    absent: Sequence[bool] = ()
    tracks: tuple[Shape, ...] = ()
    areas: tuple[Shape, ...] = ()
    placeless: int = 0


@dataclass(frozen=True, slots=True)
class SurveyFacts:
    """Everything that a survey report says. ``statuses`` counts all sightings by review status, ``sources`` by where
    the position came from, ``reviews`` the verdicts of reviewers; ``unlisted`` are findings beyond those named."""

    title: str
    projects: tuple[Project, ...]
    provenance: Provenance
    sightings: int
    finds: int
    absences: int
    first_at: str
    last_at: str
    gems: tuple[GemRow, ...]
    places: tuple[PlaceRow, ...]
    effort: Effort
    timeline: Timeline
    accuracy: Accuracy
    sources: Mapping[str, int]
    completeness: tuple[FieldFill, ...]
    level: int
    levels: tuple[LevelRow, ...]
    statuses: Mapping[str, int]
    reviews: Mapping[str, int]
    issues: tuple[IssueGroup, ...]
    disagreements: tuple[Disagreement, ...]
    photos: Photos
    samples: Samples
    areas: tuple[AreaRow, ...]
    estimates: tuple[EstimateRow, ...]
    map: MapFacts

    @property
    def findings(self) -> int:
        """How many findings the check made."""
        return sum(group.count for group in self.issues)
