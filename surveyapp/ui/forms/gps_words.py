"""What the GPS panel says of a fix, an average and a connection. No Qt."""

from __future__ import annotations

from datetime import timedelta

from surveyapp.domain.fields import SIGHTING
from surveyapp.domain.records import Value, utc_text
from surveyapp.positioning.averaging import Average
from surveyapp.positioning.fix import DEFAULT_MAX_AGE_S, Fix, is_stated
from surveyapp.positioning.source import State
from surveyapp.ui.forms.moments import short
from surveyapp.ui.forms.photo_facts import duration_words
from surveyapp.words import tr

_SYSTEM_LETTERS = {
    "GPS": "G", "GLONASS": "R", "Galileo": "E", "BeiDou": "C", "QZSS": "J", "NavIC": "I", "SBAS": "S",
}  # fmt: skip
"""Letters of RINEX 3."""


def _state_words(state: State) -> tuple[str, str]:
    told: dict[State, tuple[str, str]] = {
        "connecting": (tr("Connecting"), "muted"),
        "waiting": (tr("Waiting for the receiver"), "warning"),
        "no-fix": (tr("No fix"), "warning"),
        "fix": (tr("Waiting for the next fix"), "muted"),
        "trouble": (tr("No positions"), "danger"),
        "unavailable": (tr("Not available"), "danger"),
        "reconnecting": (tr("Connection lost"), "danger"),
        "finished": (tr("Log played to its end"), "muted"),
        "stopped": (tr("Not connected"), "muted"),
    }
    return told[state]


def badge(
    fix: Fix | None, state: State | None, max_age_s: float = DEFAULT_MAX_AGE_S, now: float | None = None
) -> tuple[str, str]:
    """(words, tone) for what the position is worth: only a fresh satellite fix is called live."""
    if state is None or state == "stopped":
        return _state_words("stopped")
    if fix is None or not fix.has_position:
        return _state_words("no-fix" if state == "fix" else state)
    if fix.is_replay:
        return tr("Recorded log, not live"), "warning"
    if fix.is_simulated:
        return tr("Simulated, no measurement"), "danger"
    if fix.is_stale(max_age_s, now):
        return tr("Stale: too old to be here"), "danger"
    if state not in ("fix", "no-fix"):
        return _state_words(state)
    return (tr("Live"), "good") if fix.is_live(max_age_s, now) else (tr("No fix"), "warning")


def fix_words(fix: Fix | None) -> str:
    """``DGPS or SBAS, 3D``."""
    if fix is None or fix.quality == "none":
        return tr("none")
    quality = SIGHTING.field("fix_quality")
    label = quality.vocabulary.label(fix.quality) if quality and quality.vocabulary else fix.quality
    return tr("{quality}, {mode}D", quality=label, mode=fix.mode) if fix.mode in (2, 3) else label


def satellite_words(fix: Fix | None) -> str:
    """``9 used of 14 in view``; ``unknown`` where the receiver says nothing."""
    if fix is None:
        return tr("unknown")
    used = fix.satellites_used
    if used is None and any(s.used for s in fix.satellites):
        used = sum(s.used for s in fix.satellites)
    seen = len(fix.satellites)
    if used is None:
        return tr("{seen} in view", seen=seen) if seen else tr("unknown")
    return tr("{used} used of {seen} in view", used=used, seen=seen) if seen >= used else tr("{used} used", used=used)


def accuracy_words(position: Fix | Average | None) -> str:
    """``±3.1 m``, ``about 7 m, guessed from HDOP`` or ``unknown``."""
    if position is None or position.accuracy_m is None:
        return tr("unknown")
    if is_stated(position.accuracy_source):
        return tr("±{accuracy} m", accuracy=f"{position.accuracy_m:.1f}")
    return tr("about {accuracy} m, guessed from HDOP", accuracy=f"{position.accuracy_m:.0f}")


def age_words(fix: Fix | None, now: float | None = None) -> str:
    """``just now``, ``4 s``, ``3 min``; ``unknown`` for a fix of no known age."""
    age_s = fix.age_s(now) if fix is not None and fix.has_position else None
    if age_s is None:
        return tr("unknown")
    return tr("just now") if age_s < 1.5 else duration_words(timedelta(seconds=age_s))


def elevation_words(fix: Fix | None) -> str:
    """Metres above mean sea level; a receiver with a flat fix assumed it."""
    if fix is None or fix.elevation_m is None:
        return tr("unknown")
    height = f"{fix.elevation_m:.0f}"
    return tr("{height} m (assumed: 2D fix)", height=height) if fix.mode == 2 else tr("{height} m", height=height)


def time_words(fix: Fix | None) -> str:
    """The receiver's clock, in Pakistan time."""
    if fix is None or fix.time_utc is None:
        return tr("unknown")
    moment: Value = utc_text(fix.time_utc)
    return tr("{moment} PKT", moment=short(moment))


def average_words(average: Average | None, wanted: int) -> str:
    """``12 of 10 fixes · spread 1.4 m · 1 left out · ±3.1 m``."""
    if average is None:
        return tr("0 of {wanted} fixes; stay in place", wanted=wanted)
    parts = [
        tr("{used} of {wanted} fixes", used=average.samples_used, wanted=wanted),
        tr("spread {spread} m", spread=f"{average.spread_m:.1f}"),
    ]
    if average.samples_rejected:
        parts.append(tr("{count} left out", count=average.samples_rejected))
    parts.append(tr("uncertainty unknown") if average.accuracy_m is None else accuracy_words(average))
    return " · ".join(parts)


def satellite_label(system: str, prn: int) -> str:
    """``G07``: the letter of the system and its number, as RINEX writes it."""
    return f"{_SYSTEM_LETTERS.get(system, '?')}{prn:02d}"
