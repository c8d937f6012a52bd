"""Satellites in view, put together from GSV and GSA sentences of every constellation."""

from __future__ import annotations

from typing import Final

from surveyapp.positioning.fix import Satellite
from surveyapp.positioning.sentences import Sentence

_BY_TALKER: Final = {
    "GL": "GLONASS", "GA": "Galileo", "GB": "BeiDou", "BD": "BeiDou", "GQ": "QZSS", "QZ": "QZSS",
    "GI": "NavIC",
}
_BY_SYSTEM_ID: Final = {"1": "GPS", "2": "GLONASS", "3": "Galileo", "4": "BeiDou", "5": "QZSS", "6": "NavIC"}
"""GNSS system identifiers of NMEA 0183 4.10 and later, last field of GSA."""

VIEW_LASTS_S: Final = 30.0
"""Receivers repeat GSV every one to five seconds; a view older than this is no longer shown."""


def system_of(talker: str, system_id: str, number: int) -> str:
    """Constellation of a satellite number.

    Systems with a talker of their own count from 1; under ``GP`` and ``GN`` the number tells (NMEA 0183
    2.3 to 4.0, with the ranges for later systems that receiver makers share).
    """
    system = _BY_SYSTEM_ID.get(system_id.lstrip("0"), _BY_TALKER.get(talker))
    if system is not None and system != "GPS":
        return system
    for low, high, name in (
        (1, 32, "GPS"), (33, 64, "SBAS"), (65, 99, "GLONASS"), (120, 158, "SBAS"), (193, 202, "QZSS"),
        (301, 336, "Galileo"), (401, 463, "BeiDou"),
    ):
        if low <= number <= high:
            return name
    return system or "?"


def used_in(gsa: Sentence) -> set[tuple[str, int]]:
    """(system, number) of the satellites that a GSA sentence says were used."""
    numbers = (gsa.whole(f"svid_{index:02d}") for index in range(1, 13))
    return {(system_of(gsa.talker, gsa.text("systemId"), n), n) for n in numbers if n}


class SkyView:
    """The latest complete GSV group of each talker and signal."""

    def __init__(self) -> None:
        self._building: dict[tuple[str, str], list[Satellite]] = {}
        self._expected: dict[tuple[str, str], int] = {}
        self._groups: dict[tuple[str, str], tuple[list[Satellite], float | None]] = {}

    def add(self, gsv: Sentence, time_of_day_s: float | None) -> None:
        """Take one GSV sentence; a group counts once all its parts came in order."""
        part, parts = gsv.whole("msgNum"), gsv.whole("numMsg")
        if part is None or parts is None:
            return
        key = (gsv.talker, gsv.text("signalID"))
        if part == 1:
            self._building[key], self._expected[key] = [], 1
        if self._expected.get(key) != part:
            self._expected.pop(key, None)  # a part was lost; wait for the next group
            return
        self._building[key] += _satellites(gsv)
        self._expected[key] = part + 1
        if part == parts:
            self._groups[key] = (self._building.pop(key), time_of_day_s)
            del self._expected[key]

    def satellites(self, used: set[tuple[str, int]], time_of_day_s: float | None) -> tuple[Satellite, ...]:
        """All satellites in view, each once, sorted by system and number.

        A satellite heard on several signals is shown with its strongest.
        """
        best: dict[tuple[str, int], Satellite] = {}
        for group, stamp in self._groups.values():
            if _seconds_apart(stamp, time_of_day_s) > VIEW_LASTS_S:
                continue
            for seen in group:
                key = (seen.system, seen.prn)
                other = best.get(key)
                if other is None or (seen.snr_db or 0) > (other.snr_db or 0):
                    best[key] = Satellite(
                        seen.system, seen.prn, seen.elevation_deg, seen.azimuth_deg, seen.snr_db, key in used,
                    )
        return tuple(best[key] for key in sorted(best))


def _satellites(gsv: Sentence) -> list[Satellite]:
    found = []
    for index in range(1, 5):
        number = gsv.whole(f"svid_{index:02d}")
        if not number:
            continue
        found.append(Satellite(
            system_of(gsv.talker, "", number), number, gsv.number(f"elv_{index:02d}"),
            gsv.number(f"az_{index:02d}"), gsv.number(f"cno_{index:02d}") or None, used=False,
        ))
    return found


def _seconds_apart(earlier_s: float | None, later_s: float | None) -> float:
    """Time from one time of day to the next occurrence of another; 0 when either is unknown."""
    if earlier_s is None or later_s is None:
        return 0.0
    return (later_s - earlier_s) % 86_400
