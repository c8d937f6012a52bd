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

_STATES: dict[State, tuple[str, str]] = {
    "connecting": ("Connecting", "muted"),
    "waiting": ("Waiting for the receiver", "warning"),
    "no-fix": ("No fix", "warning"),
    "fix": ("Waiting for the next fix", "muted"),
    "trouble": ("No positions", "danger"),
    "unavailable": ("Not available", "danger"),
    "reconnecting": ("Connection lost", "danger"),
    "finished": ("Log played to its end", "muted"),
    "stopped": ("Not connected", "muted"),
}
_SYSTEM_LETTERS = {
    "GPS": "G", "GLONASS": "R", "Galileo": "E", "BeiDou": "C", "QZSS": "J", "NavIC": "I", "SBAS": "S",
}  # fmt: skip
"""Letters of RINEX 3."""


def badge(
    fix: Fix | None, state: State | None, max_age_s: float = DEFAULT_MAX_AGE_S, now: float | None = None
) -> tuple[str, str]:
    """(words, tone) for what the position is worth: only a fresh satellite fix is called live."""
    if state is None or state == "stopped":
        return _STATES["stopped"]
    if fix is None or not fix.has_position:
        return _STATES["no-fix"] if state == "fix" else _STATES[state]
    if fix.is_replay:
        return "Recorded log, not live", "warning"
    if fix.is_simulated:
        return "Simulated, no measurement", "danger"
    if fix.is_stale(max_age_s, now):
        return "Stale: too old to be here", "danger"
    if state not in ("fix", "no-fix"):
        return _STATES[state]
    return ("Live", "good") if fix.is_live(max_age_s, now) else ("No fix", "warning")


def fix_words(fix: Fix | None) -> str:
    """``DGPS or SBAS, 3D``."""
    if fix is None or fix.quality == "none":
        return "none"
    quality = SIGHTING.field("fix_quality")
    label = quality.vocabulary.label(fix.quality) if quality and quality.vocabulary else fix.quality
    return f"{label}, {fix.mode}D" if fix.mode in (2, 3) else label


def satellite_words(fix: Fix | None) -> str:
    """``9 used of 14 in view``; ``unknown`` where the receiver says nothing."""
    if fix is None:
        return "unknown"
    used = fix.satellites_used
    if used is None and any(s.used for s in fix.satellites):
        used = sum(s.used for s in fix.satellites)
    seen = len(fix.satellites)
    if used is None:
        return f"{seen} in view" if seen else "unknown"
    return f"{used} used of {seen} in view" if seen >= used else f"{used} used"


def accuracy_words(position: Fix | Average | None) -> str:
    """``±3.1 m``, ``about 7 m, guessed from HDOP`` or ``unknown``."""
    if position is None or position.accuracy_m is None:
        return "unknown"
    if is_stated(position.accuracy_source):
        return f"±{position.accuracy_m:.1f} m"
    return f"about {position.accuracy_m:.0f} m, guessed from HDOP"


def age_words(fix: Fix | None, now: float | None = None) -> str:
    """``just now``, ``4 s``, ``3 min``; ``unknown`` for a fix of no known age."""
    age_s = fix.age_s(now) if fix is not None and fix.has_position else None
    if age_s is None:
        return "unknown"
    return "just now" if age_s < 1.5 else duration_words(timedelta(seconds=age_s))


def elevation_words(fix: Fix | None) -> str:
    """Metres above mean sea level; a receiver with a flat fix assumed it."""
    if fix is None or fix.elevation_m is None:
        return "unknown"
    return f"{fix.elevation_m:.0f} m" + (" (assumed: 2D fix)" if fix.mode == 2 else "")


def time_words(fix: Fix | None) -> str:
    """The receiver's clock, in Pakistan time."""
    if fix is None or fix.time_utc is None:
        return "unknown"
    moment: Value = utc_text(fix.time_utc)
    return f"{short(moment)} PKT"


def average_words(average: Average | None, wanted: int) -> str:
    """``12 of 10 fixes · spread 1.4 m · 1 left out · ±3.1 m``."""
    if average is None:
        return f"0 of {wanted} fixes; stay in place"
    parts = [f"{average.samples_used} of {wanted} fixes", f"spread {average.spread_m:.1f} m"]
    if average.samples_rejected:
        parts.append(f"{average.samples_rejected} left out")
    accuracy = accuracy_words(average)
    parts.append("uncertainty unknown" if accuracy == "unknown" else accuracy)
    return " · ".join(parts)


def satellite_label(system: str, prn: int) -> str:
    """``G07``: the letter of the system and its number, as RINEX writes it."""
    return f"{_SYSTEM_LETTERS.get(system, '?')}{prn:02d}"
