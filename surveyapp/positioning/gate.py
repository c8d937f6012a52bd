"""What an office asks of a position before it may be used: the rule, and the reasons why one fails it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from surveyapp.positioning.averaging import Average
from surveyapp.positioning.fix import DEFAULT_MAX_AGE_S, QUALITY_RANK, Fix, Quality

Verdict = Literal["ok", "warn", "block"]


@dataclass(frozen=True, slots=True)
class GateReason:
    """Why a position does not pass: a stable code and one sentence for the user."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Limits; ``None`` asks nothing. ``blocks`` says whether a position that fails may still be used.

    ``min_mode`` is 2 or 3 dimensions; ``min_quality`` the least kind of fix (see ``QUALITY_RANK``).
    ``max_clock_difference_s`` compares the receiver's clock with the computer's: a receiver whose date is
    years off (week rollover in old firmware) still gives right positions, but wrong times.
    """

    max_accuracy_m: float | None = None
    max_hdop: float | None = None
    min_mode: int | None = None
    max_age_s: float = DEFAULT_MAX_AGE_S
    blocks: bool = False
    min_quality: Quality | None = None
    max_clock_difference_s: float | None = None

    def check(
        self, position: Fix | Average, *, now: float | None = None, wall_clock: dt.datetime | None = None
    ) -> list[GateReason]:
        """The reasons against a position, worst first; none when it passes.

        ``now`` is the clock of :func:`surveyapp.positioning.fix.monotonic` and ``wall_clock`` the computer's
        aware time, for tests.
        """
        if not position.has_position:
            return [GateReason("no-position", "The receiver has no fix; wait under open sky.")]
        return [
            *self._origin(position, now), *self._kind(position), *self._accuracy(position),
            *self._geometry(position), *self._clock(position, wall_clock),
        ]

    def verdict(self, reasons: list[GateReason]) -> Verdict:
        """``block`` means that the position must not be used; without any position it always is."""
        if not reasons:
            return "ok"
        return "block" if self.blocks or reasons[0].code == "no-position" else "warn"

    def _origin(self, position: Fix | Average, now: float | None) -> list[GateReason]:
        found = []
        if position.is_replay:
            found.append(GateReason("replayed", "The position is from a recorded log, not from a receiver."))
        if position.is_simulated:
            found.append(GateReason("simulated", "The receiver calls this position simulated or typed in."))
        if not position.is_replay and position.is_stale(self.max_age_s, now):
            age_s = position.age_s(now)
            age = "of unknown age" if age_s is None else f"{age_s:.0f} s old"
            found.append(GateReason(
                "stale", f"The fix is {age}, more than {self.max_age_s:.0f} s; wait for a new one.",
            ))
        return found

    def _kind(self, position: Fix | Average) -> list[GateReason]:
        found = []
        if self.min_quality is not None and QUALITY_RANK[position.quality] < QUALITY_RANK[self.min_quality]:
            found.append(GateReason(
                "fix-quality", f"The fix is {position.quality}; {self.min_quality} or better is asked.",
            ))
        if self.min_mode is not None and (position.mode or 1) < self.min_mode:
            mode = "unknown" if position.mode is None else f"{position.mode}D"
            found.append(GateReason("fix-mode", f"The fix is {mode}; {self.min_mode}D is asked."))
        return found

    def _accuracy(self, position: Fix | Average) -> list[GateReason]:
        if self.max_accuracy_m is None:
            return []
        if position.accuracy_m is None:
            return [GateReason(
                "accuracy-unknown", f"The accuracy is unknown; {self.max_accuracy_m:g} m is asked.",
            )]
        if position.accuracy_m <= self.max_accuracy_m:
            return []
        guess = " (guessed from HDOP)" if position.accuracy_source == "hdop-estimate" else ""
        return [GateReason(
            "accuracy",
            f"The accuracy is {position.accuracy_m:.1f} m{guess}; {self.max_accuracy_m:g} m is asked.",
        )]

    def _geometry(self, position: Fix | Average) -> list[GateReason]:
        if self.max_hdop is None:
            return []
        if position.hdop is None:
            return [GateReason("hdop-unknown", f"The HDOP is unknown; {self.max_hdop:g} is asked.")]
        if position.hdop <= self.max_hdop:
            return []
        return [GateReason("hdop", f"The HDOP is {position.hdop:.1f}; {self.max_hdop:g} is asked.")]

    def _clock(self, position: Fix | Average, wall_clock: dt.datetime | None) -> list[GateReason]:
        if self.max_clock_difference_s is None or position.time_utc is None or position.is_replay:
            return []
        difference_s = ((wall_clock or dt.datetime.now(dt.UTC)) - position.time_utc).total_seconds()
        if abs(difference_s) <= self.max_clock_difference_s:
            return []
        return [GateReason(
            "clock",
            f"The receiver's time ({position.time_utc:%Y-%m-%d %H:%M} UTC) is not this computer's; "
            "check both clocks.",
        )]
