"""What an office asks of a position before it may be used: the rule, and the reasons why one fails it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from surveyapp.errors import BadInput
from surveyapp.positioning.averaging import DEFAULT_MIN_SAMPLES, Average
from surveyapp.positioning.fix import DEFAULT_MAX_AGE_S, NOT_MEASURED, QUALITY_RANK, Fix, Quality, finite
from surveyapp.words import tr

Verdict = Literal["ok", "warn", "block"]

QUALITIES: tuple[Quality, ...] = tuple(
    sorted((quality for quality in QUALITY_RANK if quality not in NOT_MEASURED), key=lambda q: QUALITY_RANK[q])
)
"""Kinds of fix that an office may ask for at least, from worst to best."""


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
    years off (week rollover in old firmware) still gives right positions, but wrong times. ``min_samples`` is how
    many fixes an average takes at least.
    """

    max_accuracy_m: float | None = None
    max_hdop: float | None = None
    min_mode: int | None = None
    max_age_s: float = DEFAULT_MAX_AGE_S
    blocks: bool = False
    min_quality: Quality | None = None
    max_clock_difference_s: float | None = None
    min_samples: int = DEFAULT_MIN_SAMPLES

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> Self:
        """The gate of rules as settings and an office's template write them: names of the limits above with plain
        values. What is ``None`` or not named asks nothing (``max_age_s`` and ``min_samples``: their default). Raises
        ``BadInput`` for a rule that there is not and for a value that it cannot have.
        """
        told: dict[str, Any] = {}
        for name, value in rules.items():
            if name not in RULES:
                raise BadInput(tr(
                    "There is no position rule {name}; the rules are {names}.",
                    name=repr(name), names=", ".join(RULES),
                ))
            if value is None:
                continue
            if not RULES[name](value):
                raise BadInput(tr(
                    "The position rule {name} takes {takes}, not {value}.",
                    name=name, takes=_takes(name), value=repr(value),
                ))
            told[name] = value
        return cls(**told)

    def check(
        self, position: Fix | Average, *, now: float | None = None, wall_clock: dt.datetime | None = None
    ) -> list[GateReason]:
        """The reasons against a position, worst first; none when it passes.

        ``now`` is the clock of :func:`surveyapp.positioning.fix.monotonic` and ``wall_clock`` the computer's
        aware time, for tests.
        """
        if not position.has_position:
            return [GateReason("no-position", tr("The receiver has no fix; wait under open sky."))]
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
            found.append(GateReason("replayed", tr(
                "The position is from a recorded log, not from a receiver.",
            )))
        if position.is_simulated:
            found.append(GateReason("simulated", tr(
                "The receiver calls this position simulated or typed in.",
            )))
        if not position.is_replay and position.is_stale(self.max_age_s, now):
            age_s = position.age_s(now)
            age = tr("of unknown age") if age_s is None else tr("{age} s old", age=f"{age_s:.0f}")
            found.append(GateReason(
                "stale", tr(
                    "The fix is {age}, more than {max_age_s} s; wait for a new one.",
                    age=age, max_age_s=f"{self.max_age_s:.0f}",
                ),
            ))
        return found

    def _kind(self, position: Fix | Average) -> list[GateReason]:
        found = []
        if self.min_quality is not None and QUALITY_RANK[position.quality] < QUALITY_RANK[self.min_quality]:
            found.append(GateReason(
                "fix-quality", tr(
                    "The fix is {quality}; {min_quality} or better is asked.",
                    quality=position.quality, min_quality=self.min_quality,
                ),
            ))
        if self.min_mode is not None and (position.mode or 1) < self.min_mode:
            mode = tr("unknown") if position.mode is None else f"{position.mode}D"
            found.append(GateReason("fix-mode", tr(
                "The fix is {mode}; {min_mode}D is asked.",
                mode=mode, min_mode=self.min_mode,
            )))
        return found

    def _accuracy(self, position: Fix | Average) -> list[GateReason]:
        if self.max_accuracy_m is None:
            return []
        if position.accuracy_m is None:
            return [GateReason(
                "accuracy-unknown", tr(
                    "The accuracy is unknown; {max_accuracy_m} m is asked.",
                    max_accuracy_m=f"{self.max_accuracy_m:g}",
                ),
            )]
        if position.accuracy_m <= self.max_accuracy_m:
            return []
        guess = tr(" (guessed from HDOP)") if position.accuracy_source == "hdop-estimate" else ""
        return [GateReason(
            "accuracy",
            tr(
                "The accuracy is {accuracy_m} m{guess}; {max_accuracy_m} m is asked.",
                accuracy_m=f"{position.accuracy_m:.1f}", guess=guess, max_accuracy_m=f"{self.max_accuracy_m:g}",
            ),
        )]

    def _geometry(self, position: Fix | Average) -> list[GateReason]:
        if self.max_hdop is None:
            return []
        if position.hdop is None:
            return [GateReason("hdop-unknown", tr(
                "The HDOP is unknown; {max_hdop} is asked.",
                max_hdop=f"{self.max_hdop:g}",
            ))]
        if position.hdop <= self.max_hdop:
            return []
        return [GateReason("hdop", tr(
            "The HDOP is {hdop}; {max_hdop} is asked.",
            hdop=f"{position.hdop:.1f}", max_hdop=f"{self.max_hdop:g}",
        ))]

    def _clock(self, position: Fix | Average, wall_clock: dt.datetime | None) -> list[GateReason]:
        if self.max_clock_difference_s is None or position.time_utc is None or position.is_replay:
            return []
        difference_s = ((wall_clock or dt.datetime.now(dt.UTC)) - position.time_utc).total_seconds()
        if abs(difference_s) <= self.max_clock_difference_s:
            return []
        return [GateReason(
            "clock",
            tr(
                "The receiver's time ({time_utc} UTC) is not this computer's; check both clocks.",
                time_utc=f"{position.time_utc:%Y-%m-%d %H:%M}",
            ),
        )]


def _positive(value: object) -> bool:
    number = finite(value)
    return number is not None and number > 0


RULES: Mapping[str, Callable[[Any], bool]] = {
    "max_accuracy_m": _positive,
    "max_hdop": _positive,
    "min_mode": lambda value: value in (2, 3) and not isinstance(value, bool),
    "max_age_s": _positive,
    "min_quality": lambda value: isinstance(value, str) and value in QUALITY_RANK,
    "max_clock_difference_s": _positive,
    "min_samples": lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 1,
    "blocks": lambda value: isinstance(value, bool),
}
"""Each rule with the test of its value."""


def _takes(rule: str) -> str:
    """What the value of a rule is, in words."""
    told = {
        "max_accuracy_m": tr("metres"),
        "max_age_s": tr("seconds"),
        "max_clock_difference_s": tr("seconds"),
        "min_mode": tr("2 or 3"),
        "min_quality": tr("one of {codes}", codes=", ".join(QUALITY_RANK)),
        "min_samples": tr("a whole number above 0"),
        "blocks": tr("true or false"),
    }
    return told.get(rule, tr("a number above 0"))
