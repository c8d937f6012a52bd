"""What the window reads of a survey, on the storage thread. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveyapp.domain.changes import ChangeSet
from surveyapp.domain.fields import GEOMETRY, SIGHTING, Field
from surveyapp.domain.merge import Revision
from surveyapp.domain.records import Record
from surveyapp.domain.template import EMPTY, OWN, Template
from surveyapp.services import templates
from surveyapp.services.session import Session
from surveyapp.ui.itemmodels.columns import column_choice, fields_for
from surveyapp.ui.itemmodels.roster import FIRST_COLUMNS, loaded_columns
from surveyapp.words import tr

AT_ONCE = 2000
"""Up to this many sightings are read whole, which takes less than a blink."""
_HEAD = 120
"""Rows that a table can show before one scrolls; they are read at first in all its columns."""

Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class SurveyFacts:
    """What the window says about the open survey. ``why`` is a sentence where it may only be read; ``own`` are the
    columns of the office's own fields that the sightings have."""

    path: Path
    title: str
    team: str
    author: str
    read_only: bool
    why: str
    undo: str | None
    redo: str | None
    conflicts: int
    counts: Mapping[str, int] = field(default_factory=dict)
    template: Template = EMPTY
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """One sighting with what hangs on it."""

    record: Record
    photos: tuple[Record, ...]
    history: tuple[Revision, ...]
    orientations: tuple[Record, ...] = ()
    samples: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the window begins with: ``columns`` of all sightings, ``early`` those of the first rows that the table
    shows; ``fields`` say what all the columns are. Tracks and areas are in ``outlines``."""

    session: Session
    facts: SurveyFacts
    fields: dict[str, Field]
    columns: Columns
    early: Columns
    outlines: dict[str, Columns]


def loaded(session: Session, shown: Sequence[str], wanted: Sequence[str]) -> Loaded:
    """What map and table show first. ``shown`` are the columns of the table, ``wanted`` those that are sorted or
    coloured by and so are needed in full."""
    file, facts = session.file, facts_of(session, labels=False)
    fields = fields_for(facts.template, facts.own)
    early: Columns = {}
    if facts.counts["sighting"] <= AT_ONCE:
        columns = file.columns(SIGHTING.name, loaded_columns(fields))
    else:
        first = [*FIRST_COLUMNS, *(name for name in wanted if name in fields)]
        columns = file.piece(SIGHTING.name, list(dict.fromkeys(first)))
        rest = [name for name in column_choice(shown, fields) if name not in first]
        early = file.head(SIGHTING.name, ["uuid", *rest], _HEAD)
    outlines = {layer: file.columns(layer, ["name", GEOMETRY]) for layer in ("track", "area")}
    return Loaded(session, facts, fields, columns, early, outlines)


def facts_of(session: Session, *, labels: bool = True) -> SurveyFacts:
    """``labels`` of undo and redo take a while where the last step was a large import."""
    surveys = session.file.surveys()
    teams = dict.fromkeys(str(survey.get("team")) for survey in surveys if survey.get("team"))
    return SurveyFacts(
        path=session.file.path,
        title=session.title,
        team=", ".join(teams),
        author=session.author,
        read_only=session.read_only,
        why=session.file.why or (tr("The survey is open for reading only.") if session.read_only else ""),
        undo=session.undo_label if labels else None,
        redo=session.redo_label if labels else None,
        conflicts=len(session.file.conflicts()),
        counts={layer: session.file.count(layer) for layer in ("sighting", "photo", "track", "area")},
        template=templates.common(templates.all_of(session.file)[0]),
        own=tuple(name for name in session.file.extra_columns(SIGHTING.name) if name.startswith(OWN)),
    )


def detail_of(session: Session, uuid: str) -> Detail | None:
    """A sighting with its photos (without bytes) and history; ``None`` if it is not there."""
    record = session.file.get(SIGHTING.name, uuid)
    if record is None:
        return None
    file = session.file
    return Detail(
        record,
        tuple(file.photos_of(uuid)),
        tuple(file.history(uuid)),
        tuple(file.children("orientation", "sighting", uuid)),
        tuple(file.children("sample", "sighting", uuid)),
    )


def sightings_of(change_set: ChangeSet) -> frozenset[str]:
    """Sightings that a change set touched, themselves or through what hangs on them."""
    found: set[str] = set()
    for change in change_set.changes:
        if change.layer == SIGHTING.name:
            found.add(change.uuid)
        for values in (change.values, change.before or {}):
            for name in ("sighting_uuid", "record_uuid"):
                parent = values.get(name)
                if isinstance(parent, str):
                    found.add(parent)
    return frozenset(found)
