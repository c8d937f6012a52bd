"""What a sighting records of a position: where it came from and how good it is, and nothing invented."""

from __future__ import annotations

from typing import Final

from surveyapp.domain.records import Value, utc_text
from surveyapp.errors import Refused
from surveyapp.positioning.averaging import Average
from surveyapp.positioning.fix import DEFAULT_MAX_AGE_S, REPLAY_PREFIX, Fix, is_stated
from surveyapp.words import tr

_CRS: Final = "EPSG:4326"
_DECIMALS: Final = 8
"""Degrees are kept to a millimetre, finer than any receiver."""


def position_facts(
    position: Fix | Average, *, max_age_s: float = DEFAULT_MAX_AGE_S, now: float | None = None
) -> dict[str, Value]:
    """Values of the sighting fields for "use this position", with ``longitude`` and ``latitude``.

    Every position fact is in it, ``None`` where unknown, so that nothing of an earlier position stays.
    ``position_source`` is ``gps`` or ``gps-averaged`` only for a live position; one from a recorded log, or
    that the receiver calls simulated or typed in, is ``imported``, and ``position_text`` says which; the
    second kind carries no accuracy, satellites or time, because none of them was measured.
    ``accuracy_m`` is only what the receiver stated; a guess from HDOP goes into ``position_text``.
    ``elevation_m`` (above mean sea level) is left out of a 2D fix, where the receiver assumed it.
    ``observed_at`` is a suggestion, absent when the receiver knows no date. Raises ``Refused`` for no
    position and for a stale one (older than ``max_age_s``; ``now`` is the clock of
    :func:`surveyapp.positioning.fix.monotonic`, for tests).
    """
    longitude, latitude = position.longitude, position.latitude
    if longitude is None or latitude is None:
        raise Refused(tr(
            "The receiver has no fix; wait under open sky, or give the position another way.",
        ))
    recorded = position.is_replay or position.is_simulated
    if not recorded and position.is_stale(max_age_s, now):
        raise Refused(tr("The last GPS fix is too old to be this place; wait for a new one."))
    average = position if isinstance(position, Average) else None
    measured = not position.is_simulated
    stated = measured and is_stated(position.accuracy_source)
    facts: dict[str, Value] = {
        "longitude": round(longitude, _DECIMALS),
        "latitude": round(latitude, _DECIMALS),
        "position_source": "imported" if recorded else "gps-averaged" if average is not None else "gps",
        "accuracy_m": _rounded(position.accuracy_m, 2) if stated else None,
        "fix_quality": position.quality,
        "satellites": position.satellites_used if measured else None,
        "hdop": _rounded(position.hdop, 2) if measured else None,
        "samples_averaged": None if average is None else average.samples_used,
        "elevation_m": _rounded(position.elevation_m, 1) if measured and position.mode != 2 else None,
        "position_text": _origin(position, average, measured),
        "position_crs": _CRS,
    }
    if position.time_utc is not None and measured:
        facts["observed_at"] = utc_text(position.time_utc)
    return facts


def _origin(position: Fix | Average, average: Average | None, measured: bool) -> str:
    """The device or log, and what a reader of the record must know of it."""
    parts = [
        f"recorded log {position.source.removeprefix(REPLAY_PREFIX)}" if position.is_replay
        else f"receiver {position.source}"
    ]
    if position.quality == "simulated":
        parts.append("simulated by the receiver")
    elif position.quality == "manual":
        parts.append("typed into the receiver")
    if average is not None:
        parts.append(
            f"mean of {average.samples_used} fixes, {average.samples_rejected} left out, "
            f"spread {average.spread_m:.1f} m"
        )
    if measured and position.accuracy_source == "hdop-estimate" and position.accuracy_m is not None:
        parts.append(f"accuracy not stated, some {position.accuracy_m:.0f} m by its HDOP")
    return "; ".join(parts)


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)
