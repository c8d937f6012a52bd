"""A track in words. No Qt."""

from __future__ import annotations

from datetime import timedelta

from surveyapp.domain.records import utc_text
from surveyapp.services.tracks import TrackFacts, Unfinished
from surveyapp.ui.forms.moments import short
from surveyapp.ui.forms.photo_facts import duration_words
from surveyapp.words import ntr, tr


def length_words(length_m: float) -> str:
    """``340 m``, ``2.4 km``, ``31 km``."""
    if length_m < 1000:
        return tr("{length} m", length=f"{length_m:.0f}")
    return tr("{length} km", length=f"{length_m / 1000:.1f}" if length_m < 20_000 else f"{length_m / 1000:.0f}")


def track_words(facts: TrackFacts, *, paused: bool) -> str:
    """``Recording the track: 2.4 km, 1,204 points``."""
    points = ntr("{shown} point", "{shown} points", facts.points, shown=f"{facts.points:,}")
    if paused:
        return tr("Track paused: {length}, {points}", length=length_words(facts.length_m), points=points)
    return tr("Recording the track: {length}, {points}", length=length_words(facts.length_m), points=points)


def unfinished_words(log: Unfinished) -> str:
    """What is asked about a walk that was not finished."""
    points = ntr("{shown} point", "{shown} points", log.facts.points, shown=f"{log.facts.points:,}")
    told = [length_words(log.facts.length_m), points]
    if log.facts.walked_s is not None:
        told.insert(0, duration_words(timedelta(seconds=log.facts.walked_s)))
    facts = ", ".join(told)
    if log.begun is None:
        return tr("A track was not finished ({facts}).", facts=facts)
    return tr("The track of {when} was not finished ({facts}).", when=short(utc_text(log.begun)), facts=facts)
