"""UNFC 2019: the three axes, the classes that triples of them make, and the bridge from CRIRSCO's categories.

United Nations Framework Classification for Resources, Update 2019 (ECE Energy Series 61): E environmental-socio-
economic viability, F technical feasibility and maturity, G degree of confidence. The codes of the classes and the
bridge (ECE/ENERGY/GE.3/2024/5) could not be read at the source, so they bring warnings and never refuse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from surveyapp.errors import BadInput
from surveyapp.words import mark, tr

_AXES: Final = {"E": 3, "F": 4, "G": 4}
"""The axes and how many categories each has."""

_TRIPLE = re.compile(
    r"E\s*(?P<e>[1-9](?:\.[1-9])?)[\s;,/.-]*F\s*(?P<f>[1-9](?:\.[1-9])?)[\s;,/.-]*"
    r"G\s*(?P<g>[1-9](?:\.[1-9])?(?:\s*\+\s*G?\s*[1-9])*)", re.IGNORECASE)
_OLD = re.compile(r"([1-3])([1-4])([1-4])")
"""The three digits of the older classification, such as 331: axes in the order E, F, G."""

VIABLE, POTENTIAL, NON_VIABLE, REMAINING, PROSPECTIVE = (
    mark("Viable Projects"), mark("Potentially Viable Projects"), mark("Non-Viable Projects"),
    mark("Remaining products not developed from identified projects"), mark("Prospective Projects"),
)
_CLASSES: Final = {("1", "1"): VIABLE, ("2", "2"): POTENTIAL, ("3", "2"): NON_VIABLE, ("3", "4"): REMAINING}
"""By E and F, where G is 1, 2 or 3."""
_UNDISCOVERED: Final = {
    ("3", "3"): PROSPECTIVE, ("3", "4"): mark("Remaining products not developed from prospective projects"),
}
"""By E and F, where G is 4."""

EXPECTED_UNFC: dict[str, str] = {
    "exploration-result": "E3;F3;G4",
    "inferred-mineral-resource": "E2;F2;G3",
    "indicated-mineral-resource": "E2;F2;G2",
    "measured-mineral-resource": "E2;F2;G1",
    "probable-ore-reserves": "E1;F1;G2",
    "proved-ore-reserves": "E1;F1;G1",
}
"""The UNFC class that is expected of a CRIRSCO category, by the bridge between the two."""


@dataclass(frozen=True, slots=True)
class Unfc:
    """A class: category or sub-category on each axis, such as ``"1.2"``; ``g`` may be several, such as ``"1+2"``."""

    e: str
    f: str
    g: str

    @property
    def text(self) -> str:
        """As UNFC writes it: E1;F1;G1+2."""
        return f"E{self.e};F{self.f};G{self.g}"

    @property
    def main(self) -> tuple[str, str, frozenset[str]]:
        """The categories without their sub-categories."""
        return self.e[0], self.f[0], frozenset(part[0] for part in self.g.split("+"))

    @property
    def class_name(self) -> str:
        """The class of UNFC 2019 in English; empty for a triple that it gives no name."""
        e, f, g = self.main
        return (_UNDISCOVERED if g == {"4"} else {} if "4" in g else _CLASSES).get((e, f), "")

    def meets(self, expected: str) -> bool:
        """Whether it is the expected triple, sub-categories left aside."""
        return self.main == parse_unfc(expected).main


def parse_unfc(text: object) -> Unfc:
    """A class from text such as ``E2;F2;G3``, ``E1.1 F1.2 G1+2`` or ``331``. Raises ``BadInput`` with one sentence."""
    given = str(text).strip()
    found = _TRIPLE.fullmatch(given)
    parts = (found["e"], found["f"], found["g"]) if found else None
    if parts is None and (old := _OLD.fullmatch(given)):
        parts = (old[1], old[2], old[3])
    if parts is None:
        raise BadInput(tr("UNFC class: {given!r} is no triple; write it as E2;F2;G3.", given=given))
    e, f, g = parts
    confidence = sorted({part.strip().lstrip("Gg").strip() for part in g.split("+")})
    for axis, category in (("E", e), ("F", f), *(("G", part) for part in confidence)):
        if int(category[0]) > _AXES[axis]:
            raise BadInput(tr("UNFC class: there is no {axis}{category}; {axis} goes from 1 to {most}.", axis=axis,
                              category=category, most=_AXES[axis]))
    return Unfc(e, f, "+".join(confidence))
